"""The texts of claims, verdicts and misconceptions, from the files beside this module that need no Python to write.

A text is found by the id that heads it in square brackets: the number of a claim, such as `[5]`, a misconception, such
as `[M1]`, or what `verdicts.toml` lists. An id stands in one file only and stays the same for ever. Wherever a line
ends inside three quotation marks, one space is read. A name in braces, such as `{number}`, is the place of a value.
"""

import tomllib
from pathlib import Path


def _read(folder: Path) -> dict[str, dict[str, str]]:
    """The texts of all files in a folder by id, each on one line."""
    found: dict[str, dict[str, str]] = {}
    for path in sorted(folder.glob("*.toml")):
        for name, texts in tomllib.loads(path.read_text("utf-8-sig")).items():
            if name in found:
                raise ValueError(f"{path.name}: [{name}] stands in another file too; delete one of the two")
            found[name] = {key: " ".join(text.split()) for key, text in texts.items()}
    return found


WORDING = _read(Path(__file__).parent)
"""All texts by id."""
