"""The entries of a work log, read from its bytes. Whatever else stands there is left out, and never raises an error."""

import json
from pathlib import Path
from typing import Any, NamedTuple, TypeGuard

MARK = "hhlab work log"
VERSION = 1
SEED = "seed"
LARGEST_FILE = 20_000_000  # bytes of a file
SURE = ("a guess", "fairly sure", "certain")
"""How sure a student may be."""

Entry = dict[str, Any]


class Kept(NamedTuple):
    """An entry and the line that holds it, which is written again as it was read."""

    line: bytes
    entry: Entry


def good_entries(data: bytes) -> tuple[list[Kept], bool, str]:
    """The good entries of a log, whether everything in it is good, and its seed, "" for none.

    Two kernels may both have begun the file, and an older file gets a header with a seed, so the header may come again;
    the first seed holds. A header of another version means that the lines cannot be understood.
    """
    lines = [line.strip() for line in data.removeprefix(b"\xef\xbb\xbf").split(b"\n")]
    every = [Kept(line, _parsed(line)) for line in lines if line]
    good = [kept for kept in every if _is_entry(kept.entry)]
    others = [kept.entry for kept in every if not _is_entry(kept.entry)]
    versions = [entry.get(MARK) for entry in others]
    if any(version not in (None, VERSION) for version in versions):
        return [], False, ""
    began = bool(every) and every[0].entry.get(MARK) == VERSION
    seed = next(filter(_is_seed, (entry.get(SEED) for entry in others)), "")
    return good, began and None not in versions and data.endswith(b"\n"), seed


def _parsed(line: bytes) -> Entry:
    """The JSON object of a line; an empty one for anything else."""
    try:
        found = json.loads(line.decode("utf-8"))
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _is_entry(found: Entry) -> bool:
    return all(isinstance(found.get(key), str) for key in ("time", "kind", "name"))


def _is_seed(found: Any) -> TypeGuard[str]:
    return isinstance(found, str) and found.isascii() and found.isalnum()


def read_entries(path: Path) -> list[Entry]:
    """The good entries of a log that is only read; none of a file that cannot be read or is too large."""
    try:
        if not path.is_file() or path.stat().st_size > LARGEST_FILE:
            return []
        return [kept.entry for kept in good_entries(path.read_bytes())[0]]
    except OSError:
        return []
