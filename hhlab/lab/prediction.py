"""Predict, observe, explain: a prediction stands before the experiment; what is seen in it is judged and explained.

Nothing here tells what is right before an observation is right, or has been wrong twice.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

import ipywidgets as widgets

from ..languages import translated
from ..questions import Judgement
from .claim_card import SURE, picture_of
from .frame import Frame, paragraph, radio, say
from .log_card import TRIES, concern
from .log_file import Entry
from .question import Answering, Question, as_question, quoted, right_answer
from .words import sentence, sure_in_words

if TYPE_CHECKING:
    from ..plots import Picture


class Prediction(Answering, Frame):
    """What `predict` returns. `committed` says whether the prediction stands."""

    kept_as = "prediction"

    def __init__(self, question: Question) -> None:
        Answering.__init__(self, question, sentence("prediction.commit"), sentence("prediction.commit_tip"))
        how_sure = sentence("question.how_sure")
        self.sure = radio(sure_in_words(), how_sure)
        if before := self.kept():
            entry, _ = before[0]
            self.controls.put(entry["answer"], entry.get("reason"))
            self.sure.value = entry.get("sure") if entry.get("sure") in SURE else None
            self._stand(entry)
        row = widgets.HBox([widgets.HTML(paragraph(how_sure, "note")), self.sure, self.button])
        row.layout.flex_flow = "row wrap"
        heading = widgets.HTML(paragraph(sentence("prediction.heading"), "heading"))
        Frame.__init__(self, [heading, self.controls, row, self.reply], "card")

    @property
    def committed(self) -> bool:
        """Whether the prediction stands."""
        return bool(self.button.disabled)

    def answered(self, given: Entry, judged: Judgement) -> None:
        """Let the prediction stand, and keep it; ValueError if it is not said how sure it is."""
        if self.committed:
            return
        if self.sure.value is None:
            raise ValueError(sentence("question.not_sure"))
        entry = given | {"sure": self.sure.value}
        self.keep(entry, judged)
        self._stand(entry)

    def _stand(self, entry: Entry) -> None:
        self.controls.lock()
        self.sure.disabled = self.button.disabled = True
        said = paragraph(predicted(self.question, entry), "said")
        say(self.reply, said + paragraph(sentence("prediction.stands"), "note", role="status") + concern())

    def still(self) -> tuple[str, bytes]:
        return self.question.text, b""


class Observation(Answering, Frame):
    """What `observe` returns. `explained` says whether the question has been explained."""

    kept_as = "observation"

    def __init__(self, question: Question, show: "Callable[[], Picture] | None") -> None:
        Answering.__init__(self, question, sentence("question.check"), sentence("observation.check"), question.seen)
        self._show, self.picture, self._tries = show, widgets.HTML(), 0
        for entry, judged in self.kept():
            if not self.explained:
                self._tell(entry, judged)
        heading = widgets.HTML(paragraph(sentence("observation.heading"), "heading"))
        Frame.__init__(self, [heading, self.controls, self.button, self.reply, self.picture], "card")

    @property
    def explained(self) -> bool:
        """Whether the question has been explained. What was seen can no longer be changed then."""
        return bool(self.button.disabled)

    def submit(self) -> None:
        """Judge what was seen. A second press of the button without a new answer is not a second try."""
        if not self.explained and (self.controls.answer() or not self._tries):
            super().submit()

    def answered(self, given: Entry, judged: Judgement) -> None:
        """Keep what was seen; explain it if it is right or the last try, and otherwise send back to the experiment."""
        self.keep(given, judged)
        self._tell(given, judged)

    def _tell(self, given: Entry, judged: Judgement) -> None:
        self._tries += 1
        seen = paragraph(sentence("observation.seen", seen=quoted(self.question, given["answer"])), "said")
        if not judged.right and self._tries < TRIES:
            self.controls.put("")
            return say(self.reply, seen + paragraph(sentence("observation.look_again"), "reply", role="status"))
        self.controls.put(given["answer"], given.get("reason"))
        self.controls.lock()
        self.button.disabled = True
        before, why_not = self._predicted(given)
        say(self.reply, before + seen + self._why(given, judged) + why_not + concern())
        if self._show:
            say(self.picture, picture_of(self._show()))
        return None

    def _why(self, given: Entry, judged: Judgement) -> str:
        """Whether what was seen is right, and why."""
        if judged.right:
            return paragraph(sentence("observation.as_seen", why=judged.reply), "right", role="status")
        truth = quoted(self.question, right_answer(self.question))
        told = sentence("observation.not_as_seen", truth=truth, why=judged.explained)
        return paragraph(told, "reply", role="status")

    def _predicted(self, given: Entry) -> tuple[str, str]:
        """What was predicted, and what is wrong with it if it is wrong and something else was seen."""
        if not (predictions := self.kept("prediction")):
            return paragraph(sentence("observation.not_predicted"), "said"), ""
        entry, judged = predictions[0]
        told = not judged.right and entry["answer"] != given["answer"]
        why_not = sentence("observation.not_as_predicted", why=judged.reply) if told else ""
        return paragraph(predicted(self.question, entry), "said"), paragraph(why_not, "reply")

    def still(self) -> tuple[str, bytes]:
        return self.controls.text, b""


def predicted(question: Question, entry: Entry) -> str:
    """A sentence that says what was predicted."""
    sure, said = entry.get("sure"), quoted(question, entry["answer"])
    if sure not in SURE:
        return sentence("observation.predicted_anyhow", predicted=said)
    return sentence("observation.predicted", predicted=said, sure=translated(str(sure)))


def predict(question: str | Question) -> Prediction:
    """A card that takes a prediction and lets it stand. It does not tell what is right: `observe` does, afterwards.

    Parameters
    ----------
    question : str, Choice or Number
        The name of a question of the course, such as "longer_pulse", or a question of your own.

    Returns
    -------
    Prediction
        The card, which a notebook shows.

    Raises
    ------
    ValueError
        If the question is unknown.
    """
    return Prediction(as_question(question))


def observe(question: str | Question, show: "Callable[[], Picture] | None" = None) -> Observation:
    """A card that asks what was seen in an experiment, and then explains it beside what was predicted.

    A wrong answer sends back to the experiment once. After a second one the question is explained all the same.

    Parameters
    ----------
    question : str, Choice or Number
        The question of the prediction: its name, such as "longer_pulse", or a question of your own.
    show : callable, optional
        A function without arguments that makes a picture for the explanation, such as lambda: hh.plot(...).

    Returns
    -------
    Observation
        The card, which a notebook shows.

    Raises
    ------
    ValueError
        If the question is unknown.
    """
    return Observation(as_question(question), show)
