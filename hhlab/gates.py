"""Gates, and the tables that the kernel walks.

A gate's rates are plain NumPy functions of V. They are tabulated once, as cubics on a half-millivolt grid, so the curve
that is plotted is the curve that is integrated, and a gate never seen before runs at full speed.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import kernel
from .parameters import Parameter, shown, unknown
from .physics import q10_factor

Floats = NDArray[np.float64]
Rate = Callable[[Floats], ArrayLike]

_NODES = 0.5 - 0.5 * np.cos(np.pi * (np.arange(kernel.CUBIC) + 0.5) / kernel.CUBIC)
"""Chebyshev nodes of one row. They lie inside it, so a kink, a step or a 0/0 on a grid line does no harm."""
_TO_CUBIC = np.linalg.inv(np.vander(_NODES, kernel.CUBIC, increasing=True))
_V_NODES = kernel.V_MIN + (np.arange(kernel.ROWS)[:, None] + _NODES) / kernel.ROWS_PER_MV
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

    Raises
    ------
    ValueError
        If neither inf and tau nor alpha and beta are given, or the power is not a whole number from 1 to 8. Rates
        that are negative, not finite, or of the wrong shape are found when the gate is first used; the error names
        gate, value and voltage.
    """

    name: str
    inf: Rate | None = None
    tau: Rate | None = None
    alpha: Rate | None = None
    beta: Rate | None = None
    power: int = 1
    q10: float = 1.0
    T_ref: float | None = None

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

    def steady_state(self, V: ArrayLike) -> Floats:
        """Share of open gates (0 to 1) after a long time at V (mV, any shape)."""
        return self._curves(V)[0]

    def time_constant(self, V: ArrayLike, T: float) -> Floats:
        """Time constant in ms at V (mV, any shape) and temperature T (degC)."""
        return self._curves(V)[1] / self.speed(T)

    def speed(self, T: float) -> float:
        """How many times faster than given the rates are at T (degC)."""
        return 1.0 if self.T_ref is None else float(q10_factor(self.q10, T, self.T_ref))

    def held_open(self, share: float) -> "Gate":
        """The gate of channels of which a share (0 to 1) has this gate always open: of the same speed."""
        return _held_open(self, share) if share else self

    def _curves(self, V: ArrayLike) -> tuple[Floats, Floats]:
        """Steady state and time constant at T_ref, checked."""
        shape, volts = np.shape(V), np.ravel(np.asarray(V, float))
        with np.errstate(all="ignore"):
            inf, tau = self._checked_curves(volts)
        return inf.reshape(shape), tau.reshape(shape)

    def _checked_curves(self, volts: Floats) -> tuple[Floats, Floats]:
        if self.inf and self.tau:
            inf, tau = self._value("inf", volts), self._value("tau", volts)
            self._refuse(inf > 1.0 + 1e-9, "inf", inf, volts, "above 1")
        elif self.alpha and self.beta:
            alpha, beta = self._value("alpha", volts), self._value("beta", volts)
            total = alpha + beta
            self._refuse(total == 0.0, "alpha + beta", total, volts, "0")
            inf, tau = alpha / total, 1.0 / total
        return inf, tau

    def _value(self, which: str, V: Floats) -> Floats:
        """One function at V, with an isolated 0/0 filled by the mean of its two sides; refused if bad."""
        function = getattr(self, which)
        try:
            value = np.asarray(function(V.copy()), float)
            value = np.broadcast_to(value, V.shape) if value.ndim == 0 else value
            holes = ~np.isfinite(value)
            if value.shape == V.shape and holes.any():
                below, above = (np.broadcast_to(np.asarray(function(V + side)), V.shape) for side in (-1e-4, 1e-4))
                value = np.where(holes, 0.5 * (below + above), value)
        except Exception as error:
            raise ValueError(
                f"gate {self.name}: {which} failed on an array of voltages ({shown(error)}): "
                "write it with numpy functions of V, such as np.exp"
            ) from error
        if value.shape != V.shape:
            raise ValueError(
                f"gate {self.name}: {which} gave an array of shape {value.shape} for voltages of shape {V.shape}: "
                "it must give one value a voltage"
            )
        self._refuse(~np.isfinite(value), which, value, V, "not finite")
        self._refuse(value < 0.0, which, value, V, "negative")
        return value + 0.0  # no -0.0

    def _refuse(self, bad: NDArray[np.bool_], which: str, value: Floats, V: Floats, why: str) -> None:
        if bad.any():
            first = np.flatnonzero(bad.ravel())[0]
            raise ValueError(
                f"gate {self.name}: {which} = {value.ravel()[first]:g} at V = {V.ravel()[first]:.4g} mV is {why}: "
                "check its formula there"
            )


@functools.lru_cache(maxsize=64)
def _held_open(gate: Gate, share: float) -> Gate:
    """Of power 1, so that the mean over both kinds of channel moves as one gate. Kept: its tables go by identity."""
    T_ref = 0.0 if gate.T_ref is None else gate.T_ref
    inf: Rate = lambda V: share + (1.0 - share) * gate.steady_state(V)  # noqa: E731
    tau: Rate = lambda V: gate.time_constant(V, T_ref)  # noqa: E731
    return Gate(gate.name, inf=inf, tau=tau, power=gate.power, q10=gate.q10, T_ref=gate.T_ref)


@functools.lru_cache(maxsize=64)
def _node_curves(gate: Gate) -> tuple[Floats, Floats]:
    return gate._curves(_V_NODES)


@functools.lru_cache(maxsize=256)
def _cubics(gate: Gate, T: float, dt: float) -> Floats:
    """A and B of one gate, where a step of dt (ms) at V takes x to A + B x; shape (ROWS, 2, CUBIC)."""
    inf, tau = _node_curves(gate)
    with np.errstate(divide="ignore", under="ignore"):
        b = np.exp(-dt * gate.speed(T) / tau)
    at_nodes = np.stack((inf * (1.0 - b), b), axis=1)
    cubics = at_nodes @ _TO_CUBIC.T
    return _tamed(cubics, at_nodes)


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
    """The kernel's table for these gates at T (degC) and dt (ms), flat; gates numbered in `frozen` stay as they are."""
    whole = np.empty((kernel.ROWS, len(gates), 2, kernel.CUBIC))
    for number, gate in enumerate(gates):
        if number in frozen:
            whole[:, number] = np.eye(1, 2 * kernel.CUBIC, kernel.CUBIC).reshape(2, kernel.CUBIC)
        else:
            whole[:, number] = _cubics(gate, T, dt)
    return whole.ravel()


def full_name(name: str, names: tuple[str, ...], owner: str) -> str:
    """The gate meant by name: "Na.m", or "m" where only one channel has it; ValueError if there is none."""
    if name in names:
        return name
    ends = [full for full in names if full.split(".")[-1] == name]
    if len(ends) > 1:
        raise ValueError(f"{owner} has more than one gate {name}: say {' or '.join(ends)}")
    return ends[0] if ends else unknown(owner, "gate", name, names)
