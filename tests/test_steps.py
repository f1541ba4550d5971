"""The first minute: things to do that are judged from the recording and stay done, and hints that point."""

import pytest

import hhlab as hh
from hhlab.lab import log_file
from hhlab.lab.steps import HERE
from hhlab.texts import TextFiles

ALL = ["fire", "twice", "stop"]
TEXTS = TextFiles(HERE / "steps.toml")


pytestmark = pytest.mark.usefixtures("thrown_away")


def hear(card, name, value):
    card.bench.hear({"do": "set", "with": {"name": name, "value": value}, "n": "1"})


def test_each_gets_a_tick_when_the_recording_shows_it():
    card = hh.first_steps()
    assert card.steps.done == []
    for name, value, done in (
        ("amplitude", 10, 0), ("amplitude", 20, 1), ("amplitude", 5, 1), ("amplitude", 20, 1), ("duration", 25, 2),
        ("amplitude", 10, 2), ("amplitude", 1, 3),
    ):  # fmt: skip
        hear(card, name, value)
        assert card.steps.done == ALL[:done], (name, value)


def test_two_spikes_at_once_are_two_ticks():
    card = hh.first_steps()
    card.bench.set(amplitude=20, duration=25)
    assert card.steps.done == ["fire", "twice"]


def test_what_is_done_stays_done_and_is_in_the_log_once():
    for _ in range(2):
        card = hh.first_steps()
        card.bench.set(amplitude=20, duration=25)
    entries = log_file.open_log().entries()
    assert [entry["name"] for entry in entries] == ["first_minute_fire", "first_minute_twice"]
    assert all(entry["right"] for entry in entries)
    assert entries[0]["question"] == TEXTS["tasks"]["fire"]
    fresh = hh.first_steps()
    assert fresh.steps.done == ["fire", "twice"]
    assert fresh.steps.seen == 0
    fresh.bench.set(g_K=40)
    assert fresh.steps.done == ["fire", "twice"], "it has not fired on this bench yet"
    fresh.bench.set(amplitude=20)
    fresh.bench.set(amplitude=0)
    assert fresh.steps.done == ALL
    assert hh.first_steps().steps.seen == len(TEXTS["hints"])


def test_a_page_without_a_kernel_shows_the_bench(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda data, **how: shown.append((data, how)))
    card = hh.first_steps()
    card._ipython_display_()
    (widget, _), (still, how) = shown
    assert widget["application/vnd.jupyter.widget-view+json"]["model_id"] == card.model_id
    assert "There is no spike above 0 mV." in still["text/plain"]
    assert how["display_id"] == card.bench.model_id
    assert card.still()[1][:4] == b"\x89PNG"


@pytest.mark.slow
@pytest.mark.parametrize("wide", [1280, 360])
def test_hints_come_one_at_a_time_and_point(wide, request):
    """By keyboard alone; they are spoken, and a hint that is closed stays closed."""
    pytest.importorskip("playwright")
    from lab_in_browser import BENCH, no_error, notebook, open_and_run, settled, snapshot

    chrome, address, folder = (request.getfixturevalue(name) for name in ("chrome", "address", "folder"))
    name = notebook(folder, f"first_{wide}", "import hhlab as hh", "hh.first_steps()")
    page = open_and_run(chrome, address, name, (wide, 1000), reduced_motion="reduce")
    page.evaluate(request.getfixturevalue("axe"))
    hint, spoken, fields = page.locator(".hhlab-hint"), page.locator(".hhlab-spoken"), page.locator(".hhlab-field")

    def put(place, value):
        fields.nth(place).fill(value)
        fields.nth(place).press("Enter")
        settled(page)

    def points_at(control, number):
        says = TEXTS["hints"][number]["says"]
        assert hint.count() == 1
        assert hint.locator("p").inner_text() == says
        assert says in spoken.inner_text()
        pointed = page.locator(".hhlab-pointed")
        assert pointed.get_attribute("aria-label").startswith(control)
        box, at = hint.bounding_box(), pointed.bounding_box()
        assert 0 < box["y"] - at["y"] - at["height"] < 60
        assert box["x"] + box["width"] <= page.viewport_size["width"]
        assert page.evaluate("async () => (await axe.run('.jp-OutputArea')).violations.map(v => v.id)") == []
        snapshot(page, f"first_{wide}_{number}")

    assert hint.count() == 0
    put(0, "20")
    assert "Done: Make it fire." in spoken.inner_text()
    points_at("amplitude", 0)
    put(0, "25")  # which is what the hint says
    assert hint.count() == 0
    put(1, "25")
    points_at("Hold", 1)
    page.locator(".hhlab-hold").press("Enter")
    settled(page)
    assert hint.count() == 0
    put(0, "1")
    points_at("play", 2)
    hint.get_by_role("button", name="Got it").press("Enter")
    points_at("Lab mode", 3)
    assert page.evaluate("document.activeElement.closest('.hhlab-hint') !== null")
    page.keyboard.press("Escape")
    points_at("Show code", 4)
    page.keyboard.press("Enter")
    settled(page)
    assert hint.count() == 0
    assert page.evaluate("document.activeElement.getAttribute('aria-label')").startswith("Show code")
    page.get_by_role("button", name="Show the hints again").press("Enter")
    points_at("amplitude", 0)
    assert page.locator(".hhlab-first li.hhlab-done").count() == 3
    assert page.locator(BENCH).count() == 1
    no_error(page)
    page.context.close()
