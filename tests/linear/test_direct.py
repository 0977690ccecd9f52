"""Direct corrections: affine in the past, blind to what was left out, believed as far as they help."""

import numpy as np
import pytest

from gatecast._types import FloatArray, IntArray
from gatecast.linear.direct import Direct, fit_direct
from gatecast.linear.lags import direct_lags
from plain_panels import autoregressive

DAY, HORIZON, STEPS, BLOCKS = 24, 6, 6000, 3
BACK = np.arange(30)
U = autoregressive(STEPS, 0.8, 0)
ORIGIN = np.arange(30, STEPS - HORIZON)
BLOCK = (ORIGIN // 400) % BLOCKS
AHEAD = ORIGIN[:, None] + np.arange(1, HORIZON + 1)


def learned(missed: FloatArray, origin: IntArray = ORIGIN, block: IntArray = BLOCK) -> Direct | None:
    return fit_direct(U, BACK, DAY, origin, missed, block, BLOCKS)


def test_a_planted_effect_is_found_at_its_step_and_time_of_day() -> None:
    """Step 3 misses .5 u at the origin in the morning, nothing in the evening."""
    missed = np.random.default_rng(0).normal(size=AHEAD.shape) * 0.05
    wave = 1 + np.sin(2 * np.pi * ORIGIN / DAY)
    missed[:, 2] += 0.5 * U[ORIGIN] * wave
    direct = learned(missed)
    assert direct is not None
    assert direct.share > 0.9
    said = direct.correction(U, ORIGIN, -1)
    assert np.abs(said[:, 2] - 0.5 * U[ORIGIN] * wave).mean() < 0.1 * np.abs(missed[:, 2]).mean()
    assert np.abs(np.delete(said, 2, axis=1)).mean() < 0.02


def test_coefficients_have_not_seen_the_block_they_leave_out() -> None:
    """Another rule planted in one block changes every set of coefficients but that block's own."""
    missed = 0.3 * U[ORIGIN][:, None] * np.ones(HORIZON)
    whole, other = learned(missed), learned(np.where((BLOCK == 1)[:, None], 0.8 * missed, missed))
    assert whole is not None
    assert other is not None
    own = np.abs(whole.coefficients[1] - other.coefficients[1]).max()
    elsewhere = np.abs(whole.coefficients[0] - other.coefficients[0]).max()
    assert own < 0.2 * elsewhere  # which errors count as large is judged on all blocks together


def test_it_is_affine_in_the_past() -> None:
    direct = learned(U[AHEAD])
    assert direct is not None
    other, at = autoregressive(STEPS, 0.5, 1), ORIGIN[::97]
    nothing = direct.correction(np.zeros(STEPS), at, 0)
    whole = direct.correction(U + 2 * other, at, 0) - nothing
    apart = direct.correction(U, at, 0) + 2 * direct.correction(other, at, 0) - 3 * nothing
    np.testing.assert_allclose(whole, apart, atol=1e-10)


def test_no_value_behind_an_origin_is_read() -> None:
    direct = learned(U[AHEAD])
    assert direct is not None
    later = U.copy()
    later[1001:] = 1e6
    np.testing.assert_array_equal(
        direct.correction(later, np.array([1000]), 1), direct.correction(U, np.array([1000]), 1)
    )


def test_what_only_looks_like_a_rule_is_not_believed() -> None:
    """Noise is learned in every block but serves none that was left out."""
    noise = np.random.default_rng(3).normal(size=AHEAD.shape)
    direct = learned(noise)
    assert direct is None or direct.share < 0.35


def test_a_short_history_has_none() -> None:
    assert learned(U[AHEAD][:500], ORIGIN[:500], BLOCK[:500]) is None


@pytest.mark.parametrize("day", [1, 4, 24, 48, 96, 1440])
def test_lags_stay_a_few_hundred_and_hold_every_day(day: int) -> None:
    back = direct_lags(day, 7 * day, 10**6)
    assert len(back) <= 7 * day + 1
    assert len(back) <= 240
    assert set(np.arange(8) * day) <= set(back.tolist())
    assert len(direct_lags(day, 7 * day, 3)) <= 3
