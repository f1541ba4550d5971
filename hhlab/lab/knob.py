"""A knob: a slider and a field to type in, for one declared parameter."""

import math
from collections.abc import Callable
from typing import Any

import ipywidgets as widgets

from ..parameters import COUNTED, Parameter, Typed, pretty, tidy

FINENESS = 200
DECIMALS = 9


class Knob(widgets.HBox):
    """A slider, a field, the unit, and a button that puts the value back; marked where it is off its beginning.

    The slider stands on its own grid of steps, as near to the value as it can; the field shows the value itself. What
    is typed there is handed on as text, which the parameter reads.
    """

    def __init__(self, parameter: Parameter, began: float, moved: Callable[[str, Any], None]) -> None:
        self.parameter, self._began, self._moved = parameter, began, moved
        low, high = parameter.span
        step = 1.0 if parameter.unit in COUNTED else _round_step((high - low) / FINENESS)
        high = low + math.floor((high - low) / step + 1e-9) * step
        label = parameter.meaning.split()[0] if parameter.name == parameter.unit else parameter.name
        name = f"{parameter.name}, {parameter.meaning} ({pretty(parameter.unit)})"
        self.slider = widgets.FloatSlider(
            low, min=low, max=high, step=step, readout=False, description=label, tooltip=name,
            layout={"width": "212px"}, style={"description_width": "96px"},
        )  # fmt: skip
        self.field = widgets.Text(tooltip=name, continuous_update=False, layout={"width": "72px"})
        self.back = widgets.Button(
            icon="undo", tooltip=f"put {parameter.name} back to {tidy(began)} {pretty(parameter.unit)}",
            layout={"width": "30px", "visibility": "hidden"},
        )  # fmt: skip
        self.put(parameter.value)
        self.slider.observe(self._slid, "value")
        self.field.observe(self._typed, "value")
        self.back.on_click(lambda _: self._moved(parameter.name, self._began))
        unit = widgets.Label(pretty(parameter.unit), layout={"width": "72px"})
        super().__init__([self.slider, self.field, unit, self.back])
        self.add_class("hhlab-knob")

    @property
    def off(self) -> bool:
        """Whether it is off the value that it began with."""
        return self._value != self._began

    def put(self, value: float) -> None:
        """Show a value. A slider that is too short for it is made longer."""
        step, low = self.slider.step, self.slider.min
        self._value, self._place = value, low + round((value - low) / step) * step
        self.slider.min, self.slider.max = min(low, self._place), max(self.slider.max, self._place)
        self.slider.value, self.field.value = self._place, tidy(value)
        if (self.back.layout.visibility == "visible") != self.off:
            self.back.layout.visibility = "visible" if self.off else "hidden"
            self.add_class("hhlab-off") if self.off else self.remove_class("hhlab-off")

    def _slid(self, change: dict[str, Any]) -> None:
        if abs(change["new"] - self._place) > 1e-6 * self.slider.step:
            self._moved(self.parameter.name, round(change["new"], DECIMALS))

    def _typed(self, change: dict[str, Any]) -> None:
        if change["new"] != tidy(self._value):
            self._moved(self.parameter.name, Typed(change["new"]))


def _round_step(step: float) -> float:
    """The nearest of 1, 2, 5 times a power of ten at or below a step."""
    power = 10.0 ** int(f"{step:e}".split("e")[1])
    return float(next(size for size in (5, 2, 1) if size * power <= step * 1.0001) * power)
