"""What ARIMA takes by itself: all of M4 hourly, forecasts from every origin, and its first start.

    python bench/arima_alone.py --train m4_hourly_train.parquet

FILE is CSV or Parquet with columns unique_id, ds, y. Wall time, on all cores, warm. The first start is that
of a new process with an empty cache of compiled code, the second one finds it on disk; both import the
package and fit and forecast one short series.
"""

import argparse
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from gatecast import ARIMA
from gatecast.data import Panel, Schema, panel_from, read_table
from gatecast.linear.fitting import Orders, fit_sarima
from gatecast.linear.outlook import forecast_paths
from gatecast.progress import Silent

SEASON, HORIZON, STEPS, TIMES = 24, 48, 900, 200
LEVELS = (0.025, 0.1, 0.5, 0.9, 0.975)
START = """
import polars as pl
from gatecast import ARIMA
y = [float(10 + k % 24 + k * 7919 % 13) for k in range(400)]
ARIMA(horizon=24, season=24).fit(pl.DataFrame({"ds": range(400), "y": y})).predict()
"""


def seconds(work: Callable[[], object]) -> float:
    """Wall time of some work."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def every_series(panel: Panel) -> float:
    """Seconds to fit and forecast a whole panel."""
    model = ARIMA(horizon=HORIZON, season=SEASON)

    def work() -> None:
        model.learn(panel, Silent())
        model.forecast(panel, panel.last_origins(), LEVELS)

    return seconds(work)


def every_origin(y: np.ndarray) -> tuple[str, float]:
    """A fitted model, and the median of seconds to forecast from every origin of its series."""
    nothing = np.zeros((0, len(y) + HORIZON))
    model = fit_sarima(y, nothing[:, : len(y)], SEASON, Orders())
    origins = np.arange(SEASON + 1, len(y))
    taken = [
        seconds(lambda: forecast_paths(model, y, nothing, origins, HORIZON, clean=True)) for _ in range(TIMES)
    ]
    return f"{model}, {len(origins)} origins", float(np.median(taken))


def start(cache: str) -> float:
    """Seconds from an empty process to a first forecast."""
    environment = {**os.environ, "NUMBA_CACHE_DIR": cache}
    return seconds(lambda: subprocess.run([sys.executable, "-c", START], check=True, env=environment))


def main() -> None:
    """Print a line for each."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--train", type=Path, required=True)
    panel = panel_from(read_table(parser.parse_args().train), Schema(), season=[SEASON]).panel
    long = int(np.flatnonzero(panel.known_steps >= STEPS)[0])
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores")
    every_series(panel.seen_until(np.minimum(panel.known_steps, 100)))
    print(f"{len(panel)} series fitted and forecast: {every_series(panel):.1f} s")
    named, taken = every_origin(panel.values[panel.history(long)][:STEPS])
    print(f"{HORIZON} steps ahead from every origin of {STEPS} steps, {named}: {1e3 * taken:.2f} ms")
    with tempfile.TemporaryDirectory() as cache:
        print(f"first start, compiling: {start(cache):.1f} s")
        print(f"second start, compiled code on disk: {start(cache):.2f} s")


if __name__ == "__main__":
    main()
