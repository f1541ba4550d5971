"""hhlab: take the action potential apart.

Units everywhere: mV, ms, uA/cm2, mS/cm2, uF/cm2, mM, degC. Outward current is positive.
"""

from typing import TYPE_CHECKING, Any

from . import measure
from .cells import Squid
from .channels import Channel
from .gates import Gate, linoid
from .physics import nernst
from .protocols import Ramp, Shock, Step, Train
from .recording import Recording
from .simulate import simulate

if TYPE_CHECKING:
    from .lab import explore
    from .plots import plot

__all__ = [
    "Channel", "Gate", "Ramp", "Recording", "Shock", "Squid", "Step", "Train",
    "explore", "linoid", "measure", "nernst", "plot", "simulate",
]  # fmt: skip

_WHEN_USED = {"explore": "lab", "plot": "plots"}
"""What is imported only when it is used, so that a script without pictures starts fast."""


def __getattr__(name: str) -> Any:
    if name not in _WHEN_USED:
        raise AttributeError(f"hhlab has no {name}")
    import importlib

    return getattr(importlib.import_module(f".{_WHEN_USED[name]}", __name__), name)
