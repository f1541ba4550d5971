"""Makes wasm_kernel.wasm: the code that numba compiles from `kernel.py`, as WebAssembly, for every kind of arguments.

Run it with `python -m hhlab.wasm_build`. It needs numba, llvmlite, and a linker: wasm-ld of Debian's package lld, or
that of the package ziglang from PyPI. numba makes its code as it does for any processor. Only its last step, in which
LLVM optimises for the processor of this machine, is left out, and done here for WebAssembly instead. Pyodide loads what
comes out as a library of its own kind (a side module of Emscripten), which takes exp, log, malloc and free from Python.
"""

import importlib.util
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from unittest import mock

import llvmlite.binding as llvm
import numba
import numpy as np
from numba.core import codegen

from . import kernel
from .axons import Axon
from .cells import FrogNode, Neuron, PumpCell, Squid
from .compile_cache import OPTIONS
from .propagation import propagate
from .protocols import Step
from .simulation import simulate, simulate_many
from .wasm import KERNEL, SPECIFICATION, flat, kind_of

TRIPLE = "wasm32-unknown-emscripten"
FEATURES = "+bulk-memory,+nontrapping-fptoint,+sign-ext,+mutable-globals,+simd128"
UNOPTIMISED = "_optimize_functions", "_optimize_final_module"
"""The two methods of numba's code libraries in which LLVM optimises for this machine."""
RUNS: dict[str, Callable[[], Any]] = {
    "one patch": lambda: simulate(Squid(), Step(20), 30),
    "many patches": lambda: simulate_many([Squid()], [Step(float(a)) for a in range(1, 65)], 30),
    "axon": lambda: propagate(Axon(diameter=476, length=5), Step(1000, 0.5, 0.2)),
    "one rich patch": lambda: simulate(FrogNode(), Step(20), 30),
    "many rich patches": lambda: simulate_many([Neuron()], [Step(float(a)) for a in range(1, 33)], 30),
    "axon of a rich membrane": lambda: propagate(Axon(Neuron()), Step(1000, 0.5, 0.2)),
    "noisy patch": lambda: simulate(Squid().with_noise(10), Step(20), 30),
    "hours": lambda: simulate(PumpCell(), t_stop=3.6e6),
}
"""Runs that together call the kernel with every kind of arguments."""
ALLOCATOR = """
%meminfo = type { i64, ptr, ptr, ptr, i64, ptr }
declare ptr @malloc(i32)
declare void @free(ptr)
define ptr @NRT_MemInfo_alloc_aligned(i64 %size, i32 %align) {
  %short = trunc i64 %size to i32
  %room = add i32 %short, %align
  %whole = add i32 %room, 64
  %at = call ptr @malloc(i32 %whole)
  %address = ptrtoint ptr %at to i32
  %after = add i32 %address, 63
  %past = add i32 %after, %align
  %less = sub i32 0, %align
  %aligned = and i32 %past, %less
  %data = inttoptr i32 %aligned to ptr
  store %meminfo { i64 1, ptr null, ptr null, ptr null, i64 0, ptr null }, ptr %at
  %data_at = getelementptr %meminfo, ptr %at, i32 0, i32 3
  store ptr %data, ptr %data_at
  %size_at = getelementptr %meminfo, ptr %at, i32 0, i32 4
  store i64 %size, ptr %size_at
  ret ptr %at
}
define void @NRT_MemInfo_call_dtor(ptr %info) {
  call void @free(ptr %info)
  ret void
}
define void @NRT_Free(ptr %info) {
  call void @free(ptr %info)
  ret void
}
"""
"""What numba's runtime does for arrays that the kernel makes: an array and its count of references lie in one block."""


def calls() -> dict[str, tuple[str, tuple[Any, ...]]]:
    """The first call of each kind: the name of its function, and its arguments as they were before it."""
    found: dict[str, tuple[str, tuple[Any, ...]]] = {}

    def watched(function: Any) -> Callable[..., Any]:
        def call(*given: Any) -> Any:
            found.setdefault(kind_of(function.__name__, given), (function.__name__, copied(given)))
            return function(*given)

        return call

    with mock.patch.multiple(kernel, run=watched(kernel.run), rates=watched(kernel.rates)):
        for run in RUNS.values():
            run()
    return found


def copied(given: Any) -> Any:
    """Arguments with arrays of their own."""
    if isinstance(given, tuple):
        parts = map(copied, given)
        return type(given)(*parts) if hasattr(given, "_fields") else tuple(parts)
    return given.copy() if isinstance(given, np.ndarray) else given


def object_code(function: str, given: tuple[Any, ...], name: str) -> bytes:
    """WebAssembly of a function of the kernel for arguments like these: an object file with one visible name.

    It needs a process of its own, as all that numba compiles from the first time on must not be optimised.
    """
    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    if not all(hasattr(codegen.CPUCodeLibrary, method) for method in UNOPTIMISED):
        raise RuntimeError(f"numba {numba.__version__} optimises in other methods than {' and '.join(UNOPTIMISED)}")
    nothing: Any = {method: lambda *_: None for method in UNOPTIMISED}
    with mock.patch.multiple(codegen.CPUCodeLibrary, **nothing):
        jitted = numba.njit(**OPTIONS)(getattr(kernel, function).__wrapped__.py_func)
        signature = tuple(map(numba.typeof, given))
        jitted.compile(signature)
    compiled = jitted.overloads[signature]
    return optimised(str(compiled.library._final_module), compiled.fndesc.llvm_func_name, name)


def optimised(source: str, inside: str = "", outside: str = "") -> bytes:
    """An object file of LLVM's source. A function in it gets another name, and all else is hidden from outside."""
    target = llvm.Target.from_triple(TRIPLE)
    machine = target.create_target_machine(cpu="generic", features=FEATURES, opt=3, reloc="pic")
    source = re.sub(r"target (triple|datalayout) = .*", "", source)
    module = llvm.parse_assembly(f'target triple = "{TRIPLE}"\ntarget datalayout = "{machine.target_data}"\n{source}')
    if inside:
        module.get_function(inside).name = outside
        for each in [*module.functions, *module.global_variables]:
            if not each.is_declaration and each.name != outside:
                each.linkage = "internal"
    for level in (1, 3):
        tuning = llvm.create_pipeline_tuning_options(speed_level=level)
        tuning.slp_vectorization = tuning.loop_vectorization = level == 3
        builder = llvm.create_pass_builder(machine, tuning)
        passes = builder.getModulePassManager()
        if level == 1:
            passes.add_refprune_pass()
        passes.run(module, builder)
    return bytes(machine.emit_object(module))


def _linker() -> list[str]:
    """The command of a linker for WebAssembly; RuntimeError where there is none."""
    if found := shutil.which("wasm-ld") or next(iter(sorted(map(str, Path("/usr/bin").glob("wasm-ld-*")))), None):
        return [found]
    if importlib.util.find_spec("ziglang"):
        return [sys.executable, "-m", "ziglang", "wasm-ld"]
    raise RuntimeError("there is no wasm-ld: install Debian's package lld, or ziglang from PyPI, and run this again")


def build(target: Path = KERNEL) -> None:
    """Make the module and its specification."""
    linker, found = _linker(), calls()
    names = [f"kernel_{number}" for number in range(len(found))]
    with ProcessPoolExecutor(mp_context=get_context("spawn"), max_tasks_per_child=1) as processes:
        allocator = processes.submit(_allocator)
        made = list(processes.map(object_code, *zip(*found.values(), strict=True), names))
        objects = dict(zip(["allocator", *names], [allocator.result(), *made], strict=True))
    with tempfile.TemporaryDirectory() as folder:
        for name, code in objects.items():
            Path(folder, f"{name}.o").write_bytes(code)
        exported = [f"--export={name}" for name in (*names, "NRT_Free")]
        command = [
            *linker, *(str(Path(folder, f"{name}.o")) for name in objects), "--no-entry", "--experimental-pic",
            "-shared", "--allow-undefined", "--import-memory", "--gc-sections", "-O3", "--strip-debug", *exported,
            "-o", str(target),
        ]  # fmt: skip
        subprocess.run(command, check=True)
    specification = {
        kind: {"name": name, "arguments": [told for told, _ in flat(given)]}
        for name, (kind, (_, given)) in zip(names, found.items(), strict=True)
    }
    target.with_name(SPECIFICATION.name).write_text(json.dumps(specification), "utf-8")
    print(f"{target}: {target.stat().st_size} bytes, for {', '.join(found)}")


def _allocator() -> bytes:
    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    return optimised(ALLOCATOR)


if __name__ == "__main__":
    build()
