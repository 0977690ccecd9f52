"""A table's rows as arrays: put in order, and refused by name where they cannot be series.

Arrays in, arrays out: the frame libraries stay in `table`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from gatecast._types import BoolArray, FloatArray, IntArray
from gatecast.data.frequency import Frequency
from gatecast.data.grid import written
from gatecast.data.schema import Schema
from gatecast.data.zone import DAY, never_shown, shown_twice, to_instant
from gatecast.errors import TableError, listed


@dataclass(frozen=True)
class Rows:
    """A table's rows, in the order they stood.

    ids      [series]
    series   [rows]  index into ids
    times    [rows]  as in `Panel.times`
    values   [rows]  NaN where missing
    known    [rows, known covariates]
    past     [rows, past covariates]
    static   [series, static covariates]
    given    [rows, given forecasts]
    counted  whether times are integer steps
    """

    schema: Schema
    ids: tuple[object, ...]
    series: IntArray
    times: IntArray
    values: FloatArray
    known: FloatArray
    past: FloatArray
    static: FloatArray
    static_names: tuple[str, ...]
    given: FloatArray
    zone: str | None
    counted: bool

    def where(self, chosen: BoolArray | IntArray) -> "Rows":
        """The chosen rows, by mask or index."""
        return replace(
            self,
            **{n: getattr(self, n)[chosen] for n in ("series", "times", "values", "known", "past", "given")},
        )

    @property
    def offsets(self) -> IntArray:
        """Where each series begins and ends, once rows are sorted. [series + 1]"""
        return np.searchsorted(self.series, np.arange(len(self.ids) + 1)).astype(np.int64)

    def name(self, row: int) -> str:
        """A row as a message names it."""
        unit = Frequency("step", 1) if self.counted else None
        (stamp,) = written(self.times[row : row + 1], unit, self.zone)
        return f"{self.ids[self.series[row]]} at {stamp}"

    def named(self, chosen: BoolArray) -> str:
        """The chosen rows as a message names them: the first five and the count."""
        found = np.flatnonzero(chosen)
        return listed([self.name(row) for row in found[:5]], len(found))


def tidy(rows: Rows) -> tuple[Rows, list[str]]:
    """Rows sorted by series and time, each series beginning with a value; the notes say what was done.

    Raises TableError for repeated rows, infinities and series without a value.
    """
    rows, notes = _sorted(rows)
    refuse_duplicates(rows)
    refuse_infinities(rows)
    rows, more = _without_leading_gaps(rows)
    return rows, notes + more


def localised(rows: Rows, zone: str) -> Rows:
    """Naive stamps read as the local clock of a zone.

    An hour shown twice is taken in the order its rows stand; stamps that all show the same time of day are
    days or longer, and need no order.

    Raises TableError for times the clock never shows, and for repeated hours that stand only once.
    """
    wall = rows.times
    if (wall % DAY == wall[0] % DAY).all():
        return replace(rows, times=to_instant(wall, zone), zone=zone)
    jumped = never_shown(wall, zone)
    if jumped.any():
        raise TableError(
            f"{jumped.sum()} rows show a time that clocks in {zone} jump over: {rows.named(jumped)}; "
            "correct zone=, or give stamps in UTC"
        )
    again, once = showings(rows, zone)
    instants = to_instant(wall, zone, later=again)
    if once.any():
        raise TableError(
            f"{once.sum()} rows show a time that clocks in {zone} show twice, but stand only once: "
            f"{rows.named(once)}; give both hours, or stamps in UTC"
        )
    return replace(rows, times=instants, zone=zone)


def showings(rows: Rows, zone: str) -> tuple[BoolArray, BoolArray]:
    """Of local times that the clock shows twice: which rows are the second showing, which stand only once.

    returns  [rows], [rows]
    """
    wall, again = rows.times, np.zeros(len(rows.times), dtype=bool)
    order = np.lexsort((wall, rows.series))  # stable: equal stamps keep the order they stand in
    again[order[1:]] = (np.diff(wall[order]) == 0) & (np.diff(rows.series[order]) == 0)
    once = shown_twice(wall, zone)
    once[order[1:]] &= ~again[order[1:]]
    once[order[:-1]] &= ~again[order[1:]]
    return again, once


def _sorted(rows: Rows) -> tuple[Rows, list[str]]:
    forward = np.diff(rows.series)
    if ((forward > 0) | ((forward == 0) & (np.diff(rows.times) >= 0))).all():
        return rows, []
    return rows.where(np.lexsort((rows.times, rows.series))), [
        "rows stood out of order: sorted by series and time"
    ]


def refuse_duplicates(rows: Rows) -> None:
    """Raise TableError where sorted rows repeat a series and time."""
    twice = np.zeros(len(rows.times), dtype=bool)
    twice[1:] = (np.diff(rows.series) == 0) & (np.diff(rows.times) == 0)
    if not twice.any():
        return
    schema, remedy = rows.schema, "keep one row for each series and time"
    if rows.ids == ("series",):
        remedy += (
            f", or name the column that tells series apart by id_col= (none is called {schema.id_col!r})"
        )
    if not rows.counted and rows.zone is None and _like_clock_change(rows.times[twice]):
        remedy = (
            "these look like the hour that clocks repeat in autumn: give zone=, "
            "such as zone='Europe/Berlin', or stamps in UTC"
        )
    raise TableError(f"{twice.sum()} rows repeat a series and time: {rows.named(twice)}; {remedy}")


def _like_clock_change(times: IntArray) -> bool:
    """Whether all stamps lie in hours that clocks somewhere large repeat, on the dates they do so."""
    zones = ("Europe/Berlin", "Europe/London", "America/New_York", "Australia/Melbourne", "Europe/Helsinki")
    return any(bool(shown_twice(times, zone).all()) for zone in zones)


def refuse_infinities(rows: Rows) -> None:
    """Raise TableError where a value or covariate is infinite."""
    columns = [(rows.schema.target_col, rows.values)]
    columns += zip(rows.schema.known, rows.known.T, strict=True)
    columns += zip(rows.schema.past, rows.past.T, strict=True)
    columns += zip(rows.schema.given, rows.given.T, strict=True)
    for name, column in columns:
        endless = np.isinf(column)
        if endless.any():
            raise TableError(
                f"{name!r} is infinite in {endless.sum()} rows: {rows.named(endless)}; "
                "wanted numbers, leave the cell empty where there is none"
            )


def counts_by_series(rows: BoolArray, offsets: IntArray) -> IntArray:
    """How many are set in each series. [series]"""
    return np.add.reduceat(rows.astype(np.int64), offsets[:-1])


def counted(counts: IntArray, ids: Sequence[object]) -> str:
    """`2 series (A: 3, B: 1)`, the worst first."""
    found = np.flatnonzero(counts)
    worst = found[np.argsort(-counts[found], kind="stable")]
    return f"{len(found)} series ({listed([f'{ids[i]}: {counts[i]}' for i in worst])})"


def _without_leading_gaps(rows: Rows) -> tuple[Rows, list[str]]:
    has_value, offsets = ~np.isnan(rows.values), rows.offsets
    empty = np.flatnonzero(counts_by_series(has_value, offsets) == 0)
    if len(empty):
        raise TableError(
            f"{len(empty)} series hold no value of {rows.schema.target_col!r}: "
            f"{listed([rows.ids[i] for i in empty])}; leave their rows out"
        )
    found = np.flatnonzero(has_value)
    first = found[np.searchsorted(found, offsets[:-1])]
    leading = np.arange(len(rows.times)) < np.repeat(first, np.diff(offsets))
    if not leading.any():
        return rows, []
    counts = counts_by_series(leading, offsets)
    return rows.where(~leading), [
        f"{leading.sum()} leading rows without a value left out in {counted(counts, rows.ids)}"
    ]
