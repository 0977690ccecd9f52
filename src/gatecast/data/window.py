"""Origins and training windows: index arithmetic only.

Positions are 0-based steps within a series; an origin at position p forecasts p + 1 … p + horizon.
"""

import numpy as np

from gatecast._types import IntArray
from gatecast.data.panel import Panel
from gatecast.forecaster import Origins

MOST_HELD_OUT = 120  # horizons: shares rest on half of it, and one season of the year is not enough
DAYS_LOOKED_BACK = 365  # or first seasons


def every_origin(panel: Panel, first: IntArray, last: IntArray, stride: int = 1) -> Origins:
    """All origins from `first` to `last`, both included, counted back from `last`.

    first, last  [series]  positions; a series with last < first has none
    """
    series, position = [], []
    for i in range(len(panel)):
        steps = np.arange(last[i], first[i] - 1, -stride, dtype=np.int64)[::-1]
        position.append(steps)
        series.append(np.full(len(steps), i, dtype=np.int64))
    return Origins(np.concatenate(series), np.concatenate(position))


def target_rows(panel: Panel, origins: Origins, horizon: int) -> IntArray:
    """The panel's rows that each origin forecasts. [origins, horizon]

    Steps past the end of a series point at its last row; ask `inside` which those are.
    """
    wanted = origins.position[:, None] + np.arange(1, horizon + 1)
    last = panel.lengths[origins.series][:, None] - 1
    rows: IntArray = panel.offsets[origins.series][:, None] + np.minimum(wanted, last)
    return rows


def inside(panel: Panel, origins: Origins, horizon: int) -> np.ndarray:
    """Which steps of each origin lie within the rows of its series. [origins, horizon]"""
    wanted = origins.position[:, None] + np.arange(1, horizon + 1)
    within: np.ndarray = wanted < panel.lengths[origins.series][:, None]
    return within


def actuals(panel: Panel, origins: Origins, horizon: int) -> np.ndarray:
    """What came at the steps of each origin, NaN where missing or beyond the panel. [origins, horizon]"""
    found = panel.values[target_rows(panel, origins, horizon)]
    return np.where(inside(panel, origins, horizon), found, np.nan)


def held_out_start(panel: Panel, horizon: int) -> IntArray:
    """How many leading steps of each history to learn from, so that the rest can judge what was learned.

    The rest is a fifth of the history, at least one horizon and at most `MOST_HELD_OUT` horizons, and
    never more than half. [series]
    """
    known = panel.known_steps
    rest = np.clip(known // 5, horizon, MOST_HELD_OUT * horizon)
    start: IntArray = known - np.minimum(rest, known // 2)
    return start


def held_out_origins(panel: Panel, start: IntArray, horizon: int, most: int) -> Origins:
    """Origins behind `start`, about `most` of them in all, spread evenly and over every phase of the day.

    Where a history is long enough every step of each is known; where it is not, the steps behind the end
    have no actual value.
    """
    first = np.maximum(start - 1, 0)
    last = np.maximum(panel.known_steps - 1 - horizon, np.minimum(first + horizon, panel.known_steps - 2))
    available = int(np.maximum(last - first + 1, 0).sum())
    stride = max(1, available // max(most, 1))
    while stride > 1 and any(s > 1 and np.gcd(stride, s) > 1 for s in panel.seasons[:1]):
        stride += 1  # a stride that shares a factor with the day would see some of its hours only
    return every_origin(panel, first, last, stride)


def past_origins(panel: Panel, horizon: int, most: int) -> Origins:
    """Origins of the last year or so of each history, about `most` of them, at every phase of the day.

    A history gives its later two thirds. Where it is long enough every step of each origin is known.
    """
    known = panel.known_steps
    cycle = max(panel.seasons[0], 1)
    span = np.minimum(known - known // 3, max(DAYS_LOOKED_BACK * cycle, 2 * horizon))
    return held_out_origins(panel, known - span, horizon, most)
