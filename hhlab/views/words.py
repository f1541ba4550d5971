"""Recordings in words: the line below a picture, and the values at one moment."""

import re

import numpy as np

from .. import measure
from ..axon_recording import AxonRecording
from ..measure.propagation import ARRIVAL_LEVEL
from ..physics import Floats
from ..recording import Recording
from .view import at

SLOW_RATE = 5.0  # Hz below which a rate is given per minute
COARSE_SLOPE = 2.0  # mV/ms from which on one decimal is enough for what moves V
FAST_CHANGE = 1000.0  # mV in one unit of the time axis from which on a change of V is given in mV/ms
BURST_PAUSE = 10.0  # median intervals that a pause between bursts lasts at least


def in_words(rec: Recording | AxonRecording) -> str:
    """What a picture of this recording shows, in a line or two: spikes, their rate, peak, width and undershoot."""
    words = _axon_in_words(rec) if isinstance(rec, AxonRecording) else _spikes_in_words(rec)
    return re.sub(r"-(?=\d)", "−", f"{words} {rec.cell.remark}".rstrip())


def _spikes_in_words(rec: Recording) -> str:
    level = rec.cell.spike_level
    times = measure.spikes(rec, level)
    if rec.cell.counts_ions and not times.size:
        return _drift_in_words(rec)
    top, when = measure.peak(rec)
    if not times.size:
        highest = f"its highest point is {top:.1f} mV at {_time(rec, when)}"
        return f"No spike above {level:g} mV: V starts at {rec.V[0]:.1f} mV and {highest}."
    low, low_at = measure.undershoot(rec, level)
    starts = _starts_of_bursts(times)
    width = measure.half_width(rec, level) if starts.size == 1 else np.nan
    words = f"{_rhythm(rec, times, starts)}: peak {top:.1f} mV, "
    words += f"half-width {width:.2f} ms, " if np.isfinite(width) else ""
    return words + f"then down to {low:.1f} mV at {_time(rec, low_at)}."


def _starts_of_bursts(times: Floats) -> Floats:
    """When bursts of four spikes or more on average begin, ms: after pauses far longer than most intervals."""
    intervals = np.diff(times)
    starts = times[1:][intervals > BURST_PAUSE * np.median(intervals)] if intervals.size else times[1:]
    return np.append(times[0], starts if times.size > 3 * (starts.size + 1) else starts[:0])


def _rhythm(rec: Recording, times: Floats, starts: Floats) -> str:
    """How many spikes, and how they follow each other: in bursts or at a rate."""
    if times.size == 1:
        return f"1 spike at {_time(rec, times[0])}"
    first = f"the first at {_time(rec, times[0])}"
    if starts.size > 1:
        apart = np.diff(starts)[-1] / 1000
        return (
            f"{times.size} spikes in {starts.size} bursts, {first}, the last burst {apart:.2f} s after the one before"
        )
    last = times[-1] - times[-2]
    rate = f"{1000 / last:.0f} Hz" if 1000 / last >= SLOW_RATE else f"{60_000 / last:.0f} a minute"
    return f"{times.size} spikes, {first}, the last after {last:.2f} ms ({rate})"


def _drift_in_words(rec: Recording) -> str:
    """Where V and the concentrations go when there is no spike."""
    factor, unit = time_unit(float(rec.t[-1]))
    length = f"{rec.t[-1] / factor:g} {unit}"
    moved = ", ".join(
        f"{name.removesuffix('_in')} {values[0]:.4g} to {values[-1]:.4g} mM" for name, values in rec.conc.items()
    )
    return f"V goes from {rec.V[0]:.1f} to {rec.V[-1]:.1f} mV in {length}; inside {moved}."


def _amount(mM: float) -> str:
    """A concentration in a unit of fitting size."""
    return f"{mM:.4g} mM" if mM >= 0.1 else f"{1e3 * mM:.3g} µM"


def time_unit(length: float) -> tuple[float, str]:
    """The unit for the time axis of a recording of this length (ms): its size in ms, and its name."""
    return next(((size, unit) for least, size, unit in _UNITS if length > least), (1.0, "ms"))


_UNITS = ((18e6, 3600e3, "h"), (600e3, 60e3, "min"), (10e3, 1e3, "s"))


def moment_in_words(rec: Recording | AxonRecording, moment: float) -> str:
    """The values at a moment (ms): V, the gates, and which currents move V; of an axon, where it is positive inside."""
    if isinstance(rec, AxonRecording):
        return _axon_at(rec, moment)
    gates = ", ".join(f"{name} {at(rec, values, moment)[0]:.3f}" for name, values in rec.gate.items())
    if rec.cell.pools:
        moving = {name: values for name, values in rec.conc.items() if np.ptp(values) > 0}
        inside = ", ".join(f"{name} {_amount(at(rec, values, moment)[0])}" for name, values in moving.items())
        gates = ", ".join(filter(None, (gates, inside)))
    words = f"At {_time(rec, moment)}: V {at(rec, rec.V, moment)[0]:.1f} mV" + (f"; {gates}" if gates else "")
    return f"{words}. {_moved_in_words(rec, moment)}.".replace("-", "−")


def _moved_in_words(rec: Recording, moment: float) -> str:
    """How fast V changes at a moment, and the part of each current; small values with more decimals."""
    parts = {name: float(at(rec, part, moment)[0]) for name, part in measure.attribution(rec).items()}
    digits = 1 if max(map(abs, parts.values()), default=0.0) >= COARSE_SLOPE else 2
    ranked = sorted(parts.items(), key=lambda part: -abs(part[1]))
    seen = [f"{name} {part:+.{digits}f}" for name, part in ranked if abs(part) >= 0.5 * 10**-digits]
    moved, slope = ", ".join(seen) or "nothing", sum(parts.values())
    factor, unit = time_unit(float(rec.t[-1]))
    if unit == "ms" or abs(slope * factor) >= FAST_CHANGE:
        return f"V changes by {round(slope, digits) + 0.0:+.{digits}f} mV/ms: {moved}"
    return f"V changes by {round(slope * factor, 1) + 0.0:+.1f} mV/{unit}; in mV/ms: {moved}"


def _time(rec: Recording, moment: float) -> str:
    """A moment of a recording (ms) in the unit of its time axis."""
    factor, unit = time_unit(float(rec.t[-1]))
    return f"{moment / factor:.2f} {unit}"


def _axon_in_words(run: AxonRecording) -> str:
    """What becomes of the impulse, how fast it is, and what the electrodes record."""
    seen = [_electrode_in_words(run, number, x) for number, x in enumerate(run.electrodes, 1)]
    return " ".join([_course_in_words(run), *seen])


def _course_in_words(run: AxonRecording) -> str:
    """Where impulses begin, meet or die out, from the time at which each place is first reached."""
    times = measure.first_arrivals(run)
    there = np.flatnonzero(np.isfinite(times))
    if not there.size:
        return "No impulse."
    rising = np.diff(times[there]) >= 0
    extrema = np.flatnonzero(rising[1:] != rising[:-1])
    meets = [float(run.x[there[k + 1]]) for k in extrema if rising[k]]
    if meets:
        return f"Impulses from both sides meet at {meets[0]:.2f} cm."
    if extrema.size:
        return f"An impulse runs both ways from {run.x[there[extrema[0] + 1]]:.2f} cm."
    speed = measure.velocity(run)
    if np.isfinite(speed):
        return f"An impulse runs along the axon at {abs(speed):.2f} m/s."
    first, last = run.x[there[0]], run.x[there[-1]]
    if there[0] == 0 and there[-1] == len(run.x) - 1:
        return "An impulse runs along the axon."
    return f"No impulse comes through: V passes -20 mV only from {first:.2f} to {last:.2f} cm."


def _electrode_in_words(run: AxonRecording, number: int, x: float) -> str:
    rec = run.at(min(x, run.axon.length))
    top, when = measure.peak(rec)
    count = measure.spikes(rec, ARRIVAL_LEVEL).size
    fired = f"{count} times, " if count > 1 else ""
    return f"Electrode {number} ({x:.2f} cm): {fired}peak {top:.1f} mV at {when:.2f} ms."


def _axon_at(run: AxonRecording, moment: float) -> str:
    """V at the electrodes at a moment (ms), and where the inside is positive."""
    V = run.V[:, run.nearest_sample(moment)]
    at_electrodes = [V[run.nearest(min(x, run.axon.length))] for x in run.electrodes]
    seen = [f"electrode {number} {here:.1f} mV" for number, here in enumerate(at_electrodes, 1)]
    edges = np.flatnonzero(np.diff(np.concatenate(([False], V > 0, [False])).astype(int)))
    parts = [f"{run.x[a]:.2f} to {run.x[b - 1]:.2f} cm" for a, b in edges.reshape(-1, 2)]
    where = f"the inside is positive from {' and from '.join(parts)}" if parts else "the inside is negative everywhere"
    return f"At {moment:.2f} ms: {', '.join([*seen, where])}.".replace("-", "−")
