"""The currents of a voltage clamp against the voltage of the step."""

from collections.abc import Sequence

import numpy as np

from ..measure.clamped import during_step
from ..protocols import VoltageStep
from ..recording import Recording
from .view import Limits, Stroke, Timeless, colour_of


class PeakCurrents(Timeless):
    """The peak current of each channel in a clamp family: the value farthest from 0 in each step, as a dot."""

    x_label = "labels.voltage_of_step"

    def strokes(self, recordings: Sequence[Recording], labels: Sequence[str], cursor: float | None) -> list[Stroke]:
        steps = {rec.protocol.to: rec for rec in recordings if isinstance(rec.protocol, VoltageStep)}
        if not steps:
            return []
        V = np.array(sorted(steps), float)
        found = [self.level_line(V[0], V[-1])]
        for place, name in enumerate(recordings[0].I):
            currents = [during_step(steps[mV], name) for mV in V]
            peaks = np.array([current[np.abs(current).argmax()] for current in currents])
            colour = colour_of(name, place)
            found.append(Stroke(V, peaks, colour, place, name))
            found += [self.dot(V[[i]], peaks[[i]], colour) for i in range(V.size)]
        return found

    def limits(self, recordings: Sequence[Recording], strokes: Sequence[Stroke]) -> Limits:
        return self.around((s.x for s in strokes), -100, 60), self.around((s.y for s in strokes), -2000, 5000)
