"""What is usual: every input as it is at the same hour of the week, for things to be held against.

Zero is a wrong baseline for a seasonal series: an explanation held against it is of the season, not of the
day. Here usual is the median of the last `CYCLES` weeks before what is explained, taken at the same local
hour and weekday, moved by what the last `RECENT` days were off from that at each hour of the day, because the
year turns; where there is no calendar, at the same place in the longest season. Medians, so that one odd week
leaves them alone; eight values are few, though, and as far as weekdays differ by chance only, as in the
weather, all days are taken together. Clock and calendar are never changed, nor is what follows from them,
such as a clear sky's sun.
"""

from dataclasses import dataclass, replace

import numpy as np
import torch

from gatecast._types import FloatArray, IntArray
from gatecast.data import LocalTime, Panel, is_binary, local_time
from gatecast.errors import SeriesError
from gatecast.forecaster import Origins
from gatecast.insight.subject import LEVELS, Subject
from gatecast.memory import Batch, Column, Workings

CYCLES = 8  # of the longest season looked back on
FEWEST_CYCLES = 4  # from which on it can be asked whether weekdays differ
RECENT = 21  # days, or shortest seasons, whose level it is moved to
HOURS_IN_A_WEEK = 168.0
CLOCKWORK = 0.05  # of its spread: what moves less from one day to the next follows from clock and calendar
UNTOUCHED = {"calendar", "static"}  # kinds of inputs that are the same in both worlds


@dataclass(frozen=True)
class Normal:
    """The normal of a series and its covariates on some rows of the panel.

    rows       what it covers
    reference  the rows it was learned from, all before them
    values     [rows]         of the series, in its unit; NaN where nothing is known of that hour
    known      [rows, known]  of its covariates, likewise past
    """

    rows: slice
    reference: slice
    values: FloatArray
    known: FloatArray
    past: FloatArray

    def of(self, panel: Panel, source: str) -> FloatArray:
        """The normal of one source, see `source_values`. [rows]"""
        if source == "":
            return self.values
        if source in panel.known_names:
            return self.known[:, panel.known_names.index(source)]
        return self.past[:, panel.past_names.index(source)]


def source_values(panel: Panel, source: str) -> FloatArray:
    """The values of a source: the series itself, called "", or a covariate by name. [rows]"""
    if source == "":
        return panel.values
    if source in panel.known_names:
        return panel.known[:, panel.known_names.index(source)]
    return panel.past[:, panel.past_names.index(source)]


def phases(panel: Panel, rows: slice) -> IntArray:
    """Which rows are the same hour of the week: equal numbers where they are.

    The weekday for days, the month for months, the place in the longest season where there is no calendar
    or rows are weeks. [rows]
    """
    frequency = panel.frequency
    clock = local_time(panel.times[rows], panel.zone, frequency)
    if clock is not None and frequency.unit == "month":
        return clock.month
    if clock is not None and frequency.unit == "day" and frequency.count == 1:
        return clock.weekday
    if clock is not None and frequency.unit == "microsecond":
        return _of_the_week(clock, frequency.count / 3.6e9)
    start = panel.offsets[np.searchsorted(panel.offsets, rows.start, side="right") - 1]
    place: IntArray = (np.arange(rows.start, rows.stop) - start) % max(panel.seasons[-1], 1)
    return place


def _of_the_week(clock: LocalTime, hours: float) -> IntArray:
    """The place of each row in the week, counted in steps of so many hours. [rows]"""
    passed = clock.weekday * 24.0 + clock.hour
    place: IntArray = np.rint(passed / hours).astype(np.int64) % max(round(HOURS_IN_A_WEEK / hours), 1)
    return place


def cycle(panel: Panel) -> int:
    """Steps after which the same hour of the week comes again: a week, a year of months, a longest season.

    >>> from gatecast import SeasonalNaive, load_sample
    >>> cycle(SeasonalNaive(horizon=48).fit(load_sample("demand").tail(1480)).panel_)
    336
    """
    frequency = panel.frequency
    if frequency.unit == "microsecond":
        return max(round(HOURS_IN_A_WEEK * 3.6e9 / frequency.count), 1)
    if frequency.unit == "day" and frequency.count == 1:
        return 7
    if frequency.unit == "month":
        return max(12 // frequency.count, 1)
    return max(panel.seasons[-1], 1)


def normal_of(subject: Subject, window: int, before: int | None = None) -> Normal:
    """The normal of the last `window` steps before the origin and of the steps ahead.

    before  learn from rows before this one only; from those before the window when None, or from everything
            up to the origin where too little lies before the window

    Raises SeriesError where the series is shorter than one cycle.
    """
    panel, length = subject.panel, cycle(subject.panel)
    start, first = int(panel.offsets[subject.series]), subject.past(window).start
    rows = slice(first, max(subject.future.stop, subject.row + 1))
    end = first if before is None else min(before, first)
    if end - start < length:
        end = subject.row + 1
    if end - start < length:
        raise SeriesError(
            f"only {end - start} steps lie before the origin, fewer than the {length} after which the same "
            "hour comes again, so nothing is known of what is normal; give a later origin"
        )
    reference = slice(max(start, end - CYCLES * length), end)
    columns = [panel.values[:, None], panel.known, panel.past]
    found = [_usual_rows(subject, column, rows, reference) for column in columns]
    return Normal(rows, reference, found[0][:, 0], found[1], found[2])


def _usual_rows(subject: Subject, columns: FloatArray, rows: slice, reference: slice) -> FloatArray:
    """The normal of some columns: that of the hour of the week, at the level of late. [rows, columns]"""
    panel, day = subject.panel, max(subject.panel.seasons[0], 1)
    usual, before = (_of_the_hour(panel, columns, reference, some) for some in (rows, reference))
    late = slice(max(reference.stop - RECENT * day, reference.start), reference.stop)
    off = columns[late] - before[late.start - reference.start :]
    level = np.nan_to_num(_medians(off, _of_the_day(panel, late), _of_the_day(panel, rows)))
    usual += np.where([is_binary(column[reference]) for column in columns.T], 0.0, level)
    for j, column in enumerate(columns.T):
        known = column[reference][np.isfinite(column[reference])]
        if len(known):  # what never was is not usual: no sun below zero
            usual[:, j] = np.clip(usual[:, j], known.min(), known.max())
    return usual


def _of_the_hour(panel: Panel, columns: FloatArray, learned: slice, rows: slice) -> FloatArray:
    """Medians at the hour of the week, as far as weekdays truly differ. [rows, columns]

    How far they are drawn to the medians of the hour of the day follows from whether the two differ alike in
    odd and in even weeks: r of the halves is 2r / (1 + r) of the whole (Spearman & Brown, 1910).
    """
    seen, weekly = columns[learned], phases(panel, learned)
    daily, count = _of_the_day(panel, learned), len(seen) / cycle(panel)
    usual = _medians(seen, weekly, phases(panel, rows))
    if count < FEWEST_CYCLES:
        return usual
    plain = _medians(seen, daily, _of_the_day(panel, rows))
    odd = np.arange(len(seen)) // cycle(panel) % 2 == 1
    halves = [
        _medians(seen[half], weekly[half], weekly) - _medians(seen, daily, daily) for half in (odd, ~odd)
    ]
    for j in range(columns.shape[1]):
        if not is_binary(seen[:, j]):
            r = _alike(halves[0][:, j], halves[1][:, j])
            usual[:, j] = plain[:, j] + 2 * r / (1 + r) * (usual[:, j] - plain[:, j])
    return usual


def _alike(a: FloatArray, b: FloatArray) -> float:
    """How alike two halves are: their correlation, 0 where it is negative or one of them does not vary."""
    known = np.isfinite(a) & np.isfinite(b)
    a, b = a[known], b[known]
    if len(a) < 2 or a.std() < 1e-12 or b.std() < 1e-12:
        return 0.0
    return max(float(np.corrcoef(a, b)[0, 1]), 0.0)


def _of_the_day(panel: Panel, rows: slice) -> IntArray:
    """Which rows are the same hour of the day, by their place in the shortest season. [rows]"""
    starts = panel.offsets[np.searchsorted(panel.offsets, rows.start, side="right") - 1]
    place: IntArray = (np.arange(rows.start, rows.stop) - starts) % max(panel.seasons[0], 1)
    return place


def is_clockwork(panel: Panel, source: str, rows: slice) -> bool:
    """Whether a covariate follows from clock and calendar alone: each day is all but the one before."""
    values, day = source_values(panel, source)[rows], max(panel.seasons[0], 1)
    if source == "" or is_binary(values) or len(values) <= day or not np.isfinite(values).any():
        return False
    moved = np.abs(values[day:] - values[:-day])
    return bool(np.nanmean(moved) <= CLOCKWORK * np.nanstd(values))


def normal_of_rows(panel: Panel, source: str, learned: slice, rows: slice) -> FloatArray:
    """The normal of a source learned from some rows, on others, at no other level than theirs. [rows]"""
    usual: FloatArray = _of_the_hour(panel, source_values(panel, source)[:, None], learned, rows)[:, 0]
    return usual


def _medians(columns: FloatArray, seen: IntArray, wanted: IntArray) -> FloatArray:
    """The median of the rows of each wanted phase, of all rows where there are none. [wanted, columns]"""
    usual = np.full((len(wanted), columns.shape[1]), np.nan)
    for phase in np.unique(wanted):
        some = columns[seen == phase]
        for j in range(columns.shape[1]):
            known = some[np.isfinite(some[:, j]), j]
            if not len(known):
                known = columns[np.isfinite(columns[:, j]), j]
            usual[wanted == phase, j] = np.median(known) if len(known) else np.nan
    return usual


def normal_batch(subject: Subject, workings: Workings) -> Batch:
    """The network's inputs as they are at the same hour of the week, clock and calendar as they are now.

    The median over windows as long as the origin's own that end `CYCLES` weeks in a row before it, every step
    of them as the network reads it.

    Raises SeriesError where there is no such window.
    """
    position = earlier(subject, workings.context)
    origins = Origins(np.full(len(position), subject.series), position)
    then = subject.model.workings(subject.panel, origins, LEVELS, workings.context).batch
    now = workings.batch

    history = _usual(_ending_together(then, workings.context), workings.history, now.history)
    ahead = _usual(then.ahead, workings.ahead, now.ahead)
    return now._replace(
        history=history, ahead=ahead, members=_median(then.members), prior=_median(then.prior)
    )


def _ending_together(then: Batch, context: int) -> torch.Tensor:
    """Windows that end at their origins; zeros where a series had not begun. [origins, context, inputs]"""
    ended = torch.zeros(len(then.history), context, then.history.shape[-1], dtype=then.history.dtype)
    for row, steps in enumerate((then.at[:, 0] + 1).tolist()):
        ended[row, context - steps :] = then.history[row, :steps]
    return ended


def _usual(then: torch.Tensor, columns: tuple[Column, ...], now: torch.Tensor) -> torch.Tensor:
    """The median over origins, in columns of clock and calendar what is there now. [1, ..., columns]"""
    kept = torch.tensor([column.kind in UNTOUCHED for column in columns])
    return torch.where(kept, now, _median(then))


def _median(then: torch.Tensor) -> torch.Tensor:
    """The median over origins. [1, ...]"""
    return torch.from_numpy(np.median(then.numpy(), axis=0, keepdims=True))


def earlier(subject: Subject, context: int) -> IntArray:
    """Positions at the origin's own hour of the week, newest first, whose windows the series fills.

    Raises SeriesError where there are none.
    """
    start = int(subject.panel.offsets[subject.series])
    found = phases(subject.panel, slice(start, subject.row + 1))
    position = np.flatnonzero(found == found[-1])[:-1][::-1]
    far_enough = position[(position <= subject.position - context) & (position >= context - 1)]
    near = position[position >= min(context, subject.position // 2) - 1]
    chosen: IntArray = (far_enough if len(far_enough) else near)[:CYCLES]
    if not len(chosen):
        raise SeriesError(
            f"only {subject.position + 1} steps lie before the origin, too few to know what is usual at its "
            "hour of the week; give a later origin"
        )
    return chosen


def normal_panel(subject: Subject, normal: Normal) -> Panel:
    """The panel with everything normal on the rows it covers: values and past covariates up to the origin."""
    panel, past = subject.panel, slice(normal.rows.start, subject.row + 1)
    values, known, behind = panel.values.copy(), panel.known.copy(), panel.past.copy()
    count = past.stop - past.start
    values[past], behind[past], known[normal.rows] = normal.values[:count], normal.past[:count], normal.known
    return replace(panel, values=values, known=known, past=behind)
