"""What the model says to the questions of notebook 03: the right numbers, and those of well-known wrong ways."""

from math import log, log10

from ..cells import Squid, SquidWithPumps
from ..channels import Channel
from ..measure import peak, rest, spikes, threshold, undershoot
from ..physics import nernst
from ..protocols import Shock, Step
from ..simulation import simulate
from .texts import Texts

SQUID = Squid()
g, V = 25, 40
"""The conductance (mS/cm2) and the voltage (mV) of the question current_at_a_moment."""


def _peak(shock: float, freeze: tuple[str, ...] = ()) -> float:
    """The highest V, mV, of the squid axon after a shock (mV)."""
    return peak(simulate(SQUID, Shock(shock), freeze=freeze))[0]


def _lowest(cell: Squid) -> float:
    """The lowest V, mV, after a spike."""
    return undershoot(simulate(cell, Shock(30)))[0]


def _least_sodium_conductance() -> float:
    """The smallest whole g_Na, mS/cm2, with which a pulse of 20 uA/cm2 for 0.5 ms makes a spike."""
    g_Na = int(SQUID.g_Na)
    while spikes(simulate(Squid(g_Na=g_Na - 1), Step(20), 30)).size:
        g_Na -= 1
    return float(g_Na)


def _lost_with_half_of_the_sodium() -> float:
    """By how many mV the peak falls when half of the sodium outside of the squid axon with pumps is replaced."""
    high, low = (peak(simulate(SquidWithPumps(Na_out=mM), Shock(20, 1), 15))[0] for mM in (440, 220))
    return high - low


ask = Texts(__file__)
QUESTIONS = ask.arranged(
    ask.number("stronger_shock", "mV", lambda: _peak(12) - _peak(10), 1,
               a_fifth_of_the_spike=lambda: 0.2 * (_peak(10) - rest(SQUID)),
               a_fifth_of_the_peak=lambda: 0.2 * _peak(10), again=lambda: _peak(30) - _peak(10)),
    ask.number("peak_without_n", "mV", lambda: _peak(15, ("n",)) - _peak(15), 0.8,
               unchanged=0, from_the_peak_to_sodium_reversal=lambda: SQUID.E_Na - _peak(15),
               again=lambda: _peak(30, ("n",)) - _peak(30)),
    ask.number("current_at_a_moment", "uA/cm2", g * (V - SQUID.E_Na), 5,
               sodium_current_as_positive=-g * (V - SQUID.E_Na), conductance_times_V=g * V,
               sodium_current_at_0_mV=-g * SQUID.E_Na, current_of_potassium=g * (V - SQUID.E_K),
               again=20 * (20 - SQUID.E_Na)),
    ask.number("half_open", "%", 100 * 0.5**4, 0.5, open_gates=50, three_gates=12.5, none_open=0,
               again=100 * 0.7**4),
    ask.number("twice_the_potassium", "mV", lambda: _lowest(Squid(g_K=2 * SQUID.g_K)), 1,
               twice_as_deep=lambda: 2 * _lowest(SQUID) - rest(SQUID), resting_potential=lambda: rest(SQUID),
               again=lambda: _lowest(Squid(g_K=2 * SQUID.g_K, E_K=-85))),
    ask.number("charge_of_a_long_pulse", "nC/cm2", lambda: 5 * threshold(SQUID, 5), 0.2,
               charge_of_a_brief_pulse=lambda: 0.1 * threshold(SQUID, 0.1),
               threshold_of_a_long_pulse=lambda: threshold(SQUID, 5)),
    ask.number("channels_to_spare", "mS/cm2", _least_sodium_conductance, 0.3,
               sodium_conductance_to_lose=lambda: SQUID.g_Na - _least_sodium_conductance()),
    ask.number("threshold_with_a_leak", "uA/cm2", lambda: threshold(SQUID.plus(Channel("K_leak", 0.5, -77))), 0.5,
               threshold_without_a_leak=lambda: threshold(SQUID)),
    ask.number("peak_for_tenfold_sodium", "mV", lambda: _lost_with_half_of_the_sodium() / log10(2), 0.5,
               sodium_reversal=lambda: float(nernst(1, 10, 1, SquidWithPumps().T)),
               natural_logarithm=lambda: _lost_with_half_of_the_sodium() / log(2),
               half_of_the_sodium=_lost_with_half_of_the_sodium),
)  # fmt: skip
