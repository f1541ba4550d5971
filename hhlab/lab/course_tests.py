"""The test before the course and the one at its end, as cards; and the card that shows what has been learnt."""

import ipywidgets as widgets

from ..learning.course import START, sentence
from ..learning.entries import SURE, Entry, read_entries
from ..learning.gain import AFTER, BEFORE, answers, finished, gain_as_tables, gain_in_words
from ..questions import Choice, check
from .frame import Frame, button, paragraph, radio, say
from .log_card import concern
from .log_file import open_log
from .question import Controls
from .words import sure_in_words


class Item(widgets.VBox):
    """A question of a test, and how sure the student is. It is kept as soon as both are said, and not judged."""

    def __init__(self, question: Choice) -> None:
        self.question, self.controls, self.sure = (
            question,
            Controls(question),
            radio(sure_in_words(), sentence("tests.sure")),
        )
        self.reply = widgets.HTML()
        before = open_log().last("answer", question.name) or {}
        self.controls.put(before.get("answer"))
        self.sure.value = before.get("sure") if before.get("sure") in SURE else None
        for each in (self.controls.choice, self.sure):
            each.observe(lambda _: self._keep(), "value")
        row = widgets.HBox([widgets.HTML(paragraph(sentence("tests.sure"), "note")), self.sure])
        row.layout.flex_flow = "row wrap"
        super().__init__([self.controls, row, self.reply])
        self.add_class("hhlab-asked")

    @property
    def complete(self) -> bool:
        """Whether it is answered, and how sure the student is."""
        return bool(self.controls.answer() and self.sure.value)

    def _keep(self) -> None:
        if self.complete:
            open_log().add("answer", self.question.name, question=self.question.text, answer=self.controls.answer(),
                           sure=self.sure.value)  # fmt: skip

    def lock(self, tell: bool) -> None:
        """Let the answer stand, and tell what is right if that is to be told."""
        self.controls.lock()
        self.sure.disabled = True
        judged, right = self.question.judge(self.controls.answer()), self.question.right[0]
        why, truth = self.question.options[right].text, self.question.wording(right)
        told = sentence("tests.right" if judged.right else "tests.not_yet", reply=judged.reply, truth=truth, why=why)
        say(self.reply, paragraph(told, "right" if judged.right else "reply") if tell else "")


class CourseTest(Frame):
    """What `ask` returns for a test of the course."""

    def __init__(self, test: str) -> None:
        self.test, self.which = test, test.partition("_")[0]
        self.items = [Item(question) for question in check(test) if isinstance(question, Choice)]
        self.button, self.state = button(sentence("tests.finish"), sentence("tests.finish_tip")), widgets.HTML()
        self.button.on_click(lambda _: self.finish())
        intro = sentence(f"tests.intro_{self.which}", number=len(self.items))
        head = widgets.HTML(paragraph(sentence(f"tests.title_{self.which}"), "heading") + paragraph(intro))
        super().__init__([head, *self.items, self.button, self.state], "card")
        if finished(test, open_log().entries()) and all(item.complete for item in self.items):
            self._lock()
        else:
            self.refresh()
            open_log().read_by(self)

    def refresh(self) -> None:
        """Show how much is answered."""
        done = sum(item.complete for item in self.items)
        if not self.button.disabled:
            say(
                self.state,
                paragraph(sentence("tests.kept", done=done, all=len(self.items)), "note") + concern(),
            )

    def finish(self) -> None:
        """Let the answers stand; a sentence if some are missing."""
        missing = [str(n) for n, item in enumerate(self.items, 1) if not item.complete]
        if missing:
            said = sentence("tests.missing", numbers=", ".join(missing))
            return say(self.state, paragraph(said, "notice", role="alert"))
        if not self.button.disabled:
            open_log().add(
                "answer", self.test, question=sentence(f"tests.title_{self.which}"), answer=sentence("tests.finish")
            )
        return self._lock()

    def _lock(self) -> None:
        self.button.disabled = True
        for item in self.items:
            item.lock(tell=self.test == AFTER)
        say(self.state, paragraph(sentence(f"tests.thanks_{self.which}"), "verdict", role="status") + concern())

    def still(self) -> tuple[str, bytes]:
        return "\n".join(f"{n}. {item.question.text}" for n, item in enumerate(self.items, 1)), b""


class Gain(Frame):
    """What `gain` returns."""

    def __init__(self) -> None:
        self.content, self.kept = widgets.HTML(), open_log()
        super().__init__([self.content], "card")
        self.refresh()
        self.kept.read_by(self)

    def refresh(self) -> None:
        """Show what has been learnt, once the test at the end is finished."""
        entries, head = self._entries(), paragraph(sentence("tests.gain"), "heading")
        if not finished(AFTER, entries):
            return say(self.content, head + paragraph(sentence("tests.gain_later")))
        both = answers(BEFORE, entries), answers(AFTER, entries)
        said = "".join(paragraph(sentence, role="status") for sentence in gain_in_words(*both))
        return say(self.content, head + said + gain_as_tables(*both))

    def _entries(self) -> list[Entry]:
        """Those of this notebook, and before them those of the notebook with which the course begins."""
        other = self.kept.path.with_name(f"00_{START}.worklog.jsonl")
        return [*(read_entries(other) if other != self.kept.path else ()), *self.kept.entries()]

    def still(self) -> tuple[str, bytes]:
        return sentence("tests.gain"), b""


def gain() -> Gain:
    """A card that compares your test at the end of the course with the one before it.

    It shows how many answers are right, idea by idea, and how often you were right when you were sure.

    Returns
    -------
    Gain
        The card, which a notebook shows.
    """
    return Gain()
