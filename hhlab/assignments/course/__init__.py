"""The assignments of the course. A new one is two files here, its numbers and its texts, and a name in this list."""

from ..task import Assignment
from .calcium import CALCIUM
from .ions import IONS
from .potassium import POTASSIUM
from .propagation import PROPAGATION
from .pump import PUMP
from .refractory import REFRACTORY
from .spike import SPIKE

ASSIGNMENTS: dict[str, Assignment] = {
    each.name: each for each in (IONS, PUMP, SPIKE, POTASSIUM, REFRACTORY, PROPAGATION, CALCIUM)
}
"""All assignments by name, in the order of the course."""
