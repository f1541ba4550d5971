"""What a simulation gives back: a frozen recording, which is asked for the state and derives all else from it."""

import ast
import csv
import functools
import io
import re
from ast import literal_eval
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from . import cells, protocols, waves
from . import kernel_layout as layout
from .cells import Cell
from .channels import Channel
from .gates import full_name
from .parameters import must_be, no_such, shown
from .physics import Floats
from .placement import stimuli_in_words
from .protocols import Protocol

if TYPE_CHECKING:
    import pandas

KEEP = KEEP_SPIKES, KEEP_V, KEEP_ALL = "spikes", "V", "all"
"""What may be kept of a recording, from little to all."""
# mV: a spike begins where V crosses the first upward, and is over when V is so far below as the second says.
SPIKE_LEVEL, SPIKE_ENDS = 0.0, 4.0
PUMP, CAPACITY, AXIAL = "pump", "capacity", "axial"  # currents that no channel carries
CARRIER, CHARGED = "carrier", "charging"
A_RECORDING = "{given} is not a recording: give what simulate returned"
NEAR_REVERSAL = 1e-3  # mV: a conductance nearer than this to its reversal potential is that at this distance

PREVIEW = "preview"
"""What the settings of a recording have, if it is only a preview."""
_SETTINGS: dict[str, Any] = {"dt": None, "every": 1, "start": {}, "freeze": (), "reset": {}}
"""How a simulation is told to go, and what is usual."""
_FIRST_COLUMN = re.compile(r'^"?t \(ms\)"?([,;\t])', re.MULTILINE)
_DAMAGE = (LookupError, SyntaxError, TypeError, ValueError, csv.Error, RecursionError, MemoryError)


def crossings(t: Floats, V: Floats, level: float) -> Floats:
    """The times at which V crosses a level upward, interpolated; shape (k,)."""
    at = np.flatnonzero((V[:-1] < level) & (V[1:] >= level))
    return t[at] + (t[at + 1] - t[at]) * (level - V[at]) / (V[at + 1] - V[at])


def beginnings(t: Floats, V: Floats, level: float, before: float) -> Floats:
    """The times at which spikes begin, interpolated; shape (k,). `before` is V (mV) before the first sample.

    One begins where V crosses the level (mV) upward, or at the first sample if V is above the level there and was below
    it before. The next can begin only when this one is over: after V has been more than SPIKE_ENDS below the level.
    """
    above, below = level <= V, level - SPIKE_ENDS > V
    at = np.flatnonzero(above | below)
    was_above = np.concatenate(([before >= level], above[at][:-1]))
    at = at[above[at] & ~was_above]
    below_it = np.maximum(at - 1, 0)
    rise = np.where(at > 0, V[at] - V[below_it], 1.0)
    return t[at] - (t[at] - t[below_it]) * (V[at] - level) / rise


class Named(Mapping[str, Floats]):
    """Traces by name, computed when first asked for. A wrong name is a ValueError that says what there is."""

    def __init__(self, kind: str, names: Iterable[str], trace: Callable[[str], Floats]) -> None:
        self._kind, self._names, self._trace = kind, tuple(names), functools.cache(trace)

    def __getitem__(self, name: str) -> Floats:
        if name not in self._names:
            if self._kind == "gate":
                name = full_name(name, self._names, "this recording")
            elif self._kind == "channel":
                no_such(f"this recording has no channel {name}", name, self._names)
            else:
                no_such(f"this recording has no concentration {name}", name, self._names)
        values = self._trace(name)
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


@dataclass(eq=False)
class Batch:
    """Cells, or the patches of an axon, that were simulated together, and what was kept of them.

    What was not kept is simulated again, for all of them, when it is first asked for; to the last bit it is the same.
    """

    t: Floats  # ms; the same for all
    cells: Sequence[Cell]
    protocols: Sequence[Protocol]
    settings: Mapping[str, Any]
    kept: layout.Kept
    again: Callable[[str], layout.Kept] | None = None

    def __post_init__(self) -> None:
        for array in (self.t, self.kept.V, self.kept.x, self.kept.ions):
            array.flags.writeable = False

    @property
    def keep(self) -> str:
        """What is kept, as one of KEEP."""
        return KEEP_ALL if self.kept.all_x else KEEP_V if self.kept.all_V else KEEP_SPIKES

    def with_at_least(self, keep: str) -> layout.Kept:
        """What is kept, which from now on is at least this."""
        if self.again is not None and KEEP.index(keep) > KEEP.index(self.keep):
            more, V = self.again(keep), self.kept.V
            self.kept = self.kept._replace(V=V if self.kept.all_V else more.V, x=more.x, all_V=1, all_x=more.all_x)
            self.__post_init__()
        return self.kept


class Place(NamedTuple):
    """Where on an axon a recording is, and what reaches the membrane there besides its own currents."""

    x: float  # cm
    neighbours: tuple[tuple[float, Floats], ...]  # of each the conductance to it, mS/cm2 of membrane here, and its V
    stimuli: tuple[tuple[float, Protocol], ...]  # each with the share of the place that it covers, 0 to 1


class Exportable:
    """What can be written as CSV: columns, below comment lines that say where they come from."""

    cell: Any
    _batch: Batch

    @property
    def t(self) -> Floats:
        return self._batch.t

    @property
    def settings(self) -> Mapping[str, Any]:
        return self._batch.settings

    def nearest_sample(self, moment: float) -> int:
        """The number of the sample that is nearest to a moment (ms)."""
        return int(np.abs(self.t - moment).argmin())

    def _described(self, **what: str) -> dict[str, str]:
        from importlib.metadata import version

        facts = {"made by": f"hhlab {version('hhlab')}", **what}
        facts |= {name: str(value) for name, value in self.settings.items() if value}
        return facts | {name: f"{p.value!r} {p.unit}" for name, p in self.cell.parameters().items()}

    def described(self) -> dict[str, str]:
        """Where it comes from: package and version, cell or axon, stimulus, and every parameter with its unit."""
        raise NotImplementedError

    def _written(self) -> Iterable[tuple[str, Iterable[str]]]:
        """The name of each column with its unit, and its numbers as texts."""
        raise NotImplementedError

    def csv(self) -> str:
        """The traces as CSV, below comment lines with parameters, units and version."""
        text = io.StringIO(newline="")
        text.writelines(f"# {name}: {value}\n" for name, value in self.described().items())
        names, columns = zip(*self._written(), strict=True)
        writer = csv.writer(text)
        writer.writerow(names)
        writer.writerows(zip(*columns, strict=True))
        return text.getvalue()

    def to_csv(self, path: str | Path) -> None:
        """Write the traces as CSV, below comment lines with parameters, units and version.

        Parameters
        ----------
        path : str or Path
            The file to write.
        """
        Path(path).write_text(self.csv(), encoding="utf-8", newline="")


@dataclass(frozen=True, eq=False, repr=False)
class Recording(Exportable):
    """One cell, or one place of an axon, over time. All traces have the shape (n,) of `t`.

    Attributes
    ----------
    t : numpy.ndarray
        Times, ms, from 0.
    V : numpy.ndarray
        Membrane potential, mV.
    gate : mapping of str to numpy.ndarray
        Gates by name, 0 to 1, such as gate["Na.m"], or gate["m"] where only one channel has an m.
    g : mapping of str to numpy.ndarray
        Conductance of each channel, mS/cm2.
    I : mapping of str to numpy.ndarray
        Current of each channel and of the pump, uA/cm2, outward positive; "capacity" where a clamp shows its charging
        current. At a place of an axon there is also "axial": what flows to the neighbours, less what comes from them,
        divided by the membrane area of the place. So C dV/dt is the stimulus less the sum of I.
    E : mapping of str to numpy.ndarray
        Reversal potential of each channel, mV. It moves where concentrations move.
    conc : mapping of str to numpy.ndarray
        Concentrations by name, mM, such as conc["Na_in"]; empty where none is followed.
    stimulus : numpy.ndarray
        Stimulus current that reaches the membrane, with that of synapses, uA/cm2; positive depolarises.
    cell : Cell
        What was simulated.
    protocol : Protocol
        The stimulus.
    settings : dict
        How it was simulated: dt (ms), every, start, freeze, reset, and the carrier of the stimulus where ions are
        counted.
    x : float or None
        The place on an axon, cm; None for a cell alone.
    units : dict of str to str
        The unit of each of these.
    """

    _batch: Batch
    _number: int = 0
    place: Place | None = None

    units = MappingProxyType(
        {"t": "ms", "V": "mV", "gate": "share", "g": "mS/cm2", "I": "uA/cm2", "E": "mV", "conc": "mM",
         "stimulus": "uA/cm2"}
    )  # fmt: skip

    @classmethod
    def of(
        cls, t: Floats, V: Floats, gates: Floats, pools: Floats, cell: Cell, protocol: Protocol,
        settings: Mapping[str, Any],
    ) -> "Recording":  # fmt: skip
        """A recording of a cell whose state is known: V (n,), gates (G, n) and concentrations (P, n)."""
        kept = layout.Kept(V=V[:, None], x=gates.T[..., None], ions=pools.T[..., None], all_V=1, all_x=1,
                           level=SPIKE_LEVEL, over=SPIKE_LEVEL - SPIKE_ENDS, firing=np.zeros(1, np.int64),
                           times=np.empty((0, 1)), found=np.zeros(1, np.int64))  # fmt: skip
        return cls(Batch(t, [cell], [protocol], settings, kept))

    def __getstate__(self) -> dict[str, Any]:
        state = self.V, self.gate_values, self.pool_values
        alone = Recording.of(self.t, *state, self.cell, self.protocol, self.settings)
        return {"_batch": alone._batch, "_number": 0, "place": self.place}

    @functools.cached_property
    def cell(self) -> Cell:
        return self._batch.cells[self._number]

    @functools.cached_property
    def protocol(self) -> Protocol:
        return self._batch.protocols[self._number]

    @functools.cached_property
    def V(self) -> Floats:
        return self._batch.with_at_least(KEEP_V).V[:, self._number]

    @functools.cached_property
    def gate_values(self) -> Floats:
        """All gates, shape (G, n)."""
        return self._batch.with_at_least(KEEP_ALL).x[..., self._number].T

    @functools.cached_property
    def pool_values(self) -> Floats:
        """All concentrations that move, mM; shape (P, n)."""
        return self._batch.kept.ions[..., self._number].T

    @property
    def x(self) -> float | None:
        return None if self.place is None else self.place.x

    @property
    def keep(self) -> str:
        """What there is of it and of those that were simulated with it, as one of KEEP."""
        return self._batch.keep

    def crossings(self, level: float) -> Floats:
        """The times in ms at which spikes begin, as `beginnings` has it, above a level (mV); shape (k,)."""
        kept, found = self._batch.kept, int(self._batch.kept.found[self._number])
        if level != kept.level or not 0 < len(kept.times) >= found:
            return beginnings(self.t, self.V, level, self._before)
        return kept.times[:found, self._number] * self.t[1]

    @property
    def _before(self) -> float:
        """V (mV) before a shock at the first sample."""
        stimuli = [(1.0, self.protocol)] if self.place is None else self.place.stimuli
        shocks = [share * mV for share, part in stimuli for when, mV in part.shocks() if when == 0]
        return float(self.V[0]) - sum(shocks)

    @functools.cached_property
    def gate(self) -> Named:
        rows = dict(zip(self.cell.gate_names, self.gate_values, strict=True))
        return Named("gate", rows, rows.__getitem__)

    @functools.cached_property
    def g(self) -> Named:
        return Named("channel", self._channels, self._conductance)

    @functools.cached_property
    def I(self) -> Named:  # noqa: E743
        others = {PUMP: self.cell.pump is not None, CAPACITY: CHARGED in self.settings, AXIAL: self.place is not None}
        names = (*self._channels, *(name for name, there in others.items() if there))
        return Named("channel", names, lambda name: self._carried(name, self.V))

    @functools.cached_property
    def E(self) -> Named:
        return Named("channel", self._channels, self._reversal)

    @functools.cached_property
    def conc(self) -> Named:
        rows = dict(zip((pool.name for pool in self.cell.pools), self.pool_values, strict=True))
        return Named("concentration", rows, rows.__getitem__)

    @functools.cached_property
    def stimulus(self) -> Floats:
        total = np.zeros(self.t.shape)
        for share, part in [(1.0, self.protocol)] if self.place is None else self.place.stimuli:
            if share:
                total += share * (part.current(self.t) + part.synaptic_current(self.t, self.V))
        total.flags.writeable = False
        return total

    @property
    def end(self) -> dict[str, float]:
        """The state at the last moment, by name: what simulate(start=...) goes on from."""
        return self.at(float(self.t[-1]))

    def at(self, moment: float) -> dict[str, float]:
        """The state at the sample nearest to a moment (ms), by name."""
        n = self.nearest_sample(moment)
        then = (self.V[n], *self.gate_values[:, n], *self.pool_values[:, n])
        return dict(zip(self.cell.state_names, map(float, then), strict=True))

    @functools.cached_property
    def _channels(self) -> dict[str, Channel]:
        return {channel.name: channel for channel in self.cell.channels}

    def _channel(self, name: str) -> Channel:
        known = self._channels
        return known[name] if name in known else no_such(f"this recording has no channel {name}", name, known)

    def open_share(self, name: str) -> Floats:
        """Share of open channels of a kind, 0 to 1; 1 where it has no gates."""
        channel = self._channel(name)
        share = channel.open_share({gate.name: self.gate[f"{name}.{gate.name}"] for gate in channel.gates})
        return np.broadcast_to(share, self.V.shape)

    def _carried(self, name: str, V: Floats, samples: Any = slice(None)) -> Floats:
        """A current that depends on V, at V (mV) with gates, concentrations and neighbours as at these samples."""
        if name == CAPACITY and CHARGED in self.settings:
            return self._charging()[samples]
        if name == AXIAL and self.place is not None:
            return sum((g * (V - there[samples]) for g, there in self.place.neighbours), 0.0 * V)
        if name == PUMP and self.cell.pump is not None:
            outside, inside = self.cell.pool["K"].outside, self.conc["Na_in"][samples]
            return self.cell.pump.current(V, outside, inside, self.cell.temperature)
        channel = self._channel(name)
        pool = self.cell.pool.get(channel.ion)
        inside = None if pool is None else self.conc[pool.name][samples]
        return self.cell.current(channel, V, self.open_share(name)[samples], inside)

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
        return self._carried(name, V, self.nearest_sample(moment))

    def _conductance(self, name: str) -> Floats:
        """What g and the open share make; where there is a permeability instead, current over driving force."""
        channel = self._channel(name)
        if channel.P is None:
            return channel.g * self.open_share(name)
        E = self.E[name]
        V = np.where(np.abs(self.V - E) < NEAR_REVERSAL, E + NEAR_REVERSAL, self.V)
        return self._carried(name, V) / (V - E)

    def _reversal(self, name: str) -> Floats:
        channel = self._channel(name)
        pool = self.cell.pool.get(channel.ion)
        now = None if pool is None else pool.at(self.conc[pool.name])
        return np.broadcast_to(channel.reversal(now, self.cell.temperature), self.V.shape)

    def columns(self) -> dict[str, Floats]:
        """Every trace under a name with its unit, such as "I_Na (uA/cm2)"."""
        table = {"t (ms)": self.t, "V (mV)": self.V, "stimulus (uA/cm2)": self.stimulus}
        for name, traces in (
            ("{} (share)", self.gate), ("g_{} (mS/cm2)", self.g), ("I_{} (uA/cm2)", self.I), ("{} (mM)", self.conc),
        ):  # fmt: skip
            table |= {name.format(each): values for each, values in traces.items()}
        return table

    def _written(self) -> Iterable[tuple[str, Iterable[str]]]:
        return ((name, map(repr, column.tolist())) for name, column in self.columns().items())

    def described(self) -> dict[str, str]:
        parts = self.protocol.parts
        names = ["stimulus"] if len(parts) == 1 else [f"stimulus {number}" for number in range(1, len(parts) + 1)]
        return self._described(cell=repr(self.cell), **dict(zip(names, map(repr, parts), strict=True)))

    def to_dataframe(self) -> "pandas.DataFrame":
        """All traces as a pandas table; units in the column names, parameters and version in its attrs."""
        import pandas

        table = pandas.DataFrame(self.columns())
        table.attrs.update(self.described())
        return table

    @classmethod
    def from_csv(cls, path: str | Path, cell: Cell | None = None) -> "Recording":
        """The recording that `to_csv` wrote.

        Parameters
        ----------
        path : str or Path
            The file.
        cell : Cell, optional
            The cell, which must be given if it has channels of your own.

        Returns
        -------
        Recording
            The same, to the last digit.

        Raises
        ------
        ValueError
            If the file is not such a recording, or its cell is not one of this package, or not the one given.
        """
        must_be(Cell | None, "{given} is not a cell: give one such as Squid()", cell)
        try:
            facts, columns = _opened(Path(path))
            made = _read(facts["cell"], Cell, cells) if cell is None else cell
            told = [fact for name, fact in facts.items() if name.startswith("stimulus")]
            stimuli = [_read(fact, Protocol, protocols, waves) for fact in told]
            protocol = stimuli[0] if len(stimuli) == 1 else protocols.Together(*stimuli)
            settings = _SETTINGS | {name: literal_eval(facts[name]) for name in _SETTINGS if name in facts}
            settings |= {CARRIER: facts[CARRIER]} if CARRIER in facts else {}
            settings |= {CHARGED: float(facts[CHARGED])} if CHARGED in facts else {}
            t, V, *gates = [columns[n] for n in ("t (ms)", "V (mV)", *(f"{gate} (share)" for gate in made.gate_names))]
            inside = [columns[f"{pool.name} (mM)"] for pool in made.pools]
        except _DAMAGE as error:
            raise ValueError(
                f"{path} is not a recording that hhlab wrote, or something in it was changed: give a file from to_csv "
                "that is not of an axon, or cell= if its cell has channels of your own"
            ) from error
        if cell is not None and repr(cell) != facts["cell"]:
            raise ValueError(f"{path} is a recording of {facts['cell']}, not of {cell!r}: give that cell")
        shares, concentrations = (np.array(rows).reshape(-1, t.size) for rows in (gates, inside))
        return cls.of(t, V, shares, concentrations, made, protocol, settings)

    def __repr__(self) -> str:
        where = "" if self.place is None else f"at {self.place.x:.4g} cm of an axon "
        given = {name: self.settings.get(name) for name in ("start", "freeze", "reset")}
        changed = "".join(f", {name} {shown(value)}" for name, value in given.items() if value)
        return (
            f"<Recording {where}of {self.cell!r}: {stimuli_in_words(self.protocol)}{changed}; "
            f"{self.t[-1]:g} ms, {self.t.size} samples, V {self.V.min():.1f} to {self.V.max():.1f} mV>"
        )


def _opened(path: Path) -> tuple[dict[str, str], dict[str, Floats]]:
    """The facts in the comment lines of a file, and its columns, by name.

    A spreadsheet that saved it may have put quotes, another delimiter, decimal commas, and empty places at the ends.
    """
    text = path.read_text(encoding="utf-8-sig")
    delimiter = _FIRST_COLUMN.findall(text)[0]
    rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if any(row)]
    notes = [",".join(row).rstrip(",") for row in rows if row[0].startswith("# ")]
    names, *table = [row for row in rows if not row[0].startswith("# ")]
    while not names[-1]:
        names.pop()
    point = "," if delimiter != "," else "."
    values = np.array([[float(cell.replace(point, ".")) for cell in row[: len(names)]] for row in table]).T.copy()
    columns: dict[str, Floats] = dict(zip(names, values, strict=True))
    if len(table) < 2 or not np.isfinite(values).all() or not (np.diff(columns["t (ms)"]) > 0).all():
        raise ValueError("a number is missing")
    return dict(note[2:].split(": ", 1) for note in notes), columns


def _read(expression: str, kind: type, *homes: Any) -> Any:
    """What a repr describes: cells or protocols of this package with numbers, and sums of them; nothing else."""
    known = [pair for home in homes for pair in vars(home).items()]
    kinds = {n: k for n, k in known if isinstance(k, type) and issubclass(k, kind) and k is not kind}
    return _made(ast.parse(expression, mode="eval").body, kinds)


def _made(node: ast.expr, kinds: Mapping[str, type]) -> Any:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _made(node.left, kinds) + _made(node.right, kinds)
    if isinstance(node, ast.Call) and not node.args:
        values = {str(word.arg): literal_eval(word.value) for word in node.keywords}
        if isinstance(node.func, ast.Name):
            return kinds[node.func.id](**values)
        if isinstance(node.func, ast.Attribute) and node.func.attr == Cell.with_noise.__name__:
            return _made(node.func.value, kinds).with_noise(**values)
    raise ValueError(f"{ast.unparse(node)} is not one of {', '.join(kinds)}")
