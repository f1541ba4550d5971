"""Pieces of work on the cores of this machine or on any executor: a bar when it takes long, and what is done is kept.

What the work is, and what a piece, is no matter of this module.
"""

import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor, as_completed
from contextlib import closing
from typing import Any, NamedTuple, TypeVar

Piece = TypeVar("Piece")
Result = TypeVar("Result")

PATIENCE = 1.5
"""Seconds of work that need no progress bar."""
LOOK_AGAIN = 1.0
"""Seconds after which to look for futures that were cancelled: an executor that shuts down does not say so."""


class Outcome(NamedTuple):
    """What came of the pieces, by number, and what cut the work short: an interruption, or a failing executor."""

    done: dict[int, Any]
    cut_short: BaseException | None

    def in_words(self) -> str:
        """What cut the work short, and what to do; "" if nothing did."""
        if self.cut_short is None or isinstance(self.cut_short, KeyboardInterrupt):
            return "interrupted" if self.cut_short else ""
        return f"the executor failed ({type(self.cut_short).__name__}: {self.cut_short})"


def carry_out(
    work: Callable[[Piece], Any], pieces: Sequence[Piece], executor: Executor | None = None, *,
    sizes: Sequence[int], threads: int = 1, unit: str = "run",
) -> Outcome:  # fmt: skip
    """What `work` makes of each piece: on an executor, or else by so many threads.

    Threads serve work that leaves Python's lock alone, as the kernel does. A ValueError of the work is raised. An
    interruption, or an executor that fails, ends the work; what was done until then is given back.
    """
    with closing(Bar(sum(sizes), unit)) as bar:
        if executor is not None:
            return _on(executor, work, pieces, sizes, bar)
        if min(threads, len(pieces)) < 2:
            return _here(work, pieces, sizes, bar)
        pool = ThreadPoolExecutor(min(threads, len(pieces)))
        try:
            return _on(pool, work, pieces, sizes, bar)
        finally:
            pool.shutdown(cancel_futures=True)


def every_one(work: Callable[[Piece], Result], pieces: Sequence[Piece]) -> list[Result]:
    """What `work` makes of every piece, in their order, on all cores of this machine."""
    if min(cores(), len(pieces)) < 2:
        return list(map(work, pieces))
    with ThreadPoolExecutor(min(cores(), len(pieces))) as threads:
        return list(threads.map(work, pieces))


def cores() -> int:
    """How many cores this process may use; one in a browser, which has no threads."""
    if sys.platform == "emscripten":
        return 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Bar:
    """A progress bar that is shown only after 1.5 s."""

    def __init__(self, total: int, unit: str) -> None:
        self._total, self._unit, self._done, self._began = total, unit, 0, time.perf_counter()
        self._shown: Any = None

    def move(self, by: int) -> None:
        self._done += by
        if self._shown is not None:
            self._shown.update(by)
        elif self._done < self._total and time.perf_counter() - self._began > PATIENCE:
            from tqdm.auto import tqdm

            self._shown = tqdm(total=self._total, initial=self._done, unit=self._unit)

    def close(self) -> None:
        if self._shown is not None:
            self._shown.close()


def _here(work: Any, pieces: Sequence[Any], sizes: Sequence[int], bar: Bar) -> Outcome:
    done: dict[int, Any] = {}
    try:
        for number, piece in enumerate(pieces):
            done[number] = work(piece)
            bar.move(sizes[number])
    except KeyboardInterrupt as error:
        return Outcome(done, error)
    return Outcome(done, None)


def _on(executor: Executor, work: Any, pieces: Sequence[Any], sizes: Sequence[int], bar: Bar) -> Outcome:
    futures: dict[Future[Any], int] = {}
    cut_short: BaseException | None = None
    try:
        for number, piece in enumerate(pieces):
            futures[executor.submit(work, piece)] = number
        for future in _as_they_end(futures):
            future.result()
            bar.move(sizes[futures[future]])
    except ValueError:
        raise
    except (Exception, KeyboardInterrupt) as error:
        cut_short = error
    finally:
        for future in futures:
            future.cancel()
    ended = [each for each in futures if each.done() and not each.cancelled() and each.exception() is None]
    return Outcome({futures[each]: each.result() for each in ended}, cut_short)


def _as_they_end(futures: Iterable[Future[Any]]) -> Iterator[Future[Any]]:
    """The futures as they complete or are cancelled."""
    waiting = set(futures)
    while waiting:
        try:
            for future in as_completed(waiting, timeout=LOOK_AGAIN):
                waiting.discard(future)
                yield future
        except TimeoutError:
            yield from (future for future in tuple(waiting) if future.cancelled())
            waiting = {future for future in waiting if not future.cancelled()}
