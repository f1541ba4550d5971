"""What follows a spike, and how long an action potential lasts."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..parameters import Parameter
from ..physics import Floats
from ..recording import Recording, crossings
from .columns import gives
from .resting import rest
from .spike import attribution, extremum, spikes

# mV: through which V falls at the end of a spike; and how near to rest it must stay for all to be over.
FALL_LEVEL, NEAR_REST = -20.0, 1.0
SHARE = Parameter(0.9, "(share)", 0.01, 0.99, "share of repolarisation", name="share")
NO_POINT = (float("nan"), float("nan"))


@dataclass(frozen=True)
class Afterpotentials:
    """What V does after a spike. Times of points run from the fall of the spike through -20 mV.

    Parameters
    ----------
    fast_AHP : tuple of (float, float)
        V (mV) and time (ms) of the first low point, if V rises from it and then falls again; else (nan, nan).
    ADP : tuple of (float, float)
        V and time of the high point after that; (nan, nan) if there is none.
    medium_AHP : tuple of (float, float)
        V and time of the lowest point after the ADP, or after the spike if there is no ADP.
    lasts : float
        Time from the fall of the spike until V stays within 1 mV of rest, ms; inf if the recording ends before.
    fall : float
        When the spike falls through -20 mV, ms from the beginning of the recording.
    """

    fast_AHP: tuple[float, float]
    ADP: tuple[float, float]
    medium_AHP: tuple[float, float]
    lasts: float
    fall: float


def afterpotentials(rec: Recording) -> Afterpotentials:
    """The afterpotentials of the first spike of a recording, up to the next spike or the end.

    Parameters
    ----------
    rec : Recording
        What `simulate` returned.

    Returns
    -------
    Afterpotentials
        The points in mV and ms; all nan without a spike.

    Raises
    ------
    ValueError
        If `rec` is not a recording.
    """
    times = spikes(rec)
    falls = crossings(rec.t, -rec.V, -FALL_LEVEL)
    falls = falls[falls > times[0]] if times.size else falls[:0]
    if not falls.size:
        return Afterpotentials(NO_POINT, NO_POINT, NO_POINT, float("nan"), float("nan"))
    fall = float(falls[0])
    stop = times[1] if times.size > 1 else np.inf
    after = np.flatnonzero((rec.t > fall) & (rec.t < stop))
    first, last = int(after[0]), int(after[-1])
    extrema = _extrema(rec.V[first : last + 1]) + first

    def point(at: int) -> tuple[float, float]:
        mV, ms = extremum(rec.t, rec.V, at)
        return mV, ms - fall

    away = np.flatnonzero(np.abs(rec.V[first:] - rest(rec.cell)) > NEAR_REST)
    back = float(rec.t[first + away[-1]]) - fall if away.size else 0.0
    lasts = float("inf") if away.size and first + away[-1] == rec.V.size - 1 else back
    if extrema.size < 2 or rec.V[extrema[0]] > rec.V[extrema[1]]:
        return Afterpotentials(NO_POINT, NO_POINT, point(first + int(rec.V[first : last + 1].argmin())), lasts, fall)
    low = extrema[1] + int(rec.V[extrema[1] : last + 1].argmin())
    return Afterpotentials(point(extrema[0]), point(extrema[1]), point(low), lasts, fall)


@gives("ms")
def duration(rec: Recording, share: float = 0.9) -> float:
    """How long the last action potential of a recording lasts: from its steepest rise to a share of repolarisation.

    The steepest rise is the steepest by the cell's own currents; the stimulus does not count. At 0.9 (APD90) V has
    fallen by nine tenths of the way from the peak to where it was when the stimulus came, or, without a stimulus, to
    the lowest point since the action potential before.

    Parameters
    ----------
    rec : Recording
        What `simulate` returned.
    share : float
        The share of repolarisation, 0.01 to 0.99.

    Returns
    -------
    float
        The duration in ms; nan without an action potential that ends.

    Raises
    ------
    ValueError
        If `rec` is not a recording, or the share is out of range.
    """
    part, times = SHARE.check(share), spikes(rec)
    if not times.size:
        return float("nan")
    late = slice(_onset(rec, times), None)
    t, V = rec.t[late], rec.V[late]
    slope = np.sum([each[late] for name, each in attribution(rec).items() if name != "stimulus"], axis=0)
    rise, top = int(slope[: V.argmax() + 1].argmax()), int(V.argmax())
    level = V[top] - part * (V[top] - float(V[0]))
    below = crossings(t[top:], -V[top:], -level)
    return float(below[0] - t[rise]) if below.size else float("nan")


def _onset(rec: Recording, times: Floats) -> int:
    """The sample at which the last action potential begins: at its stimulus, or at the lowest V before it."""
    begun = [piece.start for piece in rec.protocol.pieces()] + [t for t, _ in rec.protocol.shocks()]
    onsets = sorted(t for t in begun if t <= times[-1])
    before = times[-2] if times.size > 1 else rec.t[0] - 1.0
    if onsets and onsets[-1] > before:
        return int(np.searchsorted(rec.t, onsets[-1] + 1e-9)) - 1
    between = np.flatnonzero((rec.t > before) & (rec.t <= times[-1]))
    return int(between[rec.V[between].argmin()])


def _extrema(V: Floats) -> NDArray[np.int64]:
    """The samples at which V is at a local minimum or maximum."""
    slope = np.diff(V)
    return np.flatnonzero(slope[:-1] * slope[1:] < 0) + 1
