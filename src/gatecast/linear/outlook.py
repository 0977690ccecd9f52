"""Forecasts of one fitted series: from every origin at once, or one value at a time.

`forecast_paths` filters a history once and looks ahead from any of its steps. `Running` holds the state
behind the last value and advances in a time that does not grow with the history; both give the same.
"""

from dataclasses import dataclass

import numpy as np

from gatecast._types import FloatArray, IntArray
from gatecast.errors import SeriesError
from gatecast.linear.ahead import first_state, follow, project, variances
from gatecast.linear.cleaning import without_spikes
from gatecast.linear.gapped import follow_gapped
from gatecast.linear.lag import difference
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
    clean       take a value far from its forecast for missing, unless the level seems to have moved
    returns     [origins, horizon], [origins, horizon]
    """
    time = len(y) + horizon
    if regressors.shape[1] < time:
        regressors = np.pad(regressors, ((0, 0), (0, time - regressors.shape[1])), mode="edge")
    mean = model.mean(regressors[:, :time])
    u = y - mean[: len(y)]
    lags = len(model.delta) - 1
    seen = np.flatnonzero(np.isfinite(u))
    first = int(seen[0]) if len(seen) else 0
    path, variance = np.empty((len(origins), horizon)), np.empty((len(origins), horizon))
    last = int(origins.max(initial=0))
    early = origins < first + lags  # too early to difference: pretend that the first value always stood there
    for mine, padding in ((early, lags), (~early, 0)):
        if mine.any():
            history = np.concatenate([np.full(padding, u[first]), u[first : last + 1]])
            rows = origins[mine] - first - lags + padding
            if clean and not padding:
                history = cleaned(model, history)
            path[mine], variance[mine] = _paths(model, history, np.maximum(rows, 0), horizon)
    steps = origins[:, None] + np.arange(1, horizon + 1)
    return path + mean[steps], variance * model.sigma2


def _paths(model: Sarima, u: FloatArray, rows: IntArray, horizon: int) -> tuple[FloatArray, FloatArray]:
    ar, ma, delta = model.ar, model.ma, model.delta
    if not np.isfinite(u).all():
        return _gapped_paths(model, u, rows, horizon)
    phi = full_phi(model)
    depth = min(horizon, len(phi))
    states, increments, weight, _, _ = follow(difference(u, delta), phi, *first_state(ar, ma), depth)
    order = np.argsort(rows, kind="stable")
    path = project(states, u[1:].copy(), 1, rows, ar, delta, horizon)
    variance = np.empty_like(path)
    variance[order] = variances(increments, weight, rows[order], ar, ma, delta, horizon)
    return path, variance


def cleaned(model: Sarima, u: FloatArray) -> FloatArray:
    """The levels with each spike replaced by its forecast from what came before it."""
    if not model.sigma2 > 0.0 or not np.isfinite(u).all():
        return u
    return without_spikes(u, full_phi(model), model.ar, model.ma, model.delta, model.sigma2)


def _gapped_paths(
    model: Sarima, u: FloatArray, rows: IntArray, horizon: int
) -> tuple[FloatArray, FloatArray]:
    lags = len(model.delta) - 1
    known = np.isfinite(u[:lags])
    start = u.copy()
    if lags and not known.all():  # a guess that reads the first lags only
        start[:lags] = np.interp(np.arange(lags), np.flatnonzero(known), u[:lags][known])
    order = np.argsort(rows, kind="stable")
    path, variance = np.empty((len(rows), horizon)), np.empty((len(rows), horizon))
    found = follow_gapped(start, known, model.ar, model.ma, model.delta, rows[order] + lags, horizon)
    path[order], variance[order] = found[0], found[1]
    return path, variance


@dataclass
class Running:
    """A model and the state behind the last value it has seen; made by `start_running`.

    state    [3, m]    predicted state, increment, gain
    scalars  F, M, steps
    levels   [lags]    the last levels, regression taken off
    steps    values seen
    """

    model: Sarima
    state: FloatArray
    scalars: FloatArray
    levels: FloatArray
    steps: int

    def advance(self, y: FloatArray, regressors: FloatArray) -> None:
        """Take in new values without missing ones.

        y           [new]
        regressors  [regressors, new]

        Raises SeriesError for a missing value: one forecast later is then not exact; fit or filter again.
        """
        if not np.isfinite(y).all():
            raise SeriesError(
                f"{int((~np.isfinite(y)).sum())} of {len(y)} new values are missing; a running state takes "
                "finite values only, give the history anew instead"
            )
        u = y - self._mean(regressors, len(y))
        joined = np.concatenate([self.levels, u])
        follow(difference(joined, self.model.delta), self._phi(), self.state, self.scalars, 0)
        self.levels = joined[len(u) :]
        self.steps += len(u)

    def ahead(self, regressors: FloatArray, horizon: int) -> FloatArray:
        """Means of the next steps. regressors [regressors, horizon] → [horizon]"""
        ar, delta = self.model.ar, self.model.delta
        path = project(self.state[:1].copy(), self.levels, 0, np.zeros(1, np.int64), ar, delta, horizon)
        mean: FloatArray = path[0] + self._mean(regressors, horizon)
        return mean

    def _mean(self, regressors: FloatArray, count: int) -> FloatArray:
        return self.model.mean(regressors[:, :count], start=self.steps)

    def _phi(self) -> FloatArray:
        return full_phi(self.model)


def start_running(model: Sarima, y: FloatArray, regressors: FloatArray) -> Running:
    """The state behind a history without missing values. y [time], regressors [regressors, time]"""
    lags = len(model.delta) - 1
    state, scalars = first_state(model.ar, model.ma)
    levels = y[:lags] - model.mean(regressors[:, :lags])
    running = Running(model, state, scalars, levels, lags)
    running.advance(y[lags:], regressors[:, lags:])
    return running


def full_phi(model: Sarima) -> FloatArray:
    """Coefficients of φ(B) Φ(B^s) at every lag of the state. [m]"""
    phi = np.zeros(max(len(model.ar), len(model.ma)) - 1)
    phi[: len(model.ar) - 1] = -model.ar[1:]
    return phi
