"""What every cell has: declared parameters, channels as data, a resting state, and a fitting time step."""

import functools
from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from ..channels import Channel
from ..gates import Gate, full_name
from ..parameters import Described, Parameter, param

_GRID = np.arange(-200.0, 200.5, 0.5)
_ZOOM = np.linspace(0.0, 1.0, 33)


class Cell(Described):
    """A membrane, frozen. A subclass declares its parameters and builds its channels from them."""

    V_START = -65.0
    """mV: where a membrane starts that no current holds anywhere."""

    C = param(1.0, "uF/cm2", 0.01, 100, "membrane capacitance", slider=(0.2, 5))

    _made_of = ("_values", "_added")
    _added: tuple[Channel, ...] = ()

    def _own_channels(self) -> tuple[Channel, ...]:
        raise NotImplementedError

    @functools.cached_property
    def channels(self) -> tuple[Channel, ...]:
        """Its channels, with their conductances (mS/cm2) and reversal potentials (mV)."""
        return self._own_channels() + tuple(
            Channel(c.name, self._values[f"g_{c.name}"], self._values[f"E_{c.name}"], c.gates) for c in self._added
        )

    @functools.cached_property
    def gates(self) -> tuple[Gate, ...]:
        """All gates, channel by channel."""
        return tuple(gate for channel in self.channels for gate in channel.gates)

    @functools.cached_property
    def gate_names(self) -> tuple[str, ...]:
        """The names of all gates, such as "Na.m", channel by channel."""
        return tuple(f"{channel.name}.{gate.name}" for channel in self.channels for gate in channel.gates)

    @functools.cached_property
    def gate_layout(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Where the gates of each channel begin among all gates, with the end of the last; and the power of each."""
        begin = np.cumsum([0, *(len(channel.gates) for channel in self.channels)])
        return begin, np.array([gate.power for gate in self.gates], np.int64)

    def gate_number(self, name: str) -> int:
        """Where a gate stands among all gates; "m" is enough where only one channel has an m."""
        return self.gate_names.index(full_name(name, self.gate_names, type(self).__name__))

    @property
    def dt(self) -> float:
        """The time step, ms, that simulate takes unless told otherwise: fine enough for an error below 0.1 %."""
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
        names = {c.name for c in self.channels}
        if channel.name in names or f"g_{channel.name}" in self._values or f"E_{channel.name}" in self._values:
            raise ValueError(f"{type(self).__name__} already has a channel {channel.name}: give yours another name")
        for gate in channel.gates:
            gate.steady_state(_GRID)
        values = {p.name: p.check(p.value) for p in _declared_by(channel)}
        return self._with(_values={**self._values, **values}, _added=(*self._added, channel))

    def parameters(self) -> dict[str, Parameter]:
        added = {p.name: p for channel in self._added for p in _declared_by(channel)}
        return super().parameters() | {name: p.at(self._values[name]) for name, p in added.items()}

    def __getattr__(self, name: str) -> Any:
        """The parameters of added channels; only called where nothing else has the name."""
        values = self.__dict__.get("_values", {})
        if name in values:
            return values[name]
        raise AttributeError(f"{type(self).__name__} has no {name}")

    def rest(self) -> dict[str, float]:
        """Its resting state by name, "V" in mV and every gate: the lowest stable zero of the steady current."""
        return dict(zip(("V", *self.gate_names), self._resting_state, strict=True))

    @functools.cached_property
    def _resting_state(self) -> tuple[float, ...]:
        V = _resting_potential(self)
        return (V, *(float(gate.steady_state(V)) for gate in self.gates))

    def steady_current(self, V: NDArray[np.float64]) -> NDArray[np.float64]:
        """Ionic current in uA/cm2, outward positive, after a long time at V (mV, any shape)."""
        total = np.zeros_like(V)
        for channel in self.channels:
            share = channel.open_share({gate.name: gate.steady_state(V) for gate in channel.gates})
            total += channel.g * share * (V - channel.E)
        return total

    def state(self, given: Mapping[str, float] | None) -> NDArray[np.float64]:
        """V and all gates as an array, from values by name; what is not given is at rest."""
        state = np.array(self._resting_state)
        for name, value in (given or {}).items():
            where = 0 if name == "V" else 1 + self.gate_number(name)
            low, high = (-500.0, 500.0) if name == "V" else (0.0, 1.0)
            state[where] = Parameter(0.0, "mV" if name == "V" else "(share)", low, high, "", name=name).check(value)
        return state

    def __repr__(self) -> str:
        return super().__repr__() + "".join(f".plus({channel.name})" for channel in self._added)


def _declared_by(channel: Channel) -> tuple[Parameter, Parameter]:
    name = channel.name
    conductance = Parameter(
        channel.g, "mS/cm2", 0, 1000, f"maximal conductance of {name}",
        slider=(0, 4 * channel.g if channel.g > 0 else 10), name=f"g_{name}",
    )  # fmt: skip
    reversal = Parameter(channel.E, "mV", -200, 200, f"reversal potential of {name}", name=f"E_{name}")
    return conductance, reversal


def _resting_potential(cell: Cell) -> float:
    """The lowest voltage where the steady current turns from inward to outward, by zooming in."""
    V, zero = _GRID, cell.V_START
    for _ in range(5):
        current = cell.steady_current(V)
        upward = np.flatnonzero((current[:-1] <= 0) & (current[1:] > 0))
        if not upward.size:
            break
        at = upward[0]
        width = V[at + 1] - V[at]
        zero = V[at] + width * current[at] / (current[at] - current[at + 1])
        V = V[at] + width * _ZOOM
    return float(zero)
