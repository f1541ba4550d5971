"""What the model says to the questions of notebook 07: the right numbers, and those of well-known wrong ways."""

from functools import cache

from ..cells import AfterpotentialCell, SinoatrialNode, ThalamicRelay
from ..measure import period, release, spikes
from ..physics import nernst
from ..protocols import Step
from ..simulate import simulate

OUTSIDE, INSIDE, WARM = 2.0, 2.4e-4, 36.0
ASKED, MINUTE = 200.0, 60_000.0


def E_Ca() -> float:
    """The Nernst potential of calcium with 2 mM outside and 0.24 uM inside at 36 degC, mV."""
    return float(nernst(2, OUTSIDE, INSIDE, WARM))


def E_Ca_of_one_charge() -> float:
    """The same with one charge."""
    return 2 * E_Ca()


def E_Ca_in_micromolar() -> float:
    """The same with the number of uM inside taken for mM."""
    return float(nernst(2, OUTSIDE, 1e3 * INSIDE, WARM))


def release_at_three_quarters() -> float:
    """What is left of release when calcium near the channels falls to three quarters, %."""
    return 100 * _highest_release(0.75) / _highest_release(1.0)


def release_lost() -> float:
    """How much of it is lost, %."""
    return 100 - release_at_three_quarters()


def _highest_release(share: float) -> float:
    """The highest rate of release in a spike with a share of the usual calcium near the channels."""
    cell = AfterpotentialCell(g_BK=0, g_T=0)
    return float(release(simulate(cell.replace(domain=share * cell.domain), Step(25, 2, 1), 8)).max())


def shortest_for_a_burst() -> float:
    """How long -1 uA/cm2 must flow through a relay cell for a spike to follow, ms."""
    return _shortest(500.0)


def shortest_within_150_ms() -> float:
    """The same if only 150 ms after its end are recorded."""
    return _shortest(150.0)


def g_h_for_200_beats() -> float:
    """The conductance of h channels with which the sino-atrial node beats 200 times a minute, mS/cm2."""
    from scipy.optimize import brentq

    return float(brentq(lambda g: MINUTE / _period(g) - ASKED, 0.4, 2.0, xtol=1e-4))


def times_g_h() -> float:
    """How many times the usual conductance that is."""
    return g_h_for_200_beats() / SinoatrialNode().g_h


def g_h_in_proportion() -> float:
    """What it would be if the rate went with it, mS/cm2."""
    return SinoatrialNode().g_h * ASKED / (MINUTE / _period(SinoatrialNode().g_h))


@cache
def _shortest(afterwards: float) -> float:
    from scipy.optimize import bisect

    def fires(duration: float) -> float:
        rec = simulate(ThalamicRelay(), Step(-1, 0, duration), duration + afterwards)
        return 1.0 if spikes(rec).size else -1.0

    return float(bisect(fires, 10.0, 300.0, xtol=0.01))


@cache
def _period(g_h: float) -> float:
    return period(simulate(SinoatrialNode(g_h=g_h), None, 4000))
