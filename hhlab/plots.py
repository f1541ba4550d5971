"""Views of a recording: drawn once on given axes, then updated. No widgets and no simulation here.

Colours are Okabe & Ito's, which colour-blind readers can tell apart, and every curve has a line style of its own too.
"""

import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from . import measure
from .parameters import Parameter, must_be, pretty, shown, unknown
from .recording import Recording

Floats = NDArray[np.float64]

INK = "#222222"
SHADES, PALETTE = 14, 256
PANEL, DPI = 2.3, 100
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
OF_TRACE = {
    "Na": "#D55E00", "K": "#0072B2", "L": "#666666", "V": INK, "stimulus": "#666666",
    "Na.m": "#D55E00", "Na.h": "#CC79A7", "K.n": "#0072B2",
}  # fmt: skip
STYLES = ("-", (0, (5, 1.5)), (0, (1, 1.2)), (0, (6, 1.5, 1, 1.5)), (0, (3, 1, 1, 1, 1, 1)))
PLAIN: Any = {"font.size": 10, "axes.spines.top": False, "axes.spines.right": False, "font.family": ["DejaVu Sans"]}


@dataclass(frozen=True)
class View:
    """One panel: what it shows of a recording, and how far its axis reaches unless the curves ask for more."""

    name: str
    label: str
    traces: Callable[[Recording], Mapping[str, Floats]]
    low: float
    high: float
    height: float = 1.0

    def limits(self, recordings: Sequence[Recording]) -> tuple[float, float]:
        """Limits that hold all curves, in coarse steps so that they seldom change."""
        curves = [curve for rec in recordings for curve in self.traces(rec).values()]
        low, high = min(float(c.min()) for c in curves), max(float(c.max()) for c in curves)
        return -_roomy(-low, -self.low), _roomy(high, self.high)


VIEWS = {
    view.name: view
    for view in (
        View("voltage", "V (mV)", lambda rec: {"V": rec.V}, -90, 60),
        View("stimulus", "I_stim\n(uA/cm2)", lambda rec: {"stimulus": rec.stimulus}, 0, 25, 0.45),
        View("currents", "I (uA/cm2)", lambda rec: rec.I, -1000, 1000),
        View("conductances", "g (mS/cm2)", lambda rec: rec.g, 0, 40),
        View("gates", "open share", lambda rec: rec.gate, 0, 1),
    )
}


def plot(
    recordings: Recording | Sequence[Recording] | Mapping[str, Recording],
    *views: str,
    size: tuple[float, float] | None = None,
) -> "Picture":
    """A picture of one or several recordings.

    Parameters
    ----------
    recordings : one recording, several, or several with a label each: {"control": a, "TTX": b}.
    views : names of panels, from top to bottom: "voltage", "stimulus", "currents", "conductances", "gates". With none
        given, "voltage".
    size : width and height in inches.

    Raises
    ------
    ValueError
        For an unknown view, or no recording.
    """
    named = _named(recordings)
    flat = [name for view in views for name in ([view] if isinstance(view, str) else view)]
    panels = Panels(flat or ("voltage",), _sized(size))
    panels.update(list(named.values()), list(named))
    return Picture(panels)


class Panels:
    """Panels one below the other on a figure of their own, drawn once and updated with recordings."""

    def __init__(self, views: Sequence[str], size: tuple[float, float] | None = None) -> None:
        self.views = [VIEWS[v] if v in VIEWS else unknown("plots", "view", v, VIEWS) for v in views]
        with matplotlib.rc_context(PLAIN):
            heights = [view.height for view in self.views]
            self.figure = Figure(size or (7.2, 0.7 + sum(heights) * PANEL / len(views) ** 0.4), dpi=DPI)
            self.canvas = FigureCanvasAgg(self.figure)
            axes = self.figure.subplots(len(views), 1, sharex=True, squeeze=False, height_ratios=heights)[:, 0]
        self.axes: list[Axes] = list(axes)
        self._arrange()
        self.lines: list[dict[tuple[int, str], Line2D]] = [{} for _ in views]
        self.recordings: list[Recording] = []
        self._limits: list[tuple[tuple[float, float], tuple[float, float]]] = []

    def _arrange(self) -> None:
        width, height = self.figure.get_size_inches()
        self.figure.subplots_adjust(
            left=0.98 / width, right=1 - 1.1 / width, top=1 - 0.12 / height, bottom=0.5 / height, hspace=0.14
        )
        for axes, view in zip(self.axes, self.views, strict=True):
            axes.set_ylabel(pretty(view.label))
            axes.grid(alpha=0.25, linewidth=0.6)
            axes.yaxis.set_label_coords(-0.6 / (width - 2.08), 0.5)
            axes.set_autoscale_on(False)
        self.axes[-1].set_xlabel("t (ms)")

    def _make_room(self, letters: int) -> None:
        """Room for a legend of so many letters at the right."""
        width = self.figure.get_size_inches()[0]
        right = min(self.figure.subplotpars.right, 1 - min(0.6 + 0.085 * letters, 0.4 * width) / width)
        self.figure.subplots_adjust(right=right)

    def update(self, recordings: Sequence[Recording], labels: Sequence[str] = ("",)) -> bool:
        """Show these recordings. True if axes or legend changed, so that all has to be drawn again."""
        if not recordings:
            raise ValueError("there is no recording to show: give at least one")
        self.recordings = list(recordings)
        changed = self._limit(recordings)
        for number, view in enumerate(self.views):
            wanted = {(i, name): curve for i, rec in enumerate(recordings) for name, curve in view.traces(rec).items()}
            if wanted.keys() != self.lines[number].keys():
                self._draw(number, list(wanted), labels)
                changed = True
            for key, curve in wanted.items():
                columns = int(self.axes[number].bbox.width)
                self.lines[number][key].set_data(*thinned(recordings[key[0]].t, curve, columns))
        return changed

    def _limit(self, recordings: Sequence[Recording]) -> bool:
        """Set the limits that hold all curves; True if they changed."""
        span = (0.0, max(float(rec.t[-1]) for rec in recordings))
        wanted = [(span, view.limits(recordings)) for view in self.views]
        if wanted == self._limits:
            return False
        self._limits = wanted
        for axes, (x, y) in zip(self.axes, wanted, strict=True):
            axes.set(xlim=x, ylim=y)
        return True

    def _draw(self, number: int, keys: list[tuple[int, str]], labels: Sequence[str]) -> None:
        """New lines and a legend to the right of one panel."""
        for line in self.lines[number].values():
            line.remove()
        axes, names = self.axes[number], list(dict.fromkeys(name for _, name in keys))
        alone = len(names) == 1
        for i, name in keys:
            place = i if alone else names.index(name)
            colour = COLOURS[i % len(COLOURS)] if alone else OF_TRACE.get(name, COLOURS[place % len(COLOURS)])
            if alone and len(keys) == 1:
                colour = OF_TRACE.get(name, INK)
            (line,) = axes.plot(
                [], [], color=colour, linestyle=STYLES[place % len(STYLES)], linewidth=1.6,
                alpha=1.0 if alone or i == 0 else 0.45, label=(labels[i] if alone else name if i == 0 else None),
            )  # fmt: skip
            self.lines[number][i, name] = line
        self.lines[number] = {key: self.lines[number][key] for key in keys}
        if not alone or any(labels):
            self._make_room(max((len(str(line.get_label())) for line in axes.lines), default=0))
            axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1.03), frameon=False, fontsize=9, handlelength=2.4)

    def colours(self) -> set[tuple[int, int, int]]:
        """All colours that a picture needs: the curves and the ink, each in steps towards the white ground."""
        inks = {to_rgb(line.get_color()) for lines in self.lines for line in lines.values()} | {to_rgb(INK), (0, 0, 0)}
        steps = np.linspace(0, 1, min(SHADES, PALETTE // len(inks)))
        return {
            (round(255 * (1 - s + s * r)), round(255 * (1 - s + s * g)), round(255 * (1 - s + s * b)))
            for r, g, b in inks
            for s in steps
        }

    def animate(self) -> list[tuple[Axes, Line2D]]:
        """The curves, marked as animated: a full draw leaves them out, so that they can be drawn over its picture."""
        curves = [(axes, line) for axes, lines in zip(self.axes, self.lines, strict=True) for line in lines.values()]
        for _, line in curves:
            line.set_animated(True)
        return curves


@dataclass(frozen=True, repr=False)
class Picture:
    """A finished picture, shown by Jupyter as an image with a line of text that says what it shows."""

    panels: Panels
    figure: Figure = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "figure", self.panels.figure)

    def save(self, path: str) -> None:
        """Write the picture to a file; the ending of the name (.png, .pdf, .svg) says how."""
        self.figure.savefig(path)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        data = io.BytesIO()
        self.figure.savefig(data, format="png", dpi=self.figure.dpi)
        return {"image/png": data.getvalue(), "text/plain": repr(self)}

    def __repr__(self) -> str:
        return " | ".join(in_words(rec) for rec in self.panels.recordings)


def in_words(rec: Recording) -> str:
    """What a picture of this recording shows, in one line: spikes, their rate, peak, width and undershoot."""
    times = measure.spikes(rec)
    top, when = measure.peak(rec)
    if not times.size:
        return f"No spike: V starts at {rec.V[0]:.1f} mV and its highest point is {top:.1f} mV at {when:.2f} ms."
    low, low_at = measure.undershoot(rec)
    words = f"1 spike at {times[0]:.2f} ms"
    if times.size > 1:
        last = times[-1] - times[-2]
        words = (
            f"{times.size} spikes, the first at {times[0]:.2f} ms, the last after {last:.2f} ms ({1000 / last:.0f} Hz)"
        )
    width = measure.half_width(rec)
    words += f": peak {top:.1f} mV, " + (f"half-width {width:.2f} ms, " if np.isfinite(width) else "")
    return words + f"then down to {low:.1f} mV at {low_at:.2f} ms."


def thinned(t: Floats, curve: Floats, columns: int) -> tuple[Floats, Floats]:
    """The lowest and highest point of each pixel column: far fewer points, the same picture."""
    block = t.size // columns
    if block < 3:
        return t, curve
    start = np.arange(0, t.size - block + 1, block)
    rows = curve[: start.size * block].reshape(-1, block)
    low, high = start + rows.argmin(axis=1), start + rows.argmax(axis=1)
    at = np.stack((np.minimum(low, high), np.maximum(low, high)), axis=1).ravel()
    at = np.append(at, t.size - 1)
    return t[at], curve[at]


def _named(recordings: Recording | Sequence[Recording] | Mapping[str, Recording]) -> dict[str, Recording]:
    if isinstance(recordings, Recording):
        return {"": recordings}
    must_be(Iterable, measure.A_RECORDING, recordings)
    if isinstance(recordings, Mapping):
        named = {str(label): rec for label, rec in recordings.items()}
    else:
        listed = list(recordings)
        named = {f"{number + 1}" if len(listed) > 1 else "": rec for number, rec in enumerate(listed)}
    must_be(Recording, measure.A_RECORDING, *named.values())
    return named


def _sized(size: tuple[float, float] | None) -> tuple[float, float] | None:
    if size is None:
        return None
    try:
        width, height = (Parameter(5, "inches", 2.5, 40, "", name="size").check(each) for each in size)
    except TypeError:
        raise ValueError(f"size = {shown(size)} is not a width and a height: give both in inches") from None
    return width, height


def _roomy(extreme: float, usual: float) -> float:
    """An upper limit that holds `extreme`: the usual one, or the next of 1, 1.5, 2, 3, 5, 7 times a power of ten."""
    if extreme <= usual:
        return usual
    power = 10.0 ** np.floor(np.log10(extreme))
    return float(next(step * power for step in (1, 1.5, 2, 3, 5, 7, 10) if step * power >= extreme))
