"""The house is in order: style, types, floors, public names, imports, pins, and what the pages say."""

import inspect
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

import hhlab as hh

OURS = ("hhlab", "tests", "notebooks", "binder", ".ci", "docs")
TEXTS = ("*.md", "*.py", "*.ipynb", "*.toml", "*.txt", "*.cff", "run", "start", "postBuild")


def run(*command, cwd=None, **environment):
    """What a command prints; a failure of the test if it fails."""
    ran = subprocess.run(command, cwd=cwd, env=os.environ | environment, capture_output=True, text=True, timeout=400)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def files(root):
    """All text files of the project."""
    tops = [path for pattern in TEXTS for path in root.glob(pattern)]
    return tops + [path for folder in OURS for pattern in TEXTS for path in (root / folder).rglob(pattern)]


@pytest.mark.parametrize(
    "command",
    [
        ("ruff", "check", "--no-cache", "."),
        ("ruff", "format", "--no-cache", "--check", "."),
        ("mypy",),
        ("importlinter.cli",),
    ],
    ids=["lint", "format", "types", "floors"],
)
def test_checkers(command, root, tmp_path):
    if command[0] == "importlinter.cli":
        run(sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c(['--no-cache'])", cwd=root)
    else:
        run(sys.executable, "-m", *command, cwd=root, MYPY_CACHE_DIR=str(tmp_path))


def test_a_broken_floor_is_noticed(root, tmp_path):
    import shutil

    package = Path(shutil.copytree(root / "hhlab", tmp_path / "hhlab", ignore=shutil.ignore_patterns("__pycache__")))
    shutil.copy(root / "pyproject.toml", tmp_path)
    (package / "gates.py").write_text("from .measure import peak\n" + (package / "gates.py").read_text())
    code = "from importlinter.cli import lint_imports_command as c; c(['--no-cache'])"
    ran = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(tmp_path)},
                         capture_output=True, text=True, check=False)  # fmt: skip
    assert ran.returncode != 0
    assert "BROKEN" in ran.stdout


def test_public_names():
    """What is public is listed, has a docstring, and nothing else lies about."""
    assert hh.__all__ == sorted(hh.__all__)
    own = {name for name, thing in vars(hh).items() if not inspect.ismodule(thing) and name[0] != "_"}
    assert own - {"Any", "TYPE_CHECKING"} <= set(hh.__all__)
    for name in hh.__all__:
        assert getattr(hh, name).__doc__, name
    with pytest.raises(AttributeError, match="hhlab has no nonsense"):
        hh.nonsense  # noqa: B018


def test_importing_is_light(root):
    """Neither pandas nor pyplot nor Jupyter, nor what only sweeps need, before they are used."""
    heavy = "{'pandas', 'matplotlib', 'ipywidgets', 'IPython', 'PIL', 'scipy.optimize', 'tqdm'}"
    code = f"import sys, hhlab as hh; hh.simulate(hh.Squid(), t_stop=1); print({heavy} & set(sys.modules))"
    assert run(sys.executable, "-c", code, cwd=root).strip() == "set()"


def test_pins_are_pins_and_nothing_else(root):
    for lock in (root / "binder/requirements.txt", root / "tests/requirements.txt"):
        for line in lock.read_text().splitlines():
            assert re.fullmatch(r"[A-Za-z0-9._-]+(\[[a-z]+\])?==[0-9][\w.]*( ; .+)?", line), line
    wanted = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    pinned = {line.split("==")[0] for line in (root / "binder/requirements.txt").read_text().splitlines()}
    assert {re.split(r"[>;]", each)[0].strip() for each in wanted["dependencies"]} <= pinned


def test_every_number_of_the_version_agrees(root):
    version = tomllib.loads((root / "pyproject.toml").read_text())["project"]["version"]
    assert f"version: {version}\n" in (root / "CITATION.cff").read_text()
    assert f"## {version}\n" in (root / "CHANGELOG.md").read_text()
    assert f"version {version}," in (root / "README.md").read_text()


def test_ci_runs_the_test_command_of_the_readme(root):
    (program,) = re.findall(r"awk '([^']*)' README.md", (root / ".ci/run").read_text())
    command = run("awk", program, "README.md", cwd=root).strip()
    assert command.startswith("python -m pip install")
    assert command.endswith("&& python -m pytest")
    assert f"<!-- test -->\n```\n{command}\n```\n" in (root / "README.md").read_text()


def test_links_and_pictures_of_the_pages_exist(root):
    for page in [*root.glob("*.md"), *(root / "notebooks").glob("*.ipynb")]:
        for link in re.findall(r"\]\(([^)#]+)\)", page.read_text()):
            assert link.startswith("http") or (page.parent / link).exists(), f"{page.name}: {link}"


def test_the_code_in_the_readme_runs(root, capsys):
    names: dict[str, object] = {}
    for block in re.findall(r"```python\n(.*?)```", (root / "README.md").read_text(), re.S):
        exec(block, names)
    assert capsys.readouterr().out.startswith("(26.3")


def test_no_paths_of_a_machine_and_no_leftovers(root):
    for path in files(root):
        text = path.read_text()
        if path.name != Path(__file__).name:
            assert not re.search(r"/home/|/root/|/work/|/Users/|TODO|FIXME|XXX", text), path
        assert "\t" not in text or path.suffix == ".ipynb", path


def test_the_wheel_carries_the_notebooks(root, tmp_path):
    run(sys.executable, "-m", "pip", "wheel", "--no-deps", "-q", "-w", str(tmp_path), ".", cwd=root)
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    for needed in ("notebooks/00_start_here.ipynb", "notebooks/03_action_potential.ipynb", "kernel.py", "py.typed"):
        assert f"hhlab/{needed}" in names
    assert "hhlab/jupyter/labconfig/page_config.json" in names
    assert not any("__pycache__" in name or name.startswith("tests") for name in names)
