"""The living membrane: a stretch of it with its ions, its channels one by one, and what crosses, over a recording.

Nothing in it is acted. The ions that cross are counted from the charge in the recording, the gates are those of single
channels that jump with the rates of the model, and the dots on both sides follow the concentrations. What is seen is
computed here; membrane.js draws it for a bench, and `Membrane.strokes` draws one moment of it for Matplotlib.
"""

import functools
from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import measure
from ..axon_recording import AxonRecording
from ..cells import Barnacle, Cell, SinoatrialNode, Squid, SquidWithPumps, Ventricle, gallery
from ..channels import Channel
from ..drugs import BLOCKS
from ..patch import INACTIVATED, OPEN, particles_at
from ..physics import CHARGE, F, Floats
from ..protocols import VoltageStep
from ..recording import PUMP, Recording
from .axon import MOST_ELECTRODES
from .view import OF_TRACE, Limits, Stroke, Timeless, at, colour_of
from .words import number, sentence, time_of

CROSSES = 0.022  # of a recording: how long a dot is in sight before and after it is in the middle of a channel
VOLTAGES = 3000  # moments at which V is told
MOMENTS = 500  # of a recording at which gates and concentrations are told
FRONT, ALL, LEAKS = 4, 32, 8  # single channels of a kind: those that may stand in front, all, and all without gates
PER_DOT = 5.0  # mM of Na, K or Cl for each dot
LEAST_CALCIUM, PER_DECADE = 1e-5, 3.0  # mM up to which there is no dot of Ca, and dots for each tenfold above it
PER_SIGN = 5.0  # mV for each pair of charges along the membrane
MOST_CROSSINGS = 150  # dots that cross through one kind of channel in the recording that sets the scale
CHARGES = 1e-14 * 6.02214076e23 / F * 1e-3  # elementary charges through 1 um2 for each nC/cm2
NEAR = 3  # moments before and after a crossing within which a channel that is open counts as its way
NAMES = {"Na": "Na⁺", "K": "K⁺", "Cl": "Cl⁻", "Ca": "Ca²⁺"}
GOLDEN = 0.6180339887  # spreads evenly the channels in which a drug sits

PREPARATIONS = {
    Squid: ("a squid axon in blood", gallery["squid axon, blood"]),
    Barnacle: ("a squid axon in sea water", gallery["squid axon"]),
    Ventricle: ("a cell of the ventricle", gallery["ventricle"]),
    SinoatrialNode: ("a cell of the ventricle", gallery["ventricle"]),
    Cell: ("a mammalian neuron", gallery["neuron"]),
}
"""Whose concentrations a cell has that knows only reversal potentials: textbook values, from the gallery of cells."""
CALCIUM = {Squid: (10.0, 1e-4), Barnacle: (10.0, 1e-4), Cell: (2.0, 1e-4)}
"""Calcium outside and inside (mM) where a cell has calcium channels but does not count it: textbook values."""
FROM_INSIDE = {"TEA": (Squid, SquidWithPumps), "ivabradine": (Cell,)}
"""Drugs that reach their place from inside, and in which cells. All others come from outside."""
ALWAYS_OPEN = 0.999  # steady state of a gate at all V from which on it is not drawn: something has cut it off


@dataclass(frozen=True, eq=False)
class Kind:
    """Single channels of one kind.

    Attributes
    ----------
    name, ion, colour : of the channel; what crosses it; of both.
    particles : the gate of each particle.
    plugs, binds : whether it closes the channel by inactivation, and whether it binds calcium.
    open : whether each particle of each channel lets ions through; (particles, channels, MOMENTS).
    states : of each channel, by number as in `patch.STATES`; (channels, MOMENTS).
    free : whether no drug sits in a channel; (channels,).
    drug, inside : what blocks, and whether it sits at the inner mouth.
    times : when a dot crosses, ms, negative where it goes in.
    through : the number of the channel through which it goes; -1 where none of these is open then.
    """

    name: str
    ion: str
    colour: str
    particles: tuple[str, ...]
    plugs: tuple[bool, ...]
    binds: tuple[bool, ...]
    open: NDArray[np.bool_]
    states: NDArray[np.int64]
    free: NDArray[np.bool_]
    drug: str
    inside: bool
    times: Floats
    through: NDArray[np.int64]

    @property
    def opened(self) -> NDArray[np.bool_]:
        """Whether each channel conducts; (channels, MOMENTS)."""
        return (self.states == OPEN) & self.free[:, None]


@dataclass(frozen=True, eq=False)
class Dots:
    """An ion: mM outside and, at each moment, inside; there at the mouths of some channels, or else anywhere."""

    ion: str
    outside: float
    inside: Floats
    mouths: tuple[str, ...] = ()

    @property
    def numbers(self) -> tuple[int, NDArray[np.int64]]:
        """How many dots there are outside and, at each moment, inside."""
        return int(dots_of(self.ion, self.outside)), dots_of(self.ion, self.inside)


@dataclass(frozen=True, eq=False)
class Patch:
    """What is seen at one place. Of the pump: when it lets go Na outside and K inside, ms; if it is blocked; its turns."""

    rec: Recording
    title: str
    kinds: tuple[Kind, ...]
    dots: tuple[Dots, ...]
    pump: tuple[Floats, Floats, bool, float] | None


def _places(recording: Any) -> list[tuple[str, Recording]]:
    """Recordings with their titles: of an axon at each electrode."""
    if not isinstance(recording, AxonRecording):
        return [("", recording)]
    places = [min(x, recording.axon.length) for x in recording.electrodes[:MOST_ELECTRODES]]
    titles = [sentence("scene.electrode", number=n, x=number(x, 2)) for n, x in enumerate(places, 1)]
    return list(zip(titles, map(recording.at, places), strict=True)) or [("", recording.first)]


def moments(rec: Recording) -> Floats:
    """The moments at which gates and concentrations are told, ms; (MOMENTS,)."""
    return np.linspace(0.0, float(rec.t[-1]), MOMENTS)


@functools.lru_cache(maxsize=16)
def ions_per_dot(recording: Any) -> float:
    """How many ions through 1 um2 a dot that crosses stands for: 1, 2 or 5 times a power of ten."""
    currents = [(rec, rec.I[c.name]) for _, rec in _places(recording) for c in rec.cell.channels]
    most = max((float(np.abs(crossed(rec, I)).max()) for rec, I in currents), default=0.0) / MOST_CROSSINGS
    power = 10.0 ** np.floor(np.log10(max(most, 1.0)))
    return float(next(size * power for size in (1, 2, 5, 10) if size * power >= most))


def crossed(rec: Recording, I: Floats, z: int = 1) -> Floats:  # noqa: E741
    """How many ions of charge z have gone out through 1 um2 since the beginning, at each sample; (n,)."""
    steps = 0.5 * (I[1:] + I[:-1]) * np.diff(rec.t)
    return np.concatenate(([0.0], np.cumsum(steps))) * (CHARGES / z)


def crossings(t: Floats, dots: Floats) -> Floats:
    """When a number of dots, as it grows or falls, passes each whole number and a half; negative where it falls."""
    level = np.floor(dots + 0.5)
    each = np.repeat(np.arange(t.size - 1), np.abs(np.diff(level)).astype(int))
    way = np.sign(level[each + 1] - level[each])
    nth = np.arange(each.size) - np.searchsorted(each, each)
    passed = level[each] + way * (nth + 0.5)
    return way * (t[each] + (passed - dots[each]) / (dots[each + 1] - dots[each]) * (t[each + 1] - t[each]))


def dots_of(ion: str, mM: Any) -> NDArray[np.int64]:
    """How many dots show a concentration."""
    if ion == "Ca":
        decades = np.log10(np.maximum(mM, LEAST_CALCIUM) / LEAST_CALCIUM)
        return np.round(PER_DECADE * decades).astype(np.int64)
    return np.round(np.asarray(mM, float) / PER_DOT).astype(np.int64).clip(1)


def _kind(rec: Recording, place: int, channel: Channel, usual: Cell | None, ions: float) -> Kind | None:
    """Single channels of a kind; None where there are none, and no drug is the reason."""
    drug, share = _blocked(rec.cell, channel, usual)
    if not (channel.g or channel.P or drug):
        return None
    drawn = particles_at(rec, channel.name, ALL if channel.gates else LEAKS, moments(rec))
    binding = {gate.name for gate in channel.gates if gate.ion}
    free = np.arange(drawn.states.shape[0]) * GOLDEN % 1.0 >= share
    times = crossings(rec.t, crossed(rec, rec.I[channel.name], CHARGE.get(channel.ion, 1)) / ions)
    return Kind(
        channel.name, channel.ion, colour_of(channel.name, place), drawn.names, drawn.inactivates,
        tuple(name in binding for name in drawn.names), drawn.open, drawn.states, free, drug,
        isinstance(rec.cell, FROM_INSIDE.get(drug, ())), times,
        _through(np.abs(times) / rec.t[-1], (drawn.states == OPEN) & free[:, None]),
    )  # fmt: skip


def _through(when: Floats, opened: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The channel through which each dot crosses, by lot: one that is open then (a share of all time), or nearly then."""
    now = np.round(when * (MOMENTS - 1)).astype(int)
    about = (now + np.arange(-NEAR, NEAR + 1)[:, None]).clip(0, MOMENTS - 1)
    chance = np.random.default_rng(0).random((len(opened), when.size))
    score = opened[:, now] * (1.0 + chance) + opened[:, about].any(axis=1) * chance
    return np.where(score.max(axis=0, initial=0.0) > 0, score.argmax(axis=0), -1)


def _blocked(cell: Cell, channel: Channel, usual: Cell | None) -> tuple[str, float]:
    """A drug that may have left of a channel what is there, and the share of channels in which it sits."""
    drug = next((drug for drug, targets in BLOCKS.items() if channel.name in targets and channel.gates), "")
    name = f"{'g' if channel.P is None else 'P'}_{channel.name}"
    now, declared = cell.parameters()[name].value, getattr(type(cell), name, None)
    before = usual.parameters()[name].value if usual else 0.0
    if not now and not before:
        before = 0.0 if declared is None else declared.value
    return (drug, 1.0 - now / before) if drug and now < before else ("", 0.0)


def _dots(rec: Recording) -> Iterator[Dots]:
    """The dots of each ion on both sides."""
    cell, counted = rec.cell, {pool.ion for pool in rec.cell.pools}
    for pool in cell.pools:
        ion, inside = pool.ion.removesuffix("_domain"), np.interp(moments(rec), rec.t, rec.conc[pool.name])
        mouths = [c.name for c in cell.channels if c.name == pool.of or pool.ion in {gate.ion for gate in c.gates}]
        yield Dots(ion, 0.0 if pool.of else pool.outside, inside, tuple(mouths) if pool.of else ())
    if "Na" not in counted:
        for ion, pool in _of(cell, PREPARATIONS)[1].pool.items():
            yield Dots(ion, pool.outside, np.repeat(pool.inside, MOMENTS))
    if "Ca" not in counted and any(channel.ion == "Ca" for channel in cell.channels):
        outside, inside = _of(cell, CALCIUM)
        yield Dots("Ca", outside, np.repeat(inside, MOMENTS))


def _of(cell: Cell, table: dict[type[Cell], Any]) -> Any:
    """What a table says of a kind of cell."""
    return next(found for kind, found in table.items() if isinstance(cell, kind))


def _patch(title: str, rec: Recording, usual: Cell | None, ions: float) -> Patch:
    kinds = (_kind(rec, place, channel, usual, ions) for place, channel in enumerate(rec.cell.channels))
    return Patch(rec, title, tuple(filter(None, kinds)), tuple(sorted(_dots(rec), key=lambda dots: tuple(NAMES).index(dots.ion))), _pump(rec, ions))


def _pump(rec: Recording, ions: float) -> tuple[Floats, Floats, bool, float] | None:
    """When the pump lets three dots of Na go outside, and two of K inside; each turn is one dot of net charge."""
    if PUMP not in rec.I:
        return None
    turned = crossed(rec, rec.I[PUMP]) / ions
    return crossings(rec.t, turned), crossings(rec.t, turned - 0.5), getattr(rec.cell, "ouabain", 0.0) >= 0.5, float(turned[-1])


@functools.lru_cache(maxsize=4)
def patches(recording: Any, usual: Any) -> tuple[Patch, ...]:
    """What is seen of a recording: of an axon at each electrode. `usual` is the first recording of a bench, or None."""
    ions = ions_per_dot(recording if usual is None else usual)
    cells = [] if usual is None else [rec.cell for _, rec in _places(usual)]
    return tuple(
        _patch(title, rec, next((cell for cell in cells if type(cell) is type(rec.cell)), None), ions)
        for title, rec in _places(recording)
    )


def at_moment(rec: Recording, moment: float) -> int:
    """The number of the moment that is nearest to a time, ms."""
    return int(np.clip(round(moment / float(rec.t[-1]) * (MOMENTS - 1)), 0, MOMENTS - 1))


class Membrane(Timeless):
    """A stretch of membrane at one moment; of an axon, one at each electrode."""

    along = None
    living = True
    grid = False
    height = 1.6
    usual: Any = None
    """The first recording of a bench: it sets how many ions a dot is, and what is a dose of a drug."""

    def on_bench(self, recording: Any) -> "Membrane":
        found = copy(self)
        found.usual = recording
        return found

    def strokes(self, recordings: Sequence[Any], labels: Sequence[str], cursor: float | None) -> list[Stroke]:
        return []

    def limits(self, recordings: Sequence[Any], strokes: Sequence[Stroke]) -> Limits:
        return (0.0, 1.0), (-1.0, 1.0)

    def told(self, recording: Any) -> dict[str, Any]:
        """What is seen, for the browser: few words, and numbers of 8, 16 or 32 bits."""
        found, first = patches(recording, self.usual), _places(recording)[0][1]
        return {
            "end": float(first.t[-1]), "moments": MOMENTS, "perSign": PER_SIGN, "note": self.note(recording),
            "colours": {"": "#666666"} | {ion: OF_TRACE[ion] for ion in (*CHARGE, "pump")},
            "patches": [_told(patch) for patch in found], "near": CROSSES, "scale": self._scale(recording), "peak": measure.peak(first)[1],
        }  # fmt: skip

    def caption(self, recording: Any, cursor: float | None) -> str:
        found = patches(recording, self.usual)
        moment = measure.peak(found[0].rec)[1] if cursor is None else cursor
        return " ".join(line for patch in found for line in _in_words(patch, moment))

    def _scale(self, recording: Any) -> str:
        return sentence("scene.short", ions=f"{ions_per_dot(recording if self.usual is None else self.usual):,.0f}", mM=f"{PER_DOT:g}")

    def note(self, recording: Any) -> str:
        """By which rules all is drawn."""
        ions = ions_per_dot(recording if self.usual is None else self.usual)
        cell = _places(recording)[0][1].cell
        known = {pool.ion for pool in cell.pools}
        told = [sentence("scene.scale", ions=f"{ions:,.0f}"), sentence("scene.dots", mM=f"{PER_DOT:g}")]
        if "Ca" in known or any(channel.ion == "Ca" for channel in cell.channels):
            told.append(sentence("scene.calcium", dots=f"{PER_DECADE:g}"))
        if "Na" not in known:
            told.append(sentence("scene.textbook", whose=_of(cell, PREPARATIONS)[0]))
        return " ".join([*told, sentence("scene.signs", mV=f"{PER_SIGN:g}"), sentence("scene.chance")])


def _told(patch: Patch) -> dict[str, Any]:
    rec = patch.rec
    V = np.interp(np.linspace(0.0, rec.t[-1], VOLTAGES), rec.t, rec.V)
    clamped = isinstance(rec.protocol, VoltageStep)
    stimulus = np.interp(moments(rec), rec.t, rec.stimulus) if rec.stimulus.any() else np.empty(0)
    return {
        "title": patch.title, "V": (100 * V).astype("<i2").tobytes(), "clamped": clamped,
        "stimulus": stimulus.astype("<f4").tobytes(),
        "dots": [{"ion": d.ion, "outside": d.numbers[0], "out": d.outside,
                  "inside": d.numbers[1].astype("<u2").tobytes(), "in": d.inside.astype("<f4").tobytes(),
                  "mouths": d.mouths} for d in patch.dots],
        "kinds": [_kind_told(kind) for kind in patch.kinds],
        "pump": None if patch.pump is None else {"Na": patch.pump[0].astype("<f4").tobytes(),
                                                 "K": patch.pump[1].astype("<f4").tobytes(), "blocked": patch.pump[2], "turned": patch.pump[3]},
    }  # fmt: skip


def _kind_told(kind: Kind) -> dict[str, Any]:
    bits = np.arange(len(kind.particles))[:, None, None]
    return {
        "name": kind.name, "ion": kind.ion, "colour": kind.colour, "particles": kind.particles, "plugs": kind.plugs,
        "binds": kind.binds, "drug": kind.drug, "inside": kind.inside, "free": kind.free.tolist(),
        "states": (kind.open[:, :FRONT] << bits).sum(axis=0).astype("<u2").tobytes(),
        "opened": np.packbits(kind.opened, axis=0, bitorder="little").T.tobytes(),
        "times": kind.times.astype("<f4").tobytes(), "through": kind.through.astype("i1").tobytes(),
    }  # fmt: skip


def _in_words(patch: Patch, moment: float) -> Iterator[str]:
    """What is seen of a patch at a moment, ms."""
    rec, k = patch.rec, at_moment(patch.rec, moment)
    V = at(rec, rec.V, moment)[0]
    side = "negative" if V < 0 else "positive"
    yield sentence(f"scene.{side}", where=patch.title or "Membrane", time=time_of(rec, moment), V=number(V))
    for kind in patch.kinds:
        if kind.particles:
            plugged = "_inactivated" if any(kind.plugs) else ""
            yield sentence(f"scene.channels{plugged}", channel=kind.name, all=str(len(kind.free)),
                           open=str(kind.opened[:, k].sum()), plugged=str((kind.states[:, k] == INACTIVATED).sum()))  # fmt: skip
        if kind.drug:
            yield sentence("scene.drug", drug=kind.drug, channel=kind.name, share=str((~kind.free).sum()))
        seen = kind.times[np.abs(np.abs(kind.times) - moment) < CROSSES * rec.t[-1]]
        for way, dots in (("in", seen < 0), ("out", seen > 0)):
            if dots.any():
                ion = NAMES.get(kind.ion, sentence("scene.charges"))
                yield sentence(f"scene.{way}", ion=ion, channel=kind.name, number=str(dots.sum()))
    if patch.pump:
        yield sentence("scene.pump", number=str((patch.pump[1] <= moment).sum()))
