"""Grades a course: submissions and a roster in; the roster with grades, a page for each student and a report out.

Whose a file is, is told by names. Each student is one piece of work, in any order, and one never stops the others.
What was graded before is not graded again.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from concurrent.futures import Executor
from functools import partial
from pathlib import Path
from typing import TypeVar

from ..parallel import carry_out
from ..parameters import shown
from ..questions import State
from .adjustments import OVERRIDES, TOTAL, lateness, read_overrides
from .course import ASSIGNMENTS
from .gradebook import Gradebook, open_book, write_roster
from .notebook import Handed
from .report import Graded, report
from .roster import Roster, read_roster
from .sandbox import LIMITS_ONLY, Sandbox, best_lock
from .submissions import Sorted, sort_out
from .task import Code
from .variant import plain_id
from .words import say
from .work import Read, Work, mark, read, write

FIRST_REASONS = 5
"""How many reasons are given where nothing could be read."""
Piece = TypeVar("Piece")
Result = TypeVar("Result")


def grade(
    places: Iterable[Path], course: str, roster: Path, out: Path, *, assignment: str = "", id_column: str = "",
    grade_column: str = "", executor: Executor | None = None, again: Collection[str] = (), late: float = 0.0,
    unlocked: bool = False, secret: str = "",
) -> Graded:  # fmt: skip
    """Grade what was handed in, and write the roster, the pages and the report to a folder.

    Parameters
    ----------
    places : folders, zips and notebooks, of one of the layouts that `submissions` knows.
    course : as the students typed it.
    roster : a CSV with a column of ids.
    out : a folder; made if it is not there. Running again goes on where it ended.
    assignment : its name; unless given, the one that the first notebooks of most students are of.
    id_column, grade_column : headers in the roster, where they are not the usual ones.
    executor : any of concurrent.futures; None for one after the other.
    again : ids of students and names of tasks, of which what was graded before is graded again.
    late : the share of the points that is taken off where a platform marks that it was handed in late.
    unlocked : whether code may run with limits only where this system cannot lock it in.
    secret : that of the course, if it has one.

    Raises
    ------
    ValueError
        If there is nothing to grade, the assignment is unknown, the roster, a place or the overrides cannot be used, or
        the folder holds grades of another assignment or course.
    """
    roster, out = Path(roster), Path(out)
    if (out / roster.name).resolve() == roster.resolve():
        raise ValueError(f"{out} holds the roster itself, and grading would overwrite it: choose another folder")
    course = plain_id(course, "course")
    listed = read_roster(roster, id_column=id_column)
    told = sort_out(map(Path, places), listed, out)
    found = _on_all(read, [*told.files.values(), *([file] for file in told.unnamed)], executor)
    first = [handed for some in found for handed in [each for _, each in some if isinstance(each, Handed)][:1]]
    name = assignment or _usual(first, told, found)
    if name not in ASSIGNMENTS:
        raise ValueError(f"this version of hhlab has no assignment {shown(name)}; it has {', '.join(ASSIGNMENTS)}")
    listed.choose_grades(grade_column, name)
    tasks = ASSIGNMENTS[name].tasks(ASSIGNMENTS[name].variant("any", "any"))
    worth = {task.name: task.points for task in tasks}
    anew = _again(again, listed, worth)
    book = open_book(out, name, course, sum(worth.values()))
    changes, troubles = read_overrides(out / OVERRIDES, listed.students, worth)
    for student in told.late | listed.late():
        changes[student].append(lateness(student, late))
    sandbox = Sandbox(best_lock() or (LIMITS_ONLY if unlocked else ""))
    said = str(sandbox) if any(isinstance(task.question, Code) for task in tasks) else ""
    graded = Graded(name, people=told.people, notes=troubles, adjustments=changes, sandbox=said)
    whose = dict(zip(told.files, found, strict=False))
    _find_owners(found[len(whose) :], whose, listed, graded)
    works = [
        Work(name, course, each.id, each.name, whose.get(each.id, []), sandbox, changes.get(each.id, []),
             each.id in anew, secret)
        for each in listed.students.values()
        if each.id in whose or any(row.gives(TOTAL) for row in changes.get(each.id, ()))
    ]  # fmt: skip
    graded.silent = sorted(listed.students.keys() - {work.student for work in works})
    _mark_all(works, out, executor, graded)
    graded.roster = listed.in_words(graded.grades(), {handed.student for handed in first})
    _finish(graded, listed, out, book)
    return graded


def _again(names: Collection[str], roster: Roster, tasks: Collection[str]) -> set[str]:
    """The students who are graded again: those who are named, or all where a task is named."""
    for name in names:
        if name not in tasks and plain_id(name) not in roster.students:
            raise ValueError(
                f"--again {name} is neither a student's id on the roster nor one of the tasks {', '.join(tasks)}"
            )
    return set(roster.students) if any(name in tasks for name in names) else set(map(plain_id, names))


def _usual(first: Sequence[Handed], told: Sorted, found: Sequence[Sequence[Read]]) -> str:
    """The assignment that the first notebooks of most are of; ValueError, with the first reasons why, if none is."""
    names = Counter(sorted(handed.assignment for handed in first))
    if names:
        return names.most_common(1)[0][0]
    reasons = [(where, because) for where, _, because in told.people]
    reasons += [(file.label, str(because)) for some in found for file, because in some]
    said = "".join(f"{where}: {because}.\n" for where, because in reasons[:FIRST_REASONS])
    raise ValueError(f"{said}there is no notebook with answers: say which assignment is meant with --assignment")


def _find_owners(loose: Sequence[Sequence[Read]], whose: dict[str, list[Read]], roster: Roster, graded: Graded) -> None:
    """Give notebooks that no name assigns to those whose ids they hold, which the report says."""
    for some in loose:
        file, handed = some[0]
        if isinstance(handed, Handed) and handed.student in roster.students:
            whose.setdefault(handed.student, []).extend(some)
        else:
            told = handed if isinstance(handed, str) else say("report.not_on_roster", student=shown(handed.student))
            graded.people.append((file.label, "", told))
    if loose:
        graded.notes.append(say("report.only_ids", count=len(loose)))


def _on_all(work: Callable[[Piece], Result], pieces: Sequence[Piece], executor: Executor | None) -> list[Result]:
    """What comes of pieces of work that are one student each. What an executor fails to do is done here."""
    outcome = carry_out(work, pieces, executor, sizes=[1] * len(pieces), unit="student")
    if isinstance(outcome.cut_short, KeyboardInterrupt):
        raise outcome.cut_short
    return [outcome.done[n] if n in outcome.done else work(piece) for n, piece in enumerate(pieces)]


def _mark_all(works: Sequence[Work], out: Path, executor: Executor | None, graded: Graded) -> None:
    """Put what came of each student into `graded`."""
    for work, came in zip(works, _on_all(partial(mark, out=out), works, executor), strict=True):
        if came.verdicts:
            graded.marks[work.student] = list(came.verdicts)
        graded.people += [(where, work.student, because) for where, because in came.people]
        graded.remarks += [(work.student, remark) for remark in came.remarks]


def _finish(graded: Graded, roster: Roster, out: Path, book: Gradebook) -> None:
    """Put all in an order of its own, and write the roster, the book and the report."""
    graded.marks = dict(sorted(graded.marks.items()))
    graded.people.sort()
    graded.remarks.sort()
    for student, verdicts in graded.marks.items():
        because = " ".join({each.reply: 0 for each in verdicts if each.state == State.NOT_RUN})
        if because:
            graded.people.append(("", student, because))
    graded.notes += [
        say("report.no_effect", file=OVERRIDES, task=each.task, student=each.student, total=TOTAL)
        for student in sorted(graded.adjustments.keys() - graded.marks.keys())
        for each in graded.adjustments[student]
        if each.off is None
    ]
    name = roster.sheet.name
    graded.written = write_roster(out, name, roster.filled(graded.grades()), book)
    if graded.written.name != name:
        graded.notes.append(say("report.changed_roster", name=name, written=graded.written.name, file=OVERRIDES))
    book.enter(out, graded, {student.id: student.name for student in roster.students.values()})
    title = ASSIGNMENTS[book.assignment].title
    write(out / "report.html", report(graded, title, book.course).encode())
