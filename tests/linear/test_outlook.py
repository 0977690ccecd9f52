"""Forecasts from every origin equal statsmodels', gaps or none."""

import numpy as np
import pytest

from gatecast.linear.outlook import forecast_paths
from gatecast.linear.running import start_running
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


def test_which_origins_are_asked_for_together_changes_nothing() -> None:
    model, y = model_of(*ORDERS[1]), series(6, False)
    nothing = np.zeros((0, len(y)))
    whole = forecast_paths(model, y, nothing, np.arange(len(y)), HORIZON)
    some = np.array([139, 2, 77, 30, 77])
    part = forecast_paths(model, y, nothing, some, HORIZON)
    for mine, theirs in zip(part, whole, strict=True):
        np.testing.assert_array_equal(mine, theirs[some])


@pytest.mark.parametrize("orders", ORDERS)
def test_an_origin_before_the_first_value_knows_nothing_of_it(
    orders: tuple[tuple[int, int, int], tuple[int, int, int, int]],
) -> None:
    """It was given the first value where later origins were asked for too, or read beyond an array."""
    model, y = model_of(*orders), series(6, False)
    y[:10] = np.nan
    nothing = np.zeros((0, len(y)))
    for origins in (np.array([3]), np.array([3, 9, 10]), np.array([9, 12, 60])):
        mean, variance = forecast_paths(model, y, nothing, origins, HORIZON)
        np.testing.assert_array_equal(mean[origins < 10], 0.0)
        state = start_running(model, HORIZON).after(np.full(10, np.nan), nothing[:, :10])
        np.testing.assert_array_equal(variance[0], state.ahead(nothing)[1])
        assert (mean[origins >= 10] != 0.0).any() or (origins < 10).all()
