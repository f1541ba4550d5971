"""Questions as widgets: controls for an answer, and the card that judges a set of them."""

import contextlib
import math
from collections.abc import Sequence
from typing import Any

import ipywidgets as widgets

from ..axons import Axon
from ..cells import Squid
from ..claims import MISCONCEPTIONS
from ..languages import POINTS, told
from ..learning.gain import TESTS
from ..parameters import must_be, pretty
from ..protocols import Step
from ..questions import Choice, Judgement, Number, check, find
from ..views import VIEWS
from .frame import Frame, button, paragraph, radio, say, sendable
from .log_file import Entry, open_log
from .words import sentence

AT_AN_END = (1000.0, 0.5, 0.2)

Question = Choice | Number
Answer = str | list[str]


class Controls(widgets.VBox):
    """The text of a question, and what is needed to answer it; where it asks for a reason, that comes after an answer.

    Parameters
    ----------
    question : what is asked.
    text : in which words, if not in its own.
    """

    def __init__(self, question: Question, text: str = "") -> None:
        self.question, self.text = question, text or question.text
        self.ticks: dict[str, widgets.Checkbox] = {}
        self.choice: Any = None
        self.field: Any = None
        self.reason: Controls | None = None
        if isinstance(question, Number):
            self.field = widgets.Text(
                placeholder=sentence("question.number", unit=pretty(question.unit)), tooltip=self.text,
                continuous_update=False, layout={"width": "220px"},
            )  # fmt: skip
            note = sentence("question.tolerance", tolerance=question.in_words(question.tolerance))
            self._inputs = [self.field]
        else:
            shown = question.arranged(open_log().seed)
            note = sentence("question.several") if question.several else ""
            if question.several:
                boxes = {option: _checkbox(question.wording(option)) for option in question.options}
                self.ticks, self._inputs = boxes, [boxes[option] for option in shown]
            else:
                self.choice = radio([(question.wording(option), option) for option in shown], self.text)
                self._inputs = [self.choice]
        if isinstance(question, Choice) and question.reason:
            self.reason = Controls(question.reason)
            self.reason.layout.display = "none"
            for each in self._inputs:
                each.observe(lambda _: self._ask_for_reason(), "value")
        asked = widgets.HTML(paragraph(self.text, "question") + paragraph(note, "note"))
        super().__init__([asked, *self._inputs, *filter(None, [self.reason])])

    def _ask_for_reason(self) -> None:
        assert self.reason
        self.reason.layout.display = None if self.answer() else "none"

    def answer(self) -> Answer:
        """The ids of what was chosen, or what was typed; empty if nothing was."""
        if self.ticks:
            return [option for option, box in self.ticks.items() if box.value]
        return str(self.choice.value or "" if self.choice else self.field.value).strip()

    def given(self) -> dict[str, Any]:
        """The answer as the work log keeps it, with its reason where one is asked for."""
        return {"answer": self.answer()} | ({"reason": self.reason.answer()} if self.reason else {})

    def put(self, answer: Any, reason: Any = "") -> None:
        """Show an answer that was given before, as far as the question still has it."""
        if isinstance(self.question, Number):
            self.field.value = sendable(answer) if isinstance(answer, str) else ""
            return
        said = [self.question.option(each) for each in (answer if isinstance(answer, list) else [answer])]
        if self.choice:
            self.choice.value = next((option for option in self.question.options if option in said), None)
        for option, box in self.ticks.items():
            box.value = option in said
        if self.reason:
            self.reason.put(reason)

    def lock(self) -> None:
        """Let the answer stand as it is."""
        for each in self._inputs:
            each.disabled = True
        if self.reason:
            self.reason.lock()


class Answering:
    """What all cards with a question share: its controls, a button, and what is said to an answer.

    Each kind of card says in `answered` what an answer leads to.
    """

    kept_as = "answer"
    """Under which the work log keeps the answers."""

    def __init__(self, question: Question, name: str, tooltip: str, text: str = "") -> None:
        self.question, self.controls = question, Controls(question, text)
        self.button, self.reply = button(name, tooltip), widgets.HTML()
        self.button.on_click(lambda _: self.submit())

    def submit(self) -> None:
        """Judge the answer and go on from there; what is missing or cannot be read gets a sentence."""
        given = self.controls.given()
        try:
            self.answered(given, judge(self.question, **given))
        except ValueError as error:
            say(self.reply, paragraph(sentence("question.refused", error=told(error)), "notice", role="alert"))

    def answered(self, given: Entry, judged: Judgement) -> None:
        """Go on from an answer that could be judged; ValueError if something else is missing."""
        raise NotImplementedError

    def keep(self, given: Entry, judged: Judgement) -> None:
        """Put an answer into the work log."""
        keep(self.kept_as, self.question, self.controls.text, given, judged)

    def kept(self, kind: str = "") -> list[tuple[Entry, Judgement]]:
        """The answers in the work log that can still be judged, oldest first, each as it would be judged now."""
        found = []
        for entry in open_log().entries(kind or self.kept_as, self.question.name):
            with contextlib.suppress(ValueError, TypeError):
                answer = answer_of(self.question, entry)
                found.append((entry | {"answer": answer}, judge(self.question, answer, entry.get("reason"))))
        return found


class Asked(Answering, widgets.VBox):
    """One question of "Check yourself", and where it helps the experiment that refutes a misconception."""

    def __init__(self, question: Question, fresh: bool = False) -> None:
        Answering.__init__(self, question, sentence("question.check"), sentence("question.check_tip"))
        self.refute, self.place = button("", sentence("question.experiment_tip")), widgets.VBox()
        self._misconception = ""
        self._given: Entry = {}
        self.refute.layout.display = "none"
        self.refute.on_click(lambda _: self._show_experiment())
        if not fresh and (before := self.kept()):
            entry, judged = before[-1]
            self.controls.put(entry["answer"], entry.get("reason"))
            self._given = self.controls.given()
            self._tell(judged)
        if self.controls.field:
            self.controls.field.observe(lambda change: self.submit() if change["new"] else None, "value")
        widgets.VBox.__init__(self, [self.controls, self.button, self.reply, self.refute, self.place])
        self.add_class("hhlab-asked")

    def answered(self, given: Entry, judged: Judgement) -> None:
        """Reply to the answer, and keep it if it is a new one."""
        if given != self._given:
            self._given = given
            self.keep(given, judged)
        self._tell(judged)

    def _tell(self, judged: Judgement) -> None:
        say(self.reply, paragraph(judged.sentence, "right" if judged.right else "reply", role="status"))
        self._offer(judged.misconception)

    def _offer(self, misconception: str) -> None:
        """Offer the experiment that refutes a misconception: a claim, or a bench."""
        self._misconception, self.place.children = misconception, ()
        known = MISCONCEPTIONS.get(misconception)
        offered = known is not None and bool(known.claims or known.views)
        self.refute.layout.display = None if offered else "none"
        if known and offered:
            self.refute.description = sentence("question.experiment", experiment=known.shown_by)

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


def _checkbox(text: str) -> widgets.Checkbox:
    return widgets.Checkbox(False, description=text, indent=False, layout={"width": "auto"})


def judge(question: Question, answer: Any, reason: Any = "") -> Judgement:
    """The judgement on an answer as controls or the work log have it; ValueError for none, or what cannot be read."""
    if not answer:
        raise ValueError(sentence("question.no_answer"))
    if isinstance(question, Number):
        return question.judge(question.read(str(answer)))
    if question.reason and not reason:
        raise ValueError(sentence("question.no_reason"))
    return question.judge(answer, reason)


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


def quoted(question: Question, answer: Any) -> str:
    """An answer as students read it, each part of it in quotation marks."""
    return ", ".join(sentence("question.quoted", answer=text.rstrip(POINTS)) for text in in_words(question, answer))


def right_answer(question: Question) -> Answer:
    """The ids of all right options, or the number of the model with no more digits than its tolerance needs."""
    if isinstance(question, Choice):
        return [*question.right]
    return question.in_words(round(question.truth(), -math.floor(math.log10(question.tolerance / 10))))


def keep(kind: str, question: Question, text: str, given: Entry, judged: Judgement) -> None:
    """Put an answer into the work log, with the question in the words in which it was asked."""
    open_log().add(kind, question.name, question=text, **given, right=judged.right, misconception=judged.misconception)


class Questions(Frame):
    """What `ask` returns: a card with questions that reply to each answer."""

    def __init__(self, questions: Sequence[Question]) -> None:
        self.asked = {question.name: Asked(question) for question in questions}
        super().__init__(list(self.asked.values()), "card")

    def still(self) -> tuple[str, bytes]:
        return "\n".join(f"{n}. {q.question.text}" for n, q in enumerate(self.asked.values(), 1)), b""


def ask(*questions: str | Question) -> Frame:
    """A card of questions; each answer gets a reply, and misconceptions lead to the experiment that refutes them.

    Parameters
    ----------
    *questions : str, Choice or Number
        The name of a set of the course, such as "action_potential", which asks all of its "Check yourself"; names of
        single questions of the course; or questions of your own. "before_the_course" and "after_the_course" are tests,
        of which the first tells nothing and the second tells what is right at its end.

    Returns
    -------
    Questions or CourseTest
        The card, which a notebook shows.

    Raises
    ------
    ValueError
        If a name is unknown, something is not a question, or none is given.
    """
    if len(questions) == 1 and questions[0] in TESTS:
        from .course_tests import CourseTest

        return CourseTest(str(questions[0]))
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
    must_be(
        Choice | Number, "{given} is not a question: give a name such as 'longer_pulse', a Choice or a Number", given
    )
    return given
