"""What a student holds: the preparations of a variant, and `answer`, which hands in.

An answer is the saved output of a code cell: data for the grader, and a plain line for people. Numbers travel as text,
because a browser writes -90.0 as -90 and the digits of a measurement count.
"""

import html
import inspect
import re
import sys
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from ..languages import POINTS
from ..parameters import shown
from ..questions import MODELS_VERSION, Choice, Number
from ..tables import table
from .judge import LONGEST, LONGEST_CODE, Given, Verdict, choose, judge, well_formed
from .sandbox import LIMITS_ONLY, Sandbox
from .task import Assignment, Code, Preparation, Task, asked_for, options_of, tolerance
from .variant import ANYBODY, Variant

MIME = "application/vnd.hhlab.answer+json"
FORMAT = 2
_DASH = re.compile(r"((?:^|[(,=])\s*)[\u2010-\u2015\u2212](?=\s*[.\d])")


class Lab:
    """An assignment in the hands of one student. Its preparations are attributes, such as `lab.cell`.

    Attributes
    ----------
    given : the numbers that this student is given, by name.
    tasks : what is asked, by the name of the task.
    """

    def __init__(self, assignment: Assignment, course: str, student: str, graded: bool = False, key: str = "") -> None:
        variant = assignment.variant(course, student, key=key)
        self._assignment, self.graded, self._key = assignment, graded, key
        self.course, self.student = variant.course, variant.student
        self._table = assignment.given(variant)
        self.given = {name: variant.values[name] for name, _, _ in self._table}
        self.tasks = {task.name: task.question.text for task in assignment.tasks(variant)}
        self._cells = assignment.cells(variant)
        self._given: dict[str, Given] = {}
        mend_signs_of_cells()

    def __getattr__(self, name: str) -> Preparation:
        cells = self.__dict__.get("_cells", {})
        if name in cells:
            return cells[name]
        raise AttributeError(f"this assignment has no {name}; it has {', '.join((*cells, 'answer', 'given'))}")

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self._cells]

    def answer(self, task: str, value: Any = ..., unit: Any = "", *more: Any, because: str = "") -> None:
        """Hand in an answer. Its line says how it was understood; in practice mode also whether it is right.

        Parameters
        ----------
        task : its name.
        value : a number, the id of an option, or what the cell defines for a task with code.
        unit : of a number, such as "mV".
        because : the reason for a choice, in a sentence of your own.

        Raises
        ------
        ValueError
            For an unknown task. What is not well-formed is told, not raised, so that other answers still run.
        """
        variant = _variant(self)
        asked = self._assignment.task(variant, task)
        if value is ...:
            show(f"{task} is not answered yet. {asked_for(asked)}", {})
            return
        if more:  # such as -88,9 without quotation marks, which Python takes for two numbers
            value, unit = ", ".join(map(_text, (value, unit, *more))), ""
        given = _read(asked, variant, value, str(unit), str(because))
        before, self._given[task] = self._given.get(task), given
        line = self._reply(asked, given)
        if before not in (None, given):
            line += " It replaces your answer from before."
        if self.student == ANYBODY:
            line += f" But {ANYBODY} is not a student: write your own id into the first cell, and run all cells."
        who = {"assignment": self._assignment.name, "course": self.course, "student": self.student}
        show(line, {MIME: {"format": FORMAT, **who, "task": task, **asdict(given), "version": MODELS_VERSION}})

    def letters(self, task: str) -> "Letters":
        """The options of a choice, each with the id that it has for this student."""
        variant = _variant(self)
        question = self._assignment.task(variant, task).question
        if not isinstance(question, Choice):
            raise ValueError(f"{task} is not a question with options: hand in its answer with lab.answer")
        return Letters(question.text, {own: question.wording(o) for own, o in options_of(question, variant).items()})

    def score(self, task: str) -> float:
        """The points of the last answer to a task in this session; ValueError in a notebook that is graded."""
        if self.graded:
            raise ValueError("this notebook is graded: your teacher will tell you the points")
        return self._judge(self._assignment.task(_variant(self), task), self._given.get(task)).points

    def _judge(self, task: Task, given: Given | None) -> Verdict:
        return judge(task, given, _variant(self), Sandbox(LIMITS_ONLY).run)

    def _reply(self, task: Task, given: Given) -> str:
        """The line under an answer."""
        try:
            understood = well_formed(task, given)
        except ValueError as error:
            return f"Not handed in: {error}."
        sign = " =" if isinstance(task.question, Number) else ":"
        line = f"Handed in for {self.student}: {task.name}{sign} {understood.rstrip(POINTS)}."
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
        told = (f"{name} = {words} ({meaning})" for name, words, meaning in self._table)
        asked = (f"{task.name}: {asked_for(task)}" for task in self._assignment.tasks(_variant(self)))
        return "\n".join((self._heading(), *told, "", *asked))

    def _heading(self) -> str:
        who = f"{self._assignment.title}, {self.course}, for {self.student}"
        return f"{who} (graded)" if self.graded else f"{who} (practice)"

    def _repr_html_(self) -> str:
        given = table(self._table, left=True)
        tasks = self._assignment.tasks(_variant(self))
        asked = table([(t.name, asked_for(t).replace("`", ""), tolerance(t)) for t in tasks], left=True)
        return f"<p><b>{html.escape(self._heading())}</b></p>{given}{asked}"


def _variant(lab: Lab) -> Variant:
    """What was drawn for a lab. The lab does not hold it, so that no attribute of it tells what is asked."""
    return lab._assignment.variant(lab.course, lab.student, key=lab._key)


class Letters:
    """What `Lab.letters` gives: a question with its options by letter."""

    def __init__(self, text: str, options: Mapping[str, str]) -> None:
        self.text, self.options = text, options

    def __repr__(self) -> str:
        return "\n".join((self.text, *(f"{letter}) {option}" for letter, option in self.options.items())))

    def _repr_html_(self) -> str:
        return table(self.options.items(), left=True)


def _shell() -> Any:
    """The IPython that runs this cell; None outside of a notebook."""
    if "IPython" not in sys.modules:
        return None
    from IPython import get_ipython

    return get_ipython()


def show(line: str, data: dict[str, Any]) -> None:
    """A line for people, with data in the saved output of a notebook."""
    if _shell() is None:
        print(line)
        return
    from IPython.display import display

    display({"text/plain": line, **data}, raw=True)  # type: ignore[no-untyped-call]


def mend_signs_of_cells() -> None:
    """From now on, take a dash before a number for a minus in a cell with an answer, where Python would stop."""
    shell = _shell()
    if shell is not None and mend_signs not in shell.input_transformers_cleanup:
        shell.input_transformers_cleanup.append(mend_signs)


def mend_signs(lines: list[str]) -> list[str]:
    """The lines of a cell, with a plain minus before numbers that are arguments of `answer`."""
    return [_DASH.sub(r"\1-", line) for line in lines] if any(".answer(" in line for line in lines) else lines


def _read(task: Task, variant: Variant, value: Any, unit: str, because: str) -> Given:
    """An answer as it is handed in: of texts that are too long one character more than may be, which tells that."""
    if isinstance(task.question, Code):
        return Given(code=_source(value)[: LONGEST_CODE + 1], mark=variant.mark)
    text = _text(value)[: LONGEST + 1]
    option = choose(task.question, text, variant) if isinstance(task.question, Choice) else ""
    return Given(text, unit[: LONGEST + 1], because[: LONGEST + 1], option=option, mark=variant.mark)


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
    shell = _shell()
    if shell is not None:
        return str(shell.history_manager.input_hist_raw[-1])
    try:
        return inspect.getsource(value)
    except (TypeError, OSError):
        return ""
