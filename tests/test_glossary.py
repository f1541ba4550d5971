"""The glossary: one sentence a term, and no notebook uses a term before the course has explained it.

`python tests/test_glossary.py` lists what is used before it is explained, and where.
"""

import json
import re
from pathlib import Path

import pytest

import hhlab as hh
from hhlab.lab.terms import terms

NOTEBOOKS = sorted((Path(__file__).resolve().parent.parent / "notebooks").glob("0*.ipynb"))
EXPLAINED = re.compile(r"\*+[^*\n]+\*+")
NOT_READ = re.compile(r"`[^`]*`|\$\$?[^$]*\$\$?|\[[^\]]*\]\([^)]*\)|^#.*$|^\*\*\d.*$", re.M)
"""Code, formulas, links, and headings."""


def paragraphs(path):
    """The core of a notebook, without its first cell: the heading above each paragraph, and the paragraph."""
    heading, after = "", 0
    for cell in json.loads(path.read_text())["cells"]:
        text = "".join(cell["source"])
        if text.startswith(("## Go further", "## Before the course")):
            return
        if cell["cell_type"] == "markdown":
            for part in re.split(r"\n\s*\n", text) if after else ():
                heading = next(iter(re.findall(r"^#+ (.*)", part, re.M)), heading)
                yield heading, NOT_READ.sub(" ", part)
            after += 1


def pattern(term):
    """What matches a term in a text; None for an everyday word that the glossary has in one sense only."""
    forms = [re.escape(name) for name in term.names if "(" not in name]
    either = "|".join(form if form.isupper() else f"(?i:{form})" for form in forms)
    return re.compile(rf"\b(?:{either})(?:s|es|d)?\b") if forms else None


def too_early():
    """Where a term is used, in the order of the course, before a paragraph that has it in italics: by notebook."""
    text = [(path, *each) for path in NOTEBOOKS for each in paragraphs(path)]
    found = {path.stem: [] for path in NOTEBOOKS}
    for term in terms():
        form = pattern(term)
        for path, heading, part in text if form else ():
            if any(form.search(mark) for mark in EXPLAINED.findall(part)):
                if path.name != term.file:
                    found[path.stem].append(
                        f"“{term.names[0]}” is explained in “{heading}”: the glossary says {term.title}"
                    )
                break
            if used := form.search(part):
                near = " ".join(part[max(used.start() - 30, 0) : used.end() + 30].split())
                found[path.stem].append(f"“{used[0]}” in “{heading}” is not explained yet: … {near} …")
                break
    return found


@pytest.mark.parametrize("name", [path.stem for path in NOTEBOOKS])
def test_no_term_is_used_before_it_is_explained(name):
    assert too_early()[name] == []


def test_a_term_that_is_used_too_early_is_noticed(monkeypatch):
    """As with a first notebook that says “availability”, and a later one that explains it."""
    pages = {NOTEBOOKS[0]: [("Bench", "The availability is low.")], NOTEBOOKS[5]: [("2", "The *availability* is low.")]}
    monkeypatch.setattr("test_glossary.paragraphs", lambda path: pages.get(path, []))
    assert too_early()["00_start_here"] == [
        "“availability” in “Bench” is not explained yet: … The availability is low. …"
    ]
    del pages[NOTEBOOKS[0]]
    assert not any(too_early().values())
    pages[NOTEBOOKS[1]] = pages.pop(NOTEBOOKS[5])
    (told,) = too_early()["01_ions_and_potentials"]
    assert told == "“availability” is explained in “2”: the glossary says 05 The refractory period"


def test_every_term_has_one_sentence():
    """And stands under a notebook of the course, in the order of these."""
    names = [name for term in terms() for name in term.names]
    assert len(terms()) > 100
    assert len(names) == len(set(names))
    assert list(dict.fromkeys(term.file for term in terms())) == [path.name for path in NOTEBOOKS]
    for term in terms():
        assert re.fullmatch(r"[A-Z0-9][^|]*\.", term.meaning), term
        assert len(term.meaning.split()) <= 32, term


def in_italics(path):
    """What stands in italics in a notebook, in small letters, and without an s at the end of a word."""
    cells = [cell for cell in json.loads(path.read_text())["cells"] if cell["cell_type"] == "markdown"]
    marks = [mark for cell in cells for mark in EXPLAINED.findall("".join(cell["source"]))]
    return re.sub(r"s\b", "", "; ".join(marks).lower())


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_term_is_in_italics_in_its_notebook(path):
    """In the core or below it, by one of its names."""
    marks = in_italics(path)
    missing = []
    for term in terms():
        names = [re.sub(r" *\(.*?\)", "", name).lower() for name in term.names]
        if term.file == path.name and not any(re.sub(r"s\b", "", name) in marks for name in names):
            missing.append(names[0])
    assert missing == []


def test_it_shows_one_term_or_all():
    (one,) = hh.glossary(" Availability ").terms
    assert one.meaning in repr(hh.glossary("availability"))
    shown = hh.glossary("availability")._repr_html_()
    assert '<a href="05_refractory_period.ipynb">05 The refractory period</a>' in shown
    assert "<input" not in shown
    assert hh.glossary()._repr_html_().count("<dt>") == len(terms())
    assert "<input" in hh.glossary()._repr_html_()
    assert {term.names[0] for term in hh.glossary("refractory").terms} == {"refractory"}
    assert len(hh.glossary("AHP,".strip(",")).terms) == 1
    assert len(hh.glossary("channel").terms) == 1


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ("availabilty", "the glossary does not have 'availabilty'; did you mean availability?"),
        ("zzz", r"the glossary does not have 'zzz'; glossary\(\) shows all that it has"),
        (5, 'term: give a word such as "availability"'),
        ("<b>", "the glossary does not have '<b>'"),
    ],
)
def test_what_it_does_not_have(given, sentence):
    with pytest.raises(ValueError, match=sentence):
        hh.glossary(given)


if __name__ == "__main__":
    for notebook, missing in too_early().items():
        print(f"{notebook}: {len(missing)}", *missing, sep="\n  ")
