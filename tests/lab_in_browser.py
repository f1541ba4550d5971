"""JupyterLab as a student has it: started by the command `hhlab`, seen in a headless Chromium."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

TOKEN = "only-for-this-test"
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
SLIDER, IDLE = ".jp-Notebook .noUi-handle", '.jp-Notebook-ExecutionIndicator[data-status="idle"]'

STARTED = "() => [...document.querySelectorAll('.jp-InputPrompt')].some(e => /[0-9*]/.test(e.textContent))"

WATCH = """() => {
  const seen = window.seen = {pressed: 0, painted: 0, source: null, drags: []};
  const largest = () => [...document.querySelectorAll('.jp-OutputArea img')]
    .filter(e => { const r = e.getBoundingClientRect(); return r.bottom > 0 && r.top < innerHeight; })
    .sort((a, b) => b.width * b.height - a.width * a.height)[0];
  addEventListener('keydown', e => { seen.pressed = e.timeStamp; seen.painted = 0; }, true);
  const look = () => {
    const picture = largest();
    if (picture && picture.complete && picture.naturalWidth && picture.src !== seen.source) {
      seen.source = picture.src;
      const channel = new MessageChannel();
      channel.port1.onmessage = () => { seen.painted = performance.now(); seen.drags.push(seen.painted); };
      channel.port2.postMessage(0);
    }
    requestAnimationFrame(look);
  };
  look();
}"""


@contextlib.contextmanager
def lab(folder: Path) -> Iterator[str]:
    """The course, opened in a folder by the command line; its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    extra = ["--no-browser", f"--port={port}", f"--IdentityProvider.token={TOKEN}"]
    command = [sys.executable, "-c", "import sys; from hhlab.cli import main; sys.exit(main())"]
    with open(folder / "jupyterlab.log", "w") as log:
        server = subprocess.Popen([*command, "--folder", str(folder), "--", *extra], stdout=log, stderr=log)
        try:
            yield answering(f"http://127.0.0.1:{port}", server, folder / "jupyterlab.log")
        finally:
            server.terminate()
            server.wait(20)


def answering(address: str, server: subprocess.Popen[bytes], log: Path) -> str:
    """The address, once the server answers there."""
    for _ in range(300):
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{address}/api?token={TOKEN}", timeout=2) as answer:
            if "version" in json.load(answer):
                return address
        if server.poll() is not None:
            break
        time.sleep(0.2)
    raise RuntimeError(f"JupyterLab did not start: {log.read_text()[-2000:]}")


@contextlib.contextmanager
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, headless=True, args=QUIET)
        yield opened
        opened.close()


def open_and_run(opened: Browser, address: str, notebook: str, size: tuple[int, int] = (1280, 900)) -> Page:
    """A notebook's page, with all cells run."""
    page = opened.new_context(viewport={"width": size[0], "height": size[1]}).new_page()
    page.goto(f"{address}/doc/tree/{notebook}?token={TOKEN}")
    page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=90_000)
    for _ in range(6):  # the menu does nothing before the kernel is connected
        page.wait_for_selector(IDLE, timeout=90_000)
        page.wait_for_timeout(1500)
        page.locator(".lm-MenuBar-itemLabel", has_text="Run").first.click()
        page.locator('li[data-command="runmenu:run-all"]').first.click()
        with contextlib.suppress(Exception):
            page.wait_for_function(STARTED, timeout=4000)
            break
        page.keyboard.press("Escape")
    page.wait_for_selector(SLIDER, timeout=90_000)
    page.wait_for_timeout(3000)
    page.wait_for_selector(IDLE, timeout=120_000)
    return page


def press(page: Page, key: str) -> float:
    """Press a key on what has the focus; milliseconds until the new picture was painted."""
    page.evaluate("() => { seen.painted = 0 }")
    page.keyboard.press(key)
    page.wait_for_function("() => seen.painted > seen.pressed", timeout=10_000)
    took = page.evaluate("() => seen.painted - seen.pressed")
    page.wait_for_timeout(120)
    return float(took)


def snapshot(page: Page, name: str) -> None:
    """Keep a screenshot where HHLAB_SCREENSHOTS says, for people to look at."""
    if place := os.environ.get("HHLAB_SCREENSHOTS"):
        page.screenshot(path=Path(place) / f"{name}.png")
