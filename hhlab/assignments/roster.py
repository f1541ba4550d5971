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
from .words import say

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
    numbers, names : the id of who has a number of the platform, or letters in the name; "" for several.
    """

    sheet: Sheet
    ids: int
    students: dict[str, Student] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    grade: int = 0
    new: bool = False
    most: float = 0.0

    @property
    def heads(self) -> list[str]:
        """The headers as they are compared, but for that of the ids, which names nothing else."""
        return ["" if at == self.ids else folded(head) for at, head in enumerate(self.sheet.row(0))]

    def choose_grades(self, wanted: str, title: str) -> None:
        """Find the column for grades: one that is wanted, or the one of an assignment; it gets one if there is none.

        Raises
        ------
        ValueError
            If the one that is wanted is not there, several may be it, or grades are out of several numbers of points.
        """
        found = _grades(self.sheet, self.heads, wanted, title)
        self.new = found is None
        self.grade = _new_column(self.sheet, self.heads, title) if found is None else found
        self.most = _most(self)

    def find(self, number: str, name: str) -> Student | None:
        """The one student of a platform's number; of the name only where the roster has no numbers."""
        own = self.numbers.get(number) if self.numbers else self.names.get(letters_of(name))
        return self.students.get(own or "")

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
        heads = self.sheet.row(0)
        place = {"column": repr(heads[self.grade]), "file": self.sheet.name}
        said = [say("roster.written", **place, number=len(grades) - len(kept))]
        said += [say("roster.new")] if self.new else []
        said += [say("roster.out_of", points=tidy(self.most or of)) for of in {of for _, of in grades.values()}]
        said += [say("roster.ids", column=repr(heads[self.ids]))]
        said += [say("roster.keeps", student=student, word=shown(word)) for student, word in kept.items()]
        return " ".join((*said, *self._advice(handed)))

    def _advice(self, handed: Collection[str]) -> Iterator[str]:
        """Which other columns may be those of grades and ids."""
        headers = self.sheet.row(0)
        others = [repr(header) for header in headers if _in_header(folded(header), "title")]
        if self.new and others:
            yield say("roster.other_grades", columns=", ".join(others))
        columns = map(self.sheet.column, range(len(headers)))
        there = [sum(folded(cell).removeprefix("#") in handed for cell in column) for column in columns]
        if max(there) > there[self.ids]:
            best = headers[there.index(max(there))]
            yield say("roster.other_ids", column=repr(best), some=max(there), all=len(handed))
        elif handed and not there[self.ids]:
            yield say("roster.no_ids")


def read_roster(path: Path, *, id_column: str = "") -> Roster:
    """The students in a file.

    Raises
    ------
    ValueError
        If it cannot be read, has no column with ids or not the one that was named, or two students have one id.
    """
    sheet = read_sheet(path)
    heads = [folded(head) for head in sheet.row(0)]
    used = [head if any(sheet.column(at)) else "" for at, head in enumerate(heads)]
    ids = _first(heads, [id_column]) if id_column else _first(used, _KNOWN["ids"])
    if ids is None:
        there = _there(sheet)
        raise ValueError(
            f"{sheet.name} has no column {shown(id_column)} for student ids: {there}; choose one with --id"
            if id_column
            else f"{sheet.name} has no column with student ids: {there}; choose one with --id"
        )
    roster = Roster(sheet, ids)
    _read_students(roster)
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


def _there(sheet: Sheet) -> str:
    """The headers that there are."""
    heads = ", ".join(filter(None, sheet.row(0)))
    told = f"it has {heads}" if heads else "it has nothing"
    return told


def _read_students(roster: Roster) -> None:
    sheet, heads = roster.sheet, roster.heads
    columns = [_first(heads, _KNOWN[kind]) for kind in ("full_names", "first_names", "last_names", "numbers")]
    for row in range(1, len(sheet.rows)):
        full, first, last, number = (sheet.cell(row, column) for column in columns)
        given = sheet.cell(row, roster.ids).removeprefix("#")
        if not given:
            continue
        own, name = plain_id(given), full or f"{first} {last}".strip()
        if own in roster.students:
            before = roster.students[own].row + 1
            raise ValueError(f"{sheet.name}: rows {before} and {row + 1} have the same id {shown(given)}: correct one")
        roster.students[own] = Student(row, own, name or given)
        names = {letters_of(each) for each in (name, last + first, "".join(name.split(", ")[::-1]))}
        for called, keys in ((roster.numbers, {re.sub(r"^\D+", "", number)}), (roster.names, names)):
            for key in keys - {""}:
                called[key] = "" if key in called else own


def _grades(sheet: Sheet, heads: list[str], wanted: str, title: str) -> int | None:
    """The column for grades: one that was named, or has the title of the assignment, or a usual one."""
    name = folded(wanted or title)
    named = [at for at, head in enumerate(heads) if name in (head, _in_header(head, "title"))]
    if len(named) > 1:
        raise ValueError(f"{sheet.name} has {len(named)} columns {shown(wanted or title)}: choose one with --column")
    if wanted and not named:
        raise ValueError(
            f"{sheet.name} has no column {shown(wanted)} for grades: {_there(sheet)}; choose one with --column"
        )
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


def _most(roster: Roster) -> float:
    """Out of how many points grades are: as the header says, or a row of Canvas, or a column; 0 if none does."""
    sheet = roster.sheet
    header = _in_header(folded(sheet.cell(0, roster.grade)), "most")
    possible = _first([folded(cell) for cell in sheet.column(0)], [_KNOWN["points_possible"]])
    if possible is None:
        in_rows = sheet.column(_first(roster.heads, _KNOWN["maxima"]))
    else:
        in_rows = [sheet.column(roster.grade)[possible]]
    told = {header} if header else set(in_rows) - {""}
    if len(told) > 1:
        raise ValueError(
            f"{sheet.name} has grades out of different numbers of points, {', '.join(sorted(told))}: give all rows the "
            "same number"
        )
    return sum(read_number(text) for text in told if any(map(str.isdigit, text)))
