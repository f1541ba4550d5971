"""Hours and days of a cell whose concentrations move, by SciPy's implicit solver on the same channels, pools and pump."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from .cells import Cell
from .physics import F
from .protocols import Protocol

Floats = NDArray[np.float64]

RTOL, ATOL = 1e-9, 1e-11
MOST_EDGES = 200


def integrate(cell: Cell, protocol: Protocol, t: Floats, start: Floats, held: frozenset[int], carrier: int) -> Floats:
    """V, gates and concentrations (S, n) at the times t (n,) in ms, from a state (S,).

    `held` are numbers of states that do not move; `carrier` is the number of the pool that the stimulus comes from.
    """
    from scipy.integrate import solve_ivp

    edges = _edges(protocol, float(t[-1]))
    shocks = protocol.shocks()
    state, found = start.copy(), np.empty((start.size, t.size))
    for begin, end in zip(edges[:-1], edges[1:], strict=True):
        for mV in (size for when, size in shocks if when == begin):
            state[0] += mV
            _charge(cell, state, carrier, cell.C * mV, held)
        inside = (t >= begin) & (t <= end)
        asked = np.union1d(t[inside], [end])
        solved = solve_ivp(_slopes(cell, protocol, held, carrier), (begin, end), state, "LSODA", t_eval=asked,
                           rtol=RTOL, atol=ATOL)  # fmt: skip
        if not solved.success or solved.y.shape[1] < asked.size:
            raise ValueError(f"the cell runs out of something within {end:g} ms: make the recording shorter")
        found[:, inside] = solved.y[:, np.isin(asked, t[inside])]
        state = solved.y[:, -1].copy()
    return found


def _edges(protocol: Protocol, t_stop: float) -> list[float]:
    """The moments between which the stimulus is smooth."""
    moments = {t for piece in protocol.pieces() for t in (piece.start, piece.end)} | {t for t, _ in protocol.shocks()}
    edges = [0.0, *sorted(t for t in moments if 0 < t < t_stop), t_stop]
    if len(edges) > MOST_EDGES:
        raise ValueError(
            f"{protocol.in_words()} is too much for a recording of {t_stop:g} ms: make it shorter, or give dt="
        )
    return edges


def _slopes(cell: Cell, protocol: Protocol, held: frozenset[int], carrier: int) -> Callable[[float, Floats], Floats]:
    """The rate of change of the whole state (S,) at a time."""
    gates, T = cell.gates, float(getattr(cell, "T", 0.0))
    first = 1 + len(gates)
    by_charge = _by_charge(cell, held)
    layout, _ = cell.gate_layout
    where = [next((i for i, p in enumerate(cell.pools) if p.ion == c.ion), -1) for c in cell.channels]
    ions = [pool.ion for pool in cell.pools]
    outside = {pool.ion: pool.outside for pool in cell.pools}
    stays = sorted(held)

    def slopes(t: float, state: Floats) -> Floats:
        V, moved = state[:1], np.zeros_like(state)
        stimulus = float(protocol.current(t))
        inside = np.maximum(state[first:], 1e-12)
        currents = np.zeros(len(ions))
        net = stimulus
        for number, channel in enumerate(cell.channels):
            share = np.ones(1)
            for j in range(layout[number], layout[number + 1]):
                share = share * state[1 + j] ** gates[j].power
            pool = None if where[number] < 0 else cell.pools[where[number]].at(inside[where[number]])
            current = float(channel.current(V, share, pool, T)[0])
            net -= current
            if where[number] >= 0:
                currents[where[number]] += current
        if cell.pump is not None:
            pump = float(cell.pump.current(V, outside["K"], inside[ions.index("Na")], T)[0])
            net -= pump
            currents[ions.index("Na")] += 3 * pump
            currents[ions.index("K")] -= 2 * pump
        currents[carrier] -= stimulus
        moved[0] = net / cell.C
        for j, gate in enumerate(gates):
            moved[1 + j] = (gate.steady_state(V)[0] - state[1 + j]) / gate.time_constant(V, T)[0]
        moved[first:] = -by_charge * currents
        moved[stays] = 0.0
        return moved

    return slopes


def _by_charge(cell: Cell, held: frozenset[int]) -> Floats:
    first = 1 + len(cell.gates)
    kept = [first + number in held for number in range(len(cell.pools))]
    return np.array([0.0 if k else 1e-3 / (p.z * F * cell.depth) for p, k in zip(cell.pools, kept, strict=True)])


def _charge(cell: Cell, state: Floats, carrier: int, charge: float, held: frozenset[int]) -> None:
    """Take the charge (nC/cm2) of a shock from the carrier's pool."""
    state[1 + len(cell.gates) + carrier] += _by_charge(cell, held)[carrier] * charge
