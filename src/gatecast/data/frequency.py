"""The step between rows: fixed lengths of time, calendar months and years, or plain integer steps."""

from dataclasses import dataclass
from typing import Literal

Unit = Literal["microsecond", "day", "month", "step"]


@dataclass(frozen=True)
class Frequency:
    """A step of `count` units.

    microsecond  fixed length of absolute time: everything below a day
    day          calendar days: 23 or 25 hours long where clocks change; a week is 7
    month        calendar months; a quarter is 3, a year 12
    step         integer step numbers, no calendar
    """

    unit: Unit
    count: int
