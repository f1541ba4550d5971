"""The questions of the course, by name. Each answer gets a reply in physics; numbers are computed by the model."""

import itertools
from functools import cache
from pathlib import Path

from ..parameters import unknown
from .files import QuestionSet, read_sets
from .question import Choice, Judgement, Mistake, Number, Reply

__all__ = ["Choice", "Judgement", "Mistake", "Number", "Reply", "check", "find"]


@cache
def _sets() -> dict[str, QuestionSet]:
    """All sets of questions, read when the first question is asked for."""
    return read_sets(Path(__file__).parent)


def find(name: str) -> Choice | Number:
    """The question of a name, among all predictions, checks and tasks; ValueError for an unknown name."""
    every = {question.name: question for each in _sets().values() for question in itertools.chain(*each)}
    return every[name] if name in every else unknown("the course", "question", name, every)


def check(name: str) -> tuple[Choice | Number, ...]:
    """The questions of "Check yourself" of a set such as "action_potential"; ValueError for an unknown name."""
    return _sets()[name].check if name in _sets() else unknown("the course", "set of questions", name, _sets())
