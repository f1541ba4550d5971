"""Voltage clamp: the numbers of the squid axon, and what must hold for every cell."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hhlab as hh

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


def test_the_family_is_a_family():
    family = hh.clamp(SQUID, hh.Clamp(to=range(-80, 61, 10)))
    assert len(family) == 15
    assert [rec.protocol.to for rec in family] == list(range(-80, 61, 10))
    assert family[-1].V[0] == 60
    assert repr(family).startswith("<ClampFamily of Squid(E_L=-54.401079): held at -65 mV, to -80, -70,")


@pytest.mark.parametrize(("V", "share"), [(-85, 0.967), (-65, 0.612), (-21, 0.027)])
def test_availability(V, share):
    assert hh.measure.availability(SQUID, V) == pytest.approx(share, abs=1.5e-3)


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
        (lambda: hh.measure.current_voltage([]), r"\[\] is not a clamp family"),
    ],
)
def test_one_sentence(make, sentence):
    with pytest.raises(ValueError, match=sentence):
        make()
