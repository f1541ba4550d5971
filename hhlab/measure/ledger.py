"""What a recording cost: ions, charge and ATP."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..parameters import Parameter, must_be
from ..physics import CHARGE, F
from ..recording import A_RECORDING, Recording
from ..tables import table
from .resting import rest
from .spike import peak

DIAMETER = Parameter(476.0, "um", 0.05, 2000, "diameter", name="diameter")
SQUID_INSIDE = {"Na": 50.0, "K": 400.0, "Cl": 52.0}  # mM inside a squid axon; see notebook 02, section 5


@dataclass(frozen=True)
class Moved:
    """How much of one ion crossed the membrane, beyond what crosses at rest, and what that changed inside.

    Parameters
    ----------
    into : float
        Amount that entered, pmol/cm2.
    out_of : float
        Amount that left, pmol/cm2.
    net : float
        The difference, pmol/cm2.
    change : float
        Change of the concentration inside, mM.
    percent : float
        The same in percent of the concentration inside; nan where that is not known.
    """

    into: float
    out_of: float
    net: float
    change: float
    percent: float


@dataclass(frozen=True)
class Ledger:
    """What a recording cost, as `ledger` counts it.

    Parameters
    ----------
    ions : dict of str to Moved
        How much of each ion moved.
    charge : float
        Charge of the sodium that entered, nC/cm2.
    minimum : float
        Charge that would be enough to bring the capacitance from rest to the peak, nC/cm2.
    excess : float
        The charge over the minimum; 1 if no sodium entered in vain.
    ATP : float
        ATP that the pump needs to bring the sodium out again, pmol/cm2: a third of what entered.
    diameter : float
        Diameter of the cylinder or the round cell whose inside changes, um.
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
            f"<p>Sodium carried {self.charge:.3g} nC/cm², {self.excess:.3g} times the least charge that could change V "
            f"as much. The pump needs {self.ATP:.3g} pmol/cm² of ATP to bring this sodium out again. The diameter is "
            f"{self.diameter:g} µm.</p>"
        )


def ledger(rec: Recording, diameter: float | None = None, inside: Mapping[str, float] | None = None) -> Ledger:
    """The ions that crossed the membrane during a recording, beyond those that cross at rest in the same time.

    Parameters
    ----------
    rec : Recording
        A recording that starts at rest and is long enough to come back to it.
    diameter : float, optional
        Diameter of a long cylinder, um, for the change inside. Without it the cell's own shape counts, or a cylinder
        of 476 um.
    inside : dict of str to float, optional
        Concentrations inside by ion, mM, for the change in percent. Without it the cell's own count, or Na 50, K 400,
        Cl 52, textbook values for a squid axon.

    Returns
    -------
    Ledger
        What each ion did, and the charge and ATP of the sodium.

    Raises
    ------
    ValueError
        If `rec` is not a recording, or the diameter is outside 0.05 to 2000 um.
    """
    must_be(Recording, A_RECORDING, rec)
    if not rec.cell.channels:
        raise ValueError("a recording of a real cell does not show its ions: give a recording of a model")
    wide = DIAMETER.check(getattr(rec.cell, "diameter", DIAMETER.value) if diameter is None else diameter)
    depth = rec.cell.depth if diameter is None and rec.cell.depth else wide * 1e-4 / 4
    own = {pool.ion: float(pool.inside) for pool in rec.cell.pools} or SQUID_INSIDE
    known = own if inside is None else inside
    ions: dict[str, Moved] = {}
    resting = rec.cell.rest()
    for ion in dict.fromkeys(channel.ion for channel in rec.cell.channels if channel.ion):
        channels = [channel for channel in rec.cell.channels if channel.ion == ion]
        beyond = sum(rec.I[c.name] - rec.cell.current_in(resting, c, resting["V"]) for c in channels)
        flux = beyond / (CHARGE[ion] * F) * 1e3
        into, out_of = (float(np.trapezoid(np.maximum(each, 0.0), rec.t)) for each in (-flux, flux))
        change = (into - out_of) * 1e-6 / depth
        percent = 100 * change / known[ion] if ion in known else float("nan")
        ions[ion] = Moved(into, out_of, into - out_of, change, percent)
    entered = ions["Na"].net if "Na" in ions else 0.0
    minimum = rec.cell.C * (peak(rec)[0] - rest(rec.cell))
    charge = entered * F * 1e-3
    return Ledger(ions, charge, minimum, charge / minimum if minimum else float("nan"), entered / 3, wide)
