"""The myelinated axon."""

import functools
import math
from typing import Any, NamedTuple, Self

import numpy as np

from ..cells import Cell, FrogNode
from ..parameters import Parameter, must_be, param, shown, tidy
from ..physics import Floats
from .fibre import A_MEMBRANE, UM, Fibre, resting_conductance

PATCHES = 10  # of an internode that has a capacitance
PICO_IN_MICRO = 1e-6
SPACING = 100.0  # from node to node, in diameters of the fibre
BARE_C = Parameter(1.0, "uF/cm2", 0, 10, "capacitance of the membrane of an internode", slider=(0.002, 0.6), name="C")
BARE_G = Parameter(0.1, "mS/cm2", 0, 100, "leak conductance of an internode", slider=(0, 1), name="g")


class Lost(NamedTuple):
    """Internodes without myelin, from the first to the last, and their C (uF/cm2) and leak (mS/cm2)."""

    first: int
    last: int
    C: float
    g: float


class MyelinatedAxon(Fibre):
    """A myelinated axon: nodes of Ranvier joined by internodes whose myelin lets no current leak out.

    The core is 0.7 times as wide as the fibre, nodes are 2.5 um long, and 100 fibre diameters apart, as usually quoted
    after McNeal 1976. The conductance between nodes, divided by the area of a node, is then the same for every
    diameter, and the velocity is proportional to the diameter.

    Without a capacitance of the myelin only the nodes must be charged, and the fibre is too fast. Myelin of this shape
    has 1.56 pF/cm times the relative permittivity of its material, whatever the diameter; 10 to 16 pF/cm are usually
    quoted for fibres of the frog. The velocity stays proportional to the diameter.

    Parameters
    ----------
    membrane : Cell, optional
        The membrane of a node. Without it FrogNode(), at 20 degC.
    diameter : float
        Diameter of the fibre with its myelin, um.
    nodes : float
        Number of nodes, which sets the length.
    R_i : float
        Resistivity of the core, ohm cm.
    C_myelin : float
        Capacitance of the myelin for each cm of internode, pF/cm.

    Raises
    ------
    ValueError
        If a value is out of range, or `nodes` is not a whole number.
    """

    title = "Myelinated axon"

    diameter = param(10, "um", 1, 50, "diameter of the fibre, with its myelin", slider=(2, 20))
    nodes = param(41, "nodes", 3, 1000, "number of nodes", slider=(11, 101))
    R_i = param(110, "ohm cm", 1, 10_000, "resistivity of the core", slider=(10, 300))
    C_myelin = param(0, "pF/cm", 0, 1000, "capacitance of the myelin for each cm of internode", slider=(0, 20))

    CORE, NODE = 0.7, 2.5  # diameter of the core over that of the fibre; length of a node, um

    _made_of = (*Fibre._made_of, "_lost")
    _lost: tuple[Lost, ...] = ()

    def __init__(
        self, membrane: Cell | None = None, diameter: float = 10, nodes: float = 41, R_i: float = 110,
        C_myelin: float = 0,
    ) -> None:  # fmt: skip
        super().__init__(diameter=diameter, nodes=nodes, R_i=R_i, C_myelin=C_myelin)
        inner = FrogNode() if membrane is None else membrane
        must_be(Cell, A_MEMBRANE, inner)
        self.__dict__.update(_membrane=inner)

    def replace(self, **changes: Any) -> Self:
        lost = tuple(
            Lost(first, last, *(limit.check(changes.pop(f"{limit.name}_internode_{number}", value))
                                for limit, value in ((BARE_C, C), (BARE_G, g))))
            for number, (first, last, C, g) in enumerate(self._lost, 1)
        )  # fmt: skip
        return super().replace(**changes)._with(_lost=lost)

    def demyelinated(self, first: int, last: int, C: float = 1.0, g: float = 0.1) -> Self:
        """The same axon with some internodes that have lost their myelin.

        Their bare membrane has a capacitance and a leak, which reverses at the resting potential of the nodes, but no
        gated channels. Myelin makes both small; in this model its leak is 0, and its capacitance C_myelin. A bare
        membrane has about 1 uF/cm2. Its leak is less well known: the default was chosen. The axon gets the parameters
        C_internode_1 and g_internode_1.

        Parameters
        ----------
        first, last : int
            The first and the last of these internodes; the first internode of the axon is 1.
        C : float
            Capacitance of the bare membrane, uF/cm2.
        g : float
            Leak conductance of the bare membrane, mS/cm2.

        Returns
        -------
        MyelinatedAxon
            The axon without this myelin.

        Raises
        ------
        ValueError
            If there are no such internodes, or C or g is out of range.
        """
        most = int(self.nodes) - 1
        for number in (first, last):
            if not (isinstance(number, int) and 1 <= number <= most):
                raise ValueError(f"internode {shown(number)} does not exist: give a whole number from 1 to {most}")
        if first > last:
            raise ValueError(f"there are no internodes {first} to {last}: give the lower number first")
        return self._with(_lost=(*self._lost, Lost(first, last, BARE_C.check(C), BARE_G.check(g))))

    def parameters(self) -> dict[str, Parameter]:
        found = super().parameters()
        for number, lost in enumerate(self._lost, 1):
            for limit, value in ((BARE_C, lost.C), (BARE_G, lost.g)):
                name = f"{limit.name}_internode_{number}"
                found[name] = limit.at(value).renamed(name)
        return found

    @property
    def spacing(self) -> float:
        """The distance from node to node, cm."""
        return SPACING * self.diameter * UM

    @property
    def length(self) -> float:
        return (self.nodes - 1) * self.spacing + self.NODE * UM

    @functools.cached_property
    def length_constant(self) -> float:
        """The distance in cm over which a small steady change of V falls to 1/e at rest, with all myelin."""
        axial = 1e3 * 0.25 * math.pi * (self._core(self.diameter) * UM) ** 2 / (self.R_i * self.spacing)
        node = resting_conductance(self._membrane) * math.pi * self._core(self.diameter) * self.NODE * UM**2
        return self.spacing / math.acosh(1.0 + node / (2.0 * axial)) if node > 0 else math.inf

    def _core(self, diameter: float) -> float:
        return self.CORE * diameter

    def _bare(self) -> tuple[Floats, Floats, Floats, list[Cell]]:
        n, bare = int(self.nodes), self._charged()
        x, width, cells = [], [], []
        for node in range(n):
            x.append(node * self.spacing + 0.5 * self.NODE * UM)
            width.append(self.NODE * UM)
            cells.append(self._membrane)
            if node + 1 in bare:
                piece = self.spacing / PATCHES
                x += [node * self.spacing + (k + 0.5) * piece for k in range(PATCHES)]
                width += [piece] * PATCHES
                cells += [bare[node + 1]] * PATCHES
        return np.array(x), np.array(width), np.full(len(x), self._core(self.diameter)), cells

    @functools.cached_property
    def _myelin(self) -> Cell | None:
        """The membrane of an intact internode; None without a capacitance."""
        C = PICO_IN_MICRO * self.C_myelin / (math.pi * self._core(self.diameter) * UM)
        return leak_only(self._membrane, C, 0.0) if C else None

    def _reached(self, cells: list[Cell]) -> Floats:
        return np.array([float(cell is not self._myelin) for cell in cells])

    def _charged(self) -> dict[int, Cell]:
        """The membrane of each internode that has a capacitance or a leak, by the number of the internode."""
        found = dict.fromkeys(range(1, int(self.nodes)), self._myelin) if self._myelin else {}
        for first, last, C, g in self._lost:
            if (C, g) != (0, 0):
                found |= dict.fromkeys(range(first, last + 1), leak_only(self._membrane, C, g))
        return found

    def _joints(self, width: Floats, diameter: Floats) -> Floats:
        """The conductance in mS between the middles of neighbours: between two nodes, or in a bare internode."""
        x = self._bare()[0]
        area = 0.25 * math.pi * (0.5 * (diameter[1:] + diameter[:-1]) * UM) ** 2
        return 1e3 * area / (self.R_i * np.diff(x))

    @property
    def patches(self) -> int:
        """The number of its patches: one for each node, and ten for each internode with a capacitance."""
        return len(self.row.x)

    def _changes(self) -> str:
        lost = (f".demyelinated({first}, {last}, C={tidy(C)}, g={tidy(g)})" for first, last, C, g in self._lost)
        return super()._changes() + "".join(lost)


def leak_only(membrane: Cell, C: float, g: float) -> Cell:
    """A membrane with the same channels, all closed but a leak g (mS/cm2) that reverses at its resting potential."""
    leak = next((channel for channel in membrane.channels if not channel.gates and channel.E is not None), None)
    if leak is None:
        raise ValueError(
            f"{type(membrane).__name__} has no leak channel, which an internode without myelin needs: give a membrane "
            "that has one"
        )
    closed = {name: 0.0 for name in membrane.parameters() if name[:2] in ("g_", "P_")}
    own = {f"g_{leak.name}": g, f"E_{leak.name}": membrane.rest()["V"], "C": C}
    return membrane.replace(**{**closed, **own})
