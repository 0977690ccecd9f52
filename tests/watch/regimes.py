"""Hourly series whose regime changes on a known day: seeded, with a temperature that is known ahead."""

from datetime import datetime
from typing import Literal

import numpy as np
import polars as pl

DAYS, MORE, CHANGED = 150, 40, 160  # fitted, then fed; the day of the change, counted from the first
Change = Literal["none", "level", "wider", "shape", "response"]


def regime(change: Change, seed: int, size: float = 1.0) -> pl.DataFrame:
    """A day's shape, a temperature that acts on it, errors that follow one another; and the change."""
    draw, steps = np.random.default_rng(seed), 24 * (DAYS + MORE)
    hour, late = np.arange(steps), np.arange(steps) >= 24 * CHANGED
    warm = 12 + 6 * np.sin(2 * np.pi * (hour - 9) / 24) + np.repeat(draw.normal(0, 3, steps // 24), 24)
    shocks, error = draw.normal(0, 2, steps) * np.where(late & (change == "wider"), 1 + size, 1.0), 0.0
    errors = np.empty(steps)
    for t in range(steps):
        error = 0.7 * error + shocks[t]
        errors[t] = error
    y = 200 + 15 * np.sin(2 * np.pi * hour / 24) + warm + errors
    added = {
        "level": 10.0 * np.ones(steps),
        "shape": 8 * np.sin(4 * np.pi * hour / 24),
        "response": -2 * (warm - 12),
    }
    y += late * size * added.get(change, np.zeros(steps))
    begin = datetime(2023, 1, 1)
    stamps = pl.datetime_range(begin, begin + pl.duration(hours=steps - 1), "1h", eager=True)
    return pl.DataFrame({"ds": stamps, "y": y, "temperature": warm})


def halves(table: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """What is fitted, and what comes."""
    return table.head(24 * DAYS), table.tail(24 * MORE)
