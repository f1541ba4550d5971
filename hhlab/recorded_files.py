"""The columns of a file with a recording, a text or ABF: their names, their units, and their numbers when asked for."""

import io
import itertools
import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from .parameters import must_be, shown
from .physics import Floats
from .quantities import UNITS, plain_unit

LARGEST = 1_000  # MB
HEAD = 200  # lines at the beginning, in which the first numbers must come
TIME, VOLTAGE, CURRENT, DENSITY = "a time", "a voltage", "a current", "a current per area"
"""What units measure, as in `quantities`."""

_SEPARATORS = ("\t", ";", ",", None)  # None: spaces
_NUMBER = re.compile(r"[+-]?(\d+[.,]?\d*|[.,]\d+)([eE][+-]?\d+)?|nan", re.IGNORECASE)
_NAME_AND_UNIT = re.compile(r"(.*?)(?:\s*[(\[{]([^()\[\]{}]+)[)\]}]|[\s/_]+(\S+?))")
_SPELLED = {"sec": "s", "secs": "s", "seconds": "s", "msec": "ms", "milliseconds": "ms", "millivolts": "mV"}
_ENCODINGS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"\xef\xbb\xbf": "utf-8-sig"}


class Columns(NamedTuple):
    """The columns of a file: of each its name and its unit, "" where there is none."""

    file: str
    names: list[str]
    units: list[str]
    load: Callable[[list[int]], list[Floats]]
    """The numbers of some columns, by their place."""

    def measuring(self, *kinds: str) -> list[int]:
        """The places of the columns whose unit measures one of these."""
        return [place for place, unit in enumerate(self.units) if kind_of(unit) in kinds]

    @property
    def told(self) -> str:
        """The columns in words, counted from 1."""
        return ", ".join(f"{place} {shown(name)}" for place, name in enumerate(self.names[:12], 1))


def kind_of(unit: str) -> str:
    """What a unit measures; "" for one that is not known."""
    return UNITS.get(unit, ("",))[0] if isinstance(unit, str) else ""


def columns_of(path: str | Path, sweep: int | None = None) -> Columns:
    """The columns of a text or an ABF file, or of one of its sweeps, counted from 1; ValueError if there are none."""
    must_be(str | Path, "{given} is not the name of a file: give one such as 'cell7.csv'", path)
    file = Path(path)
    if not file.is_file():
        raise ValueError(f"there is no file {file}: give its path from the folder {Path.cwd()}")
    size = file.stat().st_size / 1e6
    if size > LARGEST:
        raise ValueError(f"{file.name} has {size:.0f} MB, more than {LARGEST} MB: save a shorter part of the recording")
    return _of_abf(file, sweep) if file.suffix.lower() == ".abf" else _of_text(file)


def _of_text(file: Path) -> Columns:
    data = file.read_bytes()
    encoding = next((name for mark, name in _ENCODINGS.items() if data.startswith(mark)), "utf-8")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "\0" in text[:10_000]:
        raise ValueError(f"{file.name} is not a text file: export the recording as CSV, or as ABF with the suffix .abf")
    head = list(itertools.islice(io.StringIO(text), HEAD))
    first, separator, width = _begin(head, file.name)
    names, units = _headings(head[:first], separator, width, file.name)
    comma = separator != "," and any("," in line for line in head[first:])

    def load(places: list[int]) -> list[Floats]:
        body = io.StringIO(text.replace(",", ".") if comma else text)
        try:
            return list(np.loadtxt(body, delimiter=separator, skiprows=first, usecols=places, ndmin=2, quotechar='"').T)
        except ValueError as error:
            row = re.search(r"at row (\d+)", str(error))
            told = f"line {first + int(row[1]) + 1}" if row else "a line below its numbers"
            raise ValueError(
                f"{file.name} has something else than numbers in {told}: fill or delete that line, as every line must "
                f"have {width} numbers"
            ) from None

    return Columns(file.name, names, units, load)


def _begin(head: list[str], file: str) -> tuple[int, str | None, int]:
    """The first line with two numbers or more, what stands between them, and how many columns there are."""
    single = False
    for number, (line, after) in enumerate(itertools.pairwise([*head, ""])):
        for separator in _SEPARATORS:
            fields, below = _fields(line, separator), _fields(after, separator)
            numeric = sum(_is_number(each, separator) for each in fields)
            single |= numeric == len(fields) == 1
            goes_on = len(below) == len(fields) or not below[0] or _is_number(below[0], separator)
            if numeric >= 2 and _is_number(fields[0], separator) and goes_on:
                return number, separator, len(fields)
    if single:
        raise ValueError(
            f"{file} has one column of numbers: a recording needs times, too; read it with numpy.loadtxt and give "
            "Recorded(0.05, V) if a sample came every 0.05 ms"
        )
    raise ValueError(f"{file} has no numbers in its first {HEAD} lines: give one with columns of times and of V")


def _fields(line: str, separator: str | None) -> list[str]:
    fields = [field.strip().strip('"').strip() for field in line.strip(" \n").split(separator)] or [""]
    while len(fields) > 1 and not fields[-1]:
        fields.pop()
    return fields


def _is_number(field: str, separator: str | None) -> bool:
    return bool(_NUMBER.fullmatch(field)) and not (separator == "," and "," in field)


def _headings(above: list[str], separator: str | None, width: int, file: str) -> tuple[list[str], list[str]]:
    """The names of columns and their units, from the lines above the numbers; units may have a line of their own."""
    rows = [_fields(line.lstrip("#%"), separator) for line in above if line.strip("#% \t\n")]
    last = rows[-1] if rows else []
    if separator == "," and width == 2 * len(last):
        raise ValueError(
            f"{file} has {width} numbers in a line below {len(last)} names: commas separate numbers and seem to stand "
            "within them, too; save it with tabs or semicolons between numbers"
        )
    if len(last) != width:
        return [""] * width, [""] * width
    alone = [_unit(each) for each in last]
    if len(rows) > 1 and all(alone) and len(rows[-2]) == width:
        return rows[-2], alone
    parted = list(map(_parted, last))
    return [name for name, _ in parted], [unit for _, unit in parted]


def _unit(text: str) -> str:
    """A unit as the table of units spells it; "" if it is none."""
    plain = plain_unit(text.strip("()[]{} "))
    plain = _SPELLED.get(plain.lower(), plain)
    return plain if plain in UNITS else ""


def _parted(heading: str) -> tuple[str, str]:
    """The name and the unit in a heading such as "Vm (mV)", "I/pA" or "t_ms"."""
    found = _NAME_AND_UNIT.fullmatch(heading)
    unit = _unit(found[2] or found[3]) if found else ""
    return (found[1].strip(), unit) if found and unit else (heading, "")


def _of_abf(file: Path, sweep: int | None) -> Columns:
    try:
        import pyabf
    except ImportError:
        raise ValueError(f"{file.name} is read by pyabf, which is missing: pip install 'hhlab[abf]'") from None
    try:
        abf = pyabf.ABF(str(file))
        count = abf.sweepCount
    except Exception as error:  # it has no kind of its own for files that are damaged
        raise ValueError(f"{file.name} cannot be read as ABF ({error}): export it as text") from None
    number = 1 if sweep is None and count == 1 else sweep
    if not isinstance(number, int) or not 1 <= number <= count:
        raise ValueError(f"{file.name} has {count} sweeps, and sweep = {sweep} is none: give sweep=1 to {count}")
    found = [("time", "s", abf.sweepX)]
    for channel, name, unit in zip(abf.channelList, abf.adcNames, abf.adcUnits, strict=False):
        abf.setSweep(number - 1, channel)
        found.append((name.strip("\0 "), _unit(unit), abf.sweepY))
    if kind_of(_unit(abf.sweepUnitsC)) == CURRENT and np.isfinite(abf.sweepC).all():
        found.append(("stimulus", _unit(abf.sweepUnitsC), abf.sweepC))
    names, units, values = (list(each) for each in zip(*found, strict=True))
    return Columns(file.name, names, units, lambda places: [np.array(values[place], float) for place in places])
