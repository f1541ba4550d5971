"""The card at the top of a notebook: how much of its core is done, and three questions from earlier notebooks."""

from collections.abc import Sequence
from datetime import datetime

import ipywidgets as widgets
from markupsafe import Markup

from ..learning.course import NOTEBOOKS, START, WORDING, Step, logs_in, minutes_left, sentence, steps, to_ask_again
from ..tables import table
from .frame import Frame, paragraph, say
from .log_file import open_log
from .question import Asked

BAR = Markup('<div class="hhlab-bar" aria-hidden="true"><div style="width: {:.0f}%"></div></div>')
STEP = Markup('<li title="{}" class="{}"><span role="img" aria-label="{}">{}</span> {}</li>')


class Begin(Frame):
    """What `begin` returns. `asked` are the questions from earlier notebooks."""

    def __init__(self, notebook: str) -> None:
        self.notebook, self.kept, self.progress = notebook, open_log(), widgets.HTML()
        own, today = self.kept.entries(), datetime.now().astimezone().date().isoformat()
        again = to_ask_again(notebook, logs_in(self.kept.path.parent), own, today)
        done = {entry["name"] for entry in own if entry["kind"] == "answer" and entry["time"].startswith(today)}
        self.asked = [Asked(question, fresh=question.name not in done) for question in again]
        head = paragraph(sentence("begin.again"), "heading") + paragraph(sentence("begin.why_again"), "note")
        super().__init__([self.progress, *([widgets.HTML(head), *self.asked] if again else [])], "card")
        self.refresh()
        self.kept.read_by(self)

    def refresh(self) -> None:
        """Show what is done by now."""
        entries = self.kept.entries()
        say(self.progress, self._course() if self.notebook == START else _progress(steps(self.notebook, entries)))

    def _course(self) -> str:
        """A line for each notebook of the course that has a core."""
        logs = logs_in(self.kept.path.parent)
        cores = {WORDING["notebooks"][name]["title"]: steps(name, logs[name]) for name in NOTEBOOKS}
        rows = [(title, *_in_words(core)) for title, core in cores.items() if core]
        heads = (sentence("begin.notebook"), sentence("begin.steps"), sentence("begin.left"))
        told = table(rows, heads, style="hhlab-table", named=True, left=True)
        return (
            paragraph(sentence("begin.course"), "heading")
            + str(told)
            + paragraph(sentence("begin.course_note"), "note")
        )

    def still(self) -> tuple[str, bytes]:
        return "\n".join(f"{n}. {each.question.text}" for n, each in enumerate(self.asked, 1)), b""


def _in_words(core: Sequence[Step]) -> tuple[Markup, str]:
    done = sentence("begin.steps_of", done=sum(step.done for step in core), all=len(core))
    return _bar(core) + done, sentence("begin.minutes", minutes=minutes_left(core))


def _bar(core: Sequence[Step]) -> Markup:
    """A bar as long as the share of the minutes that are done."""
    return BAR.format(100 * (1 - sum(step.minutes for step in core if not step.done) / sum(s.minutes for s in core)))


def _progress(core: Sequence[Step]) -> str:
    """How much of a core is done, and each step of it; nothing for a notebook without one."""
    if not core:
        return ""
    done = sum(step.done for step in core)
    name = "begin.finished" if done == len(core) else "begin.progress"
    told = sentence(name, done=done, all=len(core), minutes=minutes_left(core))
    said = paragraph(told, "heading", role="status")
    signs = {True: ("hhlab-done", sentence("begin.done"), "✓"), False: ("", sentence("begin.to_do"), "○")}
    listed = Markup().join(STEP.format(step.about, *signs[step.done], step.name) for step in core)
    return said + str(_bar(core) + Markup('<ol class="hhlab-steps">{}</ol>').format(listed))


def begin(notebook: str) -> Begin:
    """A card for the top of a notebook: what is done of its core, and three questions from earlier notebooks.

    It is kept up to date while you work, from the work log of this notebook. The questions are chosen from the logs of
    the earlier notebooks in the same folder: those that you had wrong, or guessed, come first, in other words or with
    other numbers where there are any.

    Parameters
    ----------
    notebook : str
        The name of the notebook's questions, such as "refractory_period"; "start_here" shows the whole course.

    Returns
    -------
    Begin
        The card, which a notebook shows.

    Raises
    ------
    ValueError
        If there is no such notebook.
    """
    return Begin(notebook)
