"""What the model says to the questions of notebook 01: the right numbers, and those of well-known wrong ways."""

import math

from ..cells import gallery
from ..measure import rest
from ..physics import ghk_voltage, nernst, thermal_voltage

WARM = 37.0
BELOW, ABOVE = 1e-6, 10.0


def a_tenth_outside() -> float:
    """E_K at 37 degC with ten times as much inside as outside, mV."""
    return float(nernst(1, 14, 140, WARM))


def a_tenth_the_wrong_way() -> float:
    """The same with the wrong sign, mV."""
    return -a_tenth_outside()


def a_tenth_without_logarithm_of_ten() -> float:
    """RT/F with a minus sign, mV."""
    return -float(thermal_voltage(WARM))


def charge_of_50_mV() -> float:
    """Charge that changes V by 50 mV, nC/cm2."""
    return gallery["neuron"].C * 50


def percent_of_sodium_at_minus_80() -> float:
    """P_Na / P_K, in percent, with which K 4/140 and Na 145/12 mM give -80 mV at 37 degC."""
    low, high = BELOW, ABOVE
    for _ in range(60):
        middle = math.sqrt(low * high)
        low, high = (middle, high) if _without_chloride(middle) < -80 else (low, middle)
    return 100 * low


def ratio_of_sodium_at_minus_80() -> float:
    """The same as a ratio, not in percent."""
    return percent_of_sodium_at_minus_80() / 100


def percent_of_the_way() -> float:
    """How far -80 mV is on the way from E_K to E_Na, in percent."""
    E_K, E_Na = float(nernst(1, 4, 140, WARM)), float(nernst(1, 145, 12, WARM))
    return 100 * (-80 - E_K) / (E_Na - E_K)


def calcium() -> float:
    """E_Ca at 37 degC with 2 mM outside and 100 nM inside, mV."""
    return float(nernst(2, 2, 1e-4, WARM))


def calcium_without_its_charge() -> float:
    """The same for one charge, mV."""
    return 2 * calcium()


def calcium_with_log10() -> float:
    """The same with the logarithm to base 10, mV."""
    return calcium() / math.log(10)


def calcium_in_celsius() -> float:
    """The same with the temperature taken as kelvin, mV."""
    return calcium() * WARM / (WARM + 273.15)


def calcium_upside_down() -> float:
    """The same with inside over outside, mV."""
    return -calcium()


def muscle() -> float:
    """V of skeletal muscle, mV."""
    return rest(gallery["skeletal muscle"])


def muscle_with_chloride_upside_down() -> float:
    """The same with chloride as if it were positive, mV."""
    cell = gallery["skeletal muscle"]
    above = cell.P_K * cell.K_out + cell.P_Na * cell.Na_out + cell.P_Cl * cell.Cl_out
    below = cell.P_K * cell.K_in + cell.P_Na * cell.Na_in + cell.P_Cl * cell.Cl_in
    return float(thermal_voltage(cell.T)) * math.log(above / below)


def muscle_without_chloride() -> float:
    """The same without chloride, mV."""
    return rest(gallery["skeletal muscle"].replace(P_Cl=0))


def muscle_with_the_fraction_inverted() -> float:
    """The same with the fraction of the GHK equation inverted, mV."""
    return -muscle()


def _without_chloride(ratio: float) -> float:
    """V at a ratio P_Na / P_K with K 4/140 and Na 145/12 mM at 37 degC, mV."""
    return float(ghk_voltage({"K": 1, "Na": ratio}, {"K": 4, "Na": 145}, {"K": 140, "Na": 12}, WARM))
