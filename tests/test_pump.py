"""Pools and pump: reference numbers, charge, SciPy, and what one axon or cell does in milliseconds, minutes, hours."""

import contextlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

import hhlab as hh
from hhlab.physics import F, thermal_voltage
from hhlab.pools import kager, luo_rudy

MINUTE, HOUR = 60e3, 3600e3
HELD = ("Na_in", "K_in", "Cl_in")
POISONED = hh.PumpCell(ouabain=1)
CELLS = [hh.PumpCell(), hh.LuoRudyPumpCell(), hh.GoldmanCell(), hh.SquidWithPumps()]
KINDS = pytest.mark.parametrize("cell", CELLS, ids=lambda cell: type(cell).__name__)


def residue(rec):
    """Charge inside that the membrane does not account for, in mM, against all positive charge inside."""
    cell = rec.cell
    inside = sum(pool.z * rec.conc[pool.name] for pool in cell.pools)
    stored = 1e-3 * cell.C * rec.V / (F * cell.depth)
    return (inside - stored) / (rec.conc["K_in"][0] + rec.conc["Na_in"][0])


def after(rec, ms):
    return float(np.interp(ms, rec.t, rec.V))


def test_the_pump_cell_is_what_its_balance_makes_it():
    cell = hh.PumpCell()
    values = [cell.g_Na, cell.g_K, cell.Cl_in, cell.I_max, cell.anion]
    assert values == pytest.approx([0.010981, 0.039964, 8.7441, 6.93229, 143.258], rel=1e-4)
    assert cell.rest() == pytest.approx({"V": -70, "Na_in": 12, "K_in": 140, "Cl_in": cell.Cl_in})


@pytest.mark.parametrize("cell", [each for each in CELLS if each.pump], ids=lambda cell: type(cell).__name__)
def test_steady_states_stay(cell):
    day = hh.simulate(cell, None, 24 * HOUR)
    assert np.ptp(day.V) < 1e-6
    assert all(np.ptp(values) < 1e-6 for values in day.conc.values())


def test_poisoned():
    at_once = hh.simulate(POISONED, None, 1000)
    assert after(at_once, 200) == pytest.approx(-62.95, abs=0.01)
    gone = (at_once.V[0] - at_once.V[1000]) * (1 - np.exp(-1))
    assert np.interp(-gone, at_once.V - at_once.V[0], at_once.t) == pytest.approx(14.1, abs=0.2)
    hour = hh.simulate(POISONED, None, HOUR)
    assert hour.end == pytest.approx({"V": -51.01, "Na_in": 113.4, "K_in": 44.9, "Cl_in": 15.11}, rel=1e-3)
    early = hour.V[(hour.t > 1000) & (hour.t < 20 * MINUTE)]
    assert -1.2 < early.min() - -62.95 < -0.7


def test_the_donnan_equilibrium():
    week = hh.simulate(POISONED, None, 7 * 24 * HOUR)
    A, K, Na, Cl = POISONED.anion, POISONED.K_out, POISONED.Na_out, POISONED.Cl_out
    x = (A + np.sqrt(A**2 + 4 * (K + Na) * Cl)) / (2 * (K + Na))
    assert week.V[-1] == pytest.approx(-float(thermal_voltage(37)) * np.log(x), abs=1e-3)
    assert week.end == pytest.approx({"V": -10.815, "Na_in": 217.3, "K_in": 5.995, "Cl_in": 80.06}, rel=1e-3)


def test_half_of_the_pumps_are_enough():
    day = hh.simulate(hh.PumpCell(ouabain=0.5), None, 24 * HOUR)
    assert abs(day.V[-1] + 70) < 1
    assert abs(day.V[-1] - day.V[-200]) < 1e-6
    assert day.I["pump"][-1] / 0.5 > 0.9


def test_a_load_of_sodium_goes_away():
    rec = hh.simulate(hh.PumpCell(), None, 6 * HOUR, start={"Na_in": 30, "K_in": 122})
    assert rec.V.min() < -80
    assert rec.end == pytest.approx({"V": -70, "Na_in": 12, "K_in": 140, "Cl_in": 8.744}, rel=1e-3)


@pytest.mark.parametrize(("V", "f"), [(-120, 0.211), (-90, 0.430), (-70, 0.586), (-40, 0.756), (0, 0.859), (40, 0.896)])
def test_the_pump_of_luo_and_rudy_depends_on_V(V, f):
    pump = luo_rudy(1, 145)
    assert pump.current(V, 4, 12, 37) / pump.current(1e4, 4, 12, 37) == pytest.approx(f, abs=1e-3)


def test_the_pump_of_kager_depends_on_sodium():
    assert kager(1).current(-70, 4, 12, 37) == pytest.approx(1 / ((1 + 2 / 4) ** 2 * (1 + 10 / 12) ** 3))
    assert kager(1).current(-70, 4, 12, 37) / kager(1).current(-70, 1e9, 1e9, 37) == pytest.approx(0.072, abs=1e-3)


STIMULI = [hh.Step(2, 5, 20), hh.Step(-2, 5, 20), hh.Shock(10, 3) + hh.Step(1, 7.3, 5), hh.Train(3, 1, 2, 10, 5)]


@KINDS
@pytest.mark.parametrize("carrier", ["K", "Na", "Cl"])
@pytest.mark.parametrize("stimulus", STIMULI, ids=lambda each: each.in_words())
def test_charge_is_conserved(cell, stimulus, carrier):
    rec = hh.simulate(cell, stimulus, 60, carrier=carrier)
    assert np.ptp(residue(rec)) < 1e-11


@KINDS
@pytest.mark.parametrize("stimulus", [None, hh.Step(0.2, MINUTE, HOUR)])
def test_charge_is_conserved_for_a_day(cell, stimulus):
    if stimulus is not None and isinstance(cell, hh.SquidWithPumps):
        stimulus = hh.Step(-0.2, MINUTE, HOUR)
    poisoned = cell.replace(ouabain=0.7) if "ouabain" in cell.parameters() else cell
    rec = hh.simulate(poisoned, stimulus, 24 * HOUR)
    assert np.ptp(residue(rec)) < 1e-9
    assert np.ptp(rec.conc["Na_in"]) > 1


@pytest.mark.parametrize("cell", [POISONED, hh.GoldmanCell(diameter=5), hh.LuoRudyPumpCell(ouabain=0.5)])
def test_stepped_and_implicit_agree(cell):
    stimulus = hh.Step(0.3, 10e3, 20e3)
    stepped = hh.simulate(cell, stimulus, 120e3, dt=0.1, every=600)
    solved = hh.simulate(cell, stimulus, 120e3)
    assert np.abs(stepped.V - solved.V)[1:].max() < 2e-3
    for name in HELD:
        assert np.abs(stepped.conc[name] - solved.conc[name]).max() < 1e-5


def test_the_error_is_of_second_order():
    stimulus = hh.Step(1, 5, 20)
    errors = []
    fine = hh.simulate(hh.PumpCell(), stimulus, 50, dt=0.001, every=50_000)
    for dt in (0.4, 0.2):
        rec = hh.simulate(hh.PumpCell(), stimulus, 50, dt=dt, every=round(50 / dt))
        errors.append(abs(rec.V[-1] - fine.V[-1]))
    assert errors[1] < 1e-6


def equations(cell, stimulus):
    """The squid axon with pumps, written out once more."""
    RT_F, depth = float(thermal_voltage(cell.T)), cell.diameter * 1e-4 / 4
    speed = 3 ** ((cell.T - 6.3) / 10)

    def slope(t, y):
        V, m, h, n, Na, K, Cl = y
        a_m = 1.0 if V == -40 else 0.1 * (V + 40) / (1 - np.exp(-(V + 40) / 10))
        a_n = 0.1 if V == -55 else 0.01 * (V + 55) / (1 - np.exp(-(V + 55) / 10))
        pump = cell.I_max * (1 - cell.ouabain) / ((1 + 2 / cell.K_out) ** 2 * (1 + 60.1784960387053 / Na) ** 3)
        I_Na = (cell.g_Na * m**3 * h + cell.g_NaL) * (V - RT_F * np.log(cell.Na_out / Na))
        I_K = cell.g_K * n**4 * (V - RT_F * np.log(cell.K_out / K))
        I_Cl = cell.g_ClL * (V + RT_F * np.log(cell.Cl_out / Cl))
        I = float(stimulus.current(t))  # noqa: E741
        by_charge = 1e-3 / (F * depth)
        return [
            (I - I_Na - I_K - I_Cl - pump) / cell.C,
            speed * (a_m * (1 - m) - 4 * np.exp(-(V + 65) / 18) * m),
            speed * (0.07 * np.exp(-(V + 65) / 20) * (1 - h) - h / (1 + np.exp(-(V + 35) / 10))),
            speed * (a_n * (1 - n) - 0.125 * np.exp(-(V + 65) / 80) * n),
            -(I_Na + 3 * pump) * by_charge,
            -(I_K - 2 * pump - I) * by_charge,
            I_Cl * by_charge,
        ]

    return slope


@pytest.mark.parametrize("ouabain", [0, 1])
@pytest.mark.parametrize("diameter", [0.2, 1, 476])
def test_a_spike_against_scipy(diameter, ouabain):
    cell = hh.SquidWithPumps(diameter=diameter, ouabain=ouabain)
    stimulus = hh.Step(60, 0, 0.2)
    rec = hh.simulate(cell, stimulus, 10, dt=0.0025)
    y = np.array(list(cell.rest().values()))
    found = []
    for begin, end in ((0, 0.2 - 1e-12), (0.2, 10)):
        t = rec.t[(rec.t >= begin - 1e-9) & (rec.t < end + 1e-9)]
        part = solve_ivp(equations(cell, stimulus), (begin, end), y, "LSODA", t_eval=np.clip(t, begin, end), rtol=1e-9,
                         atol=1e-11)  # fmt: skip
        y = part.y[:, -1]
        found.append(part.y)
    exact = np.concatenate(found, axis=1)
    assert exact.shape[1] >= rec.t.size
    exact = exact[:, -rec.t.size :]
    assert np.abs(rec.V - exact[0])[100:].max() < 0.15
    assert rec.conc["Na_in"][-1] == pytest.approx(exact[4, -1], rel=1e-6)
    assert rec.conc["K_in"][-1] == pytest.approx(exact[5, -1], rel=1e-6)


def test_the_axon_with_pumps_is_that_of_hodgkin_and_huxley():
    axon, plain = hh.SquidWithPumps(), hh.Squid(T=18.5, E_L=-54.40107900)
    assert axon.rest()["V"] == pytest.approx(-65, abs=1e-9)
    assert [axon.g_NaL, axon.g_ClL, axon.I_max, axon.Na_in, axon.K_in, axon.Cl_in] == pytest.approx(
        [0.0467786, 0.2532214, 25.3425, 60.178, 214.08, 33.884], rel=1e-5
    )
    for stimulus in (hh.Shock(15), hh.Step(12, 2, 40)):
        held = hh.simulate(axon, stimulus, 50, freeze=HELD)
        exact = hh.simulate(plain, stimulus, 50, start=hh.Squid(T=18.5, E_L=-54.40107900).rest())
        assert np.abs(held.V - exact.V).max() < 1e-4
        assert all(np.ptp(values) == 0 for values in held.conc.values())


def test_the_pump_does_not_repolarise():
    stimulus = hh.Step(60, 0, 0.2)
    low = [
        hh.measure.undershoot(hh.simulate(hh.SquidWithPumps(diameter=1, ouabain=share), stimulus, 20))[0]
        for share in (0, 1)
    ]
    assert low == pytest.approx([-75.45, -75.10], abs=0.02)
    thick = hh.simulate(hh.SquidWithPumps(ouabain=1), None, 200)
    assert thick.V[-1] == pytest.approx(-63.35, abs=0.01)


TRAIN = hh.Train(60, 0, 0.2, 20, 500)


def test_a_train_in_a_thin_axon():
    rec = hh.simulate(hh.SquidWithPumps(diameter=1), TRAIN, 10_000, every=2)
    tops = [rec.V[(rec.t >= t) & (rec.t < t + 15)].max() for t in (0, 9980)]
    assert hh.measure.spikes(rec).size == 500
    assert tops == pytest.approx([29.85, 18.20], abs=0.1)
    assert rec.conc["Na_in"][-1] == pytest.approx(109, abs=0.5)
    rest = hh.simulate(rec.cell, None, 300e3, start=rec.end)
    assert rest.V.min() == pytest.approx(-66.35, abs=0.03)
    assert rest.V[-1] == pytest.approx(-65.000, abs=2e-3)
    assert rest.conc["Na_in"][-1] == pytest.approx(60.178, abs=0.01)


def test_a_train_without_pumps():
    fired = [
        hh.measure.spikes(hh.simulate(hh.SquidWithPumps(diameter=d, ouabain=1), TRAIN, 10_000, every=2)).size
        for d in (0.2, 1, 20)
    ]
    assert fired[0] < fired[1] < fired[2] == 500


def test_a_hundred_spikes_in_the_giant_axon():
    rec = hh.simulate(hh.SquidWithPumps(ouabain=1), hh.Train(60, 0, 0.2, 20, 100), 2000, every=10)
    assert rec.conc["Na_in"][-1] == pytest.approx(60.223, abs=0.0005)


@pytest.mark.parametrize(
    ("cell", "Na", "K", "excess"),
    [(hh.Squid(T=18.5), 4.013, -4.100, 4.00), (hh.Squid(), 14.46, None, 13.2), (hh.Squid(T=20), None, None, 3.52)],
)
def test_the_ledger_of_a_spike(cell, Na, K, excess):
    found = hh.measure.ledger(hh.simulate(cell, hh.Shock(15), 60))
    assert found.excess == pytest.approx(excess, rel=5e-3)
    assert pytest.approx(found.ions["Na"].net / 3) == found.ATP
    assert found.charge == pytest.approx(found.ions["Na"].net * F * 1e-3)
    for ion, net in (("Na", Na), ("K", K)):
        assert net is None or found.ions[ion].net == pytest.approx(net, rel=5e-3)
        assert found.ions[ion].into - found.ions[ion].out_of == pytest.approx(found.ions[ion].net)


def test_the_ledger_of_nothing():
    found = hh.measure.ledger(hh.simulate(hh.Squid(), None, 20))
    assert abs(found.ions["Na"].net) < 1e-6
    assert np.isnan(found.ions["Na"].percent) or abs(found.ions["Na"].percent) < 1e-6


@given(diameter=st.floats(0.2, 500))
@settings(max_examples=20, deadline=None)
def test_thin_axons_change_more(diameter):
    rec = hh.simulate(hh.Squid(T=18.5), hh.Shock(15), 20)
    found = hh.measure.ledger(rec, diameter).ions["Na"]
    assert found.change == pytest.approx(4 * found.net * 1e-6 / (diameter * 1e-4))
    assert found.percent == pytest.approx(100 * found.change / 50)


@given(every=st.integers(1, 1500), stop=st.floats(10, 60))
@settings(max_examples=60, deadline=None)
def test_every_so_many_steps_are_the_same_samples(every, stop):
    steps = int(stop / 0.01)
    if every > steps:
        return
    whole = hh.simulate(hh.Squid(), hh.Step(20), stop, dt=0.01)
    some = hh.simulate(hh.Squid(), hh.Step(20), stop, dt=0.01, every=every)
    assert np.array_equal(some.V, whole.V[::every][: some.t.size])
    assert np.array_equal(some.gate["m"][:-1], whole.gate["m"][::every][: some.t.size - 1])


def test_many_steps_a_sample():
    rec = hh.simulate(POISONED, None, 120e3, dt=0.05, every=1200)
    assert rec.t.size == 2001
    assert np.isfinite(rec.V).all()


@KINDS
@pytest.mark.parametrize("length", [30, 2 * MINUTE])
def test_written_and_read_again(cell, length, tmp_path):
    rec = hh.simulate(cell, hh.Step(1, 2, 3), length, carrier="Na")
    rec.to_csv(tmp_path / "rec.csv")
    again = hh.Recording.from_csv(tmp_path / "rec.csv")
    assert np.array_equal(again.V, rec.V)
    assert again.cell == rec.cell
    assert again.settings == rec.settings
    for name in (*HELD,):
        assert np.array_equal(again.conc[name], rec.conc[name])
    assert all(np.array_equal(again.I[name], rec.I[name]) for name in rec.I)


def test_together_and_one_by_one():
    from hhlab.simulate import simulate_many

    cells = [
        hh.SquidWithPumps(diameter=d, ouabain=share, g_K=g) for d, share, g in ((476, 0, 36), (1, 0.5, 30), (5, 1, 40))
    ]
    together = simulate_many(cells, [hh.Step(30, 2, 0.5)], 20)
    for cell, rec in zip(cells, together, strict=True):
        alone = hh.simulate(cell, hh.Step(30, 2, 0.5), 20)
        assert np.allclose(rec.V, alone.V, atol=1e-9)
        assert np.allclose(rec.pool_values, alone.pool_values, rtol=1e-12)


def spans(cell):
    return st.fixed_dictionaries({}, optional={name: st.floats(*p.span) for name, p in cell.parameters().items()})


@KINDS
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_no_slider_does_harm(cell, data):
    changes = data.draw(spans(cell))
    length = data.draw(st.sampled_from([20, HOUR] if not cell.gates else [20]))
    rec = None
    with contextlib.suppress(ValueError):
        rec = hh.simulate(cell.replace(**changes), hh.Step(2, 5, 5), length)
    if rec is not None:
        assert np.isfinite(rec.V).all()
        assert all((values > 0).all() for values in rec.conc.values())
