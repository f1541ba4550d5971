"""Where the command `hhlab` begins, and `hhlab doctor`: they need nothing but Python."""

import importlib
import os
import platform
import shutil
import sys
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path

OK, NOTE, MEND = "ok", "note", "MEND"
OLDEST_PYTHON = (3, 11)
FRONT_ENDS = ("anywidget", "@jupyter-widgets/jupyterlab-manager")
LITTLE_SPACE = 200e6
FOLDER = Path("hhlab-course")

Finding = tuple[str, str, str]
"""OK, NOTE or MEND; what was found; and what to do about it."""


def main() -> int:
    """Run the command `hhlab`, or say why that cannot be; its exit code."""
    try:
        from hhlab.cli import main as command
    except ImportError as error:
        if sys.argv[1:2] == ["doctor"]:
            return doctor()
        print(f"hhlab: the installation is not whole: {error}. To see what to do, run: hhlab doctor", file=sys.stderr)
        return 1
    return command()


def doctor(folder: Path = FOLDER) -> int:
    """Look the installation over, in plain words; 1 if something has to be mended."""
    worst = OK
    for name, check in CHECKS.items():
        print(f"{name:<10}", end="", flush=True)
        try:
            state, found, remedy = check(folder)
        except Exception as error:  # whatever is broken, the other checks go on
            state, found, remedy = MEND, f"{type(error).__name__}: {error}", "first mend what stands above, if anything"
        print(f"{state:<6}{found}" + (f"\n{'':<16}To do: {remedy}" if remedy else ""))
        worst = MEND if state == MEND else worst
    print("\nThere is something to mend." if worst == MEND else "\nAll is well: hhlab opens the course.")
    return int(worst == MEND)


def _python(folder: Path) -> Finding:
    told = f"{platform.python_version()}, {sys.executable}"
    if sys.version_info < OLDEST_PYTHON:
        return MEND, told, "install Python 3.11 or newer, then the course with that"
    return OK, told, ""


def _packages(folder: Path) -> Finding:
    try:
        needed = dict(_needed("hhlab"))
    except ModuleNotFoundError:
        return MEND, "packaging is not installed", _install("packaging", "and then hhlab doctor again")
    wrong = {need: why for need, why in needed.items() if why}
    if wrong:
        return MEND, "; ".join(wrong.values()), _install(" ".join(f'"{need}"' for need in wrong))
    broken = {name: why for name in _direct() if (why := _does_not_load(name))}
    if broken:
        return MEND, "; ".join(broken.values()), _install(f"--force-reinstall --no-deps {' '.join(broken)}")
    return OK, "all there, and of versions that fit", ""


def _needed(package: str, extras: tuple[str, ...] = (), seen: set[str] | None = None) -> Iterator[tuple[str, str]]:
    """All that a package needs, and what that needs: the requirement, and what is wrong with it or ""."""
    from packaging.requirements import Requirement

    seen = set() if seen is None else seen
    for need in map(Requirement, metadata.requires(package) or ()):
        told = f"{need.name}{need.specifier}"
        wanted = not need.marker or any(need.marker.evaluate({"extra": extra}) for extra in ("", *extras))
        if not wanted or told in seen:
            continue
        seen.add(told)
        try:
            version = metadata.version(need.name)
        except metadata.PackageNotFoundError:
            yield told, f"{need.name} is not installed"
            continue
        fits = need.specifier.contains(version, prereleases=True)
        yield told, "" if fits else f"{need.name} is {version}, and {package} needs {need.specifier}"
        yield from _needed(need.name, tuple(need.extras), seen)


def _direct() -> list[str]:
    from packaging.requirements import Requirement

    needs = map(Requirement, metadata.requires("hhlab") or ())
    return [need.name for need in needs if not need.marker or need.marker.evaluate({"extra": ""})]


def _does_not_load(package: str) -> str:
    try:
        importlib.import_module({"pillow": "PIL"}.get(package, package))
    except Exception as error:
        return f"{package} does not load ({error})"
    return ""


def _install(what: str, *then: str) -> str:
    return ", ".join((f'"{sys.executable}" -m pip install {what}', *then))


def _widgets(folder: Path) -> Finding:
    from jupyter_core.paths import jupyter_path
    from jupyterlab_server.config import get_page_config

    page = get_page_config(jupyter_path("labextensions"))
    there = {each["name"] for each in page["federated_extensions"]}
    off = [name for name in FRONT_ENDS if name in page.get("disabledExtensions", ())]
    if missing := [name for name in FRONT_ENDS if name not in there]:
        remedy = _install("--force-reinstall --no-deps anywidget jupyterlab-widgets")
        return MEND, f"JupyterLab does not find {' and '.join(missing)}: benches would not show", remedy
    if off:
        return MEND, f"{' and '.join(off)} is disabled in JupyterLab", f"jupyter labextension enable {' '.join(off)}"
    return OK, "their front ends are in JupyterLab", ""


def _kernel(folder: Path) -> Finding:
    from jupyter_client.kernelspec import KernelSpecManager

    spec = KernelSpecManager().get_kernel_spec("python3")
    runs = Path(spec.argv[0])
    if runs.is_absolute() and runs.parent != Path(sys.executable).parent:
        return MEND, f"notebooks would run with another Python, {runs}", f"delete the folder {spec.resource_dir}"
    return OK, "notebooks run with this Python", ""


def _cache(folder: Path) -> Finding:
    from hhlab.kernel import run

    if not hasattr(run.__wrapped__, "stats"):
        return NOTE, "numba is not at work: the course runs, but a hundred times slower", ""
    fill_the_cache()
    stats = run.__wrapped__.stats
    if stats.cache_path is None:
        found = "no folder to keep compiled code in, so each notebook takes some seconds to start"
        return NOTE, found, "set NUMBA_CACHE_DIR to a folder that can be written"
    compiled = sum(stats.cache_misses.values())
    return OK, f"{'filled now' if compiled else 'compiled code is there'}, in {stats.cache_path}", ""


def fill_the_cache() -> None:
    """Call the kernel in each way that notebooks do: one patch, many, and a row of them, plain and rich."""
    import hhlab as hh
    from hhlab.simulation import simulate_many

    for cell in (hh.Squid(), hh.PumpCell()):
        simulate_many([cell], [hh.Step(1)], 1.0)
        simulate_many([cell], [hh.Step(1), hh.Step(2)], 1.0)
        hh.propagate(hh.Axon(membrane=cell, length=5, patches=100), t_stop=0.1)


def _browser(folder: Path) -> Finding:
    import webbrowser

    try:
        webbrowser.get()
    except webbrowser.Error:
        return NOTE, "none found: hhlab prints an address", "open it in a browser on this machine"
    return OK, "found", ""


def _folder(folder: Path) -> Finding:
    place = next(each for each in (folder.absolute(), *folder.absolute().parents) if each.exists())
    if not place.is_dir() or not os.access(place, os.W_OK):
        return MEND, f"{place} cannot be written", "choose another place, such as: hhlab --folder ~/hhlab-course"
    free = shutil.disk_usage(place).free
    found = f"{folder.absolute()}: can be written, {free / 1e9:.1f} GB free"
    return (NOTE, found, "free some space") if free < LITTLE_SPACE else (OK, found, "")


CHECKS: dict[str, Callable[[Path], Finding]] = {
    "Python": _python,
    "Packages": _packages,
    "Widgets": _widgets,
    "Kernel": _kernel,
    "Cache": _cache,
    "Browser": _browser,
    "Folder": _folder,
}

if __name__ == "__main__":
    sys.exit(doctor(Path(sys.argv[1])))
