"""The answers in a notebook, read from its saved outputs. Nothing is run, and nothing that stands there is believed.

It is read as plain JSON, and only the parts with answers are looked at. nbformat would refuse, mend or convert a file
that is not sound elsewhere, and could lose answers that are sound.
"""

import ast
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, fields
from itertools import islice
from typing import Any, NamedTuple, TypeVar

from ..parameters import shown
from .answer import FORMAT, MIME
from .judge import FROM_LINE, LONGEST, LONGEST_CODE, Given
from .variant import plain_id

MOST_VALUES = 500_000
"""Numbers, texts, lists and groups in the JSON of a notebook: each takes up memory."""
MOST_PARTS = 20_000
"""Cells and outputs of a notebook."""
MOST_CALLS, MOST_REMARKS = 5000, 20
LONGEST_LINE = 300
GIVEN = tuple(part.name for part in fields(Given))
LIMITS = dict.fromkeys(GIVEN, LONGEST + 1) | {"code": LONGEST_CODE + 1}
"""The parts of an answer, and how many characters of each are read: one more than may be, so that it is noticed."""
Part = TypeVar("Part", dict[str, Any], list[Any])
Who = tuple[str, str, str]
"""An assignment, a course and a student."""

_HANDS_IN = (
    r"""answer\(\s*(?:task\s*=\s*)?(?:(?P<mark>["'])(?P<task>[^"'\n]{0,100})(?P=mark)\s*"""
    r"""(?:,\s*(?:value\s*=\s*)?(?P<value>"[^"\n]{0,200}"|'[^'\n]{0,200}'|[^,)\n]{0,200}))?)?"""
)
_IN_CODE = re.compile(r"(?<!def )(?P<dot>\.)?\b" + _HANDS_IN)
_IN_TEXT = re.compile(r"^[ \t]*(?:\w{1,100}(?P<dot>\.))?" + _HANDS_IN, re.MULTILINE)
_COMMENT = re.compile(r"#[^\n]*")
_LAB = re.compile(r"""\bassignment\(\s*(["'])([^"'\n]{1,100})\1,\s*course\s*=\s*(["'])([^"'\n]{1,100})\3""")
_BECAUSE = re.compile(r"""\bbecause\s*=\s*("[^"\n]{0,2000}"|'[^'\n]{0,2000}')""")
_LINE = re.compile(r"Handed in for ([^:\n]{1,100}): (\w{1,100})( =|:) (.{1,2000})")
_AFTER = re.compile(r"(?:, in more digits .*?)?\.(?: (?:(?:Right|Half right|Not yet|It runs)\.|But |It replaces ).*)?$")
_PLAIN = re.compile(r"([-\u2212]?\d+)((?:\.\d+)?)((?: \D.*)?)")


class UnreadableError(Exception):
    """A file that cannot be graded; its text says why."""


class Lost(NamedTuple):
    """An answer that was to be handed in, but cannot be read: why, and the source of its cell."""

    why: str
    source: str = ""


@dataclass(frozen=True)
class Handed:
    """What a notebook hands in: for which assignment, course and student, the last answer to each task, and remarks.

    Answers that were lost stand by task; under "" what was lost of a cell that does not write out its task.
    """

    assignment: str
    course: str
    student: str
    answers: dict[str, Given]
    lost: dict[str, Lost] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()


class _Cell(NamedTuple):
    code: bool
    source: str
    outputs: list[Any]


class _Answer(NamedTuple):
    """An answer in an output. The line for people says only the student of whose it is."""

    who: Who
    task: str
    given: Given | Lost


class _Call(NamedTuple):
    """A call of `answer` in a source: task and value as text, None for what is not written out."""

    task: str | None
    value: str | None


def read_answers(data: bytes) -> Handed:
    """The answers in the bytes of a notebook.

    Raises
    ------
    UnreadableError
        If they are not a notebook, have no answers, or those of two students.
    """
    cells = _cells(data)
    found = [(number, answer) for number, cell in enumerate(cells) for answer in _answers(cell)]
    calls: dict[int, list[_Call]] = defaultdict(list)
    for number, call in islice(((n, call) for n, cell in enumerate(cells) for call in _calls(cell)), MOST_CALLS):
        calls[number].append(call)
    if not found:
        raise UnreadableError(_why_none(sum(map(len, calls.values()))))
    assignment, course, student = _whose(cells, {answer.who for _, answer in found})
    last = {answer.task: (number, answer.given) for number, answer in found}
    answers = {task: given for task, (_, given) in last.items() if isinstance(given, Given)}
    lost = {task: given for task, (_, given) in last.items() if isinstance(given, Lost)}
    for number in calls.keys() - {number for number, _ in found}:
        missing = [call.task or "" for call in calls[number] if call.task not in last and call.value != "Ellipsis"]
        lost |= dict.fromkeys(missing, _why_lost(cells[number]))
    remarks = _remarks(found, {task: (given, calls[last[task][0]]) for task, given in answers.items()})
    return Handed(assignment, course, student, answers, lost, tuple(islice(remarks, MOST_REMARKS)))


def _cells(data: bytes) -> list[_Cell]:
    if sum(map(data.count, (b",", b"[", b"{"))) > MOST_VALUES:
        raise UnreadableError(f"it holds more than {MOST_VALUES} values: clear the outputs that are not answers")
    try:
        notebook = json.loads(data.decode("utf-8-sig"))
    except RecursionError:
        raise UnreadableError("it is nested too deeply to be a notebook") from None
    except ValueError:
        raise UnreadableError("it is not a notebook: its JSON is broken or cut off") from None
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list):
        raise UnreadableError("it is not a notebook of format 4: open it in JupyterLab and save it again")
    cells = [
        _Cell(cell.get("cell_type") == "code", _text(cell.get("source")), _part(cell, "outputs", list))
        for cell in notebook["cells"]
        if isinstance(cell, dict)
    ]
    if sum(1 + len(cell.outputs) for cell in cells) > MOST_PARTS:
        raise UnreadableError(
            f"it has more than {MOST_PARTS} cells and outputs: clear the outputs that are not answers"
        )
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


def _answers(cell: _Cell) -> Iterator[_Answer]:
    """The answers in the outputs of a cell: as data, or as the line for people where only that was kept."""
    reason = _BECAUSE.search(cell.source) if cell.code and cell.outputs else None
    because = (_literal(reason[1]) if reason else None) or ""
    for output in cell.outputs if cell.code else ():
        told, line = _part(_part(output, "data", dict), MIME, dict), _LINE.match(_said(output))
        if told:
            yield from _from_data(told)
        elif line:
            yield _from_line(cell, because, *line.groups())


def _from_data(told: dict[str, Any]) -> Iterator[_Answer]:
    """The answer in an output, unless that does not say whose it is."""
    assignment, course, student, task = (_text(told.get(key)) for key in ("assignment", "course", "student", "task"))
    parts = {part: _text(told.get(part)) for part in GIVEN}
    with suppress(ValueError):
        who = (assignment, plain_id(course, "course"), plain_id(student))
        long = next((part for part in GIVEN if len(parts[part]) > LIMITS[part]), "")
        if max(len(assignment), len(task)) > LONGEST:
            return
        if told.get("format") != FORMAT:
            yield _Answer(who, task, Lost("its output was made by another version of hhlab"))
        elif long:
            what = "reason" if long == "because" else long
            yield _Answer(who, task, Lost(f"its {what} is longer than the {LIMITS[long] - 1} characters that are read"))
        else:
            yield _Answer(who, task, Given(**parts))


def _from_line(cell: _Cell, because: str, student: str, task: str, sign: str, line: str) -> _Answer:
    """The answer that the line under a cell tells: what is said there was well-formed, with digits enough."""
    said = _AFTER.sub("", line)
    number = _PLAIN.fullmatch(said)
    given: Given | Lost = Lost("only the line under its cell is left, which does not tell it in full")
    if sign == " =" and number:
        given = Given(f"{number[1]}{number[2] or '.'}000000{number[3]}", mark=FROM_LINE)
    elif said == "the code of this cell" and len(cell.source) <= LONGEST_CODE:
        given = Given(code=cell.source, mark=FROM_LINE)
    elif sign == ":" and because:
        given = Given(said, because=because, mark=FROM_LINE)
    return _Answer(("", "", student), task, given)


def _whose(cells: Sequence[_Cell], who: set[Who]) -> Who:
    """Of which assignment, course and student the answers are; lines for people tell only the last."""
    whole = {each for each in who if each[0]}
    if not whole:
        found = {(match[2], match[4]) for cell in cells if cell.code for match in _LAB.finditer(cell.source)}
        if len(found) != 1:
            raise UnreadableError("its outputs have lost of which course and assignment they are")
        whole = {(*found.pop(), student) for _, _, student in who}
    everybody = whole | {("", "", student) for *_, student in who - whole if student not in {each[2] for each in whole}}
    if len(everybody) > 1:
        said = " and ".join(sorted(" / ".join(filter(None, each)) for each in everybody)[:3])
        raise UnreadableError(
            f"its answers are for different students, courses or assignments: {said}. Was it run anew?"
        )
    return everybody.pop()


def _why_none(calls: int) -> str:
    """Why a notebook has no answers: never run, or another notebook."""
    if not calls:
        return "no cell of it hands in an answer: is it another notebook?"
    return f"{calls} of its cells hand in answers, but none has its output: run all cells and save it, then hand it in"


def _why_lost(cell: _Cell) -> Lost:
    """Why the answer of a cell is not in its outputs."""
    why = "its cell was not run"
    for output in cell.outputs:
        if isinstance(output, dict) and output.get("ename"):
            why = f"its cell stopped with {_text(output['ename'])[:LONGEST_LINE]}"
        elif "Not handed in: " in _said(output):
            why = f"its cell says: {_said(output).strip()[:LONGEST_LINE]}"
    return Lost(why, cell.source[:LONGEST_CODE])


def _remarks(
    found: Sequence[tuple[int, _Answer]], answers: Mapping[str, tuple[Given, Sequence[_Call]]]
) -> Iterator[str]:
    """What a person should know about how the answers stand in the notebook: each with the calls in its cell."""
    many = Counter(task for task, _ in {(answer.task, number) for number, answer in found})
    yield from (f"{shown(task)} is answered in {n} cells: the last one counts." for task, n in many.items() if n > 1)
    for task, (given, calls) in answers.items():
        values = [call.value for call in calls if call.task in (task, None)]
        if not values:
            yield f"The cell with the answer to {shown(task)} no longer hands it in."
        elif given.value and not any(value in (None, given.value) for value in values):
            yield (
                f"The cell of {shown(task)} says {shown(values[-1])} but its output {shown(given.value)}: "
                "it was edited and not run again. The output counts."
            )


def _calls(cell: _Cell) -> Iterator[_Call]:
    """The calls of `answer` in the source of a cell, a cell of text too if a line is nothing else."""
    for match in (_IN_CODE if cell.code else _IN_TEXT).finditer(_COMMENT.sub("", cell.source)):
        if match["task"] is not None or match["dot"]:
            yield _Call(match["task"], _literal(match["value"] or ""))


def _literal(text: str) -> str | None:
    try:
        value = ast.literal_eval(text.strip())
        return repr(value) if isinstance(value, float) else str(value)
    except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError):
        return None
