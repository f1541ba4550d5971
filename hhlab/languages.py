"""The language of the course: English, or one that has a catalogue in `locale`.

The texts are written in English. A catalogue has the translation of each of them; a text that it does not have stays
English. The language is that of the variable HHLAB_LANG, or else of the working folder, such as hhlab-course-hr.
"""

import contextlib
import functools
import gettext
import io
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

LANGUAGES = {"en": "English", "hr": "Hrvatski", "id": "Bahasa Indonesia", "zh": "简体中文"}
"""What each language calls itself, by its code."""
ENGLISH = "en"
LOCALE = Path(__file__).parent / "locale"
VARIABLE = "HHLAB_LANG"
POINTS = ".。"
"""What ends a sentence."""
NOT_YET = " *(English)*"
"""Stands after a paragraph that has no translation yet."""
_OF_FOLDER = re.compile(rf"(?:.*-)?({'|'.join(LANGUAGES)})")
_VALUE = re.compile(r"\\\{\d\\\}")
_LINK = re.compile(r"(\]\([^)#\s]*#)([^)]+)")
_ITEM = re.compile(r"\s*(?:[-*]|\d+\.) ")
_ALONE = re.compile(r"\s*(?:\||#+ |!\[|<)")


def language(name: str | None = None) -> str:
    """The language in which the course speaks to you, or the choice of another one.

    Parameters
    ----------
    name : str, optional
        "en" (English), "hr" (Croatian), "id" (Indonesian) or "zh" (Chinese); without it, the language stays as it is.
        What is on the page already stays in the language that it has; run its cell again.

    Returns
    -------
    str
        The code of the language.

    Raises
    ------
    ValueError
        If the course does not have the language.
    """
    if name is not None:
        if name not in LANGUAGES:
            raise ValueError(f"the course does not speak {name!r}: choose one of {', '.join(LANGUAGES)}")
        os.environ[VARIABLE] = name
    chosen = os.environ.get(VARIABLE, "")
    if chosen in LANGUAGES:
        return chosen
    try:
        return of_folder(os.getcwd())
    except OSError:  # the folder is gone
        return ENGLISH


@contextlib.contextmanager
def spoken(name: str) -> Iterator[None]:
    """Speak a language for a while."""
    before = os.environ.get(VARIABLE)
    language(name)
    try:
        yield
    finally:
        os.environ.pop(VARIABLE)
        os.environ |= {VARIABLE: before} if before is not None else {}


@functools.lru_cache(maxsize=16)
def of_folder(folder: str) -> str:
    """The language of a working folder, told by its name or by that of the folder around it."""
    named = (_OF_FOLDER.fullmatch(name) for name in Path(folder).parts[:-3:-1])
    return next((found[1] for found in named if found), ENGLISH)


def in_other_languages(folder: Path) -> list[Path]:
    """The working folders of the same course in the other languages, whether they are there or not."""
    own = of_folder(str(folder))
    english = folder if own == ENGLISH else folder.parent
    if folder.name != own and own != ENGLISH:
        english /= folder.name.removesuffix(f"-{own}")
    others = [place for name in LANGUAGES for place in (english / name, english.parent / f"{english.name}-{name}")]
    return [place for place in (english, *others) if place != folder]


def per_language(function: Callable[P, T]) -> Callable[P, T]:
    """Like functools.cache, with a result of its own for each language."""
    cached = functools.cache(lambda _, *args, **kwargs: function(*args, **kwargs))
    return functools.wraps(function)(lambda *args, **kwargs: cached(catalogue_of(language()), *args, **kwargs))


def translated(text: str, count: object = None) -> str:
    """A text in the language of the course, in its form for so many things if they are counted."""
    if not text or (name := language()) == ENGLISH:
        return text
    found = _catalogue(name)
    return found.ngettext(text, text, int(str(count))) if str(count).isdecimal() else found.gettext(text)


def in_templates(environment: Any) -> None:
    """Have the templates of Jinja speak the language of the course."""
    environment.policies["ext.i18n.trimmed"] = True
    environment.install_gettext_callables(translated, lambda one, many, count: translated(many, count))


def told(error: object) -> str:
    """What an error says, in the language of the course: its values are put into the translation of its sentence."""
    text = str(error)
    name, whole = language(), translated(text)
    if name == ENGLISH or whole != text:
        return whole
    matches = ((pattern.fullmatch(text), said) for pattern, said in _errors(name))
    given, said = next(((found.groups(), said) for found, said in matches if found), ((), ""))
    values = [told(value) if " " in value else value for value in given]  # a single word is a name in code
    return re.sub(r"\{(\d)\}", lambda place: values[int(place[1])], said) if said else text


def from_any(text: str) -> str:
    """A text of any language, such as a chosen option, in that of the course; without the point at its end."""
    return translated(_english().get(text.rstrip(POINTS), text)).rstrip(POINTS)


@functools.cache
def _english() -> dict[str, str]:
    """The English texts, by their translations into any language without the points at their ends."""
    return {each.msgstr.rstrip(POINTS): each.msgid for name in LANGUAGES for each in _translated(name)}


def page(text: str) -> str:
    """A text of several paragraphs in the language of the course."""
    return "".join(_put(part) if is_text else part for part, is_text in blocks(text))


def blocks(text: str) -> list[tuple[str, bool]]:
    """A page of Markdown in pieces: paragraphs, items of lists and rows of tables, and between them what is no text."""
    found: list[tuple[str, bool]] = []
    in_code = False
    for line in text.splitlines(keepends=True):
        fence = line.lstrip().startswith("```")
        in_code ^= fence
        last, goes_on = found[-1] if found else ("", False)
        if fence or in_code or not line.strip():
            found.append((line, False))
        elif goes_on and not (_ITEM.match(line) or _ALONE.match(line) or _ALONE.match(last)):
            found[-1] = last + line, True
        else:
            found.append((line, True))
    return found


def _put(part: str) -> str:
    """A piece of a page in the language of the course, with the space around it; marked if it is not translated yet."""
    text = part.strip()
    said = translated(text)
    if said == text and language() != ENGLISH and has_words(text) and not _ALONE.match(text):
        said += NOT_YET
    return part.replace(text, _LINK.sub(lambda link: link[1] + _anchors(language()).get(link[2], link[2]), said))


def has_words(text: str) -> bool:
    """Whether there is something to translate in a text, beside code, equations, symbols and places of values."""
    return bool(re.search(r"[^\W\d_A-Z]{2}", re.sub(r"`[^`]*`|\{\w+\}|\$+[^$]*\$+|\]\([^)]*\)|</?\w[^>]*>", "", text)))


def catalogue_of(name: str) -> Path:
    """The catalogue of a language, whether it is there or not."""
    return LOCALE / f"{name}.po"


@functools.cache
def _file(name: str) -> Any:
    """The catalogue of a language as its file has it; an empty one where that is missing or cannot be read."""
    try:
        import polib

        return polib.pofile(str(catalogue_of(name)))
    except (ImportError, OSError, ValueError):
        return None


def _translated(name: str) -> list[Any]:
    file = _file(name)
    return file.translated_entries() if file else []


@functools.cache
def _catalogue(name: str) -> gettext.NullTranslations:
    """The translations into a language."""
    file = _file(name)
    return gettext.GNUTranslations(io.BytesIO(file.to_binary())) if file else gettext.NullTranslations()


@functools.cache
def _anchors(name: str) -> dict[str, str]:
    """Where links to headings lead, in JupyterLab and on GitHub: from their English names to those of a language."""
    headings = [(each.msgid, each.msgstr) for each in _translated(name) if each.msgid.startswith("#")]
    return {anchor(one): anchor(other) for one, other in headings for anchor in (in_jupyter, on_github)}


def in_jupyter(heading: str) -> str:
    """The place of a heading, as links name it in JupyterLab."""
    return heading.lstrip("# ").replace(" ", "-")


def on_github(heading: str) -> str:
    """The place of a heading, as links name it on GitHub."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")


@functools.cache
def _errors(name: str) -> list[tuple[re.Pattern[str], str]]:
    """Each sentence of an error that has values, as a pattern, and its translation; those that say most come first."""
    with_values = [each for each in _translated(name) if "{0}" in each.msgid]
    with_values.sort(key=lambda each: -len(re.sub(r"\{\d\}", "", each.msgid)))
    return [(re.compile(_VALUE.sub("(.*)", re.escape(each.msgid)), re.DOTALL), each.msgstr) for each in with_values]
