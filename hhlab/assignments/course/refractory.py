"""Assignment 05: how soon an axon in a bath of the student's own can fire again, and which gate decides."""

import functools
import math

from ...cells import Cell, Squid
from ...measure import (
    RefractoryPeriods,
    availability,
    frequency,
    recovery,
    refractory,
    refractory_periods,
    rheobase,
    threshold,
)
from ...physics import nernst
from ...questions import Choice, Mistake, Number, Reply
from ...recording import Recording
from ...simulate import simulate
from ..task import Assignment, Task, about
from ..variant import Grid, Variant, evenly

GRIDS = {
    "T": Grid((6.3, 7, 7.7, 8.5), "degC", "temperature"),
    "K_out": Grid((15, 16, 17, 18, 19), "mM", "potassium outside"),
    "K_in": Grid((390, 410, 430), "mM", "potassium inside"),
    "interval": Grid((8.8, 9.2, 9.6, 10, 10.4, 10.8), "ms", "interval of a second pulse"),
    "when": Grid((0.35, 0.8, 1.3), "1", "time of a reset, in absolute refractory periods"),
    "prepulse": Grid(evenly(-79, -65, 2) + evenly(-58, -49, 1), "mV", "prepulse of 30 ms"),
    "gap_at": Grid((-95, -91, -87, -83, -79), "mV", "V in a gap"),
    "gap": Grid((1, 1.2, 1.4, 1.7, 2), "ms", "duration of the gap"),
    "current": Grid((11, 13, 16, 19, 23, 27, 32), "uA/cm2", "a steady current"),
}

STORY = """
`lab.axon` is a squid axon in a bath of your own, whose potassium sets E_K; everything else is as in the notebook.
Pulses last 0.5 ms, and a second pulse counts as effective as `hh.measure.refractory` has it.
"""
BENCH = 'hh.explore(lab.axon, hh.PulsePair(), ("voltage", "gates", "two-pulse curve"), knobs=("interval", "second"))'


class Bathed(Squid):
    """A squid axon in a bath whose E_K is to be computed, so its repr does not tell it."""

    def __repr__(self) -> str:
        return "Bathed(a squid axon in a bath of your own)"


@functools.lru_cache(maxsize=256)
def _axon(T: float, E_K: float) -> Bathed:
    return Bathed(T=T, E_K=E_K)


def axon(v: Variant) -> Bathed:
    """The axon of a variant."""
    return _axon(v.T, _E_K(v))


def cells(v: Variant) -> dict[str, Cell]:
    """The preparations of a variant."""
    return {"axon": axon(v)}


def picture(v: Variant) -> tuple[dict[str, Recording], tuple[str, ...]]:
    """How strong a second pulse must be."""
    return {"": simulate(axon(v), None, 10)}, ("two-pulse curve",)


def _E_K(v: Variant) -> float:
    return float(nernst(1, v.K_out, v.K_in, v.T))


@functools.lru_cache(maxsize=64)
def _periods(cell: Squid) -> RefractoryPeriods:
    return refractory_periods(cell)


@functools.lru_cache(maxsize=64)
def _once(cell: Squid) -> float:
    return threshold(cell)


def _ratio(v: Variant) -> float:
    return float(refractory(axon(v), v.interval))


def _second(v: Variant) -> float:
    return _ratio(v) * _once(axon(v))


def _shares(v: Variant, V: float) -> float:
    return 100 * float(availability(axon(v), V))


def _recovered(v: Variant, V: float) -> float:
    return 100 * float(recovery(axon(v), V, v.gap))


def _rate(v: Variant, ramp: float = 0.0) -> float:
    return float(frequency(axon(v), v.current, ramp=ramp))


NONE = "None is needed: a pulse somewhat stronger than the threshold is enough, as the absolute period is over."
ONLY_N = "n: it shuts the potassium channels, and then there are enough sodium channels; h alone does not do it."
ONLY_H = "h: it makes all sodium channels available, and then the open potassium channels do not matter."
NEITHER = "Neither alone: it is so soon that all stands against a spike, sodium and potassium channels."


def _which_gate(v: Variant) -> Choice:
    gap = v.when * _periods(axon(v)).absolute
    works = {gates: math.isfinite(float(refractory(axon(v), gap, reset=gates))) for gates in ((), ("n",), ("h",))}
    right = NONE if works[()] else ONLY_N if works["n",] else ONLY_H if works["h",] else NEITHER
    told = {
        NONE: "At that moment not even ten times the threshold works.",
        ONLY_N: "Reset n at that moment on the bench, and see what a strong second pulse does.",
        ONLY_H: "Reset h at that moment on the bench: the potassium channels carry the current of the pulse out.",
        NEITHER: "Try each gate on the bench at that moment.",
    }
    told[right] = "So it is on the bench."
    return Choice(
        "which_gate",
        "Think of the moment after a spike that your table gives in absolute refractory periods of your axon. You "
        "may put one gate back to its resting value. Which one lets a pulse of up to ten times the threshold start a "
        "spike?",
        {option: Reply(told[option], "M10" if option == ONLY_H else "", option == right) for option in told},
    )


def tasks(v: Variant) -> tuple[Task, ...]:
    """The tasks of a variant."""
    here, E_K = axon(v), _E_K(v)
    share, more = (0.0, 500.0), ("It is more.", "It is less.")
    return (
        Task(Number(
            "E_K", "The potassium reversal potential in your bath.", "mV", lambda: E_K, 0.3,
            ("It is less negative.", "It is more negative."), "Your axon has this E_K.",
            (Mistake(lambda: -E_K, "The sign: outside over inside."),
             Mistake(lambda: E_K / math.log(10), "That is with the logarithm to base 10."),
             Mistake(lambda: E_K * v.T / (v.T + 273.15), "The temperature goes in in kelvin.")),
        ), span=(-200.0, 200.0)),
        Task(Number(
            "rheobase", "The smallest current step of 50 ms that starts a spike.", "uA/cm2", lambda: rheobase(here),
            0.06, ("Such a step fails.", "A weaker step is enough."), "A long step charges what a brief pulse cannot.",
            (Mistake(lambda: _once(here), "That is for a pulse of 0.5 ms."),),
        ), near=3.0, span=(0.0, 1e4)),
        Task(Number(
            "absolute", "The absolute refractory period.", "ms", lambda: _periods(here).absolute, 0.1,
            ("At that interval not even ten times the threshold works.", "A shorter interval works too."),
            "Its end is where the curve comes down from infinity.",
            (Mistake(lambda: _periods(here).relative, "That is the end of the relative period.", "M10"),
             Mistake(lambda: _periods(Squid(T=18.5)).absolute, "That is at 18.5 °C.")),
        ), near=3.0, span=(0.0, 1000.0)),
        Task(Number(
            "second_threshold", "The threshold of a second pulse at your interval after the first.", "uA/cm2",
            lambda: _second(v), about(0.02, _second(v)), ("Such a pulse fails.", "A weaker pulse is enough."),
            "It takes more, as channels are inactivated and others still open.",
            (Mistake(lambda: _ratio(v), "That is how many times it is the threshold from rest. Multiply."),
             Mistake(lambda: _once(here), "That is the threshold from rest.", "M10")),
        ), near=3.0, span=(0.0, 1e5),
            dot=lambda amount: ("two-pulse curve", v.interval, amount / _once(here))),
        Task(_which_gate(v)),
        Task(Number(
            "available", "The percentage of sodium channels that your prepulse leaves available, as "
            "`hh.measure.availability` takes it.", "%",
            lambda: _shares(v, v.prepulse), 1.0, more, "A prepulse decides how many channels can open.",
            (Mistake(lambda: 100 - _shares(v, v.prepulse), "That is what is inactivated.", "M9"),),
        ), near=3.0, span=share),
        Task(Number(
            "recovered", "The percentage of the sodium current that is back after your gap at your V, as "
            "`hh.measure.recovery` takes it.", "%",
            lambda: _recovered(v, v.gap_at), 1.5, more, "Recovery takes a voltage and a time.",
            (Mistake(lambda: _shares(v, v.gap_at), "That is after a long time; your gap is short.", "M9"),),
        ), near=3.0, span=share),
        Task(Number(
            "rate", "The rate at which the axon fires on under your steady current.", "Hz", lambda: _rate(v), 0.7,
            ("It fires faster.", "It fires more slowly."), "The refractory period leaves little room above.",
            (Mistake(lambda: _rate(v) / 1000, "A rate per ms is 1000 times as much in Hz."),
             Mistake(lambda: 2 * _rate(v), "Each spike crosses 0 mV twice; count the rising ones.")),
        ), near=3.0, span=(0.0, 2000.0)),
    )  # fmt: skip


REFRACTORY = Assignment(
    "refractory", "05_refractory_period", "The refractory period", STORY, GRIDS, cells, tasks, picture, BENCH
)
