"""Gates, and the tables from which the kernel takes their steps.

A gate's rates are plain NumPy functions of V, of a concentration, or of both. They are tabulated once, as cubics on a
grid of 0.5 mV (or on a grid in the logarithm of the concentration). So the curve that is plotted is the curve that is
integrated, and a new gate runs at full speed without being compiled.
"""

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import kernel_layout as layout
from .parameters import Parameter, no_such, shown
from .physics import Floats, q10_factor

Rate = Callable[..., ArrayLike]

# Chebyshev nodes of one row. They lie inside it, so a kink, a step or a 0/0 on a grid line does no harm.
_NODES = 0.5 - 0.5 * np.cos(np.pi * (np.arange(layout.CUBIC) + 0.5) / layout.CUBIC)
_TO_CUBIC = np.linalg.inv(np.vander(_NODES, layout.CUBIC, increasing=True))
_V_NODES = layout.V_MIN + (np.arange(layout.ROWS)[:, None] + _NODES) / layout.ROWS_PER_MV
_ION_NODES = 10.0 ** (layout.LOG_MIN + (np.arange(layout.ION_ROWS)[:, None] + _NODES) / layout.ROWS_PER_DECADE)
_V_OF_BOTH = layout.V_MIN + (np.arange(layout.BOTH_V_ROWS)[:, None] + _NODES) / layout.COARSE_V
_ION_OF_BOTH = 10.0 ** (layout.LOG_MIN + (np.arange(layout.BOTH_ION_ROWS)[:, None] + _NODES) / layout.COARSE_ION)
_WITHIN_A_ROW = np.vander(np.linspace(0.0, 1.0, 9), layout.CUBIC, increasing=True)
WILD_SPREAD = 0.01  # change of A or B within one row from which on a cubic may be replaced by a straight line

Q10 = Parameter(1.0, "times", 0.1, 20, "how many times faster a gate is at 10 degC more", name="q10")
T_REF = Parameter(6.3, "degC", -20, 60, "temperature at which rates hold", name="T_ref")


def linoid(x: ArrayLike, scale: float) -> Floats:
    """The function x / (1 - exp(-x / scale)) of many opening rates, which is `scale` at x = 0.

    Parameters
    ----------
    x : array_like
        Distance from the voltage at which the rate is `scale`, mV.
    scale : float
        Width of the bend, mV.

    Returns
    -------
    numpy.ndarray
        The values, finite everywhere, mV; shape of x.

    Examples
    --------
    >>> hh.linoid([-10, 0, 10], 10).round(2)
    array([ 5.82, 10.  , 15.82])
    """
    u = np.asarray(x, float) / scale
    small = np.abs(u) < 1e-6
    safe = np.where(small, 1.0, u)
    return scale * np.where(small, 1.0 + 0.5 * u, safe / -np.expm1(-safe))


@dataclass(frozen=True)
class Gate:
    """A gate x of a channel, open with probability x**power, that moves by dx/dt = (inf(V) - x) / tau(V).

    Parameters
    ----------
    name : str
        An identifier such as "m"; a recording calls it "Na.m".
    inf, tau : callable
        Functions of V (1-d array, mV): steady state (0 to 1) and time constant (ms). They are tabulated once, so what
        they compute must not change later. A gate with tau = 0 is instantaneous, and the error of a simulation is then
        of first order in dt.
    alpha, beta : callable
        Opening and closing rate (1/ms), instead of inf and tau.
    power : int
        How many such gates must be open for a channel to conduct, 1 to 8.
    q10 : float
        How many times faster the rates are 10 degC above T_ref.
    T_ref : float, optional
        The temperature at which the rates hold, degC.
    ion : str
        What its rates depend on besides or instead of V, in mM: "Ca" for the calcium inside, "Ca_domain" for the
        calcium at the mouth of calcium channels. All its functions are then functions of (Ca), or of (V, Ca).
    weight, offset : float
        In the product of gates it counts as offset + weight * x, which must be between 0 and 1.
    adds_to_next : bool
        Whether its term is added to that of the next gate instead of multiplied. The power is then that of the last
        gate of the sum.
    always : float
        The share of channels that have lost this gate, so that it is always open. It counts as open in x.

    Raises
    ------
    ValueError
        If neither inf and tau nor alpha and beta are given, they do not take the same arguments, or the power is not a
        whole number from 1 to 8. Rates that are negative, not finite, or of the wrong shape are found when the gate is
        first used; the error names gate, value and voltage.

    Examples
    --------
    >>> slow = hh.Gate("s", inf=lambda V: 1 / (1 + np.exp(-(V + 35) / 10)), tau=lambda V: 40 + 0 * V)
    >>> float(slow.steady_state(-35))
    0.5
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
    always: float = 0.0

    def __post_init__(self) -> None:
        if not (isinstance(self.name, str) and self.name.isidentifier()):
            raise ValueError(f"a gate cannot have the name {self.name!r}: give one such as 'm'")
        pairs = [(self.inf, self.tau), (self.alpha, self.beta)]
        if sorted(sum(callable(f) for f in pair) for pair in pairs) != [0, 2]:
            raise ValueError(f"gate {self.name}: give either inf= and tau=, or alpha= and beta=, as functions of V")
        if not isinstance(self.power, int) or not 1 <= self.power <= 8:
            raise ValueError(
                f"gate {self.name}: power = {shown(self.power)} is not a whole number from 1 to 8: give one of these"
            )
        Q10.check(self.q10)
        if self.T_ref is not None:
            T_REF.check(self.T_ref)
        elif self.q10 != 1:
            raise ValueError(f"gate {self.name}: q10 needs T_ref=, the temperature in degC at which the rates hold")
        if self.ion and sorted({len(arguments(f)) for f in pairs[0] + pairs[1] if callable(f)}) not in ([1], [2]):
            raise ValueError(
                f"gate {self.name} depends on {self.ion}: give functions that all take ({self.ion}), or all (V, "
                f"{self.ion})"
            )
        if not (self.offset >= 0 and self.weight >= 0 and self.offset + self.weight <= 1 + 1e-12):
            raise ValueError(f"gate {self.name}: offset + weight * x leaves the range 0 to 1: choose smaller ones")

    @functools.cached_property
    def reads(self) -> int:
        """Whether its rates depend on V, on a concentration, or on both: layout.BY_V, BY_ION or BY_BOTH."""
        if not self.ion:
            return layout.BY_V
        return layout.BY_ION if len(arguments(self.inf or self.alpha)) == 1 else layout.BY_BOTH

    @functools.cached_property
    def at_once(self) -> bool:
        """Whether it is instantaneous: its time constant is 0 everywhere."""
        return not _at_nodes(self)[1].any()

    @property
    def plain(self) -> bool:
        """Whether it reads V alone, is not instantaneous, and is a plain factor of the open share."""
        return not (self.ion or self.at_once or self.adds_to_next) and (self.weight, self.offset) == (1.0, 0.0)

    def steady_state(self, V: ArrayLike, inside: ArrayLike | None = None) -> Floats:
        """The share of open gates after a long time.

        Parameters
        ----------
        V : array_like
            Membrane potential, mV.
        inside : array_like, optional
            Concentration of its ion inside, mM; needed if the gate reads one, else ignored.

        Returns
        -------
        numpy.ndarray
            Shares, 0 to 1; V and `inside` broadcast.

        Raises
        ------
        ValueError
            If a rate is negative, not finite, or of the wrong shape, or a concentration is missing.
        """
        return self.curves(V, inside)[0]

    def time_constant(self, V: ArrayLike, T: float, inside: ArrayLike | None = None) -> Floats:
        """The time constant.

        Parameters
        ----------
        V : array_like
            Membrane potential, mV.
        T : float
            Temperature, degC.
        inside : array_like, optional
            Concentration of its ion inside, mM; needed if the gate reads one, else ignored.

        Returns
        -------
        numpy.ndarray
            Time constants in ms; V and `inside` broadcast.

        Raises
        ------
        ValueError
            If a rate is negative, not finite, or of the wrong shape, or a concentration is missing.
        """
        return self.curves(V, inside)[1] / self.speed(T)

    def speed(self, T: float) -> float:
        """How many times faster the rates are than at T_ref.

        Parameters
        ----------
        T : float
            Temperature, degC.

        Returns
        -------
        float
            The factor; 1 without T_ref.
        """
        return 1.0 if self.T_ref is None else float(q10_factor(self.q10, T, self.T_ref))

    def always_open(self, share: float) -> "Gate":
        """The same gate where a share of the channels has it always open.

        Parameters
        ----------
        share : float
            The share of these channels, 0 to 1.

        Returns
        -------
        Gate
            A gate of the same speed.
        """
        return _always_open(self, share) if share else self

    def intact(self, open_share: Any) -> Any:
        """The share of open ones among the channels that have not lost this gate.

        Parameters
        ----------
        open_share : float or numpy.ndarray
            The share of open ones among all channels, 0 to 1.

        Returns
        -------
        float or numpy.ndarray
            The share, 0 to 1; the same shape.
        """
        return (open_share - self.always) / (1.0 - self.always) if self.always < 1 else open_share

    def curves(self, V: ArrayLike, inside: ArrayLike | None = None) -> tuple[Floats, Floats]:
        """Steady state, and time constant at T_ref in ms, checked; both of the shape of V and `inside` together."""
        if self.ion and inside is None:
            raise ValueError(f"gate {self.name} depends on {self.ion}: give its concentration in mM too")
        axes = {"V": V, self.ion: inside} if self.ion else {"V": V}
        whole = np.broadcast_arrays(*(np.asarray(values, float) for values in axes.values()))
        at = dict(zip(axes, map(np.ravel, whole), strict=True))
        if self.reads == layout.BY_ION:
            del at["V"]
        with np.errstate(all="ignore"):
            inf, tau = self._checked_curves(at)
        inf = self.always + (1.0 - self.always) * inf
        return inf.reshape(whole[0].shape), tau.reshape(whole[0].shape)

    def _checked_curves(self, at: dict[str, Floats]) -> tuple[Floats, Floats]:
        pair = ("inf", "tau") if self.inf else ("alpha", "beta")
        rates = {f"gate {self.name}: {each}": getattr(self, each) for each in pair}
        one, other = (_filled(name, function, at, least=0.0) for name, function in rates.items())
        if self.inf:
            _refuse(
                one > 1.0 + 1e-9,
                f"gate {self.name}: inf",
                one,
                at,
                "{what} at {where} is above 1: check its formula there",
            )
            return one, other
        total = one + other
        _refuse(
            total == 0.0,
            f"gate {self.name}: alpha + beta",
            total,
            at,
            "{what} at {where}, which cannot be: check its formula there",
        )
        return one / total, 1.0 / total

    def __getstate__(self) -> dict[str, Any]:
        return {each.name: getattr(self, each.name) for each in fields(self)}


def _filled(name: str, function: Rate, at: dict[str, Floats], least: float = -np.inf) -> Floats:
    """The values of a function, with an isolated 0/0 replaced by the mean of both sides; ValueError if one is bad."""
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
            f"write it with numpy functions of {', '.join(at)}, such as np.exp"
        ) from error
    if value.shape != first.shape:
        raise ValueError(
            f"{name} gave an array of shape {value.shape} for {what} of shape {first.shape}: "
            "it must give one value for each"
        )
    _refuse(~np.isfinite(value), name, value, at, "{what} at {where} is not finite: check its formula there")
    _refuse(value < least, name, value, at, "{what} at {where} is negative: check its formula there")
    return value + 0.0  # no -0.0


def _refuse(bad: NDArray[np.bool_], name: str, value: Floats, at: dict[str, Floats], told: str) -> None:
    if bad.any():
        first = np.flatnonzero(bad.ravel())[0]
        units = {name: "mV" if name == "V" else "mM" for name in at}
        where = ", ".join(f"{name} = {axis[first]:.4g} {units[name]}" for name, axis in at.items())
        raise ValueError(told.format(what=f"{name} = {value.ravel()[first]:g}", where=where))


def arguments(function: Any) -> list[str]:
    """The names of the arguments without a default that a function takes; one without a name if Python cannot say."""
    try:
        given = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return [""]
    return [each.name for each in given if each.default is each.empty and each.kind <= each.POSITIONAL_OR_KEYWORD]


@functools.lru_cache(maxsize=64)
def _always_open(gate: Gate, share: float) -> Gate:
    """The mean over both kinds of channel moves as one gate, as its power is 1. Cached: tables go by identity."""
    return replace(gate, always=gate.always + (1.0 - gate.always) * share)


@functools.lru_cache(maxsize=64)
def _at_nodes(gate: Gate) -> tuple[Floats, Floats]:
    """Steady state and time constant (ms) at the nodes of its table: (rows, nodes), for each of V and concentration."""
    if gate.reads == layout.BY_BOTH:
        return gate.curves(_V_OF_BOTH[:, :, None, None], _ION_OF_BOTH)
    return gate.curves(_V_NODES) if gate.reads == layout.BY_V else gate.curves(0.0, _ION_NODES)


@functools.lru_cache(maxsize=256)
def _cubics(gate: Gate, T: float, dt: float) -> Floats:
    """A and B of a gate that reads one thing, as cubics: a step of dt (ms) takes x to A + B x; (rows, 2, CUBIC)."""
    at_nodes = np.stack(_step(gate, T, dt), axis=1)
    return _tamed(at_nodes @ _TO_CUBIC.T, at_nodes)


def _step(gate: Gate, T: float, dt: float) -> tuple[Floats, Floats]:
    """A and B at the nodes of its table."""
    inf, tau = _at_nodes(gate)
    with np.errstate(divide="ignore", under="ignore"):
        B = np.exp(-dt * gate.speed(T) / tau)
    return inf * (1.0 - B), B


def _tamed(cubics: Floats, at_nodes: Floats) -> Floats:
    """The same cubics, but straight lines where a cubic would take a gate outside 0 to 1: at a step in a rate."""
    a, b = np.moveaxis(cubics @ _WITHIN_A_ROW.T, 1, 0)
    wild = np.any((a < 0.0) | (b < 0.0) | (a + b > 1.0), axis=1) & (np.ptp(at_nodes, axis=2).max(axis=1) > WILD_SPREAD)
    cubics[wild] = 0.0
    cubics[wild, :, 0] = at_nodes[wild, :, 0]
    cubics[wild, :, 1] = at_nodes[wild, :, -1] - at_nodes[wild, :, 0]
    return cubics


@functools.lru_cache(maxsize=64)
def table(gates: tuple[Gate, ...], T: float, dt: float, frozen: frozenset[int] = frozenset()) -> Floats:
    """The kernel's table over V for these gates at T (degC) and dt (ms), flat; gates with a number in `frozen` stay."""
    whole = np.empty((layout.ROWS, len(gates), 2, layout.CUBIC))
    for number, gate in enumerate(gates):
        if number in frozen or gate.reads != layout.BY_V:
            whole[:, number] = np.eye(1, 2 * layout.CUBIC, layout.CUBIC).reshape(2, layout.CUBIC)
        else:
            whole[:, number] = _cubics(gate, T, dt)
    return whole.ravel()


@functools.lru_cache(maxsize=64)
def tables_over_ions(gates: tuple[Gate, ...], T: float, dt: float) -> tuple[NDArray[np.int64], Floats]:
    """The tables of all gates that read a concentration, flat, and where that of each gate begins in them."""
    tables = [np.empty(0) if gate.reads == layout.BY_V else _over_ions(gate, T, dt) for gate in gates]
    begin = np.cumsum([0, *(each.size for each in tables)], dtype=np.int64)[:-1]
    return begin.astype(np.int64), np.concatenate([np.zeros(1), *tables])[1:]


@functools.lru_cache(maxsize=32)
def _over_ions(gate: Gate, T: float, dt: float) -> Floats:
    if gate.reads == layout.BY_ION:
        return _cubics(gate, T, dt).ravel()
    A, B = (np.einsum("kp,lq,rpcq->rckl", _TO_CUBIC, _TO_CUBIC, x, optimize=True) for x in _step(gate, T, dt))
    return np.stack((A, B), axis=2).ravel()


@functools.lru_cache(maxsize=64)
def curve(drive: Rate) -> Floats:
    """The kernel's table of a driving force (mV) that is a function of V, flat."""
    return (driving_force(drive, _V_NODES) @ _TO_CUBIC.T).ravel()


def driving_force(drive: Rate, V: ArrayLike) -> Floats:
    """A driving force at V (mV, any shape), with an isolated 0/0 replaced; ValueError if a value is not finite."""
    volts = np.asarray(V, float)
    with np.errstate(all="ignore"):
        return _filled("drive", drive, {"V": volts.ravel()}).reshape(volts.shape)


def full_name(name: str, names: tuple[str, ...], owner: str) -> str:
    """The gate meant by name: "Na.m", or "m" where only one channel has it; ValueError if there is none."""
    if name in names:
        return name
    ends = [full for full in names if full.split(".")[-1] == name]
    if len(ends) > 1:
        raise ValueError(f"{owner} has more than one gate {name}: choose one of {', '.join(ends)}")
    return ends[0] if ends else no_such(f"{owner} has no gate {name}", name, names)
