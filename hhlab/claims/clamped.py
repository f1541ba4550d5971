"""Experiments under voltage clamp, where V does what the experimenter wants and the currents show the gates."""

from math import inf

import hhlab as hh

from .claim import Result, Rule, claim


@claim(17, texts=("S3",), rule=Rule("times", holds=(2, inf), partly=(1.2, 2)))
def fast_and_slow() -> Result:
    """How many times later g_K reaches half of its final value than g_Na is largest."""
    (rec,) = hh.clamp(hh.Squid(), hh.Clamp(hold=-65, to=0, duration=30))
    half = rec.t[(rec.g["K"] > rec.g["K"][-1] / 2).argmax()]
    number = half / rec.t[rec.g["Na"].argmax()]
    return number, {"step to 0 mV": rec}, ("conductances", "gates")


@claim(19, texts=("S1", "S3"), rule=Rule("%", holds=(80, inf), partly=(20, 80)))
def ends_while_V_is_up() -> Result:
    """The part of the largest sodium current that is gone after 30 ms at 0 mV, in percent."""
    treated = hh.blocked(hh.Squid(), "pronase")
    step = hh.Clamp(hold=-65, to=0, duration=30)
    recs = {"usual": hh.clamp(hh.Squid(), step)[0], "pronase": hh.clamp(treated, step)[0]}
    current = recs["usual"].I["Na"]
    number = 100 * (1 - current[-1] / current.min())
    return number, recs, ("currents", "gates")


@claim(20, texts=("S3",), rule=Rule("times", holds=(1.2, inf), partly=(1.05, 1.2)))
def prepulses() -> Result:
    """The smallest factor by which the voltage or the duration of a prepulse change the sodium current."""
    cases = {"none": None} | {f"−{mV}, {ms} ms": (-mV, ms) for mV in (21, 85) for ms in (1, 30)}
    recs = {label: hh.clamp(hh.Squid(), hh.Clamp(to=0, prepulse=case))[0] for label, case in cases.items()}
    begins = {label: case[1] if case else 0 for label, case in cases.items()}
    peak = {label: -rec.I["Na"][rec.t >= begins[label]].min() for label, rec in recs.items()}
    by_voltage = peak["none"] / peak["−21, 30 ms"], peak["−85, 30 ms"] / peak["none"]
    by_duration = peak["−21, 1 ms"] / peak["−21, 30 ms"], peak["−85, 30 ms"] / peak["−85, 1 ms"]
    number = min(*by_voltage, *by_duration)
    return number, recs, ("voltage", "currents")
