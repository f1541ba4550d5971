"""Channels of the ventricle (Beeler & Reuter) and of the sino-atrial node (Yanagihara, Noma & Irisawa)."""

import numpy as np

from ..gates import Gate, linoid
from .library import publish

BEELER_REUTER = "Beeler & Reuter 1977, as in myokit/models, c/beeler-1977.mmt"
YANAGIHARA = "Yanagihara, Noma & Irisawa 1980, as in two public implementations that agree"

VENTRICLE_NA = publish(
    "ventricle Na", "fast sodium channel of a ventricle", "Na", BEELER_REUTER,
    Gate("m", alpha=lambda V: linoid(V + 47, 10), beta=lambda V: 40 * np.exp(-0.056 * (V + 72)), power=3),
    Gate("h",
         alpha=lambda V: 0.126 * np.exp(-0.25 * (V + 77)),
         beta=lambda V: 1.7 / (1 + np.exp(-0.082 * (V + 22.5)))),
    Gate("j",
         alpha=lambda V: 0.055 * np.exp(-0.25 * (V + 78)) / (1 + np.exp(-0.2 * (V + 78))),
         beta=lambda V: 0.3 / (1 + np.exp(-0.1 * (V + 32)))),
)  # fmt: skip

VENTRICLE_S = publish(
    "ventricle Ca", "slow inward channel of a ventricle", "Ca", BEELER_REUTER,
    Gate("d",
         alpha=lambda V: 0.095 * np.exp(-0.01 * (V - 5)) / (1 + np.exp(-0.072 * (V - 5))),
         beta=lambda V: 0.07 * np.exp(-0.017 * (V + 44)) / (1 + np.exp(0.05 * (V + 44)))),
    Gate("f",
         alpha=lambda V: 0.012 * np.exp(-0.008 * (V + 28)) / (1 + np.exp(0.15 * (V + 28))),
         beta=lambda V: 0.0065 * np.exp(-0.02 * (V + 30)) / (1 + np.exp(-0.2 * (V + 30)))),
)  # fmt: skip

VENTRICLE_X1 = publish(
    "ventricle x1", "slow outward channel of a ventricle", "K",
    BEELER_REUTER + "; V + 20 instead of V + 333 in the denominator of its closing rate, as in ten other copies",
    Gate("x",
         alpha=lambda V: 0.0005 * np.exp(0.083 * (V + 50)) / (1 + np.exp(0.057 * (V + 50))),
         beta=lambda V: 0.0013 * np.exp(-0.06 * (V + 20)) / (1 + np.exp(-0.04 * (V + 20)))),
)  # fmt: skip


def drive_x1(V: np.ndarray) -> np.ndarray:
    """Driving force of x1. Beeler & Reuter 1977; with g = 0.8."""
    return (np.exp(0.04 * (V + 77)) - 1) / np.exp(0.04 * (V + 35))


def drive_K1(V: np.ndarray) -> np.ndarray:
    """Driving force of the inward rectifier K1, which has no gate. Beeler & Reuter 1977; with g = 0.35."""
    rectifying = 4 * (np.exp(0.04 * (V + 85)) - 1) / (np.exp(0.08 * (V + 53)) + np.exp(0.04 * (V + 53)))
    return rectifying + 0.2 * linoid(V + 23, 25)


NODE_NA = publish(
    "node Na", "fast sodium channel of the sino-atrial node", "Na", YANAGIHARA,
    Gate("m", alpha=lambda V: linoid(V + 37, 10), beta=lambda V: 40 * np.exp(-0.056 * (V + 62)), power=3),
    Gate("h",
         alpha=lambda V: 0.001209 * np.exp(-(V + 20) / 6.534),
         beta=lambda V: 1 / (1 + np.exp(-(V + 30) / 10))),
)  # fmt: skip

NODE_S = publish(
    "node Ca", "slow inward channel of the sino-atrial node; below -60 mV its f does not close", "Ca", YANAGIHARA,
    Gate("d", weight=0.95, offset=0.05,
         alpha=lambda V: 0.01045 * linoid(V + 35, 2.5) + 0.03125 * linoid(V, 4.8),
         beta=lambda V: 0.00421 * linoid(-(V - 5), 2.5)),
    Gate("f", weight=0.95, offset=0.05,
         alpha=lambda V: 0.000355 * linoid(-(V + 20), 5.633),
         beta=lambda V: 0.000944 * np.maximum(V + 60, 0) / (1 + np.exp(-(V + 29.5) / 4.16))),
)  # fmt: skip

NODE_H = publish(
    "node h", "channel of the sino-atrial node that opens with hyperpolarisation", "", YANAGIHARA,
    Gate("q",
         alpha=lambda V: 0.00034 * linoid(-(V + 100), 4.4) + 0.0000495,
         beta=lambda V: 0.0005 * linoid(V + 40, 6) + 0.0000845),
)  # fmt: skip

NODE_K = publish(
    "node K", "delayed potassium channel of the sino-atrial node", "K", YANAGIHARA,
    Gate("p",
         alpha=lambda V: 0.009 / (1 + np.exp(-(V + 3.8) / 9.71)) + 0.0006,
         beta=lambda V: 0.000225 * linoid(-(V + 40), 13.3)),
)  # fmt: skip


def drive_node_s(V: np.ndarray) -> np.ndarray:
    """Driving force of the slow inward channel. Yanagihara, Noma & Irisawa 1980; with g = 12.5."""
    return np.exp((V - 30) / 15) - 1


def drive_node_K(V: np.ndarray) -> np.ndarray:
    """Driving force of the delayed potassium channel. Yanagihara, Noma & Irisawa 1980; with g = 0.7."""
    return (np.exp(0.0277 * (V + 90)) - 1) / np.exp(0.0277 * (V + 40))


def drive_node_leak(V: np.ndarray) -> np.ndarray:
    """Driving force of the leak. Yanagihara, Noma & Irisawa 1980; with g = 0.8."""
    return 1 - np.exp(-(V + 60) / 20)
