"""What happened: events in the data a model has read, found without asking the model.

A value stands out by how far it is from its normal, in spreads of its own hour of the day; a stretch stands
out where that stays high (see `segment`): one step by five spreads, or more steps by less, and the more of them
the longer things hang together by nature. Whether it matters is not asked here. Normals, spreads and levels
are medians, which earlier events hardly move.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from gatecast._types import FloatArray
from gatecast.data import is_binary, local_time
from gatecast.insight.normal import Normal, is_clockwork, normal_of, normal_of_rows, source_values
from gatecast.insight.segment import Segment, segments
from gatecast.insight.subject import Subject
from gatecast.insight.when import stretch_of_time

Kind = Literal["spike", "run", "level shift", "missing", "holiday", "flag"]

STANDS_OUT = 1.0  # spreads: what a step must be off before it adds to a stretch
MOST_SPREADS = 8.0  # one step counts for no more
SCORE = 4.0  # that a stretch must have for each step that hangs together
MOST_TOGETHER = 0.25  # of a day: what hangs together longer is still felt as one thing
CLIPPED = 3.0  # spreads, where it is measured for how long things hang together
SHIFTED = 4.0  # spreads of day-to-day changes of level
LEAST_SPREAD = 0.25  # of the spread over all hours: nights without sun have none of their own
MAD = 1.4826  # standard deviations of a normal distribution in its median absolute deviation


@dataclass(frozen=True)
class Event:
    """Something unusual in what the model has read.

    kind     spike, run, level shift, missing stretch, holiday or another flag raised
    source   the covariate's name; "" for the series itself
    rows     of the panel
    when     in words, from the origin's day
    size     mean distance from normal, unit of the source; NaN for a missing stretch
    score    how rare: sum of spreads, over what is rare; above 1 for all but flags and missing stretches
    usual    [rows]  what would have been normal there, unit of the source
    """

    kind: Kind
    source: str
    rows: slice
    when: str
    size: float
    score: float
    usual: FloatArray


def find_events(subject: Subject, window: int | None = None) -> tuple[Event, ...]:
    """Events before the origin and, in covariates known ahead, behind it, the rarest first.

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
    return tuple(sorted(found, key=lambda event: -event.score))


@dataclass(frozen=True)
class Deviations:
    """How far one source is from its normal.

    before   [reference]  in spreads of its hour of the day; 0 where unknown
    window   [rows]       likewise
    usual    [rows]       the normal it is held against, unit of the source
    earlier  [reference]  how far it was from its normal then, unit of the source
    """

    before: FloatArray
    window: FloatArray
    usual: FloatArray
    earlier: FloatArray


def deviations(subject: Subject, normal: Normal, source: str) -> Deviations:
    """Measure one source against its normal.

    The series itself is held against its normal moved to the level of the days around, so that a cold month
    is no event on each of its days.
    """
    panel, rows, reference = subject.panel, normal.rows, normal.reference
    values = seen(subject, source)
    earlier = normal_of_rows(panel, source, reference, reference)
    usual = normal.of(panel, source)
    if source == "":
        day = max(panel.seasons[0], 4)
        both = np.concatenate([values[reference] - earlier, values[rows] - usual])
        level = _level(both, day)
        earlier, usual = earlier + level[: len(earlier)], usual + level[len(earlier) :]
    before, window = values[reference] - earlier, values[rows] - usual
    hours = _hours(subject)
    spread = _spread(before, hours[_inside(subject, reference)])
    wanted = hours[_inside(subject, rows)]
    scales = [spread[hours[_inside(subject, reference)]], spread[wanted]]
    parts = [np.nan_to_num(part / scale) for part, scale in zip((before, window), scales, strict=True)]
    return Deviations(parts[0], parts[1], usual, before)


def seen(subject: Subject, source: str) -> FloatArray:
    """The values of a source as far as a model may read them: behind the origin only what is known ahead."""
    values = source_values(subject.panel, source).copy()
    if source not in subject.panel.known_names:
        values[subject.row + 1 :] = np.nan
    return values


def _level(apart: FloatArray, day: int) -> FloatArray:
    """The running median of a day on either side. [rows]"""
    padded = np.concatenate([np.full(day, np.nan), apart, np.full(day, np.nan)])
    around = np.lib.stride_tricks.sliding_window_view(padded, 2 * day + 1)
    level = np.empty(len(apart))
    whole = np.isfinite(around).all(axis=1)
    level[whole] = np.median(around[whole], axis=1)
    for row in np.flatnonzero(~whole):
        known = around[row][np.isfinite(around[row])]
        level[row] = np.median(known) if len(known) else 0.0
    return level


def _hours(subject: Subject) -> np.ndarray:
    """The hour of the day of each row of the series, as a number of its own. [series' rows]"""
    panel, rows = subject.panel, subject.panel.rows(subject.series)
    clock = local_time(panel.times[rows], panel.zone, panel.frequency)
    if clock is None or panel.frequency.unit != "microsecond":
        return np.arange(rows.stop - rows.start) % max(panel.seasons[0], 1)
    return np.floor(clock.hour + 1e-9).astype(np.int64)


def _inside(subject: Subject, rows: slice) -> slice:
    """Rows of the panel as steps of the series."""
    start = int(subject.panel.offsets[subject.series])
    return slice(rows.start - start, rows.stop - start)


def _spread(apart: FloatArray, hours: np.ndarray) -> FloatArray:
    """Robust spread of each hour of the day; no less than a part of that over all hours. [hours]"""
    spread = np.zeros(int(hours.max(initial=0)) + 1)
    for hour in np.unique(hours):
        mine = np.abs(apart[(hours == hour) & np.isfinite(apart)])
        spread[hour] = MAD * np.median(mine) if len(mine) else 0.0
    moving = spread[spread > 0]
    floor = LEAST_SPREAD * float(np.sqrt((moving**2).mean())) if len(moving) else 0.0
    if floor == 0.0:  # over half of it is exactly normal: what is left says how it moves
        known = apart[np.isfinite(apart)]
        floor = float(known.std()) if len(known) else 0.0
    return np.maximum(spread, floor or np.inf)


def _stretches(subject: Subject, normal: Normal, source: str) -> Iterator[Event]:
    """Spikes and runs of one source, on either side of normal."""
    apart, values = deviations(subject, normal, source), seen(subject, source)
    wanted = wanted_score(apart, subject.panel.seasons[0])
    for one in standing_out(apart.window, wanted):
        yield from _stretch(subject, normal, source, one, one.score / wanted, values, apart)


def standing_out(apart: FloatArray, wanted: float) -> list[Segment]:
    """Stretches on either side of normal that score as much as wanted. apart: [steps] in spreads"""
    both = [segments(np.clip(sign * apart, -MOST_SPREADS, MOST_SPREADS) - STANDS_OUT) for sign in (1.0, -1.0)]
    return [one for side in both for one in side if one.score >= wanted]


def wanted_score(apart: Deviations, day: int) -> float:
    """What a stretch must score to be called an event: more where steps hang together by nature.

    They do for as long as deviations before the window are alike: 1 + 2 Σ autocorrelations, up to the first
    that is not positive.
    """
    steps = np.clip(apart.before, -CLIPPED, CLIPPED)
    steps = steps - steps.mean()
    size, together = float(steps @ steps), 1.0
    for lag in range(1, min(max(day, 4), len(steps) - 1)):
        alike = float(steps[lag:] @ steps[:-lag]) / size if size else 0.0
        if alike <= 0.0:
            break
        together += 2 * alike
    return SCORE * min(together, max(MOST_TOGETHER * day, 1.0))


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
    """Stretches where a 0/1 covariate is not what it usually is."""
    values, usual = seen(subject, source)[normal.rows], normal.of(subject.panel, source)
    raised = np.isfinite(values) & np.isfinite(usual) & (values != np.round(usual))
    kind: Kind = "holiday" if "holiday" in source.lower() else "flag"
    for first, stop in _runs(np.asarray(raised)):
        rows = slice(normal.rows.start + first, normal.rows.start + stop)
        size = float((values - usual)[first:stop].mean())
        yield Event(
            kind, source, rows, stretch_of_time(subject, rows), size, 1.0, np.round(usual[first:stop])
        )


def _missing(subject: Subject, normal: Normal) -> Iterator[Event]:
    """Stretches of the series nobody measured."""
    past = slice(normal.rows.start, subject.row + 1)
    fewest = max(2, subject.panel.seasons[0] // 8)
    for first, stop in _runs(np.isnan(subject.panel.values[past])):
        if stop - first >= fewest:
            rows = slice(past.start + first, past.start + stop)
            usual = normal.values[first:stop]
            yield Event("missing", "", rows, stretch_of_time(subject, rows), np.nan, 1.0, usual)


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
