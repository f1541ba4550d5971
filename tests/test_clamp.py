"""Voltage clamp: the numbers of the squid axon, and what must hold for every cell."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hhlab as hh
from hhlab.measure.clamped import during_step
from hhlab.views import VIEWS

SQUID = hh.Squid(E_L=-54.401079)
MILLIVOLTS = st.floats(-120, 80)


def peak_of_sodium(rec, after=0.0):
    late = rec.t >= after - 1e-9
    at = rec.I["Na"][late].argmin()
    return rec.I["Na"][late][at], rec.t[late][at]


def test_currents_of_a_step():
    (rec,) = hh.clamp(SQUID, hh.Clamp(-65, 0, 30))
    assert peak_of_sodium(rec) == (pytest.approx(-1456.84, rel=1e-3), pytest.approx(0.618, abs=0.006))
    assert rec.I["K"][-1] == pytest.approx(1890, rel=1e-3)
    assert set(rec.V) == {0.0}


def test_sodium_reverses_at_its_potential():
    family = hh.clamp(SQUID, hh.Clamp(-65, (49, 50, 51), 10))
    table = hh.measure.current_voltage(family)
    assert list(table["V"]) == [49, 50, 51]
    assert table["peak Na"][0] < 0 == table["peak Na"][1] < table["peak Na"][2]
    assert table.attrs["units"]["late K"] == "uA/cm2"
    assert table["late K"].is_monotonic_increasing


def test_availability_of_a_few_channels_is_that_of_many():
    """It is a share, whatever the currents are: here the largest is below 1 uA/cm2."""
    few, many = (hh.measure.availability(hh.Squid(g_Na=g), [-90, -65]) for g in (0.01, 120))
    np.testing.assert_allclose(few, many, rtol=1e-9)


def test_the_family_is_a_family():
    family = hh.clamp(SQUID, hh.Clamp(to=range(-80, 61, 10)))
    assert len(family) == 15
    assert [rec.protocol.to for rec in family] == list(range(-80, 61, 10))
    assert family[-1].V[0] == 60
    assert repr(family).startswith("<ClampFamily of Squid(E_L=-54.401079): held at -65 mV, to -80, -70,")


@pytest.mark.parametrize(("V", "share"), [(-85, 0.967), (-65, 0.612), (-21, 0.027)])
def test_availability(V, share):
    assert hh.measure.availability(SQUID, V) == pytest.approx(share, abs=1.5e-3)


@pytest.mark.parametrize(
    ("V", "duration", "current"), [(-21, 1, 978), (-21, 30, 40.1), (-85, 1, 1599), (-85, 30, 2327)]
)
def test_availability_takes_time(V, duration, current):
    """The currents are those of a prepulse from -65 mV, where 1457 uA/cm2 flow at 0 mV without one."""
    after, without = (hh.measure.availability(SQUID, each, duration, test=0) for each in (V, -65))
    assert after / without == pytest.approx(current / 1457, rel=3e-3)


def test_availability_is_half_near_minus_62():
    V = np.linspace(-110, -20, 91)
    shares = hh.measure.availability(SQUID, V)
    assert shares.shape == V.shape
    assert (np.diff(shares) <= 1e-12).all()
    assert np.interp(-0.5, -shares, V) == pytest.approx(-61.7, abs=0.1)


@pytest.mark.parametrize(
    ("V", "duration", "current"), [(-21, 1, 978), (-21, 30, 40.1), (-85, 1, 1599), (-85, 30, 2327), (-65, 5, 1457)]
)
def test_a_prepulse_sets_the_sodium_current(V, duration, current):
    (rec,) = hh.clamp(SQUID, hh.Clamp(-65, 0, 10, prepulse=(V, duration)))
    assert -peak_of_sodium(rec, duration)[0] == pytest.approx(current, rel=3e-3)


@pytest.mark.parametrize(("V", "share"), [(-85, 1.00), (-65, 0.46)])
def test_recovery(V, share):
    assert hh.measure.recovery(SQUID, V, [5]) == pytest.approx([share], abs=5e-3)
    back = hh.measure.recovery(SQUID, V, [[1, 2], [5, 20]])
    assert back.shape == (2, 2)
    assert (np.diff(back.ravel()) > -0.01).all()


@pytest.mark.parametrize(
    "cell", [hh.Squid(), hh.Squid(T=18.5), hh.SquidWithPumps()], ids=lambda cell: type(cell).__name__
)
@given(hold=MILLIVOLTS, to=MILLIVOLTS)
@settings(max_examples=20, deadline=None)
def test_a_clamp_is_the_same_as_many_small_steps(cell, hold, to):
    """Against the gates' own equation, stepped finely with the exact rates."""
    (rec,) = hh.clamp(cell, hh.Clamp(hold, to, 5, tail=(hold, 2)), dt=0.005)
    for name, gate in zip(cell.gate_names, cell.gates, strict=True):
        x = float(gate.steady_state(hold))
        for mV, steps in ((to, 1000), (hold, 400)):
            inf, tau = float(gate.steady_state(mV)), float(gate.time_constant(mV, cell.T))
            for _ in range(steps):
                x = inf + (x - inf) * np.exp(-0.005 / tau)
        assert rec.gate[name][-1] == pytest.approx(x, abs=1e-9)
    assert (rec.V[rec.t < 5 - 1e-6] == to).all()
    assert (rec.V[rec.t > 5 + 1e-6] == hold).all()


def test_the_capacity_transient_is_left_out_unless_asked_for():
    what = hh.Clamp(-65, (-20, 35), 5, tail=(-65, 5))
    silent, loud = hh.clamp(SQUID, what), hh.clamp(SQUID.replace(C=2), replace(what, charging=0.1))
    assert "capacity" not in silent[0].I
    for rec, to in zip(loud, what.to, strict=True):
        during, charge = rec.t < 5 - 1e-9, rec.I["capacity"]
        assert np.trapezoid(charge[during], rec.t[during]) == pytest.approx(2 * (to + 65), rel=6e-3)
        assert np.trapezoid(charge[~during], rec.t[~during]) == pytest.approx(-2 * (to + 65), rel=6e-3)
        assert charge[0] == pytest.approx(2 * (to + 65) / 0.1)
    assert loud.current == pytest.approx(silent.current + [rec.I["capacity"] for rec in loud], abs=1e-9)


def test_what_TTX_takes_away_is_the_sodium_current():
    what = hh.Clamp(-65, range(-60, 81, 20), 10)
    gone = hh.clamp(SQUID, what).current - hh.clamp(hh.blocked(SQUID, "TTX"), what).current
    assert gone == pytest.approx(np.array([rec.I["Na"] for rec in hh.clamp(SQUID, what)]), abs=1e-9)
    left = hh.clamp(hh.blocked(hh.blocked(SQUID, "TTX"), "TEA"), what)
    assert np.ptp(left.current, axis=1) == pytest.approx(0, abs=1e-9)


def test_reversal():
    assert hh.measure.reversal(hh.clamp(SQUID, hh.Clamp(to=(50, 45, 55)))) == pytest.approx(50, abs=1e-9)
    assert hh.measure.reversal(hh.clamp(SQUID, hh.Clamp(to=range(-40, 81, 10)))) == pytest.approx(50, abs=0.5)
    assert np.isnan(hh.measure.reversal(hh.clamp(SQUID, hh.Clamp(to=(-20, 0)))))


def test_tails_have_the_time_constant_of_the_gate():
    """Of a channel with one gate exactly; of four n gates a quarter of it where they close far."""
    gate = hh.Gate("a", inf=lambda V: 1 / (1 + np.exp(-V / 5)), tau=lambda V: 3 + 0 * V)
    cell = SQUID.plus(hh.Channel("A", 1, -90, (gate,)))
    family = hh.clamp(cell, hh.Clamp(-80, (-10, 20), 20, tail=(-60, 30)))
    assert hh.measure.tail_time_constants(family, "A") == pytest.approx([3, 3], rel=1e-6)
    deep = hh.clamp(SQUID, hh.Clamp(-65, (40,), 30, tail=(-120, 20)))
    n = SQUID.gates[2]
    assert hh.measure.tail_time_constants(deep, "K") == pytest.approx(n.time_constant(-120, 6.3) / 4, rel=0.02)
    assert np.isnan(hh.measure.tail_time_constants(hh.clamp(SQUID.replace(g_K=0), deep.clamp), "K")).all()


@given(half=st.floats(-80, -20), k=st.floats(2, 15), falls=st.booleans())
@settings(max_examples=30, deadline=None)
def test_a_boltzmann_curve_is_found_again(half, k, falls):
    V = np.arange(-120, 21, 5.0)
    share = 1 / (1 + np.exp((V - half) / (k if falls else -k)))
    assert hh.measure.boltzmann(V, share) == (
        pytest.approx(half, abs=1e-4),
        pytest.approx(k if falls else -k, rel=1e-4),
    )


def test_steady_inactivation_by_its_own_curve():
    """The gate h at half, and the slope there."""
    V = np.linspace(-62.3075 - 2, -62.3075 + 2, 41)
    h = SQUID.gates[1].steady_state(V)
    assert hh.measure.boltzmann(V, h) == (pytest.approx(-62.3075, abs=5e-3), pytest.approx(6.950, abs=0.01))


@pytest.mark.parametrize(
    ("gate", "half", "tau", "at"),
    [(0, -40.0246, 0.50143, -38.84), (1, -62.3075, 8.58240, -66.81), (2, -53.4129, 5.79234, -77.17)],
)
def test_gates(gate, half, tau, at):
    each, V = SQUID.gates[gate], np.linspace(-100, 0, 100_001)
    assert each.steady_state(half) == pytest.approx(0.5, abs=2e-5)
    times = each.time_constant(V, 6.3)
    assert (times.max(), V[times.argmax()]) == (pytest.approx(tau, rel=1e-4), pytest.approx(at, abs=0.02))


@pytest.mark.parametrize(
    ("V", "ms"),
    [(-105, 1.93), (-95, 3.16), (-85, 5.08), (-75, 7.50), (-65, 8.52), (-55, 6.19), (-40, 2.52), (-21, 1.23)],
)
def test_time_constant_of_inactivation(V, ms):
    assert SQUID.gates[1].time_constant(V, 6.3) == pytest.approx(ms, abs=0.006)


@pytest.mark.slow
def test_a_family_against_neuron(in_neuron):
    n, soma = in_neuron
    solver = n.CVode()
    solver.active(False)
    n.dt, n.steps_per_ms = 0.001, 1000
    clamp = n.SEClamp(soma(0.5))
    clamp.rs = 1e-6
    for to in (-40, -20, 0, 20, 40, 60):
        clamp.dur1, clamp.amp1, clamp.dur2, clamp.amp2 = 1, -65, 10, to
        traces = {"Na": n.Vector(), "K": n.Vector()}
        traces["Na"].record(soma(0.5)._ref_ina)
        traces["K"].record(soma(0.5)._ref_ik)
        n.finitialize(-65)
        n.continuerun(11)
        (rec,) = hh.clamp(hh.Squid(), hh.Clamp(-65, to, 10), dt=0.01)
        for name, trace in traces.items():
            theirs = 1e3 * np.array(trace)[1000 : 1000 + 10_000 : 10][50:]
            ours = rec.I[name][50 : 50 + theirs.size]
            assert np.abs(theirs - ours).max() < 5e-3 * np.abs(ours).max()


def test_nothing_happens_at_the_holding_potential():
    (rec,) = hh.clamp(hh.SquidWithPumps(), hh.Clamp(-65, -65, 20))
    assert all(np.ptp(current) < 1e-12 for current in rec.I.values())
    assert sum(current[0] for current in rec.I.values()) == pytest.approx(0, abs=1e-6)


def test_dt_does_not_matter():
    coarse, fine = (hh.clamp(SQUID, hh.Clamp(-65, -20, 5), dt=dt)[0] for dt in (0.1, 0.01))
    assert np.allclose(coarse.gate["h"], fine.gate["h"][::10], atol=1e-12)


def test_written_and_read_again(tmp_path):
    (rec,) = hh.clamp(hh.Squid(), hh.Clamp(-65, 0, 5, prepulse=(-85, 3)))
    rec.to_csv(tmp_path / "clamp.csv")
    again = hh.Recording.from_csv(tmp_path / "clamp.csv")
    assert np.array_equal(again.I["Na"], rec.I["Na"])
    assert again.protocol == rec.protocol


def test_it_is_drawn():
    family = hh.clamp(hh.Squid(), hh.Clamp(-65, (-20, 0, 20), 10))
    picture = hh.plot(family, "voltage", "currents", "conductances")
    assert picture.png.startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: hh.Clamp(to=()), "to= is empty"),
        (lambda: hh.Clamp(to=300), "to = 300 mV is outside -200 to 200 mV"),
        (lambda: hh.Clamp(to="abc"), "to = 'a' is not a number"),
        (lambda: hh.Clamp(hold=1e3), "hold = 1000 mV is outside"),
        (lambda: hh.Clamp(duration=0), "duration = 0 ms is outside 0.001 to 10000 ms"),
        (lambda: hh.Clamp(prepulse=5), "prepulse = 5 is not a voltage and a duration"),
        (lambda: hh.Clamp(prepulse=(-400, 5)), "prepulse voltage = -400 mV is outside"),
        (lambda: hh.clamp(3, hh.Clamp()), "3 is not a cell"),
        (lambda: hh.clamp(hh.Squid(), hh.Step()), r"Step\(\) is not a clamp: give one such as Clamp"),
        (lambda: hh.clamp(hh.Squid(), hh.Clamp(), dt=5), "dt = 5 ms is outside 0.0001 to 1 ms"),
        (lambda: hh.clamp(hh.Squid(), hh.Clamp(to=range(-100, 100), duration=9999)), "make more than 2000000 samples"),
        (lambda: hh.measure.current_voltage([]), r"\[\] is not a family of clamped recordings"),
    ],
)
def test_one_sentence(make, sentence):
    with pytest.raises(ValueError, match=sentence):
        make()


def test_the_picture_of_peak_currents_is_the_table():
    family = hh.clamp(hh.Squid(), hh.Clamp(to=range(-40, 61, 10), prepulse=(-85, 5), tail=(-65, 5)))
    table = hh.measure.current_voltage(family)
    drawn = {stroke.name: stroke for stroke in VIEWS["peak currents"].strokes(family[::-1], (), None) if stroke.name}
    assert list(drawn) == ["Na", "K", "L"]
    for name, stroke in drawn.items():
        assert list(stroke.x) == list(table["V"])
        assert list(stroke.y) == list(table[f"peak {name}"])
    assert np.interp(50, drawn["Na"].x, drawn["Na"].y) == pytest.approx(0, abs=0.2)


def test_a_recording_without_a_step_of_V_has_no_peak_currents():
    rec = hh.simulate(hh.Squid(), hh.Step(20), 10)
    assert VIEWS["peak currents"].strokes([rec], (), None) == []
    with pytest.raises(ValueError, match="at 5 ms: give one of those that clamp returned"):
        during_step(rec, "Na")
