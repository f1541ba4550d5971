"""Everything that shows a widget."""

from .bench import Bench
from .claim_card import claim
from .explorer import explore
from .log_card import worklog
from .prediction import predict
from .question import ask
from .task import check

__all__ = ["Bench", "ask", "check", "claim", "explore", "predict", "worklog"]
