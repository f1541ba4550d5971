"""Experiments on an impulse that travels along an axon."""

import numpy as np

import hhlab as hh

from .claim import Result, claim


@claim(11)
def all_or_none() -> Result:
    """How much of an impulse arrives far away after stimuli just below the threshold, just above it and far above."""
    axon, fails, works = hh.Axon(length=6), 0.0, 1000.0
    while works - fails > 0.001 * works:
        middle = (fails + works) / 2
        run = hh.propagate(axon, hh.Step(middle, 0.5, 0.2))
        fails, works = (fails, middle) if hh.measure.arrivals(run, 4).size else (middle, works)
    recs = {
        f"{times} times the threshold": hh.propagate(axon, hh.Step(times * works, 0.5, 0.2), electrodes=(4,))
        for times in (1.01, 0.99, 3)  # the first is the one that the map of space and time shows
    }
    all_of_it, none, strong = [run.at(4).V.max() - axon.rest()["V"] for run in recs.values()]
    numbers = {"threshold": 100 * none / all_of_it, "all": 100 * abs(strong / all_of_it - 1)}
    return numbers, recs, ("space and time", "electrodes")


@claim(15)
def passed_on() -> Result:
    """V ahead of an impulse where the current of the membrane turns inward, and the lowest peak that is passed on."""
    turns, recs = [], {}
    for T in (18.5, 6.3):
        axon = hh.Axon(hh.Squid(T=T), length=8)
        run = recs[f"{T} °C"] = hh.propagate(axon, hh.Step(1000, start=0.5, duration=0.2), electrodes=(4, 5))
        place = run.at(4)
        net = place.I["Na"] + place.I["K"] + place.I["L"]
        turns.append(place.V[np.flatnonzero(net[: net.argmin()] >= 0)[-1]])
    lowest = min(run.at(6).V.max() for run in recs.values())
    numbers = {"begins": max(turns), "reached": lowest}
    return numbers, recs, ("space and time", "electrodes", "attribution")


@claim(24)
def one_way_and_capped() -> Result:
    """At how many ends an impulse arrives, and how much of what a pulse of a train needs is because of the gates."""
    membrane = hh.Squid(T=6.3)
    axon, pulse = hh.Axon(membrane, length=8), hh.Step(1000, start=0.5, duration=0.2)
    begin = hh.measure.arrivals(hh.propagate(axon, pulse), 4)[0] + 5
    second = hh.Step(4000, begin, 0.2)
    given = {"at rest": [(second, 4)], "behind an impulse": [(pulse, 0), (second, 4)]}
    recs = {label: hh.propagate(axon, each, electrodes=(2, 6)) for label, each in given.items()}
    ends = [sum(hh.measure.arrivals(run, x).max(initial=0) > begin for x in (0, 8)) for run in recs.values()]
    shortest = 1000 / hh.measure.highest_rate(membrane, strength=3)
    once = hh.measure.threshold(membrane)
    late = hh.simulate(membrane, hh.Train(3 * once, 0, 0.5, shortest, 14), 14 * shortest).at(14 * shortest)
    states = [late, late | {gate: membrane.rest()[gate] for gate in ("Na.h", "K.n")}]
    sizes = np.full(2, 2 * once)
    for step in once / 2.0 ** np.arange(14):
        fire = [hh.simulate(membrane, hh.Step(sizes[k], 0, 0.5), 15, start=states[k]).V.max() > 0 for k in (0, 1)]
        sizes += np.where(fire, -step, step)
    by_gates = 100 * (sizes[0] - sizes[1]) / (sizes[0] - once)
    numbers = {"behind": ends[1], "from_the_middle": ends[0], "capped": shortest, "by_gates": by_gates}
    return numbers, recs, ("space and time", "electrodes")


@claim(25)
def renewed() -> Result:
    """What an impulse loses between 2 and 6 cm, and how much of it arrives when no gate can open, in percent."""
    axon, pulse = hh.Axon(length=8), hh.Step(1000, start=0.5, duration=0.2)
    run, passive = (hh.propagate(each, pulse, electrodes=(2, 6)) for each in (axon, axon.passive()))
    rest = axon.rest()["V"]
    near, far = [run.at(x).V.max() - rest for x in (2, 6)]
    numbers = {"does_not_weaken": 100 * (1 - far / near), "renewed": 100 * (passive.at(2).V.max() - rest) / near}
    recs = {"an impulse": run, "gates frozen": passive}
    return numbers, recs, ("space and time", "electrodes", "along the axon")
