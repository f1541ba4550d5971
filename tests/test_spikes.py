"""A spike is one event, whatever the trace looks like, and no measurement of any recording ends in an error."""

import dataclasses

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import hhlab as hh
from hhlab import cells
from hhlab.simulation import simulate_many
from hhlab.views.words import in_words, moment_in_words

SQUID = hh.Squid()
RESTING = SQUID.rest()["V"]
PULSES = dict.fromkeys((hh.Squid, hh.Neuron, hh.ThalamicRelay, hh.SquidWithPumps, hh.AfterpotentialCell), 100.0) | {
    hh.Barnacle: 2000.0, hh.BetaCell: 100.0, hh.FrogNode: 1500.0, hh.GoldmanCell: 50.0, hh.SinoatrialNode: 50.0,
    hh.MammalianNode: 2000.0, hh.NerveEnding: 100.0,
    hh.Ventricle: 30.0, hh.PumpCell: 50.0, hh.LuoRudyPumpCell: 50.0,
}  # fmt: skip
LARGE = {hh.AfterpotentialCell}  # what is slow to compile
MEASURES = [
    hh.measure.spikes, hh.measure.peak, hh.measure.undershoot, hh.measure.half_width, hh.measure.take_off,
    hh.measure.upstroke, hh.measure.afterpotentials, hh.measure.duration, hh.measure.period, hh.measure.bursts,
    hh.measure.adaptation, lambda rec, between: hh.measure.half_width(rec, slope=20, between=between),
]  # fmt: skip


def test_every_cell_is_among_them():
    kinds = {kind for kind in vars(cells).values() if isinstance(kind, type) and issubclass(kind, cells.Cell)}
    assert kinds - {cells.Cell, cells.IonicCell} == set(PULSES)


def traced(V, step=0.05, cell=SQUID):
    """A recording in which V is this at samples so many ms apart, with everything else as at rest."""
    state = np.array(list(cell.rest().values()))[1:, None]
    gates, pools = np.split(np.broadcast_to(state, (len(state), len(V))), [len(cell.gates)])
    return hh.Recording.of(np.arange(len(V)) * step, np.asarray(V, float), gates, pools, cell, hh.Step(0), {})


def numbers_of(result):
    """Every number in what a measurement gave."""
    parts = dataclasses.astuple(result) if dataclasses.is_dataclass(result) else result
    return np.concatenate([np.ravel(part) for part in parts] or [[]]) if isinstance(parts, tuple) else np.ravel(parts)


def all_measured(rec, between=None):
    for measure in MEASURES:
        assert numbers_of(measure(rec, between=between)).dtype.kind in "fi"


def test_a_shock_to_just_above_0_makes_one_spike():
    rec = hh.simulate(SQUID, hh.Shock(66, 5), 40)
    assert ((rec.V[:-1] < 0) & (rec.V[1:] >= 0)).sum() == 2
    assert hh.measure.spikes(rec) == pytest.approx([5], abs=0.01)
    half = 0.5 * (hh.measure.peak(rec)[0] + RESTING)
    assert hh.measure.half_width(rec) == pytest.approx((half < rec.V).sum() * rec.t[1], abs=0.03)
    assert hh.measure.afterpotentials(rec).fast_AHP[0] == pytest.approx(hh.measure.undershoot(rec)[0])
    assert "Hz" not in in_words(rec)


def test_a_spike_that_begins_above_0_counts():
    rec = hh.simulate(SQUID, hh.Shock(70, 0), 40)
    half = 0.5 * (hh.measure.peak(rec)[0] + RESTING)
    assert hh.measure.spikes(rec).tolist() == [0]
    assert hh.measure.half_width(rec) == pytest.approx((half < rec.V).sum() * rec.t[1], abs=0.03)
    assert np.isfinite(hh.measure.undershoot(rec)).all()
    assert "1 spike" in in_words(rec)


def test_a_membrane_that_rests_above_a_level_has_no_spike():
    assert hh.measure.spikes(hh.simulate(SQUID, None, 20), RESTING - 10).size == 0
    stuck = SQUID.replace(g_K=0, g_L=1, E_L=20)
    (brief,) = simulate_many([stuck], [hh.Step(0)], 20, keep="spikes")
    assert stuck.rest()["V"] > 0
    assert hh.measure.spikes(brief).size == hh.measure.spikes(hh.simulate(stuck, None, 20)).size == 0


def humps(count, *, width=4.0, gap=20.0, top=40.0, step=0.05):
    """Samples of V with so many smooth spikes (ms, mV)."""
    t = np.arange(0.0, gap * (count + 1), step)
    apart = np.abs(t - gap * np.round(t / gap).clip(1, max(count, 1)))
    return RESTING + (top - RESTING) * np.where(
        (apart < width) & (count > 0), np.cos(np.pi * apart / (2 * width)) ** 2, 0.0
    )


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 6), st.floats(1, 8), st.floats(5, 60), st.integers(0, 2**32 - 1), st.floats(0, 0.4))
def test_noise_does_not_change_the_number_of_spikes(count, width, top, seed, noise):
    V = humps(count, width=width, top=top)
    rec = traced(V + noise * np.random.default_rng(seed).standard_normal(V.size))
    assert hh.measure.spikes(rec).size == count
    all_measured(rec)
    if count:
        expected = hh.measure.half_width(traced(V))
        assert hh.measure.half_width(rec) == pytest.approx(expected, rel=0.1, abs=0.1)


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 4), st.floats(0.5, 3.9), st.floats(1, 50), st.floats(0, 500))
def test_notches_and_plateaus_do_not_make_spikes(count, depth, top, length):
    """A plateau of some length with notches that reach a little below 0 mV."""
    notch = np.repeat([top, -depth, top], 20)
    plateau = np.concatenate(([RESTING] * 50, *[notch] * count, [top / 2] * int(length / 0.05), [RESTING] * 50))
    rec = traced(np.tile(plateau, 2))
    assert hh.measure.spikes(rec).size == 2
    assert hh.measure.half_width(rec) == pytest.approx((plateau > 0.5 * (top + RESTING)).sum() * 0.05, abs=0.1)
    all_measured(rec)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(-200, 200), min_size=2, max_size=60), st.floats(-120, 80))
def test_any_trace_is_measured(V, level):
    rec = traced(V)
    all_measured(rec)
    for measure in (hh.measure.spikes, hh.measure.half_width, hh.measure.undershoot, hh.measure.take_off):
        assert numbers_of(measure(rec, level=level)).dtype.kind in "fi"
    assert in_words(rec)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(-30, 30), min_size=2, max_size=80))
def test_the_counter_of_the_kernel_agrees(steps):
    """V is driven through random corners by jumps: what the kernel counts is what is found in the trace."""
    shocks = [hh.Shock(size, 0.5 * number) for number, size in enumerate(np.diff([RESTING, *steps]))]
    brief, whole = (
        simulate_many([SQUID], [sum(shocks[1:], shocks[0])], 0.5 * len(shocks) + 5, keep=keep, bounded=False)[0]
        for keep in ("spikes", "all")
    )
    assert hh.measure.spikes(brief) == pytest.approx(hh.measure.spikes(whole), abs=1e-9)


def random_recording(kind, amplitude, duration, start, shock, second):
    cell = kind()
    size, length = amplitude * PULSES[kind], 400 * cell.dt
    pulse = hh.Step(size, start * length, duration * length) + hh.Shock(shock, second * length)
    return simulate_many([cell], [pulse], 4 * length, bounded=False)[0]


PROTOCOLS = (st.floats(-1, 1), st.floats(0.01, 3), st.floats(0, 2), st.floats(-80, 120), st.floats(0, 3))


def check(kind, protocol, window):
    rec = random_recording(kind, *protocol)
    begin, end = sorted(float(rec.t[int(share * (rec.t.size - 1))]) for share in window)
    all_measured(rec)
    all_measured(rec, (begin, end))
    assert in_words(rec)
    assert moment_in_words(rec, end)


@settings(max_examples=60, deadline=None)
@example(hh.MammalianNode, (0.0, 1.0, 0.0, 90.0, 0.84375), (0.0, 0.0))  # two spikes within 0.1 ms
@given(
    st.sampled_from(sorted(PULSES.keys() - LARGE, key=str)),
    st.tuples(*PROTOCOLS),
    st.tuples(st.floats(0, 1), st.floats(0, 1)),
)
def test_any_recording_of_any_cell_is_measured(kind, protocol, window):
    check(kind, protocol, window)


@pytest.mark.slow
@settings(max_examples=2000, deadline=None)
@given(st.sampled_from(sorted(PULSES, key=str)), st.tuples(*PROTOCOLS), st.tuples(st.floats(0, 1), st.floats(0, 1)))
def test_many_more_recordings(kind, protocol, window):
    check(kind, protocol, window)


def test_a_window():
    rec = traced(humps(4))
    at = hh.measure.spikes(rec)
    assert hh.measure.spikes(rec, between=(30, 70)).tolist() == at[1:3].tolist()
    assert hh.measure.peak(rec, between=(30, 50)) == (pytest.approx(40), pytest.approx(40))
    assert hh.measure.period(rec, between=(30, 70)) == pytest.approx(20)
    assert hh.measure.bursts(rec, between=(30, 70)).counts.tolist() == [2]
    assert np.isnan(hh.measure.adaptation(rec, between=(30, 70)).ratio)
    assert hh.measure.half_width(rec, between=(30, 50)) == pytest.approx(hh.measure.half_width(rec))
    assert np.isnan(hh.measure.half_width(rec, between=(30, 40.5)))
    assert hh.measure.undershoot(rec, between=(30, 50))[1] > 40


def test_a_spike_under_way_at_the_beginning_of_a_window_does_not_count():
    assert hh.measure.spikes(traced(humps(2)), between=(20, 30)).size == 0


def test_threshold_by_slope():
    rec = hh.simulate(SQUID, hh.Step(20, 5, 0.5), 20)
    V, t = hh.measure.take_off(rec, 20)
    slope = np.gradient(rec.V, rec.t)
    assert np.interp(t, rec.t, slope) == pytest.approx(20, rel=0.02)
    assert np.interp(t, rec.t, rec.V) == pytest.approx(V, abs=0.01)
    assert (slope[(rec.t > 5.6) & (rec.t < t - 0.02)] < 20).all()
    half = 0.5 * (V + hh.measure.peak(rec)[0])
    assert hh.measure.half_width(rec, slope=20) == pytest.approx((half < rec.V).sum() * 0.01, abs=0.03)
    assert np.isnan(hh.measure.take_off(rec, 1e5)).all()
    assert np.isnan(hh.measure.half_width(rec, slope=1e5))
    assert np.isnan(hh.measure.take_off(hh.simulate(SQUID, None, 20))).all()


@pytest.mark.parametrize(
    ("between", "sentence"),
    [
        (
            (50, 60),
            "between = 50 to 60 ms holds no sample: choose an interval before 20 ms, the end of the recording",
        ),
        ((5, 3), "between = 5 to 3 ms holds no sample"),
        (3, r"between = 3 is not an interval: give \(from, to\) in ms"),
        ((-1, 3), "between = -1 ms is outside 0 to"),
        (("a", 3), "between = 'a' is not a number"),
    ],
)
def test_a_wrong_window_is_refused_in_a_sentence(between, sentence):
    with pytest.raises(ValueError, match=sentence):
        hh.measure.peak(hh.simulate(SQUID, None, 20), between=between)
