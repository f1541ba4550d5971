"""What is seen of a membrane over a recording: its ions, its channels one by one, and what crosses it.

Nothing is made up for show. The ions that cross are counted from the charge in the recording, the gates are those of
single channels that jump with the rates of the model, and the dots on both sides follow the concentrations.
"""

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..axon_recording import AxonRecording
from ..cells import Barnacle, Cell, SinoatrialNode, Squid, SquidWithPumps, Ventricle, gallery
from ..channels import Channel
from ..drugs import BLOCKS
from ..patch import OPEN, particles_at
from ..physics import CHARGE, F, Floats
from ..recording import PUMP, Recording
from .axon import MOST_ELECTRODES
from .view import colour_of

SEED = 23  # with it, the channels in front do what most channels do in a spike of the squid axon
CROSSES = 0.01  # of a recording: how long a dot is in sight before and after it is in the middle of a channel
MOMENTS = 400  # of a recording at which gates and concentrations are told
FRONT, ALL, LEAKS = 4, 32, 8  # single channels of a kind: those that may stand in front, all, and all without gates
PER_DOT = 5.0  # mM of Na, K or Cl for each dot
LEAST_CALCIUM, PER_DECADE = 1e-5, 3.0  # mM up to which there is no dot of Ca, and dots for each tenfold above it
MOST_CROSSINGS = 150  # dots that cross through one kind of channel in the recording that sets the scale
CHARGES = 1e-14 * 6.02214076e23 / F * 1e-3  # elementary charges through 1 um2 for each nC/cm2
NEAR = 3  # moments before and after a crossing within which a channel that is open counts as its way
NAMES = {"Na": "Na⁺", "K": "K⁺", "Cl": "Cl⁻", "Ca": "Ca²⁺"}
GOLDEN = 0.6180339887
"""Its multiples, less their whole parts, spread evenly: channels with a drug, and dots on their way."""

PREPARATIONS = {
    Squid: ("scene.textbook_blood", gallery["squid axon, blood"]),
    Barnacle: ("scene.textbook_sea", gallery["squid axon"]),
    Ventricle: ("scene.textbook_ventricle", gallery["ventricle"]),
    SinoatrialNode: ("scene.textbook_ventricle", gallery["ventricle"]),
    Cell: ("scene.textbook_neuron", gallery["neuron"]),
}
"""The concentrations of a cell that knows only reversal potentials: the sentence about them, and whose they are."""
CALCIUM = {Squid: (10.0, 1e-4), Barnacle: (10.0, 1e-4), Cell: (2.0, 1e-4)}
"""Calcium outside and inside (mM) where a cell has calcium channels but does not count it: textbook values."""
FROM_INSIDE = {"TEA": (Squid, SquidWithPumps), "ivabradine": (Cell,)}
"""Drugs that reach their place from inside, and in which cells. All others come from outside."""


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
    """An ion: mM outside and inside, at each moment or once for all; at the mouths of some channels, or anywhere."""

    ion: str
    outside: float
    inside: Floats
    mouths: tuple[str, ...] = ()

    @property
    def numbers(self) -> tuple[int, NDArray[np.int64]]:
        """How many dots there are outside and, like the concentration, inside."""
        return (0 if self.mouths else int(dots_of(self.ion, self.outside))), dots_of(self.ion, self.inside)

    def at(self, k: int) -> int:
        """How many dots there are inside at a moment."""
        inside = self.numbers[1]
        return int(inside[min(k, inside.size - 1)])


@dataclass(frozen=True, eq=False)
class Patch:
    """What is seen at an electrode at x (cm), or of a cell.

    Of the pump: when it lets Na go and when K, ms, whether it is blocked, and how often it turns; None without one.
    """

    rec: Recording
    x: float | None
    kinds: tuple[Kind, ...]
    dots: tuple[Dots, ...]
    pump: tuple[Floats, Floats, bool, float] | None


def places(recording: Any) -> list[tuple[float | None, Recording]]:
    """Recordings, each with its place (cm): of an axon those of its electrodes."""
    if not isinstance(recording, AxonRecording):
        return [(None, recording)]
    found = [min(x, recording.axon.length) for x in recording.electrodes[:MOST_ELECTRODES]]
    return list(zip(found, map(recording.at, found), strict=True)) or [(None, recording.first)]


def moments(rec: Recording) -> Floats:
    """The moments at which gates and concentrations are told, ms; (MOMENTS,)."""
    return np.linspace(0.0, float(rec.t[-1]), MOMENTS)


@functools.lru_cache(maxsize=4)
def ions_per_dot(recording: Any) -> float:
    """How many ions through 1 um2 a dot that crosses stands for: 1, 2 or 5 times a power of ten."""
    channels = [(rec, channel.name) for _, rec in places(recording) for channel in rec.cell.channels]
    most = max((float(np.abs(crossed(rec, rec.I[name])).max()) for rec, name in channels), default=0.0) / MOST_CROSSINGS
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
    drawn = particles_at(rec, channel.name, ALL if channel.gates else LEAKS, moments(rec), seed=SEED)
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
    """The channel through which each dot crosses, by lot: one that is open then, or nearly then; when in shares."""
    now = np.round(when * (MOMENTS - 1)).astype(int)
    about = (now + np.arange(-NEAR, NEAR + 1)[:, None]).clip(0, MOMENTS - 1)
    chance = np.random.default_rng(0).random((len(opened), when.size))
    score = opened[:, now] * (1.0 + chance) + opened[:, about].any(axis=1) * chance
    return np.where(score.max(axis=0, initial=0.0) > 0, score.argmax(axis=0), -1)


def _blocked(cell: Cell, channel: Channel, usual: Cell | None) -> tuple[str, float]:
    """A drug that may have left of a channel what is there, and the share of channels in which it sits."""
    drug = next((drug for drug, targets in BLOCKS.items() if channel.name in targets and channel.gates), "")
    name = f"{'g' if channel.P is None else 'P'}_{channel.name}"
    if not drug or name not in cell.parameters():
        return "", 0.0
    now, declared = cell.parameters()[name].value, getattr(type(cell), name, None)
    before = usual.parameters()[name].value if usual else 0.0
    if not now and not before:
        before = 0.0 if declared is None else declared.value
    return (drug, 1.0 - now / before) if now < before else ("", 0.0)


def _dots(rec: Recording) -> Iterator[Dots]:
    """The dots of each ion on both sides."""
    cell, counted = rec.cell, {pool.ion for pool in rec.cell.pools}
    for pool in cell.pools:
        ion, inside = pool.ion.removesuffix("_domain"), np.interp(moments(rec), rec.t, rec.conc[pool.name])
        mouths = [c.name for c in cell.channels if c.name == pool.of or pool.ion in {gate.ion for gate in c.gates}]
        yield Dots(ion, pool.outside, inside if np.ptp(inside) else inside[:1], tuple(mouths) if pool.of else ())
    if "Na" not in counted:
        for ion, pool in of_kind(cell, PREPARATIONS)[1].pool.items():
            yield Dots(ion, pool.outside, np.full(1, pool.inside))
    if "Ca" not in counted and any(channel.ion == "Ca" for channel in cell.channels):
        outside, inside = of_kind(cell, CALCIUM)
        yield Dots("Ca", outside, np.full(1, inside))


def of_kind(cell: Cell, table: dict[type[Cell], Any]) -> Any:
    """What a table says of a kind of cell."""
    return next(found for kind, found in table.items() if isinstance(cell, kind))


def _patch(x: float | None, rec: Recording, usual: Cell | None, ions: float) -> Patch:
    kinds = (_kind(rec, place, channel, usual, ions) for place, channel in enumerate(rec.cell.channels))
    dots = sorted(_dots(rec), key=lambda each: tuple(NAMES).index(each.ion))
    return Patch(rec, x, tuple(filter(None, kinds)), tuple(dots), _pump(rec, ions))


def _pump(rec: Recording, ions: float) -> tuple[Floats, Floats, bool, float] | None:
    """When the pump lets three dots of Na go outside, and two of K inside; each turn is one dot of net charge."""
    if PUMP not in rec.I:
        return None
    turned, blocked = crossed(rec, rec.I[PUMP]) / ions, getattr(rec.cell, "ouabain", 0.0) >= 0.5
    return crossings(rec.t, turned), crossings(rec.t, turned - 0.5), blocked, float(turned[-1])


@functools.lru_cache(maxsize=4)
def patches(recording: Any, usual: Any) -> tuple[Patch, ...]:
    """What is seen of a recording: of an axon at each electrode. `usual` is the first recording of a bench, or None."""
    ions = ions_per_dot(recording if usual is None else usual)
    cells = [] if usual is None else [rec.cell for _, rec in places(usual)]
    return tuple(
        _patch(x, rec, next((cell for cell in cells if type(cell) is type(rec.cell)), None), ions)
        for x, rec in places(recording)
    )


def at_moment(rec: Recording, moment: float) -> int:
    """The number of the moment that is nearest to a time, ms."""
    return int(np.clip(round(moment / float(rec.t[-1]) * (MOMENTS - 1)), 0, MOMENTS - 1))
