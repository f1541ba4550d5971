"""What is left of excitability soon after a spike."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..cells import Cell
from ..parallel import every_one
from ..parameters import Parameter, must_be, numbers
from ..protocols import Step
from ..recording import KEEP_V, SPIKE_LEVEL, Recording
from ..simulate import A_CELL, simulate_many
from .columns import gives
from .spike import RISE
from .thresholds import smallest, threshold

Floats = NDArray[np.float64]

FIRST_PULSE, WEAKEST, STRONGEST, RESPONSE = 1.5, 0.1, 10.0, 15.0
LONGEST_INTERVAL, RESOLUTION = 100.0, 0.01
DURATION = Parameter(0.5, "ms", 0.01, 20, "duration of both pulses", name="duration")
INTERVAL = Parameter(10.0, "ms", 0, 1000, "interval from onset to onset", name="interval")


def refractory(cell: Cell, intervals: ArrayLike, duration: float = 0.5, *, reset: Sequence[str] = ()) -> Floats:
    """Threshold of a second pulse over that of the first; shape of intervals, inf where ten times is not enough.

    The first pulse is one and a half times the resting threshold; intervals (ms) run from onset to onset, both pulses
    have the duration (ms). A response is a V that after the end of the second pulse rises 5 mV or more above its value
    there and exceeds 0; the smallest amplitude that does it is searched upward, and 0 if a tenth of the resting
    threshold does. Before the first spike has passed its peak there can be no second. With `reset` these gates are as
    at rest when the second pulse begins.

    Raises
    ------
    ValueError
        If an interval is shorter than the pulse, or the cell fires by itself or not at all.
    """
    must_be(Cell, A_CELL, cell)
    times = numbers("intervals", "ms", intervals)
    gaps = [replace(INTERVAL, low=duration).check(gap) for gap in times.ravel()]
    once = _resting_threshold(cell, duration)
    before, resting = _conditioned(cell, once, duration, gaps), cell.rest()
    shares = [resting[name] for name in cell.gate_names]
    passed = float(before.t[before.V.argmax()])
    again = {cell.gate_names[number]: shares[number] for number in map(cell.gate_number, reset)}

    def ratio(gap: float) -> float:
        return _second_threshold(cell, before.at(gap) | again, once, duration) / once if gap >= passed else np.inf

    return np.array(every_one(ratio, gaps)).reshape(times.shape)


@dataclass(frozen=True)
class RefractoryPeriods:
    """The times after a spike, in ms from onset to onset, that divide what a second pulse meets.

    Attributes
    ----------
    absolute : until then no pulse of up to ten times the threshold makes a second spike.
    relative : until then it takes more than the threshold; nan if that is not over within 100 ms.
    supernormal : when it takes least.
    least : what it takes then, over the threshold from rest; below 1 if there is a supernormal time.
    """

    absolute: float
    relative: float
    supernormal: float
    least: float


@gives(absolute="ms", relative="ms", supernormal="ms", least="times")
def refractory_periods(cell: Cell, duration: float = 0.5) -> RefractoryPeriods:
    """How long the absolute and the relative refractory period last, and when the cell is easiest to excite.

    By `refractory`, over 40 intervals up to 100 ms; the ends of both periods are then found to 0.01 ms.
    """
    times = np.geomspace(DURATION.check(duration), LONGEST_INTERVAL, 40)
    ratios = refractory(cell, times, duration)
    silent = np.flatnonzero(np.isinf(ratios))
    first = int(silent[-1]) + 1 if silent.size else 0
    if first == times.size:
        return RefractoryPeriods(float("inf"), float("nan"), float("nan"), float("inf"))

    def end(late: int, limit: float) -> float:
        """When the threshold comes below a limit, between that interval of the grid and the one before it."""
        early, found = float(times[late - 1]), float(times[late])
        while found - early > RESOLUTION:
            middle = 0.5 * (early + found)
            early, found = (early, middle) if refractory(cell, middle, duration) < limit else (middle, found)
        return found

    below = np.flatnonzero(ratios[first:] <= 1.0) + first
    relative = end(int(below[0]), 1.0) if below.size and below[0] > 0 else float("nan")
    least = first + int(ratios[first:].argmin())
    absolute = end(first, np.inf) if first else 0.0
    return RefractoryPeriods(absolute, relative, float(times[least]), float(ratios[least]))


def paired_pulses(cell: Cell, intervals: ArrayLike, amplitudes: ArrayLike, duration: float = 0.5) -> Floats:
    """The highest V in mV after the end of a second pulse, for each interval (ms) and amplitude (uA/cm2).

    Shape (intervals, amplitudes); nan where there is no response. The first pulse, the interval and what counts as a
    response are those of `refractory`.
    """
    must_be(Cell, A_CELL, cell)
    gaps = [replace(INTERVAL, low=duration).check(gap) for gap in numbers("intervals", "ms", intervals).ravel()]
    pulses = [Step(float(size), 0.0, duration) for size in numbers("amplitudes", "uA/cm2", amplitudes).ravel()]
    before = _conditioned(cell, _resting_threshold(cell, duration), duration, gaps)

    def heights(gap: float) -> list[float]:
        start = before.at(gap)
        recs = simulate_many([cell], pulses, duration + RESPONSE, start=start, bounded=False, keep=KEEP_V)
        return [_height(rec, duration) for rec in recs]

    return np.array(every_one(heights, gaps)).reshape(len(gaps), len(pulses))


def _resting_threshold(cell: Cell, duration: float) -> float:
    once = threshold(cell, duration)
    if not 0 < once < np.inf:
        raise ValueError(f"{cell!r} has no threshold from rest, so there is none to compare a second one with")
    return once


def _conditioned(cell: Cell, once: float, duration: float, gaps: Sequence[float]) -> Recording:
    """A spike by one and a half times the threshold, recorded for longer than the longest of the gaps (ms)."""
    return simulate_many([cell], [Step(FIRST_PULSE * once, 0.0, duration)], max(gaps, default=0.0) + 1.0)[0]


def _second_threshold(cell: Cell, state: Mapping[str, float], once: float, duration: float) -> float:
    """The smallest pulse, uA/cm2, up to ten times the usual one, that has a response from a state."""

    def respond(sizes: Floats) -> list[bool]:
        pulses = [Step(float(size), 0.0, duration) for size in sizes]
        recs = simulate_many([cell], pulses, duration + RESPONSE, start=state, bounded=False, keep=KEEP_V)
        return [not np.isnan(_height(rec, duration)) for rec in recs]

    return smallest(respond, WEAKEST * once, STRONGEST * once, tries=32, rounds=3)


def _height(rec: Recording, duration: float) -> float:
    """The highest V in mV after the end of a pulse from 0 ms, if it rises by 5 mV or more, and above 0 mV; else nan."""
    after = rec.V[int(np.ceil(duration / float(rec.t[1]) - 1e-6)) :]
    top = float(after.max())
    return top if top >= max(float(after[0]) + RISE, SPIKE_LEVEL) else float("nan")
