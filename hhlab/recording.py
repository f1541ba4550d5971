"""What a simulation gives back: a frozen recording that stores the state and derives all else from it."""

import ast
import csv
import functools
import io
from ast import literal_eval
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from . import cells, protocols
from .cells import Cell
from .gates import full_name
from .parameters import must_be, shown, unknown
from .protocols import Protocol

if TYPE_CHECKING:
    import pandas

Floats = NDArray[np.float64]


KEEP = KEEP_SPIKES, KEEP_V, KEEP_ALL = "spikes", "V", "all"
"""What may be kept of a recording, from little to all."""
SPIKE_LEVEL = 0.0
PUMP, CAPACITY = "pump", "capacity"
CARRIER, CHARGED = "carrier", "charging"
A_RECORDING = "a recording: give what simulate returned"
NEAR = 1e-3

_SETTINGS: dict[str, Any] = {"dt": None, "every": 1, "start": {}, "freeze": (), "reset": {}}
"""How a simulation is told to go, and what is usual."""
_DAMAGE = (LookupError, SyntaxError, TypeError, ValueError, csv.Error, RecursionError, MemoryError)


def crossings(t: Floats, V: Floats, level: float) -> Floats:
    """The times at which V crosses a level upward, interpolated; shape (k,)."""
    at = np.flatnonzero((V[:-1] < level) & (V[1:] >= level))
    return t[at] + (t[at + 1] - t[at]) * (level - V[at]) / (V[at + 1] - V[at])


class Named(Mapping[str, Floats]):
    """Traces by name, worked out when first asked for. A wrong name is a ValueError that says what there is."""

    def __init__(self, names: tuple[str, ...], trace: Callable[[str], Floats], find: Callable[[str], str]) -> None:
        self._names, self._find = names, find
        self._trace = functools.cache(trace)

    def __getitem__(self, name: str) -> Floats:
        values = self._trace(self._find(name))
        if values.flags.writeable:
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
    I : current of each channel and of the pump, uA/cm2, outward positive; "capacity" where a clamp shows its transient.
    E : reversal potential of each channel, mV; it moves where concentrations do.
    conc : concentrations by name, such as conc["Na_in"], mM; none where they stand still.
    stimulus : stimulus current, that of synapses included, uA/cm2, positive depolarises.
    cell, protocol : what was simulated, and with what.
    settings : how: dt (ms), every, start, freeze, reset, and the carrier of the stimulus where ions are counted.
    units : the unit of each of these.
    """

    t: Floats
    V: Floats
    gate_values: Floats
    cell: Cell
    protocol: Protocol
    settings: Mapping[str, Any] = field(default_factory=dict)
    pool_values: Floats = field(default_factory=lambda: np.empty((0, 0)))

    units = MappingProxyType(
        {"t": "ms", "V": "mV", "gate": "share", "g": "mS/cm2", "I": "uA/cm2", "E": "mV", "conc": "mM",
         "stimulus": "uA/cm2"}
    )  # fmt: skip

    def __post_init__(self) -> None:
        for array in (self.t, self.V, self.gate_values, self.pool_values):
            array.flags.writeable = False

    def __getstate__(self) -> dict[str, Any]:
        return {each.name: getattr(self, each.name) for each in fields(self)}

    @property
    def looked_at(self) -> str:
        """What there is of it, as one of KEEP."""
        return KEEP_ALL

    def crossings(self, level: float) -> Floats:
        """The times in ms at which V crosses a level (mV) upward, interpolated; shape (k,)."""
        return crossings(self.t, self.V, level)

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
        others = {PUMP: self.cell.pump is not None, CAPACITY: CHARGED in self.settings}
        names = (*self._channels, *(name for name, there in others.items() if there))
        return Named(names, self._current, lambda name: name if name in names else self._channel_name(name))

    @functools.cached_property
    def E(self) -> Named:
        return Named(tuple(self._channels), self._reversal, self._channel_name)

    @functools.cached_property
    def conc(self) -> Named:
        names = tuple(pool.name for pool in self.cell.pools)
        rows = dict(zip(names, self.pool_values, strict=True))
        known = lambda name: name if name in rows else unknown("this recording", "concentration", name, rows)  # noqa: E731
        return Named(names, rows.__getitem__, known)

    @functools.cached_property
    def stimulus(self) -> Floats:
        current = self.protocol.current(self.t) + self.protocol.synaptic_current(self.t, self.V)
        current.flags.writeable = False
        return current

    @property
    def end(self) -> dict[str, float]:
        """The state at the last moment, by name: what simulate(start=...) goes on from."""
        return self.at(float(self.t[-1]))

    def at(self, moment: float) -> dict[str, float]:
        """The state at the sample nearest to a moment (ms), by name."""
        n = int(np.abs(self.t - moment).argmin())
        then = (self.V[n], *self.gate_values[:, n], *self.pool_values[:, n : n + 1].ravel())
        return dict(zip(self.cell.state_names, map(float, then), strict=True))

    @functools.cached_property
    def _channels(self) -> dict[str, int]:
        return {channel.name: number for number, channel in enumerate(self.cell.channels)}

    def _channel_name(self, name: str) -> str:
        return (
            name
            if isinstance(name, str) and name in self._channels
            else unknown("this recording", "channel", name, self._channels)
        )

    def open_share(self, name: str) -> Floats:
        """Share of open channels of a kind, 0 to 1; 1 where it has no gates."""
        channel = self.cell.channels[self._channels[self._channel_name(name)]]
        share = channel.open_share({gate.name: self.gate[f"{name}.{gate.name}"] for gate in channel.gates})
        return np.broadcast_to(share, self.V.shape)

    def _carried(self, name: str, V: Floats, samples: Any = slice(None)) -> Floats:
        """What a channel, or the pump, carries at V (mV) with the gates and concentrations of these samples."""
        if name == PUMP and self.cell.pump is not None:
            outside, inside = self.cell.pool["K"].outside, self.conc["Na_in"][samples]
            return self.cell.pump.current(V, outside, inside, self.cell.temperature)
        channel = self.cell.channels[self._channels[self._channel_name(name)]]
        pool = self.cell.pool.get(channel.ion)
        inside = None if pool is None else self.conc[pool.name][samples]
        return self.cell.current(channel, V, self.open_share(name)[samples], inside)

    def _current(self, name: str) -> Floats:
        return self._charging() if name == CAPACITY else self._carried(name, self.V)

    def _charging(self) -> Floats:
        """What charges the capacitance under voltage clamp, uA/cm2: for each step of V an exponential of its charge."""
        tau, total = float(self.settings[CHARGED]), np.zeros(self.t.shape)
        steps = np.diff(self.V, prepend=self.protocol.parameters()["hold"].value)
        for at in np.flatnonzero(steps):
            total[at:] += self.cell.C * steps[at] / tau * np.exp(-(self.t[at:] - self.t[at]) / tau)
        return total

    def current_at(self, name: str, V: Floats, moment: float) -> Floats:
        """What a channel, or the pump, would carry (uA/cm2) at other voltages V (mV, any shape) at a moment (ms).

        Gates and concentrations are those of the nearest sample.
        """
        return self._carried(name, V, int(np.abs(self.t - moment).argmin()))

    def _conductance(self, name: str) -> Floats:
        """What g and the open share make; where there is a permeability instead, current over driving force."""
        channel = self.cell.channels[self._channels[name]]
        if channel.P is None:
            return channel.g * self.open_share(name)
        E = self.E[name]
        V = np.where(np.abs(self.V - E) < NEAR, E + NEAR, self.V)
        return self._carried(name, V) / (V - E)

    def _reversal(self, name: str) -> Floats:
        channel = self.cell.channels[self._channels[name]]
        pool = self.cell.pool.get(channel.ion)
        now = None if pool is None else pool.at(self.conc[pool.name])
        return np.broadcast_to(channel.reversal(now, self.cell.temperature), self.V.shape)

    def columns(self) -> dict[str, Floats]:
        """Every trace under a name with its unit, such as "I_Na (uA/cm2)"."""
        table = {"t (ms)": self.t, "V (mV)": self.V, "stimulus (uA/cm2)": self.stimulus}
        table |= {f"{name} (share)": values for name, values in self.gate.items()}
        table |= {f"g_{name} (mS/cm2)": values for name, values in self.g.items()}
        table |= {f"I_{name} (uA/cm2)": values for name, values in self.I.items()}
        table |= {f"{name} (mM)": values for name, values in self.conc.items()}
        return table

    def described(self) -> dict[str, str]:
        """Where it comes from: package and version, cell, stimulus, and every parameter with its unit."""
        from importlib.metadata import version

        facts = {"made by": f"hhlab {version('hhlab')}", "cell": repr(self.cell), "stimulus": repr(self.protocol)}
        facts |= {name: str(_plain(value)) for name, value in self.settings.items() if value}
        return facts | {name: f"{p.value!r} {p.unit}" for name, p in self.cell.parameters().items()}

    def to_dataframe(self) -> "pandas.DataFrame":
        """All traces as a pandas table; units in the column names, parameters and version in its attrs."""
        import pandas

        table = pandas.DataFrame(self.columns())
        table.attrs.update(self.described())
        return table

    def csv(self) -> str:
        """All traces as CSV, below comment lines with parameters, units and version."""
        columns, text = self.columns(), io.StringIO(newline="")
        text.writelines(f"# {name}: {value}\n" for name, value in self.described().items())
        writer = csv.writer(text)
        writer.writerow(columns)
        writer.writerows(zip(*(map(repr, column.tolist()) for column in columns.values()), strict=True))
        return text.getvalue()

    def to_csv(self, path: str | Path) -> None:
        """Write all traces as CSV, below comment lines with parameters, units and version."""
        Path(path).write_text(self.csv(), encoding="utf-8", newline="")

    @classmethod
    def from_csv(cls, path: str | Path, cell: Cell | None = None) -> Self:
        """The recording that `to_csv` wrote. For a cell with channels of your own, give the cell.

        Raises
        ------
        ValueError
            If the file is not such a recording, or its cell is not one of this package, or not the one given.
        """
        must_be(Cell, "a cell: give one such as Squid()", *([] if cell is None else [cell]))
        try:
            lines = Path(path).read_text(encoding="utf-8-sig").splitlines()
            facts = dict(line[2:].split(": ", 1) for line in lines if line.startswith("# "))
            made = _read(facts["cell"], Cell, cells) if cell is None else cell
            protocol = _read(facts["stimulus"], Protocol, protocols)
            settings = _SETTINGS | {name: literal_eval(facts[name]) for name in _SETTINGS if name in facts}
            settings |= {name: facts[name] for name in (CARRIER,) if name in facts}
            settings |= {name: float(facts[name]) for name in (CHARGED,) if name in facts}
            columns = _columns(line for line in lines if not line.startswith("# "))
            t, V, *gates = [columns[n] for n in ("t (ms)", "V (mV)", *(f"{gate} (share)" for gate in made.gate_names))]
            inside = [columns[f"{pool.name} (mM)"] for pool in made.pools]
        except _DAMAGE as error:
            raise ValueError(
                f"{path} is not a recording that hhlab wrote ({shown(error)}): give a file from to_csv, or cell= "
                "if its cell has channels of your own"
            ) from error
        if cell is not None and repr(cell) != facts["cell"]:
            raise ValueError(f"{path} is a recording of {facts['cell']}, not of {cell!r}: give that cell")
        shares, concentrations = (np.array(rows).reshape(-1, t.size) for rows in (gates, inside))
        return cls(t, V, shares, made, protocol, settings, concentrations)

    def _changed(self) -> str:
        given = {name: self.settings.get(name) for name in ("start", "freeze", "reset")}
        return "".join(f", {name} {shown(_plain(value))}" for name, value in given.items() if value)

    def __repr__(self) -> str:
        return (
            f"<Recording of {self.cell!r}: {self.protocol.in_words()}{self._changed()}; "
            f"{self.t[-1]:g} ms, {self.t.size} samples, V {self.V.min():.1f} to {self.V.max():.1f} mV>"
        )


class Call(NamedTuple):
    """What the recordings of one call have in common; `again` simulates all of them once more, and keeps what it is
    told to."""

    t: Floats
    settings: Mapping[str, Any]
    cells: Sequence[Cell]
    protocols: Sequence[Protocol]
    V: Floats | None  # (samples, N), if it was kept
    spikes: Floats  # (room, N): times in ms of upward crossings of SPIKE_LEVEL
    found: NDArray[np.int64]  # (N,): how many there were
    again: Callable[[str], Sequence[Recording]]


class BriefRecording(Recording):
    """A recording that takes what it is asked for from its call; what was not kept there is simulated again."""

    def __init__(self, call: Call, number: int) -> None:
        self.__dict__["_call"], self.__dict__["_number"] = call, number

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name not in _FIELDS:
            raise AttributeError(f"this recording has no {name}")
        value = self.__dict__[name] = self._from_call(name)
        return value

    def _from_call(self, name: str) -> Any:
        call, number = self._call, self._number
        if name in ("cell", "protocol"):
            return (call.cells if name == "cell" else call.protocols)[number]
        if name in ("t", "settings"):
            return getattr(call, name)
        if name == "V" and call.V is not None:
            return call.V[:, number]
        return getattr(call.again(KEEP_V if name == "V" else KEEP_ALL)[number], name)

    @property
    def looked_at(self) -> str:
        if "gate_values" in self.__dict__ or "pool_values" in self.__dict__:
            return KEEP_ALL
        return KEEP_V if "V" in self.__dict__ or self._call.V is not None else KEEP_SPIKES

    def crossings(self, level: float) -> Floats:
        call: Call | None = self.__dict__.get("_call")
        if call is None or level != SPIKE_LEVEL or (found := int(call.found[self._number])) > len(call.spikes):
            return super().crossings(level)
        return call.spikes[:found, self._number]


_FIELDS = frozenset(each.name for each in fields(Recording))


def _plain(value: Any) -> Any:
    """A setting that Python reads back from its repr: without the numbers and texts of NumPy."""
    if isinstance(value, Mapping):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, tuple):
        return tuple(map(_plain, value))
    return value.item() if isinstance(value, np.generic | np.ndarray) else value


def _columns(lines: Iterable[str]) -> dict[str, Floats]:
    """The columns of a table by name: finite numbers, at times that rise."""
    header, *rows = csv.reader(lines)
    values = np.array(rows, float).T.copy()
    columns: dict[str, Floats] = dict(zip(header, values, strict=True))
    if len(rows) < 2 or not np.isfinite(values).all() or not (np.diff(columns["t (ms)"]) > 0).all():
        raise ValueError("a number is missing")
    return columns


def _read(expression: str, kind: type, house: Any) -> Any:
    """What a repr describes: cells or protocols of this package with numbers, and sums of them; nothing else."""
    known = vars(house).items()
    kinds = {n: k for n, k in known if isinstance(k, type) and issubclass(k, kind) and k is not kind}
    return _made(ast.parse(expression, mode="eval").body, kinds)


def _made(node: ast.expr, kinds: Mapping[str, type]) -> Any:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _made(node.left, kinds) + _made(node.right, kinds)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not node.args:
        return kinds[node.func.id](**{str(word.arg): literal_eval(word.value) for word in node.keywords})
    raise ValueError(f"{ast.unparse(node)} is not one of {', '.join(kinds)}")
