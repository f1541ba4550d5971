"""A node of Ranvier of a mammal, which has hardly any potassium channels: Frijns et al. 1994."""

from ..channels import MAMMALIAN_NODE_K, MAMMALIAN_NODE_NA, Channel
from ..parameters import param
from .cell import Cell
from .frog_node import FrogNode

_FRIJNS = "Frijns et al. 1994, as in Ribach/ANF_models_Brian2, models/Frijns_1994.py"


class MammalianNode(Cell):
    """A node of Ranvier of a mammal's myelinated fibre at 37 degC. It rests at -84.57 mV.

    Sodium and potassium currents follow the Goldman-Hodgkin-Katz equation, at fixed concentrations. The potassium
    current is a tenth of the leak current at most. A spike ends because sodium channels inactivate and the leak, which
    is large, brings V back. The equations are those of Frijns et al. 1994 as a public implementation has them. They are
    usually traced back to voltage clamps of the rat by Schwarz & Eikhof 1987; the papers were not read here.
    """

    title = "Mammalian node of Ranvier"

    C = param(2, "uF/cm2", 1e-6, 100, "membrane capacitance", source=_FRIJNS, slider=(0.5, 5))
    T = param(37, "degC", 10, 42, "temperature", source=_FRIJNS)
    P_Na = param(5.15e-3, "cm/s", 0, 1, "sodium permeability", source=_FRIJNS, slider=(0, 0.01))
    P_K = param(0.2e-3, "cm/s", 0, 1, "potassium permeability", source=_FRIJNS, slider=(0, 0.005))
    g_L = param(72.8, "mS/cm2", 0, 1000, "leak conductance", source=_FRIJNS, slider=(0, 200))
    E_L = param(-84.566, "mV", -200, 200, "leak reversal potential", source="no net current at rest", slider=(-100, 0))
    Na_out = param(142, "mM", 0.01, 1000, "sodium outside", source=_FRIJNS, slider=(1, 200))
    K_out = param(4.2, "mM", 0.01, 1000, "potassium outside", source=_FRIJNS, slider=(1, 20))
    Na_in = param(10, "mM", 0.01, 1000, "sodium inside", source=_FRIJNS, slider=(1, 100))
    K_in = param(141, "mM", 0.01, 1000, "potassium inside", source=_FRIJNS, slider=(1, 200))

    V_START = -84.0
    pools = FrogNode.pools
    dt = 0.002

    def _own_channels(self) -> tuple[Channel, ...]:
        return (
            Channel("Na", P=self.P_Na, gates=MAMMALIAN_NODE_NA, ion="Na"),
            Channel("K", P=self.P_K, gates=MAMMALIAN_NODE_K, ion="K"),
            Channel("L", self.g_L, self.E_L),
        )
