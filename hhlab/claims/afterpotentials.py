"""Experiments on what follows the spike of a neuron, and on the channels that make it."""

import numpy as np

import hhlab as hh

from .claim import Result, claim


@claim(27)
def one_channel_at_a_time() -> Result:
    """On which side of rest V is in place of each afterpotential without its channel, and how open the channel is."""
    cell, pulse = hh.AfterpotentialCell(), hh.Step(11.5, 5, 1)
    recs, numbers, opened = {"intact": hh.simulate(cell, pulse, 100)}, {}, []
    found = hh.measure.afterpotentials(recs["intact"])
    expected = {"BK": (found.fast_AHP[1], 1), "T": (found.ADP[1], -1), "SK": (found.medium_AHP[1], 1)}
    for name, (ms, sign) in expected.items():
        strong = pulse.replace(amplitude=27 if name == "T" else 11.5)
        blocked = cell.replace(**{f"g_{name}": 0})
        rec = recs[f"g_{name} = 0"] = hh.simulate(blocked, strong, 100)
        V = rec.at(hh.measure.afterpotentials(rec).fall + ms)["V"]
        numbers[name] = sign * (V - hh.measure.rest(blocked))
        g = recs["intact"].g[name]
        opened.append(np.interp(found.fall + ms, recs["intact"].t, g) / g[0])
    numbers["still_open"] = min(opened)
    return numbers, recs, ("voltage",)


@claim(28)
def how_long() -> Result:
    """How long afterpotentials last, in half-widths of the spike."""
    recs = {
        "neuron": hh.simulate(hh.AfterpotentialCell(), hh.Step(11.5, 5, 1), 300),
        "squid axon": hh.simulate(hh.Squid(), hh.Shock(15, 15), 300),
    }
    widths = [hh.measure.afterpotentials(rec).lasts / hh.measure.half_width(rec) for rec in recs.values()]
    numbers = {"neuron": widths[0], "axon": widths[1]}
    return numbers, recs, ("voltage",)


@claim(33)
def calcium_activated() -> Result:
    """What is lost of a conductance or an afterhyperpolarisation without what makes it, in percent."""
    cell, recs, area = hh.AfterpotentialCell(), {}, {}
    drugs = {drug: hh.blocked(cell, drug) for drug in ("apamin", "iberiotoxin", "cobalt")}
    for name, each in {"intact": cell, **drugs}.items():
        rec = recs[name] = hh.simulate(each, hh.Step(27 if name == "cobalt" else 11.5, 5, 1), 300)
        after = rec.t > hh.measure.peak(rec)[1]
        below = np.maximum(hh.measure.rest(each) - rec.V[after], 0)
        area[name] = np.trapezoid(below, rec.t[after])
    V, ms = hh.measure.afterpotentials(recs["intact"]).fast_AHP
    without_BK = recs["iberiotoxin"].at(hh.measure.afterpotentials(recs["iberiotoxin"]).fall + ms)["V"]
    left = {
        "BK_calcium": recs["cobalt"].g["BK"].max() / recs["intact"].g["BK"].max(),
        "SK_calcium": recs["cobalt"].g["SK"].max() / recs["intact"].g["SK"].max(),
        "SK_lasts": area["apamin"] / area["intact"],
    }
    numbers = {"BK_AHP": without_BK - V} | {name: 100 * (1 - share) for name, share in left.items()}
    return numbers, recs, ("voltage", "calcium")
