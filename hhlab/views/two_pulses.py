"""The threshold of a second pulse against the interval from the first."""

import functools
from collections.abc import Sequence

import numpy as np

from .. import measure
from ..cells import Cell
from ..physics import Floats
from ..recording import Recording
from .view import INK, STYLES, Limits, Stroke, Timeless, colour_of_recording


class TwoPulseCurve(Timeless):
    """The threshold of a second pulse against the interval, with the same gates reset as in the recording.

    The dot is the last pulse of the main recording. Each held trace has its own curve.
    """

    x_label = "interval (ms)"
    LAST, MOST = 40.0, 10.0  # ms; times the threshold from rest

    def strokes(self, recordings: Sequence[Recording], labels: Sequence[str], cursor: float | None) -> list[Stroke]:
        found = [self.level_line(0.0, self.LAST, 1.0)]
        for place, rec in enumerate(recordings):
            resets = tuple(sorted(rec.settings.get("reset", {})))
            x, y = _two_pulses(rec.cell, resets)
            name = " ".join(filter(None, (labels[place], f"reset {', '.join(resets)}" if resets else "as it is")))
            if x.size:
                found.append(Stroke(x, y, colour_of_recording(place), place % len(STYLES), name, held=place > 0))
        pulses = recordings[0].protocol.pieces()
        if len(pulses) > 1:
            interval, ratio = pulses[-1].start - pulses[0].start, pulses[-1].first / _once(recordings[0].cell)
            found.append(self.dot(np.array([interval]), np.array([ratio]), INK))
        return found

    def limits(self, recordings: Sequence[Recording], strokes: Sequence[Stroke]) -> Limits:
        return (0.0, self.LAST), (0.0, self.MOST)


@functools.lru_cache(maxsize=64)
def _once(cell: Cell) -> float:
    """The threshold from rest, uA/cm2; nan if there is none."""
    found = measure.threshold(cell)
    return found if 0 < found < np.inf else np.nan


@functools.lru_cache(maxsize=64)
def _two_pulses(cell: Cell, reset: tuple[str, ...]) -> tuple[Floats, Floats]:
    """The intervals (ms) at which a second pulse can have a response, and its threshold over that from rest."""
    if not np.isfinite(_once(cell)):
        return np.empty(0), np.empty(0)
    intervals = np.concatenate((np.arange(1.0, 20.0), np.arange(20.0, TwoPulseCurve.LAST + 1.0, 2.0)))
    ratios = measure.refractory(cell, intervals, reset=reset)
    return intervals[np.isfinite(ratios)], ratios[np.isfinite(ratios)]
