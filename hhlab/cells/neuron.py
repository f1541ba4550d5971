"""A mammalian neuron with fast sodium channels, three kinds of gated potassium channels and two leaks."""

from ..channels import KV1, KV2, NEURON_K, NEURON_NA, Channel
from ..parameters import param
from .cell import Cell


class Neuron(Cell):
    """A patch of a mammalian neuron at 36 degC, with the channels of Traub & Miles.

    It rests at -66.7 mV, where its leaks balance and few gated potassium channels are open. Kv1.1 and Kv2.1 can be
    added. The densities were not measured, but chosen to give a spike of usual size and width.
    """

    title = "Mammalian neuron"

    T = param(36, "degC", 20, 40, "temperature")
    g_Na = param(50, "mS/cm2", 0, 1000, "maximal sodium conductance", slider=(0, 100))
    g_K = param(5, "mS/cm2", 0, 1000, "maximal conductance of delayed potassium channels", slider=(0, 20))
    g_Kv1 = param(0, "mS/cm2", 0, 1000, "maximal conductance of Kv1.1 channels", slider=(0, 20))
    g_Kv2 = param(0, "mS/cm2", 0, 1000, "maximal conductance of Kv2.1 channels", slider=(0, 20))
    g_KL = param(0.0375, "mS/cm2", 0, 100, "potassium leak conductance", slider=(0, 0.2))
    g_NaL = param(0.0075, "mS/cm2", 0, 100, "sodium leak conductance", slider=(0, 0.05))
    E_Na = param(50, "mV", -200, 200, "sodium reversal potential", slider=(0, 100))
    E_K = param(-90, "mV", -200, 200, "potassium reversal potential", slider=(-120, -40))

    def _own_channels(self) -> tuple[Channel, ...]:
        return (
            Channel("Na", self.g_Na, self.E_Na, NEURON_NA, "Na"),
            Channel("K", self.g_K, self.E_K, NEURON_K, "K"),
            Channel("Kv1", self.g_Kv1, self.E_K, KV1, "K"),
            Channel("Kv2", self.g_Kv2, self.E_K, KV2, "K"),
            Channel("KL", self.g_KL, self.E_K, ion="K"),
            Channel("NaL", self.g_NaL, self.E_Na, ion="Na"),
        )
