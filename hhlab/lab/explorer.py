"""The bench: one live figure, knobs made from the parameter declarations, and a line of text."""

import html
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import ipywidgets as widgets

from ..cells import Cell
from ..parameters import Parameter, must_be, pretty, unknown
from ..protocols import Nothing, Protocol
from ..recording import Recording
from ..simulate import A_CELL, A_PROTOCOL, AFTERWARDS, simulate
from .live_figure import LiveFigure

FINENESS = 200
DECIMALS = 9
LEAST_AFTERWARDS = 5.0


def explore(
    cell: Cell, protocol: Protocol | None = None, view: str | Sequence[str] = "voltage", *,
    knobs: Sequence[str] = (), presets: Mapping[str, Mapping[str, float]] | None = None,
    freeze: Sequence[str] = (), t_stop: float | None = None,
) -> "Bench":  # fmt: skip
    """A bench for a cell under a protocol: a live figure with knobs.

    Parameters
    ----------
    cell, protocol : what to start from; `Reset` goes back to it.
    view : names of the panels, as in `plot`: "voltage", "stimulus", "currents", "conductances", "gates".
    knobs : names of parameters of the cell or the protocol, each of which gets a slider and a field to type in.
    presets : buttons, each with the values that it sets: {"TTX": {"g_Na": 0}}.
    freeze : gates that can be held at their resting value, each with a box to tick.
    t_stop : length of the recording in ms; None for 25 ms after the stimulus.

    Raises
    ------
    ValueError
        For an unknown view, knob, gate or parameter, or a value out of range.
    """
    given = Nothing() if protocol is None else protocol
    must_be(Cell, A_CELL, cell)
    must_be(Protocol, A_PROTOCOL, given)
    named = {} if presets is None else presets
    for each in (named, *(named.values() if isinstance(named, Mapping) else ())):
        must_be(Mapping, 'presets: give the values that each button sets, such as {"TTX": {"g_Na": 0}}', each)
    if "Reset" in named:
        raise ValueError("a preset cannot be called Reset: the bench has that button already; choose another name")
    return Bench(cell, given, _list(view) or ["voltage"], _list(knobs), named, _list(freeze), t_stop)


def _list(names: str | Sequence[str]) -> list[str]:
    """Names, of which one may be given alone."""
    listed = [names] if isinstance(names, str) else names
    must_be(Iterable, "a list of names: give names such as 'voltage' or 'g_Na'", listed)
    must_be(str, "a name: give one such as 'voltage' or 'g_Na'", *listed)
    return list(listed)


class Knob(widgets.HBox):
    """A slider and a field to type in, for one declared parameter.

    The slider stands on its own grid of steps, as near to the value as it can; the field shows the value itself.
    """

    def __init__(self, parameter: Parameter, moved: Callable[[str, float], None]) -> None:
        self.parameter, self._moved, self._value = parameter, moved, parameter.value
        low, high = parameter.span
        step = _round_step((high - low) / FINENESS)
        high = low + math.floor((high - low) / step + 1e-9) * step
        name = f"{parameter.name}, {parameter.meaning} ({pretty(parameter.unit)})"
        self.slider = widgets.FloatSlider(
            low, min=low, max=high, step=step, readout=False, description=parameter.name, tooltip=name,
            layout={"width": "215px"}, style={"description_width": "72px"},
        )  # fmt: skip
        self.field = widgets.FloatText(parameter.value, tooltip=name, layout={"width": "72px"})
        self.put(parameter.value)
        self.slider.observe(self._slid, "value")
        self.field.observe(self._typed, "value")
        super().__init__([self.slider, self.field, widgets.Label(pretty(parameter.unit), layout={"width": "58px"})])
        self.add_class("hhlab-knob")

    def put(self, value: float) -> None:
        """Show a value. A slider that is too short for it is made longer."""
        step, low = self.slider.step, self.slider.min
        self._value, self._place = value, low + round((value - low) / step) * step
        self.slider.min, self.slider.max = min(low, self._place), max(self.slider.max, self._place)
        self.slider.value, self.field.value = self._place, value

    def _slid(self, change: dict[str, Any]) -> None:
        if abs(change["new"] - self._place) > 1e-6 * self.slider.step:
            self._moved(self.parameter.name, round(change["new"], DECIMALS))

    def _typed(self, change: dict[str, Any]) -> None:
        if change["new"] != self._value:
            self._moved(self.parameter.name, change["new"])


class Bench(widgets.Box):
    """What `explore` returns: `cell`, `protocol` and `recording` are those of the picture that is shown."""

    def __init__(
        self, cell: Cell, protocol: Protocol, views: Sequence[str], knobs: Sequence[str],
        presets: Mapping[str, Mapping[str, float]], freeze: Sequence[str], t_stop: float | None,
    ) -> None:  # fmt: skip
        self.cell, self.protocol, self.frozen = cell, protocol, frozenset[str]()
        self._start = cell, protocol
        self._t_stop = protocol.end + AFTERWARDS if t_stop is None else t_stop
        self.live = LiveFigure(views)
        declared = self._declared()
        for name in [*knobs, *(name for changes in presets.values() for name in changes)]:
            if name not in declared:
                unknown("this bench", "parameter", name, declared)
        for changes in presets.values():
            for name, value in changes.items():
                declared[name].check(value)
        self.knobs = {name: Knob(declared[name], lambda name, value: self.set(**{name: value})) for name in knobs}
        self.boxes = {
            cell.gate_names[cell.gate_number(name)]: widgets.Checkbox(
                False, description=f"hold {name} at rest", indent=False, layout={"width": "auto"}
            )
            for name in freeze
        }
        self.buttons = {name: _button(name) for name in (*presets, "Reset")}
        self._listen(presets)
        self.picture = widgets.Image(format="png")
        self.text, self.notice = widgets.HTML(), widgets.HTML()
        self._attempt(cell, protocol, frozenset(), refuse=True)
        super().__init__(self._laid_out())
        self.layout = widgets.Layout(display="flex", flex_flow="row wrap", align_items="flex-start", width="100%")
        self.add_class("hhlab-bench")

    recording: Recording

    def _declared(self) -> dict[str, Parameter]:
        return {**self.cell.parameters(), **self.protocol.parameters()}

    def _laid_out(self) -> tuple[widgets.Widget, ...]:
        buttons = widgets.HBox(list(self.buttons.values()), layout={"flex_flow": "row wrap"})
        column = [*self.knobs.values(), *self.boxes.values(), buttons, self.notice]
        left = widgets.VBox(column, layout={"width": "360px", "flex": "0 0 auto"})
        self.picture.layout = widgets.Layout(width=f"{self.live.width}px", max_width="100%", height="auto")
        right = widgets.VBox(
            [self.picture, self.text], layout={"flex": "1 1 480px", "min_width": "320px", "max_width": "730px"}
        )
        return left, right

    def _listen(self, presets: Mapping[str, Mapping[str, float]]) -> None:
        for name, box in self.boxes.items():
            box.observe(lambda change, name=name: self._hold(name, change["new"]), "value")
        for name, button in self.buttons.items():
            if name == "Reset":
                button.on_click(lambda _: self.reset())
            else:
                button.on_click(lambda _, changes=presets[name]: self.set(**changes))

    def set(self, **changes: float) -> None:
        """Set parameters by name, as the knobs do. What cannot be is refused with a sentence; the picture stays."""
        try:
            for_cell = {name: value for name, value in changes.items() if name in self.cell.parameters()}
            others = {name: value for name, value in changes.items() if name not in for_cell}
            self._attempt(self.cell.replace(**for_cell), self.protocol.replace(**others), self.frozen)
        except ValueError as error:
            self._refuse(error)

    def _hold(self, gate: str, on: bool) -> None:
        if on != (gate in self.frozen):
            self._attempt(self.cell, self.protocol, self.frozen ^ {gate})

    def reset(self) -> None:
        """Go back to the cell and the protocol that the bench started with."""
        self._attempt(*self._start, frozenset())

    def _attempt(self, cell: Cell, protocol: Protocol, frozen: frozenset[str], refuse: bool = False) -> None:
        """Simulate and show; on ValueError nothing has changed, and a notice says why."""
        try:
            t_stop = max(self._t_stop, protocol.end + LEAST_AFTERWARDS)
            recording = simulate(cell, protocol, t_stop, freeze=sorted(frozen))
            self.live.show(recording)
        except ValueError as error:
            if refuse:
                raise
            self._refuse(error)
        else:
            self.cell, self.protocol, self.frozen, self.recording = cell, protocol, frozen, recording
            self.picture.value = self.live.png
            self.text.value = f'<div class="hhlab-text" style="line-height:1.35">{html.escape(self.live.text)}</div>'
            self._say("")
            self._show_knobs()

    def _refuse(self, error: ValueError) -> None:
        self._say(f"{error}. The bench stays as it was.")
        self._show_knobs()

    def _say(self, sentence: str) -> None:
        shown = f'<div role="alert" style="line-height:1.35">{html.escape(sentence)}</div>' if sentence else ""
        if self.notice.value != shown:
            self.notice.value = shown

    def _show_knobs(self) -> None:
        """Put knobs and boxes where the picture is."""
        declared = self._declared()
        for name, knob in self.knobs.items():
            knob.put(declared[name].value)
        for name, box in self.boxes.items():
            box.value = name in self.frozen

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        bundle = super()._repr_mimebundle_(**kwargs)
        return {**(bundle or {}), "image/png": self.live.png, "text/plain": self.live.text}


def _button(name: str) -> widgets.Button:
    return widgets.Button(description=name, layout={"width": "auto"})


def _round_step(step: float) -> float:
    """The nearest of 1, 2, 5 times a power of ten at or below a step."""
    power = 10.0 ** int(f"{step:e}".split("e")[1])
    return float(next(size for size in (5, 2, 1) if size * power <= step * 1.0001) * power)
