"""The misconceptions that wrong answers are keyed to, and the experiments that refute them."""

from dataclasses import dataclass

from .wording import WORDING


@dataclass(frozen=True)
class Misconception:
    """A mistaken idea that many learners hold.

    Attributes
    ----------
    id : M1 to M15.
    text : the mistaken idea, in one sentence.
    shown_by : what refutes it, in a few words.
    claims : numbers of the claims whose experiments refute it; none where another experiment does.
    views : views of a bench on which it can be seen, where no claim refutes it.
    """

    id: str
    text: str
    shown_by: str
    claims: tuple[int, ...] = ()
    views: tuple[str, ...] = ()


_REFUTED_BY_CLAIMS = {
    "M1": (5,), "M2": (16,), "M3": (1,), "M4": (6,), "M5": (4,), "M6": (2,), "M7": (7,), "M8": (11, 40),
    "M10": (23, 41), "M12": (16,), "M13": (39,), "M15": (26,),
}  # fmt: skip
_SEEN_IN_VIEWS = {
    "M9": ("voltage", "gates", "steady states"),
    "M11": ("space and time", "along the axon"),
    "M14": ("conductances", "driving forces", "currents"),
}

MISCONCEPTIONS: dict[str, Misconception] = {
    name: Misconception(
        name, claims=_REFUTED_BY_CLAIMS.get(name, ()), views=_SEEN_IN_VIEWS.get(name, ()), **WORDING[name]
    )
    for name in (f"M{number}" for number in range(1, 16))
}
"""All misconceptions by id."""
