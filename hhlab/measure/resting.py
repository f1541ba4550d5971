"""The resting potential of a cell."""

from ..cells import Cell
from ..parameters import must_be
from ..simulation import A_CELL
from .columns import gives


@gives("mV")
def rest(cell: Cell) -> float:
    """The resting potential: the lowest voltage at which the steady current turns from inward to outward.

    Parameters
    ----------
    cell : Cell
        A cell such as `Squid()`.

    Returns
    -------
    float
        The resting potential in mV.

    Raises
    ------
    ValueError
        If `cell` is not a cell, or its membrane has no resting potential.

    Examples
    --------
    >>> print(f"{hh.measure.rest(hh.Squid()):.3f} mV")
    -64.996 mV
    """
    must_be(Cell, A_CELL, cell)
    return cell.rest()["V"]
