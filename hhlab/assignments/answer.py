"""What a student holds: the preparations of a variant, and `answer`, which hands in.

An answer is the saved output of a code cell: data for the grader, and a plain line for people. Numbers travel as text,
because a browser writes -90.0 as -90 and the digits of a measurement count.
"""

import html
import inspect
import sys
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from ..parameters import shown
from ..questions import MODELS_VERSION, Choice, Number
from ..tables import table
from .judge import Given, Verdict, judge, named, well_formed
from .sandbox import LIMITS_ONLY, Sandbox
from .task import Assignment, Code, Preparation, Task, asked_for, shuffled, tolerance

MIME = "application/vnd.hhlab.answer+json"
FORMAT = 1


class Lab:
    """An assignment in the hands of one student. Its preparations are attributes, such as `lab.cell`."""

    def __init__(self, assignment: Assignment, course: str, student: str, graded: bool = False) -> None:
        self.assignment, self.variant, self.graded = assignment, assignment.variant(course, student), graded
        self.tasks = {task.name: task for task in assignment.tasks(self.variant)}
        self._cells = assignment.cells(self.variant)
        self._given: dict[str, Given] = {}

    def __getattr__(self, name: str) -> Preparation:
        cells = self.__dict__.get("_cells", {})
        if name in cells:
            return cells[name]
        raise AttributeError(f"this assignment has no {name}; it has {', '.join(cells)}, answer and given")

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self._cells]

    @property
    def given(self) -> dict[str, float]:
        """The numbers that this student is given, by name."""
        return {name: self.variant.values[name] for name, _, _ in self.assignment.given(self.variant)}

    def answer(self, task: str, value: Any, unit: str = "", *, because: str = "") -> None:
        """Hand in an answer. Its line says how it was understood; in practice mode also whether it is right.

        Parameters
        ----------
        task : its name.
        value : a number, a letter, or what the cell defines for a task with code.
        unit : of a number, such as "mV".
        because : the reason for a choice, in a sentence of your own.

        Raises
        ------
        ValueError
            For an unknown task. What is not well-formed is told, not raised, so that other answers still run.
        """
        asked = self.assignment.task(self.variant, task)
        given = self._read(asked, value, str(unit), str(because))
        if value is ...:
            show(f"{task} is not answered yet. {asked_for(asked)}", {})
            return
        before, self._given[task] = self._given.get(task), given
        line = self._reply(asked, given)
        if before not in (None, given):
            line += " It replaces your answer from before."
        who = {"assignment": self.assignment.name, "course": self.variant.course, "student": self.variant.student}
        show(line, {MIME: {"format": FORMAT, **who, "task": task, **asdict(given), "version": MODELS_VERSION}})

    def letters(self, task: str) -> "Letters":
        """The options of a choice, each with the letter that it has for this student."""
        question = self.assignment.task(self.variant, task).question
        if not isinstance(question, Choice):
            raise ValueError(f"{task} is not a choice: it has no letters")
        letters = shuffled(question, self.variant)
        return Letters(question.text, {letter: question.wording(option) for letter, option in letters.items()})

    def score(self, task: str) -> float:
        """The points of the last answer to a task in this session, as `hhlab grade` gives them; for nbgrader."""
        return self._judge(self.assignment.task(self.variant, task), self._given.get(task)).points

    def _judge(self, task: Task, given: Given | None) -> Verdict:
        return judge(task, given, self.variant, Sandbox(LIMITS_ONLY).run)

    def _read(self, task: Task, value: Any, unit: str, because: str) -> Given:
        if isinstance(task.question, Code):
            return Given(code=_source(value))
        text, question = _text(value), task.question
        option = named(question, text, shuffled(question, self.variant)) if isinstance(question, Choice) else ""
        return Given(text, unit, because, option=option)

    def _reply(self, task: Task, given: Given) -> str:
        """The line under an answer."""
        try:
            understood = well_formed(task, given, self.variant)
        except ValueError as error:
            return f"Not handed in: {error}."
        sign = " =" if isinstance(task.question, Number) else ":"
        line = f"Handed in for {self.variant.student}: {task.name}{sign} {understood.rstrip('.')}."
        if isinstance(task.question, Code) and not given.code:
            return f"Not handed in: {task.name} is handed in from the cell of a notebook that holds the code."
        if self.graded and not isinstance(task.question, Code):
            return line
        verdict = self._judge(task, given)
        if not verdict.judged:
            return f"{line} But {verdict.reply}"
        if self.graded:
            return f"{line} It runs."
        mark = "Right." if verdict.right else "Half right." if verdict.points else "Not yet."
        return f"{line} {mark} {verdict.reply}"

    def __repr__(self) -> str:
        told = (f"{name} = {words} ({meaning})" for name, meaning, words in self.assignment.given(self.variant))
        return "\n".join((self._heading(), *told, "", *(f"{name}: {asked_for(t)}" for name, t in self.tasks.items())))

    def _heading(self) -> str:
        mode = "graded" if self.graded else "practice"
        return f"{self.assignment.title}, {self.variant.course}, for {self.variant.student} ({mode})"

    def _repr_html_(self) -> str:
        given = table(
            [(name, words, meaning) for name, meaning, words in self.assignment.given(self.variant)], left=True
        )
        tasks = table(
            [(name, asked_for(task).replace("`", ""), tolerance(task)) for name, task in self.tasks.items()], left=True
        )
        return f"<p><b>{html.escape(self._heading())}</b></p>{given}{tasks}"


class Letters:
    """What `Lab.letters` gives: a question with its options by letter."""

    def __init__(self, text: str, options: Mapping[str, str]) -> None:
        self.text, self.options = text, options

    def __repr__(self) -> str:
        return "\n".join((self.text, *(f"{letter}) {option}" for letter, option in self.options.items())))

    def _repr_html_(self) -> str:
        return table(self.options.items(), left=True)


def show(line: str, data: dict[str, Any]) -> None:
    """A line for people, with data in the saved output of a notebook."""
    if "IPython" in sys.modules:
        from IPython import get_ipython
        from IPython.display import display

        if get_ipython() is not None:
            display({"text/plain": line, **data}, raw=True)  # type: ignore[no-untyped-call]
            return
    print(line)


def _text(value: Any) -> str:
    """A number, or whatever was given, as text."""
    try:
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            return str(value) if isinstance(value, str | int) else repr(float(value))
        return repr(float(value.item()))
    except (AttributeError, TypeError, ValueError, OverflowError):
        return shown(value)


def _source(value: Any) -> str:
    """The code of the cell that runs, or of a function outside a notebook."""
    if "IPython" in sys.modules:
        from IPython import get_ipython

        shell: Any = get_ipython()
        if shell is not None:
            return str(shell.history_manager.input_hist_raw[-1])
    try:
        return inspect.getsource(value)
    except (TypeError, OSError):
        return ""
