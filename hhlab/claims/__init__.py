"""The forty-one claims about the action potential, and the experiments that settle them.

Pure: a claim runs its experiment and says what follows from the number; who shows it, and how, is no concern of it.
"""

from . import afterpotentials, calcium, clamped, propagation, pump, refractory, rest, spike
from .claim import Claim, Finding, Rule, Verdict, find, table
from .misconceptions import MISCONCEPTIONS, Misconception

__all__ = [
    "MISCONCEPTIONS", "Claim", "Finding", "Misconception", "Rule", "Verdict", "afterpotentials", "calcium", "clamped",
    "find", "propagation", "pump", "refractory", "rest", "spike", "table",
]  # fmt: skip
