"""Voltage clamp: V is clamped, and each gate moves to its steady state at that V, exactly, by its own exponential."""

import functools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from .cells import Cell
from .cells.cell import START_V
from .gates import Gate
from .kernel_layout import Ints
from .parameters import Parameter, must_be, pair, tidy
from .physics import Floats
from .protocols import VoltageStep
from .recording import CHARGED, Recording
from .simulation import A_CELL

A_CLAMP = "{given} is not a clamp: give one such as Clamp(hold=-65, to=range(-80, 61, 10), duration=10)"
DURATION = Parameter(10.0, "ms", 1e-3, 10_000, "length of a step", name="duration")
CHARGING = Parameter(0.0, "ms", 0, 100, "time constant of the capacity transient", name="charging")
SAMPLE = 0.01  # ms
MOST_SAMPLES = 2_000_000
ON_THE_EDGE = 1e-9  # ms: a sample so near to an edge is on it
SHORTEST = 1e-6  # ms: a shorter time constant counts as this


@dataclass(frozen=True)
class Clamp:
    """Steps of V from a holding potential, one recording each.

    Parameters
    ----------
    hold : float
        The holding potential, mV, at which all gates begin in their steady state.
    to : float or iterable of float
        The voltage of the step, or several voltages, mV.
    duration : float
        Duration of the step, ms.
    prepulse : tuple of (float, float), optional
        Voltage (mV) and duration (ms) of a step before; None for none.
    tail : tuple of (float, float), optional
        Voltage (mV) and duration (ms) of a step afterwards; None for none.
    charging : float
        Time constant (ms) with which each step of V charges the capacitance. The charging current then appears as the
        current "capacity" of a recording; 0 leaves it out. V itself follows the clamp at once in either case.
    repeats : int
        How often each step is repeated with a single channel, 1 to 500, in the view "average of repeats".

    Raises
    ------
    ValueError
        If a voltage is outside -200 to 200 mV, a duration outside 0.001 to 10,000 ms, or there is no step.
    """

    hold: float = -65.0
    to: Any = (0.0,)
    duration: float = 10.0
    prepulse: tuple[float, float] | None = None
    tail: tuple[float, float] | None = None
    charging: float = 0.0
    repeats: int = 1

    def __post_init__(self) -> None:
        given = self.to if isinstance(self.to, Iterable) else (self.to,)
        steps = tuple(START_V.renamed("to").check(V) for V in given)
        if not steps:
            raise ValueError("to= is empty: give voltages in mV, such as range(-80, 61, 10)")
        object.__setattr__(self, "to", steps)
        object.__setattr__(self, "hold", START_V.renamed("hold").check(self.hold))
        object.__setattr__(self, "duration", DURATION.check(self.duration))
        object.__setattr__(self, "charging", CHARGING.check(self.charging))
        object.__setattr__(self, "repeats", int(VoltageStep.repeats.check(self.repeats)))
        for name in ("prepulse", "tail"):
            object.__setattr__(self, name, _pair(name, getattr(self, name)))

    @property
    def onset(self) -> float:
        """When the step begins, ms after the beginning of a recording."""
        return self.prepulse[1] if self.prepulse else 0.0

    @classmethod
    def of(cls, step: VoltageStep) -> Self:
        """The clamp of one step from its holding potential."""
        before = (step.hold, step.start) if step.start else None
        return cls(step.hold, step.to, step.duration, before, repeats=int(step.repeats))

    @property
    def step(self) -> VoltageStep:
        """Its step, which a bench has knobs for; ValueError if it has more than that."""
        if len(self.to) > 1 or self.tail or self.charging or (self.prepulse or (self.hold,))[0] != self.hold:
            raise ValueError(
                "a bench clamps V to one voltage: give one to=, and no tail=, charging= or other prepulse="
            )
        return VoltageStep(self.hold, self.to[0], self.onset, self.duration, self.repeats)

    def segments(self, V: float) -> list[tuple[float, float]]:
        """Voltage (mV) and duration (ms) of each stretch for a step to V."""
        return [each for each in (self.prepulse, (V, self.duration), self.tail) if each]


class ClampFamily(Sequence[Recording]):
    """What `clamp` returns: one recording a step, in the order of `to`."""

    def __init__(self, clamp: Clamp, recordings: Sequence[Recording]) -> None:
        self.clamp, self._recordings = clamp, list(recordings)

    def __getitem__(self, number: Any) -> Any:
        return self._recordings[number]

    def __len__(self) -> int:
        return len(self._recordings)

    @property
    def current(self) -> Floats:
        """What an amplifier would show: all currents together, uA/cm2, outward positive; shape (steps, n)."""
        return np.array([sum(rec.I.values(), np.zeros(rec.t.shape)) for rec in self])

    def __repr__(self) -> str:
        steps = ", ".join(tidy(V) for V in self.clamp.to)
        return f"<ClampFamily of {self[0].cell!r}: held at {tidy(self.clamp.hold)} mV, to {steps} mV>"


def clamp(cell: Cell, what: Clamp, *, dt: float = SAMPLE) -> ClampFamily:
    """The currents of a cell whose V is clamped.

    Parameters
    ----------
    cell : Cell
        What to clamp. The concentrations inside stay as they are, but for domains, which follow the current of their
        channel.
    what : Clamp
        The voltages and their durations.
    dt : float, optional
        Time between samples, ms. The gates are exact at each of them, however large it is; those that read a domain
        take its concentration at each sample for the time until the next.

    Returns
    -------
    ClampFamily
        A recording for each step, in the order of `what.to`.

    Raises
    ------
    ValueError
        If `cell` is no cell or `what` no clamp, dt is not 0.0001 to 1 ms, or there would be more than two million
        samples.
    """
    must_be(Cell, A_CELL, cell)
    must_be(Clamp, A_CLAMP, what)
    if cell.noisy:
        raise ValueError(
            "a clamp has no noise of its channels: leave with_noise out, and give the result to single_channels"
        )
    step = Parameter(SAMPLE, "ms", 1e-4, 1, "time between samples", name="dt").check(dt)
    length = sum(duration for _, duration in what.segments(what.to[0]))
    if length / step * len(what.to) > MOST_SAMPLES:
        raise ValueError(
            f"{len(what.to)} steps of {length:g} ms make more than {MOST_SAMPLES} samples: give a larger dt"
        )
    t: Floats = np.arange(round(length / step) + 1, dtype=float) * step
    return ClampFamily(what, [_one(cell, what, V, t, step) for V in what.to])


def _one(cell: Cell, what: Clamp, V: float, t: Floats, dt: float) -> Recording:
    """One step of a family. A sample at an edge belongs to what comes after it."""
    volts, durations = np.array(what.segments(V)).T
    begin = np.concatenate([[0.0], np.cumsum(durations)[:-1]])
    first = np.searchsorted(t, begin - ON_THE_EDGE)
    now = np.repeat(np.arange(begin.size), np.diff(first, append=t.size))
    V_at_t, since = volts[now], t - begin[now]
    gates = np.empty((len(cell.gates), t.size))
    inside = np.array([np.full(t.size, pool.inside) for pool in cell.pools], float).reshape(-1, t.size)
    protocol = VoltageStep(what.hold, V, what.onset, what.duration, what.repeats)
    settings = {"dt": dt, "every": 1} | ({CHARGED: what.charging} if what.charging else {})
    recording = functools.partial(Recording.of, t, V_at_t, gates, inside, cell, protocol, settings)
    domains = [pool.ion for pool in cell.pools if pool.of]
    for number, gate in enumerate(cell.gates):
        if gate.ion not in domains:
            c = cell.pool[gate.ion].inside if gate.ion else None
            gates[number] = _followed(cell, gate, what.hold, volts, c, durations, now, since)
    for row, pool in enumerate(cell.pools):
        if pool.of:
            inside[row] = pool.base + pool.by_charge(0.0) * np.abs(recording().I[pool.of])
            each, none = np.arange(t.size), np.zeros(t.size)
            for number, gate in enumerate(cell.gates):
                if gate.ion == pool.ion:
                    gates[number] = _followed(cell, gate, what.hold, V_at_t, inside[row], none + dt, each, none)
    return recording()


def _followed(
    cell: Cell, gate: Gate, hold: float, V: Floats, c: Any, durations: Floats, now: Ints, since: Floats
) -> Floats:
    """A gate at each sample, by its own exponential, from its steady state at the holding potential.

    It goes through stretches of some durations (ms), in each of which V (mV) and the concentration c (mM) that it reads
    stay the same. A sample lies in the stretch `now`, a time `since` (ms) after that began.
    """
    inf, tau = gate.steady_state(V, c), gate.time_constant(V, cell.temperature, c)
    tau, at_once = np.maximum(tau, SHORTEST), tau == 0.0
    begin, left = np.empty(V.shape), np.exp(-durations / tau)
    begin[0] = gate.steady_state(hold, cell.pool[gate.ion].base if gate.ion else None)
    for k in range(V.size - 1):
        begin[k + 1] = inf[k] + (begin[k] - inf[k]) * left[k]
    begin[at_once] = inf[at_once]
    return inf[now] + (begin - inf)[now] * np.exp(-since / tau[now])


def _pair(name: str, given: Any) -> tuple[float, float] | None:
    if given is None:
        return None
    V, duration = pair(given, f"{name} = {given!r} is not a voltage and a duration: give both, such as (-85, 30)")
    return START_V.renamed(f"{name} voltage").check(V), DURATION.renamed(f"{name} duration").check(duration)
