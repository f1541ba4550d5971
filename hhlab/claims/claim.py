"""A claim, the experiment that tests each part of it, and the verdict that follows from the numbers of the parts.

An experiment is a short function without arguments that returns a number for each part, the recordings to show, and the
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
from numbers import Integral
from typing import TYPE_CHECKING, Any

from ..languages import per_language
from ..parameters import pretty, shown
from .wording import MEASURED, WORDING

if TYPE_CHECKING:
    import pandas

NUMBERS = sorted(int(name) for name in WORDING if name.isdecimal())
FIRST, LAST = NUMBERS[0], NUMBERS[-1]
"""The lowest and the highest number that a claim has."""
SIGNIFICANT_DIGITS = 3
ROUNDING_ERROR = 1e-12
TOO_CLOSE = 0.05
"""A number that is nearer to its line than this share of the line is too close to call."""
MINUS = "\N{MINUS SIGN}"

Result = tuple[Mapping[str, float], Mapping[str, Any], tuple[str, ...]]
Experiment = Callable[[], Result]

_FUNCTION = re.compile(r'.*?"""\n(.*) {4}return numbers, (.+), \((.+?),?\)\n', re.DOTALL)
"""An experiment as source: the body after its docstring, and the recordings and views that it returns."""

EXPERIMENTS: dict[int, Experiment] = {}
"""The experiments of all claims by number."""


class Verdict(StrEnum):
    """What follows from the numbers of a claim, or from that of a part. Its value is its id, which work logs keep."""

    HOLDS = "holds"
    PARTLY = "partly"
    FAILS = "fails"

    @property
    def words(self) -> str:
        """The verdict in words, such as "holds partly"."""
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
class Part:
    """One of the things that a claim says, and how a verdict on it follows from a number.

    Attributes
    ----------
    says : the part, in one sentence.
    number : what its number is.
    unit : unit of the number.
    because : where the line comes from: the wording of the claim, or a source.
    at_least, at_most : the line: the numbers between which the part holds; one of them is enough.
    core : whether the claim fails if this part does. A claim has one core.
    given : whether the model was made so that the part holds, which then is no finding; the verdict says so.
    """

    says: str
    number: str
    unit: str
    because: str
    at_least: float = -math.inf
    at_most: float = math.inf
    core: bool = False
    given: bool = False

    def verdict(self, number: float) -> Verdict | None:
        """The verdict on a number.

        Parameters
        ----------
        number : int or float
            The number of this part, in its unit; may be infinite. An int is a count, which is exact.

        Returns
        -------
        Verdict or None
            Whether the part holds or fails; None if the number is too close to the line for a verdict.

        Raises
        ------
        ValueError
            If there is no number (nan).
        """
        if math.isnan(number):
            raise ValueError("nan is not a number from which a verdict could follow: look at what the experiment gave")
        near = any(abs(float(number) - line) < TOO_CLOSE * abs(line) for line in (self.at_least, self.at_most))
        if near and not isinstance(number, Integral):
            return None
        return Verdict.HOLDS if self.at_least <= number <= self.at_most else Verdict.FAILS

    @property
    def line(self) -> str:
        """The line as a student can read it, such as "80 % or more"."""
        kind = "exactly" if self.at_least == self.at_most else "between"
        if math.isinf(self.at_most):
            kind = "at_least"
        elif math.isinf(self.at_least):
            kind = "at_most"
        return _with_unit("line", kind, self.unit, least=plain(self.at_least), most=plain(self.at_most))

    @property
    def stated(self) -> tuple[str, str, str]:
        """What is said, the number that decides, and its line, for those who are about to predict."""
        return self._says, self.number, self.line

    @property
    def _says(self) -> str:
        return WORDING["part"]["core" if self.core else "other"].format(says=self.says)


@dataclass(frozen=True)
class Claim:
    """A statement about the action potential, and the experiment that tests it in a model.

    Attributes
    ----------
    number : the same for ever: it is the id of the claim, and finds its texts.
    experiment : the function that runs it.
    texts : the source texts that make the claim, S0 to S3.
    statement : what is claimed, in one sentence.
    asks : what the experiment does, to be read before predicting.
    why : the explanation, to be read afterwards.
    parts : what the claim says, part by part, by id.
    misconception : id of the misconception that the experiment refutes, or "".
    measured : measurements on real cells to compare with: each with its quantity, value, unit, conditions and source.
    """

    number: int
    experiment: Experiment = field(repr=False)
    texts: Sequence[str]
    statement: str
    asks: str
    why: str
    parts: Mapping[str, Part]
    misconception: str = ""
    measured: Sequence[Mapping[str, Any]] = ()

    @property
    def core(self) -> str:
        """The id of the part without which the claim fails."""
        return next(name for name, part in self.parts.items() if part.core)

    def run(self) -> "Finding":
        """What the experiment finds; the model is simulated anew each time."""
        return Finding(self, *self.experiment())

    @property
    def code(self) -> str:
        """The experiment as a snippet for a notebook cell: it prints the number of each part and shows the picture."""
        found = _FUNCTION.match(inspect.getsource(self.experiment))
        if not found:
            raise ValueError(f"{self.experiment.__name__} does not end in a line return numbers, recordings, (views,)")
        body, recordings, views = found.groups()
        packages = "import numpy as np\n\nimport hhlab as hh" if "np." in body else "import hhlab as hh"
        printed = [f"print(f\"{name}: {{numbers['{name}']:.4g}} {part.unit}\")" for name, part in self.parts.items()]
        closing = [*printed, f"hh.plot({recordings}, {views})"]
        return f"{packages}\n\n{textwrap.dedent(body)}" + "\n".join(closing)


@dataclass(frozen=True)
class Finding:
    """What the experiment of a claim gave.

    Attributes
    ----------
    claim : the claim.
    numbers : the number of each part, by the id of the part and in its unit.
    recordings : what to show, by label.
    views : in which views, such as "voltage".
    """

    claim: Claim
    numbers: Mapping[str, float]
    recordings: Mapping[str, Any]
    views: tuple[str, ...]

    @property
    def number(self) -> float:
        """The number of the core."""
        return float(self.numbers[self.claim.core])

    @property
    def verdicts(self) -> dict[str, Verdict | None]:
        """The verdict on each part, by its id; None where the number is too close to the line."""
        return {name: part.verdict(self.numbers[name]) for name, part in self.claim.parts.items()}

    @property
    def verdict(self) -> Verdict:
        """The verdict on the claim: it holds if all parts do, fails if its core does, and else holds partly."""
        found = self.verdicts
        if found[self.claim.core] is Verdict.FAILS:
            return Verdict.FAILS
        return Verdict.HOLDS if {*found.values()} == {Verdict.HOLDS} else Verdict.PARTLY

    @property
    def rows(self) -> list[tuple[str, str, str, str]]:
        """What each part says, its number, its line and its verdict, as a student can read them."""
        words, rows = WORDING["part"], []
        for (name, part), found in zip(self.claim.parts.items(), self.verdicts.values(), strict=True):
            number = _with_unit("part", "number", part.unit, what=part.number, number=self._in_words(name))
            verdict = found.words if found else words["close"]
            if part.given:
                verdict = words["given"].format(verdict=verdict)
            rows.append((part._says, number, words["line"].format(line=part.line, because=part.because), verdict))
        return rows

    def _in_words(self, name: str) -> str:
        return plain(rounded(float(self.numbers[name])))


def claim(number: int) -> Callable[[Experiment], Experiment]:
    """Register the function below as the experiment of a claim, whose texts are found by its number.

    Parameters
    ----------
    number : that of the claim.

    Raises
    ------
    ValueError
        If there are no texts with such a number, or another function is the experiment of this claim already.
    """

    def register(experiment: Experiment) -> Experiment:
        if _known(number) in EXPERIMENTS:
            raise ValueError(f"claim {number} has the experiment {EXPERIMENTS[number].__name__} already")
        EXPERIMENTS[number] = experiment
        return experiment

    return register


def find(number: int) -> Claim:
    """The claim of a number.

    Parameters
    ----------
    number : int
        Such as 5.

    Returns
    -------
    Claim
        What is claimed, and the experiment that tests it: `find(5).run()` runs it.

    Raises
    ------
    ValueError
        If there is no claim of that number.
    """
    try:
        wanted = operator.index(number)
    except TypeError:
        raise ValueError(f"claim = {shown(number)} is not a whole number: give one from {FIRST} to {LAST}") from None
    return _made(_known(wanted))


@per_language
def _made(number: int) -> Claim:
    """The claim of a number, from its texts."""
    texts = dict(WORDING[str(number)])
    parts = {name: Part(**each) for name, each in texts.pop("parts").items()}
    return Claim(number, EXPERIMENTS[number], parts=parts, measured=MEASURED.get(str(number), ()), **texts)


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
        A row for each claim, by number: what is claimed, the source texts that say so, what the experiment does, the
        number of its core and the line for it, and the id of the misconception that is refuted, or "".
    """
    import pandas

    rows: list[dict[str, Any]] = [
        {
            "number": number,
            "claim": each.statement,
            "texts": ", ".join(each.texts),
            "experiment": each.asks,
            "decides": each.parts[each.core].number,
            "rule": each.parts[each.core].line,
            "misconception": each.misconception,
        }
        for number, each in ((number, find(number)) for number in sorted(EXPERIMENTS))
    ]
    return pandas.DataFrame(rows).set_index("number")


def rounded(number: float) -> float:
    """A number to three significant digits, or to a whole number where it has more than three before the point.

    What is as small as the errors of rounding is 0.
    """
    if not math.isfinite(number):
        return number
    if abs(number) < ROUNDING_ERROR:
        return 0.0
    return round(number, max(SIGNIFICANT_DIGITS - 1 - math.floor(math.log10(abs(number))), 0))


def _with_unit(group: str, kind: str, unit: str, **values: str) -> str:
    """What verdicts.toml says of a number; a count has no unit."""
    return " ".join(WORDING[group][kind].format(unit=pretty(unit), **values).split())


def plain(number: float) -> str:
    """A number as print shows it: 20 for 20.0, a true minus sign, and infinity in words."""
    if math.isinf(number):
        return WORDING["number"]["infinite" if number > 0 else "minus_infinite"]
    return f"{number:.10g}".replace("-", MINUS)
