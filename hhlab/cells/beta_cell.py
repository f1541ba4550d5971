"""A beta cell of the pancreas: Sherman, Rinzel & Keizer 1988."""

import numpy as np

from ..channels import Channel
from ..gates import Gate
from ..parameters import param
from ..physics import F
from ..pools import Pool, Shell
from .cell import Cell

_SRK = "artielbm, Models/SRK/srk.ode"
_FEMTOFARAD = 5309.3
_FREE, _CLEARED = 0.001, 0.03
_BY_CHARGE = _FREE * 4.506e-6 * _FEMTOFARAD * 1e-3
"""mM/ms for each uA/cm2: the file's uM/ms for each fA of a cell of 5309.3 fF."""
_CALCIUM = (
    Gate("m", inf=lambda V: 1 / (1 + np.exp(-(V - 4) / 14)), tau=lambda V: 0 * V),
    Gate("h", inf=lambda V: 1 / (1 + np.exp((V + 10) / 10)), tau=lambda V: 0 * V),
)
_POTASSIUM = (
    Gate(
        "n",
        inf=lambda V: 1 / (1 + np.exp(-(V + 15) / 5.6)),
        tau=lambda V: 60 / 1.6 / (np.exp((V + 75) / 65) + np.exp(-(V + 75) / 20)),
    ),
)
_BY_CALCIUM = (Gate("c", inf=lambda Ca: Ca / (Ca + 0.1), tau=lambda Ca: 0 * Ca, ion="Ca"),)


class BetaCell(Cell):
    """A beta cell that bursts by itself every 14 s, as the calcium that its spikes bring in opens potassium channels.

    Its conductances are those of the paper over the capacitance of the cell (5309.3 fF), at 1 uF/cm2. A pacemaker has
    no rest: it starts from -65 mV, n = 0.001 and 0.5 uM of calcium, as the published file does; the first burst is not
    yet like the others.
    """

    g_Ca = param(1400 / _FEMTOFARAD, "mS/cm2", 0, 100, "maximal calcium conductance", source=_SRK, slider=(0, 1))
    g_K = param(2500 / _FEMTOFARAD, "mS/cm2", 0, 100, "maximal conductance of delayed potassium channels", source=_SRK,
                slider=(0, 2))  # fmt: skip
    g_KCa = param(30000 / _FEMTOFARAD, "mS/cm2", 0, 100, "maximal conductance of calcium-activated potassium channels",
                  source=_SRK, slider=(0, 20))  # fmt: skip
    E_Ca = param(110, "mV", -200, 200, "calcium reversal potential", source=_SRK, slider=(0, 150))
    E_K = param(-75, "mV", -200, 200, "potassium reversal potential", source=_SRK, slider=(-120, -40))

    spike_level = -40.0
    """mV: its spikes stay below 0."""

    START = {"V": -65.0, "K.n": 0.001, "Ca_in": 5e-4}

    @property
    def pools(self) -> tuple[Pool, ...]:  # type: ignore[override]
        thick = _FREE * 1e-3 / (2 * F * _BY_CHARGE) * 1e4
        return (Shell("Ca", 2.0, 0.0, thick=thick, free=_FREE, tau=1 / (_FREE * _CLEARED)),)

    def _own_channels(self) -> tuple[Channel, ...]:
        return (
            Channel("Ca", self.g_Ca, self.E_Ca, _CALCIUM, "Ca"),
            Channel("K", self.g_K, self.E_K, _POTASSIUM, "K"),
            Channel("KCa", self.g_KCa, self.E_K, _BY_CALCIUM, "K"),
        )

    @property
    def dt(self) -> float:
        return 0.2
