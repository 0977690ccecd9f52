"""The sets of bench/energy.py: which table, which part of it is held out, from where it is forecast.

Learning ends where the part begins. Load sets are forecast a day ahead from every hour of the part, M4 once
from the step before it. `tune` is the stretch of the same length just before what is reported.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from gatecast.backtest import mase, seasonal_scale, smape
from gatecast.data import (
    Panel,
    Schema,
    actuals,
    every_origin,
    local_time,
    panel_from,
    target_rows,
)
from gatecast.forecaster import Origins
from m4_hourly import naive2

YEAR, TWO_MONTHS = 8760, 1440  # hours
WEATHER = ("temperature", "holiday")
# Stamps of the Victorian table are UTC+10 throughout; its people follow Melbourne's clock.
VICTORIAN_STAMPS = pl.duration(hours=10)


@dataclass(frozen=True)
class Scaling:
    """What an M4 error is measured in: a series' own scale, and Naive2 on the same steps.

    scale      [series]  of MASE
    reference  Naive2's sMAPE in percent and MASE
    """

    scale: np.ndarray
    reference: tuple[float, float]


@dataclass(frozen=True)
class Held:
    """A set, cut in two.

    learn    what may be learned from
    panel    the same with what came in the part held out, for the forecasts' later origins
    origins  where forecasts start
    actual   [origins, horizon]  what came; NaN where missing
    day      [origins]           local date of the origin; None where there is one origin for a series
    hour     [origins, horizon]  local hour of the day that is forecast; None without a clock
    scaling  of M4; None where errors are in percent of the actual value
    """

    name: str
    horizon: int
    learn: Panel
    panel: Panel
    origins: Origins
    actual: np.ndarray
    day: np.ndarray | None
    hour: np.ndarray | None
    scaling: Scaling | None = None


def victoria(data: Path) -> tuple[pl.DataFrame, str | None]:
    """Hourly means of Victoria's half-hours. An hour counts as a holiday where either half does."""
    stamps = (pl.col("ds") - VICTORIAN_STAMPS).dt.replace_time_zone("UTC").dt.cast_time_unit("us")
    table = pl.read_parquet(data / "vic_elec.parquet").with_columns(ds=stamps).sort("ds")
    hours = table.group_by_dynamic("ds", every="1h", group_by="unique_id")
    averaged = hours.agg(pl.col("y", "temperature").mean(), pl.col("holiday").max())
    return averaged, "Australia/Melbourne"


def spain(data: Path) -> tuple[pl.DataFrame, str | None]:
    """Spain's load; its missing values stay missing."""
    table = pl.read_parquet(data / "spain_load.parquet")
    return table.with_columns(pl.col("ds").dt.replace_time_zone("UTC")), "Europe/Madrid"


def gefcom(data: Path) -> tuple[pl.DataFrame, str | None]:
    """GEFCom2014's load with the mean of its stations; the first hour has no value and is left out."""
    table = pl.read_parquet(data / "gefcom2014_load.parquet").rename({"temp_mean_f": "temperature"})
    return table.filter(pl.col("ds") > pl.col("ds").min()), None


def tetouan(data: Path) -> tuple[pl.DataFrame, str | None]:
    """Tetouan's three zones."""
    return pl.read_parquet(data / "tetouan_power_hourly.parquet"), None


@dataclass(frozen=True)
class Load:
    """A load set: how it is read, what is known ahead, how many hours are held out."""

    read: Callable[[Path], tuple[pl.DataFrame, str | None]]
    known: tuple[str, ...] = WEATHER
    held: int = YEAR
    horizon: int = 24


@dataclass(frozen=True)
class M4:
    """A set of the M4 competition: its file, the models' seasons, the competition's season, the horizon.

    MASE and Naive2 of weekly series go by a season of 1, as in the competition.
    """

    name: str
    seasons: tuple[int, ...]
    season: int
    horizon: int


SETS: dict[str, Load | M4] = {
    "victoria": Load(victoria),
    "spain": Load(spain),
    "gefcom": Load(gefcom),
    "tetouan": Load(tetouan, ("temperature", "humidity", "wind_speed", "holiday"), TWO_MONTHS),
    "m4-hourly": M4("m4_hourly", (24, 168), 24, 48),
    "m4-weekly": M4("m4_weekly", (52,), 1, 13),
}


def held_out(
    name: str, data: Path, *, tune: bool = False, given: tuple[str, ...] = (), series: int | None = None
) -> Held:
    """A set by name, cut where its part begins.

    given   columns with a forecast of someone else's, known ahead
    series  of M4, spread evenly over it; all unless given
    """
    chosen = SETS[name]
    if isinstance(chosen, M4):
        table = pl.read_parquet(data / f"{chosen.name}_train.parquet")
        if series is not None:
            ids = table["unique_id"].unique(maintain_order=True)
            kept = np.linspace(0, len(ids) - 1, min(series, len(ids))).astype(int)
            table = table.filter(pl.col("unique_id").is_in(ids[kept].implode()))
        return m4_held(name, chosen, table, data, tune)
    table, zone = chosen.read(data)
    columns, schema = (*chosen.known, *given), Schema(known=chosen.known, given=given)
    table = table.select("unique_id", "ds", "y", *columns)
    panel = panel_from(table, schema, season=[24, 168], zone=zone).panel
    return load_held(name, panel, chosen.held, chosen.horizon, tune)


def load_held(name: str, panel: Panel, held: int, horizon: int, tune: bool) -> Held:
    """Every hour of the last `held` as an origin, or of as many before those."""
    panel = panel.seen_until(panel.known_steps - held) if tune else panel
    end = panel.known_steps
    origins = every_origin(panel, end - held - 1, end - horizon - 1)
    clock = local_time(panel.times, panel.zone, panel.frequency)
    rows = target_rows(panel, origins, horizon)
    starts = panel.offsets[origins.series] + origins.position
    return Held(
        name=name,
        horizon=horizon,
        learn=panel.seen_until(end - held),
        panel=panel,
        origins=origins,
        actual=actuals(panel, origins, horizon),
        day=None if clock is None else clock.days[starts],
        hour=None if clock is None else clock.hour[rows].astype(np.int64),
    )


def m4_held(name: str, chosen: M4, table: pl.DataFrame, data: Path, tune: bool) -> Held:
    """The last steps of each series, or as many before those."""
    panel = panel_from(table, Schema(), season=list(chosen.seasons)).panel
    panel = panel.seen_until(panel.known_steps - chosen.horizon) if tune else panel
    learn = panel.seen_until(panel.known_steps - chosen.horizon)
    origins = learn.last_origins()
    actual = actuals(panel, origins, chosen.horizon)
    histories = [learn.values[learn.history(i)] for i in range(len(learn))]
    hour = None
    if chosen.season == 24:
        info = pl.read_parquet(data / f"{chosen.name}_info.parquet")
        start = dict(zip(info["unique_id"], info["start"].dt.hour(), strict=True))
        first = np.array([start[i] for i in panel.ids])[:, None]
        hour = (first + origins.position[:, None] + np.arange(1, chosen.horizon + 1)) % 24
    return Held(
        name=name,
        horizon=chosen.horizon,
        learn=learn,
        panel=learn,
        origins=origins,
        actual=actual,
        day=None,
        hour=hour,
        scaling=scaling_of(histories, actual, chosen.season),
    )


def scaling_of(histories: list[np.ndarray], actual: np.ndarray, season: int) -> Scaling:
    """The competition's scale of each series, and Naive2's scores; without a season it is the last value."""
    scale = np.array([seasonal_scale(history, season) for history in histories])
    steps = actual.shape[1]
    naive = [naive2(h, steps) if season > 1 else np.full(steps, h[-1]) for h in histories]
    benchmark = np.stack(naive)
    return Scaling(scale, (200 * smape(actual, benchmark).mean(), mase(actual, benchmark, scale).mean()))
