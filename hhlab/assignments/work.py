"""What one student handed in: read, judged, told of on a page, and kept. One piece of work, for any process."""

import functools
import hashlib
import json
import os
import platform
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from ..languages import language, told
from ..parameters import shown
from ..questions import State
from .adjustments import TOTAL, Adjustment, adjusted
from .course import ASSIGNMENTS
from .feedback import feedback
from .judge import Verdict, judge
from .notebook import Handed, UnreadableError, read_answers
from .opened import MOST_FILES, File, TooMuchError, notebooks
from .sandbox import Sandbox
from .submissions import file_name
from .task import Assignment
from .variant import Variant
from .words import say

_PACKAGE = Path(__file__).resolve().parents[1]
_SOURCES = (".py", ".toml", ".j2", ".po")


Read = tuple[File, Handed | str]
"""A file, and what it hands in, or why it cannot be graded."""


@dataclass(frozen=True)
class Work:
    """What one student handed in, what it is graded by, what is changed then, and whether to grade it again."""

    assignment: str
    course: str
    student: str
    name: str
    found: Sequence[Read]
    sandbox: Sandbox
    adjustments: Sequence[Adjustment] = ()
    again: bool = False
    secret: str = field(default="", repr=False)


class Marked(NamedTuple):
    """What came of one student: verdicts if any, where and why a person is needed, and what is to be known."""

    verdicts: Sequence[Verdict] = ()
    people: Sequence[tuple[str, str]] = ()
    remarks: Sequence[str] = ()


@functools.cache
def rules() -> str:
    """A fingerprint of all that marks depend on, except the answers.

    It changes with any source file of this package, in which the tasks stand and what computes what is right, with any
    catalogue of a language, and with the versions of what they stand on.
    """
    paths = sorted(path for path in _PACKAGE.rglob("*") if path.suffix in _SOURCES)
    versions = " ".join([platform.python_version(), *map(version, ("hhlab", "numpy", "scipy"))])
    return fingerprint(versions.encode(), *(path.read_bytes() for path in paths))


def fingerprint(*told: bytes) -> str:
    """A text that differs for different bytes."""
    return hashlib.sha256(b"\0".join(told)).hexdigest()[:24]


def read(files: Sequence[File]) -> list[Read]:
    """What the notebooks of one person hand in, whatever goes wrong; of more than is read, why nothing is."""
    found: list[Read] = []
    try:
        for file, data in notebooks(files):
            try:
                found.append((file, file.trouble or read_answers(data)))
            except UnreadableError as error:
                found.append((file, told(error)))
    except TooMuchError as error:
        return [(files[0], str(error))]
    except Exception as error:
        return [(files[0], _failed(error))]
    return found or [(file, say("file.none")) for file in files[:1]]


def mark(work: Work, out: Path) -> Marked:
    """What came of one student, whatever goes wrong. Verdicts and page are kept in a folder."""
    try:
        return _marked(work, out)
    except Exception as error:
        return Marked(people=[("", _failed(error))])


def _failed(error: Exception) -> str:
    return say("file.failed", why=f"{type(error).__name__}: {error}")


def _marked(work: Work, out: Path) -> Marked:
    if len(work.found) > MOST_FILES:
        return Marked(people=[(work.found[0][0].label, say("file.too_many", most=MOST_FILES))])
    good: list[Handed] = []
    foreign, bad = [], []
    for file, handed in work.found:
        because = handed if isinstance(handed, str) else why_not(handed, work.assignment, work.course, work.student)
        if isinstance(handed, str) or (handed.student == work.student and because):
            bad.append((file.label, because))
        elif because:
            foreign.append((file.label, because))
        else:
            good.append(handed)
    if any(each.answers != good[0].answers for each in good):
        bad.append((work.found[0][0].label, say("file.several")))
        good.clear()
    if any(each.gives(TOTAL) for each in work.adjustments):
        foreign, bad = [], [*foreign, *bad]
    elif not good:
        return Marked(people=[*foreign, *bad])
    handed_in = good[0] if good else None
    left_out = [say("file.left_out", file=where, why=because) for where, because in bad]
    remarks = [*(handed_in.remarks if handed_in else ()), *left_out]
    return Marked(_kept_or_judged(work, handed_in, out), foreign, remarks)


def why_not(handed: Handed, assignment: str, course: str, student: str) -> str:
    """Why a notebook cannot be graded as the work of a student; "" if it can."""
    if handed.student != student:
        return say("file.other_student", student=student, other=handed.student)
    if handed.course != course:
        return say("file.other_course", other=shown(handed.course), course=shown(course))
    if handed.assignment not in ASSIGNMENTS:
        return say("file.unknown_assignment", name=shown(handed.assignment))
    if handed.assignment != assignment:
        return say("file.other_assignment", other=shown(handed.assignment), assignment=shown(assignment))
    return ""


def _kept_or_judged(work: Work, handed: Handed | None, out: Path) -> list[Verdict]:
    """The verdicts that are kept from before, if nothing has changed since; or new ones, which are kept with a page."""
    name = file_name(work.student)
    page, kept = out / "feedback" / f"{name}.html", out / "results" / f"{name}.json"
    changes, answers = list(map(asdict, work.adjustments)), asdict(handed) if handed else ""
    depends = [language(), work.name, rules(), work.secret, work.sandbox.lock, answers, changes]
    key = fingerprint(json.dumps(depends, sort_keys=True).encode())
    with suppress(OSError, ValueError, KeyError, TypeError):
        saved = json.loads(kept.read_text("utf-8"))
        if saved["key"] == key and page.exists() and not work.again:
            return [Verdict(**each) for each in saved["verdicts"]]
    verdicts, html = judged(work, handed)
    write(page, html.encode())
    if not any(each.state == State.NOT_RUN for each in verdicts):
        saved = {"key": key, "student": work.student, "verdicts": [asdict(each) for each in verdicts]}
        write(kept, json.dumps(saved, indent=1).encode())
    return verdicts


def judged(work: Work, handed: Handed | None) -> tuple[list[Verdict], str]:
    """The verdicts on what a student handed in, and the page with them."""
    assignment = ASSIGNMENTS[work.assignment]
    variant = assignment.variant(work.course, work.student, work.secret)
    verdicts = judge_all(assignment, handed, variant, work.sandbox) if handed else []
    verdicts = adjusted(verdicts, work.adjustments, sum(task.points for task in assignment.tasks(variant)))
    return verdicts, feedback(assignment, variant, work.name, verdicts, handed.remarks if handed else ())


def judge_all(assignment: Assignment, handed: Handed, variant: Variant, sandbox: Sandbox) -> list[Verdict]:
    """The verdicts on all that a notebook hands in."""
    given, untold = handed.answers, handed.answers.get("")
    return [judge(task, given.get(task.name, untold), variant, sandbox.run) for task in assignment.tasks(variant)]


def write(path: Path, data: bytes) -> None:
    """Write a file in one piece, so that an interruption leaves the old one or the new one. Folders are made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    part.write_bytes(data)
    os.replace(part, path)
