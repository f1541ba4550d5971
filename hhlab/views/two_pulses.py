"""The threshold of a second pulse against the interval from the first."""

import functools
from collections.abc import Sequence

import numpy as np

from .. import measure
from ..cells import Cell
from ..measure.pairs import STRONGEST, from_rest
from ..measure.thresholds import PULSES_TRIED
from ..physics import Floats
from ..recording import PREVIEW, Recording
from .view import INK, STYLES, Limits, Stroke, Timeless, colour_of_recording
from .words import number, sentence

PULSE = 0.5  # ms that each pulse lasts
INTERVALS = np.concatenate((np.arange(1.0, 20.0), np.arange(20.0, 41.0, 2.0)))  # ms from onset to onset
FEW = 5  # in a preview only each fifth interval is tried


class TwoPulseCurve(Timeless):
    """The threshold of a second pulse against the interval, with the same gates reset as in the recording.

    The dot is the last pulse of the main recording. Each held trace has its own curve.
    """

    x_label = "labels.interval"
    LAST, MOST = float(INTERVALS[-1]), STRONGEST  # ms; times the threshold from rest

    def strokes(self, recordings: Sequence[Recording], labels: Sequence[str], cursor: float | None) -> list[Stroke]:
        found = [self.level_line(0.0, self.LAST, 1.0)]
        for place, rec in enumerate(recordings):
            resets = tuple(sorted(rec.settings.get("reset", {})))
            x, y = _two_pulses(rec.cell, resets, _preview(rec))
            if x.size:
                name = _name(labels[place], resets)
                found.append(Stroke(x, y, colour_of_recording(place), place % len(STYLES), name, held=place > 0))
        pulses, once = recordings[0].protocol.pieces(), from_rest(recordings[0].cell, PULSE)
        if len(pulses) > 1 and 0 < once < np.inf:
            interval, ratio = pulses[-1].start - pulses[0].start, pulses[-1].first / once
            found.append(self.dot(np.array([interval]), np.array([ratio]), INK))
        return found

    def furniture(self, rec: Recording) -> list[tuple[float, float, str]]:
        """Where there is no threshold, what was tried."""
        resets = tuple(sorted(rec.settings.get("reset", {})))
        once, (x, _) = from_rest(rec.cell, PULSE), _two_pulses(rec.cell, resets, _preview(rec))
        missed = INTERVALS[: np.searchsorted(INTERVALS, x[0])] if x.size else INTERVALS
        if 0 < once < np.inf and not missed.size:
            return []
        name = "by_itself" if not once else "never" if once == np.inf else "silent_until" if x.size else "silent"
        most = number(PULSES_TRIED[1] if once == np.inf else STRONGEST, 0)
        told = sentence(f"two_pulses.{name}", duration=number(PULSE), most=most, interval=number(missed[-1], 0))
        return [(self.LAST / 2, 0.85 * self.MOST, told)]

    def limits(self, recordings: Sequence[Recording], strokes: Sequence[Stroke]) -> Limits:
        return (0.0, self.LAST), (0.0, self.MOST)


def _name(trace: str, resets: Sequence[str]) -> str:
    """What a curve is called: its trace, if it has a name, and the gates that are reset."""
    names = ("labels.trace_as_it_is", "labels.trace_reset") if trace else ("labels.as_it_is", "labels.reset")
    return sentence(names[bool(resets)], trace=trace, gates=", ".join(resets))


def _preview(rec: Recording) -> bool:
    """Whether a recording is a preview, as of a slider that is dragged; then few intervals are tried."""
    return PREVIEW in rec.settings


@functools.lru_cache(maxsize=64)
def _two_pulses(cell: Cell, reset: tuple[str, ...], preview: bool) -> tuple[Floats, Floats]:
    """The intervals (ms) at which a second pulse can have a response, and its threshold over that from rest."""
    if not 0 < from_rest(cell, PULSE) < np.inf:
        return np.empty(0), np.empty(0)
    intervals = INTERVALS[:: FEW if preview else 1]
    ratios = measure.refractory(cell, intervals, PULSE, reset=reset)
    return intervals[np.isfinite(ratios)], ratios[np.isfinite(ratios)]
