"""Arrays in, arrays out: a stream says what the table door says."""

import copy
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import numpy as np
import polars as pl
import pytest

from gatecast import load, save
from gatecast.errors import CovariateError, NotFittedError, OptionError
from gatecast.front import TableDoor
from gatecast.linear import ARIMA, Autoregression, SeasonalNaive

OLD, STEPS, HORIZON = 24 * 20, 24 * 20 + 140, 5
BEGIN = datetime(2024, 10, 27) - timedelta(hours=OLD + 30)  # clocks change behind the history
ROLES: dict[str, Any] = {"known": ["x"], "holidays": "ES"}


@lru_cache
def table() -> pl.DataFrame:
    rng, hour = np.random.default_rng(0), np.arange(STEPS)
    stamps = pl.datetime_range(BEGIN, BEGIN + timedelta(hours=STEPS - 1), "1h", time_zone="UTC", eager=True)
    parts = []
    for i in range(3):
        x = rng.normal(size=STEPS)
        y = 100 + 20 * np.sin(2 * np.pi * hour / 24) + 3 * x + rng.normal(size=STEPS)
        y[OLD + 7] = np.nan
        columns = {"unique_id": f"m{i}", "ds": stamps.dt.convert_time_zone("Europe/Madrid"), "y": y, "x": x}
        parts.append(pl.DataFrame(columns))
    return pl.concat(parts).fill_nan(None)


def rows(low: int, high: int) -> pl.DataFrame:
    return table().filter(pl.int_range(pl.len()).over("unique_id").is_between(low, high - 1))


def arrays(low: int, high: int) -> tuple[np.ndarray, np.ndarray]:
    """Values [steps, series] and covariates [steps, series, 1]."""
    part = rows(low, high).sort("ds", "unique_id", maintain_order=True)
    y = part["y"].fill_null(np.nan).to_numpy().reshape(-1, 3)
    return y, part["x"].to_numpy().reshape(-1, 3, 1)


@lru_cache
def fitted(name: str) -> TableDoor:
    made: dict[str, Any] = {
        "arima": lambda: ARIMA(
            HORIZON, order=(1, 0, 0), seasonal_order=(0, 1, 0), known=["x"], holidays="ES"
        ),
        "autoregression": lambda: Autoregression(HORIZON, known=["x"], holidays="ES"),
        "naive": lambda: SeasonalNaive(HORIZON),
    }
    return made[name]().fit(rows(0, OLD))


@pytest.mark.parametrize("name", ["arima", "autoregression", "naive"])
def test_a_stream_says_what_the_table_says(name: str) -> None:
    model = copy.copy(fitted(name))
    stream, known = model.stream(), bool(model.known)
    steps = STEPS - HORIZON - OLD
    y, x = arrays(OLD, STEPS)
    for k in range(steps):
        stream.observe(y[k], x[k] if known else None)
        if k % 40 == 0 or k == steps - 1:
            model.update(rows(OLD, OLD + k + 1))
            ahead = x[k + 1 : k + 1 + HORIZON].transpose(1, 0, 2)
            mine = stream.forecast([80], ahead if known else None)
            future = rows(OLD + k + 1, OLD + k + 1 + HORIZON).drop("y")
            theirs = model.predict(level=[80], X_df=future if known else None)
            for column, j in ((f"{model.name}-lo-80", 0), (f"{model.name}-hi-80", 2)):
                np.testing.assert_allclose(mine.quantiles[..., j].ravel(), theirs[column], rtol=1e-9)
            assert stream.clock.tolist() == (model.panel_.known_steps - 1).tolist()
            last = model.panel_.times[model.panel_.offsets[:-1] + stream.clock]
            assert stream.times.tolist() == last.tolist()


def test_the_model_stays_where_it_stood_and_so_does_a_copy() -> None:
    model = copy.copy(fitted("arima"))
    stream = model.stream()
    y, x = arrays(OLD, STEPS)
    stream.observe(y[0], x[0])
    twin = stream.copy()
    stream.observe(y[1], x[1])
    assert (model.panel_.known_steps[0], twin.clock[0], stream.clock[0]) == (OLD, OLD, OLD + 1)
    ahead = x[1 : 1 + HORIZON].transpose(1, 0, 2)
    before = twin.forecast(known=ahead)
    twin.observe(y[1], x[1])
    stream.observe(y[2], x[2])
    assert not np.array_equal(twin.forecast(known=ahead).point, before.point)
    assert twin.clock[0] == stream.clock[0] - 1
    assert stream.ids == ("m0", "m1", "m2")


def test_series_may_have_no_row_by_mask_or_by_index() -> None:
    model, y = copy.copy(fitted("naive")), arrays(OLD, STEPS)[0]
    one, other = model.stream(), model.stream()
    for k in range(100):  # far beyond what is looked up at once
        one.observe(y[k, :1], series=[0])
        other.observe(y[k, :1], series=np.array([True, False, False]))
    assert one.clock.tolist() == [OLD + 99, OLD - 1, OLD - 1]
    np.testing.assert_array_equal(one.forecast().point, other.forecast().point)
    model.update(rows(OLD, OLD + 100).filter(pl.col("unique_id") == "m0"))
    np.testing.assert_allclose(one.forecast([80]).point.ravel(), model.predict(level=[80])["SeasonalNaive"])


def test_a_covariate_that_lacks_in_a_row_is_as_it_last_was() -> None:
    model = copy.copy(fitted("arima"))
    stream, (y, x) = model.stream(), arrays(OLD, STEPS)
    stream.observe(y[0], np.full((3, 1), np.nan))
    model.update(rows(OLD, OLD + 1).with_columns(x=pl.lit(None, pl.Float64)))
    ahead, future = x[1 : 1 + HORIZON].transpose(1, 0, 2), rows(OLD + 1, OLD + 1 + HORIZON).drop("y")
    np.testing.assert_allclose(
        stream.forecast(known=ahead).point.ravel(), model.predict(X_df=future)["ARIMA"], rtol=1e-9
    )


@pytest.mark.parametrize(
    ("given", "error", "said"),
    [
        (
            {"values": [1.0, 2.0]},
            OptionError,
            r"values has shape \(2,\); wanted \(3,\): a value",
        ),
        ({"values": ["a", "b", "c"]}, OptionError, "values holds no numbers"),
        ({"values": [1.0, 2.0, np.inf]}, OptionError, "values is infinite in 1 places"),
        ({"values": [1.0], "series": [3]}, OptionError, r"series=\[3\] chooses no rows; wanted a mask of 3"),
        ({"values": [1.0, 2.0], "series": [1, 0]}, OptionError, "ascending indices"),
        ({"values": np.zeros(3), "known": None}, CovariateError, "learned from x; give them as known="),
        (
            {"values": np.zeros(3), "known": np.zeros(3)},
            OptionError,
            r"shape \(3,\); wanted \(3, 1\)",
        ),
        (
            {"values": np.zeros(3), "past": np.zeros((3, 1))},
            OptionError,
            "past= is given, but this model",
        ),
    ],
)
def test_what_does_not_fit_is_said_and_nothing_moves(
    given: dict[str, Any], error: type[Exception], said: str
) -> None:
    stream = copy.copy(fitted("arima")).stream()
    with pytest.raises(error, match=said):
        stream.observe(**({"known": np.zeros((len(given["values"]), 1))} | given))
    assert stream.clock.tolist() == [OLD - 1] * 3


def test_a_forecast_needs_its_covariates() -> None:
    stream = copy.copy(fitted("arima")).stream()
    with pytest.raises(CovariateError, match="learned from x; give them as known="):
        stream.forecast()
    with pytest.raises(CovariateError, match="known covariates ahead hold NaN; give x of every step"):
        stream.forecast(known=np.full((3, HORIZON, 1), np.nan))
    with pytest.raises(OptionError, match=r"known has shape \(3, 2, 1\); wanted \(3, 5, 1\)"):
        stream.forecast(known=np.zeros((3, 2, 1)))
    with pytest.raises(NotFittedError):
        SeasonalNaive(2).stream()


def test_a_loaded_model_streams_on(tmp_path) -> None:
    model = copy.copy(fitted("arima")).update(rows(OLD, OLD + 3))
    again = load(save(model, tmp_path / "m.gatecast"))
    ahead = arrays(OLD + 3, OLD + 3 + HORIZON)[1].transpose(1, 0, 2)
    mine, theirs = again.stream().forecast(known=ahead), model.stream().forecast(known=ahead)
    np.testing.assert_array_equal(mine.quantiles, theirs.quantiles)
