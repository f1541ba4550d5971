"""A drawing of the membrane with its channels and the currents through them."""

from collections.abc import Sequence

import numpy as np

from .. import measure
from ..recording import Recording
from .view import Limits, Stroke, Timeless, at, colour_of


class Membrane(Timeless):
    """The membrane at one moment. The gap of a channel widens as it opens; its arrow widens with its current."""

    grid = False
    # Sizes, where channels are 1 apart.
    WALL, GAP, THICKNESS = 0.1, 0.5, 0.22
    ARROW, HEAD, REACH, LEAST = 0.3, 0.16, 0.8, 0.012
    MARGIN = 0.35

    def strokes(self, recordings: Sequence[Recording], labels: Sequence[str], cursor: float | None) -> list[Stroke]:
        rec = recordings[0]
        moment = measure.peak(rec)[1] if cursor is None else cursor
        strongest = max((float(np.abs(current).max()) for current in rec.I.values()), default=0.0) or 1.0
        ends = np.array([-self.MARGIN, len(rec.cell.channels)])
        found = [Stroke(ends, np.full(2, y), "#666666", width=2.0) for y in (-self.THICKNESS, self.THICKNESS)]
        for place, channel in enumerate(rec.cell.channels):
            colour = colour_of(channel.name, place)
            share = float(at(rec, rec.open_share(channel.name), moment)[0]) if channel.g or channel.P else 0.0
            current = float(at(rec, rec.I[channel.name], moment)[0])
            found.append(self._arrow(place + 0.5, current / strongest, colour))
            found += self._walls(place + 0.5, self.GAP * share**0.5, colour)
        return found

    def _walls(self, x: float, gap: float, colour: str) -> list[Stroke]:
        tall = self.THICKNESS + 0.05
        y = np.array([-tall, tall, tall, -tall])
        sides = [(x - gap / 2 - self.WALL, x - gap / 2), (x + gap / 2, x + gap / 2 + self.WALL)]
        return [Stroke(np.array([a, a, b, b]), y, colour, fill=True) for a, b in sides]

    def _arrow(self, x: float, share: float, colour: str) -> Stroke:
        """An arrow that points up where positive charge leaves, down where it enters."""
        half, way = max(self.ARROW * abs(share), self.LEAST) / 2, 1.0 if share >= 0 else -1.0
        tip, neck = way * self.REACH, way * (self.REACH - self.HEAD)
        across = np.array([-half, -half, -1.6 * half - 0.02, 0.0, 1.6 * half + 0.02, half, half])
        return Stroke(x + across, np.array([-tip, neck, neck, tip, neck, neck, -tip]), colour, fill=True, alpha=0.7)

    def limits(self, recordings: Sequence[Recording], strokes: Sequence[Stroke]) -> Limits:
        return (-self.MARGIN, float(max(len(recordings[0].cell.channels), 1))), (-1.1, 1.1)

    def furniture(self, rec: Recording) -> list[tuple[float, float, str]]:
        names = [(place + 0.5, 0.97, channel.name) for place, channel in enumerate(rec.cell.channels)]
        return [*names, (-0.1, 0.6, "outside"), (-0.1, -0.6, "inside")]
