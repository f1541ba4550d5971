"""The only jitted code: one step of many patches of membrane, as numbers and arrays.

A patch has a capacitance, channels, pools, a pump and a stimulus. A channel is a conductance times a product of gates
to a power, driven by V - E, where E is fixed or the Nernst potential of a pool, or by a tabulated function of V; or a
permeability, driven as Goldman, Hodgkin & Katz have it. A gate follows its table over V, over the concentration of a
pool, or over both: over one step it goes from x to A + B x. A pool takes the mean currents of the step, the same that
moved V, so that charge is conserved, and may clear; a domain is where the current of a channel puts it at once.

The scheme is a symmetric (Strang) splitting and so of second order: gates over half a step at fixed V, V over a whole
step at fixed gates, gates over half a step. The two half steps of neighbouring steps have the same V and merge into
one, so inside a run the gates live half a step ahead of V, and what is recorded is the mean of their two neighbours.
Before a jump (of V, or of a gate) both are brought to the same moment. Reversal potentials and pump are those of the
middle of a step, which is foreseen from the step before.

Patches in a row hang together by *axial* currents, which then join the others: V of all patches moves at once, by the
trapezoidal rule (Crank & Nicolson), which is of second order too.

The channels of a patch with *noise* are followed one by one: in each step each particle of a gate jumps with the chance
that a gate at this V has to open, or to shut, in a step, and what conducts is the share of open channels.

What is fast is a *plain* membrane: gates that read V and follow it in time, ohmic channels, no pools. All else is
*rich*. A plain one comes without `Rich`, and what that would need is then not even compiled.

What does not belong here: names, units, classes, files, and calls into other jitted modules (numba's disk cache does
not notice when a callee in another file changes). Its tables and arrays are described in `kernel_layout`.
"""

from typing import Any

import numpy as np

from .compile_cache import inlined, jit, jit_and_cache

from .kernel_layout import (  # isort: skip
    BOTH_ION_ROWS, BOTH_V_ROWS, BY_BOTH, BY_V, COARSE_ION, COARSE_V, CUBIC, CURVE, ENTRY, GHK, ION_ROWS, LOG_MIN,
    OF_B, OHMIC, ONE, ROWS_PER_DECADE, ROWS_PER_MV, SQUARE, THREE, TOP, TWO, V_MIN, Axial, Ints, Jumps, Kept, Membrane,
    Noise, Pools, Rich, Stimulus, Work,
)  # fmt: skip
from .physics import NEAR_ZERO, F, Floats

LEAST = 1e-12
"""mM: below it a concentration counts as this."""
SMALL = 0.5
"""From 0 to it the series of `relaxation` is exact to 2e-8."""
RARE = 1e-12
"""At least so likely counts a jump of a particle in a step, and at least so likely that it does not jump."""
STEEPEST = -1.0
"""Least dt/C dI/dV of a step: where a membrane runs away faster, it is not followed more closely."""
MINORS = 16
"""So many leading minors of an axon's equations are followed before they are divided by."""


@inlined
def patches(m: Membrane, V: Floats) -> int:
    """How many patches there are; known while compiling if it is one."""
    return 1 if len(m.lanes) == 1 else V.shape[0]


@jit
def relaxation(x: float) -> tuple[float, float]:
    """How far V goes in a step that it relaxes in at a rate x, and on the mean: r = (1 - e^-x) / x, and (1 - r) / x.

    Series where x is small, as a division takes long; else with e^-x = 1 / (Taylor polynomial of e^x): 1 / x far out.
    Both come from the same polynomial, so that the currents at the mean V of a step add up to the charge that moved V.
    """
    y = x * x
    if x < SMALL:
        mean = (1 / 2 - x * (1 / 6)) + y * (1 / 24 - x * (1 / 120))
        mean += y * y * ((1 / 720 - x * (1 / 5040)) + y * (1 / 40320))
        return 1.0 - x * mean, mean
    part = 1 / 2 + x * (1 / 6) + y * ((1 / 24 + x * (1 / 120)) + y * (1 / 720))
    q = 1.0 + x * part
    return q / (1.0 + x * q), (q - part) / (1.0 + x * q)


@jit
def row_of(V: float) -> tuple[Any, float]:
    """The row of V, and how far V is into it. The position is clamped, so beyond the ends the last rates hold.

    Rows become unsigned before they are used: numba would check a signed index for counting from the end.
    """
    position = (V - V_MIN) * ROWS_PER_MV
    position = position if position < TOP else TOP
    position = position if position > 0.0 else 0.0
    row = np.int64(position)
    return row, position - row


@inlined
def locate(m: Membrane, axial: Axial | None, V: Floats, width: int, work: Work) -> None:
    """Find where each patch's row of the table begins, if rows are so wide, and how far V is into it."""
    for i in range(patches(m, V)):
        row, work.frac[i] = row_of(V[i])
        begin = row * width
        if axial is not None:
            begin += axial.begin[i]
        work.row[i] = np.uint64(begin)


@jit
def look_up(table: Floats, at: int, f: float) -> float:
    """The cubic of a row that starts at `at`, at f of the row's width."""
    return table[at] + f * (table[at + ONE] + f * (table[at + TWO] + f * table[at + THREE]))


@jit
def stepped(a: float, b: float, x: float, by: float) -> float:
    """Where a gate is after so many steps of x -> a + b x.

    By a part of a step, b^part takes the place of b, and the steady state a / (1 - b) stays where it was.
    """
    if by != 1.0:
        whole = max(b, 1e-300)
        b = np.exp(by * np.log(whole))
        a *= (1.0 - b) / (1.0 - whole) if whole < 1.0 - 1e-12 else by
    return a + b * x


@jit
def draw(state: Ints) -> float:
    """A random number between 0 and 1: MRG32k3a, as in the C code of L'Ecuyer 1999, Operations Research 47:159."""
    one = (1403580 * state[1] - 810728 * state[0]) % 4294967087
    other = (527612 * state[5] - 1370589 * state[3]) % 4294944443
    state[0], state[1], state[2] = state[1], state[2], one
    state[3], state[4], state[5] = state[4], state[5], other
    return ((one - other - 1) % 4294967087 + 1) / 4294967088.0


@jit
def flip(n: Noise, j: int, opens: float, shuts: float, x: Floats, out: Floats) -> None:
    """Let the particles of a gate jump with such chances; x and `out` get what is counted then.

    From one that may jump to the next goes a geometric number of particles, so that those between cost nothing.
    """
    at, end, channels = n.first[j], n.first[j + 1], n.counts[j]
    likelier = min(max(opens, shuts, RARE), 1.0 - RARE)
    further = np.log1p(-likelier)
    gap = np.log(draw(n.state)) / further
    while gap < end - at:
        at += int(gap)
        if draw(n.state) * likelier < (shuts if n.open[at] else opens):
            change, owner = 1 - 2 * n.open[at], n.owner[at]
            n.counted[channels] -= n.shut[owner] == 0
            n.open[at] += change
            n.shut[owner] -= change
            n.counted[j] += change
            n.counted[channels] += n.shut[owner] == 0
        at += 1
        gap = np.log(draw(n.state)) / further
    x[j, 0] = out[j, 0] = n.counted[j] / n.number[j]
    x[channels, 0] = out[channels, 0] = n.counted[channels] / n.number[channels]


@inlined
def step_gates(
    m: Membrane, r: Rich | None, noise: Noise | None, V: Floats, x: Floats, ions: Floats, by: float, seen: float,
    out: Floats, read_ions: bool, work: Work,
) -> None:  # fmt: skip
    """Take gates so many steps on, and write to `out` (G, N) how they are when `seen` of that is over.

    These are the gates that read V alone, or those that read a pool, or a pool and V.
    """
    for j in range(x.shape[0]):
        seen_now, chosen = seen, True
        if r is not None:
            seen_now, chosen = 1.0 if r.at_once[j] else seen, read_ions == (r.reads[j] != BY_V)
        if chosen:
            for i in range(patches(m, V)):
                at, f = work.row[i] + np.uint64(j * ENTRY), work.frac[i]
                a, b = look_up(m.table, at, f), look_up(m.table, at + OF_B, f)
                if r is not None and read_ions:
                    a, b = over_ions(r.over_ions, r.begin[j], r.reads[j] == BY_BOTH, V[i], ions[r.ion[j], i])
                before = x[j, i]
                x[j, i] = stepped(a, b, before, by)
                out[j, i] = before + seen_now * (x[j, i] - before)
                if noise is not None and noise.first[j] < noise.first[j + 1]:
                    flip(noise, j, stepped(a, b, 0.0, by), 1.0 - stepped(a, b, 1.0, by), x, out)


@jit
def slope_of(table: Floats, at: int, f: float) -> float:
    """The slope against V of the cubic of a row, 1/mV."""
    return (table[at + ONE] + f * (2.0 * table[at + TWO] + f * 3.0 * table[at + THREE])) * ROWS_PER_MV


@jit
def over_ions(table: Floats, begin: int, both: bool, V: float, c: float) -> tuple[float, float]:
    """A and B of a gate that reads a concentration (mM), or both V and that: a cubic in one of cubics in the other."""
    position = (np.log10(max(c, LEAST)) - LOG_MIN) * (COARSE_ION if both else ROWS_PER_DECADE)
    position = max(min(position, (BOTH_ION_ROWS if both else ION_ROWS) - 1e-9), 0.0)
    column = np.int64(position)
    h = position - column
    if not both:
        at = np.uint64(begin + column * ENTRY)
        return look_up(table, at, h), look_up(table, at + OF_B, h)
    position = max(min((V - V_MIN) * COARSE_V, BOTH_V_ROWS - 1e-9), 0.0)
    row = np.int64(position)
    f = position - row
    square = begin + (row * BOTH_ION_ROWS + column) * 2 * SQUARE
    a, b = 0.0, 0.0
    for k in range(CUBIC - 1, -1, -1):
        at = np.uint64(square + k * CUBIC)
        a = a * f + look_up(table, at, h)
        b = b * f + look_up(table, at + np.uint64(SQUARE), h)
    return a, b


@inlined
def raised(x: float, power: int) -> float:
    """A power of 1 or more, as a tree of products."""
    square = x * x
    if power == 1:
        return x
    if power == 3:
        return square * x
    if power == 4:
        return square * square
    for _ in range(power - 2):
        square *= x
    return square


@inlined
def open_channel(m: Membrane, c: Any, x: Floats, work: Work) -> None:
    """Find the conductance of channel c, whose gates count as they are."""
    for i in range(patches(m, work.g)):
        work.g[i] = m.g[c, i]
    for j in range(m.first[c], m.first[c + 1]):
        power = m.power[j]
        for i in range(patches(m, work.g)):
            work.g[i] *= raised(x[j, i], power)


@inlined
def open_weighted(m: Membrane, r: Rich, c: Any, V: Floats, x: Floats, work: Work) -> None:
    """The same where gates have weights, add up, or follow V at once; with the slope of the conductance against V."""
    for i in range(patches(m, V)):
        g, bend, factor, tilt = m.g[c, i], 0.0, 0.0, 0.0  # tilt is the slope of the factor against V
        for j in range(m.first[c], m.first[c + 1]):
            factor += r.offset[j] + r.weight[j] * x[j, i]
            if r.at_once[j] and r.reads[j] == BY_V:
                tilt += r.weight[j] * slope_of(m.table, work.row[i] + np.uint64(j * ENTRY), work.frac[i])
            if r.ends[j]:
                for _ in range(m.power[j]):
                    bend = bend * factor + g * tilt
                    g *= factor
                factor, tilt = 0.0, 0.0
        work.g[i], work.bend[i] = g, bend


@inlined
def drive_channel(m: Membrane, r: Rich, c: Any, V: Floats, ions: Floats, work: Work) -> None:
    """Find the driving force of channel c, and its slope against V."""
    n, p, q = patches(m, V), r.pools, r.pool[c]
    if r.drive[c] == OHMIC:
        for i in range(n):
            work.current[i], work.steep[i] = V[i] - m.E[c, i], 1.0
    elif r.drive[c] == CURVE:
        for i in range(n):
            row, f = row_of(V[i])
            at = np.uint64(r.curve[c] + row * CUBIC)
            work.current[i], work.steep[i] = look_up(r.curves, at, f), slope_of(r.curves, at, f)
    else:
        for i in range(n):
            inside = max(ions[q, i] + 0.5 * work.drift[q, i], LEAST)
            if r.drive[c] == GHK:
                work.current[i], work.steep[i] = ghk(1.0, p.z[q], V[i], inside, p.outside[q, i], p.thermal[i])
            else:
                E = p.thermal[i] / p.z[q] * np.log(p.outside[q, i] / inside)
                work.current[i], work.steep[i] = V[i] - E, 1.0


@inlined
def pass_current(m: Membrane, r: Rich, c: Any, V: Floats, x: Floats, ions: Floats, work: Work) -> None:
    """Find the current of channel c with such gates, and its slope against V."""
    if r.weighted[c]:
        open_weighted(m, r, c, V, x, work)
    else:
        open_channel(m, c, x, work)
        for i in range(patches(m, V)):
            work.bend[i] = 0.0
    drive_channel(m, r, c, V, ions, work)
    for i in range(patches(m, V)):
        work.steep[i] = work.g[i] * work.steep[i] + work.bend[i] * work.current[i]
        work.current[i] *= work.g[i]


@inlined
def add_in_registers(m: Membrane, V: Floats, x: Floats, work: Work) -> None:
    """Add the currents of one plain patch: the sums of `add_channels`, in a seventh less time for a trace."""
    net, slope = work.net[0], work.slope[0]
    for c in range(m.g.shape[0] - 1, -1, -1):  # backwards, as what takes longest mostly comes first
        g = m.g[c, 0]
        for j in range(m.first[c + 1] - 1, m.first[c] - 1, -1):
            g *= raised(x[j, 0], m.power[j])
        net -= g * (V[0] - m.E[c, 0])
        slope += g
    work.net[0], work.slope[0] = net, slope


@inlined
def add_channels(m: Membrane, r: Rich | None, V: Floats, x: Floats, ions: Floats, work: Work) -> None:
    """Add the currents of all channels, and their slopes, to those of the membrane and of the pools."""
    if r is None and len(m.lanes) == 1:
        add_in_registers(m, V, x, work)
        return
    for c in range(m.g.shape[0]):
        if r is None:
            open_channel(m, c, x, work)
            for i in range(V.shape[0]):
                work.net[i] -= work.g[i] * (V[i] - m.E[c, i])
                work.slope[i] += work.g[i]
        else:
            pass_current(m, r, c, V, x, ions, work)
            for i in range(patches(m, V)):
                work.net[i] -= work.current[i]
                work.slope[i] += work.steep[i]
            if r.pool[c] >= 0:
                for i in range(patches(m, V)):
                    work.carried[r.pool[c], i] += work.current[i]
                    work.carried_slope[r.pool[c], i] += work.steep[i]


@inlined
def from_outside(m: Membrane, axial: Axial | None, V: Floats, s: Stimulus, step: int, work: Work) -> None:
    """Begin the sums with what the stimuli bring: inward current (uA/cm2), and its slope, taken negative (mS/cm2)."""
    row, quiet = s.row[step], step * s.synapses
    for i in range(patches(m, V)):
        if axial is None:
            work.slope[i] = s.g[quiet, i]
            work.net[i] = s.current[row, i] + s.g_E[quiet, i] - work.slope[i] * V[i]
        else:
            work.net[i], work.slope[i] = 0.0, 0.0
    if axial is not None:
        for k in range(axial.share.shape[0]):
            for i in range(axial.reach[k, 0], axial.reach[k, 1]):
                share, g = axial.share[k, i], s.g[quiet, k]
                work.net[i] += share * (s.current[row, k] + s.g_E[quiet, k] - g * V[i])
                work.slope[i] += share * g


@inlined
def begin_pools(m: Membrane, p: Pools, V: Floats, work: Work) -> None:
    """Begin the currents of all pools with what comes from outside."""
    for q in range(work.carried.shape[0]):
        for i in range(patches(m, V)):
            work.carried[q, i], work.carried_slope[q, i] = 0.0, 0.0
    if p.carrier >= 0:
        for i in range(patches(m, V)):
            work.carried[p.carrier, i], work.carried_slope[p.carrier, i] = -work.net[i], work.slope[i]


@inlined
def add_pump(m: Membrane, p: Pools, V: Floats, ions: Floats, work: Work) -> None:
    """Add the current of the pump, if there is one. A power costs as much as all the rest of a step."""
    if p.three >= 0:
        I_max, k, power, n, a, b = p.pump
        for i in range(patches(m, V)):
            ratio = k[i] / (ions[p.three, i] + 0.5 * work.drift[p.three, i])
            hindered = 1.0 + (ratio if power[i] == 1.0 else ratio ** power[i])
            term = hindered * hindered * hindered if n[i] == 3.0 else hindered ** n[i]
            if a[i] + b[i] != 0.0:
                term *= 1.0 + a[i] * np.exp(-0.1 * V[i] / p.thermal[i]) + b[i] * np.exp(-V[i] / p.thermal[i])
            outward = I_max[i] / term
            work.net[i] -= outward
            work.carried[p.three, i] += 3.0 * outward
            work.carried[p.two, i] -= 2.0 * outward


@inlined
def relax(m: Membrane, r: Rich | None, V: Floats, dt: float, work: Work) -> None:
    """Move V by dt/C I (1 - e^-s)/s, s = dt/C dI/dV; exact where the currents are ohmic."""
    for i in range(patches(m, V)):
        pace = dt / m.C[i]
        moved, mean = relaxation(max(pace * work.slope[i], STEEPEST))
        V[i] += pace * work.net[i] * moved
        if r is not None:
            work.mean[i] = pace * work.net[i] * mean


@inlined
def move(
    m: Membrane, r: Rich | None, axial: Axial | None, V: Floats, x: Floats, ions: Floats, s: Stimulus, step: int,
    dt: float, work: Work,
) -> None:  # fmt: skip
    """Move V, and then the pools, by dt at fixed gates."""
    from_outside(m, axial, V, s, step, work)
    if r is not None:
        begin_pools(m, r.pools, V, work)
    add_channels(m, r, V, x, ions, work)
    if r is not None:
        add_pump(m, r.pools, V, ions, work)
    if axial is None:
        relax(m, r, V, dt, work)
    else:
        move_along(axial, m.C, V, dt, work.net, work.slope, work.g)
        if r is not None:
            carry_along(axial, r.pools.carrier, V, work)
    if r is not None:
        move_pools(m, r.pools, V, ions, dt, work)


@inlined
def eliminate(
    i: Any, joint: float, back: float, net: Floats, slope: Floats, minor: Floats, carried: float, before: float,
    here: float,
) -> tuple[float, float, float]:  # fmt: skip
    """Eliminate the row before row i, whose net current was `carried`; their leading minors are `before` and `here`."""
    minor[i] = here
    net[i] = net[i] * here + 0.5 * joint * carried
    slope[i] = slope[i] * here - 0.25 * joint * back * before
    return net[i], here, slope[i]


@jit
def move_along(axial: Axial, C: Floats, V: Floats, dt: float, net: Floats, slope: Floats, minor: Floats) -> None:
    """Move V of a row of patches by dt at fixed gates, from their net current and its slope; `net` becomes the step.

    (C/dt + slope/2) step - half of what the steps make flow along = net + what flows along now. These equations are
    eliminated by Gauss from both ends at once. A pivot is the ratio of two leading minors, and these take no division,
    for which the next row would have to wait; only every so often, lest they grow beyond what a number can be.
    """
    n = V.shape[0]
    middle = n // 2  # the first row of the right half
    net[0] += axial.right[0] * (V[min(1, n - 1)] - V[0])
    for i in range(n - 2):
        net[i + 1] += axial.left[i + 1] * (V[i] - V[i + 1]) + axial.right[i + 1] * (V[i + 2] - V[i + 1])
    net[n - 1] += axial.left[n - 1] * (V[n - 2] - V[n - 1])
    for i in range(n):
        rest = C[i] / dt
        slope[i] = rest + 0.5 * (max(slope[i], STEEPEST * rest) + axial.left[i] + axial.right[i])
    minor[0] = minor[n - 1] = 1.0
    up, before_up, up_here = net[0], 1.0, slope[0]
    down, before_down, down_here = net[n - 1], 1.0, slope[n - 1]
    for begin in range(1, n - middle, MINORS):
        up, before_up, up_here = up / up_here, before_up / up_here, 1.0
        down, before_down, down_here = down / down_here, before_down / down_here, 1.0
        for k in range(min(MINORS, n - middle - begin)):
            above, below = np.uint64(begin + k), np.uint64(n - 1 - begin - k)
            if begin + k < middle:
                up, before_up, up_here = eliminate(
                    above, axial.left[above], axial.right[above - ONE], net, slope, minor, up, before_up, up_here
                )
            down, before_down, down_here = eliminate(
                below, axial.right[below], axial.left[below + ONE], net, slope, minor, down, before_down, down_here
            )
    for i in range(n):  # step = net + slope times the next step towards the middle
        pivot = 1.0 / slope[i]
        net[i] *= pivot
        slope[i] = 0.5 * (axial.right[i] if i < middle else axial.left[i]) * minor[i] * pivot
    net[middle] = (net[middle] + slope[middle] * net[middle - 1]) / (1.0 - slope[middle] * slope[middle - 1])
    up = net[middle - 1] + slope[middle - 1] * net[middle]
    down, net[middle - 1] = net[middle], up
    for k in range(1, n - middle):
        below = np.uint64(middle + k)
        if k < middle:
            above = np.uint64(middle - 1 - k)
            up = net[above] + slope[above] * up
            net[above] = up
        down = net[below] + slope[below] * down
        net[below] = down
    for i in range(n):
        V[i] += net[i]


@jit
def ghk(P: float, z: float, V: float, inside: float, outside: float, thermal: float) -> tuple[float, float]:
    """GHK current (uA/cm2) of a permeability (cm/s), and its slope against V."""
    u = z * V / thermal
    if abs(u) < NEAR_ZERO:
        b, slope = 1.0 - 0.5 * u + u * u / 12.0, -0.5 + u / 6.0
    else:
        grown = np.expm1(u)
        b = u / grown
        slope = (1.0 - b - b * grown) / grown
    scale = P * z * F
    return scale * (inside * (b + u) - outside * b), scale * (inside * (slope + 1.0) - outside * slope) * z / thermal


@inlined
def set_domains(m: Membrane, r: Rich, V: Floats, x: Floats, ions: Floats, work: Work) -> None:
    """Put the domains where the currents of their channels put them, with such gates."""
    p = r.pools
    for q in range(ions.shape[0]):
        if p.domain[q] >= 0:
            pass_current(m, r, p.domain[q], V, x, ions, work)
            for i in range(patches(m, V)):
                ions[q, i] = p.base[q, i] + p.by_charge[q, i] * abs(work.current[i])


@inlined
def carry_along(axial: Axial, carrier: int, V: Floats, work: Work) -> None:
    """Add what flows along a row, on the mean over the step that has moved V, to the current of its carrier."""
    n = V.shape[0]
    for i in range(n):
        work.mean[i] = 0.5 * work.net[i]
    if carrier >= 0:
        for i in range(n):
            before, after, middle = max(i - 1, 0), min(i + 1, n - 1), V[i] - work.mean[i]
            work.carried[carrier, i] -= axial.left[i] * (V[before] - work.mean[before] - middle)
            work.carried[carrier, i] -= axial.right[i] * (V[after] - work.mean[after] - middle)


@inlined
def move_pools(m: Membrane, p: Pools, V: Floats, ions: Floats, dt: float, work: Work) -> None:
    """Move the pools by the mean currents of the step that has moved V, and by what clears them."""
    for q in range(ions.shape[0]):
        if p.domain[q] < 0:
            lasting = dt * relaxation(dt * p.clears[q])[0] if p.clears[q] else dt
            for i in range(patches(m, V)):
                outward = work.carried[q, i] + work.carried_slope[q, i] * work.mean[i]
                moved = -lasting * p.by_charge[q, i] * outward
                if p.clears[q]:  # what little is left below a membrane does not leave in one step
                    moved = max(moved - lasting * p.clears[q] * (ions[q, i] - p.base[q, i]), -0.5 * ions[q, i])
                work.drift[q, i] = moved
                ions[q, i] += moved


@jit
def jump(
    m: Membrane, r: Rich | None, noise: Noise | None, V: Floats, x: Floats, ions: Floats, what: int, value: Floats
) -> None:
    """Carry out one jump; the ions that make V jump come from the pool of the carrier."""
    for i in range(V.shape[0]):
        if what >= 0:
            x[what, i] = value[i]
            if noise is not None and noise.first[what] < noise.first[what + 1]:
                flip(noise, what, value[i], 1.0 - value[i], x, x)
        else:
            V[i] += value[i]
            if r is not None and r.pools.carrier >= 0:
                ions[r.pools.carrier, i] += r.pools.by_charge[r.pools.carrier, i] * m.C[i] * value[i]


@inlined
def row_of_V(kept: Kept, sample: int) -> int:
    """The row of V that belongs to a sample."""
    return sample if kept.all_V else sample & 1


@inlined
def keep(m: Membrane, V: Floats, ions: Floats, kept: Kept, sample: int) -> None:
    """Write V and ions as they are. Loops: assigning a slice would more than double the time of compiling."""
    row = row_of_V(kept, sample)
    for i in range(patches(m, V)):
        kept.V[row, i] = V[i]
    for q in range(ions.shape[0]):
        for i in range(patches(m, V)):
            kept.ions[sample, q, i] = ions[q, i]


@jit
def look_for_crossings(V: Floats, kept: Kept, sample: int) -> None:
    """Keep when spikes have begun since the sample before, and which last. Changes are counted first: it vectorises."""
    changed = 0
    for i in range(V.shape[0]):
        begins, ends = V[i] >= kept.level, V[i] < kept.over
        changed += ends if kept.firing[i] else begins
    if changed == 0:
        return
    before = row_of_V(kept, sample - 1)
    for i in range(V.shape[0]):
        if not kept.firing[i] and V[i] >= kept.level:
            if kept.found[i] < kept.times.shape[0]:
                when = 0.0
                if sample > 0:
                    low = kept.V[before, i]
                    when = sample - 1 + (kept.level - low) / (V[i] - low)
                kept.times[kept.found[i], i] = when
            kept.found[i] += 1
            kept.firing[i] = 1
        elif V[i] < kept.over:
            kept.firing[i] = 0


@jit
def look_for_escape(V: Floats, far: float, step: float, escaped: Ints) -> None:
    """Note the step and the first patch whose V is beyond +-far or not a number; counted first, as above."""
    beyond = 0
    for i in range(V.shape[0]):
        beyond += not abs(V[i]) <= far
    if beyond and escaped[0] < 0:
        escaped[0], escaped[1] = int(step), 0
        while abs(V[escaped[1]]) <= far:
            escaped[1] += 1


@jit
def carry_on(
    m: Membrane, r: Rich | None, noise: Noise | None, axial: Axial | None, V: Floats, x: Floats, ions: Floats,
    outer: Stimulus, jumps: Jumps, dt: float, every: int, far: float, escaped: Ints, kept: Kept, work: Work,
) -> None:  # fmt: skip
    """Carry a membrane through all steps; `now` counts them. What jumps does so when gates and V are at one moment."""
    steps, now, until, gates_at, event, sample = outer.row.shape[0], 0.0, 0.0, 0.0, 0, 0
    while True:
        together = gates_at == now
        if together:
            while event < jumps.at.shape[0] and jumps.at[event] <= now:
                jump(m, r, noise, V, x, ions, jumps.what[event], jumps.value[event])
                event += 1
            until = min(jumps.at[event], float(steps)) if event < jumps.at.shape[0] else float(steps)
        if now > sample * every:  # not by division, which fast arithmetic may round up past the last sample
            sample += 1
        look_for_escape(V, far, now, escaped)
        if kept.times.shape[0] > 0 and now == sample * every and (together or now < until):
            look_for_crossings(V, kept, sample)
        stop = min(int(now) + 1.0, until)
        by, out = 0.5 * (now + stop) - gates_at, kept.x[sample * kept.all_x]
        seen = (now - gates_at) / by if by > 0.0 else 1.0
        locate(m, axial, V, x.shape[0] * ENTRY, work)
        step_gates(m, r, noise, V, x, ions, by, seen, out, False, work)
        if r is not None:
            set_domains(m, r, V, out, ions, work)
            step_gates(m, r, noise, V, x, ions, by, seen, out, True, work)
        keep(m, V, ions, kept, sample)
        gates_at = 0.5 * (now + stop)
        if now < until:
            move(m, r, axial, V, x, ions, outer, int(now), (stop - now) * dt, work)
            now = stop
        elif together:
            return


@jit_and_cache
def run(
    m: Membrane, r: Rich | None, noise: Noise | None, axial: Axial | None, V: Floats, x: Floats, ions: Floats,
    outer: Stimulus, jumps: Jumps, dt: float, every: int, far: float, kept: Kept, work: Work,
) -> tuple[int, int]:  # fmt: skip
    """Carry V (N,), gates x (G, N) and ions (P, N), in place, through what comes from outside.

    Every so many steps a sample is kept. A step writes to the next sample that is due, so the last to write there is
    the one that belongs there. Gives the step and the patch at which a V first was beyond +-far or not a number, or
    (-1, -1).
    """
    escaped = np.full(2, -1)
    carry_on(m, r, noise, axial, V, x, ions, outer, jumps, dt, every, far, escaped, kept, work)
    return escaped[0], escaped[1]


@jit_and_cache
def rates(m: Membrane, r: Rich, state: Floats, injected: float, work: Work) -> Floats:
    """How fast V (mV/ms) and the concentrations (mM/ms) of one patch move in a state (S,), and 0 for its gates."""
    moved, gates = np.zeros(state.shape[0]), m.power.shape[0]
    V, x, ions = np.empty(1), np.empty((gates, 1)), np.empty((state.shape[0] - 1 - gates, 1))
    V[0] = state[0]
    for j in range(gates):
        x[j, 0] = state[1 + j]
    for q in range(ions.shape[0]):
        ions[q, 0] = max(state[1 + gates + q], LEAST)
    work.net[0], work.slope[0] = injected, 0.0
    begin_pools(m, r.pools, V, work)
    add_channels(m, r, V, x, ions, work)
    add_pump(m, r.pools, V, ions, work)
    moved[0] = work.net[0] / m.C[0]
    for q in range(ions.shape[0]):
        moved[1 + gates + q] = -r.pools.by_charge[q, 0] * work.carried[q, 0]
    return moved
