"""The currents of single channels, as a patch clamp shows them, and how their mean comes to the curve of the model."""

import functools
from collections.abc import Sequence

import numpy as np

from ..patch import OPEN, current_if_open, particles_at
from ..physics import Floats
from ..protocols import VoltageStep
from ..recording import Recording
from .traces import Traces
from .view import FAINT, THIN, Stroke, at, colour_of, roomy

SWEEPS = 3  # channels of each kind that are shown one by one
MOST_SEEN = 30_000  # channels times moments at which they are looked at
FEWEST, MOST = 200, 1000  # moments
SEED = 1


@functools.lru_cache(maxsize=16)
def currents(rec: Recording, n: int) -> dict[str, Floats]:
    """The current (pA) of n channels of each kind that has gates with rates and is not blocked; (n, samples) each."""
    moments = np.linspace(0.0, rec.t[-1], max(FEWEST, min(MOST_SEEN // n, MOST)))
    latest = np.searchsorted(moments, rec.t, "right") - 1
    found = {}
    for channel in rec.cell.channels:
        if channel.gates and (channel.g or channel.P) and not any(gate.at_once for gate in channel.gates):
            states = particles_at(rec, channel.name, n, moments, seed=SEED).states
            found[channel.name] = (states == OPEN)[:, latest] * current_if_open(rec, channel.name, channel.single)
    return found


class SingleChannels(Traces):
    """The current of a few channels of each kind, one above the other; inward currents go down, outward currents up.

    The lines at which nothing flows are a fixed distance apart. Kinds whose gates follow V at once, and such as are
    blocked, are not shown.
    """

    def strokes(self, recordings: Sequence[Recording], labels: Sequence[str], cursor: float | None) -> list[Stroke]:
        rec = recordings[0]
        kinds = currents(rec, SWEEPS)
        apart = roomy(max((float(np.abs(each).max()) for each in kinds.values()), default=0.0), self.high)
        found = []
        for sweep in range(SWEEPS):
            for place, (name, each) in enumerate(kinds.items()):
                shown = name if sweep == 0 else ""
                shifted, colour = each[sweep] - 2 * apart * sweep, colour_of(name, place)
                found.append(Stroke(rec.t, shifted, colour, 0, shown, width=THIN, thin=True))
        if cursor is not None:
            dots = [self.dot(np.array([cursor]), at(rec, line.y, cursor), line.colour) for line in found]
            found += [self.cursor_line(cursor), *dots]
        return found


class AverageChannel(Traces):
    """The mean current of n channels of each kind, over the curve that the model has for very many.

    With n = 0 there are as many as the repeats of a clamp: one channel of each kind, again and again.
    """

    def __init__(self, name: str, n: int, high: float) -> None:
        super().__init__(name, "mean i (pA)", self._mean, -high, high)
        self.n = n

    def _currents(self, rec: Recording) -> dict[str, Floats]:
        repeats = int(rec.protocol.repeats) if isinstance(rec.protocol, VoltageStep) else 1
        return currents(rec, self.n or repeats)

    def _mean(self, rec: Recording) -> dict[str, Floats]:
        return {name: each.mean(axis=0) for name, each in self._currents(rec).items()}

    def strokes(self, recordings: Sequence[Recording], labels: Sequence[str], cursor: float | None) -> list[Stroke]:
        rec, found = recordings[0], []
        for place, channel in enumerate(rec.cell.channels):
            if channel.name in self._currents(rec):
                of_many = rec.open_share(channel.name) * current_if_open(rec, channel.name, channel.single)
                found.append(Stroke(rec.t, of_many, colour_of(channel.name, place), alpha=FAINT, width=4.0, thin=True))
        return found + super().strokes(recordings, labels, cursor)
