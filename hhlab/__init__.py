"""hhlab: take the action potential apart.

Units everywhere: mV, ms, uA/cm2, mS/cm2, uF/cm2, mM, degC; cm along an axon, um for diameters. Outward current is
positive.
"""

from typing import TYPE_CHECKING, Any

from . import measure
from .axon_recording import AxonRecording
from .axons import Axon, MyelinatedAxon
from .cells import (
    AfterpotentialCell,
    Barnacle,
    BetaCell,
    FrogNode,
    GoldmanCell,
    LuoRudyPumpCell,
    Neuron,
    PumpCell,
    SinoatrialNode,
    Squid,
    SquidWithPumps,
    ThalamicRelay,
    Ventricle,
    gallery,
)
from .channels import Channel, channel_table, library
from .drugs import blocked
from .gates import Gate, linoid
from .physics import ghk_current, ghk_voltage, mullins_noda, nernst
from .propagation import propagate
from .protocols import PulsePair, Ramp, Shock, Step, Synapse, Train
from .recording import Recording
from .simulation import simulate
from .sweeps import sweep
from .voltage_clamp import Clamp, clamp

if TYPE_CHECKING:
    from . import claims
    from .assignments import assignment
    from .lab import ask, check, claim, explore, predict, worklog
    from .plots import plot
    from .questions import Choice, Mistake, Number, Reply

__all__ = [
    "AfterpotentialCell", "Axon", "AxonRecording", "Barnacle", "BetaCell", "Channel", "Choice", "Clamp", "FrogNode",
    "Gate", "GoldmanCell", "LuoRudyPumpCell", "Mistake", "MyelinatedAxon", "Neuron", "Number", "PulsePair", "PumpCell",
    "Ramp", "Recording", "Reply", "Shock", "SinoatrialNode", "Squid", "SquidWithPumps", "Step", "Synapse",
    "ThalamicRelay", "Train", "Ventricle", "ask", "assignment", "blocked", "channel_table", "check", "claim", "claims",
    "clamp", "explore", "gallery", "ghk_current", "ghk_voltage", "library", "linoid", "measure", "mullins_noda",
    "nernst", "plot", "predict", "propagate", "simulate", "sweep", "worklog",
]  # fmt: skip

_WHEN_USED = {
    "assignments": ("assignment",),
    "lab": ("ask", "check", "claim", "explore", "predict", "worklog"),
    "plots": ("plot",),
    "questions": ("Choice", "Mistake", "Number", "Reply"),
    "claims": ("claims",),
}
"""What is imported only when it is used, so that a script without pictures starts fast."""


def __getattr__(name: str) -> Any:
    house = next((house for house, names in _WHEN_USED.items() if name in names), None)
    if house is None:
        raise AttributeError(f"hhlab has no {name}")
    import importlib

    module = importlib.import_module(f".{house}", __name__)
    globals()[name] = module if house == name else getattr(module, name)
    return globals()[name]
