"""What goes out: the notebooks that students fill in, one for all, one for each, or for nbgrader; and Moodle's quizzes.

A quiz has the numeric questions, each as a category of variants, of which Moodle draws one at random.
"""

import json
import os
from collections.abc import Iterable, Iterator
from itertools import product
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from ..questions import Choice, Number
from .page import page
from .scoring import SCORE
from .submissions import file_name
from .task import Assignment, Task, answer_cell, asked_for
from .variant import ANYBODY
from .work import write

File = tuple[Path, bytes]
"""A place in a folder, and what is to stand there."""
Answer = tuple[float, float, int, str]
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
        new_code_cell(assignment.texts.general["bench"].strip(), id="bench"),
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
    cells.append(_to_change(f"{name}-answer", answer_cell(task), nbgrader))
    if nbgrader:
        meta = _nbgrader(f"{name}{SCORE}", grade=True, locked=True, solution=False, points=task.points)
        cells.append(new_code_cell(f"# The points of {name} will stand here.", id=f"{name}{SCORE}", metadata=meta))
    return cells


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


def copies(
    assignments: Iterable[Assignment], course: str, *, students: Iterable[str] = (), graded: bool = False,
    secret: str = "",
) -> Iterator[File]:  # fmt: skip
    """The notebooks, one for all or one for each student in a folder.

    Raises
    ------
    ValueError
        If the course has a secret, and one notebook is asked for all.
    """
    whose = list(students) or [""]
    if secret and not all(whose):
        raise ValueError("a course with a secret needs a notebook for each student: give their ids with --roster")
    for assignment, student in product(assignments, whose):
        made = notebook(assignment, course, student or ANYBODY, graded=graded, secret=secret)
        yield Path(file_name(student) if student else "") / title(assignment), _bytes(made)


def nbgrader_course(assignments: Iterable[Assignment], course: str, *, graded: bool = False) -> Iterator[File]:
    """The source of an nbgrader course: a folder for each assignment, and the configuration."""
    for assignment in assignments:
        made = notebook(assignment, course, ANYBODY, graded=graded, nbgrader=True)
        yield Path("source", assignment.name, f"{assignment.name}.ipynb"), _bytes(made)
    yield Path("nbgrader_config.py"), page("nbgrader_config.py", course=repr(course)).encode()


def quizzes(assignments: Iterable[Assignment], course: str, variants: int, secret: str = "") -> Iterator[File]:
    """The files with the questions of each assignment; none for no variants."""
    for assignment in assignments if variants else ():
        yield Path(f"{assignment.name}.xml"), moodle_xml(assignment, course, variants, secret)


def moodle_xml(assignment: Assignment, course: str, variants: int, secret: str = "") -> bytes:
    """The numeric tasks of an assignment, in so many variants each."""
    drawn = [assignment.variant(course, f"variant {number + 1}", secret) for number in range(variants)]
    same = zip(*map(assignment.tasks, drawn), strict=True)
    codes = [call(assignment, course, variant.student, secret=secret) for variant in drawn]
    asked = {
        tasks[0].name: list(zip(drawn, codes, tasks, map(_answers, tasks), strict=True))
        for tasks in same
        if isinstance(tasks[0].question, Number)
    }
    return page("moodle.xml", assignment=assignment, asked=asked).encode()


def _answers(task: Task) -> Iterator[Answer]:
    """Value, tolerance, percentage and reply of what is expected: Moodle takes the first that fits."""
    asked: Number = task.question  # type: ignore[assignment]
    truth = asked.truth()
    yield truth, asked.tolerance, 100, asked.reply
    yield from ((mistake.value(), asked.tolerance, 0, mistake.reply) for mistake in asked.mistakes)
    if task.near:
        yield truth, asked.tolerance * task.near, 50, "Nearly. Measure more exactly."


def _bytes(made: nbformat.NotebookNode) -> bytes:
    return f"{nbformat.writes(made)}\n".encode()


def write_new(out: Path, files: Iterable[File]) -> tuple[list[Path], list[Path]]:
    """Write files to a folder, never over one that is there.

    Returns
    -------
    made, left : list of Path
        The files that were written, and those that are there and differ, which were left as they are.
    """
    made, left = [], []
    for name, data in files:
        path = out / name
        if not os.path.lexists(path):
            write(path, data)
            made.append(path)
        elif not path.is_file() or path.read_bytes() != data:
            left.append(path)
    return made, left
