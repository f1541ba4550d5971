"""Currents of any shape: sine, noise and samples, against equations that are written here and solved by SciPy."""

import itertools

import numpy as np
import pytest
from scipy.integrate import solve_ivp

import hhlab as hh
from hhlab.protocols import mean_currents, varied

LEAK, REST = 0.3, -54.387  # mS/cm2, mV: what is left of the squid axon without gated channels
PASSIVE = hh.Squid(g_Na=0, g_K=0)
moments = np.arange(0, 60.001, 0.25)  # ms
SHAPES = [
    hh.Sine(8, 70, 3.3, 41.7, mean=2),
    hh.Sine(8, 20, 3.3, 41.7, sweep=300),
    hh.Noise(6, 3, 2, 3.3, 41.7),
    hh.Waveform(moments, 10 * np.sin(moments / 3) * (moments > 10)),
]


def squid(t, y, current):
    """Hodgkin & Huxley at 6.3 degC, 1 uF/cm2."""
    V, m, h, n = y
    u = V + 65
    rates = [
        (0.1 * (25 - u) / (np.exp((25 - u) / 10) - 1), 4 * np.exp(-u / 18), m),
        (0.07 * np.exp(-u / 20), 1 / (np.exp((30 - u) / 10) + 1), h),
        (0.01 * (10 - u) / (np.exp((10 - u) / 10) - 1), 0.125 * np.exp(-u / 80), n),
    ]
    ionic = 120 * m**3 * h * (V - 50) + 36 * n**4 * (V + 77) + 0.3 * (V + 54.387)
    return [current(t) - ionic, *(a * (1 - x) - b * x for a, b, x in rates)]


def solved(current, edges, step):
    """V of the squid axon at the times moments (ms), by LSODA from edge to edge of the stimulus."""
    rest = solve_ivp(squid, (0, 500), [-65, 0.05, 0.6, 0.3], "LSODA", args=(lambda t: 0.0,), rtol=1e-10, atol=1e-12)
    y, V = rest.y[:, -1], np.full(moments.size, np.nan)
    for begin, end in itertools.pairwise(edges):
        within = (moments >= begin) & (moments <= end)
        part = solve_ivp(squid, (begin, end), y, "LSODA", args=(current,), rtol=1e-9, atol=1e-11, max_step=step,
                         t_eval=np.union1d(moments[within], [end]))  # fmt: skip
        V[within], y = part.y[0, np.isin(part.t, moments[within])], part.y[:, -1]
    return V


def at_those_times(rec):
    return rec.V[np.round(moments / rec.t[1]).astype(int)]


@pytest.mark.parametrize("frequency", [5, 50, 500, 3000])
def test_a_passive_membrane_under_a_sine(frequency):
    """C V' = I - g (V - E): the sum of a sine of amplitude A / sqrt(g^2 + (w C)^2) and a transient."""
    w = 2e-3 * np.pi * frequency
    rec = hh.simulate(PASSIVE, hh.Sine(5, frequency, 0, 60), 60, dt=0.01)
    phase = np.arctan2(w, LEAK)
    steady, transient = np.sin(w * rec.t - phase), np.sin(phase) * np.exp(-LEAK * rec.t)
    exact = REST + 5 / np.hypot(LEAK, w) * (steady + transient)
    assert np.abs(rec.V - exact).max() < 2e-4


def test_a_passive_membrane_under_a_rising_frequency():
    def slope(t, V):
        return [3 * np.sin(2e-3 * np.pi * (5 * t + 0.5 * 195 * t * t / 60)) - LEAK * (V[0] - REST)]

    exact = solve_ivp(slope, (0, 60), [REST], "DOP853", rtol=1e-10, atol=1e-10, t_eval=moments[:-1]).y[0]
    rec = hh.simulate(PASSIVE, hh.Sine(3, 5, 0, 60, sweep=195), 60)
    assert at_those_times(rec)[:-1] == pytest.approx(exact, abs=1e-4)


def test_the_squid_under_a_sine():
    def current(t):
        return 4 + 8 * np.sin(2e-3 * np.pi * 60 * (t - 3.33)) if 3.33 <= t <= 50 else 0.0

    rec = hh.simulate(hh.Squid(), hh.Sine(8, 60, 3.33, 46.67, mean=4), moments[-1] + 1, dt=0.005)
    exact = solved(current, [0, 3.33, 50, moments[-1]], 0.5)
    assert len(hh.measure.spikes(rec)) == 3
    assert np.abs(at_those_times(rec) - exact).max() < 0.1


def test_the_squid_under_sampled_noise():
    apart = 0.137  # ms, on no time grid
    t = np.arange(400) * apart
    samples = 6 + 8 * np.cumsum(np.random.default_rng(4).standard_normal(t.size)) / 10

    def current(now):
        return float(np.interp(now - 2.0, t, samples)) if 2.0 <= now <= 2.0 + t[-1] else 0.0

    rec = hh.simulate(hh.Squid(), hh.Waveform(t, samples, start=2), moments[-1] + 1, dt=0.005)
    exact = solved(current, [0, *(2.0 + t[::4]), 2.0 + t[-1], moments[-1]], apart)
    assert len(hh.measure.spikes(rec)) > 1
    assert np.abs(at_those_times(rec) - exact).max() < 0.1


def test_noise_is_an_ornstein_uhlenbeck_process():
    noise = hh.Noise(mean=3, sd=2, tau=4, start=0, duration=400_000)
    x = noise.current(np.arange(0, 400_000, 0.08))
    assert x.mean() == pytest.approx(3, abs=0.03)  # of 50,000 independent values
    assert x.std() == pytest.approx(2, rel=0.01)
    for lag in (1, 4, 8):
        shift = round(lag / 0.08)
        assert np.corrcoef(x[:-shift], x[shift:])[0, 1] == pytest.approx(np.exp(-lag / 4), abs=0.015)
    assert (np.abs(x - 3) < 2).mean() == pytest.approx(0.6827, abs=0.01)


def test_noise_from_its_recipe():
    drawn, x = np.random.RandomState(7).standard_normal(501), []
    for number, xi in enumerate(drawn):
        x.append(xi if number == 0 else np.exp(-0.02) * x[-1] + np.sqrt(1 - np.exp(-0.04)) * xi)
    found = hh.Noise(1, 2, 5, 10, 50, seed=7).current(10 + 0.1 * np.arange(500))
    assert found == pytest.approx(1 + 2 * np.array(x[:-1]), abs=1e-9)


def test_the_same_seed_gives_the_same_noise_however_long_and_whatever_the_step():
    short, long = hh.Noise(duration=20), hh.Noise(duration=200)
    t = np.arange(5, 25, 0.37)
    np.testing.assert_array_equal(short.current(t), long.current(t))
    assert np.abs(short.current(t) - short.replace(seed=2).current(t)).max() > 1
    fine, coarse = (hh.simulate(hh.Squid(), hh.Noise(8, 4), 100, dt=dt) for dt in (0.0025, 0.01))
    assert hh.measure.spikes(fine) == pytest.approx(hh.measure.spikes(coarse), abs=0.005)


@pytest.mark.parametrize("protocol", SHAPES)
@pytest.mark.parametrize("dt", [0.01, 0.37, 5.0])
def test_the_mean_of_each_step_is_exact(protocol, dt):
    """Against the trapezoidal rule on a fine grid that has the edges of the stimulus and of the steps in it.

    A frequency that changes within a step counts as that of its middle: with usual steps this cannot be seen.
    """
    tolerance = {0.01: 2e-5, 0.37: 5e-3, 5.0: 0.3}[dt] if "sweep=" in repr(protocol) else 2e-5
    steps = int(60 / dt)
    fine = max(round(dt / 0.0005), 20)
    for number in np.linspace(0, steps - 1, 40).astype(int):
        edges = number * dt, (number + 1) * dt
        inside = np.clip(edges, protocol.start, protocol.end)
        grid = np.linspace(*inside, fine + 1)[1:-1]
        if isinstance(protocol, hh.Waveform):
            grid = np.union1d(grid, moments[(moments > inside[0]) & (moments < inside[1])])
        ends = [min(max(x, protocol.start), protocol.end - 1e-9) for x in inside]
        x = np.concatenate(([inside[0]], grid, [inside[1]]))
        y = protocol.current(np.concatenate(([ends[0]], grid, [ends[1]])))
        expected = np.trapezoid(y, x) / dt if inside[1] > inside[0] else 0.0
        assert protocol.mean_current(steps, dt)[number] == pytest.approx(expected, abs=tolerance)


def test_steps_alone_are_as_cheap_as_ever():
    few, many = hh.Step(5) + hh.Train(5), hh.Step(5) + SHAPES[0]
    assert mean_currents([few], 10_000, 0.01)[1].shape[0] < 50
    row, table = mean_currents([few, many, many], 10_000, 0.01)
    np.testing.assert_allclose(table[row, 0], few.mean_current(10_000, 0.01), atol=1e-14)
    np.testing.assert_allclose(table[row, 2], hh.Step(5).mean_current(10_000, 0.01)
                               + SHAPES[0].mean_current(10_000, 0.01), atol=1e-14)  # fmt: skip


@pytest.mark.parametrize("protocol", SHAPES)
def test_they_work_wherever_stimuli_work(protocol, tmp_path):
    both = protocol + hh.Shock(2, 1)
    rec = hh.simulate(hh.Squid(), both)
    assert rec.t[-1] == pytest.approx(protocol.end + 25)
    assert np.abs(rec.stimulus).max() <= abs(protocol.strongest) + 1e-9
    rec.to_csv(tmp_path / "rec.csv")
    again = hh.Recording.from_csv(tmp_path / "rec.csv")
    assert again.protocol == both
    np.testing.assert_array_equal(again.stimulus, rec.stimulus)
    table = hh.sweep(hh.Squid(), protocol, over={"start": [0, 4]}, measure={"V": lambda rec: float(rec.V[-1])})
    alone = [hh.simulate(hh.Squid(), protocol.replace(start=at), 29 + protocol.end - protocol.start) for at in (0, 4)]
    assert table["V"].tolist() == pytest.approx([float(each.V[-1]) for each in alone], abs=1e-9)
    run = hh.propagate(hh.Axon(length=1, patches=20), protocol.replace(start=0.1), at=0.5, over=1, t_stop=8)
    patch = hh.simulate(hh.Squid(T=18.5), protocol.replace(start=0.1), 8, dt=0.005)
    assert np.abs(run.at(0.5).V - patch.V).max() < 0.05


@pytest.mark.parametrize("protocol", SHAPES)
def test_the_code_of_a_bench_gives_exactly_the_same_recording(protocol):
    bench = hh.explore(hh.Squid(), protocol, ("voltage", "stimulus"), knobs=("start",))
    bench.set(start=4.5)
    if "scale" in protocol.parameters():
        bench.set(scale=2)
    made = {}
    exec(bench.code, made)
    np.testing.assert_array_equal(made["rec"].V, bench.recording.V)
    assert made["stimulus"] == bench.protocol


def test_the_code_names_a_current_that_the_notebook_has():
    from hhlab.lab.code import as_code

    mine = SHAPES[-1]
    code = as_code(hh.Squid(), mine.replace(scale=3), ["voltage"], {"t_stop": 40}, {"mine": mine})
    assert "stimulus = mine.replace(start=0, scale=3)\n" in code


def test_many_values_of_a_wave_are_those_of_each():
    values = {"seed": np.array([1.0, 2.0, 3.0]), "sd": np.array([1.0, 2.0, 0.0])}
    many = varied(hh.Noise(), values)
    assert list(many) == [hh.Noise(seed=1, sd=1), hh.Noise(seed=2, sd=2), hh.Noise(seed=3, sd=0)]


@pytest.mark.parametrize(("made", "told"), [
    (lambda: hh.Waveform([0, 1], [1, 2, 3]), "^there are 2 times and 3 currents: give as many of each$"),
    (lambda: hh.Waveform([0, 1, 1], [1, 2, 3]), "^t = 1 ms is followed by 1 ms: times must rise, so sort"),
    (lambda: hh.Waveform([0, 2, 1], [1, 2, 3]), "^t = 2 ms is followed by 1 ms: times must rise"),
    (lambda: hh.Waveform([0], [1]), r"^t has the shape \(1,\): give a row of 2 to 50000000 times in ms"),
    (lambda: hh.Waveform([[0, 1]], [1]), r"^t has the shape \(1, 2\)"),
    (lambda: hh.Waveform(["a", "b"], [1, 2]), r"^t = \['a', 'b'\] are not numbers: give one or more, in ms$"),
    (lambda: hh.Waveform([0, 1], [1, np.nan]), "^I = nan uA/cm2 is not finite: leave it out, or give a finite number$"),
    (lambda: hh.Waveform([0, 1], [1, 2e5]), "^I = 200000 uA/cm2 is outside -100000 to 100000 uA/cm2: give a value in "
                                            "this range$"),
    (lambda: hh.Waveform([-1, 1], [1, 2]), "^start = -1 ms is outside 0 to 1000000000 ms: give a value in this range$"),
    (lambda: hh.Noise(seed=1.5), r"^seed = 1.5 is not a whole number: give one from 0 to 4294967295$"),
    (lambda: hh.simulate(hh.Squid(), hh.Noise(tau=0.001, duration=1000)),
     "^duration = 1000 ms is too long for noise with tau = 0.001 ms: make it at most 100 ms, or tau longer$"),
    (lambda: hh.Sine(frequency="3 mV"), "^frequency = '3 mV' is not a number: give one from 0 to 100000 Hz$"),
    (lambda: hh.simulate(hh.PumpCell(), hh.Sine(0.1, 1, 0, 1e6), 3.6e6),
     "^a sine of 0.1 uA/cm2 at 1 Hz for 1000000 ms from 0 ms is too much for a recording of 3.6e.06 ms"),
])  # fmt: skip
def test_what_cannot_be_is_said_in_one_sentence(made, told):
    with pytest.raises(ValueError, match=told):
        made()


def test_words():
    told = [each.in_words() for each in SHAPES]
    assert told[0] == "a sine of 8 uA/cm2 at 70 Hz for 41.7 ms from 3.3 ms, around 2 uA/cm2"
    assert told[1] == "a sine of 8 uA/cm2 that goes from 20 to 320 Hz in 41.7 ms from 3.3 ms"
    assert told[2] == "noise of 6 +- 3 uA/cm2 with a time constant of 2 ms for 41.7 ms from 3.3 ms, seed 1"
    assert told[3] == "a current of 241 samples, -9.9999 to 9.99787 uA/cm2, for 60 ms from 0 ms"


def test_a_scaled_current_is_so_many_times_as_large():
    once = SHAPES[-1]
    assert once.replace(scale=-2).current(moments) == pytest.approx(-2 * once.current(moments))
    assert once.replace(scale=-2).mean_current(100, 0.3) == pytest.approx(-2 * once.mean_current(100, 0.3))
