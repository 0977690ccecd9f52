"""Forecasts and their variances from every state of a series, in one pass. [kernel]

The exact filter (`filter.py`) leaves the predicted state a_t behind at every step. With the state's first
row first, the forecasts of the ARMA part are

    ŵ_{t+k} = a_t[k] + Σ_{l ≤ k} φ_l ŵ_{t+k−l}

and the difference equation of the differencing polynomial turns them into levels. Both are linear in the
state, so the same operator gives the variances: the covariance of the state changes from step to step by
M W W', hence the forecast variance by M g², g the forecasts made from W as if it were a state. Eight
origins go side by side (see `lanes.py`).
"""
# mypy: disable-error-code="no-untyped-def, no-untyped-call"
# (Numba infers the types of kernels; lanes have no Python type)

import numpy as np

from gatecast.linear.lanes import LANES, load, splat, store
from gatecast.linear.process import autocovariance, kernel

ROWS = 1024  # increments projected at once


@kernel
def used_lags(polynomial):
    """Lags ≥ 1 whose coefficient is not zero. polynomial [lags + 1]"""
    return np.nonzero(polynomial[1:])[0] + 1


@kernel
def in_lanes(polynomial, size):
    """Coefficients of lags 1 .. size, the same in every lane. [size, lanes]"""
    out = np.zeros((size, LANES))
    for k in range(1, len(polynomial)):
        out[k - 1, :] = polynomial[k]
    return out


@kernel
def project(states, history, stride, rows, ar, delta, horizon):  # noqa: C901
    """Levels `horizon` steps ahead of some of the states.

    states   [time, depth]  predicted states
    history  levels before each state: those of state t are history[t · stride :][: lags of delta]
    rows     [origins]  which states
    returns  [origins, horizon]
    """
    lags, depth, count = len(delta) - 1, states.shape[1], len(rows)
    ar_lags, delta_lags = used_lags(ar), used_lags(delta)[::-1].copy()
    out = np.empty((count, horizon))
    now = np.zeros((max(depth, 1), LANES))
    w, level = np.zeros((horizon, LANES)), np.zeros((lags + horizon, LANES))
    for first in range(0, count, LANES):
        here = min(LANES, count - first)
        for at in range(here):
            row = rows[first + at]
            for i in range(lags):
                level[i, at] = history[row * stride + i]
            for k in range(depth):
                now[k, at] = states[row, k]
        for k in range(horizon):
            total = load(now, k) if k < depth else splat(0.0)
            for i in range(len(ar_lags)):
                lag = ar_lags[i]
                if lag > k:
                    break
                total = total - load(w, k - lag) * ar[lag]
            store(w, k, total)
            for i in range(len(delta_lags)):
                total = total - load(level, lags + k - delta_lags[i]) * delta[delta_lags[i]]
            store(level, lags + k, total)
        for at in range(here):
            for k in range(horizon):
                out[first + at, k] = level[lags + k, at]
    return out


@kernel
def variance_before(ar, ma, delta, horizon):
    """Forecast variance of the levels before any value of w is seen, for unit σ². [horizon]"""
    m = max(len(ar), len(ma)) - 1
    gamma = autocovariance(-in_lanes(ar, m), in_lanes(ma, m), used_lags(ma), len(ar) - 1, horizon)
    weight, out = np.zeros(horizon), np.empty(horizon)  # weight of w in the level, by age
    delta_lags = used_lags(delta)
    total = 0.0
    for k in range(horizon):
        weight[k] = 1.0 if k == 0 else 0.0
        for lag in delta_lags:
            if lag <= k:
                weight[k] -= delta[lag] * weight[k - lag]
        cross = 0.0
        for j in range(k):
            cross += weight[j] * gamma[k - j, 0]
        total += 2.0 * weight[k] * cross + weight[k] * weight[k] * gamma[0, 0]
        out[k] = total
    return out


@kernel
def variances(increments, weight, rows, before, ar, delta):
    """Forecast variances of the levels from some of the states, for unit σ². [origins, horizon]

    increments [time, depth] and weight [time] as `follow` gives them
    rows       [origins]  which states, ascending
    before     [horizon]  variances before the first of these increments
    """
    horizon = len(before)
    out = np.empty((len(rows), horizon))
    now = before.copy()
    nothing = np.zeros(len(delta))
    filled, last = 0, rows[-1] if len(rows) else -1
    for first in range(0, last + 1, ROWS):
        until = min(first + ROWS, last + 1)
        change = np.zeros((0, horizon))
        if weight[first] != 0.0:  # increments vanish for good once the gain is frozen
            change = project(increments, nothing, 0, np.arange(first, until), ar, delta, horizon)
        for t in range(first, until):
            if len(change):
                for k in range(horizon):
                    now[k] += weight[t] * change[t - first, k] ** 2
            while filled < len(rows) and rows[filled] == t:
                out[filled] = now
                filled += 1
    return out
