"""What happened: events in the data a model has read, found without asking the model.

A stretch of a series or covariate that stands out from its normal (see `deviation`), a flag that is raised, a
level that moved, values nobody measured. Whether it matters to any forecast is not asked here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from gatecast._types import FloatArray, IntArray
from gatecast.data import is_binary
from gatecast.insight.subject import Subject
from gatecast.insight.why.deviation import (
    LEAST_SPREAD,
    MAD,
    Deviations,
    deviations,
    seen,
    standing_out,
    wanted_score,
)
from gatecast.insight.why.moment import stretch_of_time
from gatecast.insight.why.normal import Normal, is_clockwork, normal_of, normal_of_rows, source_values
from gatecast.insight.why.segment import Segment

Kind = Literal["spike", "run", "level shift", "missing", "holiday", "flag"]

SHIFTED = 4.0  # spreads of day-to-day changes of level
CYCLES_READ = 4  # of the longest season: as far back as values a whole number of them ago are read
PLAIN_TO_SEE = 3.0  # the score of what needs no statistics


@dataclass(frozen=True)
class Event:
    """Something unusual in what the model has read.

    kind     spike, run, level shift, missing stretch, holiday or another flag raised
    source   the covariate's name; "" for the series itself
    rows     of the panel
    when     in words, from the origin's day
    size     mean distance from normal, unit of the source; NaN for a missing stretch
    score    how rare: sum of spreads, over what is rare; above 1
    usual    [rows]  what would have been normal there, unit of the source
    """

    kind: Kind
    source: str
    rows: slice
    when: str
    size: float
    score: float
    usual: FloatArray

    @property
    def what(self) -> str:
        """What happened, to be followed by when: `spike of temperature`, `holiday`."""
        source = self.source or "the series"
        return source if self.kind == "holiday" else f"{self.kind} of {source}"


def find_events(subject: Subject, window: int | None = None) -> tuple[Event, ...]:
    """Events before the origin and, in covariates known ahead, behind it, the rarest first, then the latest.

    window  steps before the origin to look at; what the network reads when None

    Raises SeriesError where the series is too short for anything to be called normal.
    """
    looked = subject.workings().context if window is None else window
    normal = normal_of(subject, looked)
    panel = subject.panel
    found = [*_missing(subject, normal), *_shifts(subject, normal)]
    for source in ("", *panel.known_names, *panel.past_names):
        if is_clockwork(panel, source, normal.reference):
            continue
        binary = source != "" and is_binary(source_values(panel, source))
        found.extend(_flags(subject, normal, source) if binary else _stretches(subject, normal, source))
    return tuple(sorted(found, key=lambda event: (-event.score, -event.rows.stop)))


def _stretches(subject: Subject, normal: Normal, source: str) -> Iterator[Event]:
    """Spikes and runs of one source, on either side of normal."""
    apart, values = deviations(subject, normal, source), seen(subject, source)
    wanted = wanted_score(apart.before, subject.panel.seasons[0])
    for one in standing_out(apart.window, wanted):
        yield from _stretch(subject, normal, source, one, one.score / wanted, values, apart)


def _stretch(
    subject: Subject,
    normal: Normal,
    source: str,
    one: Segment,
    score: float,
    values: FloatArray,
    apart: Deviations,
) -> Iterator[Event]:
    """One stretch as an event, long ones to whole days; as two where it goes on behind the origin."""
    day = subject.panel.seasons[0]
    rows = slice(normal.rows.start + one.first, normal.rows.start + one.stop)
    if one.stop - one.first >= max(day // 2, 2):
        rows = whole_days(subject, rows, normal.rows)
    kind: Kind = "spike" if one.stop - one.first <= max(day // 6, 1) else "run"
    now = subject.row + 1
    for part in (slice(rows.start, min(rows.stop, now)), slice(max(rows.start, now), rows.stop)):
        if part.stop - part.start > (rows.stop - rows.start) // 8:
            usual = apart.usual[part.start - normal.rows.start : part.stop - normal.rows.start]
            size = float(np.nanmean(values[part] - usual))
            yield Event(kind, source, part, stretch_of_time(subject, part), size, score, usual)


def whole_days(subject: Subject, rows: slice, within: slice) -> slice:
    """A stretch with ends moved to the turn of the day, where they are within a quarter of a day of it."""
    day = subject.panel.seasons[0]
    if day < 4 or subject.panel.frequency.unit != "microsecond":
        return rows
    wide = slice(max(within.start, rows.start - day // 4), min(within.stop, rows.stop + day // 4))
    dates = subject.stamps(wide).astype("datetime64[D]").astype(np.int64)
    turns = wide.start + 1 + np.flatnonzero(np.diff(dates))
    ends = [
        int(near[np.abs(near - end).argmin()]) if len(near := turns[np.abs(turns - end) <= day // 4]) else end
        for end in (rows.start, rows.stop)
    ]
    return slice(*ends) if ends[0] < ends[1] else rows


def _flags(subject: Subject, normal: Normal, source: str) -> Iterator[Event]:
    """Stretches where a 0/1 covariate is not what it usually is.

    Those before the window too, where a step ahead lies a whole number of the longest season after them.
    """
    panel, season = subject.panel, subject.season
    first = max(int(panel.offsets[subject.series]), subject.row + 1 - CYCLES_READ * season)
    rows = slice(min(first, normal.rows.start) if season > 1 else normal.rows.start, normal.rows.stop)
    usual = np.round(normal_of_rows(panel, source, normal.reference, rows))
    values = seen(subject, source)[rows]
    kind: Kind = "holiday" if "holiday" in source.lower() else "flag"
    for start, stop in _runs(np.isfinite(values) & np.isfinite(usual) & (values != usual)):
        found = slice(rows.start + start, rows.start + stop)
        if found.start < normal.rows.start and not len(echoes(subject, found)):
            continue
        size, usually = float((values - usual)[start:stop].mean()), usual[start:stop]
        yield Event(kind, source, found, stretch_of_time(subject, found), size, PLAIN_TO_SEE, usually)


def echoes(subject: Subject, rows: slice) -> IntArray:
    """Which rows ahead lie one to `CYCLES_READ` of the longest season after some rows."""
    ahead = np.arange(subject.row + 1, subject.row + 1 + subject.horizon)
    back = ahead[:, None] - subject.season * np.arange(1, CYCLES_READ + 1)
    found: IntArray = ahead[((back >= rows.start) & (back < rows.stop)).any(axis=1)]
    return found


def _missing(subject: Subject, normal: Normal) -> Iterator[Event]:
    """Stretches of the series nobody measured."""
    past = slice(normal.rows.start, subject.row + 1)
    fewest = max(2, subject.panel.seasons[0] // 8)
    for first, stop in _runs(np.isnan(subject.panel.values[past])):
        if stop - first >= fewest:
            rows = slice(past.start + first, past.start + stop)
            usual = normal.values[first:stop]
            yield Event("missing", "", rows, stretch_of_time(subject, rows), np.nan, PLAIN_TO_SEE, usual)


def _shifts(subject: Subject, normal: Normal) -> Iterator[Event]:
    """The turn of a day at which the level of the series moved and stayed, if there is one."""
    day = max(subject.panel.seasons[0], 4)
    past = slice(normal.rows.start, subject.row + 1)
    apart = subject.panel.values[past] - normal.values[: past.stop - past.start]
    reference = normal.reference
    earlier = subject.panel.values[reference] - normal_of_rows(subject.panel, "", reference, reference)
    levels, before = _daily(apart, day), _daily(earlier, day)
    changes = np.diff(before[np.isfinite(before)])
    spread = MAD * float(np.median(np.abs(changes))) if len(changes) > 2 else 0.0
    spread = max(spread, LEAST_SPREAD * float(np.nanstd(earlier))) if spread else 0.0
    turns = range(2, len(levels))
    shifts = [float(np.nanmedian(levels[k:]) - np.nanmedian(levels[:k])) for k in turns] if spread else []
    steady = [_steady(levels, k, shift) for k, shift in zip(turns, shifts, strict=False)]
    sizes = [abs(s) * good / (SHIFTED * spread) for s, good in zip(shifts, steady, strict=True)]
    if sizes and max(sizes) >= 1.0:
        best = int(np.argmax(sizes))
        rows = slice(past.stop - (len(levels) - turns[best]) * day, past.stop)
        usual = subject.panel.values[rows] - shifts[best]
        when = f"since {stretch_of_time(subject, slice(rows.start, rows.start + 1))}"
        yield Event("level shift", "", rows, when, shifts[best], sizes[best], usual)


def _steady(levels: FloatArray, turn: int, shift: float) -> bool:
    """Whether every day behind the turn lies nearer the new level than the old, and none before it."""
    middle = float(np.nanmedian(levels[:turn])) + shift / 2
    side = (levels - middle) * np.sign(shift)
    return bool(np.all(side[turn:] > 0) and np.all(side[:turn] < 0))


def _daily(apart: FloatArray, day: int) -> FloatArray:
    """Means of whole days counted back from the end, oldest first. [days]"""
    days = len(apart) // day
    if not days:
        return np.zeros(0)
    cut = apart[len(apart) - days * day :].reshape(days, day)
    return np.array([np.nanmean(row) if np.isfinite(row).any() else np.nan for row in cut])


def _runs(flags: np.ndarray) -> Iterator[tuple[int, int]]:
    """First and past-the-last of each stretch of true."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    yield from zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
