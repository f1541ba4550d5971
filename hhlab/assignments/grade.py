"""Grades a course: submissions and a roster in; the roster with grades, a page for each student and a report out.

Order does not matter, one bad file never stops the others, and what was graded before is not graded again.
"""

import functools
import hashlib
import json
import os
import platform
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import asdict, dataclass, field, replace
from importlib.metadata import version
from pathlib import Path

from ..parallel import carry_out
from ..parameters import shown
from .course import ASSIGNMENTS
from .feedback import feedback
from .judge import Given, Verdict, judge_all
from .notebook import Handed
from .report import Graded, report
from .roster import Roster, Student, read_roster
from .sandbox import Sandbox, describe
from .submissions import Submission, find
from .variant import plain_id

_PACKAGE = Path(__file__).resolve().parents[1]
_SOURCES = (".py", ".toml", ".j2")
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")


@dataclass(frozen=True)
class Work:
    """What one student handed in, ready to be judged anywhere."""

    assignment: str
    course: str
    student: str
    name: str
    answers: dict[str, Given]
    remarks: tuple[str, ...]
    rules: str
    secret: str = field(default="", repr=False)

    @property
    def key(self) -> str:
        """Changes with everything that the marks and their page depend on."""
        return _fingerprint(json.dumps(asdict(self), sort_keys=True).encode())


def rules(assignment: str) -> str:
    """A fingerprint of all that the marks of an assignment depend on, except the answers.

    It changes with the tasks (points, tolerances, texts), with any source file of this package, which compute what is
    right, and with the versions of what they stand on.
    """
    tasks = ASSIGNMENTS[assignment].tasks(ASSIGNMENTS[assignment].variant("any", "any"))
    return _fingerprint(_ADDRESS.sub("", repr((ASSIGNMENTS[assignment], tasks))).encode(), _sources())


@functools.cache
def _sources() -> bytes:
    """A fingerprint of the source of this package, and of the versions of what it stands on."""
    paths = sorted(path for path in _PACKAGE.rglob("*") if path.suffix in _SOURCES)
    versions = " ".join([platform.python_version(), *map(version, ("hhlab", "numpy", "scipy"))])
    return _fingerprint(versions.encode(), *(path.read_bytes() for path in paths)).encode()


def _fingerprint(*told: bytes) -> str:
    return hashlib.sha256(b"\0".join(told)).hexdigest()[:24]


def grade(
    places: Iterable[Path], course: str, roster: Path, out: Path, *, assignment: str = "", id_column: str = "",
    grade_column: str = "", executor: Executor | None = None, secret: str = "",
) -> Graded:  # fmt: skip
    """Grade what was handed in, and write the roster, the pages and the report to a folder.

    Parameters
    ----------
    places : folders, zips and notebooks.
    course : as the students typed it.
    roster : a CSV with a column of ids.
    out : a folder; made if it is not there. Running again goes on where it ended.
    assignment : its name; unless given, the one that most of the notebooks are of.
    id_column, grade_column : headers in the roster, where they are not the usual ones.
    executor : any of concurrent.futures; None for one after the other.
    secret : that of the course, if it has one.

    Raises
    ------
    ValueError
        If there is nothing to grade, the assignment is unknown, or the roster cannot be used.
    """
    roster, out = Path(roster), Path(out)
    if (out / roster.name).resolve() == roster.resolve():
        raise ValueError(f"{out} holds the roster itself, which would be written over: choose another folder")
    places, course = [Path(place) for place in places], plain_id(course, "course")
    found = find(places)
    name = assignment or _usual(each.handed for each in found if not each.trouble)
    if name not in ASSIGNMENTS:
        raise ValueError(f"this version has no assignment {shown(name)}; it has {', '.join(ASSIGNMENTS)}")
    listed = read_roster(roster, id_column=id_column, grade_column=grade_column, title=name)
    graded = Graded(name)
    works = [replace(work, secret=secret) for work in _sorted_out(found, name, course, listed, graded)]
    for folder in ("feedback", "results"):
        (out / folder).mkdir(parents=True, exist_ok=True)
    _mark_all(works, out, executor, graded)
    _finish(graded, listed, course, roster, out)
    return graded


def mark(work: Work) -> tuple[list[Verdict], str]:
    """The verdicts on what a student handed in, and the page with them."""
    assignment = ASSIGNMENTS[work.assignment]
    variant, verdicts = judge_all(assignment, work.course, work.student, work.answers, Sandbox().run, work.secret)
    return verdicts, feedback(assignment, variant, work.name, verdicts, work.remarks)


def _usual(found: Iterable[Handed]) -> str:
    """The assignment that most of them are of."""
    names = Counter(handed.assignment for handed in found)
    if not names:
        raise ValueError("there is no notebook with answers here: name the assignment with --assignment")
    return max(sorted(names), key=lambda name: names[name])


def _sorted_out(
    submissions: Sequence[Submission], name: str, course: str, roster: Roster, graded: Graded
) -> Iterator[Work]:
    """What is to be judged of each student; what cannot be goes to `graded`, with the reason."""
    now = rules(name)
    good: dict[str, list[Submission]] = defaultdict(list)
    bad: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for submission in submissions:
        student, because = _whose(submission, name, course, roster)
        if student is None:
            graded.people.append((submission.label, "", because))
        elif because:
            bad[student.id].append((submission.label, because))
        else:
            good[student.id].append(submission)
    for student in roster.students.values():
        found, troubled = good[student.id], bad[student.id]
        chosen = _chosen(found)
        if chosen:
            handed, said = chosen
            remarks = (*handed.remarks, *said)
            left_out = [f"{label} was left out: {because}." for label, because in troubled]
            graded.remarks += [(student.id, remark) for remark in (*remarks, *left_out)]
            yield Work(name, course, student.id, student.name, handed.answers, remarks, now)
        else:
            several = " and ".join(each.label for each in found)
            differ = [(several, "there are several notebooks with different answers: keep one")] * bool(found)
            graded.people += [(label, student.id, because) for label, because in (*differ, *troubled)]
            graded.silent += [student.id] * (not found and not troubled)


def _whose(submission: Submission, name: str, course: str, roster: Roster) -> tuple[Student | None, str]:
    """Whose a submission is, and why it cannot be graded; "" if it can."""
    uploader = roster.find(submission.uploader) or roster.find(submission.folders[::-1])
    handed = submission.handed
    if submission.trouble:
        return uploader, submission.trouble
    named = roster.students.get(handed.student)
    if submission.uploader and uploader is None:
        return None, f"nobody on the roster, or more than one, is called {' or '.join(submission.uploader)}"
    if named is None:
        return uploader, f"its student id {shown(handed.student)} is not on the roster"
    if uploader and uploader is not named:
        return uploader, f"it has the id {shown(handed.student)}, but {uploader.id} handed it in"
    if handed.course != course:
        return named, f"it is of the course {shown(handed.course)}, not {shown(course)}"
    if handed.assignment not in ASSIGNMENTS:
        return named, f"this version has no assignment {shown(handed.assignment)}: install a newer hhlab"
    if handed.assignment != name:
        return named, f"it is of the assignment {shown(handed.assignment)}, not {shown(name)}"
    return named, ""


def _chosen(found: Sequence[Submission]) -> tuple[Handed, list[str]] | None:
    """The notebook that counts, with what is to be said: the latest copy of one; None if nobody can tell."""
    if not found:
        return None
    latest = max(found, key=lambda each: (each.copy, each.label))
    others = [each for each in found if each is not latest and each.handed.answers != latest.handed.answers]
    if any((each.stem, each.folders) != (latest.stem, latest.folders) or each.copy == latest.copy for each in others):
        return None
    return latest.handed, [f"There are {len(found)} copies: {latest.label} counts."] if len(found) > 1 else []


def _mark_all(works: Sequence[Work], out: Path, executor: Executor | None, graded: Graded) -> None:
    """Put the verdicts on each piece of work into `graded`: those that are kept, and all others, which are kept now."""
    kept = {work.student: _kept(work, out) for work in works}
    fresh = [work for work in works if kept[work.student] is None]
    result = carry_out(
        functools.partial(_mark_and_keep, out=out), fresh, executor, sizes=[1] * len(fresh), unit="student"
    )
    if isinstance(result.cut_short, KeyboardInterrupt):
        raise result.cut_short
    marked = kept | {work.student: result.done.get(n, result.in_words()) for n, work in enumerate(fresh)}
    for student, found in marked.items():
        if isinstance(found, list):
            graded.marks[student] = found
        else:
            why = f"grading it failed ({found}): run again, or tell the makers of hhlab"
            graded.people.append(("", student, why))


def _mark_and_keep(work: Work, out: Path) -> list[Verdict] | str:
    """The verdicts on what a student handed in, which are kept with their page; or why there are none."""
    try:
        verdicts, html = mark(work)
        name = file_name(work.student)
        write(out / "feedback" / f"{name}.html", html.encode())
        told = {"key": work.key, "student": work.student, "verdicts": [asdict(each) for each in verdicts]}
        if not any(each.state == "not graded" for each in verdicts):
            write(out / "results" / f"{name}.json", json.dumps(told, indent=1).encode())
        return verdicts
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def _kept(work: Work, out: Path) -> list[Verdict] | None:
    """The verdicts that are kept from before; None if there are none, or something has changed since."""
    name = file_name(work.student)
    try:
        told = json.loads((out / "results" / f"{name}.json").read_text("utf-8"))
        known = told["key"] == work.key and (out / "feedback" / f"{name}.html").exists()
        return [Verdict(**each) for each in told["verdicts"]] if known else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def file_name(student: str) -> str:
    """A name for a file that no id can turn into another place."""
    safe = re.sub(r"[^a-z0-9-]", "_", student)[:60]
    return safe if safe == student else f"{safe}-{hashlib.sha256(student.encode()).hexdigest()[:8]}"


def write(path: Path, data: bytes) -> None:
    """Write a file in one piece, so that an interruption leaves the old one or the new one."""
    part = path.with_name(path.name + ".part")
    part.write_bytes(data)
    os.replace(part, path)


def _finish(graded: Graded, roster: Roster, course: str, path: Path, out: Path) -> None:
    """Put all in an order of its own, and write the roster and the report."""
    graded.marks = dict(sorted(graded.marks.items()))
    graded.people.sort()
    graded.remarks.sort()
    for student, verdicts in graded.marks.items():
        because = " ".join({each.reply: 0 for each in verdicts if each.state == "not graded"})
        if because:
            graded.people.append(("", student, because))
    write(out / path.name, roster.filled(graded.grades()))
    graded.silent.sort()
    write(out / "report.html", report(graded, ASSIGNMENTS[graded.assignment].title, course, describe()).encode())
