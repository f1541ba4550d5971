"""What Binder needs."""

import json
import os
import re
import shutil
import subprocess
import sys

import pytest

on_posix = pytest.mark.skipif(os.name != "posix", reason="the scripts of Binder run on Linux")


def test_both_scripts_name_the_same_processor_and_cache(root):
    scripts = [(root / "binder" / name).read_text() for name in ("postBuild", "start")]
    settings = [re.findall(r"export (.*)", script) for script in scripts]
    assert settings[0] == settings[1]
    assert scripts[1].endswith('exec "$@"\n')


@on_posix
@pytest.mark.parametrize("name", ["postBuild", "start"])
def test_scripts_are_executable_and_parse(root, name):
    script = root / "binder" / name
    assert script.stat().st_mode & 0o111
    subprocess.run(["bash", "-n", str(script)], check=True)


@on_posix
def test_start_passes_the_command_on(root):
    ran = subprocess.run(
        [str(root / "binder/start"), sys.executable, "-c", "import os; print(os.environ['NUMBA_CACHE_DIR'])"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert ran.stdout.strip().endswith("hhlab-numba")


@pytest.mark.slow
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


RUN_ALL = """
import json, sys
from IPython.core.interactiveshell import InteractiveShell
from hhlab.kernel import run
for path in sys.argv[1:]:
    InteractiveShell.instance().safe_execfile_ipy(path, raise_exceptions=True)
stats = run.__wrapped__.stats
print("\\n" + json.dumps([sum(stats.cache_hits.values()), sum(stats.cache_misses.values())]))
"""


@pytest.mark.slow
def test_notebooks_find_all_compiled_after_the_steps_of_binder(root, tmp_path):
    """In a fresh environment, with a home of its own: pins, postBuild, start; then all notebooks in one process."""
    repository = tmp_path / "home" / "a copy"
    shutil.copytree(root, repository, ignore=shutil.ignore_patterns(".*", "__pycache__", "build", "dist"))
    subprocess.run([sys.executable, "-m", "venv", str(tmp_path / "env")], check=True)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("NUMBA", "PYTHON"))}
    environment |= {
        "HOME": str(tmp_path / "home"),
        "PATH": f"{tmp_path / 'env' / 'bin'}{os.pathsep}{os.environ['PATH']}",
    }

    def step(*command, cwd=repository):
        ran = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return ran.stdout

    step("python", "-m", "pip", "install", "-q", "-r", "binder/requirements.txt")
    assert "Cache     ok    code was compiled now" in step("binder/postBuild")
    assert all((repository / name / "00_start_here.ipynb").exists() for name in ("hr", "id", "zh"))
    notebooks = [path.name for path in sorted((repository / "notebooks").glob("*.ipynb"))]
    out = step("../binder/start", "python", "-c", RUN_ALL, *notebooks, cwd=repository / "notebooks")
    hits, misses = json.loads(out.splitlines()[-1])
    assert hits >= 4
    assert misses == 0
