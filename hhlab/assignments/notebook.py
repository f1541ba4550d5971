"""The answers in a notebook, read from its saved outputs. Nothing is run, and nothing that stands there is believed.

It is read as plain JSON, and only the parts with answers are looked at. nbformat would refuse, mend or convert a file
that is not sound elsewhere, and could lose answers that are sound.
"""

import ast
import json
from collections import Counter
from dataclasses import dataclass, fields
from typing import Any, TypeVar

from ..parameters import shown
from .answer import FORMAT, MIME
from .judge import LONGEST, LONGEST_CODE, Given
from .variant import plain_id

MOST_ANSWERS = 2000
WHO = ("assignment", "course", "student")
GIVEN = tuple(part.name for part in fields(Given))
LIMITS = dict.fromkeys((*WHO, "task", *GIVEN), LONGEST + 1) | {"code": LONGEST_CODE + 1}
"""The parts of an answer, and how many characters of each are read: one more than may be, so that it is noticed."""
Part = TypeVar("Part", dict[str, Any], list[Any])


class UnreadableError(Exception):
    """A file that cannot be graded; its text says why."""


@dataclass(frozen=True)
class Handed:
    """What a notebook hands in: for which assignment, course and student, the last answer to each task, and remarks."""

    assignment: str
    course: str
    student: str
    answers: dict[str, Given]
    remarks: tuple[str, ...] = ()


NOTHING = Handed("", "", "", {})


def read_answers(data: bytes) -> Handed:
    """The answers in the bytes of a notebook.

    Raises
    ------
    UnreadableError
        If they are not a notebook, have no answers, or those of two students.
    """
    cells = _cells(data)
    found = [(number, cell, answer) for number, cell in enumerate(cells) for answer in _answers(cell)][:MOST_ANSWERS]
    if not found:
        raise UnreadableError(_why_none(cells))
    who = {tuple(answer[part] for part in WHO) for _, _, answer in found}
    if len(who) > 1:
        said = " and ".join(sorted(" / ".join(each) for each in who)[:3])
        raise UnreadableError(
            f"its answers are for different students, courses or assignments: {said}. Was it run anew?"
        )
    ((assignment, course, student),) = who
    answers = {each["task"]: Given(**{part: each[part] for part in GIVEN}) for _, _, each in found}
    return Handed(assignment, course, student, answers, tuple(_remarks(found)))


def _cells(data: bytes) -> list[dict[str, Any]]:
    try:
        notebook = json.loads(data.decode("utf-8-sig"))
    except RecursionError:
        raise UnreadableError("it is nested too deeply to be a notebook") from None
    except ValueError:
        raise UnreadableError("it is not a notebook: its JSON is broken or cut off") from None
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list):
        raise UnreadableError("it is not a notebook of format 4: open it in JupyterLab and save it again")
    return [cell for cell in notebook["cells"] if isinstance(cell, dict) and cell.get("cell_type") == "code"]


def _answers(cell: dict[str, Any]) -> list[dict[str, str]]:
    """The well-formed answers among the outputs of a cell, as texts."""
    bundles = (_part(output, "data", dict) for output in _part(cell, "outputs", list))
    return [answer for answer in (_checked(_part(bundle, MIME, dict)) for bundle in bundles) if answer]


def _part(whole: Any, name: str, kind: type[Part]) -> Part:
    """A part of what was read if it is there and of that kind, or else an empty one."""
    part = whole.get(name) if isinstance(whole, dict) else None
    return part if isinstance(part, kind) else kind()


def _checked(answer: dict[str, Any]) -> dict[str, str]:
    """An answer whose parts are texts of a sane length, with ids as they are compared; empty for anything else."""
    texts = {key: answer.get(key, "") for key in LIMITS}
    short = all(isinstance(text, str) and len(text) <= LIMITS[key] for key, text in texts.items())
    if not short or answer.get("format") != FORMAT:
        return {}
    try:
        texts |= {who: plain_id(texts[who]) for who in ("course", "student")}
    except ValueError:
        return {}
    return {key: _sound(text) for key, text in texts.items()}


def _sound(text: str) -> str:
    """A text without halves of characters, which cannot be written to a file."""
    return text.encode("utf-8", "replace").decode()


def _why_none(cells: list[dict[str, Any]]) -> str:
    """Why a notebook has no answers: never run, or another notebook."""
    calls = sum(len(_calls(cell)) for cell in cells)
    if not calls:
        return "no cell of it hands in an answer: is it another notebook?"
    return f"{calls} of its cells hand in answers, but none has its output: run all cells and save it, then hand it in"


def _remarks(found: list[tuple[int, dict[str, Any], dict[str, str]]]) -> list[str]:
    """What a person should know about how the answers stand in the notebook."""
    cells = Counter(task for task, _ in {(answer["task"], number) for number, _, answer in found})
    remarks = [f"{shown(task)} is answered in {n} cells: the last one counts." for task, n in cells.items() if n > 1]
    for _, cell, answer in {each[2]["task"]: each for each in found}.values():
        calls = [value for task, value in _calls(cell) if task in (answer["task"], None)]
        if not calls:
            remarks.append(f"The cell with the answer to {shown(answer['task'])} no longer hands it in.")
        elif answer["value"] and not any(value in (None, answer["value"]) for value in calls):
            remarks.append(
                f"The cell of {shown(answer['task'])} says {shown(calls[-1])} but its output {shown(answer['value'])}: "
                "it was edited and not run again. The output counts."
            )
    return remarks


def _calls(cell: dict[str, Any]) -> list[tuple[str | None, str | None]]:
    """The calls of `answer` in the source of a cell: task and value as text, None for what is not written out."""
    source = cell.get("source", "")
    text = "".join(map(str, source)) if isinstance(source, list) else str(source)
    try:
        tree = ast.parse(text[:LONGEST_CODE])
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return [(None, None)] if ".answer(" in text else []
    calls = [
        node for node in ast.walk(tree) if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "answer"
    ]
    return [(_literal(call.args[:1]), _literal(call.args[1:2])) for call in calls]


def _literal(arguments: list[ast.expr]) -> str | None:
    try:
        value = ast.literal_eval(arguments[0])
        return repr(value) if isinstance(value, float) else str(value)
    except (IndexError, ValueError, TypeError, RecursionError, MemoryError):
        return None
