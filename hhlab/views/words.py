"""Recordings in words: the lines below a picture, and the values at one moment.

Every sentence is a whole text of `words.toml`, found by its name. Here it is decided which of them are so, and the
numbers are put in.
"""

from collections.abc import Iterator

import numpy as np

from .. import measure
from ..axon_recording import AxonRecording
from ..cells import Squid, SquidWithPumps
from ..measure.propagation import ARRIVAL_LEVEL
from ..measure.rhythm import GAP
from ..parameters import pretty
from ..physics import Floats, q10_factor
from ..protocols import VoltageStep
from ..recording import AXIAL, SPIKE_ENDS, Recording
from ..texts import sentences
from .view import at

SLOW_RATE = 5.0  # Hz below which a rate is given per minute
BURST_PAUSE, BURST_SPIKES = 10.0, 3  # median intervals that a pause between bursts lasts; spikes of most bursts
LEAST_MOVE, SMALL = 0.1, 0.1  # mV, and the share of the largest deflection of V, below which one is not worth a word
LEAST_CHANGE = 0.01  # share by which a concentration must change to be named
COARSE_SLOPE = 2.0  # mV/ms from which on one decimal is enough for what moves V
FAST_CHANGE = 1000.0  # mV in one unit of the time axis from which on a change of V is given in mV/ms
WARM = 25.0  # degC from which on the spike of the squid axon suffers
SOON = 0.1  # of the unit of the time axis: shorter times are given in a smaller unit
NEAR_END = 0.05  # share of the length of an axon that counts as its end

sentence = sentences(__file__)
"""The sentence of a name, such as "spikes.one", with its values put in."""
WORDS = "stimulus", "pump", "axial", "release"
"""Names of curves that are words."""
_UNITS = ((18e6, 3600e3, "h"), (600e3, 60e3, "min"), (10e3, 1e3, "s"))


def number(value: float, decimals: int = 1, sign: str = "") -> str:
    """A number as it stands in a sentence, with a true minus sign; `sign` "+" for one that always has a sign."""
    return f"{value:{sign}z.{decimals}f}".replace("-", "−")


def label_of(axis: str) -> str:
    """The label of an axis: the text of a name such as "labels.interval"; symbols and units as they are."""
    return pretty(sentence(axis).replace(" | ", "\n") if axis.startswith("labels.") else axis)


def called(curve: str) -> str:
    """What a curve is called: a word such as "pump" by its label, a symbol such as "Na.m" as it is."""
    return sentence(f"curves.{curve}") if curve in WORDS else curve


def in_words(rec: Recording | AxonRecording) -> str:
    """What a picture of this recording shows, in a few sentences."""
    return " ".join(_along_in_words(rec) if isinstance(rec, AxonRecording) else _place_in_words(rec))


def _place_in_words(rec: Recording) -> Iterator[str]:
    """The spikes, or what else V does; the concentrations, where all ions are counted; and what heat does."""
    cell, step = rec.cell, rec.protocol
    times = measure.spikes(rec, cell.spike_level) if cell.fires else np.empty(0)
    if isinstance(step, VoltageStep):
        before = number(rec.V[0] if step.start else step.hold)
        yield sentence("clamp.step", before=before, to=number(step.to), time=time_of(rec, step.start))
    elif times.size and _rises_by_itself(rec, times[0], cell.spike_level):
        yield from _spikes_in_words(rec, times)
    else:
        yield from _no_spike_in_words(rec, times)
    if cell.counts_ions:
        yield from _inside_in_words(rec)
    if isinstance(cell, Squid | SquidWithPumps) and cell.T >= WARM and cell == type(cell)(T=cell.T):
        yield sentence("remarks.heat", T=number(cell.T), times=number(float(q10_factor(3, cell.T, Squid.T.value)), 0))


def _rises_by_itself(rec: Recording, begin: float, level: float) -> bool:
    """Whether, at any time above a level (mV) from a moment (ms) on, the currents of the membrane raise V."""
    own = [part for name, part in measure.attribution(rec).items() if name not in ("stimulus", AXIAL)]
    return bool((np.sum(own, axis=0)[(rec.t >= begin) & (level <= rec.V)] > 0).any())


def _spikes_in_words(rec: Recording, times: Floats) -> Iterator[str]:
    """How many spikes, how they follow each other, and how high, wide and deep they are."""
    level, width = rec.cell.spike_level, measure.half_width(rec, rec.cell.spike_level)
    low, low_at = measure.undershoot(rec, level)
    seen = _extremes(rec) | {"time": time_of(rec, times[0]), "level": number(level, 0), "width": number(width, 2),
                             "low": number(low), "low_time": time_of(rec, low_at)}  # fmt: skip
    over = bool((rec.V[rec.t >= times[-1]] < level - SPIKE_ENDS).any())
    if times.size == 1 and not over:
        yield sentence("spikes.stays_up", **seen)
        return
    if times.size > 1:
        yield from _rhythm_in_words(rec, times)
    apart = width < times[1] - times[0] if times.size > 1 else width > 0
    yield sentence(f"spikes.{'shape' if times.size > 1 else 'one'}{'' if apart else '_without_width'}", **seen)
    if not over:
        yield sentence("spikes.not_over", **seen)


def _rhythm_in_words(rec: Recording, times: Floats) -> Iterator[str]:
    """How many spikes, when, and how they follow each other: in bursts or at a rate."""
    seen = {"count": str(times.size), "first": time_of(rec, times[0]), "last": time_of(rec, times[-1])}
    yield sentence("spikes.two" if times.size == 2 else "spikes.many", **seen)
    intervals = np.diff(times)
    pause = max(BURST_PAUSE * float(np.median(intervals)), GAP.low)
    starts = measure.bursts(rec, pause, rec.cell.spike_level).starts
    if 1 < starts.size < times.size / BURST_SPIKES:
        yield sentence("spikes.bursts", count=starts.size, interval=time_of(rec, starts[-1] - starts[-2]))
    elif times.size > 2:
        fast = 1000.0 / intervals[-1] >= SLOW_RATE
        rate = (1000.0 if fast else 60_000.0) / intervals[-1]
        name = "rate" if fast else "rate_per_minute"
        yield sentence(
            f"spikes.{name}", rate=number(rate, 0 if rate >= 10 else 1), interval=time_of(rec, intervals[-1])
        )


def _no_spike_in_words(rec: Recording, times: Floats) -> Iterator[str]:
    """What V does instead of firing. `times` are those at which it passes the level of spikes all the same."""
    level, begin, end, low, top = rec.cell.spike_level, rec.V[0], rec.V[-1], rec.V.min(), rec.V.max()
    seen = _extremes(rec) | {"level": number(level, 0)}
    if times.size and (times[0] or "V" not in rec.settings.get("start", {})):
        yield sentence("spikes.pushed", time=time_of(rec, times[0]), **seen)
    else:
        if rec.cell.fires:
            yield sentence("spikes.none" if top < level else "spikes.none_from_above", **seen)
        yield sentence(f"course.{_course(rec)}", **seen)
    if min(abs(end - each) for each in (begin, low, top)) >= max(SMALL * (top - low), LEAST_MOVE):
        yield sentence("course.end", **seen)


def _extremes(rec: Recording) -> dict[str, str]:
    """V at the beginning and at the end, the highest and the lowest V and when they are, as they stand in sentences."""
    (top, top_at), lowest = measure.peak(rec), int(rec.V.argmin())
    return {"begin": number(rec.V[0]), "end": number(rec.V[-1]), "top": number(top), "top_time": time_of(rec, top_at),
            "low": number(rec.V[lowest]), "low_time": time_of(rec, rec.t[lowest])}  # fmt: skip


def _course(rec: Recording) -> str:
    """What V does on the whole, as the name of a sentence."""
    rise, fall = rec.V.max() - rec.V[0], rec.V[0] - rec.V.min()
    smaller, larger = min(rise, fall), max(rise, fall)
    if larger < LEAST_MOVE:
        return "still"
    if smaller < max(SMALL * larger, LEAST_MOVE):
        return "up" if rise > fall else "down"
    return "up_and_down" if rec.V.argmax() < rec.V.argmin() else "down_and_up"


def _inside_in_words(rec: Recording) -> Iterator[str]:
    """The concentrations inside that change."""
    ends = {pool.ion: rec.conc[pool.name][[0, -1]].tolist() for pool in rec.cell.pools}
    changed = {ion: (begin, end) for ion, (begin, end) in ends.items() if abs(end - begin) >= LEAST_CHANGE * begin}
    for ion, (begin, end) in changed.items():
        name = "more" if end > begin else "less"
        yield sentence(f"inside.{name}", ion=ion, begin=_amount(begin), end=_amount(end))
    if not changed:
        yield sentence("inside.same")


def _amount(mM: float) -> str:
    """A concentration in a unit of fitting size."""
    return f"{mM:.4g} mM" if mM >= 0.1 else f"{1e3 * mM:.3g} µM"


def time_unit(length: float) -> tuple[float, str]:
    """The unit for the time axis of a recording of this length (ms): its size in ms, and its name."""
    return next(((size, unit) for least, size, unit in _UNITS if length > least), (1.0, "ms"))


def time_of(rec: Recording | AxonRecording, moment: float) -> str:
    """A moment or an interval (ms) in the unit of the time axis of a recording, or in a smaller one if it is short."""
    factor, unit = time_unit(float(rec.t[-1]))
    if 0.0 < moment < SOON * factor:
        factor, unit = time_unit(moment)
    return f"{number(moment / factor, 2)} {unit}"


def moment_in_words(rec: Recording | AxonRecording, moment: float) -> str:
    """The values at a moment (ms): V, the gates, and which currents move V; of an axon, where it is positive inside."""
    return " ".join(_along_at(rec, moment) if isinstance(rec, AxonRecording) else _place_at(rec, moment))


def _place_at(rec: Recording, moment: float) -> Iterator[str]:
    """V, the gates, the concentrations that move, and what moves V."""
    yield sentence("moment.V", time=time_of(rec, moment), V=number(at(rec, rec.V, moment)[0]))
    gates = [f"{name} {at(rec, values, moment)[0]:.3f}" for name, values in rec.gate.items()]
    moving = {name: values for name, values in rec.conc.items() if np.ptp(values) > 0}
    inside = [f"{name} {_amount(at(rec, values, moment)[0])}" for name, values in moving.items()]
    for name, values in (("gates", gates), ("inside", inside)):
        if values:
            yield sentence(f"moment.{name}", values=", ".join(values))
    if not isinstance(rec.protocol, VoltageStep):
        yield _moved_in_words(rec, moment)


def _moved_in_words(rec: Recording, moment: float) -> str:
    """How fast V changes at a moment, and the part of each current; small values with more decimals."""
    parts = {name: float(at(rec, part, moment)[0]) for name, part in measure.attribution(rec).items()}
    digits = 1 if max(map(abs, parts.values()), default=0.0) >= COARSE_SLOPE else 2
    ranked = sorted(parts.items(), key=lambda part: -abs(part[1]))
    seen = [f"{called(name)} {number(part, digits, '+')}" for name, part in ranked if abs(part) >= 0.5 * 10**-digits]
    factor, unit = time_unit(float(rec.t[-1]))
    slope = sum(parts.values())
    if unit == "ms" or abs(slope * factor) >= FAST_CHANGE:
        factor, unit = 1.0, "ms"
    change = number(slope * factor, digits if unit == "ms" else 1, "+")
    name = "nothing" if not seen else "change" if float(change.replace("−", "-")) else "balance"
    return sentence(f"moment.{name}", slope=change, unit=unit, values=", ".join(seen))


def _along_in_words(run: AxonRecording) -> Iterator[str]:
    """What becomes of the impulse, how fast it is, and what the electrodes record."""
    yield _impulse_in_words(run)
    for place, x in enumerate(run.electrodes, 1):
        rec = run.at(min(x, run.axon.length))
        count = measure.spikes(rec, ARRIVAL_LEVEL).size
        name = "often" if count > 1 else _course(rec)
        where = number(min(x, run.axon.length), 2)
        yield sentence(f"electrode.{name}", number=place, x=where, count=count, **_extremes(rec))


def _impulse_in_words(run: AxonRecording) -> str:
    """Where impulses begin, meet or die out, from the time at which each place is first reached."""
    times, far, sample = measure.first_arrivals(run), run.axon.length, run.t[1]
    there = np.flatnonzero(np.isfinite(times))
    if not there.size:
        return sentence("axon.none")
    early, late = float(np.nanmin(times)), float(np.nanmax(times))
    fires = any(_rises_by_itself(run.at(x), early, ARRIVAL_LEVEL) for x in run.x[there[np.argsort(-times[there])]])
    if not fires or there[0] > 0 or there[-1] < run.x.size - 1:
        return _stretch("axon.part" if fires else "axon.pushed", run.x[there[0]], run.x[there[-1]])
    speed, gap = measure.velocity(run), int(np.diff(run.x[there]).argmax())
    if not np.isfinite(speed) and run.x[there[gap + 1]] - run.x[there[gap]] > NEAR_END * far:
        return _stretch("axon.gap", run.x[there[gap]], run.x[there[gap + 1]])
    meeting, begin = run.x[times >= late - sample].mean(), run.x[times <= early + sample].mean()
    if NEAR_END * far < meeting < (1.0 - NEAR_END) * far and max(times[0], times[-1]) < late - sample:
        return sentence("axon.meet", x=number(meeting, 2))
    if NEAR_END * far < begin < (1.0 - NEAR_END) * far and min(times[0], times[-1]) > early + sample:
        return sentence("axon.both_ways", x=number(begin, 2))
    at_once = not np.isfinite(speed) or late - early < sample
    return sentence(f"axon.{'whole' if at_once else 'runs' if speed > 0 else 'runs_back'}", speed=number(abs(speed), 2))


def _stretch(name: str, begin: float, end: float) -> str:
    """A sentence about a stretch of an axon (cm), or the one about a single place."""
    first, last = number(begin, 2), number(end, 2)
    name = name if first != last else f"{name}_at_one_place"
    return sentence(name, level=number(ARRIVAL_LEVEL, 0), first=first, last=last)


def _along_at(run: AxonRecording, moment: float) -> Iterator[str]:
    """V at the electrodes at a moment (ms), and where the inside is positive."""
    V = run.V[:, run.nearest_sample(moment)]
    for place, x in enumerate(run.electrodes, 1):
        here = number(V[run.nearest(min(x, run.axon.length))])
        yield sentence("moment.electrode", number=place, time=time_of(run, moment), V=here)
    edges = np.flatnonzero(np.diff(np.concatenate(([False], V > 0, [False])).astype(int)))
    for begin, end in edges.reshape(-1, 2):
        yield _stretch("moment.positive", run.x[begin], run.x[end - 1])
    if not edges.size:
        yield sentence("moment.negative")
