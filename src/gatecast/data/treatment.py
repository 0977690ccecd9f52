"""From rows to a panel on a regular grid: everything irregular is treated and noted, or refused by name.

Arrays in, arrays out: the frame libraries stay in `table`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from gatecast._types import BoolArray, FloatArray, IntArray
from gatecast.data.frequency import Frequency, parse, seasons
from gatecast.data.gaps import missing_mask
from gatecast.data.grid import Grid, coarser, infer, lay, settle, stamps
from gatecast.data.panel import Panel
from gatecast.data.rows import Rows, counted, counts_by_series, tidy
from gatecast.data.zone import DAY
from gatecast.errors import CovariateError, FrequencyError, OptionError, TableError, listed

# units that whole numbers such as 201401311330 may spell behind the year, and the range of their two digits
_DIGITS = {"months": (1, 12), "days": (1, 31), "hours": (0, 24), "minutes": (0, 59), "seconds": (0, 59)}
LARGEST_GROWTH = 50  # a grid of more rows than this for each row of the table is a wrong frequency


def panel_of(
    rows: Rows, freq: str | int | None, season: Sequence[int] | int | None
) -> tuple[Panel, tuple[str, ...]]:
    """Treat the rows and lay them on a regular grid; the notes say what was done.

    Raises TableError, FrequencyError or CovariateError, each naming series, times and remedy.
    """
    rows, notes = tidy(rows)
    if freq is None and rows.counted:
        _refuse_disguised(rows)
    frequency, grid = _grid(rows, freq)
    panel = _with_future(_spread(rows, frequency, grid, season))
    stood = np.zeros(len(panel.values), dtype=bool)
    stood[panel.offsets[rows.series] + grid.steps] = True
    notes += _gap_notes(panel, stood, rows.schema.target_col)
    panel, more = _filled(panel)
    return panel, tuple(notes + more + _closing_notes(panel, season))


def _refuse_disguised(rows: Rows) -> None:
    """Refuse whole numbers that are dates or clock seconds: as steps they would have neither gap nor season.

    Raises TableError naming what they look like.
    """
    low, high = int(rows.times.min()), int(rows.times.max())
    said = next(
        (f"dates written as whole numbers ({word})" for word in _DIGITS if _spelt(rows.times, word)), None
    )
    for unit, size in (("seconds", 1), ("milliseconds", 1_000), ("microseconds", 10**6)):
        if said is None and 3e8 * size <= low and high < 5e9 * size:  # 1979 to 2128
            said = f"{unit} since 1970"
    if said:
        raise TableError(
            f"{rows.schema.time_col!r} holds whole numbers from {low} to {high}, which look like {said}; "
            "write stamps such as 2014-01-31 or 2014-01-31 13:30, or give freq=1 if they count steps"
        )


def _spelt(times: IntArray, finest: str) -> bool:
    """Whether whole numbers are dates from 1900 to 2100, two digits for each unit down to the finest."""
    year, fields = times, []
    for low, high in reversed(list(_DIGITS.values())[: list(_DIGITS).index(finest) + 1]):
        year, field = np.divmod(year, 100)
        fields.append((field >= low) & (field <= high))
    return bool(((year >= 1900) & (year <= 2100) & np.all(fields, axis=0)).all())


def _grid(rows: Rows, freq: str | int | None) -> tuple[Frequency, Grid]:
    frequency = _frequency(rows, freq)
    grid = lay(rows.times, rows.offsets, frequency, rows.zone)
    said = f"the frequency {'inferred' if freq is None else 'given'}, {frequency.describe()}"
    if not grid.lies.all():
        whole_days = frequency.unit == "microsecond" and frequency.count % DAY == 0
        utc_days = rows.zone is not None and (whole_days or frequency.unit in ("day", "month"))
        hint = ", or zone= if the stamps are local days written in UTC" if utc_days else ""
        raise FrequencyError(
            f"{(~grid.lies).sum()} of {len(grid.lies)} rows are off the grid of {said}: "
            f"{rows.named(~grid.lies)}; correct these stamps or give freq={hint}"
        )
    factor = coarser(grid, rows.offsets)
    if freq is None and (factor > 1).any():
        seen = [f"{rows.ids[i]} steps by {factor[i]}" for i in np.flatnonzero(factor > 1)]
        raise FrequencyError(
            f"series differ in frequency: in steps of {said}, {listed(seen)}; forecast them apart, "
            f"or give freq={frequency.alias()!r} to take the steps between as missing"
        )
    size = int((grid.steps[rows.offsets[1:] - 1] + 1).sum())
    if size > LARGEST_GROWTH * len(rows.times) + 10_000:
        raise FrequencyError(
            f"{said}, makes {size} rows of {len(rows.times)}; wanted the step between rows as freq="
        )
    return frequency, grid


def _frequency(rows: Rows, freq: str | int | None) -> Frequency:
    offsets = rows.offsets
    if freq is None:
        return infer(rows.times, offsets, rows.zone, counted=rows.counted)
    frequency, column = parse(freq), rows.schema.time_col
    if rows.counted and frequency.unit != "step":
        raise FrequencyError(
            f"freq={freq!r} but {column!r} counts integer steps; wanted a whole number, such as 1"
        )
    if not rows.counted and frequency.unit == "step":
        raise FrequencyError(
            f"freq={freq!r} but {column!r} holds dates; wanted a frequency such as 'h' or 'MS'"
        )
    return settle(frequency, rows.times, offsets, rows.zone)


def _spread(rows: Rows, frequency: Frequency, grid: Grid, season: Sequence[int] | int | None) -> Panel:
    """Lay the rows on the grid; rows between become rows of NaN."""
    lengths = grid.steps[rows.offsets[1:] - 1] + 1
    offsets = np.concatenate(([0], np.cumsum(lengths))).astype(np.int64)
    place = offsets[rows.series] + grid.steps

    def laid(column: FloatArray) -> FloatArray:
        full = np.full((int(offsets[-1]), *column.shape[1:]), np.nan)
        full[place] = column
        return full

    return Panel(
        values=laid(rows.values),
        offsets=offsets,
        ids=rows.ids,
        times=stamps(grid, lengths, frequency, rows.zone),
        known_steps=lengths,
        frequency=frequency,
        zone=None if rows.counted else rows.zone,
        seasons=_seasons(frequency, season),
        known=laid(rows.known),
        past=laid(rows.past),
        static=rows.static,
        known_names=rows.schema.known,
        past_names=rows.schema.past,
        static_names=rows.static_names,
        given=laid(rows.given),
        given_names=rows.schema.given,
    )


def _seasons(frequency: Frequency, season: Sequence[int] | int | None) -> tuple[int, ...]:
    if season is None:
        return seasons(frequency)
    several = isinstance(season, Iterable) and not isinstance(season, str)
    given: tuple[Any, ...] = tuple(season) if several else (season,)  # type: ignore[arg-type]  # judged below
    whole = all(isinstance(s, int | np.integer) and not isinstance(s, bool) and s >= 1 for s in given)
    if not given or not whole:
        raise OptionError(
            f"season={season!r} is not a length in steps; wanted whole numbers such as season=[24, 168]"
        )
    return tuple(sorted({int(s) for s in given}))


def _last_values(panel: Panel) -> IntArray:
    """How many rows of each series lead up to its last value. [series]"""
    found = np.flatnonzero(~np.isnan(panel.values))
    last: IntArray = found[np.searchsorted(found, panel.offsets[1:]) - 1]
    return last + 1 - panel.offsets[:-1]


def _with_future(panel: Panel) -> Panel:
    """Rows behind the last value are the future if all their known covariates are filled."""
    last = panel.offsets[:-1] + _last_values(panel) - 1
    behind = np.arange(len(panel.values)) > np.repeat(last, panel.lengths)
    filled = ~np.isnan(panel.ahead).any(axis=1) if panel.ahead_names else np.zeros(len(behind), dtype=bool)
    ahead = counts_by_series(behind & ~filled, panel.offsets) == 0
    steps = np.where(ahead, last + 1 - panel.offsets[:-1], panel.lengths)
    return panel.seen_until(steps)


def _history(panel: Panel) -> BoolArray:
    step = np.arange(len(panel.values)) - np.repeat(panel.offsets[:-1], panel.lengths)
    return step < np.repeat(panel.known_steps, panel.lengths)


def _gap_notes(panel: Panel, stood: BoolArray, target: str) -> list[str]:
    notes, inserted = [], ~stood
    missing = missing_mask(panel) & stood
    if inserted.any():
        counts = counts_by_series(inserted, panel.offsets)
        notes.append(
            f"{inserted.sum()} missing stamps became rows without a value in {counted(counts, panel.ids)}"
        )
    if missing.any():
        counts = counts_by_series(missing, panel.offsets)
        notes.append(
            f"{missing.sum()} missing values of {target!r} stay missing in {counted(counts, panel.ids)}"
        )
    trailing = panel.known_steps - _last_values(panel)
    if trailing.any():
        notes.append(
            f"histories end with missing values in {counted(trailing, panel.ids)}: the forecast begins after "
            f"these rows; leave them out to begin after the last value of {target!r}"
        )
    ahead = panel.lengths - panel.known_steps
    if ahead.any():
        notes.append(
            f"{ahead.sum()} rows behind the last value hold known covariates only: taken as the future "
            f"in {counted(ahead, panel.ids)}"
        )
    return notes


def _filled(panel: Panel) -> tuple[Panel, list[str]]:
    """Fill missing covariates of the history by the last value known then."""
    notes: list[str] = []
    history = _history(panel)
    roles = {"known": panel.known_names, "past": panel.past_names, "given": panel.given_names}
    tables = {role: getattr(panel, role).copy() for role in roles}
    for role, names in roles.items():
        for j, name in enumerate(names):
            column = tables[role][:, j]
            missing = np.isnan(column) & history
            if not missing.any():
                continue
            counts = counts_by_series(missing, panel.offsets)
            _refuse_empty(name, panel, counts)
            column[history] = carried(column, panel.offsets)[history]
            notes.append(
                f"{missing.sum()} missing values of {name!r} filled with the last value before them "
                f"in {counted(counts, panel.ids)}"
            )
    return replace(panel, **tables), notes


def _refuse_empty(name: str, panel: Panel, missing: IntArray) -> None:
    empty = np.flatnonzero(missing == panel.known_steps)
    if len(empty):
        raise CovariateError(
            f"covariate {name!r} has no value in {len(empty)} series: "
            f"{listed([panel.ids[i] for i in empty])}; "
            "fill it, or leave the covariate or these series out"
        )


def carried(column: FloatArray, offsets: IntArray) -> FloatArray:
    """Each NaN by the last value before it in its series, leading ones by the first value."""
    found = np.flatnonzero(~np.isnan(column))
    starts = np.repeat(offsets[:-1], np.diff(offsets))
    rows = np.arange(len(column))
    before = np.searchsorted(found, rows, side="right") - 1
    first = np.minimum(np.searchsorted(found, starts), len(found) - 1)
    return column[found[np.maximum(before, first)]]


def _closing_notes(panel: Panel, season: Sequence[int] | int | None) -> list[str]:
    notes = []
    starts = panel.offsets[:-1]
    flat = np.fmax.reduceat(panel.values, starts) == np.fmin.reduceat(panel.values, starts)
    if flat.any():
        notes.append(
            f"{flat.sum()} series never change: {listed([panel.ids[i] for i in np.flatnonzero(flat)])}"
        )
    if season is None and panel.seasons == (1,) and panel.frequency.unit != "month":
        notes.append(
            f"no season is known for steps of {panel.frequency.describe()}; give season= if there is one"
        )
    for length in panel.seasons if season is not None else panel.seasons[:1]:
        short = np.flatnonzero(panel.known_steps < length)
        if len(short):
            names = listed([f"{panel.ids[i]}: {panel.known_steps[i]}" for i in short[:5]], len(short))
            notes.append(
                f"the season of {length} steps is longer than the history of {len(short)} series ({names}): "
                "nothing has repeated there yet"
            )
    if panel.zone in ("UTC", "Etc/UTC") and panel.frequency.unit == "microsecond":
        notes.append(
            "stamps are in UTC and so is the calendar; give zone= to follow the clock people live by"
        )
    return notes
