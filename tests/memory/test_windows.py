"""Windows lie where they may be learned from, see every hour, and batches hold what the panel holds."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from small_training import HORIZON, cut, small_setting

from gatecast import LSTM
from gatecast.data import held_out_start
from gatecast.errors import SeriesError
from gatecast.forecaster import Origins
from gatecast.memory import anchored_windows, plan_windows
from gatecast.memory.inputs import PLACES
from gatecast.memory.windows import FEWEST_HELD_OUT, enough_steps, halves, training_windows
from gatecast.progress import Silent
from synthetic_panels import SEASON, hourly_panel, with_values


@settings(max_examples=60)
@example(
    lengths=[45, 77], horizon=23, per_window=1, context=2, seed=0
)  # one series has nothing to learn from
@given(
    lengths=st.lists(st.integers(45, 300), min_size=1, max_size=4),
    horizon=st.integers(1, 30),
    per_window=st.integers(1, 12),
    context=st.integers(2, 200),
    seed=st.integers(0, 100),
)
def test_every_target_trained_on_lies_before_what_is_held_out(
    lengths: list[int], horizon: int, per_window: int, context: int, seed: int
) -> None:
    panel = hourly_panel(lengths)
    until = held_out_start(panel, horizon)
    if (until - 1 - horizon).max() < 30:
        return
    draw = np.random.default_rng(seed)
    windows = training_windows(panel, until, horizon, context, per_window, 50, draw)
    origins = windows.origins
    assert len(windows) == 50
    assert (origins.position >= 0).all()
    assert (origins.position + horizon < until[origins.series]).all()
    rows = origins.position.reshape(-1, per_window)
    assert (np.diff(rows, axis=1) >= 0).all(), "the last origin ends the window"
    assert (rows[:, -1] - rows[:, 0] < context).all(), "every origin lies within its window"
    assert (origins.series.reshape(-1, per_window) == origins.series[::per_window, None]).all()


def test_training_sees_every_hour_of_the_day_alike() -> None:
    panel = hourly_panel((600,))
    windows = training_windows(panel, np.array([500]), 24, 48, 8, 3000, np.random.default_rng(0))
    hours = np.bincount(windows.origins.position % SEASON, minlength=SEASON)
    assert hours.min() > 0.7 * hours.mean()
    assert hours.max() < 1.3 * hours.mean()


def test_longer_series_are_drawn_more_often() -> None:
    panel = hourly_panel((800, 200))
    windows = training_windows(panel, panel.known_steps, 24, 48, 1, 4000, np.random.default_rng(0))
    room = panel.known_steps - 1 - 24 - 24 + 1
    assert (windows.origins.series == 0).mean() == pytest.approx(room[0] / room.sum(), abs=0.03)


@pytest.mark.parametrize("horizon", [1, 5, 24])
def test_held_out_origins_come_after_everything_trained_on(horizon: int) -> None:
    panel = hourly_panel((400, 260))
    plan = plan_windows(panel, horizon, 4, 200, seed=0)
    assert plan is not None
    for series in range(len(panel)):
        trained, chosen, calibrated = (
            one.position[one.series == series]
            for one in (plan.training.origins, plan.choosing, plan.calibrating)
        )
        assert trained.max() + horizon <= chosen.min(), (
            "the first held-out target comes after the last learned"
        )
        assert chosen.max() < calibrated.min()
        assert calibrated.max() + horizon < panel.known_steps[series]


@pytest.mark.parametrize(("steps", "first"), [(800, 2 * 168), (300, (300 - 1 - 24) // 2)])
def test_training_begins_where_members_have_weeks_to_look_back_on(steps: int, first: int) -> None:
    """Two long seasons in, or half way through a history too short for that."""
    panel = hourly_panel((steps,), seasons=(24, 168))
    windows = training_windows(panel, panel.known_steps, 24, 192, 8, 500, np.random.default_rng(0))
    assert first <= windows.origins.position.min() <= first + 5


def test_what_is_learned_from_again_reaches_to_the_last_step() -> None:
    panel = hourly_panel((400, 260))
    plan = plan_windows(panel, 24, 8, 2000, seed=0)
    assert plan is not None
    start = held_out_start(panel, 24)
    for series in range(len(panel)):
        position = plan.everything.origins.position[plan.everything.origins.series == series]
        assert start[series] < position.max() + 24 < panel.known_steps[series]
        assert position.max() + 24 > panel.known_steps[series] - 10
    assert plan.growth == pytest.approx(660 / start.sum())


@pytest.mark.parametrize("lengths", [(20,), (40, 40), (59, 12)])
def test_too_short_a_history_has_no_plan(lengths: tuple[int, ...]) -> None:
    assert plan_windows(hourly_panel(lengths), 24, 4, 100, seed=0) is None


@pytest.mark.parametrize("horizon", [1, 2, 12, 18, 19, 24, 48, 168])
def test_the_history_said_to_be_enough_is_enough(horizon: int) -> None:
    panel = hourly_panel((enough_steps(horizon),))
    assert plan_windows(panel, horizon, 4, 100, seed=0) is not None


def test_too_short_says_how_long() -> None:
    said = (
        "LSTM needs a history of at least 108 steps to train on and forecast 24 ahead, but the longest "
        "series has 50; give more history, a shorter horizon, or use a linear model"
    )
    with pytest.raises(SeriesError) as short:
        LSTM(horizon=24, season=24).learn(hourly_panel((50, 40)), Silent())
    assert str(short.value) == said


def test_too_few_values_are_counted() -> None:
    panel = hourly_panel((300,))
    values = panel.values.copy()
    values[20:250] = np.nan
    said = (
        "LSTM needs a history of at least 108 steps to train on and forecast 24 ahead, but of 300 steps no "
        "more than 20 have a value in the earlier part, to learn from, and 50 in the later, to judge by; "
        "give more history, a shorter horizon, or use a linear model"
    )
    with pytest.raises(SeriesError) as empty:
        LSTM(horizon=24, season=24).learn(with_values(panel, values), Silent())
    assert str(empty.value) == said


@given(counts=st.lists(st.integers(1, 9), min_size=40, max_size=60))
@settings(max_examples=30)
def test_halves_part_what_is_held_out(counts: list[int]) -> None:
    """Every origin in one half, earlier ones before later ones, and neither half empty."""
    series = np.repeat(np.arange(len(counts)), counts)
    position = np.concatenate([np.arange(n) for n in counts])
    first, second = halves(Origins(series, position))
    assert len(first) + len(second) == len(series)
    assert abs(len(first) - len(second)) <= 0.3 * len(series)
    for i in range(len(counts)):
        mine = (first.position[first.series == i], second.position[second.series == i])
        assert sorted(np.concatenate(mine)) == list(range(counts[i]))
        assert abs(len(mine[0]) - len(mine[1])) <= 1
        assert mine[0].max(initial=-1) < mine[1].min(initial=100)


def test_one_held_out_origin_in_each_of_many_series_still_chooses_and_calibrates() -> None:
    origins = Origins(np.arange(40), np.full(40, 99))
    first, second = halves(origins)
    assert (len(first), len(second)) == (20, 20)


def test_few_held_out_origins_serve_both_ends() -> None:
    few = Origins(np.zeros(2 * FEWEST_HELD_OUT - 1, dtype=np.int64), np.arange(2 * FEWEST_HELD_OUT - 1))
    assert halves(few) == (few, few)


def test_a_batch_holds_the_rows_of_its_origins() -> None:
    setting = small_setting()
    panel, windows = setting.panel, setting.plan.training
    chosen = np.array([3, 0, 17])
    batch = setting.windows.batch(chosen)
    whole = cut(panel, windows)
    for row, window in enumerate(chosen):
        mine = slice(window * windows.per_window, (window + 1) * windows.per_window)
        series, position = windows.origins.series[mine], windows.origins.position[mine]
        first, end = windows.first[window], position[-1]
        assert first == max(end - windows.context + 1, 0)
        np.testing.assert_array_equal(batch.at[row], position - first)
        np.testing.assert_allclose(
            batch.target[row], whole.targets()[mine], rtol=1e-5, err_msg="targets are the steps ahead"
        )
        last = np.asarray(batch.history[row, end - first, 0])
        scaled = setting.windows._rows.scaled[panel.offsets[series[-1]] + end]
        half_a_place = 0.501 * 10.0**-PLACES
        np.testing.assert_allclose(
            last, scaled, rtol=0, atol=half_a_place, err_msg="the window ends at its last origin"
        )


def test_nothing_is_read_before_a_series_began_nor_behind_the_last_origin() -> None:
    """A window that begins with its series is short; what stands behind it in a batch is never looked at."""
    setting = small_setting()
    both = anchored_windows(Origins(np.array([1, 1]), np.array([2, 150])), setting.plan.context)
    batch = cut(setting.panel, both).batch(np.array([0, 1]))
    assert batch.at[:, 0].tolist() == [2, 150 - both.first[1]]
    assert (batch.history[0, 3:] == 0).all()
    assert (batch.history[0, :3] != 0).any(dim=1).all()


def test_missing_values_are_no_targets() -> None:
    setting = small_setting()
    values = setting.panel.values.copy()
    origins = setting.plan.choosing
    gap = setting.panel.offsets[0] + origins.position[0] + 2
    values[gap] = np.nan
    targets = cut(with_values(setting.panel, values), anchored_windows(origins, setting.plan.context))
    assert np.isnan(targets.targets()[0, 1])
    assert np.isfinite(targets.targets()[0, [0, 2]]).all()
    assert np.isnan(np.asarray(targets.batch(np.array([0])).target[0, 0, 1]))
    assert HORIZON > 2
