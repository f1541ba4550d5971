"""The notebooks in a real Chromium, through JupyterLab, as a student works them."""

import pytest

import hhlab as hh
from hhlab.plots import in_words

pytestmark = pytest.mark.slow
pytest.importorskip("playwright")

from lab_in_browser import SLIDER, browser, lab, open_and_run, snapshot  # noqa: E402

BENCH = ".hhlab-bench"
T_STOP = 30


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    with lab(tmp_path_factory.mktemp("course")) as found:
        yield found


@pytest.fixture(scope="module")
def chrome(chromium):
    with browser(chromium) as opened:
        yield opened


def pages(page):
    """Scroll through the notebook, and stop at every bench."""
    outer = ".jp-WindowedPanel-outer"
    seen, y = set(), 0
    while y < page.evaluate(f"document.querySelector('{outer}').scrollHeight"):
        page.evaluate(f"y => document.querySelector('{outer}').scrollTo(0, y)", y)
        page.wait_for_timeout(400)
        for bench in page.locator(BENCH).all():
            name = bench.evaluate("e => e.closest('.jp-Cell').dataset.windowedListIndex")
            if name not in seen and bench.bounding_box():
                seen.add(name)
                bench.scroll_into_view_if_needed()
                yield bench
        y += 500


def settled(page):
    """Wait until the kernel has answered."""
    page.wait_for_timeout(150)
    page.wait_for_selector('.jp-Notebook-ExecutionIndicator[data-status="idle"]', timeout=20_000)
    page.wait_for_timeout(100)


def no_error(page):
    assert page.locator('[data-mime-type="application/vnd.jupyter.error"], [data-mime-type*="stderr"]').count() == 0


@pytest.mark.parametrize("notebook", ["00_start_here", "03_action_potential"])
def test_every_slider_of_every_bench_to_both_ends(chrome, address, notebook):
    page = open_and_run(chrome, address, f"{notebook}.ipynb")
    no_error(page)
    benches = 0
    for bench in pages(page):
        benches += 1
        for number in range(bench.locator(".noUi-handle").count()):
            handle, knob = bench.locator(".noUi-handle").nth(number), bench.locator(".hhlab-knob").nth(number)
            for key in ("End", "Home", "PageUp", "ArrowRight", "End"):
                bench.locator(".hhlab-text").inner_text()
                handle.focus()
                page.keyboard.press(key)
                settled(page)
                slid = float(handle.get_attribute("aria-valuenow"))
                typed = float(knob.locator("input").input_value())
                refused = bench.locator('[role="alert"]').count()
                assert refused or slid == pytest.approx(typed, abs=1e-6)
            no_error(page)
        snapshot(page, f"{notebook}_{benches}")
        bench.get_by_role("button", name="Reset").click()
        settled(page)
    assert benches >= (1 if notebook.startswith("00") else 5)
    page.context.close()


def test_picture_and_text_belong_to_the_knobs(chrome, address):
    page = open_and_run(chrome, address, "00_start_here.ipynb", (1280, 720))
    bench = next(pages(page))
    source = bench.locator("img").get_attribute("src")
    for name, keys in {"amplitude": ["ArrowLeft"] * 12, "g_K": ["PageUp", "ArrowRight"]}.items():
        bench.locator(".hhlab-knob", has_text=name).locator(".noUi-handle").focus()
        for key in keys:
            page.keyboard.press(key)
    settled(page)
    amplitude, g_K = (float(bench.locator(".hhlab-knob input").nth(i).input_value()) for i in (0, 1))
    assert (amplitude, g_K) != (20, 36)
    rec = hh.simulate(hh.Squid(g_K=g_K), hh.Step(amplitude), T_STOP)
    assert bench.locator(".hhlab-text").inner_text() == in_words(rec)
    assert bench.locator("img").get_attribute("src") != source
    no_error(page)


@pytest.mark.parametrize("typed", ["1e9", "-1e99", "abc", ""])
def test_typing_what_cannot_be(chrome, address, typed):
    page = open_and_run(chrome, address, "00_start_here.ipynb")
    bench = next(pages(page))
    text, field = bench.locator(".hhlab-text").inner_text(), bench.locator(".hhlab-knob input").first
    field.click()
    page.keyboard.press("Control+a")
    page.keyboard.type(typed) if typed else page.keyboard.press("Delete")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    settled(page)
    assert bench.locator(".hhlab-text").inner_text() == text
    if typed.lstrip("-")[0:1].isdigit():
        assert "is outside -100000 to 100000 uA/cm2. The bench stays as it was." in bench.inner_text()
        assert float(field.input_value()) == 20
    no_error(page)


def test_picture_and_knobs_are_visible_together_on_a_small_screen(chrome, address):
    page = open_and_run(chrome, address, "03_action_potential.ipynb", (1280, 720))
    for bench in pages(page):
        bench.evaluate("e => e.closest('.jp-Cell').scrollIntoView({block: 'end'})")
        page.wait_for_timeout(300)
        picture, knob = bench.locator("img").bounding_box(), bench.locator(SLIDER.split()[-1]).first.bounding_box()
        assert picture["y"] >= 0
        assert knob["y"] >= 0
        assert picture["y"] + picture["height"] <= 720
        assert picture["x"] + picture["width"] <= 1280


def test_the_lab_asks_for_its_token_and_shows_no_advertisement(chrome, address):
    page = chrome.new_context().new_page()
    page.goto(f"{address}/lab")
    assert "login" in page.url
    page = open_and_run(chrome, address, "00_start_here.ipynb")
    assert page.get_by_text("Jupyter news").count() == 0
