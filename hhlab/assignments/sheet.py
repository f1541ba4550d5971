"""A CSV, read so that all of it can be written again: what is not changed stays the same, byte by byte."""

import contextlib
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

_BEFORE = re.compile(r'\ufeff?(?:"?sep=(.)"?\r?\n)?', re.IGNORECASE)
"""A mark of Unicode, and a line that tells Excel the delimiter."""
_UTF_16 = {"utf-16-le": rb"\xff\xfe|[^\0]\0", "utf-16-be": rb"\xfe\xff|\0"}
"""How a file begins that has two bytes a letter, with or without a mark."""
_NO_CSV = re.compile("<|.*\0", re.DOTALL)


@dataclass
class Sheet:
    """The raw fields of a CSV, quotes and all, by row, with what stands before them and at the ends of the rows."""

    name: str
    encoding: str
    before: str
    delimiter: str
    rows: list[list[str]]
    ends: list[str]

    def cell(self, row: int, column: int | None) -> str:
        """A cell without its quotes; empty where there is none."""
        raw = self.rows[row][column].strip() if column is not None and column < len(self.rows[row]) else ""
        return raw[1:-1].replace('""', '"') if len(raw) > 1 and raw[0] == raw[-1] == '"' else raw

    def row(self, number: int) -> list[str]:
        """The cells of a row."""
        return [self.cell(number, column) for column in range(len(self.rows[number]))]

    def column(self, number: int | None) -> list[str]:
        """The cells of a column, without its header."""
        return [self.cell(row, number) for row in range(1, len(self.rows))]

    def put(self, row: int, column: int, text: str) -> None:
        """Write a text to a cell."""
        fields = self.rows[row]
        fields += [""] * (column + 1 - len(fields))
        fields[column] = f'"{text}"' if self.delimiter in text else text

    def insert(self, column: int) -> None:
        """Insert an empty column."""
        for fields in self.rows:
            if fields != [""]:
                fields[column:column] = [""] * max(1, column + 1 - len(fields))

    def decimal_sign(self) -> str:
        """The comma or point of its numbers; if it has none, that of programs that write the same delimiter."""
        cells = (cell for row in range(1, len(self.rows)) for cell in self.row(row))
        signs = Counter(found[1] for found in map(re.compile(r"\d+([.,])\d+").fullmatch, cells) if found)
        return max(signs, key=signs.__getitem__, default="," if self.delimiter == ";" else ".")

    def to_bytes(self) -> bytes:
        """All of it as a file."""
        lines = (self.delimiter.join(row) + end for row, end in zip(self.rows, self.ends, strict=True))
        return "".join((self.before, *lines)).encode(self.encoding)


def read_sheet(path: Path) -> Sheet:
    """The CSV in a file; ValueError if it cannot be read or is none. A quote opens only at the start of a field."""
    text, encoding = _text(path)
    before = next(_BEFORE.finditer(text))
    first = re.sub(r'"(?:[^"]|"")*"', "", text).splitlines()[:1]
    delimiter = before[1] or max(",;\t", key="".join(first).count)
    sign = re.escape(delimiter)
    parts = re.compile(rf'((?:"(?:[^"]|"")*+"?)?[^{sign}\r\n]*+)({sign}|\r\n|\n|\r|\Z)')
    rows: list[list[str]] = [[]]
    ends: list[str] = []
    for raw, end in parts.findall(text, before.end()):
        rows[-1].append(raw)
        if end != delimiter:
            ends.append(end)
            rows.append([])
    return Sheet(path.name, encoding, before[0], delimiter, rows[:-1], ends)


def _text(path: Path) -> tuple[str, str]:
    """The text of a file, and its encoding."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror}") from None
    utf_16 = [encoding for encoding, begin in _UTF_16.items() if re.match(begin, data)]
    for encoding in utf_16 or ("utf-8", "cp1252", "latin-1"):
        with contextlib.suppress(UnicodeDecodeError):
            text = data.decode(encoding)
            if not _NO_CSV.match(text):
                return text, encoding
    raise ValueError(f"{path.name} is not a CSV file: open it in Excel, LibreOffice or Numbers, and save it as CSV")
