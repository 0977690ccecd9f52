"""Instants and wall clocks: where a zone's clocks change, and both ways across.

All times are microseconds since 1970-01-01, of UTC for instants, of the local clock for wall times.
Source of the rules: the IANA time zone database, through `zoneinfo`.
"""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from difflib import get_close_matches
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

import numpy as np

from gatecast._types import BoolArray, IntArray
from gatecast.errors import OptionError

SECOND = 1_000_000
DAY = 86_400 * SECOND
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIXED = re.compile(r"(?:UTC|GMT)?([+-])(\d\d):?(\d\d)")


@lru_cache(maxsize=128)
def zone_rules(zone: str) -> tzinfo:
    """The rules of an IANA zone, or of a fixed offset such as "+02:00".

    Raises OptionError if there is no such zone.
    """
    fixed = _FIXED.fullmatch(zone)
    if fixed:
        sign, hours, minutes = fixed.groups()
        away = timedelta(hours=int(hours), minutes=int(minutes))
        return timezone(-away if sign == "-" else away)
    try:
        return ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        near = get_close_matches(zone, sorted(available_timezones()), n=3, cutoff=0.5)
        hint = f"; did you mean {' or '.join(near)}?" if near else ""
        raise OptionError(
            f"zone {zone!r} is unknown; wanted an IANA name such as Europe/Berlin{hint}"
        ) from None


def _offset(rules: tzinfo, second: int) -> int:
    away = (_EPOCH + timedelta(seconds=second)).astimezone(rules).utcoffset()
    return 0 if away is None else round(away / timedelta(microseconds=1))


@lru_cache(maxsize=64)
def _changes(zone: str, first_year: int, last_year: int) -> tuple[IntArray, IntArray]:
    """When clocks change and what they show from then on; the first entry is before every change.

    instants  [changes + 1]  microseconds UTC
    offsets   [changes + 1]  local clock less UTC, microseconds
    """
    rules = zone_rules(zone)
    start, stop = (
        int((datetime(y, 1, 1, tzinfo=UTC) - _EPOCH).total_seconds()) for y in (first_year, last_year + 1)
    )
    instants, offsets = [np.iinfo(np.int64).min], [_offset(rules, start)]
    for after in range(start + 86_400, stop + 1, 86_400):
        now = _offset(rules, after)
        if now == offsets[-1]:
            continue
        low, high = after - 86_400, after  # bisect to the second: no zone changes twice in one day
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if _offset(rules, middle) == offsets[-1] else (low, middle)
        instants.append(high * SECOND)
        offsets.append(now)
    return np.array(instants, dtype=np.int64), np.array(offsets, dtype=np.int64)


def _changes_around(times: IntArray, zone: str) -> tuple[IntArray, IntArray]:
    years = (
        np.array([times.min() - 2 * DAY, times.max() + 2 * DAY])
        .astype("datetime64[us]")
        .astype("datetime64[Y]")
    )
    first, last = np.clip(years.astype(np.int64) + 1970, 2, 9997)
    return _changes(zone, int(first), int(last))


def to_wall(times: IntArray, zone: str | None) -> IntArray:
    """What the local clock shows at each instant; unchanged where there is no zone.

    >>> noon = np.array([1_388_577_600_000_000])  # 2014-01-01 12:00 UTC
    >>> to_wall(noon, "Australia/Melbourne").astype("datetime64[us]").item(0).hour
    23
    """
    if zone is None or not len(times):
        return times
    instants, offsets = _changes_around(times, zone)
    return times + offsets[np.searchsorted(instants, times, side="right") - 1]


def to_instant(wall: IntArray, zone: str | None, later: BoolArray | bool = False) -> IntArray:
    """The instant at which the local clock shows each wall time.

    A time shown twice is taken the first time, or the second where `later`; a time never shown is moved
    forward by the length of the jump.
    """
    if zone is None or not len(wall):
        return wall
    instants, offsets = _changes_around(wall, zone)
    before, after = offsets[:-1], offsets[1:]
    first = np.searchsorted(instants[1:] + np.maximum(before, after), wall, side="right")
    second = np.searchsorted(instants[1:] + np.minimum(before, after), wall, side="right")
    shown_twice = offsets[second] < offsets[first]
    return wall - offsets[np.where(shown_twice & later, second, first)]


def shown_twice(wall: IntArray, zone: str) -> BoolArray:
    """Which wall times the local clock shows twice, when clocks go back."""
    return np.not_equal(to_instant(wall, zone, later=True), to_instant(wall, zone))


def never_shown(wall: IntArray, zone: str) -> BoolArray:
    """Which wall times the local clock jumps over, when clocks go forward."""
    return np.not_equal(to_wall(to_instant(wall, zone), zone), wall)
