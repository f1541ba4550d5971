"""Grading: whatever a learning platform or a hostile student makes of it, each gets what is right for them."""

import csv
import functools
import html
import io
import json
import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import pytest
from classroom import RUNS_CODE, answers, filled, output, written

import hhlab
from hhlab.assignments.grade import grade
from hhlab.assignments.judge import Given
from hhlab.assignments.notebook import UnreadableError, read_answers
from hhlab.assignments.submissions import _files, file_name
from hhlab.assignments.work import judged, rules
from hhlab.cli import main
from hhlab.languages import ENGLISH, LANGUAGES
from hhlab.translate import CHECKS, messages

NAME, COURSE = "pump", "bio2"
USUAL = {"assignment": NAME, "unlocked": True}
ROSTER = "student,name,grade\nab1,Ada Aster,\nab2,Ben Birch,\nab3,Cem Cedar,\n"
FIVE = Path(__file__).parent / "five_submissions"


@pytest.fixture
def classroom(tmp_path):
    """A roster of three, and a folder for what they hand in."""
    (tmp_path / "roster.csv").write_text(ROSTER)
    (tmp_path / "in").mkdir()
    return tmp_path


def graded(room, places=None, **how):
    return grade(places or [room / "in"], COURSE, room / "roster.csv", room / "out", **USUAL | how)


def handed_in(room, place, student, given=None, /, **forged):
    return written(room / "in" / place, filled(NAME, COURSE, student, given, **forged))


def grades(room, name="roster.csv", column="grade"):
    text = (room / "out" / name).read_text("utf-8-sig")
    return [row[column] for row in csv.DictReader(io.StringIO(text))]


@RUNS_CODE
def test_the_five_submissions_of_the_guide(tmp_path):
    done = grade([FIVE / "handed_in"], COURSE, FIVE / "roster.csv", tmp_path, unlocked=True)
    assert {who: points for who, (points, _) in done.grades().items()} == {
        "ab1201": 18, "ab1211": 9, "ab1210": 3, "ab1204": 18,
    }  # fmt: skip
    rows = list(csv.DictReader(io.StringIO((tmp_path / "roster.csv").read_text("utf-8-sig"))))
    assert [row["Grade"] for row in rows] == ["100", "50", "16.67", "100", "", ""]
    assert done.silent == ["ab1206"]
    ((_, who, because),) = done.people
    assert who == "ab1205"
    assert because.startswith("8 of its cells hand in answers, but none of them has an output")
    told = {who: " ".join(text for each, text in done.remarks if each == who) for who, _ in done.remarks}
    assert "'E_K' is answered in 2 cells. The last one counts." in told["ab1204"]
    page = (tmp_path / "feedback" / "ab1211.html").read_text()
    assert "This is what you get with the logarithm to base 10." in page
    assert "Potassium is positive and comes in" in page
    report = (tmp_path / "report.html").read_text()
    assert "Raising potassium outside hyperpolarises the cell" in report


@RUNS_CODE
@pytest.mark.parametrize("name", [name for name in LANGUAGES if name != ENGLISH])
def test_pages_are_in_one_language_and_points_are_the_same(tmp_path, monkeypatch, name):
    said = [text for text, files in messages().items() if files[0].startswith("hhlab/assignments/")]
    fixed = {max(re.split(r"\{\w+\}|%\(\w+\)s", text), key=len).strip() for text in said}
    monkeypatch.setenv("HHLAB_LANG", name)
    done = grade([FIVE / "handed_in"], COURSE, FIVE / "roster.csv", tmp_path, unlocked=True)
    assert grades_of(done) == {"ab1201": 18, "ab1211": 9, "ab1210": 3, "ab1204": 18}
    rows = list(csv.DictReader(io.StringIO((tmp_path / "roster.csv").read_text("utf-8-sig"))))
    assert [row["Grade"] for row in rows] == ["100", "50", "16.67", "100", "", ""]
    own_words = [each.because for verdicts in done.marks.values() for each in verdicts if each.because]
    for path in [*(tmp_path / "feedback").iterdir(), tmp_path / "report.html"]:
        text = re.sub(r'<style>.*?</style>|<img alt="| src="[^"]*">|<[^>]*>', " ", path.read_text(), flags=re.DOTALL)
        text = functools.reduce(lambda text, own: text.replace(own, ""), own_words, html.unescape(text))
        assert not re.findall(CHECKS[ENGLISH]["common"], text)
        assert not [each for each in fixed if len(each) > 2 and re.search(rf"(?<!\w){re.escape(each)}(?!\w)", text)]


def grades_of(done):
    return {who: points for who, (points, _) in done.grades().items()}


@pytest.mark.parametrize(
    ("place", "student", "words"),
    [
        (
            "Eve Evil_9_assignsubmission_file_/x.ipynb",
            "ab1",
            "no student, or more than one, on the roster is called 9 / Eve",
        ),
        ("x.ipynb", "zz9", "its student id 'zz9' is not on the roster"),
    ],
)
def test_who_is_not_on_the_roster_needs_a_person(classroom, place, student, words):
    handed_in(classroom, place, student)
    ((_, _, because),) = graded(classroom).people
    assert words in because


def test_copies_of_one_file(classroom):
    some = dict(list(answers(NAME, COURSE, "ab1").items())[:2])
    handed_in(classroom, "x.ipynb", "ab1")
    handed_in(classroom, "x (2).ipynb", "ab1")
    handed_in(classroom, "a.ipynb", "ab2")
    handed_in(classroom, "a(1).ipynb", "ab2", some)
    done = graded(classroom)
    assert grades_of(done) == {"ab1": 16}
    assert done.remarks == []
    ((_, who, because),) = done.people
    assert (who, because) == ("ab2", "there are several notebooks with different answers: keep only one")


OTHER = {
    "course": ({"course": "bio3"}, "it belongs to the course 'bio3', not 'bio2'"),
    "assignment": ({"assignment": "ions"}, "it belongs to the assignment 'ions', not 'pump'"),
    "version": ({"assignment": "new_one"}, "this version of hhlab has no assignment 'new_one': install a newer one"),
}


@pytest.mark.parametrize(("forged", "because"), OTHER.values(), ids=OTHER)
def test_of_another_course_or_assignment(classroom, forged, because):
    handed_in(classroom, "x.ipynb", "ab1", **forged)
    assert [why for _, _, why in graded(classroom).people] == [because]
    assert grades(classroom) == ["", "", ""]


def test_where_nothing_can_be_read_the_first_reasons_are_told(classroom, capsys):
    handed_in(classroom, "ab1_attempt_2026-11-01_x.ipynb", "ab1")
    (classroom / "in/ab2").mkdir()
    (classroom / "in/ab2/x.ipynb").write_bytes(b"{}")
    assert main(["grade", str(classroom / "in"), "--course", COURSE, "--roster", str(classroom / "roster.csv"),
                 "--out", str(classroom / "out"), "--jobs", "1"]) == 1  # fmt: skip
    first, second, last = capsys.readouterr().err.splitlines()
    assert "x.ipynb: hhlab cannot read Blackboard's file names" in first
    assert second.endswith("x.ipynb: it is not a notebook in format 4: open it in JupyterLab and save it again.")
    assert last == "there is no notebook with answers: say which assignment is meant with --assignment"


def test_ids_are_compared_without_case(classroom):
    handed_in(classroom, "x.ipynb", "ab1", student=" AB1 ", course="BIO2")
    assert grades_of(graded(classroom)) == {"ab1": 16}


HOSTILE = {
    "broken": b'{"cells": [',
    "nothing": b"",
    "binary": bytes(range(256)) * 40,
    "deep": b"[" * 200_000,
    "list": b"[]",
    "cells of nonsense": b'{"cells": [1, null, [], {"cell_type": "code", "outputs": {"a": 1}}]}',
    "outputs of nonsense": b'{"cells": [{"cell_type": "code", "outputs": [3, {"data": 4}]}]}',
    "old format": b'{"worksheets": [], "nbformat": 3}',
    "huge number": b'{"cells": ' + b"9" * 10_000 + b"}",
    "deep output": b'{"cells": [{"cell_type": "code", "outputs": [{"data": '
    + b"[" * 100_000
    + b"]" * 100_000
    + b"}]}]}",
    "no cells": b'{"metadata": {}, "nbformat": 4, "nbformat_minor": 5}',
    "cells of a number": b'{"cells": 4, "nbformat": "four", "nbformat_minor": null}',
    "not a number": b'{"cells": [{"cell_type": NaN, "outputs": [Infinity]}]}',
    "keys twice": b'{"cells": [], "cells": {}}',
    "no answers": json.dumps({"cells": [{"cell_type": "code", "source": "1", "outputs": []}]}).encode(),
    "too large": b" " * (20 * 2**20 + 1),
}


def test_one_bad_file_never_stops_the_others(classroom):
    for number, (name, data) in enumerate(HOSTILE.items()):
        path = classroom / "in" / f"Ben Birch_{number}_assignsubmission_file_" / f"{name}.ipynb"
        path.parent.mkdir()
        path.write_bytes(data)
    (classroom / "in/not a zip.zip").write_bytes(b"PK\3\4 nothing")
    handed_in(classroom, "good.ipynb", "ab1")
    done = graded(classroom)
    assert grades_of(done) == {"ab1": 16}
    assert len(done.people) == len(HOSTILE) + 1
    assert grades(classroom) == ["16", "", ""]


@pytest.mark.skipif(os.name != "posix", reason="names of bytes")
def test_names_that_are_no_text(classroom, capsys):
    """Neither half a character nor a control sequence reaches a page or a terminal."""
    place = os.fsencode(classroom / "in")
    for name in (b"\xff\xfe.ipynb", b"a\x1b[2J\nb.ipynb"):
        Path(os.fsdecode(os.path.join(place, name))).write_bytes(b"{}")
    handed_in(classroom, "good.ipynb", "ab1")
    assert main(["grade", str(classroom / "in"), "--course", COURSE, "--roster", str(classroom / "roster.csv"),
                 "--out", str(classroom / "out"), "--jobs", "1"]) == 0  # fmt: skip
    told = capsys.readouterr().out + (classroom / "out/report.html").read_text()
    assert "\x1b" not in told
    assert told.count("is not a notebook in format 4") == 4


SPOILT = {
    "no metadata": lambda made: [made.pop("metadata"), [cell.pop("metadata") for cell in made["cells"]]],
    "ids twice": lambda made: [cell.update(id="same") for cell in made["cells"]],
    "no ids": lambda made: [cell.pop("id") for cell in made["cells"]],
    "no version": lambda made: [made.pop("nbformat"), made.pop("nbformat_minor")],
    "a later version": lambda made: made.update(nbformat=5, nbformat_minor=0),
    "wrong types": lambda made: [
        cell.update(metadata=3, execution_count="x", attachments=[]) for cell in made["cells"]
    ],
    "cells beside": lambda made: made.update(cells=[None, 7, {"cell_type": []}, *made["cells"], {"cell_type": "?"}]),
    "outputs beside": lambda made: [cell["outputs"].insert(0, {"output_type": 3}) for cell in made["cells"][1:2]],
}


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT)
def test_answers_survive_a_notebook_that_is_not_sound(spoil):
    """What other tools leave out or write twice costs nobody an answer, and changes none."""
    made = filled(NAME, COURSE, "ab1")
    spoil(made)
    assert read_answers(json.dumps(made).encode()).answers == answers(NAME, COURSE, "ab1")


HARD_TO_PARSE = ("-" * 19_000 + "1", "1+" * 9000 + "1", "a." * 9000 + "b", "(" * 19_000, "0x" + "f" * 19_000, "\0")


@pytest.mark.parametrize("text", HARD_TO_PARSE, ids=range(len(HARD_TO_PARSE)))
def test_sources_that_are_hard_to_parse(text):
    made = filled(NAME, COURSE, "ab1")
    cell = next(cell for cell in made["cells"] if cell["id"] == "ATP-answer")
    cell["source"] = f'lab.answer("ATP", {text}, "mM")'
    assert len(read_answers(json.dumps(made).encode()).answers) == 8


def test_scripts_and_formulas_stay_text(classroom):
    evil = "<script>alert(1)</script>\"&'=cmd|calc!A1"
    (classroom / "roster.csv").write_text(f'student,name,grade\nab1,"{evil.replace(chr(34), chr(34) * 2)}",\n')
    given = answers(NAME, COURSE, "ab1")
    given["falling_phase"] = replace(given["falling_phase"], because=evil)
    given["ATP"] = Given(evil, "=1+1")
    given["minutes"] = Given("1", "min", evil)
    handed_in(classroom, f"{evil.replace('/', '')}.ipynb", "ab1", given)
    graded(classroom)
    for page in ("feedback/ab1.html", "report.html"):
        text = (classroom / "out" / page).read_text()
        assert "<script" not in text
        assert "default-src 'none'" in text
        assert not re.search(r'://|(src|href)="(?!data:)', text)
    assert "&lt;script&gt;" in (classroom / "out/report.html").read_text()
    assert re.fullmatch(r"[\d.]+", grades(classroom)[0])


def test_forged_outputs_earn_nothing(classroom):
    """What an output claims to be worth is not read; numbers are judged for the student's own variant."""
    theirs = answers(NAME, COURSE, "ab2")
    handed_in(classroom, "x.ipynb", "ab1", theirs, right=True, points=100, score=100, variant={"T": 6.3}, truth=1)
    done = graded(classroom)
    points = {each.task: each.points for each in done.marks["ab1"]}
    assert sum(points.values()) < 5
    assert points["at_once"] == points["rise"] == points["minutes"] == 0


def test_outputs_without_their_code_and_other_ids_are_seen(classroom):
    made = filled(NAME, COURSE, "ab1")
    cell = next(cell for cell in made["cells"] if cell["id"] == "ATP-answer")
    cell["source"] = ["1 + 1"]
    written(classroom / "in/x.ipynb", made)
    other = filled(NAME, COURSE, "ab2")
    given = Given("1.5", "mM")
    other["cells"][2]["outputs"] = [output(NAME, COURSE, "ab1", "rise", given)]
    written(classroom / "in/y.ipynb", other)
    done = graded(classroom)
    assert grades(classroom)[0] == "16"
    ((_, _, because),) = done.people
    assert because.startswith("its answers belong to different students, courses or assignments: pump / bio2 / ab1 and")


@pytest.mark.parametrize("field", ["value", "unit", "because", "task", "course", "student", "assignment", "format"])
@pytest.mark.parametrize("wrong", [None, 3, [], {"a": 1}, "x" * 100_000, "\ud800", "a\x00b"], ids=repr)
def test_nonsense_in_an_answer(field, wrong):
    """It is left out, or judged as what it is; it never raises anything but that the file cannot be read."""
    made = filled(NAME, COURSE, "ab1", **{field: wrong})
    try:
        handed = read_answers(json.dumps(made).encode())
        json.dumps(list(handed.answers.values()), default=vars).encode()
    except UnreadableError:
        pass


@RUNS_CODE
def test_code_that_cannot_be_run_here_is_no_zero(classroom, monkeypatch):
    from hhlab.assignments import sandbox

    written(classroom / "in/x.ipynb", filled("ions", COURSE, "ab1"))
    monkeypatch.setattr(sandbox.Sandbox, "run", lambda *_: (_ for _ in ()).throw(sandbox.NotRunError("it rains")))
    done = graded(classroom, assignment="ions")
    assert done.people == [("", "ab1", "it rains.")]
    assert grades(classroom) == ["", "", ""]
    assert "could not be graded" in (classroom / "out/feedback/ab1.html").read_text()
    monkeypatch.undo()
    assert grades_of(graded(classroom, assignment="ions")) == {"ab1": 18}


def test_it_goes_on_where_it_ended_and_order_does_not_matter(classroom, monkeypatch):
    for student in ("ab1", "ab2", "ab3"):
        handed_in(classroom, f"{student}.ipynb", student)
    seen = []

    def interrupted(work, *how):
        seen.append(work.student)
        if len(seen) == 2:
            raise KeyboardInterrupt
        return judged(work, *how)

    monkeypatch.setattr("hhlab.assignments.work.judged", interrupted)
    with pytest.raises(KeyboardInterrupt):
        graded(classroom)
    monkeypatch.setattr("hhlab.assignments.work.judged", judged)
    assert len(seen) == 2
    assert len(list((classroom / "out/results").glob("*.json"))) == 1
    with ThreadPoolExecutor(3) as pool:
        graded(classroom, executor=pool)
    first = {path.name: path.read_bytes() for path in (classroom / "out").rglob("*") if path.is_file()}
    shutil.rmtree(classroom / "out")
    monkeypatch.setattr("hhlab.assignments.submissions._files", lambda *how: list(_files(*how))[::-1])
    graded(classroom)
    assert first == {path.name: path.read_bytes() for path in (classroom / "out").rglob("*") if path.is_file()}
    monkeypatch.setattr("hhlab.assignments.work.judged", None)
    assert grades_of(graded(classroom)) == {"ab1": 16, "ab2": 16, "ab3": 16}


def test_what_fails_while_it_is_graded_needs_a_person_and_stops_nobody(classroom, monkeypatch):
    for student in ("ab1", "ab2"):
        handed_in(classroom, f"{student}.ipynb", student)
    monkeypatch.setattr(
        "hhlab.assignments.work.judged", lambda work, *how: judged(work, *how) if work.student == "ab2" else 1 / 0
    )
    done = graded(classroom)
    assert grades_of(done) == {"ab2": 16}
    because = "grading it failed (ZeroDivisionError: division by zero): try again, or tell the makers of hhlab"
    assert done.people == [("", "ab1", because)]
    pool = ThreadPoolExecutor(1)
    pool.shutdown()
    shutil.rmtree(classroom / "out")
    done = graded(classroom, executor=pool)
    assert grades_of(done) == {"ab2": 16}
    assert done.people == [("", "ab1", because)]


def test_a_changed_answer_is_graded_anew(classroom):
    handed_in(classroom, "x.ipynb", "ab1")
    graded(classroom)
    handed_in(classroom, "x.ipynb", "ab1", {"ATP": Given("1.0", "pmol/cm2")})
    assert grades_of(graded(classroom)) == {"ab1": 0}


def test_marks_that_are_kept_follow_the_code(classroom, monkeypatch):
    """Any file of the package, with those of the tasks, and any version of what computes may change what is right."""
    handed_in(classroom, "x.ipynb", "ab1")
    graded(classroom)
    marked = []
    monkeypatch.setattr("hhlab.assignments.work.judged", lambda *how: marked.append(how) or judged(*how))
    graded(classroom)
    assert not marked
    package = classroom / "hhlab"
    shutil.copytree(Path(hhlab.__file__).parent, package, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr("hhlab.assignments.work._PACKAGE", package)
    course = ("assignments/course/pump.py", "assignments/course/pump.toml", "assignments/pages/feedback.html.j2")
    for number, path in enumerate(("kernel.py", "questions/the_pump.toml", *course)):
        with (package / path).open("a") as file:
            file.write("\n")
        rules.cache_clear()
        graded(classroom)
        assert len(marked) == number + 1
    monkeypatch.setattr("hhlab.assignments.work.version", lambda name: "0" if name == "numpy" else version(name))
    rules.cache_clear()
    graded(classroom)
    rules.cache_clear()
    assert len(marked) == 6


def test_the_rules_are_the_same_in_every_process():
    code = "from hhlab.assignments.work import rules; print(rules())"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == rules()


def test_names_of_pages_cannot_climb():
    names = [file_name(each) for each in ("../../x", "..", "con/nul", "ä", "a" * 100, "=cmd", "ab1")]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z0-9_-]+", name) for name in names)
    assert names[-1] == "ab1"


def test_what_a_teacher_gets_wrong(classroom, capsys):
    there = str(classroom / "in")
    common = ["--course", COURSE, "--roster", str(classroom / "roster.csv"), "--jobs", "1"]
    for arguments, words in (
        ([there, "--out", str(classroom / "out")], "there is no notebook with answers"),
        (["nowhere", "--out", str(classroom / "out")], "/nowhere does not exist: give a folder, a zip or a notebook"),
        ([there, "--out", str(classroom)], "holds the roster itself"),
        (
            [there, "--out", str(classroom / "out"), "--assignment", "x"],
            "this version of hhlab has no assignment 'x'; it has ions",
        ),
    ):
        assert main(["grade", *arguments, *common]) == 1
        assert words in capsys.readouterr().err


def test_the_command(classroom, capsys):
    handed_in(classroom, "x.ipynb", "ab1")
    written(classroom / "in/y.ipynb", {"cells": []})
    out = classroom / "out"
    assert main(["grade", str(classroom / "in"), "--course", COURSE, "--roster", str(classroom / "roster.csv"),
                 "--out", str(out), "--jobs", "1"]) == 0  # fmt: skip
    told = capsys.readouterr()
    assert f"Could not be graded: {classroom / 'in/y.ipynb'}: no cell of it hands in an answer" in told.out
    assert told.out.startswith(
        "Grades written into the column 'grade' of roster.csv: 1. They are out of 16 points. The ids are in the "
        "column 'student'.\n"
    )
    assert "pump: graded 1, for you to look at 1, handed in nothing 2." in told.out
    assert grades(classroom) == ["16", "", ""]
