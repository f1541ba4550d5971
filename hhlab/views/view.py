"""What a view is: a panel that says which strokes show recordings; with the colours and lines of all of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..recording import Recording

Floats = NDArray[np.float64]
Limits = tuple[tuple[float, float], tuple[float, float]]

INK = "#222222"
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", INK)
OF_TRACE = {
    "Na": "#D55E00", "K": "#0072B2", "L": "#666666", "Cl": "#009E73", "pump": "#CC79A7", "NaL": "#882255",
    "ClL": "#009E73", "Na_in": "#D55E00", "K_in": "#0072B2", "Cl_in": "#009E73", "E_Na": "#D55E00", "E_K": "#0072B2",
    "E_Cl": "#009E73", "E_L": "#666666", "V": INK, "stimulus": "#009E73",
    "HVA": "#6B4A00", "T": "#E69F00", "BK": "#56B4E9", "SK": "#009E73", "M": "#CC79A7", "NaP": "#882255",
    "A": "#CC79A7", "Kv1": "#56B4E9", "Kv2": "#009E73", "KL": "#666666", "Ca_in": "#E69F00", "Ca_domain": "#6B4A00",
    "Na.m": "#D55E00", "Na.h": "#CC79A7", "K.n": "#0072B2",
    "s": "#E69F00", "h": "#CC79A7", "T.m": "#009E73", "T.h": "#E69F00",
    "s.d": "#E69F00", "s.f": "#6B4A00", "h.q": "#56B4E9",
    "Ca": "#E69F00", "E_Ca": "#E69F00", "Ca.m": "#E69F00", "KCa": "#009E73", "K1": "#56B4E9", "x1": "#009E73",
}  # fmt: skip
STYLES: tuple[Any, ...] = ("-", (0, (5, 1.5)), (0, (1, 1.2)), (0, (6, 1.5, 1, 1.5)), (0, (3, 1, 1, 1, 1, 1)))
THICK, THIN, FAINT = 1.6, 1.2, 0.5
DOT = 3.5
V_AXIS = np.linspace(-100.0, 60.0, 161)


@dataclass(frozen=True)
class Stroke:
    """A curve, a dot or a filled shape in the coordinates of its panel.

    `name` is what a legend calls it; `thin` has it thinned to the pixels; `held` is of a recording to compare with.
    `image` is a picture in shades of 0 to 255, its first row on top, which fills the rectangle from x[0], y[0] to x[1],
    y[1].
    """

    x: Floats
    y: Floats
    colour: str
    style: int = 0
    name: str = ""
    width: float = THICK
    alpha: float = 1.0
    dot: bool = False
    fill: bool = False
    thin: bool = False
    held: bool = False
    image: NDArray[np.uint8] | None = None


class View:
    """One panel. A subclass says which strokes show recordings, and how far its axes reach."""

    against_time = True
    height = 1.0
    grid = True
    along = False
    """Whether it shows an axon; the others show one place."""
    scale: tuple[int, ...] = ()
    """The voltages (mV) that stand at a scale of colours, if there is one."""
    y_ticks: tuple[int, ...] = ()
    x_label = "t (ms)"

    def __init__(self, name: str, label: str) -> None:
        self.name, self.label = name, label

    def strokes(self, recordings: Sequence[Recording], labels: Sequence[str], cursor: float | None) -> list[Stroke]:
        """The strokes that show recordings, the one at hand first, with a cursor at a moment in ms."""
        raise NotImplementedError

    def curves(self, rec: Recording) -> Mapping[str, Floats]:
        """The traces of one recording by name, where the panel shows traces against time."""
        return {}

    def limits(self, recordings: Sequence[Recording], strokes: Sequence[Stroke]) -> Limits:
        """Limits of x and y that hold all strokes, in coarse steps so that they seldom change."""
        raise NotImplementedError

    def furniture(self, rec: Recording) -> list[tuple[float, float, str]]:
        """Words that stand in the panel whatever moves: x, y, text."""
        return []

    def ticks(self, rec: Recording) -> list[tuple[float, str]] | None:
        """The marks of the x axis where they are not plain numbers: place, label."""
        return None


def at(rec: Recording, values: Floats, moment: float) -> Floats:
    """A trace at a moment (ms), interpolated between samples; shape (1,)."""
    place = min(max(moment / (rec.t[1] - rec.t[0]), 0.0), len(rec.t) - 1.0) if len(rec.t) > 1 else 0.0
    before = min(int(place), len(rec.t) - 2) if len(rec.t) > 1 else 0
    after = min(before + 1, len(rec.t) - 1)
    return np.array([values[before] + (values[after] - values[before]) * (place - before)])


def colour_of(name: str, place: int) -> str:
    """The colour of a channel or gate: its own, or the one of its place in the row."""
    return OF_TRACE.get(name, COLOURS[place % len(COLOURS)])


def roomy(extreme: float, usual: float) -> float:
    """An upper limit that holds `extreme`: the usual one, or the next of 1, 1.5, 2, 3, 5, 7 times a power of ten."""
    if extreme <= usual:
        return usual
    power = 10.0 ** np.floor(np.log10(extreme))
    return float(next(step * power for step in (1, 1.5, 2, 3, 5, 7, 10) if step * power >= extreme))
