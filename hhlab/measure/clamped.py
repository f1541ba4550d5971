"""What families of currents under voltage clamp show."""

import warnings
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from ..cells import Cell
from ..parameters import must_be, no_such, numbers
from ..physics import Floats
from ..protocols import VoltageStep
from ..recording import A_RECORDING, Recording, crossings
from ..squid_1952 import beside, steps
from ..voltage_clamp import Clamp, ClampFamily, clamp

if TYPE_CHECKING:
    import pandas

A_FAMILY = "{given} is not a family of clamped recordings: give what clamp returned"
FEWEST_POINTS = 3  # points that a curve of two or three values must at least be fitted to
LEAST_SPREAD = 1e-3  # how far the largest and the smallest share must be apart
USUAL_SLOPE = 7.0  # mV: the k of a Boltzmann curve from which its fit starts
LEAST_TAIL = 1e-6  # uA/cm2 by which the current of a tail must change
ALL_AVAILABLE = -125.0  # mV at which no sodium channel is inactivated
# ms: a step that shows the peak of the sodium current; and one after which the channels are inactivated.
TEST_STEP, INACTIVATING_STEP = 10.0, 15.0


def current_voltage(family: ClampFamily) -> "pandas.DataFrame":
    """The peak and the late current of every channel for each step of a clamp family.

    The peak is the value farthest from 0 during the step, the late current is the value at its end.

    Parameters
    ----------
    family : ClampFamily
        What `clamp` returned.

    Returns
    -------
    pandas.DataFrame
        A row for each step: V in mV, and "peak Na", "late Na" and so on in uA/cm2. The units are in `attrs`.

    Raises
    ------
    ValueError
        If `family` is not a clamp family.
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
    """The share of sodium channels that a prepulse leaves available.

    It is the peak sodium current in a step to `test` after the prepulse, over the peak after holding V at -125 mV until
    every channel is available. It is a little above h, which falls already while m rises to the peak.

    Parameters
    ----------
    cell : Cell
        A cell such as `Squid()`.
    prepulses : array_like
        Voltages of the prepulses, mV.
    duration : float
        Duration of each prepulse, ms.
    test : float
        Voltage of the test step, mV.
    hold : float
        Voltage before the prepulse, mV.

    Returns
    -------
    numpy.ndarray
        Shares, 0 to 1; shape of `prepulses`.

    Raises
    ------
    ValueError
        If the cell has no inward sodium current, or a voltage or the duration is out of range.
    """
    volts = numbers("prepulses", "mV", prepulses)
    everything = _sodium_peak(cell, Clamp(ALL_AVAILABLE, test, TEST_STEP))
    peaks = [_sodium_peak(cell, Clamp(hold, test, TEST_STEP, (V, duration))) for V in volts.ravel().tolist()]
    return np.array(peaks).reshape(volts.shape) / everything


def recovery(cell: Cell, V: float, gaps: ArrayLike, hold: float = -65.0, test: float = -21.0) -> Floats:
    """The share of the sodium current that has recovered from inactivation after a gap at V.

    Two steps go to `test`, the first for 15 ms, with the gap between them. The share is the peak of the second over the
    peak of the first.

    Parameters
    ----------
    cell : Cell
        A cell such as `Squid()`.
    V : float
        Voltage during the gap, mV.
    gaps : array_like
        Durations of the gap, ms.
    hold : float
        Voltage before the first step, mV.
    test : float
        Voltage of both steps, mV.

    Returns
    -------
    numpy.ndarray
        Shares of 1; shape of `gaps`.

    Raises
    ------
    ValueError
        If the cell has no inward sodium current, or a voltage or a gap is out of range.
    """
    times = numbers("gaps", "ms", gaps)
    step, again = (test, INACTIVATING_STEP), (test, TEST_STEP)
    first = _sodium_peak(cell, Clamp(hold, *step))
    peaks = [_sodium_peak(cell, Clamp(hold, V, gap, step, again)) for gap in times.ravel()]
    return np.array(peaks).reshape(times.shape) / first


def boltzmann(V: ArrayLike, share: ArrayLike) -> tuple[float, float]:
    """The curve 1 / (1 + e^((V - half) / k)) that fits shares at V best, by least squares.

    Parameters
    ----------
    V : array_like
        Voltages, mV.
    share : array_like
        A share of 1 for each voltage.

    Returns
    -------
    tuple of (float, float)
        `half` and `k`, both in mV; k is negative where the share grows with V.

    Raises
    ------
    ValueError
        If there are fewer than three points, or no such curve comes near them.

    Examples
    --------
    >>> half, k = hh.measure.boltzmann([-80, -60, -40], [0.88, 0.5, 0.12])
    >>> print(f"half {half:.1f} mV, k {k:.1f} mV")
    half -60.0 mV, k 10.0 mV
    """
    from scipy.optimize import OptimizeWarning, curve_fit
    from scipy.special import expit

    volts, shares = numbers("V", "mV", V).ravel(), numbers("share", "shares of 1", share).ravel()
    if volts.size != shares.size or volts.size < FEWEST_POINTS:
        raise ValueError(
            f"{volts.size} voltages and {shares.size} shares: give as many of each, {FEWEST_POINTS} or more"
        )
    if np.ptp(shares) < LEAST_SPREAD:
        raise ValueError("these shares are all the same: give voltages over which they go from 1 to 0")
    nearest, rising = float(volts[np.abs(shares - 0.5).argmin()]), np.polyfit(volts, shares, 1)[0] > 0
    guess = (nearest, -USUAL_SLOPE if rising else USUAL_SLOPE)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", OptimizeWarning)
            found, _ = curve_fit(lambda at, half, k: expit((half - at) / k), volts, shares, p0=guess)
    except (RuntimeError, ValueError, OptimizeWarning):
        raise ValueError("no Boltzmann curve comes near these shares: look whether they go from 1 to 0") from None
    return float(found[0]), float(found[1])


def reversal(family: ClampFamily, channel: str = "Na") -> float:
    """The voltage at which the peak current of a channel turns from inward to outward, interpolated between steps.

    Parameters
    ----------
    family : ClampFamily
        What `clamp` returned.
    channel : str
        The name of the channel.

    Returns
    -------
    float
        The voltage in mV; nan if the current does not turn.

    Raises
    ------
    ValueError
        If `family` is not a clamp family, or has no such channel.
    """
    table = current_voltage(family)
    wanted = f"peak {channel}"
    if wanted not in table:
        no_such(f"these recordings have no channel {channel}", channel, family[0].I)
    rows = table.sort_values("V")
    V, current = rows["V"].to_numpy(float), rows[wanted].to_numpy(float)
    found = crossings(V, current, 0.0)
    return float(found[-1]) if found.size else float("nan")


def tail_time_constants(family: ClampFamily, channel: str = "K") -> Floats:
    """The time constant of a channel's current in each tail of a family, by the best fit of one exponential.

    Where a channel needs several gates, as K needs four, the current falls faster than one gate does.

    Parameters
    ----------
    family : ClampFamily
        What `clamp` returned, with a tail.
    channel : str
        The name of the channel.

    Returns
    -------
    numpy.ndarray
        Time constants in ms, nan where the tail carries no such current; shape (steps,).

    Raises
    ------
    ValueError
        If `family` is not a clamp family, or was clamped without a tail.
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
        if abs(change) < LEAST_TAIL or t.size <= FEWEST_POINTS:
            found.append(float("nan"))
            continue
        fading = (current - current[-1]) / change
        guess = (1.0, max(float(np.trapezoid(fading, t)), 1e-3), 0.0)
        fit, _ = curve_fit(lambda at, size, tau, rest: size * np.exp(-at / tau) + rest, t, fading, p0=guess)
        found.append(float(fit[1]))
    return np.array(found)


def misfit(recording: Recording, channel: str = "K") -> float:
    """How far the conductance of a channel is from the points that Hodgkin and Huxley measured in 1952.

    It is the root of the mean square of the differences, in percent of the largest point of the nearest step.

    Parameters
    ----------
    recording : Recording
        One step of V, as `clamp` returns it, to within 2.5 mV of a voltage at which they measured.
    channel : str
        "K" or "Na".

    Returns
    -------
    float
        The distance in percent.

    Raises
    ------
    ValueError
        If nothing was measured near this step, or the recording is of no step.
    """
    must_be(Recording, A_RECORDING, recording)
    points = beside(recording, channel)
    if points is None:
        known = ", ".join(f"{each.V:g}" for each in steps(channel))
        raise ValueError(f"no g_{channel} was measured near this step of V: give a clamp to one of {known} mV")
    model = np.interp(points.t, recording.t, recording.g[channel])
    return float(100 * np.sqrt(np.mean((model - points.g) ** 2)) / points.g.max())


def _sodium_peak(cell: Cell, what: Clamp) -> float:
    """The largest inward sodium current in the last step of a clamp, uA/cm2."""
    (rec,) = clamp(cell, what)
    begin = what.onset + (what.duration if what.tail else 0.0)
    largest = float(-rec.I["Na"][rec.t >= begin - 1e-9].min())
    if largest <= 0:
        raise ValueError(f"{cell!r} has no inward sodium current to measure: give a cell with g_Na, and a lower test=")
    return largest
