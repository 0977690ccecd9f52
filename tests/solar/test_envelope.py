"""The envelope bounds clear days, knows night, and says of unseen seasons no more than it can."""

import numpy as np
import pytest

from gatecast.solar.envelope import DAY, GRID, fit_envelope
from sunny_panels import MINUTE, START, course


def year(minutes: int = 60, days: int = 365) -> tuple[np.ndarray, np.ndarray]:
    times = START + np.arange(days * 1440 // minutes) * minutes * MINUTE
    return times, course(times)


@pytest.mark.parametrize("minutes", [15, 60, 180])
def test_on_clear_days_the_envelope_is_what_comes(minutes):
    times, clear = year(minutes)
    top, night = fit_envelope(times, clear, 1440 // minutes, None).at(times, None)
    assert np.abs(top - clear)[~night].max() < 0.12
    assert (top >= 0.02).all()


def test_night_is_where_nothing_ever_came_and_nowhere_else():
    times, clear = year()
    _, night = fit_envelope(times, clear, 24, None).at(times, None)
    assert (clear[night] == 0).all()
    assert night.mean() > 0.35


def test_clouds_do_not_lower_it():
    times, clear = year()
    cloudy = clear * np.random.default_rng(0).choice([0.1, 1.0], len(times), p=[0.7, 0.3])
    above, below = (fit_envelope(times, y, 24, None).at(times, None)[0] for y in (clear, cloudy))
    assert np.abs(above - below).max() < 0.12


def test_a_season_is_read_off_its_mirror_across_the_solstice():
    """From July to December: January to June had the same sun, but for the clock of the equation of time."""
    times, clear = year()
    seen = times >= START + 172 * DAY
    top, _ = fit_envelope(times[seen], clear[seen], 24, None).at(times, None)
    assert np.abs(top - clear)[~seen & (clear > 0)].max() < 0.12


def test_a_sky_carries_the_envelope_into_seasons_nobody_saw():
    times, clear = year()
    seen = times < START + 60 * DAY
    with_sky = fit_envelope(times[seen], 0.8 * clear[seen], 24, 1000 * clear[seen]).at(times, 1000 * clear)[0]
    alone = fit_envelope(times[seen], 0.8 * clear[seen], 24, None).at(times, None)[0]
    summer = (times > START + 150 * DAY) & (times < START + 200 * DAY) & (clear > 0.1)
    assert np.abs(with_sky - 0.8 * clear)[summer].max() < 0.1
    assert np.abs(alone - 0.8 * clear)[summer].max() > 0.2


def test_an_unseen_season_has_a_shorter_night():
    """From winter alone nobody knows when a summer's day begins."""
    times, clear = year()
    winter = times < START + 20 * DAY
    _, night = fit_envelope(times[winter], clear[winter], 24, None).at(times, None)
    july = np.abs(times - START - 190 * DAY) < DAY
    assert night[july].sum() < night[:48].sum()
    assert (clear[july & night] == 0).all()


def test_an_inverter_that_hums_by_night_does_not_make_it_day():
    times, clear = year()
    humming = np.where(clear == 0, 0.003, clear)
    _, night = fit_envelope(times, humming, 24, None).at(times, None)
    assert night.mean() > 0.3


def test_what_never_sleeps_has_no_night():
    times, clear = year()
    top, night = fit_envelope(times, 0.3 + 0.5 * clear, 24, None).at(times, None)
    assert not night.any()
    assert (top >= 0.3).all()


def test_nothing_seen_leaves_an_envelope_of_ones():
    times, clear = year(days=30)
    envelope = fit_envelope(times, np.full_like(clear, np.nan), 24, None)
    assert envelope.top.shape == (GRID, 24)
    np.testing.assert_allclose(envelope.top, 1.0)
