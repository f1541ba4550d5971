"""What a teacher changes about marks, and what a folder with grades keeps: overrides, lateness, rosters and pages."""

import csv
import io
import json
import zipfile

import pytest
from classroom import RUNS_CODE, answers, filled, written

from hhlab.assignments.adjustments import share_off
from hhlab.assignments.grade import grade
from hhlab.assignments.judge import Given
from hhlab.assignments.work import judged
from hhlab.cli import main

NAME, COURSE = "pump", "bio2"
USUAL = {"assignment": NAME, "unlocked": True}
FULL = 16
ROSTER = 'student,name,grade\nab1,"Aster, Ada",\nab2,"Birch, Ben",\nab3,"Cedar, Cem",\n'
HEADS = "student,task,points,reason\n"


@pytest.fixture
def room(tmp_path):
    """A roster of three, and folders for what they hand in and for their grades."""
    (tmp_path / "roster.csv").write_text(ROSTER)
    (tmp_path / "in").mkdir()
    (tmp_path / "out").mkdir()
    return tmp_path


def graded(room, **how):
    return grade([room / "in"], COURSE, room / "roster.csv", room / "out", **USUAL | how)


def handed_in(room, student, place="", given=None, name=NAME):
    return written(room / "in" / (place or f"{student}/x.ipynb"), filled(name, COURSE, student, given))


def overrides(room, *rows):
    (room / "out/overrides.csv").write_text(HEADS + "".join(f"{row}\n" for row in rows))


def column(path):
    return [row["grade"] for row in csv.DictReader(io.StringIO(path.read_text()))]


def points(done):
    return {who: earned for who, (earned, _) in done.grades().items()}


def page(room, student):
    return (room / f"out/feedback/{student}.html").read_text()


def test_every_run_honours_overrides_and_shows_them(room):
    handed_in(room, "ab1", given=dict(list(answers(NAME, COURSE, "ab1").items())[1:]))
    handed_in(room, "ab2")
    first = points(graded(room))
    missing = next(iter(answers(NAME, COURSE, "ab1")))
    assert (room / "out/overrides.csv").read_text() == HEADS
    assert first == {"ab1": FULL - 2, "ab2": FULL}
    rows = (f'AB1,{missing},1.5,"told me, aloud"', "ab2,Total,10,too late", "ab1,ATP,,nice", "ab1,total,,see me",
            f"ab1,{missing},,but write it down")  # fmt: skip
    overrides(room, *rows)
    for _ in range(2):
        done = graded(room)
        assert points(done) == {"ab1": FULL - 0.5, "ab2": 10}
        assert done.notes == []
        assert column(room / "out/roster.csv") == ["15.5", "10", ""]
    assert "15.5 of 16 points" in page(room, "ab1")
    assert "Your teacher gave 1.5 points instead of 0: told me, aloud" in page(room, "ab1")
    assert "told me, aloud (Your teacher says: but write it down)" in page(room, "ab1")
    assert "Your teacher says: nice" in page(room, "ab1")
    assert "see me" in page(room, "ab1")
    assert "Your teacher gave 10 points instead of 16: too late" in page(room, "ab2")
    report = (room / "out/report.html").read_text()
    assert all(words in report for words in ("told me, aloud", "1.5 points", "nice", "10 points"))
    overrides(room)
    assert points(graded(room)) == first
    assert "Your teacher" not in page(room, "ab1") + page(room, "ab2")


BAD_ROWS = {
    "zz9,total,3,x": "nobody on the roster has the id 'zz9'",
    ",total,3,x": "student = '' cannot be used: give 1 to 100 printable characters, such as ab1234",
    "ab1,ATPP,1,x": "this assignment has no task 'ATPP'; did you mean ATP?",
    "ab1,,1,x": "this assignment has no task ''; it has ",
    "ab1,ATP,2.5,x": "points = 2.5 is outside 0 to 2, which is what ATP is worth",
    "ab1,total,-1,x": "points = -1 is outside 0 to 16, which is what total is worth",
    "ab1,ATP,two,x": "'two' is not a number",
    "ab1,ATP,nan,x": "'nan' is not a number",
    "ab1,ATP,1,": "it has no reason: write one, because the student reads it",
    "ab1": "this assignment has no task ''; it has ",
    "ab1,minutes,2,twice": "another row above gives points for minutes of ab1: keep only one",
}


def test_bad_rows_are_a_sentence_each_and_stop_nothing(room, capsys):
    handed_in(room, "ab1")
    overrides(room, "ab1,minutes,0,copied", "", *BAD_ROWS)
    done = graded(room)
    assert points(done) == {"ab1": FULL - 2}
    for number, (note, words) in enumerate(zip(done.notes, BAD_ROWS.values(), strict=True), 4):
        assert note.startswith(f"Row {number} of overrides.csv was left out: {words}")
    report = (room / "out/report.html").read_text()
    assert report.count("of overrides.csv was left out") == len(BAD_ROWS)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "has no column student: its first line must be student,task,points,reason"),
        (b"student,task,reason\nab1,ATP,x\n", "has no column points"),
        (b"student,task,points,reason\nab1,\0", "has no column|is not a CSV|row 2 is left out"),
    ],
)
def test_files_of_overrides_that_do_not_do(room, data, words):
    handed_in(room, "ab1")
    (room / "out/overrides.csv").write_bytes(data)
    try:
        told = " ".join(graded(room).notes)
    except ValueError as error:
        told = str(error)
    assert any(each in told for each in words.split("|"))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "latin-1"])
def test_overrides_as_spreadsheets_write_them(room, encoding):
    """With semicolons, decimal commas, quotes, columns of one's own and lines of Windows."""
    handed_in(room, "ab1")
    text = 'Task;Student;Points;Reason;Mine\r\nATP;"ab1";1,5;"mündlich;\r\n ""gut"""\r\nminutes;ab1;0;kopiert;\r\n'
    (room / "out/overrides.csv").write_bytes(text.encode(encoding))
    assert points(graded(room)) == {"ab1": FULL - 2.5}
    assert "mündlich" in page(room, "ab1")


def test_a_total_is_for_those_too_who_could_not_be_graded(room):
    """Two notebooks that differ, and nothing at all; points of a task would leave all others at 0."""
    handed_in(room, "ab1", "ab1/a.ipynb")
    handed_in(room, "ab1", "ab1/b.ipynb", {"ATP": Given("1", "mM")})
    overrides(room, "ab2,total,7,on paper", "ab3,ATP,2,aloud")
    done = graded(room)
    assert points(done) == {"ab2": 7}
    assert "No answer." not in page(room, "ab2")
    assert "Answered" not in (room / "out/report.html").read_text()
    assert [who for _, who, _ in done.people] == ["ab1"]
    assert done.silent == ["ab3"]
    assert done.notes == [
        "The row for ab3 and ATP in overrides.csv has no effect, because nothing of this student was graded. To give "
        "points all the same, give them for total."
    ]
    overrides(room, "ab1,total,9,the second counts")
    done = graded(room)
    assert points(done) == {"ab1": 9}
    assert done.people == []
    assert "9 of 16 points" in page(room, "ab1")


def test_a_total_ends_waiting_for_code_that_did_not_run(room, monkeypatch):
    from hhlab.assignments import sandbox

    handed_in(room, "ab1", name="ions")
    monkeypatch.setattr(sandbox.Sandbox, "run", lambda *_: (_ for _ in ()).throw(sandbox.NotRunError("it rains")))
    assert points(graded(room, assignment="ions")) == {}
    overrides(room, "ab1,nernst,1,looked right")
    assert points(graded(room, assignment="ions")) == {"ab1": 16}
    overrides(room, "ab1,total,12,looked right")
    assert points(graded(room, assignment="ions")) == {"ab1": 12}


LATE = "asterada_LATE_12345_998877_x.ipynb"


def test_late_marks_are_shown_and_cost_what_the_teacher_says(room):
    handed_in(room, "ab1", LATE)
    handed_in(room, "ab2", "birchben_12346_998878_x.ipynb")
    assert points(graded(room)) == {"ab1": FULL, "ab2": FULL}
    assert "This was handed in late." in page(room, "ab1")
    assert "late" not in page(room, "ab2").partition("<body>")[2]
    assert "This was handed in late" in (room / "out/report.html").read_text()
    assert points(graded(room, late=0.1)) == {"ab1": 14.4, "ab2": FULL}
    assert "This was handed in late. 1.6 of 16 points are taken off." in page(room, "ab1")
    assert "10 % off" in (room / "out/report.html").read_text()
    overrides(room, "ab1,ATP,0,copied", "ab2,ATP,,fine")
    assert points(graded(room, late=0.5)) == {"ab1": 7, "ab2": FULL}
    overrides(room, "ab1,total,16,was ill")
    assert points(graded(room, late=0.5)) == {"ab1": FULL, "ab2": FULL}


@pytest.mark.parametrize(
    "status", ["Submitted for grading - 3 mins 31 secs late - Released", "Abgegeben - 2 Tage später"]
)
def test_late_marks_of_the_worksheet_of_moodle(room, status):
    other = "Submitted for grading - Graded - Extension granted until: Friday, 4 September 2026"
    (room / "roster.csv").write_text(
        f"Identifier,ID number,Status,Grade,Maximum Grade\nParticipant 1,ab1,{status},,16\n"
        f'Participant 2,ab2,"{other}",,16\nParticipant 3,ab3,{status},,16\n'
    )
    handed_in(room, "ab1")
    handed_in(room, "ab2")
    done = graded(room, late=0.5)
    assert points(done) == {"ab1": 8, "ab2": FULL}
    assert done.notes == []


def test_a_deduction_is_a_percentage():
    assert [share_off(text) for text in ("10%", "12,5 %", "0", "100")] == [0.1, 0.125, 0, 1]
    for wrong in ("110%", "-5%", "x", "10 mV", "nan"):
        with pytest.raises(ValueError, match=r"%|number"):
            share_off(wrong)


@pytest.mark.parametrize(("name", "course"), [("ions", COURSE), (NAME, "bio3")])
def test_a_folder_is_of_one_assignment_and_course(room, name, course):
    handed_in(room, "ab1")
    graded(room)
    before = {path: path.read_bytes() for path in room.rglob("*") if path.is_file()}
    words = f"out holds the grades of pump in the course bio2: choose another folder for {name} in {course}"
    with pytest.raises(ValueError, match=words):
        grade([room / "in"], course, room / "roster.csv", room / "out", assignment=name)
    assert before == {path: path.read_bytes() for path in room.rglob("*") if path.is_file()}


def test_a_roster_that_somebody_changed_is_kept(room):
    handed_in(room, "ab1")
    graded(room)
    handed_in(room, "ab2")
    assert graded(room).notes == []
    typed = (room / "out/roster.csv").read_text().replace('Cem",', 'Cem",11')
    (room / "out/roster.csv").write_text(typed)
    for _ in range(2):
        (note,) = graded(room).notes
        assert note.startswith(
            "Somebody has changed roster.csv in this folder, so it was kept, and the new grades are in ros"
        )
        assert "roster-2.csv" in note
        assert note in (room / "out/report.html").read_text()
        assert "The ids are in the column &#39;student&#39;" in (room / "out/report.html").read_text()
        assert (room / "out/roster.csv").read_text() == typed
        assert column(room / "out/roster-2.csv") == ["16", "16", ""]
    (room / "out/roster-2.csv").write_text("mine")
    (note,) = graded(room).notes
    assert "roster-3.csv" in note
    assert (room / "out/roster-2.csv").read_text() == "mine"


def test_a_roster_that_was_there_before_is_kept(room):
    handed_in(room, "ab1")
    (room / "out/roster.csv").write_text("mine")
    for _ in range(2):
        (note,) = graded(room).notes
        assert "the new grades are in roster-2.csv" in note
        assert (room / "out/roster.csv").read_text() == "mine"
    (room / "out/roster-2.csv").replace(room / "out/roster.csv")
    (room / "out/graded.json").unlink()
    assert graded(room).notes == []


def test_pages_of_those_no_longer_graded_go_away(room):
    handed_in(room, "ab1")
    path = handed_in(room, "ab2")
    graded(room)
    (room / "out/feedback/notes.html").write_text("mine")
    path.unlink()
    graded(room)
    assert sorted(each.name for each in (room / "out/feedback").iterdir()) == ["ab1.html", "notes.html"]
    assert [each.name for each in (room / "out/results").iterdir()] == ["ab1.json"]


@RUNS_CODE
def test_no_page_shows_another_name_or_a_path(room):
    """Neither where copies stand, nor what code says of the machine on which it ran."""
    made = filled("ions", COURSE, "ab1")
    cell = next(cell for cell in made["cells"] if cell["id"] == "nernst-answer")
    (output,) = cell["outputs"]
    data = next(data for data in output["data"].values() if isinstance(data, dict))
    data["code"] = "import numpy\ndef nernst(*_):\n    raise OSError(f'in {numpy.__file__!r} and {numpy.__file__}')"
    (room / "in/Ada Aster_1_assignsubmission_file_").mkdir()
    with zipfile.ZipFile(room / "in/Ada Aster_1_assignsubmission_file_/all.zip", "w") as archive:
        for place in ("from Ben Birch/x.ipynb", "from Ben Birch/x(1).ipynb"):
            archive.writestr(place, json.dumps(made))
    done = graded(room, assignment="ions")
    assert "ab1" in done.marks
    shown = page(room, "ab1")
    assert "the code stopped with OSError: in &#39;__init__.py&#39; and __init__.py" in shown
    assert str(room) not in shown
    assert "site-packages" not in shown
    assert "Birch" not in shown


def test_a_student_or_a_task_is_graded_again(room, monkeypatch):
    for student in ("ab1", "ab2"):
        handed_in(room, student)
    graded(room)
    seen = []
    monkeypatch.setattr(
        "hhlab.assignments.work.judged", lambda *all_of: seen.append(all_of[0].student) or judged(*all_of)
    )
    for again, who in ([], []), (["AB2"], ["ab2"]), (["ATP"], ["ab1", "ab2"]):
        assert points(graded(room, again=again)) == {"ab1": FULL, "ab2": FULL}
        assert sorted(seen) == who
        seen.clear()
    with pytest.raises(
        ValueError, match=r"--again ab9 is neither a student's id on the roster nor one of the tasks .*ATP"
    ):
        graded(room, again=["ab9"])


@RUNS_CODE
def test_one_table_of_all_assignments(room, capsys):
    """Student by assignment, in the order of the course; who needs a person has no sum."""
    for name in ("pump", "ions"):
        handed_in(room, "ab1", f"{name}/ab1/x.ipynb", name=name)
    handed_in(room, "ab2", "pump/ab2/x.ipynb")
    written(room / "in/ions/ab3/x.ipynb", {"cells": []})
    folders = []
    for name in ("pump", "ions"):
        folders.append(str(room / f"out {name}"))
        assert main(["grade", str(room / "in" / name), "--course", COURSE, "--roster", str(room / "roster.csv"),
                     "--assignment", name, "--out", folders[-1], "--jobs", "1", "--unlocked"]) == 0  # fmt: skip
    assert main(["overview", *folders, "--out", str(room / "all")]) == 0
    assert list(csv.reader(io.StringIO((room / "all/overview.csv").read_text("utf-8-sig")))) == [
        ["student", "name", "ions (18)", "pump (16)", "all (34)"],
        ["ab1", "Aster, Ada", "18", "16", "34"],
        ["ab2", "Birch, Ben", "handed in nothing", "16", "16"],
        ["ab3", "Cedar, Cem", "needs a person", "handed in nothing", ""],
    ]
    shown = (room / "all/overview.html").read_text()
    assert "<td>Birch, Ben</td><td>handed in nothing</td><td>16</td>" in shown
    capsys.readouterr()
    for wrong, words in (
        ([str(room)], "holds no grades: give folders into which hhlab grade has written"),
        ([folders[0], folders[0]], "is the second folder with grades of pump: give only one of them"),
    ):
        assert main(["overview", *wrong, "--out", str(room / "all")]) == 1
        assert words in capsys.readouterr().err


def test_the_command_says_what_was_changed(room, capsys):
    handed_in(room, "ab1", LATE)
    overrides(room, "zz9,total,3,x")
    common = ["--course", COURSE, "--roster", str(room / "roster.csv"), "--out", str(room / "out"), "--jobs", "1"]
    assert main(["grade", str(room / "in"), *common, "--late", "25 %", "--again", "ab1"]) == 0
    assert "Row 2 of overrides.csv was left out: nobody on the roster has the id 'zz9'." in capsys.readouterr().out
    assert column(room / "out/roster.csv") == ["12", "", ""]
    assert main(["grade", str(room / "in"), *common, "--late", "120%"]) == 1
    assert "--late = 120% is outside 0 % to 100 %" in capsys.readouterr().err
