"""Physical laws, one equation a function. All broadcast over arrays; nothing here knows of cells or channels."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

R = 8.314462618
"""Gas constant, J/(mol K) (CODATA 2018, exact)."""
F = 96485.33212
"""Faraday constant, C/mol (CODATA 2018, exact)."""
ZERO_CELSIUS = 273.15
"""0 degC in K."""
MICRO = 1e-6


def thermal_voltage(T: ArrayLike) -> Floats:
    """RT/F in mV at temperature T in degC."""
    return 1000.0 * R * (np.asarray(T, float) + ZERO_CELSIUS) / F


CHARGE = {"K": 1, "Na": 1, "Cl": -1, "Ca": 2}
"""Charges that an ion of each kind carries."""
SMALL = 1e-4
"""|zVF/RT| below which a GHK current takes the series of its quotient."""


def nernst(z: ArrayLike, outside: ArrayLike, inside: ArrayLike, T: ArrayLike) -> Floats:
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
    charge, out, in_, celsius = _numbers("nernst", z=z, outside=outside, inside=inside, T=T)
    _refuse_charge(charge)
    _refuse_concentrations(outside=out, inside=in_)
    _refuse_cold(celsius)
    return thermal_voltage(celsius) / charge * np.log(out / in_)


def ghk_voltage(
    permeability: Mapping[str, ArrayLike], outside: Mapping[str, ArrayLike], inside: Mapping[str, ArrayLike],
    T: ArrayLike,
) -> Floats:  # fmt: skip
    """Membrane potential in mV at which the GHK currents of K, Na and Cl cancel (Goldman 1943; Hodgkin & Katz 1949).

    V = (RT/F) ln[(P_K K_out + P_Na Na_out + P_Cl Cl_in) / (P_K K_in + P_Na Na_in + P_Cl Cl_out)]: chloride is negative,
    so its inside stands above the line.

    Parameters
    ----------
    permeability : by ion, such as {"K": 1, "Na": 0.04, "Cl": 0.45}; only ratios matter; 0 or more, not all 0.
    outside, inside : concentrations by ion, mM, for every ion that has a permeability.
    T : temperature, degC.

    All numbers may be arrays; they broadcast.

    Raises
    ------
    ValueError
        For an ion other than K, Na and Cl, a missing or impossible concentration, or permeabilities that are all 0.
    """
    above: Any = 0.0
    below: Any = 0.0
    celsius = np.asarray(T, float)
    _refuse_cold(celsius)
    for ion in _by_ion(permeability, "permeability"):
        if abs(CHARGE.get(ion, 0)) != 1:
            raise ValueError(f"{ion} is not an ion of ghk_voltage: it takes K, Na and Cl, which carry one charge each")
        if ion not in _by_ion(outside, "outside") or ion not in _by_ion(inside, "inside"):
            raise ValueError(f"{ion} has a permeability but no concentration on both sides: give both in mM")
        P, out, in_ = _numbers("ghk_voltage", permeability=permeability[ion], outside=outside[ion], inside=inside[ion])
        if not np.all(np.isfinite(P) & (P >= 0)):
            raise ValueError(f"the permeability of {ion} is not a permeability: give finite numbers of 0 or more")
        _refuse_concentrations(outside=out, inside=in_)
        top, bottom = (out, in_) if CHARGE[ion] > 0 else (in_, out)
        above, below = above + P * top, below + P * bottom
    if not np.all(np.asarray(above) > 0):
        raise ValueError("no ion can cross: give at least one permeability above 0")
    return thermal_voltage(celsius) * np.log(above / below)


def ghk_current(
    P: ArrayLike, z: ArrayLike, V: ArrayLike, outside: ArrayLike, inside: ArrayLike, T: ArrayLike
) -> Floats:
    """GHK current in uA/cm2, outward positive: P z F (inside B(-u) - outside B(u)), u = zVF/RT, B(u) = u / (e^u - 1).

    Parameters
    ----------
    P : permeability, cm/s, 0 or more.
    z : charge of the ion.
    V : membrane potential, mV.
    outside, inside : concentrations, mM; 0 or more.
    T : temperature, degC.

    All may be arrays; they broadcast. At V = 0 the quotient is taken from its series.

    Raises
    ------
    ValueError
        If a number is not finite, a permeability or concentration is negative, a charge is 0, or T is too cold.
    """
    given = _numbers("ghk_current", P=P, z=z, V=V, outside=outside, inside=inside, T=T)
    permeability, charge, volts, out, in_, celsius = given
    _refuse_charge(charge)
    _refuse_cold(celsius)
    for name, value in (("P", permeability), ("outside", out), ("inside", in_)):
        if not np.all(np.isfinite(value) & (value >= 0)):
            wrong, unit = value[~(np.isfinite(value) & (value >= 0))].flat[0], "cm/s" if name == "P" else "mM"
            raise ValueError(f"{name} = {wrong:g} {unit} is not 0 or more: give what a membrane or a solution can have")
    if not np.all(np.isfinite(volts)):
        raise ValueError("V is not finite: give voltages in mV")
    u = charge * volts / thermal_voltage(celsius)
    return permeability * charge * F * (in_ * bernoulli(-u) - out * bernoulli(u))


def bernoulli(u: ArrayLike) -> Floats:
    """The quotient u / (e^u - 1), and 1 - u/2 + u^2/12 near 0."""
    x = np.asarray(u, float)
    small = np.abs(x) < SMALL
    safe = np.where(small, 1.0, x)
    with np.errstate(over="ignore"):
        return np.where(small, 1.0 - x / 2 + x * x / 12, safe / np.expm1(safe))


def mullins_noda(
    outside: Mapping[str, ArrayLike], inside: Mapping[str, ArrayLike], T: ArrayLike, b: ArrayLike, r: ArrayLike = 1.5
) -> Floats:
    """Steady potential in mV of a cell whose pump moves r Na out for each K in (Mullins & Noda 1963).

    (RT/F) ln[(r K_out + b Na_out) / (r K_in + b Na_in)]. With r = 1 the pump moves no charge and this is GHK for K and
    Na.

    Parameters
    ----------
    outside, inside : concentrations of "K" and "Na", mM.
    T : temperature, degC.
    b : P_Na / P_K.
    r : 3/2 for the Na/K-ATPase.
    """
    for where, given in (("outside", outside), ("inside", inside)):
        if not {"K", "Na"} <= set(_by_ion(given, where)):
            raise ValueError(f"{where} lacks K or Na: give both in mM, such as {{'K': 4, 'Na': 145}}")
    ratio, share = _numbers("mullins_noda", r=r, b=b)
    if not np.all(np.isfinite(ratio) & (ratio > 0)):
        raise ValueError("r is not the ratio of a pump: give a number above 0, such as 1.5")
    scaled = {"K": ratio, "Na": share}
    return ghk_voltage(scaled, {ion: outside[ion] for ion in scaled}, {ion: inside[ion] for ion in scaled}, T)


def q10_factor(q10: ArrayLike, T: ArrayLike, T_ref: ArrayLike) -> Floats:
    """How many times faster a process runs at T than at T_ref (both degC): q10 ** ((T - T_ref) / 10); broadcasts."""
    factor, warm, cold = _numbers("q10_factor", q10=q10, T=T, T_ref=T_ref)
    if not np.all(np.isfinite(factor) & (factor > 0)):
        raise ValueError("q10 is not a ratio of speeds: give a number above 0, such as 3")
    return np.asarray(factor ** ((warm - cold) / 10.0))


def _numbers(what: str, **given: ArrayLike) -> list[Floats]:
    try:
        return list(np.broadcast_arrays(*(np.asarray(value, float) for value in given.values())))
    except (TypeError, ValueError):
        names = ", ".join(given)
        raise ValueError(f"{what} needs numbers, or arrays whose shapes fit together: {names}") from None


def _by_ion(given: Any, what: str) -> Mapping[str, ArrayLike]:
    if not isinstance(given, Mapping):
        raise ValueError(f"{what} goes by ion: give numbers such as {{'K': 4, 'Na': 145, 'Cl': 120}}")
    return given


def _refuse_charge(z: Floats) -> None:
    if np.any(z == 0) or not np.all(np.isfinite(z)):
        raise ValueError(f"z = {z} has no Nernst potential: give the charge of an ion, such as 1, -1 or 2")


def _refuse_concentrations(**given: Floats) -> None:
    for name, concentration in given.items():
        bad = concentration[~(np.isfinite(concentration) & (concentration > 0))]
        if bad.size:
            raise ValueError(f"{name} = {bad.flat[0]:g} mM is not a concentration: give a finite number above 0 mM")


def _refuse_cold(T: Floats) -> None:
    if not np.all(np.isfinite(T) & (T > -ZERO_CELSIUS)):
        raise ValueError(f"T = {T} degC is not a temperature: give a finite number above {-ZERO_CELSIUS} degC")
