"""What boosted trees read of a row: the calendar, and each known covariate now and of late.

No row reads a later one: a covariate may be known up to that row only.
"""

import numpy as np
from jaxtyping import Float

from gatecast._types import FloatArray
from gatecast.data import Panel, is_binary
from gatecast.linear import clock_of, delayed, trailing_mean

RECENT_HOURS = (1, 3, 6, 12, 24, 48)
MEAN_DAYS = (1, 3, 7)


def steps_of_day(panel: Panel, series: int) -> int:
    """Rows of a day, or of the first season without a calendar; 1 where rows are a day or longer."""
    return clock_of(panel, series).steps


def weather_features(
    panel: Panel, series: int, mean: Float[FloatArray, "time"]
) -> Float[FloatArray, "time features"]:
    """The features of every row of one series, future included. [time, features]

    mean  [time]  what the linear regression says of each row: trees need not learn that again
    """
    clock = clock_of(panel, series)
    kind = clock.kind.astype(np.float64)
    columns = [mean, clock.day, kind, delayed(kind, clock.steps)]
    if clock.year is not None:
        columns += [np.sin(2 * np.pi * clock.year), np.cos(2 * np.pi * clock.year)]
    rows, history = panel.rows(series), panel.history(series)
    for column in range(panel.known.shape[1]):
        switch = is_binary(panel.known[history, column])
        columns += _of_covariate(panel.known[rows, column], clock.steps, switch=switch)
    return np.ascontiguousarray(np.stack(columns, axis=1))


def _of_covariate(x: FloatArray, day: int, *, switch: bool) -> list[FloatArray]:
    """A covariate now and before, its means and its extremes of a day; of a 0/1 one now and a day before."""
    if switch:
        return [x, delayed(x, day)]
    backs = sorted({max(1, round(hours * day / 24)) for hours in RECENT_HOURS})
    means = [trailing_mean(x, days * day) for days in MEAN_DAYS if days * day > 1]
    extremes = [_highest(x, day), -_highest(-x, day)] if day > 1 else []
    return [x, *(delayed(x, back) for back in backs), *means, *extremes]


def _highest(x: FloatArray, steps: int) -> FloatArray:
    """The highest of the last `steps` values; the first stands for those before it. [time]"""
    padded = np.concatenate([np.full(steps - 1, x[0]), x])
    highest: FloatArray = np.lib.stride_tricks.sliding_window_view(padded, steps).max(axis=1)
    return highest
