"""Sodium channels."""

import functools

import numpy as np

from ..gates import Gate, linoid
from .library import publish

SQUID_NA = publish(
    "squid Na", "fast sodium channel of the squid axon", "Na",
    "Hodgkin & Huxley 1952, J Physiol 117:500, eqs 20, 21, 23, 24; V absolute",
    Gate("m", power=3, q10=3, T_ref=6.3,
         alpha=lambda V: 0.1 * linoid(V + 40, 10),
         beta=lambda V: 4 * np.exp(-(V + 65) / 18)),
    Gate("h", q10=3, T_ref=6.3,
         alpha=lambda V: 0.07 * np.exp(-(V + 65) / 20),
         beta=lambda V: 1 / (1 + np.exp(-(V + 35) / 10))),
)  # fmt: skip


@functools.lru_cache(maxsize=64)
def traub_sodium(V_T: float) -> tuple[Gate, ...]:
    """Gates of the fast sodium channel of a mammalian neuron (Traub & Miles), shifted along V by V_T (mV)."""
    m = Gate("m", power=3, q10=3, T_ref=36,
             alpha=lambda V: 0.32 * linoid(V - V_T - 13, 4),
             beta=lambda V: 0.28 * linoid(-(V - V_T - 40), 5))  # fmt: skip
    h = Gate("h", q10=3, T_ref=36,
             alpha=lambda V: 0.128 * np.exp(-(V - V_T - 17) / 18),
             beta=lambda V: 4 / (1 + np.exp(-(V - V_T - 40) / 5)))  # fmt: skip
    return m, h


TRAUB = "Traub & Miles, as in ModelDB 279, hh2.mod"

NEURON_NA = publish(
    "neuron Na", "fast sodium channel of a mammalian neuron, V_T = -58 mV", "Na", TRAUB, *traub_sodium(-58.0)
)

NAP = publish(
    "NaP", "persistent sodium channel, without delay and inactivation", "Na",
    "half and slope of Magistretti & Alonso 1999, as in ModelDB 139653, Nap_Et2.mod; first power, at once",
    Gate("p", inf=lambda V: 1 / (1 + np.exp(-(V + 52.6) / 4.6)), tau=lambda V: 0 * V),
)  # fmt: skip

_NAP_SPEED = 2.3**1.3  # from 21 to 34 degC
publish(
    "NaP, whole", "persistent sodium channel with its kinetics, at 34 degC", "Na",
    "Magistretti & Alonso 1999, as in ModelDB 139653, Nap_Et2.mod",
    Gate("m", power=3,
         inf=lambda V: 1 / (1 + np.exp(-(V + 52.6) / 4.6)),
         tau=lambda V: 6 / ((0.182 * linoid(V + 38, 6) + 0.124 * linoid(-(V + 38), 6)) * _NAP_SPEED)),
    Gate("h",
         inf=lambda V: 1 / (1 + np.exp((V + 48.8) / 10)),
         tau=lambda V: 1 / ((2.88e-6 * linoid(-(V + 17), 4.63) + 6.94e-6 * linoid(V + 64.4, 2.63)) * _NAP_SPEED)),
)  # fmt: skip
