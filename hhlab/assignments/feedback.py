"""The page that a student gets: each answer, what it earned and why, and the answer on the right curve.

With right answers it is the solution, for the teacher.
"""

import base64
import math
import re
import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from textwrap import indent

from ..claims import MISCONCEPTIONS
from ..plots import Picture, plot
from ..questions import Choice, Number, State
from .adjustments import TOTAL
from .judge import Given, Verdict, decimals, judge
from .page import page
from .task import Assignment, Task, options_of, tolerance
from .variant import Variant
from .words import say

RIGHT, WRONG = "#009E73", "#D55E00"
_ONE_AT_A_TIME = threading.Lock()
"""Matplotlib draws in one thread at a time: its settings are those of the process."""
_FOLDERS = re.compile(r"(?<![\w/.])/(?:[^\s/'\"<>]+/)+")
"""The folders of a path, such as code tells in its errors; the page shows none of the machine that graded."""


def feedback(
    assignment: Assignment, variant: Variant, name: str, verdicts: Sequence[Verdict], remarks: Sequence[str]
) -> str:
    """The page of one student, as HTML."""
    tasks = {task.name: task for task in assignment.tasks(variant)}
    answered = [each for each in verdicts if each.task != TOTAL]
    notes = [*remarks, *(each.reply for each in verdicts if each.task == TOTAL)]
    recordings, views = assignment.picture(variant)
    with _ONE_AT_A_TIME:
        picture = plot(recordings, *views)
        marked = mark_answers(picture, tasks, answered)
        png = picture.png
    return page(
        "feedback.html", title=f"{assignment.title}: {name}", variant=variant, notes=map(without_folders, notes),
        points=round(sum(each.points for each in verdicts), 2), of=sum(each.of for each in verdicts),
        waiting=[each.task for each in verdicts if each.state == State.NOT_RUN],
        answers=answered, reply=reply,
        choices=[name for name, task in tasks.items() if isinstance(task.question, Choice)],
        given=assignment.given(variant),
        picture=base64.b64encode(png).decode(), shows=repr(picture), marked=marked,
    )  # fmt: skip


def reply(verdict: Verdict) -> str:
    """What is said to an answer, and what to look at."""
    known = MISCONCEPTIONS.get(verdict.misconception)
    seen = say("feedback.see", reply=verdict.reply, shown_by=known.shown_by) if known else verdict.reply
    return without_folders(seen)


def without_folders(text: str) -> str:
    """A text whose paths are names of files alone."""
    return _FOLDERS.sub("", text)


def mark_answers(picture: Picture, tasks: Mapping[str, Task], verdicts: Sequence[Verdict]) -> str:
    """Put the answers that have a place there on the picture of a variant, and say which they are."""
    axes = {panel.view.name: axes for panel, axes in zip(picture.panels, picture.axes, strict=True)}
    shown, outside = [], []
    for each in verdicts:
        dot = tasks[each.task].dot
        if dot is None or not math.isfinite(each.value):
            continue
        view, x, y = dot(each.value)
        (left, right), (low, high) = axes[view].get_xlim(), axes[view].get_ylim()
        if left <= x <= right and low <= y <= high:
            axes[view].plot([x], [y], "o" if each.right else "X", color=RIGHT if each.right else WRONG, ms=9, zorder=5)
            shown.append(say("feedback.right" if each.right else "feedback.wrong", task=each.task))
        else:
            outside.append(each.task)
    words = say("feedback.shown" if shown else "feedback.none_shown", answers=", ".join(shown))
    return say("feedback.outside", shown=words, answers=", ".join(outside)) if outside else words


def right_answers(assignment: Assignment, variant: Variant) -> dict[str, Given]:
    """What a student would hand in who has everything right, computed by the model now."""
    found = {}
    for task in assignment.tasks(variant):
        question = task.question
        if isinstance(question, Number):
            given = Given(f"{question.truth():.{decimals(question.tolerance) + 1}f}", question.unit)
        elif isinstance(question, Choice):
            options = options_of(question, variant).items()
            own, option = next((own, option) for own, option in options if option in question.right)
            given = Given(own, because=say("feedback.because"), option=option)
        else:
            given = Given(code=question.solution.strip())
        found[task.name] = replace(given, mark=variant.mark)
    return found


def solution(assignment: Assignment, course: str, student: str, secret: str = "") -> tuple[str, str]:
    """The answers of a student as text, and as a page with pictures."""
    variant = assignment.variant(course, student, secret)
    answers = right_answers(assignment, variant)
    tasks = assignment.tasks(variant)
    verdicts = [judge(task, answers[task.name], variant, lambda code, _: code.truth()) for task in tasks]
    grids = {name: grid for name, grid in assignment.grids.items() if grid.hidden}
    values = {name: grid.in_words(variant.values[name]) for name, grid in grids.items()}
    hidden = [say("feedback.hidden", name=name, value=value) for name, value in values.items()]
    given = [f"{name} = {words} ({meaning})" for name, words, meaning in assignment.given(variant)]
    lines = [f"{assignment.title}, {variant.course}, {variant.student}", *given, *hidden, ""]
    lines += map(_line, tasks, answers.values(), verdicts)
    return "\n".join(lines), feedback(
        assignment, variant, say("feedback.solved", student=variant.student), verdicts, hidden
    )


def _line(task: Task, given: Given, verdict: Verdict) -> str:
    if given.code:
        return f"{task.name}:\n{indent(given.code, '    ')}"
    if given.option:
        return f"{task.name}: {given.value}) {verdict.understood}"
    return f"{task.name}: {verdict.understood}. {tolerance(task)}".rstrip()
