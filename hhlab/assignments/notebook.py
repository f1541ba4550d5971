"""The answers in a notebook, read from its saved outputs. Nothing is run, and nothing that stands there is believed.

It is read as plain JSON, and only the parts with answers are looked at. nbformat would refuse, mend or convert a file
that is not sound elsewhere, and could lose answers that are sound.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields
from itertools import islice
from typing import Any, NamedTuple, TypeVar

from .. import languages
from ..parameters import shown
from .answer import FORMAT, MIME
from .judge import LONGEST, LONGEST_CODE, Given
from .variant import plain_id
from .words import say

MOST_VALUES = 500_000
"""Numbers, texts, lists and groups in the JSON of a notebook: each takes up memory."""
MOST_PARTS = 20_000
"""Cells and outputs of a notebook."""
MOST_CALLS, MOST_REMARKS = 5000, 20
LONGEST_LINE = 300
GIVEN = tuple(part.name for part in fields(Given))
Part = TypeVar("Part", dict[str, Any], list[Any])
Who = tuple[str, str, str]
"""An assignment, a course and a student."""

_HANDS_IN = (
    r"""answer\(\s*(?:task\s*=\s*)?(?:(?P<mark>["'])(?P<task>[^"'\n]{0,100})(?P=mark)\s*"""
    r"""(?P<dots>,\s*(?:value\s*=\s*)?\.{3})?)?"""
)
_IN_CODE = re.compile(r"(?<!def )(?P<dot>\.)?\b" + _HANDS_IN)
_IN_TEXT = re.compile(r"^[ \t]*(?:\w{1,100}(?P<dot>\.))?" + _HANDS_IN, re.MULTILINE)
_COMMENT = re.compile(r"#[^\n]*")
_LAB = re.compile(
    r"""\bassignment\(\s*(["'])(?P<assignment>[^"'\n]{1,100})\1,\s*course\s*=\s*(["'])(?P<course>[^"'\n]{1,100})\3"""
)
_BECAUSE = re.compile(r"""\bbecause\s*=\s*("[^"\n]{0,2000}"|'[^'\n]{0,2000}')""")
_LINE = re.compile(
    r"Handed in for (?P<student>[^:\n]{1,100}): (?P<task>\w{1,100})(?P<sign> =|:) (?P<said>.+?)"
    r"(?:, in more digits than mean anything)?\.(?: (?:(?:Right|Half right|Not yet|It runs)\.|But |It replaces ).*)?",
    re.DOTALL,
)
"""The line for people under an answer, and what follows there."""
_NUMBER = re.compile(r"([-\u2212]?\d+)((?:\.\d+)?)((?: \D.*)?)")


class UnreadableError(Exception):
    """A file that cannot be graded; its text says why."""


@dataclass(frozen=True)
class Handed:
    """What a notebook hands in: for which assignment, course and student, the last answer to each task, and remarks.

    In place of an answer that is lost it says why; under "" that of a cell that does not write out its task.
    """

    assignment: str
    course: str
    student: str
    answers: Mapping[str, Given | str]
    remarks: tuple[str, ...] = ()


class _Cell(NamedTuple):
    code: bool
    source: str
    outputs: list[Any]


Answer = tuple[Who, str, Given | str]
"""Of whom an answer is, its task, and the answer; or why it is lost."""


def read_answers(data: bytes) -> Handed:
    """The answers in the bytes of a notebook.

    Raises
    ------
    UnreadableError
        If they are not a notebook, have no answers, or those of two students.
    """
    cells = _cells(data)
    lab = _lab(cells)
    found = [(number, *answer) for number, cell in enumerate(cells) for answer in _answers(cell, lab)]
    calls = list(islice(((n, *call) for n, cell in enumerate(cells) for call in _calls(cell)), MOST_CALLS))
    if not found:
        raise UnreadableError(say("notebook.never_run" if calls else "notebook.no_calls", calls=len(calls)))
    assignment, course, student = _whose({who for _, who, _, _ in found})
    answers = {task: given for _, _, task, given in found}
    numbers, tasks = {number for number, *_ in found}, set(answers)
    for number, task, dots in calls:
        if not dots and task not in tasks and (task or number not in numbers):
            answers[task] = _why_lost(cells[number])
    many = Counter(task for _, task in {(number, task) for number, _, task, _ in found})
    remarks = (say("notebook.twice", task=shown(task), count=n) for task, n in many.items() if n > 1)
    return Handed(assignment, course, student, answers, tuple(islice(remarks, MOST_REMARKS)))


def _cells(data: bytes) -> list[_Cell]:
    if sum(map(data.count, (b",", b"[", b"{"))) > MOST_VALUES:
        raise UnreadableError(say("notebook.many_values", most=MOST_VALUES))
    try:
        notebook = json.loads(data.decode("utf-8-sig"))
    except RecursionError:
        raise UnreadableError("it is nested too deeply to be a notebook") from None
    except ValueError:
        raise UnreadableError("it is not a notebook: its JSON is broken or cut off") from None
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list):
        raise UnreadableError("it is not a notebook in format 4: open it in JupyterLab and save it again")
    cells = [
        _Cell(cell.get("cell_type") == "code", _text(cell.get("source")), _part(cell, "outputs", list))
        for cell in notebook["cells"]
        if isinstance(cell, dict)
    ]
    if sum(1 + len(cell.outputs) for cell in cells) > MOST_PARTS:
        raise UnreadableError(say("notebook.many_parts", most=MOST_PARTS))
    return cells


def _part(whole: Any, name: str, kind: type[Part]) -> Part:
    """A part of what was read if it is there and of that kind, or else an empty one."""
    part = whole.get(name) if isinstance(whole, dict) else None
    return part if isinstance(part, kind) else kind()


def _text(said: Any) -> str:
    """A text, or a list of its lines; without halves of characters, which cannot be written to a file."""
    text = "".join(map(str, said)) if isinstance(said, list) else str(said or "")
    return text.encode("utf-8", "replace").decode()


def _said(output: Any) -> str:
    """What people read in an output."""
    return _text(_part(output, "data", dict).get("text/plain"))


def _lab(cells: Sequence[_Cell]) -> dict[str, str]:
    """Of which assignment and course a notebook is by its source; empty if it says none, or several."""
    found = {match.group("assignment", "course") for cell in cells if cell.code for match in _LAB.finditer(cell.source)}
    return dict(zip(("assignment", "course"), *found, strict=True)) if len(found) == 1 else {}


def _answers(cell: _Cell, lab: Mapping[str, str]) -> Iterator[Answer]:
    """The answers in the outputs of a cell: as data, or as the line for people where only that was kept."""
    for output in cell.outputs if cell.code else ():
        told = _part(_part(output, "data", dict), MIME, dict)
        line = None if told else _LINE.fullmatch(_said(output)[: 2 * LONGEST])
        if told:
            yield from _answer(told, _given(told))
        elif line and not lab:
            raise UnreadableError(
                "its outputs no longer say to which course and assignment they belong: run all cells again and save "
                "the notebook"
            )
        elif line:
            yield from _answer({**lab, **line.groupdict()}, _told_by_line(cell, line["sign"], line["said"]))


def _answer(told: Mapping[str, Any], given: Given | str) -> Iterator[Answer]:
    """An answer with its owner and task, unless it does not say them."""
    assignment, course, student, task = (
        _text(told.get(key))[:LONGEST] for key in ("assignment", "course", "student", "task")
    )
    with suppress(ValueError):
        if task:
            yield (assignment, plain_id(course, "course"), plain_id(student)), task, given


def _given(told: Mapping[str, Any]) -> Given | str:
    """The answer in an output. One character more than may be is read, so that it is noticed."""
    if told.get("format") != FORMAT:
        return say("notebook.other_version")
    parts = {part: _text(told.get(part)) for part in GIVEN}
    for part, text in parts.items():
        most = LONGEST_CODE if part == "code" else LONGEST
        if len(text) > most + 1:
            return say("notebook.long_part", part=part, most=most)
    return Given(**parts)


def _told_by_line(cell: _Cell, sign: str, said: str) -> Given | str:
    """The answer that the line under a cell tells: what is said there was well-formed, with digits enough."""
    number, reason = _NUMBER.fullmatch(said), _BECAUSE.search(cell.source)
    if sign == " =" and number:
        return Given(f"{number[1]}{number[2] or '.'}000000{number[3]}")
    said = languages.from_any(said)
    if said == say("code.understood").rstrip(languages.POINTS) and len(cell.source) <= LONGEST_CODE:
        return Given(code=cell.source)
    if sign == ":" and reason:
        return Given(option=said, because=reason[1][1:-1])
    return say("notebook.only_line")


def _whose(who: set[Who]) -> Who:
    """Of which assignment, course and student the answers are."""
    if len(who) > 1:
        said = " and ".join(sorted(map(" / ".join, who))[:3])
        raise UnreadableError(say("notebook.several", said=said))
    return who.pop()


def _why_lost(cell: _Cell) -> str:
    """Why the answer of a cell is not in its outputs."""
    why = say("notebook.not_run")
    for output in cell.outputs:
        if isinstance(output, dict) and output.get("ename"):
            why = say("notebook.stopped", error=_text(output["ename"])[:LONGEST_LINE])
        elif "Not handed in: " in _said(output):
            why = say("notebook.says", line=_said(output).strip()[:LONGEST_LINE].removesuffix("."))
    return why


def _calls(cell: _Cell) -> Iterator[tuple[str, bool]]:
    """The calls of `answer` in a source: the task, "" if it is not written out, and whether dots stand for the value.

    In a cell of text, only a call with which a line begins is one.
    """
    for match in (_IN_CODE if cell.code else _IN_TEXT).finditer(_COMMENT.sub("", cell.source)):
        if match["task"] is not None or match["dot"]:
            yield match["task"] or "", bool(match["dots"])
