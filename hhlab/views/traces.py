"""Views of curves: traces against time, curves of the gates against V, and the phase plane."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from ..physics import Floats
from ..recording import Recording
from .view import INK, OF_TRACE, THIN, V_AXIS, Limits, Stroke, Timeless, View, at, colour_of, colour_of_recording

LIVELY = 20.0  # mS/cm2 of a gated channel from which on currents are as large as those of a nerve


class Traces(View):
    """Curves against time, by name. The axis covers `low` to `high`, or `quiet` for cells that conduct little."""

    def __init__(
        self, name: str, label: str, traces: Callable[[Recording], Mapping[str, Floats]], low: float, high: float,
        height: float = 1.0, quiet: tuple[float, float] | None = None,
    ) -> None:  # fmt: skip
        super().__init__(name, label)
        self.traces, self.low, self.high, self.height = traces, low, high, height
        self.quiet = quiet or (low, high)

    def curves(self, rec: Recording) -> Mapping[str, Floats]:
        return self.traces(rec)

    def strokes(self, recordings: Sequence[Recording], labels: Sequence[str], cursor: float | None) -> list[Stroke]:
        found = []
        for i, rec in reversed(list(enumerate(recordings))):
            traces = self.traces(rec)
            for place, (name, curve) in enumerate(traces.items()):
                look = self._alone(name, i, labels) if len(traces) == 1 else self._among(name, place, i, labels)
                found.append(Stroke(rec.t, curve, thin=True, held=i > 0, **look))
        if cursor is not None:
            found += self._cursor(recordings[0], cursor)
        return found

    def _alone(self, name: str, i: int, labels: Sequence[str]) -> dict[str, Any]:
        colour = colour_of_recording(i) if i else OF_TRACE.get(name, INK)
        return {"colour": colour, "style": i, "name": labels[i] if i < len(labels) else ""}

    def _among(self, name: str, place: int, i: int, labels: Sequence[str]) -> dict[str, Any]:
        if i:
            label = labels[i] if place == 0 and i < len(labels) else ""
            return {"colour": colour_of_recording(i), "style": place, "name": label, "width": THIN}
        return {"colour": colour_of(name, place), "style": place, "name": name}

    def _cursor(self, rec: Recording, cursor: float) -> list[Stroke]:
        dots = [
            self.dot(np.array([cursor]), at(rec, curve, cursor), colour_of(name, place))
            for place, (name, curve) in enumerate(self.traces(rec).items())
        ]
        return [self.cursor_line(cursor), *dots]

    def limits(self, recordings: Sequence[Recording], strokes: Sequence[Stroke]) -> Limits:
        usual = (self.low, self.high) if any(map(_lively, recordings)) else self.quiet
        return self.whole_time(recordings), self.around((stroke.y for stroke in strokes if stroke.thin), *usual)


def _lively(rec: Recording) -> bool:
    return any(channel.gates and channel.g >= LIVELY for channel in rec.cell.channels)


class GateCurves(Timeless):
    """A property of every gate against V, with a dot at V at the cursor."""

    x_label = "V (mV)"

    def __init__(self, name: str, label: str, curve: Callable[[Any, Floats, float], Floats], top: float) -> None:
        super().__init__(name, label)
        self.curve, self.top = curve, top

    def strokes(self, recordings: Sequence[Recording], labels: Sequence[str], cursor: float | None) -> list[Stroke]:
        rec, found, dots = recordings[0], [], []
        T = rec.cell.temperature
        for place, (name, gate) in enumerate(zip(rec.cell.gate_names, rec.cell.gates, strict=True)):
            colour = colour_of(name, place)
            found.append(Stroke(V_AXIS, self.curve(gate, V_AXIS, T), colour, place, name))
            if cursor is not None:
                V = at(rec, rec.V, cursor)
                dots.append(self.dot(V, self.curve(gate, V, T), colour))
        return found + dots

    def limits(self, recordings: Sequence[Recording], strokes: Sequence[Stroke]) -> Limits:
        return (-100.0, 60.0), self.around((s.y for s in strokes if not s.dot), 0.0, self.top)


class PhasePlane(Timeless):
    """dV/dt against V: each spike is one loop."""

    x_label = "V (mV)"

    def strokes(self, recordings: Sequence[Recording], labels: Sequence[str], cursor: float | None) -> list[Stroke]:
        found = []
        for i, rec in reversed(list(enumerate(recordings))):
            found.append(Stroke(rec.V, self._slope(rec), colour_of_recording(i), i, held=i > 0))
        if cursor is not None:
            rec = recordings[0]
            here = at(rec, rec.V, cursor), at(rec, self._slope(rec), cursor)
            found.append(self.dot(*here, INK))
        return found

    def _slope(self, rec: Recording) -> Floats:
        slope: Floats = np.gradient(rec.V, rec.t)
        return slope

    def limits(self, recordings: Sequence[Recording], strokes: Sequence[Stroke]) -> Limits:
        loops = [s for s in strokes if not s.dot]
        return self.around((s.x for s in loops), -90, 60), self.around((s.y for s in loops), -100, 300)
