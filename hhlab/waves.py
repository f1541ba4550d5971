"""Currents of any shape: a sine, also one whose frequency changes, noise, and a current that somebody has sampled."""

import functools
import itertools
import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .parameters import Parameter, numbers, param, tidy
from .physics import Floats
from .protocols import LONGEST, Wave

PER_TIME_CONSTANT = 50
"""Samples of noise in one of its time constants; between them it is straight."""
MOST_SAMPLES = 50_000_000  # that a recording or a current may have
MOST_DRAWN = 5_000_000  # samples of noise
CURRENT = Parameter(0.0, "uA/cm2", -1e5, 1e5, "sample of the current", name="I")


class Sine(Wave):
    """A current that goes up and down as a sine around its mean.

    With a `sweep` its frequency changes evenly, and has changed by so much at the end. Such a current shows at one go
    to which frequencies a cell answers most; it is known as ZAP or chirp.

    Examples
    --------
    >>> hh.Sine(2, frequency=1, sweep=99, duration=1000).in_words()
    'a sine of 2 uA/cm2 that goes from 1 to 100 Hz in 1000 ms from 5 ms'
    """

    amplitude = param(5, "uA/cm2", -1e5, 1e5, "amplitude: how far the current goes from its mean", slider=(0, 20))
    frequency = param(50, "Hz", 0, 1e5, "frequency at the start", slider=(1, 200))
    start = param(5, "ms", 0, LONGEST, "start of the stimulus", slider=(0, 50))
    duration = param(100, "ms", 1e-4, LONGEST, "duration of the stimulus", slider=(1, 1000))
    sweep = param(0, "Hz", -1e5, 1e5, "change of the frequency from start to end", slider=(0, 200))
    mean = param(0, "uA/cm2", -1e5, 1e5, "mean current", slider=(-10, 20))

    @property
    def extreme(self) -> float:
        return self.mean + math.copysign(self.amplitude, self.mean)

    def _cycles(self, since: Floats) -> Floats:
        return 1e-3 * since * (self.frequency + 0.5 * self.sweep * since / self.duration)

    def at(self, since: Floats) -> Floats:
        return self.mean + self.amplitude * np.sin(2.0 * np.pi * self._cycles(since))

    def charges(self, edges: Floats) -> Floats:
        """By the integral of a sine, with the frequency of the middle of each interval, as it hardly changes there."""
        middle, width = 0.5 * (edges[1:] + edges[:-1]), np.diff(edges)
        cycles = 1e-3 * width * (self.frequency + self.sweep * middle / self.duration)
        return width * (self.mean + (self.at(middle) - self.mean) * np.sinc(cycles))

    def in_words(self) -> str:
        low, high, ms = map(tidy, (self.frequency, self.frequency + self.sweep, self.duration))
        how = f"that goes from {low} to {high} Hz in {ms} ms" if self.sweep else f"at {low} Hz for {ms} ms"
        around = f", around {tidy(self.mean)} uA/cm2" if self.mean else ""
        return f"a sine of {tidy(self.amplitude)} uA/cm2 {how} from {tidy(self.start)} ms{around}"


class Sampled(Wave):
    """A current that is known at some times, and straight between them."""

    @property
    def samples(self) -> tuple[Floats, Floats]:
        """Times since its start (ms), and the current then (uA/cm2)."""
        raise NotImplementedError

    @property
    def extreme(self) -> float:
        current = self.samples[1]
        return float(current[np.abs(current).argmax()])

    def at(self, since: Floats) -> Floats:
        return np.interp(since, *self.samples)

    def charges(self, edges: Floats) -> Floats:
        t, current = self.samples
        until = np.concatenate(([0.0], np.cumsum(0.5 * (current[1:] + current[:-1]) * np.diff(t))))
        before = np.searchsorted(t, edges, "right") - 1
        since = edges - t[before]
        return np.diff(until[before] + 0.5 * since * (current[before] + self.at(edges)))


class Noise(Sampled):
    """Noise around a mean: an Ornstein-Uhlenbeck process, which forgets its past with the time constant `tau`.

    Its values are normally distributed around `mean` with the standard deviation `sd`, from its first moment on. The
    same `seed` gives the same noise, however long it is, and whatever the time step.

    Examples
    --------
    >>> hh.Noise(mean=5, sd=2, tau=3, duration=200).in_words()
    'noise of 5 +- 2 uA/cm2 with a time constant of 3 ms for 200 ms from 5 ms, seed 1'
    """

    _words = (
        "noise of {mean} +- {sd} uA/cm2 with a time constant of {tau} ms for {duration} ms from {start} ms, seed {seed}"
    )
    mean = param(0, "uA/cm2", -1e5, 1e5, "mean current", slider=(-10, 20))
    sd = param(2, "uA/cm2", 0, 1e5, "standard deviation of the current", slider=(0, 10))
    tau = param(3, "ms", 1e-3, LONGEST, "time constant of the noise", slider=(0.1, 20))
    start = param(5, "ms", 0, LONGEST, "start of the stimulus", slider=(0, 50))
    duration = param(200, "ms", 1e-4, LONGEST, "duration of the stimulus", slider=(1, 1000))
    seed = param(1, "(number)", 0, 2**32 - 1, "seed: another number gives another noise", slider=(1, 20))

    @property
    def samples(self) -> tuple[Floats, Floats]:
        apart = self.tau / PER_TIME_CONSTANT
        count = math.ceil(self.duration / apart) + 1
        if count > MOST_DRAWN + 1:
            most = tidy(MOST_DRAWN // PER_TIME_CONSTANT * self.tau)
            raise ValueError(
                f"duration = {tidy(self.duration)} ms is too long for noise with tau = {tidy(self.tau)} ms: make it at "
                f"most {most} ms, or tau longer"
            )
        return apart * np.arange(count, dtype=float), self.mean + self.sd * _noise(int(self.seed), count)


@functools.lru_cache(maxsize=4)
def _noise(seed: int, count: int) -> Floats:
    """An Ornstein-Uhlenbeck process with mean 0 and standard deviation 1; so many samples.

    NumPy promises for this generator of random numbers alone that its numbers are the same in all later versions.
    """
    kept = math.exp(-1.0 / PER_TIME_CONSTANT)
    drawn = np.random.RandomState(seed).standard_normal(count)
    drawn[1:] *= math.sqrt(1.0 - kept**2)
    return np.array(list(itertools.accumulate(drawn.tolist(), lambda now, new: kept * now + new)))


class Waveform(Sampled):
    """A current of any shape, given by samples and straight between them: one that was recorded, or computed.

    Parameters
    ----------
    t : array_like
        Times of the samples, ms; they rise.
    I : array_like
        The current at these times, uA/cm2; positive depolarises. After the last sample there is none.
    start : float, optional
        When the first of them comes, ms; None for its own time.
    scale : float, default 1
        Factor of the current.

    Raises
    ------
    ValueError
        If there are not as many times as currents, at least two, or a number is not finite or out of range.

    Examples
    --------
    >>> t = np.arange(0, 100, 0.1)
    >>> hh.Waveform(t, 5 * np.exp(-t / 20)).in_words()
    'a current of 1000 samples, 0.0339691 to 5 uA/cm2, for 99.9 ms from 0 ms'
    """

    _made_of = ("_values", "_samples")
    _samples: tuple[bytes, bytes]
    start = param(0, "ms", 0, LONGEST, "start of the stimulus", slider=(0, 50))
    scale = param(1, "times", -1e6, 1e6, "factor of the current", slider=(-2, 2))

    def __init__(self, t: ArrayLike, I: ArrayLike, start: float | None = None, scale: float = 1.0) -> None:  # noqa: E741
        times, current = rising(t), numbers("I", "uA/cm2", I)
        super().__init__(start=times[0] if start is None else start, scale=scale)
        if current.shape != times.shape:
            raise ValueError(f"there are {times.size} times and {current.size} currents: give as many of each")
        for extreme in (current.min(), current.max()):
            CURRENT.check(extreme)
        self.__dict__["_samples"] = (times - times[0]).tobytes(), current.tobytes()

    @property
    def samples(self) -> tuple[Floats, Floats]:
        t, current = map(np.frombuffer, self._samples)
        return t, self.scale * current

    def has_samples_of(self, other: "Waveform") -> bool:
        """Whether another one differs from it at most in start and scale."""
        return self._samples == other._samples

    @property
    def duration(self) -> float:
        """From its first to its last sample, ms."""
        return float(self.samples[0][-1])

    def in_words(self) -> str:
        t, current = self.samples
        return (
            f"a current of {t.size} samples, {current.min():g} to {current.max():g} uA/cm2, for {t[-1]:g} ms "
            f"from {tidy(self.start)} ms"
        )

    def __repr__(self) -> str:
        t, current = (np.frombuffer(each).tolist() for each in self._samples)
        return f"Waveform(t={t}, I={current}, start={tidy(self.start)}, scale={tidy(self.scale)})"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """What a notebook shows: not all of the samples."""
        printer.text(f"<Waveform: {self.in_words()}>")


def rising(t: ArrayLike) -> Floats:
    """Times (ms) as an array (n,); ValueError if they are fewer than two or too many, or do not rise."""
    times = np.ascontiguousarray(numbers("t", "ms", t))
    if times.ndim != 1 or not 2 <= times.size <= MOST_SAMPLES:
        raise ValueError(
            f"t has the shape {times.shape}: give a row of 2 to {MOST_SAMPLES} times in ms, and as many values"
        )
    falls = np.flatnonzero(np.diff(times) <= 0)
    if falls.size:
        before, after = times[falls[0]], times[falls[0] + 1]
        raise ValueError(
            f"t = {before:g} ms is followed by {after:g} ms: times must rise, so sort the samples, or leave out those "
            "that come twice"
        )
    return times
