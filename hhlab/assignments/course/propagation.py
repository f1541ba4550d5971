"""Assignment 06: an axon of the student's own: how fast, how far, where two impulses meet, and what stops one."""

import functools

import numpy as np

from ...axon_recording import AxonRecording
from ...axons import Axon
from ...cells import Squid
from ...measure import arrivals, conduction, length_constant, velocity
from ...propagate import propagate
from ...protocols import Step
from ...questions import Choice, Mistake, Number, Reply
from ...recording import Recording
from ..task import Assignment, Preparation, Task, about
from ..variant import Grid, Variant, evenly

GRIDS = {
    "T": Grid((12, 14, 16, 18.5), "degC", "temperature"),
    "diameter": Grid(evenly(160, 500, 20), "um", "diameter of the axon"),
    "R_i": Grid(evenly(28, 44, 1), "ohm cm", "resistivity of its core"),
    "delay": Grid(evenly(0.4, 1.9, 0.1), "ms", "delay of the impulse from the other end"),
}

STORY = """
`lab.axon` is a squid axon of 5 cm with your temperature, diameter and core. An impulse is started at its end, x = 0,
with `hh.propagate(lab.axon, hh.Step(1000, start=0.5, duration=0.2))`.
"""
BENCH = 'run = hh.propagate(lab.axon, hh.Step(1000, start=0.5, duration=0.2))\nhh.plot(run.at(2.5), "voltage")'
LENGTH, START = 5.0, 0.5
PULSE = Step(1000, START, 0.2)


@functools.lru_cache(maxsize=64)
def _made(T: float, diameter: float, R_i: float) -> Axon:
    return Axon(Squid(T=T), diameter=diameter, length=LENGTH, R_i=R_i)


def _axon(v: Variant) -> Axon:
    return _made(v.T, v.diameter, v.R_i)


def cells(v: Variant) -> dict[str, Preparation]:
    """The preparations of a variant."""
    return {"axon": _axon(v)}


def picture(v: Variant) -> tuple[dict[str, Recording], tuple[str, ...]]:
    """V in the middle of the axon as the impulse passes."""
    return {"": _run(_axon(v)).at(LENGTH / 2)}, ("voltage",)


@functools.lru_cache(maxsize=16)
def _run(axon: Axon) -> AxonRecording:
    return propagate(axon, PULSE)


def _arrives(v: Variant) -> float:
    """When the impulse arrives in the middle, ms after the beginning of the stimulus."""
    return float(arrivals(_run(_axon(v)), LENGTH / 2)[0]) - START


@functools.lru_cache(maxsize=64)
def _velocity(axon: Axon) -> float:
    return velocity(_run(axon))


@functools.lru_cache(maxsize=64)
def _meets(axon: Axon, delay: float) -> float:
    """Where two impulses meet, cm: the place that is reached last."""
    second = Step(1000, START + delay, 0.2)
    run = propagate(axon, [(PULSE, 0.0), (second, LENGTH)], t_stop=12)
    return float(run.x[np.argmax([arrivals(run, float(x))[0] for x in run.x])])


@functools.lru_cache(maxsize=64)
def _shortest(axon: Axon) -> float:
    """How long a stretch without sodium channels from 2 cm on must be to stop the impulse, cm."""
    low, high = 0.1, 2.0
    while high - low > 0.01:
        middle = 0.5 * (low + high)
        run = propagate(axon.locally(2.0, 2.0 + middle, g_Na=0), PULSE, every=4)
        low, high = (middle, high) if conduction(run).arrived else (low, middle)
    return high


TURN = Choice(
    "no_return",
    "An impulse runs along an axon. Why does it not turn back half way?",
    {
        "What it has just left is refractory: potassium channels are open, sodium channels inactivated.": Reply(
            "It could run that way, and does when it is started in the middle; not where it has just been.",
            right=True),
        "What it has just left is refractory, because the pump must first bring the sodium back.": Reply(
            "Refractory it is. But that is a matter of gates; a spike hardly changes what is inside.", "M2"),
        "Current flows in an axon only in one direction.": Reply(
            "It flows both ways. Start an impulse in the middle, and two run apart.", "M11"),
        "The sodium behind it is used up.": Reply("One impulse takes next to nothing of it.", "M2"),
    },
)  # fmt: skip

MYELIN = Choice(
    "myelin",
    "What happens between two nodes of a myelinated fibre, and why is it so fast?",
    {
        "Current flows through the core at once, and changes V a little later at the next node: myelin lets little "
        "charge and little current be lost on the way.": Reply(
            "What takes time is charging membrane, and there is little to be charged.", right=True),
        "Current flows through the core, and each piece of membrane under the myelin fires in its turn.": Reply(
            "Current flows through the core. But under the myelin nothing fires; only nodes do.", "M11"),
        "Nothing: the impulse jumps from node to node, and nothing happens between them.": Reply(
            "V changes there too, and current flows in the core. Without it the next node would never know.", "M11"),
        "Sodium ions run along the inside from node to node.": Reply(
            "Ions move by far less than a micrometre in that time. What travels is a voltage.", "M11"),
    },
)  # fmt: skip


def tasks(v: Variant) -> tuple[Task, ...]:
    """The tasks of a variant."""
    axon, speed = _axon(v), _velocity(_axon(v))
    faster, more = ("It is faster.", "It is slower."), ("It is more.", "It is less.")
    return (
        Task(Number(
            "velocity", "The conduction velocity of `lab.axon`, far from its ends.", "m/s", lambda: speed,
            about(0.02, speed), faster, "Warmth and a wide core make it fast.",
            (Mistake(lambda: 10 * speed, "10 cm/ms would be 100 m/s."),
             Mistake(lambda: speed / 10, "That is in cm/ms: 1 cm/ms is 10 m/s.")),
        ), near=2.0, span=(0.0, 1000.0)),
        Task(Number(
            "four_times", "The velocity of an axon that is four times as thick, all else the same.", "m/s",
            lambda: _velocity(axon.replace(diameter=4 * v.diameter)), about(0.02, 2 * speed), faster,
            "It goes with the square root of the diameter.",
            (Mistake(lambda: 4 * speed, "It does not go with the diameter itself.", "M11"),
             Mistake(lambda: speed, "That is the velocity from before.", "M11"),
             Mistake(lambda: speed / 2, "Thick axons are faster.", "M11")),
        ), near=2.0, span=(0.0, 1000.0)),
        Task(Number(
            "length_constant", "The length constant of `lab.axon` at rest.", "cm", lambda: length_constant(axon),
            about(0.02, length_constant(axon)), more, "So far a small change of V reaches.",
            (Mistake(lambda: 2 * length_constant(axon), "A quarter of the diameter is in the root."),
             Mistake(lambda: length_constant(axon) ** 2, "That is its square.")),
        ), near=2.0, span=(0.0, 100.0)),
        Task(Number(
            "arrival", "How long after the beginning of the stimulus V crosses −20 mV at 2.5 cm.", "ms",
            lambda: _arrives(v), about(0.02, _arrives(v)), ("It comes later.", "It comes earlier."),
            "The start takes its time, and then it runs.",
            (Mistake(lambda: _arrives(v) + START, "That is from the beginning of the recording."),
             Mistake(lambda: _arrives(v) / 2, "That is a quarter of the way.")),
        ), near=2.0, span=(0.0, 1e4), dot=lambda ms: ("voltage", START + ms, -20.0)),
        Task(Number(
            "meeting", "A second impulse starts at the other end, later by your delay. At which x do the two meet?",
            "cm", lambda: _meets(axon, v.delay), 0.04, ("They meet farther on.", "They meet before."),
            "And there they end: on either side the membrane is refractory.",
            (Mistake(lambda: LENGTH / 2, "That would be so without a delay."),
             Mistake(lambda: LENGTH - _meets(axon, v.delay), "That is the way of the other one.")),
        ), near=2.0, span=(0.0, LENGTH)),
        Task(TURN, partial={
            "What it has just left is refractory, because the pump must first bring the sodium back.": 0.5}),
        Task(Number(
            "shortest_block", "`lab.axon.locally(2, x, g_Na=0)` has no sodium channels from 2 cm to x. How long must "
            "this stretch be to stop the impulse?", "cm", lambda: _shortest(axon), 0.025,
            ("The impulse still gets across.", "A shorter stretch is enough."),
            "It is carried across for about a length constant, and that is its margin.",
            (Mistake(lambda: 2 + _shortest(axon), "That is where it ends; how long it is was asked."),),
        ), span=(0.0, LENGTH)),
        Task(MYELIN, partial={
            "Current flows through the core, and each piece of membrane under the myelin fires in its turn.": 0.5}),
    )  # fmt: skip


PROPAGATION = Assignment("propagation", "06_propagation", "Propagation", STORY, GRIDS, cells, tasks, picture, BENCH)
