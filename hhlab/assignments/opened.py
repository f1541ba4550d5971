"""The notebooks of one person, opened one after the other: in memory, within bounds that are that person's own."""

import functools
import io
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO

from ..languages import told
from .words import say

MOST_FILES = 200
"""Files that one person may hand in, those in zips included."""
LARGEST, MOST_BYTES = 20 * 2**20, 50 * 2**20
"""Bytes of one file, and of all files of a person, unpacked."""
MOST_SECONDS = 20.0
"""Seconds that reading the files of one person may take."""
_NOT_WORK = {"__MACOSX", ".ipynb_checkpoints", ".DS_Store"}
_ORDINARY = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""The ways in which members of a zip are packed that can be unpacked piece by piece."""
_NOT_A_FILE = {".ipynb": "file.no_notebook", ".jsonl": "file.no_log"}
_ENTRY = b"PK\1\2"
"""What each entry in the list of a zip begins with."""


class TooMuchError(Exception):
    """What one person handed in breaks a bound; its text says which."""


@dataclass(frozen=True)
class File:
    """A file that was handed in, not opened yet.

    Attributes
    ----------
    path : where it is, or the zip that holds it.
    name : what it is called inside the layer of its person, with folders.
    label : where it is, for teachers.
    member : its number in the zip; -1 for a file in none.
    trouble : why it cannot be read; mostly "".
    """

    path: Path
    name: str
    label: str
    member: int = -1
    trouble: str = ""

    @property
    def suffix(self) -> str:
        """The end of its name, such as .zip."""
        return f".{self.name.rpartition('.')[2].lower()}"


def files_of(files: Sequence[File], suffix: str) -> Iterator[tuple[File, bytes]]:
    """Those with a suffix among the files of one person, those in a zip too; all else comes with its trouble.

    Raises
    ------
    TooMuchError
        If the person handed in more than is read.
    """
    until, size = time.monotonic() + MOST_SECONDS, 0
    for number, (file, data) in enumerate(_opened(files, suffix), 1):
        size += len(data)
        if number > MOST_FILES:
            raise TooMuchError(say("file.too_many", most=MOST_FILES))
        if size > MOST_BYTES:
            raise TooMuchError(say("file.too_large", most=MOST_BYTES // 2**20))
        if time.monotonic() > until:
            raise TooMuchError(say("file.too_slow", seconds=f"{MOST_SECONDS:g}"))
        if file.trouble or file.suffix == suffix:
            yield file, data


notebooks = partial(files_of, suffix=".ipynb")


def _opened(files: Sequence[File], suffix: str) -> Iterator[tuple[File, bytes]]:
    """All files of one person with their bytes, and after a zip what it holds."""
    for closed in files:
        file, data = _read(closed, partial(_stream, closed), suffix)
        yield file, data
        if file.suffix == ".zip" and not file.trouble:
            yield from _inside(file, data, suffix)


def _read(file: File, open_it: Callable[[], IO[bytes]], suffix: str) -> tuple[File, bytes]:
    """A file with its bytes, whatever size was claimed, or with its trouble."""
    if file.trouble:
        return file, b""
    if file.suffix not in (suffix, ".zip"):
        return replace(file, trouble=say(_NOT_A_FILE[suffix])), b""
    try:
        with open_it() as stream:
            data = stream.read(LARGEST + 1)
    except Exception as error:  # a spoilt zip may raise anything
        return replace(file, trouble=say("file.unread", why=told(error) or type(error).__name__)), b""
    if not data:
        return replace(file, trouble=say("file.empty")), data
    return replace(file, trouble=say("file.large", most=LARGEST // 2**20) if len(data) > LARGEST else ""), data


def _stream(file: File) -> IO[bytes]:
    if file.member < 0:
        return file.path.open("rb")
    archive = _archive(file.path, file.path.stat().st_mtime_ns)
    return _member(archive, archive.infolist()[file.member])


@functools.lru_cache(maxsize=1)
def _archive(path: Path, changed: int) -> zipfile.ZipFile:
    """A zip that stays open for the next person in it, so that its list of names is read once."""
    return zipfile.ZipFile(path)


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> IO[bytes]:
    if info.compress_type not in _ORDINARY:
        raise ValueError("it is compressed in an unusual way: pack it again as an ordinary zip")
    return archive.open(info)


def _inside(file: File, data: bytes, suffix: str) -> Iterator[tuple[File, bytes]]:
    """The files in the zip of a student."""
    if data.count(_ENTRY) > MOST_FILES:
        raise TooMuchError(say("file.too_many", most=MOST_FILES))
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (OSError, ValueError, NotImplementedError, zipfile.BadZipFile) as error:
        yield replace(file, trouble=say("file.unread_zip", why=error)), b""
        return
    for info in filter(parts_of, archive.infolist()):
        name = printable("/".join(parts_of(info)))
        nested = say("file.zip_in_zip") if name.lower().endswith(".zip") else ""
        inner = replace(file, name=f"{file.name}/{name}", label=f"{file.label}: {name}", trouble=nested)
        yield _read(inner, partial(_member, archive, info), suffix)


def parts_of(info: zipfile.ZipInfo) -> list[str]:
    """The folders and the name of a file in a zip, none of which climbs; empty for what is nobody's work."""
    parts = PurePosixPath(info.filename.replace("\\", "/")).parts
    return [] if info.is_dir() or not all(map(is_work, parts)) else [part for part in parts if part not in ("/", "..")]


def is_work(name: str) -> bool:
    """Whether a file or folder may be a person's work, and not what a system or program keeps for itself."""
    return name not in _NOT_WORK and not name.startswith("._")


def printable(name: str) -> str:
    """A name that can be written to a page and to a terminal, whatever a file was called."""
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in name)
