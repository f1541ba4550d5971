"""Breaks the library on purpose, one place at a time, and says which test noticed.

    python tests/mutations.py mutations.json

draws 80 mutations by a seed, as many from each of five parts of `hhlab/`, and applies each to a copy of the project.
The default tests run on it up to the first that fails; test files that mention the names of the changed file come
first. Each result is kept in the file at once, so an interrupted run goes on where it was; `--only survivors` tries
those again that no test noticed.
"""

import argparse
import ast
import concurrent.futures
import json
import os
import queue
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
PARTS = ("hhlab/kernel.py", "hhlab/measure", "hhlab/claims", "hhlab/questions", "hhlab/assignments")
AT_ONCE, TIME_LIMIT, TIME_OF_A_TEST = 2, 1500, 120
"""Processes, and seconds of one mutation and of one test in it; a loop that does not end is noticed by these."""

ENDS = {1: "the time limit of a test", -signal.SIGSEGV: "a crash", -signal.SIGABRT: "a crash"}
"""How pytest ends where no test could say that it failed."""

ROUNDING = 1e-6
"""Smaller constants guard against rounding, and ten percent more of them are the same guard."""

OTHER = {
    ast.Lt: ("<", "<="), ast.LtE: ("<=", "<"), ast.Gt: (">", ">="), ast.GtE: (">=", ">"),
    ast.Eq: ("==", "!="), ast.NotEq: ("!=", "=="), ast.Is: ("is", "is not"), ast.IsNot: ("is not", "is"),
    ast.In: ("in", "not in"), ast.NotIn: ("not in", "in"), ast.And: ("and", "or"), ast.Or: ("or", "and"),
    ast.Add: ("+", "-"), ast.Sub: ("-", "+"), ast.Mult: ("*", "/"), ast.Div: ("/", "*"),
    ast.FloorDiv: ("//", "*"), ast.Mod: ("%", "*"), ast.Pow: ("**", "*"),
}  # fmt: skip
"""What stands for an operator in the source, and what is put in its place."""

SAME = "the same to more digits than are looked at"
ACCEPTED: dict[str, str] = {
    "hhlab/assignments/course/pump.py: 3_600_000.0 -> 3.96e+06 in MINUTE, HOUR = 60_000.0, 3_600_000.0": SAME,
    "hhlab/questions/ions_and_potentials.py: 10.0 -> 11 in BELOW, ABOVE = 1e-6, 10.0": SAME,
    "hhlab/questions/ions_and_potentials.py: < -> <= in "
    "low, high = (middle, high) if _without_chloride(middle) < -80 else (low, middle)": SAME,
    "hhlab/questions/the_pump.py: 1 -> 2 in return float(V[-1] - V[0])": SAME,
}
"""Mutations that no test can or should notice, as `Mutation.name` has them without the number of the line: why."""


class Mutation(NamedTuple):
    """A change of one place: the file, where in its bytes, and what stands there before and after."""

    path: str
    begin: int
    end: int
    line: int
    old: str
    new: str

    @property
    def name(self) -> str:
        text = (ROOT / self.path).read_bytes().splitlines()[self.line - 1].decode().strip()
        return f"{self.path}:{self.line}: {self.old} -> {self.new} in {text}"


NONE = Mutation("hhlab/kernel.py", 0, 0, 1, "nothing", "nothing")
"""All tests must pass on a copy as it is, or any would seem to notice everything."""


class Places(ast.NodeVisitor):
    """All places of a file that can be changed."""

    def __init__(self, path: str) -> None:
        self.path, self.source = path, (ROOT / path).read_bytes()
        lines = self.source.splitlines(keepends=True)
        self.starts = [sum(map(len, lines[:number])) for number in range(len(lines))]
        self.found: list[Mutation] = []
        self.visit(ast.parse(self.source))

    def add(self, begin: int, end: int, old: str, new: str) -> None:
        if self.source[begin:end].decode() == old:
            self.found.append(Mutation(self.path, begin, end, self.source.count(b"\n", 0, begin) + 1, old, new))

    def ends(self, node: ast.expr) -> tuple[int, int]:
        return (
            self.starts[node.lineno - 1] + node.col_offset,
            self.starts[node.end_lineno - 1] + node.end_col_offset,
        )

    def between(self, left: ast.expr, kind: ast.AST, right: ast.expr) -> None:
        """The operator between two parts of an expression."""
        begin, end = self.ends(left)[1], self.ends(right)[0]
        if type(kind) in OTHER:
            old, new = OTHER[type(kind)]
            at = self.source.find(old.encode(), begin, end)
            self.add(at, at + len(old), old, new)

    def visit_Compare(self, node: ast.Compare) -> None:
        for left, kind, right in zip([node.left, *node.comparators], node.ops, node.comparators, strict=False):
            self.between(left, kind, right)
        self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        for left, right in zip(node.values, node.values[1:], strict=False):
            self.between(left, node.op, right)
        self.generic_visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        self.between(node.left, node.op, node.right)
        self.generic_visit(node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        begin, operand = self.ends(node)[0], self.ends(node.operand)[0]
        if isinstance(node.op, ast.USub | ast.Not):
            self.add(begin, operand, self.source[begin:operand].decode(), "")
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if type(node.value) in (int, float) and not 0 < node.value < ROUNDING:
            other = node.value + 1 if isinstance(node.value, int) or not node.value else 1.1 * node.value
            begin, end = self.ends(node)
            self.add(
                begin, end, self.source[begin:end].decode(), f"{other:.6g}" if isinstance(other, float) else str(other)
            )

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        """Texts are left as they are."""

    def visit_arg(self, node: ast.arg) -> None:
        """So are annotations."""

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.visit(node.value)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        for part in (*node.decorator_list, node.args, *node.body):
            self.visit(part)


def drawn(count: int, seed: int, parts: list[str]) -> list[Mutation]:
    """As many mutations of each part."""
    chosen = []
    for number, part in enumerate(parts):
        files = sorted((ROOT / part).rglob("*.py")) if (ROOT / part).is_dir() else [ROOT / part]
        every = [each for file in files for each in Places(file.relative_to(ROOT).as_posix()).found]
        share = count * (number + 1) // len(parts) - count * number // len(parts)
        chosen += random.Random(f"{seed} {part}").sample(every, share)
    return chosen


def tests_in_order(path: str) -> list[str]:
    """The test files, those first that mention most often what the changed file is called and defines."""
    tree = ast.parse((ROOT / path).read_text())
    names = {part.name for part in tree.body if isinstance(part, ast.FunctionDef | ast.ClassDef)}
    words = re.compile(rf"\b({'|'.join({*names, *Path(path).with_suffix('').parts[1:]})})\b")
    files = sorted((ROOT / "tests").glob("test_*.py"))
    files.sort(key=lambda file: -len(words.findall(file.read_text())))
    first = ["tests/test_golden.py", *["tests/test_kernel.py"] * (path == "hhlab/kernel.py")]
    return [*dict.fromkeys(first + [file.relative_to(ROOT).as_posix() for file in files]), "notebooks"]


def copied(place: Path) -> Path:
    """A copy of the project, with what numba has compiled for it."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    compiled = [path.relative_to(ROOT).as_posix() for path in (ROOT / "hhlab").rglob("__pycache__/*.nb?")]
    for name in filter(lambda name: (ROOT / name).is_file(), listed + compiled):
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, place / name)
    return place


def noticed(copy: Path, files: list[str], cache: Path | None) -> str:
    """The first test that fails in a copy; empty if all pass."""
    settings = {"PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
    limits = ["-o", f"faulthandler_timeout={TIME_OF_A_TEST}", "-o", "faulthandler_exit_on_timeout=true"]
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-n0", "-p", "no:cacheprovider", *limits, *files]
    try:
        ran = subprocess.run(
            command, cwd=copy, capture_output=True, text=True, check=False, timeout=TIME_LIMIT,
            env=os.environ | settings | ({"NUMBA_CACHE_DIR": str(cache)} if cache else {}),
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return "the time limit"
    if ran.returncode == 0:
        return ""
    if found := re.search(r"^(?:FAILED|ERROR) (.+?)(?: - .*)?$", ran.stdout, re.MULTILINE):
        return found[1]
    if ran.returncode in ENDS:
        return ENDS[ran.returncode]
    raise RuntimeError(f"pytest ended with {ran.returncode}:\n{ran.stdout[-2000:]}\n{ran.stderr[-2000:]}")


def tried(mutation: Mutation, copies: "queue.Queue[Path]") -> str:
    """What notices a mutation: it is made in a copy that no other uses, and taken back."""
    copy, source = copies.get(), ROOT / mutation.path
    whole, changed = source.read_bytes(), copy / mutation.path
    if mutation is not NONE:
        changed.write_bytes(whole[: mutation.begin] + mutation.new.encode() + whole[mutation.end :])
    try:
        with tempfile.TemporaryDirectory() as cache:
            compiles = mutation.path == "hhlab/kernel.py"
            return noticed(copy, tests_in_order(mutation.path), Path(cache) if compiles else None)
    finally:
        shutil.copy2(source, changed)
        copies.put(copy)


def results(todo: list[Mutation], place: Path) -> Iterator[tuple[Mutation, str]]:
    """What notices each mutation, as it becomes known."""
    copies: queue.Queue[Path] = queue.Queue()
    for number in range(AT_ONCE):
        copies.put(copied(place / str(number)))
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        running = {pool.submit(tried, mutation, copies): mutation for mutation in todo}
        for done in concurrent.futures.as_completed(running):
            yield running[done], done.result()


def told(name: str, by: str) -> str:
    """A row of the table."""
    why = ACCEPTED.get(re.sub(r":\d+:", ":", name))
    return f"{name}\n    {by or (f'accepted: {why}' if why else 'SURVIVED')}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path, help="where results are kept")
    parser.add_argument("--count", type=int, default=80)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--part", action="append", help=f"only these files or folders, instead of {', '.join(PARTS)}")
    parser.add_argument("--only", choices=["survivors"], help="try those again that no test noticed")
    given = parser.parse_args()
    known = json.loads(given.file.read_text()) if given.file.exists() else {}
    chosen = {each.name: each for each in drawn(given.count, given.seed, given.part or list(PARTS))}
    todo = [each for name, each in chosen.items() if not (known.get(name) if given.only else name in known)]
    with tempfile.TemporaryDirectory() as place:
        for mutation, by in results([NONE, *todo], Path(place)):
            if mutation is NONE:
                print(f"unchanged: {by + ' FAILS, so nothing below counts' if by else 'all pass'}", flush=True)
                continue
            known[mutation.name] = by
            given.file.write_text(json.dumps(known, indent=1, ensure_ascii=False))
            print(told(mutation.name, by), flush=True)
    caught = sum(bool(known.get(name)) for name in chosen)
    print(*(told(name, known[name]) for name in chosen if not known.get(name)), sep="\n")
    print(f"{caught} of {len(chosen)} noticed")


if __name__ == "__main__":
    main()
