"""Windows cut out of a panel's rows: batches to train on, passes to read many origins in."""

import hashlib
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from gatecast._types import FloatArray, IntArray
from gatecast.data import Panel, inside, target_rows
from gatecast.interval import LEVELS
from gatecast.memory.inputs import Extras, Rows
from gatecast.memory.network import Batch, Shape
from gatecast.memory.perceptron import look_back
from gatecast.memory.windows import Windows

MOST_WINDOWS, MOST_ORIGINS = 128, 512  # in one pass


class Pass(NamedTuple):
    """Windows that are read at once, and all that is asked at the origins in them.

    history  [windows, time, inputs]
    window   [origins]  which of these each origin lies in
    asked    its `at` and what is known at each origin, [origins, 1, ...]; its history is no one's
    origins  [origins]  which of the cutter's
    """

    history: Tensor
    window: Tensor
    asked: Batch
    origins: IntArray


class Cutter:
    """Cuts batches out of a panel's rows."""

    def __init__(self, panel: Panel, rows: Rows, windows: Windows, extras: Extras, horizon: int) -> None:
        self._panel = panel
        self._rows = rows
        self._windows = windows
        self._extras = extras
        self._horizon = horizon

    def __len__(self) -> int:
        return len(self._windows)

    @property
    def shape(self) -> Shape:
        """What a network must be built for to read these windows."""
        return Shape(
            inputs=self._rows.history.shape[1],
            ahead=self._rows.ahead.shape[1] + self._extras.ahead.shape[2],
            members=self._extras.members.shape[2],
            horizon=self._horizon,
            levels=LEVELS,
            lags=look_back(self._panel.seasons, self._windows.context),
        )

    @property
    def panel(self) -> Panel:
        """What the windows are cut out of."""
        return self._panel

    @property
    def history(self) -> np.ndarray:
        """What is known of every row of the panel once it has passed. [rows, inputs]"""
        return self._rows.history

    def rows_read(self, chosen: IntArray) -> IntArray:
        """The panel's rows that these windows read, or that their forecasts are held to, ascending."""
        windows, panel = self._windows, self._panel
        series, first, last = windows.series[chosen], windows.first[chosen], windows.last[chosen]
        position = first[:, None] + np.arange(int((last - first).max()) + 1 + self._horizon)
        inner = np.minimum(position, np.minimum(last + self._horizon, panel.lengths[series] - 1)[:, None])
        return np.unique(panel.offsets[series][:, None] + inner)

    def digest(self) -> str:
        """SHA-256 of all that batches are cut from: the same gives the same batches."""
        rows, extras, windows = self._rows, self._extras, self._windows
        found = hashlib.sha256(f"{windows.per_window} {windows.context} {self._horizon}".encode())
        held = (rows.target, rows.history, rows.ahead)
        where = (windows.first, windows.origins.series, windows.origins.position)
        own = (extras.ahead, extras.members, extras.prior, extras.unit, extras.weight)
        for part in (self._panel.offsets, self._panel.known_steps, *held, *where, *own):
            found.update(f"{part.dtype} {part.shape}".encode())
            found.update(np.ascontiguousarray(part).data)
        return found.hexdigest()

    def targets(self) -> FloatArray:
        """What came at every origin, scaled; NaN where unknown. [origins, horizon]"""
        return self._targets(np.arange(len(self._windows.origins)))

    def batch(self, chosen: IntArray) -> Batch:
        """The chosen windows as one batch; behind the last origin of the shorter ones stands nothing."""
        windows, per = self._windows, self._windows.per_window
        flat = (chosen[:, None] * per + np.arange(per)).ravel()
        first, position = windows.first[chosen], windows.origins.position[flat].reshape(-1, per)
        history = self._history(windows.series[chosen], first, position[:, -1])
        asked = self._asked(flat, (len(chosen), per))
        return asked._replace(history=history, at=torch.from_numpy(position - first[:, None]))

    def passes(self) -> Iterator[Pass]:
        """All windows, the shorter ones first; those that begin at one row are read as one."""
        origins, per = self._windows.origins, self._windows.per_window
        of_origin = np.repeat(self._windows.first, per)
        (series, first), window = np.unique(
            np.stack([origins.series, of_origin]), axis=1, return_inverse=True
        )
        window = window.ravel()
        last = np.zeros(len(series), dtype=np.int64)
        np.maximum.at(last, window, origins.position)
        order = np.argsort(last - first, kind="stable")
        turn = np.empty_like(order)
        turn[order] = np.arange(len(order))
        flat = np.argsort(turn[window], kind="stable")
        ends = np.cumsum(np.bincount(turn[window], minlength=len(order)))
        for some in _portions(ends):
            mine = flat[ends[some.start - 1] if some.start else 0 : ends[some.stop - 1]]
            chosen = order[some]
            at = torch.from_numpy((origins.position[mine] - of_origin[mine])[:, None])
            yield Pass(
                self._history(series[chosen], first[chosen], last[chosen]),
                torch.from_numpy(turn[window[mine]] - some.start),
                self.asked(mine)._replace(at=at),
                mine,
            )

    def asked(self, chosen: IntArray) -> Batch:
        """What is known at some origins beside the past, and what came: no history. [origins, 1, ...]"""
        return self._asked(chosen, (len(chosen), 1))

    def _asked(self, flat: IntArray, shape: tuple[int, int]) -> Batch:
        own, origins = self._extras, self._windows.origins.where(flat)
        rows = target_rows(self._panel, origins, self._horizon)
        ahead = np.concatenate([self._rows.ahead[rows], own.ahead[flat]], axis=-1)
        parts = (ahead, own.members[flat], own.prior[flat], own.unit[flat], own.weight[flat])
        folded = [_tensor(part).reshape(*shape, *part.shape[1:]) for part in (*parts, self._targets(flat))]
        return Batch(torch.empty(0), torch.empty(0), *folded)

    def _targets(self, flat: IntArray) -> FloatArray:
        origins = self._windows.origins.where(flat)
        known = inside(self._panel, origins, self._horizon)
        return np.where(known, self._rows.target[target_rows(self._panel, origins, self._horizon)], np.nan)

    def _history(self, series: IntArray, first: IntArray, last: IntArray) -> Tensor:
        """Rows from each first to each last one, then zeros. [windows, time, inputs]"""
        position = first[:, None] + np.arange(int((last - first).max()) + 1)
        there = position <= last[:, None]
        rows = self._panel.offsets[series][:, None] + np.minimum(position, last[:, None])
        return _tensor(self._rows.history[rows] * there[..., None])


def _portions(ends: IntArray) -> Iterator[slice]:
    """Windows that fit one pass, one at least. ends: [windows] origins up to each"""
    start, before = 0, 0
    while start < len(ends):
        stop = int(np.searchsorted(ends, before + MOST_ORIGINS, side="right"))
        stop = min(max(stop, start + 1), start + MOST_WINDOWS)
        yield slice(start, stop)
        start, before = stop, int(ends[stop - 1])


def _tensor(array: np.ndarray | FloatArray) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(array, dtype=np.float32))
