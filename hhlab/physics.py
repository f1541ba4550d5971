"""Physical laws, one equation a function. All broadcast over arrays; none knows cells or channels."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

R = 8.314462618  # gas constant, J/(mol K) (CODATA 2018, exact)
F = 96485.33212  # Faraday constant, C/mol (CODATA 2018, exact)
ZERO_CELSIUS = 273.15  # 0 degC in K
MICRO = 1e-6
CHARGE = {"K": 1, "Na": 1, "Cl": -1, "Ca": 2}  # elementary charges that each ion carries
NEAR_ZERO = 1e-4  # |zVF/RT| below which a GHK current is computed from the series of its quotient


def thermal_voltage(T: ArrayLike) -> Floats:
    """RT/F in mV at temperature T in degC."""
    return 1000.0 * R * (np.asarray(T, float) + ZERO_CELSIUS) / F


def nernst(z: ArrayLike, outside: ArrayLike, inside: ArrayLike, T: ArrayLike) -> Floats:
    """The Nernst potential: the voltage at which an ion is at equilibrium, (RT/zF) ln(outside/inside).

    Parameters
    ----------
    z : array_like
        Charge of the ion: 1 for K, -1 for Cl, 2 for Ca.
    outside, inside : array_like
        Concentrations, mM, greater than 0.
    T : array_like
        Temperature, degC.

    Returns
    -------
    numpy.ndarray
        The potential in mV; all arguments broadcast.

    Raises
    ------
    ValueError
        If a charge is 0, a concentration is not a positive finite number, or T is at or below absolute zero.

    Examples
    --------
    >>> print(f"{hh.nernst(1, 4, 140, 37):.1f} mV")
    -95.0 mV
    """
    charge, out, in_, celsius = _numbers("nernst", z=z, outside=outside, inside=inside, T=T)
    _check_charge(charge)
    _check_concentrations(outside=out, inside=in_)
    _check_temperature(celsius)
    return thermal_voltage(celsius) / charge * np.log(out / in_)


def ghk_voltage(
    permeability: Mapping[str, ArrayLike], outside: Mapping[str, ArrayLike], inside: Mapping[str, ArrayLike],
    T: ArrayLike,
) -> Floats:  # fmt: skip
    """The membrane potential at which the GHK currents of K, Na and Cl cancel (Goldman 1943; Hodgkin & Katz 1949).

    V = (RT/F) ln[(P_K K_out + P_Na Na_out + P_Cl Cl_in) / (P_K K_in + P_Na Na_in + P_Cl Cl_out)]. Chloride is negative,
    so its concentration inside is in the numerator.

    Parameters
    ----------
    permeability : dict of str to array_like
        Permeabilities by ion, such as {"K": 1, "Na": 0.04, "Cl": 0.45}. Only their ratios count.
    outside, inside : dict of str to array_like
        Concentrations by ion, mM, of every ion that has a permeability.
    T : array_like
        Temperature, degC.

    Returns
    -------
    numpy.ndarray
        The potential in mV; all numbers broadcast.

    Raises
    ------
    ValueError
        For an ion other than K, Na and Cl, a missing or impossible concentration, a negative permeability, or if all
        are 0.
    """
    above: Any = 0.0
    below: Any = 0.0
    celsius = np.asarray(T, float)
    _check_temperature(celsius)
    for ion in _by_ion(permeability, "permeability"):
        if abs(CHARGE.get(ion, 0)) != 1:
            raise ValueError(f"ghk_voltage cannot use {ion}: give only K, Na and Cl, which carry one charge each")
        if ion not in _by_ion(outside, "outside") or ion not in _by_ion(inside, "inside"):
            raise ValueError(f"{ion} has a permeability but no concentration on both sides: give both in mM")
        P, out, in_ = _numbers("ghk_voltage", permeability=permeability[ion], outside=outside[ion], inside=inside[ion])
        _check(P >= 0, P, f"permeability of {ion} = {{:g}} is impossible: give a finite number, 0 or more")
        _check_concentrations(outside=out, inside=in_)
        top, bottom = (out, in_) if CHARGE[ion] > 0 else (in_, out)
        above, below = above + P * top, below + P * bottom
    if not np.all(np.asarray(above) > 0):
        raise ValueError("no ion can cross: give at least one permeability above 0")
    return thermal_voltage(celsius) * np.log(above / below)


def ghk_current(
    P: ArrayLike, z: ArrayLike, V: ArrayLike, outside: ArrayLike, inside: ArrayLike, T: ArrayLike
) -> Floats:
    """The GHK current: P z F (inside B(-u) - outside B(u)), with u = zVF/RT and B(u) = u / (e^u - 1).

    Parameters
    ----------
    P : array_like
        Permeability, cm/s, 0 or more.
    z : array_like
        Charge of the ion.
    V : array_like
        Membrane potential, mV.
    outside, inside : array_like
        Concentrations, mM, 0 or more.
    T : array_like
        Temperature, degC.

    Returns
    -------
    numpy.ndarray
        The current in uA/cm2, outward positive; all arguments broadcast.

    Raises
    ------
    ValueError
        If a number is not finite, a permeability or concentration is negative, a charge is 0, or T is at or below
        absolute zero.
    """
    given = _numbers("ghk_current", P=P, z=z, V=V, outside=outside, inside=inside, T=T)
    permeability, charge, volts, out, in_, celsius = given
    _check_charge(charge)
    _check_temperature(celsius)
    for what, value in (("P = {:g} cm/s", permeability), ("outside = {:g} mM", out), ("inside = {:g} mM", in_)):
        _check(value >= 0, value, f"{what} is impossible: give a finite number, 0 or more")
    _check(True, volts, "V = {:g} mV is not finite: give finite voltages in mV")
    u = charge * volts / thermal_voltage(celsius)
    return permeability * charge * F * (in_ * bernoulli(-u) - out * bernoulli(u))


def bernoulli(u: ArrayLike) -> Floats:
    """The quotient u / (e^u - 1), and 1 - u/2 + u^2/12 near 0."""
    x = np.asarray(u, float)
    small = np.abs(x) < NEAR_ZERO
    safe = np.where(small, 1.0, x)
    with np.errstate(over="ignore"):
        return np.where(small, 1.0 - x / 2 + x * x / 12, safe / np.expm1(safe))


def mullins_noda(
    outside: Mapping[str, ArrayLike], inside: Mapping[str, ArrayLike], T: ArrayLike, b: ArrayLike, r: ArrayLike = 1.5
) -> Floats:
    """The steady potential of a cell whose pump moves r Na out for each K in (Mullins & Noda 1963).

    V = (RT/F) ln[(r K_out + b Na_out) / (r K_in + b Na_in)]. With r = 1 the pump moves no charge, and this is the GHK
    equation for K and Na.

    Parameters
    ----------
    outside, inside : dict of str to array_like
        Concentrations of "K" and "Na", mM.
    T : array_like
        Temperature, degC.
    b : array_like
        P_Na / P_K.
    r : array_like
        Na per K of the pump: 3/2 for the Na/K-ATPase.

    Returns
    -------
    numpy.ndarray
        The potential in mV; all numbers broadcast.

    Raises
    ------
    ValueError
        If K or Na is missing, a concentration is not positive, or r or b is not the ratio that it should be.
    """
    for where, given in (("outside", outside), ("inside", inside)):
        if not {"K", "Na"} <= set(_by_ion(given, where)):
            raise ValueError(f"K or Na is missing {where}: give both in mM, such as {{'K': 4, 'Na': 145}}")
    ratio, share = _numbers("mullins_noda", r=r, b=b)
    _check(ratio > 0, ratio, "r = {:g} cannot be the ratio of a pump: give a number above 0, such as 1.5")
    scaled = {"K": ratio, "Na": share}
    return ghk_voltage(scaled, {ion: outside[ion] for ion in scaled}, {ion: inside[ion] for ion in scaled}, T)


def q10_factor(q10: ArrayLike, T: ArrayLike, T_ref: ArrayLike) -> Floats:
    """How many times faster a process runs at T than at T_ref (both degC): q10 ** ((T - T_ref) / 10); broadcasts."""
    factor, warm, cold = _numbers("q10_factor", q10=q10, T=T, T_ref=T_ref)
    _check(factor > 0, factor, "q10 = {:g} cannot be a ratio of speeds: give a number above 0, such as 3")
    return np.asarray(factor ** ((warm - cold) / 10.0))


def _numbers(what: str, **given: ArrayLike) -> list[Floats]:
    try:
        if any(np.asarray(value).dtype.kind in "USb" for value in given.values()):  # texts and truth values
            raise TypeError
        return list(np.broadcast_arrays(*(np.asarray(value, float) for value in given.values())))
    except (TypeError, ValueError):
        names = ", ".join(given)
        raise ValueError(
            f"{what} cannot use these {names}: give numbers, or arrays whose shapes fit together"
        ) from None


def _by_ion(given: Any, what: str) -> Mapping[str, ArrayLike]:
    if not isinstance(given, Mapping):
        raise ValueError(
            f"{what} = {given!r} does not say which ion is meant: give numbers by ion, such as "
            f"{{'K': 4, 'Na': 145, 'Cl': 120}}"
        )
    return given


def _check(good: Any, values: Floats, sentence: str) -> None:
    """ValueError with the first of these values that is not good or not finite."""
    bad = values[~(np.isfinite(values) & good)]
    if bad.size:
        raise ValueError(sentence.format(bad.flat[0]))


def _check_charge(z: Floats) -> None:
    _check(z != 0, z, "z = {} has no Nernst potential: give the charge of an ion, such as 1, -1 or 2")


def _check_concentrations(**given: Floats) -> None:
    for name, values in given.items():
        _check(values > 0, values, f"{name} = {{:g}} mM is not a concentration: give a finite number above 0 mM")


def _check_temperature(T: Floats) -> None:
    _check(T > -ZERO_CELSIUS, T, "T = {} degC is not a temperature: give a finite number above -273.15 degC")
