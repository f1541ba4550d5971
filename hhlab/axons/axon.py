"""The unmyelinated axon."""

import math
from typing import Any, Self

import numpy as np

from ..cells import Cell, Squid
from ..parameters import must_be, param, shown, tidy
from ..physics import Floats
from .fibre import A_MEMBRANE, Fibre

USUAL_PER_CONSTANT, FEWEST_PER_CONSTANT = 28, 10  # patches in one length constant: by default, and at least
FEWEST, MOST = 20, 5000  # patches of the whole axon


class Axon(Fibre):
    """An unmyelinated axon with the membrane of any cell, sealed at both ends.

    Parameters
    ----------
    membrane : Cell, optional
        The membrane; the axon starts from its resting state. Without it Squid(T=18.5).
    diameter : float
        Diameter, um.
    length : float
        Length, cm.
    R_i : float
        Resistivity of the core, ohm cm. The default, as that of the diameter, is from Hodgkin & Huxley 1952.
    patches : int, optional
        Number of patches. Without it there are 28 or more in one length constant.

    Raises
    ------
    ValueError
        If a value is out of range. `propagate` refuses an axon that is shorter than its length constant, or has fewer
        than 10 patches in it.

    Examples
    --------
    >>> axon = hh.Axon(diameter=476, length=5)
    >>> print(f"{hh.measure.length_constant(axon):.2f} cm")
    0.70 cm
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
        must_be(Cell, A_MEMBRANE, inner)
        self.__dict__.update(_membrane=inner, _patches=_checked(patches))

    def replace(self, **changes: Any) -> Self:
        if "patches" in changes:
            return self._with(_patches=_checked(changes.pop("patches"))).replace(**changes)
        return super().replace(**changes)

    @property
    def patches(self) -> int:
        """The number of its patches."""
        if self._patches is not None:
            return self._patches
        return max(FEWEST, min(math.ceil(self.length / self.length_constant * USUAL_PER_CONSTANT - 1e-9), MOST))

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
                "it is a cell rather than a cable; make it longer, or use simulate for a patch"
            )
        if constant * self.patches < FEWEST_PER_CONSTANT * self.length * (1 - 1e-9):
            needed = math.ceil(FEWEST_PER_CONSTANT * self.length / constant)
            told = (
                f"{self.patches} patches are too few for {tidy(self.length)} cm of this axon, whose length constant is "
                f"{constant:.3g} cm"
            )
            if needed > MOST:
                raise ValueError(f"{told}: make it shorter, because it can have {MOST} patches at most")
            raise ValueError(f"{told}: give {needed} or more")

    def _given(self) -> list[str]:
        return super()._given() + ([] if self._patches is None else [f"patches={self._patches}"])


def _checked(patches: int | None) -> int | None:
    if patches is not None and not (isinstance(patches, int) and 2 <= patches <= MOST):
        raise ValueError(f"patches = {shown(patches)} is not a whole number from 2 to {MOST}: give one of these")
    return patches
