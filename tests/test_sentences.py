"""The sentences about recordings, read back: each is one whole text of words.toml, and what it says is so."""

import ast
import re
import tomllib
from collections import Counter
from pathlib import Path

import course_cells
import numpy as np
import pytest

import hhlab as hh
from hhlab.lab import explorer
from hhlab.lab.presets import changed
from hhlab.lab.run import Run
from hhlab.views import VIEWS, in_words, moment_in_words, words

TEXTS = {
    f"{section}.{name}": text
    for section, texts in tomllib.loads(Path(words.__file__).with_suffix(".toml").read_text("utf-8")).items()
    for name, text in texts.items()
    if section not in ("labels", "curves")
}
UNITS = {"ms": 1.0, "s": 1e3, "min": 60e3, "h": 3600e3, "mM": 1.0, "µM": 1e-3}
ROUNDED = {"mM": 0.5e-3, "µM": 0.5e-2}  # how far an amount with four, or three, digits may be off, as a share of it
VALUE = r"[+−]?\d+(?:\.\d+)?(?: (?:ms|s|min|h|mM|µM))?"
NAMED = {"ion": r"\w+[⁺⁻²]*", "unit": r"\w+", "values": r"\S.*?", "channel": r"\w+", "drug": r"\w+"}
NONSENSE = re.compile(r"\b(nan|inf|None)\b|−0(\.0+)?(?![\d.])|-\d|[{}]")
HOUR = 3_600_000  # ms
LEVEL = -20.0  # mV that an impulse passes


def pattern(text):
    """A text as a regular expression, with a group for each value; a value that comes twice must be the same."""
    parts, seen = re.split(r"\{(\w+)\}", text), set()
    for i, part in enumerate(parts):
        if i % 2 == 0:
            parts[i] = re.escape(part)
        elif part in seen:
            parts[i] = f"(?P={part})"
        else:
            parts[i] = f"(?P<{part}>{NAMED.get(part, VALUE)})"
            seen.add(part)
    return re.compile("".join(parts) + r"(?= |$)")


PATTERNS = {name: pattern(text) for name, text in TEXTS.items()}


def read(text):
    """The sentences of a text: their names, and their values by name. Together they must be all of it."""
    found = []
    while text:
        fits = [(name, match) for name, each in PATTERNS.items() if (match := each.match(text))]
        assert len(fits) == 1, (text, fits)
        ((name, match),) = fits
        found.append((name, match.groupdict()))
        text = text[match.end() + 1 :]
    return found


def number(shown):
    """A number as shown, without its unit."""
    return float(shown.split()[0].replace("−", "-"))


def same(shown, value, slack=0.0):
    """Whether a number as shown is a value: a time in ms, a concentration in mM, anything else in its own unit."""
    digits, _, unit = shown.partition(" ")
    size = UNITS.get(unit, 1.0)
    rounding = ROUNDED[unit] * value / size if unit in ROUNDED else 0.5 * 10.0 ** -len(digits.partition(".")[2])
    return abs(number(shown) - value / size) <= 1.001 * rounding + slack / size + 1e-9


def agree(seen, values, slack=0.0):
    """Every number that is seen is the value of its name."""
    wrong = {name: (seen[name], values[name]) for name in seen if not same(seen[name], values[name], slack)}
    assert not wrong, wrong


# What a sentence says of a recording at one place. Each function checks numbers, and returns whether all else is so.


def own(rec):
    """How fast the currents of the membrane change V, mV/ms."""
    return sum(part for name, part in hh.measure.attribution(rec).items() if name not in ("stimulus", "axial"))


def extremes(rec):
    """The values of a sentence about the course of V."""
    V = {"begin": rec.V[0], "end": rec.V[-1], "top": hh.measure.peak(rec)[0], "low": rec.V.min()}
    return V | {"top_time": rec.t[rec.V.argmax()], "low_time": rec.t[rec.V.argmin()]}


def is_course(rec, name):
    """Whether V stays, rises, falls, or does both in this order; a tenth of the larger of both does not count."""
    rise, fall = rec.V.max() - rec.V[0], rec.V[0] - rec.V.min()
    if name == "still":
        return max(rise, fall) < 0.1
    if name in ("up", "down"):
        more, less = (rise, fall) if name == "up" else (fall, rise)
        return more >= 0.1 and less < max(0.1, 0.1 * more)
    return min(rise, fall) >= 0.1 and (rec.V.argmax() < rec.V.argmin()) == (name == "up_and_down")


def of_course(rec, times, name, seen):
    agree(seen, extremes(rec), slack=max(rec.t[1], 0.02))
    if name == "end":
        return min(abs(rec.V[-1] - each) for each in (rec.V[0], rec.V.max(), rec.V.min())) >= 0.1
    return is_course(rec, name)


def of_spikes(rec, times, name, seen):
    level, intervals = rec.cell.spike_level, np.diff(times)
    width, (low, low_at) = hh.measure.half_width(rec, level), hh.measure.undershoot(rec, level)
    values = extremes(rec) | {"level": level, "width": width, "low": low, "low_time": low_at, "count": times.size}
    over = times.size and bool((rec.V[rec.t >= times[-1]] < level - 4).any())
    above = level <= rec.V
    if times.size:
        values |= {"time": times[0], "first": times[0], "last": times[-1]}
    if name == "bursts":
        found = hh.measure.bursts(rec, 10 * float(np.median(intervals)), level)
        agree(seen, {"count": found.starts.size, "interval": np.diff(found.starts)[-1]})
        return found.counts.mean() > 3
    if name in ("rate", "rate_per_minute"):
        rate = 1000 / intervals[-1]
        agree(seen, {"interval": intervals[-1], "rate": rate * (1 if name == "rate" else 60)})
        return times.size > 2 and (rate >= 5) == (name == "rate")
    agree(seen, values)
    if name == "pushed":
        return above.any() and (own(rec)[above & (rec.t >= times[0])] <= 0).all()
    if name in ("none", "none_from_above"):
        return above[0] if name == "none_from_above" else not above.any()
    assert (own(rec)[above] > 0).any()
    if name in ("one", "shape"):
        assert 0 < width < (intervals[0] if name == "shape" else np.inf)
    counts = {"two": times.size == 2, "many": times.size > 2, "shape": times.size > 1, "not_over": times.size > 0}
    fits = counts.get(name.removesuffix("_without_width"), times.size == 1)
    if name in ("stays_up", "not_over"):
        return fits and not over
    return fits and (over or times.size > 1)


def of_inside(rec, times, name, seen):
    change = {pool.ion: (rec.conc[pool.name][0], rec.conc[pool.name][-1]) for pool in rec.cell.pools}
    if name == "same":
        return all(abs(end - begin) < 0.01 * begin for begin, end in change.values())
    begin, end = change[seen.pop("ion")]
    agree(seen, {"begin": begin, "end": end})
    return abs(end - begin) >= 0.01 * begin and (end > begin) == (name == "more")


def of_remarks(rec, times, name, seen):
    agree(seen, {"T": rec.cell.T, "times": 3 ** ((rec.cell.T - 6.3) / 10)})
    return rec.cell == type(rec.cell)(T=rec.cell.T) and rec.cell.T >= 25


def of_clamp(rec, times, name, seen):
    step = rec.protocol
    before = rec.V[rec.t < step.start - 1e-9]
    agree(seen, {"before": before[-1] if before.size else step.hold, "to": step.to, "time": step.start})
    return rec.V[rec.t >= step.start - 1e-9][0] == step.to


ABOUT = {"course": of_course, "spikes": of_spikes, "inside": of_inside, "remarks": of_remarks, "clamp": of_clamp}


def about_a_place(rec, found):
    """What is said of a recording at one place is so."""
    times = hh.measure.spikes(rec, rec.cell.spike_level) if rec.cell.gates else np.empty(0)
    for name, seen in found:
        section, _, text = name.partition(".")
        assert ABOUT[section](rec, times, text, dict(seen)), (name, seen)
    assert not rec.cell.gates or {name.partition(".")[0] for name, _ in found} & {"spikes", "clamp"}


# What a sentence says of an axon.


def about_an_axon(run, found):
    """What is said of an axon is so, and that every electrode is spoken of."""
    (told, seen), *electrodes = found
    assert told.startswith("axon.")
    assert [int(each["number"]) for _, each in electrodes] == list(range(1, len(run.electrodes) + 1))
    assert of_axon(run, told.removeprefix("axon."), dict(seen)), found[0]
    for (name, shown), x in zip(electrodes, run.electrodes, strict=True):
        rec, count = run.at(min(x, run.axon.length)), int((hh.measure.arrivals(run, min(x, run.axon.length))).size)
        text, shown = name.removeprefix("electrode."), dict(shown)
        assert same(shown.pop("x"), min(x, run.axon.length))
        shown.pop("number")
        agree(shown, extremes(rec) | {"count": count}, slack=max(rec.t[1], 0.02))
        assert (text == "often") == (count > 1)
        assert count > 1 or is_course(rec, text)


def of_axon(run, name, seen):
    times = hh.measure.first_arrivals(run)
    reached = run.x[np.isfinite(times)]
    if name == "none":
        return not reached.size
    if name == "gap":
        first, last = (number(seen[each]) for each in ("first", "last"))
        return (
            np.isnan(times[(run.x > first + 0.006) & (run.x < last - 0.006)]).all()
            and np.isfinite(times[[0, -1]]).all()
        )
    sample, speed = 1.01 * run.t[1], hh.measure.velocity(run)
    if name in ("meet", "both_ways"):
        late, early = times >= np.nanmax(times) - sample, times <= np.nanmin(times) + sample
        extreme = late if name == "meet" else early
        assert run.x[extreme].min() - 0.006 <= number(seen.pop("x")) <= run.x[extreme].max() + 0.006
        assert not extreme[[0, -1]].any()
    agree(seen, {"level": LEVEL, "first": reached[0], "last": reached[-1], "speed": abs(speed)})
    fires = any((own(run.at(x))[run.at(x).V >= LEVEL] > 0).any() for x in reached)
    if name.startswith(("pushed", "part")):
        return fires == name.startswith("part")
    through = fires and np.isfinite(times[[0, -1]]).all()
    return through and (name in ("meet", "both_ways", "whole") or (speed > 0) == (name == "runs"))


# What is said of one moment.


def about_a_moment(rec, moment, found):
    """What is said of one moment is so."""
    for name, seen in found:
        assert of_moment(rec, moment, name.removeprefix("moment."), dict(seen)), (name, seen)


def listed(values):
    """Names and values of a list, in its order; a concentration with its unit."""
    return dict(each.split(" ", 1) for each in values.split(", "))


def of_moment(rec, moment, name, seen):
    if isinstance(rec, hh.AxonRecording):
        return along_at(rec, moment, name, seen)

    def now(values):
        return float(np.interp(moment, rec.t, values))

    if name == "V":
        agree(seen, {"V": now(rec.V), "time": moment})
        return True
    if name in ("gates", "inside"):
        traces = rec.gate if name == "gates" else {each: v for each, v in rec.conc.items() if np.ptp(v) > 0}
        assert list(listed(seen["values"])) == list(traces)
        agree(listed(seen["values"]), {each: now(values) for each, values in traces.items()})
        return True
    parts = {each: now(part) for each, part in hh.measure.attribution(rec).items()}
    if name == "nothing":
        return all(abs(part) < 0.01 for part in parts.values())
    agree(listed(seen["values"]), parts)
    shown = list(map(number, listed(seen["values"]).values()))
    slope = sum(parts.values())
    if name == "change":
        agree({"slope": seen["slope"]}, {"slope": slope * UNITS[seen["unit"]]})
        return number(seen["slope"]) != 0 and shown == sorted(shown, key=abs, reverse=True)
    return abs(slope) < 0.06


def along_at(run, moment, name, seen):
    V = run.V[:, np.abs(run.t - moment).argmin()]
    if name == "electrode":
        x = run.electrodes[int(seen.pop("number")) - 1]
        agree(seen, {"V": V[np.abs(run.x - min(x, run.axon.length)).argmin()], "time": moment})
        return True
    if name == "negative":
        return (V <= 0).all()
    first, last = number(seen["first"]), number(seen.get("last", seen["first"]))
    ends = [(V[np.abs(run.x - x) <= 0.006] > 0).any() for x in (first, last)]
    return all(ends) and (V[(run.x > first + 0.005) & (run.x < last - 0.005)] > 0).all()


def say(rec, moment):
    """The names of the sentences about a recording and a moment of it (ms), after all that they say is checked."""
    texts = in_words(rec), moment_in_words(rec, moment)
    assert not any(map(NONSENSE.search, texts)), texts
    found, then = map(read, texts)
    (about_an_axon if isinstance(rec, hh.AxonRecording) else about_a_place)(rec, found)
    about_a_moment(rec, moment, then)
    return [name for name, _ in (*found, *then)]


# The benches of the course.


class Unseen(explorer.Bench):
    """A bench without widgets: what is on it, and its knobs."""

    def __init__(self, start, views, knobs, presets, boxes, t_stop, begin, held):
        self.state, self.run, self.presets = start, Run(start, t_stop, begin), presets
        self.ticks = [(kind, gate) for kind, gates in boxes.items() for gate in gates]
        self.spans = {name: knobs[name] if isinstance(knobs, dict) and knobs[name] else None for name in knobs}

    def moved(self, rng):
        """A recording of another state: a preset, knobs somewhere or at their ends, boxes ticked; None if refused."""
        state = self.state
        try:
            if self.presets and rng.random() < 0.4:
                state = self.presets[rng.choice(list(self.presets))](state)
            parameters = {**state.cell.parameters(), **state.protocol.parameters()}
            values = {}
            for name in [each for each in self.spans if each in parameters and rng.random() < 0.7]:
                along = (0.0, state.cell.length) if parameters[name].unit == "cm" else None
                low, high = self.spans[name] or along or parameters[name].span
                values[name] = round(float(rng.choice([low, high, *rng.uniform(low, high, 4)])), 3)
            ticked = {kind: frozenset(g for k, g in self.ticks if k == kind and rng.random() < 0.4) for kind in
                      ("frozen", "reset")}  # fmt: skip
            return self.run.record(changed(state, values)._replace(**ticked))
        except ValueError:
            return None


def benches(path, monkeypatch):
    """The benches of a notebook, without widgets. Of the other cells only what they define is run."""
    monkeypatch.setattr(explorer, "Bench", Unseen)
    names, kept = {"hh": hh}, (ast.Assign, ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)
    for cell in course_cells.cells(path):
        tree = ast.parse("".join(cell["source"]))
        last = tree.body[-1]
        tree.body = [part for part in tree.body if isinstance(part, kept)]
        exec(compile(tree, "cell", "exec"), names)
        if isinstance(last, ast.Expr) and ast.unparse(last).startswith("hh.explore("):
            yield eval(ast.unparse(last), names)


def check_benches(path, monkeypatch, states):
    """Put every bench of a notebook into some states, and check what is said of each."""
    rng, said = np.random.default_rng(17), Counter()
    for bench in benches(path, monkeypatch):
        for rec in filter(None, (bench.moved(rng) for _ in range(states))):
            said.update(say(rec, round(float(rng.uniform(0, rec.t[-1])), 3)))
    assert said.total() >= states


BOOKS = [path for path in course_cells.NOTEBOOKS + course_cells.ASSIGNMENTS if "hh.explore(" in path.read_text()]
of_every_notebook = pytest.mark.parametrize("path", BOOKS, ids=lambda path: "/".join(path.parts[-2:]))


@of_every_notebook
def test_what_is_said_on_the_benches_of_the_course_is_so(path, monkeypatch):
    check_benches(path, monkeypatch, 1)


@pytest.mark.slow
@of_every_notebook
def test_what_is_said_in_many_states_is_so(path, monkeypatch):
    check_benches(path, monkeypatch, 12)


# One recording for each sentence, and the sentences about it.

SQUID, AXON, PULSE, NODE = hh.Squid(), hh.Axon(), hh.Step(1000, 0.5, 0.2), hh.MyelinatedAxon()
HOT = hh.Axon(hh.Squid(T=40), R_i=100)
SLOW = hh.Axon(hh.Squid(C=5), R_i=200, diameter=100)


def clamped(start):
    prepulse = {"prepulse": (-90, start)} if start else {}
    return hh.clamp(SQUID, hh.Clamp(hold=-65, to=(20,), duration=5, **prepulse))[0]


def along(axon, *stimuli, x=(1, 4), **how):
    return hh.propagate(axon, list(stimuli), electrodes=x, **how)


OF_ONE_PLACE = {
    "a spike": (lambda: hh.simulate(SQUID, hh.Step(20), 20), "spikes.one"),
    "a spike on a plateau": (
        lambda: hh.simulate(hh.Squid(g_L=0.3, g_Na=40), hh.Shock(30), 40, freeze="Na.h"), "spikes.one_without_width",
    ),
    "no potassium channels": (lambda: hh.simulate(hh.Squid(g_K=0), hh.Step(20), 30), "spikes.pushed"),
    "no potassium channels but leaks": (
        lambda: hh.simulate(hh.Neuron(g_K=0), hh.Step(50, 5, 0.5), 30), "spikes.stays_up",
    ),
    "gates frozen": (lambda: hh.simulate(SQUID, hh.Shock(15), 30, freeze=("n", "h")), "spikes.stays_up"),
    "cut off in a spike": (lambda: hh.simulate(SQUID, hh.Shock(15), 2), "spikes.stays_up"),
    "cut off below the level": (lambda: hh.simulate(SQUID, hh.Shock(15), 2.1), "spikes.stays_up"),
    "a pair": (lambda: hh.simulate(SQUID, hh.PulsePair(20, 60, 5, 20), 45), "spikes.two spikes.shape"),
    "a train": (lambda: hh.simulate(SQUID, hh.Step(20, 1, 40), 42), "spikes.many spikes.rate spikes.shape"),
    "a pacemaker, cut off": (
        lambda: hh.simulate(hh.SinoatrialNode(), None, 1900),
        "spikes.many spikes.rate_per_minute spikes.shape spikes.not_over",
    ),
    "bursts": (
        lambda: hh.simulate(hh.BetaCell(), None, 40_000), "spikes.many spikes.bursts spikes.shape_without_width",
    ),
    "a strong pulse on blocked channels": (lambda: hh.simulate(hh.Squid(g_Na=0), hh.Step(300), 30), "spikes.pushed"),
    "rest": (lambda: hh.simulate(SQUID, None, 10), "spikes.none course.still"),
    "rest above the level": (
        lambda: hh.simulate(hh.Squid(g_K=0, g_L=1, E_L=20), None, 10), "spikes.none_from_above course.still",
    ),
    "a weak pulse": (lambda: hh.simulate(SQUID, hh.Step(13), 20), "spikes.none course.up_and_down"),
    "a weak negative pulse": (lambda: hh.simulate(SQUID, hh.Step(-2, 5, 20), 60), "spikes.none course.down_and_up"),
    "a strong negative pulse": (
        lambda: hh.simulate(hh.Neuron(), hh.Step(-20, 5, 5), 20), "spikes.none course.down course.end",
    ),
    "heat": (lambda: hh.simulate(hh.Squid(T=33), hh.Shock(15), 10), "spikes.none course.up_and_down remarks.heat"),
    "heat and a drug": (lambda: hh.simulate(hh.Squid(T=33, g_Na=0), None, 10), "spikes.none course.still"),
    "a poisoned pump": (
        lambda: hh.simulate(hh.PumpCell(ouabain=1), None, HOUR), "course.up inside.more inside.less inside.more",
    ),
    "one ion": (
        lambda: hh.simulate(hh.GoldmanCell(P_Na=0, P_Cl=0), None, 300, start={"V": 0}), "course.down inside.same",
    ),
    "a clamp": (lambda: clamped(0), "clamp.step"),
    "a clamp after a prepulse": (lambda: clamped(3), "clamp.step"),
}  # fmt: skip
OF_AN_AXON = {
    "an impulse": (lambda: along(AXON, (PULSE, 0)), "axon.runs electrode.up_and_down electrode.up_and_down"),
    "an impulse from the far end": (lambda: along(AXON, (PULSE, 5), x=[1]), "axon.runs_back electrode.up_and_down"),
    "from the middle": (lambda: along(AXON, (PULSE, 2.5), x=[1]), "axon.both_ways electrode.up_and_down"),
    "from both ends": (lambda: along(AXON, (PULSE, 0), (PULSE, 5), x=[1]), "axon.meet electrode.up_and_down"),
    "everywhere at once": (
        lambda: along(AXON, (hh.Shock(30, 1), 2.5), x=[1], over=5), "axon.whole electrode.up_and_down",
    ),
    "two impulses": (
        lambda: along(AXON, (hh.Train(1000, 0.5, 0.2, 8, 2), 0)), "axon.runs electrode.often electrode.often",
    ),
    "an impulse that comes too late": (
        lambda: along(SLOW, (hh.Step(3000, 0.5, 0.2), 0)), "axon.part electrode.up_and_down electrode.still",
    ),
    "an axon that is too hot": (
        lambda: along(HOT, (PULSE, 0), (PULSE, 5), x=[1]), "axon.gap electrode.up",
    ),
    "a passive axon": (
        lambda: along(AXON.passive(), (PULSE, 0)), "axon.pushed electrode.up electrode.still",
    ),
    "a passive axon with myelin": (
        lambda: along(NODE.passive(), (hh.Step(6000, 0.2, 0.1), 0), x=[0]), "axon.pushed_at_one_place electrode.up",
    ),
    "two weak pulses": (
        lambda: along(AXON, (hh.Step(-100, 0.5, 0.2), 0), (hh.Step(100, 1, 0.2), 0), x=[0]),
        "axon.none electrode.down_and_up",
    ),
    "a negative pulse": (lambda: along(AXON, (hh.Step(-1000, 0.5, 0.2), 0), x=[0]), "axon.none electrode.down"),
}  # fmt: skip
EXAMPLES = OF_ONE_PLACE | OF_AN_AXON
ELSEWHERE = {"axon.part_at_one_place", "moment.positive_at_one_place"}
"""The same as their neighbours, of a stretch of one patch, which takes luck to meet."""


@pytest.mark.parametrize("name", EXAMPLES)
def test_each_sentence_has_its_recording(name):
    make, wanted = EXAMPLES[name]
    rec = make()
    said = say(rec, round(0.2 * float(rec.t[-1]), 3))
    assert [each for each in said if not each.startswith("moment.")] == wanted.split()


def test_every_sentence_is_met():
    met = {name for _, names in EXAMPLES.values() for name in names.split()}
    moments = [
        (hh.simulate(SQUID, None, 10), 5),
        (hh.simulate(SQUID, hh.Step(20), 20), 7),
        (hh.simulate(hh.GoldmanCell(P_Na=0, P_Cl=0), None, 10), 5),
        (hh.simulate(hh.GoldmanCell(P_Na=5), None, 99), 9),
        (along(AXON, (PULSE, 0)), 2),
        (along(AXON, (PULSE, 0)), 0),
    ]
    for rec, moment in moments:
        met |= {*say(rec, moment)}
    left = {name for name in TEXTS if not name.startswith(("two_pulses.", "scene.", "measured."))} - met
    assert left == ELSEWHERE


def test_a_text_has_one_count_at_most_and_ends_as_a_sentence():
    for name, text in TEXTS.items():
        assert text.count("{count}") <= 1, name
        assert (text[-1] == "." and text[0] in "1{" + "ABCDEFGHIJKLMNOPQRSTUVWXYZ") or text.startswith("2 "), name
        assert "-{" not in text


@pytest.mark.parametrize(
    ("cell", "names"),
    [
        (SQUID, "two_pulses.silent_until"), (hh.Squid(g_Na=0), "two_pulses.silent"),
        (hh.SinoatrialNode(), "two_pulses.by_itself"), (hh.Squid(g_K=0, g_L=1, E_L=20), "two_pulses.never"),
    ],
)  # fmt: skip
def test_the_two_pulse_curve_says_what_was_tried_where_it_has_no_dots(cell, names):
    view, rec = VIEWS["two-pulse curve"], hh.simulate(cell, hh.PulsePair(), 30)
    ((_, _, told),) = view.furniture(rec)
    ((name, seen),) = read(told.replace("\n", " "))
    assert name == names
    if name == "two_pulses.silent_until":
        until = number(seen["interval"])
        assert np.isfinite(hh.measure.refractory(cell, [until, until + 1])).tolist() == [False, True]
    assert all(np.isfinite(stroke.y).all() for stroke in view.strokes([rec], [""], None))


@pytest.mark.parametrize("shown", ["peak nan mV", "V is −0.0 mV", "inf Hz", "at -3 ms", "V stays at None mV"])
def test_nonsense_is_noticed(shown):
    assert NONSENSE.search(shown)


@pytest.mark.parametrize(
    ("changed_text", "rec"),
    [("peak is 39.3", "peak is 39.4"), ("1.46 ms", "1.56 ms"), ("−76.2", "−76.4"), ("9.95", "9.25")],
)
def test_a_wrong_number_is_noticed(changed_text, rec):
    spike = hh.simulate(SQUID, hh.Step(20), 20)
    text = in_words(spike)
    assert changed_text in text
    with pytest.raises(AssertionError):
        about_a_place(spike, read(text.replace(changed_text, rec)))
