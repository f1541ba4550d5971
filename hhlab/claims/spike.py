"""Experiments on the spike of the squid axon and of a neuron, space-clamped and without voltage clamp."""

import numpy as np

import hhlab as hh

from .claim import Result, claim


@claim(12)
def below_threshold() -> Result:
    """What is left of responses below the threshold, and after which of them the net current stays outward."""
    cell = hh.Squid()
    threshold = hh.measure.threshold(cell, shock=True)
    recs = {size: hh.simulate(cell, hh.Shock(size / 100 * threshold), 40) for size in range(50, 102)}
    net = {size: rec.I["Na"] + rec.I["K"] + rec.I["L"] for size, rec in recs.items()}
    outward = [size for size, rec in recs.items() if net[size][: rec.V.argmin()].min() > 0]
    numbers = {"dies_out": abs(recs[99].V[-1] - cell.rest()["V"]), "up_to_threshold": float(max(outward))}
    return numbers, {f"{size} %": recs[size] for size in (50, max(outward), 99, 101)}, ("voltage",)


@claim(13)
def upstroke() -> Result:
    """What is lost of the rise when sodium channels cannot open, and of its steepness with half of them, in percent."""
    cells = {"squid axon": (hh.Squid(), hh.Shock(15, 1)), "neuron": (hh.Neuron(), hh.Shock(25, 1))}
    recs, rise, steep = {}, [], []
    for name, (cell, shock) in cells.items():
        intact = recs[name] = hh.simulate(cell, shock, 10)
        frozen = recs[f"{name}, m frozen"] = hh.simulate(cell, shock, 10, freeze=("Na.m",))
        half = hh.simulate(cell.replace(g_Na=cell.g_Na / 2), shock, 10)
        top, without = [hh.measure.peak(rec)[0] - cell.rest()["V"] - shock.mV for rec in (intact, frozen)]
        rise.append(100 * (1 - without / top))
        steep.append(100 * (1 - hh.measure.upstroke(half)[0] / hh.measure.upstroke(intact)[0]))
    numbers = {"opening": min(rise), "half": min(steep)}
    return numbers, recs, ("voltage", "currents")


@claim(14)
def below_E_Na() -> Result:
    """How far the peak is from E_Na, how much of that goes without potassium current, and the peaks at +55 mV."""
    cells = {"squid axon": (hh.Squid(), {"g_K": 0}), "neuron": (hh.Neuron(), {"g_K": 0, "g_KL": 0})}
    recs, gone = {}, []
    for name, (cell, no_potassium) in cells.items():
        start = cell.rest() | {"V": cell.rest()["V"] + 25}
        both = (hh.simulate(each, None, 10, start=start) for each in (cell, cell.replace(**no_potassium)))
        recs[name], recs[f"{name}, no K"] = both
        intact, without = [hh.measure.peak(recs[label])[0] for label in (name, f"{name}, no K")]
        gone.append(100 * (without - intact) / (cell.E_Na - intact))
    at_55 = [cell.replace(E_Na=55) for cell in (hh.Squid(), hh.Neuron(), hh.ThalamicRelay())]
    peaks = [hh.measure.peak(hh.simulate(cell, hh.Step(40, 1, 1), 10))[0] for cell in at_55]
    numbers = {
        "below": 55 - max(peaks),
        "potassium": min(gone),
        "near_50": max(abs(peak - 50) for peak in peaks),
    }
    return numbers, recs, ("voltage",)


@claim(18)
def order_and_size() -> Result:
    """How much width or height of the spike change when order or size change by a factor of two, in percent."""
    cell = hh.Squid()
    n = cell.channels[1].gates[0]
    slow = hh.Gate("n", inf=n.steady_state, tau=lambda V: 2 * n.time_constant(V, cell.T), power=4)
    cells = {
        "usual": cell,
        "n slow": cell.replace(g_K=0).plus(hh.Channel("slow_K", 36, -77, (slow,))),
        "g_K half": cell.replace(g_K=18),
        "g_Na half": cell.replace(g_Na=60),
    }
    recs = {label: hh.simulate(each, hh.Shock(15, 1), 15) for label, each in cells.items()}
    shapes = [(hh.measure.half_width(rec), hh.measure.peak(rec)[0] - cell.rest()["V"]) for rec in recs.values()]
    changes = [100 * np.abs(np.divide(shape, shapes[0]) - 1).max() for shape in shapes[1:]]
    numbers = dict(zip(("order", "size_of_K", "size_of_Na"), changes, strict=True))
    return numbers, recs, ("voltage",)


@claim(21)
def repolarisation() -> Result:
    """How many times longer V stays above 0 mV when one of the two processes is missing, or both."""
    cell, shock = hh.Squid(), hh.Shock(15, 1)
    frozen = {"intact": (), "n frozen": ("K.n",), "h frozen": ("Na.h",), "both frozen": ("K.n", "Na.h")}
    recs = {label: hh.simulate(cell, shock, 30, freeze=gates) for label, gates in frozen.items()}
    intact, *others = [(rec.V > 0).sum() for rec in recs.values()]
    numbers = dict(zip(("potassium", "sodium", "together"), np.divide(others, intact), strict=True))
    node = hh.MammalianNode()
    pulse = hh.Step(2 * hh.measure.threshold(node, 0.1), 1, 0.1)
    spikes = [hh.simulate(each, pulse, 5) for each in (node, node.replace(P_K=0))]
    usual, without = [hh.measure.half_width(rec) for rec in spikes]
    numbers["node"] = without / usual
    return numbers, recs, ("voltage",)


@claim(22)
def leak_alone() -> Result:
    """V above rest without gated potassium current, as late after the peak as the intact spike takes to come back."""
    cells = {"axon": (hh.Squid(), "g_K"), "neuron": (hh.Neuron(), "g_K"), "node": (hh.MammalianNode(), "P_K")}
    numbers, recs = {}, {"axon": hh.simulate(hh.Squid(), hh.Shock(60, 0), 10)}
    for name, (cell, potassium) in cells.items():
        rest, both = cell.rest()["V"], (cell, cell.replace(**{potassium: 0}))
        start = cell.rest() | {"V": rest + 60}
        intact, rec = (hh.simulate(each, None, 10, dt=0.001, start=start) for each in both)
        recs[f"{name}, no K"], down = rec, slice(intact.V.argmax(), intact.V.argmin() + 1)
        back = np.interp(-5 - rest, -intact.V[down], intact.t[down]) - hh.measure.peak(intact)[1]
        numbers[name] = np.interp(hh.measure.peak(rec)[1] + back, rec.t, rec.V) - rest
    return numbers, recs, ("voltage",)


@claim(26)
def undershoot() -> Result:
    """What goes of afterpotentials when the channels that are still open are closed at their start, in percent."""
    cell, shock = hh.Squid(), hh.Shock(15, 1)
    intact = hh.simulate(cell, shock, 25, dt=0.0002)
    rest, top = cell.rest()["V"], hh.measure.peak(intact)[1]
    begins = intact.t[(intact.t > top) & (intact.V - rest < 0)][0]
    closed = hh.simulate(cell, shock, 25, dt=0.0002, reset={"K.n": begins})
    depth = [rest - hh.measure.undershoot(rec)[0] for rec in (intact, closed)]
    neuron = hh.AfterpotentialCell()
    spike = hh.simulate(neuron, hh.Step(11.5, 5, 1), 60)
    found = hh.measure.afterpotentials(spike)
    shut = hh.simulate(neuron.replace(g_SK=0), None, 60, start=spike.at(spike.t[spike.g["SK"].argmax()]))
    depth += [neuron.rest()["V"] - V for V in (found.medium_AHP[0], shut.V.min())]
    numbers = {"axon": 100 * (1 - depth[1] / depth[0]), "neuron": 100 * (1 - depth[3] / depth[2])}
    return numbers, {"intact": intact, "K closed": closed}, ("voltage", "conductances")


@claim(32)
def potassium_at_rest() -> Result:
    """How open three gated potassium channels are at rest, after the spike, and after 40 ms at 0 mV, in percent."""
    cells = {"Kv": hh.Neuron(g_Kv1=3, g_Kv2=5), "BK": hh.AfterpotentialCell()}
    recs = {name: hh.simulate(cell, hh.Step(25, 5, 1), 60) for name, cell in cells.items()}
    channels = (("Kv", "Kv1"), ("Kv", "Kv2"), ("BK", "BK"))
    rest, late, kept = [], [], []
    for cell, channel in channels:
        rec = recs[cell]
        share = rec.open_share(channel)
        over = (rec.t > hh.measure.peak(rec)[1]) & (rec.V - rec.V[0] < 5)
        (held,) = hh.clamp(cells[cell], hh.Clamp(to=0, duration=40))
        opened = held.open_share(channel)
        rest.append(100 * share[0])
        late.append(100 * share[over.argmax()] / share.max())
        kept.append(100 * (1 - opened[-1] / opened.max()))
    squid = hh.simulate(hh.Squid(), hh.Shock(15, 5), 60)
    numbers = {"shut": max(rest), "only_in_the_spike": max(late), "inactivate": max(kept)}
    return numbers, recs | {"squid axon": squid}, ("voltage", "gates")


@claim(38)
def sodium_afterwards() -> Result:
    """The sodium conductance in the undershoot, in percent of that at rest: the lowest, the last, and with the leak."""
    rec = hh.simulate(hh.SquidWithPumps(), hh.Shock(15, 1), 25)
    rest, top = rec.V[0], hh.measure.peak(rec)[1]
    back = rec.t[1:][(rec.V[:-1] < rest) & (rec.V[1:] >= rest)][-1]
    undershoot = (rec.V - rest < 0) & (rec.t > top) & (rec.t < back)
    gated, all_ways = [100 * g[undershoot] / g[0] for g in (rec.g["Na"], rec.g["Na"] + rec.g["NaL"])]
    numbers = {"channels": gated.min(), "lasting": gated[-1], "membrane": all_ways.min()}
    return numbers, {"spike": rec}, ("voltage", "conductances")


@claim(39)
def transmitter() -> Result:
    """How many times higher V rises after a synapse just above the threshold than just below it."""
    cell = hh.Squid()
    sizes = np.geomspace(0.02, 0.5, 300)
    smallest = next(size for size in sizes if hh.measure.peak(hh.simulate(cell, hh.Synapse(size), 50))[0] > 0)
    recs = {f"{100 * share:.0f} %": hh.simulate(cell, hh.Synapse(share * smallest), 50) for share in (0.98, 1.01)}
    below, above = [hh.measure.peak(rec)[0] - cell.rest()["V"] for rec in recs.values()]
    recs["to −62 mV"] = hh.simulate(cell, hh.Synapse(3, E=-62), 50)
    numbers = {"starts": above / below}
    return numbers, recs, ("voltage", "stimulus")


@claim(44)
def reopening() -> Result:
    """How far the potassium conductance rises again after the spike, in percent of its largest value."""
    recs = {
        "squid axon": hh.simulate(hh.Squid(), hh.Shock(15, 1), 25),
        "neuron": hh.simulate(hh.Neuron(g_Kv1=3), hh.Shock(25, 1), 25),
    }
    again = []
    for rec in recs.values():
        g = rec.g["K"]
        falling = g[g.argmax() : rec.V.argmin() + 1]
        again.append(100 * np.diff(falling).max(initial=0) / g.max())
    numbers = {"reopen": max(again)}
    return numbers, recs, ("voltage", "conductances")


@claim(46)
def sodium_outside() -> Result:
    """How far peak and rest follow E_Na with less sodium outside, and how far rest follows E_K with more potassium."""
    neuron = hh.Neuron()
    pairs = {
        "axon": (hh.SquidWithPumps(), hh.SquidWithPumps(Na_out=220)),
        "neuron": (neuron, neuron.replace(E_Na=neuron.E_Na + float(hh.nernst(1, 0.5, 1, 36)))),
    }
    recs: dict[str, hh.Recording] = {}
    peaks, rests = [], []
    for name, pair in pairs.items():
        whole, half = [hh.simulate(cell, hh.Shock(25, 1), 15) for cell in pair]
        recs[name], recs[f"{name}, half"] = whole, half
        lower = whole.E["Na"][0] - half.E["Na"][0]
        peaks.append(100 * (hh.measure.peak(whole)[0] - hh.measure.peak(half)[0]) / lower)
        rests.append(100 * abs(whole.V[0] - half.V[0]) / lower)
    V = {mM: hh.measure.rest(hh.SquidWithPumps(K_out=mM)) for mM in (5, 10, 100, 200)}
    little, much = [100 * (V[2 * mM] - V[mM]) / float(hh.nernst(1, 2, 1, 18.5)) for mM in (5, 100)]
    numbers = {"peak": min(peaks), "rest": max(rests), "potassium": much, "little_potassium": little}
    return numbers, recs, ("voltage", "reversal potentials")
