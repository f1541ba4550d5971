"""Assignment 01: the potentials of a cell with concentrations and permeabilities of the student's own."""

import functools
import math

from ...cells import Cell, GoldmanCell
from ...measure import rest
from ...physics import F, R, nernst, thermal_voltage
from ...questions import Choice, Mistake, Number, Reply
from ...recording import Recording
from ...simulate import simulate
from ..task import Assignment, Code, Task, Values
from ..variant import Grid, Variant

GRIDS = {
    "T": Grid((18, 22, 26, 30, 34, 37), "degC", "temperature"),
    "K_out": Grid((3.5, 4, 4.5, 5, 5.5, 6), "mM", "potassium outside"),
    "K_in": Grid((120, 127, 134, 142, 150), "mM", "potassium inside"),
    "Na_out": Grid((137, 145, 153), "mM", "sodium outside"),
    "Na_in": Grid((8, 10, 12, 14), "mM", "sodium inside"),
    "Cl_out": Grid((106, 110, 114, 118), "mM", "chloride outside"),
    "Cl_in": Grid((3, 3.3, 3.6, 50, 54, 58), "mM", "chloride inside"),
    "P_Na": Grid((0.04, 0.046, 0.053, 0.06), "1e-6 cm/s", "sodium permeability"),
    "P_Cl": Grid((0.36, 0.4, 0.45, 0.5), "1e-6 cm/s", "chloride permeability"),
    "raised": Grid((9, 9.6, 10.3, 11, 12), "mM", "potassium outside, raised"),
    "opened": Grid(
        (0.1, 0.113, 0.126, 0.14, 0.155, 0.17, 0.185, 0.2), "1e-6 cm/s", "sodium permeability with the drug", True
    ),
}

BATH = ("T", "K_out", "K_in", "Na_out", "Na_in", "Cl_out", "Cl_in", "P_Na", "P_Cl")
STORY = """
Your cell is round and has no pump. Potassium, sodium and chloride cross its membrane as in the equation of Goldman,
Hodgkin and Katz; P_K is 1 · 10⁻⁶ cm/s. `lab.cell` is this cell, and `lab.treated` is the same cell with a drug that has
changed its permeability to sodium, nobody knows to what.
"""
BENCH = 'hh.explore(lab.cell, None, ("potentials", "V against K outside"), knobs=("K_out", "P_Na"), t_stop=1000)'

SOLUTION = """
import numpy as np

R, F = 8.314462618, 96485.33212

def nernst(z, outside, inside, T):
    return 1000 * R * (T + 273.15) / (z * F) * np.log(outside / inside)
"""

NERNST = """
def nernst(z, outside, inside, T):
    return 0.0
"""


class Treated(GoldmanCell):
    """A cell with an unknown drug: what it does is to be measured, so its repr does not tell."""

    def __repr__(self) -> str:
        return "Treated(a cell with a drug that changes P_Na)"


def cell(v: Variant) -> GoldmanCell:
    """The cell of a variant."""
    return GoldmanCell(**{name: v.values[name] for name in BATH})


def treated(v: Variant) -> Treated:
    """The same with the drug."""
    return Treated(**{name: v.values[name] for name in BATH}).replace(P_Na=v.opened)


def cells(v: Variant) -> dict[str, Cell]:
    """The preparations of a variant."""
    return {"cell": cell(v), "treated": treated(v)}


def picture(v: Variant) -> tuple[dict[str, Recording], tuple[str, ...]]:
    """Where the cell would rest against potassium outside."""
    return {"": simulate(cell(v), None, 10)}, ("V against K outside",)


def _E(v: Variant, ion: str) -> float:
    z = -1 if ion == "Cl" else 1
    return float(nernst(z, v.values[f"{ion}_out"], v.values[f"{ion}_in"], v.T))


def _upside_down(v: Variant) -> float:
    """V with chloride as if it were positive, mV."""
    above = v.K_out + v.P_Na * v.Na_out + v.P_Cl * v.Cl_out
    return float(thermal_voltage(v.T)) * math.log(above / (v.K_in + v.P_Na * v.Na_in + v.P_Cl * v.Cl_in))


def _raised(v: Variant) -> float:
    return rest(cell(v).replace(K_out=v.raised))


def _without_chloride(v: Variant) -> float:
    """P_Na over P_K of the treated cell, in percent, for one who leaves chloride out."""
    u = math.exp(rest(treated(v)) / float(thermal_voltage(v.T)))
    return 100 * (v.K_out - u * v.K_in) / (u * v.Na_in - v.Na_out)


CALLS = (
    (1, 4.0, 140.0, 37.0),
    (1, 145.0, 12.0, 25.0),
    (-1, 120.0, 7.0, 20.0),
    (2, 2.0, 1e-4, 37.0),
    (1, 10.0, 10.0, 6.3),
)


def _nernst(volts: float = 1000.0, zero: float = 273.15, log: float = 1.0, sign: float = 1.0, z: bool = True) -> Values:
    """What the function gives for the calls, or a function with a slip."""
    return [
        sign * volts * R * (T + zero) / ((charge if z else 1) * F) * math.log(outside / inside) * log
        for charge, outside, inside, T in CALLS
    ]


def _nernst_task() -> Code:
    wrong = functools.partial(functools.partial, _nernst)
    return Code(
        "nernst",
        "Write the Nernst equation as a function of the charge z, the concentrations (mM) and the temperature (°C). It "
        "gives mV. It is your own: hhlab cannot be imported where it is tried.",
        "nernst",
        {"kind": "call", "calls": CALLS},
        _nernst,
        "It is tried with K 4/140 mM at 37 °C, which should give −95.0 mV, and with other ions and temperatures.",
        "Your function agrees with the Nernst equation for ions of every charge.",
        SOLUTION,
        (
            (wrong(log=1 / math.log(10)), "The equation has the natural logarithm, np.log."),
            (wrong(zero=0.0), "The temperature in the equation is in kelvin."),
            (wrong(volts=1.0), "That is in V: the function should give mV."),
            (wrong(sign=-1.0), "The sign is wrong: outside over inside."),
            (wrong(z=False), "Where is the charge z? Chloride and calcium come out wrong."),
        ),
    )


def _chloride_flow(v: Variant) -> Choice:
    inward = rest(cell(v)) > _E(v, "Cl")
    return Choice(
        "chloride_flow",
        "Which way does chloride flow, on balance, in your cell at rest, and why?",
        {
            "Into the cell, because V is less negative than E_Cl.": Reply(
                "The inside is not negative enough to keep it out." if inward
                else "Compare V and E_Cl of your cell again: V is the more negative of the two.", right=inward),
            "Out of the cell, because V is more negative than E_Cl.": Reply(
                "Compare V and E_Cl of your cell again: E_Cl is the more negative of the two." if inward
                else "The negative inside pushes it out against its gradient.", right=not inward),
            "Into the cell, because there is more chloride outside than inside.": Reply(
                "The gradient alone does not say it: V pulls the other way, and the two are compared by V and E_Cl.",
                "M3"),
            "Out of the cell, because the inside is negative.": Reply(
                "V alone does not say it: the gradient pulls the other way. Compare V with E_Cl.", "M7"),
            "Neither way: at rest every ion is at equilibrium.": Reply(
                "At rest the sum of all currents is 0. One ion alone is at equilibrium only where V is its E.", "M7"),
        },
    )  # fmt: skip


MORE_POTASSIUM = Choice(
    "more_potassium",
    "The bath gets the raised potassium. What becomes of V and of the flow of potassium at once, and why?",
    {
        "V becomes less negative: E_K has become less negative, and less potassium leaves.": Reply(
            "The gradient that drives potassium out is smaller.", right=True),
        "V becomes less negative: potassium now flows in, and it is positive.": Reply(
            "The direction is right. But potassium goes on leaving: V is still less negative than E_K.", "M4"),
        "V becomes more negative: there is more potassium, and potassium makes V negative.": Reply(
            "What makes V negative is potassium that leaves, and less leaves now. Measure it.", "M4"),
        "V stays: the pump takes up what there is too much.": Reply("This cell has no pump. Measure it.", "M5"),
    },
)  # fmt: skip


def tasks(v: Variant) -> tuple[Task, ...]:
    """The tasks of a variant."""
    volts = (-200.0, 200.0)
    here = cell(v)
    return (
        Task(Number(
            "E_K", "The Nernst potential of potassium.", "mV", lambda: _E(v, "K"), 0.2,
            ("It is less negative.", "It is more negative."), "It is what would hold potassium in balance.",
            (Mistake(lambda: -_E(v, "K"), "The sign: outside over inside, and log of less than 1 is negative."),
             Mistake(lambda: _E(v, "K") / math.log(10), "That is with the logarithm to base 10."),
             Mistake(lambda: _E(v, "K") * v.T / (v.T + 273.15), "The temperature goes in in kelvin.")),
        ), span=volts),
        Task(Number(
            "E_Cl", "The Nernst potential of chloride.", "mV", lambda: _E(v, "Cl"), 0.2,
            ("It is less negative.", "It is more negative."), "Inside stands over outside, as its charge is −1.",
            (Mistake(lambda: -_E(v, "Cl"), "Chloride is negative: z is −1."),),
        ), span=volts),
        Task(Number(
            "V_rest", "The membrane potential at which `lab.cell` rests.", "mV", lambda: rest(here), 0.2,
            ("V is less negative.", "V is more negative."), "It is where the three currents add up to nothing.",
            (Mistake(lambda: _upside_down(v), "Chloride inside stands above the line."),
             Mistake(lambda: rest(here.replace(P_Cl=0)), "That is without chloride."),
             Mistake(lambda: _E(v, "K"), "That is E_K; sodium and chloride cross too.", "M7")),
        ), near=3.0, span=volts, dot=lambda mV: ("V against K outside", math.log10(v.K_out), mV)),
        Task(_chloride_flow(v)),
        Task(Number(
            "V_raised", "Where the cell rests with the raised potassium outside.", "mV", lambda: _raised(v), 0.2,
            ("V is less negative.", "V is more negative."), "As E_K rises, V follows.",
            (Mistake(lambda: rest(here), "That is with the potassium from before."),
             Mistake(lambda: 2 * rest(here) - _raised(v), "V changes by so much, but the other way.", "M4"),
             Mistake(lambda: float(nernst(1, v.raised, v.K_in, v.T)), "That is the new E_K.", "M7")),
        ), near=3.0, span=volts, dot=lambda mV: ("V against K outside", math.log10(v.raised), mV)),
        Task(MORE_POTASSIUM,
             partial={"V becomes less negative: potassium now flows in, and it is positive.": 0.5}),
        Task(Number(
            "sodium_permeability", "P_Na of `lab.treated`, as a percentage of P_K. Measure where it rests, and find "
            "the permeability that gives this V.", "%", lambda: 100 * v.opened, 0.4,
            ("With so little V would be more negative.", "With so much V would be less negative."),
            "A few millivolts of V tell a permeability.",
            (Mistake(lambda: 100 * (v.opened - v.P_Na), "That is how much it rose; what it is was asked."),
             Mistake(lambda: _without_chloride(v), "That is without chloride.")),
        ), points=3, near=3.0, span=(0.0, 1000.0)),
        Task(_nernst_task(), points=3, starter=NERNST),
    )  # fmt: skip


IONS = Assignment("ions", "01_ions_and_potentials", "Ions and potentials", STORY, GRIDS, cells, tasks, picture, BENCH)
