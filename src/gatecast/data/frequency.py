"""The step between rows: fixed lengths of time, calendar months and years, or plain integer steps."""

import re
from dataclasses import dataclass
from typing import Literal

from gatecast.errors import FrequencyError

Unit = Literal["microsecond", "day", "month", "step"]

_SECOND = 1_000_000
_DAY = 86_400 * _SECOND

# (unit, count, pandas alias, word), longest first: the first that divides a frequency describes it
_WORDS: tuple[tuple[Unit, int, str, str], ...] = (
    ("microsecond", 3_600 * _SECOND, "h", "hour"),
    ("microsecond", 60 * _SECOND, "min", "minute"),
    ("microsecond", _SECOND, "s", "second"),
    ("microsecond", 1_000, "ms", "millisecond"),
    ("microsecond", 1, "us", "microsecond"),
    ("day", 7, "W", "week"),
    ("day", 1, "D", "day"),
    ("month", 12, "Y", "year"),
    ("month", 3, "Q", "quarter"),
    ("month", 1, "M", "month"),
    ("step", 1, "", "step"),
)

# what may be written after the number: pandas' aliases old and new, and polars' (1mo, 30m)
_ALIASES: dict[str, tuple[Unit, int]] = {
    **dict.fromkeys(("us", "U"), ("microsecond", 1)),
    **dict.fromkeys(("ms", "L"), ("microsecond", 1_000)),
    **dict.fromkeys(("s", "S"), ("microsecond", _SECOND)),
    **dict.fromkeys(("min", "T", "m"), ("microsecond", 60 * _SECOND)),
    **dict.fromkeys(("h", "H"), ("microsecond", 3_600 * _SECOND)),
    **dict.fromkeys(("D", "d"), ("day", 1)),
    **dict.fromkeys(("W", "w"), ("day", 7)),
    **dict.fromkeys(("M", "MS", "ME", "mo"), ("month", 1)),
    **dict.fromkeys(("Q", "QS", "QE", "q"), ("month", 3)),
    **dict.fromkeys(("Y", "YS", "YE", "A", "AS", "y"), ("month", 12)),
}
_ENDS = {"M", "ME", "Q", "QE", "Y", "YE", "A"}
_WRITTEN = re.compile(r"(\d*)([A-Za-z]+)(?:-([A-Z]{3}))?")
_EXAMPLES = "such as 30min, h, D, W, MS, ME, QS or YS, or a whole number for integer steps"


@dataclass(frozen=True)
class Frequency:
    """A step of `count` units.

    microsecond  fixed length of absolute time: everything below a day
    day          calendar days: 23 or 25 hours long where clocks change; a week is 7
    month        calendar months; a quarter is 3, a year 12
    step         integer step numbers, no calendar
    month_end    months counted from their last day, so that 31 January is followed by 28 February
    """

    unit: Unit
    count: int
    month_end: bool = False

    def __post_init__(self) -> None:
        if self.count < 1:
            raise FrequencyError(
                f"a frequency of {self.count} {self.unit}s does not go forward; wanted 1 or more"
            )

    def describe(self) -> str:
        """The frequency in words.

        >>> parse("30min").describe(), parse("ME").describe(), parse("D").describe()
        ('30 minutes', '1 month (ends)', '1 day')
        """
        word, count = next(
            (w, self.count // c) for u, c, _, w in _WORDS if u == self.unit and not self.count % c
        )
        return f"{count} {word}{'s' * (count > 1)}{' (ends)' * self.month_end}"

    def duration(self, steps: float) -> str:
        """How long so many steps are, in the unit people would say it in.

        >>> half_hour = parse("30min")
        >>> half_hour.duration(3), half_hour.duration(48), half_hour.duration(330), half_hour.duration(54)
        ('90 minutes', '1 day', '6.9 days', '27 hours')
        >>> parse("MS").duration(14), parse(1).duration(2), parse("W").duration(0.5)
        ('14 months', '2 steps', '3.5 days')
        """
        amount, unit = steps * self.count, self.unit
        if unit == "microsecond":
            amount, unit = amount / _DAY, "day"
        if unit != "day":
            return _spoken(amount, unit)
        for word, per_day in (("day", 1.0), ("hour", 24.0), ("minute", 1440.0)):
            many = round(amount * per_day, 3)
            if many >= 2 or many in (0, 1):
                return _spoken(many, word)
        return _spoken(amount * 86_400, "second")

    def alias(self) -> str:
        """The frequency as pandas writes it, without anchor; a bare number for integer steps.

        >>> parse("30m").alias(), parse("1mo").alias(), parse(1).alias()
        ('30min', 'MS', '1')
        """
        alias, count = next(
            (a, self.count // c) for u, c, a, _ in _WORDS if u == self.unit and not self.count % c
        )
        side = "" if self.unit != "month" else "E" if self.month_end else "S"
        return f"{count if count > 1 or not alias else ''}{alias}{side}"


def _spoken(amount: float, word: str) -> str:
    """An amount to two digits or so, with its unit in the right number.

    >>> _spoken(1.0, "day"), _spoken(6.875, "day"), _spoken(27.3, "hour")
    ('1 day', '6.9 days', '27 hours')
    """
    said = f"{amount:.1f}" if abs(amount) < 10 else f"{amount:,.0f}"
    said = said.removesuffix(".0")
    return f"{said} {word}{'' if said == '1' else 's'}"


def parse(freq: str | int) -> Frequency:
    """Read a frequency as pandas or polars write it; a whole number counts integer steps.

    Raises FrequencyError if it is neither.

    >>> parse("1h") == parse("h") == parse("60min")
    True
    >>> parse("W-SUN")
    Frequency(unit='day', count=7, month_end=False)
    """
    if isinstance(freq, int) and not isinstance(freq, bool):
        return Frequency("step", freq)
    written = _WRITTEN.fullmatch(freq.strip()) if isinstance(freq, str) else None
    number, alias = (written[1], written[2]) if written else ("", "")
    if alias in ("B", "C"):
        raise FrequencyError(
            f"freq={freq!r} counts business days; give 'D', days off are then missing values"
        )
    if alias not in _ALIASES:
        raise FrequencyError(f"freq={freq!r} is not a frequency; wanted one {_EXAMPLES}")
    unit, size = _ALIASES[alias]
    return Frequency(unit, size * int(number or 1), month_end=alias in _ENDS)


def seasons(frequency: Frequency) -> tuple[int, ...]:
    """The cycles a frequency is expected to have, in steps, ascending; (1,) where none is known.

    Below a day the day and the week, for days the week, for weeks and months the year.

    >>> seasons(parse("30min")), seasons(parse("D")), seasons(parse("W")), seasons(parse(1))
    ((48, 336), (7,), (52,), (1,))
    """
    if frequency == Frequency("day", 7):
        return (52,)
    cycles = {"microsecond": (_DAY, 7 * _DAY), "day": (7,), "month": (12,), "step": ()}[frequency.unit]
    whole = tuple(c // frequency.count for c in cycles if c % frequency.count == 0 and c > frequency.count)
    return whole or (1,)
