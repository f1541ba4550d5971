"""The commands for teachers: assign, grade and solution. What they do is imported when it is done."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

Run = Callable[[argparse.Namespace, Sequence[str]], int]


def assign(options: argparse.Namespace, extra: Sequence[str] = ()) -> int:
    """Make the notebooks that students fill in."""
    from .assignments import find, handouts, moodle, roster
    from .assignments.course import ASSIGNMENTS
    from .assignments.variant import read_secret

    chosen = [find(name) for name in options.names] or list(ASSIGNMENTS.values())
    students: list[str] = []
    if options.roster:
        students = list(roster.read_roster(options.roster, id_column=options.id).students)
    secret = read_secret(options.secret)
    if options.nbgrader and secret:
        raise ValueError("nbgrader gives one notebook to all, and a secret needs one for each: leave one of them out")
    if options.nbgrader:
        made = handouts.write_nbgrader(chosen, options.course, options.out, graded=options.graded)
    else:
        made = handouts.write_copies(chosen, options.course, options.out, students=students, graded=options.graded,
                                     secret=secret)  # fmt: skip
    for each in chosen if options.moodle else ():
        path = options.out / f"{each.name}.xml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(moodle.moodle_xml(each, options.course, options.moodle, secret))
        made.append(path)
    print(f"{options.out}: {len(made)} files made, what was there before is as it was.")
    return 0


def grade(options: argparse.Namespace, extra: Sequence[str] = ()) -> int:
    """Grade what students handed in."""
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    from .assignments.grade import grade
    from .assignments.sandbox import describe
    from .assignments.variant import read_secret

    secret = read_secret(options.secret)
    print(describe(), file=sys.stderr)
    pool = ProcessPoolExecutor(options.jobs, get_context("spawn")) if options.jobs > 1 else None
    try:
        done = grade(options.submissions, options.course, options.roster, options.out, assignment=options.assignment,
                     id_column=options.id, grade_column=options.column, executor=pool,
                     secret=secret)  # fmt: skip
    finally:
        if pool:
            pool.shutdown(cancel_futures=True)
    for where, who, because in done.people:
        print(f"Could not be graded: {' '.join(filter(None, (who, where)))}, because {because}.")
    print(
        f"{done.assignment}: {len(done.grades())} graded, {len(done.people)} need a person, {len(done.silent)} handed "
        f"in nothing. See {options.out / 'report.html'} and {options.out / options.roster.name}."
    )
    return 0


def solution(options: argparse.Namespace, extra: Sequence[str] = ()) -> int:
    """Show the variant of one student, with its answers."""
    from .assignments import find
    from .assignments.grade import file_name, write
    from .assignments.solution import solution
    from .assignments.variant import read_secret

    told, page = solution(find(options.name), options.course, options.student, read_secret(options.secret))
    print(told)
    path = options.out / f"{options.name}-{file_name(options.student)}.html"
    path.parent.mkdir(parents=True, exist_ok=True)
    write(path, page.encode())
    print(f"With pictures: {path}")
    return 0


def _assign_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("names", nargs="*", metavar="ASSIGNMENT", help="such as refractory (default: all)")
    _add(command, "course", "out")
    command.add_argument("--roster", type=Path, help="a CSV of students: a copy for each, with the id filled in")
    command.add_argument("--id", default="", help="the column of the roster with the ids")
    command.add_argument("--graded", action="store_true", help="tell students only whether answers are well-formed")
    command.add_argument("--nbgrader", action="store_true", help="make the source of an nbgrader course")
    command.add_argument("--moodle", type=int, default=0, metavar="N", help="also Moodle XML, N variants a question")


def _grade_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("submissions", nargs="+", type=Path, help="folders, zips or notebooks")
    _add(command, "course", "out")
    command.add_argument("--roster", type=Path, required=True, help="a CSV of students, whose grades are filled in")
    command.add_argument("--assignment", default="", help="its name (default: what most notebooks are of)")
    command.add_argument("--id", default="", help="the column of the roster with the ids")
    command.add_argument("--column", default="", help="the column of the roster for the grades")
    command.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="how many are graded at a time")


def _solution_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("name", metavar="ASSIGNMENT", help="such as refractory")
    _add(command, "course")
    command.add_argument("--student", required=True, help="the id of a student")
    command.add_argument("--out", type=Path, default=Path(), help="the folder for the page (default: this one)")


def _add(command: argparse.ArgumentParser, *names: str) -> None:
    if "course" in names:
        command.add_argument("--course", required=True, help="the name of the course, as in the notebooks")
        command.add_argument("--secret", type=Path, metavar="FILE", help="a file with the secret of the course, if any")
    if "out" in names:
        command.add_argument("--out", type=Path, required=True, help="the folder to write to")


COMMANDS: dict[str, tuple[Run, str, Callable[[argparse.ArgumentParser], None]]] = {
    "assign": (assign, "Make the notebooks that students fill in.", _assign_options),
    "grade": (grade, "Grade what students handed in.", _grade_options),
    "solution": (solution, "Show the variant of one student, with its answers.", _solution_options),
}
"""The commands by name: what runs, what it does in words, and its options."""
