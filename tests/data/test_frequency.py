"""Frequencies are read, told from stamps, and continued by the calendar."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatecast.data import Frequency, continue_times, parse_frequency, seasons
from gatecast.data.grid import infer, lay, settle
from gatecast.data.zone import to_wall
from gatecast.errors import FrequencyError

HOUR = 3_600_000_000


def stamps(*texts: str) -> np.ndarray:
    return np.array(texts, dtype="datetime64[us]").astype(np.int64)


def alone(times: np.ndarray) -> np.ndarray:
    return np.array([0, len(times)])


def dates(times: np.ndarray) -> list[str]:
    return times.astype("datetime64[us]").astype("datetime64[D]").astype(str).tolist()


@pytest.mark.parametrize(
    ("written", "meant", "words", "alias", "cycles"),
    [
        ("30min", Frequency("microsecond", HOUR // 2), "30 minutes", "30min", (48, 336)),
        ("30m", Frequency("microsecond", HOUR // 2), "30 minutes", "30min", (48, 336)),
        ("15T", Frequency("microsecond", HOUR // 4), "15 minutes", "15min", (96, 672)),
        ("1min", Frequency("microsecond", HOUR // 60), "1 minute", "min", (1440, 10080)),
        ("h", Frequency("microsecond", HOUR), "1 hour", "h", (24, 168)),
        ("1H", Frequency("microsecond", HOUR), "1 hour", "h", (24, 168)),
        ("90min", Frequency("microsecond", 3 * HOUR // 2), "90 minutes", "90min", (16, 112)),
        ("D", Frequency("day", 1), "1 day", "D", (7,)),
        ("1d", Frequency("day", 1), "1 day", "D", (7,)),
        ("W", Frequency("day", 7), "1 week", "W", (52,)),
        ("W-SUN", Frequency("day", 7), "1 week", "W", (52,)),
        ("MS", Frequency("month", 1), "1 month", "MS", (12,)),
        ("1mo", Frequency("month", 1), "1 month", "MS", (12,)),
        ("ME", Frequency("month", 1, month_end=True), "1 month (ends)", "ME", (12,)),
        ("M", Frequency("month", 1, month_end=True), "1 month (ends)", "ME", (12,)),
        ("QS", Frequency("month", 3), "1 quarter", "QS", (4,)),
        ("Q", Frequency("month", 3, month_end=True), "1 quarter (ends)", "QE", (4,)),
        ("YS-JAN", Frequency("month", 12), "1 year", "YS", (1,)),
        ("Y", Frequency("month", 12, month_end=True), "1 year (ends)", "YE", (1,)),
        (1, Frequency("step", 1), "1 step", "1", (1,)),
        (5, Frequency("step", 5), "5 steps", "5", (1,)),
    ],
)
def test_a_frequency_is_read_described_and_has_its_seasons(
    written: str | int, meant: Frequency, words: str, alias: str, cycles: tuple[int, ...]
) -> None:
    frequency = parse_frequency(written)
    assert (frequency, frequency.describe(), frequency.alias()) == (meant, words, alias)
    assert seasons(frequency) == cycles


@pytest.mark.parametrize(
    "freq", ["30min", "h", "D", "W", "MS", "ME", "QS", "QE", "YS", "YE", "2MS", "5s", "7us"]
)
def test_an_alias_is_read_back(freq: str) -> None:
    assert parse_frequency(parse_frequency(freq).alias()) == parse_frequency(freq)


@pytest.mark.parametrize("freq", ["hourly", "", "1.5h", "-1h", "3 hours ago"])
def test_what_is_no_frequency_is_refused_with_examples(freq: str) -> None:
    with pytest.raises(FrequencyError, match=r"is not a frequency; wanted one such as 30min, h, D"):
        parse_frequency(freq)


def test_business_days_are_refused_with_a_remedy() -> None:
    with pytest.raises(FrequencyError, match="counts business days; give 'D'"):
        parse_frequency("B")


@pytest.mark.parametrize("freq", [0, "0h"])
def test_a_frequency_goes_forward(freq: str | int) -> None:
    with pytest.raises(FrequencyError, match="does not go forward"):
        Frequency(parse_frequency(freq).unit, 0)


FREQUENCIES = ["5min", "30min", "h", "D", "W", "2W", "MS", "ME", "QS", "QE", "YS", "YE", "2MS"]


@given(
    freq=st.sampled_from(FREQUENCIES),
    zone=st.sampled_from([None, "Europe/Berlin", "Australia/Lord_Howe", "America/Havana"]),
    year=st.integers(1975, 2030),
)
def test_a_frequency_is_told_from_the_stamps_it_makes(freq: str, zone: str | None, year: int) -> None:
    frequency = parse_frequency(freq)
    first = stamps(f"{year}-12-31" if frequency.month_end else f"{year}-01-01")
    first = first - (to_wall(first, zone) - first)
    times = np.concatenate((first, continue_times(first, frequency, zone, 40)))
    assert (np.diff(times) > 0).all()
    assert infer(times, alone(times), zone) == frequency
    laid = lay(times, alone(times), frequency, zone)
    assert laid.lies.all()
    assert laid.steps.tolist() == list(range(41))


@given(
    freq=st.sampled_from(FREQUENCIES),
    dropped=st.sets(st.integers(1, 58), max_size=12),
)
def test_gaps_hide_steps_but_do_not_change_the_frequency(freq: str, dropped: set[int]) -> None:
    frequency = parse_frequency(freq)
    first = stamps("2001-12-31" if frequency.month_end else "2001-01-01")
    times = np.concatenate((first, continue_times(first, frequency, None, 59)))
    kept = np.delete(times, sorted(dropped))
    assert infer(kept, alone(kept), None) == frequency


def test_integer_steps_are_told_too() -> None:
    times = np.array([0, 5, 10, 20, 25])
    assert infer(times, alone(times), None, counted=True) == Frequency("step", 5)


def test_series_of_one_row_lean_on_the_others() -> None:
    times = np.concatenate((stamps("2020-01-01"), stamps("2020-01-01", "2020-01-02", "2020-01-03")))
    assert infer(times, np.array([0, 1, 4]), None) == Frequency("day", 1)


def test_single_rows_alone_tell_no_frequency() -> None:
    with pytest.raises(FrequencyError, match="cannot be told from series of a single row; give freq="):
        infer(stamps("2020-01-01"), np.array([0, 1]), None)


def test_a_jumble_of_differences_tells_no_frequency() -> None:
    times = np.cumsum([0, *([7 * HOUR, 5 * HOUR, 11 * HOUR] * 5)])
    with pytest.raises(FrequencyError, match=r"rows are .*7 hours \(5 times\).* apart .*give freq="):
        infer(times, alone(times), None)


def test_month_ends_stay_month_ends_through_leap_years() -> None:
    ends = continue_times(stamps("2023-11-30", "2023-12-31"), parse_frequency("ME"), None, 3)
    assert dates(ends) == ["2024-01-31", "2024-02-29", "2024-03-31"]


def test_the_28th_of_each_month_is_whichever_was_asked_for() -> None:
    times = stamps("2021-02-28")
    assert settle(parse_frequency("ME"), times, alone(times), None).month_end
    assert not settle(parse_frequency("MS"), times, alone(times), None).month_end
    twelfth = stamps("2021-02-12", "2021-03-12")
    assert not settle(parse_frequency("M"), twelfth, alone(twelfth), None).month_end


def test_days_follow_the_local_calendar_and_hours_do_not() -> None:
    saturday = to_wall(stamps("2014-03-29"), None) - HOUR  # midnight in Berlin
    days = continue_times(saturday, parse_frequency("D"), "Europe/Berlin", 3)
    assert np.diff(days).tolist() == [23 * HOUR, 24 * HOUR]
    hours = continue_times(saturday, parse_frequency("h"), "Europe/Berlin", 48)
    assert set(np.diff(hours).tolist()) == {HOUR}


def test_a_midnight_that_clocks_jump_over_does_not_leave_the_grid() -> None:
    noon = stamps("2019-03-09T05:00")  # midnight in Havana, whose clocks jump from 0:00 to 1:00 next day
    days = np.concatenate((noon, continue_times(noon, parse_frequency("D"), "America/Havana", 5)))
    assert lay(days, alone(days), Frequency("day", 1), "America/Havana").lies.all()
    shown = to_wall(days, "America/Havana") // HOUR % 24
    assert shown.tolist() == [0, 1, 0, 0, 0, 0]
    last = continue_times(days[:2], parse_frequency("D"), "America/Havana", 1)
    assert last[0] == days[2]


def test_odd_rows_are_named_and_not_the_others() -> None:
    times = stamps("2020-01-01T06:00", "2020-01-02", "2020-01-03", "2020-01-04", "2020-01-05")
    assert lay(times, alone(times), Frequency("day", 1), None).lies.tolist() == [
        False,
        True,
        True,
        True,
        True,
    ]
