"""Columns of frames as arrays: pandas, polars and pyarrow through narwhals, text through polars."""

from collections.abc import Sequence
from typing import Any, TypeAlias

import narwhals as nw
import numpy as np
import polars as pl

from gatecast._types import FloatArray, IntArray
from gatecast.data.schema import Schema, did_you_mean
from gatecast.errors import SHOWN, CovariateError, TableError, listed

Frame: TypeAlias = Any  # a pandas or polars DataFrame or a pyarrow Table: none need be installed

_ISO = (
    r"^\s*(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(:\d{2}(?:\.\d{1,9})?)?)?"
    r"\s?(?:(Z)|([+-]\d{2}):?(\d{2})?)?\s*$"
)
_STEPS = r"^\s*\d{1,18}\s*$"
_MARKED = r"^[+-]?[\d.]+(?:[,' ]\d+)+(?:\.\d*)?$"  # decimal commas, and marks between thousands
_NO_NUMBER = ["", "NA", "N/A", "NaN", "nan", "null", "NULL", "None", "-"]


def open_frame(frame: Frame) -> nw.DataFrame[Any]:
    """Any eager or lazy table as narwhals sees it. Raises TableError if it is none."""
    try:
        table = nw.from_native(frame)
        table = table.collect() if isinstance(table, nw.LazyFrame) else table
        table.columns  # noqa: B018  # pandas may repeat names: found when asked
    except TypeError:
        raise TableError(
            f"a {type(frame).__name__} is not a table; wanted a pandas or polars DataFrame or a pyarrow Table"
        ) from None
    except nw.exceptions.DuplicateError as error:
        raise TableError(f"columns repeat a name: {error}; wanted different names") from None
    return table


def refuse_absent(table: nw.DataFrame[Any], schema: Schema) -> None:
    """Raise TableError or CovariateError if columns of the schema are not there."""
    columns = table.columns
    wanted = [schema.time_col, schema.target_col, *schema.covariates]
    if schema.id_col != Schema.id_col:  # a table without unique_id is one series; a name given must be there
        wanted.insert(0, schema.id_col)
    absent = [name for name in wanted if name not in columns]
    if absent:
        hints = "".join(did_you_mean(name, columns) for name in absent[:1])
        if absent[0] == schema.time_col and not hints:
            hints = (
                "; name the columns by id_col=, time_col=, target_col= (an index becomes one by reset_index)"
            )
        elif absent[0] == schema.target_col and not hints:
            hints = "; name the column to forecast by target_col="
        error = CovariateError if absent[0] in schema.covariates else TableError
        raise error(f"no column {listed(list(map(repr, absent)))}; the table has {listed(columns)}{hints}")


def _refuse_nulls(column: nw.Series[Any], what: str) -> None:
    if column.null_count():
        empty = column.is_null().to_numpy()
        rows = listed([f"row {i + 1}" for i in np.flatnonzero(empty)])
        raise TableError(
            f"{empty.sum()} rows have no {what} in {column.name!r}: {rows}; fill them or leave them out"
        )


def read_ids(column: nw.Series[Any]) -> tuple[IntArray, list[Any]]:
    """Series by number, in the order first seen. [rows], [series]"""
    _refuse_nulls(column, "id")
    return _numbered(column)


def _numbered(column: nw.Series[Any]) -> tuple[IntArray, list[Any]]:
    values = _polars(column).alias("value")
    distinct = values.unique(maintain_order=True).to_frame().with_row_index("number")
    numbered = values.to_frame().join(distinct, on="value", how="left", maintain_order="left")
    return numbered["number"].cast(pl.Int64).to_numpy(), distinct["value"].to_list()


def _polars(column: nw.Series[Any], *, strict: bool = True) -> pl.Series:
    native = column.to_native()
    if isinstance(native, pl.Series):
        return native
    try:
        return pl.Series(column.name, column.to_list(), strict=strict)
    except (TypeError, pl.exceptions.PolarsError):
        raise TableError(f"column {column.name!r} mixes types; wanted one, such as text") from None


def read_times(column: nw.Series[Any]) -> tuple[IntArray, str | None, bool]:
    """Stamps as in `Panel.times`, the zone they carry, and whether they are integer steps."""
    _refuse_nulls(column, "time")
    kind = column.dtype
    if kind.is_integer():
        return column.cast(nw.Int64).to_numpy().astype(np.int64), None, True
    if isinstance(kind, nw.Datetime | nw.Date):
        zone = kind.time_zone if isinstance(kind, nw.Datetime) else None
        stamps = column if isinstance(kind, nw.Datetime) else column.cast(nw.Datetime("us"))
        return _micros(stamps), zone, False
    values = _polars(column)
    if values.dtype in (pl.Categorical, pl.String):
        text = values.cast(pl.String)
        if text.str.contains(_STEPS).all():
            return text.str.strip_chars().cast(pl.Int64).to_numpy(), None, True
        return *read_stamps(text), False
    if values.dtype in (pl.Date, pl.Datetime):
        return read_times(nw.from_native(values, series_only=True))
    raise TableError(f"{column.name!r} holds {kind}; wanted dates, ISO stamps or whole numbers of steps")


def _micros(stamps: nw.Series[Any]) -> IntArray:
    """Stamps as microseconds since 1970."""
    native = stamps.to_native()
    if isinstance(native, pl.Series) and native.dtype == pl.Datetime("us", "*"):  # in general it is a query
        return native.cast(pl.Int64).to_numpy().astype(np.int64)
    return stamps.dt.timestamp("us").to_numpy().astype(np.int64)


def read_numbers(table: nw.DataFrame[Any], names: Sequence[str]) -> FloatArray:
    """Columns of numbers, NaN where empty. [rows, names]"""
    found = np.empty((len(table), len(names)))
    for j, name in enumerate(names):
        found[:, j] = _number(table[name])
    return found


def _number(column: nw.Series[Any]) -> FloatArray:
    if column.null_count() == len(column):
        return np.full(len(column), np.nan)
    if not (column.dtype.is_numeric() or isinstance(column.dtype, nw.Boolean)):
        values = _polars(column, strict=False)  # Python's own 1 and 2.5 may stand side by side
        values = spelled(values) if values.dtype == pl.String else values
        if not (values.dtype.is_numeric() or values.dtype == pl.Boolean):
            raise TableError(_no_numbers(values))
        column = nw.from_native(values, series_only=True)
    return column.cast(nw.Float64).to_numpy().astype(np.float64)


def _no_numbers(values: pl.Series) -> str:
    """What is wrong with a column that must hold numbers: its odd cells, or all of it."""
    if values.dtype not in (pl.String, pl.Categorical, pl.Enum):
        return f"{values.name!r} holds {values.dtype}; wanted a number in each row"
    cells = values.cast(pl.String).str.strip_chars()
    odd = (
        cells.is_not_null() & ~cells.is_in(_NO_NUMBER) & cells.cast(pl.Float64, strict=False).is_null()
    ).to_numpy()
    rows = np.flatnonzero(odd)
    shown = listed([f"{values[int(i)]!r} in row {i + 1}" for i in rows[:SHOWN]], len(rows))
    if cells.filter(pl.Series(odd)).str.contains(_MARKED).all():
        remedy = "write a point for decimals and nothing between thousands, such as 1234.5"
    elif odd.sum() < len(odd) / 2:
        remedy = "correct these cells, or leave them empty"
    else:
        remedy = "encode it as numbers, such as one column of 0 and 1 for each value"
    return f"{values.name!r} holds text in {len(rows)} of {len(odd)} rows: {shown}; wanted numbers: {remedy}"


def read_statics(
    table: nw.DataFrame[Any], names: Sequence[str], series: IntArray, ids: Sequence[object]
) -> tuple[FloatArray, tuple[str, ...]]:
    """Static covariates, text as a column of 0 and 1 for each value. [series, static covariates]"""
    first = np.unique(series, return_index=True)[1]
    columns: dict[str, FloatArray] = {}
    for name in names:
        column = table[name]
        _refuse_nulls(column, "value")
        number, values = _numbered(column)
        changed = np.flatnonzero(number != number[first][series])
        if len(changed):
            row = changed[0]
            raise CovariateError(
                f"static covariate {name!r} changes within series {ids[series[row]]}: "
                f"{values[number[first[series[row]]]]!r}, then {values[number[row]]!r}; "
                "wanted one value for each series, or the role known or past"
            )
        if column.dtype.is_numeric() or isinstance(column.dtype, nw.Boolean):
            columns[name] = _number(column)[first]
        else:
            columns |= {
                f"{name}={v}": (number[first] == values.index(v)) * 1.0 for v in sorted(values, key=str)
            }
    return np.array(list(columns.values())).reshape(len(columns), len(ids)).T, tuple(columns)


def spelled(column: pl.Series) -> pl.Series:
    """A column of text as the stamps or numbers it spells, if it spells nothing else."""
    text = column.str.strip_chars()
    if text.str.contains(_ISO).all() and text.null_count() < len(text):
        known, micros = text.is_not_null(), np.zeros(len(text), dtype=np.int64)
        micros[known.to_numpy()], zone = read_stamps(column.filter(known))
        stamps = pl.Series(column.name, micros).cast(pl.Datetime("us")).set(~known, None)
        if not text.str.contains(":").any():
            return stamps.cast(pl.Date)
        return stamps.dt.replace_time_zone(zone) if zone else stamps
    cells = text.set(text.is_in(_NO_NUMBER), None)
    numbers = cells.cast(pl.Float64, strict=False)
    if numbers.null_count() == cells.null_count() < len(text):
        return numbers
    return column


def read_stamps(column: pl.Series) -> tuple[IntArray, str | None]:
    """ISO stamps as microseconds, and "UTC" if they carry offsets."""
    odd = column.filter(~column.str.contains(_ISO).fill_null(False))
    if len(odd):
        raise TableError(
            f"{len(odd)} stamps in {column.name!r} are not ISO: {listed(odd.head(5).to_list(), len(odd))}; "
            "write 2014-01-31 or 2014-01-31 13:30, so that day and month are not mixed up"
        )
    part = [column.str.extract(_ISO, i) for i in range(1, 7)]
    text = part[0] + " " + part[1].fill_null("00:00") + part[2].fill_null(":00")
    read = text.str.to_datetime("%Y-%m-%d %H:%M:%S%.f", time_unit="us", strict=False)
    impossible = column.filter(read.is_null())
    if len(impossible):
        raise TableError(
            f"{column.name!r} holds dates or times that do not exist: "
            f"{listed(impossible.head(SHOWN).to_list(), len(impossible))}; correct these stamps, midnight is "
            "00:00 of the day that begins"
        )
    wall = read.dt.epoch("us").to_numpy()
    aware = part[3].is_not_null() | part[4].is_not_null()
    if not aware.any():
        return wall, None
    if not aware.all():
        bare = column.filter(~aware)
        raise TableError(
            f"{len(bare)} stamps in {column.name!r} have no offset from UTC where others do: "
            f"{listed(bare.head(5).to_list(), len(bare))}; give all or none an offset"
        )
    hours = part[4].fill_null("+00")
    minutes = hours.str.slice(1).cast(pl.Int64) * 60 + part[5].fill_null("00").cast(pl.Int64)
    away = np.where(hours.str.starts_with("-").to_numpy(), -1, 1) * minutes.to_numpy()
    return wall - away * 60_000_000, "UTC"
