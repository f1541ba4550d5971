"""Everything that shows a widget."""

import gc

from .begin import begin
from .bench import Bench
from .claim_card import claim
from .course_tests import gain
from .explorer import explore
from .log_card import worklog
from .prediction import observe, predict
from .question import ask
from .steps import first_steps
from .task import check
from .terms import glossary

__all__ = [
    "Bench", "ask", "begin", "check", "claim", "explore", "first_steps", "gain", "glossary", "observe", "predict",
    "worklog",
]  # fmt: skip

gc.freeze()  # what was imported stays: looking through it for garbage would stop a slider for 0.1 s now and then
