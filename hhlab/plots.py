"""Pictures of recordings, without widgets and without simulations.

A view says which strokes show a recording; here they are drawn with Matplotlib. The colours are those of Okabe & Ito,
which colour-blind readers can tell apart; every curve has its own line style, too.
"""

import contextlib
import io
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, fontManager
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon
from matplotlib.ticker import MultipleLocator

from .axon_recording import AxonRecording
from .languages import ENGLISH, language, spoken
from .parameters import Parameter, must_be, pair, shown
from .recording import A_RECORDING, Recording
from .views import COLOURS_OF_V, INK, STYLES, Panel, Stroke, View, in_words, ordered, panels_of, shade, time_unit

DPI, POINT = 100, 72  # pixels, and points, in an inch
PANEL_HEIGHT, ROW_HEIGHT = 2.3, 1.75  # inches: a panel against time if it is alone; the row of the other panels
MOST_HEIGHT = 5.4  # inches of all panels against time together
LEGEND_HEIGHT = 0.55  # inches above a row of panels
LEGEND_SIZE = 9  # points
LETTERS = 14  # of that size in an inch
TIME_STEPS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)  # between ticks, in any unit
MOST_TICKS = 8
CHINESE = (
    "Microsoft YaHei", "SimHei", "PingFang SC", "PingFang HK", "Hiragino Sans GB", "Heiti TC", "Arial Unicode MS",
    "Noto Sans CJK SC", "Noto Sans SC", "Noto Sans CJK JP", "Source Han Sans SC", "Source Han Sans CN",
    "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "Droid Sans Fallback",
)  # fmt: skip
"""Fonts of Windows, macOS and Linux with Chinese letters, which those of Matplotlib lack."""
LOOK: Any = {
    "font.size": 10, "axes.spines.top": False, "axes.spines.right": False, "font.family": ["DejaVu Sans"],
    **dict.fromkeys(("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color"), INK),
    **dict.fromkeys(("figure.facecolor", "axes.facecolor", "savefig.facecolor"), "#FFFFFF"),
}  # fmt: skip


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
        "calcium", "calcium below the membrane", "release", "attribution", "currentscape", "single channels",
        "average of 10 channels", "average of 100 channels", "average of repeats", and, for a step of the squid axon,
        "measured g_K" and "measured g_Na", with the points of 1952. Panels in a row below them:
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
    if not named:
        raise ValueError("there is no recording to show: give at least one")
    return Picture(ordered(flat or ["voltage"]), named, _moment(at, list(named.values())), _sized(size))


class Picture:
    """A finished picture. Jupyter shows it as an image, with a line of text that describes it.

    The panels against time stand below each other, the others in a row below them.
    """

    def __init__(
        self, views: Sequence[View], named: Mapping[str, Any], at: float | None = None,
        size: tuple[float, float] | None = None,
    ) -> None:  # fmt: skip
        self.recordings = list(named.values())
        with legible():
            self.panels = panels_of(views, self.recordings, list(named), at)
        with matplotlib.rc_context(LOOK | {"font.family": [*LOOK["font.family"], *_chinese_fonts()[:1]]}):
            self._lay_out(size)
            for axes, panel in zip(self.axes, self.panels, strict=True):
                self._dress(axes, panel)
                self._legend(axes, panel)
                for stroke in panel.strokes:
                    _draw(axes, stroke)

    def _lay_out(self, size: tuple[float, float] | None) -> None:
        traces, states = ([p.view for p in self.panels if p.view.against_time is each] for each in (True, False))
        heights = [view.height * PANEL_HEIGHT / max(len(traces), 1) ** 0.4 for view in traces]
        row = ROW_HEIGHT * max((view.height for view in states), default=0.0)
        rest = 0.7 + (0.45 + row if states else 0.0)
        if traces:
            shrunk = min(1.0, (MOST_HEIGHT - rest) / sum(heights))
            heights = [height * shrunk for height in heights]
        total = rest + sum(heights)
        self.figure = Figure(size or (7.2, total), dpi=DPI)
        self.canvas = FigureCanvasAgg(self.figure)
        width, height = self.figure.get_size_inches()
        below = (row + (0.75 if traces else 0.5)) / total * height if states else 0.5
        self.axes: list[Axes] = []
        if traces:
            grid = self.figure.add_gridspec(
                len(traces), 1, height_ratios=heights, left=0.98 / width, right=self._right(width), hspace=0.14,
                top=1 - 0.12 / height, bottom=below / height,
            )  # fmt: skip
            self.axes += [self.figure.add_subplot(grid[row]) for row in range(len(traces))]
        if states:
            grid = self.figure.add_gridspec(
                1, len(states), left=0.98 / width, right=1 - 0.2 / width, bottom=0.5 / height,
                top=(below - 0.75) / height if traces else 1 - LEGEND_HEIGHT / height, wspace=0.42,
            )  # fmt: skip
            self.axes += [self.figure.add_subplot(grid[column]) for column in range(len(states))]
        for axes in self.axes[: max(len(traces) - 1, 0)]:
            axes.tick_params(labelbottom=False)
        self._last = self.axes[len(traces) - 1] if traces else None

    def _right(self, width: float) -> float:
        """The right end of the panels against time, as a share of the width: there is room for the longest name."""
        extent, font = self.canvas.get_renderer().get_text_width_height_descent, FontProperties(size=LEGEND_SIZE)
        names = [s.name for panel in self.panels if panel.view.against_time for s in panel.named]
        lines = [line for name in names for line in name.splitlines()]
        longest = max((extent(line, font, False)[0] / DPI for line in lines), default=0.0)
        return 1 - max(1.1, min(0.65 + longest, 0.45 * width)) / width

    def _dress(self, axes: Axes, panel: Panel) -> None:
        view, (across, up) = panel.view, panel.limits
        axes.set_autoscale_on(False)
        axes.set_ylabel(panel.label)
        if view.grid:
            axes.grid(alpha=0.25, linewidth=0.6)
        else:
            axes.set(xticks=[], yticks=[])
            axes.spines[["left", "bottom"]].set_visible(False)
        if view.y_ticks:
            axes.set_yticks(view.y_ticks)
        if view.scale:
            _scale(axes, view)
        axes.set(xlim=across, ylim=up)
        axes.set_xlabel(panel.x_label if axes is self._last or not view.against_time else "")
        if view.against_time:
            axes.yaxis.set_label_coords(-0.6 / (axes.get_position().width * self.figure.get_size_inches()[0]), 0.5)
            _tell_time(axes, across[1])
        wide = int(axes.get_position().width * self.figure.get_size_inches()[0] * LETTERS)
        for x, y, words in panel.words:
            letters = wide if words.isascii() or language() != "zh" else wide // 2
            axes.text(x, y, textwrap.fill(words, max(letters, 10)), ha="center", va="center", fontsize=LEGEND_SIZE)
        if panel.ticks is not None:
            axes.set_xticks([place for place, _ in panel.ticks], [label for _, label in panel.ticks])

    def _legend(self, axes: Axes, panel: Panel) -> None:
        if not panel.named:
            return
        place: Any = {"loc": "lower center", "bbox_to_anchor": (0.5, 0.97), "ncols": 4, "columnspacing": 0.8}
        if panel.view.against_time:
            room = axes.get_position().height * self.figure.get_size_inches()[1] * POINT
            spacing = min(max(room / (LEGEND_SIZE * len(panel.named)) - 1.1, 0.0), 0.5)
            place = {"loc": "upper left", "bbox_to_anchor": (1.01, 1.03), "labelspacing": spacing}
        bands = {"linewidth": 6.0, "solid_capstyle": "butt"}
        lines = [Line2D([], [], **_look(stroke) | (bands if stroke.fill else {})) for stroke in panel.named]
        names = [stroke.name for stroke in panel.named]
        axes.legend(lines, names, frameon=False, fontsize=LEGEND_SIZE, handlelength=2.0, **place)

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
        return " | ".join(in_words(rec) for rec in self.recordings)


def legible() -> contextlib.AbstractContextManager[None]:
    """Have the texts for a picture in a language for which this machine has letters: in English if it has none."""
    return contextlib.nullcontext() if language() != "zh" or _chinese_fonts() else spoken(ENGLISH)


def _chinese_fonts() -> list[str]:
    """Those fonts of this machine from which Matplotlib takes a Chinese letter."""
    there = {font.name for font in fontManager.ttflist}
    return [name for name in CHINESE if name in there]


def _scale(axes: Axes, view: View) -> None:
    """The colour scale at the right of a panel."""
    beside = axes.inset_axes((1.02, 0.04, 0.025, 0.92))
    beside.imshow(np.arange(256)[::-1, None], cmap=COLOURS_OF_V, aspect="auto")
    places = 255.0 - shade(np.array(view.scale, float))
    beside.set(xticks=[], yticks=places, yticklabels=[f"{V} mV".replace("-", "−") for V in view.scale])
    beside.yaxis.tick_right()
    beside.tick_params(labelsize=LEGEND_SIZE, length=2)


def _tell_time(axes: Axes, length: float) -> None:
    """Put the ticks of a time axis at round numbers of its unit: ms, s, min or h."""
    factor, unit = time_unit(length)
    step = next((s for s in TIME_STEPS if length / factor / s <= MOST_TICKS), TIME_STEPS[-1])
    axes.xaxis.set_major_locator(MultipleLocator(step * factor))
    axes.xaxis.set_major_formatter(lambda x, _: f"{x / factor:g}")
    if axes.get_xlabel():
        axes.set_xlabel(f"t ({unit})")


def _look(stroke: Stroke) -> dict[str, Any]:
    look = {"color": stroke.colour, "alpha": stroke.alpha, "linewidth": stroke.width}
    return look | {"linestyle": STYLES[stroke.style % len(STYLES)]}


def _draw(axes: Axes, stroke: Stroke) -> None:
    if stroke.image is not None:
        axes.imshow(stroke.image, COLOURS_OF_V, vmin=0, vmax=255, aspect="auto", interpolation="bilinear",
                    extent=(*stroke.x, *stroke.y))  # fmt: skip
    elif stroke.fill:
        points = np.column_stack((stroke.x, stroke.y))  # `axes.fill` would look through all of them for limits
        axes.add_artist(Polygon(points, color=stroke.colour, alpha=stroke.alpha, linewidth=0))
    elif stroke.dot:
        axes.plot(stroke.x, stroke.y, "o", color=stroke.colour, markersize=2 * stroke.width, zorder=3)
    else:
        axes.plot(stroke.x, stroke.y, **_look(stroke))


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
