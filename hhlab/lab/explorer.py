"""`explore`: what a user says of a bench, checked, and the bench made of it."""

from collections.abc import Mapping, Sequence
from typing import Any

from ..axons import Fibre
from ..cells import Cell
from ..parameters import must_be, names_of
from ..propagation import placed_on
from ..protocols import Nothing, Protocol, Together
from ..recording import Recording
from ..simulation import A_CELL, A_PROTOCOL, T_STOP, by_name
from ..voltage_clamp import Clamp
from .bench import Bench
from .held_traces import held_from_start
from .presets import STIMULATED_LENGTH, State, presets_of


def explore(
    cell: Cell | Fibre, protocol: Any = None, view: str | Sequence[str] = "voltage", *,
    knobs: Sequence[str] | Mapping[str, tuple[float, float]] = (),
    presets: Mapping[str, Any] | Sequence[str] | None = None,
    freeze: Sequence[str] = (), reset: Sequence[str] = (), t_stop: float | None = None,
    start: Mapping[str, float] | None = None, electrodes: Sequence[float] | None = None,
    beside: Recording | Sequence[Recording] = (),
) -> Bench:  # fmt: skip
    """A bench for a cell with a stimulus: a live figure with knobs.

    With an axon instead of a cell, the stimulus can be a list of pairs of a stimulus and its place, as in `propagate`.
    A preset can then be an axon, such pairs, or a cell for the membrane of the axon. There are also knobs for the place
    of the stimulus, "at", and for the electrodes, "x_1" and "x_2".

    Parameters
    ----------
    cell : Cell, Axon or MyelinatedAxon
        What to start from; the button Reset goes back to it.
    protocol : Protocol, optional
        Its stimulus, if any; or a Clamp of one step, which has knobs too. For an axon also pairs of a stimulus and its
        place in cm, as `propagate` takes them.
    view : str or sequence of str, default "voltage"
        The names of the panels, as in `plot`: "voltage", "stimulus", "currents", "conductances", "gates", ...
    knobs : sequence of str, or dict of str to (float, float)
        The parameters of the cell or the protocol whose knobs are in sight; the others are folded away. With
        {"amplitude": (-2, 2)} a slider goes from one value to the other instead of over its usual span. On an axon,
        "at" is the place of a stimulus, and "x_1", "x_2" are those of the electrodes.
    presets : dict or sequence of str, optional
        Buttons, each with what it puts on the bench: values {"TTX": {"g_Na": 0}}, a cell, an axon, a protocol, or a
        list of these; or just names of drugs, ("TTX", "TEA"). On an axon, a cell is a new membrane for it.
    freeze : sequence of str
        Gates or concentrations that can be frozen at their resting value, each with a box to tick.
    reset : sequence of str
        Gates that can be put back to their resting value when the last pulse begins, each with a box to tick.
    t_stop : float, optional
        Length of a recording, ms; without it, 25 ms after the stimulus.
    start : dict of str to float, optional
        The state that a recording begins with, as in `simulate`; what it does not name begins at rest.
    electrodes : sequence of float, optional
        Where the recording electrodes of an axon are, cm; without it, two, at a quarter and three quarters of it.
    beside : Recording or Recorded, or a sequence of them, optional
        Up to four recordings to hold beside that of the cell: of a real cell, or of a model.

    Returns
    -------
    Bench
        The bench, which a notebook shows.

    Raises
    ------
    ValueError
        If a view, knob, gate, drug or parameter is unknown, or a value is out of range.
    """
    must_be(Cell | Fibre, A_CELL, cell)
    if isinstance(cell, Fibre):
        first = State(cell, _on_axon(cell, protocol, electrodes, reset, start))
    else:
        given = Nothing() if protocol is None else protocol.step if isinstance(protocol, Clamp) else protocol
        if isinstance(protocol, Clamp) and (freeze or reset or start or t_stop is not None):
            raise ValueError("a clamp begins at its holding potential: leave freeze=, reset=, start= and t_stop= out")
        must_be(Protocol, A_PROTOCOL, given)
        first = State(cell, given)
    length = None if t_stop is None else T_STOP.check(t_stop)
    boxes = {
        "frozen": _gates(cell, freeze) if isinstance(cell, Fibre) else _freezable(cell, freeze),
        "reset": _gates(cell, reset),
    }
    spans = dict(knobs) if isinstance(knobs, Mapping) else dict.fromkeys(names_of(knobs))
    views, does = names_of(view) or ["voltage"], presets_of(presets, first)
    return Bench(first, views, spans, does, boxes, length, by_name(start, "start"), held_from_start(first, beside))


def _on_axon(axon: Fibre, protocol: Any, electrodes: Any, reset: Any, start: Any) -> Together:
    """The stimuli and electrodes on an axon at the beginning."""
    if reset or start:
        raise ValueError("an axon starts at rest, and its gates cannot be reset: leave reset= and start= out")
    quarters = [round(share * axon.length, 3) for share in (0.25, 0.75)]
    return placed_on(axon, protocol, 0.0, STIMULATED_LENGTH, quarters if electrodes is None else electrodes)


def _gates(cell: Cell | Fibre, names: str | Sequence[str]) -> dict[str, str]:
    """Gates by full name, each with the name that was given."""
    return {cell.gate_names[cell.gate_number(name)]: name for name in names_of(names)}


def _freezable(cell: Cell, names: str | Sequence[str]) -> dict[str, str]:
    """The same for what can be frozen: gates, and concentrations such as "Ca_in"."""
    inside = {name: name for name in names_of(names) if name in {pool.name for pool in cell.pools}}
    return inside | _gates(cell, [name for name in names_of(names) if name not in inside])
