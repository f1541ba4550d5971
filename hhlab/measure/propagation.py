"""What a recording of an axon shows: how fast, how far, how often."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..axon_recording import AN_AXON_RECORDING, AxonRecording
from ..axons import Fibre
from ..parameters import Parameter, must_be
from ..propagate import AN_AXON, propagate
from ..protocols import Train
from ..recording import crossings

Floats = NDArray[np.float64]

FRONT = -20.0
EARLY, LATE = 0.4, 0.8
LEVEL = Parameter(FRONT, "mV", -200, 200, "level whose upward crossing is the arrival", name="level")
PULSES, STRONG, BRIEF = 12, 2000.0, 0.2
FASTEST, SLOWEST, CLOSE = 0.5, 20.0, 0.01


def arrivals(run: AxonRecording, x: float, level: float = FRONT) -> Floats:
    """Times in ms at which V of the patch nearest to x (cm) crosses a level (mV) upward; shape (k,)."""
    must_be(AxonRecording, AN_AXON_RECORDING, run)
    return crossings(run.t, run.V[run.nearest(x)], LEVEL.check(level))


def first_arrivals(run: AxonRecording, level: float = FRONT) -> Floats:
    """Times in ms at which V first crosses a level (mV) upward; shape of run.x, nan where it does not."""
    must_be(AxonRecording, AN_AXON_RECORDING, run)
    V, limit = run.V, LEVEL.check(level)
    crosses = (V[:, :-1] < limit) & (V[:, 1:] >= limit)
    i, at = np.arange(len(V)), crosses.argmax(axis=1)
    before, after = V[i, at], V[i, at + 1]
    with np.errstate(divide="ignore", invalid="ignore"):
        times = run.t[at] + (run.t[at + 1] - run.t[at]) * (limit - before) / (after - before)
    return np.where(crosses.any(axis=1), times, np.nan)


def velocity(
    run: AxonRecording, x_from: float | None = None, x_to: float | None = None, *, level: float = FRONT,
    impulse: int = 0,
) -> float:  # fmt: skip
    """Conduction velocity in m/s between two places; nan where no impulse runs from one to the other.

    The distance between the patches nearest to x_from and x_to (cm) over the time between the upward crossings of a
    level (mV) there. Without places: 40 and 80 % of the length, so that neither the stimulus nor the sealed end tells.
    Negative if it runs towards x = 0. `impulse` is which of several, from 0.

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
    limit = LEVEL.check(level)
    times = [crossings(run.t, run.V[i], limit)[impulse : impulse + 1] for i in way]
    if not (times[0].size and times[-1].size):
        return float("nan")
    begin, end = float(times[0][0]), float(times[-1][0])
    between = np.concatenate(times)
    if begin == end or between.min() < min(begin, end) or between.max() > max(begin, end):
        return float("nan")
    return float(10.0 * (run.x[last] - run.x[first]) / (end - begin))


def length_constant(axon: Fibre) -> float:
    """The distance in cm over which a small steady change of V falls to 1/e along an axon at rest.

    The square root of (diameter/4) / (R_i G), with G the slope conductance of the resting membrane at fixed gates; that
    of the shortest where stretches differ.
    """
    must_be(Fibre, AN_AXON, axon)
    return axon.length_constant


class Reach(NamedTuple):
    """How far an impulse came: whether to the end, and the last place (cm) at which V crossed the level."""

    arrived: bool
    x: float


def conduction(run: AxonRecording, *, level: float = FRONT, impulse: int = 0) -> Reach:
    """Whether an impulse came to the end at x = length, and if not, the last place that it reached, cm.

    A place is reached if V crosses the level (mV) there so often; nan if none is. What lies between may be carried over
    without crossing it, as a short stretch that is blocked.
    """
    must_be(AxonRecording, AN_AXON_RECORDING, run)
    V, limit = run.V, LEVEL.check(level)
    passed = np.flatnonzero(((V[:, :-1] < limit) & (V[:, 1:] >= limit)).sum(axis=1) > impulse)
    if not passed.size:
        return Reach(False, float("nan"))
    return Reach(bool(passed[-1] == len(run.x) - 1), float(run.x[passed[-1]]))


def following_frequency(axon: Fibre, pulses: int = PULSES, amplitude: float = STRONG) -> float:
    """The highest rate in Hz at which every one of a train of pulses at x = 0 arrives at 80 % of the length.

    Pulses of 0.2 ms and the amplitude in uA/cm2, over 0.1 cm; found to 0.01 ms of the interval. nan where not even one
    every 20 ms arrives.
    """
    must_be(Fibre, AN_AXON, axon)
    count = int(Parameter(PULSES, "pulses", 2, 1000, "number of pulses", name="pulses").check(pulses))
    size = Parameter(STRONG, "uA/cm2", 0, 1e5, "current of each pulse", name="amplitude").check(amplitude)

    def follows(interval: float) -> bool:
        train = Train(size, 0.0, BRIEF, interval, count)
        return arrivals(propagate(axon, train, every=4), LATE * axon.length).size >= count

    if not follows(SLOWEST):
        return float("nan")
    short, long = FASTEST, SLOWEST
    while long - short > CLOSE:
        middle = 0.5 * (short + long)
        short, long = (short, middle) if follows(middle) else (middle, long)
    return 1000.0 / long
