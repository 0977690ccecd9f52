"""ARIMA as a member of a pool: honest about the past, bounded in time, and never without a number."""

from dataclasses import replace

import numpy as np
import pytest

from gatecast.data import Panel, actuals, every_origin
from gatecast.forecaster import Origins
from gatecast.linear import Autoregression, RecentARIMA, SeasonalNaive
from gatecast.linear.recent import FEWEST_VALUES, MOST_STEPS, fit_crossed, stretch, unseen_by
from plain_panels import autoregressive, panel_of

HORIZON = 8
DAILY = panel_of(100 + autoregressive(600, 0.8, 1, season=24), 50 + autoregressive(400, 0.5, 2, season=24))


def fitted(panel: Panel, horizon: int = HORIZON) -> RecentARIMA:
    beside = Autoregression(horizon)
    beside.fit_paths(panel)
    model = RecentARIMA(beside)
    model.fit_paths(panel)
    return model


def between(first: int, last: int, series: int = 0) -> Origins:
    position = np.arange(first, last, dtype=np.int64)
    return Origins(np.full(len(position), series, dtype=np.int64), position)


def error(panel: Panel, paths: np.ndarray, origins: Origins) -> float:
    return float(np.nanmean(np.abs(actuals(panel, origins, paths.shape[1]) - paths)))


@pytest.fixture(scope="module")
def daily() -> RecentARIMA:
    return fitted(DAILY)


def test_moving_averages_are_its_strength() -> None:
    """A slow AR(1) seen through noise is an ARMA(1, 1): the Kalman filter that knows it is hardly better."""
    phi, draw = 0.95, np.random.default_rng(3)
    panel = panel_of(1000 + autoregressive(1600, phi, 0, noise=0.3) + draw.normal(0, 1.0, 1600), seasons=(1,))
    ahead, step = between(799, 1590), np.arange(1, HORIZON + 1)
    level, variance, filtered = 0.0, 1.0, np.empty(1600)
    for t, value in enumerate(panel.values - 1000):
        level, variance = phi * level, phi**2 * variance + 0.3**2
        gain = variance / (variance + 1.0)
        level, variance = level + gain * (value - level), (1 - gain) * variance
        filtered[t] = level
    best = error(panel, 1000 + filtered[ahead.position][:, None] * phi**step, ahead)
    known = panel.seen_until(np.array([800]))
    beside = Autoregression(HORIZON)
    beside.fit_paths(known)
    found = error(panel, fitted(known).past_paths(panel, ahead), ahead)
    assert found < 1.05 * best
    assert found < error(panel, beside.paths(panel, ahead), ahead)


def test_weather_that_matters_is_used_through_the_regression_beside_it() -> None:
    temperature = autoregressive(2400, 0.9, 0, noise=2.0)
    values = 50 + 2.0 * temperature + autoregressive(2400, 0.5, 1, season=24, noise=0.5)
    panel, ahead = panel_of(values, known=[temperature[:, None]]), between(1999, 2390)
    blind = replace(panel, known=np.empty((2400, 0)), known_names=())
    seeing, without = (
        error(p, fitted(p.seen_until(np.array([2000]))).past_paths(p, ahead), ahead) for p in (panel, blind)
    )
    assert seeing < 0.5 * without


def test_each_half_has_parameters_of_its_own() -> None:
    """Other values in the second half move its parameters and leave the first half's to the bit."""
    u = autoregressive(600, 0.8, 1, season=24)
    other = u.copy()
    other[300:] += np.random.default_rng(0).normal(0, 1e-3, 300)
    first, second = fit_crossed(u, 24), fit_crossed(other, 24)
    assert str(first[2]) == str(second[2]), "too small a change to move the orders"
    assert first[0].coefficients.tobytes() == second[0].coefficients.tobytes()
    assert first[1].coefficients.tobytes() != second[1].coefficients.tobytes()


def test_every_step_has_a_model_that_has_not_learned_from_it() -> None:
    cuts, step = np.array([10, 20, 30]), np.arange(40)
    learned_from = [(step >= a) & (step < b) for a, b in ((10, 20), (20, 30), (10, 30))]
    which = unseen_by(cuts, step)
    assert not any(learned_from[k][t] for t, k in enumerate(which))


@pytest.mark.parametrize("position", [30, 250, 420])
def test_an_origin_stands_alone_and_reads_nothing_behind_it(daily: RecentARIMA, position: int) -> None:
    among = daily.past_paths(DAILY, between(0, 590))[position]
    known = np.array([position + 1, 1])
    for panel in (DAILY, DAILY.seen_until(known)):
        np.testing.assert_allclose(
            daily.past_paths(panel, between(position, position + 1))[0], among, rtol=1e-12
        )


@pytest.mark.parametrize("season", [1, 4, 24])
@pytest.mark.parametrize("steps", [3, 5, 9, 14, 30])
def test_a_history_however_short_gets_numbers(steps: int, season: int) -> None:
    panel = panel_of(10 + autoregressive(steps, 0.5, 4), seasons=(season,))
    model, origins = fitted(panel), every_origin(panel, np.array([0]), panel.known_steps - 1)
    assert np.isfinite(model.past_paths(panel, origins)).all()


def test_what_cannot_be_fitted_repeats_its_season() -> None:
    panel = panel_of(10 + autoregressive(FEWEST_VALUES - 1, 0.5, 4), seasons=(4,))
    model, origins = fitted(panel), panel.last_origins()
    assert model.fitted_[0].models == ()
    naive = SeasonalNaive(HORIZON)
    naive.fit_paths(panel)
    np.testing.assert_allclose(model.past_paths(panel, origins), naive.paths(panel, origins))


def test_a_constant_stays_where_it_is() -> None:
    panel = panel_of(np.full(300, 42.0), 100 + autoregressive(300, 0.5, 5, season=24))
    model = fitted(panel)
    np.testing.assert_allclose(model.past_paths(panel, between(50, 299)), 42.0, rtol=1e-9)


@pytest.mark.parametrize("missing", ["some", "every other", "a long stretch", "the end", "nearly all"])
def test_missing_values_leave_a_number_for_every_origin(missing: str) -> None:
    values = 100 + autoregressive(900, 0.8, 6, season=24)
    gone = {
        "some": np.random.default_rng(0).random(900) < 0.05,
        "every other": np.arange(900) % 2 == 0,
        "a long stretch": (np.arange(900) > 500) & (np.arange(900) < 880),
        "the end": np.arange(900) > 600,
        "nearly all": np.arange(900) % 300 > 0,
    }[missing]
    panel = panel_of(np.where(gone, np.nan, values))
    paths = fitted(panel).past_paths(panel, between(0, 900))
    assert np.isfinite(paths).all()
    assert (np.abs(paths / 100 - 1) < 0.5).all()


def test_a_long_history_costs_no_more_to_fit_than_its_recent_stretch() -> None:
    """What lies before the stretch moves no parameter: here the same values in another order."""
    recent = 100 + autoregressive(stretch(24), 0.8, 7, season=24)
    forwards, backwards = (
        fitted(panel_of(np.concatenate([earlier, recent]))).fitted_[0].models
        for earlier in (recent, recent[::-1])
    )
    assert stretch(10_000) == MOST_STEPS
    assert [str(m) for m in forwards] == [str(m) for m in backwards]
    for one, other in zip(forwards, backwards, strict=True):
        np.testing.assert_allclose(one.coefficients, other.coefficients, rtol=1e-4, atol=1e-6)
