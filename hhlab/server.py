"""An extension of the Jupyter server: a bench hears from its kernel at once, and the page around it stays calm.

A bench answers a slider with small messages, one after the other. Nagle's algorithm keeps such a message back until the
browser has acknowledged the one before, and the browser waits up to 40 ms before it does so. Tornado can switch this
off (`set_nodelay`), but the Jupyter server does not ask for it. This extension does, whenever a browser connects to a
kernel.

With each message of a widget the kernel tells that it is busy, and then that it is idle again. JupyterLab shows both in
its icons, twice for each picture of a bench, which takes more time than the picture. It can be told that some messages
do not count as work; here it is told so of the messages of widgets. The server itself counts them as before.

HHLAB_NODELAY=0 in the environment of the server leaves everything as it was.
"""

import contextlib
import functools
import inspect
import os
from typing import Any

import jupyter_server

KNOWN = "2"
"""The version of jupyter_server whose handler this is written for; another one is left alone."""
WIDGETS = "comm_msg"
"""The kind of message that widgets send."""


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "hhlab.server"}]


def _load_jupyter_server_extension(app: Any) -> None:
    """Have each connection to a kernel opened without delay, and each page told what is no work, from now on."""
    if os.environ.get("HHLAB_NODELAY") == "0" or jupyter_server.__version__[:1] != KNOWN:
        return
    from jupyter_server.services.kernels.websocket import KernelWebsocketHandler as Handler

    if not getattr(Handler.open, "without_delay", False):
        setattr(Handler, "open", _without_delay(Handler.open))  # noqa: B010
    _calm(app.kernel_manager)


def _without_delay(opened: Any) -> Any:
    """The same function, which first asks for messages to be sent at once. If that fails, they are sent as before."""

    @functools.wraps(opened)
    async def open_without_delay(self: Any, *given: Any, **named: Any) -> None:
        with contextlib.suppress(Exception):
            self.set_nodelay(True)
        answer = opened(self, *given, **named)
        if inspect.isawaitable(answer):
            await answer

    open_without_delay.without_delay = True  # type: ignore[attr-defined]
    return open_without_delay


def _calm(manager: Any) -> None:
    """List the messages of widgets among those that JupyterLab shows no work for; the server still counts them."""
    listed, counts = getattr(manager, "untracked_message_types", None), getattr(manager, "track_message_type", None)
    if listed is None or counts is None or WIDGETS in listed:
        return
    manager.untracked_message_types = [*listed, WIDGETS]
    manager.track_message_type = lambda kind: kind == WIDGETS or counts(kind)
