"""Blockers: which channel each closes. A fraction is given, not a concentration."""

from typing import TypeVar

from .axons import Fibre
from .cells import Cell
from .parameters import Parameter, must_be, no_such

AnyCell = TypeVar("AnyCell", Cell, Fibre)

BLOCKS: dict[str, tuple[str, ...]] = {
    "TTX": ("Na", "NaP"),
    "TEA": ("K",),
    "dendrotoxin": ("Kv1",),
    "guangxitoxin": ("Kv2",),
    "iberiotoxin": ("BK",),
    "apamin": ("SK",),
    "XE991": ("M",),
    "cobalt": ("Ca", "HVA", "T", "s"),
    "ivabradine": ("h",),
    "ouabain": ("pump",),
    "pronase": ("inactivation",),
}
"""Tetrodotoxin closes sodium channels, tetraethylammonium delayed potassium channels, dendrotoxin Kv1.1, guangxitoxin
Kv2.1, iberiotoxin BK, apamin SK, XE991 M-type channels, cobalt all calcium channels, ivabradine h channels; ouabain
stops the Na/K pump. Pronase, an enzyme, is put inside and cuts off what inactivates sodium channels.
"""
BLOCKED = {"pump": "the pump", "inactivation": "an inactivation"}
FRACTION = Parameter(1.0, "(share)", 0, 1, "share that is blocked", name="fraction")


def blocked(cell: AnyCell, drug: str, fraction: float = 1.0) -> AnyCell:
    """The same cell with a fraction blocked of what a drug blocks.

    "TTX" blocks sodium channels, "TEA" delayed potassium channels, "apamin" SK, "cobalt" calcium channels, "ouabain"
    the Na/K pump from the beginning of a simulation on; `hhlab.drugs.BLOCKS` lists all.

    Parameters
    ----------
    cell : Cell, Axon or MyelinatedAxon
        What the drug is given to; it stays as it is.
    drug : str
        The name of the drug, such as "TTX".
    fraction : float, optional
        The share that is blocked, 0 to 1.

    Returns
    -------
    Cell, Axon or MyelinatedAxon
        The cell with the drug.

    Raises
    ------
    ValueError
        For an unknown drug, a fraction outside 0 to 1, or a cell without what it blocks.
    """
    must_be(Cell | Fibre, "{given} is not a cell: give one such as Squid(), or an axon", cell)
    must_be(str, "{given} is not the name of a drug: give one such as 'TTX'", drug)
    targets = BLOCKS[drug] if drug in BLOCKS else no_such(f"hhlab knows no drug {drug}", drug, BLOCKS)
    left, declared = 1.0 - FRACTION.check(fraction), cell.parameters()
    if targets[0] in BLOCKED:
        if drug not in declared:
            raise ValueError(f"{drug} blocks {BLOCKED[targets[0]]}, which this {type(cell).__name__} does not have")
        return cell.replace(**{drug: 1.0 - (1.0 - declared[drug].value) * left})
    names = [f"{kind}_{target}" for target in targets for kind in "gP" if f"{kind}_{target}" in declared]
    if not names:
        raise ValueError(f"{drug} blocks channel {targets[0]}, which this {type(cell).__name__} does not have")
    return cell.replace(**{name: declared[name].value * left for name in names})
