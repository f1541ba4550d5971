"""The end of an axon, where calcium that enters releases transmitter."""

from ..channels import HVA, NEURON_K, NEURON_NA, Channel
from ..parameters import param
from ..physics import MICRO
from .afterpotential_cell import AfterpotentialCell
from .cell import Cell


class NerveEnding(Cell):
    """The end of an axon at 36 degC: the spike of `AfterpotentialCell`, and HVA calcium channels after Goldman.

    The calcium current follows the Goldman-Hodgkin-Katz equation, so that half of the calcium outside makes half of the
    current. The permeability is chosen so that a spike brings as much calcium to the mouth of the channels as the
    ohmic channels of `AfterpotentialCell` do: about 5 uM. It has no channels that calcium opens.
    """

    title = "Nerve ending"

    T = AfterpotentialCell.T
    g_Na = AfterpotentialCell.g_Na
    g_K = AfterpotentialCell.g_K
    g_L = AfterpotentialCell.g_L
    P_HVA = param(30, "1e-6 cm/s", 0, 10_000, "permeability of HVA calcium channels", slider=(0, 200))
    E_Na = AfterpotentialCell.E_Na
    E_K = AfterpotentialCell.E_K
    E_L = AfterpotentialCell.E_L
    Ca_out = AfterpotentialCell.Ca_out
    domain = AfterpotentialCell.domain

    free_Ca = AfterpotentialCell.free_Ca.value
    pools = AfterpotentialCell.pools
    dt = AfterpotentialCell.dt

    def _own_channels(self) -> tuple[Channel, ...]:
        return (
            Channel("Na", self.g_Na, self.E_Na, NEURON_NA, "Na"),
            Channel("K", self.g_K, self.E_K, NEURON_K, "K"),
            Channel("L", self.g_L, self.E_L),
            Channel("HVA", P=self.P_HVA * MICRO, gates=HVA, ion="Ca"),
        )
