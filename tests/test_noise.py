"""Cells whose channels are counted: against an exact simulation, the same for the same seed, and on benches."""

import pickle

import numpy as np
import pytest
from scipy import stats

import hhlab as hh
from hhlab import kernel
from hhlab.compile_cache import njit
from hhlab.simulation import simulate_many

SMALL = hh.Squid().with_noise(area=5)
NEAR_THRESHOLD = hh.Step(6, 0, 40)
EVERY = {
    "squid": hh.Squid(),
    "half without inactivation": hh.Squid(T=18.5, pronase=0.5),
    "neuron": hh.Neuron(g_Kv1=1, g_Kv2=1),
    "afterpotentials": hh.AfterpotentialCell(),
    "relay": hh.ThalamicRelay(),
    "barnacle": hh.Barnacle(),
    "beta cell": hh.BetaCell(),
    "frog": hh.FrogNode(),
    "ventricle": hh.Ventricle(),
    "node": hh.SinoatrialNode(),
    "squid with pumps": hh.SquidWithPumps(),
    "own": hh.Squid().plus(hh.library["Kv4"].channel("A", 5, -77)),
}


@njit
def linear_over_exponential(x):
    return 10.0 if abs(x) < 1e-9 else x / (1 - np.exp(-x / 10))


@njit
def rate(gate, is_open, V):
    """Opening or closing rate of m (0), h (1) or n (2) at 6.3 degC, 1/ms; Hodgkin & Huxley 1952."""
    if gate == 0:
        return 4 * np.exp(-(V + 65) / 18) if is_open else 0.1 * linear_over_exponential(V + 40)
    if gate == 1:
        return 1 / (1 + np.exp(-(V + 35) / 10)) if is_open else 0.07 * np.exp(-(V + 65) / 20)
    return 0.125 * np.exp(-(V + 65) / 80) if is_open else 0.01 * linear_over_exponential(V + 55)


FASTEST = np.array([30.0, 1.5, 1.5])
"""1/ms that no rate of m, h and n exceeds between -100 and 60 mV."""


@njit
def first_spike(n_Na, n_K, current, t_stop, V, start, random):
    """When V first passes 0 mV in a squid axon with so many channels: exact, and with nothing from the package.

    The next moment at which a particle may jump is drawn at a rate that none exceeds. Until then all conductances stay,
    and V relaxes by its exponential. Then one particle is picked, and jumps with its share of that rate.
    """
    begin = np.array([0, 3 * n_Na, 4 * n_Na, 4 * n_Na + 4 * n_K])  # of the particles of each gate
    is_open, shut, open_Na, open_K, t = np.zeros(begin[3], np.int64), np.full(n_Na + n_K, 4), 0, 0, 0.0
    most = FASTEST * (begin[1:] - begin[:-1])
    upper = np.cumsum(most)
    g, toward = 0.3, 0.3 * -54.387 + current
    for step in range(begin[3] + 100_000_000):
        beginning = step < begin[3]  # each particle is opened by chance first
        if not beginning:
            wait = -np.log(1 - random.random()) / upper[2]
            V = toward / g + (V - toward / g) * np.exp(-g * wait)
            t += wait
        if V >= 0 or t >= t_stop:
            break
        pick = random.random() * upper[2]
        gate = 2 if pick >= upper[1] else 1 if pick >= upper[0] else 0
        which = begin[gate] + int((pick - upper[gate] + most[gate]) / FASTEST[gate])
        if beginning:
            which, gate = step, 2 if step >= begin[2] else 1 if step >= begin[1] else 0
        chance = start[gate] if beginning else rate(gate, is_open[which], V) / FASTEST[gate]
        if random.random() < chance:
            owner = which // 3 if gate == 0 else which - begin[1] if gate == 1 else n_Na + (which - begin[2]) // 4
            before = shut[owner] == 0
            shut[owner] += 2 * is_open[which] - 1
            is_open[which] = 1 - is_open[which]
            change = int(shut[owner] == 0) - int(before)
            open_Na, open_K = (open_Na + change, open_K) if gate < 2 else (open_Na, open_K + change)
            g_Na, g_K = 120 * open_Na / n_Na, 36 * open_K / n_K
            g, toward = g_Na + g_K + 0.3, 50 * g_Na - 77 * g_K - 0.3 * 54.387 + current
    return min(t, t_stop)


def first_spikes(cell, protocol, t_stop, runs):
    spikes = []
    for begin in range(5000, 5000 + runs, 100):  # all at once would take gigabytes
        seeds = range(begin, min(begin + 100, 5000 + runs))
        recs = simulate_many([cell.replace(seed=seed) for seed in seeds], [protocol], t_stop)
        spikes += [hh.measure.spikes(rec) for rec in recs]
    return np.array([each[0] if each.size else t_stop for each in spikes])


@pytest.mark.parametrize(
    ("area", "current", "t_stop", "runs"), [pytest.param(5, 6.0, 40, 1500, marks=pytest.mark.slow), (1, 0.0, 30, 500)]
)
def test_spikes_come_when_they_do_in_an_exact_simulation(area, current, t_stop, runs):
    """Of right simulations one in a thousand would fail; 1500 tell two distributions 0.072 apart from each other."""
    rest = hh.Squid().rest()
    start = np.array([rest["Na.m"], rest["Na.h"], rest["K.n"]])
    random = np.random.default_rng(12345)
    exact = [first_spike(60 * area, 18 * area, current, t_stop, rest["V"], start, random) for _ in range(runs)]
    found = first_spikes(SMALL.replace(area=area), hh.Step(current, 0, t_stop), t_stop, runs)
    assert stats.ks_2samp(found, exact).pvalue > 0.001
    assert np.std(found) > 2  # ms: there is something to compare


def test_random_numbers_are_those_that_the_generator_is_known_for():
    draw, state = getattr(kernel.draw, "py_func", kernel.draw), np.array([0, 0, 1234567, 0, 0, 1234567])
    known = 1459213977, 2827710106, 4245671317, 3877608661, 2595287583
    assert [round(draw(state) * 4294967088) + 1 for _ in known] == list(known)


def test_the_same_seed_gives_the_same_numbers():
    one, same, other = (
        hh.simulate(hh.Squid().with_noise(5, seed), NEAR_THRESHOLD, 40) for seed in (1, 1, 2)
    )  # fmt: skip
    assert np.array_equal(one.V, same.V)
    assert np.array_equal(one.gate_values, same.gate_values)
    assert np.abs(one.V - other.V).max() > 10
    (spikes_only,) = simulate_many([hh.Squid().with_noise(5, 1)], [NEAR_THRESHOLD], 40, keep="spikes")
    assert spikes_only.crossings(0.0) == pytest.approx(one.crossings(0.0), abs=1e-9)
    assert np.array_equal(spikes_only.gate["Na.open"], one.gate["Na.open"])


def test_a_tiny_membrane_fires_by_itself_and_a_large_one_does_not():
    tiny, large = (hh.simulate(hh.Squid().with_noise(area), None, 100) for area in (1, 300))
    assert hh.measure.spikes(tiny).size > 3
    assert hh.measure.spikes(large).size == 0


def test_the_larger_the_membrane_the_less_spikes_scatter():
    scatter = [first_spikes(SMALL.replace(area=area), hh.Step(20, 1, 1), 15, 50).std() for area in (10, 40, 160)]
    assert scatter[0] > 1.4 * scatter[1] > 1.4**2 * scatter[2] > 0


def test_what_conducts_is_counted_channel_by_channel():
    rec = hh.simulate(SMALL, NEAR_THRESHOLD, 40)
    assert rec.cell.numbers == {"Na": 300, "K": 90}
    for gate, of in (("Na.open", 300), ("K.open", 90), ("Na.m", 900), ("Na.h", 300), ("K.n", 360)):
        counts = rec.gate[gate] * of
        assert counts == pytest.approx(np.round(counts), abs=1e-9)
    assert rec.g["Na"] == pytest.approx(120 * rec.gate["Na.open"], rel=1e-12)
    assert rec.I["K"] == pytest.approx(36 * rec.gate["K.open"] * (rec.V + 77), rel=1e-12)


def test_open_channels_scatter_as_independent_ones_do():
    slow = hh.Squid(C=100).with_noise(300)  # V hardly moves
    rec = hh.simulate(slow, None, 600, every=100)
    n, p = 5400, hh.Squid().rest()["K.n"] ** 4
    counts = n * rec.gate["K.open"][20:]
    assert counts.mean() == pytest.approx(n * p, rel=0.1)
    assert counts.var() == pytest.approx(n * p * (1 - p), rel=0.3)


@pytest.mark.parametrize("cell", EVERY.values(), ids=EVERY)
def test_a_large_noisy_membrane_goes_as_one_without_noise(cell):
    noisy, protocol = cell.with_noise(100 if isinstance(cell, hh.FrogNode) else 1500), hh.Step(5, 0.5, 1)
    rec, smooth = (hh.simulate(each, protocol, 3) for each in (noisy, cell))
    assert noisy.rest() == pytest.approx({**noisy.rest(), **cell.rest()}, abs=1e-6) or "pronase" in cell.parameters()
    assert 0 < np.abs(rec.V - smooth.V).max() < 3 or not noisy.numbers
    for channel in cell.channels:
        n = noisy.numbers.get(channel.name, np.inf)
        p = smooth.open_share(channel.name)
        assert np.abs(rec.open_share(channel.name) - p).max() < 6 * np.sqrt(p.max() / n) + 0.02


def test_gates_of_a_noisy_cell_are_frozen_reset_and_started():
    rec = hh.simulate(SMALL, None, 5, freeze=("K.n",), start={"K.n": 1.0, "Na.h": 0.0})
    assert (rec.gate["K.open"] == 1).all()
    assert rec.gate["Na.h"][0] < 0.01
    again = hh.simulate(SMALL, None, 5, start={"Na.h": 0.0}, reset={"Na.h": 2.0})
    before, after = again.gate["h"][[199, 201]]
    assert before < 0.3 < 0.5 < after
    assert hh.simulate(SMALL, None, 5, start=rec).gate["K.n"][0] == 1


def test_single_channels_can_be_seen_along_a_noisy_recording():
    rec = hh.simulate(SMALL, NEAR_THRESHOLD, 40)
    assert hh.single_channels(rec, "Na", 10).states == ("closed", "open", "inactivated")
    assert len(hh.plot(rec, "gates", "single channels", "average of 10 channels").axes) == 3


def test_sweeps_go_over_seeds_and_areas():
    over = {"area": [2, 5], "seed": [1, 2, 3]}
    table = hh.sweep(SMALL, NEAR_THRESHOLD, over=over, measure={"peak": lambda rec: rec.V.max()}, t_stop=20)
    assert table["peak"].nunique() == 6


def test_a_bench_has_knobs_for_area_and_seed_and_its_code_gives_the_same():
    bench = hh.explore(SMALL, NEAR_THRESHOLD, knobs=("area", "seed"), presets=("TTX",), t_stop=10)
    bench.set(area=8, seed=3)
    names = {}
    exec(bench.code, names)
    assert "hh.Squid().with_noise(area=8, seed=3)" in bench.code
    assert np.array_equal(names["rec"].V, bench.recording.V)
    bench.press("TTX")
    assert bench.cell.noisy
    assert bench.cell.numbers["Na"] == 0
    assert not bench.recording.g["Na"].any()
    bench.set(seed=1.5)
    assert "seed = 1.5 is not a whole number" in bench.notice


def test_noisy_recordings_are_written_read_and_pickled(tmp_path):
    rec = hh.simulate(hh.Squid(T=18.5).with_noise(5, 2), hh.Step(10, 1, 2), 5)
    rec.to_csv(tmp_path / "noisy.csv")
    back = hh.Recording.from_csv(tmp_path / "noisy.csv")
    assert back.cell == rec.cell
    assert np.array_equal(back.gate["Na.open"], rec.gate["Na.open"])
    assert np.array_equal(pickle.loads(pickle.dumps(rec)).g["K"], rec.g["K"])
    assert rec.cell.smooth == hh.Squid(T=18.5)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: hh.Squid().with_noise(0), r"area = 0 um2 is outside 0\.1 to 10000 um2"),
        (lambda: hh.Squid().with_noise(10, 1.5), r"seed = 1\.5 is not a whole number"),
        (lambda: hh.clamp(SMALL, hh.Clamp()), r"a clamp has no noise of its channels: leave with_noise out"),
        (lambda: hh.propagate(hh.Axon(SMALL), hh.Step(1000, 0, 0.1)), r"the channels of an axon cannot be noisy"),
        (lambda: hh.simulate(hh.SquidWithPumps().with_noise(10), None, 3_600_000), r"would store"),
    ],
)  # fmt: skip
def test_what_has_no_noise_says_so(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()
