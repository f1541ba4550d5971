"""The cells of the course, one file a preparation."""

from .cell import Cell
from .goldman_cell import GoldmanCell, gallery
from .ionic import IonicCell
from .neuron import Neuron
from .pump_cell import LuoRudyPumpCell, PumpCell
from .squid import Squid
from .squid_with_pumps import SquidWithPumps

__all__ = [
    "Cell",
    "GoldmanCell",
    "IonicCell",
    "LuoRudyPumpCell",
    "Neuron",
    "PumpCell",
    "Squid",
    "SquidWithPumps",
    "gallery",
]
