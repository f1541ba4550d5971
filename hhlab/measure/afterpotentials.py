"""What follows a spike, and how long an action potential lasts."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..parameters import Parameter
from ..physics import Floats
from ..recording import Recording, crossings
from .columns import gives
from .spike import NO_POINT, attribution, extremum, foot_of
from .window import Between, Window

# mV: through which V falls at the end of a spike; and how near to rest it must stay for all to be over.
FALL_LEVEL, NEAR_REST = -20.0, 1.0
SHARE = Parameter(0.9, "(share)", 0.01, 0.99, "share of repolarisation", name="share")


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


def afterpotentials(rec: Recording, *, between: Between = None) -> Afterpotentials:
    """The afterpotentials of the first spike of a recording, up to the next spike or the end.

    Parameters
    ----------
    rec : Recording
        What `simulate` returned.
    between : tuple of (float, float), optional
        The window to look at, ms; without it all of the recording.

    Returns
    -------
    Afterpotentials
        The points in mV and ms; all nan without a spike that falls through -20 mV before the next.

    Raises
    ------
    ValueError
        If `rec` is not a recording, or the window is out of range.
    """
    seen = Window(rec, between)
    t, V, times = seen.t, seen.V, seen.spikes()
    falls = crossings(t, -V, -FALL_LEVEL)
    stop = times[1] if times.size > 1 else np.inf
    falls = falls[(falls > times[0]) & (falls < stop)] if times.size else falls[:0]
    if not falls.size:
        return Afterpotentials(NO_POINT, NO_POINT, NO_POINT, float("nan"), float("nan"))
    fall = float(falls[0])
    after = np.flatnonzero((t >= fall) & (t < stop))
    first, last = int(after[0]), int(after[-1])
    extrema = _extrema(V[first : last + 1]) + first

    def point(at: int) -> tuple[float, float]:
        mV, ms = extremum(t, V, at)
        return mV, ms - fall

    away = np.flatnonzero(np.abs(V[first:] - foot_of(seen)) > NEAR_REST)
    back = float(t[first + away[-1]]) - fall if away.size else 0.0
    lasts = float("inf") if away.size and first + away[-1] == V.size - 1 else back
    if extrema.size < 2 or V[extrema[0]] > V[extrema[1]]:
        return Afterpotentials(NO_POINT, NO_POINT, point(first + int(V[first : last + 1].argmin())), lasts, fall)
    low = extrema[1] + int(V[extrema[1] : last + 1].argmin())
    return Afterpotentials(point(extrema[0]), point(extrema[1]), point(low), lasts, fall)


@gives("ms")
def duration(rec: Recording, share: float = 0.9, *, between: Between = None) -> float:
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
    between : tuple of (float, float), optional
        The window to look at, ms; without it all of the recording.

    Returns
    -------
    float
        The duration in ms; nan without an action potential that ends.

    Raises
    ------
    ValueError
        If `rec` is not a recording, or the share or the window is out of range.
    """
    seen, part = Window(rec, between), SHARE.check(share)
    times = seen.spikes()
    if not times.size:
        return float("nan")
    late = slice(_onset(seen, times), None)
    t, V = seen.t[late], seen.V[late]
    own = [each[seen.part][late] for name, each in attribution(rec).items() if name != "stimulus"]
    rise, top = int(np.sum(own, axis=0)[: V.argmax() + 1].argmax()), int(V.argmax())
    level = V[top] - part * (V[top] - float(V[0]))
    below = crossings(t[top:], -V[top:], -level)
    return float(below[0] - t[rise]) if below.size else float("nan")


def _onset(seen: Window, times: Floats) -> int:
    """The sample at which the last action potential begins: at its stimulus, or at the lowest V before it."""
    protocol, t = seen.rec.protocol, seen.t
    begun = [piece.start for piece in protocol.pieces()] + [when for when, _ in protocol.shocks()]
    begun += [wave.start for wave in protocol.waves()]
    onsets = sorted(when for when in begun if t[0] <= when <= times[-1])
    before = times[-2] if times.size > 1 else t[0] - 1.0
    if onsets and onsets[-1] > before:
        return max(int(np.searchsorted(t, onsets[-1] + 1e-9)) - 1, 0)
    since = np.flatnonzero((t > before) & (t <= times[-1]))
    return int(since[seen.V[since].argmin()]) if since.size else 0


def _extrema(V: Floats) -> NDArray[np.int64]:
    """The samples at which V is at a local minimum or maximum."""
    slope = np.diff(V)
    return np.flatnonzero(slope[:-1] * slope[1:] < 0) + 1
