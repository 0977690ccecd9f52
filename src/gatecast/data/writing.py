"""Panels and forecasts written back as the kind of table that came in."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
import polars as pl

from gatecast._types import FloatArray, IntArray
from gatecast.data.ahead import Ahead, unknown_steps
from gatecast.data.column import Frame
from gatecast.data.grid import stamps_after
from gatecast.data.panel import Panel
from gatecast.data.schema import Schema
from gatecast.data.window import actuals
from gatecast.data.zone import to_wall
from gatecast.forecaster import Forecast


@dataclass(frozen=True)
class Layout:
    """How the table that came in was written.

    backend     its library
    has_ids     whether it had a column of ids
    id_type     of the ids, where it had them
    time_type   of the stamps, with their zone and unit
    """

    schema: Schema
    backend: Any
    has_ids: bool
    id_type: Any
    time_type: Any

    @property
    def naive(self) -> bool:
        """Whether stamps were written without a zone."""
        return getattr(self.time_type, "time_zone", None) is None


def make_future(panel: Panel, layout: Layout, horizon: int) -> Frame:
    """The ids and times of the `horizon` steps behind each history: the frame to fill for a forecast."""
    times = stamps_after(panel, panel.last_origins(), horizon)
    return _future_frame(panel, layout, times, np.ones(times.shape, dtype=bool))


def missing_future(panel: Panel, layout: Layout, ahead: Ahead) -> Frame:
    """The ids and times of the steps ahead that lack a known covariate."""
    return _future_frame(panel, layout, ahead.times, unknown_steps(ahead))


def _future_frame(panel: Panel, layout: Layout, times: IntArray, chosen: np.ndarray) -> Frame:
    series = np.repeat(np.arange(len(times)), times.shape[1])[chosen.ravel()]
    return _frame(panel, layout, series, {layout.schema.time_col: times[chosen]}, {})


def forecast_frame(
    forecast: Forecast,
    panel: Panel,
    layout: Layout,
    name: str,
    level: Sequence[float],
    *,
    parts: bool = False,
    cutoff: bool = False,
    actual: bool = False,
) -> Frame:
    """A forecast as rows: id, time, [cutoff], [target], `name`, `name-lo-80`, `name-hi-80`, ...

    level   widths of central intervals in percent, in the order of the columns
    parts   add `name-linear` and `name-memory`, which sum to `name`
    cutoff  add the time of each origin
    actual  add the values that came

    Raises OptionError if the forecast lacks a quantile that a level needs.
    """
    schema, horizon = layout.schema, forecast.point.shape[1]
    order = np.lexsort((forecast.origins.position, forecast.origins.series))
    origins = forecast.origins.where(order)
    times = {schema.time_col: stamps_after(panel, origins, horizon).ravel()}
    if cutoff:
        last = panel.times[panel.offsets[origins.series] + origins.position]
        times["cutoff"] = np.repeat(last, horizon)
    columns = {schema.target_col: actuals(panel, origins, horizon)} if actual else {}
    columns |= {n: c[order] for n, c in _columns(forecast, name, level, parts=parts).items()}
    flat = {n: np.ascontiguousarray(c, dtype=np.float64).ravel() for n, c in columns.items()}
    return _frame(panel, layout, np.repeat(origins.series, horizon), times, flat)


def series_frame(
    ids: Sequence[object], layout: Layout, series: IntArray, columns: dict[str, Sequence[Any]]
) -> Frame:
    """Columns of numbers or text in a table of the kind that came in, the id of each row before them.

    series  [rows]  index into ids
    """
    built = [nw.new_series(name, list(cells), backend=layout.backend) for name, cells in columns.items()]
    frame = built[0].to_frame().with_columns(*built[1:])
    return _with_ids(frame, ids, layout, series).to_native()


def _columns(forecast: Forecast, name: str, level: Sequence[float], *, parts: bool) -> dict[str, FloatArray]:
    columns = {name: forecast.point}
    if parts and forecast.linear_part is not None and forecast.memory_part is not None:
        columns[f"{name}-linear"] = forecast.linear_part
        columns |= {} if forecast.pool_part is None else {f"{name}-pool": forecast.pool_part}
        columns[f"{name}-memory"] = forecast.memory_part
    for width in level:
        lower, upper = forecast.interval(width)
        columns |= {f"{name}-lo-{width:g}": lower, f"{name}-hi-{width:g}": upper}
    return columns


def _frame(
    panel: Panel, layout: Layout, series: IntArray, times: dict[str, IntArray], columns: dict[str, FloatArray]
) -> Frame:
    """A table of the kind that came in, its columns in the order given."""
    if layout.backend is nw.Implementation.POLARS and isinstance(layout.time_type, nw.Datetime):
        stamped = {name: _polars_stamps(stamps, panel, layout.time_type) for name, stamps in times.items()}
        whole = nw.from_native(pl.DataFrame(stamped | columns))
        return _with_ids(whole, panel.ids, layout, series).to_native()
    built = [_stamps(name, stamps, panel, layout) for name, stamps in times.items()]
    built += [nw.new_series(n, values, nw.Float64, backend=layout.backend) for n, values in columns.items()]
    frame = built[0].to_frame().with_columns(*built[1:])  # nw.from_dict would lose zones and ask for pyarrow
    return _with_ids(frame, panel.ids, layout, series).to_native()


def _with_ids(frame: Any, ids: Sequence[object], layout: Layout, series: IntArray) -> Any:
    """A table with its series named, if the one that came in named them."""
    if not layout.has_ids:
        return frame
    name = layout.schema.id_col
    named = nw.new_series(name, list(ids), backend=layout.backend).cast(layout.id_type)
    return frame.with_columns(named[series]).select(name, *frame.columns)


def _polars_stamps(times: IntArray, panel: Panel, kind: nw.Datetime) -> pl.Series:
    """What `_stamps` makes, without planning a query for each step of the way."""
    shown = times if kind.time_zone else to_wall(times, panel.zone)
    stamps = pl.Series(shown).cast(pl.Datetime("us", kind.time_zone))
    unit = kind.time_unit
    return stamps if unit == "us" or unit == "s" else stamps.dt.cast_time_unit(unit)  # for mypy


def _stamps(name: str, times: IntArray, panel: Panel, layout: Layout) -> nw.Series[Any]:
    kind = layout.time_type
    if panel.frequency.unit == "step":
        return nw.new_series(name, times, backend=layout.backend).cast(kind)
    zone = kind.time_zone if isinstance(kind, nw.Datetime) else None
    shown = times if zone else to_wall(times, panel.zone)
    stamps = nw.new_series(name, shown.astype("datetime64[us]"), backend=layout.backend)
    if zone:
        stamps = stamps.dt.replace_time_zone("UTC").dt.convert_time_zone(zone)
    return stamps.cast(kind)
