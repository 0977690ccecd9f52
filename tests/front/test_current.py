"""A fitted model that new rows have moved on says what one says that has read the whole table."""

import copy
import pickle
from collections.abc import Callable
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatecast.data import extend
from gatecast.errors import NotFittedError, TableError
from gatecast.forecaster import Forecast
from gatecast.front import Replayed, TableDoor
from gatecast.linear import ARIMA, Autoregression, SeasonalNaive

OLD, ALL, HORIZON = 24 * 8, 24 * 8 + 40, 6
LEVELS = (0.1, 0.5, 0.9)
ROLES: dict[str, Any] = {"known": ["x"], "holidays": "ES"}
MAKERS: dict[str, Callable[[], TableDoor]] = {
    "naive": lambda: SeasonalNaive(HORIZON),
    "autoregression": lambda: Autoregression(HORIZON, **ROLES),
    "arima": lambda: ARIMA(HORIZON, order=(1, 0, 0), seasonal_order=(0, 1, 0), **ROLES),
}


@lru_cache
def table(steps: int = ALL + HORIZON) -> pl.DataFrame:
    """Two series of hours over Christmas, a covariate beside."""
    rng, hour = np.random.default_rng(0), np.arange(steps)
    start = pl.datetime(2023, 12, 20, time_zone="Europe/Madrid")
    stamps = pl.select(pl.datetime_range(start, start.dt.offset_by(f"{steps - 1}h"), "1h").alias("ds"))
    x = rng.normal(size=(2, steps))
    y = 100 + 20 * np.sin(2 * np.pi * hour / 24) + 3 * x + rng.normal(size=(2, steps))
    parts = [stamps.with_columns(unique_id=pl.lit(f"m{i}"), y=y[i], x=x[i]) for i in range(2)]
    return pl.concat(parts).select("unique_id", "ds", "y", "x")


def rows(df: pl.DataFrame, low: int, high: int) -> pl.DataFrame:
    return df.filter(pl.int_range(pl.len()).over("unique_id").is_between(low, high - 1))


@lru_cache
def fitted(name: str) -> TableDoor:
    return MAKERS[name]().fit(rows(table(), 0, OLD))


def both(model: TableDoor, future: pl.DataFrame) -> tuple[Forecast, Forecast]:
    """From where it stands, and by reading the history anew."""
    reading = model.reading_
    panel = model._with_holidays(extend(reading.panel, reading.layout, model.horizon, future.drop("y")))
    return model._ahead(panel, LEVELS), model.forecast(panel, panel.last_origins(), LEVELS)


def agree(mine: Forecast, theirs: Forecast, rtol: float = 1e-9) -> None:
    np.testing.assert_allclose(mine.quantiles, theirs.quantiles, rtol=rtol)
    np.testing.assert_allclose(mine.point, theirs.point, rtol=rtol)
    np.testing.assert_array_equal(mine.origins.series, theirs.origins.series)
    np.testing.assert_array_equal(mine.origins.position, theirs.origins.position)


@pytest.mark.parametrize("name", MAKERS)
@settings(max_examples=8)
@given(cuts=st.lists(st.integers(OLD, ALL - 6), max_size=4), one=st.integers(0, 6))
def test_in_whatever_parts_the_rows_come(name: str, cuts: list[int], one: int) -> None:
    model = copy.copy(fitted(name))
    for low, high in pairwise([OLD, *sorted(cuts), ALL - one]):
        model.update(rows(table(), low, high))
    for t in range(ALL - one, ALL):
        model.update(rows(table(), t, t + 1))
    assert (model.panel_.known_steps == ALL).all()
    assert model.standing_ is not None
    agree(*both(model, rows(table(), ALL, ALL + HORIZON)))


@pytest.mark.parametrize("name", MAKERS)
def test_a_copy_stays_where_it_stood(name: str) -> None:
    first = copy.copy(fitted(name)).update(rows(table(), OLD, OLD + 2))
    later = copy.copy(first).update(rows(table(), OLD + 2, OLD + 4))
    again = pickle.loads(pickle.dumps(first))
    for model, steps in ((first, OLD + 2), (later, OLD + 4), (again, OLD + 2)):
        assert (model.panel_.known_steps == steps).all()
        agree(*both(model, rows(table(), steps, steps + HORIZON)))


@pytest.mark.parametrize("name", MAKERS)
def test_an_option_changed_or_a_fit_makes_it_stand_anew(name: str) -> None:
    model = copy.copy(fitted(name)).update(rows(table(), OLD, OLD + 2))
    stood = model.standing_
    assert stood is not None
    model.set_params(season=[24, 168])
    assert model.standing_ is None
    agree(*both(model, rows(table(), OLD + 2, OLD + 2 + HORIZON)))
    assert model.standing_ is not None
    assert model.standing_ is not stood
    model.fit(rows(table(), 0, OLD))
    assert model.standing_ is not stood
    agree(*both(model, rows(table(), OLD, OLD + HORIZON)))


def test_the_standing_of_a_copy_is_its_own() -> None:
    model = copy.copy(fitted("naive")).update(rows(table(), OLD, OLD + 1))
    twin = copy.copy(model)
    assert isinstance(model.standing_, Replayed)
    assert twin.standing_ is None  # it would ask the other one
    agree(*both(twin, rows(table(), OLD + 1, OLD + 1 + HORIZON)))
    assert isinstance(twin.standing_, Replayed)


def test_a_replayed_standing_names_its_clock_and_last_values() -> None:
    model = copy.copy(fitted("naive")).update(rows(table(), OLD, OLD + 3))
    assert model.standing_ is not None
    state = model.standing_.state()
    assert state["clock"].tolist() == [OLD + 2, OLD + 2]
    assert state["last value"].tolist() == rows(table(), OLD + 2, OLD + 3)["y"].to_list()


def test_an_update_before_fit_or_that_cannot_be_leaves_everything() -> None:
    with pytest.raises(NotFittedError):
        SeasonalNaive(2).update(table())
    model = copy.copy(fitted("autoregression"))
    before = dict(vars(model))
    with pytest.raises(TableError):
        model.update(rows(table(), OLD, OLD + 1).with_columns(unique_id=pl.lit("other")))
    assert vars(model) == before
