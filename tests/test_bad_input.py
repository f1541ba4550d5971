"""Bad input gets one sentence: what, value, unit, range, what to do."""

import numpy as np
import pytest

import hhlab as hh

nan, inf = float("nan"), float("inf")


def gate(**rates):
    return hh.Gate("a", **rates)


CASES = {
    "negative conductance": (lambda: hh.Squid(g_Na=-3), "g_Na = -3 mS/cm2 is outside 0 to 1000 mS/cm2"),
    "nan conductance": (lambda: hh.Squid(g_K=nan), "g_K = nan mS/cm2 is outside 0 to 1000 mS/cm2"),
    "too warm": (lambda: hh.Squid(T=41), "T = 41 degC is outside 0 to 40 degC"),
    "unknown name": (lambda: hh.Squid(gNa=3), "Squid has no parameter gNa; did you mean g_Na?"),
    "unknown name in replace": (lambda: hh.Squid().replace(gK=3), "Squid has no parameter gK; did you mean g_K?"),
    "text": (lambda: hh.Squid(T="warm"), "T = 'warm' is not a number: give one in degC, 0 to 40"),
    "nothing": (lambda: hh.Squid(T=None), "T = None is not a number"),
    "too many": (lambda: hh.Step(1, 2, 3, 4), "Step takes amplitude, start, duration: 4 values are too many"),
    "twice": (lambda: hh.Step(1, amplitude=2), "Step got amplitude twice"),
    "nan stimulus": (lambda: hh.Step(nan), "amplitude = nan uA/cm2 is outside -100000 to 100000 uA/cm2"),
    "infinite stimulus": (lambda: hh.Step(inf), "amplitude = inf uA/cm2 is outside"),
    "endless stimulus": (lambda: hh.Step(1, 0, inf), "duration = inf ms is outside"),
    "nan start": (lambda: hh.Shock(1, nan), "start = nan ms is outside"),
    "part of a pulse": (lambda: hh.Train(count=1.5), "count = 1.5 pulses is not a whole number"),
    "dt 0": (lambda: hh.simulate(hh.Squid(), dt=0), "dt = 0 ms is outside 0 to 0.05 ms"),
    "dt negative": (lambda: hh.simulate(hh.Squid(), dt=-1), "dt = -1 ms is outside"),
    "dt too coarse": (lambda: hh.simulate(hh.Squid(), dt=1), "dt = 1 ms is outside 0 to 0.05 ms.*leave dt out"),
    "dt too coarse when warm": (lambda: hh.simulate(hh.Squid(T=35), dt=0.05), "dt = 0.05 ms is outside 0 to 0.0125"),
    "dt nan": (lambda: hh.simulate(hh.Squid(), dt=nan), "dt = nan ms"),
    "t_stop nan": (lambda: hh.simulate(hh.Squid(), t_stop=nan), "t_stop = nan ms is outside"),
    "t_stop infinite": (lambda: hh.simulate(hh.Squid(), t_stop=inf), "t_stop = inf ms is outside"),
    "t_stop negative": (lambda: hh.simulate(hh.Squid(), t_stop=-5), "t_stop = -5 ms is outside"),
    "t_stop 0": (lambda: hh.simulate(hh.Squid(), t_stop=0), "t_stop = 0 ms leaves nothing to record"),
    "too long": (lambda: hh.simulate(hh.Squid(), t_stop=1e6), "million numbers.*shorten t_stop.*every="),
    "every": (lambda: hh.simulate(hh.Squid(), every=0.5), "every = 0.5 is outside the whole numbers"),
    "too strong": (lambda: hh.simulate(hh.Squid(), hh.Step(-4000, 1, 5)), r"left \+-500 mV at t = 1\.\d+ ms: is the"),
    "freeze what": (lambda: hh.simulate(hh.Squid(), freeze=("q",)), "Squid has no gate q; it has Na.m, Na.h, K.n"),
    "start what": (lambda: hh.simulate(hh.Squid(), start={"Na.x": 1}), "Squid has no gate Na.x; did you mean Na.m"),
    "start where": (lambda: hh.simulate(hh.Squid(), start={"n": 1.5}), r"n = 1.5 \(share\) is outside 0 to 1"),
    "reset when": (lambda: hh.simulate(hh.Squid(), reset={"n": nan}), "reset of n = nan ms is outside"),
    "not a cell": (lambda: hh.simulate(3), "3 is not a cell: give one such as Squid"),
    "not a protocol": (lambda: hh.simulate(hh.Squid(), 20), "20 is not a protocol: give one such as Step"),
    "rates nan": (
        lambda: gate(inf=lambda V: V * nan, tau=lambda V: 1 + 0 * V).steady_state(-65),
        "inf = nan at V = -65",
    ),
    "rate negative": (
        lambda: hh.Squid().plus(hh.Channel("A", 1, -77, gate(alpha=lambda V: V, beta=lambda V: 1 + 0 * V))),
        "gate a: alpha = -200 at V = -200 mV is negative: check its formula there",
    ),
    "inf above 1": (
        lambda: gate(inf=lambda V: 2 + 0 * V, tau=lambda V: 1.0).steady_state(0),
        "inf = 2 at V = 0 mV is above",
    ),
    "rates of the wrong shape": (lambda: gate(inf=lambda V: V[:2], tau=lambda V: 1.0).steady_state([0, 1, 2]), "shape"),
    "not of numpy": (lambda: gate(inf=lambda V: 1 if V > 0 else 0, tau=lambda V: 1.0).steady_state([0, 1]), "numpy"),
    "half a gate": (lambda: gate(inf=lambda V: V), "give either inf= and tau=, or alpha= and beta="),
    "power": (lambda: gate(inf=np.cos, tau=np.cos, power=0), "power = 0 is outside the whole numbers 1 to 8"),
    "q10 alone": (lambda: gate(inf=np.cos, tau=np.cos, q10=3), "q10 needs T_ref"),
    "channel twice": (lambda: hh.Squid().plus(hh.Channel("Na", 1, 50)), "already has a channel Na"),
    "channel without name": (lambda: hh.Channel("my A", 1, 50), "is not a name"),
    "channel of wrong g": (lambda: hh.Squid().plus(hh.Channel("A", -1, 50)), "g_A = -1 mS/cm2 is outside"),
    "no ions": (lambda: hh.nernst(1, 0, 140, 37), "outside = 0 mM is not a concentration"),
    "no charge": (lambda: hh.nernst(0, 4, 140, 37), "z = 0.0 has no Nernst potential"),
    "too cold": (lambda: hh.nernst(1, 4, 140, -300), "T = -300.0 degC is not a temperature"),
    "unknown knob": (
        lambda: hh.explore(hh.Squid(), knobs=("gNa",)),
        "this bench has no parameter gNa; did you mean g_Na",
    ),
    "unknown view": (lambda: hh.explore(hh.Squid(), view="volts"), "plots has no view volts"),
    "preset out of range": (
        lambda: hh.explore(hh.Squid(), presets={"x": {"g_K": -1}}),
        "g_K = -1 mS/cm2 is outside 0 to 1000 mS/cm2",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_one_sentence(name):
    call, sentence = CASES[name]
    with pytest.raises(ValueError, match=sentence) as caught:
        call()
    assert "\n" not in str(caught.value)
