"""The command `hhlab`: a working copy that is never overwritten, and JupyterLab with what follows --."""

import os
import subprocess
import sys

import pytest

from hhlab import cli


@pytest.fixture
def called(monkeypatch):
    """What would have been started, and with which settings."""
    calls = []
    monkeypatch.setattr(cli, "start", lambda command, environment: calls.append((command, environment)) or 0)
    return calls


def test_it_copies_and_opens(tmp_path, called, capsys):
    assert cli.main(["--folder", str(tmp_path / "course"), "--", "--no-browser", "--port", "9000"]) == 0
    ((command, settings),) = called
    assert command[:3] == [sys.executable, "-m", "jupyterlab"]
    assert command[-3:] == ["--no-browser", "--port", "9000"]
    assert "--ServerApp.ip=127.0.0.1" in command
    assert not any("token" in part for part in command)
    assert settings["JUPYTER_CONFIG_PATH"].endswith("jupyter")
    assert (tmp_path / "course" / "00_start_here.ipynb").exists()
    count = len(list(cli.notebooks().rglob("*.ipynb")))
    assert f"{count} notebooks copied" in capsys.readouterr().out


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


def test_a_place_that_cannot_be_written(tmp_path, called, capsys):
    (tmp_path / "file").write_text("")
    assert cli.main(["--folder", str(tmp_path / "file")]) == 1
    assert "cannot write to" in capsys.readouterr().out
    assert called == []


def test_what_ends_the_command_ends_what_it_started():
    """The started program has the process number of the command itself."""
    told = "import os; print(os.getpid())"
    code = f"{told}; import sys; from hhlab.cli import start; start([sys.executable, '-c', {told!r}], dict(os.environ))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    first, second = ran.stdout.split()
    assert os.name != "posix" or first == second


def test_help(capsys):
    with pytest.raises(SystemExit):
        cli.main(["--help"])
    assert "What follows -- goes to JupyterLab" in capsys.readouterr().out
