"""Where the notebooks show what refutes a misconception."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from ..claims import MISCONCEPTIONS
from ..languages import page, per_language
from ..texts import of_course
from .course import WORDING

_CLAIMS = re.compile(r"hh\.claim\(([\d, ]+)\)")


def place_of(misconception: str) -> str:
    """The claim or bench that refutes a misconception, with its notebook and section, or else what does in words."""
    known, texts = MISCONCEPTIONS[misconception], WORDING["class"]
    for notebook, section, code in _code_cells():
        shown = {int(number) for numbers in _CLAIMS.findall(code) for number in numbers.split(",") if number.strip()}
        for claim in known.claims:
            if claim in shown:
                return texts["claim"].format(claim=claim, notebook=notebook, section=section)
    benches = [cell for cell in _code_cells() if "hh.explore" in cell[2]]
    shared = [sum(f'"{view}"' in code for view in known.views if view != "voltage") for _, _, code in benches]
    if max(shared, default=0) < 1:
        return texts["other"].format(shown_by=known.shown_by)
    notebook, section, _ = benches[shared.index(max(shared))]
    return texts["on_bench"].format(shown_by=known.shown_by, notebook=notebook, section=section)


@per_language
def _code_cells() -> list[tuple[str, str, str]]:
    """Each cell of the course with code: the number of its notebook, the heading above it, and the code."""
    paths = sorted(of_course("notebooks").glob("0*.ipynb"))
    return [(path.name[:2], *cell) for path in paths for cell in _cells(path)]


def _cells(path: Path) -> Iterator[tuple[str, str]]:
    heading = ""
    for cell in json.loads(path.read_text("utf-8"))["cells"]:
        text = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            heading = (re.findall(r"^##+ (.*)$", page(text), re.M) or [heading])[-1]
        else:
            yield heading, text
