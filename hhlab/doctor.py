"""`hhlab doctor`: what an installation lacks, and what to do about it. It needs nothing but Python."""

import importlib
import os
import platform
import shutil
import sys
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path
from typing import Any, NamedTuple

OK, NOTE, MEND = "ok", "note", "MEND"
OLDEST_PYTHON = (3, 11)
FRONT_ENDS = ("anywidget", "@jupyter-widgets/jupyterlab-manager")
LITTLE_SPACE = 200e6
"""Bytes that should be free where the notebooks are."""
IMPORTED_AS = {"ipython": "IPython"}
"""The names by which packages are imported, where these are not the names by which they are installed."""


class Diagnosis(NamedTuple):
    """What one check says."""

    state: str  # OK, NOTE or MEND
    found: str
    remedy: str = ""


def examine(folder: Path) -> int:
    """Check the installation, and print what was found and what to do.

    Parameters
    ----------
    folder : Path
        The folder in which the notebooks are, or will be.

    Returns
    -------
    int
        The exit code: 1 if something has to be mended, 0 if not.
    """
    ill = False
    for name, check in CHECKS.items():
        print(f"{name:<10}", end="", flush=True)
        try:
            told = check(folder)
        except Exception as error:  # whatever is broken, the other checks go on
            told = Diagnosis(
                MEND,
                f"{type(error).__name__}: {error}",
                "first do what is said above, if anything, and then run hhlab doctor again",
            )
        print(f"{told.state:<6}{told.found}")
        if told.remedy:
            print(f"{'':<16}To do: {told.remedy}")
        ill |= told.state == MEND
    print(
        "\nSomething does not work yet. Do what is said after “To do”."
        if ill
        else "\nAll is well: hhlab can open the course."
    )
    return int(ill)


def _python(folder: Path) -> Diagnosis:
    found = f"{platform.python_version()}, {sys.executable}"
    if sys.version_info < OLDEST_PYTHON:
        return Diagnosis(MEND, found, "install Python 3.11 or newer, and then install the course with it")
    return Diagnosis(OK, found)


def _packages(folder: Path) -> Diagnosis:
    try:
        needed = dict(_needed("hhlab"))
    except ModuleNotFoundError:
        return Diagnosis(MEND, "packaging is not installed", f"run {_install('packaging')} and then hhlab doctor again")
    wrong = {need: why for need, why in needed.items() if why}
    if wrong:
        return Diagnosis(MEND, "; ".join(wrong.values()), _install(" ".join(f'"{need}"' for need in wrong)))
    broken = {need.name: why for need in _required("hhlab") if (why := _does_not_load(need.name))}
    if broken:
        remedy = _install(f"--force-reinstall --no-deps {' '.join(broken)}")
        return Diagnosis(MEND, "; ".join(broken.values()), remedy)
    return Diagnosis(OK, "all of them are installed, in versions that work together")


def _needed(package: str, extras: tuple[str, ...] = (), seen: set[str] | None = None) -> Iterator[tuple[str, str]]:
    """All that a package needs, and what that needs: the requirement, and what is wrong with it or ""."""
    seen = set() if seen is None else seen
    for need in _required(package, extras):
        told = f"{need.name}{need.specifier}"
        if told in seen:
            continue
        seen.add(told)
        try:
            version = metadata.version(need.name)
        except metadata.PackageNotFoundError:
            yield told, f"{need.name} is not installed"
            continue
        fits = need.specifier.contains(version, prereleases=True)
        yield told, "" if fits else f"{need.name} has version {version}, but {package} needs {need.specifier}"
        yield from _needed(need.name, tuple(need.extras), seen)


def _required(package: str, extras: tuple[str, ...] = ()) -> list[Any]:
    """What a package requires here, as requirements of `packaging`; with some of its extras."""
    from packaging.requirements import Requirement

    needs, chosen = map(Requirement, metadata.requires(package) or ()), ("", *extras)
    return [n for n in needs if not n.marker or any(n.marker.evaluate({"extra": extra}) for extra in chosen)]


def _does_not_load(package: str) -> str:
    try:
        importlib.import_module(IMPORTED_AS.get(package, package.replace("-", "_")))
    except Exception as error:
        return f"{package} cannot be loaded ({error})"
    return ""


def _install(what: str) -> str:
    return f'"{sys.executable}" -m pip install {what}'


def _widgets(folder: Path) -> Diagnosis:
    from jupyter_core.paths import jupyter_path
    from jupyterlab_server.config import get_page_config

    page = get_page_config(jupyter_path("labextensions"))
    there = {each["name"] for each in page["federated_extensions"]}
    off = [name for name in FRONT_ENDS if name in page.get("disabledExtensions", ())]
    if missing := [name for name in FRONT_ENDS if name not in there]:
        found = f"JupyterLab cannot find {', '.join(missing)}, so benches would not be shown"
        return Diagnosis(MEND, found, _install("--force-reinstall --no-deps anywidget jupyterlab-widgets"))
    if off:
        remedy = f"jupyter labextension enable {' '.join(off)}"
        return Diagnosis(
            MEND, f"JupyterLab has these turned off, so benches would not be shown: {', '.join(off)}", remedy
        )
    return Diagnosis(OK, "JupyterLab can show benches")


def _kernel(folder: Path) -> Diagnosis:
    from jupyter_client.kernelspec import KernelSpecManager

    spec = KernelSpecManager().get_kernel_spec("python3")
    runs = Path(spec.argv[0])
    if runs.is_absolute() and runs.parent != Path(sys.executable).parent:
        found = f"notebooks would run with another Python, {runs}, which may lack hhlab"
        return Diagnosis(MEND, found, f"delete the folder {spec.resource_dir}")
    return Diagnosis(OK, "notebooks run with this Python")


def _cache(folder: Path) -> Diagnosis:
    from . import compile_cache, kernel

    run = getattr(kernel.run, "__wrapped__", None)
    if run is None:
        return Diagnosis(
            NOTE,
            "numba does not work here: the course runs, but a hundred times more slowly",
            "install numba, if there is one for this Python",
        )
    fill_the_cache()
    if run.stats.cache_path is None:
        found = "there is no folder in which compiled code can be kept, so each notebook takes about 20 s to start"
        return Diagnosis(NOTE, found, compile_cache.ADVICE)
    compiled, place = sum(run.stats.cache_misses.values()), run.stats.cache_path
    return Diagnosis(OK, f"code was compiled now, in {place}" if compiled else f"code is compiled already, in {place}")


def clear_the_cache() -> str:
    """Delete the compiled code that is kept; in a sentence, how much there was and where."""
    from . import compile_cache, kernel

    jitted = [each.__wrapped__ for each in (kernel.run, kernel.rates) if hasattr(each, "__wrapped__")]
    gone = [path for each in jitted for path in compile_cache.clear(each)]
    if not gone:
        return "There was no compiled code to delete."
    return f"Compiled code was deleted from {gone[0].parent}. It is compiled again for the next trace."


def fill_the_cache() -> None:
    """Call the kernel in each way that notebooks do: one patch, many, and a row of them, plain and rich."""
    import hhlab as hh

    from .simulation import simulate_many

    for cell in (hh.Squid(), hh.PumpCell()):
        simulate_many([cell], [hh.Step(1)], 1.0)
        simulate_many([cell], [hh.Step(1), hh.Step(2)], 1.0)
        hh.propagate(hh.Axon(membrane=cell, length=5, patches=100), t_stop=0.1)


def _browser(folder: Path) -> Diagnosis:
    import webbrowser

    try:
        webbrowser.get()
    except webbrowser.Error:
        return Diagnosis(
            NOTE, "no browser was found, so hhlab prints an address", "open this address in a browser on this machine"
        )
    return Diagnosis(OK, "a browser was found")


def _folder(folder: Path) -> Diagnosis:
    place = next(each for each in (folder.absolute(), *folder.absolute().parents) if each.exists())
    if not place.is_dir() or not os.access(place, os.W_OK):
        remedy = "choose another folder, for example: hhlab --folder ~/hhlab-course"
        return Diagnosis(MEND, f"hhlab cannot write to {place}", remedy)
    free = shutil.disk_usage(place).free
    found = f"hhlab can write to {folder.absolute()}, where {free / 1e9:.1f} GB are free"
    return (
        Diagnosis(NOTE, found, "delete what you no longer need, or choose another folder")
        if free < LITTLE_SPACE
        else Diagnosis(OK, found)
    )


CHECKS: dict[str, Callable[[Path], Diagnosis]] = {
    "Python": _python,
    "Packages": _packages,
    "Widgets": _widgets,
    "Kernel": _kernel,
    "Cache": _cache,
    "Browser": _browser,
    "Folder": _folder,
}
