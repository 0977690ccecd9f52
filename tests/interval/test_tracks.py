"""Tracks that move on say what a track says that collects all its rows."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatecast.interval import Pace, Tracks, new_track, new_tracks
from gatecast.interval.score import FARTHEST
from gatecast.interval.track import REACH

PACES = [Pace(3, 4, 1), Pace(6, 6, 2), Pace(1, 5, 1)]


def scored(rng: np.random.Generator, steps: int, horizon: int, share: float) -> np.ndarray:
    scores = np.clip(1.3 * rng.standard_t(3, (steps, horizon)), 1 - FARTHEST, FARTHEST - 1)
    scores[rng.random(scores.shape) < share] = np.nan
    return scores


@pytest.mark.parametrize("pace", PACES)
@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), steps=st.integers(1, 300), share=st.floats(0.0, 1.0))
def test_tracks_say_what_a_track_says(pace: Pace, seed: int, steps: int, share: float) -> None:
    """Rows leave as they have come, longer than a track looks back."""
    rng, horizon = np.random.default_rng(seed), 4
    begun = np.array([17, 4, 1000])
    tracks, came = new_tracks(pace, horizon, begun), [[], [], []]
    for row in scored(rng, steps, horizon * 3, share):
        some = np.flatnonzero(rng.random(3) < 0.9)
        own = row.reshape(3, horizon)[some]
        tracks.push(some, own)
        for n, i in enumerate(some.tolist()):
            came[i].append(own[n])
    alone = [
        new_track(pace, horizon, int(step)).advance(np.array(rows).reshape(-1, horizon))
        for step, rows in zip(begun, came, strict=True)
    ]
    np.testing.assert_allclose(tracks.shifts(), [one.shifts() for one in alone], rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(tracks.latest(), [one.scores for one in alone], rtol=1e-9, atol=1e-9)


def test_a_track_that_has_forgotten_everything_says_nothing() -> None:
    pace = PACES[0]
    tracks = new_tracks(pace, 2, np.array([0]))
    silent = tracks.shifts()
    tracks.push(np.array([0]), np.array([[2.0, -3.0]]))
    assert not np.array_equal(tracks.shifts(), silent)
    for _ in range(REACH * pace.day):
        tracks.push(np.array([0]), np.full((1, 2), np.nan))
    np.testing.assert_array_equal(tracks.shifts(), silent)


def test_years_of_rows_keep_their_weights_in_bounds() -> None:
    pace, rng = PACES[2], np.random.default_rng(0)
    tracks: Tracks = new_tracks(pace, 1, np.array([0]))
    scores = rng.normal(size=(6_000, 1, 1))
    for score in scores:
        tracks.push(np.array([0]), score)
    alone = new_track(pace, 1, 0).advance(scores[:, 0])
    assert (tracks.masses.weights < 1e61).all()
    np.testing.assert_allclose(tracks.shifts()[0], alone.shifts(), rtol=1e-9, atol=1e-9)
