"""The part of a recording that a measurement looks at."""

import functools

import numpy as np

from ..parameters import Parameter, must_be, shown
from ..physics import Floats
from ..protocols import LONGEST
from ..recording import A_RECORDING, SPIKE_LEVEL, Recording

LEVEL = Parameter(SPIKE_LEVEL, "mV", -500, 500, "level to cross", name="level")
EDGE = Parameter(0.0, "ms", 0, LONGEST, "edge of the window", name="between")
Between = tuple[float, float] | None


class Window:
    """A recording from a to b (ms), both included; all of it without these.

    Samples outside do not exist for a measurement; of spikes, those count that begin inside.
    """

    def __init__(self, rec: Recording, between: Between = None) -> None:
        must_be(Recording, A_RECORDING, rec)
        self.rec, self.part = rec, slice(None)
        self.begin, self.end = 0.0, np.inf
        if between is None:
            return
        try:
            begin, end = between
        except (TypeError, ValueError):
            raise ValueError(f"between = {shown(between)} is not an interval: give (from, to) in ms") from None
        self.begin, self.end = EDGE.check(begin), EDGE.check(end)
        first, last = np.searchsorted(rec.t, (self.begin - 1e-9, self.end + 1e-9))
        if last <= first:
            raise ValueError(
                f"between = {self.begin:g} to {self.end:g} ms holds no sample: choose an interval before "
                f"{rec.t[-1]:g} ms, the end of the recording"
            )
        self.part = slice(int(first), int(last))

    @functools.cached_property
    def t(self) -> Floats:
        return self.rec.t[self.part]

    @functools.cached_property
    def V(self) -> Floats:
        return self.rec.V[self.part]

    def spikes(self, level: float = SPIKE_LEVEL) -> Floats:
        """The times in ms at which spikes begin."""
        times = self.rec.crossings(LEVEL.check(level))
        return times[(times >= self.begin) & (times <= self.end)]
