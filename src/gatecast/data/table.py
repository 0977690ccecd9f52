"""Tables in: CSV and Parquet files, pandas and polars frames, pyarrow tables.

With `writing`, the only file that knows a frame library; what it reads goes on as arrays.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import narwhals as nw
import numpy as np
import polars as pl

from gatecast._types import IntArray
from gatecast.data import ahead as steps_ahead
from gatecast.data import writing
from gatecast.data.column import (
    Frame,
    open_frame,
    read_ids,
    read_numbers,
    read_statics,
    read_times,
    refuse_absent,
    spelled,
)
from gatecast.data.news import recognised
from gatecast.data.panel import Panel
from gatecast.data.rows import Rows, localised
from gatecast.data.schema import Schema, did_you_mean
from gatecast.data.treatment import panel_of
from gatecast.data.writing import Layout
from gatecast.data.zone import to_instant, zone_rules
from gatecast.errors import CovariateError, OptionError, TableError, listed
from gatecast.progress import Progress, Silent


@dataclass(frozen=True)
class Reading:
    """A table, read.

    panel   its series
    notes   what was treated on the way, a sentence each
    layout  what is needed to write tables of the same kind
    """

    panel: Panel
    notes: tuple[str, ...]
    layout: Layout


def read_table(path: str | Path) -> pl.DataFrame:
    """Read a CSV or Parquet file; ISO stamps in a CSV are parsed, others stay text.

    Stamps with offsets from UTC become stamps in UTC, so that a summer and a winter offset agree.

    Raises TableError if there is no such file, it is of another kind, broken or empty.
    """
    path = Path(path)
    if path.is_dir():
        raise TableError(f"{str(path)!r} is a folder; wanted a CSV or Parquet file")
    if not path.is_file():
        raise TableError(f"there is no file {str(path)!r}; wanted a CSV or Parquet file")
    suffix = path.suffix.lower()
    if suffix not in (".csv", ".parquet", ".pq"):
        raise TableError(f"{path.name!r} ends in {suffix or 'nothing'!r}; wanted .csv or .parquet")
    try:
        table = _read_csv(path) if suffix == ".csv" else pl.read_parquet(path)
    except pl.exceptions.NoDataError:
        table = pl.DataFrame()
    except (pl.exceptions.PolarsError, OSError) as error:
        raise TableError(
            f"{path.name!r} cannot be read as {suffix[1:]}: {str(error).splitlines()[0]}; "
            "wanted a whole file, in a CSV no row with more cells than the header: write it again"
        ) from None
    if table.is_empty():
        raise TableError(f"{path.name!r} has no rows; wanted a header and at least one row")
    return table


def _read_csv(path: Path) -> pl.DataFrame:
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        header = file.readline()
    _refuse_odd_header(path.name, header)
    try:
        table = pl.read_csv(path, infer_schema_length=None)
        padded = _padded(path, table)
        if padded:
            table = pl.read_csv(
                path, infer_schema_length=None, schema_overrides=dict.fromkeys(padded, pl.String)
            )
    except pl.exceptions.ComputeError as error:
        if "utf-8" not in str(error):
            raise
        raise TableError(f"{path.name!r} is not text in UTF-8; save it as CSV in UTF-8") from None
    table = table.filter(~pl.all_horizontal(pl.all().is_null()))  # a blank line is no row
    table = table.rename({name: name.strip() for name in table.columns})
    text = [column for column in table.get_columns() if column.dtype == pl.String]
    return table.with_columns(spelled(column) for column in text if column.name not in padded)


def _padded(path: Path, table: pl.DataFrame) -> list[str]:
    """Columns of whole numbers with zeros before them: names such as 007, which are not the number 7."""
    whole = [name for name, kind in table.schema.items() if kind.is_integer()]
    if not whole:
        return []
    found = (
        pl.scan_csv(path, infer_schema=False).select(pl.col(whole).str.contains(r"^\s*0\d").any()).collect()
    )
    return [name for name in whole if found[name].item()]


def _refuse_odd_header(name: str, header: str) -> None:
    """Refuse a header that shows the file is no plain CSV, or that repeats a column."""
    if "\0" in header:
        raise TableError(f"{name!r} is not text in UTF-8; save it as CSV in UTF-8")
    for mark, word in ((";", "semicolons"), ("\t", "tabs")):
        if mark in header and "," not in header:
            raise TableError(f"{name!r} is separated by {word}; wanted commas, and points for decimals")
    names = [cell.strip() for cell in next(csv.reader([header]), [])]
    twice = sorted({cell for cell in names if cell and names.count(cell) > 1})
    if twice:
        raise TableError(
            f"{name!r} has {listed(list(map(repr, twice)))} more than once in its header; "
            "wanted different names"
        )


def panel_from(
    frame: Frame,
    schema: Schema | None = None,
    *,
    freq: str | int | None = None,
    season: Sequence[int] | int | None = None,
    zone: str | None = None,
) -> Reading:
    """Read a table as series on regular grids.

    frame   pandas or polars DataFrame, polars LazyFrame or pyarrow Table
    freq    step between rows, such as "30min", "h", "D", "MS" or 1; inferred if not given
    season  lengths of the cycles in steps; by the frequency if not given
    zone    IANA zone people live in: naive stamps are read on its clock, others follow its calendar

    Raises TableError, FrequencyError or CovariateError naming columns, series, times and the remedy.
    """
    schema = schema or Schema()
    table = open_frame(frame)
    refuse_absent(table, schema)
    if not len(table):
        raise TableError("the table has no rows; wanted at least two for each series")
    rows = rows_of(table, schema)
    panel, notes = panel_of(_in_zone(rows, zone), freq, season)
    backend, has_ids = table.implementation, schema.id_col in table.columns
    stamp = table.schema[schema.time_col]
    dated = isinstance(stamp, nw.Date) and panel.frequency.unit != "microsecond"  # no date tells hours apart
    stamp = stamp if rows.counted or dated or isinstance(stamp, nw.Datetime) else nw.Datetime("us", rows.zone)
    layout = Layout(schema, backend, has_ids, table.schema[schema.id_col] if has_ids else None, stamp)
    return Reading(panel, notes, layout)


def read_news(panel: Panel, layout: Layout, frame: Frame) -> Rows | None:
    """The rows of a table that belong to a panel read before, in the order they stand; None where empty.

    frame  as for `panel_from`; a series may have none, and rows without a value are missing values

    Raises TableError for series never seen, other kinds of stamps, and whatever is wrong with the table.
    """
    table = open_frame(frame)
    refuse_absent(table, layout.schema)
    if not len(table):
        return None
    return recognised(rows_of(table, layout.schema), panel, naive=layout.naive)


def rows_of(table: nw.DataFrame[Any], schema: Schema) -> Rows:
    """A table's rows as arrays, in the order they stand."""
    series, ids = (
        read_ids(table[schema.id_col])
        if schema.id_col in table.columns
        else (np.zeros(len(table), dtype=np.int64), ["series"])
    )
    times, carried, counted = read_times(table[schema.time_col])
    static, static_names = read_statics(table, schema.static, series, ids)
    return Rows(
        schema=schema,
        ids=tuple(ids),
        series=series,
        times=times,
        values=read_numbers(table, (schema.target_col,))[:, 0],
        known=read_numbers(table, schema.known),
        past=read_numbers(table, schema.past),
        static=static,
        static_names=static_names,
        given=read_numbers(table, schema.given),
        zone=carried,
        counted=counted,
    )


def _in_zone(rows: Rows, zone: str | None) -> Rows:
    if zone is None:
        return rows
    if not isinstance(zone, str):
        raise OptionError(f"zone={zone!r} is not a zone; wanted an IANA name such as 'Europe/Madrid'")
    if rows.counted:
        raise OptionError(f"zone={zone!r} but {rows.schema.time_col!r} counts integer steps; leave zone= out")
    zone_rules(zone)
    return localised(rows, zone) if rows.zone is None else Rows(**{**vars(rows), "zone": zone})


def extend(
    panel: Panel, layout: Layout, horizon: int, future: Frame | None = None, progress: Progress | None = None
) -> Panel:
    """The panel's history followed by `horizon` rows of the future, their known covariates filled.

    future  a table of ids, times and known covariates; the panel's own future rows serve if not given

    Raises CovariateError naming series and time of what is absent; rows too many are noted to `progress`.
    """
    reports = progress or Silent()
    ahead = _look_ahead(panel, layout, horizon, future)
    if future is not None and not panel.ahead_names:
        reports.note("the future table is not used: no covariate has the role known")
    if ahead.unused:
        said = "match no step ahead: off the grid, beyond the horizon, or of no series of the table"
        reports.note(f"{ahead.unused} future rows {said}: ignored")
    return steps_ahead.append(panel, ahead)


def missing_future(panel: Panel, layout: Layout, horizon: int, future: Frame | None = None) -> Frame:
    """The ids and times among the next `horizon` steps that still lack a known covariate."""
    return writing.missing_future(panel, layout, _look_ahead(panel, layout, horizon, future))


def _look_ahead(panel: Panel, layout: Layout, horizon: int, future: Frame | None) -> steps_ahead.Ahead:
    if future is None or not panel.ahead_names:
        return steps_ahead.look_ahead(panel, horizon, None)
    return steps_ahead.look_ahead(panel, horizon, _offered(panel, layout, future))


def _offered(panel: Panel, layout: Layout, future: Frame) -> steps_ahead.Offered:
    table, schema = open_frame(future), layout.schema
    wanted = [*([schema.id_col] if layout.has_ids else []), schema.time_col, *panel.ahead_names]
    absent = [name for name in wanted if name not in table.columns]
    if absent:
        hint = did_you_mean(absent[0], table.columns)
        raise CovariateError(
            f"the future table has no column {listed(list(map(repr, absent)))}; it has "
            f"{listed(table.columns)}{hint}"
        )
    series = np.zeros(len(table), dtype=np.int64)
    if layout.has_ids:
        number, ids = read_ids(table[schema.id_col])
        place = {name: i for i, name in enumerate(panel.ids)}
        series = np.array([place.get(name, -1) for name in ids], dtype=np.int64)[number]
    known = read_numbers(table, panel.ahead_names)
    return steps_ahead.Offered(series, _future_times(panel, layout, series, table[schema.time_col]), known)


def _future_times(panel: Panel, layout: Layout, series: IntArray, column: nw.Series[Any]) -> IntArray:
    """The stamps of a future table, written as those of the history were."""
    times, carried, counted = read_times(column)
    name = column.name
    if counted != (panel.frequency.unit == "step"):
        kinds = ("stamps", "integer steps") if counted else ("integer steps", "stamps")
        raise CovariateError(
            f"{name!r} of the history holds {kinds[0]}, of the future table {kinds[1]}; wanted the same"
        )
    if carried is None and (panel.zone is None or layout.naive):
        again = np.zeros(len(times), dtype=bool)
        order = np.lexsort((times, series))
        again[order[1:]] = (np.diff(times[order]) == 0) & (np.diff(series[order]) == 0)
        return to_instant(times, panel.zone, later=again)
    if carried is None or panel.zone is None:
        history, given = panel.zone or "no zone", carried or "no zone"
        raise CovariateError(
            f"{name!r} of the history has {history}, of the future table {given}; wanted the same"
        )
    return times
