"""Assignment 07: a relay cell of the student's own, release of transmitter, and two cells of the heart."""

import functools

import numpy as np

from ...cells import AfterpotentialCell, Cell, SinoatrialNode, ThalamicRelay, Ventricle
from ...drugs import blocked
from ...measure import duration, period, release, spikes
from ...physics import nernst
from ...protocols import Step
from ...questions import Choice, Mistake, Number, Reply
from ...recording import Recording
from ...simulate import simulate
from ..task import Assignment, Task, about
from ..variant import Grid, Variant, evenly

GRIDS = {
    "T": Grid((32, 33, 34, 35, 36), "degC", "temperature of the relay cell"),
    "P_T": Grid((78, 82, 86, 90), "1e-6 cm/s", "permeability of its T-type channels"),
    "Ca_out": Grid((1.8, 1.9, 2, 2.1, 2.2), "mM", "calcium outside"),
    "Ca_in": Grid((0.1, 0.13, 0.17, 0.24, 0.3), "µM", "calcium inside, at rest"),
    "current": Grid((-1.4, -1.3, -1.2, -1.1, -1), "uA/cm2", "a steady current into the relay cell"),
    "share": Grid(evenly(0.6, 0.78, 0.01), "1", "calcium near the channels, as a share of the usual"),
    "blocked": Grid(evenly(0.3, 0.7, 0.02), "1", "share of the h channels that ivabradine blocks"),
    "g_s": Grid((0.06, 0.066, 0.072, 0.11, 0.118, 0.126), "mS/cm2", "slow inward conductance of the ventricle"),
    "g_K1": Grid((0.32, 0.34, 0.36, 0.38), "mS/cm2", "inward rectifiers of the ventricle"),
}
STORY = """
`lab.relay` is a relay cell of the thalamus at your temperature, with your T-type channels and calcium outside.
`lab.node` is a sino-atrial node, and `lab.ventricle` a patch of the ventricle with your conductances, in which
`hh.Step(40, start=10, duration=1)` starts an action potential. `lab.terminal` is a cell that releases transmitter;
its `domain` says how much calcium there is near the channels for each µA/cm².
"""
BENCH = (
    'hh.explore(lab.relay, hh.Step(-1.2, 0, 200), ("voltage", "gates"), knobs=("amplitude", "duration"), t_stop=700)'
)
AFTERWARDS, MINUTE, BEATS = 500.0, 60_000.0, 4000.0
STIMULUS, HEART = Step(25, 2, 1), Step(40, 10, 1)


def _relay(v: Variant) -> ThalamicRelay:
    return ThalamicRelay(T=v.T, P_T=v.P_T, Ca_out=v.Ca_out)


def _ventricle(v: Variant) -> Ventricle:
    return Ventricle(g_s=v.g_s, g_K1=v.g_K1)


def _terminal(share: float = 1.0) -> AfterpotentialCell:
    cell = AfterpotentialCell(g_BK=0, g_T=0)
    return cell.replace(domain=share * cell.domain)


def cells(v: Variant) -> dict[str, Cell]:
    """The preparations of a variant."""
    return {"relay": _relay(v), "node": SinoatrialNode(), "ventricle": _ventricle(v), "terminal": _terminal()}


def picture(v: Variant) -> tuple[dict[str, Recording], tuple[str, ...]]:
    """The action potential of the ventricle."""
    return {"": _heart(_ventricle(v))}, ("voltage",)


@functools.lru_cache(maxsize=64)
def _heart(cell: Ventricle) -> Recording:
    return simulate(cell, HEART, 600)


def _lasts(cell: Ventricle, share: float = 0.9) -> float:
    return duration(_heart(cell), share)


def _falls_to(v: Variant) -> tuple[float, float]:
    """Where an action potential is over by APD90: begin (ms) and V (mV) there."""
    rec = _heart(_ventricle(v))
    begin = float(rec.t[np.diff(rec.V).argmax()])
    return begin, float(np.interp(begin + _lasts(_ventricle(v)), rec.t, rec.V))


def _rebound(cell: ThalamicRelay, current: float, lasting: float) -> np.ndarray:
    """Times of spikes after the end of a current (uA/cm2) of a duration (ms), in ms from its end."""
    return spikes(simulate(cell, Step(current, 0, lasting), lasting + AFTERWARDS)) - lasting


@functools.lru_cache(maxsize=256)
def _shortest(cell: ThalamicRelay, current: float) -> float:
    """How long the current must flow for a spike to follow, ms: the first whole ms of a search upward, refined."""
    found = next((ms for ms in np.arange(4.0, 400.0, 4.0) if _rebound(cell, current, float(ms)).size), np.nan)
    low, high = float(found) - 4.0, float(found)
    while high - low > 0.05:
        middle = 0.5 * (low + high)
        low, high = (low, middle) if _rebound(cell, current, middle).size else (middle, high)
    return high


def _latency(v: Variant) -> float:
    """The time from the end of a current of 300 ms to the first spike of the burst, ms."""
    return float(_rebound(_relay(v), v.current, 300.0)[0])


@functools.lru_cache(maxsize=64)
def _most_released(share: float) -> float:
    return float(release(simulate(_terminal(share), STIMULUS, 8)).max())


def _released(v: Variant) -> float:
    """What is left of release, %."""
    return 100 * _most_released(v.share) / _most_released(1.0)


@functools.lru_cache(maxsize=64)
def _interval(share: float) -> float:
    """The interval between beats with a share of the h channels blocked, ms."""
    return period(simulate(blocked(SinoatrialNode(), "ivabradine", share), None, BEATS))


def _E_Ca(v: Variant, z: int = 2, unit: float = 1e-3) -> float:
    return float(nernst(z, v.Ca_out, v.Ca_in * unit, v.T))


REBOUND = Choice(
    "rebound",
    "A relay cell fires a burst after a negative current, though nothing excites it then. Why?",
    {
        "The low V took the inactivation from T-type channels: as V comes back they open, and calcium enters.": Reply(
            "It takes a low V and a time, which is why the current must flow long enough.", right=True),
        "The low V opened its T-type channels, and the calcium of that time makes it fire.": Reply(
            "T-type channels have a part in it. But at a low V they are shut; it makes them ready to open.", "M9"),
        "The negative current adds to the driving force of sodium, which flows in at the end.": Reply(
            "A driving force moves nothing through channels that are shut.", "M14"),
        "The pump has made V low, and overshoots as it stops.": Reply("There is no pump in this membrane.", "M15"),
        "Calcium was used up inside, and comes back at the end.": Reply(
            "What is inside hardly counts for the driving force of calcium. Look at the gate h of T.", "M2"),
    },
)  # fmt: skip

UPSTROKE = Choice(
    "upstroke",
    "`lab.ventricle` gets TTX, and a second time cobalt, which closes calcium channels. What do you see, and what "
    "follows?",
    {
        "TTX takes the fast upstroke, cobalt the plateau: sodium makes the one, calcium holds up the other.": Reply(
            "Two inward currents, each with its own time.", right=True),
        "TTX takes the fast upstroke, cobalt does nothing: sodium makes it all, as in the axon.": Reply(
            "The upstroke is right. Try cobalt: without calcium there is no plateau.", "M14"),
        "Cobalt takes the fast upstroke: calcium has the larger E, so it makes the upstroke.": Reply(
            "A large E is not a large current. Try both.", "M14"),
        "Neither matters: the pump holds up the plateau.": Reply("Try cobalt. A pump's current is small.", "M1"),
    },
)  # fmt: skip


def tasks(v: Variant) -> tuple[Task, ...]:
    """The tasks of a variant."""
    longer, more = ("It takes longer.", "A shorter time is enough."), ("It is more.", "It is less.")
    heart = _ventricle(v)
    return (
        Task(Number(
            "E_Ca", "The Nernst potential of calcium, from your concentrations at rest.", "mV", lambda: _E_Ca(v), 0.5,
            ("It is more positive.", "It is less positive."), "No cell ever comes near it.",
            (Mistake(lambda: _E_Ca(v, z=1), "Calcium carries two charges."),
             Mistake(lambda: _E_Ca(v, unit=1.0), "The calcium inside is in µM, that outside in mM."),
             Mistake(lambda: -_E_Ca(v), "The sign: outside over inside.")),
        ), span=(-500.0, 500.0)),
        Task(Number(
            "shortest", "How long your current must flow through `lab.relay` for a spike to follow within 500 ms "
            "of its end.", "ms", lambda: _shortest(_relay(v), v.current), 0.4, longer,
            "Recovery from inactivation takes its time.",
            (Mistake(lambda: 2 * _shortest(_relay(v), v.current), "Half of that is enough."),),
        ), near=3.0, span=(0.0, 1e4)),
        Task(Number(
            "latency", "Your current flows for 300 ms. How long after its end comes the first spike?", "ms",
            lambda: _latency(v), about(0.01, _latency(v)), ("It comes later.", "It comes earlier."),
            "First the slow rise that calcium makes, then the spikes on it.",
            (Mistake(lambda: _latency(v) + 300, "That is from the beginning of the current."),),
        ), near=2.0, span=(0.0, 1e4)),
        Task(REBOUND, partial={
            "The low V opened its T-type channels, and the calcium of that time makes it fire.": 0.5}),
        Task(Number(
            "release", "`lab.terminal` gets `hh.Step(25, start=2, duration=1)`, and is recorded for 8 ms. By "
            "`hh.measure.release`: what percentage of the highest rate is left if `domain` is your share of the usual?",
            "%", lambda: _released(v), 0.5, more, "Release goes with a high power of calcium.",
            (Mistake(lambda: 100 - _released(v), "That is what is lost."),
             Mistake(lambda: 100 * v.share, "That would be so if release went with calcium itself.", "M14")),
        ), near=2.0, span=(0.0, 100.0)),
        Task(Number(
            "interval", "The interval between beats of `lab.node` with your share of its h channels blocked by "
            "ivabradine, from 4 s without a stimulus.", "ms", lambda: _interval(v.blocked), 0.5,
            ("It beats more slowly.", "It beats faster."), "The h channels set the pace only in part.",
            (Mistake(lambda: _interval(0.0), "That is without ivabradine."),
             Mistake(lambda: MINUTE / _interval(v.blocked), "That is how many beats there are in a minute."),
             Mistake(lambda: _interval(0.0) / (1 - v.blocked), "The rate does not go with what is left of them.")),
        ), near=2.0, span=(0.0, 1e5)),
        Task(Number(
            "APD90", "How long the action potential of `lab.ventricle` lasts, to nine tenths of repolarisation.", "ms",
            lambda: _lasts(heart), about(0.01, _lasts(heart)), ("It lasts longer.", "It is shorter."),
            "Calcium against potassium: a little more of one, and it lasts much longer.",
            (Mistake(lambda: _lasts(heart, 0.5), "That is to half of repolarisation."),
             Mistake(lambda: _lasts(Ventricle()), "That is the usual ventricle.")),
        ), near=2.0, span=(0.0, 1e4), dot=lambda ms: ("voltage", _falls_to(v)[0] + ms, _falls_to(v)[1])),
        Task(UPSTROKE, partial={
            "TTX takes the fast upstroke, cobalt does nothing: sodium makes it all, as in the axon.": 0.5}),
    )  # fmt: skip


CALCIUM = Assignment("calcium", "07_calcium_spikes", "Calcium spikes", STORY, GRIDS, cells, tasks, picture, BENCH)
