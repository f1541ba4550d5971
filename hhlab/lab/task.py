"""The check of a task that is solved with code: a value in, a reply in physics out."""

from typing import Any

import numpy as np

from ..parameters import pretty, shown
from ..questions import Judgement, Number, State, find
from .log_file import open_log
from .question import keep
from .words import sentence


def check(name: str, value: Any) -> Judgement:
    """The reply to a number that you have computed for a task.

    Parameters
    ----------
    name : str
        The name of the task, such as "nernst_by_hand"; the notebook gives it.
    value : float
        The number, in the unit that the task asks for. The three dots ... of a cell in which nothing has been written
        are neither judged nor kept.

    Returns
    -------
    Judgement
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
        return Judgement(State.ABSENT, sentence("task.untouched"))
    try:
        number = float(np.asarray([] if value is None else value, float).reshape(()))
    except (TypeError, ValueError):
        told = sentence("task.not_a_number", value=shown(value), unit=pretty(question.unit))
        return Judgement(State.UNREADABLE, told)
    if not np.isfinite(number):
        return Judgement(State.UNREADABLE, sentence("task.not_finite", value=number))
    judged = question.judge(number)
    if (open_log().last("answer", name) or {}).get("answer") != judged.understood:
        keep("answer", question, question.text, {"answer": judged.understood}, judged)
    return judged
