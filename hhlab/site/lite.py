"""The part of the site in which the notebooks run: JupyterLite, with Python and this package in the browser.

All that a browser needs lies in the folder, and nothing is fetched from elsewhere: Python and compiled packages come
from Pyodide, all else from the environment in which this runs. JupyterLite 0.6 belongs with Pyodide 0.27.
"""

import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Mapping
from importlib.metadata import distribution, requires, version
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from .. import course_folder
from ..lab.terms import PAGE as GLOSSARY
from ..languages import ENGLISH, LANGUAGES, spoken
from ..texts import of_course
from ..wasm import KERNEL

HERE = Path(__file__).resolve().parent
PACKAGE = HERE.parent
ADDRESS = "https://cdn.jsdelivr.net/pyodide/v0.27.7/full/"
"""Where the files of Pyodide are fetched from, unless they are in a folder."""
LOCK = "pyodide-lock.json"
RUNTIME = {
    LOCK: "9c45b916001a750f4102fc287494f3eab215909c7535c626a20db80fd6333e2c",
    "pyodide.js": "b4cb23a53aba19c221659b9fb40a2f18281d685691dc06647fb0afd0681baf98",
    "pyodide.asm.js": "6b4c90de5b7172873f04f21884d0e9d2274e305fe32116558fe3e4fbe3618d51",
    "pyodide.asm.wasm": "a50dd1843f805a0b7c45b61037ee0d7b26dfe85efe0e18ef95a34ad24e401f5f",
    "python_stdlib.zip": "16611534726e5d8ac2bd8f926410b2dcb8d6f49aa24913463533b457a2115c16",
}
"""The files of Python itself, and their SHA-256. The first one tells those of all packages."""
THERE = {"sys_platform": "emscripten", "platform_system": "Emscripten", "python_version": "3.12", "extra": ""}
FROM_PYODIDE = ("ipython", "matplotlib", "numpy", "pandas", "scipy")
"""Packages that are taken from Pyodide, with all that they depend on."""
LATER = {"matplotlib": "matplotlib", "PIL": "pillow", "pandas": "pandas", "scipy": "scipy"}
"""Modules that are loaded when they are first imported, and their packages: no bench needs them to begin."""
IN_JUPYTERLAB = ("jupyterlab-widgets", "widgetsnbextension")
"""What the site has as an extension of JupyterLab instead."""
STANDINS = ("jedi", "micropip", "ssl")
"""What the kernel loads when it starts, though nothing here needs it: empty packages stand in for it."""
FIRST = ("piplite", *STANDINS, "sqlite3", "ipykernel", "comm", "pyodide_kernel", "ipython", "hhlab")
"""What is loaded when the kernel starts, with all that it depends on."""
DRIVE_LAST = 'import sys; sys.path.remove(""); sys.path.append("")'
"""Modules are looked for in the drive with the notebooks last, as every look there is a message to the page."""
WITHOUT_JEDI = "get_ipython().Completer.use_jedi = False"
LABEXTENSIONS = "share/jupyter/labextensions"
EXTENSION = "@jupyterlite/pyodide-kernel-extension"
PYODIDE_KERNEL = "jupyterlite-pyodide-kernel==0.6.1"
"""The kernel. pip puts it into a folder of its own: in the environment, JupyterLab would try to load its extension."""
WIDGETS = ("ipywidgets==8.1.7", "jupyterlab-widgets==3.0.15")
"""The last ones for the JupyterLab 4.4 that JupyterLite 0.6 holds. They are fetched with pip."""


LINES = {"name": "jsonl", "extensions": [".jsonl"], "fileFormat": "text", "mimeTypes": ["text/plain"]}
"""Work logs are text: JupyterLite would take them for JSON, and wait for ever where it cannot read that."""


def write(folder: Path, pyodide: Path | None = None) -> None:
    """Write JupyterLite with the notebooks to a folder.

    Parameters
    ----------
    folder : where to; it is made if it is not there.
    pyodide : a folder with the files of Pyodide; without it they are fetched from where Pyodide publishes them.

    Raises
    ------
    ValueError
        If a file of Pyodide is missing or is not the one that belongs here, or a package there is too old.
    """
    if not KERNEL.is_file():
        raise ValueError(f"{KERNEL.name} is not there, and without it nothing would be fast: make it with "
                         "python -m hhlab.wasm_build, or install hhlab from its wheel")  # fmt: skip
    anywidget = Path(sys.prefix, LABEXTENSIONS, "anywidget")
    with tempfile.TemporaryDirectory() as place:
        _run("pip", "download", "--quiet", "--no-deps", "--dest", place, *WIDGETS)
        ipywidgets, in_jupyterlab = sorted(Path(place).glob("*.whl"))
        kernel = Path(place, "kernel")
        _run("pip", "install", "--quiet", "--no-deps", "--target", str(kernel), PYODIDE_KERNEL)
        extension = kernel / LABEXTENSIONS / EXTENSION
        _jupyterlite(folder, [extension, anywidget, in_jupyterlab], kernel)
        _python(folder / "pyodide", pyodide, [ipywidgets, *extension.glob("static/pypi/*.whl")])
    extension = folder / "extensions/hhlab/extension.js"
    extension.parent.mkdir(exist_ok=True)
    shutil.copyfile(HERE / extension.name, extension)
    worker = folder / "service-worker.js"
    worker.write_text(HERE.joinpath("offline.js").read_text("utf-8") + worker.read_text("utf-8"), "utf-8")
    listed = [path for part in ("api", "files") for path in (folder / part).rglob("*") if path.is_file()]
    notebooks = json.dumps([path.relative_to(folder).as_posix() for path in listed])
    folder.joinpath("notebooks.json").write_text(notebooks, "utf-8")
    settings_file = folder / "jupyter-lite.json"
    told = json.loads(settings_file.read_text("utf-8"))
    settings = told["jupyter-config-data"]
    settings["federated_extensions"].append({"name": "hhlab", "load": extension.name, "extension": "./extension"})
    settings["litePluginSettings"][f"{EXTENSION}:kernel"] |= {
        "pyodideUrl": "./pyodide/pyodide.js", "disablePyPIFallback": True, "loadPyodideOptions": {"packages": FIRST},
    }  # fmt: skip
    settings_file.write_text(json.dumps(told), "utf-8")


def _run(*module: str, **how: Any) -> None:
    """Run a module of this environment; ValueError if it fails."""
    made = subprocess.run([sys.executable, "-m", *module], capture_output=True, text=True, **how)
    if made.returncode:
        raise ValueError(f"the site could not be made, as {module[0]} failed: {made.stderr or made.stdout}")


def _jupyterlite(folder: Path, extensions: Iterable[Path], kernel: Path) -> None:
    """JupyterLite with the notebooks, without Python; `kernel` is the folder of the package of the kernel."""
    with tempfile.TemporaryDirectory() as place:
        left_out = shutil.ignore_patterns(".*", "*.worklog.jsonl")
        shutil.copytree(of_course("notebooks"), Path(place, "notebooks"), ignore=left_out)
        for name in set(LANGUAGES) - {ENGLISH}:
            with spoken(name):
                course_folder.write(Path(place, "notebooks", name))
        settings = {
            "apps": ["lab", "notebooks"], "contents": ["notebooks"], "output_dir": str(folder),
            "ignore_sys_prefix": True, "federated_extensions": list(map(str, extensions)),
            "no_sourcemaps": True, "no_unused_shared_packages": True, "extra_file_types": {"jsonl": LINES},
        }  # fmt: skip
        Path(place, "jupyter_lite_config.json").write_text(json.dumps({"LiteBuildConfig": settings}), "utf-8")
        _run("jupyterlite_core", "build", cwd=place, env=os.environ | {"PYTHONPATH": str(kernel)})


def _python(folder: Path, pyodide: Path | None, wheels: Iterable[Path]) -> None:
    """Put Python and its packages into a folder.

    The wheels are those of the kernel, and others that the environment does not have.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, sha256 in RUNTIME.items():
        (folder / name).write_bytes(_fetched(name, sha256, pyodide))
    lock = json.loads((folder / LOCK).read_text("utf-8"))
    packages = {name: lock["packages"][name] for name in _with_all_below(FROM_PYODIDE, lock["packages"])}
    for each in packages.values():
        (folder / each["file_name"]).write_bytes(_fetched(each["file_name"], each["sha256"], pyodide))
    own = {name: _wheel(name, version(name), _files_of(name)) for name in _needed_by("hhlab", packages)}
    own["hhlab"] = _wheel("hhlab", version("hhlab"), _own_files())
    depends = {name: [str(canonicalize_name(each.name)) for each in _requirements(name)] for name in own}
    for wheel in wheels:
        own[wheel.name.partition("-")[0].replace("_", "-")] = wheel.name, wheel.read_bytes()
    own |= {name: _wheel(name, "0", {}) for name in STANDINS}
    own["piplite"] = _wheel("piplite", "0", {
        "piplite/__init__.py": DRIVE_LAST.encode(),
        "piplite/piplite.py": HERE.joinpath("in_browser.py").read_bytes(),
        "piplite-0.data/data/etc/ipython/startup/completer.py": WITHOUT_JEDI.encode(),
        "piplite/cli.py": b"from .piplite import get_transformed_code as get_transformed_code",
        "piplite/later.json": json.dumps({module: _later(name, packages) for module, name in LATER.items()}).encode(),
    })  # fmt: skip
    for name, (file, content) in own.items():
        sha256 = hashlib.sha256(content).hexdigest()
        place = folder / sha256[:8] / file
        place.parent.mkdir(exist_ok=True)
        place.write_bytes(content)
        packages[name] = {
            "depends": [each for each in depends.get(name, ()) if each not in {*LATER.values(), *IN_JUPYTERLAB}],
            "file_name": f"{place.parent.name}/{file}", "imports": [name.replace("-", "_")], "install_dir": "site",
            "name": name, "package_type": "package", "sha256": sha256, "unvendored_tests": False,
            "version": file.split("-")[1],
        }  # fmt: skip
    for each in _requirements("hhlab"):
        if not each.specifier.contains(found := packages[canonicalize_name(each.name)]["version"]):
            raise ValueError(f"hhlab needs {each.name} {each.specifier} in the browser, and Pyodide 0.27.7 has {found}")
    (folder / LOCK).write_text(json.dumps(lock | {"packages": packages}), "utf-8")


def _later(name: str, packages: Mapping[str, Any]) -> list[list[str]]:
    """What a package needs: for each package its name and file, and where libraries go, which come first."""
    told = [(each, packages[each]) for each in _with_all_below([name], packages) if each != "numpy"]
    rows = [[each, about["file_name"], "/usr/lib" if about["install_dir"] == "dynlib" else ""] for each, about in told]
    return sorted(rows, key=lambda row: not row[2])


def _fetched(name: str, sha256: str, pyodide: Path | None) -> bytes:
    """A file of Pyodide; ValueError for another one than this."""
    try:
        if pyodide:
            content = (pyodide / name).read_bytes()
        else:
            with urlopen(ADDRESS + name) as answer:
                content = answer.read()
    except OSError as error:
        raise ValueError(f"{name} of Pyodide cannot be had from {pyodide or ADDRESS}: {error}") from error
    if hashlib.sha256(content).hexdigest() != sha256:
        raise ValueError(f"{name} in {pyodide or ADDRESS} is not that of Pyodide 0.27.7: its SHA-256 is another one")
    return content


def _with_all_below(names: Iterable[str], packages: Mapping[str, Any]) -> list[str]:
    """Packages of Pyodide with all that they depend on."""
    found: list[str] = []
    waiting = list(names)
    while waiting:
        name = canonicalize_name(waiting.pop())
        if name not in found:
            found.append(name)
            waiting += packages[name]["depends"]
    return sorted(found)


def _requirements(name: str) -> list[Requirement]:
    """What an installed package needs in the browser."""
    try:
        told = requires(name) or []
    except ModuleNotFoundError:
        return []
    return [each for each in map(Requirement, told) if each.marker is None or each.marker.evaluate(THERE)]


def _needed_by(name: str, there: Iterable[str]) -> list[str]:
    """All packages that an installed package needs in the browser, without itself and without those that are there."""
    found = [name]
    for each in found:
        below = [str(canonicalize_name(requirement.name)) for requirement in _requirements(each)]
        found += [needed for needed in below if needed not in (*found, *there, *IN_JUPYTERLAB)]
    return found[1:]


def _files_of(name: str) -> dict[str, bytes]:
    """The files of an installed package without its machine code, which it can do without."""
    files = [each for each in distribution(name).files or () if ".." not in each.parts]
    return {
        each.as_posix(): each.read_binary()
        for each in files
        if each.parts[0].endswith(".dist-info") or each.suffix not in (".so", ".pyd", ".pyc")
    }


def _own_files() -> dict[str, bytes]:
    """The files of this package without notebooks and guides, and what kernels run when they start."""
    files = {
        f"hhlab/{path.relative_to(PACKAGE).as_posix()}": path.read_bytes()
        for path in PACKAGE.rglob("*")
        if path.is_file() and not {"__pycache__", "docs", "notebooks"} & {*path.relative_to(PACKAGE).parts}
    }
    stem = f"hhlab-{version('hhlab')}"
    for path in (PACKAGE / "jupyter/startup").glob("*.py"):
        files[f"{stem}.data/data/etc/ipython/startup/{path.name}"] = path.read_bytes()
    about = (distribution("hhlab").read_text("METADATA") or "").encode()
    return files | {"hhlab/glossary.md": GLOSSARY.read_bytes(), f"{stem}.dist-info/METADATA": about}


def _wheel(name: str, number: str, files: Mapping[str, bytes]) -> tuple[str, bytes]:
    """A wheel of these files: its name and its content, the same for the same files."""
    stem, content = f"{name.replace('-', '_')}-{number}", io.BytesIO()
    about = f"Metadata-Version: 2.1\nName: {name}\nVersion: {number}\n".encode()
    with zipfile.ZipFile(content, "w") as archive:
        for path, data in sorted({f"{stem}.dist-info/METADATA": about, **files}.items()):
            archive.writestr(zipfile.ZipInfo(path), data, zipfile.ZIP_DEFLATED)
    return f"{stem}-py3-none-any.whl", content.getvalue()
