"""Futures and forecasts are written as the kind of table that came in."""

import os
import subprocess
import sys
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import gatecast
from gatecast.data import Reading, Schema, extend, forecast_frame, make_future, missing_future, panel_from
from gatecast.errors import CovariateError, GatecastError, OptionError
from gatecast.forecaster import Forecast, Origins
from gatecast.progress import Silent

KINDS = {"polars": lambda t: t, "pandas": pl.DataFrame.to_pandas, "pyarrow": pl.DataFrame.to_arrow}
TYPES = {"polars": pl.DataFrame, "pandas": pd.DataFrame, "pyarrow": pa.Table}
LEVELS = np.array([0.0025, 0.1, 0.5, 0.9, 0.9975])
TEMP = Schema(known=("temp",))


def table(zone: str | None = None) -> pl.DataFrame:
    """Series A of six hours and B of four; temperatures are the row numbers."""
    stamps = pl.Series([datetime(2020, 1, 1, h) for h in (*range(6), *range(4))]).dt.replace_time_zone(zone)
    columns = {
        "unique_id": ["A"] * 6 + ["B"] * 4,
        "ds": stamps,
        "y": np.arange(10.0),
        "temp": np.arange(10.0),
    }
    return pl.DataFrame(columns)


def filled(reading: Reading, horizon: int) -> pl.DataFrame:
    """The frame to fill, filled with 100, 101, ..."""
    frame = pl.DataFrame(make_future(reading.panel, reading.layout, horizon))
    return frame.with_columns(temp=pl.int_range(pl.len()) + 100.0)


def a_forecast(origins: Origins, horizon: int) -> Forecast:
    point = 10.0 * np.arange(len(origins))[:, None] + np.arange(horizon)
    spread = np.array([-2.0, -1.0, 0.0, 1.0, 2.0])
    return Forecast(origins, LEVELS, point[:, :, None] + spread, point, point - 1, np.ones_like(point))


class Heard(Silent):
    def __init__(self) -> None:
        self.notes: list[str] = []

    def note(self, message: str) -> None:
        self.notes.append(message)


@pytest.mark.parametrize("zone", [None, "UTC", "Europe/Berlin"])
@pytest.mark.parametrize("kind", KINDS)
def test_what_comes_in_goes_out(kind: str, zone: str | None) -> None:
    frame = KINDS[kind](table(zone))
    reading = panel_from(frame)
    forecast = a_forecast(reading.panel.last_origins(), 3)
    written = forecast_frame(forecast, reading.panel, reading.layout, "Model", [80, 99.5])
    assert isinstance(written, TYPES[kind])
    wanted = ["unique_id", "ds", "Model", "Model-lo-80", "Model-hi-80", "Model-lo-99.5", "Model-hi-99.5"]
    as_polars = (
        written
        if kind == "polars"
        else pl.from_pandas(written)
        if kind == "pandas"
        else pl.from_arrow(written)
    )
    assert as_polars.columns == wanted
    assert as_polars["ds"].dtype == pl.Datetime("us", zone)
    assert as_polars["ds"].dt.hour().to_list() == [6, 7, 8, 4, 5, 6]
    assert as_polars["unique_id"].to_list() == ["A"] * 3 + ["B"] * 3
    assert as_polars["Model"].to_list() == [0, 1, 2, 10, 11, 12]
    assert as_polars["Model-lo-80"].to_list() == [-1, 0, 1, 9, 10, 11]
    assert as_polars["Model-hi-99.5"].to_list() == [2, 3, 4, 12, 13, 14]
    if kind == "pandas":
        assert written.dtypes["ds"] == frame.dtypes["ds"]
        assert written.dtypes["unique_id"] == frame.dtypes["unique_id"]
        assert written.index.tolist() == list(range(6))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
def test_time_units_and_types_of_ids_are_kept(kind: str, unit: Any) -> None:
    source = table().with_columns(
        pl.col("ds").cast(pl.Datetime(unit)), unique_id=pl.Series([1] * 6 + [2] * 4, dtype=pl.Int16)
    )
    frame = KINDS[kind](source)
    reading = panel_from(frame)
    future = make_future(reading.panel, reading.layout, 2)
    if kind == "pandas":
        assert (future.dtypes == frame.dtypes[["unique_id", "ds"]]).all()
    else:
        assert list(future.schema if kind == "polars" else future.schema.types) == list(
            frame.select(["unique_id", "ds"]).schema
            if kind == "polars"
            else frame.select(["unique_id", "ds"]).schema.types
        )


def test_categories_dates_and_steps_are_kept() -> None:
    frame = table().select(
        pl.col("unique_id").cast(pl.Categorical),
        ds=pl.Series([date(2020, 1, d) for d in (*range(1, 7), *range(1, 5))]),
        y="y",
    )
    reading = panel_from(frame)
    assert make_future(reading.panel, reading.layout, 1).schema == frame.drop("y").schema
    steps = table().with_columns(ds=pl.Series([*range(6), *range(4)], dtype=pl.Int32))
    future = make_future(panel_from(steps).panel, panel_from(steps).layout, 2)
    assert future["ds"].to_list() == [6, 7, 4, 5]
    assert future["ds"].dtype == pl.Int32


def test_text_stamps_are_answered_with_stamps() -> None:
    reading = panel_from(table().with_columns(pl.col("ds").dt.to_string("%Y-%m-%d %H:%M")))
    assert make_future(reading.panel, reading.layout, 1)["ds"].dtype == pl.Datetime("us")


def test_a_table_without_ids_gets_none() -> None:
    frame = table()[:6].rename({"ds": "when", "y": "load"}).drop("unique_id")
    reading = panel_from(frame, Schema(time_col="when", target_col="load"))
    written = forecast_frame(
        a_forecast(reading.panel.last_origins(), 1), reading.panel, reading.layout, "M", [80]
    )
    assert written.columns == ["when", "M", "M-lo-80", "M-hi-80"]


def test_utc_stays_utc_and_naive_stays_naive_whatever_the_zone() -> None:
    for source in (table("UTC"), table()):
        reading = panel_from(source, zone="Australia/Melbourne")
        assert make_future(reading.panel, reading.layout, 1)["ds"].dtype == source["ds"].dtype
        assert make_future(reading.panel, reading.layout, 1)["ds"].dt.hour().to_list() == [6, 4]


def test_futures_cross_clock_changes() -> None:
    stamps = pl.datetime_range(
        datetime(2020, 10, 24), datetime(2020, 10, 25), "1h", time_zone="Europe/Berlin", eager=True
    )
    reading = panel_from(pl.DataFrame({"ds": stamps, "y": np.arange(25.0)}))
    future = make_future(reading.panel, reading.layout, 4)["ds"]
    assert future.dt.hour().to_list() == [1, 2, 2, 3]
    assert future.diff().drop_nulls().dt.total_minutes().to_list() == [60, 60, 60]


def test_past_origins_carry_cutoff_and_what_came() -> None:
    reading = panel_from(table())
    origins = Origins(np.array([1, 0, 0]), np.array([1, 4, 2]))
    written = forecast_frame(
        a_forecast(origins, 2), reading.panel, reading.layout, "M", [], parts=True, cutoff=True, actual=True
    )
    assert written.columns == ["unique_id", "ds", "cutoff", "y", "M", "M-linear", "M-memory"]
    assert written["unique_id"].to_list() == ["A"] * 4 + ["B"] * 2
    assert written["cutoff"].dt.hour().to_list() == [2, 2, 4, 4, 1, 1]
    assert written["ds"].dt.hour().to_list() == [3, 4, 5, 6, 2, 3]
    np.testing.assert_array_equal(written["y"].to_numpy(), [3, 4, 5, np.nan, 8, 9])
    assert written["M"].to_list() == [20, 21, 10, 11, 0, 1]
    assert (written["M-linear"] + written["M-memory"]).to_list() == written["M"].to_list()


def test_a_level_the_forecast_lacks_is_refused() -> None:
    reading = panel_from(table())
    with pytest.raises(OptionError, match=r"level 50 needs the quantiles 0.25 and 0.75, .* holds 0.0025"):
        forecast_frame(a_forecast(reading.panel.last_origins(), 1), reading.panel, reading.layout, "M", [50])


# --- the future ----------------------------------------------------------------------------------


def test_a_future_is_appended_to_each_series() -> None:
    reading = panel_from(table(), TEMP)
    panel = extend(reading.panel, reading.layout, 2, filled(reading, 2))
    assert panel.lengths.tolist() == [8, 6]
    assert panel.known_steps.tolist() == [6, 4]
    assert panel.known[:, 0].tolist() == [0, 1, 2, 3, 4, 5, 100, 101, 6, 7, 8, 9, 102, 103]
    assert np.isnan(panel.values[[6, 7, 12, 13]]).all()
    assert np.diff(panel.times[:8]).tolist() == [3_600_000_000] * 7
    assert reading.panel.lengths.tolist() == [6, 4]


@given(st.permutations(range(6)))
def test_the_order_of_future_rows_does_not_matter(order: list[int]) -> None:
    reading = panel_from(table(), TEMP)
    future = filled(reading, 3)
    shuffled = extend(reading.panel, reading.layout, 3, future[order])
    np.testing.assert_array_equal(shuffled.known, extend(reading.panel, reading.layout, 3, future).known)


@pytest.mark.parametrize("kind", KINDS)
def test_futures_of_any_kind_will_do(kind: str) -> None:
    reading = panel_from(table("Europe/Berlin"), TEMP)
    future = filled(reading, 2).with_columns(pl.col("ds").dt.convert_time_zone("UTC"))
    assert extend(reading.panel, reading.layout, 2, KINDS[kind](future)).known[6, 0] == 100


def test_without_known_covariates_no_future_is_needed_and_one_given_is_noted() -> None:
    reading, heard = panel_from(table()), Heard()
    assert extend(reading.panel, reading.layout, 5).lengths.tolist() == [11, 9]
    extend(reading.panel, reading.layout, 5, table(), heard)
    assert heard.notes == ["the future table is not used: no covariate has the role known"]


def test_rows_too_many_are_ignored_and_those_not_past_are_counted() -> None:
    reading, heard = panel_from(table(), TEMP), Heard()
    stranger = filled(reading, 1)[:1].with_columns(unique_id=pl.lit("C"))
    future = pl.concat([table().drop("y"), filled(reading, 4), stranger])
    assert extend(reading.panel, reading.layout, 2, future, heard).known[6:8, 0].tolist() == [100, 101]
    assert heard.notes == [
        "5 future rows match no step ahead: off the grid, beyond the horizon, or of no series of the table: "
        "ignored"
    ]


@pytest.mark.parametrize("bad", [None, float("nan"), float("inf"), "row"])
def test_what_lacks_is_named_counted_and_handed_out(bad: float | str | None) -> None:
    reading = panel_from(table(), TEMP)
    future = filled(reading, 4)
    chosen = (pl.col("unique_id") == "B") | (pl.col("temp") == 101)
    if bad == "row":
        future = future.filter(~chosen)
    else:
        future = future.with_columns(temp=pl.when(chosen).then(pl.lit(bad)).otherwise("temp"))
    wanted = (
        r"temp missing.* in 5 of 8 future rows: A at 2020-01-01 07:00, B at 2020-01-01 04:00, "
        r".*; give them as X_df \(make_future_dataframe makes the frame to fill"
    )
    with pytest.raises(CovariateError, match=wanted):
        extend(reading.panel, reading.layout, 4, future)
    lacking = missing_future(reading.panel, reading.layout, 4, future)
    assert lacking.rows() == filled(reading, 4).filter(chosen).select("unique_id", "ds").rows()
    assert missing_future(reading.panel, reading.layout, 4, filled(reading, 4)).is_empty()


def test_no_future_at_all_says_what_to_give() -> None:
    reading = panel_from(table(), TEMP)
    with pytest.raises(CovariateError, match=r"temp missing in 4 of 4 future rows: .*give them as X_df"):
        extend(reading.panel, reading.layout, 2)


def test_a_future_in_the_table_itself_serves_and_a_frame_adds_to_it() -> None:
    own = table().with_columns(y=pl.when(pl.int_range(pl.len()).is_in([4, 5, 9])).then(None).otherwise("y"))
    reading = panel_from(own, TEMP)
    panel = extend(reading.panel, reading.layout, 1)
    assert panel.lengths.tolist() == [5, 4]
    assert panel.known[:, 0].tolist() == [0, 1, 2, 3, 4, 6, 7, 8, 9]
    with pytest.raises(CovariateError, match="in 1 of 4 future rows: B at 2020-01-01 04:00"):
        extend(reading.panel, reading.layout, 2)
    more = pl.DataFrame({"unique_id": ["B"], "ds": [datetime(2020, 1, 1, 4)], "temp": [77.0]})
    assert extend(reading.panel, reading.layout, 2, more).known[-2:, 0].tolist() == [9, 77]


def test_futures_must_be_written_as_the_history_was() -> None:
    reading = panel_from(table("Europe/Berlin"), TEMP)
    future = filled(reading, 2)
    with pytest.raises(
        CovariateError, match="'ds' of the history has Europe/Berlin, of the future table no zone"
    ):
        extend(reading.panel, reading.layout, 2, future.with_columns(pl.col("ds").dt.replace_time_zone(None)))
    with pytest.raises(CovariateError, match="history holds stamps, of the future table integer steps"):
        extend(reading.panel, reading.layout, 2, future.with_columns(ds=pl.int_range(pl.len())))
    naive = panel_from(table(), TEMP)
    with pytest.raises(
        CovariateError, match="'ds' of the history has no zone, of the future table Europe/Berlin"
    ):
        extend(naive.panel, naive.layout, 2, future)


def test_futures_with_absent_columns_or_repeats_are_refused() -> None:
    reading = panel_from(table(), TEMP)
    future = filled(reading, 2)
    with pytest.raises(
        CovariateError, match=r"future table has no column 'temp'; it has .*did you mean 'Temp'\?"
    ):
        extend(reading.panel, reading.layout, 2, future.rename({"temp": "Temp"}))
    with pytest.raises(CovariateError, match="2 future rows are given twice: A at 2020-01-01 06:00, A at"):
        extend(reading.panel, reading.layout, 2, pl.concat([future, future[:2]]))
    with pytest.raises(GatecastError, match="wanted numbers"):
        extend(reading.panel, reading.layout, 2, future.with_columns(temp=pl.lit("warm")))


def test_a_naive_future_is_read_on_the_clock_of_the_history() -> None:
    stamps = pl.datetime_range(datetime(2020, 10, 24), datetime(2020, 10, 25), "1h", eager=True)
    frame = pl.DataFrame({"ds": stamps, "y": np.arange(25.0), "temp": 1.0})
    reading = panel_from(frame, TEMP, zone="Europe/Berlin")
    future = filled(reading, 5)
    assert future["ds"].dt.hour().to_list() == [1, 2, 2, 3, 4]
    panel = extend(reading.panel, reading.layout, 5, future)
    assert panel.known[25:, 0].tolist() == [100, 101, 102, 103, 104]
    assert set(np.diff(panel.times).tolist()) == {3_600_000_000}


WITHOUT_ARROW = """
import sys
sys.modules["pyarrow"] = None
import pandas as pd
from gatecast.data import Schema, extend, forecast_frame, make_future, panel_from
frame = pd.DataFrame({
    "unique_id": ["a"] * 3 + ["b"] * 3,
    "ds": [*pd.date_range("2020-01-01", periods=3, tz="Europe/Berlin")] * 2,
    "y": [1.0, None, 3.0] * 2, "site": ["x"] * 3 + ["y"] * 3, "k": range(6),
})
reading = panel_from(frame, Schema(static=("site",), known=("k",)))
future = make_future(reading.panel, reading.layout, 2).assign(k=1)
extend(reading.panel, reading.layout, 2, future)
print(type(future).__name__, str(future["ds"].iloc[-1]), reading.panel.static_names)
"""
WITHOUT_PANDAS = """
import sys
sys.modules["pandas"] = sys.modules["pyarrow"] = None
import polars as pl
from gatecast.data import make_future, panel_from
reading = panel_from(pl.DataFrame({"ds": [1, 2, 3], "y": [1.0, 2.0, 3.0]}))
print(make_future(reading.panel, reading.layout, 1)["ds"].to_list())
"""


@pytest.mark.parametrize(
    ("program", "said"),
    [
        (WITHOUT_ARROW, "DataFrame 2020-01-05 00:00:00+01:00 ('site=x', 'site=y')"),
        (WITHOUT_PANDAS, "[4]"),
    ],
    ids=["pyarrow", "pandas"],
)
def test_what_is_not_installed_is_not_missed(program: str, said: str) -> None:
    source = {"PYTHONPATH": str(Path(gatecast.__file__).parents[1])}  # works without installation too
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | source)
    assert done.stdout.strip() == said, done.stderr
