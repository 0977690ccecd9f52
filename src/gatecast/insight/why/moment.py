"""When something happens, as it is said on the day of the forecast: yesterday 13:00 to 18:00."""

import numpy as np

from gatecast.insight.subject import Subject

NAMED_DAYS = {-1: "yesterday", 0: "today", 1: "tomorrow"}
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def moment(subject: Subject, row: int) -> str:
    """One row of the panel in words: `14:00 tomorrow`, `09:00 on Thursday 12 March`, `3 steps ahead`."""
    here = slice(row, row + 1)
    stamp = subject.stamps(here)[0] if row <= subject.row else subject.coming()[row - subject.row - 1]
    if not isinstance(stamp, np.datetime64):
        return _steps_away(row - subject.row)
    if _daily(subject):
        return day_name(subject, stamp)
    day = day_name(subject, stamp)
    return f"{_clock(stamp)} {day if day in NAMED_DAYS.values() else f'on {day}'}"


def stretch_of_time(subject: Subject, rows: slice) -> str:
    """Rows of the panel in words, first and last included: `yesterday 13:00 to 18:00`, `all of yesterday`."""
    stamps = subject.stamps(rows)
    first, last = stamps[0], stamps[-1]
    if not isinstance(first, np.datetime64):
        ends = [_steps_away(row - subject.row) for row in (rows.start, rows.stop - 1)]
        return ends[0] if len(stamps) == 1 else " to ".join(ends)
    days = [day_name(subject, stamp) for stamp in (first, last)]
    if _daily(subject):
        return days[0] if len(stamps) == 1 else _days(days)
    if _is_midnight(first) and _ends_a_day(subject, last, stamps):
        return f"all of {days[0]}" if days[0] == days[1] else _days(days)
    clocks = [_clock(first), _clock(last)]
    if len(stamps) == 1:
        return f"{days[0]} {clocks[0]}"
    return f"{days[0]} {clocks[0]} to {clocks[1] if days[0] == days[1] else f'{days[1]} {clocks[1]}'}"


def day_name(subject: Subject, stamp: np.datetime64) -> str:
    """The day of a stamp as seen from the origin, today being the origin's: `yesterday`, `Monday 2 March`."""
    today = subject.stamps(slice(subject.row, subject.row + 1))[0].astype("datetime64[D]")
    day = stamp.astype("datetime64[D]")
    away = int((day - today).astype(int))
    if subject.panel.frequency.unit == "month":
        return f"{MONTHS[day.item().month - 1]} {day.item().year}"
    if away in NAMED_DAYS:
        return NAMED_DAYS[away]
    number, month, year = day.item().day, MONTHS[day.item().month - 1], day.item().year
    if abs(away) < 7:
        return f"{WEEKDAYS[day.item().weekday()]} {number} {month}"
    return f"{number} {month}{f' {year}' if abs(away) > 180 else ''}"


def _daily(subject: Subject) -> bool:
    """Whether a row is a day or longer, so that no clock is said."""
    return subject.panel.frequency.unit in ("day", "month")


def _clock(stamp: np.datetime64) -> str:
    return str(stamp.astype("datetime64[m]"))[11:16]


def _is_midnight(stamp: np.datetime64) -> bool:
    return bool(stamp == stamp.astype("datetime64[D]"))


def _ends_a_day(subject: Subject, last: np.datetime64, stamps: np.ndarray) -> bool:
    """Whether the next step is another day's."""
    step = np.timedelta64(subject.panel.frequency.count, "us")
    return len(stamps) > 1 and bool((last + step).astype("datetime64[D]") > last.astype("datetime64[D]"))


def _days(ends: list[str]) -> str:
    """Two days and what lies between."""
    return (
        " and ".join(ends) if ends in (["yesterday", "today"], ["today", "tomorrow"]) else " to ".join(ends)
    )


def _steps_away(away: int) -> str:
    """How far a step is from the origin, where there is no calendar."""
    if away == 0:
        return "the last step"
    steps = f"{abs(away)} step{'' if abs(away) == 1 else 's'}"
    return f"{steps} {'ahead' if away > 0 else 'before the origin'}"
