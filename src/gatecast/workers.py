"""The same work on many things, on all processors at once; Ctrl-C ends it after what is under way."""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Thing = TypeVar("Thing")
Result = TypeVar("Result")


def each(work: Callable[[Thing], Result], things: Sequence[Thing]) -> Iterator[Result]:
    """What the work makes of each thing, in their order, as soon as it is there.

    Threads: arrays are worked on outside Python's lock, and nothing is copied. What one makes may not depend
    on what another does.

    >>> list(each(len, ["a", "bc", ""]))
    [1, 2, 0]
    """
    workers = ThreadPoolExecutor(max(1, min(len(things), processors())))
    try:
        for one in [workers.submit(work, thing) for thing in things]:
            yield one.result()
    finally:
        workers.shutdown(cancel_futures=True)


def processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
