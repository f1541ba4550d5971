"""What follows a spike, and how long an action potential lasts."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..parameters import Parameter, must_be
from ..recording import A_RECORDING, Recording, crossings
from .columns import gives
from .resting import rest
from .spike import _vertex, attribution, spikes

Floats = NDArray[np.float64]

FALL, BACK = -20.0, 1.0
SHARE = Parameter(0.9, "(share)", 0.01, 0.99, "share of repolarisation", name="share")
NOWHERE = (float("nan"), float("nan"))


@dataclass(frozen=True)
class Afterpotentials:
    """What V does after a spike: each a pair (mV, ms), the time from the fall of the spike through -20 mV.

    Attributes
    ----------
    fast_AHP : the first low point, if V rises again from it before it falls once more; else (nan, nan).
    ADP : the high point after that; (nan, nan) if there is none.
    medium_AHP : the lowest point after the ADP, or after the spike if there is no ADP.
    lasts : time from the fall of the spike until V stays within 1 mV of rest, ms; inf if it does not in the recording.
    fall : when the spike falls through -20 mV, ms.
    """

    fast_AHP: tuple[float, float]
    ADP: tuple[float, float]
    medium_AHP: tuple[float, float]
    lasts: float
    fall: float


def afterpotentials(rec: Recording) -> Afterpotentials:
    """The afterpotentials of the first spike of a recording, up to the next spike or the end; nan without a spike."""
    must_be(Recording, A_RECORDING, rec)
    falls, times = crossings(rec.t, -rec.V, -FALL), spikes(rec)
    falls = falls[falls > times[0]] if times.size else falls[:0]
    if not falls.size:
        return Afterpotentials(NOWHERE, NOWHERE, NOWHERE, float("nan"), float("nan"))
    fall = float(falls[0])
    stop = times[1] if times.size > 1 else np.inf
    after = np.flatnonzero((rec.t > fall) & (rec.t < stop))
    first, last = int(after[0]), int(after[-1])
    turns = _turns(rec.V[first : last + 1]) + first

    def point(at: int) -> tuple[float, float]:
        mV, ms = _vertex(rec.t, rec.V, at)
        return mV, ms - fall

    away = np.flatnonzero(np.abs(rec.V[first:] - rest(rec.cell)) > BACK)
    back = float(rec.t[first + away[-1]]) - fall if away.size else 0.0
    lasts = float("inf") if away.size and first + away[-1] == rec.V.size - 1 else back
    if turns.size < 2 or rec.V[turns[0]] > rec.V[turns[1]]:
        return Afterpotentials(NOWHERE, NOWHERE, point(first + int(rec.V[first : last + 1].argmin())), lasts, fall)
    low = turns[1] + int(rec.V[turns[1] : last + 1].argmin())
    return Afterpotentials(point(turns[0]), point(turns[1]), point(low), lasts, fall)


@gives("ms")
def duration(rec: Recording, share: float = 0.9) -> float:
    """How long the last action potential of a recording lasts, ms: from its steepest rise to a share of repolarisation.

    The steepest rise is that by the cell's own currents; a stimulus does not count. At 0.9 (APD90) V has fallen from
    the peak by nine tenths of the way down to where it was when the stimulus came, or, where none came, to the lowest
    point since the action potential before. nan without an action potential that ends.
    """
    must_be(Recording, A_RECORDING, rec)
    part, times = SHARE.check(share), spikes(rec)
    if not times.size:
        return float("nan")
    begin = _onset(rec, times)
    late = slice(begin, None)
    t, V = rec.t[late], rec.V[late]
    slope = np.sum([each[late] for name, each in attribution(rec).items() if name != "stimulus"], axis=0)
    rise, top = int(slope[: V.argmax() + 1].argmax()), int(V.argmax())
    level = V[top] - part * (V[top] - float(V[0]))
    below = crossings(t[top:], -V[top:], -level)
    return float(below[0] - t[rise]) if below.size else float("nan")


def _onset(rec: Recording, times: Floats) -> int:
    """The sample at which the last action potential begins: its stimulus, or the lowest V before it."""
    begun = [piece.start for piece in rec.protocol.pieces()] + [t for t, _ in rec.protocol.shocks()]
    onsets = sorted(t for t in begun if t <= times[-1])
    before = times[-2] if times.size > 1 else rec.t[0] - 1.0
    if onsets and onsets[-1] > before:
        return int(np.searchsorted(rec.t, onsets[-1] + 1e-9)) - 1
    between = np.flatnonzero((rec.t > before) & (rec.t <= times[-1]))
    return int(between[rec.V[between].argmin()])


def _turns(V: Floats) -> NDArray[np.int64]:
    """The samples at which V turns, from falling to rising or back."""
    slope = np.diff(V)
    return np.flatnonzero(slope[:-1] * slope[1:] < 0) + 1
