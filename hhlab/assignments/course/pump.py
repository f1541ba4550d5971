"""Assignment 02: what a spike costs in an axon of the student's own, and what a cell without its pump comes to."""

import functools
from typing import Any

import numpy as np

from ...cells import Cell, PumpCell, Squid
from ...measure import ledger
from ...protocols import Shock
from ...questions import Choice, Mistake, Number, Reply
from ...recording import Recording
from ...simulate import simulate
from ..task import Assignment, Task, about
from ..variant import Grid, Variant, evenly

MINUTE, HOUR = 60_000.0, 3_600_000.0
SODIUM = 50.0

GRIDS = {
    "T": Grid(evenly(6.5, 18.5, 0.5), "degC", "temperature of the axon"),
    "thin": Grid((0.4, 0.5, 0.6, 0.8, 1, 1.25, 1.5), "um", "diameter of a thin axon"),
    "thick": Grid((150, 200, 260, 330, 410, 500), "um", "diameter of a thick axon"),
    "round": Grid((10, 11, 12, 13, 14, 16, 18, 20, 22, 25, 28, 31), "um", "diameter of the round cell"),
    "blocked": Grid(
        (0.34, 0.38, 0.42, 0.46, 0.5, 0.54, 0.58, 0.62, 0.66, 0.7, 0.74, 0.77),
        "1",
        "share of the pumps that ouabain blocks",
    ),
}

STORY = """
`lab.axon` is a squid axon at your temperature; a spike is started in it with `hh.Shock(15)` and recorded for 20 ms. It
may be thin or thick: `hh.measure.ledger(rec, diameter)` counts what crosses its membrane. It starts with 50 mM of
sodium inside. `lab.cell` is a round cell of your diameter with its pump at work, and `lab.cell.replace(ouabain=1)` is
the same cell with all pumps blocked from the start.
"""
BENCH = 'hh.explore(lab.cell, None, ("voltage", "concentrations"), knobs=("ouabain",), t_stop=3_600_000)'


def cells(v: Variant) -> dict[str, Cell]:
    """The preparations of a variant."""
    return {"axon": Squid(T=v.T), "cell": PumpCell(diameter=v.round)}


def picture(v: Variant) -> tuple[dict[str, Recording], tuple[str, ...]]:
    """The run-down of the round cell without its pump."""
    return {"without pump": _run_down(v.round)}, ("voltage", "concentrations")


@functools.lru_cache(maxsize=64)
def _run_down(diameter: float) -> Recording:
    return simulate(PumpCell(diameter=diameter, ouabain=1), None, round(6 * diameter) * MINUTE)


@functools.lru_cache(maxsize=64)
def _entered(T: float) -> float:
    """Sodium that enters in one spike, pmol/cm2."""
    return ledger(simulate(Squid(T=T), Shock(15), 20)).ions["Na"].net


def _rise(v: Variant, diameter: float, shape: float = 4) -> float:
    """Change of sodium inside by one spike, mM: a cylinder has 4 over its diameter of membrane for its volume."""
    return 1e-2 * shape * _entered(v.T) / diameter


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


FALLING_PHASE = Choice(
    "falling_phase",
    "All pumps of an axon are blocked, and it fires one spike. What becomes of its falling phase, and why?",
    {
        "It is as before: potassium channels open and sodium channels inactivate, and that needs no pump.": Reply(
            "The currents of a spike are hundreds of times that of the pump.", right=True),
        "It is as before, because there is enough ATP left for one spike.": Reply(
            "It is as before. But ATP has no part in it: what brings V back are ions that flow downhill.", "M1"),
        "It is missing: the pump has to bring the sodium out before V can fall.": Reply(
            "V falls because potassium leaves, not because sodium is brought back. Measure the width.", "M1"),
        "It is slower: the pump helps the potassium channels.": Reply(
            "Their currents are hundreds of times that of the pump. Measure the width with and without it.", "M1"),
        "It is missing: after one spike without pump there is no gradient left.": Reply(
            "One spike changes the concentrations by far less than a percent, except in the thinnest axons.", "M2"),
    },
)  # fmt: skip


def tasks(v: Variant) -> tuple[Task, ...]:
    """The tasks of a variant."""
    entered = _entered(v.T)
    more_or_less = ("It is more.", "It is less.")
    amount: dict[str, Any] = {"near": 3.0, "span": (0.0, 1e4)}
    return (
        Task(Number(
            "sodium_entry", "How much sodium enters `lab.axon` in one spike, beyond what crosses at rest.", "pmol/cm2",
            lambda: entered, about(0.02, entered), more_or_less, "A warm spike is brief, and costs less.",
            (Mistake(lambda: entered / 3, "That is the ATP, a third of it."),),
        ), **amount),
        Task(Number(
            "ATP", "How much ATP the pump needs to bring that sodium out again.", "pmol/cm2",
            lambda: entered / 3, about(0.02, entered / 3), more_or_less, "Three sodium ions leave for one ATP.",
            (Mistake(lambda: entered, "That is the sodium: each ATP brings three of them out."),
             Mistake(lambda: entered / 2, "Two is the number of potassium ions; three sodium ions leave.")),
        ), **amount),
        Task(Number(
            "rise", "By how much one spike raises the sodium inside the thin axon.", "mM",
            lambda: _rise(v, v.thin), about(0.02, _rise(v, v.thin)), more_or_less,
            "In the thinnest axons a spike is not for nothing.",
            (Mistake(lambda: _rise(v, v.thin, 6), "That is a sphere. An axon is a long cylinder."),
             Mistake(lambda: _rise(v, v.thin, 2), "That is with the radius for the diameter, or half of it.", "M2"),
             Mistake(lambda: _rise(v, v.thin, 8), "That is with the diameter for the radius.", "M2")),
        ), **amount),
        Task(Number(
            "spikes", "How many spikes raise the sodium inside the thick axon by a tenth, from 50 to 55 mM.", "spikes",
            lambda: 0.1 * SODIUM / _rise(v, v.thick), about(0.02, 0.1 * SODIUM / _rise(v, v.thick)),
            ("It takes more spikes.", "It takes fewer spikes."), "A thick axon can do without its pumps for a while.",
            (Mistake(lambda: SODIUM / _rise(v, v.thick), "That would double it.", "M2"),
             Mistake(lambda: 0.1 * SODIUM / _rise(v, v.thin), "That is for the thin axon.")),
        ), near=3.0, span=(0.0, 1e9)),
        Task(FALLING_PHASE, partial={"It is as before, because there is enough ATP left for one spike.": 0.5}),
        Task(Number(
            "at_once", "By how much V of `lab.cell` changes within 0.2 s after your share of the pumps is blocked.",
            "mV", lambda: _at_once(v, v.blocked), 0.1, ("It changes by more.", "It changes by less."),
            "It is the share that the pump's own current has in V; the gradients are still there.",
            (Mistake(lambda: -_at_once(v, v.blocked), "V rises: an outward current is gone."),
             Mistake(lambda: _at_once(v, 1.0), "That is with all pumps blocked.", "M5")),
        ), near=3.0, span=(-200.0, 200.0)),
        Task(Number(
            "sodium_inside", "The sodium inside `lab.cell` two days after your share of the pumps was blocked: "
            "`hh.simulate(cell, None, 48 * 3_600_000)`, as times are in ms.", "mM",
            lambda: _sodium_inside(v.round, v.blocked), 0.4, ("There is more.", "There is less."),
            "With more sodium inside, the pumps that are left do the work of all.",
            (Mistake(lambda: 12.0, "That is with all pumps at work. Fewer need more sodium inside."),),
        ), near=3.0, span=(0.0, 1000.0)),
        Task(Number(
            "minutes", "After how many minutes without any pump V of `lab.cell` passes −50 mV.", "min",
            lambda: _minutes(v), about(0.02, _minutes(v)), ("It takes longer.", "It takes less long."),
            "The time goes with the diameter.",
            (Mistake(lambda: MINUTE * _minutes(v), "rec.t is in ms, and a minute has 60 000 of them."),
             Mistake(lambda: _minutes(v, -60.0), "That is when V passes −60 mV.")),
        ), near=3.0, span=(0.0, 1e9), dot=lambda minutes: ("voltage", minutes * MINUTE, -50.0)),
    )  # fmt: skip


PUMP = Assignment("pump", "02_the_pump", "The pump", STORY, GRIDS, cells, tasks, picture, BENCH)
