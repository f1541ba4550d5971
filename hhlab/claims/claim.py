"""A claim, the experiment that settles it, and the rule by which a verdict follows from one number.

An experiment is a short function without arguments that returns its deciding number, the recordings to show, and the
views to show them in. Its body is also what a student may paste and change, so it uses public names only.
"""

import inspect
import math
import operator
import re
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from ..parameters import pretty, shown
from .wording import MEASURED, WORDING

if TYPE_CHECKING:
    import pandas

NUMBERS = sorted(int(name) for name in WORDING if name.isdecimal())
FIRST, LAST = NUMBERS[0], NUMBERS[-1]
"""The lowest and the highest number that a claim has."""
SIGNIFICANT_DIGITS = 3
MINUS = "\N{MINUS SIGN}"

Result = tuple[float, Mapping[str, Any], tuple[str, ...]]
Experiment = Callable[[], Result]
Span = tuple[float, float]

_FUNCTION = re.compile(r'.*?"""\n(.*) {4}return ([^,]+), (.+), \((.+?),?\)\n', re.DOTALL)
"""An experiment as source: the body after its docstring, and the number, recordings and views that it returns."""

REGISTRY: dict[int, "Claim"] = {}
"""All claims by number."""


class Verdict(StrEnum):
    """What follows from the deciding number of a claim. Its value is its id, which work logs keep."""

    HOLDS = "holds"
    PARTLY = "partly"
    FAILS = "fails"

    @property
    def words(self) -> str:
        """The verdict as it follows "the claim" in a sentence, such as "holds partly"."""
        return WORDING["verdict"][self]

    @classmethod
    def from_text(cls, text: Any) -> "Verdict | None":
        """The verdict of an id, or of the wording that work logs kept before there were ids; None for anything else."""
        try:
            return cls(_WORDING_IN_OLD_LOGS.get(text, text))
        except (ValueError, TypeError):
            return None


_WORDING_IN_OLD_LOGS: dict[Any, Any] = {"holds partly": "partly", "does not hold": "fails"}


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

    def verdict(self, number: float) -> Verdict:
        """The verdict on a number.

        Parameters
        ----------
        number : float
            The deciding number, in the unit of the rule; may be infinite.

        Returns
        -------
        Verdict
            Whether the claim holds, holds partly, or fails.

        Raises
        ------
        ValueError
            If there is no number (nan).
        """
        if math.isnan(number):
            raise ValueError("nan is not a number from which a verdict could follow: look at what the experiment gave")
        if self.holds[0] <= number <= self.holds[1]:
            return Verdict.HOLDS
        if self.partly and self.partly[0] <= number <= self.partly[1]:
            return Verdict.PARTLY
        return Verdict.FAILS

    def in_words(self) -> str:
        """The rule as a sentence that a student can read."""
        if self.partly is None:
            return WORDING["rule"]["holds"].format(holds=self._span(self.holds))
        return WORDING["rule"]["holds_or_partly"].format(holds=self._span(self.holds), partly=self._span(self.partly))

    def _span(self, span: Span) -> str:
        low, high = span
        if low == high:
            kind = "one_number"
        elif math.isinf(high):
            kind = "at_least"
        else:
            kind = "at_most" if math.isinf(low) else "between"
        return WORDING["span"][kind].format(low=plain(low), high=plain(high), unit=pretty(self.unit))


@dataclass(frozen=True)
class Claim:
    """A statement about the action potential, and the experiment that settles it in a model.

    Attributes
    ----------
    number : 1 to 41, the same for ever: it is the id of the claim, and finds its texts.
    texts : the source texts that make the claim, S0 to S3.
    rule : how the verdict follows from the deciding number.
    misconception : id of the misconception that the experiment refutes, or "".
    experiment : the function that runs it.
    statement : what is claimed, in one sentence.
    asks : what the experiment does, to be read before predicting.
    decides : what the deciding number is.
    why : the explanation, to be read afterwards.
    measured : measurements on real cells to compare with: each with its quantity, value, unit, conditions and source.
    """

    number: int
    texts: tuple[str, ...]
    rule: Rule
    misconception: str
    experiment: Experiment = field(repr=False)
    statement: str
    asks: str
    decides: str
    why: str
    measured: Sequence[Mapping[str, Any]] = ()

    def run(self) -> "Finding":
        """What the experiment finds; the model is simulated anew each time."""
        number, recordings, views = self.experiment()
        return Finding(self, float(number), recordings, views)

    @property
    def code(self) -> str:
        """The experiment as a snippet for a notebook cell: it prints the deciding number and shows the picture."""
        found = _FUNCTION.match(inspect.getsource(self.experiment))
        if not found:
            raise ValueError(f"{self.experiment.__name__} does not end in a line return number, recordings, (views,)")
        body, number, recordings, views = found.groups()
        packages = "import numpy as np\n\nimport hhlab as hh" if "np." in body else "import hhlab as hh"
        closing = f'print(f"{{{number}:.4g}} {self.rule.unit}")\nhh.plot({recordings}, {views})'
        return f"{packages}\n\n{textwrap.dedent(body)}{closing}"


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
    def verdict(self) -> Verdict:
        """The verdict on the number, by the rule of the claim."""
        return self.claim.rule.verdict(self.number)

    @property
    def sentence(self) -> str:
        """The deciding number in words, with its unit."""
        number, unit = plain(rounded(self.number)), pretty(self.claim.rule.unit)
        return WORDING["number"]["decides"].format(decides=self.claim.decides, number=number, unit=unit)


def claim(
    number: int, *, texts: tuple[str, ...], rule: Rule, misconception: str = ""
) -> Callable[[Experiment], Experiment]:
    """Register the function below as the experiment of a claim, whose texts are found by its number.

    Parameters
    ----------
    number, texts, rule, misconception : those of Claim.

    Raises
    ------
    ValueError
        If there are no texts with such a number, or another function is the experiment of this claim already.
    """

    def register(experiment: Experiment) -> Experiment:
        if number in REGISTRY:
            raise ValueError(f"claim {number} has the experiment {REGISTRY[number].experiment.__name__} already")
        wording = WORDING[str(_known(number))]
        measured = MEASURED.get(str(number), ())
        REGISTRY[number] = Claim(number, texts, rule, misconception, experiment, **wording, measured=measured)
        return experiment

    return register


def find(number: int) -> Claim:
    """The claim of a number.

    Parameters
    ----------
    number : int
        1 to 41.

    Returns
    -------
    Claim
        What is claimed, and the experiment that settles it: `find(5).run()` runs it.

    Raises
    ------
    ValueError
        If there is no claim of that number.
    """
    try:
        wanted = operator.index(number)
    except TypeError:
        raise ValueError(f"claim = {shown(number)} is not a whole number: give one from {FIRST} to {LAST}") from None
    return REGISTRY[_known(wanted)]


def _known(number: int) -> int:
    """The number of a claim; ValueError for one that is not in use."""
    if number not in NUMBERS:
        raise ValueError(f"claim = {number} is outside {FIRST} to {LAST}")
    return number


def table() -> "pandas.DataFrame":
    """All claims as a table; runs none of their experiments.

    Returns
    -------
    pandas.DataFrame
        A row for each claim, by number: what is claimed, the source texts that say so, what the experiment does, what
        decides, the rule of the verdict, and the id of the misconception that is refuted, or "".
    """
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
    return round(number, max(SIGNIFICANT_DIGITS - 1 - math.floor(math.log10(abs(number))), 0))


def plain(number: float) -> str:
    """A number as print shows it: 20 for 20.0, a true minus sign, and infinity in words."""
    if math.isinf(number):
        return WORDING["number"]["infinite" if number > 0 else "minus_infinite"]
    return f"{number:.10g}".replace("-", MINUS)
