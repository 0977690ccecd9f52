"""The calendar as features, and the type of each day."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatecast.data import Frequency, Panel, calendar_features, day_type

MINUTE = 60_000_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
HOURLY, DAILY = Frequency("microsecond", HOUR), Frequency("day", 1)


def stamps(*texts: str) -> np.ndarray:
    return np.array(texts, dtype="datetime64[us]").astype(np.int64)


def panel_at(
    times: np.ndarray, frequency: Frequency, zone: str | None = None, seasons: tuple[int, ...] = (1,)
) -> Panel:
    rows = len(times)
    none = np.zeros((rows, 0))
    return Panel(
        values=np.zeros(rows),
        offsets=np.array([0, rows]),
        ids=("a",),
        times=np.asarray(times, dtype=np.int64),
        known_steps=np.array([rows]),
        frequency=frequency,
        zone=zone,
        seasons=seasons,
        known=none,
        past=none,
        static=np.zeros((1, 0)),
    )


def feature(panel: Panel, name: str) -> np.ndarray:
    columns, names = calendar_features(panel)
    return columns[:, names.index(name)]


@given(day=st.integers(-20_000, 40_000), at=st.sampled_from([0, 7 * 60, 23 * 60 + 59]))
def test_features_never_jump_not_even_at_midnight_or_new_year(day, at):
    times = day * DAY + (at + np.arange(-2, 3)) * MINUTE
    columns, names = calendar_features(panel_at(times, Frequency("microsecond", MINUTE)))
    smooth = columns[:, [n != "weekend" for n in names]]
    assert np.abs(np.diff(smooth, axis=0)).max() < 2 * 2 * np.pi / (24 * 60) * 1.01
    assert np.abs(columns).max() <= 1


@pytest.mark.parametrize("new_year", ["2012-12-31T23:59", "2013-12-31T23:59", "2100-12-31T23:59"])
def test_the_year_closes_whether_leap_or_not(new_year):
    last = stamps(new_year)[0]
    panel = panel_at(np.array([last, last + MINUTE]), Frequency("microsecond", MINUTE))
    np.testing.assert_allclose(feature(panel, "year_sin_1"), 0, atol=2e-5)
    np.testing.assert_allclose(feature(panel, "year_cos_1"), 1, atol=1e-9)


@given(start=st.integers(-10_000, 30_000), weeks=st.integers(1, 200))
def test_day_and_week_return_after_a_week(start, weeks):
    hours = start * HOUR + np.array([0, weeks * 7 * DAY])
    columns, names = calendar_features(panel_at(hours, HOURLY))
    weekly = columns[:, [not n.startswith("year") for n in names]]
    np.testing.assert_allclose(weekly[0], weekly[1], atol=1e-9)


def test_noon_is_noon_on_the_local_clock_before_and_after_it_changes():
    # Melbourne goes from +11 to +10 hours on 2014-04-06
    noons = stamps("2014-04-05T01:00", "2014-04-06T02:00")
    panel = panel_at(noons, HOURLY, "Australia/Melbourne")
    np.testing.assert_allclose(feature(panel, "day_cos_1"), -1)
    assert feature(panel, "weekend").tolist() == [1, 1]


def test_a_frequency_gets_only_the_cycles_it_resolves():
    times = stamps("2014-01-01", "2014-04-01")

    def cycles(frequency):
        return sorted({n.split("_")[0] for n in calendar_features(panel_at(times, frequency))[1]})

    assert cycles(HOURLY) == ["day", "week", "weekend", "year"]
    assert cycles(DAILY) == ["week", "weekend", "year"]
    assert cycles(Frequency("day", 7)) == ["year"]
    assert cycles(Frequency("month", 1)) == ["year"]
    assert cycles(Frequency("month", 3)) == ["year"]
    assert cycles(Frequency("month", 12)) == []


def test_yearly_rows_have_no_features_but_keep_their_rows():
    columns, names = calendar_features(panel_at(stamps("2014-01-01"), Frequency("month", 12)))
    assert columns.shape == (1, 0)
    assert names == ()


@given(first=st.integers(-1000, 1000), season=st.integers(2, 400))
def test_numbered_steps_get_their_place_in_each_season(first, season):
    times = first + np.array([0, season])
    columns, names = calendar_features(panel_at(times, Frequency("step", 1), seasons=(1, season)))
    assert names == tuple(f"season_{season}_{wave}_{k}" for k in (1, 2) for wave in ("sin", "cos"))
    np.testing.assert_allclose(columns[0], columns[1], atol=1e-9)
    assert np.abs(columns).max() <= 1


def test_day_types_are_weekdays_and_holidays():
    days = stamps("2014-12-24", "2014-12-25", "2014-12-26", "2014-12-27")
    panel = replace(
        panel_at(days, DAILY),
        known=np.array([[0, 1.0], [1, 0], [1, 1], [0, 1]]),
        known_names=("Public_Holiday", "holiday_after"),
    )
    assert day_type(panel).tolist() == [2, 7, 7, 5]


def test_a_count_of_holidays_is_not_a_type_of_day():
    panel = replace(panel_at(stamps("2014-12-24"), DAILY), known=np.array([[2.0]]), known_names=("holidays",))
    assert day_type(panel).tolist() == [2]


@pytest.mark.parametrize("frequency", [Frequency("step", 1), Frequency("day", 7), Frequency("month", 1)])
def test_rows_longer_than_a_day_or_without_calendar_have_no_day_type(frequency):
    assert day_type(panel_at(np.arange(3), frequency)) is None
