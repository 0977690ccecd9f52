"""Scores are utilsforecast's and scoringrules', and treat what is missing as defined."""

import numpy as np
import polars as pl
import pytest
import scoringrules
import utilsforecast.losses as reference
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from gatecast.backtest import (
    coverage,
    crps,
    mae,
    mape,
    mase,
    mqloss,
    owa,
    quantile_loss,
    rmse,
    scaled_crps,
    seasonal_scale,
    smape,
    winkler_score,
)

LEVELS = np.array([0.1, 0.3, 0.5, 0.7, 0.9])
SERIES, WINDOWS, HORIZON, SEASON = 3, 2, 5, 4
numbers = st.floats(-1e6, 1e6)


@pytest.fixture(scope="module")
def drawn() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(5)
    actual = 50 + 10 * rng.normal(size=(SERIES, WINDOWS, HORIZON))
    quantiles = np.sort(50 + 10 * rng.normal(size=(SERIES, WINDOWS, HORIZON, len(LEVELS))), axis=-1)
    return {"actual": actual, "quantiles": quantiles, "history": 50 + rng.normal(size=(SERIES, 30))}


@pytest.fixture(scope="module")
def frame(drawn: dict[str, np.ndarray]) -> pl.DataFrame:
    """The same numbers as utilsforecast wants them: one row per series, cutoff and step."""
    series, window, step = (a.ravel() for a in np.indices((SERIES, WINDOWS, HORIZON)))
    columns = {f"m{i}": drawn["quantiles"][..., i].ravel() for i in range(len(LEVELS))}
    return pl.DataFrame(
        {"unique_id": series, "cutoff": 29 + window, "ds": 30 + window + step, "y": drawn["actual"].ravel()}
        | columns
        | {"m": columns["m2"], "m-lo-80": columns["m0"], "m-hi-80": columns["m4"]}
    )


def by_window(scored: pl.DataFrame, column: str = "m") -> np.ndarray:
    return scored.sort("unique_id", "cutoff")[column].to_numpy().reshape(SERIES, WINDOWS)


@pytest.mark.parametrize("score", [mae, rmse, mape, smape])
def test_point_scores_are_utilsforecasts(score, drawn, frame):
    expected = by_window(getattr(reference, score.__name__)(frame, models=["m"]))
    np.testing.assert_allclose(score(drawn["actual"], drawn["quantiles"][..., 2]), expected)


def test_mase_is_utilsforecasts(drawn, frame):
    history = pl.DataFrame(
        {
            "unique_id": np.repeat(np.arange(SERIES), 30),
            "ds": np.tile(np.arange(30), SERIES),
            "y": drawn["history"].ravel(),
        }
    )
    scored = reference.mase(frame, models=["m"], seasonality=SEASON, train_df=history)
    scale = np.array([seasonal_scale(h, SEASON) for h in drawn["history"]])
    found = mase(drawn["actual"], drawn["quantiles"][..., 2], scale[:, None])
    np.testing.assert_allclose(found, by_window(scored))


@pytest.mark.parametrize(("column", "probability"), list(enumerate(LEVELS)))
def test_quantile_loss_is_utilsforecasts_and_scoringrules(column, probability, drawn, frame):
    quantile = drawn["quantiles"][..., column]
    found = quantile_loss(drawn["actual"], quantile, probability)
    scored = reference.quantile_loss(frame, models={"m": f"m{column}"}, q=probability)
    np.testing.assert_allclose(found, by_window(scored))
    rule = scoringrules.quantile_score(drawn["actual"], quantile, probability, backend="numpy")
    np.testing.assert_allclose(found, rule.mean(axis=-1))


@pytest.mark.parametrize("score", [mqloss, scaled_crps])
def test_scores_of_all_quantiles_are_utilsforecasts(score, drawn, frame):
    columns = {"m": [f"m{i}" for i in range(len(LEVELS))]}
    expected = by_window(getattr(reference, score.__name__)(frame, models=columns, quantiles=LEVELS))
    np.testing.assert_allclose(score(drawn["actual"], drawn["quantiles"], LEVELS), expected)


def test_crps_is_scoringrules(drawn):
    rule = scoringrules.crps_quantile(drawn["actual"], drawn["quantiles"], LEVELS, backend="numpy")
    np.testing.assert_allclose(crps(drawn["actual"], drawn["quantiles"], LEVELS), rule.mean(axis=-1))


def test_crps_of_many_quantiles_approaches_the_integral():
    levels = (np.arange(4000) + 0.5) / 4000
    quantiles = 3.0 * -np.log1p(-levels)  # exponential of mean 3
    exact = scoringrules.crps_exponential(2.0, 1 / 3.0, backend="numpy")
    assert crps(np.array([2.0]), quantiles[None], levels) == pytest.approx(exact, rel=1e-3)


def test_interval_scores_are_utilsforecasts_and_scoringrules(drawn, frame):
    lower, upper = drawn["quantiles"][..., 0], drawn["quantiles"][..., -1]
    inside = reference.coverage(frame, models=["m"], level=80)
    np.testing.assert_allclose(coverage(drawn["actual"], lower, upper), by_window(inside))
    found = winkler_score(drawn["actual"], lower, upper, 80)
    np.testing.assert_allclose(found, by_window(reference.winkler_score(frame, models=["m"], level=80)))
    rule = scoringrules.interval_score(drawn["actual"], lower, upper, 0.2, backend="numpy")
    np.testing.assert_allclose(found, rule.mean(axis=-1))


def _every_score(actual: np.ndarray, point: np.ndarray) -> list[float]:
    quantiles = point[..., None] + np.linspace(-2, 2, 5)
    lower, upper = quantiles[..., 0], quantiles[..., -1]
    return [
        float(s)
        for s in (
            mae(actual, point),
            rmse(actual, point),
            mape(actual, point),
            smape(actual, point),
            mase(actual, point, np.array(2.0)),
            quantile_loss(actual, point, 0.3),
            mqloss(actual, quantiles, LEVELS),
            crps(actual, quantiles, LEVELS),
            scaled_crps(actual, quantiles, LEVELS),
            coverage(actual, lower, upper),
            winkler_score(actual, lower, upper, 80),
        )
    ]


@given(actual=arrays(float, 6, elements=numbers), point=arrays(float, 6, elements=numbers))
def test_a_missing_actual_leaves_its_step_out(actual, point):
    """Scoring with gaps is scoring what is there."""
    there = np.array([True, False, True, True, False, True])
    holed = np.where(there, actual, np.nan)
    np.testing.assert_allclose(_every_score(holed, point), _every_score(actual[there], point[there]))


def test_nothing_observed_scores_nan():
    assert np.isnan(_every_score(np.full(3, np.nan), np.ones(3))).all()


def test_a_missing_forecast_is_never_rewarded():
    assert np.isnan(_every_score(np.array([1.0, 2.0]), np.array([1.0, np.nan]))).all()


@given(point=arrays(float, 6, elements=numbers), actual=arrays(float, 6, elements=numbers))
def test_smape_lies_between_0_and_1(actual, point):
    assert 0.0 <= smape(actual, point) <= 1.0


@given(
    actual=arrays(float, 6, elements=st.floats(1.0, 1e6)),
    point=arrays(float, 6, elements=st.floats(1.0, 1e6)),
    unit=st.floats(1e-3, 1e3),
)
def test_relative_scores_have_no_unit(actual, point, unit):
    for score in (mape, smape):
        assert score(actual * unit, point * unit) == pytest.approx(score(actual, point), rel=1e-9)
    scale = seasonal_scale(actual, 2)
    if scale > 1e-6:
        scaled = mase(actual * unit, point * unit, np.array(scale * unit))
        assert scaled == pytest.approx(mase(actual, point, np.array(scale)), rel=1e-9)


def test_a_constant_history_scales_nothing():
    assert seasonal_scale(np.full(20, 7.0), 4) == 0.0
    assert np.isnan(seasonal_scale(np.arange(4.0), 4))
    assert np.isnan(mase(np.ones((2, 3)), np.zeros((2, 3)), np.array([0.0, np.nan]))).all()


def test_rounding_is_no_scale():
    """0.1 + 0.2 and 0.3 differ by a rounding error; as a denominator it would swamp every other series."""
    assert seasonal_scale(np.array([0.1 + 0.2, 0.3, 0.3, 0.1 + 0.2]), 1) == 0.0


def test_gaps_in_the_history_are_left_out_of_its_scale():
    assert seasonal_scale(np.array([1.0, np.nan, 4.0, 6.0]), 1) == 2.0


def test_owa_weighs_m4s_own_naive2_at_one():
    """Makridakis et al. (2020): Naive2 scores 18.383 and 2.395 on M4 hourly, so 1 by definition."""
    assert owa(18.383, 2.395, 18.383, 2.395) == 1.0
