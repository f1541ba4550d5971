"""A recording or a cell in, a number out. Every measurement says in its docstring how it is taken."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .cells import Cell
from .channels import Channel
from .clamp import Clamp, ClampFamily, clamp
from .parameters import Parameter, must_be
from .physics import CHARGE, F
from .protocols import Protocol, Shock, Step
from .recording import Recording
from .simulate import A_CELL, simulate_many

if TYPE_CHECKING:
    import pandas

Floats = NDArray[np.float64]

SPIKE_LEVEL = 0.0
WAIT = 30.0
RHEOBASE_STEP = 50.0
FINE = 1.0
LEVEL = Parameter(SPIKE_LEVEL, "mV", -500, 500, "level to cross", name="level")
WIDTH = Parameter(476.0, "um", 0.05, 2000, "diameter", name="diameter")
SQUID_INSIDE = {"Na": 50.0, "K": 400.0, "Cl": 52.0}
ALL_BACK, TEST_STEP, INACTIVATING = -125.0, 10.0, 15.0
FIRST_PULSE, WEAKEST, STRONGEST, RESPONSE = 1.5, 0.1, 10.0, 15.0
INTERVAL = Parameter(10.0, "ms", 0, 1000, "interval from onset to onset", name="interval")
A_RECORDING = "a recording: give what simulate returned"


def spikes(rec: Recording, level: float = SPIKE_LEVEL) -> Floats:
    """Times in ms at which V crosses a level (mV) upward, interpolated; shape (k,)."""
    must_be(Recording, A_RECORDING, rec)
    return _crossings(rec.t, rec.V, LEVEL.check(level))


def peak(rec: Recording) -> tuple[float, float]:
    """The highest point of V: (mV, ms), by a parabola through the three samples around it."""
    must_be(Recording, A_RECORDING, rec)
    return _vertex(rec.t, rec.V, int(rec.V.argmax()))


def undershoot(rec: Recording) -> tuple[float, float]:
    """The lowest point of V after the peak of the first spike: (mV, ms); (nan, nan) without a spike."""
    top = _first_peak(rec)
    if top is None:
        return float("nan"), float("nan")
    return _vertex(rec.t, rec.V, top + int(rec.V[top:].argmin()))


def half_width(rec: Recording) -> float:
    """Width in ms of the first spike, half way from the resting potential to its peak; nan without one.

    The resting potential is that of the cell, the peak the highest point before V falls through 0 mV again.
    """
    top = _first_peak(rec)
    if top is None:
        return float("nan")
    half = 0.5 * (_vertex(rec.t, rec.V, top)[0] + rest(rec.cell))
    rising = _crossings(rec.t[: top + 1], rec.V[: top + 1], half)
    falling = _crossings(rec.t[top:], -rec.V[top:], -half)
    if not falling.size:
        return float("nan")
    return float(falling[0] - (rising[-1] if rising.size else rec.t[0]))


def rest(cell: Cell) -> float:
    """Resting potential in mV: the lowest voltage at which the steady current turns from inward to outward."""
    must_be(Cell, A_CELL, cell)
    return cell.rest()["V"]


def threshold(cell: Cell, duration: float = 0.5, *, shock: bool = False) -> float:
    """The smallest stimulus from rest that makes a spike, to about 1 part in 100,000; 0 if it fires by itself.

    A spike is an upward crossing of 0 mV within 30 ms after the stimulus. The stimulus is a pulse of the given duration
    (ms), and the answer its amplitude in uA/cm2; with shock=True an instantaneous displacement of V, and the answer its
    size in mV. inf if none up to 10,000 uA/cm2 (200 mV) does it. (A membrane that cannot fire is charged past 0 mV by a
    pulse that is strong enough, and that is the answer then.)
    """
    must_be(Cell, A_CELL, cell)
    if shock:
        return _smallest(_fires(cell, lambda size: Shock(size, 0.0), WAIT), 0.1, 200.0)
    t_stop = Step(0, 0, duration).end + WAIT
    return _smallest(_fires(cell, lambda size: Step(size, 0.0, duration), t_stop), 0.01, 10_000.0)


def rheobase(cell: Cell) -> float:
    """The smallest current step of 50 ms that makes a spike from rest, uA/cm2; inf if there is none."""
    return threshold(cell, RHEOBASE_STEP)


def attribution(rec: Recording) -> dict[str, Floats]:
    """How much each current changes V, in mV/ms by name: -I/C of every channel, and the stimulus; together dV/dt."""
    must_be(Recording, A_RECORDING, rec)
    parts = {name: -current / rec.cell.C for name, current in rec.I.items()}
    return parts | {"stimulus": rec.stimulus / rec.cell.C}


def current_voltage(family: ClampFamily) -> "pandas.DataFrame":
    """Of each step of a clamp family: V in mV, and peak and late current of every channel in uA/cm2, as a table.

    The peak is the value farthest from 0 during the step, the late current that at its end; units in the attrs.
    """
    import pandas

    must_be(ClampFamily, "a clamp family: give what clamp returns", family)
    begin, end = family.clamp.onset, family.clamp.onset + family.clamp.duration
    rows = []
    for V, rec in zip(family.clamp.to, family, strict=True):
        during = (rec.t >= begin - 1e-9) & (rec.t < end - 1e-9) if family.clamp.tail else rec.t >= begin - 1e-9
        row = {"V": V}
        for name, current in rec.I.items():
            step = current[during]
            row |= {f"peak {name}": float(step[np.abs(step).argmax()]), f"late {name}": float(step[-1])}
        rows.append(row)
    table = pandas.DataFrame(rows)
    table.attrs["units"] = {name: "mV" if name == "V" else "uA/cm2" for name in table.columns}
    return table


def availability(cell: Cell, prepulses: ArrayLike, duration: float = 30.0, test: float = -21.0) -> Floats:
    """Share of sodium channels that a prepulse leaves available; shape of prepulses.

    The peak sodium current in a step to `test` (mV) after a prepulse (mV) of the given duration (ms), over the largest
    of them. A prepulse of -125 mV is made as well, so that the largest is all there is.
    """
    volts = np.asarray(prepulses, float)
    peaks = [_sodium_peak(cell, Clamp(V, test, TEST_STEP, (V, duration))) for V in (*volts.ravel().tolist(), ALL_BACK)]
    return np.array(peaks[:-1]).reshape(volts.shape) / max(peaks)


def recovery(cell: Cell, V: float, gaps: ArrayLike, hold: float = -65.0, test: float = -21.0) -> Floats:
    """Share of the sodium current that is back after a gap at V; shape of gaps.

    Two steps to `test` (mV), the first of 15 ms from `hold` (mV), with a gap (ms) at V (mV) between them: the peak of
    the second over the peak of the first.
    """
    times = np.asarray(gaps, float)
    first = _sodium_peak(cell, Clamp(hold, test, INACTIVATING))
    peaks = [_sodium_peak(cell, Clamp(hold, V, gap, (test, INACTIVATING), (test, TEST_STEP))) for gap in times.ravel()]
    return np.array(peaks).reshape(times.shape) / first


def refractory(cell: Cell, intervals: ArrayLike, duration: float = 0.5, *, reset: Sequence[str] = ()) -> Floats:
    """Threshold of a second pulse over that of the first; shape of intervals, inf where ten times is not enough.

    The first pulse is one and a half times the resting threshold; intervals (ms) run from onset to onset, both pulses
    have the duration (ms). A response is a V that after the end of the second pulse rises 5 mV or more above its value
    there and exceeds 0; the smallest amplitude that does it is searched upward, and 0 if a tenth of the resting
    threshold does. With `reset` these gates are as at rest when the second pulse begins.

    Raises
    ------
    ValueError
        If an interval is shorter than the pulse, or the cell fires by itself or not at all.
    """
    must_be(Cell, A_CELL, cell)
    times = np.asarray(intervals, float)
    gaps = [replace(INTERVAL, low=duration).check(gap) for gap in times.ravel()]
    once = threshold(cell, duration)
    if not 0 < once < np.inf:
        raise ValueError(f"{cell!r} has no threshold from rest, so there is none to compare a second one with")
    before = simulate_many([cell], [Step(FIRST_PULSE * once, 0.0, duration)], max(gaps, default=0.0) + 1.0)[0]
    rest_state = cell.rest()
    ratios = []
    for gap in gaps:
        sample = min(round(gap / float(before.t[1])), before.t.size - 1)
        state = {name: float(values[sample]) for name, values in (("V", before.V), *before.gate.items())}
        state |= {
            cell.gate_names[number]: rest_state[cell.gate_names[number]] for number in map(cell.gate_number, reset)
        }
        ratios.append(_second_threshold(cell, state, once, duration) / once)
    return np.array(ratios).reshape(times.shape)


def _second_threshold(cell: Cell, state: Mapping[str, float], once: float, duration: float) -> float:
    """The smallest pulse, uA/cm2, up to ten times the usual one, that has a response from a state."""

    def respond(sizes: Floats) -> list[bool]:
        pulses = [Step(float(size), 0.0, duration) for size in sizes]
        recs = simulate_many([cell], pulses, duration + RESPONSE, start=state, bounded=False)
        return [_responds(rec, duration) for rec in recs]

    return _smallest(respond, WEAKEST * once, STRONGEST * once, tries=32, rounds=3)


def _responds(rec: Recording, duration: float) -> bool:
    """Whether V, after the end of a pulse from 0 ms, rises by 5 mV or more, and above 0 mV."""
    after = rec.V[int(np.ceil(duration / float(rec.t[1]) - 1e-6)) :]
    return bool(after.max() >= max(float(after[0]) + 5.0, SPIKE_LEVEL))


def _sodium_peak(cell: Cell, what: Clamp) -> float:
    """The largest inward sodium current of the last step of a clamp, uA/cm2."""
    (rec,) = clamp(cell, what)
    begin = what.onset + (what.duration if what.tail else 0.0)
    return float(-rec.I["Na"][rec.t >= begin - 1e-9].min())


@dataclass(frozen=True)
class Moved:
    """What one ion did: pmol/cm2 in and out beyond the traffic at rest, the difference, and what it does inside.

    `change` is in mM and `percent` in percent of the concentration inside; nan where that is not known.
    """

    into: float
    out_of: float
    net: float
    change: float
    percent: float


@dataclass(frozen=True)
class Ledger:
    """What a recording cost, as `ledger` counts it.

    Attributes
    ----------
    ions : what each ion did, by name.
    charge : charge of the sodium that entered, nC/cm2.
    minimum : charge that would do to bring the capacitance from rest to the peak, nC/cm2.
    excess : charge over minimum; 1 if no sodium entered in vain.
    ATP : pmol/cm2 that the pump needs to bring the sodium out again, a third of what entered.
    diameter : of the cylinder or the round cell whose inside changes, um.
    """

    ions: dict[str, Moved]
    charge: float
    minimum: float
    excess: float
    ATP: float
    diameter: float

    def _repr_html_(self) -> str:
        heads = ("ion", "in (pmol/cm²)", "out (pmol/cm²)", "change inside (mM)", "change inside (%)")
        rows = [
            (ion, f"{m.into:.3f}", f"{m.out_of:.3f}", f"{m.change:+.3g}", f"{m.percent:+.3g}")
            for ion, m in self.ions.items()
        ]
        lines = "".join(f"<tr>{''.join(f'<td>{each}</td>' for each in row)}</tr>" for row in rows)
        return (
            f"<table><tr>{''.join(f'<th>{head}</th>' for head in heads)}</tr>{lines}</table>"
            f"<p>Na carries {self.charge:.3g} nC/cm², {self.excess:.3g} times the capacitive minimum; "
            f"ATP to bring it out again: {self.ATP:.3g} pmol/cm². Diameter {self.diameter:g} µm.</p>"
        )


def ledger(rec: Recording, diameter: float | None = None, inside: Mapping[str, float] | None = None) -> Ledger:
    """The ions that crossed the membrane during a recording, beyond those that cross at rest in the same time.

    Parameters
    ----------
    rec : a recording that starts at rest and is long enough to come back to it.
    diameter : of a long cylinder in um, for the change inside; None for the cell's own shape, or a cylinder of 476 um.
    inside : concentrations in mM, for the change in percent; None for the cell's own, or Na 50, K 400, Cl 52, textbook
        values for a squid axon.

    Raises
    ------
    ValueError
        If the diameter is outside 0.05 to 2000 um.
    """
    must_be(Recording, A_RECORDING, rec)
    wide = WIDTH.check(getattr(rec.cell, "diameter", WIDTH.value) if diameter is None else diameter)
    depth = rec.cell.depth if diameter is None and rec.cell.depth else wide * 1e-4 / 4
    own = {pool.ion: float(pool.inside) for pool in rec.cell.pools} or SQUID_INSIDE
    known = own if inside is None else inside
    ions: dict[str, Moved] = {}
    for ion in dict.fromkeys(channel.ion for channel in rec.cell.channels if channel.ion):
        channels = [channel for channel in rec.cell.channels if channel.ion == ion]
        beyond = sum(rec.I[channel.name] - _at_rest(rec.cell, channel) for channel in channels)
        flux = beyond / (CHARGE[ion] * F) * 1e3
        into, out_of = (float(np.trapezoid(np.maximum(each, 0.0), rec.t)) for each in (-flux, flux))
        change = (into - out_of) * 1e-6 / depth
        percent = 100 * change / known[ion] if ion in known else float("nan")
        ions[ion] = Moved(into, out_of, into - out_of, change, percent)
    entered = ions["Na"].net if "Na" in ions else 0.0
    minimum = rec.cell.C * (peak(rec)[0] - rest(rec.cell))
    charge = entered * F * 1e-3
    return Ledger(ions, charge, minimum, charge / minimum if minimum else float("nan"), entered / 3, wide)


def _at_rest(cell: Cell, channel: Channel) -> float:
    """Current in uA/cm2 of one of its channels at rest."""
    state = cell.rest()
    share = channel.open_share({gate.name: np.array(state[f"{channel.name}.{gate.name}"]) for gate in channel.gates})
    return float(cell.current(channel, np.array(state["V"]), share))


def _smallest(
    work: Callable[[Floats], Sequence[bool]], low: float, high: float, *, tries: int = 24, rounds: int = 5
) -> float:
    """The smallest size between low and high that works, searched upward in ever finer grids; 0 if the lowest does."""
    sizes = np.geomspace(low, high, tries)
    for _ in range(rounds):
        found = np.array(work(sizes))
        if not found.any():
            return float("inf")
        first = int(found.argmax())
        if sizes[first] == low:
            return 0.0
        sizes = np.linspace(sizes[max(first - 1, 0)], sizes[first], tries)
    return float(sizes[-1])


def _fires(cell: Cell, stimulus: Callable[[float], Protocol], t_stop: float) -> Callable[[Floats], list[bool]]:
    """Which sizes of a stimulus make a spike."""

    def fire(sizes: Floats) -> list[bool]:
        recs = simulate_many([cell], [stimulus(float(size)) for size in sizes], t_stop, bounded=False)
        return [spikes(rec).size > 0 for rec in recs]

    return fire


def _first_peak(rec: Recording) -> int | None:
    """The sample at the top of the first spike: the highest before V falls through 0 mV again."""
    times = spikes(rec)
    if not times.size:
        return None
    falls = _crossings(rec.t, -rec.V, -SPIKE_LEVEL)
    falls = falls[falls > times[0]]
    first, last = np.searchsorted(rec.t, (times[0], falls[0] if falls.size else rec.t[-1]))
    return int(first) + int(rec.V[first : last + 1].argmax())


def _crossings(t: Floats, V: Floats, level: float) -> Floats:
    at = np.flatnonzero((V[:-1] < level) & (V[1:] >= level))
    return t[at] + (t[at + 1] - t[at]) * (level - V[at]) / (V[at + 1] - V[at])


def _vertex(t: Floats, V: Floats, at: int) -> tuple[float, float]:
    """Value and time of the extremum at a sample; where its neighbours are near, by a parabola through the three."""
    if not 0 < at < len(V) - 1:
        return float(V[at]), float(t[at])
    before, here, after = V[at - 1 : at + 2]
    if max(abs(before - here), abs(after - here)) > FINE:
        return float(here), float(t[at])
    bend = before - 2 * here + after
    shift = 0.5 * (before - after) / bend if bend else 0.0
    return float(here - 0.25 * (before - after) * shift), float(t[at] + shift * (t[at + 1] - t[at]))
