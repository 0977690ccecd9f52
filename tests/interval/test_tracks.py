"""Tracks that are moved on row by row say what a walk back over the whole reach says."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatecast.interval import Pace, Tracks, followed, new_tracks, pace_of

TINY = Pace(phases=3, day=3, stride=2)  # a reach of 126 steps


def scores_of(steps: int, horizon: int, pace: Pace, seed: int, lack: float = 0.2) -> np.ndarray:
    """By the step forecast; only of origins a stride apart, some unknown. [steps, horizon]"""
    draw = np.random.default_rng(seed)
    scores = draw.normal(size=(steps, horizon)) * np.linspace(0.3, 3.0, steps)[:, None]
    scores[draw.random((steps, horizon)) < lack] = np.nan
    step, k = np.arange(steps)[:, None], np.arange(horizon)
    scores[(step - k - 1) % pace.stride != 0] = np.nan
    return scores


def slow(scores: np.ndarray, pace: Pace) -> np.ndarray:
    """What a replay says at the last step. [horizon, levels]"""
    steps, horizon = scores.shape
    phase = np.arange(steps + horizon) % pace.phases
    return followed(scores, phase, np.array([steps - 1]), pace)[0]


def run(tracks: Tracks, scores: np.ndarray) -> Tracks:
    """Of one series, row by row."""
    for row in scores:
        tracks.advance(np.array([0]), row[None])
    return tracks


@given(
    steps=st.integers(1, 700),
    horizon=st.integers(1, 9),
    seed=st.integers(0, 99),
    lack=st.sampled_from([0.0, 0.5, 1.0]),
    pace=st.sampled_from([TINY, Pace(1, 2, 1), Pace(4, 4, 3)]),
)
@settings(max_examples=60, deadline=None)
def test_row_by_row_and_a_walk_back_agree(
    steps: int, horizon: int, seed: int, lack: float, pace: Pace
) -> None:
    """However long the run: old scores leave, weights neither grow nor vanish."""
    scores = scores_of(steps, horizon, pace, seed, lack)
    tracks = run(new_tracks(pace, horizon, np.array([-1])), scores)
    np.testing.assert_allclose(tracks.shifts()[0], slow(scores, pace), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("horizon", [1, 24])
def test_a_year_of_hours_agrees(horizon: int) -> None:
    pace = pace_of(24)
    scores = scores_of(9000, horizon, pace, seed=1)
    tracks = run(new_tracks(pace, horizon, np.array([-1])), scores)
    np.testing.assert_allclose(tracks.shifts()[0], slow(scores, pace), rtol=1e-9, atol=1e-9)


@given(known=st.integers(0, 300), steps=st.integers(0, 200), seed=st.integers(0, 9))
@settings(max_examples=30, deadline=None)
def test_filled_at_once_or_row_by_row_is_the_same(known: int, steps: int, seed: int) -> None:
    scores = scores_of(known + steps + 1, 5, TINY, seed)
    tracks = new_tracks(TINY, 5, np.array([known]))
    tracks.fill(0, scores[: known + 1])
    np.testing.assert_allclose(
        run(tracks, scores[known + 1 :]).shifts()[0], slow(scores, TINY), rtol=1e-9, atol=1e-9
    )


def test_scores_of_so_long_ago_that_none_counts_leave_no_trace() -> None:
    """To the bit: after a reach without a score nothing moves."""
    scores = scores_of(200, 5, TINY, seed=0)
    tracks = run(new_tracks(TINY, 5, np.array([-1])), scores)
    assert tracks.count[0] > 0
    run(tracks, np.full((TINY.reach, 5), np.nan))
    np.testing.assert_array_equal(tracks.shifts(), new_tracks(TINY, 5, np.array([7])).shifts())


def test_each_series_stands_where_it_would_alone() -> None:
    """Some move on at a step and others do not."""
    draw = np.random.default_rng(3)
    together = new_tracks(TINY, 4, np.array([-1, 5, 40]))
    alone = [new_tracks(TINY, 4, np.array([at])) for at in (-1, 5, 40)]
    for _ in range(150):
        some = np.flatnonzero(draw.random(3) < 0.6)
        scores = draw.normal(size=(len(some), 4))
        together.advance(some, scores)
        for i, row in zip(some, scores, strict=True):
            alone[i].advance(np.array([0]), row[None])
    said = together.shifts()
    for i, one in enumerate(alone):
        assert together.clock[i] == one.clock[0]
        np.testing.assert_allclose(said[i], one.shifts()[0], rtol=1e-12)
    np.testing.assert_array_equal(together.shifts(np.array([2])), said[[2]])


def test_a_copy_stays() -> None:
    tracks = run(new_tracks(TINY, 4, np.array([-1])), scores_of(90, 4, TINY, seed=2))
    kept, before = tracks.copy(), tracks.shifts()
    run(tracks, scores_of(9, 4, TINY, seed=5))
    np.testing.assert_array_equal(kept.shifts(), before)
    assert (tracks.shifts() != before).any()
