"""Views of an axon: V over place and time as colours, V at its electrodes, and V along it at one moment."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..axon_recording import AxonRecording
from ..physics import Floats
from .view import COLOURS, DOT, FAINT, INK, STYLES, THIN, Limits, Stroke, View, at, colour_of_recording
from .words import sentence

LOWEST, HIGHEST = -90.0, 60.0  # mV at the ends of the colour scale; 0 mV is white
COLUMNS, ROWS = 400, 200  # pixels of the picture, at most
MOST_ELECTRODES = 4


def shade(V: Floats) -> Floats:
    """The place of V (mV) on the colour scale, 0 to 255, with 0 mV in the middle."""
    share = np.where(V < 0, 0.5 - 0.5 * V / LOWEST, 0.5 + 0.5 * V / HIGHEST)
    return np.round(255.0 * np.clip(share, 0.0, 1.0))


class Along(View):
    """A view that needs a recording of an axon."""

    along = True


class SpaceTime(Along):
    """V as a colour, over place (upward) and time (to the right), with a line for each electrode."""

    height = 1.25
    scale = (-90, -60, -30, 0, 30, 60)

    def strokes(self, recordings: Sequence[Any], labels: Sequence[str], cursor: float | None) -> list[Stroke]:
        run, far = recordings[0], recordings[0].axon.length
        ends = np.array([0.0, float(run.t[-1])])
        found = [Stroke(ends, np.array([0.0, far]), INK, image=_picture(run))]
        for place, x in enumerate(_places(run)):
            look = COLOURS[place % len(COLOURS)], place
            found.append(Stroke(ends, np.full(2, x), "#FFFFFF", width=3.6, alpha=0.8))
            found.append(Stroke(ends, np.full(2, x), *look, width=2.0))
        if cursor is not None:
            found.append(Stroke(np.full(2, cursor), np.array([0.0, far]), INK, 2, width=1.2, alpha=0.8))
        return found

    def limits(self, recordings: Sequence[Any], strokes: Sequence[Stroke]) -> Limits:
        return self.whole_time(recordings), (0.0, recordings[0].axon.length)


class Electrodes(Along):
    """V against time at each electrode."""

    def strokes(self, recordings: Sequence[Any], labels: Sequence[str], cursor: float | None) -> list[Stroke]:
        found = []
        for i, run in reversed(list(enumerate(recordings))):
            for place, x in enumerate(_places(run)):
                colour, V = COLOURS[place % len(COLOURS)], run.V[run.nearest(min(x, run.axon.length))]
                look: dict[str, Any] = {"alpha": FAINT, "width": THIN}
                if i == 0:
                    look = {"name": sentence("labels.electrode_number", number=place + 1)}
                found.append(Stroke(run.t, V, colour, place % len(STYLES), thin=True, held=i > 0, **look))
                if cursor is not None and i == 0:
                    found.append(self.dot(np.array([cursor]), at(run, V, cursor), colour))
        if cursor is not None:
            found.append(self.cursor_line(cursor))
        return found

    def limits(self, recordings: Sequence[Any], strokes: Sequence[Stroke]) -> Limits:
        return self.whole_time(recordings), self.around((stroke.y for stroke in strokes if stroke.thin), -90, 60)


class Profile(Along):
    """V along the axon at one moment, and below it the axon with the signs of the charges inside and outside.

    Without a cursor it is the moment of the highest V at the first electrode.
    """

    against_time = False
    x_label = "x (cm)"
    y_ticks = (-80, -40, 0, 40)
    SIGNS, TALL = 28, 7.0  # signs along the axon; half of their height, mV
    WALLS, INSIDE, OUTSIDE = (-128.0, -172.0), -150.0, (-113.0, -187.0)  # where they are on the scale of V, mV

    def strokes(self, recordings: Sequence[Any], labels: Sequence[str], cursor: float | None) -> list[Stroke]:
        found = []
        for i, run in reversed(list(enumerate(recordings))):
            V = run.V[:, run.nearest_sample(moment_of(recordings[0]) if cursor is None else cursor)]
            label = labels[i] if i < len(labels) else ""
            found.append(Stroke(run.x, V, colour_of_recording(i), i % len(STYLES), label, thin=True))
        run, far = recordings[0], recordings[0].axon.length
        found.append(Stroke(np.array([0.0, far]), np.zeros(2), "#666666", 2, width=0.8, alpha=FAINT))
        for place, x in enumerate(_places(run)):
            here = np.array([V[run.nearest(x)]])
            found.append(Stroke(np.array([x]), here, COLOURS[place % len(COLOURS)], dot=True, width=DOT + 1))
        found += [Stroke(np.array([0.0, far]), np.full(2, wall), "#666666", width=2.0) for wall in self.WALLS]
        for x in (np.arange(self.SIGNS) + 0.5) * (far / self.SIGNS):
            positive = bool(V[run.nearest(x)] > 0)
            found.append(self._sign(x, self.INSIDE, positive, far))
            found += [self._sign(x, y, not positive, far) for y in self.OUTSIDE]
        return found

    def _sign(self, x: float, y: float, positive: bool, far: float) -> Stroke:
        wide, tall = 0.28 * far / self.SIGNS, self.TALL if positive else 0.0
        across = np.array([-wide, wide, 0.0, 0.0, 0.0])
        up = np.array([0.0, 0.0, 0.0, tall, -tall])
        return Stroke(x + across, y + up, "#B2182B" if positive else "#2166AC", width=1.5)

    def limits(self, recordings: Sequence[Any], strokes: Sequence[Stroke]) -> Limits:
        return (0.0, recordings[0].axon.length), (-200.0, 60.0)


def moment_of(run: AxonRecording) -> float:
    """The moment in ms of the highest V at the first electrode."""
    return float(run.t[run.first.V.argmax()])


def _places(run: AxonRecording) -> list[float]:
    return [min(x, run.axon.length) for x in run.electrodes[:MOST_ELECTRODES]]


def _picture(run: AxonRecording) -> Any:
    """V as shades of the nearest patch and sample: rows from the far end to x = 0, columns over time."""
    rows = min(ROWS, max(2 * run.x.size, 50))
    middles = (np.arange(rows) + 0.5) * (run.axon.length / rows)
    after = np.searchsorted(0.5 * (run.x[1:] + run.x[:-1]), middles)
    columns = np.linspace(0, run.t.size - 1, min(COLUMNS, run.t.size)).round().astype(int)
    return shade(run.V[np.ix_(after[::-1], columns)]).astype(np.uint8)
