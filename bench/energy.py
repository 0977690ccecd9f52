"""The energy table: every set of it, every model, each beside its linear half, by a paired test.

    python bench/energy.py --data DIR [--sets victoria,spain] [--models linear,lstm,hybrid] [--part test]
                           [--seed 0] [--out FILE.csv] [--markdown]

DIR holds vic_elec, spain_load, gefcom2014_load, tetouan_power_hourly, m4_hourly_train, m4_hourly_info and
m4_weekly_train as Parquet. Load is forecast 24 hours ahead from every hour of the last year (Tetouan: of the
last 1,440 hours), learned once before it; M4 from the step before the last 48 or 13. `--part tune` takes the
stretch of the same length before that: choose there, report the test part.

error            MAPE in percent for load; OWA with sMAPE in percent and MASE for M4, Naive2 on the same steps
t, p             of a paired test against the linear half, and against the better of the halves (linear,
                 lstm): below 0 is better. Load is paired by days of origins, with Newey-West lags and Harvey,
                 Leybourne and Newbold's correction; M4 by series
to others        the same of the hybrids against other rows: how far below them in percent, t, p
worst step,hour  coverage less nominal, in points, where it is farthest off: 80 % / 95 %, and where that is.
                 An hour is that of the local clock
below 60 %       share of M4's series whose 80 % interval holds fewer than 60 % of their actuals

Models the installed gatecast cannot make are skipped, and said to be.
"""

import argparse
import os
import platform
import shlex
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch

import gatecast.catalogue
from energy_print import header, printed, write
from energy_run import Column, Line, Outcome, compared, run
from energy_sets import SETS, Held, held_out
from gatecast.errors import MissingExtraError, OptionError
from gatecast.forecaster import Forecaster
from gatecast.hybrid import LinearHalf
from gatecast.memory import Training
from gatecast.models import Hybrid
from gatecast.progress import Silent

Maker = Callable[[int, int], Forecaster]  # from horizon and seed
LINEAR = "linear"
HALVES = (LINEAR, "lstm")
OPERATOR = "tso_forecast"


@dataclass(frozen=True)
class Row:
    """A model of the table.

    make   from horizon and seed
    only   the sets it is run on; all of them where empty
    given  columns of someone else's forecast that its panel has beside the rest
    """

    make: Maker
    only: tuple[str, ...] = ()
    given: tuple[str, ...] = ()


def named(name: str) -> Maker:
    """A model of the catalogue as it comes."""
    return lambda horizon, seed: gatecast.catalogue.model(name, horizon, seed=seed)


def hybrid(training: dict[str, Any] | None = None, **options: Any) -> Maker:
    """The hybrid with some options, which this gatecast may not have yet."""
    return lambda horizon, seed: Hybrid(
        horizon, seed=seed, training=Training(**training) if training else None, **options
    )


SPAIN, M4 = ("spain",), ("m4-hourly", "m4-weekly")
ROWS: dict[str, Row] = {
    "naive": Row(named("naive")),
    "linear": Row(named("linear")),
    "lstm": Row(named("lstm")),
    "arima": Row(named("arima"), only=M4),
    "hybrid": Row(named("hybrid")),
    "hybrid-mlp": Row(hybrid({"cell": "mlp"})),
    "hybrid-residual": Row(hybrid(mode="residual")),
    "hybrid-parallel": Row(hybrid(mode="parallel")),
    "hybrid-boost": Row(hybrid(boost=True)),
    "hybrid-3": Row(hybrid({"networks": 3})),
    "operator": Row(lambda horizon, _: Column(horizon, OPERATOR), only=SPAIN, given=(OPERATOR,)),
    "hybrid-given": Row(hybrid(given=[OPERATOR]), only=SPAIN, given=(OPERATOR,)),
    "hybrid-all": Row(hybrid({"networks": 3}, boost=True)),
    "hybrid-all-given": Row(
        hybrid({"networks": 3}, boost=True, given=[OPERATOR]), only=SPAIN, given=(OPERATOR,)
    ),
}


def made(name: str, horizon: int, seed: int) -> Forecaster | None:
    """The model of a row, or nothing, and why, where this gatecast does not have it."""
    try:
        return ROWS[name].make(horizon, seed)
    except (TypeError, OptionError, MissingExtraError) as error:
        print(f"{name} is skipped: this gatecast does not make it ({error})", flush=True)
        return None


HYBRIDS = [name for name in ROWS if name.startswith("hybrid")]
# Whom the hybrids are held against beside their halves; variants are held against the plain hybrid too.
RIVALS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("victoria", "gefcom", "tetouan"), ("lstm",)),
    "spain": ("lstm", "operator"),
    **dict.fromkeys(M4, ("lstm", "arima")),
}


@dataclass
class Bench:
    """A set on which models are run, each once.

    sets      by the columns of someone else's forecast that a panel has
    outcomes  of the models that ran, None for those that could not be made
    """

    name: str
    data: Path
    tune: bool
    seed: int
    sets: dict[tuple[str, ...], Held] = field(default_factory=dict)
    outcomes: dict[str, Outcome | None] = field(default_factory=dict)

    def held(self, given: tuple[str, ...]) -> Held:
        """The set, read once."""
        if given not in self.sets:
            self.sets[given] = held_out(self.name, self.data, tune=self.tune, given=given)
        return self.sets[given]

    def outcome(self, model: str) -> Outcome | None:
        """What a model did, or nothing, and a printed line why, where this gatecast does not have it."""
        if model not in self.outcomes:
            try:
                self.outcomes[model] = self.learned(model)
            except MissingExtraError as error:
                self.outcomes[model] = None
                print(f"  {model} is skipped: {error}", flush=True)
        return self.outcomes[model]

    def learned(self, model: str) -> Outcome | None:
        """The same, where it is not known yet."""
        try:
            forecaster = ROWS[model].make(SETS[self.name].horizon, self.seed)
        except (TypeError, OptionError) as error:
            print(f"  {model} is skipped: this gatecast does not make it ({error})", flush=True)
            return None
        return run(forecaster, self.held(ROWS[model].given))

    def lines(self, models: list[str]) -> Iterator[Line]:
        """Each model's lines as soon as they are known; those that others are held against run first."""
        halves = self.those(HALVES, models)
        rivals = self.those(RIVALS.get(self.name, ()) if set(models) & set(HYBRIDS) else (), models)
        for model in models:
            row = ROWS[model]
            outcome = None if row.only and self.name not in row.only else self.outcome(model)
            if outcome is None:
                continue
            others = {name: rival for name, rival in rivals.items() if name != model}
            if model in HYBRIDS[1:]:
                others |= self.those(HYBRIDS[:1], models)
            yield from compared(
                model,
                outcome,
                self.held(row.given),
                list(halves.values()),
                others if model in HYBRIDS else {},
            )

    def those(self, wanted: Sequence[str], models: list[str]) -> dict[str, Outcome]:
        """What the wanted models did, as far as they are asked for and can be made."""
        outcomes = {name: self.outcome(name) for name in wanted if name in models}
        return {name: outcome for name, outcome in outcomes.items() if outcome is not None}


def warmed(held: Held) -> None:
    """Have the linear half's kernels compiled, or found on disk, before anything is timed."""
    few = held.learn.seen_until(np.minimum(held.learn.known_steps, 600))
    LinearHalf(held.horizon).learn(few, Silent()).forecast(few, few.last_origins(), (0.5,))


def chosen(given: str, there: dict[str, Any], what: str) -> list[str]:
    """Names out of a list, in the table's order."""
    names = given.split(",") if given else list(there)
    unknown = [name for name in names if name not in there]
    if unknown:
        sys.exit(f"there is no {what} {unknown[0]!r}; choose from {', '.join(there)}")
    return [name for name in there if name in names]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--sets", default="", help=f"some of {','.join(SETS)}")
    parser.add_argument("--models", default="", help=f"some of {','.join(ROWS)}; the linear half always runs")
    parser.add_argument("--part", choices=("test", "tune"), default="test")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, help="a CSV of the unrounded figures")
    parser.add_argument("--markdown", action="store_true", help="rows ready for docs/benchmarks.md")
    given = parser.parse_args()
    sets = chosen(given.sets, SETS, "set")
    models = chosen(f"{given.models},{LINEAR}" if given.models else "", ROWS, "model")

    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    print(f"{platform.processor() or platform.machine()}, {cores} cores, torch {torch.__version__}")
    print(f"python {shlex.join(sys.argv)}")
    print("Weather is observed, not forecast: every load figure assumes a perfect forecast of it.")
    print(f"The operator's forecast is taken as known {SETS['spain'].horizon} hours ahead from every hour.")
    print(header(given.markdown), flush=True)
    lines: list[Line] = []
    warmed(held_out(sets[0], given.data))
    for name in sets:
        for line in Bench(name, given.data, given.part == "tune", given.seed).lines(models):
            lines.append(line)
            print(printed(line, given.markdown), flush=True)
            write(lines, given.out)


if __name__ == "__main__":
    main()
