"""What the model says to the questions of notebook 01: the right numbers, and those of well-known wrong ways."""

import math

from ..cells import gallery
from ..measure import rest
from ..measure.thresholds import bisected
from ..physics import ghk_voltage, nernst, thermal_voltage
from .texts import Texts

WARM = 37.0

E_K, E_Na = float(nernst(1, 4, 140, WARM)), float(nernst(1, 145, 12, WARM))
E_Ca = float(nernst(2, 2, 1e-4, WARM))
TENTH = float(nernst(1, 14, 140, WARM))
MUSCLE = gallery["skeletal muscle"]


def _without_chloride(ratio: float) -> float:
    """V at a ratio P_Na / P_K with K 4/140 and Na 145/12 mM at 37 degC, mV."""
    return float(ghk_voltage({"K": 1, "Na": ratio}, {"K": 4, "Na": 145}, {"K": 140, "Na": 12}, WARM))


def _ratio_at_minus_80() -> float:
    """P_Na / P_K with which K 4/140 and Na 145/12 mM give -80 mV at 37 degC."""
    return bisected(lambda ratio: _without_chloride(ratio) >= -80, 0.0, 10.0, 1e-9)


def _chloride_upside_down() -> float:
    """V of skeletal muscle with chloride as if it were positive, mV."""
    above = MUSCLE.P_K * MUSCLE.K_out + MUSCLE.P_Na * MUSCLE.Na_out + MUSCLE.P_Cl * MUSCLE.Cl_out
    below = MUSCLE.P_K * MUSCLE.K_in + MUSCLE.P_Na * MUSCLE.Na_in + MUSCLE.P_Cl * MUSCLE.Cl_in
    return float(thermal_voltage(MUSCLE.T)) * math.log(above / below)


ask = Texts(__file__)
QUESTIONS = ask.arranged(
    ask.number("tenth_of_potassium", "mV", TENTH, 1,
               a_tenth_the_wrong_way=-TENTH, at_20_degC=-58,
               a_tenth_without_logarithm_of_ten=-float(thermal_voltage(WARM)), again=float(nernst(1, 1, 100, WARM))),
    ask.number("charge_for_a_change", "nC/cm2", gallery["neuron"].C * 50, 1,
               capacitance_over_voltage=0.02, in_microcoulomb=0.05,
               again=gallery["neuron"].C * 100),
    ask.number("permeability_from_V", "%", lambda: 100 * _ratio_at_minus_80(), 0.15,
               ratio_of_sodium_at_minus_80=_ratio_at_minus_80, percent_of_the_way=100 * (-80 - E_K) / (E_Na - E_K)),
    ask.number("nernst_function", "mV", E_Ca, 0.5,
               calcium_without_its_charge=2 * E_Ca, calcium_with_log10=E_Ca / math.log(10),
               calcium_in_celsius=E_Ca * WARM / (WARM + 273.15), calcium_upside_down=-E_Ca),
    ask.number("muscle_by_hand", "mV", lambda: rest(MUSCLE), 0.3,
               muscle_with_chloride_upside_down=_chloride_upside_down,
               muscle_without_chloride=lambda: rest(MUSCLE.replace(P_Cl=0)),
               muscle_with_the_fraction_inverted=lambda: -rest(MUSCLE)),
)  # fmt: skip
