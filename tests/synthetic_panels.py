"""Small panels for tests: hourly seasons with noise, known and past covariates, ragged lengths."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from gatecast.data import Frequency, Panel

HOUR = 3_600_000_000
MIDNIGHT = 1_704_067_200_000_000  # 2024-01-01 00:00 UTC, a Monday
SEASON = 24


def hourly_panel(
    lengths: Sequence[int] = (400, 340, 430),
    future: int = 0,
    seed: int = 0,
    seasons: tuple[int, ...] = (SEASON,),
) -> Panel:
    """Daily cycles driven by a known temperature and an unknown persistent disturbance.

    lengths  history of each series; they end together, as meters read today do
    future   rows behind the history, with known covariates only
    """
    rng = np.random.default_rng(seed)
    blocks = [_series(i, length, max(lengths), future, rng) for i, length in enumerate(lengths)]
    values, times, known, past = (np.concatenate(column) for column in zip(*blocks, strict=True))
    return Panel(
        values=values,
        offsets=np.concatenate([[0], np.cumsum(np.asarray(lengths) + future)]).astype(np.int64),
        ids=tuple(f"meter {i}" for i in range(len(lengths))),
        times=times,
        known_steps=np.asarray(lengths, dtype=np.int64),
        frequency=Frequency("microsecond", HOUR),
        zone=None,
        seasons=seasons,
        known=known[:, None],
        past=past[:, None],
        static=np.zeros((len(lengths), 0)),
        known_names=("temperature",),
        past_names=("cloud",),
    )


def _series(
    i: int, length: int, longest: int, future: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    rows = length + future
    step = np.arange(longest - length, longest + future)
    day = 2 * np.pi * step / SEASON
    temperature = 15 + 6 * np.sin(day - 2) + rng.normal(0, 1, rows)
    disturbance = np.zeros(rows)
    noise = rng.normal(0, 1, rows)
    for t in range(1, rows):
        disturbance[t] = 0.8 * disturbance[t - 1] + noise[t]
    values = (i + 1) * (100 + 20 * np.sin(day) + 5 * np.cos(2 * day) + 0.8 * temperature + disturbance)
    cloud = disturbance + rng.normal(0, 1, rows)
    values[length:], cloud[length:] = np.nan, np.nan
    return values, MIDNIGHT + step * HOUR, temperature, cloud


def with_values(panel: Panel, values: np.ndarray) -> Panel:
    """The panel with other values, the future still blank."""
    return replace(panel, values=values).seen_until(panel.known_steps)


def with_given(panel: Panel, ahead: int, noise: float = 0.02, seed: int = 5) -> Panel:
    """The panel with somebody's forecast of it, "operator": what came and what will come, give or take.

    ahead  future rows of each series; there it goes on as a season before
    """
    rng, column = np.random.default_rng(seed), np.nan_to_num(panel.values, nan=100.0)
    for i in range(len(panel)):
        end = panel.history(i).stop
        for row in range(end, min(end + ahead, int(panel.offsets[i + 1]))):
            column[row] = column[row - SEASON]
    column = column * (1 + noise * rng.normal(size=len(column)))
    return replace(panel, given=column[:, None], given_names=("operator",))


def corrupted_after(panel: Panel, known_steps: np.ndarray, seed: int = 1) -> Panel:
    """Nonsense in every value and past covariate from `known_steps` on; the panel still calls it history."""
    rng = np.random.default_rng(seed)
    values, past = panel.values.copy(), panel.past.copy()
    for i in range(len(panel)):
        behind = slice(int(panel.offsets[i] + known_steps[i]), panel.history(i).stop)
        count = behind.stop - behind.start
        values[behind] = rng.normal(0, 1e4, count)
        past[behind] = rng.normal(0, 1e4, (count, past.shape[1]))
    return replace(panel, values=values, past=past)
