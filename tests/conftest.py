"""What all tests share."""

import contextlib
import gc
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

import pytest

import hhlab as hh
from hhlab.simulation import simulate_many

gc.set_threshold(100_000, 50, 50)  # what is imported and collected stays: looking through it took a quarter of the time
sys.modules["rfc3987_syntax"] = None  # nbformat's jsonschema does without; to import it takes 1.5 s
ROOT = Path(__file__).resolve().parent.parent
TOO_LONG_AS_PYTHON = {
    "test_assignments": "measures on many draws of every assignment",
    "test_cards::test_a_claim_card_gives_nothing_away": "runs every claim",
    "test_cards::test_every_claim_card_runs": "runs every claim",
    "test_cells": "seconds of cells with many channels",
    "test_claims": "runs every claim",
    "test_claims_by_scipy": "runs ten claims",
    "test_excitability": "searches for thresholds",
    "test_explorer": "thousands of moves",
    "test_kernel": "axons and batches of every kind of membrane",
    "test_measure": "searches for thresholds, and runs axons",
    "test_noise": "thousands of channels, one by one",
    "test_notebooks": "runs notebooks",
    "test_propagation": "axons of hundreds of patches",
    "test_pump": "minutes of cells that count their ions",
    "test_questions": "measures what every answer is judged by",
    "test_refractory": "searches for thresholds after many intervals",
    "test_single_channels": "10,000 channels of every kind",
    "test_sweeps": "hundreds of runs, in processes that import anew",
    "test_teaching": "solves every assignment",
    "test_turns": "measures what every answer is judged by",
    "test_views": "every view of every recording",
}
"""What is left out with NUMBA_DISABLE_JIT=1: each would take minutes, and all together hours."""
FIRST = ("test_turns", "test_house", "test_cli", "test_notebooks", "test_without_numba")
"""What takes long, or shares what a worker does once. It comes first: workers take from each other's last tests."""


STIMULI = [hh.Step(1, 0, 0.1), hh.Step(2, 0, 0.1)]
COMPILED = (
    lambda: hh.propagate(hh.Axon(hh.ThalamicRelay()), STIMULI[0], t_stop=0.1),
    lambda: simulate_many([hh.ThalamicRelay()], STIMULI, 1),
    lambda: hh.simulate(hh.Squid().with_noise(1), t_stop=1),
    lambda: hh.simulate(hh.ThalamicRelay(), t_stop=1),
    lambda: hh.propagate(hh.Axon(), STIMULI[0], t_stop=0.1),
    lambda: hh.simulate(hh.Squid(), t_stop=1),
    lambda: simulate_many([hh.Squid()], STIMULI, 1),
    lambda: hh.simulate(hh.PumpCell(), None, 120e3),
)
"""One run of each kind for which the kernel is compiled; what takes longest comes first."""
LONGEST_COMPILATION = 300  # s


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node):
    """The workers get a folder in which they agree on what each compiles."""
    if not hasattr(node.config, "agreed"):
        node.config.agreed = tempfile.TemporaryDirectory()
        node.config.add_cleanup(node.config.agreed.cleanup)
    node.workerinput["agreed"] = node.config.agreed.name


def pytest_sessionstart(session):
    """What numba has not compiled yet is compiled once, by the next worker that is free; the others wait for it."""
    if not hasattr(session.config, "workerinput"):
        return
    agreed, deadline = Path(session.config.workerinput["agreed"]), time.monotonic() + LONGEST_COMPILATION
    for number, run in enumerate(COMPILED):
        with contextlib.suppress(FileExistsError):
            (agreed / f"{number} begun").touch(exist_ok=False)
            run()
            (agreed / f"{number} done").touch()
    while len(list(agreed.glob("* done"))) < len(COMPILED) and time.monotonic() < deadline:
        time.sleep(0.05)


def pytest_collection_finish():
    """What was imported stays, so Python need not look through it for garbage again and again: a tenth of the time."""
    gc.collect()
    gc.freeze()


def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: item.path.stem not in FIRST)
    if os.environ.get("NUMBA_DISABLE_JIT") == "1":
        for item in items:
            names = {item.path.stem, f"{item.path.stem}::{getattr(item, 'originalname', '')}"}
            if names & TOO_LONG_AS_PYTHON.keys():
                item.add_marker(pytest.mark.skip(reason="would take too long without numba"))


def pytest_terminal_summary(terminalreporter):
    """Say whether the course was tried in the browser: what it needs for that cannot be had everywhere."""
    told = [each for kind in ("passed", "failed", "error", "skipped") for each in terminalreporter.stats.get(kind, ())]
    tried = [each for each in told if "test_site_lite" in each.nodeid and each.when != "collect"]
    because = [str(each.longrepr[2]) for each in tried if each.skipped]
    if because:
        terminalreporter.write_sep("!", "the course in the browser was NOT tested", red=True)
        terminalreporter.write_line(because[0])
    elif tried:
        terminalreporter.write_sep("=", "the course in the browser was tried, with Pyodide 0.27.7")


@pytest.fixture(scope="session")
def wasm_kernel():
    """The path of the kernel as WebAssembly, made anew if its sources are newer."""
    import fcntl

    from hhlab import wasm_build

    names = ("kernel.py", "kernel_layout.py", "physics.py", "compile_cache.py", "wasm_build.py")
    newest = max(Path(hh.__file__).with_name(name).stat().st_mtime for name in names)
    with open(wasm_build.__file__) as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # another worker may be making it
        if not wasm_build.KERNEL.is_file() or wasm_build.KERNEL.stat().st_mtime < newest:
            try:
                wasm_build.build()
            except RuntimeError as error:  # there is no linker
                pytest.fail(str(error)) if os.environ.get("CI") else pytest.skip(str(error))
    return wasm_build.KERNEL


@pytest.fixture
def thrown_away(tmp_path, monkeypatch):
    """A folder that is thrown away, in which work logs are begun anew."""
    from hhlab.lab import log_file

    monkeypatch.chdir(tmp_path)
    log_file._log_at.cache_clear()
    yield tmp_path
    log_file._log_at.cache_clear()


@pytest.fixture
def root() -> Path:
    """The top of the checkout."""
    return ROOT


@pytest.fixture(params=[hh.Squid(), hh.Squid(T=18.5), hh.Neuron()], ids=["squid-6.3", "squid-18.5", "neuron"])
def cell(request):
    """Every excitable cell whose concentrations stand still."""
    return request.param


@pytest.fixture
def in_neuron():
    """The squid axon in NEURON, with exact rates: its namespace and a section of 10 um."""
    n = pytest.importorskip("neuron").n
    n.load_file("stdrun.hoc")
    soma = n.Section(name="soma")
    soma.L = soma.diam = 10
    soma.insert("hh")
    n.usetable_hh = 0
    soma(0.5).hh.el = -54.387
    n.celsius = 6.3
    return n, soma


@pytest.fixture
def axon_in_neuron():
    """The squid axon at 18.5 degC as a cable in NEURON, of second order in dt, with exact rates and a pulse at its end.

    A function of the number of patches, the length in cm, dt and the time in ms; it gives a function that solves it,
    and the vectors of V.
    """
    n = pytest.importorskip("neuron").n
    n.load_file("stdrun.hoc")

    def made(patches, length, dt, t_stop):
        axon = n.Section(name="axon")
        axon.L, axon.diam, axon.nseg, axon.Ra, axon.cm = length * 1e4, 476, patches, 35.4, 1
        axon.insert("hh")
        n.CVode().active(False)
        n.usetable_hh, n.celsius, n.secondorder, n.dt, n.steps_per_ms = 0, 18.5, 2, dt, 1 / dt
        clamps = [n.IClamp(part) for part in list(axon)[: round(0.1 / length * patches)]]
        for part in axon:
            part.hh.el = -54.387
        for clamp, part in zip(clamps, axon, strict=False):
            clamp.delay, clamp.dur, clamp.amp = 0.5, 0.2, 1000 * part.area() * 1e-5
        vectors = [n.Vector().record(part._ref_v) for part in axon]
        context = n.ParallelContext()
        context.set_maxstep(10)

        def solve(kept=(axon, clamps, vectors)):
            n.finitialize(hh.measure.rest(hh.Squid(T=18.5)))
            context.psolve(t_stop)
            return kept

        return solve, vectors

    yield made
    n.secondorder = 0


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium; without one a skip, or a failure where CI promised to have it."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None and os.environ.get("CI"):
        pytest.fail("CI has no Chromium: .ci/run installs it")
    if path is None:
        pytest.skip("needs Chromium; Debian's is apt-get install chromium")
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The folder of a course."""
    return tmp_path_factory.mktemp("course")


@pytest.fixture(scope="module")
def address(folder):
    """The address of a JupyterLab of that course."""
    from lab_in_browser import lab

    with lab(folder) as found:
        yield found


@pytest.fixture(scope="module")
def chrome(chromium):
    """A Chromium that is open."""
    from lab_in_browser import browser

    with browser(chromium) as opened:
        yield opened


@pytest.fixture(scope="module")
def axe(tmp_path_factory):
    """The code of axe-core."""
    from lab_in_browser import axe_core

    return axe_core(tmp_path_factory.mktemp("axe"))
