"""From cells and protocols to recordings: check what was asked for, pack it, let the kernel do it, record it."""

import functools
import math
from collections.abc import Hashable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from . import implicit, kernel
from . import kernel_layout as layout
from .cells import Cell
from .channels.particles import COUNTER
from .gates import table
from .kernel_arrays import distinct, from_outside, jumps_of, membrane_of, noise_of, rich_of, room_for
from .parameters import Parameter, must_be, names_of, no_such, shown, tidy
from .physics import Floats
from .protocols import LONGEST, Nothing, Protocol, one_by_one
from .recording import CARRIER, KEEP_ALL, PREVIEW, Batch, Recording

MOST_NUMBERS = 50_000_000  # are stored of a run
FARTHEST = 500.0  # mV: beyond it, or below its negative, no membrane can be
EMPTY = 1e-9  # mM: with less inside, an ion is used up
LONGEST_STEPPED = 60_000.0  # ms: longer runs of cells that count their ions are left to the implicit solver
IMPLICIT_SAMPLES = 2001  # samples of a recording by that solver
AFTERWARDS = 25.0  # ms that a recording goes on after the stimulus
T_STOP = Parameter(AFTERWARDS, "ms", 0, LONGEST, "length of the recording", name="t_stop")
DT = Parameter(0.01, "ms", 0, math.inf, "time step", name="dt")
FINEST = 1e-6  # ms: the smallest time step
A_CELL = "{given} is not a cell: give one such as Squid()"
A_GATE = "{given} are not gates to freeze: give their names, such as ('K.n',)"
A_PROTOCOL = "{given} is not a stimulus: give one such as Step(20, start=5, duration=0.5)"


def simulate(
    cell: Cell, protocol: Protocol | None = None, t_stop: float | None = None, *,
    dt: float | None = None, start: Mapping[str, float] | None = None, freeze: Sequence[str] = (),
    reset: Mapping[str, float] | None = None, every: int = 1, carrier: str | None = None,
) -> Recording:  # fmt: skip
    """The recording of a cell under a protocol, from its resting state.

    Parameters
    ----------
    cell : Cell
        What to simulate, such as Squid(T=18.5).
    protocol : Protocol, optional
        Its stimulus; None for none.
    t_stop : float, optional
        Length of the recording, ms; None for 25 ms after the end of the stimulus.
    dt : float, optional
        Time step, ms; None for the one that fits the cell. Where it is None, a cell whose concentrations move is not
        stepped through more than a minute: an implicit solver takes over, and records 2001 samples.
    start : mapping of str to float or Recording, optional
        Another state to start from, by name, such as {"V": -80, "K.n": 0.4}, or the `end` of a recording. What it does
        not name starts at rest.
    freeze : sequence of str, optional
        Gates or concentrations that keep their starting value, such as ("K.n",) or ("Na_in",).
    reset : mapping of str to float, optional
        Gates that jump back to their resting value, each with its time in ms: {"Na.h": 12.0}.
    every : int, optional
        Keep one sample every so many steps.
    carrier : str, optional
        The ion that carries the stimulus into a cell whose concentrations move; None for the cell's own, K.

    Returns
    -------
    Recording
        V, gates, conductances, currents and concentrations over time.

    Raises
    ------
    ValueError
        If a number is not finite or out of range, a name is unknown, dt is too coarse, more than 50 million numbers
        would be stored, the membrane leaves -500 to 500 mV, or the stimulus takes more of an ion than there is.

    Examples
    --------
    >>> rec = simulate(Squid(), Step(20, start=5, duration=0.5), 30)
    >>> float(rec.V.max().round(1))
    39.3
    """
    given = Nothing() if protocol is None else protocol
    return simulate_many(
        [cell], [given], t_stop, dt=dt, start=start, freeze=freeze, reset=reset, every=every, carrier=carrier
    )[0]


def simulate_many(
    cells: Sequence[Cell], protocols: Sequence[Protocol], t_stop: float | None = None, *,
    keep: str = KEEP_ALL, **asked: Any,
) -> list[Recording]:  # fmt: skip
    """The recordings of many cells of one kind in one call, member by member the same as from simulate.

    `cells` and `protocols` have the same length, or one of them has one member, which then serves all. The cells differ
    in conductances, reversal potentials and capacitance, not in gates or temperature. With keep="V", or "spikes",
    gates, or also V, are not stored, which is faster; they are simulated again if a recording is asked for them. What
    else may be asked is that of simulate, and of `settings_of`.
    """
    cells, protocols = _matched(cells, protocols)
    length = max(p.end for p in protocols) + AFTERWARDS if t_stop is None else t_stop
    if len(cells) > 1 and any(cell.noisy for cell in cells):  # each has random numbers of its own
        one_by_one = zip(cells, protocols, strict=True)
        return [simulate_many([cell], [each], length, keep=keep, **asked)[0] for cell, each in one_by_one]
    settings = settings_of(cells[0], length, len(cells), keep, **asked)
    if settings.implicitly:
        return [_solved_implicitly(*each, settings) for each in zip(cells, protocols, strict=True)]
    again = functools.partial(run_kernel, cells, protocols, settings, None)
    batch = Batch(settings.t, cells, protocols, settings.told, again(keep), again)
    return [Recording(batch, number) for number in range(len(cells))]


class Settings(NamedTuple):
    """How a run goes, after all that was asked for has been checked."""

    t: Floats  # of the samples, ms
    steps: int
    dt: float  # ms
    every: int
    start: Mapping[str, float]
    freeze: tuple[str, ...]
    reset: Mapping[str, float]  # ms
    carrier: str  # "" where concentrations stand still
    bounded: bool
    implicitly: bool  # by the solver for hours, not in steps
    coarse: bool  # only a preview

    @property
    def told(self) -> dict[str, Any]:
        """What a recording tells of it."""
        told = {"dt": self.dt, "every": self.every, "start": self.start, "freeze": self.freeze, "reset": self.reset}
        return told | ({CARRIER: self.carrier} if self.carrier else {}) | ({PREVIEW: True} if self.coarse else {})


def settings_of(
    cell: Any, t_stop: float, n: int, keep: str, *, dt: float | None = None,
    start: Mapping[str, float] | None = None, freeze: Sequence[str] = (), reset: Mapping[str, float] | None = None,
    every: int = 1, carrier: str | None = None, bounded: bool = True, coarse: bool = False,
) -> Settings:  # fmt: skip
    """How a run of n cells like this one goes, or of an axon with n patches; ValueError for what cannot be.

    With bounded=False a membrane may go beyond 500 mV, as a search among strong stimuli needs it. With coarse=True the
    recording says that it is a preview, and hours are followed less closely; longer steps are asked for by dt.
    """
    names, begin, resets = names_of(freeze, A_GATE), by_name(start, "start"), by_name(reset, "reset")
    from_pool = _carrier(cell, carrier)
    stepped = dt is not None or not isinstance(cell, Cell) or not cell.counts_ions or cell.noisy
    implicitly = not stepped and T_STOP.check(t_stop) > LONGEST_STEPPED
    if implicitly:
        if every != 1:
            raise ValueError(
                f"every = {shown(every)} needs steps of a fixed size: give dt=, or a recording of a minute or less"
            )
        if resets:
            raise ValueError("a reset needs steps of a fixed size: give dt=, or a recording of a minute or less")
        steps = IMPLICIT_SAMPLES - 1
        step = t_stop / steps
    else:
        step = _time_step(cell, dt)
        steps = _number_of_steps(t_stop, step, every)
        _within_memory(steps, every, n, len(cell.state_names) - 1 if keep == KEEP_ALL else 0, step)
    t = _times(steps // every + 1, step * every)
    return Settings(t, steps, step, every, begin, names, resets, from_pool, bounded, implicitly, coarse)


def run_kernel(
    cells: Sequence[Cell],
    protocols: Sequence[Protocol],
    settings: Settings,
    axial: layout.Axial | None,
    keep: str,
) -> layout.Kept:
    """What the kernel keeps of a run; ValueError if a membrane goes where none can be.

    Each cell has a protocol, or, with `axial`, the cells are the patches of an axon, and the protocols its stimuli.
    """
    t, steps, dt, every, start, freeze, reset, carrier, bounded, *_ = settings
    own, which = distinct(cells)
    frozen, gates = _frozen(cells[0], freeze), len(cells[0].gates)
    state = np.array([cell.state(start) for cell in own])[which].T
    V, x, ions = state[0].copy(), state[1 : 1 + gates].copy(), state[1 + gates :].copy()
    rates, begin = _tables(own, which, dt, frozenset(number - 1 for number in frozen if number <= gates))
    membrane = membrane_of(cells, rates)
    rich = None if cells[0].plain else rich_of(cells, dt, frozen, carrier)
    axial = None if axial is None else axial._replace(begin=begin)
    outer = from_outside(protocols, steps, dt)
    jumps = jumps_of(cells, protocols, None if axial is None else axial.share, reset, dt)
    kept = room_for(keep, t.size, V, x, ions, look_for_spikes=axial is None)
    work = layout.scratch(len(ions), len(cells))
    noise = noise_of(cells[0], x) if cells[0].noisy else None
    step, patch = kernel.run(membrane, rich, noise, axial, V, x, ions, outer, jumps, dt, every, FARTHEST, kept, work)
    if bounded:
        causes = protocols if axial is None else [max(protocols, key=lambda each: abs(each.strongest))] * len(cells)
        _refuse_empty(cells, causes, t, kept.ions if step < 0 else kept.ions[: int(np.searchsorted(t, step * dt)) + 2])
        if step >= 0:
            _refuse_runaway(step * dt, causes[patch])
    return kept


def _solved_implicitly(cell: Cell, protocol: Protocol, settings: Settings) -> Recording:
    """A recording by the implicit solver, at evenly spaced times."""
    frozen, carrier = _frozen(cell, settings.freeze), list(cell.pool).index(settings.carrier)
    start = cell.state(settings.start)
    found, escape = implicit.integrate(cell, protocol, settings.t, start, frozen, carrier, FARTHEST, settings.coarse)
    if escape is not None:
        t, inside = escape
        _refuse_empty([cell], [protocol], np.array([t]), inside.reshape(1, -1, 1))
        _refuse_runaway(t, protocol)
    V, gates, ions = np.split(found, (1, 1 + len(cell.gates)))
    return Recording.of(settings.t, V[0], gates, ions, cell, protocol, settings.told)


def _matched(cells: Sequence[Any], protocols: Sequence[Any]) -> tuple[Sequence[Cell], Sequence[Protocol]]:
    """As many cells as protocols, after a look that they are such."""
    n = max(len(cells), len(protocols))
    if n == 0 or {len(cells), len(protocols)} - {1, n}:
        raise ValueError(
            f"{len(cells)} cells do not go with {len(protocols)} protocols: give the same number of each, or one of "
            "either"
        )
    cells = cells if len(cells) == n else [cells[0]] * n
    protocols = protocols if len(protocols) == n else [protocols[0]] * n
    own, _ = distinct(cells)
    must_be(Cell, A_CELL, *own)
    must_be(Protocol, A_PROTOCOL, *one_by_one(protocols))
    return cells, protocols


def kind(cell: Cell) -> Hashable:
    """What must be the same in all cells of one call."""
    drives = tuple((channel.ion, channel.P is None, channel.E is None, channel.drive) for channel in cell.channels)
    return cell.gates, cell.temperature, drives, tuple(cell.pool), cell.pump is None


def by_name(given: Any, what: str) -> Mapping[str, float]:
    """Numbers by name, as those of Python; the end of a recording where a recording was given."""
    if given is None:
        return {}
    if isinstance(given, Recording):
        return given.end
    must_be(Mapping, f"{what} = {{given}} cannot be used: give values by name, such as {{'Na.h': 12.0}}", given)
    return {str(name): value.item() if getattr(value, "size", 0) == 1 else value for name, value in given.items()}


def _carrier(cell: Cell, given: str | None) -> str:
    """The ion that carries the stimulus; "" where concentrations stand still."""
    if not cell.counts_ions:
        return ""
    wanted = cell.carrier if given is None else given
    return wanted if wanted in cell.pool else no_such(f"{type(cell).__name__} has no ion {wanted}", wanted, cell.pool)


def _time_step(cell: Any, dt: float | None) -> float:
    """The time step asked for, or that of the cell or axon; ValueError if it is too coarse."""
    if dt is None:
        return float(cell.dt)
    limit = cell.dt_max
    number = DT.check(dt)
    if not FINEST <= number <= limit:
        raise ValueError(
            f"dt = {tidy(number)} ms is outside {tidy(FINEST) if 0 < number < FINEST else 0} to {limit:g} ms: "
            f"leave it out, and {cell!r} takes steps of {cell.dt:g} ms"
        )
    return number


def _number_of_steps(t_stop: float, dt: float, every: int) -> int:
    """Steps to reach t_stop, or the last sample before it."""
    if not isinstance(every, int) or not 1 <= every < 10**6:
        raise ValueError(f"every = {shown(every)} is not a whole number from 1 to 999999: give one of these")
    length = T_STOP.check(t_stop)
    if length == 0:
        raise ValueError("t_stop = 0 ms leaves nothing to record: give the length of the recording in ms")
    steps = math.ceil(length / dt - 1e-6)
    if steps < every:
        raise ValueError(
            f"every = {every} steps of {dt:g} ms are longer than t_stop = {tidy(length)} ms: give a smaller every"
        )
    return steps // every * every


def _within_memory(steps: int, every: int, n: int, gates: int, dt: float) -> None:
    """Refuse to fill the memory, with a sentence."""
    numbers = n * (steps // every * (1 + gates) + steps)
    if numbers > MOST_NUMBERS:
        told = (
            f"{steps * dt:g} ms in steps of {dt:g} ms would store {numbers / 1e6:.0f} million numbers, more than "
            f"{MOST_NUMBERS / 1e6:.0f} million"
        )
        if n * steps > MOST_NUMBERS // 2:
            raise ValueError(f"{told}: make the recording shorter")
        raise ValueError(f"{told}: make the recording shorter, or keep fewer samples, such as every={10 * every}")


@functools.lru_cache(maxsize=8)
def _times(samples: int, apart: float) -> Floats:
    """The times of samples, ms; read-only, and shared by recordings of the same length."""
    times: Floats = np.arange(samples, dtype=float) * apart
    times.flags.writeable = False
    return times


def _frozen(cell: Cell, freeze: Sequence[str]) -> frozenset[int]:
    """The numbers of the states that keep their value."""
    frozen = frozenset(cell.state_number(name) for name in (*freeze, *(f"{kind}.{COUNTER}" for kind in cell.numbers)))
    if 0 in frozen:
        raise ValueError("V cannot be frozen, only gates and concentrations can: use clamp to hold V")
    return frozen


def _tables(own: Sequence[Cell], which: Sequence[int], dt: float, frozen: frozenset[int]) -> tuple[Floats, layout.Ints]:
    """The tables of all gates, one set for each temperature, and where those of each cell begin."""
    first, warmths = own[0], list(dict.fromkeys(cell.temperature for cell in own))
    if len(warmths) > 1 and any(gate.ion for gate in first.gates):
        raise ValueError(
            f"{type(first).__name__} has gates that depend on a concentration, so T must be the same in all patches"
        )
    tables = [table(first.gates, T, dt, frozen) for T in warmths]
    begin = np.array([warmths.index(cell.temperature) * tables[0].size for cell in own], np.int64)[which]
    return tables[0] if len(tables) == 1 else np.concatenate(tables), begin


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


def _refuse_runaway(t: float, protocol: Protocol) -> None:
    """Say what took a membrane too far at t (ms)."""
    strongest = protocol.strongest
    told = f"V went beyond +-{FARTHEST:g} mV at t = {t:.4g} ms"
    raise ValueError(
        f"{told}: the stimulus of {tidy(strongest)} uA/cm2 may be too strong, or meant in nA; choose a weaker one"
        if strongest
        else f"{told} after {protocol.in_words()}: choose weaker shocks, or check the rates of channels that you added"
    )
