"""Blockers: which channel each closes. A fraction is given, not a concentration."""

from typing import TypeVar

from .cells import Cell
from .parameters import Parameter, must_be, unknown

AnyCell = TypeVar("AnyCell", bound=Cell)

BLOCKS = {"TTX": "Na", "TEA": "K"}
"""Tetrodotoxin closes sodium channels, tetraethylammonium delayed potassium channels."""
FRACTION = Parameter(1.0, "(share)", 0, 1, "share of the channels that are blocked", name="fraction")


def blocked(cell: AnyCell, drug: str, fraction: float = 1.0) -> AnyCell:
    """The same cell with a fraction (0 to 1) of one kind of channel blocked: "TTX" sodium, "TEA" delayed potassium.

    Raises
    ------
    ValueError
        For an unknown drug, a fraction outside 0 to 1, or a cell without that channel.
    """
    must_be(Cell, "a cell: give one such as Squid()", cell)
    must_be(str, "the name of a drug: give one such as 'TTX'", drug)
    channel = BLOCKS[drug] if drug in BLOCKS else unknown("the drug cupboard", "drug", drug, BLOCKS)
    names = [each.name for each in cell.channels]
    if channel not in names:
        raise ValueError(f"{drug} blocks channel {channel}, which this {type(cell).__name__} does not have")
    g = f"g_{channel}"
    return cell.replace(**{g: cell.parameters()[g].value * (1.0 - FRACTION.check(fraction))})
