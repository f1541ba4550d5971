"""The command `hhlab`: a working copy that is never overwritten, and JupyterLab with what follows --."""

import errno
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hhlab import cli
from hhlab.texts import of_course


@pytest.fixture
def called(monkeypatch):
    """What would have been started, and with which settings."""
    calls = []
    monkeypatch.setattr(cli, "start", lambda command, environment: calls.append((command, environment)) or 0)
    return calls


def test_it_copies_and_opens(tmp_path, called, capsys):
    assert cli.main(["--folder", str(tmp_path / "course"), "--", "--no-browser", "--port", "9000"]) == 0
    ((command, settings),) = called
    assert command[:4] == [sys.executable, "-P", "-m", "jupyterlab"]
    assert command[-3:] == ["--no-browser", "--port", "9000"]
    assert "--ServerApp.ip=127.0.0.1" in command
    assert not any("token" in part for part in command)
    assert settings["JUPYTER_CONFIG_PATH"].endswith("jupyter")
    assert (tmp_path / "course" / "00_start_here.ipynb").exists()
    count = len(list((tmp_path / "course").rglob("*.ipynb")))
    assert count == len(list(of_course("notebooks").rglob("*.ipynb")))
    assert f"Notebooks copied to {(tmp_path / 'course').resolve()}: {count}." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("given", "left_out"),
    [
        (["--ip", "127.0.0.1"], "--ServerApp.ip=127.0.0.1"),
        (["--ip=0.0.0.0"], "--ServerApp.ip=127.0.0.1"),
        (["--ServerApp.ip=::1"], "--ServerApp.ip=127.0.0.1"),
        (["--LabApp.default_url=/tree"], "--LabApp.default_url=/lab/tree/00_start_here.ipynb"),
        (["--LabApp.extension_manager=pypi"], "--LabApp.extension_manager=readonly"),
        (["--port", "9000", "--ServerApp.allow_origin=*"], ""),
    ],
)
def test_what_the_user_gives_to_jupyterlab_wins(tmp_path, called, given, left_out):
    cli.main(["--folder", str(tmp_path)])
    cli.main(["--folder", str(tmp_path), "--", *given])
    (usual, _), (command, _) = called
    assert command == [part for part in usual if part != left_out] + given


def test_root_is_allowed_and_others_need_no_flag(tmp_path, called, monkeypatch):
    for user, wanted in ((0, True), (1000, False)):
        monkeypatch.setattr(cli.os, "geteuid", lambda user=user: user, raising=False)
        cli.main(["--folder", str(tmp_path)])
        assert ("--allow-root" in called[-1][0]) is wanted


def test_a_students_work_is_never_overwritten(tmp_path, called):
    cli.main(["--folder", str(tmp_path)])
    mine, other = tmp_path / "00_start_here.ipynb", tmp_path / "03_action_potential.ipynb"
    mine.write_text("my work")
    other.unlink()
    cli.main(["--folder", str(tmp_path)])
    assert mine.read_text() == "my work"
    assert other.exists()


def test_copy_only(tmp_path, called):
    assert cli.main(["--folder", str(tmp_path), "--copy-only"]) == 0
    assert called == []


@pytest.mark.parametrize(("number", "advice"), [(errno.EACCES, "Choose another folder"), (errno.ENOSPC, "Free some")])
def test_a_place_that_cannot_be_written(number, advice, tmp_path, called, capsys, monkeypatch):
    """One sentence, nothing half copied, and no JupyterLab."""

    def fail(path, part):
        part.write_text("half")
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(cli.shutil, "copyfile", fail)
    assert cli.main(["--folder", str(tmp_path)]) == 1
    told = capsys.readouterr().err
    assert told.startswith("hhlab: cannot write to")
    assert f"{os.strerror(number)}. {advice}" in told
    assert called == []
    assert list(tmp_path.iterdir()) == []


def test_update_leaves_the_present_version_alone(tmp_path, called, capsys):
    """Also where it was edited or run."""
    cli.main(["--folder", str(tmp_path)])
    mine, ran = tmp_path / "03_action_potential.ipynb", tmp_path / "00_start_here.ipynb"
    mine.write_text(mine.read_text().replace("hh.Step(20", "hh.Step(21", 1))
    ran.write_text(ran.read_text().replace('"execution_count": 2', '"execution_count": 7'))
    before = {path: path.read_text() for path in tmp_path.rglob("*.ipynb")}
    assert cli.main(["--folder", str(tmp_path), "--update"]) == 0
    assert {path: path.read_text() for path in tmp_path.rglob("*.ipynb")} == before
    assert "All notebooks are up to date." in capsys.readouterr().out


@pytest.mark.skipif(os.name != "posix", reason="HOME says where the home is on POSIX only")
def test_a_home_that_cannot_be_written_is_not_needed(tmp_path, called, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path / "nowhere"))
    cli.main(["--folder", str(tmp_path / "course")])
    assert called[-1][1]["HOME"] == str(tmp_path / "course" / ".home")
    monkeypatch.setenv("HOME", str(tmp_path))
    cli.main(["--folder", str(tmp_path / "course")])
    assert called[-1][1]["HOME"] == str(tmp_path)


QUICK = "import sys; sys.modules['rfc3987_syntax'] = None"
"""As in conftest: without the grammars of addresses, which take half of the time of a command."""


def command(*arguments, code=""):
    """What the command prints in a process of its own, after some code."""
    code = f"{QUICK}\n{code}\nimport sys; from hhlab.cli import main; sys.exit(main({list(arguments)}))"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


def test_the_doctor_finds_all_in_order(tmp_path):
    ran = command("--folder", str(tmp_path), "doctor")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "MEND" not in ran.stdout
    assert f"Folder    ok    hhlab can write to {tmp_path}, where" in ran.stdout


def test_the_command_and_the_doctor_need_nothing_but_python():
    """They are imported where no package can be: -S leaves out all that is installed."""
    place = str(Path(cli.__file__).parent.parent)
    code = f"import sys; sys.path.insert(0, {place!r}); import hhlab.cli, hhlab.doctor"
    subprocess.run([sys.executable, "-I", "-S", "-c", code], check=True)


WITHOUT = """
import sys
gone = set()
class Gone:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in gone: raise ModuleNotFoundError(f"No module named {name!r}")
sys.meta_path.insert(0, Gone())
from importlib import metadata
known = metadata.distribution
def distribution(name):
    if name in gone: raise metadata.PackageNotFoundError(name)
    return known(name)
metadata.distribution = distribution
"""


def test_the_doctor_names_what_an_interrupted_installation_lacks():
    """One process is asked three times. It begins with what keeps most from being imported."""
    lacks = [("packaging", "numba", "numpy"), ("numpy", "anywidget"), ("anywidget", "scipy")]
    three = f"for some in {lacks[:-1]}: gone |= {{*some}}; print(main(['doctor']), '\\n--'); gone.clear()"
    ran = command("doctor", code=f"{WITHOUT}\nfrom hhlab.cli import main\n{three}\ngone |= {{*{lacks[-1]}}}")
    assert ran.returncode == 1
    assert ran.stderr == ""
    told = ran.stdout.split("\n--\n")
    assert len(told) == len(lacks)
    assert all(each.endswith("Something does not work yet. Do what is said after “To do”.\n1 ") for each in told[:-1])
    for gone, each in zip(lacks, told, strict=True):
        (line,) = [line for line in each.splitlines() if line.startswith("Packages  MEND")]
        assert all(
            f"{name} is not installed" in line for name in gone if "packaging" not in gone or name == "packaging"
        )
        assert f"-m pip install {'packaging' if 'packaging' in gone else chr(34)}" in each


@pytest.fixture
def broken(tmp_path):
    """A function that says what the command does where a package is installed and raises an error when imported."""

    def run(name, error, *arguments):
        (tmp_path / f"{name}.py").write_text(f"raise {error}('it does not fit')")
        code = f"import sys; sys.path.insert(0, {str(tmp_path)!r})"
        return command("--folder", str(tmp_path), *arguments, code=code)

    return run


@pytest.mark.parametrize(("name", "error"), [("numpy", "ImportError"), ("numba", "OSError")])
def test_the_doctor_works_where_a_package_is_broken(name, error, broken):
    ran = broken(name, error, "doctor")
    assert ran.returncode == 1
    assert ran.stderr == ""
    ((found, remedy),) = re.findall(r"\nPackages  MEND  (.*)\n +To do: (.*)\n", ran.stdout)
    assert f"{name} cannot be loaded (it does not fit)" in found
    assert re.search(rf"-m pip install --force-reinstall --no-deps .*{name}", remedy)
    assert "\nFolder    ok" in ran.stdout


@pytest.mark.parametrize("arguments", [(), ("solution", "ions", "--course", "a", "--student", "b")])
def test_a_command_where_packages_are_missing_or_broken_says_whom_to_ask(arguments, broken):
    for ran in (command(*arguments, code=f"{WITHOUT}\ngone.add('numpy')"), broken("numpy", "ImportError", *arguments)):
        assert ran.returncode == 1
        assert ran.stderr.startswith("hhlab: the installation is not complete (")
        assert ran.stderr.endswith("To see what to do, run: hhlab doctor\n")
        assert len(ran.stderr.splitlines()) == 1
        assert ran.stdout == ""


def test_the_course_does_not_open_where_a_package_is_broken_in_another_way(broken):
    ran = broken("numba", "OSError")
    assert ran.stderr == (
        "hhlab: the installation is not complete (it does not fit). To see what to do, run: hhlab doctor\n"
    )
    assert ran.returncode == 1


def test_what_ends_the_command_ends_what_it_started():
    """The started program has the process number of the command itself."""
    told = "import os; print(os.getpid())"
    code = f"{told}; import sys; from hhlab.cli import start; start([sys.executable, '-c', {told!r}], dict(os.environ))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    first, second = ran.stdout.split()
    assert os.name != "posix" or first == second


ASSIGN = ("assign", "ions", "--course", "bio2", "--out")
SOLUTION = ("solution", "ions", "--course", "b", "--student")
WRONG = {
    "out is a file": ((*ASSIGN, "{here}/file"), "cannot write to {here}/file: File exists. Choose another folder with"),
    "out is in a file": ((*ASSIGN, "{here}/file/out"), "cannot write to {here}/file/out: Not a directory. Choose"),
    "out cannot be made": ((*ASSIGN, "/proc/x/out"), "cannot write to /proc/x/out: No such file or directory. Choose"),
    "a solution": ((*SOLUTION, "s", "--out", "{here}/file"), "cannot write to {here}/file: File exists. Choose"),
    "no course": (
        ("assign", "ions", "--course", "", "--out", "{here}"),
        "course = '' cannot be used: give 1 to 100",
    ),
    "blank course": (
        ("assign", "ions", "--course", " ", "--out", "{here}"),
        "course = ' ' cannot be used: give 1 to 100",
    ),
    "no course in a solution": (
        ("solution", "ions", "--course", "", "--student", "s"),
        "course = '' cannot be used: give",
    ),
    "no student": ((*SOLUTION, ""), "student = '' cannot be used: give 1 to 100"),
    "no assignment": (("assign", "", "--course", "b", "--out", "{here}"), "the course has no assignment "),
    "no roster": ((*ASSIGN, "{here}", "--roster", "{here}/none.csv"), "{here}/none.csv cannot be read: No such file"),
    "folder of the course": (("--folder", "{here}/file", "--copy-only"), "cannot write to {here}/file: File exists."),
}


@pytest.mark.skipif(sys.platform != "linux", reason="names of errors and /proc")
@pytest.mark.parametrize("name", WRONG)
def test_what_goes_wrong_is_told_in_a_sentence(name, tmp_path, capsys):
    arguments, words = WRONG[name]
    (tmp_path / "file").write_text("mine")
    assert cli.main([each.format(here=tmp_path) for each in arguments]) == 1
    told = capsys.readouterr().err
    assert told.startswith("hhlab: " + words.format(here=tmp_path))
    assert told.count("\n") == 1
    assert [path.read_text() for path in tmp_path.rglob("*") if path.is_file()] == ["mine"]


GRADE = ("grade", "in", "--course", "b", "--roster", "r.csv", "--out", "out")


@pytest.mark.parametrize("number", ["0", "-3", "1001", "2.5", "many", ""])
@pytest.mark.parametrize("arguments", [(*ASSIGN, "out", "--moodle"), (*GRADE, "--jobs")], ids=["moodle", "jobs"])
def test_a_number_of_things_is_a_whole_number(arguments, number, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit):
        cli.main((*arguments, number))
    told = capsys.readouterr().err
    assert told.endswith(
        f"error: argument {arguments[-1]}: '{number}' is not a whole number from 1 to 1000: give one of these\n"
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("error", [errno.EACCES, errno.EROFS, errno.ENOSPC])
def test_what_cannot_be_read_or_written(error, tmp_path, monkeypatch, capsys):
    """Whatever it is, it is named; only a place that was asked for is advised to be another."""
    for path, words in (
        (tmp_path / "out" / "x", f"cannot write to {tmp_path / 'out'}: {os.strerror(error)}. "),
        (tmp_path, f"cannot write to {tmp_path / 'out'}: {os.strerror(error)}. "),
        (tmp_path / "in" / "x", f"{tmp_path / 'in' / 'x'} cannot be used: {os.strerror(error)}\n"),
    ):

        def fail(*_, path=path, **__):
            raise OSError(error, os.strerror(error), str(path))

        monkeypatch.setattr("hhlab.assignments.handouts.write", fail)
        assert cli.main((*ASSIGN, str(tmp_path / "out"))) == 1
        assert capsys.readouterr().err.startswith(f"hhlab: {words}")


POSIX = pytest.mark.skipif(os.name != "posix", reason="pipes and signals of POSIX")


def started(*arguments, before="pass", output=subprocess.PIPE, cwd=None):
    """The command in a process of its own, after some code."""
    usual = "signal.signal(signal.SIGINT, signal.default_int_handler)"  # a job in the background begins without it
    code = f"{QUICK}; import signal; from hhlab.cli import main; {usual}; {before}; sys.exit(main({list(arguments)}))"
    return subprocess.Popen([sys.executable, "-c", code], stdout=output, stderr=subprocess.PIPE, text=True, cwd=cwd)


@POSIX
@pytest.mark.parametrize("arguments", [("--help",), ("doctor",), (*ASSIGN, "out")], ids=["help", "doctor", "assign"])
def test_a_closed_pipe_is_no_fault(arguments, tmp_path):
    read, write = os.pipe()
    os.close(read)
    with started(*arguments, output=write, cwd=tmp_path) as process:
        os.close(write)
        assert process.stderr.read() == ""
    assert process.returncode == (0 if arguments == ("--help",) else 1)


def test_it_needs_no_output(tmp_path, monkeypatch, capsys):
    """As after >&- in a shell; the files are made."""
    monkeypatch.setattr(sys, "stdout", None)
    assert cli.main((*ASSIGN, str(tmp_path / "out"))) == 0
    assert capsys.readouterr().err == ""
    assert (tmp_path / "out" / "01_ions.ipynb").exists()


@POSIX
def test_ctrl_c(tmp_path, capsys):
    """While files are written: those that are there are whole, and the next run makes the others."""
    before = (
        "import os, signal, hhlab.assignments.handouts as h; w = h.write; made = []; "
        "h.write = lambda *a: (w(*a), made.append(1), len(made) == 2 and os.kill(os.getpid(), signal.SIGINT))"
    )
    arguments = ("assign", "--course", "b", "--out", str(tmp_path / "out"))
    with started(*arguments, before=before, cwd=tmp_path) as process:
        assert process.stderr.read() == "hhlab was interrupted. The same command continues where it stopped.\n"
    assert process.returncode == 130
    assert len(list(tmp_path.rglob("*.ipynb"))) == 2
    assert cli.main(arguments) == 0
    assert capsys.readouterr().out == f"Files written to {tmp_path / 'out'}: 5.\n"


@POSIX
@pytest.mark.slow
@pytest.mark.parametrize("seconds", [0, 0.1, 0.3])
def test_ctrl_c_while_several_processes_grade(seconds, tmp_path):
    """Whatever they are at, they tell nothing; the next run goes on."""
    five = Path(__file__).parent / "five_submissions"
    arguments = ("grade", str(five / "handed_in"), "--course", "bio2", "--roster", str(five / "roster.csv"),
                 "--out", str(tmp_path / "out"), "--jobs", "2", "--unlocked")  # fmt: skip
    with started(*arguments, before="import os; os.setpgrp()") as process:
        while process.poll() is None and not (tmp_path / "out/results").exists():
            time.sleep(0.05)
        time.sleep(seconds)
        os.killpg(process.pid, signal.SIGINT)
        told = process.stderr.read()
    assert "Traceback" not in told
    if process.returncode in (0, -signal.SIGINT):  # all had been graded before the signal came
        assert seconds > 0
        assert told == ""
    else:
        assert process.returncode == 130
        assert told.endswith("hhlab was interrupted. The same command continues where it stopped.\n")
    with started(*arguments) as process:
        assert "ions: graded 4, for you to look at 1, handed in nothing 1." in process.stdout.read()


def test_help(capsys):
    with pytest.raises(SystemExit):
        cli.main(["--help"])
    assert "give what follows -- to JupyterLab" in capsys.readouterr().out
