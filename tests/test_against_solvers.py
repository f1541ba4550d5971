"""Ring 2: every cell against SciPy's LSODA, and the squid axon against NEURON."""

import itertools

import numpy as np
import pytest
from scipy.integrate import solve_ivp

import hhlab as hh


def turning(gate, V, x):
    """dx/dt of a gate at the temperature of its rates, straight from these."""
    if gate.alpha:
        return gate.alpha(V) * (1 - x) - gate.beta(V) * x
    return (gate.inf(V) - x) / gate.tau(V)


def lsoda(cell, protocol, t_stop, state=None):
    """V of the same equations, from the exact rates, by LSODA at rtol 1e-9; its dense output."""
    names, speeds = cell.gate_names, [gate.speed(cell.T) for gate in cell.gates]

    def slope(t, y):
        V, gates = y[0], dict(zip(names, y[1:], strict=True))
        net = float(protocol.current(t) + protocol.synaptic_current(t, V))
        for channel in cell.channels:
            share = channel.open_share({gate.name: gates[f"{channel.name}.{gate.name}"] for gate in channel.gates})
            net -= channel.g * share * (V - channel.E)
        turned = [speed * turning(gate, V, x) for speed, gate, x in zip(speeds, cell.gates, y[1:], strict=True)]
        return [net / cell.C, *turned]

    opened = {synapse.start for synapse in protocol.synapses()}
    edges = sorted(
        {0.0, t_stop, *opened, *(t for piece in protocol.pieces() for t in (piece.start, piece.end) if t < t_stop)}
    )
    y, pieces = np.array(list(cell.rest().values())) if state is None else state, []
    for start, end in itertools.pairwise(edges):
        inside = (start + 1e-9, end - 1e-9)  # so that the current at an edge is that of this stretch
        part = solve_ivp(slope, inside, y, "LSODA", rtol=1e-9, atol=1e-11, max_step=0.5, dense_output=True)
        pieces.append((start, end, part.sol))
        y = part.y[:, -1]
    return pieces


def values(pieces, t):
    """V at times t."""
    found = np.full(t.shape, np.nan)
    for start, end, solution in pieces:
        inside = (t >= start) & (t <= end)
        found[inside] = solution(np.clip(t[inside], start + 1e-9, end - 1e-9))[0]
    return found


def crossings(t, V):
    at = np.flatnonzero((V[:-1] < 0) & (V[1:] >= 0))
    return t[at] - V[at] * (t[at + 1] - t[at]) / (V[at + 1] - V[at])


def test_first_spike_and_train_against_lsoda(cell):
    protocol, t_stop = hh.Step(15, 1.0, 200.0), 70.0
    rec = hh.simulate(cell, protocol, t_stop, dt=0.005)
    exact = lsoda(cell, protocol, t_stop)
    fine = np.arange(0, t_stop, 0.002)
    times = crossings(fine, values(exact, fine))
    assert len(times) > 4
    assert hh.measure.spikes(rec) == pytest.approx(times, abs=0.005)
    first = rec.t < times[0] + 3
    assert np.abs(rec.V[first] - values(exact, rec.t[first])).max() < 0.15


def test_ramp_against_lsoda():
    protocol = hh.Ramp(12, 1.234, 7.777, hold=3.3)
    rec = hh.simulate(hh.Squid(), protocol, 20, dt=0.005)
    assert np.abs(rec.V - values(lsoda(hh.Squid(), protocol, 20), rec.t)).max() < 0.15


@pytest.mark.parametrize("T", [6.3, 18.5])
def test_order_of_convergence_is_two(T):
    """Halving dt divides the error of V by four: from rest through a spike, with a step that is off every grid."""
    protocol, cell = hh.Step(12, 0.123, 30), hh.Squid(T=T)
    t = np.linspace(0, 8, 101)
    exact = values(lsoda(cell, protocol, 8.0), t)
    coarsest = 0.04 if T < 10 else 0.02
    errors = []
    for halving in range(3):
        rec = hh.simulate(cell, protocol, 8.2, dt=coarsest / 2**halving)
        errors.append(np.abs(rec.V[np.round(t / coarsest * 2**halving).astype(int)] - exact).max())
    orders = np.log2(np.array(errors[:-1]) / errors[1:])
    assert np.all((orders > 1.85) & (orders < 2.15)), (errors, orders)


def test_a_synapse_against_lsoda(cell):
    """The largest difference, which is on the steep upstroke, falls by more than three where dt is halved."""
    protocol, t = hh.Synapse(0.3, start=1.003) + hh.Synapse(0.05, -80, 6) + hh.Step(2, 3, 10), np.arange(1, 1500) * 0.02
    exact, errors = values(lsoda(cell, protocol, 30.0), t), []
    for dt in (0.01, 0.005, 0.0025):
        rec = hh.simulate(cell, protocol, 30, dt=dt)
        errors.append(np.abs(rec.V[:: round(0.02 / dt)][1:-1] - exact).max())
    assert errors[-1] < 0.2
    assert all(finer < coarser / 3 for coarser, finer in itertools.pairwise(errors))


def test_gates_are_of_second_order_too():
    protocol, t = hh.Step(12, 0.1, 30), np.linspace(0, 8, 101)
    finest = hh.simulate(hh.Squid(), protocol, 8, dt=0.0005)
    errors = []
    for dt in (0.04, 0.02):
        rec = hh.simulate(hh.Squid(), protocol, 8, dt=dt)
        at, reference = np.round(t / dt).astype(int), np.round(t / 0.0005).astype(int)
        errors.append(max(np.abs(rec.gate[g][at] - finest.gate[g][reference]).max() for g in rec.gate))
    assert np.log2(errors[0] / errors[1]) == pytest.approx(2, abs=0.15)


@pytest.mark.slow
@pytest.mark.parametrize("T", [6.3, 18.5])
def test_spike_times_against_neuron(in_neuron, T):
    n, soma = in_neuron
    n.celsius = T
    stimulus = n.IClamp(soma(0.5))
    stimulus.delay, stimulus.dur = 1.0, 1e9
    stimulus.amp = 15 * soma(0.5).area() * 1e-8 * 1e3  # uA/cm2 times um2, in nA
    V, t = n.Vector().record(soma(0.5)._ref_v), n.Vector().record(n._ref_t)
    solver = n.CVode()
    solver.active(True)
    solver.atol(1e-9)
    solver.maxstep(0.01)
    n.finitialize(hh.measure.rest(hh.Squid(T=T)))
    n.continuerun(100)
    theirs = crossings(np.array(t), np.array(V))
    ours = hh.measure.spikes(hh.simulate(hh.Squid(T=T), hh.Step(15, 1.0, 1e6), 100, dt=0.005))
    assert len(theirs) > 4
    assert ours == pytest.approx(theirs, abs=0.01)
