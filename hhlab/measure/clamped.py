"""What families of currents under voltage clamp show."""

import warnings
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..cells import Cell
from ..clamp import Clamp, ClampFamily, clamp
from ..parameters import must_be, numbers, unknown
from ..protocols import VoltageStep
from ..recording import Recording

if TYPE_CHECKING:
    import pandas

Floats = NDArray[np.float64]

A_FAMILY = "a clamp family: give what clamp returns"
FEWEST, FAINT, FLAT = 3, 1e-6, 1e-3
ALL_BACK, TEST_STEP, INACTIVATING = -125.0, 10.0, 15.0


def current_voltage(family: ClampFamily) -> "pandas.DataFrame":
    """Of each step of a clamp family: V in mV, and peak and late current of every channel in uA/cm2, as a table.

    The peak is the value farthest from 0 during the step, the late current that at its end; units in the attrs.
    """
    import pandas

    must_be(ClampFamily, A_FAMILY, family)
    rows = []
    for V, rec in zip(family.clamp.to, family, strict=True):
        row = {"V": V}
        for name in rec.I:
            step = during_step(rec, name)
            row |= {f"peak {name}": float(step[np.abs(step).argmax()]), f"late {name}": float(step[-1])}
        rows.append(row)
    table = pandas.DataFrame(rows)
    table.attrs["units"] = {name: "mV" if name == "V" else "uA/cm2" for name in table.columns}
    return table


def during_step(rec: Recording, channel: str) -> Floats:
    """The current of a channel, uA/cm2, during the step of a voltage clamp; shape (samples,)."""
    step = rec.protocol
    if not isinstance(step, VoltageStep):
        raise ValueError(f"this recording is of {step.in_words()}: give one of those that clamp returned")
    begin, end = step.start, step.start + step.duration
    before_tail = (rec.t < end - 1e-9) | (rec.t[-1] < end + 1e-9)
    current: Floats = rec.I[channel][(rec.t >= begin - 1e-9) & before_tail]
    return current


def availability(
    cell: Cell, prepulses: ArrayLike, duration: float = 30.0, test: float = -21.0, *, hold: float = -65.0
) -> Floats:
    """Share of sodium channels that a prepulse leaves available; shape of prepulses.

    The peak sodium current in a step to `test` (mV) after a prepulse (mV) of the given duration (ms) from `hold` (mV),
    over the peak after a hold at -125 mV for as long as it takes, which is all there is. A little above h, which falls
    already while m rises to the peak.
    """
    volts = numbers("prepulses", "mV", prepulses)
    everything = _sodium_peak(cell, Clamp(ALL_BACK, test, TEST_STEP))
    peaks = [_sodium_peak(cell, Clamp(hold, test, TEST_STEP, (V, duration))) for V in volts.ravel().tolist()]
    return np.array(peaks).reshape(volts.shape) / everything


def recovery(cell: Cell, V: float, gaps: ArrayLike, hold: float = -65.0, test: float = -21.0) -> Floats:
    """Share of the sodium current that is back after a gap at V; shape of gaps.

    Two steps to `test` (mV), the first of 15 ms from `hold` (mV), with a gap (ms) at V (mV) between them: the peak of
    the second over the peak of the first.
    """
    times = numbers("gaps", "ms", gaps)
    first = _sodium_peak(cell, Clamp(hold, test, INACTIVATING))
    peaks = [_sodium_peak(cell, Clamp(hold, V, gap, (test, INACTIVATING), (test, TEST_STEP))) for gap in times.ravel()]
    return np.array(peaks).reshape(times.shape) / first


def boltzmann(V: ArrayLike, share: ArrayLike) -> tuple[float, float]:
    """The curve 1 / (1 + e^((V - half) / k)) that fits shares (0 to 1) at V (mV) best: half and k, both in mV.

    By least squares; k is negative where the share grows with V.

    Raises
    ------
    ValueError
        If there are fewer than three points, or no such curve comes near them.
    """
    from scipy.optimize import OptimizeWarning, curve_fit
    from scipy.special import expit

    volts, shares = numbers("V", "mV", V).ravel(), numbers("share", "shares of 1", share).ravel()
    if volts.size != shares.size or volts.size < FEWEST:
        raise ValueError(f"{volts.size} voltages and {shares.size} shares: give as many of each, {FEWEST} or more")
    if np.ptp(shares) < FLAT:
        raise ValueError("these shares are all the same: give voltages over which they go from 1 to 0")
    nearest, rising = float(volts[np.abs(shares - 0.5).argmin()]), np.polyfit(volts, shares, 1)[0] > 0
    guess = (nearest, -7.0 if rising else 7.0)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", OptimizeWarning)
            found, _ = curve_fit(lambda at, half, k: expit((half - at) / k), volts, shares, p0=guess)
    except (RuntimeError, ValueError, OptimizeWarning):
        raise ValueError("no Boltzmann curve comes near these shares: look whether they go from 1 to 0") from None
    return float(found[0]), float(found[1])


def reversal(family: ClampFamily, channel: str = "Na") -> float:
    """The voltage in mV at which the peak current of a channel turns around, between steps by a line; nan if none."""
    table = current_voltage(family)
    wanted = f"peak {channel}"
    if wanted not in table:
        unknown("this family", "channel", channel, family[0].I)
    rows = table.sort_values("V")
    V, current = rows["V"].to_numpy(float), rows[wanted].to_numpy(float)
    at = np.flatnonzero((current[:-1] < 0) & (current[1:] >= 0))
    if not at.size:
        return float("nan")
    here, there = current[at[-1]], current[at[-1] + 1]
    return float(V[at[-1]] + (V[at[-1] + 1] - V[at[-1]]) * here / (here - there))


def tail_time_constants(family: ClampFamily, channel: str = "K") -> Floats:
    """Time constant in ms of the current of a channel in each tail of a family, of one exponential that fits it best.

    Shape (steps,); nan where the tail carries no such current. With several gates, as in K with four, the current falls
    faster than one gate does.

    Raises
    ------
    ValueError
        If the family was clamped without a tail.
    """
    from scipy.optimize import curve_fit

    must_be(ClampFamily, A_FAMILY, family)
    if family.clamp.tail is None:
        raise ValueError("the family has no tail: give Clamp(tail=(V, duration)), such as tail=(-65, 20)")
    begin, found = family.clamp.onset + family.clamp.duration, []
    for rec in family:
        after = rec.t >= begin - 1e-9
        t, current = rec.t[after] - begin, rec.I[channel][after]
        change = current[0] - current[-1]
        if abs(change) < FAINT or t.size <= FEWEST:
            found.append(float("nan"))
            continue
        fading = (current - current[-1]) / change
        guess = (1.0, max(float(np.trapezoid(fading, t)), 1e-3), 0.0)
        fit, _ = curve_fit(lambda at, size, tau, rest: size * np.exp(-at / tau) + rest, t, fading, p0=guess)
        found.append(float(fit[1]))
    return np.array(found)


def _sodium_peak(cell: Cell, what: Clamp) -> float:
    """The largest inward sodium current of the last step of a clamp, uA/cm2."""
    (rec,) = clamp(cell, what)
    begin = what.onset + (what.duration if what.tail else 0.0)
    largest = float(-rec.I["Na"][rec.t >= begin - 1e-9].min())
    if largest <= 0:
        raise ValueError(f"{cell!r} has no inward sodium current to measure: give a cell with g_Na, and a lower test=")
    return largest
