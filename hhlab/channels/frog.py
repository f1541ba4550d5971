"""Channels of a node of Ranvier of the frog."""

import numpy as np

from ..gates import Gate, linoid
from .library import publish

_FH = "Frankenhaeuser & Huxley 1964, as in ModelDB 3507, fh.mod; V absolute, rest near -70 mV"

FROG_NA = publish(
    "frog node Na", "sodium channel of a frog's node of Ranvier", "Na", _FH,
    Gate("m", power=2, q10=3, T_ref=20,
         alpha=lambda V: 0.36 * linoid(V + 48, 3),
         beta=lambda V: 0.4 * linoid(-(V + 57), 20)),
    Gate("h", q10=3, T_ref=20,
         alpha=lambda V: 0.1 * linoid(-(V + 80), 6),
         beta=lambda V: 4.5 / (1 + np.exp(-(V + 25) / 10))),
)  # fmt: skip

FROG_K = publish(
    "frog node K", "delayed potassium channel of a frog's node of Ranvier", "K", _FH,
    Gate("n", power=2, q10=3, T_ref=20,
         alpha=lambda V: 0.02 * linoid(V + 35, 10),
         beta=lambda V: 0.05 * linoid(-(V + 60), 10)),
)  # fmt: skip

FROG_P = publish(
    "frog node P", "nonspecific delayed permeability of a frog's node of Ranvier", "Na", _FH,
    Gate("p", power=2, q10=3, T_ref=20,
         alpha=lambda V: 0.006 * linoid(V + 30, 10),
         beta=lambda V: 0.09 * linoid(-(V + 95), 20)),
)  # fmt: skip
