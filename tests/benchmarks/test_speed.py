"""How fast it is, against others and against itself in the same run: ratios, which hold on any machine.

`python -m pytest tests/benchmarks -m slow -n0 --benchmark-enable -s` prints the table of the README.
"""

import os
import statistics
import subprocess
import sys
import time

import numpy as np
import pytest

import hhlab as hh

pytestmark = pytest.mark.slow
CELL, STIMULUS = hh.Squid(), hh.Step(15, 1, 1e6)

FIRST_TRACE = """
import time; start = time.perf_counter()
import hhlab as hh; imported = time.perf_counter()
hh.simulate(hh.Squid(), hh.Step(20), 100); print(imported - start, time.perf_counter() - start)
"""


def medians(rounds, *calls):
    """Median time of each call in ms, taken in turns."""
    times = [[] for _ in calls]
    for _ in range(rounds):
        for call, taken in zip(calls, times, strict=True):
            start = time.perf_counter()
            call()
            taken.append(1e3 * (time.perf_counter() - start))
    return [statistics.median(taken) for taken in times]


def told(line):
    """Print a line of the table."""
    print(f"\n{line}", end="")


def test_one_trace(benchmark):
    hh.simulate(CELL, STIMULUS, 100)
    assert benchmark(hh.simulate, CELL, STIMULUS, 100).V.size == 10_001


def test_an_axon_against_neuron(axon_in_neuron):
    """500 patches, 20 ms at 0.01 ms, with V kept all along, against NEURON at second order, which keeps it too."""
    solve, vectors = axon_in_neuron(500, 12.5, 0.01, 20)
    axon, pulse = hh.Axon(length=12.5, patches=500), hh.Step(1000, 0.5, 0.2)
    ours = lambda: hh.propagate(axon, pulse, t_stop=20, dt=0.01)  # noqa: E731
    solve()
    V = np.array(vectors)
    exact = hh.propagate(axon, pulse, t_stop=20, dt=0.00125, every=8).V
    errors = [np.abs(each[:, :2000] - exact[:, :2000]).max() for each in (ours().V, V)]
    mine, theirs = medians(15, ours, solve)
    told(
        f"axon of 500 patches, 20 ms at 0.01 ms: hhlab {mine:.1f} ms, NEURON psolve {theirs:.0f} ms, "
        f"{theirs / mine:.1f} times; largest error {errors[0]:.3f} and {errors[1]:.3f} mV"
    )
    assert errors[0] < 1.001 * errors[1]
    assert theirs / mine > 5


def test_a_batch_against_a_loop():
    from hhlab.simulation import simulate_many

    stimuli = [hh.Step(amplitude, 1, 50) for amplitude in range(64)]
    simulate_many([CELL], stimuli, 60)
    together, one_by_one = medians(
        8, lambda: simulate_many([CELL], stimuli, 60), lambda: [hh.simulate(CELL, each, 60) for each in stimuli]
    )
    told(f"64 cells, 60 ms: together {together:.1f} ms, one by one {one_by_one:.1f} ms")
    assert one_by_one / together > 1


def test_first_trace_of_a_process(tmp_path):
    def first():
        ran = subprocess.run(
            [sys.executable, "-c", FIRST_TRACE], env=os.environ | {"NUMBA_CACHE_DIR": str(tmp_path)},
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        return [float(number) for number in ran.stdout.split()]

    cold = first()
    kept = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.nbc")}
    warm = min((first() for _ in range(5)), key=lambda times: times[1])
    told(f"import and first trace: {cold[1]:.2f} s with a cold cache, {warm[1]:.2f} s with a warm one")
    assert kept == {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.nbc")}, "a second process compiled"
    assert cold[1] / warm[1] > 1.5
