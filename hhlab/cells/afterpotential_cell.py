"""A neuron whose spike is followed by a fast AHP, an ADP and a medium AHP; and one that fires bursts."""

from typing import Self

from ..channels import BK, HVA, KV7, NAP, NEURON_K, NEURON_NA, SK, Channel, t_type
from ..parameters import param
from ..pools import Domain, Pool, Shell
from .cell import Cell

_CALCIUM_INSIDE = 1e-4  # mM


class AfterpotentialCell(Cell):
    """A patch of a neuron at 36 degC with afterpotentials: fast AHP by BK, ADP by T, medium AHP by SK and M.

    The kinetics of its channels are published; `hhlab.library` names the source of each. Their densities are tuned so
    that all three afterpotentials show. BK reads the calcium at the mouth of HVA channels, SK the calcium below the
    whole membrane. The driving force of calcium is V - E_Ca, where E_Ca follows the calcium inside.
    `AfterpotentialCell.burster()` has other densities, and fires bursts when SK is blocked.
    """

    title = "Neuron with afterpotentials"

    T = 36.0
    g_Na = param(50, "mS/cm2", 0, 1000, "maximal sodium conductance", slider=(0, 100))
    g_K = param(6, "mS/cm2", 0, 1000, "maximal conductance of delayed potassium channels", slider=(0, 20))
    g_L = param(0.03, "mS/cm2", 0, 100, "leak conductance", slider=(0, 0.2))
    g_HVA = param(0.25, "mS/cm2", 0, 100, "maximal conductance of HVA calcium channels", slider=(0, 1))
    g_T = param(0.85, "mS/cm2", 0, 100, "maximal conductance of T-type calcium channels", slider=(0, 2))
    g_BK = param(13, "mS/cm2", 0, 1000, "maximal conductance of BK channels", slider=(0, 30))
    g_SK = param(0.2, "mS/cm2", 0, 100, "maximal conductance of SK channels", slider=(0, 0.5))
    g_M = param(0.025, "mS/cm2", 0, 100, "maximal conductance of M-type channels", slider=(0, 0.1))
    g_NaP = param(0, "mS/cm2", 0, 100, "maximal conductance of persistent sodium channels", slider=(0, 0.1))
    E_Na = param(50, "mV", -200, 200, "sodium reversal potential", slider=(0, 100))
    E_K = param(-90, "mV", -200, 200, "potassium reversal potential", slider=(-120, -40))
    E_L = param(-73.2, "mV", -200, 200, "leak reversal potential", slider=(-100, -40))
    Ca_out = param(2, "mM", 0.01, 100, "calcium outside", slider=(0.1, 10))
    shift_T = param(-6, "mV", -40, 40, "shift of the T-type gates (below 0: towards higher V)", slider=(-12, 6))
    free_Ca = param(0.007, "(share)", 0, 1, "calcium that stays free after it has entered", slider=(0, 0.02))
    domain = param(0.2, "uM cm2/uA", 0, 100, "calcium at the mouth of HVA channels for each uA/cm2", slider=(0, 1))

    dt = 0.005

    @classmethod
    def burster(cls) -> Self:
        """The cell with densities, also tuned, that make it fire bursts when SK is blocked.

        Returns
        -------
        AfterpotentialCell
            The cell, with SK not blocked yet.
        """
        return cls(E_L=-73, g_HVA=0.6, g_T=0.17, shift_T=0, g_BK=3, g_SK=0.08, g_M=0.01, g_NaP=0.02, free_Ca=0.0085,
                   domain=0.4)  # fmt: skip

    @property
    def pools(self) -> tuple[Pool, ...]:  # type: ignore[override]
        return (
            Shell("Ca", self.Ca_out, _CALCIUM_INSIDE, free=self.free_Ca),
            Domain("Ca_domain", self.Ca_out, 1e-6, gain=1e-3 * self.domain, of="HVA"),
        )

    def _own_channels(self) -> tuple[Channel, ...]:
        return (
            Channel("Na", self.g_Na, self.E_Na, NEURON_NA, "Na"),
            Channel("K", self.g_K, self.E_K, NEURON_K, "K"),
            Channel("L", self.g_L, self.E_L),
            Channel("HVA", self.g_HVA, gates=HVA, ion="Ca"),
            Channel("T", self.g_T, gates=t_type(self.shift_T, 5.0, 3.0), ion="Ca"),
            Channel("BK", self.g_BK, self.E_K, BK, "K"),
            Channel("SK", self.g_SK, self.E_K, SK, "K"),
            Channel("M", self.g_M, self.E_K, KV7, "K"),
            Channel("NaP", self.g_NaP, self.E_Na, NAP, "Na"),
        )
