"""Assignment 03: the spike of an axon of the student's own, one with a drug in another bath, and a channel to write."""

import functools
from collections.abc import Callable

import numpy as np

from ...cells import Cell, Squid
from ...clamp import Clamp, clamp
from ...measure import half_width, peak, reversal, rheobase, threshold
from ...protocols import Shock
from ...questions import Choice, Mistake, Number, Reply
from ...recording import Recording
from ...simulate import simulate
from ..task import Assignment, Code, Task, Values, about
from ..variant import Grid, Variant, evenly

GRIDS = {
    "T": Grid((6.3, 8, 10, 12, 14, 16), "degC", "temperature"),
    "C": Grid((0.8, 0.9, 1, 1.15, 1.3), "uF/cm2", "membrane capacitance"),
    "g_K": Grid((28, 32, 36, 42), "mS/cm2", "maximal potassium conductance"),
    "shock": Grid((12, 15, 20), "mV", "size of the shock"),
    "duration": Grid((0.2, 0.3, 0.7, 1.2, 1.5), "ms", "duration of a pulse"),
    "half_a": Grid((-62, -56, -50, -44), "mV", "half-activation of channel A"),
    "slope_a": Grid((6, 8, 10, 12), "mV", "slope of its activation"),
    "power": Grid((2, 3, 4), "1", "number of its activation gates"),
    "half_b": Grid((-78, -74, -70, -66), "mV", "half-inactivation of channel A"),
    "slope_b": Grid((5, 6, 7, 8), "mV", "slope of its inactivation"),
    "tau_b": Grid((12, 16, 20, 25), "ms", "time constant of its inactivation"),
    "g_A": Grid((3, 4, 5, 6, 8), "mS/cm2", "maximal conductance of channel A"),
    "E_Na": Grid(
        evenly(34, 45, 0.5) + evenly(54, 60, 0.5), "mV", "sodium reversal potential of the treated axon", True
    ),
    "left": Grid(evenly(0.58, 0.88, 0.01), "1", "share of sodium channels that the drug leaves", True),
}

STORY = """
`lab.axon` is a squid axon with your temperature, capacitance and potassium channels. A spike is started in it with
`hh.Shock(...)` of your size and recorded for 30 ms. `lab.treated` is the same axon in a bath with another concentration
of sodium, and with a drug that has blocked an unknown share of its sodium channels.
"""
BENCH = 'hh.explore(lab.axon, hh.Step(20), ("voltage", "conductances", "currents"), knobs=("amplitude", "duration"))'

CHANNEL = """
import numpy as np

import hhlab as hh

a = hh.Gate("a", inf=lambda V: np.zeros_like(V), tau=lambda V: np.ones_like(V))
b = hh.Gate("b", inf=lambda V: np.zeros_like(V), tau=lambda V: np.ones_like(V))
channel = hh.Channel("A", g=1, E=0, gates=(a, b))
"""
SOLUTION = """
import numpy as np

import hhlab as hh

a_inf = lambda V: 1 / (1 + np.exp(-(V - {half_a:g}) / {slope_a:g}))
b_inf = lambda V: 1 / (1 + np.exp((V - {half_b:g}) / {slope_b:g}))
a = hh.Gate("a", inf=a_inf, tau=lambda V: 1 + 0 * V, power={power:g})
b = hh.Gate("b", inf=b_inf, tau=lambda V: {tau_b:g} + 0 * V)
channel = hh.Channel("A", g={g_A:g}, E=-77, gates=(a, b))
"""
E_A, TAU_A, VOLTS = -77.0, 1.0, (-95.0, -75.0, -60.0, -45.0, -20.0)


class Treated(Squid):
    """An axon with an unknown drug in an unknown bath: both are to be measured, so its repr does not tell."""

    def __repr__(self) -> str:
        return "Treated(a squid axon with a drug, in another bath)"


@functools.lru_cache(maxsize=64)
def _axon(T: float, C: float, g_K: float) -> Squid:
    return Squid(T=T, C=C, g_K=g_K)


def axon(v: Variant) -> Squid:
    """The axon of a variant."""
    return _axon(v.T, v.C, v.g_K)


def treated(v: Variant) -> Treated:
    """The same with the drug, in the other bath."""
    return Treated(T=v.T, C=v.C, g_K=v.g_K, E_Na=v.E_Na, g_Na=Squid().g_Na * v.left)


def cells(v: Variant) -> dict[str, Cell]:
    """The preparations of a variant."""
    return {"axon": axon(v), "treated": treated(v)}


def spike(v: Variant) -> Recording:
    """The spike of a variant."""
    return simulate(axon(v), Shock(v.shock), 30)


def picture(v: Variant) -> tuple[dict[str, Recording], tuple[str, ...]]:
    """The spike, and its conductances."""
    return {"": simulate(axon(v), Shock(v.shock), 10)}, ("voltage", "conductances")


def _sodium_at_the_peak(v: Variant) -> float:
    rec = spike(v)
    return float(rec.I["Na"][rec.V.argmax()])


def _ratio_of_currents(v: Variant) -> float:
    """The share blocked for one who compares currents at 0 mV, in percent."""
    (one,), (other,) = (clamp(cell, Clamp(to=0, duration=10)) for cell in (axon(v), treated(v)))
    return 100 * (1 - float(other.I["Na"].min() / one.I["Na"].min()))


def _reversal(v: Variant) -> float:
    """E_Na of the treated axon as a voltage clamp shows it, mV."""
    return reversal(clamp(treated(v), Clamp(to=range(-20, 81, 5), duration=8)))


def _channel(v: Variant, *, power: float = 0, flip: bool = False, E: float = E_A) -> Values:
    """What a probe of the channel brings back, or of one with a slip."""
    V = np.array(VOLTS)
    a = (1 / (1 + np.exp(-(V - v.half_a) / v.slope_a))) ** (power or v.power)
    b = 1 / (1 + np.exp((V - v.half_b) / v.slope_b * (-1 if flip else 1)))
    return [v.g_A, E, *(a * b).tolist(), *[TAU_A] * len(VOLTS), *[v.tau_b] * len(VOLTS)]


def _channel_task(v: Variant) -> Code:
    def slip(**what: float | bool) -> Callable[[], Values]:
        return lambda: _channel(v, **what)  # type: ignore[arg-type]

    return Code(
        "channel",
        "Write the channel A as `channel`. Its gates a are 1 / (1 + exp(−(V − half) / slope)) open after a long time, "
        "with a time constant of 1 ms; its gate b is 1 / (1 + exp(+(V − half) / slope)), with the time constant of "
        "your table. It needs all its gates a open, and b. E_A is −77 mV.",
        "channel",
        {"kind": "channel", "volts": VOLTS, "T": v.T},
        lambda: _channel(v),
        "g, E, the share of open channels after a long time at −95 to −20 mV, and the time constants are compared.",
        "Add it to the axon with lab.axon.plus(channel) and look what it does to the spike.",
        SOLUTION.format(**v.values),
        (
            (slip(power=1), "It needs several gates a: give a power=."),
            (slip(flip=True), "Gate b opens with V here. Inactivation falls with V: mind the sign in its exponent."),
            (slip(E=77.0), "E_A is negative."),
        ),
    )


DENT = Choice(
    "dent",
    "Near the peak of the spike the sodium current has a dent, while g_Na is near its largest. Why?",
    {
        "V comes near E_Na there: the driving force is small, so much conductance carries little current.": Reply(
            "A current is a conductance times a driving force.", right=True),
        "V comes near E_Na there, and that shuts the sodium channels.": Reply(
            "V is near E_Na, that is right. But the channels are open: look at g_Na.", "M14"),
        "The sodium channels have inactivated there.": Reply(
            "They do so a little later: at that moment g_Na is near its largest.", "M14"),
        "The sodium in the bath is used up.": Reply("A spike takes next to nothing of it.", "M2"),
        "The pump brings the sodium out as fast as it comes.": Reply("There is no pump in this membrane.", "M1"),
    },
)  # fmt: skip


def tasks(v: Variant) -> tuple[Task, ...]:
    """The tasks of a variant."""
    here = axon(v)
    width, least = half_width(spike(v)), threshold(here, v.duration)
    return (
        Task(Number(
            "peak", "The highest V of the spike.", "mV", lambda: peak(spike(v))[0], 0.3,
            ("It is higher.", "It is lower."), "It stays below E_Na.",
            (Mistake(lambda: here.E_Na, "That is E_Na, which the spike does not reach.", "M7"),),
        ), near=3.0, span=(-200.0, 200.0), dot=lambda mV: ("voltage", peak(spike(v))[1], mV)),
        Task(Number(
            "half_width", "The width of the spike half way between rest and its peak.", "ms", lambda: width,
            about(0.02, width), ("It is wider.", "It is narrower."), "Warmth makes it brief, capacitance wide.",
        ), near=3.0, span=(0.0, 100.0)),
        Task(Number(
            "threshold", "The smallest amplitude with which a single pulse of your duration starts a spike.", "uA/cm2",
            lambda: least, about(0.02, least), ("Such a pulse fails.", "A weaker pulse is enough."),
            "A briefer pulse must be stronger.",
            (Mistake(lambda: rheobase(here), "That is for a pulse that lasts."),
             Mistake(lambda: threshold(here, 0.5), "That is for a pulse of 0.5 ms."),
             Mistake(lambda: least * v.duration, "That is the charge; the amplitude was asked.")),
        ), near=3.0, span=(0.0, 1e5)),
        Task(Number(
            "sodium_current", "The sodium current at the moment when V is highest.", "uA/cm2",
            lambda: _sodium_at_the_peak(v), about(0.02, _sodium_at_the_peak(v)),
            ("It is less negative.", "It is more negative."), "Inward is negative, and it is not at its largest there.",
            (Mistake(lambda: -_sodium_at_the_peak(v), "Sodium flows in: an inward current is negative."),
             Mistake(lambda: float(spike(v).I["Na"].min()), "That is its largest, at another time.", "M14")),
        ), near=2.0, span=(-1e5, 1e5)),
        Task(DENT, partial={"V comes near E_Na there, and that shuts the sodium channels.": 0.5}),
        Task(Number(
            "E_Na", "The sodium reversal potential of `lab.treated`, from a voltage clamp.", "mV",
            lambda: _reversal(v), 0.4, ("At that voltage sodium still flows in.", "There sodium already flows out."),
            "Inward below it, outward above it, nothing at it.",
            (Mistake(lambda: here.E_Na, "That is E_Na in the usual bath."),
             Mistake(lambda: peak(simulate(treated(v), Shock(30), 30))[0], "That is the peak of its spike.", "M7")),
        ), points=3, near=2.0, span=(-200.0, 200.0)),
        Task(Number(
            "blocked", "The percentage of the sodium channels of `lab.treated` that the drug has blocked. The bath has "
            "changed the driving force as well: compare conductances.", "%",
            lambda: 100 * (1 - v.left), 0.5, ("It is more.", "It is less."),
            "The conductance tells how many channels there are, the current alone does not.",
            (Mistake(lambda: 100 * v.left, "That is what is left."),
             Mistake(lambda: _ratio_of_currents(v), "That is by the currents at 0 mV: compare conductances.", "M14")),
        ), points=3, near=2.0, span=(0.0, 100.0)),
        Task(_channel_task(v), points=4, starter=CHANNEL),
    )  # fmt: skip


SPIKE = Assignment("spike", "03_action_potential", "The action potential", STORY, GRIDS, cells, tasks, picture, BENCH)
