"""What students hand in, made without a kernel: notebooks with the outputs that their cells would have."""

import json
import os
from dataclasses import asdict

import pytest

from hhlab.assignments import find
from hhlab.assignments.answer import FORMAT, MIME
from hhlab.assignments.course import ASSIGNMENTS
from hhlab.assignments.feedback import right_answers
from hhlab.assignments.handouts import notebook

RUNS_CODE = pytest.mark.skipif(os.name != "posix", reason="code is run on Linux and macOS only")
EVERY_THAT_RUNS = pytest.mark.parametrize(
    "name", [pytest.param(name, marks=RUNS_CODE if name in ("ions", "spike") else ()) for name in ASSIGNMENTS]
)
"""Every assignment whose right answers can be judged on this system."""


def answers(name, course, student):
    """The right answers of a student: value and unit, a letter, or code, by task."""
    assignment = find(name)
    return right_answers(assignment, assignment.variant(course, student))


def output(name, course, student, task, given, /, **forged):
    """The output of a cell that hands in an answer."""
    who = {"assignment": name, "course": course, "student": student, "task": task}
    data = {"format": FORMAT} | who | asdict(given) | forged
    return {"output_type": "display_data", "metadata": {}, "data": {"text/plain": f"{task}: handed in", MIME: data}}


def filled(name, course, student, given=None, /, **forged):
    """The notebook of a student with these answers, or with the right ones, as JSON."""
    given = answers(name, course, student) if given is None else given
    made = notebook(find(name), course, student)
    for cell in made["cells"]:
        task = cell["id"].removesuffix("-answer")
        if task in given and cell["id"] != task:
            each = given[task]
            shown = f'lab.answer("{task}", {each.value or "..."!r}, "{each.unit}")'
            cell["source"] = each.code.splitlines(keepends=True) if each.code else [shown.replace("'", '"')]
            if each.code:
                cell["source"].append(f'\nlab.answer("{task}", {task})')
            cell["outputs"] = [output(name, course, student, task, each, **forged)]
            cell["execution_count"] = 1
    return made


def written(path, made):
    """The same as a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(made))
    return path
