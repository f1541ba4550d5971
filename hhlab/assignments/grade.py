"""Grades a course: submissions and a roster in; the roster with grades, a page for each student and a report out.

Order does not matter, one bad file never stops the others, and what was graded before is not graded again.
"""

import hashlib
import json
import os
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, as_completed
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ..parameters import shown
from .course import ASSIGNMENTS
from .feedback import feedback
from .judge import Given, Verdict, judge
from .notebook import Handed, UnreadableError, read_answers
from .report import report
from .roster import Roster, Student, read_roster
from .sandbox import Sandbox, describe
from .submissions import Submission, find
from .variant import plain_id

SAVED = 1


@dataclass(frozen=True)
class Work:
    """What one student handed in, ready to be judged anywhere."""

    assignment: str
    course: str
    student: str
    name: str
    answers: dict[str, Given]
    remarks: tuple[str, ...]

    @property
    def key(self) -> str:
        """Changes with everything that the result depends on."""
        told = [SAVED, version("hhlab"), asdict(self)]
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:24]


@dataclass
class Graded:
    """What came of a course.

    Attributes
    ----------
    marks : the verdicts by student id.
    people : what needs a person: where, who, and why it could not be graded.
    remarks : what is to be known of others: who, and what.
    silent : ids of students of the roster who handed in nothing.
    """

    assignment: str
    marks: dict[str, list[Verdict]] = field(default_factory=dict)
    people: list[tuple[str, str, str]] = field(default_factory=list)
    remarks: list[tuple[str, str]] = field(default_factory=list)
    silent: list[str] = field(default_factory=list)

    def grades(self) -> dict[str, tuple[float, float]]:
        """Points and all points by student, of those who could be graded in full."""
        return {
            student: (round(sum(each.points for each in verdicts), 2), sum(each.of for each in verdicts))
            for student, verdicts in self.marks.items()
            if not any(each.state == "not graded" for each in verdicts)
        }


def grade(
    places: Iterable[Path], course: str, roster: Path, out: Path, *, assignment: str = "", id_column: str = "",
    grade_column: str = "", executor: Executor | None = None, progress: Callable[[int, int], None] | None = None,
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
    progress : called with how many are graded, of how many.

    Raises
    ------
    ValueError
        If there is nothing to grade, the assignment is unknown, or the roster cannot be used.
    """
    roster, out = Path(roster), Path(out)
    if (out / roster.name).resolve() == roster.resolve():
        raise ValueError(f"{out} holds the roster itself, which would be written over: choose another folder")
    places, course = [Path(place) for place in places], plain_id(course, "course")
    read = [(submission, _read(submission)) for submission in find(places)]
    name = assignment or _usual(handed for _, handed in read if isinstance(handed, Handed))
    if name not in ASSIGNMENTS:
        raise ValueError(f"this version has no assignment {shown(name)}; it has {', '.join(ASSIGNMENTS)}")
    listed = read_roster(roster, id_column=id_column, grade_column=grade_column, title=name)
    graded = Graded(name)
    works = list(_sorted_out(read, name, course, listed, graded))
    for folder in ("feedback", "results"):
        (out / folder).mkdir(parents=True, exist_ok=True)
    for done, (work, verdicts) in enumerate(_marked(works, out, executor, graded), 1):
        graded.marks[work.student] = verdicts
        if progress:
            progress(done, len(works))
    _finish(graded, listed, course, roster, out)
    return graded


def mark(work: Work) -> tuple[list[Verdict], str]:
    """The verdicts on what a student handed in, and the page with them."""
    assignment = ASSIGNMENTS[work.assignment]
    variant = assignment.variant(work.course, work.student)
    run = Sandbox().run
    verdicts = [judge(task, work.answers.get(task.name), variant, run) for task in assignment.tasks(variant)]
    return verdicts, feedback(assignment, variant, work.name, verdicts, work.remarks)


def _read(submission: Submission) -> Handed | str:
    """The answers of a submission, or why there are none."""
    try:
        return read_answers(submission.read())
    except UnreadableError as error:
        return str(error)


def _usual(found: Iterable[Handed]) -> str:
    """The assignment that most of them are of."""
    names = Counter(handed.assignment for handed in found)
    if not names:
        raise ValueError("there is no notebook with answers here: name the assignment with --assignment")
    return max(sorted(names), key=lambda name: names[name])


def _sorted_out(
    read: Sequence[tuple[Submission, Handed | str]], name: str, course: str, roster: Roster, graded: Graded
) -> Iterator[Work]:
    """What is to be judged of each student; what cannot be goes to `graded`, with the reason."""
    good: dict[str, list[tuple[Submission, Handed]]] = defaultdict(list)
    bad: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for submission, handed in read:
        student, because = _whose(submission, handed, name, course, roster)
        if student is None:
            graded.people.append((submission.label, "", because))
        elif because or isinstance(handed, str):
            bad[student.id].append((submission.label, because))
        else:
            good[student.id].append((submission, handed))
    for student in roster.students.values():
        found, troubled = good[student.id], bad[student.id]
        chosen = _chosen(found)
        if chosen:
            handed, said = chosen
            remarks = (*handed.remarks, *said)
            left_out = [f"{label} was left out: {because}." for label, because in troubled]
            graded.remarks += [(student.id, remark) for remark in (*remarks, *left_out)]
            yield Work(name, course, student.id, student.name, handed.answers, remarks)
        else:
            several = " and ".join(submission.label for submission, _ in found)
            differ = [(several, "there are several notebooks with different answers: keep one")] * bool(found)
            graded.people += [(label, student.id, because) for label, because in (*differ, *troubled)]
            graded.silent += [student.id] * (not found and not troubled)


def _whose(
    submission: Submission, handed: Handed | str, name: str, course: str, roster: Roster
) -> tuple[Student | None, str]:
    """Whose a submission is, and why it cannot be graded; "" if it can."""
    uploader = roster.find(submission.uploader) or roster.find(submission.folders[::-1])
    if isinstance(handed, str):
        return uploader, handed
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


def _chosen(found: Sequence[tuple[Submission, Handed]]) -> tuple[Handed, list[str]] | None:
    """The notebook that counts, with what is to be said: the latest copy of one; None if nobody can tell."""
    if not found:
        return None
    latest, handed = max(found, key=lambda each: (each[0].copy, each[0].label))
    others = [other for other, theirs in found if other is not latest and theirs.answers != handed.answers]
    if any(
        (other.stem, other.folders) != (latest.stem, latest.folders) or other.copy == latest.copy for other in others
    ):
        return None
    return handed, [f"There are {len(found)} copies: {latest.label} counts."] if len(found) > 1 else []


def _marked(
    works: Sequence[Work], out: Path, executor: Executor | None, graded: Graded
) -> Iterator[tuple[Work, list[Verdict]]]:
    """Each piece of work with its verdicts, as they come; saved at once, and taken from there if it was before."""
    fresh = []
    for work in works:
        saved = _saved(work, out)
        if saved is None:
            fresh.append(work)
        else:
            yield work, saved
    for work, result in _results(fresh, executor):
        try:
            verdicts, html = result()
        except Exception as error:
            why = f"grading it failed ({type(error).__name__}: {error}): run again, or tell the makers of hhlab"
            graded.people.append(("", work.student, why))
            continue
        _save(work, verdicts, html, out)
        yield work, verdicts


def _results(works: Sequence[Work], executor: Executor | None) -> Iterator[tuple[Work, Callable[[], Any]]]:
    if executor is None:
        yield from ((work, lambda work=work: mark(work)) for work in works)
        return
    futures = {executor.submit(mark, work): work for work in works}
    try:
        yield from ((futures[future], future.result) for future in as_completed(futures))
    finally:
        for future in futures:
            future.cancel()


def file_name(student: str) -> str:
    """A name for a file that no id can turn into another place."""
    safe = re.sub(r"[^a-z0-9-]", "_", student)[:60]
    return safe if safe == student else f"{safe}-{hashlib.sha256(student.encode()).hexdigest()[:8]}"


def _saved(work: Work, out: Path) -> list[Verdict] | None:
    try:
        saved = json.loads((out / "results" / f"{file_name(work.student)}.json").read_text("utf-8"))
        known = saved["key"] == work.key and (out / "feedback" / f"{file_name(work.student)}.html").exists()
        return [Verdict(**each) for each in saved["verdicts"]] if known else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _save(work: Work, verdicts: Sequence[Verdict], html: str, out: Path) -> None:
    name = file_name(work.student)
    write(out / "feedback" / f"{name}.html", html.encode())
    told = {"key": work.key, "student": work.student, "verdicts": [asdict(each) for each in verdicts]}
    if not any(each.state == "not graded" for each in verdicts):
        write(out / "results" / f"{name}.json", json.dumps(told, indent=1).encode())


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
        because = " ".join(each.reply for each in verdicts if each.state == "not graded")
        if because:
            graded.people.append(("", student, because))
    write(out / path.name, roster.filled(graded.grades()))
    told = report(ASSIGNMENTS[graded.assignment], course, graded.marks, graded.people, graded.remarks,
                  sorted(graded.silent), describe())  # fmt: skip
    write(out / "report.html", told.encode())
