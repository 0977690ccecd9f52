"""Panels of sunlight: a clear-sky course over a site, clouds that stay for hours, night exactly 0."""

from dataclasses import replace
from functools import lru_cache

import numpy as np

from gatecast.data import Frequency, Panel, Site

GOLDEN = Site(39.74, -105.18)
START = 1_640_995_200_000_000  # 2022-01-01 00:00 UTC
MINUTE = 60_000_000


def course(times: np.ndarray, latitude: float = 39.74, longitude: float = -105.18) -> np.ndarray:
    """Sine of the sun's height by a plain formula, the mean over the hour or so that begins. [rows]"""
    middle = times + 30 * MINUTE
    day = middle / 86_400e6
    declination = np.radians(23.44) * np.sin(2 * np.pi * (day % 365.2425 - 80) / 365.2425)
    hour = 2 * np.pi * (day % 1.0 + longitude / 360 - 0.5)
    phi = np.radians(latitude)
    height = np.sin(phi) * np.sin(declination) + np.cos(phi) * np.cos(declination) * np.cos(hour)
    return np.maximum(height, 0.0)


@lru_cache
def sunny_panel(
    days: int = 60, series: int = 2, future: int = 48, minutes: int = 60, stay: float = 0.9, seed: int = 0
) -> Panel:
    """Clouds follow an autoregression from hour to hour; a forecast of them is known ahead, with errors.

    stay  how much of a cloud is left after a step
    """
    rng = np.random.default_rng(seed)
    steps = days * 24 * 60 // minutes
    rows = steps + future
    times = START + np.arange(rows) * minutes * MINUTE
    values, known = [], []
    for i in range(series):
        state = np.zeros(rows)
        for t in range(1, rows):
            state[t] = stay * state[t - 1] + np.sqrt(1 - stay**2) * rng.normal()
        clear = 1 / (1 + np.exp(-2 * state - 0.5))
        y = (i + 1) * 10 * course(times) * clear
        y[steps:] = np.nan
        values.append(y)
        known.append(clear + 0.3 * rng.normal(size=rows))
    return Panel(
        values=np.concatenate(values), offsets=np.arange(series + 1) * rows,
        ids=tuple(f"roof {i}" for i in range(series)), times=np.tile(times, series),
        known_steps=np.full(series, steps), frequency=Frequency("microsecond", minutes * MINUTE),
        zone="America/Denver", seasons=(24 * 60 // minutes,), known=np.concatenate(known)[:, None],
        past=np.empty((series * rows, 0)), static=np.empty((series, 0)), known_names=("clarity",),
    )  # fmt: skip


def blind(panel: Panel) -> Panel:
    """The panel without covariates."""
    return replace(panel, known=np.empty((len(panel.values), 0)), known_names=())
