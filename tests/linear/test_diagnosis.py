"""Residuals, their test and the standard errors are those of statsmodels, with missing values too."""

import numpy as np
import polars as pl
import pytest
from scipy.stats import chi2
from statsmodels.stats.diagnostic import acorr_ljungbox
from statsmodels.tsa.statespace.sarimax import SARIMAX
from statsmodels.tsa.stattools import acf
from test_sarima import simulated

from gatecast.errors import NotFittedError, OptionError
from gatecast.linear import ARIMA
from gatecast.linear.diagnosis import autocorrelations, chi_squared_tail, diagnose, ljung_box, residuals
from gatecast.linear.fitting import Orders, fit_sarima
from gatecast.linear.sarima import Sarima

KNOWN = Orders((1, 0, 0), (0, 1, 1))
NOTHING = np.zeros((0, 0))


def fitted(y: np.ndarray, orders: Orders = KNOWN, season: int = 12) -> Sarima:
    return fit_sarima(y, np.zeros((0, len(y))), season, orders)


def left(model: Sarima, y: np.ndarray) -> np.ndarray:
    return residuals(model, y, np.zeros((0, len(y))))


@pytest.mark.parametrize("missing", [0, 40])
def test_autocorrelations_are_those_of_statsmodels(missing: int) -> None:
    rng = np.random.default_rng(0)
    e = rng.normal(size=300)
    e[rng.choice(300, missing, replace=False)] = np.nan
    r, pairs = autocorrelations(e, 20)
    np.testing.assert_allclose(r, acf(e, nlags=20, missing="conservative", fft=False)[1:], atol=1e-12)
    assert pairs[0] <= 299 - missing
    if not missing:
        np.testing.assert_array_equal(pairs, 300 - np.arange(1, 21))


@pytest.mark.parametrize("estimated", [0, 3])
def test_the_test_is_that_of_statsmodels(estimated: int) -> None:
    e = np.random.default_rng(1).normal(size=200).cumsum() * 0.1 + np.random.default_rng(2).normal(size=200)
    statistic = ljung_box(*autocorrelations(e, 12), 200)
    theirs = acorr_ljungbox(e, lags=[12], model_df=estimated)
    assert statistic == pytest.approx(theirs["lb_stat"].iloc[0], rel=1e-12)
    probability = chi_squared_tail(statistic, 12 - estimated)
    assert probability == pytest.approx(theirs["lb_pvalue"].iloc[0], rel=1e-9)


def test_missing_residuals_do_not_make_noise_look_correlated() -> None:
    """Under noise the statistic is a χ² of as many degrees of freedom as lags, gaps or none."""
    rng = np.random.default_rng(3)
    e = rng.normal(size=(1500, 150))
    e[rng.random(e.shape) < 0.3] = np.nan
    found = [ljung_box(*autocorrelations(row, 8), int(np.isfinite(row).sum())) for row in e]
    assert np.mean(found) == pytest.approx(8.0, abs=0.5)
    assert np.mean(np.array(found) > 15.507) == pytest.approx(0.05, abs=0.02)  # χ²(8) at 95 %


@pytest.mark.parametrize("gaps", [[], [3, 60, 61, 130]])
def test_residuals_are_those_of_statsmodels(gaps: list[int]) -> None:
    y = simulated(200)
    y[gaps] = np.nan
    model = fitted(y)
    seasonal = (0, 1, 1, 12)
    theirs = SARIMAX(y, order=(1, 0, 0), seasonal_order=seasonal, use_exact_diffuse=True)
    e = theirs.filter(np.append(model.coefficients, model.sigma2)).standardized_forecasts_error[0]
    ours = left(model, y)
    assert np.isnan(ours[:12]).all()
    assert np.isnan(ours[gaps]).all()
    later = np.setdiff1d(np.arange(30, 200), gaps)  # behind the first season, which theirs estimates
    np.testing.assert_allclose(ours[later], e[later], atol=1e-5)
    assert np.isfinite(ours).sum() == 200 - 12 - len(gaps)  # step 3 of the first season: step 15 instead


def test_a_value_missing_later_changes_no_residual_before_it() -> None:
    y = simulated(240)
    model = fitted(y)
    gapped = y.copy()
    gapped[200] = np.nan
    np.testing.assert_allclose(left(model, gapped)[:200], left(model, y)[:200], atol=1e-9)


def test_the_right_model_leaves_noise_and_a_wrong_one_does_not() -> None:
    y = simulated(1000, 4)
    nothing = np.zeros((0, 1000))
    right = diagnose(fitted(y), y, nothing)
    wrong = diagnose(fitted(y, Orders((0, 0, 0), (0, 1, 0))), y, nothing)
    assert right.probability > 0.05
    assert wrong.probability < 1e-6
    assert (right.lags, right.degrees, right.seen) == (24, 22, 988)
    assert np.nanstd(right.residuals) == pytest.approx(1.0, abs=0.01)


def test_a_short_or_a_flat_series_has_a_diagnosis_too() -> None:
    for y in (np.full(40, 5.0), simulated(14), simulated(16)):
        found = diagnose(fitted(y, Orders()), y, np.zeros((0, len(y))))
        assert 0.0 <= found.probability <= 1.0
        assert len(found.residuals) == len(y)


@pytest.mark.parametrize(
    ("order", "seasonal", "coefficients"),
    [
        ((1, 0, 0), (0, 1, 1), [0.6, -0.5]),
        ((2, 0, 1), (0, 0, 0), [0.5, 0.2, 0.4]),
        ((0, 1, 1), (1, 0, 1), [-0.4, 0.7, -0.2]),
    ],
)
def test_standard_errors_are_those_of_statsmodels(
    order: tuple[int, int, int], seasonal: tuple[int, int, int], coefficients: list[float]
) -> None:
    """Observed information there, Gauss–Newton here: the same but for terms that vanish with the errors."""
    season = (*seasonal, 12) if any(seasonal) else (0, 0, 0, 0)
    true = SARIMAX(np.zeros(900), order=order, seasonal_order=season)
    shocks = np.random.default_rng(7).normal(size=(900, 1))
    start = np.zeros(true.k_states)
    y = 20.0 + true.simulate([*coefficients, 1.0], 900, state_shocks=shocks, initial_state=start)
    model = fitted(y, Orders(order, seasonal))
    mean = np.ones(len(y)) if model.shape.constant else None
    theirs = SARIMAX(y, mean, order=order, seasonal_order=season, simple_differencing=True)
    start = np.concatenate([[model.constant] * model.shape.constant, model.coefficients, [model.sigma2]])
    errors = theirs.fit(start, disp=0, cov_type="oim").bse
    if model.shape.constant:
        assert model.constant_error == pytest.approx(errors[0], rel=0.02)
        errors = errors[1:]
    np.testing.assert_allclose(np.sqrt(np.diag(model.covariance)), errors[:-1], rtol=0.05)


def test_the_error_of_the_mean_of_noise_is_the_textbooks() -> None:
    y = 5.0 + np.random.default_rng(0).normal(size=400)
    model = fitted(y, Orders((0, 0, 0), (0, 0, 0)))
    assert model.constant_error == pytest.approx(y.std(ddof=1) / 20.0, rel=1e-9)


@pytest.mark.parametrize("degrees", [1, 2, 11, 48, 672, 2000, 2881])
def test_the_tail_of_a_chi_squared_is_scipys_however_many_its_degrees(degrees: int) -> None:
    """A day of minutes is tested on 2,880 lags; beyond 1,490 the first term, and so all, was zero."""
    for x in degrees * np.array([0.5, 0.9, 1.0, 1.1, 2.0]):
        assert chi_squared_tail(x, degrees) == pytest.approx(chi2.sf(x, degrees), abs=1e-11)


def table(spike: float = 0.0, missing: bool = False) -> pl.DataFrame:
    y = simulated(400)
    y[200] += spike
    if missing:
        y[100:103] = np.nan
    return pl.DataFrame({"ds": np.arange(400), "y": y}).with_columns(pl.col("y").fill_nan(None))


def test_the_door_gives_one_diagnosis_a_model() -> None:
    model = ARIMA(3, season=12, blend=True).fit(table())
    first, second = model.diagnosis(), model.diagnosis(member=1)
    assert len(first.residuals) == len(second.residuals) == 400
    assert not np.allclose(first.residuals[20:], second.residuals[20:])
    with pytest.raises(OptionError, match="series 1, model 0 is not among 1 fitted series"):
        model.diagnosis(1)
    with pytest.raises(NotFittedError, match="call fit"):
        ARIMA(3).diagnosis()


def test_spikes_and_missing_values_leave_the_test_standing() -> None:
    plain = ARIMA(3, season=12, order=(1, 0, 0), seasonal_order=(0, 1, 1))
    spiked = plain.fit(table(spike=400.0)).diagnosis()
    assert np.isnan(spiked.residuals[200])
    assert np.nanmax(np.abs(spiked.residuals)) < 5.0
    model = plain.fit(table(missing=True))
    assert model.diagnosis().seen == 400 - 12 - 3
    text = model.summary()
    assert "Ljung–Box(24)" in text
    assert "on 22 degrees of freedom" in text


def test_the_summary_gives_the_mean_its_standard_error() -> None:
    df = pl.DataFrame({"ds": np.arange(400), "y": 5.0 + np.random.default_rng(0).normal(size=400)})
    text = ARIMA(3, season=1, order=(0, 0, 0)).fit(df).summary()
    line = next(line for line in text.splitlines() if line.startswith("constant"))
    estimate, error, ratio = (float(word) for word in line.split()[1:])
    assert error == pytest.approx(0.05, abs=0.005)
    assert ratio == pytest.approx(estimate / error, rel=0.01)
