"""What the model says to the questions of notebook 06: the right numbers, and those of well-known wrong ways."""

import functools

from ..axons import Axon
from ..cells import Squid
from ..measure import conduction, velocity
from ..measure.thresholds import bisected
from ..propagation import propagate
from ..protocols import Step
from .texts import Texts

WIDE, THIN, NINTH, QUARTER, SLOW = 476.0, 119.0, 53.0, 4.0, 1.0
"""Diameters in um, the ratio of the first two, and the velocity in m/s of a slow axon."""
LONG = 8.0


@functools.cache
def _velocity() -> float:
    """The velocity in the squid axon of 476 um at 18.5 degC, m/s."""
    return velocity(propagate(Axon(length=LONG), Step(1000, 0.5, 0.2)))


def _thin(diameter: float) -> float:
    """The velocity in an axon of another diameter (um), m/s."""
    return velocity(propagate(Axon(diameter=diameter, length=LONG), Step(1000, 0.5, 0.2), t_stop=20))


@functools.cache
def _least_sodium() -> float:
    """The least g_Na, mS/cm2, with which an impulse runs along 8 cm, to 0.1."""
    return bisected(_arrives, 20.0, 120.0, 0.1)


def _arrives(g_Na: float) -> bool:
    axon = Axon(Squid(T=18.5, g_Na=g_Na), length=LONG)
    return conduction(propagate(axon, Step(3000, 0.5, 0.2))).arrived


ask = Texts(__file__)
QUESTIONS = ask.arranged(
    ask.number("speed_of_a_thin_axon", "m/s", lambda: _thin(THIN), 0.2, again=lambda: _thin(NINTH),
               quarter_as_fast=lambda: _velocity() / QUARTER, thin_is_fast=lambda: _velocity() * QUARTER**0.5),
    ask.number("diameter_of_a_slow_axon", "um", lambda: WIDE * (SLOW / _velocity()) ** 2, 0.1,
               diameter_in_proportion=lambda: WIDE * SLOW / _velocity()),
    ask.number("least_sodium", "mS/cm2", _least_sodium, 1.0,
               sodium_to_spare=lambda: Squid().g_Na - _least_sodium()),
)  # fmt: skip
