"""One student's variant with its answers and pictures, for the teacher."""

from dataclasses import replace
from textwrap import indent

from ..questions import Choice, Number
from .feedback import feedback
from .judge import Given, Verdict, decimals, judge
from .task import Assignment, Task, options_of, tolerance
from .variant import Variant


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
            given = Given(own, because="This is the option that is right.", option=option)
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
    hidden = [f"{name} = {grid.in_words(variant.values[name])} (hidden)" for name, grid in grids.items()]
    given = [f"{name} = {words} ({meaning})" for name, words, meaning in assignment.given(variant)]
    lines = [f"{assignment.title}, {variant.course}, {variant.student}", *given, *hidden, ""]
    lines += map(_line, tasks, answers.values(), verdicts)
    return "\n".join(lines), feedback(assignment, variant, f"solution for {variant.student}", verdicts, hidden)


def _line(task: Task, given: Given, verdict: Verdict) -> str:
    if given.code:
        return f"{task.name}:\n{indent(given.code, '    ')}"
    if given.option:
        return f"{task.name}: {given.value}) {verdict.understood}"
    return f"{task.name}: {verdict.understood}; {tolerance(task)}"
