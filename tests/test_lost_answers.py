"""Nothing done in good faith ends as a zero without a word: answers whose outputs are gone, changed or too long."""

import csv
import json
import time

import pytest
from classroom import EVERY_THAT_RUNS, answers, filled, output, written

from hhlab.assignments import Lab, find
from hhlab.assignments.answer import FORMAT, _variant
from hhlab.assignments.course import ASSIGNMENTS
from hhlab.assignments.grade import grade
from hhlab.assignments.judge import Given
from hhlab.assignments.notebook import LONGEST_CODE, UnreadableError, read_answers
from hhlab.languages import spoken

NAME, COURSE = "pump", "bio2"


@pytest.fixture
def classroom(tmp_path):
    (tmp_path / "roster.csv").write_text("student,name,grade\nab1,Ada,\n")
    return tmp_path


def graded(room, made, name=NAME):
    written(room / "in/ab1/x.ipynb", made)
    return grade([room / "in"], COURSE, room / "roster.csv", room / "out", assignment=name, unlocked=True)


def grade_of(room):
    with (room / "out/roster.csv").open() as file:
        return next(csv.DictReader(file))["grade"]


def cell_of(made, task):
    return next(cell for cell in made["cells"] if cell["id"] == f"{task}-answer")


def handed(made):
    return read_answers(json.dumps(made).encode())


def cleared(cell):
    cell["outputs"] = []


def in_markdown(cell):
    cell.update(cell_type="markdown")
    del cell["outputs"]


def with_error(cell):
    cell["outputs"] = [{"output_type": "error", "ename": "NameError", "evalue": "name 'lab' is not defined"}]


def with_a_refusal(cell):
    cell["outputs"] = [{"output_type": "display_data", "data": {"text/plain": ["Not handed in: it has no unit."]}}]


def not_run_since_the_dots(cell):
    cell["outputs"] = [{"output_type": "display_data", "data": {"text/plain": "ATP is not answered yet. A number"}}]


def in_a_loop(cell):
    cell.update(source='for task, value in mine.items():\n    lab.answer(task, value, "mM")', outputs=[])


def with_broken_python(cell):
    cell.update(source='lab.answer("ATP", 5,3 mM)', outputs=[{"output_type": "error", "ename": "SyntaxError"}])


LOST = {
    "cleared": (cleared, "ATP: its cell was not run."),
    "markdown": (in_markdown, "ATP: its cell was not run."),
    "an error": (with_error, "ATP: its cell stopped with NameError."),
    "a refusal": (with_a_refusal, "ATP: its cell says: Not handed in: it has no unit."),
    "filled in, not run again": (not_run_since_the_dots, "ATP: its cell was not run."),
    "a loop": (in_a_loop, "ATP: its cell was not run."),
    "broken Python": (with_broken_python, "ATP: its cell stopped with SyntaxError."),
}


@pytest.mark.parametrize(("spoil", "words"), LOST.values(), ids=LOST)
def test_an_answer_that_is_not_in_the_outputs_needs_a_person(classroom, spoil, words):
    made = filled(NAME, COURSE, "ab1")
    spoil(cell_of(made, "ATP"))
    done = graded(classroom, made)
    assert done.people == [("", "ab1", words)]
    assert grade_of(classroom) == ""
    states = {each.task: each.state for each in done.marks["ab1"]}
    assert states.pop("ATP") == "not graded"
    assert set(states.values()) == {"right"}
    assert "Your teacher still has to look at ATP." in (classroom / "out/feedback/ab1.html").read_text()


def dots(cell):
    cell.update(source='lab.answer("ATP", ..., "pmol/cm2")', outputs=[])


def in_a_comment(cell):
    cell.update(source='# lab.answer("ATP", 3, "pmol/cm2")', outputs=[])


def in_prose(cell):
    cell.update(cell_type="markdown", source='With `lab.answer("ATP", 3, "mM")` I would hand in.\n\n# answer("ATP", 3)')


def test_an_answer_after_the_line_at_which_its_cell_stopped_needs_a_person(classroom):
    made = filled(NAME, COURSE, "ab1")
    first = next(cell for cell in made["cells"] if cell.get("outputs"))
    last = cell_of(made, "ATP")
    first["source"] = "".join(first["source"]) + "\n" + "".join(last["source"])
    with_error(last)
    first["outputs"] += last["outputs"]
    made["cells"].remove(last)
    done = graded(classroom, made)
    assert not done.grades()
    assert grade_of(classroom) == ""
    assert "ATP: its cell stopped with NameError." in done.people[0][2]


@pytest.mark.parametrize("spoil", [dots, in_a_comment, in_prose])
def test_what_was_never_answered_is_no_answer(classroom, spoil):
    made = filled(NAME, COURSE, "ab1")
    spoil(cell_of(made, "ATP"))
    done = graded(classroom, made)
    assert not done.people
    assert grade_of(classroom) == "14"


@pytest.mark.parametrize("name", [name for name in ASSIGNMENTS if name in ("ions", "spike")])
def test_code_of_a_cell_with_dots_is_no_answer_and_code_that_was_not_run_is_lost(classroom, name):
    task = next(task for task, given in answers(name, COURSE, "ab1").items() if given.code)
    given = {task: each for task, each in answers(name, COURSE, "ab1").items() if not each.code}
    made = filled(name, COURSE, "ab1", given)
    cell = cell_of(made, task)
    cell["source"] = f"# my own remark\n\n{''.join(cell['source'])}"
    assert not graded(classroom, made, name).people
    cell["source"] = cell["source"].replace("...", task)
    assert graded(classroom, made, name).people == [("", "ab1", f"{task}: its cell was not run.")]


def test_code_is_lost_where_it_is_too_long():
    made = filled("ions", COURSE, "ab1", code="#" * (LONGEST_CODE + 2))
    whys = set(handed(made).answers.values())
    assert whys == {"its part code is longer than the 20000 characters that are read"}


@pytest.mark.parametrize(
    ("forged", "why"),
    [
        ({"because": "x" * 2500}, "its part because is longer than the 2000 characters that are read"),
        ({"value": "1" * 2500}, "its part value is longer than the 2000 characters that are read"),
        ({"format": FORMAT + 1}, "its output was made by another version of hhlab"),
    ],
    ids=["reason", "value", "format"],
)
def test_what_cannot_be_read_is_told(classroom, forged, why):
    done = graded(classroom, filled(NAME, COURSE, "ab1", **forged))
    ((_, who, because),) = done.people
    assert who == "ab1"
    assert because.count(why) == 8
    assert grade_of(classroom) == ""


def test_of_many_outputs_the_last_counts():
    made = filled(NAME, COURSE, "ab1")
    cell = cell_of(made, "ATP")
    wrong = output(NAME, COURSE, "ab1", "ATP", Given("1.0", "pmol/cm2"))
    cell["outputs"] = [wrong] * 3000 + cell["outputs"]
    told = handed(made)
    assert told.answers == answers(NAME, COURSE, "ab1")


def test_a_thousand_cells_are_read_at_once(classroom):
    """Each answers the same task, in a source as long as is read: reading is linear in what there is."""
    made = filled(NAME, COURSE, "ab1")
    cell = cell_of(made, "ATP")
    source = "x = " + "1 + " * 4000 + '1\nlab.answer("ATP", 1.0, "pmol/cm2")'
    made["cells"] += [{**cell, "id": f"again-{number}", "source": source} for number in range(1000)]
    made["cells"][-1]["source"] = cell["source"]
    done = graded(classroom, made)
    assert grade_of(classroom) == "16"
    assert ("ab1", "'ATP' is answered in 1001 cells. The last one counts.") in done.remarks


def without_data(name, student, given):
    """A notebook that kept only the lines for people, as they are written under each answer."""
    made, lab = filled(name, COURSE, student, given), Lab(find(name), COURSE, student, graded=True)
    for cell in made["cells"]:
        task = cell["id"].removesuffix("-answer")
        if cell.get("outputs") and task in given:
            line = lab._reply(find(name).task(_variant(lab), task), given[task])
            cell["outputs"] = [{"output_type": "display_data", "metadata": {}, "data": {"text/plain": [line]}}]
            if given[task].because:
                cell["source"] = f'lab.answer("{task}", "a", because="{given[task].because}")'
    return made


@EVERY_THAT_RUNS
def test_lines_without_their_data_are_graded_alike(classroom, name):
    done = graded(classroom, without_data(name, "ab1", answers(name, COURSE, "ab1")), name)
    assert not done.people
    assert done.grades()["ab1"] == (sum(each.of for each in done.marks["ab1"]), done.grades()["ab1"][1])


@EVERY_THAT_RUNS
def test_lines_in_another_language_are_graded_alike(classroom, name):
    with spoken("hr"):
        made = without_data(name, "ab1", answers(name, COURSE, "ab1"))
    done = graded(classroom, made, name)
    assert not done.people
    assert done.grades()["ab1"] == (sum(each.of for each in done.marks["ab1"]), done.grades()["ab1"][1])


@pytest.mark.parametrize("more", [", in more digits " * 230, ". Right. \n" * 400, "." * 3900])
def test_long_lines_are_read_in_linear_time(more):
    made = filled(NAME, COURSE, "ab1")
    line = {"output_type": "display_data", "data": {"text/plain": f"Handed in for ab1: ATP = {more}"}}
    made["cells"].append({**cell_of(made, "ATP"), "id": "lines", "outputs": [line] * 1000})
    before = time.process_time()
    handed(made)
    assert time.process_time() - before < 3


def test_a_line_that_does_not_tell_all_needs_a_person(classroom):
    given = answers(NAME, COURSE, "ab1")
    made = without_data(NAME, "ab1", given)
    cell_of(made, "falling_phase")["source"] = 'lab.answer("falling_phase", "a", because=mine)'
    done = graded(classroom, made)
    ((_, _, because),) = done.people
    assert because == "falling_phase: only the line under its cell is left, which does not hold the whole answer."


@pytest.mark.parametrize(
    ("first", "words"),
    [
        (
            "lab = hh.assignment(name, course=mine, student='ab1')",
            "its outputs no longer say to which course and assignment",
        ),
        (
            "hh.assignment('pump', course='a')\nhh.assignment('pump', course='b')",
            "its outputs no longer say to which course",
        ),
    ],
)
def test_lines_of_no_course_are_not_graded(first, words):
    made = without_data(NAME, "ab1", answers(NAME, COURSE, "ab1"))
    made["cells"][1]["source"] = first
    with pytest.raises(UnreadableError, match=words):
        handed(made)


def test_lines_for_another_student_are_seen():
    made = filled(NAME, COURSE, "ab1")
    cell_of(made, "ATP")["outputs"] = [
        {"output_type": "display_data", "data": {"text/plain": "Handed in for ab2: ATP = 5 mM."}}
    ]
    with pytest.raises(UnreadableError, match="pump / bio2 / ab1 and pump / bio2 / ab2"):
        handed(made)
