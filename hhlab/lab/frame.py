"""The frame of every bench and card: readable without a kernel, with named controls, and files to save."""

import base64
import html
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import anywidget
import ipywidgets as widgets
from IPython import get_ipython

_HERE = Path(__file__).parent


class _Hands(anywidget.AnyWidget):
    """The part of a frame that works in the browser."""

    _esm = "".join((_HERE / name).read_text(encoding="utf-8") for name in ("common.js", "frame.js"))
    _css = (_HERE / "lab.css").read_text(encoding="utf-8")


def _in_one_thread() -> None:
    """Have the kernel handle the messages of widgets one after the other, between cells.

    JupyterLab asks for a second thread for them. There the press of a button can overtake an answer that was typed
    before it, and a slider can move while a cell runs. If the reply names no thread, they stay in the first one.
    """
    kernel: Any = getattr(get_ipython(), "kernel", None)
    handlers = getattr(kernel, "control_handlers", {})
    if "create_subshell_request" not in handlers:  # older than ipykernel 7
        return

    async def none(socket: Any, ident: Any, parent: Any) -> None:
        kernel.session.send(socket, "create_subshell_reply", {"status": "ok", "subshell_id": None}, parent, ident)

    handlers["create_subshell_request"] = none


_in_one_thread()  # before the first widget, as JupyterLab asks with it


class Stilled:
    """What is shown with a still picture. A page without a kernel shows what `still` returns instead."""

    def still(self) -> tuple[str, bytes]:
        """What a page without a kernel shows: a text, and a picture as PNG, which may be empty."""
        raise NotImplementedError

    def _ipython_display_(self) -> None:
        from IPython.display import display

        display({**widgets.DOMWidget._repr_mimebundle_(self), "text/plain": ""}, raw=True)
        text, png = self.still()
        picture = f'<img alt="" src="data:image/png;base64,{base64.b64encode(png).decode()}">' if png else ""
        figure = f'<figure class="hhlab-still">{picture}<figcaption>{html.escape(text)}</figcaption></figure>'
        display({"text/html": figure, "text/plain": text}, raw=True)


class Frame(Stilled, widgets.VBox):
    """A box of widgets, with named controls."""

    def __init__(self, children: Sequence[widgets.Widget], kind: str) -> None:
        self._hands = _Hands()
        super().__init__([*children, self._hands])
        self.add_class("hhlab-frame")
        self.add_class(f"hhlab-{kind}")

    def save(self, name: str, kind: str, data: bytes) -> None:
        """Offer a file to the browser, as a download."""
        self._hands.send({"save": name, "type": kind}, [data])

    def copy(self, text: str) -> None:
        """Put a text on the browser's clipboard."""
        self._hands.send({"copy": text})


def button(name: str, tooltip: str = "", icon: str = "") -> widgets.Button:
    """A button as wide as its name."""
    return widgets.Button(
        description=name, tooltip=tooltip or name, icon=icon, layout={"width": "auto", "align_self": "flex-start"}
    )


def radio(options: Sequence[str | tuple[str, str]], name: str) -> widgets.RadioButtons:
    """A choice of one, none of them chosen yet; an option may have a value of its own."""
    return widgets.RadioButtons(options=options, value=None, tooltip=name, layout={"width": "auto"})


def paragraph(text: str, kind: str = "", role: str = "") -> str:
    """A text as HTML, escaped; empty for no text."""
    if not text:
        return ""
    role = f' role="{role}"' if role else ""
    return f'<div class="hhlab-{kind or "paragraph"}"{role}>{html.escape(sendable(text))}</div>'


def sendable(text: str) -> str:
    """A text that can be sent to the browser: without broken characters, which a damaged file may have."""
    return text.encode("utf-8", "replace").decode("utf-8")


def say(where: widgets.HTML, content: str) -> None:
    """Show HTML in a widget; no message is sent if it is shown already."""
    if where.value != content:
        where.value = content
