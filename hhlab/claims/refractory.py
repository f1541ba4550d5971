"""Experiments on what is left of excitability after a spike."""

import numpy as np

import hhlab as hh

from .claim import Result, claim


@claim(23)
def two_periods() -> Result:
    """The threshold of a second pulse 5 ms, 9 ms and 14 ms after the first, in multiples of that from rest."""
    cell = hh.Squid(T=6.3)
    first = hh.measure.threshold(cell)
    early, soon, late = hh.measure.refractory(cell, [5, 9, 14])
    pairs = {f"{gap} ms": hh.PulsePair(1.5 * first, 8 * first, 5, gap) for gap in (5, 9, 14)}
    recs = {label: hh.simulate(cell, pair, 50) for label, pair in pairs.items()}
    numbers = {"absolute": early, "relative": min(soon, late)}
    return numbers, recs, ("voltage", "gates")


@claim(29)
def afterpotentials_and_threshold() -> Result:
    """The threshold in afterpotentials, over that from rest, and the spikes that follow because of an ADP."""
    cells = {"neuron": (hh.AfterpotentialCell(), 11.5), "burster": (hh.AfterpotentialCell.burster(), 14.5)}
    recs, ratios = {}, []
    for name, (cell, size) in cells.items():
        rec = recs[name] = hh.simulate(cell, hh.Step(size, 5, 1), 100)
        found = hh.measure.afterpotentials(rec)
        begin = [cell.rest(), *(rec.at(found.fall + turn[1]) for turn in (found.medium_AHP, found.ADP))]
        sizes = np.full(3, 20.0)
        for step in 10 / 2.0 ** np.arange(12):
            fire = [hh.simulate(cell, hh.Step(sizes[k], 0, 1), 200, start=begin[k]).V.max() > 0 for k in range(3)]
            sizes += np.where(fire, -step, step)
        ratios.append(sizes[1:] / sizes[0])
    shut = hh.blocked(cell, "apamin")
    rec = recs["burster, apamin"] = hh.simulate(shut, hh.Step(14.5, 5, 1), 100)
    without = rec.at(found.fall + found.ADP[1]) | {"V": shut.rest()["V"]}
    recs["ADP taken away"] = hh.simulate(shut, None, 80, start=without)
    again = hh.measure.spikes(rec).size - 1 - hh.measure.spikes(recs["ADP taken away"]).size
    numbers = {"AHP": min(each[0] for each in ratios), "ADP": max(each[1] for each in ratios), "again": again}
    return numbers, recs, ("voltage",)


@claim(40)
def full_size() -> Result:
    """The rate of firing at a strong current over that at a weak one, and the height of the spikes in percent."""
    cell = hh.Squid(T=6.3)
    recs = {f"{current} uA/cm2": hh.simulate(cell, hh.Step(current, 5, 150), 160) for current in (10, 40)}
    recs["one pulse"] = hh.simulate(cell, hh.Step(40, 105, 1), 160)
    heights = [rec.V[(rec.t > 100) & (rec.t < 155)].max() - cell.rest()["V"] for rec in recs.values()]
    weak, strong, single = heights
    slow, fast = hh.measure.frequency(cell, [10, 40])
    numbers = {"rate": fast / slow, "not_larger": 100 * strong / weak, "full_size": 100 * strong / single}
    return numbers, recs, ("voltage", "stimulus")


@claim(41)
def refractoriness() -> Result:
    """What goes away of the added threshold when h is reset to rest, in percent, in three membranes."""
    membranes = {
        "node": (hh.MammalianNode(), 0.7, 0.1),
        "neuron": (hh.Neuron(), 2.6, 0.5),
        "squid": (hh.Squid(T=6.3), 9, 0.5),
    }
    numbers, recs = {}, {}
    for name, (cell, gap, ms) in membranes.items():
        threshold = hh.measure.threshold(cell, ms)
        as_it_is, reset = [float(hh.measure.refractory(cell, gap, ms, reset=gates)) for gates in ((), ("Na.h",))]
        numbers[name] = 100 * (as_it_is - reset) / (as_it_is - 1)
        pair = hh.PulsePair(1.5 * threshold, 1.01 * reset * threshold, 5, gap, ms)
        recs[f"{name}, h reset"] = hh.simulate(cell, pair, 20, reset={"Na.h": 5 + gap})
    return numbers, recs, ("voltage",)


@claim(42)
def inactivated() -> Result:
    """How long sodium channels stay inactivated and open, and what a step opens of those that are inactivated."""
    cell, stay = hh.Squid(T=6.3), {}
    for V, ms in ((0, 4000), (-65, 200)):
        (rec,) = hh.clamp(cell, hh.Clamp(hold=V, to=V, duration=ms))
        sodium = hh.single_channels(rec, "Na", n=50 if V == 0 else 1000)
        stay[V] = {state: sodium.dwell_times(state).mean() for state in ("inactivated", "open")}
    (step,) = hh.clamp(cell, hh.Clamp(hold=-65, to=0, duration=10))
    sodium = hh.single_channels(step, "Na", n=1000)
    passed = [[sodium.states[state] for state in sodium.jumps(number)[1]] for number in range(1000)]
    opens = ["open" in states for states in passed if states[0] == "inactivated"]
    numbers = {
        "only_negative": stay[0]["inactivated"] / stay[-65]["inactivated"],
        "stable": stay[0]["inactivated"] / stay[0]["open"],
        "does_not_conduct": 100 * np.mean(opens),
    }
    return numbers, {"step to 0 mV": step}, ("single channels", "average of 100 channels", "gates")


@claim(43)
def before_it_is_back() -> Result:
    """How far below rest V still is when a second pulse starts a spike, and how much stronger that pulse must be."""
    cell, gap = hh.Squid(T=6.3), 9
    needed = float(hh.measure.refractory(cell, gap))
    first = hh.measure.threshold(cell)
    rec = hh.simulate(cell, hh.PulsePair(1.5 * first, 1.01 * needed * first, 5, gap), 40)
    numbers = {"not_before": cell.rest()["V"] - rec.at(5 + gap)["V"]}
    return numbers, {f"{gap} ms": rec}, ("voltage", "gates")
