"""What propagate gives back: V all along an axon, and a recording of any place of it."""

import functools
from collections.abc import Iterable
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from .axons import Fibre
from .parameters import Parameter, tidy
from .physics import Floats
from .placement import electrodes, stimuli, stimuli_in_words
from .protocols import Protocol
from .recording import Batch, Exportable, Place, Recording

AN_AXON_RECORDING = "{given} is not a recording of an axon: give what propagate returned"


@dataclass(frozen=True, eq=False, repr=False)
class AxonRecording(Exportable):
    """An axon over time.

    Attributes
    ----------
    x : numpy.ndarray
        The middles of its patches, cm; shape (n_x,).
    t : numpy.ndarray
        Times, ms, from 0; shape (n_t,).
    V : numpy.ndarray
        Membrane potential, mV; shape (n_x, n_t).
    axon : Axon or MyelinatedAxon
        What was simulated.
    protocol : Protocol
        What was done to it: stimuli with their places, and electrodes.
    settings : dict
        How it was simulated: dt (ms), every, freeze.
    electrodes : tuple of float
        Where the recording electrodes are, cm.
    """

    axon: Fibre
    protocol: Protocol
    _batch: Batch

    units = MappingProxyType({"x": "cm", "t": "ms", "V": "mV"})

    @property
    def V(self) -> Floats:
        return self._batch.kept.V.T

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

    def at(self, x: float) -> Recording:
        """The recording of the patch whose middle is nearest to x, with its gates and currents.

        Parameters
        ----------
        x : float
            Place along the axon, cm.

        Returns
        -------
        Recording
            What a pipette there would see: all traces of a cell, the axial current among them.

        Raises
        ------
        ValueError
            If x is not on the axon.
        """
        i, row = self.nearest(x), self.axon.row
        near = [(j, joint) for j, joint in ((i - 1, i - 1), (i + 1, i)) if 0 <= j < len(row.x)]
        neighbours = tuple((float(row.joint[joint] / row.area[i]), self.V[j]) for j, joint in near)
        sources = stimuli(self.protocol)
        shares = (float(row.reached[i] * each.share(row.x[i], row.width[i], self.axon.length)) for each in sources)
        reached = tuple(zip(shares, sources, strict=True))
        return Recording(self._batch, i, Place(float(row.x[i]), neighbours, reached))

    @functools.cached_property
    def first(self) -> Recording:
        """What the first electrode records; without any, the middle of the axon."""
        return self.at(min(self.electrodes[0], self.axon.length) if self.electrodes else self.axon.length / 2)

    def described(self) -> dict[str, str]:
        return self._described(axon=repr(self.axon), stimulus=stimuli_in_words(self.protocol))

    def _written(self) -> Iterable[tuple[str, Iterable[str]]]:
        yield "t (ms)", (tidy(round(t, 9)) for t in self.t.tolist())
        for x, V in zip(self.x, self.V, strict=True):
            yield f"V at {x:.4f} cm (mV)", map("{:.4f}".format, V.tolist())

    def __repr__(self) -> str:
        return (
            f"<AxonRecording of {self.axon!r}: {stimuli_in_words(self.protocol)}; {self.t[-1]:g} ms, {self.t.size} "
            f"samples at {self.x.size} places, V {self.V.min():.1f} to {self.V.max():.1f} mV>"
        )
