"""Stretches cut outcomes so that none counts twice and enough of them show what is ordinary."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gatecast.interval import REFERENCE
from gatecast.watch.stretches import MOST_USUAL, Stretches, cut
from synthetic_panels import hourly_panel

SIZES = st.tuples(st.integers(1, 60), st.integers(1, 30), st.integers(2, 4000))


def stretches_of(horizon: int, day: int, steps: int, unseen: int = 0) -> Stretches:
    panel = hourly_panel((steps,), seasons=(day,))
    return cut(panel, horizon, np.array([unseen]))


def steps_scored(cuts: Stretches, number: int) -> list[int]:
    """The steps whose outcomes one stretch of the first series scores."""
    origins = cuts.origins(np.array([0]), np.array([number]))
    return [int(p) + 1 + k for p in origins.position for k in range(int(cuts.stride[0]))]


@given(SIZES, st.integers(-3, 4))
def test_every_step_of_a_stretch_is_scored_once_and_no_other(
    sizes: tuple[int, int, int], number: int
) -> None:
    cuts = stretches_of(*sizes)
    wanted = list(range(cuts.first_step(0, number), cuts.last_step(0, number) + 1))
    assert steps_scored(cuts, number) == wanted
    assert cuts.first_step(0, number + 1) == cuts.last_step(0, number) + 1


@given(SIZES)
def test_no_more_is_scored_of_a_forecast_than_it_says(sizes: tuple[int, int, int]) -> None:
    cuts = stretches_of(*sizes)
    assert 1 <= cuts.stride[0] <= sizes[0]


@given(SIZES, st.integers(0, 300))
def test_ordinary_stretches_begin_behind_what_has_been_seen(sizes: tuple[int, int, int], unseen: int) -> None:
    cuts = stretches_of(*sizes, unseen=unseen)
    usual = int(cuts.usual[0])
    assert usual == 0 or REFERENCE <= usual <= MOST_USUAL
    if usual:
        first = cuts.origins(np.array([0]), np.array([-usual])).position[0]
        assert first >= unseen


@given(SIZES)
def test_sixty_steps_that_were_not_seen_are_enough(sizes: tuple[int, int, int]) -> None:
    horizon, day, steps = sizes
    assert (stretches_of(horizon, day, steps).usual[0] > 0) == (steps - 1 >= REFERENCE)


def test_a_stretch_is_a_day_or_a_longer_forecast_where_history_allows() -> None:
    for horizon, stride, parts in ((1, 1, 24), (24, 24, 1), (48, 48, 1), (5, 5, 5)):
        cuts = stretches_of(horizon, 24, 24 * 400)
        assert (cuts.stride[0], cuts.parts[0]) == (stride, parts)


def test_of_many_series_none_shows_what_is_ordinary_rather_than_each_too_little() -> None:
    panel = hourly_panel((1500,) * 700)
    assert not cut(panel, 24, np.zeros(700, dtype=np.int64)).usual.any()
    assert cut(hourly_panel((1500,) * 10), 24, np.zeros(10, dtype=np.int64)).usual.all()


@given(SIZES, st.integers(0, 500))
def test_as_many_have_ended_as_fit_behind_the_end(sizes: tuple[int, int, int], more: int) -> None:
    cuts = stretches_of(*sizes)
    done = int(cuts.complete(cuts.end + more)[0])
    assert cuts.last_step(0, done - 1) < cuts.end[0] + more <= cuts.last_step(0, done)
