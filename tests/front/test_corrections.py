"""Late, corrected and repeated rows: the forecast is that of a model that has read the last table."""

import copy
from functools import lru_cache
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatecast.data import Panel
from gatecast.errors import TableError
from gatecast.forecaster import Forecast
from gatecast.front import TableDoor
from gatecast.front.trail import MOST, Trail
from gatecast.linear import ARIMA, Autoregression
from gatecast.progress import Silent
from gatecast.standing import Standing

OLD, ALL, HORIZON, DAY = 12 * 12, 12 * 12 + 60, 4, 12
ROLES: dict[str, Any] = {"season": DAY, "known": ["x"]}


class Heard(Silent):
    def __init__(self) -> None:
        self.notes: list[str] = []

    def note(self, message: str) -> None:
        self.notes.append(message)


class Counting(ARIMA):
    """Says how often its history was filtered from the beginning."""

    stood = 0

    def _stand(self, panel: Panel) -> Standing:
        type(self).stood += 1
        return super()._stand(panel)


@lru_cache
def table(seed: int = 0) -> pl.DataFrame:
    """Two series of steps, all covariates there, some values not."""
    rng, step = np.random.default_rng(seed), np.arange(ALL + HORIZON)
    parts = []
    for i in range(2):
        x = rng.normal(size=len(step))
        y = 50 + 10 * np.sin(2 * np.pi * step / DAY) + 2 * x + rng.normal(size=len(step)) + 20 * i
        y[OLD:-HORIZON][rng.uniform(size=ALL - OLD) < 0.1] = np.nan
        y[ALL - 1] = 50.0
        parts.append(pl.DataFrame({"unique_id": f"m{i}", "ds": step, "y": y, "x": x}))
    return pl.concat(parts).fill_nan(None)


def rows(df: pl.DataFrame, low: int, high: int) -> pl.DataFrame:
    return df.filter(pl.col("ds").is_between(low, high - 1))


@lru_cache
def fitted(name: str) -> TableDoor:
    made = {
        "arima": lambda: Counting(HORIZON, order=(1, 0, 1), seasonal_order=(0, 1, 1), **ROLES),
        "autoregression": lambda: Autoregression(HORIZON, **ROLES),
    }
    return made[name]().fit(rows(table(), 0, OLD))


def agree(model: TableDoor, rtol: float = 1e-9) -> None:
    """From where it stands, and by reading the history anew."""
    steps = model.panel_.known_steps
    ahead = pl.concat(
        [
            pl.DataFrame({"unique_id": f"m{i}", "ds": range(n, n + HORIZON), "x": [0.5] * HORIZON})
            for i, n in enumerate(steps)
        ]
    )
    mine = model.predict(level=[80], X_df=ahead)
    panel = model.ahead(ahead)
    theirs: Forecast = model.forecast(panel, panel.last_origins(), (0.1, 0.5, 0.9))
    for column, k in ((f"{model.name}-lo-80", 0), (model.name, 1), (f"{model.name}-hi-80", 2)):
        np.testing.assert_allclose(mine[column], theirs.quantiles[..., k].ravel(), rtol=rtol)


@pytest.mark.parametrize("name", ["arima", "autoregression"])
@settings(max_examples=12)
@given(seed=st.integers(0, 100), data=st.data())
def test_any_interleaving_gives_the_forecast_of_the_last_table(
    name: str, seed: int, data: st.DataObject
) -> None:
    model, df, rng = copy.copy(fitted(name)), table(seed), np.random.default_rng(seed)
    at, late = OLD, df.head(0)
    while at < ALL:
        size = data.draw(st.integers(1, 20))
        batch = rows(df, at, min(at + size, ALL))
        held = batch.sample(fraction=data.draw(st.sampled_from([0.0, 0.2])), seed=seed)
        batch = pl.concat([batch.join(held, on=["unique_id", "ds"], how="anti"), late])
        at, late = at + size, held
        if data.draw(st.booleans()):
            old = rows(df, data.draw(st.integers(0, at - 2)), at - size).head(2)
            old = old.with_columns(y=pl.Series(rng.normal(50, 5, len(old))))
            batch = pl.concat([batch, old.join(batch, on=["unique_id", "ds"], how="anti")])
        if len(batch):
            model.update(batch.sample(fraction=1.0, shuffle=True, seed=seed))
            agree(model)
    model.update(rows(df, OLD, ALL))
    agree(model)


def test_a_correction_goes_on_from_the_last_snapshot_before_it() -> None:
    model, df = copy.copy(fitted("arima")), table(1)
    for t in range(OLD, OLD + 40):
        model.update(rows(df, t, t + 1).with_columns(pl.col("y").fill_null(50.0)))
    Counting.stood = 0
    heard = Heard()
    model.update(pl.DataFrame({"unique_id": "m1", "ds": [OLD + 33], "y": [70.0], "x": [0.0]}), heard)
    assert heard.notes == [f"1 corrected (m1 at {OLD + 33}): read again from where it stood at {OLD + 23}"]
    agree(model)
    model.update(pl.DataFrame({"unique_id": "m1", "ds": [OLD + 39], "y": [70.0], "x": [0.0]}), heard)
    assert Counting.stood == 0
    model.update(pl.DataFrame({"unique_id": "m0", "ds": [OLD - 1], "y": [70.0], "x": [0.0]}), heard)
    assert Counting.stood == 1
    assert heard.notes[-1] == f"1 corrected (m0 at {OLD - 1}): read again from the beginning"
    agree(model)


def test_the_last_row_is_corrected_from_the_row_before() -> None:
    model, df = copy.copy(fitted("arima")), table(2)
    for t in range(OLD, OLD + 30):
        model.update(rows(df, t, t + 1).with_columns(pl.col("y").fill_null(50.0)))
    heard = Heard()
    model.update(rows(df, OLD + 29, OLD + 30).with_columns(y=pl.lit(44.0)), heard)
    assert heard.notes[0].endswith(f"read again from where it stood at {OLD + 28}")
    agree(model)


def test_an_update_says_what_it_did() -> None:
    model, df, heard = copy.copy(fitted("arima")), table(), Heard()
    news = [
        {"unique_id": "m0", "ds": OLD + 2, "y": 50.0, "x": 0.0},
        {"unique_id": "m1", "ds": OLD, "y": 50.0, "x": 0.0},
        {"unique_id": "m1", "ds": OLD + 1, "y": None, "x": 1.0},
    ]
    model.update(pl.DataFrame(news), heard)
    assert heard.notes == ["2 new steps, 2 steps between without a row, 1 of the future"]
    model.update(rows(df, OLD - 2, OLD), heard)
    assert heard.notes[1] == "4 repeated"
    assert model.news_ is not None
    assert (model.news_.new, model.news_.repeated) == (0, 4)
    agree(model)


def test_what_is_refused_leaves_the_model_as_it_was() -> None:
    model, df = copy.copy(fitted("arima")), table(4)
    model.update(rows(df, OLD, OLD + 3))
    before = dict(vars(model))
    for news in (
        rows(df, OLD + 3, OLD + 5).with_columns(unique_id=pl.lit("m9")),
        rows(df, OLD + 3, OLD + 5).with_columns(pl.col("ds") - 1000),
        rows(df, OLD + 3, OLD + 5).with_columns(y=pl.lit(np.inf)),
    ):
        with pytest.raises(TableError):
            model.update(news)
        assert all(vars(model)[name] is value for name, value in before.items())
    agree(model)


class Lump(Standing):
    """A standing of some size at some step."""

    def __init__(self, step: int, size: int) -> None:
        self.step, self.weight = step, np.zeros(size)

    @property
    def clock(self):
        return np.array([self.step])

    def advance(self, rows): ...
    def ahead(self, foreseen, levels): ...
    def state(self):
        return {}


def test_snapshots_lie_a_day_apart_and_are_few() -> None:
    trail = Trail(24)
    for step in range(24 * 20):
        trail = trail.after(Lump(step, 1), Lump(step + 1, 1))
    steps = [int(one.standing.clock[0]) for one in trail.snapshots]
    assert len(steps) == MOST + 1
    assert steps[-1] == 24 * 20 - 1
    assert set(np.diff(steps[:-1])) == {24}


def test_snapshots_that_are_large_are_fewer() -> None:
    trail = Trail(24)
    for step in range(0, 24 * 20, 24):
        trail = trail.after(Lump(step, 2_500_000), Lump(step + 24, 1))
    assert len(trail.snapshots) == 3
    shared = Lump(0, 9_000_000)
    moved = copy.copy(shared)
    assert Trail(24).after(shared, moved).snapshots[0].size == 0  # what both hold counts for nothing
    assert Trail(24).after(shared, Lump(1, 1)).snapshots == ()
