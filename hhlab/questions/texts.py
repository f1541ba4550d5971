'''The texts of questions, read from files that can be written and translated without Python.

A file such as action_potential.toml holds the texts of the questions of a notebook or an assignment. `[predictions.x]`
begins the question x to predict, `[check.x]` one of "Check yourself", `[tasks.x]` a task, and they are asked in this
order. A question with options:

    [check.slow_rise]
    text = """
    A text in three quotation marks may go over several lines. Wherever a line ends, one space is read.
    """
    several = true

    [check.slow_rise.options.no_sodium]
    text = "There is no sodium left."
    reply = "One spike moves very little sodium."
    misconception = "M2"

    [check.slow_rise.options.inactivation]
    text = "h has fallen."
    reply = "As V rises, h falls, and stays low while V is high."
    right = true

Which option is right may depend on what a student is given. Then Python says which, and `when_right` is said to it in
place of `reply`; both may stand at the question, for all of its options that have none.

A question whose answer is a number, with the numbers of well-known mistakes:

    [predictions.half_open]
    text = "What percentage of the potassium channels is open?"
    low = "What is said to a number that is too low."
    high = "What is said to a number that is too high."
    reply = "What is said to the right number."

    [predictions.half_open.mistakes.open_gates]
    reply = "That is the share of open gates."
    misconception = "M9"

Unit, tolerance and what computes the numbers stand in the Python file beside it, under the same names:

    ask = Texts(__file__)
    QUESTIONS = ask.arranged(ask.number("half_open", "%", open_channels, 0.5, open_gates=50))

Code to write has `hint` in place of `low` and `high`, and two texts that are code: `starter`, with which the cell of a
student begins, and `solution`, in which a name in braces is the place of a number that the student is given. `several`
(all that are right must be ticked), `right`, `misconception` (M1 to M16) and the mistakes may be left out. An
assignment also has a `title`, a `story`, the code of its `bench`, and the meaning of what is `given`. A translation
changes texts; the names of questions, options and mistakes stay for ever, as logs and handed-in answers refer to them.
'''

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from ..claims import MISCONCEPTIONS
from ..parameters import shown, unknown
from ..texts import read
from .question import Choice, Mistake, Number, Reply

Table = dict[str, Any]
Computed = float | Callable[[], Any]
"""A number, or a function that computes one when it is needed."""

_FLAG = ("true or false", lambda given: isinstance(given, bool))
_TEXT = ("a text in quotation marks", lambda given: isinstance(given, str) and bool(given.strip()))
_TABLES = ("tables with names of their own", lambda given: isinstance(given, dict))
_KINDS: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "misconception": (f"one of {', '.join(MISCONCEPTIONS)}", lambda given: str(given) in MISCONCEPTIONS),
    **dict.fromkeys(("several", "right"), _FLAG),
    **dict.fromkeys(("predictions", "check", "tasks", "given", "options", "mistakes"), _TABLES),
}
"""What is to be given for a key, in words and as a test; for any other key it is a text."""


class QuestionSet(NamedTuple):
    """The questions of one file: those to predict, those of "Check yourself", and the tasks to solve with code."""

    predictions: tuple[Choice | Number, ...]
    check: tuple[Choice | Number, ...]
    tasks: tuple[Choice | Number, ...]


class Texts:
    """The texts of one file, from which questions are made by name.

    Parameters
    ----------
    file : the file, or the Python file beside it.

    Raises
    ------
    ValueError
        If there is a mistake in the file; so do the methods.
    """

    def __init__(self, file: str | Path) -> None:
        path = Path(file).with_suffix(".toml")
        self._name = path.name
        self.general = _checked(
            f"{path.name}: the file", read(path), "", "title story bench given predictions check tasks"
        )
        self._tables: dict[str, Table] = {}
        for section in QuestionSet._fields:
            for name, table in self.general.get(section, {}).items():
                if name in self._tables:
                    raise ValueError(f"{path.name}: there are two questions {name}; give one of them another name")
                self._tables[name] = table

    def table(self, name: str, needed: str, optional: str = "") -> Table:
        """What stands in the file for a question, checked for the keys that it needs and may have."""
        if name not in self._tables:
            unknown(self._name, "question", name, self._tables)
        return _checked(self._who(name), self._tables[name], needed, optional)

    def choice(self, name: str, right: str = "") -> Choice:
        """The question with options of a name; `right` is the option that is right, where the file does not say."""
        table = self.table(name, "text options", "several reply when_right")
        common = {key: table[key] for key in ("reply", "when_right") if key in table}
        options = {}
        for option, given in table["options"].items():
            who = f"option {option} of {self._who(name)}"
            each = _checked(who, common | given, "text reply", "misconception right when_right")
            said = each["when_right" if option == right else "reply"]
            is_right = option == right or each.get("right", False)
            options[option] = Reply(said, each.get("misconception", ""), is_right, each["text"])
        return Choice(name, table["text"], options, table.get("several", False))

    def number(self, name: str, unit: str, truth: Computed, tolerance: float, /, **mistakes: Computed) -> Number:
        """The question of a name whose answer is a number; the arguments are those of Number, mistakes by name."""
        table = self.table(name, "text low high reply", "mistakes")
        hints = (table["low"], table["high"])
        wrong = self.mistakes(name, mistakes)
        return Number(name, table["text"], unit, _function(truth), tolerance, hints, table["reply"], wrong)

    def mistakes(self, name: str, values: Mapping[str, Computed]) -> tuple[Mistake, ...]:
        """The well-known mistakes of a question, whose texts are in the file and whose values are given."""
        texts, who = self._tables[name].get("mistakes", {}), self._who(name)
        for mistake in sorted(texts.keys() ^ values.keys()):
            missing = "value in Python" if mistake in texts else "text in the file"
            raise ValueError(f"{who}: the mistake {mistake} has no {missing}; give one, or delete it")
        return tuple(
            Mistake(
                _function(values[mistake]), **_checked(f"mistake {mistake} of {who}", text, "reply", "misconception")
            )
            for mistake, text in texts.items()
        )

    def arranged(self, *numbers: Number) -> QuestionSet:
        """All questions of the file; those whose answers are numbers are given, in any order."""
        computed = {question.name: question for question in numbers}
        return QuestionSet(*(
            tuple(computed[name] if name in computed else self.choice(name) for name in self.general.get(section, {}))
            for section in QuestionSet._fields
        ))  # fmt: skip

    def _who(self, name: str) -> str:
        return f"{self._name}: question {name}"


def _function(value: Computed) -> Callable[[], Any]:
    return value if callable(value) else lambda: value


def _checked(who: str, table: Any, needed: str, optional: str) -> Table:
    """The table; ValueError for a missing key, an unknown one, or what does not fit a key."""
    if not isinstance(table, dict):
        raise ValueError(f"{who} is {shown(table)}; give a table")
    known = f"{needed} {optional}".split()
    for key in (*table, *needed.split()):
        words, fits = _KINDS.get(key, _TEXT)
        if key not in known:
            unknown(who, "key", key, known)
        if key not in table:
            raise ValueError(f"{who} has no {key}; give {words}")
        if not fits(table[key]):
            raise ValueError(f"{who} has {key} = {shown(table[key])}; give {words}")
    return table
