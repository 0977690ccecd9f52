"""ARIMA takes what is linear and seasonal, an LSTM the rest, and the two together both."""

import numpy as np
import pytest
from claim_checks import OTHER_SEED, PAGE_SEED, found

from gatecast.lab.claims.halves import NOISE, plant


@pytest.mark.slow
@pytest.mark.parametrize("seed", [PAGE_SEED, OTHER_SEED])
def test_each_half_goes_to_the_model_made_for_it(seed):
    finding = found("halves", seed)
    assert finding.holds, finding.verdict


def test_the_other_half_alone_is_the_whole_less_the_linear_half_and_is_no_line_in_temperature():
    planted = plant(0)
    whole, linear, rest = planted.y
    bent = whole - linear
    np.testing.assert_allclose((rest - bent).std(), NOISE, rtol=0.05)
    assert abs(np.corrcoef(bent, planted.temperature)[0, 1]) < 0.4
