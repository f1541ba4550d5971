"""How a bench records what is on it: for how long, and with how many samples."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..axons import Fibre
from ..parameters import tidy
from ..propagation import afterwards, propagate
from ..protocols import VoltageStep
from ..simulation import AFTERWARDS, LONGEST_STEPPED, simulate_many
from ..voltage_clamp import Clamp, clamp
from .presets import State

LEAST_AFTERWARDS = 5.0  # ms
COARSER = 4  # the time steps of a preview are so many times longer; its errors stay below about 1 %
MOST_STEPS = 1_000_000
MOST_SAMPLES = 100_000
MOST_NUMBERS_ALONG = 1_500_000  # of V and gates, all places of an axon together


@dataclass(frozen=True)
class Run:
    """What is the same for all recordings of a bench.

    Attributes
    ----------
    start : what the bench started with.
    t_stop : length of a recording in ms; None for as long as what it started with takes.
    begin : the state that each begins with, by name; what it does not name is at rest.
    """

    start: State
    t_stop: float | None
    begin: Mapping[str, float]

    def record(self, state: State, coarse: bool = False) -> Any:
        """The recording of a state of the bench, in longer time steps if `coarse`; ValueError if it cannot be."""
        cell, protocol = state.cell, state.protocol
        if isinstance(protocol, VoltageStep):
            return clamp(cell, Clamp.of(protocol))[0]
        asked = self.asked(state)
        if coarse and not (cell.counts_ions and asked["t_stop"] > LONGEST_STEPPED):
            asked |= {"dt": COARSER * cell.dt, "every": max(1, asked.get("every", 1) // COARSER)}
        if isinstance(cell, Fibre):
            return propagate(cell, protocol, **asked)
        return simulate_many([cell], [protocol], coarse=coarse, **asked)[0]

    def _length(self, state: State) -> float:
        after = afterwards(self.start.cell) if isinstance(self.start.cell, Fibre) else AFTERWARDS
        wanted = self.start.protocol.end + after if self.t_stop is None else self.t_stop
        length = round(max(wanted, state.protocol.end + LEAST_AFTERWARDS), 9)
        longest = MOST_STEPS * state.cell.dt
        if length > longest and not state.cell.counts_ions:
            raise ValueError(f"a bench shows at most {tidy(longest)} ms, not {tidy(length)} ms: take simulate for that")
        return length

    def asked(self, state: State) -> dict[str, Any]:
        """What else simulate or propagate is told for a state; of long recordings fewer samples."""
        cell, length = state.cell, self._length(state)
        asked: dict[str, Any] = {"t_stop": length, "freeze": tuple(sorted(state.frozen))}
        steps = length / cell.dt
        if isinstance(cell, Fibre):
            every = round(steps * cell.patches * len(cell.state_names) / MOST_NUMBERS_ALONG)
        else:
            implicitly = cell.counts_ions and length > LONGEST_STEPPED
            every = 1 if implicitly else math.ceil(steps / MOST_SAMPLES)
            asked |= {"reset": dict.fromkeys(sorted(state.reset), state.protocol.last_onset), "start": self.begin}
        return asked | ({"every": every} if every > 1 else {})
