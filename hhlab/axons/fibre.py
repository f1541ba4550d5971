"""What all axons have: a membrane, stretches that differ, and a row of patches."""

import functools
import math
from typing import Any, ClassVar, NamedTuple, Self

import numpy as np

from ..cells import Cell
from ..parameters import Described, Parameter, must_be, no_such, param, tidy
from ..physics import Floats

UM = 1e-4  # cm
A_MEMBRANE = "{given} is not a membrane: give a cell such as Squid(T=18.5)"


class Row(NamedTuple):
    """N patches in a row. Both ends are sealed."""

    x: Floats  # (N,) the middle of each patch, cm
    width: Floats  # (N,) cm
    area: Floats  # (N,) cm2 of membrane
    joint: Floats  # (N - 1,) conductance between the middles of neighbours, mS
    cells: list[Cell]  # (N,) the membrane of each
    reached: Floats  # (N,) 1 where a stimulus reaches the membrane, 0 below myelin


Stretch = tuple[tuple[str, float], ...]
"""A part of an axon that differs: names and values, first "from" and "to" (cm), then what differs there."""


class Fibre(Described):
    """An axon: a membrane on a conducting core.

    An axon also has the parameters of its membrane, and what else its membrane has: channels, gates, rest().
    """

    title = "Axon"
    """What it is, in a few words."""

    diameter = param(476, "um", 0.05, 2000, "diameter", slider=(10, 1000))

    _made_of: ClassVar[tuple[str, ...]] = ("_values", "_membrane", "_stretches", "gates_frozen")
    _membrane: Cell
    _stretches: tuple[Stretch, ...] = ()
    gates_frozen: bool = False
    """Whether its gates are frozen at their resting values."""

    @property
    def membrane(self) -> Cell:
        """The membrane outside any stretch that differs."""
        return self._membrane

    @property
    def length(self) -> float:
        """From end to end, cm."""
        raise NotImplementedError

    def passive(self) -> Self:
        """The same axon with all gates frozen at their resting values, so that only the passive cable is left.

        Returns
        -------
        Axon or MyelinatedAxon
            An axon of the same class.
        """
        return self._with(gates_frozen=True)

    def locally(self, x_from: float, x_to: float, **changes: float) -> Self:
        """The same axon with other values between two places.

        A patch belongs to the stretch if its middle lies in it. The stretch adds its parameters with a number, such as
        from_1, to_1 and T_1. Where two stretches overlap, the later one counts.

        Parameters
        ----------
        x_from, x_to : float
            Where the stretch begins and ends, cm.
        **changes : float
            Parameters of the membrane, or `diameter`, with their values in the stretch.

        Returns
        -------
        Axon or MyelinatedAxon
            An axon of the same class.

        Raises
        ------
        ValueError
            If the stretch is not on the axon, or a parameter is unknown or out of range.
        """
        ends = Parameter(0, "cm", 0, self.length, "")
        start, end = ends.renamed("from").check(x_from), ends.renamed("to").check(x_to)
        if not changes:
            raise ValueError(f"nothing differs between {tidy(start)} and {tidy(end)} cm: say what does, such as T=30")
        declared = self._local()
        for name in changes:
            if name not in declared:
                no_such(f"a stretch of this {type(self).__name__} has no parameter {name}", name, declared)
        checked = ((name, declared[name].check(value)) for name, value in changes.items())
        new = self._with(_stretches=(*self._stretches, (("from", start), ("to", end), *checked)))
        new._check_stretch(len(new._stretches))
        return new

    def _check_stretch(self, number: int) -> None:
        start, end, changes = _parts(self._stretches[number - 1])
        if not start < end:
            raise ValueError(
                f"stretch {number} from {tidy(start)} to {tidy(end)} cm has no length: give an end that is larger than "
                "its beginning"
            )
        changes.pop("diameter", None)
        if self._membrane.replace(**changes).gates != self._membrane.gates:
            raise ValueError(f"stretch {number} has other gates: change only conductances, potentials, C and T")

    def _local(self) -> dict[str, Parameter]:
        """The parameters that can differ in a stretch."""
        inner = {name: p for name, p in self._membrane.parameters().items() if name != "diameter"}
        return inner | {"diameter": self._with_values["diameter"]}

    def parameters(self) -> dict[str, Parameter]:
        inner, local = self._membrane.parameters(), self._local()
        found = {**inner, **self._with_values}
        for number, stretch in enumerate(self._stretches, 1):
            local["from"] = Parameter(0, "cm", 0, self.length, f"where stretch {number} begins")
            local["to"] = Parameter(0, "cm", 0, self.length, f"where stretch {number} ends")
            for name, value in stretch:
                found[f"{name}_{number}"] = local[name].at(value).renamed(f"{name}_{number}")
        return found

    def replace(self, **changes: Any) -> Self:
        if "membrane" in changes:
            must_be(Cell, A_MEMBRANE, changes["membrane"])
            return self._with(_membrane=changes.pop("membrane")).replace(**changes)
        given = self._checked(self.parameters(), changes)
        own = {name: given[name] for name in self._declared}
        stretches = tuple(
            tuple((name, given[f"{name}_{number}"]) for name, _ in stretch)
            for number, stretch in enumerate(self._stretches, 1)
        )
        inner = {name: given[name] for name in self._membrane.parameters() if name not in own}
        new = self._with(_values=own, _membrane=self._membrane.replace(**inner), _stretches=stretches)
        for number in range(1, len(stretches) + 1):
            new._check_stretch(number)
        return new

    def __getattr__(self, name: str) -> Any:
        """What its membrane has; only called where nothing else has that name."""
        if name.startswith("_"):
            raise AttributeError(f"{type(self).__name__} has no {name}")
        numbered = self.parameters() if name[-1:].isdigit() else {}
        return numbered[name].value if name in numbered else getattr(self._membrane, name)

    def _bare(self) -> tuple[Floats, Floats, Floats, list[Cell]]:
        """Place and width (cm), diameter (um) and membrane of each patch, without stretches."""
        raise NotImplementedError

    def _reached(self, cells: list[Cell]) -> Floats:
        """1 for each patch whose membrane a stimulus reaches, 0 for any other."""
        return np.ones(len(cells))

    def _joints(self, width: Floats, diameter: Floats) -> Floats:
        """The conductance in mS between the middles of neighbours: half of the core of each, in series."""
        half = 0.5 * self.R_i * width / (0.25 * math.pi * (diameter * UM) ** 2)
        return 1e3 / (half[1:] + half[:-1])

    @functools.cached_property
    def row(self) -> Row:
        """Its patches, with the stretches that differ."""
        x, width, diameter, cells = self._bare()
        reached = self._reached(cells)
        for number, (start, end, changes) in enumerate(map(_parts, self._stretches), 1):
            inside = np.flatnonzero((x >= start) & (x <= end))
            if not inside.size:
                raise ValueError(
                    f"stretch {number} from {tidy(start)} to {tidy(end)} cm lies between the middles of two patches: "
                    "make it longer"
                )
            if "diameter" in changes:
                diameter[inside] = self._core(changes.pop("diameter"))
            there = functools.cache(lambda cell, changes=changes: cell.replace(**changes))
            for i in inside:
                cells[i] = there(cells[i])
        return Row(x, width, math.pi * diameter * UM * width, self._joints(width, diameter), cells, reached)

    def _core(self, diameter: float) -> float:
        """The diameter of the conducting core, um."""
        return diameter

    @functools.cached_property
    def length_constant(self) -> float:
        """The distance in cm over which a small steady change of V falls to 1/e at rest; that of the shortest stretch.

        It is the square root of (diameter/4) / (R_i G), where G is the slope conductance of the resting membrane with
        its gates frozen.
        """
        return min(self._constant(changes) for changes in ({}, *(_parts(stretch)[2] for stretch in self._stretches)))

    def _constant(self, changes: dict[str, float]) -> float:
        """The length constant, cm, of an axon with these values everywhere."""
        diameter = changes.pop("diameter", self.diameter)
        G = resting_conductance(self._membrane.replace(**changes))
        return math.sqrt(self._core(diameter) * UM / 4 * 1e3 / (self.R_i * G)) if G > 0 else math.inf

    @property
    def dt(self) -> float:
        """The time step, ms, that propagate takes unless told otherwise: half of that of its membrane."""
        return min(cell.dt for cell in {id(cell): cell for cell in self.row.cells}.values()) / 2

    @property
    def dt_max(self) -> float:
        """The largest time step, ms, that propagate accepts."""
        return 5 * self.dt

    def check(self) -> None:
        """ValueError if it is too short, or cut too coarsely, for its recordings to mean anything."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join([repr(self._membrane), *self._given()])}){self._changes()}"

    def code(self) -> str:
        """The Python code that makes it from a cell called `membrane`.

        Returns
        -------
        str
            An expression.
        """
        return f"hh.{type(self).__name__}({', '.join(['membrane', *self._given()])}){self._changes()}"

    def _changes(self) -> str:
        """The calls that make its stretches, and freeze its gates."""
        calls = ""
        for start, end, changes in map(_parts, self._stretches):
            differs = "".join(f", {name}={tidy(value)}" for name, value in changes.items())
            calls += f".locally({tidy(start)}, {tidy(end)}{differs})"
        return calls + (".passive()" if self.gates_frozen else "")


def _parts(stretch: Stretch) -> tuple[float, float, dict[str, float]]:
    """Where a stretch begins and ends, cm, and what differs there."""
    (_, start), (_, end), *changes = stretch
    return start, end, dict(changes)


def resting_conductance(membrane: Cell) -> float:
    """The slope of the current against V at rest, in mS/cm2, with the gates frozen."""
    resting = membrane.rest()
    around = resting["V"] + np.array([-0.01, 0.01])
    below, above = sum(membrane.current_in(resting, channel, around) for channel in membrane.channels)
    return float(above - below) / 0.02
