"""Public holidays as known covariates."""

from dataclasses import replace

import holidays
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatecast.data import Frequency, Panel, add_holidays, day_type
from gatecast.errors import OptionError

HOUR = 3_600_000_000
DAILY = Frequency("day", 1)


def panel_at(dates: np.ndarray, frequency: Frequency, zone: str | None = None, history: int = 1) -> Panel:
    times = np.asarray(dates).astype("datetime64[us]").astype(np.int64)
    rows = len(times)
    return Panel(
        values=np.zeros(rows),
        offsets=np.array([0, rows]),
        ids=("a",),
        times=times,
        known_steps=np.array([min(history, rows)]),
        frequency=frequency,
        zone=zone,
        seasons=(1,),
        known=np.zeros((rows, 0)),
        past=np.zeros((rows, 0)),
        static=np.zeros((1, 0)),
    )


def days(first: str, last: str) -> np.ndarray:
    return np.arange(first, np.datetime64(last) + 1, dtype="datetime64[D]")


def test_christmas_and_its_neighbours():
    panel = add_holidays(panel_at(days("2014-12-23", "2014-12-28"), DAILY), "AU-VIC")
    assert panel.known_names == ("holiday", "holiday_before", "holiday_after")
    assert panel.known[:, 0].tolist() == [0, 0, 1, 1, 0, 0]
    assert panel.known[:, 1].tolist() == [0, 1, 0, 0, 0, 0]
    assert panel.known[:, 2].tolist() == [0, 0, 0, 0, 1, 0]


def test_holidays_go_by_the_local_date():
    utc = np.arange("2014-12-24T00", "2014-12-27T00", dtype="datetime64[h]")
    panel = add_holidays(panel_at(utc, Frequency("microsecond", HOUR), "Australia/Melbourne"), "AU")
    first = int(np.argmax(panel.known[:, 0]))
    assert str(utc[first]) == "2014-12-24T13"  # midnight in Melbourne
    assert panel.known[:, 0].sum() == 48
    assert day_type(panel)[first] == 7


def test_the_future_is_filled_like_history():
    dates = days("2014-12-20", "2015-01-05")
    short, long = (add_holidays(panel_at(dates, DAILY, history=h), "ES") for h in (1, len(dates)))
    np.testing.assert_array_equal(short.known, long.known)
    assert np.isfinite(short.known).all()


def test_new_year_is_seen_from_the_day_before_the_table_ends():
    panel = add_holidays(panel_at(days("2014-12-31", "2014-12-31"), DAILY), "ES")
    assert panel.known.tolist() == [[0, 1, 0]]


@given(start=st.integers(12_000, 20_000), count=st.integers(2, 9), rows=st.integers(1, 200))
def test_periods_of_days_count_each_holiday_once(start, count, rows):
    first = np.datetime64(start, "D")
    long = add_holidays(panel_at(first + count * np.arange(rows), Frequency("day", count)), "ES-CT")
    single = add_holidays(panel_at(first + np.arange(count * rows), DAILY), "ES-CT")
    assert long.known_names == ("holiday",)
    np.testing.assert_array_equal(long.known[:, 0], single.known[:, 0].reshape(rows, count).sum(axis=1))


@pytest.mark.parametrize("count", [1, 3, 12])
@pytest.mark.parametrize("ends", [False, True])
def test_months_count_their_own_holidays_stamped_at_either_end(count, ends):
    starts = np.arange("2014-01", "2017-01", count, dtype="datetime64[M]")
    stamps = (starts + count).astype("datetime64[D]") - 1 if ends else starts.astype("datetime64[D]")
    panel = add_holidays(panel_at(stamps, Frequency("month", count)), "ES")
    free = np.array(sorted(holidays.country_holidays("ES", years=[2014, 2015, 2016])), dtype="datetime64[M]")
    wanted = [int(((free >= s) & (free < s + count)).sum()) for s in starts]
    assert panel.known[:, 0].tolist() == wanted


def test_earlier_covariates_stay_in_front():
    panel = replace(
        panel_at(days("2014-12-25", "2014-12-25"), DAILY), known=np.array([[9.0]]), known_names=("t",)
    )
    assert add_holidays(panel, "us-ca").known.tolist() == [[9, 1, 0, 0]]


@pytest.mark.parametrize(
    ("region", "message"),
    [
        (
            "Australia",
            r"no country with the code 'AUSTRALIA' is known \(did you mean AU\?\); wanted is an ISO 3166",
        ),
        ("VIC", r"did you mean AU-VIC\?"),
        ("Portugl", r"did you mean PT"),
        ("HolidayBase", r"no country with the code 'HOLIDAYBASE'"),
        ("", r"no country with the code ''.*countries are known"),
        ("AU-VICT", r"AU has no subdivision 'VICT'.*did you mean.*AU-VIC.*it has AU-ACT, .*'AU' alone gives"),
        ("SG-1", r"SG has no subdivision '1' with holidays of its own; 'SG' alone gives the nationwide"),
    ],
)
def test_an_unknown_region_is_told_what_was_meant(region, message):
    with pytest.raises(OptionError, match=message):
        add_holidays(panel_at(days("2014-01-01", "2014-01-02"), DAILY), region)


def test_regions_may_be_written_in_any_case_or_by_name():
    panel = panel_at(days("2014-11-01", "2014-11-10"), DAILY)
    wanted = add_holidays(panel, "AU-VIC").known
    for region in ("au-vic", " AU-Victoria "):
        np.testing.assert_array_equal(add_holidays(panel, region).known, wanted)
    assert wanted[3, 0] == 1  # Melbourne Cup Day
    assert add_holidays(panel, "AU").known[3, 0] == 0


def test_numbered_steps_have_no_holidays():
    with pytest.raises(OptionError, match="counts integer steps; give dates or stamps there"):
        add_holidays(panel_at(np.arange(3), Frequency("step", 1)), "ES")


def test_two_holiday_columns_are_refused():
    once = add_holidays(panel_at(days("2014-01-01", "2014-01-02"), DAILY), "ES")
    with pytest.raises(OptionError, match="already include holiday, holiday_before, holiday_after; drop one"):
        add_holidays(once, "ES")
