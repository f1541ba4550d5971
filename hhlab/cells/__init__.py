"""The preparations, one file each."""

from .cell import Cell
from .squid import Squid

__all__ = ["Cell", "Squid"]
