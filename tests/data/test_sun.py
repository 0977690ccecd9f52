"""The sun stands where it does, whatever the clock shows; a site that cannot be is refused in words."""

import sys
from dataclasses import replace

import numpy as np
import pytest

from gatecast.data import Frequency, Schema, Site, add_sun, load_sample, panel_from, sky_of, steps_per_day
from gatecast.errors import MissingExtraError, OptionError
from sunny_panels import GOLDEN, course, sunny_panel

ROOF = Site(39.7406, -105.1775, tilt=45, azimuth=158)


def sample_panel():
    schema = Schema("unique_id", "ds", "y", known=("ghi", "ghi_clear"), past=(), static=())
    return panel_from(load_sample("solar").head(24 * 200), schema).panel


def test_the_sun_is_below_the_horizon_at_local_midnight_and_the_clear_sky_dark():
    panel = sunny_panel(days=360, series=1)
    sky = sky_of(panel, GOLDEN)
    midnight = (panel.times // 3_600_000_000) % 24 == 7  # of Denver's standard time
    assert (sky.elevation[midnight] < -20).all()
    assert (sky.clear[midnight] == 0).all()
    assert sky.night[midnight].all()
    assert (sky.clear[sky.night] == 0).all()


def test_the_highest_sun_of_the_year_is_the_one_astronomy_says():
    """At noon of the summer solstice: 90 - latitude + obliquity."""
    sky = sky_of(sunny_panel(days=360, series=1, minutes=15), GOLDEN)
    assert sky.elevation.max() == pytest.approx(90 - 39.74 + 23.44, abs=0.1)


def test_the_sun_follows_a_plain_formula():
    panel = sunny_panel(days=360, series=1)
    sky = sky_of(panel, GOLDEN)
    assert np.abs(np.sin(np.radians(np.maximum(sky.elevation, 0))) - course(panel.times)).max() < 0.08


def test_a_zone_with_summer_time_does_not_move_the_sun():
    panel = sunny_panel(days=200, series=1)
    there, here = (sky_of(replace(panel, zone=zone), GOLDEN) for zone in ("America/Denver", "Etc/GMT+7"))
    np.testing.assert_array_equal(there.elevation, here.elevation)


def test_the_clear_sky_is_that_of_the_satellites():
    panel = sample_panel()
    level = sky_of(panel, Site(39.7406, -105.1775)).clear
    assert np.corrcoef(level, panel.known[:, 1])[0, 1] > 0.99


def test_stamps_of_the_sample_mark_the_start_of_their_step():
    """On clear hours output follows the irradiance on the plane, and best with the right convention."""
    panel = sample_panel()
    ghi, clear = panel.known.T
    fair = np.isfinite(panel.values) & (ghi > 0.97 * clear) & (clear > 50)
    agreement = {
        stamp: np.corrcoef(panel.values[fair], sky_of(panel, replace(ROOF, stamp=stamp)).clear[fair])[0, 1]
        for stamp in ("start", "end")
    }
    assert agreement["start"] > agreement["end"] + 0.02


def test_a_tilted_plane_gets_more_of_the_winter_sun():
    panel = sunny_panel(days=30, series=1)
    tilted, level = (sky_of(panel, site).clear.sum() for site in (ROOF, GOLDEN))
    assert tilted > 1.5 * level


def test_the_sun_becomes_two_known_covariates():
    panel = sunny_panel()
    with_sun = add_sun(panel, {"roof 0": GOLDEN, "roof 1": Site(0, 0), "another": ROOF})
    assert with_sun.known_names == ("clarity", "clear_sky", "sun_elevation")
    np.testing.assert_array_equal(with_sun.known[:, :1], panel.known)
    assert np.isfinite(with_sun.known).all()
    half = len(panel.times) // 2
    assert not np.allclose(with_sun.known[:half, 2], with_sun.known[half:, 2])
    with pytest.raises(OptionError, match="already include clear_sky, sun_elevation; rename that column"):
        add_sun(with_sun, GOLDEN)


def test_a_site_that_is_none_is_refused_in_words():
    for wrong, said in (
        ({"latitude": 95, "longitude": 0}, "latitude=95 is no latitude; wanted -90 to 90 degrees north"),
        ({"latitude": 0, "longitude": "west"}, "longitude='west' is no longitude"),
        ({"latitude": 0, "longitude": float("nan")}, "longitude=nan is no longitude"),
        ({"latitude": 0, "longitude": 0, "tilt": 20}, "both angles, but azimuth lacks"),
        (
            {"latitude": 0, "longitude": 0, "capacity": 0},
            "capacity=0 is no capacity; wanted a number above 0",
        ),
        ({"latitude": 0, "longitude": 0, "stamp": "middle"}, "neither 'start' nor 'end'"),
    ):
        with pytest.raises(OptionError, match=said):
            Site(**wrong)


def test_a_panel_without_instants_or_sites_is_refused_in_words():
    panel = sunny_panel()
    with pytest.raises(OptionError, match=r"stamps carry no zone.*give zone"):
        sky_of(replace(panel, zone=None), GOLDEN)
    with pytest.raises(OptionError, match="rows are 1 day apart; give a table with steps below a day"):
        sky_of(replace(panel, frequency=Frequency("day", 1)), GOLDEN)
    with pytest.raises(OptionError, match="no site is given for series roof 1"):
        sky_of(panel, {"roof 0": GOLDEN})
    with pytest.raises(OptionError, match=r"site=\(40, -3\) is no site; wanted Site\(latitude, longitude\)"):
        sky_of(panel, (40, -3))


def test_without_pvlib_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "pvlib", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'gatecast\[solar\]'"):
        sky_of(sunny_panel(), Site(12.5, 34.25))  # nowhere else: skies are kept


@pytest.mark.parametrize(("minutes", "steps"), [(5, 288), (15, 96), (30, 48), (60, 24), (180, 8)])
def test_steps_that_divide_a_day_are_counted(minutes, steps):
    assert steps_per_day(Frequency("microsecond", minutes * 60_000_000)) == steps
    assert steps_per_day(Frequency("microsecond", minutes * 60_000_000 + 1)) is None
