"""The share of each current in all that flows out, or in, at each moment."""

from collections.abc import Sequence

import numpy as np

from ..physics import Floats
from ..recording import Recording
from .view import INK, Limits, Stroke, View, colour_of

ALL = 100.0  # percent


class Currentscape(View):
    """Bands against time: outward currents above zero, inward currents below, each side adding up to 100 %.

    The stimulus counts as a current, inward where it depolarises. The bands show which currents move V, not how large
    they are.
    """

    COLUMNS = 400

    def strokes(self, recordings: Sequence[Recording], labels: Sequence[str], cursor: float | None) -> list[Stroke]:
        rec, found = recordings[0], []
        kept = np.unique(np.linspace(0, rec.t.size - 1, self.COLUMNS).astype(int))
        t = np.concatenate((rec.t[kept], rec.t[kept][::-1]))
        for sign in (1.0, -1.0):
            below = np.zeros(kept.size)
            for place, (name, share) in enumerate(shares(rec, sign).items()):
                above = np.clip(below + share[kept], -ALL, ALL)
                colour = INK if name == "stimulus" else colour_of(name, place)
                band = np.concatenate((below, above[::-1]))
                found.append(Stroke(t, band, colour, fill=True, alpha=0.8, name=name if sign > 0 else ""))
                below = above
        if cursor is not None:
            found.append(self.cursor_line(cursor))
        return found

    def limits(self, recordings: Sequence[Recording], strokes: Sequence[Stroke]) -> Limits:
        return self.whole_time(recordings), (-ALL, ALL)


def shares(rec: Recording, sign: float) -> dict[str, Floats]:
    """The share of each current, in percent, of all that flows out (sign 1) or in (sign -1; negative shares)."""
    currents = {**rec.I, "stimulus": -rec.stimulus}
    ways = {name: np.maximum(sign * current, 0.0) for name, current in currents.items()}
    total = np.sum(list(ways.values()), axis=0)
    whole = np.where(total > 0, total, 1.0)
    return {name: sign * ALL * way / whole for name, way in ways.items()}
