"""The notebooks that students fill in, made from the assignments: one for all, one for each, or for nbgrader."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ..questions import Choice, Number
from .grade import file_name
from .task import Assignment, Code, Task, asked_for

Cells = list[dict[str, Any]]

HOW = """
**Handing in.** Write your answers into the cells below in place of `...`, run all cells, save, and hand in this file.
Each `lab.answer` says at once how your answer was understood. Running a cell again replaces an answer. Your numbers are
your own: they come from your student id, which must be the one in the next cell.
"""
NBGRADER = """c = get_config()
c.CourseDirectory.course_id = {course!r}
c.ClearSolutions.code_stub = {{"python": "# your answer in place of the three dots"}}
c.ExecutePreprocessor.timeout = 120
"""


def notebook(
    assignment: Assignment, course: str, student: str, *, graded: bool = False, nbgrader: bool = False
) -> dict[str, Any]:
    """The notebook of an assignment, as the JSON of a file.

    Parameters
    ----------
    course, student : as they stand in its first cell.
    graded : whether answers are told only that they are well-formed.
    nbgrader : whether cells carry what nbgrader needs, and each task is followed by a cell that scores it.
    """
    mode = ", graded=True" if graded else ""
    name, who, whose = (json.dumps(each, ensure_ascii=False) for each in (assignment.name, course, student))
    call = f"lab = hh.assignment({name}, course={who}, student={whose}{mode})"
    tasks = assignment.tasks(assignment.variant("any", "any"))
    cells = [
        _text("title", f"# Assignment: {assignment.title}\n\n{_folded(assignment.story)}\n\n{_folded(HOW)}"),
        *_solution("who", f"import hhlab as hh\n\n{call}\nlab", nbgrader),
        _code("bench", assignment.bench),
    ]
    for number, task in enumerate(tasks, 1):
        cells += _task(number, task, nbgrader)
    return {"cells": cells, "metadata": _KERNEL, "nbformat": 4, "nbformat_minor": 5}


_KERNEL = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
           "language_info": {"name": "python"}}  # fmt: skip


def _task(number: int, task: Task, nbgrader: bool) -> Cells:
    """The cells of a task: its text, the letters of a choice, the answer, and for nbgrader the score."""
    question, name = task.question, task.name
    cells = [_text(f"{name}-text", f"## {number}. `{name}`\n\n{question.text}\n\n*{asked_for(task)}*")]
    if isinstance(question, Choice):
        cells.append(_code(f"{name}-letters", f'lab.letters("{name}")'))
    cells += _solution(f"{name}-answer", f"{task.starter}{_call(task)}".strip(), nbgrader)
    if nbgrader:
        scored = f'### BEGIN HIDDEN TESTS\nlab.score("{name}")\n### END HIDDEN TESTS'
        meta = {"grade": True, "locked": True, "solution": False, "points": task.points}
        cells.append(_code(f"{name}-score", f"# This cell scores {name}.\n{scored}", _nbgrader(f"{name}-score", meta)))
    return cells


def _call(task: Task) -> str:
    if isinstance(task.question, Number):
        return f'lab.answer("{task.name}", ..., "{task.question.unit}")'
    if isinstance(task.question, Code):
        return f'\n\nlab.answer("{task.name}", {task.question.defines})'
    return f'lab.answer("{task.name}", ..., because="")'


def _solution(name: str, source: str, nbgrader: bool) -> Cells:
    """A cell that the student changes."""
    if not nbgrader:
        return [_code(name, source)]
    meta = {"grade": False, "locked": False, "solution": True}
    return [_code(name, f"### BEGIN SOLUTION\n### END SOLUTION\n{source}", _nbgrader(name, meta))]


def _nbgrader(name: str, meta: Mapping[str, Any]) -> dict[str, Any]:
    return {"nbgrader": {"schema_version": 3, "grade_id": name, "task": False, **meta}}


def _folded(text: str) -> str:
    return "\n\n".join(" ".join(part.split()) for part in text.strip().split("\n\n"))


def _text(name: str, source: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "id": name, "metadata": {}, "source": source.splitlines(keepends=True)}


def _code(name: str, source: str, metadata: Mapping[str, Any] | None = None) -> dict[str, Any]:
    return {"cell_type": "code", "execution_count": None, "id": name, "metadata": dict(metadata or {}), "outputs": [],
            "source": source.splitlines(keepends=True)}  # fmt: skip


def as_file(made: Mapping[str, Any]) -> str:
    """A notebook as Jupyter writes it."""
    return json.dumps(made, indent=1, ensure_ascii=False) + "\n"


def title(assignment: Assignment) -> str:
    """The name of its file, such as 05_refractory.ipynb."""
    return f"{assignment.notebook[:2]}_{assignment.name}.ipynb"


def write_copies(
    assignments: Iterable[Assignment], course: str, out: Path, *, students: Iterable[str] = (), graded: bool = False
) -> list[Path]:
    """Write the notebooks, one for all or one for each student in a folder; never over one that is there."""
    made = []
    for assignment in assignments:
        for student in list(students) or [""]:
            path = out / file_name(student) / title(assignment) if student else out / title(assignment)
            if not path.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                filled = notebook(assignment, course, student or "your-id", graded=graded)
                path.write_text(as_file(filled), encoding="utf-8")
                made.append(path)
    return made


def write_nbgrader(assignments: Iterable[Assignment], course: str, out: Path, *, graded: bool = False) -> list[Path]:
    """Write the source of an nbgrader course: a folder for each assignment, and the configuration."""
    made = []
    for assignment in assignments:
        path = out / "source" / assignment.name / f"{assignment.name}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        filled = notebook(assignment, course, "your-id", graded=graded, nbgrader=True)
        path.write_text(as_file(filled), encoding="utf-8")
        made.append(path)
    (out / "nbgrader_config.py").write_text(NBGRADER.format(course=course), encoding="utf-8")
    return made
