"""Views of ions: how much there is of each, towards which potential it pulls V, and the current it carries."""

import functools
from collections.abc import Sequence

import numpy as np

from ..cells import Cell
from ..physics import Floats, nernst
from ..recording import Recording
from .view import INK, OF_TRACE, V_AXIS, Limits, Stroke, Timeless, at, colour_of, roomy
from .words import sentence


class IonBars(Timeless):
    """How much of each ion there is outside and inside."""

    WIDE = 0.34  # of a bar, where ions are 1 apart

    def strokes(self, recordings: Sequence[Recording], labels: Sequence[str], cursor: float | None) -> list[Stroke]:
        rec, found = recordings[0], []
        moment = float(rec.t[-1]) if cursor is None else cursor
        for place, pool in enumerate(rec.cell.pools):
            colour = colour_of(pool.ion, place)
            inside = float(at(rec, rec.conc[pool.name], moment)[0])
            sides = (("labels.outside", place - self.WIDE, pool.outside, 0.35), ("labels.inside", place, inside, 1.0))
            for side, left, height, alpha in sides:
                x = left + np.array([0.0, 0.0, self.WIDE, self.WIDE])
                y, name = np.array([0.0, height, height, 0.0]), "" if place else sentence(side)
                found.append(Stroke(x, y, colour, fill=True, alpha=alpha, name=name))
        return found

    def limits(self, recordings: Sequence[Recording], strokes: Sequence[Stroke]) -> Limits:
        highest = max((float(s.y.max()) for s in strokes), default=1.0)
        return (-0.6, max(len(recordings[0].cell.pools), 1) - 0.4), (0.0, roomy(highest, 150))

    def ticks(self, rec: Recording) -> list[tuple[float, str]]:
        return [(place, pool.ion) for place, pool in enumerate(rec.cell.pools)]


class Potentials(Timeless):
    """V and the reversal potentials on one scale. The wider a stem, the larger the conductance that pulls V."""

    LEAST, WIDEST = 0.01, 0.5  # widths of a stem

    def strokes(self, recordings: Sequence[Recording], labels: Sequence[str], cursor: float | None) -> list[Stroke]:
        rec = recordings[0]
        moment = float(rec.t[-1]) if cursor is None else cursor
        V = at(rec, rec.V, moment)
        pulls = _pulls(rec, moment)
        total = sum(g for _, g in pulls.values()) or 1.0
        found = [Stroke(np.array([-0.5, len(pulls) - 0.5]), np.repeat(V, 2), INK, name="V")]
        for place, (name, (E, g)) in enumerate(pulls.items()):
            colour = colour_of(name, place)
            half = (self.LEAST + self.WIDEST * g / total / 2) * (g > 0)
            x, y = place + np.array([-half, half, half, -half]), np.array([V[0], V[0], E, E])
            found.append(Stroke(x, y, colour, fill=True, alpha=0.5))
            found.append(Stroke(place + np.array([-0.3, 0.3]), np.full(2, E), colour, width=2.5))
        return found

    def limits(self, recordings: Sequence[Recording], strokes: Sequence[Stroke]) -> Limits:
        columns = len({channel.ion or channel.name for channel in recordings[0].cell.channels})
        return (-0.6, max(columns, 1) - 0.4), self.around((s.y for s in strokes), -100, 80)

    def ticks(self, rec: Recording) -> list[tuple[float, str]]:
        return [(place, f"E_{name}") for place, name in enumerate(_pulls(rec, 0.0))]


class CurrentVoltage(Timeless):
    """The current that each channel would carry at other voltages, with gates and concentrations frozen."""

    x_label = "V (mV)"

    def strokes(self, recordings: Sequence[Recording], labels: Sequence[str], cursor: float | None) -> list[Stroke]:
        rec = recordings[0]
        moment = float(rec.t[-1]) if cursor is None else cursor
        curves = {name: rec.current_at(name, V_AXIS, moment) for name in rec.I}
        looks = [(name, colour_of(name, place), place) for place, name in enumerate(curves)]
        found = [Stroke(V_AXIS, curves[name], colour, style, name) for name, colour, style in looks]
        found.append(Stroke(V_AXIS, np.sum(list(curves.values()), axis=0), INK, 0, sentence("labels.sum")))
        found.append(self.level_line(V_AXIS[0], V_AXIS[-1]))
        V = at(rec, rec.V, moment)
        total = sum(rec.current_at(name, V, moment) for name in rec.I)
        return [*found, self.dot(V, np.asarray(total), INK)]

    def limits(self, recordings: Sequence[Recording], strokes: Sequence[Stroke]) -> Limits:
        return (-100.0, 60.0), self.around((s.y for s in strokes), -5, 5)


class AgainstPotassium(Timeless):
    """The resting potential and E_K against K outside (logarithmic), with a dot and a tangent where the cell is."""

    x_label = "labels.potassium_outside"
    LOW, HIGH = 1.0, 200.0  # mM

    def strokes(self, recordings: Sequence[Recording], labels: Sequence[str], cursor: float | None) -> list[Stroke]:
        cell = recordings[0].cell
        if not cell.counts_ions:
            return []
        try:
            outside, V, E = _against_potassium(cell)
        except ValueError:  # there is no resting potential
            return []
        here = np.array([np.log10(cell.parameters()["K_out"].value)])
        slope = np.interp(here, np.log10(outside), np.gradient(V, np.log10(outside)))
        near = here + np.array([-0.6, 0.6])
        tangent = np.interp(here, np.log10(outside), V) + slope * (near - here)
        return [
            Stroke(np.log10(outside), E, OF_TRACE["K"], 1, "E_K"),
            Stroke(np.log10(outside), V, INK, 0, sentence("labels.at_rest")),
            Stroke(near, tangent, OF_TRACE["L"], 2),
            self.dot(here, np.interp(here, np.log10(outside), V), INK),
        ]

    def limits(self, recordings: Sequence[Recording], strokes: Sequence[Stroke]) -> Limits:
        return (np.log10(self.LOW), np.log10(self.HIGH)), self.around((s.y for s in strokes), -100, 20)

    def ticks(self, rec: Recording) -> list[tuple[float, str]]:
        return [(float(np.log10(mM)), f"{mM}") for mM in (1, 3, 10, 30, 100)]


@functools.lru_cache(maxsize=32)
def _against_potassium(cell: Cell) -> tuple[Floats, Floats, Floats]:
    """K outside (mM), the resting potential with it, and E_K (mV); each (n,)."""
    outside = np.geomspace(AgainstPotassium.LOW, AgainstPotassium.HIGH, 17)
    V = np.array([cell.replace(K_out=float(mM)).rest()["V"] for mM in outside])
    return outside, V, nernst(1, outside, cell.pool["K"].inside, cell.T)


def _pulls(rec: Recording, moment: float) -> dict[str, tuple[float, float]]:
    """Reversal potential and conductance at a moment, by ion, or by channel if that has no ion."""
    found: dict[str, tuple[float, float]] = {}
    for channel in rec.cell.channels:
        name = channel.ion or channel.name
        g = float(at(rec, rec.g[channel.name], moment)[0])
        E, before = float(at(rec, rec.E[channel.name], moment)[0]), found.get(name, (0.0, 0.0))[1]
        found[name] = E, before + g
    return found
