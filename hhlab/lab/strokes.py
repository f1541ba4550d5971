"""What the kernel sends to the browser, which draws it over the background: every stroke that moves."""

from collections.abc import Iterator
from typing import Any

import matplotlib
import numpy as np

from ..physics import Floats
from ..plots import COLOURS_OF_V, DPI, POINT, Panels
from ..views import STYLES, Stroke


def moving(panels: Panels) -> Iterator[tuple[int, Stroke]]:
    """The strokes that move, each with the number of its panel."""
    for number, strokes in enumerate(panels.strokes):
        yield from ((number, stroke) for stroke in strokes if not stroke.held)


def looks(panels: Panels) -> list[dict[str, Any]]:
    """The look of each moving stroke: panel, colour, width and dashes in pixels of the layout, opacity, kind."""
    return [{"panel": number, **_look(panels, stroke)} for number, stroke in moving(panels)]


def _look(panels: Panels, stroke: Stroke) -> dict[str, Any]:
    if stroke.image is not None:
        rows, columns = stroke.image.shape
        return {"kind": "image", "alpha": 1.0, "rows": rows, "columns": columns}
    width, style = stroke.width * DPI / POINT, STYLES[stroke.style % len(STYLES)]
    dashes = [width * part for part in style[1]] if isinstance(style, tuple) else []
    kind = "fill" if stroke.fill else "dot" if stroke.dot else "line"
    return {
        "colour": panels.ink(stroke.colour), "width": width, "dashes": dashes, "alpha": stroke.alpha, "kind": kind
    }  # fmt: skip


def points(panels: Panels, finer: float, end: int) -> bytes:
    """All moving strokes as 16-bit numbers x, y in 1/`finer` pixels of the layout, with `end` twice after each."""
    found: list[Floats] = []
    boxes = panels.boxes()
    for number, stroke in moving(panels):
        left, top, right, bottom = boxes[number]
        (x0, x1), (y0, y1) = panels.limits[number]
        x, y = thinned(stroke.x, stroke.y, int(right - left)) if stroke.thin else (stroke.x, stroke.y)
        pair = np.empty((len(x) + 1, 2))
        pair[:-1, 0] = (left + (x - x0) * ((right - left) / (x1 - x0))) * finer
        pair[:-1, 1] = (bottom - (y - y0) * ((bottom - top) / (y1 - y0))) * finer
        np.clip(pair, 1 - 2**15, 2**15 - 1, out=pair)
        pair[-1] = end
        found.append(pair)
    return np.concatenate(found).astype("<i2").tobytes() if found else b""


def pictures(panels: Panels) -> bytes:
    """The shades of all moving images, row by row, one image after the other."""
    return b"".join(stroke.image.tobytes() for _, stroke in moving(panels) if stroke.image is not None)


def palette() -> bytes:
    """The colour of each shade: red, green and blue of 0 to 255."""
    colours = matplotlib.colormaps[COLOURS_OF_V](np.arange(256), bytes=True)
    return np.ascontiguousarray(colours[:, :3], np.uint8).tobytes()


def thinned(t: Floats, curve: Floats, columns: int) -> tuple[Floats, Floats]:
    """The lowest and the highest point of each column of pixels: far fewer points, but the same picture."""
    block = t.size // columns
    if block < 3:
        return t, curve
    start = np.arange(0, t.size - block + 1, block)
    rows = curve[: start.size * block].reshape(-1, block)
    low, high = start + rows.argmin(axis=1), start + rows.argmax(axis=1)
    at = np.stack((np.minimum(low, high), np.maximum(low, high)), axis=1).ravel()
    at = np.append(at, t.size - 1)
    return t[at], curve[at]
