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
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from .opened import MOST_FILES, File, is_work, parts_of, printable
from .roster import Roster, Student, folded
from .words import say

_MOODLE = re.compile(r"(?P<name>(?:(?!_assignsubmission_).)+)_(?P<number>\d+)_assignsubmission_[a-z]+_?", re.DOTALL)
_CANVAS = re.compile(
    r"(?P<name>.+?)(?P<late>_LATE)?_(?P<number>\d+)_(?:\d+_(?P<file>.+)|(?:text|link)\.html)", re.DOTALL
)
_OF_COURSE = re.compile(r"\d\d_")
"""How the names of notebooks and of their logs begin: such a file says nothing of its owner."""
_REFUSED = {
    "_assignsubmission_": "whose.moodle",
    "_attempt_": "whose.blackboard",
}


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


def sort_out(places: Iterable[Path], roster: Roster, out: Path) -> Sorted:
    """Whose is which file in folders and zips, but for the folder that is written to.

    Raises
    ------
    ValueError
        For a place that is not there, and a zip that cannot be read.
    """
    by_id = {file_name(each.id): each for each in roster.students.values()} | roster.students
    told = Sorted()
    owners: dict[tuple[str, ...], tuple[Student | None, str]] = {}
    nobodys: dict[str, dict[tuple[str, ...], str]] = defaultdict(dict)
    for place in places:
        for parts, file in _files(place, Path(os.path.abspath(out))):
            (given, top), inside = parts[:2], parts[2:]
            layer, canvas = (given, top), _CANVAS.fullmatch(top)
            if layer not in owners:
                owners[layer] = _owner(given, top, bool(inside), roster, by_id)
            student, because = owners[layer]
            if student and len(told.files[student.id]) <= MOST_FILES:
                name = "/".join(inside) or (canvas and canvas["file"]) or top
                told.files[student.id].append(replace(file, name=printable(name)))
                told.late |= {student.id} if canvas and canvas["late"] else set()
            elif not student and because:
                nobodys[because].setdefault(layer, file.label)
            elif not student and file.trouble:
                told.people.append((file.label, "", file.trouble))
            elif not student and file.suffix == ".ipynb":
                told.unnamed.append(file)
    for because, where in nobodys.items():
        first, *others = where.values()
        told.people.append((f"{first} (+{len(others)})" if others else first, "", because))
    return told


def by_owner(places: Iterable[Path], out: Path) -> dict[str, list[File]]:
    """Whose is which file where there is no roster: people as a platform, a folder or else the file itself names them.

    Raises
    ------
    ValueError
        For a place that is not there, and a zip that cannot be read.
    """
    found: dict[str, list[File]] = defaultdict(list)
    for place in places:
        for (given, top, *inside), file in _files(place, Path(os.path.abspath(out))):
            named = _CANVAS.fullmatch(top) or _MOODLE.fullmatch(top) or _MOODLE.fullmatch(given)
            own = top if inside or not _OF_COURSE.match(top) else given or top
            who = f"{named['name']} ({named['number']})" if named else own.removesuffix(file.suffix)
            files = found[printable(who.removesuffix(".worklog"))]
            if len(files) <= MOST_FILES:
                files.append(replace(file, name=printable("/".join(inside) or top)))
    return found


def _owner(
    place: str, top: str, folder: bool, roster: Roster, by_id: Mapping[str, Student]
) -> tuple[Student | None, str]:
    """Who handed in what lies directly in a place, or why nobody can tell; neither for what may be anybody's."""
    for name, is_folder in ((place, True), (top, folder)):
        named = _CANVAS.fullmatch(name) or (_MOODLE.fullmatch(name) if is_folder else None)
        if named:
            called, own = printable(f"{named['number']} / {named['name']}"), printable(place)
            student = roster.find(named["number"], named["name"])
            return student, say("whose.nobody" if name is top else "whose.nobody_in", called=called, folder=own)
        if is_folder and folded(name) in by_id:
            return by_id[folded(name)], ""
    other = say("whose.folder") if folder else say("whose.zip") if top.lower().endswith(".zip") else ""
    return None, _refusal(top) or other


def _refusal(name: str) -> str:
    """How to download instead, where a name is of a layout that is not read."""
    return next((say(told) for mark, told in _REFUSED.items() if mark in name), "")


Found = tuple[tuple[str, ...], File]
"""A file, and the names that lead to it: the place that was given, what lies there, and what lies inside that."""


def _files(place: Path, out: Path) -> Iterator[Found]:
    name = Path(os.path.abspath(place)).name
    is_of_student = _CANVAS.fullmatch(name) or (_refusal(name) and not _MOODLE.fullmatch(place.stem))
    if place.is_dir():
        yield from _walk(place, (name,), out)
    elif not place.exists():
        raise ValueError(f"{place} does not exist: give a folder, a zip or a notebook")
    elif place.suffix.lower() == ".zip" and not is_of_student:
        yield from _zipped(place)
    else:
        yield from _walk(place, ("", name), out)


def _walk(top: Path, parts: tuple[str, ...], out: Path) -> Iterator[Found]:
    """A file, or all files below a folder. Links inside of it are not followed."""
    waiting = [(top, parts)]
    while waiting:
        path, parts = waiting.pop()
        if not is_work(parts[-1]) or Path(os.path.abspath(path)) == out:
            continue
        try:
            mode = os.stat(path, follow_symlinks=path == top).st_mode
            trouble = _kind(parts[-1], mode)
            if stat.S_ISDIR(mode) and not trouble:
                waiting += [(each, (*parts, each.name)) for each in sorted(path.iterdir(), reverse=True)]
                continue
        except OSError as error:
            trouble = say("file.unread", why=error.strerror)
        yield parts, File(path, printable(path.name), printable(str(path)), trouble=trouble)


def _kind(name: str, mode: int) -> str:
    """Why something is neither a file nor a folder to look into; "" if it is."""
    if stat.S_ISLNK(mode):
        return say("file.link")
    if stat.S_ISDIR(mode):
        return say("file.folder") if name.lower().endswith(".ipynb") else ""
    return "" if stat.S_ISREG(mode) else say("file.neither")


def _zipped(path: Path) -> Iterator[Found]:
    """The files in a zip, by its list of names."""
    try:
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
    except (OSError, ValueError, NotImplementedError, zipfile.BadZipFile) as error:
        raise ValueError(f"{path} cannot be read as a zip ({error}): download it again") from None
    for number, info in enumerate(infos):
        parts = parts_of(info)
        if parts:
            yield (path.stem, *parts), File(path, printable(parts[-1]), printable(f"{path}: {info.filename}"), number)


def file_name(student: str) -> str:
    """A name for a file that no id can turn into another place."""
    safe = re.sub(r"[^a-z0-9-]", "_", student)[:60]
    return safe if safe == student else f"{safe}-{hashlib.sha256(student.encode()).hexdigest()[:8]}"
