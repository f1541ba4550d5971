"""A claim, the experiment that settles it, and the rule by which a verdict follows from one number.

An experiment is a short function without arguments that returns its deciding number, the recordings to show, and the
views to show them in. Its body is also what a student may paste and change, so it uses public names only.
"""

import ast
import inspect
import math
import operator
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from ..parameters import pretty, shown

if TYPE_CHECKING:
    import pandas

HOLDS, PARTLY, FAILS = "holds", "holds partly", "does not hold"
FIRST, LAST = 1, 41
DIGITS = 3
MINUS = "\N{MINUS SIGN}"
ORDER = ("number", "recordings", "views")

Result = tuple[float, Mapping[str, Any], tuple[str, ...]]
Experiment = Callable[[], Result]
Span = tuple[float, float]

REGISTRY: dict[int, "Claim"] = {}
"""The claims that have an experiment, by number."""


@dataclass(frozen=True)
class Rule:
    """How a verdict follows from one number.

    Parameters
    ----------
    unit : unit of the number.
    holds : lowest and highest number with which the claim holds, both included; may be infinite.
    partly : the same for a claim that holds partly; None if it cannot. Where the two touch, the claim holds.

    Raises
    ------
    ValueError
        If a span is upside down, or not a number.
    """

    unit: str
    holds: Span
    partly: Span | None = None

    def __post_init__(self) -> None:
        for low, high in filter(None, (self.holds, self.partly)):
            if not low <= high:
                raise ValueError(f"{low:g} to {high:g} {self.unit} is no span: give the lower number first")

    def verdict(self, number: float) -> str:
        """One of "holds", "holds partly" and "does not hold"; ValueError if there is no number (nan)."""
        if math.isnan(number):
            raise ValueError("nan is not a number from which a verdict could follow: look at what the experiment gave")
        if self.holds[0] <= number <= self.holds[1]:
            return HOLDS
        if self.partly and self.partly[0] <= number <= self.partly[1]:
            return PARTLY
        return FAILS

    def in_words(self) -> str:
        """The rule as a sentence that a student can read."""
        partly = f"; it holds partly if it is {self._span(self.partly)}" if self.partly else ""
        return f"The claim holds if the number is {self._span(self.holds)}{partly}; otherwise it does not hold."

    def _span(self, span: Span) -> str:
        low, high = span
        unit = pretty(self.unit)
        if low == high:
            return f"{plain(low)} {unit}"
        if math.isinf(high):
            return f"{plain(low)} {unit} or more"
        return f"{plain(high)} {unit} or less" if math.isinf(low) else f"from {plain(low)} to {plain(high)} {unit}"


@dataclass(frozen=True)
class Claim:
    """A statement about the action potential, and the experiment that settles it in a model.

    Attributes
    ----------
    number : 1 to 41.
    statement : what is claimed, in one sentence.
    texts : the source texts that say so, S0 to S3.
    asks : what the experiment does, to be read before predicting.
    decides : what the deciding number is.
    rule : how the verdict follows from it.
    why : the explanation, to be read afterwards.
    misconception : id of the misconception that the experiment refutes, or "".
    measured : a real measurement to compare with and its source, or "" where none is cited.
    experiment : the function that runs it.
    """

    number: int
    statement: str
    texts: tuple[str, ...]
    asks: str
    decides: str
    rule: Rule
    why: str
    misconception: str
    measured: str
    experiment: Experiment = field(repr=False)

    def run(self) -> "Finding":
        """What the experiment finds; the model is simulated anew each time."""
        number, recordings, views = self.experiment()
        return Finding(self, float(number), recordings, views)

    @property
    def code(self) -> str:
        """The experiment as a snippet for a notebook cell: it prints the deciding number and shows the picture."""
        source = textwrap.dedent(inspect.getsource(self.experiment))
        (function,) = ast.parse(source).body
        body, result = _body_and_result(cast(ast.FunctionDef, function), source)
        packages = ["import hhlab as hh"]
        if "np." in body:
            packages = ["import numpy as np", "", *packages]
        number, recordings, views = result
        closing = [f'print(f"{{{number}:.4g}} {self.rule.unit}")', f"hh.plot({recordings}, {views})"]
        return "\n".join([*packages, "", body, *closing])


@dataclass(frozen=True)
class Finding:
    """What the experiment of a claim gave.

    Attributes
    ----------
    claim : the claim.
    number : the deciding number, in the unit of the rule.
    recordings : what to show, by label.
    views : in which views, such as "voltage".
    """

    claim: Claim
    number: float
    recordings: Mapping[str, Any]
    views: tuple[str, ...]

    @property
    def verdict(self) -> str:
        """One of "holds", "holds partly" and "does not hold", by the rule of the claim."""
        return self.claim.rule.verdict(self.number)

    @property
    def sentence(self) -> str:
        """The deciding number in words, with its unit."""
        decides = self.claim.decides
        return f"In this model, {decides}: {plain(rounded(self.number))} {pretty(self.claim.rule.unit)}."


def claim(
    number: int, statement: str, *, texts: tuple[str, ...], asks: str, decides: str, rule: Rule, why: str,
    misconception: str = "", measured: str = "",
) -> Callable[[Experiment], Experiment]:  # fmt: skip
    """Register the function below as the experiment of a claim; the arguments are those of Claim."""

    def register(experiment: Experiment) -> Experiment:
        if not FIRST <= number <= LAST:
            raise ValueError(f"claim = {number} is outside {FIRST} to {LAST}")
        if number in REGISTRY:
            raise ValueError(f"claim {number} has the experiment {REGISTRY[number].experiment.__name__} already")
        REGISTRY[number] = Claim(
            number, statement, texts, asks, decides, rule, why, misconception, measured, experiment
        )
        return experiment

    return register


def find(number: int) -> Claim:
    """The claim of that number; ValueError if there is none, or it has no experiment yet."""
    try:
        wanted = operator.index(number)
    except TypeError:
        raise ValueError(f"claim = {shown(number)} is not a whole number: give one from {FIRST} to {LAST}") from None
    if not FIRST <= wanted <= LAST:
        raise ValueError(f"claim = {wanted} is outside {FIRST} to {LAST}")
    if wanted not in REGISTRY:
        there = ", ".join(map(str, sorted(REGISTRY)))
        raise ValueError(f"claim {wanted} has no experiment yet; those that do are {there}")
    return REGISTRY[wanted]


def table() -> "pandas.DataFrame":
    """All claims that have an experiment as a pandas table, a row a claim; runs none of them."""
    import pandas

    rows: list[dict[str, Any]] = [
        {
            "number": number,
            "claim": each.statement,
            "texts": ", ".join(each.texts),
            "experiment": each.asks,
            "decides": each.decides,
            "rule": each.rule.in_words(),
            "misconception": each.misconception,
        }
        for number, each in sorted(REGISTRY.items())
    ]
    return pandas.DataFrame(rows).set_index("number")


def rounded(number: float) -> float:
    """A number to three significant digits, or to a whole number where it has more than three before the point."""
    if number == 0 or not math.isfinite(number):
        return number
    return round(number, max(DIGITS - 1 - math.floor(math.log10(abs(number))), 0))


def plain(number: float) -> str:
    """A number as print shows it: 20 for 20.0, a true minus sign, and infinity in words."""
    if math.isinf(number):
        return "more than was tried" if number > 0 else "less than was tried"
    return f"{number:.10g}".replace("-", MINUS)


def _body_and_result(function: ast.FunctionDef, source: str) -> tuple[str, tuple[str, str, str]]:
    """The statements of an experiment without its docstring, and the three things that it returns, as source."""
    last = function.body[-1]
    if not (isinstance(last, ast.Return) and isinstance(last.value, ast.Tuple) and len(last.value.elts) == len(ORDER)):
        raise ValueError(f"{function.name} does not end in return {', '.join(ORDER)}: write these three, in a line")
    number, recordings, views = (ast.get_source_segment(source, part) or "" for part in last.value.elts)
    first = function.body[1 if ast.get_docstring(function) else 0]
    body = textwrap.dedent("\n".join(source.splitlines()[first.lineno - 1 : last.lineno - 1]))
    return body, (number, recordings, views.strip("()").rstrip(","))
