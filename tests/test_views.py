"""What the views show: the curves of the gates, driving forces, the membrane; and how panels put them on paper."""

import dataclasses
import io
import re
import warnings

import numpy as np
import pytest
import sent
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.font_manager import fontManager
from matplotlib.image import imread
from matplotlib.text import Text
from numpy.testing import assert_allclose

import hhlab as hh
from hhlab import cells, plots
from hhlab.cells import Cell
from hhlab.lab.drawing import RANGE, Drawing
from hhlab.plots import plot
from hhlab.views import DARK, INK, in_words, moment_in_words, ordered, seen_by
from hhlab.views import VIEWS as EVERY_VIEW
from hhlab.views.view import OF_HELD, V_AXIS, at, colour_of, roomy

MINE = hh.Channel(
    "A", 5, -77, hh.Gate("s", inf=lambda V: 1 / (1 + np.exp(-V / 9)), tau=lambda V: 5 + 0 * V, q10=2, T_ref=20)
)
CELLS = {"6.3": hh.Squid(), "18.5": hh.Squid(T=18.5), "own": hh.Squid(T=18.5).plus(MINE)}
VIEWS = {name: view for name, view in EVERY_VIEW.items() if not view.along}
ALONG = [name for name in EVERY_VIEW if name not in VIEWS]
AGAINST_TIME = [name for name, view in VIEWS.items() if view.against_time]
CURVES = [name for name in AGAINST_TIME if name != "currentscape"]
STATES = [name for name in VIEWS if name not in AGAINST_TIME]


class Leaky(Cell):
    """A membrane with nothing but a leak."""

    dt = 0.01

    def _own_channels(self):
        return (hh.Channel("L", 0.3, -65.0),)


AXON = hh.propagate(hh.Axon(), hh.Step(1000, 0.5, 0.2), electrodes=(1, 4))
THIN_AXON = hh.propagate(hh.Axon(diameter=200), hh.Step(1000, 0.5, 0.2), electrodes=(1, 4))
HOUR = 3_600_000  # ms
SPIKE = hh.simulate(hh.Squid(), hh.Step(20), 20)
OTHER = hh.simulate(hh.Squid(g_K=20), hh.Step(20), 30)
WILD = {
    "no stimulus": hh.simulate(hh.Squid(), None, 5),
    "driven up": hh.simulate(hh.Squid(), hh.Step(5000, 1, 5), 10),
    "driven down": hh.simulate(hh.Squid(E_K=-200), hh.Step(-100, 1, 9), 10),
    "hot": hh.simulate(hh.Squid(T=40, g_Na=1000), hh.Shock(90), 5),
    "only a leak": hh.simulate(Leaky(), hh.Step(1), 10),
    "nothing at all": hh.simulate(Leaky().replace(C=0.01).plus(hh.Channel("Q", 0, 0)), None, 3),
    "own": hh.simulate(CELLS["own"], hh.Step(20, 2, 9), 20),
    "a place of an axon": AXON.at(1),
}
MOMENTS = [0.0, 5.2, 7.123, 8.0, 20.0]


def strokes(name, *recordings, cursor=None, labels=("now", "A")):
    return VIEWS[name].strokes(recordings, labels, cursor)


def curves(name, *recordings, cursor=None):
    """The strokes that are neither a dot nor the line of the cursor."""
    return [s for s in strokes(name, *recordings, cursor=cursor) if not s.dot and np.abs(s.y).max() < 1e8]


@pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS)
def test_curves_of_the_gates_are_their_own_functions(cell):
    rec = hh.simulate(cell, t_stop=1)
    states, times = curves("steady states", rec), curves("time constants", rec)
    assert [s.name for s in states] == [s.name for s in times] == list(cell.gate_names)
    for gate, inf, tau in zip(cell.gates, states, times, strict=True):
        assert np.array_equal(inf.x, V_AXIS)
        assert inf.y == pytest.approx(gate.steady_state(V_AXIS), rel=1e-12)
        assert tau.y == pytest.approx(gate.time_constant(V_AXIS, cell.T), rel=1e-12)


@pytest.mark.parametrize(("T", "tau"), [(6.3, 5.4586), (18.5, 5.4586 / 3**1.22)])
def test_curves_of_n_at_rest_have_the_values_of_the_paper(T, tau):
    rec = hh.simulate(hh.Squid(T=T), t_stop=1)
    assert np.interp(-65, V_AXIS, curves("steady states", rec)[2].y) == pytest.approx(0.31768, rel=1e-4)
    assert np.interp(-65, V_AXIS, curves("time constants", rec)[2].y) == pytest.approx(tau, rel=1e-4)


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("name", ["steady states", "time constants"])
def test_dots_of_gates_lie_on_their_curves_at_the_present_V(name, moment):
    lines, dots = [[s for s in strokes(name, SPIKE, cursor=moment) if s.dot is dot] for dot in (False, True)]
    for line, dot in zip(lines, dots, strict=True):
        assert dot.x == pytest.approx(np.interp(moment, SPIKE.t, SPIKE.V))
        assert dot.y == pytest.approx(np.interp(dot.x, line.x, line.y), abs=0.01)
        assert dot.colour == line.colour


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("name", CURVES)
def test_dots_against_time_lie_on_their_curves(name, moment):
    lines = [line for line in curves(name, SPIKE) if line.alpha == 1]  # not what is in the background
    dots = [s for s in strokes(name, SPIKE, cursor=moment) if s.dot]
    assert len(dots) == len(lines)
    for line, dot in zip(lines, dots, strict=True):
        assert dot.x.tolist() == [moment]
        assert dot.y == pytest.approx(np.interp(moment, line.x, line.y), abs=1e-9)
    (cursor,) = [s for s in strokes(name, SPIKE, cursor=moment) if np.abs(s.y).max() > 1e8]
    assert cursor.x.tolist() == [moment, moment]


def test_the_dot_of_the_phase_plane_goes_along_the_loop():
    (loop,) = curves("phase plane", SPIKE)
    assert loop.y == pytest.approx(np.gradient(SPIKE.V, SPIKE.t))
    for moment in MOMENTS:
        (dot,) = [s for s in strokes("phase plane", SPIKE, cursor=moment) if s.dot]
        assert dot.x == pytest.approx(np.interp(moment, SPIKE.t, loop.x))
        assert dot.y == pytest.approx(np.interp(moment, SPIKE.t, loop.y))


@pytest.mark.parametrize("C", [0.5, 1, 2])
@pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS)
def test_attribution_sums_to_the_slope_of_V(cell, C):
    rec = hh.simulate(cell.replace(C=C), hh.Step(40, 5, 3), 20, dt=0.001)
    parts = hh.measure.attribution(rec)
    assert list(parts) == [*rec.I, "stimulus"]
    assert_allclose(parts["Na"], -rec.I["Na"] / C, rtol=1e-6)
    slope = np.gradient(rec.V, rec.t)
    smooth = np.abs(rec.t[:, None] - [5, 8]).min(axis=1) > 0.002
    assert np.abs(sum(parts.values()) - slope)[smooth].max() < 0.002 * np.abs(slope).max()
    assert slope.max() > 50


AFTER = hh.simulate(hh.AfterpotentialCell(), hh.Step(11.5, 5, 1), 100)


@pytest.mark.parametrize("rec", [SPIKE, AFTER, WILD["own"]], ids=["squid", "calcium", "own"])
@pytest.mark.parametrize("sign", [1, -1])
def test_bands_of_the_currentscape_are_shares_of_what_flows(rec, sign):
    names, bands = [*rec.I, "stimulus"], strokes("currentscape", rec)
    ours = bands[: len(names)] if sign > 0 else bands[len(names) :]
    n = ours[0].x.size // 2
    t, heights = ours[0].x[:n], {name: s.y[n:][::-1] - s.y[:n] for name, s in zip(names, ours, strict=True)}
    currents = {name: np.interp(t, rec.t, each) for name, each in {**rec.I, "stimulus": -rec.stimulus}.items()}
    flows = sum(np.maximum(sign * current, 0) for current in currents.values())
    assert sum(heights.values())[flows > 0] == pytest.approx(sign * 100)
    for name, height in heights.items():
        share = np.maximum(sign * currents[name], 0) / np.where(flows > 0, flows, 1)
        assert height == pytest.approx(sign * 100 * share, abs=1e-6)


def test_calcium_is_shown_in_micromolar():
    inside, domain = curves("calcium", AFTER)
    assert inside.y.max() == pytest.approx(0.396, abs=0.002)
    assert domain.y.max() == pytest.approx(1e3 * AFTER.conc["Ca_domain"].max())
    assert "Ca_in 0.39" in moment_in_words(AFTER, 19)
    assert "µM" in moment_in_words(AFTER, 19)
    assert strokes("calcium", SPIKE) == []


def test_legends_do_not_run_into_each_other():
    drawn = plot(AFTER, "voltage", "currentscape", "calcium")
    drawn.canvas.draw()
    boxes = [axes.get_legend().get_window_extent() for axes in drawn.axes if axes.get_legend()]
    assert len(boxes) == 2
    assert boxes[0].y0 >= boxes[1].y1 - 1


def test_attribution_wants_a_recording():
    with pytest.raises(ValueError, match="is not a recording: give what simulate returned"):
        hh.measure.attribution(hh.Squid())


@pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS)
def test_driving_forces_are_distances_from_the_reversal_potentials(cell):
    rec = hh.simulate(cell, hh.Shock(15), 5)
    shown = {s.name: s.y for s in curves("driving forces", rec)}
    assert list(shown) == [channel.name for channel in cell.channels]
    for channel in cell.channels:
        assert np.array_equal(shown[channel.name], rec.V - channel.E)


@pytest.mark.parametrize("cursor", [None, 2.5])
@pytest.mark.parametrize("name", VIEWS)
@pytest.mark.parametrize("rec", WILD.values(), ids=WILD)
def test_limits_hold_all_curves(rec, name, cursor):
    recordings = [rec, SPIKE]
    drawn = curves(name, *recordings, cursor=cursor)
    limits = VIEWS[name].limits(recordings, strokes(name, *recordings, cursor=cursor))
    for stroke in drawn:
        for values, (low, high) in zip((stroke.x, stroke.y), limits, strict=True):
            assert low <= values.min() <= values.max() <= high
    assert np.ptp(limits, axis=1).min() > 0


@pytest.mark.parametrize("name", VIEWS)
def test_limits_seldom_change(name):
    recordings = [hh.simulate(hh.Squid(g_K=g_K), hh.Step(20), 20) for g_K in (33, 36, 39)]
    assert len({VIEWS[name].limits([rec], strokes(name, rec)) for rec in recordings}) == 1


@given(st.floats(1e-6, 1e9), st.floats(0.1, 1e6))
def test_roomy(extreme, usual):
    room = roomy(extreme, usual)
    assert max(extreme, usual) <= room
    assert room == usual or room <= extreme * 1.7


@pytest.mark.parametrize("cursor", [None, 3.0])
@pytest.mark.parametrize("rec", WILD.values(), ids=WILD)
def test_every_view_shows_every_recording(rec, cursor):
    drawing = Drawing(ordered(list(VIEWS)), [rec, SPIKE], ("now", "A"), cursor, None)
    assert len(np.frombuffer(drawing.data, "<i2")) > 100
    assert [panel["name"] for panel in drawing.panels] == AGAINST_TIME + STATES
    assert len(plot({"now": rec, "A": SPIKE}, *VIEWS, at=cursor).axes) == len(VIEWS)


LONG = hh.simulate(hh.Squid(), hh.Step(20, 5, 290), 300)
RECORDED = {"spike": ([SPIKE, OTHER], VIEWS), "long": ([LONG, SPIKE], VIEWS), "axon": ([AXON, THIN_AXON], ALONG)}


@pytest.mark.parametrize("cursor", [None, 2.5])
@pytest.mark.parametrize(("of", "name"), [(of, name) for of, (_, names) in RECORDED.items() for name in names])
def test_the_points_that_are_sent_agree_with_the_recording(of, name, cursor):
    """Each within half a step of its 16 bits; a curve with more points than the screen by its reach in each column."""
    view, (recordings, _) = EVERY_VIEW[name], RECORDED[of]
    drawing = Drawing([view], recordings, ("now", "A"), cursor, None)
    (panel,), (drawn,) = drawing.panels, sent.strokes(drawing.panels, drawing.data)
    seen = [seen_by(view, rec) for rec in recordings]
    strokes = [] if view.living else view.strokes(seen, ("now", "A"), None if view.against_time else cursor)
    assert (panel["x"], panel["y"]) == view.limits(seen, strokes)
    x_step, y_step = (0.5001 * np.ptp(panel[side]) / RANGE for side in "xy")
    for stroke, (_, x, y) in zip(strokes, drawn, strict=True):
        inside = np.abs(stroke.y) < 1e8
        if len(x) == len(stroke.x):
            assert np.abs(x - stroke.x)[inside] == pytest.approx(0, abs=x_step)
            assert np.abs(y - stroke.y)[inside] == pytest.approx(0, abs=y_step)
        else:
            assert stroke.thin
            assert sent.look_alike((x, y), (stroke.x, stroke.y), panel["x"], 2 * y_step)
            assert (y.min(), y.max()) == pytest.approx((stroke.y.min(), stroke.y.max()), abs=3 * y_step)
            assert x[[0, -1]] == pytest.approx(stroke.x[[0, -1]], abs=stroke.x[-1] / 1000)


def test_panels_against_time_are_above_the_others():
    picture = plot(SPIKE, "membrane", "gates", "phase plane", "voltage")
    names = ["gates", "voltage", "membrane", "phase plane"]
    assert [panel.view.name for panel in picture.panels] == names
    assert [panel["name"] for panel in Drawing(ordered(names[::-1]), [SPIKE], [""], None, None).panels] == [
        "voltage", "gates", "phase plane", "membrane",
    ]  # fmt: skip
    tops = [axes.get_position().y1 for axes in picture.axes]
    assert tops[0] > tops[1] > tops[2] == tops[3]


def pixels(png):
    return np.rint(255 * imread(io.BytesIO(png))[..., :3]).astype(int)


def coloured(png, colour, tolerance=12):
    """How many pixels of a picture have a colour."""
    wanted = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    return int((np.abs(pixels(png) - wanted).max(axis=2) <= tolerance).sum())


@pytest.mark.parametrize("name", ["voltage", "currents", "gates", "phase plane"])
def test_held_strokes_are_told_from_those_of_now(name):
    (alone,) = Drawing([VIEWS[name]], [SPIKE], [""], None, None).panels
    (both,) = Drawing([VIEWS[name]], [SPIKE, OTHER], ("", ""), None, None).panels
    assert not any(stroke["held"] for stroke in alone["strokes"])
    held = [stroke for stroke in both["strokes"] if stroke["held"]]
    assert len(held) == len(alone["strokes"]) == len(curves(name, SPIKE))
    assert len(both["strokes"]) == 2 * len(held)
    assert both["strokes"][: len(held)] == held
    assert {stroke["colour"] for stroke in held} == {OF_HELD[0]}


def test_each_held_trace_has_its_colour():
    alone, one, two = (
        plot({"now": SPIKE, **held}).png for held in ({}, {"": OTHER}, {"": SPIKE, " ": OTHER})
    )  # fmt: skip
    assert coloured(alone, OF_HELD[0]) == 0
    assert coloured(one, OF_HELD[0]) > 100
    assert coloured(two, OF_HELD[1]) > 100


def shining(colour):
    """The luminance of a colour, as WCAG defines it."""
    parts = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4) @ (0.2126, 0.7152, 0.0722)


def contrast(colour, paper):
    low, high = sorted((shining(colour), shining(paper)))
    return (high + 0.05) / (low + 0.05)


LEAST_CONTRAST = 2.0


@pytest.mark.parametrize("name", EVERY_VIEW)
def test_every_colour_stands_out_from_a_light_and_a_dark_ground(name):
    several = [SPIKE] if name == "two-pulse curve" else [SPIKE, IN_SQUID, AFTER][: 2 if name in STATES else 3]
    each = [AXON] if EVERY_VIEW[name].along else several
    shown = [stroke for rec in each for stroke in EVERY_VIEW[name].strokes([rec], ("",), 2.0)]
    colours = {*OF_HELD, *(stroke.colour for stroke in shown)} - {"#FFFFFF"}
    for colour in colours:
        assert contrast(colour, "#FFFFFF") > LEAST_CONTRAST
        assert contrast(DARK.get(colour, colour), "#111111") > LEAST_CONTRAST


def test_every_word_of_a_picture_has_ink():
    for axes in plot({"now": SPIKE, "A": OTHER}, *VIEWS).axes:
        words = [*axes.texts, axes.xaxis.label, axes.yaxis.label, *axes.get_xticklabels(), *axes.get_yticklabels()]
        words += axes.get_legend().get_texts() if axes.get_legend() else []
        assert {text.get_color() for text in words} == {INK}


def clipped(figure):
    """How far anything on a figure reaches beyond its edges, in pixels."""
    figure.canvas.draw()
    box, paper = figure.get_tightbbox(figure.canvas.get_renderer()), figure.get_size_inches()
    return 100 * max(-box.x0, -box.y0, box.x1 - paper[0], box.y1 - paper[1])


@pytest.mark.parametrize("label", ["W" * 20, "tetraethylammonium 5", "i" * 20, "a\n" + "m" * 18])
@pytest.mark.parametrize("views", [("voltage",), ("voltage", "currents", "gates"), ("gates", "voltage", "phase plane")])
def test_a_label_of_twenty_letters_is_not_clipped(label, views):
    picture = plot({"control": SPIKE, label: OTHER}, *views)
    assert clipped(picture.figure) <= 0
    legends = [(a.get_legend(), a) for a in picture.figure.axes if a.get_legend()]
    ((legend, axes),) = [each for each in legends if label in [text.get_text() for text in each[0].get_texts()]]
    assert legend.get_window_extent().x0 >= axes.get_window_extent().x1


MANY = ("voltage", "stimulus", "currents", "conductances", "gates", "driving forces", "attribution", "steady states",
        "time constants", "phase plane", "membrane")  # fmt: skip
OF_IONS = ("ions", "potentials", "V against K outside")
POISONED = hh.simulate(hh.PumpCell(ouabain=1), None, 1000)
IN_SQUID = hh.simulate(hh.SquidWithPumps(), hh.Shock(15), 20)


@pytest.mark.parametrize("views", [*((name,) for name in ALONG), ALONG, ("space and time", "gates", "membrane")])
def test_nothing_of_an_axon_is_clipped(views):
    assert clipped(plot({"now": AXON, "A": THIN_AXON}, *views, at=2.0).figure) <= 0


@pytest.mark.parametrize("name", ALONG)
@pytest.mark.parametrize("cursor", [None, 0.0, 2.0])
def test_limits_hold_all_curves_of_an_axon(name, cursor):
    shown = EVERY_VIEW[name].strokes([AXON, THIN_AXON], ("now", "A"), cursor)
    limits = EVERY_VIEW[name].limits([AXON, THIN_AXON], shown)
    for stroke in (s for s in shown if np.abs(s.y).max() < 1e8):
        for values, (low, high) in zip((stroke.x, stroke.y), limits, strict=True):
            assert low <= values.min() <= values.max() <= high


@pytest.mark.parametrize("views", [*((name,) for name in VIEWS), MANY, ("voltage", "membrane")])
def test_nothing_is_clipped(views):
    assert clipped(plot({"now": SPIKE, "A": OTHER}, *views, at=7.0).figure) <= 0


@pytest.mark.parametrize("views", [("concentrations", "reversal potentials", *OF_IONS), *((name,) for name in OF_IONS)])
def test_nothing_is_clipped_where_ions_move(views):
    assert clipped(plot({"now": POISONED, "A": IN_SQUID}, *views, at=7.0).figure) <= 0


def test_a_picture_of_one_moment():
    picture = plot(SPIKE, "voltage", "currents", "steady states", at=7)
    voltage, currents, states = picture.figure.axes
    assert [line.get_xdata().tolist() for line in voltage.lines[1:]] == [[7, 7], [7]]
    assert len(currents.lines) == 3 + 1 + 3
    assert [line.get_marker() for line in states.lines] == ["None"] * 3 + ["o"] * 3
    assert len(plot(SPIKE, "voltage").figure.axes[0].lines) == 1


@pytest.mark.parametrize("moment", [-1, 20.5, np.nan, "now", np.inf])
def test_a_moment_that_is_not_in_the_picture(moment):
    with pytest.raises(
        ValueError,
        match=r"^at = .* (is outside 0 to 20 ms: give a value in this range|is not a "
        r"number: give one from 0 to 20 ms)$",
    ):
        plot(SPIKE, at=moment)


@pytest.mark.parametrize("moment", [0.0, 0.0149, 7.1234, 20.0, 25.0])
def test_a_trace_at_a_moment(moment):
    assert at(SPIKE, SPIKE.V, moment) == pytest.approx(np.interp(moment, SPIKE.t, SPIKE.V), abs=1e-9)


def test_a_moment_in_words():
    words = moment_in_words(SPIKE, 6.5)
    number = r"([+−]?[\d.]+)"
    V, m, h, n = re.match(
        rf"At 6\.50 ms, V is {number} mV\. "
        rf"The open shares of the gates are Na\.m {number}, Na\.h {number}, K\.n {number}\.",
        words,
    ).groups()
    assert V.replace("−", "-") == f"{np.interp(6.5, SPIKE.t, SPIKE.V):.1f}"
    assert [m, h, n] == [f"{np.interp(6.5, SPIKE.t, gate):.3f}" for gate in SPIKE.gate.values()]
    slope, moved = re.search(rf"V changes by {number} mV/ms, the sum of these \(in mV/ms\): (.*)\.", words).groups()
    parts = [float(part.replace("−", "-")) for part in re.findall(r"[+−][\d.]+", moved)]
    assert sum(parts) == pytest.approx(float(slope.replace("−", "-")), abs=0.3)
    assert sorted(parts, key=abs, reverse=True) == parts


@pytest.mark.parametrize(
    ("cell", "length", "moment", "words"),
    [
        (
            hh.BetaCell(),
            40_000,
            20_000,
            r"At 20\.00 s, V is −61\.7 mV\. .* −49\.\d mV/s, the sum of these \(in mV/ms\): KCa −0\.46, Ca .*",
        ),
        (hh.SinoatrialNode(), 2000, 300, r"At 300\.00 ms, .* V changes by \+0\.07 mV/ms, .* K −0\.5\d, s \+0\.39, .*"),
        (hh.PumpCell(ouabain=1), HOUR, 60_000, r"At 1\.00 min, .* −0\.3 mV/min, .* \(in mV/ms\): Na \+1\.37, K .*"),
        (hh.PumpCell(ouabain=1), HOUR, 0, r"At 0\.00 min, .* V changes by \+0\.50 mV/ms, .*: Na \+1\.50, K −1\.00\."),
        (hh.PumpCell(), 20, 10, r"At 10\.00 ms, .* V hardly changes, because these cancel out .*: Na \+1\.50, .*"),
        (hh.GoldmanCell(P_Na=0, P_Cl=0), 20, 10, r"At 10\.00 ms, .* No current changes V by as much as 0\.01 mV/ms\."),
    ],
)
def test_a_moment_of_a_slow_cell(cell, length, moment, words):
    assert re.fullmatch(words, moment_in_words(hh.simulate(cell, None, length), moment))


ONE_SPIKE = (
    r"There is 1 spike at 6\.\d\d ms: its peak is 39\.\d mV, its half-width is 1\.\d\d ms, and V then falls to "
    r"−76\.\d mV at 9\.\d\d ms\."
)
SPIKES = (
    r"There are 4 spikes from 2\.\d\d ms to \d\d\.\d\d ms\. The last interval between spikes is \d\d\.\d\d ms, a rate "
    r"of \d\d Hz\. The highest peak is 4\d\.\d mV; the first spike has a half-width of 1\.\d\d ms, and the lowest V "
    r"after it is −7\d\.\d mV\."
)
NO_SPIKE = r"There is no spike above 0 mV\. V stays at −65\.0 mV\."
TRAIN = hh.simulate(hh.Squid(), hh.Step(20, 1, 40), 42)


@pytest.mark.parametrize(("rec", "words"), [(WILD["no stimulus"], NO_SPIKE), (SPIKE, ONE_SPIKE), (TRAIN, SPIKES)])
def test_recordings_in_words(rec, words):
    assert re.fullmatch(words, in_words(rec))


@pytest.mark.parametrize(
    ("cell", "length", "words"),
    [
        (
            hh.SinoatrialNode(),
            2000,
            r"There are 6 spikes from 160\.\d\d ms to .* The last interval .* is 340\.\d\d ms, a rate of 176 a .*",
        ),
        (hh.BetaCell(), 40_000, r"There are 76 spikes from 0\.35 s to .* They come in 3 bursts; .* 14\.26 s .*"),
        (hh.BetaCell(g_Ca=0), 1000, r"There is no spike above −40 mV\. V falls from −65\.0 mV to −75\.0 mV at .*"),
    ],
)
def test_rhythms_in_words(cell, length, words):
    assert re.fullmatch(words, in_words(hh.simulate(cell, None, length)))


@pytest.mark.parametrize("name", sorted({*cells.__all__} - {"Cell", "IonicCell", "gallery"}))
def test_the_channels_of_a_cell_differ_in_colour(name):
    """And what one ion carries has one colour in all cells: sodium red, potassium blue, calcium yellow."""
    names = [channel.name for channel in getattr(cells, name)().channels]
    colours = [colour_of(name, place) for place, name in enumerate(names)]
    assert len({*colours}) == len(names)
    own = {"Na": "#D55E00", "K": "#0072B2", "Ca": "#E69F00", "s": "#E69F00", "T": "#E69F00"}
    assert all(colour == own.get(name, colour) for name, colour in zip(names, colours, strict=True))


def test_calcium_and_release_are_shown_where_they_are_followed():
    """In uM, at the mouth of channels and below the membrane; nothing where a cell knows no calcium."""
    rec = hh.simulate(hh.AfterpotentialCell(), hh.Step(20, 1, 1), 8)
    both, below, release = (VIEWS[name].traces(rec) for name in ("calcium", "calcium below the membrane", "release"))
    assert (list(both), list(below)) == (["Ca_in", "Ca_domain"], ["Ca_in"])
    assert below["Ca_in"] == pytest.approx(1e3 * rec.conc["Ca_in"])
    assert release["release"].max() == pytest.approx(100 * hh.measure.release(rec).max())
    assert not any(VIEWS[name].traces(SPIKE) for name in ("calcium", "calcium below the membrane", "release"))


def test_small_currents_have_an_axis_of_their_own():
    rec = hh.simulate(hh.SinoatrialNode(), None, 1000)
    (_, _), (low, high) = VIEWS["currents"].limits([rec], strokes("currents", rec))
    assert -10 < low < -5 < 1 < high < 5


def test_the_help_names_every_view():
    assert all(f'"{name}"' in plot.__doc__ for name in EVERY_VIEW)


@pytest.mark.parametrize(("T", "told"), [(6.3, False), (18.5, False), (26, True), (33, True)])
def test_heat_is_explained(T, told):
    for cell in (hh.Squid(T=T), hh.SquidWithPumps(T=T)):
        words = in_words(hh.simulate(cell, hh.Shock(15), 10))
        assert ("near 32 °C its peak no longer passes 0 mV" in words) == told


def test_what_is_said_of_heat_is_so():
    """After a shock of 15 mV the overshoot goes at 31.7 degC."""
    tops = [hh.measure.peak(hh.simulate(hh.Squid(T=T), hh.Shock(15), 10))[0] for T in (31.5, 31.9)]
    assert tops[0] > 0 > tops[1]


@pytest.mark.parametrize("found", [True, False])
def test_in_chinese_a_picture_has_chinese_letters_or_english_words_and_warns_of_nothing(found, monkeypatch):
    """Where this machine has no Chinese font, a copy of Matplotlib's own has the name of one; its letters are boxes."""
    real = [font for font in fontManager.ttflist if font.name in plots.CHINESE]
    own = next(font for font in fontManager.ttflist if font.name == "DejaVu Sans")
    chinese = (real or [dataclasses.replace(own, name=plots.CHINESE[-1])]) if found else []
    others = [font for font in fontManager.ttflist if font not in real]
    monkeypatch.setattr(fontManager, "ttflist", [*others, *chinese])
    monkeypatch.setenv("HHLAB_LANG", "zh")
    drawn = plot({"now": SPIKE, "A": OTHER}, "membrane", "gates", "voltage")
    said = {text.get_text() for text in drawn.figure.findobj(Text)}
    assert any(re.search("[\u4e00-\u9fff]", each) for each in said) is found
    assert ("outside" in said) is not found
    assert len(drawn.axes[0].yaxis.label.get_fontfamily()) == 1 + found
    if real or not found:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert drawn.png[:4] == b"\x89PNG"
