"""What each view shows of a recording, as strokes in its own coordinates. Drawing them is the business of plots."""

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import measure
from .cells import Cell
from .physics import nernst
from .recording import Recording

Floats = NDArray[np.float64]
Limits = tuple[tuple[float, float], tuple[float, float]]

INK = "#222222"
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", INK)
OF_TRACE = {
    "Na": "#D55E00", "K": "#0072B2", "L": "#666666", "Cl": "#009E73", "pump": "#CC79A7", "NaL": "#E69F00",
    "ClL": "#009E73", "Na_in": "#D55E00", "K_in": "#0072B2", "Cl_in": "#009E73", "E_Na": "#D55E00", "E_K": "#0072B2",
    "E_Cl": "#009E73", "E_L": "#666666", "V": INK, "stimulus": "#009E73",
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

    def ticks(self, rec: Recording) -> list[tuple[float, str]] | None:
        """The marks of the x axis where they are not plain numbers: place, label."""
        return None


class Traces(View):
    """Curves against time, each by name; from low to high at least, or within `quiet` for cells without gates."""

    def __init__(
        self, name: str, label: str, traces: Callable[[Recording], Mapping[str, Floats]], low: float, high: float,
        height: float = 1.0, quiet: tuple[float, float] | None = None,
    ) -> None:  # fmt: skip
        super().__init__(name, label)
        self.traces, self.low, self.high, self.height = traces, low, high, height
        self.quiet = quiet or (low, high)

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
        least, most = (self.low, self.high) if any(rec.cell.gates for rec in recordings) else self.quiet
        low = min((float(curve.min()) for curve in curves), default=least)
        high = max((float(curve.max()) for curve in curves), default=most)
        span = (0.0, max(float(rec.t[-1]) for rec in recordings))
        return span, (-roomy(-low, -least), roomy(high, most))


class GateCurves(View):
    """A property of every gate against V, with a marker at the present V."""

    against_time = False
    x_label = "V (mV)"

    def __init__(self, name: str, label: str, curve: Callable[[Any, Floats, float], Floats], top: float) -> None:
        super().__init__(name, label)
        self.curve, self.top = curve, top

    def strokes(self, recordings: Sequence[Recording], labels: Sequence[str], cursor: float | None) -> list[Stroke]:
        rec, found, dots = recordings[0], [], []
        T = rec.cell.temperature
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
            share = float(at(rec, rec.open_share(channel.name), moment)[0]) if channel.g or channel.P else 0.0
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


class IonBars(View):
    """How much of each ion there is outside and inside."""

    against_time = False
    x_label = ""
    WIDE = 0.34

    def strokes(self, recordings: Sequence[Recording], labels: Sequence[str], cursor: float | None) -> list[Stroke]:
        rec, found = recordings[0], []
        moment = float(rec.t[-1]) if cursor is None else cursor
        for place, pool in enumerate(rec.cell.pools):
            colour = colour_of(pool.ion, place)
            inside = float(at(rec, rec.conc[pool.name], moment)[0])
            sides = (("outside", place - self.WIDE, pool.outside, 0.35), ("inside", place, inside, 1.0))
            for side, left, height, alpha in sides:
                x = left + np.array([0.0, 0.0, self.WIDE, self.WIDE])
                y, name = np.array([0.0, height, height, 0.0]), "" if place else side
                found.append(Stroke(x, y, colour, fill=True, alpha=alpha, name=name))
        return found

    def limits(self, recordings: Sequence[Recording], strokes: Sequence[Stroke]) -> Limits:
        highest = max((float(s.y.max()) for s in strokes), default=1.0)
        return (-0.6, max(len(recordings[0].cell.pools), 1) - 0.4), (0.0, roomy(highest, 150))

    def ticks(self, rec: Recording) -> list[tuple[float, str]]:
        return [(place, pool.ion) for place, pool in enumerate(rec.cell.pools)]


class Potentials(View):
    """V and the reversal potentials on one scale; the wider the stem, the more conductance pulls V that way."""

    against_time = False
    x_label = ""
    LEAST, WIDEST = 0.01, 0.5

    def strokes(self, recordings: Sequence[Recording], labels: Sequence[str], cursor: float | None) -> list[Stroke]:
        rec = recordings[0]
        moment = float(rec.t[-1]) if cursor is None else cursor
        V = at(rec, rec.V, moment)
        pulls = _pulls(rec, moment)
        total = sum(g for _, g in pulls.values()) or 1.0
        found = [Stroke(np.array([-0.5, len(pulls) - 0.5]), np.repeat(V, 2), INK, name="V")]
        for place, (name, (E, g)) in enumerate(pulls.items()):
            colour = colour_of(name, place)
            half = self.LEAST + self.WIDEST * g / total / 2
            x, y = place + np.array([-half, half, half, -half]), np.array([V[0], V[0], E, E])
            found.append(Stroke(x, y, colour, fill=True, alpha=0.5))
            found.append(Stroke(place + np.array([-0.3, 0.3]), np.full(2, E), colour, width=2.5))
        return found

    def limits(self, recordings: Sequence[Recording], strokes: Sequence[Stroke]) -> Limits:
        low, high = min(float(s.y.min()) for s in strokes), max(float(s.y.max()) for s in strokes)
        columns = len({channel.ion or channel.name for channel in recordings[0].cell.channels})
        return (-0.6, max(columns, 1) - 0.4), (-roomy(-low, 100), roomy(high, 80))

    def ticks(self, rec: Recording) -> list[tuple[float, str]]:
        return [(place, f"E_{name}") for place, name in enumerate(_pulls(rec, 0.0))]


class CurrentVoltage(View):
    """What each channel would carry at other voltages, with its gates and the concentrations as they are now."""

    against_time = False
    x_label = "V (mV)"

    def strokes(self, recordings: Sequence[Recording], labels: Sequence[str], cursor: float | None) -> list[Stroke]:
        rec = recordings[0]
        moment = float(rec.t[-1]) if cursor is None else cursor
        curves = {name: rec.current_at(name, V_AXIS, moment) for name in rec.I}
        looks = [(name, colour_of(name, place), place) for place, name in enumerate(curves)]
        found = [Stroke(V_AXIS, curves[name], colour, style, name) for name, colour, style in looks]
        found.append(Stroke(V_AXIS, np.sum(list(curves.values()), axis=0), INK, 0, "sum"))
        found.append(Stroke(V_AXIS[[0, -1]], np.zeros(2), INK, 2, width=0.8, alpha=FAINT))
        V = at(rec, rec.V, moment)
        total = sum(rec.current_at(name, V, moment) for name in rec.I)
        return [*found, Stroke(V, np.asarray(total), INK, dot=True, width=DOT)]

    def limits(self, recordings: Sequence[Recording], strokes: Sequence[Stroke]) -> Limits:
        low, high = min(float(s.y.min()) for s in strokes), max(float(s.y.max()) for s in strokes)
        return (-100.0, 60.0), (-roomy(-low, 5), roomy(high, 5))


class AgainstPotassium(View):
    """Where the cell would rest against K outside, on a logarithmic axis, beside E_K; with a marker where it is now."""

    against_time = False
    x_label = "K outside (mM)"
    LOW, HIGH = 1.0, 200.0

    def strokes(self, recordings: Sequence[Recording], labels: Sequence[str], cursor: float | None) -> list[Stroke]:
        cell = recordings[0].cell
        if not cell.pools:
            return []
        outside, V, E = _against_potassium(cell)
        here = np.array([np.log10(cell.parameters()["K_out"].value)])
        slope = np.interp(here, np.log10(outside), np.gradient(V, np.log10(outside)))
        near = here + np.array([-0.4, 0.4])
        tangent = np.interp(here, np.log10(outside), V) + slope * (near - here)
        return [
            Stroke(np.log10(outside), E, OF_TRACE["K"], 1, "E_K"),
            Stroke(np.log10(outside), V, INK, 0, "V at rest"),
            Stroke(near, tangent, OF_TRACE["Na"], 2),
            Stroke(here, np.interp(here, np.log10(outside), V), INK, dot=True, width=DOT),
        ]

    def limits(self, recordings: Sequence[Recording], strokes: Sequence[Stroke]) -> Limits:
        low = min((float(s.y.min()) for s in strokes), default=-100.0)
        high = max((float(s.y.max()) for s in strokes), default=20.0)
        return (np.log10(self.LOW), np.log10(self.HIGH)), (-roomy(-low, 100), roomy(high, 20))

    def ticks(self, rec: Recording) -> list[tuple[float, str]]:
        return [(float(np.log10(mM)), f"{mM}") for mM in (1, 3, 10, 30, 100)]


@functools.lru_cache(maxsize=32)
def _against_potassium(cell: Cell) -> tuple[Floats, Floats, Floats]:
    """K outside in mM, where the cell rests with it, and E_K; each (n,)."""
    outside = np.geomspace(AgainstPotassium.LOW, AgainstPotassium.HIGH, 17)
    V = np.array([cell.replace(K_out=float(mM)).rest()["V"] for mM in outside])
    return outside, V, nernst(1, outside, cell.pool["K"].inside, cell.T)


class TwoPulseCurve(View):
    """How strong a second pulse must be by the interval between the two, with the gates reset that the recording has.

    The dot is the last pulse of the recording at hand; recordings that are held bring a curve of their own.
    """

    against_time = False
    x_label = "interval (ms)"
    LAST, MOST = 40.0, 10.0

    def strokes(self, recordings: Sequence[Recording], labels: Sequence[str], cursor: float | None) -> list[Stroke]:
        found = [Stroke(np.array([0.0, self.LAST]), np.ones(2), INK, 2, width=0.8, alpha=FAINT)]
        for place, rec in enumerate(recordings):
            resets = tuple(sorted(rec.settings.get("reset", {})))
            x, y = _two_pulses(rec.cell, resets)
            name = " ".join(filter(None, (labels[place], f"reset {', '.join(resets)}" if resets else "as it is")))
            colour = INK if place == 0 else COLOURS[(place - 1) % len(COLOURS)]
            if x.size:
                found.append(Stroke(x, y, colour, place % len(STYLES), name, held=place > 0))
        pulses = recordings[0].protocol.pieces()
        if len(pulses) > 1:
            interval, ratio = pulses[-1].start - pulses[0].start, pulses[-1].first / _once(recordings[0].cell)
            found.append(Stroke(np.array([interval]), np.array([ratio]), INK, dot=True, width=DOT))
        return found

    def limits(self, recordings: Sequence[Recording], strokes: Sequence[Stroke]) -> Limits:
        return (0.0, self.LAST), (0.0, self.MOST)


@functools.lru_cache(maxsize=64)
def _once(cell: Cell) -> float:
    """The threshold from rest; nan where there is none."""
    found = measure.threshold(cell)
    return found if 0 < found < np.inf else np.nan


@functools.lru_cache(maxsize=64)
def _two_pulses(cell: Cell, reset: tuple[str, ...]) -> tuple[Floats, Floats]:
    """Intervals (ms) at which a second pulse can be strong enough, and its threshold over that from rest."""
    if not np.isfinite(_once(cell)):
        return np.empty(0), np.empty(0)
    intervals = np.concatenate((np.arange(1.0, 20.0), np.arange(20.0, TwoPulseCurve.LAST + 1.0, 2.0)))
    ratios = measure.refractory(cell, intervals, reset=reset)
    return intervals[np.isfinite(ratios)], ratios[np.isfinite(ratios)]


def _pulls(rec: Recording, moment: float) -> dict[str, tuple[float, float]]:
    """Reversal potential and conductance at a moment by ion, or by channel where that has no ion."""
    found: dict[str, tuple[float, float]] = {}
    for channel in rec.cell.channels:
        name = channel.ion or channel.name
        g = float(at(rec, rec.g[channel.name], moment)[0])
        E, before = float(at(rec, rec.E[channel.name], moment)[0]), found.get(name, (0.0, 0.0))[1]
        found[name] = E, before + g
    return found


def _driving_forces(rec: Recording) -> dict[str, Floats]:
    return {channel.name: rec.V - rec.E[channel.name] for channel in rec.cell.channels}


def _total_current(rec: Recording) -> dict[str, Floats]:
    return {"I": np.sum(list(rec.I.values()), axis=0)}


def _reversal_potentials(rec: Recording) -> dict[str, Floats]:
    by_ion = {f"E_{channel.ion or channel.name}": rec.E[channel.name] for channel in rec.cell.channels}
    return {"V": rec.V, **by_ion}


VIEWS: dict[str, View] = {
    view.name: view
    for view in (
        Traces("voltage", "V (mV)", lambda rec: {"V": rec.V}, -90, 60, quiet=(-90, 0)),
        Traces("stimulus", "I_stim\n(uA/cm2)", lambda rec: {"stimulus": rec.stimulus}, 0, 25, 0.45),
        Traces("currents", "I (uA/cm2)", lambda rec: rec.I, -1000, 1000, quiet=(-2, 2)),
        Traces("total current", "I (uA/cm2)", _total_current, -1000, 1000, quiet=(-2, 2)),
        Traces("conductances", "g (mS/cm2)", lambda rec: rec.g, 0, 40, quiet=(0, 0.1)),
        Traces("gates", "open share", lambda rec: rec.gate, 0, 1),
        Traces("driving forces", "V − E (mV)", _driving_forces, -150, 150),
        Traces("reversal potentials", "mV", _reversal_potentials, -100, 80),
        Traces("concentrations", "inside (mM)", lambda rec: rec.conc, 0, 150),
        Traces("attribution", "part of dV/dt\n(mV/ms)", measure.attribution, -1000, 1000, quiet=(-2, 2)),
        GateCurves("steady states", "steady state", lambda gate, V, T: gate.steady_state(V), 1.0),
        GateCurves("time constants", "time constant (ms)", lambda gate, V, T: gate.time_constant(V, T), 1.0),
        PhasePlane("phase plane", "dV/dt (mV/ms)"),
        Membrane("membrane", ""),
        IonBars("ions", "mM"),
        Potentials("potentials", "mV"),
        CurrentVoltage("current against V", "I (uA/cm2)"),
        AgainstPotassium("V against K outside", "mV"),
        TwoPulseCurve("two-pulse curve", "second threshold\n/ threshold"),
    )
}


def in_words(rec: Recording) -> str:
    """What a picture of this recording shows, in a line or two: spikes, their rate, peak, width and undershoot."""
    return f"{_spikes_in_words(rec)} {rec.cell.remark}".rstrip()


def _spikes_in_words(rec: Recording) -> str:
    times = measure.spikes(rec)
    if rec.cell.pools and not times.size:
        return _drift_in_words(rec)
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


def _drift_in_words(rec: Recording) -> str:
    """Where V and the concentrations go when there is no spike."""
    factor, unit = time_unit(float(rec.t[-1]))
    length = f"{rec.t[-1] / factor:g} {unit}"
    moved = ", ".join(
        f"{name.removesuffix('_in')} {values[0]:.4g} to {values[-1]:.4g} mM" for name, values in rec.conc.items()
    )
    return f"V goes from {rec.V[0]:.1f} to {rec.V[-1]:.1f} mV in {length}; inside {moved}."


def time_unit(length: float) -> tuple[float, str]:
    """The unit for the axis of a recording of this length (ms): how many ms it has, and its name."""
    return next(((size, unit) for least, size, unit in _UNITS if length > least), (1.0, "ms"))


_UNITS = ((18e6, 3600e3, "h"), (600e3, 60e3, "min"), (10e3, 1e3, "s"))


def moment_in_words(rec: Recording, moment: float) -> str:
    """What holds at a moment (ms): V, the gates, and which currents move V."""
    gates = ", ".join(f"{name} {at(rec, values, moment)[0]:.3f}" for name, values in rec.gate.items())
    parts = {name: float(at(rec, values, moment)[0]) for name, values in measure.attribution(rec).items()}
    ranked = sorted((part for part in parts.items() if abs(part[1]) >= 0.05), key=lambda part: -abs(part[1]))
    moved = ", ".join(f"{name} {part:+.1f}" for name, part in ranked) or "nothing"
    slope = round(sum(parts.values()), 1) + 0.0
    factor, unit = time_unit(float(rec.t[-1]))
    if rec.cell.pools:
        inside = ", ".join(f"{name} {at(rec, values, moment)[0]:.4g} mM" for name, values in rec.conc.items())
        gates = ", ".join(filter(None, (gates, inside)))
    words = f"At {moment / factor:.2f} {unit}: V {at(rec, rec.V, moment)[0]:.1f} mV" + (f"; {gates}" if gates else "")
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
