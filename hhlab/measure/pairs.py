"""How excitable a cell is soon after a spike."""

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from ..cells import Cell
from ..parallel import every_one
from ..parameters import Parameter, must_be, numbers
from ..physics import Floats
from ..protocols import Step
from ..recording import KEEP_V, Recording
from ..simulation import A_CELL, simulate_many
from .columns import gives
from .spike import response
from .thresholds import bisected, even_weaker, responses, smallest, spike_window, threshold

# The first pulse, and the weakest and strongest second one that is tried, in multiples of the resting threshold.
FIRST_PULSE, WEAKEST, STRONGEST = 1.5, 0.1, 10.0
AMPLITUDES = 128  # so many between them: strong pulses that outlast a fast spike leave a narrow range with a response
AT_ONCE = 32  # so many of them are tried together, the weakest first
RESPONSE_WITHIN = 15.0  # ms after the second pulse in which V of a cell without slow gates may respond
# ms: the longest interval that `refractory_periods` tries at least, and how finely it finds the ends.
LONGEST_INTERVAL, RESOLUTION = 100.0, 0.01
DURATION = Parameter(0.5, "ms", 0.01, 20, "duration of both pulses", name="duration")
INTERVAL = Parameter(10.0, "ms", 0, 1000, "time from the beginning of one pulse to that of the next", name="interval")


def refractory(cell: Cell, intervals: ArrayLike, duration: float = 0.5, *, reset: Sequence[str] = ()) -> Floats:
    """The threshold of a second pulse over that of the first, for each interval between them.

    The first pulse is one and a half times the resting threshold. There is a response to the second if, after its end,
    V rises 5 mV or more and exceeds 0 mV within 15 ms, or in a cell with slow gates for as long as `threshold` waits
    for a spike. The smallest amplitude with a response is searched upward, in steps of 4 %, from a tenth to ten times
    the resting threshold. Before the first spike has passed its peak there is none. A strong pulse that outlasts the
    rise of a fast spike, as 0.5 ms does in `FrogNode`, hides the response to it: then only a narrow range of amplitudes
    has one, and a shorter pulse shows more.

    Parameters
    ----------
    cell : Cell
        A cell such as `Squid()`.
    intervals : array_like
        Intervals from onset to onset, ms.
    duration : float
        Duration of both pulses, ms.
    reset : sequence of str
        Gates that are put back to their resting values when the second pulse begins, such as ("Na.h",).

    Returns
    -------
    numpy.ndarray
        Ratios; shape of `intervals`. inf where ten times the resting threshold is not enough, 0 where a tenth is.

    Raises
    ------
    ValueError
        If an interval is shorter than the pulse, or the cell fires by itself or not at all.

    Examples
    --------
    >>> hh.measure.refractory(hh.Squid(), [5, 10, 20]).round(2)
    array([ inf, 3.96, 0.85])
    """
    shape = numbers("intervals", "ms", intervals).shape
    gaps, once, before = _after_a_spike(cell, intervals, duration)
    resting = cell.rest()
    again = {name: resting[name] for name in (cell.gate_names[cell.gate_number(each)] for each in reset)}
    peak_time = float(before.t[before.V.argmax()])

    def ratio(gap: float) -> float:
        return _second_threshold(cell, before.at(gap) | again, once, duration) / once if gap >= peak_time else np.inf

    return np.array(every_one(ratio, gaps)).reshape(shape)


@dataclass(frozen=True)
class RefractoryPeriods:
    """How a second pulse fares at different times after a spike. All times run from onset to onset.

    Parameters
    ----------
    absolute : float
        Until then no pulse of up to ten times the threshold makes a second spike, ms; inf if none ever does.
    relative : float
        Until then it takes more than the threshold, ms; nan if that is not over within the longest interval.
    supernormal : float
        When it takes least, ms.
    least : float
        The threshold at that time over the threshold from rest; below 1 if there is a supernormal period.
    """

    absolute: float
    relative: float
    supernormal: float
    least: float


@gives(absolute="ms", relative="ms", supernormal="ms", least="times")
def refractory_periods(cell: Cell, duration: float = 0.5) -> RefractoryPeriods:
    """The ends of the absolute and the relative refractory period, and when the cell is easiest to excite.

    Taken from `refractory` at 40 intervals up to 100 ms, or up to three times the slowest time constant of the cell's
    gates at rest where that is longer, 1 s at most; the ends of both periods are then found to 0.01 ms.

    Parameters
    ----------
    cell : Cell
        A cell such as `Squid()`.
    duration : float
        Duration of both pulses, ms.

    Returns
    -------
    RefractoryPeriods
        The times in ms, and the least threshold over that from rest.

    Raises
    ------
    ValueError
        If the duration is out of range, or the cell fires by itself or not at all.
    """
    longest = min(max(LONGEST_INTERVAL, spike_window(cell)), INTERVAL.high)
    times = np.geomspace(DURATION.check(duration), longest, 40)
    ratios = refractory(cell, times, duration)
    silent = np.flatnonzero(np.isinf(ratios))
    first = int(silent[-1]) + 1 if silent.size else 0
    if first == times.size:
        return RefractoryPeriods(float("inf"), float("nan"), float("nan"), float("inf"))

    def end(late: int, limit: float) -> float:
        """When the ratio falls below a limit, between this interval of the grid and the one before it."""
        early, found = times[late - 1 : late + 1].tolist()
        return bisected(lambda gap: bool(refractory(cell, gap, duration) < limit), early, found, RESOLUTION)

    below = np.flatnonzero(ratios[first:] <= 1.0) + first
    relative = end(int(below[0]), 1.0) if below.size and below[0] > 0 else float("nan")
    least = first + int(ratios[first:].argmin())
    absolute = end(first, np.inf) if first else 0.0
    return RefractoryPeriods(absolute, relative, float(times[least]), float(ratios[least]))


def paired_pulses(cell: Cell, intervals: ArrayLike, amplitudes: ArrayLike, duration: float = 0.5) -> Floats:
    """The highest V after the end of a second pulse. The first pulse, and what is a response, are as in `refractory`.

    Parameters
    ----------
    cell : Cell
        A cell such as `Squid()`.
    intervals : array_like
        Intervals from onset to onset, ms.
    amplitudes : array_like
        Amplitudes of the second pulse, uA/cm2.
    duration : float
        Duration of both pulses, ms.

    Returns
    -------
    numpy.ndarray
        V in mV, nan where there is no response; shape (intervals, amplitudes).

    Raises
    ------
    ValueError
        If an interval is shorter than the pulse, or the cell fires by itself or not at all.
    """
    sizes = numbers("amplitudes", "uA/cm2", amplitudes).ravel()
    gaps, _, before = _after_a_spike(cell, intervals, duration)
    within = spike_window(cell, RESPONSE_WITHIN)
    heights = every_one(lambda gap: _heights(cell, before.at(gap), sizes, duration, within), gaps)
    return np.array(heights).reshape(len(gaps), len(sizes))


@functools.lru_cache(maxsize=64)
def from_rest(cell: Cell, duration: float) -> float:
    """The threshold of a cell from rest, uA/cm2, searched once for all intervals and curves."""
    return threshold(cell, duration)


def _after_a_spike(cell: Cell, intervals: ArrayLike, duration: float) -> tuple[list[float], float, Recording]:
    """The intervals (ms), the resting threshold (uA/cm2), and a spike by the first pulse, longer than all intervals."""
    times = numbers("intervals", "ms", intervals)
    gaps = [replace(INTERVAL, low=duration).check(gap) for gap in times.ravel()]
    must_be(Cell, A_CELL, cell)
    once = from_rest(cell, duration)
    if not 0 < once < np.inf:
        raise ValueError(
            f"{cell!r} has no threshold from rest with which that of a second pulse could be compared: take a cell "
            "that rests and can fire"
        )
    first = Step(FIRST_PULSE * once, 0.0, duration)
    return gaps, once, simulate_many([cell], [first], max(gaps, default=0.0) + 1.0)[0]


def _second_threshold(cell: Cell, state: Mapping[str, float], once: float, duration: float) -> float:
    """The smallest pulse, uA/cm2, that has a response from a state; `once` is the threshold from rest."""

    def responds(within: float) -> Callable[[Floats], Sequence[bool]]:
        return lambda sizes: [not np.isnan(height) for height in _heights(cell, state, sizes, duration, within)]

    soon, low, high, found = responds(RESPONSE_WITHIN), WEAKEST * once, STRONGEST * once, np.inf
    sizes = np.geomspace(low, high, AMPLITUDES)
    for begin in range(0, AMPLITUDES, AT_ONCE):
        works = np.flatnonzero(soon(sizes[begin : begin + AT_ONCE])) + begin
        if works.size:
            first = int(works[0])
            found = smallest(soon, *sizes[first - 1 : first + 1], tries=8, rounds=4) if first else 0.0
            break
    window = spike_window(cell, RESPONSE_WITHIN)
    return found if window == RESPONSE_WITHIN or found == 0 else even_weaker(responds(window), found, low, high)


def _heights(cell: Cell, state: Mapping[str, float], sizes: Floats, duration: float, within: float) -> list[float]:
    """The highest V in mV soon (ms) after each of these pulses (uA/cm2) from a state; nan where V does not respond."""
    pulses = [Step(float(size), 0.0, duration) for size in sizes]
    recs = responses(cell, pulses, duration + within, start=state, keep=KEEP_V)
    return [response(rec.V[int(np.ceil(duration / float(rec.t[1]) - 1e-6)) :]) for rec in recs]
