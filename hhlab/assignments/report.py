"""The page that a teacher gets: how the class did, which tasks and which ideas were hard, and what needs a person."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from ..claims import MISCONCEPTIONS
from .judge import Verdict
from .page import bar, heading, page, table, text
from .task import Assignment

BINS = 10
Marks = Mapping[str, Sequence[Verdict]]


def report(
    assignment: Assignment, course: str, marks: Marks, people: Sequence[tuple[str, str, str]],
    remarks: Sequence[tuple[str, str]], silent: Sequence[str], sandbox: str,
) -> str:  # fmt: skip
    """The report of a class, as HTML.

    Parameters
    ----------
    marks : the verdicts of each student who was graded, by id.
    people : submissions that need a person: where, who, and why.
    remarks : what is to be known of others: who, and what.
    silent : ids of students who handed in nothing.
    sandbox : how code was locked in.
    """
    return page(
        f"{assignment.title}: {course}",
        text(f"{len(marks)} graded, {len(people)} need a person, {len(silent)} handed in nothing."),
        heading("Distribution"), distribution(marks),
        heading("Tasks"), items(marks),
        heading("Misconceptions"), misconceptions(marks),
        heading("Needs a person"), table(("Where", "Who", "Could not be graded, because"), people),
        heading("Remarks"), table(("Who", ""), remarks),
        heading("Handed in nothing"), text(", ".join(silent) or "Nobody."),
        heading("Reasons in their own words"), reasons(marks),
        text(sandbox, "note"),
    )  # fmt: skip


def distribution(marks: Marks) -> str:
    """Mean, quartiles, and how many earned how much."""
    if not marks:
        return text("Nobody was graded.")
    shares = np.array([share(verdicts) for verdicts in marks.values()])
    low, middle, high = np.percentile(100 * shares, (25, 50, 75))
    counts, _ = np.histogram(shares, BINS, (0, 1))
    step = 100 // BINS
    rows = [
        (f"{step * n} to {step * (n + 1)} %", bar(count / counts.max()), f"{count}") for n, count in enumerate(counts)
    ]
    told = f"Mean {100 * shares.mean():.0f} %, median {middle:.0f} %, half between {low:.0f} and {high:.0f} %."
    return text(told) + table(("Of all points", "", "Students"), rows, raw=(1,))


def share(verdicts: Sequence[Verdict]) -> float:
    """The share of all points that were earned."""
    return sum(each.points for each in verdicts) / sum(each.of for each in verdicts)


def items(marks: Marks) -> str:
    """Of each task: how many answered, how many were right, and how well it tells good students from others."""
    tasks: dict[str, list[tuple[Verdict, float]]] = {}
    for verdicts in marks.values():
        for each in verdicts:
            rest = [other for other in verdicts if other is not each]
            tasks.setdefault(each.task, []).append((each, share(rest) if rest else 0.0))
    rows = [_item(name, found) for name, found in tasks.items()]
    heads = ("Task", "Answered", "Right", "", "Mean points", "Discrimination", "Most frequent reply to a wrong answer")
    note = "Discrimination is the correlation of a task with the rest of the points; below 0.2 a task tells little."
    return table(heads, rows, raw=(3,)) + text(note, "note")


def _item(name: str, found: Sequence[tuple[Verdict, float]]) -> tuple[str, ...]:
    verdicts = [each for each, _ in found]
    answered = sum(each.state != "no answer" for each in verdicts)
    right = sum(each.right for each in verdicts) / len(verdicts)
    replies = Counter(each.reply for each in verdicts if each.judged and not each.right)
    usual = "; ".join(f"{reply} ({count})" for reply, count in sorted(replies.items(), key=lambda r: (-r[1], r[0]))[:1])
    mean = f"{np.mean([each.points for each in verdicts]):.2f}\u00a0of\u00a0{verdicts[0].of:g}"
    together = discrimination([each.points for each in verdicts], [rest for _, rest in found])
    told = "–" if math.isnan(together) else f"{together:.2f}".replace("-", "−")
    return name, f"{answered} of {len(verdicts)}", f"{100 * right:.0f}\u00a0%", bar(right), mean, told, usual


def discrimination(points: Sequence[float], rest: Sequence[float]) -> float:
    """Correlation of the points of a task with the rest; nan where one of them is the same for all."""
    if len(points) < 3 or np.ptp(points) < 1e-9 or np.ptp(rest) < 1e-9:
        return math.nan
    return float(np.corrcoef(points, rest)[0, 1])


def misconceptions(marks: Marks) -> str:
    """Which ideas showed in how many students, and what refutes them."""
    found = Counter(idea for verdicts in marks.values() for idea in {each.misconception for each in verdicts} - {""})
    rows = [
        (idea, MISCONCEPTIONS[idea].text, f"{count}", MISCONCEPTIONS[idea].shown_by)
        for idea, count in sorted(found.items(), key=lambda each: (-each[1], each[0]))
    ]
    return table(("", "What they seem to think", "Students", "What to show"), rows) if rows else text("None was seen.")


def reasons(marks: Marks) -> str:
    """What students wrote to their choices, which no program judges."""
    rows = [
        (each.task, who, each.understood, each.because)
        for who, verdicts in marks.items()
        for each in verdicts
        if each.because
    ]
    return table(("Task", "Who", "Chose", "Because"), sorted(rows)) if rows else text("None.")
