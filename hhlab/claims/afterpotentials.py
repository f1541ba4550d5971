"""Experiments on what follows the spike of a neuron, and on the channels that make it."""

from math import inf

import numpy as np

import hhlab as hh

from .claim import Result, Rule, claim


@claim(27, texts=("S3",), rule=Rule("mV", holds=(5, inf), partly=(1, 5)))
def one_channel_at_a_time() -> Result:
    """The smallest change of V, mV, at an afterpotential when the channel that makes it is blocked."""
    cell, pulse = hh.AfterpotentialCell(), hh.Step(11.5, 5, 1)
    recs, change = {"intact": hh.simulate(cell, pulse, 100)}, []
    found = hh.measure.afterpotentials(recs["intact"])
    expected = {"g_BK": (found.fast_AHP, 1), "g_T": (found.ADP, -1), "g_SK": (found.medium_AHP, 1)}
    for name, ((V, ms), sign) in expected.items():
        strong = pulse.replace(amplitude=27 if name == "g_T" else 11.5)
        rec = recs[f"{name} = 0"] = hh.simulate(cell.replace(**{name: 0}), strong, 100)
        there = rec.at(hh.measure.afterpotentials(rec).fall + ms)["V"]
        change.append(sign * (there - V))
    number = min(change)
    return number, recs, ("voltage",)


@claim(28, texts=("S3",), rule=Rule("widths", holds=(0, 1), partly=(1, 3)))
def how_long() -> Result:
    """How long afterpotentials last, in half-widths of the spike."""
    rec = hh.simulate(hh.AfterpotentialCell(), hh.Step(11.5, 5, 1), 300)
    number = hh.measure.afterpotentials(rec).lasts / hh.measure.half_width(rec)
    squid = hh.simulate(hh.Squid(), hh.Shock(15, 15), 300)
    return number, {"neuron": rec, "squid axon": squid}, ("voltage",)


@claim(33, texts=("S3",), rule=Rule("%", holds=(80, inf), partly=(20, 80)))
def calcium_activated() -> Result:
    """The smallest loss of a conductance or an afterhyperpolarisation without what makes it, in percent."""
    cell, recs, area = hh.AfterpotentialCell(), {}, {}
    drugs = {drug: hh.blocked(cell, drug) for drug in ("apamin", "iberiotoxin", "cobalt")}
    for name, each in {"intact": cell, **drugs}.items():
        rec = recs[name] = hh.simulate(each, hh.Step(27 if name == "cobalt" else 11.5, 5, 1), 300)
        after = rec.t > hh.measure.peak(rec)[1]
        below = np.maximum(hh.measure.rest(each) - rec.V, 0)
        area[name] = np.trapezoid(below[after], rec.t[after])
    V, ms = hh.measure.afterpotentials(recs["intact"]).fast_AHP
    without_BK = recs["iberiotoxin"].at(hh.measure.afterpotentials(recs["iberiotoxin"]).fall + ms)["V"]
    left = [recs["cobalt"].g[name].max() / recs["intact"].g[name].max() for name in ("BK", "SK")]
    left += [(cell.rest()["V"] - without_BK) / (cell.rest()["V"] - V), area["apamin"] / area["intact"]]
    number = 100 * (1 - max(left))
    return number, recs, ("voltage", "calcium")
