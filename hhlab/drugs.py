"""Blockers: which channel each closes. A fraction is given, not a concentration."""

from typing import TypeVar

from .cells import Cell
from .parameters import Parameter, must_be, unknown

AnyCell = TypeVar("AnyCell", bound=Cell)

BLOCKS = {"TTX": "Na", "TEA": "K", "ouabain": "pump", "pronase": "inactivation"}
"""Tetrodotoxin closes sodium channels, tetraethylammonium delayed potassium channels; ouabain stops the Na/K pump.

Pronase, an enzyme, is put inside and cuts off what inactivates sodium channels.
"""
BLOCKED = {"pump": "the pump", "inactivation": "an inactivation"}
FRACTION = Parameter(1.0, "(share)", 0, 1, "share that is blocked", name="fraction")


def blocked(cell: AnyCell, drug: str, fraction: float = 1.0) -> AnyCell:
    """The same cell with a fraction (0 to 1) blocked of what a drug blocks.

    "TTX" blocks sodium channels, "TEA" delayed potassium channels, "ouabain" the Na/K pump, and "pronase" the
    inactivation of sodium channels, from the beginning of a simulation on.

    Raises
    ------
    ValueError
        For an unknown drug, a fraction outside 0 to 1, or a cell without what it blocks.
    """
    must_be(Cell, "a cell: give one such as Squid()", cell)
    must_be(str, "the name of a drug: give one such as 'TTX'", drug)
    target = BLOCKS[drug] if drug in BLOCKS else unknown("the drug cupboard", "drug", drug, BLOCKS)
    left, declared = 1.0 - FRACTION.check(fraction), cell.parameters()
    if drug in ("ouabain", "pronase"):
        if drug not in declared:
            raise ValueError(f"{drug} blocks {BLOCKED[target]}, which this {type(cell).__name__} does not have")
        return cell.replace(**{drug: 1.0 - (1.0 - declared[drug].value) * left})
    if target not in [each.name for each in cell.channels]:
        raise ValueError(f"{drug} blocks channel {target}, which this {type(cell).__name__} does not have")
    return cell.replace(**{f"g_{target}": declared[f"g_{target}"].value * left})
