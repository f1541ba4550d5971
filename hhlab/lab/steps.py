"""The first minute: three things to do on a bench, each ticked when its recording shows it, and hints that point."""

from typing import Any

import ipywidgets as widgets
import traitlets
from IPython import display

from .. import measure
from ..cells import Squid
from ..protocols import Step
from ..texts import TextFiles
from .explorer import explore
from .frame import HERE, Live, Stilled, in_browser
from .log_file import open_log

NAME = "first_minute_{}"
"""Of a thing to do, in the work log."""


class _Steps(Live):
    """What is to do, and the hints: `done` holds the ids of what is done, `seen` how many hints were closed."""

    _esm = in_browser("steps.js")
    _css = (HERE / "steps.css").read_text(encoding="utf-8")
    texts: Any = traitlets.Dict().tag(sync=True)
    done: Any = traitlets.List().tag(sync=True)
    seen = traitlets.Int().tag(sync=True)


class FirstSteps(Stilled, widgets.VBox):
    """What `first_steps` returns: things to do, and the `bench` on which they are done."""

    def __init__(self) -> None:
        self.bench = explore(
            Squid(), Step(5), ("voltage", "membrane"), knobs=("amplitude", "duration", "g_K"), t_stop=50
        )
        self.steps, self._fired, texts = _Steps(), False, dict(TextFiles(HERE / "steps.toml"))
        self.steps.texts = texts
        self.steps.done = [task for task in texts["tasks"] if open_log().last("answer", NAME.format(task))]
        if len(self.steps.done) == len(texts["tasks"]):
            self.steps.seen = len(texts["hints"])
        self.bench.observe(lambda _: self._judge(), "shown")
        super().__init__([self.steps, self.bench], layout={"overflow": "visible"})

    def _judge(self) -> None:
        """Tick what the recording on the bench shows to be done."""
        spikes = len(measure.spikes(self.bench.recording))
        self._fired |= spikes > 0
        done = {
            "fire": spikes > 0,
            "twice": spikes > 1,
            "stop": spikes == 0 and self._fired and "twice" in self.steps.done,
        }
        for task in (task for task, is_done in done.items() if is_done and task not in self.steps.done):
            question, kept = self.steps.texts["tasks"][task], self.steps.texts["kept"]
            open_log().add("answer", NAME.format(task), question=question, answer=kept, right=True)
            self.steps.done = [*self.steps.done, task]

    def _ipython_display_(self) -> None:
        display.display({**widgets.DOMWidget._repr_mimebundle_(self), "text/plain": ""}, raw=True)
        display.display(self.bench._as_page(), raw=True, display_id=self.bench.model_id)  # where the bench renews it

    def still(self) -> tuple[str, bytes]:
        return self.bench.still()


def first_steps() -> FirstSteps:
    """A bench with three things to do on it in a first minute; each gets a tick, and hints show what the bench can do.

    Returns
    -------
    FirstSteps
        The bench with its list, which a notebook shows. What is done is kept in the work log.
    """
    return FirstSteps()
