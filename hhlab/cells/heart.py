"""Two cells of the heart: one that waits for a stimulus, and one that beats by itself."""

import math

from ..channels import NODE_H, NODE_K, NODE_NA, NODE_S, VENTRICLE_NA, VENTRICLE_S, VENTRICLE_X1, Channel, heart
from ..channels.heart import BEELER_REUTER, YANAGIHARA
from ..parameters import param
from ..physics import ZERO_CELSIUS, F, R
from ..pools import Pool, Shell
from .cell import Cell

_RT_2F = 13.0287  # mV of E_Ca for each e-fold of calcium, as in Beeler & Reuter


class Ventricle(Cell):
    """A patch of the ventricle, after Beeler & Reuter 1977: a sodium upstroke, and a plateau kept up by calcium.

    It rests at -84.57 mV. Its E_Ca = -82.3 - 13.0287 ln(Ca in mol/L) mV is the Nernst potential at 29.2 degC and 1.8 mM
    outside. The closing rate of x1 has V + 20, as in ten other implementations and in Luo & Rudy, where the myokit file
    has V + 333. With 333 the action potential would last 291 ms instead of 283 ms.
    """

    title = "Heart muscle"

    T = 2e-3 * _RT_2F * F / R - ZERO_CELSIUS
    g_Na = param(4, "mS/cm2", 0, 100, "maximal sodium conductance", source=BEELER_REUTER, slider=(0, 10))
    g_NaL = param(0.003, "mS/cm2", 0, 1, "sodium leak conductance", source=BEELER_REUTER, slider=(0, 0.02))
    g_s = param(0.09, "mS/cm2", 0, 10, "maximal conductance of slow inward channels", source=BEELER_REUTER,
                slider=(0, 0.3))  # fmt: skip
    g_K1 = param(0.35, "mS/cm2", 0, 10, "conductance of inward rectifiers", source=BEELER_REUTER, slider=(0, 1))
    g_x1 = param(0.8, "mS/cm2", 0, 10, "maximal conductance of slow outward channels", source=BEELER_REUTER,
                 slider=(0, 3))  # fmt: skip
    E_Na = param(50, "mV", -200, 200, "sodium reversal potential", source=BEELER_REUTER, slider=(0, 100))

    dt = 0.02

    @property
    def pools(self) -> tuple[Pool, ...]:  # type: ignore[override]
        outside = 1e3 * math.exp(-82.3 / _RT_2F)
        thick = 1e-3 / (2 * F * 1e-4) * 1e4
        return (Shell("Ca", outside, 1e-4, thick=thick, tau=1 / 0.07),)

    def _own_channels(self) -> tuple[Channel, ...]:
        return (
            Channel("Na", self.g_Na, self.E_Na, VENTRICLE_NA, "Na"),
            Channel("NaL", self.g_NaL, self.E_Na, ion="Na"),
            Channel("s", self.g_s, gates=VENTRICLE_S, ion="Ca"),
            Channel("K1", self.g_K1, drive=heart.drive_K1, ion="K"),
            Channel("x1", self.g_x1, gates=VENTRICLE_X1, drive=heart.drive_x1, ion="K"),
        )


class SinoatrialNode(Cell):
    """A patch of the sino-atrial node of a rabbit, after Yanagihara, Noma & Irisawa 1980: 176 beats a minute.

    A pacemaker has no resting state: it starts from -60 mV, near the end of a diastole. The driving force of some
    currents is a function of V instead of V - E; their g is the factor of that function in the paper.
    """

    title = "Pacemaker of the heart"

    g_Na = param(0.5, "mS/cm2", 0, 10, "maximal sodium conductance", source=YANAGIHARA, slider=(0, 2))
    g_s = param(12.5, "mS/cm2", 0, 100, "maximal conductance of slow inward channels", source=YANAGIHARA,
                slider=(0, 25))  # fmt: skip
    g_h = param(0.4, "mS/cm2", 0, 10, "maximal conductance of h channels", source=YANAGIHARA, slider=(0, 2))
    g_K = param(0.7, "mS/cm2", 0, 10, "maximal conductance of delayed potassium channels", source=YANAGIHARA,
                slider=(0, 2))  # fmt: skip
    g_L = param(0.8, "mS/cm2", 0, 10, "leak conductance", source=YANAGIHARA, slider=(0, 2))
    E_Na = param(30, "mV", -200, 200, "sodium reversal potential", source=YANAGIHARA, slider=(0, 100))
    E_h = param(-25, "mV", -200, 200, "reversal potential of h channels", source=YANAGIHARA, slider=(-60, 0))

    START = {"V": -60.0, "Na.m": 0.1, "Na.h": 0.8, "s.d": 0.0002, "s.f": 0.8, "h.q": 0.01, "K.p": 0.3}

    dt = 0.1

    def _own_channels(self) -> tuple[Channel, ...]:
        return (
            Channel("Na", self.g_Na, self.E_Na, NODE_NA, "Na"),
            Channel("s", self.g_s, gates=NODE_S, drive=heart.drive_node_s, ion="Ca"),
            Channel("h", self.g_h, self.E_h, NODE_H),
            Channel("K", self.g_K, gates=NODE_K, drive=heart.drive_node_K, ion="K"),
            Channel("L", self.g_L, drive=heart.drive_node_leak),
        )
