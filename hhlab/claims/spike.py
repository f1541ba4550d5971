"""Experiments on the spike of the squid axon, space-clamped and without voltage clamp.

The limits of every rule are those that a reader would call fair before seeing the number.
"""

from math import inf

import numpy as np

import hhlab as hh

from .claim import Result, Rule, claim

SHARE = Rule("%", holds=(80, inf), partly=(20, 80))
"""For a cause, or a state, that a claim names: four fifths of the effect or of the time, or a fifth."""
ALL = ("S0", "S1", "S2", "S3")


@claim(
    11,
    "There is a threshold, and the spike is all-or-none.",
    texts=("S0", "S1", "S2"),
    asks="At 18.5 °C, give shocks that grow in steps of 0.01 mV across the threshold, and count those whose response "
    "is neither small nor a full spike.",
    decides="the range of shocks after which the highest point of V lies between \N{MINUS SIGN}50 and +20 mV, "
    "in percent of the threshold",
    rule=Rule("%", holds=(-inf, 1), partly=(1, 10)),
    why="In this model the response grows steeply with the shock, but without a jump: at 18.5 °C, shocks within about "
    "a third of a millivolt give responses of every height. At 6.3 °C that range is so narrow that no experimenter "
    "would hit it. Nor is the threshold one fixed voltage: it depends on the temperature and on how fast the "
    "stimulus rises.",
    misconception="M8",
)
def all_or_none() -> Result:
    """The range of shocks with a response of in-between height, in percent of the threshold."""
    cell = hh.Squid(T=18.5)
    threshold = hh.measure.threshold(cell, shock=True)
    shocks = np.arange(threshold - 0.2, threshold + 0.6, 0.01)
    recs = {f"{mV:.2f} mV": hh.simulate(cell, hh.Shock(mV, 1), 10) for mV in shocks}
    between = [label for label, rec in recs.items() if -50 <= hh.measure.peak(rec)[0] <= 20]
    number = 100 * 0.01 * len(between) / threshold
    shown = {label: recs[label] for label in sorted({*list(recs)[::20], between[-1]})}
    return number, shown, ("voltage",)


@claim(
    12,
    "Below the threshold, sodium entry cannot outrun potassium exit, and the response dies out.",
    texts=("S1",),
    asks="Give shocks from 50 to 105 % of the threshold, and add up the sodium, potassium and leak currents while V "
    "returns.",
    decides="the largest shock after which the net current stays outward until V is at its lowest, in percent of the "
    "threshold",
    rule=Rule("%", holds=(80, inf), partly=(50, 80)),
    why="In this model, after most shocks below the threshold more current leaves through potassium channels than "
    "enters through sodium channels and the leak, and V falls at once. Just below the threshold sodium entry is ahead "
    "for a moment and V turns upward; the response still dies out, because meanwhile potassium channels open and "
    "sodium channels inactivate.",
)
def below_threshold() -> Result:
    """The largest shock after which the net current stays outward, in percent of the threshold."""
    cell = hh.Squid()
    threshold = hh.measure.threshold(cell, shock=True)
    recs = {size: hh.simulate(cell, hh.Shock(size / 100 * threshold), 20) for size in range(50, 106)}
    net = {size: rec.I["Na"] + rec.I["K"] + rec.I["L"] for size, rec in recs.items()}
    outward = [size for size, rec in recs.items() if net[size][: rec.V.argmin()].min() > 0]
    number = max(outward)
    return number, {f"{size} %": recs[size] for size in (50, number, 99, 101)}, ("voltage",)


@claim(
    13,
    "The opening of sodium channels drives the upstroke of the spike.",
    texts=ALL,
    asks="Give a shock of 15 mV to the intact axon, to one with half of its sodium conductance, and to one whose "
    "sodium channels cannot open further than at rest.",
    decides="the part of the rise after the shock that is lost when the sodium channels cannot open",
    rule=SHARE,
    why="In this model V does not rise after the shock unless sodium channels open, and with half of the sodium "
    "conductance it rises more slowly and less far. The sodium that enters depolarises the membrane, which opens more "
    "sodium channels: this positive feedback makes the upstroke.",
)
def upstroke() -> Result:
    """The part of the rise that is lost when sodium channels cannot open, in percent."""
    cell, shock = hh.Squid(), hh.Shock(15, 1)
    recs = {
        "intact": hh.simulate(cell, shock, 10),
        "g_Na half": hh.simulate(cell.replace(g_Na=60), shock, 10),
        "m held": hh.simulate(cell, shock, 10, freeze=("Na.m",)),
    }
    start = hh.measure.rest(cell) + 15
    rise = [hh.measure.peak(rec)[0] - start for rec in recs.values()]
    number = 100 * (1 - rise[-1] / rise[0])
    return number, recs, ("voltage", "currents")


@claim(
    14,
    "The peak stays below the sodium equilibrium potential because potassium keeps leaving.",
    texts=("S1", "S2"),
    asks="Give a shock of 15 mV and hold n at rest, so that no further potassium channels open; then hold h, so that "
    "no sodium channels inactivate; then hold both.",
    decides="the part of the distance from the peak to E_Na that disappears when n is held",
    rule=SHARE,
    why="In this model the potassium channels that open during the spike account for about three quarters of the "
    "distance. The inactivation of sodium channels also lowers the peak, and the potassium channels and the leak that "
    "conduct at rest lower it a little. So the claim is mainly right if it means the gated potassium channels, and "
    "wrong if it means the leak.",
)
def below_E_Na() -> Result:
    """The part of the distance from the peak to E_Na that disappears when n is held, in percent."""
    cell, shock = hh.Squid(), hh.Shock(15, 1)
    recs = {
        "intact": hh.simulate(cell, shock, 10),
        "n held": hh.simulate(cell, shock, 10, freeze=("K.n",)),
        "h held": hh.simulate(cell, shock, 10, freeze=("Na.h",)),
        "both held": hh.simulate(cell, shock, 10, freeze=("K.n", "Na.h")),
    }
    peak = {label: hh.measure.peak(rec)[0] for label, rec in recs.items()}
    number = 100 * (peak["n held"] - peak["intact"]) / (cell.E_Na - peak["intact"])
    return number, recs, ("voltage",)


@claim(
    18,
    "The order in which the two conductances rise, and their size, shape the spike.",
    texts=("S3",),
    asks="Make the potassium channels half as fast, or halve the potassium conductance, or halve the sodium "
    "conductance, and compare the width of the spike at half of its height.",
    decides="the smallest of the three changes in width",
    rule=Rule("%", holds=(10, inf), partly=(2, 10)),
    why="In this model slower potassium channels make the spike wider and higher, and fewer of them make it wider. "
    "With half of the sodium conductance the spike is lower and briefer. Each factor of two changes the width by more "
    "than a tenth, so the order and the size both matter.",
)
def order_and_size() -> Result:
    """The smallest change in width when order or size change by a factor of two, in percent."""
    n = hh.Squid().channels[1].gates[0]
    slow = hh.Gate("n", inf=n.steady_state, tau=lambda V: 2 * n.time_constant(V, 6.3), power=4)
    cells = {
        "usual": hh.Squid(),
        "n slow": hh.Squid(g_K=0).plus(hh.Channel("slow_K", 36, -77, (slow,))),
        "g_K half": hh.Squid(g_K=18),
        "g_Na half": hh.Squid(g_Na=60),
    }
    recs = {label: hh.simulate(cell, hh.Shock(15, 1), 15) for label, cell in cells.items()}
    width, *others = [hh.measure.half_width(rec) for rec in recs.values()]
    number = 100 * min(abs(other / width - 1) for other in others)
    return number, recs, ("voltage",)


@claim(
    21,
    "The delayed opening of potassium channels and the inactivation of sodium channels together repolarise the "
    "membrane.",
    texts=ALL,
    asks="Give a shock of 15 mV and hold n, so that no further potassium channels open; then hold h, so that no "
    "sodium channels inactivate; then hold both.",
    decides="the time above 0 mV with n or with h held, whichever is shorter, compared with the intact axon",
    rule=Rule("times", holds=(2, inf), partly=(1.2, 2)),
    why="In this model inactivation alone brings V below 0 mV late, and only to a plateau far above rest. The "
    "potassium channels alone do not bring V below 0 mV, because the sodium channels stay open. With neither, V stays "
    "close to the sodium equilibrium potential; a spike as short as the usual one takes both.",
)
def repolarisation() -> Result:
    """How many times longer V stays above 0 mV when one of the two processes is missing."""
    cell, shock = hh.Squid(), hh.Shock(15, 1)
    recs = {
        "intact": hh.simulate(cell, shock, 30),
        "n held": hh.simulate(cell, shock, 30, freeze=("K.n",)),
        "h held": hh.simulate(cell, shock, 30, freeze=("Na.h",)),
        "both held": hh.simulate(cell, shock, 30, freeze=("K.n", "Na.h")),
    }
    above = {label: (rec.V > 0).sum() for label, rec in recs.items()}
    number = min(above["n held"], above["h held"]) / above["intact"]
    return number, recs, ("voltage",)


@claim(
    22,
    "The leak alone cannot bring V back fast enough.",
    texts=("S3",),
    asks="Give a shock of 15 mV and hold n at rest, so that only the leak and the few potassium channels that are open "
    "at rest can carry charge out.",
    decides="V 10 ms after the peak with n held, above the resting potential",
    rule=Rule("mV", holds=(20, inf), partly=(5, 20)),
    why="In this model V stops at a plateau, although most sodium channels inactivate. There the leak and the few "
    "potassium channels that are open at rest carry just as much current out as the remaining sodium channels let in. "
    "The intact axon is below rest by then, because potassium channels opened.",
)
def leak_alone() -> Result:
    """V 10 ms after the peak with n held at rest, in mV above the resting potential."""
    cell, shock = hh.Squid(), hh.Shock(15, 1)
    recs = {
        "intact": hh.simulate(cell, shock, 30),
        "n held": hh.simulate(cell, shock, 30, freeze=("K.n",)),
    }
    held = recs["n held"]
    late = np.interp(hh.measure.peak(held)[1] + 10, held.t, held.V)
    number = late - hh.measure.rest(cell)
    return number, recs, ("voltage", "conductances")


@claim(
    26,
    "An afterpotential comes from channels that have not closed yet.",
    texts=("S3",),
    asks="At the moment when V falls below rest after a spike, close the potassium channels to their resting value, "
    "and compare the undershoot with that of the intact axon.",
    decides="the part of the undershoot that disappears when the potassium channels are closed at its start",
    rule=SHARE,
    why="In this model the potassium channels that the spike opened are still open when V reaches rest, and draw it on "
    "towards the potassium equilibrium potential. The little that remains without them comes from the sodium channels, "
    "of which fewer conduct than at rest. The model contains no pump, and undershoots all the same.",
    misconception="M15",
)
def undershoot() -> Result:
    """The part of the undershoot that disappears when potassium channels close at its start, in percent."""
    cell, shock = hh.Squid(), hh.Shock(15, 1)
    intact = hh.simulate(cell, shock, 25)
    rest, top = hh.measure.rest(cell), hh.measure.peak(intact)[1]
    begins = intact.t[(intact.t > top) & (intact.V - rest < 0)][0]
    closed = hh.simulate(cell, shock, 25, reset={"K.n": begins})
    depth = [rest - hh.measure.undershoot(rec)[0] for rec in (intact, closed)]
    number = 100 * (1 - depth[1] / depth[0])
    return number, {"intact": intact, "K closed": closed}, ("voltage", "conductances")


@claim(
    32,
    "Gated potassium channels are shut at rest, open only during the spike, and then inactivate.",
    texts=("S3",),
    asks="Compare the conductances of the resting membrane, and follow n after a spike and while a voltage clamp keeps "
    "V at 0 mV for 40 ms.",
    decides="the share of gated potassium channels in the conductance of the resting membrane",
    rule=Rule("%", holds=(-inf, 1), partly=(1, 10)),
    why="In this model only about one gated potassium channel in a hundred is open at rest, but there are so many that "
    "they conduct more than the leak. They do not inactivate: n stays high as long as V does, and after the spike it "
    "falls because V has fallen, which is called deactivation.",
)
def potassium_at_rest() -> Result:
    """The share of gated potassium channels in the resting conductance, in percent."""
    cell = hh.Squid()
    recs = {
        "spike": hh.simulate(cell, hh.Shock(15, 5), 60),
        "clamp": hh.clamp(cell, hh.Clamp(to=0, duration=40, prepulse=(-65, 5), tail=(-65, 15)))[0],
    }
    at_rest = {name: g[0] for name, g in recs["spike"].g.items()}
    number = 100 * at_rest["K"] / sum(at_rest.values())
    return number, recs, ("voltage", "gates")


@claim(
    38,
    "After the spike, the membrane is impermeable to sodium.",
    texts=("S0",),
    asks="Follow the sodium conductance through the undershoot, from the moment when V falls below rest until it is "
    "back, and compare it with its value at rest.",
    decides="the part of the undershoot during which the sodium conductance is below a tenth of its resting value",
    rule=SHARE,
    why="In this model the sodium conductance falls to less than a hundredth of its resting value after the spike, "
    "because h is low and V is below rest. It is never zero, however, and comes back while the undershoot "
    "still lasts. Sodium channels inactivate and recover, and the membrane is not impermeable to sodium.",
)
def sodium_afterwards() -> Result:
    """The part of the undershoot with a sodium conductance below a tenth of rest, in percent."""
    cell = hh.Squid()
    rec = hh.simulate(cell, hh.Shock(15, 1), 25)
    rest, top = hh.measure.rest(cell), hh.measure.peak(rec)[1]
    back = hh.measure.spikes(rec, level=rest)[-1]
    undershoot = (rec.V - rest < 0) & (rec.t > top) & (rec.t < back)
    share_of_rest = rec.g["Na"][undershoot] / rec.g["Na"][0]
    number = 100 * (share_of_rest < 0.1).mean()
    return number, {"spike": rec}, ("voltage", "conductances")


@claim(
    39,
    "A chemical transmitter can start an action potential.",
    texts=("S1",),
    asks="A transmitter opens channels for some milliseconds that pull V towards 0 mV. Give the axon such a synapse "
    "1 % below and 1 % above the smallest conductance that starts a spike. Then give it a far stronger one that pulls "
    "V towards −62 mV.",
    decides="how many times higher V rises after the stronger of the two",
    rule=Rule("times", holds=(5, inf), partly=(1.5, 5)),
    why="In this model a synapse of 0.045 mS/cm2 is enough, less than a two-thousandth of what all sodium channels "
    "could conduct. A little below, V rises by some millivolts and falls back; a little above, the sodium channels "
    "take over. Not every transmitter does this: one whose channels pull V to −62 mV starts no spike, however many of "
    "them open, and the axon is then harder to excite.",
    misconception="M13",
)
def transmitter() -> Result:
    """How many times higher V rises after a synapse just above the threshold than just below it."""
    cell = hh.Squid()
    smallest = 0.04
    while hh.measure.peak(hh.simulate(cell, hh.Synapse(smallest)))[0] < 0:
        smallest = smallest * 1.001
    recs = {f"{100 * share:.0f} %": hh.simulate(cell, hh.Synapse(share * smallest), 50) for share in (0.99, 1.01)}
    below, above = [hh.measure.peak(rec)[0] - hh.measure.rest(cell) for rec in recs.values()]
    recs["to −62 mV"] = hh.simulate(cell, hh.Synapse(3, E=-62), 50)
    number = above / below
    return number, recs, ("voltage", "stimulus")
