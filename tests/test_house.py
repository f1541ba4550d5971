"""The house is in order: style, types, floors, public names, imports, pins, and what the pages say."""

import ast
import inspect
import itertools
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest
from numpydoc.validate import validate

import hhlab as hh

OURS = ("hhlab", "tests", "notebooks", "binder", ".ci", ".github", "docs")
TEXTS = ("*.md", "*.py", "*.ipynb", "*.toml", "*.txt", "*.cff", "*.yml", "*.yaml", "run", "start", "postBuild")
LINK = re.compile(r"(github\.com/|mybinder\.org/v2/gh/|github\.com%2F)[\w-]+(/|%2F)[\w-]+")
SITE = re.compile(r"https://[\w-]+\.github\.io/[\w-]+/")
WITH_LINKS = ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CITATION.cff", "docs/classes.md")

SECTIONS = {"GL06", "GL07", "GL08", "PR01", "PR02", "PR03", "PR04", "PR05", "PR06", "PR07", "RT01", "RT03", "SS01"}
"""What numpydoc finds wrong: unknown sections and their order, no docstring; parameters; returns; no summary."""


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
        ("deptry", "hhlab"),
        ("deptry", "tests", "tests/benchmarks", "--exclude", "^$", "--ignore", "DEP002,DEP004"),
    ],
    ids=["lint", "format", "types", "floors", "dependencies", "dependencies of tests"],
)
def test_checkers(command, root):
    if command[0] == "importlinter.cli":
        run(sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c(['--no-cache'])", cwd=root)
    else:
        run(sys.executable, "-m", *command, cwd=root)


def test_a_broken_floor_is_noticed(root, tmp_path):
    package = Path(shutil.copytree(root / "hhlab", tmp_path / "hhlab", ignore=shutil.ignore_patterns("__pycache__")))
    shutil.copy(root / "pyproject.toml", tmp_path)
    (package / "gates.py").write_text("from .measure import peak\n" + (package / "gates.py").read_text())
    code = "from importlinter.cli import lint_imports_command as c; c(['--no-cache'])"
    ran = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(tmp_path)},
                         capture_output=True, text=True, check=False)  # fmt: skip
    assert ran.returncode != 0
    assert "BROKEN" in ran.stdout


def test_in_the_picture_of_the_house_all_arrows_go_down(root):
    (contract,) = tomllib.loads((root / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    floor = {name: n for n, names in enumerate(contract["layers"]) for name in names.split(" | ")}
    picture = (root / "CONTRIBUTING.md").read_text().partition("```mermaid\nflowchart TD\n")[2].partition("```")[0]
    rows = [[step.split(" & ") for step in line.strip().split(" --> ")] for line in picture.splitlines()]
    arrows = [(a, b) for row in rows for above, below in itertools.pairwise(row) for a in above for b in below]
    assert {name for arrow in arrows for name in arrow} == floor.keys()
    assert [(a, b) for a, b in arrows if floor[a] >= floor[b]] == []


def test_public_names():
    """What is public is listed, has a docstring, and nothing else lies about."""
    assert dir(hh) == hh.__all__ == sorted(hh.__all__)
    own = {name for name, thing in vars(hh).items() if not inspect.ismodule(thing) and name[0] != "_"}
    assert own <= set(hh.__all__)
    for name in hh.__all__:
        assert getattr(hh, name).__doc__, name
    with pytest.raises(AttributeError, match="hhlab has no nonsense"):
        hh.nonsense  # noqa: B018


def test_docstrings_of_public_functions_and_classes_have_their_sections():
    """Every parameter with its type and a description, in the order of the signature, and what is returned.

    Recordings are given back, not made by users: they have attributes in place of parameters.
    """
    public = [getattr(house, name) for house in (hh, hh.measure) for name in house.__all__]
    found = []
    for each in filter(lambda each: inspect.isfunction(each) or inspect.isclass(each), public):
        told = dict(validate(f"{each.__module__}.{each.__qualname__}")["errors"])
        wanted = SECTIONS - {"PR01"} if each in (hh.Recording, hh.AxonRecording) else SECTIONS
        assert each not in (hh.Recording, hh.AxonRecording) or "Attributes\n" in each.__doc__
        found += [(each.__qualname__, code, told[code]) for code in wanted & told.keys()]
    assert found == []


def test_no_module_takes_the_place_of_another_public_thing(root):
    """Once a module is imported, Python puts it into the package under its name."""
    code = """
import importlib, inspect, pkgutil, hhlab as hh
for each in pkgutil.walk_packages(hh.__path__, "hhlab."):
    if each.name != "hhlab.site.in_browser":  # it runs in the browser only
        importlib.import_module(each.name)
print([name for name in hh.__all__ if inspect.ismodule(getattr(hh, name))])
"""
    assert run(sys.executable, "-c", code, cwd=root).strip() == "['claims', 'measure']"


def test_importing_is_light(root):
    """No package is imported with hhlab; and with a run neither pandas nor Matplotlib nor Jupyter nor progress bars."""
    code = "import sys; before = set(sys.modules); import hhlab; print(*set(sys.modules) - before)"
    loaded = {name.partition(".")[0] for name in run(sys.executable, "-c", code, cwd=root).split()}
    assert loaded - set(sys.stdlib_module_names) == {"hhlab"}
    heavy = "{'pandas', 'matplotlib', 'ipywidgets', 'IPython', 'PIL', 'scipy.optimize', 'tqdm'}"
    code = f"import sys, hhlab as hh; hh.simulate(hh.Squid(), t_stop=1); print({heavy} & set(sys.modules))"
    assert run(sys.executable, "-c", code, cwd=root).strip() == "set()"


def test_pins_are_pins_and_nothing_else(root):
    """All that the course needs, and the extras, has one."""
    pinned = {}
    for name in ("binder", "tests"):
        lines = (root / name / "requirements.txt").read_text().splitlines()
        for line in lines:
            assert re.fullmatch(r"[A-Za-z0-9._-]+(\[[a-z]+\])?==[0-9][\w.]*( ; .+)?", line), line
        pinned[name] = {line.split("==")[0] for line in lines}
    wanted = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    extras = {need for extra in wanted["optional-dependencies"].values() for need in extra}
    assert {_name(need) for need in wanted["dependencies"]} <= pinned["binder"]
    assert {_name(need) for need in extras} <= {*pinned["binder"], *pinned["tests"], "hhlab"}
    assert not pinned["binder"] & pinned["tests"]


def _name(requirement):
    return re.split(r"[>=;[]", requirement)[0].strip()


def test_every_number_of_the_version_agrees(root):
    version = tomllib.loads((root / "pyproject.toml").read_text())["project"]["version"]
    assert f"version: {version}\n" in (root / "CITATION.cff").read_text()
    assert f"\n## [{version}] - 20" in (root / "CHANGELOG.md").read_text()
    assert f"version {version}," in (root / "README.md").read_text()


def with_links(root, name):
    """A page with its links to the repository as pyproject.toml has it."""
    address = tomllib.loads((root / "pyproject.toml").read_text())["project"]["urls"]["Repository"]
    owner, repository = address.split("/")[-2:]
    text = LINK.sub(rf"\g<1>{owner}\g<2>{repository}", (root / name).read_text())
    return SITE.sub(f"https://{owner}.github.io/{repository}/", text)


@pytest.mark.parametrize("name", WITH_LINKS)
def test_links_to_the_repository_derive_from_its_address(name, root):
    assert (root / name).read_text() == with_links(root, name), "run python tests/test_house.py"
    text = (root / name).read_text()
    assert name in ("CONTRIBUTING.md", "SECURITY.md") or LINK.search(text) or SITE.search(text)


def test_a_pull_request_runs_what_ci_runs(root):
    """On the lowest Python; and elsewhere the test command of the README."""
    workflow, project = ((root / name).read_text() for name in (".github/workflows/tests.yml", "pyproject.toml"))
    assert "- run: .ci/run\n" in workflow
    (lowest,) = re.findall(r'requires-python = ">=(.*)"', project)
    assert f'python: ["{lowest}", ' in workflow
    (elsewhere,) = re.findall(r"- run: (python .* python -m pytest)\n", workflow)
    assert f"```\n{elsewhere}\n```" in (root / "README.md").read_text()


def test_ci_runs_the_test_command_of_the_readme(root):
    (program,) = re.findall(r"awk '([^']*)' README.md", (root / ".ci/run").read_text())
    command = run("awk", program, "README.md", cwd=root).strip()
    assert command.startswith("python -m pip install")
    assert command.endswith("&& python -m pytest")
    assert f"<!-- test -->\n```\n{command}\n```\n" in (root / "README.md").read_text()


def test_links_and_pictures_of_the_pages_exist(root):
    for page in [*root.glob("*.md"), *(root / "docs").glob("*.md"), *(root / "notebooks").glob("*.ipynb")]:
        for link in re.findall(r"\]\(([^)#]+)\)", page.read_text()):
            assert link.startswith("http") or (page.parent / link).exists(), f"{page.name}: {link}"


def test_the_code_in_the_readme_runs(root, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cell.csv").write_text("t (ms),V (mV)\n" + "".join(f"{k},{-65 + k % 9}\n" for k in range(50)))
    names: dict[str, object] = {}
    for block in re.findall(r"```python\n(.*?)```", (root / "README.md").read_text(), re.S):
        exec(block, names)
    assert capsys.readouterr().out.startswith("(26.3")


WORD = re.compile(r"[^\W\d_]{2,}")
NO_SENTENCES = ("wasm*.py", "assignments/handouts.py", "assignments/notebook.py", "channels/heart.py", "lab/*.py")
"""Files with code, patterns and sources that are put together; and the cards."""


def own_words(node):
    """The text that a node brings into a sentence: its own, that of either branch, or what stands between names."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if isinstance(node, ast.JoinedStr):
        return " ".join(map(own_words, node.values))
    if isinstance(node, ast.IfExp | ast.BoolOp):
        return " ".join(map(own_words, node.values if isinstance(node, ast.BoolOp) else (node.body, node.orelse)))
    joins = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "join"
    return own_words(node.func.value) if joins else ""


def glued(source):
    """The sentences of a module that are put together from parts, so that no translation could put them in order."""
    for node in ast.walk(ast.parse(source)):
        places = [each.value for each in getattr(node, "values", ()) if isinstance(each, ast.FormattedValue)]
        inside = isinstance(node, ast.JoinedStr) and any(re.search(r"[^\W\d_]", own_words(each)) for each in places)
        added = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add)
        parts = [
            own_words(each) for each in ((node.left, node.right) if added else ()) if not isinstance(each, ast.IfExp)
        ]
        if (inside and len(WORD.findall(own_words(node))) > 2) or any(len(WORD.findall(part)) > 1 for part in parts):
            yield ast.unparse(node)


def test_every_sentence_is_whole(root):
    """Its values have places; no word of it depends on anything, and none is added."""
    for sentence in (
        'f\'{n} spike{"s" if n > 1 else ""} came late\'',
        "f'it has channels {\" and \".join(names)}'",
        "f'the cell {told or \"is at rest\"} here now'",
        "'The experiment: ' + asks",
    ):
        assert len([*glued(sentence)]) == 1, sentence
    assert not [*glued("f'{name} = {tidy(value)} is outside {\", \".join(ranges)}'")]
    modules = [path for path in (root / "hhlab").rglob("*.py") if not any(map(path.match, NO_SENTENCES))]
    assert len(modules) > 100
    assert {str(path): found for path in modules if (found := [*glued(path.read_text("utf-8"))])} == {}


def test_no_paths_of_a_machine_and_no_leftovers(root):
    for path in files(root):
        text = path.read_text()
        if path.name != Path(__file__).name:
            assert not re.search(r"/home/|/root/|/work/|/Users/|TODO|FIXME|XXX", text), path
        assert "\t" not in text or path.suffix == ".ipynb", path


@pytest.mark.slow
def test_wheel_and_sdist_install_and_pass(root, tmp_path):
    """The wheel is built from the sdist, and what the sdist brings tests what the wheel installs."""
    there = [path for path in (root / "hhlab").rglob("*.*") if path.is_file() and path.parent.name != "__pycache__"]
    run(sys.executable, "-m", "build", "--outdir", str(tmp_path), str(root))
    (wheel,), (sdist,) = tmp_path.glob("*.whl"), tmp_path.glob("*.tar.gz")
    assert wheel.stat().st_size < 5e6
    names = zipfile.ZipFile(wheel).namelist()
    notebooks = (Path("hhlab", path.relative_to(root)) for path in (root / "notebooks").rglob("[0-9]*.ipynb"))
    parts = {path.relative_to(root).as_posix() for path in there} | {path.as_posix() for path in notebooks}
    assert parts <= set(names)
    for name in ("jupyter/jupyter_server_config.d/hhlab.json", "ipython/startup/hhlab_first_cell.py"):
        assert any(each.endswith(f"data/etc/{name}") for each in names)
    assert {"hhlab/glossary.md", "hhlab/docs/teachers.md", "hhlab/docs/bench.webp", "hhlab/SECURITY.md"} <= set(names)
    assert not any("__pycache__" in name or name.startswith("tests") for name in names)
    with tarfile.open(sdist) as packed:
        packed.extractall(tmp_path, filter="data")
    unpacked, installed = tmp_path / sdist.name.removesuffix(".tar.gz"), tmp_path / "installed"
    run(sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", str(installed), str(wheel))
    shutil.rmtree(unpacked / "hhlab")
    tests = ("tests/test_numbers.py", "tests/test_cli.py", "tests/test_questions.py")
    told = run(sys.executable, "-m", "pytest", "-n0", "-q", *tests, cwd=unpacked, PYTHONPATH=str(installed))
    assert "passed" in told


@pytest.mark.slow
def test_the_examples_of_contributing(root, tmp_path):
    """A channel, a cell, a claim and a notebook are added to a copy of the project as the page says."""
    copy = tmp_path / "copy"
    shutil.copytree(root, copy, ignore=shutil.ignore_patterns(".*", "__pycache__"))
    settings = {"cwd": copy, "PYTHONPATH": str(copy), "NUMBA_DISABLE_JIT": "1"}
    blocks = re.findall(r"```(?:python|toml)\n# (in \S+|then)\n(.*?)```", (root / "CONTRIBUTING.md").read_text(), re.S)
    for where, code in blocks:
        if where == "then":
            run(sys.executable, "-c", code, **settings)
        else:
            with open(copy / where.removeprefix("in "), "a") as file:
                file.write(f"\n\n{code}")
    claim = "import hhlab as hh; print(hh.library['slow K'].ion, hh.claims.find(47).run().verdict)"
    assert run(sys.executable, "-c", claim, **settings) == "K holds\n"
    notebook = "notebooks/08_slow_potassium.ipynb"
    commands = re.findall(
        r"^((?:jupyter|nbstripout) .*) notebooks/\*\.ipynb$", (root / "CONTRIBUTING.md").read_text(), re.M
    )
    for command in commands:
        run(*command.split(), notebook, **settings)
    with_nbval = ["-o", "addopts=--nbval-lax --nbval-current-env"]
    run(sys.executable, "-m", "pytest", "-q", *with_nbval, notebook, **settings)


@pytest.mark.slow
def test_the_reference_has_every_public_name(root, tmp_path):
    code = "import sys; from pathlib import Path; from hhlab.site.pages import reference; reference(Path(sys.argv[1]))"
    run(sys.executable, "-W", "error", "-c", code, str(tmp_path), PYTHONPATH=str(root))
    page = (tmp_path / "hhlab.html").read_text()
    for name in set(hh.__all__) - {"claims", "measure"}:
        (told,) = re.findall(rf'<section id="{name}">(.*?)</section>', page, re.S)
        assert 'class="docstring"' in told or name in ("gallery", "library"), name


if __name__ == "__main__":
    for name in WITH_LINKS:
        top = Path(__file__).resolve().parent.parent
        (top / name).write_text(with_links(top, name))
