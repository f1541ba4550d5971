"""Runs the code of a code task: one process each, which can start no other, an empty folder, limits, no network.

On Linux the process gets namespaces of its own through `unshare` where the system permits it: no network, no other
process and no file in sight but what Python needs. Where it does not, limits and an empty environment remain, and
`describe` says so.
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
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .judge import NotRunError
from .task import Code

WALL, CPU = 20.0, 5
MEMORY, OUTPUT = 2 * 2**30, 65_536
_PROBE = Path(__file__).with_name("student_process.py")
_PACKAGE = Path(__file__).resolve().parents[1]
_LIBRARIES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/nix/store", "/gnu/store",
              "/etc/alternatives", "/etc/ld.so.cache", "/proc")  # fmt: skip
_NAMESPACES = ("--net", "--pid", "--ipc", "--uts", "--mount", "--mount-proc", "--fork", "--kill-child")
_AS_ROOT_INSIDE = ("--user", "--map-root-user")


@dataclass(frozen=True)
class Sandbox:
    """Where code is run: how long it may take (s), and within which limits."""

    wall: float = WALL
    limits: dict[str, int] = field(default_factory=lambda: {
        "CPU": CPU, "AS": MEMORY, "FSIZE": 2**20, "NOFILE": 256, "CORE": 0, "NPROC": 1,
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
        return _values(_ran(namespaces(), _told(code, task.defines, task.probe, self.limits), self.wall))


def _told(code: str, defines: str, probe: Mapping[str, Any], limits: dict[str, int]) -> dict[str, Any]:
    """What the probe is told to run, and what Python needs for it."""
    packages = [place for place in sys.path if place.endswith("-packages")]
    prefixes = [f"{prefix}/{lib}" for prefix in (sys.prefix, sys.base_prefix) for lib in ("lib", "lib64")]
    needs = {place for place in (*_LIBRARIES, *prefixes, *packages, str(_PACKAGE)) if os.path.exists(place)}
    return {"code": code, "defines": defines, "probe": dict(probe), "limits": limits, "needs": sorted(needs),
            "path": [str(_PACKAGE.parent), *packages]}  # fmt: skip


def _ran(locked: Sequence[str], told: dict[str, Any], wall: float) -> bytes:
    """What the process wrote, at most so much of it."""
    command = [*locked, sys.executable, "-I", "-S", "-B", str(_PROBE)]
    with tempfile.TemporaryDirectory(prefix="hhlab-") as folder, _group(command, folder) as process:
        os.chmod(folder, 0o777)
        timer = threading.Timer(wall, _end, (process,))
        timer.start()
        try:
            with contextlib.suppress(BrokenPipeError):
                process.stdin.write(json.dumps(told | {"namespaces": bool(locked)}).encode())
                process.stdin.close()
            out = process.stdout.read(OUTPUT + 1)
        finally:
            late = not timer.is_alive()
            timer.cancel()
    if late:
        raise NotRunError(f"the code did not finish within {wall:g} s")
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
    """The command that gives a process namespaces of its own; empty where the system does not permit it.

    It is tried with code that needs all that answers need.
    """
    unshare = shutil.which("unshare")
    if not unshare or sys.platform != "linux":
        return ()
    command = (unshare, *(() if os.geteuid() == 0 else _AS_ROOT_INSIDE), *_NAMESPACES)
    told = _told("import numpy, hhlab\nf = lambda: 1", "f", {"kind": "try", "calls": [[]]}, {})
    with contextlib.suppress(NotRunError, ValueError):
        return command if _values(_ran(command, told, WALL)) == [1] else ()
    return ()


def describe() -> str:
    """How well code is locked in on this machine, in a sentence."""
    if namespaces():
        return "Code tasks run without network, apart from other processes and from all files but those of Python."
    return (
        "Code tasks run with limits on time, memory and output, but this system does not permit namespaces (unshare): "
        "their code could reach the network and your files. Grade them on a machine or account that holds nothing else."
    )
