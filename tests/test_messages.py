"""What a bench does with messages from the browser, of any shape, and what it answers."""

import json

import numpy as np
import pytest
import sent
from hypothesis import given, settings
from hypothesis import strategies as st
from sent import ask

import hhlab as hh
from hhlab.lab import bench as lab_bench
from hhlab.lab.bench import ASKED, LEAST_PART, PICTURES_REMEMBERED
from hhlab.lab.drawing import COLUMNS, RANGE
from hhlab.views import VIEWS

nan, inf = float("nan"), float("inf")
THREE = ("voltage", "currents", "gates")
DRUGS = {"TTX": "TTX", "TEA": "TEA", "warm": {"T": 18.5}, "shock": hh.Shock(15), "neuron": hh.Neuron()}


@pytest.fixture
def bench():
    return hh.explore(
        hh.Squid(), hh.Step(20), (*THREE, "steady states"), knobs=("g_Na", "amplitude"), presets=DRUGS,
        freeze=("n", "h"), t_stop=30,
    )  # fmt: skip


def lit(bench):
    return bench.shown["lit"]


# Presets that are lit.


def test_a_preset_is_lit_as_long_as_what_it_sets_holds(bench):
    ask(bench, "preset", name="TTX")
    assert lit(bench) == ["TTX"]
    ask(bench, "set", name="g_K", value=30)
    assert lit(bench) == ["TTX"]
    ask(bench, "set", name="g_Na", value=1)
    assert lit(bench) == []
    ask(bench, "set", name="g_Na", value=0)
    assert lit(bench) == ["TTX"]
    ask(bench, "reset")
    assert lit(bench) == []


def test_a_preset_goes_out_when_it_is_pressed_again(bench):
    """What it set is as in the beginning; the rest stays as it is."""
    ask(bench, "set", name="g_L", value=0.5)
    ask(bench, "preset", name="TTX")
    ask(bench, "set", name="T", value=10)
    ask(bench, "preset", name="TTX")
    assert (bench.cell, lit(bench)) == (hh.Squid(g_L=0.5, T=10), [])
    ask(bench, "undo")
    assert (bench.cell, lit(bench)) == (hh.Squid(g_L=0.5, T=10, g_Na=0), ["TTX"])


def test_two_drugs_at_once_are_both_lit(bench):
    for name, now in (
        ("TTX", ["TTX"]),
        ("TEA", ["TTX", "TEA"]),
        ("warm", ["TTX", "TEA", "warm"]),
        ("TTX", ["TEA", "warm"]),
        ("warm", ["TEA"]),
        ("TEA", []),
    ):
        ask(bench, "preset", name=name)
        assert lit(bench) == now
    assert bench.state == bench._start


def test_other_stimuli_and_cells_are_taken_off_again(bench):
    ask(bench, "preset", name="warm")
    ask(bench, "preset", name="shock")
    assert (bench.protocol, lit(bench)) == (hh.Shock(15), ["warm", "shock"])
    ask(bench, "preset", name="shock")
    assert (bench.protocol, bench.cell, lit(bench)) == (hh.Step(20), hh.Squid(T=18.5), ["warm"])
    ask(bench, "preset", name="neuron")
    assert (bench.cell, lit(bench)) == (hh.Neuron(), ["neuron"])
    ask(bench, "preset", name="neuron")
    assert bench.cell == hh.Squid()


def test_a_drug_is_washed_out_of_the_cell_that_is_there(bench):
    ask(bench, "preset", name="neuron")
    ask(bench, "set", name="g_KL", value=0.03)
    ask(bench, "preset", name="TTX")
    assert lit(bench) == ["TTX"]
    ask(bench, "preset", name="TTX")
    assert (bench.cell, lit(bench)) == (hh.Neuron(g_KL=0.03), [])


def test_values_put_back_leave_the_rest(bench):
    bench.set(g_Na=100, g_K=30, amplitude=15)
    ask(bench, "tick", kind="frozen", gate="Na.h", on=True)
    for knob in bench.knobs:
        if knob["name"] == "g_Na":
            ask(bench, "set", name="g_Na", value=knob["began"])
    assert (bench.cell, bench.protocol, bench.frozen) == (hh.Squid(g_K=30), hh.Step(15), {"Na.h"})
    assert not bench.shown["atStart"]


@pytest.mark.parametrize("act", [("preset", {"name": "TTX"}), ("tick", {"kind": "frozen", "gate": "Na.h"})])
def test_two_quick_presses_are_two_moves(bench, act):
    what, told = act
    for on in (True, False):
        ask(bench, what, **told, **({"on": on} if what == "tick" else {}))
    assert bench.shown["atStart"]
    ask(bench, "undo")
    assert not bench.shown["atStart"]


# Held traces.


def test_the_recording_that_was_on_the_screen_is_held(bench):
    """Also if the bench has moved on when the message arrives."""
    screen, seen = bench.shown["picture"], bench.recording
    for g_Na in (110, 90):  # one was under way, and one waited
        ask(bench, "set", name="g_Na", value=g_Na)
    ask(bench, "hold", picture=screen)
    assert bench.held == {"A": seen}
    assert bench.shown["held"] == {"A": "A: g_Na 120"}
    ask(bench, "hold", picture=bench.shown["picture"])
    ask(bench, "hold")
    assert list(bench.held.values()) == [seen, bench.recording, bench.recording]
    assert bench.cell.g_Na == 90


def test_only_a_few_pictures_are_remembered(bench):
    for g_Na in range(100, 120):
        bench.set(g_Na=g_Na)
    assert len(bench._pictures) == PICTURES_REMEMBERED
    assert bench._pictures[bench.shown["picture"]] is bench.recording


# A part of the time axis.


def curve(bench, panel=0):
    """The first curve of a panel as it is sent."""
    return sent.strokes(bench.shown["panels"], bench.points)[panel][0][1:]


@pytest.mark.parametrize("zoom", [(0, 30), (5, 10), (6.01, 6.5), (6.123, 6.1262), (29.5, 30)])
def test_a_part_of_the_time_axis_is_shown_from_edge_to_edge(bench, zoom):
    whole = [panel["x"] for panel in bench.shown["panels"]]
    ask(bench, "look", cursor=None, zoom=list(zoom))
    assert [panel["x"] for panel in bench.shown["panels"]] == [zoom, zoom, zoom, whole[3]]
    assert bench.shown["zoom"] == zoom
    (t, V), panel = curve(bench), bench.shown["panels"][0]
    assert (t[0], t[-1]) == zoom
    inside = (bench.recording.t >= zoom[0]) & (bench.recording.t <= zoom[1])
    slope = np.abs(np.gradient(bench.recording.V, bench.recording.t)).max()
    tolerance = (1.51 * np.ptp(panel["y"]) + slope * np.ptp(zoom)) / RANGE
    assert np.interp(t, bench.recording.t, bench.recording.V) == pytest.approx(V, abs=tolerance)
    assert np.interp(bench.recording.t[inside], t, V) == pytest.approx(bench.recording.V[inside], abs=tolerance)
    ask(bench, "look", cursor=None, zoom=None)
    assert [panel["x"] for panel in bench.shown["panels"]] == whole


def test_a_part_of_a_long_recording_has_finer_points():
    bench = hh.explore(hh.Squid(), hh.Step(20, 5, 300), "voltage")
    whole = np.diff(curve(bench)[0]).max()
    ask(bench, "look", cursor=None, zoom=[100, 120])
    assert np.diff(curve(bench)[0]).max() < whole / 5


@pytest.mark.parametrize(
    ("zoom", "part"),
    [
        ([10, 5], (5, 10)),
        ([-5, 10], (0, 10)),
        ([20, 1e6], (20, 30)),
        ([-1e6, 1e6], (0, 30)),
        ([40, 50], None),
        ([12, 12], (12, 12 + 30 * LEAST_PART)),
        ([30, 30], None),
        ([0, 0], (0, 30 * LEAST_PART)),
        ([-5, -1], (0, 30 * LEAST_PART)),
    ],
)
def test_strange_parts_of_the_time_axis(bench, zoom, part):
    ask(bench, "look", cursor=7, zoom=zoom)
    assert bench.shown["zoom"] == (part and pytest.approx(part))
    assert bench.shown["panels"][0]["x"] == pytest.approx(part or (0, 30))
    assert bench.shown["cursor"] == 7
    assert not bench.notice


def test_a_part_follows_the_length_of_the_recording(bench):
    bench.set(start=60)
    ask(bench, "look", cursor=50, zoom=[40, 60])
    bench.reset()
    assert (bench.shown["zoom"], bench.shown["cursor"]) == (None, 30)
    bench.undo()
    assert (bench.shown["zoom"], bench.shown["cursor"]) == ((40, 60), 50)


@pytest.mark.parametrize("zoom", [(5, 10), (6.01, 6.5), (6.1, 6.105)])
def test_bands_are_cut_at_the_edges(zoom):
    bench = hh.explore(hh.Squid(), hh.Step(20), "currentscape", t_stop=30)
    whole = sent.strokes(bench.shown["panels"], bench.points)[0]
    ask(bench, "look", cursor=None, zoom=list(zoom))
    middles = np.linspace(*zoom, 9)[1:-1]
    for (_, *band), (_, *part) in zip(whole, sent.strokes(bench.shown["panels"], bench.points)[0], strict=True):
        edges, now = ([(x[:n], y[:n]), (x[n:][::-1], y[n:][::-1])] for x, y in (band, part) for n in [x.size // 2])
        for (x, y), (x_now, y_now) in zip(edges, now, strict=True):
            assert (x_now[0], x_now[-1]) == zoom
            assert np.interp(middles, x_now, y_now) == pytest.approx(np.interp(middles, x, y), abs=0.5)


def test_a_part_of_an_axon_keeps_its_colours_in_place():
    bench = hh.explore(hh.Axon(), hh.Step(1000, 0.5, 0.2), ("space and time", "electrodes"), t_stop=10)

    def shades():
        rows, columns = (bench.shown["panels"][0]["strokes"][0][side] for side in ("rows", "columns"))
        count = 4 * sum(stroke["n"] for panel in bench.shown["panels"] for stroke in panel["strokes"])
        return np.frombuffer(bench.points, np.uint8)[count:].reshape(rows, columns)

    whole = shades()
    for low, high in ((2, 4), (2.5, 2.55), (9, 10)):
        ask(bench, "look", cursor=None, zoom=[low, high])
        x, _ = sent.strokes(bench.shown["panels"], bench.points)[0][0][1:]
        assert x == pytest.approx([low, high], abs=1e-3)
        part = shades()
        middles = (np.arange(part.shape[1]) + 0.5) / part.shape[1]
        found = ((low + middles * (high - low)) / 10 * whole.shape[1]).astype(int)
        off = np.abs(part.astype(int) - whole[:, found]).max(axis=0)
        assert (off > 0).mean() < 0.1


# Messages of any shape.


STRANGE = [
    None, 3, "set", [], {}, {"do": None}, {"do": "explode"}, {"do": ["set"]}, {"do": {"a": 1}}, {"do": "__init__"},
    {"do": "set"}, {"do": "set", "with": None}, {"do": "set", "with": [1, 2]}, {"do": "set", "with": {"name": "g_Na"}},
    {"do": "set", "with": {"name": "g_Na", "value": "100"}}, {"do": "set", "with": {"name": "g_Na", "value": None}},
    {"do": "set", "with": {"name": "g_Na", "value": [1]}}, {"do": "set", "with": {"name": 3, "value": 3}},
    {"do": "set", "with": {"name": "self", "value": 3}}, {"do": "set", "with": {"name": "", "value": 3}},
    {"do": "set", "with": {"name": "gNa", "value": 3}}, {"do": "set", "with": {"name": "g_Na", "value": nan}},
    {"do": "set", "with": {"name": "g_Na", "value": 1e999}}, {"do": "set", "with": {"name": "g_Na", "value": -inf}},
    {"do": "set", "with": {"name": "g_Na", "value": 10**400}}, {"do": "set", "with": {"name": "g_Na", "value": True}},
    {"do": "type", "with": {"name": "g_Na", "value": 100}}, {"do": "type", "with": {"name": "g_Na", "value": ""}},
    {"do": "type", "with": {"name": "g_Na", "value": "1e999"}}, {"do": "preset", "with": {"name": "TTY"}},
    {"do": "type", "with": {"name": "g_Na", "value": "x" * 99999}},
    {"do": "type", "with": {"name": "\ud800", "value": "\ud800"}},
    {"do": "preset", "with": {"name": None}}, {"do": "preset", "with": {"name": ["TTX"]}}, {"do": "preset"},
    {"do": "tick", "with": {"kind": "frozen", "gate": "Na.q", "on": True}},
    {"do": "tick", "with": {"kind": "reset", "gate": "Na.q", "on": True}},
    {"do": "tick", "with": {"kind": "frozen", "gate": "Na.q", "on": False}},
    {"do": "tick", "with": {"kind": "cell", "gate": "Na.h", "on": True}},
    {"do": "tick", "with": {"kind": "_replace", "gate": "Na.h", "on": True}},
    {"do": "tick", "with": {"kind": "frozen", "gate": "Na.h", "on": "yes"}},
    {"do": "tick", "with": {"kind": "frozen", "gate": ["Na.h"], "on": True}},
    {"do": "drop", "with": {"letter": "Z"}}, {"do": "drop", "with": {"letter": ["A"]}}, {"do": "drop"},
    {"do": "look", "with": {"cursor": nan}}, {"do": "look", "with": {"cursor": 1e999, "zoom": None}},
    {"do": "look", "with": {"cursor": "5"}}, {"do": "look", "with": {"cursor": 10**400}},
    {"do": "look", "with": {"cursor": 5, "zoom": "all"}}, {"do": "look", "with": {"cursor": 5, "zoom": []}},
    {"do": "look", "with": {"cursor": 5, "zoom": [1, 2, 3]}}, {"do": "look", "with": {"cursor": 5, "zoom": [1, nan]}},
    {"do": "look", "with": {"cursor": 5, "zoom": ["1", 2]}}, {"do": "look", "with": {"cursor": 5, "zoom": [None, 2]}},
    {"do": "look", "with": {"cursor": 5, "zoom": [1, 10**400]}}, {"do": "hold", "with": {"picture": "1"}},
    {"do": "hold", "with": {"picture": [1]}}, {"do": "hold", "with": {"picture": 0.5}}, {"do": "save"},
    {"do": "undo", "with": {"n": 3, "self": 4}, "n": nan}, {"do": "set", "n": {"a": nan}}, {"n": "\ud800"},
]  # fmt: skip


def on(bench):
    """What a student sees and has on the bench, but for what is said."""
    said = ("answered", "notice", "about", "picture")
    shown = {name: what for name, what in bench.shown.items() if name not in said}
    recordings = [rec.V.tobytes() for rec in (bench.recording, *bench.held.values())]
    return bench.state, recordings, bench.cursor, bench.zoom, shown, bench.points


def is_sendable(bench):
    """As the kernel writes messages."""
    for what in (bench.shown, bench.knobs, bench.fixed):
        json.dumps(what, ensure_ascii=False, allow_nan=False).encode()
    assert len(json.dumps(bench.shown)) < 20_000


def in_use():
    """A bench on which there is something to lose."""
    bench = hh.explore(
        hh.Squid(), hh.Step(20), ("voltage", "steady states"), presets=DRUGS, freeze=("n", "h"), t_stop=30
    )
    bench.hold()
    bench.press("TEA")
    bench._past.clear()
    bench.look(7.0, (5.0, 12.0))
    return bench


@pytest.fixture(scope="module")
def busy():
    return in_use()


@pytest.fixture(scope="module")
def shaken():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lab_bench, "LONG", inf)  # no previews
        yield in_use()


@pytest.mark.parametrize("message", STRANGE, ids=lambda message: repr(message)[:60])
def test_a_strange_message_changes_nothing(busy, message):
    before = on(busy)
    busy.hear(message)
    assert on(busy) == before
    assert len(busy.notice) < 400
    is_sendable(busy)


WORDS = st.sampled_from(["g_Na", "amplitude", "TTX", "neuron", "frozen", "reset", "K.n", "A", "data", "12", "nan", ""])
NUMBERS = st.integers(-3, 30) | st.floats()
ANYTHING = WORDS | NUMBERS | st.booleans() | st.none() | st.lists(NUMBERS | WORDS, max_size=3)
KIND = {str: WORDS, bool: st.booleans()}


def messages(what):
    """Messages with which something may be asked for, of the right kind or not."""
    told = {name: ANYTHING | KIND.get(kind, NUMBERS | st.none()) for name, kind in ASKED[what].items()}
    return st.fixed_dictionaries({"do": st.just(what), "with": st.fixed_dictionaries(told)})


@settings(max_examples=60, deadline=None)
@given(message=st.sampled_from([*ASKED]).flatmap(messages))
def test_any_message_leaves_a_picture_of_what_is_there(shaken, message):
    shaken.hear(message)
    assert np.array_equal(shaken._run.record(shaken.state).V, shaken.recording.V)
    is_sendable(shaken)


def test_every_act_is_known_to_the_bench(bench):
    assert set(bench._acts) == set(ASKED)


def test_an_error_in_code_of_one_s_own_is_raised_and_answered(bench, monkeypatch):
    """So that the browser goes on, and a notebook has what is to be mended in its log."""
    monkeypatch.setattr(lab_bench.Run, "record", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        bench.hear({"do": "set", "with": {"name": "g_Na", "value": 3}, "n": "x 7"})
    assert bench.shown["answered"] == "x 7"
    assert bench.cell == hh.Squid()


def test_a_preset_that_a_view_cannot_show_is_refused_in_a_sentence():
    bench = hh.explore(
        hh.Squid(), None, ("voltage", "steady states"), presets={"after": hh.AfterpotentialCell()}, t_stop=5
    )
    ask(bench, "preset", name="after")
    assert bench.cell == hh.Squid()
    assert "The bench stays as it was." in bench.notice


@pytest.mark.parametrize(
    ("act", "sentence"),
    [
        (
            lambda bench: bench.press("TTY"),
            "this bench has no preset TTY; did you mean TTX? The bench stays as it was.",
        ),
        (
            lambda bench: bench.tick("frozen", "q", True),
            "Squid has no gate q; it has Na.m, Na.h, K.n. The bench stays ",
        ),
        (lambda bench: bench.tick("held", "K.n", True), "this bench has no box held; it has frozen, reset. The bench "),
        (lambda bench: bench.look(nan), "cursor = nan ms is outside "),
        (lambda bench: bench.look("soon"), "cursor = 'soon' is not a number: give one from -1000000000 to 1000000000 ms. "),
        (lambda bench: bench.look(5, (1, inf)), "zoom = inf ms is outside "),
        (lambda bench: bench.look(5, 3), "zoom = 3 is not two moments: give the first and the last that are shown, in"),
    ],
)
def test_what_is_asked_for_with_code_is_refused_in_a_sentence(bench, act, sentence):
    before = on(bench)
    act(bench)
    assert bench.notice.startswith(sentence)
    assert on(bench) == before


# What is sent.


@pytest.fixture
def posted(bench, monkeypatch):
    """The messages of a bench to the browser: the names of its traits, and how many bytes."""
    messages = []

    def send(data=None, metadata=None, buffers=None):
        size = len(json.dumps(data)) + sum(len(each) for each in buffers or ())
        messages.append((sorted([*data["state"], *(path[0] for path in data["buffer_paths"])]), size))

    monkeypatch.setattr(bench.comm, "send", send)
    return messages


MOST_LOOKS = 10_000  # bytes of what is not a curve


def test_a_move_is_one_message_of_what_has_moved(bench, posted):
    curves = sum(stroke["n"] for panel in bench.shown["panels"] for stroke in panel["strokes"])
    for g_Na in (110, 100, 90):
        ask(bench, "set", name="g_Na", value=g_Na)
    assert [names for names, _ in posted] == [["points", "shown"]] * 3
    assert max(size for _, size in posted) < 4 * curves + MOST_LOOKS
    assert curves <= 7 * 3 * COLUMNS + 3 * 161


def test_the_cursor_sends_no_curves_again(bench, posted):
    bench._views.pop()
    ask(bench, "look", cursor=1, zoom=None)
    posted.clear()
    for moment in (5, 6, 7):
        ask(bench, "look", cursor=moment, zoom=None)
    assert [names for names, _ in posted] == [["shown"]] * 3
    assert max(size for _, size in posted) < MOST_LOOKS


def test_a_message_has_one_answer(bench, posted):
    for number, message in enumerate(STRANGE):
        if isinstance(message, dict):
            posted.clear()
            bench.hear(message | {"n": f"x {number}"})
            answers = [names for names, _ in posted if "shown" in names]
            assert len(answers) == 1
            assert bench.shown["answered"] == f"x {number}"


def test_a_long_recording_is_sent_in_as_many_points_as_the_screen_has():
    bench = hh.explore(hh.Squid(), hh.Step(20, 5, 5000), THREE)
    assert bench.recording.t.size > 100 * COLUMNS / 2
    assert all(stroke["n"] <= 3 * COLUMNS for panel in bench.shown["panels"] for stroke in panel["strokes"])


# A preview while a slider is dragged.


def test_a_preview_is_told_and_replaced(bench, monkeypatch):
    monkeypatch.setattr(lab_bench, "LONG", -1.0)
    ask(bench, "set", name="g_Na", value=100, coarse=True)
    exact = hh.simulate(hh.Squid(g_Na=100), hh.Step(20), 30)
    assert bench.shown["preview"]
    assert bench.recording.t.size < exact.t.size / 3
    assert np.interp(exact.t, bench.recording.t, bench.recording.V) == pytest.approx(exact.V, abs=3)
    ask(bench, "set", name="g_Na", value=100, coarse=False)
    assert not bench.shown["preview"]
    assert np.array_equal(bench.recording.V, exact.V)
    ask(bench, "undo")
    assert bench.cell == hh.Squid()


def points(bench):
    """How many points the first curve of the last panel has that is more than a line."""
    return max(stroke["n"] for stroke in bench.shown["panels"][-1]["strokes"])


def test_only_a_preview_of_the_two_pulse_curve_has_few_intervals(monkeypatch):
    monkeypatch.setattr(lab_bench, "LONG", 0.0)
    pair = hh.PulsePair(20, second=20, start=5, interval=12)
    bench = hh.explore(hh.Squid(), pair, ("voltage", "two-pulse curve"), knobs=("g_K",), t_stop=30)
    ask(bench, "set", name="g_K", value=35, coarse=False)
    exact = points(bench)
    ask(bench, "set", name="g_K", value=34, coarse=True)
    assert 2 < points(bench) < exact / 3
    ask(bench, "set", name="g_K", value=34, coarse=False)
    assert points(bench) == exact
    long_steps = hh.simulate(hh.Squid(g_K=34), pair, 30, dt=0.04)
    assert max(len(stroke.x) for stroke in VIEWS["two-pulse curve"].strokes([long_steps], [""], None)) == exact


def test_a_preview_of_hours_is_close(monkeypatch):
    monkeypatch.setattr(lab_bench, "LONG", 0.0)
    bench = hh.explore(hh.PumpCell(ouabain=0.9), None, "voltage", knobs=("ouabain",), t_stop=60 * 60_000)
    shown = []
    for coarse in (False, True):  # the exact answer first, as it says that this knob takes long
        ask(bench, "set", name="ouabain", value=0.8, coarse=coarse)
        shown.append(bench.recording.V)
    assert bench.shown["preview"]
    assert 0 < np.abs(shown[0] - shown[1]).max() < 0.01


def test_who_holds_a_preview_holds_what_it_is_of(bench, monkeypatch):
    monkeypatch.setattr(lab_bench, "LONG", -1.0)
    ask(bench, "set", name="g_Na", value=100, coarse=True)
    screen = bench.shown["picture"]
    ask(bench, "set", name="g_Na", value=100, coarse=False)
    ask(bench, "hold", picture=screen)
    assert np.array_equal(bench.held["A"].V, bench.recording.V)
