"""Experiments on the spike of the squid axon, space-clamped and without voltage clamp.

The limits of every rule are those that a reader would call fair before seeing the number.
"""

from math import inf

import numpy as np

import hhlab as hh

from .claim import Result, Rule, claim

SHARE = Rule("%", holds=(80, inf), partly=(20, 80))
"""For a cause, or a state, that a claim names: four fifths of the effect or of the time, or a fifth."""
ALL = ("S0", "S1", "S2", "S3")


@claim(11, texts=("S0", "S1", "S2"), rule=Rule("%", holds=(-inf, 1), partly=(1, 10)), misconception="M8")
def all_or_none() -> Result:
    """The range of shocks with a response of in-between height, in percent of the threshold."""
    cell = hh.Squid(T=18.5)
    threshold = hh.measure.threshold(cell, shock=True)
    shocks = np.arange(threshold - 0.2, threshold + 0.6, 0.01)
    recs = {f"{mV:.2f} mV": hh.simulate(cell, hh.Shock(mV, 1), 10) for mV in shocks}
    between = [label for label, rec in recs.items() if -50 <= hh.measure.peak(rec)[0] <= 20]
    number = 100 * 0.01 * len(between) / threshold
    shown = {label: recs[label] for label in sorted({*list(recs)[::20], between[-1]})}
    return number, shown, ("voltage",)


@claim(12, texts=("S1",), rule=Rule("%", holds=(80, inf), partly=(50, 80)))
def below_threshold() -> Result:
    """The largest shock after which the net current stays outward, in percent of the threshold."""
    cell = hh.Squid()
    threshold = hh.measure.threshold(cell, shock=True)
    recs = {size: hh.simulate(cell, hh.Shock(size / 100 * threshold), 20) for size in range(50, 106)}
    net = {size: rec.I["Na"] + rec.I["K"] + rec.I["L"] for size, rec in recs.items()}
    outward = [size for size, rec in recs.items() if net[size][: rec.V.argmin()].min() > 0]
    number = max(outward)
    return number, {f"{size} %": recs[size] for size in (50, number, 99, 101)}, ("voltage",)


@claim(13, texts=ALL, rule=SHARE)
def upstroke() -> Result:
    """The part of the rise that is lost when sodium channels cannot open, in percent."""
    cell, shock = hh.Squid(), hh.Shock(15, 1)
    recs = {
        "intact": hh.simulate(cell, shock, 10),
        "g_Na half": hh.simulate(cell.replace(g_Na=60), shock, 10),
        "m frozen": hh.simulate(cell, shock, 10, freeze=("Na.m",)),
    }
    start = hh.measure.rest(cell) + 15
    rise = [hh.measure.peak(rec)[0] - start for rec in recs.values()]
    number = 100 * (1 - rise[-1] / rise[0])
    return number, recs, ("voltage", "currents")


@claim(14, texts=("S1", "S2"), rule=SHARE)
def below_E_Na() -> Result:
    """The part of the distance from the peak to E_Na that disappears when n is frozen, in percent."""
    cell, shock = hh.Squid(), hh.Shock(15, 1)
    frozen = {"intact": (), "n frozen": ("K.n",), "h frozen": ("Na.h",), "both frozen": ("K.n", "Na.h")}
    recs = {label: hh.simulate(cell, shock, 10, freeze=gates) for label, gates in frozen.items()}
    peak = {label: hh.measure.peak(rec)[0] for label, rec in recs.items()}
    number = 100 * (peak["n frozen"] - peak["intact"]) / (cell.E_Na - peak["intact"])
    return number, recs, ("voltage",)


@claim(18, texts=("S3",), rule=Rule("%", holds=(10, inf), partly=(2, 10)))
def order_and_size() -> Result:
    """The smallest change in width when order or size change by a factor of two, in percent."""
    n = hh.Squid().channels[1].gates[0]
    slow = hh.Gate("n", inf=n.steady_state, tau=lambda V: 2 * n.time_constant(V, 6.3), power=4)
    cells = {
        "usual": hh.Squid(),
        "n slow": hh.Squid(g_K=0).plus(hh.Channel("slow_K", 36, -77, (slow,))),
        "g_K half": hh.Squid(g_K=18),
        "g_Na half": hh.Squid(g_Na=60),
    }
    recs = {label: hh.simulate(cell, hh.Shock(15, 1), 15) for label, cell in cells.items()}
    width, *others = [hh.measure.half_width(rec) for rec in recs.values()]
    number = 100 * min(abs(other / width - 1) for other in others)
    return number, recs, ("voltage",)


@claim(21, texts=ALL, rule=Rule("times", holds=(2, inf), partly=(1.2, 2)))
def repolarisation() -> Result:
    """How many times longer V stays above 0 mV when one of the two processes is missing."""
    cell, shock = hh.Squid(), hh.Shock(15, 1)
    frozen = {"intact": (), "n frozen": ("K.n",), "h frozen": ("Na.h",), "both frozen": ("K.n", "Na.h")}
    recs = {label: hh.simulate(cell, shock, 30, freeze=gates) for label, gates in frozen.items()}
    above = {label: (rec.V > 0).sum() for label, rec in recs.items()}
    number = min(above["n frozen"], above["h frozen"]) / above["intact"]
    return number, recs, ("voltage",)


@claim(22, texts=("S3",), rule=Rule("mV", holds=(20, inf), partly=(5, 20)))
def leak_alone() -> Result:
    """V 10 ms after the peak with n frozen at rest, in mV above the resting potential."""
    cell, shock = hh.Squid(), hh.Shock(15, 1)
    recs = {"intact": hh.simulate(cell, shock, 30), "n frozen": hh.simulate(cell, shock, 30, freeze=("K.n",))}
    plateau = recs["n frozen"]
    late = np.interp(hh.measure.peak(plateau)[1] + 10, plateau.t, plateau.V)
    number = late - hh.measure.rest(cell)
    return number, recs, ("voltage", "conductances")


@claim(26, texts=("S3",), rule=SHARE, misconception="M15")
def undershoot() -> Result:
    """The part of the undershoot that disappears when potassium channels close at its start, in percent."""
    cell, shock = hh.Squid(), hh.Shock(15, 1)
    intact = hh.simulate(cell, shock, 25)
    rest, top = hh.measure.rest(cell), hh.measure.peak(intact)[1]
    begins = intact.t[(intact.t > top) & (intact.V - rest < 0)][0]
    closed = hh.simulate(cell, shock, 25, reset={"K.n": begins})
    depth = [rest - hh.measure.undershoot(rec)[0] for rec in (intact, closed)]
    number = 100 * (1 - depth[1] / depth[0])
    return number, {"intact": intact, "K closed": closed}, ("voltage", "conductances")


@claim(32, texts=("S3",), rule=Rule("%", holds=(-inf, 1), partly=(1, 10)))
def potassium_at_rest() -> Result:
    """The share of gated potassium channels in the resting conductance, in percent."""
    cell = hh.Squid()
    recs = {
        "spike": hh.simulate(cell, hh.Shock(15, 5), 60),
        "clamp": hh.clamp(cell, hh.Clamp(to=0, duration=40, prepulse=(-65, 5), tail=(-65, 15)))[0],
    }
    at_rest = {name: g[0] for name, g in recs["spike"].g.items()}
    number = 100 * at_rest["K"] / sum(at_rest.values())
    return number, recs, ("voltage", "gates")


@claim(38, texts=("S0",), rule=SHARE)
def sodium_afterwards() -> Result:
    """The part of the undershoot with a sodium conductance below a tenth of rest, in percent."""
    cell = hh.Squid()
    rec = hh.simulate(cell, hh.Shock(15, 1), 25)
    rest, top = hh.measure.rest(cell), hh.measure.peak(rec)[1]
    back = rec.t[1:][(rec.V[:-1] < rest) & (rec.V[1:] >= rest)][-1]
    undershoot = (rec.V - rest < 0) & (rec.t > top) & (rec.t < back)
    share_of_rest = rec.g["Na"][undershoot] / rec.g["Na"][0]
    number = 100 * (share_of_rest < 0.1).mean()
    return number, {"spike": rec}, ("voltage", "conductances")


@claim(39, texts=("S1",), rule=Rule("times", holds=(5, inf), partly=(1.5, 5)), misconception="M13")
def transmitter() -> Result:
    """How many times higher V rises after a synapse just above the threshold than just below it."""
    cell = hh.Squid()
    smallest = 0.04
    while hh.measure.peak(hh.simulate(cell, hh.Synapse(smallest)))[0] < 0:
        smallest = smallest * 1.001
    recs = {f"{100 * share:.0f} %": hh.simulate(cell, hh.Synapse(share * smallest), 50) for share in (0.99, 1.01)}
    below, above = [hh.measure.peak(rec)[0] - hh.measure.rest(cell) for rec in recs.values()]
    recs["to −62 mV"] = hh.simulate(cell, hh.Synapse(3, E=-62), 50)
    number = above / below
    return number, recs, ("voltage", "stimulus")
