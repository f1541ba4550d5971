"""Experiments on cells whose spikes calcium carries, and on cells that only use it."""

import numpy as np

import hhlab as hh

from .claim import Result, claim


@claim(34)
def calcium_spikes() -> Result:
    """How high, how steep and how wide three spikes without sodium channels are, and how late calcium flows."""
    relay = hh.ThalamicRelay()
    recs = {
        "relay cell, TTX": hh.simulate(hh.blocked(relay, "TTX"), hh.Step(-1, 5, 200), 600),
        "barnacle": hh.simulate(hh.Barnacle(), hh.Shock(60, 50), 600),
        "node, TTX": hh.simulate(hh.blocked(hh.SinoatrialNode(), "TTX"), None, 600),
        "relay cell, cobalt": hh.simulate(hh.blocked(relay, "cobalt"), hh.Step(50, 450, 1), 600, dt=0.0025),
    }
    steep = [hh.measure.upstroke(rec)[0] for rec in recs.values()]
    width = [hh.measure.half_width(rec, level=-40) for rec in recs.values()]
    (step,) = hh.clamp(relay, hh.Clamp(hold=-100, to=-20, duration=30), dt=0.001)
    late = {name: step.t[step.I[name].argmin()] for name in ("Na", "T")}
    numbers = {
        "carries": max(hh.measure.peak(recs[name])[0] for name in ("relay cell, TTX", "barnacle", "node, TTX")),
        "slower": steep[-1] / max(steep[:-1]),
        "flows_slower": late["T"] / late["Na"],
        "lasts": min(width[:-1]),
    }
    return numbers, recs, ("voltage",)


@claim(35)
def mainly_calcium() -> Result:
    """What is left without sodium channels of the steepest rise of V, in percent."""
    given = {
        "ventricle": (hh.Ventricle(), hh.Step(25, 5, 2)),
        "relay cell": (hh.ThalamicRelay(), hh.Step(-1, 5, 200)),
        "sino-atrial node": (hh.SinoatrialNode(), None),
    }
    recs, left = {"beta cell": hh.simulate(hh.BetaCell(), None, 600)}, {"beta cell": 100.0}
    for name, (cell, stimulus) in given.items():
        before = hh.simulate(cell, stimulus, 600)
        recs[name] = hh.simulate(hh.blocked(cell, "TTX"), stimulus, 600)
        left[name] = 100 * hh.measure.upstroke(recs[name])[0] / hh.measure.upstroke(before)[0]
    numbers = {"heart": left["sino-atrial node"], "thalamus": left["relay cell"], "glands": left["beta cell"]}
    return numbers, recs, ("voltage",)


@claim(37)
def rebound() -> Result:
    """The number of spikes after a hyperpolarisation, and the time between the first two."""
    cell, end = hh.ThalamicRelay(), 250
    recs = {
        "-1 for 200 ms": hh.simulate(cell, hh.Step(-1, end - 200, 200), 500),
        "-1 for 20 ms": hh.simulate(cell, hh.Step(-1, end - 20, 20), 500),
        "-0.1 for 200 ms": hh.simulate(cell, hh.Step(-0.1, end - 200, 200), 500),
        "-1, cobalt": hh.simulate(hh.blocked(cell, "cobalt"), hh.Step(-1, end - 200, 200), 500),
    }
    spikes = hh.measure.spikes(recs["-1 for 200 ms"])
    numbers = {"answers": spikes.size, "burst": np.diff(spikes).max(initial=0)}
    return numbers, recs, ("voltage",)


@claim(45)
def what_calcium_does() -> Result:
    """What calcium channels do to the release of transmitter, to the rate of firing and to the threshold."""
    cell, pulse = hh.AfterpotentialCell.burster(), hh.Step(25, 2, 1)
    release = [hh.measure.release(hh.simulate(hh.NerveEnding(Ca_out=mM), pulse, 8)).max() for mM in (2, 1)]
    cells = {"intact": cell, "apamin": hh.blocked(cell, "apamin")}
    recs = {label: hh.simulate(each, hh.Step(1, 10, 1000), 1020) for label, each in cells.items()}
    rate = [hh.measure.spikes(rec).size for rec in recs.values()]
    threshold = [
        next(size for size in range(1, 100) if hh.measure.peak(hh.simulate(each, hh.Step(size, 0, 1), 15))[0] > 0)
        for each in (cell, hh.blocked(cell, "cobalt"))
    ]
    numbers = {
        "release": release[0] / release[1],
        "slows": 100 * (1 - rate[0] / rate[1]),
        "threshold": 100 * abs(threshold[1] / threshold[0] - 1),
    }
    return numbers, recs, ("voltage", "calcium")
