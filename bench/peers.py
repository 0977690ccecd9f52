"""gatecast beside neuralforecast and statsforecast: the same windows, the same run, error and seconds.

    pip install -e ".[bench]"
    python bench/peers.py --data DIR [--sets m4-hourly,victoria] [--series N] [--arima 40] [--limit 60]
                          [--steps 1000] [--origins 28] [--seed 0] [--markdown]

DIR as for bench/energy.py. M4 hourly: 414 series, or N spread evenly over them, the last 48 steps held out.
Victoria: 24 hours ahead from the last hour of the day, on 28 days spread evenly over the last year; everyone
learns once, before that year, and is handed the history up to each origin. Weather is observed.

What the peers are given:

LSTM, NHITS    neuralforecast's own sizes and rates, its 1,000 steps of training (--steps); 168 steps read;
               a robust scaler on every window (NHITS has none by itself: series differ in level), the
               absolute error as loss. On Victoria temperature, holiday and the hour, weekday and time of year
               as sines and cosines, known ahead: gatecast makes its own calendar
AutoARIMA      statsforecast's, season 24, orders by its approximation, which is several times faster than its
               default. On M4 on `--arima` series spread evenly, since it takes seconds for each; one that
               takes longer than `--limit` seconds is forecast by the value a day before. On Victoria
               temperature and holiday as regressors, fitted on the last eight weeks and moved on to those
               before each origin
SeasonalNaive  statsforecast's, season 24 on M4, 168 on Victoria

Peers that are not installed are skipped. gatecast's models come as they are.
"""

import argparse
import importlib.metadata
import importlib.util
import os
import platform
import shlex
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

import gatecast.catalogue
from energy_run import Outcome, run
from energy_sets import Held, held_out
from gatecast.backtest.scores import mean_known
from gatecast.forecaster import Forecaster
from gatecast.hybrid import LinearHalf
from gatecast.progress import Silent
from peers_neural import Neural
from peers_stats import Arima, Naive

OURS = ("linear", "lstm", "hybrid")
PACKAGES = {"statsforecast": ("SeasonalNaive", "AutoARIMA"), "neuralforecast": ("LSTM", "NHITS")}
DAILY, WEEKLY = 24, 168


def spread(held: Held, count: int) -> Held:
    """The set from a few of its origins only: the last hour of days spread evenly over the part held out."""
    if held.hour is None or held.day is None:
        return held
    midnight = np.flatnonzero(held.hour[:, 0] == 0)
    kept = midnight[np.linspace(0, len(midnight) - 1, min(count, len(midnight))).astype(int)]
    return replace(
        held,
        origins=held.origins.where(kept),
        actual=held.actual[kept],
        day=held.day[kept],
        hour=held.hour[kept],
    )


def evenly(count: int, of: int) -> np.ndarray:
    """Which of `of` series an expensive model runs on."""
    return np.unique(np.linspace(0, of - 1, min(count, of)).astype(int))


def models(held: Held, given: argparse.Namespace) -> dict[str, Callable[[], Forecaster]]:
    """Everyone, ours first; peers only where their package is there."""
    horizon, seed = held.horizon, given.seed
    makers: dict[str, Callable[[], Forecaster]] = {
        f"gatecast {name}": lambda name=name: gatecast.catalogue.model(name, horizon, seed=seed)  # type: ignore[misc]
        for name in OURS
    }
    season = DAILY if held.day is None else WEEKLY
    chosen = evenly(given.arima, len(held.learn))
    peers: dict[str, Callable[[], Forecaster]] = {
        "SeasonalNaive": lambda: Naive(horizon, season),
        "AutoARIMA": lambda: Arima(horizon, DAILY, chosen, given.limit),
        "LSTM": lambda: Neural("LSTM", horizon, given.steps, seed),
        "NHITS": lambda: Neural("NHITS", horizon, given.steps, seed),
    }
    for package, names in PACKAGES.items():
        if importlib.util.find_spec(package) is not None:
            makers |= {f"{package} {name}": peers[name] for name in names}
    return makers


def printed(name: str, outcome: Outcome, chosen: np.ndarray, markdown: bool) -> str:
    """A line: the error on everything and, on a panel, on the series that AutoARIMA ran on too."""
    everywhere = float(mean_known(outcome.losses))
    here = float(mean_known(outcome.losses[chosen])) if outcome.losses.shape[1] == 1 else np.nan
    form = ".4f" if outcome.losses.shape[1] == 1 else ".3f"
    cells = [name] + ["" if not np.isfinite(x) else f"{x:{form}}" for x in (everywhere, here)]
    cells += [f"{s:.1f}" for s in outcome.seconds]
    if markdown:
        return f"| {' | '.join(cells)} |"
    return f"{cells[0]:<30}" + "".join(f"{cell:>14}" for cell in cells[1:])


def table(name: str, given: argparse.Namespace) -> None:
    """Run everyone on one set."""
    held = spread(held_out(name, given.data, series=given.series), given.origins)
    chosen = evenly(given.arima, len(held.learn))
    error = "MAPE %" if held.scaling is None else "OWA"
    what = f"{len(held.learn)} series, {len(held.origins)} origins, {held.horizon} steps ahead"
    print(f"\n{name}: {what}; AutoARIMA on {len(chosen)}, at most {given.limit:g} s each")
    names = ["model", error, f"on AutoARIMA's {len(chosen)}", "fit s", "forecast s"]
    if given.markdown:
        print(f"| {' | '.join(names)} |\n|{'---|' * len(names)}")
    else:
        print(f"{names[0]:<30}" + "".join(f"{cell:>14}" for cell in names[1:]))
    few = held.learn.seen_until(np.minimum(held.learn.known_steps, 600))  # kernels compiled, not timed
    LinearHalf(held.horizon).learn(few, Silent()).forecast(few, few.last_origins(), (0.5,))
    for model, make in models(held, given).items():
        outcome = run(make(), held)
        print(printed(model, outcome, chosen, given.markdown), flush=True)


def main() -> None:
    """Print a table for each set."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--sets", default="m4-hourly,victoria")
    parser.add_argument("--series", type=int, help="of M4, spread evenly over it; all unless given")
    parser.add_argument("--arima", type=int, default=40, help="series of M4 that AutoARIMA runs on")
    parser.add_argument("--limit", type=float, default=60.0, help="seconds that AutoARIMA has for a series")
    parser.add_argument("--steps", type=int, default=1000, help="of training neuralforecast's networks")
    parser.add_argument("--origins", type=int, default=28, help="days of Victoria's year")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--markdown", action="store_true")
    given = parser.parse_args()

    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    threads = torch.get_num_threads()
    print(f"{platform.processor() or platform.machine()}, {cores} cores, torch {torch.__version__}, ", end="")
    print(f"{threads} threads")
    print(f"python {shlex.join(sys.argv)}")
    for package, names in PACKAGES.items():
        if importlib.util.find_spec(package) is None:
            print(f'{package} is not installed, {" and ".join(names)} are skipped: pip install -e ".[bench]"')
        else:
            print(f"{package} {importlib.metadata.version(package)}")
    print("Weather is observed, not forecast: every figure on load assumes a perfect forecast of it.")
    for name in given.sets.split(","):
        table(name, given)


if __name__ == "__main__":
    main()
