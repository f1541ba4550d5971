"""Experiments on the Na/K pump: what it does in milliseconds, in minutes and in hours."""

import hhlab as hh

from .claim import Result, claim


@claim(3)
def maintains() -> Result:
    """What an hour without the pump, and with it, costs of the sodium and of the potassium gradient, in percent."""
    hour = 60 * 60_000
    cells = {"pump at work": hh.PumpCell(), "pump blocked": hh.PumpCell(ouabain=1)}
    recs = {label: hh.simulate(cell, None, hour) for label, cell in cells.items()}
    usual = cells["pump at work"]
    gradient = {"Na_in": usual.Na_out - usual.Na_in, "K_in": usual.K_out - usual.K_in}
    kept, lost = [
        [100 * abs(rec.conc[ion][-1] - rec.conc[ion][0]) / abs(mM) for ion, mM in gradient.items()]
        for rec in recs.values()
    ]
    numbers = {"sodium": lost[0], "potassium": lost[1], "kept": max(kept)}
    return numbers, recs, ("voltage", "concentrations")


@claim(4)
def electrogenic() -> Result:
    """What the block of the pump does within 0.2 s to V, and at once to the sodium and the potassium inside."""
    cells = {"pump at work": hh.PumpCell(), "pump blocked": hh.PumpCell(ouabain=1)}
    recs = {label: hh.simulate(cell, None, 200) for label, cell in cells.items()}
    work, blocked = recs.values()
    moved = {ion: blocked.conc[ion][1] - work.conc[ion][1] for ion in ("Na_in", "K_in")}
    numbers = {"ratio": -moved["Na_in"] / moved["K_in"], "negative": blocked.V[-1] - work.V[-1]}
    return numbers, recs, ("voltage",)


@claim(5)
def restores() -> Result:
    """What is left of a spike 14 ms later without the pump, and the share of the pump in its fall, in percent."""
    axon, pulse = hh.SquidWithPumps(), hh.Step(60, 1, 0.2)
    cells = {"pump at work": axon, "pump blocked": axon.replace(ouabain=1)}
    recs = {label: hh.simulate(cell, pulse, 15) for label, cell in cells.items()}
    quiet = hh.simulate(cells["pump blocked"], None, 15)
    work, blocked = recs.values()
    falls = work.I["K"].argmax()
    numbers = {
        "comes_back": 100 * abs(blocked.V[-1] - quiet.V[-1]) / (blocked.V - quiet.V).max(),
        "share": 100 * work.I["pump"][falls] / (work.I["pump"][falls] + work.I["K"][falls]),
    }
    return numbers, recs, ("voltage", "currents")


@claim(16)
def negative_ions() -> Result:
    """The chloride that leaves during a spike, in percent of the potassium that leaves."""
    rec = hh.simulate(hh.SquidWithPumps(), hh.Shock(15, 1), 20)
    ions = hh.measure.ledger(rec).ions
    numbers = {"chloride": 100 * ions["Cl"].net / ions["K"].net}
    return numbers, {"one spike": rec}, ("voltage", "currents")


@claim(30)
def always_comes_back() -> Result:
    """How far V is from where it began: after a spike, without the pump, with the leak alone, and in other cases."""
    axon, pulse = hh.SquidWithPumps(), hh.Step(60, 1, 0.2)
    recs = {
        "intact": hh.simulate(axon, pulse, 61),
        "pump blocked": hh.simulate(axon.replace(ouabain=1), pulse, 61),
        "n frozen": hh.simulate(axon, pulse, 61, freeze=("K.n",)),
        "steady current": hh.simulate(axon, hh.Step(20, 1, 100), 61),
    }
    alone = [hh.simulate(hh.SinoatrialNode(), None, 2000), hh.simulate(hh.BetaCell(), None, 40_000)]
    quiet = hh.simulate(axon.replace(ouabain=1), None, 61)
    away = [abs(rec.V - rec.V[0])[rec.V.size // 2 :].max() for rec in (*recs.values(), *alone)]
    numbers = {
        "after_a_spike": away[0],
        "always": max(away[3:]),
        "pump": abs(recs["pump blocked"].V - quiet.V)[quiet.V.size // 2 :].max(),
        "leak": away[2],
    }
    return numbers, recs, ("voltage",)
