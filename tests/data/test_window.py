"""Origins and the rows they forecast: index arithmetic that stays inside."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gatecast.data import (
    Panel,
    actuals,
    every_origin,
    held_out_origins,
    held_out_start,
    inside,
    past_origins,
    target_rows,
)
from gatecast.forecaster import Origins
from plain_panels import panel_of

lengths = st.lists(st.integers(1, 300), min_size=1, max_size=4)
horizons = st.integers(1, 60)
seasons = st.integers(1, 48)


def ragged(steps: list[int], season: int = 24, future: int = 0) -> Panel:
    """Series whose value at step t is t."""
    return panel_of(*[np.arange(float(n)) for n in steps], future=future, seasons=(season,))


@given(lengths, st.integers(1, 9), st.data())
def test_every_origin_counts_back_from_the_last(steps: list[int], stride: int, data: st.DataObject) -> None:
    panel = ragged(steps)
    first = np.array([data.draw(st.integers(0, n)) for n in steps])
    last = np.array([data.draw(st.integers(-1, n - 1)) for n in steps])
    origins = every_origin(panel, first, last, stride)
    for i in range(len(steps)):
        expected = [p for p in range(first[i], last[i] + 1) if (last[i] - p) % stride == 0]
        assert origins.position[origins.series == i].tolist() == expected


@given(lengths, horizons, st.integers(0, 30))
def test_targets_are_the_steps_behind_each_origin(steps: list[int], horizon: int, future: int) -> None:
    panel = ragged(steps, future=future)
    origins = every_origin(panel, np.zeros(len(steps), dtype=int), np.array(steps) - 1)
    rows, within = target_rows(panel, origins, horizon), inside(panel, origins, horizon)
    whose = np.searchsorted(panel.offsets, rows, side="right") - 1
    np.testing.assert_array_equal(whose, np.broadcast_to(origins.series[:, None], rows.shape))
    found, wanted = actuals(panel, origins, horizon), origins.position[:, None] + np.arange(1, horizon + 1)
    known = wanted < panel.known_steps[origins.series][:, None]
    np.testing.assert_array_equal(found[known], wanted[known])
    assert np.isnan(found[~known]).all()
    np.testing.assert_array_equal(within, wanted < panel.lengths[origins.series][:, None])
    assert (
        rows[within] - panel.offsets[origins.series][:, None].repeat(horizon, 1)[within] == wanted[within]
    ).all()


@given(lengths, horizons)
def test_what_is_held_out_is_a_fifth_or_a_horizon_but_never_over_half(steps: list[int], horizon: int) -> None:
    panel = ragged(steps)
    rest = panel.known_steps - held_out_start(panel, horizon)
    assert (rest <= panel.known_steps // 2).all()
    for n, held in zip(steps, rest, strict=True):
        if n >= 2 * horizon:
            assert held >= horizon or held == n // 2
            assert held <= max(n // 5, horizon)


@given(lengths, horizons, seasons, st.integers(1, 400))
def test_held_out_origins_stand_inside_and_look_at_nothing_learned(
    steps: list[int], horizon: int, season: int, most: int
) -> None:
    panel = ragged(steps, season)
    start = held_out_start(panel, horizon)
    origins = held_out_origins(panel, start, horizon, most)
    known = panel.known_steps[origins.series]
    assert (origins.position >= 0).all()
    assert (origins.position < known).all()
    # the first step forecast lies behind what was learned from
    assert (origins.position + 1 >= start[origins.series]).all()
    held = known - start[origins.series]
    complete = origins.position + horizon < known
    assert complete[held > 2 * horizon].all()


@given(lengths, horizons, seasons, st.integers(1, 400))
def test_past_origins_are_about_as_many_as_asked_for(
    steps: list[int], horizon: int, season: int, most: int
) -> None:
    panel = ragged(steps, season)
    origins = past_origins(panel, horizon, most)
    assert len(origins) <= 2 * most + len(steps)
    every = past_origins(panel, horizon, 10**9)
    assert len(origins) >= min(len(every), most) / 8
    for i in range(len(steps)):
        if steps[i] > 1:
            assert (every.series == i).any()


def test_no_day_length_multiplies_the_origins() -> None:
    """A stride that would see some hours only is made coarser, not dropped: memory is bounded by `most`."""
    for season in (12, 24, 30, 48, 60, 96, 288):
        panel = ragged([20_000], season)
        for most in (700, 1000, 2000, 4000):
            origins = past_origins(panel, 24, most)
            assert most / 4 <= len(origins) < 2 * most


def test_past_origins_see_every_phase_of_the_day() -> None:
    for season in (12, 24, 48, 96):
        origins = past_origins(ragged([200 * season], season), 24, 1000)
        assert len(np.unique(origins.position % season)) == season


def test_past_origins_reach_back_a_year_of_days() -> None:
    panel = ragged([24 * 800], 24)
    origins = past_origins(panel, 24, 10**9)
    assert origins.position.min() == 24 * (800 - 365) - 1
    assert origins.position.max() == 24 * 800 - 25
    assert not np.isnan(actuals(panel, origins, 24)).any()


def test_a_short_history_gives_its_later_two_thirds() -> None:
    origins = past_origins(ragged([30]), 2, 1000)
    assert origins.position.tolist() == list(range(9, 28))


def test_series_of_one_step_have_no_past_origin_and_harm_no_other() -> None:
    origins = past_origins(ragged([1, 50, 2]), 4, 1000)
    assert isinstance(origins, Origins)
    assert set(origins.series.tolist()) == {1, 2}
