"""The same assignments as an nbgrader course: generated, graded and exported by nbgrader, with the scores of hhlab."""

import csv
import json
import os
import subprocess
import sys
from dataclasses import replace

import pytest
from classroom import answers, written

from hhlab.assignments import find
from hhlab.assignments.grade import grade
from hhlab.assignments.handouts import nbgrader_course, write_new
from hhlab.assignments.judge import Given
from hhlab.assignments.task import shuffled

pytestmark = pytest.mark.slow
NAME, COURSE = "ions", "bio2"
STUDENTS = ("all_right", "all_wrong", "nearly", "half_wrong", "neighbour", "code_wrong", "nothing")


def nbgrader(course, *arguments):
    ran = subprocess.run([sys.executable, "-m", "nbgrader", *arguments], cwd=course, capture_output=True, text=True,
                         env=os.environ, timeout=500, check=False)  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr


def what(student):
    """What a student hands in, by task."""
    right = answers(NAME, COURSE, student)
    variant = find(NAME).variant(COURSE, student)
    question = find(NAME).task(variant, "more_potassium").question
    letters = {question.wording(option): letter for letter, option in shuffled(question, variant).items()}
    half = next(letter for wording, letter in letters.items() if "now flows in" in wording)
    changed = {
        "all_right": {},
        "all_wrong": {task: replace(given, value="-1.00", because="") for task, given in right.items() if given.value},
        "nearly": {"V_rest": Given(f"{float(right['V_rest'].value) + 0.4:.2f}", "mV"),
                   "more_potassium": replace(right["more_potassium"], value=half)},
        "half_wrong": {"E_K": Given("-20.0", "mV"), "E_Cl": Given("1.0", "s")},
        "neighbour": {task: given for task, given in answers(NAME, COURSE, "all_right").items() if given.unit},
        "code_wrong": {"nernst": Given(code="def nernst(z, outside, inside, T):\n    return 1 / 0")},
    }  # fmt: skip
    return {} if student == "nothing" else right | changed[student]


def filled_in(path, student):
    """The released notebook as a student fills it in, not run."""
    made, given = json.loads(path.read_text()), what(student)
    for cell in made["cells"]:
        source = "".join(cell["source"]).replace("your-id", student)
        task = cell["metadata"].get("nbgrader", {}).get("grade_id", "").removesuffix("-answer")
        if task in given:
            each = given[task]
            call = f'lab.answer("{task}", {each.value!r}, {each.unit!r}, because={each.because!r})'
            source = f'{each.code}\n\nlab.answer("{task}", {task})' if each.code else call
        cell["source"] = source
    return made


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course that nbgrader has taken through all of its steps."""
    pytest.importorskip("nbgrader", reason="needs nbgrader: pip install hhlab[nbgrader]")
    place = tmp_path_factory.mktemp("course")
    write_new(place, nbgrader_course([find(NAME)], COURSE, graded=True))
    nbgrader(place, "generate_assignment", NAME, "--create")
    released = place / "release" / NAME / f"{NAME}.ipynb"
    for student in STUDENTS:
        written(place / "submitted" / student / NAME / f"{NAME}.ipynb", filled_in(released, student))
    nbgrader(place, "autograde", NAME, "--create")
    nbgrader(place, "generate_feedback", NAME)
    nbgrader(place, "export")
    return place


def test_the_release_tells_nothing(course):
    text = (course / "release" / NAME / f"{NAME}.ipynb").read_text()
    assert "HIDDEN TESTS" not in text
    assert "lab.score(" not in text
    assert "SOLUTION" not in text


def test_the_scores_are_those_of_hhlab(course):
    with (course / "grades.csv").open() as file:
        theirs = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    (course / "roster.csv").write_text("student,grade\n" + "".join(f"{student},\n" for student in STUDENTS))
    done = grade([course / "autograded"], COURSE, course / "roster.csv", course / "out", assignment=NAME)
    ours = {student: points for student, (points, _) in done.grades().items()}
    assert theirs == pytest.approx(ours)
    assert (ours["all_right"], ours["nothing"]) == (18, 0)
    assert len(set(ours.values())) >= 5


def test_everybody_gets_feedback(course):
    for student in STUDENTS:
        assert (course / "feedback" / student / NAME / f"{NAME}.html").exists()
