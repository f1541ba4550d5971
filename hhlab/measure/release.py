"""Release of transmitter, as a power of the calcium near the channels."""

import numpy as np
from numpy.typing import NDArray

from ..parameters import Parameter, must_be
from ..recording import A_RECORDING, Recording

Floats = NDArray[np.float64]

HALF = Parameter(0.015, "mM", 1e-6, 100, "calcium at which release is half of the most", name="half")
POWER = Parameter(4.0, "times", 0.5, 10, "power of calcium", name="power")


def release(rec: Recording, half: float = 0.015, power: float = 4.0) -> Floats:
    """The rate of release over the most there can be, at each sample: Ca^n / (Ca^n + half^n); shape of t.

    Ca (mM) is that at the mouth of calcium channels where the cell has such a domain, else that inside. The power 4 is
    usually quoted after Dodge & Rahamimoff 1967, and half (10 to 20 uM) is of the order found near channels; neither
    was checked against its paper here.

    Raises
    ------
    ValueError
        If nothing in the cell follows calcium, or half or power is out of range.
    """
    must_be(Recording, A_RECORDING, rec)
    names = [name for name in ("Ca_domain", "Ca_in") if name in rec.conc]
    if not names:
        raise ValueError(
            f"{type(rec.cell).__name__} does not follow calcium: take a cell that does, such as ThalamicRelay"
        )
    strength = (np.maximum(rec.conc[names[0]], 0.0) / HALF.check(half)) ** POWER.check(power)
    return strength / (1.0 + strength)
