"""The conductances of 1952 beside the model: the points, the view, and the distance of the model from them."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

import hhlab as hh
from hhlab.squid_1952 import beside, steps
from hhlab.views import VIEWS


def a_n(V):
    return 0.01 * (V + 55) / (1 - np.exp(-(V + 55) / 10))


def b_n(V):
    return 0.125 * np.exp(-(V + 65) / 80)


def g_K(V, t, largest):
    """g_K in a step from -65 mV to V, from the equation of 1952, integrated by SciPy."""
    n0 = a_n(-65.0) / (a_n(-65.0) + b_n(-65.0))
    solved = solve_ivp(lambda _, n: a_n(V) * (1 - n) - b_n(V) * n, (0, 15), [n0], t_eval=t, rtol=1e-10, atol=1e-12)
    return largest * solved.y[0] ** 4


def step_to(V, start=0.0, **cell):
    before = (-65, start) if start else None
    (rec,) = hh.clamp(hh.Squid(**cell), hh.Clamp(to=V, duration=12.5, prepulse=before))
    return rec


def test_points_are_those_of_a_conductance_that_was_measured():
    assert [each.V for each in steps("K")] == [44, 35, 23, 11, -2, -14, -27, -33, -39, -46, -55]
    assert [each.V for each in steps("Na")] == [*(each.V for each in steps("K")), -59]
    for channel in ("K", "Na"):
        largest = [each.g.max() for each in steps(channel)]
        assert all(
            np.diff(each.t).min() > 0 and each.g.min() > 0 and each.t.size == each.g.size for each in steps(channel)
        )
        assert largest[0] > largest[-3] > largest[-1]
    assert all(each.g.argmax() >= each.g.size - 3 for each in steps("K")), "g_K stays up"
    assert all(each.g[-1] < 0.3 * each.g.max() for each in steps("Na")[:-2]), "g_Na comes down again by itself"


@pytest.mark.parametrize("V", [44, -2, -27, -46])
def test_the_distance_of_the_model_from_the_points(V):
    """Against the equation of n, integrated here; and one number of channels does for all large steps."""
    points = next(each for each in steps("K") if each.V == V)
    off = g_K(V, points.t, 24.0) - points.g
    expected = 100 * np.sqrt(np.mean(off**2)) / points.g.max()
    assert hh.measure.misfit(step_to(V, g_K=24.0)) == pytest.approx(expected, rel=2e-3)
    assert hh.measure.misfit(step_to(V, start=5.0, g_K=24.0)) == pytest.approx(expected, rel=2e-3)
    assert (expected < 5.5) == (V > -40)


def test_sodium_is_measured_too():
    points = next(each for each in steps("Na") if each.V == -14)
    rec = step_to(-14, g_Na=63)
    off = np.interp(points.t, rec.t, rec.g["Na"]) - points.g
    assert hh.measure.misfit(rec, "Na") == pytest.approx(100 * np.sqrt(np.mean(off**2)) / points.g.max())
    assert hh.measure.misfit(rec, "Na") < 8 < hh.measure.misfit(step_to(-14), "Na")


def test_only_near_a_step_that_was_measured():
    assert beside(step_to(-3.9), "K").V == -2
    assert beside(step_to(3), "K") is None
    assert beside(hh.simulate(hh.Squid(), hh.Step(20)), "K") is None
    with pytest.raises(ValueError, match=r"no g_K was measured near this step of V: give a clamp to one of 44, 35"):
        hh.measure.misfit(step_to(3))
    with pytest.raises(ValueError, match="channel"):
        hh.measure.misfit(step_to(-2), "Cl")
    with pytest.raises(ValueError, match="recording"):
        hh.measure.misfit(None)


def test_the_view_shows_every_point_within_the_recording():
    short = hh.clamp(hh.Squid(), hh.Clamp(to=-2, duration=2))[0]
    for rec, seen in ((step_to(-2), 12), (short, 7), (step_to(-2, start=3.0), 12)):
        dots = [s for s in VIEWS["measured g_K"].strokes([rec], [""], None) if s.dot]
        assert len(dots) == seen
        first = float(dots[0].x[0]) - rec.protocol.start
        assert first == pytest.approx(0.18)
    (words,) = VIEWS["measured g_K"].furniture(step_to(-2))
    assert words[2] == "Dots: measured in 1952 (nearest step: −2 mV)."
    (words,) = VIEWS["measured g_K"].furniture(step_to(3))
    assert words[2] == "Nothing was measured near this voltage in 1952."
    assert hh.plot({"a": step_to(-2), "b": step_to(44)}, "measured g_K", "measured g_Na").png


def test_a_bench_with_the_points():
    bench = hh.explore(hh.Squid(), hh.Clamp(to=-2, duration=12), ("measured g_K",), knobs=("g_K", "to"))
    bench.set(g_K=24)
    assert hh.measure.misfit(bench.recording) == pytest.approx(hh.measure.misfit(step_to(-2, g_K=24)), rel=1e-6)
