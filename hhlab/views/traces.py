"""Views of curves: traces against time, curves of the gates against V, and the phase plane."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from ..recording import Recording
from .view import COLOURS, DOT, FAINT, INK, OF_TRACE, THIN, V_AXIS, Floats, Limits, Stroke, View, at, colour_of, roomy

LIVELY = 20.0
"""mS/cm2 of a gated channel from which on currents are those of a nerve and its spike."""


class Traces(View):
    """Curves against time, each by name; from low to high at least, or within `quiet` for cells that conduct little."""

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
                look = self._alone(name, i, labels) if len(traces) == 1 else self._among(name, place, i)
                found.append(Stroke(rec.t, curve, thin=True, held=i > 0, **look))
        if cursor is not None:
            found += self._cursor(recordings[0], cursor)
        return found

    def _alone(self, name: str, i: int, labels: Sequence[str]) -> dict[str, Any]:
        colour = OF_TRACE.get(name, INK) if i == 0 else COLOURS[(i - 1) % len(COLOURS)]
        return {"colour": colour, "style": i, "name": labels[i] if i < len(labels) else ""}

    def _among(self, name: str, place: int, i: int) -> dict[str, Any]:
        look: dict[str, Any] = {"colour": colour_of(name, place), "style": place}
        return look | ({"name": name} if i == 0 else {"alpha": FAINT, "width": THIN})

    def _cursor(self, rec: Recording, cursor: float) -> list[Stroke]:
        line = Stroke(np.full(2, cursor), np.array([-1e9, 1e9]), INK, 2, width=1.0, alpha=0.7)
        traces = self.traces(rec)
        dots = [
            Stroke(np.array([cursor]), at(rec, curve, cursor), colour_of(name, place), dot=True, width=DOT)
            for place, (name, curve) in enumerate(traces.items())
        ]
        return [line, *dots]

    def limits(self, recordings: Sequence[Recording], strokes: Sequence[Stroke]) -> Limits:
        curves = [stroke.y for stroke in strokes if stroke.thin]
        least, most = (self.low, self.high) if any(map(_lively, recordings)) else self.quiet
        low = min((float(curve.min()) for curve in curves), default=least)
        high = max((float(curve.max()) for curve in curves), default=most)
        span = (0.0, max(float(rec.t[-1]) for rec in recordings))
        return span, (-roomy(-low, -least), roomy(high, most))


def _lively(rec: Recording) -> bool:
    return any(channel.gates and channel.g >= LIVELY for channel in rec.cell.channels)


class GateCurves(View):
    """A property of every gate against V, with a marker at the present V."""

    against_time = False
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
                dots.append(Stroke(V, self.curve(gate, V, T), colour, dot=True, width=DOT))
        return found + dots

    def limits(self, recordings: Sequence[Recording], strokes: Sequence[Stroke]) -> Limits:
        highest = max((float(s.y.max()) for s in strokes if not s.dot), default=self.top)
        return (-100.0, 60.0), (0.0, roomy(highest, self.top))


class PhasePlane(View):
    """How fast V changes against V: a loop, once round for each spike."""

    against_time = False
    x_label = "V (mV)"

    def strokes(self, recordings: Sequence[Recording], labels: Sequence[str], cursor: float | None) -> list[Stroke]:
        found = []
        for i, rec in reversed(list(enumerate(recordings))):
            colour = INK if i == 0 else COLOURS[(i - 1) % len(COLOURS)]
            found.append(Stroke(rec.V, self._slope(rec), colour, i, held=i > 0))
        if cursor is not None:
            rec = recordings[0]
            here = at(rec, rec.V, cursor), at(rec, self._slope(rec), cursor)
            found.append(Stroke(*here, INK, dot=True, width=DOT))
        return found

    def _slope(self, rec: Recording) -> Floats:
        slope: Floats = np.gradient(rec.V, rec.t)
        return slope

    def limits(self, recordings: Sequence[Recording], strokes: Sequence[Stroke]) -> Limits:
        x = [s.x for s in strokes if not s.dot]
        y = [s.y for s in strokes if not s.dot]
        left, right = min(float(c.min()) for c in x), max(float(c.max()) for c in x)
        low, high = min(float(c.min()) for c in y), max(float(c.max()) for c in y)
        return (-roomy(-left, 90), roomy(right, 60)), (-roomy(-low, 100), roomy(high, 300))
