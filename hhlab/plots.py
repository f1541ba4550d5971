"""Pictures of recordings, without widgets and without simulations.

A view says which strokes show a recording; `Panels` draws them on its own axes, and then only updates them. The colours
are those of Okabe & Ito, which colour-blind readers can tell apart; every curve has its own line style, too.
"""

import io
from collections.abc import Iterable, Mapping, Sequence
from itertools import zip_longest
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.image import imsave
from matplotlib.lines import Line2D
from matplotlib.ticker import MultipleLocator

from .axon_recording import AxonRecording
from .parameters import Parameter, must_be, pair, pretty, shown, unknown
from .recording import A_RECORDING, Recording
from .views import INK, STYLES, VIEWS, Stroke, View, in_words, seen_by, shade, time_unit

DPI, POINT = 100, 72  # pixels, and points, in an inch
PANEL_HEIGHT, ROW_HEIGHT = 2.3, 1.75  # inches: a panel against time if it is alone; the row of the other panels
MOST_HEIGHT = 5.4  # inches of all panels against time together
LEGEND_HEIGHT = 0.55  # inches above a row of panels
LEGEND_SIZE = 9  # points
TIME_STEPS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)  # between ticks, in any unit
MOST_TICKS = 8
DARK = {INK: "#E6E6E6", "#666666": "#A8A8A8", "#6B4A00": "#C9A227", "#882255": "#F0E442"}
COLOURS_OF_V = "RdBu_r"
PAPER = {False: "#FFFFFF", True: "#111111"}


def plot(
    recordings: "Recording | AxonRecording | Sequence[Any] | Mapping[str, Any]",
    *views: str,
    size: tuple[float, float] | None = None,
    at: float | None = None,
) -> "Picture":
    """A picture of one or several recordings.

    Parameters
    ----------
    recordings : Recording or AxonRecording, or a sequence or dict of them
        What to show; with a dict, each has a label: {"control": a, "TTX": b}.
    *views : str
        Names of panels; "voltage" if none is given. Panels against time, from top to bottom: "voltage", "stimulus",
        "currents", "total current", "conductances", "gates", "driving forces", "reversal potentials", "concentrations",
        "calcium", "calcium below the membrane", "release", "attribution", "currentscape". Panels in a row below them:
        "steady states", "time constants", "phase plane", "membrane", "ions", "potentials", "current against V",
        "V against K outside", "two-pulse curve", and for a clamp family "peak currents". For an axon there are also
        "space and time" and "electrodes" against time, and "along the axon"; the other panels show its first electrode.
    size : tuple of (float, float), optional
        Width and height, inches.
    at : float, optional
        A moment, ms, that a cursor marks in every panel. Without it "membrane" shows the peak of V.

    Returns
    -------
    Picture
        The picture, which Jupyter shows, and which can be saved.

    Raises
    ------
    ValueError
        For an unknown view, or no recording.
    """
    named = _named(recordings)
    flat = [name for view in views for name in ([view] if isinstance(view, str) else view)]
    panels = Panels(flat or ("voltage",), _sized(size))
    panels.update(list(named.values()), list(named), _moment(at, list(named.values())))
    return Picture(panels)


class Panels:
    """The panels of a figure: those against time below each other, the others in a row below them."""

    def __init__(self, views: Sequence[str], size: tuple[float, float] | None = None, dark: bool = False) -> None:
        found = [VIEWS[v] if v in VIEWS else unknown("plots", "view", v, VIEWS) for v in views]
        self.views: list[View] = sorted(found, key=lambda view: not view.against_time)
        self.dark, self.recordings = dark, list[Any]()
        self.strokes: list[list[Stroke]] = [[] for _ in self.views]
        self._lines: list[Any] = []
        self.limits: list[Any] = [None] * len(self.views)
        self._words: list[Any] = [None] * len(self.views)
        with matplotlib.rc_context(_plain(dark)):
            self._lay_out(size)

    def _lay_out(self, size: tuple[float, float] | None) -> None:
        traces, states = ([v for v in self.views if v.against_time is each] for each in (True, False))
        heights = [view.height * PANEL_HEIGHT / max(len(traces), 1) ** 0.4 for view in traces]
        rest = 0.7 + (0.45 + ROW_HEIGHT if states else 0.0)
        if traces:
            shrunk = min(1.0, (MOST_HEIGHT - rest) / sum(heights))
            heights = [height * shrunk for height in heights]
        total = rest + sum(heights)
        self.figure = Figure(size or (7.2, total), dpi=DPI)
        self.canvas = FigureCanvasAgg(self.figure)
        width, height = self.figure.get_size_inches()
        below = (ROW_HEIGHT + (0.75 if traces else 0.5)) / total * height if states else 0.5
        right = 1 - 1.1 / width
        self.axes: list[Axes] = []
        if traces:
            grid = self.figure.add_gridspec(
                len(traces), 1, height_ratios=heights, left=0.98 / width, right=right, top=1 - 0.12 / height,
                bottom=below / height, hspace=0.14,
            )  # fmt: skip
            self.axes += [self.figure.add_subplot(grid[row]) for row in range(len(traces))]
        if states:
            grid = self.figure.add_gridspec(
                1, len(states), left=0.98 / width, right=1 - 0.2 / width, bottom=0.5 / height,
                top=(below - 0.75) / height if traces else 1 - LEGEND_HEIGHT / height, wspace=0.42,
            )  # fmt: skip
            self.axes += [self.figure.add_subplot(grid[column]) for column in range(len(states))]
        for axes, view in zip(self.axes, self.views, strict=True):
            self._dress(axes, view, width)
        for axes in self.axes[: max(len(traces) - 1, 0)]:
            axes.tick_params(labelbottom=False)

    def _dress(self, axes: Axes, view: View, width: float) -> None:
        axes.set_autoscale_on(False)
        axes.set_ylabel(pretty(view.label))
        if view.grid:
            axes.grid(alpha=0.25, linewidth=0.6)
        else:
            axes.set(xticks=[], yticks=[])
            axes.spines[["left", "bottom"]].set_visible(False)
        if view.y_ticks:
            axes.set_yticks(view.y_ticks)
        if view.scale:
            self._scale(axes, view)
        if view.against_time:
            axes.yaxis.set_label_coords(-0.6 / (width - 2.08), 0.5)
        last = [v for v in self.views if v.against_time][-1:] == [view]
        axes.set_xlabel(view.x_label if last or not view.against_time else "")

    def _scale(self, axes: Axes, view: View) -> None:
        """The colour scale at the right of a panel."""
        beside = axes.inset_axes((1.02, 0.04, 0.025, 0.92))
        beside.imshow(np.arange(256)[::-1, None], cmap=COLOURS_OF_V, aspect="auto")
        places = 255.0 - shade(np.array(view.scale, float))
        beside.set(xticks=[], yticks=places, yticklabels=[f"{V} mV".replace("-", "−") for V in view.scale])
        beside.yaxis.tick_right()
        beside.tick_params(labelsize=LEGEND_SIZE, length=2)

    def update(self, recordings: Sequence[Any], labels: Sequence[str] = ("",), cursor: float | None = None) -> bool:
        """Compute the strokes that show these recordings. True if the background changed.

        The first recording is the main one, the others are to compare it with. `cursor` is a moment in ms.
        """
        if not recordings:
            raise ValueError("there is no recording to show: give at least one")
        changed = any(a is not b for a, b in zip_longest(recordings[1:], self.recordings[1:]))
        self.recordings = list(recordings)
        for number, view in enumerate(self.views):
            seen = [seen_by(view, rec) for rec in recordings]
            strokes = view.strokes(seen, labels, cursor)
            self.strokes[number] = strokes
            changed |= self._limit(number, view.limits(seen, strokes))
            changed |= self._caption(number, view, seen[0])
        return changed

    def _limit(self, number: int, wanted: tuple[tuple[float, float], tuple[float, float]]) -> bool:
        if wanted == self.limits[number]:
            return False
        self.limits[number] = wanted
        self.axes[number].set(xlim=wanted[0], ylim=wanted[1])
        if self.views[number].against_time:
            self._tell_time(number, wanted[0][1])
        return True

    def _tell_time(self, number: int, length: float) -> None:
        """Put the ticks of a time axis at round numbers of its unit: ms, s, min or h."""
        axes, (factor, unit) = self.axes[number], time_unit(length)
        step = next((s for s in TIME_STEPS if length / factor / s <= MOST_TICKS), TIME_STEPS[-1])
        axes.xaxis.set_major_locator(MultipleLocator(step * factor))
        axes.xaxis.set_major_formatter(lambda x, _: f"{x / factor:g}")
        if axes.get_xlabel():
            axes.set_xlabel(f"t ({unit})")

    def _caption(self, number: int, view: View, first: Any) -> bool:
        """Update the legend of a panel and the words in it. True if they changed."""
        furniture, named = view.furniture(first), self._named(number)
        ticks = view.ticks(first)
        wanted = furniture, ticks, [(s.name, s.colour, s.style) for s in named]
        if wanted == self._words[number]:
            return False
        self._words[number] = wanted
        axes = self.axes[number]
        for text in list(axes.texts):
            text.remove()
        for x, y, words in furniture:
            axes.text(x, y, words, ha="center", va="center", fontsize=9, color=self.ink(INK))
        if ticks is not None:
            axes.set_xticks([place for place, _ in ticks], [label for _, label in ticks])
        self._legend(axes, view, named)
        return True

    def _named(self, number: int) -> list[Stroke]:
        """The strokes in the legend of a panel: none if a panel above has named them all."""
        named = sorted((s for s in self.strokes[number] if s.name), key=lambda stroke: stroke.style)
        above = {s.name for strokes in self.strokes[:number] for s in strokes}
        return [] if {s.name for s in named} <= above else named

    def _legend(self, axes: Axes, view: View, named: Sequence[Stroke]) -> None:
        old = axes.get_legend()
        if old:
            old.remove()
        if view.against_time:
            self._make_room([line for s in named for line in s.name.splitlines()])
        if not named:
            return
        place: Any = {"loc": "upper left", "bbox_to_anchor": (1.01, 1.03), "labelspacing": self._spacing(axes, named)}
        if not view.against_time:
            place = {"loc": "lower center", "bbox_to_anchor": (0.5, 0.97), "ncols": 4, "columnspacing": 0.8}
        bands = {"linewidth": 6.0, "solid_capstyle": "butt"}
        lines = [Line2D([], [], **self._look(stroke) | (bands if stroke.fill else {})) for stroke in named]
        with matplotlib.rc_context(_plain(self.dark)):
            axes.legend(lines, [s.name for s in named], frameon=False, fontsize=LEGEND_SIZE, handlelength=2.0, **place)

    def _spacing(self, axes: Axes, named: Sequence[Stroke]) -> float:
        """The space between the lines of a legend, in heights of its letters: less if there are many lines."""
        room = axes.get_position().height * self.figure.get_size_inches()[1] * POINT
        return min(max(room / (LEGEND_SIZE * len(named)) - 1.1, 0.0), 0.5)

    def _make_room(self, names: Sequence[str]) -> None:
        """Make room for a legend with these names at the right of the traces."""
        extent, font = self.canvas.get_renderer().get_text_width_height_descent, FontProperties(size=LEGEND_SIZE)
        longest = max((extent(name, font, False)[0] / DPI for name in names), default=0.0)
        width = self.figure.get_size_inches()[0]
        right = 1 - min(0.65 + longest, 0.45 * width) / width
        for axes, view in zip(self.axes, self.views, strict=True):
            place: Any = axes.get_subplotspec()
            if view.against_time and right < axes.get_position().x1:
                place.get_gridspec().update(right=right)
                axes.set_subplotspec(place)
                axes.yaxis.set_label_coords(-0.6 / (right * width - 0.98), 0.5)

    def ink(self, colour: str) -> str:
        """A colour as it is on a light or dark background."""
        return DARK.get(colour, colour) if self.dark else colour

    def _look(self, stroke: Stroke) -> dict[str, Any]:
        look = {"color": self.ink(stroke.colour), "alpha": stroke.alpha, "linewidth": stroke.width}
        return look | {"linestyle": STYLES[stroke.style % len(STYLES)]}

    def ground(self, ratio: float = 1.0) -> bytes:
        """The background, which does not move, as a PNG with `ratio` pixels for each pixel of the layout."""
        self._put_on_paper([[s for s in strokes if s.held] for strokes in self.strokes])
        self.figure.set_dpi(DPI * ratio)
        self.canvas.draw()
        data = io.BytesIO()
        imsave(data, self.canvas.buffer_rgba(), format="png", pil_kwargs={"compress_level": 1})
        self.figure.set_dpi(DPI)
        return data.getvalue()

    def boxes(self) -> list[tuple[float, float, float, float]]:
        """Left, top, right, bottom of each panel in pixels of the layout."""
        width, height = self.figure.get_size_inches() * DPI
        found = [axes.get_position() for axes in self.axes]
        return [(b.x0 * width, (1 - b.y1) * height, b.x1 * width, (1 - b.y0) * height) for b in found]

    def drawn(self) -> Figure:
        """The figure with every stroke on it, as an ordinary Matplotlib figure."""
        self._put_on_paper(self.strokes)
        return self.figure

    def _put_on_paper(self, every: Sequence[Sequence[Stroke]]) -> None:
        """Draw these strokes of each panel, and no others, on the figure."""
        for line in self._lines:
            line.remove()
        each = [(axes, stroke) for axes, strokes in zip(self.axes, every, strict=True) for stroke in strokes]
        self._lines = [self._draw(axes, stroke) for axes, stroke in each]

    def _draw(self, axes: Axes, stroke: Stroke) -> Any:
        look = self._look(stroke)
        if stroke.image is not None:
            limits = axes.get_xlim(), axes.get_ylim()
            shown = axes.imshow(stroke.image, COLOURS_OF_V, vmin=0, vmax=255, aspect="auto", interpolation="bilinear",
                                extent=(*stroke.x, *stroke.y))  # fmt: skip
            axes.set(xlim=limits[0], ylim=limits[1])
            return shown
        if stroke.fill:
            return axes.fill(stroke.x, stroke.y, color=look["color"], alpha=stroke.alpha, linewidth=0)[0]
        if stroke.dot:
            return axes.plot(stroke.x, stroke.y, "o", color=look["color"], markersize=2 * stroke.width, zorder=3)[0]
        return axes.plot(stroke.x, stroke.y, **look)[0]


class Picture:
    """A finished picture. Jupyter shows it as an image, with a line of text that describes it."""

    def __init__(self, panels: Panels) -> None:
        self.panels, self.figure = panels, panels.drawn()

    @property
    def png(self) -> bytes:
        """The picture as a PNG."""
        data = io.BytesIO()
        self.figure.savefig(data, format="png", dpi=DPI)
        return data.getvalue()

    def save(self, path: str) -> None:
        """Write the picture to a file; its suffix (.png, .pdf, .svg) sets the format."""
        self.figure.savefig(path)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return {"image/png": self.png, "text/plain": repr(self)}

    def __repr__(self) -> str:
        return " | ".join(in_words(rec) for rec in self.panels.recordings)


def _plain(dark: bool) -> Any:
    ink = DARK[INK] if dark else INK
    inks = ("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color")
    grounds = ("figure.facecolor", "axes.facecolor", "savefig.facecolor")
    look = {"font.size": 10, "axes.spines.top": False, "axes.spines.right": False, "font.family": ["DejaVu Sans"]}
    return look | dict.fromkeys(inks, ink) | dict.fromkeys(grounds, PAPER[dark])


def _moment(at: float | None, recordings: Sequence[Any]) -> float | None:
    if at is None:
        return None
    last = max(float(rec.t[-1]) for rec in recordings)
    return Parameter(0.0, "ms", 0, last, "moment to mark", name="at").check(at)


def _named(recordings: Any) -> dict[str, Any]:
    if isinstance(recordings, Recording | AxonRecording):
        return {"": recordings}
    must_be(Iterable, A_RECORDING, recordings)
    if isinstance(recordings, Mapping):
        named = {str(label): rec for label, rec in recordings.items()}
    else:
        listed = list(recordings)
        named = {f"{number + 1}" if len(listed) > 1 else "": rec for number, rec in enumerate(listed)}
    must_be(Recording | AxonRecording, A_RECORDING, *named.values())
    return named


def _sized(size: tuple[float, float] | None) -> tuple[float, float] | None:
    if size is None:
        return None
    limits = Parameter(5, "inches", 2.5, 40, "", name="size")
    width, height = pair(size, f"size = {shown(size)} is not a width and a height: give both in inches")
    return limits.check(width), limits.check(height)
