"""Forecast the M4 competition's hourly series and print sMAPE, MASE, OWA and seconds.

    python bench/m4_hourly.py --train FILE [--holdout 48] [--test FILE] [--models linear,hybrid] [--seed 0]

FILE is CSV or Parquet with columns unique_id, ds (1, 2, …), y. Without --test the last `holdout` steps of
the training series are held out and forecast; OWA is then relative to Naive2 on the same steps. With
--test, the competition's own test set in the same form, OWA uses its published Naive2: sMAPE 18.383 %,
MASE 2.395.

sMAPE is in percent (0 to 200), MASE is scaled by the in-sample seasonal naive error, as in the
competition: Makridakis, Spiliotis & Assimakopoulos, The M4 Competition (2020).
"""

import argparse
import platform
import time
from pathlib import Path

import numpy as np

import gatecast.catalogue
from gatecast.backtest import mase, owa, seasonal_scale, smape
from gatecast.bars import Bars
from gatecast.data import Panel, Schema, panel_from, read_table
from gatecast.progress import Silent

SEASON, LONG_SEASON, HORIZON = 24, 168, 48
PUBLISHED_NAIVE2 = (18.383, 2.395)
NINETY_PERCENT = 1.645


def naive2(history: np.ndarray, horizon: int) -> np.ndarray:
    """The competition's benchmark: the last value, seasonally adjusted where a 90 % test finds a season."""
    time = len(history)
    factors = np.ones(SEASON)
    if time >= 3 * SEASON and is_seasonal(history):
        weights = np.r_[0.5, np.ones(SEASON - 1), 0.5] / SEASON
        trend = np.convolve(history, weights, "valid")
        first = SEASON // 2
        ratio = history[first : first + len(trend)] / trend
        phase = np.arange(first, first + len(trend)) % SEASON
        factors = np.array([ratio[phase == p].mean() for p in range(SEASON)])
        factors *= SEASON / factors.sum()
    last = history[-1] / factors[(time - 1) % SEASON]
    forecast: np.ndarray = last * factors[(time + np.arange(horizon)) % SEASON]
    return forecast


def is_seasonal(history: np.ndarray) -> bool:
    """Whether the autocorrelation at the season stands out, the competition's test."""
    x = history - history.mean()
    correlation = np.array([np.sum(x[k:] * x[: len(x) - k]) for k in range(1, SEASON + 1)]) / np.sum(x * x)
    limit = NINETY_PERCENT * np.sqrt((1 + 2 * np.sum(correlation[:-1] ** 2)) / len(x))
    return bool(abs(correlation[-1]) > limit)


def read_panel(path: Path) -> Panel:
    """The series of a file, with the seasons of hours."""
    return panel_from(read_table(path), Schema(), season=[SEASON, LONG_SEASON]).panel


def split(panel: Panel, holdout: int) -> tuple[Panel, np.ndarray]:
    """The panel without its last steps, and those steps. [series, holdout]"""
    actual = np.stack([panel.values[panel.history(i)][-holdout:] for i in range(len(panel))])
    return panel.seen_until(panel.known_steps - holdout), actual


def main() -> None:
    """Print a line per model."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--train", type=Path, required=True)
    parser.add_argument("--test", type=Path)
    parser.add_argument("--holdout", type=int, default=HORIZON)
    parser.add_argument("--models", default="naive,autoregression,linear,hybrid")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--quiet", action="store_true")
    given = parser.parse_args()

    panel = read_panel(given.train)
    if given.test is None:
        panel, actual = split(panel, given.holdout)
    else:
        test = read_panel(given.test)
        order = [test.ids.index(i) for i in panel.ids]
        actual = np.stack([test.values[test.history(i)] for i in order])
    histories = [panel.values[panel.history(i)] for i in range(len(panel))]
    scale = np.array([seasonal_scale(h, SEASON) for h in histories])
    reference = PUBLISHED_NAIVE2
    if given.test is None:
        benchmark = np.stack([naive2(h, actual.shape[1]) for h in histories])
        reference = (200 * smape(actual, benchmark).mean(), mase(actual, benchmark, scale).mean())

    print(
        f"{len(panel)} series, {actual.shape[1]} steps ahead, {platform.processor() or platform.machine()}, ",
        end="",
    )
    print(f"Naive2 sMAPE {reference[0]:.3f} %, MASE {reference[1]:.3f}")
    print(f"{'model':<16}{'sMAPE %':>9}{'MASE':>8}{'OWA':>8}{'in 80 %':>9}{'in 95 %':>9}{'seconds':>9}")
    for name in given.models.split(","):
        model = gatecast.catalogue.model(name, actual.shape[1], seed=given.seed)
        start = time.perf_counter()
        model.learn(panel, Silent() if given.quiet else Bars())
        forecast = model.forecast(panel, panel.last_origins(), (0.025, 0.1, 0.5, 0.9, 0.975))
        seconds = time.perf_counter() - start
        scores = 200 * smape(actual, forecast.point).mean(), mase(actual, forecast.point, scale).mean()
        inside = [
            np.mean((low <= actual) & (actual <= high)) for low, high in map(forecast.interval, (80, 95))
        ]
        print(
            f"{name:<16}{scores[0]:>9.3f}{scores[1]:>8.3f}{owa(*scores, *reference):>8.4f}"
            f"{inside[0]:>9.1%}{inside[1]:>9.1%}{seconds:>9.1f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
