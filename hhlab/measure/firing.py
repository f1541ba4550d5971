"""How fast a cell fires: under a lasting current, and when it must follow pulses."""

import numpy as np
from numpy.typing import ArrayLike

from ..cells import Cell
from ..parallel import every_one
from ..parameters import Parameter, must_be, numbers
from ..physics import Floats
from ..protocols import Protocol, Ramp, Step, Train
from ..recording import KEEP_SPIKES, KEEP_V, Recording
from ..simulation import A_CELL
from .columns import gives
from .spike import response, spikes
from .thresholds import responses, smallest, threshold

LASTING = 1000.0  # ms for which a lasting current flows
RUNS_AT_ONCE = 32
SAMPLE = 0.05  # ms between samples, fine enough to time a spike
CURRENTS_TRIED = 0.01, 1000.0  # uA/cm2: the smallest and the largest lasting current that is tried
RATES_TRIED = 10.0, 2000.0  # Hz: the lowest and the highest rate of pulses that is tried
PULSES = 15
AFTER_PULSES = 10.0  # ms after the last pulse in which the cell may respond to it
STRENGTH = Parameter(2.0, "times", 0.1, 100, "strength of each pulse", name="strength")


def frequency(cell: Cell, currents: ArrayLike, *, ramp: float = 0.0) -> Floats:
    """The rate at which a cell still fires under lasting currents.

    Each current flows for one second, and the spikes of its second half count: their number less one, over the time
    from the first of them to the last. Firing that ends before the last 100 ms does not last. A membrane that can
    either rest or fire rests after a slow ramp.

    Parameters
    ----------
    cell : Cell
        A cell such as `Squid()`.
    currents : array_like
        The lasting currents, uA/cm2.
    ramp : float
        Time over which each current first rises from 0, ms; with 0 it begins at once.

    Returns
    -------
    numpy.ndarray
        Rates in Hz, 0 where firing does not last; shape of `currents`.

    Raises
    ------
    ValueError
        If `cell` is not a cell, or a current is not a finite number.

    Examples
    --------
    >>> hh.measure.frequency(hh.Squid(), [0, 10]).round(1)
    array([ 0. , 68.3])
    """
    must_be(Cell, A_CELL, cell)
    values = numbers("currents", "uA/cm2", currents)
    rising: list[Protocol] = [
        Ramp(current, 0.0, ramp, LASTING) if ramp else Step(current, 0.0, LASTING) for current in values.ravel()
    ]
    every = max(1, round(SAMPLE / cell.dt))

    def rates(some: list[Protocol]) -> list[float]:
        return [_rate(rec) for rec in responses(cell, some, ramp + LASTING, every=every, keep=KEEP_SPIKES)]

    blocks = [rising[begin : begin + RUNS_AT_ONCE] for begin in range(0, len(rising), RUNS_AT_ONCE)]
    return np.array([rate for some in every_one(rates, blocks) for rate in some]).reshape(values.shape)


@gives("uA/cm2")
def sustained(cell: Cell, *, ramp: float = 0.0) -> float:
    """The smallest current under which a cell fires for as long as it flows, as `frequency` judges it.

    Parameters
    ----------
    cell : Cell
        A cell such as `Squid()`.
    ramp : float
        Time over which each current first rises from 0, ms; with 0 it begins at once.

    Returns
    -------
    float
        The current in uA/cm2; 0 if the cell fires by itself, inf if 1000 uA/cm2 are not enough.

    Raises
    ------
    ValueError
        If `cell` is not a cell.
    """
    return smallest(lambda sizes: list(frequency(cell, sizes, ramp=ramp) > 0), *CURRENTS_TRIED, tries=16)


@gives("Hz")
def highest_rate(cell: Cell, strength: float = 2.0, duration: float = 0.5) -> float:
    """The highest rate at which each of 15 pulses makes a spike. Rates are searched upward to the first that fails.

    A spike is what `refractory` calls a response, as strong pulses charge the membrane past 0 mV by themselves.

    Parameters
    ----------
    cell : Cell
        A cell such as `Squid()`.
    strength : float
        Strength of each pulse, in multiples of the threshold from rest.
    duration : float
        Duration of each pulse, ms.

    Returns
    -------
    float
        The rate in Hz; 0 if 10 Hz are too fast, inf if 2000 Hz are not.

    Raises
    ------
    ValueError
        If the cell has no threshold from rest, or strength or duration is out of range.
    """
    size = STRENGTH.check(strength) * threshold(cell, duration)
    if not 0 < size < np.inf:
        raise ValueError(f"{cell!r} has no threshold from rest, so there is no strength to give it")

    def fail(rates: Floats) -> list[bool]:
        trains = [Train(size, 0.0, duration, max(1000.0 / float(rate), duration), PULSES) for rate in rates]
        recs = responses(cell, trains, max(train.end for train in trains) + AFTER_PULSES, keep=KEEP_V)
        return [not _follows(rec, train) for rec, train in zip(recs, trains, strict=True)]

    lowest, highest = RATES_TRIED
    return smallest(fail, lowest, min(highest, 1000.0 / duration), rounds=4)


def _rate(rec: Recording) -> float:
    times = spikes(rec)
    late = times[times > rec.t[-1] - LASTING / 2]
    if late.size < 2 or late[-1] < rec.t[-1] - LASTING / 10:
        return 0.0
    return float(1000.0 * (late.size - 1) / (late[-1] - late[0]))


def _follows(rec: Recording, train: Train) -> bool:
    """Whether there is a response to each pulse, from its end to the onset of the next."""
    onsets = [piece.start for piece in train.pieces()]
    after = [(rec.t >= t + train.duration) & (rec.t < t + train.interval) for t in onsets]
    return not any(np.isnan(response(rec.V[part])) for part in after)
