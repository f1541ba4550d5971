"""What the panels of a picture show, for Matplotlib and for the browser alike."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from .view import Limits, Stroke, View, seen_by
from .words import WORDS, called, label_of


@dataclass(frozen=True)
class Panel:
    """One panel of a picture.

    Attributes
    ----------
    view : what it shows.
    label, x_label : of its axes.
    strokes : in the order in which they are drawn.
    limits : of x and y.
    words : in the panel: x, y, text.
    ticks : of the x axis, place and label, if they are not plain numbers.
    named : the strokes in its legend.
    caption : what is seen, in words, for those who cannot see the picture; empty where strokes and legend tell enough.
    """

    view: View
    label: str
    x_label: str
    strokes: Sequence[Stroke]
    limits: Limits
    words: Sequence[tuple[float, float, str]]
    ticks: Sequence[tuple[float, str]] | None
    named: Sequence[Stroke]
    caption: str = ""


def panels_of(
    views: Sequence[View], recordings: Sequence[Any], labels: Sequence[str], cursor: float | None = None,
    *, marked: bool = True,
) -> list[Panel]:  # fmt: skip
    """The panels of recordings, the main one first; `cursor` is a moment in ms.

    With marked=False panels against time do not mark it, and a living one has no strokes. A legend leaves out what a
    panel above has named.
    """
    found: list[Panel] = []
    above: set[str] = set()
    for view in views:
        seen = [seen_by(view, rec) for rec in recordings]
        alive = view.living and not marked
        strokes = [] if alive else view.strokes(seen, labels, cursor if marked or not view.against_time else None)
        strokes = [replace(s, name=called(s.name)) if s.name in WORDS else s for s in strokes]
        new = (stroke for stroke in strokes if stroke.name and stroke.name not in above)
        named = sorted(new, key=lambda stroke: stroke.style)
        limits, words, ticks = view.limits(seen, strokes), view.furniture(seen[0]), view.ticks(seen[0])
        labels_of_axes = label_of(view.label), label_of(view.x_label)
        found.append(Panel(view, *labels_of_axes, strokes, limits, words, ticks, named, view.caption(seen[0], cursor)))
        above |= {stroke.name for stroke in named}
    return found
