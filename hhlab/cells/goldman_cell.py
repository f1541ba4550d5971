"""A membrane with permeabilities to K, Na and Cl (Goldman, Hodgkin & Katz), and a gallery of such cells."""

import math
from collections.abc import Mapping

from ..channels import Channel
from ..parameters import param
from ..physics import MICRO, Floats
from .ionic import IonicCell


class GoldmanCell(IonicCell):
    """A round cell without gates or pump, whose currents follow the Goldman-Hodgkin-Katz equation.

    Its concentrations are those of a mammalian neuron. It rests at the potential that `ghk_voltage` returns. That is a
    balance of currents, not an equilibrium: without a pump the concentrations run down within about an hour. A membrane
    without any permeability has no resting potential, and must be given a V to start from.
    """

    title = "Cell with leaks only"

    V_START = math.nan

    P_K = param(1, "1e-6 cm/s", 0, 10_000, "potassium permeability", slider=(0, 5))
    P_Na = param(0.05, "1e-6 cm/s", 0, 10_000, "sodium permeability", slider=(0, 5))
    P_Cl = param(0.1, "1e-6 cm/s", 0, 10_000, "chloride permeability", slider=(0, 5))

    def _own_channels(self) -> tuple[Channel, ...]:
        return tuple(Channel(ion, ion=ion, P=self._values[f"P_{ion}"] * MICRO) for ion in ("Na", "K", "Cl"))

    def state(self, given: Mapping[str, float] | None) -> Floats:
        found = super().state(given)
        if math.isnan(found[0]):
            raise ValueError(
                "this membrane has no resting potential between -200 and 200 mV: let at least one ion through, or give "
                "a V to start from, such as start={'V': 0}"
            )
        return found


def _cell(T: float, K: tuple[float, float], Na: tuple[float, float], Cl: tuple[float, float],
          P: tuple[float, float, float]) -> GoldmanCell:  # fmt: skip
    """A cell with these concentrations (outside, inside; mM) and permeabilities to K, Na and Cl."""
    return GoldmanCell(T=T, K_out=K[0], K_in=K[1], Na_out=Na[0], Na_in=Na[1], Cl_out=Cl[0], Cl_in=Cl[1],
                       P_K=P[0], P_Na=P[1], P_Cl=P[2])  # fmt: skip


gallery = {
    "squid axon": _cell(18.5, (10, 345), (455, 72), (540, 61), (1, 0.04, 0.45)),
    "squid axon, blood": _cell(18.5, (20, 400), (440, 50), (560, 52), (1, 0.04, 0.45)),
    "neuron": _cell(37, (4, 140), (145, 12), (120, 7), (1, 0.05, 0.1)),
    "skeletal muscle": _cell(37, (4.5, 155), (145, 12), (116, 4.2), (1, 0.01, 2)),
    "ventricle": _cell(37, (5.4, 145), (140, 10), (110, 20), (1, 0.0035, 0.01)),
    "red cell": _cell(37, (4.5, 136), (140, 10), (104, 70), (1, 0.5, 1000)),
    "glial cell": _cell(37, (4, 140), (145, 12), (120, 5.8), (1, 0.019, 0)),
    "kidney tubule cell": _cell(37, (4, 140), (145, 17.5), (120, 18), (1, 0.034, 0)),
    "liver cell": _cell(37, (4, 140), (145, 12), (120, 35), (1, 0.256, 1)),
}
"""Cells by name, with textbook concentrations and ratios of permeability, which are rounded.

The ratios 1 : 0.04 : 0.45 of the squid axon are usually quoted after Hodgkin & Katz 1949. Those of the ventricle are
chosen so that it rests at -85 mV, as the `Ventricle` of Beeler & Reuter does. Those of the last three cells are chosen
so that they rest where such cells were found to rest: the glia of the optic nerve of the rat at -77 to -85 mV (Dennis
and Gerschenfeld 1969, J Physiol 203:211, abstract), the proximal tubule of the kidney of the rat at -73.5 mV with 17.5
mM of sodium inside (abstract at scilit.com/publications/07ae703f4c6d5daf526f00f426a7b44c), the perfused liver of the
rat at -33 mV (Wondergem and Harder 1980, J Cell Physiol 102:193, abstract). Chloride is at equilibrium in the liver
cell, as was found in the mouse (abstract at dc.etsu.edu/etsu-works/11351).
"""
