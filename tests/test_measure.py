"""Measurements on traces that are drawn by hand: a membrane without channels follows every corner that is asked for."""

import inspect
import itertools
import re

import numpy as np
import pytest
from numpy.testing import assert_allclose

import hhlab as hh

REST, C = -60.0, 2.0
BARE = hh.Squid(g_Na=0, g_K=0, g_L=1e-7, E_L=REST, C=C)
COLD, WARM = hh.Squid(), hh.Squid(T=18.5)


def drawn(*corners, cell=BARE, t_stop=None):
    """A recording in which V goes in straight lines through corners (ms, mV), the first of them at rest."""
    pieces = [
        hh.Step(C * (after - before) / (end - begin), begin, end - begin)
        for (begin, before), (end, after) in itertools.pairwise(corners)
    ]
    return hh.simulate(cell, sum(pieces[1:], pieces[0]), t_stop or corners[-1][0] + 1)


def spiking(*times):
    """A recording with a spike from rest to +40 mV and back, 2 ms long, from each of some times (ms) on."""
    corners = [(t + after, V) for t in times for after, V in ((0, REST), (1, 40), (2, REST))]
    return drawn(*corners)


ONE = ((1, REST), (2, 40), (4, -70), (9, REST))
WITH_A_HUMP = ((1, REST), (2, -5), (3, -40), (4, 40), (6, -70), (8, REST))
"""The hump before the spike crosses the half of its height, but not 0 mV."""


@pytest.mark.parametrize(("corners", "width"), [(ONE, 0.5 + 50 / 55), (WITH_A_HUMP, 0.625 + 50 / 55)])
def test_half_width(corners, width):
    assert hh.measure.half_width(drawn(*corners)) == pytest.approx(width, abs=1e-3)


def test_half_width_of_a_spike_that_does_not_end():
    assert np.isnan(hh.measure.half_width(drawn((1, REST), (2, 40), (4, 0.5))))


def test_of_two_spikes_the_first_counts():
    rec = drawn((1, REST), (2, 20), (4, -70), (5, 60), (8, -80))
    assert hh.measure.half_width(rec) == pytest.approx(0.5 + 40 / 45, abs=1e-3)
    assert hh.measure.undershoot(rec)[0] == pytest.approx(-80, abs=0.2)
    assert hh.measure.peak(rec) == (pytest.approx(60, abs=0.2), pytest.approx(5, abs=0.01))


def test_undershoot_is_sought_after_the_peak():
    rec = drawn((1, REST), (2, -90), (3, 40), (5, -70), (9, REST))
    assert hh.measure.undershoot(rec) == (pytest.approx(-70, abs=0.2), pytest.approx(5, abs=0.02))
    assert np.isnan(hh.measure.undershoot(rec, level=45)).all()


def test_spikes_cross_a_level_upward():
    rec = drawn(*ONE)
    assert hh.measure.spikes(rec) == pytest.approx([1.6], abs=1e-6)
    assert hh.measure.spikes(rec, level=-65) == pytest.approx([4 + 5 / 2], abs=1e-3)
    assert hh.measure.spikes(rec, level=41).size == 0


def test_what_changes_V_is_the_stimulus_over_C():
    rec = drawn(*ONE)
    assert hh.measure.upstroke(rec) == (pytest.approx(100, abs=1e-3), pytest.approx(1, abs=0.02))
    parts = hh.measure.attribution(rec)
    assert parts["stimulus"][(rec.t > 2.1) & (rec.t < 3.9)] == pytest.approx(-55, abs=1e-6)
    assert np.abs(parts["L"]).max() < 1e-5


def test_afterpotentials():
    rec = drawn((1, REST), (2, 40), (4, -75), (6, -50), (16, -66), (26, REST), t_stop=40)
    found, fall = hh.measure.afterpotentials(rec), 2 + 60 / 57.5
    assert found.fall == pytest.approx(fall, abs=1e-3)
    for point, V, t in ((found.fast_AHP, -75, 4), (found.ADP, -50, 6), (found.medium_AHP, -66, 16)):
        assert point == (pytest.approx(V, abs=0.2), pytest.approx(t - fall, abs=0.02))
    assert found.lasts == pytest.approx(26 - 1 / 0.6 - fall, abs=0.02)


def test_afterpotentials_end_at_the_next_spike():
    found = hh.measure.afterpotentials(drawn((1, REST), (2, 40), (4, -70), (6, 40), (9, -90), (12, REST)))
    assert found.medium_AHP[0] == pytest.approx(-70, abs=0.2)
    assert np.isnan([*found.fast_AHP, *found.ADP]).all()
    assert hh.measure.afterpotentials(drawn((1, REST), (2, 40), (4, -70))).lasts == np.inf


@pytest.mark.parametrize("share", [0.5, 0.9])
def test_duration_runs_from_the_stimulus_to_a_share_of_the_way_back(share):
    """The leak alone would raise V fastest where V is lowest, which is where the last stimulus begins."""
    rec = drawn((1, REST), (2, 40), (3, REST), (5, REST), (6, 40), (16, REST), t_stop=30)
    assert hh.measure.duration(rec, share) == pytest.approx(1 + 10 * share, abs=0.02)
    assert np.isnan(hh.measure.duration(drawn((1, REST), (2, 40), (3, 35)), share))


def test_period_is_the_mean_of_the_last_three_intervals():
    assert hh.measure.period(spiking(1, 5, 15, 27, 41)) == pytest.approx((10 + 12 + 14) / 3, abs=1e-3)
    assert hh.measure.period(spiking(1, 5)) == pytest.approx(4, abs=1e-3)
    assert np.isnan(hh.measure.period(spiking(1)))


def test_adaptation_compares_the_last_interval_with_the_first():
    found = hh.measure.adaptation(spiking(1, 5, 15, 27))
    assert (found.first, found.last, found.ratio) == pytest.approx((4, 12, 3), abs=1e-3)
    assert np.isnan(hh.measure.adaptation(spiking(1, 5)).ratio)
    assert hh.measure.adaptation(spiking(1, 5, 11)).ratio == pytest.approx(1.5, abs=1e-3)


def test_bursts():
    found = hh.measure.bursts(spiking(1, 6, 11, 70, 75, 140, 230, 235))
    assert found.counts.tolist() == [3, 2, 1, 2]
    assert found.starts - 0.6 == pytest.approx([1, 70, 140, 230], abs=1e-3)
    assert found.durations == pytest.approx([10, 5, 0, 5], abs=1e-3)
    assert found.period == pytest.approx((70 + 90) / 2, abs=1e-3)


def test_bursts_with_another_gap():
    rec = spiking(1, 6, 11, 70, 75)
    assert hh.measure.bursts(rec, gap=4.9).counts.tolist() == [1] * 5
    assert hh.measure.bursts(rec, gap=58).counts.tolist() == [3, 2]
    assert hh.measure.bursts(rec, gap=60).counts.tolist() == [5]
    assert hh.measure.bursts(drawn((1, REST), (2, -20), (3, REST))).counts.size == 0
    assert np.isnan(hh.measure.bursts(rec).period)


@pytest.mark.parametrize("cell", [hh.ThalamicRelay(), hh.AfterpotentialCell()], ids=lambda cell: type(cell).__name__)
def test_release_follows_the_fourth_power_with_its_half_at_15_uM(cell):
    rec = hh.simulate(cell, hh.Step(20, 1, 3), 30)
    Ca = rec.conc["Ca_domain" if "Ca_domain" in rec.conc else "Ca_in"]
    assert Ca.max() > 0.003
    assert_allclose(hh.measure.release(rec), Ca**4 / (Ca**4 + 0.015**4), rtol=1e-9)
    assert_allclose(hh.measure.release(rec, half=0.01, power=2), Ca**2 / (Ca**2 + 0.01**2), rtol=1e-9)


def rise(cell, protocol, end, stop):
    """How far V rises above its value at the end of a pulse, and how high, both in mV."""
    rec = hh.simulate(cell, protocol, stop)
    after = rec.V[rec.t >= end - 1e-9]
    return after.max() - after[0], after.max()


def test_a_second_spike_is_a_rise_of_5_mV():
    """Strong pulses charge the membrane above 0 mV, so here the rise alone decides."""
    once = hh.measure.threshold(WARM)
    sizes = once * np.linspace(4.4, 4.7, 13)
    pairs = [rise(WARM, hh.PulsePair(1.5 * once, size, 0, 5, 0.5), 5.5, 20) for size in sizes]
    rises, tops = np.array(pairs).T
    assert tops.min() > 20
    assert ((rises > 5) & (rises < 5.4)).any()
    assert ((rises > 4.6) & (rises < 5)).any()
    assert np.isfinite(hh.measure.paired_pulses(WARM, [5], sizes)[0]).tolist() == (rises >= 5).tolist()


def test_pulses_are_followed_if_V_rises_by_5_mV():
    once, strengths = hh.measure.threshold(WARM), np.linspace(4.085, 4.125, 5)
    rises = np.array([rise(WARM, hh.Step(size * once, 0, 0.5), 0.5, 20)[0] for size in strengths])
    assert ((rises > 5) & (rises < 5.4)).any()
    assert ((rises > 4.6) & (rises < 5)).any()
    followed = [hh.measure.highest_rate(WARM, float(size)) > 0 for size in strengths]
    assert followed == (rises >= 5).tolist()


def bisected(works, low, high):
    """The smallest value that works, by halving an interval."""
    for _ in range(40):
        middle = 0.5 * (low + high)
        low, high = (low, middle) if works(middle) else (middle, high)
    return high


def test_a_threshold_is_the_smallest_pulse_that_fires_within_30_ms():
    def fires(size):
        return hh.measure.spikes(hh.simulate(COLD, hh.Step(size, 0, 1), 31)).size > 0

    assert hh.measure.threshold(COLD, 1) == pytest.approx(bisected(fires, 1, 20), rel=2e-5)


def test_firing_lasts_if_it_goes_on_to_the_end():
    """Just below the smallest current with lasting firing the spikes end after 0.68 s; only the second half counts."""
    ends, lasts = (hh.measure.spikes(hh.simulate(COLD, hh.Step(size, 0, 1000), 1000)) for size in (6.26, 6.3))
    assert 600 < ends[-1] < 800
    assert hh.measure.frequency(COLD, 6.26) == 0
    late = lasts[lasts > 500]
    assert hh.measure.frequency(COLD, 6.3) == pytest.approx(1000 / np.diff(late).mean(), rel=1e-4)


WHOLE = {"between": None}
DEFAULTS = {
    "adaptation": WHOLE, "afterpotentials": WHOLE, "anode_break": {"duration": 20}, "arrivals": {"level": -20},
    "availability": {"duration": 30, "test": -21, "hold": -65}, "bursts": {"gap": 50, "level": 0} | WHOLE,
    "conduction": {"level": -20, "impulse": 0}, "duration": {"share": 0.9} | WHOLE,
    "first_arrivals": {"level": -20}, "following_frequency": {"pulses": 12, "amplitude": 2000},
    "frequency": {"ramp": 0}, "half_width": {"level": 0, "slope": None} | WHOLE,
    "highest_rate": {"strength": 2, "duration": 0.5},
    "ledger": {"diameter": None, "inside": None}, "misfit": {"channel": "K"}, "paired_pulses": {"duration": 0.5},
    "peak": WHOLE, "period": {"level": 0} | WHOLE,
    "recovery": {"hold": -65, "test": -21}, "refractory": {"duration": 0.5, "reset": ()},
    "refractory_periods": {"duration": 0.5}, "release": {"half": 0.015, "power": 4}, "reversal": {"channel": "Na"},
    "spikes": {"level": 0} | WHOLE, "sustained": {"ramp": 0}, "take_off": {"slope": 10, "level": 0} | WHOLE,
    "tail_time_constants": {"channel": "K"},
    "threshold": {"duration": 0.5, "shock": False}, "undershoot": {"level": 0} | WHOLE, "upstroke": WHOLE,
    "velocity": {"x_from": None, "x_to": None, "level": -20, "impulse": 0},
}  # fmt: skip


def test_what_is_taken_where_nothing_is_said():
    found = {}
    for name, measure in vars(hh.measure).items():
        if inspect.isfunction(measure):
            told = inspect.signature(measure).parameters.values()
            found[name] = {each.name: each.default for each in told if each.default is not each.empty}
    assert {name: defaults for name, defaults in found.items() if defaults} == DEFAULTS


SPIKE, RUN = drawn(*ONE), hh.propagate(hh.Axon(), t_stop=1)
RISEN = hh.simulate(hh.ThalamicRelay(), t_stop=1)
REFUSED = {
    "level = 501 mV is outside -500 to 500 mV": lambda: hh.measure.spikes(SPIKE, 501),
    "share = 1 is outside 0.01 to 0.99": lambda: hh.measure.duration(SPIKE, 1),
    "gap = 0 ms is outside 0.1 to 1000000 ms": lambda: hh.measure.bursts(SPIKE, gap=0),
    "diameter = 0 um is outside 0.05 to 2000 um": lambda: hh.measure.ledger(SPIKE, 0),
    "half = 0 mM is outside 1e-06 to 100 mM": lambda: hh.measure.release(RISEN, half=0),
    "power = 11 times is outside 0.5 to 10 times": lambda: hh.measure.release(RISEN, power=11),
    "strength = 0 times is outside 0.1 to 100 times": lambda: hh.measure.highest_rate(COLD, 0),
    "duration = 21 ms is outside 0.01 to 20 ms": lambda: hh.measure.refractory_periods(COLD, 21),
    "interval = 1001 ms is outside 0.5 to 1000 ms": lambda: hh.measure.refractory(COLD, 1001),
    "hold = 0 uA/cm2 is outside 0.001 to 1000 uA/cm2": lambda: hh.measure.accommodation(COLD, 0),
    "level = 201 mV is outside -200 to 200 mV": lambda: hh.measure.arrivals(RUN, 1, level=201),
    "pulses = 1 pulses is outside 2 to 1000 pulses": lambda: hh.measure.following_frequency(hh.Axon(), 1),
    "amplitude = -1 uA/cm2 is outside 0 to 100000 uA/cm2": lambda: hh.measure.following_frequency(hh.Axon(), 2, -1),
}  # fmt: skip


@pytest.mark.parametrize("sentence", REFUSED)
def test_ranges(sentence):
    with pytest.raises(ValueError, match=re.escape(sentence)):
        REFUSED[sentence]()


def test_the_last_beat_of_a_pacemaker_counts():
    """Beats are all the same, so the last of six lasts as long as the last of two."""
    six, two = (hh.simulate(hh.SinoatrialNode(), None, t_stop) for t_stop in (2100, 700))
    assert (hh.measure.spikes(six).size, hh.measure.spikes(two).size) == (6, 2)
    assert hh.measure.duration(six) == pytest.approx(hh.measure.duration(two), rel=5e-3)
