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
from ..learning.entries import SURE as SURE
from ..tables import table
from ..views import VIEWS, seen_by
from .frame import Frame, button, paragraph, radio, say
from .log_card import concern
from .log_file import open_log

if TYPE_CHECKING:
    from ..plots import Picture

RUN_BEFORE = "You ran this before. You predicted “{predicted}”, and the verdict was “{found}”."
AS_PREDICTED = "You predicted “{predicted}” ({sure}). The model shows the same."
NOT_AS_PREDICTED = "You predicted “{predicted}” ({sure}). The model shows something else."
EXPERIMENT = "The experiment: {asks}"
BELIEF = "This speaks against a common idea: {belief}"


def picture_of(picture: "Picture") -> str:
    """A picture as HTML, with its description."""
    data = base64.b64encode(picture.png).decode()
    return f'<img class="hhlab-picture" alt="{html.escape(repr(picture))}" src="data:image/png;base64,{data}">'


def thick_and_thin(found: Finding) -> str:
    """Which lines belong to which recording, for a picture with panels where each recording has several curves."""
    first, *others = found.recordings
    if not others or not any(_crowded(view, found.recordings[first]) for view in found.views):
        return ""
    return f"Where a panel shows several curves, the thick ones belong to “{first}”, the thin ones to the other traces."


def _crowded(name: str, rec: Any) -> bool:
    """Whether a view shows several curves of one recording."""
    return len(VIEWS[name].curves(seen_by(VIEWS[name], rec))) > 1


class ClaimCard(Frame):
    """What `claim` returns. `finding` is what its experiment gave, once it has been run."""

    finding: Finding | None = None

    def __init__(self, claim: Claim) -> None:
        self.claim, self.name = claim, f"claim {claim.number}"
        self.verdict = radio([(verdict.words, verdict) for verdict in Verdict], "What do you expect?")
        self.sure = radio(SURE, "How sure are you?")
        self.run_button = button("Run", "run the experiment", "play")
        self.code_button = button("Code", "show the code of the experiment")
        self.outcome, self.listing = widgets.HTML(), widgets.HTML()
        self.run_button.on_click(lambda _: self.run())
        self.code_button.on_click(lambda _: self._toggle_code())
        head = paragraph(f"Claim {claim.number}", "heading") + paragraph(f"“{claim.statement}”", "claim")
        asks = paragraph(EXPERIMENT.format(asks=claim.asks))
        stated = table([part.stated for part in claim.parts.values()], ("part", "the number that decides", "limit"),
                       style="hhlab-table", named=True, left=True)  # fmt: skip
        self.lines = widgets.HTML(stated)
        columns = [
            widgets.VBox([widgets.HTML(paragraph(text, "note")), radio])
            for text, radio in (("Does the claim hold?", self.verdict), ("How sure are you?", self.sure))
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
            done = RUN_BEFORE.format(predicted=predicted.words, found=found.words)
            say(self.outcome, paragraph(done, "said"))

    def run(self) -> None:
        """Run the experiment, if a prediction has been made, and show what decides."""
        if self.verdict.value is None or self.sure.value is None:
            say(self.outcome, paragraph("Predict first, and say how sure you are.", "notice", role="alert"))
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
        compared = AS_PREDICTED if right else NOT_AS_PREDICTED
        parts = [
            picture_of(plot(found.recordings, *found.views)),
            paragraph(thick_and_thin(found), "note"),
            paragraph("In this model:"),
            table(found.rows, ("part", "number", "limit", "verdict"), style="hhlab-table", named=True, left=True),
            paragraph(WORDING["part"]["rule"], "note"),
            paragraph(WORDING["part"]["why_close"] if None in found.verdicts.values() else "", "note"),
            paragraph(WORDING["sentence"][found.verdict], "verdict", role="status"),
            paragraph(
                compared.format(predicted=self.verdict.value.words, sure=self.sure.value),
                "right" if right else "reply",
            ),
            paragraph(self.claim.why),
            paragraph(measured_in_words(self.claim.measured) or "No measurement on a real cell is cited here.", "note"),
        ]
        if self.claim.misconception:
            belief = MISCONCEPTIONS[self.claim.misconception].text
            parts.append(paragraph(BELIEF.format(belief=belief), "note"))
        return "".join(parts)

    def _toggle_code(self) -> None:
        shown = f'<pre tabindex="0" aria-label="code of the experiment">{html.escape(self.claim.code)}</pre>'
        say(self.listing, "" if self.listing.value else shown)

    def still(self) -> tuple[str, bytes]:
        return f"Claim {self.claim.number}: {self.claim.statement}", b""


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
