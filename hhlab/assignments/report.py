"""The page that a teacher gets: how the class did, which tasks and which ideas were hard, and what needs a person."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ..claims import MISCONCEPTIONS
from ..questions import State
from .adjustments import TOTAL, Adjustments
from .judge import Verdict
from .page import bar, page
from .words import say

BINS = 10
Marks = Mapping[str, Sequence[Verdict]]
Rows = list[tuple[str, ...]]


@dataclass
class Graded:
    """What came of a course.

    Attributes
    ----------
    marks : the verdicts by student id.
    people : what needs a person: where, who, and why it could not be graded.
    remarks : what is to be known of others: who, and what.
    silent : ids of students of the roster who handed in nothing.
    notes : sentences for the top of the report.
    adjustments : what is changed about marks, by a teacher or because they were handed in late.
    sandbox : how the code of code tasks was run; "" where there are none.
    roster : which column of the roster was filled in, and out of how many points.
    written : the roster with the grades.
    """

    assignment: str
    marks: dict[str, list[Verdict]] = field(default_factory=dict)
    people: list[tuple[str, str, str]] = field(default_factory=list)
    remarks: list[tuple[str, str]] = field(default_factory=list)
    silent: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    adjustments: Adjustments = field(default_factory=dict)
    sandbox: str = ""
    roster: str = ""
    written: Path = Path()

    def grades(self) -> dict[str, tuple[float, float]]:
        """Points and all points by student, of those who could be graded in full."""
        return {
            student: (round(sum(each.points for each in verdicts), 2), sum(each.of for each in verdicts))
            for student, verdicts in self.marks.items()
            if not any(each.state == State.NOT_RUN for each in verdicts)
        }


def report(graded: Graded, title: str, course: str) -> str:
    """The report of a class, as HTML: on the assignment of a title."""
    marks, changes = graded.marks, [each for rows in graded.adjustments.values() for each in rows]
    shares = [share(verdicts) for verdicts in marks.values()]
    return page(
        "report.html", title=f"{title}: {course}", graded=graded, spread=spread(shares), bins=bins(shares),
        changes=[(each.student, each.task, each.in_words, each.reason) for each in changes],
        tasks=tasks(marks), misconceptions=misconceptions(marks), reasons=reasons(marks),
    )  # fmt: skip


def share(verdicts: Sequence[Verdict]) -> float:
    """The share of all points that were earned; 0 where there was nothing to earn."""
    of = sum(each.of for each in verdicts)
    return sum(each.points for each in verdicts) / of if of else 0.0


def spread(shares: Sequence[float]) -> str:
    """Mean, median and quartiles; empty for nobody."""
    if not shares:
        return ""
    low, middle, high = 100 * np.percentile(shares, (25, 50, 75))
    told = {"mean": 100 * np.mean(shares), "median": middle, "low": low, "high": high}
    return say("report.spread", **{name: f"{value:.0f}" for name, value in told.items()})


def bins(shares: Sequence[float]) -> Rows:
    """How many earned which share of all points."""
    counts, edges = np.histogram(shares, BINS, (0, 1))
    most = max(1, counts.max())
    return [
        (say("report.between", low=f"{100 * low:.0f}", high=f"{100 * high:.0f}"), bar(count / most), f"{count}")
        for low, high, count in zip(edges, edges[1:], counts, strict=False)
    ]


def tasks(marks: Marks) -> Rows:
    """Of each task: how many answered, how many were right, and how well it tells good students from others."""
    answers = [*filter(None, ([each for each in all_of if each.task != TOTAL] for all_of in marks.values()))]
    rests = [[share([*all_of[:n], *all_of[n + 1 :]]) for n in range(len(all_of))] for all_of in answers]
    by_task = zip(zip(*answers, strict=True), zip(*rests, strict=True), strict=True)
    return [_task(verdicts, rest) for verdicts, rest in by_task]


def _task(verdicts: Sequence[Verdict], rest: Sequence[float]) -> tuple[str, ...]:
    points = [each.points for each in verdicts]
    answered = sum(each.state != "no answer" for each in verdicts)
    right = sum(each.right for each in verdicts) / len(verdicts)
    replies = Counter(sorted(each.reply for each in verdicts if each.judged and not each.right))
    usual = "; ".join(f"{reply} ({count})" for reply, count in replies.most_common(1))
    mean = say("report.of", some=f"{np.mean(points):.2f}", all=f"{verdicts[0].of:g}").replace(" ", "\u00a0")
    together = discrimination(points, rest)
    told = "–" if math.isnan(together) else f"{together:.2f}".replace("-", "−")
    answers = say("report.of", some=answered, all=len(verdicts))
    return verdicts[0].task, answers, f"{100 * right:.0f}\u00a0%", bar(right), mean, told, usual


def discrimination(points: Sequence[float], rest: Sequence[float]) -> float:
    """Correlation of the points of a task with the rest; nan where one of them is the same for all."""
    if len(points) < 3 or np.ptp(points) < 1e-9 or np.ptp(rest) < 1e-9:
        return math.nan
    return float(np.corrcoef(points, rest)[0, 1])


def misconceptions(marks: Marks) -> Rows:
    """Which ideas showed in how many students, and what refutes them."""
    known, shown = MISCONCEPTIONS, ({each.misconception for each in verdicts} - {""} for verdicts in marks.values())
    found = Counter(sorted(idea for ideas in shown for idea in ideas))
    return [(idea, known[idea].text, f"{count}", known[idea].shown_by) for idea, count in found.most_common()]


def reasons(marks: Marks) -> Rows:
    """What students wrote to their choices, which no program judges."""
    given = ((each, who) for who, verdicts in marks.items() for each in verdicts if each.because)
    return sorted((each.task, who, each.understood, each.because) for each, who in given)
