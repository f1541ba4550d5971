"""Calcium spikes: sodium and calcium spikes side by side, rebound, rhythm, and what calcium does inside."""

import numpy as np
import pytest

import hhlab as hh

RELAY, NODE, HEART = hh.ThalamicRelay(), hh.SinoatrialNode(), hh.Ventricle()
PULSE = hh.Step(25, 10, 2)


@pytest.mark.parametrize(
    ("cell", "stimulus", "length", "upstroke", "width"),
    [
        (RELAY.replace(g_Na=0), hh.Step(-1, 5, 200), 500, 13.16, 50.75),
        (hh.Barnacle(), hh.Shock(60, 5), 200, 10.4, 19.9),
        (NODE, None, 4000, 4.115, 64.9),
    ],
)
def test_upstroke_and_width_of_calcium_spikes(cell, stimulus, length, upstroke, width):
    rec = hh.simulate(cell, stimulus, length)
    assert hh.measure.upstroke(rec)[0] == pytest.approx(upstroke, rel=0.01)
    assert hh.measure.half_width(rec, level=-40) == pytest.approx(width, rel=0.005)


def test_width_below_zero_needs_a_level():
    rec = hh.simulate(RELAY.replace(g_Na=0), hh.Step(-1, 5, 200), 500)
    assert np.isnan(hh.measure.half_width(rec))
    assert hh.measure.undershoot(rec, level=-40)[0] < RELAY.rest()["V"]


def test_rectification():
    """The chord conductance of calcium falls 14-fold from -60 to +40 mV."""
    V, E_Ca = np.array([-60, 40]), hh.nernst(2, 2, 1e-4, 37)
    chord = hh.ghk_current(1e-4, 2, V, 2, 1e-4, 37) / (V - E_Ca)
    assert chord[0] / chord[1] == pytest.approx(13.8, abs=0.1)


@pytest.mark.parametrize(
    ("amplitude", "duration", "count"),
    [(-0.1, 200, 0), (-0.5, 20, 0), (-0.5, 200, 5), (-1, 20, 0), (-1, 50, 2), (-1, 200, 6)],
)
def test_rebound_needs_depth_and_time(amplitude, duration, count):
    rec = hh.simulate(RELAY, hh.Step(amplitude, 20, duration), duration + 500)
    assert hh.measure.spikes(rec).size == count


@pytest.mark.parametrize(("changes", "period"), [({}, 340.81), ({"g_Na": 0}, 494.8), ({"g_h": 0}, 412.7)])
def test_the_node_beats_without_sodium_and_h_channels(changes, period):
    assert hh.measure.period(hh.simulate(NODE.replace(**changes), None, 4000)) == pytest.approx(period, rel=1e-3)


def test_the_node_is_silent_with_half_of_its_calcium_channels():
    assert np.ptp(hh.simulate(NODE.replace(g_s=NODE.g_s / 2), None, 4000).V[20_000:]) < 0.1


def test_the_slow_variable_of_the_beta_cell():
    """With calcium held between what ends and what begins a burst it can be silent, or fire, for ever."""

    def late(Ca, V):
        rec = hh.simulate(hh.BetaCell(), None, 6000, start={"V": V, "Ca_in": Ca}, freeze="Ca_in")
        return int((hh.measure.spikes(rec, level=-40) > 2000).sum())

    assert min(late(5.0e-4, -65), late(5.0e-4, -40)) > 30
    assert (late(5.6e-4, -65), late(5.6e-4, -40) > 20) == (0, True)
    assert late(6.0e-4, -65) == late(6.0e-4, -40) == 0


def test_more_calcium_channels_make_a_longer_plateau():
    lasts = [hh.measure.duration(hh.simulate(HEART.replace(g_s=g), PULSE, 700)) for g in (0, 0.05, 0.09, 0.14)]
    assert lasts == sorted(lasts)
    assert lasts == pytest.approx([39.0, 150.5, 285.8, 407.7], rel=2e-3)


@pytest.mark.parametrize(("amplitude", "top"), [(25, -38.6), (46, 12.3), (50, 14.7)])
def test_slow_response(amplitude, top):
    """Without sodium channels a strong pulse starts an action potential that rises at less than 1 V/s."""
    rec = hh.simulate(HEART.replace(g_Na=0), PULSE.replace(amplitude=amplitude), 700)
    after = rec.V[rec.t > 12.1]
    assert after.max() == pytest.approx(top, abs=0.1)
    assert np.diff(after).max() / 0.02 < 1


def test_release_goes_with_the_fourth_power():
    cell, highest = hh.NerveEnding(), []
    for domain in (0.2, 0.1, 0.05):
        rec = hh.simulate(cell.replace(domain=domain), hh.Step(25, 2, 1), 8)
        highest.append(hh.measure.release(rec).max())
    assert highest[0] / highest[1] == pytest.approx(16, rel=0.01)
    assert highest[1] / highest[2] == pytest.approx(16, rel=0.01)
