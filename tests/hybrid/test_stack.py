"""Lasting weights: those of a library on squares, the best mixture on absolute errors."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import nnls

from gatecast.hybrid.stack import on_simplex, projected, stacked


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), members=st.integers(1, 8))
def test_squares_are_minimised_as_by_nonnegative_least_squares(seed: int, members: int) -> None:
    draw = np.random.default_rng(seed)
    paths = draw.normal(size=(200, members))
    outcome = paths @ draw.dirichlet(np.ones(members)) + draw.normal(size=200)
    found = on_simplex(paths.T @ paths, paths.T @ outcome, np.full(members, 1 / members))
    heavy = 1e5  # a row that holds the sum to 1
    wanted, _ = nnls(np.vstack([paths, heavy * np.ones(members)]), np.append(outcome, heavy))
    np.testing.assert_allclose(found, wanted / wanted.sum(), atol=1e-4)


@given(st.lists(st.floats(-10, 10), min_size=1, max_size=9))
def test_a_projection_is_on_the_simplex_and_no_weights_are_nearer(point: list[float]) -> None:
    at = np.array(point)
    found = projected(at)
    assert found.min() >= 0
    assert found.sum() == pytest.approx(1.0)
    for corner in np.eye(len(at)):  # the angle to every corner is obtuse: the law of a projection
        assert (at - found) @ (corner - found) < 1e-9


def test_members_that_err_apart_share_the_weight_and_spikes_do_not_bend_it() -> None:
    draw = np.random.default_rng(1)
    truth = draw.normal(size=4000) * 5
    errors = draw.normal(size=(4000, 3)) * [1.0, 1.0, 3.0]
    outcome = truth.copy()
    outcome[::97] += 500.0
    outcome[::50] = np.nan
    weights = stacked(truth[:, None] + errors, outcome)
    np.testing.assert_allclose(weights, [0.47, 0.47, 0.06], atol=0.05)


def test_a_copy_that_always_errs_more_gets_nothing() -> None:
    draw = np.random.default_rng(2)
    truth, error = draw.normal(size=(2, 3000))
    weights = stacked(np.stack([truth + error, truth + 2 * error], axis=1), truth)
    np.testing.assert_allclose(weights, [1.0, 0.0], atol=1e-3)
