"""The texts of claims, verdicts and misconceptions, from the files beside this module that need no Python to write.

A text is found by the id that heads it in square brackets: the number of a claim, such as `[5]`, a misconception, such
as `[M1]`, or what `verdicts.toml` lists. An id stands in one file only and stays the same for ever. Wherever a line
ends inside three quotation marks, one space is read. A name in braces, such as `{number}`, is the place of a value.
"""

import re
import tomllib
from pathlib import Path
from typing import Any

CODE = ("bench", "starter", "solution")
"""Keys whose texts are code and keep their lines."""


def read(path: Path) -> dict[str, Any]:
    """What stands in a file, with each text on one line; ValueError, which names the file, for a mistake in it."""
    try:
        return {key: _folded(key, given) for key, given in tomllib.loads(path.read_text("utf-8-sig")).items()}
    except ValueError as error:
        raise ValueError(f"{path.name}: {error}") from None


def _folded(name: str, given: Any) -> Any:
    """A text on one line, unless it is code; anything else as it is."""
    if isinstance(given, dict):
        return {key: _folded(key, each) for key, each in given.items()}
    return re.sub(r"[ \t\n]+", " ", given).strip() if isinstance(given, str) and name not in CODE else given


def _joined(folder: Path) -> dict[str, dict[str, Any]]:
    """The texts of all files in a folder by id."""
    found: dict[str, dict[str, Any]] = {}
    for path in sorted(folder.glob("*.toml")):
        texts = read(path)
        for name in texts.keys() & found.keys():
            raise ValueError(f"{path.name}: [{name}] stands in another file too; delete one of the two")
        found |= texts
    return found


WORDING = _joined(Path(__file__).parent)
"""All texts by id."""
