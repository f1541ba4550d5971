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
    text : the mistaken idea, in one sentence.
    shown_by : what refutes it, in a few words.
    claims : numbers of the claims whose experiments refute it; none where another experiment does.
    views : views of a bench on which it can be seen, where no claim refutes it.
    """

    id: str
    text: str
    shown_by: str
    claims: Sequence[int] = ()
    views: Sequence[str] = ()


MISCONCEPTIONS: dict[str, Misconception] = {
    name: Misconception(name, **texts) for name, texts in WORDING.items() if name.startswith("M")
}
"""All misconceptions by id."""
