"""One recording of a spike: when it comes, how high, wide and steep it is, and which currents make it."""

import numpy as np

from ..parameters import Parameter, must_be
from ..physics import Floats
from ..recording import A_RECORDING, SPIKE_LEVEL, Recording, crossings
from .columns import gives
from .resting import rest

RESPONSE_RISE = 5.0  # mV by which V must rise after the end of a pulse to count as a response
PARABOLA_LIMIT = 1.0  # mV between neighbouring samples above which no parabola is laid through them
LEVEL = Parameter(SPIKE_LEVEL, "mV", -500, 500, "level to cross", name="level")


@gives("ms", times=True)
def spikes(rec: Recording, level: float = SPIKE_LEVEL) -> Floats:
    """Times at which V crosses a level upward, interpolated between samples.

    Parameters
    ----------
    rec : Recording
        What `simulate` returned.
    level : float
        The level, mV.

    Returns
    -------
    numpy.ndarray
        The times in ms; shape (k,).

    Raises
    ------
    ValueError
        If `rec` is not a recording, or the level is out of range.

    Examples
    --------
    >>> rec = hh.simulate(hh.Squid(), hh.Step(20, start=5, duration=0.5))
    >>> hh.measure.spikes(rec).round(2)
    array([6.87])
    """
    must_be(Recording, A_RECORDING, rec)
    return rec.crossings(LEVEL.check(level))


@gives(V="mV", t="ms")
def peak(rec: Recording) -> tuple[float, float]:
    """The highest point of V, by a parabola through the three samples around it.

    Parameters
    ----------
    rec : Recording
        What `simulate` returned.

    Returns
    -------
    tuple of (float, float)
        V in mV and its time in ms.

    Raises
    ------
    ValueError
        If `rec` is not a recording.
    """
    must_be(Recording, A_RECORDING, rec)
    return extremum(rec.t, rec.V, int(rec.V.argmax()))


@gives(V="mV", t="ms")
def undershoot(rec: Recording, level: float = SPIKE_LEVEL) -> tuple[float, float]:
    """The lowest point of V after the peak of the first spike.

    Parameters
    ----------
    rec : Recording
        What `simulate` returned.
    level : float
        The level that a spike crosses, mV.

    Returns
    -------
    tuple of (float, float)
        V in mV and its time in ms; (nan, nan) without a spike.

    Raises
    ------
    ValueError
        If `rec` is not a recording, or the level is out of range.
    """
    top = _first_peak(rec, level)
    if top is None:
        return float("nan"), float("nan")
    return extremum(rec.t, rec.V, top + int(rec.V[top:].argmin()))


@gives("ms")
def half_width(rec: Recording, level: float = SPIKE_LEVEL) -> float:
    """The width of the first spike half way from the resting potential to its peak.

    A pacemaker has no resting potential: its lowest V is taken instead. The peak is the highest point before V falls
    through `level` again.

    Parameters
    ----------
    rec : Recording
        What `simulate` returned.
    level : float
        The level that a spike crosses, mV.

    Returns
    -------
    float
        The width in ms; nan without a spike that ends.

    Raises
    ------
    ValueError
        If `rec` is not a recording, or the level is out of range.
    """
    top = _first_peak(rec, level)
    if top is None:
        return float("nan")
    foot = rec.V.min() if rec.cell.START else rest(rec.cell)
    half = 0.5 * (extremum(rec.t, rec.V, top)[0] + foot)
    rising = crossings(rec.t[: top + 1], rec.V[: top + 1], half)
    falling = crossings(rec.t[top:], -rec.V[top:], -half)
    if not falling.size:
        return float("nan")
    return float(falling[0] - (rising[-1] if rising.size else rec.t[0]))


def attribution(rec: Recording) -> dict[str, Floats]:
    """How fast each current changes V: -I/C of every channel, and the stimulus over C. Their sum is dV/dt.

    Parameters
    ----------
    rec : Recording
        What `simulate` returned.

    Returns
    -------
    dict of str to numpy.ndarray
        The rates in mV/ms, by channel and as "stimulus"; each of the shape of `rec.t`.

    Raises
    ------
    ValueError
        If `rec` is not a recording.
    """
    must_be(Recording, A_RECORDING, rec)
    parts = {name: -current / rec.cell.C for name, current in rec.I.items()}
    return parts | {"stimulus": rec.stimulus / rec.cell.C}


@gives(slope="mV/ms", t="ms")
def upstroke(rec: Recording) -> tuple[float, float]:
    """The steepest rise of V by currents: a sudden shock does not count.

    Parameters
    ----------
    rec : Recording
        What `simulate` returned.

    Returns
    -------
    tuple of (float, float)
        The slope in mV/ms, which is V/s, and its time in ms.

    Raises
    ------
    ValueError
        If `rec` is not a recording.
    """
    slope = np.sum(list(attribution(rec).values()), axis=0)
    at = int(slope.argmax())
    return float(slope[at]), float(rec.t[at])


def response(V: Floats) -> float:
    """The highest V in mV after a pulse, if V rises 5 mV or more from the first sample and exceeds 0 mV; else nan."""
    top = float(V.max(initial=-np.inf))
    return top if V.size and top >= max(float(V[0]) + RESPONSE_RISE, SPIKE_LEVEL) else float("nan")


def _first_peak(rec: Recording, level: float) -> int | None:
    """The sample at the top of the first spike: the highest one before V falls through the level (mV) again."""
    times = spikes(rec, level)
    if not times.size:
        return None
    falls = crossings(rec.t, -rec.V, -level)
    falls = falls[falls > times[0]]
    first, last = np.searchsorted(rec.t, (times[0], falls[0] if falls.size else rec.t[-1]))
    return int(first) + int(rec.V[first : last + 1].argmax())


def extremum(t: Floats, V: Floats, at: int) -> tuple[float, float]:
    """V (mV) and time (ms) of the extremum at a sample, by a parabola through it and neighbours that are near."""
    if not 0 < at < len(V) - 1:
        return float(V[at]), float(t[at])
    before, here, after = V[at - 1 : at + 2]
    if max(abs(before - here), abs(after - here)) > PARABOLA_LIMIT:
        return float(here), float(t[at])
    bend = before - 2 * here + after
    shift = 0.5 * (before - after) / bend if bend else 0.0
    return float(here - 0.25 * (before - after) * shift), float(t[at] + shift * (t[at + 1] - t[at]))
