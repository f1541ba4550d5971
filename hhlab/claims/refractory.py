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
    "threshold from rest.",
    decides="the lowest threshold of a second pulse, in percent of the threshold from rest",
    rule=Rule("%", holds=(99, inf), partly=(20, 99)),
    why="In this model no pulse of up to ten times the threshold starts a spike in the first 7 ms, and for 10 ms more "
    "it takes a stronger one than from rest. So far the statement is right, if the largest stimulus is named. But the "
    "axon then passes through a time in which it is easier to excite than at rest, by a sixth: V has come back, n is a "
    "little lower and h a little higher than at rest.",
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
    24,
    "Refractoriness makes conduction one-way and caps the firing rate.",
    texts=("S3",),
    asks="The second half, on a patch: give trains of 15 pulses of twice the threshold, faster and faster, until one "
    "pulse fails, and compare the shortest interval that is followed with the absolute refractory period.",
    decides="how many absolute refractory periods that interval lasts",
    rule=Rule("periods", holds=(1, inf), partly=(0.5, 1)),
    why="In this model pulses of twice the threshold are followed only when they come 14 ms apart, about two absolute "
    "periods: the relative period counts too, and how much depends on how strong the pulses are. Whether conduction is "
    "one-way is another matter, which needs an axon that is longer than a patch.",
)
def a_cap_on_the_rate() -> Result:
    """How many absolute refractory periods the shortest interval lasts that a train of pulses may have."""
    cell = hh.Squid()
    shortest = 1000 / hh.measure.highest_rate(cell, strength=2)
    number = shortest / hh.measure.refractory_periods(cell).absolute
    pulse = 2 * hh.measure.threshold(cell)
    trains = {f"{gap:.1f} ms": hh.Train(pulse, 5, 0.5, gap, 8) for gap in (0.8 * shortest, 1.01 * shortest)}
    recs = {label: hh.simulate(cell, train, 120) for label, train in trains.items()}
    return number, recs, ("voltage", "stimulus")


@claim(
    29,
    "An afterhyperpolarisation raises the threshold, an afterdepolarisation lowers it.",
    texts=("S3",),
    asks="Compare the threshold with that from rest in three cases: 10 ms after a spike, while V is below rest; 20 ms "
    "after it, while V is a little above; and at the end of a weak negative current, while V is below rest again.",
    decides="the number of cases in which the threshold is higher below rest, or lower above it",
    rule=Rule("of 3 cases", holds=(3, 3), partly=(1, 2)),
    why="In this model the threshold is four times as high in the afterhyperpolarisation, and a sixth lower when V has "
    "passed rest. But below rest it can also be lower: 20 ms of a negative current open h and close n, and the "
    "threshold falls to six tenths. What raises it after a spike is not the low V but the potassium channels that are "
    "still open.",
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
    "to ten times the threshold, that makes a spike: in the squid axon, and in a membrane with a tenth of its "
    "potassium conductance and ten times its leak.",
    decides="the number of cases in which resetting h lowers the threshold further than resetting n",
    rule=Rule("of 2 membranes", holds=(2, 2), partly=(1, 1)),
    why="In this model of the squid axon the potassium channels that are still open matter more: 5 ms after a spike "
    "they let the current of the second pulse out again, so that resetting n makes a spike possible and resetting h "
    "does not. With little potassium conductance it is resetting h that helps more. Refractoriness has two causes, and "
    "which of them prevails depends on the membrane and on the time since the spike.",
    misconception="M10",
)
def refractoriness() -> Result:
    """In how many of two membranes resetting h helps more than resetting n."""
    membranes = {"squid": (hh.Squid(), 5), "K-poor": (hh.Squid(g_K=3.6, g_L=3, E_L=-65), 6)}
    needed, recs = {}, {}
    for name, (cell, gap) in membranes.items():
        threshold = hh.measure.threshold(cell, 0.5)
        for gate in ("Na.h", "K.n"):
            needed[name, gate] = np.inf
            for times in np.arange(1, 10.01, 0.1):
                pulses = hh.Step(1.5 * threshold, 0, 0.5) + hh.Step(times * threshold, gap, 0.5)
                rec = recs[f"{name}, {gate[-1]}"] = hh.simulate(cell, pulses, 25, reset={gate: gap})
                after = rec.V[rec.t >= gap + 0.5]
                if after.max() >= max(after[0] + 5, 0):
                    needed[name, gate] = times
                    break
    number = sum(needed[name, "Na.h"] < needed[name, "K.n"] for name in membranes)
    return number, recs, ("voltage",)
