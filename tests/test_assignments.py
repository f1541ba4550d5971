"""Assignments: variants that are one's own, tasks that are well-posed, and answers that are told what they are."""

import itertools
import json
import math
import random

import pytest
from classroom import answers

import hhlab as hh
from hhlab.assignments import answer as answer_module
from hhlab.assignments import find
from hhlab.assignments.course import ASSIGNMENTS
from hhlab.assignments.handouts import copies
from hhlab.assignments.judge import Given, judge
from hhlab.assignments.notebook import read_answers
from hhlab.assignments.sandbox import LIMITS_ONLY, Sandbox
from hhlab.assignments.task import about, shuffled
from hhlab.assignments.variant import Variant, draw
from hhlab.questions import MODELS_VERSION, Choice, Number

EVERY = pytest.mark.parametrize("name", ASSIGNMENTS)
OWN = Sandbox(LIMITS_ONLY)
"""Where people run what they wrote themselves."""


def drawn(name, count):
    """Variants of as many students."""
    return [find(name).variant("course", f"student {number}") for number in range(count)]


OF_THE_CHANNEL = {"half_a", "slope_a", "power", "half_b", "slope_b", "tau_b", "g_A"}
"""Grids of a task with code: no number hangs on them, so they go to their corners together."""


def corners(name, count=None):
    """Variants at the corners of the grids: all of them, or as many as are wanted, the same every time."""
    grids = find(name).grids
    apart = [each for each in grids if each not in OF_THE_CHANNEL]
    apart += ["g_A"] if "g_A" in grids else []
    ends = list(itertools.product((0, -1), repeat=len(apart)))
    chosen = ends if count is None else random.Random(1).sample(ends, count)
    places = [dict(zip(apart, each, strict=True)) for each in chosen]
    return [
        Variant("course", "corner", {each: grid.values[at.get(each, at[apart[-1]])] for each, grid in grids.items()})
        for at in places
    ]


def well_posed(name, variant):
    """Every number is finite and in range, and every wrong way leads out of reach of even half of the points."""
    for task in find(name).tasks(variant):
        question = task.question
        if isinstance(question, Number):
            truth = question.truth()
            assert task.span[0] < truth < task.span[1], (task.name, truth, variant.values)
            for mistake in question.mistakes:
                away = abs(mistake.value() - truth) / question.tolerance
                assert away > max(task.near, 1) + 1, (task.name, mistake.reply, away, variant.values)
        if isinstance(question, Choice):
            assert len(question.right) == 1
            assert set(task.partial) <= set(question.options) - set(question.right)


@EVERY
def test_well_posed(name):
    for variant in drawn(name, 5) + corners(name, 5):
        well_posed(name, variant)


@pytest.mark.slow
@EVERY
def test_well_posed_for_many_draws_and_all_corners(name):
    count = {"ions": 3000, "spike": 500}.get(name, 200)
    for variant in drawn(name, count) + corners(name):
        well_posed(name, variant)


@EVERY
def test_a_neighbours_number_is_worth_little(name):
    """Of all pairs of students hardly any two share a right number, in any of the tasks."""
    tasks = [find(name).tasks(variant) for variant in drawn(name, 16)]
    for same in zip(*tasks, strict=True):
        if isinstance(same[0].question, Number):
            truths = [(each.question.truth(), each.question.tolerance) for each in same]
            pairs = [abs(a - b) <= max(near, far) for (a, near), (b, far) in itertools.combinations(truths, 2)]
            assert sum(pairs) / len(pairs) < 0.16, same[0].name


def test_the_reset_of_a_gate_has_the_same_answer_for_all():
    """Which gate decides follows from the moment alone, whatever else is drawn."""
    said = {}
    for variant in drawn("refractory", 6) + corners("refractory", 4):
        question = find("refractory").task(variant, "which_gate").question
        said.setdefault(variant.when, set()).add(question.right[0])
    assert said == {0.35: {"neither"}, 0.8: {"n"}, 1.3: {"none"}}


@EVERY
def test_six_to_eight_tasks_with_names_of_their_own(name):
    tasks = find(name).tasks(find(name).variant("c", "s"))
    assert 6 <= len(tasks) <= 8
    assert len({task.name for task in tasks}) == len(tasks)
    assert all(task.name.isidentifier() for task in tasks)


def test_a_variant_stays_the_same():
    """What was drawn for a student once is drawn for ever: a change here breaks courses that run."""
    first = {"T": 7, "K_out": 15, "K_in": 410, "interval": 9.2, "when": 0.35, "prepulse": -50}
    values = find("refractory").variant("bio2", "ab1234").values
    assert {name: values[name] for name in first} == first
    assert find("refractory").variant(" BIO2", "AB1234 ").values == values
    assert find("refractory").variant("bio3", "ab1234").values != values


def test_draws_are_even():
    grid = find("pump").grids
    seen = [draw(grid, "pump", "c", f"s{n}").values["round"] for n in range(2400)]
    assert all(140 < seen.count(value) < 260 for value in grid["round"].values)


@EVERY
def test_right_answers_are_right_and_earn_everything(name):
    variant = find(name).variant("bio2", "ab1234")
    for task in find(name).tasks(variant):
        verdict = judge(task, answers(name, "bio2", "ab1234")[task.name], variant, OWN.run)
        assert verdict.right, verdict
        assert verdict.points == task.points


@pytest.mark.parametrize(
    ("value", "unit", "state", "points", "words"),
    [
        ("-79.9", "mV", "right", 2, "Your axon"),
        ("-0.07986", "V", "right", 2, "Your axon"),
        ("−79,9 mV", "", "right", 2, "Your axon"),
        ("\u201179,9\u00a0mV", "mV", "right", 2, "Your axon"),
        ("-79.9 mV", "V", "not well-formed", 0, "has a unit that is not known here"),
        ("-79,900", "mV", "not well-formed", 0, "can mean 79.900 or 79900: write the one that you mean"),
        ("79.9", "mV", "wrong", 0, "The sign"),
        ("-75", "mV", "not well-formed", 0, "too few digits, as right is within 0.3 mV: give more, such as -75.0 mV"),
        ("-79.9", "", "not well-formed", 0, 'has no unit: write it as a text after the number, "mV"'),
        ("-79.9", "ms", "not well-formed", 0, "is a time; give a voltage in mV"),
        ("-799.0", "mV", "not well-formed", 0, "is outside −200 mV to 200 mV"),
        ("about -80", "mV", "not well-formed", 0, "is not a number with a unit"),
        ("", "", "not well-formed", 0, "is not a number with a unit"),
        ("nan", "mV", "not well-formed", 0, "is not a number with a unit"),
        ("1e999", "mV", "not well-formed", 0, "too large"),
        ("9" * 5000, "mV", "not well-formed", 0, "is not a number with a unit"),
    ],
)
def test_numbers(value, unit, state, points, words):
    variant = find("refractory").variant("bio2", "ab1234")
    verdict = judge(find("refractory").task(variant, "E_K"), Given(value, unit), variant, OWN.run)
    assert (verdict.state, verdict.points) == (state, points)
    assert words in verdict.reply


def test_half_of_the_points_for_nearly():
    variant = find("refractory").variant("bio2", "ab1234")
    task = find("refractory").task(variant, "rate")
    truth = task.question.truth()
    for off, points in ((0.5, 2), (2.0, 1), (-2.0, 1), (2.3, 0)):
        assert judge(task, Given(f"{truth + off:.3f}", "Hz"), variant, OWN.run).points == points


def test_choices():
    variant = find("pump").variant("bio2", "ab1234")
    task = find("pump").task(variant, "falling_phase")
    (half,), right = task.partial, task.question.right[0]
    wording, why = task.question.wording(right), "no pump is needed for a spike"
    for option, value, because, points, state in (
        (right, "", why, 2, "right"), ("", wording, why, 2, "right"), ("", right, why, 2, "right"),
        (half, "", why, 1, "wrong"), (right, "", "", 0, "not well-formed"), ("", "z", why, 0, "not well-formed"),
        ("nonsense", wording, why, 0, "not well-formed"),
    ):  # fmt: skip
        verdict = judge(task, Given(value, because=because, option=option), variant, OWN.run)
        assert (verdict.points, verdict.state) == (points, state)


def test_a_letter_stands_for_the_option_that_was_shown_with_it(said):
    """What is handed in names the option, so it means the same whatever the letters are later."""
    lab = hh.assignment("pump", course="bio2", student="ab1234")
    question = lab.tasks["falling_phase"].question
    for letter, wording in lab.letters("falling_phase").options.items():
        for typed in (letter, f" {letter.upper()})", wording):
            lab.answer("falling_phase", typed, because="no pump is needed for a spike")
            (data,) = said[-1][1].values()
            assert question.wording(data["option"]) == wording
            assert f"falling_phase: {wording.rstrip('.')}." in said[-1][0]
    assert said[-1][1]["application/vnd.hhlab.answer+json"]["version"] == MODELS_VERSION


def test_letters_handed_in_before_options_had_ids_are_understood(root):
    """As in a notebook of then: letters went by the wording, and answers did not name the option."""
    (path,) = (root / "tests/five_submissions/handed_in").glob("Ada*/*.ipynb")
    handed = read_answers(path.read_bytes())
    variant = find("ions").variant(handed.course, handed.student)
    for name in ("chloride_flow", "more_potassium"):
        given, task = handed.answers[name], find("ions").task(variant, name)
        assert (given.value, given.option) == ("b", "")
        assert shuffled(task.question, variant)["b"] != task.question.right[0]
        assert judge(task, given, variant, OWN.run).right


@pytest.mark.parametrize(("because", "enough"), [("11 letters ", False), ("12 letters .", True)])
def test_a_reason_has_twelve_letters(because, enough):
    variant = find("pump").variant("bio2", "ab1234")
    task = find("pump").task(variant, "falling_phase")
    assert judge(task, Given("a", because=because), variant, OWN.run).judged == enough


def test_letters_are_a_students_own():
    question = find("pump").task(find("pump").variant("c", "s"), "falling_phase").question
    orders = {tuple(shuffled(question, find("pump").variant("c", f"s{n}")).values()) for n in range(12)}
    assert len(orders) > 6


def test_a_tolerance_does_not_tell_the_number():
    assert [about(0.02, value) for value in (52.38, -291.3, 1.557, 1e-3)] == pytest.approx([1, 5, 0.02, 2e-5])


@pytest.fixture
def said(monkeypatch):
    """What a lab shows: lines, and data."""
    shown = []
    monkeypatch.setattr(answer_module, "show", lambda line, data: shown.append((line, data)))
    return shown


def test_an_answer_in_practice(said):
    lab = hh.assignment("refractory", course="bio2", student="ab1234")
    lab.answer("E_K", -88.9, "mV")
    lab.answer("E_K", -79.9, "mV")
    lab.answer("rheobase", 2, "uA/cm2")
    lines = [line for line, _ in said]
    assert lines[0] == "Handed in for ab1234: E_K = −88.9 mV. Not yet. It is less negative."
    assert lines[1].endswith("Right. Your axon has this E_K. It replaces your answer from before.")
    assert lines[2].startswith("Not handed in: rheobase = 2 µA/cm² has too few digits")
    (data,) = said[0][1].values()
    assert data["value"] == "-88.9"
    assert json.loads(json.dumps(data)) == data
    assert lab.score("E_K") == 2
    assert lab.score("rate") == 0


def test_an_answer_in_graded_mode_is_not_told_whether_it_is_right(said):
    lab = hh.assignment("refractory", course="bio2", student="ab1234", graded=True)
    lab.answer("E_K", -88.9, "mV")
    lab.answer("E_K", -79.9, "mV")
    assert said[0][0] == "Handed in for ab1234: E_K = −88.9 mV."
    assert said[1][0] == "Handed in for ab1234: E_K = −79.9 mV. It replaces your answer from before."


@pytest.mark.parametrize("value", [None, [1, 2], {}, print, float("nan"), float("inf"), True, 1j, "a" * 5000, b"x"])
def test_no_answer_makes_a_traceback(said, value):
    lab = hh.assignment("refractory", course="bio2", student="ab1234")
    for task in lab.tasks:
        lab.answer(task, value, "mV")
        assert said[-1][0].startswith("Not handed in: ")


def test_an_answer_not_given_yet(said):
    hh.assignment("ions", course="c", student="s").answer("E_K", ..., "mV")
    assert said == [("E_K is not answered yet. A number in mV, 2 points.", {})]


def test_digits_that_mean_nothing(said):
    hh.assignment("refractory", course="bio2", student="ab1234", graded=True).answer("E_K", -79.86123456789, "mV")
    assert said[0][0] == "Handed in for ab1234: E_K = −79.8612 mV, in more digits than mean anything."


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (
            lambda: hh.assignment("refractry", course="c", student="s"),
            "the course has no assignment refractry; did you",
        ),
        (lambda: hh.assignment("pump", course="", student="s"), "'' is not a course: give 1 to 100"),
        (lambda: hh.assignment("pump", course="c", student=17), "17 is not a student: give it as text"),
        (lambda: hh.assignment("pump", course="c", student="a\nb"), "is not a student: give 1 to 100 printable"),
        (
            lambda: hh.assignment("pump", course="c", student="s").answer("spike", 1),
            "no task spike; did you mean spikes",
        ),
        (lambda: hh.assignment("pump", course="c", student="s").letters("spikes"), "spikes is not a choice"),
    ],
)
def test_errors_are_sentences(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()
    with pytest.raises(AttributeError, match="has no cel; it has axon, cell, answer"):
        hh.assignment("pump", course="c", student="s").cel  # noqa: B018


def test_what_a_lab_shows():
    lab = hh.assignment("spike", course="<b>", student="ab1234")
    assert "&lt;b&gt;" in lab._repr_html_()
    assert "E_Na" not in lab.given
    assert "E_Na" not in repr(lab).split("\n\n")[0]
    assert repr(lab.treated) == "Treated(a squid axon with a drug, in another bath)"
    assert "a) " in repr(lab.letters("dent"))
    assert math.isclose(hh.measure.peak(hh.simulate(lab.axon, hh.Shock(lab.given["shock"]), 30))[0],
                        lab.tasks["peak"].question.truth())  # fmt: skip


@EVERY
def test_the_notebook_in_the_course_is_made_from_the_assignment(name, root):
    ((path, made),) = copies([find(name)], "practice")
    assert (root / "notebooks/assignments" / path).read_bytes() == made
