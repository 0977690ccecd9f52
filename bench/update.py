"""What it costs to stay current: one new observation and a fresh forecast, beside replay and refit.

    python bench/update.py [--models arima,linear,lstm,hybrid] [--hours 8760] [--series 50] [--seconds 20]

Generated hourly series. Each model is fitted once on one of them, of `--hours`, then takes one observation at
a time and forecasts 48 hours with 80 and 95 % intervals: through arrays (`model.stream()`) and through tables
(`model.update`, `model.predict`), after a warm-up, for at most `--seconds` each. Beside it what the same
forecast costs by replay (reading the history again) and by refit. Then `--series` of them, of 60 days, in one
batch. All on one core; `--steps` shortens the training of networks, which changes nothing of what is measured
but the refit.
"""

import argparse
import os
import platform
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "POLARS_MAX_THREADS"), "1"))
os.environ["NUMBA_NUM_THREADS"] = "1"

import numpy as np
import polars as pl
import torch

import gatecast
from gatecast.forecaster import probabilities
from gatecast.front import TableDoor
from gatecast.memory import Training

HORIZON, LEVEL, WARM, BATCH_HOURS = 48, (80, 95), 10, 24 * 60
BEGIN = datetime(2023, 1, 1)


def generated(series: int, hours: int) -> pl.DataFrame:
    """Days, weeks and a wandering level, each series its own."""
    rng, hour = np.random.default_rng(0), np.arange(hours)
    stamps = pl.datetime_range(BEGIN, BEGIN + timedelta(hours=hours - 1), "1h", eager=True)
    parts = []
    for i in range(series):
        shift, size = rng.uniform(0, 24), rng.uniform(0.5, 2.0)
        day, week = np.sin(2 * np.pi * (hour + shift) / 24), np.sin(2 * np.pi * (hour + shift) / 168)
        level = rng.normal(size=hours).cumsum() * 0.02
        y = size * (100 + 20 * day + 8 * week + level + rng.normal(size=hours))
        parts.append(pl.DataFrame({"unique_id": f"s{i:05d}", "ds": stamps, "y": y}))
    return pl.concat(parts)


def made(name: str, steps: int | None) -> TableDoor:
    """A model of the catalogue that forecasts two days."""
    training = Training() if steps is None else Training(steps=steps)
    makers: dict[str, Callable[[], TableDoor]] = {
        "arima": lambda: gatecast.ARIMA(HORIZON, order=(1, 0, 1), seasonal_order=(0, 1, 1)),
        "naive": lambda: gatecast.SeasonalNaive(HORIZON),
        "linear": lambda: gatecast.LinearHalf(HORIZON),
        "lstm": lambda: gatecast.LSTM(HORIZON, training=training),
        "hybrid": lambda: gatecast.Hybrid(HORIZON, training=training),
    }
    return makers[name]()


def seconds(calls: Iterator[Callable[[], object]], limit: float) -> np.ndarray:
    """Time of each call behind a warm-up, until there are no more or the time is up."""
    taken: list[float] = []
    stop = time.perf_counter() + limit
    for call in calls:
        begin = time.perf_counter()
        call()
        taken.append(time.perf_counter() - begin)
        if time.perf_counter() > stop and len(taken) > 1:
            break
    return np.array(taken[min(WARM, len(taken) // 2) :])


def timed(call: Callable[[], object]) -> float:
    """Seconds of one call."""
    begin = time.perf_counter()
    call()
    return time.perf_counter() - begin


def by_arrays(model: TableDoor, values: np.ndarray) -> Iterator[Callable[[], object]]:
    """One observation of every series and a forecast, over and over. values [steps, series]"""
    stream = model.stream()

    def step(now: np.ndarray) -> object:
        stream.observe(now)
        return stream.forecast(LEVEL)

    return (lambda now=now: step(now) for now in values)  # type: ignore[misc]  # bound early


def by_tables(model: TableDoor, news: pl.DataFrame) -> Iterator[Callable[[], object]]:
    """The same through tables of one row."""
    rows = (news.slice(k, 1) for k in range(len(news)))
    return (lambda row=row: model.update(row).predict(level=LEVEL) for row in rows)  # type: ignore[misc]


def percentiles(taken: np.ndarray) -> str:
    """Milliseconds of the middle, the slow and the slowest."""
    return " / ".join(f"{1e3 * q:.2f}" for q in np.percentile(taken, (50, 95, 99)))


def one_series(name: str, hours: int, limit: float, steps: int | None) -> str:
    """A row of the first table."""
    df = generated(1, hours + 1_000).drop("unique_id")
    model = made(name, steps)
    refit = timed(lambda: model.fit(df.head(hours)))
    panel = model.ahead()
    origins, quantiles = panel.last_origins(), probabilities(LEVEL)
    replay = min(timed(lambda: model.forecast(panel, origins, quantiles)) for _ in range(2))
    news = df.slice(hours)
    arrays = seconds(by_arrays(model, news["y"].to_numpy()[:, None]), limit)
    tables = seconds(by_tables(model, news), limit)
    middle = float(np.median(arrays))
    kind = type(model.standing_).__name__
    return (
        f"| {name} | {kind} | {percentiles(arrays)} | {percentiles(tables)} | {1e3 * replay:.1f} "
        f"({replay / middle:.1f}) | {refit:.1f} ({refit / middle:,.0f}) |"
    )


def batch(name: str, count: int, limit: float, steps: int | None) -> str:
    """A row of the second table."""
    df = generated(count, BATCH_HOURS + 100)
    old = pl.int_range(pl.len()).over("unique_id") < BATCH_HOURS
    model = made(name, steps).fit(df.filter(old))
    values = df.filter(~old)["y"].to_numpy().reshape(count, -1).T
    taken = seconds(by_arrays(model, values), limit)
    return f"| {name} | {count:,} | {1e3 * np.median(taken):.1f} | {count / np.median(taken):,.0f} |"


def processor() -> str:
    """The machine's processor by name, where the system tells it."""
    path = Path("/proc/cpuinfo")
    lines = path.read_text().splitlines() if path.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    name = names[0] if names else platform.processor() or platform.machine()
    return f"{name}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--models", default="arima,linear,lstm,hybrid")
    parser.add_argument("--hours", type=int, default=8_760)
    parser.add_argument("--series", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument(
        "--steps", type=int, help="of the training of networks; their own default unless given"
    )
    asked = parser.parse_args()
    torch.set_num_threads(1)
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    names = asked.models.split(",")
    print(f"{processor()}, one of them used; Python {platform.python_version()}\n")
    print(f"one series, {asked.hours:,} hours; milliseconds p50 / p95 / p99, ratios to arrays in brackets\n")
    print("| model | standing | arrays | tables | replay, ms | refit, s |")
    print("|---|---|---|---|---|---|", flush=True)
    for name in names:
        print(one_series(name, asked.hours, asked.seconds, asked.steps), flush=True)
    print("\na batch through arrays\n\n| model | series | ms, all of them | series a second |")
    print("|---|---|---|---|", flush=True)
    for name in names:
        print(batch(name, asked.series, asked.seconds, asked.steps), flush=True)


if __name__ == "__main__":
    main()
