"""Which misconceptions the answers of a student show.

The rule: a misconception is named if a student has chosen it at least twice, and so often that somebody who only
guesses, with as many chances, would do it in less than one case in fifty.

The reason: one wrong answer may be a slip or a guess, and somebody who guesses chooses each option now and then. A
chance is a question that was answered and has an option with this misconception. If one of four options shows it, two
of two come about by guessing in one case in sixteen, so that twice alone would be too little. Three of three come about
in one case in 64.
"""

from collections.abc import Iterable

import numpy as np

from ..questions import Choice, every
from .course import KEPT
from .entries import Entry

AT_LEAST, RARE = 2, 0.02
"""How often a misconception must be chosen, and how rare that must be among those who only guess."""

Evidence = dict[str, tuple[int, list[float]]]
"""By misconception: how often it was chosen, and for each chance the share of the options that show it."""


def evidence(entries: Iterable[Entry]) -> Evidence:
    """What the last answer to each question shows; what cannot be read shows nothing."""
    found: Evidence = {}
    for name, entry in {entry["name"]: entry for entry in entries if entry["kind"] in KEPT}.items():
        question = every().get(name)
        if not isinstance(question, Choice):
            continue
        for asked, answer in ((question, entry.get("answer")), (question.reason, entry.get("reason"))):
            option = asked.option(answer) if asked and not asked.several else None
            if asked and option:
                _count(
                    found,
                    [reply.misconception for reply in asked.options.values()],
                    asked.options[option].misconception,
                )
    return found


def _count(found: Evidence, shown: list[str], chosen: str) -> None:
    """Count one answered question: the misconceptions that its options show, and the one that was chosen."""
    for each in {*shown} - {""}:
        times, chances = found.get(each, (0, []))
        found[each] = (times + (each == chosen), [*chances, shown.count(each) / len(shown)])


def by_guessing(times: int, chances: Iterable[float]) -> float:
    """How likely it is to choose something so many times or more by guessing."""
    distribution = np.ones(1)
    for share in chances:
        distribution = np.convolve(distribution, (1 - share, share))
    return float(distribution[times:].sum())


def named(entries: Iterable[Entry]) -> list[str]:
    """The misconceptions that a student's answers show, by the rule of this module."""
    shown = evidence(entries)
    return sorted(
        (each for each, (times, chances) in shown.items() if times >= AT_LEAST and by_guessing(times, chances) < RARE),
        key=lambda each: int(each[1:]),
    )
