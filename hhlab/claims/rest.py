"""Experiments on the resting membrane: ions, permeabilities, and where V stands between them.

The gallery holds textbook concentrations; what follows from them is computed.
"""

import numpy as np

import hhlab as hh

from .claim import Result, claim


@claim(1)
def separated_charge() -> Result:
    """The excess of negative charge inside, and the highest resting potential of the gallery."""
    cell = hh.PumpCell()
    rec = hh.simulate(cell, None, 10)
    charge = cell.C * rec.V[0] * 1e-9  # C/cm2
    positive = (cell.K_in + cell.Na_in) * 1e-6 * cell.depth * 96485  # C/cm2, of which depth is volume over area
    highest = max(each.rest()["V"] for each in hh.gallery.values())
    numbers = {"excess": -100 * charge / positive, "negative": highest}
    return numbers, {"rest": rec}, ("ions", "potentials")


@claim(2)
def sides() -> Result:
    """The smallest ratio between the two sides, for sodium and for potassium."""
    cells = hh.gallery.values()
    numbers = {
        "sodium": min(cell.Na_out / cell.Na_in for cell in cells),
        "potassium": min(cell.K_in / cell.K_out for cell in cells),
    }
    neuron = hh.simulate(hh.gallery["neuron"], None, 10)
    return numbers, {"neuron": neuron}, ("ions", "potentials")


@claim(6)
def concentrations_and_permeabilities() -> Result:
    """How far V moves when something else than potassium, or potassium, changes."""
    neuron = hh.gallery["neuron"].replace(K_out=3)
    cells = {
        "K outside 3 mM": neuron,
        "K outside 5 mM": neuron.replace(K_out=5),
        "half of Na outside": neuron.replace(Na_out=neuron.Na_out / 2),
        "half of Cl outside": neuron.replace(Cl_out=neuron.Cl_out / 2),
        "P_Na twice": neuron.replace(P_Na=2 * neuron.P_Na),
    }
    recs = {label: hh.simulate(cell, None, 10) for label, cell in cells.items()}
    usual, *others = [rec.V[0] for rec in recs.values()]
    parts = ("potassium", "sodium", "chloride", "permeability")
    numbers = {part: abs(V - usual) for part, V in zip(parts, others, strict=True)}
    return numbers, recs, ("voltage", "driving forces")


@claim(7)
def potassium_leaks() -> Result:
    """How far V is from E_K on the way to E_Na, and the share of gated channels in the sodium that leaks in."""
    neuron = hh.gallery["neuron"]
    recs = {f"P_Na / P_K = {ratio}": hh.simulate(neuron.replace(P_Na=ratio), None, 10) for ratio in (0.05, 1, 20)}
    first = recs["P_Na / P_K = 0.05"]
    way = (first.V[0] - first.E["K"][0]) / (first.E["Na"][0] - first.E["K"][0])
    currents = [hh.simulate(cell, None, 1).I for cell in (hh.Neuron(), hh.SquidWithPumps())]
    gated = max(each["Na"][0] / (each["Na"][0] + each["NaL"][0]) for each in currents)
    numbers = {"place": 100 * way, "other_channels": 100 * gated}
    return numbers, recs, ("voltage", "potentials")


@claim(8)
def chloride() -> Result:
    """How far E_Cl is from V in a neuron and in two other cells, and how well chloride crosses a neuron's membrane."""
    at_rest = {name: hh.simulate(cell, None, 1) for name, cell in hh.gallery.items()}
    apart = {name: abs(rec.E["Cl"][0] - rec.V[0]) for name, rec in at_rest.items()}
    near = np.array([-0.1, 0.1])  # mV
    neuron = at_rest["neuron"]
    slope = {ion: np.diff(neuron.current_at(ion, neuron.V[0] + near, 0))[0] for ion in ("K", "Cl")}
    numbers = {
        "neuron": apart["neuron"],
        "muscle": max(apart["skeletal muscle"], apart["red cell"]),
        "freely": 100 * slope["Cl"] / slope["K"],
    }
    recs = {}
    for name in ("neuron", "skeletal muscle", "ventricle"):
        cell = hh.gallery[name]
        recs[name] = hh.simulate(cell.replace(P_Cl=10 * cell.P_Cl), None, 50, start=cell.rest())
    return numbers, recs, ("voltage",)


@claim(9)
def near_potassium() -> Result:
    """What the potassium leak does to the rest of a neuron, how far that is from E_K, and how far it follows E_K."""
    neuron = hh.gallery["neuron"]
    recs = {f"K outside {mM} mM": hh.simulate(neuron.replace(K_out=mM), None, 10) for mM in (3, 6)}
    before, after = recs.values()
    leaky = hh.Neuron()
    without = hh.simulate(leaky.replace(g_KL=0), None, 500, start=leaky.rest(), freeze=leaky.gate_names)
    numbers = {
        "leak": without.V[-1] - leaky.rest()["V"],
        "near": min(leaky.rest()["V"] - leaky.E_K, before.V[0] - before.E["K"][0]),
        "follows": 100 * (after.V[0] - before.V[0]) / (after.E["K"][0] - before.E["K"][0]),
    }
    return numbers, recs, ("reversal potentials", "V against K outside")


@claim(10)
def where_cells_rest() -> Result:
    """How far cells rest from the range of the claim for them."""
    recs = {name: hh.simulate(cell, None, 10) for name, cell in hh.gallery.items()}
    excitable = ("neuron", "skeletal muscle", "ventricle", "squid axon", "squid axon, blood")
    ranges = dict.fromkeys(recs, (-30, -10)) | dict.fromkeys(excitable, (-90, -70))
    at_rest = {name: rec.V[0] for name, rec in recs.items()}
    outside = {name: max(low - at_rest[name], at_rest[name] - high, 0) for name, (low, high) in ranges.items()}
    numbers = {
        "neuron": outside["neuron"],
        "muscle": max(outside["skeletal muscle"], outside["ventricle"]),
        "axon": max(outside["squid axon"], outside["squid axon, blood"]),
        "others": max(mV for name, mV in outside.items() if name not in excitable),
    }
    shown = {name: recs[name] for name in ("squid axon", "neuron", "glial cell", "liver cell", "red cell")}
    return numbers, shown, ("voltage",)


@claim(31)
def leak_against_V() -> Result:
    """What a clamp shows of a potassium leak: whether its current changes while V stays, and with V its conductance."""
    leak = hh.GoldmanCell(P_Na=0, P_Cl=0)
    (held,) = hh.clamp(leak, hh.Clamp(hold=-80, to=0, duration=200))
    current = held.I["K"][held.t > 0]
    rec = hh.simulate(leak.plus(hh.Channel("ohmic", g=0.061, ion="K")), None, 10)
    V = np.array([-80, 0])
    g = rec.current_at("K", V, 0) / (V - rec.E["K"][0])
    numbers = {"no_gate": 100 * (current.max() / current.min() - 1), "conductance": g[1] / g[0]}
    return numbers, {"potassium leak": rec}, ("current against V",)


@claim(36)
def calcium_drive() -> Result:
    """The calcium gradient, and the driving force on calcium in percent of that on sodium, with two charges and one."""
    outside, inside = 2, 1e-4  # mM
    E_Ca = float(hh.nernst(2, outside, inside, 6.3))
    rec = hh.simulate(hh.Squid().plus(hh.Channel("Ca", 0.01, E_Ca)), hh.Shock(15, 1), 10)
    force = (rec.V[0] - rec.E["Ca"][0]) / (rec.V[0] - rec.E["Na"][0])
    numbers = {"gradient": outside / inside, "force": 100 * force}
    return numbers, {"with calcium channels": rec}, ("voltage", "driving forces")
