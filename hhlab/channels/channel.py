"""A channel as data: a conductance times its gates, driven by V - E, by the GHK equation, or by a function of V."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from ..gates import Gate, Rate, driving_force
from ..parameters import Parameter, must_be, no_such
from ..physics import CHARGE, Floats, ghk_current, nernst
from ..pools import Pool
from .particles import open_share

SINGLE = Parameter(20.0, "pS", 0.01, 1000, "conductance of one open channel", name="conductance")
"""That of sodium and potassium channels in usual models of a noisy squid axon, with 60 and 18 of them in 1 um2."""
SINGLE_OF = {"BK": 200.0, "SK": 10.0, "T": 4.4, "h": 1.5}
"""pS of other channels, by name; all else counts as SINGLE.

BK: 100 to 250, and SK: 6 to 14, in the table of potassium channels of Tocris. T: 9.5 pS at most, half of it with 2.3 mM
of calcium (Bittner & Hanck 2008, Biophys J 95:931), taken at 2 mM. h: HCN2 by noise and fluorescence, 1.5 to 1.7 pS
(https://rupress.org/view-large/6266682).
"""
MEASURED_AT = -50.0  # mV at which the conductance of a channel is told whose current is not proportional to V - E
VOLTAGES = np.arange(-200.0, 200.5, 0.5)  # mV
PS_PER_UM2 = 10.0  # that make 1 mS/cm2
PERMEABILITY = Parameter(1e-6, "cm/s", 0, 1, "permeability", slider=(0, 1e-5), name="P")


@dataclass(frozen=True)
class Channel:
    """A channel that carries I = g * (product of gate**power) * (V - E), outward positive.

    Parameters
    ----------
    name : str
        An identifier such as "A"; the conductance becomes the parameter g_A, the reversal potential E_A.
    g : float
        Maximal conductance, mS/cm2.
    E : float, optional
        Reversal potential, mV. Without it, the Nernst potential of the channel's ion.
    gates : tuple of Gate
        Its gates; none for a leak.
    ion : str
        The ion that it lets through: "K", "Na", "Cl" or "Ca". A cell whose concentrations move needs it.
    P : float, optional
        Permeability, cm/s, instead of g and E. The current then follows the Goldman-Hodgkin-Katz equation.
    drive : callable, optional
        The driving force in mV as a function of V (1-d array, mV), instead of V - E.

    Raises
    ------
    ValueError
        If the name is not an identifier, two gates share a name, the last gate adds to a next one, or E, drive and ion
        are all missing.

    Examples
    --------
    >>> leak = hh.Channel("leak", g=0.1, E=-70)
    >>> hh.Squid().plus(leak).g_leak
    0.1
    """

    name: str
    g: float = 0.0
    E: float | None = None
    gates: tuple[Gate, ...] = ()
    ion: str = ""
    P: float | None = None
    drive: Rate | None = None

    def __post_init__(self) -> None:
        if not (isinstance(self.name, str) and self.name.isidentifier()):
            raise ValueError(f"a channel cannot have the name {self.name!r}: give one such as 'A'")
        gates = (self.gates,) if isinstance(self.gates, Gate) else self.gates
        must_be(Iterable, f"channel {self.name}: gates = {{given}} cannot be used: give a tuple of Gate(...)", gates)
        gates = tuple(gates)
        must_be(
            Gate, f"channel {self.name}: {{given}} is not a gate: give one such as Gate('n', inf=..., tau=...)", *gates
        )
        object.__setattr__(self, "gates", gates)
        if self.ion and self.ion not in CHARGE:
            no_such(f"channel {self.name} cannot let {self.ion} through, which is not an ion", self.ion, CHARGE)
        if not self.ion and self.drive is None and (self.E is None or self.P is not None):
            raise ValueError(f"channel {self.name} needs E= in mV, or ion= such as 'K': give one of them")
        for name, parameter in self.parameters().items():
            object.__setattr__(self, name[0], parameter.check(getattr(self, name[0])))
        if gates and gates[-1].adds_to_next:
            raise ValueError(
                f"channel {self.name}: gate {gates[-1].name} adds to the next gate, but there is none: put another "
                "gate after it"
            )
        if len({gate.name for gate in gates}) < len(gates):
            raise ValueError(f"channel {self.name} has two gates with the same name: give each its own")

    def parameters(self) -> dict[str, Parameter]:
        """The parameters that it adds to a cell.

        Returns
        -------
        dict of str to Parameter
            The parameters by name, such as g_A.
        """
        if self.P is not None:
            return {f"P_{self.name}": PERMEABILITY.renamed(f"P_{self.name}").at(self.P)}
        g, E = f"g_{self.name}", f"E_{self.name}"
        strong = self.g if isinstance(self.g, int | float) and self.g > 0 else 2.5
        conductance = Parameter(
            self.g, "mS/cm2", 0, 1000, f"maximal conductance of {self.name}", slider=(0, min(4 * strong, 1000)), name=g
        )
        if self.E is None or self.drive is not None:
            return {g: conductance}
        return {g: conductance, E: Parameter(self.E, "mV", -200, 200, f"reversal potential of {self.name}", name=E)}

    def current(self, V: Floats, share: Floats, pool: Pool | None, T: float) -> Floats:
        """The current.

        Parameters
        ----------
        V : numpy.ndarray
            Membrane potential, mV.
        share : numpy.ndarray
            The share of open channels, 0 to 1.
        pool : Pool or None
            The pool of its ion, if the cell has one.
        T : float
            Temperature, degC.

        Returns
        -------
        numpy.ndarray
            The current in uA/cm2, outward positive.
        """
        if self.P is not None and pool is not None:
            return share * ghk_current(self.P, pool.z, V, pool.outside, pool.inside, T)
        if self.drive is not None:
            return self.g * share * driving_force(self.drive, V)
        return self.g * share * (V - self.reversal(pool, T))

    @property
    def single(self) -> float:
        """Conductance of one open channel, pS."""
        return SINGLE_OF.get(self.name, SINGLE.value)

    def chord(self, pool: Pool | None, T: float) -> float:
        """The conductance of all channels when open: current over distance from the reversal potential, at -50 mV.

        Parameters
        ----------
        pool : Pool or None
            The pool of its ion, if the cell has one.
        T : float
            Temperature, degC.

        Returns
        -------
        float
            The conductance in mS/cm2; g where the current is proportional to V - E.

        Raises
        ------
        ValueError
            If the current does not rise through 0.
        """
        if self.P is None and self.drive is None:
            return self.g
        current = self.current(VOLTAGES, np.ones(1), pool, T)
        after = max(1, int(np.append(np.flatnonzero(current > 0), current.size - 1)[0]))
        below, above = current[after - 1 : after + 1]
        if above <= below:
            raise ValueError(
                f"channel {self.name} has no reversal potential, so nobody can say how many channels make up its "
                "conductance: give it a drive= that rises through 0"
            )
        E = float(VOLTAGES[after] - 0.5 * above / (above - below))
        V = np.array([MEASURED_AT if abs(MEASURED_AT - E) > 1.0 else E + 1.0])
        return float((self.current(V, np.ones(1), pool, T) / (V - E))[0])

    def density(self, pool: Pool | None, T: float, single: float) -> float:
        """How many channels of so many pS make up the conductance of a membrane.

        Parameters
        ----------
        pool : Pool or None
            The pool of its ion, if the cell has one.
        T : float
            Temperature, degC.
        single : float
            Conductance of one open channel, pS.

        Returns
        -------
        float
            Their number in 1 um2.
        """
        return PS_PER_UM2 * self.chord(pool, T) / single if self.g or self.P else 0.0

    def reversal(self, pool: Pool | None, T: float) -> Floats:
        """The reversal potential: E, or the Nernst potential of its ion.

        Parameters
        ----------
        pool : Pool or None
            The pool of its ion, if the cell has one.
        T : float
            Temperature, degC.

        Returns
        -------
        numpy.ndarray
            The potential in mV; nan with a `drive`.
        """
        if self.E is not None or pool is None:
            return np.asarray(np.nan if self.E is None else self.E, float)
        return nernst(pool.z, pool.outside, pool.inside, T)

    def open_share(self, gate_values: dict[str, Floats]) -> Floats:
        """The share of open channels.

        Parameters
        ----------
        gate_values : dict of str to numpy.ndarray
            The values of its gates by name, 0 to 1; arrays of one shape.

        Returns
        -------
        numpy.ndarray
            Shares, 0 to 1; the same shape.
        """
        share: Floats = open_share(self.gates, [gate_values[gate.name] for gate in self.gates])
        return share
