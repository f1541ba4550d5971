"""From key press to painted picture in a real Chromium: the bench against `interact` with an inline figure."""

import statistics

import nbformat
import pytest

pytestmark = pytest.mark.slow
pytest.importorskip("playwright")

from lab_in_browser import SLIDER, WATCH, browser, lab, open_and_run, press  # noqa: E402

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
STEPS = 30


def page_of(opened, address, folder, name, source):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source.strip())])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(notebook, folder / f"{name}.ipynb")
    page = open_and_run(opened, address, f"{name}.ipynb")
    page.evaluate(WATCH)
    page.locator(SLIDER).first.focus()
    page.wait_for_timeout(1000)
    return page


def test_slider_to_picture(chromium, tmp_path):
    with lab(tmp_path) as address, browser(chromium) as opened:
        pages = [page_of(opened, address, tmp_path, *each) for each in (("bench", BENCH), ("interact", INTERACT))]
        taken = [[], []]
        for step in range(STEPS + 5):
            for page, times in zip(pages, taken, strict=True):
                page.bring_to_front()
                times.append(press(page, "ArrowRight" if step // 10 % 2 else "ArrowLeft"))
    ours, theirs = (statistics.median(times[5:]) for times in taken)
    p95 = statistics.quantiles(taken[0][5:], n=20)[-1]
    print(f"\nkey press to painted picture: bench {ours:.0f} ms (p95 {p95:.0f}), ", end="")
    print(f"interact {theirs:.0f} ms, {theirs / ours:.1f} times")
    assert theirs / ours > 2
