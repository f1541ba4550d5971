"""Conductances of the squid's giant axon as Hodgkin and Huxley measured them, to stand beside the model."""

import functools
from pathlib import Path
from typing import NamedTuple

import numpy as np

from .parameters import no_such
from .physics import Floats
from .protocols import VoltageStep
from .recording import Recording
from .texts import TextFiles

REST = -65.0  # mV: the resting potential of the model, from which the steps of 1952 are counted here
NEAR = 2.5  # mV: farther from the step of a recording no points are shown beside it


class Measured(NamedTuple):
    """The points of one step: its voltage (mV), times from its beginning (ms), and conductances (mS/cm2)."""

    V: float
    t: Floats
    g: Floats


@functools.cache
def steps(channel: str) -> tuple[Measured, ...]:
    """All steps in which the conductance of a channel, "K" or "Na", was measured; ValueError for another."""
    known = TextFiles(Path(__file__).with_suffix(".toml"))
    of_channel = (
        known[channel]
        if channel in known
        else no_such(f"nobody measured a channel {channel} in the axon of 1952", channel, known)
    )
    return tuple(Measured(REST + float(rise), np.array(p["t"]), np.array(p["g"])) for rise, p in of_channel.items())


def beside(rec: Recording, channel: str) -> Measured | None:
    """What was measured in the step nearest to that of a recording; its times are those of the recording.

    None where the recording is not of a step, or V was never stepped to within 2.5 mV of it.
    """
    step = rec.protocol
    if not isinstance(step, VoltageStep):
        return None
    nearest = min(steps(channel), key=lambda each: abs(each.V - step.to))
    t = nearest.t + step.start
    seen = t <= min(step.start + step.duration, rec.t[-1])
    near = abs(nearest.V - step.to) <= NEAR and seen.any()
    return Measured(nearest.V, t[seen], nearest.g[seen]) if near else None
