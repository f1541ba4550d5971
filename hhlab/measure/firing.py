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
from .thresholds import SPIKE_WITHIN, responses, smallest, spike_window, threshold

# ms for which a lasting current flows; and for which it flows where spikes are too rare to judge by that.
LASTING, LONG_LASTING = 1000.0, 10_000.0
LONGEST_PAUSE = 1.5  # of the longest interval between spikes: after that firing has ended
RUNS_AT_ONCE = 32
SAMPLE = 0.05  # ms between samples, fine enough to time a spike
CURRENTS_TRIED = 0.01, 1000.0  # uA/cm2: the smallest and the largest lasting current that is tried
# Hz: between which rates the first that fails is sought; and the same in a cell with slow gates that follows none.
RATES_TRIED, SLOW_RATES_TRIED = (10.0, 2000.0), (1.0, 10.0)
PULSES = 15
STRENGTH = Parameter(2.0, "times", 0.1, 100, "strength of each pulse", name="strength")


def frequency(cell: Cell, currents: ArrayLike, *, ramp: float = 0.0) -> Floats:
    """The rate at which a cell still fires under lasting currents.

    Each current flows for one second, and the spikes of its second half count: their number less one, over the time
    from the first of them to the last. Firing that ends before the last 100 ms does not last. Where there are spikes,
    but too few to judge, the current flows for ten seconds, and the same shares of that time count. A spike is what
    `spikes` counts, above the cell's own spike level. A membrane that can either rest or fire rests after a slow ramp.

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
    found = np.array(_rates(cell, values.ravel().tolist(), ramp, LASTING))
    unclear = np.flatnonzero(np.isnan(found))
    if unclear.size:
        found[unclear] = np.nan_to_num(_rates(cell, values.ravel()[unclear].tolist(), ramp, LONG_LASTING))
    return found.reshape(values.shape)


def _rates(cell: Cell, currents: list[float], ramp: float, lasting: float) -> list[float]:
    """The rate in Hz under each current (uA/cm2) that flows for some time (ms) after its ramp."""
    every = max(1, round(SAMPLE / cell.dt))
    rising: list[Protocol] = [
        Ramp(current, 0.0, ramp, lasting) if ramp else Step(current, 0.0, lasting) for current in currents
    ]

    def rates(some: list[Protocol]) -> list[float]:
        recs = responses(cell, some, ramp + lasting, every=every, keep=KEEP_SPIKES)
        return [_rate(rec, lasting) for rec in recs]

    blocks = [rising[begin : begin + RUNS_AT_ONCE] for begin in range(0, len(rising), RUNS_AT_ONCE)]
    return [rate for some in every_one(rates, blocks) for rate in some]


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
        The rate in Hz; 0 if 10 Hz (in a cell with slow gates 1 Hz) are too fast, inf if 2000 Hz are not.

    Raises
    ------
    ValueError
        If the cell has no threshold from rest, or strength or duration is out of range.
    """
    size = STRENGTH.check(strength) * threshold(cell, duration)
    if not 0 < size < np.inf:
        raise ValueError(
            f"{cell!r} has no threshold from rest, of which strength = {strength:g} could be a multiple: take a cell "
            "that rests and can fire"
        )
    lowest, highest = RATES_TRIED

    def fail(rates: Floats) -> list[bool]:
        trains = [Train(size, 0.0, duration, max(1000.0 / float(rate), duration), PULSES) for rate in rates]
        every = max(1, round(SAMPLE / cell.dt)) if rates[0] < lowest else 1
        recs = responses(cell, trains, PULSES * max(train.interval for train in trains), every=every, keep=KEEP_V)
        return [not _follows(rec, train) for rec, train in zip(recs, trains, strict=True)]

    found = smallest(fail, lowest, min(highest, 1000.0 / duration), rounds=4)
    if found or spike_window(cell) <= SPIKE_WITHIN:
        return found
    return smallest(fail, *SLOW_RATES_TRIED, tries=8, rounds=6)


def _rate(rec: Recording, lasting: float) -> float:
    """The rate in Hz in the second half of a lasting current; nan where spikes may only be too rare for this time."""
    times, end = spikes(rec, rec.cell.spike_level), float(rec.t[-1])
    late = times[times > end - lasting / 2]
    if not late.size:
        return 0.0
    pause, longest = end - late[-1], np.diff(times).max() if times.size > 1 else lasting
    rate = 1000.0 * (late.size - 1) / (late[-1] - late[0]) if late.size > 1 else float("nan")
    if pause <= lasting / 10 and late.size > 1:
        return float(rate)
    if pause > LONGEST_PAUSE * longest:
        return 0.0
    return float(rate) if lasting == LONG_LASTING else float("nan")


def _follows(rec: Recording, train: Train) -> bool:
    """Whether there is a response to each pulse, from its end to the onset of the next."""
    onsets = [piece.start for piece in train.pieces()]
    after = [(rec.t >= t + train.duration) & (rec.t < t + train.interval) for t in onsets]
    return not any(np.isnan(response(rec.V[part])) for part in after)
