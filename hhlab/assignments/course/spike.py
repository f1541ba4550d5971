"""Assignment 03: the spike of an axon of the student's own, one with a drug in another bath, and a channel to write."""

import functools
from dataclasses import replace

import numpy as np

from ...cells import Cell, Squid
from ...channels import Channel
from ...measure import half_width, peak, reversal, rheobase, threshold
from ...parameters import param
from ...protocols import Shock
from ...questions import Texts
from ...simulation import simulate
from ...voltage_clamp import Clamp, clamp
from ..sealed import Sealed
from ..task import HALF, VOLTS, Assignment, Code, Picture, Task, Values, about
from ..variant import Variant

E_A, TAU_A, PROBED = -77.0, 1.0, (-95.0, -75.0, -60.0, -45.0, -20.0)
"""Reversal potential (mV) and time constant (ms) of channel A, and where it is tried (mV)."""


class Treated(Sealed, Squid):
    """An axon with an unknown drug in an unknown bath: both are to be measured.

    Its g_Na is that before the drug, so that sodium channels can still be blocked by another.
    """

    left = param(1, "(share)", 0, 1, "share of the sodium channels that the drug leaves")

    OPEN, UNTOLD, LOOKS = Squid, ("E_Na", "left"), "a squid axon with a drug, in another bath"

    def _own_channels(self) -> tuple[Channel, ...]:
        Na, *others = super()._own_channels()
        return (replace(Na, g=self._values["left"] * Na.g), *others)


def axon(v: Variant) -> Squid:
    """The axon of a variant."""
    return Squid(T=v.T, C=v.C, g_K=v.g_K)


def treated(v: Variant) -> Treated:
    """The same with the drug, in the other bath."""
    return Treated(T=v.T, C=v.C, g_K=v.g_K, E_Na=v.E_Na, left=v.left)


def cells(v: Variant) -> dict[str, Cell]:
    """The preparations of a variant."""
    return {"axon": axon(v), "treated": treated(v)}


def picture(v: Variant) -> Picture:
    """The spike, and its conductances."""
    return {"": simulate(axon(v), Shock(v.shock), 10)}, ("voltage", "conductances")


def _ratio_of_currents(v: Variant) -> float:
    """The share blocked for one who compares currents at 0 mV, in percent."""
    (one,), (other,) = (clamp(cell, Clamp(to=0, duration=10)) for cell in (axon(v), treated(v)))
    return 100 * (1 - float(other.I["Na"].min() / one.I["Na"].min()))


def _reversal(v: Variant) -> float:
    """E_Na of the treated axon as a voltage clamp shows it, mV."""
    return reversal(clamp(treated(v), Clamp(to=range(-20, 81, 5), duration=8)))


def _channel(v: Variant, *, power: float = 0, flip: bool = False, E: float = E_A) -> Values:
    """What a probe of the channel brings back, or of one with a slip."""
    V = np.array(PROBED)
    a = (1 / (1 + np.exp(-(V - v.half_a) / v.slope_a))) ** (power or v.power)
    b = 1 / (1 + np.exp((V - v.half_b) / v.slope_b * (-1 if flip else 1)))
    return [v.g_A, E, *(a * b).tolist(), *[TAU_A] * len(PROBED), *[v.tau_b] * len(PROBED)]


def tasks(v: Variant) -> tuple[Task, ...]:
    """The tasks of a variant."""
    here, spike = axon(v), simulate(axon(v), Shock(v.shock), 30)
    (highest, when), width, least = peak(spike), half_width(spike), threshold(here, v.duration)
    sodium = float(spike.I["Na"][spike.V.argmax()])
    slip = functools.partial(functools.partial, _channel, v)
    probe = {"kind": "channel", "volts": PROBED, "T": v.T}
    return (
        Task(ask.number("peak", "mV", highest, 0.3, E_Na=here.E_Na),
             near=3.0, span=VOLTS, dot=lambda mV: ("voltage", when, mV)),
        Task(ask.number("half_width", "ms", width, about(0.02, width)), near=3.0, span=(0.0, 100.0)),
        Task(ask.number("threshold", "uA/cm2", least, about(0.02, least), rheobase=lambda: rheobase(here),
                        half_a_ms=lambda: threshold(here, 0.5), charge=least * v.duration),
             near=3.0, span=(0.0, 1e5)),
        Task(ask.number("sodium_current", "uA/cm2", sodium, about(0.02, sodium), as_positive=-sodium,
                        largest=float(spike.I["Na"].min())), near=2.0, span=(-1e5, 1e5)),
        Task(ask.choice("dent"), partial={"shuts": HALF}),
        Task(ask.number("E_Na", "mV", lambda: _reversal(v), 0.4, usual_bath=here.E_Na,
                        peak=lambda: peak(simulate(treated(v), Shock(30), 30))[0]), points=3, near=2.0, span=VOLTS),
        Task(ask.number("blocked", "%", 100 * (1 - v.left), 0.5, left=100 * v.left,
                        by_current=lambda: _ratio_of_currents(v)), points=3, near=2.0, span=(0.0, 100.0)),
        Task(Code.of(ask, "channel", probe, slip(), v.values, one_gate=slip(power=1),
                     rising=slip(flip=True), positive_E=slip(E=77.0)), points=4),
    )  # fmt: skip


ask = Texts(__file__)
ASSIGNMENT = Assignment("spike", "03_action_potential", ask, cells, tasks, picture)
