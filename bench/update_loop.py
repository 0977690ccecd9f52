"""A week of the demand sample, one observation at a time through `gatecast update`, beside replay and refit.

    python bench/update_loop.py [--model linear] [--rows 336] [--history 4800] [--work DIR]

A shell loop, but for its words: for every half hour a file of one row is written and the command is run,
which reads the saved model and writes it again. After each the model is loaded and its forecast held to a
replay: to that of the same coefficients reading the whole table from its beginning. Then the model is fitted
anew on the whole table, for the time it takes. Prints how far points and quantiles were apart at most,
seconds for an update (a process of its own, start included) and for a refit (in this process), and the factor
between them.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

import gatecast
from gatecast import catalogue
from gatecast.data import load_sample

HORIZON, PROBABILITIES = 48, (0.025, 0.1, 0.5, 0.9, 0.975)
PROMISED, EXACT = (1e-6, 1e-4), (1e-9, 1e-9)  # of points, of quantiles: docs/updates.md
NETWORKS = ("hybrid", "lstm", "gru", "rnn")  # in single precision


def updated(model: Path, row: Path) -> float:
    """Seconds of one `gatecast update`."""
    words = ("update", str(model), str(row), "--out", str(model), "--quiet")
    began = time.perf_counter()
    subprocess.run([sys.executable, "-m", "gatecast", *words], check=True)
    return time.perf_counter() - began


def difference(path: Path) -> np.ndarray:
    """How far the forecast of the saved model is from its replay, at most: points, quantiles.

    In standard deviations of the series, as docs/updates.md states what is promised.
    """
    model = gatecast.load(path, always_polars=True)
    frame, panel = model.predict(level=[80, 95]), model.ahead()
    replay = model.forecast(panel, panel.last_origins(), PROBABILITIES)
    name = model.name
    columns = (f"{name}-lo-95", f"{name}-lo-80", name, f"{name}-hi-80", f"{name}-hi-95")
    found = np.stack([frame[column].to_numpy() for column in columns], axis=-1)
    spread = np.nanstd(panel.values)
    points, quantiles = found[:, 2] - replay.point[0], found - replay.quantiles[0]
    apart: np.ndarray = np.array([np.abs(points).max(), np.abs(quantiles).max()]) / spread
    return apart


def main() -> None:
    """Run the loop and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", default="linear")
    parser.add_argument("--rows", type=int, default=336)
    parser.add_argument("--history", type=int, default=4_800)
    parser.add_argument("--work", type=Path, help="folder for the files; a temporary one unless given")
    asked = parser.parse_args()
    work = asked.work or Path(tempfile.mkdtemp())
    whole = load_sample("demand").tail(asked.history + asked.rows).select("ds", "y")
    past, news = whole.head(asked.history), whole.tail(asked.rows)
    saved, row = work / "demand.gatecast", work / "row.parquet"
    gatecast.save(catalogue.model(asked.model, HORIZON).fit(past), saved)
    taken, apart = [], []
    for k in range(asked.rows):
        news.slice(k, 1).write_parquet(row)
        taken.append(updated(saved, row))
        apart.append(difference(saved))
    began = time.perf_counter()
    catalogue.model(asked.model, HORIZON).fit(whole)
    refit = time.perf_counter() - began
    worst, middle = np.max(apart, axis=0), float(np.median(taken))
    promised = PROMISED if asked.model in NETWORKS else EXACT
    same = bool((worst <= promised).all())
    cores = os.cpu_count()
    print(f"{asked.model}, {asked.rows} updates of one row behind {asked.history:,}, {cores} cores")
    print(
        f"apart from a replay, standard deviations: points {worst[0]:.1e}, quantiles {worst[1]:.1e} at most"
    )
    print(f"promised are {promised[0]:g} and {promised[1]:g}: {'kept' if same else 'NOT KEPT'}")
    print(f"an update {middle:.2f} s, a refit {refit:.2f} s: {refit / middle:.1f} times faster")
    sys.exit(0 if same else 1)


if __name__ == "__main__":
    main()
