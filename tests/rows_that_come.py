"""A panel cut where a model was fitted, and the rows behind it, one step at a time."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from gatecast.data import Panel
from gatecast.forecaster import Origins
from gatecast.standing import Arrived, Foreseen


def cut(panel: Panel, steps: np.ndarray, behind: int = 0) -> Panel:
    """The first steps of each series as a history, and so many rows behind it of which no value is known."""
    rows, values, past = [], [], []
    for i, n in enumerate(steps.tolist()):
        own = np.arange(panel.offsets[i], panel.offsets[i] + n + behind)
        rows.append(own)
        values.append(np.where(np.arange(n + behind) < n, panel.values[own], np.nan))
        past.append(np.where((np.arange(n + behind) < n)[:, None], panel.past[own], np.nan))
    chosen = np.concatenate(rows)
    return replace(
        panel,
        values=np.concatenate(values),
        past=np.concatenate(past),
        times=panel.times[chosen],
        known=panel.known[chosen],
        given=panel.given[chosen],
        offsets=np.concatenate([[0], np.cumsum(steps + behind)]).astype(np.int64),
        known_steps=steps.astype(np.int64),
    )


def row_at(panel: Panel, series: np.ndarray, position: np.ndarray) -> Arrived:
    """The rows of some series at these steps."""
    at = panel.offsets[series] + position
    return Arrived(
        series, panel.times[at], panel.values[at], panel.known[at], panel.past[at], panel.given[at]
    )


def foreseen_behind(panel: Panel, clock: np.ndarray, horizon: int) -> Foreseen:
    """The steps behind each clock."""
    at = panel.offsets[:-1, None] + clock[:, None] + np.arange(1, horizon + 1)
    return Foreseen(panel.times[at], panel.known[at], panel.given[at])


def arrivals(panel: Panel, start: np.ndarray, end: np.ndarray) -> Iterator[Arrived]:
    """Row by row from each `start`, which came already, up to `end`; series that end earlier drop out."""
    clock = start.copy()
    while (clock < end).any():
        some = np.flatnonzero(clock < end)
        clock[some] += 1
        yield row_at(panel, some, clock[some])


def origins_at(clock: np.ndarray) -> Origins:
    """One origin of each series."""
    return Origins(np.arange(len(clock)), clock)
