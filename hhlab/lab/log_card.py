"""The work log as a card: what was predicted, run and answered, and a button to download it."""

import html
import os

import ipywidgets as widgets

from ..claims import Verdict
from .frame import Frame, button, paragraph, say, sendable
from .log_file import Entry, open_log

ON_BINDER = ("BINDER_SERVICE_HOST", "BINDER_LAUNCH_HOST", "BINDER_REQUEST")
REMINDER = "This is Binder: everything is lost when the session ends. Download your work log before you go."


def on_binder() -> bool:
    """Whether this kernel runs on Binder, where nothing is kept."""
    return any(name in os.environ for name in ON_BINDER)


def concern() -> str:
    """What a student should know about the keeping of the work log, as HTML; empty if all is well."""
    texts = (open_log().trouble, REMINDER if on_binder() else "")
    return "".join(paragraph(text, "notice") for text in texts)


class LogCard(Frame):
    """What `worklog` returns."""

    def __init__(self) -> None:
        self.kept = open_log()
        self.download = button("Download the work log", icon="download")
        self.download.on_click(lambda _: self.save(self.kept.path.name, "application/jsonl", self.kept.as_bytes()))
        self.content = widgets.HTML(self._told())
        super().__init__([self.content, self.download], "card")
        self.kept.read_by(self)

    def refresh(self) -> None:
        """Show what has been added."""
        say(self.content, self._told())

    def _told(self) -> str:
        entries = self.kept.entries()
        where = f"Kept in {self.kept.path.name}, beside this notebook; it is sent nowhere."
        parts = [paragraph("Your work log", "heading"), paragraph(where, "note"), concern()]
        if not entries:
            return "".join([*parts, paragraph("Nothing has been predicted, run or answered yet.")])
        rows = "".join(
            f"<tr>{''.join(f'<td>{html.escape(sendable(text))}</td>' for text in _row(entry))}</tr>"
            for entry in entries
        )
        heads = "".join(
            f"<th scope=col>{head}</th>" for head in ("when", "what", "question or claim", "your answer", "")
        )
        table = f'<table class="hhlab-table"><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>'
        return "".join([*parts, table])

    def still(self) -> tuple[str, bytes]:
        return f"Work log: {len(self.kept.entries())} entries.", b""


def _row(entry: Entry) -> tuple[str, ...]:
    answer = entry.get("answer", entry.get("predicted", ""))
    said = "; ".join(map(str, answer)) if isinstance(answer, list) else str(answer)
    right = entry.get("right", entry.get("predicted") == entry.get("verdict"))
    about = str(entry.get("question", entry.get("claim", entry["name"])))
    when = str(entry["time"])[:16].replace("T", " ")
    verdict = Verdict.from_text(entry.get("predicted"))
    said = verdict.words if verdict else said
    return when, entry["kind"], about, said, "as the model" if right else "otherwise in the model"


def worklog() -> LogCard:
    """A card with everything that you predicted, ran and answered in this notebook, and a button to download it."""
    return LogCard()
