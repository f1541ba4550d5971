"""Experiments on an impulse that travels along an axon."""

from math import inf

import hhlab as hh

from .claim import Result, Rule, claim


@claim(
    15,
    "The impulse is passed on when the membrane has reached +40 mV.",
    texts=("S2",),
    asks="Start an impulse at one end of an axon of 8 cm at 18.5 °C, and look at V in the middle, far from both ends.",
    decides="the highest V that the middle of the axon reaches while the impulse passes",
    rule=Rule("mV", holds=(40, inf), partly=(30, 40)),
    why="In this model the travelling impulse never reaches +40 mV, and it is passed on long before its peak. The "
    "place ahead is charged by the current that flows along the core from places that are active already. When V "
    "there has come to −52 mV, sodium carries more current in than potassium and the leak carry out, and the place "
    "goes on by itself; its own current is by then charging what lies ahead. No voltage is a signal to pass the "
    "impulse on.",
)
def passed_on() -> Result:
    """The highest V in mV in the middle of an axon along which an impulse runs."""
    axon = hh.Axon(length=8)
    run = hh.propagate(axon, hh.Step(1000, start=0.5, duration=0.2), electrodes=(4, 5))
    number = run.at(4).V.max()
    recs = {"an impulse": run}
    return number, recs, ("space and time", "electrodes", "attribution")


@claim(
    24,
    "Refractoriness makes conduction one-way and caps the firing rate.",
    texts=("S3",),
    asks="First, stimulate the middle of a resting axon of 8 cm, and see at how many of its ends an impulse arrives. "
    "Second, do it 5 ms after an impulse from one end has passed there. Third, on a patch of the axon, give pulses of "
    "three times the threshold: see how many a second are followed, and whether a second one makes a spike 10 ms "
    "after the first, as it is and with h and n put back to rest.",
    decides="the number of parts that are as claimed (one way from rest, one way behind an impulse, a rate that the "
    "gates cap)",
    rule=Rule("of 3 parts", holds=(3, 3), partly=(2, 2)),
    why="In this model an impulse that starts in the middle of a resting axon runs both ways; in a body conduction is "
    "one-way because impulses start at one end. Behind another impulse it runs only back, where the membrane has had "
    "more time to recover: what is refractory cannot be entered, which is why no impulse turns back. The rate is "
    "capped too, at 87 pulses a second: 10 ms after a spike another takes four times the threshold, and with h and n "
    "at rest only twice.",
)
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


@claim(
    25,
    "The impulse is renewed from patch to patch, and does not weaken on its way.",
    texts=("S0", "S2"),
    asks="Start an impulse at one end of an axon of 8 cm, and compare how far V rises 6 cm and 2 cm from there. Then "
    "do the same with all gates held as they are at rest.",
    decides="the rise of V at 6 cm, in percent of that at 2 cm",
    rule=Rule("%", holds=(98, 102), partly=(50, 98)),
    why="In this model the impulse is as high at 6 cm as at 2 cm. Each place opens sodium channels of its own, and "
    "takes the energy from its own gradients. With the gates held, the same stimulus raises V by 68 mV where it is "
    "given, by less than 1 mV at 2 cm, and by some thousandths of a millivolt at 6 cm.",
)
def renewed() -> Result:
    """The rise of V at 6 cm in percent of that at 2 cm."""
    axon, pulse = hh.Axon(length=8), hh.Step(1000, start=0.5, duration=0.2)
    run, passive = (hh.propagate(each, pulse, electrodes=(2, 6)) for each in (axon, axon.passive()))
    rest = axon.rest()["V"]
    number = 100 * (run.at(6).V.max() - rest) / (run.at(2).V.max() - rest)
    recs = {"an impulse": run, "gates held": passive}
    return number, recs, ("space and time", "electrodes", "along the axon")
