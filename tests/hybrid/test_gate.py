"""The gate believes a memory as far as it has helped, and no further."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatecast.hybrid.gate import SHARES, choose_shares, join

ORIGINS, HORIZON = 60, 5


def case(seed: int, series: int = 1) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """What came, what the linear half said, units, and whose each origin is."""
    draw = np.random.default_rng(seed)
    actual = draw.normal(size=(ORIGINS * series, HORIZON))
    linear = actual + draw.normal(0, 0.5, actual.shape)
    return actual, linear, np.full(len(actual), 0.5), np.repeat(np.arange(series), ORIGINS)


@settings(max_examples=20)
@given(seed=st.integers(0, 1000))
def test_a_memory_of_pure_noise_is_not_believed(seed: int) -> None:
    actual, linear, unit, series = case(seed)
    noise = linear + np.random.default_rng(seed + 1).normal(0, 2.0, linear.shape)
    np.testing.assert_array_equal(choose_shares(actual, linear, noise, unit, series, 1), [0.0])


@settings(max_examples=20)
@given(seed=st.integers(0, 1000))
def test_a_perfect_memory_is_believed_outright(seed: int) -> None:
    actual, linear, unit, series = case(seed)
    np.testing.assert_array_equal(choose_shares(actual, linear, actual, unit, series, 1), [1.0])


def test_a_memory_that_overshoots_is_believed_in_part() -> None:
    """It adds twice what is missing: half of it is right."""
    actual, linear, unit, series = case(0)
    twice = linear + 2.0 * (actual - linear)
    np.testing.assert_allclose(choose_shares(actual, linear, twice, unit, series, 1), [0.5])


def test_each_series_has_its_own_share() -> None:
    actual, linear, unit, series = case(0, series=2)
    noise = linear + np.random.default_rng(1).normal(0, 2.0, linear.shape)
    network = np.where(series[:, None] == 0, actual, noise)
    shares = choose_shares(actual, linear, network, unit, series, 2)
    assert shares[0] > 0.9
    assert shares[1] == 0.0


def test_a_series_without_evidence_leans_on_the_others() -> None:
    actual, linear, unit, series = case(0)
    np.testing.assert_array_equal(choose_shares(actual, linear, actual, unit, series, 2), [1.0, 1.0])


def test_what_is_unknown_counts_for_nothing() -> None:
    actual, linear, unit, series = case(0)
    network = actual.copy()
    actual[::2, 1:] = np.nan
    linear[~np.isfinite(actual)] = 1e6
    np.testing.assert_array_equal(choose_shares(actual, linear, network, unit, series, 1), [1.0])
    nothing = np.full_like(actual, np.nan)
    np.testing.assert_array_equal(choose_shares(nothing, linear, network, unit, series, 1), [0.0])


def test_a_gain_too_small_to_be_sure_of_is_left_alone() -> None:
    actual, linear, unit, series = case(0)
    hardly = linear + 0.001 * (actual - linear)
    np.testing.assert_array_equal(choose_shares(actual, linear, hardly, unit, series, 1), [0.0])


@given(linear=st.floats(-1e6, 1e6), network=st.floats(-1e6, 1e6), share=st.sampled_from(list(SHARES)))
def test_the_join_lies_between_the_two_and_is_linear_at_share_0(
    linear: float, network: float, share: float
) -> None:
    one, other = np.array([[linear]]), np.array([[network]])
    assert join(one, other, 0.0).tobytes() == one.tobytes()
    joined = float(join(one, other, share)[0, 0])
    slack = 1e-9 * max(abs(linear), abs(network), 1.0)
    assert min(linear, network) - slack <= joined <= max(linear, network) + slack
    assert joined == pytest.approx(linear + share * (network - linear), abs=slack)
