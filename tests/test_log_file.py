"""The work log: kept, found again, shared between kernels, and never lost, whatever is in the file or under it."""

import errno
import json
import os
import subprocess
import sys
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hhlab.lab import log_file
from hhlab.lab.log_file import WorkLog, open_log, worklog_path
from hhlab.questions import drawn

HEADER = b'{"hhlab work log": 1}\n'
ENTRY = b'{"time": "2025-03-01T10:00:00+01:00", "kind": "answer", "name": "pump", "answer": "b"}\n'
NEWER = b'{"hhlab work log": 2}\n'


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch):
    monkeypatch.setattr(log_file, "SETTLING", 0.0)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "03_action_potential.worklog.jsonl"


def names(log, **which):
    return [entry["name"] for entry in log.entries(**which)]


def test_entries_are_kept(path):
    log = WorkLog(path)
    assert (log.entries(), log.trouble, log.last("answer", "pump")) == ([], "", None)
    assert not path.exists()
    log.add("prediction", "pump", answer=["a", "b"], confidence=0.7)
    log.add("claim", "5", verdict="M")
    kept = log.add("prediction", "pump", answer="5 µA/cm²", right=False)
    assert names(log) == ["pump", "5", "pump"]
    assert names(log, kind="claim") == names(log, name="5") == ["5"]
    assert log.first("prediction", "pump")["answer"] == ["a", "b"]
    assert log.last("prediction", "pump") == kept
    assert datetime.fromisoformat(kept["time"]).tzinfo
    header, *lines = path.read_text(encoding="utf-8").splitlines()
    assert json.loads(header)["hhlab work log"] == 1
    assert [json.loads(line) for line in lines] == log.entries()
    assert log.as_bytes() == path.read_bytes()


def test_a_restart_finds_everything(path):
    WorkLog(path).add("answer", "pump", answer="a")
    again = WorkLog(path)
    again.add("answer", "pump", answer="b")
    assert [entry["answer"] for entry in WorkLog(path).entries()] == ["a", "b"]
    assert (again.trouble, list(path.parent.iterdir())) == ("", [path])


def test_the_seed_is_drawn_once_and_written_with_the_first_entry(path):
    log = WorkLog(path)
    assert (len(log.seed) > 8, path.exists()) == (True, False)
    assert WorkLog(path).seed != log.seed
    log.add("answer", "a")
    log.add("answer", "b")
    assert path.read_text().count(log.seed) == 1
    assert WorkLog(path).seed == log.seed
    assert log.seed in log.as_bytes().decode()


def test_an_older_log_gets_a_seed_with_its_next_entry(path):
    path.write_bytes(HEADER + ENTRY)
    log = WorkLog(path)
    assert path.read_bytes() == HEADER + ENTRY
    log.add("answer", "a")
    log.add("answer", "b")
    again = WorkLog(path)
    assert path.read_bytes().startswith(HEADER + ENTRY)
    assert (again.seed, again.trouble, names(again)) == (log.seed, "", ["pump", "a", "b"])


def test_two_logs_that_began_together_keep_the_first_seed(path):
    one, other = WorkLog(path), WorkLog(path)
    one.add("answer", "a")
    other.add("answer", "b")
    assert one.seed == other.seed == WorkLog(path).seed


@pytest.mark.parametrize("seed", [b"5", b"null", b'["a"]', b'""', b'"a\\ud800"'])
def test_a_seed_that_is_none(path, seed):
    path.write_bytes(HEADER.replace(b"}", b', "seed": ' + seed + b"}") + ENTRY)
    log = WorkLog(path)
    log.add("answer", "a")
    assert (log.trouble, names(log)) == ("", ["pump", "a"])
    assert WorkLog(path).seed == log.seed != ""
    drawn(log.seed, "question", "option")


def test_a_damaged_log_keeps_its_seed(path):
    log = WorkLog(path)
    log.add("answer", "a")
    path.write_bytes(path.read_bytes() + b"nonsense\n")
    again = WorkLog(path)
    again.add("answer", "b")
    assert log.seed == again.seed == WorkLog(path).seed


def test_two_logs_on_one_file_see_each_other(path):
    one, other = WorkLog(path), WorkLog(path)
    one.add("answer", "a")
    assert names(other) == ["a"]
    other.add("answer", "b")
    one.add("answer", "c")
    assert names(one) == names(other) == ["a", "b", "c"]
    assert one.as_bytes() == other.as_bytes()


def test_kernels_that_write_together_tear_no_line(path):
    code = (
        "import os, sys, types, hhlab; sys.modules['hhlab.lab'] = alone = types.ModuleType('hhlab.lab'); "
        "alone.__path__ = [os.path.join(hhlab.__path__[0], 'lab')]\n"  # without benches, which are slow to import
        "import hhlab.lab.log_file as w\n"
    )
    code += "for i in range(150): w.WorkLog(sys.argv[1]).add('answer', sys.argv[2], i=i)"
    here = Path(__file__).parent.parent
    kernels = [
        subprocess.Popen([sys.executable, "-c", code, str(path), who], cwd=here, stderr=subprocess.PIPE)
        for who in "abcd"
    ]
    assert [kernel.communicate(timeout=120)[1] for kernel in kernels] == [b""] * 4
    log = WorkLog(path)
    assert log.trouble == ""
    for who in "abcd":
        assert [entry["i"] for entry in log.entries(name=who)] == list(range(150))


def test_what_comes_back_is_a_copy(path):
    log = WorkLog(path)
    log.add("answer", "a", value=1)["value"] = 2
    log.entries()[0]["value"] = 3
    assert log.last("answer", "a")["value"] == 1


def test_values_of_numpy_and_odd_texts_are_kept(path):
    kept = WorkLog(path).add("answer", "a\nb\u2028", value=np.float64(2.5), count=np.int64(3), text="\ud800 <b> 'x'\n")
    assert (kept["value"], kept["count"], kept["text"]) == (2.5, 3, "\ud800 <b> 'x'\n")
    assert WorkLog(path).entries() == [kept]


def test_the_time_is_the_log_s_own(path):
    kept = WorkLog(path).add("answer", "a", time="never", models="none")
    assert kept["time"] != "never"
    assert kept["models"] == version("hhlab")


@pytest.mark.parametrize(
    ("kind", "name", "what", "sentence"),
    [
        ("anser", "a", {}, "the work log has no kind anser; did you mean answer"),
        ("answer", 5, {}, "5 is not the name of a question or claim"),
        ("answer", "a", {"value": float("nan")}, "answer a cannot be kept in the work log: give texts, finite numbers"),
        ("answer", "a", {"value": object()}, "cannot be kept in the work log"),
        ("answer", "a", {"value": np.zeros(3)}, "cannot be kept in the work log"),
        ("answer", "a", {"value": {(1, 2): 3}}, "cannot be kept in the work log"),
        ("answer", "a", {"value": "x" * 200_000}, "answer a is too long for the work log: give less than 100 kB"),
    ],
)
def test_what_cannot_be_kept_is_refused(path, kind, name, what, sentence):
    with pytest.raises(ValueError, match=sentence):
        WorkLog(path).add(kind, name, **what)
    assert not path.exists()


DAMAGED = {
    "no header": (ENTRY, 1),
    "another header": (b'{"version": 1}\n' + ENTRY, 1),
    "a header in words": (b"hhlab work log\n" + ENTRY, 1),
    "a newer version": (NEWER + ENTRY, 0),
    "binary": (bytes(range(256)), 0),
    "blank lines only": (b"\n\n", 0),
    "a broken line": (HEADER + ENTRY + ENTRY[:20] + b"\n" + ENTRY, 2),
    "a line that is no dict": (HEADER + b"[1, 2]\n3\nnull\n" + ENTRY, 1),
    "a line without a kind": (HEADER + b'{"time": "", "name": "a"}\n' + ENTRY, 1),
    "a name that is a number": (HEADER + b'{"time": "", "kind": "answer", "name": 3}\n' + ENTRY, 1),
    "bytes that are no text": (HEADER + b'{"time": "\xff"}\n' + ENTRY, 1),
    "deep nesting": (HEADER + b"[" * 100_000 + b"\n" + ENTRY, 1),
    "a huge number": (HEADER + b'{"time": ' + b"1" * 9000 + b"}\n" + ENTRY, 1),
    "a truncated last line": (HEADER + ENTRY + ENTRY[:-5], 1),
    "no end of the last line": (HEADER + ENTRY + ENTRY[:-1], 2),
    "text of UTF-16": ((HEADER + ENTRY).decode().encode("utf-16"), 0),
}


@pytest.mark.parametrize(("content", "good"), DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_file_is_set_aside(path, content, good):
    path.write_bytes(content)
    log = WorkLog(path)
    aside = path.with_name("03_action_potential.worklog.damaged-1.jsonl")
    assert aside.read_bytes() == content
    assert len(log.entries()) == good
    assert log.trouble == (
        f"{path.name} was damaged or was not a work log: it is kept as {aside.name}, and a new log goes on "
        f"(entries carried over: {good})."
    )
    log.add("answer", "new")
    again = WorkLog(path)
    assert (len(again.entries()), again.trouble) == (good + 1, "")
    assert len(list(path.parent.iterdir())) == 2


@pytest.mark.parametrize(
    "content",
    [
        b"",
        HEADER,
        HEADER + ENTRY,
        (HEADER + ENTRY).replace(b"\n", b"\r\n"),
        b"\xef\xbb\xbf" + HEADER + ENTRY,
        HEADER + HEADER + ENTRY + b"\n" + HEADER,
    ],
    ids=["empty", "only a header", "a log", "line ends of Windows", "a mark of an editor", "begun twice"],
)
def test_a_good_file_stays_where_it_is(path, content):
    path.write_bytes(content)
    log = WorkLog(path)
    log.add("answer", "new")
    assert log.trouble == WorkLog(path).trouble == ""
    assert path.read_bytes().startswith(content or b"{")
    assert names(log) == ["pump"] * content.count(b"pump") + ["new"]


def test_nothing_that_was_set_aside_is_overwritten(path):
    for number in (1, 2, 3):
        path.write_bytes(b"nonsense %d" % number)
        assert f"damaged-{number}.jsonl" in WorkLog(path).trouble
    found = sorted(each.read_bytes() for each in path.parent.iterdir())
    assert found == [b"nonsense 1", b"nonsense 2", b"nonsense 3"]


def test_a_folder_in_its_place_is_set_aside(path):
    (path / "inside").mkdir(parents=True)
    log = WorkLog(path)
    log.add("answer", "a")
    assert path.is_file()
    assert path.with_name("03_action_potential.worklog.damaged-1.jsonl").joinpath("inside").is_dir()
    assert names(WorkLog(path)) == ["a"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_in_its_place_is_not_waited_for(path):
    os.mkfifo(path)
    WorkLog(path).add("answer", "a")
    assert names(WorkLog(path)) == ["a"]


def test_a_file_that_is_too_large_is_not_read(path, monkeypatch):
    monkeypatch.setattr(log_file, "LARGEST_FILE", 300)
    monkeypatch.setattr(Path, "read_bytes", None)
    path.write_bytes(HEADER + ENTRY * 10)
    log = WorkLog(path)
    assert (log.entries(), "damaged-1" in log.trouble) == ([], True)


def test_damage_while_the_kernel_runs_loses_nothing(path):
    log = WorkLog(path)
    for name in "abc":
        log.add("answer", name)
    assert names(log) == ["a", "b", "c"]
    path.write_bytes(path.read_bytes()[:-150])
    assert names(log) == ["a", "b", "c"]
    log.add("answer", "d")
    assert names(WorkLog(path)) == ["a", "b", "c", "d"]


@pytest.mark.parametrize("left", [None, b""], ids=["deleted", "emptied"])
def test_a_file_that_vanishes_is_written_again(path, left):
    log = WorkLog(path)
    log.add("answer", "a")
    path.unlink() if left is None else path.write_bytes(left)
    assert names(log) == ["a"]
    log.add("answer", "b")
    assert names(WorkLog(path)) == ["a", "b"]


def failing(code, written=0):
    """An open that fails for writing; or a file of which only so many bytes can be written."""

    class Full:
        def __init__(self, file):
            self.file = file

        def __enter__(self):
            return self

        def __exit__(self, *_):
            self.file.close()

        def write(self, data):
            return self.file.write(data[:written])

        def __getattr__(self, name):
            return getattr(self.file, name)

    def opening(path, mode="r", **how):
        if "a" in mode and not written:
            raise OSError(code, os.strerror(code))
        return Full(open(path, mode, **how)) if "a" in mode else open(path, mode, **how)

    return opening


CANNOT = (
    "The work log cannot be written here: {}. It is kept while the kernel runs; download it before you close the page."
)


@pytest.mark.parametrize(
    ("code", "written", "reason"),
    [
        (errno.EROFS, 0, "the folder is read-only"),
        (errno.EACCES, 0, "the file or its folder is read-only"),
        (errno.ENOSPC, 0, "the disk is full"),
        (errno.ENOSPC, 10, "the disk is full"),
        (errno.EIO, 0, os.strerror(errno.EIO)),
    ],
)
def test_what_cannot_be_written_is_kept_in_memory(path, monkeypatch, code, written, reason):
    log = WorkLog(path)
    log.add("answer", "a")
    before = path.read_bytes()
    monkeypatch.setattr(log_file, "open", failing(code, written), raising=False)
    log.add("answer", "b")
    assert log.trouble == CANNOT.format(reason)
    assert (path.read_bytes(), names(log)) == (before, ["a", "b"])
    assert [json.loads(line)["name"] for line in log.as_bytes().splitlines()[1:]] == ["a", "b"]
    monkeypatch.undo()
    log.add("answer", "c")
    assert (log.trouble, names(WorkLog(path))) == ("", ["a", "b", "c"])


@pytest.mark.skipif(os.name == "nt", reason="Windows words it in another way")
@pytest.mark.parametrize(
    ("below", "reason"),
    [
        ("file/x.jsonl", "there is no such folder"),
        ("nowhere/x.jsonl", "the folder is gone"),
        ("a\0b.jsonl", "embedded null byte"),
        ("x" * 400, "File name too long"),
    ],
)
def test_where_no_file_can_be(tmp_path, below, reason):
    (tmp_path / "file").touch()
    log = WorkLog(tmp_path / below)
    log.add("answer", "a")
    assert (log.trouble, names(log)) == (CANNOT.format(reason), ["a"])


def test_a_folder_that_is_deleted(tmp_path):
    folder = tmp_path / "work"
    folder.mkdir()
    log = WorkLog(folder / "x.worklog.jsonl")
    log.add("answer", "a")
    log.path.unlink()
    folder.rmdir()
    log.add("answer", "b")
    assert (names(log), log.trouble) == (["a", "b"], CANNOT.format("the folder is gone"))


def test_damage_that_cannot_be_set_aside(path, monkeypatch):
    def stay(*_):
        raise PermissionError(errno.EACCES, "no")

    path.write_bytes(HEADER + ENTRY + b"nonsense\n")
    before = path.read_bytes()
    monkeypatch.setattr(Path, "replace", stay)
    log = WorkLog(path)
    log.add("answer", "a")
    assert names(log) == ["pump", "a"]
    assert log.trouble == (
        f"{path.name} is damaged or is not a work log, and it cannot be moved out of the way: the work is kept while "
        "the kernel runs; download it before you close the page."
    )
    assert (path.read_bytes(), list(path.parent.iterdir())) == (before, [path])
    path.unlink()
    log.add("answer", "b")
    assert (names(WorkLog(path)), log.trouble) == (["pump", "a", "b"], "")


LINES = st.one_of(st.binary(max_size=40), st.sampled_from([HEADER, ENTRY, NEWER, ENTRY[:30], b"{}\n", b"\n", b"\r"]))


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(parts=st.lists(LINES, max_size=6))
def test_any_bytes_are_survived(tmp_path_factory, parts):
    content = b"".join(parts)
    path = tmp_path_factory.mktemp("any") / "x.worklog.jsonl"
    path.write_bytes(content)
    log = WorkLog(path)
    log.add("answer", "new")
    assert log.entries()[-1]["name"] == "new"
    assert any(each.read_bytes().startswith(content) for each in path.parent.iterdir())
    again = WorkLog(path)
    assert (again.entries(), again.trouble) == (log.entries(), "")


@pytest.mark.parametrize(
    ("session", "name"),
    [
        (None, "hhlab"),
        ("", "hhlab"),
        ("/course/03_action_potential.ipynb", "03_action_potential"),
        (r"C:\course\03 my copy.ipynb", "03 my copy"),
        ("RTC:03_action_potential.ipynb", "03_action_potential"),
        ("console-1-5f3a", "hhlab"),
        ("/course/.ipynb", "hhlab"),
        ("/course/../..ipynb", "."),
    ],
)
def test_the_log_lies_beside_the_notebook(tmp_path, monkeypatch, session, name):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    if session is not None:
        monkeypatch.setenv("JPY_SESSION_NAME", session)
    assert worklog_path() == tmp_path / f"{name}.worklog.jsonl"
    assert open_log() is open_log()
    assert open_log().path == worklog_path()


def test_a_working_directory_that_is_gone(monkeypatch):
    def gone():
        raise FileNotFoundError

    monkeypatch.setattr(Path, "cwd", gone)
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    assert worklog_path() == Path("hhlab.worklog.jsonl")
