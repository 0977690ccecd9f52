"""A panel revised by rows that came since: new, late, corrected and repeated ones, in any order.

What is joined is what one table says in which every cell was last written by the row that came last; an empty
cell writes nothing. Arrays in, arrays out: the frame libraries stay in `table`.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from gatecast._types import BoolArray, FloatArray, IntArray
from gatecast.data.grid import place, stamps_at
from gatecast.data.panel import Panel
from gatecast.data.rows import Rows, refuse_duplicates, refuse_infinities
from gatecast.data.treatment import LARGEST_GROWTH, carried
from gatecast.errors import FrequencyError, TableError
from gatecast.forecaster import Origins

COLUMNS = ("values", "known", "past", "given")


@dataclass(frozen=True)
class Revision:
    """What rows did to a panel.

    panel      with them; the very same one where they changed nothing
    first      [series]  the first step of each history that is another now, its steps where none is
    new        rows that now stand behind the histories, `missing` of them without a value
    gaps       steps between them for which no row came
    repeated   rows that say what was known
    ahead      rows of the future: known covariates only
    late       values for steps of the history that had none
    corrected  other values, or covariates, for steps of the history
    """

    panel: Panel
    first: IntArray
    new: int
    missing: int
    gaps: int
    repeated: int
    ahead: int
    late: Origins
    corrected: Origins


def revised(panel: Panel, rows: Rows) -> Revision:
    """The panel with rows that came since.

    rows  their series numbered as the panel's, their stamps as in `Panel.times`

    Raises TableError for rows off the grid, before the history, repeated with another content or infinite.
    """
    refuse_infinities(rows)
    rows, step = _in_order(rows, _placed(panel, rows))
    steps, series = panel.known_steps, rows.series
    reach = panel.lengths
    np.maximum.at(reach, series, step + 1)
    grown = _grown(panel, reach)
    target = grown.offsets[series] + step
    news = [getattr(rows, name) for name in COLUMNS]
    held = [getattr(grown, name)[target] for name in COLUMNS]
    differs = [~np.isnan(new) & (new != old) for new, old in zip(news, held, strict=True)]
    for name, new, old in zip(COLUMNS, news, held, strict=True):
        getattr(grown, name)[target] = np.where(np.isnan(new), old, new)
    history = step < steps[series]
    value, other = differs[0], np.concatenate(differs[1:], axis=1).any(axis=1)
    late = history & value & np.isnan(held[0])
    corrected = history & (value | other) & ~late
    counts = _histories(panel, grown, rows, step)
    fresh = ~history & (step < counts[series])
    changed = (value | other).any() or (counts > steps).any() or len(grown.values) > len(panel.values)
    whole = _settled(replace(grown, known_steps=counts), steps) if changed else panel
    return Revision(
        panel=whole,
        first=_first(series, step, late | corrected, steps),
        new=int(fresh.sum()),
        missing=int((fresh & np.isnan(rows.values)).sum()),
        gaps=int((counts - steps).sum() - fresh.sum()),
        repeated=int((history & ~late & ~corrected).sum()),
        ahead=int((~history & ~fresh).sum()),
        late=Origins(series[late], step[late]),
        corrected=Origins(series[corrected], step[corrected]),
    )


def _placed(panel: Panel, rows: Rows) -> IntArray:
    """The step of each row. Raises TableError where there is none."""
    step, lies = place(panel, rows.series, rows.times)
    said = f"the grid of {panel.frequency.describe()} that was fitted"
    if not lies.all():
        raise FrequencyError(
            f"{(~lies).sum()} of {len(lies)} new rows are off {said}: {rows.named(~lies)}; "
            "correct these stamps, or fit with them instead"
        )
    before = step < 0
    if before.any():
        raise TableError(
            f"{before.sum()} new rows stand before the history that was fitted: {rows.named(before)}; "
            "leave them out, or fit with them instead"
        )
    far = step >= panel.lengths[rows.series] + LARGEST_GROWTH * len(step) + 10_000
    if far.any():
        raise FrequencyError(
            f"{far.sum()} new rows are far from the history, in steps of {panel.frequency.describe()}: "
            f"{rows.named(far)}; correct these stamps, or fit anew"
        )
    return step


def _in_order(rows: Rows, step: IntArray) -> tuple[Rows, IntArray]:
    """Rows by series and step, those that say the same twice only once."""
    order = np.lexsort((step, rows.series))
    rows, step = rows.where(order), step[order]
    twice = np.zeros(len(step), dtype=bool)
    twice[1:] = (np.diff(rows.series) == 0) & (np.diff(step) == 0)
    if twice.any():
        for name in COLUMNS:
            column = getattr(rows, name).reshape(len(step), -1)
            same = (column[1:] == column[:-1]) | (np.isnan(column[1:]) & np.isnan(column[:-1]))
            twice[1:] &= same.all(axis=1)
        rows, step = rows.where(~twice), step[~twice]
        refuse_duplicates(rows)
    return rows, step


def _grown(panel: Panel, reach: IntArray) -> Panel:
    """A copy with room for so many rows of each series, NaN where nothing stood; the stamps go on."""
    offsets = np.concatenate([[0], np.cumsum(reach)]).astype(np.int64)
    old = np.arange(len(panel.values)) + np.repeat(offsets[:-1] - panel.offsets[:-1], panel.lengths)
    more = reach - panel.lengths
    series = np.repeat(np.arange(len(panel)), more)
    step = np.arange(len(series)) - np.repeat(np.cumsum(more) - more, more) + panel.lengths[series]

    def laid(column: FloatArray) -> FloatArray:
        full = np.full((int(offsets[-1]), *column.shape[1:]), np.nan)
        full[old] = column
        return full

    times = np.empty(int(offsets[-1]), dtype=np.int64)
    times[old] = panel.times
    times[offsets[series] + step] = stamps_at(panel, series, step)
    columns: dict[str, Any] = {name: laid(getattr(panel, name)) for name in COLUMNS}
    return replace(panel, offsets=offsets, times=times, **columns)


def _histories(panel: Panel, grown: Panel, rows: Rows, step: IntArray) -> IntArray:
    """How many rows are the history of each series now. [series]

    As `fit` has it: rows behind the last value are the future where all of them have their known covariates.
    """
    counts, furthest = panel.known_steps.copy(), panel.known_steps.copy()
    np.maximum.at(furthest, rows.series, step + 1)
    if not panel.ahead_names:
        return furthest
    valued = ~np.isnan(rows.values)
    np.maximum.at(counts, rows.series[valued], step[valued] + 1)
    for i in np.flatnonzero(furthest > counts):
        start = grown.offsets[i]
        behind = grown.ahead[start + counts[i] : start + furthest[i]]
        waits = counts[i] == panel.known_steps[i] and np.isnan(grown.values[start + counts[i] - 1])
        if waits or np.isnan(behind).any():
            counts[i] = furthest[i]
    return counts


def _settled(panel: Panel, before: IntArray) -> Panel:
    """What a history lacks of covariates in new rows is filled by the last known; past ones end with it.

    before  [series]  steps of the histories that are filled
    """
    starts = panel.offsets[:-1]
    touched = np.flatnonzero(panel.known_steps > before)
    rows = spans(starts[touched] + before[touched] - 1, starts[touched] + panel.known_steps[touched])
    edges = np.concatenate([[0], np.cumsum(panel.known_steps[touched] - before[touched] + 1)])
    for name in COLUMNS[1:]:
        column = getattr(panel, name)
        part = column[rows]
        for j in np.flatnonzero(np.isnan(part).any(axis=0)):
            column[rows, j] = carried(part[:, j], edges)
    future = spans(starts + panel.known_steps, panel.offsets[1:])
    panel.past[future] = np.nan
    return panel


def spans(starts: IntArray, stops: IntArray) -> IntArray:
    """All rows from each start up to its stop."""
    lengths = stops - starts
    rows: IntArray = np.arange(lengths.sum()) + np.repeat(starts - np.cumsum(lengths) + lengths, lengths)
    return rows


def _first(series: IntArray, step: IntArray, changed: BoolArray, steps: IntArray) -> IntArray:
    first = steps.copy()
    np.minimum.at(first, series[changed], step[changed])
    return first
