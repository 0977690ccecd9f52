"""Sequences of lit steps ahead of origins, cut into batches."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import torch

from gatecast._types import BoolArray, FloatArray, IntArray
from gatecast.data import Panel, inside, target_rows
from gatecast.forecaster import Origins
from gatecast.solar.envelope import DAY
from gatecast.solar.history import origin_rows
from gatecast.solar.network import Days
from gatecast.solar.rows import Rows

PORTION = 256  # origins read at a time
BLOCK, FOLDS = 4, 6  # days in a block, and blocks of which one in turn is left out


class Cut(NamedTuple):
    """A batch of sequences, padded behind their last lit step.

    days      what the network reads
    place     [batch, steps]  column of each step in the horizon
    lit       [batch, steps]  False where it pads
    envelope  [batch, steps]  share of capacity
    rows      [batch, steps]  of the panel
    target    [batch, steps]  share of capacity; NaN where unknown or padding
    """

    days: Days
    place: IntArray
    lit: BoolArray
    envelope: FloatArray
    rows: IntArray
    target: FloatArray


class Cutter:
    """Cuts sequences out of a panel's rows."""

    def __init__(self, panel: Panel, rows: Rows, horizon: int) -> None:
        self.panel = panel
        self.rows = rows
        self.horizon = horizon

    @property
    def own(self) -> int:
        """Columns of a step without those of its neighbours."""
        return int(self.rows.x.shape[1] + self.rows.past.columns)

    @property
    def inputs(self) -> int:
        """Columns of a step."""
        return self.own + 2 * self.rows.weather

    def cut(self, origins: Origins) -> Cut:
        """The lit steps ahead of some origins."""
        rows = target_rows(self.panel, origins, self.horizon)
        lit = self.rows.lit[rows]
        steps = max(int(lit.sum(axis=1).max(initial=0)), 1)
        place = np.argsort(~lit, axis=1, kind="stable")[:, :steps]
        from_origin = origin_rows(self.panel.offsets, origins)
        past = self.rows.past.ahead(from_origin, self.horizon, self.rows.hours)
        chosen = np.arange(len(origins))[:, None], place
        mine = rows[chosen]
        before, after = self._neighbours(rows, from_origin)
        weather = self.rows.x[:, : self.rows.weather]
        parts = [self.rows.x[mine], past[chosen], weather[before[chosen]], weather[after[chosen]]]
        x = np.concatenate(parts, axis=-1).astype(np.float32)
        there = lit[chosen]
        x *= there[..., None]
        within = inside(self.panel, origins, self.horizon)[chosen]
        target = np.where(there & within, self.rows.target[mine], np.nan)
        days = Days(torch.from_numpy(x), torch.from_numpy(there.sum(axis=1)))
        return Cut(days, place, there, self.rows.envelope[mine] * there, mine, target)

    def _neighbours(self, rows: IntArray, from_origin: IntArray) -> tuple[IntArray, IntArray]:
        """The steps before and after each, itself where that one is dark or behind the horizon."""
        before = np.concatenate([from_origin[:, None], rows[:, :-1]], axis=1)
        after = np.concatenate([rows[:, 1:], rows[:, -1:]], axis=1)
        lit = self.rows.lit
        return np.where(lit[before], before, rows), np.where(lit[after], after, rows)

    def portions(self, origins: Origins) -> Iterator[tuple[IntArray, Cut]]:
        """All origins, some at a time, and which these are."""
        for start in range(0, len(origins), PORTION):
            chosen = np.arange(start, min(start + PORTION, len(origins)))
            yield chosen, self.cut(origins.where(chosen))


class History(NamedTuple):
    """The days of a panel's history that can be learned from.

    series  [days]  whose
    first   [days]  position of its first step from which an origin has a step ahead
    length  [days]  such steps
    block   [days]  which block of days it belongs to, for all series alike
    """

    series: IntArray
    first: IntArray
    length: IntArray
    block: IntArray

    def draw(self, generator: np.random.Generator) -> Origins:
        """An origin at a random step of every day."""
        step = (generator.random(len(self.series)) * self.length).astype(np.int64)
        return Origins(self.series, self.first + step)


def history_of(panel: Panel) -> History:
    """Divide a panel's history into days, and these into blocks."""
    parts = []
    for i in range(len(panel)):
        day = panel.times[panel.history(i)][:-1] // DAY
        first = np.flatnonzero(np.diff(day, prepend=-1))
        length = np.diff(np.append(first, len(day)))
        parts.append((np.full(len(first), i, dtype=np.int64), first, length, day[first] // BLOCK))
    series, first, length, block = (np.concatenate(column) for column in zip(*parts, strict=True))
    return History(series, first, length, block)


def held(block: IntArray, left_out: int) -> BoolArray:
    """Which days, by their blocks, a network leaves out."""
    away: BoolArray = block % FOLDS == left_out
    return away
