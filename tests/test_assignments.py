"""Assignments: variants that are one's own, tasks that are well-posed, and answers that are told what they are."""

import ast
import functools
import inspect
import itertools
import json
import math
import pickle
import random
import string
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from classroom import EVERY_THAT_RUNS, RUNS_CODE, answers, filled, written

import hhlab as hh
from hhlab.assignments import answer as answer_module
from hhlab.assignments import find
from hhlab.assignments.course import ASSIGNMENTS
from hhlab.assignments.feedback import right_answers, solution
from hhlab.assignments.handouts import copies, write_new
from hhlab.assignments.judge import LONGEST, LONGEST_CODE, Given, choose, judge
from hhlab.assignments.notebook import Handed, read_answers
from hhlab.assignments.sandbox import LIMITS_ONLY, Sandbox
from hhlab.assignments.task import about, options_of
from hhlab.assignments.variant import Variant, draw, key_of, read_secret
from hhlab.assignments.work import judge_all
from hhlab.cli import main
from hhlab.questions import MODELS_VERSION, Choice, Number
from hhlab.texts import TextFiles

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


def task_of(name, task, student="ab1234"):
    """A task of a student of bio2."""
    return find(name).task(find(name).variant("bio2", student), task)


def judged(name, given, student="ab1234", **secret):
    """The verdicts on the answers of a student of bio2."""
    assignment = find(name)
    handed = Handed(name, "bio2", student, given)
    return judge_all(assignment, handed, assignment.variant("bio2", student, **secret), OWN)


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
            assert len({option for option in options_of(question, variant).values() if option in question.right}) == 1
            assert set(task.partial) <= set(question.options) - set(question.right)


@EVERY
def test_well_posed(name):
    for variant in drawn(name, 5) + corners(name, 5):
        well_posed(name, variant)


def measured_once(name, monkeypatch):
    """Have an assignment remember what it has measured: at the corners of its grids, cells come again and again."""
    module = import_module(f"hhlab.assignments.course.{name}")
    for each, function in inspect.getmembers(module, inspect.isfunction):
        if function.__module__.startswith("hhlab.measure."):
            monkeypatch.setattr(module, each, functools.lru_cache(32)(function))


@pytest.mark.slow
@EVERY
def test_well_posed_for_many_draws_and_all_corners(name, monkeypatch):
    measured_once(name, monkeypatch)
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


def computed(task):
    """The same task with its right number computed once, and without mistakes, which earn nothing."""
    if not isinstance(task.question, Number):
        return task
    truth = task.question.truth()
    return replace(task, question=replace(task.question, truth=lambda: truth, mistakes=()))


def shares_of_neighbours(name, count):
    """What the whole notebook of another student earns, of all points: one share for each pair of so many students."""
    variants = drawn(name, count)
    tasks = [[computed(task) for task in find(name).tasks(variant)] for variant in variants]
    answers_of = [right_answers(find(name), variant) for variant in variants]
    shares = []
    for one, other in itertools.permutations(range(count), 2):
        points = of = 0.0
        for task, source in zip(tasks[other], tasks[one], strict=True):
            given = replace(answers_of[one][task.name], mark=variants[other].mark)
            if isinstance(task.question, Choice):
                given = replace(given, option=choose(task.question, given.value, variants[other]))
            points += judge(task, given, variants[other], lambda code, _, its=source: its.question.truth()).points
            of += task.points
        shares.append(points / of)
    return shares


def test_a_neighbours_notebook_is_worth_little():
    assert np.mean([np.mean(shares_of_neighbours(name, 5)) for name in ASSIGNMENTS]) < 0.15


@pytest.mark.slow
@EVERY
def test_a_neighbours_notebook_is_worth_little_in_a_thousand_pairs(name):
    shares = shares_of_neighbours(name, 33)
    assert len(shares) > 1000
    assert np.mean(shares) < 0.15
    assert max(shares) < 0.8


@EVERY
def test_there_are_a_million_variants(name):
    assert math.prod(len(grid.values) for grid in find(name).grids.values()) > 1e6


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
    seen = [draw(grid, key_of("pump", "c", f"s{n}"))["round"] for n in range(2400)]
    assert all(140 < seen.count(value) < 260 for value in grid["round"].values)


@EVERY_THAT_RUNS
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
        ("-79.9 mV", "V", "not well-formed", 0, "has a unit that hhlab does not know"),
        ("-79,900", "mV", "not well-formed", 0, "can mean 79.900 or 79900: write the one that you mean"),
        ("79.9", "mV", "wrong", 0, "The sign"),
        (
            "-75",
            "mV",
            "not well-formed",
            0,
            "too few digits, because it must be right to within 0.3 mV: give more, such as -75.0 mV",
        ),
        ("-79.9", "", "not well-formed", 0, 'has no unit: write the unit as a text after the number, such as "mV"'),
        ("-79.9", "ms", "not well-formed", 0, "is a time: give a voltage in mV"),
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
        (right, "", why, 2, "right"), (wording, "", why, 2, "right"), ("", right, why, 0, "not well-formed"),
        (half, "", why, 1, "wrong"), (right, "", "", 0, "not well-formed"), ("", "z", why, 0, "not well-formed"),
        ("nonsense", wording, why, 0, "not well-formed"),
    ):  # fmt: skip
        verdict = judge(task, Given(value, because=because, option=option), variant, OWN.run)
        assert (verdict.points, verdict.state) == (points, state)


def test_a_letter_stands_for_the_option_that_was_shown_with_it(said):
    """What is handed in names the option, so it means the same whatever the letters are later."""
    lab = hh.assignment("pump", course="bio2", student="ab1234")
    question = task_of("pump", "falling_phase").question
    for own, wording in lab.letters("falling_phase").options.items():
        for typed in (own, f" {own.upper()})"):
            lab.answer("falling_phase", typed, because="no pump is needed for a spike")
            (data,) = said[-1][1].values()
            assert question.wording(data["option"]) == wording
            assert f"falling_phase: {wording.rstrip('.')}." in said[-1][0]
    assert said[-1][1]["application/vnd.hhlab.answer+json"]["version"] == MODELS_VERSION


def test_an_option_is_named_by_its_id_alone(said):
    """Its words, its name in the package and the id that it has for a neighbour are not taken."""
    lab, neighbour = (hh.assignment("pump", course="bio2", student=each) for each in ("ab1234", "ab1235"))
    others = neighbour.letters("falling_phase").options
    assert not lab.letters("falling_phase").options.keys() & others.keys()
    for typed in ("channels", "a", *lab.letters("falling_phase").options.values(), *others):
        lab.answer("falling_phase", typed, because="no pump is needed for a spike")
        assert "is not the id of one of your options: give the id of one" in said[-1][0]
        (data,) = said[-1][1].values()
        given = Given(**{part: data[part] for part in ("value", "because", "option", "mark")})
        (verdict,) = (v for v in judged("pump", {"falling_phase": given}) if v.task == "falling_phase")
        assert verdict.state == "not well-formed"


@pytest.mark.parametrize(("because", "enough"), [("11 letters ", False), ("12 letters .", True)])
def test_a_reason_has_twelve_letters(because, enough):
    variant = find("pump").variant("bio2", "ab1234")
    task = find("pump").task(variant, "falling_phase")
    assert judge(task, Given(because=because, option="channels"), variant, OWN.run).judged == enough


def test_options_are_a_students_own():
    """Which are shown, in which order and with which ids; every one of them is shown to somebody."""
    question = task_of("pump", "falling_phase").question
    shown = [options_of(question, find("pump").variant("c", f"s{n}")) for n in range(40)]
    assert len({tuple(each.values()) for each in shown}) > 35
    assert {option for each in shown for option in each.values()} == set(question.options)
    places = [[option in question.right for option in each.values()].index(True) for each in shown]
    assert all(5 <= places.count(place) <= 16 for place in range(4))


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
    assert lines[0] == "Handed in for ab1234: E_K = −88.9 mV. Not yet. The right value is less negative than yours."
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


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ((-79, 9, "mV"), "Not handed in: '-79, 9, mV' has a unit that hhlab does not know: give a voltage in mV."),
        ((-79, 9), "Not handed in: '-79 9' has a unit that hhlab does not know: give a voltage in mV."),
        (("\u201379.9 mV", "mV"), "Handed in for ab1234: E_K = −79.9 mV."),
        (("-79,9", "mV", "of potassium"), "Not handed in: '-79,9, mV, of potassium"),
        ((), "E_K is not answered yet. A number in mV, 2 points."),
    ],
)
def test_what_people_type_is_understood_or_told_at_once(said, given, line):
    hh.assignment("refractory", course="bio2", student="ab1234", graded=True).answer("E_K", *given)
    assert said[0][0].startswith(line)


def test_a_dash_before_a_number_is_mended_in_cells_with_answers():
    """Python itself would stop at it, and Run All with it."""
    for dash in "\u2010\u2011\u2012\u2013\u2014\u2212":
        cell = [f'lab.answer("E_K", {dash}79.9, "mV")\n', f'lab.answer("x", value={dash} .5, because="a{dash}9 – 8")']
        assert answer_module.mend_signs(cell)[0] == 'lab.answer("E_K", -79.9, "mV")\n'
        assert answer_module.mend_signs(cell)[1].startswith(f'lab.answer("x", value=- .5, because="a{dash}9 – 8"')
    assert answer_module.mend_signs(['lab.answer("E_K",\n', "  – 79.9)"]) == ['lab.answer("E_K",\n', "  - 79.9)"]
    assert answer_module.mend_signs(["print(–1)"]) == ["print(–1)"]


def test_what_is_too_long_is_told_at_once_and_judged_alike(said):
    lab = hh.assignment("pump", course="bio2", student="ab1234", graded=True)
    own = next(iter(lab.letters("falling_phase").options))
    for letters, words in ((LONGEST, "Handed in for"), (LONGEST + 1, "longer than 2000 characters"), (9999, "2000")):
        lab.answer("falling_phase", own, because="x" * letters)
        assert words in said[-1][0]
        made = {"cells": [{"cell_type": "code", "outputs": [{"data": said[-1][1]}]}]}
        handed = read_answers(json.dumps(made).encode()).answers
        assert ("falling_phase" in handed, len(handed["falling_phase"].because)) == (True, min(letters, LONGEST + 1))
        (verdict,) = (each for each in judged("pump", handed) if each.task == "falling_phase")
        assert verdict.judged == (letters == LONGEST)
    task = task_of("ions", "nernst")
    for code, words in (("x" * (LONGEST_CODE + 1), "more than 20000 characters"), ("", "has no code: hand it in from")):
        assert words in judge(task, Given(code=code), find("ions").variant("bio2", "s"), OWN.run).reply


@pytest.mark.parametrize("graded", [True, False])
def test_a_notebook_without_an_id_says_so(said, graded):
    hh.assignment("ions", course="c", student="your-id", graded=graded).answer("E_K", -79.9, "mV")
    assert said[0][0].startswith("Handed in for your-id: E_K = −79.9 mV.")
    assert said[0][0].endswith(
        " But your-id is not a student: write your own id into the first cell, and run all cells."
    )


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
        (lambda: hh.assignment("pump", course="", student="s"), "course = '' cannot be used: give 1 to 100"),
        (
            lambda: hh.assignment("pump", course="c", student=17),
            "student = 17 is not a text: give it in quotation marks",
        ),
        (lambda: hh.assignment("pump", course="c", student="a\nb"), "cannot be used: give 1 to 100 printable"),
        (
            lambda: hh.assignment("pump", course="c", student="s").answer("spike", 1),
            "no task spike; did you mean spikes",
        ),
        (
            lambda: hh.assignment("pump", course="c", student="s").letters("spikes"),
            "spikes is not a question with options",
        ),
        (lambda: hh.assignment("pump", course="c", student="s", key="12ab"), "key = '12ab' is not a key: copy it"),
        (lambda: hh.assignment("pump", course="c", student="s", graded=True).score("rise"), "this notebook is graded"),
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
    assert ") " in repr(lab.letters("dent"))
    variant = find("spike").variant("<b>", "ab1234")
    assert math.isclose(hh.measure.peak(hh.simulate(lab.axon, hh.Shock(lab.given["shock"]), 30))[0],
                        find("spike").task(variant, "peak").question.truth())  # fmt: skip


def numbers_in(thing, depth=0):
    """All numbers that attributes, items and parameters lead to."""
    if isinstance(thing, int | float):
        return {float(thing)}
    if depth > 4 or isinstance(thing, str | np.ndarray) or callable(thing):
        return set()
    if isinstance(thing, dict | list | tuple):
        parts = list(thing.values() if isinstance(thing, dict) else thing)
    else:
        names = [each for each in dir(thing) if not each.startswith("_")]
        parts = [getattr(thing, each, None) for each in names if each not in STRUCTURE]
        parts += [p.value for p in thing.parameters().values()] if hasattr(thing, "parameters") else []
    return {number for part in parts for number in numbers_in(part, depth + 1)}


STRUCTURE = {"channels", "gates", "plain", "gate_layout", "membrane", "pools", "pool", "pump"}
"""Attributes of a cell that are not its parameters: what it is simulated with."""


@EVERY
def test_no_attribute_of_a_lab_holds_an_answer(name):
    lab = hh.assignment(name, course="bio2", student="ab1234")
    found = numbers_in(lab)
    assert set(lab.given.values()) <= found
    variant = find(name).variant("bio2", "ab1234")
    asked = [task.question.truth() for task in find(name).tasks(variant) if isinstance(task.question, Number)]
    hidden = [variant.values[each] for each, grid in find(name).grids.items() if grid.hidden]
    for secret in (*asked, *(set(hidden) - set(range(10)))):
        assert not any(math.isclose(secret, number, rel_tol=1e-6) for number in found), secret


def test_what_is_to_be_measured_cannot_be_read_but_measured():
    lab = hh.assignment("spike", course="bio2", student="ab1234")
    variant = find("spike").variant("bio2", "ab1234")
    with pytest.raises(AttributeError, match="E_Na is hidden here: find it by an experiment"):
        lab.treated.E_Na  # noqa: B018
    assert "E_Na" not in lab.treated.parameters()
    assert "E_Na" not in hh.simulate(lab.treated, hh.Shock(15), 5).csv()
    assert lab.treated.g_Na == 120
    family = hh.clamp(lab.treated, hh.Clamp(to=range(-20, 81, 5), duration=8))
    assert hh.measure.reversal(family) == pytest.approx(variant.E_Na, abs=0.2)
    assert hh.blocked(lab.treated, "TTX").channels[0].g == 0
    assert lab.treated.channels[0].g == pytest.approx(120 * variant.left)
    assert pickle.loads(pickle.dumps(lab.treated)) == lab.treated != lab.treated.replace(g_Na=0)


SECRET = "a secret of twenty letters"


@EVERY
def test_a_secret_changes_all_that_is_drawn(name):
    """Without it nothing follows from the id; with the key in the notebook the student has the same preparation."""
    assignment = find(name)
    mine, open_to_all = assignment.variant("bio2", "ab1", SECRET), assignment.variant("bio2", "ab1")
    assert mine.values != open_to_all.values != assignment.variant("bio2", "ab1", SECRET + ".").values
    assert mine.mark != open_to_all.mark
    assert assignment.variant("bio2", "ab1", key=mine.key) == mine
    for task in assignment.tasks(mine):
        if isinstance(task.question, Choice):
            assert options_of(task.question, mine) != options_of(task.question, open_to_all)


@RUNS_CODE
def test_a_course_with_a_secret(tmp_path, said):
    """From the notebook of a student to the marks."""
    ((path,), _) = write_new(tmp_path, copies([find("ions")], "bio2", students=["ab1"], secret=SECRET))
    call = "".join(json.loads(path.read_text())["cells"][1]["source"])
    assert SECRET not in path.read_text()
    lab = eval(call.split("lab = ")[1].split("\n")[0])
    right = right_answers(find("ions"), find("ions").variant("bio2", "ab1", SECRET))
    for task in ("E_K", "chloride_flow"):
        lab.answer(task, right[task].value, right[task].unit, because=right[task].because)
        assert " Right. " in said[-1][0]
    verdicts = judged("ions", right, "ab1", secret=SECRET)
    assert all(verdict.right for verdict in verdicts)
    for given, secret in ((right, ""), (answers("ions", "bio2", "ab1"), SECRET)):
        verdicts = judged("ions", given, "ab1", secret=secret)
        assert {verdict.state for verdict in verdicts} == {"not graded"}
        assert "or another secret" in verdicts[0].reply
    assert right["E_K"].value in solution(find("ions"), "bio2", "ab1", SECRET)[0].replace("−", "-")
    with pytest.raises(ValueError, match="a notebook for each student: give their ids with --roster"):
        next(copies([find("ions")], "bio2", secret=SECRET))


@RUNS_CODE
def test_the_commands_take_a_secret(tmp_path, capsys):
    (tmp_path / "secret").write_text(SECRET)
    (tmp_path / "roster.csv").write_text("id,grade\nab1,\n")
    common = ["--course", "bio2", "--secret", str(tmp_path / "secret"), "--out", str(tmp_path)]
    roster = ["--roster", str(tmp_path / "roster.csv")]
    assert main(["assign", "ions", *common, "--nbgrader"]) == 1
    assert (
        "nbgrader gives the same notebook to all students, but a secret needs one for each" in capsys.readouterr().err
    )
    assert main(["assign", "ions", *common, *roster, "--moodle", "1"]) == 0
    key = find("ions").variant("bio2", "ab1", SECRET).key
    assert f'key=\\"{key}\\"' in (tmp_path / "ab1/01_ions.ipynb").read_text()
    of_the_quiz = find("ions").variant("bio2", "variant 1", SECRET)
    assert of_the_quiz.key in (tmp_path / "ions.xml").read_text()
    right = right_answers(find("ions"), find("ions").variant("bio2", "ab1", SECRET))
    written(tmp_path / "in" / "ab1" / "x.ipynb", filled("ions", "bio2", "ab1", right))
    once = ["--out", str(tmp_path / "out"), "--jobs", "1", "--unlocked"]
    assert main(["grade", str(tmp_path / "in"), *common[:-2], *roster, *once]) == 0
    assert "18" in (tmp_path / "out/roster.csv").read_text()
    assert main(["solution", "ions", *common, "--student", "ab1"]) == 0
    assert right["E_K"].value[:-1] in capsys.readouterr().out.replace("−", "-")


def test_a_secret_is_read_from_a_file(tmp_path):
    (tmp_path / "good").write_text(f" {SECRET}\n")
    (tmp_path / "short").write_text("bio2")
    assert (read_secret(tmp_path / "good"), read_secret(None)) == (SECRET, "")
    for name, words in (("short", "has 4 characters: give 20 or more"), ("none", "cannot be read: give a text file")):
        with pytest.raises(ValueError, match=words):
            read_secret(tmp_path / name)


@EVERY
def test_the_notebook_in_the_course_is_made_from_the_assignment(name, root):
    ((path, made),) = copies([find(name)], "practice")
    assert (root / "notebooks/assignments" / path).read_bytes() == made


def test_every_sentence_about_answers_is_said_somewhere_with_all_that_it_has_places_for():
    folder = Path(answer_module.__file__).parent
    texts = TextFiles(folder / "words.toml")
    calls = [node for path in folder.glob("*.py") for node in ast.walk(ast.parse(path.read_text("utf-8")))
             if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "say"]  # fmt: skip
    said = {"asked.number", "asked.code", "asked.choice", "code.did_not_run", "code.ran_with_limits",
            "code.ran_locked_in"}  # fmt: skip
    for call in calls:
        names = [each.value for each in ast.walk(call.args[0]) if isinstance(each, ast.Constant)]
        for name in (each for each in names if "." in each and not each.endswith(".")):
            section, key = name.split(".")
            places = {place for _, place, _, _ in string.Formatter().parse(texts[section][key]) if place}
            known = {word.arg for word in call.keywords}
            assert places <= known or None in known, name
            said.add(name)
    assert said == {f"{section}.{key}" for section in texts for key in texts[section]}
