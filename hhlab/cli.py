"""The command `hhlab`: opens the course in JupyterLab, on a working copy of the notebooks, or helps teachers."""

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from . import teaching

FOLDER = "hhlab-course"
SETTINGS = Path(__file__).resolve().parent / "jupyter"
"""Settings for the JupyterLab that this command starts: it asks no server for news or updates."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; its exit code. What follows `--` goes to JupyterLab."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    at = given.index("--") if "--" in given else len(given)
    options = _parser().parse_args(given[:at])
    try:
        return int(options.run(options, given[at + 1 :]))
    except ValueError as error:
        print(f"hhlab: {error}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="hhlab",
        description="Open the course in JupyterLab, on a working copy of its notebooks that is yours to change.",
        epilog="What follows -- goes to JupyterLab, for example: hhlab -- --no-browser --port 9000",
    )
    parser.set_defaults(run=_open_course)
    parser.add_argument("--folder", type=Path, default=Path(FOLDER), help=f"the working copy (default: {FOLDER})")
    parser.add_argument("--version", action="version", version=f"hhlab {version('hhlab')}")
    parser.add_argument("--copy-only", action="store_true", help="copy the notebooks, do not open JupyterLab")
    teachers = parser.add_subparsers(title="for teachers", metavar="assign, grade, solution")
    for name, (run, words, add) in teaching.COMMANDS.items():
        command = teachers.add_parser(name, help=words, description=words)
        command.set_defaults(run=run)
        add(command)
    return parser


def _open_course(options: argparse.Namespace, extra: Sequence[str]) -> int:
    try:
        new = copy_missing(notebooks(), options.folder)
    except OSError as error:
        print(f"hhlab: cannot write to {options.folder}: {error.strerror}. Choose another place with --folder")
        return 1
    print(f"{options.folder.resolve()}: {len(new)} notebooks copied, what was there is as you left it.")
    return 0 if options.copy_only else open_lab(options.folder, extra)


def notebooks() -> Path:
    """The folder of the course's notebooks: inside the installed package, or beside it in a checkout."""
    package = Path(__file__).resolve().parent
    return next(place for place in (package / "notebooks", package.parent / "notebooks") if place.is_dir())


def copy_missing(source: Path, target: Path) -> list[Path]:
    """Copy what the target folder does not have; never over a file that is there. The files copied."""
    new = []
    for path in sorted(source.rglob("*.ipynb")):
        place = target / path.relative_to(source)
        if ".ipynb_checkpoints" in path.parts or os.path.lexists(place):
            continue
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, place)
        new.append(place)
    return new


def open_lab(folder: Path, extra: Sequence[str]) -> int:
    """Run JupyterLab in a folder; its exit code.

    It listens on loopback only, and keeps its token.
    """
    command = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={folder.resolve()}"]
    command += ["--ServerApp.ip=127.0.0.1", "--LabApp.default_url=/lab/tree/00_start_here.ipynb"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    quiet = os.pathsep.join(filter(None, (str(SETTINGS), os.environ.get("JUPYTER_CONFIG_PATH"))))
    return start([*command, *extra], {**os.environ, "JUPYTER_CONFIG_PATH": quiet})


def start(command: list[str], environment: dict[str, str]) -> int:
    """Become another program, so that what ends this one ends that; where this cannot be, wait for its exit code."""
    if os.name == "posix":
        sys.stdout.flush()
        os.execve(command[0], command, environment)
    try:
        return subprocess.call(command, env=environment)
    except KeyboardInterrupt:
        return 0
