"""What the model says to the questions of notebook 03: the right numbers, and those of well-known wrong ways."""

from ..cells import Squid
from ..channels import Channel
from ..measure import peak, rest, spikes, threshold, undershoot
from ..protocols import Shock, Step
from ..simulate import simulate


def rise_of_the_peak() -> float:
    """How much higher the peak is after a shock of 12 mV than after one of 10 mV, in mV."""
    return _peak(12) - _peak(10)


def a_fifth_of_the_spike() -> float:
    """A fifth of the way from rest to the peak, mV."""
    return 0.2 * (_peak(10) - rest(Squid()))


def a_fifth_of_the_peak() -> float:
    """A fifth of V at the peak, mV."""
    return 0.2 * _peak(10)


def rise_without_n() -> float:
    """How much higher the peak is with n held at rest, in mV."""
    return _peak(15, ("n",)) - _peak(15)


def from_the_peak_to_sodium_reversal() -> float:
    """How far the peak is below E_Na, in mV."""
    return Squid().E_Na - _peak(15)


def sodium_current() -> float:
    """The sodium current through 25 mS/cm2 at +40 mV, uA/cm2."""
    return _current(25, 40)


def sodium_current_as_positive() -> float:
    """The same without the sign that it has, uA/cm2."""
    return -sodium_current()


def sodium_current_at_0_mV() -> float:
    """The sodium current through 25 mS/cm2 at 0 mV, uA/cm2."""
    return -25 * Squid().E_Na


def current_of_potassium() -> float:
    """The potassium current through 25 mS/cm2 at +40 mV, uA/cm2."""
    return _current(25, 40, "K")


def open_channels() -> float:
    """The percentage of potassium channels whose n gates are all open when n is 0.5."""
    (gate,) = (gate for gate in Squid().gates if gate.name == "n")
    return 100 * float(0.5**gate.power)


def lowest_with_twice_the_potassium() -> float:
    """The lowest V after a spike with twice the potassium channels, mV."""
    return _lowest(Squid(g_K=2 * Squid().g_K))


def twice_as_deep() -> float:
    """The lowest V of an undershoot twice as deep as that of the squid axon, mV."""
    return rest(Squid()) - 2 * (rest(Squid()) - _lowest(Squid()))


def resting_potential() -> float:
    """The resting potential, mV."""
    return rest(Squid())


def charge_of_a_long_pulse() -> float:
    """Charge at threshold of a pulse of 5 ms, nC/cm2."""
    return 5 * threshold_of_a_long_pulse()


def charge_of_a_brief_pulse() -> float:
    """The same for 0.1 ms."""
    return 0.1 * threshold(Squid(), 0.1)


def threshold_of_a_long_pulse() -> float:
    """Amplitude at threshold of a pulse of 5 ms, uA/cm2."""
    return threshold(Squid(), 5)


def least_sodium_conductance() -> float:
    """The smallest whole g_Na, mS/cm2, with which a pulse of 20 uA/cm2 for 0.5 ms makes a spike."""
    g_Na = int(Squid().g_Na)
    while spikes(simulate(Squid(g_Na=g_Na - 1), Step(20), 30)).size:
        g_Na -= 1
    return float(g_Na)


def sodium_conductance_to_lose() -> float:
    """How much of g_Na may be lost, mS/cm2."""
    return Squid().g_Na - least_sodium_conductance()


def threshold_with_a_leak() -> float:
    """Threshold for 0.5 ms with a potassium leak of 0.5 mS/cm2, uA/cm2."""
    return threshold(Squid().plus(Channel("K_leak", 0.5, -77)))


def threshold_without_a_leak() -> float:
    """The same without it."""
    return threshold(Squid())


def _peak(shock: float, freeze: tuple[str, ...] = ()) -> float:
    """The highest V, mV, of the squid axon after a shock (mV)."""
    return peak(simulate(Squid(), Shock(shock), freeze=freeze))[0]


def _lowest(cell: Squid) -> float:
    """The lowest V, mV, after a spike."""
    return undershoot(simulate(cell, Shock(30)))[0]


def _current(g: float, V: float, channel: str = "Na") -> float:
    """The current, uA/cm2, through a conductance (mS/cm2) at V (mV), with the reversal potential of a channel."""
    return g * (V - Squid().parameters()[f"E_{channel}"].value)
