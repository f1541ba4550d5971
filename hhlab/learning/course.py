"""How far a student has come, and which questions of earlier notebooks come again."""

import random
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from .. import claims
from ..parameters import no_such
from ..questions import Choice, Number, core, find, question_set
from ..texts import TextFiles, sentences
from .entries import SURE, Entry, read_entries

WORDING_IN = Path(__file__).with_name("wording.toml")
WORDING, sentence = TextFiles(WORDING_IN), sentences(WORDING_IN)
"""All texts of this package by id; and what gives one by a name such as "begin.done", with its values put in."""
NOTEBOOKS: Mapping[str, Sequence[str]] = {
    name: about["builds_on"] for name, about in WORDING.english["notebooks"].items()
}
"""What each notebook builds on, by the name of its questions, in the order of the course."""
START = "start_here"
"""The notebook before all others, which has no questions of its own."""
AT_ONCE = 3
"""Questions of earlier notebooks at the beginning of one."""
KEPT = ("prediction", "answer", "observation")
"""Kinds of entries that answer a question."""
OBSERVE = "observe "

Question = Choice | Number


class Step(NamedTuple):
    """A step of the core of a notebook: its name, what it is about, its minutes, and whether it is done."""

    name: str
    about: str
    minutes: float
    done: bool


def steps(notebook: str, entries: Iterable[Entry]) -> list[Step]:
    """The steps of the core of a notebook, in its order; those are done that the entries of its log show."""
    there = {(entry["kind"], entry["name"]) for entry in entries}
    told, numbers = [], dict.fromkeys(WORDING["items"], 0)
    for item, minutes in core(notebook).items():
        kind, name = _kind(notebook, item)
        numbers[kind] += 1
        if kind == "claim":
            number, about = int(name.split()[1]), claims.find(int(name.split()[1])).statement
        else:
            number, about = numbers[kind], find(name).text
        done = any((each, name) in there for each in _ENTRIES[kind])
        told.append(Step(sentence(f"items.{kind}", number=number), about, minutes, done))
    return told


_ENTRIES = {
    "prediction": ("prediction",), "observation": ("observation",), "claim": ("claim",), "question": ("answer",),
    "task": ("answer",),
}  # fmt: skip
"""The kinds of entries that show that a step of a kind is done."""


def _kind(notebook: str, item: str) -> tuple[str, str]:
    """The kind of an item of a core, and the name under which the log has it."""
    own = question_set(notebook)
    if item.startswith("claim "):
        return "claim", item
    if item.startswith(OBSERVE):
        return "observation", item.removeprefix(OBSERVE)
    for kind, some in (("prediction", own.predictions), ("task", own.tasks)):
        if item in {question.name for question in some}:
            return kind, item
    return "question", item


def minutes_left(some: Iterable[Step]) -> int:
    """The minutes of the steps that are not done."""
    return round(sum(step.minutes for step in some if not step.done))


def logs_in(folder: Path) -> dict[str, list[Entry]]:
    """The entries of the logs of each notebook in a folder, also of notebooks with something behind their name."""
    return {
        name: [entry for path in sorted(folder.glob(f"{n:02}_{name}*.worklog.jsonl")) for entry in read_entries(path)]
        for n, name in enumerate(NOTEBOOKS, 1)
    }


def to_ask_again(
    notebook: str, logs: Mapping[str, Sequence[Entry]], own: Sequence[Entry], today: str
) -> list[Question]:
    """Three questions of earlier notebooks, in other words than last time where there are others.

    First come those that this notebook has asked today, so that a card shows the same questions when it is made again.
    Then those that were answered wrongly or with a guess, then others that were answered, the oldest first; then any,
    of the notebooks first on which this one builds, and there of the core first.

    Parameters
    ----------
    notebook : the name of its questions, or "start_here".
    logs : the entries of the log of each notebook.
    own : the entries of the log of this one.
    today : the date, such as "2026-11-29".

    Raises
    ------
    ValueError
        If there is no such notebook.
    """
    if notebook not in (START, *NOTEBOOKS):
        no_such(f"the course has no notebook {notebook}", notebook, (START, *NOTEBOOKS))
    names = list(NOTEBOOKS)
    before = names[: names.index(notebook)] if notebook in names else []
    home = {q.name: name for name in before for part in question_set(name)[:2] for q in part}
    kept = [entry for name in before for entry in logs.get(name, ())] + list(own)
    last = {e["name"]: e for e in sorted(kept, key=lambda e: e["time"]) if e["kind"] in KEPT and e["name"] in home}
    here = {e["name"] for e in own if e["kind"] == "answer" and e["name"] in home and e["time"].startswith(today)}

    def urgency(name: str) -> tuple[Any, ...]:
        entry = last.get(name)
        if name in here or entry:
            wrong = entry is not None and (entry.get("right") is not True or entry.get("sure") == SURE[0])
            return (0 if name in here else 1 if wrong else 2, last[name]["time"])
        further, other = name not in core(home[name]), find(name).again is None
        return (3, home[name] not in NOTEBOOKS[notebook], further, other, random.Random(notebook + name).random())

    chosen = sorted(home, key=urgency)[:AT_ONCE]
    return [_worded(find(name), last.get(name), name in here) for name in chosen]


def _worded(question: Question, entry: Entry | None, same: bool) -> Question:
    """A question in the words of an entry, or in the others; as it is where there is no entry, or no other wording."""
    if entry is None or question.again is None:
        return question
    was_other = entry.get("question") == question.again.text
    return question.again if was_other == same else question
