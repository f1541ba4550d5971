"""The glossary: what each term of the course means, as the page `docs/glossary.md` says it, and nowhere else."""

import difflib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from markupsafe import Markup

from ..languages import page, per_language
from ..parameters import must_be, shown
from .words import sentence

PACKAGE = Path(__file__).resolve().parent.parent
PAGE = next(
    place for place in (PACKAGE / "glossary.md", PACKAGE.parent / "docs" / "glossary.md") if place.exists()
)  # inside the installed package, or beside it in a checkout
NOTEBOOK = re.compile(r"## \[(.+)\]\(\.\./notebooks/(.+)\)")
FIND = Markup("""<label>{} <input type="search" data-lm-suppress-shortcuts="true" style="font: inherit" oninput="
for (const row of this.closest('div').querySelectorAll('dl > div'))
  row.hidden = !row.textContent.toLowerCase().includes(this.value.trim().toLowerCase())"></label>""")
"""A field that hides the terms without what is typed; it needs no kernel."""


class Term(NamedTuple):
    """A line of the page.

    Attributes
    ----------
    names : the term, and other words for it.
    symbol, unit : as in the notebooks, or "".
    meaning : one sentence.
    title, file : of the notebook that explains the term first.
    """

    names: tuple[str, ...]
    symbol: str
    unit: str
    meaning: str
    title: str
    file: str


class Glossary:
    """What `glossary` returns: a list in a notebook, lines of text elsewhere."""

    def __init__(self, terms: Sequence[Term]) -> None:
        self.terms = terms

    def __repr__(self) -> str:
        return "\n".join(f"{', '.join(term.names)}: {term.meaning} ({term.title})" for term in self.terms)

    def _repr_html_(self) -> str:
        line = Markup('<div><dt><b>{}</b> {}</dt><dd>{} <a href="{}">{}</a></dd></div>').format
        lines = [
            line(", ".join(term.names), ", ".join(filter(None, term[1:3])), term.meaning, term.file, term.title)
            for term in self.terms
        ]
        find = FIND.format(sentence("glossary.find")) if len(lines) > 1 else ""
        return f"<div>{find}<dl>{Markup().join(lines)}</dl></div>"


@per_language
def terms() -> tuple[Term, ...]:
    """All terms, in the order of the course."""
    found, where = [], ("", "")
    lines = page(PAGE.read_text("utf-8")).splitlines()
    for line, below in zip(lines, [*lines[1:], ""], strict=True):
        if heading := NOTEBOOK.fullmatch(line):
            where = heading[1], heading[2]
        elif line.startswith("| ") and not below.startswith("|-"):
            names, symbol, unit, meaning = (each.strip() for each in line.strip("|").split("|"))
            found.append(Term(tuple(names.split(", ")), symbol, unit, meaning, *where))
    return tuple(found)


def glossary(term: str = "") -> Glossary:
    """What the terms of the course mean, each in one sentence.

    Parameters
    ----------
    term : str, optional
        The term, such as "availability", or a part of it; without it, all of them.

    Returns
    -------
    Glossary
        A list, which a notebook shows; with a field to search it if it has several terms.

    Raises
    ------
    ValueError
        If the glossary does not have the term.
    """
    must_be(str, '{given} is not a term: give a word such as "availability"', term)
    wanted = term.strip().casefold()
    named = [([re.sub(r" \(.*\)", "", name).casefold() for name in each.names], each) for each in terms()]
    found = [each for names, each in named if wanted in names]
    found = found or [each for names, each in named if any(wanted in name for name in names)]
    if not found:
        close = difflib.get_close_matches(wanted, [name for names, _ in named for name in names], 1)
        if close:
            raise ValueError(f"the glossary does not have {shown(term)}; did you mean {close[0]}?")
        raise ValueError(f"the glossary does not have {shown(term)}; glossary() shows all that it has")
    return Glossary(found)
