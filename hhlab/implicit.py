"""Hours and days of a cell whose concentrations move, by SciPy's implicit solver on the same channels and pump."""

import functools
import itertools
from collections.abc import Callable

import numpy as np

from . import kernel
from . import kernel_layout as layout
from .cells import Cell
from .kernel_arrays import membrane_of, rich_of
from .physics import Floats
from .protocols import Protocol

RTOL, ATOL = 1e-8, 1e-10
COARSER = 1e3  # times larger tolerances take less than half of the time, with errors of a few uV
MOST_EDGES = 200
WIDEST_V = 2000.0  # mV: the solver may try any V, but the currents are those at +- this at most
# What is added to a state for a slope, as a share of it; and the size that a smaller state counts as.
RELATIVE_NUDGE, LEAST_SIZE = 1e-7, 1e-2


def integrate(
    cell: Cell,
    protocol: Protocol,
    t: Floats,
    start: Floats,
    frozen: frozenset[int],
    carrier: int,
    far: float,
    coarse: bool = False,
) -> tuple[Floats, tuple[float, Floats] | None]:
    """V, gates and concentrations (S, n) at the times t (n,) in ms, from a state (S,).

    With it come the moment (ms) at which V passed +-far or a concentration reached 0, if one did, and what was inside
    then (mM).

    `frozen` are numbers of states that do not move; `carrier` is the number of the pool that the stimulus comes from.
    With `coarse` tolerances are wider.
    """
    from scipy.integrate import solve_ivp

    if not all(gate.plain for gate in cell.gates) or any(channel.drive for channel in cell.channels):
        raise ValueError(f"{cell!r} has gates that need small steps: give dt=, or a recording of a minute or less")
    membrane, rich = membrane_of([cell], np.empty(0)), rich_of([cell], 1.0, frozen, list(cell.pool)[carrier])
    wider = COARSER if coarse else 1.0
    edges, slopes = _edges(protocol, float(t[-1])), _slopes(cell, protocol, membrane, rich, frozen)
    shocks = protocol.shocks()
    state, found, ions = start.copy(), np.empty((start.size, t.size)), 1 + len(cell.gates)
    charged = rich.pools.by_charge[carrier, 0] * cell.C

    def escape(_: float, now: Floats) -> float:
        return min(far - abs(float(now[0])), float(now[ions:].min()))

    def shock(when: float) -> None:
        for mV in (size for moment, size in shocks if moment == when):
            state[0] += mV
            state[ions + carrier] += charged * mV

    escape.terminal = True  # type: ignore[attr-defined]
    for begin, end in itertools.pairwise(edges):
        shock(begin)
        if escape(begin, state) <= 0:
            return found, (begin, state[ions:])
        inside = (t >= begin) & (t <= end)
        asked = np.union1d(t[inside], [end])
        solved = solve_ivp(slopes, (begin, end), state, "BDF", t_eval=asked, rtol=wider * RTOL,
                           atol=wider * ATOL, events=escape, jac=functools.partial(_jacobian, slopes))  # fmt: skip
        if solved.status == 1:
            return found, (float(solved.t_events[0][0]), solved.y_events[0][0][ions:])
        if not solved.success or solved.y.shape[1] < asked.size:
            raise ValueError(
                f"{cell!r} changes too fast to be followed for {end:g} ms: take a shorter recording, or give dt="
            )
        found[:, inside] = solved.y[:, np.isin(asked, t[inside])]
        state[:] = solved.y[:, -1]
    shock(edges[-1])
    found[:, -1] = state
    return found, None if escape(edges[-1], state) > 0 else (edges[-1], state[ions:])


def _edges(protocol: Protocol, t_stop: float) -> list[float]:
    """The moments between which the stimulus is smooth."""
    moments = {t for span in protocol.spans() for t in span}
    edges = [0.0, *sorted(t for t in moments if 0 < t < t_stop), t_stop]
    if len(edges) > MOST_EDGES or protocol.waves():
        raise ValueError(
            f"{protocol.in_words()} is too much for a recording of {t_stop:g} ms: make it shorter, or give dt="
        )
    return edges


def _slopes(
    cell: Cell, protocol: Protocol, membrane: layout.Membrane, rich: layout.Rich, frozen: frozenset[int]
) -> Callable[[float, Floats], Floats]:
    """The rate of change of the whole state (S,) at a time."""
    speeds = [gate.speed(cell.temperature) for gate in cell.gates]
    gates = list(enumerate(zip(cell.gates, speeds, strict=True), start=1))
    work = layout.scratch(len(cell.pools), 1)
    stays, still = sorted(frozen), not (protocol.pieces() or protocol.synapses())

    def slopes(t: float, state: Floats) -> Floats:
        now = state.copy()
        now[0] = V = min(max(float(state[0]), -WIDEST_V), WIDEST_V)
        stimulus = 0.0 if still else float(protocol.current(t) + protocol.synaptic_current(t, V))
        moved: Floats = kernel.rates(membrane, rich, now, stimulus, work)
        for j, (gate, speed) in gates:
            steady, tau = gate.curves(V)
            moved[j] = (steady - now[j]) / tau * speed
        moved[stays] = 0.0
        return moved

    return slopes


def _jacobian(slopes: Callable[[float, Floats], Floats], t: float, state: Floats) -> Floats:
    """By differences of a fixed size: SciPy's own grow without end where a slope does not depend on a state."""
    here, columns = slopes(t, state), []
    for j, value in enumerate(state):
        moved = state.copy()
        moved[j] += RELATIVE_NUDGE * max(abs(float(value)), LEAST_SIZE)
        columns.append((slopes(t, moved) - here) / (moved[j] - value))
    return np.array(columns).T
