"""The command `hhlab`: opens the course in JupyterLab, on a working copy of the notebooks, or helps teachers."""

import argparse
import contextlib
import errno
import importlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path

from . import doctor, teaching

FOLDER = Path("hhlab-course")
SETTINGS = Path(__file__).resolve().parent / "jupyter"
"""Settings for the JupyterLab that this command starts: it asks no server for anything, and builds nothing."""
INTERRUPTED = 130
"""The exit code of a command that Ctrl-C ended."""
EXAMPLES = """
examples:
  hhlab                               copy what is missing to ./hhlab-course, and open it
  hhlab --folder ~/physiology         the same elsewhere
  hhlab --update                      put new versions of notebooks beside yours
  hhlab doctor                        see whether everything is in place, and what to do if not
  hhlab -- --no-browser --port 9000   what follows -- goes to JupyterLab
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; its exit code. What follows `--` goes to JupyterLab."""
    try:
        return _run(list(sys.argv[1:] if arguments is None else arguments))
    finally:
        try:
            print(end="", flush=True)
        except OSError:  # nobody reads what is left, as in: hhlab doctor | head -1
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _run(given: list[str]) -> int:
    """Run the command; what goes wrong is told in a sentence."""
    at = given.index("--") if "--" in given else len(given)
    options = _absolute(_parser().parse_args(given[:at]))
    try:
        with contextlib.chdir(SETTINGS):
            code = int(options.run(options, given[at + 1 :]))
            print(end="", flush=True)
        return code
    except KeyboardInterrupt:
        print("hhlab: interrupted. The same command goes on where this one ended", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        return 1
    except ImportError as error:
        told = f"the installation is not whole: {error}. To see what to do, run: hhlab doctor"
    except OSError as error:
        told = _of_a_file(error, options)
    except ValueError as error:
        told = str(error)
    print(f"hhlab: {told}", file=sys.stderr)
    return 1


def _of_a_file(error: OSError, options: argparse.Namespace) -> str:
    """What is wrong with a file or a folder, and what to do."""
    place, option = (options.out, "--out") if "out" in options else (options.folder, "--folder")
    path = Path(str(error.filename or place))
    if not path.is_relative_to(place) and not place.is_relative_to(path):
        return f"{path} cannot be used: {error.strerror}"
    full = error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", None))
    advice = "Free some space, or choose another disk" if full else "Choose another place"
    return f"cannot write to {place}: {error.strerror}. {advice} with {option}"


def _absolute(options: argparse.Namespace) -> argparse.Namespace:
    """The options with whole paths, and with the folder in which the command was given as `began`.

    The command works elsewhere: Numba and Matplotlib would take settings from files in the current folder.
    """
    began = Path.cwd()
    for name, value in vars(options).items():
        if isinstance(value, Path):
            setattr(options, name, began / value)
        elif isinstance(value, list):
            setattr(options, name, [began / each if isinstance(each, Path) else each for each in value])
    options.began = began
    return options


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="hhlab", formatter_class=argparse.RawDescriptionHelpFormatter, epilog=EXAMPLES,
        description="Open the course in JupyterLab, on a working copy of its notebooks that is yours to change.",
    )  # fmt: skip
    parser.set_defaults(run=_open_course)
    parser.add_argument("--folder", type=Path, default=FOLDER, help=f"the working copy (default: {FOLDER})")
    parser.add_argument("--version", action="version", version=f"hhlab {version('hhlab')}")
    parser.add_argument("--copy-only", action="store_true", help="copy the notebooks, do not open JupyterLab")
    parser.add_argument("--update", action="store_true", help="put the course's version beside notebooks that differ")
    commands = parser.add_subparsers(title="commands", metavar=", ".join(("doctor", *teaching.COMMANDS)))
    words = "Look the installation over, and say what to do."
    doctors = commands.add_parser("doctor", help=words, description=words)
    doctors.add_argument("--clear-cache", action="store_true", help="first delete the compiled code that is kept")
    doctors.set_defaults(run=_doctor)
    for name, (run, words, add) in teaching.COMMANDS.items():
        command = commands.add_parser(name, help=words, description=words)
        command.set_defaults(run=run)
        add(command)
    return parser


def _doctor(options: argparse.Namespace, extra: Sequence[str]) -> int:
    os.environ.update(environment(options.folder))
    if options.clear_cache:
        print(doctor.clear_the_cache())
    return doctor.examine(options.folder)


def _open_course(options: argparse.Namespace, extra: Sequence[str]) -> int:
    if not options.copy_only:
        must_be_whole()
    new = copy_missing(notebooks(), options.folder)
    beside = put_beside(notebooks(), options.folder) if options.update else []
    print(f"{options.folder.resolve()}: {len(new)} notebooks copied, what was there is as you left it.")
    for path in beside:
        print(f"The course's version of a notebook that differs from yours is beside it: {path.name}")
    if options.copy_only:
        return 0
    os.chdir(options.began)
    return open_lab(options.folder, extra)


def must_be_whole() -> None:
    """ImportError if a package without which the course cannot open is missing or broken."""
    try:
        importlib.import_module("hhlab.simulation")
    except Exception as error:  # a broken package may raise anything
        raise ImportError(error) from error
    if importlib.util.find_spec("jupyterlab") is None:
        raise ImportError("JupyterLab is not installed")


def notebooks() -> Path:
    """The folder of the course's notebooks: inside the installed package, or beside it in a checkout."""
    package = Path(__file__).resolve().parent
    return next(place for place in (package / "notebooks", package.parent / "notebooks") if place.is_dir())


def copy_missing(source: Path, target: Path) -> list[Path]:
    """Copy what the target folder does not have; never over a file that is there. The files copied."""
    return [place for path, place in _places(source, target) if _copied(path, place)]


def put_beside(source: Path, target: Path) -> list[Path]:
    """Copy each notebook whose text or code differs to a name with this version, beside the other. The files copied."""
    differ = [(path, place) for path, place in _places(source, target) if _cells(path) != _cells(place)]
    named = [(path, place.with_stem(f"{place.stem}_{version('hhlab')}")) for path, place in differ]
    return [place for path, place in named if _copied(path, place)]


def _places(source: Path, target: Path) -> Iterator[tuple[Path, Path]]:
    for path in sorted(source.rglob("*.ipynb")):
        if ".ipynb_checkpoints" not in path.parts:
            yield path, target / path.relative_to(source)


def _copied(path: Path, place: Path) -> bool:
    """Copy a file, wholly or not at all, unless something is there."""
    if os.path.lexists(place):
        return False
    place.parent.mkdir(parents=True, exist_ok=True)
    part = place.with_name(f".{place.name}.{os.getpid()}")
    try:
        shutil.copyfile(path, part)
        part.replace(place)
    finally:
        part.unlink(missing_ok=True)
    return True


def _cells(path: Path) -> list[str]:
    """The text and code of a notebook, without what came out; empty if it cannot be read."""
    try:
        return ["".join(cell["source"]) for cell in json.loads(path.read_text("utf-8"))["cells"]]
    except (ValueError, LookupError, TypeError):
        return []


def open_lab(folder: Path, extra: Sequence[str]) -> int:
    """Run JupyterLab in a folder; its exit code.

    It listens on loopback only, on a port that is free, and keeps its token. What the user gives takes the place of
    what the course would say.
    """
    ours = {
        ("--ServerApp.root_dir", "--notebook-dir"): str(folder.resolve()),
        ("--ServerApp.ip", "--ip"): "127.0.0.1",
        ("--LabApp.extension_manager",): "readonly",
        ("--LabApp.default_url",): "/lab/tree/00_start_here.ipynb",
    }
    given = {option.partition("=")[0] for option in extra}
    command = [sys.executable, "-P", "-m", "jupyterlab"]
    command += [f"{names[0]}={value}" for names, value in ours.items() if not given.intersection(names)]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    return start([*command, *extra], environment(folder))


def environment(folder: Path) -> dict[str, str]:
    """The environment of what this command starts: with its settings, and a home that can be written."""
    quiet = os.pathsep.join(filter(None, (str(SETTINGS), os.environ.get("JUPYTER_CONFIG_PATH"))))
    return {**os.environ, **home(folder), "JUPYTER_CONFIG_PATH": quiet}


def home(folder: Path) -> dict[str, str]:
    """A home inside the working copy, for settings and caches, where the user's own cannot be written."""
    own = os.path.expanduser("~")
    return {} if os.path.isdir(own) and os.access(own, os.W_OK) else {"HOME": str(folder.resolve() / ".home")}


def start(command: list[str], environment: dict[str, str]) -> int:
    """Become another program, so that what ends this one ends that; where this cannot be, wait for its exit code."""
    if os.name == "posix":
        sys.stdout.flush()
        os.execve(command[0], command, environment)
    try:
        return subprocess.call(command, env=environment)
    except KeyboardInterrupt:
        return 0
