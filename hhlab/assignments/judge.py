"""An answer in, a verdict out: whether it is well-formed, whether it is right, and what it earns."""

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from ..parameters import pretty, shown
from ..quantities import Quantity, read_quantity
from ..questions import Choice, Judgement, Number, State
from .task import Code, Task, shuffled
from .variant import Variant

LEAST_REASON, LONGEST = 12, 2000
MANY_DIGITS = 8
NO_ANSWER = "No answer."


@dataclass(frozen=True)
class Given:
    """An answer as it was handed in.

    Attributes
    ----------
    value : a number or a letter, as text.
    unit : of a number.
    because : the reason for a choice.
    code : of a cell.
    option : the id of the option that the letter stood for; "" if it was handed in before options had ids.
    """

    value: str = ""
    unit: str = ""
    because: str = ""
    code: str = ""
    option: str = ""


@dataclass(frozen=True, kw_only=True)
class Verdict(Judgement):
    """What became of the answer to a task.

    Attributes
    ----------
    task : its name.
    points, of : earned, and what could be earned.
    because : the reason that was given.
    """

    task: str
    points: float
    of: float
    because: str = ""


Run = Callable[[Code, str], list[float]]


class NotRunError(Exception):
    """Code could not be run here at all, which is nobody's answer. Its text says why."""


def judge(task: Task, given: Given | None, variant: Variant, run: Run) -> Verdict:
    """The verdict on an answer; `run` runs the code of a code task and brings back its numbers."""
    judged = _judged(task, given, variant, run) if given else Judgement(State.ABSENT, NO_ANSWER)
    points = round(task.points * task.share(judged), 2)
    because = given.because if given else ""
    return Verdict(**asdict(judged), task=task.name, points=points, of=task.points, because=because)


def well_formed(task: Task, given: Given, variant: Variant) -> str:
    """How an answer is understood; ValueError with a sentence if it is not well-formed. Code is not run."""
    if isinstance(task.question, Choice):
        return task.question.wording(_option(task.question, given, variant))
    if isinstance(task.question, Code):
        return "the code of this cell"
    number = _number(task, given)
    many = ", in more digits than mean anything" if number.digits > MANY_DIGITS and number.step < 1 else ""
    return task.question.in_words(number.value) + many


def _judged(task: Task, given: Given, variant: Variant, run: Run) -> Judgement:
    question = task.question
    try:
        if isinstance(question, Number):
            return question.judge(_number(task, given).value)
        if isinstance(question, Choice):
            return question.judge(_option(question, given, variant))
        return question.judge(run(question, given.code))
    except NotRunError as reason:
        return Judgement(State.NOT_RUN, f"{reason}.")
    except ValueError as error:
        return Judgement(State.UNREADABLE, f"{error}.", understood=shown(given.value))


def _number(task: Task, given: Given) -> Quantity:
    """The number of an answer in the unit of its question: with a unit, in range, with digits enough."""
    question: Any = task.question
    found = read_quantity(f"{given.value} {given.unit}", question.unit)
    if not found.unit:
        raise ValueError(
            f"{question.name} = {given.value.strip()} has no unit: write it as a text after the number, "
            f'"{question.unit}"'
        )
    low, high = task.span
    if not low <= found.value <= high:
        raise ValueError(
            f"{question.name} = {question.in_words(found.value)} is outside {question.in_words(low)} to "
            f"{question.in_words(high)}, whatever the variant: look at unit and sign"
        )
    if found.step > 2.0 * question.tolerance * (1 + 1e-9):
        raise ValueError(
            f"{question.name} = {question.in_words(found.value)} has too few digits, as right is {question.allowed}: "
            f"give more, such as {found.value:.{decimals(question.tolerance)}f} {pretty(question.unit)} if that is "
            "meant"
        )
    return found


def decimals(tolerance: float) -> int:
    """How many digits after the point a number needs so that rounding costs less than the tolerance."""
    return max(0, math.ceil(-math.log10(2.0 * tolerance)))


def named(question: Choice, text: str, letters: dict[str, str]) -> str:
    """The id of the option that a letter, or its wording, stands for; "" if it stands for none."""
    return letters.get(text.strip().lower().rstrip(".)")) or question.option(text.strip()) or ""


def _option(question: Choice, given: Given, variant: Variant) -> str:
    """The id of the option that was chosen; with a reason."""
    letters = shuffled(question, variant, by_wording=True)
    option = given.option or named(question, given.value, letters)
    if option not in question.options:
        raise ValueError(
            f"{question.name} = {shown(given.value.strip())} is none of {', '.join(letters)}: give one letter"
        )
    if len(given.because.strip()) < LEAST_REASON:
        raise ValueError(f'{question.name} wants a reason: add because="..." with a sentence of your own')
    return option
