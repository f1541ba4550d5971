"""What a recording cost: ions, charge and ATP."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..cells import Cell
from ..channels import Channel
from ..parameters import Parameter, must_be
from ..physics import CHARGE, F
from ..recording import A_RECORDING, Recording
from ..tables import table
from .resting import rest
from .spike import peak

Floats = NDArray[np.float64]

WIDTH = Parameter(476.0, "um", 0.05, 2000, "diameter", name="diameter")
SQUID_INSIDE = {"Na": 50.0, "K": 400.0, "Cl": 52.0}


@dataclass(frozen=True)
class Moved:
    """What one ion did: pmol/cm2 in and out beyond the traffic at rest, the difference, and what it does inside.

    `change` is in mM and `percent` in percent of the concentration inside; nan where that is not known.
    """

    into: float
    out_of: float
    net: float
    change: float
    percent: float


@dataclass(frozen=True)
class Ledger:
    """What a recording cost, as `ledger` counts it.

    Attributes
    ----------
    ions : what each ion did, by name.
    charge : charge of the sodium that entered, nC/cm2.
    minimum : charge that would do to bring the capacitance from rest to the peak, nC/cm2.
    excess : charge over minimum; 1 if no sodium entered in vain.
    ATP : pmol/cm2 that the pump needs to bring the sodium out again, a third of what entered.
    diameter : of the cylinder or the round cell whose inside changes, um.
    """

    ions: dict[str, Moved]
    charge: float
    minimum: float
    excess: float
    ATP: float
    diameter: float

    def _repr_html_(self) -> str:
        heads = ("ion", "in (pmol/cm²)", "out (pmol/cm²)", "change inside (mM)", "change inside (%)")
        rows = [
            (ion, f"{m.into:.3f}", f"{m.out_of:.3f}", f"{m.change:+.3g}", f"{m.percent:+.3g}")
            for ion, m in self.ions.items()
        ]
        return (
            f"{table(rows, heads)}"
            f"<p>Na carries {self.charge:.3g} nC/cm², {self.excess:.3g} times the capacitive minimum; "
            f"ATP to bring it out again: {self.ATP:.3g} pmol/cm². Diameter {self.diameter:g} µm.</p>"
        )


def ledger(rec: Recording, diameter: float | None = None, inside: Mapping[str, float] | None = None) -> Ledger:
    """The ions that crossed the membrane during a recording, beyond those that cross at rest in the same time.

    Parameters
    ----------
    rec : a recording that starts at rest and is long enough to come back to it.
    diameter : of a long cylinder in um, for the change inside; None for the cell's own shape, or a cylinder of 476 um.
    inside : concentrations in mM, for the change in percent; None for the cell's own, or Na 50, K 400, Cl 52, textbook
        values for a squid axon.

    Raises
    ------
    ValueError
        If the diameter is outside 0.05 to 2000 um.
    """
    must_be(Recording, A_RECORDING, rec)
    wide = WIDTH.check(getattr(rec.cell, "diameter", WIDTH.value) if diameter is None else diameter)
    depth = rec.cell.depth if diameter is None and rec.cell.depth else wide * 1e-4 / 4
    own = {pool.ion: float(pool.inside) for pool in rec.cell.pools} or SQUID_INSIDE
    known = own if inside is None else inside
    ions: dict[str, Moved] = {}
    for ion in dict.fromkeys(channel.ion for channel in rec.cell.channels if channel.ion):
        channels = [channel for channel in rec.cell.channels if channel.ion == ion]
        beyond = sum(rec.I[channel.name] - _at_rest(rec.cell, channel) for channel in channels)
        flux = beyond / (CHARGE[ion] * F) * 1e3
        into, out_of = (float(np.trapezoid(np.maximum(each, 0.0), rec.t)) for each in (-flux, flux))
        change = (into - out_of) * 1e-6 / depth
        percent = 100 * change / known[ion] if ion in known else float("nan")
        ions[ion] = Moved(into, out_of, into - out_of, change, percent)
    entered = ions["Na"].net if "Na" in ions else 0.0
    minimum = rec.cell.C * (peak(rec)[0] - rest(rec.cell))
    charge = entered * F * 1e-3
    return Ledger(ions, charge, minimum, charge / minimum if minimum else float("nan"), entered / 3, wide)


def _at_rest(cell: Cell, channel: Channel) -> float:
    """Current in uA/cm2 of one of its channels at rest."""
    state = cell.rest()
    share = channel.open_share({gate.name: np.array(state[f"{channel.name}.{gate.name}"]) for gate in channel.gates})
    inside = state[cell.pool[channel.ion].name] if channel.ion in cell.pool else None
    return float(cell.current(channel, np.array(state["V"]), share, inside))
