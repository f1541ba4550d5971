"""A recording of an axon: how fast impulses are, how far they come, and how often."""

from typing import Any, NamedTuple

import numpy as np

from ..axon_recording import AN_AXON_RECORDING, AxonRecording
from ..axons import Fibre
from ..parameters import Parameter, must_be
from ..physics import Floats
from ..propagation import AN_AXON, propagate
from ..protocols import Train
from ..recording import beginnings
from .thresholds import bisected, spike_window

ARRIVAL_LEVEL = -20.0  # mV that V crosses when an impulse arrives
EARLY, LATE = 0.4, 0.8  # shares of the length between which the velocity is taken
LEVEL = Parameter(ARRIVAL_LEVEL, "mV", -200, 200, "level whose upward crossing is the arrival", name="level")
PULSES = Parameter(12, "pulses", 2, 1000, "number of pulses", name="pulses")
AMPLITUDE = Parameter(2000.0, "uA/cm2", 0, 1e5, "current of each pulse", name="amplitude")
PULSE_DURATION = 0.2  # ms
# ms: between which intervals the shortest that all pulses follow is searched, and how finely.
SHORTEST_INTERVAL, LONGEST_INTERVAL, RESOLUTION = 0.5, 20.0, 0.01


def arrivals(run: AxonRecording, x: float, level: float = ARRIVAL_LEVEL) -> Floats:
    """Times at which impulses arrive at a place: V of the patch nearest to it crosses the level upward.

    Parameters
    ----------
    run : AxonRecording
        What `propagate` returned.
    x : float
        The place, cm.
    level : float
        The level, mV.

    Returns
    -------
    numpy.ndarray
        The times in ms; shape (k,).

    Raises
    ------
    ValueError
        If `run` is not a recording of an axon, the place is not on it, or the level is out of range.
    """
    must_be(AxonRecording, AN_AXON_RECORDING, run)
    (times,) = _arrivals(run, level, [run.nearest(x)])
    return times


def first_arrivals(run: AxonRecording, level: float = ARRIVAL_LEVEL) -> Floats:
    """The time at which V of each patch first crosses a level upward.

    Parameters
    ----------
    run : AxonRecording
        What `propagate` returned.
    level : float
        The level, mV.

    Returns
    -------
    numpy.ndarray
        Times in ms, nan where V never crosses the level; shape of `run.x`.

    Raises
    ------
    ValueError
        If `run` is not a recording of an axon, or the level is out of range.
    """
    return np.array([times[0] if times.size else np.nan for times in _arrivals(run, level)])


def velocity(
    run: AxonRecording, x_from: float | None = None, x_to: float | None = None, *, level: float = ARRIVAL_LEVEL,
    impulse: int = 0,
) -> float:  # fmt: skip
    """The conduction velocity between two places: their distance over the time between the arrivals there.

    Parameters
    ----------
    run : AxonRecording
        What `propagate` returned.
    x_from, x_to : float, optional
        The two places, cm; the nearest patches count. Without them 40 and 80 % of the length, far from the stimulus
        and from the sealed end.
    level : float
        The level that V crosses when an impulse arrives, mV.
    impulse : int
        Which of several impulses, counted from 0.

    Returns
    -------
    float
        The velocity in m/s; negative towards x = 0, nan if no impulse runs from one place to the other.

    Raises
    ------
    ValueError
        If a place is not on the axon, both are in the same patch, or the level is out of range.
    """
    must_be(AxonRecording, AN_AXON_RECORDING, run)
    ends = ((x_from, EARLY), (x_to, LATE))
    first, last = (run.nearest(share * run.axon.length if x is None else x) for x, share in ends)
    if first == last:
        raise ValueError(f"both places lie in the patch at {run.x[first]:.4g} cm: give two that are farther apart")
    way = np.arange(first, last + 1) if first < last else np.arange(first, last - 1, -1)
    times = [each[impulse : impulse + 1] for each in _arrivals(run, level, way)]
    if not (times[0].size and times[-1].size):
        return float("nan")
    begin, end = float(times[0][0]), float(times[-1][0])
    between = np.concatenate(times)
    if begin == end or between.min() < min(begin, end) or between.max() > max(begin, end):
        return float("nan")
    return float(10.0 * (run.x[last] - run.x[first]) / (end - begin))


def length_constant(axon: Fibre) -> float:
    """The distance over which a small steady change of V falls to 1/e along an axon at rest.

    It is the square root of (diameter/4) / (R_i G), where G is the slope conductance of the resting membrane with its
    gates frozen. Where stretches differ, it is that of the shortest.

    Parameters
    ----------
    axon : Axon or MyelinatedAxon
        An axon such as `Axon()`.

    Returns
    -------
    float
        The length constant in cm.

    Raises
    ------
    ValueError
        If `axon` is not an axon.
    """
    must_be(Fibre, AN_AXON, axon)
    return axon.length_constant


class Reach(NamedTuple):
    """How far an impulse came.

    Parameters
    ----------
    arrived : bool
        Whether it came to the end.
    x : float
        The last place at which V crossed the level, cm.
    """

    arrived: bool
    x: float


def conduction(run: AxonRecording, *, level: float = ARRIVAL_LEVEL, impulse: int = 0) -> Reach:
    """Whether an impulse came to the end at x = length, and the last place that it reached.

    The places before need not all have been reached: current can cross a short blocked stretch.

    Parameters
    ----------
    run : AxonRecording
        What `propagate` returned.
    level : float
        The level that V crosses when an impulse arrives, mV.
    impulse : int
        Which of several impulses, counted from 0.

    Returns
    -------
    Reach
        `arrived`, and `x` in cm, which is nan if the impulse reached no place.

    Raises
    ------
    ValueError
        If `run` is not a recording of an axon, or the level is out of range.
    """
    passed = np.flatnonzero([times.size > impulse for times in _arrivals(run, level)])
    if not passed.size:
        return Reach(False, float("nan"))
    return Reach(bool(passed[-1] == len(run.x) - 1), float(run.x[passed[-1]]))


def following_frequency(axon: Fibre, pulses: int = 12, amplitude: float = 2000.0) -> float:
    """The highest rate at which every one of a train of pulses at x = 0 arrives at 80 % of the length.

    The pulses last 0.2 ms and cover 0.1 cm. The shortest interval is found to 0.01 ms.

    Parameters
    ----------
    axon : Axon or MyelinatedAxon
        An axon such as `Axon()`.
    pulses : int
        Number of pulses.
    amplitude : float
        Current of each pulse, uA/cm2.

    Returns
    -------
    float
        The rate in Hz; nan if not even pulses 20 ms apart all arrive (in a membrane with slow gates, as far apart as
        `threshold` waits for a spike).

    Raises
    ------
    ValueError
        If `axon` is not an axon, or `pulses` or `amplitude` is out of range.
    """
    must_be(Fibre, AN_AXON, axon)
    count, size = int(PULSES.check(pulses)), AMPLITUDE.check(amplitude)

    def follows(interval: float) -> bool:
        train = Train(size, 0.0, PULSE_DURATION, interval, count)
        return arrivals(propagate(axon, train, every=4), LATE * axon.length).size >= count

    longest = spike_window(axon.row.cells[0], LONGEST_INTERVAL)
    if not follows(longest):
        return float("nan")
    return 1000.0 / bisected(follows, SHORTEST_INTERVAL, longest, RESOLUTION)


def _arrivals(run: AxonRecording, level: float, patches: Any = slice(None)) -> list[Floats]:
    """For each of these patches, the times (ms) at which spikes begin at a level (mV)."""
    must_be(AxonRecording, AN_AXON_RECORDING, run)
    limit, cells = LEVEL.check(level), run.axon.row.cells
    return [beginnings(run.t, run.V[i], limit, cells[i].rest()["V"]) for i in np.arange(len(run.x))[patches]]
