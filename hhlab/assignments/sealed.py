"""Preparations that do not tell some of their parameters, as an experiment is to find them."""

from typing import Any, ClassVar

from ..cells import Cell
from ..channels import Channel
from ..parameters import Parameter


class Sealed:
    """Put before a kind of cell, it makes one that can be simulated, clamped and changed, but not read.

    `UNTOLD` names the parameters that cannot be read, and `OPEN` is the kind of cell, which builds the channels. These
    hold all numbers, as any simulation needs them: it takes more than an attribute to find what is asked, but not much.
    """

    UNTOLD: ClassVar[tuple[str, ...]] = ()
    OPEN: ClassVar[type[Cell]]
    LOOKS: ClassVar[str]
    """What is shown in its place."""
    _values: dict[str, float]
    _added: tuple[Channel, ...]

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        for name in cls.UNTOLD:
            setattr(cls, name, property())

    def _own_channels(self) -> tuple[Channel, ...]:
        inside = object.__new__(self.OPEN)
        inside.__dict__.update(_values=self._values, _added=self._added)
        return inside._own_channels()

    def parameters(self) -> dict[str, Parameter]:
        """Its parameters, but for those that it does not tell."""
        told: dict[str, Parameter] = super().parameters()  # type: ignore[misc]
        return {name: p for name, p in told.items() if name not in self.UNTOLD}

    def __getattr__(self, name: str) -> Any:
        if name in self.UNTOLD:
            raise AttributeError(f"{name} is hidden here: find it by an experiment")
        return super().__getattr__(name)  # type: ignore[misc]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.LOOKS})"
