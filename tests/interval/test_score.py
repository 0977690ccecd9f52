"""A score tells where a value fell among its quantiles, and nothing of unit or transform."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatecast.data import Scale
from gatecast.interval import LEVELS, at_scores, normal_scores
from gatecast.interval.score import FARTHEST, normal_levels

X = normal_levels(LEVELS)
MIDDLE = LEVELS.index(0.5)
SEEDS = st.integers(0, 10_000)


def stated(seed: int, count: int = 40) -> np.ndarray:
    """Ascending quantiles, some of them equal. [count, levels]"""
    rng = np.random.default_rng(seed)
    steps = rng.exponential(size=(count, len(LEVELS))) * (rng.random((count, len(LEVELS))) < 0.9)
    return rng.normal(0, 3, (count, 1)) + np.cumsum(steps, axis=1)


def test_a_normal_distribution_gives_a_value_its_own_standard_score() -> None:
    mean, size = np.array([3.0, -1.0, 0.0]), np.array([2.0, 0.5, 10.0])
    value = np.array([4.0, -1.0, -35.0])
    score = normal_scores(value, mean[:, None] + size[:, None] * X, LEVELS)
    np.testing.assert_allclose(score, (value - mean) / size, atol=1e-12)


@given(SEEDS)
def test_quantiles_read_at_their_own_scores_come_back_to_the_bit(seed: int) -> None:
    quantiles = stated(seed)
    np.testing.assert_array_equal(at_scores(quantiles, np.tile(X, (40, 1)), LEVELS), quantiles)


@given(SEEDS)
def test_a_value_lies_under_a_moved_quantile_just_when_its_score_does(seed: int) -> None:
    rng = np.random.default_rng(seed)
    quantiles = np.cumsum(rng.uniform(0.1, 1, (40, len(LEVELS))), axis=1)
    value = rng.normal(3, 5, 40)
    shift = np.sort(rng.normal(0, 2, (40, len(LEVELS))), axis=1)
    shift = shift - shift[:, MIDDLE : MIDDLE + 1]
    under = value[:, None] <= at_scores(quantiles, shift, LEVELS)
    below = normal_scores(value, quantiles, LEVELS)[:, None] <= shift
    near = np.abs(normal_scores(value, quantiles, LEVELS)[:, None] - shift) < 1e-9
    assert ((under == below) | near).all()


@given(SEEDS)
def test_moved_quantiles_do_not_cross_and_their_median_never_moves(seed: int) -> None:
    rng, quantiles = np.random.default_rng(seed), stated(seed)
    moved = at_scores(quantiles, rng.normal(0, 20, quantiles.shape), LEVELS)
    assert (np.diff(moved, axis=1) >= 0).all()
    np.testing.assert_array_equal(moved[:, MIDDLE], quantiles[:, MIDDLE])


@given(SEEDS, st.sampled_from(["log", "identity", "floored"]))
def test_what_is_covered_on_the_scale_is_covered_in_the_unit(seed: int, kind: str) -> None:
    """Quantiles and values go through one increasing map; a floor may only let in what lies on it."""
    rng = np.random.default_rng(seed)
    scale = Scale(
        np.array([kind == "log"]), np.array([0.3]), np.array([0.4]), np.array([kind in ("log", "floored")])
    )
    actual = rng.exponential(size=60) if kind != "identity" else rng.normal(size=60)
    scaled = scale.forward(actual, 0)
    quantiles = np.sort(rng.normal(0, 2, (60, len(LEVELS))), axis=1)
    moved = at_scores(quantiles, np.tile(1.3 * X, (60, 1)), LEVELS)
    unit = scale.inverse(moved, 0)
    np.testing.assert_array_equal(
        (moved[:, 2] <= scaled) & (scaled <= moved[:, -3]), (unit[:, 2] <= actual) & (actual <= unit[:, -3])
    )


def test_what_is_unknown_has_no_score_and_what_is_absurd_a_bounded_one() -> None:
    quantiles = np.tile(X, (4, 1))
    score = normal_scores(np.array([np.nan, 1e300, -1e300, np.inf]), quantiles, LEVELS)
    np.testing.assert_array_equal(score, [np.nan, FARTHEST, -FARTHEST, np.nan])


@pytest.mark.parametrize("value", [5.0, 5.0 + 1e-15])
def test_a_distribution_that_is_one_value_is_in_its_middle_there(value: float) -> None:
    score = normal_scores(np.array([value]), np.full((1, len(LEVELS)), value), LEVELS)
    np.testing.assert_allclose(score, 0.0, atol=1e-12)
