"""The misconceptions that wrong answers are keyed to, and the experiments that refute them."""

from collections.abc import Sequence
from dataclasses import dataclass

from .wording import WORDING


@dataclass(frozen=True)
class Misconception:
    """A mistaken idea that many learners hold.

    Attributes
    ----------
    id : M1 to M16.
    claims : numbers of the claims whose experiments refute it; none where another experiment does.
    views : views of a bench on which it can be seen, where no claim refutes it.
    """

    id: str
    claims: Sequence[int] = ()
    views: Sequence[str] = ()

    @property
    def text(self) -> str:
        """The mistaken idea, in one sentence."""
        return WORDING[self.id]["text"]

    @property
    def shown_by(self) -> str:
        """What refutes it, in a few words."""
        return WORDING[self.id]["shown_by"]


MISCONCEPTIONS: dict[str, Misconception] = {
    name: Misconception(name, texts.get("claims", ()), texts.get("views", ()))
    for name, texts in WORDING.items()
    if name.startswith("M")
}
"""All misconceptions by id."""
