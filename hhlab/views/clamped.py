"""The currents of a voltage clamp against the voltage of the step."""

from collections.abc import Sequence

import numpy as np

from ..measure.clamped import during_step
from ..protocols import VoltageStep
from ..recording import Recording
from .view import DOT, FAINT, INK, Limits, Stroke, View, colour_of, roomy


class PeakCurrents(View):
    """The current of each channel where it is farthest from 0 during the step, one dot a step; of a clamp family."""

    against_time = False
    x_label = "V of the step (mV)"

    def strokes(self, recordings: Sequence[Recording], labels: Sequence[str], cursor: float | None) -> list[Stroke]:
        steps = {rec.protocol.to: rec for rec in recordings if isinstance(rec.protocol, VoltageStep)}
        if not steps:
            return []
        V = np.array(sorted(steps), float)
        found = [Stroke(V[[0, -1]], np.zeros(2), INK, 2, width=0.8, alpha=FAINT)]
        for place, name in enumerate(recordings[0].I):
            currents = [during_step(steps[mV], name) for mV in V]
            peaks = np.array([current[np.abs(current).argmax()] for current in currents])
            colour = colour_of(name, place)
            found.append(Stroke(V, peaks, colour, place, name))
            found += [Stroke(V[[i]], peaks[[i]], colour, dot=True, width=DOT) for i in range(V.size)]
        return found

    def limits(self, recordings: Sequence[Recording], strokes: Sequence[Stroke]) -> Limits:
        x, y = ([float(value) for s in strokes for value in getattr(s, axis)] for axis in "xy")
        (left, right), (low, high) = ((min(each, default=0.0), max(each, default=0.0)) for each in (x, y))
        return (-roomy(-left, 100), roomy(right, 60)), (-roomy(-low, 2000), roomy(high, 5000))
