"""A beta cell of the pancreas: Sherman, Rinzel & Keizer 1988."""

import numpy as np

from ..channels import Channel
from ..gates import Gate
from ..parameters import param
from ..physics import F
from ..pools import Pool, Shell
from .cell import Cell

_SRK = "artielbm, Models/SRK/srk.ode"
_CAPACITANCE = 5309.3  # fF of the whole cell
_FREE, _CLEARING = 0.001, 0.03  # share of the calcium that is not bound; rate at which that is cleared, 1/ms
_BY_CURRENT = _FREE * 4.506e-6 * _CAPACITANCE * 1e-3  # mM/ms for each uA/cm2; in the file uM/ms for each fA
_CALCIUM = (
    Gate("m", inf=lambda V: 1 / (1 + np.exp(-(V - 4) / 14)), tau=lambda V: 0 * V),
    Gate("h", inf=lambda V: 1 / (1 + np.exp((V + 10) / 10)), tau=lambda V: 0 * V),
)
_POTASSIUM = (
    Gate("n",
         inf=lambda V: 1 / (1 + np.exp(-(V + 15) / 5.6)),
         tau=lambda V: 60 / 1.6 / (np.exp((V + 75) / 65) + np.exp(-(V + 75) / 20))),
)  # fmt: skip
_BY_CALCIUM = (Gate("c", inf=lambda Ca: Ca / (Ca + 0.1), tau=lambda Ca: 0 * Ca, ion="Ca"),)


class BetaCell(Cell):
    """A beta cell that fires bursts by itself every 14 s. Each burst ends as calcium opens potassium channels.

    Its conductances are those of the paper, divided by the capacitance of the cell (5309.3 fF), at 1 uF/cm2. A
    pacemaker has no resting state: it starts from -65 mV, n = 0.001 and 0.5 uM of calcium, as the published file does.
    The first burst is not yet like the others.
    """

    title = "Beta cell of the pancreas"

    g_Ca = param(1400 / _CAPACITANCE, "mS/cm2", 0, 100, "maximal calcium conductance", source=_SRK, slider=(0, 1))
    g_K = param(2500 / _CAPACITANCE, "mS/cm2", 0, 100, "maximal conductance of delayed potassium channels", source=_SRK,
                slider=(0, 2))  # fmt: skip
    g_KCa = param(30000 / _CAPACITANCE, "mS/cm2", 0, 100, "maximal conductance of calcium-activated potassium channels",
                  source=_SRK, slider=(0, 20))  # fmt: skip
    E_Ca = param(110, "mV", -200, 200, "calcium reversal potential", source=_SRK, slider=(0, 150))
    E_K = param(-75, "mV", -200, 200, "potassium reversal potential", source=_SRK, slider=(-120, -40))

    spike_level = -40.0  # mV: its spikes stay below 0

    START = {"V": -65.0, "K.n": 0.001, "Ca_in": 5e-4}

    dt = 0.2

    @property
    def pools(self) -> tuple[Pool, ...]:  # type: ignore[override]
        thick = _FREE * 1e-3 / (2 * F * _BY_CURRENT) * 1e4
        return (Shell("Ca", 2.0, 0.0, thick=thick, free=_FREE, tau=1 / (_FREE * _CLEARING)),)

    def _own_channels(self) -> tuple[Channel, ...]:
        return (
            Channel("Ca", self.g_Ca, self.E_Ca, _CALCIUM, "Ca"),
            Channel("K", self.g_K, self.E_K, _POTASSIUM, "K"),
            Channel("KCa", self.g_KCa, self.E_K, _BY_CALCIUM, "K"),
        )
