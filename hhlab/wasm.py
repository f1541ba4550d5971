"""The kernel as WebAssembly, for a Python that runs in a browser, where there is no numba.

`wasm_build` makes wasm_kernel.wasm, and wasm_kernel.json, which tells which function takes which kind of arguments.
Arrays are handed over where they lie, without being copied.
"""

import ctypes
import functools
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

KERNEL, SPECIFICATION = (Path(__file__).with_name(f"wasm_kernel.{suffix}") for suffix in ("wasm", "json"))

_WHOLE, _PLACE, _NUMBER = ctypes.c_int64, ctypes.c_void_p, ctypes.c_double
_TYPES: dict[str, Any] = {"none": _PLACE, "int": _WHOLE, "float": _NUMBER}


class _Array(ctypes.Structure):
    """An array of one dimension, as numba gives it back."""

    _fields_ = (
        ("owner", _PLACE), ("parent", _PLACE), ("size", _WHOLE), ("itemsize", _WHOLE), ("data", _PLACE),
        ("shape", _WHOLE), ("strides", _WHOLE),
    )  # fmt: skip


def kind_of(function: str, given: tuple[Any, ...]) -> str:
    """Which kind of arguments these are: what is there, and whether there is one patch or more."""
    there = "".join("-" if each is None else "x" for each in given[1:4]) if function == "run" else ""
    return f"{function} {len(given[0].lanes)} {there}"


def flat(given: Any) -> Iterator[tuple[str, Any]]:
    """All single arguments in a row, each with what it is in words: none, int, float, or an array's dtype and axes."""
    if isinstance(given, tuple):
        for each in given:
            yield from flat(each)
    elif isinstance(given, np.ndarray):
        yield f"{given.dtype.str} {given.ndim}{'' if given.flags.c_contiguous else ' not in order'}", given
    elif given is None:
        yield "none", None
    else:
        yield "int" if isinstance(given, int | np.integer) else "float", given


class Library:
    """The functions of wasm_kernel.wasm."""

    def __init__(self) -> None:
        self._library = ctypes.CDLL(str(KERNEL))
        self._kinds = json.loads(SPECIFICATION.read_text("utf-8"))
        self._library.NRT_Free.argtypes = (_PLACE,)

    @functools.cache  # noqa: B019
    def _typed(self, kind: str) -> Any:
        function = getattr(self._library, self._kinds[kind]["name"])
        types: list[Any] = [_PLACE, _PLACE]
        for told in self._kinds[kind]["arguments"]:
            axes = int(told.partition(" ")[2] or 0)
            types += [_PLACE, _PLACE, _WHOLE, _WHOLE, _PLACE, *[_WHOLE] * 2 * axes] if axes else [_TYPES[told]]
        function.argtypes, function.restype = types, ctypes.c_int32
        return function

    def call(self, name: str, given: tuple[Any, ...], result: Any) -> None:
        """Call the function of a name, and let it put what it gives back into `result`; TypeError for other arguments.

        Each argument is checked: an array of another kind would be read as if it were the right one.
        """
        kind, arguments = kind_of(name, given), list(flat(given))
        if kind not in self._kinds:
            raise TypeError(f"wasm_kernel.wasm has no code for {kind!r}: make it anew with python -m hhlab.wasm_build")
        wanted = self._kinds[kind]["arguments"]
        if wanted != [told for told, _ in arguments]:
            pairs = zip(wanted, arguments, strict=False)
            wrong = [f"{told} in place of {right}" for right, (told, _) in pairs if told != right]
            raise TypeError(f"the kernel was given {', '.join(wrong) or 'too many or too few arguments'}")
        values: list[Any] = [ctypes.addressof(result), ctypes.addressof(_FAILURE)]
        for _, each in arguments:
            if isinstance(each, np.ndarray):
                place = each.__array_interface__["data"][0]
                values += [None, None, each.size, each.itemsize, place, *each.shape, *each.strides]
            else:
                values.append(each)
        if self._typed(kind)(*values):
            raise RuntimeError("the kernel stopped with an error")

    def run(self, *given: Any) -> tuple[int, int]:
        """As `kernel.run`."""
        result = (_WHOLE * 2)()
        self.call("run", given, result)
        return result[0], result[1]

    def rates(self, *given: Any) -> Any:
        """As `kernel.rates`."""
        result = _Array()
        self.call("rates", given, result)
        found = np.array((_NUMBER * result.size).from_address(result.data))
        self._library.NRT_Free(result.owner)
        return found


_FAILURE = (ctypes.c_int64 * 8)()


@functools.cache
def library() -> Library:
    """The functions of wasm_kernel.wasm, loaded when the first one is needed."""
    return Library()


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of the kernel as WebAssembly; as it is, in plain Python, where there is no wasm_kernel.wasm."""
    if not KERNEL.is_file():
        return function
    return functools.wraps(function)(lambda *given: getattr(library(), function.__name__)(*given))
