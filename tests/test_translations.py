"""The catalogues of translations: complete, checked, and checks that find what they are there for."""

import itertools
import random
import re
from collections import Counter

import polib
import pytest

from hhlab import languages, translate
from hhlab.translate import CHECKS, OTHERS, Trouble, merge, messages, troubles

DEFECTS, FOUND = 500, 0.95
CATALOGUES = {name: polib.pofile(str(languages.catalogue_of(name)), wrapwidth=translate.WIDTH) for name in OTHERS}
TERMS = {name: translate.terms_of(catalogue) for name, catalogue in CATALOGUES.items()}
TEXTS = {name: [each for each in catalogue if not each.msgid_plural] for name, catalogue in CATALOGUES.items()}
NUMBER = r"(?<![\w.{])\d+(?:\.\d+)?(?![\w}])"
NO = {"hr": "nije", "id": "tidak", "zh": "不会"}


@pytest.mark.parametrize("name", OTHERS)
def test_every_text_is_translated_and_passes_the_checks(name):
    assert troubles(name, CATALOGUES[name]) == []


@pytest.mark.parametrize("name", OTHERS)
def test_the_catalogue_is_as_the_command_writes_it(name):
    assert str(merge(name)) == str(CATALOGUES[name])


@pytest.mark.parametrize("name", OTHERS)
def test_counted_things_have_all_their_forms(name):
    counted = [entry for entry in CATALOGUES[name] if "{count}" in entry.msgid]
    assert counted
    for entry in counted:
        assert len(entry.msgstr_plural) == translate._forms(name)
        assert all("{count}" in form for form in entry.msgstr_plural.values())


def number_altered(entry, name, chance):
    found = chance.choice([*re.finditer(NUMBER, entry.msgstr)])
    return entry.msgstr[: found.start()] + found[0] + "7" + entry.msgstr[found.end() :]


def numbers_swapped(entry, name, chance):
    pairs = itertools.pairwise(re.finditer(NUMBER, entry.msgstr))
    one, other = chance.choice([(a, b) for a, b in pairs if a[0] != b[0]])
    said = entry.msgstr
    return said[: one.start()] + other[0] + said[one.end() : other.start()] + one[0] + said[other.end() :]


def not_dropped(entry, name, chance):
    assert re.search(CHECKS["en"]["not"], translate._bare(entry.msgid), re.I)
    said, count = re.subn(CHECKS[name]["not"], "", entry.msgstr, flags=re.I)
    assert count == 1
    return said


def not_added(entry, name, chance):
    of = CHECKS["en"]
    assert not re.search(f"{of['not']}|{of['perhaps_not']}", translate._bare(entry.msgid), re.I)
    if name == "zh":
        place = chance.choice(
            [each.start() for each in re.finditer(r"(?<=[\u4e00-\u9fff])[\u4e00-\u9fff]", entry.msgstr)]
        )
        return entry.msgstr[:place] + NO[name] + entry.msgstr[place:]
    place = chance.choice([each.start() for each in re.finditer(r"(?<=[a-zčćšžđ] )[a-zčćšžđ]", entry.msgstr)])
    return f"{entry.msgstr[:place]}{NO[name]} {entry.msgstr[place:]}"


def lost(kind):
    def drop(entry, name, chance):
        found = chance.choice([*re.finditer(translate._KEPT[kind], entry.msgstr, re.M)])
        return entry.msgstr[: found.start()] + entry.msgstr[found.end() :]

    return drop


def term_replaced(entry, name, chance):
    terms = TERMS[name].words
    term = chance.choice(TERMS[name].pattern.findall(translate._bare(entry.msgid))).lower()
    words = chance.choice([word for word in terms[term] if word.lower() in entry.msgstr.lower()])
    other = chance.choice([each for each in terms if not set(terms[each]) & set(terms[term])])
    said, count = re.subn(re.escape(words), terms[other][0], entry.msgstr, flags=re.I)
    assert count
    assert not any(word.lower() in terms[other][0].lower() for word in terms[term])
    return said


def translation_missing(entry, name, chance):
    return ""


def left_in_english(entry, name, chance):
    assert len(re.findall(r"[a-z]{2,}", translate._bare(entry.msgid))) > 5
    return entry.msgid


def in_another_language(entry, name, chance):
    assert len(re.findall(r"[a-z]{2,}", translate._bare(entry.msgid))) > 8
    other = chance.choice([each for each in OTHERS if each != name])
    return next(each.msgstr for each in TEXTS[other] if each.msgid == entry.msgid)


KINDS = {
    "a number altered": number_altered, "numbers swapped": numbers_swapped, "not dropped": not_dropped,
    "not added": not_added, "code lost": lost("code"), "a mark lost": lost("marks"),
    "HTML lost": lost("HTML"), "a link lost": lost("links"),
    "a value lost": lost("places"), "a term replaced": term_replaced, "missing": translation_missing,
    "left in English": left_in_english, "in another language": in_another_language,
}  # fmt: skip


def defects():
    """Defects of all kinds, in all languages: the kind, the language, the text, and its spoilt translation."""
    chance, made = random.Random(2026), []
    kinds = list(KINDS)
    while len(made) < DEFECTS:
        kind, name = kinds[len(made) % len(kinds)], chance.choice(OTHERS)
        entry = chance.choice(TEXTS[name])
        try:
            said = KINDS[kind](entry, name, chance)
        except (AssertionError, IndexError):
            continue
        if said != entry.msgstr:
            made.append((kind, name, entry, said))
    return made


def test_the_checks_find_nineteen_of_twenty_defects():
    missed, made = Counter(), Counter()
    for kind, name, entry, said in defects():
        made[kind] += 1
        spoilt = polib.POEntry(msgid=entry.msgid, msgstr=said, tcomment=entry.tcomment)
        failed = translate.of_one(name, spoilt, TERMS[name])
        missed[kind] += not failed
    assert missed.total() <= (1 - FOUND) * DEFECTS, dict(missed)
    assert all(missed[kind] < made[kind] / 3 for kind in made), dict(missed)


def test_what_is_not_translated_or_not_used_is_told(tmp_path, monkeypatch):
    catalogue = polib.pofile(str(languages.catalogue_of("hr")))
    catalogue.pop(5)
    catalogue.append(polib.POEntry(msgid="Nobody says this.", msgstr="Nitko ovo ne kaže."))
    gone = next(text for text in messages() if text not in {entry.msgid for entry in catalogue})
    assert set(troubles("hr", catalogue)) == {
        Trouble("missing", gone, "is not in the catalogue"),
        Trouble("unused", "Nobody says this.", "stands nowhere in the course"),
    }


def test_a_changed_text_is_english_until_its_translation_is_looked_at(tmp_path, monkeypatch):
    old = next(entry for entry in CATALOGUES["hr"] if entry.msgid == "go back to the beginning")
    catalogue = polib.pofile(str(languages.catalogue_of("hr")))
    next(entry for entry in catalogue if entry.msgid == old.msgid).msgid = "Go back to the beginning, please"
    catalogue.save(str(tmp_path / "hr.po"))
    monkeypatch.setattr(languages, "LOCALE", tmp_path)
    merged = merge("hr")
    entry = next(entry for entry in merged if entry.msgid == old.msgid)
    assert (entry.msgstr, entry.fuzzy, entry.previous_msgid) == (old.msgstr, True, "Go back to the beginning, please")
    assert Trouble("missing", old.msgid, "has no translation") in troubles("hr", merged)
    assert entry not in merged.translated_entries()


def test_the_correction_in_contributing_works(tmp_path, monkeypatch):
    (given,) = re.findall(
        r"<!-- correction -->\n```po\n(.*?)```", (translate.PACKAGE.parent / "CONTRIBUTING.md").read_text(), re.S
    )
    english, said = re.findall(r'"(.*)"', given)
    catalogue = polib.pofile(str(languages.catalogue_of("hr")))
    entry = next(entry for entry in catalogue if entry.msgid == english)
    assert entry.occurrences == [("hhlab/lab/words.toml", "")]
    entry.msgstr = said
    assert [trouble for trouble in troubles("hr", catalogue) if trouble.text == english] == []
    catalogue.save(str(tmp_path / "hr.po"))
    monkeypatch.setattr(languages, "LOCALE", tmp_path)
    monkeypatch.setenv("HHLAB_LANG", "hr")
    for each in (languages._file, languages._catalogue):
        each.cache_clear()
    assert languages.translated(english) == said
    for each in (languages._file, languages._catalogue):
        each.cache_clear()
