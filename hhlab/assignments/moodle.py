"""The numeric questions as Moodle XML: each as a category of variants, of which a quiz draws one at random."""

import html
from collections.abc import Iterator
from xml.etree import ElementTree as Tree

from ..parameters import tidy
from ..questions import Number
from .task import Assignment, Task
from .variant import Variant


def moodle_xml(assignment: Assignment, course: str, variants: int) -> bytes:
    """The numeric tasks of an assignment, in so many variants each."""
    drawn = [assignment.variant(course, f"variant {number + 1}") for number in range(variants)]
    quiz = Tree.Element("quiz")
    names = [task.name for task in assignment.tasks(drawn[0]) if isinstance(task.question, Number)]
    for name in names:
        category = Tree.SubElement(Tree.SubElement(quiz, "question", type="category"), "category")
        Tree.SubElement(category, "text").text = f"$course$/top/hhlab/{assignment.title}/{name}"
        for variant in drawn:
            _question(quiz, assignment, assignment.task(variant, name), variant)
    Tree.indent(quiz)
    return Tree.tostring(quiz, encoding="utf-8", xml_declaration=True)


def _question(quiz: Tree.Element, assignment: Assignment, task: Task, variant: Variant) -> None:
    """One numerical question; well-known wrong numbers get their reply."""
    asked: Number = task.question  # type: ignore[assignment]
    question = Tree.SubElement(quiz, "question", type="numerical")
    _text(Tree.SubElement(question, "name"), f"{assignment.name} {task.name}, {variant.student}")
    _text(Tree.SubElement(question, "questiontext", format="html"), _story(assignment, task, variant))
    Tree.SubElement(question, "defaultgrade").text = tidy(task.points)
    for value, share, reply in _answers(task, asked):
        answer = Tree.SubElement(question, "answer", fraction=tidy(share))
        Tree.SubElement(answer, "text").text = f"{value:.6g}"
        Tree.SubElement(answer, "tolerance").text = f"{asked.tolerance * (task.near if share == 50 else 1):.6g}"
        _text(Tree.SubElement(answer, "feedback", format="html"), html.escape(reply))
    unit = Tree.SubElement(Tree.SubElement(question, "units"), "unit")
    Tree.SubElement(unit, "multiplier").text = "1"
    Tree.SubElement(unit, "unit_name").text = asked.unit
    for name, setting in (("unitgradingtype", "0"), ("showunits", "3"), ("unitsleft", "0")):
        Tree.SubElement(question, name).text = setting


def _answers(task: Task, asked: Number) -> Iterator[tuple[float, float, str]]:
    """Value, percentage and reply: Moodle takes the first that fits."""
    truth = asked.truth()
    yield truth, 100, asked.reply
    yield from ((mistake.value(), 0, mistake.reply) for mistake in asked.mistakes)
    if task.near:
        yield truth, 50, "Nearly: measure more exactly."


def _story(assignment: Assignment, task: Task, variant: Variant) -> str:
    code = f'lab = hh.assignment("{assignment.name}", course="{variant.course}", student="{variant.student}")'
    rows = "".join(
        f"<tr><td>{html.escape(name)}</td><td>{html.escape(words)}</td><td>{html.escape(meaning)}</td></tr>"
        for name, meaning, words in assignment.given(variant)
    )
    return (
        f"<p>{html.escape(' '.join(assignment.story.split()))}</p><pre>{html.escape(code)}</pre><table>{rows}</table>"
        f"<p><b>{html.escape(task.question.text)}</b></p>"
    )


def _text(parent: Tree.Element, words: str) -> None:
    Tree.SubElement(parent, "text").text = words
