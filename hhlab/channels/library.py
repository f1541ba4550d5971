"""The published channels by name: what each is, its gates, and where its rates were read."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

import numpy as np

from ..gates import Gate
from ..kernel import BY_V
from ..parameters import unknown
from .channel import Channel

if TYPE_CHECKING:
    import pandas

_GRID = np.linspace(-150.0, 100.0, 5001)


@dataclass(frozen=True)
class Published:
    """A channel that was published: its name, what it lets through, its gates, and the source of its rates."""

    name: str
    what: str
    ion: str
    gates: tuple[Gate, ...]
    source: str

    def channel(self, name: str, g: float, E: float | None = None) -> Channel:
        """A channel of this kind, with a name for its parameters, g in mS/cm2 and E in mV; see `Channel`."""
        return Channel(name, g, E, self.gates, self.ion)

    def half(self, *, opening: bool) -> float:
        """V in mV at which the gates that open (or close) with depolarisation let half of the most through, or nan.

        That of the whole power: where a channel needs four gates, each is open to 0.84.
        """
        share, together, found = np.ones_like(_GRID), np.zeros_like(_GRID), False
        for gate in self.gates:
            if gate.reads != BY_V:
                continue
            inf = gate.steady_state(_GRID)
            if (inf[-1] > inf[0]) is not np.bool_(opening):
                continue
            together, found = together + gate.weight * inf, True
            if not gate.adds_to_next:
                share, together = share * together**gate.power, np.zeros_like(_GRID)
        if not found:
            return float("nan")
        middle = 0.5 * (share.max() + share.min()) if not opening else 0.5 * share.max()
        rising = share if opening else -share
        return float(np.interp(middle if opening else -middle, rising, _GRID))


class Library(dict[str, Published]):
    """Published channels by name; a name that is not there is a ValueError that says what may have been meant."""

    def __missing__(self, name: str) -> NoReturn:
        unknown("the library", "channel", name, self)


library = Library()
"""Every published channel of this package by name, such as library["Kv1.1"]."""


def publish(name: str, what: str, ion: str, source: str, *gates: Gate) -> tuple[Gate, ...]:
    """Enter a channel in the library, and give back its gates."""
    library[name] = Published(name, what, ion, gates, source)
    return gates


def channel_table() -> "pandas.DataFrame":
    """The library as a table: gates with their powers, half activation and inactivation (mV), temperature, source."""
    import pandas

    rows = [
        {
            "channel": each.name,
            "what it is": each.what,
            "ion": each.ion,
            "gates": " ".join(f"{gate.name}^{gate.power}" if gate.power > 1 else gate.name for gate in each.gates),
            "half open (mV)": round(each.half(opening=True), 1),
            "half inactivated (mV)": round(each.half(opening=False), 1),
            "rates at (degC)": next((gate.T_ref for gate in each.gates if gate.T_ref is not None), None),
            "source": each.source,
        }
        for each in library.values()
    ]
    return pandas.DataFrame(rows).set_index("channel")
