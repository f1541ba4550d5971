"""Assignment 06: an axon of the student's own: how fast, how far, where two impulses meet, and what stops one."""

import functools
import math

import numpy as np

from ...axon_recording import AxonRecording
from ...axons import Axon
from ...cells import Squid
from ...measure import arrivals, conduction, length_constant, velocity
from ...measure.thresholds import bisected
from ...propagation import propagate
from ...protocols import Step
from ...questions import Texts
from ..task import HALF, Assignment, Picture, Preparation, Task, about
from ..variant import Variant

LENGTH, START = 5.0, 0.5
"""Of the axon, cm, and of the stimulus, ms."""
PULSE = Step(1000, START, 0.2)
SPEED = (0.0, 1000.0)


def _axon(v: Variant) -> Axon:
    return Axon(Squid(T=v.T, C=v.C, g_Na=v.g_Na), diameter=v.diameter, length=LENGTH, R_i=v.R_i)


def cells(v: Variant) -> dict[str, Preparation]:
    """The preparations of a variant."""
    return {"axon": _axon(v)}


def picture(v: Variant) -> Picture:
    """V in the middle of the axon as the impulse passes."""
    return {"": _run(_axon(v)).at(LENGTH / 2)}, ("voltage",)


@functools.lru_cache(maxsize=16)
def _run(axon: Axon) -> AxonRecording:
    return propagate(axon, PULSE)


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

    def stops(cm: float) -> bool:
        return not conduction(propagate(axon.locally(2.0, 2.0 + cm, g_Na=0), PULSE, every=4)).arrived

    return bisected(stops, 0.1, 2.0, 0.01)


def tasks(v: Variant) -> tuple[Task, ...]:
    """The tasks of a variant."""
    axon, speed = _axon(v), _velocity(_axon(v))
    reach = length_constant(axon)
    far = reach * math.log(10)
    arrival = float(arrivals(_run(axon), LENGTH / 2)[0]) - START
    return (
        Task(ask.number("velocity", "m/s", speed, about(0.02, speed), ten_times=10 * speed, a_tenth=speed / 10),
             near=2.0, span=SPEED),
        Task(ask.number("four_times", "m/s", lambda: _velocity(axon.replace(diameter=4 * v.diameter)),
                        about(0.02, 2 * speed), four=4 * speed, same=speed, half=speed / 2), near=2.0, span=SPEED),
        Task(ask.number("length_constant", "cm", far, about(0.02, far), twice=2 * far, to_37_percent=reach),
             near=2.0, span=(0.0, 100.0)),
        Task(ask.number("arrival", "ms", arrival, about(0.02, arrival), of_the_recording=arrival + START,
                        quarter_of_the_way=arrival / 2),
             near=2.0, span=(0.0, 1e4), dot=lambda ms: ("voltage", START + ms, -20.0)),
        Task(ask.number("meeting", "cm", lambda: _meets(axon, v.delay), 0.04, middle=LENGTH / 2,
                        other_one=lambda: LENGTH - _meets(axon, v.delay)), near=2.0, span=(0.0, LENGTH)),
        Task(ask.choice("no_return"), partial={"pump": HALF}),
        Task(ask.number("shortest_block", "cm", lambda: _shortest(axon), 0.025, its_end=lambda: 2 + _shortest(axon)),
             span=(0.0, LENGTH)),
        Task(ask.choice("myelin"), partial={"each_piece": HALF}),
    )  # fmt: skip


ask = Texts(__file__)
ASSIGNMENT = Assignment("propagation", "06_propagation", ask, cells, tasks, picture)
