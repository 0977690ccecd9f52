"""What stands out is found, said in words from the origin's day, and nothing is found in what is ordinary."""

from dataclasses import replace

import numpy as np
import pytest
from known_model import KnownModel, true_rule
from planted import DAY, SOURCES, panel_of_days, planted_days

from gatecast.insight import Event, Subject, find_events
from gatecast.insight.why.moment import moment, stretch_of_time
from plain_panels import panel_of

HOURS, DAYS = 24, 100


def planted(cause: str, seed: int = 0) -> Subject:
    panel = panel_of_days(planted_days(120, seed, cause), seed)
    return Subject(KnownModel(true_rule), panel, 0, int(panel.known_steps[0]) - 1)


def hourly(seed: int = 0, future: int = 24) -> Subject:
    """White noise on a daily cycle, with a weather of the same kind; the origin is a Monday 23:00."""
    draw, rows = np.random.default_rng(seed), DAYS * HOURS
    day = 10 * np.sin(2 * np.pi * np.arange(rows + future) / HOURS)
    weather = (day + draw.normal(size=rows + future))[:, None]
    panel = panel_of(
        100 + day[:rows] + draw.normal(size=rows), known=[weather], future=future, seasons=(24, 168),
        names=("temperature",),
    )  # fmt: skip
    return Subject(KnownModel(true_rule, horizon=24, context=192), panel, 0, rows - 1)


def with_values(subject: Subject, steps: slice, change: float) -> Subject:
    """The series raised on some steps counted from the origin, 0 being its own."""
    rows = np.arange(subject.row + 1 + steps.start, subject.row + 1 + steps.stop)
    panel = subject.with_values(rows, subject.panel.values[rows] + change)
    return replace(subject, panel=panel)


def with_weather(subject: Subject, steps: slice, change: float) -> Subject:
    rows = np.arange(subject.row + 1 + steps.start, subject.row + 1 + steps.stop)
    values = subject.panel.known[rows, 0] + change
    return replace(subject, panel=subject.with_covariate("temperature", rows, values))


def only(events: tuple[Event, ...]) -> Event:
    (event,) = events
    return event


@pytest.mark.parametrize("seed", range(6))
def test_nothing_is_found_in_ordinary_noise(seed):
    assert not find_events(hourly(seed))


@pytest.mark.parametrize("cause", SOURCES)
def test_each_planted_thing_is_found_in_its_source_and_nowhere_else(cause):
    event = only(find_events(planted(cause)))
    assert event.source == SOURCES[cause]
    assert event.rows.stop - event.rows.start == {"heat": 1, "cloud": DAY, "holiday": DAY}[cause]
    assert event.kind == {"heat": "spike", "cloud": "run", "holiday": "holiday"}[cause]


def test_a_spike_of_the_series_is_a_spike_with_its_size_in_units():
    event = only(find_events(with_values(hourly(), slice(-34, -32), 25.0)))
    assert (event.kind, event.source) == ("spike", "")
    steps = event.rows.stop - event.rows.start
    assert event.size * steps == pytest.approx(50.0, abs=5.0)
    assert event.when.startswith("yesterday 14:00 to")


def test_a_hot_afternoon_is_a_run_and_a_hot_day_a_whole_one():
    event = only(find_events(with_weather(hourly(), slice(-35, -29), 8.0)))
    assert (event.kind, event.when) == ("run", "yesterday 13:00 to 18:00")
    event = only(find_events(with_weather(hourly(), slice(-46, -26), 8.0)))
    assert event.when == "all of yesterday"


def test_a_run_across_the_origin_is_two_events():
    found = find_events(with_weather(hourly(), slice(-24, 24), -8.0))
    assert sorted(event.when for event in found) == ["all of today", "all of tomorrow"]
    assert all(event.size < 0 for event in found)


def test_a_shift_of_level_is_told_from_a_spike():
    event = only(find_events(with_values(hourly(), slice(-72, 0), 20.0)))
    assert (event.kind, event.source) == ("level shift", "")
    assert event.size == pytest.approx(20.0, abs=1.0)
    assert event.when.startswith("since")


def test_missing_values_are_an_event_with_what_would_have_been_usual():
    subject = with_values(hourly(), slice(-60, -50), np.nan)
    event = only(find_events(subject))
    assert event.kind == "missing"
    assert np.isnan(event.size)
    np.testing.assert_allclose(event.usual, hourly().panel.values[event.rows], atol=4.0)


def test_nothing_behind_the_origin_is_read_but_what_is_known_ahead():
    subject = planted("heat")
    past, values = subject.panel.past.copy(), subject.panel.values.copy()
    past[subject.row + 1 :], values[subject.row + 1 :] = 1e6, 1e6
    peeking = replace(subject, panel=replace(subject.panel, past=past, values=values))
    assert [event.when for event in find_events(peeking)] == [e.when for e in find_events(subject)]


def test_what_would_have_been_usual_covers_the_event():
    for cause in SOURCES:
        event = only(find_events(planted(cause)))
        assert len(event.usual) == event.rows.stop - event.rows.start


def test_times_are_said_from_the_day_of_the_origin():
    subject = hourly()
    row = subject.row
    assert moment(subject, row + 15) == "14:00 tomorrow"
    assert moment(subject, row - 47) == "00:00 yesterday"
    assert stretch_of_time(subject, slice(row - 47, row + 1)) == "yesterday and today"
    assert stretch_of_time(subject, slice(row - 95, row - 23)).endswith("to yesterday")
    assert stretch_of_time(subject, slice(row - 24, row - 23)) == "yesterday 23:00"


def test_steps_without_a_calendar_are_counted_from_the_origin():
    panel = panel_of(np.arange(100.0), freq=1, seasons=(5,))
    subject = Subject(KnownModel(true_rule), panel, 0, 99)
    assert stretch_of_time(subject, slice(96, 99)) == "3 steps before the origin to 1 step before the origin"
    assert stretch_of_time(subject, slice(99, 100)) == "the last step"


def test_of_flags_alike_the_latest_come_first():
    """More are found than are tested: those that lie ahead are not crowded out by those long gone."""
    rows = DAYS * HOURS + 24
    flag = np.zeros(rows)
    flag[[-120, -90, -60, -40, -3]] = 1.0
    panel = panel_of(hourly().panel.values[:-24], known=[flag[:, None]], future=24, names=("promotion",))
    events = find_events(Subject(KnownModel(true_rule, horizon=24, context=192), panel, 0, rows - 25))
    assert [event.rows.start - rows for event in events if event.kind == "flag"] == [-3, -40, -60, -90, -120]


def test_months_are_said_by_name():
    panel = panel_of(np.sin(np.arange(80.0)), freq="1mo", seasons=(12,))
    subject = Subject(KnownModel(true_rule, horizon=12, context=24), panel, 0, 79)  # August 2029
    assert moment(subject, 80) == "September 2029"
    assert stretch_of_time(subject, slice(77, 80)) == "June 2029 to August 2029"
