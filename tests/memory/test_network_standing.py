"""A network that reads rows as they come says what it says that reads the whole table again."""

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatecast import GRU, LSTM, RNN
from gatecast.data import Panel
from gatecast.forecaster import Forecast
from gatecast.front import Replayed
from gatecast.front.steps import arrivals, foreseen_in
from gatecast.interval import LEVELS
from gatecast.memory import Training
from gatecast.memory.standing import NetworkStanding
from gatecast.progress import Silent
from gatecast.standing import Standing
from synthetic_panels import HOUR, hourly_panel

HORIZON, NEWS = 6, 70
TINY = Training(units=8, steps=12, windows=8, origins=4)
CLOSE = {"rtol": 1e-5, "atol": 1e-5}  # of series of a size about 100: single precision
MAKERS: dict[str, Callable[[], Any]] = {
    "lstm": lambda: LSTM(HORIZON, season=24, training=TINY),
    "gru": lambda: GRU(HORIZON, season=24, training=TINY),
    "rnn": lambda: RNN(HORIZON, season=24, training=TINY),
    "two": lambda: LSTM(HORIZON, season=24, training=replace(TINY, networks=2)),
}


@lru_cache
def whole() -> Panel:
    """Series of several ages, one of them a constant, covariates of every kind, gaps, a clock put forward."""
    panel = hourly_panel((420, 380, 105, 420), future=HORIZON)
    values, draw = panel.values.copy(), np.random.default_rng(4)
    values[panel.rows(3)] = 7.0
    values[draw.random(len(values)) < 0.05] = np.nan
    values[panel.offsets[1] + 350 : panel.offsets[1] + 380] = np.nan
    values[panel.offsets[2] : panel.offsets[2] + 3] = np.nan
    return replace(
        panel,
        values=values,
        times=panel.times + (83 * 24 - 380) * HOUR,
        zone="Europe/Madrid",
        static=np.arange(4.0)[:, None],
        static_names=("size",),
    ).seen_until(panel.known_steps)


def cut(panel: Panel, news: np.ndarray, future: int = 0) -> Panel:
    """The panel as it was so many rows of each series before, with some of the next rows as the future."""
    steps = panel.known_steps - news
    step = np.arange(len(panel.values)) - np.repeat(panel.offsets[:-1], panel.lengths)
    kept = step < np.repeat(steps + future, panel.lengths)
    seen = panel.seen_until(steps)
    return replace(
        seen,
        offsets=np.concatenate([[0], np.cumsum(steps + future)]).astype(np.int64),
        **{name: getattr(seen, name)[kept] for name in ("values", "times", "known", "past", "given")},
    )


@lru_cache
def fitted(name: str) -> Any:
    return MAKERS[name]().learn(cut(whole(), np.full(4, NEWS)), Silent())


@lru_cache
def stood(name: str) -> Standing:
    standing: Standing = fitted(name)._stand(cut(whole(), np.full(4, NEWS)))
    assert isinstance(standing, NetworkStanding)
    return standing


def moved_on(name: str, news: np.ndarray) -> Standing:
    """What stands once all rows but so many of each series have come."""
    standing = stood(name).copy()
    for rows in arrivals(cut(whole(), news), standing.clock):
        standing.advance(rows)
    return standing


def agree(mine: Forecast, theirs: Forecast) -> None:
    np.testing.assert_array_equal(mine.origins.position, theirs.origins.position)
    np.testing.assert_allclose(mine.point, theirs.point, **CLOSE)
    np.testing.assert_allclose(mine.quantiles, theirs.quantiles, **CLOSE)


@pytest.mark.parametrize("name", MAKERS)
@given(news=st.lists(st.integers(0, NEWS), min_size=4, max_size=4))
@settings(max_examples=8, deadline=None)
def test_row_by_row_and_a_replay_agree(name: str, news: list[int]) -> None:
    """Whatever came of each series; quantiles too, which the scores of the rows have moved."""
    panel = cut(whole(), np.array(news), future=HORIZON)
    mine = moved_on(name, np.array(news)).ahead(foreseen_in(panel, HORIZON), LEVELS)
    agree(mine, fitted(name).forecast(panel, panel.last_origins(), LEVELS))


def test_it_agrees_with_the_standing_that_reads_everything_again() -> None:
    slow = Replayed(fitted("lstm"), cut(whole(), np.full(4, NEWS)))
    fast = stood("lstm").copy()
    for rows in arrivals(whole(), slow.clock):
        slow.advance(rows)
        fast.advance(rows)
    foreseen = foreseen_in(whole(), HORIZON)
    agree(fast.ahead(foreseen, (0.1, 0.5)), slow.ahead(foreseen, (0.1, 0.5)))
    np.testing.assert_array_equal(fast.clock, slow.clock)


def test_scores_of_new_rows_move_the_intervals_and_a_model_from_before_there_were_any_keeps_them() -> None:
    model, early = MAKERS["gru"]().learn(cut(whole(), np.full(4, NEWS)), Silent()), np.full(4, NEWS)
    model.unseen_ = None
    standing = model._stand(cut(whole(), early))
    for rows in arrivals(whole(), standing.clock):
        standing.advance(rows)
    foreseen = foreseen_in(whole(), HORIZON)
    as_calibrated, moved = (
        standing.ahead(foreseen, LEVELS),
        moved_on("gru", early * 0).ahead(foreseen, LEVELS),
    )
    agree(as_calibrated, model.forecast(whole(), whole().last_origins(), LEVELS))
    np.testing.assert_allclose(as_calibrated.point, moved.point)
    assert (np.abs(as_calibrated.quantiles - moved.quantiles) > 1e-3).any()


def test_a_copy_stays_and_nothing_moves_by_being_asked() -> None:
    standing, foreseen = stood("lstm").copy(), foreseen_in(cut(whole(), np.full(4, NEWS), HORIZON), HORIZON)
    before, kept = standing.ahead(foreseen, LEVELS), standing.copy()
    state = {name: values.copy() for name, values in kept.state().items()}
    for rows in arrivals(whole(), standing.clock):
        standing.advance(rows)
    np.testing.assert_array_equal(kept.ahead(foreseen, LEVELS).quantiles, before.quantiles)
    for name, values in kept.state().items():
        np.testing.assert_array_equal(values, state[name])
        assert (values != standing.state()[name]).any(), f"{name} moves on"


def test_its_state_goes_by_the_names_people_know() -> None:
    assert set(stood("lstm").state()) == {"clock", "last value, scaled", "hidden", "cell", "interval scores"}
    assert {"hidden of network 1", "cell of network 2"} < set(stood("two").state())
    assert "cell" not in stood("gru").state()


def test_a_series_without_any_value_is_read_again() -> None:
    """Its first value changes what all its rows before are filled with."""
    panel = cut(whole(), np.full(4, NEWS))
    values = panel.values.copy()
    values[panel.rows(2)] = np.nan
    assert isinstance(fitted("lstm")._stand(replace(panel, values=values)), Replayed)
