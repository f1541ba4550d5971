"""What the model says to the questions of notebook 07: the right numbers, and those of well-known wrong ways."""

from functools import cache

from ..cells import NerveEnding, SinoatrialNode, ThalamicRelay
from ..measure import period, release, spikes
from ..measure.thresholds import bisected
from ..physics import nernst
from ..protocols import Step
from ..simulation import simulate
from .texts import Texts

ASKED, MINUTE = 200.0, 60_000.0
"""The beats a minute that are asked for, and a minute in ms."""


def _E_Ca(inside: float = 2.4e-4) -> float:
    """The Nernst potential of calcium with 2 mM outside and so much inside (mM) at 36 degC, mV."""
    return float(nernst(2, 2, inside, 36))


def _highest_release(share: float) -> float:
    """The highest rate of release in a spike with a share of the usual calcium near the channels."""
    cell = NerveEnding()
    return float(release(simulate(cell.replace(domain=share * cell.domain), Step(25, 2, 1), 8)).max())


def _released() -> float:
    """What is left of release when calcium near the channels falls to three quarters, %."""
    return 100 * _highest_release(0.75) / _highest_release(1.0)


@cache
def _shortest(afterwards: float) -> float:
    """How long -1 uA/cm2 must flow through a relay cell for a spike to follow within so many ms, ms."""

    def fires(duration: float) -> bool:
        return spikes(simulate(ThalamicRelay(), Step(-1, 0, duration), duration + afterwards)).size > 0

    return bisected(fires, 10.0, 300.0, 0.01)


@cache
def _beats(g_h: float) -> float:
    """How often the sino-atrial node beats in a minute with a conductance of h channels (mS/cm2)."""
    return MINUTE / period(simulate(SinoatrialNode(g_h=g_h), None, 4000))


def _g_h() -> float:
    """The conductance of h channels with which the sino-atrial node beats 200 times a minute, mS/cm2."""
    from scipy.optimize import brentq

    return float(brentq(lambda g: _beats(g) - ASKED, 0.4, 2.0, xtol=1e-4))


ask = Texts(__file__)
QUESTIONS = ask.arranged(
    ask.number("E_Ca_by_hand", "mV", _E_Ca(), 1.0,
               E_Ca_of_one_charge=2 * _E_Ca(), E_Ca_in_micromolar=_E_Ca(inside=0.24)),
    ask.number("release_at_three_quarters", "%", _released, 1.0,
               calcium_left=75, release_lost=lambda: 100 - _released()),
    ask.number("shortest_for_a_burst", "ms", lambda: _shortest(500.0), 1.0,
               shortest_within_150_ms=lambda: _shortest(150.0)),
    ask.number("g_h_for_200_beats", "mS/cm2", _g_h, 0.02,
               times_g_h=lambda: _g_h() / SinoatrialNode().g_h,
               g_h_in_proportion=lambda: SinoatrialNode().g_h * ASKED / _beats(SinoatrialNode().g_h)),
)  # fmt: skip
