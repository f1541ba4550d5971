"""The course in other languages: its texts, its notebooks, its working folders and its work logs."""

import json
import os
from pathlib import Path

import polib
import pytest
from robots import ABOVE_CHANCE, ROBOTS, chance, choices, percent

import hhlab as hh
from hhlab import claims, course_folder, languages, questions
from hhlab.lab import log_file
from hhlab.languages import LANGUAGES, NOT_YET, blocks, in_other_languages, of_folder, page, told, translated
from hhlab.quantities import read_quantity
from hhlab.texts import TextFiles, of_course

OTHERS = [name for name in LANGUAGES if name != "en"]
LOOKING = ("the longest", "the shortest", "the longer of the middle two", "most words of the question")
"""Robots that need not understand the language."""
ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(autouse=True)
def english(monkeypatch):
    """Whatever a test chooses, the next one begins in English."""
    monkeypatch.setenv("HHLAB_LANG", "en")


@pytest.fixture
def catalogue(tmp_path, monkeypatch):
    """Croatian with the translations that a test gives."""

    def put(**given):
        file = polib.POFile()
        file.metadata = {"Content-Type": "text/plain; charset=utf-8",
                         "Plural-Forms": "nplurals=3; plural=(n%10==1 ? 0 : n%10>=2 && n%10<=4 ? 1 : 2);"}  # fmt: skip
        for text, said in given.items():
            forms = {"msgid_plural": text, "msgstr_plural": dict(enumerate(said))}
            file.append(polib.POEntry(msgid=text, **(forms if isinstance(said, tuple) else {"msgstr": said})))
        file.save(str(tmp_path / "hr.po"))
        monkeypatch.setattr(languages, "LOCALE", tmp_path)
        for each in (languages._file, languages._catalogue, languages._errors):
            each.cache_clear()
        hh.language("hr")

    yield put
    for each in (languages._file, languages._catalogue, languages._errors):
        each.cache_clear()


def test_a_language_is_chosen_and_told():
    assert hh.language() == "en"
    assert hh.language("zh") == hh.language() == os.environ["HHLAB_LANG"] == "zh"
    with pytest.raises(ValueError, match="the course does not speak 'fr': choose one of en, hr, id, zh"):
        hh.language("fr")
    assert hh.language() == "zh"


@pytest.mark.parametrize(
    ("folder", "name"),
    [("/a/me/hhlab-course-hr", "hr"), ("/drive/id", "id"), ("/drive/zh/assignments", "zh"), ("/a/hr/b/c", "en"),
     ("/a/me/hhlab-course", "en"), ("/", "en"), ("/a/mehr", "en")],
)  # fmt: skip
def test_a_folder_tells_its_language(folder, name, monkeypatch):
    assert of_folder(folder) == name
    monkeypatch.delenv("HHLAB_LANG")
    monkeypatch.setattr(os, "getcwd", lambda: folder)
    assert hh.language() == name
    monkeypatch.setenv("HHLAB_LANG", "klingon")
    assert hh.language() == name


def test_where_the_folder_is_gone_the_course_is_english(monkeypatch, tmp_path):
    monkeypatch.delenv(languages.VARIABLE, raising=False)
    monkeypatch.chdir(tmp_path)
    tmp_path.rmdir()
    assert languages.language() == "en"


def test_a_missing_catalogue_or_text_is_english(catalogue, monkeypatch, tmp_path):
    catalogue(Hold="Zadrži")
    assert (translated("Hold"), translated("Undo"), translated("")) == ("Zadrži", "Undo", "")
    hh.language("id")
    assert translated("Hold") == "Hold"
    (tmp_path / "zh.po").write_text("this is no catalogue\n")
    hh.language("zh")
    assert translated("Hold") == "Hold"


def test_counted_things_have_forms(catalogue, tmp_path):
    catalogue(**{"There are {count} spikes.": ("{count} potencijal", "{count} potencijala", "{count} potencijalâ")})
    (tmp_path / "words.toml").write_text('[some]\nspikes = "There are {count} spikes."\n')
    from hhlab.texts import sentences

    sentence = sentences(tmp_path / "words.toml")
    assert [sentence("some.spikes", count=n) for n in (21, 3, 7)] == ["21 potencijal", "3 potencijala", "7 potencijalâ"]


def test_texts_follow_the_language_at_once(catalogue, tmp_path):
    (tmp_path / "some.toml").write_text(
        '[a]\nsays = """\nOne\nline."""\nbench = """two\nlines"""\nlist = ["One line."]\n'
    )
    texts = TextFiles(tmp_path / "some.toml")
    catalogue(**{"One line.": "Jedan redak."})
    assert texts["a"] == {"says": "Jedan redak.", "bench": "two\nlines", "list": ["Jedan redak."]}
    hh.language("en")
    assert texts["a"]["says"] == "One line."


def test_claims_questions_and_misconceptions_follow_the_language(catalogue):
    claim, question = claims.find(5), questions.find("which_gate")
    option = question.options["only_h"]
    catalogue(**{claim.statement: "Tvrdnja.", question.text: "Pitanje?", option.wording: "Samo h.",
                 claims.MISCONCEPTIONS["M1"].text: "Zabluda."})  # fmt: skip
    assert claims.find(5).statement == "Tvrdnja."
    assert claims.MISCONCEPTIONS["M1"].text == "Zabluda."
    asked = questions.find("which_gate")
    assert (asked.text, asked.options["only_h"].wording) == ("Pitanje?", "Samo h.")
    assert asked.options.keys() == question.options.keys()
    hh.language("en")
    assert claims.find(5) == claim
    assert questions.find("which_gate") is question


@pytest.mark.parametrize("robot", LOOKING)
@pytest.mark.parametrize("name", OTHERS)
def test_no_wording_gives_an_answer_away(name, robot):
    hh.language(name)
    asked = choices()
    assert percent(ROBOTS[robot], asked) <= chance(asked) + ABOVE_CHANCE


def test_an_error_is_told_with_its_values(catalogue):
    catalogue(**{
        "{0} = {1} is outside {2} to {3}: give a value in this range": "{0} = {1} nije između {2} i {3}",
        "{0}; did you mean {1}?": "{0}; misliš li na {1}?",
        "hhlab knows no drug {0}": "hhlab ne poznaje tvar {0}",
    })  # fmt: skip
    with pytest.raises(ValueError, match="outside") as range_error:
        hh.Squid(T=99)
    assert told(range_error.value) == "T = 99 degC nije između 0 i 40 degC"
    with pytest.raises(ValueError, match="did you mean") as name_error:
        hh.blocked(hh.Squid(), "TTZ")
    assert told(name_error.value) == "hhlab ne poznaje tvar TTZ; misliš li na TTX?"
    assert told("something else") == "something else"


def far_along():
    hh.propagate(hh.Axon(), hh.Step(20, duration=0.5), at=99)


def letters_below_numbers():
    path = Path("rec.csv")
    path.write_text("t (ms),V (mV)\n0,-65\n1,-65\n2,x\n")
    hh.Recorded.read(path)


PIECES = [
    (lambda: hh.blocked(hh.Squid(), "ouabain"), "the pump"),
    (lambda: read_quantity("5 ms", "mV"), "a voltage"),
    (lambda: read_quantity("5 ms", "uA/cm2"), "a current per area"),
    (far_along, "99 cm is beyond the end of this axon, which is 5 cm long"),
    (letters_below_numbers, "line 4"),
]
"""Errors, and a piece of each that is a message of its own."""


@pytest.mark.parametrize("name", OTHERS)
@pytest.mark.parametrize(("wrong", "piece"), PIECES)
def test_pieces_of_an_error_are_told_in_its_language(tmp_path, monkeypatch, wrong, piece, name):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match=piece) as error:
        wrong()
    hh.language(name)
    said = told(error.value)
    assert piece not in said
    assert told(piece) in said
    assert said != told(str(error.value).replace(piece, "x"))


def test_a_whole_sentence_is_told_before_one_with_values(catalogue):
    catalogue(**{"it has {0}": "ima: {0}", "it has no reason: write one": "nema razloga: napišite ga"})
    assert told("it has no reason: write one") == "nema razloga: napišite ga"
    assert told("it has three") == "ima: three"


def test_a_page_is_translated_piece_by_piece_and_what_is_new_is_marked(catalogue):
    catalogue(**{"# A title": "# Naslov", "- one item\n  of two lines": "- stavka", "| a | row |": "| redak | da |",
                 "A paragraph\nof two lines.": "Odlomak."})  # fmt: skip
    text = "# A title\n\nA paragraph\nof two lines.\n\n- one item\n  of two lines\n- another item\n\n"
    text += "| a | row |\n|---|---|\n"
    new = "\nNew text.\n\n```python\nA paragraph\n```\n\n$$E = mc^2$$\n"
    said = "# Naslov\n\nOdlomak.\n\n- stavka\n- another item *(English)*\n\n| redak | da |\n|---|---|\n"
    assert page(text + new) == said + f"\nNew text.{NOT_YET}\n\n```python\nA paragraph\n```\n\n$$E = mc^2$$\n"
    assert "".join(part for part, _ in blocks(text + new)) == text + new


@pytest.mark.parametrize("name", OTHERS)
def test_notebooks_of_another_language_have_the_same_cells_and_code(name, tmp_path):
    hh.language(name)
    course_folder.write(tmp_path)
    source = of_course("notebooks")
    for path in sorted(source.rglob("[0-9]*.ipynb")):
        there = tmp_path / path.relative_to(source)
        english, made = (json.loads(each.read_text("utf-8")) for each in (path, there))
        assert [cell.get("id") for cell in english["cells"]] == [cell.get("id") for cell in made["cells"]]
        for one, other in zip(english["cells"], made["cells"], strict=True):
            if one["cell_type"] == "code":
                assert one == other
            else:
                assert other["metadata"]["hhlab"] == course_folder.hash_of(other)
                assert "*(English)*" not in "".join(other["source"])


def test_the_other_folders_of_a_course():
    assert Path("/a/hhlab-course-hr") in in_other_languages(Path("/a/hhlab-course"))
    assert Path("/a/hhlab-course") in in_other_languages(Path("/a/hhlab-course-hr"))
    assert Path("/a/hhlab-course-id") in in_other_languages(Path("/a/hhlab-course-hr"))
    assert {Path("/drive"), Path("/drive/zh")} <= {*in_other_languages(Path("/drive/id"))}
    assert all(folder not in in_other_languages(folder) for folder in map(Path, ("/drive", "/drive/id", "/a/b-hr")))


def test_a_work_log_goes_along_and_comes_back(tmp_path):
    english, croatian = (tmp_path / each / "03.worklog.jsonl" for each in ("course", "course-hr"))
    for path in (english, croatian):
        path.parent.mkdir()
    log_file._log_at.cache_clear()
    first = log_file._log_at(english)
    first.add("answer", "one", answer="a")
    there = log_file._log_at(croatian)
    assert (there.last("answer", "one")["answer"], there.seed) == ("a", first.seed)
    assert not croatian.exists()
    there.add("answer", "one", answer="b")
    log_file._log_at.cache_clear()
    back = log_file._log_at(english)
    assert [entry["answer"] for entry in back.entries("answer", "one")] == ["a", "b"]
    assert back.last("answer", "one")["answer"] == "b"
    back.add("answer", "two", answer="c")
    assert len(english.read_text().splitlines()) == 4
