"""Times as people say them, seen from an origin: tomorrow, yesterday 12:00-18:00, Tuesday, ahead.

    WHEN    ITEM,ITEM,…
    ITEM    today | yesterday | tomorrow | ahead | history | a weekday ahead | a date | START..END, each with
            HH:MM-HH:MM behind it or not: from the one time of day up to, not including, the other

Days are local days and count from the origin's own. START and END, times or step numbers, are both included;
one of them may be left out.
"""

import re
from typing import Any, TypeAlias

import numpy as np

from gatecast._types import BoolArray, IntArray
from gatecast.errors import OptionError
from gatecast.insight.stamps import said_stamp
from gatecast.insight.subject import Subject, comparable

When: TypeAlias = str | tuple[Any, Any]
DAYS = {"yesterday": -1, "today": 0, "tomorrow": 1}
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_HOURS = re.compile(r"(.*?)\s*\b(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
WANTED = (
    "wanted today, yesterday, tomorrow, ahead, history, a weekday ahead, a date such as 2014-12-30, or two "
    "times START..END, with hours such as 'tomorrow 12:00-18:00' or without"
)


def rows_when(subject: Subject, when: When) -> IntArray:
    """The rows of the series, steps ahead included, that a time names. Ascending, at least one.

    Raises OptionError for what names no time, or none the series has.
    """
    start = int(subject.panel.offsets[subject.series])
    rows = np.arange(start, subject.future.stop)
    local = subject.stamps(slice(start, subject.future.stop))
    if isinstance(when, tuple):
        chosen = _between(subject, when[0], when[1])
    else:
        items = [item.strip() for item in when.split(",")]
        chosen = np.any([_item(subject, item, rows, local) for item in items], axis=0)
    if not chosen.any():
        raise OptionError(
            f"no step lies in {written(when)!r}; the series goes from {said_stamp(local[0])} to "
            f"{said_stamp(local[-1])}, the last step ahead, and the origin is "
            f"{said_stamp(local[subject.position])}"
        )
    found: IntArray = rows[chosen]
    return found


def written(when: When) -> str:
    """A time as it is parsed again.

    >>> written("tomorrow"), written(("2014-12-30", None))
    ('tomorrow', '2014-12-30..')
    """
    if isinstance(when, str):
        return when
    return "..".join("" if end is None else str(end) for end in when)


def spoken(when: When) -> str:
    """A time as it stands in a sentence.

    >>> spoken("yesterday,today"), spoken("ahead"), spoken("2014-12-30"), spoken("tomorrow 12:00-18:00")
    ('yesterday and today', 'in all steps ahead', 'on 2014-12-30', 'tomorrow 12:00-18:00')
    """
    return " and ".join(_spoken(item.strip()) for item in written(when).split(","))


def _spoken(item: str) -> str:
    first, _, second = item.partition("..")
    if ".." in item:
        return (
            f"from {first} to {second}"
            if first and second
            else f"from {first} on"
            if first
            else f"until {second}"
        )
    word = {"ahead": "in all steps ahead", "history": "in all its history"}.get(item.casefold())
    if word:
        return word
    return f"on {item}" if _DATE.match(item) or item.split()[0].casefold() in WEEKDAYS else item


def _item(subject: Subject, item: str, rows: IntArray, local: np.ndarray) -> BoolArray:
    """Which rows one item of a list of times names. [rows]"""
    timed = _HOURS.fullmatch(item)
    chosen = _days(subject, timed[1] if timed else item, rows, local)
    if timed is None:
        return chosen
    _require_calendar(subject, item)
    first, until = int(timed[2]) * 60 + int(timed[3]), int(timed[4]) * 60 + int(timed[5])
    if max(first, until) > 24 * 60 or first == until:
        raise OptionError(f"when={item!r} has no hours; wanted two different times of day up to 24:00")
    minute = (local - local.astype("datetime64[D]")).astype("timedelta64[m]").astype(np.int64)
    after, before = minute >= first, minute < until
    within: BoolArray = chosen & (after & before if first < until else after | before)
    return within


def _days(subject: Subject, word: str, rows: IntArray, local: np.ndarray) -> BoolArray:
    """Which rows a word names. [rows]"""
    lower, ahead = word.casefold(), rows > subject.row
    if ".." in word:
        first, _, second = word.partition("..")
        return _between(subject, first.strip() or None, second.strip() or None)
    if lower in ("ahead", "history"):
        return ahead if lower == "ahead" else ~ahead
    if subject.panel.frequency.unit == "step" and re.fullmatch(r"-?\d+", word):
        return _between(subject, word, word)
    if lower not in DAYS and lower not in WEEKDAYS and not _DATE.fullmatch(word):
        raise OptionError(f"when={word!r} names no time; {WANTED}")
    _require_calendar(subject, word)
    days = local.astype("datetime64[D]")
    origin = days[subject.position]
    if lower in DAYS:
        return np.asarray(days == origin + DAYS[lower])
    if lower in WEEKDAYS:
        weekday = (days.astype(np.int64) + 3) % 7  # 1970-01-01 was a Thursday
        there = days[ahead & (weekday == WEEKDAYS.index(lower))]
        if not len(there):
            raise OptionError(
                f"there is no {word} among the steps ahead, {said_stamp(local[ahead][0])} to "
                f"{said_stamp(local[-1])}; give a date"
            )
        return np.asarray(ahead & (days == there[0]))
    try:
        return np.asarray(days == np.datetime64(word, "D"))
    except ValueError:
        raise OptionError(f"when={word!r} is no date of the calendar; {WANTED}") from None


def _between(subject: Subject, first: Any, second: Any) -> BoolArray:
    """Which rows lie between two moments, both included; None is no bound. [rows]"""
    times = subject.panel.times[int(subject.panel.offsets[subject.series]) : subject.future.stop]
    chosen = np.ones(len(times), dtype=bool)
    if first is not None:
        seen, moment = comparable(subject.panel, times, first)
        chosen &= np.asarray(seen >= moment)
    if second is not None:
        seen, moment = comparable(subject.panel, times, second)
        chosen &= np.asarray(seen <= moment)
    return chosen


def _require_calendar(subject: Subject, word: str) -> None:
    if subject.panel.frequency.unit == "step":
        raise OptionError(
            f"when={word!r} needs a calendar, but this table counts steps; wanted ahead, history, a step "
            "number or two of them, START..END"
        )
