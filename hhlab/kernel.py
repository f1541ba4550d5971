"""The only jitted code: one step of many patches of membrane, as numbers and arrays.

A patch has a capacitance, channels, pools, a pump and a stimulus. A channel is a conductance times a product of gates
to a power, driven by V - E, where E is fixed or the Nernst potential of a pool; or a permeability, driven as Goldman,
Hodgkin & Katz have it. A gate follows its table: over one step at voltage V it goes from x to A(V) + B(V) x. A pool
takes the mean currents of the step, the same that moved V, so that charge is conserved.

The scheme is a symmetric (Strang) splitting and so of second order: gates over half a step at fixed V, V over a whole
step at fixed gates, gates over half a step. The two half steps of neighbouring steps have the same V and merge into
one, so inside a run the gates live half a step ahead of V, and what is recorded is the mean of their two neighbours.
Before a jump (of V, or of a gate) both are brought to the same moment. Reversal potentials and pump are those of the
beginning of a step, so where ions move the order is one, in the little that they move by in a step.

What does not belong here: names, units, classes, files, and calls into other jitted modules (numba's disk cache does
not notice when a callee in another file changes).
"""

from typing import Any, NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

V_MIN, V_MAX, ROWS_PER_MV = -200.0, 200.0, 2.0
ROWS = round((V_MAX - V_MIN) * ROWS_PER_MV)
TOP = ROWS - 1e-9
CUBIC = 4
ENTRY = 2 * CUBIC
ONE, TWO, THREE, OF_B = np.uint64(1), np.uint64(2), np.uint64(3), np.uint64(CUBIC)

ONE_PATCH = (0,)
MANY_PATCHES = (0, 0)
FIXED, MOVING = (0,), (0, 0)
OHMIC, NERNST, GHK = 0, 1, 2
FARADAY = 96485.33212
NEAR_ZERO = 1e-4

OPTIONS: Any = {"error_model": "numpy", "nogil": True, "fastmath": {"contract", "nsz", "arcp"}}
INTERNAL: Any = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}  # called by `run`, and cached as a part of it
jit = numba.njit(**INTERNAL, **OPTIONS)
inlined = numba.njit(inline="always", **INTERNAL, **OPTIONS)  # a call would copy every array of the membrane
jit_and_cache = numba.njit(cache=True, **OPTIONS)


class Pools(NamedTuple):
    """The inside of N patches: P kinds of ions, and a pump that moves three of one kind out and two of another in."""

    z: Floats  # (P,) charge
    outside: Floats  # (P, N) mM
    by_charge: Floats  # (P, N): mM by which 1 uA/cm2 of outward current of this ion lowers it in 1 ms; 0 if held
    thermal: float  # RT/F, mV
    carrier: int  # the pool that the stimulus comes from
    pump: Floats  # (6, N): I_max times the term of K outside, uA/cm2; k, p, n of Na inside; a, b of V
    three: int  # the pool of which three go out
    two: int  # the pool of which two come in


class Membrane(NamedTuple):
    """N patches of one kind of membrane with K channels and G gates; gates are sorted by channel.

    `lanes` is ONE_PATCH or MANY_PATCHES, `ions` FIXED or MOVING: the length of a tuple is known while compiling, so the
    loops over a single patch, and all that belongs to pools, vanish.
    """

    table: Floats  # (ROWS * G * ENTRY,): of each row and gate, the cubic of A and the cubic of B
    first: Ints  # (K + 1,): the gates of channel c are first[c] to first[c + 1]
    power: Ints  # (G,)
    g: Floats  # (K, N) mS/cm2
    E: Floats  # (K, N) mV
    C: Floats  # (N,) uF/cm2
    lanes: tuple[int, ...]
    drive: Ints  # (K,): OHMIC, NERNST or GHK; with GHK, g is a permeability in cm/s
    pool: Ints  # (K,): the pool of what it lets through, or -1
    pools: Pools
    ions: tuple[int, ...]


class Stimulus(NamedTuple):
    """What comes from outside, as the mean of each step. Without synapses (0) g and g_E have one step, of zeros."""

    current: Floats  # (steps, N) uA/cm2
    synapses: int  # 0 or 1; a factor, as a branch would cost six times the rest of a step
    g: Floats  # (steps or 1, N) mS/cm2 of all synapses together
    g_E: Floats  # (steps or 1, N) uA/cm2: the same times what they pull towards


class Jumps(NamedTuple):
    """J sudden changes, sorted by time: when, counted in steps, what jumps, and by or to what."""

    at: Floats  # (J,)
    what: Ints  # (J,): -1 adds to V; a gate's number sets that gate
    value: Floats  # (J, N)


class Work(NamedTuple):
    """Scratch of a run, one value a patch."""

    row: NDArray[np.uint64]
    frac: Floats
    net: Floats
    slope: Floats
    g: Floats
    current: Floats  # (K, N), and the next
    steep: Floats


@jit
def patches(m: Membrane, V: Floats) -> int:
    """How many patches there are; known while compiling if it is one."""
    return 1 if len(m.lanes) == 1 else V.shape[0]


@jit
def relaxation(x: float) -> float:
    """(1 - e^-x) / x for x >= 0, with e^-x = 1 / (Taylor polynomial of e^x): exact at 0, and 1 / x far out."""
    y = x * x
    q = (1.0 + x * (1 / 2)) + y * ((1 / 6 + x * (1 / 24)) + y * (1 / 120 + x * (1 / 720)))
    return q / (1.0 + x * q)


@jit
def locate(m: Membrane, V: Floats, gates: int, work: Work) -> None:
    """Find each patch's row of the table. The position is clamped, so beyond the ends the last rates hold.

    Rows are unsigned, here and in look_up: numba would check a signed index for counting from the end.
    """
    for i in range(patches(m, V)):
        position = (V[i] - V_MIN) * ROWS_PER_MV
        position = position if position < TOP else TOP
        position = position if position > 0.0 else 0.0
        row = np.int64(position)
        work.frac[i] = position - row
        work.row[i] = np.uint64(row * (gates * ENTRY))


@jit
def look_up(table: Floats, at: int, f: float) -> float:
    """The cubic of a row that starts at `at`, at f of the row's width."""
    return table[at] + f * (table[at + ONE] + f * (table[at + TWO] + f * table[at + THREE]))


@jit
def turn_gates(m: Membrane, V: Floats, x: Floats, by: float, seen: float, sample: int, out: Floats, work: Work) -> None:
    """Turn all gates by so many steps at fixed V, and record in a sample of out how they are when `seen` of it is over.

    By a part of a step, B^part takes the place of B, and the steady state A / (1 - B) stays where it was.
    """
    for j in range(x.shape[0]):
        for i in range(patches(m, V)):
            at = work.row[i] + np.uint64(j * ENTRY)
            a = look_up(m.table, at, work.frac[i])
            b = look_up(m.table, at + OF_B, work.frac[i])
            if by != 1.0:
                whole = max(b, 1e-300)
                b = np.exp(by * np.log(whole))
                a *= (1.0 - b) / (1.0 - whole) if whole < 1.0 - 1e-12 else by
            before = x[j, i]
            after = a + b * before
            out[sample, j, i] = before + seen * (after - before)
            x[j, i] = after


@inlined
def move_V(m: Membrane, V: Floats, x: Floats, s: Stimulus, step: int, dt: float, work: Work) -> None:  # noqa: C901
    """Move V by dt at fixed gates: dV = dt/C F (1 - e^-s)/s, s = dt/C dI/dV; exact where the currents are ohmic."""
    n = patches(m, V)
    if len(m.lanes) == 1:  # the same sums in registers: half the time of a step
        slope = s.g[step * s.synapses, 0]
        net = s.current[step, 0] + s.g_E[step * s.synapses, 0] - slope * V[0]
        for c in range(m.g.shape[0]):
            g = m.g[c, 0]
            for j in range(m.first[c], m.first[c + 1]):
                for _ in range(m.power[j]):
                    g *= x[j, 0]
            net -= g * (V[0] - m.E[c, 0])
            slope += g
        work.net[0], work.slope[0] = net, slope
    else:
        for i in range(n):
            work.slope[i] = s.g[step * s.synapses, i]
            work.net[i] = s.current[step, i] + s.g_E[step * s.synapses, i] - work.slope[i] * V[i]
        for c in range(m.g.shape[0]):
            for i in range(n):
                work.g[i] = m.g[c, i]
            for j in range(m.first[c], m.first[c + 1]):
                for _ in range(m.power[j]):
                    for i in range(n):
                        work.g[i] *= x[j, i]
            for i in range(n):
                work.net[i] -= work.g[i] * (V[i] - m.E[c, i])
                work.slope[i] += work.g[i]
    for i in range(n):
        pace = dt / m.C[i]
        V[i] += pace * work.net[i] * relaxation(pace * work.slope[i])


@jit
def ghk(P: float, z: float, V: float, inside: float, outside: float, thermal: float) -> tuple[float, float]:
    """GHK current (uA/cm2) of a permeability (cm/s), and its slope against V."""
    u = z * V / thermal
    if abs(u) < NEAR_ZERO:
        b, slope = 1.0 - 0.5 * u + u * u / 12.0, -0.5 + u / 6.0
    else:
        grown = np.exp(u)
        b = u / np.expm1(u)
        slope = (1.0 - b * grown) / np.expm1(u)
    scale = P * z * FARADAY
    return scale * (inside * (b + u) - outside * b), scale * (inside * (slope + 1.0) - outside * slope) * z / thermal


@inlined
def pumped(p: Pools, V: float, inside: float, i: int) -> float:
    """Net outward current of the pump, uA/cm2."""
    if p.three < 0:
        return 0.0
    ratio = p.pump[1, i] / inside
    if p.pump[2, i] != 1.0:  # a power costs as much as all the rest of a step
        ratio = ratio ** p.pump[2, i]
    hindered = 1.0 + ratio
    term = hindered * hindered * hindered if p.pump[3, i] == 3.0 else hindered ** p.pump[3, i]
    if p.pump[4, i] != 0.0 or p.pump[5, i] != 0.0:
        term *= 1.0 + p.pump[4, i] * np.exp(-0.1 * V / p.thermal) + p.pump[5, i] * np.exp(-V / p.thermal)
    return p.pump[0, i] / term


@inlined
def move_V_and_ions(m: Membrane, V: Floats, x: Floats, ions: Floats, outer: Stimulus, step: int, dt: float,
                    work: Work) -> None:  # fmt: skip
    """The same with reversal potentials that follow the ions, which then move by the mean currents of the step."""
    p = m.pools
    for i in range(V.shape[0]):
        pump = pumped(p, V[i], ions[p.three, i], i)
        steep = outer.g[step * outer.synapses, i]
        injected = outer.current[step, i] + outer.g_E[step * outer.synapses, i] - steep * V[i]
        net, slope = injected - pump, steep
        for c in range(m.g.shape[0]):
            g, q = m.g[c, i], m.pool[c]
            for j in range(m.first[c], m.first[c + 1]):
                for _ in range(m.power[j]):
                    g *= x[j, i]
            if m.drive[c] == GHK:
                work.current[c, i], work.steep[c, i] = ghk(g, p.z[q], V[i], ions[q, i], p.outside[q, i], p.thermal)
            elif m.drive[c] == NERNST:
                E = p.thermal / p.z[q] * np.log(p.outside[q, i] / ions[q, i])
                work.current[c, i], work.steep[c, i] = g * (V[i] - E), g
            else:
                work.current[c, i], work.steep[c, i] = g * (V[i] - m.E[c, i]), g
            net -= work.current[c, i]
            slope += work.steep[c, i]
        s = dt / m.C[i] * slope
        moved = dt / m.C[i] * net * relaxation(s)
        V[i] += moved
        mean = mean_shift(dt / m.C[i] * net, s)
        for c in range(m.g.shape[0]):
            if m.pool[c] >= 0:
                through = work.current[c, i] + work.steep[c, i] * mean
                ions[m.pool[c], i] -= p.by_charge[m.pool[c], i] * through * dt
        ions[p.carrier, i] += p.by_charge[p.carrier, i] * (injected - steep * mean) * dt
        if p.three >= 0:
            ions[p.three, i] -= 3.0 * p.by_charge[p.three, i] * pump * dt
            ions[p.two, i] += 2.0 * p.by_charge[p.two, i] * pump * dt


@inlined
def move(m: Membrane, V: Floats, x: Floats, ions: Floats, outer: Stimulus, step: int, dt: float, work: Work) -> None:
    """Move V by dt at fixed gates, and the ions where they move."""
    if len(m.ions) > 1:
        move_V_and_ions(m, V, x, ions, outer, step, dt, work)
    else:
        move_V(m, V, x, outer, step, dt, work)


@jit
def mean_shift(whole: float, s: float) -> float:
    """How far V is from where it began on the mean over a step, as it relaxes at s a step: whole (1 - relaxation(s))/s.

    With the polynomials of `relaxation`, so that the currents at that V add up to the charge that moved V.
    """
    y = s * s
    part = 1 / 2 + s * (1 / 6) + y * ((1 / 24 + s * (1 / 120)) + y * (1 / 720))
    q = 1.0 + s * part
    return whole * (q - part) / (1.0 + s * q)


@jit
def jump(m: Membrane, V: Floats, x: Floats, ions: Floats, jumps: Jumps, event: int) -> None:
    """Carry out one jump. Where ions move, those that jump V come from the carrier's pool."""
    for i in range(V.shape[0]):
        if jumps.what[event] < 0:
            V[i] += jumps.value[event, i]
            if len(m.ions) > 1:
                carrier = m.pools.carrier
                ions[carrier, i] += m.pools.by_charge[carrier, i] * m.C[i] * jumps.value[event, i]
        else:
            x[jumps.what[event], i] = jumps.value[event, i]


@jit
def record(x: Floats, sample: int, out_x: Floats) -> None:
    """Write all values as they are. A loop: assigning a slice would more than double the time of compiling."""
    for j in range(x.shape[0]):
        for i in range(x.shape[1]):
            out_x[sample, j, i] = x[j, i]


@jit
def first_beyond(V: Floats, far: float) -> int:
    """The first patch whose V is beyond +-far or not a number, or -1."""
    for i in range(V.shape[0]):
        if not abs(V[i]) <= far:
            return i
    return -1


@jit_and_cache
def run(m: Membrane, V: Floats, x: Floats, ions: Floats, outer: Stimulus, jumps: Jumps, dt: float, every: int,
        far: float, out_V: Floats, out_x: Floats, out_ions: Floats) -> tuple[int, int]:  # fmt: skip
    """Carry V (N,), gates x (G, N) and ions (P, N), in place, through what comes from outside.

    Every so many steps V is recorded in out_V (samples, N), the gates in out_x (samples, G, N) and the ions in out_ions
    (samples, P, N). A step writes to the next sample that is due, so the last to write there is the one that belongs
    there. Gives the step and the patch at which a V first was beyond +-far or not a number, or (-1, -1).
    """
    n = patches(m, V)
    steps = outer.current.shape[0]
    work = Work(np.empty(n, np.uint64), np.empty(n), np.empty(n), np.empty(n), np.empty(n), np.empty(m.g.shape),
                np.empty(m.g.shape))  # fmt: skip
    now, gates_at = 0.0, 0.0  # in steps: where V stands, and where the gates stand
    event, sample = 0, 0
    escaped = (-1, -1)
    while True:
        if now > sample * every:  # not by division, which fast arithmetic may round up past the last sample
            sample += 1
        jumping = event < jumps.at.shape[0] and jumps.at[event] <= now
        done = now == steps
        locate(m, V, x.shape[0], work)
        if jumping or done:
            turn_gates(m, V, x, now - gates_at, 1.0, sample, out_x, work)
            gates_at = now
            while event < jumps.at.shape[0] and jumps.at[event] <= now:
                jump(m, V, x, ions, jumps, event)
                event += 1
            locate(m, V, x.shape[0], work)
        if escaped[0] < 0 and first_beyond(V, far) >= 0:
            escaped = (int(now), first_beyond(V, far))
        for i in range(n):
            out_V[sample, i] = V[i]
        if len(m.ions) > 1 and now == sample * every:
            record(ions, sample, out_ions)
        if done:
            record(x, sample, out_x)
            return escaped
        step = int(now)
        stop = step + 1.0
        if event < jumps.at.shape[0]:
            stop = min(stop, jumps.at[event])
        by = 0.5 * (now + stop) - gates_at
        turn_gates(m, V, x, by, (now - gates_at) / by, sample, out_x, work)
        gates_at = 0.5 * (now + stop)
        move(m, V, x, ions, outer, step, (stop - now) * dt, work)
        now = stop
