"""Without numba: the same steps as plain Python give the same numbers, and fast enough for a slider."""

import json
import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

GONE = "import importlib.util; assert importlib.util.find_spec('numba') is None"
SOME = """
import hhlab as hh
runs = [hh.simulate(hh.Squid(), hh.Step(20), 30), hh.simulate(hh.Ventricle(), hh.Step(40, 1, 2), 5),
        hh.simulate(hh.PumpCell(), hh.Step(1), 5), hh.propagate(hh.Axon(), hh.Step(1000), t_stop=1)]
numbers = [float(V) for run in runs for V in run.V.ravel()[::997]]
"""
TOLD = "import json; print(json.dumps(numbers))"
SLIDER = """
import statistics, time
bench = hh.explore(hh.Squid(), hh.Step(20), ("voltage", "conductances", "gates"), knobs=("g_Na", "T"), t_stop=30)
def loop():
    total = 0
    for i in range(1_000_000):
        total += i * i
def took(call, *given, **named):
    start = time.process_time()
    call(*given, **named)
    return time.process_time() - start
turns = [(took(bench.set, g_Na=100 + turn), took(bench.set, T=7 + turn / 9), took(loop)) for turn in range(9)]
numbers = [statistics.median(each) for each in zip(*turns)]
"""


@pytest.fixture
def plain(tmp_path, root):
    """A function that gives the numbers of a process in which numba is not installed, and all other packages are."""
    for place in {Path(sysconfig.get_path(name)) for name in ("purelib", "platlib")}:
        for each in place.iterdir():
            if not each.name.startswith(("numba", "llvmlite")):
                (tmp_path / each.name).symlink_to(each)

    def run(*code):
        environment = os.environ | {"PYTHONPATH": f"{root}{os.pathsep}{tmp_path}"}
        command = [sys.executable, "-S", "-W", "error", "-c", "\n".join((GONE, *code, TOLD))]
        ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stderr
        return json.loads(ran.stdout)

    return run


def test_the_same_numbers(plain):
    names: dict[str, list[float]] = {}
    exec(SOME, names)
    assert plain(SOME) == pytest.approx(names["numbers"], abs=1e-7)


@pytest.mark.slow
def test_a_slider_of_the_squid_bench(plain):
    """Against a loop of a million turns: 38 ms of processor time where a move took 45, so 300 ms are eight of them."""
    g_Na, T, loop = plain("import hhlab as hh", SLIDER)
    print(f"\nslider without numba: g_Na {1e3 * g_Na:.0f} ms, T {1e3 * T:.0f} ms, loop {1e3 * loop:.0f} ms")
    assert max(g_Na, T) / loop < 4
