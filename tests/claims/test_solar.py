"""Yesterday's cloud says little of tomorrow's sun, and the last hour's much of the next one's."""

import numpy as np
import pytest
from claim_checks import OTHER_SEED, PAGE_SEED, found

from gatecast.lab.claims.solar import LIT, read_sky


@pytest.mark.slow
@pytest.mark.parametrize("seed", [PAGE_SEED, OTHER_SEED])
def test_the_past_sky_says_much_of_the_next_hour_and_little_of_tomorrow(seed):
    finding = found("solar", seed)
    assert finding.holds, finding.verdict


def test_the_night_carries_the_last_cloud_of_the_evening_and_tells_nothing_of_the_morning():
    sky = read_sky()
    dark = np.flatnonzero(sky.clear <= LIT)
    before = dark[dark > np.flatnonzero(sky.clear > LIT)[0]]
    np.testing.assert_array_equal(sky.cloud[before], sky.cloud[before - 1])
    lit = sky.clear > LIT
    np.testing.assert_allclose(sky.cloud[lit], 1 - sky.clearness[lit])
