"""A knob: what the browser needs to know to show a slider and a field for one declared parameter."""

import math
from typing import Any

from ..languages import translated
from ..parameters import COUNTED, Parameter, brief, pretty
from ..views.view import OF_TRACE
from .words import sentence

FINENESS = 200
DECIMALS = 9
NAMED_AS_THEIR_UNIT = "mV", "nodes", "repeats"
UNITS = "pulses", "nodes", "repeats"
"""Those that are words."""


def knob(parameter: Parameter, began: float, group: str) -> dict[str, Any]:
    """A parameter as a knob that began with a value, in a group; "" is the group that is always in sight.

    The slider stands on its own grid of steps; the field beside it shows the value.
    """
    low, high = parameter.span
    step = 1.0 if parameter.unit in COUNTED else _round_step((high - low) / FINENESS)
    name, unit = parameter.name, unit_in_words(parameter.unit)
    label = sentence(f"knobs.{name}") if name in NAMED_AS_THEIR_UNIT else name
    return {
        "name": name, "label": label, "meaning": translated(parameter.meaning), "group": group,
        "low": low, "step": step, "unit": "" if label == unit else unit,
        "high": round(low + math.floor((high - low) / step + 1e-9) * step, DECIMALS),
        "began": began, "beganText": brief(began), "colour": _colour(name),
    }  # fmt: skip


def unit_in_words(unit: str) -> str:
    """A unit as it stands beside a number; empty for a share, which has none."""
    return sentence(f"units.{unit}") if unit in UNITS else "" if unit.startswith("(") else pretty(unit)


def _colour(name: str) -> str:
    """The colour of the ion or channel that a parameter such as g_Na or Na_out is about; empty for others."""
    first, _, second = name.partition("_")
    return OF_TRACE.get(second if first in ("g", "E", "P") else first, "") if second else ""


def _round_step(step: float) -> float:
    """The nearest of 1, 2, 5 times a power of ten at or below a step."""
    power = 10.0 ** int(f"{step:e}".split("e")[1])
    return float(next(size for size in (5, 2, 1) if size * power <= step * 1.0001) * power)
