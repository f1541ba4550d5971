"""The commands for teachers: assign, grade, overview, class and solution. What they do is imported when it is done."""

import argparse
import os
import signal
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import chain
from multiprocessing import get_context
from pathlib import Path
from typing import Any

Run = Callable[[argparse.Namespace, Sequence[str]], int]
MOST = 1000
"""Variants of a question, or processes at a time, that can be asked for."""


class Workers(ProcessPoolExecutor):
    """Processes for grading. Ctrl-C goes to the command alone, which waits until they have finished what they grade."""

    def submit(self, *work: Any, **how: Any) -> Future[Any]:
        """Hand over a piece of work. Processes start here, and inherit that SIGINT is blocked for the moment."""
        if not hasattr(signal, "pthread_sigmask"):
            return super().submit(*work, **how)
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            return super().submit(*work, **how)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


def assign(options: argparse.Namespace, extra: Sequence[str] = ()) -> int:
    """Make the notebooks that students fill in."""
    from .assignments import find, handouts, roster, variant
    from .assignments.course import ASSIGNMENTS
    from .assignments.variant import read_secret

    variant.plain_id(options.course, "course")
    chosen = [find(name) for name in options.names] or list(ASSIGNMENTS.values())
    students: list[str] = []
    if options.roster:
        students = list(roster.read_roster(options.roster, id_column=options.id).students)
    secret = read_secret(options.secret)
    if options.nbgrader and secret:
        raise ValueError(
            "nbgrader gives the same notebook to all students, but a secret needs one for each: leave "
            "out --nbgrader or --secret"
        )
    if options.nbgrader:
        files = handouts.nbgrader_course(chosen, options.course, graded=options.graded)
    else:
        files = handouts.copies(chosen, options.course, students=students, graded=options.graded, secret=secret)
    quizzes = handouts.quizzes(chosen, options.course, options.moodle or 0, secret)
    made, left = handouts.write_new(options.out, chain(files, quizzes))
    print(f"Files written to {options.out}: {len(made)}.")
    for path in left:
        print(f"{path} was not changed, although a new one would be different. Delete it first if you want a new one.")
    return 0


def grade(options: argparse.Namespace, extra: Sequence[str] = ()) -> int:
    """Grade what students handed in."""
    from .assignments.adjustments import share_off
    from .assignments.grade import grade
    from .assignments.variant import read_secret

    pool = Workers(options.jobs, get_context("spawn")) if options.jobs > 1 else None
    try:
        done = grade(options.submissions, options.course, options.roster, options.out, assignment=options.assignment,
                     id_column=options.id, grade_column=options.column, executor=pool, again=options.again,
                     late=share_off(options.late), unlocked=options.unlocked,
                     secret=read_secret(options.secret))  # fmt: skip
    finally:
        if pool:
            pool.shutdown(cancel_futures=True)
    print(done.roster)
    for note in done.notes:
        print(note)
    for where, who, because in done.people:
        print(f"Could not be graded: {' '.join(filter(None, (who, where)))}: {because.removesuffix('.')}.")
    if done.sandbox:
        print(done.sandbox)
    page = options.out / "report.html"
    print(
        f"{done.assignment}: graded {len(done.grades())}, for you to look at {len(done.people)}, handed in nothing "
        f"{len(done.silent)}. See {page} and {done.written}."
    )
    return 0


def overview(options: argparse.Namespace, extra: Sequence[str] = ()) -> int:
    """Make one table of several assignments."""
    from .assignments.gradebook import overview

    for path in overview(options.folders, options.out):
        print(path)
    return 0


def class_page(options: argparse.Namespace, extra: Sequence[str] = ()) -> int:
    """Make a page on what a class believes and has learnt, from the work logs that students chose to hand in."""
    from .assignments.work import write
    from .learning.class_page import class_page

    page, table, troubles = class_page(options.logs, options.out)
    for name, content in (("class.html", page.encode()), ("class.csv", table)):
        write(options.out / name, content)
        print(options.out / name)
    for who, because in troubles:
        print(f"{who}: {because}")
    return 0


def solution(options: argparse.Namespace, extra: Sequence[str] = ()) -> int:
    """Show what one student was given, with the right answers."""
    from .assignments import find
    from .assignments.feedback import solution
    from .assignments.submissions import file_name
    from .assignments.variant import read_secret
    from .assignments.work import write

    told, page = solution(find(options.name), options.course, options.student, read_secret(options.secret))
    print(told)
    path = options.out / f"{options.name}-{file_name(options.student)}.html"
    write(path, page.encode())
    print(f"The same with pictures: {path}")
    return 0


def _assign_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("names", nargs="*", metavar="ASSIGNMENT", help="such as refractory (default: all)")
    _add(command, "course", "out")
    command.add_argument(
        "--roster", type=Path, help="a CSV file of students: makes a notebook for each, with the id filled in"
    )
    command.add_argument("--id", default="", help="the column of the roster with the ids")
    command.add_argument("--graded", action="store_true", help="do not tell students whether an answer is right")
    command.add_argument("--nbgrader", action="store_true", help="make the source folder of an nbgrader course")
    command.add_argument(
        "--moodle", type=_count, metavar="N", help="also make questions for Moodle (XML), each in N variants"
    )


def _grade_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("submissions", nargs="+", type=Path, help="folders, zips or notebooks")
    _add(command, "course", "out")
    command.add_argument(
        "--roster", type=Path, required=True, help="a CSV file of students; a copy of it gets the grades"
    )
    command.add_argument("--assignment", default="", help="the assignment (default: the one of most notebooks)")
    command.add_argument("--id", default="", help="the column of the roster with the ids")
    command.add_argument("--column", default="", help="the column of the roster for the grades")
    command.add_argument(
        "--unlocked", action="store_true", help="run the code of students even where it cannot be locked in"
    )
    command.add_argument(
        "--jobs", type=_count, default=os.cpu_count() or 1, help="how many students are graded at the same time"
    )
    command.add_argument(
        "--late", default="0%", metavar="PERCENT", help="take off so much where the platform marks work as late"
    )
    command.add_argument(
        "--again", action="append", default=[], metavar="NAME", help="grade this student or this task again"
    )


def _overview_options(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "folders", nargs="+", type=Path, help="folders that hhlab grade has written, one for each assignment"
    )
    _add(command, "out")


def _class_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("logs", nargs="+", type=Path, help="folders, zips or work logs (.worklog.jsonl)")
    _add(command, "out")


def _solution_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("name", metavar="ASSIGNMENT", help="such as refractory")
    _add(command, "course")
    command.add_argument("--student", required=True, help="the id of a student")
    command.add_argument("--out", type=Path, default=Path(), help="the folder for the page (default: this one)")


def _count(text: str) -> int:
    """A number of things that is typed in."""
    if not text.isdecimal() or not 1 <= int(text) <= MOST:
        raise argparse.ArgumentTypeError(f"'{text}' is not a whole number from 1 to {MOST}: give one of these")
    return int(text)


def _add(command: argparse.ArgumentParser, *names: str) -> None:
    if "course" in names:
        command.add_argument("--course", required=True, help="the name of the course, as it stands in the notebooks")
        command.add_argument(
            "--secret", type=Path, metavar="FILE", help="a file with the secret of the course, if it has one"
        )
    if "out" in names:
        command.add_argument("--out", type=Path, required=True, help="the folder to write to")


COMMANDS: dict[str, tuple[Run, str, Callable[[argparse.ArgumentParser], None]]] = {
    "assign": (assign, "Make the notebooks that students fill in.", _assign_options),
    "grade": (grade, "Grade what students handed in.", _grade_options),
    "overview": (overview, "Make one table of several assignments.", _overview_options),
    "class": (class_page, "Make a page on what a class has learnt, from work logs.", _class_options),
    "solution": (solution, "Show what one student was given, with the right answers.", _solution_options),
}
"""The commands by name: what runs, what it does in words, and its options."""
