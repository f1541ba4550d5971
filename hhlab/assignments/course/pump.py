"""Assignment 02: what a spike costs in an axon of the student's own, and what a cell without its pump comes to."""

import functools

import numpy as np

from ...cells import Cell, PumpCell, Squid
from ...measure import ledger
from ...protocols import Shock
from ...questions import Texts
from ...recording import Recording
from ...simulation import simulate
from ..task import HALF, VOLTS, Assignment, Picture, Task, about
from ..variant import Variant

MINUTE, HOUR = 60_000.0, 3_600_000.0
"""In ms."""
SODIUM = 50.0
"""Sodium inside an axon, mM."""
AMOUNT = (0.0, 1e4)


def cells(v: Variant) -> dict[str, Cell]:
    """The preparations of a variant."""
    return {"axon": Squid(T=v.T, C=v.C), "cell": PumpCell(diameter=v.round)}


def picture(v: Variant) -> Picture:
    """The run-down of the round cell without its pump."""
    return {"without pump": _run_down(v.round)}, ("voltage", "concentrations")


@functools.lru_cache(maxsize=64)
def _run_down(diameter: float) -> Recording:
    return simulate(PumpCell(diameter=diameter, ouabain=1), None, round(6 * diameter) * MINUTE)


@functools.lru_cache(maxsize=64)
def _entered(axon: Squid) -> float:
    """Sodium that enters in one spike, pmol/cm2."""
    return ledger(simulate(axon, Shock(15), 20)).ions["Na"].net


def _at_once(v: Variant, share: float) -> float:
    """Change of V in 0.2 s, mV, with a share of the pumps blocked."""
    V = simulate(PumpCell(diameter=v.round, ouabain=share), None, 200).V
    return float(V[-1] - V[0])


@functools.lru_cache(maxsize=64)
def _sodium_inside(diameter: float, share: float) -> float:
    """Sodium inside after two days with a share of the pumps blocked, mM."""
    return float(simulate(PumpCell(diameter=diameter, ouabain=share), None, 48 * HOUR).conc["Na_in"][-1])


def _minutes(v: Variant, V: float = -50.0) -> float:
    rec = _run_down(v.round)
    return float(np.interp(V, rec.V[200:], rec.t[200:])) / MINUTE


def tasks(v: Variant) -> tuple[Task, ...]:
    """The tasks of a variant."""
    entered, minutes = _entered(Squid(T=v.T, C=v.C)), _minutes(v)
    rise, rise_when_thick = (1e-2 * 4 * entered / diameter for diameter in (v.thin, v.thick))
    spikes = 0.1 * SODIUM / rise_when_thick
    return (
        Task(ask.number("sodium_entry", "pmol/cm2", entered, about(0.02, entered), ATP=entered / 3),
             near=3.0, span=AMOUNT),
        Task(ask.number("ATP", "pmol/cm2", entered / 3, about(0.02, entered / 3), sodium=entered,
                        two_for_one=entered / 2), near=3.0, span=AMOUNT),
        Task(ask.number("rise", "mM", rise, about(0.02, rise), sphere=6 / 4 * rise, radius_for_diameter=2 / 4 * rise,
                        diameter_for_radius=8 / 4 * rise), near=3.0, span=AMOUNT),
        Task(ask.number("spikes", "spikes", spikes, about(0.02, spikes), to_all=10 * spikes, thin=0.1 * SODIUM / rise),
             near=3.0, span=(0.0, 1e9)),
        Task(ask.choice("falling_phase"), partial={"enough_ATP": HALF}),
        Task(ask.number("at_once", "mV", lambda: _at_once(v, v.blocked), 0.1,
                        wrong_sign=lambda: -_at_once(v, v.blocked), all_pumps=lambda: _at_once(v, 1.0)),
             near=3.0, span=VOLTS),
        Task(ask.number("sodium_inside", "mM", lambda: _sodium_inside(v.round, v.blocked), 0.4, all_at_work=12),
             near=3.0, span=(0.0, 1000.0)),
        Task(ask.number("minutes", "min", minutes, about(0.02, minutes), in_ms=MINUTE * minutes,
                        at_minus_60=lambda: _minutes(v, -60.0)),
             near=3.0, span=(0.0, 1e9), dot=lambda minutes: ("voltage", minutes * MINUTE, -50.0)),
    )  # fmt: skip


ask = Texts(__file__)
ASSIGNMENT = Assignment("pump", "02_the_pump", ask, cells, tasks, picture)
