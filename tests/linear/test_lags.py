"""Lags lie within their bounds and hold every season that fits."""

from hypothesis import given
from hypothesis import strategies as st

from gatecast.linear.lags import lag_set

cycles = st.lists(st.integers(1, 400), min_size=1, max_size=3, unique=True).map(sorted)
longest = st.integers(1, 1500)


@given(cycles, longest)
def test_lags_ascend_within_bounds(seasons: list[int], reach: int) -> None:
    lags = lag_set(seasons, reach).tolist()
    assert lags == sorted(set(lags))
    assert lags[0] == 1
    assert lags[-1] <= reach


@given(cycles, longest)
def test_every_season_that_fits_is_read(seasons: list[int], reach: int) -> None:
    lags = lag_set(seasons, reach).tolist()
    assert all(s in lags for s in seasons if s <= reach)


@given(cycles, longest, longest)
def test_more_reach_only_adds_lags(seasons: list[int], one: int, two: int) -> None:
    short, long = sorted((one, two))
    near, far = lag_set(seasons, short).tolist(), lag_set(seasons, long).tolist()
    assert near == [lag for lag in far if lag <= short]


def test_without_a_season_only_the_last_steps_are_read() -> None:
    assert lag_set((1,), 500).tolist() == [1, 2, 3]


def test_a_day_of_half_hours_brings_its_multiples_up_to_the_week() -> None:
    lags = lag_set((48, 336), 1000).tolist()
    assert {48, 96, 144, 192, 240, 288, 336} <= set(lags)
    assert max(lags) == 337
    assert len(lags) < 30
