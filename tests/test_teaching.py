"""What a teacher gets out: copies for students, sources for nbgrader, solutions, and questions for Moodle."""

import json
import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as Tree

import nbformat
import pytest
from classroom import answers

from hhlab.assignments import find
from hhlab.assignments.course import ASSIGNMENTS
from hhlab.assignments.handouts import moodle_xml, notebook
from hhlab.cli import main
from hhlab.questions import Number

EVERY = pytest.mark.parametrize("name", ASSIGNMENTS)


def test_copies_for_each_student_and_never_over_one(tmp_path, capsys):
    (tmp_path / "roster.csv").write_text("student,name\nAB1,Ada\nab2,Ben\n")
    command = ["assign", "pump", "--course", "bio2", "--out", str(tmp_path / "out"), "--graded",
               "--roster", str(tmp_path / "roster.csv")]  # fmt: skip
    assert main(command) == 0
    path = tmp_path / "out/ab1/02_pump.ipynb"
    first = "".join(json.loads(path.read_text())["cells"][1]["source"])
    assert 'hh.assignment("pump", course="bio2", student="ab1", graded=True)' in first
    path.write_text("my work")
    assert main(command) == 0
    assert path.read_text() == "my work"
    assert ": 2." in capsys.readouterr().out


def test_a_copy_for_all(tmp_path):
    assert main(["assign", "--course", "bio2", "--out", str(tmp_path)]) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "01_ions.ipynb", "02_pump.ipynb", "03_spike.ipynb", "04_potassium.ipynb", "05_refractory.ipynb",
        "06_propagation.ipynb", "07_calcium.ipynb",
    ]  # fmt: skip


@EVERY
@pytest.mark.parametrize("nbgrader", [False, True], ids=["plain", "nbgrader"])
def test_the_notebooks_are_sound(name, nbgrader):
    made = notebook(find(name), 'a "course"', "it's me", nbgrader=nbgrader)
    nbformat.validate(made)
    cells = [cell for cell in made["cells"] if cell["cell_type"] == "code"]
    for cell in cells:
        compile("".join(cell["source"]), cell["id"], "exec")
    ids = [cell["metadata"]["nbgrader"]["grade_id"] for cell in cells if "nbgrader" in cell["metadata"]]
    tasks = find(name).tasks(find(name).variant("c", "s"))
    assert len(ids) == len(set(ids)) == (2 * len(tasks) + 1 if nbgrader else 0)
    assert sum(cell["metadata"].get("nbgrader", {}).get("points", 0) for cell in cells) == (
        sum(task.points for task in tasks) if nbgrader else 0
    )


def test_nbgrader_sources_and_questions_for_moodle(tmp_path):
    assert main(["assign", "ions", "--course", "b", "--out", str(tmp_path), "--nbgrader", "--moodle", "2"]) == 0
    assert {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()} == {
        "source/ions/ions.ipynb", "nbgrader_config.py", "ions.xml",
    }  # fmt: skip


@pytest.mark.parametrize("place", ["source/ions/ions.ipynb", "nbgrader_config.py", "ions.xml"])
def test_what_a_teacher_changed_is_left_and_named(tmp_path, capsys, place):
    """Sources of nbgrader, its configuration, and questions for Moodle; what is missing is made again."""
    command = ["assign", "ions", "--course", "b", "--out", str(tmp_path), "--nbgrader", "--moodle", "2"]
    assert main(command) == 0
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    capsys.readouterr()
    assert main(command) == 0
    assert capsys.readouterr().out == f"Files written to {tmp_path}: 0.\n"
    changed, gone = tmp_path / place, next(path for path in before if path != tmp_path / place)
    changed.write_text("my own")
    gone.unlink()
    assert main(command) == 0
    left = f"{changed} was not changed, although a new one would be different. Delete it first if you want a new one.\n"
    assert capsys.readouterr().out == f"Files written to {tmp_path}: 1.\n{left}"
    now = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert now == before | {changed: b"my own"}


@pytest.mark.skipif(os.name != "posix", reason="links")
@pytest.mark.parametrize("there", [Path.mkdir, lambda path: path.symlink_to("nowhere")], ids=["folder", "link"])
def test_what_stands_in_the_place_of_a_file_is_left(tmp_path, capsys, there):
    there(tmp_path / "ions.xml")
    assert main(["assign", "ions", "--course", "b", "--out", str(tmp_path), "--moodle", "1"]) == 0
    assert f"{tmp_path / 'ions.xml'} was not changed, although" in capsys.readouterr().out
    assert not (tmp_path / "ions.xml").is_file()


@EVERY
def test_moodle_xml(name):
    """Read by a parser: in each category as many questions, with the model's number first, in full and in unit."""
    quiz = Tree.fromstring(moodle_xml(find(name), "bio <2>", 3))
    tasks = [task for task in find(name).tasks(find(name).variant("c", "s")) if isinstance(task.question, Number)]
    categories = [each.find("category/text").text for each in quiz if each.get("type") == "category"]
    assert [category.rsplit("/")[-1] for category in categories] == [task.name for task in tasks]
    questions = [each for each in quiz if each.get("type") == "numerical"]
    assert len(questions) == 3 * len(tasks)
    variants = [find(name).variant("bio <2>", f"variant {number}") for number in (1, 2, 3)]
    variants = [{task.name: task.question for task in find(name).tasks(variant)} for variant in variants]
    for number, question in enumerate(questions):
        asked = variants[number % 3][tasks[number // 3].name]
        first = question.find("answer")
        assert first.get("fraction") == "100"
        assert float(first.find("text").text) == pytest.approx(asked.truth(), abs=asked.tolerance / 10)
        assert float(first.find("tolerance").text) == pytest.approx(asked.tolerance)
        assert question.find("units/unit/unit_name").text == asked.unit
        assert "&lt;2&gt;" in question.find("questiontext/text").text


@EVERY
def test_a_solution(name, tmp_path, capsys):
    assert main(["solution", name, "--course", "bio2", "--student", "ab1234", "--out", str(tmp_path)]) == 0
    told, page = capsys.readouterr().out, (tmp_path / f"{name}-ab1234.html").read_text()
    tasks, right = find(name).tasks(find(name).variant("bio2", "ab1234")), answers(name, "bio2", "ab1234")
    for task in tasks:
        assert f"\n{task.name}:" in told
        if isinstance(task.question, Number):
            assert f"{task.name}: {task.question.in_words(float(right[task.name].value))}. " in told
    assert page.count("✓") == len(tasks)
    assert "data:image/png;base64," in page
    assert main(["solution", "refractry", "--course", "b", "--student", "s"]) == 1
    assert "did you mean refractory?" in capsys.readouterr().err


@pytest.mark.slow
def test_a_notebook_that_is_filled_in_and_run(tmp_path):
    """From the copy over a real kernel to the grade."""
    given = answers("pump", "bio2", "ab1")
    made = notebook(find("pump"), "bio2", "ab1")
    for cell in made["cells"]:
        task = given.get(cell["id"].removesuffix("-answer"))
        if task and cell["id"].endswith("-answer"):
            name = cell["id"].removesuffix("-answer")
            number = task.value if task.unit else repr(task.value)
            cell["source"] = [f'lab.answer("{name}", {number}, "{task.unit}", because={task.because!r})']
    (tmp_path / "x.ipynb").write_text(json.dumps(made))
    command = [
        sys.executable,
        "-m",
        "nbconvert",
        "--to",
        "notebook",
        "--execute",
        "--inplace",
        str(tmp_path / "x.ipynb"),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    (tmp_path / "roster.csv").write_text("student,grade\nab1,\n")
    assert main(["grade", str(tmp_path / "x.ipynb"), "--course", "bio2", "--roster", str(tmp_path / "roster.csv"),
                 "--out", str(tmp_path / "out"), "--jobs", "2"]) == 0  # fmt: skip
    assert (tmp_path / "out/roster.csv").read_text() == "student,grade\nab1,16\n"
