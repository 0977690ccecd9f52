"""A hybrid on a table: the same kind of frame out as in, with intervals and both parts."""

from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

from gatecast import Hybrid
from gatecast.errors import CovariateError
from gatecast.memory import Training
from synthetic_panels import hourly_panel

HORIZON = 6
TINY = Training(units=6, steps=8, windows=8, origins=4)
COLUMNS = [
    "unique_id",
    "ds",
    "Hybrid",
    "Hybrid-lo-95",
    "Hybrid-lo-80",
    "Hybrid-hi-80",
    "Hybrid-hi-95",
    "Hybrid-linear",
    "Hybrid-memory",
]


def tables() -> tuple[pl.DataFrame, pl.DataFrame]:
    """Two meters of 220 hours with covariates of every role, and their next hours."""
    panel = hourly_panel((220, 220), future=HORIZON)
    start = datetime(2024, 1, 1)
    step = np.tile(np.arange(220 + HORIZON), 2)
    whole = pl.DataFrame(
        {
            "unique_id": np.repeat(["a", "b"], 220 + HORIZON),
            "ds": [start + timedelta(hours=int(h)) for h in step],
            "y": panel.values,
            "temperature": panel.known[:, 0],
            "cloud": panel.past[:, 0],
            "size": np.repeat([1.0, 2.0], 220 + HORIZON),
        }
    )
    behind = pl.Series(step >= 220)
    return whole.filter(~behind), whole.filter(behind).select("unique_id", "ds", "temperature")


def hybrid(**options: Any) -> Hybrid:
    return Hybrid(
        horizon=HORIZON,
        season=24,
        known=["temperature"],
        past=["cloud"],
        static=["size"],
        holidays="AU-VIC",
        training=TINY,
        **options,
    )


@pytest.fixture(scope="module")
def forecasts() -> dict[str, Any]:
    """The same forecast from polars and from pandas."""
    df, future = tables()
    by_polars = hybrid().fit(df).predict(level=[80, 95], X_df=future, parts=True)
    pandas_df, pandas_future = df.to_pandas(), future.to_pandas()
    by_pandas = hybrid().fit(pandas_df).predict(level=[80, 95], X_df=pandas_future, parts=True)
    return {"polars": by_polars, "pandas": by_pandas}


def test_the_kind_of_frame_that_comes_in_goes_out(forecasts: dict[str, Any]) -> None:
    assert isinstance(forecasts["polars"], pl.DataFrame)
    assert isinstance(forecasts["pandas"], pd.DataFrame)


@pytest.mark.parametrize("kind", ["polars", "pandas"])
def test_the_table_has_the_steps_ahead_the_intervals_and_both_parts(
    kind: str, forecasts: dict[str, Any]
) -> None:
    table = forecasts[kind]
    assert sorted(table.columns) == sorted(COLUMNS)
    assert list(table["unique_id"]) == ["a"] * HORIZON + ["b"] * HORIZON
    first = datetime(2024, 1, 1) + timedelta(hours=220)
    assert [pd.Timestamp(t) for t in table["ds"]][:2] == [first, first + timedelta(hours=1)]
    ordered = ["Hybrid-lo-95", "Hybrid-lo-80", "Hybrid", "Hybrid-hi-80", "Hybrid-hi-95"]
    numbers = np.column_stack([table[name].to_numpy() for name in ordered])
    assert np.isfinite(numbers).all()
    assert (np.diff(numbers, axis=1) >= 0).all()
    point, linear, memory = (table[name].to_numpy() for name in ("Hybrid", "Hybrid-linear", "Hybrid-memory"))
    assert (linear + memory).tobytes() == point.tobytes()


def test_the_frame_library_changes_no_number(forecasts: dict[str, Any]) -> None:
    for name in COLUMNS[2:]:
        assert (
            forecasts["polars"][name].to_numpy().tobytes() == forecasts["pandas"][name].to_numpy().tobytes()
        )


def test_a_short_table_gives_parts_too() -> None:
    df, future = tables()
    short = df.filter(pl.col("ds") >= datetime(2024, 1, 1) + timedelta(hours=180))
    table = hybrid().fit(short).predict(level=[80], X_df=future, parts=True)
    assert (table["Hybrid-memory"] == 0).all()
    assert table["Hybrid-linear"].to_list() == table["Hybrid"].to_list()


def test_weather_that_lacks_is_asked_for_by_name() -> None:
    df, future = tables()
    model = hybrid().fit(df)
    with pytest.raises(CovariateError, match="temperature"):
        model.predict(X_df=future.with_columns(temperature=None))


def test_cross_validation_gives_every_window_and_what_came() -> None:
    df, _ = tables()
    table = hybrid().cross_validation(df, n_windows=3, step_size=4, level=[80])
    assert len(table) == 2 * 3 * HORIZON
    assert table["cutoff"].n_unique() == 3
    assert np.isfinite(table["Hybrid"].to_numpy()).all()
    joined = table.join(df.select("unique_id", "ds", came="y"), on=["unique_id", "ds"])
    assert joined["y"].to_list() == joined["came"].to_list()
    assert ((table["ds"] - table["cutoff"]) <= timedelta(hours=HORIZON)).all()
