"""The local clock agrees with zoneinfo wherever clocks change."""

import time
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatecast.data import Frequency, local_time
from gatecast.data.zone import DAY, never_shown, shown_twice, to_instant, to_wall, zone_rules
from gatecast.errors import OptionError

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
HALF_HOUR = 1_800_000_000
ZONES = [
    "Australia/Melbourne",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",  # shifts by half an hour
    "Asia/Kathmandu",
    "America/Havana",  # changes at midnight
    "Africa/Casablanca",
    "UTC",
    "+02:00",
]
HOURLY = Frequency("microsecond", 3_600_000_000)


def micros(stamp: datetime) -> int:
    return (stamp - EPOCH) // timedelta(microseconds=1)


@given(
    zone=st.sampled_from(ZONES),
    quarters=st.lists(st.integers(0, 2_000_000_000 // 900), min_size=1, max_size=30),
)
def test_wall_clocks_are_those_of_zoneinfo(zone: str, quarters: list[int]) -> None:
    times = np.array(quarters, dtype=np.int64) * 900_000_000
    local = [(EPOCH + timedelta(microseconds=int(t))).astimezone(zone_rules(zone)) for t in times]
    assert to_wall(times, zone).tolist() == [micros(stamp.replace(tzinfo=UTC)) for stamp in local]


@given(zone=st.sampled_from(ZONES), quarters=st.lists(st.integers(0, 2_222_222), min_size=1, max_size=30))
def test_instants_survive_the_way_to_the_wall_clock_and_back(zone: str, quarters: list[int]) -> None:
    times = np.array(quarters, dtype=np.int64) * 900_000_000
    wall = to_wall(times, zone)
    first, second = to_instant(wall, zone), to_instant(wall, zone, later=True)
    assert ((first == times) | (second == times)).all()
    assert (first == second)[~shown_twice(wall, zone)].all()
    assert not never_shown(wall, zone).any()


@pytest.mark.parametrize("zone", ZONES)
def test_what_clocks_show_twice_or_never_agrees_with_zoneinfo(zone: str) -> None:
    wall = micros(datetime(2019, 1, 1, tzinfo=UTC)) + HALF_HOUR * np.arange(2 * 365 * 48)
    rules = zone_rules(zone)
    bare = [(EPOCH + timedelta(microseconds=int(w))).replace(tzinfo=None) for w in wall]
    folds = [
        np.array([micros(stamp.replace(tzinfo=rules, fold=fold).astimezone(UTC)) for stamp in bare])
        for fold in (0, 1)
    ]
    back = np.array([micros((EPOCH + timedelta(microseconds=int(t))).astimezone(rules).replace(tzinfo=UTC))
                     for t in folds[0]])  # fmt: skip
    jumped = back != wall
    assert to_instant(wall, zone).tolist() == folds[0].tolist()
    assert (never_shown(wall, zone) == jumped).all()
    assert (shown_twice(wall, zone) == ((folds[0] != folds[1]) & ~jumped)).all()


@pytest.mark.parametrize("zone", ["Australia/Melbourne", "Europe/Berlin", "Australia/Lord_Howe"])
def test_the_calendar_agrees_with_polars_through_a_year_of_clock_changes(zone: str) -> None:
    start, stop = datetime(2014, 1, 1, tzinfo=UTC), datetime(2015, 1, 1, tzinfo=UTC)
    stamps = pl.datetime_range(start, stop, "30m", time_zone="UTC", eager=True)
    local = stamps.dt.convert_time_zone(zone)
    clock = local_time(stamps.dt.epoch("us").to_numpy(), zone, HOURLY)
    assert clock is not None
    hour = local.dt.hour() + local.dt.minute() / 60
    assert clock.hour.tolist() == hour.to_list()
    assert clock.weekday.tolist() == (local.dt.weekday() - 1).to_list()
    assert clock.month.tolist() == local.dt.month().to_list()
    assert clock.year.tolist() == local.dt.year().to_list()
    assert clock.days.tolist() == local.dt.date().cast(pl.Int32).to_list()
    assert clock.day_of_year == pytest.approx((local.dt.ordinal_day() - 1 + hour / 24).to_numpy())


def test_days_of_23_and_25_hours_have_as_many_rows() -> None:
    times = micros(datetime(2014, 1, 1, tzinfo=UTC)) + np.arange(365 * 24) * 3_600_000_000
    clock = local_time(times, "Europe/Berlin", HOURLY)
    assert clock is not None
    lengths = np.unique(clock.days, return_counts=True)[1][1:-1]
    assert sorted(set(lengths.tolist())) == [23, 24, 25]


def test_naive_stamps_are_a_regular_clock() -> None:
    clock = local_time(np.array([0, DAY // 2]), None, HOURLY)
    assert clock is not None
    assert clock.hour.tolist() == [0, 12]


def test_numbered_steps_have_no_clock() -> None:
    assert local_time(np.arange(3), None, Frequency("step", 1)) is None


def test_no_rows_have_no_hours() -> None:
    clock = local_time(np.array([], dtype=np.int64), "Europe/Berlin", HOURLY)
    assert clock is not None
    assert len(clock.hour) == 0


def test_an_unknown_zone_is_refused_with_its_neighbours() -> None:
    with pytest.raises(OptionError, match=r"zone 'Europe/Berln' is unknown; .*did you mean Europe/Berlin"):
        zone_rules("Europe/Berln")


def test_a_million_rows_take_a_moment() -> None:
    times = np.tile(np.arange(50_000) * HALF_HOUR, 20) + 1_300_000_000_000_000
    began = time.perf_counter()
    local_time(times, "Australia/Melbourne", HOURLY)
    assert time.perf_counter() - began < 2  # .1 s where nothing else runs
