'''The sets of questions, read from text files that can be written and translated without Python.

A set is a file such as action_potential.toml in this folder; a new file is a new set. `[[predictions]]` starts a
question to predict, `[[check]]` a question of "Check yourself", `[[turns]]` a task whose number is computed with code,
and they are asked in this order. A question with options:

    [[check]]
    name = "slow_rise"
    text = """
    A text in three quotation marks may go over several lines. Wherever a line ends, one space is read.
    """
    several = true

    [[check.options]]
    text = "There is no sodium left."
    reply = "One spike moves very little sodium."
    misconception = "M2"

    [[check.options]]
    text = "h has fallen."
    reply = "As V rises, h falls, and stays low while V is high."
    right = true

A question whose answer is a number:

    [[predictions]]
    name = "half_open"
    text = "What percentage of the potassium channels is open?"
    unit = "%"
    truth = "open_channels"
    tolerance = 0.5
    low = "What is said to a number that is too low."
    high = "What is said to a number that is too high."
    reply = "What is said to the right number."

    [[predictions.mistakes]]
    value = "open_gates"
    reply = "That is the share of open gates."
    misconception = "M9"

`[[predictions.options]]` and `[[predictions.mistakes]]` belong to the `[[predictions]]` above them, and likewise for
`[[check]]` and `[[turns]]`. `several` (all that are right must be ticked), `right`, `misconception` (M1 to M15) and
the mistakes may be left out. `truth` names a function without arguments in the module beside the file,
action_potential.py; it gives the right number in `unit`. The `value` of a mistake is such a name, or a number. What
each key means for the student is said at `Choice`, `Number`, `Reply` and `Mistake`. A translation changes `text`,
`reply`, `low` and `high`.
'''

import itertools
import re
import tomllib
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from ..claims import MISCONCEPTIONS
from ..parameters import shown, unknown
from .question import Choice, Mistake, Number, Reply
from .units import UNITS

Table = dict[str, Any]

_FLAG = ("true or false", lambda given: isinstance(given, bool))
_TEXT = ("a text in quotation marks", lambda given: isinstance(given, str) and bool(given.strip()))
_TABLES = (
    "tables, each headed in double brackets",
    lambda given: isinstance(given, list) and {*map(type, given)} <= {dict},
)
_KINDS: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "name": ("letters, digits and _ in quotation marks", lambda given: isinstance(given, str) and given.isidentifier()),
    "unit": ("a unit such as mV, ms or uA/cm2 in quotation marks", lambda given: str(given) in UNITS),
    "truth": ("the name of a function in quotation marks", lambda given: isinstance(given, str)),
    "value": ("a number, or the name of a function in quotation marks", lambda given: type(given) in (int, float, str)),
    "tolerance": ("a number above 0", lambda given: type(given) in (int, float) and given > 0),
    "misconception": (f"one of {', '.join(MISCONCEPTIONS)}", lambda given: str(given) in MISCONCEPTIONS),
} | {
    "several": _FLAG,
    "right": _FLAG,
    **dict.fromkeys(("predictions", "check", "turns", "options", "mistakes"), _TABLES),
}
"""What is to be given for a key, in words and as a test; for any other key it is a text."""


class QuestionSet(NamedTuple):
    """The questions of one file: those to predict, those of "Check yourself", and the tasks to solve with code."""

    predictions: tuple[Choice | Number, ...]
    check: tuple[Choice | Number, ...]
    turns: tuple[Choice | Number, ...]


def read_sets(folder: Path) -> dict[str, QuestionSet]:
    """The sets of all files in a folder by name.

    Raises
    ------
    ValueError
        If there is a mistake in a file, or two questions have one name.
    """
    sets = {path.stem: _read(path) for path in sorted(folder.glob("*.toml"))}
    names = sorted((question.name, stem) for stem, each in sets.items() for question in itertools.chain(*each))
    for (name, first), (again, stem) in itertools.pairwise(names):
        if name == again:
            raise ValueError(f"{stem}.toml: question {name} has the name of one in {first}.toml; give it another")
    return sets


def _read(path: Path) -> QuestionSet:
    try:
        file = _checked("the file", tomllib.loads(path.read_text("utf-8-sig")), "", " ".join(QuestionSet._fields))
        found = [tuple(_question(path.stem, each) for each in file.get(key, [])) for key in QuestionSet._fields]
    except ValueError as error:
        raise ValueError(f"{path.name}: {error}") from None
    return QuestionSet(*found)


def _question(stem: str, given: Table) -> Choice | Number:
    who = f"question {given.get('name') or shown(_folded(given.get('text', '')))}"
    return _number(stem, who, given) if given.keys() & {"truth", "unit"} else _choice(who, given)


def _choice(who: str, given: Table) -> Choice:
    table = _checked(who, given, "name text options", "several")
    options = [_checked(f"an option of {who}", each, "text reply", "misconception right") for each in table["options"]]
    replies = {each.pop("text"): Reply(each.pop("reply"), **each) for each in options}
    if len(replies) < len(options):
        raise ValueError(f"{who} has two options with the same text; change or delete one")
    return Choice(**table | {"options": replies})


def _number(stem: str, who: str, given: Table) -> Number:
    table = _checked(who, given, "name text unit truth tolerance low high reply", "mistakes")
    mistakes = (
        _checked(f"a mistake of {who}", each, "value reply", "misconception") for each in table.get("mistakes", [])
    )
    computed = {
        "truth": _function(stem, who, table["truth"]),
        "hints": (table.pop("low"), table.pop("high")),
        "mistakes": tuple(Mistake(_function(stem, who, each.pop("value")), **each) for each in mistakes),
    }
    return Number(**table | computed)


def _function(stem: str, who: str, value: str | float) -> Callable[[], float]:
    """The public function of a name in the module of a set; for a number, a function that gives it."""
    if not isinstance(value, str):
        return lambda: float(value)
    module = f"{__package__}.{stem}"
    things = vars(import_module(module)) if find_spec(module) else {}
    known = [name for name, each in things.items() if name[0] != "_" and getattr(each, "__module__", "") == module]
    return things[value] if value in known else unknown(f"{who}: {stem}.py", "function", value, known)


def _checked(who: str, table: Table, needed: str, optional: str) -> Table:
    """A table with its texts on one line; ValueError for a missing key, an unknown one, or what does not fit a key."""
    known = f"{needed} {optional}".split()
    for key in (*table, *needed.split()):
        words, fits = _KINDS.get(key, _TEXT)
        if key not in known:
            unknown(who, "key", key, known)
        if key not in table:
            raise ValueError(f"{who} has no {key}; give {words}")
        if not fits(table[key]):
            raise ValueError(f"{who} has {key} = {shown(table[key])}; give {words}")
    return {key: _folded(given) for key, given in table.items()}


def _folded(given: Any) -> Any:
    """A text on one line; anything else as it is."""
    return re.sub(r"[ \t\n]+", " ", given).strip() if isinstance(given, str) else given
