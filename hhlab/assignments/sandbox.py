"""Runs the code of a code task: one process each, which can start no other, an empty folder, limits, no network.

On Linux the process is locked in, by bubblewrap or by `unshare`: no network, no other process and no file in sight but
what Python needs. Before it runs the code, each process says that this is so. Where a system cannot lock code in, none
is run, unless a person permits that limits and an empty environment are all.
"""

import contextlib
import functools
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .judge import NotRunError
from .task import Code
from .words import say

WALL = 20.0
LIMITS = {"CPU": 5, "AS": 2 * 2**30, "FSIZE": 2**20, "NOFILE": 256, "CORE": 0, "NPROC": 1}
OUTPUT = 65_536
_PROBE = Path(__file__).with_name("student_process.py")
_PACKAGE = Path(__file__).resolve().parents[1]
_LIBRARIES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/nix/store", "/gnu/store",
              "/etc/alternatives", "/etc/ld.so.cache")  # fmt: skip
BUBBLEWRAP, UNSHARE, LIMITS_ONLY = "bubblewrap", "unshare", "limits only"
"""How code may be run: locked in by one of two tools, or with limits and nothing else."""
_PROGRAMS = {BUBBLEWRAP: "bwrap", UNSHARE: "unshare"}
_UNSHARE = ("--net", "--pid", "--ipc", "--uts", "--mount", "--mount-proc", "--fork", "--kill-child")
_AS_ROOT_INSIDE = ("--user", "--map-root-user")
_BUBBLEWRAP = ("--unshare-all", "--unshare-user", "--disable-userns", "--die-with-parent", "--as-pid-1",
               "--cap-drop", "ALL", "--proc", "/proc")  # fmt: skip
_ALONE = ("-I", "-S", "-B")
_WORK_SIZE = 16 * 2**20
"""Bytes that code may write into its own folder."""
_MARK = "outside"
"""A file in the folder of the process, which it sees only where it is not locked in."""


@dataclass(frozen=True)
class Sandbox:
    """Where code is run: how it is locked in, and how long it may take (s).

    Parameters
    ----------
    lock : what `best_lock` found, or LIMITS_ONLY; where it is "", no code is run. It is found out once, and holds in
        every process that gets this sandbox.
    """

    lock: str
    wall: float = WALL

    def run(self, task: Code, code: str) -> list[float]:
        """The numbers that a piece of code gives. For a function, hhlab is out of its reach: it is to be their own.

        Raises
        ------
        ValueError
            If the code stops with an error, or does not define what it should.
        NotRunError
            If it could not be locked in, did not come to an end within the limits, or what came out is not numbers.
        """
        if os.name != "posix":
            raise NotRunError(say("code.no_system"))
        if not self.lock:
            raise NotRunError(say("code.not_run"))
        return self._numbers(code, task.defines, task.probe, own=task.probe["kind"] == "call")

    def _numbers(self, code: str, defines: str, probe: Mapping[str, Any], *, own: bool) -> list[float]:
        packages = [place for place in sys.path if place.endswith("-packages")]
        prefixes = [f"{prefix}/{lib}" for prefix in (sys.prefix, sys.base_prefix) for lib in ("lib", "lib64")]
        hidden = [f"{place}/{_PACKAGE.name}" for place in packages] if own else []
        needs = _there({*_LIBRARIES, *prefixes, *packages, *([] if own else [str(_PACKAGE)])})
        told = {"code": code, "defines": defines, "probe": dict(probe), "limits": LIMITS, "lock": self.lock,
                "needs": needs, "hidden": _there(hidden), "own": own, "mark": _MARK, "size": _WORK_SIZE,
                "path": packages if own else [str(_PACKAGE.parent), *packages]}  # fmt: skip
        with tempfile.TemporaryDirectory(prefix="hhlab-") as folder:
            os.chmod(folder, 0o777)
            Path(folder, _MARK).touch()
            out = _ran(_command(self.lock, told, folder), folder, told, self.wall)
        begun, _, result = out.partition(b"\n")
        if begun.decode("utf-8", "replace") != self.lock:
            raise NotRunError(say("code.not_locked"))
        return _values(result)

    def __str__(self) -> str:
        how = {"": "did_not_run", LIMITS_ONLY: "ran_with_limits"}.get(self.lock, "ran_locked_in")
        return say(f"code.{how}", lock=self.lock)


def _there(places: Iterable[str]) -> list[str]:
    """Those places that there are, outer ones first."""
    return sorted(place for place in set(places) if os.path.exists(place))


def _command(lock: str, told: Mapping[str, Any], folder: str) -> list[str]:
    """The command that starts the process, locked in; under `unshare`, the process itself locks in its files."""
    python, probe = [sys.executable, *_ALONE], str(_PROBE)
    if lock == LIMITS_ONLY:
        return [*python, probe]
    if lock == UNSHARE:
        return [_program(lock), *(() if os.geteuid() == 0 else _AS_ROOT_INSIDE), *_UNSHARE, *python, probe]
    real = os.path.realpath(sys.executable)
    files = [part for place in (*told["needs"], real) for part in ("--ro-bind", place, place)]
    covers = [part for place in told["hidden"] for part in ("--tmpfs", place, "--remount-ro", place)]
    own = ["--ro-bind", probe, f"/{_PROBE.name}", "--size", str(_WORK_SIZE), "--tmpfs", folder, "--chdir", folder]
    return [_program(lock), *_BUBBLEWRAP, *files, *covers, *own, "--remount-ro", "/", real, *_ALONE, f"/{_PROBE.name}"]


def _program(lock: str) -> str:
    """The path of a tool, which no relative entry of PATH can lead to another; "" if it is not installed."""
    places = os.pathsep.join(place for place in os.get_exec_path() if os.path.isabs(place))
    return shutil.which(_PROGRAMS[lock], path=places) or ""


def _ran(command: Sequence[str], folder: str, told: Mapping[str, Any], wall: float) -> bytes:
    """What the process wrote to its output, a file that the limits keep small."""
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"), "1")
    environment = {"PATH": os.defpath, "LANG": "C.UTF-8", "HOME": folder, "TMPDIR": folder,
                   "NUMBA_CACHE_DIR": folder, **threads}  # fmt: skip
    with tempfile.TemporaryFile() as out:
        with subprocess.Popen(command, cwd=folder, env=environment, stdin=subprocess.PIPE, stdout=out,
                              stderr=subprocess.DEVNULL, start_new_session=True) as process:  # fmt: skip
            try:
                process.communicate(json.dumps(told).encode(), wall)
            except subprocess.TimeoutExpired:
                raise NotRunError(say("code.too_slow", seconds=f"{wall:g}")) from None
            finally:
                _end(process)
        out.seek(0)
        wrote = out.read(OUTPUT + 1)
    if len(wrote) > OUTPUT:
        raise NotRunError(say("code.too_long"))
    return wrote


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a process and all that it has begun, from the innermost: a lock that is killed may leave its code running."""
    if process.returncode is None:
        for pid in [*_begun_by(process.pid), process.pid]:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)


def _begun_by(pid: int) -> Iterator[int]:
    """The processes that a process has begun, and those that they have, before these; none where there is no /proc."""
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            for child in map(int, path.read_text().split()):
                yield from _begun_by(child)
                yield child


def _values(out: bytes) -> list[float]:
    try:
        told = json.loads(out)
    except (ValueError, RecursionError):
        raise NotRunError(say("code.ended")) from None
    if isinstance(told, dict) and isinstance(told.get("error"), str):
        raise ValueError(told["error"])
    values = told.get("values") if isinstance(told, dict) else None
    if not isinstance(values, list) or not all(type(each) in (int, float) for each in values):
        raise NotRunError(say("code.no_numbers"))
    return values


_TRIAL = "import numpy, hhlab\nf = lambda: 1"
_ASKED = {"kind": "call", "calls": [[]]}


@functools.cache
def best_lock() -> str:
    """The lock that works on this system, or "": tried with code that needs all that answers need.

    Root needs no help of bubblewrap, and under `unshare` can become a user for whom limits hold.
    """
    if sys.platform != "linux":
        return ""
    for lock in (UNSHARE,) if os.geteuid() == 0 else (BUBBLEWRAP, UNSHARE):
        with contextlib.suppress(NotRunError, ValueError, OSError):
            if _program(lock) and Sandbox(lock)._numbers(_TRIAL, "f", _ASKED, own=False) == [1]:
                return lock
    return ""
