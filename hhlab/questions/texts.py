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

Each student sees the options in an order of their own. Where they have an order themselves, as numbers have, `ordered =
true` at the question keeps it; `last = true` at an option such as "None of these." keeps it below the others.

`seen` asks a prediction in other words after the experiment. A question of "Check yourself" may be followed by one that
asks for the reason, with options of its own, and an answer is right when both are:

    [check.slow_rise.reason]
    text = "Why?"

    [check.slow_rise.reason.options.h]
    text = "Because h has fallen."
    reply = "h had the time to follow V."
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

Three questions of earlier notebooks stand at the beginning of a notebook. So that they come in other words, a question
with options may have another wording of itself and of some of its options. A number has another text and, in Python,
another truth, `again=`; `low`, `high` and `reply` stand there too if they differ:

    [check.slow_rise.again]
    text = "The same question in other words."

    [check.slow_rise.again.options]
    no_sodium = "The sodium is used up."

What belongs to the core of a notebook stands at the top of its file, in the order of the notebook: what a student does,
and how many minutes it takes together with the text and the bench before it. A bare name is that of a prediction, a
question or a task; "observe" comes before the name of a question that asks what was seen. All minutes of a core come to
at most 45:

    [core]
    half_open = 4
    "claim 22" = 4
    "observe half_open" = 2
    slow_rise = 1

Code to write has `hint` in place of `low` and `high`, and two texts that are code: `starter`, with which the cell of a
student begins, and `solution`, in which a name in braces is the place of a number that the student is given. `several`
(all that are right must be ticked), `right`, `misconception` (M1 to M16), `ordered`, `last`, `seen`, `reason` and the
mistakes may be left out. An assignment also has a `title`, a `story`, the code of its `bench`, and the meaning of what
is `given`. A translation changes texts; the names of questions, options and mistakes stay for ever, as logs and
handed-in answers refer to them.
'''

import functools
import operator
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from ..claims import MISCONCEPTIONS
from ..parameters import no_such, shown
from ..texts import TextFiles
from .question import Choice, Mistake, Number, Reply

Table = dict[str, Any]
Computed = float | Callable[[], Any]
"""A number, or a function that computes one when it is needed."""


def _are_minutes(given: Any) -> bool:
    return isinstance(given, dict) and all(type(each) in (int, float) and each > 0 for each in given.values())


_FLAG = ("true or false", lambda given: isinstance(given, bool))
_TEXT = ("a text in quotation marks", lambda given: isinstance(given, str) and bool(given.strip()))
_TABLES = ("tables with names of their own", lambda given: isinstance(given, dict))
_KINDS: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "misconception": (f"one of {', '.join(MISCONCEPTIONS)}", lambda given: str(given) in MISCONCEPTIONS),
    **dict.fromkeys(("several", "ordered", "right", "last"), _FLAG),
    **dict.fromkeys(("predictions", "check", "tasks", "given", "options", "mistakes", "reason", "again"), _TABLES),
    "core": ("minutes above 0 for each item", _are_minutes),
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
        self.general = TextFiles(path)
        keys = "core title story bench given predictions check tasks"
        _checked(f"{path.name}: the file", self.general.english, "", keys)
        self._places: dict[str, tuple[str, ...]] = {}
        for section in QuestionSet._fields:
            for name in self.general.get(section, {}):
                if name in self._places:
                    raise ValueError(f"{path.name}: there are two questions {name}; give one of them another name")
                self._places[name] = (section, name)

    def table(self, name: str, needed: str, optional: str = "") -> Table:
        """What stands in the file for a question, checked for the keys that it needs and may have."""
        if name not in self._places:
            no_such(f"{self._name} has no question {name}", name, self._places)
        return _checked(self._who(name), self._at(name), needed, optional)

    def _at(self, name: str) -> Table:
        """What stands in the file for a question that it has, in the language of the course."""
        there: Any = self.general
        return functools.reduce(operator.getitem, self._places[name], there)

    def choice(self, name: str, right: str = "") -> Choice:
        """The question with options of a name; `right` is the option that is right, where the file does not say."""
        table = self.table(name, "text options", "several ordered seen reason reply when_right again")
        common = {key: table[key] for key in ("reply", "when_right") if key in table}
        options = {}
        for option, given in table["options"].items():
            who = f"option {option} of {self._who(name)}"
            each = _checked(who, common | given, "text reply", "misconception right last when_right")
            said = each["when_right" if option == right else "reply"]
            is_right = option == right or each.get("right", False)
            last = each.get("last", False)
            options[option] = Reply(said, each.get("misconception", ""), is_right, each["text"], last)
        asked = Choice(
            name, table["text"], options, table.get("several", False), table.get("ordered", False),
            table.get("seen", ""), self._reason(name, table),
        )  # fmt: skip
        return replace(asked, again=self._in_other_words(asked, table["again"])) if "again" in table else asked

    def _reason(self, name: str, table: Table) -> Choice | None:
        """The question after the reason that stands inside a question, if there is one."""
        if "reason" not in table:
            return None
        self._places[f"{name}_reason"] = (*self._places[name], "reason")
        return self.choice(f"{name}_reason")

    def _in_other_words(self, asked: Choice, given: Table) -> Choice:
        """A question with another text, and with other texts for those options that have one."""
        who = f"another wording of {self._who(asked.name)}"
        told = _checked(who, given, "text", "options")
        options = dict(asked.options)
        for option, text in told.get("options", {}).items():
            if option not in options:
                no_such(f"{who} has no option {option}", option, options)
            options[option] = replace(options[option], wording=text)
        return replace(asked, text=told["text"], options=options)

    def number(
        self, name: str, unit: str, truth: Computed, tolerance: float, /, *, again: Computed | None = None,
        **mistakes: Computed,
    ) -> Number:  # fmt: skip
        """The question of a name whose answer is a number; the arguments are those of Number, mistakes by name.

        `again` is the truth of the same question with other numbers, if the file has one.
        """
        table = self.table(name, "text low high reply", "mistakes seen again")
        hints = (table["low"], table["high"])
        wrong = self.mistakes(name, mistakes)
        asked = Number(name, table["text"], unit, _function(truth), tolerance, hints, table["reply"], wrong,
                       table.get("seen", ""))  # fmt: skip
        if (again is None) == ("again" in table):
            raise ValueError(
                f"{self._who(name)}: other numbers need a text and a truth in Python; give both or neither"
            )
        if again is None:
            return asked
        other = table | _checked(f"another wording of {self._who(name)}", table["again"], "text", "low high reply")
        again_asked = replace(asked, text=other["text"], truth=_function(again), hints=(other["low"], other["high"]),
                              reply=other["reply"], mistakes=())  # fmt: skip
        return replace(asked, again=again_asked)

    def mistakes(self, name: str, values: Mapping[str, Computed]) -> tuple[Mistake, ...]:
        """The well-known mistakes of a question, whose texts are in the file and whose values are given."""
        texts, who = self._at(name).get("mistakes", {}), self._who(name)
        for mistake in sorted(texts.keys() ^ values.keys()):
            raise ValueError(
                f"{who}: the mistake {mistake} has no value in Python; give one, or delete it"
                if mistake in texts
                else f"{who}: the mistake {mistake} has no text in the file; give one, or delete it"
            )
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
            no_such(f"{who} has no key {key}", key, known)
        if key not in table:
            raise ValueError(f"{who} has no {key}; give {words}")
        if not fits(table[key]):
            raise ValueError(f"{who} has {key} = {shown(table[key])}; give {words}")
    return table
