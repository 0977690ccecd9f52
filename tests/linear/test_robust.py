"""The arithmetic of the linear half: shrinkage at its limits, what spikes bend, one pass that is right."""

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st

from gatecast.linear.robust import (
    decay,
    huber_weights,
    lag_matrix,
    recursive_paths,
    recursive_paths_slowly,
    ridge,
    robust_ridge,
)
from plain_panels import autoregressive

RNG = np.random.default_rng(0)
DESIGN = np.column_stack([np.ones(300), RNG.normal(size=(300, 3)) * (1.0, 5.0, 0.2)])
TRUTH = np.array([2.0, -1.0, 0.5, 3.0])
TARGET = DESIGN @ TRUTH + RNG.normal(0, 0.3, 300)
WEIGHTS = RNG.uniform(0.1, 2.0, 300)
PRIOR = np.array([0.0, 7.0, -4.0, 1.0])
seeds = st.integers(0, 10_000)


def shrunk(penalty: float) -> np.ndarray:
    return ridge(DESIGN, TARGET, WEIGHTS, np.full(4, penalty), PRIOR)


def test_without_penalty_ridge_is_least_squares() -> None:
    root = np.sqrt(WEIGHTS)
    expected = np.linalg.lstsq(DESIGN * root[:, None], TARGET * root, rcond=None)[0]
    np.testing.assert_allclose(shrunk(0.0), expected, rtol=1e-6)


def test_without_penalty_ridge_is_the_weighted_least_squares_of_statsmodels() -> None:
    expected = sm.WLS(TARGET, DESIGN, weights=WEIGHTS).fit().params
    np.testing.assert_allclose(shrunk(1e-12), expected, rtol=1e-6)


def test_with_all_penalty_ridge_is_its_prior() -> None:
    np.testing.assert_allclose(shrunk(1e12), PRIOR, atol=1e-9)


def test_more_penalty_never_fits_better() -> None:
    errors = [WEIGHTS @ (TARGET - DESIGN @ shrunk(p)) ** 2 for p in (0.0, 1e-3, 1e-1, 10.0, 1e3)]
    assert np.all(np.diff(errors) > 0)


def test_a_row_of_weight_two_counts_as_two_rows() -> None:
    double = np.concatenate([DESIGN, DESIGN[:50]]), np.concatenate([TARGET, TARGET[:50]])
    weights = np.where(np.arange(300) < 50, 2.0, 1.0)
    free = np.zeros(4)
    twice = ridge(*double, np.ones(350), free, PRIOR)
    np.testing.assert_allclose(ridge(DESIGN, TARGET, weights, free, PRIOR), twice, rtol=1e-6)


def test_columns_that_say_the_same_are_still_solvable() -> None:
    same = np.column_stack([DESIGN[:, 1], DESIGN[:, 1], np.zeros(300)])
    found = ridge(same, TARGET, WEIGHTS, np.full(3, 1e-3), np.zeros(3))
    assert np.isfinite(found).all()
    np.testing.assert_allclose(found[0], found[1], rtol=1e-6)


@given(seeds, st.floats(1e-6, 1e6))
def test_the_unit_of_both_sides_does_not_matter(seed: int, unit: float) -> None:
    rng = np.random.default_rng(seed)
    design, target = rng.normal(size=(40, 3)), rng.normal(size=40)
    penalty, prior, weights = np.full(3, 0.01), np.array([1.0, 0.0, 0.0]), np.ones(40)
    plain = robust_ridge(design, target, weights, penalty, prior)
    np.testing.assert_allclose(
        robust_ridge(design * unit, target * unit, weights, penalty, prior), plain, rtol=1e-6, atol=1e-9
    )


def ar1_found(series: np.ndarray, steps: int) -> float:
    design, one = lag_matrix(series, np.array([1]))[1:], np.ones(len(series) - 1)
    return float(robust_ridge(design, series[1:], one, np.array([1e-6]), np.zeros(1), steps)[0])


def test_shocks_the_series_remembers_leave_its_coefficient_sharp() -> None:
    shock = np.random.default_rng(1).normal(size=1500)
    shock[::75] *= 30
    series = np.zeros(1500)
    for t in range(1, 1500):
        series[t] = 0.7 * series[t - 1] + shock[t]
    assert abs(ar1_found(series, 2) - 0.7) < 0.01


def test_spikes_the_series_forgets_bend_a_robust_coefficient_less() -> None:
    """A spike among the lags is a lever: reweighting residuals takes away a part of its pull, not all."""
    clean = autoregressive(1500, phi=0.7, seed=1)
    spiked = clean.copy()
    spiked[np.random.default_rng(2).choice(1500, 15, replace=False)] += 8.0
    plain, robust = (abs(ar1_found(spiked, steps) - ar1_found(clean, steps)) for steps in (0, 2))
    assert robust < 0.7 * plain


def test_planted_spikes_in_the_target_alone_hardly_matter() -> None:
    spiked = TARGET.copy()
    spiked[::20] += 40.0
    free, ones = np.full(4, 1e-9), np.ones(300)
    plain = ridge(DESIGN, spiked, ones, free, np.zeros(4))
    robust = robust_ridge(DESIGN, spiked, ones, free, np.zeros(4))
    assert np.abs(robust - TRUTH).max() < 0.25 < np.abs(plain - TRUTH).max()


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=50))
def test_huber_weights_never_prefer_a_larger_residual(residuals: list[float]) -> None:
    size = np.array(residuals)
    weights = huber_weights(size)
    assert ((weights > 0) & (weights <= 1)).all()
    assert (np.diff(weights[np.argsort(np.abs(size))]) <= 1e-12).all()


def test_huber_weights_bound_the_influence_of_any_residual() -> None:
    residual = np.array([1.0, -1.0, 1.0, 1e3, -1e6])
    weights = huber_weights(residual)
    np.testing.assert_allclose(weights[:3], 1.0)
    np.testing.assert_allclose(np.abs(weights * residual)[3:], 2.0)


def test_huber_weights_of_a_perfect_fit_are_one() -> None:
    np.testing.assert_array_equal(huber_weights(np.array([0.0, 0.0, 0.0, 5.0])), np.ones(4))
    assert len(huber_weights(np.empty(0))) == 0


@given(st.integers(1, 200), st.floats(0.5, 1e4))
def test_decay_ends_at_one_and_halves_every_half_life(time: int, half_life: float) -> None:
    weights = decay(time, half_life)
    assert weights[-1] == 1.0
    np.testing.assert_allclose(weights, np.exp2(-np.arange(time)[::-1] / half_life))


@given(st.lists(st.floats(-10, 10), max_size=12), st.sets(st.integers(1, 15), min_size=1, max_size=4))
def test_a_lag_matrix_holds_each_steps_earlier_values(values: list[float], lags: set[int]) -> None:
    series, back = np.array(values, dtype=np.float64), np.array(sorted(lags))
    matrix = lag_matrix(series, back)
    assert matrix.shape == (len(series), len(back))
    for t in range(len(series)):
        expected = [series[t - lag] if t >= lag else np.nan for lag in back]
        np.testing.assert_array_equal(matrix[t], expected)


def drawn(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, float, np.ndarray]:
    rng = np.random.default_rng(seed)
    time = int(rng.integers(12, 40))
    lags = np.sort(rng.choice(np.arange(1, 11), int(rng.integers(1, 5)), replace=False)).astype(np.int64)
    positions = rng.integers(lags.max() - 1, time, int(rng.integers(1, 6)))
    return rng.normal(size=time), lags, rng.normal(0, 0.6, len(lags)), float(rng.normal()), positions


@given(seeds, st.integers(1, 25))
def test_one_pass_says_what_the_readable_loop_says(seed: int, horizon: int) -> None:
    values, lags, coefficients, intercept, positions = drawn(seed)
    fast = recursive_paths(values, lags, coefficients, intercept, positions, horizon, -np.inf, np.inf)
    slow = recursive_paths_slowly(values, lags, coefficients, intercept, positions, horizon)
    np.testing.assert_allclose(fast, slow, rtol=1e-9, atol=1e-9)


@given(seeds, st.integers(1, 25), st.floats(-1, 0), st.floats(0, 1))
def test_bounds_hold_at_every_step_and_change_nothing_before_they_bite(
    seed: int, horizon: int, low: float, high: float
) -> None:
    values, lags, coefficients, intercept, positions = drawn(seed)
    free = recursive_paths_slowly(values, lags, coefficients, intercept, positions, horizon)
    bounded = recursive_paths(values, lags, coefficients, intercept, positions, horizon, low, high)
    assert ((bounded >= low) & (bounded <= high)).all()
    for path, kept in zip(free, bounded, strict=True):
        out = (path < low) | (path > high)
        first = int(np.argmax(out)) if out.any() else horizon
        np.testing.assert_allclose(kept[:first], path[:first], rtol=1e-9, atol=1e-9)
        if first < horizon:
            assert kept[first] == np.clip(path[first], low, high)


def test_paths_read_no_value_behind_their_origin() -> None:
    values, lags = np.arange(30.0), np.array([1, 7], dtype=np.int64)
    positions = np.array([6, 20])
    changed = values.copy()
    changed[21:] = np.nan
    args = (lags, np.array([0.5, 0.4]), 1.0, positions, 9, -np.inf, np.inf)
    np.testing.assert_array_equal(recursive_paths(values, *args), recursive_paths(changed, *args))


@pytest.mark.parametrize("phi", [0.0, 0.5, 0.9])
def test_a_path_of_an_ar1_decays_by_its_coefficient(phi: float) -> None:
    lags, positions = np.array([1], dtype=np.int64), np.array([0])
    paths = recursive_paths(np.array([4.0]), lags, np.array([phi]), 0.0, positions, 5, -np.inf, np.inf)
    np.testing.assert_allclose(paths[0], 4.0 * phi ** np.arange(1, 6))
