"""Calcium channels."""

import functools

import numpy as np

from ..gates import Gate, linoid
from .library import publish


@functools.lru_cache(maxsize=64)
def t_type(shift: float, q10_m: float, q10_h: float) -> tuple[Gate, ...]:
    """Gates of the T-type channel, shifted along V by -shift (mV). The rates hold at 24 degC; each gate has its Q10."""

    def tau_h(V: np.ndarray) -> np.ndarray:
        x = V + shift
        deep = np.exp((np.minimum(x, -80.0) + 467) / 66.6)
        return np.where(x < -80, deep, 28 + np.exp(-(np.maximum(x, -80.0) + 22) / 10.5))

    return (
        Gate("m", power=2, q10=q10_m, T_ref=24,
             inf=lambda V: 1 / (1 + np.exp(-(V + shift + 57) / 6.2)),
             tau=lambda V: 0.612 + 1 / (np.exp(-(V + shift + 132) / 16.7) + np.exp((V + shift + 16.8) / 18.2))),
        Gate("h", q10=q10_h, T_ref=24, inf=lambda V: 1 / (1 + np.exp((V + shift + 81) / 4)), tau=tau_h),
    )  # fmt: skip


RELAY_T = publish(
    "T", "opens at low voltages after hyperpolarisation, and inactivates", "Ca",
    "Destexhe 1998, J Neurosci 18:3574, as in ModelDB 279, ITGHK.mod and tc1_cc.oc: shift -1 mV, Q10 2.5",
    *t_type(-1.0, 2.5, 2.5),
)  # fmt: skip

HVA = publish(
    "HVA", "opens at high voltages; with slow inactivation", "Ca",
    "Reuveni 1993, as in OpenSourceBrain/PospischilEtAl2008, IL_gutnick.mod, and ModelDB 139653, Ca_HVA.mod",
    Gate("m", power=2,
         alpha=lambda V: 0.055 * linoid(V + 27, 3.8),
         beta=lambda V: 0.94 * np.exp(-(V + 75) / 17)),
    Gate("h",
         alpha=lambda V: 0.000457 * np.exp(-(V + 13) / 50),
         beta=lambda V: 0.0065 / (1 + np.exp(-(V + 15) / 28))),
)  # fmt: skip
