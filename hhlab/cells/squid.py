"""The giant axon of the squid, space-clamped: Hodgkin & Huxley 1952, J Physiol 117:500."""

from ..channels import SQUID_K, SQUID_NA, Channel
from ..parameters import param
from .cell import Cell

_HH = "Hodgkin & Huxley 1952, J Physiol 117:500, Table 3"


class Squid(Cell):
    """A patch of the squid giant axon with sodium, potassium and leak channels, at 6.3 degC.

    It rests at -64.996 mV. Above about 30 degC the spike fails (heat block): the gates that end it have become as
    fast as those that start it.

    Examples
    --------
    >>> hh.Squid(T=18.5, g_Na=100)
    Squid(T=18.5, g_Na=100)
    """

    title = "Squid giant axon"

    T = param(6.3, "degC", 0, 40, "temperature")
    g_Na = param(120, "mS/cm2", 0, 1000, "maximal sodium conductance", source=_HH, slider=(0, 240))
    g_K = param(36, "mS/cm2", 0, 1000, "maximal potassium conductance", source=_HH, slider=(0, 100))
    g_L = param(0.3, "mS/cm2", 0, 100, "leak conductance", source=_HH, slider=(0, 2))
    E_Na = param(50, "mV", -200, 200, "sodium reversal potential", source=_HH, slider=(0, 100))
    E_K = param(-77, "mV", -200, 200, "potassium reversal potential", source=_HH, slider=(-120, -40))
    E_L = param(-54.387, "mV", -200, 200, "leak reversal potential", source=_HH, slider=(-100, 0))
    pronase = param(0, "(share)", 0, 1, "share of sodium channels that cannot inactivate")

    def _own_channels(self) -> tuple[Channel, ...]:
        m, h = SQUID_NA
        return (
            Channel("Na", self.g_Na, self.E_Na, (m, h.always_open(self.pronase)), "Na"),
            Channel("K", self.g_K, self.E_K, SQUID_K, "K"),
            Channel("L", self.g_L, self.E_L),
        )

    @property
    def dt(self) -> float:  # type: ignore[override]
        return 0.01 if self.T <= 20 else 0.005 if self.T <= 30 else 0.0025
