"""What a regression that bends reads of a row: the calendar, and each known covariate now and of late.

No row reads a later one: a covariate may be known up to that row only.
"""

import numpy as np
from jaxtyping import Bool, Float

from gatecast._types import BoolArray, FloatArray
from gatecast.data import Panel, is_binary
from gatecast.linear import DAY_TYPES, Clock, clock_of, delayed, harmonics, trailing_mean

RECENT_HOURS = (1, 3, 6, 12, 24, 48)
MEAN_DAYS = (1, 3, 7)
WAVES = 2


def steps_of_day(panel: Panel, series: int) -> int:
    """Rows of a day, or of the first season without a calendar; 1 where rows are a day or longer."""
    return clock_of(panel, series).steps


def switches_of(panel: Panel, series: int) -> Bool[BoolArray, "covariates"]:
    """Which covariates say yes or no all through a history. [covariates]"""
    return np.array([is_binary(own) for own in panel.known[panel.history(series)].T], dtype=bool)


def weather_features(
    panel: Panel, series: int, mean: Float[FloatArray, "time"], switches: Bool[BoolArray, "covariates"]
) -> Float[FloatArray, "time features"]:
    """What trees read of every row of one series, future included: they split as they like. [time, features]

    mean      [time]        what the linear regression says of each row: it need not be learned again
    switches  [covariates]  as `switches_of` found them where it was learned
    """
    clock = clock_of(panel, series)
    kind = clock.kind.astype(np.float64)
    columns = [mean, clock.day, kind, delayed(kind, clock.steps)]
    if clock.year is not None:
        columns += [np.sin(2 * np.pi * clock.year), np.cos(2 * np.pi * clock.year)]
    return np.ascontiguousarray(np.stack([*columns, *_covariates(panel, series, clock, switches)], axis=1))


def row_features(
    panel: Panel, series: int, mean: Float[FloatArray, "time"], switches: Bool[BoolArray, "covariates"]
) -> Float[FloatArray, "time features"]:
    """What a perceptron reads of a row: cycles as waves, a switch for each type of day. [time, features]

    mean, switches  as for `weather_features`
    """
    clock = clock_of(panel, series)
    week = (clock.kind + clock.day) / DAY_TYPES
    years = [] if clock.year is None else [harmonics(clock.year, WAVES)[:, 1:]]
    waves = [harmonics(clock.day, WAVES)[:, 1:], harmonics(week, WAVES)[:, 1:], *years]
    yesterday = delayed(clock.kind.astype(np.float64), clock.steps).astype(np.int64)
    types = [np.eye(DAY_TYPES)[clock.kind], np.eye(DAY_TYPES)[yesterday]]
    columns = [mean, *_covariates(panel, series, clock, switches)]
    return np.ascontiguousarray(np.concatenate([*waves, *types, np.stack(columns, axis=1)], axis=1))


def _covariates(panel: Panel, series: int, clock: Clock, switches: BoolArray) -> list[FloatArray]:
    known = panel.known[panel.rows(series)]
    columns: list[FloatArray] = []
    for own, switch in zip(known.T, switches, strict=True):
        columns += _of_covariate(np.ascontiguousarray(own), clock.steps, switch=bool(switch))
    return columns


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
