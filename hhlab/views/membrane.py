"""The living membrane: what `scene` says is seen, as strokes for Matplotlib, in words, and packed for a bench.

In a bench membrane.js draws it: all of it, at the moment where the cursor stands. Here it is drawn at one moment.
"""

import functools
from collections.abc import Iterator, Sequence
from copy import copy
from typing import Any

import numpy as np

from .. import measure
from ..patch import INACTIVATED
from ..physics import CHARGE, Floats
from ..protocols import VoltageStep
from . import scene
from .scene import Kind, Patch
from .view import INK, OF_TRACE, Limits, Stroke, Timeless, at
from .words import number, sentence, time_of

VOLTAGES = 2000  # moments at which V is told
PER_SIGN = 5.0  # mV for each pair of charges along the membrane
SPAN, LEAST_FLOW = 0.01, 0.05  # words tell how many dots cross in this share of a recording, if it is at least so many
# Of a still picture, where channels are 1 apart and y is 0 in the middle of the membrane:
WALL, TOP, APART = 0.24, 1.0, 0.5  # half the thickness of the membrane, where ions end, and space between patches
HALF, PORE = 0.27, 0.1  # half the width of a channel, and of its pore
WITHIN = 0.25  # of the way of a dot that is in the pore
MANY = 4  # kinds of channels from which on only one of each stands in front
LOOK = {"outside": ("#0072B2", 0.1), "inside": ("#8A6D3B", 0.12), "lipid": ("#666666", 0.12), "heads": ("#666666", 0.5)}
ION, CROSSING, BAR = 1.3, 2.2, 2.3  # widths, points
DRUG, PLUS, MINUS = "#7B3FA8", "#B2182B", "#2166AC"


class Membrane(Timeless):
    """A stretch of membrane at one moment; of an axon, one at each electrode."""

    along = None
    living = True
    grid = False
    height = 1.5
    usual: Any = None
    """The first recording of a bench: it sets how many ions a dot is, and what is a dose of a drug."""

    def on_bench(self, recording: Any) -> "Membrane":
        found = copy(self)
        found.usual = recording
        return found

    def strokes(self, recordings: Sequence[Any], labels: Sequence[str], cursor: float | None) -> list[Stroke]:
        found = scene.patches(recordings[0], self.usual)
        moment = measure.peak(found[0].rec)[1] if cursor is None else cursor
        return [
            stroke for patch, left in zip(found, _lefts(found), strict=False) for stroke in _still(patch, left, moment)
        ]

    def limits(self, recordings: Sequence[Any], strokes: Sequence[Stroke]) -> Limits:
        return (0.0, max(_lefts(scene.patches(recordings[0], self.usual))[-1] - APART, 1.0)), (-TOP, TOP)

    def furniture(self, rec: Any) -> list[tuple[float, float, str]]:
        found, words = scene.patches(rec, self.usual), []
        for n, (patch, left) in enumerate(zip(found, _lefts(found), strict=False), 1):
            names = [kind.name for kind, _ in _fronts(patch)] + [sentence("curves.pump")] * (patch.pump is not None)
            words += [(left + place + 0.5, -WALL - 0.24, name) for place, name in enumerate(names)]
            middle, title = left + _wide(patch) / 2, _title(patch, n) or sentence("labels.outside")
            words += [(middle, TOP - 0.1, title), (middle, 0.1 - TOP, sentence("labels.inside"))]
        return words

    def told(self, recording: Any) -> dict[str, Any]:
        """What is seen, for the browser: few words, and numbers of 8, 16 or 32 bits."""
        return _packed(recording, self.usual)

    def caption(self, recording: Any, cursor: float | None) -> str:
        found = scene.patches(recording, self.usual)
        moment = measure.peak(found[0].rec)[1] if cursor is None else cursor
        ions = scene.ions_per_dot(recording if self.usual is None else self.usual)
        return " ".join(line for n, patch in enumerate(found, 1) for line in _in_words(patch, n, moment, ions))


@functools.lru_cache(maxsize=4)
def _packed(recording: Any, usual: Any) -> dict[str, Any]:
    found, colours = scene.patches(recording, usual), {ion: OF_TRACE[ion] for ion in (*CHARGE, "pump")}
    rec = found[0].rec
    known = {pool.ion for pool in rec.cell.pools} | {"Ca" for channel in rec.cell.channels if channel.ion == "Ca"}
    ions = f"{scene.ions_per_dot(recording if usual is None else usual):,.0f}"
    rules = [sentence("scene.scale", ions=ions), sentence("scene.dots", mM=f"{scene.PER_DOT:g}")]
    if found[0].pump:
        rules.append(sentence("scene.turn"))
    if "Ca" in known:
        rules.append(sentence("scene.calcium", dots=f"{scene.PER_DECADE:g}"))
    if "Na" not in known:
        rules.append(sentence(scene.of_kind(rec.cell, scene.PREPARATIONS)[0]))
    short = "scene.short_calcium" if "Ca" in known else "scene.short"
    rules += [sentence("scene.signs", mV=f"{PER_SIGN:g}"), sentence("scene.chance")]
    return {
        "end": float(rec.t[-1]), "moments": scene.MOMENTS, "near": scene.CROSSES, "perSign": PER_SIGN,
        "peak": measure.peak(rec)[1], "colours": colours | {"": OF_TRACE["L"]}, "names": scene.NAMES,
        "scale": sentence(short, ions=ions, mM=f"{scene.PER_DOT:g}"), "rules": " ".join(rules),
        "patches": [_told(patch, n) for n, patch in enumerate(found, 1)],
    }  # fmt: skip


def _title(patch: Patch, place: int) -> str:
    return "" if patch.x is None else sentence("labels.electrode_at", number=place, x=number(patch.x, 2))


def _told(patch: Patch, place: int) -> dict[str, Any]:
    rec, whole, then = patch.rec, np.linspace(0.0, patch.rec.t[-1], VOLTAGES), scene.moments(patch.rec)
    stimulus = np.interp(then, rec.t, rec.stimulus) if rec.stimulus.any() else np.zeros(1)
    dots = [
        {"ion": each.ion, "outside": each.numbers[0], "inside": _numbers(each.numbers[1], "u2"),
         "mM": [each.outside, _numbers(each.inside, "f4")], "mouths": each.mouths} for each in patch.dots
    ]  # fmt: skip
    return {
        "title": _title(patch, place), "V": _numbers(100.0 * np.interp(whole, rec.t, rec.V), "i2"), "dots": dots,
        "electrode": _electrode(patch), "stimulus": _numbers(stimulus, "f4"),
        "kinds": list(map(_kind_told, patch.kinds)), "pump": patch.pump and _pump_told(*patch.pump),
    }  # fmt: skip


def _numbers(values: Any, kind: str) -> dict[str, Any]:
    """Numbers of a kind, such as "f4", as the browser reads them."""
    return {"kind": kind, "bytes": np.asarray(values).astype(f"<{kind}").tobytes()}


def _pump_told(Na: Floats, K: Floats, blocked: bool, turned: float) -> dict[str, Any]:
    return {"Na": _numbers(Na, "f4"), "K": _numbers(K, "f4"), "blocked": blocked, "turned": turned}


def _kind_told(kind: Kind) -> dict[str, Any]:
    bits = np.arange(len(kind.particles))[:, None, None]
    return {
        "name": kind.name, "ion": kind.ion, "colour": kind.colour, "particles": kind.particles, "plugs": kind.plugs,
        "binds": kind.binds, "drug": kind.drug, "inside": kind.inside, "free": kind.free.tolist(),
        "states": _numbers((kind.open[:, : scene.FRONT] << bits).sum(axis=0), "u2"),
        "opened": _numbers(np.packbits(kind.opened, axis=0, bitorder="little").T, "u1"),
        "times": _numbers(kind.times, "f4"), "through": _numbers(kind.through, "i1"),
    }  # fmt: skip


def _in_words(patch: Patch, place: int, moment: float, ions: float) -> Iterator[str]:
    """What is seen of a patch at a moment, ms, where a dot is so many ions."""
    rec, there = patch.rec, {} if patch.x is None else {"number": place, "x": number(patch.x, 2)}
    k, V, span = scene.at_moment(rec, moment), at(rec, rec.V, moment)[0], SPAN * float(rec.t[-1])
    name = ("negative" if V < 0 else "positive") + ("_there" if there else "")
    yield sentence(f"scene.{name}", time=time_of(rec, moment), V=number(V), **there)
    for kind in patch.kinds:
        counted = {"channel": kind.name, "all": kind.free.size, "open": kind.opened[:, k].sum()}
        if kind.particles:
            inactivated, name = (kind.states[:, k] == INACTIVATED).sum(), "_inactivated" if any(kind.plugs) else ""
            yield sentence(f"scene.open{name}", inactivated=inactivated, **counted)
        if not kind.free.all():
            yield sentence("scene.blocked", drug=kind.drug, blocked=(~kind.free).sum(), **counted)
        flow = scene.CHARGES * at(rec, rec.I[kind.name], moment)[0] / CHARGE.get(kind.ion, 1) / ions * span
        if abs(flow) >= LEAST_FLOW:
            name = ("" if kind.ion else "charge_") + ("out" if flow > 0 else "in")
            said = {"ion": scene.NAMES.get(kind.ion, ""), "dots": number(abs(flow)), "span": time_of(rec, span)}
            yield sentence(f"scene.{name}", channel=kind.name, **said)
    if patch.pump:
        yield sentence("scene.pump", turns=(patch.pump[1] <= moment).sum())


def _electrode(patch: Patch) -> str:
    """What the electrode in a patch is called; empty where there is none."""
    if isinstance(patch.rec.protocol, VoltageStep):
        return sentence("labels.clamp")
    return sentence("labels.electrode") if patch.x is not None or patch.rec.stimulus.any() else ""


def _fronts(patch: Patch) -> list[tuple[Kind, int]]:
    """The channels in front of a still picture: each with its kind and its number."""
    each = 1 if len(patch.kinds) >= MANY else 2
    return [(kind, c) for kind in patch.kinds for c in range(each if kind.particles else 1)]


def _wide(patch: Patch) -> float:
    return max(len(_fronts(patch)) + (patch.pump is not None), 1.0)


def _lefts(found: Sequence[Patch]) -> list[float]:
    """Where each patch begins, and at last where another would."""
    return [sum(_wide(each) + APART for each in found[:count]) for count in range(len(found) + 1)]


def _box(left: float, low: float, right: float, high: float, colour: str, alpha: float = 1.0) -> Stroke:
    x, y = np.array([left, left, right, right]), np.array([low, high, high, low])
    return Stroke(x, y, colour, fill=True, alpha=alpha)


def _rounded(left: float, right: float, tall: float, colour: str) -> Stroke:
    """A part of a protein, `tall` above and below the middle of the membrane."""
    angles = np.linspace(0.0, 2.0 * np.pi, 41)
    across, up = (np.sign(f(angles)) * np.abs(f(angles)) ** 0.4 for f in (np.cos, np.sin))
    return Stroke(0.5 * (left + right) + 0.5 * (right - left) * across, tall * up, colour, fill=True, alpha=0.85)


def _still(patch: Patch, left: float, moment: float) -> Iterator[Stroke]:
    """A patch at a moment (ms), from behind to the front."""
    right, k, chance = left + _wide(patch), scene.at_moment(patch.rec, moment), np.random.default_rng(1)
    yield _box(left, WALL, right, TOP, *LOOK["outside"])
    yield _box(left, -TOP, right, -WALL, *LOOK["inside"])
    yield _box(left, -WALL, right, WALL, *LOOK["lipid"])
    for y in (WALL, -WALL):
        yield _box(left, y - 0.03, right, y + 0.03, *LOOK["heads"])
    for dots in patch.dots:
        outside, inside = dots.numbers[0], dots.at(k)
        for count, low, high in ((outside, WALL + 0.12, TOP - 0.2), (inside, 0.2 - TOP, -WALL - 0.32)):
            across, up = left + chance.random(count) * (right - left), low + chance.random(count) * (high - low)
            yield Stroke(across, up, OF_TRACE[dots.ion], dot=True, width=ION, alpha=0.75)
    for place, (kind, c) in enumerate(_fronts(patch)):
        yield from _channel(kind, c, k, left + place + 0.5)
    yield from _crossing(patch, left, moment)
    if _electrode(patch):
        across, up = left + np.array([0.02, 0.18, 0.14, 0.11]), np.array([TOP, TOP, -WALL - 0.2, -WALL - 0.2])
        yield Stroke(across, up, "#666666", fill=True, alpha=0.5)
    if patch.pump:
        for x in (right - 0.79, right - 0.49):
            yield _rounded(x, x + 0.28, WALL + 0.1, OF_TRACE["pump"])
    V = at(patch.rec, patch.rec.V, moment)[0]
    count = round(abs(V) / PER_SIGN)
    spots = left + 0.06 + (0.5 + np.arange(count)) / max(count, 1) * (right - left - 0.12)
    across, up = np.array([-0.05, 0.05, 0.0, 0.0, 0.0]), np.array([0.0, 0.0, 0.0, 0.03, -0.03])
    for y, positive in ((WALL + 0.07, V < 0), (-WALL - 0.07, V > 0)):
        for spot in spots:
            yield Stroke(spot + across, y + up * positive, PLUS if positive else MINUS, width=1.2)


def _channel(kind: Kind, c: int, k: int, x: float) -> Iterator[Stroke]:
    """A channel with its gates: bars across the pore that fold away, balls that plug it from inside, and a drug."""
    end = WALL + 0.08
    yield _box(x - PORE, -end, x + PORE, end, "#FFFFFF")
    for side in (-1, 1):
        yield _rounded(x + side * PORE, x + side * HALF, end, kind.colour)
    bars = [p for p, plug in enumerate(kind.plugs) if not plug]
    for place, p in enumerate(bars):
        y, side = end * (0.75 - 1.5 * (place + 0.5) / len(bars)), 1 if place % 2 else -1
        ends = (-side * PORE, y) if not kind.open[p, c, k] else (side * PORE, y - 0.1)
        yield Stroke(np.array([x + side * PORE, x + ends[0]]), np.array([y, ends[1]]), INK, width=BAR)
    for p, plug in enumerate(kind.plugs):
        if plug:
            aside = 0.0 if not kind.open[p, c, k] else HALF
            yield Stroke(np.array([x + PORE * 1.6, x + aside]), np.array([-end, -end - 0.04]), INK, width=1.0)
            yield Stroke(np.array([x + aside]), np.array([-end - 0.02]), INK, dot=True, width=3.2)
    if not kind.free[c]:
        y = -end if kind.inside else end
        yield Stroke(np.array([x]), np.array([y]), DRUG, dot=True, width=4.5)


def _crossing(patch: Patch, left: float, moment: float) -> Iterator[Stroke]:
    """The dots on their way: through the channels in front where these are open, or through others behind."""
    fronts, near = _fronts(patch), scene.CROSSES * patch.rec.t[-1]
    for kind in patch.kinds:
        chosen = np.abs(np.abs(kind.times) - moment) < near
        u = (moment - np.abs(kind.times[chosen])) / near
        far = np.sign(u) * np.maximum(np.abs(u) - WITHIN, 0.0) / (1.0 - WITHIN)
        place = {c: number for number, (each, c) in enumerate(fronts) if each is kind}
        lane = np.flatnonzero(chosen) * scene.GOLDEN % 1.0
        x = np.array([place.get(c, -1) + 0.5 for c in kind.through[chosen].tolist()])
        behind = x < 0
        x = np.where(behind, lane * _wide(patch), x + (lane - 0.5) * 0.7 * np.abs(far))
        y = np.sign(kind.times[chosen]) * (np.clip(u / WITHIN, -1, 1) * (WALL + 0.1) + far * (TOP - 0.2 - WALL))
        shown = ~behind | (np.abs(u) > WITHIN)
        yield Stroke(left + x[shown], y[shown], OF_TRACE.get(kind.ion, "#666666"), dot=True, width=CROSSING)
