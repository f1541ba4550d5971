"""Release of transmitter, as a power of the calcium near the channels."""

import numpy as np

from ..parameters import Parameter, must_be
from ..physics import Floats
from ..recording import A_RECORDING, Recording

HALF = Parameter(0.015, "mM", 1e-6, 100, "calcium at which release is half of its maximum", name="half")
POWER = Parameter(4.0, "times", 0.5, 10, "power to which calcium is raised", name="power")


def release(rec: Recording, half: float = 0.015, power: float = 4.0) -> Floats:
    """The rate of release over its maximum at each sample: Ca^n / (Ca^n + half^n).

    Ca is the calcium at the mouth of calcium channels where the cell has such a domain, else the calcium inside. The
    power 4 is that of Dodge & Rahamimoff 1967, who found 3.78 +- 0.2 for the calcium in the bath (J Physiol 193:419,
    the abstract). The half (10 to 20 uM) is of the order that is usually quoted; it was not checked.

    Parameters
    ----------
    rec : Recording
        What `simulate` returned, of a cell with calcium inside.
    half : float
        The calcium at which release is half of its maximum, mM.
    power : float
        The power n.

    Returns
    -------
    numpy.ndarray
        Shares of 1; shape of `rec.t`.

    Raises
    ------
    ValueError
        If the cell has no pool of calcium, or half or power is out of range.
    """
    must_be(Recording, A_RECORDING, rec)
    names = [name for name in ("Ca_domain", "Ca_in") if name in rec.conc]
    if not names:
        kind = type(rec.cell).__name__
        raise ValueError(f"{kind} does not follow calcium: take a cell that does, such as ThalamicRelay")
    strength = (np.maximum(rec.conc[names[0]], 0.0) / HALF.check(half)) ** POWER.check(power)
    return strength / (1.0 + strength)
