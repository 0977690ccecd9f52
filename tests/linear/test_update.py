"""Updating says what filtering the whole history says, without reading it."""

import copy
import pickle
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatecast.data import extend
from gatecast.errors import TableError
from gatecast.forecaster import Forecast
from gatecast.linear import position
from gatecast.linear.arima import ARIMA

OLD, ALL, HORIZON, SEASON = 120, 180, 8, 12
LEVELS = (0.1, 0.5, 0.9)
PLAIN = ["unique_id", "ds", "y"]
GIVEN: dict[str, Any] = {"order": (1, 1, 1), "seasonal_order": (0, 1, 1)}
OPTIONS: dict[str, dict[str, Any]] = {
    "chosen": {},
    "believing": {"clean": False} | GIVEN,
    "logarithms": {"transform": "log", "mean": True} | GIVEN,
    "drift": {"order": (1, 1, 0), "seasonal_order": (0, 0, 1), "known": ["x"]},
    "blend": {"blend": True, "known": ["x"]},
    "waves": {"season": [12, 30], "harmonics": 2, "order": (1, 0, 1), "seasonal_order": (1, 0, 0)},
}


@lru_cache
def table(seed: int = 0, missing: float = 0.0, spikes: int = 0, steps: int = ALL + HORIZON) -> pl.DataFrame:
    """Two series; what is missing or a spike comes behind the first OLD rows."""
    rng = np.random.default_rng(seed)
    step, parts = np.arange(steps), []
    for i in range(2):
        x = rng.normal(size=steps)
        y = (
            100
            + 0.1 * step
            + 10 * np.sin(step * 2 * np.pi / SEASON)
            + 2 * x
            + rng.normal(size=steps)
            + 30 * i
        )
        y[rng.integers(OLD, steps, spikes)] += 90.0
        y[OLD:][rng.uniform(size=steps - OLD) < missing] = np.nan
        parts.append(pl.DataFrame({"unique_id": f"m{i}", "ds": step, "y": y, "x": x}))
    return pl.concat(parts).fill_nan(None)


def rows(df: pl.DataFrame, low: int, high: int) -> pl.DataFrame:
    return df.filter(pl.col("ds").is_between(low, high - 1))


def ending_with_a_value(df: pl.DataFrame) -> pl.DataFrame:
    """Where covariates are known a step without a value is still ahead: so that all are behind."""
    return df.with_columns(y=pl.when(pl.col("ds") != ALL - 1).then("y").otherwise(100.0))


@lru_cache
def fitted(option: str) -> ARIMA:
    model = ARIMA(**({"horizon": HORIZON, "season": SEASON} | OPTIONS[option]))
    return model.fit(rows(table(), 0, OLD) if model.known else rows(table(), 0, OLD).select(PLAIN))


def both(model: ARIMA, df: pl.DataFrame) -> tuple[Forecast, Forecast]:
    """From the state, and by filtering the history anew."""
    assert model.reading_ is not None
    panel = extend(model.reading_.panel, model.reading_.layout, model.horizon, df.drop("y"))
    return model._ahead(panel, LEVELS), model.forecast(panel, panel.last_origins(), LEVELS)


def agree(mine: Forecast, theirs: Forecast) -> None:
    """Within 1e-10 of the forecast's standard deviation."""
    deviation = (theirs.quantiles[..., 2] - theirs.quantiles[..., 0])[..., None] / 2.5
    np.testing.assert_allclose(mine.quantiles / deviation, theirs.quantiles / deviation, rtol=0, atol=1e-10)
    np.testing.assert_allclose(
        mine.point / deviation[..., 0], theirs.point / deviation[..., 0], rtol=0, atol=1e-10
    )
    np.testing.assert_array_equal(mine.origins.position, theirs.origins.position)


@pytest.mark.parametrize("option", OPTIONS)
@settings(max_examples=8)
@given(
    seed=st.integers(0, 10**6),
    missing=st.sampled_from([0.0, 0.1]),
    spikes=st.integers(0, 3),
    cuts=st.lists(st.integers(OLD, ALL), max_size=5),
)
def test_in_whatever_parts_the_rows_come(
    option: str, seed: int, missing: float, spikes: int, cuts: list[int]
) -> None:
    model, df = copy.copy(fitted(option)), ending_with_a_value(table(seed, missing, spikes))
    for low, high in pairwise([OLD, *sorted(cuts), ALL]):
        model.update(rows(df, low, high))
    assert (model.panel_.known_steps == ALL).all()
    assert model.standing_ is not None
    agree(*both(model, df))


@pytest.mark.parametrize("option", OPTIONS)
def test_row_by_row_and_series_by_series(option: str) -> None:
    model, df = copy.copy(fitted(option)), table(7, 0.1, 2)
    agree(*both(model, df))
    for t in range(OLD, OLD + 20):
        model.update(rows(df, t, t + 1).filter(pl.col("unique_id") == "m1"))
    for t in range(OLD, OLD + 5):
        model.update(rows(df, t, t + 1).filter(pl.col("unique_id") == "m0"))
    assert (model.panel_.known_steps >= [OLD + 4, OLD + 19]).all()
    agree(*both(model, df))


def test_predict_after_update_is_filtering_anew() -> None:
    model, df = copy.copy(fitted("blend")), ending_with_a_value(table(3, 0.1, 1))
    model.update(rows(df, OLD, ALL))
    found = model.predict(level=[80], X_df=rows(df, ALL, ALL + HORIZON).drop("y"))
    for name, level in (("ARIMA-lo-80", 0), ("ARIMA", 1), ("ARIMA-hi-80", 2)):
        theirs = both(model, df)[1].quantiles[..., level].ravel()
        np.testing.assert_allclose(found[name].to_numpy(), theirs, rtol=1e-11)


def test_an_update_and_a_forecast_filter_the_new_values_only(monkeypatch: pytest.MonkeyPatch) -> None:
    model, df, handed = copy.copy(fitted("blend")), table(1), []
    original = position.follow

    def counting(u: np.ndarray, *rest: Any) -> Any:
        handed.append(len(u))
        return original(u, *rest)

    monkeypatch.setattr(position, "follow", counting)
    model.update(rows(df, OLD, OLD + 3))
    model.predict(X_df=rows(df, OLD + 3, OLD + 3 + HORIZON).drop("y"))
    assert handed == [1] * 12  # three values of two series, two members each


def test_refused_rows_leave_everything_as_it_was() -> None:
    model, df = copy.copy(fitted("drift")), table(2)
    before = dict(vars(model))
    good = rows(df, OLD, OLD + 2)
    for news in (
        pl.concat([good, good.head(1).with_columns(pl.col("ds") - 2 * OLD)]),
        pl.concat([good, good.head(1).with_columns(pl.col("y") + 1)]),
        pl.concat([good, good.head(1).with_columns(unique_id=pl.lit("other"))]),
        good.with_columns(y=pl.lit(np.inf)),
    ):
        with pytest.raises(TableError):
            model.update(news)
        assert all(vars(model)[name] is value for name, value in before.items())
    model.update(good)
    agree(*both(model, df))


def test_no_rows_change_nothing() -> None:
    model = copy.copy(fitted("chosen"))
    before = dict(vars(model))
    model.update(table().select(PLAIN).head(0))
    assert vars(model) == before


def test_a_state_is_used_for_its_own_panel_models_and_options_only() -> None:
    df = table(4, 0.05)
    model = copy.copy(fitted("believing"))
    model.update(rows(df, OLD, ALL))
    was = both(model, df)[0]
    model.set_params(horizon=3)
    agree(*both(model, df))
    model.set_params(horizon=HORIZON, clean=True)
    agree(*both(model, df))
    model.fitted_ = fitted("logarithms").fitted_
    agree(*both(model, df))
    model.set_params(clean=False)
    model.fitted_ = fitted("believing").fitted_
    agree(both(model, df)[0], was)
    model.fit(rows(df, 0, OLD + 10).select(PLAIN))
    agree(*both(model, df))


def test_what_was_kept_elsewhere_goes_on_from_where_it_stood() -> None:
    model, df = copy.copy(fitted("blend")), table(8, 0.1)
    model.update(rows(df, OLD, OLD + 9))
    again = pickle.loads(pickle.dumps(model))
    assert again.standing_ is not None
    agree(
        both(again.update(rows(df, OLD + 9, ALL)), df)[0], both(model.update(rows(df, OLD + 9, ALL)), df)[0]
    )


def test_values_that_have_no_logarithm_are_missing() -> None:
    model, df = copy.copy(fitted("logarithms")), table(5)
    model.update(rows(df, OLD, ALL).with_columns(y=pl.when(pl.col("ds") % 9 > 0).then("y").otherwise(-1.0)))
    agree(*both(model, df))


def test_cross_validation_and_summary_see_the_new_rows() -> None:
    model, df = copy.copy(fitted("chosen")), table(6)
    model.update(rows(df, OLD, ALL).select(PLAIN))
    assert model.cross_validation(n_windows=1, level=[])["ds"].max() == ALL - 1
    assert model.diagnosis().seen > fitted("chosen").diagnosis().seen + 0.9 * (ALL - OLD)
    assert model.summary() != fitted("chosen").summary()
