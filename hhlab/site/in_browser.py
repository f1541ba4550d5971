"""What Python runs first in the browser.

The kernel of JupyterLite loads this under the name `piplite`, where it would have what installs packages.
"""

import contextlib
import importlib
import importlib.machinery
import io
import json
import logging
import os
import sys
import sysconfig
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import js
import pyodide_js
from comm import get_comm_manager
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


def belongs(comm: Any, message: Any) -> None:
    """Keep the notebook to which the kernel belongs where kernels of a Jupyter server have it: the page tells it."""
    os.environ["JPY_SESSION_NAME"] = message["content"]["data"]["path"]


async def get_transformed_code(arguments: list[str]) -> str:
    """What %pip does."""
    return f"print({NO_PACKAGES!r})"


sys.meta_path.insert(0, Later())
logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)  # it tells in red that it makes a cache
get_comm_manager().register_target("hhlab", belongs)
