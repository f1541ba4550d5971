"""An answer in, a verdict out: whether it is well-formed, whether it is right, and what it earns."""

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from ..languages import told
from ..parameters import pretty, shown
from ..quantities import Quantity, read_quantity
from ..questions import Choice, Judgement, Number, State
from .task import Code, Task, options_of
from .variant import Variant
from .words import say

LEAST_REASON, LONGEST, LONGEST_CODE = 12, 2000, 20_000
"""How many characters a reason must have, and a reason or the code of a cell may have."""
MANY_DIGITS = 8


@dataclass(frozen=True)
class Given:
    """An answer as it was handed in.

    Attributes
    ----------
    value : a number, or the id that an option has for the student, as text.
    unit : of a number.
    because : the reason for a choice.
    code : of a cell.
    option : the name of the option that was meant, or its wording.
    mark : that of the variant that the student had; "" if only the line for people is left, which does not tell it.
    """

    value: str = ""
    unit: str = ""
    because: str = ""
    code: str = ""
    option: str = ""
    mark: str = ""


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


def judge(task: Task, given: Given | str | None, variant: Variant, run: Run) -> Verdict:
    """The verdict on an answer, or on one that was lost, of which it is given why.

    `run` runs the code of a code task and brings back its numbers.
    """
    if isinstance(given, Given):
        judged, because = _judged(task, given, variant, run), given.because
    else:
        why = (State.NOT_RUN, f"{task.name}: {given}.") if given else (State.ABSENT, say("answer.none"))
        judged, because = Judgement(*why), ""
    points = round(task.points * task.share(judged), 2)
    return Verdict(**asdict(judged), task=task.name, points=points, of=task.points, because=because)


def well_formed(task: Task, given: Given) -> str:
    """How an answer is understood; ValueError with a sentence if it is not well-formed. Code is not run."""
    if isinstance(task.question, Choice):
        return task.question.wording(_option(task.question, given))
    if isinstance(task.question, Code):
        _code(task.question, given)
        return say("code.understood")
    number = _number(task, given)
    many = ", in more digits than mean anything" if number.digits > MANY_DIGITS and number.step < 1 else ""
    return task.question.in_words(number.value) + many


def _judged(task: Task, given: Given, variant: Variant, run: Run) -> Judgement:
    question = task.question
    try:
        if given.mark not in ("", variant.mark):
            raise NotRunError(say("answer.other_variant"))
        if isinstance(question, Number):
            return question.judge(_number(task, given).value)
        if isinstance(question, Choice):
            return question.judge(_option(question, given))
        return question.judge(run(question, _code(question, given)))
    except NotRunError as reason:
        return Judgement(State.NOT_RUN, f"{reason}.")
    except ValueError as error:
        return Judgement(State.UNREADABLE, f"{told(error)}.", understood=shown(given.value))


def _number(task: Task, given: Given) -> Quantity:
    """The number of an answer in the unit of its question: with a unit, in range, with digits enough."""
    question: Any = task.question
    found = read_quantity(f"{given.value} {given.unit}", question.unit)
    if not found.unit:
        raise ValueError(say("number.no_unit", name=question.name, value=given.value.strip(), unit=question.unit))
    low, high = task.span
    parts = {"name": question.name, "value": question.in_words(found.value)}
    if not low <= found.value <= high:
        raise ValueError(say("number.outside", **parts, low=question.in_words(low), high=question.in_words(high)))
    if found.step > 2.0 * question.tolerance * (1 + 1e-9):
        example = f"{found.value:.{decimals(question.tolerance)}f} {pretty(question.unit)}"
        raise ValueError(
            say("number.few_digits", **parts, allowed=question.in_words(question.tolerance), example=example)
        )
    return found


def decimals(tolerance: float) -> int:
    """How many digits after the point a number needs so that rounding costs less than the tolerance."""
    return max(0, math.ceil(-math.log10(2.0 * tolerance)))


def choose(question: Choice, typed: str, variant: Variant) -> str:
    """The name of the option that an id stands for; "" if it is none of this student's."""
    return options_of(question, variant).get(typed.strip().lower().rstrip(".)"), "")


def _option(question: Choice, given: Given) -> str:
    """The name of the option that was chosen; with a reason."""
    option = question.option(given.option) or question.option(f"{given.option}.")
    if option is None:
        raise ValueError(say("choice.no_option", name=question.name, value=shown(given.value.strip())))
    if len(given.because.strip()) < LEAST_REASON:
        raise ValueError(say("choice.no_reason", name=question.name))
    if len(given.because) > LONGEST:
        raise ValueError(say("choice.long_reason", name=question.name, most=LONGEST))
    return option


def _code(question: Code, given: Given) -> str:
    """The code of an answer, if there is some and not too much."""
    if not given.code:
        raise ValueError(say("code.no_cell", name=question.name))
    if len(given.code) > LONGEST_CODE:
        raise ValueError(say("code.long_cell", name=question.name, most=LONGEST_CODE))
    return given.code
