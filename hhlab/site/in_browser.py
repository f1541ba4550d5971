"""What Python runs first in the browser, before the drive with the notebooks is searched for modules.

The kernel of JupyterLite loads this under the name `piplite`, where it would have what installs packages.
"""

import contextlib
import importlib
import importlib.machinery
import io
import json
import logging
import sys
import sysconfig
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import js
import pyodide_js
from pyodide.ffi import JsException

LATER: dict[str, list[list[str]]] = json.loads(Path(__file__).with_name("later.json").read_text("utf-8"))
"""Packages that are loaded when they are first imported: for each, names and files, and "" or where they go."""
NO_PACKAGES = "Nothing can be installed here: this page fetches nothing from elsewhere."


class Later:
    """Finds the packages that are loaded when they are first imported."""

    def find_spec(self, name: str, path: Sequence[str] | None = None, target: Any = None) -> Any:
        """Load a package if it is one of these and not there yet."""
        if name not in LATER or importlib.machinery.PathFinder.find_spec(name, path):
            return None
        for package, file, folder in LATER[name]:
            if not hasattr(pyodide_js.loadedPackages, package):
                put(file, folder)
                setattr(pyodide_js.loadedPackages, package, "default channel")
        importlib.invalidate_caches()
        return importlib.machinery.PathFinder.find_spec(name, path)


def put(file: str, folder: str) -> None:
    """Fetch an archive that lies beside Python itself, and unpack it; load its libraries, which others need by name."""
    request = js.XMLHttpRequest.new()
    request.open("GET", pyodide_js._api.config.indexURL + file, False)
    request.responseType = "arraybuffer"
    with contextlib.suppress(JsException):
        request.send()
    if request.status != 200:
        raise ImportError(f"{file} could not be fetched: see whether you are connected, and run the cell again")
    with zipfile.ZipFile(io.BytesIO(request.response.to_bytes())) as archive:
        archive.extractall(folder or sysconfig.get_path("purelib"))
        libraries = archive.namelist() if folder else []
    if libraries:
        import ctypes

        loaded = pyodide_js._module.LDSO.loadedLibsByName
        for name in libraries:
            ctypes.CDLL(f"{folder}/{name}", ctypes.RTLD_GLOBAL)
            setattr(loaded, name, getattr(loaded, f"{folder}/{name}"))


async def get_transformed_code(arguments: list[str]) -> str:
    """What %pip does."""
    return f"print({NO_PACKAGES!r})"


sys.meta_path.insert(0, Later())
# Modules are looked for in the drive last: every look is a message to the page.
sys.path.remove("")
sys.path.append("")
logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)  # it tells in red that it makes a cache
