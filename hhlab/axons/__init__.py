"""Axons: patches of a membrane in a row, with a core that conducts."""

from .axon import Axon
from .fibre import Fibre, Row, resting_conductance
from .myelinated import MyelinatedAxon

__all__ = ["Axon", "Fibre", "MyelinatedAxon", "Row", "resting_conductance"]
