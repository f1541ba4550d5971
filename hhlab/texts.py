"""Texts that need no Python to write: in files of TOML, where a table or a key is the id by which a text is found.

Wherever a line ends inside three quotation marks, one space is read.
"""

import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

CODE = ("bench", "starter", "solution")
"""Keys whose texts are code and keep their lines."""


def of_course(name: str) -> Path:
    """The path of what the course brings, such as "notebooks": in the installed package, or beside it in a checkout."""
    package = Path(__file__).resolve().parent
    return package / name if (package / name).exists() else package.parent / name


def read(path: Path) -> dict[str, Any]:
    """What stands in a file, with each text on one line; ValueError, which names the file, for a mistake in it."""
    try:
        return {key: _folded(key, given) for key, given in tomllib.loads(path.read_text("utf-8-sig")).items()}
    except ValueError as error:
        raise ValueError(f"{path.name}: {error}") from None


def sentences(file: str | Path) -> Callable[..., str]:
    """What gives a sentence of a file, or of the one beside a Python file, by its name: such as "spikes.one"."""
    texts = read(Path(file).with_suffix(".toml"))

    def sentence(name: str, /, **values: Any) -> str:
        section, _, text = name.partition(".")
        return str(texts[section][text]).format(**values)

    return sentence


def _folded(name: str, given: Any) -> Any:
    """A text on one line, unless it is code; anything else as it is."""
    if isinstance(given, dict):
        return {key: _folded(key, each) for key, each in given.items()}
    return re.sub(r"[ \t\n]+", " ", given).strip() if isinstance(given, str) and name not in CODE else given
