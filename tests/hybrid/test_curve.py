"""A regression that bends finds what sums cannot, is believed as far as it holds, reads no later row."""

from collections.abc import Callable
from dataclasses import replace
from typing import get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import nnls

from gatecast import Hybrid
from gatecast.data import Panel, fill_causally, fit_scale
from gatecast.hybrid import bent, neural
from gatecast.hybrid.boosted import trees
from gatecast.hybrid.curve import (
    FEATURES,
    FOLDS,
    ROUNDS,
    Curve,
    Curved,
    Kind,
    Learner,
    Voice,
    curved,
    folds_of,
    relevant,
    slopes_of,
)
from gatecast.hybrid.member import Seen
from gatecast.hybrid.neural import perceptron
from gatecast.hybrid.pool import Pool
from gatecast.hybrid.weather import switches_of
from gatecast.memory import Practice, Response, Training
from gatecast.progress import Noting, Silent
from synthetic_panels import hourly_panel, with_values

HORIZON, STEPS = 12, 3000
TINY = Training(units=8, steps=4, windows=8, origins=4)
BRIEF = Practice(units=8, steps=10, rows=64)
LEARNERS: dict[Kind, Callable[[int], Learner]] = {"perceptron": perceptron, "trees": trees}

of_both = pytest.mark.parametrize("kind", get_args(Kind))


@pytest.fixture(autouse=True)
def brief(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neural, "PRACTICE", BRIEF)


def two_weathers(effect: float) -> Panel:
    """A series moved by the product of two covariates, in (-1, 1), that change every six hours."""
    panel, draw = hourly_panel((STEPS,), future=HORIZON), np.random.default_rng(4)
    rows = STEPS + HORIZON
    known = np.repeat(draw.uniform(-1, 1, (rows // 6 + 1, 2)), 6, axis=0)[:rows]
    hour = np.arange(rows) % 24
    values = 300 + 20 * np.sin(2 * np.pi * hour / 24) + effect * known.prod(axis=1) + draw.normal(0, 2, rows)
    return with_values(replace(panel, known=known, known_names=("heat", "wind")), values)


def pool_of(panel: Panel, kind: Kind) -> Pool:
    return Pool(HORIZON, fit_scale(panel)).fit(panel, [curved({kind: LEARNERS[kind](0)})])


def curved_of(pool: Pool) -> Curved:
    (found,) = (one for one in pool.fitted_ if isinstance(one, Curved))
    return found


def curve_of(pool: Pool) -> Curve:
    found = curved_of(pool).series[0]
    assert found is not None
    return found


@of_both
def test_a_product_of_two_covariates_is_found_where_no_linear_member_can(
    kind: Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(neural, "PRACTICE", Practice(units=16, steps=150, rows=256, dropout=0.0))
    panel = two_weathers(effect=40.0)
    pool = pool_of(panel.seen_until(np.array([STEPS - 500])), kind)
    (voice,) = curve_of(pool).voices
    assert voice.slope > 0.3
    position = np.arange(STEPS - 500, STEPS - HORIZON)
    standing = pool.stand(panel, pool.scaled(panel), 0, position[0], position[-1])
    own = pool.scaled(panel)[position[:, None] + np.arange(1, HORIZON + 1)]
    error = np.abs(standing.paths - own[..., None]).mean(axis=(0, 1))
    assert error[~pool.linear].min() < 0.8 * error[0], "the autoregression, whose regression it corrects"
    assert np.abs(standing.mix - own).mean() < 0.95 * np.abs(standing.linear.mix - own).mean()


def test_what_is_learned_of_noise_is_not_believed() -> None:
    panel = two_weathers(effect=0.0)
    full = Pool(HORIZON, fit_scale(panel)).fit(panel).full_
    noise = np.random.default_rng(5).normal(size=STEPS + HORIZON)
    full.remainder = lambda *_, **__: (noise, np.zeros_like(noise))  # type: ignore[method-assign]
    found = curved({kind: make(0) for kind, make in LEARNERS.items()})(panel, full)
    assert isinstance(found, Curved)
    curve = found.series[0]
    assert curve is not None
    assert [voice.kind for voice in curve.voices] == list(LEARNERS)
    believed = curve.believed(panel, 0, np.zeros_like(noise), slice(0, len(noise)))
    assert believed.std() < 0.1 * noise.std()


def test_the_slope_is_that_of_least_squares_within_its_bounds() -> None:
    draw = np.random.default_rng(6)
    said, two, rows = draw.normal(size=(1, 400)), draw.normal(size=(2, 400)), np.ones(400, dtype=bool)
    assert slopes_of(0.4 * said[0], said, 24, rows) == pytest.approx([0.4])
    assert slopes_of(3.0 * said[0], said, 24, rows) == [1.0]
    assert slopes_of(-said[0], said, 24, rows) == [0.0]
    assert slopes_of(said[0], np.zeros((1, 400)), 24, rows) == [0.0]
    np.testing.assert_allclose(slopes_of(np.array([0.3, 0.5]) @ two, two, 24, rows), [0.3, 0.5])


@settings(max_examples=40)
@given(seed=st.integers(0, 10_000), voices=st.integers(1, 3), gaps=st.booleans())
def test_slopes_are_bounded_and_those_of_nonnegative_least_squares_where_these_are(
    seed: int, voices: int, gaps: bool
) -> None:
    draw = np.random.default_rng(seed)
    said = draw.normal(size=(voices, 300))
    error = draw.normal(0, 0.7, voices) @ said + draw.normal(size=300)
    rows = draw.random(300) < 0.8 if gaps else np.ones(300, dtype=bool)
    found = slopes_of(error, said, 24, rows)
    assert (found >= 0).all()
    assert found.sum() <= 1 + 1e-12
    both = rows[24:] & rows[:-24]
    u, g = (x[..., 24:] - 0.8 * x[..., :-24] for x in (error, said))
    wanted, _ = nnls(g[:, both].T, u[both])
    if wanted.sum() <= 1:
        np.testing.assert_allclose(found, wanted, atol=1e-9)


@of_both
def test_no_feature_reads_a_later_row(kind: Kind) -> None:
    panel = hourly_panel((400,), future=HORIZON)
    mean, switches = np.random.default_rng(7).normal(size=400 + HORIZON), switches_of(panel, 0)
    before = FEATURES[kind](panel, 0, mean, switches)
    known = panel.known.copy()
    known[201:] += 1e3
    later = np.where(np.arange(len(mean)) > 200, -mean, mean)
    after = FEATURES[kind](replace(panel, known=known), 0, later, switches)
    np.testing.assert_array_equal(before[:201], after[:201])
    assert (before[201:] != after[201:]).any(axis=1).all()


@of_both
def test_rain_is_read_alike_from_a_panel_in_which_it_has_not_rained_yet(kind: Kind) -> None:
    """All zeros look like a switch; what was learned of amounts is still asked about amounts."""
    panel, draw = hourly_panel((STEPS,), future=HORIZON), np.random.default_rng(8)
    rain = np.where(draw.random(STEPS + HORIZON) < 0.1, draw.exponential(size=STEPS + HORIZON), 0.0)
    rain[:200] = 0.0
    panel = replace(panel, known=np.column_stack([panel.known, rain]), known_names=("temperature", "rain"))
    pool = pool_of(panel, kind)
    curve = replace(curve_of(pool), voices=(replace(curve_of(pool).voices[0], slope=1.0),))
    assert list(curve.switches) == [False, False]
    pool.fitted_[-1] = Curved((curve,))
    dry = panel.seen_until(np.array([150]))
    whole, early = (pool.stand(some, pool.scaled(some), 0, 149, 149).paths for some in (panel, dry))
    np.testing.assert_allclose(whole, early, rtol=1e-9)


def test_a_voice_speaks_by_what_has_not_seen_a_row_and_behind_the_history_by_all() -> None:
    def saying(number: float) -> Response:
        return Response(np.zeros(1), np.ones(1), ((np.zeros((1, 1)), np.array([number])),), 1.0)

    voice = Voice("perceptron", tuple(saying(float(n)) for n in range(ROUNDS * FOLDS)), 1.0)
    said = voice.of(np.zeros((4, 1)), np.array([[0, 5, 3, -1], [0, 4, 2, -1]]))
    np.testing.assert_allclose(said, [[0, 5, 3, 5.5], [6, 10, 8, 5.5]])


@of_both
def test_a_fold_is_foreseen_by_what_has_not_seen_it(kind: Kind) -> None:
    """Nonsense in one fold moves what was learned without every other fold, and not what was without it."""
    panel = hourly_panel((STEPS,), future=HORIZON)
    fold = folds_of(panel, 0, STEPS + HORIZON, STEPS)
    assert set(fold[0, :STEPS]) == set(fold[1, :STEPS]) == set(range(FOLDS))
    assert (fold[:, STEPS:] == -1).all()
    full = Pool(HORIZON, fit_scale(panel)).fit(panel).full_
    remainder, make = full.remainder, curved({kind: LEARNERS[kind](0)})

    def spoilt(panel: Panel, series: int) -> tuple[np.ndarray, np.ndarray]:
        error, mean = remainder(panel, series)
        return np.where(fold[0] == 2, 7.0, error), mean

    features = FEATURES[kind](panel, 0, remainder(panel, 0)[1], switches_of(panel, 0))
    said = []
    for read in (remainder, spoilt):
        full.remainder = read  # type: ignore[method-assign, assignment]
        found = make(panel, full)
        assert isinstance(found, Curved)
        (voice,) = found.series[0].voices  # type: ignore[union-attr]
        said.append([one.of(features).tobytes() for one in voice.folds])
    assert [a == b for a, b in zip(*said, strict=True)] == [k == 2 for k in range(ROUNDS * FOLDS)]


@settings(max_examples=60)
@given(seed=st.integers(0, 10_000), share=st.floats(0.0, 0.5), season=st.integers(1, 12))
def test_what_stands_before_the_relevant_rows_moves_nothing_behind(
    seed: int, share: float, season: int
) -> None:
    draw = np.random.default_rng(seed)
    error = np.where(draw.random(200) < share, np.nan, draw.normal(size=200))
    first, ends = int(draw.integers(0, 200)), np.array([0, 200])
    since = relevant(error, first, season)
    assert 0 <= since <= first
    spoilt = error.copy()
    spoilt[:since] = 1e6
    whole, other = (fill_causally(some, ends, season)[max(first, since) :] for some in (error, spoilt))
    np.testing.assert_array_equal(whole, other)


@of_both
@pytest.mark.parametrize("gaps", [False, True])
def test_an_origin_asked_alone_gets_the_paths_it_gets_among_others(kind: Kind, gaps: bool) -> None:
    panel = two_weathers(effect=40.0)
    if gaps:
        values = panel.values.copy()
        values[np.random.default_rng(9).random(len(values)) < 0.05] = np.nan
        values[2000:2060] = np.nan  # longer than two days: filled with what was filled
        panel = with_values(panel, values)
    pool = pool_of(panel, kind)
    curve, left = curve_of(pool), pool.full_.remainder(panel, 0)
    member = Curved((replace(curve, voices=(replace(curve.voices[0], slope=1.0),)),))
    seen = Seen(panel, 0, pool.scaled(panel), left, pool.full_, pool.scale_, HORIZON)
    position = np.arange(40, STEPS, 7)
    together = member.paths(seen, position)
    for i in np.flatnonzero((position < 300) | (abs(position - 2100) < 250) | (position > STEPS - 40)):
        np.testing.assert_allclose(member.paths(seen, position[i : i + 1])[0], together[i], rtol=1e-9)


@of_both
def test_a_series_without_a_curve_repeats_the_autoregression(kind: Kind) -> None:
    panel = hourly_panel((1500, 100), future=HORIZON)
    pool = pool_of(panel, kind)
    assert [one is None for one in curved_of(pool).series] == [False, True]
    paths = pool.stand(panel, pool.scaled(panel), 1, 60, 80).paths
    bent = int(np.flatnonzero(~pool.linear)[0])
    np.testing.assert_array_equal(paths[..., bent], paths[..., 0])


@of_both
def test_daily_rows_have_a_curve_too(kind: Kind) -> None:
    panel = hourly_panel((900,), future=HORIZON, seasons=(7,))
    daily = replace(panel, frequency=replace(panel.frequency, unit="day", count=1), times=panel.times * 24)
    assert curve_of(pool_of(daily, kind)) is not None


def test_where_no_series_has_a_regression_it_is_left_out_and_said() -> None:
    panel = replace(hourly_panel((400,)), known=np.zeros((400, 0)), known_names=())
    reports = Noting(Silent())
    model = Hybrid(HORIZON, boost=True, training=TINY).learn(panel, reports)
    assert any("boost=True adds nothing here" in note for note in reports.notes)
    assert model.forecast(panel, panel.last_origins(), (0.5,)).pool_part is None


def test_a_hybrid_bends_unasked_where_series_are_few(monkeypatch: pytest.MonkeyPatch) -> None:
    panel = hourly_panel((1500,), future=HORIZON)
    few = Hybrid(HORIZON, training=TINY).learn(panel, Silent())
    (voice,) = curve_of(few.pool_).voices
    assert voice.kind == "perceptron"
    assert few.forecast(panel, panel.last_origins(), (0.5,)).pool_part is not None
    monkeypatch.setattr(bent, "MOST_BENT", 0)
    many = Hybrid(HORIZON, training=TINY).learn(panel, Silent())
    assert Curved.name not in many.pool_.names
    assert many.forecast(panel, panel.last_origins(), (0.5,)).pool_part is None
