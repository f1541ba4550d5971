"""Traces held for comparison, and the table of what differs."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from .. import measure, tables
from ..axon_recording import AxonRecording
from ..axons import Fibre
from ..parameters import brief, must_be, tidy
from ..recorded import Recorded
from ..recording import A_RECORDING, Recording
from .knob import unit_in_words
from .words import sentence

LETTERS = "ABCD"
NOW = ""
"""What stands for the letter of the present trace."""


@dataclass(frozen=True)
class Measured:
    """One measurement of the table: the name of the heading of its column, and decimals."""

    head: str
    decimals: int

    def shown(self, value: float, now: float | None) -> str:
        """A value, with its difference from the present one."""
        if math.isnan(value):
            return "–"
        text = f"{value:z.{self.decimals}f}"
        if now is not None and not math.isnan(now) and f"{now:z.{self.decimals}f}" != text:
            difference = f"{value - now:+z.{self.decimals}f}"
            text += f" ({difference})" if float(difference) else ""
        return text.replace("-", "−")


MEASURED = (
    Measured("traces.spikes", 0),
    Measured("traces.peak", 2),
    Measured("traces.half_width", 3),
    Measured("traces.lowest", 2),
)
ALONG = (Measured("traces.velocity", 2),)


def measured(rec: Any) -> tuple[float, ...]:
    """What the table says of a recording: spikes, peak, half-width, lowest V after the spike; of an axon the velocity,
    and the same at its first electrode.
    """
    if isinstance(rec, AxonRecording):
        return (measure.velocity(rec), *measured(rec.first))
    return (len(measure.spikes(rec)), measure.peak(rec)[0], measure.half_width(rec), measure.undershoot(rec)[0])


def held_from_start(state: Any, beside: Any) -> dict[str, Any]:
    """Recordings to hold from the start, by letter; ValueError if they are none, or have no place on a bench."""
    given = [beside] if isinstance(beside, Recording) else beside
    must_be(Iterable, A_RECORDING, given)
    listed = list(given)
    must_be(Recording, A_RECORDING, *listed)
    if listed and isinstance(state.cell, Fibre):
        raise ValueError("beside= holds recordings of a cell, and this bench shows an axon: leave it out, and use Hold")
    if len(listed) > len(LETTERS):
        raise ValueError(f"beside= has {len(listed)} recordings, but a bench holds {len(LETTERS)}: leave some out")
    return dict(zip(LETTERS, listed, strict=False))


def names(now: Any, held: Mapping[str, Any]) -> dict[str, str]:
    """What each held trace is called in the picture: its letter, and the first parameters that are not as now."""
    here = parameters(now)
    found = {}
    for letter, rec in held.items():
        there = parameters(rec)
        differ = [name for name, p in there.items() if name not in here or p.value != here[name].value]
        others = [rec.name] if isinstance(rec, Recorded) else [f"{name} {brief(there[name].value)}" for name in differ]
        differences = ", ".join(others[:2])
        found[letter] = sentence("traces.held", letter=letter, differences=differences) if others else letter
    return found


def parameters(of: Any) -> dict[str, Any]:
    """All parameters of a recording or of the state of a bench: those of the cell, and those of the stimulus."""
    return {**of.cell.parameters(), **of.protocol.parameters()}


def table(now: Any, held: Mapping[str, Any]) -> str:
    """An HTML table: a row for each trace, with the parameters that differ, and measurements with their differences."""
    traces = {NOW: now, **held}
    columns: dict[str, Iterable[str]] = {sentence("traces.trace"): [sentence("traces.now"), *held]}
    known = [parameters(rec) for rec in traces.values()]
    for name in dict.fromkeys(name for each in known for name in each):
        values = [tidy(each[name].value) if name in each else "–" for each in known]
        if len({value for value, each in zip(values, known, strict=True) if each}) > 1:  # but for real cells
            unit = unit_in_words(next(each[name].unit for each in known if name in each))
            head = sentence("traces.parameter", name=name, unit=unit) if unit else name
            columns[head] = [brief(each[name].value) if name in each else "–" for each in known]
    for setting, head in (("freeze", sentence("traces.frozen")), ("reset", sentence("traces.reset"))):
        gates = [", ".join(rec.settings.get(setting, ())) for rec in traces.values()]
        if any(gates):
            columns[head] = [each or sentence("traces.none") for each in gates]
    kinds = (ALONG if isinstance(now, AxonRecording) else ()) + MEASURED
    for kind, (present, *others) in zip(kinds, zip(*map(measured, traces.values()), strict=True), strict=True):
        columns[sentence(kind.head)] = [kind.shown(present, None), *(kind.shown(value, present) for value in others)]
    caption = sentence("traces.caption")
    return tables.table(zip(*columns.values(), strict=True), columns, caption=caption, style="hhlab-table", named=True)
