"""Predictions: committed before the answer can be seen, kept in the work log, and shown beside the result."""

from collections.abc import Callable
from typing import Any

import ipywidgets as widgets

from ..plots import Picture
from ..questions import Number
from .claim_card import SURE, picture_of
from .frame import Frame, button, paragraph, radio, say
from .log_card import AGAIN, concern
from .log_file import open_log
from .question import Controls, Question, answer_of, as_question, in_words, judge

NOT_KNOWN = "how sure is not known"


class Prediction(Frame):
    """What `predict` returns. `committed` says whether the prediction stands."""

    def __init__(self, question: Question, show: Callable[[], Any] | None, later: bool, again: bool) -> None:
        self.question, self._show, self._later, self._again = question, show, later, again
        self.name = question.name + AGAIN if again else question.name
        self.controls, self.sure = Controls(question, lambda: None), radio(SURE, "How sure are you?")
        self.commit_button = button("Commit", "commit this prediction: it can no longer be changed")
        self.outcome, self.picture = widgets.HTML(), widgets.HTML()
        self.commit_button.on_click(lambda _: self.commit())
        self._restore()
        row = widgets.HBox([widgets.HTML(paragraph("How sure are you?", "note")), self.sure, self.commit_button])
        row.layout.flex_flow = "row wrap"
        title = "The question from the beginning" if again else "Predict"
        heading = widgets.HTML(paragraph(title, "heading"))
        super().__init__([heading, self.controls, row, self.outcome, self.picture], "card")

    @property
    def committed(self) -> bool:
        """Whether the prediction stands."""
        return self.commit_button.disabled

    def commit(self) -> None:
        """Let the prediction stand, keep it, and show the answer beside it; a sentence if it is not complete."""
        if self.committed:
            return None
        answer, sure = self.controls.answer(), self.sure.value
        try:
            judged = judge(self.question, answer)
            if sure is None:
                raise ValueError("Say how sure you are first")
        except ValueError as error:
            return say(self.outcome, paragraph(f"{error}.", "notice", role="alert"))
        open_log().add("prediction", self.name, question=self.question.text, answer=answer, sure=sure,
                       right=judged.right, misconception=judged.misconception)  # fmt: skip
        self._stand(answer, sure)

    def _restore(self) -> None:
        before = open_log().first("prediction", self.name)
        if not before:
            return
        answer = answer_of(self.question, before)
        try:
            judge(self.question, answer)
        except (ValueError, TypeError):
            return
        self.controls.put(answer)
        sure = before.get("sure")
        self.sure.value = sure if sure in SURE else None
        self._stand(answer, str(self.sure.value or NOT_KNOWN))

    def _stand(self, answer: Any, sure: str) -> None:
        """Show a prediction that stands, and beside it the answer, unless that comes later."""
        self.controls.lock()
        self.sure.disabled = self.commit_button.disabled = True
        parts = [paragraph(f"You predicted: {self._said(answer)} ({sure}).", "said")]
        if self._again:
            parts.insert(0, paragraph(self._at_first(), "said"))
        if self._later:
            parts.append(paragraph("Committed. The question returns at the end of the notebook.", "note"))
        else:
            parts.append(self._answer(answer))
        say(self.outcome, "".join([*parts, concern()]))
        if self._show and not self._later:
            say(self.picture, picture_of(self._show()))

    def _answer(self, answer: Any) -> str:
        judged = judge(self.question, answer)
        mark = "That is right" if judged.right else "Not so"
        if isinstance(self.question, Number):
            mark += f": the model gives {self.question.in_words(float(f'{self.question.truth():.3g}'))}"
        return paragraph(f"{mark}. {judged.reply}", "right" if judged.right else "reply", role="status")

    def _at_first(self) -> str:
        first = open_log().first("prediction", self.question.name)
        if not first or not first.get("answer"):
            return "You did not answer this question at the beginning."
        return f"At the beginning you said: {self._said(first['answer'])} ({first.get('sure') or NOT_KNOWN})."

    def _said(self, answer: Any) -> str:
        return ", ".join(f"“{text.rstrip('.')}”" for text in in_words(self.question, answer))

    def still(self) -> tuple[str, bytes]:
        return self.question.text, b""


def predict(
    question: str | Question, show: Callable[[], Picture] | None = None, *, later: bool = False, again: bool = False
) -> Prediction:
    """A card that takes a prediction, lets it stand, and only then shows the answer.

    Parameters
    ----------
    question : str, Choice or Number
        The name of a question of the course, such as "longer_pulse", or a question of your own.
    show : callable, optional
        A function without arguments that makes the picture beside the answer, such as lambda: hh.plot(...).
    later : bool, default False
        Whether the answer is kept for the end of the notebook, where the question returns.
    again : bool, default False
        Whether this is its return: the first answer is shown beside the second.

    Returns
    -------
    Prediction
        The card, which a notebook shows.

    Raises
    ------
    ValueError
        If the question is unknown.
    """
    return Prediction(as_question(question), show, later, again)
