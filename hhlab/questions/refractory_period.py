"""What the model says to the questions of notebook 05: the right numbers, and those of well-known wrong ways."""

from ..cells import Squid
from ..clamp import Clamp, clamp
from ..measure import refractory, refractory_periods, threshold

GAP, HELD_AT = 12.0, -45.0


def second_threshold() -> float:
    """The threshold of a second pulse 12 ms after the first, uA/cm2."""
    return ratio_of_thresholds() * resting_threshold()


def ratio_of_thresholds() -> float:
    """How many times the threshold from rest that is."""
    return float(refractory(Squid(), GAP))


def resting_threshold() -> float:
    """The threshold from rest, uA/cm2."""
    return threshold(Squid())


def absolute_when_warm() -> float:
    """The absolute refractory period at 18.5 degC, ms."""
    return refractory_periods(Squid(T=18.5)).absolute


def absolute_when_cold() -> float:
    """The same at 6.3 degC."""
    return refractory_periods(Squid()).absolute


def relative_when_warm() -> float:
    """When the relative refractory period is over at 18.5 degC, ms."""
    return refractory_periods(Squid(T=18.5)).relative


def time_to_lose_half() -> float:
    """After how many ms at -45 mV half of the sodium current at 0 mV is left that there is from -65 mV."""
    return _time_to(0.5 * _largest_current(-65.0, 1.0))


def time_to_half_of_all() -> float:
    """After how many ms half is left of what there is after a prepulse to -85 mV."""
    return _time_to(0.5 * _largest_current(-85.0, 30.0))


def _time_to(current: float) -> float:
    from scipy.optimize import brentq

    return float(brentq(lambda ms: _largest_current(HELD_AT, ms) - current, 0.05, 30.0, xtol=1e-3))


def _largest_current(V: float, duration: float) -> float:
    """The largest inward sodium current at 0 mV after a prepulse to V (mV) of a duration (ms), uA/cm2."""
    (rec,) = clamp(Squid(), Clamp(to=0, prepulse=(V, duration)))
    return float(-rec.I["Na"][rec.t >= duration].min())
