"""What others need for the same equations: NEURON at a fixed step, as it comes otherwise, and SciPy's odeint.

With `table` NEURON looks its rates up, straight between whole mV, as it does unless told: that is faster, and not the
same equations any more. Without, it has the exact rates.
"""

import numpy as np
from scipy.integrate import odeint

from hhlab import Squid
from hhlab.measure import rest

AREA = np.pi * 10 * 10
"""um2 of a section of 10 um."""
REST = rest(Squid())


class InNeuron:
    """Squid axons in NEURON, all in one model: one for each list of pulses (uA/cm2, start, duration)."""

    def __init__(self, n, stimuli, dt, *, table=False, seen=()):
        self.n, self.dt, self.table = n, dt, table
        self.sections = [self._section() for _ in stimuli]
        self.clamps = [self._clamp(section, *pulse) for section, pulses in zip(self.sections, stimuli, strict=True)
                       for pulse in pulses]  # fmt: skip
        self.times = [self._times(section) for section in self.sections]
        self.t, self.V = n.Vector().record(n._ref_t), [self._recorded(self.sections[cell]) for cell in seen]

    def _section(self):
        section = self.n.Section()
        section.L = section.diam = 10
        section.insert("hh")
        section(0.5).hh.el = -54.387
        return section

    def _clamp(self, section, amplitude, start, duration):
        clamp = self.n.IClamp(section(0.5))
        clamp.amp, clamp.delay, clamp.dur = amplitude * AREA * 1e-5, start, duration
        return clamp

    def _times(self, section):
        times, detector = self.n.Vector(), self.n.NetCon(section(0.5)._ref_v, None, sec=section)
        detector.threshold = 0
        detector.record(times)
        return times, detector

    def _recorded(self, section):
        segment = section(0.5)
        states = [segment._ref_v, segment.hh._ref_m, segment.hh._ref_h, segment.hh._ref_n]
        return [self.n.Vector().record(state) for state in states]

    def _ready(self):
        self.n.CVode().active(False)
        self.n.dt, self.n.steps_per_ms, self.n.usetable_hh, self.n.celsius = self.dt, 1 / self.dt, self.table, 6.3

    def psolve(self, t_stop):
        self._ready()
        context = self.n.ParallelContext()
        context.set_maxstep(10)
        self.n.finitialize(REST)
        context.psolve(t_stop)
        return [times.size() for times, _ in self.times]

    def one_by_one(self, amplitudes, t_stop):
        """Of a model of one cell with one pulse: one run after the other."""
        counts = []
        for amplitude in amplitudes:
            self.clamps[0].amp = amplitude * AREA * 1e-5
            counts += self.psolve(t_stop)
        return counts

    def continuerun(self, t_stop):
        self._ready()
        self.n.finitialize(REST)
        self.n.continuerun(t_stop)
        return [times.size() for times, _ in self.times]


def by_odeint(amplitude, t_stop, dt):
    """V of the squid axon under a lasting current, written as one writes it for odeint: times and V."""
    times = np.arange(0, t_stop + dt / 2, dt)

    def slope(y, t):
        V, m, h, n = y
        a_m = 0.1 * (V + 40) / (1 - np.exp(-(V + 40) / 10))
        a_n = 0.01 * (V + 55) / (1 - np.exp(-(V + 55) / 10))
        ions = 120 * m**3 * h * (V - 50) + 36 * n**4 * (V + 77) + 0.3 * (V + 54.387)
        return [
            amplitude - ions,
            a_m * (1 - m) - 4 * np.exp(-(V + 65) / 18) * m,
            0.07 * np.exp(-(V + 65) / 20) * (1 - h) - h / (1 + np.exp(-(V + 35) / 10)),
            a_n * (1 - n) - 0.125 * np.exp(-(V + 65) / 80) * n,
        ]

    start = Squid().rest()
    return times, odeint(slope, [start["V"], start["Na.m"], start["Na.h"], start["K.n"]], times)[:, 0]
