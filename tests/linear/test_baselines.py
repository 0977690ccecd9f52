"""Baselines say what their formulas say, step by step."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatecast.data import Panel, every_origin
from gatecast.errors import SeriesError
from gatecast.forecaster import Origins
from gatecast.linear import Drift, SeasonalNaive, recent_level, repeated
from gatecast.progress import Silent
from plain_panels import autoregressive, panel_of


def all_origins(panel: Panel) -> Origins:
    return every_origin(panel, np.zeros(len(panel), dtype=np.int64), panel.known_steps - 1)


def by_hand(own: np.ndarray, position: int, horizon: int, season: int) -> list[float]:
    """Append the value one season back, over and over; the first value where there is none."""
    seen = own[: position + 1].tolist()
    for _ in range(horizon):
        seen.append(seen[max(len(seen) - season, 0)])
    return seen[position + 1 :]


@given(st.integers(0, 1000), st.integers(1, 9), st.integers(1, 30))
def test_the_seasonal_naive_repeats_its_last_season_however_far(seed: int, season: int, horizon: int) -> None:
    own = np.random.default_rng(seed).normal(size=25)
    positions = np.arange(season - 1, 25)
    paths = repeated(own, positions, horizon, season)
    expected = [by_hand(own, int(p), horizon, season) for p in positions]
    np.testing.assert_array_equal(paths, expected)


def test_the_seasonal_naive_serves_every_series_by_its_own_values() -> None:
    one, two = autoregressive(30, seed=1), autoregressive(45, seed=2) + 100
    panel = panel_of(one, two, seasons=(6,))
    origins = all_origins(panel)
    paths = SeasonalNaive(horizon=14).paths(panel, origins)
    for i, own in enumerate((one, two)):
        for p, path in zip(origins.position[origins.series == i], paths[origins.series == i], strict=True):
            if p >= 5:
                np.testing.assert_array_equal(path, by_hand(own, int(p), 14, 6))


def test_the_seasonal_naive_reads_the_season_before_where_a_value_is_missing() -> None:
    own = np.array([1.0, 2.0, 3.0, 1.5, np.nan, 3.5])
    panel = panel_of(own, seasons=(3,))
    paths = SeasonalNaive(horizon=3).paths(panel, panel.last_origins())
    np.testing.assert_array_equal(paths, [[1.5, 2.0, 3.5]])


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=30), st.integers(1, 20))
def test_drift_goes_on_along_the_line_from_first_to_last(values: list[float], horizon: int) -> None:
    panel = panel_of(np.array(values))
    path = Drift(horizon=horizon).paths(panel, panel.last_origins())[0]
    slope = (values[-1] - values[0]) / (len(values) - 1)
    expected = [values[-1] + k * slope for k in range(1, horizon + 1)]
    np.testing.assert_allclose(path, expected, rtol=1e-9, atol=1e-6)


def test_drift_from_the_first_step_stands_still() -> None:
    panel = panel_of(np.array([5.0, 9.0, 1.0]))
    start = Origins(np.array([0]), np.array([0]))
    np.testing.assert_array_equal(Drift(horizon=2).paths(panel, start), [[5.0, 5.0]])


def test_drift_that_would_fall_below_zero_stops_there_with_intervals_without_gaps() -> None:
    """A positive series has logarithms; its line may leave them, its forecasts may not."""
    panel = panel_of(100.0 - 2.4 * np.arange(40), seasons=(1,))
    model = Drift(horizon=10).learn(panel, Silent())
    found = model.forecast(panel, panel.last_origins(), (0.025, 0.1, 0.5, 0.9, 0.975))
    assert model.paths(panel, panel.last_origins())[0, -1] < 0
    assert found.point[0, -1] == 0
    assert (found.quantiles >= 0).all()
    assert np.isfinite(found.quantiles).all()
    assert (np.diff(found.quantiles, axis=-1) >= 0).all()
    np.testing.assert_array_equal(found.quantiles[..., 2], found.point)


def test_the_recent_level_is_the_mean_of_the_season_up_to_each_origin() -> None:
    own = autoregressive(30, seed=3)
    positions = np.array([0, 2, 6, 29])
    expected = [own[max(p - 6, 0) : p + 1].mean() for p in positions]
    np.testing.assert_allclose(recent_level(own, positions, 7), expected)


@pytest.mark.parametrize("model", [SeasonalNaive(horizon=2), Drift(horizon=2)], ids=lambda m: m.name)
def test_two_steps_are_too_few_and_the_error_names_all_such_series(model: SeasonalNaive | Drift) -> None:
    panel = panel_of(*[np.ones(2)] * 7, np.ones(30))
    with pytest.raises(SeriesError, match="at least 3 steps") as caught:
        model.learn(panel, Silent())
    said = str(caught.value)
    assert "'meter 0' has 2" in said
    assert "and 2 more" in said
    assert "meter 7" not in said
    assert "give more history or leave those series out" in said


def test_a_table_of_three_rows_is_enough() -> None:
    table = pl.DataFrame({"ds": [1, 2, 3], "y": [1.0, 2.0, 3.0]})
    found = Drift(horizon=2).fit(table).predict(level=[80])
    assert found["Drift"].to_list() == [4.0, 5.0]


def test_the_naive_forecast_repeats_the_last_value_until_a_season_has_passed():
    table = pl.DataFrame({"ds": range(5), "y": [9.0, 1.0, 2.0, 3.0, 4.0]})
    shown = SeasonalNaive(horizon=3, season=8).fit(table).predict(level=[])["SeasonalNaive"]
    assert shown.to_list() == [4.0, 4.0, 4.0]
