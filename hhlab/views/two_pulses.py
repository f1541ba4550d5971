"""The threshold of a second pulse against the interval from the first."""

import functools
from collections.abc import Sequence

import numpy as np

from .. import measure
from ..cells import Cell
from ..recording import Recording
from .view import (
    COLOURS,
    DOT,
    FAINT,
    INK,
    STYLES,
    Floats,
    Limits,
    Stroke,
    View,
)


class TwoPulseCurve(View):
    """How strong a second pulse must be by the interval between the two, with the gates reset that the recording has.

    The dot is the last pulse of the recording at hand; recordings that are held bring a curve of their own.
    """

    against_time = False
    x_label = "interval (ms)"
    LAST, MOST = 40.0, 10.0

    def strokes(self, recordings: Sequence[Recording], labels: Sequence[str], cursor: float | None) -> list[Stroke]:
        found = [Stroke(np.array([0.0, self.LAST]), np.ones(2), INK, 2, width=0.8, alpha=FAINT)]
        for place, rec in enumerate(recordings):
            resets = tuple(sorted(rec.settings.get("reset", {})))
            x, y = _two_pulses(rec.cell, resets)
            name = " ".join(filter(None, (labels[place], f"reset {', '.join(resets)}" if resets else "as it is")))
            colour = INK if place == 0 else COLOURS[(place - 1) % len(COLOURS)]
            if x.size:
                found.append(Stroke(x, y, colour, place % len(STYLES), name, held=place > 0))
        pulses = recordings[0].protocol.pieces()
        if len(pulses) > 1:
            interval, ratio = pulses[-1].start - pulses[0].start, pulses[-1].first / _once(recordings[0].cell)
            found.append(Stroke(np.array([interval]), np.array([ratio]), INK, dot=True, width=DOT))
        return found

    def limits(self, recordings: Sequence[Recording], strokes: Sequence[Stroke]) -> Limits:
        return (0.0, self.LAST), (0.0, self.MOST)


@functools.lru_cache(maxsize=64)
def _once(cell: Cell) -> float:
    """The threshold from rest; nan where there is none."""
    found = measure.threshold(cell)
    return found if 0 < found < np.inf else np.nan


@functools.lru_cache(maxsize=64)
def _two_pulses(cell: Cell, reset: tuple[str, ...]) -> tuple[Floats, Floats]:
    """Intervals (ms) at which a second pulse can be strong enough, and its threshold over that from rest."""
    if not np.isfinite(_once(cell)):
        return np.empty(0), np.empty(0)
    intervals = np.concatenate((np.arange(1.0, 20.0), np.arange(20.0, TwoPulseCurve.LAST + 1.0, 2.0)))
    ratios = measure.refractory(cell, intervals, reset=reset)
    return intervals[np.isfinite(ratios)], ratios[np.isfinite(ratios)]
