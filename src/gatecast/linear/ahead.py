"""Forecasts and their variances from every origin of a series, in one pass. [kernel]

The exact filter runs once and leaves the predicted state a_t behind at every step. With the state's first
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

from gatecast.linear.arma import CHECK_EVERY, FROZEN
from gatecast.linear.lanes import LANES, lane, load, splat, store
from gatecast.linear.process import autocovariance, first_gain, kernel

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
def first_state(ar, ma):
    """The filter before the first value.

    ar, ma   [lags + 1] φΦ as 1 − Σ φ B and θΘ as 1 + Σ θ B, from lag 0
    returns  [3, m] predicted state, increment W, gain K; [F, M, steps seen]
    """
    m = max(len(ar), len(ma)) - 1
    gain = np.zeros((m, LANES))
    F = lane(first_gain(-in_lanes(ar, m), in_lanes(ma, m), used_lags(ar), used_lags(ma), m, gain), 0)
    state = np.zeros((3, m))
    state[1], state[2] = gain[:, 0], gain[:, 0]
    return state, np.array([F, -1.0 / F, 0.0])


@kernel
def follow(w, phi, state, scalars, depth):  # noqa: C901
    """Filter w from a state on, leaving behind every predicted state.

    w        [time]
    phi      [m]
    state, scalars  as `first_state` gives them; changed in place to what they are after the last value
    depth    how many rows of each state to keep
    returns  states, increments [time, depth] after each value; M of each increment [time];
             innovations v [time] and their variance F [time] for unit σ²
    """
    n, m = len(w), len(phi)
    keep = min(depth, m)
    states, increments = np.zeros((n, depth)), np.zeros((n, depth))
    weight, v, variance = np.zeros(n), np.empty(n), np.empty(n)
    a, grow = np.zeros(n + m + 1), np.zeros(n + m + 1)
    gain = state[2].copy()
    for i in range(m):
        a[i], grow[i] = state[0, i], state[1, i]
    F, M = scalars[0], scalars[1]
    steps = int(scalars[2])
    for t in range(n):
        if (steps + t) % CHECK_EVERY == 0 and M != 0.0:
            largest = 0.0
            for i in range(m):
                largest = max(largest, grow[t + i] ** 2)
            if -M * largest < FROZEN * F:
                M = 0.0
        seen = a[t]
        v[t], variance[t], weight[t] = w[t] - seen, F, M
        g = v[t] / F
        if M == 0.0:
            for i in range(m):
                a[t + 1 + i] += phi[i] * seen + gain[i] * g
        else:
            first = grow[t]
            for k in range(keep):
                increments[t, k] = grow[t + k]
            push = M * first
            F_next = F + push * first
            pull = first / F_next
            M += push * push / F
            F = F_next
            for i in range(m):
                a[t + 1 + i] += phi[i] * seen + gain[i] * g
                step = phi[i] * first + grow[t + 1 + i]
                gain[i] += step * push
                grow[t + 1 + i] = step - gain[i] * pull
        for k in range(keep):
            states[t, k] = a[t + 1 + k]
    for i in range(m):
        state[0, i], state[1, i], state[2, i] = a[n + i], grow[n + i], gain[i]
    scalars[0], scalars[1], scalars[2] = F, M, steps + n
    return states, increments, weight, v, variance


@kernel
def project(states, history, stride, rows, ar, delta, horizon):  # noqa: C901
    """Levels `horizon` steps ahead of some of the states.

    states   [time, depth]  predicted states
    history  levels before each state: those of state t are history[t · stride :][: lags of delta]
    rows     [origins]  which states
    returns  [origins, horizon]
    """
    lags, depth, count = len(delta) - 1, states.shape[1], len(rows)
    ar_lags, delta_lags = used_lags(ar), used_lags(delta)
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
            for lag in ar_lags:
                if lag > k:
                    break
                total = total - load(w, k - lag) * ar[lag]
            store(w, k, total)
            for lag in delta_lags[::-1]:
                total = total - load(level, lags + k - lag) * delta[lag]
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
def variances(increments, weight, rows, ar, ma, delta, horizon):
    """Forecast variances of the levels from some of the states, for unit σ². [origins, horizon]

    increments [time, depth] and weight [time] as `follow` from the first state gives them
    rows       [origins]  which states, ascending
    """
    out = np.empty((len(rows), horizon))
    now = variance_before(ar, ma, delta, horizon)
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
