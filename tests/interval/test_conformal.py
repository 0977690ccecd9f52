"""Calibrated quantiles cover as often as they say, on data they have not seen."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatecast.interval import LEVELS, at_levels, calibrate, fit_width

MIDDLE = LEVELS.index(0.5)
HORIZON, SERIES, PHASES = 6, 2, 4


def around(path: np.ndarray) -> np.ndarray:
    return np.repeat(path[..., None], len(LEVELS), axis=-1)


def simulated(origins: int, seed: int, skewed: bool = False) -> tuple[np.ndarray, ...]:
    """Actuals around a path, with errors that differ by series, step and phase of the day."""
    rng = np.random.default_rng(seed)
    series = rng.integers(0, SERIES, origins)
    phase = (rng.integers(0, PHASES, origins)[:, None] + np.arange(HORIZON)) % PHASES
    step, of_day = np.linspace(1, 3, HORIZON), np.array([0.2, 1, 2, 0.8])
    size = np.array([1.0, 30.0])[series][:, None] * step * of_day[phase]
    shape = (origins, HORIZON)
    error = rng.exponential(size=shape) - np.log(2) if skewed else rng.standard_t(4, size=shape)
    path = rng.normal(0, 100, shape)
    return path + size * error, path, series, phase


def covered(actual: np.ndarray, quantiles: np.ndarray, level: int) -> np.ndarray:
    low, high = np.moveaxis(at_levels(quantiles, LEVELS, (0.5 - level / 200, 0.5 + level / 200)), -1, 0)
    return (actual >= low) & (actual <= high)


@pytest.mark.parametrize("skewed", [False, True])
@pytest.mark.parametrize("level", [80, 95])
def test_fresh_data_are_covered_as_often_as_promised(level: int, skewed: bool) -> None:
    actual, path, series, phase = simulated(5000, 0, skewed)
    width = fit_width(actual - path, series, phase, (SERIES, PHASES))
    calibration = calibrate(actual, around(path), width.at(series, phase), LEVELS)
    actual, path, series, phase = simulated(8000, 1, skewed)
    inside = covered(actual, calibration.apply(around(path), width.at(series, phase)), level)
    assert abs(inside.mean() - level / 100) < 0.015
    for step in range(HORIZON):
        assert abs(inside[:, step].mean() - level / 100) < 0.025
    for group, count in ((series[:, None], SERIES), (phase, PHASES)):
        for one in range(count):
            mine = np.broadcast_to(group == one, inside.shape)
            assert abs(inside[mine].mean() - level / 100) < 0.025


def test_each_tail_holds_its_own_share() -> None:
    """A skewed error makes a skewed interval, not a wide one."""
    actual, path, series, phase = simulated(5000, 2, skewed=True)
    width = fit_width(actual - path, series, phase, (SERIES, PHASES))
    calibration = calibrate(actual, around(path), width.at(series, phase), LEVELS)
    actual, path, series, phase = simulated(8000, 3, skewed=True)
    quantiles = calibration.apply(around(path), width.at(series, phase))
    below = (actual[..., None] <= quantiles).mean(axis=(0, 1))
    np.testing.assert_allclose(below, LEVELS, atol=0.015)


def test_the_median_never_moves() -> None:
    actual, path, _, _ = simulated(300, 4)
    calibration = calibrate(actual + 1000, around(path), np.ones(path.shape), LEVELS)
    np.testing.assert_array_equal(calibration.shifts[:, MIDDLE], 0.0)
    moved = calibration.apply(around(path), np.ones(path.shape))
    np.testing.assert_array_equal(moved[..., MIDDLE], path)


@given(st.integers(0, 12), st.integers(1, 5), st.integers(0, 10_000))
def test_few_residuals_give_quantiles_in_order(origins: int, horizon: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    actual = rng.standard_cauchy((origins, horizon))
    actual[rng.random(actual.shape) < 0.2] = np.nan
    path, width = rng.normal(size=(origins, horizon)), rng.uniform(0.1, 3, (origins, horizon))
    calibration = calibrate(actual, around(path), width, LEVELS)
    found = calibration.apply(around(np.zeros((4, horizon))), np.ones((4, horizon)))
    assert np.isfinite(found).all()
    assert (np.diff(found, axis=-1) >= 0).all()


def test_five_residuals_reach_to_the_outermost_and_no_further() -> None:
    actual = np.array([[-3.0], [-1.0], [0.0], [1.0], [4.0]])
    shifts = calibrate(actual, around(np.zeros((5, 1))), np.ones((5, 1)), LEVELS).shifts[0]
    assert shifts[0] == -3.0
    assert shifts[-1] == 4.0


def test_missing_actuals_are_ignored() -> None:
    actual, path, _, _ = simulated(500, 5)
    holes = np.random.default_rng(0).random(500) < 0.4
    width = np.ones(path.shape)
    blank = np.where(holes[:, None], np.nan, actual)
    with_holes = calibrate(blank, around(path), width, LEVELS)
    without = calibrate(actual[~holes], around(path[~holes]), width[~holes], LEVELS)
    np.testing.assert_array_equal(with_holes.shifts, without.shifts)


def test_with_nothing_to_learn_from_nothing_moves() -> None:
    calibration = calibrate(np.full((3, 2), np.nan), around(np.zeros((3, 2))), np.ones((3, 2)), LEVELS)
    np.testing.assert_array_equal(calibration.shifts, 0.0)


def test_the_correction_goes_outward_by_rank() -> None:
    """τ' = ⌈(n + 1) τ⌉ / n: of 19 residuals the .95-quantile is the largest, of 39 the second largest."""
    for count, rank in ((19, -1), (39, -2)):
        actual = np.arange(float(count))[:, None]
        shifts = calibrate(actual, around(np.zeros((count, 1))), np.ones((count, 1)), LEVELS).shifts[0]
        assert shifts[LEVELS.index(0.95)] == actual[rank, 0]
        assert shifts[LEVELS.index(0.05)] == actual[-1 - rank, 0]


def test_steps_with_enough_residuals_stand_on_their_own() -> None:
    rng = np.random.default_rng(6)
    actual = rng.normal(size=(600, 2)) * (1.0, 50.0)
    shifts = calibrate(actual, around(np.zeros((600, 2))), np.ones((600, 2)), LEVELS).shifts
    assert shifts[1, -1] > 20 * shifts[0, -1]
