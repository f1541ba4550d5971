"""The command `hhlab`: opens the course in JupyterLab, on a working copy of the notebooks, or helps teachers."""

import argparse
import contextlib
import errno
import importlib
import importlib.util
import itertools
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from . import course_folder, doctor, languages, teaching
from .course_folder import MADE, hash_of, source_of
from .languages import ENGLISH, LANGUAGES, VARIABLE, language, of_folder

FOLDER = "hhlab-course"
SETTINGS = Path(__file__).resolve().parent / "jupyter"
"""Settings for the JupyterLab that this command starts: it asks no server for anything, and builds nothing."""
FIRST_CELL = SETTINGS / "startup" / "hhlab_first_cell.py"
"""What kernels run when they start."""
BEFORE = SETTINGS / "notebooks_before.json"
"""Hashes of all cells that a notebook of the course has ever had; `python tests/test_update.py` makes the file."""
KINDS = ("code", "markdown", "raw")
OWN_CELLS = "## Your own cells from before"
FROM = "You wrote or changed these cells in the notebook that is now called `{old}`."
REPLACED = "{name} is the new version now. You had not changed the old one."
KEPT = (
    "{name} is the new version now. Your old notebook is kept as {old}. "
    "Your own cells were copied to the end of the new one: {count}."
)
UNREAD = "{name} is the new version now. The old file could not be read as a notebook. It is kept as {old}."
MOVED = """The main part of the new notebooks is shorter.
Much has moved below the folded headings “Go further” and “Challenge”.
Your work logs stay where they are and go on counting.
If one of these notebooks is open in JupyterLab, close it there and open it again."""
UP_TO_DATE = "All notebooks are up to date."
INTERRUPTED = 130
"""The exit code of a command that Ctrl-C ended."""
EXAMPLES = """
examples:
  hhlab                               copy missing notebooks to ./hhlab-course, and open the course
  hhlab --folder ~/physiology         the same in another folder
  hhlab --lang hr                     the same in Croatian (id: Indonesian, zh: Chinese), in ./hhlab-course-hr
  hhlab --update                      bring the notebooks up to date, and keep what you wrote in them
  hhlab doctor                        check the installation, and see what to do if something does not work
  hhlab -- --no-browser --port 9000   give what follows -- to JupyterLab
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
        print("hhlab was interrupted. The same command continues where it stopped.", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        return 1
    except ImportError as error:
        told = f"the installation is not complete ({error}). To see what to do, run: hhlab doctor"
    except OSError as error:
        told = _of_a_file(error, options)
    except ValueError as error:
        told = languages.told(error)
    print(f"hhlab: {told}", file=sys.stderr)
    return 1


def _of_a_file(error: OSError, options: argparse.Namespace) -> str:
    """What is wrong with a file or a folder, and what to do."""
    place, option = (options.out, "--out") if "out" in options else (options.folder, "--folder")
    path = Path(str(error.filename or place))
    if not path.is_relative_to(place) and not place.is_relative_to(path):
        return f"{path} cannot be used: {error.strerror}"
    told = f"cannot write to {place}: {error.strerror}"
    if error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", None)):
        return f"{told}. Free some space, or choose another disk with {option}"
    return f"{told}. Choose another folder with {option}"


def _absolute(options: argparse.Namespace) -> argparse.Namespace:
    """The options with whole paths, and with the folder in which the command was given as `began`.

    The command works elsewhere: Numba and Matplotlib would take settings from files in the current folder.
    """
    began = Path.cwd()
    spoken = language(options.lang)
    if spoken == ENGLISH and options.folder and not options.lang:
        spoken = of_folder(str(began / options.folder))
    if spoken != ENGLISH:
        language(spoken)
    options.folder = options.folder or Path(FOLDER if spoken == ENGLISH else f"{FOLDER}-{spoken}")
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
        description="Open the course in JupyterLab. It opens a copy of the notebooks, which is yours to change.",
    )  # fmt: skip
    parser.set_defaults(run=_open_course)
    parser.add_argument("--folder", type=Path, help=f"the folder of this copy (default: {FOLDER}, or {FOLDER}-hr ...)")
    parser.add_argument("--lang", choices=LANGUAGES, help=f"the language of the course (default: {VARIABLE}, or en)")
    parser.add_argument("--version", action="version", version=f"hhlab {version('hhlab')}")
    parser.add_argument("--copy-only", action="store_true", help="copy the notebooks, but do not open JupyterLab")
    parser.add_argument(
        "--update", action="store_true", help="bring the notebooks up to date, and keep what you wrote in them"
    )
    commands = parser.add_subparsers(
        title="commands", metavar=", ".join(("doctor", "site", "translate", *teaching.COMMANDS))
    )
    words = "Check the installation, and say what to do if something does not work."
    doctors = commands.add_parser("doctor", help=words, description=words)
    doctors.add_argument("--clear-cache", action="store_true", help="delete compiled code first")
    doctors.set_defaults(run=_doctor)
    words = "Make a folder of static files in which the course runs in the browser, with nothing installed."
    sites = commands.add_parser("site", help=words, description=words)
    sites.add_argument("--out", type=Path, required=True, help="the folder to write to")
    sites.add_argument("--pyodide", type=Path, help="a folder with the files of Pyodide (default: they are fetched)")
    sites.set_defaults(run=_site)
    words = "Bring the catalogues of translations up to date, and check them."
    translations = commands.add_parser("translate", help=words, description=words)
    translations.add_argument("--check", action="store_true", help="only check them")
    translations.set_defaults(run=_translate)
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


def _site(options: argparse.Namespace, extra: Sequence[str]) -> int:
    from . import site

    site.build(options.out, options.pyodide)
    print(f"{options.out}: the site is made. To look at it: python -m http.server --directory {options.out}")
    return 0


def _translate(options: argparse.Namespace, extra: Sequence[str]) -> int:
    from . import translate

    found = translate.run(only_check=options.check)
    for name, trouble in found:
        print(f"{name}: {trouble.check}: {trouble.told}: {trouble.text}")
    print(f"{len(found)} things are wrong." if found else "All translations are complete, and pass the checks.")
    return 1 if found else 0


def _open_course(options: argparse.Namespace, extra: Sequence[str]) -> int:
    if not options.copy_only:
        must_be_whole()
    with course_folder.notebooks() as notebooks:
        new = copy_missing(notebooks, options.folder)
        print(f"Notebooks copied to {options.folder.resolve()}: {len(new)}. Nothing that was there has changed.")
        if options.update:
            told = bring_up_to_date(notebooks, options.folder)
            print(*(told or [UP_TO_DATE]), *([MOVED] if told else []), sep="\n")
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


def copy_missing(source: Path, target: Path) -> list[Path]:
    """Copy what the target folder does not have; never over a file that is there. The files copied."""
    return [place for path, place in _places(source, target) if _copied(path, place)]


def bring_up_to_date(source: Path, target: Path) -> list[str]:
    """Put the course's version in the place of every older notebook. What was done, in sentences.

    A notebook with cells of the user's own, or one that cannot be read, is kept beside the new one, and those cells are
    copied to the end of the new one.
    """
    told = [_updated(path, place) for path, place in _places(source, target)]
    return [sentence for sentence in told if sentence]


def _updated(path: Path, place: Path) -> str:
    cells, there = _cells(path) or [], _cells(place)
    now, ever = set(map(hash_of, cells)), json.loads(BEFORE.read_text("utf-8")).get(path.name, [])
    hashes = set(map(hash_of, there or []))
    ours = {*ever, *(made for cell in there or [] if (made := cell.pop(MADE, None)) == hash_of(cell))}
    known = now | ours | {hash_of({"source": OWN_CELLS})}
    own = [
        cell
        for cell in there or []
        if source_of(cell).strip() and hash_of(cell) not in known and not source_of(cell).startswith(FROM[:40])
    ]
    if there is not None and not (hashes & ours) - now and len(now - hashes) <= len(own):
        return ""
    old = _free(place) if own or there is None else place
    part = place.with_name(f".{place.name}.{os.getpid()}")
    try:
        part.write_bytes(_with_own(path.read_bytes(), own, old.name))
        if old != place:
            place.rename(old)
        part.replace(place)
    finally:
        part.unlink(missing_ok=True)
    said = UNREAD if there is None else KEPT if own else REPLACED
    return said.format(name=place.name, old=old.name, count=len(own))


def _with_own(notebook: bytes, own: Sequence[dict[str, Any]], old: str) -> bytes:
    """A notebook of the course, with these cells at its end."""
    if not own:
        return notebook
    told = json.loads(notebook)
    heading = {"cell_type": "markdown", "source": OWN_CELLS}
    for number, cell in enumerate((heading, {"cell_type": "markdown", "source": FROM.format(old=old)}, *own)):
        made = {"id": f"own-{number}", "metadata": {}, **cell}
        told["cells"].append(made | ({"outputs": [], "execution_count": None} if cell["cell_type"] == "code" else {}))
    return json.dumps(told, indent=1).encode()


def _free(place: Path) -> Path:
    """A name beside a notebook that nothing has yet, such as 03_action_potential_old.ipynb."""
    names = (place.with_stem(f"{place.stem}_old{'' if n == 1 else f'_{n}'}") for n in itertools.count(1))
    return next(name for name in names if not os.path.lexists(name))


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


def _cells(path: Path) -> list[dict[str, Any]] | None:
    """The cells of a notebook, each with its kind, its text and its pictures; None if it cannot be read as one."""
    try:
        if not path.is_file():
            return None
        cells = json.loads(path.read_text("utf-8"))["cells"]
        parts = ("cell_type", "source", "attachments")
        found = [
            {part: cell[part] for part in parts if part in cell} | {MADE: cell.get("metadata", {}).get(MADE)}
            for cell in cells
        ]
        return found if all(cell["cell_type"] in KINDS and source_of(cell) is not None for cell in found) else None
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None


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
    return {"PYTHONSTARTUP": str(FIRST_CELL), **os.environ, **home(folder), "JUPYTER_CONFIG_PATH": quiet}


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
