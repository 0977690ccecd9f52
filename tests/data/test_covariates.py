"""Covariates on one scale."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from gatecast.data import Frequency, Panel, is_binary, standardise
from gatecast.errors import CovariateError

NUMBERS = st.floats(-1e6, 1e6, width=32)


def panel_of(known: np.ndarray, history: tuple[int, ...], past=None, static=None) -> Panel:
    """Series of equal length that share the rows."""
    rows, series = len(known), len(history)
    past = np.zeros((rows, 0)) if past is None else past
    static = np.zeros((series, 0)) if static is None else static
    return Panel(
        values=np.zeros(rows),
        offsets=np.arange(series + 1) * (rows // series),
        ids=tuple(range(series)),
        times=np.tile(np.arange(rows // series), series),
        known_steps=np.array(history),
        frequency=Frequency("step", 1),
        zone=None,
        seasons=(1,),
        known=known,
        past=past,
        static=static,
        known_names=tuple(f"k{i}" for i in range(known.shape[1])),
        past_names=tuple(f"p{i}" for i in range(past.shape[1])),
        static_names=tuple(f"s{i}" for i in range(static.shape[1])),
    )


@given(arrays(np.float64, (40, 2), elements=NUMBERS))
def test_history_has_mean_zero_and_deviation_one_or_never_varied(known):
    scaled = standardise(panel_of(known, (30,))).known[:30]
    for before, after in zip(known[:30].T, scaled.T, strict=True):
        if is_binary(before) or np.abs(after).max() == 6:
            continue
        wanted = 0 if before.std() <= 1e-9 * np.abs(before).max() else 1
        assert after.mean() == pytest.approx(0, abs=1e-5)
        assert after.std() == pytest.approx(wanted, abs=1e-5)


@given(arrays(np.float64, (20, 1), elements=NUMBERS), st.lists(st.integers(0, 10), min_size=2, max_size=2))
def test_what_lies_behind_history_teaches_nothing(known, history):
    panel = panel_of(known, tuple(history))
    later = known.copy()
    for i, steps in enumerate(history):
        later[10 * i + steps : 10 * (i + 1)] = 1e9
    one, other = standardise(panel), standardise(replace(panel, known=later))
    np.testing.assert_array_equal(one.known_scale.centre, other.known_scale.centre)
    np.testing.assert_array_equal(one.known_scale.factor, other.known_scale.factor)


def test_applying_to_a_longer_panel_leaves_history_as_it_was():
    rng = np.random.default_rng(1)
    known, static = rng.normal(5, 3, (30, 2)), np.array([[2.0]])
    short = standardise(panel_of(known[:20], (20,), known[:20, :1], static))
    long = short.apply(panel_of(known, (20,), known[:, :1], static))
    np.testing.assert_array_equal(long.known[:20], short.known)
    np.testing.assert_array_equal(long.past[:20], short.past)
    assert long.known_scale is short.known_scale


def test_yes_and_no_stay_one_and_zero():
    known = np.array([[0.0], [1], [0], [1], [1]])
    assert standardise(panel_of(known, (3,))).known.tolist() == known.tolist()


def test_what_never_varied_is_zero_even_when_it_varies_later():
    known = np.array([[0.0, 7.7], [0, 7.7], [0, 7.7], [1, 8.0]])
    assert not standardise(panel_of(known, (3,))).known.any()


def test_missing_stays_missing_and_teaches_nothing():
    known = np.array([[1.0, np.nan], [np.nan, np.nan], [3, np.nan], [np.nan, 4]])
    scaled = standardise(panel_of(known, (3,))).known
    np.testing.assert_array_equal(scaled[:, 0], [-1, np.nan, 1, np.nan])
    np.testing.assert_array_equal(scaled[:, 1], [np.nan, np.nan, np.nan, 0])


def test_the_absurd_is_clipped_at_six_deviations():
    known = np.array([[-1.0], [1], [-1], [1], [1000], [-1000]])
    assert standardise(panel_of(known, (4,))).known[4:, 0].tolist() == [6, -6]


def test_statics_are_scaled_over_series():
    static = np.array([[10.0, 1.0], [20, 0]])
    scaled = standardise(panel_of(np.zeros((4, 0)), (2, 2), static=static)).static
    assert scaled.tolist() == [[-1, 1], [1, 0]]


def test_other_covariates_than_learned_are_refused():
    learned = standardise(panel_of(np.zeros((4, 2)), (4,)))
    with pytest.raises(
        CovariateError, match=r"known covariates are \['k0'\], but the model learned from \['k0', 'k1'\]"
    ):
        learned.apply(panel_of(np.zeros((4, 1)), (4,)))


@pytest.mark.parametrize(
    ("column", "binary"),
    [([0, 1, np.nan], True), ([1, 1], True), ([0, 0.5], False), ([np.nan], False), ([], False)],
)
def test_binary_means_only_zero_and_one(column, binary):
    assert is_binary(np.array(column, dtype=float)) is binary
