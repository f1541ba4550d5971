"""The published channels by name: what each is, its gates, and the source of its rates."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NoReturn

import numpy as np

from ..gates import Gate
from ..kernel_layout import BY_V
from ..parameters import no_such
from .channel import Channel
from .particles import open_share

if TYPE_CHECKING:
    import pandas

_GRID = np.linspace(-150.0, 100.0, 5001)  # mV


@dataclass(frozen=True)
class Published:
    """A published channel.

    Parameters
    ----------
    name : str
        Its name in the library.
    what : str
        What it is, in a phrase.
    ion : str
        The ion that it lets through.
    gates : tuple of Gate
        Its gates.
    source : str
        Where its rates are published.
    """

    name: str
    what: str
    ion: str
    gates: tuple[Gate, ...]
    source: str

    def channel(self, name: str, g: float, E: float | None = None) -> Channel:
        """A channel with these gates.

        Parameters
        ----------
        name : str
            An identifier such as "A"; the conductance becomes the parameter g_A.
        g : float
            Maximal conductance, mS/cm2.
        E : float, optional
            Reversal potential, mV; without it the Nernst potential of its ion.

        Returns
        -------
        Channel
            The channel, for `cell.plus`.

        Raises
        ------
        ValueError
            If the name is not an identifier, or g or E is out of range.
        """
        return Channel(name, g, E, self.gates, self.ion)

    def half(self, *, opening: bool) -> float:
        """V in mV at which the gates that open (or inactivate) the channel let half of their maximum through.

        Gates that close with depolarisation inactivate a channel, unless it has no others: then they are what opens it,
        as in a channel that opens with hyperpolarisation. The whole power counts: where a channel needs four gates,
        each is open to 0.84. nan without such gates.
        """
        curves = [(gate, gate.steady_state(_GRID)) for gate in self.gates if gate.reads == BY_V]
        rising = [inf[-1] > inf[0] for _, inf in curves]
        chosen = [each for each, rises in zip(curves, rising, strict=True) if (rises or not any(rising)) == opening]
        if not chosen:
            return float("nan")
        gates = tuple(replace(gate, offset=0.0) for gate, _ in chosen)
        share = open_share(gates, [inf for _, inf in chosen]) * np.ones_like(_GRID)
        sign, least = (1.0, 0.0) if share[-1] > share[0] else (-1.0, share.min())
        return float(np.interp(sign * 0.5 * (share.max() + least), sign * share, _GRID))


class Library(dict[str, Published]):
    """Published channels by name. An unknown name raises ValueError with the name that may have been meant."""

    def __missing__(self, name: str) -> NoReturn:
        no_such(f"the library has no channel {name}", name, self)


library = Library()
"""Every published channel of this package by name, such as library["Kv1.1"]."""


def publish(name: str, what: str, ion: str, source: str, *gates: Gate) -> tuple[Gate, ...]:
    """Enter a channel in the library, and return its gates."""
    library[name] = Published(name, what, ion, gates, source)
    return gates


def channel_table() -> "pandas.DataFrame":
    """The library as a table.

    Returns
    -------
    pandas.DataFrame
        A row for each channel: its gates with their powers, half activation and half inactivation in mV, the
        temperature of its rates in degC, and their source.
    """
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
