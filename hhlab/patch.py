"""Single channels: what each of them does along a recording, as its gates jump at random between open and shut.

A gate that counts with a power is so many particles in each channel. Every particle jumps alone, with the rates of the
model, and a channel is open while all its particles are. What is smooth in a recording is the mean of many of these.
"""

import functools
import itertools
import zlib
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .cells.cell import SEED
from .channels import Channel
from .channels.channel import SINGLE
from .channels.particles import followers, particles
from .gates import Gate
from .kernel_layout import Ints
from .parameters import Parameter, must_be, no_such, numbers, shown
from .physics import Floats
from .recording import Recording

CLOSED, OPEN, INACTIVATED = 0, 1, 2
STATES = ("closed", "open", "inactivated")
"""The names of the states of a channel, by number."""
NUMBER = Parameter(100.0, "channels", 1, 100_000, "how many channels are followed", name="n")
SHORTEST = 1e-6  # ms: a shorter time constant counts as this
SURE = 50.0  # so often a particle is redrawn, on the mean, where a gate is reset
MOST_DRAWN = 50_000_000  # times that one particle of each channel is redrawn, all together
AT_ONCE = 2**20  # so many redraws share arrays, which bounds the memory that they need
FAR_V, FAR_INSIDE = np.array([-150.0, 100.0]), np.array([1e-6, 1.0])  # mV, mM: where a gate is shut, and where open
PA = 1e-3  # pA that 1 pS carries at 1 mV
A_RECORDING = (
    "{given} is not a recording of a cell: give what simulate or clamp returned, or a place of an axon, such as "
    "run.at(1)"
)
Bools = NDArray[np.bool_]


def single_channels(
    recording: Recording, channel: str, n: int = 100, *, seed: int = 1, conductance: float | None = None
) -> "SingleChannels":
    """What each of n channels of one kind does along a recording, whose V and concentrations they all see.

    A particle that opens at a rate alpha and shuts at a rate beta does the same as one that is redrawn at the rate
    alpha + beta, open with the probability alpha / (alpha + beta). When it is redrawn is found by inverting the
    integral of alpha + beta along the recording (Pikovsky, arXiv:2501.06507, on cumulative rates), so jumps come at any
    moment, without a time step. Between two samples, the rates are the mean of those at both.

    What the gates of a single channel do: one that is frozen stays as it is at the beginning; one that is reset is
    redrawn at that moment. Of gates that add up, or have a weight, each channel has one, drawn with these weights. In
    the same way, a share of the channels has no inactivation after pronase. Gates that read calcium read that of the
    recording, which comes from all channels together. A channel without gates is always open. None of the n channels
    is blocked by a drug.

    Parameters
    ----------
    recording : Recording
        What simulate or clamp returned, or a place of an axon. The n channels under a clamp are also one channel in n
        repetitions of its step.
    channel : str
        The name of the channel, such as "Na".
    n : int, optional
        How many channels, 1 to 100,000.
    seed : int, optional
        The same seed gives the same channels.
    conductance : float, optional
        Conductance of one open channel, pS; None for the usual one, from `hhlab.channels.channel.SINGLE`.

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
                f"gate {gate.name} of {channel} opens and closes at once in this model, so no single channel can be "
                "followed: take another channel"
            )
    return SingleChannels(kind, int(NUMBER.check(n)), conductance)


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
    recording: Recording, channel: str, n: int, moments: ArrayLike, *, seed: int = 1, along: int = 2000
) -> Particles:
    """The particles of n channels of one kind at some moments: quickly, as what happens between them is left out.

    At each moment it is drawn whether a particle was redrawn since the moment before, and is open; if it was not
    redrawn, it is as it was then. So states have the same distribution as in `single_channels`, but are another draw. A
    small change of the recording changes few of them, as the same random numbers stand for the same moments. Gates that
    follow V at once are redrawn at each moment.

    Parameters
    ----------
    recording : Recording
        What simulate or clamp returned, or a place of an axon.
    channel : str
        The name of the channel, such as "Na".
    n : int
        How many channels, 1 to 100,000.
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
    kind, many, at = _Kind(recording, channel, seed, along), int(NUMBER.check(n)), numbers("moments", "ms", moments)
    found = np.zeros((len(kind.particles), many, at.size), bool)
    shut, number = np.zeros((2, many, at.size), np.int64), 0
    for _, alike in itertools.groupby(kind.particles):
        power = len(list(alike))
        found[number : number + power] = kind.seen(number, power * many, at).reshape(power, many, at.size)
        shut[int(kind.inactivates[number])] += power - found[number : number + power].sum(axis=0)
        number += power
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
    n : int
        How many there are.
    conductance : float
        Conductance of one open channel, pS.
    states : tuple of str
        The names of their states by number: "closed", "open" and, if any gate inactivates them, "inactivated".
    t : numpy.ndarray
        Times of the recording, ms, shape (samples,).
    current_if_open : numpy.ndarray
        The current of one open channel, pA, outward positive; shape of t.
    density : float
        How many such channels make up the conductance of the membrane, 1/um2.
    """

    def __init__(self, kind: "_Kind", n: int, conductance: float | None) -> None:
        self.recording, self.name, self.n, self.t = kind.recording, kind.channel.name, n, kind.recording.t
        self.conductance = SINGLE.check(kind.channel.single if conductance is None else conductance)
        self.states = STATES if any(kind.inactivates) else STATES[:2]
        self.current_if_open = current_if_open(self.recording, self.name, self.conductance)
        cell = self.recording.cell
        self.density = kind.channel.density(cell.pool.get(kind.channel.ion), cell.temperature, self.conductance)
        who, self._when, self._state = kind.jumps(n)
        self._begin = np.searchsorted(who, np.arange(n + 1))
        self._end = np.append(self._when[1:], np.inf)
        self._end[self._begin[1:] - 1] = np.inf

    def jumps(self, number: int) -> tuple[Floats, Ints]:
        """The times (ms) at which one channel enters a state, from 0 on, and the numbers of these states."""
        if number not in range(self.n):
            raise ValueError(f"there is no channel {shown(number)}: give a number from 0 to {self.n - 1}")
        span = slice(*self._begin[[number, number + 1]])
        return self._when[span], self._state[span]

    def states_at(self, moments: ArrayLike) -> Ints:
        """The number of the state of each channel at some moments (ms); shape (n, moments)."""
        at = np.atleast_1d(numbers("moments", "ms", moments))
        return np.array([self._states_of(number, at) for number in range(self.n)])

    def _states_of(self, number: int, moments: Floats) -> Ints:
        when, states = self.jumps(number)
        return states[np.searchsorted(when, moments, "right") - 1]

    def number_in(self, state: str) -> Ints:
        """How many are in a state, by name, at each sample; shape of t."""
        chosen = self._in(state)
        entered, left = (np.searchsorted(np.sort(each[chosen]), self.t, "right") for each in (self._when, self._end))
        return entered - left

    @functools.cached_property
    def open(self) -> Ints:
        """How many are open at each sample; shape of t."""
        return self.number_in("open")

    @property
    def current(self) -> Floats:
        """The current of all n channels, pA; shape of t."""
        return self.open * self.current_if_open

    def current_of(self, number: int) -> Floats:
        """The current of one channel, pA; shape of t."""
        return self.current_if_open * (self._states_of(number, self.t) == OPEN)

    def dwell_times(self, state: str) -> Floats:
        """How long channels stayed in a state, by name, each time, ms; stays that begin or end outside are left out."""
        chosen = self._in(state) & np.isfinite(self._end)
        chosen[self._begin[:-1]] = False
        return (self._end - self._when)[chosen]

    def _in(self, state: str) -> Bools:
        known = self.states
        return self._state == (
            known.index(state) if state in known else no_such(f"{self.name} has no state {state}", state, known)
        )

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

    def __init__(self, recording: Recording, channel: str, seed: int, along: int = 0) -> None:
        must_be(Recording, A_RECORDING, recording)
        self.recording, self.channel, self.seed = recording, _channel(recording, channel), int(SEED.check(seed))
        self.particles = particles(self.channel.gates)
        falls = [_falls(group[-1]) for group in self.particles]
        self.inactivates = tuple(each and not all(falls) for each in falls)
        self._samples = _lively(recording, along) if along else slice(None)

    def jumps(self, n: int) -> tuple[Ints, Floats, Ints]:
        """All jumps of n channels from state to state: the number of the channel, when (ms), and into which state.

        They are in the order of channels, and of time. The first of each is the state that it begins in.
        """
        flips = [(np.arange(n), np.zeros(n), np.zeros((2, n), np.int64))]
        for number, inactivates in enumerate(self.inactivates):
            for who, when, shuts in self._flips(number, n):
                flips.append((who, when, np.array([shuts * (not inactivates), shuts * inactivates])))
        who, when, shuts = (np.concatenate(each, axis=-1) for each in zip(*flips, strict=True))
        order = np.lexsort((when, who))
        who, when, shuts = who[order], when[order], shuts[:, order]
        total, first = np.cumsum(shuts, axis=1), np.searchsorted(who, np.arange(n))
        state = _state(*(total - (total - shuts)[:, first][:, who]))
        last = np.append((np.diff(who) > 0) | (np.diff(when) > 0), True)
        who, when, state = who[last], when[last], state[last]
        new = np.append(True, (np.diff(who) > 0) | (np.diff(state) != 0))
        return who[new], when[new], state[new]

    def seen(self, number: int, n: int, moments: Floats) -> Bools:
        """Whether n particles like the one of that number are open at some moments (ms); shape (n, moments)."""
        found = np.zeros((n, moments.size), bool)
        *following, always = followers(self.particles[number], n, self._random(number))
        found[always] = True
        for gate, members in zip(self.particles[number], following, strict=True):
            opened, same = _since_the_last(moments, *self._along(gate))
            chance = self._random(number, gate.name).random((members.size, moments.size), np.float32)
            opens = chance < opened
            found[members] = _kept(self._begins(number, gate, members.size), opens, opens | (chance >= opened + same))
        return found

    def _flips(self, number: int, n: int) -> Iterator[tuple[Ints, Floats, Ints]]:
        """How a particle of each channel begins and jumps: whose, when (ms), and 1 if it shuts, -1 if it opens."""
        *following, always = followers(self.particles[number], n, self._random(number))
        never = np.setdiff1d(np.arange(n), np.concatenate((*following, always)))
        yield never, np.zeros(never.size), np.ones(never.size, np.int64)
        for gate, members in zip(self.particles[number], following, strict=True):
            t, inf, redrawn = self._along(gate)
            rows = int(redrawn[-1] + 8.0 * redrawn[-1] ** 0.5) + 30  # too few for one particle in 1e14
            if rows * n > MOST_DRAWN:
                raise ValueError(
                    f"n = {n} channels jump too often in {self.recording.t[-1]:g} ms to be followed one by one: "
                    "take fewer channels, or a shorter recording"
                )
            begins = self._begins(number, gate, members.size)
            for first in range(0, members.size, max(AT_ONCE // rows, 1)):
                part = slice(first, first + max(AT_ONCE // rows, 1))
                gaps, chances = (self._random(number, gate.name, each, first) for each in ("when", "whether"))
                passed = np.cumsum(gaps.standard_exponential((rows, begins[part].size)), axis=0)
                opens = chances.random(passed.shape) < np.interp(passed, redrawn, inf)
                after = np.concatenate((begins[None, part], _kept(begins[part], opens.T, redrawn[-1] > passed.T).T))
                row, column = np.nonzero(after[1:] != after[:-1])
                when = np.interp(passed[row, column], redrawn, t)
                yield members[part][column], when, np.where(after[row, column], 1, -1)
            shut = members[~begins]
            yield shut, np.zeros(shut.size), np.ones(shut.size, np.int64)

    def _along(self, gate: Gate) -> tuple[Floats, Floats, Floats]:
        """Times (ms), the share of open particles after a long time then, and how often one is redrawn up to then.

        Where the gate is reset, a particle is surely redrawn, with the share at rest, without any time going by.
        """
        rec, name = self.recording, f"{self.channel.name}.{gate.name}"
        cell, state = rec.cell, rec.cell.state_number(name)
        traces = [rec.V, *([rec.conc[cell.pool[gate.ion].name]] if gate.ion else [])]
        t, (inf, tau) = rec.t[self._samples], gate.curves(*(trace[self._samples] for trace in traces))
        frozen = state in map(cell.state_number, rec.settings.get("freeze", ()))
        rate = 0.0 * tau if frozen else gate.speed(cell.temperature) / np.maximum(tau, SHORTEST)
        redrawn = np.append(0.0, np.cumsum(0.5 * (rate[1:] + rate[:-1]) * np.diff(t)))
        for reset, when in rec.settings.get("reset", {}).items():
            if cell.state_number(reset) == state:
                k, rest = np.searchsorted(t, when), cell.state(None)[state]
                here, before = np.interp(when, t, inf), np.interp(when, t, redrawn)
                t, inf = np.insert(t, k, [when] * 3), np.insert(inf, k, [here, rest, rest])
                redrawn = np.concatenate((redrawn[:k], [before, before, before + SURE], redrawn[k:] + SURE))
        return t, gate.intact(inf), redrawn

    def _begins(self, number: int, gate: Gate, m: int) -> Bools:
        """Whether m particles are open at the beginning."""
        share = self.recording.gate[f"{self.channel.name}.{gate.name}"][0]
        intact = share if self.recording.cell.noisy else gate.intact(share)
        return self._random(number, gate.name, "first").random(m) < intact

    def _random(self, *which: int | str) -> np.random.Generator:
        """A generator for this kind of channel, and whatever else these numbers and names say."""
        return np.random.default_rng([self.seed, zlib.crc32(repr((self.channel.name, *which)).encode())])


def _channel(recording: Recording, name: str) -> Channel:
    must_be(str, "{given} is not the name of a channel: give one such as 'Na'", name)
    known = {channel.name: channel for channel in recording.cell.smooth.channels}
    return known[name] if name in known else no_such(f"this recording has no channel {name}", name, known)


@functools.lru_cache(maxsize=256)
def _falls(gate: Gate) -> bool:
    """Whether it shuts where V, and the concentration that it reads, are high."""
    low, high = gate.steady_state(FAR_V, FAR_INSIDE if gate.ion else None)
    return bool(high < low)


def _lively(recording: Recording, along: int) -> Ints:
    """Samples that stand for all: so many at even distances, one for each mV that V has gone, and the last."""
    way = np.append(0.0, np.cumsum(np.abs(np.diff(recording.V)) + along / recording.t.size))
    return np.append(np.flatnonzero(np.diff(np.floor(way))), recording.t.size - 1)


def _since_the_last(moments: Floats, t: Floats, inf: Floats, redrawn: Floats) -> tuple[Floats, Floats]:
    """The chances that since the moment before a particle was redrawn and is open, and that it was not redrawn.

    Each has the shape of moments. What is known of its gate at t is as `_along` says. The chance that it was last
    redrawn a little before a moment falls by e for each time that it is redrawn until then, so these are integrals of
    an exponential times a share that goes along straight lines.
    """
    until = np.interp(moments, t, redrawn)
    edges = np.union1d(redrawn, until)
    edges = edges[edges <= until[-1]]
    step, into = np.diff(edges), np.searchsorted(until, edges[1:])
    near, far = (np.interp(edges[:-1] + part * step, redrawn, inf) for part in (0.25, 0.75))  # it may jump at edges
    first, last = 1.5 * near - 0.5 * far, 1.5 * far - 0.5 * near
    before, after = np.exp(edges[:-1] - until[into]), np.exp(edges[1:] - until[into])
    parts = last * after - first * before - (last - first) * (after - before) / step
    opened: Floats = np.bincount(into, parts, moments.size).astype(float)
    return opened, np.exp(-np.diff(until, prepend=0.0))


def _kept(begins: Bools, drawn: Bools, new: Bools) -> Bools:
    """Whether m particles are open after each draw, where what is drawn (m, draws) holds if new, or else what was."""
    whole, holds = (np.empty((begins.size, drawn.shape[1] + 1), bool) for _ in range(2))
    whole[:, 0], whole[:, 1:], holds[:, 0], holds[:, 1:] = begins, drawn, True, new
    at = np.flatnonzero(holds)
    return np.repeat(whole.ravel()[at], np.diff(at, append=whole.size)).reshape(whole.shape)[:, 1:]


def _state(shut: Ints, inactivating: Ints) -> Ints:
    """The state of channels with so many shut particles of those that open, and of those that inactivate."""
    return np.where(inactivating > 0, INACTIVATED, np.where(shut > 0, CLOSED, OPEN))
