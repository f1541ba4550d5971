"""hhlab: take the action potential apart.

Units everywhere: mV, ms, uA/cm2, mS/cm2, uF/cm2, mM, degC. Outward current is positive.
"""
from . import measure, plots
from .cells import Squid
from .channels import Channel
from .gates import Gate, linoid
from .physics import nernst
from .protocols import Ramp, Shock, Step, Train
from .recording import Recording
from .simulate import simulate
