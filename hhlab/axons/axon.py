"""The unmyelinated axon."""

import math
from typing import Any, Self

import numpy as np

from ..cells import Cell, Squid
from ..parameters import must_be, param, shown, tidy
from .fibre import Fibre, Floats

FINE, COARSEST = 28, 10
"""Patches a length constant: as many as are taken, and as few as are accepted."""
FEWEST, MOST = 20, 5000


class Axon(Fibre):
    """An unmyelinated axon, sealed at both ends, of the membrane of any cell; the squid's at 18.5 degC unless told.

    Parameters
    ----------
    membrane : the membrane, a cell such as Squid(T=18.5); its resting state is where the axon starts.
    diameter : um.
    length : cm.
    R_i : resistivity of the core, ohm cm. The values of the squid axon are those of Hodgkin & Huxley 1952.
    patches : into how many patches it is cut; None for 28 or more a length constant.

    Raises
    ------
    ValueError
        If a value is out of range. An axon shorter than its length constant, or with fewer than 10 patches to it, is
        refused when something is to propagate.
    """

    length = param(5, "cm", 0.001, 200, "length", slider=(2, 20))
    R_i = param(35.4, "ohm cm", 1, 10_000, "resistivity of the core", slider=(10, 200))

    _made_of = (*Fibre._made_of, "_patches")
    _patches: int | None = None

    def __init__(
        self, membrane: Cell | None = None, diameter: float = 476, length: float = 5, R_i: float = 35.4,
        patches: int | None = None,
    ) -> None:  # fmt: skip
        super().__init__(diameter=diameter, length=length, R_i=R_i)
        inner = Squid(T=18.5) if membrane is None else membrane
        must_be(Cell, "a membrane: give a cell such as Squid(T=18.5)", inner)
        if patches is not None and not (isinstance(patches, int) and 2 <= patches <= MOST):
            raise ValueError(f"patches = {shown(patches)} is outside the whole numbers 2 to {MOST}")
        self.__dict__.update(_membrane=inner, _patches=patches)

    def replace(self, **changes: Any) -> Self:
        if "membrane" in changes or "patches" in changes:
            new = type(self)(
                changes.pop("membrane", self._membrane), self.diameter, self.length, self.R_i,
                changes.pop("patches", self._patches),
            )  # fmt: skip
            return new._with(_stretches=self._stretches, _still=self._still).replace(**changes)
        return super().replace(**changes)

    @property
    def patches(self) -> int:
        """Into how many patches it is cut."""
        if self._patches is not None:
            return self._patches
        return max(FEWEST, min(math.ceil(self.length / self.length_constant * FINE - 1e-9), MOST))

    def _bare(self) -> tuple[Floats, Floats, Floats, list[Cell]]:
        n, there = self.patches, self._membrane
        if "diameter" in there.parameters():
            there = there.replace(diameter=self.diameter)
        x: Floats = (np.arange(n, dtype=float) + 0.5) * (self.length / n)
        return x, np.full(n, self.length / n), np.full(n, self.diameter), [there] * n

    def check(self) -> None:
        constant = self.length_constant
        if self.length < constant:
            raise ValueError(
                f"length = {tidy(self.length)} cm is less than the length constant of this axon, {constant:.3g} cm: "
                "it is a cell rather than a cable; make it longer, or take simulate for a patch"
            )
        if constant * self.patches < COARSEST * self.length * (1 - 1e-9):
            needed = math.ceil(COARSEST * self.length / constant)
            raise ValueError(
                f"{self.patches} patches are too few for {tidy(self.length)} cm of this axon, whose length constant is "
                f"{constant:.3g} cm: "
                + (f"give {needed} or more" if needed <= MOST else f"make it shorter, as {MOST} are the most")
            )

    def _given(self) -> list[str]:
        return super()._given() + ([] if self._patches is None else [f"patches={self._patches}"])
