"""Hours and days of a cell whose concentrations move, by SciPy's implicit solver on the same channels and pump."""

import functools
import itertools
import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .cells import Cell
from .physics import SMALL, F, thermal_voltage
from .protocols import Protocol

Floats = NDArray[np.float64]

RTOL, ATOL = 1e-8, 1e-10
MOST_EDGES = 200
BEYOND = 2000.0
NUDGE, SMALLEST = 1e-7, 1e-2


class Escape(NamedTuple):
    """When a cell went where no cell can be (ms), and what was inside then (mM)."""

    t: float
    inside: Floats


def integrate(
    cell: Cell, protocol: Protocol, t: Floats, start: Floats, frozen: frozenset[int], carrier: int, far: float
) -> tuple[Floats, Escape | None]:
    """V, gates and concentrations (S, n) at the times t (n,) in ms, from a state (S,).

    With it comes the moment at which V passed +-far or a concentration reached 0, if one did.

    `frozen` are numbers of states that do not move; `carrier` is the number of the pool that the stimulus comes from.
    """
    from scipy.integrate import solve_ivp

    if not all(gate.plain for gate in cell.gates) or any(channel.drive for channel in cell.channels):
        raise ValueError(f"{cell!r} has gates that need small steps: give dt=, or a recording of a minute or less")
    edges, slopes = _edges(protocol, float(t[-1])), _slopes(cell, protocol, frozen, carrier)
    shocks = protocol.shocks()
    state, found, ions = start.copy(), np.empty((start.size, t.size)), 1 + len(cell.gates)
    charged = _by_charge(cell, frozen)[carrier] * cell.C

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
            return found, Escape(begin, state[ions:])
        inside = (t >= begin) & (t <= end)
        asked = np.union1d(t[inside], [end])
        solved = solve_ivp(slopes, (begin, end), state, "BDF", t_eval=asked, rtol=RTOL, atol=ATOL, events=escape,
                           jac=functools.partial(_jacobian, slopes))  # fmt: skip
        if solved.status == 1:
            return found, Escape(float(solved.t_events[0][0]), solved.y_events[0][0][ions:])
        if not solved.success or solved.y.shape[1] < asked.size:
            raise ValueError(
                f"{cell!r} changes too fast to be followed for {end:g} ms: take a shorter recording, or give dt="
            )
        found[:, inside] = solved.y[:, np.isin(asked, t[inside])]
        state[:] = solved.y[:, -1]
    shock(edges[-1])
    found[:, -1] = state
    return found, None if escape(edges[-1], state) > 0 else Escape(edges[-1], state[ions:])


def _edges(protocol: Protocol, t_stop: float) -> list[float]:
    """The moments between which the stimulus is smooth."""
    moments = {t for piece in protocol.pieces() for t in (piece.start, piece.end)} | {t for t, _ in protocol.shocks()}
    moments |= {t for each in protocol.synapses() for t in (each.start, each.over)}
    edges = [0.0, *sorted(t for t in moments if 0 < t < t_stop), t_stop]
    if len(edges) > MOST_EDGES:
        raise ValueError(
            f"{protocol.in_words()} is too much for a recording of {t_stop:g} ms: make it shorter, or give dt="
        )
    return edges


def _slopes(cell: Cell, protocol: Protocol, frozen: frozenset[int], carrier: int) -> Callable[[float, Floats], Floats]:
    """The rate of change of the whole state (S,) at a time. Plain numbers: arrays of one would be slower."""
    gates, T = cell.gates, cell.temperature
    first, count = 1 + len(gates), len(cell.pools)
    by_charge, stays = _by_charge(cell, frozen), sorted(frozen)
    number = {pool.ion: i for i, pool in enumerate(cell.pools)}
    carry = [_carried(cell, each, T) for each in range(len(cell.channels))]
    pump, synapses = cell.pump, protocol.synapses()
    still = not (protocol.pieces() or synapses)

    def slopes(t: float, state: Floats) -> Floats:
        values = state.tolist()
        V, inside = min(max(values[0], -BEYOND), BEYOND), [max(mM, 1e-12) for mM in values[first:]]
        stimulus = 0.0 if still else float(protocol.current(t) + protocol.synaptic_current(t, V))
        currents, net = [0.0] * count, stimulus
        for pool, current in carry:
            through = current(V, values, inside)
            net -= through
            if pool >= 0:
                currents[pool] += through
        if pump is not None:
            outward = float(pump.current(V, cell.pool["K"].outside, inside[number["Na"]], T))
            net -= outward
            currents[number["Na"]] += 3 * outward
            currents[number["K"]] -= 2 * outward
        currents[carrier] -= stimulus
        moved = np.empty_like(state)
        moved[0] = net / cell.C
        for j, gate in enumerate(gates):
            moved[1 + j] = (gate.steady_state(V) - values[1 + j]) / gate.time_constant(V, T)
        moved[first:] = -by_charge * currents
        moved[stays] = 0.0
        return moved

    return slopes


def _jacobian(slopes: Callable[[float, Floats], Floats], t: float, state: Floats) -> Floats:
    """By differences of a fixed size: SciPy's own grow without end where a slope does not depend on a state."""
    here, columns = slopes(t, state), []
    for j, value in enumerate(state):
        moved = state.copy()
        moved[j] += NUDGE * max(abs(float(value)), SMALLEST)
        columns.append((slopes(t, moved) - here) / (moved[j] - value))
    return np.array(columns).T


def _carried(cell: Cell, number: int, T: float) -> tuple[int, Callable[[float, list[float], list[float]], float]]:
    """The pool of a channel, or -1; and its current (uA/cm2) from V, the whole state, and what is inside."""
    channel, thermal = cell.channels[number], float(thermal_voltage(T))
    layout, power = cell.gate_layout
    own = [(1 + j, int(power[j])) for j in range(layout[number], layout[number + 1])]
    pool = next((i for i, each in enumerate(cell.pools) if each.ion == channel.ion), -1)
    z, outside = (cell.pools[pool].z, cell.pools[pool].outside) if pool >= 0 else (1, 1.0)

    def share(values: list[float]) -> float:
        return math.prod(values[j] ** times for j, times in own)

    def ohmic(V: float, values: list[float], inside: list[float]) -> float:
        E = thermal / z * math.log(outside / inside[pool]) if pool >= 0 else float(channel.E or 0.0)
        return channel.g * share(values) * (V - E)

    def goldman(V: float, values: list[float], inside: list[float]) -> float:
        u = z * V / thermal
        b = 1.0 - u / 2 + u * u / 12 if abs(u) < SMALL else u / math.expm1(u)
        return float(channel.P or 0.0) * share(values) * z * F * (inside[pool] * (b + u) - outside * b)

    return pool, (ohmic if channel.P is None else goldman)


def _by_charge(cell: Cell, frozen: frozenset[int]) -> Floats:
    first = 1 + len(cell.gates)
    kept = [first + number in frozen for number in range(len(cell.pools))]
    return np.array([0.0 if k else p.by_charge(cell.depth) for p, k in zip(cell.pools, kept, strict=True)])
