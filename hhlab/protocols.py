"""Stimuli: steps, ramps, trains, shocks and synapses. They add with +, and each can describe itself in words.

A current is a list of straight pieces, or a wave of any other shape, and its mean over each time step is exact. So a
pulse delivers its whole charge wherever it lies on the time grid.
"""

import functools
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .parameters import Described, Parameter, no_such, param, tidy
from .physics import Floats

LONGEST = 1e9  # ms
NEARLY_EQUAL = 1e-5  # relative difference to which equal time constants of a synapse are moved apart
CLOSED_AFTER = 10.0  # time constants after which a synapse counts as closed

MOST_TOLD = 6  # parts of a sum that its words and its repr name


class Piece(NamedTuple):
    """A current that changes linearly from one value (uA/cm2) at its start (ms) to another at its end (ms)."""

    start: float
    end: float
    first: float
    last: float

    def at(self, t: Floats) -> Floats:
        return self.first + (self.last - self.first) * (t - self.start) / (self.end - self.start)


class Protocol(Described):
    """A stimulus; `a + b` applies both."""

    _words = ""
    """What it does, with the names of its parameters in braces."""

    @property
    def _inside(self) -> "tuple[Protocol, ...]":
        """The protocols whose pieces, waves, shocks and synapses are its own."""
        return ()

    def pieces(self) -> list[Piece]:
        """Its current as straight pieces.

        Returns
        -------
        list of Piece
            The pieces, with their start and end in ms and currents in uA/cm2.
        """
        return [piece for part in self._inside for piece in part.pieces()]

    def waves(self) -> "list[Wave]":
        """Its currents of other shapes.

        Returns
        -------
        list of Wave
            The waves.
        """
        return [wave for part in self._inside for wave in part.waves()]

    def shocks(self) -> list[tuple[float, float]]:
        """Its sudden displacements of V.

        Returns
        -------
        list of tuple
            Pairs of a time in ms and a displacement in mV.
        """
        return [shock for part in self._inside for shock in part.shocks()]

    def synapses(self) -> "list[Synapse]":
        """Its synapses: conductances that open for a while.

        Returns
        -------
        list of Synapse
            The synapses.
        """
        return [synapse for part in self._inside for synapse in part.synapses()]

    def in_words(self) -> str:
        """What it does, as a phrase that a student can read.

        Returns
        -------
        str
            The phrase, with units.
        """
        return self._sentence.format(**{name: tidy(value) for name, value in self._values.items()})

    @property
    def _sentence(self) -> str:
        """The phrase, with the names of its values in braces."""
        return self._words

    @property
    def parts(self) -> "tuple[Protocol, ...]":
        """The single protocols that it is made of."""
        return (self,)

    def spans(self) -> list[tuple[float, float]]:
        """When each of its pieces, shocks, waves and synapses begins and ends.

        Returns
        -------
        list of tuple
            Pairs of times in ms.
        """
        straight = [(piece.start, piece.end) for piece in self.pieces()] + [(t, t) for t, _ in self.shocks()]
        others: list[Wave | Synapse] = [*self.waves(), *self.synapses()]
        return straight + [(each.start, each.over) for each in others]

    @property
    def end(self) -> float:
        """When it ends, ms."""
        return max((end for _, end in self.spans()), default=0.0)

    @property
    def last_onset(self) -> float:
        """When the last of its pulses, waves, shocks or synapses begins, ms."""
        return max((start for start, _ in self.spans()), default=0.0)

    @property
    def strongest(self) -> float:
        """The largest current in it, uA/cm2, with its sign."""
        highest = [x for piece in self.pieces() for x in (piece.first, piece.last)]
        return max(highest + [wave.extreme for wave in self.waves()], key=abs, default=0.0)

    def with_many(self, values: Mapping[str, Floats]) -> Self:
        """The same with arrays in place of numbers, so that `pieces` has arrays too. They are not checked.

        Parameters
        ----------
        values : dict of str to numpy.ndarray
            Values by name of the parameter; all of one shape.

        Returns
        -------
        Protocol
            A protocol of the same class.
        """
        return self._with(_values={**self._values, **values})

    def current(self, t: ArrayLike) -> Floats:
        """Its current, without that of synapses, which depends on V.

        Parameters
        ----------
        t : array_like
            Times, ms.

        Returns
        -------
        numpy.ndarray
            The current in uA/cm2, positive where it depolarises; shape of t.
        """
        times = np.asarray(t, float)
        order = np.argsort(times, axis=None, kind="stable")
        rising, total = times.ravel()[order], np.zeros(times.size)
        for piece in self.pieces():
            first, last = np.searchsorted(rising, (piece.start, piece.end))
            total[order[first:last]] += piece.at(rising[first:last])
        for wave in self.waves():
            first, last = np.searchsorted(rising, (wave.start, wave.over))
            total[order[first:last]] += wave.at(rising[first:last] - wave.start)
        return total.reshape(times.shape)

    def synaptic_current(self, t: ArrayLike, V: ArrayLike) -> Floats:
        """The current of its synapses.

        Parameters
        ----------
        t : array_like
            Times, ms.
        V : array_like
            Membrane potential at these times, mV.

        Returns
        -------
        numpy.ndarray
            The current in uA/cm2, positive where it depolarises; shape of t.
        """
        times, volts = np.asarray(t, float), np.asarray(V, float)
        return sum((s.conductance(times) * (s.E - volts) for s in self.synapses()), np.zeros(times.shape))

    def mean_conductance(self, steps: int, dt: float) -> Floats:
        """The mean conductance of all its synapses together in each time step.

        Parameters
        ----------
        steps : int
            Number of steps.
        dt : float
            Time step, ms.

        Returns
        -------
        numpy.ndarray
            g in mS/cm2, and g E in uA/cm2; shape (2, steps).
        """
        total = np.zeros((2, steps))
        for synapse in self.synapses():
            mean = synapse.mean(steps, dt)
            total += mean, mean * synapse.E
        return total

    def mean_current(self, steps: int, dt: float) -> Floats:
        """Its mean current in each time step.

        Parameters
        ----------
        steps : int
            Number of steps.
        dt : float
            Time step, ms.

        Returns
        -------
        numpy.ndarray
            The means in uA/cm2; shape (steps,).
        """
        row, current = mean_currents([self], steps, dt)
        return current[row, 0]

    def __add__(self, other: "Protocol") -> "Together":
        if not isinstance(other, Protocol):
            return NotImplemented
        return Together(*self.parts, *other.parts)


class Step(Protocol):
    """A pulse of constant current. A positive one depolarises.

    Examples
    --------
    >>> hh.Step(20, start=5, duration=0.5).in_words()
    '20 uA/cm2 for 0.5 ms at 5 ms'
    """

    _words = "{amplitude} uA/cm2 for {duration} ms at {start} ms"
    amplitude = param(20, "uA/cm2", -1e5, 1e5, "stimulus current", slider=(-20, 60))
    start = param(5, "ms", 0, LONGEST, "start of the stimulus", slider=(0, 50))
    duration = param(0.5, "ms", 1e-4, LONGEST, "duration of the stimulus", slider=(0.1, 30))

    def pieces(self) -> list[Piece]:
        return [Piece(self.start, self.start + self.duration, self.amplitude, self.amplitude)]


class Ramp(Protocol):
    """A current that rises linearly from 0 to `amplitude` during `duration`, and then stays there for `hold`."""

    _words = "a ramp from 0 to {amplitude} uA/cm2 in {duration} ms from {start} ms"
    _words_held = "a ramp from 0 to {amplitude} uA/cm2 in {duration} ms from {start} ms, held for {hold} ms"
    amplitude = param(5, "uA/cm2", -1e5, 1e5, "current at the end of the ramp", slider=(-20, 60))
    start = param(5, "ms", 0, LONGEST, "start of the ramp", slider=(0, 50))
    duration = param(20, "ms", 1e-4, LONGEST, "duration of the ramp", slider=(0.1, 100))
    hold = param(0, "ms", 0, LONGEST, "time at the final current", slider=(0, 100))

    def pieces(self) -> list[Piece]:
        top = self.start + self.duration
        rising = [Piece(self.start, top, 0.0, self.amplitude)]
        return rising + ([Piece(top, top + self.hold, self.amplitude, self.amplitude)] if self.hold else [])

    @property
    def _sentence(self) -> str:
        return self._words_held if self.hold else self._words


class Train(Protocol):
    """Equal pulses of current at equal intervals."""

    _words = "{count} pulses of {amplitude} uA/cm2 for {duration} ms, one every {interval} ms from {start} ms"
    _words_for_one = "{count} pulse of {amplitude} uA/cm2 for {duration} ms at {start} ms"
    amplitude = param(20, "uA/cm2", -1e5, 1e5, "current of each pulse", slider=(-20, 60))
    start = param(5, "ms", 0, LONGEST, "beginning of the first pulse", slider=(0, 50))
    duration = param(0.5, "ms", 1e-4, LONGEST, "duration of each pulse", slider=(0.1, 5))
    interval = param(
        20, "ms", 1e-3, LONGEST, "time from the beginning of one pulse to that of the next", slider=(1, 50)
    )
    count = param(5, "pulses", 1, 10000, "number of pulses", slider=(1, 20))

    def pieces(self) -> list[Piece]:
        onsets = [self.start + number * self.interval for number in range(int(self.count))]
        return [Piece(t, t + self.duration, self.amplitude, self.amplitude) for t in onsets]

    @property
    def _sentence(self) -> str:
        return self._words if self.count > 1 else self._words_for_one


class PulsePair(Protocol):
    """Two pulses of current with their own amplitudes and the same duration."""

    _words = "{amplitude} and {second} uA/cm2 for {duration} ms each, {interval} ms apart from {start} ms"
    amplitude = param(20, "uA/cm2", -1e5, 1e5, "current of the first pulse", slider=(-20, 60))
    second = param(20, "uA/cm2", -1e5, 1e5, "current of the second pulse", slider=(-20, 160))
    start = param(5, "ms", 0, LONGEST, "beginning of the first pulse", slider=(0, 50))
    interval = param(
        10, "ms", 1e-3, LONGEST, "time from the beginning of one pulse to that of the next", slider=(1, 40)
    )
    duration = param(0.5, "ms", 1e-4, LONGEST, "duration of each pulse", slider=(0.1, 5))

    def pieces(self) -> list[Piece]:
        each = ((self.start, self.amplitude), (self.start + self.interval, self.second))
        return [Piece(t, t + self.duration, current, current) for t, current in each]


class Wave(Protocol):
    """A current that is not made of a few straight pieces, from its `start` (ms) until it is `over` (ms)."""

    start: Any
    duration: Any

    @property
    def over(self) -> float:
        """When it ends, ms."""
        return self.start + self.duration

    @property
    def extreme(self) -> float:
        """The current in it that is farthest from 0, uA/cm2."""
        raise NotImplementedError

    def waves(self) -> "list[Wave]":
        return [self]

    def at(self, since: Floats) -> Floats:
        """Its current (uA/cm2) at times since its start (ms)."""
        raise NotImplementedError

    def charges(self, edges: Floats) -> Floats:
        """What it delivers (uA/cm2 ms) between each of these times since its start (n + 1,) and the next; (n,)."""
        raise NotImplementedError

    def means(self, steps: int, dt: float) -> Floats:
        """Its mean current (uA/cm2) in each of so many time steps of dt (ms)."""
        edges = np.arange(steps + 1) * dt
        return self.charges(np.clip(edges, self.start, max(self.over, self.start)) - self.start) / dt


class Shock(Protocol):
    """A sudden displacement of V: a shock so brief that it charges the membrane at once."""

    _words = "a shock of {mV} mV at {start} ms"
    mV = param(15, "mV", -200, 200, "displacement of the membrane potential", slider=(-30, 60))
    start = param(0, "ms", 0, LONGEST, "time of the shock", slider=(0, 50))

    def shocks(self) -> list[tuple[float, float]]:
        return [(self.start, self.mV)]


class Synapse(Protocol):
    """A synapse that opens once, with the conductance g = g_max N (e^(-t/decay) - e^(-t/rise)).

    t is the time since `start`, and N makes g_max the largest conductance. The synapse excites if E is above the
    threshold, and inhibits if E is below.
    """

    _words = "a synapse of {g_max} mS/cm2 towards {E} mV at {start} ms"
    g_max = param(0.1, "mS/cm2", 0, 1000, "largest conductance of the synapse", slider=(0, 0.5))
    E = param(0, "mV", -200, 200, "reversal potential of the synapse", slider=(-100, 60))
    start = param(5, "ms", 0, LONGEST, "time at which the synapse opens", slider=(0, 50))
    rise = param(0.5, "ms", 1e-3, 1000, "time constant with which the synapse opens", slider=(0.1, 5))
    decay = param(5, "ms", 1e-3, 1000, "time constant with which the synapse closes", slider=(0.2, 30))

    def synapses(self) -> "list[Synapse]":
        return [self]

    @property
    def over(self) -> float:
        """When it counts as closed, ms."""
        return self.start + CLOSED_AFTER * max(self.rise, self.decay)

    def conductance(self, t: ArrayLike) -> Floats:
        """Its conductance.

        Parameters
        ----------
        t : array_like
            Times, ms.

        Returns
        -------
        numpy.ndarray
            The conductance in mS/cm2; shape of t.
        """
        since = np.maximum(np.asarray(t, float) - self.start, 0.0)
        rise, decay = self._times
        return self._scale * (np.exp(-since / decay) - np.exp(-since / rise))

    def mean(self, steps: int, dt: float) -> Floats:
        """Its mean conductance in each time step, which is exact.

        Parameters
        ----------
        steps : int
            Number of steps.
        dt : float
            Time step, ms.

        Returns
        -------
        numpy.ndarray
            The means in mS/cm2; shape (steps,).
        """
        since = np.maximum(np.arange(steps + 1) * dt - self.start, 0.0)
        rise, decay = self._times
        return self._scale * np.diff(rise * np.exp(-since / rise) - decay * np.exp(-since / decay)) / dt

    @property
    def _times(self) -> tuple[float, float]:
        """Rise and decay, ms, the shorter one first, and moved apart a little if they are equal."""
        rise, decay = sorted((self.rise, self.decay))
        return rise, max(decay, rise * (1.0 + NEARLY_EQUAL))

    @property
    def _scale(self) -> float:
        rise, decay = self._times
        top = rise * decay / (decay - rise) * np.log(decay / rise)
        return float(self.g_max / (np.exp(-top / decay) - np.exp(-top / rise)))


class VoltageStep(Protocol):
    """What a voltage clamp does in one recording: V is clamped to `hold`, and to `to` during the step."""

    _words = "voltage clamp from {hold} mV to {to} mV for {duration} ms at {start} ms"
    hold = param(-65, "mV", -200, 200, "holding potential")
    to = param(0, "mV", -200, 200, "voltage of the step")
    start = param(0, "ms", 0, LONGEST, "start of the step")
    duration = param(10, "ms", 1e-4, LONGEST, "duration of the step")
    repeats = param(1, "repeats", 1, 500, "repeats of the step, each with one channel of a kind")

    @property
    def end(self) -> float:
        """When the step ends, ms."""
        return self.start + self.duration


class Together(Protocol):
    """Several protocols at once. Parameters that several of them have get numbers: amplitude_1, amplitude_2."""

    _made_of = ("_values", "_parts")
    _parts: tuple[Protocol, ...] = ()

    def __init__(self, *parts: Protocol) -> None:
        super().__init__()
        self.__dict__["_parts"] = parts

    @property
    def parts(self) -> tuple[Protocol, ...]:
        return self._parts

    @property
    def _inside(self) -> tuple[Protocol, ...]:
        return self._parts

    def in_words(self) -> str:
        told = " and ".join(part.in_words() for part in self.parts[:MOST_TOLD])
        more = len(self.parts) - MOST_TOLD
        return f"{told} and {more} more" if more > 0 else told

    def _owners(self) -> dict[str, tuple[int, str]]:
        """For each parameter of the sum, the number of the part that has it, and its name there."""
        names = [(number, name) for number, part in enumerate(self.parts) for name in part.parameters()]
        times, seen, owners = Counter(name for _, name in names), Counter[str](), dict[str, tuple[int, str]]()
        for number, name in names:
            seen[name] += 1
            owners[f"{name}_{seen[name]}" if times[name] > 1 else name] = (number, name)
        return owners

    def parameters(self) -> dict[str, Parameter]:
        found = {}
        for whole, (number, name) in self._owners().items():
            found[whole] = self.parts[number].parameters()[name].renamed(whole)
        return found

    def replace(self, **changes: float) -> "Together":
        owners, parts = self._owners(), list(self.parts)
        for whole, value in changes.items():
            if whole not in owners:
                no_such(f"this stimulus has no parameter {whole}", whole, owners)
            number, name = owners[whole]
            parts[number] = parts[number].replace(**{name: value})
        return Together(*parts)

    def with_many(self, values: Mapping[str, Floats]) -> "Together":
        parts = list(self.parts)
        for whole, column in values.items():
            number, name = self._owners()[whole]
            parts[number] = parts[number].with_many({name: column})
        return Together(*parts)

    def __getattr__(self, name: str) -> float:
        owners = self._owners()
        if name not in owners:
            raise AttributeError(f"this stimulus has no parameter {name}")
        number, own = owners[name]
        return getattr(self.parts[number], own)

    def __repr__(self) -> str:
        told = " + ".join(map(repr, self.parts[:MOST_TOLD]))
        more = len(self.parts) - MOST_TOLD
        return f"{told} + ... ({more} more)" if more > 0 else told


class Nothing(Protocol):
    """No stimulus at all."""

    _words = "no stimulus"


class Varied(Sequence[Protocol]):
    """One protocol, without waves, shocks or synapses, with many values of some of its parameters.

    A single protocol is made only when it is asked for; `pieces` are those of all, with arrays in place of numbers.
    """

    def __init__(self, protocol: Protocol, values: Mapping[str, Floats], pieces: Sequence[Piece]) -> None:
        self._protocol, self._values, self.pieces = protocol, values, pieces

    def __len__(self) -> int:
        return len(next(iter(self._values.values())))

    def __getitem__(self, number: Any) -> Any:
        return self._protocol.replace(**{name: float(values[number]) for name, values in self._values.items()})


def varied(protocol: Protocol, values: Mapping[str, Floats]) -> Sequence[Protocol]:
    """A protocol with each of these values of its parameters: arrays (n,) by name, already checked."""
    whole, each = protocol.with_many(values), Varied(protocol, values, [])
    try:
        if len(each) > 1 and not (whole.waves() or whole.shocks() or whole.synapses()):
            return Varied(protocol, values, whole.pieces())
    except (TypeError, ValueError):  # the values decide how many pieces there are
        pass
    return list(each)


def one_by_one(protocols: Sequence[Protocol]) -> Sequence[Protocol]:
    """The protocols that may have waves, shocks or synapses, and have to be asked one by one."""
    return () if type(protocols) is Varied else protocols


def _pieces(protocols: Sequence[Protocol]) -> Floats:
    """The pieces of many protocols: number of the protocol, start, end, first and last; (5, pieces)."""
    if type(protocols) is not Varied:
        return np.array([(n, *piece) for n, each in enumerate(protocols) for piece in each.pieces()]).reshape(-1, 5).T
    of_all = np.empty((5, len(protocols.pieces), len(protocols)))
    of_all[0] = np.arange(len(protocols))
    for number, piece in enumerate(protocols.pieces):
        for row, values in enumerate(piece, 1):
            of_all[row, number] = values
    return of_all.reshape(5, -1)


def mean_currents(protocols: Sequence[Protocol], steps: int, dt: float) -> tuple[NDArray[np.int64], Floats]:
    """The mean currents of many protocols, as from `mean_current`: for each step its row in a table, and the table.

    The table (uA/cm2) has a column for each protocol, and a row for each of the few steps at which one may change. With
    waves it has a row for each step.
    """
    row, current = _mean_pieces(protocols, steps, dt)
    waving = [number for number, each in enumerate(one_by_one(protocols)) if each.waves()]
    if not waving:
        return row, current
    means, current = functools.cache(_mean_waves), current[row]
    for number in waving:
        current[:, number] += means(protocols[number], steps, dt)
    return np.arange(steps, dtype=np.int64), current


def _mean_waves(protocol: Protocol, steps: int, dt: float) -> Floats:
    return np.sum([wave.means(steps, dt) for wave in protocol.waves()], axis=0)


def _mean_pieces(protocols: Sequence[Protocol], steps: int, dt: float) -> tuple[NDArray[np.int64], Floats]:
    """The same for their straight pieces alone."""
    listed = _pieces(protocols)
    column, start, end, low, high = listed[:, listed[1] < steps * dt]
    column = column.astype(np.int64)
    begin: NDArray[np.int64] = (start / dt).astype(np.int64)
    stop: NDArray[np.int64] = np.minimum(np.ceil(end / dt).astype(np.int64), steps)
    sloping = np.flatnonzero(low != high).tolist()
    slopes = [np.arange(int(begin[n]), int(stop[n])) for n in sloping]
    at = np.unique(np.concatenate([[0], begin, begin + 1, stop - 1, stop, *slopes]))
    at = at[at < steps]
    first, final = np.searchsorted(at, begin), np.searchsorted(at, stop - 1)
    current, flat = np.zeros((at.size + 1, len(protocols))), low == high
    for change, rows in ((low, first), (-low, final + 1)):
        np.add.at(current, (rows[flat], column[flat]), change[flat])
    current = np.cumsum(current[:-1], axis=0)
    for share, rows in ((start / dt - begin, first), (np.maximum(stop - end / dt, 0.0), final)):
        np.add.at(current, (rows[flat], column[flat]), -(low * share)[flat])
    for k in sloping:
        edges = np.clip(np.arange(int(begin[k]), int(stop[k]) + 1) * dt, start[k], end[k])
        mean = Piece(*map(float, (start[k], end[k], low[k], high[k]))).at(0.5 * (edges[1:] + edges[:-1]))
        current[first[k] : final[k] + 1, column[k]] += mean * np.diff(edges) / dt
    lengths = np.diff(at, append=steps).astype(np.intp)
    return np.repeat(np.arange(at.size, dtype=np.int64), lengths), current
