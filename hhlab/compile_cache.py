"""How the kernel is compiled, and where compiled code is kept, so that only the first process on a machine compiles.

numba keeps it in NUMBA_CACHE_DIR, beside the package, or in the user's cache folder. Where none of these can be
written, or the disk is full, it goes to a folder in the system's temporary one that nobody else may write to.
"""

import contextlib
import functools
import os
import stat
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from . import wasm

try:
    import numba

    njit: Any = numba.njit
except ImportError:  # as in a browser: the same steps as plain Python
    njit = lambda function=None, **options: function or njit  # noqa: E731

OPTIONS: Any = {"error_model": "numpy", "nogil": True, "fastmath": {"contract", "nsz", "arcp"}}
# Functions that `run` calls are cached as a part of it. They neither make nor keep arrays, so numba need not count
# references to them: that would take several times as long as all the rest of a step of one patch.
INTERNAL: Any = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True, "_nrt": False}
jit = njit(**INTERNAL, **OPTIONS)
inlined = njit(forceinline=True, **INTERNAL, **OPTIONS)  # a call would copy every array of the membrane

ALSO_COMPILED = "compile_cache.py", "kernel_layout.py", "physics.py"
"""Files whose changes numba does not notice, as it looks at that of the function only."""
ROOM = 2**23
"""Bytes that the compiled code of all kinds of membranes needs at most."""
ADVICE = "set NUMBA_CACHE_DIR to a folder that you can write to, with 10 MB free"
NO_PLACE = f"hhlab finds no folder to keep compiled code in, so each notebook takes about 20 s to start: {ADVICE}"


def jit_and_cache(function: Callable[..., Any]) -> Any:
    """Compile a function once for all processes. In a browser it is compiled already, as WebAssembly."""
    if sys.platform == "emscripten":
        return wasm.compiled(function)
    return kept(lambda cache: njit(cache=cache, **OPTIONS)(function))


def kept(jitted: Callable[..., Any]) -> Any:
    """A compiled function whose code is kept for later processes where there is a place for it.

    Parameters
    ----------
    jitted : gives the function as numba's dispatcher, with and without its cache on disk: `jitted(cache=True)`.

    Returns
    -------
    The function. Whatever numba raises while it reads or writes damaged files, these are deleted and made anew.
    """
    compiled = _cached(jitted, "") or _cached(jitted, own_folder()) or jitted(cache=False)
    if not hasattr(compiled, "stats"):  # numba is not installed: this is plain Python
        return compiled
    uncached = functools.cache(lambda: jitted(cache=False))
    no_place = [NO_PLACE] * (compiled.stats.cache_path is None)

    @functools.wraps(compiled)
    def call(*given: Any) -> Any:
        if no_place:
            warnings.warn(no_place.pop(), stacklevel=2)
        try:
            return compiled(*given)
        except OSError:  # a disk that has become full: it is compiled all the same
            pass
        except Exception:  # what a damaged file raises is anything, from EOFError to AttributeError
            clear(compiled)
        try:
            return compiled(*given)
        except Exception:
            return uncached()(*given)

    return call


def clear(compiled: Any) -> list[Path]:
    """Delete what is kept of a compiled function; the files that are gone."""
    if compiled.stats.cache_path is None:
        return []
    name = f"{compiled.__module__.rpartition('.')[2]}.{compiled.__name__}"
    return [path for path in Path(compiled.stats.cache_path).glob(f"{name}-*.nb?") if _deleted(path)]


def own_folder() -> str:
    """A folder for temporary files of this user alone; "" where it cannot be had, or somebody else made it."""
    folder = Path(tempfile.gettempdir(), f"hhlab-{getattr(os, 'getuid', os.getpid)()}")
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
    except OSError:
        return ""
    # What is loaded from here is run, so only this user may be able to write to it.
    foreign = hasattr(os, "getuid") and (found.st_uid != os.getuid() or found.st_mode & (stat.S_IWGRP | stat.S_IWOTH))
    return "" if foreign or not stat.S_ISDIR(found.st_mode) else str(folder)


def _cached(jitted: Callable[..., Any], folder: str) -> Any:
    """The function with numba's cache in a folder, or where numba puts it unless one is given; None for no place."""
    try:
        with _numba_cache(folder):
            compiled = jitted(cache=True)
    except (RuntimeError, OSError):  # numba finds no folder
        return None
    if hasattr(compiled, "stats") and _outdated(Path(compiled.stats.cache_path)):
        clear(compiled)
    return compiled if _has_room(getattr(compiled, "stats", None)) else None


def _outdated(folder: Path) -> bool:
    """Whether code in a folder is older than what else it was compiled from."""
    written = [index.stat().st_mtime for index in folder.glob("*.nbi")]
    sources = map(Path(__file__).with_name, ALSO_COMPILED)
    return bool(written) and min(written) < max(source.stat().st_mtime for source in sources)


@contextlib.contextmanager
def _numba_cache(folder: str) -> Iterator[None]:
    """Let numba keep what it compiles in a folder, if one is given."""
    if not folder:
        yield
        return
    from numba.core import config as settings

    config: Any = settings
    before, config.CACHE_DIR = config.CACHE_DIR, folder
    try:
        yield
    finally:
        config.CACHE_DIR = before


def _has_room(stats: Any) -> bool:
    """Whether compiled code is there already, or can be written."""
    if stats is None or any(Path(stats.cache_path).glob("*.nbi")):
        return True
    try:
        with tempfile.TemporaryFile(dir=stats.cache_path) as file:
            file.write(bytes(ROOM))
            file.flush()
    except OSError:
        return False
    return True


def _deleted(path: Path) -> bool:
    try:
        path.unlink()
    except OSError:
        return False
    return True
