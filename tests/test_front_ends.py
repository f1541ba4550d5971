"""Benches and cards in every front end that the documentation names, with a kernel and when it is gone."""

import json
import os
import shutil
import subprocess
import sys
import warnings
from pathlib import Path

import anywidget
import pytest

pytestmark = pytest.mark.slow
pytest.importorskip("playwright")

from firefox import firefox  # noqa: E402
from lab_in_browser import (  # noqa: E402
    ANSWERED,
    BENCH,
    CONNECTED,
    DONE,
    HANDLE,
    LISTEN,
    NOTEBOOK_7,
    TOKEN,
    asked,
    command,
    lab,
    moved,
    no_error,
    notebook,
    npm,
    open_and_run,
    open_page,
    restart,
    run_all,
    settled,
    snapshot,
)  # fmt: skip

CELLS = (
    "import hhlab as hh",
    "axon = hh.Squid()",
    'hh.explore(axon, hh.Step(20), ("voltage", "gates"), knobs=("amplitude", "g_Na"), presets=("TTX", "TEA"), '
    'freeze=("n",), t_stop=30)',
    'hh.predict("peak_without_n")',
)
LOST = "This {} has lost its kernel: run its cell again."
SHOWN = """e => [...['.hhlab-text', '.hhlab-table-box'].map(part => e.querySelector(part).innerText),
  ...[...e.querySelectorAll('.hhlab-lit')].map(each => each.innerText),
  ...[...e.querySelectorAll('.hhlab-field')].map(each => each.value),
  ...[...e.querySelectorAll('input[type=checkbox]')].map(each => each.checked),
  e.querySelector('.hhlab-said').innerText]"""
KEPT = 3000  # ms after which a bench has put its last picture into the notebook


@pytest.fixture(scope="module")
def notebook_7(folder):
    with lab(folder, NOTEBOOK_7) as found:
        yield found


@pytest.fixture(params=["JupyterLab", "Notebook 7"])
def opened(request, chrome, folder):
    """A function that opens a notebook with CELLS in one of the two, and runs it; the name of the front end."""

    def run(name):
        lab = request.param == "JupyterLab"
        start = request.getfixturevalue("address" if lab else "notebook_7") + ("/doc/tree" if lab else "/notebooks")
        page = open_page(chrome, f"{start}/{notebook(folder, name, *CELLS)}")
        page.evaluate("faults.length = 0")  # what the front end itself complains about as it starts
        run_all(page)
        return page

    yield run
    for context in chrome.contexts:
        context.close()


def press(page, name):
    page.locator(BENCH).get_by_role("button", name=name, exact=True).click()
    settled(page)


def saved(page, folder, name):
    """The notebook's file, after its page was told to save it."""
    before = (folder / name).read_bytes()
    command(page, "docmanager:save")
    for _ in range(100):
        page.wait_for_timeout(100)
        if (folder / name).read_bytes() != before:
            return json.loads((folder / name).read_text())
    raise AssertionError("nothing was saved")


def end_kernels(address):
    for session in asked(address, "api/sessions"):
        asked(address, f"api/sessions/{session['id']}", "DELETE")


def worked_with(page):
    """Move, press, tick and hold; what the bench then shows."""
    bench = page.locator(BENCH)
    press(page, "TEA")
    press(page, "Hold")
    press(page, "TEA")
    press(page, "TTX")
    moved(page, bench.locator(HANDLE).nth(0), "PageUp")
    bench.get_by_role("checkbox").check()
    settled(page)
    moved(page, bench.locator(".hhlab-cursor"), "PageUp")
    return bench.evaluate(SHOWN)


def test_a_bench_that_has_lost_its_kernel_comes_back_as_it_was(opened):
    page = opened("lost")
    bench, lost = page.locator(BENCH), page.locator(".hhlab-lost:visible")
    before = worked_with(page)
    restart(page)
    lost.nth(1).wait_for(timeout=30_000)
    snapshot(page, "lost")
    for line, kind in zip(lost.all_inner_texts(), ("bench", "card"), strict=True):
        assert line.startswith(LOST.format(kind))
    assert bench.locator(HANDLE).first.evaluate("e => e.closest('[inert]') !== null")
    assert "\uf127" not in page.locator(".jp-Notebook").inner_text()
    lost.first.get_by_role("button").click()
    bench.get_by_text("This bench is as it was when its kernel was lost.").wait_for(timeout=30_000)
    assert bench.evaluate(SHOWN) == before
    snapshot(page, "back")
    moved(page, bench.locator(HANDLE).nth(0), "ArrowLeft")
    lost.nth(1).wait_for(state="hidden")
    assert lost.count() == 1  # that of the card below, whose cell was not run
    run_all(page)
    assert lost.count() == 0
    assert bench.locator(".hhlab-field").first.input_value() == "20"  # with a kernel that lives, a cell starts afresh
    no_error(page)


KEYS = (
    "d",
    "d",
    "x",
    "0",
    "0",
    "a",
    "b",
    "z",
    "m",
    "y",
    "ArrowUp",
    "ArrowDown",
    "Shift+M",
    "Shift+ArrowDown",
    "Escape",
)
CONTROLS = ":is(input, button, [tabindex='0']):visible"


def in_the_notebook(page):
    content = "jupyterapp.shell.currentWidget.content"
    cells = f"{content}.widgets.map(each => each.model.type + each.model.sharedModel.source)"
    return page.evaluate(f"[{cells}, {content}.activeCellIndex, {content}.mode]")


def test_keys_belong_to_the_control_that_has_the_focus(opened):
    page = opened("keys")
    bench, card = page.locator(BENCH), page.locator(".hhlab-card")
    for number in (0, 1):
        handle = bench.locator(HANDLE).nth(number)
        for key, step in (("ArrowRight", 1), ("ArrowUp", 1), ("ArrowLeft", -1), ("ArrowDown", -1)):
            before = int(handle.input_value())
            moved(page, handle, key)
            assert int(handle.input_value()) == before + step, key
    cursor = bench.locator(".hhlab-cursor")
    places = {"ArrowRight": 1, "ArrowUp": 2, "PageUp": 22, "ArrowLeft": 21, "ArrowDown": 20, "End": 600, "Home": 0}
    for key, at in places.items():
        moved(page, cursor, key)
        assert int(cursor.input_value()) == at, key
    for frame in (bench, card):
        frame.locator(CONTROLS).first.focus()
        before = in_the_notebook(page)
        for control in frame.locator(CONTROLS).element_handles():
            control.focus()
            for key in KEYS:
                page.keyboard.press(key)
            assert page.locator(".jp-Dialog").count() == 0
            assert frame.evaluate("e => e.contains(document.activeElement)"), control.evaluate("e => e.outerHTML")
        settled(page)
        assert in_the_notebook(page) == before
    choices = card.locator("input[type=radio]")
    choices.nth(0).focus()
    page.keyboard.press("ArrowDown")
    assert choices.nth(1).is_checked()
    no_error(page)


def test_a_file_opened_without_its_kernel_shows_the_last_picture(chrome, address, folder):
    page = open_and_run(chrome, address, notebook(folder, "reopened", *CELLS))
    first = page.locator(".hhlab-still").first.inner_html()
    text = worked_with(page)[0]
    page.wait_for_timeout(KEPT)
    assert page.locator(".hhlab-still").first.inner_html() != first
    assert page.locator(".hhlab-still:visible").count() == 0
    outputs = saved(page, folder, "reopened.ipynb")["cells"][2]["outputs"]
    assert [text in "".join(each["data"]["text/plain"]) for each in outputs] == [False, True]
    page.context.close()
    end_kernels(address)
    page = open_page(chrome, f"{address}/doc/tree/reopened.ipynb")
    page.wait_for_timeout(3000)
    snapshot(page, "reopened")
    seen = page.locator(".jp-Notebook").inner_text()
    assert text in seen
    assert "This bench is a still picture. To use it, click on the first code cell" in seen
    assert "This card is a still picture. To use it, click on the first code cell" in seen
    assert "model not found" not in seen
    assert page.locator(".hhlab-still img").evaluate("e => e.naturalWidth > 0")
    page.context.close()


def test_a_still_costs_nothing_while_something_moves(chrome, address, folder):
    page = open_and_run(chrome, address, notebook(folder, "moving", *CELLS))
    first, handle = page.locator(".hhlab-still").first.inner_html(), page.locator(HANDLE).first
    for _ in range(40):
        moved(page, handle, "ArrowRight")
        page.wait_for_timeout(50)
    place = handle.bounding_box()
    page.mouse.move(place["x"] + 0.7 * place["width"], place["y"] + place["height"] / 2)
    page.mouse.down()
    page.mouse.move(place["x"] + 0.6 * place["width"], place["y"] + place["height"] / 2)
    page.wait_for_timeout(KEPT)
    assert page.locator(".hhlab-still").first.inner_html() == first
    page.mouse.up()
    page.wait_for_timeout(KEPT)
    assert page.locator(".hhlab-still").first.inner_html() != first
    assert page.locator(".hhlab-busy").count() == 0
    page.context.close()


BUSY = """() => void jupyterapp.shell.currentWidget.context.sessionContext.session.kernel
  .requestExecute({code: 'import time; time.sleep(2)'})"""


def test_hold_keeps_what_was_on_the_screen_however_much_the_kernel_has_to_do(chrome, address, folder):
    page = open_and_run(chrome, address, notebook(folder, "hold", *CELLS))
    bench = page.locator(BENCH)
    press(page, "Hold")
    press(page, "TEA")
    table = bench.locator(".hhlab-table-box")
    page.evaluate(BUSY)
    for name in ("TTX", "TEA", "TTX", "TEA", "TTX", "Drop A", "Hold", "TEA"):
        bench.get_by_role("button", name=name, exact=True).click()
    bench.locator(HANDLE).first.focus()
    page.keyboard.press("PageUp")
    settled(page)
    rows = [row.split("\t") for row in table.locator("table").inner_text().split("\n")[1:]]
    columns = dict(zip(*rows[:1], zip(*rows[1:], strict=True), strict=True))
    assert columns["trace"] == ("now", "A")
    assert [columns[name][1] for name in ("g_K (mS/cm²)", "g_Na (mS/cm²)")] == ["0", "120"]  # TEA alone, as it was seen
    assert columns["g_Na (mS/cm²)"][0] == "0"
    no_error(page)
    page.context.close()


NPM = {"@jupyter-widgets/html-manager": "1.0.15", "requirejs": "2.3.8"}
"""What an exported page loads from the network, besides anywidget."""


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    """What the network gives to an exported page, by the ends of addresses."""
    place = tmp_path_factory.mktemp("npm")
    widgets, require = (npm(place, name, version) for name, version in NPM.items())
    own = Path(anywidget.__file__).parent / "nbextension" / "index.js"
    given = {"require.min.js": require / "require.js", "dist/index.js": own}
    return given | {f"/{name}.js": widgets / "dist" / f"{name}.js" for name in ("embed-amd", "libembed-amd")}


@pytest.mark.parametrize("online", [False, True])
def test_an_exported_page_shows_the_still_only(chrome, folder, network, online):
    name, asked_for = f"exported_{online}", []
    notebook(folder, name, *CELLS)
    convert = [sys.executable, "-m", "nbconvert", "--to", "html", "--execute", f"{name}.ipynb"]
    subprocess.run(convert, cwd=folder, check=True, capture_output=True, timeout=200)

    def answer(route):
        found = [path for end, path in network.items() if online and route.request.url.split("?")[0].endswith(end)]
        asked_for.extend(found)
        route.fulfill(path=found[0], headers={"Access-Control-Allow-Origin": "*"}) if found else route.abort()

    page = chrome.new_context().new_page()
    page.route(lambda address: address.startswith("http"), answer)
    page.goto((folder / f"{name}.html").as_uri())
    page.wait_for_timeout(4000)
    snapshot(page, name)
    assert (network["dist/index.js"] in asked_for) == online  # the widgets do come, and find no kernel
    assert page.locator(".hhlab-still:visible").count() == 2
    assert page.locator(".hhlab-still img").evaluate("e => e.naturalWidth > 0")
    assert page.locator(f"{BENCH}, .hhlab-frame:visible, .hhlab-again:visible").count() == 0
    page.context.close()


def test_a_bench_in_voila(chrome, address, folder):
    pytest.importorskip("voila")
    page = chrome.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.goto(f"{address}/voila/render/{notebook(folder, 'voila', *CELLS)}?token={TOKEN}")
    bench = page.locator(BENCH)
    bench.wait_for(timeout=90_000)
    page.wait_for_timeout(1000)
    before, field = bench.locator(".hhlab-text").inner_text(), bench.locator(".hhlab-field").first
    bench.locator(HANDLE).first.focus()
    for _ in range(2):
        page.keyboard.press("PageDown")
    bench.get_by_text("There is no spike").wait_for(timeout=30_000)
    assert "1 spike" in before
    assert float(field.input_value()) < 20
    snapshot(page, "voila")
    assert page.locator(".hhlab-card").is_visible()
    assert page.locator(".hhlab-still:visible, .hhlab-lost:visible").count() == 0
    page.context.close()


KINDS = {
    "lines, a membrane, curves": 'hh.Squid(), hh.Step(20), ("voltage", "membrane", "steady states"), knobs=("g_Na",)',
    "two pulses": 'hh.Squid(), hh.PulsePair(20, 60, 5, 5), ("voltage", "two-pulse curve"), knobs=("g_K",), t_stop=35',
    "bars of ions": 'hh.gallery["neuron"], None, ("ions", "potentials"), knobs=("K_out",)',
    "hours": 'hh.PumpCell(ouabain=0.5), None, ("voltage", "concentrations"), knobs=("ouabain",), t_stop=14_400_000',
    "an axon": 'hh.Axon(), hh.Step(1000, 0.5, 0.2), ("space and time", "electrodes"), knobs=("diameter",), t_stop=10',
}
PAINTED = """() => [...document.querySelectorAll('.hhlab-canvas')].map(canvas => {
  const {data} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  return new Set(new Uint32Array(data.buffer)).size;
})"""


def test_every_kind_of_bench_in_firefox(address, folder, tmp_path):
    program = shutil.which("firefox-esr") or shutil.which("firefox")
    if program is None:
        if os.environ.get("CI"):
            pytest.fail("CI has no Firefox: .ci/run installs it")
        warnings.warn("NOTHING WAS TESTED IN FIREFOX: apt-get install firefox-esr", pytest.PytestWarning, stacklevel=1)
        pytest.skip("needs Firefox; Debian's is apt-get install firefox-esr")
    cells = ["import hhlab as hh", *(f"hh.explore({each})" for each in KINDS.values()), CELLS[3]]
    with firefox(program, tmp_path / "profile") as window:
        window.open(f"{address}/doc/tree/{notebook(folder, 'firefox', *cells)}?token={TOKEN}")
        window.wait(f"({CONNECTED})()")
        window.run(f"void {LISTEN}")
        window.run("void jupyterapp.commands.execute('notebook:run-all-cells')")
        window.wait(f"({DONE})()")
        window.wait(f"document.querySelectorAll('{BENCH} {HANDLE}').length > 0")
        for number, kind in enumerate(KINDS):
            bench = f"document.querySelectorAll('{BENCH}')[{number}]"
            window.wait(f"{bench}.scrollIntoView() ?? true")
            window.run(f"({ANSWERED})()")
            handle = f"{bench}.querySelector('{HANDLE}')"
            before, text = window.run(f"[{handle}.value, {bench}.querySelector('.hhlab-canvas').toDataURL()]")
            window.run(f"{handle}.focus()")
            window.press(*["ArrowRight"] * 3, *["ArrowUp"] * 3)
            window.run(f"({ANSWERED})()")
            after, now = window.run(f"[{handle}.value, {bench}.querySelector('.hhlab-canvas').toDataURL()]")
            assert int(after) == int(before) + 6, kind
            assert now != text, kind
        assert min(window.run(f"({PAINTED})()")) > 20
        assert window.run("document.querySelectorAll('.hhlab-card').length") == 1
        assert window.run("faults") == []
