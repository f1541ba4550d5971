"""Experiments on the resting membrane: ions, permeabilities, and where V stands between them.

The gallery holds textbook concentrations; what follows from them is computed.
"""

from math import inf

import numpy as np

import hhlab as hh

from .claim import Result, Rule, claim

SHARE_OF_GALLERY = Rule("of 6 cells", holds=(6, 6), partly=(1, 5))


@claim(
    1,
    "A membrane voltage is separated charge, and at rest the inside is negative.",
    texts=("S0", "S2"),
    asks="Take the charge on the membrane of a cell at rest, C × V, and compare it with the positive ions in it.",
    decides="the negative charge in excess inside, in percent of the positive ions there",
    rule=Rule("%", holds=(1e-9, 1), partly=(1, 10)),
    why="In this model 1 µF/cm² at −70 mV holds 70 nC/cm², which is 0.7 pmol/cm² of ions of one charge. The cell has "
    "about seventy thousand times as many. So the inside is negative, but the solutions on both sides stay neutral for "
    "every practical purpose: the excess sits at the membrane.",
)
def separated_charge() -> Result:
    """The excess of negative charge inside, in percent of the positive ions."""
    cell = hh.PumpCell()
    rec = hh.simulate(cell, None, 10)
    charge = cell.C * rec.V[0] * 1e-9  # C/cm2
    positive = (cell.K_in + cell.Na_in) * 1e-6 * cell.depth * 96485  # C/cm2, of which depth is volume over area
    number = -100 * charge / positive
    return number, {"rest": rec}, ("ions", "potentials")


@claim(
    2,
    "Sodium is high outside, potassium is high inside.",
    texts=("S0", "S1", "S3"),
    asks="In six cells, from the squid axon to the red cell, look on which side there is more of each ion, and which "
    "sign its Nernst potential has.",
    decides="the number of cells in which E_Na is positive and E_K negative",
    rule=SHARE_OF_GALLERY,
    why="In this model the concentrations are textbook values, so this is a look at a table and not a result. What "
    "follows from it is the sign: a positive ion with more outside has its equilibrium where the inside is positive, "
    "one with more inside where it is negative.",
    misconception="M6",
)
def sides() -> Result:
    """The number of cells in which E_Na is positive and E_K negative."""
    recs = {name: hh.simulate(cell, None, 10) for name, cell in hh.gallery.items()}
    number = sum(bool(rec.E["Na"][0] > 0 > rec.E["K"][0]) for rec in recs.values())
    return number, {"neuron": recs["neuron"]}, ("ions", "potentials")


@claim(
    6,
    "The resting potential depends on the concentrations of sodium, potassium and chloride and on how permeable the "
    "membrane is to each.",
    texts=("S1",),
    asks="Raise the potassium outside a neuron from 3 to 5 mM. Or leave it at 3 mM, and make the membrane twice as "
    "permeable to sodium.",
    decides="how far V rises when potassium outside goes from 3 to 5 mM",
    rule=Rule("mV", holds=(1, inf), partly=(0.1, 1)),
    why="In this model V rises by more than 4 mV with 2 mM more potassium outside, and by more than 13 mV with twice "
    "the sodium permeability. More potassium outside makes E_K less negative. Potassium still leaves the cell, because "
    "V − E_K is still positive, only less of it: the driving force has become smaller. It does not rush in.",
    misconception="M4",
)
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


@claim(
    7,
    "At rest potassium leaks through the membrane easily and sodium hardly at all.",
    texts=("S0", "S2"),
    asks="Give a neuron's membrane a permeability to sodium of a twentieth of that to potassium, then the same, then "
    "twenty times as much, and see where V stands between E_K and E_Na.",
    decides="how far V is from E_K on the way to E_Na, with a twentieth",
    rule=Rule("% of the way", holds=(-inf, 25), partly=(25, 50)),
    why="In this model a membrane that lets sodium through twenty times less easily than potassium rests a sixth of "
    "the way from E_K to E_Na. The sodium that trickles in is the reason why it does not rest at E_K. With equal "
    "permeabilities V stands near 0 mV, because there are about as many positive ions outside as inside; with the "
    "ratio turned round it is 13 mV from E_Na, as at the peak of a spike.",
)
def potassium_leaks() -> Result:
    """How far V is from E_K on the way to E_Na, in percent."""
    neuron = hh.gallery["neuron"]
    recs = {f"P_Na / P_K = {ratio}": hh.simulate(neuron.replace(P_Na=ratio), None, 10) for ratio in (0.05, 1, 20)}
    first = recs["P_Na / P_K = 0.05"]
    number = 100 * (first.V[0] - first.E["K"][0]) / (first.E["Na"][0] - first.E["K"][0])
    return number, recs, ("voltage", "potentials")


@claim(
    8,
    "Chloride is at equilibrium across the membrane and crosses it freely.",
    texts=("S1",),
    asks="In six cells, compare the Nernst potential of chloride with the resting potential. Then make three of them "
    "ten times as permeable to chloride, and see where V goes.",
    decides="the number of cells in which E_Cl is within 2 mV of V",
    rule=SHARE_OF_GALLERY,
    why="In this model chloride is near equilibrium where the membrane lets it through easily and nothing else moves "
    "it: in skeletal muscle and in the red cell, and in a squid axon with the concentrations of blood outside. Where "
    "the table gives other concentrations, as in the neuron, something must hold them there: cells have transporters "
    "that move chloride. E_Cl is then above or below V, and this decides which way chloride goes when its channels "
    "open: the picture has one cell in which V falls, one in which it rises, and one in which it stays.",
)
def chloride() -> Result:
    """The number of cells whose E_Cl is within 2 mV of V."""
    at_rest = {name: hh.simulate(cell, None, 1) for name, cell in hh.gallery.items()}
    number = sum(bool(abs(rec.E["Cl"][0] - rec.V[0]) <= 2) for rec in at_rest.values())
    recs = {}
    for name in ("neuron", "skeletal muscle", "ventricle"):
        cell = hh.gallery[name]
        recs[name] = hh.simulate(cell.replace(P_Cl=10 * cell.P_Cl), None, 50, start=cell.rest())
    return number, recs, ("voltage",)


@claim(
    9,
    "The resting potential is set by the potassium leak and lies near the potassium equilibrium potential.",
    texts=("S3",),
    asks="Double the potassium outside a neuron, from 3 to 6 mM, and compare the change of V with that of E_K.",
    decides="the change of V in percent of the change of E_K",
    rule=Rule("%", holds=(80, inf), partly=(20, 80)),
    why="In this model V is some 30 mV from E_K and follows it by only about a third: at a low concentration outside, "
    "the sodium that leaks in counts as well. With 40 to 80 mM outside V follows E_K by almost nine tenths. And where "
    "the potassium passes depends on the cell: in the squid axon at rest it passes through gated channels.",
)
def near_potassium() -> Result:
    """The change of V in percent of the change of E_K when potassium outside doubles."""
    neuron = hh.gallery["neuron"]
    recs = {f"K outside {mM} mM": hh.simulate(neuron.replace(K_out=mM), None, 10) for mM in (3, 6)}
    before, after = recs.values()
    number = 100 * (after.V[0] - before.V[0]) / (after.E["K"][0] - before.E["K"][0])
    return number, recs, ("reversal potentials", "V against K outside")


@claim(
    10,
    "Excitable cells rest between −70 and −90 mV, other cells between −10 and −30 mV.",
    texts=("S1",),
    asks="Five excitable cells and a red cell: see how many rest in the range that the claim gives them, or within "
    "5 mV of it.",
    decides="the number of cells that do",
    rule=SHARE_OF_GALLERY,
    why="In this model skeletal muscle, the ventricle and the neuron fit, and so does the red cell, whose membrane "
    "lets chloride through a thousand times more easily than potassium. The squid axon does not, in either of its two "
    "baths: it rests near −60 mV and fires all the same. And one red cell does not speak for all cells that are not "
    "excitable: many of them rest well below −30 mV.",
)
def where_cells_rest() -> Result:
    """The number of cells that rest within 5 mV of the range of the claim."""
    recs = {name: hh.simulate(cell, None, 10) for name, cell in hh.gallery.items()}
    ranges = dict.fromkeys(recs, (-90, -70)) | {"red cell": (-30, -10)}
    number = sum(bool(low - 5 <= recs[name].V[0] <= high + 5) for name, (low, high) in ranges.items())
    shown = {name: recs[name] for name in ("squid axon", "neuron", "skeletal muscle", "red cell")}
    return number, shown, ("voltage",)


@claim(
    31,
    "The potassium leak does not depend on voltage.",
    texts=("S3",),
    asks="A leak channel has no gate. Give a membrane nothing but an open path for potassium, 4 mM outside and 140 mM "
    "inside, and compare its conductance, current over driving force, at 0 and at −80 mV.",
    decides="how many times larger the conductance is at 0 mV than at −80 mV",
    rule=Rule("times", holds=(0.9, 1.1), partly=(0.2, 5)),
    why="In this model the permeability is one number, and there is no gate that V could move. But there is 35 times "
    "more potassium inside than outside, so that an outward current finds more ions to carry it than an inward one: "
    "after Goldman, Hodgkin and Katz the path rectifies. A leak written as g × (V − E), the straight line beside it, "
    "leaves this out. Either way it is little beside channels with gates, whose conductance changes many thousandfold.",
)
def leak_against_V() -> Result:
    """How many times larger the conductance of a potassium leak is at 0 mV than at -80 mV."""
    ohmic = hh.Channel("ohmic", g=0.061, ion="K")
    rec = hh.simulate(hh.GoldmanCell(P_Na=0, P_Cl=0).plus(ohmic), None, 10)
    V = np.array([-80, 0])
    g = rec.current_at("K", V, 0) / (V - rec.E["K"][0])
    number = g[1] / g[0]
    return number, {"potassium leak": rec}, ("current against V",)


@claim(
    36,
    "Calcium is about ten thousand times more concentrated outside than inside and carries two charges, so a large "
    "force drives it in.",
    texts=("S3",),
    asks="Give the squid axon a few calcium channels, with 2 mM calcium outside and 100 nM inside, and compare the "
    "driving force on calcium at rest with that on sodium.",
    decides="the driving force on calcium in percent of that on sodium",
    rule=Rule("%", holds=(125, inf), partly=(100, 125)),
    why="In this model the gradient is twenty-thousandfold. The two charges halve the Nernst potential that such a "
    "gradient would have with one, and it is still far above that of sodium. A current through open calcium channels "
    "is not proportional to V − E_Ca, though: there are so few ions inside that almost nothing can leave. After "
    "Goldman, Hodgkin and Katz the conductance falls 14-fold from −60 to +40 mV.",
)
def calcium_drive() -> Result:
    """The driving force on calcium at rest, in percent of that on sodium."""
    E_Ca = float(hh.nernst(2, 2, 1e-4, 6.3))
    rec = hh.simulate(hh.Squid().plus(hh.Channel("Ca", 0.01, E_Ca)), hh.Shock(15, 1), 10)
    number = 100 * (rec.V[0] - rec.E["Ca"][0]) / (rec.V[0] - rec.E["Na"][0])
    return number, {"with calcium channels": rec}, ("voltage", "driving forces")
