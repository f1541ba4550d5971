"""The tasks that students solve with code: the solution of each is right, and a plausible wrong one is told why."""

import re

import pytest
from course_cells import NOTEBOOKS, all_cells, cells, is_compared, ran, saved, value

import hhlab as hh
from hhlab import questions
from hhlab.lab import log_file
from hhlab.questions import Judgement

SOLUTION = re.compile(r"```python\n(.*?)```", re.DOTALL)

WRONG = {
    "nernst_function": (
        ("np.log(outside / inside)", "np.log10(outside / inside)", "natural logarithm"),
        ("/ (z * F)", "/ F", "two charges"),
        ("(T + 273.15)", "T", "in kelvin"),
        ("outside / inside)", "inside / outside)", "The sign is wrong"),
        ("return 1000 * R", "return R", "in mV, or in V"),
    ),
    "permeability_from_V": (
        ("100 * 0.021 / 1", "0.021", "In percent"),
        ("100 * 0.021", "100 * 0.05", "Try a smaller"),
        ("100 * 0.021", "100 * 0.01", "Try a larger"),
    ),
    "muscle_by_hand": (
        ("muscle.P_Cl * muscle.Cl_in", "muscle.P_Cl * muscle.Cl_out", ""),
        ("np.log(above / below)", "np.log(below / above)", "upside down"),
        (" + muscle.P_Cl * muscle.Cl_in", "", "Which terms make V more negative"),
    ),
    "spikes_to_a_tenth": (("0.1 * 50", "50", "double it"), ("diameter=476", "diameter=20", "It takes more spikes")),
    "minutes_to_minus_50": (("[0] / 60_000", "[0]", "in ms"), ("-50]", "-60]", "still below")),
    "absolute_when_warm": (("T=18.5", "T=6.3", "at 6.3"), ("interval = 1.0", "interval = 5.0", "Shorter intervals")),
    "time_to_lose_half": (("-1457 / 2", "-2327 / 2", "from −85 mV is left"), ("(-45,", "(-55,", "less than half")),
    "most_open_at_once": (
        ("hold=-85", "hold=-65", "That is from −65 mV"),
        ("100 * sodium", "sodium", "100 times as large"),
        ("to=0", "to=-40", "More are open"),
    ),
    "latency_with_A": (
        ("(a, b)", "(a,)", "does not let go"),
        ("(V + 70) / 7", "-(V + 70) / 7", "does b fall"),
        ("g=5", "g=0", "without the channel"),
        ("30 + 0", "3 + 0", "too soon"),
    ),
    "apamin_for_a_burst": (
        ("100 * fraction)", "100 - 100 * fraction)", "how much is left"),
        ("size > 1", "size > 2", "less is enough"),
    ),
    "shortest_for_a_burst": (
        ("+ 500", "+ 150", "Record for longer"),
        ("count == 0", "count < 3", "Shorter is enough"),
        ("Step(-1,", "Step(-0.5,", "Shorter is enough"),
    ),
    "g_h_for_200_beats": (
        ('beats", g_h', 'beats", g_h / 0.4', "the ratio to the usual"),
        ("beats < 200", "beats < 220", "more than 200 times"),
        ("beats < 200", "beats < 182", "fewer than 200"),
    ),
    "diameter_of_a_slow_axon": (
        (" ** 2", "", "square root"),
        ("(1 / speed)", "(0.5 / speed)", "slower than 1 m/s"),
    ),
    "least_sodium": (("g_Na + 1)", "120 - g_Na)", "how much can be missing"), ("g_Na + 1)", "30)", "dies out")),
    "charge_of_a_long_pulse": (
        ("(0.1, 0.2, 0.5, 5)", "(0.1,)", "Set the duration"),
        (") * duration", ")", "amplitude"),
    ),
    "channels_to_spare": (('"channels_to_spare", g_Na', '"channels_to_spare", 120 - g_Na', "how much is left"),),
    "threshold_with_a_leak": (("g=0.5", "g=0.0", "without the additional leak"), ("-77", "-50", "harder to excite")),
    "peak_for_tenfold_sodium": (
        ("/ log10(440 / 220)", "", "with half of the sodium"),
        ("import log10", "import log as log10", "natural logarithm"),
    ),
}
"""By task: what is changed in the solution, into what, and a phrase of the reply."""


def turns(path):
    """Each task of a notebook: its own cell, and the solution in the next."""
    notebook = all_cells(path)
    for cell, after in zip(notebook, [*notebook[1:], {}], strict=True):
        source = "".join(cell["source"])
        if "your-turn" in cell["metadata"].get("tags", []) and "hh.check(" in source:
            yield source, SOLUTION.search("".join(after["source"]))[1]


TURNS = {
    re.search(r'hh\.check\("(\w+)"', source)[1]: (path, source, solution)
    for path in NOTEBOOKS
    for source, solution in turns(path)
}


pytestmark = pytest.mark.usefixtures("thrown_away")


def checked(name, cell):
    """What a cell in the place of a task gives, after the cells before it."""
    path, given, _ = TURNS[name]
    return value(cell, dict(ran(path).before[given]))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_without_a_kernel_the_cells_say_the_same(path):
    assert ran(path).said == [saved(cell) for cell in cells(path) if is_compared(cell)]


def test_every_task_is_in_a_notebook():
    asked = {question.name for each in questions._sets().values() for question in each.tasks}
    assert set(TURNS) == asked == set(WRONG)


@pytest.mark.parametrize("name", TURNS)
def test_the_solution_is_right(name):
    assert checked(name, TURNS[name][2]).right


@pytest.mark.parametrize("name", TURNS)
def test_the_cell_as_given_is_neither_judged_nor_kept(name):
    found = checked(name, TURNS[name][1])
    assert isinstance(found, Judgement)
    assert not found.right
    assert repr(found).startswith("Nothing to judge yet: write your own lines where the three dots ... are")
    assert log_file.open_log().entries() == []


@pytest.mark.parametrize(
    ("name", "old", "new", "phrase"), [(name, *each) for name, several in WRONG.items() for each in several]
)
def test_a_wrong_solution_is_told_why(name, old, new, phrase):
    solution = TURNS[name][2]
    assert old in solution
    found = checked(name, solution.replace(old, new))
    assert not found.right
    assert phrase in repr(found)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (None, "None is not one number: give one in mV, with a decimal point, such as 2.5."),
        ((2, 1), r"\(2, 1\) is not one number: .* with a decimal point"),
        ([1, 2], r"\[1, 2\] is not one number"),
        ("a", "'a' is not one number"),
        (float("nan"), "nan is not a finite number: look at what your code divides by."),
    ],
)
def test_what_is_not_a_number(given, sentence):
    assert re.match(sentence, repr(hh.check("nernst_function", given)))


def test_unknown_tasks_and_questions():
    with pytest.raises(ValueError, match="the course has no question nernst_functio; did you mean nernst_function"):
        hh.check("nernst_functio", 1)
    with pytest.raises(ValueError, match="longer_pulse is not a task with a number"):
        hh.check("longer_pulse", 1)


def test_an_answer_is_kept_once():
    for _ in range(3):
        hh.check("nernst_function", 132.34)
    hh.check("nernst_function", 264.7)
    assert [entry["right"] for entry in log_file.open_log().entries("answer", "nernst_function")] == [True, False]
