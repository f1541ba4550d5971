"""Assignment 04: afterpotentials of a neuron of the student's own, and a mystery channel to be recognised."""

import functools

import numpy as np

from ...cells import AfterpotentialCell, Cell, Neuron
from ...channels import Channel, library
from ...measure import afterpotentials
from ...protocols import Step
from ...questions import Texts
from ...recording import Recording
from ...simulation import simulate
from ...voltage_clamp import Clamp, clamp
from ..sealed import Sealed
from ..task import HALF, VOLTS, Assignment, Picture, Task, about
from ..variant import Variant

KINDS = ("Kv1.1", "Kv2.1", "Kv3.1", "Kv4", "Kv7")
"""The channels that X may be, by `kind`."""
PULSE = Step(14, 5, 1)


def _cell(v: Variant) -> AfterpotentialCell:
    return AfterpotentialCell(g_BK=v.g_BK, g_SK=v.g_SK, g_T=v.g_T, g_K=v.g_K, g_M=v.g_M)


class Mystery(Sealed, Neuron):
    """A membrane with a channel that is to be recognised."""

    OPEN, UNTOLD, LOOKS = Neuron, ("g_X",), "a membrane with two leaks and a channel X"


def _mystery(v: Variant) -> Mystery:
    gates = library[KINDS[int(v.kind)]].gates
    return Mystery(T=v.T, g_Na=0, g_K=0).plus(Channel("X", v.g_X, -90, gates))


def cells(v: Variant) -> dict[str, Cell]:
    """The preparations of a variant."""
    return {"cell": _cell(v), "mystery": _mystery(v)}


def picture(v: Variant) -> Picture:
    """The spike and what follows it."""
    return {"": _spike(_cell(v))}, ("voltage",)


@functools.lru_cache(maxsize=64)
def _spike(cell: AfterpotentialCell) -> Recording:
    return simulate(cell, PULSE, 100)


@functools.lru_cache(maxsize=64)
def _steps(cell: Cell) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Steps in mV, and the largest conductance of X in each, mS/cm2."""
    family = clamp(cell, Clamp(hold=-100, to=tuple(range(-90, 41, 5)), duration=200))
    return tuple(family.clamp.to), tuple(float(rec.g["X"].max()) for rec in family)


def _reaches(v: Variant, share: float) -> float:
    """The V at which X has a share of its conductance at +40 mV, mV."""
    V, largest = _steps(_mystery(v))
    return float(np.interp(share * largest[-1], largest, V))


def tasks(v: Variant) -> tuple[Task, ...]:
    """The tasks of a variant."""
    rec = _spike(_cell(v))
    after, most = afterpotentials(rec), _steps(_mystery(v))[1][-1]
    (fast, at_fast), (top, at_top), (medium, at_medium) = after.fast_AHP, after.ADP, after.medium_AHP
    low, at_the_ADP = (float(np.interp(after.fall + ms, rec.t, rec.I["SK"])) for ms in (at_medium, at_top))
    return (
        Task(ask.number("fast_AHP", "mV", fast, 0.2, medium_AHP=medium, ADP=top),
             near=3.0, span=VOLTS, dot=lambda y: ("voltage", after.fall + at_fast, y)),
        Task(ask.number("ADP", "mV", top, 0.2, fast_AHP=fast),
             near=3.0, span=VOLTS, dot=lambda y: ("voltage", after.fall + at_top, y)),
        Task(ask.number("medium_AHP", "mV", medium, 0.2, fast_AHP=fast),
             near=3.0, span=VOLTS, dot=lambda y: ("voltage", after.fall + at_medium, y)),
        Task(ask.number("SK_current", "uA/cm2", low, about(0.02, low), inward=-low,
                        times_V=low / (medium + 90) * medium, at_the_ADP=at_the_ADP), near=2.0, span=(-1e4, 1e4)),
        Task(ask.choice("apamin"), partial={"pump": HALF}),
        Task(ask.number("opens", "mV", lambda: _reaches(v, v.share), 0.4, missing=lambda: _reaches(v, 1 - v.share),
                        half=lambda: _reaches(v, 0.5)), near=2.0, span=VOLTS),
        Task(ask.number("conductance", "mS/cm2", most, about(0.03, most), half=0.5 * most, current=130 * most),
             near=2.0, span=(0.0, 1e4)),
        Task(ask.choice("identity", right=KINDS[int(v.kind)])),
    )  # fmt: skip


ask = Texts(__file__)
ASSIGNMENT = Assignment("potassium", "04_potassium_and_afterpotentials", ask, cells, tasks, picture)
