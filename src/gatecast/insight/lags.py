"""How far back to look, and how to say it: a grid of lags, and steps as lengths of time."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Int

from gatecast._types import IntArray
from gatecast.data import Frequency

FINE, COARSE = 1.35, 2.0  # from one lag to the next, where no season is near
RECENT = 6  # lags of which a fine grid has every one
HOURS_IN_MONTH = 730.485
HOURS = {"microsecond": 1 / 3_600_000_000, "day": 24.0, "month": HOURS_IN_MONTH}
DAYS_FROM, HOURS_FROM, HOURS_IN_DAY = 48.0, 1.0, 24.0


def lag_grid(longest: int, seasons: Sequence[int], *, fine: bool = True) -> Int[IntArray, "lags"]:
    """Lags from 0 to `longest`, dense where they are short and around every season and its double.

    fine  every lag to 6 and a third more each time; otherwise twice as much each time, for slow reruns

    >>> lag_grid(60, (24,), fine=False).tolist()
    [0, 1, 2, 4, 8, 16, 23, 24, 25, 32, 48, 60]
    >>> lag_grid(12, (1,)).tolist()
    [0, 1, 2, 3, 4, 5, 6, 9, 12]
    """
    lags = {0, 1, 2, longest} | (set(range(RECENT + 1)) if fine else set())
    lag = float(max(lags - {longest}))
    while lag < longest:
        lag *= FINE if fine else COARSE
        lags.add(-int(-lag // 1))
    for season in (s for s in seasons if s > 1):
        lags |= {season - 1, season, season + 1, 2 * season}
        lags |= {2 * season - 1, 2 * season + 1} if fine else set()
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
