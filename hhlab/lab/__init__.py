"""Everything that shows a widget."""

from .explorer import Bench, explore

__all__ = ["Bench", "explore"]
