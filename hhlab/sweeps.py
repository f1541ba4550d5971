"""Many cells or protocols in one call, as a table: every combination of some values, and what was measured there."""

import functools
import itertools
import math
import pickle
import sys
import uuid
import warnings
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import numpy as np

from .cells import Cell
from .gates import arguments
from .measure.columns import Measure, columns, named, units
from .parallel import Outcome, carry_out, cores
from .parameters import Described, Parameter, must_be, no_such, numbers, shown, tidy
from .protocols import Nothing, Protocol, varied
from .recording import KEEP_SPIKES
from .simulation import A_CELL, A_PROTOCOL, AFTERWARDS, kind, simulate_many

if TYPE_CHECKING:
    import pandas

Thing = TypeVar("Thing", bound=Described)
Point = tuple[float, ...]
Row = dict[str, dict[str, Any]]
"""Numbers by measurement and column: of one run, or in lists those of all runs of a block."""

MOST_RUNS = 1_000_000
FEWEST_AT_ONCE, MOST_AT_ONCE, SHARES, NUMBERS_AT_ONCE = 8, 256, 8, 20_000_000
SETTINGS = ("dt", "start", "freeze", "reset", "every", "carrier")
OVER = "over = {given} cannot be used: give the values of each parameter by name, such as {'g_Na': [60, 120]}"
AN_EXECUTOR = "{given} is not an executor: give one of concurrent.futures, or client.get_executor() of a Dask client"


def sweep(
    cell: Cell, protocol: Protocol | None = None, *, over: Mapping[str, Iterable[float]],
    measure: Measure | Iterable[Measure] | Mapping[str, Measure], executor: Executor | None = None,
    t_stop: float | None = None, **settings: Any,
) -> "pandas.DataFrame":  # fmt: skip
    """What is measured with every combination of the values of some parameters: a table with a row for each run.

    The first parameter in `over` changes slowest. The numbers do not depend on the executor.

    Parameters
    ----------
    cell : Cell
        What to simulate.
    protocol : Protocol, optional
        Its stimulus; None for none.
    over : mapping of str to iterable of float
        The values of each parameter, of the cell or of the protocol: {"g_Na": [60, 120], "amplitude": range(20)}. In a
        sum of protocols a parameter that several of them have is numbered: "amplitude_1", "amplitude_2".
    measure : callable, iterable of callable, or mapping of str to callable
        A function of a recording, such as measure.peak; several in a list, or in a dict by the names that their columns
        shall have. A function whose first parameter is called `cell`, such as measure.threshold, gets the cell. A
        number makes a column; a tuple, an array or a dict of numbers makes one column for each of its parts. The times
        of measure.spikes stay together in one column, which .explode("spikes") takes apart.
    executor : concurrent.futures.Executor, optional
        Where to compute: a thread or process pool, or Dask's client.get_executor(); None for all cores of this machine.
    t_stop : float, optional
        Length of every recording, ms; None for 25 ms after the end of the last stimulus of all.
    **settings : dict
        dt, start, freeze, reset, every and carrier, as for `simulate`.

    Returns
    -------
    pandas.DataFrame
        The swept parameters and what was measured. attrs["units"] has the units as far as they are known, and attrs
        what was the same in all runs. If you interrupt the sweep, or the executor fails, the table has the rows that
        are done, and a warning says so.

    Raises
    ------
    ValueError
        If a name is unknown, a value out of range, a list empty, or there are more than a million runs; if a
        measurement fails, or gives another shape in one run than in another; if the executor fails before it has done
        any.
    """
    given = Nothing() if protocol is None else protocol
    must_be(Cell, A_CELL, cell)
    must_be(Protocol, A_PROTOCOL, given)
    must_be(Executor | None, AN_EXECUTOR, executor)
    for name in settings:
        if name not in SETTINGS:
            no_such(f"sweep has no setting {name}", name, ("t_stop", *SETTINGS))
    measures, parameters = named(measure), _swept(cell, given, over)
    points = list(itertools.product(*_values(parameters, over)))
    of_cells = frozenset(name for name, each in measures.items() if arguments(each)[:1] == ["cell"])
    plan = Plan(cell, given, tuple(parameters), measures, of_cells, settings, uuid.uuid4().hex)
    length = max(each.end for each in _varied(given, plan.names, points)) + AFTERWARDS if t_stop is None else t_stop
    plan = plan._replace(settings={**settings, "t_stop": length})
    _refuse_what_stays_here(executor, {"the cell": cell, "the stimulus": given, **measures})
    blocks = list(_blocks(plan, points))
    try:
        outcome = carry_out(measured, blocks, executor, sizes=[len(each.runs) for each in blocks], threads=cores())
    finally:
        _KEEP.pop(plan.number, None)
    done = [blocks[number] for number in outcome.done]
    _tell(outcome, sum(len(block.runs) for block in done), len(points))
    _refuse_other_shapes(plan, [block.points[0] for block in done], list(outcome.done.values()))
    table = _table(plan, done, list(outcome.done.values()))
    known = {name: each.unit for name, each in parameters.items()} | units(measures)
    table.attrs["units"] = {name: unit for name, unit in known.items() if name in table.columns}
    table.attrs |= {"cell": repr(cell), "stimulus": repr(given), **plan.settings}
    return table


class Plan(NamedTuple):
    """What is the same in all runs: what is changed, by the names of what is swept, what is measured, and how."""

    cell: Cell
    protocol: Protocol
    names: tuple[str, ...]
    measures: Mapping[str, Measure]
    of_cells: frozenset[str]
    settings: Mapping[str, Any]
    number: str

    @property
    def records(self) -> bool:
        """Whether something is measured on recordings."""
        return len(self.of_cells) < len(self.measures)

    def at(self, point: Point) -> str:
        """A point of the sweep in words."""
        return ", ".join(f"{name} = {tidy(value)}" for name, value in zip(self.names, point, strict=True))


class Block(NamedTuple):
    """Runs that are simulated together: of cells of one kind."""

    plan: Plan
    runs: Sequence[int]
    points: Sequence[Point]


def measured(block: Block) -> Row:
    """What was measured in the runs of a block; of the first one in a process, the last run shows what to keep."""
    if block.plan.records and block.plan.number not in _KEEP:
        _measured(block._replace(runs=block.runs[-1:], points=block.points[-1:]))
    return _measured(block)


_KEEP: dict[str, str] = {}
"""What the measurements of each sweep have looked at in recordings, in this process: KEEP_SPIKES, KEEP_V or KEEP_ALL.

If they look at more than that, their block is simulated again.
"""


def _measured(block: Block) -> Row:
    plan, points = block.plan, block.points
    cells = list(_varied(plan.cell, plan.names, points))
    recs: Sequence[Any] = [None] * len(cells)
    if plan.records:
        keep = _KEEP.get(plan.number, KEEP_SPIKES)
        recs = simulate_many(cells, _protocols(plan, points), **plan.settings, keep=keep)
    rows = [_row(plan, *run) for run in zip(points, cells, recs, strict=True)]
    if plan.records:
        _KEEP[plan.number] = recs[0].keep
    _refuse_other_shapes(plan, points, rows)
    columns = [*plan.names, *(column for found in rows[0].values() for column in found)]
    if len(set(columns)) < len(columns):
        raise ValueError(f"two columns have the same name among {', '.join(columns)}: name what you measure by a dict")
    return {name: {column: [row[name][column] for row in rows] for column in usual} for name, usual in rows[0].items()}


def _row(plan: Plan, point: Point, cell: Cell, rec: Any) -> Row:
    row: Row = {}
    for name, measure in plan.measures.items():
        try:
            row[name] = columns(name, measure, measure(cell if name in plan.of_cells else rec))
        except Exception as error:
            why = str(error) if isinstance(error, ValueError) else f"{type(error).__name__}: {error}"
            raise ValueError(f"measuring {name} at {plan.at(point)} failed: {why}") from error
    return row


def _refuse_other_shapes(plan: Plan, points: Sequence[Point], rows: Sequence[Row]) -> None:
    for point, row in zip(points, rows, strict=True):
        for name, usual in rows[0].items():
            if row[name].keys() != usual.keys():
                raise ValueError(
                    f"{name} gave {len(row[name])} numbers at {plan.at(point)}, but {len(usual)} at "
                    f"{plan.at(points[0])}: measure the same number of them in every run, such as their count"
                )


def _swept(cell: Cell, protocol: Protocol, over: Any) -> dict[str, Parameter]:
    """The parameters to sweep over, by name."""
    must_be(Mapping, OVER, over)
    if not over:
        raise ValueError(OVER.replace("{given}", shown(over)))
    own, its = cell.parameters(), protocol.parameters()
    for name in over:
        if name in own and name in its:
            raise ValueError(f"both the cell and its stimulus have a {name}: give the channel of your own another name")
        if name not in own and name not in its:
            kind = type(cell).__name__
            with_it = f"{kind} with this stimulus has no parameter {name}"
            no_such(with_it if its else f"{kind} without a stimulus has no parameter {name}", name, own | its)
    return {name: (own | its)[name] for name in over}


def _values(parameters: Mapping[str, Parameter], over: Mapping[str, Any]) -> list[list[float]]:
    values = []
    for name, parameter in parameters.items():
        given = over[name]
        listed = list(given) if isinstance(given, Iterable) and not isinstance(given, str) else given
        values.append([parameter.check(each) for each in numbers(name, parameter.unit, listed).ravel()])
        if not values[-1]:
            raise ValueError(f"{name} has no values to sweep over: give some, in {parameter.unit}")
    runs = math.prod(map(len, values))
    if runs > MOST_RUNS:
        raise ValueError(f"{runs:,} runs are more than {MOST_RUNS:,}: give fewer values, or sweep in parts")
    return values


def _varied(thing: Thing, names: Sequence[str], points: Sequence[Point]) -> Iterator[Thing]:
    """A cell or a protocol at each point; the same one as long as its own values are the same."""
    own = {name: number for number, name in enumerate(names) if name in thing.parameters()}

    @functools.lru_cache(MOST_AT_ONCE)
    def made(*values: float) -> Thing:
        return thing.replace(**dict(zip(own, values, strict=True))) if own else thing

    return (made(*[point[number] for number in own.values()]) for point in points)


def _protocols(plan: Plan, points: Sequence[Point]) -> Sequence[Protocol]:
    """The protocol of each point."""
    values = dict(zip(plan.names, np.array(points, float).T, strict=True))
    own = {name: values[name] for name in plan.protocol.parameters() if name in values}
    return varied(plan.protocol, own) if own else [plan.protocol]


def _blocks(plan: Plan, points: Sequence[Point]) -> Iterator[Block]:
    """The runs, in blocks of cells of one kind; the same blocks on any machine."""
    kinds: dict[Hashable, tuple[Cell, list[int]]] = {}
    before: Cell | None = None
    runs: list[int] = []
    for run, cell in enumerate(_varied(plan.cell, plan.names, points)):
        if cell is not before:
            before, (_, runs) = cell, kinds.setdefault((kind(cell), cell.dt), (cell, []))
        runs.append(run)
    for cell, runs in kinds.values():
        size = _at_once(plan, cell, len(runs))
        for begin in range(0, len(runs), size):
            some = runs[begin : begin + size]
            yield Block(plan, some, [points[run] for run in some])


def _at_once(plan: Plan, cell: Cell, runs: int) -> int:
    """How many runs make a block: enough to fill the kernel, few enough for all cores, and for memory."""
    if not plan.records:
        return FEWEST_AT_ONCE
    share = FEWEST_AT_ONCE * max(1, round(runs / SHARES / FEWEST_AT_ONCE))
    room = int(NUMBERS_AT_ONCE / _steps(plan, cell) / (1 + len(cell.state_names)))
    return max(1, min(share, room, MOST_AT_ONCE))


def _steps(plan: Plan, cell: Cell) -> float:
    """How many steps a run will take, about; 1 where what was asked for makes no sense, as will be said."""
    dt, t_stop = plan.settings.get("dt") or cell.dt, plan.settings["t_stop"]
    return max(t_stop / dt, 1.0) if isinstance(dt, float | int) and isinstance(t_stop, float | int) else 1.0


def _refuse_what_stays_here(executor: Executor | None, things: Mapping[str, Any]) -> None:
    """ValueError if a process pool is to have what cannot go to another process."""
    pool = sys.modules.get("concurrent.futures.process")
    if pool is None or not isinstance(executor, pool.ProcessPoolExecutor):
        return
    for name, thing in things.items():
        try:
            pickle.dumps(thing)
        except Exception as error:
            raise ValueError(
                f"{name} cannot go to another process ({shown(str(error))}): define its functions with def in a "
                "module, or take executor=None, or Dask"
            ) from error


def _tell(outcome: Outcome, done: int, runs: int) -> None:
    """Say what cut a sweep short; raise if nothing is done."""
    if outcome.cut_short is None:
        return
    told = f"{outcome.in_words()} after {done} of {runs} runs"
    if done:
        warnings.warn(f"{told}: the table holds the runs that were done", RuntimeWarning, stacklevel=3)
    elif isinstance(outcome.cut_short, KeyboardInterrupt):
        raise outcome.cut_short
    else:
        raise ValueError(f"{told}: try executor=None") from outcome.cut_short


def _table(plan: Plan, done: Sequence[Block], found: Sequence[Row]) -> "pandas.DataFrame":
    import pandas

    order = np.argsort([run for block in done for run in block.runs])
    points = np.array([point for block in done for point in block.points])[order]
    columns: dict[str, Any] = dict(zip(plan.names, points.T.copy(), strict=True))
    for name, usual in found[0].items():
        for column in usual:
            listed = [value for each in found for value in each[name][column]]
            columns[column] = [listed[number] for number in order]
    return pandas.DataFrame(columns)
