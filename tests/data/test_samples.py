"""The bundled samples tell the truth about the world they come from."""

import importlib.util
from importlib.resources import files
from pathlib import Path

import holidays
import numpy as np
import polars as pl
import pytest

from gatecast.data import SAMPLES, load_sample, sample_info
from gatecast.errors import OptionError

SCRIPT = Path(__file__).parents[2] / "scripts" / "build_samples.py"
GOLDEN_LATITUDE, GOLDEN_LONGITUDE = 39.7406, -105.1775


@pytest.fixture(scope="module")
def demand() -> pl.DataFrame:
    local = pl.col("ds").dt
    return load_sample("demand").with_columns(
        date=local.date(), hour=local.hour(), month=local.month(), weekday=local.weekday()
    )


@pytest.fixture(scope="module")
def solar() -> pl.DataFrame:
    return load_sample("solar").with_columns(elevation=pl.Series(sun(load_sample("solar")["ds"])[0]))


def sun(begins: pl.Series) -> tuple[np.ndarray, np.ndarray]:
    """The sun in the middle of each hour: degrees above Golden's horizon, cosine to the roof's normal.

    Source: the Astronomical Almanac's low-precision formulas for the sun, page C5.
    """
    days = (begins.dt.epoch("s").to_numpy() + 1800) / 86_400 - 10_957.5  # since 2000-01-01 12:00 UTC
    anomaly = np.radians(357.528 + 0.9856003 * days)
    longitude = np.radians(280.460 + 0.9856474 * days + 1.915 * np.sin(anomaly) + 0.020 * np.sin(2 * anomaly))
    oblique = np.radians(23.439)
    ascension = np.arctan2(np.cos(oblique) * np.sin(longitude), np.cos(longitude))
    declination = np.arcsin(np.sin(oblique) * np.sin(longitude))
    sidereal = np.radians((280.46062 + 360.98564737 * days) % 360 + GOLDEN_LONGITUDE)
    latitude, hour_angle = np.radians(GOLDEN_LATITUDE), sidereal - ascension
    flat = np.cos(declination) * np.cos(hour_angle)
    up = np.sin(latitude) * np.sin(declination) + np.cos(latitude) * flat
    north = np.cos(latitude) * np.sin(declination) - np.sin(latitude) * flat
    east = -np.cos(declination) * np.sin(hour_angle)
    tilt, azimuth = np.radians(45), np.radians(158)
    facing = np.cos(tilt) * up + np.sin(tilt) * (np.cos(azimuth) * north + np.sin(azimuth) * east)
    return np.degrees(np.arcsin(up)), np.where(up > 0, facing, 0)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_is_what_its_record_says(name):
    table, sample = load_sample(name), sample_info(name)
    assert table.columns[:3] == ["unique_id", "ds", "y"]
    assert sorted(table.columns[3:]) == sorted(sample.known)
    assert table.schema["ds"] == pl.Datetime("us", sample.zone)
    step = {"30min": "30m", "1h": "1h"}[sample.frequency]
    grid = pl.datetime_range(table["ds"].min(), table["ds"].max(), step, eager=True)
    assert table["ds"].to_list() == grid.to_list()
    assert table.select(sample.known).null_count().sum_horizontal().item() == 0
    assert table["y"].tail(sample.horizon).null_count() == 0
    assert "perfect weather forecast" in " ".join(sample.disclosure.split())


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_is_small_and_its_papers_lie_beside_it(name):
    folder = files("gatecast.data") / "bundled"
    assert len((folder / f"{name}.parquet").read_bytes()) < 1_500_000
    assert f"## {name}.parquet" in (folder / "README.md").read_text(encoding="utf-8")


def test_an_unknown_sample_lists_the_known_ones():
    with pytest.raises(OptionError, match="no sample 'wind'; wanted one of demand, solar"):
        load_sample("wind")


@pytest.mark.parametrize("name", SAMPLES)
def test_the_script_builds_the_bundled_tables(name):
    spec = importlib.util.spec_from_file_location("build_samples", SCRIPT)
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    if wanted := script.missing_packages():
        pytest.skip(f"not installed: {' '.join(wanted)}; pip install 'gatecast[samples]' brings them")
    assert getattr(script, f"build_{name}")().equals(load_sample(name))


def test_days_have_46_or_50_half_hours_when_melbourne_changes_its_clocks(demand):
    odd = demand.group_by("date").len().filter(pl.col("len") != 48).sort("date")
    assert [(str(d), n) for d, n in odd.iter_rows()] == [
        ("2012-04-01", 50),
        ("2012-10-07", 46),
        ("2013-04-07", 50),
        ("2013-10-06", 46),
        ("2014-04-06", 50),
        ("2014-10-05", 46),
    ]


def test_winter_demand_peaks_in_the_local_evening(demand):
    winter = demand.filter(pl.col("month").is_in([6, 7]), pl.col("weekday") <= 5, pl.col("hour") >= 6)
    hourly = winter.group_by("hour").agg(pl.col("y").mean()).sort("y")
    assert hourly["hour"].last() in (17, 18)


def hours_moved(before: np.ndarray, after: np.ndarray, first: float, last: float) -> float:
    """By how many hours a daily course between two hours is later afterwards: the best match."""
    hours = np.arange(0, 24, 0.05)
    course, later = (np.interp(hours, np.arange(0, 24, 0.5), p, period=24) for p in (before, after))
    window = (hours >= first) & (hours < last)
    moves = np.arange(-60, 61)
    match = [np.corrcoef(course[window], np.roll(later, -m)[window])[0, 1] for m in moves]
    return float(moves[int(np.argmax(match))] * 0.05)


@pytest.mark.parametrize(
    ("day", "clocks"), [("2012-10-07", 1), ("2013-04-07", -1), ("2013-10-06", 1), ("2014-04-06", -1)]
)
def test_people_follow_the_clock_and_the_weather_does_not(demand, day, clocks):
    """In standard time mornings move by an hour when clocks change; the day's warmth stays with the sun."""
    standard = pl.col("ds").dt.convert_time_zone("Etc/GMT-10").dt
    away = (pl.col("date") - pl.lit(day).str.to_date()).dt.total_days()
    near = demand.with_columns(at=standard.hour() * 2 + standard.minute() // 30, away=away).filter(
        pl.col("away").abs() <= 14, pl.col("away") != 0, pl.col("weekday") <= 5, pl.col("holiday") == 0
    )

    def course(column: str, after: bool) -> np.ndarray:
        chosen = near.filter((pl.col("away") > 0) == after)
        return chosen.group_by("at").agg(pl.col(column).mean()).sort("at")[column].to_numpy()

    people = hours_moved(course("y", False), course("y", True), 4.5, 9)
    warmth = hours_moved(course("temperature", False), course("temperature", True), 0, 24)
    assert -clocks * people > 0.9
    assert abs(warmth) < 0.5


def test_christmas_is_a_holiday_of_low_demand(demand):
    for year in (2012, 2013, 2014):
        christmas = demand.filter(pl.col("date") == pl.date(year, 12, 25))
        fortnight_before = demand.filter(
            pl.col("date").is_between(pl.date(year, 12, 3), pl.date(year, 12, 14)), pl.col("weekday") <= 5
        )
        assert christmas["holiday"].to_list() == [1] * 48
        assert christmas["y"].mean() < 0.85 * fortnight_before["y"].mean()


def test_holidays_are_those_of_the_package_less_easter_saturday(demand):
    named = holidays.country_holidays("AU", subdiv="VIC", years=[2012, 2013, 2014])
    wanted = {date for date, name in named.items() if name != "Easter Saturday"}
    assert set(demand.filter(pl.col("holiday") == 1)["date"]) == wanted
    assert len(wanted) == 31


def test_demand_is_in_megawatts_and_temperature_in_celsius(demand):
    assert 2500 < demand["y"].min() < demand["y"].mean() < 5000 < demand["y"].max() < 10_500
    assert 0 < demand["temperature"].min() < 16 < demand["temperature"].max() < 46


def test_no_sun_no_power(solar):
    night = solar.filter(pl.col("elevation") < -10)
    assert night.height > 8000
    assert night["y"].drop_nulls().max() < 0.002
    assert night["ghi"].max() == 0
    assert night["ghi_clear"].max() == 0


def test_clear_sky_irradiance_rises_and_sets_with_the_sun(solar):
    assert solar.select(pl.corr("ghi_clear", pl.col("elevation").clip(0).radians().sin())).item() > 0.995


def test_power_meets_the_sun_on_the_roof_in_the_same_hour_in_every_month(solar):
    """An hour earlier or later they agree less, summer and winter: daylight saving is out of the stamps."""
    facing = pl.Series(sun(load_sample("solar")["ds"])[1]).clip(0)
    clearness = pl.col("ghi") / pl.max_horizontal("ghi_clear", 20.0)
    months = solar.with_columns(
        expected=clearness * facing, month=pl.col("ds").dt.truncate("1mo")
    ).with_columns(early=pl.col("expected").shift(1), late=pl.col("expected").shift(-1))
    agreement = (
        months.drop_nulls()
        .group_by("month")
        .agg(pl.corr("y", shifted).alias(shifted) for shifted in ("expected", "early", "late"))
    )
    assert agreement.height == 33
    assert agreement["expected"].min() > 0.8  # snow lay on the roof in December 2013
    worse = pl.max_horizontal("early", "late") >= pl.col("expected")
    assert agreement.filter(worse).height == 0


def test_power_is_highest_around_solar_noon_summer_and_winter_alike(solar):
    """The roof faces 22° east of south: its noon comes a little before the sun's, in June as in December."""
    profile = solar.with_columns(hour=pl.col("ds").dt.hour(), month=pl.col("ds").dt.month())
    for months in ([6, 7], [12, 1]):
        hourly = profile.filter(pl.col("month").is_in(months)).group_by("hour").agg(pl.col("y").mean())
        assert hourly.sort("y")["hour"].last() in (10, 11)


def test_gaps_are_left_open(solar):
    assert solar["y"].null_count() == 762
    assert 3 < solar["y"].max() < 4
