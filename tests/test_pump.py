"""Pools and pump: reference numbers, charge, SciPy, and what one axon or cell does in milliseconds, minutes, hours."""

import contextlib
import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy.integrate import solve_ivp

import hhlab as hh
from hhlab import implicit
from hhlab.physics import F, thermal_voltage
from hhlab.pools import kager, luo_rudy
from hhlab.simulation import simulate_many

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


def anion(cell):
    """Negative charge inside that cannot leave, mM: it balances the K, Na and Cl that the cell starts with."""
    charge = 1e-3 * cell.C * cell.rest()["V"] / (F * cell.depth)
    return sum(pool.z * float(pool.inside) for pool in cell.pools) - charge


def after(rec, ms):
    return float(np.interp(ms, rec.t, rec.V))


def test_the_pump_cell_is_what_its_balance_makes_it():
    cell = hh.PumpCell()
    values = [cell.g_Na, cell.g_K, cell.Cl_in, cell.I_max, anion(cell)]
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


def test_what_is_lost_at_once_is_what_the_pump_carried():
    G = POISONED.g_Na + POISONED.g_K + POISONED.g_Cl
    loss_and_tau = [0.5 / G, POISONED.C / G]
    assert loss_and_tau == pytest.approx([7.05, 14.1], abs=0.01)


def test_the_donnan_equilibrium():
    week = hh.simulate(POISONED, None, 7 * 24 * HOUR)
    A, K, Na, Cl = anion(POISONED), POISONED.K_out, POISONED.Na_out, POISONED.Cl_out
    x = (A + np.sqrt(A**2 + 4 * (K + Na) * Cl)) / (2 * (K + Na))
    assert week.V[-1] == pytest.approx(-float(thermal_voltage(37)) * np.log(x), abs=1e-3)
    assert x == pytest.approx(1.498804, abs=1e-6)
    assert week.end == pytest.approx({"V": -10.8154, "Na_in": 217.3, "K_in": 5.995, "Cl_in": 80.06}, rel=3e-4)
    osmoles = sum(week.conc[name][-1] for name in HELD) + A
    assert (osmoles, K + Na + Cl + 29) == (pytest.approx(447, abs=0.5), 298)
    near = hh.simulate(POISONED, None, 24 * HOUR, start=week.end)
    assert abs(near.V[-1] - near.V[0]) < 1e-3


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


@KINDS
@pytest.mark.parametrize("carrier", ["K", "Na", "Cl"])
def test_charge_is_conserved_for_minutes_whatever_carries_it(cell, carrier):
    stimulus = hh.Shock(10, 20e3) + hh.Shock(-25, 70e3) + hh.Step(0.1, 10e3, 30e3)
    stimulus += hh.Ramp(-0.2, 50e3, 9e3, 5e3)
    rec = hh.simulate(cell, stimulus, 2 * MINUTE, carrier=carrier)
    assert np.ptp(residue(rec)) < 1e-9


@pytest.mark.parametrize(("length", "error"), [(50e3, 1e-6), (2 * MINUTE, 5e-5)])
def test_a_sealed_cell_keeps_all_it_is_given(length, error):
    sealed = hh.GoldmanCell(P_K=0, P_Na=0, P_Cl=0)
    stimulus = hh.Step(0.005, 1000, 20e3) + hh.Shock(5, 30e3) + hh.Ramp(-0.01, 32e3, 10e3)
    rec = hh.simulate(sealed, stimulus, length, start={"V": -70})
    assert rec.V[-1] == pytest.approx(-70 + 100 + 5 - 50, abs=error)
    assert rec.conc["Na_in"][-1] == rec.conc["Na_in"][0]


def test_corners_that_stiff_solvers_stumble_over():
    rec = hh.simulate(hh.GoldmanCell(C=0.2, Na_out=1, diameter=500), None, HOUR)
    assert np.ptp(residue(rec)) < 1e-9


@pytest.mark.parametrize("length", [1000, 2 * MINUTE])
def test_a_shock_at_the_very_end_counts(length):
    before, after = (hh.simulate(hh.PumpCell(), hh.Shock(mV, length), length) for mV in (0, 20))
    assert after.V[-1] - before.V[-1] == pytest.approx(20, abs=1e-6)
    assert after.conc["K_in"][-1] > before.conc["K_in"][-1]
    assert np.array_equal(after.V[:-1], before.V[:-1])


EMPTYING = [
    (hh.GoldmanCell(diameter=0.2), hh.Step(-1, 0, 5e4), 5e4, "K"),
    (hh.GoldmanCell(diameter=0.2), hh.Step(-1, 0, 5e5), 5e5, "K"),
    (hh.GoldmanCell(diameter=0.05, Cl_in=0.01), hh.Shock(200, 1), 30, "Cl"),
    (hh.GoldmanCell(diameter=0.05, Cl_in=0.01), hh.Shock(200, 1), 2 * MINUTE, "Cl"),
    (hh.SquidWithPumps(diameter=0.05), hh.Step(-40, 0, 500), 600, "Na"),
]


@pytest.mark.parametrize(("cell", "stimulus", "length", "carrier"), EMPTYING)
def test_no_stimulus_takes_more_than_there_is(cell, stimulus, length, carrier):
    with pytest.raises(ValueError, match=r"_in of .* is used up at t = .* choose a weaker or shorter stimulus"):
        hh.simulate(cell, stimulus, length, carrier=carrier)


@pytest.mark.parametrize("length", [30, 2 * MINUTE])
def test_shocks_that_add_up_are_refused(length):
    shocks = hh.Shock(200, 1) + hh.Shock(200, 1) + hh.Shock(200, 1)
    with pytest.raises(ValueError, match=r"V went beyond \+-500 mV at t = 1 ms"):
        hh.simulate(hh.GoldmanCell(), shocks, length)


def test_what_needs_small_steps_says_so():
    with pytest.raises(ValueError, match="every = 10 needs steps of a fixed size"):
        hh.simulate(hh.PumpCell(), None, HOUR, every=10)
    for length in (30, HOUR):
        with pytest.raises(ValueError, match="use clamp to hold V"):
            hh.simulate(hh.PumpCell(), None, length, freeze=("V",))
    with pytest.raises(ValueError, match=r"^101 pulses of .* is too much for a recording of 3.6e\+06 ms"):
        hh.simulate(hh.PumpCell(), hh.Train(0.01, 0, 1000, 20_000, 101), HOUR)
    at_once = hh.Gate("f", inf=lambda V: 0.5 + 0 * V, tau=lambda V: 0 * V)
    with pytest.raises(ValueError, match="has gates that need small steps: give dt=, or a recording of a minute"):
        hh.simulate(hh.PumpCell().plus(hh.Channel("f", 0.1, gates=(at_once,), ion="K")), None, HOUR)


def test_the_ledger_of_a_round_cell_counts_its_own_volume():
    rec = hh.simulate(hh.GoldmanCell(), hh.Step(10, 1, 5), 50)
    found = hh.measure.ledger(rec).ions["Na"]
    gone = float(np.trapezoid(rec.I["Na"] - rec.I["Na"][0], rec.t)) * rec.cell.pool["Na"].by_charge(rec.cell.depth)
    assert found.change == pytest.approx(-gone, rel=1e-9)


@KINDS
@pytest.mark.parametrize("carrier", ["K", "Cl"])
def test_the_implicit_solver_follows_shocks_and_pulses(cell, carrier):
    """Over milliseconds, which simulate steps through: the steps lead there as they get smaller, by their order."""
    stimulus = hh.Shock(8, 10.0) + hh.Step(8, 2.5, 5) + hh.Ramp(-3, 20, 5, 5)
    thin, dt, order = cell.replace(diameter=1), *((0.0025, 2) if cell.gates else (0.01, 1))
    coarse, fine = (hh.simulate(thin, stimulus, 40, dt=dt * n, carrier=carrier, every=8 // n) for n in (2, 1))
    number = [pool.ion for pool in cell.pools].index(carrier)
    solved, escape = implicit.integrate(thin, stimulus, fine.t, thin.state(None), frozenset(), number, 500.0)
    V, ions = (
        there + (there - here) / (2**order - 1)
        for here, there in ((coarse.V, fine.V), (coarse.pool_values, fine.pool_values))
    )
    assert escape is None
    assert np.abs(V - solved[0]).max() < (5e-4 if cell.gates else 2e-5)
    assert np.abs(ions - solved[1 + len(cell.gates) :]).max() < 1e-6


@pytest.mark.parametrize("cell", [POISONED, hh.GoldmanCell(diameter=5), hh.LuoRudyPumpCell(ouabain=0.5)])
def test_stepped_and_implicit_agree(cell):
    stimulus = hh.Step(0.3, 10e3, 20e3)
    stepped = hh.simulate(cell, stimulus, 120e3, dt=0.1, every=600)
    solved = hh.simulate(cell, stimulus, 120e3)
    assert np.abs(stepped.V - solved.V)[1:].max() < 2e-3
    for name in HELD:
        assert np.abs(stepped.conc[name] - solved.conc[name]).max() < 1e-5


def errors_of(cell, stimulus, length, steps, finest):
    """The largest errors of V and of the concentrations, one row a time step."""
    exact = hh.simulate(cell, stimulus, length, dt=finest)
    rows = []
    for dt in steps:
        rec, each = hh.simulate(cell, stimulus, length, dt=dt), round(dt / finest)
        rows.append([np.abs(ours - true[:, ::each]).max() for ours, true in
                     ((rec.V, exact.V[None]), (rec.pool_values, exact.pool_values))])  # fmt: skip
    return np.array(rows)


@pytest.mark.parametrize("diameter", [0.2, 1])
def test_spikes_are_of_second_order(diameter):
    cell = hh.SquidWithPumps(diameter=diameter)
    errors = errors_of(cell, hh.Step(60, 0, 0.2), 8, (0.02, 0.01, 0.005), 0.0005)
    assert np.log2(errors[:-1] / errors[1:]) == pytest.approx(2, abs=0.06)


@pytest.mark.parametrize(
    ("cell", "mV"), [(hh.PumpCell(diameter=0.2), 1e-4), (hh.LuoRudyPumpCell(diameter=0.2), 1e-2)], ids=["kager", "luo"]
)
def test_leaks_are_of_first_order_with_a_small_error(cell, mV):
    """The pump of a step is that of its beginning."""
    errors = errors_of(cell, hh.Step(2, 1.6, 8), 100, (0.8, 0.4, 0.2), 0.01)
    assert np.all(np.log2(errors[:-1] / errors[1:]) > 0.98)
    assert errors[-1, 0] < mV


def moved(cell, deep, I_Na, I_K, I_Cl, pump, I):  # noqa: E741
    """Rates of V and of Na, K and Cl inside, the stimulus carried by K; `deep` is diameter over volume over area."""
    by_charge = 1e-3 / (F * cell.diameter * 1e-4 / deep)
    V = (I - I_Na - I_K - I_Cl - pump) / cell.C
    return V, -(I_Na + 3 * pump) * by_charge, -(I_K - 2 * pump - I) * by_charge, I_Cl * by_charge


def drives(cell, V, Na, K, Cl):
    RT_F = float(thermal_voltage(cell.T))
    E_Na, E_K = RT_F * np.log(cell.Na_out / Na), RT_F * np.log(cell.K_out / K)
    return V - E_Na, V - E_K, V + RT_F * np.log(cell.Cl_out / Cl)


def pump_cell(cell, state, I):  # noqa: E741
    V, Na, K, Cl = state
    if isinstance(cell, hh.LuoRudyPumpCell):
        u, s = V / float(thermal_voltage(cell.T)), (np.exp(cell.Na_out / 67.3) - 1) / 7
        speed = 1 / (1 + 0.1245 * np.exp(-0.1 * u) + 0.0365 * s * np.exp(-u))
        pump = cell.I_max * speed / (1 + (10 / Na) ** 1.5) * cell.K_out / (cell.K_out + 1.5)
    else:
        pump = cell.I_max / ((1 + 2 / cell.K_out) ** 2 * (1 + 10 / Na) ** 3)
    away = drives(cell, V, Na, K, Cl)
    currents = cell.g_Na * away[0], cell.g_K * away[1], cell.g_Cl * away[2]
    return moved(cell, 6, *currents, pump * (1 - cell.ouabain), I)


def goldman_cell(cell, state, I):  # noqa: E741
    V, Na, K, Cl = state
    u = V / float(thermal_voltage(cell.T))
    cation = lambda P, out, inside: P * 1e-6 * F * u * (inside - out * np.exp(-u)) / -np.expm1(-u)  # noqa: E731
    chloride = cell.P_Cl * 1e-6 * F * u * (Cl - cell.Cl_out * np.exp(u)) / -np.expm1(u) * -1
    currents = cation(cell.P_Na, cell.Na_out, Na), cation(cell.P_K, cell.K_out, K), -chloride
    return moved(cell, 6, *currents, 0.0, I)


def squid_with_pumps(cell, state, I):  # noqa: E741
    V, m, h, n, Na, K, Cl = state
    speed = 3 ** ((cell.T - 6.3) / 10)
    a_m = 1.0 if V == -40 else 0.1 * (V + 40) / (1 - np.exp(-(V + 40) / 10))
    a_n = 0.1 if V == -55 else 0.01 * (V + 55) / (1 - np.exp(-(V + 55) / 10))
    pump = cell.I_max * (1 - cell.ouabain) / ((1 + 2 / cell.K_out) ** 2 * (1 + 60.1784960387053 / Na) ** 3)
    away = drives(cell, V, Na, K, Cl)
    currents = (cell.g_Na * m**3 * h + cell.g_NaL) * away[0], cell.g_K * n**4 * away[1], cell.g_ClL * away[2]
    dV, *ions = moved(cell, 4, *currents, pump, I)
    return (
        dV,
        speed * (a_m * (1 - m) - 4 * np.exp(-(V + 65) / 18) * m),
        speed * (0.07 * np.exp(-(V + 65) / 20) * (1 - h) - h / (1 + np.exp(-(V + 35) / 10))),
        speed * (a_n * (1 - n) - 0.125 * np.exp(-(V + 65) / 80) * n),
        *ions,
    )


def by_scipy(slope, cell, stimulus, t):
    """All states at times t by LSODA, stretch by stretch of a constant current."""
    edges = sorted({0.0, float(t[-1]), *(at for piece in stimulus.pieces() for at in (piece.start, piece.end))})
    state, found = np.array(list(cell.rest().values())), np.full((len(cell.state_names), t.size), np.nan)
    for begin, end in itertools.pairwise(edges):
        inside, current = (t >= begin) & (t <= end), float(stimulus.current((begin + end) / 2))
        part = solve_ivp(lambda _, y, current=current: slope(cell, y, current), (begin, end), state, "LSODA",
                         t_eval=np.union1d(t[inside], [end]), rtol=1e-9, atol=1e-11)  # fmt: skip
        found[:, inside], state = part.y[:, : inside.sum()], part.y[:, -1]
    return found


@pytest.mark.parametrize("ouabain", [0, 1])
@pytest.mark.parametrize("diameter", [0.2, 1, 476])
def test_a_spike_against_scipy(diameter, ouabain):
    cell, stimulus = hh.SquidWithPumps(diameter=diameter, ouabain=ouabain), hh.Step(60, 0, 0.2)
    rec = hh.simulate(cell, stimulus, 10, dt=0.0025)
    exact = by_scipy(squid_with_pumps, cell, stimulus, rec.t)
    assert np.abs(rec.V - exact[0]).max() < 0.03
    assert np.abs(rec.gate_values - exact[1:4]).max() < 3e-4
    assert_allclose(rec.pool_values, exact[4:], rtol=2e-6)


BY_SCIPY = [
    (hh.PumpCell(diameter=1), pump_cell, 2e-5), (hh.PumpCell(diameter=1, ouabain=0.8), pump_cell, 2e-5),
    (hh.LuoRudyPumpCell(diameter=1), pump_cell, 2e-3), (hh.GoldmanCell(diameter=1), goldman_cell, 5e-4),
    (hh.gallery["red cell"], goldman_cell, 2e-3), (hh.GoldmanCell(P_Na=5, P_Cl=0), goldman_cell, 2e-3),
]  # fmt: skip


@pytest.mark.parametrize(("cell", "slope", "mV"), BY_SCIPY)
def test_milliseconds_against_scipy(cell, slope, mV):
    stimulus = hh.Step(2, 5, 20)
    rec = hh.simulate(cell, stimulus, 60, dt=0.05)
    exact = by_scipy(slope, cell, stimulus, rec.t)
    assert np.abs(rec.V - exact[0]).max() < mV
    assert np.abs(rec.pool_values - exact[1:]).max() < 1e-5


@pytest.mark.parametrize(("cell", "slope", "mV"), BY_SCIPY)
def test_hours_against_scipy(cell, slope, mV):
    stimulus = hh.Step(0.05, 10 * MINUTE, 20 * MINUTE)
    rec = hh.simulate(cell, stimulus, HOUR)
    exact = by_scipy(slope, cell, stimulus, rec.t)
    assert np.abs(rec.V - exact[0]).max() < 1e-5
    assert_allclose(rec.pool_values, exact[1:], rtol=1e-6)


def test_the_axon_with_pumps_is_that_of_hodgkin_and_huxley():
    axon, plain = hh.SquidWithPumps(), hh.Squid(T=18.5, E_L=-54.40107900)
    assert axon.rest()["V"] == pytest.approx(-65, abs=1e-9)
    assert [axon.g_NaL, axon.g_ClL, axon.I_max, axon.Na_in, axon.K_in, axon.Cl_in] == pytest.approx(
        [0.0467786, 0.2532214, 25.3425, 60.178, 214.08, 33.884], rel=1e-5
    )
    at_rest = hh.simulate(axon, None, 1).I
    assert [at_rest[name][0] for name in ("Na", "K", "pump")] == pytest.approx(
        [-1.220057, 4.399733, 2.199867], abs=2e-6
    )
    for stimulus in (hh.Shock(15), hh.Step(60, 0, 0.2), hh.Step(12, 2, 40)):
        held = hh.simulate(axon, stimulus, 50, freeze=HELD)
        exact = hh.simulate(plain, stimulus, 50, start=hh.Squid(T=18.5, E_L=-54.40107900).rest())
        assert np.abs(held.V - exact.V).max() < 1e-5
        assert all(np.ptp(values) == 0 for values in held.conc.values())


def half_fall(cell):
    """When V is highest, and when it has fallen half way back to rest, ms after the onset of a pulse."""
    rec = hh.simulate(cell, hh.Step(60, 0, 0.2), 5, dt=0.0025)
    top, at = hh.measure.peak(rec)
    after, half = rec.t > at, 0.5 * (top + hh.measure.rest(cell))
    return at, float(np.interp(-half, -rec.V[after][:200], rec.t[after][:200]))


def test_the_pump_does_not_repolarise():
    stimulus = hh.Step(60, 0, 0.2)
    low = [
        hh.measure.undershoot(hh.simulate(hh.SquidWithPumps(diameter=1, ouabain=share), stimulus, 20))[0]
        for share in (0, 1)
    ]
    assert low == pytest.approx([-75.45, -75.10], abs=0.02)
    falls = [half_fall(hh.SquidWithPumps(diameter=1, ouabain=share)) for share in (0, 1)]
    assert [fall for _, fall in falls] == pytest.approx([1.049, 1.006], abs=1.5e-3)
    giant = [half_fall(hh.SquidWithPumps(ouabain=share)) for share in (0, 1)]
    assert [fall - top for top, fall in giant] == pytest.approx([0.284, 0.286], abs=1.5e-3)
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


@pytest.mark.parametrize("diameter", [20, 100, 476])
def test_the_ledger_says_how_the_concentrations_changed(diameter):
    rec = hh.simulate(hh.SquidWithPumps(diameter=diameter), hh.Shock(15), 40)
    found = hh.measure.ledger(rec)
    assert found.diameter == diameter
    assert found.excess == pytest.approx(4.0, rel=1e-2)
    assert found.ions["Na"].change == pytest.approx(rec.conc["Na_in"][-1] - rec.conc["Na_in"][0], rel=2e-3)
    assert found.ions["Na"].percent == pytest.approx(100 * found.ions["Na"].change / rec.cell.Na_in)


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
    whole = hh.simulate(POISONED, None, 120e3, dt=0.05)
    assert rec.t.size == 2001
    assert np.array_equal(rec.V, whole.V[::1200])
    assert np.array_equal(rec.pool_values, whole.pool_values[:, ::1200])


@KINDS
@given(every=st.integers(1, 700), at=st.floats(0, 8), carrier=st.sampled_from(["K", "Na", "Cl"]))
@settings(max_examples=25, deadline=None)
def test_every_so_many_steps_with_ions_and_shocks(cell, every, at, carrier):
    stimulus = [hh.Step(5, 2, 3) + hh.Shock(8, at), hh.Shock(-9, 3.003)]
    whole, some = (
        simulate_many([cell], stimulus, 8, dt=0.01, every=each, carrier=carrier, start={"Na_in": 20})
        for each in (1, every)
    )
    for all_of_it, part in zip(whole, some, strict=True):
        assert part.t == pytest.approx(all_of_it.t[::every][: part.t.size])
        assert np.array_equal(part.V, all_of_it.V[::every])
        assert np.array_equal(part.pool_values, all_of_it.pool_values[:, ::every])


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


def test_written_and_read_again_with_all_that_can_be_told(tmp_path):
    cell = hh.PumpCell(ouabain=0.3).plus(hh.Channel("A", g=0.01, ion="K"))
    rec = hh.simulate(cell, hh.Shock(5, 1) + hh.Step(1, 2, 3), 9, carrier="Cl", start={"Na_in": 30.5, "V": -60.25},
                      freeze=("K_in",), every=3)  # fmt: skip
    rec.to_csv(tmp_path / "rec.csv")
    again = hh.Recording.from_csv(tmp_path / "rec.csv", cell)
    assert (again.settings, again.csv()) == (rec.settings, rec.csv())
    assert np.array_equal(again.pool_values, rec.pool_values)
    assert again.end == rec.end
    anew = hh.simulate(again.cell, again.protocol, 9, **again.settings)
    assert np.array_equal(anew.V, rec.V)


@pytest.mark.parametrize("length", [60, 2 * MINUTE])
def test_pump_cells_together_and_one_by_one(length):
    cells = [hh.PumpCell(), hh.PumpCell(ouabain=1, diameter=1), hh.PumpCell(K_out=12, g_Na=0.02, C=2)]
    cells += [hh.LuoRudyPumpCell(ouabain=0.5)]
    stimulus = hh.Step(1, 2, 5) + hh.Shock(5, 20)
    for cell, rec in zip(cells, simulate_many(cells, [stimulus], length, carrier="Na"), strict=True):
        alone = hh.simulate(cell, stimulus, length, carrier="Na")
        assert rec.cell == cell
        assert_allclose(rec.V, alone.V, rtol=0, atol=1e-9)
        assert_allclose(rec.pool_values, alone.pool_values, rtol=1e-12)


@KINDS
def test_the_currents_of_a_recording_move_V_and_ions(cell):
    rec = hh.simulate(cell.replace(diameter=1), hh.Step(20 if cell.gates else 1, 1, 2), 8, dt=0.001)
    dV = np.gradient(rec.V, rec.t)
    quiet = np.abs(rec.t[:, None] - [0, 1, 3, 8]).min(axis=1) > 0.005
    assert np.abs(sum(hh.measure.attribution(rec).values()) - dV)[quiet].max() < 1e-3 * np.abs(dV).max()
    outward = sum(rec.I[channel.name] for channel in cell.channels if channel.ion == "Na")
    outward = outward + (3 * rec.I["pump"] if cell.pump else 0)
    lost = np.trapezoid(outward, rec.t) * 1e-3 / (F * rec.cell.depth)
    assert rec.conc["Na_in"][0] - rec.conc["Na_in"][-1] == pytest.approx(lost, rel=1e-4)


def test_together_and_one_by_one():
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


BENCHES = {
    "pump": (hh.PumpCell(), hh.Step(1, 5, 5), 30), "pump for an hour": (hh.PumpCell(ouabain=1), None, HOUR),
    "goldman": (hh.GoldmanCell(), hh.Step(1, 5, 5), 30), "goldman for an hour": (hh.GoldmanCell(), None, HOUR),
    "squid": (hh.SquidWithPumps(diameter=1), hh.Step(60, 1, 0.2), 10),
}  # fmt: skip


@pytest.mark.parametrize("name", BENCHES)
def test_any_moves_of_the_knobs_of_a_bench(name):
    cell, protocol, length = BENCHES[name]
    bench = hh.explore(cell, protocol, ("voltage", "concentrations", "reversal potentials"), t_stop=length)
    knobs = bench.knobs
    move = st.tuples(st.sampled_from(range(len(knobs))), st.one_of(st.sampled_from([0.0, 1.0]), st.floats(0, 1)))

    @given(moves=st.lists(move, max_size=6))
    @settings(max_examples=6, deadline=None, derandomize=True)
    def moved(moves):
        bench.reset()
        for number, share in moves:
            knob = knobs[number]
            value = knob["low"] + round(share * (knob["high"] - knob["low"]) / knob["step"]) * knob["step"]
            bench.hear({"do": "set", "with": {"name": knob["name"], "value": value}})
            assert np.isfinite(bench.recording.V).all()

    moved()
