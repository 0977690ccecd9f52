"""Small fitted models of every kind, on tables of every kind."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
import polars as pl
import pytest

import gatecast
from gatecast.data import Site
from gatecast.front import TableDoor
from gatecast.memory import Training

HORIZON, STEPS = 6, 260
NUMBER = pl.col("kind").rank("dense").cast(pl.Int32)  # of each series, from one
TINY = Training(units=5, steps=16, windows=8, origins=4, checks=2)
PERCEPTRONS = replace(TINY, cell="mlp", networks=2)
ROLES: dict[str, Any] = {"known": ["temperature"], "past": ("cloud",), "static": ["kind"]}
ARIMA_GIVEN: dict[str, Any] = {"order": (1, 1, 1), "seasonal_order": (0, 1, 1), "known": ("temperature",)}


@lru_cache
def hourly(steps: int = STEPS) -> pl.DataFrame:
    """Two series over the night clocks go forward in Madrid, with covariates of every role."""
    rng = np.random.default_rng(0)
    start = pl.datetime(2024, 3, 25, time_zone="Europe/Madrid")
    parts = []
    for i, count in enumerate((steps, steps - 30)):
        hour = np.arange(steps - count, steps)
        stamps = pl.select(
            pl.datetime_range(start, start.dt.offset_by(f"{steps - 1}h"), "1h").alias("ds").tail(count)
        )
        temperature = 10 + 5 * np.cos(2 * np.pi * hour / 24) + rng.normal(size=count)
        y = (i + 1) * (100 + 20 * np.sin(2 * np.pi * hour / 24) + 0.5 * temperature + rng.normal(size=count))
        y[50:53] = np.nan
        parts.append(
            stamps.with_columns(
                unique_id=pl.lit(f"meter {i}"),
                y=pl.Series(y).fill_nan(None),
                temperature=pl.Series(temperature),
                cloud=pl.Series(rng.normal(size=count)),
                kind=pl.lit(["flat", "house"][i]),
            )
        )
    return pl.concat(parts)


def split(table: pl.DataFrame, ahead: int = HORIZON) -> tuple[pl.DataFrame, pl.DataFrame]:
    """What is known, and the covariates of the last steps."""
    by = [name for name in ("unique_id",) if name in table.columns]
    rank = pl.int_range(pl.len()).over(by) if by else pl.int_range(pl.len())
    count = pl.len().over(by) if by else pl.len()
    last = rank >= count - ahead
    return table.filter(~last), table.filter(last).drop("y")


@lru_cache
def sunny() -> pl.DataFrame:
    """The same, dark by night."""
    course = (np.pi * (pl.col("ds").dt.hour() - 7) / 12).sin().clip(0.0)
    return hourly().with_columns(y=pl.col("y") * course)


@lru_cache
def counted() -> pl.DataFrame:
    """One series by integer steps, without ids."""
    step = np.arange(70)
    y = 5 + step % 7 + np.random.default_rng(1).normal(0, 0.2, 70)
    return pl.DataFrame({"ds": step, "y": y})


@dataclass(frozen=True)
class Case:
    """A model, and the table it is fitted on; of one that stands, the last rows come in an update."""

    make: Callable[[], TableDoor]
    table: Callable[[], pl.DataFrame] = hourly
    convert: Callable[[pl.DataFrame], Any] = lambda table: table
    stands: bool = False

    def tables(self) -> tuple[Any, Any]:
        """What it is fitted on, and what it is given of the steps ahead."""
        past, future = split(self.table())
        return self.convert(past), self.convert(future)


def _made(name: str, **options: Any) -> Callable[[], TableDoor]:
    return lambda: getattr(gatecast, name)(horizon=HORIZON, **options)


def _in_numbers(table: pl.DataFrame) -> pl.DataFrame:
    ids = pl.col("unique_id").str.slice(-1).cast(pl.Int32)
    return table.with_columns(unique_id=ids)


CASES = {
    "hybrid": Case(_made("Hybrid", training=TINY, **ROLES)),
    "hybrid of holidays": Case(_made("Hybrid", training=TINY, holidays="ES", seed=3)),
    "hybrid of all": Case(_made("Hybrid", training=TINY, boost=True, given=["cloud"], known=["temperature"])),
    "hybrid of residuals": Case(_made("Hybrid", training=TINY, mode="residual", **ROLES)),
    "hybrid in parallel": Case(_made("Hybrid", training=TINY, mode="parallel", **ROLES)),
    "hybrid of perceptrons": Case(_made("Hybrid", training=PERCEPTRONS, **ROLES)),
    "hybrid that fell back": Case(_made("Hybrid", training=TINY), counted),
    "hybrid at a site": Case(_made("Hybrid", training=TINY, site=Site(40.4, -3.7, 30, 180), **ROLES), sunny),
    "linear": Case(_made("LinearHalf", **ROLES)),
    "hybrid that stands": Case(_made("Hybrid", training=TINY, holidays="ES", **ROLES), stands=True),
    "hybrid of all that stands": Case(
        _made("Hybrid", training=TINY, mode="residual", given=["cloud"], known=["temperature"]), stands=True
    ),
    "hybrid in parallel that stands": Case(_made("Hybrid", training=TINY, mode="parallel"), stands=True),
    "linear that stands": Case(_made("LinearHalf", **ROLES), stands=True),
    "linear at a site": Case(_made("LinearHalf", site=Site(40.4, -3.7, capacity=200), **ROLES), sunny),
    "lstm": Case(_made("LSTM", training=TINY, **ROLES)),
    "lstm that stands": Case(_made("LSTM", training=TINY, **ROLES), stands=True),
    "two rnns that stand": Case(_made("RNN", training=replace(TINY, networks=2)), stands=True),
    "gru": Case(_made("GRU", training=TINY, known=["temperature"])),
    "rnn": Case(_made("RNN", training=TINY)),
    "solar": Case(
        _made("SolarHybrid", training=TINY, site={f"meter {i}": Site(40.4, -3.7) for i in (0, 1)}, **ROLES),
        sunny,
    ),
    "solar-linear": Case(_made("SolarLinear", known=["temperature"]), sunny),
    "arima": Case(_made("ARIMA", **ARIMA_GIVEN)),
    "arima by steps": Case(_made("ARIMA", season=7), counted),
    "arima blend": Case(
        _made("ARIMA", blend=True, transform="box-cox", mean=True, season=[24, 100], harmonics=2)
    ),
    "autoregression": Case(_made("Autoregression", season=np.int64(24), **ROLES)),
    "naive": Case(_made("SeasonalNaive", season=[7]), counted),
    "drift": Case(_made("Drift"), counted),
    "in pandas": Case(_made("SeasonalNaive"), convert=lambda t: t.to_pandas()),
    "in arrow": Case(_made("SeasonalNaive"), convert=lambda t: t.to_arrow()),
    "ids as numbers": Case(_made("SeasonalNaive"), convert=_in_numbers),
    "ids as categories": Case(
        _made("SeasonalNaive"), convert=lambda t: t.with_columns(pl.col("unique_id").cast(pl.Categorical))
    ),
    "ids as dates": Case(
        _made("SeasonalNaive"), convert=lambda t: t.with_columns(unique_id=pl.date(2024, 1, NUMBER))
    ),
    "ids as stamps": Case(
        _made("SeasonalNaive"),
        convert=lambda t: t.with_columns(
            unique_id=pl.datetime(2024, 1, NUMBER, time_zone="Europe/Madrid")
        ),
    ),
    "stamps on a clock": Case(
        _made("SeasonalNaive"),
        convert=lambda t: t.with_columns(pl.col("ds").dt.convert_time_zone("UTC").dt.replace_time_zone(None)),
    ),
}  # fmt: skip


@lru_cache
def fitted(name: str) -> TableDoor:
    """A case's model, fitted once."""
    return fitted_anew(name)


def fitted_anew(name: str) -> TableDoor:
    """A case's model; regressions bend though histories are short."""
    case = CASES[name]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("gatecast.hybrid.curve.FEWEST_DAYS", 8)
        table = case.tables()[0]
        if not case.stands:
            return case.make().fit(table)
        past, _ = split(table, 3)
        return case.make().fit(past).update(table.join(past, on=["unique_id", "ds"], how="anti"))


def forecast_of(model: TableDoor, name: str) -> Any:
    """What the model says of the steps ahead, in polars."""
    parts = model.name == "Hybrid"
    frame = model.predict((80, 95), CASES[name].tables()[1] if model.known else None, parts=parts)
    return pl.DataFrame(frame)
