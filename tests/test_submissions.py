"""The intake: whose a file is, what of it is read, and what is said of all that is not."""

import io
import json
import os
import re
import subprocess
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor

import pytest
from classroom import answers, filled

from hhlab.assignments import opened
from hhlab.assignments.grade import grade
from hhlab.assignments.opened import MOST_FILES
from hhlab.assignments.roster import read_roster
from hhlab.assignments.submissions import sort_out

NAME, COURSE = "pump", "bio2"
ROSTER = 'Identifier,ID number,Full name,Grade\nP 12345,ab1,"Aster, Ada",\nP 12346,ab2,"Birch, Ben",\nP 7,ab3,Cem,\n'
ADA, BEN = "Ada Aster_12345_assignsubmission_file_", "Ben Birch_12346_assignsubmission_file_"


@pytest.fixture
def classroom(tmp_path):
    """A roster of three with Moodle's numbers, and a folder for what they hand in."""
    (tmp_path / "roster.csv").write_text(ROSTER)
    (tmp_path / "in").mkdir()
    return tmp_path


def graded(room, *places, **how):
    return grade(places or [room / "in"], COURSE, room / "roster.csv", room / "out", **{"assignment": NAME, **how})


def work(student, given=None, **forged):
    return json.dumps(filled(NAME, COURSE, student, given, **forged)).encode()


def put(room, place, data):
    path = room / "in" / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def zipped(members, method=zipfile.ZIP_DEFLATED):
    """A zip with members by name."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return stream.getvalue()


def points(done):
    return {who: earned for who, (earned, _) in done.grades().items()}


def whose(room, *places):
    """The names of files by student, as they are told by names alone."""
    told = sort_out(places or [room / "in"], read_roster(room / "roster.csv"), room / "out")
    return {student: [file.name for file in files] for student, files in told.files.items()}, told


PLACES = {
    "moodle": f"{ADA}/x.ipynb",
    "moodle, no mark at the end": "Ada Aster_12345_assignsubmission_file/x.ipynb",
    "moodle, a name with numbers": "Ada 2_3 Aster_12345_assignsubmission_file_/x.ipynb",
    "moodle, a folder inside": f"{ADA}/my work/x.ipynb",
    "canvas": "asterada_12345_998877_x.ipynb",
    "canvas, late": "asterada_LATE_12345_998877_x.ipynb",
    "canvas, a name with signs": "aster_o_ada2_12345_998877_01_x.ipynb",
    "folders by id": "ab1/pump/pump.ipynb",
    "folders by id, in capitals": "AB1/x.ipynb",
    "any name": "my work (final).ipynb",
    "a copy": "x(1).ipynb",
}


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
@pytest.mark.parametrize("packed", ["folder", "zip"])
def test_layouts_that_are_read(classroom, place, packed):
    if packed == "zip":
        (classroom / "all.zip").write_bytes(zipped({place: work("ab1")}))
        done = graded(classroom, classroom / "all.zip")
    else:
        put(classroom, place, work("ab1"))
        done = graded(classroom)
    assert points(done) == {"ab1": 16}
    assert not done.people
    unnamed = place in (PLACES["any name"], PLACES["a copy"])
    assert ("Some notebooks (1) say only by the id inside" in " ".join(done.notes)) == unnamed
    assert ("say only by the id inside" in (classroom / "out/report.html").read_text()) == unnamed


REFUSED = {
    "moodle without folders": (f"{ADA}x.ipynb", "Moodle packed it without folders: download it again, with 'Download"),
    "blackboard": (
        "gradebook_bio2_ab1_attempt_2026-11-29-10-00-00_x.ipynb",
        "hhlab cannot read Blackboard's file names: put",
    ),
    "a zip of nobody": ("work.zip", "nothing says whose zip this is: give the zip of the platform itself, or put"),
    "a folder of nobody": ("wrapped/x.ipynb", "nobody on the roster has this id: give the folder that holds one"),
    "nobody of moodle": (
        "Eve_9_assignsubmission_file_/x.ipynb",
        "no student, or more than one, on the roster is called 9 /",
    ),
    "nobody of canvas": ("evil_9_10_x.ipynb", "no student, or more than one, on the roster is called 9 / evil"),
}


@pytest.mark.parametrize(("place", "words"), REFUSED.values(), ids=REFUSED)
def test_layouts_that_are_refused(classroom, place, words):
    put(classroom, place, work("ab1"))
    put(classroom, place.replace("x.ipynb", "y.ipynb"), work("ab2"))
    put(classroom, "ab3/x.ipynb", work("ab3"))
    done = graded(classroom)
    assert points(done) == {"ab3": 16}
    assert all(because.startswith(words) for _, _, because in done.people)
    assert done.people


def test_a_layout_that_is_refused_is_told_once(classroom):
    for number in range(30):
        put(classroom, f"Ada Aster_{number}_assignsubmission_file_x.ipynb", work("ab1"))
    ((where, _, _),) = graded(classroom).people
    assert where.endswith("(+29)")


FORGED = {
    "an inner zip with a notebook of another": {
        f"{ADA}/work.zip": {"ab2/Ben Birch_12346_assignsubmission_file_/x.ipynb"}
    },
    "an inner zip named as by Canvas": {f"{ADA}/work.zip": {"birchben_12346_9_x.ipynb"}},
    "a copy": {f"{ADA}/01_ions(1).ipynb": None},
    "the innermost folder": {f"{ADA}/ab2/{BEN}/x.ipynb": None},
    "a file of Canvas named after another": {"asterada_12345_1_birchben_12346_2_x.ipynb": None},
    "a zip of Canvas": {"asterada_12345_1_work.zip": {f"{BEN}/x.ipynb"}},
    "a folder by id": {"ab1/ab2/x.ipynb": None},
    "a folder by id with a zip": {"ab1/ab2.zip": {"ab2/x.ipynb"}},
    "climbing": {f"{ADA}/work.zip": {f"../{BEN}/x.ipynb"}},
    "climbing for Windows": {f"{ADA}/work.zip": {f"..\\{BEN}\\x.ipynb"}},
}


@pytest.mark.parametrize("packed", ["folder", "zip"])
@pytest.mark.parametrize("made", FORGED.values(), ids=FORGED)
def test_nobody_hands_in_as_another(classroom, made, packed):
    """What lies inside of A's layer is A's: it is never B's grade, and never B's state."""
    ((place, inside),) = made.items()
    data = zipped(dict.fromkeys(inside, work("ab2"))) if inside else work("ab2")
    if packed == "zip":
        (classroom / "all.zip").write_bytes(zipped({place: data}))
        done = graded(classroom, classroom / "all.zip")
    else:
        put(classroom, place, data)
        done = graded(classroom)
    ((_, who, because),) = done.people
    assert (who, because) == ("ab1", "ab1 handed it in, but its first cell says that it belongs to ab2")
    assert done.silent == ["ab2", "ab3"]
    assert not points(done)


@pytest.mark.parametrize("place", ["ab1", ADA], ids=["id", "moodle"])
@pytest.mark.parametrize("packed", ["folder", "zip"])
def test_a_folder_of_one_student_given_by_itself_is_still_theirs(classroom, place, packed):
    """As a shell does it: hhlab grade handed_in/*."""
    if packed == "zip":
        path = put(classroom, f"{place}.zip", zipped({"ab2/x.ipynb": work("ab2")}))
    else:
        path = put(classroom, f"{place}/ab2/x.ipynb", work("ab2")).parents[1]
    assert whose(classroom, path)[0] == {"ab1": ["x.ipynb"]}
    flat = put(classroom, f"{BEN}{ADA}.zip", zipped({"ab1/x.ipynb": work("ab1")}))
    assert whose(classroom, flat)[0] == {}
    canvas = put(classroom, "asterada_12345_1_work.zip", zipped({"ab2/x.ipynb": work("ab2")}))
    assert whose(classroom, canvas)[0] == {"ab1": ["work.zip"]}


def test_another_id_beside_ones_own_work_is_told(classroom):
    put(classroom, "ab1/x.ipynb", work("ab1"))
    put(classroom, "ab1/y.ipynb", work("ab2"))
    done = graded(classroom)
    assert points(done) == {"ab1": 16}
    assert [(who, because) for _, who, because in done.people] == [
        ("ab1", "ab1 handed it in, but its first cell says that it belongs to ab2")
    ]
    assert "ab2" not in (classroom / "out/feedback/ab1.html").read_text()


def test_pages_of_students_show_no_place_of_the_teacher(classroom):
    put(classroom, f"{ADA}/work.zip", zipped({"x.ipynb": work("ab1"), "x(1).ipynb": work("ab1"), "a.png": b"1"}))
    done = graded(classroom)
    page = (classroom / "out/feedback/ab1.html").read_text()
    ((_, remark),) = done.remarks
    assert remark.endswith("work.zip: a.png was left out: it is not a notebook (.ipynb).")
    assert str(classroom) not in page
    assert "assignsubmission" not in page
    assert points(done).keys() == {"ab1"}


def test_late_marks_are_those_of_the_platform(classroom):
    put(classroom, "asterada_LATE_12345_998877_x.ipynb", b"")
    put(classroom, "birchben_12346_998878_x_LATE_1_2_x.ipynb", b"")
    put(classroom, "late_7_1_x.ipynb", b"")
    assert whose(classroom)[1].late == {"ab1"}


def test_which_of_two_files_counts_is_for_a_person(classroom):
    """The number that a browser or Canvas puts into a name does not say which of them is meant."""
    some = dict(list(answers(NAME, COURSE, "ab1").items())[:2])
    put(classroom, "asterada_12345_1001_02_pump.ipynb", work("ab1", some))
    put(classroom, "asterada_12345_1002_02_pump-1.ipynb", work("ab1"))
    done = graded(classroom)
    assert points(done) == {}
    ((where, who, because),) = done.people
    assert (who, because) == ("ab1", "there are several notebooks with different answers: keep only one")
    assert "asterada" in where


def test_the_folder_that_is_written_to_may_lie_among_the_submissions(classroom):
    put(classroom, "ab1/x.ipynb", work("ab1"))
    for _ in range(2):
        done = grade([classroom / "in"], COURSE, classroom / "roster.csv", classroom / "in/graded", assignment=NAME)
        assert points(done) == {"ab1": 16}
        assert not done.people


def many(count):
    return {f"{number}.ipynb": b"{}" for number in range(count)}


TOO_MUCH = {
    "20,000 notebooks": (
        lambda: zipped(many(20_000)),
        f"one person handed in more than {MOST_FILES} files: keep only",
    ),
    "40 notebooks of 20 MB": (
        lambda: zipped(dict.fromkeys(map("{}.ipynb".format, range(40)), b" " * (20 * 2**20))),
        "one person handed in more than 50 MB, unpacked",
    ),
    "40 large files": (
        lambda: zipped(dict.fromkeys(map("{}.ipynb".format, range(40)), b" " * (25 * 2**20))),
        "one person handed in more than 50 MB, unpacked",
    ),
    "a bomb": (lambda: zipped({"x.ipynb": b"0" * (64 * 2**20)}), "it is larger than 20 MB"),
    "a large zip": (
        lambda: zipped({"x.ipynb": os.urandom(21 * 2**20)}, zipfile.ZIP_STORED),
        "it is larger than 20 MB",
    ),
    "a zip in a zip": (
        lambda: zipped({"a.zip": zipped({"x.ipynb": work("ab1")})}),
        "it is a zip in a zip: hand in the",
    ),
    "no zip": (lambda: b"PK\3\4 nothing", "it is a zip that cannot be read"),
    "an empty file": (lambda: b"", "it is empty"),
    "no notebook": (
        lambda: zipped({"a.docx": b"1", "b.png": b"2"}),
        "it is not a notebook (.ipynb)",
    ),
    "bzip2": (
        lambda: zipped({"x.ipynb": work("ab1")}, zipfile.ZIP_BZIP2),
        "it cannot be read (it is compressed in an unusual",
    ),
    "lzma": (
        lambda: zipped({"x.ipynb": work("ab1")}, zipfile.ZIP_LZMA),
        "it cannot be read (it is compressed in an unusual",
    ),
    "a million values": (lambda: zipped({"x.ipynb": b"[" + b"0," * 10**6 + b"0]"}), "it holds more than 500000 values"),
}


@pytest.mark.parametrize(("made", "words"), TOO_MUCH.values(), ids=TOO_MUCH)
@pytest.mark.parametrize("packed", ["folder", "zip"])
def test_who_breaks_a_bound_needs_a_person_and_all_others_go_on(classroom, made, words, packed):
    inside = {f"{ADA}/work.zip": made(), f"{BEN}/x.ipynb": work("ab2")}
    if packed == "zip":
        (classroom / "all.zip").write_bytes(zipped(inside))
        done = graded(classroom, classroom / "all.zip")
    else:
        for place, data in inside.items():
            put(classroom, place, data)
        done = graded(classroom)
    assert points(done) == {"ab2": 16}
    assert {who for _, who, _ in done.people} == {"ab1"}
    assert all(because.startswith(words) for _, _, because in done.people)


def test_reading_takes_no_longer_than_its_bound(classroom, monkeypatch):
    put(classroom, "ab1/x.ipynb", work("ab1"))
    monkeypatch.setattr(opened, "MOST_SECONDS", -1)
    assert [why for _, _, why in graded(classroom).people] == ["reading it took more than -1 s: keep only the notebook"]


@pytest.mark.parametrize("packed", ["folder", "zip", "zip of a student"])
def test_what_systems_keep_for_themselves_is_nobodys_work(classroom, packed):
    """It needs no person, does not count as a second notebook, and hides nothing."""
    kept = (".ipynb_checkpoints/x-checkpoint.ipynb", "__MACOSX/._x.ipynb", "._x.ipynb", ".DS_Store")
    inside = {"x.ipynb": work("ab1"), **{name: work("ab1", {}) for name in kept}}
    if packed == "zip of a student":
        put(classroom, f"{ADA}/work.zip", zipped(inside))
    else:
        for name, data in inside.items():
            put(classroom, f"{ADA}/{name}", data)
    places = []
    if packed == "zip":
        (classroom / "all.zip").write_bytes(zipped({f"{ADA}/{name}": data for name, data in inside.items()}))
        places = [classroom / "all.zip"]
    done = graded(classroom, *places)
    assert (points(done), done.people, done.remarks) == ({"ab1": 16}, [], [])


def test_more_notebooks_than_one_person_may_hand_in_where_only_the_id_inside_says_whose(classroom, monkeypatch):
    monkeypatch.setattr("hhlab.assignments.work.MOST_FILES", 2)
    for number in range(3):
        put(classroom, f"{number}.ipynb", work("ab1"))
    done = graded(classroom)
    (person,) = done.people
    assert (points(done), person[1]) == ({}, "ab1")
    assert person[2].startswith("one person handed in more than")


def test_members_of_one_name_are_each_their_own(classroom):
    """As some programs write zips: the second does not hide the first."""
    data = zipped({"x.ipynb": work("ab1"), "y.ipynb": work("ab2")}).replace(b"y.ipynb", b"x.ipynb")
    (classroom / "all.zip").write_bytes(data)
    assert points(graded(classroom, classroom / "all.zip")) == {"ab1": 16, "ab2": 16}


def test_a_zip_with_a_broken_member(classroom):
    """The others are graded, and its own student is told of."""
    path = classroom / "all.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("ab1/good.ipynb", work("ab1"))
        archive.writestr("ab2/bad.ipynb", work("ab2") * 3)
        begin = archive.getinfo("ab2/bad.ipynb").header_offset + 60
    data = bytearray(path.read_bytes())
    data[begin : begin + 200] = b"\x55" * 200
    path.write_bytes(data)
    done = graded(classroom, path)
    assert points(done) == {"ab1": 16}
    assert [(who, because.split("(")[0]) for _, who, because in done.people] == [("ab2", "it cannot be read ")]


def test_a_zip_whose_size_is_a_lie(classroom):
    path = classroom / "all.zip"
    path.write_bytes(
        zipped({"ab1/x.ipynb": b"0" * 2**20}).replace((2**20).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    )
    ((_, who, because),) = graded(classroom, path).people
    assert (who, because.split("(")[0]) == ("ab1", "it cannot be read ")


def test_a_zip_of_the_teacher_that_cannot_be_read(classroom):
    (classroom / "all.zip").write_bytes(b"PK\3\4 nothing")
    with pytest.raises(ValueError, match=r"all\.zip cannot be read as a zip \(.*\): download it again"):
        graded(classroom, classroom / "all.zip")


@pytest.mark.skipif(os.name != "posix", reason="links and pipes")
def test_what_is_no_file(classroom):
    """Links, pipes, and folders that are called like a notebook: a sentence each, and nothing waits for them."""
    outside = put(classroom, "../elsewhere/x.ipynb", work("ab1"))
    place = classroom / "in"
    put(classroom, "ab3/x.ipynb", work("ab3"))
    (place / "ab1").symlink_to(outside.parent)
    (place / "link.ipynb").symlink_to(outside)
    (place / "ab2").mkdir()
    (place / "ab2/link.ipynb").symlink_to(outside)
    (place / "ab2/folder").symlink_to(outside.parent)
    os.mkfifo(place / "ab2/pipe.ipynb")
    os.mkfifo(place / "pipe.ipynb")
    put(classroom, "ab2/folder.ipynb/x.ipynb", work("ab2"))
    put(classroom, "folder.ipynb/x.ipynb", work("ab2"))
    put(classroom, "ab2/.ipynb/x.ipynb", work("ab2"))
    done = graded(classroom)
    assert points(done) == {"ab3": 16}
    link = "it is a link to another place: give the file itself"
    folder = "it is a folder, although its name is that of a notebook: give the notebook"
    pipe = "it is neither a file nor a folder"
    assert sorted((who, because) for _, who, because in done.people) == sorted(
        [("", link), ("", link), ("", pipe), ("", folder), ("ab2", link), ("ab2", link), ("ab2", pipe), ("ab2", folder),
         ("ab2", folder)]
    )  # fmt: skip


def test_the_assignment_is_told_by_the_first_that_can_be_read(classroom):
    """By the most of them, on any executor; what cannot be read, or is of another, does not decide."""
    rows = "".join(f"s{number:02},\n" for number in range(30))
    (classroom / "roster.csv").write_text(f"student,grade\n{rows}")
    for number in range(25):
        put(classroom, f"s{number:02}/x.ipynb", b"{")
    put(classroom, "s25/x.ipynb", json.dumps(filled("ions", COURSE, "s25", {})).encode())
    put(classroom, "s26/x.ipynb", json.dumps(filled("ions", COURSE, "s26")).encode())
    for number in (27, 28):
        put(classroom, f"s{number}/x.ipynb", work(f"s{number}"))
    with ThreadPoolExecutor(2) as pool:
        done = graded(classroom, assignment="", executor=pool)
    assert done.assignment == "pump"
    assert points(done) == {"s27": 16, "s28": 16}


def test_every_layout_is_in_the_documentation(root):
    told = (root / "docs/assigning.md").read_text()
    for words in ("Download submissions in folders", "one folder for each id", "Canvas", "Blackboard"):
        assert words in told


MANY = """
import json, resource, sys
from hhlab.cli import main

if __name__ == "__main__":
    place, out, roster = sys.argv[1:]
    main(["grade", place, "--course", "bio2", "--roster", roster, "--out", out, "--jobs", "2"])
    with open("/proc/self/status") as status:
        own = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
    print(json.dumps([kB / 1024 for kB in (own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)]))
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="peaks of memory in other units")
def test_memory_is_flat_in_the_number_of_students(tmp_path):
    """Neither the command nor its workers hold what students handed in: the peak (MB) is that of a small class."""
    (tmp_path / "many.py").write_text(MANY)
    template = re.sub(r'"mark": "\w*"', '"mark": ""', work("s0000").decode())  # of which no variant is known
    peaks = []
    for count in (80, 320):
        ids = [f"s{number:04}" for number in range(count)]
        padding = json.dumps("x" * 2**20)
        made = {f"{each}/x.ipynb": template.replace("s0000", each)[:-1] + f', "padding": {padding}}}' for each in ids}
        (tmp_path / f"{count}.zip").write_bytes(zipped(made))
        (tmp_path / "roster.csv").write_text("student,grade\n" + "".join(f"{each},\n" for each in ids))
        command = [tmp_path / "many.py", tmp_path / f"{count}.zip", tmp_path / f"out{count}", tmp_path / "roster.csv"]
        ran = subprocess.run([sys.executable, *map(str, command)], capture_output=True, text=True, check=True)
        assert f"graded {count}, for you to look at 0" in ran.stdout
        peaks.append(json.loads(ran.stdout.splitlines()[-1]))
    assert max(map(max, peaks)) < 400
    assert peaks[1] == pytest.approx(peaks[0], abs=30)
