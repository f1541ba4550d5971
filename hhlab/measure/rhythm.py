"""How a cell fires in time: its period, its bursts, its adaptation."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..parameters import Parameter
from ..physics import Floats
from ..recording import SPIKE_LEVEL, Recording
from .columns import gives
from .spike import spikes
from .window import Between

GAP = Parameter(50.0, "ms", 0.1, 1e6, "shortest pause between bursts", name="gap")


@gives("ms")
def period(rec: Recording, level: float = SPIKE_LEVEL, *, between: Between = None) -> float:
    """The mean of the last three intervals between spikes, or of all if there are fewer.

    Parameters
    ----------
    rec : Recording
        What `simulate` returned.
    level : float
        The level that a spike crosses, mV.
    between : tuple of (float, float), optional
        The window to look at, ms; without it all of the recording.

    Returns
    -------
    float
        The period in ms; nan with fewer than two spikes.

    Raises
    ------
    ValueError
        If `rec` is not a recording, or the level or the window is out of range.
    """
    intervals = np.diff(spikes(rec, level, between=between))
    return float(intervals[-3:].mean()) if intervals.size else float("nan")


@dataclass(frozen=True)
class Bursts:
    """Spikes in groups, as `bursts` finds them.

    Parameters
    ----------
    starts : numpy.ndarray
        Time of the first spike of each burst, ms; shape (k,).
    counts : numpy.ndarray
        Number of spikes in each burst; shape (k,).
    durations : numpy.ndarray
        Time from the first to the last spike of each burst, ms; shape (k,).
    period : float
        Mean time from the start of a burst to that of the next, without the first burst, ms; nan below three bursts.
    """

    starts: Floats
    counts: NDArray[np.int64]
    durations: Floats
    period: float


def bursts(rec: Recording, gap: float = 50.0, level: float = SPIKE_LEVEL, *, between: Between = None) -> Bursts:
    """The bursts of a recording: groups of spikes with pauses of `gap` or more between the groups.

    Parameters
    ----------
    rec : Recording
        What `simulate` returned.
    gap : float
        The shortest pause between bursts, ms.
    level : float
        The level that a spike crosses, mV.
    between : tuple of (float, float), optional
        The window to look at, ms; without it all of the recording.

    Returns
    -------
    Bursts
        When the bursts start, how long they are, and how many spikes each has.

    Raises
    ------
    ValueError
        If `rec` is not a recording, or the gap or the level or the window is out of range.
    """
    pause, times = GAP.check(gap), spikes(rec, level, between=between)
    groups = np.split(times, np.flatnonzero(np.diff(times) >= pause) + 1) if times.size else []
    starts = np.array([group[0] for group in groups])
    apart = np.diff(starts)[1:]
    return Bursts(
        starts,
        np.array([group.size for group in groups], np.int64),
        np.array([group[-1] - group[0] for group in groups]),
        float(apart.mean()) if apart.size else float("nan"),
    )


@dataclass(frozen=True)
class Adaptation:
    """How much slower a cell fires at the end; all nan below three spikes.

    Parameters
    ----------
    first : float
        The first interval between spikes, ms.
    last : float
        The last one, ms.
    ratio : float
        The last one over the first.
    """

    first: float
    last: float
    ratio: float


@gives(first="ms", last="ms", ratio="times")
def adaptation(rec: Recording, *, between: Between = None) -> Adaptation:
    """The first and the last interval between spikes, and their ratio.

    Parameters
    ----------
    rec : Recording
        What `simulate` returned.
    between : tuple of (float, float), optional
        The window to look at, ms; without it all of the recording.

    Returns
    -------
    Adaptation
        Both intervals in ms, and the last over the first.

    Raises
    ------
    ValueError
        If `rec` is not a recording, or the window is out of range.
    """
    intervals = np.diff(spikes(rec, between=between))
    if intervals.size < 2:
        return Adaptation(float("nan"), float("nan"), float("nan"))
    return Adaptation(float(intervals[0]), float(intervals[-1]), float(intervals[-1] / intervals[0]))
