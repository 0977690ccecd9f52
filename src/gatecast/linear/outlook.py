"""Forecasts of one fitted series from every origin at once: a history is filtered once, from its beginning.

`Running` gives the same behind the last value, one value at a time.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from gatecast._types import FloatArray, IntArray
from gatecast.linear.ahead import project, variances
from gatecast.linear.position import System, begin, system_of
from gatecast.linear.running import pretended, spike_limit
from gatecast.linear.sarima import Sarima


def forecast_paths(
    model: Sarima,
    y: FloatArray,
    regressors: FloatArray,
    origins: IntArray,
    horizon: int,
    *,
    clean: bool = False,
) -> tuple[FloatArray, FloatArray]:
    """Means and variances `horizon` steps ahead of every origin.

    y           [time]                 read up to each origin only
    regressors  [regressors, time + …] where they end too early their last value goes on
    origins     [origins]              last known steps
    clean       take a value far from its forecast for that forecast, unless the level seems to have moved
    returns     [origins, horizon], [origins, horizon]
    """
    time = len(y) + horizon
    if regressors.shape[1] < time:
        regressors = np.pad(regressors, ((0, 0), (0, time - regressors.shape[1])), mode="edge")
    mean = model.mean(regressors[:, :time])
    u = y - mean[: len(y)]
    system = system_of(model)
    lags = len(system.delta) - 1
    seen = np.flatnonzero(np.isfinite(u))
    first = int(seen[0]) if len(seen) else 0
    # before any value; too early to difference: pretend that the first value always stood there; later
    stage = (origins >= first).astype(int) + (origins >= first + lags)
    parts = []
    for k in np.unique(stage):
        mine, pretend = np.flatnonzero(stage == k), k < 2
        history = u[first : max(first, int(origins[mine].max()) + 1)]
        rows = np.maximum(origins[mine] - first, -1) - (0 if pretend else lags)
        history = pretended(history, system) if pretend else history
        limit = np.inf if pretend else spike_limit(model, clean)
        parts.append((mine, *_paths(system, history, rows, horizon, limit)))
    path, variance = _in_order(parts, horizon)
    path += sliding_window_view(mean, horizon)[origins + 1]
    variance *= model.sigma2
    return path, variance


def _in_order(
    parts: list[tuple[IntArray, FloatArray, FloatArray]], horizon: int
) -> tuple[FloatArray, FloatArray]:
    """Paths and variances of parts of the origins, each row at its origin's place."""
    if len(parts) == 1:
        return parts[0][1:]
    count = sum(len(mine) for mine, _, _ in parts)
    path, variance = np.empty((count, horizon)), np.empty((count, horizon))
    for mine, some, spread in parts:
        path[mine], variance[mine] = some, spread
    return path, variance


def _paths(
    system: System, u: FloatArray, rows: IntArray, horizon: int, limit: float
) -> tuple[FloatArray, FloatArray]:
    """Levels ahead of some rows, counted behind the lags of differencing, and variances for unit σ².

    rows  −1 before any value
    """
    if rows[0] < 0 or not np.isfinite(u).all():
        return _gapped_paths(system, u, rows, horizon, limit)
    lags = len(system.delta) - 1
    start = begin(system, u[:lags], horizon)
    believed = u.copy()
    _, states, increments, weight, _, _ = start.move(system, believed[lags:], limit)
    path = project(states, believed[1:].copy(), 1, rows, system.ar, system.delta, horizon)
    asked, place = (rows, None) if (np.diff(rows) > 0).all() else np.unique(rows, return_inverse=True)
    variance = variances(increments, weight, asked, start.spread, system.ar, system.delta)
    return path, variance if place is None else variance[place]


def _gapped_paths(
    system: System, u: FloatArray, rows: IntArray, horizon: int, limit: float
) -> tuple[FloatArray, FloatArray]:
    """The same, walking from origin to origin: what is missing behind them changes from one to the next."""
    lags, done = len(system.delta) - 1, 0
    position = begin(system, u[:lags], horizon)
    path, variance = np.empty((len(rows), horizon)), np.empty((len(rows), horizon))
    for row in np.unique(rows):
        position = position.after(system, u[lags + done : lags + int(row) + 1], limit)
        path[rows == row], variance[rows == row] = position.ahead(system)
        done = int(row) + 1
    return path, variance
