"""The notebooks: every cell runs, and says what is saved; and these tests see to it that the comparison is a real one.

By default the cells run without a kernel, in `test_turns` and here. The slow tests run them with nbval, each notebook
in a kernel of its own.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import course_cells
import pytest
from course_cells import ASSIGNMENTS, NOTEBOOKS, cells, is_compared, ran, saved, value

from hhlab import course_folder
from hhlab.languages import LANGUAGES

NUMBER = re.compile(r"\d\.\d")


def compared(path):
    return [cell for cell in cells(path) if is_compared(cell)]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_enough_cells_are_compared(path):
    """At least five cells with numbers, each with its saved output and its count: nbval skips those without."""
    found = compared(path)
    assert len(found) >= 5
    for cell in found:
        assert cell["execution_count"], cell["source"]
        assert NUMBER.search(saved(cell)), cell["source"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_what_is_saved(path):
    """Nothing but the numbers that are compared: no pictures, widgets or errors. And the cells are short."""
    sources = [cell["source"] for cell in cells(path)]
    assert all(len(source) <= 15 for source in sources)
    assert sorted(len(source) for source in sources)[len(sources) // 2] <= 4
    assert 10 <= len(sources) <= 45
    for cell in cells(path):
        assert is_compared(cell) or not cell["outputs"]
        for output in cell["outputs"]:
            assert output.get("name") == "stdout" or list(output["data"]) == ["text/plain"]
    assert "widgets" not in json.loads(path.read_text())["metadata"]


@pytest.mark.parametrize("path", ASSIGNMENTS, ids=lambda path: path.stem)
def test_every_cell_of_an_assignment_runs(path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert ran(path).said == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_first_slider_of_each_bench_can_be_moved_on(path, thrown_away):
    """One step to the right of where it begins, the picture is another."""
    for source in ("".join(cell["source"]) for cell in cells(path)):
        if "hh.explore(" in source:
            bench = value(source, dict(ran(path).before[source]))
            knob, began = bench.knobs[0], bench.points
            further = knob["began"] + knob["step"]
            assert further <= knob["high"], source
            bench.set(**{knob["name"]: further})
            assert bench.points != began, source


def nbval(place, *paths):
    """What nbval says of notebooks."""
    options = ["--nbval-lax", "--nbval-current-env", "-q", "-n0", "-p", "no:cacheprovider", "-c", os.devnull]
    return subprocess.run(
        [sys.executable, "-m", "pytest", *options, "--rootdir", str(place), *map(str, paths)],
        capture_output=True, text=True, timeout=600, cwd=place,
    ).stdout  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", LANGUAGES)
def test_the_cells_say_the_same_in_a_kernel(name, tmp_path, monkeypatch):
    monkeypatch.setenv("HHLAB_LANG", name)
    course_folder.write(tmp_path)
    paths = sorted(tmp_path.rglob("*.ipynb"))
    assert len(paths) == len(NOTEBOOKS + ASSIGNMENTS)
    said = nbval(tmp_path, *paths)
    assert re.search(r"^\d+ passed in", said, re.MULTILINE), said


@pytest.mark.slow
def test_one_changed_number_fails(tmp_path):
    """Mutation: nbval sees a saved number that is off in its last digit."""
    path = Path(shutil.copy(NOTEBOOKS[0], tmp_path))
    notebook = json.loads(path.read_text())
    cell = next(cell for cell in notebook["cells"] if "peak {V:.2f}" in "".join(cell["source"]))
    text = cell["outputs"][0]["text"][0]
    digit = text.index(" mV") - 1
    cell["outputs"][0]["text"][0] = text[:digit] + str((int(text[digit]) + 1) % 10) + text[digit + 1 :]
    path.write_text(json.dumps(notebook))
    assert re.search(r"\b1 failed, \d+ passed", nbval(tmp_path, path))


MAIN = {
    "00_start_here": [("squid.py", "g_K = param(36,")],
    "01_ions_and_potentials": [("ionic.py", "K_in = param(140,"), ("goldman_cell.py", "_cell(37, (4, 140)")],
    "02_the_pump": [("pump_cell.py", "_V, _I, _T = -70.0, 0.5,")],
    "03_action_potential": [("squid.py", "g_K = param(36,")],
    "04_potassium_and_afterpotentials": [
        ("neuron.py", "g_KL = param(0.0375,"),
        ("afterpotential_cell.py", "g_BK = param(13,"),
    ],
    "05_refractory_period": [("squid.py", "g_K = param(36,")],
    "06_propagation": [("squid.py", "g_Na = param(120,")],
    "07_calcium_spikes": [("thalamic_relay.py", "P_T = param(80,"), ("heart.py", "g_s = param(12.5,")],
}
"""The main parameter of each notebook: where it is declared, in text that ends in its value and one more sign."""


def changed(place, names_and_texts):
    """A copy of the library in a place, with what numba has compiled, in which some parameters are larger by 5 %."""
    half_written = shutil.ignore_patterns("*.pyc.*", "*.tmp.*")
    library = Path(course_cells.hh.__file__).parent
    package = Path(shutil.copytree(library, place / "hhlab", ignore=half_written))
    for name, text in names_and_texts:
        file = package / "cells" / name
        value = re.search(r"[\d.]+(?=.$)", text)[0]
        declared = file.read_text()
        assert text in declared
        file.write_text(declared.replace(text, text[: -len(value) - 1] + f"{float(value) * 1.05:g}" + text[-1]))


@pytest.mark.slow
def test_a_changed_constant_fails(tmp_path):
    """With its main parameter larger in the library, at least three compared cells of each notebook fail.

    One process runs all notebooks without a kernel, each with its own copy of the library, so that what the library
    needs is imported once. `test_turns` has them run unchanged.
    """
    places = {path: tmp_path / path.stem for path in NOTEBOOKS}
    for path, place in places.items():
        changed(place, MAIN[path.stem])
    given = [str(each) for path, place in places.items() for each in (place, path)]
    ran = subprocess.run(
        [sys.executable, course_cells.__file__, *given], env=os.environ | {"PYTHONPATH": given[0]},
        capture_output=True, text=True, timeout=600, cwd=tmp_path, check=True,
    )  # fmt: skip
    other = {}
    for path, line in zip(NOTEBOOKS, ran.stdout.splitlines(), strict=True):
        pairs = zip(json.loads(line), map(saved, compared(path)), strict=True)
        other[path.stem] = sum(now != before for now, before in pairs)
    assert min(other.values()) >= 3, other
