"""A subject is found by id and time, and its panel can be edited without touching the original."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from gatecast.data import parse_frequency
from gatecast.errors import OptionError, SeriesError
from gatecast.insight import Subject, find_position, find_series
from plain_panels import NEW_YEAR, autoregressive, panel_of

PANEL = panel_of(autoregressive(100), autoregressive(80), known=[np.ones((100, 1)), np.ones((80, 1))])
STEPS = panel_of(autoregressive(100), freq=1)


def subject() -> Subject:
    return Subject(None, PANEL, 1, 60)  # type: ignore[arg-type]  # no model is asked here


@pytest.mark.parametrize(
    "at",
    [
        "2023-01-03 12:00",
        "2023-01-03T12:00:00+00:00",
        "2023-01-03T13:00:00+01:00",
        datetime(2023, 1, 3, 12, tzinfo=UTC),
        np.datetime64("2023-01-03T12"),
    ],
)
def test_a_time_finds_its_step_however_it_is_written(at):
    position = find_position(PANEL, 0, at, 12)
    assert PANEL.times[position] == NEW_YEAR + 60 * 3_600_000_000


def test_no_time_is_the_last_known_step():
    assert find_position(PANEL, 1, None, 12) == 79


def test_a_step_number_finds_its_step():
    assert find_position(STEPS, 0, "1060", 12) == 60


@pytest.mark.parametrize("at", ["2023-01-03 12:30", "2024-01-01 00:00", "2020-01-01"])
def test_a_time_between_or_beyond_the_steps_is_refused_with_the_range(at):
    with pytest.raises(OptionError, match=r"no step at .*from 2023-01-01 00:00 .* 1 hour apart"):
        find_position(PANEL, 0, at, 12)


def test_an_hour_the_clock_shows_twice_is_asked_for_with_its_offset():
    """Half hours around a clock put back are not even in order by local time."""
    put_back = 1_698_541_200_000_000  # 2023-10-29 01:00 UTC, when Madrid's clock goes from 03:00 to 02:00
    times = put_back + 1_800_000_000 * np.arange(-60, 40)
    frequency = parse_frequency("30min")
    panel = replace(panel_of(autoregressive(100)), times=times, zone="Europe/Madrid", frequency=frequency)
    for hour, step in {
        "01:30": 57,
        "02:00+02:00": 58,
        "02:30+02:00": 59,
        "02:00+01:00": 60,
        "03:30": 63,
    }.items():
        assert find_position(panel, 0, f"2023-10-29T{hour}", 12) == step
    both = r"two steps at 2023-10-29 02:30, .* give 2023-10-29 02:30\+02:00 or 2023-10-29 02:30\+01:00"
    with pytest.raises(OptionError, match=both):
        find_position(panel, 0, "2023-10-29 02:30", 12)


def test_what_is_no_time_is_refused():
    with pytest.raises(OptionError, match="'yesterday' is no time"):
        find_position(PANEL, 0, "yesterday", 12)
    with pytest.raises(OptionError, match="no step number"):
        find_position(STEPS, 0, "noon", 12)


def test_an_origin_with_too_little_before_it_is_refused():
    with pytest.raises(SeriesError, match="only 6 steps lie before"):
        find_position(PANEL, 0, "2023-01-01 05:00", 12)


def test_series_are_found_by_id_and_unknown_ones_refused_with_the_known():
    assert find_series(PANEL, "meter 1") == 1
    assert find_series(PANEL, None) == 0
    with pytest.raises(OptionError, match="no series 'meter 7'; the table has meter 0, meter 1"):
        find_series(PANEL, "meter 7")


def test_edits_leave_the_original_alone_and_touch_what_they_name():
    one = subject()
    rows = np.array([one.row - 1, one.row])
    edited = one.with_covariate("covariate 0", rows, np.array([5.0, 6.0]))
    changed = np.flatnonzero(edited.known[:, 0] != PANEL.known[:, 0])
    assert changed.tolist() == rows.tolist()
    assert (one.with_values(rows, np.zeros(2)).values[rows] == 0).all()
    assert (PANEL.values[rows] != 0).all()


def test_an_unknown_covariate_is_refused_with_the_known_ones():
    with pytest.raises(OptionError, match="no covariate 'cloud'; the panel has covariate 0"):
        subject().with_covariate("cloud", np.array([0]), np.array([1.0]))


def test_past_and_future_lie_within_the_series():
    one = subject()
    assert one.past(1000) == slice(100, 161)
    assert one.past(2) == slice(159, 161)
