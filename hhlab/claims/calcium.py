"""Experiments on cells whose spikes calcium carries, and on cells that only use it."""

from math import inf

import hhlab as hh

from .claim import Result, Rule, claim


@claim(
    34,
    "Calcium can carry the spike instead of sodium; such a spike is slower and lasts tens to hundreds of milliseconds.",
    texts=("S3",),
    asks="Have three cells fire without sodium channels, and measure the width of each spike half way up: a relay cell "
    "of the thalamus with TTX, after a hyperpolarisation; a muscle fibre of the barnacle, which has none; and the "
    "sino-atrial node of the heart with TTX. For comparison, a sodium spike of the relay cell with its calcium "
    "channels blocked.",
    decides="the width of the narrowest of the three spikes",
    rule=Rule("ms", holds=(10, 1000), partly=(2, 10)),
    why="In this model all three cells fire without sodium channels. Their spikes are 20, 51 and 66 ms wide, and the "
    "sodium spike of the relay cell 1 ms; it rises at 182 V/s, the others at 4 to 13 V/s. Calcium ions are not slower "
    "than sodium ions: their current is smaller, and the gates of their channels are slower.",
)
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


@claim(
    35,
    "The cells of the heart, of the thalamus, of the brainstem and of endocrine glands have mainly calcium channels.",
    texts=("S3",),
    asks="Block the sodium channels of a ventricle, a relay cell of the thalamus and a sino-atrial node, and see how "
    "steep the steepest rise of V still is. A beta cell of the pancreas has no sodium channels in the model and counts "
    "as not changed.",
    decides="the number of cells that keep at least half of the steepness of their upstroke",
    rule=Rule("of 4 cells", holds=(4, 4), partly=(1, 3)),
    why="In this model the sino-atrial node and the beta cell live on calcium. The ventricle and the relay cell fire "
    "sodium spikes and use calcium for something else: the ventricle for its plateau, the relay cell for the slow wave "
    "below its burst. So an organ or a gland is no guide, its cells must be asked one by one; of the brainstem this "
    "course has none.",
)
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


@claim(
    37,
    "A cell of the thalamus answers the end of a hyperpolarisation with a burst of spikes.",
    texts=("S3",),
    asks="Hyperpolarise a relay cell with −1 µA/cm² for 200 ms and count the spikes after that. Then do it more "
    "briefly, more weakly, and with its calcium channels blocked.",
    decides="the number of spikes after 200 ms at −1 µA/cm²",
    rule=Rule("spikes", holds=(2, inf), partly=(1, 2)),
    why="In this model six spikes follow, 117 ms after the end of the current. T-type calcium channels are mostly "
    "inactivated at rest; below −80 mV they recover, within a tenth of a second, and open when V comes back. After 20 "
    "ms, or with a tenth of the current, or without these channels, nothing happens: it takes a voltage, a time, and "
    "the channel.",
)
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
