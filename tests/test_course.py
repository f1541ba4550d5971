"""The notebooks are one course: honest minutes, the same wherever they stand, and maps that say what is where.

`python tests/test_course.py` writes the two maps of the guide anew.
"""

import ast
import itertools
import json
import re
from pathlib import Path

import pytest
from test_claims import EXPECTED

from hhlab import questions
from hhlab.claims import MISCONCEPTIONS, find
from hhlab.claims.claim import EXPERIMENTS
from hhlab.questions import Choice

TOP = Path(__file__).resolve().parent.parent
GUIDE = TOP / "docs" / "teachers.md"
NOTEBOOKS = sorted((TOP / "notebooks").glob("0*.ipynb"))
WORDS_A_MINUTE, OFF = 150, 5
MINUTES = {"explore": 3, "predict": 2, "claim": 2, "check": 10, "ask": 10}
"""For a bench, a card (each claim has one), a task, and the questions at the end; a printed table takes one more."""
CORE = 45
"""The minutes of a core; test_core sees to it that they are honest."""
SESSIONS = (25, CORE, 90)
EACH = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def calls(path):
    """What a notebook calls of hhlab: the name, and its arguments that are plain values."""
    for cell in json.loads(path.read_text())["cells"]:
        if cell["cell_type"] == "code":
            for node in ast.walk(ast.parse("".join(cell["source"]))):
                if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("hh."):
                    yield node.func.attr, [each.value for each in node.args if isinstance(each, ast.Constant)]


def reckoned(path):
    """The minutes that a notebook takes: reading, benches, cards, tables, tasks and questions."""
    cells = json.loads(path.read_text())["cells"]
    prose = " ".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    read = re.sub(r"<details>.*?</details>|\$\$.*?\$\$", "", prose, flags=re.S)
    tables = sum("nbval-check-output" in cell["metadata"].get("tags", []) for cell in cells)
    untold = sum("your-turn" in cell["metadata"].get("tags", []) and "hh.check" not in "".join(cell["source"])
                 for cell in cells)  # fmt: skip
    cards = sum(MINUTES.get(name, 0) * (len(given) if name == "claim" else 1) for name, given in calls(path))
    return len(re.findall(r"[^\W\d_]+", read)) / WORDS_A_MINUTE + cards + tables + MINUTES["check"] * untold


def stated(path):
    """The minutes that its first lines say, or those of its core."""
    said = re.search(r"\*\*(\d+) minutes", path.read_text())
    return int(said[1]) if said else CORE


def test_minutes_of_the_start_are_honest():
    assert stated(NOTEBOOKS[0]) == pytest.approx(reckoned(NOTEBOOKS[0]), abs=OFF)


@EACH
def test_minutes_are_the_same_in_the_map_and_in_the_guide(path):
    row = rf"\| \[?{path.stem[:2]} [^|]*\| {stated(path)} \|"
    assert re.search(row, "".join("".join(cell["source"]) for cell in json.loads(NOTEBOOKS[0].read_text())["cells"]))
    assert re.search(row, GUIDE.read_text())


@pytest.mark.parametrize("path", NOTEBOOKS[1:], ids=lambda path: path.stem)
def test_the_guide_plans_three_sessions(path):
    """A column each, whose minutes add up to those of the session."""
    page = re.search(rf"\n## {path.stem[:2]} .*?(?=\n## )", GUIDE.read_text(), re.S)[0]
    plan = re.search(r"^\| what \| 25 minutes \| 45 minutes \| 90 minutes \|\n\|[-|]+\n((?:\|.*\n)+)", page, re.M)[1]
    columns = zip(*(row.split("|")[2:5] for row in plan.splitlines()), strict=True)
    assert tuple(sum(int(cell) for cell in column if cell.strip()) for column in columns) == SESSIONS
    assert "**Solutions.**" in page


def standing():
    """The notebooks of each claim and of each question, by their numbers such as "03"."""
    found: dict[int | str, list[str]] = {}
    for path in NOTEBOOKS:
        for name, given in calls(path):
            if name == "ask":
                given = [question.name for each in given for question in questions.check(each)]
            for each in given if name in ("claim", "predict", "ask") else given[:1] if name == "check" else ():
                there = found.setdefault(each, [])
                there += [] if path.stem[:2] in there else [path.stem[:2]]
    return found


def test_no_question_stands_in_two_notebooks_and_none_is_left_out():
    there = standing()
    every = {question.name for each in questions._sets().values() for question in itertools.chain(*each)}
    assert every == {name for name in there if isinstance(name, str)}
    assert all(len(there[name]) == 1 for name in every)


def map_of_claims():
    """Each claim, the verdict of the model, and the notebooks in which it stands."""
    rows = ["| | claim | in the model it | notebook |", "|---|---|---|---|"]
    there = standing()
    rows += [
        f"| {number} | {find(number).statement} | {EXPECTED[number][0].words} | {', '.join(there[number])} |"
        for number in sorted(EXPERIMENTS)
    ]
    return "\n".join(rows)


def keyed(misconception):
    """The questions with a wrong answer that a misconception leads to, by notebook."""
    there, found = standing(), {}
    for question in itertools.chain(*itertools.chain(*questions._sets().values())):
        wrong = question.options.values() if isinstance(question, Choice) else question.mistakes
        if misconception in {each.misconception for each in wrong}:
            found.setdefault(there[question.name][0], []).append(f"`{question.name}`")
    return "; ".join(f"{number}: {', '.join(names)}" for number, names in sorted(found.items()))


def map_of_misconceptions():
    """Each misconception, what refutes it, and the questions that notice it."""
    there = standing()
    rows = ["| | what they believe | what refutes it | questions that notice it |", "|---|---|---|---|"]
    for name, each in MISCONCEPTIONS.items():
        claims = ", ".join(f"claim {number} ({', '.join(there[number])})" for number in each.claims)
        notice = keyed(name) or "the card itself"
        rows.append(f"| {name} | {each.text} | {claims or 'a bench'}: {each.shown_by} | {notice} |")
    return "\n".join(rows)


MAPS = {"claims": map_of_claims, "misconceptions": map_of_misconceptions}


def with_maps(page):
    """The guide with its maps as the declarations have them."""
    for name, made in MAPS.items():
        page = re.sub(rf"(<!-- {name} -->\n).*?(\n<!-- end -->)", rf"\g<1>{made()}\g<2>", page, flags=re.S)
    return page


def test_the_maps_of_the_guide_are_those_of_the_declarations():
    page = GUIDE.read_text()
    assert all(f"<!-- {name} -->\n" in page for name in MAPS)
    assert page == with_maps(page), "run python tests/test_course.py"


if __name__ == "__main__":
    GUIDE.write_text(with_maps(GUIDE.read_text()), encoding="utf-8")
