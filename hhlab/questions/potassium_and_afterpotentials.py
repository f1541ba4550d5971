"""What the model says to the questions of notebook 04: the right numbers, and those of well-known wrong ways."""

import numpy as np

from ..cells import AfterpotentialCell, Neuron
from ..channels import Channel
from ..drugs import blocked
from ..gates import Gate
from ..measure import afterpotentials, spikes
from ..protocols import Step
from ..recording import Recording
from ..simulate import simulate

PULSE, BURST_PULSE, STEADY = Step(11.5, 5, 1), Step(14.5, 5, 1), Step(2, 10, 300)


def current_of_SK() -> float:
    """What SK carries at the lowest point of the medium AHP, uA/cm2."""
    return _at(afterpotentials(_spike()).medium_AHP[1])[1]


def conductance_times_V() -> float:
    """Its conductance times V there, without the reversal potential, uA/cm2."""
    V, current = _at(afterpotentials(_spike()).medium_AHP[1])
    return current / (V - AfterpotentialCell().E_K) * V


def current_of_SK_inward() -> float:
    """The current with the sign that inward current has, uA/cm2."""
    return -current_of_SK()


def current_of_SK_at_the_ADP() -> float:
    """What SK carries at the top of the ADP, uA/cm2."""
    return _at(afterpotentials(_spike()).ADP[1])[1]


def latency_with_A() -> float:
    """How long a neuron with an A-type channel takes to its first spike under 2 uA/cm2, ms."""
    a = Gate("a", inf=lambda V: 1 / (1 + np.exp(-(V + 45) / 12)), tau=lambda V: 1 + 0 * V, power=3)
    b = Gate("b", inf=lambda V: 1 / (1 + np.exp((V + 70) / 7)), tau=lambda V: 30 + 0 * V)
    return _latency(Neuron().plus(Channel("A", g=5, E=-90, gates=(a, b))))


def latency_without_A() -> float:
    """The same without that channel, ms."""
    return _latency(Neuron())


def longest_latency() -> float:
    """How long the current flows, ms: the answer where there is no spike."""
    return STEADY.duration


def apamin_for_a_burst() -> float:
    """The smallest percentage of SK to block for a second spike."""
    from scipy.optimize import bisect

    cell = AfterpotentialCell.burster()
    more = lambda percent: spikes(simulate(blocked(cell, "apamin", percent / 100), BURST_PULSE, 100)).size - 1.5  # noqa: E731
    return float(bisect(more, 0.0, 100.0, xtol=0.05))


def SK_left_for_a_burst() -> float:
    """The percentage of SK that is then left."""
    return 100 - apamin_for_a_burst()


def _spike() -> Recording:
    return simulate(AfterpotentialCell(), PULSE, 100)


def _at(ms: float) -> tuple[float, float]:
    """V in mV and the current of SK in uA/cm2, so long after the fall of the spike through -20 mV."""
    rec = _spike()
    V, current = (float(np.interp(afterpotentials(rec).fall + ms, rec.t, trace)) for trace in (rec.V, rec.I["SK"]))
    return V, current


def _latency(cell: Neuron) -> float:
    times = spikes(simulate(cell, STEADY, 320))
    return float(times[0] - STEADY.start) if times.size else longest_latency()
