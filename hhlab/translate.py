"""What `hhlab translate` does: it collects the texts of the course, brings the catalogues up to date, and checks them.

A check that a translation fails with good reason, as when a language puts two numbers in another order, is named in a
comment of the translator: `# checked: order`.
"""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import nbformat
import polib
from jinja2 import Environment

from .languages import ENGLISH, LOCALE, blocks, has_words
from .texts import CODE, TextFiles, of_course

PACKAGE = Path(__file__).parent
PAGES = ("docs/glossary.md", "docs/teachers.md")
NO_TEXTS = ("roster.toml", "squid_1952.toml")
IDS = (*CODE, "misconception", "texts", "views", "source", "read_at", "builds_on", "claims")
"""Keys whose texts are the same in all languages."""
PLURALS = {
    "hr": "nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<12 || n%100>14) ? 1 : 2);",
    "id": "nplurals=1; plural=0;",
    "zh": "nplurals=1; plural=0;",
}
WIDTH = 120


class Trouble(NamedTuple):
    """What is wrong with a translation: the check that it fails, its English text, and what the check says."""

    check: str
    text: str
    told: str


def messages() -> dict[str, list[str]]:
    """All texts to translate, in the order in which they are read, each with the files in which it stands."""
    found: dict[str, list[str]] = {}
    for file, text in _all_texts():
        if has_words(text) and file not in found.setdefault(text, []):
            found[text].append(file)
    return found


def _all_texts() -> Iterator[tuple[str, str]]:
    for path in sorted(of_course("notebooks").glob("*.ipynb")):
        for cell in nbformat.read(path, 4).cells:
            if cell.cell_type == "markdown":
                yield from ((f"notebooks/{path.name}", text) for text in _paragraphs(cell.source))
    for path in sorted(PACKAGE.rglob("*.toml")):
        if path.name not in NO_TEXTS:
            yield from ((_place(path), text) for text in _leaves(TextFiles(path).english))
    for path in sorted(PACKAGE.rglob("*.py")):
        yield from ((_place(path), text) for text in _in_code(ast.parse(path.read_text("utf-8"))))
    for path in sorted([*PACKAGE.rglob("*.j2"), *PACKAGE.rglob("*.jinja2")]):
        source = path.read_text("utf-8")
        for _, _, text in Environment(extensions=["jinja2.ext.i18n"]).extract_translations(source):
            yield _place(path), str(text)
    for name in PAGES:
        text = of_course(Path(name).parts[0]).joinpath(Path(name).name).read_text("utf-8")
        yield from ((name, each) for each in _paragraphs(text))


def _place(path: Path) -> str:
    return f"hhlab/{path.relative_to(PACKAGE).as_posix()}"


def _paragraphs(text: str) -> list[str]:
    return [part.strip() for part, is_text in blocks(text) if is_text]


def _leaves(given: Any, name: str = "") -> Iterator[str]:
    """The texts in what stands in a file."""
    if isinstance(given, dict):
        for key, each in given.items():
            yield from _leaves(each, key)
    elif isinstance(given, list):
        for each in given:
            yield from _leaves(each, name)
    elif isinstance(given, str) and name not in IDS:
        yield given


def _in_code(tree: ast.AST) -> Iterator[str]:
    """The texts in Python: what `translated` is called with, meanings of parameters, and phrases of protocols."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            place = {"translated": 0, "param": 4, "Parameter": 4}.get(name, len(node.args))
            given: list[ast.AST] = node.args[place : place + 1]
        elif isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "_words":
            given = [node.value]
        else:
            continue
        yield from (each.value for each in given if isinstance(each, ast.Constant) and isinstance(each.value, str))


def path_of(name: str) -> Path:
    """The catalogue of a language."""
    return LOCALE / f"{name}.po"


def merge(name: str) -> polib.POFile:
    """Bring the catalogue of a language up to date: new texts come in without a translation, old ones go."""
    path, all_of_them = path_of(name), polib.POFile()
    for text, files in messages().items():
        plural = (
            {"msgid_plural": text, "msgstr_plural": dict.fromkeys(range(_forms(name)), "")} if _counts(text) else {}
        )
        all_of_them.append(polib.POEntry(msgid=text, occurrences=[(file, "") for file in files], **plural))
    known = polib.pofile(str(path), wrapwidth=WIDTH) if path.exists() else polib.POFile(wrapwidth=WIDTH)
    known.merge(all_of_them)
    order = {entry.msgid: number for number, entry in enumerate(all_of_them)}
    kept = sorted((entry for entry in known if not entry.obsolete), key=lambda entry: order[entry.msgid])
    known[:] = kept
    known.metadata = {"Language": name, "Content-Type": "text/plain; charset=utf-8", "Plural-Forms": PLURALS[name]}
    return known


def _forms(name: str) -> int:
    return int(PLURALS[name][len("nplurals=")])


def _counts(text: str) -> bool:
    return "{count}" in text


_KEPT = {
    "code": r"`[^`]*`",
    "maths": r"\$[^$]+\$",
    "places": r"\{\w*\}",
    "links": r"\]\([^)]*\)|https?://\S+",
    "HTML": r"</?[a-z][^>]*>|&\w+;",
}
"""What a translation has as often as its text."""
_UNIT = r"(?:\s?(?:[munµp]?[VAM]|ms|min|[smh]|[µmn]?m|cm|mm|%|°C|[µmnp]?\w+/c?m²?)(?!\w))?"
_NUMBER = re.compile(r"(?<![\w.])\d+(?:[.,]\d+)*" + _UNIT)
_NAME = re.compile(
    r"\b(?:[A-Z]{2,}\w*|[gEIPVQ]_\w+|Na|Cl|Ca|Kv\d\S*|M\d+|[A-Z][a-z]+(?=(?:, | and )[A-Z][a-z]+ \d{4}))\b"
)
_NOT = {
    "en": r"\b(?:not|no|never|neither|nor|none|nothing|nobody|nowhere|without|cannot)\b|n't\b",
    "hr": r"\b(?:ne|ni|nije|nisu|nisi|nisam|nema\w*|neće\w*|nikad\w*|niti|nijed\w+|ništa|ničega|ničim|nitko|nikak\w+|nigdje|bez|nemoj\w*|nemogu\w+|ne\w{4,})\b",
    "id": r"\b(?:tidak\w*|tak|bukan\w*|tanpa|belum|jangan|tiada|tidaklah)\b",
    "zh": r"不|没|无|未|非|别|勿|否",
}
_COMMON = {
    "en": r"\b(?:the|of|and|that|which|is|are|it|this|to|with|from|for|you)\b",
    "hr": r"\b(?:je|su|se|i|u|na|da|od|za|koji|koja|koje|ili|iz|što|kad|li|pri|kao)\b",
    "id": r"\b(?:yang|dan|di|ke|dari|adalah|itu|ini|pada|dengan|untuk|tidak|atau|lebih|akan|jika)\b",
    "zh": r"[\u4e00-\u9fff]",
}
"""Words by which a language is told from another."""
_LENGTH = {"hr": (0.6, 1.7), "id": (0.6, 1.8), "zh": (0.12, 0.9)}
"""How long a translation may be, as a multiple of its text."""
_SHORT = 40
_CUT = {"hr": 3, "id": 1, "zh": 0}
"""How many letters at the end of a word may change with its use."""


def troubles(name: str, catalogue: polib.POFile) -> list[Trouble]:
    """What is wrong with the catalogue of a language: what a translator has not marked as checked."""
    terms = _terms(name, catalogue)
    found = [
        trouble
        for entry in catalogue
        for said in (entry.msgstr_plural.values() if entry.msgid_plural else [entry.msgstr])
        for trouble in _of_one(name, entry.msgid, said, terms)
        if trouble.check not in _checked(entry) or trouble.check == "missing"
    ]
    there, needed = {entry.msgid for entry in catalogue}, messages()
    found += [Trouble("missing", text, "is not in the catalogue") for text in needed if text not in there]
    return found + [Trouble("unused", text, "stands nowhere in the course") for text in there if text not in needed]


def _checked(entry: polib.POEntry) -> list[str]:
    return entry.tcomment.partition("checked: ")[2].split()


def _of_one(name: str, text: str, said: str, terms: dict[str, list[str]]) -> Iterator[Trouble]:
    """What is wrong with one translation."""
    if not said.strip():
        yield Trouble("missing", text, "has no translation")
        return
    rest, rest_said = text, said
    for check, pattern in _KEPT.items():
        one, other = Counter(re.findall(pattern, rest)), Counter(re.findall(pattern, rest_said))
        if one != other:
            yield Trouble(check, text, f"lost: {', '.join(one - other)}; new: {', '.join(other - one)}")
        rest, rest_said = re.sub(pattern, " ", rest), re.sub(pattern, " ", rest_said)
    numbers, numbers_said = (list(map(_tidy, _NUMBER.findall(each))) for each in (rest, rest_said))
    if Counter(numbers) != Counter(numbers_said):
        yield Trouble("numbers", text, f"{numbers} became {numbers_said}")
    elif numbers != numbers_said:
        yield Trouble("order", text, f"{numbers} became {numbers_said}")
    if lost := {*_NAME.findall(rest)} ^ {*_NAME.findall(rest_said)}:
        yield Trouble("names", text, f"lost or new: {', '.join(sorted(lost))}")
    for mark in ("**", "|", "▶"):
        if text.count(mark) != said.count(mark):
            yield Trouble("marks", text, f"{mark} stands there {said.count(mark)} times, not {text.count(mark)} times")
    if _mark(text) != _mark(said):
        yield Trouble("marks", text, f"begins with {_mark(text)!r}")
    if bool(re.search(_NOT[ENGLISH], rest, re.I)) != bool(re.search(_NOT[name], rest_said, re.I)):
        yield Trouble("not", text, "only one of the two has a word such as not")
    lost_terms = [term for term, stems in terms.items() if _says(term, rest) and not _has(stems, rest_said)]
    if lost_terms:
        yield Trouble("terms", text, f"no word for {', '.join(lost_terms)}")
    low, high = _LENGTH[name]
    if len(text) > _SHORT and not low < len(said) / len(text) < high:
        yield Trouble("length", text, f"{len(said)} letters for {len(text)}")
    if _looks_like(rest_said) not in (name, ""):
        yield Trouble("language", text, "is in another language")
    if name == "zh" and re.search(r"[\u4e00-\u9fff][,;:?!(]|[,;:?!)][\u4e00-\u9fff]", rest_said):
        yield Trouble("marks", text, "has an English comma, colon or bracket beside a Chinese word")


def _tidy(number: str) -> str:
    return re.sub(r"\s", "", number)


def _mark(text: str) -> str:
    return re.match(r"(#+ |[-*] |\d+\. |)", text)[1]  # type: ignore[index]


def _looks_like(text: str) -> str:
    """The language whose common words are most frequent in a text; none for a short one, or one without any."""
    if len(re.findall(r"\w+", text)) < 4:
        return ""
    found = {name: len(re.findall(words, text, re.I)) for name, words in _COMMON.items()}
    return max(found, key=lambda name: found[name]) if any(found.values()) else ""


def _terms(name: str, catalogue: polib.POFile) -> dict[str, list[str]]:
    """The terms of the glossary, each with the beginnings of the words for it."""
    found = {}
    for entry in catalogue:
        if entry.msgid.startswith("| ") and (PAGES[0], "") in entry.occurrences and entry.msgstr.startswith("| "):
            names, said = (
                re.sub(r" \(.*?\)", "", row.split("|")[1]).strip().split(", ") for row in (entry.msgid, entry.msgstr)
            )
            found |= {term: said for term in names if len(term) > 3}
    return found


def _says(term: str, text: str) -> bool:
    return bool(re.search(rf"\b{re.escape(term)}s?\b", text, re.I))


def _has(words: list[str], text: str) -> bool:
    return any(w.lower() in text.lower() for w in words)
