"""Measure claims, in two processes where there are several: each runs fastest on a core of its own."""

import os
import signal
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import replace
from multiprocessing import active_children, get_context, parent_process
from threading import Thread
from traceback import extract_tb

from gatecast.errors import OptionError, listed
from gatecast.lab.claims import CLAIMS, TITLES
from gatecast.lab.finding import Finding
from gatecast.progress import Progress

PROCESSES = 2
LONGEST_FIRST = ("spike", "adding", "holiday", "halves")  # so that none of them is waited for in the end
LARGEST_SEED = 2**31 - 1  # the claims multiply it and add to it
GLANCE = 0.5  # seconds between looks: polars' handler lets no interrupt end a wait that has no end of its own
KILLED = "the process at work on it was ended from outside, as when memory runs out; measure it alone"


def measure_claims(
    names: Sequence[str], seed: int, progress: Progress, *, processes: int = PROCESSES
) -> tuple[Finding, ...]:
    """Measure claims by name, all of them if none is named; findings come in the order of the page.

    A claim that breaks while it is measured is a finding too, which says so: the others are kept.

    processes  at most; the numbers do not depend on it. More than one asks a script that calls this for
               `if __name__ == "__main__":`

    Raises OptionError for a claim that is not there or a seed out of range.
    """
    chosen = chosen_claims(names)
    if not 0 <= seed <= LARGEST_SEED:
        raise OptionError(f"the seed is {seed}; wanted a whole number from 0 to {LARGEST_SEED}")
    order = sorted(chosen, key=lambda name: LONGEST_FIRST.index(name) if name in LONGEST_FIRST else 99)
    workers = min(processes, len(chosen), os.cpu_count() or 1)
    with progress.task("measuring", total=len(chosen)) as task:
        found = {}
        for finding in _each(order, seed, workers):
            found[finding.name] = finding
            task.advance(last=finding.name)
    return tuple(found[name] for name in chosen)


def chosen_claims(names: Sequence[str]) -> tuple[str, ...]:
    """The claims named, each once and in the order of the page; all if none is named.

    Raises OptionError for a claim that is not there.

    >>> chosen_claims(["adding", "gradient"])
    ('gradient', 'adding')
    """
    unknown = [name for name in names if name not in CLAIMS]
    if unknown:
        raise OptionError(f"there is no claim {listed(unknown)}; wanted some of {', '.join(CLAIMS)}")
    return tuple(name for name in CLAIMS if not names or name in names)


def measured(name: str, seed: int) -> Finding:
    """Measure one claim and time it, by the processor's clock: what else the machine does is left out."""
    begun = time.process_time()
    try:
        finding = CLAIMS[name](seed)
    except Exception as error:  # whatever it is, the other claims' findings are not to be lost
        finding = _broken(name, seed, _told(error))
    return replace(finding, seconds=time.process_time() - begun)


def _broken(name: str, seed: int, why: str) -> Finding:
    """The finding of a claim that could not be measured."""
    return Finding(name, TITLES[name], (), (), (), (), seed, broken=why)


def _told(error: Exception) -> str:
    """An error in a line, with the place it came from."""
    place = extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}: {error} ({os.path.basename(place.filename)}, line {place.lineno})"


def _each(order: Sequence[str], seed: int, workers: int) -> Iterator[Finding]:
    """Findings as they come."""
    if workers == 1:
        yield from (measured(name, seed) for name in order)
        return
    with _ended(ProcessPoolExecutor(workers, get_context("spawn"), _follow_the_parent)) as pool:
        names = {pool.submit(measured, name, seed): name for name in order}
        left = set(names)
        while left:
            done, left = wait(left, GLANCE, FIRST_COMPLETED)
            for one in done:
                try:
                    yield one.result()
                except BrokenProcessPool:
                    yield _broken(names[one], seed, KILLED)


@contextmanager
def _ended(pool: ProcessPoolExecutor) -> Iterator[ProcessPoolExecutor]:
    """A pool whose workers do not outlive an interrupt: what they are at can take a minute."""
    others = set(active_children())
    try:
        yield pool
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        for worker in set(active_children()) - others:
            worker.terminate()
        raise
    pool.shutdown()


def _follow_the_parent() -> None:
    """Let an interrupt end a worker without a word, for the parent tells it; end with a killed parent too."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """Wait for the parent's end, and end."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
