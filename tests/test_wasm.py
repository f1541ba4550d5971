"""The kernel as WebAssembly against numba's code for this machine, with the same arguments."""

import json
import shutil
import subprocess
import time
from pathlib import Path

import numpy as np
import pytest

from hhlab import kernel, wasm
from hhlab.wasm_build import calls, copied

NODE = shutil.which("node")
EARLY = 50.0  # ms from which on only spike times are compared
KEPT = 12  # the argument of `run` in which recordings are kept


def in_node(test):
    """Mark a test that makes the module, and calls its functions in Node."""
    return pytest.mark.slow(pytest.mark.skipif(NODE is None, reason="there is no Node to run WebAssembly in")(test))


@pytest.fixture(scope="module")
def kept():
    return calls()


def each_array(given):
    """The arrays among the arguments, in the row in which they are handed over."""
    return [each for _, each in wasm.flat(given) if isinstance(each, np.ndarray)]


def test_all_runs_of_the_package_are_of_these_kinds(kept):
    """What a kind takes does not depend on the cell, the protocol, or what is kept."""
    assert sorted(kept) == [
        "rates 1 ", "run 1 ---", "run 1 x--", "run 1 xx-", "run 2 ---", "run 2 --x", "run 2 x--", "run 2 x-x",
    ]  # fmt: skip


@pytest.fixture(scope="module")
def replayed(wasm_kernel, kept, tmp_path_factory):
    """For each kind: what Node tells, and the arrays after the call there and here."""
    folder, rows, found = tmp_path_factory.mktemp("calls"), [], {}
    specification = json.loads(wasm_kernel.with_name("wasm_kernel.json").read_text())
    for number, (kind, (function, given)) in enumerate(kept.items()):
        told, blob = [], bytearray()
        for _, each in wasm.flat(given):
            if isinstance(each, np.ndarray):
                blob.extend(bytes(-len(blob) % 16))
                where = {"offset": len(blob), "itemsize": each.itemsize}
                told.append(where | {"shape": each.shape, "strides": each.strides})
                blob.extend(each.tobytes())
            elif each is None:
                told.append(None)
            else:
                told.append(str(int(each)) if isinstance(each, int | np.integer) else float(each))
        (folder / f"{number}.bin").write_bytes(blob)
        rows.append({"name": specification[kind]["name"], "arguments": told, "turns": 21, "array": function == "rates"})
    (folder / "calls.json").write_text(json.dumps(rows))
    subprocess.run([NODE, str(Path(__file__).parent / "wasm/replay.mjs"), str(wasm_kernel), str(folder)], check=True)
    for number, (kind, told) in enumerate(zip(kept, json.loads((folder / "told.json").read_text()), strict=True)):
        blob = (folder / f"{number}.out").read_bytes()
        places = [each for each in rows[number]["arguments"] if isinstance(each, dict)]
        after = [
            np.frombuffer(blob, each.dtype, each.size, at["offset"]).reshape(each.shape)
            for each, at in zip(each_array(kept[kind][1]), places, strict=True)
        ]
        found[kind] = told, after
    return found


@pytest.fixture(scope="module")
def native(kept):
    """For each kind: what numba's code gives, the arrays after the call, and how long a call takes, ms."""
    found = {}
    for kind, (function, given) in kept.items():
        result, times = None, []
        for _ in range(21):
            again = copied(given)
            before = time.perf_counter()
            result = getattr(kernel, function)(*again)
            times.append(1e3 * (time.perf_counter() - before))
        found[kind] = result, again, float(np.median(times))
    return found


@in_node
def test_the_same_numbers(replayed, native, kept):
    for kind, (told, after) in replayed.items():
        result, given, _ = native[kind]
        assert told["status"] == 0
        if told["array"] is not None:
            assert told["array"] == pytest.approx(result, rel=1e-12, abs=1e-15)
            continue
        assert [int(each) for each in told["whole"]] == list(result)
        here, there = given[KEPT], dict(zip(map(id, each_array(given)), after, strict=True))
        V, steps = here.V, given[9] * given[10]
        early = V.shape[0] if V.shape[0] <= 2 else int(EARLY / steps) + 1
        assert np.abs(there[id(V)][:early] - V[:early]).max() < 1e-9, kind
        assert there[id(here.found)].tolist() == here.found.tolist()
        assert np.abs(there[id(here.times)] - here.times).max(initial=0) * steps < 1e-6


@in_node
def test_about_as_fast(replayed, native):
    for kind, (told, _) in replayed.items():
        print(f"{kind}: {told['ms']:.3f} ms in Node, {native[kind][2]:.3f} ms here")
    ratios = [told["ms"] / native[kind][2] for kind, (told, _) in replayed.items()]
    assert np.median(ratios) < 2.5
