"""Experiments on what follows the spike of a neuron, and on the channels that make it."""

from math import inf

import numpy as np

import hhlab as hh

from .claim import Result, Rule, claim


@claim(
    27,
    "Afterhyperpolarisations come from potassium channels, afterdepolarisations from sodium or calcium channels that "
    "are still open.",
    texts=("S3",),
    asks="A neuron's spike is followed by a fast AHP, an ADP and a medium AHP. Block one channel at a time: BK, which "
    "lets potassium through, then T, which lets calcium through, then SK, which lets potassium through. Each time, see "
    "what V is when the intact neuron has the afterpotential that the channel is said to make.",
    decides="the smallest of the three changes of V, each in the direction that the claim expects",
    rule=Rule("mV", holds=(5, inf), partly=(1, 5)),
    why="In this model V stays 21 mV higher at the fast AHP without BK, falls 15 mV lower at the ADP without T, and "
    "stays 16 mV higher at the medium AHP without SK. The densities of the channels are tuned so that all three show: "
    "in another neuron another channel may matter more, and an ADP may be sodium that flows through channels which do "
    "not inactivate.",
)
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


@claim(
    28,
    "Afterpotentials are shorter than the spike itself.",
    texts=("S3",),
    asks="Measure from the fall of a neuron's spike until V stays within 1 mV of rest, and compare that with the width "
    "of the spike at half of its height.",
    decides="how long the afterpotentials last, in widths of the spike",
    rule=Rule("widths", holds=(0, 1), partly=(1, 3)),
    why="In this model the spike is half a millisecond wide. The fast AHP is over within a millisecond or two, the ADP "
    "lasts 6 ms, and the medium AHP 180 ms, because calcium that has entered is cleared with a time constant of 80 ms. "
    "The undershoot of the squid axon, shown for comparison, lasts ten milliseconds.",
)
def how_long() -> Result:
    """How long afterpotentials last, in half-widths of the spike."""
    rec = hh.simulate(hh.AfterpotentialCell(), hh.Step(11.5, 5, 1), 300)
    number = hh.measure.afterpotentials(rec).lasts / hh.measure.half_width(rec)
    squid = hh.simulate(hh.Squid(), hh.Shock(15, 15), 300)
    return number, {"neuron": rec, "squid axon": squid}, ("voltage",)


@claim(
    33,
    "BK and SK are potassium channels that calcium opens. Both make afterhyperpolarisations, and SK makes them last.",
    texts=("S3",),
    asks="Block SK with apamin, BK with iberiotoxin, or with cobalt the channels through which calcium enters. See how "
    "much is lost: of the largest conductance of each without calcium, of the fast AHP without BK, and of how far and "
    "how long V is below rest after the spike, in mV × ms, without SK.",
    decides="the smallest of four losses (g_BK and g_SK without calcium, the fast AHP without BK, what V is below rest "
    "without SK)",
    rule=Rule("%", holds=(80, inf), partly=(20, 80)),
    why="In this model nine tenths of what V is below rest are SK. BK also needs calcium, but far more of it, which is "
    "there only at the mouth of an open calcium channel; so it opens in the spike, helps to end it, and is shut again "
    "within 3 ms. Without BK the spike is wider, two more follow, more calcium enters, and the afterhyperpolarisation "
    "becomes larger. With cobalt neither of them opens.",
)
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
