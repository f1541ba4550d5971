"""Ring 4: traces and numbers of a day on which all other rings passed. A change here needs a reason.

The numbers are all that the course judges by: of claims, of questions and their well-known mistakes, and of the tasks
of two variants of each assignment. `python tests/test_golden.py` writes the file anew, with today's date.
"""

import datetime
import json
import math
from pathlib import Path

import numpy as np
import pytest

import hhlab as hh
from hhlab import questions
from hhlab.assignments.course import ASSIGNMENTS
from hhlab.cells import Cell
from hhlab.claims import find
from hhlab.claims.claim import EXPERIMENTS
from hhlab.questions import Choice, Number

FILE = Path(__file__).with_name("golden.json")
SAMPLES = slice(0, None, 100)
TRACES = {
    "squid, pulse": lambda: hh.simulate(hh.Squid(), hh.Step(20), 30),
    "squid, 18.5 degC, train": lambda: hh.simulate(hh.Squid(T=18.5), hh.Train(40, 1, 0.3, 7.7, 4), 30),
    "squid, shock off the grid, n held": lambda: hh.simulate(hh.Squid(), hh.Shock(15, 1.2345), 20, freeze="n"),
    "squid, ramp, h reset": lambda: hh.simulate(hh.Squid(), hh.Ramp(8, 1, 9, hold=20), 30, reset={"Na.h": 21.5}),
    "neuron with Kv1.1 and Kv2.1": lambda: hh.simulate(hh.Neuron(g_Kv1=3, g_Kv2=5), hh.Step(20, 1, 20), 40),
    "afterpotentials": lambda: hh.simulate(hh.AfterpotentialCell(), hh.Step(12, 1, 1), 60),
    "burster without SK": lambda: hh.simulate(hh.AfterpotentialCell.burster().replace(g_SK=0), hh.Step(15, 1, 1), 60),
    "relay cell, rebound": lambda: hh.simulate(hh.ThalamicRelay(), hh.Step(-1, 0, 100), 300),
    "barnacle": lambda: hh.simulate(hh.Barnacle(), hh.Step(100, 5, 300), 400),
    "barnacle, saddle-node": lambda: hh.simulate(hh.Barnacle.saddle_node(), hh.Step(50, 5, 300), 400),
    "beta cell": lambda: hh.simulate(hh.BetaCell(), None, 8000, every=5),
    "sino-atrial node": lambda: hh.simulate(hh.SinoatrialNode(), None, 800),
    "ventricle": lambda: hh.simulate(hh.Ventricle(), hh.Step(25, 10, 2), 400, every=4),
    "mammalian node": lambda: hh.simulate(hh.MammalianNode(), hh.Step(2000, 0.1, 0.1), 2),
    "nerve ending": lambda: hh.simulate(hh.NerveEnding(Ca_out=1), hh.Step(25, 1, 1), 8),
    "squid with pumps": lambda: hh.simulate(hh.SquidWithPumps(diameter=1), hh.Train(60, 1, 0.2, 10, 3), 40),
    "axon, two impulses meet": lambda: hh.propagate(
        hh.Axon(length=5), [(hh.Step(800, 0.2, 0.2), 0.0), (hh.Step(800, 0.2, 0.2), 5.0)], t_stop=5
    ).at(2.0),
    "myelin with a capacitance": lambda: hh.propagate(
        hh.MyelinatedAxon(C_myelin=10), hh.Step(10_000, 0.1, 0.1), t_stop=3
    ).at(1.0),
    "myelinated axon": lambda: hh.propagate(hh.MyelinatedAxon(), hh.Step(6000, 0.1, 0.1), t_stop=3).at(1.0),
}


QUESTIONS = {question.name: question for each in questions._sets().values() for part in each for question in part}
STUDENTS = ("ab1234", "cd5678")


def course_of(V):
    """How V goes: first, lowest, highest, mean and last, and how many there are."""
    V = np.ravel(V)
    return [V[0], V.min(), V.max(), V.mean(), V[-1], V.size]


def of_claim(number):
    """The lines of a claim, its numbers, and how V goes in each recording."""
    claim, found = find(number), find(number).run()
    return {
        "lines": [line for part in claim.parts.values() for line in (part.at_least, part.at_most)],
        "numbers": [*found.numbers.values()],
        **{label: course_of(each.V) for label, each in found.recordings.items() if hasattr(each, "V")},
    }


def of_question(question):
    """What is right, how far off is still right, and where well-known mistakes lead; or which options are right."""
    if isinstance(question, Choice):
        return {option: [reply.right] for option, reply in question.options.items()}
    wrong = [number for mistake in question.mistakes for number in np.ravel(mistake.value())]
    near = question.tolerance if isinstance(question, Number) else question.relative
    return {"right": [*np.ravel(question.truth()), near], "wrong": wrong}


def of_task(task):
    """The same for a task, with what it earns and where its answer is shown."""
    dot = task.dot(task.question.truth())[1:] if task.dot else ()
    return of_question(task.question) | {
        "points": [task.points, *task.span, task.near, *task.partial.values(), *map(float, dot)]
    }


def of_variant(assignment, variant):
    """How its preparations answer a pulse, and its tasks."""
    for name, cell in assignment.cells(variant).items():
        run = hh.simulate if isinstance(cell, Cell) else hh.propagate
        yield name, course_of(run(cell, hh.Step(20, 1, 1), t_stop=8).V)
    for task in assignment.tasks(variant):
        yield from ((f"{task.name}, {what}", numbers) for what, numbers in of_task(task).items())


def of_assignment(assignment):
    """All that can be drawn, and two variants."""
    drawn = {name: list(grid.values) for name, grid in assignment.grids.items()}
    variants = {student: of_variant(assignment, assignment.variant("course", student)) for student in STUDENTS}
    return drawn | {f"{student}, {what}": each for student, found in variants.items() for what, each in found}


def of_trace(name):
    """Every hundredth V of a trace."""
    return {name: TRACES[name]().V[SAMPLES]}


PARTS = (
    [(name, of_trace, name) for name in TRACES]
    + [(f"claim: {number}", of_claim, number) for number in sorted(EXPERIMENTS)]
    + [(f"question: {name}", of_question, question) for name, question in QUESTIONS.items()]
    + [(f"assignment: {name}", of_assignment, assignment) for name, assignment in ASSIGNMENTS.items()]
)


def written(numbers):
    """Numbers as the file has them; JSON has no infinity."""
    return {
        name: [float(f"{value:.9g}") if math.isfinite(value) else str(value) for value in map(float, some)]
        for name, some in numbers.items()
    }


@pytest.mark.parametrize(("name", "numbers", "of"), PARTS, ids=[name for name, *_ in PARTS])
def test_golden(name, numbers, of):
    saved = json.loads(FILE.read_text())
    assert datetime.date.fromisoformat(saved["date"])
    found = written(numbers(of))
    assert found.keys() == saved[name].keys()
    near = {"rel": 0, "abs": 1e-6} if name in TRACES else {"rel": 1e-5, "abs": 1e-9}
    for label, values in found.items():
        assert list(map(float, values)) == pytest.approx(list(map(float, saved[name][label])), **near), label


if __name__ == "__main__":
    golden = {"date": datetime.date.today().isoformat()} | {name: written(numbers(of)) for name, numbers, of in PARTS}
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(numbers)}" for name, numbers in golden.items())
    FILE.write_text(f"{{\n{lines}\n}}\n")
