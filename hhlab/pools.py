"""What is inside a cell and changes: pools of ions that run out or clear, and the pump that fills them."""

from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike

from .physics import CHARGE, F, Floats, thermal_voltage


@dataclass(frozen=True)
class Pool:
    """An ion inside a cell: how much there is (mM), and how much outside, in a bath that is too large to change.

    `inside` is the concentration that a simulation starts from; it may be an array where one is asked for.
    """

    ion: str
    outside: float
    inside: Any

    clears = 0.0
    """Rate in 1/ms at which it goes back to its base."""
    of = ""
    """The channel whose current sets it at once; none."""

    @property
    def name(self) -> str:
        """What it is called in a recording, such as "Na_in"."""
        return f"{self.ion}_in"

    @property
    def base(self) -> Any:
        """What it goes back to, mM."""
        return self.inside

    @property
    def z(self) -> int:
        """The charge of the ion."""
        return CHARGE[self.ion]

    def by_charge(self, depth: float) -> float:
        """By how many mM 1 uA/cm2 of its current, outward, lowers it in 1 ms, with a volume over area of depth (cm)."""
        return 1e-3 / (self.z * F * depth)

    def at(self, inside: Any) -> Self:
        """The same with another concentration inside, mM."""
        return replace(self, inside=inside)


@dataclass(frozen=True)
class FrozenPool(Pool):
    """An ion inside whose concentration is frozen: whatever crosses, it only sets a driving force."""

    def by_charge(self, depth: float) -> float:
        """By how many mM a current changes it: not at all."""
        return 0.0


@dataclass(frozen=True)
class Shell(Pool):
    """An ion just below the membrane: what a current brings in is bound but for a share, and cleared from there.

    It lies within `thick` (um) of the membrane; a share `free` of what enters stays free; the rest is `inside` (mM), to
    which it returns with the time constant `tau` (ms).
    """

    thick: float = 0.1
    free: float = 1.0
    tau: float = 80.0

    @property
    def clears(self) -> float:  # type: ignore[override]
        """Rate in 1/ms at which it goes back to its base."""
        return 1.0 / self.tau

    def by_charge(self, depth: float) -> float:
        """By how many mM 1 uA/cm2 of its current, outward, lowers it in 1 ms."""
        return self.free * super().by_charge(self.thick * 1e-4)


@dataclass(frozen=True)
class Domain(Pool):
    """An ion at the mouth of open channels: `inside` (mM) plus `gain` mM for each uA/cm2 of the channel `of`.

    Its name is that of the ion with "_domain", and that is what a gate that reads it says: Gate(..., ion="Ca_domain").
    """

    gain: float = 0.0
    of: str = ""

    @property
    def name(self) -> str:
        """What it is called in a recording, such as "Ca_domain"."""
        return self.ion

    @property
    def z(self) -> int:
        """The charge of the ion."""
        return CHARGE[self.ion.removesuffix("_domain")]

    def by_charge(self, depth: float) -> float:
        """By how many mM 1 uA/cm2 of the current raises it."""
        return self.gain


@dataclass(frozen=True)
class Pump:
    """A Na/K-ATPase: three Na out and two K in for each ATP, so that a third of the Na current is left as net current.

    I = I_max f(V) / ((1 + k_K/K_out)**n_K (1 + (k_Na/Na_in)**p_Na)**n_Na), with f(V) = 1 / (1 + a e^(-0.1 VF/RT)
    + b e^(-VF/RT)); a = b = 0 if V does not matter.
    """

    I_max: float
    k_K: float
    n_K: float
    k_Na: float
    p_Na: float
    n_Na: float
    a: float = 0.0
    b: float = 0.0

    def at_K(self, K_out: ArrayLike) -> Floats:
        """I_max times the term of K outside (mM), uA/cm2."""
        return self.I_max / (1.0 + self.k_K / np.asarray(K_out, float)) ** self.n_K

    def current(self, V: ArrayLike, K_out: ArrayLike, Na_in: ArrayLike, T: ArrayLike) -> Floats:
        """Net outward current in uA/cm2 at V (mV), K outside and Na inside (mM) and T (degC); all broadcast."""
        inside = (1.0 + (self.k_Na / np.asarray(Na_in, float)) ** self.p_Na) ** self.n_Na
        u = np.asarray(V, float) / thermal_voltage(T)
        return self.at_K(K_out) / inside / (1.0 + self.a * np.exp(-0.1 * u) + self.b * np.exp(-u))

    def weaker(self, share: float) -> Self:
        """The same with a share (0 to 1) of its molecules."""
        return replace(self, I_max=self.I_max * share)


def kager(I_max: float, k_Na: float = 10.0) -> Pump:
    """The pump of Kager, Wadman & Somjen 2000, J Neurophysiol, as in ModelDB 113446, nakpump.mod; no V."""
    return Pump(I_max, k_K=2.0, n_K=2.0, k_Na=k_Na, p_Na=1.0, n_Na=3.0)


def luo_rudy(I_max: float, Na_out: float) -> Pump:
    """The pump of Luo & Rudy 1994, slower at negative V, as in the Courtemanche 1998 file of myokit/models."""
    steepness = float(np.expm1(Na_out / 67.3) / 7.0)
    return Pump(I_max, k_K=1.5, n_K=1.0, k_Na=10.0, p_Na=1.5, n_Na=1.0, a=0.1245, b=0.0365 * steepness)
