"""From cells and protocols to recordings: checks what was asked for, and packs it for the kernel."""

import functools
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import kernel
from .cells import Cell
from .gates import table
from .parameters import Parameter, must_be, shown, tidy
from .protocols import LONGEST, Nothing, Protocol
from .recording import Recording

Floats = NDArray[np.float64]

MOST_SAMPLES = 50_000_000
FARTHEST = 500.0
AFTERWARDS = 25.0
T_STOP = Parameter(AFTERWARDS, "ms", 0, LONGEST, "length of the recording", name="t_stop")
DT = Parameter(0.01, "ms", 0, math.inf, "time step", name="dt")
FINEST = 1e-6
A_CELL = "a cell: give one such as Squid()"
A_PROTOCOL = "a protocol: give one such as Step(20, start=5, duration=0.5)"


def simulate(
    cell: Cell, protocol: Protocol | None = None, t_stop: float | None = None, *,
    dt: float | None = None, start: Mapping[str, float] | None = None,
    freeze: Sequence[str] = (), reset: Mapping[str, float] | None = None, every: int = 1,
) -> Recording:  # fmt: skip
    """The recording of a cell under a protocol, from its resting state.

    Parameters
    ----------
    cell : what to simulate, e.g. Squid(T=18.5).
    protocol : its stimulus; None for none.
    t_stop : how long, ms; None for 25 ms after the stimulus.
    dt : time step, ms; None for the one that fits the cell.
    start : another state to start from, by name: {"V": -80, "K.n": 0.4}, or the `end` of a recording. What it does
        not name starts at rest.
    freeze : gates that keep their starting value, such as ("K.n",).
    reset : gates that jump back to their resting value, each with its time in ms: {"Na.h": 12.0}.
    every : keep only every so many steps.

    Raises
    ------
    ValueError
        If a number is not finite or out of range, a name is unknown, dt is too coarse, more than 50 million numbers
        would be stored, or the membrane leaves -500 to 500 mV.
    """
    given = Nothing() if protocol is None else protocol
    return simulate_many([cell], [given], t_stop, dt=dt, start=start, freeze=freeze, reset=reset, every=every)[0]


def simulate_many(
    cells: Sequence[Cell], protocols: Sequence[Protocol], t_stop: float | None = None, *,
    dt: float | None = None, start: Mapping[str, float] | None = None,
    freeze: Sequence[str] = (), reset: Mapping[str, float] | None = None, every: int = 1, bounded: bool = True,
) -> list[Recording]:  # fmt: skip
    """The recordings of many cells of one kind in one call, member by member the same as from simulate.

    `cells` and `protocols` have the same length, or one of them has one member, which then serves all. The cells differ
    in conductances, reversal potentials and capacitance, not in gates or temperature. With bounded=False a membrane may
    go beyond 500 mV, as a search among strong stimuli needs it.
    """
    n = max(len(cells), len(protocols))
    cells, protocols = [_spread(things, n) for things in (cells, protocols)]
    first = _one_kind(cells, protocols)
    freeze, start, reset = _names(freeze), _named(start, "start"), _named(reset, "reset")
    dt = first.dt if dt is None else _time_step(first, dt)
    steps = _steps(max(p.end for p in protocols) + AFTERWARDS if t_stop is None else t_stop, dt, every)
    _bound_memory(steps, every, n, len(first.gates), dt)

    frozen = frozenset(first.gate_number(name) for name in freeze)
    state = np.array([cell.state(start) for cell in cells]).T
    membrane = _membrane(cells, table(first.gates, float(getattr(first, "T", 0.0)), dt, frozen))
    stimulus = np.ascontiguousarray(np.array([p.mean_current(steps, dt) for p in protocols]).T)
    V, x = state[0].copy(), state[1:].copy()
    samples = steps // every + 1
    out_V: Floats = np.empty((samples, n))
    out_x: Floats = np.empty((samples, len(x), n))
    jumps = _jumps(cells, protocols, reset, dt)
    step, patch = kernel.run(membrane, V, x, stimulus, jumps, dt, every, FARTHEST, out_V, out_x)
    if bounded and step >= 0:
        _refuse_runaway(step * dt, protocols[patch])

    t = _times(samples, dt * every)
    settings = {"dt": dt, "every": every, "start": start, "freeze": freeze, "reset": reset}
    return [Recording(t, out_V[:, i], out_x[:, :, i].T, cells[i], protocols[i], settings) for i in range(n)]


@functools.lru_cache(maxsize=8)
def _times(samples: int, apart: float) -> Floats:
    """The times of samples, ms; read-only, and shared by recordings of the same length."""
    times: Floats = np.arange(samples, dtype=float) * apart
    times.flags.writeable = False
    return times


def _spread(things: Sequence[Any], n: int) -> list[Any]:
    if len(things) not in (1, n) or n == 0:
        raise ValueError(f"{len(things)} cells or protocols for {n}: give as many of each, or one of them")
    return list(things) * (n if len(things) == 1 else 1)


def _one_kind(cells: list[Any], protocols: list[Any]) -> Cell:
    """The first of the cells, after a look that all are cells of one kind, and the protocols are protocols."""
    must_be(Cell, A_CELL, *cells)
    must_be(Protocol, A_PROTOCOL, *protocols)
    first: Cell = cells[0]
    if any((cell.gates, getattr(cell, "T", None)) != (first.gates, getattr(first, "T", None)) for cell in cells[1:]):
        raise ValueError("the cells differ in gates or temperature: simulate each kind in a call of its own")
    return first


def _time_step(cell: Cell, dt: float) -> float:
    limit = cell.dt_max
    number = DT.check(dt)
    if not FINEST <= number <= limit:
        raise ValueError(
            f"dt = {tidy(number)} ms is outside {tidy(FINEST) if 0 < number < FINEST else 0} to {limit:g} ms: "
            f"leave it out to get the {cell.dt:g} ms that fit {cell!r}"
        )
    return number


def _steps(t_stop: float, dt: float, every: int) -> int:
    """Steps to reach t_stop, or the last sample before it."""
    if not isinstance(every, int) or not 1 <= every < 10**6:
        raise ValueError(f"every = {shown(every)} is outside the whole numbers 1 to 999999")
    length = T_STOP.check(t_stop)
    if length == 0:
        raise ValueError("t_stop = 0 ms leaves nothing to record: give the length of the recording in ms")
    steps = math.ceil(length / dt - 1e-6)
    if steps < every:
        raise ValueError(
            f"every = {every} steps of {dt:g} ms is longer than t_stop = {tidy(length)} ms: make it smaller"
        )
    return steps // every * every


def _bound_memory(steps: int, every: int, n: int, gates: int, dt: float) -> None:
    numbers = n * (steps // every * (1 + gates) + steps)
    if numbers > MOST_SAMPLES:
        coarser = "" if n * steps > MOST_SAMPLES // 2 else f", or keep fewer samples, such as every={10 * every}"
        raise ValueError(
            f"{steps * dt:g} ms in steps of {dt:g} ms would store {numbers / 1e6:.0f} million numbers, more than "
            f"{MOST_SAMPLES / 1e6:.0f} million: make it shorter{coarser}"
        )


def _membrane(cells: list[Cell], rates: Floats) -> kernel.Membrane:
    channels = [cell.channels for cell in cells]
    first, power = cells[0].gate_layout
    return kernel.Membrane(
        table=rates,
        first=first,
        power=power,
        g=np.array([[channel.g for channel in own] for own in channels]).T.copy(),
        E=np.array([[channel.E for channel in own] for own in channels]).T.copy(),
        C=np.array([cell.C for cell in cells]),
        lanes=kernel.ONE_PATCH if len(cells) == 1 else kernel.MANY_PATCHES,
    )


def _jumps(cells: list[Cell], protocols: list[Protocol], reset: Mapping[str, float], dt: float) -> kernel.Jumps:
    """Shocks and resets in order of time; a moment within rounding of the time grid is on it."""
    events: list[tuple[float, int, Floats]] = []
    for i, protocol in enumerate(protocols):
        for t, mV in protocol.shocks():
            events.append((t, -1, mV * np.eye(len(cells))[i]))
    for name, t in reset.items():
        gate = cells[0].gate_number(name)
        when = Parameter(0.0, "ms", 0, LONGEST, "time of the reset", name=f"reset of {name}").check(t)
        events.append((when, gate, np.array([cell.state(None)[1 + gate] for cell in cells])))
    if not events:
        return kernel.Jumps(np.empty(0), np.empty(0, np.int64), np.empty((0, len(cells))))
    events.sort(key=lambda event: event[0])
    at = np.array([t / dt for t, _, _ in events])
    return kernel.Jumps(
        at=np.where(np.abs(at - np.round(at)) < 1e-6, np.round(at), at),
        what=np.array([what for _, what, _ in events], np.int64),
        value=np.array([value for _, _, value in events]).reshape(len(events), len(cells)),
    )


def _refuse_runaway(t: float, protocol: Protocol) -> None:
    strongest = protocol.strongest
    cause = (
        f"is the stimulus of {tidy(strongest)} uA/cm2 meant in nA? Choose a weaker one"
        if strongest
        else f"{protocol.in_words()} cannot be; choose weaker shocks, or look at the rates of added channels"
    )
    raise ValueError(f"the membrane left +-{FARTHEST:g} mV at t = {t:.4g} ms: {cause}")


def _names(freeze: Any) -> tuple[str, ...]:
    """The gates to freeze, of which one may be given alone."""
    given = (freeze,) if isinstance(freeze, str) else freeze
    must_be(Iterable, "the gates to freeze: give their names, such as ('K.n',)", given)
    return tuple(given)


def _named(given: Any, what: str) -> Mapping[str, float]:
    """Numbers by name; the end of a recording where a recording was given."""
    if isinstance(given, Recording):
        return given.end
    must_be(
        Mapping, f"what {what}= takes: give values by name, such as {{'Na.h': 12.0}}", {} if given is None else given
    )
    return dict(given or {})
