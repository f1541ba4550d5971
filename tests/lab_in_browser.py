"""JupyterLab as a student has it: started by the command `hhlab`, seen in a headless Chromium."""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import nbformat
import pytest
from playwright.sync_api import Browser, Locator, Page, sync_playwright

TOKEN = "only-for-this-test"
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
BENCH, HANDLE, KNOB = ".hhlab-bench", ".hhlab-slider", ".hhlab-knob"
SLIDER, STATUS = f".jp-Notebook :is({HANDLE}, .noUi-handle)", ".jp-Notebook-ExecutionIndicator"
ERRORS = '[data-mime-type="application/vnd.jupyter.error"], [data-mime-type*="stderr"]'

CONNECTED = """() => {
  const kernel = jupyterapp.shell.currentWidget?.context?.sessionContext?.session?.kernel;
  return kernel?.connectionStatus === 'connected' && kernel.status === 'idle';
}"""
# A kernel answers in turn: when it has told its version, it has answered what was sent before. A bench, and a button of
# a card, send the next message only then; so the kernel is asked again until no widget sends anything meanwhile.
ANSWERED = """async () => {
  const kernel = jupyterapp.shell.currentWidget.context.sessionContext.session.kernel;
  let sent;
  const look = (_, {direction, msg}) => { sent ||= direction === 'send' && msg.header.msg_type === 'comm_msg'; };
  kernel.anyMessage.connect(look);
  do {
    sent = false;
    await kernel.requestKernelInfo();
    await new Promise(done => setTimeout(done, 50));
    await new Promise(requestAnimationFrame);
  } while (sent);
  kernel.anyMessage.disconnect(look);
}"""
# Cells are drawn when they come into sight; they have been when nothing has come or grown for some frames.
STILL = """kind => new Promise(done => {
  let before = '', same = 0;
  const look = () => {
    const height = document.querySelector('.jp-WindowedPanel-outer').scrollHeight;
    const now = `${height} ${document.querySelectorAll(kind).length}`;
    same = now === before ? same + 1 : 0;
    before = now;
    same < 8 ? requestAnimationFrame(look) : done();
  };
  look();
})"""
MARK = """kind => [...document.querySelectorAll(kind)].filter(e => e.getClientRects().length && !e.dataset.mark)
  .map(e => e.dataset.mark = `${kind} ${window.marked = (window.marked ?? 0) + 1}`)"""
AXE = "4.14.1"
RESTART = "() => jupyterapp.shell.currentWidget.context.sessionContext.session.kernel.restart()"
DONE = """() => [...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')]
  .every(e => /[0-9]/.test(e.textContent))"""

# What goes wrong in the page is kept for `no_error`.
LISTEN = """(() => {
  const faults = window.faults = [], complain = console.error;
  console.error = (...said) => { faults.push(said.map(String).join(' ')); complain(...said); };
  addEventListener('error', e => faults.push(String(e.message)));
  addEventListener('unhandledrejection', e => faults.push(String(e.reason)));
})()"""

# A picture is new when the source of the <img> is, or when the hash of the canvas is; the other canvas of a bench, on
# top of it, shows the cursor only.
WATCH = """() => {
  const seen = window.seen = {pressed: 0, painted: 0, mark: null, pictures: []};
  const copy = new OffscreenCanvas(180, 120).getContext('2d', {willReadFrequently: true});
  const largest = () => [...document.querySelectorAll('.jp-OutputArea img, .hhlab-canvas')]
    .map(e => [e, e.getBoundingClientRect()])
    .filter(([e, r]) => r.width * r.height && r.bottom > 0 && r.top < innerHeight)
    .sort(([e, r], [f, s]) => s.width * s.height - r.width * r.height)[0]?.[0];
  const hash = canvas => {
    copy.clearRect(0, 0, 180, 120);
    copy.drawImage(canvas, 0, 0, 180, 120);
    return new Uint32Array(copy.getImageData(0, 0, 180, 120).data.buffer)
      .reduce((sum, pixel) => Math.imul(sum ^ pixel, 16777619), 2166136261);
  };
  const marked = picture => {
    if (picture?.tagName === 'CANVAS') return picture.width ? hash(picture) : seen.mark;
    return picture?.complete && picture.naturalWidth ? picture.src : seen.mark;
  };
  const channel = new MessageChannel();
  channel.port1.onmessage = () => {
    const now = performance.now(), mark = marked(largest());
    if (mark === seen.mark) return;
    seen.mark = mark;
    seen.painted = now;
    seen.pictures.push(now);
  };
  addEventListener('keydown', e => { seen.pressed = e.timeStamp; seen.painted = 0; }, true);
  const look = () => { channel.port2.postMessage(0); requestAnimationFrame(look); };
  look();
}"""


COURSE = ["-c", "import sys; from hhlab.cli import main; sys.exit(main())", "--folder", "{folder}", "--"]
NOTEBOOK_7 = ["-m", "notebook", "--allow-root", "--ServerApp.root_dir={folder}"]


@contextlib.contextmanager
def lab(folder: Path, program: Sequence[str] = COURSE) -> Iterator[str]:
    """A server in a folder: the course, as its command line opens it, unless another program is named; its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    extra = ["--no-browser", f"--port={port}", f"--IdentityProvider.token={TOKEN}", "--expose-app-in-browser"]
    command = [sys.executable, *(part.format(folder=folder) for part in program), *extra]
    own = {f"JUPYTERLAB_{kind}_DIR": str(folder / f".{kind.lower()}") for kind in ("SETTINGS", "WORKSPACES")}
    with open(folder / f"{port}.log", "w") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log, env=os.environ | own)
        try:
            yield answering(f"http://127.0.0.1:{port}", server, folder / f"{port}.log")
        finally:
            server.terminate()
            server.wait(20)


def answering(address: str, server: subprocess.Popen[bytes], log: Path) -> str:
    """The address, once the server answers there."""
    for _ in range(300):
        with contextlib.suppress(OSError):
            if "version" in asked(address, "api"):
                return address
        if server.poll() is not None:
            break
        time.sleep(0.2)
    raise RuntimeError(f"JupyterLab did not start: {log.read_text()[-2000:]}")


def asked(address: str, path: str, method: str = "GET") -> Any:
    """What the server answers to a request."""
    request = urllib.request.Request(
        f"{address}/{path}", method=method, headers={"Authorization": f"token {TOKEN}"}, data=b"{}" * (method != "GET")
    )
    with urllib.request.urlopen(request, timeout=5) as answer:
        return json.loads(answer.read() or b"null")


@contextlib.contextmanager
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, headless=True, args=QUIET)
        yield opened
        opened.close()


def notebook(folder: Path, name: str, *sources: str) -> str:
    """Write a notebook of code cells; its name."""
    written = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source.strip()) for source in sources])
    written.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(written, folder / f"{name}.ipynb")
    return f"{name}.ipynb"


def open_and_run(opened: Browser, address: str, name: str, size: tuple[int, int] = (1280, 900), **context: Any) -> Page:
    """A notebook's page, with all cells run, also those that begin folded."""
    page = open_page(opened, f"{address}/doc/tree/{name}", size, **context)
    page.wait_for_function(CONNECTED, timeout=90_000)
    command(page, "notebook:expand-all-headings")
    page.wait_for_function("() => !jupyterapp.shell.currentWidget.content.widgets.some(e => e.headingCollapsed)")
    run_all(page)
    return page


def open_page(
    opened: Browser, where: str, size: tuple[int, int] = (1280, 900), first: str = "", **context: Any
) -> Page:
    """A notebook's page in JupyterLab or Notebook 7, when its kernel is ready; `first` is a script that runs before."""
    page = opened.new_context(viewport={"width": size[0], "height": size[1]}, **context).new_page()
    page.add_init_script(LISTEN + ";" + first)
    page.goto(f"{where}?token={TOKEN}")
    page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=90_000)
    page.wait_for_selector(f'{STATUS}[data-status="idle"]', state="attached", timeout=90_000)
    return page


def command(page: Page, name: str, **arguments: Any) -> None:
    """Start a command of JupyterLab, as its menus do."""
    page.evaluate("([name, given]) => void jupyterapp.commands.execute(name, given)", [name, arguments])


def run_all(page: Page) -> None:
    """Run all cells, open all headings, and wait for the widgets."""
    page.wait_for_function(CONNECTED, timeout=90_000)
    command(page, "notebook:run-all-cells")
    page.wait_for_function(DONE, timeout=120_000)
    command(page, "notebook:expand-all-headings")
    page.wait_for_selector(SLIDER, timeout=90_000)
    still(page)
    settled(page)


def restart(page: Page) -> None:
    """Start the notebook's kernel anew, as its button does."""
    page.evaluate(RESTART)


def settled(page: Page) -> None:
    """Wait until the kernel has answered all that was sent to it, and the answers are shown."""
    page.evaluate(ANSWERED)


def still(page: Page, kind: str = HANDLE) -> None:
    """Wait until no more of a kind come into sight."""
    page.evaluate(STILL, kind)


def no_error(page: Page) -> None:
    """No cell, no widget and no script has complained."""
    said = page.locator(ERRORS).all_inner_texts() + page.evaluate("faults")
    assert not said, said


def frames(page: Page, kind: str = BENCH) -> Iterator[Locator]:
    """Scroll through the notebook, and stop at every bench or card."""
    outer, y = ".jp-WindowedPanel-outer", 0
    page.evaluate("document.querySelectorAll('[data-mark]').forEach(e => delete e.dataset.mark)")
    while y < page.evaluate(f"document.querySelector('{outer}').scrollHeight"):
        page.evaluate(f"y => document.querySelector('{outer}').scrollTo(0, y)", y)
        still(page, kind)
        for mark in page.evaluate(MARK, kind):
            frame = page.locator(f'[data-mark="{mark}"]')
            frame.scroll_into_view_if_needed()
            yield frame
        y += 600


def npm(place: Path, name: str, version: str) -> Path:
    """A package as the npm registry has it, unpacked; without npm a skip, or a failure where CI promised to have it."""
    if shutil.which("npm") is None:
        pytest.fail("CI has no npm") if os.environ.get("CI") else pytest.skip("needs npm")
    subprocess.run(["npm", "pack", "--silent", f"{name}@{version}"], cwd=place, check=True, capture_output=True)
    archive = next(place.glob("*.tgz"))
    shutil.unpack_archive(archive, place / name)
    archive.unlink()
    return place / name / "package"


def axe_core(place: Path) -> str:
    """The code of axe-core."""
    return (npm(place, "axe-core", AXE) / "axe.min.js").read_text()


def press(page: Page, key: str, patience: int = 10_000) -> float:
    """Press a key on what has the focus; milliseconds until the new picture was painted."""
    page.evaluate("() => { seen.painted = 0 }")
    page.keyboard.press(key)
    page.wait_for_function("() => seen.painted > seen.pressed", timeout=patience)
    took = page.evaluate("() => seen.painted - seen.pressed")
    page.wait_for_timeout(120)
    return float(took)


def moved(page: Page, handle: Locator, *keys: str) -> None:
    """Move a slider by its keys, and wait for the answer."""
    handle.focus()
    for key in keys:
        page.keyboard.press(key)
    settled(page)


def snapshot(page: Page, name: str) -> None:
    """Keep a screenshot where HHLAB_SCREENSHOTS says, for people to look at."""
    if place := os.environ.get("HHLAB_SCREENSHOTS"):
        page.screenshot(path=Path(place) / f"{name}.png")
