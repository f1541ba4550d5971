"""The squid axon with ions that run down and pumps that bring them back, made for this course."""

import math

from ..channels import SQUID_K, SQUID_NA, Channel
from ..parameters import param
from ..physics import thermal_voltage
from ..pools import Pump, kager
from .ionic import PumpedCell
from .squid import Squid

_T, _V, _G_L = 18.5, -65.0, Squid.g_L.value  # degC; resting potential, mV; leak of the original, mS/cm2
_RT_F = float(thermal_voltage(_T))  # mV
_HH = Squid.g_Na.source
_NA_IN = 440.0 * math.exp(-Squid.E_Na.value / _RT_F)


def _resting(conductance: float, E: float, gates: tuple[object, ...]) -> float:
    """The current in uA/cm2 of a channel with these gates at -65 mV."""
    share = math.prod(float(gate.steady_state(_V)) ** gate.power for gate in gates)  # type: ignore[attr-defined]
    return conductance * share * (_V - E)


_I_NA = _resting(Squid.g_Na.value, Squid.E_Na.value, SQUID_NA)
_I_PUMP = _resting(Squid.g_K.value, Squid.E_K.value, SQUID_K) / 2
_G_NA_LEAK = (3 * _I_PUMP + _I_NA) / (Squid.E_Na.value - _V)


class SquidWithPumps(PumpedCell):
    """The squid axon of Hodgkin & Huxley at 18.5 degC with a Na/K-ATPase, and concentrations that move.

    Its leak is split into sodium and chloride so that, together with the pump, no concentration changes at rest
    (-65 mV). The densities of pump and leaks are not measured: they follow from that balance. With concentrations
    frozen it is the axon of Hodgkin & Huxley, with a leak reversal potential of -54.401 mV.
    """

    title = "Squid giant axon with pumps"

    T = param(_T, "degC", 0, 40, "temperature")
    K_out = param(10, "mM", 0.01, 1000, "potassium outside", slider=(1, 50))
    Na_out = param(440, "mM", 0.01, 1000, "sodium outside", slider=(10, 600))
    Cl_out = param(450, "mM", 0.01, 1000, "chloride outside", slider=(10, 600))
    K_in = param(10 * math.exp(-Squid.E_K.value / _RT_F), "mM", 0.01, 1000, "potassium inside",
                 source="E_K of Hodgkin & Huxley", slider=(10, 400))  # fmt: skip
    Na_in = param(_NA_IN, "mM", 0.01, 1000, "sodium inside", source="E_Na of Hodgkin & Huxley", slider=(10, 200))
    Cl_in = param(450 * math.exp(_V / _RT_F), "mM", 0.01, 1000, "chloride inside", source="at equilibrium at rest",
                  slider=(10, 200))  # fmt: skip
    diameter = param(476, "um", 0.05, 2000, "diameter", slider=(0.2, 500))
    g_Na = param(Squid.g_Na.value, "mS/cm2", 0, 1000, "maximal sodium conductance", source=_HH, slider=(0, 240))
    g_K = param(Squid.g_K.value, "mS/cm2", 0, 1000, "maximal potassium conductance", source=_HH, slider=(0, 100))
    g_NaL = param(_G_NA_LEAK, "mS/cm2", 0, 100, "sodium leak conductance", source="balances the pump", slider=(0, 0.5))
    g_ClL = param(_G_L - _G_NA_LEAK, "mS/cm2", 0, 100, "chloride leak conductance", source="the rest of the leak of HH",
                  slider=(0, 2))  # fmt: skip
    I_max = param(_I_PUMP * (1 + 2 / 10) ** 2 * 2**3, "uA/cm2", 0, 1000, "largest current that the pump can carry",
                  source="balances the leaks", slider=(0, 60))  # fmt: skip

    DIAMETER_PER_DEPTH = 4

    dt = Squid.dt

    def _own_channels(self) -> tuple[Channel, ...]:
        return (
            Channel("Na", self.g_Na, gates=SQUID_NA, ion="Na"),
            Channel("K", self.g_K, gates=SQUID_K, ion="K"),
            Channel("NaL", self.g_NaL, ion="Na"),
            Channel("ClL", self.g_ClL, ion="Cl"),
        )

    def _whole_pump(self) -> Pump:
        return kager(self.I_max, k_Na=_NA_IN)
