"""Where notebooks come from: folders and zips as learning platforms make them. Names only; nothing is unpacked."""

import functools
import io
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import IO, Any

from .notebook import LARGEST, UnreadableError

MOST_FILES = 20_000
_MOODLE = re.compile(r"(?P<name>.+?)_(?P<number>\d+)_assignsubmission_[a-z]+_?(?P<file>.*)", re.IGNORECASE | re.DOTALL)
_CANVAS = re.compile(r"(?P<name>[^\W\d_]+)(_LATE)?_(?P<number>\d+)(_\d+)?_(?P<file>.+)", re.IGNORECASE | re.DOTALL)
_COPY = re.compile(r"(?P<stem>.+?)(?:\s?\((?P<paren>\d{1,4})\)|-(?P<dash>\d{1,2}))?\.ipynb", re.IGNORECASE | re.DOTALL)
_NOT_WORK = {"__MACOSX", ".ipynb_checkpoints"}


@dataclass(frozen=True)
class Submission:
    """A file that was handed in.

    Attributes
    ----------
    label : where it is, for people.
    uploader : what the platform's names say of who uploaded it: a number, a name; empty where they say nothing.
    folders : the names of its folders.
    stem, copy : its name without the mark of a copy, and the number of the copy: 1 for x(1).ipynb.
    path, members : where its bytes are: a file, or members of zips in it.
    trouble : why it cannot be graded, whatever is in it; mostly "".
    """

    label: str
    uploader: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    stem: str = ""
    copy: int = 0
    path: Path = Path()
    members: tuple[str, ...] = ()
    trouble: str = ""

    def read(self) -> bytes:
        """Its bytes; UnreadableError where it has too many of them, or cannot be read."""
        if self.trouble:
            raise UnreadableError(self.trouble)
        try:
            if not self.members:
                return _limited(self.path.stat().st_size, self.path.open("rb"))
            data = None
            for member in self.members:
                with zipfile.ZipFile(self.path if data is None else io.BytesIO(data)) as archive:
                    info = archive.getinfo(member)
                    data = _limited(info.file_size, archive.open(info))
        except UnreadableError:
            raise
        except Exception as error:
            raise UnreadableError(f"it cannot be read ({type(error).__name__})") from None
        return data or b""


def find(places: Iterable[Path]) -> list[Submission]:
    """All that was handed in, in folders, zips and single files; ValueError for a place that is not there."""
    found: list[Submission] = []
    for place in places:
        if not place.exists():
            raise ValueError(f"there is no {place}: give a folder, a zip or a notebook")
        found += _in_folder(place) if place.is_dir() else _in_file(place, (place.name,))
    if len(found) > MOST_FILES:
        raise ValueError(f"{len(found)} files are more than a course hands in: give the folder of one assignment")
    return sorted(map(_printable, found), key=lambda each: each.label)


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
            yield from _in_file(path, parts)


def _in_file(path: Path, parts: Sequence[str]) -> Iterator[Submission]:
    if path.suffix.lower() == ".zip":
        return _in_zip(lambda: path, parts, str(path), path, ())
    return _named(parts, str(path), path, ())


def _in_zip(
    source: Callable[[], Any], parts: Sequence[str], label: str, path: Path, members: tuple[str, ...]
) -> Iterator[Submission]:
    """The files of a zip, whose path or bytes `source` gives, or why there are none, whatever is wrong with it."""
    try:
        with zipfile.ZipFile(source()) as archive:
            yield from _members(archive, parts, label, path, members)
    except Exception as error:
        yield Submission(label, *_uploader(parts), trouble=f"it is not a zip that can be read ({error})")


def _members(
    archive: zipfile.ZipFile, parts: Sequence[str], label: str, path: Path, members: tuple[str, ...]
) -> Iterator[Submission]:
    """The files of an open zip; a zip in a zip is looked into as well, one in that is not."""
    infos = [info for info in archive.infolist() if not info.is_dir()]
    if len(infos) > MOST_FILES:
        yield Submission(label, *_uploader(parts), trouble=f"it holds more than {MOST_FILES} files")
        return
    for info in infos:
        inside = [part for part in PurePosixPath(info.filename.replace("\\", "/")).parts if part not in ("/", "..")]
        if not inside or _NOT_WORK & set(inside):
            continue
        where, all_parts, so_far = f"{label}: {info.filename}", (*parts[:-1], *inside), (*members, info.filename)
        if not inside[-1].lower().endswith(".zip"):
            yield from _named(all_parts, where, path, so_far)
        elif members:
            yield Submission(where, *_uploader(all_parts), trouble="it is a zip in a zip in a zip")
        else:
            yield from _in_zip(functools.partial(_inner, archive, info), all_parts, where, path, so_far)


def _inner(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> IO[bytes]:
    return io.BytesIO(_limited(info.file_size, archive.open(info)))


def _named(parts: Sequence[str], label: str, path: Path, members: tuple[str, ...]) -> Iterator[Submission]:
    """A notebook; or another file that a platform's names say a student has uploaded."""
    uploader, folders = _uploader(parts)
    platform = _MOODLE.fullmatch(parts[-1]) or _CANVAS.fullmatch(parts[-1])
    found = _COPY.fullmatch(platform["file"] if platform else parts[-1])
    if found:
        copy = int(found["paren"] or found["dash"] or 0)
        yield Submission(label, uploader, folders, found["stem"], copy, path, members)
    elif uploader:
        yield Submission(label, uploader, folders, trouble="it is not a notebook (.ipynb)")


def _uploader(parts: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Number and name of who uploaded a file, as Moodle or Canvas have put them into names; and the folders."""
    found = next((match for match in map(_MOODLE.fullmatch, parts) if match), None) or _CANVAS.fullmatch(parts[-1])
    return ((found["number"], found["name"]) if found else ()), tuple(parts[:-1])


def _limited(size: int, stream: IO[bytes]) -> bytes:
    """All of a stream, at most so much as a notebook may have, whatever size was claimed."""
    with stream:
        if size > LARGEST:
            raise UnreadableError(f"it is larger than {LARGEST // 2**20} MB")
        data = stream.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise UnreadableError(f"it is larger than {LARGEST // 2**20} MB")
    return data
