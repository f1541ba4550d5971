"""The test before the course and the one at its end: what was answered, how surely, and what has changed."""

import contextlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from markupsafe import Markup

from ..questions import Choice, check
from ..tables import table
from .course import sentence
from .entries import SURE, Entry

BEFORE, AFTER = TESTS = ("before_the_course", "after_the_course")
"""The sets of questions of the two tests."""
BAR = Markup('<div class="hhlab-bar" aria-hidden="true"><div style="width: {:.0f}%"></div></div>{}')


class Given(NamedTuple):
    """An answer to a question of a test: whether it is right, how sure the student was, and what it shows."""

    right: bool
    sure: str
    misconception: str


Answers = Mapping[str, Given]
"""The answers to a test by the name of the idea, which is the same in both tests."""


def questions_of(test: str) -> dict[str, Choice]:
    """The questions of a test by the name of the idea."""
    return {each.name.partition("_")[2]: each for each in check(test) if isinstance(each, Choice)}


def answers(test: str, entries: Iterable[Entry]) -> dict[str, Given]:
    """The last answer to each question of a test; what cannot be read is left out."""
    last = {entry["name"]: entry for entry in entries if entry["kind"] == "answer"}
    found = {}
    for idea, question in questions_of(test).items():
        entry = last.get(question.name, {})
        with contextlib.suppress(ValueError, TypeError):
            judged = question.judge(entry.get("answer", ""))
            sure = entry["sure"] if entry.get("sure") in SURE else ""
            found[idea] = Given(judged.right, sure, judged.misconception)
    return found


def finished(test: str, entries: Iterable[Entry]) -> bool:
    """Whether a test has been handed in."""
    return any(entry["kind"] == "answer" and entry["name"] == test for entry in entries)


def right(given: Answers) -> int:
    """How many answers are right."""
    return sum(each.right for each in given.values())


def by_confidence(given: Answers) -> dict[str, tuple[int, int]]:
    """For each degree of sureness, how many answers are right, and how many there are."""
    some = {sure: [each.right for each in given.values() if each.sure == sure] for sure in SURE}
    return {sure: (sum(each), len(each)) for sure, each in some.items()}


def gain_in_words(before: Answers, after: Answers) -> list[str]:
    """The gain of a student in sentences."""
    number = len(questions_of(AFTER))
    texts = [sentence("tests.right_in_both" if before else "tests.right_after",
        before=right(before), after=right(after), all=number)]  # fmt: skip
    (_, guess), (sure_right, sure_all) = by_confidence(after)[SURE[0]], by_confidence(after)[SURE[-1]]
    texts.append(sentence("tests.certain" if sure_all else "tests.never_certain", right=sure_right, all=sure_all))
    texts += [sentence("tests.guesses", all=guess)] * bool(guess)
    wrong = [sentence(f"ideas.{idea}") for idea, each in after.items() if each.sure == SURE[-1] and not each.right]
    return texts + [sentence("tests.certain_and_wrong", ideas="; ".join(wrong))] * bool(wrong)


def gain_as_tables(before: Answers, after: Answers) -> str:
    """The gain of a student as two tables with bars: by confidence, and by idea."""
    both = (before, after)
    heads = (sentence("tests.before"), sentence("tests.after"))
    totals: list[tuple[Any, ...]] = [(sentence("tests.all"), *((right(each), len(each)) for each in both))]
    sure = [(sure, *(by_confidence(each)[sure] for each in both)) for sure in SURE]
    bars = [(name, *map(_bar, numbers)) for name, *numbers in totals + sure]
    marks = [(sentence(f"ideas.{idea}"), *(_mark(each.get(idea)) for each in both)) for idea in questions_of(AFTER)]
    style: Any = {"style": "hhlab-table", "named": True, "left": True}
    return str(table(bars, ("", *heads), caption=sentence("tests.by_confidence"), **style)) + str(
        table(marks, ("", *heads), caption=sentence("tests.by_idea"), **style)
    )


def _bar(share: Sequence[int]) -> Markup:
    number, of = share
    told = sentence("class.of", right=number, all=of)
    return BAR.format(100 * number / of, told) if of else Markup("–")


def _mark(given: Given | None) -> str:
    return "–" if given is None else sentence("tests.is_right" if given.right else "tests.is_wrong")
