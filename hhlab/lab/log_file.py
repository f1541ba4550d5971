"""The work log: what a student predicted, claimed and answered, in a file beside the notebook. It is sent nowhere.

One JSON object a line. What cannot be written stays in memory, what cannot be read is set aside, and nothing is lost or
overwritten. Entries are data only.
"""

import errno
import functools
import itertools
import json
import os
import re
import secrets
import stat
import time
import weakref
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from ..languages import in_other_languages
from ..learning.entries import LARGEST_FILE, MARK, SEED, VERSION, Kept, good_entries
from ..learning.entries import Entry as Entry
from ..parameters import must_be, no_such
from ..questions import MODELS_VERSION
from .words import sentence

KINDS = ("prediction", "observation", "claim", "answer")
LONGEST_ENTRY = 100_000  # bytes of a line
SETTLING = 0.05  # s to wait for another kernel that is writing

_REASONS = {
    errno.EACCES: "log.file_is_read_only",
    errno.EPERM: "log.file_is_read_only",
    errno.EROFS: "log.folder_is_read_only",
    errno.ENOSPC: "log.disk_is_full",
    errno.EDQUOT: "log.disk_is_full",
    errno.ENOENT: "log.folder_is_gone",
    errno.ENOTDIR: "log.no_folder",
}
"""The names of the sentences that say why a file cannot be written."""


class _Signature(NamedTuple):
    """What changes when a file does."""

    device: int
    inode: int
    size: int
    changed: int


class WorkLog:
    """The log in one file. Making one reads the file if there is one; nothing is written before the first entry.

    Attributes
    ----------
    seed : a text drawn once for each log, which decides the order in which this student sees the options of questions.
        It is written with the first entry.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        self._in_file: list[Kept] = []
        self._pending: list[Kept] = []
        self._seen: _Signature | None = None
        self._stuck = self._seed_written = False
        self.seed = secrets.token_hex(8)
        self._unwritten = self._aside = ""
        self._readers: weakref.WeakSet[Any] = weakref.WeakSet()
        self._refresh()

    @property
    def trouble(self) -> str:
        """What the student should know about the file; "" if all is well."""
        return " ".join(filter(None, (self._aside, self._unwritten)))

    def add(self, kind: str, name: str, **what: Any) -> Entry:
        """Keep an entry, written at once if that is possible, and give it back as kept.

        Parameters
        ----------
        kind : "prediction", "observation", "claim" or "answer".
        name : of the question or claim.
        what : texts, finite numbers, true or false, and lists or dicts of these. The time and the version of the models
            are added.

        Raises
        ------
        ValueError
            If the kind is unknown, or something other than these is to be kept. Never because of the file.
        """
        if kind not in KINDS:
            no_such(f"the work log has no kind {kind}", kind, KINDS)
        must_be(str, "{given} is not the name of a question or claim: give one such as 'longer_pulse'", name)
        now = datetime.now().astimezone().isoformat(timespec="seconds")
        stamp = {"time": now, "kind": kind, "name": name, "models": MODELS_VERSION}
        line = _line(stamp | what | stamp)
        self._refresh()
        self._pending.append(Kept(line, json.loads(line)))
        self._write()
        for reader in list(self._readers):
            reader.refresh()
        return json.loads(line)

    def take_in(self, path: Path) -> None:
        """Go on from the log of another file as well, if there is one. It stays as it is."""
        found, sound, seed = _read_file(path)
        if sound and found:
            self._pending = _without(self._in_file + self._pending, found) + self._pending
            self.seed = self.seed if self._seed_written else seed or self.seed

    def read_by(self, reader: Any) -> None:
        """Call `reader.refresh()` after every new entry, for as long as the reader lives."""
        self._readers.add(reader)

    def entries(self, kind: str | None = None, name: str | None = None) -> list[Entry]:
        """The entries of a kind and name, or of any, oldest first; with those that other kernels have written."""
        self._refresh()
        every = sorted((kept.entry for kept in self._in_file + self._pending), key=lambda entry: str(entry["time"]))
        return [dict(entry) for entry in every if kind in (None, entry["kind"]) and name in (None, entry["name"])]

    def first(self, kind: str, name: str) -> Entry | None:
        """The oldest entry of a kind and name; None if there is none."""
        return next(iter(self.entries(kind, name)), None)

    def last(self, kind: str, name: str) -> Entry | None:
        """The newest entry of a kind and name; None if there is none."""
        return next(iter(self.entries(kind, name)[::-1]), None)

    def as_bytes(self) -> bytes:
        """The whole log as a file to download, with the entries that could not be written."""
        self._refresh()
        return _content(_header(self.seed), *(kept.line for kept in self._in_file + self._pending))

    def _refresh(self) -> None:
        """Read the file again if it has changed since it was read."""
        for _ in range(3):
            seen = _signature(self.path)
            if seen is None:
                self._pending, self._in_file = self._in_file + self._pending, []
                self._seen, self._stuck, self._seed_written = None, False, False
                return
            if seen == self._seen or self._read(seen):
                return

    def _read(self, seen: _Signature) -> bool:
        """Take in the file, or set it aside; False if it changed in the meantime."""
        found, sound, seed = _read_file(self.path)
        if _signature(self.path) != seen:
            return False
        self._seen, self._stuck = seen, False
        self.seed, self._seed_written = seed or self.seed, sound and bool(seed)
        if sound:
            self._in_file, self._pending = found, _without(found, self._pending)
        else:
            known = [] if seen.size > LARGEST_FILE else self._in_file
            self._pending = known + _without(known, found) + _without(found, self._pending)
            self._in_file = []
            self._set_aside()
        return True

    def _set_aside(self) -> None:
        try:
            moved = _move_aside(self.path)
        except OSError:
            self._stuck = True
            self._unwritten = sentence("log.in_the_way", file=self.path.name)
            return
        carried = len(self._pending)
        self._aside = sentence("log.damaged", file=self.path.name, moved=moved.name, number=carried)
        self._write()

    def _write(self) -> None:
        """Append what is pending; what cannot be written stays pending."""
        if self._stuck or not self._pending:
            return
        try:
            _append(self.path, [kept.line for kept in self._pending], _header(self.seed), self._seed_written)
        except (OSError, ValueError) as error:
            self._unwritten = f"{_why_not(error)} {sentence('log.kept_meanwhile')}"
        else:
            self._unwritten, self._seen = "", None
            self._in_file, self._pending = self._in_file + self._pending, []


def worklog_path() -> Path:
    """Where the log of this notebook is: its name with .worklog.jsonl in the working directory."""
    session = re.split(r"[/\\:]", os.environ.get("JPY_SESSION_NAME", ""))[-1]
    stem = session.removesuffix(".ipynb") if session.endswith(".ipynb") else ""
    try:
        folder = Path.cwd()
    except OSError:
        folder = Path()
    return folder / f"{stem or 'hhlab'}.worklog.jsonl"


def open_log() -> WorkLog:
    """The one log of this process in this notebook."""
    return _log_at(worklog_path())


@functools.cache
def _log_at(path: Path) -> WorkLog:
    """The log in a file, with what the student has done in other languages."""
    log = WorkLog(path)
    for folder in in_other_languages(path.parent):
        log.take_in(folder / path.name)
    return log


def _line(entry: Entry) -> bytes:
    """An entry as a line of JSON; ValueError for what JSON cannot hold."""
    who = f"{entry['kind']} {entry['name']}"
    try:
        text = json.dumps(entry, ensure_ascii=False, allow_nan=False, default=lambda thing: thing.item())
    except (TypeError, ValueError, AttributeError, RecursionError):
        raise ValueError(
            f"{who} cannot be kept in the work log: give texts, finite numbers, or lists of these"
        ) from None
    line = text.encode("utf-8", "backslashreplace")
    if len(line) > LONGEST_ENTRY:
        raise ValueError(f"{who} is too long for the work log: give less than {LONGEST_ENTRY // 1000} kB")
    return line


def _header(seed: str) -> bytes:
    return json.dumps({MARK: VERSION, "about": "Kept beside the notebook, sent nowhere.", SEED: seed}).encode()


def _content(*lines: bytes) -> bytes:
    return b"".join(line + b"\n" for line in lines)


def _without(some: list[Kept], many: list[Kept]) -> list[Kept]:
    """Those of many that are not among some."""
    lines = {kept.line for kept in some}
    return [kept for kept in many if kept.line not in lines]


def _append(path: Path, lines: list[bytes], header: bytes, begun: bool) -> None:
    """Append lines in one write, below a header if the file is new or has not begun with one; all of them or none."""
    with open(path, "ab", buffering=0) as file:
        size = os.fstat(file.fileno()).st_size
        data = _content(*lines) if size and begun else _content(header, *lines)
        written = file.write(data) or 0
        if written < len(data):
            if os.fstat(file.fileno()).st_size == size + written:
                file.truncate(size)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _why_not(error: Exception) -> str:
    """A sentence that says why the file cannot be written."""
    name = _REASONS.get(getattr(error, "errno", None) or 0, "log.cannot_be_written")
    return sentence(name, reason=getattr(error, "strerror", None) or str(error))


def _signature(path: Path) -> _Signature | None:
    """The signature of a file; None if there is nothing to read."""
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return None
    empty = stat.S_ISREG(found.st_mode) and not found.st_size
    return None if empty else _Signature(found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)


def _read_file(path: Path) -> tuple[list[Kept], bool, str]:
    """The good entries of a file, whether everything in it is good, and its seed, "" for none."""
    try:
        found = os.stat(path)
        if not stat.S_ISREG(found.st_mode) or found.st_size > LARGEST_FILE:
            return [], False, ""
        data = path.read_bytes()
        if not data.endswith(b"\n"):
            time.sleep(SETTLING)
            data = path.read_bytes()
    except OSError:
        return [], False, ""
    return good_entries(data)


def _move_aside(path: Path) -> Path:
    """Rename a file or folder to the next free damaged-<number> name, and give that; nothing is overwritten."""
    names = (path.with_name(f"{path.stem}.damaged-{number}{path.suffix}") for number in itertools.count(1))
    target = next(name for name in names if not os.path.lexists(name))
    if path.is_dir() and not path.is_symlink():
        return path.rename(target)
    open(target, "xb").close()
    try:
        return path.replace(target)
    except OSError:
        target.unlink(missing_ok=True)
        raise
