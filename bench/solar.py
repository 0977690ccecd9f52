"""Solar output a day ahead: bounded quantiles with and without a recurrent half, on two public sets.

    python bench/solar.py gefcom2014_solar.parquet --split weeks
    python bench/solar.py gefcom2014_solar.parquet --split months
    python bench/solar.py nrel_pv_system50.parquet

From every local midnight, 24 hours, 99 quantiles; shares of capacity. `weeks` hides every fourth week of the
year and learns from the rest, later ones included, as the competition's own year of history knew all seasons;
`months` learns before each of January, February and March 2013 and forecasts it. GEFCom2014's weather is
a real forecast. NREL's cloud index is observed: known ahead, it is a perfect forecast, and figures with it
are kinder than life; `--history` gives it up to the origin only. It is interpolated across the night in the
file, which would tell the evening of the morning: where the clear sky is below 20 W/m² the last one stands.

Coverage is by day: where a clear sky would give more than 6 % of capacity.
"""

import argparse
import os
import platform
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "NUMBA_NUM_THREADS"), "1"))

import numpy as np
import polars as pl

from gatecast._types import FloatArray, IntArray
from gatecast.backtest.paired import correlated_lags, paired_test
from gatecast.backtest.scores import mqloss
from gatecast.data import Panel, Schema, Site, actuals, panel_from, target_rows
from gatecast.forecaster import Forecast, Origins
from gatecast.progress import Silent
from gatecast.solar import SolarHybrid, SolarLinear
from gatecast.solar.envelope import fit_envelope, seasons_of

LEVELS = (*(k / 100 for k in range(1, 100)), 0.025, 0.975)
FINE = np.arange(99)  # which of them the pinball loss is averaged over
HOUR, DAY = 3_600_000_000, 86_400_000_000
ROOF = Site(39.7406, -105.1775, tilt=45, azimuth=158)
DAYLIGHT = 0.06
Make = Callable[[], Any]


@dataclass(frozen=True)
class Task:
    """What to learn from, and the midnights to forecast from afterwards."""

    learn: Panel
    origins: Origins


def instant(date: str) -> int:
    """Microseconds of a date."""
    return int(np.datetime64(date, "us").astype(np.int64))


def midnights(panel: Panel, hour: int, first: int, last: int) -> Origins:
    """The step before every local midnight from `first` to `last`; hour [UTC] of that step."""
    series, position = [], []
    for i in range(len(panel)):
        times = panel.times[panel.rows(i)]
        found = np.flatnonzero((times >= first) & (times < last) & (times // HOUR % 24 == hour))
        found = found[found + 24 < len(times)]
        series.append(np.full(len(found), i, dtype=np.int64))
        position.append(found)
    return Origins(np.concatenate(series), np.concatenate(position))


def before(panel: Panel, date: int) -> Panel:
    """The panel as it stood at a date."""
    steps = [int((panel.times[panel.rows(i)] < date).sum()) for i in range(len(panel))]
    return panel.seen_until(np.array(steps))


def gefcom(path: Path, split: str) -> tuple[Panel, list[Task], Site | None]:
    """The three farms, whose stamps are UTC and whose clocks are ten hours ahead."""
    table = pl.read_parquet(path)
    known = tuple(c for c in table.columns if c not in ("unique_id", "ds", "y"))
    panel = panel_from(table, Schema("unique_id", "ds", "y", known, (), ()), zone="UTC").panel
    if split == "months":
        edges = [instant(f"2013-{m:02d}-01") - 10 * HOUR for m in (1, 2, 3, 4)]
        pairs = pairwise(edges)
        return (
            panel,
            [Task(before(panel, a), midnights(panel, 13, a - HOUR, b - HOUR)) for a, b in pairs],
            None,
        )
    week = (panel.times - panel.times.min() + 9 * HOUR) // (7 * DAY)
    hidden = week % 4 == 1
    origins = midnights(panel, 13, int(panel.times.min()), int(panel.times.max()))
    origins = origins.where(hidden[panel.offsets[origins.series] + origins.position + 1])
    learn = replace(panel, values=np.where(hidden, np.nan, panel.values))
    return panel, [Task(learn, origins)], None


def nrel(path: Path, *, ahead: bool) -> tuple[Panel, list[Task], Site | None]:
    """The roof, its last half year; ahead: whether the clouds to come are given."""
    last = pl.when(pl.col("ghi_clear") > 20).then(pl.col("cloud_index")).forward_fill().fill_null(0.2)
    table = pl.read_parquet(path).with_columns(cloud_index=last)
    names = ("cloud_index", "temperature")
    schema = Schema("unique_id", "ds", "y", names if ahead else (), () if ahead else names, ())
    panel = panel_from(table, schema, zone="Etc/GMT+7").panel
    start = instant("2013-07-01") + 7 * HOUR
    task = Task(before(panel, start), midnights(panel, 6, start - HOUR, int(panel.times.max())))
    return panel, [task], ROOF


class Climatology:
    """Quantiles of what came at that hour on days near in season."""

    def learn(self, panel: Panel, progress: object) -> "Climatology":
        """Keep the panel."""
        del progress
        self.panel = panel
        return self

    def forecast(self, panel: Panel, origins: Origins, levels: tuple[float, ...]) -> Forecast:
        """Read them off."""
        quantiles = np.zeros((len(origins), 24, len(levels)))
        for n, rows in enumerate(target_rows(panel, origins, 24)):
            own = self.panel.rows(int(origins.series[n]))
            times, values = self.panel.times[own], self.panel.values[own]
            away = np.abs(seasons_of(times) - seasons_of(panel.times[rows[:1]]))
            near = np.isfinite(values) & (np.minimum(away, 1 - away) < max(20 / 365, np.min(away) + 20 / 365))
            for k, row in enumerate(rows):
                same = near & (times % DAY == panel.times[row] % DAY)
                quantiles[n, k] = np.quantile(values[same], levels) if same.any() else 0.0
        return Forecast(origins, np.array(levels), quantiles, quantiles[..., levels.index(0.5)])


def models(site: Site | None) -> dict[str, Make]:
    """The rows of the table."""
    return {
        "climatology": Climatology,
        "linear quantiles, own hour": lambda: SolarLinear(24, site=site, neighbours=False),
        "linear quantiles": lambda: SolarLinear(24, site=site),
        "MLP in place of the LSTM": lambda: SolarHybrid(24, site=site, recurrent="mlp"),
        "LSTM without linear half": lambda: SolarHybrid(24, site=site, line=False),
        "hybrid": lambda: SolarHybrid(24, site=site),
    }


def run(make: Make, panel: Panel, tasks: list[Task]) -> tuple[list[Forecast], float]:
    """Learn and forecast each task; seconds in all."""
    start = time.perf_counter()
    forecasts = [make().learn(t.learn, Silent()).forecast(panel, t.origins, LEVELS) for t in tasks]
    return forecasts, time.perf_counter() - start


@dataclass(frozen=True)
class Row:
    """What came of one model.

    losses  [days]  mean pinball loss, shares of capacity, mean over the series
    """

    losses: FloatArray
    inside: tuple[float, float]
    astray: int
    seconds: float


def scored(
    panel: Panel, forecasts: list[Forecast], day: np.ndarray, capacity: FloatArray, seconds: float
) -> Row:
    """Losses by day, coverage by day and how often a bound or the night was broken."""
    origins = Origins(
        *(np.concatenate([getattr(f.origins, n) for f in forecasts]) for n in ("series", "position"))
    )
    most = capacity[origins.series][:, None]
    quantiles = np.concatenate([f.quantiles for f in forecasts]) / most[..., None]
    actual = actuals(panel, origins, 24) / most
    rows = target_rows(panel, origins, 24)
    losses = mqloss(actual, quantiles[..., FINE], np.array(LEVELS)[FINE])
    when: IntArray = panel.times[rows[:, 0]] // DAY
    known = np.isfinite(losses)  # a day without any reading is no day
    by_day = np.array([losses[known & (when == d)].mean() for d in np.unique(when[known])])
    bright = day[rows] & np.isfinite(actual)
    inside = []
    for low, high in ((0.1, 0.9), (0.025, 0.975)):
        bounds = (quantiles[..., LEVELS.index(level)] for level in (low, high))
        a, b = bounds
        inside.append(float(((actual >= a) & (actual <= b))[bright].mean()))
    astray = int((quantiles < 0).sum() + (quantiles > 1 + 1e-12).sum())
    return Row(by_day, (inside[0], inside[1]), astray, seconds)


def daylight(panel: Panel, capacity: FloatArray) -> tuple[np.ndarray, np.ndarray]:
    """Where a clear sky would give more than 6 % of capacity, and where it is night. [rows] each"""
    bright, night = np.zeros(len(panel.times), dtype=bool), np.zeros(len(panel.times), dtype=bool)
    for i in range(len(panel)):
        rows = panel.rows(i)
        times = panel.times[rows]
        most = np.nanmax(panel.values[rows])
        top, dark = fit_envelope(times, panel.values[rows] / most, 24, None).at(times, None)
        bright[rows], night[rows] = top * most / capacity[i] > DAYLIGHT, dark
    return bright, night


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("table", type=Path)
    parser.add_argument("--split", choices=("weeks", "months"), default="weeks")
    parser.add_argument("--history", action="store_true", help="NREL without the clouds to come")
    parser.add_argument(
        "--only", default="", help="rows of the table, by the start of their names, with commas"
    )
    given = parser.parse_args()
    sun_roof = "nrel" in given.table.name
    panel, tasks, site = (
        nrel(given.table, ahead=not given.history) if sun_roof else gefcom(given.table, given.split)
    )
    capacity = np.array(
        [np.nanmax(panel.values[panel.rows(i)]) if sun_roof else 1.0 for i in range(len(panel))]
    )
    bright, night = daylight(panel, capacity)
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, one thread")
    print("python bench/solar.py " + " ".join(Path(a).name if "/" in a else a for a in sys.argv[1:]))
    print(
        "| model | mean pinball | in 80 % | in 95 % | broken bounds | shining by night | seconds | "
        "against the linear half |"
    )
    print("|---|---|---|---|---|---|---|---|", flush=True)
    found: dict[str, Row] = {}
    chosen = tuple(given.only.split(","))
    for name, make in models(site).items():
        if not name.startswith(chosen):
            continue
        forecasts, seconds = run(make, panel, tasks)
        row = found[name] = scored(panel, forecasts, bright, capacity, seconds)
        shines = sum(
            int((f.quantiles[night[target_rows(panel, f.origins, 24)]] > 0).sum()) for f in forecasts
        )
        verdict = ""
        if "linear quantiles" in found and name != "linear quantiles":
            base = found["linear quantiles"].losses
            test = paired_test(row.losses - base, correlated_lags(len(base), 1))
            verdict = f"{100 * (row.losses.mean() / base.mean() - 1):+.1f} %, t = {test.statistic:.1f}"
        inside = f"{row.inside[0]:.3f} | {row.inside[1]:.3f}"
        broken = f"{row.astray} | {shines}"
        print(
            f"| {name} | {row.losses.mean():.5f} | {inside} | {broken} | {seconds:.0f} | {verdict} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
