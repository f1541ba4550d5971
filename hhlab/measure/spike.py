"""What one recording of a spike shows: when, how high, how wide, how steep, and which currents made it."""

import numpy as np
from numpy.typing import NDArray

from ..parameters import Parameter, must_be
from ..recording import A_RECORDING, SPIKE_LEVEL, Recording, crossings
from .columns import gives
from .resting import rest

Floats = NDArray[np.float64]

RISE = 5.0
FINE = 1.0
LEVEL = Parameter(SPIKE_LEVEL, "mV", -500, 500, "level to cross", name="level")


@gives("ms", times=True)
def spikes(rec: Recording, level: float = SPIKE_LEVEL) -> Floats:
    """Times in ms at which V crosses a level (mV) upward, interpolated; shape (k,)."""
    must_be(Recording, A_RECORDING, rec)
    return rec.crossings(LEVEL.check(level))


@gives(V="mV", t="ms")
def peak(rec: Recording) -> tuple[float, float]:
    """The highest point of V: (mV, ms), by a parabola through the three samples around it."""
    must_be(Recording, A_RECORDING, rec)
    return _vertex(rec.t, rec.V, int(rec.V.argmax()))


@gives(V="mV", t="ms")
def undershoot(rec: Recording, level: float = SPIKE_LEVEL) -> tuple[float, float]:
    """The lowest point of V after the peak of the first spike: (mV, ms); (nan, nan) without one above level (mV)."""
    top = _first_peak(rec, level)
    if top is None:
        return float("nan"), float("nan")
    return _vertex(rec.t, rec.V, top + int(rec.V[top:].argmin()))


@gives("ms")
def half_width(rec: Recording, level: float = SPIKE_LEVEL) -> float:
    """Width in ms of the first spike, half way from the resting potential to its peak; nan without one.

    The resting potential is that of the cell, or the lowest V of a pacemaker, which has none; the peak is the highest
    point before V falls through `level` (mV) again.
    """
    top = _first_peak(rec, level)
    if top is None:
        return float("nan")
    foot = rec.V.min() if rec.cell.START else rest(rec.cell)
    half = 0.5 * (_vertex(rec.t, rec.V, top)[0] + foot)
    rising = crossings(rec.t[: top + 1], rec.V[: top + 1], half)
    falling = crossings(rec.t[top:], -rec.V[top:], -half)
    if not falling.size:
        return float("nan")
    return float(falling[0] - (rising[-1] if rising.size else rec.t[0]))


def attribution(rec: Recording) -> dict[str, Floats]:
    """How much each current changes V, in mV/ms by name: -I/C of every channel, and the stimulus; together dV/dt."""
    must_be(Recording, A_RECORDING, rec)
    parts = {name: -current / rec.cell.C for name, current in rec.I.items()}
    return parts | {"stimulus": rec.stimulus / rec.cell.C}


@gives(slope="mV/ms", t="ms")
def upstroke(rec: Recording) -> tuple[float, float]:
    """The steepest rise of V: (mV/ms, which is V/s; ms), from the currents, so that a sudden shock does not count."""
    must_be(Recording, A_RECORDING, rec)
    slope = np.sum(list(attribution(rec).values()), axis=0)
    at = int(slope.argmax())
    return float(slope[at]), float(rec.t[at])


def _first_peak(rec: Recording, level: float) -> int | None:
    """The sample at the top of the first spike: the highest before V falls through the level (mV) again."""
    times = spikes(rec, level)
    if not times.size:
        return None
    falls = crossings(rec.t, -rec.V, -level)
    falls = falls[falls > times[0]]
    first, last = np.searchsorted(rec.t, (times[0], falls[0] if falls.size else rec.t[-1]))
    return int(first) + int(rec.V[first : last + 1].argmax())


def _vertex(t: Floats, V: Floats, at: int) -> tuple[float, float]:
    """Value and time of the extremum at a sample; where its neighbours are near, by a parabola through the three."""
    if not 0 < at < len(V) - 1:
        return float(V[at]), float(t[at])
    before, here, after = V[at - 1 : at + 2]
    if max(abs(before - here), abs(after - here)) > FINE:
        return float(here), float(t[at])
    bend = before - 2 * here + after
    shift = 0.5 * (before - after) / bend if bend else 0.0
    return float(here - 0.25 * (before - after) * shift), float(t[at] + shift * (t[at + 1] - t[at]))
