"""Scaling is reversible, and keeps what is never negative from becoming so."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatecast.data import Panel, fit_scale, panel_from
from plain_panels import panel_of

finite = st.lists(st.floats(-1e12, 1e12, allow_subnormal=False), min_size=1, max_size=30)
positive = st.lists(st.floats(1.0, 50.0), min_size=1, max_size=30)
scaled = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=10)


def whose(panel: Panel) -> np.ndarray:
    return np.repeat(np.arange(len(panel)), panel.lengths)


@given(finite, positive, st.booleans(), st.floats(1e-12, 1e12))
def test_scaling_there_and_back_changes_nothing(
    any_sign: list[float], above: list[float], logs: bool, unit: float
) -> None:
    panel = panel_of(np.array(any_sign), unit * np.array(above))
    scale = fit_scale(panel, logs=logs)
    back = scale.inverse(scale.forward(panel.values, whose(panel)), whose(panel))
    for i in range(2):
        own = panel.rows(i)
        room = 1e-9 * np.abs(panel.values[own]).max()
        np.testing.assert_allclose(back[own], panel.values[own], rtol=1e-9, atol=room)


@given(finite)
def test_scaled_values_have_mean_zero_and_spread_one_unless_constant(values: list[float]) -> None:
    panel = panel_of(np.array(values))
    scale = fit_scale(panel, logs=False)
    found = scale.forward(panel.values, 0)
    assert np.isfinite(found).all()
    if np.std(values) > 1e-6 * np.abs(values).max() > 0:
        assert found.mean() == pytest.approx(0.0, abs=1e-6)
        assert found.std() == pytest.approx(1.0, rel=1e-6)


@given(st.floats(1e-12, 1e12), st.booleans())
def test_the_unit_of_a_series_does_not_show_in_its_scaled_values(unit: float, logs: bool) -> None:
    values = 100 + np.random.default_rng(0).normal(size=50)
    plain, other = panel_of(values), panel_of(values * unit)
    one, two = fit_scale(plain, logs=logs), fit_scale(other, logs=logs)
    np.testing.assert_allclose(two.forward(other.values, 0), one.forward(plain.values, 0), atol=1e-6)


@given(positive, scaled)
def test_a_series_that_was_never_negative_is_never_forecast_negative(
    values: list[float], forecast: list[float]
) -> None:
    for never in (np.array(values), np.append(values, 0.0)):
        assert (fit_scale(panel_of(never)).inverse(np.array(forecast), 0) >= 0).all()


def test_a_series_that_was_negative_may_be_so_again() -> None:
    assert fit_scale(panel_of(np.array([-1.0, 1.0]))).inverse(np.array([-5.0]), 0) == -5.0


@given(finite, scaled)
def test_the_way_back_keeps_order(values: list[float], forecast: list[float]) -> None:
    found = fit_scale(panel_of(np.array(values))).inverse(np.sort(forecast), 0)
    assert np.isfinite(found).all()
    assert (np.diff(found) >= 0).all()


@pytest.mark.parametrize(
    ("values", "taken"),
    [
        ([1.0, 2.0, 3.0], True),
        ([0.0, 2.0, 3.0], False),
        ([-1.0, 2.0, 3.0], False),
        ([0.009, 1.0, 2.0], False),
        ([0.011, 1.0, 2.0], True),
        ([0.0, 0.0, 0.0], False),
        ([5.0, np.nan, 6.0], True),
        ([np.nan, np.nan], False),
    ],
)
def test_logarithms_are_taken_only_well_above_zero(values: list[float], taken: bool) -> None:
    panel = panel_of(np.array(values))
    assert fit_scale(panel).logs[0] == taken
    assert not fit_scale(panel, logs=False).logs[0]


def test_where_logarithms_are_taken_a_value_without_one_is_missing() -> None:
    scale = fit_scale(panel_of(np.array([5.0, 6.0, 7.0])))
    assert np.isnan(scale.forward(np.array([0.0, -1.0, np.nan]), 0)).all()


def test_a_logarithmic_forecast_stays_within_a_factor_of_a_hundred() -> None:
    scale = fit_scale(panel_of(np.array([4.0, 5.0, 6.25])))
    low, high = scale.inverse(np.array([-1e9, 1e9]), 0)
    assert low == pytest.approx(5 / np.exp(4.6))
    assert high == pytest.approx(5 * np.exp(4.6))


@pytest.mark.parametrize("level", [0.0, 1e-12, 7.0, 1e12, -4.0])
def test_a_constant_series_is_scaled_to_zero(level: float) -> None:
    scale = fit_scale(panel_of(np.full(40, level)))
    found = scale.forward(np.full(3, level), 0)
    np.testing.assert_allclose(found, 0.0, atol=1e-9)
    np.testing.assert_allclose(scale.inverse(found, 0), level, rtol=1e-12)
    assert scale.spread[0] > 0


def test_rows_of_the_future_and_gaps_say_nothing() -> None:
    plain = fit_scale(panel_of(np.array([1.0, 2.0, 4.0])))
    holes = fit_scale(panel_of(np.array([1.0, np.nan, 2.0, 4.0]), future=5))
    np.testing.assert_allclose([holes.center[0], holes.spread[0]], [plain.center[0], plain.spread[0]])


def test_each_series_has_its_own_scale() -> None:
    scale = fit_scale(panel_of(np.array([1.0, 2.0, 3.0]), np.array([-100.0, 0.0, 100.0])))
    assert scale.logs.tolist() == [True, False]
    both = scale.forward(np.array([[2.0], [0.0]]), np.array([[0], [1]]))
    np.testing.assert_allclose(both[1], 0.0)


@pytest.mark.parametrize("value", [7.0, 0.0, -3.3, 1e-12, 4.1e15])
def test_a_constant_comes_back_to_the_bit(value: float) -> None:
    panel = panel_from(pl.DataFrame({"ds": range(30), "y": [value] * 30})).panel
    scale = fit_scale(panel)
    assert (scale.inverse(scale.forward(panel.values, 0), 0) == value).all()
