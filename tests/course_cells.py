"""The cells of the notebooks, run in order without a kernel.

`python tests/course_cells.py PLACE NOTEBOOK ...` prints what the compared cells of a notebook say with the library that
is in the place, as JSON, and so on for each notebook, a line each. It leaves out the benches and cards.
"""

import ast
import contextlib
import functools
import importlib
import io
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import hhlab as hh

NOTEBOOKS = sorted((Path(__file__).resolve().parent.parent / "notebooks").glob("*.ipynb"))
ASSIGNMENTS = sorted((NOTEBOOKS[0].parent / "assignments").glob("*.ipynb"))
COMPARED = "nbval-check-output"
Names = dict[str, Any]


class Ran(NamedTuple):
    """What the compared cells of a notebook said, and the names that stood before each cell, by its text."""

    said: list[str]
    before: dict[str, Names]


def all_cells(path: Path) -> list[Names]:
    return json.loads(path.read_text())["cells"]


def cells(path: Path) -> list[Names]:
    """Its cells with code."""
    return [cell for cell in all_cells(path) if cell["cell_type"] == "code"]


def calls(source: str) -> Iterator[tuple[str, list[Any]]]:
    """What a cell calls of hhlab: the name, and its arguments that are plain values."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("hh."):
            yield ast.unparse(node.func)[3:], [each.value for each in node.args if isinstance(each, ast.Constant)]


def reading(text: str) -> int:
    """How many words a text has for its reader: with tables, without equations and the addresses of links."""
    shown = re.sub(r"\$\$.*?\$\$|\]\([^)]*\)|<[^>]*>", " ", text, flags=re.S)
    return sum(any(map(str.isalpha, word)) for word in shown.split())


def is_compared(cell: Names) -> bool:
    """Whether what the cell says is compared with what is saved."""
    return COMPARED in cell["metadata"].get("tags", [])


def saved(cell: Names) -> str:
    """The output that is kept in the file."""
    texts = ["".join(out.get("text", out.get("data", {}).get("text/plain", ""))) for out in cell["outputs"]]
    return "".join(texts)


def without_output(source: str) -> str:
    """What a cell defines: without its benches, cards and prints."""
    tree = ast.parse(source)
    tree.body = [part for part in tree.body if not isinstance(part, ast.Expr)]
    return ast.unparse(tree)


def value(source: str, names: Names) -> Any:
    """Run a cell; what its last line gives, None if that is not an expression."""
    tree = ast.parse(source)
    last = tree.body.pop().value if isinstance(tree.body[-1], ast.Expr) else ast.Constant(None)
    exec(compile(tree, "cell", "exec"), names)
    return eval(compile(ast.fix_missing_locations(ast.Expression(last)), "cell", "eval"), names)


def shown(result: Any) -> str:
    """What a notebook shows of the last line of a cell, as plain text; what displays itself shows nothing else."""
    if hasattr(result, "_ipython_display_"):
        result._ipython_display_()
        return ""
    if hasattr(result, "_repr_html_"):
        result._repr_html_()
    return "" if result is None else repr(result)


def told(source: str, names: Names) -> str:
    """What a cell prints, and shows of its last line."""
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        result = value(source, names)
        said = printed.getvalue()
        return said + shown(result)


@functools.cache
def ran(path: Path) -> Ran:
    """Run a notebook once, from the top."""
    names, done = {"hh": hh}, Ran([], {})
    for cell in cells(path):
        source = "".join(cell["source"])
        done.before[source] = dict(names)
        said = told(source, names)
        if is_compared(cell):
            done.said.append(said)
    return done


def numbers(path: Path) -> list[str]:
    """What the compared cells say, without the benches and cards of the others."""
    names, said = {"hh": hh}, []
    for cell in cells(path):
        source = "".join(cell["source"])
        if is_compared(cell):
            said.append(told(source, names))
        else:
            exec(without_output(source), names)
    return said


def anew(place: str) -> Any:
    """The library as it is in a place, imported into this process in place of the one that is there."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "hhlab"]:
        del sys.modules[name]
    sys.path[0] = place
    library = importlib.import_module("hhlab")
    assert Path(library.__file__).is_relative_to(place)
    return library


if __name__ == "__main__":
    for place, notebook in zip(sys.argv[1::2], sys.argv[2::2], strict=True):
        hh = anew(place)
        print(json.dumps(numbers(Path(notebook))))
