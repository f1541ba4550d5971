"""Experiments on the resting membrane: ions, permeabilities, and where V stands between them.

The gallery holds textbook concentrations; what follows from them is computed.
"""

from math import inf

import numpy as np

import hhlab as hh

from .claim import Result, Rule, claim

SHARE_OF_GALLERY = Rule("of 9 cells", holds=(9, 9), partly=(1, 8))


@claim(1, texts=("S0", "S2"), rule=Rule("%", holds=(1e-9, 1), partly=(1, 10)))
def separated_charge() -> Result:
    """The excess of negative charge inside, in percent of the positive ions."""
    cell = hh.PumpCell()
    rec = hh.simulate(cell, None, 10)
    charge = cell.C * rec.V[0] * 1e-9  # C/cm2
    positive = (cell.K_in + cell.Na_in) * 1e-6 * cell.depth * 96485  # C/cm2, of which depth is volume over area
    number = -100 * charge / positive
    return number, {"rest": rec}, ("ions", "potentials")


@claim(2, texts=("S0", "S1", "S3"), rule=SHARE_OF_GALLERY, misconception="M6")
def sides() -> Result:
    """The number of cells in which E_Na is positive and E_K negative."""
    recs = {name: hh.simulate(cell, None, 10) for name, cell in hh.gallery.items()}
    number = sum(bool(rec.E["Na"][0] > 0 > rec.E["K"][0]) for rec in recs.values())
    return number, {"neuron": recs["neuron"]}, ("ions", "potentials")


@claim(6, texts=("S1",), rule=Rule("mV", holds=(1, inf), partly=(0.1, 1)), misconception="M4")
def concentrations_and_permeabilities() -> Result:
    """The change of V when potassium outside rises from 3 to 5 mM, in mV."""
    neuron = hh.gallery["neuron"]
    cells = {
        "K outside 3 mM": neuron.replace(K_out=3),
        "K outside 5 mM": neuron.replace(K_out=5),
        "P_Na twice": neuron.replace(K_out=3, P_Na=2 * neuron.P_Na),
    }
    recs = {label: hh.simulate(cell, None, 10) for label, cell in cells.items()}
    number = recs["K outside 5 mM"].V[0] - recs["K outside 3 mM"].V[0]
    return number, recs, ("voltage", "driving forces")


@claim(7, texts=("S0", "S2"), rule=Rule("% of the way", holds=(-inf, 25), partly=(25, 50)))
def potassium_leaks() -> Result:
    """How far V is from E_K on the way to E_Na, in percent."""
    neuron = hh.gallery["neuron"]
    recs = {f"P_Na / P_K = {ratio}": hh.simulate(neuron.replace(P_Na=ratio), None, 10) for ratio in (0.05, 1, 20)}
    first = recs["P_Na / P_K = 0.05"]
    number = 100 * (first.V[0] - first.E["K"][0]) / (first.E["Na"][0] - first.E["K"][0])
    return number, recs, ("voltage", "potentials")


@claim(8, texts=("S1",), rule=SHARE_OF_GALLERY)
def chloride() -> Result:
    """The number of cells whose E_Cl is within 2 mV of V."""
    at_rest = {name: hh.simulate(cell, None, 1) for name, cell in hh.gallery.items()}
    number = sum(bool(abs(rec.E["Cl"][0] - rec.V[0]) <= 2) for rec in at_rest.values())
    recs = {}
    for name in ("neuron", "skeletal muscle", "ventricle"):
        cell = hh.gallery[name]
        recs[name] = hh.simulate(cell.replace(P_Cl=10 * cell.P_Cl), None, 50, start=cell.rest())
    return number, recs, ("voltage",)


@claim(9, texts=("S3",), rule=Rule("%", holds=(80, inf), partly=(20, 80)))
def near_potassium() -> Result:
    """The change of V in percent of the change of E_K when potassium outside doubles."""
    neuron = hh.gallery["neuron"]
    recs = {f"K outside {mM} mM": hh.simulate(neuron.replace(K_out=mM), None, 10) for mM in (3, 6)}
    before, after = recs.values()
    number = 100 * (after.V[0] - before.V[0]) / (after.E["K"][0] - before.E["K"][0])
    return number, recs, ("reversal potentials", "V against K outside")


@claim(10, texts=("S1",), rule=SHARE_OF_GALLERY)
def where_cells_rest() -> Result:
    """The number of cells that rest within 5 mV of the range of the claim."""
    recs = {name: hh.simulate(cell, None, 10) for name, cell in hh.gallery.items()}
    others = ("red cell", "glial cell", "kidney tubule cell", "liver cell")
    ranges = dict.fromkeys(recs, (-90, -70)) | dict.fromkeys(others, (-30, -10))
    number = sum(bool(low - 5 <= recs[name].V[0] <= high + 5) for name, (low, high) in ranges.items())
    shown = {name: recs[name] for name in ("squid axon", "neuron", "glial cell", "liver cell", "red cell")}
    return number, shown, ("voltage",)


@claim(31, texts=("S3",), rule=Rule("times", holds=(0.9, 1.1), partly=(0.2, 5)))
def leak_against_V() -> Result:
    """How many times larger the conductance of a potassium leak is at 0 mV than at -80 mV."""
    ohmic = hh.Channel("ohmic", g=0.061, ion="K")
    rec = hh.simulate(hh.GoldmanCell(P_Na=0, P_Cl=0).plus(ohmic), None, 10)
    V = np.array([-80, 0])
    g = rec.current_at("K", V, 0) / (V - rec.E["K"][0])
    number = g[1] / g[0]
    return number, {"potassium leak": rec}, ("current against V",)


@claim(36, texts=("S3",), rule=Rule("%", holds=(125, inf), partly=(100, 125)))
def calcium_drive() -> Result:
    """The driving force on calcium at rest, in percent of that on sodium."""
    E_Ca = float(hh.nernst(2, 2, 1e-4, 6.3))
    rec = hh.simulate(hh.Squid().plus(hh.Channel("Ca", 0.01, E_Ca)), hh.Shock(15, 1), 10)
    number = 100 * (rec.V[0] - rec.E["Ca"][0]) / (rec.V[0] - rec.E["Na"][0])
    return number, {"with calcium channels": rec}, ("voltage", "driving forces")
