"""Assignment 07: a relay cell of the student's own, release of transmitter, and two cells of the heart."""

import functools

import numpy as np

from ...cells import Cell, NerveEnding, SinoatrialNode, ThalamicRelay, Ventricle
from ...drugs import blocked
from ...measure import duration, period, release, spikes
from ...measure.thresholds import bisected
from ...physics import nernst
from ...protocols import Step
from ...questions import Texts
from ...recording import Recording
from ...simulation import simulate
from ..task import HALF, Assignment, Picture, Task, about
from ..variant import Variant

AFTERWARDS, MINUTE, BEATS, LASTING = 500.0, 60_000.0, 4000.0, 300.0
"""How long a rebound is waited for, a minute, how long the node is recorded, and how long a current flows, ms."""
STIMULUS, HEART = Step(25, 2, 1), Step(40, 10, 1)
TIMES = (0.0, 1e4)


def _relay(v: Variant) -> ThalamicRelay:
    return ThalamicRelay(T=v.T, P_T=v.P_T, Ca_out=v.Ca_out)


def _ventricle(v: Variant) -> Ventricle:
    return Ventricle(g_s=v.g_s, g_K1=v.g_K1)


def _terminal(share: float = 1.0) -> NerveEnding:
    cell = NerveEnding()
    return cell.replace(domain=share * cell.domain)


def cells(v: Variant) -> dict[str, Cell]:
    """The preparations of a variant."""
    return {"relay": _relay(v), "node": SinoatrialNode(), "ventricle": _ventricle(v), "terminal": _terminal()}


def picture(v: Variant) -> Picture:
    """The action potential of the ventricle."""
    return {"": _heart(_ventricle(v))}, ("voltage",)


@functools.lru_cache(maxsize=64)
def _heart(cell: Ventricle) -> Recording:
    return simulate(cell, HEART, 600)


def _place_of(v: Variant, ms: float) -> tuple[str, float, float]:
    """Where a duration of the action potential is shown: its end, at the V at which the right one is over."""
    rec = _heart(_ventricle(v))
    begin = float(rec.t[np.diff(rec.V).argmax()])
    return "voltage", begin + ms, float(np.interp(begin + duration(rec, 0.9), rec.t, rec.V))


def _rebound(cell: ThalamicRelay, current: float, lasting: float) -> np.ndarray:
    """Times of spikes after the end of a current (uA/cm2) of a duration (ms), in ms from its end."""
    return spikes(simulate(cell, Step(current, 0, lasting), lasting + AFTERWARDS)) - lasting


@functools.lru_cache(maxsize=256)
def _shortest(cell: ThalamicRelay, current: float) -> float:
    """How long the current must flow for a spike to follow, ms: the first whole ms of a search upward, refined."""
    found = next((ms for ms in np.arange(4.0, 400.0, 4.0) if _rebound(cell, current, float(ms)).size), np.nan)
    return bisected(lambda ms: _rebound(cell, current, ms).size > 0, float(found) - 4.0, float(found), 0.05)


@functools.lru_cache(maxsize=64)
def _most_released(share: float) -> float:
    return float(release(simulate(_terminal(share), STIMULUS, 8)).max())


def _released(v: Variant) -> float:
    """What is left of release, %."""
    return 100 * _most_released(v.share) / _most_released(1.0)


@functools.lru_cache(maxsize=64)
def _interval(share: float) -> float:
    """The interval between beats with a share of the h channels blocked, ms."""
    return period(simulate(blocked(SinoatrialNode(), "ivabradine", share), None, BEATS))


def _E_Ca(v: Variant, z: int = 2, unit: float = 1e-3) -> float:
    return float(nernst(z, v.Ca_out, v.Ca_in * unit, v.T))


def tasks(v: Variant) -> tuple[Task, ...]:
    """The tasks of a variant."""
    relay, action_potential = _relay(v), _heart(_ventricle(v))
    latency, lasts = float(_rebound(relay, v.current, LASTING)[0]), duration(action_potential, 0.9)
    return (
        Task(ask.number("E_Ca", "mV", _E_Ca(v), 0.5, one_charge=_E_Ca(v, z=1), micromolar=_E_Ca(v, unit=1.0),
                        upside_down=-_E_Ca(v)), span=(-500.0, 500.0)),
        Task(ask.number("shortest", "ms", lambda: _shortest(relay, v.current), 0.4,
                        twice=lambda: 2 * _shortest(relay, v.current)), near=3.0, span=TIMES),
        Task(ask.number("latency", "ms", latency, about(0.01, latency), from_the_beginning=latency + LASTING),
             near=2.0, span=TIMES),
        Task(ask.choice("rebound"), partial={"opened": HALF}),
        Task(ask.number("release", "%", lambda: _released(v), 0.5, lost=lambda: 100 - _released(v),
                        in_proportion=100 * v.share), near=2.0, span=(0.0, 100.0)),
        Task(ask.number("interval", "ms", lambda: _interval(v.blocked), 0.5, no_drug=lambda: _interval(0.0),
                        beats=lambda: MINUTE / _interval(v.blocked),
                        in_proportion=lambda: _interval(0.0) / (1 - v.blocked)), near=2.0, span=(0.0, 1e5)),
        Task(ask.number("APD90", "ms", lasts, about(0.01, lasts), to_half=lambda: duration(action_potential, 0.5),
                        usual=lambda: duration(_heart(Ventricle()), 0.9)),
             near=2.0, span=TIMES, dot=lambda ms: _place_of(v, ms)),
        Task(ask.choice("upstroke"), partial={"all_sodium": HALF}),
    )  # fmt: skip


ask = Texts(__file__)
ASSIGNMENT = Assignment("calcium", "07_calcium_spikes", ask, cells, tasks, picture)
