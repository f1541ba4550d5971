"""What any kernel must do: an axon is as its cells, a batch as its members, and samples are of the same run."""

import math

import numpy as np
import pytest
from numpy.testing import assert_allclose

import hhlab as hh
from hhlab import kernel
from hhlab.simulation import simulate_many

MEMBRANES = {
    "squid": (hh.Squid(), 40),
    "neuron": (hh.Neuron(g_Kv1=3, g_Kv2=5), 24),
    "afterpotentials": (hh.AfterpotentialCell(), 24),
    "burster": (hh.AfterpotentialCell.burster(), 24),
    "relay": (hh.ThalamicRelay(), 10),
    "barnacle": (hh.Barnacle(), 200),
    "beta cell": (hh.BetaCell(), 1),
    "node": (hh.SinoatrialNode(), 2),
    "ventricle": (hh.Ventricle(), 50),
    "frog node": (hh.FrogNode(), 1200),
    "mammalian node": (hh.MammalianNode(), 3000),
    "nerve ending": (hh.NerveEnding(), 40),
    "pumps": (hh.SquidWithPumps(diameter=2), 40),
}
EVERY = pytest.mark.parametrize(("cell", "size"), MEMBRANES.values(), ids=MEMBRANES)


def pushed(size):
    """A pulse, a shock off the grid, and a synapse."""
    return hh.Step(size, 1, 2) + hh.Shock(3, 5.017) + hh.Synapse(size / 500, start=7)


def apart(one, other):
    """By how much two recordings differ at most: in V, in gates, and in concentrations."""
    pairs = ((one.V, other.V), (one.gate_values, other.gate_values), (one.pool_values, other.pool_values))
    return np.array([np.abs(a - b).max() / np.abs(b).max() for a, b in pairs if b.size])


@pytest.mark.parametrize("x", [0.01, 0.1, 0.3, 0.499, 0.5, 0.7, 1, 3, 20, 1e6])
def test_how_far_V_relaxes_in_a_step(x):
    """Far out 1 - e^-x stands in as its Taylor polynomial in x says, near 0 it is exact."""
    moved, mean = getattr(kernel.relaxation, "py_func", kernel.relaxation)(x)
    exact = -np.expm1(-x) / x
    grown = sum(x**k / math.factorial(k) for k in range(7))
    meant = exact if x < kernel.SMALL else (1 - 1 / grown) / x
    assert moved == pytest.approx(meant, abs=2e-8 if x < kernel.SMALL else 1e-12)
    assert mean == pytest.approx((1 - meant) / x, abs=3e-8 if x < kernel.SMALL else 1e-12)
    assert meant == pytest.approx(exact, abs=7e-4)


@EVERY
def test_an_axon_that_is_pushed_everywhere_alike_is_one_cell(cell, size):
    """Nothing flows along it. V of an axon has a scheme of its own, and both are of second order in the step."""
    diameter = getattr(cell, "diameter", 20)
    longest = hh.Axon(cell, diameter, 1).length_constant
    axon, left = hh.Axon(cell, diameter, 1.2 * longest, patches=20), []
    for dt in (cell.dt / 2, cell.dt / 4):
        run = hh.propagate(axon, pushed(size), over=axon.length, t_stop=20, dt=dt)
        assert np.ptp(run.V, axis=0).max() < 1e-9
        left.append(apart(run.at(axon.length / 3), hh.simulate(cell, pushed(size), 20, dt=dt)))
    assert left[0].max() < 0.02
    assert (left[1] < np.maximum(0.3 * left[0], 1e-10)).all()


@EVERY
def test_cells_that_differ_are_the_same_together_and_alone(cell, size):
    told = cell.parameters()
    weaker = {name: 0.8 * p.value for name, p in told.items() if name.startswith(("g_", "P_"))}
    shifted = {name: p.value + 2 for name, p in told.items() if name.startswith("E_")}
    cells = [cell, cell.replace(**weaker), cell.replace(C=1.5 * cell.C, **shifted)]
    for one, together in zip(cells, simulate_many(cells, [pushed(size)] * 3, 30), strict=True):
        alone = hh.simulate(one, pushed(size), 30)
        assert_allclose(together.V, alone.V, rtol=0, atol=1e-7)
        assert_allclose(together.gate_values, alone.gate_values, rtol=0, atol=1e-8)
        assert_allclose(together.pool_values, alone.pool_values, rtol=1e-8)


@EVERY
def test_samples_are_taken_of_the_same_run(cell, size):
    whole, some = (hh.simulate(cell, pushed(size), 20, every=every) for every in (1, 5))
    assert_allclose(some.V, whole.V[::5], rtol=0, atol=1e-9)
    assert_allclose(some.gate_values, whole.gate_values[:, ::5], rtol=0, atol=1e-9)
    assert_allclose(some.pool_values, whole.pool_values[:, ::5], rtol=1e-9)


@pytest.mark.parametrize("name", ["squid", "relay", "pumps"])
def test_samples_along_an_axon_are_taken_of_the_same_run(name):
    cell, _ = MEMBRANES[name]
    axon = hh.Axon(cell, getattr(cell, "diameter", 20), 1)
    whole, some = (hh.propagate(axon, hh.Step(1000, 0.5, 0.5), t_stop=4, dt=0.01, every=every) for every in (1, 4))
    assert_allclose(some.V, whole.V[:, ::4], rtol=0, atol=1e-9)
    assert_allclose(some.at(0.5).gate_values, whole.at(0.5).gate_values[:, ::4], rtol=0, atol=1e-9)
    assert_allclose(some.at(0.5).pool_values, whole.at(0.5).pool_values[:, ::4], rtol=1e-9)


@EVERY
def test_times_of_spikes_are_those_of_the_whole_trace(cell, size):
    """A sweep that asks for no more than spikes has the kernel look for them."""
    sizes = [0.5 * size, size, 2 * size]
    last = {"number": lambda rec: hh.measure.spikes(rec).size, "sum": lambda rec: float(hh.measure.spikes(rec).sum())}
    table = hh.sweep(cell, hh.Step(size, 1, 2), over={"amplitude": sizes}, measure=last, t_stop=40)
    found = [hh.measure.spikes(hh.simulate(cell, hh.Step(each, 1, 2), 40)) for each in sizes]
    assert table["number"].tolist() == [times.size for times in found]
    assert_allclose(table["sum"], [times.sum() for times in found], rtol=1e-9)


@EVERY
def test_what_is_frozen_stands_still_and_the_rest_goes_on(cell, size):
    slowest, others = cell.gate_names[-1], cell.gate_names[:-1]
    rec, free = (hh.simulate(cell, pushed(size), 20, freeze=freeze) for freeze in ((slowest,), ()))
    assert np.ptp(rec.gate[slowest]) == 0 < np.ptp(free.gate[slowest])
    assert all(np.ptp(rec.gate[name]) > 1e-4 for name in others)


@EVERY
def test_V_goes_where_currents_drive_it(cell, size):
    """C dV/dt is the stimulus less all currents, of every kind of channel and pump."""
    rec = hh.simulate(cell, hh.Step(size, 1, 2), 6, dt=cell.dt / 4)
    slope, net = np.gradient(rec.V, rec.t), (rec.stimulus - sum(rec.I.values())) / cell.C
    edges = np.abs(rec.t[:, None] - [0, 1, 3, 6]).min(axis=1) < 3 * rec.t[1]
    assert np.abs(slope - net)[~edges].max() < 0.01 * np.abs(slope).max()
