"""A round cell, made for this course, whose leaks balance its Na/K-ATPase at -70 mV."""

import math

from ..channels import Channel
from ..parameters import param
from ..physics import nernst, thermal_voltage
from ..pools import Pump, kager, luo_rudy
from .ionic import PumpedCell

_V, _I, _T = -70.0, 0.5, 37.0  # resting potential, mV; net current of the pump at rest, uA/cm2; degC
# Concentrations at rest, mM.
_K_OUT, _K_IN, _NA_OUT, _NA_IN, _CL_OUT = 4.0, 140.0, 145.0, 12.0, 120.0
_E_K, _E_NA = float(nernst(1, _K_OUT, _K_IN, _T)), float(nernst(1, _NA_OUT, _NA_IN, _T))
_BALANCE = "balances the pump at rest"


class PumpCell(PumpedCell):
    """A sphere of 20 um at 37 degC that rests at -70 mV in a true steady state: the pump brings back what leaks.

    Its pump follows Kager, Wadman & Somjen. It moves three Na out for every two K in, a net 0.5 uA/cm2. With its g_Na
    and g_K the leaks carry just as many back, and Cl is at equilibrium. Unlike in a real cell, the volume is fixed.
    """

    title = "Cell with leaks and a pump"

    Cl_in = param(_CL_OUT * math.exp(_V / float(thermal_voltage(_T))), "mM", 0.01, 1000, "chloride inside",
                  source="at equilibrium at rest", slider=(1, 100))  # fmt: skip
    g_Na = param(3 * _I / (_E_NA - _V), "mS/cm2", 0, 10, "sodium leak conductance", source=_BALANCE, slider=(0, 0.05))
    g_K = param(2 * _I / (_V - _E_K), "mS/cm2", 0, 10, "potassium leak conductance", source=_BALANCE, slider=(0, 0.2))
    g_Cl = param(0.02, "mS/cm2", 0, 10, "chloride leak conductance", slider=(0, 0.1))
    I_max = param(_I * (1 + 2 / _K_OUT) ** 2 * (1 + 10 / _NA_IN) ** 3, "uA/cm2", 0, 100,
                  "largest current that the pump can carry", source=_BALANCE, slider=(0, 20))  # fmt: skip

    def _own_channels(self) -> tuple[Channel, ...]:
        return Channel("Na", self.g_Na, ion="Na"), Channel("K", self.g_K, ion="K"), Channel("Cl", self.g_Cl, ion="Cl")

    def _whole_pump(self) -> Pump:
        return kager(self.I_max)


_LUO_RUDY = float(luo_rudy(1.0, _NA_OUT).current(_V, _K_OUT, _NA_IN, _T))


class LuoRudyPumpCell(PumpCell):
    """The same cell with the pump of Luo & Rudy, which slows down as the inside becomes more negative."""

    I_max = param(_I / _LUO_RUDY, "uA/cm2", 0, 100, "largest current that the pump can carry", source=_BALANCE,
                  slider=(0, 20))  # fmt: skip

    def _whole_pump(self) -> Pump:
        return luo_rudy(self.I_max, self.Na_out)
