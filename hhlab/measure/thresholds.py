"""The smallest stimulus that makes a spike: of a pulse, of a shock, of a break, of a ramp."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..cells import Cell
from ..parameters import Parameter, must_be, numbers
from ..protocols import Protocol, Ramp, Shock, Step
from ..recording import KEEP_SPIKES
from ..simulate import A_CELL, simulate_many
from .columns import gives
from .spike import spikes

Floats = NDArray[np.float64]

WAIT = 30.0
RHEOBASE_STEP = 50.0
SLOWEST, FASTEST = 0.02, 200.0


@gives("uA/cm2")
def threshold(cell: Cell, duration: float = 0.5, *, shock: bool = False) -> float:
    """The smallest stimulus from rest that makes a spike, to about 1 part in 100,000; 0 if it fires by itself.

    A spike is an upward crossing of 0 mV within 30 ms after the stimulus. The stimulus is a pulse of the given duration
    (ms), and the answer its amplitude in uA/cm2; with shock=True an instantaneous displacement of V, and the answer its
    size in mV. inf if none up to 10,000 uA/cm2 (200 mV) does it. (A membrane that cannot fire is charged past 0 mV by a
    pulse that is strong enough, and that is the answer then.)
    """
    must_be(Cell, A_CELL, cell)
    if shock:
        return smallest(fires(cell, lambda size: Shock(size, 0.0), WAIT), 0.1, 200.0)
    t_stop = Step(0, 0, duration).end + WAIT
    return smallest(fires(cell, lambda size: Step(size, 0.0, duration), t_stop), 0.01, 10_000.0)


@gives("uA/cm2")
def rheobase(cell: Cell) -> float:
    """The smallest current step of 50 ms that makes a spike from rest, uA/cm2; inf if there is none."""
    return threshold(cell, RHEOBASE_STEP)


def strength_duration(cell: Cell, durations: ArrayLike) -> Floats:
    """Threshold in uA/cm2 of a pulse of each duration (ms), as `threshold` takes it; shape of durations."""
    times = numbers("durations", "ms", durations)
    return np.array([threshold(cell, float(each)) for each in times.ravel()]).reshape(times.shape)


@gives("ms")
def chronaxie(cell: Cell) -> float:
    """The duration in ms of a pulse whose threshold is twice the rheobase; nan where there is no rheobase."""
    from scipy.optimize import brentq

    twice = 2.0 * rheobase(cell)
    if not 0 < twice < np.inf:
        return float("nan")
    found = brentq(
        lambda log: threshold(cell, float(np.exp(log))) - twice, np.log(1e-3), np.log(RHEOBASE_STEP), xtol=1e-5
    )
    return float(np.exp(found))


@gives("uA/cm2")
def anode_break(cell: Cell, duration: float = 20.0) -> float:
    """The weakest hyperpolarising step (ms) whose end makes a spike, in uA/cm2, so below 0; -inf if there is none.

    A spike is an upward crossing of 0 mV within 30 ms after the step; steps down to -100 uA/cm2 are tried.
    """
    must_be(Cell, A_CELL, cell)
    t_stop = Step(0, 0, duration).end + WAIT
    return -smallest(fires(cell, lambda size: Step(-size, 0.0, duration), t_stop), 0.01, 100.0)


def accommodation(cell: Cell, hold: float) -> float:
    """The slowest ramp from 0 to `hold` (uA/cm2) that makes a spike, in uA/cm2 per ms; inf if none does, 0 if all do.

    The current stays at `hold` after the ramp, for 50 ms; slopes from 0.02 to 200 are tried.
    """
    must_be(Cell, A_CELL, cell)
    top = Parameter(3.0, "uA/cm2", 1e-3, 1000, "current after the ramp", name="hold").check(hold)

    def respond(slopes: Floats) -> list[bool]:
        ramps = [Ramp(top, 0.0, top / float(slope), RHEOBASE_STEP) for slope in slopes]
        recs = simulate_many([cell], ramps, max(ramp.end for ramp in ramps), bounded=False, keep=KEEP_SPIKES)
        return [spikes(rec).size > 0 for rec in recs]

    return smallest(respond, SLOWEST, FASTEST)


def smallest(
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


def fires(cell: Cell, stimulus: Callable[[float], Protocol], t_stop: float) -> Callable[[Floats], list[bool]]:
    """Which sizes of a stimulus make a spike."""

    def fire(sizes: Floats) -> list[bool]:
        recs = simulate_many([cell], [stimulus(float(size)) for size in sizes], t_stop, bounded=False, keep=KEEP_SPIKES)
        return [spikes(rec).size > 0 for rec in recs]

    return fire
