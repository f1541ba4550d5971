"""What a teacher changes about marks: points in place of those earned, comments, and what it costs to hand in late.

All of these are rows of one kind, which one function applies to the verdicts on a student. Rows of a teacher's own
stand in the file `overrides.csv` of the folder with the grades.
"""

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..languages import told
from ..parameters import no_such, shown, tidy
from ..quantities import read_number, read_quantity
from ..questions import State
from .judge import Verdict
from .roster import folded
from .sheet import read_sheet
from .variant import plain_id
from .words import say

TOTAL = "total"
"""What stands in place of a task where all points together are meant."""
OVERRIDES = "overrides.csv"
COLUMNS = ("student", "task", "points", "reason")


@dataclass(frozen=True)
class Adjustment:
    """A change of one student's marks.

    Attributes
    ----------
    student : the id.
    task : the name of a task, or "total".
    reason : what the student reads about it.
    points : what is given in place of what was earned; None leaves that as it is, and the reason is a comment.
    off : the share of the total that is taken off; None unless it was handed in late.
    """

    student: str
    task: str
    reason: str
    points: float | None = None
    off: float | None = None

    @property
    def in_words(self) -> str:
        """What it does to the points; "" for a comment."""
        if self.points is not None:
            return say("change.points", points=tidy(self.points))
        return say("change.off", percent=tidy(round(100 * self.off, 2))) if self.off else ""

    def gives(self, task: str) -> bool:
        """Whether it gives points for a task, or for the total."""
        return self.task == task and self.points is not None


Adjustments = dict[str, list[Adjustment]]
"""The changes of each student's marks, by id."""


def adjusted(verdicts: Sequence[Verdict], adjustments: Iterable[Adjustment], of: float) -> list[Verdict]:
    """The verdicts on a student with all changes: first those of tasks, then what is taken off, and last a given total.

    A change of the total is one more verdict, on the task "total": the difference that it makes, out of 0 points; or
    out of all points, `of`, for a student without verdicts.
    """
    done = list(verdicts)
    for each in sorted(adjustments, key=_order):
        if each.task == TOTAL:
            done = _with_total(done, each, of)
        else:
            done = [_changed(verdict, each) if verdict.task == each.task else verdict for verdict in done]
    return done


def _order(adjustment: Adjustment) -> int:
    """The place in which a change comes: points of a task before comments on it, and a given total last."""
    given = adjustment.points is not None
    return 2 + given if adjustment.task == TOTAL else 1 - given


def _changed(verdict: Verdict, by: Adjustment) -> Verdict:
    """The verdict on a task with other points, or with a comment."""
    if by.points is None:
        return replace(verdict, reply=say("change.comment", reply=verdict.reply, reason=by.reason))
    right = by.points == verdict.of
    return replace(
        verdict, points=by.points, state=State.RIGHT if right else State.WRONG, reply=_given(by, verdict.points),
        misconception="" if right else verdict.misconception,
    )  # fmt: skip


def _with_total(verdicts: list[Verdict], by: Adjustment, of: float) -> list[Verdict]:
    """The verdicts with one more that changes the total; a total that was given waits for no task."""
    earned = round(sum(each.points for each in verdicts), 2)
    if by.points is not None:
        said, more = _given(by, earned), by.points - earned
        verdicts = [replace(each, state=State.UNREADABLE) if each.state == State.NOT_RUN else each for each in verdicts]
    else:
        more = -round(earned * (by.off or 0), 2)
        parts = {"reason": by.reason, "points": tidy(-more), "earned": tidy(earned)}
        said = say("change.taken_off", **parts) if by.off else by.reason
    changed = Verdict(State.ABSENT, said, task=TOTAL, points=round(more, 2), of=0.0 if verdicts else of)
    return [*verdicts, changed]


def _given(by: Adjustment, earned: float) -> str:
    return say("change.given", points=tidy(by.points or 0), earned=tidy(earned), reason=by.reason)


def lateness(student: str, off: float) -> Adjustment:
    """What it costs to hand in late: a share of the points, or nothing, but it is said."""
    return Adjustment(student, TOTAL, say("change.late"), off=off)


def share_off(text: str) -> float:
    """The share of the points that is taken off, from a percentage; ValueError if it is none of 0 to 100 %."""
    percent = read_quantity(text, "%").value
    if not 0 <= percent <= 100:
        raise ValueError(
            f"--late = {text} is outside 0 % to 100 % of the points that were earned: give a percentage such as 10%"
        )
    return percent / 100


def read_overrides(path: Path, students: Container[str], worth: Mapping[str, float]) -> tuple[Adjustments, list[str]]:
    """The rows of a file of overrides, and a sentence on each row that cannot be used.

    Parameters
    ----------
    path : a CSV with the columns student, task, points and reason. If it is not there it is made, without rows.
    students : the ids of the roster.
    worth : the points of each task.

    Raises
    ------
    ValueError
        If it cannot be read, or has not these columns.
    """
    if not path.exists():
        path.write_text(",".join(COLUMNS) + "\n", encoding="utf-8")
    sheet = read_sheet(path)
    heads = list(map(folded, sheet.row(0)))
    missing = [column for column in COLUMNS if column not in heads]
    if missing:
        raise ValueError(f"{path} has no column {missing[0]}: its first line must be {','.join(COLUMNS)}")
    found: Adjustments = defaultdict(list)
    troubles = []
    for number in range(1, len(sheet.rows)):
        cells = dict.fromkeys(COLUMNS, "") | dict(zip(heads, sheet.row(number), strict=False))
        try:
            if any(cells.values()):
                each = _read_row(cells, students, {**worth, TOTAL: sum(worth.values())})
                if each.points is not None and any(above.gives(each.task) for above in found[each.student]):
                    raise ValueError(f"another row above gives points for {each.task} of {each.student}: keep only one")
                found[each.student].append(each)
        except ValueError as error:
            troubles.append(say("change.left_out", row=number + 1, file=path.name, why=told(error)))
    return found, troubles


def _read_row(cells: Mapping[str, str], students: Container[str], worth: Mapping[str, float]) -> Adjustment:
    """What a row changes; ValueError if a part of it is not what it should be."""
    student, task, points, reason = (cells[column] for column in COLUMNS)
    if plain_id(student) not in students:
        raise ValueError(f"nobody on the roster has the id {shown(student)}")
    name = next((known for known in worth if known.casefold() == task.casefold()), "")
    if not name:
        no_such(f"this assignment has no task {shown(task)}", task, worth)
    if not reason:
        raise ValueError("it has no reason: write one, because the student reads it")
    value = read_number(points) if points else None
    if value is not None and not 0 <= value <= worth[name]:
        raise ValueError(f"points = {points} is outside 0 to {tidy(worth[name])}, which is what {name} is worth")
    return Adjustment(plain_id(student), name, reason, value)
