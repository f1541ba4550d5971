"""From an axon and its stimuli to a recording of all of it."""

import functools
import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from . import kernel_layout as layout
from .axon_recording import AxonRecording
from .axons import Fibre, resting_conductance
from .parameters import must_be, tidy
from .placement import Electrode, Placed, stimuli
from .protocols import Nothing, Protocol, Together
from .recording import KEEP_ALL, KEEP_V, Batch
from .simulation import A_PROTOCOL, run_kernel, settings_of

AN_AXON = "{given} is not an axon: give one such as Axon(diameter=476, length=5)"
AFTER_STIMULUS, MOST_PER_LENGTH, TIME_CONSTANTS = 3.0, 0.8, 0.5
"""A recording goes on for 3 ms, and half a time constant (0.8 ms at most) for each length constant of the axon."""
DIGITS = 9
KEPT_AT_ONCE = 2_000_000  # numbers: of a longer recording gates are simulated again when a place is asked for them
Where = Protocol | Sequence[Any] | None


def propagate(
    axon: Fibre, protocol: Where = None, at: float = 0.0, *, over: float = 0.1, t_stop: float | None = None,
    dt: float | None = None, every: int = 1, electrodes: Sequence[float] = (), freeze: Sequence[str] = (),
) -> AxonRecording:  # fmt: skip
    """The recording of an axon from its resting state: V all along it, and everything else at any place.

    Gates are not kept: if you ask a place for gates, conductances or currents, the axon is simulated once more.

    Parameters
    ----------
    axon : Axon or MyelinatedAxon
        What to simulate, such as Axon(diameter=476, length=5), Axon(Neuron()) or MyelinatedAxon().
    protocol : Protocol or sequence of tuple, optional
        A stimulus, in uA/cm2 of the membrane that it covers; or several, each with its place in cm, such as
        [(Step(1000, 0.5, 0.2), 0.0), (Step(1000, 0.5, 0.2), 5.0)], and a width of its own as a third; None for none.
    at : float, optional
        Where a single stimulus is, cm.
    over : float, optional
        The width that each stimulus covers, cm. At an end of the axon it is moved in, so that it is covered whole.
    t_stop : float, optional
        Length of the recording, ms; None for 3 ms after the stimulus, and enough more to reach the end of the axon.
    dt : float, optional
        Time step, ms; None for half of what the membrane takes.
    every : int, optional
        Keep one sample every so many steps.
    electrodes : sequence of float, optional
        Where recording electrodes are, cm, for pictures; `at` of the recording gives any place anyway.
    freeze : sequence of str, optional
        Gates or concentrations that keep their resting value, all along the axon.

    Returns
    -------
    AxonRecording
        V over time all along the axon; its `at(x)` is the recording of a place.

    Raises
    ------
    ValueError
        If there is no axon, a stimulus has no place, a place is not on the axon, a number is out of range, a name is
        unknown, more than 50 million numbers would be stored, or the membrane leaves -500 to 500 mV somewhere.
    """
    must_be(Fibre, AN_AXON, axon)
    axon.check()
    if axon.membrane.noisy:
        raise ValueError("the channels of an axon cannot be noisy: give its membrane without with_noise")
    placed = placed_on(axon, protocol, at, over, electrodes)
    length = round(placed.end + afterwards(axon), DIGITS) if t_stop is None else t_stop
    cells, sources = axon.row.cells, stimuli(placed) or [Placed(Nothing())]
    frozen = axon.membrane.gate_names if axon.gates_frozen else freeze
    settings = settings_of(axon, length, len(cells), KEEP_ALL, dt=dt, every=every, freeze=frozen)
    again = functools.partial(run_kernel, cells, sources, settings, _axial(axon, sources))
    numbers = settings.t.size * len(cells) * len(axon.state_names)
    kept = again(KEEP_ALL if numbers <= KEPT_AT_ONCE else KEEP_V)
    batch = Batch(settings.t, cells, [placed] * len(cells), settings.told, kept, again)
    return AxonRecording(axon, placed, batch)


def placed_on(axon: Fibre, protocol: Any, at: float, over: float, electrodes: Sequence[float]) -> Together:
    """All that is on an axon as one protocol: electrodes first, then stimuli with their places."""
    parts: list[Protocol]
    if isinstance(protocol, Together) and any(isinstance(part, Placed | Electrode) for part in protocol.parts):
        parts = list(protocol.parts)
    else:
        parts = [Placed(*each) for each in _placed(protocol, at, over)]
    must_be(Iterable, "{given} is not a list of places in cm: give one such as (1, 4)", electrodes)
    parts += [Electrode(x) for x in electrodes]
    for part in parts:
        where = getattr(part, "at" if isinstance(part, Placed) else "x")
        if where > axon.length * (1 + 1e-9):
            told = f"{tidy(where)} cm is beyond the end of this axon, which is {axon.length:.4g} cm long"
            raise ValueError(
                f"the stimulus at {told}: move the stimulus, or take a longer axon"
                if isinstance(part, Placed)
                else f"the electrode at {told}: move the electrode, or take a longer axon"
            )
    return Together(*sorted(parts, key=lambda part: not isinstance(part, Electrode)))


def _placed(protocol: Any, at: float, over: float) -> list[tuple[Protocol, float, float]]:
    """Each stimulus with its place and its width."""
    if protocol is None or isinstance(protocol, Nothing):
        return []
    if isinstance(protocol, Protocol):
        return [(protocol, at, over)]
    must_be(Iterable, A_PROTOCOL, protocol)
    found = [tuple(each) if isinstance(each, list | tuple) else (each,) for each in protocol]
    must_be(Protocol, A_PROTOCOL, *(each[0] if each else None for each in found))
    if any(len(each) not in (2, 3) for each in found):
        raise ValueError("a stimulus has no place: give pairs such as (Step(1000, 0.5, 0.2), 0.0), the place in cm")
    return [(*each, over)[:3] for each in found]


def afterwards(axon: Fibre) -> float:
    """How long in ms a recording goes on after the stimulus, unless told otherwise."""
    constant = axon.membrane.C / max(resting_conductance(axon.membrane), 1e-9)
    return math.ceil(
        AFTER_STIMULUS + min(MOST_PER_LENGTH, TIME_CONSTANTS * constant) * axon.length / axon.length_constant
    )


def _axial(axon: Fibre, sources: list[Placed]) -> layout.Axial:
    """How the patches hang together, and what reaches them; which tables they have is left open."""
    row = axon.row
    share = np.array([row.reached * part.share(row.x, row.width, axon.length) for part in sources])
    covered = [np.flatnonzero(each) for each in share]
    return layout.Axial(
        left=np.concatenate(([0.0], row.joint)) / row.area,
        right=np.concatenate((row.joint, [0.0])) / row.area,
        begin=np.empty(0, np.int64),
        share=share,
        reach=np.array([(each[0], each[-1] + 1) if each.size else (0, 0) for each in covered], np.int64),
    )
