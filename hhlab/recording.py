"""What a simulation gives back: a frozen recording that stores the state and derives all else from it."""

import csv
import functools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .cells import Cell
from .gates import full_name
from .parameters import shown, unknown
from .protocols import Protocol

if TYPE_CHECKING:
    import pandas

Floats = NDArray[np.float64]


class Named(Mapping[str, Floats]):
    """Traces by name, worked out when first asked for. A wrong name is a ValueError that says what there is."""

    def __init__(self, names: tuple[str, ...], trace: Callable[[str], Floats], find: Callable[[str], str]) -> None:
        self._names, self._find = names, find
        self._trace = functools.cache(trace)

    def __getitem__(self, name: str) -> Floats:
        values = self._trace(self._find(name))
        values.flags.writeable = False
        return values

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def __repr__(self) -> str:
        return f"traces of {', '.join(self._names)}"


@dataclass(frozen=True, eq=False, repr=False)
class Recording:
    """One cell over time. All traces have the shape (n,) of `t`.

    Attributes
    ----------
    t : times, ms, from 0.
    V : membrane potential, mV.
    gate : gates by name, such as gate["Na.m"], or gate["m"] where only one channel has an m; 0 to 1.
    g : conductance of each channel, mS/cm2.
    I : current of each channel, uA/cm2, outward positive.
    stimulus : stimulus current, uA/cm2, positive depolarises.
    cell, protocol : what was simulated, and with what.
    settings : how: dt (ms), every, start, freeze, reset.
    units : the unit of each of these.
    """

    t: Floats
    V: Floats
    gate_values: Floats
    cell: Cell
    protocol: Protocol
    settings: Mapping[str, Any] = field(default_factory=dict)

    units = MappingProxyType(
        {"t": "ms", "V": "mV", "gate": "share", "g": "mS/cm2", "I": "uA/cm2", "stimulus": "uA/cm2"}
    )

    def __post_init__(self) -> None:
        for array in (self.t, self.V, self.gate_values):
            array.flags.writeable = False

    def __getstate__(self) -> dict[str, Any]:
        return {each.name: getattr(self, each.name) for each in fields(self)}

    @functools.cached_property
    def gate(self) -> Named:
        names = self.cell.gate_names
        rows = dict(zip(names, self.gate_values, strict=True))
        return Named(names, rows.__getitem__, lambda name: full_name(name, names, "this recording"))

    @functools.cached_property
    def g(self) -> Named:
        return Named(tuple(self._channels), self._conductance, self._channel_name)

    @functools.cached_property
    def I(self) -> Named:  # noqa: E743
        return Named(tuple(self._channels), self._current, self._channel_name)

    @functools.cached_property
    def stimulus(self) -> Floats:
        current = self.protocol.current(self.t)
        current.flags.writeable = False
        return current

    @property
    def end(self) -> dict[str, float]:
        """The state at the last moment, by name: what simulate(start=...) goes on from."""
        names = ("V", *self.cell.gate_names)
        return dict(zip(names, (float(self.V[-1]), *map(float, self.gate_values[:, -1])), strict=True))

    @functools.cached_property
    def _channels(self) -> dict[str, int]:
        return {channel.name: number for number, channel in enumerate(self.cell.channels)}

    def _channel_name(self, name: str) -> str:
        return (
            name
            if isinstance(name, str) and name in self._channels
            else unknown("this recording", "channel", name, self._channels)
        )

    def _conductance(self, name: str) -> Floats:
        channel = self.cell.channels[self._channels[name]]
        share = channel.open_share({gate.name: self.gate[f"{name}.{gate.name}"] for gate in channel.gates})
        return np.broadcast_to(channel.g * share, self.V.shape)

    def _current(self, name: str) -> Floats:
        return self.g[name] * (self.V - self.cell.channels[self._channels[name]].E)

    def columns(self) -> dict[str, Floats]:
        """Every trace under a name with its unit, such as "I_Na (uA/cm2)"."""
        table = {"t (ms)": self.t, "V (mV)": self.V, "stimulus (uA/cm2)": self.stimulus}
        table |= {f"{name} (share)": values for name, values in self.gate.items()}
        table |= {f"g_{name} (mS/cm2)": values for name, values in self.g.items()}
        table |= {f"I_{name} (uA/cm2)": values for name, values in self.I.items()}
        return table

    def described(self) -> dict[str, str]:
        """Where it comes from: package and version, cell, stimulus, and every parameter with its unit."""
        from importlib.metadata import version

        facts = {"made by": f"hhlab {version('hhlab')}", "cell": repr(self.cell), "stimulus": repr(self.protocol)}
        facts |= {name: str(value) for name, value in self.settings.items() if value}
        return facts | {name: f"{p.value!r} {p.unit}" for name, p in self.cell.parameters().items()}

    def to_dataframe(self) -> "pandas.DataFrame":
        """All traces as a pandas table; units in the column names, parameters and version in its attrs."""
        import pandas

        table = pandas.DataFrame(self.columns())
        table.attrs.update(self.described())
        return table

    def to_csv(self, path: str | Path) -> None:
        """Write all traces as CSV, below comment lines with parameters, units and version."""
        columns = self.columns()
        with open(path, "w", newline="", encoding="utf-8") as file:
            file.writelines(f"# {name}: {value}\n" for name, value in self.described().items())
            writer = csv.writer(file)
            writer.writerow(columns)
            writer.writerows(zip(*(map(repr, column.tolist()) for column in columns.values()), strict=True))

    def _changed(self) -> str:
        given = (
            f", {name} {shown(self.settings[name])}" for name in ("start", "freeze", "reset") if self.settings.get(name)
        )
        return "".join(given)

    def __repr__(self) -> str:
        return (
            f"<Recording of {self.cell!r}: {self.protocol.in_words()}{self._changed()}; "
            f"{self.t[-1]:g} ms, {self.t.size} samples, V {self.V.min():.1f} to {self.V.max():.1f} mV>"
        )
