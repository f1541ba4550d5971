"""The notebooks in a real Chromium, through JupyterLab, as a student works them."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time

import nbformat
import pytest

import hhlab as hh
from hhlab import questions
from hhlab.views import in_words

pytestmark = pytest.mark.slow
pytest.importorskip("playwright")

from lab_in_browser import (  # noqa: E402
    BENCH,
    CONNECTED,
    DONE,
    HANDLE,
    KNOB,
    asked,
    command,
    frames,
    moved,
    no_error,
    notebook,
    open_and_run,
    open_page,
    restart,
    run_all,
    settled,
    snapshot,
    still,
)  # fmt: skip

T_STOP = 30
RIGHT = re.compile(r"Right(?:\.| \()")
JUDGED = re.compile(r"(?:Right|Not yet)(?:\.| \()")
SHORT = """
import hhlab as hh
hh.explore(hh.Squid(), hh.Step(20), ("voltage", "gates", "steady states", "membrane"), knobs=("amplitude", "g_Na"),
           presets=("TTX",), freeze=("n",), t_stop=30)
"""
CARDS = ("import hhlab as hh", 'hh.predict("peak_without_n")', "hh.claim(14)", 'hh.ask("action_potential")')
SLOW = """
import time
import hhlab as hh
sum_of = hh.Number("sum_of", "What is 2 + 3?", "mV", lambda: time.sleep(0.4) or 5.0, 0.5, ("low", "high"), "Yes.")
hh.ask(sum_of)
"""
BUSY = "() => void jupyterapp.shell.currentWidget.context.sessionContext.session.kernel.requestExecute({code: '%s'})"
THREADS = """() => [...new Set([...jupyterapp.shell.currentWidget.context.sessionContext.session.kernel._comms.values()]
  .map(comm => comm.subshellId))]"""
CONTROLS = ":is(input, button, [tabindex='0']):visible"
REFUSED = ":is(.hhlab-notice, .hhlab-about):not(:empty)"
CODE = "Show code that gives this recording"
PLAY = "play in slow motion"
SHOWS = re.compile(r"^hh\.(?:explore|predict|observe|claim|ask|worklog)\(", re.MULTILINE)
IN_SIGHT = "body, #main { overflow: visible !important } .jp-Cell { content-visibility: visible !important }"
SEEN = """() => {
  axe.setup(document);
  const seen = [...document.querySelectorAll('.hhlab-frame')].map(axe.commons.dom.isVisibleOnScreen);
  axe.teardown();
  return seen;
}"""
# What is hidden behind something else has no contrast, and is told as well.
RUN_AXE = """async part => {
  const {violations, incomplete} = await axe.run(part, {resultTypes: ['violations', 'incomplete']%s});
  const behind = node => node.any.some(({data}) => data?.messageKey === 'bgOverlap');
  const hidden = incomplete.map(rule => ({id: `${rule.id}: hidden`, nodes: rule.nodes.filter(behind)}));
  return [...violations, ...hidden.filter(rule => rule.nodes.length)];
}"""
OUTER_FRAMES = "[...document.querySelectorAll('.hhlab-frame')].filter(e => !e.parentElement.closest('.hhlab-frame'))"


@pytest.fixture(scope="module")
def page(chrome, address, folder):
    """A notebook with one bench, which several tests share."""
    notebook(folder, "short", SHORT)
    opened = open_and_run(chrome, address, "short.ipynb", (1280, 720))
    yield opened
    opened.context.close()


@pytest.fixture
def bench(page):
    """The bench of that notebook, as it was in the beginning."""
    page.bring_to_front()
    reset(page, page.locator(BENCH))
    return page.locator(BENCH)


def in_step(page, handle, field):
    """Whether a slider and its field come to show the same number; the field may follow a little later."""
    for _ in range(500):
        if handle.get_attribute("aria-valuetext").split(" ")[0] == field.input_value():
            return True
        page.wait_for_timeout(10)
    return False


def press(page, frame, name):
    frame.get_by_role("button", name=name, exact=True).click()
    settled(page)


def reset(page, bench):
    """Go back to the beginning, unless the bench is there already."""
    if bench.get_by_role("button", name="Reset", exact=True).is_enabled():
        press(page, bench, "Reset")


def play(page, bench, button):
    """Play the beginning and the end of a recording; in between, go through it in steps. To play it all takes 12 s."""
    cursor = bench.locator(".hhlab-cursor")
    moved(page, cursor, "Home")
    button.click()
    page.wait_for_function("cursor => cursor.value > 0", arg=cursor.element_handle())
    button.click()
    moved(page, cursor, "Home", *["PageUp"] * 29)
    assert cursor.input_value() == "580"
    button.click()
    page.wait_for_function("cursor => cursor.value === '600'", arg=cursor.element_handle())
    page.wait_for_function("([button, is]) => button.ariaLabel === is", arg=[button, PLAY])


def move_and_press_all(page, bench):
    """Every knob in sight to both ends, every button, every box."""
    for knob in bench.locator(f"{KNOB}:visible").all():
        handle = knob.locator(HANDLE)
        for key in ("Home", "End"):
            moved(page, handle, key)
            assert bench.locator(REFUSED).count() or in_step(page, handle, knob.locator(".hhlab-field"))
    # As handles, not as "the tenth button": a press may show or hide others, and a moment later than it was made.
    for control in bench.locator("button, input[type=checkbox]").element_handles():
        name = control.get_attribute("aria-label") or ""
        if control.is_visible() and control.is_enabled() and not name.startswith(("Save", "Lab mode")):
            play(page, bench, control) if name == PLAY else control.click()
            settled(page)


def in_theme(page, theme):
    """Put the page into the light or the dark theme, and wait until the benches have its colours."""
    command(page, "apputils:change-theme", theme=f"JupyterLab {theme}")
    page.wait_for_function("name => document.body.dataset.jpThemeName === name", arg=f"JupyterLab {theme}")
    page.wait_for_timeout(1000)


def begin_axe(page, axe):
    """Have axe-core in the page, and let it see all frames: it judges no contrast of what it takes for hidden.

    To it, what a notebook has scrolled away is hidden, as what is around the notebook hides what flows over; and
    Chromium does not lay out the cells there.
    """
    page.evaluate(axe)
    page.add_style_tag(content=IN_SIGHT)
    page.evaluate("document.querySelector('.jp-WindowedPanel-outer').scrollTo(0, 0)")
    still(page)
    seen = page.evaluate(SEEN)
    assert seen
    assert all(seen)


def violations(part, rules=""):
    """What axe-core finds in a part of a page, or in a list of parts: rules, each with the first elements."""
    found = part.evaluate(RUN_AXE % rules)
    return [(each["id"], [node["html"] for node in each["nodes"]][:3]) for each in found]


def press_all(page, card, *words):
    for word in words:
        for button in card.get_by_role("button", name=word, exact=True).all():
            if button.is_enabled():
                button.click()
                settled(page)


def work_through(page, card):
    """Predict, run every claim, and choose every answer to every question of a card in turn."""
    groups = card.locator(".widget-radio").all()
    for choice in range(max((group.locator("input").count() for group in groups), default=1)):
        for group in groups:
            choices = group.locator("input")
            if choices.first.is_enabled():
                choices.nth(min(choice, choices.count() - 1)).check()
        for field in card.locator(".widget-text input").all():
            if field.is_enabled():
                field.fill(str(5 - choice))
        for tick in card.get_by_role("checkbox").all():
            if tick.is_enabled():
                tick.check()
        press_all(page, card, "Check")
    press_all(page, card, "Commit", "Run", "Code")


def answer_rightly(page, card, asked):
    """Give the right answer to every question of a card that is of this notebook."""
    for one in card.locator(".hhlab-asked").all():
        question = next((q for q in asked if q.text in one.inner_text().replace("\n", " ")), None)
        if question is None:
            continue
        if isinstance(question, hh.Number):
            one.locator(".widget-text input").fill(f"{question.truth()} {question.unit}")
        else:
            for choice in filter(None, (question, question.reason)):
                one.get_by_label(choice.wording(choice.right[0]), exact=True).check()
        press(page, one, "Check")
        one.get_by_text(RIGHT).first.wait_for(timeout=30_000)


def everything_is_accessible(page, axe, path):
    """In both themes, which differ in colours only; a count of the cells that show one sees that none is left out."""
    cells = json.loads(path.read_text())["cells"]
    shown = sum(len(SHOWS.findall("".join(cell["source"]))) for cell in cells if cell["cell_type"] == "code")
    page.wait_for_function(f"shown => {OUTER_FRAMES}.length >= shown", arg=shown, timeout=30_000)
    begin_axe(page, axe)
    for theme, rules in (("Dark", ", runOnly: ['color-contrast']"), ("Light", "")):
        in_theme(page, theme)
        assert violations(page.evaluate_handle(OUTER_FRAMES), rules) == [], theme


def in_the_log(path, asked):
    """How many predictions, claims and questions of a set a work log knows."""
    log = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
    kinds = [{entry["name"] for entry in log if entry.get("kind") == kind} for kind in ("prediction", "claim")]
    return (*map(len, kinds), len({question.name for question in asked} & {entry.get("name") for entry in log}))


@pytest.mark.parametrize(
    ("name", "least", "done"),
    [
        ("00_start_here", 1, (0, 0, 0)),
        ("01_ions_and_potentials", 7, (4, 8, 5)),
        ("02_the_pump", 8, (4, 5, 5)),
        ("03_action_potential", 7, (6, 12, 6)),
        ("04_potassium_and_afterpotentials", 7, (5, 9, 5)),
        ("05_refractory_period", 6, (5, 6, 7)),
        ("06_propagation", 5, (5, 3, 5)),
        ("07_calcium_spikes", 8, (5, 6, 6)),
    ],
)
def test_every_knob_button_and_card_of_a_notebook(chrome, address, folder, axe, root, name, least, done):
    page = open_and_run(chrome, address, f"{name}.ipynb", reduced_motion="reduce")
    benches, said = 0, ""
    asked = questions.check(name[3:]) if any(done) else []
    no_error(page)
    everything_is_accessible(page, axe, root / "notebooks" / f"{name}.ipynb")
    no_error(page)
    for frame in frames(page, f"{BENCH}, .hhlab-card"):
        if "hhlab-bench" in frame.get_attribute("class"):
            benches += 1
            move_and_press_all(page, frame)
            snapshot(page, f"{name}_{benches}")
            reset(page, frame)
        else:
            work_through(page, frame)
            said += frame.inner_text()
            answer_rightly(page, frame, asked)
        no_error(page)
    snapshot(page, f"{name}_cards")
    assert benches >= least
    assert said.count("You predicted") >= done[0]
    assert len(JUDGED.findall(said)) >= done[2]
    assert in_the_log(folder / f"{name}.worklog.jsonl", asked) == done
    page.context.close()


def test_predictions_survive_a_restart(chrome, address, folder):
    notebook(folder, "restart", *CARDS[:2], 'hh.observe("peak_without_n")', SHORT)
    page = open_and_run(chrome, address, "restart.ipynb")
    card, seen = page.locator(".hhlab-card").all()
    card.locator(".widget-text input").fill("0.007 V")
    card.locator("input[type=radio]").first.check()
    card.get_by_role("button", name="Commit").click()
    settled(page)
    assert "Your prediction stands." in card.inner_text()
    for typed, told in (("1 mV", "answer once more"), ("2 mV", "The model shows: “7.35 mV”.")):
        assert told not in seen.inner_text()
        seen.locator(".widget-text input").fill(typed)
        seen.get_by_role("button", name="Check").click()
        settled(page)
        assert told in seen.inner_text()
    assert "You predicted: “0.007 V” (a guess)." in seen.inner_text()
    restart(page)
    page.get_by_text("This bench has lost its kernel: run its cell again.").first.wait_for(timeout=30_000)
    command(page, "apputils:change-theme", theme="JupyterLab Dark")
    page.wait_for_timeout(1000)
    assert page.locator(f"{BENCH} .hhlab-lost").is_visible()
    run_all(page)
    assert page.locator(f"{BENCH} .hhlab-lost").is_hidden()
    card, seen = page.locator(".hhlab-card").all()
    assert "Your prediction stands." in card.inner_text()
    assert "The model shows: “7.35 mV”." in seen.inner_text()
    assert seen.get_by_role("button", name="Check").is_disabled()
    assert card.get_by_role("button", name="Commit").is_disabled()
    no_error(page)
    page.context.close()


def test_an_answer_that_is_changed_while_the_kernel_works_is_the_one_that_counts(chrome, address, folder):
    notebook(folder, "hasty", SLOW, 'hh.predict("longer_pulse")', SHORT)
    page = open_and_run(chrome, address, "hasty.ipynb")
    asked, predicted = page.locator(".hhlab-asked"), page.locator(".hhlab-card", has_text="How sure")
    for _ in range(3):
        for typed in ("4", "5"):
            asked.locator(".widget-text input").fill(typed)
            asked.get_by_role("button", name="Check", exact=True).click()
        settled(page)
        asked.get_by_text("Right (5 mV). Yes.").wait_for(timeout=5000)
    page.evaluate(BUSY % "time.sleep(2)")
    for choice in ("The spike becomes higher.", "The spike becomes longer.", "There are more spikes.", "certain"):
        predicted.get_by_label(choice, exact=True).check()
    predicted.get_by_role("button", name="Commit").click()
    settled(page)
    assert "“There are more spikes” (certain). Your prediction stands." in " ".join(predicted.inner_text().split())
    no_error(page)
    page.context.close()


def test_two_notebooks_at_once_keep_their_own_logs(chrome, address, folder):
    pages = []
    for name in ("left", "right"):
        notebook(folder, name, *CARDS[:2], SHORT)
        pages.append(open_and_run(chrome, address, f"{name}.ipynb"))
    for page, guess in zip(pages, ("5 mV", "9 mV"), strict=True):
        page.bring_to_front()
        card = page.locator(".hhlab-card").first
        card.locator(".widget-text input").fill(guess)
        card.locator("input[type=radio]").first.check()
        card.get_by_role("button", name="Commit").click()
        moved(page, page.locator(HANDLE).first, "PageUp")
    for page, name, guess in zip(pages, ("left", "right"), ("5 mV", "9 mV"), strict=True):
        settled(page)
        assert f"You predicted: “{guess}" in page.locator(".hhlab-card").first.inner_text()
        log = (folder / f"{name}.worklog.jsonl").read_text()
        assert log.count('"kind": "prediction"') == 1
        assert f'"answer": "{guess}"' in log
        no_error(page)
        page.context.close()


def test_where_the_log_cannot_be_written_the_work_goes_on(chrome, address, folder):
    path = folder / "unwritable" / "deeper"
    path.mkdir(parents=True)
    notebook(path, "kept", *CARDS[:2], SHORT, "hh.worklog()")
    page = open_and_run(chrome, address, "unwritable/deeper/kept.ipynb")
    shutil.rmtree(path)
    path.write_text("where the folder was, nothing can be written")
    card = page.locator(".hhlab-card").first
    card.locator(".widget-text input").fill("5 mV")
    card.locator("input[type=radio]").first.check()
    card.get_by_role("button", name="Commit").click()
    settled(page)
    assert "You predicted: “5 mV" in card.inner_text()
    assert "cannot be written here: the folder is gone" in card.inner_text()
    moved(page, page.locator(HANDLE).first, "PageUp")
    no_error(page)
    page.context.close()


LATER = ["import time; time.sleep(0.25)"] * 20
UNDONE = """() => [...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')]
  .filter(e => !/[0-9]/.test(e.textContent)).length"""


def test_a_bench_answers_while_later_cells_still_run(chrome, address, folder):
    page = open_page(chrome, f"{address}/doc/tree/{notebook(folder, 'later', SHORT, CARDS[1], *LATER)}")
    page.wait_for_function(CONNECTED, timeout=90_000)
    command(page, "notebook:run-all-cells")
    page.locator(HANDLE).first.wait_for(timeout=30_000)
    text = page.locator(".hhlab-text")
    for name in ("TTX", "TTX", "TTX"):
        before = text.inner_text()
        page.get_by_role("button", name=name, exact=True).click()
        page.wait_for_function("was => document.querySelector('.hhlab-text').innerText !== was", arg=before)
        assert page.evaluate(UNDONE) > 2
    assert text.inner_text().startswith("There is no spike")
    card = page.locator(".hhlab-card")
    card.locator(".widget-text input").fill("5 mV")
    card.locator("input[type=radio]").first.check()
    card.get_by_role("button", name="Commit").click()
    card.get_by_text("You predicted").wait_for()
    assert page.evaluate(UNDONE) > 0
    settled(page)
    no_error(page)
    page.context.close()


def test_picture_and_text_belong_to_the_knobs(page, bench):
    for number, keys in enumerate((["ArrowLeft"] * 12, ["PageUp", "ArrowRight"])):
        moved(page, bench.locator(HANDLE).nth(number), *keys)
    amplitude, g_Na = (float(bench.locator(".hhlab-field").nth(number).input_value()) for number in (0, 1))
    assert (amplitude, g_Na) != (20, 120)
    words = in_words(hh.simulate(hh.Squid(g_Na=g_Na), hh.Step(amplitude), T_STOP))
    assert bench.locator(".hhlab-text").inner_text() == words
    assert bench.locator(".hhlab-canvas").get_attribute("aria-label") == words
    press(page, bench, CODE)
    names = {}
    exec(bench.locator("pre").inner_text(), names)
    press(page, bench, CODE)
    assert in_words(names["rec"]) == words
    no_error(page)


def test_no_key_is_lost_and_the_last_value_wins(page, bench):
    handle = bench.locator(HANDLE).nth(1)
    first, step = (int(handle.evaluate(f"e => e.{what}")) for what in ("value", "step"))
    for keys in (["ArrowLeft"] * 40, ["ArrowRight"] * 25):
        moved(page, handle, *keys)
    assert int(handle.input_value()) == first - 15 * step
    assert bench.locator(".hhlab-field").nth(1).input_value() == "105"
    words = in_words(hh.simulate(hh.Squid(g_Na=105), hh.Step(20), T_STOP))
    assert bench.locator(".hhlab-text").inner_text() == words
    no_error(page)


def test_a_kernel_interrupted_in_the_middle_of_moves(chrome, address, folder):
    notebook(folder, "interrupted", SHORT)
    page = open_and_run(chrome, address, "interrupted.ipynb")
    (kernel,) = [each["kernel"]["id"] for each in asked(address, "api/sessions") if each["path"] == "interrupted.ipynb"]
    handle = page.locator(HANDLE).nth(1)
    handle.focus()
    for number in range(30):
        page.keyboard.press("ArrowLeft")
        if number % 10 == 5:
            asked(address, f"api/kernels/{kernel}/interrupt", "POST")
    settled(page)
    moved(page, handle, "Home")
    assert page.locator(".hhlab-text").first.inner_text().startswith("There is no spike")
    assert float(page.locator(".hhlab-field").nth(1).input_value()) == 0
    page.context.close()


@pytest.mark.parametrize("typed", ["1e9", "-1e99", "abc", "nan", ""])
def test_typing_what_cannot_be(page, bench, typed):
    text, field = bench.locator(".hhlab-text").inner_text(), bench.locator(".hhlab-field").first
    field.click()
    page.keyboard.press("Control+a")
    page.keyboard.type(typed) if typed else page.keyboard.press("Delete")
    for key in ("Enter", "Tab"):
        page.keyboard.press(key)
        settled(page)
    assert bench.locator(".hhlab-text").inner_text() == text
    if typed.lstrip("-")[0:1].isdigit():
        told = "is outside -100000 to 100000 uA/cm2: give a value in this range. The bench stays as it was."
        assert told in bench.inner_text()
    assert float(field.input_value()) == 20
    no_error(page)


def test_picture_and_knobs_are_visible_together_and_stay_in_place(page, bench):
    bench.evaluate("e => e.closest('.jp-OutputArea').scrollIntoView()")
    still(page)
    moved(page, bench.locator(HANDLE).first, "ArrowRight")  # so that nothing is refused that was typed before
    parts = [bench.locator(".hhlab-canvas"), *bench.locator(f"{KNOB}:visible").all()]
    places = [part.bounding_box() for part in parts]
    assert all(place["y"] >= 0 and place["y"] + place["height"] <= 720 for place in places)
    for number in (0, 1):
        moved(page, bench.locator(HANDLE).nth(number), *["ArrowLeft"] * 20)
        assert [part.bounding_box() for part in parts] == places


def test_a_bench_by_keyboard_alone(page, bench):
    reached = []
    moved(page, bench.locator(HANDLE).nth(1), "ArrowLeft")
    bench.locator(".hhlab-icon").first.focus()
    for _ in range(20):
        name = "document.activeElement.ariaLabel || document.activeElement.textContent.trim()"
        reached.append(page.evaluate(name))
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        shadow = page.evaluate("getComputedStyle(document.activeElement).boxShadow")
        assert (outline, shadow) != ("none", "none"), reached[-1]
        page.keyboard.press("Tab")
    for name in ("TTX", "Undo", "Reset", "Hold", "More knobs", "play in slow motion", "time cursor", CODE):
        assert name in reached
    cursor = bench.locator(".hhlab-cursor")
    moved(page, cursor, "ArrowRight")
    assert bench.locator(".hhlab-moment").inner_text().startswith("At ")
    moved(page, cursor, "Escape")
    assert bench.locator(".hhlab-moment").inner_text().startswith("Press")


def test_the_pointer_reads_values_sets_the_cursor_and_zooms(page, bench):
    bench.scroll_into_view_if_needed()
    place, tip = bench.locator(".hhlab-over").bounding_box(), bench.locator(".hhlab-tip")

    def pointed(share):
        """Point into the panel of V, at a share of the width of the picture; the time that is shown there, ms."""
        page.mouse.move(place["x"] + share * place["width"], place["y"] + 60)
        return float(re.fullmatch(r"(\d+\.\d\d) ms\nV −?\d+(?:\.\d+)? mV", tip.inner_text()).group(1))

    whole = [pointed(share) for share in (0.3, 0.5, 0.7)]
    assert 0 < whole[0] < whole[1] < whole[2] < T_STOP
    page.mouse.down()
    page.mouse.up()
    settled(page)
    assert bench.locator(".hhlab-said").inner_text() == f"{whole[2]:.2f} ms"
    assert bench.locator(".hhlab-moment").inner_text().startswith("At ")
    pointed(0.3)
    page.mouse.down()
    page.mouse.move(place["x"] + 0.4 * place["width"], place["y"] + 50)
    page.mouse.move(place["x"] + 0.5 * place["width"], place["y"] + 50)
    page.mouse.up()
    settled(page)
    part = [pointed(share) for share in (0.3, 0.5, 0.7)]
    assert whole[0] < part[0] < part[1] < part[2] < whole[1]
    page.mouse.dblclick(place["x"] + 0.5 * place["width"], place["y"] + 60)
    settled(page)
    assert bench.locator(".hhlab-said").inner_text() == f"{whole[2]:.2f} ms"  # the cursor is where it was
    assert [pointed(share) for share in (0.3, 0.5, 0.7)] == whole
    page.mouse.move(0, 0)
    assert tip.is_hidden()
    moved(page, bench.locator(".hhlab-cursor"), "Escape")
    no_error(page)


def test_a_preview_lasts_as_long_as_the_drag(chrome, address, folder):
    """Also where the slider is dragged back to its place."""
    source = f"from hhlab.lab import bench\nbench.LONG = 0\n{SHORT.strip()}"
    page = open_and_run(chrome, address, notebook(folder, "preview", source), (1280, 720))
    slider, preview = page.locator(HANDLE).first, page.locator(f"{BENCH} .hhlab-preview")
    place, y = slider.bounding_box(), slider.bounding_box()["y"] + slider.bounding_box()["height"] / 2
    page.mouse.click(place["x"] + 0.3 * place["width"], y)
    settled(page)
    began = slider.input_value()
    for end, same in ((0.8, False), (0.3, True)):
        page.mouse.move(place["x"] + 0.3 * place["width"], y)
        page.mouse.down()
        page.mouse.move(place["x"] + 0.6 * place["width"], y, steps=3)
        settled(page)
        assert preview.count() == 1
        page.mouse.move(place["x"] + end * place["width"], y, steps=3)
        page.mouse.up()
        settled(page)
        assert preview.count() == 0
        assert (slider.input_value() == began) == same
        slider.evaluate("(e, value) => { e.value = value; e.dispatchEvent(new Event('input')); }", began)
        settled(page)
    no_error(page)
    page.context.close()


def test_undo_and_reset_keep_the_focus(page, bench):
    moved(page, bench.locator(HANDLE).first, "ArrowLeft")
    for name in ("Undo", "Reset"):
        button = bench.get_by_role("button", name=name, exact=True)
        button.focus()
        while button.get_attribute("aria-disabled") == "false":
            page.keyboard.press("Enter")
            settled(page)
        assert page.evaluate("document.activeElement.textContent") == name


def test_keys_of_the_notebook_do_nothing_on_a_bench(page, bench):
    press(page, bench, "More knobs")
    moved(page, bench.locator(HANDLE).nth(1), "ArrowLeft")
    notebook = "jupyterapp.shell.currentWidget.content"
    before = page.evaluate(f"[{notebook}.widgets.length, {notebook}.activeCellIndex, {notebook}.mode]")
    for control in bench.locator(CONTROLS).element_handles():
        control.focus()
        for key in ("d", "d", "x", "0", "0", "ArrowUp", "ArrowDown", "a", "b", "z", "Shift+M", "Escape"):
            page.keyboard.press(key)
        assert page.locator(".jp-Dialog").count() == 0
        assert bench.evaluate("e => e.contains(document.activeElement)")
    settled(page)
    assert page.evaluate(f"[{notebook}.widgets.length, {notebook}.activeCellIndex, {notebook}.mode]") == before
    assert page.locator(BENCH).count() == 1
    press(page, bench, "More knobs")
    no_error(page)


def test_a_pill_stays_lit_and_goes_out(page, bench):
    pill, text = bench.get_by_role("button", name="TTX", exact=True), bench.locator(".hhlab-text")
    before = text.inner_text()
    for lit in ("true", "false", "true"):
        press(page, bench, "TTX")
        assert pill.get_attribute("aria-pressed") == lit
        assert (text.inner_text() == before) == (lit == "false")
    moved(page, bench.locator(HANDLE).nth(1), "ArrowRight")
    assert pill.get_attribute("aria-pressed") == "false"
    moved(page, bench.locator(HANDLE).nth(1), "Home")
    assert pill.get_attribute("aria-pressed") == "true"


def test_a_trace_is_held_and_dropped(page, bench):
    table = bench.locator(".hhlab-table-box")
    assert table.is_hidden()
    press(page, bench, "Hold")
    moved(page, bench.locator(HANDLE).nth(1), "PageDown")
    assert table.locator("tbody tr").count() == 2
    press(page, bench, "Drop A")
    assert table.is_hidden()


def test_a_knob_goes_back_alone(page, bench):
    for number in (0, 1):
        moved(page, bench.locator(HANDLE).nth(number), "PageUp")
    fields = bench.locator(".hhlab-field")
    assert fields.nth(0).input_value() != "20"
    bench.locator(".hhlab-back").first.click()
    settled(page)
    assert bench.evaluate("e => e.contains(document.activeElement)")
    assert fields.nth(0).input_value() == "20"
    assert fields.nth(1).input_value() != "120"


def test_lab_mode_opens_and_closes(page, bench):
    bench.locator(".hhlab-icon").first.scroll_into_view_if_needed()
    small, scene = bench.locator(".hhlab-canvas").bounding_box(), bench.locator(".hhlab-scene")
    for close in ("l", ""):
        bench.locator(".hhlab-icon").first.click()
        page.wait_for_function("() => document.fullscreenElement?.classList.contains('hhlab-lab')")
        page.wait_for_timeout(300)
        large = bench.locator(".hhlab-canvas").bounding_box()
        assert large["width"] > small["width"]
        assert large["height"] + scene.bounding_box()["height"] > 480
        assert bench.evaluate("e => Math.max(e.scrollWidth - e.clientWidth, e.scrollHeight - e.clientHeight)") <= 1
        snapshot(page, "lab_mode")
        page.keyboard.press(close) if close else bench.locator(".hhlab-icon").first.click()
        page.wait_for_function("() => !document.fullscreenElement && !document.querySelector('.hhlab-lab')")
        page.wait_for_timeout(300)
        assert bench.locator(".hhlab-canvas").bounding_box() == small
    no_error(page)


def test_lab_mode_keeps_the_task_beside_the_bench(chrome, address, folder):
    name = notebook(folder, "task", "import hhlab as hh", SHORT)
    written = nbformat.read(folder / name, 4)
    words = "### Your task\n\nHalve $g_{Na}$: does the membrane **still** fire? " + "Look at h as well. " * 40
    written.cells.insert(1, nbformat.v4.new_markdown_cell(words))
    nbformat.write(written, folder / name)
    page = open_and_run(chrome, address, name, (1280, 720))
    page.locator(".hhlab-icon").first.click()
    page.wait_for_function("() => document.fullscreenElement?.classList.contains('hhlab-lab')")
    page.wait_for_timeout(300)
    task, bench = page.locator(".hhlab-lab .hhlab-task"), page.locator(".hhlab-lab")
    assert "does the membrane still fire?" in task.inner_text()
    assert "Your task" in task.inner_text()
    for part in (bench, page.locator(".hhlab-lab .hhlab-rail")):
        assert part.evaluate("e => Math.max(e.scrollWidth - e.clientWidth, e.scrollHeight - e.clientHeight)") <= 1
    snapshot(page, "lab_mode_with_task")
    page.keyboard.press("Escape")
    page.wait_for_function("() => !document.fullscreenElement")
    page.locator(".hhlab-task").wait_for(state="hidden")
    no_error(page)
    page.close()


def test_data_and_picture_are_saved(page, bench, tmp_path):
    for name in ("Save the data as CSV", "Save the picture as PNG"):
        with page.expect_download() as download:
            bench.get_by_role("button", name=name).click()
        download.value.save_as(tmp_path / download.value.suggested_filename)
    rec = hh.Recording.from_csv(tmp_path / "recording.csv")
    assert (rec.V == hh.simulate(hh.Squid(), hh.Step(20), T_STOP).V).all()
    assert (tmp_path / "recording.png").read_bytes().startswith(b"\x89PNG")


WIDE = "e => e.scrollWidth - e.clientWidth"


def test_nothing_is_clipped_in_360_pixels(page, bench):
    press(page, bench, "Hold")
    press(page, bench, "More knobs")
    bench.evaluate("e => e.parentElement.style.width = '360px'")
    page.wait_for_timeout(300)
    settled(page)
    snapshot(page, "narrow")
    for part in [bench, *bench.locator(f".hhlab-head, .hhlab-stage, .hhlab-rail, .hhlab-controls, {KNOB}").all()]:
        assert part.evaluate(WIDE) <= 1, part.inner_text()
    bench.evaluate("e => e.parentElement.style.width = ''")
    for name in ("More knobs", "Drop A"):
        press(page, bench, name)


def test_a_bench_that_was_run_below_a_closed_heading_is_drawn_when_it_is_opened(chrome, address, folder):
    name = notebook(folder, "folded", "import hhlab as hh", SHORT, CARDS[1])
    written = nbformat.read(folder / name, 4)
    heading = nbformat.v4.new_markdown_cell("## Go further", metadata={"jp-MarkdownHeadingCollapsed": True})
    written.cells.insert(1, heading)
    nbformat.write(written, folder / name)
    page = open_page(chrome, f"{address}/doc/tree/{name}", (1280, 720))
    page.wait_for_function(CONNECTED, timeout=90_000)
    assert page.locator(".jp-CodeCell:visible").count() == 1
    command(page, "notebook:run-all-cells")  # JupyterLab runs what is hidden, too, and may open the heading itself
    page.wait_for_function(DONE, timeout=120_000)
    command(page, "notebook:collapse-all-headings")
    bench = page.locator(BENCH)
    bench.wait_for(state="hidden", timeout=30_000)
    page.wait_for_timeout(500)
    command(page, "notebook:expand-all-headings")
    bench.locator(HANDLE).first.wait_for(timeout=30_000)
    page.wait_for_timeout(500)
    for canvas in (".hhlab-canvas", ".hhlab-ground", ".hhlab-scene"):
        shown = bench.locator(canvas)
        shown.scroll_into_view_if_needed()
        page.wait_for_timeout(300)  # the membrane is drawn when it comes into sight
        assert shown.bounding_box()["width"] > 600
        drawn = shown.evaluate(
            "e => new Set(new Uint32Array(e.getContext('2d').getImageData(0, 0, e.width, e.height).data.buffer)).size"
        )
        assert drawn > 10, canvas
    before = bench.locator(".hhlab-text").inner_text()
    press(page, bench, "TTX")
    assert bench.locator(".hhlab-text").inner_text() != before
    assert page.locator(".hhlab-card").is_visible()
    snapshot(page, "folded")
    no_error(page)
    page.context.close()


def test_nothing_is_clipped_at_twice_the_size(chrome, address, folder):
    notebook(folder, "large", SHORT, *CARDS)
    page = open_and_run(chrome, address, "large.ipynb", (640, 360), device_scale_factor=2)
    for frame in frames(page, ".hhlab-frame"):
        for part in frame.locator(f".hhlab-stage, .hhlab-rail, {KNOB}, .widget-html-content, .widget-radio-box").all():
            assert part.evaluate(WIDE) <= 1, part.inner_text()
    snapshot(page, "large")
    page.context.close()


LIVING = """
import hhlab as hh
hh.explore(hh.Squid(), hh.Step(20), ("voltage", "membrane"), knobs=("g_Na",), presets=("TTX",), t_stop=30)
"""
LOOKS = """() => { const canvas = document.querySelector('.hhlab-scene'), {width, height} = canvas;
  return new Uint32Array(canvas.getContext('2d').getImageData(0, 0, width, height).data.buffer)
    .reduce((sum, pixel) => Math.imul(sum ^ pixel, 16777619), 2166136261); }"""
FRAMES = """() => { const ask = window.requestAnimationFrame.bind(window), took = window.took = [];
  window.requestAnimationFrame = act => ask(now => {
    const begun = performance.now();
    act(now);
    took.push(performance.now() - begun);
  }); }"""
SLOWEST_FRAME = 24  # ms at 95 %, on any machine; 8 on one that does nothing else


def test_the_membrane_lives(chrome, address, folder):
    notebook(folder, "living", LIVING)
    page = open_and_run(chrome, address, "living.ipynb", (1280, 720))
    bench, scene = page.locator(BENCH), page.locator(".hhlab-scene")
    at_peak = scene.get_attribute("aria-label")
    assert "the inside is positive: V is 39.3 mV" in at_peak
    before = page.evaluate(LOOKS)
    page.wait_for_timeout(500)
    assert page.evaluate(LOOKS) != before, "ions tremble"
    page.evaluate(FRAMES)
    page.get_by_role("button", name="play in slow motion").click()
    page.wait_for_timeout(3000)
    page.get_by_role("button", name="pause").click()
    settled(page)
    took = sorted(page.evaluate("took"))
    assert len(took) > 30
    assert took[int(0.95 * len(took))] < SLOWEST_FRAME
    assert scene.get_attribute("aria-label") != at_peak
    press(page, bench, "TTX")
    assert "Na channels with TTX in them: 32 of 32." in scene.get_attribute("aria-label")
    snapshot(page, "living")
    bench.evaluate("e => e.parentElement.style.width = '360px'")
    page.wait_for_timeout(300)
    for part in (".hhlab-living", ".hhlab-in-words", ".hhlab-stage"):
        assert bench.locator(part).evaluate(WIDE) <= 1
    assert scene.bounding_box()["width"] < 340
    no_error(page)
    page.context.close()


def test_a_membrane_without_any_channel_is_drawn(chrome, address, folder):
    cell = "hh.GoldmanCell(P_K=0, P_Na=0, P_Cl=0)"
    bare = f'import hhlab as hh\nhh.explore({cell}, None, ("voltage", "membrane"), knobs=("P_K",), start=dict(V=-50))'
    notebook(folder, "bare", bare)
    page = open_and_run(chrome, address, "bare.ipynb", (1280, 720))
    assert page.locator(".hhlab-scene").bounding_box()["height"] > 200
    no_error(page)
    moved(page, page.locator(HANDLE).first, "PageUp")
    no_error(page)
    page.context.close()


def test_under_reduced_motion_only_the_cursor_moves_the_membrane(chrome, address, folder):
    notebook(folder, "still", LIVING)
    page = open_and_run(chrome, address, "still.ipynb", (1280, 720), reduced_motion="reduce")
    page.wait_for_timeout(2500)
    before, words = page.evaluate(LOOKS), page.locator(".hhlab-scene").get_attribute("aria-label")
    page.wait_for_timeout(700)
    assert page.evaluate(LOOKS) == before
    moved(page, page.locator(".hhlab-cursor"), *["PageUp"] * 5)
    assert page.evaluate(LOOKS) != before
    assert page.locator(".hhlab-scene").get_attribute("aria-label") != words
    scene = page.locator(".hhlab-scene")
    scene.evaluate("e => { e.style.position = 'relative'; e.style.left = '-9999px'; }")
    page.wait_for_timeout(500)
    before = page.evaluate(LOOKS)
    moved(page, page.locator(".hhlab-cursor"), *["PageUp"] * 2)
    assert page.evaluate(LOOKS) == before, "out of sight it is not drawn"
    scene.evaluate("e => { e.style.left = '0'; }")
    page.wait_for_timeout(500)
    assert page.evaluate(LOOKS) != before
    page.context.close()


def test_axe_finds_nothing_in_either_theme(chrome, address, folder, axe):
    notebook(folder, "access", SHORT, *CARDS)
    page = open_and_run(chrome, address, "access.ipynb", (1280, 1400))
    begin_axe(page, axe)
    bench = page.locator(BENCH).first
    for name in ("Hold", CODE, "More knobs"):
        press(page, bench, name)
    moved(page, bench.locator(HANDLE).nth(1), "PageUp")
    moved(page, bench.locator(".hhlab-cursor"), "ArrowRight", "ArrowRight")
    for card in frames(page, ".hhlab-card"):
        work_through(page, card)
    for theme in ("Dark", "Light"):
        in_theme(page, theme)
        snapshot(page, f"access_{theme}")
        for frame in frames(page, ".hhlab-frame"):
            assert violations(frame) == [], theme
            for control in frame.locator(CONTROLS).all():
                named = "e => e.ariaLabel || e.textContent.trim() || e.labels?.[0]?.textContent.trim()"
                assert control.evaluate(named), control.evaluate("e => e.outerHTML")
    page.context.close()


def test_play_moves_the_cursor_until_pause(chrome, address, folder):
    notebook(folder, "play", SHORT)
    page = open_and_run(chrome, address, "play.ipynb", reduced_motion="reduce", device_scale_factor=2)
    cursor = page.locator(".hhlab-cursor")
    page.wait_for_timeout(500)
    assert cursor.get_attribute("aria-valuetext") == "no cursor"
    page.get_by_role("button", name="play in slow motion").click()
    page.wait_for_timeout(2000)
    page.get_by_role("button", name="pause").click()
    settled(page)
    stopped = float(cursor.input_value())
    assert stopped > 0
    assert page.evaluate(THREADS) == [None]
    page.wait_for_timeout(500)
    assert float(cursor.input_value()) == stopped
    page.locator(".hhlab-title").scroll_into_view_if_needed()
    place = page.locator(".hhlab-over").bounding_box()
    page.mouse.move(place["x"] + 0.4 * place["width"], place["y"] + 40)
    page.mouse.down()
    page.mouse.move(place["x"] + 0.5 * place["width"], place["y"] + 40, steps=3)
    page.mouse.up()
    settled(page)
    page.get_by_role("button", name="play in slow motion").click()
    page.wait_for_timeout(1500)
    page.get_by_role("button", name="pause").click()
    moment = float(page.locator(".hhlab-said").inner_text().split()[0])
    assert 10 < moment < 15  # of 30 ms, in the part that is zoomed in on
    page.context.close()


def test_a_page_without_kernel_and_network_shows_pictures_and_texts(chrome, root, tmp_path):
    shutil.copy(root / "notebooks" / "03_action_potential.ipynb", tmp_path)
    convert = [sys.executable, "-m", "nbconvert", "--to", "html", "--execute", "03_action_potential.ipynb"]
    subprocess.run(convert, cwd=tmp_path, check=True, capture_output=True, timeout=200)
    page = chrome.new_context().new_page()
    page.route("http*://**", lambda route: route.abort())
    page.goto((tmp_path / "03_action_potential.html").as_uri())
    page.wait_for_timeout(1000)
    stills = page.locator(".hhlab-still")
    assert stills.locator("img").evaluate_all("all => all.filter(e => e.naturalWidth > 0).length") == 7
    said = " ".join(stills.all_inner_texts())
    assert said.count("spike at 6.87 ms") >= 2
    assert "Claim 14: The peak stays below" in said
    assert "What brings it back?" in said
    page.context.close()


TIDY = """
import ctypes, gc, signal
signal.signal(signal.SIGUSR1, lambda *_: (gc.collect(), ctypes.CDLL(None).malloc_trim(0)))
"""


def resident(kernel):
    """Memory in MB that a kernel with TIDY holds, after it has given back what malloc only keeps."""
    for process in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{process}/cmdline") as line, open(f"/proc/{process}/status") as status:
                if kernel in line.read():
                    os.kill(int(process), signal.SIGUSR1)
                    time.sleep(0.5)
                    return next(int(row.split()[1]) / 1000 for row in status if row.startswith("VmRSS"))
        except OSError:
            continue
    raise RuntimeError(f"there is no process of kernel {kernel}")


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc, and asks malloc of Linux")
def test_memory_stays_over_2000_moves(chrome, address, folder):
    """In a kernel of its own: in one that has done much else, memory is in pieces, and sizes tell little."""
    notebook(folder, "memory", TIDY, SHORT)
    page = open_and_run(chrome, address, "memory.ipynb", (1280, 720))
    (kernel,) = [each["kernel"]["id"] for each in asked(address, "api/sessions") if each["path"] == "memory.ipynb"]
    sizes = []
    for batch in range(20):
        moved(page, page.locator(HANDLE).nth(1), *["ArrowLeft" if batch % 2 else "ArrowRight"] * 100)
        sizes.append(resident(kernel))
    assert sizes[-1] - sizes[4] < 5, sizes  # from move 500 to 2000
    page.context.close()


def test_the_lab_asks_for_its_token_and_shows_nothing_that_is_not_of_the_course(chrome, address, page):
    without = chrome.new_context().new_page()
    without.goto(f"{address}/lab")
    assert "login" in without.url
    without.context.close()
    assert page.get_by_text("Jupyter news").count() == 0
    assert page.locator("[title='Create Assignment'], [data-id*='nbgrader']").count() == 0


def test_a_bench_that_python_changes_before_anybody_touches_it_shows_so(chrome, address, folder):
    notebook(folder, "by_python", f"import hhlab as hh\nbench = {SHORT.strip().partition(chr(10))[2]}\nbench", "pass")
    page = open_and_run(chrome, address, "by_python.ipynb")
    page.evaluate(BUSY % "bench.set(g_Na=60)")
    settled(page)
    assert page.locator(".hhlab-field").nth(1).input_value() == "60"
    no_error(page)
    page.context.close()
