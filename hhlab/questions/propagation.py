"""What the model says to the questions of notebook 06: the right numbers, and those of well-known wrong ways."""

import functools

from ..axons import Axon
from ..cells import Squid
from ..measure import conduction, velocity
from ..propagate import propagate
from ..protocols import Step

WIDE, THIN, QUARTER, SLOW = 476.0, 119.0, 4.0, 1.0
LONG = 8.0


@functools.cache
def usual_velocity() -> float:
    """The velocity in the squid axon of 476 um at 18.5 degC, m/s."""
    return velocity(propagate(Axon(length=LONG), Step(1000, 0.5, 0.2)))


def quarter_as_wide() -> float:
    """The velocity in an axon of a quarter of the diameter, m/s."""
    return velocity(propagate(Axon(diameter=THIN, length=LONG), Step(1000, 0.5, 0.2), t_stop=16))


def quarter_as_fast() -> float:
    """A quarter of the usual velocity, m/s."""
    return usual_velocity() / QUARTER


def thin_is_fast() -> float:
    """Twice the usual velocity, m/s."""
    return usual_velocity() * QUARTER**0.5


def diameter_of_a_slow_axon() -> float:
    """The diameter in um of an axon of this membrane that conducts at 1 m/s."""
    return WIDE * (SLOW / usual_velocity()) ** 2


def diameter_in_proportion() -> float:
    """The diameter in um, if velocity were proportional to it."""
    return WIDE * SLOW / usual_velocity()


@functools.cache
def least_sodium() -> float:
    """The least g_Na, mS/cm2, with which an impulse runs along 8 cm, to 0.1."""
    low, high = 20.0, 120.0
    while high - low > 0.1:
        middle = 0.5 * (low + high)
        low, high = (low, middle) if _arrives(middle) else (middle, high)
    return high


def sodium_to_spare() -> float:
    """How much of the usual g_Na can be missing, mS/cm2."""
    return Squid().g_Na - least_sodium()


def _arrives(g_Na: float) -> bool:
    axon = Axon(Squid(T=18.5, g_Na=g_Na), length=LONG)
    return conduction(propagate(axon, Step(3000, 0.5, 0.2))).arrived
