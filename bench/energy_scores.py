"""The arithmetic of bench/energy.py: what is an error, one pair of a paired test, a deviation of coverage.

Arrays in, numbers out. Losses and hits are [origins, horizon], NaN where nothing was there to be forecast.
"""

import math
from typing import NamedTuple

import numpy as np

from gatecast.backtest.paired import Paired, correlated_lags, paired_test
from gatecast.backtest.scores import mean_known

DAY = 24
UNDERCOVERED = 0.6
ROUNDING = 1e-9


class Worst(NamedTuple):
    """The group whose coverage is farthest from what it should be.

    points  coverage less nominal, in percentage points; NaN where there is no group
    group   which one, -1 where there is none
    """

    points: float
    group: int


def percentage_errors(actual: np.ndarray, point: np.ndarray) -> np.ndarray:
    """Absolute errors in percent of the actual value, NaN where that is missing or zero. [origins, horizon]

    >>> percentage_errors(np.array([[100.0, np.nan, 0.0]]), np.array([[98.0, 1.0, 1.0]]))
    array([[ 2., nan, nan]])
    """
    there = np.where(actual == 0, np.nan, actual)
    return np.asarray(100 * np.abs(there - point) / np.abs(there))


def hits(actual: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> np.ndarray:
    """1 where the actual lies in its interval, 0 where not, NaN where one is missing. [origins, horizon]"""
    inside = ((lower <= actual) & (actual <= upper)).astype(np.float64)
    return np.where(np.isnan(actual + lower + upper), np.nan, inside)


def daily(losses: np.ndarray, day: np.ndarray) -> np.ndarray:
    """Mean loss of all forecasts that start on one day, days in order: one pair each. [days]

    losses  [origins, horizon]
    day     [origins]  any number that tells days apart and orders them

    >>> daily(np.array([[1.0, 3.0], [5.0, np.nan], [7.0, 7.0]]), np.array([4, 4, 5]))
    array([3., 7.])
    """
    days, which = np.unique(day, return_inverse=True)
    there = ~np.isnan(losses)
    total = np.bincount(which, np.where(there, losses, 0.0).sum(axis=1), len(days))
    count = np.bincount(which, there.sum(axis=1), len(days))
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def paired_by_day(losses: np.ndarray, others: np.ndarray, day: np.ndarray, horizon: int) -> Paired:
    """Whether one model errs less than another, a day of origins being one pair.

    Forecasts from a day's last hour reach into the days that follow, so that neighbouring pairs share
    steps: those lags count, and more of them for what outlasts a day.
    """
    differences = apart(daily(losses, day), daily(others, day))
    overlap = 1 + math.ceil(horizon / DAY)
    return paired_test(differences, correlated_lags(len(differences), overlap))


def paired_by_series(losses: np.ndarray, others: np.ndarray) -> Paired:
    """The same where each series has one origin: series are the pairs, taken as independent. [series] each"""
    return paired_test(apart(losses, others))


def apart(losses: np.ndarray, others: np.ndarray) -> np.ndarray:
    """How far apart losses are; nothing where it is rounding, as of a model that fell back to the other."""
    differences = losses - others
    return np.where(np.abs(differences) <= ROUNDING * np.abs(others), 0.0, differences)


def worst_coverage(inside: np.ndarray, group: np.ndarray, level: float) -> Worst:
    """The group, a step or an hour of the day, whose coverage is farthest from `level` percent.

    inside  [origins, horizon]  as `hits` gives it
    group   [origins, horizon]  whole numbers

    >>> inside = np.array([[1.0, 0.0], [1.0, 1.0]])
    >>> worst_coverage(inside, np.array([[1, 2], [1, 2]]), 80)
    Worst(points=-30.0, group=2)
    """
    there = ~np.isnan(inside)
    groups, which = np.unique(group[there], return_inverse=True)
    if not len(groups):
        return Worst(math.nan, -1)
    covered = np.bincount(which, inside[there]) / np.bincount(which)
    deviation = np.round(100 * covered - level, 9)
    k = int(np.argmax(np.abs(deviation)))
    return Worst(float(deviation[k]), int(groups[k]))


def share_undercovered(inside: np.ndarray, series: np.ndarray) -> float:
    """Share of series whose intervals hold fewer than 60 % of their actuals.

    inside  [origins, horizon]
    series  [origins]
    """
    rates = np.array([mean_known(inside[series == i]) for i in np.unique(series)])
    return float(mean_known(np.where(np.isnan(rates), np.nan, rates < UNDERCOVERED)))
