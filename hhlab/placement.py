"""Stimuli at places along an axon, and electrodes that record there."""

import dataclasses
import functools
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .parameters import Parameter, param, tidy
from .protocols import Nothing, Protocol, Together

LONGEST_AXON = 1e3  # cm
SLIDERS = {
    "amplitude": (-200, 3000),
    "second": (-200, 3000),
    "start": (0, 10),
    "duration": (0.05, 2),
    "interval": (1, 20),
}
"""Lowest and highest value of sliders on an axon, whose stimuli are short, local and strong."""


class Electrode(Protocol):
    """A recording electrode at x (cm). It does nothing to the membrane."""

    _words = "an electrode at {x} cm"
    x = param(1, "cm", 0, LONGEST_AXON, "place of a recording electrode")


class Placed(Protocol):
    """A stimulus at a place: `at` (cm) along an axon, spread evenly over a width `over` (cm)."""

    at = param(0, "cm", 0, LONGEST_AXON, "place of the stimulus")
    over = param(0.1, "cm", 1e-6, LONGEST_AXON, "width over which the stimulus is spread", slider=(0.02, 1))

    _made_of = ("_values", "what")
    what: Protocol
    """The stimulus itself."""

    def __init__(self, what: Protocol, at: float = 0.0, over: float = 0.1) -> None:
        super().__init__(at=at, over=over)
        self.__dict__["what"] = what

    @property
    def _inside(self) -> tuple[Protocol, ...]:
        return (self.what,)

    def share(self, middles: NDArray[np.float64], widths: NDArray[np.float64], length: float) -> NDArray[np.float64]:
        """Share of each patch that it covers, 0 to 1; patches by their middles and widths (cm).

        On an axon of that length (cm) it is as wide as asked, and moved in from the ends.
        """
        wide = min(self.over, length)
        start = min(max(self.at - wide / 2, 0.0), length - wide)
        end = start + wide
        covered = np.minimum(middles + widths / 2, end) - np.maximum(middles - widths / 2, start)
        return np.clip(covered / widths, 0.0, 1.0)

    def in_words(self) -> str:
        return f"{self.what.in_words()}, {tidy(self.at)} cm along"

    @functools.cached_property
    def _with_values(self) -> dict[str, Parameter]:
        own = {name: p.at(self._values[name]) for name, p in self._declared.items()}
        inner = self.what.parameters()
        spans = {name: span for name, span in SLIDERS.items() if name in inner}
        return inner | {name: dataclasses.replace(inner[name], slider=span) for name, span in spans.items()} | own

    def replace(self, **changes: Any) -> "Placed":
        place = {name: changes.pop(name, value) for name, value in self._values.items()}
        return Placed(self.what.replace(**changes), **place)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(f"a placed stimulus has no {name}")
        return getattr(self.what, name)

    def __repr__(self) -> str:
        return f"({self.what!r}, {tidy(self.at)})"


def electrodes(protocol: Protocol) -> tuple[float, ...]:
    """Where the recording electrodes of a protocol are, cm."""
    return tuple(part.x for part in protocol.parts if isinstance(part, Electrode))


def stimuli(protocol: Protocol) -> list[Placed]:
    """The stimuli of a protocol, each with its place."""
    return [part for part in protocol.parts if isinstance(part, Placed)]


def stimuli_in_words(protocol: Protocol) -> str:
    """What a protocol does to a cell or an axon, without its electrodes."""
    parts = [part for part in protocol.parts if not isinstance(part, Electrode)]
    return Together(*parts or [Nothing()]).in_words()
