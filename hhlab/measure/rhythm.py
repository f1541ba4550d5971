"""How a cell fires in time: its period, its bursts, its adaptation."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..parameters import Parameter
from ..recording import SPIKE_LEVEL, Recording
from .columns import gives
from .spike import spikes

Floats = NDArray[np.float64]

GAP = Parameter(50.0, "ms", 0.1, 1e6, "shortest pause between bursts", name="gap")


@gives("ms")
def period(rec: Recording, level: float = SPIKE_LEVEL) -> float:
    """The mean of the last three intervals between spikes, or of fewer if there are not three, in ms; else nan."""
    intervals = np.diff(spikes(rec, level))
    return float(intervals[-3:].mean()) if intervals.size else float("nan")


@dataclass(frozen=True)
class Bursts:
    """Spikes in groups.

    Attributes
    ----------
    starts : time of the first spike of each burst, ms; shape (k,).
    counts : spikes in each; shape (k,).
    durations : from the first to the last spike of each, ms; shape (k,).
    period : the mean interval from start to start without the first burst, ms; nan below three bursts.
    """

    starts: Floats
    counts: NDArray[np.int64]
    durations: Floats
    period: float


def bursts(rec: Recording, gap: float = 50.0, level: float = SPIKE_LEVEL) -> Bursts:
    """The bursts of a recording: spikes (upward crossings of a level, mV) with pauses shorter than a gap (ms)."""
    pause, times = GAP.check(gap), spikes(rec, level)
    groups = np.split(times, np.flatnonzero(np.diff(times) >= pause) + 1) if times.size else []
    starts = np.array([group[0] for group in groups])
    between = np.diff(starts)[1:]
    return Bursts(
        starts,
        np.array([group.size for group in groups], np.int64),
        np.array([group[-1] - group[0] for group in groups]),
        float(between.mean()) if between.size else float("nan"),
    )


@dataclass(frozen=True)
class Adaptation:
    """The first and the last interval between spikes (ms), and the last over the first; nan below three spikes."""

    first: float
    last: float
    ratio: float


@gives(first="ms", last="ms", ratio="times")
def adaptation(rec: Recording) -> Adaptation:
    """How much slower a cell fires at the end of a recording than at its beginning."""
    intervals = np.diff(spikes(rec))
    if intervals.size < 2:
        return Adaptation(float("nan"), float("nan"), float("nan"))
    return Adaptation(float(intervals[0]), float(intervals[-1]), float(intervals[-1] / intervals[0]))
