"""A panel's rows as a standing takes them: those that came, step by step, and those ahead."""

from collections.abc import Iterator

import numpy as np

from gatecast._types import IntArray
from gatecast.data import Panel
from gatecast.standing import Arrived, Foreseen


def arrivals(panel: Panel, clock: IntArray) -> Iterator[Arrived]:
    """The rows of the histories behind a clock, one of each series at a time.

    clock  [series]  0-based step of the last row that is not among them
    """
    last = panel.known_steps - 1
    for more in range(1, int((last - clock).max(initial=0)) + 1):
        series = np.flatnonzero(clock + more <= last)
        rows = panel.offsets[series] + clock[series] + more
        yield Arrived(
            series,
            panel.times[rows],
            panel.values[rows],
            panel.known[rows],
            panel.past[rows],
            panel.given[rows],
        )


def foreseen_in(panel: Panel, horizon: int) -> Foreseen:
    """The first `horizon` rows behind each history of a panel that holds as many."""
    rows = (panel.offsets[:-1] + panel.known_steps)[:, None] + np.arange(horizon)
    return Foreseen(panel.times[rows], panel.known[rows], panel.given[rows])
