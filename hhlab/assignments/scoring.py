"""How nbgrader comes by its points: the answers are read from the saved outputs, in the process of the teacher.

Nothing of a student is run, but code tasks in their sandbox; so nothing there can reach what scores.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

import nbformat

from ..languages import told
from ..questions import State
from .course import ASSIGNMENTS
from .judge import Verdict
from .notebook import UnreadableError, read_answers
from .sandbox import Sandbox, best_lock
from .variant import plain_id
from .words import say
from .work import judge_all, why_not

SCORE = "-score"
"""What the name of a cell that scores ends with."""
FAILED = "stderr"
"""The stream that nbgrader takes for a failure."""
Scorer = Callable[[Any, Mapping[str, Any]], tuple[Any, Mapping[str, Any]]]


def scorer(course: str) -> Scorer:
    """A preprocessor of nbgrader that puts the points of a course into the cells that score."""

    def score(made: Any, resources: Mapping[str, Any]) -> tuple[Any, Mapping[str, Any]]:
        about = resources["nbgrader"]
        try:
            verdicts = _verdicts(made, plain_id(course, "course"), plain_id(about["student"]), about["assignment"])
            outputs = {verdict.task: _points(verdict) for verdict in verdicts}
            why = say("file.no_task")
        except UnreadableError as error:
            outputs, why = {}, told(error)
        for cell in made.cells:
            if cell.metadata.get("nbgrader", {}).get("grade"):
                task = cell.metadata["nbgrader"].get("grade_id", "").removesuffix(SCORE)
                cell.outputs = outputs.get(task) or _said(FAILED, say("file.not_graded", why=why))
        return made, resources

    return score


def _verdicts(made: Any, course: str, student: str, assignment: str) -> list[Verdict]:
    """The verdicts on a notebook that a student handed in; UnreadableError if it is not theirs, or of other work."""
    handed = read_answers(json.dumps(made).encode())
    if because := why_not(handed, assignment, course, student):
        raise UnreadableError(because)
    asked = ASSIGNMENTS[assignment]
    return judge_all(asked, handed, asked.variant(course, student), Sandbox(best_lock()))


def _points(verdict: Verdict) -> list[Any]:
    """The outputs of a cell that scores: what is said to an answer, and its points."""
    if verdict.state == State.NOT_RUN:
        return _said(FAILED, verdict.reply)
    points = {"output_type": "execute_result", "execution_count": None, "data": {"text/plain": f"{verdict.points:g}"}}
    return [*_said("stdout", verdict.reply), nbformat.from_dict(points | {"metadata": {}})]  # type: ignore[no-untyped-call]


def _said(stream: str, text: str) -> list[Any]:
    return [nbformat.from_dict({"output_type": "stream", "name": stream, "text": text})]  # type: ignore[no-untyped-call]
