"""What a view is: a panel of strokes that show recordings. With the colours and lines of all views."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..axon_recording import AxonRecording
from ..physics import Floats
from ..recording import Recording

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
OF_HELD = ("#7B3294", "#6B7000", "#AD1457", "#00838F")
"""Of recordings that stand beside the main one: no ion has these."""
STYLES: tuple[Any, ...] = ("-", (0, (5, 1.5)), (0, (1, 1.2)), (0, (6, 1.5, 1, 1.5)), (0, (3, 1, 1, 1, 1, 1)))
THICK, THIN, DOT = 1.6, 1.2, 3.5  # widths of lines, and radius of dots, in points
FAINT = 0.5  # opacity of what is in the background
DARK = {INK: "#E6E6E6", "#0072B2": "#3F97DB", "#56B4E9": "#A5D8F5", "#666666": "#A8A8A8", "#6B4A00": "#C9A227",
        "#882255": "#F0E442", "#7B3294": "#C58BE0", "#6B7000": "#C9CF4A", "#AD1457": "#F48FB1",
        "#00838F": "#4DD0E1"}  # fmt: skip
"""What a colour becomes on a dark ground."""
COLOURS_OF_V = "RdBu_r"  # of Matplotlib
V_AXIS = np.linspace(-100.0, 60.0, 161)  # mV
FAR = 1e9  # beyond every panel


@dataclass(frozen=True)
class Stroke:
    """A curve, a dot or a filled shape in the coordinates of its panel.

    `name` is its name in a legend. A curve with `thin` is reduced to as many points as there are pixels. A stroke with
    `held` belongs to a held trace. `image` is a picture in shades of 0 to 255, its first row on top, which fills the
    rectangle from x[0], y[0] to x[1], y[1].
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
    """One panel. A subclass says which strokes show recordings, and what the limits of the axes are.

    The labels of its axes are symbols with units, or, where they have words, the names of texts such as "labels.sum".
    """

    against_time = True
    height = 1.0
    grid = True
    along: bool | None = False
    """Whether it shows a whole axon, or else one place of it; None where it shows either."""
    living = False
    """Whether a bench draws it from what `told` says, instead of its strokes."""
    scale: tuple[int, ...] = ()
    """The voltages (mV) that label its colour scale, if it has one."""
    y_ticks: tuple[int, ...] = ()
    x_label = "t (ms)"

    def __init__(self, name: str, label: str) -> None:
        self.name, self.label = name, label

    def strokes(self, recordings: Sequence[Recording], labels: Sequence[str], cursor: float | None) -> list[Stroke]:
        """The strokes that show recordings, the main one first, and a cursor at a moment in ms."""
        raise NotImplementedError

    def curves(self, rec: Recording) -> Mapping[str, Floats]:
        """The traces of one recording by name, if the panel shows traces against time."""
        return {}

    def on_bench(self, recording: Any) -> "View":
        """The same as a bench shows it that begins with a recording."""
        return self

    def limits(self, recordings: Sequence[Recording], strokes: Sequence[Stroke]) -> Limits:
        """Limits of x and y that contain all strokes, rounded so coarsely that they seldom change."""
        raise NotImplementedError

    def furniture(self, rec: Recording) -> list[tuple[float, float, str]]:
        """Words in the panel that do not move: x, y, text."""
        return []

    def caption(self, rec: Any, cursor: float | None) -> str:
        """What is seen at a moment (ms), in words, if its strokes alone do not tell."""
        return ""

    def told(self, rec: Any) -> dict[str, Any]:
        """What a bench draws of a living view."""
        return {}

    def ticks(self, rec: Recording) -> list[tuple[float, str]] | None:
        """The ticks of the x axis if they are not plain numbers: place, label."""
        return None

    @staticmethod
    def dot(x: Floats, y: Floats, colour: str) -> Stroke:
        """A dot at a place; x and y have the shape (1,)."""
        return Stroke(x, y, colour, dot=True, width=DOT)

    @staticmethod
    def cursor_line(cursor: float) -> Stroke:
        """A line across the panel at a moment, ms."""
        return Stroke(np.full(2, cursor), np.array([-FAR, FAR]), INK, 2, width=1.0, alpha=0.7)

    @staticmethod
    def level_line(left: float, right: float, level: float = 0.0) -> Stroke:
        """A thin horizontal line to compare with."""
        return Stroke(np.array([left, right]), np.full(2, level), INK, 2, width=0.8, alpha=FAINT)

    @staticmethod
    def around(curves: Iterable[Floats], low: float, high: float) -> tuple[float, float]:
        """Limits that contain `low`, `high` and all curves."""
        ends = [(float(curve.min()), float(curve.max())) for curve in curves] or [(low, high)]
        return -roomy(-min(least for least, _ in ends), -low), roomy(max(most for _, most in ends), high)

    @staticmethod
    def whole_time(recordings: Iterable[Any]) -> tuple[float, float]:
        """From 0 to the end of the longest recording, ms."""
        return 0.0, max(float(rec.t[-1]) for rec in recordings)


class Timeless(View):
    """A panel whose x axis is not time: a state at one moment, or what does not depend on time."""

    against_time = False
    x_label = ""


def at(rec: Recording, values: Floats, moment: float) -> Floats:
    """A trace at a moment (ms), interpolated between samples; shape (1,)."""
    return np.array([np.interp(moment, rec.t, values)])


def colour_of(name: str, place: int) -> str:
    """The colour of a channel or gate: its own, or one by its place in the row."""
    return OF_TRACE.get(name, COLOURS[place % len(COLOURS)])


def roomy(extreme: float, usual: float) -> float:
    """An upper limit not below `extreme`: the usual one, or the next of 1, 1.5, 2, 3, 5, 7 times a power of ten."""
    if extreme <= usual:
        return usual
    power = 10.0 ** np.floor(np.log10(extreme))
    return float(next(step * power for step in (1, 1.5, 2, 3, 5, 7, 10) if step * power >= extreme))


def colour_of_recording(number: int) -> str:
    """The colour of the main recording (0), or of one of those to compare it with."""
    return OF_HELD[(number - 1) % len(OF_HELD)] if number else INK


def seen_by(view: View, rec: Any) -> Any:
    """What a view shows: the recording, or, for a view of one place, the first electrode of an axon."""
    if view.along is None:
        return rec
    if not view.along:
        return rec.first if isinstance(rec, AxonRecording) else rec
    if not isinstance(rec, AxonRecording):
        raise ValueError(f'"{view.name}" shows an axon: give what propagate returned, or another view')
    return rec
