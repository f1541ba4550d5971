"""From key press to painted picture in a real Chromium: the bench against `interact` with an inline figure."""

import math
import statistics

import pytest

pytestmark = pytest.mark.slow
pytest.importorskip("playwright")

from lab_in_browser import KNOB, SLIDER, WATCH, browser, lab, notebook, open_and_run, press, settled  # noqa: E402

BENCH = """
import hhlab as hh
hh.explore(hh.Squid(), hh.Step(20), ("voltage", "conductances", "gates"), knobs=("g_Na", "g_K", "T"), t_stop=30)
"""
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
HELD = (
    BENCH.replace("hh.explore", "bench = hh.explore")
    + "bench.set(g_K=20); bench.hold(); bench.set(g_K=60); bench.hold(); bench.reset()\nbench"
)
STEPS = 30


def page_of(opened, address, folder, name, source, **context):
    page = open_and_run(opened, address, notebook(folder, name, source), (1400, 1150), **context)
    page.evaluate(WATCH)
    page.locator(SLIDER).first.focus()
    page.wait_for_timeout(1000)
    return page


def dragged(page):
    """Pictures a second while the mouse drags the first slider to and fro; it ends on the last value."""
    place = page.locator(".noUi-base").first.bounding_box()
    y = place["y"] + place["height"] / 2
    page.mouse.move(place["x"] + place["width"] / 2, y)
    page.mouse.down()
    page.evaluate("() => { seen.pictures = [] }")
    for step in range(150):
        page.mouse.move(place["x"] + place["width"] * (0.5 + 0.4 * math.sin(step / 15)), y)
        page.wait_for_timeout(18)
    page.mouse.up()
    settled(page)
    typed = float(page.locator(f"{KNOB} input").first.input_value())
    assert float(page.locator(SLIDER).first.get_attribute("aria-valuenow")) == pytest.approx(typed)
    pictures = page.evaluate("seen.pictures")
    return 1000 * (len(pictures) - 1) / (pictures[-1] - pictures[0])


def test_slider_to_picture(chromium, tmp_path):
    with lab(tmp_path) as address, browser(chromium) as opened:
        sources = {"bench": (BENCH, 1), "held": (HELD, 1), "sharp": (BENCH, 2), "interact": (INTERACT, 1)}
        pages = {
            name: page_of(opened, address, tmp_path, name, source, device_scale_factor=ratio)
            for name, (source, ratio) in sources.items()
        }
        taken = {name: [] for name in pages}
        for step in range(STEPS + 5):
            for name, page in pages.items():
                page.bring_to_front()
                taken[name].append(press(page, "ArrowRight" if step // 10 % 2 else "ArrowLeft"))
        pages["bench"].bring_to_front()
        rate = dragged(pages["bench"])
    middle = {name: statistics.median(times[5:]) for name, times in taken.items()}
    p95 = statistics.quantiles(taken["bench"][5:], n=20)[-1]
    print(f"\nkey press to painted picture: bench {middle['bench']:.0f} ms (p95 {p95:.0f}), two held traces ", end="")
    print(f"{middle['held']:.0f}, sharp screen {middle['sharp']:.0f}, interact {middle['interact']:.0f}; ", end="")
    print(f"{middle['interact'] / middle['bench']:.1f} times; in a drag {rate:.0f} pictures a second")
    assert middle["interact"] / middle["bench"] > 3
    assert max(middle["held"], middle["sharp"]) < 2 * middle["bench"]
