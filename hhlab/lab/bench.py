"""The bench: one widget, whose browser part draws what is sent here and tells what was moved, typed or pressed.

The browser sends one message at a time, with the latest value, and the next when its answer has arrived. An answer is
the whole picture, in one message: `shown`, which is small, and `points`, the curves. What seldom changes is sent apart.
"""

import sys
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import traitlets
from IPython import get_ipython

from ..axons import Fibre
from ..languages import told, translated
from ..parameters import Parameter, Typed, brief, no_such, pair, pretty, shown, tidy
from ..protocols import LONGEST, Protocol
from ..views import DARK, in_words, moment_in_words, ordered
from . import held_traces
from .code import as_code
from .drawing import RANGE, Drawing, clock
from .frame import Live, Stilled, in_browser, sendable
from .knob import knob
from .presets import Preset, State, changed, holds, taken_back
from .run import Run
from .words import sentence

SAME_MOVE = 0.8  # s within which changes of one knob count as one move
MOVES_REMEMBERED = 200
LONG = 0.015  # s: where a move of a knob takes longer, a preview is shown while its slider is dragged
PICTURES_REMEMBERED = 3  # so many of the last can be held: one move is under way at most when Hold is pressed
MOMENT = Parameter(0.0, "ms", -LONGEST, LONGEST, "moment")
LEAST_PART = 1e-4  # of the time axis that is shown
ASKED: dict[str, dict[str, Any]] = {
    "set": {"name": str, "value": int | float, "coarse": bool | None}, "type": {"name": str, "value": str},
    "preset": {"name": str}, "tick": {"kind": str, "gate": str, "on": bool}, "undo": {}, "reset": {},
    "hold": {"picture": int | None}, "drop": {"letter": str},
    "look": {"cursor": int | float | None, "zoom": list | tuple | None}, "code": {}, "save": {"what": str},
    "keep": {},
}  # fmt: skip
"""What the browser may ask for, and what it tells with that."""
BOXES = "frozen", "reset"
BLUE_TO_RED = "053061 2166AC 4393C3 92C5DE D1E5F0 F7F7F7 FDDBC7 F4A582 D6604D B2182B 67001F"
"""`COLOURS_OF_V`, at equal distances. To load Matplotlib for them takes seconds in a browser."""
ANCHORS = np.array([list(bytes.fromhex(colour)) for colour in BLUE_TO_RED.split()]).T
PALETTE = np.stack([np.interp(np.linspace(0, 10, 256), np.arange(11), each) for each in ANCHORS], axis=-1)


class Bench(Stilled, Live):
    """What `explore` returns. `cell`, `protocol`, `frozen` and `recording` belong to the picture that is shown."""

    _esm = in_browser("membrane.js", "bench.js")
    kind = "bench"
    sections = ("lost", "bench", "membrane")
    fixed: Any = traitlets.Dict().tag(sync=True)
    knobs: Any = traitlets.List().tag(sync=True)
    palette = traitlets.Bytes(PALETTE.round().astype(np.uint8).tobytes()).tag(sync=True)
    shown: Any = traitlets.Dict().tag(sync=True)
    points = traitlets.Bytes().tag(sync=True)
    scene: Any = traitlets.Dict().tag(sync=True)

    def __init__(
        self, start: State, views: Sequence[str], knobs: Mapping[str, Any], presets: Mapping[str, Preset],
        boxes: Mapping[str, Mapping[str, str]], t_stop: float | None, begin: Mapping[str, float],
        held: Mapping[str, Any],
    ) -> None:  # fmt: skip
        super().__init__()
        self._views = ordered(views)
        self.state, self._start, self._run = start, start, Run(start, t_stop, begin)
        self._presets, self._spans = presets, knobs
        self._past: list[State] = []
        self._last_move = ("", 0.0)
        self._pictures: OrderedDict[int, Any] = OrderedDict()
        self.held = dict(held)
        self.cursor: float | None = None
        self.zoom: tuple[float, float] | None = None
        self.notice, self._about, self._lists_code = "", "", False
        self.recording: Any = None
        self._answered: Any = None
        self._hears = False
        self._preview, self._moved = False, ""
        self._took: dict[str, float] = {}  # s that the last exact answer to each knob took
        declared = self._declared()
        for name in knobs:
            if name not in declared:
                no_such(f"this bench has no parameter {name}", name, declared)
        ticks = [
            [kind, gate, sentence(f"knobs.{kind}", name=name)] for kind in BOXES for gate, name in boxes[kind].items()
        ]
        self.fixed = {
            "views": [view.name for view in self._views], "range": RANGE, "dark": DARK,
            "presets": [(name, translated(name)) for name in presets],
            "boxes": ticks, "start": {name: parameter.value for name, parameter in declared.items()},
        }  # fmt: skip
        self._acts: dict[str, Callable[..., None]] = {
            "set": self._move,
            "type": lambda name, value: self.set(**{name: Typed(value)}),
            "preset": self.press, "tick": self.tick, "undo": self.undo, "reset": self.reset, "hold": self.hold,
            "drop": self.drop, "look": self.look, "code": self._toggle_code, "save": self._save,
            "keep": self.renew_still,
        }  # fmt: skip
        self._attempt(start, refuse=True)
        self.on_msg(lambda _, message, __: self.hear(message))

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
        return as_code(*self.state[:2], self.fixed["views"], self._run.asked(self.state), _variables())

    @property
    def picture(self) -> Any:
        """The present picture, with held traces and cursor, as from `plot`."""
        from ..plots import legible, plot

        with legible():
            now = sentence("traces.now")
        shown = {now: self.recording, **self.held} if self.held else self.recording
        return plot(shown, *self.fixed["views"], at=self._moment())

    def still(self) -> tuple[str, bytes]:
        """What a page without a kernel shows.

        In a browser, where a picture takes long, it has one only once Matplotlib is loaded and the bench rests.
        """
        drawn = sys.platform != "emscripten" or (self._hears and "matplotlib" in sys.modules)
        return self._text, self.picture.png if drawn else b""

    def hear(self, message: Any) -> None:
        """Do what a message of the browser asks for, and answer it. What is not understood changes nothing."""
        told = message if isinstance(message, Mapping) else {}
        what, given, number = str(told.get("do")), told.get("with", {}), told.get("n")
        kinds = ASKED.get(what) if isinstance(given, Mapping) else None
        self._hears, self._moved, begun = True, "", time.monotonic()  # it hears, so that all is shown once
        try:
            if kinds is not None and all(isinstance(given.get(name), kind) for name, kind in kinds.items()):
                self._acts[what](**{name: given.get(name) for name in kinds})
        finally:
            self._hears = False
            self._answered = sendable(number) if isinstance(number, str) else None
            self._show()
            if self._moved and not self._preview:
                self._took[self._moved] = time.monotonic() - begun

    def set(self, /, **changes: Any) -> None:
        """Set parameters by name, as the knobs do. A value that is not possible is refused; the picture stays."""
        self._try(lambda state: changed(state, changes), " ".join(changes))

    def _move(self, name: str, value: float, coarse: bool | None) -> None:
        """Follow a slider; while it is dragged on a bench that takes long, with a preview."""
        self._moved = name
        self._try(
            lambda state: changed(state, {name: value}), name, coarse=bool(coarse) and self._took.get(name, 0.0) > LONG
        )

    def press(self, name: str) -> None:
        """Put a preset on the bench, or take it off again where all that it sets is so already."""
        self._last_move = ("", 0.0)  # each press is a move of its own
        self._try(lambda state: self._pressed(name, state), name)

    def _pressed(self, name: str, state: State) -> State:
        if name not in self._presets:
            no_such(f"this bench has no preset {name}", name, self._presets)
        preset = self._presets[name]
        return taken_back(preset, state, self._start) if holds(preset, state) else preset(state)

    def tick(self, kind: str, gate: str, on: bool) -> None:
        """Freeze a gate or a concentration, or reset a gate as the last pulse begins; or do so no more."""
        self._last_move = ("", 0.0)
        self._try(lambda state: _ticked(kind, gate, on, state), f"{kind} {gate}")

    def reset(self) -> None:
        """Go back to the cell and the protocol that the bench started with."""
        self._attempt(self._start, "Reset")

    def undo(self) -> None:
        """Take the last move back; quick changes of one knob count as one move."""
        if not self._past:
            return self._say(sentence("notice.nothing_to_undo"))
        before = self._past.pop()
        self._last_move = ("", 0.0)
        self._attempt(before, remember=False)

    def hold(self, picture: int | None = None) -> None:
        """Hold a trace in the picture, to compare the next ones with it; up to four. Without a number the last one."""
        free = [letter for letter in held_traces.LETTERS if letter not in self.held]
        if not free:
            return self._say(sentence("notice.all_held", count=len(self.held)))
        rec = self._pictures.get(picture, self.recording) if picture is not None else self.recording
        self.held = dict(sorted([*self.held.items(), (free[0], rec)]))
        self._renew()

    def drop(self, letter: str) -> None:
        """Remove a held trace from the picture."""
        self.held.pop(letter, None)
        self._renew()

    def look(self, cursor: float | None = None, zoom: Sequence[float] | None = None) -> None:
        """Put the cursor at a moment (ms), or take it away, and show a part of the time axis (ms), or all of it."""
        two = f"zoom = {shown(zoom)} is not two moments: give the first and the last that are shown, in ms"
        try:
            moment = None if cursor is None else max(MOMENT.renamed("cursor").check(cursor), 0.0)
            part = None if zoom is None else sorted(map(MOMENT.renamed("zoom").check, pair(zoom, two)))
        except ValueError as error:
            return self._refuse(error, "")
        self.cursor, self.zoom = moment, (part[0], part[1]) if part else None
        self._show()

    def _save(self, what: str) -> None:
        if what == "data":
            self._offer("recording.csv", "text/csv", self.recording.csv().encode())
        else:
            self._offer("recording.png", "image/png", self.picture.png)

    def _offer(self, name: str, kind: str, data: bytes) -> None:
        self.send({"save": name, "type": kind}, [data])

    def _toggle_code(self) -> None:
        self._lists_code = not self._lists_code
        if self._lists_code:
            self.send({"copy": self.code})

    def _try(self, preset: Preset, name: str, *, coarse: bool = False) -> None:
        try:
            wanted = preset(self.state)
        except ValueError as error:
            self._refuse(error, name)
        else:
            self._attempt(wanted, name, coarse=coarse)

    def _attempt(
        self, wanted: State, name: str = "", *, remember: bool = True, refuse: bool = False, coarse: bool = False
    ) -> None:
        """Simulate. On ValueError nothing changes, and a notice says why."""
        try:
            recording = self._run.record(wanted, coarse)
            if wanted.cell.state_names != self.cell.state_names:  # a view may not know what its gates read
                Drawing(self._views, [recording], [""], None, None)
        except ValueError as error:
            if refuse:
                raise
            return self._refuse(error, name)
        if self.recording is None:
            self._views = [view.on_bench(recording) for view in self._views]
        if remember and wanted != self.state:
            self._remember(name)
        number = next(reversed(self._pictures), 0)
        if self._preview and wanted == self.state:  # Hold keeps the exact recording, not its preview
            self._pictures[number] = recording
        self.state, self.recording, self._preview = wanted, recording, coarse
        self._pictures[number + 1] = recording
        if len(self._pictures) > PICTURES_REMEMBERED:
            self._pictures.popitem(last=False)
        self._renew()

    def _remember(self, name: str) -> None:
        before, then = self._last_move
        now = time.monotonic()
        if name != before or now - then > SAME_MOVE or not self._past:
            self._past = [*self._past[-MOVES_REMEMBERED:], self.state]
        self._last_move = (name, now)

    def _refuse(self, error: ValueError, about: str) -> None:
        said = told(error)
        name = "notice.refused_with_question" if said.endswith(("?", "？")) else "notice.refused"
        self._say(sentence(name, error=said), about)

    def _renew(self) -> None:
        """Put into words what is new to see, and show it. This takes long on an axon, and no cursor changes it."""
        self._text, self._names = in_words(self.recording), held_traces.names(self.recording, self.held)
        self._table = held_traces.table(self.recording, self.held) if self.held else ""
        self._say("")

    def _say(self, text: str, about: str = "") -> None:
        """Say something, about a knob if it is one, and show everything as it is now."""
        self.notice, self._about = sendable(text), sendable(about)
        self._show()

    def _moment(self) -> float | None:
        return None if self.cursor is None else min(self.cursor, float(self.recording.t[-1]))

    def _part(self, end: float) -> tuple[float, float] | None:
        """What is shown of a time axis (ms); None for all of it."""
        if self.zoom is None or self.zoom[0] >= end:
            return None
        low = min(max(self.zoom[0], 0.0), end * (1 - LEAST_PART))
        return low, min(max(self.zoom[1], low + LEAST_PART * end), end)

    def _show(self) -> None:
        """Send everything that there is to see, in one message."""
        if self._hears:
            return
        recordings = [self.recording, *self.held.values()]
        labels, moment = [sentence("traces.now"), *self._names.values()] if self.held else [""], self._moment()
        time_axis = clock(recordings)
        part = self._part(time_axis[0])
        drawing = Drawing(self._views, recordings, labels, moment, part)
        declared = self._declared()
        with self.hold_sync():
            self.knobs = self._knobs(declared)
            self.shown = {
                "answered": self._answered, "picture": next(reversed(self._pictures)), "panels": drawing.panels,
                "title": self._title(), "text": self._text, "notice": self.notice, "about": self._about,
                "values": {name: [p.value, brief(p.value)] for name, p in declared.items()},
                "lit": [name for name, preset in self._presets.items() if holds(preset, self.state)],
                "ticked": [[kind, gate] for kind in BOXES for gate in sorted(getattr(self.state, kind))],
                "cursor": moment, "zoom": part, "clock": time_axis,
                "moment": "" if moment is None else moment_in_words(self.recording, moment),
                "preview": self._preview, "held": self._names, "table": self._table,
                "code": self.code if self._lists_code else "", "canUndo": bool(self._past),
                "atStart": self.state == self._start,
            }  # fmt: skip
            self.points, self.scene = drawing.data, drawing.scene

    def _title(self) -> str:
        temperature = self.cell.parameters().get("T")
        if not temperature:
            return translated(self.cell.title)
        return sentence(
            "traces.title", cell=translated(self.cell.title), T=f"{tidy(temperature.value)}\u00a0{pretty('degC')}"
        )

    def _declared(self) -> dict[str, Parameter]:
        around = self.protocol.parameters()
        if isinstance(self.cell, Fibre):
            ends = 0.0, self.cell.length
            around = {name: replace(p, slider=ends) if p.unit == "cm" and p.name[:4] != "over" else p
                      for name, p in around.items()}  # fmt: skip
        return {**self.cell.parameters(), **around}

    def _knobs(self, declared: Mapping[str, Parameter]) -> list[dict[str, Any]]:
        """All knobs: those in sight in the order that was asked for, then the others by group."""
        began = held_traces.parameters(self._start)
        around = self.protocol.parameters()
        stimulus = sentence("knobs.of_stimulus")
        thing = sentence("knobs.of_axon" if isinstance(self.cell, Fibre) else "knobs.of_cell")
        order = sorted(declared, key=lambda name: name not in around)
        found = []
        for name in [*(each for each in self._spans if each in declared), *(n for n in order if n not in self._spans)]:
            parameter, span = declared[name], self._spans.get(name)
            group = "" if name in self._spans else stimulus if name in around else thing
            found.append(knob(parameter.between(span) if span else parameter, began.get(name, parameter).value, group))
        return found


def _ticked(kind: str, gate: str, on: bool, state: State) -> State:
    """A state with a box ticked, or not."""
    if kind not in BOXES:
        no_such(f"this bench has no box {kind}", kind, BOXES)
    ticked: frozenset[str] = getattr(state, kind)
    changes: dict[str, Any] = {kind: ticked | {gate} if on else ticked - {gate}}
    return state._replace(**changes)


def _variables() -> Mapping[str, Any]:
    """The variables of the notebook; none where there is no notebook."""
    shell: Any = get_ipython()
    return {} if shell is None else shell.user_ns
