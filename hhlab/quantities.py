"""A typed quantity in, a number out. All text with numbers in it is read here: answers, rosters and knobs.

A number may be written as people write it, with a decimal comma or point, any dash as its minus, any kind of space, and
groups of three digits. What could mean two numbers is not guessed but asked back.
"""

import math
import re
import unicodedata
from typing import NamedTuple, NoReturn

_PREFIXES = {"G": 9, "M": 6, "k": 3, "": 0, "c": -2, "m": -3, "u": -6, "n": -9, "p": -12, "f": -15}
UNIT_KINDS = {
    "V": "a voltage",
    "s": "a time",
    "A": "a current",
    "S": "a conductance",
    "ohm": "a resistance",
    "F": "a capacitance",
    "C": "a charge",
    "M": "a concentration",
    "mol": "an amount",
    "m": "a length",
    "Hz": "a frequency",
}
UNIT_PER = {
    "": ("{given}", 0),
    "/cm2": ("{given} per area", 0),
    "/s": ("{given} per time", 0),
    "/ms": ("{given} per time", 3),
}
OTHER_UNITS = {"degC": "a temperature", "%": "a percentage", "min": "minutes", "spikes": "a count of spikes"}
"""What units measure: those to which prefixes are put, what stands behind them, and others."""

UNITS: dict[str, tuple[str, int]] = {
    prefix + base + per: (kind_per.replace("{given}", kind), power + power_per)
    for prefix, power in _PREFIXES.items()
    for base, kind in UNIT_KINDS.items()
    for per, (kind_per, power_per) in UNIT_PER.items()
} | {unit: (kind, 0) for unit, kind in OTHER_UNITS.items()}
"""Every unit that is understood: what it measures, and its power of ten."""

_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u02d7\u207b\u2796\ufe58\ufe63\uff0d"
_INVISIBLE = "\u00ad\u200b\u2060\ufeff"
_SIGNS = str.maketrans({**dict.fromkeys(_DASHES, "-"), **dict.fromkeys(_INVISIBLE, ""), "\uff0b": "+"})

_NUMBER_THEN_UNIT = re.compile(r"([+-]?) ?([\d.,]+(?: \d{3}(?!\d)[\d.,]*)*)([eE][+-]?\d+)? ?(.*)")
_PLAIN = re.compile(r"\d+[.,]?\d*|[.,]\d+")
_AMBIGUOUS = re.compile(r"[1-9]\d{0,2},\d{3}")
_GROUPED = re.compile(r"[1-9]\d{0,2}([ .,])\d{3}(?:\1\d{3})*(?:(?!\1)[.,]\d*)?")
_LONGEST = 100


class Quantity(NamedTuple):
    """A quantity as it was typed: its value in the wanted unit, and the unit that stood behind it ("" if none).

    `step` is what one step of its last digit is worth in the wanted unit: 0.1 for "-88.9", 1 for "90". `digits` counts
    its digits without zeros at both ends.
    """

    value: float
    unit: str
    step: float
    digits: int


class AmbiguousError(ValueError):
    """A typed number that can be read in two ways; its text asks which is meant."""


def read_quantity(text: str, unit: str) -> Quantity:
    """A typed quantity in a unit: 5 for "0.005 V" in mV. A number without a unit is in that unit already.

    Parameters
    ----------
    text : a number, and maybe a unit after it, which may stand there twice.
    unit : one of UNITS.

    Raises
    ------
    ValueError
        If the text is not a number with a unit, can be read in two ways, the unit measures something else, or the
        number is too large.
    """
    if unit not in UNITS:
        raise ValueError(f"{shown(unit)} is not a unit: give one such as mV, ms or uA/cm2")
    kind, power = UNITS[unit]
    found = _parted(text)
    if not found:
        raise ValueError(
            f"{shown(text)} is not a number with a unit: give {kind} in {pretty(unit)}, such as 5 {pretty(unit)}"
        )
    number, behind = found
    typed = plain_unit(behind) or unit
    if UNITS.get(typed, ("",))[0] != kind:
        _refuse(text.strip(), typed, unit)
    power = UNITS[typed][1] - power
    value = _times_ten(float(number), power)
    if not math.isfinite(value):
        raise ValueError(f"{shown(text)} is too large: give {kind} in {pretty(unit)}")
    mantissa, _, exponent = number.lower().partition("e")
    decimals = len(mantissa.partition(".")[2])
    step = _times_ten(10.0 ** min(int(exponent or 0) - decimals, _LONGEST), power)
    return Quantity(value, behind, step, len(mantissa.lstrip("+-").replace(".", "").strip("0")))


def read_number(text: str) -> float:
    """A typed number without a unit; ValueError if it is none, or can be read in two ways."""
    found = _parted(text)
    if not found or found[1]:
        raise ValueError(f"{shown(text)} is not a number")
    return float(found[0])


def _parted(text: str) -> tuple[str, str] | None:
    """A number as Python writes it, and the text behind it; None if there is no number at the beginning."""
    bare = " ".join(text.translate(_SIGNS).split())
    found = _NUMBER_THEN_UNIT.fullmatch(bare) if len(text) <= _LONGEST else None
    if not found:
        return None
    sign, number, exponent, behind = found.groups(default="")
    if _AMBIGUOUS.fullmatch(number):
        one, other = number.replace(",", "."), number.replace(",", "")
        raise AmbiguousError(f"{shown(text)} can mean {one} or {other}: write the one that you mean")
    grouped = _GROUPED.fullmatch(number)
    if not _PLAIN.fullmatch(number):
        if not grouped:
            return None
        number = number.replace(grouped[1], "")
    return sign + number.replace(",", ".") + exponent, behind


def plain_unit(text: str) -> str:
    """A unit as the table spells it, once if it stands there twice: "µA / cm²" as "uA/cm2"."""
    plain = unicodedata.normalize("NFKC", text)
    for old, new in {"\u03bc": "u", "\u03a9": "ohm", "°C": "degC", "percent": "%", "^": ""}.items():
        plain = plain.replace(old, new)
    words = plain.split()
    halves = (("".join(words[:number]), "".join(words[number:])) for number in range(1, len(words)))
    return next((one for one, other in halves if one == other), "".join(words))


def _times_ten(value: float, power: int) -> float:
    return value * 10.0**power if power >= 0 else value / 10.0**-power


def _refuse(text: str, typed: str, unit: str) -> NoReturn:
    """Raise ValueError: the unit is unknown or measures something else; the reason may be a capital letter."""
    kind = UNITS[unit][0]
    alike = any(name.casefold() == typed.casefold() and what == kind for name, (what, _) in UNITS.items())
    told = (
        f"{text} is {UNITS[typed][0]}: give {kind} in {pretty(unit)}"
        if typed in UNITS
        else f"{shown(text)} has a unit that hhlab does not know: give {kind} in {pretty(unit)}"
    )
    raise ValueError(f"{told} (capital and small letters differ)" if alike else told)


def shown(value: object) -> str:
    """Whatever was given, as a short text for a sentence."""
    text = repr(value).replace("\n", " ")
    return text if len(text) <= 40 else text[:37] + "..."


def pretty(unit: str) -> str:
    """A unit as print shows it: uA/cm2 as µA/cm²."""
    for plain, printed in {"1e-6 ": "10⁻⁶ ", "cm2": "cm²", "degC": "°C", "ohm": "Ω"}.items():
        unit = unit.replace(plain, printed)
    return re.sub(r"\bu(?=[AFMm]\b)", "µ", unit)
