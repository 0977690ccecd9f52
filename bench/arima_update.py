"""What a new value costs behind a long history: `update` beside filtering the whole history again.

    python bench/arima_update.py

One simulated series of period 24, ARIMA(1,0,1)(0,1,1)[24], one value at a time. The first columns are the
filter alone: without gaps, with one value in a hundred missing, and from the beginning to the last step. The
others are `ARIMA.update` with a table of one row and `ARIMA.predict`, which read and write tables and copy
the history they keep.
"""

import os
import platform
import statistics
import time
from collections.abc import Callable
from pathlib import Path

os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"), "1"))

import numpy as np
import polars as pl

from gatecast import ARIMA
from gatecast.linear.outlook import forecast_paths
from gatecast.linear.running import Running, start_running
from gatecast.linear.sarima import Sarima

SEASON, HORIZON, FITTED, VALUES = 24, 24, 1_000, 200
LENGTHS = (1_000, 10_000, 100_000)


def series(length: int) -> np.ndarray:
    """A daily wave whose shape wanders, and noise."""
    rng = np.random.default_rng(0)
    wave = 10.0 * np.sin(np.arange(length) * 2 * np.pi / SEASON)
    return 100.0 + wave + rng.normal(size=length).cumsum() * 0.05 + rng.normal(size=length)


def microseconds(call: Callable[[int], object], times: int) -> float:
    """The median time of calls numbered 0 .. times − 1, behind one that does not count."""
    call(0)
    taken = []
    for k in range(times):
        begin = time.perf_counter()
        call(k)
        taken.append(time.perf_counter() - begin)
    return 1e6 * statistics.median(taken)


def one_by_one(running: Running, values: np.ndarray) -> float:
    """Microseconds of one new value."""
    nothing, now = np.zeros((0, 1)), [running]

    def advance(k: int) -> None:
        now[0] = now[0].after(values[k : k + 1], nothing)

    return microseconds(advance, len(values))


def filtered_again(model: Sarima, y: np.ndarray) -> float:
    """Microseconds of one forecast by filtering all of a history."""
    nothing, last = np.zeros((0, len(y) + HORIZON)), np.array([len(y) - 1])
    return microseconds(lambda _: forecast_paths(model, y, nothing, last, HORIZON, clean=True), 5)


def through_the_door(model: ARIMA, table: pl.DataFrame, length: int) -> tuple[float, float]:
    """Microseconds of `update` with one row and of `predict`, the model having seen `length` rows."""
    start = [length]

    def update(_: int) -> None:
        model.update(table[start[0] : start[0] + 1])
        start[0] += 1

    return microseconds(update, VALUES - 1), microseconds(lambda _: model.predict(level=[80]), 20)


def processor() -> str:
    """The machine's processor by name, where the system tells it."""
    path = Path("/proc/cpuinfo")
    lines = path.read_text().splitlines() if path.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return f"{names[0] if names else platform.processor() or platform.machine()}, {os.cpu_count()} cores"


def main() -> None:
    """Print the table."""
    y = series(LENGTHS[-1] + VALUES)
    gapped = np.where(np.random.default_rng(1).uniform(size=len(y)) < 0.01, np.nan, y)
    table = pl.DataFrame({"ds": np.arange(len(y)), "y": y})
    model = ARIMA(HORIZON, season=SEASON, order=(1, 0, 1), seasonal_order=(0, 1, 1)).fit(table[:FITTED])
    fitted = model.fitted_[0].members[0].model
    print(f"{processor()}; Python {platform.python_version()}; microseconds, medians\n")
    print("| history | one new value | with gaps | history filtered again | update, one row | predict |")
    print("|---|---|---|---|---|---|", flush=True)
    seen = FITTED
    for length in LENGTHS:
        nothing = np.zeros((0, length + HORIZON))
        start = start_running(fitted, HORIZON, clean=True)
        plain, missing = (
            one_by_one(start.after(v[:length], nothing), v[length : length + VALUES]) for v in (y, gapped)
        )
        again = filtered_again(fitted, y[:length])
        model.update(table[seen:length])
        update, predict = through_the_door(model, table, length)
        seen = length + VALUES
        print(f"| {length:,} | {plain:.0f} | {missing:.0f} | {again:,.0f} | {update:,.0f} | {predict:,.0f} |")


if __name__ == "__main__":
    main()
