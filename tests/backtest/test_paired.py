"""The paired test is Student's where it should be, and errs no more often than it says."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from gatecast.backtest.paired import correlated_lags, paired_test
from gatecast.backtest.student import two_sided_p


@given(
    t=st.one_of(st.floats(-60, 60), st.floats(-1e-6, 1e-6)),
    freedom=st.one_of(st.integers(1, 200), st.sampled_from([1000, 100_000, 1_000_000])),
)
def test_the_tail_is_scipys(t, freedom):
    assert two_sided_p(t, freedom) == pytest.approx(2 * stats.t.sf(abs(t), freedom), rel=1e-7, abs=1e-290)


@pytest.mark.parametrize(("t", "p"), [(0.0, 1.0), (math.inf, 0.0), (-math.inf, 0.0)])
def test_the_tail_ends_where_it_must(t, p):
    assert two_sided_p(t, 5) == p


def test_no_statistic_has_no_p_value():
    assert math.isnan(two_sided_p(math.nan, 5))


@given(seed=st.integers(0, 1000), count=st.integers(2, 40))
def test_without_lags_it_is_scipys_paired_t_test(seed, count):
    rng = np.random.default_rng(seed)
    one, other = rng.normal(size=count), rng.normal(0.3, 1, size=count)
    found, expected = paired_test(one - other), stats.ttest_rel(one, other)
    assert found.statistic == pytest.approx(expected.statistic)
    assert found.p_value == pytest.approx(expected.pvalue)
    assert found.units == count


def test_with_lags_it_is_statsmodels_newey_west_shrunk_as_harvey_says():
    """Mean regression with HAC errors, Bartlett kernel; then HLN's factor for lags + 1 steps."""
    sm = pytest.importorskip("statsmodels.api")
    differences = np.convolve(np.random.default_rng(3).normal(0.4, 1, 43), np.ones(4) / 4, mode="valid")
    lags, count = 3, 40
    fit = sm.OLS(differences, np.ones(count)).fit(
        cov_type="HAC", cov_kwds={"maxlags": lags, "kernel": "bartlett"}
    )
    steps = lags + 1
    shrink = math.sqrt((count + 1 - 2 * steps + steps * (steps - 1) / count) / count)
    found = paired_test(differences, lags)
    assert found.statistic == pytest.approx(fit.tvalues[0] * shrink)
    assert found.p_value == pytest.approx(2 * stats.t.sf(abs(found.statistic), count - 1))


def test_swapping_the_models_turns_the_sign_only():
    differences = np.random.default_rng(0).normal(0.2, 1, 20)
    there, back = paired_test(differences, 2), paired_test(-differences, 2)
    assert there.statistic == pytest.approx(-back.statistic)
    assert there.p_value == pytest.approx(back.p_value)


def test_missing_differences_are_left_out():
    differences = np.array([1.0, np.nan, 2.0, 4.0])
    assert paired_test(differences) == paired_test(np.array([1.0, 2.0, 4.0]))


def test_one_difference_tests_nothing():
    found = paired_test(np.array([2.0, np.nan]))
    assert found.difference == 2.0
    assert math.isnan(found.p_value)


def test_no_difference_tests_nothing():
    assert paired_test(np.array([])).units == 0


def test_identical_forecasts_do_not_differ():
    assert paired_test(np.zeros(8), lags=2).p_value == 1.0


def test_the_same_difference_every_time_is_no_chance():
    assert paired_test(np.full(8, -0.25)).p_value == 0.0


@pytest.mark.parametrize(("windows", "overlap", "most"), [(8, 1, 0.06), (28, 1, 0.07), (28, 2, 0.10)])
def test_where_nothing_differs_it_seldom_says_so(windows, overlap, most):
    """Generated: moving sums of `overlap` independent normals, the correlation overlapping windows have."""
    rng = np.random.default_rng(11)
    draws = np.lib.stride_tricks.sliding_window_view(
        rng.normal(size=(2000, windows + overlap - 1)), overlap, axis=1
    ).sum(axis=-1)
    lags = correlated_lags(windows, overlap)
    wrong = np.mean([paired_test(d, lags).p_value < 0.05 for d in draws])
    assert wrong <= most


def test_lags_leave_something_to_estimate():
    assert correlated_lags(windows=2, overlap=40) == 0
    assert correlated_lags(windows=64, overlap=1) == 4
