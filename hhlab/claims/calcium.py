"""Experiments on cells whose spikes calcium carries, and on cells that only use it."""

from math import inf

import hhlab as hh

from .claim import Result, Rule, claim


@claim(34, texts=("S3",), rule=Rule("ms", holds=(10, 1000), partly=(2, 10)))
def calcium_spikes() -> Result:
    """The width of the narrowest of three spikes without sodium channels, in ms."""
    relay = hh.ThalamicRelay()
    recs = {
        "relay cell, TTX": hh.simulate(hh.blocked(relay, "TTX"), hh.Step(-1, 5, 200), 600),
        "barnacle": hh.simulate(hh.Barnacle(), hh.Shock(60, 50), 600),
        "node, TTX": hh.simulate(hh.blocked(hh.SinoatrialNode(), "TTX"), None, 600),
        "relay cell, cobalt": hh.simulate(hh.blocked(relay, "cobalt"), hh.Step(50, 450, 1), 600),
    }
    width = {label: hh.measure.half_width(rec, level=-40) for label, rec in recs.items()}
    number = min(width["relay cell, TTX"], width["barnacle"], width["node, TTX"])
    return number, recs, ("voltage",)


@claim(35, texts=("S3",), rule=Rule("of 4 cells", holds=(4, 4), partly=(1, 3)))
def mainly_calcium() -> Result:
    """In how many of four cells the upstroke keeps at least half of its steepness without sodium channels."""
    given = {
        "ventricle": (hh.Ventricle(), hh.Step(25, 5, 2)),
        "relay cell": (hh.ThalamicRelay(), hh.Step(-1, 5, 200)),
        "sino-atrial node": (hh.SinoatrialNode(), None),
    }
    recs, left = {"beta cell": hh.simulate(hh.BetaCell(), None, 600)}, {"beta cell": 1.0}
    for name, (cell, stimulus) in given.items():
        before = hh.simulate(cell, stimulus, 600)
        recs[name] = hh.simulate(hh.blocked(cell, "TTX"), stimulus, 600)
        left[name] = hh.measure.upstroke(recs[name])[0] / hh.measure.upstroke(before)[0]
    number = sum(share >= 0.5 for share in left.values())
    return number, recs, ("voltage",)


@claim(37, texts=("S3",), rule=Rule("spikes", holds=(2, inf), partly=(1, 2)))
def rebound() -> Result:
    """The number of spikes after a hyperpolarisation."""
    cell, end = hh.ThalamicRelay(), 250
    recs = {
        "-1 for 200 ms": hh.simulate(cell, hh.Step(-1, end - 200, 200), 500),
        "-1 for 20 ms": hh.simulate(cell, hh.Step(-1, end - 20, 20), 500),
        "-0.1 for 200 ms": hh.simulate(cell, hh.Step(-0.1, end - 200, 200), 500),
        "-1, cobalt": hh.simulate(hh.blocked(cell, "cobalt"), hh.Step(-1, end - 200, 200), 500),
    }
    number = hh.measure.spikes(recs["-1 for 200 ms"]).size
    return number, recs, ("voltage",)
