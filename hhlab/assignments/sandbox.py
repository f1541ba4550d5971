"""Runs the code of a code task: one process each, an empty folder, limits, no network; killed with all that it started.

On Linux the process gets namespaces of its own through `unshare` where the system permits it: no network, no other
process in sight, files read-only. Where it does not, limits and an empty environment remain, and `describe` says so.
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
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .judge import NotRunError
from .task import Code

WALL, CPU = 20.0, 5
MEMORY, OUTPUT, PROCESSES = 3 * 2**30, 65_536, 64
_PROBE = Path(__file__).with_name("probe.py")
_PACKAGE = Path(__file__).resolve().parents[2]
_NAMESPACES = ("--net", "--pid", "--ipc", "--uts", "--mount", "--mount-proc", "--fork", "--kill-child")
_AS_ROOT_INSIDE = ("--user", "--map-root-user")


@dataclass(frozen=True)
class Sandbox:
    """Where code is run: the folders that it must not see, and how long it may take (s)."""

    hidden: tuple[str, ...] = ()
    wall: float = WALL
    limits: dict[str, int] = field(default_factory=lambda: {
        "CPU": CPU, "AS": MEMORY, "FSIZE": 2**20, "NOFILE": 256, "CORE": 0, "NPROC": PROCESSES,
    })  # fmt: skip

    def run(self, task: Code, code: str) -> list[float]:
        """The numbers that a piece of code gives.

        Raises
        ------
        ValueError
            If the code stops with an error, or does not define what it should.
        NotRunError
            If it did not come to an end within the limits, or what came out is not numbers.
        """
        if os.name != "posix":
            raise NotRunError("code is run on Linux and macOS only")
        told = {
            "code": code, "defines": task.defines, "probe": dict(task.probe), "limits": self._limits(),
            "hidden": [place for place in self.hidden if Path(place).is_dir()], "namespaces": bool(namespaces()),
            "path": str(_PACKAGE) if task.probe["kind"] == "channel" else "",
        }  # fmt: skip
        with tempfile.TemporaryDirectory(prefix="hhlab-") as folder:
            os.chmod(folder, 0o777)
            out = self._started(folder, json.dumps(told).encode())
        return _values(out)

    def _limits(self) -> dict[str, int]:
        """The limits; without namespaces the processes that the user has already count as well."""
        if namespaces() or "NPROC" not in self.limits:
            return self.limits
        return self.limits | {"NPROC": self.limits["NPROC"] + _processes()}

    def _started(self, folder: str, told: bytes) -> bytes:
        """What the process wrote, at most so much of it; with all that it started ended."""
        command = [*namespaces(), sys.executable, "-I", "-B", str(_PROBE)]
        with _group(command, folder) as process:
            timer = threading.Timer(self.wall, _end, (process,))
            timer.start()
            try:
                with contextlib.suppress(BrokenPipeError):
                    process.stdin.write(told)
                    process.stdin.close()
                out = process.stdout.read(OUTPUT + 1)
            finally:
                late = not timer.is_alive()
                timer.cancel()
        if late:
            raise NotRunError(f"the code did not finish within {self.wall:g} s")
        if len(out) > OUTPUT:
            raise NotRunError("the code wrote more than is read")
        return bytes(out)


@contextlib.contextmanager
def _group(command: Sequence[str], folder: str) -> Iterator[Any]:
    """A process in a group of its own, all of which is ended."""
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"), "1")
    environment = {"PATH": os.defpath, "LANG": "C.UTF-8", "HOME": folder, "TMPDIR": folder,
                   "NUMBA_CACHE_DIR": folder, **threads}  # fmt: skip
    process = subprocess.Popen(command, cwd=folder, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               stderr=subprocess.DEVNULL, start_new_session=True)  # fmt: skip
    try:
        yield process
    finally:
        _end(process)
        for stream in filter(None, (process.stdin, process.stdout)):
            with contextlib.suppress(OSError):
                stream.close()
        process.wait()


def _end(process: Any) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def _values(out: bytes) -> list[float]:
    try:
        told = json.loads(out)
    except (ValueError, RecursionError):
        raise NotRunError(
            "the code ended before it gave its numbers: it may have needed too much time or memory"
        ) from None
    if isinstance(told, dict) and isinstance(told.get("error"), str):
        raise ValueError(told["error"])
    values = told.get("values") if isinstance(told, dict) else None
    if not isinstance(values, list) or not all(type(each) in (int, float) for each in values):
        raise NotRunError("what the code gave is not a list of numbers")
    return values


@functools.cache
def namespaces() -> tuple[str, ...]:
    """The command that gives a process namespaces of its own; empty where the system does not permit it."""
    unshare = shutil.which("unshare")
    user = () if os.name == "posix" and os.geteuid() == 0 else _AS_ROOT_INSIDE
    command = (unshare or "", *user, *_NAMESPACES)
    if not unshare or sys.platform != "linux":
        return ()
    tried = subprocess.run([*command, sys.executable, "-c", ""], capture_output=True, check=False, timeout=WALL)
    return command if tried.returncode == 0 else ()


def describe() -> str:
    """How well code is locked in on this machine, in a sentence."""
    if namespaces():
        return "Code tasks run without network, apart from other processes, with read-only files."
    return (
        "Code tasks run with limits on time, memory and output, but this system does not permit namespaces (unshare): "
        "their code could reach the network and your files. Grade them on a machine or account that holds nothing else."
    )


def _processes() -> int:
    """How many processes and threads the user has now."""
    count = 0
    for place in Path("/proc").glob("[0-9]*/task"):
        with contextlib.suppress(OSError):
            count += len(list(place.iterdir())) if place.stat().st_uid == os.getuid() else 0
    return count
