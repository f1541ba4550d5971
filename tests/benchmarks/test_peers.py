"""What a user calls against NEURON and SciPy: the same equations, the same step, in turns in one run.

`python -m pytest tests/benchmarks -m slow -n0 --benchmark-enable -s` prints the table. HHLAB_SCREENSHOTS says where to
keep it, and a picture of cost against size.
"""

import os
import statistics
import time
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from peers import InNeuron, by_odeint
from test_against_solvers import crossings, lsoda, values

import hhlab as hh

pytestmark = pytest.mark.slow
pytest.importorskip("neuron")

SQUID, FOR_EVER, TURN, MOST_CALLS = hh.Squid(), 1e6, 150.0, 30
CURRENTS = np.linspace(2, 60, 200)
INTERVALS, SECONDS = np.linspace(1, 25, 100), np.linspace(0, 120, 100)
COUNT = {"spikes": lambda rec: hh.measure.spikes(rec).size}


class Line(NamedTuple):
    """One way to compute something: its time in ms, and its largest error of a spike time in ms."""

    task: str
    way: str
    ms: float
    error: float


TABLE: list[Line] = []


@pytest.fixture(scope="module", autouse=True)
def kept():
    """Print the table in the end, and keep it where HHLAB_SCREENSHOTS says."""
    yield
    text = "\n".join(f"| {r.task} | {r.way} | {r.ms:.3g} | {r.error:.2g} |" for r in TABLE)
    print(f"\n| task | by | median, ms | error of spike times, ms |\n|---|---|---|---|\n{text}")
    if place := os.environ.get("HHLAB_SCREENSHOTS"):
        Path(place, "peers.md").write_text(text)


def in_turns(task, rounds, ways, errors):
    """The median time in ms of what each way prepares, in turns, each called again until it has had some time; kept."""
    taken = {way: [] for way in ways}
    for _ in range(rounds + 1):
        for way, prepare in ways.items():
            call = prepare()
            for _ in range(max(1, min(MOST_CALLS, int(TURN / taken[way][-1])) if taken[way] else 1)):
                start = time.perf_counter()
                call()
                taken[way].append(1e3 * (time.perf_counter() - start))
    medians = {way: statistics.median(each[1:]) for way, each in taken.items()}
    TABLE.extend(Line(task, way, ms, errors.get(way, np.nan)) for way, ms in medians.items())
    return medians


def late(exact, times):
    """The largest error of spike times, ms; inf where there are more or fewer."""
    return float(np.abs(exact - times).max()) if len(exact) == len(times) else np.inf


def exact_spikes(amplitude, t_stop, start=0.0):
    fine = np.arange(0, t_stop, 0.002)
    return crossings(fine, values(lsoda(SQUID, hh.Step(amplitude, start, FOR_EVER), t_stop), fine))


def test_one_trace(in_neuron):
    n, pulse, stimulus = in_neuron[0], [[(15, 0, FOR_EVER)]], hh.Step(15, 0, FOR_EVER)
    exact, model, tabled = exact_spikes(15, 100), *(InNeuron(n, pulse, 0.01, table=t, seen=[0]) for t in (False, True))
    errors = {"hhlab": late(exact, hh.measure.spikes(hh.simulate(SQUID, stimulus, 100, dt=0.01)))}
    errors["odeint"] = late(exact, crossings(*by_odeint(15, 100, 0.01)))
    for way, one in {"psolve": model, "psolve, its table of rates": tabled}.items():
        one.psolve(100)
        errors[way] = late(exact, crossings(np.array(one.t), np.array(one.V[0][0])))
    del model, tabled, one

    def alone(table=False):
        return InNeuron(n, pulse, 0.01, table=table, seen=[0])

    ms = in_turns("one trace of 100 ms at 0.01 ms", 25, {
        "hhlab": lambda: partial(hh.simulate, SQUID, stimulus, 100, dt=0.01),
        "psolve": lambda: partial(alone().psolve, 100), "continuerun": lambda: partial(alone().continuerun, 100),
        "psolve, its table of rates": lambda: partial(alone(True).psolve, 100),
        "odeint": lambda: partial(by_odeint, 15, 100, 0.01),
    }, errors | {"continuerun": errors["psolve"]})  # fmt: skip
    assert errors["hhlab"] <= errors["psolve"]
    assert ms["psolve"] / ms["hhlab"] > 20 / 2
    assert ms["continuerun"] / ms["hhlab"] > 80 / 2


def test_currents_and_rates(in_neuron):
    n, some = in_neuron[0], (20, 80, 199)
    stimuli = [[(amplitude, 0, FOR_EVER)] for amplitude in CURRENTS]

    def ours(measure=COUNT):
        return hh.sweep(SQUID, hh.Step(1, 0, 500), over={"amplitude": CURRENTS}, measure=measure, t_stop=500, dt=0.025)

    model = InNeuron(n, stimuli, 0.025, seen=some)
    model.psolve(500)
    exact, times = [exact_spikes(CURRENTS[cell], 500) for cell in some], ours(hh.measure.spikes)["spikes"]
    theirs = [crossings(np.array(model.t), np.array(states[0])) for states in model.V]
    errors = {
        "hhlab": max(late(each, times[cell]) for each, cell in zip(exact, some, strict=True)),
        "NEURON, one model": max(map(late, exact, theirs)),
    }
    del model
    ms = in_turns("f-I of 200 currents, 500 ms at 0.025 ms", 5, {
        "hhlab": lambda: ours, "NEURON, one model": lambda: partial(InNeuron(n, stimuli, 0.025).psolve, 500),
        "NEURON, a loop": lambda: partial(InNeuron(n, stimuli[:1], 0.025).one_by_one, CURRENTS, 500),
        "NEURON, one model, its table of rates": lambda: partial(InNeuron(n, stimuli, 0.025, table=True).psolve, 500),
        "measure.frequency, 1 s each at 0.01 ms": lambda: partial(hh.measure.frequency, SQUID, CURRENTS),
    }, errors | {"NEURON, a loop": errors["NEURON, one model"]})  # fmt: skip
    assert errors["hhlab"] <= errors["NEURON, one model"]
    assert ms["NEURON, one model"] / ms["hhlab"] > 12 / 2
    assert ms["NEURON, a loop"] / ms["hhlab"] > 60 / 2


def test_a_map_of_paired_pulses(in_neuron):
    """10,000 pairs; NEURON runs them all at once, each from the beginning on."""
    n, pair = in_neuron[0], hh.PulsePair(30, 0, start=1, interval=1, duration=0.5)
    points = [(interval, second) for interval in INTERVALS for second in SECONDS]
    stimuli = [[(30, 1, 0.5), (second, 1 + interval, 0.5)] for interval, second in points]

    def ours(dt):
        over = {"interval": INTERVALS, "second": SECONDS}
        return hh.sweep(SQUID, pair, over=over, measure=COUNT, t_stop=40, dt=dt)

    agree = np.mean(ours(0.025)["spikes"] == InNeuron(n, stimuli, 0.025).psolve(40))
    ms = in_turns("100 x 100 paired pulses", 2, {
        "sweep, 40 ms at 0.025 ms": lambda: partial(ours, 0.025),
        "NEURON, one model, 40 ms at 0.025 ms": lambda: partial(InNeuron(n, stimuli, 0.025).psolve, 40),
        "measure.paired_pulses, at 0.01 ms": lambda: partial(hh.measure.paired_pulses, SQUID, INTERVALS, SECONDS),
        "NEURON, one model, 40 ms at 0.01 ms": lambda: partial(InNeuron(n, stimuli, 0.01).psolve, 40),
    }, {})  # fmt: skip
    print(f"\nthe same number of spikes at {agree:.2%} of the points", end="")
    assert agree > 0.99
    assert ms["NEURON, one model, 40 ms at 0.025 ms"] / ms["sweep, 40 ms at 0.025 ms"] > 20 / 2
    assert ms["NEURON, one model, 40 ms at 0.01 ms"] / ms["measure.paired_pulses, at 0.01 ms"] > 20 / 2


def test_cost_against_size(in_neuron):
    sizes, ways = (1, 4, 16, 64, 256, 1024), {"hhlab": [], "NEURON, one model": []}
    for size in sizes:
        currents = np.linspace(5, 60, size)
        stimuli = [[(amplitude, 0, FOR_EVER)] for amplitude in currents]
        settings = {"over": {"amplitude": currents}, "measure": COUNT, "t_stop": 50, "dt": 0.025}
        ms = in_turns(f"{size} cells, 50 ms at 0.025 ms", 5, {
            "hhlab": lambda settings=settings: partial(hh.sweep, SQUID, hh.Step(1, 0, 50), **settings),
            "NEURON, one model": lambda stimuli=stimuli: partial(InNeuron(in_neuron[0], stimuli, 0.025).psolve, 50),
        }, {})  # fmt: skip
        for way, taken in ms.items():
            ways[way].append(taken)
    drawn(sizes, ways)
    assert all(ours < theirs for ours, theirs in list(zip(*ways.values(), strict=True))[2:])


def drawn(sizes, ways):
    """Keep a picture of cost against size where HHLAB_SCREENSHOTS says."""
    place = os.environ.get("HHLAB_SCREENSHOTS")
    if not place:
        return
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5, 3.5), layout="constrained")
    axes = figure.add_subplot(xlabel="cells", ylabel="ms for 50 ms at 0.025 ms", xscale="log", yscale="log")
    for way, taken in ways.items():
        axes.plot(sizes, taken, "o-", label=way)
    axes.legend()
    figure.savefig(Path(place, "cost_against_size.png"), dpi=120)
