"""Lasting weights: those of a library on squares, the best mixture on absolute errors."""

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import nnls

from gatecast import Hybrid, LinearHalf
from gatecast.data import Panel, fit_scale
from gatecast.hybrid import linear_ledger
from gatecast.hybrid.pool import FAINTEST, STACKED_FROM, Pool, stride_past
from gatecast.hybrid.stack import on_simplex, projected, stacked
from gatecast.memory import Training
from gatecast.progress import Silent
from synthetic_panels import corrupted_after, hourly_panel

HORIZON, SEASON = 6, 4
LONG = STACKED_FROM * SEASON
TINY = Training(units=8, steps=4, windows=8, origins=4)


@pytest.fixture(scope="module")
def panel() -> Panel:
    """One series just long enough for lasting weights, and one that is a step too short."""
    return hourly_panel((LONG, LONG - 1), future=HORIZON, seasons=(SEASON,))


@pytest.fixture(scope="module")
def pool(panel: Panel) -> Pool:
    return Pool(HORIZON, fit_scale(panel)).fit(panel)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), members=st.integers(1, 8))
def test_squares_are_minimised_as_by_nonnegative_least_squares(seed: int, members: int) -> None:
    draw = np.random.default_rng(seed)
    paths = draw.normal(size=(200, members))
    outcome = paths @ draw.dirichlet(np.ones(members)) + draw.normal(size=200)
    found = on_simplex(paths.T @ paths, paths.T @ outcome, np.full(members, 1 / members))
    heavy = 1e5  # a row that holds the sum to 1
    wanted, _ = nnls(np.vstack([paths, heavy * np.ones(members)]), np.append(outcome, heavy))
    np.testing.assert_allclose(found, wanted / wanted.sum(), atol=1e-4)


def test_weights_are_found_in_milliseconds_as_thousands_of_series_need() -> None:
    draw = np.random.default_rng(3)
    paths, outcome = draw.normal(size=(200, 12)), draw.normal(size=200)
    gram, moment, start = paths.T @ paths, paths.T @ outcome, np.full(12, 1 / 12)
    begun = time.process_time()
    for _ in range(100):
        on_simplex(gram, moment, start)
    assert time.process_time() - begun < 1.0


@given(st.lists(st.floats(-10, 10), min_size=1, max_size=9))
def test_a_projection_is_on_the_simplex_and_no_weights_are_nearer(point: list[float]) -> None:
    at = np.array(point)
    found = projected(at)
    assert found.min() >= 0
    assert found.sum() == pytest.approx(1.0)
    for corner in np.eye(len(at)):  # the angle to every corner is obtuse: the law of a projection
        assert (at - found) @ (corner - found) < 1e-9


def test_members_that_err_apart_share_the_weight_and_spikes_do_not_bend_it() -> None:
    draw = np.random.default_rng(1)
    truth = draw.normal(size=4000) * 5
    errors = draw.normal(size=(4000, 3)) * [1.0, 1.0, 3.0]
    outcome = truth.copy()
    outcome[::97] += 500.0
    outcome[::50] = np.nan
    weights = stacked(truth[:, None] + errors, outcome)
    np.testing.assert_allclose(weights, [0.47, 0.47, 0.06], atol=0.05)


def test_a_copy_that_always_errs_more_gets_nothing() -> None:
    draw = np.random.default_rng(2)
    truth, error = draw.normal(size=(2, 3000))
    weights = stacked(np.stack([truth + error, truth + 2 * error], axis=1), truth)
    np.testing.assert_allclose(weights, [1.0, 0.0], atol=1e-3)


def test_a_history_of_half_a_year_of_days_has_lasting_weights_and_a_shorter_one_none(pool: Pool) -> None:
    assert pool.stack_ is not None
    assert pool.stack_[0].min() >= 0
    np.testing.assert_allclose(pool.stack_[0].sum(axis=1), 1.0)
    assert np.isnan(pool.stack_[1]).all()


def test_a_history_shorter_than_two_of_its_longest_seasons_has_no_lasting_weights() -> None:
    short = hourly_panel((LONG,), future=HORIZON, seasons=(SEASON, LONG // 2))
    found = Pool(HORIZON, fit_scale(short)).fit(short).stack_
    assert found is not None
    assert np.isnan(found).all()


@given(least=st.integers(0, 200), day=st.integers(2, 96))
def test_lasting_weights_see_every_hour_of_the_day(least: int, day: int) -> None:
    assert set(np.arange(day) * stride_past(least, day) % day) == set(range(day))


def test_lasting_weights_and_late_losses_make_the_prior(pool: Pool, panel: Panel) -> None:
    """Without a known outcome nothing but the lasting weights speaks."""
    prior = pool.stand(panel, pool.scaled(panel), 0, 0, 0).prior[0]
    assert pool.stack_ is not None
    np.testing.assert_allclose(prior, np.log(pool.stack_[0, 0] + FAINTEST))


def test_with_lasting_weights_too_nothing_behind_an_origin_moves_its_prior(pool: Pool, panel: Panel) -> None:
    for position in (50, 400, LONG - 40):
        other = corrupted_after(panel, np.array([position + 1, position + 1]))
        one, two = (pool.stand(some, pool.scaled(some), 0, position - 5, position) for some in (panel, other))
        for part in ("paths", "prior", "mix"):
            np.testing.assert_allclose(getattr(one, part), getattr(two, part), rtol=1e-7, atol=1e-9)


@pytest.mark.usefixtures("bends_early")
def test_with_lasting_weights_the_linear_part_is_the_linear_halfs_and_the_ledger_splits_it(
    panel: Panel,
) -> None:
    model = Hybrid(HORIZON, season=SEASON, training=TINY).learn(panel, Silent())
    assert not model.pool_.linear.all()
    origins = panel.last_origins()
    found = model.forecast(panel, origins, (0.5,))
    assert found.linear_part is not None
    alone = LinearHalf(HORIZON, season=SEASON).learn(panel, Silent()).forecast(panel, origins, (0.5,))
    np.testing.assert_allclose(found.linear_part, alone.point, rtol=1e-7)
    for series, position, part in zip(origins.series, origins.position, found.linear_part, strict=True):
        np.testing.assert_allclose(linear_ledger(model, panel, int(series), int(position)).total(), part)
