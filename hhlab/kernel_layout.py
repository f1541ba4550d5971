"""What the kernel reads and writes: how its tables are laid out, and its arrays by name.

Cells and protocols become these arrays in `kernel_arrays` and `gates`. `compile_cache` knows that code depends on them.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .physics import Floats

Ints = NDArray[np.int64]

V_MIN, V_MAX, ROWS_PER_MV = -200.0, 200.0, 2.0
ROWS = round((V_MAX - V_MIN) * ROWS_PER_MV)
TOP = ROWS - 1e-9
CUBIC = 4
ENTRY = 2 * CUBIC
ONE, TWO, THREE, OF_B = np.uint64(1), np.uint64(2), np.uint64(3), np.uint64(CUBIC)

ONE_PATCH = (0,)
MANY_PATCHES = (0, 0)
OHMIC, NERNST, GHK, CURVE = 0, 1, 2, 3
BY_V, BY_ION, BY_BOTH = 0, 1, 2
LOG_MIN, LOG_MAX = -6.0, 3.0
"""Range of log10 of a concentration in mM."""
ROWS_PER_DECADE = 32.0
ION_ROWS = round((LOG_MAX - LOG_MIN) * ROWS_PER_DECADE)
COARSE_V, COARSE_ION = 0.5, 12.0
"""Rows per mV, and per decade, of a table over both."""
BOTH_V_ROWS, BOTH_ION_ROWS = round((V_MAX - V_MIN) * COARSE_V), round((LOG_MAX - LOG_MIN) * COARSE_ION)
SQUARE = CUBIC * CUBIC


class Pools(NamedTuple):
    """The inside of N patches: P kinds of ions, and a pump that moves three of one kind out and two of another in."""

    z: Floats  # (P,) charge
    outside: Floats  # (P, N) mM
    by_charge: Floats  # (P, N): mM by which 1 uA/cm2 of outward current of this ion lowers it in 1 ms; 0 if frozen
    clears: Floats  # (P,): 1/ms at which it goes back to its base; 0 if it does not
    base: Floats  # (P, N) mM
    domain: Ints  # (P,): the channel whose current sets it, by_charge for each uA/cm2 above its base; or -1
    thermal: Floats  # (N,) RT/F, mV
    carrier: int  # the pool that the stimulus comes from, or -1
    pump: tuple[Floats, ...]  # (N,) each: I_max times the term of K outside, uA/cm2; k, p, n of Na inside; a, b of V
    three: int  # the pool of which three go out
    two: int  # the pool of which two come in


class Membrane(NamedTuple):
    """N patches of one kind of membrane with K channels and G gates; gates are sorted by channel.

    `lanes` is ONE_PATCH or MANY_PATCHES: the length of a tuple is known while compiling, so that loops over a single
    patch vanish.
    """

    table: Floats  # (ROWS * G * ENTRY,): of each row and gate, the cubic of A and the cubic of B
    first: Ints  # (K + 1,): the gates of channel c are first[c] to first[c + 1]
    power: Ints  # (G,)
    g: Floats  # (K, N) mS/cm2
    E: Floats  # (K, N) mV
    C: Floats  # (N,) uF/cm2
    lanes: tuple[int, ...]


class Rich(NamedTuple):
    """What a rich membrane has besides."""

    pools: Pools
    drive: Ints  # (K,): OHMIC, NERNST, GHK or CURVE; with GHK, g is a permeability in cm/s
    pool: Ints  # (K,): the pool of what it lets through, or -1
    offset: Floats  # (G,): a gate counts as offset + weight times itself
    weight: Floats  # (G,)
    ends: Ints  # (G,): 1 where what gates count for is multiplied in; 0 where it adds to the next gate's
    at_once: Ints  # (G,): 1 if it follows what it reads without delay; V also within a step
    reads: Ints  # (G,): BY_V, BY_ION or BY_BOTH
    ion: Ints  # (G,): the pool that it reads, or -1
    begin: Ints  # (G,): where its table begins in `over_ions`
    over_ions: Floats  # flat, the tables of gates that read a pool
    weighted: Ints  # (K,): 1 if any of its gates has a weight, adds to the next one, or follows V at once
    curve: Ints  # (K,): where its driving force begins in `curves`
    curves: Floats  # flat, (ROWS * CUBIC,) each


class Axial(NamedTuple):
    """How N patches hang together in a row, and where each of S stimuli reaches them."""

    left: Floats  # (N,): conductance to the patch before, mS for each cm2 of its own membrane; 0 for the first
    right: Floats  # (N,): to the patch after; 0 for the last
    begin: Ints  # (N,): where the tables of its temperature begin
    share: Floats  # (S, N): share of a patch that a stimulus covers
    reach: Ints  # (S, 2): the first patch that it covers, and the first after it


class Noise(NamedTuple):
    """The channels of one patch, one by one: which particles of their gates are open. A gate of its own counts them.

    What is counted of a gate is its open particles, and of a gate that counts channels those that are open.
    """

    first: Ints  # (G + 1,): the particles of gate j are first[j] to first[j + 1]
    owner: Ints  # (particles,): the channel that it belongs to
    open: Ints  # (particles,): 1 if it is open
    shut: Ints  # (channels,): how many of its particles are shut
    counts: Ints  # (G,): the gate that counts the channels that this gate is a part of
    counted: Ints  # (G,): how many are open
    number: Floats  # (G,): of how many
    state: Ints  # (6,) of the generator of random numbers


class Stimulus(NamedTuple):
    """What comes from outside, as the mean of each step. Without synapses (0) g and g_E have one step, of zeros.

    N columns, one a patch; with axial currents S columns, one a stimulus.
    """

    row: Ints  # (steps,): the row of `current` that holds; the same one as long as nothing changes
    current: Floats  # (rows, N) uA/cm2
    synapses: int  # 0 or 1; a factor, as a branch would cost six times the rest of a step
    g: Floats  # (steps or 1, N) mS/cm2 of all synapses together
    g_E: Floats  # (steps or 1, N) uA/cm2: the same times what they pull towards


class Jumps(NamedTuple):
    """J sudden changes, sorted by time: when, counted in steps, what jumps, and by or to what."""

    at: Floats  # (J,)
    what: Ints  # (J,): -1 adds to V; a gate's number sets that gate
    value: Floats  # (J, N)


class Kept(NamedTuple):
    """What is kept of a run. Where not all samples are kept, V is a two-row ring buffer, and x has one row.

    Spikes are looked for sample by sample: one begins where V is at a level or above, and the next can begin only after
    V has been below a second, lower level. When they begin is kept as far as there is room.
    """

    V: Floats  # (samples or 2, N)
    x: Floats  # (samples or 1, G, N)
    ions: Floats  # (samples, P, N)
    all_V: int  # 0 or 1
    all_x: int  # 0 or 1
    level: float  # mV: where a spike begins
    over: float  # mV: below it a spike is over
    firing: Ints  # (N,): 1 while a spike lasts, and from the beginning where V begins at the level without a jump
    times: Floats  # (room, N), counted in samples; without room nothing is looked for
    found: Ints  # (N,): how many there were


class Work(NamedTuple):
    """Scratch of a run, one value a patch; currents in uA/cm2, conductances and slopes in mS/cm2."""

    row: NDArray[np.uint64]  # where the row of V begins in the table
    frac: Floats  # how far V is into that row
    net: Floats  # inward current of the whole membrane
    slope: Floats  # slope of the outward current against V
    g: Floats  # conductance of the channel that is looked at
    bend: Floats  # slope of that conductance against V
    current: Floats  # outward current of the channel
    steep: Floats  # its slope against V
    drift: Floats  # (P, N): by how much a pool moved in the last step, mM
    carried: Floats  # (P, N): outward current of each pool
    carried_slope: Floats  # (P, N): its slope against V
    mean: Floats  # by how much V is, on the mean over a step, from where the step began


def scratch(pools: int, n: int) -> Work:
    """Room for the work on n patches with so many pools."""
    frac, net, slope, g, bend, current, steep, mean = np.empty((8, n))
    drift, carried, carried_slope = np.zeros((3, pools, n))
    row = np.empty(n, np.uint64)
    return Work(row, frac, net, slope, g, bend, current, steep, drift, carried, carried_slope, mean)
