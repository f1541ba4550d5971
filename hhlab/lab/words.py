"""The words of benches and cards: each is a whole text of `words.toml`, found by its section and its name."""

from pathlib import Path

from ..languages import translated
from ..learning.entries import SURE
from ..texts import TextFiles, sentences

sentence = sentences(__file__)
"""The sentence or label of a name, such as "bench.hold", with its values put in."""


def for_browser(*sections: str) -> dict[str, str]:
    """All texts of some sections by name, with the places of their values still open."""
    texts = TextFiles(Path(__file__).with_suffix(".toml"))
    return {f"{section}.{name}": text for section in sections for name, text in texts[section].items()}


def sure_in_words() -> list[tuple[str, str]]:
    """How sure a student may be: in words, and as work logs keep it."""
    return [(translated(each), each) for each in SURE]
