"""Time and memory of a model of many series, against their number.

    python bench/scale.py [--series 500 1000 2000 5000] [--steps 8760] [--model Hybrid] [--horizon 48]

Every size is generated, written as a Parquet file, and read, fitted, forecast, saved and loaded by a process
of its own, so that each has its own peak of memory. The series are hourly: daily and weekly shapes, a year, a
level and autocorrelated noise of their own; every tenth has gaps. Printed: seconds of each stage, the peak of
the process, the file, processor seconds of fit and predict (on a busy machine the clock says little); and by
how much time (fit and predict) and memory grow from each size to the next.
"""

import argparse
import json
import multiprocessing
import os
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"))  # threads are over series

import numba
import numpy as np
import polars as pl
import pyarrow.parquet as pq

import gatecast

DAY, WEEK, YEAR = 24, 168, 8766
START = np.datetime64("2023-01-01T00", "h")
GAPPY = 10  # every so many series have gaps
STAGES = ("read", "fit", "predict", "save", "load")


def generated(series: int, steps: int, rng: np.random.Generator) -> pl.DataFrame:
    """One series of hourly values: columns unique_id, ds, y."""
    t = np.arange(steps)
    day = shape(rng, DAY, 3)[t % DAY] * rng.uniform(0.1, 0.4)
    week = shape(rng, 7, 2)[t // DAY % 7] * rng.uniform(0.02, 0.2)
    year = rng.uniform(0.0, 0.3) * np.cos(2 * np.pi * (t / YEAR + rng.random()))
    noise = autoregressive(rng.normal(size=steps), rng.uniform(0.7, 0.98)) * rng.uniform(0.02, 0.15)
    level = np.exp(rng.normal(4.0, 1.5))
    y = level * (1.0 + day * (1.0 + 0.5 * year) + week + year + noise)
    if rng.random() < 0.3:
        y = np.maximum(y, 0.02 * level)
    if series % GAPPY == 0:
        for begin in rng.integers(WEEK, steps - WEEK, size=6):
            y[begin : begin + rng.integers(1, 2 * DAY)] = np.nan
    stamps = (START + t).astype("datetime64[us]")
    return pl.DataFrame({"unique_id": [f"s{series:05d}"] * steps, "ds": stamps, "y": y}, nan_to_null=True)


def shape(rng: np.random.Generator, length: int, waves: int) -> np.ndarray:
    """A smooth cycle of its own, of mean 0 and deviation 1. [length]"""
    angle = (
        2 * np.pi * np.arange(length)[:, None] / length * np.arange(1, waves + 1) + rng.random(waves) * 6.3
    )
    cycle = np.sin(angle) @ (rng.normal(size=waves) / np.arange(1, waves + 1))
    centred: np.ndarray = (cycle - cycle.mean()) / max(cycle.std(), 1e-6)
    return centred


@numba.njit(cache=True)
def autoregressive(shock: np.ndarray, memory: float) -> np.ndarray:
    """Noise that fades by `memory` each step, of deviation 1. [time]"""
    found = shock.copy()
    for i in range(1, len(shock)):
        found[i] = memory * found[i - 1] + np.sqrt(1.0 - memory**2) * shock[i]
    return found


def write(path: Path, count: int, steps: int, seed: int) -> None:
    """A table of so many series as a Parquet file, a series at a time."""
    with pq.ParquetWriter(
        path, generated(0, 2 * WEEK + 1, np.random.default_rng(0)).to_arrow().schema
    ) as out:
        for i in range(count):
            out.write_table(generated(i, steps, np.random.default_rng((seed, i))).to_arrow())


def measure(path: Path, model: str, horizon: int, answers: Any) -> None:
    """Read, fit, predict, save and load in this process."""
    seconds: dict[str, float] = {}

    def timed(stage: str, work: Any) -> Any:
        begun, busy = time.perf_counter(), time.process_time()
        found = work()
        seconds[stage], used = time.perf_counter() - begun, time.process_time() - busy
        seconds["processor"] = seconds.get("processor", 0.0) + (used if stage in ("fit", "predict") else 0.0)
        said = f"  {stage} {seconds[stage]:.1f} s, of a processor {used:.1f} s, peak {peak():.2f} GB"
        print(said, file=sys.stderr, flush=True)
        return found

    table = timed("read", lambda: pl.read_parquet(path))
    fitted = timed("fit", lambda: getattr(gatecast, model)(horizon=horizon).fit(table))
    del table
    forecast = timed("predict", fitted.predict)
    file = path.with_suffix(".gatecast")
    timed("save", lambda: gatecast.save(fitted, file))
    at_work = peak()
    loaded = timed("load", lambda: gatecast.load(file))
    del loaded, fitted
    answers.put({**seconds, "peak": at_work, "file": file.stat().st_size / 1e9, "rows": len(forecast)})


def peak() -> float:
    """The most memory this process has held, GB."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e9


def apart(work: Any, *arguments: Any) -> Any:
    """What a fresh process puts into its queue."""
    context = multiprocessing.get_context("spawn")
    answers = context.Queue()
    process = context.Process(target=work, args=(*arguments, answers))
    process.start()
    while process.is_alive() and answers.empty():
        process.join(0.2)
    if answers.empty():
        raise SystemExit(f"the process of {work.__name__} ended with {process.exitcode}")
    found = answers.get()
    process.join()
    return found


def main() -> None:
    """Measure each size and print what it took."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--series", type=int, nargs="+", default=[500, 1000, 2000, 5000])
    parser.add_argument("--steps", type=int, default=8760)
    parser.add_argument("--horizon", type=int, default=48)
    parser.add_argument("--model", default="Hybrid")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", type=Path, help="where to write what was measured")
    options = parser.parse_args()
    found: list[dict[str, float]] = []
    stages = " | ".join(f"{stage}, s" for stage in STAGES)
    more = "more s a series | more GB a thousand"
    print(f"| series | {stages} | of a processor, s | peak, GB | file, GB | {more} |")
    print("|---|" + "---|" * (len(STAGES) + 5))
    for count in options.series:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "table.parquet"
            write(path, count, options.steps, options.seed)
            one = apart(measure, path, options.model, options.horizon)
        found.append({"series": count, **one})
        print(row(found), flush=True)
    if options.json:
        options.json.write_text(json.dumps(found, indent=1))


def row(found: list[dict[str, float]]) -> str:
    """The last size as a line of the table, with the slopes from the size before."""
    here = found[-1]
    slopes = ["", ""]
    if len(found) > 1:
        before = found[-2]
        more = here["series"] - before["series"]
        took = [sum(one[s] for s in ("fit", "predict")) for one in (before, here)]
        slopes = [f"{(took[1] - took[0]) / more:.3f}", f"{(here['peak'] - before['peak']) / more * 1000:.2f}"]
    stages = [f"{here[s]:.1f}" for s in (*STAGES, "processor")]
    cells = [f"{here['series']:,}", *stages, f"{here['peak']:.2f}", f"{here['file']:.3f}", *slopes]
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
