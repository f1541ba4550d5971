"""A cell that is run before the first one: a sentence in place of a traceback, in every session of IPython."""

import json
import os
import re
import subprocess
import sys

import pytest

from hhlab import cli

SESSION = """
import json, sys
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from pathlib import Path
shell = InteractiveShell.instance()
before = set(shell.user_ns)
shell.safe_execfile(sys.argv[1], shell.user_ns, raise_exceptions=True)
left = sorted(set(shell.user_ns) - before)
told = []
for cell in json.loads(sys.argv[2]):
    with capture_output() as said:
        ended = shell.run_cell(cell)
    told.append([said.stdout, [each.data for each in said.outputs], ended.success])
print(json.dumps([left, told]))
"""


def session(*cells):
    """What is left in the name space by the startup file, and what each cell says: text, outputs, success."""
    command = [sys.executable, "-c", SESSION, str(cli.FIRST_CELL), json.dumps(cells)]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(ran.stdout)


def test_one_sentence_and_no_traceback():
    left, (told, other, fine) = session("hh.claim(22)", "1 + unknown", "hh = 5; print(hh)")
    assert left == []
    text, (shown,), success = told
    assert text == ""
    assert shown["text/plain"].startswith("Run the first code cell of this notebook before this one: click on it and")
    assert shown["text/plain"] in shown["text/html"]
    assert 'role="alert"' in shown["text/html"]
    assert not success, "what follows must not run"
    assert "NameError" in other[0]
    assert "name 'unknown' is not defined" in other[0]
    assert fine == ["5\n", [], True]


def test_errors_of_the_course_speak_its_language_and_all_others_stay_as_they_are():
    _, told = session('import hhlab as hh; hh.language("hr")', "hh.Squid(T=99)", 'raise ValueError("a", 1)')
    errors = [re.sub(r"\x1b\[[\d;]*m", "", text) for text, _, success in told if not success]
    assert "T = 99 degC je izvan raspona od 0 do 40 degC" in errors[0]
    assert "ValueError: ('a', 1)\n" in errors[1]


def test_the_command_names_the_file_to_kernels_unless_the_user_has_one(tmp_path, monkeypatch):
    monkeypatch.delenv("PYTHONSTARTUP", raising=False)
    assert cli.FIRST_CELL.is_file()
    assert cli.environment(tmp_path)["PYTHONSTARTUP"] == str(cli.FIRST_CELL)
    monkeypatch.setenv("PYTHONSTARTUP", "mine.py")
    assert cli.environment(tmp_path)["PYTHONSTARTUP"] == "mine.py"


def test_it_does_nothing_outside_ipython():
    environment = os.environ | {"PYTHONSTARTUP": str(cli.FIRST_CELL)}
    command = [sys.executable, "-i", "-c", "pass"]
    ran = subprocess.run(command, input="print(hh)\n", capture_output=True, text=True, env=environment, check=False)
    assert "NameError: name 'hh' is not defined" in ran.stderr
    code = f"exec(open({str(cli.FIRST_CELL)!r}).read()); print(1)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (ran.stdout, ran.stderr) == ("1\n", "")


@pytest.mark.slow
def test_in_a_browser(request):
    pytest.importorskip("playwright")
    from lab_in_browser import CONNECTED, command, notebook, open_page

    chrome, address, folder = (request.getfixturevalue(name) for name in ("chrome", "address", "folder"))
    notebook(folder, "too_soon", "import hhlab as hh", "hh.claim(22)")
    page = open_page(chrome, f"{address}/doc/tree/too_soon.ipynb")
    page.wait_for_function(CONNECTED, timeout=90_000)
    page.locator(".jp-CodeCell").nth(1).click()
    command(page, "notebook:run-cell")
    page.get_by_text("Run the first code cell of this notebook before this one").wait_for(timeout=30_000)
    assert "NameError" not in page.locator(".jp-Notebook").inner_text()
    page.locator(".jp-CodeCell").nth(0).click()
    command(page, "notebook:run-all-cells")
    page.get_by_text("The experiment:").wait_for(timeout=60_000)
    page.context.close()
