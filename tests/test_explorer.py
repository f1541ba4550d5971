"""The bench, driven by its traits. The same in a real browser is in test_browser."""

import io
import warnings

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

import hhlab as hh

KNOBS = ("g_Na", "g_K", "g_L", "E_Na", "E_K", "E_L", "C", "T", "amplitude", "start", "duration")
DRUGS = {"TTX": {"g_Na": 0}, "warm": {"T": 18.5}}


@pytest.fixture
def bench():
    return hh.explore(
        hh.Squid(),
        hh.Step(20),
        ("voltage", "currents", "gates"),
        knobs=KNOBS,
        presets=DRUGS,
        freeze=("n", "h"),
        t_stop=30,
    )


def picture_belongs_to_the_knobs(bench):
    """What the knobs show, simulated anew, is what the picture and its text show."""
    values = {name: knob.field.value for name, knob in bench.knobs.items()}
    cell = bench.cell.replace(**{name: value for name, value in values.items() if name in bench.cell.parameters()})
    stimulus = bench.protocol.replace(**{name: values[name] for name in values if name in bench.protocol.parameters()})
    held = [name for name, box in bench.boxes.items() if box.value]
    rec = hh.simulate(cell, stimulus, max(30, stimulus.end + 5), freeze=held)
    assert np.array_equal(rec.V, bench.recording.V)
    assert bench.picture.value == bench.live.png
    for knob in bench.knobs.values():
        assert abs(knob.slider.value - knob.field.value) <= knob.slider.step


def test_knobs_come_from_the_declarations(bench):
    knob = bench.knobs["g_Na"]
    assert (knob.slider.min, knob.slider.max) == hh.Squid.g_Na.span
    assert knob.children[-1].value == "mS/cm²"
    assert "sodium" in knob.slider.tooltip
    assert bench.knobs["T"].field.value == 6.3


def test_each_slider_to_both_ends(bench):
    for knob in bench.knobs.values():
        for end in (knob.slider.min, knob.slider.max):
            knob.slider.value = end
            assert knob.field.value == pytest.approx(end, abs=1e-8) or bench.notice.value
            picture_belongs_to_the_knobs(bench)


MOVES = st.one_of(
    st.tuples(st.just("slide"), st.sampled_from(KNOBS), st.floats(0, 1)),
    st.tuples(
        st.just("type"), st.sampled_from(KNOBS),
        st.sampled_from([float("nan"), float("inf"), -1e99, 1e99, 0.0, 1e-9, -77.7]) | st.floats(-300, 300),
    ),
    st.tuples(st.just("press"), st.sampled_from(["TTX", "warm", "Reset"])),
    st.tuples(st.just("hold"), st.sampled_from(["K.n", "Na.h"]), st.booleans()),
)  # fmt: skip


def move(bench, kind, name, value=None):
    if kind == "slide":
        slider = bench.knobs[name].slider
        slider.value = slider.min + round(value * (slider.max - slider.min) / slider.step) * slider.step
    elif kind == "type":
        bench.knobs[name].field.value = value
    elif kind == "press":
        bench.buttons[name].click()
    else:
        bench.boxes[name].value = value


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=st.lists(MOVES, max_size=15))
def test_any_moves_in_any_order(bench, moves):
    for each in moves:
        move(bench, *each)
        picture_belongs_to_the_knobs(bench)
    bench.reset()
    assert (bench.cell, bench.protocol, bench.frozen) == (hh.Squid(), hh.Step(20), frozenset())


@pytest.mark.slow
def test_five_hundred_moves(bench):
    random = np.random.default_rng(1952)
    for _ in range(500):
        name = KNOBS[random.integers(len(KNOBS))]
        kind = ("slide", "type", "press", "hold")[random.choice(4, p=(0.6, 0.25, 0.1, 0.05))]
        if kind in ("slide", "type"):
            move(bench, kind, name, random.random() * (1 if kind == "slide" else 10.0 ** random.integers(-3, 5)))
        elif kind == "press":
            move(bench, kind, ("TTX", "warm", "Reset")[random.integers(3)])
        else:
            move(bench, kind, ("K.n", "Na.h")[random.integers(2)], bool(random.integers(2)))
        picture_belongs_to_the_knobs(bench)


@pytest.mark.parametrize("typed", [float("nan"), float("inf"), -1e99, 5000])
def test_what_cannot_be_is_refused_in_a_sentence(bench, typed):
    before = bench.picture.value
    bench.knobs["g_Na"].field.value = typed
    assert f"g_Na = {typed:g} mS/cm2 is outside 0 to 1000 mS/cm2. The bench stays as it was." in bench.notice.value
    assert bench.knobs["g_Na"].field.value == 120
    assert bench.picture.value == before
    bench.knobs["g_Na"].field.value = 100
    assert bench.notice.value == ""


def test_a_membrane_that_runs_away_leaves_the_bench_as_it_was(bench):
    bench.knobs["amplitude"].field.value = -60000
    assert "left +-500 mV" in bench.notice.value
    assert bench.protocol == hh.Step(20)
    picture_belongs_to_the_knobs(bench)


def test_typing_beyond_the_slider_makes_it_longer(bench):
    bench.knobs["g_Na"].field.value = 900
    assert bench.cell.g_Na == 900
    assert bench.knobs["g_Na"].slider.max >= 899


def test_a_stimulus_that_leaves_the_picture_lengthens_it(bench):
    bench.set(start=45)
    assert bench.recording.t[-1] >= 50
    assert "1 spike" in bench.text.value


def test_names_may_be_given_alone():
    single = hh.explore(hh.Squid(), hh.Step(20), "voltage", knobs="g_Na", freeze="K.n")
    assert (list(single.knobs), list(single.boxes)) == (["g_Na"], ["K.n"])


def test_text_follows_the_picture(bench):
    assert "1 spike" in bench.text.value
    bench.buttons["TTX"].click()
    assert "No spike" in bench.text.value
    bench.boxes["K.n"].value = True
    picture_belongs_to_the_knobs(bench)


def test_the_page_keeps_a_picture_without_a_kernel(bench):
    bundle = bench._repr_mimebundle_()
    assert bundle["image/png"] == bench.picture.value
    assert "1 spike" in bundle["text/plain"]
    assert "application/vnd.jupyter.widget-view+json" in bundle


def test_only_curves_are_drawn_again_and_the_picture_is_the_same(bench):
    """The quick picture differs from a full drawing only by rounding of colours."""
    bench.set(g_K=30)
    quick = np.asarray(Image.open(io.BytesIO(bench.live.png)).convert("RGB"), int)
    panels = bench.live.panels
    for _, line in bench.live._curves:
        line.set_animated(False)
    panels.canvas.draw()
    full = np.asarray(panels.canvas.buffer_rgba(), int)[..., :3]
    assert np.mean(np.abs(quick - full).max(axis=2) > 60) < 0.002


def test_no_warning_from_a_bench():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        hh.explore(hh.Squid(), hh.Step(20), knobs=("g_Na",))


def test_no_pyplot_and_one_figure(bench):
    import sys

    assert "matplotlib.pyplot" not in sys.modules
    figure = bench.live.panels.figure
    bench.set(g_K=20)
    assert bench.live.panels.figure is figure
