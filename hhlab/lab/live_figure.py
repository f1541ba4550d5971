"""A picture that follows every move at once: the kernel sends strokes, and the browser draws them.

Axes, ticks and labels take about twenty times as long as the strokes. They are the background ("ground"), a PNG by
Matplotlib that is sent only when a limit, a legend, the theme or the resolution of the screen changes.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from ..plots import Panels
from ..views import in_words, moment_in_words, time_unit
from . import strokes

_HERE = Path(__file__).parent
NO_CURSOR = -1.0  # in place of a moment, ms


class LiveFigure(anywidget.AnyWidget):
    """Panels with a line of text, a time cursor and a play button; `show` puts recordings on it."""

    _esm = (_HERE / "live_figure.js").read_text(encoding="utf-8")
    _css = (_HERE / "lab.css").read_text(encoding="utf-8")
    width, height = traitlets.Float(720).tag(sync=True), traitlets.Float(400).tag(sync=True)
    finer, end_mark = traitlets.Int(32).tag(sync=True), traitlets.Int(-(2**15)).tag(sync=True)
    ground, points = traitlets.Bytes().tag(sync=True), traitlets.Bytes().tag(sync=True)
    pictures, palette = traitlets.Bytes().tag(sync=True), traitlets.Bytes().tag(sync=True)
    boxes: Any = traitlets.List().tag(sync=True)
    looks: Any = traitlets.List().tag(sync=True)
    text, values = traitlets.Unicode().tag(sync=True), traitlets.Unicode().tag(sync=True)
    cursor, shown_cursor = traitlets.Float(NO_CURSOR).tag(sync=True), traitlets.Float(NO_CURSOR).tag(sync=True)
    t_end = traitlets.Float(1.0).tag(sync=True)
    clock: Any = traitlets.Tuple((1.0, "ms")).tag(sync=True)
    ratio, dark = traitlets.Float(1.0).tag(sync=True), traitlets.Bool(False).tag(sync=True)

    def __init__(self, views: Sequence[str]) -> None:
        self.panels = Panels(views)
        self.recordings: list[Any] = []
        self.labels: list[str] = [""]
        width, height = self.panels.canvas.get_width_height()
        super().__init__(width=width, height=height, palette=strokes.palette())
        self.observe(self._moved, "cursor")
        self.observe(self._on_another_screen, ["ratio", "dark"])

    def show(self, recordings: Sequence[Any], labels: Sequence[str] = ("",)) -> None:
        """Show recordings, the main one first. If they cannot be shown, the picture stays as it was."""
        self.recordings, self.labels = list(recordings), list(labels)
        with self.hold_sync():
            self.t_end = float(max(rec.t[-1] for rec in recordings))
            self.clock = time_unit(self.t_end)
            self.text = in_words(recordings[0])
            self._draw()

    def _draw(self, anew: bool = False) -> None:
        moment = None if self.cursor < 0 else min(self.cursor, float(self.recordings[0].t[-1]))
        if self.panels.update(self.recordings, self.labels, moment) or anew or not self.ground:
            self.ground = self.panels.ground(self.ratio)
            self.boxes = [list(box) for box in self.panels.boxes()]
        self.looks = strokes.looks(self.panels)
        self.points = strokes.points(self.panels, self.finer, self.end_mark)
        self.pictures = strokes.pictures(self.panels)
        self.values = "" if moment is None else moment_in_words(self.recordings[0], moment)
        self.shown_cursor = self.cursor

    def _moved(self, change: Any) -> None:
        with self.hold_sync():
            self._draw()

    def _on_another_screen(self, change: Any) -> None:
        self.panels = Panels([view.name for view in self.panels.views], dark=self.dark)
        with self.hold_sync():
            self._draw(anew=True)
