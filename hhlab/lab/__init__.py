"""Everything that shows a widget."""

from .claim_card import claim
from .explorer import Bench, explore
from .log_card import worklog
from .prediction import predict
from .question import ask
from .task import check

__all__ = ["Bench", "ask", "check", "claim", "explore", "predict", "worklog"]
