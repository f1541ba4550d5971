"""Assignment 05: how soon an axon in a bath of the student's own can fire again, and which gate decides."""

import functools
import math

from ...cells import Cell, Squid
from ...measure import availability, frequency, recovery, refractory, refractory_periods, rheobase, threshold
from ...physics import nernst
from ...questions import Texts
from ...simulation import simulate
from ..sealed import Sealed
from ..task import VOLTS, Assignment, Picture, Task, about
from ..variant import Variant

SHARE = (0.0, 500.0)
_periods = functools.lru_cache(maxsize=64)(refractory_periods)
_ratio = functools.lru_cache(maxsize=256)(refractory)
_once = functools.lru_cache(maxsize=64)(threshold)
WARM = Squid(T=18.5)


class Bathed(Sealed, Squid):
    """A squid axon in a bath whose E_K is to be computed."""

    OPEN, UNTOLD, LOOKS = Squid, ("E_K",), "a squid axon in a bath of your own"


def axon(v: Variant) -> Bathed:
    """The axon of a variant."""
    return Bathed(T=v.T, E_K=_E_K(v))


def cells(v: Variant) -> dict[str, Cell]:
    """The preparations of a variant."""
    return {"axon": axon(v)}


def picture(v: Variant) -> Picture:
    """How strong a second pulse must be."""
    return {"": simulate(axon(v), None, 10)}, ("two-pulse curve",)


def _E_K(v: Variant) -> float:
    return float(nernst(1, v.K_out, v.K_in, v.T))


def _available(v: Variant, V: float) -> float:
    """Sodium channels available after a prepulse to V (mV), %."""
    return 100 * float(availability(axon(v), V))


def _rate(v: Variant) -> float:
    return float(frequency(axon(v), v.current, ramp=0.0))


def _deciding_gate(v: Variant) -> str:
    """The option of which_gate that is right: the gate whose reset lets a second pulse start a spike."""
    gap = v.when * _periods(axon(v)).absolute
    tried = {"none": (), "n": ("n",), "h": ("h",)}
    works = (name for name, gates in tried.items() if math.isfinite(float(_ratio(axon(v), gap, reset=gates))))
    return next(works, "neither")


def tasks(v: Variant) -> tuple[Task, ...]:
    """The tasks of a variant."""
    here, E_K, once = axon(v), _E_K(v), _once(axon(v))
    ratio = float(_ratio(here, v.interval))
    second = ratio * once
    return (
        Task(ask.number("E_K", "mV", E_K, 0.3, upside_down=-E_K, log10=E_K / math.log(10),
                        celsius=E_K * v.T / (v.T + 273.15)), span=VOLTS),
        Task(ask.number("rheobase", "uA/cm2", lambda: rheobase(here), 0.06, half_a_ms=once),
             near=3.0, span=(0.0, 1e4)),
        Task(ask.number("absolute", "ms", lambda: _periods(here).absolute, 0.1, warm=lambda: _periods(WARM).absolute,
                        relative=lambda: _periods(here).relative), near=3.0, span=(0.0, 1000.0)),
        Task(ask.number("second_threshold", "uA/cm2", second, about(0.02, second), ratio=ratio, from_rest=once),
             near=3.0, span=(0.0, 1e5), dot=lambda amount: ("two-pulse curve", v.interval, amount / once)),
        Task(ask.choice("which_gate", right=_deciding_gate(v))),
        Task(ask.number("available", "%", lambda: _available(v, v.prepulse), 1.0,
                        inactivated=lambda: 100 - _available(v, v.prepulse)), near=3.0, span=SHARE),
        Task(ask.number("recovered", "%", lambda: 100 * float(recovery(here, v.gap_at, v.gap)), 1.5,
                        after_long=lambda: _available(v, v.gap_at)), near=3.0, span=SHARE),
        Task(ask.number("rate", "Hz", lambda: _rate(v), 0.7, per_ms=lambda: _rate(v) / 1000,
                        each_crossing=lambda: 2 * _rate(v)), near=3.0, span=(0.0, 2000.0)),
    )  # fmt: skip


ask = Texts(__file__)
ASSIGNMENT = Assignment("refractory", "05_refractory_period", ask, cells, tasks, picture)
