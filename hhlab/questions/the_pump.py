"""What the model says to the questions of notebook 02: the right numbers, and those of well-known wrong ways."""

import numpy as np

from ..cells import PumpCell, Squid
from ..measure import Ledger, ledger
from ..protocols import Shock
from ..simulation import simulate
from .texts import Texts

MINUTE = 60_000.0
"""In ms."""


def _lost_at_once() -> float:
    """The change of V within 0.2 s of blocking the pump, mV."""
    V = simulate(PumpCell(ouabain=1), None, 200).V
    return float(V[-1] - V[0])


def _ledger(diameter: float = 476) -> Ledger:
    """What one spike moves across the membrane of an axon of a diameter (um) at 18.5 degC."""
    return ledger(simulate(Squid(T=18.5), Shock(15), 20), diameter)


def _rise(diameter: float = 476) -> float:
    """The change of sodium inside an axon of a diameter (um) by one spike at 18.5 degC, mM."""
    return _ledger(diameter).ions["Na"].change


def _minutes_to_minus_50() -> float:
    """When V passes -50 mV without the pump, min."""
    rec = simulate(PumpCell(ouabain=1), None, 120 * MINUTE)
    return float(np.interp(-50.0, rec.V[200:], rec.t[200:])) / MINUTE


ask = Texts(__file__)
QUESTIONS = ask.arranged(
    ask.number("lost_at_once", "mV", _lost_at_once, 0.7,
               all_of_rest=70, nothing=0, lost_at_once_with_wrong_sign=lambda: -_lost_at_once(), again=0.4 / 0.1),
    ask.number("thin_axon", "mM", lambda: _rise(1), 0.02, rise_in_a_squid_axon=_rise, again=lambda: _rise(0.5)),
    ask.number("ATP_of_a_spike", "pmol/cm2", lambda: _ledger().ATP, 0.05, times_three=12, half=2,
               again=2.0),
    ask.number("spikes_to_a_tenth", "spikes", lambda: 5 / _rise(), 300, spikes_to_all=lambda: 50 / _rise()),
    ask.number("minutes_to_minus_50", "min", _minutes_to_minus_50, 0.5, an_hour=60),
)  # fmt: skip
