"""Code of students: it runs locked in, and whatever it does costs nobody but itself."""

import os
import pickle
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from hhlab.assignments import find
from hhlab.assignments.judge import Given, NotRunError, judge
from hhlab.assignments.sandbox import LIMITS_ONLY, UNSHARE, Sandbox, _program, best_lock
from hhlab.assignments.task import Code

pytestmark = pytest.mark.skipif(os.name != "posix", reason="code is run on Linux and macOS only")

TWICE = Code("twice", "", "f", {"kind": "call", "calls": [[1.0], [2.0]]}, lambda: [2.0, 4.0], "", "", "")
MOUNTS = "mount -t tmpfs none /tmp && mkdir /tmp/x && mount --bind /usr /tmp/x"
OWN = Sandbox(best_lock() or LIMITS_ONLY)
WRITES = "import os\nfor n in range(3, 20):\n    try: x = os.write(n, {})\n    except OSError: pass"
locked = pytest.mark.skipif(not best_lock(), reason="this system cannot lock code in")


def run(code, lock=OWN.lock, wall=6.0):
    return Sandbox(lock, wall).run(TWICE, code)


def test_numbers_come_out():
    assert run("f = lambda x: 2 * x") == [2.0, 4.0]
    assert run(
        "%matplotlib inline\nimport numpy as np\n\ndef f(x):\n    return np.float64(x)\n\nlab.answer('twice', f)"
    ) == [1, 2]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("f = 1 / 0", "the code stopped with ZeroDivisionError: division by zero"),
        ("def f(x): return y", "NameError: name 'y' is not defined"),
        ("g = 1", "the cell does not define f"),
        ("f = (", "SyntaxError"),
        ("f = lambda x: 'a'", "ValueError: could not convert string to float"),
        ("f = lambda x: [1]", "TypeError"),
        ("import sys\nx = sys.exit(0)", "SystemExit"),
        ("import hhlab", "hhlab"),
        ("x = bytearray(10**11)", "MemoryError"),
        ("def f(x): return f(x)", "RecursionError"),
        ("def f(x): raise ValueError('<b>' + 'x' * 10**6)", "<b>xxx"),
    ],
)
def test_errors_of_the_code_are_sentences(code, words):
    with pytest.raises(ValueError, match=r".") as caught:
        run(code)
    assert words in str(caught.value)
    assert len(str(caught.value)) < 500


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("while True: pass", "did not finish within|too much time"),
        ("import time\nx = time.sleep(100)", "did not finish within"),
        ("import os\nx = os._exit(0)", "ended before it returned its numbers"),
        (WRITES.format("b'[1' * 10**6"), "printed more"),
        (WRITES.format("b'[1]'") + "\nx = os._exit(0)", "did not return a list of numbers|ended before"),
    ],
)  # fmt: skip
def test_what_does_not_come_to_an_end_needs_a_person(code, words):
    with pytest.raises(NotRunError, match=words):
        run(code, wall=1.5)


HIDES = """
import ctypes, os, time
try: os.setsid()
except OSError: pass
x = ctypes.CDLL(None).prctl(1, 0), time.sleep(100)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="what still runs is seen in /proc")
@pytest.mark.parametrize("code", ["import time\nx = time.sleep(100)", HIDES])
@pytest.mark.parametrize("lock", [LIMITS_ONLY, pytest.param(best_lock(), marks=locked, id="locked in")])
def test_nothing_outlives_its_time(lock, code, tmp_path, monkeypatch):
    """Also code that leaves its group, and gives up the signal that comes when what began it ends."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))  # where HOME is, in the environment of the process
    with pytest.raises(NotRunError, match="did not finish within"):
        run(code, lock, wall=1.5)
    assert not [path for path in Path("/proc").glob("[0-9]*/environ") if str(tmp_path).encode() in environment(path)]


def environment(path):
    try:
        return path.read_bytes()
    except OSError:
        return b""


def test_objects_with_operators_of_their_own_fool_nobody():
    """A number that says it equals everything comes out as a plain number."""
    yes = "class Yes(float):\n    __eq__ = __le__ = __ge__ = lambda *_: True\n    __sub__ = __rsub__ = lambda *_: 0.0\n"
    assert not TWICE.judge(run(f"{yes}f = lambda x: Yes(7)")).right


@pytest.mark.parametrize("lock", [LIMITS_ONLY, pytest.param(best_lock(), marks=locked, id="locked in")])
@pytest.mark.parametrize("start", ["os.fork()", "threading.Thread(target=print).start()", "subprocess.run('ls')"])
def test_no_process_can_be_started(start, lock):
    with pytest.raises(ValueError, match=r"BlockingIOError|can't start new thread|FileNotFoundError"):
        run(f"import os, threading, subprocess\nx = {start}\nf = lambda x: 1", lock)


TRY = "n = 0\ntry: {}\nexcept OSError: pass\n"
SYSTEM = "import ctypes\nn = ctypes.CDLL(None)."


def test_code_is_locked_in_wherever_the_system_permits_it():
    """Where it is not, the tests of being locked in are left out; so here it is seen that they are not."""
    own = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    command = ["unshare", *own, "--net", "--pid", "--mount", "--mount-proc", "--fork", "sh", "-c", MOUNTS]
    if not shutil.which("unshare") or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("this system permits no namespaces")
    assert best_lock()


@locked
@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("import socket\n" + TRY.format("n = bool(socket.create_connection(('127.0.0.1', {port}), 1))"), 0),
        ("import socket\n" + TRY.format("n = socket.socket(socket.AF_UNIX).connect('{folder}/s') is None"), 0),
        ("import os\nn = len([p for p in os.listdir('/proc') if p.isdigit()])", 1),
        ("import os\n" + TRY.format("n = os.kill(os.getppid() or -1, 0) is None"), 0),
        (TRY.format("o = open('{folder}/evil', 'w'); n = 1"), 0),
        (TRY.format("o = open('/usr/lib/evil', 'w'); n = 1"), 0),
        (TRY.format("o = open('{folder}/secret'); n = 1"), 0),
        (TRY.format("o = open('/etc/passwd'); n = 1"), 0),
        ("import os\nn = sum(map(os.path.exists, ('/etc/shadow', '/bin/sh', '/usr/bin', '/run', '/var', '/dev')))", 0),
        ("import os\nn = os.path.exists('{folder}')", 0),
        ("import os\nn = len(os.listdir('.'))", 0),
        ("o = open('mine', 'w'); n = o.write('x')", 1),
        ("import os\nn = sum(name in os.environ for name in ('USER', 'PYTHONPATH', 'VIRTUAL_ENV', 'SECRET'))", 0),
        ("import os\nn = 0\ntry:\n    x = os.setuid(0); n = os.getuid() != 0\nexcept OSError: pass", 0),
        (SYSTEM + "mount(b'tmpfs', b'/proc', b'tmpfs', 0, None) + 1", 0),
        (SYSTEM + "unshare(0x10000000) + 1", 0),
        (SYSTEM + "chroot(b'.') + 1", 0),
        ("n = int(open('/proc/self/oom_score_adj').read())", 1000),
    ],
)  # fmt: skip
def test_locked_in(code, value, tmp_path, monkeypatch):
    """No network, no other processes, no files but Python's and its own, no way to more rights; first to go."""
    (tmp_path / "secret").write_text("secret")
    monkeypatch.setenv("SECRET", "it")
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket(socket.AF_UNIX) as near:
        near.bind(os.path.relpath(tmp_path / "s"))
        near.listen()
        there = code.format(folder=tmp_path, port=server.getsockname()[1])
        assert run(f"{there}\nf = lambda x: n") == [value, value]
    assert not (tmp_path / "evil").exists()


BACK = """
import os, sys
del sys.modules["hhlab"]
try: from hhlab.physics import nernst_potential
except ImportError: pass
n = sum(os.path.exists(f"{place}/{name}") for place in [*sys.path, ".."] for name in ("hhlab/physics.py", "physics.py"))
n += any(name.startswith("hhlab.") for name in sys.modules)
f = lambda x: n
"""


@locked
def test_hhlab_is_out_of_reach_of_a_function_that_is_to_be_ones_own(tmp_path, root):
    """Neither as a module nor as a file, installed or in a checkout."""
    assert run(BACK) == [0, 0]
    installed = tmp_path / "site-packages"
    shutil.copytree(root / "hhlab", installed / "hhlab", ignore=shutil.ignore_patterns("__pycache__"))
    paths = [str(installed), *(path for path in sys.path if path.endswith("-packages"))]
    code = f"""import sys
sys.path[:0] = {paths[:1]!r}
from hhlab.assignments.sandbox import Sandbox, best_lock, __file__
from hhlab.assignments.task import Code
code = Code("twice", "", "f", {{"kind": "call", "calls": [[1.0]]}}, list, "", "", "")
sandbox = Sandbox(best_lock())
print(sandbox.run(code, {BACK!r}), sandbox.run(code, "f = lambda x: x"), __file__)
"""
    told = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert told.split()[:2] == ["[0.0]", "[1.0]"]
    assert told.split()[2].startswith(str(installed))


@locked
@pytest.mark.parametrize("tool", ["exit 1", "while [ $# -gt 0 ] && [ $1 != {python} ]; do shift; done; exec $@"])
def test_where_locking_in_fails_later_no_code_runs(tool, tmp_path, monkeypatch):
    """In any process: what was found out once is not found out anew, and the process itself looks before it begins."""
    program = tmp_path / "tool"
    program.write_text("#!/bin/sh\n" + tool.format(python=sys.executable))
    program.chmod(0o755)
    sandbox = pickle.loads(pickle.dumps(Sandbox(UNSHARE)))
    monkeypatch.setattr("hhlab.assignments.sandbox._program", lambda lock: str(program))
    with pytest.raises(NotRunError, match="could not be locked in, so it was not run"):
        sandbox.run(TWICE, f"x = open({str(tmp_path / 'evil')!r}, 'w')\nf = lambda x: 1")
    assert not (tmp_path / "evil").exists()


def test_tools_are_not_looked_for_in_the_current_folder(tmp_path, monkeypatch):
    (tmp_path / "unshare").write_text("#!/bin/sh\n")
    (tmp_path / "unshare").chmod(0o755)
    monkeypatch.chdir(tmp_path)
    for path in (".", "", ":", "./"):
        monkeypatch.setenv("PATH", path)
        assert _program(UNSHARE) == ""


def test_where_nothing_locks_in_a_person_decides():
    with pytest.raises(NotRunError, match="cannot lock code in"):
        run("f = lambda x: 2 * x", "")
    assert "was not run" in str(Sandbox(""))
    assert run("f = lambda x: 2 * x", LIMITS_ONLY) == [2.0, 4.0]
    assert "your files" in str(Sandbox(LIMITS_ONLY))
    assert f"locked in by {UNSHARE}" in str(Sandbox(UNSHARE))


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("np.log(", "np.log10(", "natural logarithm"),
        ("(T + 273.15)", "T", "kelvin"),
        ("1000 * R", "R", "returns volts"),
        ("outside / inside", "inside / outside", "sign is wrong"),
        ("(z * F)", "F", "charge z"),
        ("1000 * R", "998 * R", "is tested with"),
    ],
)
def test_well_known_slips_are_told(old, new, words):
    variant = find("ions").variant("c", "s")
    task = find("ions").task(variant, "nernst")
    assert old in task.question.solution
    verdict = judge(task, Given(code=task.question.solution.replace(old, new), mark=variant.mark), variant, OWN.run)
    assert not verdict.right
    assert words in verdict.reply


def test_a_channel_of_ones_own():
    variant = find("spike").variant("c", "s")
    task = find("spike").task(variant, "channel")
    wrong = task.question.solution.replace("E=-77", "E=77")
    assert judge(task, Given(code=task.question.solution), variant, OWN.run).points == task.points
    assert judge(task, Given(code=wrong), variant, OWN.run).reply == "E_A must be negative."
