"""Sodium outside replaced: the peak of the squid axon with pumps against equations that are written here."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

import hhlab as hh

RT_F = 8.314462618 * (273.15 + 18.5) / 96485.33212 * 1e3  # mV
FASTER = 3 ** ((18.5 - 6.3) / 10)
INSIDE = 440 * np.exp(-50 / RT_F)  # mM of sodium, so that E_Na is +50 mV with 440 mM outside


def rates(V):
    u = V + 65
    return np.array([
        (0.1 * (25 - u) / (np.exp((25 - u) / 10) - 1), 4 * np.exp(-u / 18)),
        (0.07 * np.exp(-u / 20), 1 / (np.exp((30 - u) / 10) + 1)),
        (0.01 * (10 - u) / (np.exp((10 - u) / 10) - 1), 0.125 * np.exp(-u / 80)),
    ])  # fmt: skip


M, H, N = (a / (a + b) for a, b in rates(-65.0))
PUMP = 36 * N**4 * 12 / 2  # uA/cm2: two potassium in for three sodium out, in balance at -65 mV
SODIUM_LEAK = (3 * PUMP - 120 * M**3 * H * 115) / 115  # mS/cm2, with E_Na at +50 mV
CHLORIDE_LEAK = 0.3 - SODIUM_LEAK


def ionic(V, m, h, n, E_Na):
    gated = 120 * m**3 * h * (V - E_Na) + 36 * n**4 * (V + 77)
    return gated + SODIUM_LEAK * (V - E_Na) + CHLORIDE_LEAK * (V + 65) + PUMP


def slope(t, y, E_Na):
    turned = [FASTER * (a * (1 - x) - b * x) for (a, b), x in zip(rates(y[0]), y[1:], strict=True)]
    return [-ionic(*y, E_Na), *turned]


def peak_of(E_Na):
    """The rest and, after a shock of 20 mV, the peak; concentrations inside hardly move meanwhile."""
    rest = solve_ivp(slope, (0, 300), [-65, M, H, N], "LSODA", args=(E_Na,), rtol=1e-9, atol=1e-11).y[:, -1]
    shocked = rest + np.array([20, 0, 0, 0])
    V = solve_ivp(slope, (0, 14), shocked, "LSODA", args=(E_Na,), rtol=1e-9, atol=1e-11, max_step=0.005).y[0]
    return rest[0], V.max()


@pytest.mark.parametrize("share", [1, 0.5, 0.33, 0.1])
def test_the_peak_follows_sodium_outside(share):
    E_Na = RT_F * np.log(440 * share / INSIDE)
    rec = hh.simulate(hh.SquidWithPumps(Na_out=440 * share), hh.Shock(20, 1), 15)
    rest, peak = peak_of(E_Na)
    assert rec.E["Na"][0] == pytest.approx(E_Na, abs=0.01)
    assert rec.V[0] == pytest.approx(rest, abs=0.02)
    assert hh.measure.peak(rec)[0] == pytest.approx(peak, abs=0.05)


def test_the_task_of_the_notebook():
    from hhlab.questions import action_potential

    (task,) = (each for part in action_potential.QUESTIONS for each in part if each.name == "peak_for_tenfold_sodium")
    fall = peak_of(50)[1] - peak_of(50 - RT_F * np.log(2))[1]
    assert task.truth() == pytest.approx(fall / np.log10(2), abs=0.2)
