"""The smallest stimulus that makes a spike: a pulse, a shock, the end of a step, or a ramp."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike

from ..cells import Cell
from ..parameters import Parameter, must_be, numbers
from ..physics import Floats
from ..protocols import Protocol, Ramp, Shock, Step
from ..recording import KEEP_SPIKES, Recording
from ..simulation import A_CELL, simulate_many
from .columns import gives
from .spike import spikes

# A spike counts within so many ms after a stimulus, or within so many of the slowest time constant of the cell's gates
# where that is longer, up to so many ms.
SPIKE_WITHIN, TIME_CONSTANTS, LONGEST_WINDOW = 30.0, 3.0, 10_000.0
SOON = 50.0  # ms of a stimulus in which most spikes come
RHEOBASE_STEP = 1000.0  # ms that a step lasts whose threshold is the rheobase
RAMP_HOLD = 50.0  # ms that the current of a ramp stays at its end at least
# Shares of a threshold that are looked at again when V is followed for longer.
WEAKER = np.array([0.01, 0.1, 0.3, 0.5, 0.7, 0.85, 0.95, 0.99, 0.999, 0.9999])
FINELY = 1e-6  # of a threshold: how finely it is found where each run takes long
SHORTEST_PULSE = 1e-3  # ms: the shortest pulse that can be the chronaxie
# The smallest and the largest that is tried: uA/cm2, mV, uA/cm2.
PULSES_TRIED, SHOCKS_TRIED, BREAKS_TRIED = (0.01, 10_000.0), (0.1, 200.0), (0.01, 100.0)
SLOPES_TRIED = 0.02, 200.0  # the same of ramps: uA/cm2 per ms


@gives("uA/cm2")
def threshold(cell: Cell, duration: float = 0.5, *, shock: bool = False) -> float:
    """The smallest stimulus from rest that makes a spike, to about 1 part in 100,000.

    A spike is what `spikes` counts, above the cell's own spike level (mostly 0 mV), up to 30 ms after the stimulus; in
    a cell with slow gates up to three times their slowest time constant at rest, 10 s at most. A membrane that cannot
    fire is charged past this level by a pulse that is strong enough, and that strength is returned then.

    Parameters
    ----------
    cell : Cell
        A cell such as `Squid()`.
    duration : float
        Duration of the pulse, ms.
    shock : bool
        Whether the stimulus is a sudden displacement of V instead of a pulse of current.

    Returns
    -------
    float
        The amplitude of the pulse in uA/cm2, or the size of the shock in mV. 0 if the cell fires by itself, inf if
        10,000 uA/cm2 (200 mV) are not enough.

    Raises
    ------
    ValueError
        If `cell` is not a cell, or the duration is out of range.

    Examples
    --------
    >>> print(f"{hh.measure.threshold(hh.Squid(), duration=0.5):.2f} uA/cm2")
    13.28 uA/cm2
    """
    if shock:
        return _weakest(cell, lambda size: Shock(size, 0.0), 0.0, *SHOCKS_TRIED)
    return _weakest(cell, lambda size: Step(size, 0.0, duration), Step(0, 0, duration).end, *PULSES_TRIED)


@gives("uA/cm2")
def rheobase(cell: Cell) -> float:
    """The smallest current step of one second that makes a spike from rest, as `threshold` has it.

    A cell with much slower gates may fire later under a weaker current.

    Parameters
    ----------
    cell : Cell
        A cell such as `Squid()`.

    Returns
    -------
    float
        The rheobase in uA/cm2; 0 if the cell fires by itself, inf if no step of up to 10,000 uA/cm2 makes a spike.

    Raises
    ------
    ValueError
        If `cell` is not a cell.
    """
    return threshold(cell, RHEOBASE_STEP)


def strength_duration(cell: Cell, durations: ArrayLike) -> Floats:
    """The threshold of pulses of several durations, each as from `threshold`.

    Parameters
    ----------
    cell : Cell
        A cell such as `Squid()`.
    durations : array_like
        Durations of the pulses, ms.

    Returns
    -------
    numpy.ndarray
        The thresholds in uA/cm2; shape of `durations`.

    Raises
    ------
    ValueError
        If `cell` is not a cell, or a duration is out of range.
    """
    times = numbers("durations", "ms", durations)
    return np.reshape([threshold(cell, float(each)) for each in times.ravel()], times.shape)


@gives("ms")
def chronaxie(cell: Cell) -> float:
    """The duration of a pulse whose threshold is twice the `rheobase`, which is taken with a step of one second.

    Parameters
    ----------
    cell : Cell
        A cell such as `Squid()`.

    Returns
    -------
    float
        The chronaxie in ms; nan if the cell fires by itself or not at all, and so has no rheobase.

    Raises
    ------
    ValueError
        If `cell` is not a cell.
    """
    from scipy.optimize import brentq

    least = rheobase(cell)
    if not 0 < least < np.inf:
        return float("nan")
    shortest, longest = float(np.log(SHORTEST_PULSE)), float(np.log(RHEOBASE_STEP))

    def excess(log_duration: float) -> float:
        needed = least if log_duration == longest else threshold(cell, float(np.exp(log_duration)))
        return min(needed, PULSES_TRIED[1]) - 2.0 * least

    if excess(shortest) <= 0:
        return float("nan")
    return float(np.exp(brentq(excess, shortest, longest, xtol=1e-5)))


@gives("uA/cm2")
def anode_break(cell: Cell, duration: float = 20.0) -> float:
    """The weakest hyperpolarising step whose end makes a spike (anode break excitation).

    What is a spike, and how long after the step it may come, is as in `threshold`: a rebound over slow channels takes
    its time. Steps down to -100 uA/cm2 are tried.

    Parameters
    ----------
    cell : Cell
        A cell such as `Squid()`.
    duration : float
        Duration of the step, ms.

    Returns
    -------
    float
        The amplitude of the step in uA/cm2, below 0; -inf if no step makes a spike; 0 if the cell fires by itself.

    Raises
    ------
    ValueError
        If `cell` is not a cell, or the duration is out of range.
    """
    end = Step(0, 0, duration).end
    return 0.0 - _weakest(cell, lambda size: Step(-size, 0.0, duration), end, *BREAKS_TRIED)


def accommodation(cell: Cell, hold: float) -> float:
    """The slowest ramp from 0 to `hold` that makes a spike, on the way or while the current stays at `hold`.

    It stays there for 50 ms, or in a cell with slow gates for as long as `threshold` waits for a spike.

    Parameters
    ----------
    cell : Cell
        A cell such as `Squid()`.
    hold : float
        The current at the end of the ramp, uA/cm2.

    Returns
    -------
    float
        The slope in uA/cm2 per ms. Slopes from 0.02 to 200 are tried: inf if none makes a spike, 0 if all do.

    Raises
    ------
    ValueError
        If `cell` is not a cell, or `hold` is out of range.
    """
    top = Parameter(3.0, "uA/cm2", 1e-3, 1000, "current after the ramp", name="hold").check(hold)
    stay = max(RAMP_HOLD, spike_window(cell))
    return smallest(fires(cell, lambda slope: Ramp(top, 0.0, top / slope, stay)), *SLOPES_TRIED)


def spike_window(cell: Cell, usual: float = SPIKE_WITHIN) -> float:
    """How long after a stimulus to wait for a spike, ms: what is usual, or longer in a cell with slow gates.

    A cell has slow gates if three of the longest time constants that they have at rest last more than 30 ms; then it is
    waited for so long, 10 s at most.
    """
    must_be(Cell, A_CELL, cell)
    state = cell.rest()
    slowest = 0.0
    for channel in cell.channels:
        if channel.g or channel.P:
            for gate in channel.gates:
                inside = state[cell.pool[gate.ion].name] if gate.ion else None
                slowest = max(slowest, float(gate.time_constant(np.array(state["V"]), cell.temperature, inside)))
    window = TIME_CONSTANTS * slowest
    return usual if window <= SPIKE_WITHIN else min(window, LONGEST_WINDOW)


def _weakest(cell: Cell, stimulus: Callable[[float], Protocol], end: float, low: float, high: float) -> float:
    """The smallest size, from low to high, of a stimulus that ends at some time (ms), which makes a spike.

    Most spikes come soon. What weaker stimuli do is then followed for the whole window, which takes longer.
    """
    soon, late = min(end, SOON) + SPIKE_WITHIN, end + spike_window(cell)
    found = smallest(fires(cell, stimulus, soon), low, high)
    return found if late <= soon or found == 0 else even_weaker(fires(cell, stimulus, late), found, low, high)


def even_weaker(work: Callable[[Floats], Sequence[bool]], found: float, low: float, high: float) -> float:
    """Look again below a threshold that was found between low and high: V is now followed for longer.

    The smallest size that works, or the threshold itself where no smaller one does.
    """
    sizes = np.append(low, np.maximum(WEAKER * found, low)) if found < np.inf else np.geomspace(low, high, 24)
    works = np.flatnonzero(work(sizes))
    if not works.size:
        return found
    if works[0] == 0:
        return 0.0
    fails_at, works_at = sizes[works[0] - 1 : works[0] + 1].tolist()
    return bisected(lambda size: work(np.array([size]))[0], fails_at, works_at, FINELY * works_at)


def smallest(
    work: Callable[[Floats], Sequence[bool]], low: float, high: float, *, tries: int = 24, rounds: int = 5
) -> float:
    """The smallest size from low to high that works, searched upward in ever finer grids; 0 if the lowest one does."""
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


def bisected(works: Callable[[float], bool], fails_at: float, works_at: float, resolution: float) -> float:
    """The smallest value that works, to this resolution, between one that fails and a larger one that works."""
    while works_at - fails_at > resolution:
        middle = 0.5 * (fails_at + works_at)
        fails_at, works_at = (fails_at, middle) if works(middle) else (middle, works_at)
    return works_at


def fires(
    cell: Cell, stimulus: Callable[[float], Protocol], t_stop: float | None = None
) -> Callable[[Floats], list[bool]]:
    """A function that says which sizes of a stimulus make a spike until t_stop (ms), or until the stimulus ends."""
    must_be(Cell, A_CELL, cell)

    def fire(sizes: Floats) -> list[bool]:
        recs = responses(cell, [stimulus(float(size)) for size in sizes], t_stop, keep=KEEP_SPIKES)
        return [spikes(rec, cell.spike_level).size > 0 for rec in recs]

    return fire


def responses(
    cell: Cell, stimuli: Sequence[Protocol], t_stop: float | None = None, *,
    keep: str, start: Mapping[str, float] | None = None, every: int = 1,
) -> Sequence[Recording]:  # fmt: skip
    """Recordings of a cell under each stimulus, until t_stop (ms) or the end of the longest, however far V goes."""
    length = max(each.end for each in stimuli) if t_stop is None else t_stop
    return simulate_many([cell], stimuli, length, start=start, every=every, bounded=False, keep=keep)
