"""The page that a student gets: each answer, what it earned and why, and the answer on the right curve."""

import html
import math
import threading
from collections.abc import Sequence

from ..claims import MISCONCEPTIONS
from ..plots import Picture, plot
from ..questions import Choice
from .judge import Verdict
from .page import heading, image, page, table, text
from .task import Assignment, Task
from .variant import Variant

RIGHT, WRONG = "#009E73", "#D55E00"
_ONE_AT_A_TIME = threading.Lock()
"""Matplotlib draws in one thread at a time: its settings are those of the process."""


def feedback(
    assignment: Assignment, variant: Variant, name: str, verdicts: Sequence[Verdict], remarks: Sequence[str]
) -> str:
    """The page of one student, as HTML."""
    tasks = {task.name: task for task in assignment.tasks(variant)}
    points, of = sum(each.points for each in verdicts), sum(each.of for each in verdicts)
    waiting = [each.task for each in verdicts if each.state == "not graded"]
    told = f"{points:g} of {of:g} points" + (f", and {', '.join(waiting)} waits for a person" if waiting else "")
    rows = [(each.task, said(tasks[each.task], each), mark(each), _reply(each)) for each in verdicts]
    return page(
        f"{assignment.title}: {name}",
        text(f"{variant.student}, {variant.course}: {told}."),
        *(text(remark, "note") for remark in remarks),
        table(("Task", "Your answer", "Points", ""), rows, raw=(1, 2)),
        heading("What you were given"),
        table(("", "", ""), [(n, words, meaning) for n, meaning, words in assignment.given(variant)]),
        heading("Your answers in the picture"),
        _picture(assignment, variant, tasks, verdicts),
    )


def mark(verdict: Verdict) -> str:
    """Points with a sign, as HTML."""
    if verdict.state == "not graded":
        return "could not be graded"
    sign, kind = ("✓", "right") if verdict.right else ("~", "wrong") if verdict.points else ("✗", "wrong")
    return f'<span class="{kind} whole">{sign} {verdict.points:g} of {verdict.of:g}</span>'


def said(task: Task, verdict: Verdict) -> str:
    """The answer as it was understood, as HTML; with the reason that was given."""
    understood = html.escape(verdict.understood or "nothing")
    if isinstance(task.question, Choice) and verdict.because:
        return f"{understood}<br><i>{html.escape(verdict.because)}</i>"
    return understood


def _reply(verdict: Verdict) -> str:
    known = MISCONCEPTIONS.get(verdict.misconception)
    return f"{verdict.reply} See {known.shown_by}." if known else verdict.reply


def _picture(assignment: Assignment, variant: Variant, tasks: dict[str, Task], verdicts: Sequence[Verdict]) -> str:
    """The curve of this variant with the answers that have a place on it, as HTML."""
    recordings, views = assignment.picture(variant)
    with _ONE_AT_A_TIME:
        return _drawn(plot(recordings, *views), tasks, verdicts)


def _drawn(drawn: Picture, tasks: dict[str, Task], verdicts: Sequence[Verdict]) -> str:
    """A picture with the answers on it, as HTML."""
    axes = {view.name: axes for view, axes in zip(drawn.panels.views, drawn.panels.axes, strict=True)}
    shown, outside = [], []
    for each in verdicts:
        dot = tasks[each.task].dot
        if dot is None or not math.isfinite(each.value):
            continue
        view, x, y = dot(each.value)
        (left, right), (low, high) = axes[view].get_xlim(), axes[view].get_ylim()
        if left <= x <= right and low <= y <= high:
            axes[view].plot([x], [y], "o" if each.right else "X", color=RIGHT if each.right else WRONG, ms=9, zorder=5)
            shown.append(f"{each.task} ({'right' if each.right else 'not right'})")
        else:
            outside.append(each.task)
    words = f"Marked are your answers to {', '.join(shown)}." if shown else "No answer of yours has a place in it."
    words += f" Outside of the picture: {', '.join(outside)}." if outside else ""
    return image(drawn.png, f"{drawn!r} {words}") + text(words + " Round and green is right, a cross is not.")
