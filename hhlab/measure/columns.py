"""What measurements give, as columns of a table: one number a column, with a name and, where known, a unit."""

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any, TypeVar

import numpy as np

from ..parameters import must_be, shown

Measure = Callable[..., Any]
Declared = TypeVar("Declared", bound=Measure)

MOST_COLUMNS = 1000
A_MEASURE = (
    "{given} is not a measurement: give a function such as hh.measure.peak, a list of some, or a dict of some by name"
)


def gives(unit: str = "", *, times: bool = False, **parts: str) -> Callable[[Declared], Declared]:
    """Say the unit of the number that a measurement gives, or the name and the unit of each of its parts.

    With times=True it gives as many numbers as there are, in one run more than in another.
    """

    def say(measure: Declared) -> Declared:
        measure.units = parts or {"": unit}  # type: ignore[attr-defined]
        measure.times = times  # type: ignore[attr-defined]
        return measure

    return say


def named(measure: Measure | Iterable[Measure] | Mapping[str, Measure]) -> dict[str, Measure]:
    """One or several measurements by name: that of a dict, else that of the function."""
    if isinstance(measure, Mapping):
        found = {str(name): each for name, each in measure.items()}
    else:
        listed = [measure] if callable(measure) else measure
        must_be(Iterable, A_MEASURE, listed)
        measures = list(listed)
        found = {_own_name(each): each for each in measures}
        if len(found) < len(measures):
            raise ValueError("two measurements have the same name: give a dict of them by name")
    if not found:
        raise ValueError("there is nothing to measure: give a function such as hh.measure.peak")
    must_be(Callable, A_MEASURE, *found.values())
    return found


def _own_name(measure: Measure) -> str:
    name = getattr(_bare(measure), "__name__", type(measure).__name__)
    return "value" if name == "<lambda>" else name


def _bare(measure: Measure) -> Measure:
    return _bare(measure.func) if isinstance(measure, functools.partial) else measure


def columns(name: str, measure: Measure, result: Any) -> dict[str, Any]:
    """What a measurement gave, under the names of its columns.

    Raises
    ------
    ValueError
        If it gave something else than numbers, or more than a thousand.
    """
    if getattr(_bare(measure), "times", False):
        return {name: np.asarray(result)}
    declared = tuple(getattr(_bare(measure), "units", {"": ""}))
    return dict(_flat(name, result, declared))


def _flat(name: str, result: Any, parts: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    result = result[()] if isinstance(result, np.ndarray) and result.ndim == 0 else result
    if isinstance(result, bool | int | float | np.bool_ | np.number):
        yield name, result
        return
    if np.size(result) > MOST_COLUMNS:
        raise ValueError(f"{name} gave {np.size(result)} numbers, more than {MOST_COLUMNS}: measure less of a run")
    for part, value in _parts(name, result, parts):
        yield from _flat(f"{name}_{part}", value)


def _parts(name: str, result: Any, declared: tuple[str, ...]) -> Iterable[tuple[Any, Any]]:
    if isinstance(result, Mapping):
        return result.items()
    if is_dataclass(result):
        return [(each.name, getattr(result, each.name)) for each in fields(result)]
    if isinstance(result, tuple | list | np.ndarray):
        names = declared if len(declared) == len(result) else getattr(result, "_fields", range(1, len(result) + 1))
        return zip(names, result, strict=True)
    raise ValueError(f"{name} gave {shown(result)}: it must give a number, or a tuple, an array or a dict of numbers")


def units(measures: Mapping[str, Measure]) -> dict[str, str]:
    """The units of columns, where they are known: by the name of the column."""
    told = {name: getattr(each, "units", {}) for name, each in measures.items()}
    return {f"{name}_{part}" if part else name: unit for name, each in told.items() for part, unit in each.items()}
