"""Public holidays of a country or region as covariates that are known ahead.

Source of the dates: the `holidays` package, public holidays only.
"""

import difflib
import re
from dataclasses import replace
from functools import lru_cache

import holidays
import numpy as np
from holidays.registry import COUNTRIES

from gatecast._types import BoolArray, FloatArray, IntArray
from gatecast.data.calendar import longer_than_a_day
from gatecast.data.clock import LocalTime, local_time
from gatecast.data.frequency import Frequency
from gatecast.data.panel import Panel
from gatecast.errors import OptionError, listed

HOLIDAY_NAMES = ("holiday", "holiday_before", "holiday_after")
WANTED = "wanted is an ISO 3166 code such as AU, AU-VIC, ES or US-CA"


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
    columns = holiday_columns(panel.times, panel.zone, panel.frequency, region)
    named = (*panel.ahead_names, *panel.past_names, *panel.static_names)
    taken = [n for n in named if n in HOLIDAY_NAMES]
    if taken:
        raise OptionError(
            f"holidays={region!r} would add {', '.join(HOLIDAY_NAMES)}, but the table's covariates already "
            f"include {listed(taken)}; drop one: leave holidays out, or remove that column"
        )
    return replace(
        panel,
        known=np.concatenate([panel.known, columns], axis=1),
        known_names=panel.known_names + HOLIDAY_NAMES[: columns.shape[1]],
    )


def holiday_columns(times: IntArray, zone: str | None, frequency: Frequency, region: str) -> FloatArray:
    """What `add_holidays` adds for some stamps. [rows, one or three]

    Of months it takes a few stamps to tell whether they are ends.
    """
    clock = local_time(times, zone, frequency)
    if clock is None:
        raise OptionError(
            f"holidays={region!r} needs a calendar, but the table's time column counts integer steps; "
            "give dates or stamps there, or leave holidays out"
        )
    # one period of margin on either side: a row's period may reach into the next year
    margin = 2 + frequency.count // 12 if frequency.unit == "month" else 2
    free = _holiday_dates(str(region), int(clock.year.min()) - margin, int(clock.year.max()) + margin)
    if longer_than_a_day(frequency):
        return np.column_stack([_holidays_within(clock, frequency, free)])
    return np.column_stack(_holidays_by_day(clock, free))


@lru_cache(maxsize=64)
def _holiday_dates(region: str, first: int, last: int) -> IntArray:
    """Public holidays of the years first to last, as ascending days since 1970."""
    country, _, subdivision = str(region).strip().partition("-")
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
        near = difflib.get_close_matches(subdivision.casefold(), known, n=3, cutoff=0.5)
        meant = " or ".join(sorted({f"{code}-{known[name]}" for name in near}))
        parts = ", ".join(f"{code}-{name}" for name in sorted(calendar.subdivisions))
        raise OptionError(
            f"holidays={region!r}: {code} has no subdivision {subdivision!r} with holidays of its own"
            + (f" (did you mean {meant}?)" if meant else "")
            + (f"; it has {parts}" if parts else "")
            + f"; {code!r} alone gives the nationwide holidays"
        )
    days: IntArray = np.array(sorted(dates), dtype="datetime64[D]").astype(np.int64)
    days.flags.writeable = False  # remembered, and handed out again
    return days


def _country(code: str, region: str) -> holidays.HolidayBase:
    # the package looks names up among its attributes: keep everything but country codes away from it
    if re.fullmatch("[A-Z]{2,3}", code):
        try:
            return holidays.country_holidays(code)
        except NotImplementedError:
            pass
    raise OptionError(
        f"holidays={region!r}: no country with the code {code!r} is known{_hint(str(region).strip())}; "
        f"{WANTED} ({len(COUNTRIES)} countries are known)"
    )


def _hint(region: str) -> str:
    """What may have been meant: a country by its name, a subdivision without its country, a slip."""
    countries = {module.replace("_", " "): codes[1] for module, codes in COUNTRIES.items()}
    if region.casefold() in countries:
        return f" (did you mean {countries[region.casefold()]}?)"
    parts = holidays.list_supported_countries(include_aliases=False)
    meant = [f"{code}-{region.upper()}" for code, names in parts.items() if region.upper() in names]
    if not meant:
        near = difflib.get_close_matches(region.casefold(), countries, n=3)
        meant = [countries[name] for name in near]
    return f" (did you mean {' or '.join(meant)}?)" if meant else ""


def _holidays_by_day(clock: LocalTime, free: IntArray) -> list[FloatArray]:
    on = _among(clock.days, free)
    before = _among(clock.days + 1, free) & ~on
    after = _among(clock.days - 1, free) & ~on
    return [column.astype(np.float64) for column in (on, before, after)]


def _among(days: IntArray, free: IntArray) -> BoolArray:
    """Which days are among ascending ones."""
    if not len(free):
        return np.zeros(len(days), dtype=bool)
    return np.equal(free[np.minimum(np.searchsorted(free, days), len(free) - 1)], days)


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
