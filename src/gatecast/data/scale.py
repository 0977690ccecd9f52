"""Reversible scaling: every series in its own unit spread, logs where the series allows them.

    z = (g(y) - center) / spread,   g = log where every known value is positive, identity elsewhere

A series that comes near zero has no meaningful logarithm (a solar night, a drained tank): logs are used
only where the smallest value is more than `LOG_FLOOR` of the median.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gatecast._types import BoolArray, FloatArray, IntArray
from gatecast.data.panel import Panel

LOG_FLOOR = 0.01
LOG_CEILING = 4.6  # a forecast stays within a factor of 100 of the center


@dataclass(frozen=True)
class Scale:
    """The scaling of every series in a panel.

    logs      [series]  whether the logarithm is taken
    center    [series]  in the unit of g(y)
    spread    [series]  in the unit of g(y), positive
    positive  [series]  whether no known value was negative: then no forecast is
    """

    logs: BoolArray
    center: FloatArray
    spread: FloatArray
    positive: BoolArray

    def forward(self, values: FloatArray, series: IntArray | int) -> FloatArray:
        """Values in their unit to scaled values; `series` says whose they are and broadcasts."""
        logs, center, spread = self.logs[series], self.center[series], self.spread[series]
        with np.errstate(divide="ignore", invalid="ignore"):
            transformed = np.where(logs, np.log(np.where(logs & (values <= 0), np.nan, values)), values)
        scaled: FloatArray = (transformed - center) / spread
        return scaled

    def inverse(self, scaled: FloatArray, series: IntArray | int) -> FloatArray:
        """Scaled values back to their unit; a series that was never negative stays so."""
        logs, center, spread = self.logs[series], self.center[series], self.spread[series]
        moved = scaled * spread
        with np.errstate(over="ignore"):
            values = np.where(
                logs, np.exp(np.clip(moved, -LOG_CEILING, LOG_CEILING) + center), moved + center
            )
        return self.floored(values, series)

    def floored(self, values: FloatArray, series: IntArray | int) -> FloatArray:
        """Values in their unit, none below zero for a series that was never negative."""
        floored: FloatArray = np.where(self.positive[series] & (values < 0), 0.0, values)
        return floored

    def of(self, series: IntArray) -> "Scale":
        """The scaling of some series, in this order."""
        return Scale(self.logs[series], self.center[series], self.spread[series], self.positive[series])


def joined_scales(scales: Sequence[Scale]) -> Scale:
    """One scaling of the series of several panels, laid end to end."""
    names = ("logs", "center", "spread", "positive")
    return Scale(*(np.concatenate([getattr(one, name) for one in scales]) for name in names))


def fit_scale(panel: Panel, *, logs: bool = True) -> Scale:
    """Find the scaling of every series from its known values.

    logs  whether logarithms may be used where a series allows them
    """
    count = len(panel)
    taken, positive = np.zeros(count, dtype=bool), np.zeros(count, dtype=bool)
    center, spread = np.zeros(count), np.ones(count)
    for i in range(count):
        values = panel.values[panel.history(i)]
        values = values[np.isfinite(values)]
        if not len(values):
            continue
        positive[i] = values.min() >= 0
        varies = values.min() < values.max()  # a constant comes back to the bit without a logarithm
        taken[i] = logs and varies and values.min() > LOG_FLOOR * np.median(values) > 0
        if taken[i]:  # a value beyond the ceiling could not come back
            away = np.log(values) - np.log(values).mean()
            taken[i] = np.abs(away).max() < LOG_CEILING
        transformed = np.log(values) if taken[i] else values
        center[i] = transformed.mean()
        deviation = transformed.std()
        # a constant series has no spread but rounding: any positive unit will do, its own size is natural
        tiny = 1e-10 * max(1.0 if taken[i] else 0.0, abs(center[i]))
        spread[i] = deviation if deviation > tiny else abs(center[i]) or 1.0
    return Scale(taken, center, spread, positive)
