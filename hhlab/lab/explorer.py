"""The bench: a live figure, knobs made from the declared parameters, and a line of text."""

import functools
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import ipywidgets as widgets

from ..axons import Fibre
from ..cells import Cell
from ..parameters import Parameter, must_be, names_of, unknown
from ..plots import plot
from ..propagation import placed_on
from ..protocols import Nothing, Protocol, Together
from ..simulation import A_CELL, A_PROTOCOL, T_STOP, by_name
from ..views import in_words
from . import held_traces
from .code import as_code
from .frame import Frame, button, paragraph, say
from .knob import Knob
from .live_figure import LiveFigure
from .presets import OWN_BUTTONS, STIMULATED_LENGTH, Preset, State, changed, presets_of
from .run import Run

SAME_MOVE = 0.8  # s within which changes of one knob count as one move
MOVES_REMEMBERED = 200
BOXES = {"frozen": "freeze {} at rest", "reset": "reset {} as the last pulse begins"}


def explore(
    cell: Cell | Fibre, protocol: Any = None, view: str | Sequence[str] = "voltage", *,
    knobs: Sequence[str] | Mapping[str, tuple[float, float]] = (),
    presets: Mapping[str, Any] | Sequence[str] | None = None,
    freeze: Sequence[str] = (), reset: Sequence[str] = (), t_stop: float | None = None,
    start: Mapping[str, float] | None = None, electrodes: Sequence[float] | None = None,
) -> "Bench":  # fmt: skip
    """A bench for a cell with a stimulus: a live figure with knobs.

    With an axon instead of a cell, the stimulus can be a list of pairs of a stimulus and its place, as in `propagate`.
    A preset can then be an axon, such pairs, or a cell for the membrane of the axon. There are also knobs for the place
    of the stimulus, "at", and for the electrodes, "x_1" and "x_2".

    Parameters
    ----------
    cell : Cell, Axon or MyelinatedAxon
        What to start from; the button Reset goes back to it.
    protocol : Protocol, optional
        Its stimulus, if any. For an axon also pairs of a stimulus and its place in cm, as `propagate` takes them.
    view : str or sequence of str, default "voltage"
        The names of the panels, as in `plot`: "voltage", "stimulus", "currents", "conductances", "gates", ...
    knobs : sequence of str, or dict of str to (float, float)
        The parameters of the cell or the protocol whose knobs are in sight; the others are folded away. With
        {"amplitude": (-2, 2)} a slider goes from one value to the other instead of over its usual span. On an axon,
        "at" is the place of a stimulus, and "x_1", "x_2" are those of the electrodes.
    presets : dict or sequence of str, optional
        Buttons, each with what it puts on the bench: values {"TTX": {"g_Na": 0}}, a cell, an axon, a protocol, or a
        list of these; or just names of drugs, ("TTX", "TEA"). On an axon, a cell is a new membrane for it.
    freeze : sequence of str
        Gates or concentrations that can be frozen at their resting value, each with a box to tick.
    reset : sequence of str
        Gates that can be put back to their resting value when the last pulse begins, each with a box to tick.
    t_stop : float, optional
        Length of a recording, ms; without it, 25 ms after the stimulus.
    start : dict of str to float, optional
        The state that a recording begins with, as in `simulate`; what it does not name begins at rest.
    electrodes : sequence of float, optional
        Where the recording electrodes of an axon are, cm; without it, two, at a quarter and three quarters of it.

    Returns
    -------
    Bench
        The bench, which a notebook shows.

    Raises
    ------
    ValueError
        If a view, knob, gate, drug or parameter is unknown, or a value is out of range.
    """
    must_be(Cell | Fibre, A_CELL, cell)
    if isinstance(cell, Fibre):
        first = State(cell, _on_axon(cell, protocol, electrodes, reset, start))
    else:
        given = Nothing() if protocol is None else protocol
        must_be(Protocol, A_PROTOCOL, given)
        first = State(cell, given)
    length = None if t_stop is None else T_STOP.check(t_stop)
    boxes = {
        "frozen": _gates(cell, freeze) if isinstance(cell, Fibre) else _freezable(cell, freeze),
        "reset": _gates(cell, reset),
    }
    return Bench(
        first,
        names_of(view) or ["voltage"],
        _spans(knobs),
        presets_of(presets, first),
        boxes,
        length,
        by_name(start, "start"),
    )


def _on_axon(axon: Fibre, protocol: Any, electrodes: Any, reset: Any, start: Any) -> Together:
    """The stimuli and electrodes on an axon at the beginning."""
    if reset or start:
        raise ValueError("an axon starts at rest, and its gates cannot be reset: leave reset= and start= out")
    where = (axon.length / 4, 3 * axon.length / 4) if electrodes is None else electrodes
    places = [round(x, 3) for x in where] if electrodes is None else where
    return placed_on(axon, protocol, 0.0, STIMULATED_LENGTH, places)


def _gates(cell: Cell | Fibre, names: str | Sequence[str]) -> dict[str, str]:
    """Gates by full name, each with the name that was given."""
    return {cell.gate_names[cell.gate_number(name)]: name for name in names_of(names)}


def _spans(knobs: Any) -> dict[str, Any]:
    """Knobs by name, each with the span of its slider, or None for the usual one."""
    return dict(knobs) if isinstance(knobs, Mapping) else dict.fromkeys(names_of(knobs))


def _freezable(cell: Cell, names: str | Sequence[str]) -> dict[str, str]:
    """The same for what can be frozen: gates, and concentrations such as "Ca_in"."""
    inside = {name: name for name in names_of(names) if name in {pool.name for pool in cell.pools}}
    return inside | _gates(cell, [name for name in names_of(names) if name not in inside])


class Bench(Frame):
    """What `explore` returns. `cell`, `protocol`, `frozen` and `recording` belong to the picture that is shown."""

    recording: Any

    def __init__(
        self, start: State, views: Sequence[str], knobs: Mapping[str, Any], presets: Mapping[str, Preset],
        boxes: Mapping[str, Mapping[str, str]], t_stop: float | None, begin: Mapping[str, float],
    ) -> None:  # fmt: skip
        self.state, self._start, self._run = start, start, Run(start, t_stop, begin)
        self._past: list[State] = []
        self._spans = knobs
        self._last_move = ("", 0.0)
        self.held: dict[str, Any] = {}
        self.live = LiveFigure(views)
        declared = self._declared()
        for name in knobs:
            if name not in declared:
                unknown("this bench", "parameter", name, declared)
        self.knobs = {name: self._knob(declared[name]) for name in knobs}
        self.boxes = {
            (kind, gate): widgets.Checkbox(
                False, description=BOXES[kind].format(name), indent=False, layout={"width": "auto"}
            )
            for kind, gates in boxes.items()
            for gate, name in gates.items()
        }
        self.buttons = {name: button(name) for name in (*presets, *OWN_BUTTONS)}
        self.drops = {letter: button(f"Drop {letter}") for letter in held_traces.LETTERS}
        self.notice, self.table, self.listing = widgets.HTML(), widgets.HTML(), widgets.HTML()
        self.more = widgets.ToggleButton(
            False, description="More knobs", icon="caret-right", layout={"width": "auto", "align_self": "flex-start"}
        )
        self.folded = widgets.VBox()
        self._listen(presets)
        self._attempt(start, refuse=True)
        super().__init__(self._laid_out(presets), "bench")

    @property
    def cell(self) -> Any:
        """The cell, or the axon, on the bench."""
        return self.state.cell

    @property
    def protocol(self) -> Protocol:
        """Its stimulus."""
        return self.state.protocol

    @property
    def frozen(self) -> frozenset[str]:
        """The gates and concentrations that are frozen at rest."""
        return self.state.frozen

    @property
    def code(self) -> str:
        """Python code that gives exactly the same recording."""
        views = [view.name for view in self.live.panels.views]
        return as_code(*self.state[:2], views, self._run.asked(self.state), _variables())

    def _declared(self) -> dict[str, Parameter]:
        around = self.protocol.parameters()
        if isinstance(self.cell, Fibre):
            ends = 0.0, self.cell.length
            around = {name: replace(p, slider=ends) if p.unit == "cm" and p.name[:4] != "over" else p
                      for name, p in around.items()}  # fmt: skip
        return {**self.cell.parameters(), **around}

    def _knob(self, parameter: Parameter) -> Knob:
        began = {**self._start.cell.parameters(), **self._start.protocol.parameters()}.get(parameter.name, parameter)
        span = self._spans.get(parameter.name)
        shown = parameter.between(span) if span else parameter
        return Knob(shown, began.value, lambda name, value: self.set(**{name: value}))

    def _laid_out(self, presets: Iterable[str]) -> list[widgets.Widget]:
        rows = [list(presets), ["Undo", "Reset", "Hold"], ["Save data", "Save picture", "Code"]]
        wrap = {"flex_flow": "row wrap"}
        preset_row, moves, exports = (widgets.HBox([self.buttons[n] for n in row], layout=wrap) for row in rows)
        left = widgets.VBox(
            [*self.knobs.values(), *self.boxes.values(), preset_row, moves, self.notice, self.more, self.folded],
            layout={"width": "398px", "flex": "0 0 auto"},
        )
        drops = widgets.HBox(list(self.drops.values()), layout=wrap)
        right = widgets.VBox(
            [self.live, self.table, drops, exports, self.listing],
            layout={"flex": "1 1 470px", "min_width": "320px", "max_width": "730px"},
        )
        both = widgets.Box([left, right], layout={"display": "flex", "flex_flow": "row wrap", "width": "100%"})
        return [both]

    def _listen(self, presets: Mapping[str, Preset]) -> None:
        for (kind, gate), box in self.boxes.items():
            box.observe(lambda change, kind=kind, gate=gate: self._tick(kind, gate, change["new"]), "value")
        does: dict[str, Callable[[], None]] = {
            "Undo": self.undo, "Reset": self.reset, "Hold": self.hold, "Code": self._toggle_code,
            "Save data": lambda: self.save("recording.csv", "text/csv", self.recording.csv().encode()),
            "Save picture": lambda: self.save("recording.png", "image/png", self.picture.png),
        }  # fmt: skip
        does |= {name: functools.partial(self._put, preset, name) for name, preset in presets.items()}
        for name, act in does.items():
            self.buttons[name].on_click(lambda _, act=act: act())
        for letter, drop in self.drops.items():
            drop.on_click(lambda _, letter=letter: self.drop(letter))
        self.more.observe(lambda _: self._unfold(), "value")

    def set(self, **changes: float) -> None:
        """Set parameters by name, as the knobs do. A value that is not possible is refused; the picture stays."""
        self._put(lambda state: changed(state, changes), " ".join(changes))

    def _put(self, preset: Preset, name: str) -> None:
        try:
            wanted = preset(self.state)
        except ValueError as error:
            self._refuse(error)
        else:
            self._attempt(wanted, name)

    def _tick(self, kind: str, gate: str, on: bool) -> None:
        ticked: frozenset[str] = getattr(self.state, kind)
        if on != (gate in ticked):
            changes: dict[str, Any] = {kind: ticked ^ {gate}}
            self._attempt(self.state._replace(**changes), f"{kind} {gate}")

    def reset(self) -> None:
        """Go back to the cell and the protocol that the bench started with."""
        self._attempt(self._start, "Reset")

    def undo(self) -> None:
        """Take the last move back; quick changes of one knob count as one move."""
        if not self._past:
            return self._say("There is nothing to undo.")
        before = self._past.pop()
        self._last_move = ("", 0.0)
        self._attempt(before, remember=False)

    def hold(self) -> None:
        """Hold the present trace in the picture, to compare the next ones with it; up to four traces."""
        free = [letter for letter in held_traces.LETTERS if letter not in self.held]
        if not free:
            return self._say(f"{len(self.held)} traces are held already: drop one first.")
        self.held = dict(sorted([*self.held.items(), (free[0], self.recording)]))
        self._show()

    def drop(self, letter: str) -> None:
        """Remove a held trace from the picture."""
        self.held.pop(letter, None)
        self._show()

    def _attempt(self, wanted: State, name: str = "", *, remember: bool = True, refuse: bool = False) -> None:
        """Simulate and show. On ValueError nothing changes, and a notice says why."""
        try:
            recording = self._run.record(wanted)
        except ValueError as error:
            if refuse:
                raise
            return self._refuse(error)
        if remember and wanted != self.state:
            self._remember(name)
        self.state, self.recording = wanted, recording
        self._show()

    def _remember(self, name: str) -> None:
        before, then = self._last_move
        now = time.monotonic()
        if name != before or now - then > SAME_MOVE or not self._past:
            self._past = [*self._past[-MOVES_REMEMBERED:], self.state]
        self._last_move = (name, now)

    def _show(self) -> None:
        """Update everything to the state: picture, text, knobs, table, code."""
        labels = [held_traces.NOW, *self.held] if self.held else [""]
        self.live.show([self.recording, *self.held.values()], labels)
        self._say("")
        self._show_knobs()
        say(self.table, held_traces.table(self.recording, self.held) if self.held else "")
        for letter, drop in self.drops.items():
            drop.layout.display = None if letter in self.held else "none"
        if self.listing.value:
            self._list_code()

    def _refuse(self, error: ValueError) -> None:
        self._say(f"{error}. The bench stays as it was.")
        self._show_knobs()

    def _say(self, sentence: str) -> None:
        say(self.notice, paragraph(sentence, "notice", role="alert"))

    def _show_knobs(self) -> None:
        """Set knobs and boxes to the values of the picture."""
        declared = self._declared()
        for name, knob in self.knobs.items():
            if name in declared:
                knob.put(declared[name].value)
            knob.layout.display = None if name in declared else "none"
        for (kind, gate), box in self.boxes.items():
            box.value = gate in getattr(self.state, kind)
        if self.more.value and any(name not in self.knobs for name in declared):
            self._unfold()

    def _unfold(self) -> None:
        """Show or hide the knobs of all other parameters, by group. They are made when they are first shown."""
        self.more.icon = "caret-down" if self.more.value else "caret-right"
        self.folded.layout.display = None if self.more.value else "none"
        if not self.more.value:
            return
        thing = "the axon" if isinstance(self.cell, Fibre) else "the membrane"
        declared = self._declared()
        around = {name: p for name, p in declared.items() if name in self.protocol.parameters()}
        sections = {"the stimulus": around, thing: self.cell.parameters()}
        for title, parameters in sections.items():
            missing = [p for name, p in parameters.items() if name not in self.knobs]
            if not missing:
                continue
            self.knobs |= {p.name: self._knob(p) for p in missing}
            heading = widgets.HTML(f'<div class="hhlab-heading">{title[0].upper()}{title[1:]}</div>')
            self.folded.children = (*self.folded.children, heading, *(self.knobs[p.name] for p in missing))

    @property
    def picture(self) -> Any:
        """The present picture, with held traces and cursor, as from `plot`."""
        shown = {held_traces.NOW: self.recording, **self.held} if self.held else self.recording
        moment = None if self.live.cursor < 0 else min(self.live.cursor, float(self.recording.t[-1]))
        return plot(shown, *(view.name for view in self.live.panels.views), at=moment)

    def _toggle_code(self) -> None:
        if self.listing.value:
            self.listing.value = ""
        else:
            self._list_code()
            self.copy(self.code)

    def _list_code(self) -> None:
        listed = paragraph(self.code).replace("<div", '<pre tabindex="0" aria-label="code of this state"', 1)
        note = paragraph("Paste these lines into a cell: they give the same numbers.")
        say(self.listing, listed.replace("</div>", "</pre>") + note)

    def still(self) -> tuple[str, bytes]:
        return in_words(self.recording), self.picture.png


def _variables() -> Mapping[str, Any]:
    """The variables of the notebook; none where there is no notebook."""
    try:
        from IPython.core.getipython import get_ipython
    except ImportError:
        return {}
    shell: Any = get_ipython()
    return {} if shell is None else shell.user_ns
