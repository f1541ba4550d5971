"""How fast a cell fires: by a current that lasts, and by pulses that it must follow."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..cells import Cell
from ..parallel import every_one
from ..parameters import Parameter, must_be, numbers
from ..protocols import Protocol, Ramp, Step, Train
from ..recording import KEEP_SPIKES, KEEP_V, SPIKE_LEVEL, Recording
from ..simulate import A_CELL, simulate_many
from .columns import gives
from .spike import RISE, spikes
from .thresholds import smallest, threshold

Floats = NDArray[np.float64]

LASTING, AT_ONCE, KEEP = 1000.0, 32, 0.05
WEAK, STRONG = 0.01, 1000.0
SLOW, FAST, PULSES = 10.0, 2000.0, 15
STRENGTH = Parameter(2.0, "times", 0.1, 100, "strength of each pulse", name="strength")


def frequency(cell: Cell, currents: ArrayLike, *, ramp: float = 0.0) -> Floats:
    """Rate in Hz at which a cell still fires under a lasting current (uA/cm2); 0 where it does not; shape of currents.

    The current flows for one second, and the spikes of its second half count: their number less one over the time from
    the first of them to the last. Firing that ends before the last 100 ms does not last. The current begins at once,
    or rises from 0 over `ramp` ms before; a membrane that can do both, rest and fire, rests after a slow ramp.
    """
    must_be(Cell, A_CELL, cell)
    values = numbers("currents", "uA/cm2", currents)
    given = [_lasting(float(current), ramp) for current in values.ravel()]

    def rates(some: list[Protocol]) -> list[float]:
        recs = simulate_many([cell], some, ramp + LASTING, every=_every(cell), bounded=False, keep=KEEP_SPIKES)
        return [_rate(rec) for rec in recs]

    found = every_one(rates, [given[begin : begin + AT_ONCE] for begin in range(0, len(given), AT_ONCE)])
    return np.array([rate for some in found for rate in some]).reshape(values.shape)


@gives("uA/cm2")
def sustained(cell: Cell, *, ramp: float = 0.0) -> float:
    """The smallest current in uA/cm2 under which a cell fires for as long as it flows, as `frequency` has it.

    inf if there is none up to 1000 uA/cm2, 0 if it fires by itself.
    """
    return smallest(lambda sizes: list(frequency(cell, sizes, ramp=ramp) > 0), WEAK, STRONG, tries=16)


@gives("Hz")
def highest_rate(cell: Cell, strength: float = 2.0, duration: float = 0.5) -> float:
    """The highest rate in Hz at which each of 15 pulses makes a spike; 0 if 10 Hz are too fast, inf if 2000 are not.

    The pulses (ms) have `strength` times the threshold from rest; rates are searched upward to the first that fails. A
    spike is what `refractory` calls a response, as strong pulses charge the membrane past 0 mV by themselves.
    """
    must_be(Cell, A_CELL, cell)
    size = STRENGTH.check(strength) * threshold(cell, duration)
    if not 0 < size < np.inf:
        raise ValueError(f"{cell!r} has no threshold from rest, so there is no strength to give it")

    def fail(rates: Floats) -> list[bool]:
        trains = [Train(size, 0.0, duration, max(1000.0 / float(rate), duration), PULSES) for rate in rates]
        recs = simulate_many([cell], trains, max(train.end for train in trains) + 10.0, bounded=False, keep=KEEP_V)
        return [not _follows(rec, train) for rec, train in zip(recs, trains, strict=True)]

    return smallest(fail, SLOW, min(FAST, 1000.0 / duration), rounds=4)


def _lasting(current: float, ramp: float) -> Protocol:
    return Ramp(current, 0.0, ramp, LASTING) if ramp else Step(current, 0.0, LASTING)


def _every(cell: Cell) -> int:
    """Steps from sample to sample: fine enough to time a spike, without keeping them all."""
    return max(1, round(KEEP / cell.dt))


def _rate(rec: Recording) -> float:
    times = spikes(rec)
    late = times[times > rec.t[-1] - LASTING / 2]
    if late.size < 2 or late[-1] < rec.t[-1] - LASTING / 10:
        return 0.0
    return float(1000.0 * (late.size - 1) / (late[-1] - late[0]))


def _follows(rec: Recording, train: Train) -> bool:
    """Whether V rises by 5 mV or more, and above 0, between the end of each pulse and the onset of the next."""
    for number in range(int(train.count)):
        onset = train.start + number * train.interval
        between = rec.V[(rec.t >= onset + train.duration) & (rec.t < onset + train.interval)]
        if not between.size or between.max() < max(float(between[0]) + RISE, SPIKE_LEVEL):
            return False
    return True
