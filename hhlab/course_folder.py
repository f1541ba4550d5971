"""The notebooks of the course in its language: those of English are files, and those of other languages are made here.

Code cells stay as they are to the byte.
"""

import contextlib
import hashlib
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .languages import ENGLISH, language, page, translated
from .texts import of_course

MADE = "hhlab"
"""The key in the metadata of a translated cell under which its hash stands: right until somebody changes the cell."""


@contextlib.contextmanager
def notebooks() -> Iterator[Path]:
    """A folder with the notebooks of the course in its language."""
    english = of_course("notebooks")
    if language() == ENGLISH:
        yield english
        return
    with tempfile.TemporaryDirectory() as place:
        write(Path(place))
        yield Path(place)


def write(folder: Path) -> None:
    """Write all notebooks to a folder, in the language of the course."""
    english = of_course("notebooks")
    for path in sorted(english.rglob("*.ipynb")):
        if ".ipynb_checkpoints" not in path.parts:
            place = folder / path.relative_to(english)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(_in_language(path))


def _in_language(path: Path) -> bytes:
    told = json.loads(path.read_text("utf-8"))
    texts = _of_assignment(path) if path.parent.name == "assignments" else {}
    for place, cell in enumerate(told["cells"]):
        if cell["cell_type"] == "markdown":
            english = source_of(cell)
            text = texts.get(cell.get("id")) or page(english)
            if place == 0 and path.name.startswith("00"):
                text += "\n\n" + translated(
                    "This is a translation. No physiologist who speaks the language has reviewed it yet. If you find "
                    "a sentence that is wrong or does not sound right, please write to us: the page *Contributing* of "
                    "the project says how, and you need no programming for it."
                )
            cell["source"] = text.splitlines(keepends=True)
            cell["metadata"][MADE] = hash_of(cell)
    return (json.dumps(told, indent=1, ensure_ascii=False) + "\n").encode()


def source_of(cell: dict[str, Any]) -> str:
    """The text of a cell, which a notebook may keep in lines."""
    return "".join(cell["source"])


def hash_of(cell: dict[str, Any]) -> str:
    """A short hash of the text of a cell."""
    return hashlib.sha256(source_of(cell).strip().encode("utf-8", "surrogatepass")).hexdigest()[:8]


def _of_assignment(path: Path) -> dict[str, str]:
    """The texts of the cells of an assignment, by the ids of the cells."""
    from .assignments import find, handouts

    made = handouts.notebook(find(path.stem.partition("_")[2]), "practice", "your-id")
    return {cell["id"]: cell["source"] for cell in made.cells if cell["cell_type"] == "markdown"}
