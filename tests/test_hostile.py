"""Many kinds of hostile work in one batch with honest students, and folders that hold modules of ill will."""

import contextlib
import csv
import io
import json
import os
import shutil
import socket
import stat
import subprocess
import sys
import sysconfig
import tempfile
import time
import zipfile
from importlib.metadata import distributions
from pathlib import Path

import pytest
from classroom import answers, filled, output

from hhlab.assignments.judge import Given
from hhlab.assignments.sandbox import best_lock

pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.name != "posix", reason="made of what POSIX has")]

HONEST = [f"honest{n}" for n in range(10)]
SECRET = "k3y-0f-the-teacher"
COURSE = "bio2"
NOBODY = 65534
OWN_CODE = {
    "fork": "import os\nwhile True: x = os.fork()",
    "many forks, errors caught": "import os\nfor n in range(10**4):\n    try: x = os.fork()\n    except OSError: pass",
    "threads": "import threading\nfor n in range(99): x = threading.Thread(target=input).start()",
    "subprocess": "import subprocess\nx = subprocess.run(['sh', '-c', 'touch {evil}'])",
    "shell": "import os\nx = os.system('touch {evil}')",
    "memory": "x = []\nwhile True: x.append(bytearray(10**8))",
    "a large list": "x = list(range(10**9))",
    "endless": "while True: pass",
    "sleeps": "import time\nx = time.sleep(10**6)",
    "stops itself": "import os, signal\nx = os.kill(os.getpid(), signal.SIGSTOP)\nx = signal.pause()",
    "ignores signals": (
        "import signal\nfor n in range(1, 30):\n    try: x = signal.signal(n, signal.SIG_IGN)\n"
        "    except (OSError, ValueError): pass\nwhile True: pass"
    ),
    "a large power": "x = 9 ** 9 ** 9",
    "prints": "x = [print('x' * 10**6) for n in range(50)]",
    "writes to every stream": (
        "import os\nfor n in range(30):\n    try: x = os.write(n, b'{{\"values\": [1]}}' * 10**4)\n"
        "    except OSError: pass"
    ),
    "writes a large file": "o = open('big', 'wb')\nwhile True: x = o.write(b'0' * 10**6)",
    "writes many files": "for n in range(10**5): x = open(str(n), 'w').write('x')",
    "writes beside the submissions": "x = open('{evil}', 'w').write('x')",
    "writes into hhlab": "import sys\nx = [open(p + '/hhlab/evil.py', 'w') for p in sys.path]",
    "reads the teacher's file": "raise ValueError(open('{secret}').read())",
    "looks for the teacher's file": (
        "import os\nfor where, _, names in os.walk('/tmp'):\n    for name in names:\n"
        "        if name == 'secret.txt': raise ValueError(open(where + '/' + name).read())"
    ),
    "reads processes": "import glob\nraise ValueError(''.join(open(p).read() for p in glob.glob('/proc/*/environ')))",
    "environment": "import os\nraise ValueError(str(dict(os.environ)))",
    "network": "import socket\nx = socket.create_connection(('127.0.0.1', {port}), 2).send(b'x')",
    "listens": "import socket\nx = socket.create_server(('0.0.0.0', 0)).accept()",
    "kills its parent": "import os\nx = os.kill(os.getppid(), 9)",
    "kills all": "import os\nx = os.kill(-1, 9)",
    "kills its group": "import os\nx = os.killpg(0, 9)",
    "another session": "import os\nx = os.setsid()",
    "recursion": "def nernst(*a): return nernst(*a)",
    "deep recursion": "import sys\nx = sys.setrecursionlimit(10**8)\ndef nernst(*a): return nernst(*a)",
    "crashes": "import ctypes\nx = ctypes.string_at(0)",
    "mounts": "import ctypes\nx = 1 / (1 + ctypes.CDLL(None).mount(b'none', b'/', b'tmpfs', 0, None))",
    "more rights": "import os\nx = os.setuid(0)",
    "imports what lies beside": "import evil_neighbour",
    "imports hhlab": "from hhlab.physics import nernst_potential as nernst",
    "brings hhlab back": "import sys\ndel sys.modules['hhlab']\nfrom hhlab.physics import nernst_potential as nernst",
    "leaves": "import os\nx = os._exit(0)",
    "leaves with a word": "raise SystemExit('{{}}')",
    "closes all": "import os\nx = os.closerange(0, 10**4)",
    "opens without end": "x = []\nwhile True: x.append(open('/proc/self/stat'))",
    "an error without words": "class E(Exception):\n    def __str__(self): raise self\nraise E",
    "a long error": "raise ValueError('<script>alert(1)</script>' * 10**6)",
    "numbers without end": (
        "class F(float):\n    def __float__(self):\n        while True: pass\nnernst = lambda *a: F(1)"
    ),
    "numbers that fit everything": "class F(float):\n    __eq__ = __le__ = lambda *a: True\nnernst = lambda *a: F(1)",
    "builtins replaced": "import builtins, json\nbuiltins.float = json.dumps = lambda *a: '[1]'\nnernst = lambda *a: 1",
    "not a number": "nernst = lambda *a: float('nan')",
    "an infinite number": "nernst = lambda *a: 10**400",
    "null in the code": "x = '\0'",
    "broken code": "def nernst(: return" + "(" * 5000,
    "deep code": "nernst = " + "-" * 15_000 + "1",
    "magic": "!touch {evil}\n%run {evil}\nnernst = 1",
}
"""Code that is handed in, by name: {evil} is a file that must not come to be, {secret} one that must not be read."""


def right(student):
    return filled("ions", COURSE, student)


def with_answers(student, *given, **forged):
    """A notebook with a cell that hands in these answers, by task."""
    made = right(student)
    cell = next(cell for cell in made["cells"] if cell.get("outputs"))
    cell["outputs"] = [output("ions", COURSE, student, task, Given(**each), **forged) for task, each in given]
    return made


def changed(**parts):
    """A maker of the right notebook, with parts of it replaced."""
    return lambda student: json.dumps(right(student) | parts).encode()


def cells(**parts):
    """A maker of a notebook in which each cell with an answer has parts replaced."""

    def make(student):
        made = right(student)
        made["cells"] = [cell | parts if cell.get("outputs") else cell for cell in made["cells"]]
        return json.dumps(made).encode()

    return make


def forged(**parts):
    """A maker of a notebook whose outputs say something else."""
    return lambda student: json.dumps(filled("ions", COURSE, student, **parts)).encode()


def answered(task="E_Na", **given):
    return lambda student: json.dumps(with_answers(student, (task, given))).encode()


def repeated(student):
    made = right(student)
    made["cells"] = [cell for cell in made["cells"] if cell.get("outputs")] * 200
    return json.dumps(made).encode()


NOTEBOOKS = {
    "empty": lambda _: b"",
    "text": lambda _: b"my homework",
    "cut off": lambda student: json.dumps(right(student)).encode()[:-50],
    "a list": lambda _: b"[]",
    "null": lambda _: b"null",
    "a number": lambda _: b"1" * 10_000,
    "deep": lambda _: b"[" * 10**6,
    "deep and closed": lambda _: b'{"cells": ' + b"[" * 50_000 + b"]" * 50_000 + b"}",
    "UTF-16": lambda student: json.dumps(right(student)).encode("utf-16"),
    "not UTF-8": lambda student: json.dumps(right(student)).encode() + b"\xff\xfe",
    "null bytes": lambda student: json.dumps(right(student)).encode() + b"\0" * 100,
    "no cells": changed(cells=None),
    "cells of texts": changed(cells=["a", "b", 3, None]),
    "cells in a table": changed(cells={"0": {}}),
    "outputs in a table": cells(outputs={"a": 1}),
    "outputs of numbers": cells(outputs=[1, 2, None]),
    "source is a number": cells(source=1),
    "source that is slow to read": cells(source="lab.answer(" + "[" * 20_000),
    "source with many signs": cells(source="lab.answer('E_Na', " + "-" * 19_000 + "1)"),
    "same cells again": repeated,
    "another's id": forged(student=HONEST[0]),
    "an id of a folder": forged(student="../../../evil"),
    "an id of another kind": forged(student=["x"]),
    "an id that is long": forged(student="x" * 10**6),
    "an id that is half a character": forged(student="\ud800"),
    "another course": forged(course="<script>"),
    "another assignment": forged(assignment="pump"),
    "no such assignment": forged(assignment="../../evil"),
    "another format": forged(format=10**9),
    "points": forged(points=100, right=True),
    "script": answered(value="<script>alert(1)</script>", unit="mV"),
    "template": answered(value="{{ 7 * 7 }}{% include '/etc/passwd' %}", unit="mV"),
    "escapes": answered(value="\x1b[2J\r\n\x00", unit="mV"),
    "infinite": answered(value="1e999", unit="mV"),
    "long number": answered(value="1" * 1500, unit="mV"),
    "other digits": answered(value="-٨٨", unit="mV"),
    "long": answered(value="x" * 10**6, unit="mV"),
    "larger than a notebook": lambda _: b" " * (25 * 2**20),
    "many outputs": lambda student: json.dumps(with_answers(student, *[("E_Na", {"value": "1"})] * 10_000)).encode(),
}
"""Notebooks by name: from a student, the bytes of a file."""


def zipped(*files, **how):
    """The bytes of a zip of names and contents."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(name, content, **how)
    return data.getvalue()


def sound(student):
    return json.dumps(right(student)).encode()


def linked(name):
    info = zipfile.ZipInfo(name)
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info


def encrypted(student):
    data = bytearray(zipped(("a.ipynb", sound(student))))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def false_size(student):
    data = bytearray(zipped(("a.ipynb", b" " * 10**6)))
    at = data.index(b"PK\x01\x02")
    data[at + 24 : at + 28] = (10).to_bytes(4, "little")
    return bytes(data)


def wrong_sum(student):
    data = bytearray(zipped(("a.ipynb", sound(student))))
    at = data.index(b"PK\x01\x02")
    data[at + 16 : at + 20] = b"evil"
    return bytes(data)


ZIPS = {
    "no zip": lambda _: b"PK\x03\x04" + b"x" * 100,
    "cut off zip": lambda student: zipped(("01_ions.ipynb", sound(student)))[:-30],
    "empty zip": lambda _: zipped(),
    "bomb": lambda _: zipped(*((f"{n}.ipynb", b" " * 19 * 2**20) for n in range(40))),
    "a bomb in one file": lambda _: zipped(("a.ipynb", b"0" * 200 * 2**20)),
    "20,000 empty notebooks": lambda _: zipped(*((f"{n}.ipynb", b"") for n in range(20_000))),
    "zip in zip in zip": lambda student: zipped(("b.zip", zipped(("c.zip", zipped(("d.ipynb", sound(student))))))),
    "up and away": lambda student: zipped(("../../../evil.ipynb", sound(student))),
    "absolute": lambda student: zipped(("/tmp/evil.ipynb", b"{}"), ("C:\\evil.ipynb", b"{}")),
    "another's folder": lambda _: zipped((f"{HONEST[1]}/01_ions.ipynb", sound(HONEST[1]))),
    "link in a zip": lambda _: zipped((linked("a.ipynb"), b"/etc/passwd")),
    "same name twice": lambda student: zipped(("a.ipynb", sound(student)), ("./a.ipynb", b"{}")),
    "encrypted": encrypted,
    "false size": false_size,
    "wrong sum": wrong_sum,
}
"""Zips by name: from a student, the bytes of a file."""


def unreadable(folder):
    (folder / "01_ions.ipynb").write_bytes(b"{}")
    (folder / "01_ions.ipynb").chmod(0)


def bound(folder):
    with socket.socket(socket.AF_UNIX) as near:
        near.bind(os.path.relpath(folder / "s.ipynb"))


FILES = {
    "link to a file": lambda folder: (folder / "a.ipynb").symlink_to("/etc/passwd"),
    "link to the secret": lambda folder: (folder / "a.ipynb").symlink_to(folder.parents[1] / "secret.txt"),
    "link to another": lambda folder: (folder / "x").symlink_to(folder.parent / HONEST[2]),
    "link in a circle": lambda folder: (folder / "x").symlink_to(folder),
    "link to all": lambda folder: (folder / "x").symlink_to("/"),
    "a pipe": lambda folder: os.mkfifo(folder / "01_ions.ipynb"),
    "a socket": bound,
    "a folder with the name of a notebook": lambda folder: (folder / "01_ions.ipynb").mkdir(),
    "a name of two lines": lambda folder: (folder / "a\nb\x1b[2J.ipynb").write_bytes(b"{}"),
    "a name of bytes": lambda folder: Path(os.fsdecode(os.fsencode(folder) + b"/\xff.ipynb")).write_bytes(b"{}"),
    "a long name": lambda folder: (folder / f"{'x' * 240}.ipynb").write_bytes(b"{}"),
    "a name of markup": lambda folder: (folder / "<script>alert(1)<.ipynb").write_bytes(b"{}"),
    "not readable": unreadable,
    "another kind of file": lambda folder: (folder / "work.docx").write_bytes(b"PK"),
    "only a checkpoint": lambda folder: (folder / ".ipynb_checkpoints").mkdir(),
}
"""Things in a student's folder by name."""


def hand_in(folder, kind, student, places):
    """What somebody of a kind has in their folder."""
    folder.mkdir(parents=True)
    if kind in OWN_CODE:
        given = answers("ions", COURSE, student)
        given["nernst"] = Given(code=OWN_CODE[kind].format(**places))
        (folder / "01_ions.ipynb").write_text(json.dumps(filled("ions", COURSE, student, given)))
    elif kind in NOTEBOOKS:
        (folder / "01_ions.ipynb").write_bytes(NOTEBOOKS[kind](student))
    elif kind in ZIPS:
        (folder / "work.zip").write_bytes(ZIPS[kind](student))
    else:
        FILES[kind](folder)


def honest_work(folder, number):
    """The first two have all answers, and every two that follow one answer less."""
    student = HONEST[number]
    given = answers("ions", COURSE, student)
    for task in sorted(given)[: number // 2]:
        del given[task]
    folder.mkdir(parents=True)
    (folder / "01_ions.ipynb").write_text(json.dumps(filled("ions", COURSE, student, given)))


KINDS = [*OWN_CODE, *NOTEBOOKS, *ZIPS, *FILES]


@pytest.fixture
def home():
    """A folder that everybody can reach, as those of pytest are their owner's alone."""
    with tempfile.TemporaryDirectory(prefix="class-", ignore_cleanup_errors=True) as folder:
        os.chmod(folder, 0o755)
        yield Path(folder)


def _may_run(python, code=""):
    """Whether an ordinary user may."""
    with contextlib.suppress(OSError):
        return subprocess.run([python, "-I", "-c", code], user=NOBODY, cwd="/", check=False).returncode == 0
    return False


def command_for_others(home):
    """A Python that ordinary users may run as well, with the same packages; None if they may read none."""
    version = f"python{sysconfig.get_python_version()}"
    for base in (sys._base_executable, f"/usr/bin/{version}", f"/usr/local/bin/{version}"):
        if _may_run(base):
            subprocess.run([base, "-m", "venv", "--without-pip", home / "venv"], check=True)
            packages = home / f"venv/lib/{version}/site-packages"
            places = [place for place in sys.path if place.endswith("-packages")]
            packages.joinpath("all.pth").write_text("".join(f"import site; site.addsitedir({p!r})\n" for p in places))
            python = str(home / "venv/bin/python")
            return [python, "-I", "-m", "hhlab"] if _may_run(python, "import hhlab") else None
    return None


def graded(command, home, out, students, work, **how):
    """The marks by student, what was printed, and the seconds that it took."""
    (home / "roster.csv").write_text("id\n" + "".join(f"{student}\n" for student in students))
    caches = out.parent / "caches"
    caches.mkdir(exist_ok=True)
    caches.chmod(0o777)
    began = time.monotonic()
    ran = subprocess.run(
        [*command, "grade", ".", "--course", COURSE, "--roster", home / "roster.csv", "--out", out, "--jobs", "2",
         "--assignment", "ions"],
        cwd=work, capture_output=True, text=True, check=False, errors="replace",
        env=os.environ | {"HOME": str(caches), "NUMBA_CACHE_DIR": str(caches)}, **how,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr[-3000:]
    with (out / "roster.csv").open(newline="") as lines:
        marks = {row[0]: row[-1] for row in csv.reader(lines)}
    return marks, ran.stdout, time.monotonic() - began


@pytest.mark.skipif(not best_lock(), reason="this system cannot lock code in")
@pytest.mark.parametrize("ordinary", [False, True], ids=["oneself", "ordinary user"])
def test_one_batch_of_all_kinds(ordinary, home):
    """Honest students get what they get alone; each of the others is named once; nothing is read, written or left."""
    assert len(KINDS) > 60
    command, how = [sys.executable, "-I", "-m", "hhlab"], {}
    if ordinary:
        command, how = command_for_others(home), {"user": NOBODY, "group": NOBODY, "extra_groups": []}
        if os.geteuid() or not command:
            pytest.skip("only root can become another user, and here none has a Python")
    work, alone, outs = home / "class/work", home / "alone", home / "outs"
    for folder in (work, alone, outs):
        folder.mkdir(parents=True)
    outs.chmod(0o777)
    (home / "class/secret.txt").write_text(SECRET)
    (work / "evil_neighbour.py").write_text(f"open({str(outs / 'evil')!r}, 'w')")
    for number, student in enumerate(HONEST):
        honest_work(work / student, number)
        shutil.copytree(work / student, alone / student)
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        places = {"evil": outs / "evil", "secret": home / "class/secret.txt", "port": server.getsockname()[1]}
        others = {f"other{number:03}": kind for number, kind in enumerate(KINDS)}
        for student, kind in others.items():
            hand_in(work / student, kind, student, places)
        students = [*HONEST, *others]
        by_themselves, _, _ = graded(command, home, outs / "alone", students, alone, **how)
        marks, told, seconds = graded(command, home, outs / "all", students, work, **how)
        with pytest.raises(BlockingIOError):
            server.accept()
    assert seconds < 600
    assert len({by_themselves[student] for student in HONEST}) == len(HONEST) // 2
    assert {student: marks[student] for student in HONEST} == {student: by_themselves[student] for student in HONEST}
    for student in HONEST:
        page = f"feedback/{student}.html"
        assert (outs / "all" / page).read_bytes() == (outs / "alone" / page).read_bytes()
    assert "handed in nothing 1" in told
    report = (outs / "all/report.html").read_text("utf-8")
    full = marks[HONEST[0]]
    for student, kind in others.items():
        assert marks[student] or student in told or student in report, kind
        assert marks[student] != full or kind not in OWN_CODE, kind
    written = [path for path in outs.rglob("*") if path.is_file() and "caches" not in path.parts]
    assert {path.relative_to(outs).parts[0] for path in written} == {"alone", "all"}
    assert {path.stem.partition("-")[0] for path in (outs / "all/feedback").iterdir()} <= set(students)
    assert not [path for path in written if SECRET in path.read_text("utf-8", errors="replace")]
    assert SECRET not in told
    assert not [page for page in (outs / "all/feedback").iterdir() if str(home) in page.read_text("utf-8")]
    assert "<script>alert(1)" not in "".join(path.read_text("utf-8") for path in written if path.suffix == ".html")
    assert "locked in" in told
    assert not list(Path(tempfile.gettempdir()).glob("evil*"))


def module_names():
    """All that Python and the packages here can import, and what Python looks for when it starts."""
    names = set(sys.stdlib_module_names) | {"sitecustomize", "usercustomize"}
    for each in distributions():
        parts = [path.parts for path in each.files or () if path.suffix == ".py"]
        names |= {first.removesuffix(".py") for first, *rest in parts if not rest or rest[0] == "__init__.py"}
    return {name for name in names if name.isidentifier()}


def loaded_by_python(home):
    """What Python itself looks for in the current folder, for `python -m` without -I or -P, before a package begins."""
    (home / "empty").mkdir()
    (home / "empty/__init__.py").write_text("")
    (home / "empty/__main__.py").write_text("import sys; print(*sys.modules)")
    ran = subprocess.run([sys.executable, "-m", "empty"], cwd=home, capture_output=True, text=True, check=True)
    return {name.partition(".")[0] for name in ran.stdout.split()}


@pytest.mark.parametrize(
    "start",
    [["hhlab"], ["python", "-I", "-m", "hhlab"], ["python", "-P", "-m", "hhlab"], ["python", "-m", "hhlab"]],
    ids=" ".join,
)
def test_nothing_in_the_current_folder_is_run(start, tmp_path):
    """Modules of all names beside the notebooks, and settings that name folders and modules."""
    marker, work = tmp_path / "ran", tmp_path / "work"
    work.mkdir()
    but = loaded_by_python(tmp_path) | {"hhlab"} if start == ["python", "-m", "hhlab"] else set()
    for name in module_names() - but:
        (work / f"{name}.py").write_text(f"open({str(marker)!r}, 'a').write('{name} ')\n")
    (work / ".numba_config.yaml").write_text(f"cache_dir: {work / 'cache'}\n")
    (work / "matplotlibrc").write_text("backend: module://antigravity\n")
    for number in range(2):
        honest_work(work / HONEST[number], number)
    bin_folder = Path(sys.executable).parent
    command = [str(bin_folder / start[0]), *start[1:]]
    _, told, _ = graded(command, tmp_path, tmp_path / "out", HONEST[:2], work)
    assert not marker.exists(), marker.read_text()
    assert not (work / "cache").exists()
    assert "graded 2" in told


def test_workers_of_every_kind_import_nothing_from_the_current_folder(tmp_path):
    """What the command starts for its own work inherits that it is isolated, however it is started."""
    marker = tmp_path / "ran"
    for name in ("json", "multiprocessing", "numpy", "resource", "hhlab", "secrets"):
        (tmp_path / f"{name}.py").write_text(f"open({str(marker)!r}, 'a')\n")
    code = """
import multiprocessing, concurrent.futures, sys
from hhlab.parallel import cores
for method in multiprocessing.get_all_start_methods():
    with concurrent.futures.ProcessPoolExecutor(1, multiprocessing.get_context(method)) as pool:
        print(pool.submit(cores).result())
"""
    (tmp_path / "away").mkdir()
    (tmp_path / "away" / "main.py").write_text(f"if __name__ == '__main__':\n{code.replace(chr(10), chr(10) + '    ')}")
    command = [sys.executable, "-I", tmp_path / "away" / "main.py"]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.stdout.split(), ran.stderr
    assert not marker.exists()
