"""From an axon and its stimuli to a recording of all of it: checks what was asked for, and packs it for the kernel."""

import functools
import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import kernel
from .axon_recording import AxonRecording
from .axons import Fibre, resting_conductance
from .cells import Cell
from .gates import table
from .pack import distinct, from_outside, jumps_of, membrane_of, rich_of, room_for
from .parameters import must_be, tidy
from .places import Electrode, Placed, stimuli, together
from .protocols import Nothing, Protocol, Together
from .recording import KEEP_ALL, KEEP_V
from .simulate import (
    A_PROTOCOL,
    FARTHEST,
    Floats,
    number_of_steps,
    refuse_runaway,
    time_step,
    times,
    within_memory,
)

Ints = NDArray[np.int64]

AN_AXON = "an axon: give one such as Axon(diameter=476, length=5)"
SETTLING, SLOW, TIMES = 3.0, 0.8, 0.5
"""A recording goes on for 3 ms, and half a time constant (0.8 ms at most) for each length constant of the axon."""
DIGITS = 9
Where = Protocol | Sequence[Any] | None


def propagate(
    axon: Fibre, protocol: Where = None, at: float = 0.0, *, over: float = 0.1, t_stop: float | None = None,
    dt: float | None = None, every: int = 1, electrodes: Sequence[float] = (), freeze: Sequence[str] = (),
) -> AxonRecording:  # fmt: skip
    """The recording of an axon from its resting state: V all along it, and all else of any place.

    Gates are not kept. Whoever asks a place for gates, conductances or currents has the axon run once more.

    Parameters
    ----------
    axon : such as Axon(diameter=476, length=5), Axon(Neuron()) or MyelinatedAxon().
    protocol : a stimulus, in uA/cm2 of the membrane that it covers; or several, each with its place in cm:
        [(Step(1000, 0.5, 0.2), 0.0), (Step(1000, 0.5, 0.2), 5.0)], and a width of its own as a third; None for none.
    at : where a single stimulus is, cm.
    over : the width that each stimulus covers, cm. At an end it is moved in, so that it covers all of it.
    t_stop : how long, ms; None for 3 ms after the stimulus, and enough more to reach the end.
    dt : time step, ms; None for half of what the membrane takes.
    every : keep only every so many steps.
    electrodes : where recording electrodes are, cm, for pictures; `at` of the recording gives any place anyway.
    freeze : gates that stay as they are, all along the axon.

    Raises
    ------
    ValueError
        If the axon is shorter than its length constant or has fewer than 10 patches to it, a stimulus or an electrode
        is not on the axon, a number is out of range, more than 50 million numbers would be stored, or the membrane
        leaves -500 to 500 mV somewhere.
    """
    must_be(Fibre, AN_AXON, axon)
    axon.check()
    placed = placed_on(axon, protocol, at, over, electrodes)
    length = round(placed.end + afterwards(axon), DIGITS) if t_stop is None else t_stop
    dt = time_step(axon, dt)
    steps = number_of_steps(length, dt, every)
    inside = len(axon.row.cells[0].state_names) - 1
    within_memory(steps, every, len(axon.row.x), inside, dt)

    frozen = axon.membrane.gate_names if axon.gates_frozen else _names(freeze)
    asked = axon, stimuli(placed) or [Placed(Nothing())], steps, dt, every, frozen
    kept = _run(KEEP_V, *asked)
    settings = {"dt": dt, "every": every, "freeze": tuple(frozen)}
    again = functools.partial(_run, KEEP_ALL, *asked)
    return AxonRecording(times(steps // every + 1, dt * every), kept.V.T, kept.ions, axon, placed, settings, again)


def _run(
    keep: str, axon: Fibre, sources: list[Placed], steps: int, dt: float, every: int, frozen: Sequence[str]
) -> kernel.Kept:
    """Have the kernel do it, from rest."""
    row = axon.row
    held = frozenset(row.cells[0].state_number(name) for name in frozen)
    state = _resting(row.cells)
    gates = len(row.cells[0].gates)
    membrane, begin = _with_tables(row.cells, dt, frozenset(n - 1 for n in held if 0 < n <= gates))
    plain = row.cells[0].plain
    rich = None if plain else rich_of(row.cells, dt, held, row.cells[0].carrier)
    axial = _axial(axon, sources, begin)
    V, x, ions = state[0].copy(), state[1 : 1 + gates].copy(), state[1 + gates :].copy()
    kept = room_for(keep, steps // every + 1, V, x, ions)._replace(times=np.empty((0, V.size)))
    jumps = jumps_of(row.cells, sources, axial.share, {}, dt)
    outer = from_outside(sources, steps, dt)
    step, _ = kernel.run(membrane, rich, axial, V, x, ions, outer, jumps, dt, every, FARTHEST, kept)
    if step >= 0:
        refuse_runaway(step * dt, max(sources, key=lambda part: abs(part.strongest)))
    return kept


def placed_on(axon: Fibre, protocol: Any, at: float, over: float, electrodes: Sequence[float]) -> Together:
    """All that is on an axon as one protocol: electrodes, and stimuli with their places."""
    parts: list[Protocol]
    if isinstance(protocol, Together) and any(isinstance(part, Placed | Electrode) for part in protocol.parts):
        parts = list(protocol.parts)
    else:
        parts = [Placed(*each) for each in _placed(protocol, at, over)]
    must_be(Iterable, "a list of places in cm: give one such as (1, 4)", electrodes)
    parts += [Electrode(x) for x in electrodes]
    for part in parts:
        (name, what), value = _kind(part), part.parameters()[_kind(part)[0]].value
        if value > axon.length * (1 + 1e-9):
            raise ValueError(
                f"{name} = {tidy(value)} cm: {what} lies beyond the end of this axon, which is {axon.length:.4g} cm "
                "long: move it in, or take a longer axon"
            )
    return together(parts)


def _kind(part: Protocol) -> tuple[str, str]:
    """What the place of a stimulus or an electrode is called, and what that is."""
    return ("at", "a stimulus") if isinstance(part, Placed) else ("x", "an electrode")


def _placed(protocol: Any, at: float, over: float) -> list[tuple[Protocol, float, float]]:
    """Each stimulus with its place and its width."""
    if protocol is None or isinstance(protocol, Nothing):
        return []
    if isinstance(protocol, Protocol):
        return [(protocol, at, over)]
    must_be(Iterable, A_PROTOCOL, protocol)
    found = [tuple(each) if isinstance(each, list | tuple) else (each,) for each in protocol]
    must_be(Protocol, A_PROTOCOL, *(each[0] if each else None for each in found))
    if any(len(each) not in (2, 3) for each in found):
        raise ValueError("a stimulus has no place: give pairs such as (Step(1000, 0.5, 0.2), 0.0), the place in cm")
    return [(*each, over)[:3] for each in found]


def afterwards(axon: Fibre) -> float:
    """How long in ms a recording goes on after the stimulus, unless told otherwise."""
    constant = axon.membrane.parameters()["C"].value / max(resting_conductance(axon.membrane), 1e-9)
    return math.ceil(SETTLING + min(SLOW, TIMES * constant) * axon.length / axon.length_constant)


def _names(freeze: Any) -> tuple[str, ...]:
    given = (freeze,) if isinstance(freeze, str) else freeze
    must_be(Iterable, "the gates to freeze: give their names, such as ('K.n',)", given)
    return tuple(given)


def _resting(cells: list[Cell]) -> Floats:
    """The resting state of each patch; shape (states, N)."""
    own, which = distinct(cells)
    return np.array([cell.state(None) for cell in own])[which].T


def _with_tables(cells: list[Cell], dt: float, frozen: frozenset[int]) -> tuple[kernel.Membrane, Ints]:
    """The membrane, and where in its table the tables of each patch begin: one for each temperature."""
    own, which = distinct(cells)
    warmths = list(dict.fromkeys(cell.temperature for cell in own))
    gates = cells[0].gates
    if len(warmths) > 1 and any(gate.ion for gate in gates):
        raise ValueError(f"{type(cells[0]).__name__} has gates that read a concentration: it has the same T all along")
    tables = [table(gates, T, dt, frozen) for T in warmths]
    begin = np.array([warmths.index(cell.temperature) * tables[0].size for cell in own], np.int64)[which]
    return membrane_of(cells, tables[0] if len(tables) == 1 else np.concatenate(tables)), begin


def _axial(axon: Fibre, sources: list[Placed], begin: Ints) -> kernel.Axial:
    row = axon.row
    share = np.array([part.share(row.x, row.width, axon.length) for part in sources])
    covered = [np.flatnonzero(each) for each in share]
    return kernel.Axial(
        left=np.concatenate(([0.0], row.joint)) / row.area,
        right=np.concatenate((row.joint, [0.0])) / row.area,
        begin=begin,
        share=share,
        reach=np.array([(each[0], each[-1] + 1) if each.size else (0, 0) for each in covered], np.int64),
    )
