"""Lag polynomials keep the laws of their algebra."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatecast.errors import SeriesError
from gatecast.linear.lag import difference, differencer, inverse, is_stable


@given(d=st.integers(0, 2), D=st.integers(0, 2), season=st.integers(1, 12))
def test_differencing_kills_the_trend_it_names(d: int, D: int, season: int) -> None:
    """(1 − B)^d (1 − B^s)^D sends every polynomial of degree below d + D to zero."""
    t = np.linspace(-1.0, 1.0, 60)
    for degree in range(d + D):
        np.testing.assert_allclose(difference(t**degree, differencer(d, D, season)), 0.0, atol=1e-10)


@given(d=st.integers(0, 2), D=st.integers(0, 1), season=st.integers(2, 6), seed=st.integers(0, 99))
def test_the_inverse_undoes_the_polynomial(d: int, D: int, season: int, seed: int) -> None:
    y = np.random.default_rng(seed).normal(size=40)
    polynomial = differencer(d, D, season)
    summed = np.convolve(inverse(polynomial, 40), y)[:40]
    lags = len(polynomial) - 1
    np.testing.assert_allclose(difference(summed, polynomial), y[lags:], atol=1e-8)


@given(st.lists(st.integers(-15, 15).map(lambda n: n / 10), min_size=1, max_size=4))
def test_stability_is_a_matter_of_roots(coefficients: list[float]) -> None:
    roots = np.roots(np.trim_zeros([*(-np.array(coefficients[::-1])), 1.0], "f"))
    nearest = np.abs(roots).min(initial=np.inf)
    if abs(nearest - 1.0) > 1e-6:
        assert is_stable(np.array(coefficients)) == (nearest > 1.0)


def test_too_short_says_how_long() -> None:
    with pytest.raises(SeriesError, match="uses up 13 steps but the series has 12"):
        difference(np.zeros(12), differencer(1, 1, season=12))
