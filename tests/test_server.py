"""The extension of the Jupyter server asks for messages to be sent at once, where it can, and is found."""

import asyncio
from types import SimpleNamespace

import pytest
from jupyter_server.extension.config import ExtensionConfigManager
from jupyter_server.extension.manager import ExtensionManager
from jupyter_server.services.kernels.kernelmanager import MappingKernelManager
from jupyter_server.services.kernels.websocket import KernelWebsocketHandler

import hhlab.server as extension
from hhlab.cli import SETTINGS

APP = SimpleNamespace(kernel_manager=None)


class Connection:
    """What the handler does when a browser connects to a kernel, in order."""

    def __init__(self, works=True):
        self.did, self.works = [], works

    def set_nodelay(self, value):
        if not self.works:
            raise OSError("not on this socket")
        self.did.append(value)

    async def opened(self, kernel_id):
        self.did.append(kernel_id)


@pytest.fixture
def handler(monkeypatch):
    monkeypatch.delenv("HHLAB_NODELAY", raising=False)
    monkeypatch.setattr(KernelWebsocketHandler, "open", Connection.opened)
    return KernelWebsocketHandler


@pytest.mark.parametrize(("works", "did"), [(True, [True, "k"]), (False, ["k"])])
def test_a_kernel_is_connected_without_delay(handler, works, did):
    for _ in range(2):  # which changes nothing the second time
        extension._load_jupyter_server_extension(APP)
    connection = Connection(works)
    asyncio.run(handler.open(connection, "k"))
    assert connection.did == did


def test_a_handler_that_does_not_wait(handler, monkeypatch):
    monkeypatch.setattr(handler, "open", lambda self, kernel_id: self.did.append(kernel_id))
    extension._load_jupyter_server_extension(APP)
    connection = Connection()
    asyncio.run(handler.open(connection, "k"))
    assert connection.did == [True, "k"]


def test_it_can_be_switched_off(handler, monkeypatch):
    monkeypatch.setenv("HHLAB_NODELAY", "0")
    extension._load_jupyter_server_extension(APP)
    assert handler.open is Connection.opened


def test_an_unknown_version_is_left_alone(handler, monkeypatch):
    monkeypatch.setattr("jupyter_server.__version__", "3.0.0")
    extension._load_jupyter_server_extension(APP)
    assert handler.open is Connection.opened


def test_the_page_shows_no_work_for_widgets_and_the_server_counts_them(handler):
    app = SimpleNamespace(kernel_manager=MappingKernelManager())
    before = app.kernel_manager.untracked_message_types
    for _ in range(2):
        extension._load_jupyter_server_extension(app)
    assert app.kernel_manager.untracked_message_types == [*before, "comm_msg"]
    counted = {kind: app.kernel_manager.track_message_type(kind) for kind in ("comm_msg", "execute_request", "status")}
    assert counted == {"comm_msg": True, "execute_request": True, "status": False}


def test_the_server_finds_it_in_the_settings_of_the_command(handler):
    manager = ExtensionManager(config_manager=ExtensionConfigManager(read_config_path=[str(SETTINGS)]))
    assert manager.extensions["hhlab.server"].enabled
    assert manager.extensions["hhlab.server"].validate()
