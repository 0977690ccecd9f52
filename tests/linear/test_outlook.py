"""Forecasts from every origin equal statsmodels', gaps or none; a running state equals filtering anew."""

import numpy as np
import pytest

from gatecast.errors import SeriesError
from gatecast.linear.outlook import cleaned, forecast_paths, start_running
from gatecast.linear.sarima import Sarima
from gatecast.linear.shape import Shape

ORDERS = [
    ((1, 0, 0), (0, 0, 0, 1)),
    ((2, 1, 1), (0, 1, 1, 6)),
    ((1, 0, 2), (1, 1, 1, 12)),
    ((1, 1, 1), (0, 0, 0, 1)),
    ((2, 0, 1), (1, 0, 1, 4)),
]
HORIZON = 15


def model_of(order: tuple[int, int, int], seasonal: tuple[int, int, int, int], seed: int = 0) -> Sarima:
    (p, d, q), (P, D, Q, season) = order, seasonal
    c = np.random.default_rng(seed).uniform(-0.45, 0.45, p + q + P + Q)
    none = np.zeros(0)
    shape = Shape(p, q, P, Q, False)
    return Sarima(d, D, season, shape, c, none, 0.0, 1.0, 0.0, 0.0, 100, np.zeros((0, 0)), none)


def series(season: int, gaps: bool) -> np.ndarray:
    rng = np.random.default_rng(1)
    y = rng.normal(size=140).cumsum() + 5 * np.sin(np.arange(140) * 2 * np.pi / max(season, 2))
    if gaps:
        y[[30, 31, 70, 95, 96, 97, 120]] = np.nan
    return y


@pytest.mark.parametrize(("order", "seasonal"), ORDERS)
@pytest.mark.parametrize("gaps", [False, True])
def test_every_origin_says_what_statsmodels_says_from_there(
    order: tuple[int, int, int], seasonal: tuple[int, int, int, int], gaps: bool
) -> None:
    from statsmodels.tsa.statespace.sarimax import SARIMAX

    model, y = model_of(order, seasonal), series(seasonal[3], gaps)
    origins = np.arange(60, len(y))
    mean, variance = forecast_paths(model, y, np.zeros((0, len(y))), origins, HORIZON)
    season = seasonal if seasonal[3] > 1 else (0, 0, 0, 0)
    for origin in (75, 97, 121, 139):
        theirs = SARIMAX(y[: origin + 1], order=order, seasonal_order=season, use_exact_diffuse=True)
        found = theirs.smooth(np.append(model.coefficients, 1.0)).get_forecast(HORIZON)
        at = origin - 60
        # their own exact diffuse start leaves some 1e-9 after differencing
        np.testing.assert_allclose((found.predicted_mean - mean[at]) / np.sqrt(variance[at]), 0.0, atol=1e-8)
        np.testing.assert_allclose(found.var_pred_mean, variance[at], rtol=1e-8)


@pytest.mark.parametrize(("order", "seasonal"), ORDERS)
def test_advancing_is_filtering_the_whole_history(
    order: tuple[int, int, int], seasonal: tuple[int, int, int, int]
) -> None:
    model, y = model_of(order, seasonal, 3), series(seasonal[3], False)
    nothing = np.zeros((0, len(y) + HORIZON))
    whole = forecast_paths(model, y, nothing, np.array([len(y) - 1]), HORIZON)[0][0]
    running = start_running(model, y[:80], nothing)
    for t in range(80, len(y)):
        running.advance(y[t : t + 1], nothing)
    np.testing.assert_allclose(running.ahead(nothing, HORIZON), whole, rtol=0, atol=1e-10)


def test_a_running_state_refuses_missing_values() -> None:
    running = start_running(model_of(*ORDERS[0]), series(1, False), np.zeros((0, 140)))
    with pytest.raises(SeriesError, match="1 of 2 new values are missing"):
        running.advance(np.array([1.0, np.nan]), np.zeros((0, 2)))


def test_which_origins_are_asked_for_together_changes_nothing() -> None:
    model, y = model_of(*ORDERS[1]), series(6, False)
    nothing = np.zeros((0, len(y)))
    whole = forecast_paths(model, y, nothing, np.arange(len(y)), HORIZON)
    some = np.array([139, 2, 77, 30, 77])
    part = forecast_paths(model, y, nothing, some, HORIZON)
    for mine, theirs in zip(part, whole, strict=True):
        np.testing.assert_array_equal(mine, theirs[some])


def test_a_spike_is_not_believed_but_a_step_is() -> None:
    model = model_of(*ORDERS[0])
    y = np.random.default_rng(0).normal(size=100)
    spiky, stepped = y.copy(), y.copy()
    spiky[50] += 40.0
    stepped[50:] += 40.0
    assert abs(cleaned(model, spiky)[50]) < 3.0
    assert (cleaned(model, stepped)[51:] == stepped[51:]).mean() > 0.9


def test_a_spike_soon_after_another_is_not_believed_either() -> None:
    model = model_of(*ORDERS[0])
    y = np.random.default_rng(0).normal(size=100)
    spiky = y.copy()
    spiky[[50, 55, 61]] += 40.0
    spiky[62] -= 40.0  # two in a row, to either side: no level
    assert np.abs(cleaned(model, spiky)[[50, 55, 61, 62]]).max() < 3.0


def test_what_is_believed_of_the_past_does_not_change_with_the_future() -> None:
    model = model_of(*ORDERS[2])
    y = series(12, False)
    y[[50, 70, 75, 110]] += 40.0
    whole = cleaned(model, y)
    for origin in (52, 70, 90, 138):
        np.testing.assert_allclose(cleaned(model, y[: origin + 1]), whole[: origin + 1], atol=1e-9)


def test_the_latest_of_many_spikes_is_no_more_believed_than_the_first() -> None:
    model = model_of(*ORDERS[0])
    y = np.random.default_rng(0).normal(size=12_000)
    y[90::90] += 40.0
    assert np.abs(cleaned(model, y)).max() < 6.0


def test_where_every_other_value_is_a_spike_it_is_the_noise_that_has_grown() -> None:
    model = model_of(*ORDERS[0])
    y = np.random.default_rng(0).normal(size=1000)
    y[500:] *= 40.0
    assert (cleaned(model, y)[520:] == y[520:]).mean() > 0.8
