"""Questions that judge an answer and reply in physics. Nothing here draws, and nothing here keeps answers.

A choice replies to each of its options. A number is compared with what the model computes at that moment.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from ..parameters import pretty, unknown
from .units import read_quantity


@dataclass(frozen=True)
class Reply:
    """What is said to an option after "Right." or "Not yet."; its misconception (M1 to M15); if it is right."""

    text: str
    misconception: str = ""
    right: bool = False


@dataclass(frozen=True)
class Mistake:
    """A number that a well-known wrong way leads to, in the unit of the question, and what is said to it."""

    value: Callable[[], float]
    reply: str
    misconception: str = ""


@dataclass(frozen=True)
class Judgement:
    """Whether an answer was right, the reply, the misconception ("" if none), and how the answer was understood."""

    right: bool
    reply: str
    misconception: str
    understood: str


@dataclass(frozen=True)
class Choice:
    """A question with options.

    Parameters
    ----------
    name : an identifier, the same for ever: logs refer to it.
    text : the question.
    options : what can be chosen, each with its own reply; one or more are right.
    several : whether all that are right must be ticked. Otherwise one is chosen, and any right one is right.

    Raises
    ------
    ValueError
        If there are fewer than two options, or none is right.
    """

    name: str
    text: str
    options: Mapping[str, Reply]
    several: bool = False

    def __post_init__(self) -> None:
        if len(self.options) < 2 or not self.right:
            raise ValueError(f"question {self.name}: give two or more options, of which one or more are right")

    @property
    def right(self) -> tuple[str, ...]:
        """The options that are right."""
        return tuple(option for option, reply in self.options.items() if reply.right)

    def judge(self, answer: str | Iterable[str]) -> Judgement:
        """The judgement on an option, or on the options that were ticked; ValueError for what is not an option."""
        chosen = self._chosen((answer,) if isinstance(answer, str) else tuple(answer))
        replies = [self.options[option] for option in chosen]
        missing = [option for option in self.right if option not in chosen] if self.several else []
        texts = [reply.text for reply in replies] + ["That is not all: more of the answers are right."] * bool(missing)
        return Judgement(
            right=all(reply.right for reply in replies) and not missing,
            reply=" ".join(texts),
            misconception=next((reply.misconception for reply in replies if reply.misconception), ""),
            understood="; ".join(chosen),
        )

    def _chosen(self, answer: tuple[str, ...]) -> list[str]:
        """The options of an answer in their own order, each once."""
        for option in answer:
            if option not in self.options:
                unknown(f"question {self.name}", "option", option, self.options)
        if not answer or (len(set(answer)) > 1 and not self.several):
            raise ValueError(f"question {self.name}: choose {'at least one answer' if self.several else 'one answer'}")
        return [option for option in self.options if option in answer]


@dataclass(frozen=True)
class Number:
    """A question whose answer is a number with a unit.

    Parameters
    ----------
    name : an identifier, the same for ever: logs refer to it.
    text : the question.
    unit : the unit asked for; the answer may come in another of the same kind.
    truth : computes the right value, in that unit, with the model. It is called when an answer is judged.
    tolerance : how far off is still right, in that unit. The student is told.
    hints : what is said to a number that is too low, and to one that is too high.
    reply : what is said to the right number.
    mistakes : numbers of well-known wrong ways. The nearest gets its reply, before any hint, if the answer is within
        the tolerance of it; of one smaller than the truth, within the same share of it.

    Raises
    ------
    ValueError
        If the tolerance is not above 0.
    """

    name: str
    text: str
    unit: str
    truth: Callable[[], float]
    tolerance: float
    hints: tuple[str, str]
    reply: str
    mistakes: tuple[Mistake, ...] = ()

    def __post_init__(self) -> None:
        if not self.tolerance > 0:
            raise ValueError(f"question {self.name}: tolerance = {self.tolerance} {self.unit} is not above 0")

    @property
    def allowed(self) -> str:
        """The tolerance in words, such as "within 0.5 mV"."""
        return f"within {self.in_words(self.tolerance)}"

    def in_words(self, value: float) -> str:
        """A number of this question with its unit, as print shows it: −5 µA/cm²."""
        return f"{value:.6g} {pretty(self.unit)}".replace("-", "−")

    def judge(self, answer: str | float) -> Judgement:
        """The judgement on a typed number such as "5 mV"; ValueError for what is not one."""
        value = read_quantity(str(answer), self.unit)
        truth = self.truth()
        right = abs(value - truth) <= self.tolerance
        mistake = None if right else self._mistake(value, truth)
        hint = self.reply if right else self.hints[value > truth]
        return Judgement(
            right=right,
            reply=mistake.reply if mistake else hint,
            misconception=mistake.misconception if mistake else "",
            understood=self.in_words(value),
        )

    def _mistake(self, value: float, truth: float) -> Mistake | None:
        """The well-known mistake nearest to a number, if that is close enough to one."""
        numbers = [(mistake.value(), mistake) for mistake in self.mistakes]
        number, mistake = min(numbers, key=lambda each: abs(value - each[0]), default=(0.0, None))
        scale = min(1.0, abs(number / truth)) if truth else 1.0
        return mistake if abs(value - number) <= self.tolerance * scale else None
