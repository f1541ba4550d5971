"""Ring 3: what must hold for every channel and every cell."""

import os
import pickle

import numpy as np
import pytest
from numpy.testing import assert_allclose

import hhlab as hh
from hhlab import kernel
from hhlab import kernel_layout as layout
from hhlab.gates import table
from hhlab.simulation import simulate_many

V = np.linspace(-150, 150, 30_001)


def test_every_rate_is_finite_everywhere(cell):
    for gate in cell.gates:
        inf, tau = gate.steady_state(V), gate.time_constant(V, cell.T)
        assert np.all(np.isfinite(inf) & (inf >= 0) & (inf <= 1))
        assert np.all(np.isfinite(tau) & (tau > 0))
        for rate in filter(None, (gate.alpha, gate.beta)):
            assert np.all(np.isfinite(rate(np.array([-55.0, -40.0, -40 + 1e-12, -150.0, 150.0]))))


def test_linoid_at_its_point():
    assert hh.linoid(np.array([0.0, 1e-9, -1e-9]), 10) == pytest.approx(10, abs=1e-8)
    assert hh.linoid(0.01, 10) == pytest.approx(0.01 / (1 - np.exp(-0.001)), rel=1e-12)


def test_table_holds_the_declared_curves(cell):
    """A and B, looked up as the kernel does, give back steady state and time constant."""
    dt, gates = 0.01, cell.gates
    rows = table(gates, cell.T, dt).reshape(layout.ROWS, len(gates), 2, layout.CUBIC)
    at = (V[1:-1] - layout.V_MIN) * layout.ROWS_PER_MV
    row = at.astype(int)
    f = (at - row)[:, None] ** np.arange(layout.CUBIC)
    for number, gate in enumerate(gates):
        a, b = (np.einsum("ij,ij->i", rows[row, number, which], f) for which in (0, 1))
        assert_allclose(a / (1 - b), gate.steady_state(V[1:-1]), rtol=0, atol=1e-7)
        tau = gate.time_constant(V[1:-1], cell.T)
        assert_allclose(-dt / np.log(b)[tau > dt / 10], tau[tau > dt / 10], rtol=1e-5)


def test_at_rest_nothing_moves(cell):
    rec = hh.simulate(cell, t_stop=200)
    assert np.ptp(rec.V) < 1e-6
    assert all(np.ptp(x) < 1e-8 for x in rec.gate.values())


@pytest.mark.parametrize("amplitude", [-100, 20, 1000])
def test_gates_stay_within_0_and_1(cell, amplitude):
    rec = hh.simulate(cell, hh.Step(amplitude, 1, 0.5) + hh.Step(amplitude / 4, 10, 10), 40)
    assert rec.gate_values.min() >= 0
    assert rec.gate_values.max() <= 1 + 1e-12


def test_no_current_at_the_reversal_potential(cell):
    rec = hh.simulate(cell, t_stop=0.1)
    for channel in cell.channels:
        held = hh.simulate(cell, t_stop=cell.dt, start={"V": channel.E})
        assert held.I[channel.name][0] == 0
    assert sum(rec.I[name][0] for name in rec.I) == pytest.approx(0, abs=1e-9)


def test_charge_is_conserved(cell):
    """C dV equals the charge of the stimulus less that of the ions, over a whole spike."""
    rec = hh.simulate(cell, hh.Step(20, 1, 0.5), 20, dt=0.001)
    carried = [np.trapezoid(rec.I[name], rec.t) for name in rec.I]
    moved = np.abs(carried).sum()
    assert cell.C * (rec.V[-1] - rec.V[0]) == pytest.approx(20 * 0.5 - sum(carried), abs=1e-5 * moved)


def test_a_batch_equals_its_members_one_by_one(cell):
    stimuli = [hh.Step(amplitude, 1.003, 0.5) + hh.Shock(3, 5.017) for amplitude in np.linspace(-20, 60, 37)]
    for together, stimulus in zip(simulate_many([cell], stimuli, 20), stimuli, strict=True):
        alone = hh.simulate(cell, stimulus, 20)
        assert_allclose(together.V, alone.V, rtol=0, atol=1e-9)
        assert_allclose(together.gate_values, alone.gate_values, rtol=0, atol=1e-9)


def test_many_cells_of_one_kind():
    cells = [hh.Squid(g_Na=g, E_K=-77 + g / 100, C=1 + g / 1000) for g in (60, 90, 120)]
    for rec, each in zip(simulate_many(cells, [hh.Step(20)], 20), cells, strict=True):
        assert pytest.approx(hh.simulate(each, hh.Step(20), 20).V, abs=1e-9) == rec.V


def test_brief_pulses_at_200_onsets_give_the_same_spike():
    spikes = []
    for onset in np.linspace(1, 2, 200):
        rec = hh.simulate(hh.Squid(), hh.Step(100, onset, 0.1), 12)
        spikes.append((hh.measure.peak(rec)[0], hh.measure.peak(rec)[1] - onset, hh.measure.spikes(rec)[0] - onset))
    spread = np.ptp(spikes, axis=0)
    assert spread[0] < 0.005
    assert np.all(spread[1:] < 0.0005)


def test_a_pulse_delivers_its_charge_on_any_grid():
    for dt in (0.01, 0.007, 0.05):
        for start in np.linspace(0.5, 1.5, 41):
            steps = hh.Step(10, start, 0.1).mean_current(round(2 / dt), dt)
            assert steps.sum() * dt == pytest.approx(1.0, rel=1e-9)


def test_shocks_at_any_moment_are_exact():
    heights = [hh.measure.peak(hh.simulate(hh.Squid(), hh.Shock(15, t), 8))[0] for t in np.linspace(1, 1.1, 23)]
    assert np.ptp(heights) < 0.005
    assert hh.simulate(hh.Squid(), hh.Shock(15), 1).V[0] == pytest.approx(hh.measure.rest(hh.Squid()) + 15, abs=1e-9)


def test_going_on_from_the_end_is_as_if_nothing_had_stopped(cell):
    whole = hh.simulate(cell, hh.Step(20, 1, 0.5), 10)
    first = hh.simulate(cell, hh.Step(20, 1, 0.5), 4)
    rest = hh.simulate(cell, t_stop=6, start=first.end)
    assert pytest.approx(whole.V[-rest.V.size :], abs=1e-9) == rest.V


def test_frozen_gates_stay_and_resets_reset():
    rec = hh.simulate(hh.Squid(), hh.Step(20), 20, freeze=("K.n",), reset={"h": 8.005})
    assert np.ptp(rec.gate["n"]) == 0
    after = rec.t > 8.005
    assert rec.gate["h"][after][0] == pytest.approx(hh.Squid().rest()["Na.h"], abs=5e-3)


def test_coarser_recording_keeps_the_same_samples():
    fine, coarse = (hh.simulate(hh.Squid(), hh.Step(20), 20, every=every) for every in (1, 8))
    assert np.array_equal(coarse.V, fine.V[::8])
    assert coarse.gate_values == pytest.approx(fine.gate_values[:, ::8], abs=1e-12)
    assert coarse.t == pytest.approx(fine.t[::8])


def test_a_channel_of_ones_own_is_like_the_built_in_ones():
    a = hh.Gate("a", inf=lambda V: 1 / (1 + np.exp(-(V + 50) / 10)), tau=lambda V: 1.0 + 0 * V, power=3)
    b = hh.Gate("b", inf=lambda V: 1 / (1 + np.exp((V + 70) / 6)), tau=lambda V: 20.0, q10=3, T_ref=6.3)
    cell = hh.Squid().plus(hh.Channel("A", g=5.0, E=-77.0, gates=(a, b)))
    rec = hh.simulate(cell, hh.Step(20), 20)
    assert rec.I["A"] == pytest.approx(5 * rec.gate["a"] ** 3 * rec.gate["A.b"] * (rec.V + 77))
    assert cell.parameters()["g_A"].unit == "mS/cm2"
    assert cell.replace(g_A=0, T=10).g_A == 0
    silent = hh.simulate(cell.replace(g_A=0), hh.Step(20), 20)
    assert pytest.approx(hh.simulate(hh.Squid(), hh.Step(20), 20).V, abs=1e-8) == silent.V


def test_a_hole_in_a_rate_is_filled():
    naive = hh.Gate("x", alpha=lambda V: 0.1 * (V + 40) / (1 - np.exp(-(V + 40) / 10)), beta=lambda V: 1 + 0 * V)
    assert naive.steady_state(-40.0) == pytest.approx(0.5, abs=1e-6)
    cell = hh.Squid().plus(hh.Channel("X", 0.1, -77, naive))
    assert np.isfinite(hh.simulate(cell, hh.Step(20), 20).V).all()


def test_an_instantaneous_gate_is_where_it_belongs():
    inf = lambda V: 1 / (1 + np.exp(-(V + 45) / 5))  # noqa: E731
    cell = hh.Squid().plus(hh.Channel("P", 0.2, 50, hh.Gate("p", inf=inf, tau=lambda V: 0 * V)))
    rec = hh.simulate(cell, hh.Step(20), 20)
    assert np.isfinite(rec.V).all()
    assert rec.gate["p"] == pytest.approx(inf(rec.V), abs=0.02)


def test_a_step_in_a_rate_keeps_gates_within_0_and_1():
    jumpy = hh.Gate("j", inf=lambda V: (V > -50.2) * 1.0, tau=lambda V: 0.01 + 0 * V)
    cell = hh.Squid(g_Na=0, g_K=0).plus(hh.Channel("J", 0.5, -70, jumpy))
    rec = hh.simulate(cell, hh.Ramp(8, 5, 20, hold=20), 50)
    assert rec.gate["j"].min() >= 0
    assert rec.gate["j"].max() <= 1


def test_a_rate_that_writes_into_its_argument_harms_nobody():
    def greedy(V):
        V += 65
        return 1 / (1 + np.exp(-V / 10))

    hh.simulate(hh.Squid().plus(hh.Channel("G", 1, 50, hh.Gate("g", inf=greedy, tau=lambda V: 1.0))), t_stop=1)
    fresh = hh.Gate("f", inf=lambda V: 1 / (1 + np.exp(-(V + 40) / 10)), tau=lambda V: 1 + 0 * V)
    assert np.ptp(hh.simulate(hh.Squid().plus(hh.Channel("F", 0.01, 50, fresh)), t_stop=50).V) < 1e-5


def test_rates_may_be_loops_over_voltages():
    slow = hh.Gate("s", inf=lambda V: [0.5 for _ in V], tau=lambda V: [1.0 for _ in V])
    assert hh.simulate(hh.Squid().plus(hh.Channel("S", 0.1, -77, slow)), t_stop=1).gate["s"][0] == 0.5


def test_a_recording_ends_where_it_should():
    assert hh.simulate(hh.Squid(), t_stop=10, every=300).t[-1] == 9
    assert hh.simulate(hh.Squid(), t_stop=10).t[-1] == 10


def test_a_membrane_that_fires_by_itself_has_threshold_0():
    assert hh.measure.threshold(hh.Squid(g_K=10)) == 0
    assert hh.measure.threshold(hh.Squid(E_Na=-100, E_K=-100, E_L=-100)) > 100


def test_coarse_samples_are_not_extrapolated():
    rec = hh.simulate(hh.Squid(), hh.Step(20), 30, every=100)
    assert hh.measure.undershoot(rec)[0] >= rec.V.min()


def test_cells_and_recordings_can_be_sent_to_another_process():
    rec = hh.simulate(hh.Squid(T=18.5), hh.Step(20), 20)
    assert rec.I["Na"].size
    back = pickle.loads(pickle.dumps(rec))
    assert back.cell == rec.cell
    assert np.array_equal(back.I["Na"], rec.I["Na"])


@pytest.mark.skipif(os.environ.get("NUMBA_DISABLE_JIT") == "1", reason="nothing is compiled then")
def test_a_cell_never_seen_before_compiles_nothing():
    hh.simulate(hh.Squid(), t_stop=1)
    before = len(kernel.run.__wrapped__.signatures)
    new = hh.Gate("z", inf=lambda V: 1 / (1 + np.exp(-(V + 33) / 7)), tau=lambda V: 2.0 + 0 * V)
    hh.simulate(hh.Squid(T=12).plus(hh.Channel("Z", 1.0, -77, new)), hh.Step(5), 5)
    assert len(kernel.run.__wrapped__.signatures) == before


def test_cells_and_protocols_are_frozen_values():
    assert hh.Squid(T=18.5) == hh.Squid().replace(T=18.5)
    assert hash(hh.Squid(g_K=3)) == hash(hh.Squid(g_K=3))
    assert hh.Step(5) + hh.Shock(1) == hh.Step(5) + hh.Shock(1)
    assert hh.Step(5) + hh.Shock(1) != hh.Step(5) + hh.Shock(2)
    with pytest.raises(AttributeError, match="frozen"):
        hh.Squid().g_K = 3
    assert eval(repr(hh.Squid(T=18.5, g_K=30.25)), {"Squid": hh.Squid}) == hh.Squid(T=18.5, g_K=30.25)
