"""Claim cards: predict, run, and see the numbers that decide."""

import base64
import html
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets

from ..claims import MISCONCEPTIONS, Claim, Finding, Verdict, find
from ..claims.measured import measured_in_words
from ..claims.wording import WORDING
from ..languages import translated
from ..learning.entries import SURE as SURE
from ..tables import table
from ..views import VIEWS, seen_by
from .frame import Frame, button, paragraph, radio, say
from .log_card import concern
from .log_file import open_log
from .words import sentence, sure_in_words

if TYPE_CHECKING:
    from ..plots import Picture


def picture_of(picture: "Picture") -> str:
    """A picture as HTML, with its description."""
    data = base64.b64encode(picture.png).decode()
    return f'<img class="hhlab-picture" alt="{html.escape(repr(picture))}" src="data:image/png;base64,{data}">'


def thick_and_thin(found: Finding) -> str:
    """Which lines belong to which recording, for a picture with panels where each recording has several curves."""
    first, *others = found.recordings
    if not others or not any(_crowded(view, found.recordings[first]) for view in found.views):
        return ""
    return sentence("claim.thick_and_thin", first=first)


def _crowded(name: str, rec: Any) -> bool:
    """Whether a view shows several curves of one recording, or curves that are named after their electrodes."""
    return bool(VIEWS[name].along) or len(VIEWS[name].curves(seen_by(VIEWS[name], rec))) > 1


def _heads(*names: str) -> list[str]:
    """The headings of a table."""
    return [sentence(f"claim.head_{name}") for name in names]


class ClaimCard(Frame):
    """What `claim` returns. `finding` is what its experiment gave, once it has been run."""

    finding: Finding | None = None

    def __init__(self, claim: Claim) -> None:
        self.claim, self.name = claim, f"claim {claim.number}"
        self.verdict = radio([(verdict.words, verdict) for verdict in Verdict], sentence("claim.expect"))
        self.sure = radio(sure_in_words(), sentence("question.how_sure"))
        self.run_button = button(sentence("claim.run"), sentence("claim.run_tip"), "play")
        self.code_button = button(sentence("claim.code"), sentence("claim.code_tip"))
        self.outcome, self.listing = widgets.HTML(), widgets.HTML()
        self.run_button.on_click(lambda _: self.run())
        self.code_button.on_click(lambda _: self._toggle_code())
        head = paragraph(sentence("claim.heading", number=claim.number), "heading")
        head += paragraph(sentence("claim.statement", statement=claim.statement), "claim")
        asks = paragraph(sentence("claim.experiment", asks=claim.asks))
        stated = table([part.stated for part in claim.parts.values()], _heads("part", "decides", "limit"),
                       style="hhlab-table", named=True, left=True)  # fmt: skip
        self.lines = widgets.HTML(stated)
        columns = [
            widgets.VBox([widgets.HTML(paragraph(text, "note")), radio])
            for text, radio in (
                (sentence("claim.does_it_hold"), self.verdict),
                (sentence("question.how_sure"), self.sure),
            )
        ]
        choices = widgets.HBox(columns, layout={"flex_flow": "row wrap"})
        buttons = widgets.HBox([self.run_button, self.code_button])
        self._restore()
        super().__init__([widgets.HTML(head + asks), self.lines, choices, buttons, self.outcome, self.listing], "card")

    def _restore(self) -> None:
        before = open_log().last("claim", self.name) or {}
        predicted, found = (Verdict.from_text(before.get(key)) for key in ("predicted", "verdict"))
        if predicted and found:
            self.verdict.value = predicted
            self.sure.value = before.get("sure") if before.get("sure") in SURE else None
            done = sentence("claim.run_before", predicted=predicted.words, found=found.words)
            say(self.outcome, paragraph(done, "said"))

    def run(self) -> None:
        """Run the experiment, if a prediction has been made, and show what decides."""
        if self.verdict.value is None or self.sure.value is None:
            say(self.outcome, paragraph(sentence("claim.predict_first"), "notice", role="alert"))
            return
        self.finding = found = self.claim.run()
        number = found.number if math.isfinite(found.number) else str(found.number)
        open_log().add("claim", self.name, claim=self.claim.statement, predicted=self.verdict.value,
                       sure=self.sure.value, number=number, verdict=found.verdict)  # fmt: skip
        self.lines.value = ""  # they stand in the table of the outcome
        say(self.outcome, self._told(found) + concern())

    def _told(self, found: Finding) -> str:
        """Figure, the parts with their numbers, verdict, comparison with the prediction, and why."""
        from ..plots import plot

        right = self.verdict.value == found.verdict
        name = "claim.as_predicted" if right else "claim.not_as_predicted"
        compared = sentence(name, predicted=self.verdict.value.words, sure=translated(self.sure.value))
        parts = [
            picture_of(plot(found.recordings, *found.views)),
            paragraph(thick_and_thin(found), "note"),
            paragraph(sentence("claim.in_this_model")),
            table(found.rows, _heads("part", "number", "limit", "verdict"), style="hhlab-table", named=True, left=True),
            paragraph(WORDING["part"]["rule"], "note"),
            paragraph(WORDING["part"]["why_close"] if None in found.verdicts.values() else "", "note"),
            paragraph(WORDING["sentence"][found.verdict], "verdict", role="status"),
            paragraph(compared, "right" if right else "reply"),
            paragraph(self.claim.why),
            paragraph(measured_in_words(self.claim.measured) or sentence("claim.not_measured"), "note"),
        ]
        if self.claim.misconception:
            belief = MISCONCEPTIONS[self.claim.misconception].text
            parts.append(paragraph(sentence("claim.belief", belief=belief), "note"))
        return "".join(parts)

    def _toggle_code(self) -> None:
        name = html.escape(sentence("claim.code_name"))
        shown = f'<pre tabindex="0" aria-label="{name}">{html.escape(self.claim.code)}</pre>'
        say(self.listing, "" if self.listing.value else shown)

    def still(self) -> tuple[str, bytes]:
        return sentence("claim.still", number=self.claim.number, statement=self.claim.statement), b""


class Cards(Frame):
    """Several cards, one below the other."""

    def __init__(self, cards: Sequence[ClaimCard]) -> None:
        self.cards = list(cards)
        super().__init__(self.cards, "cards")

    def still(self) -> tuple[str, bytes]:
        return "\n".join(card.still()[0] for card in self.cards), b""


def claim(*numbers: int) -> ClaimCard | Cards:
    """A card for one of the claims, or several: predict whether it holds, run its experiment, read why.

    Parameters
    ----------
    *numbers : int
        The numbers of the claims, such as 22.

    Returns
    -------
    ClaimCard or Cards
        One card, or several one below the other; a notebook shows them.

    Raises
    ------
    ValueError
        If there is no claim of a number, or no number is given.
    """
    if not numbers:
        raise ValueError("which claim? Give its number, such as claim(22)")
    cards = [ClaimCard(find(number)) for number in numbers]
    return cards[0] if len(cards) == 1 else Cards(cards)
