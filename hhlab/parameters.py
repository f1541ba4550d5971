"""Declared parameters: value, unit, range, meaning and source stand in one place, and everything else reads them there.

Sliders, axes, range checks, reprs and tables come from the declaration. Nothing here knows what a parameter is for.
"""

import difflib
import functools
import inspect
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, NoReturn, Self, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .quantities import UNITS, AmbiguousError, read_number, read_quantity
from .quantities import pretty as pretty  # for those who show what is declared here
from .quantities import shown as shown

FAR_FROM_0 = 20.0
"""mV; what is usually further from 0 was perhaps given in volts if it is a thousandth of that."""
COUNTED = ("pulses", "nodes", "channels", "repeats", "(number)")
"""Units of what comes in whole numbers."""


class Typed(str):
    """A text from a field that shows the unit of what is typed there, so it needs none of its own."""


@dataclass(frozen=True)
class Parameter:
    """A declared number: default value, unit, allowed range, span of its slider, meaning, source."""

    value: float
    unit: str
    low: float
    high: float
    meaning: str
    source: str = ""
    slider: tuple[float, float] | None = None
    name: str = ""

    def __set_name__(self, owner: type, name: str) -> None:
        object.__setattr__(self, "name", name)

    @overload
    def __get__(self, thing: None, owner: type) -> "Parameter": ...
    @overload
    def __get__(self, thing: "Described", owner: type) -> float: ...
    def __get__(self, thing: "Described | None", owner: type) -> "Parameter | float":
        return self if thing is None else thing._values[self.name]

    def renamed(self, name: str) -> "Parameter":
        """The same under another name."""
        return replace(self, name=name)

    def at(self, value: float) -> "Parameter":
        """The same with another value."""
        return replace(self, value=value)

    def between(self, span: Any) -> "Parameter":
        """The same with another span of its slider, (lowest, highest); ValueError if that is none within the range."""
        low, high = pair(span, f"the slider of {self.name} cannot have the span {shown(span)}: give (lowest, highest)")
        if not self.check(low) < self.check(high):
            raise ValueError(f"the slider of {self.name} goes from {low} to {high}: give the lower value first")
        return replace(self, slider=(float(low), float(high)))

    @property
    def span(self) -> tuple[float, float]:
        """Lowest and highest value of its slider."""
        return self.slider or (self.low, self.high)

    def in_words(self, value: float) -> str:
        """A value with its unit, for a sentence; a share or a number without one stands alone."""
        return tidy(value) if self.unit.startswith("(") else f"{tidy(value)} {self.unit}"

    def check(self, value: Any) -> float:
        """The value as a float, or ValueError with a sentence: what, value, unit, range. A text must have a unit."""
        try:
            number = self._read(value) if isinstance(value, str) else float(value)
            if isinstance(value, bool | np.bool_):
                raise TypeError
        except AmbiguousError as error:
            raise ValueError(f"{self.name} = {error}") from None
        except (TypeError, ValueError, OverflowError):
            low, high = tidy(self.low), self.in_words(self.high)
            raise ValueError(f"{self.name} = {shown(value)} is not a number: give one from {low} to {high}") from None
        given, low, high = self.in_words(number), tidy(self.low), self.in_words(self.high)
        if not self.low <= number <= self.high:
            raise ValueError(f"{self.name} = {given} is outside {low} to {high}: give a value in this range")
        if self.unit in COUNTED and not number.is_integer():
            raise ValueError(f"{self.name} = {given} is not a whole number: give one from {low} to {high}")
        return number

    def _read(self, text: str) -> float:
        """A typed number; with a unit, unless it counts something."""
        if self.unit not in UNITS:
            return read_number(text)
        found = read_quantity(text, self.unit)
        if not (found.unit or isinstance(text, Typed)):
            raise AmbiguousError(f"{shown(text)} is a text without a unit: give a number, or '{text} {self.unit}'")
        return found.value

    def in_volts(self, value: float) -> bool:
        """Whether a value in mV is a thousandth of what is usual, as if somebody had meant volts."""
        return self.unit == "mV" and abs(self.value) >= FAR_FROM_0 and 5e-4 <= abs(value / self.value) <= 2e-3


def param(
    value: float, unit: str, low: float, high: float, meaning: str, *,
    source: str = "", slider: tuple[float, float] | None = None,
) -> Parameter:  # fmt: skip
    """Declare a parameter in the body of a Described class."""
    return Parameter(float(value), unit, low, high, meaning, source, slider)


def must_be(kind: Any, sentence: str, *things: object) -> None:
    """ValueError with this sentence, in which {given} is the place of the thing, if one is not of a kind."""
    for thing in things:
        if not isinstance(thing, kind):
            raise ValueError(sentence.replace("{given}", shown(thing)))


def pair(given: Any, sentence: str) -> tuple[Any, Any]:
    """The two things that were given; ValueError with this sentence if they are not two."""
    try:
        one, other = given
    except (TypeError, ValueError):
        raise ValueError(sentence) from None
    return one, other


def names_of(
    names: Any, sentence: str = "{given} are not names: give some, such as 'voltage' or 'g_Na'"
) -> tuple[str, ...]:
    """Names, of which one may be given alone; ValueError with this sentence if they are none."""
    listed = [names] if isinstance(names, str) else names
    must_be(Iterable, sentence, listed)
    must_be(str, "{given} is not a name: give one such as 'K.n' or 'g_Na'", *listed)
    return tuple(map(str, listed))


def numbers(name: str, unit: str, given: ArrayLike) -> NDArray[np.float64]:
    """Numbers as an array of any shape; ValueError if they are none, or one is not finite."""
    try:
        if np.asarray(given).dtype.kind in "USbc":  # texts, truth values, and complex numbers
            raise TypeError
        values = np.asarray(given, float)
    except (TypeError, ValueError):
        raise ValueError(f"{name} = {shown(given)} are not numbers: give one or more, in {unit}") from None
    if not np.isfinite(values).all():
        raise ValueError(
            f"{name} = {values[~np.isfinite(values)].flat[0]} {unit} is not finite: leave it out, or give a finite "
            "number"
        )
    return values


def no_such(sentence: str, name: str, known: Iterable[str]) -> NoReturn:
    """Raise ValueError: the sentence, which says that there is nothing of that name, and what may have been meant."""
    names = list(known)
    close = difflib.get_close_matches(str(name), names, 1, 0.5)
    if close:
        raise ValueError(f"{sentence}; did you mean {close[0]}?")
    raise ValueError(f"{sentence}; it has {', '.join(names)}" if names else f"{sentence}; it has none")


def tidy(value: float) -> str:
    """A number as the shortest text that reads back as the same number: 20 for 20.0."""
    return repr(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(float(value))


def brief(value: float) -> str:
    """A number to be read, with six digits at most that matter; `tidy` tells all of them."""
    return tidy(float(f"{value:.6g}"))


def _with_parameters(doc: str | None, declared: Mapping[str, Parameter]) -> str | None:
    """A docstring with a section on these parameters, before a section that it has already."""
    if not (doc and declared):
        return doc
    told = ""
    for name, p in declared.items():
        told += f"{name} : float, default {tidy(p.value)}\n    {p.meaning[:1].upper()}{p.meaning[1:]}, "
        told += f"{tidy(p.low)} to {p.in_words(p.high)}."
        told += f" Source: {p.source}.\n" if p.source else "\n"
    text, *sections = inspect.cleandoc(doc).partition("\n\nExamples\n")
    return f"{text}\n\nParameters\n----------\n{told.rstrip()}{''.join(sections)}"


class Described:
    """A frozen thing made of declared parameters. Values go in by position or by name; a change makes a new thing."""

    _declared: ClassVar[dict[str, Parameter]] = {}
    _made_of: ClassVar[tuple[str, ...]] = ("_values",)
    __signature__: ClassVar[inspect.Signature | None]
    _values: dict[str, float]

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        own = {name: value for name, value in vars(cls).items() if isinstance(value, Parameter)}
        cls._declared = {**cls._declared, **own}
        cls.__signature__ = None
        if cls.__init__ is Described.__init__:
            keyword = inspect.Parameter.POSITIONAL_OR_KEYWORD
            named = [inspect.Parameter(name, keyword, default=p.value) for name, p in cls._declared.items()]
            cls.__signature__ = inspect.Signature(named)
            cls.__doc__ = _with_parameters(cls.__doc__, cls._declared)

    def __init__(self, *values: float, **named: float) -> None:
        names = list(self._declared)
        if len(values) > len(names):
            raise ValueError(f"{type(self).__name__} takes {', '.join(names)}: {len(values)} values are too many")
        for name, value in zip(names, values, strict=False):
            if name in named:
                raise ValueError(f"{type(self).__name__} got {name} twice, by position and by name: give it once")
            named[name] = value
        self.__dict__["_values"] = self._checked(self._declared, named)

    def _checked(self, declared: Mapping[str, Parameter], named: Mapping[str, Any]) -> dict[str, float]:
        for name in named:
            if name not in declared:
                no_such(f"{type(self).__name__} has no parameter {name}", name, declared)
        values = {name: p.check(named[name]) if name in named else p.value for name, p in declared.items()}
        for name in named:
            if declared[name].in_volts(values[name]):
                told = f"{name} = {tidy(values[name])} mV is close to 0: did you mean {1000 * values[name]:.6g} mV?"
                warnings.warn(told, stacklevel=3)
        return values

    def parameters(self) -> dict[str, Parameter]:
        """Its parameters, each with its value here.

        Returns
        -------
        dict of str to Parameter
            The parameters by name.
        """
        return dict(self._with_values)

    @functools.cached_property
    def _with_values(self) -> dict[str, Parameter]:
        return {name: p.at(self._values[name]) for name, p in self._declared.items()}

    def replace(self, **changes: float) -> Self:
        """The same with other values.

        Parameters
        ----------
        **changes : float
            New values by name of the parameter.

        Returns
        -------
        same as self
            A new object of the same class.

        Raises
        ------
        ValueError
            For an unknown name, or a value outside its range.
        """
        return self._with(_values=self._checked(self._with_values, changes))

    def _with(self, **made_of: Any) -> Self:
        new = object.__new__(type(self))
        new.__dict__.update(self.__getstate__(), **made_of)
        return new

    def __getstate__(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self._made_of}

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} is frozen: make a changed one with .replace({name}={value!r})")

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and all(getattr(self, part) == getattr(other, part) for part in self._made_of)

    def __hash__(self) -> int:
        return hash((type(self), *self._values.values()))

    def _given(self) -> list[str]:
        """The values that are not the usual ones, as they stand in code."""
        changed = (name for name, p in self._declared.items() if self._values[name] != p.value)
        return [f"{name}={tidy(self._values[name])}" for name in changed]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(self._given())})"
