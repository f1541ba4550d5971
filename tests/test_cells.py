"""Rings 1, 2 and 3 for the cells whose channels are published ones, and for these channels."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

import hhlab as hh
from hhlab.kernel import BY_BOTH, BY_V
from hhlab.physics import F
from hhlab.simulation import simulate_many

m = hh.measure
CELLS = {
    "afterpotentials": hh.AfterpotentialCell(),
    "burster": hh.AfterpotentialCell.burster(),
    "neuron with Kv": hh.Neuron(g_Kv1=3, g_Kv2=5),
    "relay": hh.ThalamicRelay(),
    "barnacle": hh.Barnacle(),
    "barnacle, saddle-node": hh.Barnacle.saddle_node(),
    "beta cell": hh.BetaCell(),
    "node": hh.SinoatrialNode(),
    "ventricle": hh.Ventricle(),
    "frog node": hh.FrogNode(),
    "mammalian node": hh.MammalianNode(),
    "nerve ending": hh.NerveEnding(),
}
PULSES = {
    "barnacle": 100, "barnacle, saddle-node": 100, "ventricle": 25, "relay": 5, "beta cell": 0.5, "node": 1,
    "frog node": 600, "mammalian node": 600,
}  # fmt: skip
NAMES = pytest.mark.parametrize("name", CELLS)
INTRODUCTION = """# The published channels

`hh.library["Kv1.1"]` and so on; this table is made from the declarations in `hhlab/channels/`. The half activation is
that of the whole channel, with its powers; a channel that calcium opens has none. Where no temperature is given, the
rates are taken as they are.

"""
AFTER = hh.AfterpotentialCell()
RELAY = hh.ThalamicRelay()


def pulse(name):
    return hh.Step(PULSES.get(name, 12), 1, 2)


# Ring 1: numbers


@pytest.mark.parametrize(
    ("name", "rest"),
    [
        ("afterpotentials", -71.80),
        ("burster", -71.01),
        ("relay", -74.306),
        ("barnacle", -60.855),
        ("ventricle", -84.574),
        ("frog node", -69.999),
        ("mammalian node", -84.566),
    ],
)
def test_rest(name, rest):
    assert m.rest(CELLS[name]) == pytest.approx(rest, abs=0.006)


@pytest.mark.parametrize(
    ("cell", "pulse", "fast", "adp", "medium"),
    [
        (AFTER, 9.553, (-72.51, 0.88), (-67.40, 3.35), (-82.41, 33.8)),
        (AFTER.replace(g_SK=0), 9.377, (-72.77, None), (-64.10, 8.1), (-72.3, None)),
        (AFTER.burster(), 12.047, (-65.86, 0.85), (-56.25, 4.8), (-78.67, 51)),
    ],
    ids=["all three", "without SK", "burster"],
)
def test_afterpotentials(cell, pulse, fast, adp, medium):
    found = m.afterpotentials(hh.simulate(cell, hh.Step(1.2 * pulse, 0, 1), 200))
    for got, (mV, ms) in zip((found.fast_AHP, found.ADP, found.medium_AHP), (fast, adp, medium), strict=True):
        assert got[0] == pytest.approx(mV, abs=0.3)
        assert ms is None or got[1] == pytest.approx(ms, rel=0.01)


def test_without_T_no_ADP():
    found = m.afterpotentials(hh.simulate(AFTER.replace(g_T=0), hh.Step(1.2 * 22.48, 0, 1), 200))
    assert np.isnan(found.ADP).all()
    assert found.medium_AHP == (pytest.approx(-82.2, abs=0.05), pytest.approx(2.6, abs=0.05))


def test_without_BK_three_wide_spikes():
    whole, blocked = (hh.simulate(hh.blocked(AFTER, "iberiotoxin", f), hh.Step(1.2 * 9.553, 0, 1), 200) for f in (0, 1))
    assert m.half_width(whole) == pytest.approx(0.53, abs=0.005)
    assert m.half_width(blocked) == pytest.approx(0.86, abs=0.01)
    assert m.spikes(blocked).size == 3


def test_SK_makes_a_burster_adapt():
    cell = AFTER.burster()
    with_SK, without = (m.spikes(hh.simulate(hh.blocked(cell, "apamin", f), hh.Step(1, 0, 1000), 1000)) for f in (0, 1))
    assert (with_SK.size, without.size) == (13, 80)
    assert np.diff(with_SK)[[0, -1]] == pytest.approx([7.9, 78], rel=0.01)
    assert np.diff(without)[[0, -1]] == pytest.approx([5.9, 15], rel=0.01)


def test_rebound_burst_of_the_relay_cell():
    times = m.spikes(hh.simulate(RELAY, hh.Step(-1, 0, 200), 500))
    assert times.size == 6
    assert times[0] - 200 == pytest.approx(116.86, rel=1e-3)
    assert times[1] - times[0] == pytest.approx(3.936, rel=2e-3)
    spike = hh.simulate(hh.blocked(RELAY, "TTX"), hh.Step(-1, 0, 200), 500)
    assert m.peak(spike)[0] == pytest.approx(-20.63, abs=0.02)
    half = 0.5 * (m.peak(spike)[0] + m.rest(RELAY))
    assert np.ptp(spike.t[half < spike.V]) == pytest.approx(50.75, abs=0.1)
    assert m.upstroke(spike)[0] == pytest.approx(13.16, abs=0.05)
    assert not m.spikes(hh.simulate(RELAY, hh.Step(-0.2, 0, 200), 500)).size


def test_barnacle():
    spike = hh.simulate(hh.Barnacle(), hh.Shock(60), 200)
    assert m.peak(spike)[0] == pytest.approx(35.16, abs=0.02)
    assert m.half_width(spike) == pytest.approx(19.9, abs=0.1)
    times = m.spikes(hh.simulate(hh.Barnacle(), hh.Step(100, 0, 3000), 3000))
    assert 1000 / np.diff(times)[-1] == pytest.approx(11.725, rel=1e-3)


def test_hopf_points_of_the_barnacle():
    """Where the trace of the Jacobian at the fixed point is 0; the lower branch and the upper."""
    cell = hh.Barnacle()
    calcium, potassium = cell.gates

    def trace(V, step=1e-4):
        def slope(volts):
            w = potassium.steady_state(V)
            ionic = cell.g_Ca * calcium.steady_state(volts) * (volts - 120) + 8 * w * (volts + 84) + 2 * (volts + 60)
            return -ionic / 20

        return float((slope(V + step) - slope(V - step)) / (2 * step) - 1 / potassium.time_constant(V, 0))

    points = [brentq(trace, -40, -10), brentq(trace, -10, 20)]
    steady = {"Ca.m": calcium.steady_state(points), "K.w": potassium.steady_state(points)}
    currents = [cell.current_in(steady, channel, np.array(points)) for channel in cell.channels]
    assert np.sum(currents, axis=0) == pytest.approx([93.858, 212.019], rel=1e-4)


def test_beta_cell_bursts():
    rec = hh.simulate(hh.BetaCell(), None, 60_000)
    assert m.bursts(rec, 1000, -40).period == pytest.approx(14_257, rel=1e-3)
    late = rec.t > 20_000
    assert 1e3 * rec.conc["Ca_in"][late].min() == pytest.approx(0.5320, abs=2e-4)
    assert 1e3 * rec.conc["Ca_in"][late].max() == pytest.approx(0.6112, abs=2e-4)
    assert (rec.V[late].min(), rec.V[late].max()) == (pytest.approx(-65.83, abs=0.02), pytest.approx(-23.07, abs=0.02))


def test_sinoatrial_node_beats():
    rec = hh.simulate(hh.SinoatrialNode(), None, 3000)
    assert m.period(rec) == pytest.approx(340.81, rel=1e-3)
    late = rec.t > 1000
    assert (rec.V[late].min(), rec.V[late].max()) == (pytest.approx(-62.68, abs=0.02), pytest.approx(20.60, abs=0.03))


def test_what_the_node_needs():
    cell = hh.SinoatrialNode()
    usual = m.period(hh.simulate(cell, None, 3000))
    for drug in ("TTX", "ivabradine"):
        assert m.period(hh.simulate(hh.blocked(cell, drug), None, 4000)) > usual
    quiet = hh.simulate(hh.blocked(cell, "cobalt", 0.5), None, 4000)
    assert not m.spikes(quiet).size or m.spikes(quiet)[-1] < 2000


def test_ventricle():
    rec = hh.simulate(hh.Ventricle(), hh.Train(25, 0, 2, 1000, 6), 6000)
    assert m.duration(rec) == pytest.approx(282.98, rel=1e-3)
    assert rec.V[rec.t >= 5000].max() == pytest.approx(32.66, abs=0.05)
    slow = hh.simulate(hh.blocked(hh.Ventricle(), "TTX"), hh.Step(45, 0, 2), 400)
    assert m.peak(slow)[0] == pytest.approx(11, abs=1)
    assert np.max(np.gradient(slow.V, slow.t)[slow.t > 3]) < 1


def test_kv1_brakes_and_kv2_deepens():
    drive = hh.Step(1, 0, 500)
    counts = [m.spikes(hh.simulate(hh.Neuron(g_Kv1=g), drive, 500)).size for g in (0, 3)]
    assert counts[0] == 18 > counts[1]
    strong = [hh.simulate(hh.Neuron(g_Kv2=g), hh.Step(10, 0, 200), 200) for g in (0, 5)]
    assert m.spikes(strong[1]).size < m.spikes(strong[0]).size
    assert m.undershoot(strong[1])[0] < m.undershoot(strong[0])[0] - 2


def linoid(x, k):
    x = np.asarray(x, float) / k
    near = np.abs(x) < 1e-6
    return k * np.where(near, 1 - x / 2, x / np.expm1(np.where(near, 1, x)))


def goldman(V, inside, outside, T, z=1):
    u = z * F * V / (8314.462618 * (T + 273.15))
    return z * F * (inside * linoid(-u, 1) - outside * linoid(u, 1))


def frijns(_, y, current, T=37):
    """The equations of models/Frijns_1994.py in Ribach/ANF_models_Brian2, with its leak; V from rest, mV."""
    v, m_, h, n = y
    V, q = v - 84.5655115919, lambda q10: q10 ** ((T - 20) / 10)
    sodium, potassium = 5.15e-3 * m_**3 * h * goldman(V, 10, 142, T), 2e-4 * n**2 * goldman(V, 141, 4.2, T)
    return [
        (current - sodium - potassium - 72.8 * v) / 2,
        q(2.2) * (0.49 * linoid(25.41 - v, 6.06) * (1 - m_) - 1.04 * linoid(v - 21, 9.41) * m_),
        q(2.9) * (0.09 * linoid(v + 27.74, 9.06) * (1 - h) - 3.7 / (1 + np.exp((56 - v) / 12.5)) * h),
        q(3) * (0.02 * linoid(35 - v, 10) * (1 - n) - 0.05 * linoid(v - 10, 10) * n),
    ]


def test_a_mammalian_node_against_its_equations():
    """V of a spike, and the potassium current beside the leak: a tenth at most."""
    y, V, t = [0, 0.0077416835, 0.747248325, 0.026816894], [], []
    for begin, end, current in ((0, 0.1, 2400), (0.1, 1, 0)):
        at = np.arange(begin, end, 0.01)
        part = solve_ivp(frijns, (begin, end), y, "LSODA", at, args=(current,), rtol=1e-9, atol=1e-11, max_step=0.01,
                         dense_output=True)  # fmt: skip
        V, t, y = [*V, *part.y[0]], [*t, *at], part.sol(end)
    rec = hh.simulate(hh.MammalianNode(), hh.Step(2400, 0, 0.1), 1, dt=0.0005)
    assert np.interp(t, rec.t, rec.V) + 84.566 == pytest.approx(V, abs=0.2)
    assert abs(rec.I["K"]).max() < 0.11 * rec.I["L"].max()


def test_a_mammalian_node_is_refractory_by_inactivation_alone():
    """From the same equations by SciPy: at 0.5 ms nothing, 1.018 with h reset, nothing with n; at 0.8 ms 1.174."""
    node = hh.MammalianNode()
    assert m.threshold(node, 0.1) == pytest.approx(1574.70, rel=1e-3)
    for reset, early, late in (((), np.inf, 1.174), (("h",), 1.018, 1.002), (("n",), np.inf, 1.172)):
        assert m.refractory(node, (0.5, 0.8), 0.1, reset=reset) == pytest.approx([early, late], rel=3e-3)
    without = hh.simulate(node.replace(P_K=0), hh.Step(2400, 0, 0.1), 1)
    assert m.half_width(without) == pytest.approx(m.half_width(hh.simulate(node, hh.Step(2400, 0, 0.1), 1)), rel=0.1)


def test_calcium_outside_and_the_end_of_an_axon():
    """The current after Goldman goes with the calcium outside; the ohmic one hardly does."""

    def at_the_mouth(cell, outside):
        rec = hh.simulate(cell.replace(Ca_out=outside), hh.Step(25, 2, 1), 8)
        return 1000 * rec.conc["Ca_domain"].max(), m.release(rec).max()

    ending, ohmic = hh.NerveEnding(), AFTER.replace(g_BK=0, g_T=0)
    (half, less), (usual, most) = (at_the_mouth(ending, outside) for outside in (1, 2))
    assert usual == pytest.approx(at_the_mouth(ohmic, 2)[0], rel=0.02)
    assert half / usual == pytest.approx(0.5, abs=0.05)
    assert np.log2(most / less) == pytest.approx(3.78, abs=0.4)
    assert at_the_mouth(ohmic, 1)[1] / at_the_mouth(ohmic, 2)[1] > 0.8


@pytest.mark.parametrize(
    ("name", "opening", "mV"),
    [("Kv1.1", True, -29.9), ("Kv1.1, inactivating", True, -30.5), ("Kv2.1", True, -10.0), ("Kv3.1", True, 18.7),
     ("Kv2.1, at room temperature", True, -9.2), ("Kv4", True, -28.2), ("Kv4", False, -68.2), ("Kv7", True, -35),
     ("NaP, whole", True, -46.4), ("BK, inactivating", True, -25.55), ("node h", True, -79.2),
     ("node h", False, np.nan)],
)  # fmt: skip
def test_half_activation_of_published_channels(name, opening, mV):
    assert hh.library[name].half(opening=opening) == pytest.approx(mV, abs=0.06, nan_ok=True)


@pytest.mark.parametrize(
    ("name", "gate", "V", "T", "tau"),
    [("Kv1.1", 0, -65, 22, 1.40), ("Kv1.1", 0, -30, 22, 4.18), ("Kv1.1", 0, 0, 22, 2.04), ("Kv2.1", 0, -20, 36, 14.9),
     ("Kv2.1", 0, 0, 36, 5.7), ("Kv2.1", 0, 20, 36, 1.8), ("Kv4", 1, -65, 22, 47.4), ("Kv7", 0, -46.9, 36, 167),
     ("Kv1.1, inactivating", 1, -65, 22, 10_800), ("Kv1.1, inactivating", 0, -30, 22, 4.3)],
)  # fmt: skip
def test_time_constants_of_published_channels(name, gate, V, T, tau):
    assert hh.library[name].gates[gate].time_constant(V, T) == pytest.approx(tau, rel=0.01, abs=0.05 if tau < 20 else 0)


def test_what_opens_SK_and_BK():
    half = brentq(lambda Ca: float(hh.library["SK"].gates[0].steady_state(0, Ca)) - 0.5, 1e-4, 1e-2)
    assert half == pytest.approx(0.43e-3, rel=1e-6)
    slow = hh.library["BK, two bound ions"].gates[0]
    for Ca, mV in ((1e-3, 37), (1e-2, 12), (1e-1, -12)):
        assert brentq(lambda V, Ca=Ca: float(slow.steady_state(V, Ca)) - 0.5, -100, 100) == pytest.approx(mV, abs=1)


def test_release_goes_with_the_fourth_power():
    rec = hh.simulate(AFTER, hh.Step(12, 0, 1), 20)
    halved = hh.simulate(AFTER.replace(domain=0.1), hh.Step(12, 0, 1), 20)
    halves = m.release(halved, half=1).max() / m.release(rec, half=1).max()
    calcium = halved.conc["Ca_domain"].max() / rec.conc["Ca_domain"].max()
    assert halves == pytest.approx(calcium**4, rel=1e-6)
    with pytest.raises(ValueError, match=r"^Squid does not follow calcium"):
        m.release(hh.simulate(hh.Squid()))


# Ring 2: SciPy's LSODA


def turning(gate, V, inside, T, x):
    """dx/dt of a gate."""
    steady, tau = gate.curves(V, inside)
    return float((steady - x) / tau * gate.speed(T))


def slopes(cell):
    """The time derivative of the whole state, from declared rates and pools alone."""
    names, T = cell.state_names, cell.temperature
    at_once = [f"{c.name}.{g.name}" for c in cell.channels for g in c.gates if g.reads == BY_V and g.at_once]

    def current(channel, now, inside):
        share = channel.open_share({gate.name: now[f"{channel.name}.{gate.name}"] for gate in channel.gates})
        return float(cell.current(channel, np.asarray(now["V"]), share, inside.get(channel.ion)))

    def slope(y, stimulus):
        now = dict(zip(names, y, strict=True))
        gates = dict(zip(cell.gate_names, cell.gates, strict=True))
        inside = {pool.ion: now[pool.name] for pool in cell.pools}
        for name in at_once:
            now[name] = float(gates[name].steady_state(now["V"]))
        for pool in cell.pools:
            if pool.of:
                source = next(c for c in cell.channels if c.name == pool.of)
                inside[pool.ion] = pool.base + pool.by_charge(0) * abs(current(source, now, inside))
        for name, gate in gates.items():
            if gate.ion and gate.at_once:
                now[name] = float(gate.steady_state(now["V"], inside[gate.ion]))
        currents = {channel.name: current(channel, now, inside) for channel in cell.channels}
        moved = {"V": (stimulus - sum(currents.values())) / cell.C}
        for name, gate in gates.items():
            moved[name] = 0.0 if gate.at_once else turning(gate, now["V"], inside.get(gate.ion), T, now[name])
        for pool in cell.pools:
            gain = -pool.by_charge(0) * sum(currents[c.name] for c in cell.channels if c.ion == pool.ion)
            moved[pool.name] = 0.0 if pool.of else gain - pool.clears * (now[pool.name] - pool.base)
        return np.array([moved[name] for name in names])

    return slope


@NAMES
def test_against_lsoda(name):
    """V through a pulse and what follows, where it is smooth; and the time at which the first spike crosses 0 mV."""
    cell, protocol = CELLS[name], pulse(name)
    t_stop = {"ventricle": 350, "node": 350, "beta cell": 200, "relay": 60, "barnacle": 80}.get(name, 30)
    rec, slope = hh.simulate(cell, protocol, t_stop), slopes(cell)
    y, t, V = np.array(list(cell.rest().values())), [], []
    for begin, end in ((0, 1), (1, 3), (3, t_stop)):
        flowing = float(protocol.current(np.array(0.5 * (begin + end))))
        part = solve_ivp(lambda _, y, now=flowing: slope(y, now), (begin, end), y, "LSODA", rtol=1e-6, atol=1e-8,
                         max_step=1.0, dense_output=True)  # fmt: skip
        here = rec.t[(rec.t >= begin) & (rec.t <= end)]
        t, V, y = [*t, *here], [*V, *part.sol(here)[0]], part.y[:, -1]
    exact = np.interp(rec.t, t, V)
    steep = np.abs(np.gradient(exact, rec.t)) > 2
    assert np.abs(rec.V - exact)[~steep].max() < 0.25
    crossed = [float(rec.t[1:][(x[:-1] < 0) & (x[1:] >= 0)][0]) for x in (rec.V, exact) if x.max() > 0]
    assert not crossed or crossed[0] == pytest.approx(crossed[1], abs=2 * cell.dt)


def _named(name, dt):
    """The quantities by which the default step of a cell is judged, at a step."""
    cell = CELLS[name]
    if name in ("afterpotentials", "burster"):
        found = m.afterpotentials(hh.simulate(cell, hh.Step(14, 0, 1), 80, dt=dt))
        return [found.fast_AHP[0], found.ADP[0], found.medium_AHP[0]]
    if name == "relay":
        times = m.spikes(hh.simulate(cell, hh.Step(-1, 0, 200), 400, dt=dt))
        return [times[0] - 200, times[1] - times[0]]
    if name == "ventricle":
        rec = hh.simulate(cell, hh.Step(25, 0, 2), 400, dt=dt)
        return [m.duration(rec), m.peak(rec)[0] + 84.57]
    if name in ("frog node", "mammalian node"):
        rec = hh.simulate(cell, hh.Step(2000, 0, 0.1), 6, dt=dt)
        return [m.half_width(rec), m.peak(rec)[0] + 70.0]
    if name == "nerve ending":
        rec = hh.simulate(cell, hh.Step(25, 2, 1), 8, dt=dt)
        return [m.half_width(rec), m.peak(rec)[0] + 73.2, rec.conc["Ca_domain"].max()]
    if name == "beta cell":
        return [m.bursts(hh.simulate(cell, None, 46_000, dt=dt), 1000, -40).period]
    drive = {"node": None, "neuron with Kv": hh.Step(5, 0, 200)}.get(name, hh.Step(100, 0, 1500))
    return [m.period(hh.simulate(cell, drive, 1500 if drive is None else drive.end, dt=dt), level=-10)]


@NAMES
def test_the_default_step_is_fine_enough(name):
    """What a cell is measured by is within 0.1 % of its value at a quarter of the step."""
    usual, fine = (np.array(_named(name, CELLS[name].dt / each)) for each in (1, 4))
    assert usual == pytest.approx(fine, rel=1e-3)


# Ring 3: what must hold


@NAMES
def test_rates_are_finite_everywhere(name):
    V, Ca = np.linspace(-150, 150, 3001), np.geomspace(1e-6, 1e2, 3001)
    for gate in CELLS[name].gates:
        inf, tau = gate.steady_state(V, Ca), gate.time_constant(V, CELLS[name].temperature, Ca)
        assert np.all(np.isfinite(inf) & (inf >= 0) & (inf <= 1 + 1e-9))
        assert np.all(np.isfinite(tau) & (tau >= 0))
        assert gate.at_once or np.all(tau > 0)


@pytest.mark.parametrize("name", [name for name, cell in CELLS.items() if not cell.START])
def test_at_rest_nothing_moves(name):
    rec = hh.simulate(CELLS[name], t_stop=300)
    assert np.ptp(rec.V) < 2e-5
    assert all(np.ptp(x) < 1e-6 for x in rec.gate.values())


@NAMES
def test_the_currents_of_a_recording_move_V(name):
    rec = hh.simulate(CELLS[name], hh.Shock(40 if name.startswith("barnacle") else 15), 30)
    slope = sum(m.attribution(rec).values())
    gained = np.trapezoid(slope, rec.t)
    assert gained == pytest.approx(rec.V[-1] - rec.V[0], abs=1e-2 * np.abs(np.diff(rec.V)).sum())


@NAMES
@pytest.mark.parametrize("strength", [-3, 5])
def test_gates_stay_within_0_and_1(name, strength):
    stimulus = hh.Step(strength * PULSES.get(name, 12), 1, 5)
    rec = hh.simulate(CELLS[name], stimulus, 60)
    assert rec.gate_values.min() >= 0
    assert rec.gate_values.max() <= 1 + 1e-9


@NAMES
def test_no_current_at_the_reversal_potential(name):
    cell = CELLS[name]
    for channel in cell.channels:
        rec = hh.simulate(cell, t_stop=cell.dt)
        E = rec.E[channel.name][0]
        if np.isfinite(E):
            assert float(rec.current_at(channel.name, np.array(E), 0)) == pytest.approx(0, abs=1e-6)


@NAMES
def test_a_batch_equals_its_members_one_by_one(name):
    stimuli = [hh.Step(share * PULSES.get(name, 12), 1.003, 2) + hh.Shock(3, 5.017) for share in np.linspace(-1, 2, 5)]
    for together, stimulus in zip(simulate_many([CELLS[name]], stimuli, 40), stimuli, strict=True):
        alone = hh.simulate(CELLS[name], stimulus, 40)
        assert_allclose(together.V, alone.V, rtol=0, atol=1e-8)
        assert_allclose(together.pool_values, alone.pool_values, rtol=1e-8)


@NAMES
def test_blocked_by_nothing_and_by_everything(name):
    cell = CELLS[name]
    for each in cell.parameters():
        if each.startswith(("g_", "P_")):
            assert cell.replace(**{each: cell.parameters()[each].value}) == cell
            gone = hh.simulate(cell.replace(**{each: 0}), pulse(name), 20)
            assert not gone.I[each[2:]].any()


@NAMES
def test_calcium_that_enters_is_that_of_the_current(name):
    """What a shell gains is its share of the charge, less what it clears."""
    cell = CELLS[name]
    rec = hh.simulate(cell, pulse(name), 40)
    for pool in (pool for pool in cell.pools if pool.clears):
        current = sum(rec.I[channel.name] for channel in cell.channels if channel.ion == pool.ion)
        gain = -pool.free * 1e-3 / (2 * F * pool.thick * 1e-4) * current
        kept = gain - (rec.conc["Ca_in"] - pool.base) / pool.tau
        assert np.trapezoid(kept, rec.t) == pytest.approx(
            rec.conc["Ca_in"][-1] - rec.conc["Ca_in"][0], rel=0.01, abs=1e-9
        )


@NAMES
def test_a_recording_reads_back(name, tmp_path):
    rec = hh.simulate(CELLS[name], pulse(name), 10)
    rec.to_csv(tmp_path / "rec.csv")
    back = hh.Recording.from_csv(tmp_path / "rec.csv")
    assert back.cell == rec.cell
    assert all(np.allclose(back.I[each], rec.I[each], rtol=1e-9) for each in rec.I)


@NAMES
def test_going_on_from_the_end(name):
    whole = hh.simulate(CELLS[name], pulse(name), 40)
    first = hh.simulate(CELLS[name], pulse(name), 20)
    rest = hh.simulate(CELLS[name], t_stop=20, start=first.end)
    assert pytest.approx(whole.V[-rest.V.size :], abs=2e-3) == rest.V


@pytest.mark.slow
@NAMES
@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_any_slider_is_harmless(name, data):
    """Within its range, every knob and stimulus gives finite, bounded traces: no further than the charge drives V."""
    cell = CELLS[name]
    some = data.draw(st.lists(st.sampled_from(sorted(cell.parameters())), max_size=4, unique=True))
    spans = {each: cell.parameters()[each].span for each in some}
    moved = cell.replace(**{each: data.draw(st.floats(*span)) for each, span in spans.items()})
    stimulus = hh.Step(data.draw(st.floats(-2, 3)) * PULSES.get(name, 12), 1, 5)
    rec = simulate_many([moved], [stimulus], 30, bounded=False)[0]
    assert np.isfinite(rec.V).all()
    assert np.isfinite(rec.pool_values).all()
    assert np.abs(rec.V).max() < 300 + 5 * abs(stimulus.amplitude) / moved.C


@pytest.mark.parametrize("name", hh.library)
def test_every_published_channel(name):
    """In a cell that has what it reads: finite rates, gates within 0 and 1, no current at E, nothing moves at rest."""
    kind = hh.library[name]
    E = {"Na": 50.0, "Ca": 120.0}.get(kind.ion, -90.0)
    cell = AFTER.plus(hh.Channel("mine", 0.01, E, kind.gates))
    V, Ca = np.linspace(-150, 150, 3001), np.geomspace(1e-6, 1e2, 3001)
    for gate in kind.gates:
        assert np.isfinite(gate.time_constant(V, 30, Ca)).all()
        assert np.ptp(gate.steady_state(V, Ca)) > 0.5
    rec = hh.simulate(cell, hh.Step(14, 1, 2), 20)
    assert rec.gate_values.min() >= 0
    assert rec.gate_values.max() <= 1 + 1e-9
    assert float(rec.current_at("mine", np.array(E), 5)) == 0
    assert_allclose(rec.I["mine"], rec.g["mine"] * (rec.V - E), rtol=1e-6, atol=1e-12)
    assert np.ptp(hh.simulate(cell, t_stop=50).V) < 1e-4
    assert kind.source


# Gates that read calcium, sums, driving forces of one's own


def test_a_gate_that_reads_calcium():
    z = hh.Gate("z", inf=lambda Ca: Ca / (Ca + 5e-4), tau=lambda Ca: 2 + 0 * Ca, ion="Ca")
    both = hh.Gate("b", inf=lambda V, Ca: Ca / (Ca + 1e-3 * np.exp(-V / 20)), tau=lambda V, Ca: 1 + 0 * V, ion="Ca")
    cell = RELAY.plus(hh.Channel("mine", 0.1, -90, z)).plus(hh.Channel("yours", 0.1, -90, both))
    rec = hh.simulate(cell, hh.Step(3, 5, 20), 60)
    assert cell.gates[-1].reads == BY_BOTH
    assert rec.gate["z"][0] == pytest.approx(rec.conc["Ca_in"][0] / (rec.conc["Ca_in"][0] + 5e-4))
    assert rec.gate["z"].max() > 2 * rec.gate["z"][0]
    assert np.ptp(hh.simulate(cell, t_stop=100).V) < 1e-4
    silent = hh.simulate(cell.replace(g_mine=0, g_yours=0), hh.Step(3, 5, 20), 60)
    assert pytest.approx(hh.simulate(RELAY, hh.Step(3, 5, 20), 60).V, abs=1e-7) == silent.V


def test_a_sum_of_gates_is_the_mean_of_two_channels():
    fast = hh.Gate("f", inf=lambda V: 1 / (1 + np.exp(-(V + 40) / 8)), tau=lambda V: 1.0, weight=0.5, adds_to_next=True)
    slow = hh.Gate("s", inf=fast.inf, tau=lambda V: 9.0, weight=0.5)
    alone = [hh.Gate(gate.name, inf=gate.inf, tau=gate.tau) for gate in (fast, slow)]
    together = hh.Squid().plus(hh.Channel("X", 4, -77, (fast, slow)))
    apart = hh.Squid().plus(hh.Channel("F", 2, -77, alone[0])).plus(hh.Channel("S", 2, -77, alone[1]))
    one, two = (hh.simulate(cell, hh.Step(20, 2, 0.5), 30) for cell in (together, apart))
    assert np.abs(one.V - two.V).max() < 1e-8
    assert one.I["X"] == pytest.approx(two.I["F"] + two.I["S"], abs=1e-7)


def test_a_driving_force_of_one_s_own():
    straight = hh.Squid(g_L=0).plus(hh.Channel("mine", 0.3, drive=lambda V: V + 54.387))
    one, two = (hh.simulate(cell, hh.Step(20, 2, 0.5), 30) for cell in (straight, hh.Squid()))
    assert np.abs(one.V - two.V).max() < 1e-7
    assert one.I["mine"] == pytest.approx(two.I["L"], abs=1e-7)


def test_what_follows_V_at_once_is_of_second_order():
    """The barnacle, whose calcium channels have no delay."""
    t, errors = np.arange(0, 60, 2.0), []
    finest = hh.simulate(hh.Barnacle(), hh.Step(150, 0, 60), 60, dt=0.002)
    for dt in (0.2, 0.1, 0.05):
        rec = hh.simulate(hh.Barnacle(), hh.Step(150, 0, 60), 60, dt=dt)
        errors.append(np.abs(rec.V[np.round(t / dt).astype(int)] - finest.V[np.round(t / 0.002).astype(int)]).max())
    assert np.log2(np.divide(errors[:-1], errors[1:])) == pytest.approx(2, abs=0.15)


def test_clamped_calcium_channels_open_BK():
    family = hh.clamp(AFTER, hh.Clamp(-80, (-40, 0, 80), 40))
    calcium = [rec.conc["Ca_domain"].max() for rec in family]
    assert calcium[1] > 10 * calcium[0]
    assert calcium[1] > calcium[2]
    held = hh.clamp(AFTER.replace(domain=0), hh.Clamp(-80, 0, 40))[0]
    assert family[1].gate["BK.b"].max() > 0.1 > held.gate["BK.b"].max()


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: hh.Squid().plus(hh.Channel("S", 1, -77, hh.library["SK"].gates)),
         "^gate z depends on Ca, which Squid does not follow$"),
        (lambda: RELAY.plus(hh.Channel("B", 1, -90, hh.library["BK"].gates)),
         "^gate b depends on Ca_domain, which ThalamicRelay does not follow; it follows Ca$"),
        (lambda: hh.Gate("z", inf=lambda V, Ca: V, tau=lambda Ca: Ca, ion="Ca"),
         r"^gate z depends on Ca: give functions that all take \(Ca\), or all \(V, Ca\)$"),
        (lambda: RELAY.plus(hh.Channel("S", 1, -90, hh.Gate("z", inf=lambda Ca: Ca - 1, tau=lambda Ca: 1, ion="Ca"))),
         "^gate z: inf = -0.999999 at Ca = 1e-06 mM is negative"),
        (lambda: hh.Squid().plus(hh.Channel("S", 1, drive=lambda V: np.log(V))),
         r"^drive = nan at V = -200 mV is not finite"),
        (lambda: hh.Channel("S", 1, -90, hh.Gate("a", inf=lambda V: 1, tau=lambda V: 1, adds_to_next=True)),
         "^channel S: gate a adds to the next gate, but there is none: put another gate after it$"),
        (lambda: hh.library["Kv1.2"], r"^the library has no channel Kv1\.2; did you mean Kv1\.1\?$"),
        (lambda: hh.Gate("a", inf=lambda V: 1, tau=lambda V: 1, offset=0.5),
         r"^gate a: offset \+ weight \* x leaves the range 0 to 1"),
    ],
)  # fmt: skip
def test_what_cannot_be(make, sentence):
    with pytest.raises(ValueError, match=sentence):
        make()


def page_of_channels():
    """The table of channels as Markdown: `python tests/test_cells.py` writes it anew."""
    table = hh.channel_table().reset_index()
    rows = [table.columns, ["---"] * len(table.columns), *table.astype(object).where(table.notna(), "").to_numpy()]
    return INTRODUCTION + "".join("| " + " | ".join(map(str, row)) + " |\n" for row in rows)


def test_page_of_channels(root):
    """Every published channel with its source, as declared."""
    assert set(hh.channel_table().index) == set(hh.library)
    assert (root / "docs" / "channels.md").read_text(encoding="utf-8") == page_of_channels()


if __name__ == "__main__":
    page = Path(__file__).resolve().parent.parent / "docs" / "channels.md"
    page.write_text(page_of_channels(), encoding="utf-8")
