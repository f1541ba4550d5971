"""HTML pages for teachers and students: one style, everything escaped, nothing loaded from elsewhere."""

import base64
import html
from collections.abc import Iterable, Sequence

_NOTHING_FROM_ELSEWHERE = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; color: #222; max-width: 60em; margin: 2em auto; padding: 0 1em }
h1 { font-size: 1.5em } h2 { font-size: 1.15em; margin-top: 2em }
table { border-collapse: collapse; width: 100% }
td, th { text-align: left; vertical-align: top; padding: .3em .8em .3em 0 }
th { border-bottom: 1px solid #888 } td { border-bottom: 1px solid #ddd }
.right { color: #00694c } .wrong { color: #a34300 } .note { color: #555 } .whole { white-space: nowrap }
img { max-width: 100% } .bar { background: #0072B2; display: inline-block; height: .8em }
"""


def page(title: str, *parts: str) -> str:
    """A page from parts that are HTML already."""
    name = html.escape(title)
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{name}</title>'
        f'<meta http-equiv="Content-Security-Policy" content="{_NOTHING_FROM_ELSEWHERE}">'
        f"<style>{_STYLE}</style></head><body><h1>{name}</h1>\n" + "\n".join(parts) + "\n</body></html>\n"
    )


def text(words: str, kind: str = "") -> str:
    """A paragraph of words, which are escaped."""
    return f'<p class="{kind}">{html.escape(words)}</p>' if kind else f"<p>{html.escape(words)}</p>"


def heading(words: str) -> str:
    """A heading within a page."""
    return f"<h2>{html.escape(words)}</h2>"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], raw: Sequence[int] = ()) -> str:
    """A table; the columns numbered in `raw` are HTML already, all others are escaped. "None." for no rows."""
    head = "".join(f"<th>{html.escape(each)}</th>" for each in heads)
    body = "".join(
        "<tr>"
        + "".join(f"<td>{cell if n in raw else html.escape(cell)}</td>" for n, cell in enumerate(row))
        + "</tr>\n"
        for row in rows
    )
    return f"<table><tr>{head}</tr>\n{body}</table>" if body else text("None.")


def image(png: bytes, alt: str) -> str:
    """A picture with words for those who do not see it."""
    return f'<img alt="{html.escape(alt)}" src="data:image/png;base64,{base64.b64encode(png).decode()}">'


def bar(share: float) -> str:
    """A bar for a share of 1."""
    return f'<span class="bar" style="width: {12 * min(max(share, 0.0), 1.0):.2f}em"></span>'
