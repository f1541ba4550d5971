"""Single channels: what each of them does along a recording, as its gates jump at random between open and shut.

A gate that counts with a power is so many particles in each channel. Every particle jumps alone, with the rates of the
model, and a channel is open while all its particles are. What is smooth in a recording is the mean of many of these.
"""

import functools
import itertools
import zlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .channels import Channel
from .channels.channel import SINGLE
from .gates import Gate
from .kernel_layout import Ints
from .parameters import must_be, numbers, shown, unknown
from .physics import Floats
from .recording import Recording

CLOSED, OPEN, INACTIVATED = 0, 1, 2
STATES = ("closed", "open", "inactivated")
"""The names of the states of a channel, by number."""
MARGIN = 1.1  # how far the bound of a rate lies above its values at both ends of a step
NONE = np.empty(0)
TINY = 1e-12  # redraws in a step below which it counts as so many
SHORTEST = 1e-6  # ms: a shorter time constant counts as this
MOST_CANDIDATES = 50_000_000  # moments at which one particle of each channel may jump
FAR_V, FAR_INSIDE = (-150.0, 100.0), (1e-6, 1.0)  # mV, mM: where a gate that opens is shut, and where it is open
AT_ONCE = 2**20  # so many moments at which particles may jump are looked at together
PA = 1e-3  # pA that 1 pS carries at 1 mV
A_RECORDING = "a recording of a cell: give what simulate or clamp returned, or a place of an axon, such as run.at(1)"
Bools = NDArray[np.bool_]


def single_channels(
    recording: Recording, channel: str, n: int = 100, *, seed: int = 0, conductance: float | None = None
) -> "SingleChannels":
    """What each of n channels of one kind does along a recording, whose V and concentrations they all see.

    Particles jump by thinning, which has no time step: moments at which a particle may jump are drawn at a rate that is
    nowhere exceeded, and each is kept with the share that the rate of the model has of it, at the V of that moment.
    Between samples V and concentrations go along straight lines. The method is that of Lemaire, Thieullen & Thomas
    (arXiv:1602.07871), for Hodgkin-Huxley models.

    What gates are in a single channel: one that is frozen stays as it is at the beginning; one that is reset is drawn
    anew at that moment. Of gates that add up, or have a weight, each channel has one, drawn with these weights; so has
    a share of the channels no inactivation after pronase. Gates that read calcium read that of the recording, which is
    the work of all channels. A channel without gates is always open. The n channels are such as no drug blocks.

    Parameters
    ----------
    recording : Recording
        What simulate or clamp returned, or a place of an axon. A clamp with one of its n channels is a step repeated n
        times.
    channel : str
        The name of the channel, such as "Na".
    n : int, optional
        How many channels, 1 to 100,000.
    seed : int, optional
        The same seed gives the same channels.
    conductance : float, optional
        Conductance of one open channel, pS; None for that of `hhlab.channels.channel.SINGLE`, which names its source.

    Returns
    -------
    SingleChannels
        The jumps of each channel, how many are open, the current of one and of all, and how long they stay in a state.

    Raises
    ------
    ValueError
        If there is no such channel, a number is out of range, a gate follows V at once, and so has no rates, or there
        would be too many jumps.

    Examples
    --------
    >>> rec = hh.simulate(hh.Squid(), hh.Step(20, start=5, duration=0.5))
    >>> sodium = hh.single_channels(rec, "Na", n=1000, seed=1)
    >>> sodium.open.shape == rec.t.shape
    True
    """
    kind = _Kind(recording, channel, seed)
    for gate in kind.channel.gates:
        if gate.at_once:
            raise ValueError(
                f"gate {gate.name} of {channel} opens and shuts at once in this model, so no single channel "
                "can be followed: take another channel"
            )
    return SingleChannels(kind, _whole("n", n, 1, 100_000), conductance)


class Particles(NamedTuple):
    """Particles of some channels of a kind at some moments, as from `particles_at`."""

    names: tuple[str, ...]
    """The gate of each particle, such as ("m", "m", "m", "h"); where channels differ, "h1 or h2"."""
    inactivates: tuple[bool, ...]
    """Whether it inactivates the channel, where the others open it."""
    open: Bools
    """Whether it is open; (particles, n, moments)."""
    states: Ints
    """The state of each channel, by number in STATES; (n, moments)."""


def particles_at(
    recording: Recording, channel: str, n: int, moments: ArrayLike, *, seed: int = 0, along: int = 2000
) -> Particles:
    """The particles of n channels of one kind at some moments, in the time that these moments take, not their jumps.

    From one moment to the next a particle keeps its state with the probability of not having been redrawn, and is drawn
    anew otherwise, for the V at which it last was. This has the same distribution as `single_channels`, but is another
    draw. A small change of the recording changes few states, as the same random numbers stand for the same moments.
    Gates that follow V at once are drawn anew at each moment.

    Parameters
    ----------
    recording : Recording
        What simulate or clamp returned, or a place of an axon.
    channel : str
        The name of the channel, such as "Na".
    n : int
        How many channels.
    moments : array_like
        Times in ms, rising, within the recording.
    seed : int, optional
        The same seed gives the same channels.
    along : int, optional
        So many points of the recording, at least, stand for all its samples; where V moves, there are more.

    Returns
    -------
    Particles
        What each particle does, and each channel.

    Raises
    ------
    ValueError
        If there is no such channel, or a number is out of range.
    """
    at, many = numbers("moments", "ms", moments), _whole("n", n, 1, 100_000)
    kind = _Kind(recording, channel, seed, along, at)
    alike = [(group, len(list(numbers))) for group, numbers in itertools.groupby(kind.particles)]
    first = np.cumsum([0, *(power for _, power in alike)]).tolist()
    seen = [kind.seen(number, power * many) for number, (_, power) in zip(first, alike, strict=False)]
    found = np.concatenate([np.empty((0, at.size), bool), *seen]).reshape(-1, many, at.size)
    shut = [np.zeros((many, at.size), np.int64), np.zeros((many, at.size), np.int64)]
    for each, inactivates in zip(found, kind.inactivates, strict=True):
        shut[inactivates] += ~each
    names = tuple(" or ".join(gate.name for gate in group) for group in kind.particles)
    return Particles(names, kind.inactivates, found, _state(*shut))


class SingleChannels:
    """What `single_channels` returns.

    Attributes
    ----------
    recording : Recording
        What they were followed along.
    name : str
        The name of their kind, such as "Na".
    n, seed : int
        How many there are, and what they were drawn with.
    conductance : float
        Conductance of one open channel, pS.
    states : tuple of str
        The names of their states by number: "closed", "open" and, if any gate inactivates them, "inactivated".
    t : numpy.ndarray
        Times of the recording, ms, shape (samples,).
    """

    def __init__(self, kind: "_Kind", n: int, conductance: float | None) -> None:
        self.recording, self.name, self.n, self.seed = kind.recording, kind.channel.name, n, kind.seed
        self._channel = kind.channel
        asked = self._channel.single if conductance is None else conductance
        self.conductance = SINGLE.check(asked)
        self.states = STATES if any(kind.inactivates) else STATES[:2]
        self._who, self._when, self._state = kind.jumps(n)
        self._begin = np.searchsorted(self._who, np.arange(n + 1))

    @property
    def t(self) -> Floats:
        return self.recording.t

    def jumps(self, number: int) -> tuple[Floats, Ints]:
        """The times (ms) at which one channel enters a state, from 0 on, and the numbers of these states."""
        span = slice(*self._begin[[number, number + 1]])
        return self._when[span], self._state[span]

    def states_at(self, moments: ArrayLike) -> Ints:
        """The number of the state of each channel at some moments (ms); shape (n, moments)."""
        at = np.atleast_1d(numbers("moments", "ms", moments))
        rows = [self._state[b + np.searchsorted(self._when[b:e], at, "right") - 1] for b, e in self._spans]
        return np.array(rows)

    @property
    def _spans(self) -> list[tuple[int, int]]:
        return list(zip(self._begin[:-1].tolist(), self._begin[1:].tolist(), strict=True))

    @functools.cached_property
    def open(self) -> Ints:
        """How many are open at each sample; shape of t."""
        return self.number_in("open")

    def number_in(self, state: str) -> Ints:
        """How many are in a state, by name, at each sample; shape of t."""
        into = self._state == self._number(state)
        left = np.concatenate((into[:-1] & (self._who[1:] == self._who[:-1]), [False]))
        ends = np.concatenate((self._when[1:], [0.0]))[left]
        entered, gone = (np.searchsorted(np.sort(times), self.t, "right") for times in (self._when[into], ends))
        return entered - gone

    @functools.cached_property
    def expected(self) -> Floats:
        """The share of open channels in the recording, which that of many single channels comes to; shape of t."""
        return self.recording.open_share(self.name)

    @functools.cached_property
    def current_if_open(self) -> Floats:
        """The current of one open channel, pA, outward positive; shape of t."""
        return current_if_open(self.recording, self.name, self.conductance)

    def current_of(self, number: int) -> Floats:
        """The current of one channel, pA; shape of t."""
        when, state = self.jumps(number)
        return self.current_if_open * (state[np.searchsorted(when, self.t, "right") - 1] == OPEN)

    @property
    def current(self) -> Floats:
        """The current of all n channels, pA; shape of t."""
        return self.open * self.current_if_open

    @property
    def density(self) -> float:
        """How many such channels the membrane has, as its maximal conductance says; 1/um2."""
        cell = self.recording.cell
        pool = cell.pool.get(self._channel.ion)
        return self._channel.density(pool, cell.temperature, self.conductance)

    def dwell_times(self, state: str) -> Floats:
        """How long channels stayed in a state, by name, each time, ms; stays that begin or end outside are left out."""
        same = self._who[1:] == self._who[:-1]
        first = np.isin(np.arange(self._who.size), self._begin)
        chosen = np.flatnonzero((self._state == self._number(state))[:-1] & same & ~first[:-1])
        return self._when[chosen + 1] - self._when[chosen]

    def _number(self, state: str) -> int:
        if state not in self.states:
            raise ValueError(f"{self.name} channels have no state {shown(state)}: say {' or '.join(self.states)}")
        return self.states.index(state)

    def __repr__(self) -> str:
        return f"<{self.n} single {self.name} channels of {self.conductance:g} pS along {self.recording!r}>"


def current_if_open(recording: Recording, channel: str, conductance: float) -> Floats:
    """The current (pA) of one open channel of a conductance (pS) at each sample of a recording."""
    cell, kind = recording.cell, _channel(recording, channel)
    kind = replace(kind, g=1.0) if kind.P is None else replace(kind, P=1.0)  # however many there are
    pool = cell.pool.get(kind.ion)
    now = None if pool is None else recording.conc[pool.name]
    per_pS = cell.current(kind, recording.V, np.ones(1), now) / kind.chord(pool, cell.temperature)
    return PA * conductance * per_pS


class _Kind:
    """One kind of channel along a recording: the particles that each channel has, and how they are drawn."""

    def __init__(
        self, recording: Recording, channel: str, seed: int, along: int = 0, moments: Floats = NONE
    ) -> None:  # fmt: skip
        must_be(Recording, A_RECORDING, recording)
        cell, settings = recording.cell, recording.settings
        self.recording, self.channel = recording, _channel(recording, channel)
        self.seed, self.moments = _whole("seed", seed, 0, 2**31 - 1), moments
        self.particles = _particles(self.channel)
        falls = [_falls(group[-1]) for group in self.particles]
        self.inactivates = tuple(each and not all(falls) for each in falls)
        self._frozen = {cell.state_number(name) for name in settings.get("freeze", ())}
        self._reset = {1 + cell.gate_number(name): t for name, t in settings.get("reset", {}).items()}
        self._samples = _lively(recording, along) if along else np.arange(recording.t.size)

    def jumps(self, n: int) -> tuple[Ints, Floats, Ints]:
        """All jumps of n channels from state to state: the number of the channel, when (ms), and into which state.

        They are in the order of channels, and of time. The first of each is the state that it begins in.
        """
        flips = [(np.arange(n), np.zeros(n), np.zeros(n, np.int64), np.zeros(n, bool))]
        for number, inactivates in enumerate(self.inactivates):
            for who, when, shuts in self._flips(number, n):
                flips.append((who, when, shuts, np.full(who.size, inactivates)))
        who, when, shuts, inactivating = map(np.concatenate, zip(*flips, strict=True))
        order = np.lexsort((when, who))
        who, when, shuts, inactivating = who[order], when[order], shuts[order], inactivating[order]
        first, shut = np.searchsorted(who, np.arange(n)), []
        for change in (shuts * ~inactivating, shuts * inactivating):
            total = np.cumsum(change)
            shut.append(total - (total - change)[first][who])
        state = _state(*shut)
        last = np.append((np.diff(who) > 0) | (np.diff(when) > 0), True)
        who, when, state = who[last], when[last], state[last]
        new = np.append(True, (np.diff(who) > 0) | (np.diff(state) != 0))
        return who[new], when[new], state[new]

    def seen(self, number: int, n: int) -> Bools:
        """Whether n particles, each like the one of that number, are open at the moments; shape (n, moments)."""
        found = np.zeros((n, self.moments.size), bool)
        *followers, fixed = self._members(number, n)
        found[fixed] = True
        for place, (gate, members) in enumerate(zip(self.particles[number], followers, strict=True)):
            opened, same = self._since_the_last(gate)
            chance = self._random(number, place, 1).random((members.size, self.moments.size), np.float32)
            drawn = chance < opened
            decided = drawn | (chance >= opened + same)
            found[members] = _kept(self._begins(gate, number, place, members.size), drawn, decided)
        return found

    def _since_the_last(self, gate: Gate) -> tuple[Floats, Floats]:
        """The chances that a particle was redrawn since the moment before and is open, and that it was not redrawn.

        Both have the shape of moments. Where one is redrawn, it is open with the share that belongs to its last redraw.
        """
        t, (inf, rate), moments = self.recording.t[self._samples], self._rates(gate), self.moments
        redrawn = np.append(0.0, np.cumsum(0.5 * (rate[1:] + rate[:-1]) * np.diff(t)))
        resets = [(when, rest) for when, rest in self._resets(gate) if when <= moments[-1]]
        edges = np.union1d(np.concatenate((t[t < moments[-1]], moments)), [when for when, _ in resets])
        by_then, share = np.interp(edges, t, redrawn), np.interp(edges, t, inf)
        until = np.interp(moments, t, redrawn)
        into = np.searchsorted(moments, edges[1:])  # the moment before which a step lies
        before, after = (np.exp(each - until[into]) for each in (by_then[:-1], by_then[1:]))
        steps = np.diff(by_then)
        mean = np.where(steps > TINY, (after - before) / np.maximum(steps, TINY), after)
        parts = share[1:] * after - share[:-1] * before - np.diff(share) * mean
        opened: Floats = np.bincount(into, parts, moments.size).astype(float)
        same = np.exp(-np.diff(until, prepend=0.0))
        for when, rest in resets:
            row = int(np.searchsorted(moments, when))
            later = parts[(into == row) & (edges[:-1] >= when)].sum()
            opened[row] = later + rest * np.exp(np.interp(when, t, redrawn) - until[row])
            same[row] = 0.0
        return opened, same

    def _flips(self, number: int, n: int) -> Iterator[tuple[Ints, Floats, Ints]]:
        """How a particle of each channel begins and jumps: whose, when (ms), and 1 if it shuts, -1 if it opens."""
        *followers, fixed = self._members(number, n)
        never = np.setdiff1d(np.arange(n), np.concatenate((*followers, fixed)))
        yield never, np.zeros(never.size), np.ones(never.size, np.int64)
        for place, (gate, members) in enumerate(zip(self.particles[number], followers, strict=True)):
            begins = self._begins(gate, number, place, members.size)
            shut = members[~begins]
            yield shut, np.zeros(shut.size), np.ones(shut.size, np.int64)
            bound, most, rows = self._candidates(gate)
            if rows * n > MOST_CANDIDATES:
                raise ValueError(
                    f"n = {n} channels jump too often in {self.recording.t[-1]:g} ms to be followed one by one: "
                    "take fewer channels, or a shorter recording"
                )
            together = max(AT_ONCE // rows, 1)
            for block, begin in enumerate(range(0, members.size, together)):
                part = slice(begin, begin + together)
                gaps, chances = (self._random(number, place, each, block) for each in (1, 2))
                passed = np.cumsum(gaps.standard_exponential((rows, members[part].size)), axis=0)
                at, before = np.interp(passed, most, self.recording.t), begins[part]
                inf, rate = self._rates(gate, at)
                limit = bound[np.minimum(np.searchsorted(most, passed, "right") - 1, bound.size - 1)]
                chance = chances.random(passed.shape) * limit
                opens = chance < inf * rate
                decided = (opens | (chance >= limit - (1.0 - inf) * rate)) & (passed < most[-1])
                for reset, rest in self._resets(gate):
                    fresh = chances.random((1, opens.shape[1])) < rest
                    at = np.concatenate((at, np.full(fresh.shape, reset)))
                    order = np.argsort(at, axis=0, kind="stable")
                    opens, decided = (np.concatenate(both) for both in ((opens, fresh), (decided, fresh | True)))
                    at, opens, decided = (np.take_along_axis(each, order, axis=0) for each in (at, opens, decided))
                after = _kept(before, opens.T, decided.T).T
                row, column = np.nonzero(after != np.concatenate((before[None], after[:-1])))
                yield members[part][column], at[row, column], np.where(after[row, column], -1, 1)

    def _candidates(self, gate: Gate) -> tuple[Floats, Floats, int]:
        """The bound (1/ms) of a gate's rates in each step, its integral up to each sample, and how many to draw.

        These are so many that fewer than all of them fall into the recording, but for once in 1e14 particles.
        """
        _, rate = self._rates(gate)
        bound = MARGIN * np.maximum(rate[1:], rate[:-1])
        most = np.append(0.0, np.cumsum(bound * np.diff(self.recording.t)))
        return bound, most, int(most[-1] + 8.0 * most[-1] ** 0.5) + 30

    def _members(self, number: int, n: int) -> list[Ints]:
        """The channels in which a particle follows each of its gates, and those in which it is always open."""
        group = self.particles[number]
        follow = [gate.weight * (1.0 - gate.always) for gate in group]
        always = sum(gate.offset + gate.weight * gate.always for gate in group)
        chosen = np.searchsorted(np.cumsum([*follow, always]), self._random(number).random(n), "right")
        return [np.flatnonzero(chosen == place) for place in range(len(group) + 1)]

    def _begins(self, gate: Gate, number: int, place: int, m: int) -> Bools:
        """Whether m particles are open at the beginning."""
        share = self.recording.gate[f"{self.channel.name}.{gate.name}"][0]
        return self._random(number, place, 0).random(m) < gate.intact(share)

    def _rates(self, gate: Gate, at: Floats | None = None) -> tuple[Floats, Floats]:
        """The share of open particles after a long time, and how fast it is reached (1/ms): at moments, or samples."""
        rec = self.recording
        traces = [rec.V, *([rec.conc[rec.cell.pool[gate.ion].name]] if gate.ion else [])]
        inf, tau = gate.curves(*(x[self._samples] if at is None else np.interp(at, rec.t, x) for x in traces))
        still = self._number(gate) in self._frozen
        rate = 0.0 * tau if still else gate.speed(rec.cell.temperature) / np.maximum(tau, SHORTEST)
        return gate.intact(inf), rate

    def _resets(self, gate: Gate) -> list[tuple[float, float]]:
        """When it is reset (ms), and to which share."""
        number, cell = self._number(gate), self.recording.cell
        return [(t, gate.intact(cell.state(None)[number])) for which, t in self._reset.items() if which == number]

    def _number(self, gate: Gate) -> int:
        return self.recording.cell.state_number(f"{self.channel.name}.{gate.name}")

    def _random(self, *which: int) -> np.random.Generator:
        """A generator for this kind of channel, and whatever else these numbers say."""
        return np.random.default_rng([self.seed, zlib.crc32(self.channel.name.encode()), *which])


def _channel(recording: Recording, name: str) -> Channel:
    known = {channel.name: channel for channel in recording.cell.channels}
    return known[name] if name in known else unknown("this recording", "channel", name, known)


def _particles(channel: Channel) -> list[tuple[Gate, ...]]:
    """The particles of a channel; of several gates that add up, each channel has one."""
    found: list[tuple[Gate, ...]] = []
    together: tuple[Gate, ...] = ()
    for gate in channel.gates:
        together = (*together, gate)
        if not gate.adds_to_next:
            found += [together] * gate.power
            together = ()
    return found


@functools.lru_cache(maxsize=256)
def _falls(gate: Gate) -> bool:
    """Whether it shuts where V, and the concentration that it reads, are high."""
    low, high = gate.steady_state(np.array(FAR_V), np.array(FAR_INSIDE) if gate.ion else None)
    return bool(high < low)


@functools.lru_cache(maxsize=2)
def _lively(recording: Recording, along: int) -> Ints:
    """Samples that stand for all: so many at even distances, one for each mV that V has gone, and the last."""
    way = np.append(0.0, np.cumsum(np.abs(np.diff(recording.V)) + along / recording.t.size))
    return np.append(np.flatnonzero(np.diff(np.floor(way))), recording.t.size - 1)


def _kept(begins: Bools, drawn: Bools, decided: Bools) -> Bools:
    """Whether m particles are open after each draw, where what is drawn (m, draws) holds if decided, else what was."""
    whole, holds = (np.empty((begins.size, drawn.shape[1] + 1), bool) for _ in range(2))
    whole[:, 0], whole[:, 1:], holds[:, 0], holds[:, 1:] = begins, drawn, True, decided
    at = np.flatnonzero(holds)
    return np.repeat(whole.ravel()[at], np.diff(at, append=whole.size)).reshape(whole.shape)[:, 1:]


def _state(shut: Ints, inactivating: Ints) -> Ints:
    """The state of channels with so many shut particles of those that open, and of those that inactivate."""
    return np.where(inactivating > 0, INACTIVATED, np.where(shut > 0, CLOSED, OPEN))


def _whole(name: str, given: Any, low: int, high: int) -> int:
    if not isinstance(given, int | np.integer) or isinstance(given, bool) or not low <= given <= high:
        raise ValueError(f"{name} = {shown(given)} is outside the whole numbers {low} to {high}")
    return int(given)
