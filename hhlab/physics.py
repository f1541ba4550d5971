"""Physical laws, one equation a function. All broadcast over arrays; nothing here knows of cells or channels."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

R = 8.314462618
"""Gas constant, J/(mol K) (CODATA 2018, exact)."""
F = 96485.33212
"""Faraday constant, C/mol (CODATA 2018, exact)."""
ZERO_CELSIUS = 273.15
"""0 degC in K."""


def thermal_voltage(T: ArrayLike) -> NDArray[np.float64]:
    """RT/F in mV at temperature T in degC."""
    return 1000.0 * R * (np.asarray(T, float) + ZERO_CELSIUS) / F


def nernst(z: ArrayLike, outside: ArrayLike, inside: ArrayLike, T: ArrayLike) -> NDArray[np.float64]:
    """Nernst potential in mV: the voltage at which an ion has no net drive, (RT/zF) ln(outside/inside).

    Parameters
    ----------
    z : charge of the ion, e.g. 1 for K, -1 for Cl, 2 for Ca.
    outside, inside : concentrations, both in the same unit (mM), greater than 0.
    T : temperature, degC.

    All four may be arrays; they broadcast.

    Raises
    ------
    ValueError
        If a charge is 0, a concentration is not a positive finite number, or T is at or below absolute zero.
    """
    try:
        charge, out, in_, celsius = np.broadcast_arrays(
            *(np.asarray(value, float) for value in (z, outside, inside, T))
        )
    except (TypeError, ValueError):
        raise ValueError(
            "nernst needs numbers or arrays whose shapes fit together: z, outside and inside in mM, T in degC"
        ) from None
    if np.any(charge == 0) or not np.all(np.isfinite(charge)):
        raise ValueError(f"z = {charge} has no Nernst potential: give the charge of an ion, such as 1, -1 or 2")
    for name, concentration in (("outside", out), ("inside", in_)):
        bad = concentration[~(np.isfinite(concentration) & (concentration > 0))]
        if bad.size:
            raise ValueError(f"{name} = {bad.flat[0]:g} mM is not a concentration: give a finite number above 0 mM")
    if not np.all(np.isfinite(celsius) & (celsius > -ZERO_CELSIUS)):
        raise ValueError(f"T = {celsius} degC is not a temperature: give a finite number above {-ZERO_CELSIUS} degC")
    return thermal_voltage(celsius) / charge * np.log(out / in_)


def q10_factor(q10: float, T: float, T_ref: float) -> float:
    """How many times faster a process runs at T than at T_ref (both degC): q10 ** ((T - T_ref) / 10)."""
    return float(q10 ** ((T - T_ref) / 10.0))
