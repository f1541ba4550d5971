"""What the model says to the questions of notebook 05: the right numbers, and those of well-known wrong ways."""

import functools

from ..cells import Squid
from ..measure import refractory, refractory_periods, threshold
from ..voltage_clamp import Clamp, clamp
from .texts import Texts

SQUID, WARM = Squid(), Squid(T=18.5)
GAP, CLAMPED_AT = 12.0, -45.0
"""The interval of the second pulse, ms, and the clamped V at which current is lost, mV."""
_periods = functools.cache(refractory_periods)


def _ratio() -> float:
    """The threshold of a second pulse after the gap, as a multiple of that from rest."""
    return float(refractory(SQUID, GAP))


def _time_to_half(V: float, duration: float) -> float:
    """After how many ms half of the current is left that there is after a prepulse to V (mV) of a duration (ms)."""
    from scipy.optimize import brentq

    wanted = 0.5 * _largest_current(V, duration)
    return float(brentq(lambda ms: _largest_current(CLAMPED_AT, ms) - wanted, 0.05, 30.0, xtol=1e-3))


def _largest_current(V: float, duration: float) -> float:
    """The largest inward sodium current at 0 mV after a prepulse to V (mV) of a duration (ms), uA/cm2."""
    (rec,) = clamp(SQUID, Clamp(to=0, prepulse=(V, duration)))
    return float(-rec.I["Na"][rec.t >= duration].min())


def _most_open(hold: float) -> float:
    """How many percent of sodium channels are open at once, at most, in a step from a holding V (mV) to 0 mV."""
    (rec,) = clamp(SQUID, Clamp(hold=hold, to=0))
    return float(100.0 * rec.open_share("Na").max())


ask = Texts(__file__)
QUESTIONS = ask.arranged(
    ask.number("second_threshold", "uA/cm2", lambda: _ratio() * threshold(SQUID), 1.0,
               ratio_of_thresholds=_ratio, resting_threshold=lambda: threshold(SQUID),
               again=lambda: float(refractory(SQUID, 9)) * threshold(SQUID)),
    ask.number("absolute_when_warm", "ms", lambda: _periods(WARM).absolute, 0.1,
               absolute_when_cold=lambda: _periods(SQUID).absolute,
               relative_when_warm=lambda: _periods(WARM).relative),
    ask.number("time_to_lose_half", "ms", lambda: _time_to_half(-65.0, 1.0), 0.15,
               time_to_half_of_all=lambda: _time_to_half(-85.0, 30.0)),
    ask.number("most_open_at_once", "%", lambda: _most_open(-85.0), 1.5,
               held_at_rest=lambda: _most_open(-65.0), share=lambda: _most_open(-85.0) / 100.0, all_open=100.0),
)  # fmt: skip
