"""Measurements: each takes a recording or a cell, returns numbers, and says in its docstring how it is taken."""

from .afterpotentials import Afterpotentials, afterpotentials, duration
from .clamped import availability, boltzmann, current_voltage, misfit, recovery, reversal, tail_time_constants
from .firing import frequency, highest_rate, sustained
from .ledger import Ledger, Moved, ledger
from .pairs import RefractoryPeriods, paired_pulses, refractory, refractory_periods
from .propagation import arrivals, conduction, first_arrivals, following_frequency, length_constant, velocity
from .release import release
from .resting import rest
from .rhythm import Adaptation, Bursts, adaptation, bursts, period
from .spike import attribution, half_width, peak, spikes, take_off, undershoot, upstroke
from .thresholds import accommodation, anode_break, chronaxie, rheobase, strength_duration, threshold

__all__ = [
    "Adaptation", "Afterpotentials", "Bursts", "Ledger", "Moved", "RefractoryPeriods", "accommodation", "adaptation",
    "afterpotentials", "anode_break", "arrivals", "attribution", "availability", "boltzmann", "bursts", "chronaxie",
    "conduction", "current_voltage", "duration", "first_arrivals", "following_frequency", "frequency", "half_width",
    "highest_rate", "ledger", "length_constant", "misfit", "paired_pulses", "peak", "period", "recovery", "refractory",
    "refractory_periods", "release", "rest", "reversal", "rheobase", "spikes", "strength_duration", "sustained",
    "tail_time_constants", "take_off", "threshold", "undershoot", "upstroke", "velocity",
]  # fmt: skip
