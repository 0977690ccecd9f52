"""Automatic ARIMA against statsforecast's AutoARIMA: the same series, one thread each, the same run.

    pip install -e ".[bench]"
    python bench/arima.py --data DIR [--hourly 60] [--half-hourly 6] [--weekly 150] [--approximate]

DIR holds `m4_hourly_train.parquet` and `m4_weekly_train.parquet` (columns unique_id, ds, y) and
`vic_elec.parquet` (half-hourly demand). The last `horizon` steps of each series are held out, so the
competition's own test set is not touched. Time is processor time of fitting and forecasting, warm: one
series of each set is fitted first by both. `--approximate` lets the peer choose orders by its
approximation, several times faster than its default.
"""

import argparse
import os
import sys
import time
import warnings
from dataclasses import dataclass
from pathlib import Path

os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"), "1"))

import numpy as np
import polars as pl
from statsforecast.models import AutoARIMA

from gatecast.errors import SeriesError
from gatecast.linear.fitting import Orders, fit_sarima
from gatecast.linear.outlier import spikes
from gatecast.linear.outlook import forecast_paths
from gatecast.linear.sarima import Sarima

AICC_SLACK = 0.5


@dataclass(frozen=True)
class Series:
    """One series and how it is to be forecast."""

    name: str
    y: np.ndarray
    season: int
    horizon: int

    @property
    def train(self) -> np.ndarray:
        """What may be learned from."""
        return self.y[: -self.horizon]

    def mase(self, forecast: np.ndarray) -> float:
        """Mean absolute scaled error on what was held out."""
        naive = np.abs(self.train[self.season :] - self.train[: -self.season]).mean()
        return float(np.abs(self.y[-self.horizon :] - forecast).mean() / naive)


@dataclass(frozen=True)
class Outcome:
    """What one library did on one series."""

    seconds: float
    mase: float
    aicc: float
    differences: tuple[int, int]


def panel(path: Path, count: int, season: int, horizon: int) -> list[Series]:
    """`count` series of a long table, evenly spread over it."""
    table = pl.read_parquet(path)
    groups = table.partition_by("unique_id", maintain_order=True)
    chosen = np.linspace(0, len(groups) - 1, min(count, len(groups))).astype(int)
    return [Series(groups[i]["unique_id"][0], groups[i]["y"].to_numpy(), season, horizon) for i in chosen]


def windows(path: Path, count: int, season: int, horizon: int, days: int = 21) -> list[Series]:
    """Stretches of three weeks of one long series."""
    y = pl.read_parquet(path)["y"].to_numpy()
    length = days * season + horizon
    starts = np.linspace(0, len(y) - length, count).astype(int) // season * season
    return [Series(f"from step {s}", y[s : s + length], season, horizon) for s in starts]


def ours(series: Series, orders: Orders | None = None) -> tuple[Outcome, Sarima]:
    """Fit and forecast as the ARIMA class does."""
    begin = time.process_time()
    y = series.train.copy()
    y[spikes(y, series.season)] = np.nan
    model = fit_sarima(y, np.zeros((0, len(y))), series.season, orders or Orders())
    nothing = np.zeros((0, len(y) + series.horizon))
    last = np.array([len(y) - 1])
    forecast = forecast_paths(model, series.train, nothing, last, series.horizon, clean=True)[0][0]
    seconds = time.process_time() - begin
    return Outcome(seconds, series.mase(forecast), model.aicc, (model.d, model.D)), model


def peer(series: Series, approximate: bool) -> Outcome:
    """Fit and forecast with statsforecast."""
    begin = time.process_time()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = AutoARIMA(season_length=series.season, approximation=approximate).fit(series.train)
        forecast = model.predict(series.horizon)["mean"]
    seconds = time.process_time() - begin
    *_, d, D = model.model_["arma"]
    return Outcome(seconds, series.mase(forecast), float(model.model_["aicc"]), (d, D))


def comparable_aicc(series: Series, theirs: Outcome) -> float:
    """Our AICc on every value of the series and at the peer's differencing: others are on other data."""
    d, D = theirs.differences
    y = series.train
    try:
        given = Orders(differences=(d, D))
        return fit_sarima(y, np.zeros((0, len(y))), series.season, given).aicc
    except SeriesError:
        return np.inf


def compare(title: str, chosen: list[Series], approximate: bool) -> None:
    """Print one line of the table."""
    ours(chosen[0])
    peer(Series("warm", chosen[0].y[-200:], chosen[0].season, chosen[0].horizon), approximate)
    rows = []
    for series in chosen:
        mine, theirs = ours(series)[0], peer(series, approximate)
        rows.append((mine, theirs, comparable_aicc(series, theirs)))
        print(f"{title}: {len(rows)} of {len(chosen)}", end="\r", file=sys.stderr)
    seconds = np.array([[m.seconds, t.seconds] for m, t, _ in rows]).sum(axis=0)
    mase = np.array([[m.mase, t.mase] for m, t, _ in rows]).mean(axis=0)
    good = np.mean([a <= t.aicc + AICC_SLACK for _, t, a in rows])
    print(
        f"| {title}, {len(rows)} series | {1e3 * seconds[0] / len(rows):.1f} ms "
        f"| {seconds[1] / len(rows):.2f} s | {seconds[1] / seconds[0]:.0f} | {mase[0]:.3f} | {mase[1]:.3f} "
        f"| {100 * good:.0f} % |",
        flush=True,
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--hourly", type=int, default=60)
    parser.add_argument("--half-hourly", type=int, default=6)
    parser.add_argument("--weekly", type=int, default=150)
    parser.add_argument("--approximate", action="store_true")
    given = parser.parse_args()
    print("| set | our time | its time | ratio | our MASE | its MASE | AICc no worse than its + .5 |")
    print("|---|---|---|---|---|---|---|", flush=True)
    data: Path = given.data
    if given.weekly:
        compare("M4 weekly", panel(data / "m4_weekly_train.parquet", given.weekly, 1, 13), given.approximate)
    if given.hourly:
        compare("M4 hourly", panel(data / "m4_hourly_train.parquet", given.hourly, 24, 48), given.approximate)
    if given.half_hourly:
        demand = windows(data / "vic_elec.parquet", given.half_hourly, 48, 48)
        compare("half-hourly demand", demand, given.approximate)


if __name__ == "__main__":
    main()
