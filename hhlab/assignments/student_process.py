"""The other side of the sandbox: runs a student's code in a process of its own and prints the numbers it gives.

Started as a script, never imported by the package. It gets a JSON object on stdin (`code`, `defines`, `probe`,
`limits`, `lock`, `needs`, `hidden`, `path` and more) and writes two lines to its original stdout: how it is locked in,
before it runs the code, and then {"values": [...]} or {"error": "..."}. It locks itself in: limits, no new privileges,
and, where `unshare` gave it a mount namespace to itself, a file system that is read-only and holds nothing but what
Python needs.
"""

import ast
import contextlib
import ctypes
import json
import os
import resource
import sys
from typing import Any

LONGEST_ERROR = 300
NOBODY = 65534
_BIND, _PRIVATE, _READ_ONLY = 0x5000, 0x44000, 1
_KEEP_CAPABILITIES, _NO_NEW_PRIVILEGES = 8, 38
_CAPABILITIES_V3, _READ_ANYTHING = 0x20080522, 1 << 2
_MOUNT_SETATTR, _HERE, _RECURSIVE = 442, -100, 0x8000


def limit(limits: dict[str, int]) -> None:
    """Set hard limits by name, such as {"CPU": 5}."""
    for name, most in limits.items():
        with contextlib.suppress(AttributeError, ValueError, OSError):
            resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (most, most))


def lock_files(needs: list[str], hidden: list[str], size: int) -> None:
    """Make a root of what is needed, read-only, with an empty working folder of a size: all files that are left.

    Whoever has changed its root so may not make namespaces of its own either.

    Raises
    ------
    OSError
        If the system does not permit that.
    """
    libc = ctypes.CDLL(None, use_errno=True)

    def mount(what: str, where: str, flags: int = 0, size: bytes | None = None) -> None:
        kind = b"tmpfs" if size else None
        if libc.mount(os.fsencode(what), os.fsencode(where), kind, flags, size):
            raise OSError(ctypes.get_errno(), "mount", where)

    root = work = os.getcwd()
    mount("none", "/", _PRIVATE)
    mount("tmpfs", root, size=b"size=1m,mode=755")
    for place in [*needs, "/proc"]:
        if not os.path.exists(root + place):
            make_place(root + place, os.path.isdir(place))
            mount(place, root + place, _BIND)
    for place in filter(os.path.exists, [root + place for place in hidden]):
        mount("tmpfs", place, size=b"size=4k")
    os.makedirs(root + work)
    read_only = (ctypes.c_uint64 * 4)(_READ_ONLY, 0, 0, 0)
    if libc.syscall(_MOUNT_SETATTR, _HERE, os.fsencode(root), _RECURSIVE, read_only, ctypes.sizeof(read_only)):
        raise OSError(ctypes.get_errno(), "mount_setattr")
    mount("tmpfs", root + work, size=b"size=%d,mode=1777" % size)
    os.chroot(root)
    os.chdir(work)


def must_be_locked(mark: str) -> None:
    """End the process if the files of the grader, the network or other processes are in reach after all."""
    with open("/proc/net/route") as routes:
        reached = len(routes.readlines()) > 1
    others = [name for name in os.listdir("/proc") if name.isdigit() and name != "1"]
    if os.path.exists(mark) or reached or others:
        os._exit(1)


def make_place(path: str, folder: bool) -> None:
    """An empty folder or file, on which something can be mounted."""
    os.makedirs(path if folder else os.path.dirname(path), exist_ok=True)
    if not folder:
        open(path, "x").close()


def drop_privileges() -> None:
    """Become nobody where this is root, and give up every capability for good.

    But for reading, where Python itself is in a folder that only root may enter.
    """
    if sys.platform != "linux":
        return
    libc, kept = ctypes.CDLL(None, use_errno=True), 0
    if os.getuid() == 0:
        libc.prctl(_KEEP_CAPABILITIES, 1, 0, 0, 0)
        with contextlib.suppress(OSError):
            os.setgroups([])
        with contextlib.suppress(OSError):
            os.setresgid(NOBODY, NOBODY, NOBODY)
            os.setresuid(NOBODY, NOBODY, NOBODY)
        kept = 0 if os.access(ast.__file__, os.R_OK) else _READ_ANYTHING
    libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    libc.capset((ctypes.c_uint32 * 2)(_CAPABILITIES_V3, 0), (ctypes.c_uint32 * 6)(kept, kept))


def definitions(code: str) -> ast.Module:
    """The code of a cell without its calls, so without the one that hands the answer in, and without magics."""
    lines = (line for line in code.splitlines() if not line.lstrip().startswith(("%", "!")))
    tree = ast.parse("\n".join(lines))
    tree.body = [part for part in tree.body if not isinstance(part, ast.Expr)]
    return tree


def asked(thing: Any, probe: dict[str, Any]) -> list[float]:
    """The numbers of a function at some arguments, or of a channel at some voltages."""
    if probe["kind"] != "channel":
        return [float(thing(*arguments)) for arguments in probe["calls"]]
    import numpy as np

    V = np.array(probe["volts"], float)
    gates = sorted(thing.gates, key=lambda gate: gate.name)
    share = thing.open_share({gate.name: gate.steady_state(V) for gate in gates})
    times = [float(tau) for gate in gates for tau in gate.time_constant(V, probe["T"])]
    return [float(thing.g), float(thing.E), *(float(part) for part in share), *times]


def answer(told: dict[str, Any]) -> dict[str, Any]:
    """Run the code and ask what it defines; every error of the code is a sentence."""
    names: dict[str, Any] = {"__name__": "answer"}
    sys.path += told["path"]
    if told["own"]:
        sys.modules["hhlab"] = None  # type: ignore[assignment]
    try:
        exec(compile(definitions(told["code"]), "answer", "exec"), names)
        if told["defines"] not in names:
            why = f"the cell does not define {told['defines']}: check the spelling of this name"
            return {"error": why}
        return {"values": asked(names[told["defines"]], told["probe"])}
    except BaseException as error:
        why = f"the code stopped with {type(error).__name__}: {str(error)[:LONGEST_ERROR]}"
        return {"error": why}


def main() -> None:
    """Read what is to be run, run it locked in, and write what it gave."""
    told = json.load(sys.stdin)
    result = os.fdopen(os.dup(1), "w", encoding="utf-8")
    for stream in (0, 1):
        os.dup2(2, stream)
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as first_to_go:
        first_to_go.write("1000")
    locked = told["lock"] != "limits only"
    if locked and os.getpid() != 1:
        os._exit(1)
    if told["lock"] == "unshare":
        lock_files(told["needs"], told["hidden"], told["size"])
    if locked:
        must_be_locked(told["mark"])
    limit(told["limits"])
    drop_privileges()
    result.write(f"{told['lock']}\n")
    result.flush()
    result.write(json.dumps(answer(told)))
    result.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
