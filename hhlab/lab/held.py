"""Traces held for comparison, and the table of what differs."""

import html
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .. import measure
from ..axon_recording import AxonRecording
from ..parameters import Parameter, pretty, tidy

LETTERS = "ABCD"
NOW = "now"


@dataclass(frozen=True)
class Measured:
    """One measurement of the table: name, unit, decimals."""

    name: str
    unit: str
    decimals: int

    def shown(self, value: float, now: float | None) -> str:
        """A value, with its difference from the present one."""
        if math.isnan(value):
            return "–"
        text = f"{value:.{self.decimals}f}"
        if now is not None and not math.isnan(now) and f"{now:.{self.decimals}f}" != text:
            text += f" ({value - now:+.{self.decimals}f})"
        return text.replace("-", "−")


MEASURED = (
    Measured("spikes", "", 0),
    Measured("peak", "mV", 2),
    Measured("half-width", "ms", 3),
    Measured("lowest after it", "mV", 2),
)


ALONG = (Measured("velocity", "m/s", 2),)


def measured(rec: Any) -> tuple[float, ...]:
    """What the table says of a recording: spikes, peak, half-width, lowest V after the spike; of an axon the velocity,
    and the same at its first electrode.
    """
    if isinstance(rec, AxonRecording):
        return (measure.velocity(rec), *measured(rec.first))
    return (len(measure.spikes(rec)), measure.peak(rec)[0], measure.half_width(rec), measure.undershoot(rec)[0])


def parameters(rec: Any) -> dict[str, Parameter]:
    """Every parameter of the cell and its stimulus."""
    return {**rec.cell.parameters(), **rec.protocol.parameters()}


def table(now: Any, held: Mapping[str, Any]) -> str:
    """An HTML table: a row for each trace, with the parameters that differ, and measurements with their differences."""
    rows, columns = {NOW: now, **held}, (ALONG if isinstance(now, AxonRecording) else ()) + MEASURED
    known = {label: parameters(rec) for label, rec in rows.items()}
    names = list(dict.fromkeys(name for each in known.values() for name in each))
    differing = [n for n in names if len({each[n].value if n in each else None for each in known.values()}) > 1]
    heads = [f"{n} ({pretty(next(e[n].unit for e in known.values() if n in e))})" for n in differing]
    freezes = any(rec.settings.get("freeze") for rec in rows.values())
    resets = any(rec.settings.get("reset") for rec in rows.values())
    heads += (
        ["gates held"] * freezes
        + ["gates reset"] * resets
        + [f"{m.name} ({m.unit})" if m.unit else m.name for m in columns]
    )
    present = measured(now)
    body = []
    for label, rec in rows.items():
        cells = [tidy(known[label][n].value) if n in known[label] else "–" for n in differing]
        cells += [", ".join(rec.settings.get("freeze", ())) or "none"] * freezes
        cells += [", ".join(rec.settings.get("reset", ())) or "none"] * resets
        reference = [None] * len(columns) if label == NOW else list(present)
        cells += [m.shown(v, r) for m, v, r in zip(columns, measured(rec), reference, strict=True)]
        body.append(_row("th scope=row", label, cells))
    head = "".join(f"<th scope=col>{html.escape(each)}</th>" for each in ("trace", *heads))
    caption = "<caption>What differs (in brackets: the difference from now)</caption>"
    return f'<table class="hhlab-table">{caption}<thead><tr>{head}</tr></thead><tbody>{"".join(body)}</tbody></table>'


def _row(tag: str, label: str, cells: list[str]) -> str:
    return f"<tr><{tag}>{label}</th>" + "".join(f"<td>{html.escape(each)}</td>" for each in cells) + "</tr>"
