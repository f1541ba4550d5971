"""Rosters: what platforms export is filled in where it should be, to their own maximum, and nothing else changes."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hhlab.assignments.roster import read_roster
from hhlab.assignments.sheet import read_sheet

CANVAS = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Pump (7788),Current Score\r\n"
    ",,,,,Manual Posting,\r\n    Points Possible,,,,,20.00,(read only)\r\n"
    '"Aster, Ada",12345,u1,ab1,A,,\r\n"Birch, ""Ben""",12346,u2,ab2,A,EX,\r\n"Student, Test",12347,,,A,,\r\n'
)


def told(column, of, ids, *, new=False, graded=1):
    """What is said of the column with grades, and of that with ids."""
    said = [f"Grades written into the column {column!r} of roster.csv: {graded}."]
    said += ["This column is new."] * new + [f"They are out of {of} points."] * bool(of)
    return " ".join([*said, f"The ids are in the column {ids!r}."])


EXPORTS = {
    "one's own": (
        "student,name,grade\nab1,Ada Aster,\nab2,Ben Birch,\n", "utf-8",
        "\nab1,Ada Aster,", "\nab1,Ada Aster,12",
        told("grade", 16, "student"),
    ),
    "Moodle": (
        "\ufeffIdentifier,Full name,ID number,Email address,Status,Grade,Maximum Grade,Grade can be changed\r\n"
        'Participant 12345,"Ada Aster",ab1,ada@example.org,Submitted,,100.00,Yes\r\n', "utf-8",
        ",,100", ",75,100", told("Grade", 100, "ID number"),
    ),
    "Moodle in German": (
        '\ufeffID,"Vollständiger Name",ID-Nummer,E-Mail-Adresse,Status,Bewertung,Bestwertung\n'
        '"Teilnehmer/in12345","Ada Aster",ab1,ada@example.org,"Zur Bewertung abgegeben",,"10,00"\n', "utf-8",
        ',,"10,00"', ',"7,5","10,00"', told("Bewertung", 10, "ID-Nummer"),
    ),
    "Moodle in French": (
        "Identifiant;Nom complet;Numéro d’identification;Statut;Note;Note maximale;La note peut être modifiée\r\n"
        "Participant12345;Ada Aster;ab1;Remis;;10,00;Oui\r\n", "cp1252",
        ";;10,00", ";7,5;10,00", told("Note", 10, "Numéro d’identification"),
    ),
    "Moodle, all grades": (
        "First name,Last name,ID number,Quiz: Pump (Real),Assignment: Ions (Real),Course total (Real)\n"
        "Ada,Aster,ab1,-,3.00,3.00\n", "utf-8",
        "ab1,-", "ab1,12", told("Quiz: Pump (Real)", 16, "ID number"),
    ),
    "Canvas": (
        CANVAS, "utf-8", "ab1,A,,\r", "ab1,A,15,\r",
        told("Pump (7788)", 20, "SIS Login ID"),
    ),
    "Canvas with commas": (
        "LastName;FirstName;ID;SIS Login ID;Section;Pump (7788)\n    Points Possible;;;;;10,00\n"
        "Aster;Ada;12345;ab1;A;\n", "utf-8",
        "ab1;A;", "ab1;A;7,5", told("Pump (7788)", 10, "SIS Login ID"),
    ),
    "Brightspace": (
        "OrgDefinedId,Username,Last Name,First Name,Pump Points Grade <Numeric MaxPoints:10 Weight:5>,"
        "End-of-Line Indicator\r\n#AB1,#ada,Aster,Ada,,#\r\n", "utf-8",
        "Ada,,#", "Ada,7.5,#",
        told("Pump Points Grade <Numeric MaxPoints:10 Weight:5>", 10, "OrgDefinedId"),
    ),
    "Brightspace, a new column": (
        "OrgDefinedId,Last Name,First Name,End-of-Line Indicator\r\n#ab1,Aster,Ada,#\r\n#ab2,Birch,Ben,#\r\n", "utf-8",
        "First Name,End-of-Line Indicator\r\n#ab1,Aster,Ada,#\r\n#ab2,Birch,Ben,#",
        "First Name,pump Points Grade,End-of-Line Indicator\r\n#ab1,Aster,Ada,12,#\r\n#ab2,Birch,Ben,,#",
        told("pump Points Grade", 16, "OrgDefinedId", new=True),
    ),
    "Blackboard": (
        '\ufeff"Last Name"\t"First Name"\t"Username"\t"Student ID"\t"Pump [Total Pts: 10 Score] |123"\n'
        '"Aster"\t"Ada"\t"ab1"\t""\t""\n', "utf-16-le",
        '""\t""\n', '""\t7.5\n', told("Pump [Total Pts: 10 Score] |123", 10, "Username"),
    ),
    "German, of Excel": (
        'Matrikelnummer;Vorname;Nachname;Bewertung;Höchste Bewertung\r\nab1;Ädä;"Müller; Aster";;10,00\r\n', "cp1252",
        'Aster";;', 'Aster";7,5;', told("Bewertung", 10, "Matrikelnummer"),
    ),
    "semicolons without a number": (
        "sep=;\r\nid;name;grade;out of\r\nab1;Ada;;10\r\n", "utf-8", "Ada;;", "Ada;7,5;",
        told("grade", 10, "id"),
    ),
    "a delimiter that is told": (
        "\ufeffsep=|\r\nid|name, first|grade|out of\r\nab1|Aster, Ada||10\r\n", "utf-8", "Ada||", "Ada|7.5|",
        told("grade", 10, "id"),
    ),
    "utf-16": (
        "\ufeffstudent\tname\tgrade\nab1\tAda\t\n", "utf-16-le", "Ada\t\n", "Ada\t12\n",
        told("grade", 16, "student"),
    ),
    "utf-16 without a mark": (
        "student\tname\tgrade\nab1\tÄda\t\n", "utf-16-le", "da\t\n", "da\t12\n",
        told("grade", 16, "student"),
    ),
    "utf-16 the other way round": (
        "student\tname\tgrade\nab1\tÄda\t\n", "utf-16-be", "da\t\n", "da\t12\n",
        told("grade", 16, "student"),
    ),
    "no column of grades": (
        "id,name\nab1,Ada\nab2\n\n", "utf-8", "name\nab1,Ada\nab2\n", "name,pump\nab1,Ada,12\nab2,,\n",
        told("pump", 16, "id", new=True),
    ),
    "formula, line end in quotes, no end": (
        'id,note,grade\nzz,"=cmd\n|x",5\nab1,,', "utf-8", "ab1,,", "ab1,,12",
        told("grade", 16, "id"),
    ),
    "ends in the middle of a row": (
        "id,grade,note\nab1", "utf-8", "ab1", "ab1,12", told("grade", 16, "id"),
    ),
}  # fmt: skip


@pytest.fixture
def roster(tmp_path):
    """The roster of a text."""

    def read(text, encoding="utf-8", *, id_column="", grade_column="", title="grade"):
        (tmp_path / "roster.csv").write_bytes(text.encode(encoding))
        listed = read_roster(tmp_path / "roster.csv", id_column=id_column)
        listed.choose_grades(grade_column, title)
        return listed

    return read


@pytest.mark.parametrize("name", EXPORTS)
def test_grades_go_where_they_should_and_every_other_byte_stays(roster, name):
    """12 of 16 points are filled in, to the platform's own maximum, and a line says where."""
    text, encoding, old, new, said = EXPORTS[name]
    listed = roster(text, encoding, title="pump")
    grades = {"ab1": (12.0, 16.0)}
    assert text.count(old) == 1
    assert listed.filled(grades).decode(encoding) == text.replace(old, new)
    assert listed.in_words(grades, {"ab1"}) == said


def test_only_the_column_of_this_assignment_is_looked_at(roster):
    """The maxima beside another column of grades say nothing of it."""
    text = "id,Grade,Maximum Grade,Pump [Total Pts: 10 Score] |123\nab1,,5,\nab2,,8,\n"
    assert roster(text, title="pump").filled({"ab1": (12.0, 16.0)}).decode() == text.replace("5,", "5,7.5")
    with pytest.raises(ValueError, match="grades out of different numbers of points, 5, 8"):
        roster(text, title="ions")


@given(st.text('a1,;\t"\r\n =é|', max_size=60), st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]))
def test_a_sheet_gives_back_every_byte(tmp_path_factory, text, encoding):
    path = tmp_path_factory.mktemp("sheet") / "x.csv"
    path.write_bytes(text.encode(encoding))
    assert read_sheet(path).to_bytes() == text.encode(encoding)


@pytest.mark.parametrize("begin", [b"PK\3\4\x14\0\6\0", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0", b"<html><table>"])
@pytest.mark.parametrize("name", ["roster.xlsx", "roster.ods", "roster.numbers", "roster.csv"])
def test_a_workbook_is_to_be_saved_as_csv(tmp_path, begin, name):
    (tmp_path / name).write_bytes(begin + bytes(range(256)))
    words = f"{name} is not a CSV file: open it in Excel, LibreOffice or Numbers, and save it as CSV"
    with pytest.raises(ValueError, match=re.escape(words)):
        read_roster(tmp_path / name)


@pytest.mark.parametrize("place", ["none.csv", "."])
def test_what_is_not_there_or_a_folder(tmp_path, place):
    with pytest.raises(ValueError, match="cannot be read: "):
        read_roster(tmp_path / place)


@pytest.mark.parametrize(
    ("text", "how", "words"),
    [
        (
            "name,grade\nAda,\n",
            {},
            "roster.csv has no column with student ids: it has name, grade; choose one with --id",
        ),
        ("student,grade\nab1,\nAB1,\n", {}, "rows 2 and 3 have the same id 'AB1': correct one"),
        ("", {}, "no column with student ids: it has nothing"),
        ("ID number,Name,Grade\n,Ada,\n,Ben,\n", {}, "no column with student ids: it has ID number, Name, Grade"),
        (
            "student,grade\nab1,\n",
            {"id_column": "nr"},
            "has no column 'nr' for student ids: it has student, grade; choose",
        ),
        ("student,grade\nab1,\n", {"grade_column": "note"}, "has no column 'note' for grades"),
        ("student,grade\nab1,\n", {"grade_column": "student"}, "has no column 'student' for grades"),
        (
            'student,grade,Maximum Grade\nab1,,"1,000"\n',
            {},
            "'1,000' can mean 1.000 or 1000: write the one that you mean",
        ),
        (
            "student,grade,Maximum Grade\nab1,,10\nab2,,20\n",
            {},
            "roster.csv has grades out of different numbers of points, 10, 20: give all rows the same number",
        ),
        (
            "SIS User ID,ID,Student,pump (1),pump (2)\nab1,1,Ada,,\n",
            {},
            "has 2 columns 'pump': choose one with --column",
        ),
        ("student,pump,Pump\nab1,,\n", {}, "has 2 columns 'pump': choose one with --column"),
    ],
)
def test_rosters_that_do_not_do(roster, text, how, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        roster(text, title="pump", **how)


@pytest.mark.parametrize(
    ("text", "how", "filled"),
    [
        ("nr,final,grade\nab1,,keep\n", {"id_column": "nr", "grade_column": "final"}, "ab1,12,keep"),
        ("student,pump (1),pump (2)\nab1,,\n", {"grade_column": "pump (2)"}, "ab1,,12"),
        ("student,Ions (1),Pump (2)\nab1,,\n", {"grade_column": "ions"}, "ab1,12,"),
    ],
)
def test_a_column_that_is_named(roster, text, how, filled):
    grades = roster(text, title="pump", **how).filled({"ab1": (12.0, 16.0)}).decode()
    assert grades.splitlines()[1] == filled


@pytest.mark.parametrize(("most", "written"), [("10", "5"), ("0", "3"), ("", "3"), ("2,5", '"1,25"'), ("-", "3")])
def test_grades_are_out_of_what_the_roster_says(roster, most, written):
    """Half of 6 points; where the roster has no number above 0 there, points are written as they are."""
    filled = roster(f'id,Grade,Maximum Grade\nab1,,"{most}"\n').filled({"ab1": (3.0, 6.0)}).decode()
    assert filled.splitlines()[1] == f'ab1,{written},"{most}"'


@pytest.mark.parametrize(("points", "written"), [(0, "0"), (16, "100000"), (16 / 3, "33333.33"), (0.1, "625")])
def test_a_number_is_written_in_full(roster, points, written):
    filled = roster("id,Grade,Out of\nab1,,100000\n").filled({"ab1": (points, 16.0)}).decode()
    assert filled.splitlines()[1] == f"ab1,{written},100000"


def test_words_stay_in_place_of_a_grade(roster):
    """EX excuses a student in Canvas; N/A says that the assignment is not theirs."""
    listed = roster(CANVAS + '"Cedar, Cem",12348,u3,ab3,A,N/A,\r\n"Dill, Di",12349,u4,ab4,A,3.00,\r\n', title="pump")
    grades = dict.fromkeys(("ab1", "ab2", "ab3", "ab4"), (16.0, 16.0))
    filled = listed.filled(grades).decode()
    assert re.findall(r"ab\d,A,(.*),\r", filled) == ["20", "EX", "N/A", "20"]
    said = told("Pump (7788)", 20, "SIS Login ID", graded=2)
    assert listed.in_words(grades, {"ab1"}) == f"{said} ab2 keeps 'EX'. ab3 keeps 'N/A'."


@pytest.mark.parametrize(
    ("id_column", "handed", "words"),
    [
        (
            "SIS User ID",
            {"ab1", "ab2", "ab3"},
            " The column 'SIS Login ID' holds 2 of the 3 ids in notebooks: choose it with --id.",
        ),
        (
            "SIS User ID",
            {"u1", "ab1", "ab2"},
            " The column 'SIS Login ID' holds 2 of the 3 ids in notebooks: choose it with --id.",
        ),
        ("SIS User ID", {"x1"}, " No column holds an id of the notebooks: is this the roster of another course?"),
        ("SIS User ID", {"u1", "u2"}, ""),
        ("SIS User ID", set(), ""),
    ],
)
def test_the_column_that_has_the_ids_is_told(roster, id_column, handed, words):
    listed = roster(CANVAS, title="pump", id_column=id_column)
    said = told("Pump (7788)", None, "SIS User ID", graded=0)
    assert listed.in_words({}, handed) == said + words


def test_other_columns_for_grades_are_told_where_none_has_the_title(roster):
    listed = roster("Student,ID,SIS Login ID,Ions lab (1),Lab: Pump (2),Total\nAda,1,ab1,,,\n", title="pump")
    assert listed.filled({"ab1": (12.0, 16.0)}).decode().splitlines()[1] == "Ada,1,ab1,,,,12"
    said = told("pump", 16, "SIS Login ID", new=True)
    others = "These columns may also be meant for grades: 'Ions lab (1)', 'Lab: Pump (2)'. Choose one with --column."
    assert listed.in_words({"ab1": (12.0, 16.0)}, {"ab1"}) == f"{said} {others}"


FOUND = {
    "the number": ("12345", "", "ab1"),
    "the number, and a name of nobody": ("12345", "Eve Evil", "ab1"),
    "a number of nobody, and a name": ("9", "Ada Aster", None),
    "the number of one, and the name of another": ("12346", "Ada Aster", "ab2"),
    "the number of one that is the id of another": ("777", "Ben Birch", "ab-4"),
    "the number of two": ("12399", "Ada Aster", None),
    "the number of nobody that is an id": ("888", "", None),
    "an id": ("ab1", "ab1", None),
    "the digits of an id": ("1", "", None),
    "nothing": ("", "", None),
}
"""By number, which the roster has: a name alone is not enough."""
NAMED = {
    "the name": ("Ada Aster", "ab1"),
    "the name, last first": ("Aster, Ada", "ab1"),
    "the name as Canvas writes it": ("asterada", "ab1"),
    "a name of two": ("Ben Birch", None),
    "an id": ("ab1", None),
    "no letters": ("-", None),
    "nothing": (" ", None),
}


@pytest.mark.parametrize("name", FOUND)
def test_who_is_called_so(roster, name):
    """The platform's own number of a student, which is not an id; nobody where it may be two."""
    number, called, student = FOUND[name]
    text = (
        'Identifier,Full name,ID number\nParticipant 12345,"Aster, Ada",ab1\nParticipant 12346,Ben Birch,ab2\n'
        "Participant 12399,Ben Birch,777\nParticipant 777,,ab-4\nParticipant 12399,,888\n"
    )
    found = roster(text).find(number, called)
    assert (found and found.id) == student


@pytest.mark.parametrize("name", NAMED)
def test_who_is_called_so_where_there_are_no_numbers(roster, name):
    called, student = NAMED[name]
    listed = roster('Full name,ID number\n"Aster, Ada",ab1\nBen Birch,ab2\nBen Birch,777\n,ab-4\n-,888\n')
    found = listed.find("12345", called)
    assert (found and found.id) == student


@pytest.mark.parametrize("heads", ["First name,Last name", "Vorname,Nachname", "Prénom,Nom", "FirstName,LastName"])
def test_a_name_in_two_columns(roster, heads):
    listed = roster(f"{heads},ID\nAda,Aster,ab1\n")
    assert listed.students["ab1"].name == "Ada Aster"
    assert listed.find("1", "asterada") == listed.find("1", "Ada Aster") == listed.students["ab1"]
