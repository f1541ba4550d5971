"""The work log as a card: what was predicted, run and answered, and a button to download it."""

import os
import sys
from collections import Counter
from pathlib import Path

import ipywidgets as widgets

from ..claims import Verdict
from ..questions import every
from ..tables import table
from .frame import Frame, button, paragraph, say, sendable
from .log_file import KINDS, Entry, open_log
from .question import in_words
from .words import sentence

ON_BINDER = ("BINDER_SERVICE_HOST", "BINDER_LAUNCH_HOST", "BINDER_REQUEST")
DRIVE = Path("/drive")
"""Where files are that JupyterLite keeps in the storage of the browser."""
AGAIN = ", again"
"""In older logs: behind the name of a question that was predicted a second time, when its answer was told."""
TRIES = 2
"""After so many observations a question is explained, although none of them was right."""


def on_binder() -> bool:
    """Whether this kernel runs on Binder, where nothing is kept."""
    return any(name in os.environ for name in ON_BINDER)


def in_the_browser() -> bool:
    """Whether Python runs in the browser."""
    return sys.platform == "emscripten"


def concern() -> str:
    """What a student should know about the keeping of the work log, as HTML; empty if all is well."""
    lost = in_the_browser() and not DRIVE.is_dir()
    losing = sentence("log.on_binder") if on_binder() else sentence("log.not_kept") if lost else ""
    return "".join(paragraph(text, "notice") for text in (open_log().trouble, losing))


class LogCard(Frame):
    """What `worklog` returns."""

    def __init__(self) -> None:
        self.kept = open_log()
        self.download = button(sentence("log.download"), icon="download")
        self.download.on_click(lambda _: self.save(self.kept.path.name, "application/jsonl", self.kept.as_bytes()))
        self.content = widgets.HTML(self._told())
        super().__init__([self.content, self.download], "card")
        self.kept.read_by(self)

    def refresh(self) -> None:
        """Show what has been added."""
        say(self.content, self._told())

    def _told(self) -> str:
        entries = self.kept.entries()
        where = sentence("log.in_browser" if in_the_browser() else "log.beside", file=self.kept.path.name)
        parts = [paragraph(sentence("log.heading"), "heading"), paragraph(where, "note"), concern()]
        if not entries:
            return "".join([*parts, paragraph(sentence("log.empty"))])
        told = _told(entries)
        rows = [[sendable(text) for text in _row(entry, entry["name"] in told)] for entry in entries]
        heads = (*(sentence(f"log.head_{name}") for name in ("when", "what", "about", "answer")), "")
        return "".join([*parts, table(rows, heads, style="hhlab-table")])

    def still(self) -> tuple[str, bytes]:
        return sentence("log.still", number=len(self.kept.entries())), b""


def _told(entries: list[Entry]) -> set[str]:
    """The names of the questions that have been explained after their experiment."""
    seen = [entry for entry in entries if entry["kind"] == "observation"]
    tries = Counter(entry["name"] for entry in seen)
    again = [entry["name"] for entry in entries if entry["name"].endswith(AGAIN)]
    explained = {entry["name"] for entry in seen if entry.get("right") is True or tries[entry["name"]] >= TRIES}
    return {*explained, *again, *(name.removesuffix(AGAIN) for name in again)}


def _row(entry: Entry, told: bool) -> tuple[str, ...]:
    """An entry in words; a prediction is not judged before its question has been explained."""
    answer = entry.get("answer", entry.get("predicted", ""))
    question, verdict = every().get(entry["name"].removesuffix(AGAIN)), Verdict.from_text(entry.get("predicted"))
    parts = in_words(question, answer)
    if "reason" in entry:
        parts += in_words(getattr(question, "reason", None), entry["reason"])
    said = verdict.words if verdict else "; ".join(parts).replace(".;", ";")
    right = entry.get("right", entry.get("predicted") == entry.get("verdict"))
    about = str(entry.get("question", entry.get("claim", entry["name"])))
    when = str(entry["time"])[:16].replace("T", " ")
    is_open = (entry["kind"] == "prediction" and not told) or not entry.keys() & {"right", "verdict"}
    result = "" if is_open else sentence("log.as_the_model" if right else "log.not_as_the_model")
    kind = entry["kind"]
    return when, sentence(f"kinds.{kind}") if kind in KINDS else kind, about, said, result


def worklog() -> LogCard:
    """A card with everything that you predicted, ran and answered in this notebook, and a button to download it.

    Returns
    -------
    LogCard
        The card, which a notebook shows.
    """
    return LogCard()
