"""The pool's members forecast honestly, and what they have earned is what they earned."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatecast.data import Panel, fit_scale
from gatecast.hybrid.earned import WORST, mixture, recent_ratio
from gatecast.hybrid.pool import BEYOND, Pool, Standing
from synthetic_panels import corrupted_after, hourly_panel, with_values

HORIZON = 8
PANEL = hourly_panel((330, 280), future=HORIZON)


@pytest.fixture(scope="module")
def pool() -> Pool:
    return Pool(HORIZON, fit_scale(PANEL)).fit(PANEL)


def stand(pool: Pool, panel: Panel, series: int, first: int, last: int) -> Standing:
    return pool.stand(panel, pool.scaled(panel), series, first, last)


@pytest.mark.parametrize("series", [0, 1])
@pytest.mark.parametrize(("first", "last"), [(0, 20), (150, 190), (250, 279)])
def test_a_range_of_origins_stands_as_each_would_alone(
    pool: Pool, series: int, first: int, last: int
) -> None:
    together = stand(pool, PANEL, series, first, last)
    assert together.first == first
    assert together.paths.shape == (last - first + 1, HORIZON, pool.count)
    for position in {first, (first + last) // 2, last}:
        alone = stand(pool, PANEL, series, position, position)
        for part in ("paths", "prior", "mix"):
            whole = getattr(together, part)[position - first]
            np.testing.assert_allclose(getattr(alone, part)[0], whole, rtol=1e-7, atol=1e-9, err_msg=part)


@pytest.mark.parametrize("position", [30, 160, 278])
def test_nothing_behind_the_origin_moves_paths_or_prior(pool: Pool, position: int) -> None:
    known = np.array([position + 1, position + 1])
    for other in (corrupted_after(PANEL, known), PANEL.seen_until(known)):
        for series in (0, 1):
            honest, there = (stand(pool, p, series, position - 10, position) for p in (PANEL, other))
            for part in ("paths", "prior", "mix"):
                mine, theirs = getattr(honest, part), getattr(there, part)
                np.testing.assert_allclose(mine, theirs, rtol=1e-7, atol=1e-9, err_msg=part)


def test_a_member_stays_near_the_range_it_has_seen(pool: Pool) -> None:
    """A series that leaves its range a hundredfold takes no forecast with it."""
    values = PANEL.values.copy()
    values[PANEL.history(0)][-12:] *= 100
    wild = with_values(PANEL, values)
    standing = stand(pool, wild, 0, 325, 329)
    assert np.isfinite(standing.paths).all()
    assert (standing.paths <= pool.high_[0] + BEYOND).all()
    assert (standing.paths >= pool.low_[0] - BEYOND).all()


def test_the_prior_never_falls_below_its_floor(pool: Pool) -> None:
    prior = stand(pool, PANEL, 0, 0, 329).prior
    assert (prior <= 0).all()
    assert (prior >= -5.0 * WORST).all()
    assert (prior.max(axis=1) == 0).all(), "the best member's is 0"


@settings(max_examples=30)
@given(seed=st.integers(0, 1000), members=st.integers(1, 5))
def test_mixture_weights_sum_to_one(seed: int, members: int) -> None:
    """Members that agree are mixed to what they agree on; others to something between them."""
    draw = np.random.default_rng(seed)
    prior = -draw.exponential(5.0, (6, members))
    agreed = draw.normal(size=(6, HORIZON, 1)) * np.ones(members)
    np.testing.assert_allclose(mixture(agreed, prior), agreed[..., 0], rtol=1e-12)
    paths = draw.normal(size=(6, HORIZON, members))
    mixed = mixture(paths, prior)
    assert (mixed <= paths.max(axis=-1) + 1e-12).all()
    assert (mixed >= paths.min(axis=-1) - 1e-12).all()


@settings(max_examples=40)
@given(
    seed=st.integers(0, 1000),
    horizon=st.integers(1, 5),
    recent=st.integers(1, 12),
    begin=st.integers(0, 10),
    gap=st.booleans(),
)
def test_the_recent_ratio_is_what_counting_by_hand_gives(
    seed: int, horizon: int, recent: int, begin: int, gap: bool
) -> None:
    draw = np.random.default_rng(seed)
    count, members = 25, 3
    scaled = draw.normal(size=begin + count + 2)
    if gap:
        scaled[begin + 8] = np.nan
    paths = draw.normal(size=(count, horizon, members))
    found = recent_ratio(scaled, begin, paths, recent)
    for origin in range(count):
        losses = []
        for earlier in range(count):
            judged = earlier + horizon <= origin
            steps = begin + earlier + np.arange(1, horizon + 1)
            if judged and earlier > origin - horizon - recent and np.isfinite(scaled[steps]).all():
                losses.append(np.abs(scaled[steps][:, None] - paths[earlier]).mean(axis=0))
        expected = np.zeros(members)
        if losses:
            mean = np.mean(losses, axis=0)
            expected = np.clip(mean / mean.min() - 1, 0, WORST)
        np.testing.assert_allclose(found[origin], expected, rtol=1e-7, atol=1e-9)
