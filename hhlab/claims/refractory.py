"""Experiments on what is left of excitability after a spike."""

from math import inf

import numpy as np

import hhlab as hh

from .claim import Result, Rule, claim


@claim(
    23,
    "In the absolute refractory period no stimulus works; in the relative one, which follows, a stronger one is "
    "needed.",
    texts=("S2", "S3"),
    asks="Give a second pulse of 0.5 ms 3 to 30 ms after the first, and look for its threshold, up to ten times the "
    "threshold from rest. The first pulse has one and a half times that threshold.",
    decides="the lowest threshold of a second pulse, in percent of the threshold from rest",
    rule=Rule("%", holds=(99, inf), partly=(20, 99)),
    why="In this model no pulse of up to ten times the threshold starts a spike in the first 7 ms, and for 10 ms more "
    "it takes a stronger one than from rest. So far the statement is right, if the largest stimulus is named. But the "
    "axon then passes through a time in which it is easier to excite than at rest, by about a sixth: n is a little "
    "below its value at rest by then, and V a little above.",
    misconception="M10",
)
def two_periods() -> Result:
    """The lowest threshold of a second pulse, in percent of the threshold from rest."""
    cell = hh.Squid()
    first = hh.measure.threshold(cell)
    ratios = hh.measure.refractory(cell, np.arange(3, 31))
    number = 100 * ratios.min()
    pairs = {f"{gap} ms": hh.PulsePair(1.5 * first, first, 5, gap) for gap in (6, 12, 20)}
    recs = {label: hh.simulate(cell, pair, 50) for label, pair in pairs.items()}
    return number, recs, ("voltage", "gates")


@claim(
    29,
    "An afterhyperpolarisation raises the threshold, an afterdepolarisation lowers it.",
    texts=("S3",),
    asks="Compare the threshold with that from rest in three cases: 10 ms after a pulse that made a spike, while V is "
    "below rest; 20 ms after it, while V is a little above; and at the end of a weak negative current, while V is "
    "below rest again.",
    decides="the number of cases in which the threshold is higher below rest, or lower above it",
    rule=Rule("of 3 cases", holds=(3, 3), partly=(1, 2)),
    why="In this model the threshold is four times as high in the afterhyperpolarisation, and a sixth lower when V has "
    "passed rest. But below rest it can also be lower: 20 ms of a negative current raise h and lower n, and the "
    "threshold falls to six tenths. A low V does cost something, as the pulse must first make up for it: about one of "
    "the three thresholds that are added 10 ms after the pulse. The rest is due to the gates, above all to potassium "
    "channels that are still open, and gates depend on how V came to be low.",
)
def afterpotentials_and_threshold() -> Result:
    """In how many of three cases the threshold goes with V as the statement says."""
    cell = hh.Squid()
    first = hh.measure.threshold(cell)
    in_AHP, above_rest = hh.measure.refractory(cell, [10, 20])
    recs = {f"{gap} ms": hh.simulate(cell, hh.PulsePair(1.5 * first, first, 5, gap), 50) for gap in (10, 20)}
    needed = np.inf
    for share in np.arange(2, 0, -0.01):
        rec = hh.simulate(cell, hh.Step(-2, 5, 20) + hh.Step(share * first, 25, 0.5), 50)
        if hh.measure.spikes(rec).size:
            needed, recs["after -2 uA/cm2"] = share, rec
    number = sum((in_AHP > 1, above_rest < 1, needed > 1))
    return number, recs, ("voltage", "gates")


@claim(
    40,
    "The strength of a stimulus is carried by full-size spikes only.",
    texts=("S2",),
    asks="Give a steady current of 10 and one of 40 uA/cm2, and compare the height of the spikes above rest once the "
    "firing has become regular.",
    decides="the height of the spikes at 40 uA/cm2, in percent of the height at 10 uA/cm2",
    rule=Rule("%", holds=(95, 105), partly=(50, 150)),
    why="In this model the stronger current makes the axon fire faster, and its spikes are smaller, not larger. Each "
    "of them begins before the sodium channels have recovered and the potassium channels have closed. So the rate "
    "carries the strength, but spikes are of full size only where they are far enough apart.",
    misconception="M8",
)
def full_size() -> Result:
    """The height of spikes at a strong current, in percent of the height at a weak one."""
    cell = hh.Squid()
    recs = {f"{current} uA/cm2": hh.simulate(cell, hh.Step(current, 5, 150), 160) for current in (10, 40)}
    weak, strong = [rec.V[(rec.t > 100) & (rec.t < 155)].max() for rec in recs.values()]
    rest = hh.measure.rest(cell)
    number = 100 * (strong - rest) / (weak - rest)
    return number, recs, ("voltage", "stimulus")


@claim(
    41,
    "Refractoriness is, in essence, the inactivation of sodium channels.",
    texts=("S3",),
    asks="During the absolute refractory period, reset either h or n to rest and look for the weakest second pulse, up "
    "to ten times the threshold, that makes a spike: in the squid axon 5 ms after the first pulse, and 5.8 ms after it "
    "in a membrane with a tenth of its gated potassium conductance and ten times its leak.",
    decides="the number of cases in which resetting h lowers the threshold further than resetting n",
    rule=Rule("of 2 membranes", holds=(2, 2), partly=(1, 1)),
    why="In this model of the squid axon the potassium channels that are still open matter more: they let the current "
    "of the second pulse out again, so that resetting n makes a spike possible and resetting h does not. With little "
    "gated potassium conductance it is the other way round. Refractoriness has more than one cause, and which of them "
    "prevails depends on the membrane and on the time since the spike. The picture shows for each membrane the "
    "weakest pulse that works with one of the gates reset.",
    misconception="M10",
)
def refractoriness() -> Result:
    """In how many of two membranes resetting h helps more than resetting n."""
    membranes = {"squid": (hh.Squid(), 5), "few K": (hh.Squid(g_K=3.6, g_L=3, E_L=-65), 5.8)}
    number, recs = 0, {}
    for name, (cell, gap) in membranes.items():
        threshold = hh.measure.threshold(cell)
        needed = {gate: float(hh.measure.refractory(cell, gap, reset=(gate,))) for gate in ("h", "n")}
        number += needed["h"] < needed["n"]
        pair = hh.PulsePair(1.5 * threshold, 1.01 * min(needed.values()) * threshold, 5, gap)
        for gate in needed:
            recs[f"{name}, {gate} reset"] = hh.simulate(cell, pair, 30, reset={gate: 5 + gap})
    return number, recs, ("voltage",)
