"""What each view shows of a recording, as strokes in its own coordinates. `plots` draws them, and so do benches."""

from collections.abc import Sequence

import numpy as np

from .. import measure
from ..parameters import no_such
from ..physics import Floats
from ..recording import Recording
from .axon import Electrodes, Profile, SpaceTime, shade
from .currentscape import Currentscape
from .ions import AgainstPotassium, CurrentVoltage, IonBars, Potentials
from .measured import MeasuredConductance
from .membrane import Membrane
from .panel import Panel, panels_of
from .patch_clamp import AverageChannel, SingleChannels
from .peak_currents import PeakCurrents
from .traces import GateCurves, PhasePlane, Traces
from .two_pulses import TwoPulseCurve
from .view import COLOURS_OF_V, DARK, INK, STYLES, Stroke, View, seen_by
from .words import in_words, moment_in_words, time_unit

__all__ = [
    "COLOURS_OF_V", "DARK", "INK", "STYLES", "VIEWS", "Panel", "Stroke", "View", "in_words", "moment_in_words",
    "ordered", "panels_of", "seen_by", "shade", "time_unit",
]  # fmt: skip


def _driving_forces(rec: Recording) -> dict[str, Floats]:
    return {channel.name: rec.V - rec.E[channel.name] for channel in rec.cell.channels}


def _total_current(rec: Recording) -> dict[str, Floats]:
    return {"I": np.sum(list(rec.I.values()), axis=0)}


def _calcium(rec: Recording) -> dict[str, Floats]:
    """Calcium inside in uM, by pool."""
    return {pool.name: 1e3 * rec.conc[pool.name] for pool in rec.cell.pools if pool.ion.startswith("Ca")}


def _below_the_membrane(rec: Recording) -> dict[str, Floats]:
    """The same without the calcium at the mouth of channels."""
    return {name: values for name, values in _calcium(rec).items() if name == "Ca_in"}


def _release(rec: Recording) -> dict[str, Floats]:
    """The rate of release in percent of its maximum; empty for a cell without calcium."""
    return {"release": 100 * measure.release(rec)} if _calcium(rec) else {}


def _reversal_potentials(rec: Recording) -> dict[str, Floats]:
    by_ion = {f"E_{channel.ion or channel.name}": rec.E[channel.name] for channel in rec.cell.channels}
    return {"V": rec.V, **by_ion}


VIEWS: dict[str, View] = {
    view.name: view
    for view in (
        Traces("voltage", "V (mV)", lambda rec: {"V": rec.V}, -90, 60, quiet=(-90, 0)),
        Traces("stimulus", "I_stim\n(uA/cm2)", lambda rec: {"stimulus": rec.stimulus}, 0, 25, 0.45),
        Traces("currents", "I (uA/cm2)", lambda rec: rec.I, -1000, 1000, quiet=(-2, 2)),
        Traces("total current", "I (uA/cm2)", _total_current, -1000, 1000, quiet=(-2, 2)),
        Traces("conductances", "g (mS/cm2)", lambda rec: rec.g, 0, 40, quiet=(0, 0.1)),
        MeasuredConductance("measured g_K", "K"),
        MeasuredConductance("measured g_Na", "Na"),
        Traces("gates", "labels.open_share", lambda rec: rec.gate, 0, 1),
        Traces("driving forces", "V − E (mV)", _driving_forces, -150, 150),
        Traces("reversal potentials", "mV", _reversal_potentials, -100, 80),
        Traces("concentrations", "labels.concentration", lambda rec: rec.conc, 0, 150),
        Traces("calcium", "labels.calcium", _calcium, 0, 1),
        Traces("calcium below the membrane", "Ca_in (uM)", _below_the_membrane, 0, 0.5),
        Traces("release", "labels.release", _release, 0, 0.1),
        Traces("attribution", "labels.attribution", measure.attribution, -1000, 1000, quiet=(-2, 2)),
        SingleChannels("single channels", "i (pA)", lambda rec: {}, -3, 3, 1.6),
        AverageChannel("average of 10 channels", 10, 1),
        AverageChannel("average of 100 channels", 100, 0.7),
        AverageChannel("average of repeats", 0, 2),
        Currentscape("currentscape", "labels.in_and_out"),
        GateCurves("steady states", "labels.steady_state", lambda gate, V, T: gate.steady_state(V), 1.0),
        GateCurves("time constants", "labels.time_constant", lambda gate, V, T: gate.time_constant(V, T), 1.0),
        PhasePlane("phase plane", "dV/dt (mV/ms)"),
        Membrane("membrane", ""),
        IonBars("ions", "mM"),
        Potentials("potentials", "mV"),
        CurrentVoltage("current against V", "I (uA/cm2)"),
        PeakCurrents("peak currents", "labels.peak_current"),
        AgainstPotassium("V against K outside", "mV"),
        TwoPulseCurve("two-pulse curve", "labels.second_threshold"),
        SpaceTime("space and time", "x (cm)"),
        Electrodes("electrodes", "V (mV)"),
        Profile("along the axon", "V (mV)"),
    )
}


def ordered(names: Sequence[str]) -> list[View]:
    """The views of these names: those against time first. ValueError if there is no such view."""
    found = [VIEWS[name] if name in VIEWS else no_such(f"plots has no view {name}", name, VIEWS) for name in names]
    return sorted(found, key=lambda view: not view.against_time)
