"""A node of Ranvier of the frog: Frankenhaeuser & Huxley 1964, J Physiol 171:302."""

import functools

from ..channels import FROG_K, FROG_NA, FROG_P, Channel
from ..parameters import param
from ..pools import FrozenPool, Pool
from .cell import Cell

_FH = "Frankenhaeuser & Huxley 1964, as in ModelDB 3507, fh.mod"


class FrogNode(Cell):
    """A node of Ranvier of a frog's myelinated fibre at 20 degC. It rests at -70.00 mV.

    Sodium and potassium currents follow the Goldman-Hodgkin-Katz equation, at fixed concentrations. A third, slow
    permeability, P, was called nonspecific; it lets sodium through here, as in the original. In a spike the potassium
    current becomes as large as the leak current. Without it the leak still ends the spike, but later: the spike then
    lasts 0.91 ms instead of 0.62 ms.
    """

    title = "Frog node of Ranvier"

    C = param(2, "uF/cm2", 1e-6, 100, "membrane capacitance", source=_FH, slider=(0.5, 5))
    T = param(20, "degC", 0, 40, "temperature")
    P_Na = param(8e-3, "cm/s", 0, 1, "sodium permeability", source=_FH, slider=(0, 0.016))
    P_K = param(1.2e-3, "cm/s", 0, 1, "potassium permeability", source=_FH, slider=(0, 0.005))
    P_P = param(0.54e-3, "cm/s", 0, 1, "nonspecific permeability", source=_FH, slider=(0, 0.002))
    g_L = param(30.3, "mS/cm2", 0, 1000, "leak conductance", source=_FH, slider=(0, 100))
    E_L = param(-69.974, "mV", -200, 200, "leak reversal potential",
                source="0.026 mV above a rest of -70 mV; fh.mod lost a digit: -69.74", slider=(-100, 0))  # fmt: skip
    Na_out = param(114.5, "mM", 0.01, 1000, "sodium outside", source=_FH, slider=(1, 200))
    K_out = param(2.5, "mM", 0.01, 1000, "potassium outside", source=_FH, slider=(1, 20))
    Na_in = param(13.74, "mM", 0.01, 1000, "sodium inside", source=_FH, slider=(1, 100))
    K_in = param(120, "mM", 0.01, 1000, "potassium inside", source=_FH, slider=(1, 200))

    V_START = -70.0

    def _own_channels(self) -> tuple[Channel, ...]:
        return (
            Channel("Na", P=self.P_Na, gates=FROG_NA, ion="Na"),
            Channel("K", P=self.P_K, gates=FROG_K, ion="K"),
            Channel("P", P=self.P_P, gates=FROG_P, ion="Na"),
            Channel("L", self.g_L, self.E_L),
        )

    @functools.cached_property
    def pools(self) -> tuple[Pool, ...]:  # type: ignore[override]
        return FrozenPool("Na", self.Na_out, self.Na_in), FrozenPool("K", self.K_out, self.K_in)

    @property
    def dt(self) -> float:  # type: ignore[override]
        return 0.005 if self.T <= 25 else 0.0025
