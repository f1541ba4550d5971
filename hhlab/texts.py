"""Texts that need no Python to write: in files of TOML, where a table or a key is the id by which a text is found.

Wherever a line ends inside three quotation marks, one space is read.
"""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from .languages import catalogue_of, language, translated

CODE = ("bench", "starter", "solution")
"""Keys whose texts are code and keep their lines."""


def of_course(name: str) -> Path:
    """The path of what the course brings, such as "notebooks": in the installed package, or beside it in a checkout."""
    package = Path(__file__).resolve().parent
    return package / name if (package / name).exists() else package.parent / name


class TextFiles(Mapping[str, Any]):
    """What stands in files, with each text on one line, in the language that the course has when it is looked up.

    Raises
    ------
    ValueError
        If there is a mistake in a file, which it names, or if two files have the same key.
    """

    def __init__(self, *paths: Path) -> None:
        self._in: dict[Path, dict[str, Any]] = {}
        self.english: dict[str, Any] = {}
        for path in paths:
            try:
                told = tomllib.loads(path.read_text("utf-8-sig"))
            except ValueError as error:
                raise ValueError(f"{path.name}: {error}") from None
            for name in told.keys() & self.english.keys():
                raise ValueError(f"{path.name}: [{name}] stands in another file too; delete one of the two")
            self.english |= {key: _changed(key, given, _on_one_line) for key, given in told.items()}

    def _told(self) -> dict[str, Any]:
        spoken = catalogue_of(language())
        if spoken not in self._in:
            self._in[spoken] = {key: _changed(key, given, translated) for key, given in self.english.items()}
        return self._in[spoken]

    def __getitem__(self, key: str) -> Any:
        return self._told()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.english)

    def __len__(self) -> int:
        return len(self.english)


def sentences(file: str | Path) -> Callable[..., str]:
    """What gives a sentence of a file, or of the one beside a Python file, by its name: such as "spikes.one"."""
    texts = TextFiles(Path(file).with_suffix(".toml")).english

    def sentence(name: str, /, **values: Any) -> str:
        section, _, text = name.partition(".")
        return translated(texts[section][text], values.get("count")).format(**values)

    return sentence


def _changed(name: str, given: Any, change: Callable[[str], str]) -> Any:
    """What stands under a name, with each text in it changed, unless it is code."""
    if isinstance(given, dict):
        return {key: _changed(key, each, change) for key, each in given.items()}
    if isinstance(given, list):
        return [_changed(name, each, change) for each in given]
    return change(given) if isinstance(given, str) and name not in CODE else given


def _on_one_line(text: str) -> str:
    return re.sub(r"[ \t\n]+", " ", text).strip()
