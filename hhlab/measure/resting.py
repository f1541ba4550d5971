"""The resting potential of a cell."""

from ..cells import Cell
from ..parameters import must_be
from ..simulate import A_CELL
from .columns import gives


@gives("mV")
def rest(cell: Cell) -> float:
    """Resting potential in mV: the lowest voltage at which the steady current turns from inward to outward."""
    must_be(Cell, A_CELL, cell)
    return cell.rest()["V"]
