"""Assignment 04: afterpotentials of a neuron of the student's own, and a mystery channel to be recognised."""

import functools

import numpy as np

from ...cells import AfterpotentialCell, Cell, Neuron
from ...channels import Channel, library
from ...clamp import Clamp, clamp
from ...measure import Afterpotentials, afterpotentials
from ...protocols import Step
from ...questions import Choice, Mistake, Number, Reply
from ...recording import Recording
from ...simulate import simulate
from ..task import Assignment, Task, about
from ..variant import Grid, Variant

GRIDS = {
    "g_BK": Grid((9, 10.5, 12, 13.5, 15), "mS/cm2", "maximal conductance of BK channels"),
    "g_SK": Grid((0.12, 0.15, 0.18, 0.22, 0.26), "mS/cm2", "maximal conductance of SK channels"),
    "g_T": Grid((0.75, 0.8, 0.85, 0.9, 0.95), "mS/cm2", "maximal conductance of T-type channels"),
    "g_K": Grid((5, 5.7, 6.4, 7), "mS/cm2", "maximal conductance of delayed potassium channels"),
    "kind": Grid((0, 1, 2, 3, 4), "1", "which channel X is", True),
    "g_X": Grid((1.2, 1.4, 1.6, 1.9, 2.2, 2.6, 3), "mS/cm2", "maximal conductance of channel X", True),
    "T": Grid((26, 28, 30, 33, 36), "degC", "temperature of the membrane with channel X"),
    "share": Grid(
        (0.2, 0.24, 0.28, 0.32, 0.36, 0.64, 0.68, 0.72, 0.76, 0.8), "1", "share of its conductance at +40 mV"
    ),
}
KINDS = ("Kv1.1", "Kv2.1", "Kv3.1", "Kv4", "Kv7")
"""The channels that X may be, by `kind`."""

STORY = """
`lab.cell` is a neuron with afterpotentials, with your conductances. A spike is started in it with
`hh.Step(14, start=5, duration=1)` and recorded for 100 ms. `lab.mystery` is a membrane with two leaks and one kind of
channel, X, whose reversal potential is −90 mV. Clamp it from −100 mV with steps of 200 ms: `rec.g["X"]` is its
conductance.
"""
BENCH = 'hh.explore(lab.cell, hh.Step(14, 5, 1), ("voltage", "currents"), knobs=("g_BK", "g_SK"), t_stop=100)'
PULSE = Step(14, 5, 1)


def _cell(v: Variant) -> AfterpotentialCell:
    return AfterpotentialCell(g_BK=v.g_BK, g_SK=v.g_SK, g_T=v.g_T, g_K=v.g_K)


def _mystery(v: Variant) -> Cell:
    gates = library[KINDS[int(v.kind)]].gates
    return Neuron(T=v.T, g_Na=0, g_K=0).plus(Channel("X", v.g_X, -90, gates))


def cells(v: Variant) -> dict[str, Cell]:
    """The preparations of a variant."""
    return {"cell": _cell(v), "mystery": _mystery(v)}


def picture(v: Variant) -> tuple[dict[str, Recording], tuple[str, ...]]:
    """The spike and what follows it."""
    return {"": _spike(_cell(v))}, ("voltage",)


@functools.lru_cache(maxsize=64)
def _spike(cell: AfterpotentialCell) -> Recording:
    return simulate(cell, PULSE, 100)


def _after(v: Variant) -> Afterpotentials:
    return afterpotentials(_spike(_cell(v)))


def _when(v: Variant, after: float) -> float:
    """A time after the fall of the spike as a time of the recording, ms."""
    return _after(v).fall + after


def _of_SK(v: Variant, after: float) -> float:
    """What SK carries so long (ms) after the fall of the spike, uA/cm2."""
    rec = _spike(_cell(v))
    return float(np.interp(_when(v, after), rec.t, rec.I["SK"]))


@functools.lru_cache(maxsize=64)
def _steps(cell: Cell) -> tuple[tuple[float, ...], tuple[float, ...], float]:
    """Steps in mV, the largest conductance in each, and what is left of it at the end of the last, of 1."""
    family = clamp(cell, Clamp(hold=-100, to=tuple(range(-90, 41, 5)), duration=200))
    traces = [rec.g["X"] for rec in family]
    return tuple(family.clamp.to), tuple(float(g.max()) for g in traces), float(traces[-1][-1] / traces[-1].max())


def _reaches(v: Variant, share: float) -> float:
    """The V at which X has a share of its conductance at +40 mV, mV."""
    V, largest, _ = _steps(_mystery(v))
    return float(np.interp(share * largest[-1], largest, V))


def _largest(v: Variant) -> float:
    return _steps(_mystery(v))[1][-1]


WHAT = {
    "Kv1.1": "Kv1.1: it is open by a tenth or more at −40 mV, reaches half within a millisecond, and stays open.",
    "Kv2.1": "Kv2.1: it needs a strong depolarisation, and within 200 ms a quarter or more of it inactivates.",
    "Kv3.1": "Kv3.1: it opens only above 0 mV, as in the peak of a spike, and stays open.",
    "Kv4": "Kv4 (A-type): it opens early, and nothing is left of it after 200 ms.",
    "Kv7": "Kv7 (M-type): it is open at low voltages, takes several milliseconds to open, and stays open.",
}


def _identity(v: Variant) -> Choice:
    right = KINDS[int(v.kind)]
    wrong = "Look again: at which V it opens, how fast, and what is left of it after 200 ms."
    return Choice(
        "identity",
        "Which channel is X, and by what do you know it?",
        {text: Reply("The signs fit." if kind == right else wrong, "", kind == right) for kind, text in WHAT.items()},
    )


APAMIN = Choice(
    "apamin",
    "Apamin blocks SK in `lab.cell`. What becomes of the spike and of what follows it, and why?",
    {
        "The medium AHP becomes smaller, the spike stays: SK opens with the calcium that a spike leaves.": Reply(
            "SK is too slow for the spike itself, and what carries the medium AHP for tens of milliseconds.",
            right=True),
        "The medium AHP becomes smaller, because the pump is blocked.": Reply(
            "It becomes smaller. But apamin closes channels, and no pump makes an afterpotential here.", "M15"),
        "The spike becomes much wider, because potassium channels end it.": Reply(
            "Others do that: SK needs calcium first, and is nearly closed in the spike.", "M14"),
        "The fast AHP is gone: SK is the fast one.": Reply("The fast AHP is that of BK."),
        "Nothing: a spike is all or none.": Reply("The spike is; what follows it is not. Try hh.blocked.", "M8"),
    },
)  # fmt: skip


def tasks(v: Variant) -> tuple[Task, ...]:
    """The tasks of a variant."""
    after, low = _after(v), _of_SK(v, _after(v).medium_AHP[1])
    mV, higher = (-200.0, 200.0), ("It is less negative.", "It is more negative.")
    return (
        Task(Number(
            "fast_AHP", "The lowest V of the fast AHP.", "mV", lambda: after.fast_AHP[0], 0.2, higher,
            "It is over after a millisecond or two.",
            (Mistake(lambda: after.medium_AHP[0], "That is the medium AHP, which comes later.", "M15"),
             Mistake(lambda: after.ADP[0], "That is the ADP, where V rises again.")),
        ), near=3.0, span=mV, dot=lambda y: ("voltage", _when(v, after.fast_AHP[1]), y)),
        Task(Number(
            "ADP", "The highest V of the ADP.", "mV", lambda: after.ADP[0], 0.2, higher,
            "T-type channels lift V between the two AHPs.",
            (Mistake(lambda: after.fast_AHP[0], "That is the fast AHP, where V is lowest before."),),
        ), near=3.0, span=mV, dot=lambda y: ("voltage", _when(v, after.ADP[1]), y)),
        Task(Number(
            "medium_AHP", "The lowest V of the medium AHP.", "mV", lambda: after.medium_AHP[0], 0.2, higher,
            "SK and M hold V low for tens of milliseconds.",
            (Mistake(lambda: after.fast_AHP[0], "That is the fast AHP."),),
        ), near=3.0, span=mV, dot=lambda y: ("voltage", _when(v, after.medium_AHP[1]), y)),
        Task(Number(
            "SK_current", "The current that SK carries at the lowest point of the medium AHP.", "uA/cm2",
            lambda: low, about(0.02, low), ("It is more.", "It is less."),
            "A small current does much when little else flows.",
            (Mistake(lambda: -low, "Potassium flows out: an outward current is positive."),
             Mistake(lambda: low / (after.medium_AHP[0] + 90) * after.medium_AHP[0],
                     "That is conductance times V; the driving force is V − E_K.", "M14"),
             Mistake(lambda: _of_SK(v, after.ADP[1]), "That is at the top of the ADP.")),
        ), near=2.0, span=(-1e4, 1e4)),
        Task(APAMIN, partial={"The medium AHP becomes smaller, because the pump is blocked.": 0.5}),
        Task(Number(
            "opens", "The V at which the largest conductance of X in a step is your share of that in a step to +40 mV, "
            "from steps of 5 mV, between them by a line.", "mV", lambda: _reaches(v, v.share), 0.4, higher,
            "With several gates in a row it is higher than for a single gate.",
            (Mistake(lambda: _reaches(v, 1 - v.share), "That is where this share is still missing."),
             Mistake(lambda: _reaches(v, 0.5), "That is where it is half.")),
        ), near=2.0, span=mV),
        Task(Number(
            "conductance", "The largest conductance of X in a step to +40 mV.", "mS/cm2", lambda: _largest(v),
            about(0.03, _largest(v)), ("It is more.", "It is less."), "At +40 mV most of its channels are open.",
            (Mistake(lambda: 0.5 * _largest(v), "That is half of it."),
             Mistake(lambda: 130 * _largest(v), "That is the current, conductance times driving force.", "M14")),
        ), near=2.0, span=(0.0, 1e4)),
        Task(_identity(v)),
    )  # fmt: skip


POTASSIUM = Assignment(
    "potassium", "04_potassium_and_afterpotentials", "Potassium channels and afterpotentials", STORY, GRIDS, cells,
    tasks, picture, BENCH,
)  # fmt: skip
