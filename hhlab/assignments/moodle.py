"""The numeric questions as Moodle XML: each as a category of variants, of which a quiz draws one at random."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from ..questions import Number
from .handouts import File, call
from .page import page
from .task import Assignment, Task
from .variant import Variant

Answer = tuple[float, float, int, str]


def quizzes(assignments: Iterable[Assignment], course: str, variants: int, secret: str = "") -> Iterator[File]:
    """The files with the questions of each assignment."""
    for assignment in assignments:
        yield Path(f"{assignment.name}.xml"), moodle_xml(assignment, course, variants, secret)


def moodle_xml(assignment: Assignment, course: str, variants: int, secret: str = "") -> bytes:
    """The numeric tasks of an assignment, in so many variants each."""
    drawn = [assignment.variant(course, f"variant {number + 1}", secret) for number in range(variants)]
    same = zip(*map(assignment.tasks, drawn), strict=True)
    questions = {
        tasks[0].name: [_question(assignment, *each, secret) for each in zip(drawn, tasks, strict=True)]
        for tasks in same
        if isinstance(tasks[0].question, Number)
    }
    return page("moodle.xml", assignment=assignment, questions=questions).encode()


def _question(assignment: Assignment, variant: Variant, task: Task, secret: str) -> dict[str, Any]:
    """What the template tells of one task of one variant."""
    asked: Number = task.question  # type: ignore[assignment]
    code = call(assignment, variant.course, variant.student, secret=secret)
    return {"student": variant.student, "code": code, "given": assignment.given(variant), "text": asked.text,
            "points": task.points, "answers": _answers(task, asked), "unit": asked.unit}  # fmt: skip


def _answers(task: Task, asked: Number) -> Iterator[Answer]:
    """Value, tolerance, percentage and reply of what is expected: Moodle takes the first that fits."""
    truth = asked.truth()
    yield truth, asked.tolerance, 100, asked.reply
    yield from ((mistake.value(), asked.tolerance, 0, mistake.reply) for mistake in asked.mistakes)
    if task.near:
        yield truth, asked.tolerance * task.near, 50, "Nearly: measure more exactly."
