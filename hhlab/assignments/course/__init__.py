"""The assignments of the course, one file each. A new one is a file here and a name in this list."""

from ..task import Assignment
from .ions import IONS
from .pump import PUMP
from .refractory import REFRACTORY
from .spike import SPIKE

ASSIGNMENTS: dict[str, Assignment] = {each.name: each for each in (IONS, PUMP, SPIKE, REFRACTORY)}
"""All assignments by name, in the order of the course."""
