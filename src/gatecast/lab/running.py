"""Measure claims, in two processes where there are several: each runs fastest on a core of its own."""

import os
import signal
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import replace
from multiprocessing import get_context

from gatecast.errors import OptionError, listed
from gatecast.lab.claims import CLAIMS
from gatecast.lab.finding import Finding
from gatecast.progress import Progress

PROCESSES = 2
LONGEST_FIRST = ("spike", "adding", "holiday", "halves")  # so that none of them is waited for in the end


def measure_claims(
    names: Sequence[str], seed: int, progress: Progress, *, processes: int = PROCESSES
) -> tuple[Finding, ...]:
    """Measure claims by name, all of them if none is named; findings come in the order of the page.

    processes  at most; the numbers do not depend on it

    Raises OptionError for a claim that is not there.
    """
    chosen = chosen_claims(names)
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
    """Measure one claim and time it."""
    begun = time.perf_counter()
    finding = CLAIMS[name](seed)
    return replace(finding, seconds=time.perf_counter() - begun)


def _each(order: Sequence[str], seed: int, workers: int) -> Iterator[Finding]:
    """Findings as they come."""
    if workers == 1:
        yield from (measured(name, seed) for name in order)
        return
    with ProcessPoolExecutor(workers, get_context("spawn"), _die_quietly) as pool:
        try:
            for done in as_completed([pool.submit(measured, name, seed) for name in order]):
                yield done.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _die_quietly() -> None:
    """Let an interrupt end a worker without a word: the parent tells it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
