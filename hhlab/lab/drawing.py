"""What a bench sends of its picture: its panels, and every stroke in shares of its panel. The browser draws them."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ..physics import Floats
from ..views import STYLES, Stroke, View, panels_of, time_unit

RANGE = 10_000
"""A point of a stroke is told in so many steps across its panel, each way, as a whole number of 16 bits."""
COLUMNS = 1100
"""So many columns of pixels a picture has at most."""
STRAIGHT = 8, 32
"""So many points are told as one straight line where that is off by less than one step of RANGE."""
TINY = 1e-300


class Drawing:
    """The panels of some recordings, ready to be sent.

    Parameters
    ----------
    views : what to show, those against time first.
    recordings : the main one, and those that are held.
    labels : the name of each.
    cursor : a moment, ms, that panels without a time axis show.
    zoom : the part of the time axis that is shown, ms; None for all of it.
    """

    def __init__(
        self, views: Sequence[View], recordings: Sequence[Any], labels: Sequence[str], cursor: float | None,
        zoom: tuple[float, float] | None,
    ) -> None:  # fmt: skip
        self.panels: list[dict[str, Any]] = []
        self._points: list[Floats] = []
        self._images: list[bytes] = []
        self.scene: dict[str, Any] = {}
        for panel in panels_of(views, recordings, labels, cursor, marked=False):
            view, (across, up), strokes = panel.view, panel.limits, panel.strokes
            if view.living:
                self.scene = view.told(recordings[0])
            if view.against_time and zoom is not None:
                across, strokes = zoom, [_cut(stroke, zoom) for stroke in strokes]
            told = [self._told(stroke, across, up) for stroke in strokes]
            self.panels.append({
                "name": view.name, "label": panel.label, "time": view.against_time, "living": view.living,
                "height": view.height, "grid": view.grid, "scale": view.scale or None, "caption": panel.caption,
                "x": across, "y": up, "xLabel": panel.x_label, "xTicks": panel.ticks, "yTicks": view.y_ticks or None,
                "words": panel.words, "legend": [stroke.name for stroke in panel.named], "strokes": told,
            })  # fmt: skip

    @property
    def data(self) -> bytes:
        """The points of all strokes as pairs of 16-bit numbers, and then the shades of all images."""
        points = np.concatenate(self._points).astype("<i2").tobytes() if self._points else b""
        return points + b"".join(self._images)

    def _told(self, stroke: Stroke, across: tuple[float, float], up: tuple[float, float]) -> dict[str, Any]:
        """The look of a stroke, and how many points it has; its points are kept for `data`."""
        x, y = thinned(stroke.x, stroke.y, up[1] - up[0]) if stroke.thin else (stroke.x, stroke.y)
        pairs = np.empty((len(x), 2))
        pairs[:, 0] = (x - across[0]) * (RANGE / (across[1] - across[0]))
        pairs[:, 1] = (y - up[0]) * (RANGE / (up[1] - up[0]))
        self._points.append(np.clip(np.round(pairs), -(2**15), 2**15 - 1))
        look: dict[str, Any] = {"n": len(x), "colour": stroke.colour, "alpha": stroke.alpha}
        if stroke.image is not None:
            self._images.append(stroke.image.tobytes())
            rows, columns = stroke.image.shape
            return look | {"kind": "image", "rows": rows, "columns": columns}
        style = STYLES[stroke.style % len(STYLES)]
        return look | {
            "kind": "fill" if stroke.fill else "dot" if stroke.dot else "line", "name": stroke.name,
            "width": stroke.width, "dash": style[1] if isinstance(style, tuple) else (), "held": stroke.held,
        }  # fmt: skip


def _cut(stroke: Stroke, across: tuple[float, float]) -> Stroke:
    """The part of a stroke against time that is seen, from edge to edge of its panel."""
    x, y = stroke.x, stroke.y
    if stroke.dot or (across[0] <= x.min() and x.max() <= across[1]):
        return stroke
    edges = np.clip(np.array(across), x.min(), x.max())
    if stroke.image is not None:
        columns = stroke.image.shape[1]
        shown = (np.linspace(edges[0], edges[1], columns) - x[0]) / (x[1] - x[0]) * columns
        return replace(stroke, x=edges, image=stroke.image[:, np.minimum(shown.astype(int), columns - 1)])
    if not stroke.fill:
        x, y = _between(x, y, edges)
        return replace(stroke, x=x, y=y)
    half = x.size // 2  # a band: forward along its lower edge, and back along its upper one
    (x, low), (_, high) = _between(x[:half], y[:half], edges), _between(x[:half], y[: half - 1 : -1], edges)
    return replace(stroke, x=np.concatenate((x, x[::-1])), y=np.concatenate((low, high[::-1])))


def _between(x: Floats, y: Floats, edges: Floats) -> tuple[Floats, Floats]:
    """A curve between two places of x, which rises."""
    first, last = np.searchsorted(x, edges[0], "right"), np.searchsorted(x, edges[1], "left")
    ends = np.interp(edges, x, y)
    return (
        np.concatenate((edges[:1], x[first:last], edges[1:])),
        np.concatenate((ends[:1], y[first:last], ends[1:])),
    )


def thinned(t: Floats, curve: Floats, height: float) -> tuple[Floats, Floats]:
    """Far fewer points that draw the same curve, in a panel that is so high (in the units of the curve)."""
    block = t.size // COLUMNS
    if block >= 3:  # the lowest and the highest point of each column of pixels
        start = np.arange(0, t.size, block)
        rows = np.pad(curve, (0, -t.size % block), "edge").reshape(-1, block)
        low, high = start + rows.argmin(axis=1), start + rows.argmax(axis=1)
        at = np.stack((np.minimum(low, high), np.maximum(low, high)), axis=1).ravel()
        at = np.minimum(at, t.size - 1)
        t, curve = t[at], curve[at]
    kept = np.ones(t.size, bool)
    for size in STRAIGHT:
        blocks = (t.size - 1) // size
        inner = blocks * size
        x, y = t[:inner].reshape(-1, size), curve[:inner].reshape(-1, size)
        slope = (curve[size : inner + 1 : size] - y[:, 0]) / np.maximum(t[size : inner + 1 : size] - x[:, 0], TINY)
        off = np.abs(y[:, :1] + slope[:, None] * (x - x[:, :1]) - y)
        kept[:inner].reshape(-1, size)[off.max(axis=1, initial=0.0) <= height / RANGE, 1:] = False
    return t[kept], curve[kept]


def clock(recordings: Sequence[Any]) -> tuple[float, float, str]:
    """The end of the longest recording, ms, and the unit of its time axis: its size in ms, and its name."""
    end = max(float(rec.t[-1]) for rec in recordings)
    return end, *time_unit(end)
