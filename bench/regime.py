"""A regime that changes under a fitted model: errors before, during and after, of three ways to live with it.

    python bench/regime.py [--model hybrid] [--seed 0] [--page regime.html]

Hourly, generated: the level moves, the day takes another shape, and the answer to temperature turns round,
all on one day, a week behind the end of what the model was fitted on. From then on it is fed day by day,
and each day is forecast before it comes; the temperature is known.

    untouched   hears nothing: beyond its horizon it goes on from its own forecasts
    updated     `update` with every day; nothing is learned
    refitted    the same, and `refit(warm_start=True)` whenever `update` says that something has drifted, and
                once more when the new regime has lasted three weeks
"""

import argparse
import copy
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import polars as pl

from gatecast import LSTM, Hybrid, LinearHalf
from gatecast._types import FloatArray
from gatecast.front import TableDoor
from gatecast.insight import regime_figure
from gatecast.memory import Training

DAYS, BEFORE, AFTER, DAY = 180, 7, 35, 24
AGAIN = 21  # days of the new regime, after which it is learned from once more
STEPS = 60
MODELS: dict[str, Callable[[int], TableDoor]] = {
    "hybrid": lambda seed: Hybrid(DAY, known=["temperature"], seed=seed, training=Training(steps=STEPS)),
    "linear": lambda _: LinearHalf(DAY, known=["temperature"]),
    "lstm": lambda seed: LSTM(DAY, known=["temperature"], seed=seed, training=Training(steps=STEPS)),
}


def planted(seed: int) -> pl.DataFrame:
    """The series, with its temperature."""
    draw, steps = np.random.default_rng(seed), DAY * (DAYS + BEFORE + AFTER)
    hour, new = np.arange(steps), np.arange(steps) >= DAY * (DAYS + BEFORE)
    warm = 14 + 6 * np.sin(2 * np.pi * (hour - 9) / DAY) + np.repeat(draw.normal(0, 3, steps // DAY), DAY)
    errors = np.zeros(steps)
    for t in range(1, steps):
        errors[t] = 0.7 * errors[t - 1] + draw.normal(0, 2)
    turn = 2 * np.pi * hour / DAY
    old_shape = 25 * np.sin(turn - 2) + 8 * np.sin(2 * turn)
    new_shape = 15 * np.sin(turn - 3) + 14 * np.sin(2 * turn + 1)
    weekend = -12.0 * (hour // DAY % 7 >= 5)
    y = np.where(new, 230 + new_shape - 1.0 * (warm - 14), 200 + old_shape + 2.0 * (warm - 14))
    begin = datetime(2023, 1, 2)
    stamps = [begin + timedelta(hours=int(h)) for h in hour]
    return pl.DataFrame({"ds": stamps, "y": y + weekend + errors, "temperature": warm})


@dataclass
class Policy:
    """One way to live with a model: what it erred each day, and when it was fitted again."""

    model: TableDoor
    hears: bool = True
    learns: bool = False
    errors: list[float] = field(default_factory=list)
    inside: list[float] = field(default_factory=list)
    noticed: list[int] = field(default_factory=list)
    refits: list[float] = field(default_factory=list)

    def live(self, day: int, rows: pl.DataFrame) -> None:
        """Forecast a day, see what came, and do what is to be done."""
        name = self.model.name
        said = self.model.predict(level=[80], X_df=rows.drop("y"))
        came, point = rows["y"].to_numpy(), said[name].to_numpy()
        low, high = said[f"{name}-lo-80"].to_numpy(), said[f"{name}-hi-80"].to_numpy()
        self.errors.append(float(np.abs(came - point).mean()))
        self.inside.append(float(((low <= came) & (came <= high)).mean()))
        heard = rows if self.hears else rows.with_columns(y=pl.Series(point))
        with warnings.catch_warnings(record=True) as notes:
            warnings.simplefilter("always", UserWarning)
            self.model.update(heard)
        if notes and self.hears:
            self.noticed.append(day)
        if self.learns and (notes or day == BEFORE + AGAIN):
            begun = time.perf_counter()
            self.model.refit(warm_start=True)
            self.refits.append(time.perf_counter() - begun)


def lived(model: TableDoor, table: pl.DataFrame) -> dict[str, Policy]:
    """Three policies, day by day, from one fitted model."""
    policies = {
        "untouched": Policy(copy.deepcopy(model), hears=False),
        "updated": Policy(copy.deepcopy(model)),
        "refitted": Policy(copy.deepcopy(model), learns=True),
    }
    for day in range(BEFORE + AFTER):
        rows = table.slice(DAY * (DAYS + day), DAY)
        for policy in policies.values():
            policy.live(day, rows)
    return policies


SPANS = {
    "before": slice(0, BEFORE),
    "days 1-7": slice(BEFORE, BEFORE + 7),
    "days 8-21": slice(BEFORE + 7, BEFORE + 21),
    "days 22-35": slice(BEFORE + 21, BEFORE + AFTER),
}


def told(policies: dict[str, Policy]) -> str:
    """The table of errors, and what is inside the 80 % intervals."""
    lines = ["| mean absolute error (in 80 %) | " + " | ".join(SPANS) + " |", "|---" * (1 + len(SPANS)) + "|"]
    for name, one in policies.items():
        errors, inside = np.array(one.errors), np.array(one.inside)
        cells = [f"{errors[s].mean():.2f} ({inside[s].mean():.0%})" for s in SPANS.values()]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def drawn(policies: dict[str, Policy], table: pl.DataFrame) -> Any:
    """The figure."""
    days = table["ds"].to_numpy()[DAY * DAYS :: DAY]
    errors: dict[str, FloatArray] = {name: np.array(one.errors) for name, one in policies.items()}
    said = [days[k + 1] for k in policies["refitted"].noticed]
    return regime_figure(days, errors, changed=days[BEFORE], noticed=said)


def main() -> None:
    """Fit, feed, print; draw where asked."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", choices=MODELS, default="hybrid")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--page", help="write the figure here, HTML")
    asked = parser.parse_args()
    table, begun = planted(asked.seed), time.perf_counter()
    model = MODELS[asked.model](asked.seed).fit(table.head(DAY * DAYS))
    print(f"fitted in {time.perf_counter() - begun:.0f} s")
    policies = lived(model, table)
    print(told(policies))
    refitted = policies["refitted"]
    print(f"drift said on days {[day - BEFORE + 1 for day in refitted.noticed]} of the new regime; ", end="")
    print(f"warm refits of {', '.join(f'{s:.0f}' for s in refitted.refits)} s; ", end="")
    print(f"{time.perf_counter() - begun:.0f} s in all")
    if asked.page:
        page = drawn(policies, table)
        page.write_html(asked.page, include_plotlyjs=True, config={"displayModeBar": False})


if __name__ == "__main__":
    main()
