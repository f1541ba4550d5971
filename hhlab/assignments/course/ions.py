"""Assignment 01: the potentials of a cell with concentrations and permeabilities of the student's own."""

import functools
import math

from ...cells import Cell, GoldmanCell
from ...measure import rest
from ...physics import F, R, nernst, thermal_voltage
from ...questions import Texts
from ...simulation import simulate
from ..sealed import Sealed
from ..task import HALF, VOLTS, Assignment, Code, Picture, Task, Values
from ..variant import Variant

BATH = ("T", "K_out", "K_in", "Na_out", "Na_in", "Cl_out", "Cl_in", "P_Na", "P_Cl")

CALLS = ((1, 4.0, 140.0), (1, 145.0, 12.0), (-1, 120.0, 7.0), (2, 2.0, 1e-4), (1, 10.0, 10.0))
"""What the function is tried with: z, outside, inside (mM)."""


class Treated(Sealed, GoldmanCell):
    """A cell with an unknown drug: what it does is to be measured."""

    OPEN, UNTOLD, LOOKS = GoldmanCell, ("P_Na",), "a cell with a drug that changes P_Na"


def cell(v: Variant) -> GoldmanCell:
    """The cell of a variant."""
    return GoldmanCell(**{name: v.values[name] for name in BATH})


def treated(v: Variant) -> Treated:
    """The same with the drug."""
    return Treated(**{name: v.values[name] for name in BATH}).replace(P_Na=v.opened)


def cells(v: Variant) -> dict[str, Cell]:
    """The preparations of a variant."""
    return {"cell": cell(v), "treated": treated(v)}


def picture(v: Variant) -> Picture:
    """Where the cell would rest against potassium outside."""
    return {"": simulate(cell(v), None, 10)}, ("V against K outside",)


def _E(v: Variant, ion: str) -> float:
    z = -1 if ion == "Cl" else 1
    return float(nernst(z, v.values[f"{ion}_out"], v.values[f"{ion}_in"], v.T))


def _upside_down(v: Variant) -> float:
    """V with chloride as if it were positive, mV."""
    above = v.K_out + v.P_Na * v.Na_out + v.P_Cl * v.Cl_out
    return float(thermal_voltage(v.T)) * math.log(above / (v.K_in + v.P_Na * v.Na_in + v.P_Cl * v.Cl_in))


def _without_chloride(v: Variant) -> float:
    """P_Na over P_K of the treated cell, in percent, for one who leaves chloride out."""
    u = math.exp(rest(treated(v)) / float(thermal_voltage(v.T)))
    return 100 * (v.K_out - u * v.K_in) / (u * v.Na_in - v.Na_out)


def _nernst(
    T: float, volts: float = 1000.0, zero: float = 273.15, log: float = 1.0, sign: float = 1.0, z: bool = True
) -> Values:
    """What the function gives for the calls at a temperature (degC), or one with a slip."""
    return [
        sign * volts * R * (T + zero) / ((charge if z else 1) * F) * math.log(outside / inside) * log
        for charge, outside, inside in CALLS
    ]


def tasks(v: Variant) -> tuple[Task, ...]:
    """The tasks of a variant."""
    here, E_K, E_Cl = cell(v), _E(v, "K"), _E(v, "Cl")
    before, raised = rest(here), rest(here.replace(K_out=v.raised))
    slip = functools.partial(functools.partial, _nernst, v.warm)
    return (
        Task(ask.number("E_K", "mV", E_K, 0.2, upside_down=-E_K, log10=E_K / math.log(10),
                        celsius=E_K * v.T / (v.T + 273.15)), span=VOLTS),
        Task(ask.number("E_Cl", "mV", E_Cl, 0.2, positive=-E_Cl), span=VOLTS),
        Task(ask.number("V_rest", "mV", before, 0.2, chloride_upside_down=lambda: _upside_down(v),
                        without_chloride=lambda: rest(here.replace(P_Cl=0)), E_K=E_K),
             near=3.0, span=VOLTS, dot=lambda mV: ("V against K outside", math.log10(v.K_out), mV)),
        Task(ask.choice("chloride_flow", right="in_by_V" if before > E_Cl else "out_by_V")),
        Task(ask.number("V_raised", "mV", raised, 0.2, before=before, wrong_way=2 * before - raised,
                        E_K=lambda: float(nernst(1, v.raised, v.K_in, v.T))),
             near=3.0, span=VOLTS, dot=lambda mV: ("V against K outside", math.log10(v.raised), mV)),
        Task(ask.choice("more_potassium"), partial={"flows_in": HALF}),
        Task(ask.number("sodium_permeability", "%", 100 * v.opened, 0.4, rise_only=100 * (v.opened - v.P_Na),
                        without_chloride=lambda: _without_chloride(v)), points=3, near=3.0, span=(0.0, 1000.0)),
        Task(Code.of(ask, "nernst", {"kind": "call", "calls": CALLS}, slip(), v.values,
                     log10=slip(log=1 / math.log(10)), celsius=slip(zero=0.0), volts=slip(volts=1.0),
                     sign=slip(sign=-1.0), no_charge=slip(z=False)), points=3),
    )  # fmt: skip


ask = Texts(__file__)
ASSIGNMENT = Assignment("ions", "01_ions_and_potentials", ask, cells, tasks, picture)
