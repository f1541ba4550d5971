"""Questions as widgets: controls for an answer, and the card that judges a set of them."""

from collections.abc import Callable, Sequence
from typing import Any

import ipywidgets as widgets

from ..axons import Axon
from ..cells import Squid
from ..claims import MISCONCEPTIONS
from ..parameters import must_be, pretty
from ..protocols import Step
from ..questions import Choice, Judgement, Number, check, find
from ..views import VIEWS
from .frame import Frame, button, paragraph, radio, say, sendable
from .log_file import Entry, open_log

AT_AN_END = (1000.0, 0.5, 0.2)

Question = Choice | Number
Answer = str | list[str]
NOT_SAID = "Choose or type an answer first"


class Controls(widgets.VBox):
    """The text of a question, and what is needed to answer it."""

    def __init__(self, question: Question, entered: Callable[[], None]) -> None:
        self.question = question
        self.ticks: dict[str, widgets.Checkbox] = {}
        self.choice: Any = None
        self.field: Any = None
        note = ""
        if isinstance(question, Number):
            self.field = widgets.Text(
                placeholder=f"a number, {pretty(question.unit)}", tooltip=question.text, continuous_update=False,
                layout={"width": "220px"},
            )  # fmt: skip
            self.field.observe(lambda change: entered() if change["new"] else None, "value")
            note = f"Right is {question.allowed}."
        elif question.several:
            self.ticks = {
                option: widgets.Checkbox(False, description=text, indent=False, layout={"width": "auto"})
                for text, option in _by_wording(question)
            }
            note = "Choose one or more."
        else:
            self.choice = radio(_by_wording(question), question.text)
        asked = widgets.HTML(paragraph(question.text, "question") + paragraph(note, "note"))
        super().__init__([asked, *(self.ticks.values() or [self.choice or self.field])])

    def answer(self) -> Answer:
        """The ids of what was chosen, or what was typed; empty if nothing was."""
        if self.ticks:
            return [option for option, box in self.ticks.items() if box.value]
        return str(self.choice.value or "" if self.choice else self.field.value).strip()

    def put(self, answer: Any) -> None:
        """Show an answer that was given before, as far as the question still has it."""
        if isinstance(self.question, Number):
            self.field.value = sendable(answer) if isinstance(answer, str) else ""
            return
        said = [self.question.option(each) for each in (answer if isinstance(answer, list) else [answer])]
        if self.choice:
            self.choice.value = next((option for option in self.question.options if option in said), None)
        for option, box in self.ticks.items():
            box.value = option in said

    def lock(self) -> None:
        """Let the answer stand as it is."""
        for control in (*self.ticks.values(), self.choice, self.field):
            if control is not None:
                control.disabled = True


class Asked(widgets.VBox):
    """One question with its button, its reply, and where it helps the experiment that refutes a misconception."""

    def __init__(self, question: Question) -> None:
        self.question, self.controls = question, Controls(question, self.judge)
        self.check = button("Check", "check this answer")
        self.refute = button("See the experiment")
        self.reply, self.place = widgets.HTML(), widgets.VBox()
        self._misconception = ""
        self._kept: Answer = ""
        self.refute.layout.display = "none"
        self.check.on_click(lambda _: self.judge())
        self.refute.on_click(lambda _: self._show_experiment())
        before = open_log().last("answer", question.name)
        if before:
            self._kept = answer_of(question, before)
            self.controls.put(self._kept)
            self._kept = self.controls.answer()
            if self._kept:
                self.judge()
        super().__init__([self.controls, self.check, self.reply, self.refute, self.place])
        self.add_class("hhlab-asked")

    def judge(self) -> None:
        """Reply to the answer, and keep it if it is a new one; what cannot be read gets a sentence."""
        answer = self.controls.answer()
        try:
            judged = judge(self.question, answer)
        except ValueError as error:
            return say(self.reply, paragraph(f"{error}.", "notice", role="alert"))
        if answer != self._kept:
            self._kept = answer
            keep(self.question, answer, judged)
        say(self.reply, paragraph(judged.sentence, "right" if judged.right else "reply", role="status"))
        self._offer(judged.misconception)

    def _offer(self, misconception: str) -> None:
        """Offer the experiment that refutes a misconception: a claim, or a bench."""
        self._misconception, self.place.children = misconception, ()
        known = MISCONCEPTIONS.get(misconception)
        offered = known is not None and bool(known.claims or known.views)
        self.refute.layout.display = None if offered else "none"
        if known and offered:
            self.refute.description = f"See {known.shown_by}"

    def _show_experiment(self) -> None:
        from .claim_card import claim
        from .explorer import explore

        known = MISCONCEPTIONS[self._misconception]
        if known.claims:
            shown: widgets.Widget = claim(known.claims[0])
        elif any(VIEWS[view].along for view in known.views):
            shown = explore(Axon(), Step(*AT_AN_END), known.views, knobs=("diameter", "x_1", "x_2"))
        else:
            shown = explore(Squid(), Step(), known.views, knobs=("amplitude",))
        self.place.children = [shown]


def _by_wording(question: Choice) -> list[tuple[str, str]]:
    """The options as students read them, each with its id."""
    return [(question.wording(option), option) for option in question.options]


def judge(question: Question, answer: Any) -> Judgement:
    """The judgement on an answer as controls or the work log have it; ValueError for none, or what cannot be read."""
    if not answer:
        raise ValueError(NOT_SAID)
    if isinstance(question, Number):
        return question.judge(question.read(str(answer)))
    return question.judge(answer)


def answer_of(question: Question, entry: Entry) -> Any:
    """The answer in an entry of the work log. In older entries a comma in a number always began its decimals."""
    answer = entry.get("answer", "")
    of_then = "models" not in entry and isinstance(question, Number) and isinstance(answer, str)
    return answer.replace(",", ".") if of_then else answer


def in_words(question: Question | None, answer: Any) -> list[str]:
    """The parts of an answer as students read them, with options named by id or, as in older logs, by wording."""
    parts = answer if isinstance(answer, list) else [answer]
    if isinstance(question, Choice):
        parts = [question.wording(option) if (option := question.option(part)) else part for part in parts]
    return [str(part) for part in parts]


def keep(question: Question, answer: Answer, judged: Judgement) -> None:
    """Put an answer into the work log."""
    open_log().add("answer", question.name, question=question.text, answer=answer, right=judged.right,
                   misconception=judged.misconception)  # fmt: skip


class Questions(Frame):
    """What `ask` returns: a card with questions that reply to each answer."""

    def __init__(self, questions: Sequence[Question]) -> None:
        self.asked = {question.name: Asked(question) for question in questions}
        super().__init__(list(self.asked.values()), "card")

    def still(self) -> tuple[str, bytes]:
        return " ".join(f"{n}. {q.question.text}" for n, q in enumerate(self.asked.values(), 1)), b""


def ask(*questions: str | Question) -> Questions:
    """A card of questions; each answer gets a reply, and misconceptions lead to the experiment that refutes them.

    Parameters
    ----------
    *questions : str, Choice or Number
        The name of a set of the course, such as "action_potential", or questions of your own.

    Returns
    -------
    Questions
        The card, which a notebook shows.

    Raises
    ------
    ValueError
        If a set is unknown, something is not a question, or none is given.
    """
    found: list[Question] = []
    for given in questions:
        found += check(given) if isinstance(given, str) else [as_question(given)]
    if not found:
        raise ValueError("there is nothing to ask: give a set of questions such as 'action_potential'")
    return Questions(found)


def as_question(given: str | Question) -> Question:
    """The question of a name, or the question itself."""
    if isinstance(given, str):
        return find(given)
    must_be(Choice | Number, "a question: give a name such as 'longer_pulse', a Choice or a Number", given)
    return given
