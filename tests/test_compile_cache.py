"""Compiled code is kept for later processes, and no file or folder in a bad state stands in the way of a trace."""

import importlib
import os
import subprocess
import sys

import numba
import pytest

from hhlab import compile_cache, doctor
from hhlab.compile_cache import clear, kept, own_folder

FIRST = """
import ctypes, os, sys, warnings
if os.getuid() == 0:  # give up what root may do to files of any mode; an ordinary user has nothing to give up
    third_version = 0x20080522
    assert ctypes.CDLL(None).capset((ctypes.c_uint32 * 2)(third_version, 0), (ctypes.c_uint32 * 6)()) == 0
sys.path.insert(0, {module!r})
import numba, toy
from hhlab.compile_cache import kept
half = kept(lambda cache: numba.njit(cache=cache)(toy.half))
with warnings.catch_warnings(record=True) as told:
    warnings.simplefilter("always")
    assert half(3.0) == half(3.0) == 1.5
stats = half.__wrapped__.stats
print(len(told), sum(stats.cache_hits.values()), stats.cache_path)
"""


@pytest.fixture
def module(tmp_path, monkeypatch):
    """A module with a function to compile."""
    folder = tmp_path / "module"
    folder.mkdir()
    (folder / "toy.py").write_text("def half(x):\n    return x / 2\n")
    monkeypatch.syspath_prepend(str(folder))
    yield importlib.import_module("toy")
    sys.modules.pop("toy")


@pytest.fixture
def half(module):
    """A function that gives the compiled one, as a new process has it."""
    return lambda: kept(lambda cache: numba.njit(cache=cache)(module.half))


def hits(function):
    return sum(function.__wrapped__.stats.cache_hits.values())


def files(module, kind):
    folder = os.path.join(os.path.dirname(module.__file__), "__pycache__")
    return [os.path.join(folder, name) for name in os.listdir(folder) if name.endswith(kind)]


@pytest.mark.parametrize("kind", [".nbi", ".nbc"])
@pytest.mark.parametrize("rest", [b"", 0.5, 0.99, b"\x80\x04nothing of numba's", b"<html>"])
def test_a_damaged_file_is_made_anew(module, half, kind, rest):
    assert half()(3.0) == 1.5
    (path,) = files(module, kind)
    with open(path, "rb+") as file:
        whole = file.read()
        file.seek(0)
        file.truncate()
        file.write(rest if isinstance(rest, bytes) else whole[: int(rest * len(whole))])
    again = half()
    assert again(3.0) == 1.5
    later = half()
    assert later(3.0) == 1.5
    assert hits(later) == 1


def test_code_that_is_older_than_what_it_was_compiled_from_is_made_anew(module, half):
    assert half()(3.0) == 1.5
    (index,) = files(module, ".nbi")
    os.utime(index, (0, 0))  # as if the layout of the kernel's arrays had changed since
    again, later = half(), half()
    assert again(3.0) == later(3.0) == 1.5
    assert (hits(again), hits(later)) == (0, 1)


def test_what_is_kept_can_be_deleted(module, half):
    first = half()
    assert first(3.0) == 1.5
    assert len(clear(first.__wrapped__)) == 2
    assert clear(first.__wrapped__) == []
    again = half()
    assert again(3.0) == 1.5
    assert hits(again) == 0


def started(folder, **environment):
    """What a new process that may not write everywhere tells: warnings, hits, and where compiled code is."""
    settings = {"HOME": str(folder), "NUMBA_CACHE_DIR": "", **environment}
    code = FIRST.format(module=str(folder / "module"))
    ran = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | settings, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    told, found, place = ran.stdout.strip().split(" ", 2)
    return int(told), int(found), place


@pytest.mark.skipif(sys.platform != "linux", reason="root gives up its rights as Linux has it")
def test_where_home_and_package_cannot_be_written(module, tmp_path):
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    (tmp_path / "module" / "__pycache__").mkdir(exist_ok=True)
    for folder in (tmp_path / "module" / "__pycache__", tmp_path / "module", tmp_path):
        folder.chmod(0o555)
    try:
        told, found, place = started(tmp_path, TMPDIR=str(temporary))
        assert (told, found) == (0, 0)
        assert place.startswith(str(temporary))
        assert started(tmp_path, TMPDIR=str(temporary))[:2] == (0, 1)
        (temporary / f"hhlab-{os.getuid()}").chmod(0o777)  # anybody could put code there
        assert started(tmp_path, TMPDIR=str(temporary)) == (1, 0, "None")
    finally:
        tmp_path.chmod(0o755)


def test_a_folder_of_somebody_else_is_not_used(tmp_path, monkeypatch):
    monkeypatch.setattr(compile_cache.tempfile, "gettempdir", lambda: str(tmp_path))
    folder = own_folder()
    assert os.stat(folder).st_mode & 0o777 == 0o700
    os.rmdir(folder)
    os.symlink(tmp_path, folder)
    assert own_folder() == ""


def test_a_full_disk(module, half, monkeypatch, tmp_path):
    class Full:
        def __init__(self, **where):
            self.full = not where["dir"].startswith(str(tmp_path / "elsewhere"))

        def __enter__(self):
            return self

        def __exit__(self, *given):
            return None

        def write(self, data):
            if self.full:
                raise OSError(28, "No space left on device")

        def flush(self):
            pass

        def close(self):
            pass

    (tmp_path / "elsewhere").mkdir()
    monkeypatch.setattr(compile_cache.tempfile, "gettempdir", lambda: str(tmp_path / "elsewhere"))
    monkeypatch.setattr(compile_cache.tempfile, "TemporaryFile", Full)
    function = half()
    assert function(3.0) == 1.5
    assert function.__wrapped__.stats.cache_path.startswith(str(tmp_path / "elsewhere"))


def test_the_doctor_deletes_what_is_kept(module, half, monkeypatch):
    function = half()
    function(3.0)
    monkeypatch.setattr("hhlab.kernel.run", function)
    monkeypatch.setattr("hhlab.kernel.rates", function)
    told = doctor.clear_the_cache()
    assert told.startswith("Compiled code was deleted from ")
    assert "module" in told
    assert doctor.clear_the_cache() == "There was no compiled code to delete."
