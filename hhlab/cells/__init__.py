"""The cells of the course, one file a preparation."""

from .afterpotential_cell import AfterpotentialCell
from .barnacle import Barnacle
from .beta_cell import BetaCell
from .cell import Cell
from .frog_node import FrogNode
from .goldman_cell import GoldmanCell, gallery
from .heart import SinoatrialNode, Ventricle
from .ionic import IonicCell
from .mammalian_node import MammalianNode
from .nerve_ending import NerveEnding
from .neuron import Neuron
from .pump_cell import LuoRudyPumpCell, PumpCell
from .squid import Squid
from .squid_with_pumps import SquidWithPumps
from .thalamic_relay import ThalamicRelay

__all__ = [
    "AfterpotentialCell", "Barnacle", "BetaCell", "Cell", "FrogNode", "GoldmanCell", "IonicCell", "LuoRudyPumpCell",
    "MammalianNode", "NerveEnding", "Neuron", "PumpCell", "SinoatrialNode", "Squid", "SquidWithPumps", "ThalamicRelay",
    "Ventricle", "gallery",
]  # fmt: skip
