"""Hard series: spikes, steps, hardly any variance, hardly any values, long seasons, long histories, gaps."""

import numpy as np
import polars as pl
import pytest
from statsmodels.tsa.statespace.sarimax import SARIMAX
from test_sarima import fitted, simulated

from gatecast.linear import ARIMA, missing
from gatecast.linear import order as search
from gatecast.linear.fitting import Orders, fit_sarima
from gatecast.linear.outlook import forecast_paths
from gatecast.linear.shape import Shape

HORIZON = 24


def table(y: np.ndarray) -> pl.DataFrame:
    return pl.DataFrame({"ds": np.arange(len(y)), "y": y}).with_columns(pl.col("y").fill_nan(None))


def daily(time: int, seed: int) -> np.ndarray:
    """Hourly load: a day that repeats, and noise that is remembered."""
    return 10.0 * np.sin(np.arange(time) * 2 * np.pi / 24) + simulated(time, seed, 24)


def errors(y: np.ndarray, history: np.ndarray, **options: bool) -> float:
    """Mean absolute error behind a history, orders found automatically."""
    model = ARIMA(HORIZON, season=24, **options).fit(table(history))
    found = model.predict(level=[])["ARIMA"].to_numpy()
    return float(np.abs(found - y[len(history) : len(history) + HORIZON]).mean())


def test_planted_spikes_cost_the_forecast_next_to_nothing() -> None:
    """Over ten series of four weeks, one value of a hundred thrown fifteen standard deviations off."""
    clean, spiked, believed = [], [], []
    for seed in range(10):
        y = daily(24 * 29, seed)
        history = y[: 24 * 28].copy()
        rng = np.random.default_rng(seed)
        at = rng.choice(
            np.arange(30, len(history) - 2, 2), 6, replace=False
        )  # no two in a row: that is a step
        dirty = history.copy()
        dirty[at] += rng.choice([-1.0, 1.0], 6) * 15.0 * history.std()
        clean.append(errors(y, history))
        spiked.append(errors(y, dirty))
        believed.append(errors(y, dirty, clean=False))
    assert np.mean(spiked) < 1.1 * np.mean(clean)
    assert np.mean(believed) > 1.5 * np.mean(clean)  # so the spikes were worth the care


def test_a_spike_as_the_last_value_does_not_carry_the_forecast_away() -> None:
    y = daily(24 * 29, 3)
    history = y[: 24 * 28].copy()
    usual = errors(y, history)
    history[-1] += 15.0 * history.std()
    assert errors(y, history) < 1.5 * usual + 1.0


def test_a_step_of_the_level_is_followed() -> None:
    y = daily(24 * 29, 5)
    y[24 * 20 :] += 60.0
    assert errors(y, y[: 24 * 28]) < 6.0


@pytest.mark.parametrize("season", [2, 7, 24, 48])
@pytest.mark.parametrize("more", [1, 2, 5])
def test_a_series_barely_longer_than_its_season_is_forecast(season: int, more: int) -> None:
    y = simulated(season + more, 2, 7)
    model = fitted(y, season)
    mean, variance = forecast_paths(model, y, np.zeros((0, len(y))), np.array([len(y) - 1]), 2 * season)
    assert np.isfinite(mean).all()
    assert np.isfinite(variance).all()
    assert np.abs(mean - y.mean()).max() < 20 * np.ptp(y) + 1.0


def test_three_values_are_forecast_by_their_mean() -> None:
    """Too few for the AICc of a mean: a model around zero would win, and forecast zero."""
    y = np.array([51.3, 51.6, 50.7])
    mean, variance = forecast_paths(fitted(y, 1), y, np.zeros((0, 3)), np.array([2]), 4)
    np.testing.assert_allclose(mean[0], 51.2)
    np.testing.assert_allclose(variance[0], y.var(ddof=1))


@pytest.mark.parametrize("noise", [1e-3, 1e-6, 1e-9, 1e-12])
def test_a_nearly_constant_series_goes_on_nearly_constant(noise: float) -> None:
    y = 1000.0 + noise * np.random.default_rng(0).normal(size=200)
    model = fitted(y)
    mean, variance = forecast_paths(model, y, np.zeros((0, 200)), np.array([199]), HORIZON)
    np.testing.assert_allclose(mean, 1000.0, rtol=0, atol=6 * noise + 1e-9)
    assert np.sqrt(variance).max() < 3 * noise + 1e-9


@pytest.mark.parametrize("unit", [1e-12, 1e-9, 1.0, 1e12])
def test_the_unit_of_a_random_walk_does_not_choose_its_differences(unit: float) -> None:
    """An absolute threshold of 1e-12 in the test for a level left small numbers undifferenced."""
    y = 20.0 + np.random.default_rng(0).normal(size=300).cumsum()
    whole, scaled = fitted(y, 1), fitted(unit * y, 1)
    assert (scaled.d, scaled.shape) == (whole.d, whole.shape) == (1, Shape(0, 0, 0, 0, False))
    assert scaled.sigma2 / unit**2 == pytest.approx(whole.sigma2)


@pytest.mark.parametrize("level", [0.0, 1e4, 1e8])
def test_the_level_of_a_random_walk_does_not_choose_its_differences(level: float) -> None:
    assert fitted(level + np.random.default_rng(0).normal(size=300).cumsum(), 1).d == 1


STEPS = np.arange(200.0)
FORMULAS = {
    "alternating": 1.5 + 0.5 * (-1.0) ** STEPS,
    "growing alternation": STEPS * (-1.0) ** STEPS,
    "cubic": STEPS**3,
    "exponential": np.exp(STEPS / 20),
    "logistic": 1.0 / (1.0 + np.exp((100 - STEPS) / 10)),
    "damped wave": np.exp(-STEPS / 30) * np.cos(STEPS / 3),
}


@pytest.mark.parametrize("name", FORMULAS)
@pytest.mark.parametrize("season", [1, 12])
def test_a_series_without_any_noise_goes_on_by_its_formula(name: str, season: int) -> None:
    """Where rounding is all that is left, fits won whose derivatives are no numbers: a crash."""
    y = FORMULAS[name]
    model = fitted(y[:190], season)
    found = forecast_paths(model, y[:190], np.zeros((0, 190)), np.array([189]), 3)[0][0]
    assert np.isfinite(model.covariance).all()
    np.testing.assert_allclose(found, y[190:193], atol=0.05 * np.abs(np.diff(y[150:190])).max())


def test_a_series_of_few_values_that_move_once_is_forecast() -> None:
    """A meter that stood still for weeks and then read one other number."""
    y = np.full(24 * 21, 3.0)
    y[24 * 15 :] = 4.0
    found = ARIMA(HORIZON, season=24).fit(table(y)).predict(level=[80])
    assert np.abs(found["ARIMA"].to_numpy() - 4.0).max() < 0.5


def test_a_week_of_half_hours_is_a_season_like_another() -> None:
    """Period 336: the forecast beats last week's values on a series whose weeks differ by noise."""
    rng = np.random.default_rng(0)
    week = rng.normal(size=336).cumsum()
    y = 50.0 + np.tile(week - week.mean(), 7) + rng.normal(size=336 * 7)
    history = y[: 336 * 6]
    model = fitted(history, 336)
    nothing = np.zeros((0, len(y)))
    found = forecast_paths(model, history, nothing, np.array([len(history) - 1]), 336)[0][0]
    naive = np.abs(y[336 * 6 :] - y[336 * 5 : 336 * 6]).mean()
    assert model.D == 1
    assert np.abs(found - y[336 * 6 :]).mean() < 0.85 * naive


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Starting points and steps of the optimiser allowed, each a pass over the series, fit by fit."""
    done: list[int] = []
    original = search.maximise

    def counted(*given: object) -> object:
        starts, iterations = given[4], given[5]
        done.append(len(starts) // 8 + 1 + iterations)  # type: ignore[arg-type, operator]
        return original(*given)

    monkeypatch.setattr(search, "maximise", counted)
    return done


@pytest.mark.slow
def test_a_hundred_thousand_values_take_as_many_passes_as_a_thousand(work: list[int]) -> None:
    """Each pass is O(n m), so the whole is linear in the history."""
    short = fitted(simulated(1000, 1, 24), 24)
    few = sum(work)
    work.clear()
    y = simulated(100_000, 1, 24)
    model = fitted(y, 24)
    assert sum(work) < 3 * few
    assert short.D == model.D == 1
    fit = dict(zip(("phi", "Theta"), model.coefficients[[0, -1]], strict=True))
    assert model.sigma2 == pytest.approx(1.0, abs=0.02), fit
    mean, _ = forecast_paths(model, y, np.zeros((0, len(y))), np.arange(99_000, 99_990), 10)
    e = y[np.arange(99_000, 99_990) + 1] - mean[:, 0]
    assert np.std(e) == pytest.approx(1.0, abs=0.07)


@pytest.mark.parametrize(("d", "D"), [(0, 0), (1, 0), (0, 1), (1, 1)])
def test_gaps_differences_and_regressors_together_give_the_likelihood_of_statsmodels(d: int, D: int) -> None:
    """Theirs on the level, with an exact diffuse start: it counts the first values by their constant only."""
    rng = np.random.default_rng(10 * d + D)
    time, gaps = 150, [40, 41, 77, 120]
    x = np.vstack([rng.normal(size=time).cumsum(), rng.normal(size=time)])
    y = simulated(time, 5, 6) + np.array([2.0, -1.0]) @ x
    y[gaps] = np.nan
    model = fit_sarima(y, x, 6, Orders((1, d, 1), (0, D, 1)))
    exog = np.vstack([x, np.ones(time)]) if model.shape.constant else x
    theirs = SARIMAX(y, exog.T, order=(1, d, 1), seasonal_order=(0, D, 1, 6), use_exact_diffuse=d + D > 0)
    lags = d + 6 * D
    beta = np.append(model.beta, [model.constant] * model.shape.constant)
    sigma2 = model.sigma2 * (model.seen - 3 - len(beta)) / model.seen  # as the likelihood has it
    theirs_log = theirs.loglike(np.concatenate([beta, model.coefficients, [sigma2]]))
    assert model.seen == time - lags - len(gaps)
    assert -model.loss / 2 - 0.5 * lags * np.log(2 * np.pi) == pytest.approx(theirs_log, abs=1e-4)
    np.testing.assert_allclose(model.beta, [2.0, -1.0], atol=4 * model.beta_error.max())


@pytest.mark.parametrize("gaps", [10, 120])
def test_gaps_cost_a_regressor_and_a_forecast_little(gaps: int) -> None:
    """Integrated out exactly, and filled with expectations."""
    rng = np.random.default_rng(1)
    x = rng.normal(size=(1, 24 * 29))
    y = daily(24 * 29, 1) + 3.0 * x[0]
    history = y[: 24 * 28].copy()
    whole = fit_sarima(history, x[:, : len(history)], 24, Orders())
    history[rng.choice(np.arange(30, len(history) - 5), gaps, replace=False)] = np.nan
    model = fit_sarima(history, x[:, : len(history)], 24, Orders())
    assert model.beta[0] == pytest.approx(3.0, abs=4 * whole.beta_error[0])
    mean = [
        forecast_paths(m, history, x, np.array([len(history) - 1]), HORIZON)[0][0] for m in (whole, model)
    ]
    assert np.sqrt(np.mean((mean[1] - mean[0]) ** 2)) < 0.4  # of innovations of one


def test_drawing_missing_values_takes_work_in_proportion_to_the_history(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Every missing value times every step was 70 seconds for 2,000 in 20,000, and gigabytes for more."""
    handed: list[int] = []
    original = missing.whiten

    def counting(columns: np.ndarray, *rest: object) -> object:
        handed.append(columns.size)
        return original(columns, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(missing, "whiten", counting)
    work = {}
    for time in (2000, 16_000):
        y = simulated(time, 3)
        gaps = np.random.default_rng(3).choice(np.arange(20, time - 5), time // 10, replace=False)
        y[gaps] = np.nan
        handed.clear()
        model = fitted(y, orders=Orders((1, 0, 0), (0, 1, 1)))
        work[time] = sum(handed)
    assert work[16_000] < 12 * work[2000]
    np.testing.assert_allclose(model.coefficients, [0.6, -0.5], atol=0.04)
    assert model.sigma2 == pytest.approx(1.0, abs=0.04)


@pytest.mark.parametrize("share", [0.1, 0.3])
def test_many_missing_values_make_neither_the_noise_look_small_nor_the_memory_long(share: float) -> None:
    """Filling with expectations gave σ² .77 and φ .67 at a fifth missing, where .98 and .61 are right."""
    whole, found, spread = [], [], []
    for seed in range(8):
        y = simulated(800, seed)
        whole.append(fitted(y, orders=Orders((1, 0, 0), (0, 1, 1))))
        rng = np.random.default_rng(seed)
        y[rng.choice(np.arange(20, 790), int(share * 800), replace=False)] = np.nan
        found.append(fitted(y, orders=Orders((1, 0, 0), (0, 1, 1))))
        spread.append(found[-1].covariance[0, 0] / whole[-1].covariance[0, 0])
    assert np.mean([m.sigma2 for m in found]) == pytest.approx(np.mean([m.sigma2 for m in whole]), abs=0.04)
    means = [np.mean([m.coefficients for m in models], axis=0) for models in (found, whole)]
    np.testing.assert_allclose(*means, atol=0.04)
    assert found[0].seen == 788 - int(share * 800)
    assert np.mean(spread) > 1.0 + 0.8 * share
