"""Experiments under voltage clamp, where V does what the experimenter wants and the currents show the gates."""

import hhlab as hh

from .claim import Result, claim


@claim(17)
def fast_and_slow() -> Result:
    """When the two conductances rise in a step to 0 mV, and what is left of each after 30 ms."""
    (rec,) = hh.clamp(hh.Squid(), hh.Clamp(hold=-65, to=0, duration=30))
    g_Na, g_K = rec.g["Na"], rec.g["K"]
    half, top = rec.t[(g_K > g_K[-1] / 2).argmax()], g_Na.argmax()
    numbers = {
        "order": half / rec.t[top],
        "for_a_moment": 100 * (1 - g_Na[-1] / g_Na.max()),
        "slightly_at_first": 100 * g_K[top] / g_K[-1],
        "lasting": 100 * g_K[-1] / g_K.max(),
    }
    return numbers, {"step to 0 mV": rec}, ("conductances", "gates")


@claim(19)
def ends_while_V_is_up() -> Result:
    """What of the sodium current is gone after 30 ms at 0 mV, and what is left without inactivation, in percent."""
    treated = hh.blocked(hh.Squid(), "pronase")
    step = hh.Clamp(hold=-65, to=0, duration=30)
    recs = {"usual": hh.clamp(hh.Squid(), step)[0], "pronase": hh.clamp(treated, step)[0]}
    left = {label: 100 * rec.I["Na"][-1] / rec.I["Na"].min() for label, rec in recs.items()}
    numbers = {"ends": 100 - left["usual"], "inactivation": left["pronase"]}
    return numbers, recs, ("currents", "gates")


@claim(20)
def prepulses() -> Result:
    """What prepulses to two voltages, of two durations, make of the sodium current, in percent."""
    cell = hh.Squid(T=6.3)
    cases = {"none": None} | {f"−{mV}, {ms} ms": (-mV, ms) for mV in (21, 85) for ms in (1, 30)}
    recs = {label: hh.clamp(cell, hh.Clamp(to=0, prepulse=case))[0] for label, case in cases.items()}
    begins = {label: case[1] if case else 0 for label, case in cases.items()}
    peak = {label: -rec.I["Na"][rec.t >= begins[label]].min() for label, rec in recs.items()}
    numbers = {
        "takes_away": 100 * (1 - peak["−21, 30 ms"] / peak["none"]),
        "restores": 100 * float(hh.measure.recovery(cell, -85, 30, test=0)),
        "voltage": peak["−85, 30 ms"] / peak["−21, 30 ms"],
        "duration": min(peak["−21, 1 ms"] / peak["−21, 30 ms"], peak["−85, 30 ms"] / peak["−85, 1 ms"]),
    }
    return numbers, recs, ("voltage", "currents")
