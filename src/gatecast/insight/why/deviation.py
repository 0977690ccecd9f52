"""How far a source is from its normal, and which stretches of it stand out.

Counted in spreads of the hour of the day. A stretch stands out where its score (see `segment`) is as high as
is wanted: one step by six spreads, or more steps by less, and the more of them the longer things hang
together by nature. Spreads and levels are medians, the spreads of what did not stand out itself.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from gatecast._types import FloatArray
from gatecast.data import local_time
from gatecast.insight.subject import Subject
from gatecast.insight.why.normal import Normal, normal_of_rows, source_values
from gatecast.insight.why.segment import Segment, segments

STANDS_OUT = 1.0  # spreads: what a step must be off before it adds to a stretch
MOST_SPREADS = 8.0  # one step counts for no more
SCORE = 5.0  # that a stretch must have for each step that hangs together
MOST_TOGETHER = 0.25  # of a day: what hangs together longer is still felt as one thing
CLIPPED = 3.0  # spreads, where it is measured for how long things hang together
LEAST_SPREAD = 0.25  # of the spread over all hours: nights without sun have none of their own
MAD = 1.4826  # standard deviations of a normal distribution in its median absolute deviation


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
    then, now = hours[_inside(subject, reference)], hours[_inside(subject, rows)]
    spread = _ordinary_spread(before, then, panel.seasons[0])
    parts = [np.nan_to_num(part / spread[at]) for part, at in ((before, then), (window, now))]
    return Deviations(parts[0], parts[1], usual, before)


def usual_values(subject: Subject, normal: Normal, rows: slice) -> FloatArray:
    """What the series would usually have been: the normal at the level of the days around. [rows]"""
    panel, day = subject.panel, max(subject.panel.seasons[0], 4)
    start = int(panel.offsets[subject.series])
    around = slice(max(rows.start - day, start), min(rows.stop + day, subject.row + 1))
    usual = normal_of_rows(panel, "", normal.reference, around)
    apart = panel.values[around] - usual
    apart[rows.start - around.start : rows.stop - around.start] = np.nan
    level = float(np.nanmedian(apart)) if np.isfinite(apart).any() else 0.0
    return usual[rows.start - around.start : rows.stop - around.start] + level


def seen(subject: Subject, source: str) -> FloatArray:
    """The values of a source as far as a model may read them: behind the origin only what is known ahead."""
    values = source_values(subject.panel, source).copy()
    if source not in subject.panel.known_names:
        values[subject.row + 1 :] = np.nan
    return values


def standing_out(apart: FloatArray, wanted: float) -> list[Segment]:
    """Stretches on either side of normal that score as much as wanted. apart: [steps] in spreads"""
    both = [segments(np.clip(sign * apart, -MOST_SPREADS, MOST_SPREADS) - STANDS_OUT) for sign in (1.0, -1.0)]
    return [one for side in both for one in side if one.score >= wanted]


def wanted_score(before: Float[FloatArray, "reference"], day: int) -> float:
    """What a stretch must score to be called an event: more where steps hang together by nature.

    They do for as long as deviations before the window are alike: 1 + 2 Σ autocorrelations, up to the first
    that is not positive.
    """
    steps = np.clip(before, -CLIPPED, CLIPPED)
    steps = steps - steps.mean()
    size, together = float(steps @ steps), 1.0
    for lag in range(1, min(max(day, 4), len(steps) - 1)):
        alike = float(steps[lag:] @ steps[:-lag]) / size if size else 0.0
        if alike <= 0.0:
            break
        together += 2 * alike
    return SCORE * min(together, max(MOST_TOGETHER * day, 1.0))


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


def _ordinary_spread(apart: FloatArray, hours: np.ndarray, day: int) -> FloatArray:
    """Spread of each hour of the day with what stood out then left aside. [hours]

    A median bears events, but each moves it a little: where one day in seven has one, by a fifth.
    """
    spread, ordinary = _spread(apart, hours), apart.copy()
    scaled = np.nan_to_num(apart / spread[hours])
    for one in standing_out(scaled, wanted_score(scaled, day)):
        ordinary[one.first : one.stop] = np.nan
    return _spread(ordinary, hours) if np.isfinite(ordinary).sum() > len(apart) // 2 else spread


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
