"""Panels too wide to be read as a whole: some of their series as a panel of their own, and all in portions.

A model that works series by series says the same of a series whichever stand beside it. So what would take
an array of all rows by many columns is done on a portion of the series at a time.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

import numpy as np

from gatecast._types import IntArray
from gatecast.data.panel import Panel
from gatecast.forecaster import Forecast, Forecaster, Origins
from gatecast.workers import each

MOST_ROWS = 3_000_000  # of all series, that are read as a whole: beyond, their inputs take gigabytes
MOST_TAUGHT = 200  # series that teach what all series share, where a panel is wide
PORTION = 120_000  # rows at a time


def is_wide(panel: Panel) -> bool:
    """Whether a panel has so many rows, of so many series, that it is worked on in portions."""
    return len(panel) > MOST_TAUGHT and int(panel.known_steps.sum()) > MOST_ROWS


def part_of(panel: Panel, series: IntArray) -> Panel:
    """Some series as a panel of their own, in this order.

    series  [some]  indices into the panel
    """
    lengths = panel.lengths[series]
    offsets = np.concatenate(([0], np.cumsum(lengths))).astype(np.int64)
    rows: slice | IntArray = slice(0, 0)
    if len(series) and (np.diff(series) == 1).all():  # neighbours lie end to end: nothing is copied
        rows = slice(int(panel.offsets[series[0]]), int(panel.offsets[series[-1] + 1]))
    elif len(series):
        rows = np.concatenate([np.arange(*panel.rows(int(i)).indices(len(panel.values))) for i in series])
    return replace(
        panel,
        values=panel.values[rows],
        offsets=offsets,
        ids=tuple(panel.ids[int(i)] for i in series),
        times=panel.times[rows],
        known_steps=panel.known_steps[series],
        known=panel.known[rows],
        past=panel.past[rows],
        static=panel.static[series],
        given=panel.given[rows],
    )


def portions(lengths: IntArray) -> list[IntArray]:
    """Neighbouring series, so many at a time that their rows are about `PORTION`; never so many as are wide.

    lengths  [series]  rows of each

    >>> [each.tolist() for each in portions(np.array([100_000, 100_000, 10_000, 5]))]
    [[0], [1, 2, 3]]
    """
    series = np.arange(len(lengths))
    by_rows, by_number = np.maximum(np.cumsum(lengths) - 1, 0) // PORTION, series // MOST_TAUGHT
    return np.split(series, np.flatnonzero(np.diff(by_rows) | np.diff(by_number)) + 1)


def taught(panel: Panel, seed: int) -> IntArray:
    """The series that teach what all share: drawn by their names, so that their order says nothing. [some]"""
    by_name = np.array(sorted(range(len(panel)), key=lambda i: (str(panel.ids[i]), i)), dtype=np.int64)
    chosen = np.random.default_rng(seed).choice(len(panel), MOST_TAUGHT, replace=False)
    return by_name[np.sort(chosen)]


class Parted(Protocol):
    """A forecaster of many series that can be taken apart into forecasters of some of them."""

    def part(self, series: IntArray) -> Forecaster:
        """The same of some of its series, in this order."""


def in_portions(model: Parted, panel: Panel, origins: Origins, levels: Sequence[float]) -> Forecast:
    """A model's forecast, made a portion of the series at a time."""
    asked = np.unique(origins.series)
    order = np.argsort(origins.series, kind="stable")
    ascending = origins.series[order]

    def one(chosen: IntArray) -> Forecast:
        series = asked[chosen]
        mine = order[slice(*np.searchsorted(ascending, (series[0], series[-1] + 1)))]
        inner = Origins(np.searchsorted(series, origins.series[mine]), origins.position[mine])
        return model.part(series).forecast(part_of(panel, series), inner, levels)

    return _joined(origins, order, list(each(one, portions(panel.lengths[asked]))))


def _joined(origins: Origins, order: IntArray, parts: list[Forecast]) -> Forecast:
    """One forecast of those of all portions. order: [origins], where each row of theirs belongs"""
    back = np.argsort(order)

    def all_of(name: str) -> np.ndarray | None:
        found = [getattr(part, name) for part in parts]
        return None if any(one is None for one in found) else np.concatenate(found)[back]

    names = ("quantiles", "point", "linear_part", "memory_part", "pool_part")
    return Forecast(origins, parts[0].levels, **{name: all_of(name) for name in names})  # type: ignore[arg-type]
