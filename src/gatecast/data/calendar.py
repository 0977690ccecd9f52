"""The calendar as features: smooth cycles for networks, and the type of each day.

Everything is read off the local clock, the one people live by. A cycle of phase p in [0, 1) becomes
sin 2πkp and cos 2πkp for k = 1, 2: the end of a cycle meets its beginning, so that midnight and new
year are moments like any other.
"""

import numpy as np

from gatecast._types import FloatArray, IntArray
from gatecast.data.clock import LocalTime, local_time
from gatecast.data.covariates import is_binary
from gatecast.data.frequency import Frequency
from gatecast.data.panel import Panel

PAIRS = 2
HOLIDAY_TYPE = 7


def calendar_features(panel: Panel) -> tuple[FloatArray, tuple[str, ...]]:
    """Where each row stands in the day, the week and the year, as smooth numbers.

    returns  [rows, features] in [-1, 1] and the features' names. Time of day only below a day, day of
             the week (with a weekend flag) only below a week, time of year up to quarters. Integer
             steps have no calendar: they get their place in each of the panel's seasons instead.
    """
    return calendar_of(panel.times, panel.zone, panel.frequency, panel.seasons)


def calendar_of(
    times: IntArray, zone: str | None, frequency: Frequency, seasons: tuple[int, ...]
) -> tuple[FloatArray, tuple[str, ...]]:
    """`calendar_features` of some times, whoever's they are. times: [rows]"""
    clock = local_time(times, zone, frequency)
    if clock is None:
        cycles = {f"season_{s}": np.mod(times, s) / s for s in seasons if s > 1}
    else:
        cycles = _clock_cycles(clock, frequency)
    columns = {
        name: column for cycle, phase in cycles.items() for name, column in _waves(cycle, phase).items()
    }
    if clock is not None and "week" in cycles:
        columns["weekend"] = (clock.weekday >= 5).astype(np.float64)
    features = np.stack(list(columns.values()), axis=1) if columns else np.empty((len(times), 0))
    return features, tuple(columns)


def day_type(panel: Panel) -> IntArray | None:
    """The kind of day each row belongs to: 0 to 6 from Monday to Sunday, 7 on a public holiday.

    returns  [rows], or None where rows are longer than a day or integer steps

    A row is a holiday where a known 0/1 covariate named after holidays is 1; the days before and after
    keep their weekday.
    """
    clock = local_time(panel.times, panel.zone, panel.frequency)
    if clock is None or longer_than_a_day(panel.frequency):
        return None
    kind = clock.weekday.astype(np.int64)
    for name, column in zip(panel.known_names, panel.known.T, strict=True):
        words = name.lower()
        beside = "before" in words or "after" in words
        if "holiday" in words and not beside and is_binary(column):
            kind[column == 1] = HOLIDAY_TYPE
    return kind


def longer_than_a_day(frequency: Frequency) -> bool:
    """Whether one row spans several days, so that it is no kind of day itself."""
    return frequency.unit == "month" or (frequency.unit == "day" and frequency.count > 1)


def _clock_cycles(clock: LocalTime, frequency: Frequency) -> dict[str, FloatArray]:
    """The phase in [0, 1) of every cycle that the frequency resolves."""
    days = frequency.count if frequency.unit == "day" else 0
    months = frequency.count if frequency.unit == "month" else 0
    cycles: dict[str, FloatArray] = {}
    if frequency.unit == "microsecond":
        cycles["day"] = clock.hour / 24
    if days < 7 and not months:
        cycles["week"] = (clock.weekday + clock.hour / 24) / 7
    if days < 365 and months <= 3:
        year = clock.year
        leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
        cycles["year"] = clock.day_of_year / (365 + leap)
    return cycles


def _waves(cycle: str, phase: FloatArray) -> dict[str, FloatArray]:
    waves: dict[str, FloatArray] = {}
    for k in range(1, PAIRS + 1):
        angle = 2 * np.pi * k * phase
        waves[f"{cycle}_sin_{k}"] = np.sin(angle)
        waves[f"{cycle}_cos_{k}"] = np.cos(angle)
    return waves
