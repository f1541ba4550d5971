"""An answer in, a verdict out: whether it is well-formed, whether it is right, and what it earns."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..parameters import pretty, shown
from ..questions import Choice, Judgement, Number
from ..questions.units import read_quantity
from .task import Code, Task, shuffled
from .variant import Variant

LEAST_REASON, LONGEST = 12, 2000
NO_ANSWER = "No answer."
_DECIMAL = re.compile(r"[+-]?(\d*)\.?(\d*)(?:e([+-]?\d+))?", re.IGNORECASE)


@dataclass(frozen=True)
class Given:
    """An answer as it was handed in: a text or number as text, its unit, a reason, or the code of a cell."""

    value: str = ""
    unit: str = ""
    because: str = ""
    code: str = ""


@dataclass(frozen=True)
class Verdict:
    """What became of one answer.

    Attributes
    ----------
    task : its name.
    state : "judged", "no answer", "not well-formed", or "not graded" where the code could not be run here.
    points, of : earned, and what could be earned.
    right : whether it is right.
    understood : how the answer was understood.
    reply : what is said to it.
    misconception : M1 to M15, or "".
    """

    task: str
    state: str
    points: float
    of: float
    right: bool = False
    understood: str = ""
    reply: str = ""
    misconception: str = ""
    because: str = ""
    value: float = math.nan


Run = Callable[[Code, str], list[float]]


class NotRunError(Exception):
    """Code could not be run here at all, which is nobody's answer. Its text says why."""


def judge(task: Task, given: Given | None, variant: Variant, run: Run) -> Verdict:
    """The verdict on an answer; `run` runs the code of a code task and brings back its numbers."""
    of = task.points
    if given is None:
        return Verdict(task.name, "no answer", 0.0, of, reply=NO_ANSWER)
    try:
        judged, value = _judged(task, given, variant, run)
    except NotRunError as reason:
        return Verdict(task.name, "not graded", 0.0, of, reply=f"{reason}.", because=given.because)
    except ValueError as error:
        told = f"{error}"
        return Verdict(task.name, "not well-formed", 0.0, of, False, shown(given.value), f"{told}.", "", given.because)
    earned = round(of * task.share(judged, value), 2)
    return Verdict(task.name, "judged", earned, of, judged.right, judged.understood, judged.reply,
                   judged.misconception, given.because, value)  # fmt: skip


def well_formed(task: Task, given: Given, variant: Variant) -> str:
    """How an answer is understood; ValueError with a sentence if it is not well-formed. Code is not run."""
    if isinstance(task.question, Number):
        return task.question.in_words(_number(task, given))
    return _option(task.question, given, variant) if isinstance(task.question, Choice) else "the code of this cell"


def _judged(task: Task, given: Given, variant: Variant, run: Run) -> tuple[Judgement, float]:
    question = task.question
    if isinstance(question, Number):
        value = _number(task, given)
        return question.judge(f"{value!r} {question.unit}"), value
    if isinstance(question, Choice):
        return question.judge(_option(question, given, variant)), math.nan
    return question.judge(run(question, given.code)), math.nan


def _number(task: Task, given: Given) -> float:
    """The number of an answer in the unit of its question: with a unit, in range, with digits enough."""
    question: Any = task.question
    text, unit = _split(given)
    if text and not unit:
        raise ValueError(
            f'{question.name} = {text} has no unit: write it as a text after the number, "{question.unit}"'
        )
    value = read_quantity(f"{text} {unit}", question.unit)
    low, high = task.span
    if not low <= value <= high:
        raise ValueError(
            f"{question.name} = {question.in_words(value)} is outside {question.in_words(low)} to "
            f"{question.in_words(high)}, whatever the variant: look at unit and sign"
        )
    if last_place(text) * read_quantity(f"1 {unit}", question.unit) > 2.0 * question.tolerance * (1 + 1e-9):
        raise ValueError(
            f"{question.name} = {question.in_words(value)} has too few digits, as right is {question.allowed}: give "
            f"more, such as {value:.{decimals(question.tolerance)}f} {pretty(question.unit)} if that is meant"
        )
    return value


def _split(given: Given) -> tuple[str, str]:
    """Number and unit of an answer, both as text: the unit may stand in either. No number for what is none."""
    text = given.value.strip().replace(",", ".").replace("\N{MINUS SIGN}", "-")
    found = _DECIMAL.match(text)
    number = found[0] if found and re.search(r"\d", found[0]) else ""
    return number or text, (text[len(number) :] if number else "") + given.unit.strip()


def last_place(number: str) -> float:
    """What one step of the last digit of a number is worth: 0.1 for "-88.9", 1 for "90"."""
    _, point, exponent = _DECIMAL.fullmatch(number).groups()  # type: ignore[union-attr]
    return 10.0 ** min(int(exponent or 0) - len(point), 300)


def decimals(tolerance: float) -> int:
    """How many digits after the point a number needs so that rounding costs less than the tolerance."""
    return max(0, math.ceil(-math.log10(2.0 * tolerance)))


def _option(question: Choice, given: Given, variant: Variant) -> str:
    """The option that a letter, or its text, stands for; with a reason."""
    letters = shuffled(question, variant)
    answer = given.value.strip()
    option = letters.get(answer.lower().rstrip(".)"), answer)
    if option not in question.options:
        raise ValueError(f"{question.name} = {shown(answer)} is none of {', '.join(letters)}: give one letter")
    if len(given.because.strip()) < LEAST_REASON:
        raise ValueError(f'{question.name} wants a reason: add because="..." with a sentence of your own')
    return option
