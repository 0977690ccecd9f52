"""The calendar as features: smooth cycles for networks, public holidays, the type of each day.

Everything is read off the local clock, the one people live by. A cycle of phase p in [0, 1) becomes
sin 2πkp and cos 2πkp for k = 1, 2: the end of a cycle meets its beginning, so that midnight and new
year are moments like any other.
"""

import difflib
import re
from dataclasses import replace

import holidays
import numpy as np
from holidays.registry import COUNTRIES

from gatecast._types import FloatArray, IntArray
from gatecast.data.clock import LocalTime, local_time
from gatecast.data.covariates import is_binary
from gatecast.data.frequency import Frequency
from gatecast.data.panel import Panel
from gatecast.errors import OptionError, listed

PAIRS = 2
HOLIDAY_TYPE = 7
HOLIDAY_NAMES = ("holiday", "holiday_before", "holiday_after")
_FIRST_DAY = np.datetime64("1970-01-01", "D")


def calendar_features(panel: Panel) -> tuple[FloatArray, tuple[str, ...]]:
    """Where each row stands in the day, the week and the year, as smooth numbers.

    returns  [rows, features] in [-1, 1] and the features' names. Time of day only below a day, day of
             the week (with a weekend flag) only below a week, time of year up to quarters. Integer
             steps have no calendar: they get their place in each of the panel's seasons instead.
    """
    clock = local_time(panel.times, panel.zone, panel.frequency)
    if clock is None:
        cycles = {f"season_{s}": np.mod(panel.times, s) / s for s in panel.seasons if s > 1}
    else:
        cycles = _clock_cycles(clock, panel.frequency)
    columns = {
        name: column for cycle, phase in cycles.items() for name, column in _waves(cycle, phase).items()
    }
    if clock is not None and "week" in cycles:
        columns["weekend"] = (clock.weekday >= 5).astype(np.float64)
    features = np.stack(list(columns.values()), axis=1) if columns else np.empty((len(panel.times), 0))
    return features, tuple(columns)


def day_type(panel: Panel) -> IntArray | None:
    """The kind of day each row belongs to: 0 to 6 from Monday to Sunday, 7 on a public holiday.

    returns  [rows], or None where rows are longer than a day or integer steps

    A row is a holiday where a known 0/1 covariate named after holidays is 1; the days before and after
    keep their weekday.
    """
    clock = local_time(panel.times, panel.zone, panel.frequency)
    if clock is None or _longer_than_a_day(panel.frequency):
        return None
    kind = clock.weekday.astype(np.int64)
    for name, column in zip(panel.known_names, panel.known.T, strict=True):
        words = name.lower()
        beside = "before" in words or "after" in words
        if "holiday" in words and not beside and is_binary(column):
            kind[column == 1] = HOLIDAY_TYPE
    return kind


def add_holidays(panel: Panel, region: str) -> Panel:
    """The panel with the public holidays of a country or region as known covariates.

    region   ISO 3166 code of a country ("ES"), or of one of its subdivisions ("AU-VIC", "US-CA")
    returns  the panel with, filled for history and future alike,
             holiday         [rows] 0/1, by local date; where rows are longer than a day, the number of
                             holidays from its stamp until the next (in the months it ends, where
                             stamps are month ends)
             holiday_before, holiday_after  [rows] 0/1: an ordinary day just before or after a holiday;
                             only where rows are a day or shorter

    Raises OptionError if the region is unknown, the panel has no calendar or has such columns already.
    """
    clock = local_time(panel.times, panel.zone, panel.frequency)
    if clock is None:
        raise OptionError(
            f"holidays={region!r} needs a calendar, but the table's time column counts integer steps; "
            "give dates or stamps there, or leave holidays out"
        )
    taken = [n for n in (*panel.known_names, *panel.past_names, *panel.static_names) if n in HOLIDAY_NAMES]
    if taken:
        raise OptionError(
            f"holidays={region!r} would add {', '.join(HOLIDAY_NAMES)}, but the table's covariates already "
            f"include {listed(taken)}; drop one: leave holidays out, or remove that column"
        )
    # one period of margin on either side: a row's period may reach into the next year
    margin = 2 + panel.frequency.count // 12 if panel.frequency.unit == "month" else 2
    free = _holiday_dates(region, int(clock.year.min()) - margin, int(clock.year.max()) + margin)
    if _longer_than_a_day(panel.frequency):
        columns = [_holidays_within(clock, panel.frequency, free)]
    else:
        columns = _holidays_by_day(clock, free)
    return replace(
        panel,
        known=np.column_stack([panel.known, *columns]),
        known_names=panel.known_names + HOLIDAY_NAMES[: len(columns)],
    )


def _longer_than_a_day(frequency: Frequency) -> bool:
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


def _holiday_dates(region: str, first: int, last: int) -> IntArray:
    """Public holidays of the years first to last, as ascending days since 1970."""
    country, _, subdivision = region.strip().partition("-")
    code = country.upper()
    calendar = _country(code, region)
    known: dict[str, str] = {name.casefold(): name for name in calendar.subdivisions}
    known |= {alias.casefold(): name for alias, name in calendar.subdivisions_aliases.items()}
    if not subdivision:
        dates = holidays.country_holidays(code, years=range(first, last + 1))
    elif subdivision.casefold() in known:
        chosen = known[subdivision.casefold()]
        dates = holidays.country_holidays(code, subdiv=chosen, years=range(first, last + 1))
    else:
        parts = sorted({f"{code}-{name}" for name in calendar.subdivisions})
        near = difflib.get_close_matches(subdivision.casefold(), known, n=3, cutoff=0.5)
        meant = sorted({f"{code}-{known[n]}" for n in near})
        raise OptionError(
            f"holidays={region!r}: {code} has no subdivision {subdivision!r} with holidays of its own; "
            + (f"did you mean {' or '.join(meant)}? " if meant else "")
            + (f"Known are {', '.join(parts)}; " if parts else "it has none at all; ")
            + f"{code!r} alone gives the nationwide holidays"
        )
    days = np.array(sorted(dates), dtype="datetime64[D]")
    return (days - _FIRST_DAY).astype(np.int64)


def _country(code: str, region: str) -> holidays.HolidayBase:
    # the package looks names up among its attributes: keep everything but country codes away from it
    if re.fullmatch("[A-Z]{2,3}", code):
        try:
            return holidays.country_holidays(code)
        except NotImplementedError:
            pass
    names = {word.replace("_", " "): codes[1] for word, codes in COUNTRIES.items()}
    names |= {codes[1].casefold(): codes[1] for codes in COUNTRIES.values()}
    near = difflib.get_close_matches(region.strip().casefold(), names, n=3, cutoff=0.6)
    near = near or difflib.get_close_matches(code.casefold(), names, n=3, cutoff=0.5)
    meant = list(dict.fromkeys(names[n] for n in near))
    raise OptionError(
        f"holidays={region!r}: no country with the code {code!r} is known; "
        + (f"did you mean {' or '.join(meant)}? " if meant else "")
        + f"Wanted is an ISO 3166 code such as AU, AU-VIC, ES or US-CA; {len(COUNTRIES)} countries are known"
    )


def _holidays_by_day(clock: LocalTime, free: IntArray) -> list[FloatArray]:
    on = np.isin(clock.days, free)
    before = np.isin(clock.days + 1, free) & ~on
    after = np.isin(clock.days - 1, free) & ~on
    return [column.astype(np.float64) for column in (on, before, after)]


def _holidays_within(clock: LocalTime, frequency: Frequency, free: IntArray) -> FloatArray:
    """How many holidays fall into the period of each row. [rows]"""
    if frequency.unit == "day":
        start, end = clock.days, clock.days + frequency.count
    else:
        month = (clock.year - 1970) * 12 + clock.month - 1
        if bool(np.all(_first_of_month(month + 1) == clock.days + 1)):  # stamped at the end of the month
            start, end = _first_of_month(month + 1 - frequency.count), clock.days + 1
        else:
            start = clock.days
            end = _first_of_month(month + frequency.count) + (clock.days - _first_of_month(month))
    count: IntArray = np.searchsorted(free, end) - np.searchsorted(free, start)
    return count.astype(np.float64)


def _first_of_month(months: IntArray) -> IntArray:
    """Days since 1970 of the first day of each month, months counted from January 1970."""
    return months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
