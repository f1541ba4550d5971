"""Every search against a plain scan: many sizes of the stimulus, each followed for as long as the search says."""

import numpy as np
import pytest

import hhlab as hh
from hhlab.measure.thresholds import spike_window
from hhlab.simulation import simulate_many

CELLS = [hh.Squid(), hh.Squid(T=18.5), hh.Neuron(), hh.ThalamicRelay(), hh.SquidWithPumps(), hh.Barnacle(),
         hh.FrogNode(), hh.Ventricle(), hh.AfterpotentialCell(), hh.BetaCell(), hh.SinoatrialNode()]  # fmt: skip
RELAY, NEURON, FROG = hh.ThalamicRelay(), hh.Neuron(), hh.FrogNode()
by_name = pytest.mark.parametrize("cell", CELLS, ids=lambda cell: f"{type(cell).__name__}{cell.temperature:g}")


def fires(cell, protocol, t_stop):
    (rec,) = simulate_many([cell], [protocol], t_stop, bounded=False, keep="spikes")
    return hh.measure.spikes(rec, cell.spike_level).size > 0


def agrees(found, works, sizes):
    """Whether no size of a scan below a threshold works, and one a little above does; of an inf, that none works."""
    below = [size for size in sizes if size < found * 0.998]
    assert not any(works(size) for size in below)
    assert np.isinf(found) or found == 0 or works(found * 1.002)


def scan(found, low, high, count=25):
    """Sizes over the whole range, and some close below what was found."""
    near = found * np.linspace(0.5, 0.995, 8) if 0 < found < np.inf else []
    return np.append(np.geomspace(low, high, count), near)


@pytest.mark.slow
@by_name
@pytest.mark.parametrize("duration", [0.5, 20.0])
def test_threshold_of_pulses(cell, duration):
    found = hh.measure.threshold(cell, duration)
    end = duration + spike_window(cell)
    agrees(found, lambda size: fires(cell, hh.Step(size, 0, duration), end), scan(found, 0.01, 3000))


@pytest.mark.slow
@by_name
def test_threshold_of_shocks(cell):
    found, end = hh.measure.threshold(cell, shock=True), spike_window(cell)
    agrees(found, lambda size: fires(cell, hh.Shock(size, 0), end), scan(found, 0.1, 100))


@pytest.mark.slow
@by_name
def test_rheobase(cell):
    found = hh.measure.rheobase(cell)
    agrees(found, lambda size: fires(cell, hh.Step(size, 0, 1000), 1000), scan(found, 0.01, 1000))


@pytest.mark.slow
@by_name
@pytest.mark.parametrize("duration", [20.0, 200.0])
def test_anode_break(cell, duration):
    found, end = -hh.measure.anode_break(cell, duration), duration + spike_window(cell)
    agrees(found, lambda size: fires(cell, hh.Step(-size, 0, duration), end), scan(found, 0.01, 100))


@pytest.mark.slow
@by_name
def test_accommodation(cell):
    found, stay = hh.measure.accommodation(cell, 5), max(50.0, spike_window(cell))
    agrees(found, lambda slope: fires(cell, hh.Ramp(5, 0, 5 / slope, stay), 5 / slope + stay), scan(found, 0.02, 200))


@pytest.mark.slow
@by_name
def test_refractory(cell):
    once = hh.measure.threshold(cell)
    if not once:
        return
    first, duration = hh.Step(1.5 * once, 0, 0.5), 0.5
    for interval in (2.5, 5.0, 10.0, 20.0):
        found = float(hh.measure.refractory(cell, interval, duration))
        before = hh.simulate(cell, first, interval + 1)
        if before.t[before.V.argmax()] > interval:
            continue
        state = before.at(interval)

        def responds(share, start=state):
            rec = hh.simulate(cell, hh.Step(share * once, 0, duration), duration + 15, start=start)
            after = rec.V[rec.t >= duration - 1e-9]
            return after.max() >= max(after[0] + 5, 0)

        agrees(found, responds, scan(found, 0.1, 10, 120))


@pytest.mark.slow
@by_name
def test_frequency_and_sustained(cell):
    """Against the spikes of the last five of ten seconds."""
    for current in (0.0, 1.0, 5.0, 20.0):
        rate = float(hh.measure.frequency(cell, current))
        rec = hh.simulate(cell, hh.Step(current, 0, 10_000), 10_000, every=10)
        times = hh.measure.spikes(rec, cell.spike_level)
        late = times[times > 5000]
        if rate == 0:
            assert late.size < 2 or 10_000 - late[-1] > 1.5 * np.diff(late).max()
        elif late.size > 1 and not isinstance(cell, hh.BetaCell):  # in bursts there is no one rate
            assert rate == pytest.approx(1000 / np.diff(late).mean(), rel=0.1)


def test_a_rebound_takes_its_time():
    found = hh.measure.anode_break(RELAY, 200)
    assert -1 < found < 0
    assert fires(RELAY, hh.Step(1.01 * found, 0, 200), 500)
    assert not fires(RELAY, hh.Step(0.99 * found, 0, 200), 500)


def test_the_rheobase_is_that_of_a_lasting_current():
    found = hh.measure.rheobase(NEURON)
    assert found < 0.5
    assert fires(NEURON, hh.Step(1.001 * found, 0, 1000), 1000)
    assert not fires(NEURON, hh.Step(0.995 * found, 0, 1000), 1000)
    assert hh.measure.rheobase(hh.SinoatrialNode()) == 0


def test_a_narrow_range_of_amplitudes_is_not_missed():
    found = float(hh.measure.refractory(FROG, 2.5))
    assert found == pytest.approx(1.465, abs=0.01)


def test_slow_firing_has_a_rate():
    node = hh.SinoatrialNode()
    period = hh.measure.period(hh.simulate(node, None, 3000))
    assert hh.measure.frequency(node, 0) == pytest.approx(1000 / period, rel=0.02)
    assert hh.measure.threshold(node) == 0
