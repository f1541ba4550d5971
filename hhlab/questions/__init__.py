"""The questions of the course, by name. Each answer gets a reply in physics; numbers are computed by the model."""

import itertools
import sys
from importlib import import_module, reload
from pathlib import Path

from ..languages import per_language
from ..parameters import no_such
from .question import MODELS_VERSION, Choice, Judgement, Mistake, Number, Reply, State, drawn
from .texts import QuestionSet, Texts

__all__ = [
    "MODELS_VERSION", "Choice", "Judgement", "Mistake", "Number", "Reply", "State", "Texts", "check", "core", "drawn",
    "every", "find", "question_set",
]  # fmt: skip


@per_language
def _sets() -> dict[str, QuestionSet]:
    """All sets of questions, a file of texts each, read when the first question is asked for in a language."""
    found = {}
    for name in sorted(path.stem for path in Path(__file__).parent.glob("*.toml")):
        there = sys.modules.get(f"{__package__}.{name}")
        found[name] = (reload(there) if there else import_module(f".{name}", __package__)).QUESTIONS
    return found


@per_language
def every() -> dict[str, Choice | Number]:
    """All predictions, checks and tasks of the course by name."""
    return {question.name: question for each in _sets().values() for question in itertools.chain(*each)}


def find(name: str) -> Choice | Number:
    """The question of a name, among all predictions, checks and tasks; ValueError for an unknown name."""
    return every()[name] if name in every() else no_such(f"the course has no question {name}", name, every())


def question_set(name: str) -> QuestionSet:
    """All questions of a set such as "action_potential"; ValueError for an unknown name."""
    return _sets()[name] if name in _sets() else no_such(f"the course has no set of questions {name}", name, _sets())


def check(name: str) -> tuple[Choice | Number, ...]:
    """The questions of "Check yourself" of a set such as "action_potential", or the one question of a name.

    Raises
    ------
    ValueError
        If the course has neither a set nor a question of this name.
    """
    sets = _sets()
    if name in sets or name in every():
        return sets[name].check if name in sets else (find(name),)
    return no_such(f"the course has no question or set of questions {name}", name, {**sets, **every()})


def core(name: str) -> dict[str, float]:
    """The core of the notebook of a set, in its order: what is to be done, and the minutes that it takes."""
    question_set(name)
    return dict(import_module(f".{name}", __package__).ask.general.get("core", {}))
