"""What the local clock and calendar show on each row of a panel."""

from dataclasses import dataclass

import numpy as np

from gatecast._types import FloatArray, IntArray
from gatecast.data.frequency import Frequency
from gatecast.data.zone import DAY, SECOND, to_wall


@dataclass(frozen=True)
class LocalTime:
    """The local clock on each row.

    hour         [rows]  hours since the clock showed midnight: 13.5 is half past one
    weekday      [rows]  0 is Monday
    day_of_year  [rows]  days since new year, the first day is 0, with its fraction
    days         [rows]  local date, days since 1970-01-01
    month        [rows]  1 to 12
    year         [rows]
    """

    hour: FloatArray
    weekday: IntArray
    day_of_year: FloatArray
    days: IntArray
    month: IntArray
    year: IntArray


def local_time(times: IntArray, zone: str | None, frequency: Frequency) -> LocalTime | None:
    """Read the local clock on every row; None where rows are numbered steps and have no calendar.

    times    [rows]  as in `Panel.times`
    returns  arrays  [rows]

    >>> noon = np.array([1_388_577_600_000_000])  # 2014-01-01 12:00 UTC, a Wednesday
    >>> clock = local_time(noon, "Australia/Melbourne", Frequency("microsecond", 3_600_000_000))
    >>> clock.hour, clock.weekday
    (array([23.]), array([2]))
    """
    if frequency.unit == "step":
        return None
    wall = to_wall(times, zone)
    days, of_day = np.divmod(wall, DAY)
    dates = days.astype("datetime64[D]")
    months, years = dates.astype("datetime64[M]"), dates.astype("datetime64[Y]")
    new_year = years.astype("datetime64[D]").astype(np.int64)
    return LocalTime(
        hour=of_day / (3600.0 * SECOND),
        weekday=(days + 3) % 7,  # 1970-01-01 was a Thursday
        day_of_year=days - new_year + of_day / DAY,
        days=days,
        month=months.astype(np.int64) % 12 + 1,
        year=years.astype(np.int64) + 1970,
    )
