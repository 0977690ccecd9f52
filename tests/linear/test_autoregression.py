"""The robust autoregression on series whose best forecast is known."""

from dataclasses import replace

import numpy as np
import pytest

from gatecast.data import Panel, actuals, every_origin
from gatecast.forecaster import Origins
from gatecast.linear import Autoregression, SeasonalNaive
from gatecast.linear.around import blocks_of
from gatecast.progress import Silent
from plain_panels import autoregressive, panel_of

LEVELS = (0.025, 0.1, 0.5, 0.9, 0.975)


def between(first: int, last: int) -> Origins:
    position = np.arange(first, last, dtype=np.int64)
    return Origins(np.zeros(len(position), dtype=np.int64), position)


def fitted(panel: Panel, horizon: int, **options: bool) -> Autoregression:
    model = Autoregression(horizon=horizon, **options)
    model.fit_paths(panel)
    return model


def error(panel: Panel, paths: np.ndarray, origins: Origins) -> float:
    return float(np.nanmean(np.abs(actuals(panel, origins, paths.shape[1]) - paths)))


def weather_panel(history: int = 3000, seed: int = 0) -> Panel:
    temperature = autoregressive(history, 0.9, seed, noise=2.0)
    values = 50 + 2.0 * temperature + autoregressive(history, 0.5, seed + 1, season=24, noise=0.5)
    return panel_of(values, known=[temperature[:, None]])


@pytest.mark.parametrize("phi", [0.0, 0.5, 0.9])
def test_one_step_ahead_it_is_nearly_optimal_on_a_seasonal_ar1(phi: float) -> None:
    """The optimum's error is the noise itself, 1; a cycle to be learned costs a few percent."""
    panel = panel_of(200 + autoregressive(6000, phi, 1, season=24))
    model, ahead = fitted(panel.seen_until(np.array([4000])), 1), between(3999, 5998)
    squared = (actuals(panel, ahead, 1) - model.paths(panel, ahead)) ** 2
    assert np.sqrt(squared.mean()) < 1.08


def test_without_a_season_it_is_nearly_optimal_at_every_step() -> None:
    panel = panel_of(100 + autoregressive(6000, 0.9, 2), seasons=(1,))
    model, ahead = fitted(panel.seen_until(np.array([4000])), 8), between(3999, 5990)
    squared = ((actuals(panel, ahead, 8) - model.paths(panel, ahead)) ** 2).mean(axis=0)
    optimum = np.cumsum(0.9 ** (2 * np.arange(8)))
    np.testing.assert_array_less(squared, 1.12 * optimum)


def test_weather_that_matters_is_used() -> None:
    panel = weather_panel()
    ahead = between(2399, 2950)
    blind = replace(panel, known=np.empty((3000, 0)), known_names=())
    with_weather, without = (
        error(panel, fitted(p.seen_until(np.array([2400])), 24).paths(p, ahead), ahead)
        for p in (panel, blind)
    )
    assert with_weather < 0.35 * without


def test_weather_is_left_aside_where_asked() -> None:
    panel = weather_panel(800)
    model = fitted(panel, 24, regress=False)
    assert model.fitted_[0].regression is None
    other = replace(panel, known=panel.known + 100)
    last = panel.last_origins()
    np.testing.assert_array_equal(model.paths(panel, last), model.paths(other, last))


@pytest.mark.parametrize("regress", [False, True])
def test_values_behind_an_origin_do_not_move_its_path(regress: bool) -> None:
    panel = weather_panel(1500)
    model, ahead = fitted(panel, 24, regress=regress), between(700, 720)
    later = panel.values.copy()
    later[720:] = 1e4
    for other in (replace(panel, values=later), panel.seen_until(np.array([720]))):
        found = model.paths(other, ahead)
        np.testing.assert_allclose(found, model.paths(panel, ahead), rtol=1e-9)


@pytest.mark.parametrize("regress", [False, True])
def test_past_paths_have_not_seen_their_outcome(regress: bool) -> None:
    panel = weather_panel(2000)
    model, inside = fitted(panel, 12, regress=regress), between(500, 1900)
    honest, flattered = model.past_paths(panel, inside), model.paths(panel, inside)
    assert not np.allclose(honest, flattered)
    assert error(panel, honest, inside) > error(panel, flattered, inside)


def test_past_paths_are_as_wrong_as_forecasts_of_what_is_new() -> None:
    panel = panel_of(100 + autoregressive(3000, 0.8, 4, season=24))
    model = fitted(panel.seen_until(np.array([2000])), 12)
    inside, beyond = between(600, 1980), between(2030, 2980)
    past = error(panel, model.past_paths(panel, inside), inside)
    assert past == pytest.approx(error(panel, model.paths(panel, beyond), beyond), rel=0.1)


@pytest.mark.parametrize("regress", [False, True])
def test_past_paths_far_beyond_the_fit_are_paths(regress: bool) -> None:
    panel = weather_panel(2000)
    model = fitted(panel.seen_until(np.array([1500])), 12, regress=regress)
    beyond = between(1500 + int(model.fitted_[0].lags.max()), 1980)
    np.testing.assert_allclose(model.past_paths(panel, beyond), model.paths(panel, beyond), rtol=1e-9)


def test_blocks_cover_the_history_and_nothing_else() -> None:
    panel = panel_of(np.ones(30_000))
    for time, steps in ((30_000, 29_000), (100, 100), (5, 3), (20, 0)):
        block = blocks_of(panel, time, steps)
        assert (block[:steps] >= 0).all()
        assert (block[steps:] == -1).all()
        assert len(np.unique(block[:steps])) == min(steps, 12)


@pytest.mark.parametrize("steps", [3, 5, 10, 23, 24, 25, 26, 30, 47, 60, 71, 72, 80])
def test_short_series_are_forecast_in_their_own_range(steps: int) -> None:
    values = 100 + autoregressive(steps, 0.8, steps, season=24)
    panel = panel_of(values)
    model = Autoregression(horizon=48).learn(panel, Silent())
    found = model.forecast(panel, panel.last_origins(), LEVELS)
    assert np.isfinite(found.quantiles).all()
    assert (np.diff(found.quantiles, axis=-1) >= 0).all()
    room = np.ptp(values)
    assert found.point.min() > values.min() - room
    assert found.point.max() < values.max() + room


@pytest.mark.parametrize("steps", [25, 26, 30, 47, 48, 60, 70])
def test_fewer_than_three_seasons_repeat_the_last_one(steps: int) -> None:
    panel = panel_of(100 + autoregressive(steps, 0.8, steps, season=24))
    last = panel.last_origins()
    expected = SeasonalNaive(horizon=30).paths(panel, last)
    np.testing.assert_allclose(fitted(panel, 30).paths(panel, last), expected, rtol=1e-9)


@pytest.mark.parametrize("level", [0.0, 1e-12, 50.0, 1e12, -3.0])
@pytest.mark.parametrize("covariate", [False, True])
def test_a_constant_series_stays_constant(level: float, covariate: bool) -> None:
    known = [np.random.default_rng(0).normal(size=(324, 1))] if covariate else ()
    panel = panel_of(np.full(300, level), known=known, future=24)
    model = Autoregression(horizon=24).learn(panel, Silent())
    found = model.forecast(panel, panel.last_origins(), LEVELS)
    np.testing.assert_allclose(found.point, level, rtol=1e-9)
    np.testing.assert_allclose(found.quantiles, level, rtol=1e-6)


def test_gaps_cost_little() -> None:
    whole = panel_of(200 + autoregressive(4000, 0.7, 5, season=24))
    holes = whole.values.copy()
    holes[np.random.default_rng(6).random(4000) < 0.1] = np.nan
    holes[2000:2100] = np.nan
    panel, ahead = replace(whole, values=holes), between(3199, 3970)
    errors = [
        error(whole, fitted(p.seen_until(np.array([3200])), 12).paths(p, ahead), ahead)
        for p in (whole, panel)
    ]
    assert errors[1] < 1.15 * errors[0]


def test_a_series_that_begins_or_ends_with_gaps_is_forecast() -> None:
    values = 200 + autoregressive(500, 0.7, 7, season=24)
    values[:30], values[-10:] = np.nan, np.nan
    panel = panel_of(values)
    found = Autoregression(horizon=24).learn(panel, Silent()).forecast(panel, panel.last_origins(), LEVELS)
    assert np.isfinite(found.quantiles).all()
    assert np.abs(found.point - 200).max() < 20


@pytest.mark.parametrize("unit", [1e-14, 1e-3, 1e9])
@pytest.mark.parametrize("logs", [False, True])
def test_the_unit_does_not_matter(unit: float, logs: bool) -> None:
    values = 100 + autoregressive(600, 0.7, 8, season=24)
    plain, other = panel_of(values), panel_of(values * unit)
    last = plain.last_origins()
    one, two = (
        Autoregression(horizon=24, logs=logs).learn(p, Silent()).forecast(p, last, LEVELS)
        for p in (plain, other)
    )
    np.testing.assert_allclose(two.point, one.point * unit, rtol=1e-6)
    np.testing.assert_allclose(two.quantiles, one.quantiles * unit, rtol=1e-6)


def test_each_series_is_forecast_as_if_alone() -> None:
    one, two = 100 + autoregressive(400, 0.7, 9, season=24), 5 + 0.1 * autoregressive(350, 0.3, 10)
    both = panel_of(one, two)
    together = fitted(both, 24).paths(both, both.last_origins())
    for i, values in enumerate((one, two)):
        panel = panel_of(values)
        alone = fitted(panel, 24).paths(panel, panel.last_origins())
        np.testing.assert_allclose(together[i], alone[0], rtol=1e-9)


@pytest.mark.parametrize(
    ("freq", "seasons", "steps"),
    [
        ("D", (7,), 500),
        ("W", (52,), 260),
        ("ME", (12,), 96),
        ("QS", (4,), 80),
        (1, (1,), 200),
        ("8h", (3, 21), 400),
    ],
)
@pytest.mark.parametrize("covariate", [False, True])
def test_every_frequency_is_forecast_no_worse_than_naively(
    freq: str | int, seasons: tuple[int, ...], steps: int, covariate: bool
) -> None:
    season, errors = seasons[0], []
    for seed in range(10):
        values = 100 + autoregressive(steps + season, 0.4, seed, season=max(season, 2))
        known = [np.random.default_rng(seed).normal(size=(steps + season, 1))] if covariate else ()
        panel = panel_of(values, known=known, freq=freq, seasons=seasons)
        past = panel.seen_until(np.array([steps]))
        last = past.last_origins()
        model, naive = fitted(past, season), SeasonalNaive(horizon=season)
        errors.append([error(panel, m.paths(past, last), last) for m in (model, naive)])
    own, naive_error = np.mean(errors, axis=0)
    assert own < 1.1 * naive_error


@pytest.mark.parametrize("positive", [False, True])
def test_intervals_cover_new_data_as_often_as_they_say(positive: bool) -> None:
    """On average over five worlds of 2,000 steps, half a world behind the fit."""
    inside80, inside95 = [], []
    for seed in range(5):
        series = autoregressive(5000, 0.8, 20 + seed, season=24)
        panel = panel_of(100 + series if positive else series)
        model = Autoregression(horizon=12).learn(panel.seen_until(np.array([3000])), Silent())
        ahead = every_origin(panel, np.array([2999]), np.array([4987]), stride=5)
        quantiles = model.forecast(panel, ahead, LEVELS).quantiles
        actual = actuals(panel, ahead, 12)
        inside80.append((actual >= quantiles[..., 1]) & (actual <= quantiles[..., 3]))
        inside95.append((actual >= quantiles[..., 0]) & (actual <= quantiles[..., 4]))
    assert np.mean(inside80) == pytest.approx(0.80, abs=0.03)
    assert np.mean(inside95) == pytest.approx(0.95, abs=0.02)


@pytest.mark.parametrize("logs", [False, True])
def test_a_positive_series_without_logarithms_keeps_its_intervals(logs: bool) -> None:
    """Its raw path may touch zero, where the intervals' scale has no logarithm."""
    panel = panel_of(100.0 - 1.6 * np.arange(60), seasons=(1,))
    model = Autoregression(horizon=30, logs=logs).learn(panel, Silent())
    found = model.forecast(panel, panel.last_origins(), LEVELS)
    assert np.isfinite(found.quantiles).all()
    assert (found.quantiles >= 0).all()


def test_outliers_in_history_cost_little() -> None:
    clean = panel_of(200 + autoregressive(4000, 0.7, 11, season=24))
    spiked = clean.values.copy()
    spiked[np.random.default_rng(12).choice(3000, 20, replace=False)] += 60.0
    panel, ahead = replace(clean, values=spiked), between(3399, 3970)
    errors = [
        error(clean, fitted(p.seen_until(np.array([3200])), 12).paths(clean, ahead), ahead)
        for p in (clean, panel)
    ]
    assert errors[1] < 1.2 * errors[0]
