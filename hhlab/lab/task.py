"""The check of a task that is solved with code: a value in, a reply in physics out."""

from typing import Any

import numpy as np

from ..parameters import pretty, shown
from ..questions import Judgement, Number, State, find
from .log_file import open_log
from .question import keep

UNTOUCHED = "Nothing to judge yet: write your own lines where the three dots ... are, and run the cell again."


<<<<<<< HEAD:hhlab/lab/task.py
def check(name: str, value: Any) -> Judgement:
    """The reply to a number that you have computed for a task, in the unit that the task asks for.
=======
class Checked:
    """What `check` returns: `right`, and a reply."""

    def __init__(self, question: Number, judged: Judgement | None, sentence: str) -> None:
        self.question, self.right, self.reply = question, judged is not None and judged.right, sentence

    def __repr__(self) -> str:
        return self.reply

    def _repr_html_(self) -> str:
        return f'<div class="hhlab-frame">{paragraph(self.reply, "right" if self.right else "reply")}</div>'


def check(name: str, value: Any) -> Checked:
    """The reply to a number that you have computed for a task.
>>>>>>> 055e239 (Sections for the parameters and returns of what shows a card or a bench, and of assignment):hhlab/lab/turn.py

    Parameters
    ----------
    name : str
        The name of the task, such as "nernst_by_hand"; the notebook gives it.
    value : float
        The number, in the unit that the task asks for. The three dots ... of a cell in which nothing has been written
        are neither judged nor kept.

    Returns
    -------
    Checked
        The reply, which a notebook shows.

    Raises
    ------
    ValueError
        If the task is unknown.
    """
    question = find(name)
    if not isinstance(question, Number):
        raise ValueError(f"{name} is not a task with a number: use ask or predict for it")
    if value is ...:
        return Judgement(State.ABSENT, UNTOUCHED)
    try:
        number = float(np.asarray([] if value is None else value, float).reshape(()))
    except (TypeError, ValueError):
        told = f"{shown(value)} is not one number: give one in {pretty(question.unit)}."
        return Judgement(State.UNREADABLE, told)
    if not np.isfinite(number):
        told = f"{number} is not a finite number: look at what your code divides by."
        return Judgement(State.UNREADABLE, told)
    judged = question.judge(number)
    if (open_log().last("answer", name) or {}).get("answer") != judged.understood:
        keep(question, judged.understood, judged)
    return judged
