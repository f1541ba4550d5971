"""The frame of every bench and card: readable without a kernel, with named controls, and files to save."""

import base64
import html
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import anywidget
import ipywidgets as widgets
import traitlets
from IPython import display

from ..languages import language
from . import between_cells
from .words import for_browser, sentence

HERE = Path(__file__).parent
BAR = "border-left: 4px solid #d55e00; padding-left: 8px"
STILL_STYLE = """
.jp-OutputArea-child:not(:has(.jp-OutputArea-output *)):has(+ * .hhlab-still), .hhlab-again:not(.jp-NotebookPanel *) {
  display: none;
}"""
"""Of a still picture: hides what JupyterLab says of a widget that is not found, and how to run it where nothing can."""


def in_browser(*names: str) -> str:
    """The code of a widget in the browser, with what benches and cards share."""
    return "".join((HERE / each).read_text(encoding="utf-8") for each in ("common.js", "lost.js", *names))


class Live(anywidget.AnyWidget):
    """A widget that knows in the browser whether its kernel is there (`lost.js`)."""

    _css = (HERE / "lab.css").read_text(encoding="utf-8")
    known_as = traitlets.Unicode().tag(sync=True)
    words: Any = traitlets.Dict().tag(sync=True)
    """The texts that it shows, by name."""
    lang = traitlets.Unicode().tag(sync=True)
    """The language of these texts."""
    sections: tuple[str, ...] = ("lost",)
    """Those of `words.toml` that hold them."""

    def __init__(self) -> None:
        name = uuid.uuid4().hex
        super().__init__(model_id=name, known_as=name, words=for_browser(*self.sections), lang=language())


class _Hands(Live):
    """The part of a frame that works in the browser."""

    _esm = in_browser("frame.js")


between_cells.begin()  # before the first widget, as JupyterLab asks for a thread with it


class Stilled:
    """What is shown with a still picture. A page without a kernel shows what `still` returns instead."""

    kind = "card"
    model_id: str

    def still(self) -> tuple[str, bytes]:
        """What a page without a kernel shows: a text, and a picture as PNG, which may be empty."""
        raise NotImplementedError

    def _ipython_display_(self) -> None:
        display.display({**widgets.DOMWidget._repr_mimebundle_(self), "text/plain": ""}, raw=True)
        display.display(self._as_page(), raw=True, display_id=self.model_id)

    def renew_still(self) -> None:
        """Put what is shown now in place of the still picture, so that a saved notebook has it."""
        display.update_display(self._as_page(), raw=True, display_id=self.model_id)

    def _as_page(self) -> dict[str, str]:
        text, png = self.still()
        picture = f'<img alt="" src="data:image/png;base64,{base64.b64encode(png).decode()}">' if png else ""
        said = f"<figcaption>{html.escape(text)}</figcaption>"
        again = f'<p class="hhlab-again" style="{BAR}">{sentence(f"still.of_{self.kind}")}</p>'
        figure = f'<figure class="hhlab-still" lang="{language()}">{again}{picture}{said}</figure>'
        return {"text/html": f"<style>{STILL_STYLE}</style>{figure}", "text/plain": text}


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
