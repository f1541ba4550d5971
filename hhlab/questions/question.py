"""Questions that judge an answer and reply in physics. Nothing here shows anything, and nothing here keeps answers.

A choice replies to each of its options. A number is compared with what the model computes at that moment.
"""

import hashlib
import html
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib.metadata import version
from typing import Any

from ..languages import translated
from ..parameters import no_such, pretty, shown
from ..quantities import UNITS, read_quantity

MODELS_VERSION = version("hhlab")
"""The version of the models whose numbers judge an answer; work logs and handed-in answers carry it.

It is that of the package: a number of a model changes only with a release. A version of the models alone would have to
be raised by hand at each such change, and would be forgotten.
"""


BOTH_TIERS = "{answer} {reason}"
ONLY_THE_ANSWER = "The answer is right, but the reason is not. {reason}"
ONLY_THE_REASON = "The reason is right, but the answer does not follow from it. {answer}"
"""What is said to an answer with its reason: to both right or both wrong, and to only one of them right."""
SAID = {True: "Right. {reply}", False: "Not yet. {reply}"}
SAID_OF_A_NUMBER = {True: "Right ({read}). {reply}", False: "Not yet ({read}). {reply}"}
"""What is said to an answer that is right or not, of a number also how it was read."""


class State(StrEnum):
    """What became of an answer."""

    RIGHT = "right"
    WRONG = "wrong"
    ABSENT = "no answer"
    UNREADABLE = "not well-formed"
    NOT_RUN = "not graded"


@dataclass(frozen=True)
class Reply:
    """What is said to an option.

    Parameters
    ----------
    text : str
        What is said after "Right." or "Not yet.".
    misconception : str
        The misconception that the option shows, M1 to M16, or "".
    right : bool
        Whether the option is right.
    wording : str
        The option as students read it. Without it they read the id under which the option stands.
    last : bool
        Whether the option stays below the others when they are put into another order, such as "None of these."
    """

    text: str
    misconception: str = ""
    right: bool = False
    wording: str = ""
    last: bool = False


@dataclass(frozen=True)
class Mistake:
    """What a well-known wrong way leads to: a number in the unit of the question, or the numbers that code gives.

    Parameters
    ----------
    value : callable
        A function without arguments that computes it.
    reply : str
        What is said to it.
    misconception : str
        The misconception that it shows, M1 to M16, or "".
    """

    value: Callable[[], Any]
    reply: str
    misconception: str = ""


@dataclass(frozen=True, repr=False)
class Judgement:
    """What became of an answer, and what is said to it. In a notebook it shows itself as a sentence.

    Attributes
    ----------
    state : right, wrong, or why it could not be judged.
    reply : what is said to it.
    misconception : M1 to M16, or "".
    understood : how the answer was understood, in words.
    value : the number that was understood; nan for any other answer.
    explained : why the answer is wrong, if it is, and then why what is right is right.
    """

    state: State
    reply: str
    misconception: str = ""
    understood: str = ""
    value: float = math.nan
    explained: str = ""

    @property
    def right(self) -> bool:
        """Whether the answer is right."""
        return self.state == State.RIGHT

    @property
    def judged(self) -> bool:
        """Whether the answer could be judged at all."""
        return self.state in (State.RIGHT, State.WRONG)

    @property
    def sentence(self) -> str:
        """Whether the answer is right, how a number was understood, and why."""
        if not self.judged:
            return self.reply
        said = SAID_OF_A_NUMBER if math.isfinite(self.value) else SAID
        return translated(said[self.right]).format(reply=self.reply, read=self.understood)

    def __repr__(self) -> str:
        return self.sentence

    def _repr_html_(self) -> str:
        kind = "right" if self.right else "reply"
        return f'<div class="hhlab-frame"><div class="hhlab-{kind}">{html.escape(self.sentence)}</div></div>'


def drawn(key: str, question: str, option: str) -> bytes:
    """What decides the place of an option for one student: the same for ever, and different for another key."""
    return hashlib.sha256("\n".join((key, question, option)).encode()).digest()


@dataclass(frozen=True)
class Choice:
    """A question with options.

    Parameters
    ----------
    name : str
        An identifier that never changes, as work logs refer to it.
    text : str
        The question.
    options : dict of str to Reply
        What can be chosen: the reply to each option by the id of the option. An id never changes, as work logs refer to
        it. The wording of an option may change: it is the `wording` of its reply, or the id where there is none.
    several : bool
        Whether all right options must be ticked. Otherwise one option is chosen, and any right one will do.
    ordered : bool
        Whether the options have an order of their own, as numbers have, and are shown in it to every student.
    seen : str
        The question as it is asked after the experiment, or "" if it is asked in the same words.
    reason : Choice, optional
        A second question, which asks for the reason of the answer. An answer is right if the reason is right as well.
    again : Choice, optional
        The same question in other words, for the next time.

    Raises
    ------
    ValueError
        If there are fewer than two options, none is right, or two have the same wording.
    """

    name: str
    text: str
    options: Mapping[str, Reply]
    several: bool = False
    ordered: bool = False
    seen: str = ""
    reason: "Choice | None" = None
    again: "Choice | None" = None

    def __post_init__(self) -> None:
        if len(self.options) < 2 or not self.right:
            raise ValueError(f"question {self.name}: give two or more options, of which one or more are right")
        if len({*map(self.wording, self.options)}) < len(self.options):
            raise ValueError(f"question {self.name} has two options with the same text; change or delete one")

    @property
    def right(self) -> tuple[str, ...]:
        """The ids of the options that are right."""
        return tuple(option for option, reply in self.options.items() if reply.right)

    def wording(self, option: str) -> str:
        """An option as students read it."""
        return self.options[option].wording or option

    def option(self, given: object) -> str | None:
        """The id of an option that is named by its id or, as in older logs, by its wording; None if there is none."""
        ids = list(self.options)
        names = ids if given in ids else [self.wording(each) for each in ids]
        return ids[names.index(str(given))] if given in names else None

    def arranged(self, key: str) -> list[str]:
        """The ids of the options in the order in which the student with this key sees them."""
        if self.ordered:
            return list(self.options)
        return sorted(self.options, key=lambda option: (self.options[option].last, drawn(key, self.name, option)))

    def judge(self, answer: str | Iterable[str], reason: str = "") -> Judgement:
        """The judgement on an option, or on the options that were ticked, and on the reason where one is asked for.

        Raises
        ------
        ValueError
            If something is not an option, or the reason is missing.
        """
        first = self._judge(answer)
        if self.reason is None:
            return first
        second = self.reason.judge(reason or ())
        told = ONLY_THE_ANSWER if first.right and not second.right else ONLY_THE_REASON
        return Judgement(
            State.RIGHT if first.right and second.right else State.WRONG,
            translated(BOTH_TIERS if first.right == second.right else told).format(
                answer=first.reply, reason=second.reply
            ),
            first.misconception or second.misconception,
            first.understood,
        )

    def _judge(self, answer: str | Iterable[str]) -> Judgement:
        chosen = self._chosen((answer,) if isinstance(answer, str) else tuple(answer))
        replies = [self.options[option] for option in chosen]
        missing = self.several and not set(self.right) <= set(chosen)
        texts = [reply.text for reply in replies] + [
            translated("That is not all: more of the answers are right.")
        ] * missing
        right = all(reply.right for reply in replies) and not missing
        wrong = [option for option in chosen if option not in self.right]
        return Judgement(
            State.RIGHT if right else State.WRONG,
            " ".join(texts),
            next((reply.misconception for reply in replies if reply.misconception), ""),
            "; ".join(map(self.wording, chosen)),
            explained=" ".join(self.options[option].text for option in (*wrong, *self.right)),
        )

    def _chosen(self, answer: tuple[object, ...]) -> list[str]:
        """The ids of the options of an answer in their own order, each once."""
        for given in answer:
            if self.option(given) is None:
                no_such(f"question {self.name} has no option {given}", str(given), map(self.wording, self.options))
        chosen = {self.option(given) for given in answer}
        if not chosen or (len(chosen) > 1 and not self.several):
            raise ValueError(
                f"question {self.name}: choose at least one answer"
                if self.several
                else f"question {self.name}: choose one answer"
            )
        return [option for option in self.options if option in chosen]


@dataclass(frozen=True)
class Number:
    """A question whose answer is a number with a unit.

    Parameters
    ----------
    name : str
        An identifier that never changes, as work logs refer to it.
    text : str
        The question.
    unit : str
        The unit asked for, such as "mV". An answer may come in another unit of the same kind.
    truth : callable
        A function without arguments that computes the right number with the model, in this unit. It is called when an
        answer is judged.
    tolerance : float
        How far from the right number an answer may be, in this unit. Students are told.
    hints : tuple of (str, str)
        What is said to a number that is too low, and to one that is too high.
    reply : str
        What is said to the right number.
    mistakes : tuple of Mistake
        Numbers to which well-known wrong ways lead. An answer within the tolerance of one of them gets the reply to the
        nearest instead of a hint. If that number is smaller than the right one, the tolerance shrinks in proportion.
    seen : str
        The question as it is asked after the experiment, or "" if it is asked in the same words.
    again : Number, optional
        The same question with other numbers, for the next time.

    Raises
    ------
    ValueError
        If the tolerance is not above 0, or the unit is not known.
    """

    name: str
    text: str
    unit: str
    truth: Callable[[], float]
    tolerance: float
    hints: tuple[str, str]
    reply: str
    mistakes: tuple[Mistake, ...] = ()
    seen: str = ""
    again: "Number | None" = None

    def __post_init__(self) -> None:
        if self.unit not in UNITS:
            raise ValueError(
                f"question {self.name} has unit = {shown(self.unit)}; give a unit such as mV, ms or uA/cm2"
            )
        if not self.tolerance > 0:
            raise ValueError(f"question {self.name}: tolerance = {self.tolerance} {self.unit} is not above 0")

    def in_words(self, value: float) -> str:
        """A number of this question with its unit, as print shows it: −5 µA/cm²."""
        return f"{value:.6g} {pretty(self.unit)}".replace("-", "−")

    def read(self, text: str) -> float:
        """A typed number such as "5 mV", in the unit of the question; ValueError for what is not one."""
        return read_quantity(text, self.unit).value

    def judge(self, value: float) -> Judgement:
        """The judgement on a number in the unit of the question."""
        truth = self.truth()
        right = abs(value - truth) <= self.tolerance
        mistake = None if right else self._mistake(value, truth)
        reply = self.reply if right else mistake.reply if mistake else self.hints[value > truth]
        misconception = mistake.misconception if mistake else ""
        explained = reply if right else f"{reply} {self.reply}"
        state = State.RIGHT if right else State.WRONG
        return Judgement(state, reply, misconception, self.in_words(value), value, explained)

    def _mistake(self, value: float, truth: float) -> Mistake | None:
        """The well-known mistake nearest to a number, if that is close enough to one."""
        numbers = [(mistake.value(), mistake) for mistake in self.mistakes]
        number, mistake = min(numbers, key=lambda each: abs(value - each[0]), default=(0.0, None))
        scale = min(1.0, abs(number / truth)) if truth else 1.0
        return mistake if abs(value - number) <= self.tolerance * scale else None
