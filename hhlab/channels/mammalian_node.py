"""Channels of a node of Ranvier of a mammal."""

import numpy as np

from ..gates import Gate, linoid
from .library import publish

_FRIJNS = "Frijns et al. 1994, as in Ribach/ANF_models_Brian2, models/Frijns_1994.py; V absolute, rest -84.566 mV"

MAMMALIAN_NODE_NA = publish(
    "mammalian node Na", "sodium channel of a mammal's node of Ranvier", "Na", _FRIJNS,
    Gate("m", power=3, q10=2.2, T_ref=20,
         alpha=lambda V: 0.49 * linoid(V + 59.156, 6.06),
         beta=lambda V: 1.04 * linoid(-(V + 63.566), 9.41)),
    Gate("h", q10=2.9, T_ref=20,
         alpha=lambda V: 0.09 * linoid(-(V + 112.306), 9.06),
         beta=lambda V: 3.7 / (1 + np.exp(-(V + 28.566) / 12.5))),
)  # fmt: skip

MAMMALIAN_NODE_K = publish(
    "mammalian node K", "the few potassium channels of a mammal's node of Ranvier", "K", _FRIJNS,
    Gate("n", power=2, q10=3, T_ref=20,
         alpha=lambda V: 0.02 * linoid(V + 49.566, 10),
         beta=lambda V: 0.05 * linoid(-(V + 74.566), 10)),
)  # fmt: skip
