"""Simulated series whose best forecast is known, on integer steps."""

from dataclasses import replace

import numpy as np

from gatecast.data import Frequency, Panel
from gatecast.forecaster import Origins

FIRST = 200  # steps thrown away, until the start is forgotten


def panel_of(
    values: np.ndarray,
    known: np.ndarray | None = None,
    past: np.ndarray | None = None,
    static: np.ndarray | None = None,
) -> Panel:
    """Series of equal length without a season.

    values  [series, time]
    known   [series, time] or None; likewise past
    static  [series] or None
    """
    series, time = values.shape
    named = {
        "known": (known, "flag"),
        "past": (past, "cloud"),
    }
    columns = {
        role: np.zeros((values.size, 0)) if column is None else column.reshape(-1, 1)
        for role, (column, _) in named.items()
    }
    names = {f"{role}_names": () if column is None else (name,) for role, (column, name) in named.items()}
    return Panel(
        values=values.ravel(),
        offsets=np.arange(series + 1) * time,
        ids=tuple(range(series)),
        times=np.tile(np.arange(time), series),
        known_steps=np.full(series, time),
        frequency=Frequency("step", 1),
        zone=None,
        seasons=(1,),
        static=np.zeros((series, 0)) if static is None else static[:, None],
        static_names=() if static is None else ("kind",),
        **columns,
        **names,
    )


def autoregressive(phi: float, time: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """y_t = φ y_{t-1} + e_t and its e. [time], [time]"""
    shocks = np.random.default_rng(seed).normal(size=time + FIRST)
    values = np.zeros(time + FIRST)
    for t in range(1, len(values)):
        values[t] = phi * values[t - 1] + shocks[t]
    return values[FIRST:], shocks[FIRST:]


def origins_from(panel: Panel, first: int, horizon: int, stride: int = 1) -> Origins:
    """Of every series, the origins from `first` on whose outcome is known."""
    position = np.arange(first, int(panel.lengths[0]) - horizon, stride)
    return Origins(np.repeat(np.arange(len(panel)), len(position)), np.tile(position, len(panel)))


def without_past(panel: Panel) -> Panel:
    return replace(panel, past=np.zeros((len(panel.values), 0)), past_names=())
