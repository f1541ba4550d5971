"""Potassium channels."""

import functools

import numpy as np

from ..gates import Gate, linoid
from .library import publish
from .sodium import TRAUB

SQUID_K = publish(
    "squid K", "delayed potassium channel of the squid axon", "K",
    "Hodgkin & Huxley 1952, J Physiol 117:500, eqs 12, 13; V absolute",
    Gate("n", power=4, q10=3, T_ref=6.3,
         alpha=lambda V: 0.01 * linoid(V + 55, 10),
         beta=lambda V: 0.125 * np.exp(-(V + 65) / 80)),
)  # fmt: skip


@functools.lru_cache(maxsize=64)
def traub_potassium(V_T: float) -> tuple[Gate, ...]:
    """Gates of the delayed potassium channel of a mammalian neuron (Traub & Miles), shifted along V by V_T (mV)."""
    n = Gate("n", power=4, q10=3, T_ref=36,
             alpha=lambda V: 0.032 * linoid(V - V_T - 15, 5),
             beta=lambda V: 0.5 * np.exp(-(V - V_T - 10) / 40))  # fmt: skip
    return (n,)


NEURON_K = publish(
    "neuron K", "delayed potassium channel of a mammalian neuron, V_T = -58 mV", "K", TRAUB, *traub_potassium(-58.0)
)

KV1 = publish(
    "Kv1.1", "opens at low voltages and brakes firing", "K",
    "Zerr 1998; Akemann & Knopfel 2006, J Neurosci 26:4602, as in ModelDB 80769, Kv1.mod",
    Gate("a", power=4, q10=3, T_ref=22,
         alpha=lambda V: 0.12889 * np.exp((V + 45) / 33.90877),
         beta=lambda V: 0.12889 * np.exp(-(V + 45) / 12.42101)),
)  # fmt: skip

publish(
    "Kv1.1, inactivating", "another fit, with an inactivation that takes ten seconds", "K",
    "Blue Brain, BlueCelluLab modlib/Kv1_1.mod",
    Gate("m",
         inf=lambda V: 1 / (1 + np.exp(-(V + 30.5) / 11.3943)),
         tau=lambda V: 30 / (1 + np.exp((V + 76.56) / 26.1479))),
    Gate("h", power=2,
         inf=lambda V: 1 / (1 + np.exp((V + 30) / 27.3943)),
         tau=lambda V: 15000 / (1 + np.exp(-(V + 160.56) / 100))),
)  # fmt: skip


def _kv2_inactivation(V: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp((V + 58) / 11))


def _kv2_slow_inactivation(V: np.ndarray) -> np.ndarray:
    """Time constant in ms. Below -110 mV it stays as it is there: the published fit is negative below -119 mV."""
    V = np.maximum(V, -110)
    return 2350 + 1380 * np.exp(-0.011 * V) - 210 * np.exp(-0.03 * V)


KV2 = publish(
    "Kv2.1", "opens slowly and closes slowly", "K",
    "Keren 2005, retuned to the guangxitoxin current of Liu & Bean 2014, as in ModelDB 267599, Kv2like.mod",
    Gate("m", power=2, q10=2.3, T_ref=21,
         alpha=lambda V: 0.12 / 2.5 * linoid(V - 43, 11),
         beta=lambda V: 0.02 / 2.5 * np.exp(-(V + 1.27) / 120)),
    Gate("h1", q10=2.3, T_ref=21, weight=0.5, adds_to_next=True,
         inf=_kv2_inactivation,
         tau=lambda V: 360 + (1010 + 23.7 * (V + 54)) * np.exp(-(((V + 75) / 48) ** 2))),
    Gate("h2", q10=2.3, T_ref=21, weight=0.5,
         inf=_kv2_inactivation,
         tau=_kv2_slow_inactivation),
)  # fmt: skip

publish(
    "Kv2.1, at room temperature", "another fit, too slow for a spike", "K",
    "VanDongen 1990; Blue Brain, BlueCelluLab Kv2_1.mod",
    Gate("m",
         inf=lambda V: 1 / (1 + np.exp(-(V + 9.2) / 6.6)),
         tau=lambda V: 100 / (1 + np.exp((V + 46.56) / 44.14))),
    Gate("h",
         inf=lambda V: 1 / (1 + np.exp((V + 19) / 5)),
         tau=lambda V: 1e4 / (1 + np.exp(-(V + 46.56) / 44.14))),
)  # fmt: skip

publish(
    "Kv3.1", "opens only in a spike and closes at once", "K",
    "Rettig 1992; Hay 2011, as in ModelDB 139653, SKv3_1.mod",
    Gate("m",
         inf=lambda V: 1 / (1 + np.exp(-(V - 18.7) / 9.7)),
         tau=lambda V: 4 / (1 + np.exp(-(V + 46.56) / 44.14))),
)  # fmt: skip

publish(
    "Kv4", "A-type: opens early and inactivates", "K", "Sacco & Tempia 2002, as in ModelDB 80769, Kv4.mod",
    Gate("n", power=4, q10=3, T_ref=22,
         alpha=lambda V: 0.15743 * np.exp((V + 57) / 32.19976),
         beta=lambda V: 0.15743 * np.exp(-(V + 57) / 37.51346)),
    Gate("h", q10=3, T_ref=22,
         alpha=lambda V: 0.01342 / (1 + np.exp((V + 60) / 7.86476)),
         beta=lambda V: 0.04477 / (1 + np.exp(-(V + 54) / 11.3615))),
)  # fmt: skip


KV7 = publish(
    "Kv7", "M-type: slow, open at low voltages, without inactivation", "K",
    "Yamada 1989, as in OpenSourceBrain/PospischilEtAl2008, IM_cortex.mod, tau_max = 608 ms",
    Gate("w", q10=2.3, T_ref=36,
         inf=lambda V: 1 / (1 + np.exp(-(V + 35) / 10)),
         tau=lambda V: 608 / (3.3 * np.exp((V + 35) / 20) + np.exp(-(V + 35) / 20))),
)  # fmt: skip

SK = publish(
    "SK", "opened by calcium below 1 uM, whatever V is", "K", "Kohler 1996, as in ModelDB 139653, SK_E2.mod",
    Gate("z", inf=lambda Ca: 1 / (1 + (0.00043 / Ca) ** 4.8), tau=lambda Ca: 1.0 + 0 * Ca, ion="Ca"),
)  # fmt: skip

BK = publish(
    "BK", "opened by voltage and by the calcium at the mouth of calcium channels together", "K",
    "form of artielbm Pituitary_MCE/MCE17a.ode, half activation 0.1 - 18 ln(Ca / 1.5 uM) mV",
    Gate("b", ion="Ca_domain",
         inf=lambda V, Ca: 1 / (1 + np.exp((0.1 - 18 * np.log(Ca / 0.0015) - V) / 10)),
         tau=lambda V, Ca: 0.5 + 0 * V),
)  # fmt: skip

_RT_F_34 = 8.314462618 * (273.15 + 34) / 96485.33212 * 1e3  # mV at 34 degC

publish(
    "BK, two bound ions", "opened by voltage and calcium, at 34 degC", "K",
    "Moczydlowski & Latorre 1983, as in ModelDB 267599, cagk.mod",
    Gate("o", ion="Ca",
         alpha=lambda V, Ca: 0.48 * Ca / (Ca + 0.18 * np.exp(-2 * V / _RT_F_34)),
         beta=lambda V, Ca: 0.28 / (1 + Ca / (0.011 * np.exp(-3 * V / _RT_F_34)))),
)  # fmt: skip

publish(
    "BK, inactivating", "opened by voltage and calcium, and inactivating in part", "K",
    "Khaliq 2003, as in ModelDB 80769, CaBK.mod",
    Gate("m", power=3, q10=3, T_ref=22,
         inf=lambda V: 1 / (1 + np.exp(-(V + 33.9) / 6.2)),
         tau=lambda V: 0.505 + 1000 / (np.exp((V + 91.4) / 10.1) + np.exp(-(V - 28.3) / 10))),
    Gate("z", inf=lambda Ca: 1 / (1 + 0.001 / Ca), tau=lambda Ca: 1.0 + 0 * Ca, power=2, q10=3, T_ref=22, ion="Ca"),
    Gate("h", q10=3, T_ref=22,
         inf=lambda V: 0.085 + 0.915 / (1 + np.exp((V + 37) / 5.8)),
         tau=lambda V: 1.9 + 1000 / (np.exp((V + 53.5) / 5.2) + np.exp(-(V - 49.2) / 12.9))),
)  # fmt: skip
