"""What the model says to the questions of notebook 02: the right numbers, and those of well-known wrong ways."""

import numpy as np

from ..cells import PumpCell, Squid
from ..measure import ledger
from ..protocols import Shock
from ..simulate import simulate

MINUTE = 60_000.0


def lost_at_once() -> float:
    """The change of V within 0.2 s of blocking the pump, mV."""
    V = simulate(PumpCell(ouabain=1), None, 200).V
    return float(V[-1] - V[0])


def lost_at_once_with_wrong_sign() -> float:
    """The same as if V fell, mV."""
    return -lost_at_once()


def rise_in_a_thin_axon() -> float:
    """The change of sodium inside an axon of 1 um by one spike at 18.5 degC, mM."""
    return _of_one_spike(1)


def rise_in_a_squid_axon() -> float:
    """The same for 476 um, mM."""
    return _of_one_spike(476)


def ATP_of_a_spike() -> float:
    """ATP to bring the sodium of one spike out again at 18.5 degC, pmol/cm2."""
    return ledger(simulate(Squid(T=18.5), Shock(15), 20)).ATP


def spikes_to_a_tenth() -> float:
    """How many spikes raise 50 mM of sodium by a tenth in the giant axon."""
    return 5.0 / _of_one_spike(476)


def spikes_to_all() -> float:
    """How many spikes would double it."""
    return 10 * spikes_to_a_tenth()


def minutes_to_minus_50() -> float:
    """When V passes -50 mV without the pump, min."""
    rec = simulate(PumpCell(ouabain=1), None, 120 * MINUTE)
    return float(np.interp(-50.0, rec.V[200:], rec.t[200:])) / MINUTE


def _of_one_spike(diameter: float) -> float:
    return ledger(simulate(Squid(T=18.5), Shock(15), 20), diameter).ions["Na"].change
