"""What propagate gives back: V all along an axon, and a recording of any place of it."""

import csv
import functools
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
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


@dataclass(frozen=True, eq=False, repr=False)
class PlaceRecording(Recording):
    """One place of an axon over time: a recording whose currents include the axial one.

    I["axial"] is what flows on to the neighbours, less what comes from them, over the membrane of the place; so
    C dV/dt = stimulus - the sum of I. `stimulus` is what reaches this place.

    Attributes
    ----------
    x : where it is, cm.
    """

    x: float = 0.0
    axial: Floats = field(default_factory=lambda: np.empty(0))
    reached: tuple[float, ...] = ()

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
        return self.axial[samples] if name == AXIAL else super()._carried(name, V, samples)

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
    gate_values: Floats
    pool_values: Floats
    axon: Fibre
    protocol: Protocol
    settings: Mapping[str, Any]

    units = MappingProxyType({"x": "cm", "t": "ms", "V": "mV"})

    def __post_init__(self) -> None:
        for array in (self.t, self.V, self.gate_values, self.pool_values):
            array.flags.writeable = False

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
        return self._place(self.nearest(x))

    @functools.cached_property
    def first(self) -> PlaceRecording:
        """What the first electrode records; without any, the middle of the axon."""
        return self.at(min(self.electrodes[0], self.axon.length) if self.electrodes else self.axon.length / 2)

    def _place(self, i: int) -> PlaceRecording:
        row = self.axon.row
        axial = np.zeros(self.t.shape)
        for j, joint in ((i - 1, i - 1), (i + 1, i)):
            if 0 <= j < len(row.x):
                axial += row.joint[joint] / row.area[i] * (self.V[i] - self.V[j])
        reached = tuple(float(p.share(row.x, row.width, self.axon.length)[i]) for p in stimuli(self.protocol))
        gates, inside = self.gate_values[:, :, i].T, self.pool_values[:, :, i].T
        return PlaceRecording(self.t, self.V[i], gates, row.cells[i], self.protocol, self.settings, inside,
                              float(row.x[i]), axial, reached)  # fmt: skip

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
