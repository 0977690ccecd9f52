"""The trailing mean against its definition."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gatecast.linear import trailing_mean


@given(rows=st.integers(1, 20), columns=st.integers(1, 3), steps=st.integers(1, 25), seed=st.integers(0, 100))
def test_it_is_the_mean_of_what_there_was(rows: int, columns: int, steps: int, seed: int) -> None:
    x = np.random.default_rng(seed).normal(scale=1e3, size=(rows, columns))
    expected = [x[max(t + 1 - steps, 0) : t + 1].mean(axis=0) for t in range(rows)]
    np.testing.assert_allclose(trailing_mean(x, steps), expected, rtol=1e-9, atol=1e-9)
    np.testing.assert_array_equal(trailing_mean(x[:, 0], steps), trailing_mean(x, steps)[:, 0])


def test_what_is_not_known_later_spoils_nothing_before() -> None:
    assert trailing_mean(np.array([1.0, 3.0, np.nan]), 2)[:2].tolist() == [1.0, 2.0]
