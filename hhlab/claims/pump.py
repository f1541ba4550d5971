"""Experiments on the Na/K pump: what it does in milliseconds, in minutes and in hours."""

from math import inf

import hhlab as hh

from .claim import Result, Rule, claim


@claim(3, texts=("S0", "S1", "S2", "S3"), rule=Rule("%", holds=(50, inf), partly=(10, 50)))
def maintains() -> Result:
    """The part of the sodium gradient that an hour without the pump costs, in percent."""
    hour = 60 * 60_000
    cells = {"pump at work": hh.PumpCell(), "pump blocked": hh.PumpCell(ouabain=1)}
    recs = {label: hh.simulate(cell, None, hour) for label, cell in cells.items()}
    gained = {label: rec.conc["Na_in"][-1] - rec.conc["Na_in"][0] for label, rec in recs.items()}
    gradient = hh.PumpCell().Na_out - hh.PumpCell().Na_in
    number = 100 * (gained["pump blocked"] - gained["pump at work"]) / gradient
    return number, recs, ("voltage", "concentrations")


@claim(4, texts=("S1",), rule=Rule("mV", holds=(1, inf), partly=(0.1, 1)), misconception="M5")
def electrogenic() -> Result:
    """The change of V within 0.2 s of blocking the pump, in mV."""
    cells = {"pump at work": hh.PumpCell(), "pump blocked": hh.PumpCell(ouabain=1)}
    recs = {label: hh.simulate(cell, None, 200) for label, cell in cells.items()}
    number = recs["pump blocked"].V[-1] - recs["pump at work"].V[-1]
    return number, recs, ("voltage",)


@claim(5, texts=("S0", "S1"), rule=Rule("%", holds=(100, inf), partly=(10, 100)), misconception="M1")
def restores() -> Result:
    """By how much the spike becomes longer without the pump, in percent."""
    cells = {"pump at work": hh.SquidWithPumps(), "pump blocked": hh.SquidWithPumps(ouabain=1)}
    recs = {label: hh.simulate(cell, hh.Step(60, 1, 0.2), 15) for label, cell in cells.items()}
    width = {label: hh.measure.half_width(rec) for label, rec in recs.items()}
    number = 100 * (width["pump blocked"] / width["pump at work"] - 1)
    return number, recs, ("voltage", "currents")


@claim(16, texts=("S2",), rule=Rule("%", holds=(50, inf), partly=(5, 50)), misconception="M12")
def negative_ions() -> Result:
    """The chloride that leaves during a spike, in percent of the potassium that leaves."""
    rec = hh.simulate(hh.SquidWithPumps(), hh.Shock(15, 1), 20)
    ions = hh.measure.ledger(rec).ions
    number = 100 * ions["Cl"].net / ions["K"].net
    return number, {"one spike": rec}, ("voltage", "currents")


@claim(30, texts=("S3",), rule=Rule("of 6 cases", holds=(6, 6), partly=(1, 5)))
def always_comes_back() -> Result:
    """In how many of six cases V stays within 2 mV of where it began for the second half of the recording."""
    axon, pulse = hh.SquidWithPumps(), hh.Step(60, 1, 0.2)
    recs = {
        "intact": hh.simulate(axon, pulse, 31),
        "pump blocked": hh.simulate(axon.replace(ouabain=1), pulse, 31),
        "n frozen": hh.simulate(axon, pulse, 31, freeze=("K.n",)),
        "steady current": hh.simulate(axon, hh.Step(20, 1, 100), 31),
    }
    alone = [hh.simulate(hh.SinoatrialNode(), None, 2000), hh.simulate(hh.BetaCell(), None, 40_000)]
    late = {rec: rec.V[rec.V.size // 2 :] for rec in (*recs.values(), *alone)}
    number = sum(bool(abs(V - rec.V[0]).max() < 2) for rec, V in late.items())
    return number, recs, ("voltage",)
