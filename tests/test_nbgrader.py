"""The same assignments as an nbgrader course: generated, graded and exported by nbgrader, with the scores of hhlab."""

import csv
import json
import os
import subprocess
import sys
from dataclasses import replace

import pytest
from classroom import answers, output, written

from hhlab.assignments import find
from hhlab.assignments.grade import grade
from hhlab.assignments.handouts import nbgrader_course, write_new
from hhlab.assignments.judge import Given

pytestmark = pytest.mark.slow
NAME, COURSE = "ions", "bio2"
STUDENTS = ("all_right", "all_wrong", "nearly", "half_wrong", "neighbour", "code_wrong", "nothing")
OTHERS = {"one_without_id": "your-id", "other_without_id": "your-id", "copied_all": "all_right", "patched": "patched"}
"""Who hands in everything right for another id than their own; and one who claims points without answers."""


def nbgrader(course, *arguments):
    ran = subprocess.run([sys.executable, "-m", "nbgrader", *arguments], cwd=course, capture_output=True, text=True,
                         env=os.environ, timeout=500, check=False)  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr


def what(student):
    """What a student hands in, by task."""
    right = answers(NAME, COURSE, student)
    variant = find(NAME).variant(COURSE, student)
    (half,) = find(NAME).task(variant, "more_potassium").partial
    changed = {
        "all_right": {},
        "all_wrong": {task: replace(given, value="-1.00", because="") for task, given in right.items() if given.value},
        "nearly": {"V_rest": Given(f"{float(right['V_rest'].value) + 0.4:.2f}", "mV"),
                   "more_potassium": replace(right["more_potassium"], option=half)},
        "half_wrong": {"E_K": Given("-20.0", "mV"), "E_Cl": Given("1.0", "s")},
        "neighbour": {task: replace(given, mark=variant.mark)
                      for task, given in answers(NAME, COURSE, "all_right").items() if given.unit},
        "code_wrong": {"nernst": Given(code="def nernst(z, outside, inside, T):\n    return 1 / 0")},
    }  # fmt: skip
    return {} if student == "nothing" else right | changed[student]


def filled_in(path, student, given):
    """The released notebook as a student fills it in and runs it."""
    made = json.loads(path.read_text())
    for cell in made["cells"]:
        cell["source"] = "".join(cell["source"]).replace("your-id", student)
        task = cell["metadata"].get("nbgrader", {}).get("grade_id", "").removesuffix("-answer")
        if task in given:
            each = given[task]
            call = f'lab.answer("{task}", {each.value!r}, {each.unit!r}, because={each.because!r})'
            cell["source"] = f'{each.code}\n\nlab.answer("{task}", {task})' if each.code else call
            cell["outputs"] = [output(NAME, COURSE, student, task, each)]
    return made


def patched(path):
    """A notebook without answers that claims full marks, and would give them where it is run."""
    made = filled_in(path, "patched", {})
    for cell in made["cells"]:
        if cell["id"] == "who":
            cell["source"] = "class Lab:\n    answer = score = lambda *given: 99\nlab = Lab()\nprint(1 / 0)"
        if cell["id"].endswith("-score"):
            points = {
                "output_type": "execute_result",
                "metadata": {},
                "execution_count": 1,
                "data": {"text/plain": "2"},
            }
            cell["outputs"], cell["source"] = [points], "2.0"
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
        written(place / "submitted" / student / NAME / f"{NAME}.ipynb", filled_in(released, student, what(student)))
    for student, claims in OTHERS.items():
        made = patched(released) if student == "patched" else filled_in(released, claims, answers(NAME, COURSE, claims))
        written(place / "submitted" / student / NAME / f"{NAME}.ipynb", made)
    nbgrader(place, "autograde", NAME, "--create")
    nbgrader(place, "generate_feedback", NAME)
    nbgrader(place, "export")
    return place


def test_the_release_tells_nothing(course):
    text = (course / "release" / NAME / f"{NAME}.ipynb").read_text()
    assert "HIDDEN TESTS" not in text
    assert "score(" not in text
    assert "SOLUTION" not in text


def scores(course):
    with (course / "grades.csv").open() as file:
        return {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}


def test_the_scores_are_those_of_hhlab(course):
    theirs = {student: points for student, points in scores(course).items() if student not in OTHERS}
    everybody = "".join(f"{student},\n" for student in (*STUDENTS, *OTHERS))
    (course / "roster.csv").write_text(f"student,grade\n{everybody}")
    done = grade([course / "submitted"], COURSE, course / "roster.csv", course / "out", assignment=NAME)
    ours = {student: points for student, (points, _) in done.grades().items()}
    ours.setdefault("nothing", 0)
    assert theirs == pytest.approx(ours)
    assert {"nothing", *OTHERS} == {who for _, who, _ in done.people}
    assert (theirs["all_right"], theirs["nothing"]) == (18, 0)
    assert len(set(ours.values())) >= 5


def test_nobody_is_scored_for_the_work_of_another_or_of_nobody(course):
    assert {student: scores(course)[student] for student in OTHERS} == dict.fromkeys(OTHERS, 0)
    page = (course / "feedback" / "copied_all" / NAME / f"{NAME}.html").read_text()
    assert "copied_all handed it in, but its first cell says that it belongs to all_right" in page


def test_nothing_of_a_student_is_run(course):
    graded = json.loads((course / "autograded" / "patched" / NAME / f"{NAME}.ipynb").read_text())
    who = next(cell for cell in graded["cells"] if cell["id"] == "who")
    assert (who["outputs"], "1 / 0" in "".join(who["source"])) == ([], True)


def test_everybody_gets_feedback(course):
    for student in (*STUDENTS, *OTHERS):
        assert (course / "feedback" / student / NAME / f"{NAME}.html").exists()
