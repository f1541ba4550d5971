"""What every cell has: declared parameters, channels as data, a resting state, and a fitting time step."""

import functools
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from ..channels import Channel
from ..gates import Gate, driving_force, full_name
from ..kernel import BY_V
from ..parameters import Described, Parameter, must_be, param, tidy, unknown
from ..pools import Pool, Pump

_GRID = np.arange(-200.0, 200.5, 0.5)
_MILLIMOLAR = np.geomspace(1e-6, 1e3, _GRID.size)
_ZOOM = np.linspace(0.0, 1.0, 257)
SHARE = Parameter(0.0, "(share)", 0, 1, "open share", name="share")
INSIDE = Parameter(1.0, "mM", 1e-9, 5000, "concentration inside", name="inside")
NUDGE, LEAST, NEWTON_STEPS = 1e-6, 1e-9, 60
START_V = Parameter(-65.0, "mV", -200, 200, "membrane potential to start from", name="V")


class Cell(Described):
    """A membrane, frozen. A subclass declares its parameters and builds its channels from them."""

    V_START = -65.0
    """mV: where a membrane starts that no current holds anywhere; nan where it must be told."""

    C = param(1.0, "uF/cm2", 0.01, 100, "membrane capacitance", slider=(0.2, 5))

    _made_of = ("_values", "_added")
    _added: tuple[Channel, ...] = ()

    pools: tuple[Pool, ...] = ()
    """What is inside and changes: ions that currents can use up, or that come in and are cleared."""

    pump: Pump | None = None
    """Its Na/K-ATPase, with what a drug has left of it."""

    depth: float = 0.0
    """Volume over membrane area in cm: how much room there is for what enters."""

    spike_level: float = 0.0
    """mV that V crosses when it fires."""

    carrier: str = ""
    """The ion that carries the stimulus, in a cell that counts all its ions; such a cell gains and loses no charge."""

    START: Mapping[str, float] = {}
    """Where to begin, by name, instead of at the resting state; what it does not name is in a steady state."""

    def _own_channels(self) -> tuple[Channel, ...]:
        raise NotImplementedError

    @functools.cached_property
    def channels(self) -> tuple[Channel, ...]:
        """Its channels, with their conductances (mS/cm2) and reversal potentials (mV)."""
        values: list[dict[str, Any]] = [{name[0]: self._values[name] for name in c.parameters()} for c in self._added]
        return (*self._own_channels(), *(replace(c, **new) for c, new in zip(self._added, values, strict=True)))

    @functools.cached_property
    def gates(self) -> tuple[Gate, ...]:
        """All gates, channel by channel."""
        return tuple(gate for channel in self.channels for gate in channel.gates)

    @functools.cached_property
    def gate_names(self) -> tuple[str, ...]:
        """The names of all gates, such as "Na.m", channel by channel."""
        return tuple(f"{channel.name}.{gate.name}" for channel in self.channels for gate in channel.gates)

    @functools.cached_property
    def state_names(self) -> tuple[str, ...]:
        """The names of all that moves: "V", the gates, and concentrations such as "Na_in"."""
        return ("V", *self.gate_names, *(pool.name for pool in self.pools))

    @property
    def temperature(self) -> float:
        """Its temperature T in degC; 0 for a cell without one, whose rates do not depend on it."""
        return float(getattr(self, "T", 0.0))

    @functools.cached_property
    def pool(self) -> dict[str, Pool]:
        """The pools by ion."""
        return {pool.ion: pool for pool in self.pools}

    @property
    def counts_ions(self) -> bool:
        """Whether every current comes from a pool, so that all reversal potentials follow what is inside."""
        return bool(self.carrier)

    def current(self, channel: Channel, V: NDArray[np.float64], share: NDArray[np.float64], inside: Any = None) -> Any:
        """What a channel of it carries (uA/cm2) at V (mV) with a share of it open.

        `inside` is the concentration of its ion (mM) where that is another than the cell is given.
        """
        pool = self.pool.get(channel.ion)
        if pool is not None and inside is not None:
            pool = pool.at(inside)
        return channel.current(V, share, pool, self.temperature)

    @functools.cached_property
    def plain(self) -> bool:
        """Whether its gates read V alone and follow it in time, its channels are ohmic, and nothing inside moves."""
        return not self.pools and all(gate.plain for gate in self.gates) and not any(c.drive for c in self.channels)

    @functools.cached_property
    def gate_layout(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Where the gates of each channel begin among all gates, with the end of the last; and the power of each."""
        begin = np.cumsum([0, *(len(channel.gates) for channel in self.channels)])
        return begin, np.array([gate.power for gate in self.gates], np.int64)

    def gate_number(self, name: str) -> int:
        """Where a gate stands among all gates; "m" is enough where only one channel has an m."""
        return self.gate_names.index(full_name(name, self.gate_names, type(self).__name__))

    @property
    def remark(self) -> str:
        """A sentence that a reader of its recordings needs, such as what its temperature does; mostly none."""
        return ""

    @property
    def dt(self) -> float:
        """The time step, ms, that simulate takes unless told otherwise.

        Fine enough for an error below 0.1 % with the cell's own channels; a channel added with much faster gates, or a
        very small C, may want a smaller dt.
        """
        raise NotImplementedError

    @property
    def dt_max(self) -> float:
        """The largest time step, ms, that simulate accepts: five times dt, where errors reach about 1 %."""
        return 5 * self.dt

    def plus(self, channel: Channel) -> Self:
        """The same cell with one more channel, which adds the parameters g_<name> and E_<name>.

        Raises
        ------
        ValueError
            If the cell has a channel or a parameter of that name, if g or E is out of range, or if a rate of a gate
            is negative, not finite, or of the wrong shape.
        """
        must_be(Channel, "a channel: give one such as Channel('A', g=5, E=-77, gates=(a, b))", channel)
        kind, names = type(self).__name__, {c.name for c in self.channels}
        if channel.name in names or any(name in self._values for name in channel.parameters()):
            raise ValueError(f"{kind} already has a channel {channel.name}: give yours another name")
        if self.counts_ions and channel.ion not in self.pool:
            known = " or ".join(repr(pool.ion) for pool in self.pools)
            raise ValueError(f"{kind} counts its ions: say which one channel {channel.name} lets through, ion={known}")
        if self.counts_ions and (channel.E is not None or channel.drive is not None):
            raise ValueError(f"in {kind} E_{channel.ion} follows the concentrations: leave E= of {channel.name} out")
        if channel.ion not in self.pool and channel.E is None and channel.drive is None:
            ion = f"does not count {channel.ion}" if self.pools else "has no concentrations"
            raise ValueError(f"{kind} {ion}: give channel {channel.name} a reversal potential E= in mV")
        for gate in channel.gates:
            if gate.ion and gate.ion not in self.pool:
                raise ValueError(
                    f"gate {gate.name} reads {gate.ion}, which {kind} does not follow; "
                    f"it follows {' and '.join(self.pool) or 'no concentration'}"
                )
            gate.steady_state(_GRID, *([] if gate.reads == BY_V else [_MILLIMOLAR]))
        if channel.drive is not None:
            driving_force(channel.drive, _GRID)
        values = {name: p.value for name, p in channel.parameters().items()}
        return self._with(_values={**self._values, **values}, _added=(*self._added, channel))

    @functools.cached_property
    def _with_values(self) -> dict[str, Parameter]:
        added = {name: p for channel in self._added for name, p in channel.parameters().items()}
        return {name: p.at(self._values[name]) for name, p in (self._declared | added).items()}

    def __getattr__(self, name: str) -> Any:
        """The parameters of added channels; only called where nothing else has the name."""
        values = self.__dict__.get("_values", {})
        if name in values:
            return values[name]
        raise AttributeError(f"{type(self).__name__} has no {name}")

    def rest(self) -> dict[str, float]:
        """Its resting state by name: "V" in mV, every gate, and concentrations inside in mM.

        Found as the lowest voltage at which the steady current turns from inward to outward, at the concentrations that
        the cell is given, with what is cleared in balance with what comes in, and with its pump at work. A membrane
        that fires by itself has such a point too, but does not stay there; a pacemaker starts where its docstring says.
        """
        return dict(zip(self.state_names, self._resting_state, strict=True))

    @functools.cached_property
    def _resting_state(self) -> tuple[float, ...]:
        V = self.START["V"] if self.START else _resting_potential(self)
        at_V = functools.cache(lambda gate: gate.steady_state(V))
        inside = self._settled(at_V, np.asarray(V))
        gates = (float(self._settled_gate(gate, at_V, V, inside)) for gate in self.gates)
        settled = dict(zip(self.state_names, (V, *gates, *map(float, inside.values())), strict=True))
        return tuple({**settled, **self.START}.values())

    def steady_current(self, V: NDArray[np.float64]) -> NDArray[np.float64]:
        """Ionic current in uA/cm2, outward positive, after a long time at V (mV, any shape), the pump included."""
        return self._current_of(lambda gate: gate.steady_state(V), np.asarray(V, float))

    def _current_of(self, state: Callable[[Gate], NDArray[np.float64]], V: NDArray[np.float64]) -> NDArray[np.float64]:
        """The steady current at V (mV), given the steady state of each gate that reads V."""
        total, inside = np.zeros_like(V) + self.pump_current(V), self._settled(state, V)
        for channel in self.channels:
            total += self._settled_current(channel, state, V, inside)
        return total

    def _settled_current(
        self, channel: Channel, state: Callable[[Gate], Any], V: Any, inside: Mapping[str, Any]
    ) -> Any:
        share = channel.open_share({gate.name: self._settled_gate(gate, state, V, inside) for gate in channel.gates})
        return self.current(channel, V, share, inside.get(channel.ion))

    def _settled_gate(self, gate: Gate, state: Callable[[Gate], Any], V: Any, inside: Mapping[str, Any]) -> Any:
        return gate.steady_state(V, inside[gate.ion]) if gate.ion else state(gate)

    def _settled(self, state: Callable[[Gate], Any], V: Any) -> dict[str, Any]:
        """What is inside after a long time at V (mV), by ion, mM: where what clears balances what comes in."""
        inside = {pool.ion: np.full_like(V, pool.inside, dtype=float) for pool in self.pools}
        for pool in self.pools:
            if pool.clears:
                inside[pool.ion] = self._balanced(pool, state, V, inside)
        for pool in self.pools:
            if pool.of:
                source = next(channel for channel in self.channels if channel.name == pool.of)
                inside[pool.ion] = pool.base + pool.by_charge(0.0) * abs(
                    self._settled_current(source, state, V, inside)
                )
        return inside

    def _balanced(self, pool: Pool, state: Callable[[Gate], Any], V: Any, inside: Mapping[str, Any]) -> Any:
        """By Newton's method: what enters falls as more is inside, and the root is reached from one side."""
        feeding = [channel for channel in self.channels if channel.ion == pool.ion]

        def excess(c: Any) -> Any:
            currents = [self._settled_current(channel, state, V, {**inside, pool.ion: c}) for channel in feeding]
            gain = -pool.by_charge(self.depth) / pool.clears * np.sum(currents, axis=0)
            return pool.base + (np.maximum(gain, 0.0) if pool.one_way else gain) - c

        c = np.maximum(inside[pool.ion], LEAST)
        for _ in range(NEWTON_STEPS):
            here = excess(c)
            slope = np.minimum((excess(c * (1.0 + NUDGE)) - here) / (c * NUDGE), -1e-3)
            new = np.maximum(c - here / slope, c / 100)
            settled = np.all(np.abs(new - c) <= 1e-13 * c)
            c = new
            if settled:
                break
        return c

    def pump_current(self, V: NDArray[np.float64]) -> NDArray[np.float64]:
        """Net outward current of its whole pump at V (mV) in uA/cm2, at the concentrations that the cell is given."""
        return np.zeros_like(V)

    def state(self, given: Mapping[str, float] | None) -> NDArray[np.float64]:
        """V, all gates and all concentrations as an array, from values by name; what is not given is at rest."""
        state = np.array(self._resting_state)
        for name, value in (given or {}).items():
            number = self.state_number(name)
            checks = START_V if number == 0 else SHARE if number <= len(self.gates) else INSIDE
            state[number] = checks.renamed(name).check(value)
        return state

    def state_number(self, name: str) -> int:
        """Where V, a gate or a concentration stands among all that moves."""
        if name in self.state_names:
            return self.state_names.index(name)
        if self.pools and "_" in str(name):
            unknown(type(self).__name__, "concentration", name, [pool.name for pool in self.pools])
        return 1 + self.gate_number(name)

    def __repr__(self) -> str:
        own = self.channels[len(self.channels) - len(self._added) :]
        return super().__repr__() + "".join(f".plus({c.name}: {_values_of(c)})" for c in own)


def _values_of(channel: Channel) -> str:
    return ", ".join(f"{name[0]}={tidy(p.value)}" for name, p in channel.parameters().items())


def _resting_potential(cell: Cell) -> float:
    """The lowest voltage where the steady current turns from inward to outward: on the grid, then within one row."""
    zero, row = cell.V_START, None
    for _ in range(2):
        V = _volts(row)
        current = cell._current_of(functools.partial(_steady, row=row), V)
        upward = np.flatnonzero((current[:-1] <= 0) & (current[1:] > 0))
        if not upward.size:
            break
        row = int(upward[0])
        zero = float(V[row] + (V[row + 1] - V[row]) * _turn(current, row))
    return zero


def _volts(row: int | None) -> NDArray[np.float64]:
    return _GRID if row is None else _GRID[row] + (_GRID[row + 1] - _GRID[row]) * _ZOOM


@functools.lru_cache(maxsize=256)
def _steady(gate: Gate, row: int | None) -> NDArray[np.float64]:
    """The steady state of a gate on the grid, or within one row of it; kept, as cells of a kind share their gates."""
    return gate.steady_state(_volts(row))


def _turn(current: NDArray[np.float64], at: int) -> float:
    """Where a current turns outward between two samples (0 to 1), by the parabola through them and a neighbour."""
    here, there = current[at : at + 2]
    share = here / (here - there)
    before, middle, after = current[at - 1 : at + 2] if at else current[:3]
    return float(share - 0.5 * share * (share - 1.0) * (before - 2.0 * middle + after) / (there - here))
