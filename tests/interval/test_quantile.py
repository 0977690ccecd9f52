"""Quantiles are read off where they are known, go on as normal tails, and never cross."""

from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from gatecast.interval import LEVELS, Calibration, agreed, at_levels, untangle

MIDDLE = LEVELS.index(0.5)
NORMAL = np.array([NormalDist().inv_cdf(p) for p in LEVELS])
anything = arrays(np.float64, (3, len(LEVELS)), elements=st.floats(-1e9, 1e9))
rising = anything.map(lambda q: np.sort(q, axis=-1))
probabilities = st.lists(st.floats(1e-4, 1 - 1e-4), min_size=1, max_size=12, unique=True).map(sorted)


@given(rising)
def test_known_levels_are_read_off_exactly(quantiles: np.ndarray) -> None:
    np.testing.assert_array_equal(at_levels(quantiles, LEVELS, LEVELS), quantiles)


@given(rising, probabilities)
def test_reading_other_levels_crosses_nothing(quantiles: np.ndarray, wanted: list[float]) -> None:
    assert (np.diff(at_levels(quantiles, LEVELS, wanted), axis=-1) >= 0).all()


@given(rising, st.floats(0.026, 0.974))
def test_a_level_between_two_lies_between_them(quantiles: np.ndarray, level: float) -> None:
    right = int(np.searchsorted(LEVELS, level, side="right"))
    read = at_levels(quantiles, LEVELS, (level,))[:, 0]
    room = 1e-12 * np.abs(quantiles).max()
    assert (read >= quantiles[:, right - 1] - room).all()
    assert (read <= quantiles[:, right] + room).all()


@given(st.floats(-50, 50), st.floats(0.1, 20), probabilities)
def test_a_normal_distribution_is_read_off_as_itself_tails_included(
    mean: float, deviation: float, wanted: list[float]
) -> None:
    expected = [NormalDist(mean, deviation).inv_cdf(p) for p in wanted]
    read = at_levels(mean + deviation * NORMAL, LEVELS, wanted)
    np.testing.assert_allclose(read, expected, rtol=1e-7, atol=1e-7)


@given(anything, st.integers(0, len(LEVELS) - 1))
def test_untangled_quantiles_never_cross_and_keep_their_median(quantiles: np.ndarray, median: int) -> None:
    straight = untangle(quantiles, median)
    assert straight.shape == quantiles.shape
    assert (np.diff(straight, axis=-1) >= 0).all()
    np.testing.assert_array_equal(straight[:, median], quantiles[:, median])
    np.testing.assert_array_equal(untangle(straight, median), straight)


@given(rising)
def test_quantiles_in_order_are_left_alone(quantiles: np.ndarray) -> None:
    np.testing.assert_array_equal(untangle(quantiles), quantiles)


@given(rising, arrays(np.float64, 3, elements=st.floats(-1e9, 1e9)), probabilities)
def test_agreed_quantiles_stand_on_their_side_of_the_point(
    quantiles: np.ndarray, point: np.ndarray, wanted: list[float]
) -> None:
    found = agreed(at_levels(quantiles, LEVELS, wanted), point, wanted)
    level, beside = np.array(wanted), np.broadcast_to(point[:, None], found.shape)
    assert (np.diff(found, axis=-1) >= 0).all()
    assert (found <= beside)[:, level < 0.5].all()
    assert (found >= beside)[:, level > 0.5].all()
    np.testing.assert_array_equal(found[:, level == 0.5], beside[:, level == 0.5])


@given(
    anything,
    arrays(np.float64, (3, 1), elements=st.floats(1e-9, 1e6)),
    arrays(np.float64, (1, len(LEVELS)), elements=st.floats(-1e3, 1e3)),
    arrays(np.float64, 3, elements=st.floats(-1e9, 1e9)),
    probabilities,
)
def test_quantiles_cannot_cross_whatever_comes_in(
    stated: np.ndarray, width: np.ndarray, shifts: np.ndarray, point: np.ndarray, wanted: list[float]
) -> None:
    """Any statement, any width, any shift, any point: through the whole room the order holds."""
    moved = Calibration(shifts, MIDDLE).apply(stated[:, None, :], width)[:, 0]
    assert (np.diff(moved, axis=-1) >= 0).all()
    found = agreed(at_levels(moved, LEVELS, wanted), point, wanted)
    assert np.isfinite(found).all()
    assert (np.diff(found, axis=-1) >= 0).all()


@pytest.mark.parametrize("level", [0.001, 0.01, 0.99, 0.999])
def test_tails_go_on_beyond_the_outermost_level(level: float) -> None:
    outer = at_levels(NORMAL, LEVELS, (level,))[0]
    assert (outer < NORMAL[0]) if level < 0.5 else (outer > NORMAL[-1])
