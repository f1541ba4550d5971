"""The refractory period: the second threshold against the interval, and which gate makes it."""

import numpy as np
import pytest

import hhlab as hh
from hhlab.measure import pairs

COLD, WARM = hh.Squid(), hh.Squid(T=18.5)


@pytest.mark.parametrize(("cell", "absolute"), [(COLD, 7.2), (WARM, 2.17)])
def test_absolute(cell, absolute):
    none, some = hh.measure.refractory(cell, [absolute - 0.05, absolute + 0.05])
    assert none == np.inf
    assert 5 < some < 10


@pytest.mark.parametrize(("interval", "ratio"), [(10, 3.96), (30, 1.02)])
def test_relative(interval, ratio):
    assert hh.measure.refractory(COLD, interval) == pytest.approx(ratio, abs=0.01)


def test_supernormal():
    assert hh.measure.refractory(COLD, 20) < 0.95
    assert hh.measure.refractory(WARM, [[8], [60]]).shape == (2, 1)


def test_nothing_is_searched_twice(monkeypatch):
    """The threshold from rest is searched once a cell, and no pulses are tried that are much stronger than the one."""
    searched, tried = [], []
    cell, from_rest, responses = hh.Squid(C=1.01), pairs.threshold, pairs.responses
    monkeypatch.setattr(pairs, "threshold", lambda *given: searched.append(given) or from_rest(*given))
    monkeypatch.setattr(pairs, "responses", lambda *given, **more: tried.extend(given[1]) or responses(*given, **more))
    ratio = float(hh.measure.refractory(cell, 40))
    assert max(pulse.amplitude for pulse in tried) < 4 * ratio * from_rest(cell)
    hh.measure.refractory(cell, [20, 30], reset=("h",))
    assert len(searched) == 1


def test_which_gate():
    assert hh.measure.refractory(COLD, 5) == np.inf
    assert hh.measure.refractory(COLD, 5, reset=("h",)) == np.inf
    assert hh.measure.refractory(COLD, 5, reset=("n",)) == pytest.approx(4.19, abs=0.01)
    assert hh.measure.refractory(COLD, 5, reset=("h", "n")) < hh.measure.refractory(COLD, 5, reset=("n",))


@pytest.mark.parametrize("interval", [8.0, 12.0])
def test_the_pair_itself_fires_or_not(interval):
    once = hh.measure.threshold(COLD)
    ratio = float(hh.measure.refractory(COLD, interval))
    for times, fires in ((0.99 * ratio, False), (1.01 * ratio, True)):
        pair = hh.PulsePair(1.5 * once, times * once, 0, interval, 0.5)
        rec = hh.simulate(COLD, pair, interval + 20)
        after = rec.V[rec.t >= interval + 0.5]
        assert (after.max() >= max(after[0] + 5, 0)) == fires


def test_a_pair_is_two_steps():
    pair = hh.PulsePair(30, 60, 2, 7, 0.5)
    both = hh.Step(30, 2, 0.5) + hh.Step(60, 9, 0.5)
    assert np.array_equal(hh.simulate(COLD, pair, 30).V, hh.simulate(COLD, both, 30).V)
    assert pair.in_words() == "30 and 60 uA/cm2 for 0.5 ms each, 7 ms apart from 2 ms"


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: hh.measure.refractory(COLD, 0.2), "interval = 0.2 ms is outside 0.5 to 1000 ms"),
        (lambda: hh.measure.refractory(COLD, 10, reset=("q",)), "Squid has no gate q"),
        (lambda: hh.measure.refractory(3, 10), "3 is not a cell"),
        (lambda: hh.measure.refractory(hh.Squid(g_Na=0, g_K=1000, C=100), 10), "has no threshold from rest"),
    ],
)
def test_one_sentence(make, sentence):
    with pytest.raises(ValueError, match=sentence):
        make()
