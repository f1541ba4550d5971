"""What an assignment is made of: tasks, each a question of `hhlab.questions` or a piece of code, with points."""

import functools
import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..axons import Fibre
from ..cells import Cell
from ..parameters import no_such, pretty
from ..questions import Choice, Judgement, Mistake, Number, State, Texts, drawn
from ..recording import Recording
from .variant import Grid, Variant, draw, key_of, plain_id, read_key
from .words import say

HALF = 0.5
VOLTS = (-200.0, 200.0)
"""What V or a reversal potential can be at all, mV."""
SHOWN = 4
"""How many options of a choice a student is shown."""
_LETTERS, _DIGITS = "abcdefghjkmnpqrstuvwxyz", "23456789"
"""What the id of an option is made of: none of it looks like another."""
Values = list[float]
Preparation = Cell | Fibre
Picture = tuple[Mapping[str, Recording], tuple[str, ...]]
"""Recordings by label, and the views that show them."""


@dataclass(frozen=True)
class Code:
    """A piece of code to write: it is run apart, and only the numbers that it gives are judged.

    Parameters
    ----------
    name, text : as of a question.
    defines : the name that the cell must define.
    probe : what is asked of it, as data for `student_process.py`: {"kind": "call", "calls": [...]} for a function,
        {"kind": "channel", "volts": [...]} for a channel.
    truth : computes the right numbers, one for each that the probe brings back.
    hint, reply : what is said to other numbers, and to the right ones.
    solution : code that is right, for teachers.
    mistakes : the numbers of well-known wrong ways, with what is said to them.
    starter : lines of the student's cell before the answer.
    relative : how far off, as a share of the right number, is still right.
    """

    name: str
    text: str
    defines: str
    probe: Mapping[str, Any]
    truth: Callable[[], Values]
    hint: str
    reply: str
    solution: str
    mistakes: tuple[Mistake, ...] = ()
    starter: str = ""
    relative: float = 1e-3

    @classmethod
    def of(
        cls, ask: Texts, name: str, probe: Mapping[str, Any], truth: Callable[[], Values], given: Mapping[str, float],
        /, **mistakes: Callable[[], Values],
    ) -> "Code":  # fmt: skip
        """The task of a name, which is what the code defines, with the texts of a file.

        The arguments are those of Code, mistakes by name; what is given fills the places in braces of the solution.
        """
        text = ask.table(name, "text hint reply starter solution", "mistakes")
        solution, wrong = text["solution"].format(**given), ask.mistakes(name, mistakes)
        return cls(
            name, text["text"], name, probe, truth, text["hint"], text["reply"], solution, wrong, text["starter"]
        )

    def judge(self, values: Sequence[float]) -> Judgement:
        """The judgement on what a probe brought back."""
        truth = self.truth()
        fits = sum(self._near(a, b) for a, b in zip(values, truth, strict=False))
        understood = say("code.fits", fits=fits, all=len(truth))
        if self._same(values, truth):
            return Judgement(State.RIGHT, self.reply, understood=understood)
        told = next((each.reply for each in self.mistakes if self._same(values, each.value())), self.hint)
        return Judgement(State.WRONG, told, understood=understood)

    def _same(self, values: Sequence[float], truth: Sequence[float]) -> bool:
        return len(values) == len(truth) and all(map(self._near, values, truth))

    def _near(self, a: float, b: float) -> bool:
        return math.isfinite(a) and abs(a - b) <= self.relative * max(abs(b), 1e-9)


@dataclass(frozen=True)
class Task:
    """A question with its points.

    Parameters
    ----------
    question : a Number or a Choice of `hhlab.questions`, or Code.
    points : what a right answer earns.
    span : lowest and highest number that can be meant at all, in the unit of the question.
    near : a number within so many tolerances earns half of the points; 0 for none.
    partial : ids of options of a choice that earn a share of the points, with the share.
    dot : where a number is shown in the picture of the feedback: view, x and y there.
    """

    question: Number | Choice | Code
    points: float = 2.0
    span: tuple[float, float] = (-math.inf, math.inf)
    near: float = 0.0
    partial: Mapping[str, float] = field(default_factory=dict)
    dot: Callable[[float], tuple[str, float, float]] | None = None

    @property
    def name(self) -> str:
        """The name under which it is answered."""
        return self.question.name

    def share(self, judged: Judgement) -> float:
        """The share of the points that an answer earns."""
        if judged.right:
            return 1.0
        if isinstance(self.question, Number):
            away = abs(judged.value - self.question.truth())
            return HALF if away <= self.near * self.question.tolerance else 0.0
        option = self.question.option(judged.understood) if isinstance(self.question, Choice) else None
        return self.partial.get(option or "", 0.0)


@dataclass(frozen=True)
class Assignment:
    """An assignment of the course.

    Parameters
    ----------
    name : such as "refractory"; never changed, as variants hang on it.
    notebook : the notebook of the course that it goes with, such as "05_refractory_period".
    texts : its title, the story above the tasks, the code of the bench, what is given, and the texts of the tasks.
    cells : the preparations by name, from a variant.
    tasks : the tasks of a variant.
    picture : recordings by label and views, from a variant, for the feedback.
    """

    name: str
    notebook: str
    texts: Texts
    cells: Callable[[Variant], Mapping[str, Preparation]]
    tasks: Callable[[Variant], tuple[Task, ...]]
    picture: Callable[[Variant], Picture]

    @property
    def title(self) -> str:
        """Its heading."""
        return str(self.texts.general["title"])

    @property
    def grids(self) -> dict[str, Grid]:
        """What is drawn for each student, by name."""
        return {name: Grid(**told) for name, told in self.texts.general["given"].items()}

    def variant(self, course: str, student: str, secret: str = "", *, key: str = "") -> Variant:
        """What a student of a course is given.

        Parameters
        ----------
        secret : that of the course, if it has one; the teacher has it.
        key : instead of the secret, the key that was made with it for this student.
        """
        course, student = plain_id(course, "course"), plain_id(student)
        key = read_key(key) if key else key_of(self.name, course, student, secret)
        return Variant(course, student, draw(self.grids, key), key)

    def given(self, variant: Variant) -> list[tuple[str, str, str]]:
        """What a student is told: name, value with its unit, and meaning."""
        shown = ((name, grid) for name, grid in self.grids.items() if not grid.hidden)
        return [(name, grid.in_words(variant.values[name]), grid.meaning) for name, grid in shown]

    def task(self, variant: Variant, name: str) -> Task:
        """The task of a name; ValueError for an unknown one."""
        tasks = {task.name: task for task in self.tasks(variant)}
        return tasks[name] if name in tasks else no_such(f"the assignment {self.name} has no task {name}", name, tasks)


def about(share: float, value: float) -> float:
    """A tolerance of at most a share of a value: 1, 2 or 5 times a power of ten, so that it does not tell the value."""
    most = share * abs(value) * (1 + 1e-9)
    power = 10.0 ** math.floor(math.log10(most))
    return max(step * power for step in (1, 2, 5) if step * power <= most)


def options_of(question: Choice, variant: Variant) -> dict[str, str]:
    """The options that a student is shown, one right and some wrong ones, by ids that are this student's own."""
    place = functools.partial(drawn, variant.key, question.name)
    right, *_ = sorted(question.right, key=place)
    wrong = sorted(question.options.keys() - set(question.right), key=place)
    shown: dict[str, str] = {}
    for option in (right, *wrong[: SHOWN - 1]):
        numbers = place(option)[16:]
        ids = (_LETTERS[a % len(_LETTERS)] + _DIGITS[b % len(_DIGITS)] for a, b in itertools.pairwise(numbers))
        shown[next(each for each in ids if each not in shown)] = option
    return dict(sorted(shown.items()))


def asked_for(task: Task) -> str:
    """What an answer must look like, in words that hold for every student."""
    kind = type(task.question).__name__.lower()
    unit = task.question.unit if isinstance(task.question, Number) else ""
    return say(f"asked.{kind}", name=task.name, unit=pretty(unit), points=f"{task.points:g}")


def answer_cell(task: Task) -> str:
    """The lines of the cell that hands in the answer to a task, before a student has changed them."""
    if isinstance(task.question, Number):
        return f'lab.answer("{task.name}", ..., "{task.question.unit}")'
    if isinstance(task.question, Code):
        return f'{task.question.starter.strip()}\n\n\nlab.answer("{task.name}", ...)'
    return f'lab.answer("{task.name}", ..., because="")'


def tolerance(task: Task) -> str:
    """How far off is still right, in words."""
    if not isinstance(task.question, Number):
        return ""
    allowed = task.question.in_words(task.question.tolerance)
    return say("asked.nearly" if task.near else "asked.tolerance", allowed=allowed, near=f"{task.near:g}")
