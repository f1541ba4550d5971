"""`hhlab --update`: new notebooks take the place of older ones, and nothing that a student wrote is lost.

`python tests/test_update.py` keeps the hashes of all cells that the notebooks have ever had, as git knows them.
"""

import json
import subprocess
from pathlib import Path

import pytest

from hhlab import cli, course_folder
from hhlab.texts import of_course

TOP = Path(__file__).resolve().parent.parent
NAME = "03_action_potential.ipynb"


@pytest.fixture
def old(tmp_path, monkeypatch):
    """A working copy whose notebook has an older first cell."""
    monkeypatch.setattr(cli, "start", lambda *_: 0)
    assert cli.main(["--folder", str(tmp_path), "--copy-only"]) == 0
    path = tmp_path / NAME
    told = json.loads(path.read_text())
    told["cells"][0]["source"] = ["# An older title"]
    path.write_text(json.dumps(told))
    known = json.loads(cli.BEFORE.read_text())
    known[NAME] = [*known.get(NAME, []), course_folder.hash_of(told["cells"][0])]
    (tmp_path / "before.json").write_text(json.dumps(known))
    monkeypatch.setattr(cli, "BEFORE", tmp_path / "before.json")
    return path


def update(path):
    assert cli.main(["--folder", str(path.parent), "--update", "--copy-only"]) == 0


def course():
    return (of_course("notebooks") / NAME).read_bytes()


def test_a_notebook_that_was_not_changed_is_replaced(old, capsys):
    update(old)
    assert old.read_bytes() == course()
    assert not old.with_stem(old.stem + "_old").exists()
    told = capsys.readouterr().out
    assert f"{NAME} is the new version now. You had not changed the old one." in told
    assert "Your work logs stay where they are and go on counting." in told
    update(old)
    assert "All notebooks are up to date." in capsys.readouterr().out


def test_own_cells_are_carried_over_and_the_old_notebook_is_kept(old, capsys):
    told = json.loads(old.read_text())
    told["cells"].append(
        {"cell_type": "code", "id": "x", "metadata": {}, "source": "mine = 5", "outputs": [], "execution_count": 3}
    )
    old.write_text(json.dumps(told))
    log = old.with_name("03_action_potential.worklog.jsonl")
    log.write_text("log")
    before = old.read_bytes()
    for _ in range(2):
        update(old)
        assert old.with_stem(old.stem + "_old").read_bytes() == before
        new = json.loads(old.read_text())["cells"]
        assert new[:-3] == json.loads(course())["cells"]
        assert [cell["source"] for cell in new[-3::2]] == ["## Your own cells from before", "mine = 5"]
        assert log.read_text() == "log"
    assert "copied to the end of the new one: 1." in capsys.readouterr().out
    assert not old.with_stem(old.stem + "_old_2").exists()


def test_a_notebook_to_which_the_course_only_added_is_replaced(tmp_path):
    assert cli.main(["--folder", str(tmp_path), "--copy-only"]) == 0
    path = tmp_path / NAME
    told = json.loads(path.read_text())
    del told["cells"][5]
    path.write_text(json.dumps(told))
    update(path)
    assert path.read_bytes() == course()


def test_an_edit_of_the_present_version_is_left_alone(tmp_path, capsys):
    assert cli.main(["--folder", str(tmp_path), "--copy-only"]) == 0
    path = tmp_path / NAME
    path.write_text(path.read_text().replace("hh.Step(20", "hh.Step(21", 1))
    mine = path.read_bytes()
    update(path)
    assert path.read_bytes() == mine


@pytest.mark.parametrize(
    "spoilt", ["my work", "[]", '{"cells": 5}', '{"cells": [{"cell_type": "code", "source": 5}]}', "[" * 99999]
)
def test_what_is_no_notebook_is_kept(spoilt, tmp_path, capsys):
    (tmp_path / NAME).write_text(spoilt)
    update(tmp_path / NAME)
    assert (tmp_path / "03_action_potential_old.ipynb").read_text() == spoilt
    assert (tmp_path / NAME).read_bytes() == course()
    assert "could not be read as a notebook. It is kept as 03_action_potential_old.ipynb." in capsys.readouterr().out


def test_a_place_that_cannot_be_written_leaves_all_as_it_was(old, monkeypatch, capsys):
    mine = old.read_bytes()
    monkeypatch.setattr(Path, "write_bytes", lambda *_: (_ for _ in ()).throw(OSError(30, "Read-only file system")))
    assert cli.main(["--folder", str(old.parent), "--update", "--copy-only"]) == 1
    assert capsys.readouterr().err.startswith("hhlab: cannot write to")
    assert old.read_bytes() == mine


def ever():
    """The hashes of all cells of each notebook, in all commits that git has of it."""

    def git(*command):
        return subprocess.run(["git", *command], cwd=TOP, capture_output=True, text=True, check=False).stdout

    found = {}
    for path in sorted((TOP / "notebooks").rglob("*.ipynb")):
        name = path.relative_to(TOP).as_posix()
        for commit in git("log", "--format=%H", "main", "--", name).split():
            for cell in json.loads(git("show", f"{commit}:{name}") or '{"cells": []}')["cells"]:
                found.setdefault(path.name, set()).add(course_folder.hash_of(cell))
    return {name: sorted(hashes) for name, hashes in found.items()}


if __name__ == "__main__":
    cli.BEFORE.write_text(json.dumps(ever()))
