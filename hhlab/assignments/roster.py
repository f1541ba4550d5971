"""A roster: any CSV, of Moodle or Canvas or one's own. Its grades are filled in; every other byte stays as it is."""

import codecs
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ..parameters import shown
from ..quantities import AmbiguousError, read_number
from .variant import plain_id

IDS = ("student id", "student_id", "id number", "idnumber", "sis login id", "sis user id", "matriculation number",
       "matrikelnummer", "username", "user name", "login", "id", "student")  # fmt: skip
"""Headers of a column with student ids; the first of them that a roster has is it."""
GRADES = ("grade", "grades", "points", "score", "mark", "bewertung", "punkte", "note")
HANDLES = ("identifier", "id", "email", "email address", "sis user id", "sis login id", "username", "integration id")
NAMES = ("full name", "name", "student", "student name", "vollständiger name")
FIRST, LAST = ("first name", "vorname", "firstname"), ("last name", "surname", "nachname", "lastname")
MAXIMA = ("maximum grade", "höchste bewertung", "max grade", "out of")
POINTS_POSSIBLE = "points possible"
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


@dataclass(frozen=True)
class Student:
    """A student of a roster: the row, the id, the name, and what else they may be called in names of files."""

    row: int
    id: str
    name: str
    handles: frozenset[str]


@dataclass
class Roster:
    """A CSV as raw fields, quotes and all, with the ends of its lines; and the students in it."""

    mark: bytes
    encoding: str
    delimiter: str
    rows: list[list[str]]
    ends: list[str]
    students: dict[str, Student] = field(default_factory=dict)
    grade: int = 0
    maximum: dict[int, float] = field(default_factory=dict)
    comma: bool = False

    def find(self, keys: tuple[str, ...]) -> Student | None:
        """The one student who is called by the first of the keys that anybody is called by."""
        for key in map(folded, keys):
            named = [student for student in self.students.values() if key and key in student.handles]
            if named:
                return named[0] if len(named) == 1 else None
        return None

    def filled(self, grades: Mapping[str, tuple[float, float]]) -> bytes:
        """The bytes of the roster with grades by id: points, out of so many. Others stay as they are."""
        rows = [list(row) for row in self.rows]
        for student, (points, of) in grades.items():
            row = self.students[student].row
            rows[row] += [""] * (self.grade + 1 - len(rows[row]))
            rows[row][self.grade] = self._number(points * self.maximum.get(row, of) / of)
        text = "".join(self.delimiter.join(row) + end for row, end in zip(rows, self.ends, strict=True))
        return self.mark + text.encode(self.encoding)

    def _number(self, value: float) -> str:
        text = f"{round(value, 2):g}"
        text = text.replace(".", ",") if self.comma else text
        return f'"{text}"' if self.delimiter in text else text


def read_roster(path: Path, *, id_column: str = "", grade_column: str = "", title: str = "grade") -> Roster:
    """The roster in a file. Where it has no column for grades it gets one at its end, named by a title.

    Raises
    ------
    ValueError
        If it cannot be read, has no column with ids or not the one that was named, two students have one id, or several
        columns may be that of the grades.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror}") from None
    roster = _split(data)
    heads = [folded(plain(each)) for each in roster.rows[0]]
    known = heads if id_column else [head if _is_used(roster, at) else "" for at, head in enumerate(heads)]
    ids = _column(path.name, known, roster.rows[0], IDS, id_column, "student ids", "--id")
    if ids is None:
        names = ", ".join(map(plain, roster.rows[0])) or "nothing"
        raise ValueError(f"{path.name} has no column with student ids: it has {names}; name one with --id")
    _read_students(path.name, roster, heads, ids)
    _find_grades(path.name, roster, heads, grade_column, title)
    return roster


def _is_used(roster: Roster, at: int) -> bool:
    """Whether anything stands in a column."""
    return any(at < len(row) and plain(row[at]) for row in roster.rows[1:])


def _split(data: bytes) -> Roster:
    """The raw fields of a CSV, which joined again give every byte of it."""
    mark, encoding = next(((m, e) for m, e in _MARKS if data.startswith(m)), (b"", "utf-8"))
    try:
        text = data[len(mark) :].decode(encoding)
    except UnicodeDecodeError:
        encoding = "latin-1"
        text = data[len(mark) :].decode(encoding)
    delimiter = _delimiter(text)
    return Roster(mark, encoding, delimiter, *_fields(text, delimiter))


def _fields(text: str, delimiter: str) -> tuple[list[list[str]], list[str]]:
    """Raw fields by row, and the end of each row, "" of the last. A quote opens only at the beginning of a field."""
    rows: list[list[str]] = [[]]
    ends: list[str] = []
    for match in re.finditer(rf'((?:"(?:[^"]|"")*+"?)?[^{delimiter}\r\n]*+)({delimiter}|\r\n|\n|\r|\Z)', text):
        rows[-1].append(match[1])
        if match[2] != delimiter:
            ends.append(match[2])
            if not match[2]:
                break
            rows.append([])
    return rows, ends


def _delimiter(text: str) -> str:
    first = re.sub(r'"(?:[^"]|"")*"', "", text).splitlines()[:1]
    return max((",", ";", "\t"), key=lambda sign: (first[0] if first else "").count(sign))


def plain(raw: str) -> str:
    """A raw field without its quotes."""
    text = raw.strip()
    return text[1:-1].replace('""', '"') if len(text) > 1 and text[0] == text[-1] == '"' else text


def folded(text: str) -> str:
    """A text as it is compared: without case, marks of Unicode, and spaces that do not count."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def letters_of(name: str) -> str:
    """The letters of a name alone, as Canvas writes it into the names of files."""
    return "".join(sign for sign in folded(name) if sign.isalnum())


def _column(
    who: str, heads: list[str], raw: list[str], known: tuple[str, ...], wanted: str, what: str, option: str
) -> int | None:
    """Where the column is that was named, or else the first of those that are known; None if there is none."""
    if wanted:
        if folded(wanted) not in heads:
            there = ", ".join(map(plain, raw))
            raise ValueError(f"{who} has no column {shown(wanted)} for {what}: it has {there}; choose one for {option}")
        return heads.index(folded(wanted))
    return next((heads.index(name) for name in known if name in heads and not _is_canvas_name(name, heads)), None)


def _is_canvas_name(name: str, heads: list[str]) -> bool:
    """Whether the column is that of names in Canvas, which calls it Student, or its own numbers, which it calls ID."""
    return name in ("student", "id") and any(head.startswith("sis ") for head in heads)


def _read_students(who: str, roster: Roster, heads: list[str], ids: int) -> None:
    for number, row in enumerate(roster.rows[1:], 1):
        cells = [plain(each) for each in row] + [""] * (len(heads) - len(row))
        if not cells[ids] or POINTS_POSSIBLE in folded(cells[0]):
            continue
        own = plain_id(cells[ids])
        if own in roster.students:
            before = roster.students[own].row + 1
            raise ValueError(f"{who}: rows {before} and {number + 1} have the same id {shown(cells[ids])}; correct one")
        columns = list(zip(heads, cells, strict=False))
        first, last = (next((cell for head, cell in columns if head in names), "") for names in (FIRST, LAST))
        called = [cell for at, (head, cell) in enumerate(columns) if head in NAMES and at != ids]
        name = called[0] if called else f"{first} {last}".strip()
        keys = {cell for head, cell in columns if head in HANDLES}
        numbers = {found[0] for found in (re.search(r"\d+$", key) for key in keys) if found}
        turned = {f"{last} {first}", " ".join(reversed(name.split(", ")))}
        names = {name, letters_of(name), letters_of(last + first), *turned}
        handles = {own, *map(folded, keys | numbers | names)} - {""}
        roster.students[own] = Student(number, own, name or cells[ids], frozenset(handles))


def _find_grades(who: str, roster: Roster, heads: list[str], wanted: str, title: str) -> None:
    """Where grades go, and out of how many points they are where the roster says so."""
    possible = [folded(title), *GRADES] if not wanted else [folded(wanted)]
    starts = [at for at, head in enumerate(heads) if head.startswith(f"{folded(wanted or title)} (")]
    at = _column(who, heads, roster.rows[0], tuple(possible), wanted if not starts else "", "grades", "--column")
    if at is None and len(starts) > 1:
        raise ValueError(f"{who} has {len(starts)} columns {shown(title)}: name one with --column")
    if at is None:
        at = starts[0] if starts else len(heads)
    if at == len(heads):
        roster.rows[0].append(title)
        for student in roster.students.values():
            roster.rows[student.row] += [""] * (at - len(roster.rows[student.row]))
    roster.grade = at
    _find_maxima(roster, heads)


def _find_maxima(roster: Roster, heads: list[str]) -> None:
    maxima = next((heads.index(name) for name in MAXIMA if name in heads), None)
    row = next((row for row in roster.rows[1:3] if POINTS_POSSIBLE in folded(plain(row[0]))), None)
    for student in roster.students.values():
        cells = roster.rows[student.row]
        raw = cells[maxima] if maxima is not None and maxima < len(cells) else ""
        if row is not None and roster.grade < len(row):
            raw = row[roster.grade]
        text = plain(raw)
        roster.comma |= bool(re.fullmatch(r"\d+,\d+", text))
        points = _points(text)
        if points > 0:
            roster.maximum[student.row] = points


def _points(text: str) -> float:
    """The points that a field holds; 0 if it holds no number, ValueError if that can be read in two ways."""
    try:
        return read_number(text)
    except AmbiguousError:
        raise
    except ValueError:
        return 0.0
