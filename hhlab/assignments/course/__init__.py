"""The assignments of the course. A new one is two files here, its numbers and its texts, and a name in this list."""

from importlib import import_module

from ..task import Assignment

NAMES = ("ions", "pump", "spike", "potassium", "refractory", "propagation", "calcium")
"""In the order of the course."""
ASSIGNMENTS: dict[str, Assignment] = {name: import_module(f".{name}", __package__).ASSIGNMENT for name in NAMES}
"""All assignments by name."""
