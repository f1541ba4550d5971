"""Single channels: their share comes to the gates of the model, within chance, and they stay as long as rates say."""

import functools
import gc
import weakref

import numpy as np
import pytest
from scipy import stats

import hhlab as hh
from hhlab.patch import STATES, particles_at
from hhlab.views import VIEWS

N = 10_000
WHOLE_NEURON = hh.Neuron(g_Kv1=1, g_Kv2=1)
CELLS = {
    "squid": (hh.Squid(), hh.Step(20, 1, 1)),
    "warm squid, half without inactivation": (hh.Squid(T=18.5, pronase=0.5), hh.Step(20, 1, 1)),
    "neuron": (WHOLE_NEURON, hh.Step(30, 1, 1)),
    "afterpotentials": (hh.AfterpotentialCell(), hh.Step(30, 1, 1)),
    "relay": (hh.ThalamicRelay(), hh.Step(30, 1, 1)),
    "barnacle": (hh.Barnacle(), hh.Step(150, 1, 20)),
    "beta cell": (hh.BetaCell(), None),
    "frog": (hh.FrogNode(), hh.Step(100, 1, 0.5)),
    "ventricle": (hh.Ventricle(), hh.Step(40, 1, 2)),
    "node": (hh.SinoatrialNode(), None),
    "squid with pumps": (hh.SquidWithPumps(), hh.Step(20, 1, 1)),
}
KINDS = [(cell, c.name) for cell in CELLS for c in CELLS[cell][0].channels if c.gates]
AT_ONCE = {("afterpotentials", "NaP"), ("barnacle", "Ca"), ("beta cell", "Ca"), ("beta cell", "KCa")}
BY_DEFAULT = {"squid", "neuron", "beta cell"}
FOLLOWED = [
    pytest.param(cell, name, marks=() if cell in BY_DEFAULT else pytest.mark.slow)
    for cell, name in KINDS
    if (cell, name) not in AT_ONCE
]
SQUID = hh.simulate(hh.Squid(), hh.Step(20, 5, 0.5), 20)


@functools.cache
def upstroke(name):
    """6 ms of a recording around its steepest rise."""
    cell, protocol = CELLS[name]
    whole = hh.simulate(cell, protocol, 400 if protocol is None else protocol.end + 25)
    steepest = whole.t[np.gradient(whole.V).argmax()]
    return hh.simulate(cell, None, 6, start=whole.at(max(steepest - 2, 0)))


@functools.cache
def clamped(cell, V, duration=6):
    return hh.clamp(cell, hh.Clamp(hold=V, to=V, duration=duration), dt=0.01 if duration < 1000 else 0.5)[0]


def rates(gate, cell, V, inside):
    """Opening and closing rate (1/ms), from the functions of the gate alone."""
    given = (V, inside) if gate.ion and gate.reads == 2 else (inside,) if gate.ion else (V,)
    speed = gate.q10 ** ((cell.temperature - gate.T_ref) / 10) if gate.T_ref is not None else 1
    if gate.alpha:
        opening, closing = gate.alpha(*given), gate.beta(*given)
        inf, rate = opening / (opening + closing), opening + closing
    else:
        inf, rate = gate.inf(*given), 1 / gate.tau(*given)
    inf = gate.always + (1 - gate.always) * inf
    return speed * rate * inf, speed * rate * (1 - inf)


def probability(rec, name):
    """The chance that a channel is open at each sample: its gates, followed along V by the trapezoidal rule."""
    channel = next(each for each in rec.cell.channels if each.name == name)
    share, together = np.ones(rec.t.size), 0.0
    for gate in channel.gates:
        inside = rec.conc[rec.cell.pool[gate.ion].name] if gate.ion else None
        opening, closing = (np.broadcast_to(each, rec.t.shape) for each in rates(gate, rec.cell, rec.V, inside))
        x = np.empty(rec.t.size)
        x[0] = rec.gate[f"{name}.{gate.name}"][0]
        for k, dt in enumerate(np.diff(rec.t)):
            total = 0.5 * (opening[k] + closing[k] + opening[k + 1] + closing[k + 1])
            inf = 0.5 * (opening[k] + opening[k + 1]) / total
            x[k + 1] = inf + (x[k] - inf) * np.exp(-total * dt)
        together = together + gate.offset + gate.weight * x
        if not gate.adds_to_next:
            share, together = share * together**gate.power, 0.0
    return share


def within_chance(count, p, n):
    """The mean of the numbers that are open, and their variance n p (1 - p), at samples where chance is normal."""
    spread = np.sqrt(n * p * (1 - p))
    wide = spread > 4
    assert (np.abs(count - n * p)[wide] < 4.5 * spread[wide]).all()
    assert (np.abs(count - n * p)[~wide] < 4.5 * np.maximum(spread, 3)[~wide]).all()


@pytest.mark.parametrize(("cell", "name"), FOLLOWED)
def test_through_a_spike_as_many_are_open_as_the_gates_say(cell, name):
    rec = upstroke(cell)
    p = probability(rec, name)
    within_chance(hh.single_channels(rec, name, N, seed=3).open, p, N)
    moments = rec.t[::20]
    within_chance((particles_at(rec, name, N, moments, seed=4).states == 1).sum(axis=0), p[::20], N)


@pytest.mark.parametrize(("cell", "name"), FOLLOWED)
def test_at_a_fixed_voltage_as_many_are_open_as_the_gates_say(cell, name):
    channels = hh.single_channels(clamped(CELLS[cell][0], -40.0), name, N, seed=5)
    p = probability(channels.recording, name)
    within_chance(channels.open, p, N)


@pytest.mark.parametrize("name", ["Na", "K"])
def test_groups_of_channels_scatter_as_independent_ones_do(name):
    channels = hh.single_channels(clamped(hh.Squid(), -30.0), name, N, seed=6)
    moments = np.linspace(0, 6, 7)
    p = probability(channels.recording, name)[0]
    in_groups = (channels.states_at(moments) == 1).reshape(100, 100, 7).sum(axis=1)
    variance = in_groups.var(axis=0, ddof=1).mean()
    assert variance == pytest.approx(100 * p * (1 - p), rel=5 * np.sqrt(2 / 99 / 3))


def stays(channels, state, longest):
    """How long channels stay in a state that they enter early enough to leave it in time."""
    found = []
    for number in range(channels.n):
        when, states = channels.jumps(number)
        into = np.flatnonzero(states == STATES.index(state))
        into = into[(into > 0) & (when[into] < channels.t[-1] - longest)]
        ends = np.append(when, np.inf)[into + 1]
        assert np.isfinite(ends).all()
        found.append(ends - when[into])
    return np.concatenate(found)


@pytest.mark.parametrize("V", [-70.0, -40.0, 0.0])
def test_channels_stay_open_or_inactivated_as_long_as_rates_say(V):
    m, h = hh.Squid().channels[0].gates
    sodium = hh.single_channels(clamped(hh.Squid(), V, 400), "Na", 300, seed=7)
    mean = {"open": 1 / (3 * m.beta(V) + h.beta(V)), "inactivated": 1 / h.alpha(V)}
    for state in ("inactivated",) if V < -60 else ("open",):  # it seldom opens, or does not come back
        found = stays(sodium, state, 12 * mean[state])
        assert found.size > 200
        assert stats.kstest(found, "expon", (0, mean[state])).pvalue > 0.01
    (n,) = hh.Squid().channels[1].gates
    potassium = hh.single_channels(clamped(hh.Squid(), V, 400), "K", 300, seed=8)
    found = stays(potassium, "open", 20 / (4 * n.beta(V)))
    assert stats.kstest(found, "expon", (0, 1 / (4 * n.beta(V)))).pvalue > 0.01


def test_a_channel_with_one_gate_has_exponential_stays_in_both_states():
    cell, V = hh.AfterpotentialCell(), -30.0
    channels = hh.single_channels(clamped(cell, V, 8000), "M", 300, seed=9)
    opening, closing = rates(cell.channels[7].gates[0], cell, V, None)
    for state, mean in (("open", 1 / closing), ("closed", 1 / opening)):
        found = stays(channels, state, 15 * mean)
        assert found.size > 1000
        assert stats.kstest(found, "expon", (0, mean)).pvalue > 0.01
    assert channels.states == ("closed", "open")


def test_dwell_times_are_those_of_the_jumps():
    channels = hh.single_channels(SQUID, "Na", 50, seed=1)
    for number, state in enumerate(channels.states):
        found = []
        for each in range(50):
            when, states = channels.jumps(each)
            found += [np.diff(when)[k] for k in range(1, when.size - 1) if states[k] == number]
        assert channels.dwell_times(state) == pytest.approx(np.array(found))


def test_what_each_channel_does_adds_up():
    channels = hh.single_channels(SQUID, "Na", 200, seed=2)
    states = channels.states_at(SQUID.t)
    for number, state in enumerate(STATES):
        assert np.array_equal((states == number).sum(axis=0), channels.number_in(state))
    each = np.array([channels.current_of(number) for number in range(200)])
    assert channels.current == pytest.approx(each.sum(axis=0))
    assert each[states != 1] == pytest.approx(0)
    when, entered = channels.jumps(3)
    assert when[0] == 0
    assert ((np.diff(when) > 0) & (np.diff(entered) != 0)).all()


@pytest.mark.parametrize("cell", CELLS)
def test_so_many_channels_of_so_much_current_are_the_current_of_the_membrane(cell):
    rec = upstroke(cell)
    for channel in rec.cell.channels:
        if (cell, channel.name) not in AT_ONCE:
            one = hh.single_channels(rec, channel.name, 1)
            of_the_membrane = (
                100 * one.density * one.current_if_open * rec.open_share(channel.name)
            )  # pA/um2 are 100 uA/cm2
            assert of_the_membrane == pytest.approx(rec.I[channel.name], rel=1e-9, abs=1e-12)


def test_a_squid_axon_has_60_sodium_channels_and_18_potassium_channels_in_a_square_micrometre():
    assert hh.single_channels(SQUID, "Na", 1).density == pytest.approx(60)
    assert hh.single_channels(SQUID, "K", 1).density == pytest.approx(18)
    assert hh.single_channels(SQUID, "K", 1, conductance=12).density == pytest.approx(30)
    at_rest = hh.single_channels(SQUID, "Na", 1, conductance=10).current_if_open[0]
    assert at_rest == pytest.approx(10e-3 * (SQUID.V[0] - 50))


def test_the_same_seed_gives_the_same_channels_and_another_does_not():
    one, same, other = (hh.single_channels(SQUID, "Na", 100, seed=seed) for seed in (1, 1, 2))
    jumps = [[each.jumps(k) for k in range(100)] for each in (one, same, other)]
    assert all(np.array_equal(a[0], b[0]) and np.array_equal(a[1], b[1]) for a, b in zip(*jumps[:2], strict=True))
    assert any(a[0].size != b[0].size for a, b in zip(jumps[0], jumps[2], strict=True))


def test_a_small_change_of_a_knob_changes_little():
    moments = np.linspace(0, 20, 300)
    now, then = (
        particles_at(hh.simulate(hh.Squid(g_Na=g), hh.Step(20, 5, 0.5), 20), "Na", 100, moments, seed=1).open
        for g in (120, 122)
    )
    assert 0 < (now != then).mean() < 0.02


def test_particles_are_named_and_make_the_state_of_their_channel():
    seen = particles_at(SQUID, "Na", 20, np.linspace(0, 20, 200))
    assert (seen.names, seen.inactivates) == (("m", "m", "m", "h"), (False, False, False, True))
    assert (seen.open.shape, seen.states.shape) == ((4, 20, 200), (20, 200))
    assert np.array_equal(seen.states == 1, seen.open.all(axis=0))
    assert np.array_equal(seen.states == 2, ~seen.open[3])
    two = particles_at(hh.simulate(WHOLE_NEURON, t_stop=1), "Kv2", 20, [0.5])
    assert two.names == ("m", "m", "h1 or h2")
    leak = particles_at(SQUID, "L", 3, [1, 2])
    assert leak.open.shape == (0, 3, 2)
    assert (leak.states == 1).all()


@pytest.mark.parametrize("name", ["Na", "NaP"])
def test_gates_that_follow_at_once_are_seen_but_not_followed(name):
    rec = hh.simulate(hh.AfterpotentialCell(g_NaP=0.1), hh.Step(30, 1, 1), 6)
    moments = np.arange(0, 6, 0.1)
    p = np.interp(moments, rec.t, rec.open_share(name))
    within_chance((particles_at(rec, name, N, moments).states == 1).sum(axis=0), p, N)
    if name == "NaP":
        with pytest.raises(ValueError, match=r"gate p of NaP opens and closes at once in this model"):
            hh.single_channels(rec, name)


def test_a_frozen_gate_stays_and_a_reset_gate_is_drawn_anew():
    frozen = hh.simulate(hh.Squid(), hh.Step(20, 5, 0.5), 20, freeze=("K.n",))
    potassium = hh.single_channels(frozen, "K", N)
    within_chance(potassium.open[[0, -1]], np.full(2, frozen.gate["n"][0] ** 4), N)
    assert (np.diff(potassium.open) == 0).all()
    rec = hh.simulate(hh.Squid(), hh.Step(20, 5, 0.5), 20, reset={"Na.h": 9.0})
    rest = hh.Squid().rest()["Na.h"]
    for states in (
        hh.single_channels(rec, "Na", N).states_at([8.99, 9.0]), particles_at(rec, "Na", N, [8.99, 9.0]).states
    ):  # fmt: skip
        within_chance((states != 2).sum(axis=0), np.array([rec.gate["h"][899], rest]), N)


def test_pronase_leaves_a_share_of_channels_without_inactivation():
    rec = clamped(hh.Squid(pronase=0.4), 0.0, 200)
    seen = particles_at(rec, "Na", N, np.arange(20, 200, 2))
    never = (seen.states != 2).all(axis=1).sum()
    within_chance(np.array([never]), np.array([0.4]), N)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: hh.single_channels(SQUID, "Ka"), r"this recording has no channel Ka; did you mean K\?"),
        (lambda: hh.single_channels(SQUID, "Na", 0), r"n = 0 channels is outside 1 to 100000 channels"),
        (lambda: hh.single_channels(SQUID, "Na", 2.5), r"n = 2\.5 channels is not a whole number: give one from 1"),
        (lambda: hh.single_channels(SQUID, "Na", seed=-1), r"seed = -1 is outside 0 to 999999"),
        (lambda: hh.single_channels(SQUID, "Na", conductance=0), r"conductance = 0 pS is outside 0\.01 to 1000 pS"),
        (lambda: hh.single_channels(hh.propagate(hh.Axon(), t_stop=1), "Na"), r"is not a recording of a cell: give"),
        (lambda: hh.single_channels(SQUID, "Na").dwell_times("shut"), r"Na has no state shut; it has closed, "),
        (lambda: hh.single_channels(SQUID, "K").number_in("inactivated"), r"K has no state inactivated; it has clo"),
        (lambda: particles_at(SQUID, "Na", 3, [np.nan]), r"moments = nan ms is not finite"),
        (lambda: hh.single_channels(SQUID, "Na", 3).jumps(3), r"there is no channel 3: give a number from 0 to 2"),
        (lambda: hh.single_channels(SQUID, "Na", 3).current_of(1.5), r"there is no channel 1.5: give a number from"),
        (lambda: hh.Channel("X", 1, drive=lambda V: 0 * V + 5).chord(None, 20), r"channel X has no reversal potential"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_in_a_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()


def test_too_many_jumps_are_refused():
    rec = hh.simulate(hh.Neuron(), None, 300)
    with pytest.raises(ValueError, match=r"n = 100000 channels jump too often in 300 ms to be followed one by one"):
        hh.single_channels(rec, "Na", 100_000)


@pytest.mark.parametrize("E", [-250, 250])
def test_a_reversal_potential_may_be_far_away(E):
    assert hh.Channel("X", 3, drive=lambda V: V - E).chord(None, 20) == pytest.approx(3)


def test_what_is_seen_keeps_no_recording_alive():
    rec = hh.simulate(hh.Squid(), hh.Step(20), 10)
    for view in ("single channels", "average of 10 channels"):
        assert VIEWS[view].strokes([rec], [""], None)
    kept = weakref.ref(rec)
    del rec
    gc.collect()
    assert kept() is None


def test_the_average_of_repeats_comes_to_the_curve_of_the_model():
    errors = []
    for repeats in (5, 500):
        rec = hh.clamp(hh.Squid(), hh.Clamp(-65, 0, 10, repeats=repeats))[0]
        of_many, mean = (stroke.y for stroke in VIEWS["average of repeats"].strokes([rec], [""], None)[1:4:2])
        assert of_many == pytest.approx(rec.open_share("K") * 20e-3 * (rec.V + 77))
        errors.append(np.abs(mean - of_many).mean())
    assert errors[1] < errors[0] / 3


def test_a_bench_clamps_and_repeats_a_step():
    clamp = hh.Clamp(-65, 0, 10, (-65, 2))
    bench = hh.explore(hh.Squid(), clamp, ("single channels", "average of repeats"), knobs=("to", "repeats"))
    bench.set(to=20, repeats=200)
    assert bench.recording.V[[0, -1]].tolist() == [-65, 20]
    names = {}
    exec(bench.code, names)
    assert np.array_equal(names["rec"].gate_values, bench.recording.gate_values)
    assert names["rec"].protocol == bench.protocol
    bench.set(repeats=501)
    assert "repeats = 501 repeats is outside 1 to 500 repeats" in bench.notice
    for wrong in (hh.Clamp(to=(0, 10)), hh.Clamp(tail=(-65, 3)), hh.Clamp(prepulse=(-90, 3))):
        with pytest.raises(ValueError, match="a bench clamps V to one voltage"):
            hh.explore(hh.Squid(), wrong)
    with pytest.raises(ValueError, match="a clamp begins at its holding potential"):
        hh.explore(hh.Squid(), clamp, t_stop=5)
