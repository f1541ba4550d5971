"""A recording of a real cell, in the form that measurements, pictures and benches take."""

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .cells import Cell
from .parameters import Parameter, must_be, numbers, shown, tidy
from .physics import Floats
from .protocols import Nothing
from .quantities import UNITS
from .recorded_files import CURRENT, DENSITY, TIME, VOLTAGE, Columns, columns_of, kind_of
from .recording import Named, Recording, crossings
from .waves import Waveform, rising

LEAST_APART, LEAST_V = 1e-3, 1.0
"""Samples that are less far apart (ms), or an extreme of V that is closer to 0 (mV), hint at seconds or volts."""
V_RANGE = Parameter(0.0, "mV", -500, 500, "membrane potential", name="V")
REST = Parameter(-65.0, "mV", -200, 200, "resting potential", name="rest")
A_MOMENT = Parameter(0.0, "ms", -1e9, 1e9, "moment of a recording", name="the moment")
AREA = Parameter(1000.0, "um2", 1e-3, 1e12, "area of the membrane", name="area")
MEMBRANE = "membrane"


def density(current: ArrayLike, area: float, unit: str = "pA") -> Floats:
    """The current per area of membrane that a current into a whole cell is.

    Parameters
    ----------
    current : float or array_like
        The current into the cell.
    area : float
        The area of its membrane, um2.
    unit : str, default "pA"
        The unit of the current: "pA", "nA" or "uA".

    Returns
    -------
    float or numpy.ndarray
        The current in uA/cm2; shape of `current`.

    Raises
    ------
    ValueError
        If something is not a number, or the unit is not one of a current.

    Examples
    --------
    >>> print(f"{hh.density(200, area=1000):.4g} uA/cm2")
    20 uA/cm2
    """
    return _in("uA", numbers("current", unit, current), unit, "unit") / (AREA.check(area) * 1e-8)


class Preparation(Cell):
    """A real cell: of its membrane nothing is known but the potential at which it rests."""

    title = "Recorded cell"
    fires = True
    _made_of = (*Cell._made_of, "V_START")

    def __init__(self, rest: float = -65.0) -> None:
        super().__init__()
        self.__dict__["V_START"] = rest

    def _own_channels(self) -> tuple[()]:
        return ()

    def parameters(self) -> dict[str, Parameter]:
        return {}


class Recorded(Recording):
    """A recording of a real cell, to measure, plot, and hold beside a model, as the one of a model.

    Its times begin with 0. Of currents there is only one, I["membrane"]: the stimulus less what charges a capacitance
    of 1 uF/cm2, so that all measurements of the slope of V are those of V itself.

    Parameters
    ----------
    t : array_like or float
        Times, which rise, or the time from each sample to the next.
    V : array_like
        Membrane potential at these times.
    I : array_like, optional
        Stimulus current at these times, positive where it depolarises.
    t_unit, V_unit, I_unit : str, optional
        Their units, if these are not ms, mV and uA/cm2. Nothing is guessed: numbers that look like seconds or volts
        are refused unless their unit is said.
    area : float, optional
        Area of the membrane, um2, for a current in pA or nA.
    rest : float, optional
        Resting potential, mV. Without it, the median of V before the stimulus or the first spike.
    name : str, default "recorded"
        What it is called in pictures.

    Raises
    ------
    ValueError
        If there are not as many times as values, times do not rise, or a number is missing or cannot be.

    Examples
    --------
    >>> t = np.arange(0, 50, 0.05)
    >>> mine = hh.Recorded(t, -65 + 100 * np.exp(-((t - 20) ** 2)), name="a bump")
    >>> hh.measure.spikes(mine).round(2)
    array([19.34])
    """

    name: str

    def __init__(
        self, t: ArrayLike, V: ArrayLike, I: ArrayLike | None = None, *,  # noqa: E741
        t_unit: str = "", V_unit: str = "", I_unit: str = "", area: float | None = None, rest: float | None = None,
        name: str = "recorded",
    ) -> None:  # fmt: skip
        must_be(str, "name = {given} is not a text: give one such as 'cell 7'", name)
        volts = _in("mV", numbers("V", V_unit or "mV", V), V_unit, "V_unit")
        times = rising(_in("ms", _times(t, volts.size), t_unit, "t_unit"))
        stimulus = np.zeros(times.size)
        if I is not None:
            stimulus = _per_area(numbers("I", I_unit or "uA/cm2", I), I_unit, area)
        for what, values in (("V", volts), ("I", stimulus)):
            if values.shape != times.shape:
                raise ValueError(f"{what} has {values.size} values for {times.size} times: give as many of each")
        _refuse_unlikely(times, volts, t_unit, V_unit)
        foot = _foot(times, volts, stimulus) if rest is None else REST.check(rest)
        empty, apart = np.empty((0, times.size)), float(np.median(np.diff(times)))
        cell, settings = Preparation(foot), {"dt": apart}
        alone = Recording.of(times - times[0], volts, empty, empty, cell, Nothing(), settings)
        super().__init__(alone._batch)
        stimulus.flags.writeable = False
        self.__dict__.update(name=name, stimulus=stimulus)

    @classmethod
    def read(
        cls, path: str | Path, t: str | int = "", V: str | int = "", I: str | int = "", *,  # noqa: E741
        sweep: int | None = None, t_unit: str = "", V_unit: str = "", I_unit: str = "", **about: Any,
    ) -> "Recorded":  # fmt: skip
        """A recording from a file: a text with columns, such as CSV, or ABF.

        Columns may be separated by tabs, semicolons, commas or spaces, and numbers may have a decimal comma. Units are
        read from headings such as "Vm (mV)". Of the columns in units of current, one alone, or one that is called
        "stimulus", is taken for the stimulus; one in pA or nA only if an area is given.

        Parameters
        ----------
        path : str or Path
            The file.
        t, V, I : str or int, optional
            The columns of the times, of V and of the stimulus, by name, or counted from 1. They must be said where
            units do not tell them.
        sweep : int, optional
            Which sweep of an ABF file, counted from 1; it must be said if there are several.
        t_unit, V_unit, I_unit : str, optional
            The units of these columns, where headings do not tell them.
        **about : float or str
            area, rest and name, as for a recording from arrays. Without a name it has that of the file.

        Returns
        -------
        Recorded
            The recording.

        Raises
        ------
        ValueError
            If there is no such file, column, sweep or unit, or what is in them is no recording.
        """
        columns = columns_of(path, sweep)
        wanted = [_column(columns, t, t_unit, "t", TIME), _column(columns, V, V_unit, "V", VOLTAGE)]
        flowing = columns.measuring(*([CURRENT, DENSITY] if "area" in about else [DENSITY]))
        flowing = [place for place in flowing if "stim" in columns.names[place].lower()] or flowing
        if I != "" or len(flowing) == 1:
            wanted.append(_column(columns, flowing[0] + 1 if I == "" else I, I_unit, "I", CURRENT, DENSITY))
        (times, of_t), (volts, of_V), *current = zip(columns.load([place for place, _ in wanted]), wanted, strict=True)
        values, (_, of_I) = current[0] if current else (None, (0, ""))
        told = {"name": Path(path).stem, **about}
        return cls(times, volts, values, t_unit=of_t[1], V_unit=of_V[1], I_unit=of_I, **told)

    def part(self, begin: float, end: float) -> "Recorded":
        """What was recorded from one moment to another, both in ms; its own times begin with 0 again."""
        for moment in (begin, end):
            A_MOMENT.check(moment)
        within = (self.t >= begin) & (self.t <= end)
        if within.sum() < 2:
            raise ValueError(
                f"there are no samples from {tidy(begin)} to {tidy(end)} ms: choose moments before the end of this "
                f"recording at {self.t[-1]:g} ms"
            )
        values = self.t[within], self.V[within], self.stimulus[within]
        return Recorded(*values, t_unit="ms", V_unit="mV", rest=self.cell.V_START, name=self.name)

    @property
    def waveform(self) -> Waveform:
        """The stimulus, as one for a model."""
        return Waveform(self.t, self.stimulus)

    @functools.cached_property
    def I(self) -> Named:  # noqa: E743
        return Named("channel", [MEMBRANE], lambda name: self._carried(name, self.V))

    def _carried(self, name: str, V: Floats, samples: Any = slice(None)) -> Floats:
        if V is not self.V:
            raise ValueError(
                "nobody knows which currents a recorded cell would have at another V: show a model instead"
            )
        return self.stimulus - self.cell.C * np.gradient(self.V, self.t)

    def __getstate__(self) -> dict[str, Any]:
        return {name: self.__dict__[name] for name in ("_batch", "_number", "place", "name", "stimulus")}

    def __repr__(self) -> str:
        return (
            f"<Recorded {self.name}: {self.t[-1]:g} ms, {self.t.size} samples, V {self.V.min():.1f} to "
            f"{self.V.max():.1f} mV, stimulus {self.stimulus.min():.4g} to {self.stimulus.max():.4g} uA/cm2>"
        )


def _times(t: ArrayLike, samples: int) -> Floats:
    """Times (n,); from the time between two samples, if that is given."""
    given = numbers("t", "ms", t)
    return given * np.arange(samples) if given.ndim == 0 else given


def _in(wanted: str, values: Floats, unit: str, what: str) -> Floats:
    """Values in the wanted unit; ValueError if theirs measures something else."""
    if kind_of(wanted if unit == "" else unit) != kind_of(wanted):
        raise ValueError(f"{what} = {shown(unit)} is not a unit of {kind_of(wanted)}: give one such as '{wanted}'")
    power = UNITS[unit or wanted][1] - UNITS[wanted][1]
    return values * 10.0**power if power >= 0 else values / 10.0**-power


def _per_area(values: Floats, unit: str, area: float | None) -> Floats:
    if kind_of(unit) != CURRENT:
        return _in("uA/cm2", values, unit, "I_unit")
    if area is None:
        raise ValueError(
            f"I is in {unit}: give the area of the membrane in um2 as area=, so that it can be shown in uA/cm2"
        )
    return density(values, area, unit)


def _refuse_unlikely(t: Floats, V: Floats, t_unit: str, V_unit: str) -> None:
    """Refuse what looks like other units, and what V cannot be."""
    apart, extreme = float(np.median(np.diff(t))), float(V[np.abs(V).argmax()])
    if not t_unit and apart < LEAST_APART:
        raise ValueError(
            f"the samples are {apart:g} ms apart, which is very little: write t_unit='s' if times are in s, or "
            "t_unit='ms'"
        )
    if not V_unit and abs(extreme) < LEAST_V:
        raise ValueError(
            f"V goes from {V.min():g} to {V.max():g} mV, which is very little: write V_unit='V' if it is in V, or "
            "V_unit='mV'"
        )
    V_RANGE.check(extreme)


def _foot(t: Floats, V: Floats, stimulus: Floats) -> float:
    """The median of V before the stimulus changes, or before the first spike."""
    changed, spikes = np.flatnonzero(stimulus != stimulus[0]), crossings(t, V, 0.0)
    end = int(changed[0]) if changed.size else int(np.searchsorted(t, spikes[0])) if spikes.size else t.size
    return float(np.median(V[: max(end, 1)]))


def _column(columns: Columns, asked: str | int, unit: str, what: str, *kinds: str) -> tuple[int, str]:
    """The place of the column that was asked for, or is the only one of its kind; and its unit, which must be known."""
    found = columns.measuring(*kinds)
    if isinstance(asked, int) and 1 <= asked <= len(columns.names):
        found = [asked - 1]
    elif asked != "":
        found = [place for place, name in enumerate(columns.names) if name == asked]
    if len(found) != 1:
        told = f"{columns.file} has {len(found)} columns" if found else f"{columns.file} has no column"
        raise ValueError(f"{told} for {what}, {kinds[0]}: say which one, such as {what}=2, of {columns.told}")
    known = unit or columns.units[found[0]]
    if not known:
        raise ValueError(f"column {asked} of {columns.file} has no unit: say it, such as {what}_unit='{_USUAL[what]}'")
    return found[0], known


_USUAL: Mapping[str, str] = {"t": "ms", "V": "mV", "I": "pA"}
