"""Whose is which file: folders and zips as learning platforms make them, told apart by names alone.

The outermost layer, which the platform made, says who handed in a file: a folder of Moodle, a file named by Canvas, or
a folder that is called by an id. All that lies inside is that person's, whatever it says of itself.
"""

import hashlib
import os
import re
import stat
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from .opened import MOST_FILES, NOT_WORK, File, parts_of, printable
from .roster import Roster, folded

_MOODLE = re.compile(r"(?P<name>(?:(?!_assignsubmission_).)+)_(?P<number>\d+)_assignsubmission_[a-z]+_?", re.DOTALL)
_CANVAS = re.compile(
    r"(?P<name>.+?)(?P<late>_LATE)?_(?P<number>\d+)_(?:\d+_(?P<file>.+)|(?:text|link)\.html)", re.DOTALL
)
_REFUSED = {
    "_assignsubmission_": "Moodle packed it without folders: download it again, with 'Download submissions in folders'",
    "_attempt_": "Blackboard's names are not read: put what each student handed in into a folder called by the id",
}
_NO_FOLDER = "nobody on the roster has this id: give the folder that holds one folder for each id"
_NO_ZIP = "nothing says whose zip it is: give the platform's own zip, or put a student's into a folder called by the id"


class Layer(NamedTuple):
    """A folder, or a file, that lies directly in a place that the teacher gives; with the files inside it."""

    place: str
    name: str
    folder: bool
    files: list[File]


@dataclass
class Sorted:
    """Whose is what.

    Attributes
    ----------
    files : by the id of the student.
    unnamed : notebooks of which no name says who handed them in.
    people : what needs a person: where, who, and why.
    late : ids of those whose submission the platform marks as late.
    """

    files: dict[str, list[File]] = field(default_factory=lambda: defaultdict(list))
    unnamed: list[File] = field(default_factory=list)
    people: list[tuple[str, str, str]] = field(default_factory=list)
    late: set[str] = field(default_factory=set)


def layers(places: Iterable[Path], out: Path) -> list[Layer]:
    """What lies in folders and zips, but for the folder that is written to. ValueError for a place that does not do."""
    return [layer for place in places for layer in _layers(place, Path(os.path.abspath(out)))]


def _layers(place: Path, out: Path) -> Iterator[Layer]:
    if place.is_dir():
        own = Path(os.path.abspath(place)).name
        for path in sorted(place.iterdir()):
            if Path(os.path.abspath(path)) != out and path.name not in NOT_WORK:
                folder = path.is_dir() and not path.is_symlink() and not path.name.lower().endswith(".ipynb")
                yield Layer(own, path.name, folder, list(islice(_walk(path), MOST_FILES + 1)))
    elif not place.exists():
        raise ValueError(f"there is no {place}: give a folder, a zip or a notebook")
    elif place.suffix.lower() == ".zip" and (_MOODLE.fullmatch(place.stem) or not _is_of_student(place.name)):
        yield from _zipped(place)
    else:
        yield Layer("", place.name, False, list(_walk(place)))


def _walk(top: Path) -> Iterator[File]:
    """A file, or all files below a folder. Links are not followed."""
    waiting = [top]
    while waiting:
        path = waiting.pop()
        if path.name in NOT_WORK or path.name.startswith("._"):
            continue
        try:
            mode = path.lstat().st_mode
            trouble = _kind(path.name, mode)
            if stat.S_ISDIR(mode) and not trouble:
                waiting += sorted(path.iterdir(), reverse=True)
                continue
        except OSError as error:
            trouble = f"it cannot be read: {error.strerror}"
        name = path.relative_to(top).as_posix() if path != top else top.name
        yield File(path, printable(name), printable(str(path)), trouble=trouble)


def _kind(name: str, mode: int) -> str:
    """Why something is neither a file nor a folder to look into; "" if it is."""
    if stat.S_ISLNK(mode):
        return "it is a link to another place: hand over the file itself"
    if stat.S_ISDIR(mode):
        return "it is a folder, not a notebook, though its name says so" if name.lower().endswith(".ipynb") else ""
    return "" if stat.S_ISREG(mode) else "it is neither a file nor a folder"


def _zipped(path: Path) -> Iterator[Layer]:
    """The layers of a zip, by its list of names alone."""
    tops: dict[str, list[File]] = defaultdict(list)
    folders = set()
    try:
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
    except (OSError, ValueError, NotImplementedError, zipfile.BadZipFile) as error:
        raise ValueError(f"{path} is not a zip that can be read ({error}): download it again") from None
    for number, info in enumerate(infos):
        top, *below = parts_of(info) or [""]
        if top and len(tops[top]) <= MOST_FILES:
            name = printable("/".join(below) or top)
            tops[top].append(File(path, name, printable(f"{path}: {info.filename}"), number))
            folders |= {top} if below else set()
    for top, files in tops.items():
        yield Layer(path.stem, top, top in folders, files)


def _is_of_student(name: str) -> bool:
    """Whether a platform named a file so that somebody handed in."""
    return bool(_CANVAS.fullmatch(name) or _refusal(name))


def _refusal(name: str) -> str:
    """How to download instead, where a name is of a layout that is not read."""
    return next((told for mark, told in _REFUSED.items() if mark in name), "")


def assign(found: Iterable[Layer], roster: Roster) -> Sorted:
    """Whose is which file, by the names of the layers that they lie in."""
    by_id = {file_name(each.id): each for each in roster.students.values()} | roster.students
    told = Sorted()
    refused: dict[str, list[str]] = defaultdict(list)
    for layer in (layer for layer in found if layer.files):
        where = layer.files[0].label
        named, files = _platform(layer)
        student = roster.find((named["number"], named["name"])) if named else None
        for folder in () if named else (layer.place, layer.name if layer.folder else ""):
            student = student or by_id.get(folded(folder))
        if student:
            told.files[student.id] += files
            told.late |= {student.id} if named and named.get("late") else set()
        elif named:
            called = printable(f"{named['number']} or {named['name']}")
            told.people.append((where, "", f"nobody on the roster, or more than one, is called {called}"))
        elif layer.files[0].trouble and not layer.folder:
            told.people.append((where, "", layer.files[0].trouble))
        elif because := _refusal(layer.name) or _why_nobody(layer):
            refused[because].append(where)
        elif layer.name.lower().endswith(".ipynb"):
            told.unnamed += layer.files
    for because, places in refused.items():
        more = f" and {len(places) - 1} more" if len(places) > 1 else ""
        told.people.append((places[0] + more, "", because))
    return told


def _platform(layer: Layer) -> tuple[dict[str, str], list[File]]:
    """What names that a platform gave say of who handed in a layer, if they do; and its files by their own names."""
    moodle = _MOODLE.fullmatch(layer.place) or (_MOODLE.fullmatch(layer.name) if layer.folder else None)
    canvas = _CANVAS.fullmatch(layer.name)
    if moodle or not canvas:
        return moodle.groupdict() if moodle else {}, layer.files
    named = canvas.groupdict()
    own = printable(named["file"] or layer.name)
    return named, layer.files if layer.folder else [replace(file, name=own) for file in layer.files]


def _why_nobody(layer: Layer) -> str:
    if layer.folder:
        return _NO_FOLDER
    return _NO_ZIP if layer.name.lower().endswith(".zip") else ""


def file_name(student: str) -> str:
    """A name for a file that no id can turn into another place."""
    safe = re.sub(r"[^a-z0-9-]", "_", student)[:60]
    return safe if safe == student else f"{safe}-{hashlib.sha256(student.encode()).hexdigest()[:8]}"
