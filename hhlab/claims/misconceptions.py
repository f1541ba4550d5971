"""The misconceptions that wrong answers are keyed to, and the experiments that refute them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Misconception:
    """A mistaken idea that many learners hold.

    Attributes
    ----------
    id : M1 to M15.
    text : the mistaken idea, in one sentence.
    claims : numbers of the claims whose experiments refute it; none where another experiment does.
    shown_by : what refutes it, in a few words.
    views : views of a bench on which it can be seen, where no claim refutes it.
    """

    id: str
    text: str
    claims: tuple[int, ...]
    shown_by: str
    views: tuple[str, ...] = ()


_ALL = (
    Misconception("M1", "The pump repolarises the membrane after each spike.", (5,), "a spike with the pump blocked"),
    Misconception(
        "M2",
        "The concentrations inside change a lot in one spike, or else they never change.",
        (16,),
        "how many ions cross in one spike",
    ),
    Misconception(
        "M3",
        "Ions flow until the concentrations are equal, because only the chemical gradient counts.",
        (1,),
        "how few ions make the voltage that stops the others",
    ),
    Misconception(
        "M4",
        "Raising potassium outside hyperpolarises the cell, or makes potassium rush in.",
        (6,),
        "the resting potential and the sign of the potassium flux at two concentrations",
    ),
    Misconception(
        "M5",
        "The pump, and not the permeability to potassium, makes the resting potential.",
        (4,),
        "the voltage that is lost at once when the pump is blocked",
    ),
    Misconception("M6", "Sodium is the main cation inside the cell.", (2,), "the table of concentrations"),
    Misconception(
        "M7",
        "The Nernst equation gives the membrane potential for all ions at once.",
        (7,),
        "where V stands between E_K and E_Na",
    ),
    Misconception(
        "M8",
        "A stronger stimulus makes a bigger spike, and the threshold is one fixed voltage.",
        (11, 40),
        "the height of the spike against the strength of the stimulus",
    ),
    Misconception(
        "M9",
        "Gates are switches that all turn at the threshold.",
        (),
        "the open share of a gate against V",
        ("voltage", "gates", "steady states"),
    ),
    Misconception(
        "M10",
        "One gate causes refractoriness in every cell, and the relative period is the same as the absolute one.",
        (23, 41),
        "the threshold after a spike with one gate or the other reset",
    ),
    Misconception(
        "M11",
        "An unmyelinated impulse jumps, nothing happens between the places of a jump, and thin axons are faster.",
        (),
        "V along an axon, and its velocity by diameter",
        ("space and time", "along the axon"),
    ),
    Misconception("M12", "Sodium and potassium swap places for good.", (16,), "the ion ledger of one spike"),
    Misconception("M13", "Every synapse excites.", (39,), "a synapse whose reversal potential is below the threshold"),
    Misconception(
        "M14",
        "A higher conductance means a larger current, whatever the driving force.",
        (),
        "conductance, driving force and current in three panels",
        ("conductances", "driving forces", "currents"),
    ),
    Misconception(
        "M15",
        "The undershoot after the spike is made by the pump, by sodium or by chloride.",
        (26,),
        "the undershoot with the potassium channels closed at its start",
    ),
)

MISCONCEPTIONS: dict[str, Misconception] = {each.id: each for each in _ALL}
"""All misconceptions by id."""
