"""The conductance of a channel in a step of V, and the points that were measured in the axon of 1952."""

from collections.abc import Sequence

from ..physics import Floats
from ..recording import Recording
from ..squid_1952 import beside
from .traces import Traces
from .view import Stroke, colour_of, colour_of_recording
from .words import number, sentence


class MeasuredConductance(Traces):
    """The conductance of one channel in the model, with the points that were measured in the nearest step of V."""

    def __init__(self, name: str, channel: str) -> None:
        super().__init__(name, f"g_{channel} (mS/cm2)", self._of_model, -3, 20)
        self.channel = channel

    def _of_model(self, rec: Recording) -> dict[str, Floats]:
        return {name: g for name, g in rec.g.items() if name == self.channel}

    def strokes(self, recordings: Sequence[Recording], labels: Sequence[str], cursor: float | None) -> list[Stroke]:
        found = super().strokes(recordings, labels, cursor)
        for i, rec in enumerate(recordings):
            points = beside(rec, self.channel)
            if points is not None:
                colour = colour_of_recording(i) if i else colour_of(self.channel, 0)
                found += [self.dot(points.t[[k]], points.g[[k]], colour) for k in range(points.t.size)]
        return found

    def furniture(self, rec: Recording) -> list[tuple[float, float, str]]:
        points = beside(rec, self.channel)
        told = sentence("measured.near", V=number(points.V, 0)) if points else sentence("measured.none")
        return [(0.5 * float(rec.t[-1]), 0.5 * self.low, told)]
