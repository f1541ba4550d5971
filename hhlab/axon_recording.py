"""What propagate gives back: V all along an axon, and a recording of any place of it."""

import csv
import functools
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from .axons import Fibre
from .parameters import Parameter, tidy
from .places import electrodes, stimuli, told
from .protocols import Protocol
from .recording import Named, Recording

Floats = NDArray[np.float64]

AXIAL = "axial"
AN_AXON_RECORDING = "a recording of an axon: give what propagate returned"


class PlaceRecording(Recording):
    """One place of an axon over time: a recording whose currents include the axial one.

    I["axial"] is what flows on to the neighbours, less what comes from them, over the membrane of the place; so
    C dV/dt = stimulus - the sum of I. `stimulus` is what reaches this place.

    Attributes
    ----------
    x : where it is, cm.
    """

    x: float
    _run: "AxonRecording"
    _number: int

    def __init__(self, run: "AxonRecording", number: int) -> None:
        self.__dict__.update(
            t=run.t, V=run.V[number], cell=run.axon.row.cells[number], protocol=run.protocol, settings=run.settings,
            pool_values=run.pool_values[:, :, number].T, x=float(run.x[number]), _run=run, _number=number,
        )  # fmt: skip

    def __getstate__(self) -> dict[str, Any]:
        own = {name: getattr(self, name) for name in ("x", "neighbours", "reached")}
        return super().__getstate__() | own

    @functools.cached_property
    def gate_values(self) -> Floats:
        return self._run.gate_values[:, :, self._number].T

    @functools.cached_property
    def neighbours(self) -> tuple[tuple[float, Floats], ...]:
        """Of each neighbour the conductance to it, mS for each cm2 of membrane of this place, and its V."""
        row, V, i = self._run.axon.row, self._run.V, self._number
        near = ((i - 1, i - 1), (i + 1, i))
        return tuple((float(row.joint[joint] / row.area[i]), V[j]) for j, joint in near if 0 <= j < len(row.x))

    @functools.cached_property
    def reached(self) -> tuple[float, ...]:
        """The share of this place that each stimulus covers."""
        axon = self._run.axon
        shares = (part.share(axon.row.x, axon.row.width, axon.length) for part in stimuli(self.protocol))
        return tuple(float(share[self._number]) for share in shares)

    @functools.cached_property
    def stimulus(self) -> Floats:
        total = np.zeros(self.t.shape)
        for share, part in zip(self.reached, stimuli(self.protocol), strict=True):
            if share:
                total += share * (part.current(self.t) + part.synaptic_current(self.t, self.V))
        total.flags.writeable = False
        return total

    @functools.cached_property
    def I(self) -> Named:  # noqa: E743
        membrane = Recording.I.func(self)  # type: ignore[attr-defined]
        names = (*membrane, AXIAL)
        return Named(names, self._current, lambda name: name if name == AXIAL else membrane._find(name))

    def _carried(self, name: str, V: Floats, samples: Any = slice(None)) -> Floats:
        if name != AXIAL:
            return super()._carried(name, V, samples)
        return sum((g * (V - there[samples]) for g, there in self.neighbours), 0.0 * V)

    @classmethod
    def from_csv(cls, path: str | Path, cell: Any = None) -> NoReturn:
        raise ValueError("a place of an axon cannot be read back: run propagate again, and take at(x)")

    def __repr__(self) -> str:
        return (
            f"<Recording at {self.x:.4g} cm of an axon of {self.cell!r}: {told(self.protocol)}; "
            f"{self.t[-1]:g} ms, {self.t.size} samples, V {self.V.min():.1f} to {self.V.max():.1f} mV>"
        )


@dataclass(frozen=True, eq=False, repr=False)
class AxonRecording:
    """An axon over time.

    Attributes
    ----------
    x : where its patches have their middles, cm; shape (n_x,).
    t : times, ms, from 0; shape (n_t,).
    V : membrane potential, mV; shape (n_x, n_t).
    axon, protocol : what it was, and what was done to it: stimuli with their places, and electrodes.
    settings : how: dt (ms), every, freeze.
    electrodes : where the recording electrodes are, cm.
    """

    t: Floats
    V: Floats
    pool_values: Floats
    axon: Fibre
    protocol: Protocol
    settings: Mapping[str, Any]
    again: Callable[[], Any]

    units = MappingProxyType({"x": "cm", "t": "ms", "V": "mV"})

    def __post_init__(self) -> None:
        for array in (self.t, self.V, self.pool_values):
            array.flags.writeable = False

    @functools.cached_property
    def gate_values(self) -> Floats:
        """All gates of all places, shape (n_t, gates, n_x); not kept, as they are seldom asked for, but run again."""
        values: Floats = self.again().x
        values.flags.writeable = False
        return values

    @property
    def x(self) -> Floats:
        return self.axon.row.x

    @property
    def cell(self) -> Fibre:
        """The axon: what has the parameters of this recording."""
        return self.axon

    @property
    def electrodes(self) -> tuple[float, ...]:
        return electrodes(self.protocol)

    def nearest(self, x: float) -> int:
        """The number of the patch whose middle is nearest to x (cm)."""
        where = Parameter(0, "cm", 0, self.axon.length, "place", name="x").check(x)
        return int(np.abs(self.x - where).argmin())

    def at(self, x: float) -> PlaceRecording:
        """The recording of the patch nearest to x (cm), with its gates and currents.

        Raises
        ------
        ValueError
            If x is not on the axon.
        """
        return PlaceRecording(self, self.nearest(x))

    @functools.cached_property
    def first(self) -> PlaceRecording:
        """What the first electrode records; without any, the middle of the axon."""
        return self.at(min(self.electrodes[0], self.axon.length) if self.electrodes else self.axon.length / 2)

    def described(self) -> dict[str, str]:
        """Where it comes from: package and version, axon, stimuli, and every parameter with its unit."""
        from importlib.metadata import version

        facts = {"made by": f"hhlab {version('hhlab')}", "axon": repr(self.axon), "stimulus": told(self.protocol)}
        facts |= {name: str(value) for name, value in self.settings.items() if value}
        return facts | {name: f"{p.value!r} {p.unit}" for name, p in self.axon.parameters().items()}

    def csv(self) -> str:
        """V as CSV, a column a place, below comment lines with parameters, units and version."""
        text = io.StringIO(newline="")
        text.writelines(f"# {name}: {value}\n" for name, value in self.described().items())
        writer = csv.writer(text)
        writer.writerow(["t (ms)", *(f"V at {x:.4g} cm (mV)" for x in self.x)])
        writer.writerows(
            [tidy(round(t, 9)), *(f"{V:.4f}" for V in row)] for t, row in zip(self.t, self.V.T, strict=True)
        )
        return text.getvalue()

    def to_csv(self, path: str | Path) -> None:
        """Write V as CSV, a column a place, below comment lines with parameters, units and version."""
        Path(path).write_text(self.csv(), encoding="utf-8", newline="")

    def __repr__(self) -> str:
        return (
            f"<AxonRecording of {self.axon!r}: {told(self.protocol)}; {self.t[-1]:g} ms, {self.t.size} samples at "
            f"{self.x.size} places, V {self.V.min():.1f} to {self.V.max():.1f} mV>"
        )
