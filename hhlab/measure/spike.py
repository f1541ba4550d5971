"""One recording of a spike: when it comes, how high, wide and steep it is, and which currents make it."""

import numpy as np

from ..parameters import Parameter, must_be
from ..physics import Floats
from ..recording import A_RECORDING, SPIKE_ENDS, SPIKE_LEVEL, Recording, crossings
from .columns import gives
from .resting import rest
from .window import Between, Window

RESPONSE_RISE = 5.0  # mV by which V must rise after the end of a pulse to count as a response
PARABOLA_LIMIT = 1.0  # mV between neighbouring samples above which no parabola is laid through them
SLOPE = Parameter(10.0, "mV/ms", 1e-6, 1e5, "slope of V with which a spike begins", name="slope")
NO_POINT = (float("nan"), float("nan"))


@gives("ms", times=True)
def spikes(rec: Recording, level: float = SPIKE_LEVEL, *, between: Between = None) -> Floats:
    """Times at which spikes begin: V crosses a level upward, interpolated between samples.

    A spike must be over before the next can begin: V must have been more than 4 mV below the level. So noise, or a
    notch in a spike, does not make two of it. Where a shock at the first sample puts V above the level, a spike begins
    there; one that had begun before the recording does not count. All measurements that count or time spikes go by
    this.

    Parameters
    ----------
    rec : Recording
        What `simulate` returned.
    level : float
        The level, mV.
    between : tuple of (float, float), optional
        The window to look at, ms; without it all of the recording.

    Returns
    -------
    numpy.ndarray
        The times in ms; shape (k,).

    Raises
    ------
    ValueError
        If `rec` is not a recording, or the level or the window is out of range.

    Examples
    --------
    >>> rec = hh.simulate(hh.Squid(), hh.Step(20, start=5, duration=0.5))
    >>> hh.measure.spikes(rec).round(2)
    array([6.87])
    """
    return Window(rec, between).spikes(level)


@gives(V="mV", t="ms")
def peak(rec: Recording, *, between: Between = None) -> tuple[float, float]:
    """The highest point of V, by a parabola through the three samples around it.

    Parameters
    ----------
    rec : Recording
        What `simulate` returned.
    between : tuple of (float, float), optional
        The window to look at, ms; without it all of the recording.

    Returns
    -------
    tuple of (float, float)
        V in mV and its time in ms.

    Raises
    ------
    ValueError
        If `rec` is not a recording, or the window is out of range.
    """
    seen = Window(rec, between)
    return extremum(seen.t, seen.V, int(seen.V.argmax()))


@gives(V="mV", t="ms")
def undershoot(rec: Recording, level: float = SPIKE_LEVEL, *, between: Between = None) -> tuple[float, float]:
    """The lowest point of V after the peak of the first spike.

    Parameters
    ----------
    rec : Recording
        What `simulate` returned.
    level : float
        The level that a spike crosses, mV.
    between : tuple of (float, float), optional
        The window to look at, ms; without it all of the recording.

    Returns
    -------
    tuple of (float, float)
        V in mV and its time in ms; (nan, nan) without a spike.

    Raises
    ------
    ValueError
        If `rec` is not a recording, or the level or the window is out of range.
    """
    seen = Window(rec, between)
    spike = first_spike(seen, level)
    if spike is None:
        return NO_POINT
    top = spike[1]
    return extremum(seen.t, seen.V, top + int(seen.V[top:].argmin()))


@gives("ms")
def half_width(
    rec: Recording, level: float = SPIKE_LEVEL, *, slope: float | None = None, between: Between = None
) -> float:
    """The width of the first spike half way from the resting potential to its peak.

    A cell that has no resting potential, such as a pacemaker, has its lowest V taken instead. With `slope`, it is half
    way from where the spike takes off, as `take_off` has it. The peak is the highest point before the spike is over.
    The width runs from where V first rises through this half to where it last falls through it, so that a notch or
    noise does not end it; a spike that is above it at the first sample is as wide as what is seen of it.

    Parameters
    ----------
    rec : Recording
        What `simulate` returned.
    level : float
        The level that a spike crosses, mV.
    slope : float, optional
        The slope at which a spike takes off, mV/ms.
    between : tuple of (float, float), optional
        The window to look at, ms; without it all of the recording.

    Returns
    -------
    float
        The width in ms; nan without a spike that ends, or that takes off.

    Raises
    ------
    ValueError
        If `rec` is not a recording, or the level, the slope or the window is out of range.
    """
    seen = Window(rec, between)
    spike = first_spike(seen, level)
    if spike is None:
        return float("nan")
    foot = foot_of(seen) if slope is None else take_off(rec, slope, level, between=between)[0]
    top = spike[1]
    return _width(seen.t, seen.V, top, 0.5 * (extremum(seen.t, seen.V, top)[0] + foot))


def foot_of(seen: Window) -> float:
    """V (mV) from which a spike rises: at rest, or the lowest of a cell that does not rest."""
    cell = seen.rec.cell
    try:
        return float(seen.V.min()) if cell.START else rest(cell)
    except ValueError:
        return float(seen.V.min())


def _width(t: Floats, V: Floats, top: int, half: float) -> float:
    """How long V is above a half (mV) around a sample, ms; nan if it is not, or not seen to end."""
    low = np.flatnonzero(half - SPIKE_ENDS > V)
    first, last = int(low[low < top].max(initial=0)), int(low[low > top].min(initial=len(V) - 1))
    if not V[top] > half >= V[last]:
        return float("nan")
    begin = t[first] if V[first] >= half else crossings(t[first : top + 1], V[first : top + 1], half)[0]
    return float(crossings(t[top : last + 1], -V[top : last + 1], -half)[-1] - begin)


@gives(V="mV", t="ms")
def take_off(
    rec: Recording, slope: float = 10.0, level: float = SPIKE_LEVEL, *, between: Between = None
) -> tuple[float, float]:
    """The threshold of the first spike by slope: where dV/dt first passes a value on the way to its steepest rise.

    dV/dt is that of all currents, the stimulus included, as in `upstroke`; a sudden shock does not count.

    Parameters
    ----------
    rec : Recording
        What `simulate` returned.
    slope : float
        The value that dV/dt passes, mV/ms.
    level : float
        The level that a spike crosses, mV.
    between : tuple of (float, float), optional
        The window to look at, ms; without it all of the recording.

    Returns
    -------
    tuple of (float, float)
        V in mV and the time in ms, interpolated; (nan, nan) without a spike, or if dV/dt never passes the slope.

    Raises
    ------
    ValueError
        If `rec` is not a recording, or the slope, the level or the window is out of range.

    Examples
    --------
    >>> rec = hh.simulate(hh.Squid(), hh.Step(20, start=5, duration=0.5))
    >>> V, t = hh.measure.take_off(rec, slope=20)
    >>> print(f"{V:.1f} mV at {t:.2f} ms")
    -50.0 mV at 6.34 ms
    """
    seen, least = Window(rec, between), SLOPE.check(slope)
    spike = first_spike(seen, level)
    if spike is None:
        return NO_POINT
    before, top = spike
    rate = _slope(seen)[before : top + 1]
    t, V = seen.t[before : top + 1], seen.V[before : top + 1]
    steepest = int(rate.argmax()) + 1
    passed = crossings(t[:steepest], rate[:steepest], least)
    if not passed.size:
        return NO_POINT
    return float(np.interp(passed[-1], t, V)), float(passed[-1])


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
def upstroke(rec: Recording, *, between: Between = None) -> tuple[float, float]:
    """The steepest rise of V by currents: a sudden shock does not count.

    Parameters
    ----------
    rec : Recording
        What `simulate` returned.
    between : tuple of (float, float), optional
        The window to look at, ms; without it all of the recording.

    Returns
    -------
    tuple of (float, float)
        The slope in mV/ms, which is V/s, and its time in ms.

    Raises
    ------
    ValueError
        If `rec` is not a recording, or the window is out of range.
    """
    seen = Window(rec, between)
    slope = _slope(seen)
    at = int(slope.argmax())
    return float(slope[at]), float(seen.t[at])


def response(V: Floats) -> float:
    """The highest V in mV after a pulse, if V rises 5 mV or more from the first sample and exceeds 0 mV; else nan."""
    top = float(V.max(initial=-np.inf))
    return top if V.size and top >= max(float(V[0]) + RESPONSE_RISE, SPIKE_LEVEL) else float("nan")


def _slope(seen: Window) -> Floats:
    """dV/dt by all currents, mV/ms."""
    total: Floats = np.sum(list(attribution(seen.rec).values()), axis=0)[seen.part]
    return total


def first_spike(seen: Window, level: float) -> tuple[int, int] | None:
    """Samples of the first spike: the lowest V before it, and its top before it is over."""
    times = seen.spikes(level)
    if not times.size:
        return None
    begin = int(np.searchsorted(seen.t, times[0] - 1e-9).clip(max=seen.t.size - 1))
    over = np.flatnonzero(seen.V[begin:] < level - SPIKE_ENDS)
    end = begin + int(over[0]) if over.size else seen.t.size
    return int(seen.V[: begin + 1].argmin()), begin + int(seen.V[begin : max(end, begin + 1)].argmax())


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
