"""An extension of the Jupyter server: what a kernel sends to the browser is sent at once.

A bench answers a slider with small messages, one after the other. Nagle's algorithm keeps such a message back until the
browser has acknowledged the one before, and the browser waits up to 40 ms before it does so. Tornado can switch this
off (`set_nodelay`), but the Jupyter server does not ask for it. This extension does, whenever a browser connects to a
kernel. HHLAB_NODELAY=0 in the environment of the server leaves everything as it was.
"""

import contextlib
import functools
import inspect
import os
from typing import Any

import jupyter_server

KNOWN = "2"
"""The version of jupyter_server whose handler this is written for; another one is left alone."""


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "hhlab.server"}]


def _load_jupyter_server_extension(app: Any) -> None:
    """Have each connection to a kernel opened without delay, from now on."""
    if os.environ.get("HHLAB_NODELAY") == "0" or jupyter_server.__version__[:1] != KNOWN:
        return
    from jupyter_server.services.kernels.websocket import KernelWebsocketHandler as Handler

    if not getattr(Handler.open, "without_delay", False):
        setattr(Handler, "open", _without_delay(Handler.open))  # noqa: B010


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
