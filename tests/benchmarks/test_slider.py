"""From key press to painted picture in a real Chromium: the bench against `interact` with an inline figure."""

import math
import statistics

import pytest

pytestmark = pytest.mark.slow
pytest.importorskip("playwright")

from lab_in_browser import HANDLE, SLIDER, WATCH, browser, lab, notebook, open_and_run, press, settled  # noqa: E402

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
FOUR = BENCH.replace('"gates"', '"gates", "currents"')
RELAY = """
import hhlab as hh
hh.explore(hh.ThalamicRelay(), hh.Step(-1, 20, 200), ("voltage", "gates"), knobs={"amplitude": (-2, 1)})
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
    page.bring_to_front()
    slider = page.locator(HANDLE).first
    place = slider.bounding_box()
    y = place["y"] + place["height"] / 2
    share = slider.evaluate("e => (e.value - e.min) / (e.max - e.min)")
    page.mouse.move(place["x"] + 8 + (place["width"] - 16) * share, y)
    page.mouse.down()
    page.evaluate("() => { seen.pictures = [] }")
    for step in range(150):
        page.mouse.move(place["x"] + place["width"] * (0.5 + 0.4 * math.sin(step / 15)), y)
        page.wait_for_timeout(18)
    page.mouse.up()
    settled(page)
    assert slider.get_attribute("aria-valuetext").split(" ")[0] == page.locator(".hhlab-field").first.input_value()
    pictures = page.evaluate("seen.pictures")
    return 1000 * (len(pictures) - 1) / (pictures[-1] - pictures[0])


def test_slider_to_picture(chromium, tmp_path):
    with lab(tmp_path) as address, browser(chromium) as opened:
        sources = {
            "bench": (BENCH, 1), "four panels": (FOUR, 1), "two held traces": (HELD, 1), "sharp screen": (BENCH, 2),
            "relay cell": (RELAY, 1), "interact": (INTERACT, 1),
        }  # fmt: skip
        pages = {
            name: page_of(opened, address, tmp_path, name, source, device_scale_factor=ratio)
            for name, (source, ratio) in sources.items()
        }
        taken = {name: [] for name in pages}
        for step in range(STEPS + 5):
            for name, page in pages.items():
                page.bring_to_front()
                taken[name].append(press(page, "ArrowRight" if step // 10 % 2 else "ArrowLeft"))
        rates = {name: dragged(pages[name]) for name in ("bench", "four panels", "relay cell")}
    middle = {name: statistics.median(times[5:]) for name, times in taken.items()}
    print("\nfrom key press to painted picture, median (95 %), and pictures a second in a drag:")
    for name, times in taken.items():
        p95 = statistics.quantiles(times[5:], n=20)[-1]
        rate = f"; {rates[name]:.0f} a second" if name in rates else ""
        print(f"  {name}: {middle[name]:.0f} ms ({p95:.0f}){rate}")
    print(f"  interact / bench: {middle['interact'] / middle['bench']:.1f} times")
    assert middle["interact"] / middle["bench"] > 3
    assert max(middle["two held traces"], middle["sharp screen"]) < 2 * middle["bench"]
