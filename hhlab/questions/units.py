"""A typed quantity in, a number in the asked unit out."""

import math
import re
from typing import NoReturn

from ..parameters import pretty, shown

_PREFIXES = {"G": 9, "M": 6, "k": 3, "": 0, "c": -2, "m": -3, "u": -6, "n": -9, "p": -12, "f": -15}
_BASES = {
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
_PER = {"": ("", 0), "/cm2": (" per area", 0), "/s": (" per time", 0), "/ms": (" per time", 3)}

UNITS: dict[str, tuple[str, int]] = {
    prefix + base + per: (kind + kind_per, power + power_per)
    for prefix, power in _PREFIXES.items()
    for base, kind in _BASES.items()
    for per, (kind_per, power_per) in _PER.items()
} | {"degC": ("a temperature", 0), "%": ("a percentage", 0), "min": ("minutes", 0), "spikes": ("a count of spikes", 0)}
"""Every unit that is understood: what it measures, and its power of ten."""

_NUMBER_THEN_UNIT = re.compile(r"([+-]?(?:\d+[.,]?\d*|[.,]\d+)(?:[eE][+-]?\d+)?)([^\d.,].*)?")
_PLAIN = str.maketrans({"−": "-", "–": "-", "µ": "u", "μ": "u", "Ω": "ohm", "\u2126": "ohm", "℃": "°C"})
_LONGEST = 100


def read_quantity(text: str, unit: str) -> float:
    """A typed quantity as a number in a unit: 5.0 for "0.005 V" in mV. A number without a unit is in that unit already.

    Raises
    ------
    ValueError
        If the text is not a number with a unit, the unit measures something else, or the number is too large.
    """
    if unit not in UNITS:
        raise ValueError(f"{shown(unit)} is not a unit: give one such as mV, ms or uA/cm2")
    kind, power = UNITS[unit]
    want = f"give {kind} in {pretty(unit)}"
    found = _NUMBER_THEN_UNIT.fullmatch(text.strip().translate(_PLAIN)) if len(text) <= _LONGEST else None
    if not found:
        raise ValueError(f"{shown(text)} is not a number with a unit: {want}, such as 5 {pretty(unit)}")
    typed = _plain(found[2] or unit)
    if UNITS.get(typed, ("",))[0] != kind:
        _refuse(text.strip(), typed, kind, want)
    value = _times_ten(float(found[1].replace(",", ".")), UNITS[typed][1] - power)
    if not math.isfinite(value):
        raise ValueError(f"{shown(text)} is too large: {want}")
    return value


def _plain(unit: str) -> str:
    """The same unit as the table spells it: "uA / cm²" as "uA/cm2"."""
    bare = "".join(unit.split())
    return bare.replace("cm²", "cm2").replace("cm^2", "cm2").replace("°C", "degC").replace("percent", "%")


def _times_ten(value: float, power: int) -> float:
    return value * 10.0**power if power >= 0 else value / 10.0**-power


def _refuse(text: str, typed: str, kind: str, want: str) -> NoReturn:
    """Raise ValueError: the unit is unknown or measures something else; the reason may be a capital letter."""
    alike = any(name.casefold() == typed.casefold() and what == kind for name, (what, _) in UNITS.items())
    case = " (capital and small letters differ)" if alike else ""
    if typed in UNITS:
        raise ValueError(f"{text} is {UNITS[typed][0]}; {want}{case}")
    raise ValueError(f"{shown(text)} has a unit that is not known here; {want}{case}")
