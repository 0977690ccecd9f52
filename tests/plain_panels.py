"""Panels from arrays: one line per test that needs series of its own making."""

from collections.abc import Sequence

import numpy as np

from gatecast.data import Panel, continue_times, parse_frequency

NEW_YEAR = 1_672_531_200_000_000  # 2023-01-01 00:00 UTC, a Sunday


def panel_of(
    *series: np.ndarray,
    known: Sequence[np.ndarray] = (),
    future: int = 0,
    freq: str | int = "h",
    seasons: tuple[int, ...] = (24,),
    names: tuple[str, ...] | None = None,
) -> Panel:
    """Series laid end to end from the new year of 2023, or step 1000 for integer steps.

    series  [time]                   values of each history
    known   [time + future, covariates]  of each series; none if left out
    """
    frequency = parse_frequency(freq)
    start = np.array([1000 if frequency.unit == "step" else NEW_YEAR])
    lengths = np.array([len(values) for values in series], dtype=np.int64)
    tables = [np.asarray(table, dtype=np.float64) for table in known]
    width = tables[0].shape[1] if tables else 0
    rows = int((lengths + future).sum())
    return Panel(
        values=np.concatenate([np.append(values, np.full(future, np.nan)) for values in series]),
        offsets=np.concatenate([[0], np.cumsum(lengths + future)]).astype(np.int64),
        ids=tuple(f"meter {i}" for i in range(len(series))),
        times=np.concatenate(
            [np.append(start, continue_times(start, frequency, None, int(n) + future - 1)) for n in lengths]
        ).astype(np.int64),
        known_steps=lengths,
        frequency=frequency,
        zone=None,
        seasons=seasons,
        known=np.concatenate(tables) if tables else np.empty((rows, 0)),
        past=np.empty((rows, 0)),
        static=np.empty((len(series), 0)),
        known_names=names or tuple(f"covariate {i}" for i in range(width)),
    )


def autoregressive(
    time: int, phi: float = 0.8, seed: int = 0, season: int = 0, noise: float = 1.0
) -> np.ndarray:
    """u_t = φ u_{t-1} + noise, on a daily cycle of amplitude 10 where a season is given. [time]"""
    shock = np.random.default_rng(seed).normal(0, noise, time)
    values = np.empty(time)
    values[0] = shock[0]
    for t in range(1, time):
        values[t] = phi * values[t - 1] + shock[t]
    return values + (10 * np.sin(2 * np.pi * np.arange(time) / season) if season else 0)
