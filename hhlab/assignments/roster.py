"""A roster: any CSV, of a learning platform or one's own. Its grades are filled in; every other byte stays as it is.

Which header means what stands in roster.toml.
"""

import re
import tomllib
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from ..parameters import shown, tidy
from ..quantities import read_number
from .sheet import Sheet, read_sheet
from .variant import plain_id

_KNOWN = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))


@dataclass(frozen=True)
class Student:
    """A student of a roster: the row, the id and the name."""

    row: int
    id: str
    name: str


@dataclass
class Roster:
    """The students of a course in a sheet, and where their grades go.

    Attributes
    ----------
    ids, grade : the columns with ids and with grades.
    new : whether the column with grades was added.
    most : out of how many points a grade is; 0 if the sheet does not say.
    called : the id of who has a certain number of the platform, or letters in the name; "" for several.
    """

    sheet: Sheet
    ids: int
    students: dict[str, Student] = field(default_factory=dict)
    called: dict[tuple[str, str], str] = field(default_factory=dict)
    grade: int = 0
    new: bool = False
    most: float = 0.0

    def find(self, keys: Iterable[str]) -> Student | None:
        """The one student who is called by the first of the keys that anybody is called by.

        A key is what a platform writes into the names of files: its own number of the student, or the name.
        """
        for key in filter(letters_of, keys):
            for each in (("number", key), ("name", letters_of(key))):
                if each in self.called:
                    return self.students.get(self.called[each])
        return None

    def kept(self) -> dict[str, str]:
        """The words that stay in place of a grade, by id: EX, with which Canvas excuses a student."""
        cells = {student.id: self.sheet.cell(student.row, self.grade) for student in self.students.values()}
        return {student: cell for student, cell in cells.items() if any(map(str.isalpha, cell))}

    def late(self) -> set[str]:
        """The ids of those whose status in Moodle says how much they were late, such as "Submitted - 3 mins late"."""
        at = _first(list(map(folded, self.sheet.row(0))), _KNOWN["status"])
        statuses = {student.id: self.sheet.cell(student.row, at) for student in self.students.values()}
        return {student for student, status in statuses.items() if re.search(r" - \d+ ", status)}

    def filled(self, grades: Mapping[str, tuple[float, float]]) -> bytes:
        """The sheet with grades filled in, by id: points, out of so many. They are scaled to its own maximum."""
        sheet = replace(self.sheet, rows=[list(row) for row in self.sheet.rows])
        sign = sheet.decimal_sign()
        for student in grades.keys() - self.kept().keys():
            points, of = grades[student]
            text = tidy(round(points * (self.most or of) / of, 2)).replace(".", sign)
            sheet.put(self.students[student].row, self.grade, text)
        return sheet.to_bytes()

    def in_words(self, grades: Mapping[str, tuple[float, float]], handed: Collection[str]) -> str:
        """Which column was filled in, out of how many points, and where ids are; `handed` are those in notebooks."""
        kept = {student: word for student, word in self.kept().items() if student in grades}
        column = f"its {'new ' if self.new else ''}column {self.sheet.cell(0, self.grade)!r}"
        points = "".join(f", out of {tidy(self.most or of)} points" for of in {of for _, of in grades.values()})
        said = [f"{self.sheet.name}: {len(grades) - len(kept)} graded in {column}{points}; "
                f"ids in {self.sheet.cell(0, self.ids)!r}."]  # fmt: skip
        said += [f"{student} keeps {shown(word)}." for student, word in kept.items()]
        return " ".join((*said, *self._advice(handed)))

    def _advice(self, handed: Collection[str]) -> Iterator[str]:
        """Which other columns may be those of grades and ids."""
        headers = self.sheet.row(0)
        others = [repr(header) for header in headers if _in_header(folded(header), "title")]
        if self.new and others:
            yield f"Other columns for grades: {', '.join(others)}. Name one with --column."
        columns = map(self.sheet.column, range(len(headers)))
        there = [sum(folded(cell).removeprefix("#") in handed for cell in column) for column in columns]
        if max(there) > there[self.ids]:
            best = headers[there.index(max(there))]
            yield f"{best!r} has {max(there)} of the {len(handed)} ids in notebooks: name that with --id."
        elif handed and not there[self.ids]:
            yield "No column has an id of the notebooks: is it the roster of this course?"


def read_roster(path: Path, *, id_column: str = "", grade_column: str = "", title: str = "grade") -> Roster:
    """The roster in a file. Where it has no column for grades it gets one, named by a title.

    Raises
    ------
    ValueError
        If it cannot be read, has no column with ids or not the one that was named, two students have one id, several
        columns may be that of the grades, or grades are out of several numbers of points.
    """
    sheet = read_sheet(path)
    heads = [folded(head) for head in sheet.row(0)]
    used = [head if any(sheet.column(at)) else "" for at, head in enumerate(heads)]
    ids = _first(heads, [id_column]) if id_column else _first(used, _KNOWN["ids"])
    if ids is None:
        raise ValueError(_missing(sheet, id_column, "student ids", "--id"))
    heads[ids] = ""
    roster = Roster(sheet, ids)
    _read_students(roster, heads)
    grade = _grades(sheet, heads, grade_column, title)
    roster.new = grade is None
    roster.grade = _new_column(sheet, heads, title) if grade is None else grade
    roster.most = _most(roster, heads)
    return roster


def folded(text: str) -> str:
    """A text as it is compared: without case, marks of Unicode, and spaces that do not count."""
    return " ".join(unicodedata.normalize("NFKC", text).replace("’", "'").casefold().split())


def letters_of(name: str) -> str:
    """The letters of a name alone, as Canvas writes it into the names of files."""
    return "".join(sign for sign in folded(name) if sign.isalnum())


def _first(heads: list[str], names: Iterable[str]) -> int | None:
    """Where the first of these headers is that there is."""
    return next((heads.index(name) for name in map(folded, names) if name in heads), None)


def _missing(sheet: Sheet, wanted: str, what: str, option: str) -> str:
    """What to say where a column is not there."""
    there = ", ".join(filter(None, sheet.row(0))) or "nothing"
    called, advice = (f"{shown(wanted)} for", "choose one for") if wanted else ("with", "name one with")
    return f"{sheet.name} has no column {called} {what}: it has {there}; {advice} {option}"


def _read_students(roster: Roster, heads: list[str]) -> None:
    sheet = roster.sheet
    columns = [_first(heads, _KNOWN[kind]) for kind in ("full_names", "first_names", "last_names", "numbers")]
    for row in range(1, len(sheet.rows)):
        full, first, last, number = (sheet.cell(row, column) for column in columns)
        given = sheet.cell(row, roster.ids).removeprefix("#")
        if not given:
            continue
        own, name = plain_id(given), full or f"{first} {last}".strip()
        if own in roster.students:
            before = roster.students[own].row + 1
            raise ValueError(f"{sheet.name}: rows {before} and {row + 1} have the same id {shown(given)}; correct one")
        roster.students[own] = Student(row, own, name or given)
        names = {("name", letters_of(each)) for each in (name, last + first, "".join(name.split(", ")[::-1]))}
        for each in {("number", re.sub(r"^\D+", "", number)), *names}:
            roster.called[each] = "" if each in roster.called else own


def _grades(sheet: Sheet, heads: list[str], wanted: str, title: str) -> int | None:
    """The column for grades: one that was named, or has the title of the assignment, or a usual one."""
    name = folded(wanted or title)
    named = [at for at, head in enumerate(heads) if name in (head, _in_header(head, "title"))]
    if len(named) > 1:
        raise ValueError(f"{sheet.name} has {len(named)} columns {shown(wanted or title)}: name one with --column")
    if wanted and not named:
        raise ValueError(_missing(sheet, wanted, "grades", "--column"))
    return named[0] if named else _first(heads, _KNOWN["grades"])


def _in_header(head: str, part: str) -> str:
    """The title of an assignment in a header, or the most points that it gives; empty where a header has none."""
    found = next(filter(None, (re.fullmatch(pattern, head) for pattern in _KNOWN["assignments"])), None)
    return found.groupdict().get(part) or "" if found else ""


def _new_column(sheet: Sheet, heads: list[str], title: str) -> int:
    """Add a column for grades at the end, or before that which Brightspace wants there. Where it is."""
    brightspace = heads[-1] == folded(_KNOWN["end_of_line"])
    at = len(heads) - brightspace
    sheet.insert(at)
    sheet.put(0, at, f"{title} {_KNOWN['new_grades']}" if brightspace else title)
    return at


def _most(roster: Roster, heads: list[str]) -> float:
    """Out of how many points grades are: as the header says, or a row of Canvas, or a column; 0 if none does."""
    sheet = roster.sheet
    header = _in_header(folded(sheet.cell(0, roster.grade)), "most")
    possible = _first([folded(cell) for cell in sheet.column(0)], [_KNOWN["points_possible"]])
    in_rows = (
        sheet.column(_first(heads, _KNOWN["maxima"])) if possible is None else [sheet.column(roster.grade)[possible]]
    )
    told = {header} if header else set(in_rows) - {""}
    if len(told) > 1:
        raise ValueError(f"{sheet.name} has grades out of {' and '.join(sorted(told))} points: let them be one number")
    return sum(read_number(text) for text in told if any(map(str.isdigit, text)))
