"""Bad input gets one sentence: what, value, unit, range, what to do."""

import inspect

import numpy as np
import pytest

import hhlab as hh

nan, inf = float("nan"), float("inf")


def gate(**rates):
    return hh.Gate("a", **rates)


HALF = hh.Gate("m", inf=lambda V: 0.5 + 0 * V, tau=lambda V: 1 + 0 * V)

CASES = {
    "negative conductance": (lambda: hh.Squid(g_Na=-3), "g_Na = -3 mS/cm2 is outside 0 to 1000 mS/cm2"),
    "nan conductance": (lambda: hh.Squid(g_K=nan), "g_K = nan mS/cm2 is outside 0 to 1000 mS/cm2"),
    "too warm": (lambda: hh.Squid(T=41), "T = 41 degC is outside 0 to 40 degC"),
    "unknown name": (lambda: hh.Squid(gNa=3), "Squid has no parameter gNa; did you mean g_Na?"),
    "unknown name in replace": (lambda: hh.Squid().replace(gK=3), "Squid has no parameter gK; did you mean g_K?"),
    "text": (lambda: hh.Squid(T="warm"), "T = 'warm' is not a number: give one from 0 to 40 degC"),
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
    "dt too coarse": (lambda: hh.simulate(hh.Squid(), dt=1), "dt = 1 ms is outside 0 to 0.05 ms.*leave it out"),
    "dt too coarse when warm": (lambda: hh.simulate(hh.Squid(T=35), dt=0.05), "dt = 0.05 ms is outside 0 to 0.0125"),
    "dt nan": (lambda: hh.simulate(hh.Squid(), dt=nan), "dt = nan ms"),
    "t_stop nan": (lambda: hh.simulate(hh.Squid(), t_stop=nan), "t_stop = nan ms is outside"),
    "t_stop infinite": (lambda: hh.simulate(hh.Squid(), t_stop=inf), "t_stop = inf ms is outside"),
    "t_stop negative": (lambda: hh.simulate(hh.Squid(), t_stop=-5), "t_stop = -5 ms is outside"),
    "t_stop 0": (lambda: hh.simulate(hh.Squid(), t_stop=0), "t_stop = 0 ms leaves nothing to record"),
    "too long": (
        lambda: hh.simulate(hh.Squid(), t_stop=1e6),
        "million numbers, more than 50 million: make the recording shorter$",
    ),
    "many samples": (
        lambda: hh.simulate(hh.Squid(), t_stop=2e5),
        "make the recording shorter, or keep fewer samples, such as every=10",
    ),
    "every too long": (
        lambda: hh.simulate(hh.Squid(), t_stop=10, every=5000),
        "every = 5000 steps of 0.01 ms are longer",
    ),
    "every in parts": (lambda: hh.simulate(hh.Squid(), every=2.0), "every = 2.0 is not a whole number"),
    "dt too fine": (lambda: hh.simulate(hh.Squid(), dt=1e-320), "dt = 1e-320 ms is outside 1e-06 to 0.05 ms"),
    "start of text": (lambda: hh.simulate(hh.Squid(), start="x"), "start = 'x' cannot be used: give values by name"),
    "start too far": (lambda: hh.simulate(hh.Squid(), start={"V": -300}), "V = -300 mV is outside -200 to 200 mV"),
    "reset of a number": (lambda: hh.simulate(hh.Squid(), reset=3), "reset = 3 cannot be used"),
    "freeze of a number": (lambda: hh.simulate(hh.Squid(), freeze=3), "3 are not gates to freeze"),
    "almost in range": (lambda: hh.Squid(T=40.0000001), "T = 40.0000001 degC is outside 0 to 40 degC"),
    "shocks too strong": (
        lambda: hh.simulate(hh.Squid(), hh.Shock(200, 1) + hh.Shock(200, 1) + hh.Shock(200, 1)),
        "a shock of 200 mV at 1 ms.*choose weaker shocks",
    ),
    "runaway between samples": (
        lambda: hh.simulate(hh.Squid(), hh.Step(1e5, 5.001, 0.01), 20, every=1000),
        "V went beyond",
    ),
    "plus what": (lambda: hh.Squid().plus(3), "3 is not a channel: give one such as Channel"),
    "channel of text": (lambda: hh.Channel("A", "x", 0), "g_A = 'x' is not a number"),
    "channel without gates": (lambda: hh.Channel("A", 1, 0, None), "channel A: gates = None cannot be used"),
    "channel of odd gates": (lambda: hh.Channel("A", 1, 0, (3,)), "channel A: 3 is not a gate"),
    "q10 of text": (lambda: gate(inf=np.cos, tau=np.cos, q10="3x"), "q10 = '3x' is not a number"),
    "T_ref nan": (lambda: gate(inf=np.cos, tau=np.cos, q10=3, T_ref=nan), "T_ref = nan degC is outside"),
    "spikes of what": (lambda: hh.measure.spikes(None), "None is not a recording: give what simulate returned"),
    "spikes where": (lambda: hh.measure.spikes(hh.simulate(hh.Squid()), "x"), "level = 'x' is not a number"),
    "peak of what": (lambda: hh.measure.peak(hh.Squid()), r"Squid\(\) is not a recording"),
    "rest of what": (lambda: hh.measure.rest(3), "3 is not a cell"),
    "threshold of what": (lambda: hh.measure.threshold(hh.Squid(), "x"), "duration = 'x' is not a number"),
    "nernst of text": (
        lambda: hh.nernst("K", 4, 140, 37),
        "nernst cannot use these .*: give numbers, or arrays whose shapes fit",
    ),
    "nernst of shapes": (
        lambda: hh.nernst(1, [1, 2, 3], [1, 2], 37),
        "nernst cannot use these .*: give numbers, or arrays whose shapes fit",
    ),
    "ghk_voltage of Ca": (
        lambda: hh.ghk_voltage({"Ca": 1}, {"Ca": 2}, {"Ca": 1e-4}, 37),
        "ghk_voltage cannot use Ca",
    ),
    "ghk_voltage without inside": (
        lambda: hh.ghk_voltage({"K": 1}, {"K": 4}, {}, 37),
        "K has a permeability but no conc",
    ),
    "ghk_voltage of a number": (
        lambda: hh.ghk_voltage(1, {"K": 4}, {"K": 4}, 37),
        "permeability = 1 does not say which ion",
    ),
    "ghk_voltage of nothing": (lambda: hh.ghk_voltage({"K": 0}, {"K": 4}, {"K": 4}, 37), "no ion can cross"),
    "ghk_voltage of debt": (lambda: hh.ghk_voltage({"K": 1}, {"K": -4}, {"K": 4}, 37), "outside = -4 mM is not a conc"),
    "ghk_current of debt": (lambda: hh.ghk_current(-1, 1, 0, 4, 140, 37), "P = -1 cm/s is impossible"),
    "ghk_current of nan": (lambda: hh.ghk_current(1, 1, float("nan"), 4, 140, 37), "V is not finite"),
    "mullins_noda of K": (lambda: hh.mullins_noda({"K": 4}, {"K": 140}, 37, 0.04), "K or Na is missing outside"),
    "channel without ion": (lambda: hh.PumpCell().plus(hh.Channel("A", 1, -77)), "PumpCell counts its ions: say which"),
    "channel with E and ion": (lambda: hh.PumpCell().plus(hh.Channel("A", 1, -77, ion="K")), "in PumpCell E_K follows"),
    "channel without E": (lambda: hh.Squid().plus(hh.Channel("A", 1, ion="K")), "Squid has no concentrations: give"),
    "channel of nothing": (lambda: hh.Channel("A", 1), "channel A needs E= in mV, or ion="),
    "channel of gold": (lambda: hh.Channel("A", 1, ion="Au"), "channel A cannot let Au through"),
    "stimulus of gold": (lambda: hh.simulate(hh.PumpCell(), None, 1, carrier="Au"), "PumpCell has no ion Au"),
    "start with debt": (lambda: hh.simulate(hh.PumpCell(), None, 1, start={"Na_in": -1}), "Na_in = -1 mM is outside"),
    "start with gold": (
        lambda: hh.simulate(hh.PumpCell(), None, 1, start={"Au_in": 1}),
        "PumpCell has no concentration Au",
    ),
    "reset over hours": (
        lambda: hh.simulate(hh.SquidWithPumps(), None, 1e6, reset={"n": 1}),
        "a reset needs steps of a fixed size",
    ),
    "train over hours": (
        lambda: hh.simulate(hh.PumpCell(), hh.Train(count=10000), 1e6),
        "10000 pulses of 20 uA/cm2 for 0.5 ms, one every 20 ms from 5 ms is too much",
    ),
    "ledger of a needle": (lambda: hh.measure.ledger(hh.simulate(hh.Squid()), 0.01), "diameter = 0.01 um is outside"),
    "plot of what": (lambda: hh.plot(None), "None is not a recording"),
    "plot of size": (lambda: hh.plot(hh.simulate(hh.Squid()), size=(0, 0)), "size = 0 inches is outside 2.5 to 40"),
    "bench of what": (lambda: hh.explore(3), "3 is not a cell"),
    "bench with what": (lambda: hh.explore(hh.Squid(), 3), "3 is not a stimulus"),
    "bench of odd names": (lambda: hh.explore(hh.Squid(), knobs=3), "3 are not names"),
    "bench of odd presets": (
        lambda: hh.explore(hh.Squid(), presets={"TTX": 3}),
        "3 cannot be used for presets: give the values",
    ),
    "preset called Reset": (lambda: hh.explore(hh.Squid(), presets={"Reset": {}}), "a preset cannot be called Reset"),
    "one gate of two": (
        lambda: hh.simulate(hh.Squid().plus(hh.Channel("B", 1, 0, HALF)), freeze="m"),
        r"Squid has more than one gate m: choose one of Na\.m, B\.m",
    ),
    "every": (lambda: hh.simulate(hh.Squid(), every=0.5), "every = 0.5 is not a whole number"),
    "too strong": (
        lambda: hh.simulate(hh.Squid(), hh.Step(-4000, 1, 5)),
        r"V went beyond \+-500 mV at t = 1\.\d+ ms: the stimulus of .* may be too strong",
    ),
    "freeze what": (lambda: hh.simulate(hh.Squid(), freeze=("q",)), "Squid has no gate q; it has Na.m, Na.h, K.n"),
    "start what": (lambda: hh.simulate(hh.Squid(), start={"Na.x": 1}), "Squid has no gate Na.x; did you mean Na.m"),
    "start where": (lambda: hh.simulate(hh.Squid(), start={"n": 1.5}), r"n = 1.5 is outside 0 to 1"),
    "reset when": (lambda: hh.simulate(hh.Squid(), reset={"n": nan}), "reset of n = nan ms is outside"),
    "not a cell": (lambda: hh.simulate(3), "3 is not a cell: give one such as Squid"),
    "not a protocol": (lambda: hh.simulate(hh.Squid(), 20), "20 is not a stimulus: give one such as Step"),
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
    "power": (lambda: gate(inf=np.cos, tau=np.cos, power=0), "power = 0 is not a whole number from 1 to 8"),
    "q10 alone": (lambda: gate(inf=np.cos, tau=np.cos, q10=3), "q10 needs T_ref"),
    "channel twice": (lambda: hh.Squid().plus(hh.Channel("Na", 1, 50)), "already has a channel Na"),
    "channel without name": (lambda: hh.Channel("my A", 1, 50), "cannot have the name"),
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


PUBLIC = [getattr(house, name) for house in (hh, hh.measure) for name in house.__all__]
DOCSTRINGS = {inspect.unwrap(each).__code__: each.__doc__ for each in PUBLIC if inspect.isfunction(each)}


@pytest.mark.parametrize("name", CASES)
def test_one_sentence(name):
    """And the docstring of a public function that raises has a section on that."""
    call, sentence = CASES[name]
    with pytest.raises(ValueError, match=sentence) as caught:
        call()
    assert "\n" not in str(caught.value)
    passed = [entry.frame.code.raw for entry in caught.traceback]
    assert all("\n    Raises\n" in DOCSTRINGS[code] for code in passed if code in DOCSTRINGS)
