"""Models notice a planted change within the days docs/drift.md promises, and seldom what is not there."""

import copy
import warnings
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from regimes import CHANGED, DAYS, MORE, Change, halves, regime

import gatecast
from gatecast.data import Panel
from gatecast.front import TableDoor
from gatecast.linear import Autoregression
from gatecast.memory import Training
from gatecast.watch import Watch, caught_up

PROMISED: dict[Change, int] = {"level": 7, "wider": 14, "shape": 10, "response": 10}  # days
KINDS = {"level": {"above"}, "wider": {"wider"}, "shape": {"wider"}, "response": {"wider"}}
COLUMNS = ["kind", "since", "noticed", "size", "words"]


@lru_cache
def fed(
    change: Change, seed: int, name: str = "Autoregression", **options: Any
) -> tuple[TableDoor, list[str]]:
    """A model fitted and fed, and what it said meanwhile."""
    past, news = halves(regime(change, seed))
    model: TableDoor = getattr(gatecast, name)(horizon=24, known=["temperature"], **options).fit(past)
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always", UserWarning)
        model.update(news)
    return model, [str(one.message) for one in said]


def days_until(found: pl.DataFrame, column: str = "noticed") -> float:
    """Days from the change to what a drift names."""
    changed = regime("none", 0)["ds"][24 * CHANGED]
    return float((found[column][0] - changed).total_seconds()) / 86_400


@pytest.mark.parametrize("change", list(PROMISED))
def test_a_planted_change_is_noticed_within_the_days_promised(change: Change) -> None:
    kinds = []
    for seed in range(3):
        found = fed(change, seed)[0].drift()
        assert len(found) == 1
        assert 0 < days_until(found) <= PROMISED[change]
        assert abs(days_until(found, "since")) <= PROMISED[change]
        kinds.append(found["kind"][0])
    assert sum(kind in KINDS[change] for kind in kinds) >= 2


@pytest.mark.slow
@pytest.mark.parametrize("change", list(PROMISED))
def test_the_linear_half_notices_as_soon(change: Change) -> None:
    for seed in range(8):
        found = fed(change, seed, "LinearHalf")[0].drift()
        assert len(found) == 1
        assert 0 < days_until(found) <= PROMISED[change]


@pytest.mark.slow
@pytest.mark.parametrize("change", list(PROMISED))
def test_the_hybrid_notices_as_soon(change: Change) -> None:
    """Its reference is half as long: a fifth of the history was held out of training."""
    for seed in range(2):
        found = fed(change, seed, "Hybrid", training=Training(steps=60))[0].drift()
        assert len(found) == 1
        assert 0 < days_until(found) <= PROMISED[change]


def test_series_that_do_not_change_seldom_give_an_alarm() -> None:
    assert sum(len(fed("none", seed)[0].drift()) for seed in range(3)) == 0


@pytest.mark.slow
def test_false_alarms_stay_at_the_rate_that_is_documented() -> None:
    """.03 a year of 365 days with 60 to 180 ordinary ones: here are 100 times 40 days."""
    assert sum(len(fed("none", seed)[0].drift()) for seed in range(100)) <= 3


def test_each_drift_is_said_once_and_kept_in_the_table() -> None:
    past, news = halves(regime("level", 0))
    model = Autoregression(horizon=24, known=["temperature"]).fit(past)
    said, tables = [], []
    for day in range(MORE):
        with warnings.catch_warnings(record=True) as heard:
            warnings.simplefilter("always", UserWarning)
            model.update(news.slice(24 * day, 24))
        said += [str(one.message) for one in heard]
        tables.append(model.drift())
    (sentence,) = said
    whole, at_once = fed("level", 0)
    assert [sentence] == at_once
    assert tables[-1].equals(whole.drift())
    (row,) = tables[-1].iter_rows(named=True)
    assert sentence == (
        f"since {row['since']:%Y-%m-%d %H:%M} {row['words']} (noticed {row['noticed']:%Y-%m-%d %H:%M}); "
        "refit(warm_start=True) learns from them"
    )
    assert "ordinary errors above" in row["words"]


def scored(model: TableDoor, panel: Panel) -> Watch:
    """The replay: what a fitted model's watch says that sees the whole table at once."""
    past, _ = halves(regime("level", 0))
    fresh = copy.copy(model)
    fresh.watch_ = None
    begun = fresh.begin_watch(panel.seen_until(np.array([24 * DAYS])))
    assert len(past) == 24 * DAYS
    return caught_up(begun, panel, lambda origins: fresh.scores(panel, origins))


def test_fed_day_by_day_it_scores_as_a_replay_does() -> None:
    model, _ = fed("level", 0)
    assert model.watch_ is not None
    replay = scored(model, model.panel_)
    np.testing.assert_array_equal(model.watch_.number, replay.number)
    np.testing.assert_allclose(model.watch_.score, replay.score, rtol=1e-9, atol=1e-9)


def test_corrected_rows_are_judged_as_if_they_had_always_been_so() -> None:
    past, news = halves(regime("level", 0))
    wrong = pl.int_range(pl.len()).is_between(24 * 8, 24 * 9 - 1)  # a day a meter was read wrong
    fed_wrong = news.with_columns(y=pl.when(wrong).then(0.0).otherwise("y"))
    model = Autoregression(horizon=24, known=["temperature"]).fit(past)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        model.update(fed_wrong)
        before = model.watch_
        model.update(news.filter(wrong))
    right = fed("level", 0)[0]
    assert before is not None
    assert model.watch_ is not None
    assert right.watch_ is not None
    assert np.abs(before.score - right.watch_.score).max() > 0.1
    np.testing.assert_allclose(model.watch_.score, right.watch_.score, rtol=1e-9, atol=1e-9)
    assert model.drift().equals(right.drift())


def test_a_fresh_fit_has_an_empty_table() -> None:
    past, _ = halves(regime("none", 0))
    model = Autoregression(horizon=24).fit(past.drop("temperature"))
    assert model.drift().columns == COLUMNS
    assert len(model.drift()) == 0


def test_before_a_fit_there_is_nothing_to_ask() -> None:
    with pytest.raises(gatecast.errors.NotFittedError, match="call fit"):
        Autoregression(horizon=24).drift()


@pytest.mark.parametrize("library", ["pandas", "polars", "pyarrow"])
def test_the_table_is_of_the_library_that_was_fitted_and_names_the_series(library: str) -> None:
    moved, still = regime("level", 0), regime("none", 0)
    both = pl.concat(
        [still.with_columns(unique_id=pl.lit("house 1")), moved.with_columns(unique_id=pl.lit("house 2"))]
    )
    first = pl.col("ds") < moved["ds"][24 * DAYS]
    as_is = {"pandas": lambda t: t.to_pandas(), "polars": lambda t: t, "pyarrow": lambda t: t.to_arrow()}[
        library
    ]
    model = Autoregression(horizon=24, known=["temperature"]).fit(as_is(both.filter(first)))
    with pytest.warns(UserWarning, match=r"^'house 2': since "):
        model.update(as_is(both.filter(~first)))
    found = model.drift()
    assert isinstance(found, {"pandas": pd.DataFrame, "polars": pl.DataFrame, "pyarrow": pa.Table}[library])
    rows = (
        found.to_dict("records")
        if library == "pandas"
        else pl.from_arrow(found).to_dicts()
        if library == "pyarrow"
        else found.to_dicts()
    )
    assert [row["unique_id"] for row in rows] == ["house 2"]


def test_a_saved_model_remembers_and_goes_on_watching(tmp_path: Path) -> None:
    past, news = halves(regime("level", 0))
    model = Autoregression(horizon=24, known=["temperature"]).fit(past)
    for day in range(MORE):
        path = gatecast.save(model, tmp_path / "model.gatecast")
        model = gatecast.load(path)  # type: ignore[assignment]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            model.update(news.slice(24 * day, 24))
    assert model.drift().equals(fed("level", 0)[0].drift())
    loaded = gatecast.load(gatecast.save(model, tmp_path / "model.gatecast"))
    assert loaded.drift().equals(model.drift())


def test_a_hybrid_is_held_to_the_network_that_had_not_seen_the_outcomes() -> None:
    past, _ = halves(regime("none", 0))
    tiny = Training(units=6, steps=24, windows=8, checks=2)
    model = gatecast.Hybrid(horizon=24, known=["temperature"], training=tiny)
    model.fit(past)
    if model.shares_.any():  # learned again from everything: it could no longer be judged
        assert model.watch_ is not None
        assert len(model.watch_.score) >= 60
    assert len(model.drift()) == 0
    first = model.first_unseen(model.panel_)
    seen = model.judged_ is not None
    assert (
        (first == model.panel_.known_steps - 1).all()
        if seen
        else (first < model.panel_.known_steps - 24).all()
    )


def test_a_meter_that_falls_to_zero_is_noticed_where_the_model_works_on_logarithms() -> None:
    past, news = halves(regime("none", 0))
    model = Autoregression(horizon=24, known=["temperature"]).fit(past)
    assert model.path_scale_.logs.all()
    with pytest.warns(UserWarning, match="below what was forecast"):
        model.update(news.head(24 * 8).with_columns(y=pl.lit(0.0)))
