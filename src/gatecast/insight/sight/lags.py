"""How far back to look, and how to say it: a grid of lags, and steps as lengths of time."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from jaxtyping import Int

from gatecast._types import IntArray
from gatecast.data import Frequency

Detail = Literal["fine", "middle", "coarse"]
# growth from one lag to the next, up to where there is every lag, steps beside a season and its double
DETAILS: dict[Detail, tuple[float, int, tuple[int, int]]] = {
    "fine": (1.35, 6, (1, 1)),
    "middle": (2.0, 2, (1, 0)),
    "coarse": (4.0, 1, (0, 0)),
}
HOURS_IN_MONTH = 730.485
HOURS = {"microsecond": 1 / 3_600_000_000, "day": 24.0, "month": HOURS_IN_MONTH}
DAYS_FROM, HOURS_FROM, HOURS_IN_DAY = 48.0, 1.0, 24.0


def lag_grid(longest: int, seasons: Sequence[int], detail: Detail = "fine") -> Int[IntArray, "lags"]:
    """Lags from 0 to `longest`, dense where they are short, with every season and its double.

    detail  fine: every lag to 6, a third more each time, and the steps beside seasons and their doubles;
            middle: twice as much each time, and the steps beside seasons; coarse: four times as much

    >>> lag_grid(60, (24,), "middle").tolist()
    [0, 1, 2, 4, 8, 16, 23, 24, 25, 32, 48, 60]
    >>> lag_grid(60, (24,), "coarse").tolist()
    [0, 1, 4, 16, 24, 48, 60]
    >>> lag_grid(12, (1,)).tolist()
    [0, 1, 2, 3, 4, 5, 6, 9, 11, 12]
    """
    growth, first, beside = DETAILS[detail]
    lags = {*range(first + 1), longest}
    lag = float(first)
    while lag < longest:
        lag *= growth
        lags.add(-int(-lag // 1))
    for season in (s for s in seasons if s > 1):
        for cycles, width in zip((season, 2 * season), beside, strict=True):
            lags |= set(range(cycles - width, cycles + width + 1))
    return np.array(sorted(lag for lag in lags if 0 <= lag <= longest), dtype=np.int64)


def hours(steps: float, frequency: Frequency) -> float | None:
    """How long some steps take; None where steps are only numbered.

    >>> hours(3, Frequency("microsecond", 1_800_000_000))
    1.5
    """
    each = HOURS.get(frequency.unit)
    return None if each is None else steps * each * frequency.count


def duration(steps: float, frequency: Frequency) -> str:
    """Some steps as a length of time, in the largest unit that is not too coarse.

    >>> half_hour = Frequency("microsecond", 1_800_000_000)
    >>> duration(394, half_hour), duration(5, half_hour), duration(1, half_hour)
    ('8.2 days', '2.5 hours', '30 minutes')
    >>> duration(14, Frequency("month", 1)), duration(1, Frequency("step", 1))
    ('14 months', '1 step')
    """
    if frequency.unit in ("month", "step"):
        return _counted(steps * (frequency.count if frequency.unit == "month" else 1), frequency.unit)
    long = hours(steps, frequency) or 0.0
    if long >= DAYS_FROM or frequency.unit == "day":
        return _counted(long / HOURS_IN_DAY, "day")
    return _counted(long, "hour") if long >= HOURS_FROM or not long else _counted(long * 60, "minute")


def _counted(number: float, word: str) -> str:
    """A number to one decimal with its word."""
    said = f"{number:.1f}".removesuffix(".0")
    return f"{said} {word}{'' if said == '1' else 's'}"
