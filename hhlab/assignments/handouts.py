"""The notebooks that students fill in, made from the assignments: one for all, one for each, or for nbgrader."""

import json
from collections.abc import Iterable
from itertools import product
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from ..questions import Choice, Number
from .grade import file_name
from .page import page
from .scoring import SCORE
from .task import Assignment, Code, Task, asked_for
from .variant import ANYBODY

NBGRADER = """from nbgrader.preprocessors import (
    AssignLatePenalties, CheckCellMetadata, DeduplicateIds, OverwriteCells, OverwriteKernelspec, SaveAutoGrades)

from hhlab.assignments.scoring import scorer

c = get_config()
c.CourseDirectory.course_id = {course!r}
c.ClearSolutions.code_stub = {{"python": "# your answer in place of the three dots"}}
# Nothing of a student is run: hhlab reads the answers in the outputs, and puts the points into the cells that score.
c.Autograde.sanitize_preprocessors = [DeduplicateIds, OverwriteKernelspec, OverwriteCells, CheckCellMetadata]
c.Autograde.autograde_preprocessors = [scorer({course!r}), SaveAutoGrades, AssignLatePenalties, CheckCellMetadata]
"""
KERNEL = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
          "language_info": {"name": "python"}}  # fmt: skip


def notebook(
    assignment: Assignment, course: str, student: str, *, graded: bool = False, nbgrader: bool = False, secret: str = ""
) -> nbformat.NotebookNode:
    """The notebook of an assignment.

    Parameters
    ----------
    course, student : as they stand in its first cell.
    graded : whether answers are told only that they are well-formed.
    nbgrader : whether cells carry what nbgrader needs, and each task is followed by a cell that scores it.
    secret : that of the course, if it has one; the notebook gets the student's key.
    """
    tasks = assignment.tasks(assignment.variant("any", "any"))
    cells = [
        new_markdown_cell(page("title.md", assignment=assignment), id="title"),
        _to_change("who", f"import hhlab as hh\n\n{call(assignment, course, student, graded, secret)}\nlab", nbgrader),
        new_code_cell(assignment.bench, id="bench"),
    ]
    for number, task in enumerate(tasks, 1):
        cells += _task(number, task, nbgrader)
    return new_notebook(cells=cells, metadata=KERNEL)


def call(assignment: Assignment, course: str, student: str, graded: bool = False, secret: str = "") -> str:
    """The line with which a notebook begins."""
    name, who, whose = (json.dumps(each, ensure_ascii=False) for each in (assignment.name, course, student))
    key = f', key="{assignment.variant(course, student, secret).key}"' if secret else ""
    return f"lab = hh.assignment({name}, course={who}, student={whose}{', graded=True' if graded else ''}{key})"


def _task(number: int, task: Task, nbgrader: bool) -> list[Any]:
    """The cells of a task: its text, the letters of a choice, the answer, and for nbgrader the score."""
    question, name = task.question, task.name
    text = f"## {number}. `{name}`\n\n{question.text}\n\n*{asked_for(task)}*"
    cells = [new_markdown_cell(text, id=f"{name}-text")]
    if isinstance(question, Choice):
        cells.append(new_code_cell(f'lab.letters("{name}")', id=f"{name}-letters"))
    cells.append(_to_change(f"{name}-answer", _answer(task), nbgrader))
    if nbgrader:
        meta = _nbgrader(f"{name}{SCORE}", grade=True, locked=True, solution=False, points=task.points)
        cells.append(new_code_cell(f"# Here stand the points of {name}.", id=f"{name}{SCORE}", metadata=meta))
    return cells


def _answer(task: Task) -> str:
    """The lines of a cell that hand in."""
    if isinstance(task.question, Number):
        return f'lab.answer("{task.name}", ..., "{task.question.unit}")'
    if isinstance(task.question, Code):
        return f'{task.question.starter.strip()}\n\n\nlab.answer("{task.name}", {task.question.defines})'
    return f'lab.answer("{task.name}", ..., because="")'


def _to_change(name: str, source: str, nbgrader: bool) -> Any:
    """A cell that the student changes."""
    if not nbgrader:
        return new_code_cell(source, id=name)
    meta = _nbgrader(name, grade=False, locked=False, solution=True)
    return new_code_cell(f"### BEGIN SOLUTION\n### END SOLUTION\n{source}", id=name, metadata=meta)


def _nbgrader(name: str, **meta: Any) -> dict[str, Any]:
    return {"nbgrader": {"schema_version": 3, "grade_id": name, "task": False, **meta}}


def title(assignment: Assignment) -> str:
    """The name of its file, such as 05_refractory.ipynb."""
    return f"{assignment.notebook[:2]}_{assignment.name}.ipynb"


def write_copies(
    assignments: Iterable[Assignment], course: str, out: Path, *, students: Iterable[str] = (), graded: bool = False,
    secret: str = "",
) -> list[Path]:  # fmt: skip
    """Write the notebooks, one for all or one for each student in a folder; never over one that is there.

    Raises
    ------
    ValueError
        If the course has a secret, and one notebook is asked for all.
    """
    made, whose = [], list(students) or [""]
    if secret and not all(whose):
        raise ValueError("a course with a secret has a notebook for each student: give their ids with --roster")
    for assignment, student in product(assignments, whose):
        path = out / (file_name(student) if student else "") / title(assignment)
        if not path.exists():
            _write(path, notebook(assignment, course, student or ANYBODY, graded=graded, secret=secret))
            made.append(path)
    return made


def write_nbgrader(assignments: Iterable[Assignment], course: str, out: Path, *, graded: bool = False) -> list[Path]:
    """Write the source of an nbgrader course: a folder for each assignment, and the configuration."""
    made = []
    for assignment in assignments:
        made.append(out / "source" / assignment.name / f"{assignment.name}.ipynb")
        _write(made[-1], notebook(assignment, course, ANYBODY, graded=graded, nbgrader=True))
    (out / "nbgrader_config.py").write_text(NBGRADER.format(course=course), encoding="utf-8")
    return made


def _write(path: Path, made: nbformat.NotebookNode) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(made, path)
