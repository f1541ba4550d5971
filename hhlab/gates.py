"""Gates, and the tables that the kernel walks.

A gate's rates are plain NumPy functions of V, of a concentration, or of both. They are tabulated once, as cubics on a
half-millivolt grid (or a grid in the logarithm of the concentration), so the curve that is plotted is the curve that is
integrated, and a gate never seen before runs at full speed.
"""

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import kernel
from .parameters import Parameter, shown, unknown
from .physics import q10_factor

Floats = NDArray[np.float64]
Rate = Callable[..., ArrayLike]

_NODES = 0.5 - 0.5 * np.cos(np.pi * (np.arange(kernel.CUBIC) + 0.5) / kernel.CUBIC)
"""Chebyshev nodes of one row. They lie inside it, so a kink, a step or a 0/0 on a grid line does no harm."""
_TO_CUBIC = np.linalg.inv(np.vander(_NODES, kernel.CUBIC, increasing=True))
_V_NODES = kernel.V_MIN + (np.arange(kernel.ROWS)[:, None] + _NODES) / kernel.ROWS_PER_MV
_ION_NODES = 10.0 ** (kernel.LOG_MIN + (np.arange(kernel.ION_ROWS)[:, None] + _NODES) / kernel.ROWS_PER_DECADE)
_V_OF_BOTH = kernel.V_MIN + (np.arange(kernel.BOTH_V_ROWS)[:, None] + _NODES) / kernel.COARSE_V
_ION_OF_BOTH = 10.0 ** (kernel.LOG_MIN + (np.arange(kernel.BOTH_ION_ROWS)[:, None] + _NODES) / kernel.COARSE_ION)
_WITHIN_A_ROW = np.vander(np.linspace(0.0, 1.0, 9), kernel.CUBIC, increasing=True)


Q10 = Parameter(1.0, "times", 0.1, 20, "speed at 10 degC more", name="q10")
T_REF = Parameter(6.3, "degC", -20, 60, "temperature at which rates hold", name="T_ref")


def linoid(x: ArrayLike, scale: float) -> Floats:
    """Rate of an activation gate, x / (1 - exp(-x / scale)): finite everywhere, and `scale` at x = 0."""
    u = np.asarray(x, float) / scale
    small = np.abs(u) < 1e-6
    safe = np.where(small, 1.0, u)
    return scale * np.where(small, 1.0 + 0.5 * u, safe / -np.expm1(-safe))


@dataclass(frozen=True)
class Gate:
    """A gate x of a channel, open with probability x**power, that moves by dx/dt = (inf(V) - x) / tau(V).

    Parameters
    ----------
    name : an identifier such as "m"; in a recording it is called "Na.m".
    inf, tau : functions of V (1-d array, mV): steady state (0 to 1) and time constant (ms). With tau 0 the gate is
        instantaneous, and the error of a simulation is then of first order in dt. What they compute must not change
        later: it is tabulated once.
    alpha, beta : instead of inf and tau: opening and closing rate (1/ms).
    power : how many such gates a channel needs to conduct, 1 to 8.
    q10, T_ref : the rates are as given at T_ref (degC) and q10 times faster 10 degC above it.
    ion : what it reads besides or instead of V: "Ca" for the calcium inside, "Ca_domain" for that at the mouth of
        calcium channels, in mM. Its functions are then functions of (Ca), or all of (V, Ca).
    weight, offset : in the product of gates it counts as offset + weight * x, where that is between 0 and 1.
    adds_to_next : what it counts for is added to that of the next gate instead of multiplied in; the power is then
        that of the last of the sum.

    Raises
    ------
    ValueError
        If neither inf and tau nor alpha and beta are given, they do not take the same arguments, or the power is not a
        whole number from 1 to 8. Rates that are negative, not finite, or of the wrong shape are found when the gate is
        first used; the error names gate, value and voltage.
    """

    name: str
    inf: Rate | None = None
    tau: Rate | None = None
    alpha: Rate | None = None
    beta: Rate | None = None
    power: int = 1
    q10: float = 1.0
    T_ref: float | None = None
    ion: str = ""
    weight: float = 1.0
    offset: float = 0.0
    adds_to_next: bool = False

    def __post_init__(self) -> None:
        if not (isinstance(self.name, str) and self.name.isidentifier()):
            raise ValueError(f"gate name {self.name!r} is not a name: give one such as 'm'")
        pairs = [(self.inf, self.tau), (self.alpha, self.beta)]
        if sorted(sum(callable(f) for f in pair) for pair in pairs) != [0, 2]:
            raise ValueError(f"gate {self.name}: give either inf= and tau=, or alpha= and beta=, as functions of V")
        if not isinstance(self.power, int) or not 1 <= self.power <= 8:
            raise ValueError(f"gate {self.name}: power = {shown(self.power)} is outside the whole numbers 1 to 8")
        Q10.check(self.q10)
        if self.T_ref is not None:
            T_REF.check(self.T_ref)
        elif self.q10 != 1:
            raise ValueError(f"gate {self.name}: q10 needs T_ref=, the temperature in degC at which the rates hold")
        if self.ion and sorted({_arguments(f) for f in pairs[0] + pairs[1] if callable(f)}) not in ([1], [2]):
            raise ValueError(
                f"gate {self.name} reads {self.ion}: give functions that all take ({self.ion}), or all (V, {self.ion})"
            )
        if not (self.offset >= 0 and self.weight >= 0 and self.offset + self.weight <= 1 + 1e-12):
            raise ValueError(f"gate {self.name}: offset + weight * x goes outside 0 to 1: choose smaller ones")

    @functools.cached_property
    def reads(self) -> int:
        """What its rates depend on: kernel.BY_V, BY_ION or BY_BOTH."""
        if not self.ion:
            return kernel.BY_V
        return kernel.BY_ION if _arguments(self.inf or self.alpha) == 1 else kernel.BY_BOTH

    @functools.cached_property
    def at_once(self) -> bool:
        """Whether it follows what it reads without delay."""
        if self.reads == kernel.BY_BOTH:
            return not _curves_over_both(self)[1].any()
        return not (_node_curves(self) if self.reads == kernel.BY_V else self._curves(0.0, _ION_NODES))[1].any()

    @property
    def plain(self) -> bool:
        """Whether it reads V, follows it in time, and counts as it is."""
        return not (self.ion or self.at_once or self.adds_to_next) and (self.weight, self.offset) == (1.0, 0.0)

    def steady_state(self, V: ArrayLike, inside: ArrayLike | None = None) -> Floats:
        """Share of open gates (0 to 1) after a long time at V (mV) and, if it reads one, a concentration inside (mM).

        They broadcast; a gate that reads V alone does not care what is inside.
        """
        return self._curves(V, inside)[0]

    def time_constant(self, V: ArrayLike, T: float, inside: ArrayLike | None = None) -> Floats:
        """Time constant in ms at V (mV), temperature T (degC) and, if it reads one, a concentration inside (mM)."""
        return self._curves(V, inside)[1] / self.speed(T)

    def speed(self, T: float) -> float:
        """How many times faster than given the rates are at T (degC)."""
        return 1.0 if self.T_ref is None else float(q10_factor(self.q10, T, self.T_ref))

    def held_open(self, share: float) -> "Gate":
        """The gate of channels of which a share (0 to 1) has this gate always open: of the same speed."""
        return _held_open(self, share) if share else self

    def _curves(self, V: ArrayLike, inside: ArrayLike | None = None) -> tuple[Floats, Floats]:
        """Steady state and time constant at T_ref, checked."""
        if self.ion and inside is None:
            raise ValueError(f"gate {self.name} reads {self.ion}: give its concentration in mM too")
        axes = {"V": V, self.ion: inside} if self.ion else {"V": V}
        whole = np.broadcast_arrays(*(np.asarray(values, float) for values in axes.values()))
        at = dict(zip(axes, map(np.ravel, whole), strict=True))
        if self.reads == kernel.BY_ION:
            del at["V"]
        with np.errstate(all="ignore"):
            inf, tau = self._checked_curves(at)
        return inf.reshape(whole[0].shape), tau.reshape(whole[0].shape)

    def _checked_curves(self, at: dict[str, Floats]) -> tuple[Floats, Floats]:
        if self.inf and self.tau:
            inf, tau = self._value("inf", at), self._value("tau", at)
            _refuse(inf > 1.0 + 1e-9, f"gate {self.name}: inf", inf, at, "above 1")
        elif self.alpha and self.beta:
            alpha, beta = self._value("alpha", at), self._value("beta", at)
            total = alpha + beta
            _refuse(total == 0.0, f"gate {self.name}: alpha + beta", total, at, "0")
            inf, tau = alpha / total, 1.0 / total
        return inf, tau

    def _value(self, which: str, at: dict[str, Floats]) -> Floats:
        """One function there; refused if it is negative too."""
        name = f"gate {self.name}: {which}"
        value = _filled(name, getattr(self, which), at)
        _refuse(value < 0.0, name, value, at, "negative")
        return value

    def __getstate__(self) -> dict[str, Any]:
        return {each.name: getattr(self, each.name) for each in fields(self)}


def _filled(name: str, function: Rate, at: dict[str, Floats]) -> Floats:
    """A function there, with an isolated 0/0 filled by the mean of its two sides; refused if bad."""
    first, *others = at.values()
    what = "concentrations" if "V" not in at else "voltages"
    try:
        value = np.asarray(function(first.copy(), *(each.copy() for each in others)), float)
        value = np.broadcast_to(value, first.shape) if value.ndim == 0 else value
        holes = ~np.isfinite(value)
        if value.shape == first.shape and holes.any():
            near = 1e-4 if "V" in at else 1e-6 * first
            sides = (function(first + side, *others) for side in (-near, near))
            below, above = (np.broadcast_to(np.asarray(side), first.shape) for side in sides)
            value = np.where(holes, 0.5 * (below + above), value)
    except Exception as error:
        raise ValueError(
            f"{name} failed on an array of {what} ({shown(error)}): "
            f"write it with numpy functions of {' and '.join(at)}, such as np.exp"
        ) from error
    if value.shape != first.shape:
        raise ValueError(
            f"{name} gave an array of shape {value.shape} for {what} of shape {first.shape}: "
            f"it must give one value {'a voltage' if 'V' in at else 'a concentration'}"
        )
    _refuse(~np.isfinite(value), name, value, at, "not finite")
    return value + 0.0  # no -0.0


def _refuse(bad: NDArray[np.bool_], name: str, value: Floats, at: dict[str, Floats], why: str) -> None:
    if bad.any():
        first = np.flatnonzero(bad.ravel())[0]
        units = {name: "mV" if name == "V" else "mM" for name in at}
        where = " and ".join(f"{name} = {axis[first]:.4g} {units[name]}" for name, axis in at.items())
        raise ValueError(f"{name} = {value.ravel()[first]:g} at {where} is {why}: check its formula there")


def _arguments(function: Any) -> int:
    """How many arguments without a default a function takes; 1 where that cannot be told."""
    try:
        given = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return 1
    return sum(each.default is each.empty and each.kind <= each.POSITIONAL_OR_KEYWORD for each in given)


@functools.lru_cache(maxsize=64)
def _held_open(gate: Gate, share: float) -> Gate:
    """Of power 1, so that the mean over both kinds of channel moves as one gate. Kept: its tables go by identity."""
    T_ref = 0.0 if gate.T_ref is None else gate.T_ref
    inf: Rate = lambda V: share + (1.0 - share) * gate.steady_state(V)  # noqa: E731
    tau: Rate = lambda V: gate.time_constant(V, T_ref)  # noqa: E731
    return replace(gate, inf=inf, tau=tau, alpha=None, beta=None)


@functools.lru_cache(maxsize=64)
def _node_curves(gate: Gate) -> tuple[Floats, Floats]:
    return gate._curves(_V_NODES)


@functools.lru_cache(maxsize=256)
def _cubics(gate: Gate, T: float, dt: float) -> Floats:
    """A and B of one gate, where a step of dt (ms) at V takes x to A + B x; shape (ROWS, 2, CUBIC)."""
    return _rows(*_node_curves(gate), dt * gate.speed(T))


def _rows(inf: Floats, tau: Floats, dt: float) -> Floats:
    """A and B as cubics of rows, from steady state and time constant (ms) at the nodes of each; (rows, 2, CUBIC)."""
    at_nodes = np.stack(_step(inf, tau, dt), axis=1)
    return _tamed(at_nodes @ _TO_CUBIC.T, at_nodes)


def _step(inf: Floats, tau: Floats, dt: float) -> tuple[Floats, Floats]:
    with np.errstate(divide="ignore", under="ignore"):
        b = np.exp(-dt / tau)
    return inf * (1.0 - b), b


def _tamed(cubics: Floats, at_nodes: Floats) -> Floats:
    """The same, but straight in rows where a cubic would carry a gate outside 0 to 1: at a step in a rate."""
    a, b = np.moveaxis(cubics @ _WITHIN_A_ROW.T, 1, 0)
    wild = np.any((a < 0.0) | (b < 0.0) | (a + b > 1.0), axis=1) & (np.ptp(at_nodes, axis=2).max(axis=1) > 0.01)
    cubics[wild] = 0.0
    cubics[wild, :, 0] = at_nodes[wild, :, 0]
    cubics[wild, :, 1] = at_nodes[wild, :, -1] - at_nodes[wild, :, 0]
    return cubics


@functools.lru_cache(maxsize=64)
def table(gates: tuple[Gate, ...], T: float, dt: float, frozen: frozenset[int] = frozenset()) -> Floats:
    """The kernel's table over V for these gates at T (degC) and dt (ms), flat; those numbered in `frozen` stay."""
    whole = np.empty((kernel.ROWS, len(gates), 2, kernel.CUBIC))
    for number, gate in enumerate(gates):
        if number in frozen or gate.reads != kernel.BY_V:
            whole[:, number] = np.eye(1, 2 * kernel.CUBIC, kernel.CUBIC).reshape(2, kernel.CUBIC)
        else:
            whole[:, number] = _cubics(gate, T, dt)
    return whole.ravel()


@functools.lru_cache(maxsize=64)
def tables_over_ions(gates: tuple[Gate, ...], T: float, dt: float) -> tuple[NDArray[np.int64], Floats]:
    """Where the table of each gate that reads a concentration begins, and all of them, flat."""
    pieces = [_over_ions(gate, T, dt) if gate.reads != kernel.BY_V else np.empty(0) for gate in gates]
    begin = np.cumsum([0, *(piece.size for piece in pieces)])[:-1]
    return begin.astype(np.int64), np.concatenate([np.zeros(1), *pieces])[1:]


@functools.lru_cache(maxsize=32)
def _over_ions(gate: Gate, T: float, dt: float) -> Floats:
    if gate.reads == kernel.BY_ION:
        return _rows(*gate._curves(0.0, _ION_NODES), dt * gate.speed(T)).ravel()
    at_nodes = _step(*_curves_over_both(gate), dt * gate.speed(T))
    cubics = np.einsum("kp,lq,rpcq->rckl", _TO_CUBIC, _TO_CUBIC, at_nodes[0], optimize=True)
    others = np.einsum("kp,lq,rpcq->rckl", _TO_CUBIC, _TO_CUBIC, at_nodes[1], optimize=True)
    return np.stack((cubics, others), axis=2).ravel()


@functools.lru_cache(maxsize=16)
def _curves_over_both(gate: Gate) -> tuple[Floats, Floats]:
    """Shape (rows of V, nodes, rows of the concentration, nodes)."""
    return gate._curves(_V_OF_BOTH[:, :, None, None], _ION_OF_BOTH)


@functools.lru_cache(maxsize=64)
def curve(drive: Rate) -> Floats:
    """A driving force (mV) as a function of V as the kernel's table, flat."""
    return (driving_force(drive, _V_NODES) @ _TO_CUBIC.T).ravel()


def driving_force(drive: Rate, V: ArrayLike) -> Floats:
    """What it gives at V (mV, any shape), with an isolated 0/0 filled; ValueError if it is not finite or misshapen."""
    volts = np.asarray(V, float)
    with np.errstate(all="ignore"):
        return _filled("drive", drive, {"V": volts.ravel()}).reshape(volts.shape)


def full_name(name: str, names: tuple[str, ...], owner: str) -> str:
    """The gate meant by name: "Na.m", or "m" where only one channel has it; ValueError if there is none."""
    if name in names:
        return name
    ends = [full for full in names if full.split(".")[-1] == name]
    if len(ends) > 1:
        raise ValueError(f"{owner} has more than one gate {name}: say {' or '.join(ends)}")
    return ends[0] if ends else unknown(owner, "gate", name, names)
