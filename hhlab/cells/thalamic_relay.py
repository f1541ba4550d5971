"""A relay cell of the thalamus: Destexhe, Neubig, Ulrich & Huguenard 1998, J Neurosci 18:3574, one compartment."""

from ..channels import RELAY_T, Channel, traub_potassium, traub_sodium
from ..parameters import param
from ..physics import MICRO
from ..pools import Pool, Shell
from .cell import Cell

_TC = "ModelDB 279, tc1_cc.oc"


class ThalamicRelay(Cell):
    """A relay cell at 34 degC, whose T-type calcium channels make a burst of spikes after a hyperpolarisation.

    It rests at -74.3 mV. The calcium current follows the Goldman-Hodgkin-Katz equation; calcium is cleared within 5 ms.
    """

    title = "Relay cell of the thalamus"

    T = param(34, "degC", 20, 40, "temperature")
    C = param(0.88, "uF/cm2", 0.01, 100, "membrane capacitance", source=_TC, slider=(0.2, 5))
    g_Na = param(10, "mS/cm2", 0, 1000, "maximal sodium conductance", source=_TC, slider=(0, 50))
    g_K = param(10, "mS/cm2", 0, 1000, "maximal conductance of delayed potassium channels", source=_TC, slider=(0, 50))
    g_L = param(0.0379, "mS/cm2", 0, 100, "leak conductance", source=_TC, slider=(0, 0.2))
    P_T = param(80, "1e-6 cm/s", 0, 10_000, "permeability of T-type calcium channels", source=_TC, slider=(0, 200))
    E_Na = param(50, "mV", -200, 200, "sodium reversal potential", source=_TC, slider=(0, 100))
    E_K = param(-100, "mV", -200, 200, "potassium reversal potential", source=_TC, slider=(-120, -40))
    E_L = param(-76.5, "mV", -200, 200, "leak reversal potential", source=_TC, slider=(-100, -40))
    Ca_out = param(2, "mM", 0.01, 100, "calcium outside", source="ModelDB 279, ITGHK.mod", slider=(0.1, 10))

    V_T = -52.0  # mV by which the gates of Traub & Miles are moved

    dt = 0.025

    @property
    def pools(self) -> tuple[Pool, ...]:  # type: ignore[override]
        return (Shell("Ca", self.Ca_out, 2.4e-4, tau=5.0),)

    def _own_channels(self) -> tuple[Channel, ...]:
        return (
            Channel("Na", self.g_Na, self.E_Na, traub_sodium(self.V_T), "Na"),
            Channel("K", self.g_K, self.E_K, traub_potassium(self.V_T), "K"),
            Channel("L", self.g_L, self.E_L),
            Channel("T", P=self.P_T * MICRO, gates=RELAY_T, ion="Ca"),
        )
