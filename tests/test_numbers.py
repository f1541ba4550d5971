"""Ring 1: numbers of the squid axon, from the literature's equations integrated to 1e-9 elsewhere."""

import numpy as np
import pytest

import hhlab as hh

COLD, WARM = hh.Squid(), hh.Squid(T=18.5)


def amplitude(cell, relative):
    """A tolerance of V: that part of the spike's amplitude, mV."""
    return relative * 105.0


def test_nernst_potentials():
    E = hh.nernst(z=[1, 1, 2], outside=[4, 145, 2], inside=[140, 12, 1e-4], T=37)
    assert pytest.approx([-95.02, 66.60, 132.34], abs=0.01) == E


def test_rest():
    assert COLD.rest() == pytest.approx(
        {"V": -64.99638, "Na.m": 0.0529551, "Na.h": 0.595994, "K.n": 0.317732}, abs=1e-5
    )


def test_leak_reversal_that_makes_rest_65():
    assert hh.measure.rest(hh.Squid(E_L=-54.401079)) == pytest.approx(-65, abs=1e-5)


@pytest.mark.parametrize(
    ("cell", "peak", "t_peak", "low", "t_low", "width", "tolerance"),
    [
        (COLD, 40.410, 1.159, -76.181, 4.027, 1.475, 1e-3),
        (WARM, 31.916, 0.491, -75.490, 1.594, 0.420, 2e-3),
    ],
)
def test_spike_after_a_shock(cell, peak, t_peak, low, t_low, width, tolerance):
    rec = hh.simulate(cell, hh.Shock(15), 30)
    mV = tolerance * (peak - low)
    assert hh.measure.peak(rec) == (pytest.approx(peak, abs=mV), pytest.approx(t_peak, rel=tolerance))
    assert hh.measure.undershoot(rec) == (pytest.approx(low, abs=mV), pytest.approx(t_low, rel=tolerance))
    assert hh.measure.half_width(rec) == pytest.approx(width, rel=tolerance)


def test_spike_after_a_pulse():
    rec = hh.simulate(COLD, hh.Step(20, 0, 0.5), 30)
    assert hh.measure.peak(rec) == (pytest.approx(39.317, abs=0.1), pytest.approx(2.1125, rel=1e-3))
    assert hh.measure.undershoot(rec)[0] == pytest.approx(-76.174, abs=0.1)


@pytest.mark.parametrize(("cell", "mV"), [(COLD, 6.50507), (WARM, 7.386)])
def test_shock_threshold(cell, mV):
    assert hh.measure.threshold(cell, shock=True) == pytest.approx(mV, rel=1e-3)


@pytest.mark.parametrize(("cell", "current"), [(COLD, 2.2403), (WARM, 5.4948)])
def test_rheobase(cell, current):
    assert hh.measure.rheobase(cell) == pytest.approx(current, rel=1e-3)


@pytest.mark.parametrize(("cell", "duration", "current"), [(COLD, 0.5, 13.275), (COLD, 1, 6.919), (WARM, 0.5, 15.853)])
def test_pulse_threshold(cell, duration, current):
    assert hh.measure.threshold(cell, duration) == pytest.approx(current, rel=1e-3)


def where(gate, level):
    V = np.linspace(-100, 20, 120_001)
    return V[np.abs(gate.steady_state(V) - level).argmin()]


def test_half_activation_and_inactivation():
    m, h, n = COLD.gates
    assert [where(gate, 0.5) for gate in (h, m, n)] == pytest.approx([-62.3075, -40.0246, -53.4129], abs=1e-3)
    slope = (h.steady_state(-62.3075 + 1e-3) - h.steady_state(-62.3075 - 1e-3)) / 2e-3
    assert -1 / (4 * slope) == pytest.approx(6.950, abs=1e-3)


@pytest.mark.parametrize(
    ("name", "tau", "at"), [("m", 0.50143, -38.84), ("h", 8.58240, -66.81), ("n", 5.79234, -77.17)]
)
def test_longest_time_constants(name, tau, at):
    gate = COLD.gates["mhn".index(name)]
    V = np.linspace(-100, 20, 120_001)
    curve = gate.time_constant(V, 6.3)
    assert curve.max() == pytest.approx(tau, abs=1e-4)
    assert V[curve.argmax()] == pytest.approx(at, abs=0.01)


@pytest.mark.parametrize(("held", "peak"), [((), 40.41), (("n",), 47.76), (("h",), 44.26), (("n", "h"), 48.92)])
def test_what_limits_the_peak(held, peak):
    assert hh.measure.peak(hh.simulate(COLD, hh.Shock(15), 30, freeze=held))[0] == pytest.approx(peak, abs=0.01)


def test_leak_alone_does_not_repolarise():
    rec = hh.simulate(COLD, hh.Shock(15), 100, freeze="n")
    assert rec.V[-1] == pytest.approx(-13.4, abs=0.1)
    assert hh.measure.half_width(rec) == pytest.approx(5.5, abs=0.05)


def test_resetting_n_ends_refractoriness_and_resetting_h_does_not():
    first = hh.Step(1.5 * 13.275, 0, 0.5)
    counts = []
    for reset, strength in [({}, 10), ({"Na.h": 5}, 10), ({"K.n": 5}, 4.25)]:
        rec = hh.simulate(COLD, first + hh.Step(strength * 13.275, 5, 0.5), 30, reset=reset)
        counts.append((rec.V[rec.t > 5.6].max() > rec.V[rec.t > 5.5][0] + 5) and rec.V[rec.t > 5.6].max() > 0)
    assert counts == [False, False, True]


def test_heat_takes_the_overshoot():
    peaks = [hh.measure.peak(hh.simulate(hh.Squid(T=T), hh.Shock(15), 20))[0] for T in (30, 31.7, 34)]
    assert peaks[0] > 0 > peaks[2]
    assert abs(peaks[1]) < 0.3


def test_resting_conductances():
    rec = hh.simulate(COLD, t_stop=1)
    assert [rec.g[name][0] for name in ("Na", "K", "L")] == pytest.approx([0.01062, 0.3669, 0.3], abs=5e-5)
