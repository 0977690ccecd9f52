"""Whether a warm start serves: seconds and errors of a model fed but not fitted again, fitted anew, and warm.

    python bench/refit.py [--model hybrid] [--set demand]

demand    the bundled sample, half-hourly: fitted on 180 days, fed 40, fitted again, judged on the next 40
regime    that of bench/regime.py: fitted on 180 days, fed 28, of which the last 21 are of the new regime,
          judged on the 14 days that follow

Judged from one origin a day, a day ahead; weather and temperature are the observed ones. Coverage is that of
the 80 % intervals.
"""

import argparse
import copy
import time
import warnings
from collections.abc import Callable

import numpy as np
import polars as pl

import regime
from gatecast import LSTM, Hybrid, load_sample
from gatecast.data import actuals
from gatecast.forecaster import Origins
from gatecast.front import TableDoor

MODELS: dict[str, type[Hybrid] | type[LSTM]] = {"hybrid": Hybrid, "lstm": LSTM}


def demand() -> tuple[pl.DataFrame, int, tuple[int, int, int], list[str]]:
    """Table, steps of a day, days fitted, fed and judged, known covariates."""
    table = load_sample("demand").tail(48 * 260).drop("unique_id")
    return table, 48, (180, 40, 40), ["temperature", "holiday"]


def planted() -> tuple[pl.DataFrame, int, tuple[int, int, int], list[str]]:
    """The same of the planted regime."""
    return regime.planted(0), 24, (regime.DAYS, regime.BEFORE + 21, regime.AFTER - 21), ["temperature"]


SETS = {"demand": demand, "regime": planted}


def errors(model: TableDoor, table: pl.DataFrame, day: int, judged: int) -> tuple[float, float]:
    """Mean absolute error and coverage of a model that is fed a table's last days, one forecast each."""
    fed = copy.deepcopy(model)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        fed.update(table.tail(day * judged))
    last = int(fed.panel_.known_steps[0]) - 1
    position = last - day * np.arange(judged, 0, -1)
    origins = Origins(np.zeros(judged, dtype=np.int64), position)
    said, came = fed.forecast(fed.panel_, origins, [0.1, 0.5, 0.9]), actuals(fed.panel_, origins, day)
    inside = (said.quantiles[..., 0] <= came) & (came <= said.quantiles[..., 2])
    return float(np.abs(said.point - came).mean()), float(inside.mean())


def timed(work: Callable[[], object]) -> float:
    """Seconds it takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def main() -> None:
    """Print a row a way."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", choices=MODELS, default="hybrid")
    parser.add_argument("--set", choices=SETS, default="demand")
    asked = parser.parse_args()
    table, day, (fitted, fed, judged), known = SETS[asked.set]()
    model = MODELS[asked.model](day, known=known)
    print(f"first fit {timed(lambda: model.fit(table.head(day * fitted))):.0f} s")
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always", UserWarning)
        model.update(table.slice(day * fitted, day * fed))
    print("; ".join(str(one.message) for one in said) or "no drift")
    for name, warm in (("updated only", None), ("fitted anew", False), ("warm start", True)):
        one = copy.deepcopy(model)
        seconds = 0.0 if warm is None else timed(lambda one=one, warm=warm: one.refit(warm_start=warm))  # type: ignore[misc]
        error, inside = errors(one, table, day, judged)
        print(f"{asked.set} {asked.model} {name}: {seconds:.0f} s, MAE {error:.4g}, {inside:.1%} in 80 %")


if __name__ == "__main__":
    main()
