"""Fillings never look ahead."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gatecast.data import Frequency, Panel, fill_causally, missing_mask

numbers = st.lists(st.one_of(st.just(np.nan), st.floats(-1e6, 1e6)), min_size=2, max_size=60)


def slow(values: np.ndarray, season: int) -> np.ndarray:
    """What `fill_causally` says, for one series, word by word."""
    filled = values.copy()
    known = np.flatnonzero(~np.isnan(values))
    for t in range(len(values)):
        if not np.isnan(values[t]):
            continue
        if not len(known):
            continue
        if t < known[0]:
            filled[t] = values[known[0]]
        else:
            filled[t] = filled[t - season] if t >= season else filled[t - 1]
    return filled


@given(numbers, st.integers(1, 8))
def test_it_does_what_its_docstring_says(values: list[float], season: int) -> None:
    array = np.array(values)
    filled = fill_causally(array, np.array([0, len(array)]), season)
    np.testing.assert_array_equal(filled, slow(array, season))


@given(numbers, st.integers(1, 8), st.data())
def test_changing_later_values_changes_no_earlier_filling(
    values: list[float], season: int, data: st.DataObject
) -> None:
    array = np.array([1.0, *values])  # begins with a value, as panels do
    cut = data.draw(st.integers(1, len(array)))
    changed = array.copy()
    changed[cut:] = data.draw(st.floats(-10, 10))
    offsets = np.array([0, len(array)])
    before, after = fill_causally(array, offsets, season), fill_causally(changed, offsets, season)
    np.testing.assert_array_equal(before[:cut], after[:cut])


@given(numbers, numbers, st.integers(1, 8))
def test_series_do_not_touch_each_other(one: list[float], two: list[float], season: int) -> None:
    both = fill_causally(np.array(one + two), np.array([0, len(one), len(one) + len(two)]), season)
    for own, part in ((one, both[: len(one)]), (two, both[len(one) :])):
        np.testing.assert_array_equal(part, fill_causally(np.array(own), np.array([0, len(own)]), season))


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30))
def test_without_gaps_nothing_changes(values: list[float]) -> None:
    array = np.array(values)
    filled = fill_causally(array, np.array([0, len(array)]), 3)
    np.testing.assert_array_equal(filled, array)
    assert filled is not array


def test_what_never_was_stays_missing() -> None:
    filled = fill_causally(np.array([np.nan, np.nan, 3.0]), np.array([0, 2, 3]), 1)
    np.testing.assert_array_equal(filled, [np.nan, np.nan, 3.0])


def test_the_future_is_not_missing() -> None:
    panel = Panel(
        values=np.array([1.0, np.nan, 3.0, np.nan, np.nan, 2.0]),
        offsets=np.array([0, 4, 6]),
        ids=("a", "b"),
        times=np.array([0, 1, 2, 3, 0, 1]),
        known_steps=np.array([3, 2]),
        frequency=Frequency("step", 1),
        zone=None,
        seasons=(1,),
        known=np.empty((6, 0)),
        past=np.empty((6, 0)),
        static=np.empty((2, 0)),
    )
    assert missing_mask(panel).tolist() == [False, True, False, False, True, False]
