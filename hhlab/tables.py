"""Rows as a table: in HTML, for notebooks, the bench, pages and learning platforms, and as CSV. What stands in the rows
is no matter of this module.
"""

import csv
import io
from collections.abc import Iterable

from markupsafe import Markup

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a text in a CSV must not begin with, because programs for tables would compute it."""


def table(
    rows: Iterable[Iterable[object]], heads: Iterable[str] = (), *,
    caption: str = "", style: str = "", named: bool = False, left: bool = False,
) -> Markup:  # fmt: skip
    """An HTML table. Every text in it is escaped, unless it is `Markup`, which is HTML already.

    Parameters
    ----------
    rows : the cells of each row.
    heads : the headings of the columns, or none.
    caption : what stands above the table.
    style : a class of the style sheet.
    named : whether the first cell of a row is its heading.
    left : whether cells begin at the left also in the output of a notebook, which puts them to the right.
    """
    cell = Markup('<td style="text-align: left">{}</td>') if left else Markup("<td>{}</td>")
    first = Markup("<th scope=row>{}</th>") if named else cell
    head = Markup().join(map(Markup("<th scope=col>{}</th>").format, heads))
    body = Markup("\n").join(
        Markup("<tr>{}</tr>").format(
            Markup().join((first if n == 0 else cell).format(each) for n, each in enumerate(row))
        )
        for row in rows
    )
    return Markup("<table{}>{}{}<tbody>{}</tbody></table>").format(
        Markup(' class="{}"').format(style) if style else "",
        Markup("<caption>{}</caption>").format(caption) if caption else "",
        Markup("<thead><tr>{}</tr></thead>").format(head) if head else "",
        body,
    )


def as_csv(heads: Iterable[str], rows: Iterable[Iterable[object]]) -> bytes:
    """Rows as a CSV that programs for tables open, and in which no text is a formula."""
    written = io.StringIO()
    writer = csv.writer(written)
    for row in (heads, *rows):
        writer.writerow(f"'{each}" if isinstance(each, str) and each.startswith(FORMULA) else each for each in row)
    return written.getvalue().encode("utf-8-sig")
