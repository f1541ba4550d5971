"""The core of each notebook: what a class does in 45 minutes, and that it is no more than that.

A core is everything before "Go further". The notebooks 01 to 07 have one.
"""

import ast
import json
import re
from collections import Counter

import pytest
from course_cells import NOTEBOOKS, all_cells, calls, is_compared, reading

BELOW = ("Go further", "Challenge")
ENDS = ["Your turn", "Check yourself", "Take home", "Your work log", *BELOW]
SESSIONS = {25: 5, 45: 5, 90: 10}
"""How long the three sessions are, and by how much they may be longer or shorter, min."""
MINUTES = {"explore": 4.0, "predict": 2.0, "observe": 2.0, "claim": 3.0, "check": 8.0, "ask": 1.5, "begin": 1.0}
"""For a bench, a card, a claim, a task and a question; a bench of "Your turn" is in the minutes of its task."""
PRINTED, REVIEW = 1.0, 4.5
"""For a printed table, and for the three questions from earlier notebooks, min."""
WORDS_A_MINUTE, MOST_WORDS, MOST_CELLS = 150, 1000, 12
BY_HAND = (
    ast.For, ast.While, ast.comprehension, ast.Tuple, ast.Starred, ast.FunctionDef, ast.Lambda, ast.If, ast.With,
)  # fmt: skip
"""What code needs that students only look at; a tuple is one where names are assigned."""

EACH = pytest.mark.parametrize("path", [path for path in NOTEBOOKS if path.stem[:2] > "00"], ids=lambda path: path.stem)


def text(cell):
    return "".join(cell["source"])


def headings(cell):
    """The headings of a cell, each with its level."""
    lines = text(cell).splitlines() if cell["cell_type"] == "markdown" else []
    return [(len(marks), words) for marks, words in re.findall(r"^(#+) (.+)$", "\n".join(lines), re.M)]


def sections(path):
    """The cells under each heading of the second and third level, by the words of the heading; "" for the first."""
    found, now = {"": []}, ""
    for cell in all_cells(path):
        parts = re.split(r"^(?=##+ )", text(cell), flags=re.M) if cell["cell_type"] == "markdown" else [text(cell)]
        for part in filter(None, parts):
            head = re.match(r"##+ (.+)", part) if cell["cell_type"] == "markdown" else None
            now = head[1].strip() if head else now
            found.setdefault(now, []).append({**cell, "source": part})
    return found


def core(path):
    """Its cells before "Go further"."""
    cells = all_cells(path)
    return cells[: next(k for k, cell in enumerate(cells) if (2, BELOW[0]) in headings(cell))]


def code(cells):
    return [cell for cell in cells if cell["cell_type"] == "code"]


def called(cells):
    """How often each function of the library is called; claims and questions are counted one by one."""
    found = Counter()
    for cell in code(cells):
        for name, given in calls(text(cell)):
            found[name] += len(given) if name in ("claim", "ask") else 1
    return found


def minutes(cells, *, claims=True):
    """What some cells take: reading, benches, cards, printed numbers, the task and questions."""
    words = sum(reading(text(cell)) for cell in cells if cell["cell_type"] == "markdown")
    counts = called(cells)
    benches = 0 if counts["check"] else MINUTES["explore"] * counts["explore"]
    left_out = {"explore"} if claims else {"explore", "claim"}
    cards = sum(each * counts[name] for name, each in MINUTES.items() if name not in left_out)
    return words / WORDS_A_MINUTE + benches + cards + PRINTED * sum(map(is_compared, code(cells)))


def review(path):
    """The minutes of the questions from earlier notebooks, which the first has not."""
    return REVIEW if path.stem[:2] > "01" else 0.0


def total(path, heads, *, claims=True):
    """The minutes of some sections, with what stands before the first."""
    found = sections(path)
    return review(path) + sum(minutes(found[head], claims=claims) for head in ["", *heads])


def rows(path):
    """The three sessions of the table at the top: what each row says, by its minutes."""
    top = text(all_cells(path)[0])
    return {int(number): row for row, number in re.findall(r"^(\| \**(\d+) minutes.*)$", top, re.M)}


def linked(row, path):
    """The headings that a row names: by links, and what begins folded in italics, as a link does not unfold it."""
    above = {head for cell in core(path) for _, head in headings(cell)}
    places = {head.replace(" ", "-"): head for head in [*above, *BELOW]}
    named = re.findall(r"(?<!\*)\*([^*]+)\*(?!\*)", row)
    assert set(named) <= set(sections(path)) - above, row
    return [places[target] for target in re.findall(r"\]\(#([^)]*)\)", row)] + named


@EACH
def test_a_core_is_short(path):
    cells, counts = core(path), called(core(path))
    assert sum(reading(text(cell)) for cell in cells if cell["cell_type"] == "markdown") <= MOST_WORDS
    assert len(code(cells)) <= MOST_CELLS
    assert 2 <= counts["explore"] <= 3
    assert 3 <= counts["claim"] <= 4
    assert counts["check"] == counts["begin"] == counts["worklog"] == 1
    assert counts["ask"]


@EACH
def test_a_core_needs_no_programming(path):
    for cell in code(core(path)):
        tree = ast.parse(text(cell))
        for node in ast.walk(tree):
            assigned = isinstance(getattr(node, "ctx", None), ast.Store)
            assert not isinstance(node, BY_HAND) or (isinstance(node, ast.Tuple) and not assigned), text(cell)
        assert not any(isinstance(node, ast.Name) and node.id == "zip" for node in ast.walk(tree)), text(cell)


@EACH
def test_what_is_below_begins_folded(path):
    found = {head: cell for cell in all_cells(path) for level, head in headings(cell) if level == 2}
    assert [head for head in found if head in ENDS] == ENDS
    for head in BELOW:
        assert headings(found[head]) == [(2, head)]
        assert found[head]["metadata"] == {"jp-MarkdownHeadingCollapsed": True}
    assert all("jp-MarkdownHeadingCollapsed" not in cell["metadata"] for cell in core(path))


@EACH
def test_the_sessions_are_honest(path):
    found, whole = rows(path), total(path, [head for cell in core(path) for level, head in headings(cell) if level > 1])
    assert list(found) == list(SESSIONS)
    short = total(path, linked(found[25], path), claims="without the claims" not in found[25])
    below = [head for head in linked(found[90], path) if head not in BELOW and head not in ENDS]
    long = whole + sum(minutes(sections(path)[head]) for head in below)
    assert linked(found[45], path)
    for (given, off), reckoned in zip(SESSIONS.items(), (short, whole, long), strict=True):
        assert reckoned == pytest.approx(given, abs=off), given


@EACH
def test_whoever_predicts_also_observes(path):
    """After each prediction an experiment, and then what was seen."""
    done = [(name, given) for cell in code(all_cells(path)) for name, given in [*calls(text(cell)), *printed(cell)]]
    names = {name: [given[0] for each, given in done if each == name] for name in ("predict", "observe")}
    assert sorted(names["predict"]) == sorted(names["observe"])
    for name in names["predict"]:
        between = done[done.index(("predict", [name])) + 1 : done.index(("observe", [name]))]
        assert {"explore", "printed"} & {each for each, _ in between}, name


def printed(cell):
    return [("printed", [])] if is_compared(cell) else []


def test_these_tests_see_what_is_wrong(tmp_path):
    """Mutation: a core with a loop, a folded core, a prediction that is never observed, a link to nowhere."""
    top = "# 09\n| 25 minutes | [1](#1-Here), [2](#2-There) |\n\n## 1 Here"
    loop = "for each in 1, 2:\n    print(each)"
    cells = [markdown(top), code_cell("hh.predict('x')"), code_cell(loop), markdown("## Go further")]
    path = tmp_path / "09_wrong.ipynb"
    path.write_text(json.dumps({"cells": cells}))
    for test in (
        test_whoever_predicts_also_observes, test_a_core_needs_no_programming, test_what_is_below_begins_folded,
        test_a_core_is_short,
    ):  # fmt: skip
        with pytest.raises(AssertionError):
            test(path)
    with pytest.raises(KeyError):
        linked(rows(path)[25], path)


def markdown(source):
    return {"cell_type": "markdown", "metadata": {}, "source": source}


def code_cell(source):
    return {"cell_type": "code", "metadata": {}, "source": source, "outputs": []}
