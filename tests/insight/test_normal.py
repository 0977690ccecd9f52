"""What is usual is learned before what is explained, at the same hour; clock and calendar stay."""

from dataclasses import replace

import numpy as np
import pytest
from known_model import KnownModel, true_rule
from planted import DAY, WEEK, panel_of_days, planted_days

from gatecast import LSTM
from gatecast.data import Panel
from gatecast.errors import SeriesError
from gatecast.insight import Subject, normal_of
from gatecast.insight.why.normal import cycle, is_clockwork, normal_batch, phases
from gatecast.memory import Training
from gatecast.progress import Silent
from plain_panels import panel_of
from synthetic_panels import hourly_panel

DAYS = 200


def planted(cause: str = "", seed: int = 0) -> Subject:
    panel = panel_of_days(planted_days(DAYS, seed, cause), seed)
    return Subject(KnownModel(true_rule), panel, 0, int(panel.known_steps[0]) - 1)


def weekly(weeks: int = 12, future: int = 24, freq: str = "h", seasons: tuple[int, ...] = (24, 168)) -> Panel:
    """A pure cycle of the week, whose normal is itself."""
    steps = np.arange(weeks * 168)
    values = 50 + 10 * np.sin(2 * np.pi * steps / 24) + 5 * np.cos(2 * np.pi * steps / 168)
    known = np.append(values, values[:future])[:, None]
    return panel_of(values, known=[known], future=future, freq=freq, seasons=seasons)


class OneDay(KnownModel):
    def __init__(self) -> None:
        super().__init__(true_rule, horizon=24)


def test_the_normal_of_a_pure_week_is_that_week():
    panel = weekly()
    subject = Subject(OneDay(), panel, 0, 12 * 168 - 1)
    normal = normal_of(subject, 48)
    np.testing.assert_allclose(normal.values[:48], panel.values[normal.rows][:48], atol=1e-9)
    np.testing.assert_allclose(normal.known[:, 0], panel.known[normal.rows, 0], atol=1e-9)


def test_nothing_in_the_window_or_behind_the_origin_is_read():
    subject = planted()
    normal, odd = normal_of(subject, 32), subject.panel.values.copy()
    odd[normal.rows] = 1e6
    past = subject.panel.past.copy()
    past[normal.rows] = -1e6
    again = normal_of(replace(subject, panel=replace(subject.panel, values=odd, past=past)), 32)
    np.testing.assert_array_equal(again.values, normal.values)
    np.testing.assert_array_equal(again.past, normal.past)
    assert normal.reference.stop == normal.rows.start


def test_one_odd_week_leaves_it_alone():
    panel = weekly()
    odd = panel.values.copy()
    odd[8 * 168 : 9 * 168] += 500
    subject = Subject(OneDay(), replace(panel, values=odd), 0, 12 * 168 - 1)
    normal = normal_of(subject, 48)
    np.testing.assert_allclose(normal.values[:48], panel.values[normal.rows][:48], atol=1e-6)


def test_it_moves_with_the_level_of_late():
    panel = weekly()
    risen = panel.values + np.append(np.repeat(np.arange(12) >= 6, 168), np.zeros(24)) * 30
    subject = Subject(OneDay(), replace(panel, values=risen), 0, 12 * 168 - 1)
    normal = normal_of(subject, 48)
    assert abs(normal.values[:48] - risen[normal.rows][:48]).mean() < 3  # of 30


def test_weather_without_a_week_is_normal_by_the_hour_of_the_day():
    """Eight values are few: their medians differ from one weekday to the next by chance alone."""
    subject = planted()
    normal = normal_of(subject, 32)
    by_hour = normal.past[:, subject.panel.past_names.index("temperature")].reshape(-1, DAY)
    assert by_hour.std(axis=0).max() < 0.3


def test_a_flag_is_normally_what_it_mostly_is():
    normal = normal_of(planted("holiday"), 32)
    assert set(normal.known[:, 0]) == {0.0}


def test_summer_time_moves_the_clock_and_the_normal_with_it():
    panel = replace(weekly(), zone="Europe/Berlin")
    start, stop = 11 * 168, 12 * 168
    assert len(np.unique(phases(panel, slice(start, stop)))) in (167, 168)
    assert cycle(panel) == 168


@pytest.mark.parametrize(("freq", "seasons", "length"), [("D", (7,), 7), ("MS", (12,), 12), (1, (5, 15), 15)])
def test_the_cycle_is_the_calendars_or_the_longest_season(freq, seasons, length):
    panel = panel_of(np.arange(200.0), freq=freq, seasons=seasons)
    assert cycle(panel) == length
    found = phases(panel, slice(30, 90))
    assert len(np.unique(found)) == length


def test_a_clear_sky_is_clockwork_and_weather_is_not():
    panel = weekly()
    sky = np.sin(2 * np.pi * np.arange(len(panel.known)) / 24)[:, None]
    noise = np.random.default_rng(0).normal(size=(len(panel.known), 1))
    both = replace(panel, known=np.concatenate([sky, noise], axis=1), known_names=("sky", "wind"))
    rows = slice(0, 12 * 168)
    assert is_clockwork(both, "sky", rows)
    assert not is_clockwork(both, "wind", rows)
    assert not is_clockwork(both, "", rows)


def test_a_series_shorter_than_its_cycle_has_no_normal():
    panel = panel_of(np.arange(100.0), seasons=(24,))
    with pytest.raises(SeriesError, match="only 100 steps lie before the origin, fewer than the 168"):
        normal_of(Subject(OneDay(), panel, 0, 99), 48)


def test_the_networks_usual_inputs_keep_clock_and_calendar():
    panel = hourly_panel((900,), future=12)
    model = LSTM(horizon=12, season=24, training=Training(units=4, steps=4, windows=8, origins=2))
    model.learn(panel, Silent())
    subject = Subject(model, panel, 0, 899)
    workings = subject.workings()
    usual = normal_batch(subject, workings)
    for columns, now, then in (
        (workings.history, workings.batch.history, usual.history),
        (workings.ahead, workings.batch.ahead, usual.ahead),
    ):
        clock = [j for j, column in enumerate(columns) if column.kind == "calendar"]
        weather = [j for j, column in enumerate(columns) if column.kind == "covariate"]
        assert (now[..., clock] == then[..., clock]).all()
        assert (now[..., weather] != then[..., weather]).any()
    assert WEEK == 7 * DAY
