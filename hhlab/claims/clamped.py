"""Experiments under voltage clamp, where V does what the experimenter wants and the currents show the gates."""

from math import inf

import hhlab as hh

from .claim import Result, Rule, claim


@claim(
    17,
    "A depolarisation raises the sodium conductance fast and for a moment, the potassium conductance slowly and for as "
    "long as it lasts.",
    texts=("S3",),
    asks="Step V of the squid axon from −65 to 0 mV and keep it there for 30 ms. Compare the time at which g_Na is "
    "largest with the time at which g_K has reached half of its final value.",
    decides="how many times later g_K is",
    rule=Rule("times", holds=(2, inf), partly=(1.2, 2)),
    why="In this model g_Na is largest after 0.6 ms and all but gone after 10 ms, although V has not moved: its gate h "
    "has closed. The potassium conductance is half way after 2.3 ms, because four slow gates must open, and it stays: "
    "n does not inactivate.",
)
def fast_and_slow() -> Result:
    """How many times later g_K reaches half of its final value than g_Na is largest."""
    (rec,) = hh.clamp(hh.Squid(), hh.Clamp(hold=-65, to=0, duration=30))
    half = rec.t[(rec.g["K"] > rec.g["K"][-1] / 2).argmax()]
    number = half / rec.t[rec.g["Na"].argmax()]
    return number, {"step to 0 mV": rec}, ("conductances", "gates")


@claim(
    19,
    "The inactivation of sodium channels ends the sodium current even while V stays up.",
    texts=("S1", "S3"),
    asks="Step V to 0 mV for 30 ms, with the usual sodium channels, and with channels that cannot inactivate, as after "
    "treatment of the inside with the enzyme pronase.",
    decides="the part of the largest sodium current that is gone after 30 ms",
    rule=Rule("%", holds=(80, inf), partly=(20, 80)),
    why="In this model only a hundredth of the current is left, with V and the driving force as they were. Without the "
    "gate h it stays at its largest value, so nothing but inactivation ends it.",
)
def ends_while_V_is_up() -> Result:
    """The part of the largest sodium current that is gone after 30 ms at 0 mV, in percent."""
    treated = hh.blocked(hh.Squid(), "pronase")
    step = hh.Clamp(hold=-65, to=0, duration=30)
    recs = {"usual": hh.clamp(hh.Squid(), step)[0], "pronase": hh.clamp(treated, step)[0]}
    current = recs["usual"].I["Na"]
    number = 100 * (1 - current[-1] / current.min())
    return number, recs, ("currents", "gates")


@claim(
    20,
    "A prepulse to −21 mV takes the sodium current away and one to −85 mV restores it; both the voltage and the "
    "duration of the prepulse matter.",
    texts=("S3",),
    asks="Step V to 0 mV after prepulses to −21 and to −85 mV, for 1 and for 30 ms, and without one; compare the "
    "largest sodium currents.",
    decides="the smallest of the factors by which voltage or duration change the current",
    rule=Rule("times", holds=(1.2, inf), partly=(1.05, 1.2)),
    why="In this model 30 ms at −21 mV leave less than 3 % of the current, and 30 ms at −85 mV give more than there is "
    "from −65 mV, where some channels are inactivated at rest. One millisecond is too short for both: h moves "
    "with a time constant of about 1 ms at −21 mV and of 5 ms at −85 mV.",
)
def prepulses() -> Result:
    """The smallest factor by which the voltage or the duration of a prepulse change the sodium current."""
    cases = {
        "none": None,
        "−21, 1 ms": (-21, 1),
        "−21, 30 ms": (-21, 30),
        "−85, 1 ms": (-85, 1),
        "−85, 30 ms": (-85, 30),
    }
    recs = {label: hh.clamp(hh.Squid(), hh.Clamp(to=0, prepulse=case))[0] for label, case in cases.items()}
    begins = {label: case[1] if case else 0 for label, case in cases.items()}
    peak = {label: -rec.I["Na"][rec.t >= begins[label]].min() for label, rec in recs.items()}
    by_voltage = peak["none"] / peak["−21, 30 ms"], peak["−85, 30 ms"] / peak["none"]
    by_duration = peak["−21, 1 ms"] / peak["−21, 30 ms"], peak["−85, 30 ms"] / peak["−85, 1 ms"]
    number = min(*by_voltage, *by_duration)
    return number, recs, ("voltage", "currents")
