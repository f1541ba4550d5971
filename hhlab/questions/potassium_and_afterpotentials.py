"""What the model says to the questions of notebook 04: the right numbers, and those of well-known wrong ways."""

import functools

import numpy as np

from ..cells import AfterpotentialCell, Neuron
from ..channels import Channel
from ..drugs import blocked
from ..gates import Gate
from ..measure import afterpotentials, spikes
from ..measure.thresholds import bisected
from ..protocols import Step
from ..simulation import simulate
from .texts import Texts

PULSE, BURST_PULSE, STEADY = Step(11.5, 5, 1), Step(14.5, 5, 1), Step(2, 10, 300)


def _SK(peak: str = "medium_AHP") -> tuple[float, float]:
    """V in mV and the current of SK in uA/cm2 at an extremum after the spike, such as the medium AHP."""
    rec = simulate(AfterpotentialCell(), PULSE, 100)
    after = afterpotentials(rec)
    t = after.fall + getattr(after, peak)[1]
    V, current = (float(np.interp(t, rec.t, trace)) for trace in (rec.V, rec.I["SK"]))
    return V, current


def _conductance_times_V() -> float:
    """The conductance of SK times V at the medium AHP, without the reversal potential, uA/cm2."""
    V, current = _SK()
    return current / (V - AfterpotentialCell().E_K) * V


def _with_A() -> Neuron:
    """A neuron with an A-type channel."""
    a = Gate("a", inf=lambda V: 1 / (1 + np.exp(-(V + 45) / 12)), tau=lambda V: 1 + 0 * V, power=3)
    b = Gate("b", inf=lambda V: 1 / (1 + np.exp((V + 70) / 7)), tau=lambda V: 30 + 0 * V)
    return Neuron().plus(Channel("A", g=5, E=-90, gates=(a, b)))


def _latency(cell: Neuron) -> float:
    """How long it takes to the first spike under 2 uA/cm2, ms; as long as the current flows if there is none."""
    times = spikes(simulate(cell, STEADY, 320))
    return float(times[0] - STEADY.start) if times.size else STEADY.duration


@functools.cache
def _apamin() -> float:
    """The smallest percentage of SK to block for a second spike."""

    def more(percent: float) -> bool:
        cell = blocked(AfterpotentialCell.burster(), "apamin", percent / 100)
        return spikes(simulate(cell, BURST_PULSE, 100)).size > 1

    return bisected(more, 0.0, 100.0, 0.05)


ask = Texts(__file__)
QUESTIONS = ask.arranged(
    ask.number("current_in_the_AHP", "uA/cm2", lambda: _SK()[1], 0.02,
               conductance_times_V=_conductance_times_V, current_of_SK_inward=lambda: -_SK()[1],
               current_of_SK_at_the_ADP=lambda: _SK("ADP")[1],
               again=0.05 * 10),
    ask.number("latency_with_A", "ms", lambda: _latency(_with_A()), 1.5,
               latency_without_A=lambda: _latency(Neuron()), longest_latency=STEADY.duration),
    ask.number("apamin_for_a_burst", "%", _apamin, 2, SK_left_for_a_burst=lambda: 100 - _apamin()),
)  # fmt: skip
