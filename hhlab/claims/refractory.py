"""Experiments on what is left of excitability after a spike."""

from math import inf

import numpy as np

import hhlab as hh

from .claim import Result, Rule, claim


@claim(23, texts=("S2", "S3"), rule=Rule("%", holds=(99, inf), partly=(20, 99)), misconception="M10")
def two_periods() -> Result:
    """The lowest threshold of a second pulse, in percent of the threshold from rest."""
    cell = hh.Squid()
    first = hh.measure.threshold(cell)
    ratios = hh.measure.refractory(cell, np.arange(3, 31))
    number = 100 * ratios.min()
    pairs = {f"{gap} ms": hh.PulsePair(1.5 * first, first, 5, gap) for gap in (6, 12, 20)}
    recs = {label: hh.simulate(cell, pair, 50) for label, pair in pairs.items()}
    return number, recs, ("voltage", "gates")


@claim(29, texts=("S3",), rule=Rule("of 3 cases", holds=(3, 3), partly=(1, 2)))
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


@claim(40, texts=("S2",), rule=Rule("%", holds=(95, 105), partly=(50, 150)), misconception="M8")
def full_size() -> Result:
    """The height of spikes at a strong current, in percent of the height at a weak one."""
    cell = hh.Squid()
    recs = {f"{current} uA/cm2": hh.simulate(cell, hh.Step(current, 5, 150), 160) for current in (10, 40)}
    weak, strong = [rec.V[(rec.t > 100) & (rec.t < 155)].max() for rec in recs.values()]
    rest = hh.measure.rest(cell)
    number = 100 * (strong - rest) / (weak - rest)
    return number, recs, ("voltage", "stimulus")


@claim(41, texts=("S3",), rule=Rule("of 3 membranes", holds=(3, 3), partly=(1, 2)), misconception="M10")
def refractoriness() -> Result:
    """In how many of three membranes resetting h helps more than resetting n."""
    membranes = {"squid": (hh.Squid(), 5), "few K": (hh.Squid(g_K=3.6, g_L=3, E_L=-65), 5.8)}
    h, n = (hh.measure.refractory(hh.MammalianNode(), 0.5, duration=0.1, reset=(gate,)) for gate in ("h", "n"))
    number, recs = int(h < n), {}
    for name, (cell, gap) in membranes.items():
        threshold = hh.measure.threshold(cell)
        needed = {gate: float(hh.measure.refractory(cell, gap, reset=(gate,))) for gate in ("h", "n")}
        number += needed["h"] < needed["n"]
        pair = hh.PulsePair(1.5 * threshold, 1.01 * min(needed.values()) * threshold, 5, gap)
        for gate in needed:
            recs[f"{name}, {gate} reset"] = hh.simulate(cell, pair, 30, reset={gate: 5 + gap})
    return number, recs, ("voltage",)
