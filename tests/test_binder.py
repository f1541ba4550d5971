"""What Binder needs."""

import re
import shutil
import subprocess
import sys

import pytest


def test_both_scripts_name_the_same_processor_and_cache(root):
    scripts = [(root / "binder" / name).read_text() for name in ("postBuild", "start")]
    settings = [re.findall(r"export (.*)", script) for script in scripts]
    assert settings[0] == settings[1]
    assert scripts[1].endswith('exec "$@"\n')


@pytest.mark.parametrize("name", ["postBuild", "start"])
def test_scripts_are_executable_and_parse(root, name):
    script = root / "binder" / name
    assert script.stat().st_mode & 0o111
    subprocess.run(["bash", "-n", str(script)], check=True)


def test_start_passes_the_command_on(root):
    ran = subprocess.run(
        [str(root / "binder/start"), sys.executable, "-c", "import os; print(os.environ['NUMBA_CACHE_DIR'])"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert ran.stdout.strip().endswith("hhlab-numba")


def test_repo2docker_accepts_the_repository(root, tmp_path):
    pytest.importorskip("repo2docker")
    shutil.copytree(root / "binder", tmp_path / "repository" / "binder")
    shutil.copy(root / "pyproject.toml", tmp_path / "repository")
    ran = subprocess.run(
        [sys.executable, "-m", "repo2docker", "--no-build", "--debug", str(tmp_path / "repository")],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    told = ran.stdout + ran.stderr
    assert ran.returncode == 0, told
    assert "python=3.11" in told
    for needed in ("binder/requirements.txt", "binder/postBuild", "binder/start"):
        assert needed in told, needed
