"""The currents of single channels, as a patch clamp shows them, and how their mean comes to the curve of the model."""

from collections.abc import Mapping, Sequence
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from ..patch import OPEN, Bools, current_if_open, particles_at
from ..physics import Floats
from ..protocols import VoltageStep
from ..recording import Recording
from .traces import Traces
from .view import FAINT, THIN, Stroke, at, colour_of, roomy

SWEEPS = 3  # channels of each kind that are shown one by one
MOST_SEEN = 30_000  # channels times moments at which they are looked at
FEWEST, MOST = 200, 1000  # moments
SEED = 1


_OPENED: WeakKeyDictionary[Recording, dict[int, dict[str, Bools]]] = WeakKeyDictionary()
"""What `opened` found, by the number of channels, for as long as somebody else keeps the recording."""


def opened(rec: Recording, n: int) -> dict[str, Bools]:
    """Which of n channels of each kind that has gates with rates and is not blocked are open; (n, moments) each."""
    known = _OPENED.setdefault(rec, {})
    if n not in known:
        moments = _moments(rec, max(FEWEST, min(MOST_SEEN // n, MOST)))
        known[n] = {
            channel.name: particles_at(rec, channel.name, n, moments, seed=SEED).states == OPEN
            for channel in rec.cell.channels
            if channel.gates and (channel.g or channel.P) and not any(gate.at_once for gate in channel.gates)
        }
    return known[n]


def _moments(rec: Recording, count: int) -> Floats:
    return np.linspace(0.0, rec.t[-1], count)


def _currents(rec: Recording, shares: Mapping[str, NDArray[Any]]) -> dict[str, Floats]:
    """The current (pA) of channels of which such a share is open at some moments, by kind; (..., samples) each."""
    found = {}
    for channel in (each for each in rec.cell.channels if each.name in shares):
        share = shares[channel.name]
        latest = np.searchsorted(_moments(rec, share.shape[-1]), rec.t, "right") - 1
        found[channel.name] = share[..., latest] * current_if_open(rec, channel.name, channel.single)
    return found


class SingleChannels(Traces):
    """The current of a few channels of each kind, one above the other; inward currents go down, outward currents up.

    The lines at which nothing flows are a fixed distance apart. Kinds that are blocked, or whose gates follow V at
    once, are not shown.
    """

    def strokes(self, recordings: Sequence[Recording], labels: Sequence[str], cursor: float | None) -> list[Stroke]:
        rec = recordings[0]
        kinds = _currents(rec, opened(rec, SWEEPS))
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
        super().__init__(name, "labels.mean_current", self._mean, -high, high)
        self.n = n

    def _shares(self, rec: Recording) -> dict[str, Floats]:
        repeats = int(rec.protocol.repeats) if isinstance(rec.protocol, VoltageStep) else 1
        return {name: each.mean(axis=0) for name, each in opened(rec, self.n or repeats).items()}

    def _mean(self, rec: Recording) -> dict[str, Floats]:
        return _currents(rec, self._shares(rec))

    def strokes(self, recordings: Sequence[Recording], labels: Sequence[str], cursor: float | None) -> list[Stroke]:
        rec, found = recordings[0], []
        for place, channel in enumerate(rec.cell.channels):
            if channel.name in self._shares(rec):
                of_many = rec.open_share(channel.name) * current_if_open(rec, channel.name, channel.single)
                found.append(Stroke(rec.t, of_many, colour_of(channel.name, place), alpha=FAINT, width=4.0, thin=True))
        return found + super().strokes(recordings, labels, cursor)
