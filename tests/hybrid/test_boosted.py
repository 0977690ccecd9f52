"""Boosted trees find what sums cannot say, are believed as far as they hold, and read no later row."""

import builtins
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.ensemble import HistGradientBoostingRegressor

from gatecast import Hybrid
from gatecast.data import Panel, fit_scale
from gatecast.errors import OptionError
from gatecast.hybrid.forest import forest_of
from gatecast.hybrid.pool import Pool
from gatecast.hybrid.weather import weather_features
from gatecast.memory import Training
from gatecast.progress import Noting, Silent
from synthetic_panels import hourly_panel, with_values

HORIZON, STEPS = 12, 3000
TINY = Training(units=8, steps=4, windows=8, origins=4)
RNG = np.random.default_rng(4)


def two_weathers(effect: float) -> Panel:
    """A series moved by the product of two covariates, in (-1, 1), that change from day to day."""
    panel = hourly_panel((STEPS,), future=HORIZON)
    rows = STEPS + HORIZON
    known = np.repeat(RNG.uniform(-1, 1, (rows // 24 + 1, 2)), 24, axis=0)[:rows]
    hour = np.arange(rows) % 24
    values = 300 + 20 * np.sin(2 * np.pi * hour / 24) + effect * known.prod(axis=1) + RNG.normal(0, 2, rows)
    return with_values(replace(panel, known=known, known_names=("heat", "wind")), values)


def pool_of(panel: Panel) -> Pool:
    return Pool(HORIZON, fit_scale(panel)).fit(panel, [boosted(0)])


def grown_of(pool: Pool) -> Any:
    (found,) = (one for one in pool.fitted_ if isinstance(one, Boosted))
    return found.series[0]


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 1000), columns=st.integers(1, 4), rows=st.integers(30, 200))
def test_plain_arrays_say_what_the_library_says_to_the_bit(seed: int, columns: int, rows: int) -> None:
    draw = np.random.default_rng(seed)
    features = draw.normal(size=(rows, columns)).round(1)
    target = features[:, 0] ** 2 + draw.normal(size=rows)
    grown = HistGradientBoostingRegressor(max_iter=20, min_samples_leaf=3, random_state=seed)
    grown.fit(features, target)
    other = draw.normal(size=(50, columns)).round(1)
    for some in (features, other):
        assert forest_of(grown, columns).of(some).tobytes() == grown.predict(some).tobytes()


def test_rows_of_other_features_are_refused() -> None:
    grown = HistGradientBoostingRegressor(max_iter=2).fit(np.zeros((30, 2)), np.arange(30.0))
    with pytest.raises(ValueError, match="rows have 3 features, wanted 2"):
        forest_of(grown, 2).of(np.zeros((4, 3)))


def test_a_product_of_two_covariates_is_found_where_no_linear_member_can() -> None:
    panel = two_weathers(effect=40.0)
    pool = pool_of(panel.seen_until(np.array([STEPS - 500])))
    assert grown_of(pool).ahead > 0.3
    position = np.arange(STEPS - 500, STEPS - HORIZON)
    standing = pool.stand(panel, pool.scaled(panel), 0, position[0], position[-1])
    own = pool.scaled(panel)[position[:, None] + np.arange(1, HORIZON + 1)]
    error = np.abs(standing.paths - own[..., None]).mean(axis=(0, 1))
    assert error[~pool.linear].min() < 0.8 * error[0], "the autoregression, whose regression it corrects"
    assert np.abs(standing.mix - own).mean() < 0.95 * np.abs(standing.linear.mix - own).mean()


def test_trees_of_noise_are_not_believed() -> None:
    panel = two_weathers(effect=0.0)
    full = Pool(HORIZON, fit_scale(panel)).fit(panel).full_
    noise = RNG.normal(size=STEPS + HORIZON)
    full.remainder = lambda *_, **__: (noise, np.zeros_like(noise))  # type: ignore[method-assign]
    found = boosted(0)(panel, full)
    assert isinstance(found, Boosted)
    assert found.series[0] is not None
    assert found.series[0].slope < 0.15


def test_the_slope_is_that_of_least_squares_within_its_bounds() -> None:
    said, rows = RNG.normal(size=400), np.ones(400, dtype=bool)
    assert slope_of(0.4 * said, said, 24, rows) == pytest.approx(0.4)
    assert slope_of(3.0 * said, said, 24, rows) == 1.0
    assert slope_of(-said, said, 24, rows) == 0.0
    assert slope_of(said, np.zeros(400), 24, rows) == 0.0


def test_no_feature_reads_a_later_row() -> None:
    panel = hourly_panel((400,), future=HORIZON)
    mean = RNG.normal(size=400 + HORIZON)
    before = weather_features(panel, 0, mean)
    known = panel.known.copy()
    known[201:] += 1e3
    later = np.where(np.arange(len(mean)) > 200, -mean, mean)
    after = weather_features(replace(panel, known=known), 0, later)
    np.testing.assert_array_equal(before[:201], after[:201])
    assert (before[201:] != after[201:]).any(axis=1).all()


def test_a_fold_is_foreseen_by_trees_that_have_not_seen_it() -> None:
    """Nonsense in one fold moves the trees of every other fold, and not its own."""
    panel = hourly_panel((STEPS,), future=HORIZON)
    fold = folds_of(panel, 0, STEPS + HORIZON, STEPS)
    assert set(fold[0, :STEPS]) == set(fold[1, :STEPS]) == set(range(FOLDS))
    assert (fold[:, STEPS:] == -1).all()
    full = Pool(HORIZON, fit_scale(panel)).fit(panel).full_
    remainder = full.remainder

    def spoilt(panel: Panel, series: int) -> tuple[np.ndarray, np.ndarray]:
        error, mean = remainder(panel, series)
        return np.where(fold[0] == 2, 7.0, error), mean

    honest = boosted(0)(panel, full)
    full.remainder = spoilt  # type: ignore[method-assign, assignment]
    other = boosted(0)(panel, full)
    assert isinstance(honest, Boosted)
    assert isinstance(other, Boosted)
    pairs = zip(honest.series[0].forests, other.series[0].forests, strict=True)  # type: ignore[union-attr]
    assert [a.value.tobytes() == b.value.tobytes() for a, b in pairs] == [k == 2 for k in range(2 * FOLDS)]


def test_a_series_without_trees_repeats_the_autoregression() -> None:
    panel = hourly_panel((700, 100), future=HORIZON)
    pool = pool_of(panel)
    found = next(one for one in pool.fitted_ if isinstance(one, Boosted))
    assert [one is None for one in found.series] == [False, True]
    paths = pool.stand(panel, pool.scaled(panel), 1, 60, 80).paths
    trees = int(np.flatnonzero(~pool.linear)[0])
    np.testing.assert_array_equal(paths[..., trees], paths[..., 0])


def test_where_no_series_has_a_regression_it_is_left_out_and_said() -> None:
    panel = replace(hourly_panel((400,)), known=np.zeros((400, 0)), known_names=())
    reports = Noting(Silent())
    model = Hybrid(HORIZON, boost=True, training=TINY).learn(panel, reports)
    assert any("boost=True adds nothing here" in note for note in reports.notes)
    assert model.forecast(panel, panel.last_origins(), (0.5,)).pool_part is None


def test_without_the_library_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def absent(name: str, *rest: Any) -> Any:
        if name.startswith("sklearn"):
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", absent)
    with pytest.raises(OptionError, match=r"scikit-learn, which is not installed; install gatecast\[boost\]"):
        Hybrid(HORIZON, boost=True, training=TINY).learn(hourly_panel((400,)), Silent())


def test_daily_rows_have_trees_too() -> None:
    panel = hourly_panel((900,), future=HORIZON, seasons=(7,))
    daily = replace(panel, frequency=replace(panel.frequency, unit="day", count=1), times=panel.times * 24)
    assert grown_of(pool_of(daily)) is not None
