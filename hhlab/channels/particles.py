"""The particles of a channel: what its gates are where channels are followed one by one."""

import functools
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

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


def open_share(gates: tuple[Gate, ...], values: Sequence[Any]) -> Any:
    """The share of open channels with such values of their gates, 0 to 1; numbers, or arrays of one shape."""
    share, together = np.asarray(1.0), np.asarray(0.0)
    for gate, value in zip(gates, values, strict=True):
        together = together + (gate.offset + gate.weight * value)
        if not gate.adds_to_next:
            share, together = share * together**gate.power, np.asarray(0.0)
    return share


@functools.lru_cache(maxsize=64)
def counted(gates: tuple[Gate, ...]) -> tuple[Gate, ...]:
    """The gates of a channel whose open ones are counted by one more gate, the last; the others then do not conduct.

    Gates that follow V at once stay as they are: their jumps are so fast that only their mean counts. Cached, as tables
    go by identity.
    """
    slow = tuple(gate for gate in gates if not gate.at_once)
    ions = {gate.ion for gate in slow if gate.ion}
    if not slow:
        return gates

    def share(V: Floats, *inside: Floats) -> Any:
        return open_share(slow, [gate.steady_state(V, *inside) for gate in slow])

    if ions:
        counter = Gate(COUNTER, inf=lambda V, Ca: share(V, Ca), tau=lambda V, Ca: 0 * V, ion=ions.pop())
    else:
        counter = Gate(COUNTER, inf=lambda V: share(V), tau=lambda V: 0 * V)
    silent = {gate: replace(gate, weight=0.0, offset=float(not gate.adds_to_next), always=0.0) for gate in slow}
    return (*(silent.get(gate, gate) for gate in gates), counter)
