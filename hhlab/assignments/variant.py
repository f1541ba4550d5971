"""What a student is given: one of many preparations, drawn from grids by a key that is the student's own.

The key is a hash of course, assignment and student, which everybody can compute; or, if the course has a secret, one
that only those can compute who have the secret.
"""

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..parameters import must_be, pretty, shown, tidy

LONGEST_ID = 100
ANYBODY = "your-id"
"""What stands for the id of the student in a notebook that is made for all."""
SHORTEST_SECRET = 20
KEY_DIGITS = 32
"""Hexadecimal digits of a key that was made with a secret."""


@dataclass(frozen=True)
class Grid:
    """The values that one quantity of an assignment can have, with their unit, and what it means.

    Some may be given as rows of evenly spaced values: first, last and step of each. A hidden quantity is not shown to
    the student: it is what an experiment is to find.
    """

    meaning: str
    unit: str
    values: Sequence[float] = ()
    evenly: Sequence[tuple[float, float, float]] = ()
    hidden: bool = False

    def __post_init__(self) -> None:
        rows = ((first, step, round((last - first) / step)) for first, last, step in self.evenly)
        spaced = (round(first + step * number, 9) for first, step, count in rows for number in range(count + 1))
        object.__setattr__(self, "values", (*self.values, *spaced))

    def in_words(self, value: float) -> str:
        """A value with its unit, as print shows it."""
        unit = "" if self.unit == "1" else pretty(self.unit)
        times = " · " if unit.startswith("10") else " "
        return f"{tidy(value)}{times}{unit}".strip().replace("-", "−")


@dataclass(frozen=True)
class Variant:
    """Who it is drawn for, the value of each quantity by name, and the key from which these were drawn."""

    course: str
    student: str
    values: Mapping[str, float]
    key: str = ""

    @property
    def mark(self) -> str:
        """Tells this variant from others in an answer, and does not tell its values."""
        return hashlib.sha256(self.key.encode()).hexdigest()[:8]

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
    must_be(str, f"{what} = {{given}} is not a text: give it in quotation marks, such as 'ab1234'", given)
    text = unicodedata.normalize("NFKC", str(given)).strip().casefold()
    if not text or len(text) > LONGEST_ID or not text.isprintable():
        raise ValueError(
            f"{what} = {shown(given)} cannot be used: give 1 to {LONGEST_ID} printable characters, such as ab1234"
        )
    return text


def key_of(assignment: str, course: str, student: str, secret: str = "") -> str:
    """The key from which the variant of a student is drawn."""
    text = "\n".join((course, assignment, student)).encode()
    if secret:
        return hmac.new(secret.encode(), text, "sha256").hexdigest()[:KEY_DIGITS]
    return hashlib.sha256(text).hexdigest()


def draw(grids: Mapping[str, Grid], key: str) -> dict[str, float]:
    """A value of each quantity: the same for ever, and as good as independent of what is drawn with another key.

    A new quantity goes to the end of the grids, as each takes its part of the number in its turn.
    """
    number = int(key, 16)
    values: dict[str, float] = {}
    for name, grid in grids.items():
        number, place = divmod(number, len(grid.values))
        values[name] = grid.values[place]
    return values


def read_key(typed: str) -> str:
    """The key in a notebook that was made with a secret; ValueError if it is none."""
    if not re.fullmatch(f"[0-9a-f]{{{KEY_DIGITS}}}", str(typed)):
        raise ValueError(f"key = {shown(typed)} is not a key: copy it from the notebook that was made for you")
    return typed


def read_secret(path: Path | None) -> str:
    """The secret in a file, "" for no file; ValueError if there is none in it."""
    if path is None:
        return ""
    try:
        secret = path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise ValueError(f"the secret in {path} cannot be read: give a text file with the secret in it") from None
    if len(secret) < SHORTEST_SECRET:
        raise ValueError(
            f"the secret in {path} has {len(secret)} characters: give {SHORTEST_SECRET} or more, chosen at random"
        )
    return secret
