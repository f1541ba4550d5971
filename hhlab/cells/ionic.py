"""Cells whose concentrations move: they have baths, a diameter, and pools of K, Na and Cl."""

import functools
from typing import Any

from ..parameters import param
from ..physics import Floats
from ..pools import Pool, Pump
from .cell import Cell


class IonicCell(Cell):
    """A cell that counts its ions. A simulation starts from its concentrations inside; those outside never change."""

    T = param(37, "degC", 0, 45, "temperature")
    K_out = param(4, "mM", 0.01, 1000, "potassium outside", slider=(1, 20))
    Na_out = param(145, "mM", 0.01, 1000, "sodium outside", slider=(1, 200))
    Cl_out = param(120, "mM", 0.01, 1000, "chloride outside", slider=(1, 200))
    K_in = param(140, "mM", 0.01, 1000, "potassium inside", slider=(1, 200))
    Na_in = param(12, "mM", 0.01, 1000, "sodium inside", slider=(1, 100))
    Cl_in = param(7, "mM", 0.01, 1000, "chloride inside", slider=(1, 100))
    diameter = param(20, "um", 0.05, 2000, "diameter", slider=(0.2, 500))

    carrier = "K"
    DIAMETER_PER_DEPTH = 6
    """Diameter over (volume over area): 6 for a sphere, 4 for a long cylinder."""

    dt = 0.2

    @property
    def depth(self) -> float:  # type: ignore[override]
        return self.diameter * 1e-4 / self.DIAMETER_PER_DEPTH

    @functools.cached_property
    def pools(self) -> tuple[Pool, ...]:  # type: ignore[override]
        return tuple(Pool(ion, self._values[f"{ion}_out"], self._values[f"{ion}_in"]) for ion in ("Na", "K", "Cl"))


class PumpedCell(IonicCell):
    """A cell that counts its ions and has a Na/K-ATPase, of which ouabain blocks a share during a simulation."""

    I_max = param(1, "uA/cm2", 0, 1000, "largest current that the pump can carry")
    ouabain = param(0, "(share)", 0, 1, "share of the pumps that ouabain blocks from the start")

    def _whole_pump(self) -> Pump:
        raise NotImplementedError

    @property
    def pump(self) -> Pump:  # type: ignore[override]
        return self._whole_pump().weaker(1.0 - self.ouabain)

    def pump_current(self, V: Floats) -> Any:
        return self._whole_pump().current(V, self.K_out, self.Na_in, self.T)
