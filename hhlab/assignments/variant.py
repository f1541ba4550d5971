"""What a student is given: one of many preparations, drawn from grids by a hash of course, assignment and student."""

import hashlib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from ..parameters import must_be, pretty, shown, tidy

LONGEST_ID = 100


@dataclass(frozen=True)
class Grid:
    """The values that one quantity of an assignment can have, with their unit.

    A hidden one is not shown to the student: it is what an experiment is to find.
    """

    values: tuple[float, ...]
    unit: str
    hidden: bool = False

    def in_words(self, value: float) -> str:
        """A value with its unit, as print shows it."""
        unit = "" if self.unit == "1" else pretty(self.unit)
        times = " · " if unit.startswith("10") else " "
        return f"{tidy(value)}{times}{unit}".strip().replace("-", "−")


def evenly(first: float, last: float, step: float) -> tuple[float, ...]:
    """Values a step apart, from the first to the last."""
    return tuple(round(first + step * number, 9) for number in range(round((last - first) / step) + 1))


@dataclass(frozen=True)
class Variant:
    """Who it is drawn for, and the value of each quantity by name."""

    course: str
    student: str
    values: Mapping[str, float]

    def __getattr__(self, name: str) -> float:
        try:
            return self.__dict__["values"][name]
        except KeyError:
            raise AttributeError(f"this variant has no {name}") from None


def plain_id(given: object, what: str = "student") -> str:
    """An id as it is compared and hashed: without spaces around it, in small letters, in one Unicode form.

    Raises
    ------
    ValueError
        If it is not a text, is empty, is longer than 100 characters or has control characters.
    """
    must_be(str, f"a {what}: give it as text, such as 'ab1234'", given)
    text = unicodedata.normalize("NFKC", str(given)).strip().casefold()
    if not text or len(text) > LONGEST_ID or not text.isprintable():
        raise ValueError(f"{shown(given)} is not a {what}: give 1 to {LONGEST_ID} printable characters, such as ab1234")
    return text


def draw(grids: Mapping[str, Grid], assignment: str, course: str, student: str) -> Variant:
    """The variant of a student: the same for ever, and as good as independent of every other student's."""
    course, student = plain_id(course, "course"), plain_id(student)
    text = "\n".join((course, assignment, student))
    number = int.from_bytes(hashlib.sha256(text.encode()).digest(), "big")
    values: dict[str, float] = {}
    for name, grid in grids.items():
        number, place = divmod(number, len(grid.values))
        values[name] = grid.values[place]
    return Variant(course, student, values)
