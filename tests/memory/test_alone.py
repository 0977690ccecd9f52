"""A network on its own finds what there is to find, on simulated series whose best forecast is known."""

from dataclasses import replace

import numpy as np
import pytest
from simulated import autoregressive, origins_from, panel_of, without_past

from gatecast import GRU, LSTM, RNN
from gatecast.data import Panel, actuals
from gatecast.memory import Training
from gatecast.progress import Silent

SMALL = Training(units=16, steps=150, windows=16)


def fitted(
    panel: Panel, until: int, horizon: int, kind: type[LSTM] = LSTM, training: Training = SMALL
) -> LSTM:
    learned_from = panel.seen_until(np.full(len(panel), until))
    return kind(horizon=horizon, season=1, training=training).learn(learned_from, Silent())


def error_of(model: LSTM, panel: Panel, first: int) -> float:
    """Mean absolute error from every origin from `first` on."""
    origins = origins_from(panel, first, model.horizon)
    point = model.forecast(panel, origins, (0.5,)).point
    return float(np.abs(actuals(panel, origins, model.horizon) - point).mean())


@pytest.mark.slow
@pytest.mark.parametrize("kind", [LSTM, GRU, RNN])
@pytest.mark.parametrize("seed", [0, 1])
def test_it_forecasts_an_ar1_within_5_percent_of_the_optimum(kind: type[LSTM], seed: int) -> None:
    """φ = .9; the one-step mean square error against that of the shocks themselves, as trained by default."""
    values, shocks = autoregressive(0.9, 6000, seed)
    panel, until = panel_of(values[None]), 4000
    model = kind(horizon=1, season=1, seed=seed).learn(panel.seen_until(np.array([until])), Silent())
    origins = origins_from(panel, until, 1)
    error = values[origins.position + 1] - model.forecast(panel, origins, (0.5,)).point[:, 0]
    assert np.square(error).mean() <= 1.05 * np.square(shocks[origins.position + 1]).mean()


@pytest.mark.slow
@pytest.mark.parametrize("kind", [LSTM, GRU, RNN])
def test_a_pulse_known_ahead_is_forecast_at_its_own_step(kind: type[LSTM]) -> None:
    """Not one step early or late, nor a horizon away."""
    horizon, draw = 12, np.random.default_rng(0)
    flag = (draw.random((1, 1500)) < 0.05).astype(float)
    panel = panel_of(5.0 * flag + draw.normal(0, 0.3, flag.shape), known=flag)
    model = fitted(panel, 1200, horizon, kind)
    origins = origins_from(panel, 1200, horizon)
    point = model.forecast(panel, origins, (0.5,)).point
    steps = origins.position[:, None] + np.arange(1, horizon + 1)
    raised = flag[0][steps] == 1
    assert raised.sum() > 100
    assert point[raised].min() > 2.0
    assert np.abs(point[~raised]).max() < 1.0


@pytest.mark.slow
def test_a_past_covariate_that_leads_the_series_is_read() -> None:
    """The series repeats what a covariate did 4 steps before: 4 steps ahead all of it is known."""
    draw = np.random.default_rng(0)
    cloud = draw.normal(size=(1, 2000))
    values = np.roll(cloud, 4, axis=1) + draw.normal(0, 0.1, cloud.shape)
    panel = panel_of(values, past=cloud)
    model, deaf = (fitted(p, 1600, 4, training=Training()) for p in (panel, without_past(panel)))
    blind = error_of(deaf, without_past(panel), 1600)
    assert error_of(model, panel, 1600) < 0.65 * blind
    gappy = replace(panel, past=np.where(draw.random(panel.past.shape) < 0.05, np.nan, panel.past))
    assert np.isfinite(model.forecast(gappy, origins_from(panel, 1600, 4), (0.1, 0.5, 0.9)).quantiles).all()
    assert error_of(model, gappy, 1600) < 0.75 * blind, "a few holes cost little"


@pytest.mark.slow
def test_a_static_covariate_says_which_way_a_series_answers() -> None:
    """Half of the series rise when flagged, half fall; exchange the word and the forecast turns over."""
    draw = np.random.default_rng(0)
    flag = (draw.random((8, 500)) < 0.2).astype(float)
    kind = np.array([1.0, 0.0] * 4)
    answer = 3.0 * flag * np.where(kind == 1, 1, -1)[:, None]
    panel = panel_of(answer + draw.normal(0, 0.3, flag.shape), flag, static=kind)
    model = fitted(panel, 400, 6)
    exchanged = replace(panel, static=1.0 - panel.static)
    origins = origins_from(panel, 400, 6, stride=5)
    raised = flag[origins.series[:, None], origins.position[:, None] + np.arange(1, 7)] == 1
    sign = np.where(kind[origins.series] == 1, 1, -1)[:, None]
    honest, turned = (sign * model.forecast(p, origins, (0.5,)).point for p in (panel, exchanged))
    assert honest[raised].mean() > 2.0
    assert turned[raised].mean() < 0.5 * honest[raised].mean()


def test_missing_past_covariates_are_tolerated() -> None:
    draw = np.random.default_rng(0)
    cloud = draw.normal(size=(2, 300))
    values = np.roll(cloud, 6, axis=1) + draw.normal(0, 0.1, cloud.shape)
    cloud[draw.random(cloud.shape) < 0.3] = np.nan
    panel = panel_of(values, past=cloud)
    model = LSTM(horizon=4, season=1, training=Training(units=4, steps=4)).learn(panel, Silent())
    assert np.isfinite(model.forecast(panel, panel.last_origins(), (0.1, 0.9)).quantiles).all()
