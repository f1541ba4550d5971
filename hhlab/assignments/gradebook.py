"""The folder of grades: it knows its assignment, its course, its students, and which rosters were written to it.

So grades of another assignment are refused, a roster that somebody has changed is kept, pages of those who are no
longer graded go away, and one table tells of several folders.
"""

import itertools
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from ..parameters import tidy
from ..tables import as_csv
from .course import ASSIGNMENTS
from .page import page
from .report import Graded
from .submissions import file_name
from .words import say
from .work import fingerprint, write

BOOK = "graded.json"
ABSENT, WAITS = "handed in nothing", "needs a person"
"""What the folder keeps of students without points."""


@dataclass
class Gradebook:
    """What a folder holds.

    Attributes
    ----------
    assignment, course : what was graded.
    of : the points of all its tasks.
    rosters : fingerprints of the rosters that were written.
    names : of the students, by id.
    points : of each student by id, or why there are none.
    """

    assignment: str
    course: str
    of: float = 0.0
    rosters: list[str] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    points: dict[str, float | str] = field(default_factory=dict)

    def enter(self, folder: Path, graded: Graded, names: dict[str, str]) -> None:
        """Enter what came of a course, whose students have these names, and remove what is kept of all others."""
        for name in map(file_name, (self.names.keys() | names.keys()) - graded.marks.keys()):
            (folder / "feedback" / f"{name}.html").unlink(missing_ok=True)
            (folder / "results" / f"{name}.json").unlink(missing_ok=True)
        self.names = names
        self.points = {student: ABSENT if student in graded.silent else WAITS for student in names}
        self.points |= {student: points for student, (points, _) in graded.grades().items()}
        self.save(folder)

    def save(self, folder: Path) -> None:
        """Write it to its folder."""
        write(folder / BOOK, json.dumps(asdict(self), indent=1).encode())


def read_book(folder: Path) -> Gradebook | None:
    """What a folder holds; None if it says nothing of it, ValueError if that cannot be read."""
    try:
        return Gradebook(**json.loads((folder / BOOK).read_text("utf-8")))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError):
        raise ValueError(f"{folder / BOOK} cannot be read: choose another folder for the grades") from None


def open_book(folder: Path, assignment: str, course: str, of: float) -> Gradebook:
    """The book of a folder, which is made; ValueError if it is of another assignment or course."""
    book = read_book(folder) or Gradebook(assignment, course)
    if (book.assignment, book.course) != (assignment, course):
        told = {"folder": folder, "assignment": book.assignment, "course": book.course}
        raise ValueError(say("report.other_grades", **told, wanted=assignment, wanted_course=course))
    book.of = of
    book.save(folder)
    return book


def write_roster(folder: Path, name: str, data: bytes, book: Gradebook) -> Path:
    """Write a roster, never over one that somebody has changed since; where it was written."""
    book.rosters = sorted({*book.rosters, fingerprint(data)})
    book.save(folder)
    usual = folder / name
    names = itertools.chain((usual,), (usual.with_stem(f"{usual.stem}-{number}") for number in itertools.count(2)))
    path = next(path for path in names if not path.exists() or fingerprint(path.read_bytes()) in book.rosters)
    write(path, data)
    return path


def overview(folders: Sequence[Path], out: Path) -> list[Path]:
    """Write one table of several folders, student by assignment, as a CSV and as a page.

    Raises
    ------
    ValueError
        If a folder holds no grades, two are of one assignment, or not all are of one course.
    """
    books: dict[str, Gradebook] = {}
    for folder in folders:
        book = read_book(folder)
        if book is None:
            raise ValueError(f"{folder} holds no grades: give folders into which hhlab grade has written")
        if book.assignment in books:
            raise ValueError(f"{folder} is the second folder with grades of {book.assignment}: give only one of them")
        books[book.assignment] = book
    courses = sorted({book.course for book in books.values()})
    if len(courses) > 1:
        raise ValueError(f"the folders belong to different courses, {', '.join(courses)}: give those of one course")
    ordered = [books[name] for name in ASSIGNMENTS if name in books]
    heads = [
        say("overview.student"),
        say("overview.name"),
        *(f"{book.assignment} ({tidy(book.of)})" for book in ordered),
    ]
    heads.append(say("overview.all", points=tidy(sum(book.of for book in ordered))))
    names = {student: name for book in ordered for student, name in book.names.items()}
    rows = [[student, names[student], *_points(student, ordered)] for student in sorted(names)]
    write(out / "overview.csv", as_csv(heads, rows))
    title = say("overview.title", course=courses[0])
    write(out / "overview.html", page("overview.html", title=title, heads=heads, rows=rows).encode())
    return [out / "overview.csv", out / "overview.html"]


def _points(student: str, books: Sequence[Gradebook]) -> list[str]:
    """What a student has in each book, and in all; no sum where something needs a person."""
    found = [book.points.get(student, ABSENT) for book in books]
    everything = "" if WAITS in found else tidy(round(sum(each for each in found if not isinstance(each, str)), 2))
    instead = {ABSENT: say("overview.absent"), WAITS: say("overview.waits")}
    return [*(instead[each] if isinstance(each, str) else tidy(each) for each in found), everything]
