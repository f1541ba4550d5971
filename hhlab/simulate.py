"""From cells and protocols to recordings: checks what was asked for, and has the kernel do it."""

import functools
import math
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from . import hours, kernel
from .cells import Cell
from .gates import table
from .pack import distinct, from_outside, jumps_of, membrane_of, rich_of, room_for
from .parameters import Parameter, must_be, shown, tidy, unknown
from .protocols import LONGEST, Nothing, Protocol, one_by_one
from .recording import KEEP_ALL, BriefRecording, Call, Recording

Floats = NDArray[np.float64]

MOST_SAMPLES = 50_000_000
FARTHEST = 500.0
EMPTY = 1e-9
LONGEST_STEPPED = 60_000.0
SAMPLES_OF_HOURS = 2001
AFTERWARDS = 25.0
T_STOP = Parameter(AFTERWARDS, "ms", 0, LONGEST, "length of the recording", name="t_stop")
DT = Parameter(0.01, "ms", 0, math.inf, "time step", name="dt")
FINEST = 1e-6
A_CELL = "a cell: give one such as Squid()"
A_PROTOCOL = "a protocol: give one such as Step(20, start=5, duration=0.5)"


def simulate(
    cell: Cell, protocol: Protocol | None = None, t_stop: float | None = None, *,
    dt: float | None = None, start: Mapping[str, float] | None = None, freeze: Sequence[str] = (),
    reset: Mapping[str, float] | None = None, every: int = 1, carrier: str | None = None,
) -> Recording:  # fmt: skip
    """The recording of a cell under a protocol, from its resting state.

    Parameters
    ----------
    cell : what to simulate, e.g. Squid(T=18.5).
    protocol : its stimulus; None for none.
    t_stop : how long, ms; None for 25 ms after the stimulus.
    dt : time step, ms; None for the one that fits the cell. A cell whose concentrations move and that is not told is
        not stepped through more than a minute: an implicit solver takes over, and records 2001 samples.
    start : another state to start from, by name: {"V": -80, "K.n": 0.4}, or the `end` of a recording. What it does
        not name starts at rest.
    freeze : gates or concentrations that keep their starting value, such as ("K.n",) or ("Na_in",).
    reset : gates that jump back to their resting value, each with its time in ms: {"Na.h": 12.0}.
    every : keep only every so many steps.
    carrier : the ion that carries the stimulus into a cell whose concentrations move; None for the cell's own, K.

    Raises
    ------
    ValueError
        If a number is not finite or out of range, a name is unknown, dt is too coarse, more than 50 million numbers
        would be stored, the membrane leaves -500 to 500 mV, or the stimulus takes more of an ion than there is.
    """
    given = Nothing() if protocol is None else protocol
    return simulate_many(
        [cell], [given], t_stop, dt=dt, start=start, freeze=freeze, reset=reset, every=every, carrier=carrier
    )[0]


def simulate_many(
    cells: Sequence[Cell], protocols: Sequence[Protocol], t_stop: float | None = None, *,
    dt: float | None = None, start: Mapping[str, float] | None = None, freeze: Sequence[str] = (),
    reset: Mapping[str, float] | None = None, every: int = 1, carrier: str | None = None, bounded: bool = True,
    keep: str = KEEP_ALL,
) -> Sequence[Recording]:  # fmt: skip
    """The recordings of many cells of one kind in one call, member by member the same as from simulate.

    `cells` and `protocols` have the same length, or one of them has one member, which then serves all. The cells differ
    in conductances, reversal potentials and capacitance, not in gates or temperature. With bounded=False a membrane may
    go beyond 500 mV, as a search among strong stimuli needs it. With keep="V", or "spikes", gates, or also V, are not
    stored, which is faster; they are simulated again if a recording is asked for them.
    """
    n = max(len(cells), len(protocols))
    cells, protocols = [_spread(things, n) for things in (cells, protocols)]
    first = _one_kind(cells, protocols)
    asked = _Asked(_names(freeze), by_name(start, "start"), by_name(reset, "reset"), _carrier(first, carrier))
    length = max(p.end for p in protocols) + AFTERWARDS if t_stop is None else t_stop
    if first.counts_ions and dt is None and T_STOP.check(length) > LONGEST_STEPPED:
        if every != 1:
            raise ValueError(f"every = {shown(every)} counts small steps: give dt=, or a recording of a minute or less")
        return [_over_hours(cell, protocol, length, asked) for cell, protocol in zip(cells, protocols, strict=True)]
    dt = time_step(first, dt)
    steps = number_of_steps(length, dt, every)
    within_memory(steps, every, n, len(first.state_names) - 1 if keep == KEEP_ALL else 0, dt)

    held = _held(first, asked.freeze)
    own, which = distinct(cells)
    state = np.array([cell.state(asked.start) for cell in own])[which].T
    gates = len(first.gates)
    frozen = frozenset(number - 1 for number in held if number <= gates)
    rates = table(first.gates, first.temperature, dt, frozen)
    membrane = membrane_of(cells, rates)
    rich = None if first.plain else rich_of(cells, dt, held, asked.carrier)
    outer = from_outside(protocols, steps, dt)
    V, x, ions = state[0].copy(), state[1 : 1 + gates].copy(), state[1 + gates :].copy()
    samples = steps // every + 1
    jumps = jumps_of(cells, protocols, np.eye(n), asked.reset, dt)
    kept = room_for(keep, samples, V, x, ions)
    step, patch = kernel.run(membrane, rich, None, V, x, ions, outer, jumps, dt, every, FARTHEST, kept)
    t = times(samples, dt * every)
    if bounded:
        until = int(np.searchsorted(t, step * dt)) + 2 if step >= 0 else samples
        _refuse_empty(cells, protocols, t, kept.ions[:until])
        if step >= 0:
            refuse_runaway(step * dt, protocols[patch])

    settings = asked.settings(dt, every)
    if keep == KEEP_ALL:
        return [
            Recording(t, kept.V[:, i], kept.x[:, :, i].T, cell, protocol, settings, kept.ions[:, :, i].T)
            for i, (cell, protocol) in enumerate(zip(cells, protocols, strict=True))
        ]
    again = functools.cache(
        functools.partial(_again, cells, protocols, length, asked, dt=dt, every=every, bounded=bounded)
    )
    V = kept.V if kept.all_V else None
    kept.V.flags.writeable = False
    call = Call(t, settings, cells, protocols, V, kept.times[: kept.found.max()] * (dt * every), kept.found, again)
    return [BriefRecording(call, number) for number in range(n)]


def _again(
    cells: Sequence[Cell], protocols: Sequence[Protocol], length: float, asked: "_Asked", keep: str, **settings: Any,
) -> Sequence[Recording]:  # fmt: skip
    """The same recordings once more, with more of them kept."""
    return simulate_many(
        cells, protocols, length, start=asked.start, freeze=asked.freeze, reset=asked.reset,
        carrier=asked.carrier or None, keep=keep, **settings,
    )  # fmt: skip


class _Asked(NamedTuple):
    """What was asked for besides the cells and their protocols."""

    freeze: tuple[str, ...]
    start: Mapping[str, float]
    reset: Mapping[str, float]
    carrier: str

    def settings(self, dt: float, every: int) -> dict[str, Any]:
        told = {"dt": dt, "every": every, "start": self.start, "freeze": self.freeze, "reset": self.reset}
        return told | ({"carrier": self.carrier} if self.carrier else {})


def _carrier(cell: Cell, given: str | None) -> str:
    """The ion that carries the stimulus; "" where concentrations stand still."""
    if not cell.counts_ions:
        return ""
    wanted = cell.carrier if given is None else given
    return wanted if wanted in cell.pool else unknown(type(cell).__name__, "ion", wanted, cell.pool)


def _over_hours(cell: Cell, protocol: Protocol, length: float, asked: _Asked) -> Recording:
    """A recording by the implicit solver, at evenly spaced times."""
    if asked.reset:
        raise ValueError("a reset needs small steps: give dt=, or a recording of a minute or less")
    t = times(SAMPLES_OF_HOURS, length / (SAMPLES_OF_HOURS - 1))
    held = _held(cell, asked.freeze)
    carrier = list(cell.pool).index(asked.carrier)
    found, escape = hours.integrate(cell, protocol, t, cell.state(asked.start), held, carrier, FARTHEST)
    if escape is not None:
        _refuse_empty([cell], [protocol], np.array([escape.t]), escape.inside.reshape(1, -1, 1))
        refuse_runaway(escape.t, protocol)
    V, gates, ions = np.split(found, (1, 1 + len(cell.gates)))
    return Recording(t, V[0], gates, cell, protocol, asked.settings(float(t[1]), 1), ions)


@functools.lru_cache(maxsize=8)
def times(samples: int, apart: float) -> Floats:
    """The times of samples, ms; read-only, and shared by recordings of the same length."""
    times: Floats = np.arange(samples, dtype=float) * apart
    times.flags.writeable = False
    return times


def _spread(things: Sequence[Any], n: int) -> Sequence[Any]:
    if len(things) not in (1, n) or n == 0:
        raise ValueError(f"{len(things)} cells or protocols for {n}: give as many of each, or one of them")
    return things if len(things) == n else [things[0]] * n


def _one_kind(cells: Sequence[Any], protocols: Sequence[Any]) -> Cell:
    """The first of the cells, after a look that all are cells of one kind, and the protocols are protocols."""
    own, _ = distinct(cells)
    must_be(Cell, A_CELL, *own)
    must_be(Protocol, A_PROTOCOL, *one_by_one(protocols))
    first: Cell = cells[0]
    if len(own) > 1 and len({kind(cell) for cell in own}) > 1:
        raise ValueError("the cells differ in gates or temperature: simulate each kind in a call of its own")
    return first


def kind(cell: Cell) -> Hashable:
    """What must be the same in all cells of one call."""
    drives = tuple((channel.ion, channel.P is None, channel.E is None, channel.drive) for channel in cell.channels)
    return cell.gates, cell.temperature, drives, tuple(cell.pool), cell.pump is None


def time_step(cell: Any, dt: float | None) -> float:
    """The time step asked for, or that of the cell or axon; ValueError if it is too coarse."""
    if dt is None:
        return float(cell.dt)
    limit = cell.dt_max
    number = DT.check(dt)
    if not FINEST <= number <= limit:
        raise ValueError(
            f"dt = {tidy(number)} ms is outside {tidy(FINEST) if 0 < number < FINEST else 0} to {limit:g} ms: "
            f"leave it out to get the {cell.dt:g} ms that fit {cell!r}"
        )
    return number


def number_of_steps(t_stop: float, dt: float, every: int) -> int:
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


def within_memory(steps: int, every: int, n: int, gates: int, dt: float) -> None:
    """Refuse to fill the memory, with a sentence."""
    numbers = n * (steps // every * (1 + gates) + steps)
    if numbers > MOST_SAMPLES:
        coarser = "" if n * steps > MOST_SAMPLES // 2 else f", or keep fewer samples, such as every={10 * every}"
        raise ValueError(
            f"{steps * dt:g} ms in steps of {dt:g} ms would store {numbers / 1e6:.0f} million numbers, more than "
            f"{MOST_SAMPLES / 1e6:.0f} million: make it shorter{coarser}"
        )


def _refuse_empty(cells: Sequence[Cell], protocols: Sequence[Protocol], t: Floats, ions: Floats) -> None:
    """Refuse concentrations (samples, P, N) below what a cell can have."""
    if not cells[0].counts_ions or ions.min() > EMPTY:
        return
    sample, number, patch = (int(each) for each in np.argwhere(~(ions > EMPTY))[0])
    cell, name = cells[patch], cells[patch].pools[number].name
    raise ValueError(
        f"{name} of {cell!r} is used up at t = {t[sample]:.4g} ms by {protocols[patch].in_words()}: choose a weaker or "
        "shorter stimulus, or a wider cell"
    )


def refuse_runaway(t: float, protocol: Protocol) -> None:
    """Say what took a membrane too far at t (ms)."""
    strongest = protocol.strongest
    cause = (
        f"is the stimulus of {tidy(strongest)} uA/cm2 meant in nA? Choose a weaker one"
        if strongest
        else f"{protocol.in_words()} cannot be; choose weaker shocks, or look at the rates of added channels"
    )
    raise ValueError(f"the membrane left +-{FARTHEST:g} mV at t = {t:.4g} ms: {cause}")


def _held(cell: Cell, freeze: Sequence[str]) -> frozenset[int]:
    """The numbers of the states that keep their value."""
    held = frozenset(cell.state_number(name) for name in freeze)
    if 0 in held:
        raise ValueError("freeze= holds gates and concentrations, not V: use clamp to set V")
    return held


def _names(freeze: Any) -> tuple[str, ...]:
    """The gates to freeze, of which one may be given alone."""
    given = (freeze,) if isinstance(freeze, str) else freeze
    must_be(Iterable, "the gates to freeze: give their names, such as ('K.n',)", given)
    return tuple(given)


def by_name(given: Any, what: str) -> Mapping[str, float]:
    """Numbers by name; the end of a recording where a recording was given."""
    if isinstance(given, Recording):
        return given.end
    must_be(
        Mapping, f"what {what}= takes: give values by name, such as {{'Na.h': 12.0}}", {} if given is None else given
    )
    return dict(given or {})
