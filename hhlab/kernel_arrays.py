"""Cells and protocols as the arrays that the kernel walks: checked numbers in, no names out."""

import functools
from collections.abc import Mapping, Sequence

import numpy as np

from . import kernel_layout as layout
from .cells import Cell
from .channels import Channel
from .channels.particles import COUNTER, followers, particles
from .gates import curve, tables_over_ions
from .parameters import Parameter
from .physics import Floats, thermal_voltage
from .protocols import LONGEST, Protocol, Varied, mean_currents, one_by_one
from .recording import KEEP_ALL, KEEP_SPIKES, SPIKE_ENDS, SPIKE_LEVEL

MOST_SPIKES = 1024
"""So many times of spikes of a cell the kernel keeps."""


def membrane_of(cells: Sequence[Cell], rates: Floats) -> layout.Membrane:
    """What every membrane has; `rates` is its table."""
    own, which = distinct(cells)
    channels = [cell.channels for cell in own]
    first, power = cells[0].gate_layout
    g = [[channel.g if channel.P is None else channel.P for channel in each] for each in channels]
    E = [[channel.E or 0.0 for channel in each] for each in channels]
    return layout.Membrane(
        table=rates,
        first=first,
        power=power,
        g=np.ascontiguousarray(np.array(g)[which].T),
        E=np.ascontiguousarray(np.array(E)[which].T),
        C=np.array([cell.C for cell in own])[which],
        lanes=layout.ONE_PATCH if len(cells) == 1 else layout.MANY_PATCHES,
    )


def distinct(cells: Sequence[Cell]) -> tuple[list[Cell], list[int]]:
    """The cells without repetitions, and for each of the cells given its number among them."""
    each = list(map(id, cells))
    own = dict(zip(each, cells, strict=True))
    number = dict(zip(own, range(len(own)), strict=True))
    return list(own.values()), list(map(number.__getitem__, each))


def rich_of(cells: Sequence[Cell], dt: float, frozen: frozenset[int], carrier: str) -> layout.Rich:
    """What gates, channels and pools have beyond those of a plain membrane. A frozen gate reads nothing."""
    cell = cells[0]
    begin, over_ions = tables_over_ions(cell.gates, cell.temperature, dt)
    ions = list(cell.pool)
    curves = [np.empty(0) if channel.drive is None else curve(channel.drive) for channel in cell.channels]
    moving = [(gate, number in frozen) for number, gate in enumerate(cell.gates, start=1)]
    whole = functools.partial(np.array, dtype=np.int64)
    return layout.Rich(
        pools=_pools(cells, frozen, carrier),
        drive=whole([_drive(channel) for channel in cell.channels]),
        pool=whole([ions.index(channel.ion) if channel.ion in ions else -1 for channel in cell.channels]),
        offset=np.array([gate.offset for gate in cell.gates], float),
        weight=np.array([gate.weight for gate in cell.gates], float),
        ends=whole([not gate.adds_to_next for gate in cell.gates]),
        at_once=whole([gate.at_once and not still for gate, still in moving]),
        reads=whole([layout.BY_V if still else gate.reads for gate, still in moving]),
        ion=whole([ions.index(gate.ion) if gate.ion else -1 for gate in cell.gates]),
        begin=begin,
        over_ions=over_ions,
        weighted=whole([not all(gate.plain for gate in channel.gates) for channel in cell.channels]),
        curve=whole(np.cumsum([0, *(each.size for each in curves)])[:-1]),
        curves=np.concatenate([np.empty(0), *curves]),
    )


def noise_of(cell: Cell, x: Floats) -> layout.Noise:
    """The channels of a noisy cell one by one, each gate open with the chance that x (G, 1) says; x becomes counts.

    For a gate, its open particles are counted; for the counter of a channel, the open channels.
    """
    random, names = np.random.default_rng(int(cell.seed)), list(cell.gate_names)
    counts, shut, of_counter = np.arange(len(names), dtype=np.int64), [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    owners = [[np.empty(0, np.int64)] for _ in names]
    for channel in (each for each in cell.smooth.channels if each.name in cell.numbers):
        n, counter = cell.numbers[channel.name], names.index(f"{channel.name}.{COUNTER}")
        begin, missing, x[counter] = sum(map(len, shut)), np.zeros(n, np.int64), 0.0
        for group in particles(channel.gates):
            if not group[-1].at_once:
                *following, always = followers(group, n, random)
                missing += 1
                missing[always] -= 1
                for gate, members in zip(group, following, strict=True):
                    which = names.index(f"{channel.name}.{gate.name}")
                    owners[which].append(begin + members)
                    counts[which] = counter
        shut.append(missing)
        of_counter.append(np.full(n, counter, np.int64))
    owner, sizes = np.concatenate([part for each in owners for part in each]), [sum(map(len, each)) for each in owners]
    is_open = random.random(owner.size) < np.repeat(x[:, 0], sizes)
    missing, of_particle = np.concatenate(shut), np.repeat(np.arange(len(names), dtype=np.int64), sizes)
    np.subtract.at(missing, owner[is_open], 1)
    counted_by = np.concatenate((of_particle, *of_counter)).astype(np.intp)
    counted = np.bincount(counted_by, np.concatenate((is_open, missing == 0)), len(names)).astype(np.int64)
    number = np.maximum(np.bincount(counted_by, minlength=len(names)), 1.0)
    x[counted_by, 0] = (counted / number)[counted_by]
    state, first = random.integers(1, 2**31, 6), np.cumsum([0, *sizes], dtype=np.int64)
    return layout.Noise(first, owner, is_open.astype(np.int64), missing, counts, counted, number, state)


def from_outside(protocols: Sequence[Protocol], steps: int, dt: float) -> layout.Stimulus:
    """The mean of each step of what the protocols bring, one column each."""
    row, current = _currents(protocols if type(protocols) is Varied else tuple(protocols), steps, dt)
    if not any(p.synapses() for p in one_by_one(protocols)):
        none = np.zeros((1, len(protocols)))
        return layout.Stimulus(row, current, 0, none, none)
    both = np.array([p.mean_conductance(steps, dt) for p in protocols])
    return layout.Stimulus(row, current, 1, *(np.ascontiguousarray(both[:, which].T) for which in (0, 1)))


@functools.lru_cache(maxsize=4)
def _currents(protocols: Varied | tuple[Protocol, ...], steps: int, dt: float) -> tuple[layout.Ints, Floats]:
    """The mean currents, and for each step its row of them; kept, as searches use the same ones over and over."""
    return mean_currents(protocols, steps, dt)


def _drive(channel: Channel) -> int:
    if channel.drive is not None:
        return layout.CURVE
    if channel.E is not None:
        return layout.OHMIC
    return layout.NERNST if channel.P is None else layout.GHK


def _pools(cells: Sequence[Cell], frozen: frozenset[int], carrier: str) -> layout.Pools:
    """The pools of all cells; empty ones where concentrations stand still."""
    first, ions, names = cells[0], list(cells[0].pool), [channel.name for channel in cells[0].channels]
    begin, shape = 1 + len(first.gates), (len(ions), len(cells))
    moves = np.array([begin + number not in frozen for number in range(len(ions))], float).reshape(-1, 1)
    pumps = [cell.pump for cell in cells]
    pumping = np.zeros((6, len(cells)))
    for i, (cell, pump) in enumerate(zip(cells, pumps, strict=True)):
        if pump is not None:
            pumping[:, i] = float(pump.at_K(cell.pool["K"].outside)), pump.k_Na, pump.p_Na, pump.n_Na, pump.a, pump.b
    return layout.Pools(
        z=np.array([pool.z for pool in first.pools], float),
        outside=np.array([[pool.outside for pool in cell.pools] for cell in cells], float).T.reshape(shape).copy(),
        by_charge=(moves * np.array([[p.by_charge(c.depth) for p in c.pools] for c in cells]).T.reshape(shape)).copy(),
        clears=moves[:, 0] * np.array([pool.clears for pool in first.pools]),
        base=np.array([[pool.base for pool in cell.pools] for cell in cells], float).T.reshape(shape).copy(),
        domain=np.array(
            [names.index(p.of) if p.of and m else -1 for p, m in zip(first.pools, moves[:, 0], strict=True)], np.int64
        ),
        thermal=thermal_voltage([cell.temperature for cell in cells]),
        carrier=ions.index(carrier) if carrier else -1,
        pump=tuple(pumping),
        three=ions.index("Na") if pumps[0] is not None else -1,
        two=ions.index("K") if pumps[0] is not None else -1,
    )


def jumps_of(
    cells: Sequence[Cell], protocols: Sequence[Protocol], share: Floats | None, reset: Mapping[str, float], dt: float
) -> layout.Jumps:
    """Shocks and resets in order of time; a moment within rounding of the time grid is on it.

    `share` (protocols, cells) is the share of each cell that a protocol reaches; None where each has one of its own.
    """
    events: list[tuple[float, int, Floats]] = []
    for i, protocol in enumerate(one_by_one(protocols)):
        for t, mV in protocol.shocks():
            events.append((t, -1, mV * (np.eye(len(cells))[i] if share is None else share[i])))
    for name, t in reset.items():
        gate = cells[0].gate_number(name)
        when = Parameter(0.0, "ms", 0, LONGEST, "time of the reset", name=f"reset of {name}").check(t)
        events.append((when, gate, np.array([cell.state(None)[1 + gate] for cell in cells])))
    events.sort(key=lambda event: event[0])
    at = np.array([t / dt for t, _, _ in events], float)
    return layout.Jumps(
        at=np.where(np.abs(at - np.round(at)) < 1e-6, np.round(at), at),
        what=np.array([what for _, what, _ in events], np.int64),
        value=np.array([value for _, _, value in events], float).reshape(len(events), len(cells)),
    )


def room_for(keep: str, samples: int, V: Floats, x: Floats, ions: Floats, *, look_for_spikes: bool) -> layout.Kept:
    """Room for what is to be kept of a run that begins at these V (mV), before any jump."""
    whole, traces = keep == KEEP_ALL, keep != KEEP_SPIKES
    spikes = MOST_SPIKES if look_for_spikes and not whole else 0
    return layout.Kept(
        V=np.empty((samples if traces else 2, *V.shape)),
        x=np.empty((samples if whole else 1, *x.shape)),
        ions=np.empty((samples, *ions.shape)),
        all_V=int(traces),
        all_x=int(whole),
        level=SPIKE_LEVEL,
        over=SPIKE_LEVEL - SPIKE_ENDS,
        firing=(V >= SPIKE_LEVEL).astype(np.int64),
        times=np.zeros((spikes, *V.shape)),  # not empty, as cells with few spikes use little of it
        found=np.zeros(V.shape, np.int64),
    )
