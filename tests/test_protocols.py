"""What stimuli are: their current, their words, their parameters."""

import numpy as np
import pytest

import hhlab as hh
from hhlab.protocols import Varied, mean_currents, varied


def test_currents():
    t = np.array([0.5, 1.0, 1.5, 2.0, 2.5])
    assert hh.Step(10, 1, 1).current(t).tolist() == [0, 10, 10, 0, 0]
    assert hh.Ramp(10, 1, 1, hold=1).current(t).tolist() == [0, 0, 5, 10, 10]
    assert hh.Train(10, 1, 0.5, interval=1, count=2).current(t).tolist() == [0, 10, 0, 10, 0]
    assert (hh.Step(10, 1, 1) + hh.Step(5, 0, 3)).current(t).tolist() == [5, 15, 15, 5, 5]


@pytest.mark.parametrize(
    "protocol", [hh.Step(7, 0.33, 2.2), hh.Ramp(7, 0.13, 1.71, hold=0.9), hh.Train(7, 0.1, 0.25, 0.7, 4)]
)
def test_mean_current_is_the_mean(protocol):
    fine = np.arange(4000) * 0.001 + 0.0005
    coarse = protocol.current(fine).reshape(-1, 40).mean(axis=1)
    assert protocol.mean_current(100, 0.04) == pytest.approx(coarse, abs=0.2)
    assert protocol.mean_current(100, 0.04).sum() == pytest.approx(coarse.sum(), rel=2e-3)


def piece_by_piece(protocol, steps, dt):
    """The mean current of each step, from the exact integral of each piece over it."""
    total, begin = np.zeros(steps), np.arange(steps) * dt
    for piece in protocol.pieces():
        low, high = np.clip(begin, piece.start, piece.end), np.clip(begin + dt, piece.start, piece.end)
        total += np.where(high > low, piece.at(0.5 * (low + high)) * (high - low), 0.0) / dt
    return total


@pytest.mark.parametrize(("steps", "dt"), [(1000, 0.01), (333, 0.03), (1, 0.01), (40, 0.025)])
def test_mean_currents_of_many_are_those_of_each(steps, dt):
    many = [
        hh.Step(7, 0.33, 2.2) + hh.Ramp(5, 0, 1, 2),
        hh.Train(7, 0.1, 0.25, 0.07, 4),
        hh.Step(3, 2, 1e-4),
        hh.Shock(5),
        hh.Ramp(7, 0.13, 1.71, hold=0.9),
        hh.PulsePair(9, 8, 0.025, 4, 5),
        hh.Step(1, 0, 1e9),
    ]
    row, table = mean_currents(many, steps, dt)
    assert row.shape == (steps,)
    each = np.array([piece_by_piece(protocol, steps, dt) for protocol in many])
    np.testing.assert_allclose(table[row].T, each, rtol=1e-12, atol=1e-12)
    np.testing.assert_array_equal(table[row].T, [protocol.mean_current(steps, dt) for protocol in many])


LATE, STRONG = np.array([0.1, 0.5, 3.0]), np.array([5.0, -2.0, 5.0])


@pytest.mark.parametrize(("protocol", "values", "at_once"), [
    (hh.PulsePair(30, 0, 1, 1), {"interval": LATE, "second": STRONG}, True),
    (hh.Train(9, 1, 0.2, 0.7, 3), {"interval": LATE, "amplitude": STRONG}, True),
    (hh.Train(9, 1, 0.2, 0.7, 3), {"count": np.array([1.0, 4.0, 2.0])}, False),
    (hh.Ramp(3, 1, 2, hold=1), {"duration": LATE}, True),
    (hh.Ramp(3, 1, 2), {"hold": LATE}, False),
    (hh.Step(3) + hh.Step(2, 1), {"start_1": LATE, "amplitude_2": STRONG}, True),
    (hh.Step(3) + hh.Shock(2, 1), {"start_1": LATE}, False),
    (hh.Step(3) + hh.Synapse(), {"start_1": LATE}, False),
    (hh.Step(3), {"start": LATE[:1]}, False),
])  # fmt: skip
def test_many_values_at_once_are_those_of_each(protocol, values, at_once):
    each = [protocol.replace(**dict(zip(values, point, strict=True))) for point in zip(*values.values(), strict=True)]
    many = varied(protocol, values)
    assert isinstance(many, Varied) == at_once
    assert list(many) == each
    for ours, theirs in zip(mean_currents(many, 200, 0.025), mean_currents(each, 200, 0.025), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_words():
    assert hh.Step(20).in_words() == "20 uA/cm2 for 0.5 ms at 5 ms"
    assert hh.Ramp(5, 1, 20, hold=3).in_words() == "a ramp from 0 to 5 uA/cm2 in 20 ms from 1 ms, held for 3 ms"
    assert hh.Train(count=3).in_words() == "3 pulses of 20 uA/cm2 for 0.5 ms, one every 20 ms from 5 ms"
    assert (hh.Shock(15) + hh.Step(2)).in_words() == "a shock of 15 mV at 0 ms and 2 uA/cm2 for 0.5 ms at 5 ms"


def test_parameters_of_a_sum():
    both = hh.Step(10) + hh.Shock(5)
    assert set(both.parameters()) == {"amplitude", "start_1", "duration", "mV", "start_2"}
    assert both.replace(mV=7, start_1=2) == hh.Step(10, start=2) + hh.Shock(7)
    assert both.amplitude == 10
    assert (hh.Step(1) + hh.Step(2)).replace(amplitude_2=3).parts[1].amplitude == 3


def test_end():
    assert (hh.Step(10, 5, 2) + hh.Shock(5, 30)).end == 30
    assert hh.Train(10, 5, 1, interval=10, count=3).end == 26
