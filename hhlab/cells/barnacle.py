"""A muscle fibre of the barnacle: Morris & Lecar 1981, Biophys J 35:193."""

import functools
from typing import Self

import numpy as np

from ..channels import Channel
from ..gates import Gate
from ..parameters import param
from .cell import Cell

_ML = "artielbm, Models/ML/MLdimen.ode"


class Barnacle(Cell):
    """A muscle fibre of the barnacle. Only calcium makes its spikes; its potassium channels open with V alone.

    Firing begins at a Hopf bifurcation, at a rate above 0. In `Barnacle.saddle_node()` it begins at any low rate.
    """

    title = "Muscle fibre of a barnacle"

    C = param(20, "uF/cm2", 0.01, 100, "membrane capacitance", source=_ML, slider=(5, 50))
    g_Ca = param(4.4, "mS/cm2", 0, 1000, "maximal calcium conductance", source=_ML, slider=(0, 10))
    g_K = param(8, "mS/cm2", 0, 1000, "maximal potassium conductance", source=_ML, slider=(0, 20))
    g_L = param(2, "mS/cm2", 0, 100, "leak conductance", source=_ML, slider=(0, 10))
    E_Ca = param(120, "mV", -200, 200, "calcium reversal potential", source=_ML, slider=(0, 150))
    E_K = param(-84, "mV", -200, 200, "potassium reversal potential", source=_ML, slider=(-120, -40))
    E_L = param(-60, "mV", -200, 200, "leak reversal potential", source=_ML, slider=(-100, 0))
    V_1 = param(-1.2, "mV", -200, 200, "half activation of calcium channels", source=_ML, slider=(-20, 20))
    V_2 = param(18, "mV", 0.1, 200, "width of the activation of calcium channels", source=_ML, slider=(5, 40))
    V_3 = param(2, "mV", -200, 200, "half activation of potassium channels", source=_ML, slider=(-20, 20))
    V_4 = param(30, "mV", 0.1, 200, "width of the activation of potassium channels", source=_ML, slider=(5, 40))
    phi = param(0.04, "1/ms", 1e-4, 10, "speed of potassium channels", source=_ML, slider=(0.01, 0.2))

    dt = 0.1

    @classmethod
    def saddle_node(cls) -> Self:
        """The fibre with the other set of values, in which firing begins at a saddle-node.

        Returns
        -------
        Barnacle
            The fibre with other g_Ca, V_3, V_4 and phi.
        """
        return cls(g_Ca=4, V_3=12, V_4=17.4, phi=1 / 15)

    def _own_channels(self) -> tuple[Channel, ...]:
        return (
            Channel("Ca", self.g_Ca, self.E_Ca, _calcium(self.V_1, self.V_2), "Ca"),
            Channel("K", self.g_K, self.E_K, _potassium(self.V_3, self.V_4, self.phi), "K"),
            Channel("L", self.g_L, self.E_L),
        )


@functools.lru_cache(maxsize=64)
def _calcium(V_1: float, V_2: float) -> tuple[Gate, ...]:
    return (Gate("m", inf=lambda V: 0.5 * (1 + np.tanh((V - V_1) / V_2)), tau=lambda V: 0 * V),)


@functools.lru_cache(maxsize=64)
def _potassium(V_3: float, V_4: float, phi: float) -> tuple[Gate, ...]:
    w = Gate("w",
             inf=lambda V: 0.5 * (1 + np.tanh((V - V_3) / V_4)),
             tau=lambda V: 1 / (phi * np.cosh((V - V_3) / (2 * V_4))))  # fmt: skip
    return (w,)
