"""What every cell has: declared parameters, channels as data, a resting state, and a suitable time step."""

import functools
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from ..channels import Channel
from ..channels.particles import COUNTER, counted
from ..gates import Gate, driving_force, full_name
from ..kernel_layout import BY_V
from ..parameters import Described, Parameter, must_be, no_such, param, tidy
from ..physics import Floats
from ..pools import Pool, Pump

_GRID = np.arange(-200.0, 200.5, 0.5)  # mV at which steady currents and new gates are computed
_CONCENTRATIONS = np.geomspace(1e-6, 1e3, _GRID.size)  # mM at which new gates are computed
_WITHIN = np.linspace(0.0, 1.0, 257)  # points within one interval of the grid
SHARE = Parameter(0.0, "(share)", 0, 1, "open share", name="share")
INSIDE = Parameter(1.0, "mM", 1e-9, 5000, "concentration inside", name="inside")
LEAST_INSIDE = 1e-9  # mM that Newton's method starts from at least
RELATIVE_CHANGE, NEWTON_STEPS = 1e-6, 60  # by which it takes the slope, and how often it is repeated at most
AREA = Parameter(10.0, "um2", 0.1, 10_000, "area of membrane whose channels are counted", slider=(1, 200), name="area")
SEED = Parameter(1.0, "(number)", 0, 999_999, "seed of the random numbers", slider=(1, 100), name="seed")
NOISE = {"area": AREA, "seed": SEED}
START_V = Parameter(-65.0, "mV", -200, 200, "membrane potential to start from", name="V")


class Cell(Described):
    """A membrane. A subclass declares its parameters and builds its channels from them. A cell never changes."""

    title = "Membrane"
    """What it is, in a few words."""

    V_START = -65.0
    """mV: where a membrane without a resting potential starts; nan if the user must say."""

    C = param(1.0, "uF/cm2", 0.01, 100, "membrane capacitance", slider=(0.2, 5))

    _made_of: ClassVar[tuple[str, ...]] = ("_values", "_added")
    _added: tuple[Channel, ...] = ()

    pools: tuple[Pool, ...] = ()
    """The concentrations inside: of ions that currents can use up, or that enter and are cleared."""

    pump: Pump | None = None
    """Its Na/K-ATPase, or what a drug has left of it."""

    depth: float = 0.0
    """Volume over membrane area, cm: it says how much a current changes a concentration."""

    spike_level: float = 0.0
    """mV that V crosses upward when the cell fires."""

    carrier: str = ""
    """The ion that carries the stimulus, in a cell that counts all its ions and so conserves charge; else empty."""

    START: Mapping[str, float] = {}
    """Where to start, by name, instead of at the resting state; what is not named starts in its steady state."""

    dt: float = 0.01
    """The time step, ms, that simulate takes unless told otherwise.

    Fine enough for an error below 0.1 % with the cell's own channels. A channel added with much faster gates, or a very
    small C, may need a smaller one.
    """

    def _own_channels(self) -> tuple[Channel, ...]:
        raise NotImplementedError

    @functools.cached_property
    def channels(self) -> tuple[Channel, ...]:
        """Its channels, with their conductances (mS/cm2) and reversal potentials (mV)."""
        values: list[dict[str, Any]] = [{name[0]: self._values[name] for name in c.parameters()} for c in self._added]
        found = (*self._own_channels(), *(replace(c, **new) for c, new in zip(self._added, values, strict=True)))
        return tuple(replace(c, gates=counted(c.gates)) for c in found) if self.noisy else found

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
        """The names of all state variables: "V", the gates, and concentrations such as "Na_in"."""
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
    def fires(self) -> bool:
        """Whether it may have action potentials."""
        return bool(self.gates)

    @property
    def counts_ions(self) -> bool:
        """Whether every current comes from a pool, so that all reversal potentials follow the concentrations."""
        return bool(self.carrier)

    def with_noise(self, area: float, seed: int = 1) -> Self:
        """The same membrane as a patch so small that its channels are counted: each opens and shuts at random.

        It adds the parameters `area` and `seed`, and to each channel with gates a gate "open", the share of open
        channels, which conducts; its other gates then say how many of their particles are open. There are as many
        channels as make up the conductance, each with the conductance of `hhlab.channels.channel.SINGLE` or SINGLE_OF.
        All particles of a gate jump alone, in each time step with the chance that they have at this V: that is exact
        but for V, which changes with the step, as in the deterministic model. What conducts is counted channel by
        channel; products of shares, each with noise of its own, would be wrong (Orio & Soudry 2012, PLoS One 7:e36670).
        Leaks, pumps, and gates that follow V at once, have no noise.

        Parameters
        ----------
        area : float
            Area of the membrane, um2.
        seed : int, optional
            What random numbers begin with. The same seed gives the same numbers.

        Returns
        -------
        Cell
            A cell of the same class.

        Raises
        ------
        ValueError
            If the area is outside 0.1 to 10,000 um2, or the seed is not a whole number from 0 to 999,999.
        """
        return self._with(_values={**self._values, "area": AREA.check(area), "seed": SEED.check(seed)})

    @property
    def noisy(self) -> bool:
        """Whether its channels are followed one by one."""
        return "area" in self._values

    @property
    def smooth(self) -> Self:
        """The same cell without noise."""
        values = {name: value for name, value in self._values.items() if name not in NOISE}
        return self._with(_values=values) if self.noisy else self

    @property
    def noise_in_code(self) -> str:
        """What makes it noisy, as it stands in code; empty without noise."""
        return f".with_noise({', '.join(f'{n}={tidy(self._values[n])}' for n in NOISE)})" if self.noisy else ""

    @functools.cached_property
    def numbers(self) -> dict[str, int]:
        """How many channels of each kind are counted in a noisy cell: of those whose gates take time."""
        kinds = [channel for channel in self.channels if f"{channel.name}.{COUNTER}" in self.gate_names]
        in_um2 = {c.name: c.density(self.pool.get(c.ion), self.temperature, c.single) for c in kinds if self.noisy}
        return {name: round(self._values["area"] * number) for name, number in in_um2.items()}

    def current(self, channel: Channel, V: Floats, share: Floats, inside: Any = None) -> Any:
        """The current of one of its channels.

        Parameters
        ----------
        channel : Channel
            The channel.
        V : numpy.ndarray
            Membrane potential, mV.
        share : numpy.ndarray
            The share of open channels, 0 to 1.
        inside : float or numpy.ndarray, optional
            Concentration of its ion inside, mM; without it the one that the cell is given.

        Returns
        -------
        numpy.ndarray
            The current in uA/cm2, outward positive.
        """
        pool = self.pool.get(channel.ion)
        if pool is not None and inside is not None:
            pool = pool.at(inside)
        return channel.current(V, share, pool, self.temperature)

    def current_in(self, state: Mapping[str, float], channel: Channel, V: Any) -> Any:
        """The current of one of its channels with gates and concentrations frozen in a state.

        Parameters
        ----------
        state : dict of str to float
            Values of all gates and concentrations by name, as from `rest`.
        channel : Channel
            The channel.
        V : float or numpy.ndarray
            Membrane potential, mV.

        Returns
        -------
        float or numpy.ndarray
            The current in uA/cm2, outward positive.
        """
        shares = {gate.name: np.array(state[f"{channel.name}.{gate.name}"]) for gate in channel.gates}
        inside = state[self.pool[channel.ion].name] if channel.ion in self.pool else None
        return self.current(channel, V, channel.open_share(shares), inside)

    @functools.cached_property
    def plain(self) -> bool:
        """Whether its gates read V alone and none is instantaneous, its channels are ohmic, and it has no pools."""
        return not self.pools and all(gate.plain for gate in self.gates) and not any(c.drive for c in self.channels)

    @functools.cached_property
    def gate_layout(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The number of each channel's first gate, and one past the last gate; and the power of each gate."""
        begin = np.cumsum([0, *(len(channel.gates) for channel in self.channels)], dtype=np.int64)
        return begin, np.array([gate.power for gate in self.gates], np.int64)

    def gate_number(self, name: str) -> int:
        """The number of a gate among all gates.

        Parameters
        ----------
        name : str
            Its name, such as "Na.m"; "m" is enough where only one channel has an m.

        Returns
        -------
        int
            The number, from 0.

        Raises
        ------
        ValueError
            If there is no such gate, or more than one.
        """
        return self.gate_names.index(full_name(name, self.gate_names, type(self).__name__))

    @property
    def dt_max(self) -> float:
        """The largest time step, ms, that simulate accepts: five times dt, where errors reach about 1 %."""
        return 5 * self.dt

    def plus(self, channel: Channel) -> Self:
        """The same cell with one more channel, which adds the parameters g_<name> and E_<name>.

        Parameters
        ----------
        channel : Channel
            The channel to add.

        Returns
        -------
        Cell
            A cell of the same class.

        Raises
        ------
        ValueError
            If the cell has a channel or a parameter of that name, if g or E is out of range, or if a rate of a gate
            is negative, not finite, or of the wrong shape.
        """
        must_be(Channel, "{given} is not a channel: give one such as Channel('A', g=5, E=-77, gates=(a, b))", channel)
        kind, names = type(self).__name__, {c.name for c in self.channels}
        if channel.name in names or any(name in self._values for name in channel.parameters()):
            raise ValueError(f"{kind} already has a channel {channel.name}: give yours another name")
        if self.counts_ions and channel.ion not in self.pool:
            known = ", ".join(repr(pool.ion) for pool in self.pools)
            raise ValueError(
                f"{kind} counts its ions: say which ion channel {channel.name} lets through, as ion= one of {known}"
            )
        if self.counts_ions and (channel.E is not None or channel.drive is not None):
            raise ValueError(
                f"in {kind} E_{channel.ion} follows the concentrations: leave out E= of channel {channel.name}"
            )
        if channel.ion not in self.pool and channel.E is None and channel.drive is None:
            told = f"{kind} does not count {channel.ion}" if self.pools else f"{kind} has no concentrations"
            raise ValueError(f"{told}: give channel {channel.name} a reversal potential E= in mV")
        for gate in channel.gates:
            if gate.ion and gate.ion not in self.pool:
                told = f"gate {gate.name} depends on {gate.ion}, which {kind} does not follow"
                raise ValueError(f"{told}; it follows {', '.join(self.pool)}" if self.pool else told)
            gate.steady_state(_GRID, *([] if gate.reads == BY_V else [_CONCENTRATIONS]))
        if channel.drive is not None:
            driving_force(channel.drive, _GRID)
        values = {name: p.value for name, p in channel.parameters().items()}
        return self._with(_values={**self._values, **values}, _added=(*self._added, channel))

    @functools.cached_property
    def _with_values(self) -> dict[str, Parameter]:
        added = {name: p for channel in self._added for name, p in channel.parameters().items()}
        declared = self._declared | added | (NOISE if self.noisy else {})
        return {name: p.at(self._values[name]) for name, p in declared.items()}

    def __getattr__(self, name: str) -> Any:
        """The parameters of added channels; only called where nothing else has that name."""
        values = self.__dict__.get("_values", {})
        if name in values:
            return values[name]
        raise AttributeError(f"{type(self).__name__} has no {name}")

    def rest(self) -> dict[str, float]:
        """Its resting state.

        It rests at the lowest voltage at which the steady current turns from inward to outward. This current includes
        the pump, at the concentrations that the cell is given; ions that are cleared are in balance with what enters. A
        membrane that fires by itself has such a point too, but does not stay there. A pacemaker starts where its
        docstring says.

        Returns
        -------
        dict of str to float
            "V" in mV, every gate, such as "Na.m", and every concentration inside in mM, such as "Na_in".
        """
        return dict(zip(self.state_names, self.state(None).tolist(), strict=True))

    @functools.cached_property
    def _resting_state(self) -> tuple[float, ...]:
        V = self.START["V"] if self.START else _resting_potential(self)
        at_V = functools.cache(lambda gate: gate.steady_state(V))
        inside = self._settled(at_V, np.asarray(V))
        gates = (float(self._settled_gate(gate, at_V, V, inside)) for gate in self.gates)
        settled = dict(zip(self.state_names, (V, *gates, *map(float, inside.values())), strict=True))
        return tuple({**settled, **self.START}.values())

    def _current_of(self, state: Callable[[Gate], Floats], V: Floats) -> Floats:
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
        """Concentrations inside after a long time at V (mV), by ion, mM: what is cleared balances what enters."""
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
        """The balanced concentration of a pool, by Newton's method: the more is inside, the less enters."""
        feeding = [channel for channel in self.channels if channel.ion == pool.ion]

        def excess(c: Any) -> Any:
            currents = [self._settled_current(channel, state, V, {**inside, pool.ion: c}) for channel in feeding]
            gain = -pool.by_charge(self.depth) / pool.clears * np.sum(currents, axis=0)
            return pool.base + gain - c

        c = np.maximum(inside[pool.ion], LEAST_INSIDE)
        for _ in range(NEWTON_STEPS):
            here = excess(c)
            slope = np.minimum((excess(c * (1.0 + RELATIVE_CHANGE)) - here) / (c * RELATIVE_CHANGE), -1e-3)
            before, c = c, np.maximum(c - here / slope, c / 100)
            if np.all(np.abs(c - before) <= 1e-13 * before):
                break
        return c

    def pump_current(self, V: Floats) -> Floats:
        """The net outward current of the whole pump at the concentrations that the cell is given.

        Parameters
        ----------
        V : numpy.ndarray
            Membrane potential, mV.

        Returns
        -------
        numpy.ndarray
            The current in uA/cm2; shape of V.
        """
        return np.zeros_like(V)

    def state(self, given: Mapping[str, float] | None) -> Floats:
        """V, all gates and all concentrations as an array.

        Parameters
        ----------
        given : dict of str to float, optional
            Values by name that replace those at rest.

        Returns
        -------
        numpy.ndarray
            The values, in the order of `state_names`.

        Raises
        ------
        ValueError
            If a name is unknown, or a value is out of range.
        """
        state = np.array(self._resting_state)
        for name, value in (given or {}).items():
            number = self.state_number(name)
            checks = START_V if number == 0 else SHARE if number <= len(self.gates) else INSIDE
            state[number] = checks.renamed(name).check(value)
        return state

    def state_number(self, name: str) -> int:
        """The number of V, a gate or a concentration among all state variables.

        Parameters
        ----------
        name : str
            Its name, such as "V", "Na.m" or "Na_in".

        Returns
        -------
        int
            The number, from 0.

        Raises
        ------
        ValueError
            If there is none of this name.
        """
        if name in self.state_names:
            return self.state_names.index(name)
        if self.pools and "_" in str(name):
            no_such(f"{type(self).__name__} has no concentration {name}", name, [pool.name for pool in self.pools])
        return 1 + self.gate_number(name)

    def __repr__(self) -> str:
        own = self.channels[len(self.channels) - len(self._added) :]
        return super().__repr__() + "".join(f".plus({c.name}: {_values_of(c)})" for c in own) + self.noise_in_code


def _values_of(channel: Channel) -> str:
    return ", ".join(f"{name[0]}={tidy(p.value)}" for name, p in channel.parameters().items())


def _resting_potential(cell: Cell) -> float:
    """The lowest voltage where the steady current turns outward, on the grid and then between two points."""
    zero, row = cell.V_START, None
    for _ in range(2):
        V = _volts(row)
        current = cell._current_of(functools.partial(_steady, row=row), V)
        upward = np.flatnonzero((current[:-1] <= 0) & (current[1:] > 0))
        if not upward.size:
            break
        row = int(upward[0])
        zero = float(V[row] + (V[row + 1] - V[row]) * _crossing(current, row))
    return zero


def _volts(row: int | None) -> Floats:
    return _GRID if row is None else _GRID[row] + (_GRID[row + 1] - _GRID[row]) * _WITHIN


@functools.lru_cache(maxsize=256)
def _steady(gate: Gate, row: int | None) -> Floats:
    """The steady state of a gate on the grid, or within one interval of it. Cached, as cells of a kind share gates."""
    return gate.steady_state(_volts(row))


def _crossing(current: Floats, at: int) -> float:
    """Where a current crosses 0 between two samples (0 to 1), by the parabola through them and a neighbour."""
    here, there = current[at : at + 2]
    share = here / (here - there)
    before, middle, after = current[at - 1 : at + 2] if at else current[:3]
    return float(share - 0.5 * share * (share - 1.0) * (before - 2.0 * middle + after) / (there - here))
