"""The code that reproduces what a bench shows."""

from collections.abc import Iterable, Mapping
from typing import Any

from ..axons import Fibre
from ..cells import Cell
from ..channels import Channel, library
from ..gates import Gate
from ..parameters import tidy
from ..placement import electrodes, stimuli
from ..protocols import Nothing, Protocol, VoltageStep
from ..voltage_clamp import Clamp
from ..waves import Waveform


def as_code(
    cell: Cell | Fibre, protocol: Protocol, views: Iterable[str], asked: Mapping[str, Any],
    variables: Mapping[str, Any] | None = None,
) -> str:  # fmt: skip
    """Code to paste into a cell, which gives exactly the same recording.

    `asked` are the other arguments of `simulate` or `propagate`, by name. `variables` are those of the notebook: the
    user's own gates and channels get the names that they have there.
    """
    known = variables or {}
    told = "".join(f", {name}={_told(value)}" for name, value in asked.items() if value)
    shown = ", ".join(f'"{view}"' for view in views)
    if isinstance(cell, Fibre):
        places = [f"({_protocol(part.what, known)}, {tidy(part.at)}, {tidy(part.over)})" for part in stimuli(protocol)]
        lines = [
            f"membrane = {_made(cell.membrane, known)}",
            f"axon = {cell.code()}",
            f"stimuli = [{', '.join(places)}]",
            f"run = hh.propagate(axon, stimuli, electrodes={electrodes(protocol)!r}{told})",
            f"hh.plot(run, {shown})",
        ]
    else:
        lines = [f"cell = {_made(cell, known)}"]
        if isinstance(protocol, VoltageStep):
            lines += [f"rec = hh.clamp(cell, hh.{Clamp.of(protocol)!r})[0]"]
        else:
            lines += [f"stimulus = {_protocol(protocol, known)}", f"rec = hh.simulate(cell, stimulus{told})"]
        lines += [f"hh.plot(rec, {shown})"]
    return "\n".join(["import hhlab as hh", "", *lines])


def _made(cell: Cell, variables: Mapping[str, Any]) -> str:
    """A cell as code; if part of it has no name, a comment says what to add."""
    try:
        return _cell(cell, variables)
    except LookupError as missing:
        return f"hh.{type(cell).__name__}()  # {missing.args[0]}"


def _told(value: Any) -> str:
    return tidy(value) if isinstance(value, int | float) else repr(value)


def _protocol(protocol: Protocol, variables: Mapping[str, Any]) -> str:
    return "None" if isinstance(protocol, Nothing) else " + ".join(_part(part, variables) for part in protocol.parts)


def _part(part: Protocol, variables: Mapping[str, Any]) -> str:
    """A stimulus as code. Samples are spelled out, unless a variable of the notebook has them."""
    values = ", ".join(f"{name}={tidy(p.value)}" for name, p in part.parameters().items())
    if isinstance(part, Waveform):
        same = (n for n, each in variables.items() if isinstance(each, Waveform) and each.has_samples_of(part))
        kept = next((name for name in same if not name.startswith("_")), "")
        return f"{kept}.replace({values})" if kept else f"hh.{part!r}"
    return f"hh.{type(part).__name__}({values})"


def _cell(cell: Cell, variables: Mapping[str, Any]) -> str:
    cell, noise = cell.smooth, cell.noise_in_code
    name, declared = type(cell).__name__, cell.parameters()
    default = type(cell)().parameters()
    changed = ", ".join(f"{n}={tidy(p.value)}" for n, p in declared.items() if n in default and p != default[n])
    return f"hh.{name}({changed})" + "".join(f".plus({_channel(c, cell, variables)})" for c in cell._added) + noise


def _channel(channel: Channel, cell: Cell, variables: Mapping[str, Any]) -> str:
    """The channel as it is in the cell now, with gates that have names in the notebook."""
    now = next(each for each in cell.channels if each.name == channel.name)
    kept = _called(now, variables)
    if kept:
        return kept
    values = [f"{name[0]}={tidy(p.value)}" for name, p in now.parameters().items()]
    published = next(
        (p.name for p in library.values() if channel.gates and (p.gates, p.ion) == (now.gates, now.ion)), ""
    )
    if published:
        return f"hh.library[{published!r}].channel({now.name!r}, {', '.join(values)})"
    gates = "".join(f"{_gate(gate, channel, variables)}, " for gate in channel.gates)
    values += [f"ion={now.ion!r}"] * bool(now.ion) + [f"gates=({gates.strip()})"] * bool(gates)
    return f"hh.Channel({now.name!r}, {', '.join(values)})"


def _gate(gate: Gate, channel: Channel, variables: Mapping[str, Any]) -> str:
    kept = _called(gate, variables)
    if not kept:
        raise LookupError(f"add your channel {channel.name}: gate {gate.name} has no name in this notebook")
    return kept


def _called(thing: object, variables: Mapping[str, Any]) -> str:
    """The name of a thing in the notebook, or an empty one."""
    kind = type(thing)
    names = (n for n, value in variables.items() if type(value) is kind and value == thing and not n.startswith("_"))
    return next(names, "")
