"""The state of a bench, and what each button changes in it."""

import functools
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from ..axons import Fibre
from ..cells import Cell
from ..drugs import blocked
from ..parameters import must_be, names_of, no_such
from ..placement import Electrode
from ..propagation import placed_on
from ..protocols import Protocol
from ..simulation import A_PROTOCOL
from .words import sentence

PRESETS = '{given} cannot be used for presets: give the values that each button sets, such as {"TTX": {"g_Na": 0}}'
STIMULATED_LENGTH = 0.1  # cm of an axon that a stimulus covers
OWN_BUTTONS = "undo", "reset", "hold", "more"
"""Their names stand in `words.toml`."""


class State(NamedTuple):
    """What is on the bench: a cell with its stimulus, or an axon with its stimuli and electrodes."""

    cell: Any
    protocol: Protocol
    frozen: frozenset[str] = frozenset()
    reset: frozenset[str] = frozenset()


Preset = Callable[[State], State]


def holds(preset: Preset, state: State) -> bool:
    """Whether all that a preset sets is so already."""
    try:
        return preset(state) == state
    except ValueError:
        return False


def taken_back(preset: Preset, state: State, start: State) -> State:
    """A state in which what a preset sets is again as it is at the start; the rest stays."""
    there = preset(start)
    if type(there.cell) is type(start.cell) is not type(state.cell):  # a drug, on another cell than at the start
        start = start._replace(cell=type(state.cell)())
        there = preset(start)
    cell, protocol = (_as_at_start(*each) for each in zip(state[:2], there[:2], start[:2], strict=True))
    return _on(state._replace(protocol=protocol), cell)


def _as_at_start(now: Any, there: Any, start: Any) -> Any:
    """The cell or protocol of a state with its own values, but for those in which one with a preset differs."""
    if there == start:
        return now
    ours, theirs = start.parameters(), there.parameters()
    if type(there) is not type(start) or type(now) is not type(start) or ours.keys() != theirs.keys():
        return start
    return now.replace(**{name: ours[name].value for name in ours if ours[name].value != theirs[name].value})


def presets_of(given: Any, start: State) -> dict[str, Preset]:
    """What each button does to a state, tried once on the state that the bench starts with."""
    if given is None or isinstance(given, str | list | tuple | set):
        given = {name: name for name in names_of([] if given is None else given)}
    must_be(Mapping, PRESETS, given)
    own = {sentence(f"bench.{button}") for button in OWN_BUTTONS}
    for name in given:
        if name in own:
            raise ValueError(
                f"a preset cannot be called {name}: the bench has that button already; choose another name"
            )
    found = {str(name): _preset(what) for name, what in given.items()}
    for preset in found.values():
        preset(start)
    return found


def _preset(what: Any) -> Preset:
    if isinstance(what, Cell | Fibre):
        return lambda state: _on(state, what)
    if isinstance(what, Protocol) or _are_places(what):
        return lambda state: state._replace(protocol=_instead(state, what))
    if isinstance(what, str):
        return lambda state: state._replace(cell=blocked(state.cell, what))
    if isinstance(what, list | tuple):
        parts = [_preset(each) for each in what]
        return lambda state: functools.reduce(lambda now, part: part(now), parts, state)
    must_be(Mapping, PRESETS, what)
    return lambda state: changed(state, what)


def _are_places(what: Any) -> bool:
    """Whether these are stimuli with their places."""
    pairs = what if isinstance(what, list | tuple) else ()
    return bool(pairs) and all(isinstance(each, tuple) and each and isinstance(each[0], Protocol) for each in pairs)


def _instead(state: State, what: Any) -> Protocol:
    """Another protocol; the electrodes of an axon stay."""
    if not isinstance(state.cell, Fibre):
        must_be(Protocol, A_PROTOCOL, what)
        return what
    electrodes = [part for part in state.protocol.parts if isinstance(part, Electrode)]
    return placed_on(state.cell, what, 0.0, STIMULATED_LENGTH, [part.x for part in electrodes])


def _on(state: State, cell: Any) -> State:
    """Another cell, or another membrane of the axon; gates that it does not have are no longer frozen or reset."""
    if isinstance(state.cell, Fibre) and not isinstance(cell, Fibre):
        cell = state.cell.replace(membrane=cell)
    elif isinstance(cell, Fibre) and not isinstance(state.cell, Fibre):
        raise ValueError("this bench holds a cell: start it with an axon to put axons on it")
    there = set(cell.gate_names) if isinstance(cell, Fibre) else set(cell.state_names[1:])
    return state._replace(cell=cell, frozen=state.frozen & there, reset=state.reset & there)


def changed(state: State, changes: Mapping[str, float]) -> State:
    """A state with other values of parameters of the cell or of the protocol."""
    of_cell, around = state.cell.parameters(), state.protocol.parameters()
    for name in changes:
        if name not in of_cell and name not in around:
            no_such(f"this bench has no parameter {name}", name, of_cell | around)
    for_cell = {name: value for name, value in changes.items() if name in of_cell}
    others = {name: value for name, value in changes.items() if name not in of_cell}
    cell = state.cell.replace(**for_cell) if for_cell else state.cell
    return state._replace(cell=cell, protocol=state.protocol.replace(**others) if others else state.protocol)
