"""The order in which a kernel takes what the browser sends: one message after the other, those of widgets first."""

import asyncio
from collections import deque
from typing import Any

from IPython import get_ipython

ASIDE = 0.003  # s before each cell, in which messages that have come meanwhile are read
FIRST = "comm_", "kernel_info_request"
"""How the kinds of messages begin that widgets send; a card asks for the kernel's version to wait for its answers."""


def in_one_thread(kernel: Any) -> None:
    """Have the kernel handle the messages of widgets one after the other, between cells.

    JupyterLab asks for a second thread for them. There the press of a button can overtake an answer that was typed
    before it, and a slider can move while a cell runs. If the reply names no thread, they stay in the first one.
    """

    async def none(socket: Any, ident: Any, parent: Any) -> None:
        kernel.session.send(socket, "create_subshell_reply", {"status": "ok", "subshell_id": None}, parent, ident)

    kernel.control_handlers["create_subshell_request"] = none


def widgets_first(kernel: Any) -> None:
    """Have the messages of widgets that wait handled before the next cell; those of "Run All" wait there already.

    So a bench answers between two cells, and not only after the last one. Among themselves, the messages of widgets
    keep their order, and so do all others.
    """
    waiting: deque[Any] = deque()
    dispatch, in_turn, lock = kernel.dispatch_shell, kernel.shell_main, kernel._main_asyncio_lock

    async def take_waiting() -> None:
        while waiting:
            await dispatch(waiting.popleft())

    async def received(subshell_id: str | None, message: Any) -> None:
        if subshell_id is not None or not _kind(kernel, message).startswith(FIRST):
            return await in_turn(subshell_id, message)
        waiting.append(message)
        async with lock:
            await take_waiting()

    async def dispatch_after_widgets(message: Any, /, subshell_id: str | None = None, **more: Any) -> None:
        if subshell_id is None:
            await asyncio.sleep(ASIDE)
            await take_waiting()
        await dispatch(message, subshell_id, **more)

    kernel.dispatch_shell = dispatch_after_widgets
    kernel.shell_channel_thread.manager.set_on_recv_callback(received)


def _kind(kernel: Any, message: Any) -> str:
    """The kind of a message as it comes from the socket; empty where it cannot be read."""
    try:
        _, parts = kernel.session.feed_identities(message, copy=False)
        return str(kernel.session.unpack(parts[1].bytes)["msg_type"])
    except Exception:  # the kernel itself says what is wrong with it
        return ""


def begin() -> None:
    """Do both, once, in a kernel that is made as those of version 7 are; any other is left as it is."""
    kernel: Any = getattr(get_ipython(), "kernel", None)
    if "create_subshell_request" not in getattr(kernel, "control_handlers", {}):
        return
    in_one_thread(kernel)
    needed = "dispatch_shell", "shell_main", "_main_asyncio_lock"
    if all(hasattr(kernel, name) for name in needed) and getattr(kernel, "shell_channel_thread", None):
        widgets_first(kernel)
