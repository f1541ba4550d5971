"""The texts of claims, verdicts and misconceptions, from the files beside this module that need no Python to write.

A text is found by the id that heads it in square brackets: the number of a claim, such as `[5]`, a misconception, such
as `[M1]`, or what `verdicts.toml` lists. An id stands in one file only and stays the same for ever. Wherever a line
ends inside three quotation marks, one space is read. A name in braces, such as `{number}`, is the place of a value.
"""

from pathlib import Path
from typing import Any

from ..texts import read

MEASURED_IN = "measured.toml"


def _joined(folder: Path) -> dict[str, dict[str, Any]]:
    """The texts of all files in a folder by id."""
    found: dict[str, dict[str, Any]] = {}
    for path in sorted(set(folder.glob("*.toml")) - {folder / MEASURED_IN}):
        texts = read(path)
        for name in texts.keys() & found.keys():
            raise ValueError(f"{path.name}: [{name}] stands in another file too; delete one of the two")
        found |= texts
    return found


WORDING = _joined(Path(__file__).parent)
"""All texts by id."""
MEASURED = read(Path(__file__).with_name(MEASURED_IN))
"""Measurements on real cells, a list for each claim, by its number."""
