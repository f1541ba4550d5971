"""The claims about the action potential, and the experiments that test them.

Pure: a claim runs its experiment and says what follows from the numbers; who shows them, and how, is no concern of it.
"""

from . import afterpotentials, calcium, clamped, propagation, pump, refractory, rest, spike
from .claim import Claim, Finding, Part, Verdict, find, table
from .misconceptions import MISCONCEPTIONS, Misconception

__all__ = [
    "MISCONCEPTIONS", "Claim", "Finding", "Misconception", "Part", "Verdict", "afterpotentials", "calcium", "clamped",
    "find", "propagation", "pump", "refractory", "rest", "spike", "table",
]  # fmt: skip
