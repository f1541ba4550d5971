"""From key press to painted picture in a real Chromium: every bench of the course against `interact`."""

import contextlib
import os
import shutil
import statistics

import pytest

pytestmark = pytest.mark.slow
pytest.importorskip("playwright")

from lab_in_browser import BENCH, HANDLE, SLIDER, WATCH, browser, lab, notebook, open_and_run, press, still  # noqa: E402
from playwright.sync_api import TimeoutError as TooLate  # noqa: E402

SQUID = """
import hhlab as hh
hh.explore(hh.Squid(), hh.Step(20), ("voltage", "conductances", "gates"), knobs=("g_Na", "g_K", "T"), t_stop=30)
"""
FOUR = SQUID.replace('"gates"', '"gates", "currents"')
LIVING = SQUID.replace('"gates"', '"gates", "membrane"')
HELD = (
    SQUID.replace("hh.explore", "bench = hh.explore")
    + "bench.set(g_K=20); bench.hold(); bench.set(g_K=60); bench.hold(); bench.reset()\nbench"
)
INTERACT = """
import hhlab as hh, ipywidgets, matplotlib.pyplot as plt
@ipywidgets.interact(g_Na=(0.0, 240.0, 1.0))
def show(g_Na=120.0):
    rec = hh.simulate(hh.Squid(g_Na=g_Na), hh.Step(20), 30)
    figure, axes = plt.subplots(3, 1, figsize=(7.2, 5.1), sharex=True)
    axes[0].plot(rec.t, rec.V)
    for panel, traces in zip(axes[1:], (rec.g, rec.gate)):
        for name, trace in traces.items():
            panel.plot(rec.t, trace, label=name)
        panel.legend()
    plt.show()
"""
STEPS = 30
STEPS_IN_COURSE = 8
SIZE = 1400, 1150
HEAD = "from key press to picture, median (95 %), against interact; pictures and frames a second in a drag:"

# One value of the slider a frame, as a quick hand gives them; the frames, and the pictures that were painted meanwhile.
DRAG = """async ([slider, ms]) => {
  const begun = performance.now();
  let frames = 0, forth = true;
  seen.pictures = [];
  slider.dispatchEvent(new PointerEvent('pointerdown', {bubbles: true}));
  while (performance.now() - begun < ms) {
    await new Promise(requestAnimationFrame);
    const before = slider.value;
    for (const turn of [0, 1]) {
      forth ? slider.stepUp() : slider.stepDown();
      if (slider.value !== before) break;
      forth = !forth;
    }
    slider.dispatchEvent(new Event('input', {bubbles: true}));
    frames++;
  }
  slider.dispatchEvent(new Event('change', {bubbles: true}));
  const took = performance.now() - begun;
  return [1000 * frames / took, 1000 * seen.pictures.length / took];
}"""


def watched(opened, address, name, **context):
    page = open_and_run(opened, address, name, SIZE, **context)
    page.evaluate(WATCH)
    page.locator(SLIDER).first.focus()
    page.wait_for_timeout(1000)
    return page


def pressed(page, steps):
    """How long each of some key presses took to its picture, ms; there and back, after two that do not count.

    A press that changes nothing that is seen is left out.
    """
    times = []
    for step in range(-2, steps):
        with contextlib.suppress(TooLate):
            times.append(press(page, "ArrowRight" if step // 10 % 2 else "ArrowLeft", patience=1000))
    return times[2:]


def dragged(page, slider, seconds):
    """Frames and pictures a second while a slider is dragged."""
    return page.evaluate(DRAG, [slider.element_handle(), 1000 * seconds])


def line(name, times, rates, interact):
    middle, late = (statistics.median(times), statistics.quantiles(times, n=20)[-1]) if len(times) > 2 else (0.0, 0.0)
    times_faster = interact / max(middle, 1)
    print(f"  {name}: {middle:.0f} ms ({late:.0f}), {times_faster:.1f} times; {rates[1]:.0f} of {rates[0]:.0f}")
    return middle


def test_slider_to_picture(chromium, tmp_path):
    print(f"\n{HEAD}")
    with lab(tmp_path) as address, browser(chromium) as opened:
        pages = {
            name: watched(opened, address, notebook(tmp_path, name, source), device_scale_factor=ratio)
            for name, source, ratio in [
                ("interact", INTERACT, 1), ("three panels", SQUID, 1), ("four panels", FOUR, 1),
                ("with the membrane", LIVING, 1), ("two held traces", HELD, 1), ("sharp screen", SQUID, 2),
            ]
        }  # fmt: skip
        taken = {name: [] for name in pages}
        for _ in range(3):  # in turn
            for name, page in pages.items():
                page.bring_to_front()
                taken[name] += pressed(page, STEPS // 3)
        interact = statistics.median(taken.pop("interact"))
        print(f"  interact: {interact:.0f} ms")
        middle, shares = {}, {}
        for name, times in taken.items():
            pages[name].bring_to_front()
            rates = dragged(pages[name], pages[name].locator(HANDLE).first, 3)
            middle[name], shares[name] = line(name, times, rates, interact), rates[1] / rates[0]
        for page in pages.values():
            page.close()
    quick = "three panels", "four panels", "with the membrane"
    assert interact / max(middle[name] for name in quick) > 4
    assert max(middle["two held traces"], middle["sharp screen"]) < 2 * middle["three panels"]
    assert min(shares[name] for name in quick) > 0.3


@pytest.mark.skipif(bool(os.environ.get("CI")), reason="it takes five minutes: for those who look at the numbers")
def test_every_bench_of_the_course(chromium, tmp_path, root):
    print(f"\n{HEAD}")
    found = []
    with lab(tmp_path) as address, browser(chromium) as opened:
        page = watched(opened, address, notebook(tmp_path, "interact", INTERACT))
        interact = statistics.median(pressed(page, STEPS))
        print(f"  interact: {interact:.0f} ms")
        page.close()
        for path in sorted((root / "notebooks").glob("0*.ipynb")):
            shutil.copy(path, tmp_path)
            page = watched(opened, address, path.name)
            for number in range(page.locator(BENCH).count()):
                bench = page.locator(BENCH).nth(number)
                bench.scroll_into_view_if_needed()
                still(page)
                slider = bench.locator(HANDLE).first
                slider.focus()
                times = pressed(page, STEPS_IN_COURSE)
                found.append(line(f"{path.stem[:2]}, bench {number + 1}", times, dragged(page, slider, 1), interact))
            page.close()
    assert interact / max(found) > 1.5
