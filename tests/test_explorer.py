"""The bench, driven by what the browser sends. The same in a real browser is in test_browser."""

import base64
import html
import itertools
import re
import subprocess
import sys
from types import SimpleNamespace

import matplotlib
import numpy as np
import pytest
import sent
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from sent import ask

import hhlab as hh
from hhlab.cells import Cell
from hhlab.lab import bench as lab_bench
from hhlab.lab.bench import SAME_MOVE, Bench
from hhlab.lab.code import as_code
from hhlab.lab.drawing import RANGE
from hhlab.lab.presets import State
from hhlab.lab.run import MOST_SAMPLES
from hhlab.parameters import brief
from hhlab.protocols import Nothing
from hhlab.views import COLOURS_OF_V, in_words, moment_in_words

nan, inf = float("nan"), float("inf")
KNOBS = ("g_Na", "g_K", "g_L", "E_Na", "E_K", "E_L", "C", "T", "amplitude", "start", "duration")
VIEWS = ("voltage", "currents", "gates")
SLOW = hh.Gate("s", inf=lambda V: 1 / (1 + np.exp(-(V + 40) / 9)), tau=lambda V: 5 + 0 * V)
FAST = hh.Gate("f", inf=lambda V: 1 / (1 + np.exp((V + 60) / 7)), tau=lambda V: 1 + 0 * V, power=2)
MINE = hh.Channel("A", g=5, E=-77, gates=(SLOW, FAST))
NOTEBOOK = {"SLOW": SLOW, "FAST": FAST, "MINE": MINE, "_1": SLOW, "rec": np.zeros(3)}
PRESETS = {
    "TTX": "TTX", "TEA": "TEA", "warm": {"T": 18.5}, "mine": hh.Squid(g_L=0.5).plus(MINE), "train": hh.Train(count=3),
    "both": [hh.Ramp(30) + hh.Step(5, 30), {"g_K": 20}, "TTX"], "shock": hh.Shock(),
    "too strong": [hh.Step(-60000, 5, 9)],
}  # fmt: skip
TYPED = (nan, inf, -inf, -1e99, 1e99, 0.0, -0.0, 1e-9, -77.7, 5000.0)
GARBAGE = ("garbage", "", None, "12 parsecs", [3], {"a": 1}, object, 1j)


class Leaky(Cell):
    """A membrane with nothing but a leak."""

    dt = 0.01

    def _own_channels(self):
        return (hh.Channel("L", 0.3, -65.0),)


def explore(**given):
    return hh.explore(hh.Squid(), hh.Step(20), VIEWS, **{"knobs": KNOBS, "freeze": ("n", "h"), "t_stop": 30} | given)


@pytest.fixture
def bench():
    return explore(presets=PRESETS)


@pytest.fixture
def clock(monkeypatch):
    """The clock of the bench, which stands still unless it is moved on."""
    stands = SimpleNamespace(now=100.0)
    monkeypatch.setattr(lab_bench, "time", SimpleNamespace(monotonic=lambda: stands.now, perf_counter=lambda: 0.0))
    return stands


@pytest.fixture
def files(monkeypatch):
    """What a bench sends to the browser besides its traits."""
    messages = []
    monkeypatch.setattr(Bench, "send", lambda self, *message: messages.append(message))
    return messages


def slide(bench, name, value):
    ask(bench, "set", name=name, value=value)


def knobs(bench):
    return {knob["name"]: knob for knob in bench.knobs}


def value_of(bench, name):
    """What the field of a knob shows."""
    return bench.shown["values"][name][1]


def ticked(bench, *box):
    return list(box) in bench.shown["ticked"]


def strokes(bench):
    """The strokes that the browser draws in all panels: how, and where."""
    return [stroke for panel in sent.strokes(bench.shown["panels"], bench.points) for stroke in panel]


def drawn_V(bench):
    return next((x, y) for look, x, y in strokes(bench) if look["kind"] == "line" and not look["held"])


def seen(t, V, span):
    """The part of a curve within a span, from edge to edge."""
    inside, ends = (t > span[0]) & (t < span[1]), np.interp(span, t, V)
    return tuple(np.concatenate((e[:1], c[inside], e[1:])) for e, c in ((span, t), (ends, V)))


def shows(bench, rec):
    """Whether the first panel shows V of a recording."""
    panel = bench.shown["panels"][0]
    span = panel["x"][0], min(panel["x"][1], rec.t[-1])
    if span[0] >= span[1]:  # a held trace is longer, and only a late part of it is in sight
        return np.all(drawn_V(bench)[0] < panel["x"][0])
    step = np.ptp(panel["y"]) / RANGE
    return sent.look_alike(seen(*drawn_V(bench), span), seen(rec.t, rec.V, span), panel["x"], step)


def declared(bench):
    return {**bench.cell.parameters(), **bench.protocol.parameters()}


def picture_belongs_to_the_knobs(bench):
    """What the knobs show, simulated anew, is what picture, text and values show."""
    values = {name: value for name, (value, _) in bench.shown["values"].items()}
    cell = bench.cell.replace(**{name: values[name] for name in values if name in bench.cell.parameters()})
    stimulus = bench.protocol.replace(**{name: values[name] for name in values if name in bench.protocol.parameters()})
    frozen = [gate for _, gate in bench.shown["ticked"]]
    every = bench.recording.settings["every"]
    assert every == 1 or bench.recording.t.size > MOST_SAMPLES / 2
    rec = hh.simulate(cell, stimulus, max(30, stimulus.end + 5), freeze=frozen, every=every)
    assert np.array_equal(rec.V, bench.recording.V)
    assert bench.shown["text"] == in_words(rec)
    assert shows(bench, rec)
    moment = bench.shown["cursor"]
    assert bench.shown["moment"] == ("" if moment is None else moment_in_words(rec, moment))


def knobs_are_in_order(bench):
    """A knob for each parameter, those in sight first, each with the value that it began with."""
    began = {**bench._start.cell.parameters(), **bench._start.protocol.parameters()}
    assert {*knobs(bench)} == {*declared(bench)} == {*bench.shown["values"]}
    assert [name for name, knob in knobs(bench).items() if not knob["group"]] == [n for n in KNOBS if n in knobs(bench)]
    for name, knob in knobs(bench).items():
        now = declared(bench)[name].value
        assert bench.shown["values"][name] == [now, brief(now)]
        assert float(brief(now)) == pytest.approx(now, rel=5e-6)
        assert knob["began"] == (began[name].value if name in began else now)
        assert knob["beganText"] == brief(knob["began"])
    assert bench.shown["atStart"] == (bench.state == bench._start)
    assert bench.shown["lit"] == [name for name, preset in bench._presets.items() if is_so(preset, bench.state)]


def is_so(preset, state):
    try:
        return preset(state) == state
    except ValueError:
        return False


class Hand:
    """A hand at a bench, which remembers what each undo has to bring back."""

    def __init__(self, bench, clock):
        self.bench, self.clock = bench, clock
        self.past, self.last = [], ("", -inf)

    def move(self, move, what, /, **told):
        before = self.bench.state
        ask(self.bench, what, **told)
        if self.bench.state == before:
            return
        if move != self.last[0] or self.clock.now - self.last[1] > SAME_MOVE or not self.past:
            self.past.append(before)
        self.last = move, self.clock.now

    def knob(self, number):
        return self.bench.knobs[number % len(self.bench.knobs)]

    def slide(self, number, share):
        knob = self.knob(number)
        value = knob["low"] + round(share * (knob["high"] - knob["low"]) / knob["step"]) * knob["step"]
        self.move(knob["name"], "set", name=knob["name"], value=float(f"{value:.10g}"))

    def type(self, number, value):
        name = self.knob(number)["name"]
        self.move(name, "type", name=name, value=str(value))

    def say(self, number, value):
        before = self.bench.state
        self.bench.set(**{self.knob(number)["name"]: value})
        assert self.bench.state == before
        assert self.bench.notice

    def back(self, number):
        knob = self.knob(number)
        self.move(knob["name"], "set", name=knob["name"], value=knob["began"])

    def press(self, name):
        self.last = "", -inf
        if name == "Reset":
            self.move(name, "reset")
        else:
            self.move(name, "preset", name=name)

    def tick(self, name, on):
        self.last = "", -inf
        self.move(name, "tick", kind="frozen", gate=name, on=on)

    def undo(self):
        before = self.bench.state
        ask(self.bench, "undo")
        assert self.bench.state == (self.past[-1] if self.past else before)
        assert ("nothing to undo" in self.bench.notice) == (not self.past)
        self.past, self.last = self.past[:-1], ("", -inf)

    def hold(self):
        full = len(self.bench.held) == 4
        ask(self.bench, "hold", picture=self.bench.shown["picture"])
        assert ("4 traces are held already: drop one first." in self.bench.notice) == full

    def drop(self, letter):
        ask(self.bench, "drop", letter=letter)
        assert letter not in self.bench.held

    def look(self, moment, zoom=None):
        ask(self.bench, "look", cursor=moment, zoom=zoom)

    def show_code(self):
        ask(self.bench, "code")

    def wait(self, ms):
        self.clock.now += ms / 1000

    def look_at_everything(self):
        bench = self.bench
        picture_belongs_to_the_knobs(bench)
        knobs_are_in_order(bench)
        assert len(bench.held) <= 4
        assert list(bench.shown["held"]) == list(bench.held)
        assert bool(bench.shown["table"]) == bool(bench.held)
        assert bench.shown["code"] in ("", bench.code)
        assert bench.shown["canUndo"] == bool(self.past)
        assert bench.shown["notice"] == bench.notice
        assert re.fullmatch(r"(.+[.?] The bench stays as it was\.|.+\.)?", bench.notice)


number = st.integers(0, 40)


class AnyMoves(RuleBasedStateMachine):
    """Whatever is done at a bench, in any order."""

    def __init__(self):
        super().__init__()
        self.patch, clock = pytest.MonkeyPatch(), SimpleNamespace(now=100.0)
        self.patch.setattr(lab_bench, "time", SimpleNamespace(monotonic=lambda: clock.now, perf_counter=lambda: 0.0))
        self.patch.setattr(lab_bench, "_variables", lambda: NOTEBOOK)
        self.hand = Hand(explore(presets=PRESETS), clock)

    slide = rule(number=number, share=st.floats(0, 1))(lambda self, **how: self.hand.slide(**how))
    type = rule(number=number, value=st.sampled_from(TYPED) | st.floats(-300, 300))(
        lambda self, **how: self.hand.type(**how)
    )
    say = rule(number=number, value=st.sampled_from(GARBAGE))(lambda self, **how: self.hand.say(**how))
    back = rule(number=number)(lambda self, **how: self.hand.back(**how))
    press = rule(name=st.sampled_from([*PRESETS, "Reset"]))(lambda self, **how: self.hand.press(**how))
    tick = rule(name=st.sampled_from(["K.n", "Na.h"]), on=st.booleans())(lambda self, **how: self.hand.tick(**how))
    undo = rule()(lambda self: self.hand.undo())
    hold = rule()(lambda self: self.hand.hold())
    drop = rule(letter=st.sampled_from("ABCD"))(lambda self, **how: self.hand.drop(**how))
    look = rule(
        moment=st.sampled_from([None, -1.0, 0.0, 1e9]) | st.floats(0, 50),
        zoom=st.none() | st.lists(st.floats(-1, 50), min_size=2, max_size=2),
    )(lambda self, **how: self.hand.look(**how))
    show_code = rule()(lambda self: self.hand.show_code())
    wait = rule(ms=st.sampled_from([100, 900]))(lambda self, **how: self.hand.wait(**how))

    @invariant()
    def everything_agrees(self):
        self.hand.look_at_everything()

    def teardown(self):
        assert np.array_equal(run(self.hand.bench.code)["rec"].V, self.hand.bench.recording.V)
        self.patch.undo()


TestAnyMoves = AnyMoves.TestCase
TestAnyMoves.settings = settings(max_examples=6, stateful_step_count=20, deadline=None)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1952, 1963])
def test_five_hundred_moves(bench, clock, monkeypatch, seed):
    monkeypatch.setattr(lab_bench, "_variables", lambda: NOTEBOOK)
    hand, random = Hand(bench, clock), np.random.default_rng(seed)
    moves = {
        "slide": lambda: (random.integers(40), random.random()),
        "type": lambda: (random.integers(40), random.choice([*TYPED, *random.uniform(-300, 300, 9)])),
        "back": lambda: (random.integers(40),),
        "press": lambda: (random.choice([*PRESETS, "Reset"]),),
        "tick": lambda: (random.choice(["K.n", "Na.h"]), bool(random.integers(2))),
        "undo": tuple, "hold": tuple, "show_code": tuple,
        "drop": lambda: (random.choice([*"ABCD"]),),
        "look": lambda: (random.uniform(-10, 40), [*random.uniform(-10, 40, 2)] if random.random() < 0.5 else None),
        "wait": lambda: (random.integers(2000),),
    }  # fmt: skip
    for _ in range(500):
        kind = random.choice(list(moves), p=np.array([9, 6, 2, 2, 2, 2, 1, 1, 2, 2, 2]) / 31)
        getattr(hand, kind)(*moves[kind]())
        hand.look_at_everything()
    bench.reset()
    assert bench.state == State(hh.Squid(), hh.Step(20))


def test_the_comparison_of_pictures_notices_another_curve(bench):
    cell = hh.Squid()
    for other in (hh.simulate(cell, hh.Step(20.5), 30), hh.simulate(cell, hh.Step(20, 5.1), 30)):
        assert not shows(bench, other)


def test_knobs_come_from_the_declarations(bench):
    knob = knobs(bench)["g_Na"]
    assert (knob["low"], knob["high"]) == hh.Squid.g_Na.span
    assert (knob["meaning"], knob["unit"]) == ("maximal sodium conductance", "mS/cm²")
    assert (knob["beganText"], value_of(bench, "T")) == ("120", "6.3")


def test_a_share_has_no_unit():
    bench = hh.explore(hh.Squid(), hh.Step(20), knobs="pronase")
    assert knobs(bench)["pronase"]["unit"] == ""
    bench.hold()
    bench.set(pronase=1)
    assert ">pronase</th>" in bench.shown["table"]


def test_each_slider_to_both_ends(bench):
    for name in KNOBS:
        for end in (knobs(bench)[name]["low"], knobs(bench)[name]["high"]):
            slide(bench, name, end)
            assert float(value_of(bench, name)) == pytest.approx(end, abs=1e-8) or bench.notice
            picture_belongs_to_the_knobs(bench)


def test_pulses_are_counted_in_whole_numbers():
    train = hh.explore(hh.Squid(), hh.Train(), knobs="count")
    knob = knobs(train)["count"]
    assert (knob["low"], knob["high"], knob["step"], knob["unit"]) == (1, 20, 1, "pulses")
    slide(train, "count", 3)
    assert (train.protocol.count, train.notice) == (3, "")


@pytest.mark.parametrize("typed", [nan, inf, -1e99, 5000])
def test_what_cannot_be_is_refused_in_a_sentence(bench, typed):
    before = bench.points, bench.shown["text"]
    slide(bench, "g_Na", typed)
    told = f"g_Na = {typed:g} mS/cm2 is outside 0 to 1000 mS/cm2: give a value in this range."
    assert bench.notice == f"{told} The bench stays as it was."
    assert bench.shown["about"] == "g_Na"
    assert value_of(bench, "g_Na") == "120"
    assert (bench.points, bench.shown["text"]) == before
    ask(bench, "type", name="g_Na", value="100")
    assert (bench.notice, bench.shown["about"]) == ("", "")


@pytest.mark.parametrize(
    ("typed", "g_Na", "notice"),
    [
        ("100,5", 100.5, ""),
        ("0,1 S/cm2", 100, ""),
        ("\u202f1\u202f000 mS/cm²", 1000, ""),
        (
            "1,000",
            120,
            "g_Na = '1,000' can mean 1.000 or 1000: write the one that you mean. The bench stays",
        ),
        ("12 mV", 120, "g_Na = '12 mV' is not a number: give one from 0 to 1000 mS/cm2. The bench stays"),
        ("nan", 120, "g_Na = 'nan' is not a number: give one from 0 to 1000 mS/cm2. The bench stays"),
        ("−5", 120, "g_Na = -5 mS/cm2 is outside 0 to 1000 mS/cm2: give a value in this range. The bench stays"),
    ],
)
def test_what_is_typed_is_read_as_answers_are(bench, typed, g_Na, notice):
    ask(bench, "type", name="g_Na", value=typed)
    assert bench.cell.g_Na == g_Na
    assert value_of(bench, "g_Na") == f"{g_Na:g}"
    assert bench.notice.removesuffix(" as it was.") == notice


@pytest.mark.parametrize("value", GARBAGE)
def test_what_is_no_number_is_refused_in_a_sentence(bench, value):
    bench.set(g_Na=value)
    assert re.search(r"g_Na = .+ is not a number: give one from 0 to 1000 mS/cm2\. The bench stays", bench.notice)
    bench.set(nonsense=value)
    assert "this bench has no parameter nonsense" in bench.notice
    assert bench.cell == hh.Squid()


def test_a_membrane_that_runs_away_leaves_the_bench_as_it_was(bench):
    ask(bench, "type", name="amplitude", value="-60000")
    assert "V went beyond +-500 mV" in bench.notice
    assert bench.protocol == hh.Step(20)
    picture_belongs_to_the_knobs(bench)


@pytest.mark.parametrize("views", [("potentials", "current against V"), ("V against K outside", "potentials")])
def test_the_last_permeability_cannot_be_taken_away(views):
    bench = hh.explore(hh.GoldmanCell(), None, views, knobs=("P_K", "P_Na", "P_Cl"), t_stop=10)
    for name in ("P_K", "P_Na", "P_Cl"):
        bench.set(**{name: 0})
    assert (bench.cell.P_K, bench.cell.P_Na, bench.cell.P_Cl) == (0, 0, 0.1)
    assert "let at least one ion through" in bench.notice
    given = hh.explore(bench.cell, None, views, knobs=("P_Cl",), t_stop=10, start={"V": 0})
    given.set(P_Cl=0)
    assert given.cell.P_Cl == 0
    assert not given.notice


def test_more_than_the_slider_has_can_be_typed(bench):
    ask(bench, "type", name="g_Na", value="900")
    assert bench.cell.g_Na == 900 > knobs(bench)["g_Na"]["high"]
    assert value_of(bench, "g_Na") == "900"


def test_a_stimulus_that_leaves_the_picture_lengthens_it(bench):
    bench.set(start=45)
    assert bench.recording.t[-1] >= 50
    assert bench.shown["clock"] == (bench.recording.t[-1], 1.0, "ms")
    assert bench.shown["panels"][0]["x"] == (0, bench.recording.t[-1])
    assert "1 spike" in bench.shown["text"]


@pytest.mark.parametrize("start", [9999, 50_000, 1e7])
def test_a_stimulus_that_never_ends_is_refused(bench, start):
    bench.set(start=start)
    assert "a bench shows at most 10000 ms, not " in bench.notice
    assert bench.protocol.start == 5


def test_a_slider_with_a_span_of_its_own():
    fine = hh.explore(hh.Squid(), hh.Step(1), knobs={"amplitude": (-2, 2), "g_Na": None})
    amplitude, g_Na = (knobs(fine)[name] for name in ("amplitude", "g_Na"))
    assert (amplitude["low"], amplitude["high"]) == (-2, 2)
    assert (g_Na["low"], g_Na["high"]) == hh.Squid().parameters()["g_Na"].span
    fine.set(amplitude=20)
    assert fine.protocol.amplitude == 20


def test_a_slow_cell_is_shown_for_longer():
    """As many steps as for any cell: 40 s of a beta cell, in fewer samples, with its calcium held if wanted."""
    slow = hh.explore(hh.BetaCell(), None, ("voltage", "calcium"), freeze=("Ca_in", "K.n"), t_stop=40_000)
    assert slow.recording.t[-1] == 40_000
    assert slow.recording.t.size <= 100_001
    assert "They come in 3 bursts" in slow.shown["text"]
    ask(slow, "tick", kind="frozen", gate="Ca_in", on=True)
    assert np.ptp(slow.recording.conc["Ca_in"]) == 0
    assert slow.frozen == {"Ca_in"}
    with pytest.raises(ValueError, match="a bench shows at most 200000 ms, not 300000 ms"):
        hh.explore(hh.BetaCell(), t_stop=300_000)


def test_names_may_be_given_alone():
    single = hh.explore(hh.Squid(), hh.Step(20), "voltage", knobs="g_Na", freeze="K.n", presets="TTX")
    assert [name for name, knob in knobs(single).items() if not knob["group"]] == ["g_Na"]
    assert single.fixed["boxes"] == [["frozen", "K.n", "freeze K.n at rest"]]
    ask(single, "preset", name="TTX")
    assert single.cell.g_Na == 0


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"view": "voltages"}, "plots has no view voltages; did you mean voltage"),
        ({"view": 5}, "5 are not names"),
        ({"view": [5]}, "5 is not a name"),
        ({"knobs": ["gNa"]}, "this bench has no parameter gNa; did you mean g_Na"),
        ({"knobs": {"gNa": (0, 1)}}, "this bench has no parameter gNa; did you mean g_Na"),
        ({"knobs": {"g_Na": (10, 0)}}, "the slider of g_Na goes from 10 to 0: give the lower value first"),
        ({"knobs": {"g_Na": 10}}, "the slider of g_Na cannot have the span 10: give"),
        ({"knobs": {"g_Na": (-1, 5)}}, "g_Na = -1 mS/cm2 is outside 0 to"),
        ({"freeze": ["x"]}, "Squid has no gate x"),
        ({"presets": "TTY"}, "hhlab knows no drug TTY; did you mean TTX"),
        ({"presets": {"a": None}}, "None cannot be used for presets: give the values"),
        ({"presets": 5}, "5 cannot be used for presets: give the values"),
        ({"presets": {"a": {"gNa": 3}}}, "this bench has no parameter gNa"),
        ({"presets": {"a": [hh.Shock(), {"amplitude": 3}]}}, "this bench has no parameter amplitude"),
        ({"presets": {"a": {"g_Na": nan}}}, "g_Na = nan mS/cm2 is outside"),
        ({"presets": {"Undo": "TTX"}}, "a preset cannot be called Undo: the bench has that button already"),
        ({"t_stop": "long"}, "t_stop = 'long' is not a number"),
        ({"t_stop": nan}, "t_stop = nan ms is outside"),
        ({"t_stop": 1e5}, "a bench shows at most 10000 ms, not 100000 ms"),
        ({"cell": "Squid"}, "'Squid' is not a cell"),
        ({"protocol": 20}, "20 is not a stimulus"),
        ({"cell": Leaky(), "presets": "TTX"}, "TTX blocks channel Na, which this Leaky does not have"),
        ({"protocol": hh.Step(-60000, 5, 9)}, "V went beyond \\+-500 mV"),
    ],
)
def test_what_cannot_be_on_a_bench(given, sentence):
    with pytest.raises(ValueError, match=sentence):
        hh.explore(**{"cell": hh.Squid(), "protocol": hh.Step()} | given)


def test_presets_put_things_on_the_bench(bench):
    expected = {
        "TTX": (hh.Squid(g_Na=0), hh.Step(20)),
        "warm": (hh.Squid(g_Na=0, T=18.5), hh.Step(20)),
        "shock": (hh.Squid(g_Na=0, T=18.5), hh.Shock()),
        "both": (hh.Squid(g_Na=0, T=18.5, g_K=20), hh.Ramp(30) + hh.Step(5, 30)),
        "mine": (hh.Squid(g_L=0.5).plus(MINE), hh.Ramp(30) + hh.Step(5, 30)),
        "Reset": (hh.Squid(), hh.Step(20)),
    }
    for name, (cell, protocol) in expected.items():
        Hand(bench, SimpleNamespace(now=0)).press(name)
        assert (bench.cell, bench.protocol) == (cell, protocol)
        picture_belongs_to_the_knobs(bench)


def test_a_gate_is_reset_as_the_last_pulse_begins():
    """The experiment of the refractory period: h does not help 5 ms after the first pulse, n does."""
    bench = hh.explore(hh.Squid(), hh.PulsePair(20, 60, 5, 5), ("voltage", "two-pulse curve"), reset=("h", "n"))
    assert [words for *_, words in bench.fixed["boxes"]] == [f"reset {gate} as the last pulse begins" for gate in "hn"]
    counts = []
    for gate in ("Na.h", "K.n"):
        ask(bench, "tick", kind="reset", gate=gate, on=True)
        counts.append(hh.measure.spikes(bench.recording).size)
        assert bench.recording.settings["reset"] == {gate: 10.0}
        bench.hold()
        ask(bench, "tick", kind="reset", gate=gate, on=False)
    assert counts == [1, 2]
    assert "gates reset" in bench.shown["table"]
    bench.set(interval=7)
    ask(bench, "tick", kind="reset", gate="K.n", on=True)
    assert bench.recording.settings["reset"] == {"K.n": 12.0}
    assert "reset={'K.n': 12.0}" in bench.code
    bench.undo()
    assert not ticked(bench, "reset", "K.n")


def test_a_gate_that_the_next_cell_lacks_is_let_go():
    bench = hh.explore(hh.Squid(), freeze="n", presets={"leak": Leaky()}, view=("voltage", "gates", "steady states"))
    ask(bench, "tick", kind="frozen", gate="K.n", on=True)
    assert bench.frozen == {"K.n"}
    ask(bench, "preset", name="leak")
    assert (bench.frozen, ticked(bench, "frozen", "K.n")) == (frozenset(), False)
    ask(bench, "tick", kind="frozen", gate="K.n", on=True)
    assert "has no gate K.n" in bench.notice
    assert not ticked(bench, "frozen", "K.n")


def test_undo_brings_back_one_move_after_the_other(bench, clock):
    for value in (110, 100, 90):
        slide(bench, "g_Na", value)
        clock.now += 1
    ask(bench, "tick", kind="frozen", gate="K.n", on=True)
    ask(bench, "preset", name="warm")
    for state in (hh.Squid(g_Na=90), {"K.n"}), (hh.Squid(g_Na=90), set()), (hh.Squid(g_Na=100), set()):
        bench.undo()
        assert (bench.cell, bench.frozen) == state
        picture_belongs_to_the_knobs(bench)
    bench.set(g_Na=5)
    bench.undo()
    assert bench.cell.g_Na == 100


def test_a_drag_is_one_move(bench, clock):
    for value in range(119, 60, -1):
        slide(bench, "g_Na", value)
        clock.now += 0.5
    slide(bench, "g_K", 30)
    bench.undo()
    assert (bench.cell.g_Na, bench.cell.g_K) == (61, 36)
    bench.undo()
    assert bench.cell == hh.Squid()
    bench.undo()
    assert "There is nothing to undo." in bench.notice


def test_what_was_refused_is_no_move(bench):
    bench.set(g_Na=100)
    bench.set(g_K=nan)
    ask(bench, "preset", name="too strong")
    bench.undo()
    assert bench.cell == hh.Squid()


def test_one_knob_goes_back_alone(bench):
    bench.set(g_Na=100, g_K=30, amplitude=15)
    slide(bench, "g_Na", knobs(bench)["g_Na"]["began"])
    assert (bench.cell, bench.protocol) == (hh.Squid(g_K=30), hh.Step(15))
    knobs_are_in_order(bench)
    bench.undo()
    assert bench.cell.g_Na == 100


def test_held_traces_stay_in_the_picture(bench):
    control = bench.recording
    ask(bench, "hold", picture=bench.shown["picture"])
    ask(bench, "preset", name="TTX")
    assert bench.held == {"A": control}
    held = [(x, y) for look, x, y in strokes(bench) if look["held"]]
    panel = bench.shown["panels"][0]
    assert sent.look_alike(held[0], (control.t, control.V), panel["x"], np.ptp(panel["y"]) / RANGE)
    assert len(held) == sum(not look["held"] for look, *_ in strokes(bench)) == 7
    picture_belongs_to_the_knobs(bench)
    assert panel["legend"] == ["now", "A: g_Na 120"]
    ask(bench, "drop", letter="A")
    assert (bench.held, bench.shown["table"], bench.shown["held"]) == ({}, "", {})
    assert bench.shown["panels"][0]["legend"] == []
    assert not any(look["held"] for look, *_ in strokes(bench))


def test_four_are_held_and_no_more(bench):
    for g_Na in (110, 100, 90, 80, 70):
        bench.set(g_Na=g_Na)
        bench.hold()
    assert [rec.cell.g_Na for rec in bench.held.values()] == [110, 100, 90, 80]
    assert "4 traces are held already: drop one first." in bench.notice
    bench.drop("B")
    bench.hold()
    assert [(letter, rec.cell.g_Na) for letter, rec in bench.held.items()] == [
        *zip("ABCD", (110, 70, 90, 80), strict=True)
    ]
    bench.drop("nonsense")
    assert len(bench.held) == 4


def rows(table):
    return [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in re.findall(r"<tr>(.*?)</tr>", table)]


def test_the_table_says_what_differs(bench):
    bench.hold()
    bench.set(g_Na=100)
    ask(bench, "tick", kind="frozen", gate="K.n", on=True)
    head, now, held = rows(bench.shown["table"])
    assert head == [
        "trace",
        "g_Na (mS/cm²)",
        "gates frozen",
        "spikes",
        "peak (mV)",
        "half-width (ms)",
        "lowest after it (mV)",
    ]
    assert (now[:3], held[:3]) == (["now", "100", "K.n"], ["A", "120", "none"])
    peaks = [hh.measure.peak(rec)[0] for rec in (bench.recording, bench.held["A"])]
    assert now[4] == f"{peaks[0]:.2f}"
    assert held[4] == f"{peaks[1]:.2f} ({peaks[1] - peaks[0]:+.2f})".replace("-", "−")


def test_a_knob_that_is_named_like_its_unit_is_told_by_what_it_means():
    bench = hh.explore(hh.Squid(), hh.Shock(), knobs=("mV", "T"))
    assert [knobs(bench)[name]["label"] for name in ("mV", "T")] == ["displacement", "T"]


def test_the_table_knows_stimuli_of_different_kinds(bench):
    bench.hold()
    ask(bench, "preset", name="shock")
    ask(bench, "preset", name="TTX")
    head, now, held = rows(bench.shown["table"])
    assert {"amplitude (µA/cm²)", "mV (mV)", "g_Na (mS/cm²)"} <= set(head)
    assert (
        now[head.index("amplitude (µA/cm²)")] == held[head.index("mV (mV)")] == now[head.index("peak (mV)") + 1] == "–"
    )


def test_knobs_that_are_not_in_sight_have_groups():
    bench = explore(knobs=("g_Na",), presets=PRESETS)
    assert [name for name, knob in knobs(bench).items() if not knob["group"]] == ["g_Na"]
    assert list(dict.fromkeys(knob["group"] for knob in bench.knobs)) == ["", "Stimulus", "Membrane"]
    assert {name for name, knob in knobs(bench).items() if knob["group"] == "Stimulus"} == {*hh.Step().parameters()}
    slide(bench, "E_K", -90)
    picture_belongs_to_the_knobs(bench)


def test_knobs_of_a_new_stimulus_or_channel_appear(bench):
    ask(bench, "preset", name="mine")
    ask(bench, "preset", name="train")
    assert {"g_A", "E_A", "count", "interval"} <= {*knobs(bench)}
    slide(bench, "g_A", 2)
    knobs_are_in_order(bench)
    ask(bench, "reset")
    knobs_are_in_order(bench)
    assert "g_A" not in knobs(bench)


@pytest.mark.parametrize("moment", [0.0, 7.123, 29.99, 1e6])
def test_the_cursor_reads_off_one_moment(bench, moment):
    points = bench.points
    ask(bench, "look", cursor=moment, zoom=None)
    assert bench.shown["moment"] == moment_in_words(bench.recording, min(moment, 30))
    assert bench.shown["cursor"] == min(moment, 30)
    assert bench.points == points
    ask(bench, "look", cursor=None, zoom=None)
    assert (bench.shown["moment"], bench.shown["cursor"]) == ("", None)


def test_a_panel_without_time_shows_the_moment_of_the_cursor():
    bench = hh.explore(hh.Squid(), hh.Step(20), ("voltage", "steady states"), t_stop=30)
    ask(bench, "look", cursor=7.123, zoom=None)
    dots = [(x[0], y[0]) for look, x, y in strokes(bench) if look["kind"] == "dot"]
    V = np.interp(7.123, bench.recording.t, bench.recording.V)
    assert dots == [(pytest.approx(V, abs=0.02), pytest.approx(gate.steady_state(V), abs=1e-3)) for gate in
                    bench.cell.gates]  # fmt: skip


def test_text_follows_the_picture(bench):
    assert "1 spike" in bench.shown["text"]
    ask(bench, "preset", name="TTX")
    assert "There is no spike" in bench.shown["text"]
    ask(bench, "tick", kind="frozen", gate="K.n", on=True)
    picture_belongs_to_the_knobs(bench)


def test_the_picture_to_keep_has_all_that_is_shown(bench):
    bench.hold()
    bench.set(g_K=20)
    bench.look(7)
    picture = bench.picture
    voltage, *_ = picture.figure.axes
    assert [text.get_text() for text in voltage.get_legend().get_texts()] == ["now", "A"]
    assert len(voltage.lines) == 4
    assert repr(picture) == f"{in_words(bench.recording)} | {in_words(bench.held['A'])}"


def test_saving(bench, files):
    bench.set(g_K=30)
    ask(bench, "save", what="data")
    ask(bench, "save", what="picture")
    (data, [table]), (picture, [png]) = files
    assert data == {"save": "recording.csv", "type": "text/csv"}
    assert table.decode() == bench.recording.csv()
    assert picture == {"save": "recording.png", "type": "image/png"}
    assert png == bench.picture.png


def test_the_code_is_listed_copied_and_follows(bench, files):
    ask(bench, "code")
    assert files == [({"copy": bench.code},)]
    slide(bench, "g_K", 31)
    assert "hh.Squid(g_K=31)" in bench.shown["code"]
    assert len(files) == 1
    ask(bench, "code")
    assert bench.shown["code"] == ""


@pytest.fixture
def displayed(monkeypatch):
    """What goes to the page."""
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda data, **how: shown.append(data))
    return shown


def test_the_page_keeps_a_picture_without_a_kernel(bench, displayed):
    bench._ipython_display_()
    widget, still = displayed
    assert "application/vnd.jupyter.widget-view+json" in widget
    assert still["text/plain"] == in_words(bench.recording)
    assert "This bench is a still picture. To use it, click on the first code cell" in still["text/html"]
    assert picture_and_text(still) == (bench.picture.png, in_words(bench.recording))


def picture_and_text(still):
    pattern = r'</p><img alt="" src="data:image/png;base64,(.*)"><figcaption>(.*)</figcaption></figure>$'
    png, text = re.search(pattern, still["text/html"]).groups()
    return base64.b64decode(png), html.unescape(text)


def test_the_page_keeps_the_last_picture(bench, displayed, monkeypatch):
    updated = []
    monkeypatch.setattr("IPython.display.update_display", lambda data, **how: updated.append((data, how["display_id"])))
    bench._ipython_display_()
    bench.hear({"do": "set", "with": {"name": "amplitude", "value": 2}, "n": "x 1"})
    assert not updated
    bench.hear({"do": "keep", "n": "x 2"})
    ((still, name),) = updated
    assert name == bench.model_id
    assert picture_and_text(still) == (bench.picture.png, in_words(bench.recording)) != picture_and_text(displayed[1])
    assert bench.shown["answered"] == "x 2"


def test_no_pyplot(bench):
    assert bench.picture.png
    assert "matplotlib.pyplot" not in sys.modules


def run(code):
    """The variables that a notebook has after a cell with this code."""
    names = dict(NOTEBOOK)
    exec(code, names)
    return names


def near(parameter):
    low, high = parameter.span
    return st.just(parameter.value) | st.floats(low, high) | st.integers(int(low) + 1, int(high))


def some(kind, **usual):
    """Things of a kind, each parameter as it is or somewhere on its slider."""
    ranges = {name: near(p) for name, p in kind._declared.items()} | usual
    return st.fixed_dictionaries({}, optional=ranges).map(lambda values: kind(**values))


ONE = st.one_of(
    some(hh.Shock), some(hh.Ramp), some(hh.Step, start=st.floats(0, 9)), some(hh.Train, count=st.integers(1, 4))
)
STIMULI = ONE | st.lists(ONE, min_size=2, max_size=3).map(lambda parts: sum(parts[1:], parts[0])) | st.none()
CELLS = some(hh.Squid, C=st.floats(0.5, 3))
GATES = st.sets(st.sampled_from(["Na.m", "Na.h", "K.n"]))


def gives_the_same(cell, stimulus, frozen, t_stop=12.5, variables=NOTEBOOK):
    protocol = Nothing() if stimulus is None else stimulus
    rec = hh.simulate(cell, stimulus, t_stop, freeze=sorted(frozen))
    code = as_code(cell, protocol, ("voltage",), {"t_stop": t_stop, "freeze": tuple(sorted(frozen))}, variables)
    again = run(code.rsplit("\n", 1)[0])["rec"]
    assert np.array_equal(again.V, rec.V)
    assert (repr(again.cell), repr(again.protocol)) == (repr(cell), repr(rec.protocol))
    assert again.settings == rec.settings
    return code


@settings(max_examples=150, deadline=None)
@given(cell=CELLS, stimulus=STIMULI, frozen=GATES)
def test_code_gives_the_same_numbers(cell, stimulus, frozen):
    gives_the_same(cell, stimulus, frozen)


@settings(max_examples=40, deadline=None)
@given(cell=CELLS, stimulus=STIMULI, g=st.just(5.0) | st.floats(0, 20), E=st.just(-77.0) | st.floats(-90, 0))
def test_code_calls_channels_and_gates_by_their_names(cell, stimulus, g, E):
    code = gives_the_same(cell.plus(MINE).replace(g_A=g, E_A=E), stimulus, {"A.s"})
    named = (g, E) == (5, -77)
    assert (".plus(MINE)" in code) == named
    assert ("gates=(SLOW, FAST,)" in code) != named


@pytest.mark.parametrize(
    "channel", [hh.Channel("B", 1.5, -60), hh.Channel("B", 2, -60, hh.Gate("s", SLOW.inf, SLOW.tau))]
)
def test_code_of_channels_without_a_name(channel):
    assert ".plus(hh.Channel('B', g=" in gives_the_same(hh.Squid().plus(channel), hh.Shock(), ())


def test_code_of_a_published_channel():
    cell = hh.Neuron().plus(hh.library["Kv4"].channel("A", g=1, E=-90)).replace(g_A=2.5)
    code = gives_the_same(cell, hh.Step(2, 5, 20), ())
    assert "cell = hh.Neuron().plus(hh.library['Kv4'].channel('A', g=2.5, E=-90))\n" in code


def test_code_says_when_a_gate_has_no_name():
    code = as_code(hh.Squid().plus(MINE), hh.Step(), ("voltage",), {"t_stop": 30}, {})
    assert "cell = hh.Squid()  # add your channel A: gate s has no name in this notebook\n" in code
    assert np.array_equal(run(code)["rec"].V, hh.simulate(hh.Squid(), hh.Step(), 30).V)


def test_code_of_a_bench_shows_its_views(bench):
    ask(bench, "preset", name="both")
    ask(bench, "tick", kind="frozen", gate="Na.h", on=True)
    assert bench.code.splitlines() == [
        "import hhlab as hh",
        "",
        "cell = hh.Squid(g_Na=0, g_K=20)",
        "stimulus = hh.Ramp(amplitude=30, start=5, duration=20, hold=0) + hh.Step(amplitude=5, start=30, duration=0.5)",
        "rec = hh.simulate(cell, stimulus, t_stop=35.5, freeze=('Na.h',))",
        'hh.plot(rec, "voltage", "currents", "gates")',
    ]


def test_the_notebook_has_the_variables(monkeypatch):
    assert lab_bench._variables() == {}
    monkeypatch.setattr(lab_bench, "get_ipython", lambda: SimpleNamespace(user_ns=NOTEBOOK))
    assert lab_bench._variables() is NOTEBOOK


HOUR = 3_600_000
OF_IONS = {
    "an hour": (hh.PumpCell(ouabain=1), None, {"t_stop": HOUR}),
    "a load": (hh.PumpCell(), None, {"t_stop": HOUR, "start": {"Na_in": 30, "K_in": 122}}),
    "twenty seconds": (hh.PumpCell(), hh.Step(0.1, 10, 5000), {"t_stop": 20_000}),
    "one ion": (hh.GoldmanCell(P_Na=0, P_Cl=0), None, {"t_stop": 300, "start": {"V": 0}}),
    "a train": (hh.SquidWithPumps(diameter=1), hh.Train(60, 1, 0.2, 20, 5), {"t_stop": 120}),
    "a channel more": (hh.GoldmanCell().plus(hh.Channel("A", g=0.05, ion="K")), None, {"t_stop": 10}),
}


VIEWS_OF_IONS = ("voltage", "concentrations", "potentials"), ("reversal potentials", "ions", "V against K outside")
"""In turn for each bench; `test_views` draws every view of every recording."""


BENCHES_OF_IONS = list(zip(OF_IONS, itertools.cycle(VIEWS_OF_IONS), strict=False))


@pytest.mark.parametrize(("name", "views"), BENCHES_OF_IONS, ids=list(OF_IONS))
def test_benches_of_cells_that_count_their_ions(name, views):
    cell, protocol, how = OF_IONS[name]
    bench = hh.explore(cell, protocol, views, **how)
    for name, knob in knobs(bench).items():
        for end in (knob["high"], knob["low"], knob["began"]):
            slide(bench, name, end)
            assert np.isfinite(bench.recording.V).all()
            assert bench.shown["text"] == in_words(bench.recording)
    bench.look(bench.recording.t[-1] / 3)
    assert moment_in_words(bench.recording, bench.cursor) == bench.shown["moment"]
    again = run(bench.code.rsplit("\n", 1)[0])["rec"]
    assert np.array_equal(again.V, bench.recording.V)
    assert np.array_equal(again.pool_values, bench.recording.pool_values)
    bench.hold()
    bench.undo()
    assert not bench.notice


def test_numbers_of_held_traces_are_short():
    bench = hh.explore(hh.Squid(), hh.Step(20), knobs=("g_Na",), t_stop=30)
    bench.hold()
    bench.set(g_Na=6.932291666666)
    bench.hold()
    bench.set(g_Na=120)
    assert bench.shown["held"]["B"] == "B: g_Na 6.93229"
    assert "6.93229<" in bench.shown["table"]
    assert "6.932291" not in bench.shown["table"]


def test_a_bench_begins_without_matplotlib():
    """To load it takes seconds in a browser; what is shown of V in colours is as Matplotlib has it."""
    code = "import sys, hhlab as hh; hh.explore(hh.Squid(), hh.Step(20)); sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
    palette = np.frombuffer(Bench.palette.default_value, np.uint8).reshape(-1, 3).astype(int)
    assert np.abs(palette - matplotlib.colormaps[COLOURS_OF_V](np.arange(256), bytes=True)[:, :3]).max() <= 1
