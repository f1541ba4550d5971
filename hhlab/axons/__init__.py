"""Axons: patches of a membrane in a row on a conducting core."""

from .axon import Axon
from .fibre import Fibre, Row, resting_conductance
from .myelinated import MyelinatedAxon

__all__ = ["Axon", "Fibre", "MyelinatedAxon", "Row", "resting_conductance"]
