"""What each view shows of a recording, as strokes in its own coordinates. Drawing them is the business of plots."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import measure
from .recording import Recording

Floats = NDArray[np.float64]
Limits = tuple[tuple[float, float], tuple[float, float]]

INK = "#222222"
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", INK)
OF_TRACE = {
    "Na": "#D55E00", "K": "#0072B2", "L": "#666666", "V": INK, "stimulus": "#009E73",
    "Na.m": "#D55E00", "Na.h": "#CC79A7", "K.n": "#0072B2",
}  # fmt: skip
STYLES: tuple[Any, ...] = ("-", (0, (5, 1.5)), (0, (1, 1.2)), (0, (6, 1.5, 1, 1.5)), (0, (3, 1, 1, 1, 1, 1)))
THICK, THIN, FAINT = 1.6, 1.2, 0.5
DOT = 3.5
V_AXIS = np.linspace(-100.0, 60.0, 161)


@dataclass(frozen=True)
class Stroke:
    """A curve, a dot or a filled shape in the coordinates of its panel.

    `name` is what a legend calls it; `thin` has it thinned to the pixels; `held` is of a recording to compare with.
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


class View:
    """One panel. A subclass says which strokes show recordings, and how far its axes reach."""

    against_time = True
    height = 1.0
    grid = True
    x_label = "t (ms)"

    def __init__(self, name: str, label: str) -> None:
        self.name, self.label = name, label

    def strokes(self, recordings: Sequence[Recording], labels: Sequence[str], cursor: float | None) -> list[Stroke]:
        """The strokes that show recordings, the one at hand first, with a cursor at a moment in ms."""
        raise NotImplementedError

    def limits(self, recordings: Sequence[Recording], strokes: Sequence[Stroke]) -> Limits:
        """Limits of x and y that hold all strokes, in coarse steps so that they seldom change."""
        raise NotImplementedError

    def furniture(self, rec: Recording) -> list[tuple[float, float, str]]:
        """Words that stand in the panel whatever moves: x, y, text."""
        return []


class Traces(View):
    """Curves against time, each by name."""

    def __init__(
        self, name: str, label: str, traces: Callable[[Recording], Mapping[str, Floats]], low: float, high: float,
        height: float = 1.0,
    ) -> None:  # fmt: skip
        super().__init__(name, label)
        self.traces, self.low, self.high, self.height = traces, low, high, height

    def strokes(self, recordings: Sequence[Recording], labels: Sequence[str], cursor: float | None) -> list[Stroke]:
        found = []
        for i, rec in reversed(list(enumerate(recordings))):
            traces = self.traces(rec)
            for place, (name, curve) in enumerate(traces.items()):
                look = self._alone(name, i, labels) if len(traces) == 1 else self._among(name, place, i)
                found.append(Stroke(rec.t, curve, thin=True, held=i > 0, **look))
        if cursor is not None:
            found += self._cursor(recordings[0], cursor)
        return found

    def _alone(self, name: str, i: int, labels: Sequence[str]) -> dict[str, Any]:
        colour = OF_TRACE.get(name, INK) if i == 0 else COLOURS[(i - 1) % len(COLOURS)]
        return {"colour": colour, "style": i, "name": labels[i] if i < len(labels) else ""}

    def _among(self, name: str, place: int, i: int) -> dict[str, Any]:
        look: dict[str, Any] = {"colour": colour_of(name, place), "style": place}
        return look | ({"name": name} if i == 0 else {"alpha": FAINT, "width": THIN})

    def _cursor(self, rec: Recording, cursor: float) -> list[Stroke]:
        line = Stroke(np.full(2, cursor), np.array([-1e9, 1e9]), INK, 2, width=1.0, alpha=0.7)
        traces = self.traces(rec)
        dots = [
            Stroke(np.array([cursor]), at(rec, curve, cursor), colour_of(name, place), dot=True, width=DOT)
            for place, (name, curve) in enumerate(traces.items())
        ]
        return [line, *dots]

    def limits(self, recordings: Sequence[Recording], strokes: Sequence[Stroke]) -> Limits:
        curves = [stroke.y for stroke in strokes if stroke.thin]
        low = min((float(curve.min()) for curve in curves), default=self.low)
        high = max((float(curve.max()) for curve in curves), default=self.high)
        span = (0.0, max(float(rec.t[-1]) for rec in recordings))
        return span, (-roomy(-low, -self.low), roomy(high, self.high))


class GateCurves(View):
    """A property of every gate against V, with a marker at the present V."""

    against_time = False
    x_label = "V (mV)"

    def __init__(self, name: str, label: str, curve: Callable[[Any, Floats, float], Floats], top: float) -> None:
        super().__init__(name, label)
        self.curve, self.top = curve, top

    def strokes(self, recordings: Sequence[Recording], labels: Sequence[str], cursor: float | None) -> list[Stroke]:
        rec, found, dots = recordings[0], [], []
        T = float(getattr(rec.cell, "T", 0.0))
        for place, (name, gate) in enumerate(zip(rec.cell.gate_names, rec.cell.gates, strict=True)):
            colour = colour_of(name, place)
            found.append(Stroke(V_AXIS, self.curve(gate, V_AXIS, T), colour, place, name))
            if cursor is not None:
                V = at(rec, rec.V, cursor)
                dots.append(Stroke(V, self.curve(gate, V, T), colour, dot=True, width=DOT))
        return found + dots

    def limits(self, recordings: Sequence[Recording], strokes: Sequence[Stroke]) -> Limits:
        highest = max((float(s.y.max()) for s in strokes if not s.dot), default=self.top)
        return (-100.0, 60.0), (0.0, roomy(highest, self.top))


class PhasePlane(View):
    """How fast V changes against V: a loop, once round for each spike."""

    against_time = False
    x_label = "V (mV)"

    def strokes(self, recordings: Sequence[Recording], labels: Sequence[str], cursor: float | None) -> list[Stroke]:
        found = []
        for i, rec in reversed(list(enumerate(recordings))):
            colour = INK if i == 0 else COLOURS[(i - 1) % len(COLOURS)]
            found.append(Stroke(rec.V, self._slope(rec), colour, i, held=i > 0))
        if cursor is not None:
            rec = recordings[0]
            here = at(rec, rec.V, cursor), at(rec, self._slope(rec), cursor)
            found.append(Stroke(*here, INK, dot=True, width=DOT))
        return found

    def _slope(self, rec: Recording) -> Floats:
        slope: Floats = np.gradient(rec.V, rec.t)
        return slope

    def limits(self, recordings: Sequence[Recording], strokes: Sequence[Stroke]) -> Limits:
        x = [s.x for s in strokes if not s.dot]
        y = [s.y for s in strokes if not s.dot]
        left, right = min(float(c.min()) for c in x), max(float(c.max()) for c in x)
        low, high = min(float(c.min()) for c in y), max(float(c.max()) for c in y)
        return (-roomy(-left, 90), roomy(right, 60)), (-roomy(-low, 100), roomy(high, 300))


class Membrane(View):
    """The membrane at one moment: channels whose gap widens as they open, arrows as wide as the current is strong."""

    against_time = False
    grid = False
    x_label = ""
    WALL, GAP, THICKNESS = 0.1, 0.5, 0.22
    ARROW, HEAD, REACH, LEAST = 0.3, 0.16, 0.8, 0.012
    MARGIN = 0.35

    def strokes(self, recordings: Sequence[Recording], labels: Sequence[str], cursor: float | None) -> list[Stroke]:
        rec = recordings[0]
        moment = measure.peak(rec)[1] if cursor is None else cursor
        strongest = max((float(np.abs(current).max()) for current in rec.I.values()), default=0.0) or 1.0
        found = self._layer(len(rec.cell.channels))
        for place, channel in enumerate(rec.cell.channels):
            colour = colour_of(channel.name, place)
            share = float(at(rec, rec.g[channel.name], moment)[0]) / channel.g if channel.g else 0.0
            current = float(at(rec, rec.I[channel.name], moment)[0])
            found.append(self._arrow(place + 0.5, current / strongest, colour))
            found += self._walls(place + 0.5, self.GAP * share**0.5, colour)
        return found

    def _layer(self, channels: int) -> list[Stroke]:
        y, ends = self.THICKNESS, np.array([-self.MARGIN, channels])
        return [Stroke(ends, np.full(2, side), "#666666", width=2.0) for side in (-y, y)]

    def _walls(self, x: float, gap: float, colour: str) -> list[Stroke]:
        tall = self.THICKNESS + 0.05
        y = np.array([-tall, tall, tall, -tall])
        sides = [(x - gap / 2 - self.WALL, x - gap / 2), (x + gap / 2, x + gap / 2 + self.WALL)]
        return [Stroke(np.array([a, a, b, b]), y, colour, fill=True) for a, b in sides]

    def _arrow(self, x: float, share: float, colour: str) -> Stroke:
        """An arrow that points up where positive charge leaves, down where it enters."""
        half, way = max(self.ARROW * abs(share), self.LEAST) / 2, 1.0 if share >= 0 else -1.0
        tip, neck = way * self.REACH, way * (self.REACH - self.HEAD)
        across = np.array([-half, -half, -1.6 * half - 0.02, 0.0, 1.6 * half + 0.02, half, half])
        return Stroke(x + across, np.array([-tip, neck, neck, tip, neck, neck, -tip]), colour, fill=True, alpha=0.7)

    def limits(self, recordings: Sequence[Recording], strokes: Sequence[Stroke]) -> Limits:
        return (-self.MARGIN, float(max(len(recordings[0].cell.channels), 1))), (-1.1, 1.1)

    def furniture(self, rec: Recording) -> list[tuple[float, float, str]]:
        names = [(place + 0.5, 0.97, channel.name) for place, channel in enumerate(rec.cell.channels)]
        return [*names, (-0.1, 0.6, "outside"), (-0.1, -0.6, "inside")]


def _driving_forces(rec: Recording) -> dict[str, Floats]:
    return {channel.name: rec.V - channel.E for channel in rec.cell.channels}


VIEWS: dict[str, View] = {
    view.name: view
    for view in (
        Traces("voltage", "V (mV)", lambda rec: {"V": rec.V}, -90, 60),
        Traces("stimulus", "I_stim\n(uA/cm2)", lambda rec: {"stimulus": rec.stimulus}, 0, 25, 0.45),
        Traces("currents", "I (uA/cm2)", lambda rec: rec.I, -1000, 1000),
        Traces("conductances", "g (mS/cm2)", lambda rec: rec.g, 0, 40),
        Traces("gates", "open share", lambda rec: rec.gate, 0, 1),
        Traces("driving forces", "V − E (mV)", _driving_forces, -150, 150),
        Traces("attribution", "part of dV/dt\n(mV/ms)", measure.attribution, -1000, 1000),
        GateCurves("steady states", "steady state", lambda gate, V, T: gate.steady_state(V), 1.0),
        GateCurves("time constants", "time constant (ms)", lambda gate, V, T: gate.time_constant(V, T), 1.0),
        PhasePlane("phase plane", "dV/dt (mV/ms)"),
        Membrane("membrane", ""),
    )
}


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


def moment_in_words(rec: Recording, moment: float) -> str:
    """What holds at a moment (ms): V, the gates, and which currents move V."""
    gates = ", ".join(f"{name} {at(rec, values, moment)[0]:.3f}" for name, values in rec.gate.items())
    parts = {name: float(at(rec, values, moment)[0]) for name, values in measure.attribution(rec).items()}
    ranked = sorted((part for part in parts.items() if abs(part[1]) >= 0.05), key=lambda part: -abs(part[1]))
    moved = ", ".join(f"{name} {part:+.1f}" for name, part in ranked) or "nothing"
    slope = round(sum(parts.values()), 1) + 0.0
    words = f"At {moment:.2f} ms: V {at(rec, rec.V, moment)[0]:.1f} mV" + (f"; {gates}" if gates else "")
    return f"{words}. V changes by {slope:+.1f} mV/ms: {moved}.".replace("-", "−")


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
