"""Where notebooks come from: folders and zips as learning platforms make them. They are read, and never unpacked."""

import io
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO, Any

from .notebook import NOTHING, Handed, UnreadableError, read_answers

LARGEST = 20 * 2**20
"""Bytes that a notebook, or a zip in a zip, may have."""
MOST_FILES = 20_000
_MOODLE = re.compile(r"(?P<name>.+?)_(?P<number>\d+)_assignsubmission_[a-z]+_?(?P<file>.*)", re.IGNORECASE | re.DOTALL)
_CANVAS = re.compile(
    r"(?P<name>[^\W\d_]+)(?P<late>_LATE)?_(?P<number>\d+)(_\d+)?_(?P<file>.+)", re.IGNORECASE | re.DOTALL
)
_COPY = re.compile(r"(?P<stem>.+?)(?:\s?\((?P<paren>\d{1,4})\)|-(?P<dash>\d{1,2}))?\.ipynb", re.IGNORECASE | re.DOTALL)
_NOT_WORK = {"__MACOSX", ".ipynb_checkpoints"}


Open = Callable[[], Any]


@dataclass(frozen=True)
class Submission:
    """A file that was handed in.

    Attributes
    ----------
    label : where it is, for people.
    uploader : what the platform's names say of who uploaded it: a number, a name; empty where they say nothing.
    folders : the names of its folders.
    stem, copy : its name without the mark of a copy, and the number of the copy: 1 for x(1).ipynb.
    handed : its answers.
    trouble : why there are none; mostly "".
    late : whether the platform marks it as handed in late.
    """

    label: str
    uploader: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    stem: str = ""
    copy: int = 0
    handed: Handed = NOTHING
    trouble: str = ""
    late: bool = False


def find(places: Iterable[Path]) -> list[Submission]:
    """All that was handed in, in folders, zips and single files; ValueError for a place that is not there."""
    found: list[Submission] = []
    for place in places:
        if not place.exists():
            raise ValueError(f"there is no {place}: give a folder, a zip or a notebook")
        files = _in_folder(place) if place.is_dir() else _in_file(partial(place.open, "rb"), (place.name,), str(place))
        for each in files:
            found.append(_printable(each))
            if len(found) > MOST_FILES:
                raise ValueError(
                    f"{len(found)} files are more than a course hands in: give the folder of one assignment"
                )
    return sorted(found, key=lambda each: each.label)


def _printable(found: Submission) -> Submission:
    """The same with names that can be written to a page and to a terminal, whatever a file was called."""

    def clean(name: str) -> str:
        return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in name)

    return replace(found, label=clean(found.label), uploader=tuple(map(clean, found.uploader)))


def _in_folder(folder: Path) -> Iterator[Submission]:
    for path in folder.rglob("*"):
        parts = path.relative_to(folder).parts
        if path.is_symlink() and path.suffix == ".ipynb":
            yield Submission(str(path), trouble="it is a link to another file")
        elif path.is_file() and not path.is_symlink() and not _NOT_WORK & set(parts):
            yield from _in_file(partial(path.open, "rb"), parts, str(path))


def _in_file(source: Open, parts: Sequence[str], label: str, zips: int = 0) -> Iterator[Submission]:
    """What a file hands in, which is in so many zips: a notebook, or another file that names say a student uploaded."""
    moodle = next((match for match in map(_MOODLE.fullmatch, parts) if match), None)
    uploaded = moodle or _CANVAS.fullmatch(parts[-1])
    late = bool(uploaded and uploaded.groupdict().get("late"))
    who = Submission(label, (uploaded["number"], uploaded["name"]) if uploaded else (), tuple(parts[:-1]), late=late)
    if parts[-1].lower().endswith(".zip"):
        yield from _in_zip(source, parts, who, zips)
        return
    platform = _MOODLE.fullmatch(parts[-1]) or _CANVAS.fullmatch(parts[-1])
    found = _COPY.fullmatch(platform["file"] if platform else parts[-1])
    if found:
        handed, trouble = _read(source)
        copy = int(found["paren"] or found["dash"] or 0)
        yield replace(who, stem=found["stem"], copy=copy, handed=handed, trouble=trouble)
    elif uploaded:
        yield replace(who, trouble="it is not a notebook (.ipynb)")


def _in_zip(source: Open, parts: Sequence[str], who: Submission, zips: int) -> Iterator[Submission]:
    """The files of a zip, or why there are none, whatever is wrong with it; a zip in a zip in a zip is not opened."""
    if zips > 1:
        yield replace(who, trouble="it is a zip in a zip in a zip")
        return
    try:
        with source() as stream, zipfile.ZipFile(io.BytesIO(_limited(stream)) if zips else stream) as archive:
            infos = [info for info in archive.infolist() if not info.is_dir()]
            if len(infos) > MOST_FILES:
                yield replace(who, trouble=f"it holds more than {MOST_FILES} files")
                return
            for info in infos:
                inside = PurePosixPath(info.filename.replace("\\", "/")).parts
                below = [part for part in inside if part not in ("/", "..")]
                if below and not _NOT_WORK & set(below):
                    label = f"{who.label}: {info.filename}"
                    yield from _in_file(partial(archive.open, info), (*parts[:-1], *below), label, zips + 1)
    except Exception as error:
        yield replace(who, trouble=f"it is not a zip that can be read ({error})")


def _read(source: Open) -> tuple[Handed, str]:
    """The answers in a notebook, or why there are none."""
    try:
        with source() as stream:
            return read_answers(_limited(stream)), ""
    except UnreadableError as error:
        return NOTHING, str(error)
    except Exception as error:
        return NOTHING, f"it cannot be read ({type(error).__name__})"


def _limited(stream: IO[bytes]) -> bytes:
    """All of a stream, whatever size was claimed; UnreadableError for more than a notebook may have."""
    data = stream.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise UnreadableError(f"it is larger than {LARGEST // 2**20} MB")
    return data
