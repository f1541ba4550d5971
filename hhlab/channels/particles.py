"""The particles of a channel: what its gates are where channels are followed one by one."""

import functools
from dataclasses import replace

import numpy as np

from ..gates import Gate
from ..kernel_layout import Ints
from ..physics import Floats

COUNTER = "open"
"""The gate that counts open channels, where they are counted."""


def particles(gates: tuple[Gate, ...]) -> list[tuple[Gate, ...]]:
    """Which gates each particle of a channel may follow: one, or of several that add up one in each channel."""
    found: list[tuple[Gate, ...]] = []
    together: tuple[Gate, ...] = ()
    for gate in gates:
        together = (*together, gate)
        if not gate.adds_to_next:
            found += [together] * gate.power
            together = ()
    return found


def followers(group: tuple[Gate, ...], n: int, random: np.random.Generator) -> list[Ints]:
    """Drawn for a particle in n channels: those in which it follows each of its gates, and where it is always open."""
    follow = [gate.weight * (1.0 - gate.always) for gate in group]
    always = sum(gate.offset + gate.weight * gate.always for gate in group)
    chosen = np.searchsorted(np.cumsum([*follow, always]), random.random(n), "right")
    return [np.flatnonzero(chosen == place) for place in range(len(group) + 1)]


@functools.lru_cache(maxsize=64)
def counted(gates: tuple[Gate, ...]) -> tuple[Gate, ...]:
    """The gates of a channel whose open ones are counted by one more gate, the last; the others then do not conduct.

    Gates that follow V at once stay as they are: their jumps are so fast that only their mean counts. Cached, as tables
    go by identity.
    """
    found: tuple[Gate, ...] = ()
    slow = tuple(gate for gate in gates if not gate.at_once)
    if not slow:
        return gates

    def share(V: Floats, *inside: Floats) -> Floats:
        total, together = np.ones_like(V), np.zeros_like(V)
        for gate in slow:
            together = together + gate.offset + gate.weight * gate.steady_state(V, *inside)
            if not gate.adds_to_next:
                total, together = total * together**gate.power, np.zeros_like(V)
        return total

    ion = next((gate.ion for gate in slow if gate.ion), "")
    counter = (
        Gate(COUNTER, ion=ion, inf=lambda V, inside: share(V, inside), tau=lambda V, inside: 0 * V)
        if ion
        else Gate(COUNTER, inf=lambda V: share(V), tau=lambda V: 0 * V)
    )
    for gate in gates:
        silent = replace(gate, weight=0.0, offset=float(not gate.adds_to_next), always=0.0)
        found = (*found, gate if gate.at_once else silent)
    return (*found, counter)
