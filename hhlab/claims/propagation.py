"""Experiments on an impulse that travels along an axon."""

from math import inf

import hhlab as hh

from .claim import Result, Rule, claim


@claim(15, texts=("S2",), rule=Rule("mV", holds=(40, inf), partly=(30, 40)))
def passed_on() -> Result:
    """The highest V in mV in the middle of an axon along which an impulse runs."""
    axon = hh.Axon(length=8)
    run = hh.propagate(axon, hh.Step(1000, start=0.5, duration=0.2), electrodes=(4, 5))
    number = run.at(4).V.max()
    recs = {"an impulse": run}
    return number, recs, ("space and time", "electrodes", "attribution")


@claim(24, texts=("S3",), rule=Rule("of 3 parts", holds=(3, 3), partly=(2, 2)))
def one_way_and_capped() -> Result:
    """How many of the three parts are true."""
    axon, pulse = hh.Axon(hh.Squid(), length=8), hh.Step(1000, start=0.5, duration=0.2)
    begin = hh.measure.arrivals(hh.propagate(axon, pulse), 4)[0] + 5
    second = hh.Step(4000, begin, 0.2)
    given = {"at rest": [(second, 4)], "behind an impulse": [(pulse, 0), (second, 4)]}
    recs = {label: hh.propagate(axon, each, electrodes=(2, 6)) for label, each in given.items()}
    ends = [sum(hh.measure.arrivals(run, x).max(initial=0) > begin for x in (0, 8)) for run in recs.values()]
    as_it_is, at_rest = [hh.measure.refractory(hh.Squid(), 10, reset=gates) for gates in ((), ("h", "n"))]
    capped = hh.measure.highest_rate(hh.Squid(), strength=3) < 100 and at_rest < 3 < as_it_is
    number = sum(reached == 1 for reached in ends) + capped
    return number, recs, ("space and time", "electrodes")


@claim(25, texts=("S0", "S2"), rule=Rule("%", holds=(98, 102), partly=(50, 98)))
def renewed() -> Result:
    """The rise of V at 6 cm in percent of that at 2 cm."""
    axon, pulse = hh.Axon(length=8), hh.Step(1000, start=0.5, duration=0.2)
    run, passive = (hh.propagate(each, pulse, electrodes=(2, 6)) for each in (axon, axon.passive()))
    rest = axon.rest()["V"]
    number = 100 * (run.at(6).V.max() - rest) / (run.at(2).V.max() - rest)
    recs = {"an impulse": run, "gates frozen": passive}
    return number, recs, ("space and time", "electrodes", "along the axon")
