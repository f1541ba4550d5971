"""Measurements on an excitable membrane: thresholds by duration, rates, breaks and ramps, synapses."""

import numpy as np
import pytest
from scipy.optimize import brentq

import hhlab as hh
from hhlab.measure.thresholds import fires, smallest

COLD, WARM = hh.Squid(), hh.Squid(T=18.5)


@pytest.mark.parametrize(("duration", "amplitude"), [(0.5, 13.275), (1, 6.919), (50, 2.2403)])
def test_strength_duration(duration, amplitude):
    found = hh.measure.strength_duration(COLD, [[duration]])
    assert found.shape == (1, 1)
    assert found[0, 0] == pytest.approx(amplitude, rel=1e-3)


def test_brief_pulses_need_one_charge():
    durations = np.array([0.05, 0.1, 0.2])
    assert hh.measure.strength_duration(COLD, durations) * durations == pytest.approx(6.5, abs=0.06)


@pytest.mark.parametrize("cell", [COLD, WARM, hh.Neuron()], ids=["cold", "warm", "neuron"])
def test_chronaxie(cell):
    assert hh.measure.threshold(cell, hh.measure.chronaxie(cell)) == pytest.approx(
        2 * hh.measure.rheobase(cell), rel=1e-3
    )


def test_no_chronaxie_of_what_fires_by_itself():
    assert np.isnan(hh.measure.chronaxie(hh.Squid(g_K=15)))


@pytest.mark.parametrize(
    ("cell", "current", "rate"), [(COLD, 10, 68.324), (COLD, 6.3, 52.37), (WARM, 10, 188.589)], ids=str
)
def test_rate(cell, current, rate):
    assert hh.measure.frequency(cell, current) == pytest.approx(rate, rel=1e-3)


@pytest.mark.parametrize(("cell", "current"), [(COLD, 6.261), (WARM, 8.027)], ids=str)
def test_lowest_current_with_lasting_firing(cell, current):
    assert hh.measure.sustained(cell) == pytest.approx(current, rel=5e-3)


def test_no_rate_below_and_in_block():
    rates = hh.measure.frequency(COLD, [0, 2.3, 6.2, 100, 200])
    assert rates.tolist() == [0] * 5


def jacobian(cell, current):
    """Of dV/dt and the gates at the fixed point under a current, by central differences; and that point."""
    gates, C = cell.gates, cell.C

    def slopes(y):
        shares = dict(zip(cell.gate_names, y[1:], strict=True))
        total = current
        for channel in cell.channels:
            open_share = np.prod([shares[f"{channel.name}.{g.name}"] ** g.power for g in channel.gates])
            total -= channel.g * open_share * (y[0] - channel.E)
        moved = [(g.steady_state(y[0]) - x) / g.time_constant(y[0], cell.T) for g, x in zip(gates, y[1:], strict=True)]
        return np.array([total / C, *moved], float)

    def steady(V):
        return np.array([V, *(float(g.steady_state(V)) for g in gates)])

    y = steady(brentq(lambda V: slopes(steady(V))[0], -80, -20))
    steps = np.array([1e-4, *[1e-6] * len(gates)])
    return np.array([(slopes(y + e) - slopes(y - e)) / (2 * e.sum()) for e in np.diag(steps)]).T


def loudest(cell, current):
    values = np.linalg.eigvals(jacobian(cell, current))
    return values[values.imag > 0][values[values.imag > 0].real.argmax()]


@pytest.mark.parametrize(
    ("cell", "current", "hertz"),
    [(COLD, 9.7754, 93.30), (COLD, 154.522, 169.16), (WARM, 18.560, 243.4), (WARM, 151.579, 492.8)],
    ids=str,
)
def test_hopf_points(cell, current, hertz):
    found = brentq(lambda current: loudest(cell, current).real, 0.98 * current, 1.02 * current)
    assert found == pytest.approx(current, rel=1e-4)
    assert 1000 * loudest(cell, found).imag / (2 * np.pi) == pytest.approx(hertz, rel=1e-3)


def test_between_rest_and_firing_there_are_both():
    """A slow ramp leaves the axon at rest where a step makes it fire, up to a little above the Hopf point."""
    assert hh.measure.frequency(COLD, [7, 9], ramp=500).tolist() == [0, 0]
    assert (hh.measure.frequency(COLD, [7, 9]) > 50).all()
    assert 9.7754 < hh.measure.sustained(COLD, ramp=500) < 10.2


def test_anode_break():
    assert hh.measure.anode_break(COLD) == pytest.approx(-2.792, rel=5e-3)
    assert hh.measure.anode_break(WARM) == -np.inf
    for size, spikes in ((-2.77, 0), (-2.81, 1)):
        assert hh.measure.spikes(hh.simulate(COLD, hh.Step(size, 5, 20), 60)).size == spikes


@pytest.mark.parametrize(
    ("cell", "hold", "slope"), [(COLD, 3, 0.420), (COLD, 4, 0.379), (COLD, 5, 0.377), (WARM, 6, 3.17)], ids=str
)
def test_accommodation(cell, hold, slope):
    assert hh.measure.accommodation(cell, hold) == pytest.approx(slope, rel=5e-3)


def test_highest_rate_is_followed_and_a_faster_one_is_not():
    rate, size = hh.measure.highest_rate(COLD), 2 * hh.measure.threshold(COLD)
    counts = []
    for each in (0.99 * rate, 1.03 * rate):
        train = hh.Train(size, 0, 0.5, 1000 / each, 15)
        counts.append(hh.measure.spikes(hh.simulate(COLD, train, train.end + 12)).size)
    assert counts[0] == 15 > counts[1]


def test_periods():
    cold, warm = (hh.measure.refractory_periods(cell) for cell in (COLD, WARM))
    assert (cold.absolute, warm.absolute) == (pytest.approx(7.2, abs=0.03), pytest.approx(2.17, abs=0.03))
    assert (cold.relative, warm.relative) == (pytest.approx(16.63, abs=0.03), pytest.approx(5.15, abs=0.03))
    assert cold.least < 1 < cold.relative < cold.supernormal
    assert hh.measure.refractory(COLD, cold.relative) == pytest.approx(1, abs=2e-3)
    assert hh.measure.refractory(COLD, cold.supernormal) == pytest.approx(cold.least, abs=1e-3)


def test_no_second_spike_before_the_first_has_passed():
    assert hh.measure.refractory(COLD, [0.5, 1, 1.5]).tolist() == [np.inf] * 3


def test_a_map_of_pairs_agrees_with_the_curve():
    once, intervals = hh.measure.threshold(COLD), np.array([6.0, 8.0, 12.0])
    ratios = hh.measure.refractory(COLD, intervals)
    sizes = np.array([0.99, 1.01]) * ratios[2] * once
    heights = hh.measure.paired_pulses(COLD, intervals, sizes)
    assert heights.shape == (3, 2)
    assert np.isnan(heights[0]).all()
    assert np.isfinite(heights[2]).tolist() == [False, True]
    pair = hh.PulsePair(1.5 * once, sizes[1], 0, 12, 0.5)
    rec = hh.simulate(COLD, pair, 30)
    assert heights[2, 1] == pytest.approx(rec.V[rec.t >= 12.5].max(), abs=1e-3)


def test_the_second_spike_grows_with_the_interval():
    heights = hh.measure.paired_pulses(COLD, [10, 12, 15, 20], [60]).ravel()
    assert (np.diff(heights) > 0).all()


def test_upstroke_leaves_out_the_shock():
    rec = hh.simulate(COLD, hh.Shock(15, 1), 10)
    slope, when = hh.measure.upstroke(rec)
    inside = (rec.t > 1.1) & (rec.t < 5)
    assert slope == pytest.approx(np.gradient(rec.V, rec.t)[inside].max(), rel=5e-3)
    assert 1.1 < when < 2.5


@pytest.mark.parametrize(("cell", "g"), [(COLD, 0.045376), (WARM, 0.099115)], ids=str)
def test_threshold_of_a_synapse(cell, g):
    found = smallest(fires(cell, lambda size: hh.Synapse(size, start=0), 80), 0.001, 1)
    assert found == pytest.approx(g, rel=1e-3)


def test_a_synapse_just_below_and_above():
    below, above = (hh.measure.peak(hh.simulate(COLD, hh.Synapse(0.045376 * share)))[0] for share in (0.99, 1.01))
    assert (below, above) == (pytest.approx(-57.4, abs=0.05), pytest.approx(33.6, abs=0.1))


def test_an_inhibiting_synapse_stops_a_spike():
    pulse, synapse = hh.Step(14), hh.Synapse(0.5, E=-70, start=4)
    assert hh.measure.spikes(hh.simulate(COLD, pulse)).size == 1
    assert hh.measure.spikes(hh.simulate(COLD, pulse + synapse)).size == 0


@pytest.mark.parametrize(("rise", "decay", "top"), [(0.5, 5, 1.2792), (0.2, 2, 0.5117), (5, 0.5, 1.2792), (2, 2, 2)])
def test_shape_of_a_synapse(rise, decay, top):
    synapse, t = hh.Synapse(0.3, 0, 2, rise, decay), np.arange(200_001) * 1e-3
    g = synapse.conductance(t)
    assert g.max() == pytest.approx(0.3, rel=1e-6)
    assert t[g.argmax()] == pytest.approx(2 + top, abs=1.5e-3)
    assert not g[t <= 2].any()
    mean = synapse.mean(400, 0.5)
    assert mean == pytest.approx(
        [np.trapezoid(g[n : n + 501], dx=1e-3) / 0.5 for n in range(0, 199_501, 500)], abs=1e-6
    )


def test_two_synapses_are_their_sum():
    both = hh.Synapse(0.03) + hh.Synapse(0.02)
    one, two = (hh.simulate(COLD, each, 40) for each in (hh.Synapse(0.05), both))
    assert np.abs(one.V - two.V).max() < 1e-9
    assert np.abs(one.stimulus - two.stimulus).max() < 1e-9


def test_the_charge_of_a_synapse_comes_from_the_carrier():
    cell = hh.SquidWithPumps(diameter=2)
    rec, quiet = (hh.simulate(cell, each, 40, carrier="Cl") for each in (hh.Synapse(0.05), None))
    given = 0.5 * (rec.stimulus[1:] + rec.stimulus[:-1]) @ np.diff(rec.t)
    by_current = -(rec.I["ClL"] - quiet.I["ClL"])
    through = np.trapezoid(by_current + rec.stimulus, rec.t) * -cell.pool["Cl"].by_charge(cell.depth)
    moved = (rec.conc["Cl_in"] - quiet.conc["Cl_in"])[-1]
    assert given > 0
    assert moved == pytest.approx(-through, rel=1e-3)


def test_neuron():
    """Numbers of the neuron of Traub & Miles as computed elsewhere."""
    cell = hh.Neuron()
    assert hh.measure.rest(cell) == pytest.approx(-66.67, abs=0.01)
    rec = hh.simulate(cell, hh.Step(1, 0, 500), 500)
    assert hh.measure.spikes(rec).size == 18
    pulse = hh.Step(1.5 * hh.measure.threshold(cell), 1, 0.5)
    assert hh.measure.half_width(hh.simulate(cell, pulse, 20)) == pytest.approx(0.854, abs=1e-3)
    stuck = hh.simulate(cell.replace(g_K=0), hh.Step(60, 1, 0.5), 100)
    assert stuck.V[-1] == pytest.approx(10.9, abs=0.2)


@pytest.mark.parametrize("interval", [5.8, 7, 8, 10])
def test_with_few_potassium_channels_h_is_to_blame(interval):
    few_K = hh.Squid(g_K=3.6, g_L=3, E_L=-65)
    as_is, h, n = (hh.measure.refractory(few_K, interval, reset=reset) for reset in ((), ("h",), ("n",)))
    assert h < n <= as_is
    assert np.isinf([as_is, n]).all() == (interval < 6)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: hh.measure.accommodation(COLD, -1), r"^hold = -1 uA/cm2 is outside"),
        (
            lambda: hh.measure.frequency(COLD, [np.nan]),
            r"^currents = nan uA/cm2 is not finite: leave it out, or give a finite number$",
        ),
        (
            lambda: hh.measure.strength_duration(COLD, "x"),
            r"^durations = 'x' are not numbers: give one or more, in ms$",
        ),
        (lambda: hh.measure.highest_rate(COLD, "x"), r"^strength = 'x' is not a number"),
        (lambda: hh.measure.refractory_periods(COLD, "x"), r"^duration = 'x' is not a number"),
        (lambda: hh.measure.availability(hh.Squid(g_Na=0), [-80]), "has no inward sodium current to measure"),
        (lambda: hh.measure.boltzmann([1, 2, 3], [1, 1, 1]), "these shares are all the same"),
        (lambda: hh.measure.highest_rate(hh.Squid(g_K=10)), "no threshold from rest"),
        (lambda: hh.measure.paired_pulses(hh.Squid(g_K=10), [10], [20]), "no threshold from rest"),
        (lambda: hh.measure.boltzmann([1, 2], [0.1]), r"^2 voltages and 1 shares: give as many of each, 3 or more$"),
        (lambda: hh.measure.anode_break(3), r"^3 is not a cell: give one such as Squid\(\)$"),
        (lambda: hh.measure.upstroke(3), "3 is not a recording"),
        (lambda: hh.Synapse(-1), r"^g_max = -1 mS/cm2 is outside 0 to 1000 mS/cm2"),
    ],
)
def test_one_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()
