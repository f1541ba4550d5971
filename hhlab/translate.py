"""What `hhlab translate` does: it collects the texts of the course, brings the catalogues up to date, and checks them.

A check that a translation fails with good reason, as when a language puts two numbers in another order, is named in a
comment of the translator: `# checked: numbers`.
"""

import ast
import difflib
import functools
import itertools
import json
import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import polib
from jinja2 import Environment

from .languages import ENGLISH, LANGUAGES, LOCALE, blocks, catalogue_of, has_words
from .quantities import UNITS
from .texts import CODE, TextFiles, of_course

PACKAGE = Path(__file__).parent
PAGES = ("docs/glossary.md", "docs/teachers.md")
NO_TEXTS = ("checks.toml", "roster.toml", "squid_1952.toml")
IDS = (*CODE, "misconception", "texts", "views", "source", "read_at", "builds_on", "claims", "at")
"""Keys whose texts are the same in all languages."""
CHECKS = tomllib.loads((LOCALE / "checks.toml").read_text("utf-8"))
"""What is known of each language, such as its words for not."""
OTHERS = tuple(name for name in CHECKS if name != ENGLISH)
TEXT_OF = {"translated": 0, "param": 4, "Parameter": 4, "no_such": 0, "must_be": 1, "pair": 1, "names_of": 1}
"""Functions that get a text to translate, and its place among their arguments."""
NAMED = (
    "title", "told", "why", "SURE", "PRESETS", "A_PROTOCOL", "SAID", "SAID_OF_A_NUMBER", "ONLY_THE_ANSWER",
    "ONLY_THE_REASON", "BLOCKED", "UNIT_KINDS", "UNIT_PER", "OTHER_UNITS",
)  # fmt: skip
"""Names of texts that are translated where they are used."""
WIDTH, NEAR = 120, 0.7
"""Letters in a line of a catalogue, and how alike a text must be to one that is gone to take its place."""


class Trouble(NamedTuple):
    """What is wrong with a translation: the check that it fails, its English text, and what the check says."""

    check: str
    text: str
    told: str


class Terms(NamedTuple):
    """The terms of the glossary: a pattern that finds them in an English text, and the translations of each."""

    pattern: re.Pattern[str]
    words: dict[str, list[str]]


@functools.cache
def messages() -> dict[str, list[str]]:
    """All texts to translate, in the order in which they are read, each with the files in which it stands."""
    found: dict[str, list[str]] = {}
    for file, text in _all_texts():
        if has_words(text) and file not in found.setdefault(text, []):
            found[text].append(file)
    return found


def _all_texts() -> Iterator[tuple[str, str]]:
    for path in sorted(of_course("notebooks").glob("*.ipynb")):
        for cell in json.loads(path.read_text("utf-8"))["cells"]:
            read = _paragraphs if cell["cell_type"] == "markdown" else _presets
            yield from ((f"notebooks/{path.name}", text) for text in read("".join(cell["source"])))
    for path in sorted(PACKAGE.rglob("*.toml")):
        if path.name not in NO_TEXTS:
            yield from ((_place(path), text) for text in _leaves(TextFiles(path).english))
    for path in sorted(PACKAGE.rglob("*.py")):
        yield from ((_place(path), text) for text in _in_code(ast.parse(path.read_text("utf-8"))))
    templates: Any = Environment(extensions=["jinja2.ext.i18n"])
    templates.policies["ext.i18n.trimmed"] = True
    for path in sorted([*PACKAGE.rglob("*.j2"), *PACKAGE.rglob("*.jinja2")]):
        for _, _, text in templates.extract_translations(path.read_text("utf-8")):
            yield _place(path), str(text)
    for name in PAGES:
        text = of_course(Path(name).parts[0]).joinpath(Path(name).name).read_text("utf-8")
        yield from ((name, each) for each in _paragraphs(text))


def _presets(code: str) -> list[str]:
    """The names of presets in a code cell: the keys of its outermost dicts."""
    dicts = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Dict)] if "presets=" in code else []
    inner = {id(below) for each in dicts for value in each.values for below in ast.walk(value)}
    keys = [key for each in dicts if id(each) not in inner for key in each.keys]
    return [key.value for key in keys if isinstance(key, ast.Constant) and isinstance(key.value, str)]


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
    elif isinstance(given, str) and name not in IDS and (name != "unit" or given not in UNITS):
        yield given


def _in_code(tree: ast.AST) -> Iterator[str]:
    """The texts in Python: sentences of errors, meanings of parameters, and what is put into words at once."""
    for node in ast.walk(tree):
        name = _name_of(node)
        if isinstance(node, ast.Call) and name.removesuffix("Error") != name:
            yield from _sentences(node.args[:1])
        elif isinstance(node, ast.Call) and name in TEXT_OF:
            place = TEXT_OF[name]
            yield from _sentences(node.args[place : place + 1])
        elif isinstance(node, ast.Assign) and name in NAMED:
            yield from _sentences([node.value])


def _name_of(node: ast.AST) -> str:
    """The name of what is called, or of what gets a value."""
    at: Any = node.func if isinstance(node, ast.Call) else node.targets[0] if isinstance(node, ast.Assign) else node
    return getattr(at, "id", getattr(at, "attr", ""))


def _sentences(given: Sequence[ast.expr]) -> Iterator[str]:
    """The texts among what is given; values in them become {0}, {1} and so on."""
    for each in given:
        if isinstance(each, ast.IfExp):
            yield from _sentences([each.body, each.orelse])
        elif isinstance(each, ast.Tuple):
            yield from _sentences(each.elts)
        elif isinstance(each, ast.Dict):
            yield from _sentences(each.values)
        elif isinstance(each, ast.Constant) and isinstance(each.value, str):
            yield _numbered(each.value)
        elif isinstance(each, ast.JoinedStr):
            parts = (str(part.value) if isinstance(part, ast.Constant) else "{given}" for part in each.values)
            yield _numbered("".join(parts))


def _numbered(text: str) -> str:
    """A text in which the places of values are numbered, in their order."""
    places = itertools.count()
    return re.sub(r"\{given\}", lambda _: f"{{{next(places)}}}", text)


def merge(name: str) -> polib.POFile:
    """The catalogue of a language, brought up to date.

    A text that is new comes in without a translation, or with that of the text which it replaces, as a proposal.
    """
    path, forms, needed = catalogue_of(name), dict.fromkeys(range(_forms(name)), ""), messages()
    known = {entry.msgid: entry for entry in polib.pofile(str(path))} if path.exists() else {}
    gone = [text for text in known if text not in needed]
    made = polib.POFile(wrapwidth=WIDTH)
    made.metadata = {
        "Language": name, "Content-Type": "text/plain; charset=utf-8", "Plural-Forms": CHECKS[name]["plurals"],
    }  # fmt: skip
    for text, files in needed.items():
        plural = {"msgid_plural": text, "msgstr_plural": forms} if "{count}" in text else {}
        entry = known.get(text) or polib.POEntry(msgid=text, **plural)
        if text not in known and not plural:
            for old in difflib.get_close_matches(text, gone, 1, NEAR):
                entry.msgstr, entry.previous_msgid, entry.flags = known[old].msgstr, old, ["fuzzy"]
        entry.occurrences = [(file, "") for file in files]
        made.append(entry)
    return made


def _forms(name: str) -> int:
    return int(CHECKS[name]["plurals"][len("nplurals=")])


_KEPT = {
    "code": r"`[^`]*`",
    "maths": r"\$[^$]+\$",
    "places": r"\{\w*\}|%\(\w+\)s",
    "links": r"\]\([^)]*\)|https?://\S+",
    "HTML": r"</?[a-z][^>]*>|&\w+;",
    "marks": r"\*\*|\||▶|^(?:#+|[-*]|\d+\.) ",
}
"""What a translation has as often as its text, by the name of the check."""
_ANY_KEPT = re.compile("|".join(_KEPT.values()), re.M)
_UNIT = r"(?:\s?((?:[munµp]?(?:mol|[SFCMV]|Hz)|[munµp]A|ms|min|[smh]|[mµc]?m²?|%|°C)(?:/(?:c?m²|m?s))?)(?!\w))?"
_NUMBER = r"(?<![\w.])(\d+(?:[.,]\d+)*)" + _UNIT
_NAME = r"\b(?:[A-Z]{2,}(?=\b|s\b)|[gEIPVQ]_\w+|Kv\d+(?:\.\d+)?|M\d+)"
SHORT = 40
"""Letters up to which a translation may be much longer or shorter."""
_HALF_WIDTH = re.compile(r"[\u4e00-\u9fff][,;:?!(]|[,;:?!)][\u4e00-\u9fff]")
"""What no Chinese sentence has: a comma, colon or bracket of Latin letters beside one of its own."""


def troubles(name: str, catalogue: polib.POFile) -> list[Trouble]:
    """What is wrong with the catalogue of a language, but for what a translator has marked as checked."""
    terms = terms_of(catalogue)
    found = [trouble for entry in catalogue for trouble in of_one(name, entry, terms)]
    there, needed = {entry.msgid for entry in catalogue}, messages()
    found += [Trouble("missing", text, "is not in the catalogue") for text in needed if text not in there]
    return found + [Trouble("unused", text, "stands nowhere in the course") for text in there if text not in needed]


def of_one(name: str, entry: polib.POEntry, terms: Terms) -> list[Trouble]:
    """What is wrong with one translation; the terms are those of the glossary, each with its translations."""
    text, found = entry.msgid, []
    for said in entry.msgstr_plural.values() if entry.msgid_plural else [entry.msgstr]:
        if not said.strip() or entry.fuzzy:
            return [Trouble("missing", text, "has no translation")]
        failed = {**_kept(text, said), **_meant(name, text, said), **_worded(name, text, said, terms)}
        found += [Trouble(check, text, told) for check, told in failed.items() if told]
    passed = entry.tcomment.partition("checked: ")[2].split()
    return [trouble for trouble in found if trouble.check not in passed]


def _kept(text: str, said: str) -> dict[str, str]:
    """What has become of code, equations, links, numbers and names."""
    failed = {}
    for check, pattern in _KEPT.items():
        one, other = (Counter(re.findall(pattern, each, re.M)) for each in (text, said))
        failed[check] = _difference(one, other)
        text, said = (re.sub(pattern, " ", each, flags=re.M) for each in (text, said))
    numbers, numbers_said = (re.findall(_NUMBER, each) for each in (text, said))
    failed["numbers"] = _numbers(numbers, numbers_said)
    failed["names"] = _difference(*(Counter({*re.findall(_NAME, each)}) for each in (text, said)))
    return failed


def _numbers(given: list[tuple[str, str]], said: list[tuple[str, str]]) -> str:
    """What has become of numbers, each with its unit: those of one unit stay in their order."""
    if lost := Counter(number for number, _ in given) - Counter(number for number, _ in said):
        return f"lost: {', '.join(lost)}"
    if new := Counter(number for number, _ in said) - Counter(number for number, _ in given):
        return f"new: {', '.join(new)}"
    if lost_units := Counter(pair for pair in given if pair[1]) - Counter(said):
        return f"lost: {', '.join(map(' '.join, lost_units))}"
    for unit in {unit for _, unit in given}:
        one = [number for number, its_unit in given if its_unit == unit]
        other = [
            number for number, its_unit in said if its_unit == unit or ((number, its_unit) not in given and not unit)
        ]
        other = [number for number in other if number in one]
        if one != other:
            return f"{' '.join(one)} {unit} became {' '.join(other)} {unit}"
    return ""


def _difference(one: Counter[str], other: Counter[str]) -> str:
    return f"lost: {', '.join(one - other)}; new: {', '.join(other - one)}" if one != other else ""


def _meant(name: str, text: str, said: str) -> dict[str, str]:
    """Whether both say not, or neither; and whether the translation is in its language and about as long."""
    of, bare, bare_said, share = CHECKS[name], _bare(text), _bare(said), len(said) / len(text)
    odd = len(text) > SHORT and not of["shortest"] < share < of["longest"]
    like = _looks_like(bare_said)
    return {
        "not": "says no where its text does not, or the other way round"
        if _says_no(ENGLISH, bare, name, bare_said) or _says_no(name, bare_said, ENGLISH, bare)
        else "",
        "length": f"has {len(said)} letters for {len(text)}" if odd else "",
        "language": f"is in {LANGUAGES[like]}" if like not in (name, "") else "",
        "commas": "has a comma, colon or bracket of Latin letters"
        if _HALF_WIDTH.search(bare_said) and text[0] != "|"
        else "",
    }


def _bare(text: str) -> str:
    return _ANY_KEPT.sub(" ", text)


def _says_no(one: str, text: str, other: str, said: str) -> bool:
    """Whether a text says no for certain in one language, and what says the same in another does not at all."""
    perhaps = CHECKS[other]["not"] + "|" + CHECKS[other]["perhaps_not"]
    return bool(re.search(CHECKS[one]["not"], text, re.I)) and not re.search(perhaps, said, re.I)


def _looks_like(text: str) -> str:
    """The language whose common words a text has most; none for a short one, or one without any."""
    found = {name: len(re.findall(of["common"], text)) for name, of in CHECKS.items()}
    return max(found, key=lambda name: found[name]) if len(re.findall(r"\w+", text)) > 3 and any(found.values()) else ""


def _worded(name: str, text: str, said: str, terms: Terms) -> dict[str, str]:
    """Whether the terms of a text are translated as the glossary translates them."""
    lost = {
        term
        for term in map(str.lower, terms.pattern.findall(_bare(text)))
        if not any(all(_stem(name, part) in said.lower() for part in word.split()) for word in terms.words[term])
    }
    return {"terms": f"has no word for {', '.join(sorted(lost))}" if lost else ""}


def _stem(name: str, word: str) -> str:
    """The beginning of a word that stays the same however it is used."""
    return word[: max(3, len(word) - CHECKS[name]["endings"])]


EVERYDAY = ("hold", "leak", "potassium leak", "burst", "closed", "term", "open")
"""Terms that are also words of every day, so that a translation often has other words for them."""


def terms_of(catalogue: polib.POFile) -> Terms:
    """The terms of the glossary, in a catalogue."""
    found: dict[str, list[str]] = {}
    for entry in catalogue:
        if (PAGES[0], "") in entry.occurrences and entry.msgid.startswith("|") and entry.msgstr.startswith("|"):
            names, words = (
                re.sub(r" \(.*?\)", "", row.split("|")[1]).strip().lower().split(", ")
                for row in (entry.msgid, entry.msgstr)
            )
            found |= {term: words for term in names if len(term) > 3 and term not in EVERYDAY}
    longest_first = "|".join(sorted(map(re.escape, found), key=len, reverse=True))
    return Terms(re.compile(rf"\b({longest_first})s?\b", re.I), found)


def run(only_check: bool) -> list[tuple[str, Trouble]]:
    """Bring all catalogues up to date, unless they are only checked; what is wrong in each language."""
    found = []
    for name in OTHERS:
        catalogue = polib.pofile(str(catalogue_of(name)), wrapwidth=WIDTH) if only_check else merge(name)
        if not only_check:
            catalogue.save(str(catalogue_of(name)))
        found += [(name, trouble) for trouble in troubles(name, catalogue)]
    return found
