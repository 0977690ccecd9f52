"""Fits recover what was simulated, survive odd series, and cover what they promise."""

import numpy as np
import pytest

from gatecast.errors import SeriesError
from gatecast.linear.differencing import seasonal_strength
from gatecast.linear.fitting import Orders, fit_sarima
from gatecast.linear.outlier import spikes
from gatecast.linear.outlook import forecast_paths
from gatecast.linear.sarima import Sarima


def simulated(time: int, seed: int = 0, season: int = 12) -> np.ndarray:
    """ARIMA(1,0,0)(0,1,1): φ .6, Θ −.5, σ 1."""
    rng = np.random.default_rng(seed)
    e = rng.normal(size=time + 60)
    y = np.zeros(time + 60)
    for t in range(season + 1, time + 60):
        y[t] = y[t - season] + 0.6 * (y[t - 1] - y[t - season - 1]) + e[t] - 0.5 * e[t - season]
    return y[60:] + 50.0


def fitted(y: np.ndarray, season: int = 12, orders: Orders | None = None) -> Sarima:
    return fit_sarima(y, np.zeros((0, len(y))), season, orders or Orders())


KNOWN = Orders((1, 0, 0), (0, 1, 1))


def test_a_given_order_finds_the_parameters() -> None:
    model = fitted(simulated(1500), orders=KNOWN)
    np.testing.assert_allclose(model.coefficients, [0.6, -0.5], atol=0.06)
    assert model.sigma2 == pytest.approx(1.0, abs=0.1)
    np.testing.assert_allclose(np.sqrt(np.diag(model.covariance)), [0.021, 0.023], atol=0.006)


def test_the_same_likelihood_and_order_as_statsmodels() -> None:
    from statsmodels.tsa.statespace.sarimax import SARIMAX

    y = simulated(240)
    model = fitted(y, orders=KNOWN)
    theirs = SARIMAX(y, order=(1, 0, 0), seasonal_order=(0, 1, 1, 12), simple_differencing=True)
    best = theirs.fit(disp=0)
    assert -model.loss / 2 >= best.llf - 1e-4


def test_missing_values_cost_little() -> None:
    y = simulated(600)
    whole = fitted(y, orders=KNOWN)
    rng = np.random.default_rng(3)
    for count in (12, 80):  # integrated out exactly, and filled with expectations
        gapped = y.copy()
        gapped[rng.choice(np.arange(20, 580), count, replace=False)] = np.nan
        model = fitted(gapped, orders=KNOWN)
        np.testing.assert_allclose(model.coefficients, whole.coefficients, atol=0.08)


def test_a_regressor_finds_its_coefficient() -> None:
    y = simulated(400)
    x = np.random.default_rng(5).normal(size=(2, 400))
    x[1] = 7.0  # constant: it competes with the mean and is left out
    model = fit_sarima(y + 3.0 * x[0], x, 12, KNOWN)
    assert model.beta[0] == pytest.approx(3.0, abs=4 * model.beta_error[0])
    assert model.beta[1] == 0.0


@pytest.mark.parametrize("order", [(1, 1, 0), (0, 2, 1)])
def test_a_regressor_that_differencing_takes_away_has_no_coefficient(order: tuple[int, int, int]) -> None:
    """What is left of a trend or a wave is rounding: its coefficient was some 1e13."""
    t = np.arange(400)
    y, noise = simulated(400), np.random.default_rng(5).normal(size=400)
    x = np.vstack([noise, 0.1 * t, np.sin(2 * np.pi * t / 12)])
    model = fit_sarima(y + 3.0 * noise, x, 12, Orders(order, (0, 1, 1)))
    assert model.beta[0] == pytest.approx(3.0, abs=4 * model.beta_error[0])
    np.testing.assert_array_equal(model.beta[1:], 0.0)


def test_many_regressors_are_found_together() -> None:
    y = simulated(300)
    x = np.random.default_rng(6).normal(size=(6, 300))
    model = fit_sarima(y + np.arange(6.0) @ x, x, 12, KNOWN)
    np.testing.assert_allclose(model.beta, np.arange(6.0), atol=0.2)


def test_intervals_cover_what_they_promise() -> None:
    hits = []
    for seed in range(25):
        y = simulated(1600, seed)
        model = fitted(y[:800], orders=KNOWN)
        origins = np.arange(799, 1588, 3)
        mean, variance = forecast_paths(model, y, np.zeros((0, len(y))), origins, 12)
        actual = y[origins[:, None] + np.arange(1, 13)]
        error = np.abs(actual - mean) / np.sqrt(variance)
        hits.append([(error < 1.281552).mean(), (error < 1.959964).mean()])
    np.testing.assert_allclose(np.mean(hits, axis=0), [0.8, 0.95], atol=0.01)


@pytest.mark.parametrize(
    "y",
    [
        np.full(100, 5.0),
        np.zeros(60),
        np.arange(50.0),
        np.append(np.full(99, 5.0), 5.001),
        simulated(13),
        simulated(26),
        simulated(4),
        1e9 + simulated(120),
        1e-9 * simulated(120),
    ],
    ids=["constant", "zero", "line", "nearly constant", "13", "26", "4", "far from zero", "tiny"],
)
def test_odd_series_are_forecast(y: np.ndarray) -> None:
    model = fitted(y)
    mean, variance = forecast_paths(model, y, np.zeros((0, len(y))), np.arange(len(y)), 5)
    assert np.isfinite(mean).all()
    assert (variance >= 0.0).all()
    assert np.abs(mean[-1] - y[-1]).max() <= 10 * (np.ptp(y) + 1e-12)


def test_a_power_whose_differences_do_not_vary_goes_on() -> None:
    y = np.arange(40.0) ** 6
    model = fitted(y[:37], 1, Orders((0, 6, 0)))
    mean, _ = forecast_paths(model, y[:37], np.zeros((0, 37)), np.array([36]), 3)
    np.testing.assert_allclose(mean[0], y[37:], rtol=1e-6)


def test_spikes_do_not_wreck_a_fit() -> None:
    y = simulated(500)
    dirty = y.copy()
    at = np.array([60, 170, 333, 481])
    dirty[at] += np.array([1, -1, 1, 1]) * 15 * y.std()
    found = spikes(dirty, 12)
    np.testing.assert_array_equal(np.flatnonzero(found), at)
    dirty[found] = np.nan
    np.testing.assert_allclose(
        fitted(dirty, orders=KNOWN).coefficients, fitted(y, orders=KNOWN).coefficients, atol=0.05
    )


def test_the_strength_of_the_season_is_that_of_statsmodels() -> None:
    from statsmodels.tsa.seasonal import STL

    for y, season in ((simulated(150), 12), (simulated(101), 6)):
        stl = STL(y, period=season, seasonal=11, seasonal_deg=0, trend_deg=1, low_pass_deg=1)
        found = stl.fit(inner_iter=5, outer_iter=0)
        strength = 1 - np.var(found.resid) / np.var(found.resid + found.seasonal)
        assert seasonal_strength(y, season) == pytest.approx(strength, abs=1e-9)


def test_orders_too_high_are_refused() -> None:
    with pytest.raises(SeriesError, match="lower the orders or give more history"):
        fitted(simulated(27), orders=Orders((5, 0, 5), (2, 1, 2)))


def test_a_given_seasonal_order_that_leaves_a_root_on_the_unit_circle_is_fitted() -> None:
    """Every candidate had one, none was allowed to win, and the series was called too short."""
    rng = np.random.default_rng(0)
    t = np.arange(240)
    y = 100.0 + 10.0 * np.sin(2 * np.pi * t / 24) + 0.3 * rng.normal(size=240).cumsum()
    model = fitted(y, 24, Orders(None, (1, 0, 1)))
    assert (model.D, *model.shape[2:4]) == (0, 1, 1)
    found = forecast_paths(model, y[:239], np.zeros((0, 240)), np.array([215]), 24)[0][0]
    np.testing.assert_allclose(found, y[216:], atol=4.0)
