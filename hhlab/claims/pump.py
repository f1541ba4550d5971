"""Experiments on the Na/K pump: what it does in milliseconds, in minutes and in hours."""

from math import inf

import hhlab as hh

from .claim import Result, Rule, claim


@claim(
    3,
    "The sodium-potassium pump maintains the concentration gradients.",
    texts=("S0", "S1", "S2", "S3"),
    asks="Leave a round cell of 20 µm alone for an hour, once with its pump and once with the pump blocked, and see "
    "how much of the difference in sodium between outside and inside is lost.",
    decides="the part of the sodium gradient that is lost in an hour because the pump is blocked",
    rule=Rule("%", holds=(50, inf), partly=(10, 50)),
    why="In this model sodium leaks in and potassium leaks out all the time. With the pump nothing changes in an hour; "
    "without it three quarters of the sodium gradient are gone, and two thirds of the potassium inside. In a thick "
    "axon the same takes days, because there is more inside for each patch of membrane.",
)
def maintains() -> Result:
    """The part of the sodium gradient that an hour without the pump costs, in percent."""
    hour = 60 * 60_000
    cells = {"pump at work": hh.PumpCell(), "pump blocked": hh.PumpCell(ouabain=1)}
    recs = {label: hh.simulate(cell, None, hour) for label, cell in cells.items()}
    gained = {label: rec.conc["Na_in"][-1] - rec.conc["Na_in"][0] for label, rec in recs.items()}
    gradient = hh.PumpCell().Na_out - hh.PumpCell().Na_in
    number = 100 * (gained["pump blocked"] - gained["pump at work"]) / gradient
    return number, recs, ("voltage", "concentrations")


@claim(
    4,
    "The pump moves three sodium out for two potassium in, so it makes the inside more negative.",
    texts=("S1",),
    asks="Block the pump of a resting cell completely, and see how much V changes within 0.2 s, before the "
    "concentrations have changed.",
    decides="how far V rises within 0.2 s",
    rule=Rule("mV", holds=(1, inf), partly=(0.1, 1)),
    why="In this model the pump carries one positive charge out in each turn. When it stops, V rises by 7 mV within a "
    "tenth of a second: the pump current over the conductance of the membrane. The other 63 mV do not need the pump at "
    "that moment, only the gradients that it has built.",
    misconception="M5",
)
def electrogenic() -> Result:
    """The change of V within 0.2 s of blocking the pump, in mV."""
    cells = {"pump at work": hh.PumpCell(), "pump blocked": hh.PumpCell(ouabain=1)}
    recs = {label: hh.simulate(cell, None, 200) for label, cell in cells.items()}
    number = recs["pump blocked"].V[-1] - recs["pump at work"].V[-1]
    return number, recs, ("voltage",)


@claim(
    5,
    "The pump restores the resting potential after each spike.",
    texts=("S0", "S1"),
    asks="Give a squid axon of 476 µm a pulse, once with its pump and once with the pump blocked, and compare the "
    "width of the two spikes.",
    decides="by how much the spike becomes longer without the pump",
    rule=Rule("%", holds=(100, inf), partly=(10, 100)),
    why="In this model V comes back just as fast without the pump. At its height the potassium current is several "
    "hundred times as strong as the pump, which carries about 2 µA/cm² whether there is a spike or not. After the "
    "spike the sodium that entered is still inside; the pump removes it later, over seconds to hours.",
    misconception="M1",
)
def restores() -> Result:
    """By how much the spike becomes longer without the pump, in percent."""
    cells = {"pump at work": hh.SquidWithPumps(), "pump blocked": hh.SquidWithPumps(ouabain=1)}
    recs = {label: hh.simulate(cell, hh.Step(60, 1, 0.2), 15) for label, cell in cells.items()}
    width = {label: hh.measure.half_width(rec) for label, rec in recs.items()}
    number = 100 * (width["pump blocked"] / width["pump at work"] - 1)
    return number, recs, ("voltage", "currents")


@claim(
    16,
    "During the spike negative ions leave the cell.",
    texts=("S2",),
    asks="Count the sodium, potassium and chloride ions that cross the membrane of the squid axon during one spike, "
    "beyond those that cross at rest.",
    decides="the chloride that leaves, in percent of the potassium that leaves",
    rule=Rule("%", holds=(50, inf), partly=(5, 50)),
    why="In this model sodium enters during the spike and about as much potassium leaves. A little chloride moves too, "
    "and it goes in, because V is above E_Cl; hence the minus sign. And sodium and potassium do not change places for "
    "good: the pump brings both back.",
    misconception="M12",
)
def negative_ions() -> Result:
    """The chloride that leaves during a spike, in percent of the potassium that leaves."""
    rec = hh.simulate(hh.SquidWithPumps(), hh.Shock(15, 1), 20)
    ions = hh.measure.ledger(rec).ions
    number = 100 * ions["Cl"].net / ions["K"].net
    return number, {"one spike": rec}, ("voltage", "currents")


@claim(
    30,
    "V always comes back to rest, thanks to the pump and the leak.",
    texts=("S3",),
    asks="Make the squid axon fire, and see whether V is back within 2 mV of where it began after 15 ms, and stays: as "
    "it is, with the pump blocked, with the gated potassium channels held as they are at rest, and with a current that "
    "stays on. Then leave a pacemaker of the heart alone for 2 s, and a beta cell of the pancreas for 40 s.",
    decides="the number of cases in which V comes back to stay",
    rule=Rule("of 6 cases", holds=(6, 6), partly=(1, 5)),
    why="In this model V comes back without the pump, so the pump is not the reason, and it does not come back when "
    "the leak is there but gated potassium channels cannot open. And with a steady current it fires again and again, "
    "as the pacemaker and the beta cell do by themselves. Rest is one state that a membrane can have; these two never "
    "stay there.",
)
def always_comes_back() -> Result:
    """In how many of six cases V stays within 2 mV of where it began for the second half of the recording."""
    axon, pulse = hh.SquidWithPumps(), hh.Step(60, 1, 0.2)
    recs = {
        "intact": hh.simulate(axon, pulse, 31),
        "pump blocked": hh.simulate(axon.replace(ouabain=1), pulse, 31),
        "n held": hh.simulate(axon, pulse, 31, freeze=("K.n",)),
        "steady current": hh.simulate(axon, hh.Step(20, 1, 100), 31),
    }
    alone = [hh.simulate(hh.SinoatrialNode(), None, 2000), hh.simulate(hh.BetaCell(), None, 40_000)]
    late = {rec: rec.V[rec.V.size // 2 :] for rec in (*recs.values(), *alone)}
    number = sum(bool(abs(V - rec.V[0]).max() < 2) for rec, V in late.items())
    return number, recs, ("voltage",)
